//! Which program a simple command runs, and what it asks of it.

use super::lex;
use crate::pipeline::Command;

/// The commands of a script that a POSIX-like shell runs.
///
/// Looks through keywords, assignments and wrappers (`sudo`, `env`, `timeout 5m`, `xargs`, `bash -c '…'`), and leaves
/// out builtins that say nothing and functions that the script defines itself.
pub fn commands(script: &str) -> Vec<Command> {
    let mut found = Vec::new();
    collect(script, 0, &mut found);
    found
}

/// The commands of a script for this interpreter, as `bash -e {0}` or `python`: those of a script in another language
/// are the interpreter alone.
pub fn commands_of(interpreter: &str, script: &str) -> Vec<Command> {
    let program = interpreter.split_ascii_whitespace().next().unwrap_or("");
    let name = program_name(program);
    // An expression could be anything; nearly always it is a choice of shells.
    if SHELLS.binary_search(&name).is_ok() || name.is_empty() || program.contains("${{") {
        commands(script)
    } else {
        vec![Command { tool: name.to_owned(), verb: String::new() }]
    }
}

/// Whether a command may follow this word.
pub(super) fn is_prefix_keyword(word: &str) -> bool {
    PREFIX_KEYWORDS.binary_search(&word).is_ok()
}

/// How often scripts within scripts (`bash -c '…'`) are followed.
const MAX_DEPTH: usize = 3;

/// Keywords that a command follows; sorted.
const PREFIX_KEYWORDS: &[&str] = &["!", "do", "elif", "else", "if", "then", "until", "while", "{"];

/// Words that aren't programs of their own at the start of a command: keywords, and builtins that say nothing about
/// what a script is for; sorted.
const SAYS_NOTHING: &[&str] = &[
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
];

/// Shells whose scripts we read; sorted.
const SHELLS: &[&str] = &["ash", "bash", "busybox", "dash", "ksh", "sh", "zsh"];

/// Programs that run the command after them: their flags that take a value, and how many words stand before the
/// command; sorted.
const WRAPPERS: &[(&str, &[&str], usize)] = &[
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

/// Programs that run a file, which then says what is done; sorted.
const INTERPRETERS: &[&str] = &["node", "perl", "php", "pwsh", "python", "python2", "python3", "ruby", "ts-node"];

/// How many words say what a tool is asked for.
#[derive(Clone, Copy)]
enum Words {
    /// That many.
    Number(usize),
    /// One; two after these.
    OneOrTwo(&'static [&'static str]),
    /// All: its targets.
    Targets,
}

/// Tools with subcommands: how many words they have, and which of their flags take a value; sorted.
const TOOLS: &[(&str, Words, &[&str])] = {
    use Words::{Number, OneOrTwo, Targets};
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
        ("gcloud", Number(3), &["--account", "--configuration", "--format", "--project", "--verbosity"]),
        ("gem", Number(1), &[]),
        ("gh", Number(2), &["--repo", "-R"]),
        ("git", Number(1), &["--exec-path", "--git-dir", "--namespace", "--work-tree", "-C", "-c"]),
        ("go", OneOrTwo(&["mod", "tool", "work"]), &["-C"]),
        ("goreleaser", Number(1), &[]),
        ("gradle", Targets, &["--build-file", "--console", "--init-script", "--project-dir", "-I", "-b", "-p", "-x"]),
        ("gradlew", Targets, &["--build-file", "--console", "--init-script", "--project-dir", "-I", "-b", "-p", "-x"]),
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
        (
            "mvn",
            Targets,
            &[
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
            ],
        ),
        (
            "mvnw",
            Targets,
            &[
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
            ],
        ),
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
        ("terragrunt", OneOrTwo(&["run", "state", "workspace"]), &["--working-dir"]),
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

fn collect(script: &str, depth: usize, found: &mut Vec<Command>) {
    let script = lex(script);
    for words in &script.commands {
        let Some(command) = past_keywords(words) else { continue };
        let Some(command) = past_wrappers(command) else { continue };
        let (program, arguments) = (&command[0], &command[1..]);
        if script.functions.iter().take(100).any(|function| function == program) {
            continue;
        }
        let name = program_name(program);
        if SHELLS.binary_search(&name).is_ok() {
            run_by_shell(name, arguments, depth, found);
        } else if let Some(command) = command_of(name, arguments) {
            found.push(command);
        }
    }
}

/// `bash -c '…'` is its commands, `bash build.sh` is `build.sh`.
fn run_by_shell(shell: &str, arguments: &[String], depth: usize, found: &mut Vec<Command>) {
    let is_inline =
        |flag: &str| flag.starts_with('-') && !flag.starts_with("--") && flag.len() <= 6 && flag.ends_with('c');
    if let Some(at) = arguments.iter().position(|it| is_inline(it)) {
        if let Some(inner) = arguments.get(at + 1)
            && depth < MAX_DEPTH
        {
            collect(inner, depth + 1, found);
        }
        return;
    }
    let file = arguments.iter().find(|it| !it.starts_with(['-', '+']));
    let name = file.map_or(shell, |file| program_name(file));
    found.extend(command_of(name, &[]));
}

/// What stands after keywords and assignments; none where nothing does, or where it isn't a command.
fn past_keywords(words: &[String]) -> Option<&[String]> {
    let start = words.iter().position(|word| !is_prefix_keyword(word) && !is_assignment(word))?;
    let mut rest = &words[start..];
    // `function name { command`
    if rest[0] == "function" {
        rest = rest.get(2..)?;
        return past_keywords(rest);
    }
    let is_command = SAYS_NOTHING.binary_search(&rest[0].as_str()).is_err() && rest.last().is_none_or(|it| it != "]]");
    is_command.then_some(rest)
}

fn past_wrappers(mut words: &[String]) -> Option<&[String]> {
    while let Ok(row) = WRAPPERS.binary_search_by_key(&program_name(&words[0]), |row| row.0) {
        let (wrapper, with_value, positional) = WRAPPERS[row];
        let mut rest = &words[1..];
        while let Some(flag) = rest.first().filter(|it| it.starts_with('-')) {
            // `command -v x` asks whether x is there.
            if wrapper == "command" && matches!(flag.as_str(), "-V" | "-v") {
                return None;
            }
            rest = rest.get(1 + usize::from(with_value.contains(&flag.as_str()))..)?;
            if flag == "--" {
                break;
            }
        }
        words = past_keywords(rest.get(positional..)?)?;
    }
    Some(words)
}

fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else { return false };
    let name = name.strip_suffix('+').unwrap_or(name);
    let name = name.split('[').next().unwrap_or(name);
    name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The name of a program without its folder; `$` for one that is an expression.
fn program_name(program: &str) -> &str {
    // The folder may be an expression with slashes of its own.
    let after = program.rfind('}').map_or(0, |end| end + 1);
    let name = match program[after..].rfind('/') {
        Some(slash) => &program[after + slash + 1..],
        None if after > 0 => "$",
        None => program,
    };
    let name = name.strip_suffix(".exe").unwrap_or(name);
    if name.contains('$') { "$" } else { name }
}

fn command_of(name: &str, arguments: &[String]) -> Option<Command> {
    let is_program = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+' | b'@' | b':');
    let looks_like_one = name == "$"
        || name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
            && name.bytes().all(is_program);
    if !looks_like_one {
        return None;
    }
    if INTERPRETERS.binary_search(&name).is_ok() {
        return Some(interpreted(name, arguments));
    }
    let (words, with_value) = match TOOLS.binary_search_by_key(&name, |row| row.0) {
        Ok(row) => (TOOLS[row].1, TOOLS[row].2),
        Err(_) => (Words::Number(0), &[][..]),
    };
    Some(Command { tool: name.to_owned(), verb: verb(words, with_value, arguments) })
}

/// `python -m pip install` is `pip install`; `python tools/release.py` says the file.
fn interpreted(name: &str, arguments: &[String]) -> Command {
    let is_told = |it: &String| !it.starts_with('-') || matches!(it.as_str(), "-c" | "-e" | "-m");
    let mut rest = arguments.iter().enumerate().skip_while(|(_, it)| !is_told(it));
    match rest.next() {
        Some((at, flag)) if flag == "-m" && name.starts_with("python") => {
            let inner = arguments.get(at + 1).and_then(|module| command_of(program_name(module), &arguments[at + 2..]));
            inner.unwrap_or_else(|| Command { tool: name.to_owned(), verb: String::new() })
        }
        Some((_, file)) if !file.starts_with('-') && is_verb(program_name(file)) => {
            Command { tool: name.to_owned(), verb: program_name(file).to_owned() }
        }
        Some(_) | None => Command { tool: name.to_owned(), verb: String::new() },
    }
}

/// How many targets of a build tool are kept.
const MAX_TARGETS: usize = 6;

fn verb(words: Words, with_value: &[&str], arguments: &[String]) -> String {
    let mut wanted = match words {
        Words::Number(n) => n,
        Words::OneOrTwo(_) => 1,
        Words::Targets => MAX_TARGETS,
    };
    let mut verb = String::new();
    let mut arguments = arguments.iter();
    while wanted > 0
        && let Some(word) = arguments.next()
    {
        if word.starts_with('-') {
            if with_value.contains(&word.as_str()) {
                arguments.next();
            }
            continue;
        }
        let is_target = matches!(words, Words::Targets);
        if is_target && word.contains('=') {
            continue;
        }
        if !is_verb(word) {
            break;
        }
        if let Words::OneOrTwo(longer) = words
            && verb.is_empty()
            && longer.contains(&word.as_str())
        {
            wanted += 1;
        }
        if !verb.is_empty() {
            verb.push(' ');
        }
        verb.push_str(word);
        wanted -= 1;
    }
    verb
}

/// Whether a word is one that a subcommand or a target could be: no expression, no path from the root, no text.
fn is_verb(word: &str) -> bool {
    word.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'@' | b'_'))
        && word.bytes().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.' | b'/' | b'@' | b'+' | b',' | b'%')
        })
}

#[cfg(test)]
mod tests {
    use super::{INTERPRETERS, PREFIX_KEYWORDS, SAYS_NOTHING, SHELLS, TOOLS, WRAPPERS, Words, commands, commands_of};

    #[test]
    fn tables_are_sorted() {
        assert!(PREFIX_KEYWORDS.is_sorted());
        assert!(SAYS_NOTHING.is_sorted());
        assert!(SHELLS.is_sorted());
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

    fn told(commands: Vec<crate::pipeline::Command>) -> String {
        commands.into_iter().map(String::from).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn tools_and_verbs() {
        for (script, expected) in [
            ("terraform -chdir=infra plan -out x", "terraform plan"),
            ("terraform workspace select dev", "terraform workspace select"),
            ("git -C sub -c a=b push --force", "git push"),
            ("docker compose -f x.yml up -d", "docker compose up"),
            ("docker --context x build .", "docker build"),
            ("npm ci && npm run build -- --prod", "npm ci; npm run build"),
            ("npm --prefix web run test:unit", "npm run test:unit"),
            ("yarn", "yarn"),
            ("make -C src -j4 V=1 lint test", "make lint test"),
            ("mvn -B -f a/pom.xml -Dx=y clean verify", "mvn clean verify"),
            ("./gradlew :app:build --no-daemon test", "gradlew :app:build test"),
            ("aws --region eu-west-2 s3 cp a b", "aws s3 cp"),
            (
                "aws ecr get-login-password | docker login -u AWS --password-stdin x",
                "aws ecr get-login-password; docker login",
            ),
            ("gcloud --project p run deploy svc", "gcloud run deploy svc"),
            ("az acr login --name x", "az acr login"),
            ("gh pr create -t x", "gh pr create"),
            ("kubectl -n ns rollout status deploy/x", "kubectl rollout status"),
            ("helm dependency update charts/x", "helm dependency update"),
            ("helm upgrade --install a b", "helm upgrade"),
            ("curl -sSL https://x | bash", "curl; bash"),
            ("jq -r .a b.json", "jq"),
            ("python -m pip install -U x", "pip install"),
            ("python3 tools/release.py --now", "python3 release.py"),
            ("python -c 'print(1)'", "python"),
            ("node -e 'x'", "node"),
            ("poetry run pytest -q", "poetry run pytest"),
            ("make ${{ inputs.target }}", "make"),
            ("cargo +nightly test", "cargo"),
        ] {
            assert_eq!(told(commands(script)), expected, "{script}");
        }
    }

    #[test]
    fn what_is_looked_through() {
        for (script, expected) in [
            ("A=b C=\"d e\" terraform plan", "terraform plan"),
            ("sudo -u root -E env X=1 timeout -k 5 10m nice -n 5 make x", "make x"),
            ("xargs -0 -n1 -I{} kubectl delete {}", "kubectl delete"),
            ("find . | xargs grep x", "find; grep"),
            ("time nohup ./run.sh &", "run.sh"),
            ("exec \"$DIR/bin/app\"", "app"),
            ("${{ github.action_path }}/scripts/build.sh a", "build.sh"),
            ("\"$GITHUB_WORKSPACE\"/a.sh", "a.sh"),
            ("$CMD a", "$"),
            ("${{ inputs.cmd }}", "$"),
            ("bash -eu scripts/x.sh a", "x.sh"),
            ("bash -ec 'cd a && terraform init'", "terraform init"),
            ("sh -c \"sh -c 'make a'\"", "make a"),
            ("if ! command -v jq; then apt-get -y install jq; fi", "apt-get install"),
            ("for x in a b; do helm lint $x; done", "helm lint"),
            ("while read -r x; do ls; done < f", "ls"),
            ("case $x in a) make a;; *) make b;; esac", "make a; make b"),
            ("X=$(git rev-parse HEAD)", "git rev-parse"),
            ("export X=`date`; echo \"$(whoami)\"", "date; whoami"),
            ("[[ -f a && -n $(ls) ]] || { rm a; }", "ls; rm"),
            ("f() { make a; }\nf\ng", "make a; g"),
            ("function f { make a\n}\nf", "make a"),
            ("cat <<EOF > x\nterraform apply\nEOF\n", "cat"),
            ("set -euo pipefail\ncd x\n# make y\n. ./env\nsource z", ""),
            ("docker run a \\\n  make b", "docker run"),
            ("A=(make b)\necho ${A[@]}", ""),
            ("{{ .x }} === ) \"a b\"", ""),
        ] {
            assert_eq!(told(commands(script)), expected, "{script}");
        }
    }

    #[test]
    fn other_interpreters() {
        assert_eq!(told(commands_of("pwsh", "Get-Item x")), "pwsh");
        assert_eq!(told(commands_of("python {0}", "import os")), "python");
        assert_eq!(told(commands_of("/bin/bash -e {0}", "make a")), "make a");
        assert_eq!(told(commands_of("", "make a")), "make a");
        assert_eq!(told(commands_of("${{ matrix.shell }}", "make a")), "make a");
    }
}
