//! What is known of shells and of the tools that scripts call.

use crate::words::{self, Shapes, shapes_of_keys};

/// Keywords that a command follows; sorted.
pub(super) static PREFIX_KEYWORDS: words::Words =
    words::Words::of(&["!", "do", "elif", "else", "if", "then", "until", "while", "{"]);

/// Words that aren't programs of their own at the start of a command: keywords, and builtins that say nothing about
/// what a script is for; sorted.
pub(super) static SAYS_NOTHING: words::Words = words::Words::of(&[
    "$(())",
    ".",
    ":",
    "[",
    "[[",
    "alias",
    "bg",
    "break",
    "case",
    "cd",
    "continue",
    "declare",
    "dirs",
    "disown",
    "done",
    "echo",
    "esac",
    "eval",
    "exit",
    "export",
    "false",
    "fg",
    "fi",
    "for",
    "function",
    "getopts",
    "hash",
    "in",
    "jobs",
    "let",
    "local",
    "mapfile",
    "popd",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readonly",
    "return",
    "select",
    "set",
    "shift",
    "shopt",
    "sleep",
    "source",
    "test",
    "trap",
    "true",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unset",
    "wait",
    "which",
    "}",
]);

/// Shells whose scripts we read; sorted.
pub(super) static SHELLS: words::Words = words::Words::of(&["ash", "bash", "busybox", "dash", "ksh", "sh", "zsh"]);

/// Programs that run the command after them: their flags that take a value, and how many words stand before the
/// command; sorted.
const WRAPPERS: &[(&str, &[&str], usize)] = &[
    // `aws-vault exec PROFILE -- terraform plan`
    ("aws-vault", &["--backend", "--duration", "--region", "-d"], 2),
    ("builtin", &[], 0),
    ("command", &[], 0),
    ("doas", &["-C", "-u"], 0),
    ("env", &["--chdir", "--unset", "-C", "-S", "-u"], 0),
    ("exec", &["-a"], 0),
    ("ionice", &["-c", "-n", "-p"], 0),
    ("nice", &["--adjustment", "-n"], 0),
    ("nohup", &[], 0),
    ("setsid", &[], 0),
    ("stdbuf", &["-e", "-i", "-o"], 0),
    (
        "sudo",
        &["--group", "--host", "--prompt", "--user", "-C", "-D", "-R", "-T", "-U", "-g", "-h", "-p", "-r", "-t", "-u"],
        0,
    ),
    ("time", &["-f", "-o"], 0),
    ("timeout", &["--kill-after", "--signal", "-k", "-s"], 1),
    ("xargs", &["-E", "-I", "-L", "-P", "-a", "-d", "-n", "-s"], 0),
];

/// What the names of [`WRAPPERS`] look like.
static SHAPES_OF_WRAPPERS: Shapes = shapes_of_keys!(WRAPPERS);

/// The row of a program that runs the command after it.
pub(super) fn wrapper(name: &str) -> Option<&'static (&'static str, &'static [&'static str], usize)> {
    let found = || WRAPPERS.binary_search_by_key(&name, |row| row.0).ok();
    SHAPES_OF_WRAPPERS.may_have(name).then(found)?.map(|row| &WRAPPERS[row])
}

/// Programs that run a file, which then says what is done; sorted.
pub(super) static INTERPRETERS: words::Words =
    words::Words::of(&["node", "perl", "php", "pwsh", "python", "python2", "python3", "ruby", "ts-node"]);

/// How many words say what a tool is asked for.
#[derive(Clone, Copy)]
pub(super) enum Words {
    /// That many.
    Number(usize),
    /// One; two after these.
    OneOrTwo(&'static [&'static str]),
    /// At most three: up to the first of [`GCLOUD_VERBS`], which a name follows.
    ToVerb,
    /// All: its targets.
    Targets,
}

/// What ends a command of gcloud, whose groups are of several depths: `run deploy SERVICE`, `container clusters
/// get-credentials CLUSTER`. Sorted.
pub(super) const GCLOUD_VERBS: &[&str] = &[
    "access",
    "activate-service-account",
    "apply",
    "browse",
    "configure-docker",
    "connect",
    "cp",
    "create",
    "create-cred-config",
    "delete",
    "deploy",
    "describe",
    "disable",
    "enable",
    "execute",
    "export",
    "get",
    "get-credentials",
    "get-iam-policy",
    "get-value",
    "import",
    "install",
    "list",
    "login",
    "ls",
    "mv",
    "print-access-token",
    "print-identity-token",
    "replace",
    "resize",
    "rm",
    "rollback",
    "rsync",
    "scp",
    "set",
    "ssh",
    "start",
    "stop",
    "submit",
    "tag",
    "update",
    "upload",
];

/// The options of Maven that take a value, whether it is called by itself or by its wrapper; sorted.
const MAVEN: &[&str] = &[
    "--activate-profiles",
    "--file",
    "--projects",
    "--settings",
    "--threads",
    "-P",
    "-T",
    "-f",
    "-gs",
    "-pl",
    "-rf",
    "-s",
];

/// The options of Gradle that take a value, whether it is called by itself or by its wrapper; sorted.
const GRADLE: &[&str] =
    &["--build-file", "--console", "--init-script", "--project-dir", "--tests", "-I", "-b", "-p", "-x"];

/// Tools with subcommands: how many words they have, and which of their flags take a value; sorted.
pub(super) const TOOLS: &[(&str, Words, &[&str])] = {
    use Words::{Number, OneOrTwo, Targets, ToVerb};
    &[
        ("act", Number(1), &[]),
        ("alembic", Number(1), &["-c"]),
        ("ansible-galaxy", Number(2), &[]),
        ("apk", Number(1), &[]),
        ("apt", Number(1), &["-o", "-t"]),
        ("apt-get", Number(1), &["-o", "-t"]),
        (
            "aws",
            Number(2),
            &["--ca-bundle", "--color", "--endpoint-url", "--output", "--profile", "--query", "--region"],
        ),
        ("az", Number(2), &["--output", "--query", "--subscription", "-o"]),
        ("bazel", Number(1), &[]),
        ("brew", Number(1), &[]),
        ("buf", Number(1), &[]),
        ("buildah", Number(1), &[]),
        ("bun", OneOrTwo(&["run", "x"]), &["--cwd"]),
        ("bundle", OneOrTwo(&["exec"]), &["--gemfile"]),
        ("bundler", OneOrTwo(&["exec"]), &[]),
        ("cargo", OneOrTwo(&["xtask"]), &["--color", "--config", "-C", "-Z"]),
        ("cdk", Number(1), &["-a", "-c"]),
        ("checkov", Number(0), &[]),
        ("composer", Number(1), &["--working-dir", "-d"]),
        ("conan", Number(1), &[]),
        ("conda", Number(1), &[]),
        ("conftest", Number(1), &[]),
        ("corepack", Number(1), &[]),
        ("cosign", Number(1), &[]),
        ("dnf", Number(1), &["-c"]),
        (
            "docker",
            OneOrTwo(&[
                "builder",
                "buildx",
                "compose",
                "container",
                "context",
                "image",
                "manifest",
                "network",
                "plugin",
                "scout",
                "stack",
                "swarm",
                "system",
                "volume",
            ]),
            &[
                "--config",
                "--context",
                "--env-file",
                "--file",
                "--host",
                "--profile",
                "--project-name",
                "-H",
                "-c",
                "-f",
                "-p",
            ],
        ),
        ("docker-compose", Number(1), &["--env-file", "--file", "--profile", "--project-name", "-f", "-p"]),
        ("dotnet", OneOrTwo(&["ef", "nuget", "tool"]), &[]),
        ("earthly", Targets, &[]),
        ("eksctl", Number(2), &[]),
        ("firebase", Number(1), &["--project", "-P"]),
        ("flux", Number(1), &["--context", "--namespace", "-n"]),
        ("fly", Number(1), &["--app", "--target", "-a", "-t"]),
        ("flyctl", Number(1), &["--app", "-a"]),
        ("gcloud", ToVerb, &["--account", "--configuration", "--format", "--project", "--verbosity"]),
        ("gem", Number(1), &[]),
        (
            "gh",
            OneOrTwo(&[
                "attestation",
                "auth",
                "cache",
                "codespace",
                "extension",
                "gist",
                "issue",
                "label",
                "org",
                "pr",
                "project",
                "release",
                "repo",
                "ruleset",
                "run",
                "secret",
                "variable",
                "workflow",
            ]),
            &["--repo", "-R"],
        ),
        ("git", Number(1), &["--exec-path", "--git-dir", "--namespace", "--work-tree", "-C", "-c"]),
        ("go", OneOrTwo(&["mod", "tool", "work"]), &["-C"]),
        ("goreleaser", Number(1), &[]),
        ("gradle", Targets, GRADLE),
        ("gradlew", Targets, GRADLE),
        (
            "helm",
            OneOrTwo(&["dep", "dependency", "plugin", "registry", "repo"]),
            &["--kube-context", "--kubeconfig", "--namespace", "--registry-config", "-n"],
        ),
        ("helmfile", Number(1), &["--environment", "--file", "--namespace", "--selector", "-e", "-f", "-l", "-n"]),
        ("heroku", Number(1), &["--app", "-a"]),
        ("hugo", Number(1), &[]),
        ("just", Targets, &["--justfile", "--set", "--working-directory", "-d", "-f"]),
        ("k3d", Number(2), &[]),
        ("kind", Number(2), &[]),
        (
            "kubectl",
            OneOrTwo(&["config", "rollout"]),
            &[
                "--as",
                "--cluster",
                "--context",
                "--kubeconfig",
                "--namespace",
                "--server",
                "--token",
                "--user",
                "-n",
                "-s",
            ],
        ),
        ("kustomize", Number(1), &[]),
        ("lerna", OneOrTwo(&["run"]), &[]),
        ("liquibase", Number(1), &[]),
        ("make", Targets, &["--directory", "--file", "--include-dir", "--makefile", "-C", "-I", "-W", "-f", "-o"]),
        ("minikube", Number(1), &["--profile", "-p"]),
        ("mvn", Targets, MAVEN),
        ("mvnw", Targets, MAVEN),
        ("netlify", Number(1), &[]),
        ("ng", Number(1), &[]),
        ("nix", Number(1), &[]),
        (
            "npm",
            OneOrTwo(&["exec", "run", "run-script", "x"]),
            &["--loglevel", "--prefix", "--registry", "--userconfig", "--workspace", "-C", "-w"],
        ),
        ("npx", Number(1), &["--package", "-c", "-p"]),
        ("nuget", Number(1), &[]),
        ("nx", Number(1), &[]),
        ("oc", Number(1), &["--context", "--namespace", "-n"]),
        ("op", Number(1), &[]),
        ("opa", Number(1), &[]),
        ("oras", Number(1), &[]),
        ("packer", Number(1), &[]),
        ("pdm", OneOrTwo(&["run"]), &[]),
        ("pip", Number(1), &["--cache-dir", "--proxy", "--python"]),
        ("pip3", Number(1), &["--cache-dir", "--proxy", "--python"]),
        ("pipenv", OneOrTwo(&["run"]), &["--python"]),
        ("pipx", OneOrTwo(&["run"]), &[]),
        ("pnpm", OneOrTwo(&["dlx", "exec", "run"]), &["--dir", "--filter", "-C", "-F"]),
        ("podman", OneOrTwo(&["compose", "container", "image", "manifest", "system"]), &["--url"]),
        ("poetry", OneOrTwo(&["run"]), &["--directory", "--project", "-C", "-P"]),
        ("pre-commit", Number(1), &["-c"]),
        ("pulumi", Number(1), &["--cwd", "--stack", "-C", "-s"]),
        ("rails", Number(1), &[]),
        ("rake", Targets, &["--rakefile", "-f"]),
        ("rustup", Number(1), &[]),
        ("sam", Number(1), &[]),
        ("sbt", Targets, &[]),
        ("serverless", Number(1), &["--config", "--stage", "-c", "-s"]),
        ("skaffold", Number(1), &["--filename", "--profile", "-f", "-p"]),
        ("skopeo", Number(1), &["--policy"]),
        ("sls", Number(1), &["--config", "--stage", "-c", "-s"]),
        ("snyk", OneOrTwo(&["code", "container", "iac"]), &[]),
        ("sops", Number(1), &[]),
        ("systemctl", Number(1), &[]),
        ("task", Targets, &["--dir", "--taskfile", "-d", "-t"]),
        ("terraform", OneOrTwo(&["state", "workspace"]), &[]),
        ("terragrunt", OneOrTwo(&["run", "run-all", "state", "workspace"]), &["--working-dir"]),
        ("tofu", OneOrTwo(&["state", "workspace"]), &[]),
        ("trivy", Number(1), &["--cache-dir", "--config", "-c"]),
        ("turbo", OneOrTwo(&["run"]), &["--cwd", "--filter"]),
        ("uv", OneOrTwo(&["pip", "python", "run", "tool"]), &["--directory", "--project", "--python"]),
        ("uvx", Number(1), &["--from", "--with"]),
        ("vault", Number(1), &[]),
        ("vercel", Number(1), &["--scope", "--token"]),
        ("werf", Number(1), &[]),
        ("wrangler", Number(1), &["--config", "--env", "-c", "-e"]),
        ("yarn", OneOrTwo(&["dlx", "exec", "run", "workspace"]), &["--cwd"]),
        ("yum", Number(1), &["-c"]),
    ]
};

/// The row of a tool.
pub(super) fn tool(name: &str) -> Option<&'static (&'static str, Words, &'static [&'static str])> {
    TOOLS.binary_search_by_key(&name, |row| row.0).ok().map(|row| &TOOLS[row])
}

#[cfg(test)]
mod tests {
    use super::{GCLOUD_VERBS, INTERPRETERS, PREFIX_KEYWORDS, SAYS_NOTHING, SHELLS, TOOLS, WRAPPERS, Words};

    #[test]
    fn tables_are_sorted() {
        assert!(PREFIX_KEYWORDS.is_sorted());
        assert!(SAYS_NOTHING.is_sorted());
        assert!(SHELLS.is_sorted());
        assert!(GCLOUD_VERBS.is_sorted());
        assert!(INTERPRETERS.is_sorted());
        assert!(WRAPPERS.is_sorted_by_key(|row| row.0));
        assert!(WRAPPERS.iter().all(|row| row.1.is_sorted()));
        assert!(TOOLS.is_sorted_by_key(|row| row.0));
        for (tool, words, with_value) in TOOLS {
            assert!(with_value.is_sorted(), "{tool}");
            if let Words::OneOrTwo(longer) = words {
                assert!(longer.is_sorted(), "{tool}");
            }
        }
    }
}
