#!/usr/bin/env python3
"""`levelset github` against a server: GitHub's API (api.py), and git behind nginx (server.py).

    python3 tests/github/run.py LEVELSET [FOLDER]

Makes an organisation, scans it through the network and as full clones, uploads what was found, and does both again under
faults. Prints figures, and ends with 1 where one is not what it should be. FOLDER keeps everything; else it is taken away.
"""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import organisation
from server import Server

HERE = Path(__file__).resolve().parent
TOKEN = "token-of-acme"
AS_OF = "2026-02-01"
# A repository costs three commands of git, each of which asks what the server can and then what it wants to know.
MOST_REQUESTS = 6
# Files that a report consists of and that say what was not scanned, of which clones know nothing.
WITH_NOTICES = {"report.html", "report.md", "summary.json"}
# Nothing was pushed to it.
EMPTY = "empty"

failed = []


def check(what, holds, *more):
    print(f"  {'ok  ' if holds else 'FAIL'} {what}", *more)
    if not holds:
        failed.append(what)


def section(name):
    print(f"\n{name}")


class Api:
    """api.py as a process of its own."""

    def __init__(self, folder, world, name):
        self.folder, self.log = folder, folder / f"{name}.requests"
        path = folder / f"{name}.world.json"
        path.write_text(json.dumps(world))
        command = [sys.executable, HERE / "api.py", path, "--log", self.log]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def requests(self):
        return [json.loads(it) for it in self.log.read_text().splitlines()] if self.log.exists() else []

    def uploads(self):
        """Repository and commit of each upload that was accepted."""
        return [(it["upload"]["repository"], it["upload"]["commit"]) for it in self.requests() if it.get("upload")]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Levelset:
    def __init__(self, program, folder, server, environment=None):
        self.program, self.folder, self.server = Path(program).resolve(), folder, server
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "GH_ENTERPRISE_TOKEN": TOKEN}
        self.environment.update(environment or {})
        self.said = ""

    def run(self, *arguments):
        command = [self.program, *map(str, arguments)]
        done = subprocess.run(command, env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False)
        self.said = done.stdout + done.stderr
        secrets = [TOKEN, base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode().rstrip("="), "ghs_"]
        if any(it in self.said for it in secrets):
            check(f"no token in what `levelset {' '.join(map(str, arguments[:2]))}` says", False)
        return done.returncode

    def api(self):
        return ["--api-url", f"{self.server.url}/api/v3"]

    def scan(self, out, *more, cache="cache"):
        common = ["--cache", self.folder / cache, "--as-of", AS_OF, "--out", self.folder / out, "--quiet"]
        return self.run("github", "scan", "acme", *self.api(), *common, *more)

    def upload(self, out, *more, ledger="ledger.json"):
        return self.run("github", "upload", self.folder / out, *self.api(), "--ledger", self.folder / ledger, *more)


def files(folder):
    return {str(it.relative_to(folder)): it.read_bytes() for it in sorted(folder.rglob("*")) if it.is_file()}


def figures(folder):
    return json.loads((folder / "summary.json").read_text())


def same_findings(ours, clones):
    ours, clones = files(ours), files(clones)
    check("the same files are written", ours.keys() == clones.keys(), f"({len(ours)})")
    different = sorted(it for it in ours if ours[it] != clones.get(it))
    check("all facts, findings and tables are equal", set(different) <= WITH_NOTICES, f"(differ: {different})")
    mine, theirs = json.loads(ours["summary.json"]), json.loads(clones["summary.json"])
    mine["coverage"]["notices"] = theirs["coverage"]["notices"] = []
    check("summary.json is equal but for what was not scanned", mine == theirs)


def full_clones(folder, server, repositories):
    """What somebody would do without us: a clone of each repository."""
    pair = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": f"http.{server.url}/.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {pair}",
        "GIT_CONFIG_KEY_1": "core.autocrlf",
        "GIT_CONFIG_VALUE_1": "false",
    }
    for name in repositories:
        target = folder / "clones" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        command = ["git", "clone", "--quiet", f"{server.url}/{name}.git", target]
        subprocess.run(command, env=environment, check=True)


def healthy(program, folder, world, wanted):
    with Api(folder, world, "healthy") as api, Server(folder, api=api.port) as server:
        server.tokens([TOKEN])
        levelset = Levelset(program, folder, server)
        section("An organisation is scanned through the network")
        began = time.monotonic()
        code = levelset.scan("report")
        took = time.monotonic() - began
        check("it ends with 0", code == 0, f"({code}) {levelset.said}" if code else "")
        traffic = server.traffic()
        most, sent = max(it[0] for it in traffic.values()), sum(it[1] for it in traffic.values())
        check(f"requests of git a repository: at most {most}", most <= MOST_REQUESTS)
        n_api = len(api.requests())
        print(f"       {len(traffic)} repositories, {sum(it[0] for it in traffic.values())} requests of git, {n_api} of the API")
        full_clones(folder, server, wanted)
        whole = sum(it[1] for it in server.traffic().values())
        check(f"{sent:,} bytes in {took:.1f} s; full clones: {whole:,} bytes", sent * 10 < whole, f"({whole / sent:.0f} times)")
        code = levelset.run("scan", folder / "clones", "--as-of", AS_OF, "--out", folder / "of-clones", "--quiet")
        check("the clones are scanned", code == 0)
        same_findings(folder / "report", folder / "of-clones")
        check("all repositories are there", figures(folder / "report")["coverage"]["repositories"] == len(wanted), f"({len(wanted)})")

        section("And again, with what is in the cache")
        check("it ends with 0", levelset.scan("report-again") == 0)
        traffic = server.traffic()
        check("two requests a repository", {it[0] for it in traffic.values()} == {2}, f"({sum(it[1] for it in traffic.values()):,} bytes)")
        check("the same is written", files(folder / "report") == files(folder / "report-again"))

        section("One repository was pushed to")
        push(folder, "shop")
        check("it ends with 0", levelset.scan("report-pushed") == 0)
        traffic = server.traffic()
        counts = {name: it[0] for name, it in traffic.items() if it[0] != 2}
        check("it alone is fetched", counts == {"shop": 6}, f"({counts})")
        pull(folder, "shop")
        levelset.run("scan", folder / "clones", "--as-of", AS_OF, "--out", folder / "of-pulled", "--quiet")
        same_findings(folder / "report-pushed", folder / "of-pulled")

        section("What was found is uploaded")
        code = levelset.upload("report")
        print("\n".join(f"       {it}" for it in levelset.said.splitlines()[-6:]))
        uploads = api.uploads()
        n_files = len(list((folder / "report" / "sarif").rglob("*.sarif")))
        check("it ends with 0", code == 0, f"({code})")
        check("each file reached its own repository, once", len(uploads) == len(set(uploads)) == n_files, f"({len(uploads)} of {n_files})")
        check("a second upload sends nothing", levelset.upload("report") == 0 and len(api.uploads()) == n_files)


def push(folder, name):
    """A change on the server's side."""
    work = folder / "work" / name
    git = organisation.git
    git(folder, "clone", "--quiet", "--template=", str(folder / "git" / "acme" / f"{name}.git"), str(work))
    (work / "main.tf").write_text('module "x" {\n  source = "git::https://github.com/acme/tf-modules.git//rds?ref=v1.0.0"\n}\n')
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message", "a module")
    git(work, "tag", "pushed")
    git(work, "push", "--quiet", "--tags", "origin", "HEAD")


def pull(folder, name):
    bare = folder / "git" / "acme" / f"{name}.git"
    git = organisation.git
    git(folder / "clones" / "acme" / name, "pull", "--quiet", "--tags", str(bare), "HEAD")


def faults(program, folder, world, wanted):
    section("Under faults")
    gone, tiny = "legacy", folder / "tiny"
    broken = dict(world)
    broken["faults"] = [
        {"method": "GET", "path": "/orgs/acme/repos", "times": 1, "fault": "429 1"},
        {"method": "POST", "path": "/repos/acme/web", "times": 1, "fault": "502"},
        {"method": "POST", "path": "/repos/acme/shop", "times": 1, "fault": "reset"},
        {"method": "POST", "path": "/repos/acme/billing", "times": 1, "fault": "429 1"},
        {"method": "POST", "path": "/repos/acme/charts", "times": 1, "fault": "not-enabled"},
        {"method": "POST", "path": "/repos/acme/search", "times": 99, "fault": "404"},
        {"method": "GET", "path": "/repos/acme/payments/code-scanning", "times": 1, "fault": "502"},
    ]
    with Api(folder, broken, "faults") as api, Server(folder, api=api.port) as server:
        server.tokens([TOKEN])
        levelset = Levelset(program, folder, server)
        server.fault("shop", "429")
        server.fault("billing", "502", "502")
        server.fault("service-01", "cut")
        server.fault("service-02", "cut", "cut")
        server.fault(gone, "gone")
        code = levelset.scan("report-faults", cache="cache-faults")
        check("it ends with 1 where a repository is gone", code == 1, f"({code})")
        check("and says which", f"acme/{gone}" in levelset.said and "doesn't know it any more" in levelset.said)
        others = figures(folder / "report-faults")["coverage"]
        check("every other repository is scanned", others["repositories"] == len(wanted) - 1, f"({others['repositories']})")
        check("the report says what isn't", any(f"acme/{gone}" in it for it in others["notices"]))
        server.fault(gone)
        check("the next run completes it", levelset.scan("report-complete", cache="cache-faults") == 0)
        same_findings(folder / "report-complete", folder / "of-pulled")

        section("An upload under faults")
        code = levelset.upload("report-complete", ledger="ledger-faults.json")
        said = levelset.said
        print("\n".join(f"       {it}" for it in said.splitlines() if "acme/" in it or "uploaded" in it)[:2000])
        uploads = api.uploads()
        check("it ends with 1 where one failed", code == 1, f"({code})")
        check("nothing is sent twice", len(uploads) == len(set(uploads)))
        n_files = len(list((folder / "report-complete" / "sarif").rglob("*.sarif")))
        check("all others are uploaded", len(uploads) == n_files - 2, f"({len(uploads)} of {n_files})")
        check("what failed is named", "acme/search" in said and "acme/charts" in said)
        before = len(uploads)
        levelset.upload("report-complete", ledger="ledger-faults.json")
        after = api.uploads()[before:]
        check("the next upload sends what is missing", [it[0] for it in after] == ["acme/charts"], f"({after})")

        section("A full disk")
        disk_full(levelset, tiny, len(wanted))

    section("An App whose token ends")
    app_token_ends(program, folder, world, len(wanted))


def disk_full(levelset, tiny, n_wanted):
    tiny.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(tiny)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        print("       no right to mount a small disk here: not tried")
        return
    try:
        code = levelset.scan("report-full", cache="tiny")
        scanned = figures(levelset.folder / "report-full")["coverage"]["repositories"]
        check("it ends with 1", code == 1, f"({code})")
        check("it says so", "the disk with the cache is full" in levelset.said)
        check("what fits is scanned", 0 < scanned < n_wanted, f"({scanned} of {n_wanted})")
        (levelset.folder / "more").mkdir()
    finally:
        subprocess.run(["umount", str(tiny)], check=True)


def app_token_ends(program, folder, world, n_wanted):
    key, public = folder / "app.pem", folder / "app.pub.pem"
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
    subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-out", public], check=True, capture_output=True)
    world = dict(world)
    world["apps"] = [{"id": "12", "installation": 77, "owner": "acme", "public_key": public.name, "lifetime": 3600}]
    # The token is worth nothing any more from some request on; whoever asks then has to get another.
    world["faults"] = [{"method": "POST", "path": "/repos/acme/shop", "times": 1, "fault": "expired"}]
    with Api(folder, world, "app") as api, Server(folder, api=api.port) as server:
        environment = {"LEVELSET_APP_ID": "12", "LEVELSET_APP_PRIVATE_KEY_FILE": str(key), "GH_ENTERPRISE_TOKEN": ""}
        # Those that api.py gives to Apps begin so.
        server.tokens(["ghs_*"])
        levelset = Levelset(program, folder, server, environment)
        server.fault("shop", "401")
        code = levelset.scan("report-app", cache="cache-app")
        check("the scan ends with 0", code == 0, f"({code}) {levelset.said}" if code else "")
        check("every repository is scanned", figures(folder / "report-app")["coverage"]["repositories"] == n_wanted)
        code = levelset.upload("report-app", ledger="ledger-app.json")
        check("the upload ends with 0", code == 0, f"({code}) {levelset.said}" if code else "")
        uploads = api.uploads()
        check("each file once", len(uploads) == len(set(uploads)) == n_wanted, f"({len(uploads)})")
        given = sum(it["path"].endswith("/access_tokens") for it in api.requests())
        check("a token for each command, and one more where one ended", given == 4, f"({given})")


def scannable(repositories):
    """The names of those that a scan takes, and that have something in them."""
    passed_over = ("archived", "fork", "is_template")
    wanted = [it["name"] for it in repositories if not any(it.get(key) for key in passed_over)]
    return [it for it in wanted if it != f"acme/{EMPTY}"]


def main(program, folder):
    folder = Path(folder).resolve()
    (folder / "home").mkdir(parents=True)
    organisation.make(folder)
    repositories = json.loads((folder / "repositories.json").read_text())
    wanted = scannable(repositories)
    # Code scanning has looked into a file when it is asked for the first time.
    world = {"tokens": [TOKEN], "repositories": repositories, "polls": 0}
    healthy(program, folder, world, wanted)
    # What was pushed since is what may be uploaded for.
    for it in repositories:
        if it["name"] == "acme/shop":
            it["commits"].append(organisation.git(folder / "git" / "acme" / "shop.git", "rev-parse", "main").strip())
    faults(program, folder, world, wanted)
    print(f"\n{len(failed)} failed" if failed else "\nall as it should be")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    if len(sys.argv) == 3:
        sys.exit(main(sys.argv[1], sys.argv[2]))
    kept = tempfile.mkdtemp()
    try:
        code = main(sys.argv[1], kept)
    finally:
        shutil.rmtree(kept, ignore_errors=True)
    sys.exit(code)
