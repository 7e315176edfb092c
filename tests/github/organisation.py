"""Makes the organisation `acme` as a server would have it: bare repositories, and what api.py has to know of them.

    python3 tests/github/organisation.py FOLDER

FOLDER gets `git/acme/NAME.git` and `repositories.json`. Most are the repositories of testdata/orgs, of all three organisations; others have long histories and large files, as real ones do,
many tags, another default branch, links, submodules and odd names. The same bytes every time.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATE = "2026-01-15T12:00:00Z"
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
    "GIT_AUTHOR_DATE": DATE,
    "GIT_COMMITTER_DATE": DATE,
}

WORKFLOW = """\
name: build
on: [push]
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: make test
      - run: make image
      - run: make deploy-{name}
"""
TERRAFORM = """\
module "database" {{
  source = "git::https://github.com/acme/terraform-modules.git//rds?ref=v1.{minor}.0"
  name   = "{name}"
}}
resource "aws_s3_bucket" "logs" {{
  bucket = "{name}-logs"
}}
"""
DOCKERFILE = "FROM ghcr.io/acme/base-python:3.{minor}\nCOPY . .\n"


def git(folder, *arguments):
    settings = ["-c", "init.defaultBranch=main", "-c", "core.autocrlf=false", "-c", "protocol.file.allow=always"]
    command = ["git", *settings, *arguments]
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=True, capture_output=True, text=True).stdout


class Organisation:
    def __init__(self, folder):
        self.folder, self.repositories = Path(folder), []
        self.sources = self.folder / "sources"

    def start(self, name):
        source = self.sources / name
        source.mkdir(parents=True)
        git(source, "init", "--quiet", "--template=")
        return source

    def commit(self, source, files, message="x"):
        for path, content in files.items():
            target = source / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        git(source, "add", "--all")
        git(source, "commit", "--quiet", "--allow-empty", "--message", message)

    def publish(self, name, source=None, **more):
        bare = self.folder / "git" / "acme" / f"{name}.git"
        bare.parent.mkdir(parents=True, exist_ok=True)
        if source is None:
            git(self.folder, "init", "--quiet", "--template=", "--bare", str(bare))
        else:
            git(self.folder, "clone", "--quiet", "--bare", "--template=", "--no-local", str(source), str(bare))
            git(bare, "config", "--remove-section", "remote.origin")
        for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
            git(bare, "config", key, "true")
        branch = more.setdefault("default_branch", "main")
        # Who uploads for any other commit or branch is refused.
        commit = git(bare, "rev-parse", branch).strip() if source else None
        repository = {
            "name": f"acme/{name}",
            "visibility": "private",
            "size": 100 if source else 0,
            "commits": [commit] if source else [],
            "refs": [f"refs/heads/{branch}"] if source else [],
        }
        self.repositories.append(repository | more)


def service(organisation, name, number, dice):
    """A repository with a history, and with files that nobody needs for a scan."""
    source = organisation.start(name)
    for round_ in range(6):
        organisation.commit(
            source,
            {
                ".github/workflows/build.yml": WORKFLOW.format(name=name),
                "infra/main.tf": TERRAFORM.format(name=name, minor=round_),
                "Dockerfile": DOCKERFILE.format(minor=8 + number % 5),
                "README.md": f"# {name}\n\nA service.\n",
                "assets/picture.bin": dice.randbytes(150_000),
                "src/main.py": "".join(f"print({dice.randrange(10**9)})\n" for _ in range(2_000)),
            },
            f"change {round_}",
        )
    return source


def make(folder):
    organisation = Organisation(folder)
    dice = random.Random(8)
    for org in ("acme", "harbour", "loft"):
        clones = organisation.folder / f"clones-{org}"
        script = ROOT / "testdata" / "orgs" / "clone.sh"
        subprocess.run(["bash", script, org, clones], check=True, capture_output=True)
        for clone in sorted(clones.iterdir()):
            name = clone.name if org == "acme" else f"{org}-{clone.name}"
            organisation.publish(name, clone)
        shutil.rmtree(clones)
    for number in range(1, 13):
        name = f"service-{number:02}"
        organisation.publish(name, service(organisation, name, number, dice))

    source = service(organisation, "trunk", 1, dice)
    git(source, "branch", "--move", "main", "trunk")
    git(source, "checkout", "--quiet", "-b", "other")
    organisation.commit(source, {"main.tf": TERRAFORM.format(name="other", minor=9)})
    git(source, "checkout", "--quiet", "trunk")
    organisation.publish("trunk", source, default_branch="trunk")

    source = service(organisation, "tagged", 2, dice)
    for number in range(400):
        git(source, "tag", f"v1.{number}.0", f"HEAD~{number % 5}")
    git(source, "tag", "--annotate", "--message", "all of it", "v2.0.0")
    organisation.publish("tagged", source)

    source = organisation.start("odd")
    os.makedirs(source / "infra")
    os.symlink("../../../../etc/passwd", source / "infra" / "out.tf")
    os.symlink("infra", source / "linked")
    files = {
        "a b/päth:with*odd?names.tf": TERRAFORM.format(name="odd", minor=1),
        "infra/main.tf": "module \"x\" {\n",
        "large.tf": "# nothing\n" * 600_000,
        ".gitattributes": "infra/*.tf eol=crlf ident filter=lfs\n",
        "broken.yml": b"\xff\xfe\x00",
    }
    organisation.commit(source, files)
    git(source, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},libs/absent")
    git(source, "commit", "--quiet", "--message", "a submodule that is nowhere")
    organisation.publish("odd", source)

    organisation.publish("empty", None)
    source = organisation.start("small")
    organisation.commit(source, {"README.md": "# small\n"})
    organisation.publish("old", source, archived=True)
    organisation.publish("forked", source, fork=True)
    organisation.publish("pattern", source, is_template=True)
    shutil.rmtree(organisation.sources)
    path = organisation.folder / "repositories.json"
    path.write_text(json.dumps(organisation.repositories, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    make(sys.argv[1])
