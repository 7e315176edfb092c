//! Which program a simple command runs, and what it asks of it.

use super::table::{GCLOUD_VERBS, INTERPRETERS, PREFIX_KEYWORDS, SAYS_NOTHING, SHELLS, Words, tool, wrapper};
use super::{batch, containers, lex, powershell};
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

/// The commands of a script for this interpreter, as `bash -e {0}`, `pwsh` or `python`: those of a script in a language
/// that is no shell's are the interpreter alone.
pub fn commands_of(interpreter: &str, script: &str) -> Vec<Command> {
    let program = interpreter.split_ascii_whitespace().next().unwrap_or("");
    let name = program_name(program);
    // An expression could be anything; nearly always it is a choice of shells.
    let each = |found: Vec<Vec<String>>| found.iter().filter_map(|it| command_of(&it[0], &it[1..])).collect();
    match name {
        _ if SHELLS.has(name) || name.is_empty() || program.contains("${{") => commands(script),
        "powershell" | "pwsh" => each(powershell::simple_commands(script)),
        "cmd" => each(batch::simple_commands(script)),
        _ => vec![Command { tool: name.to_owned(), verb: String::new() }],
    }
}

/// The commands of a script for an interpreter that is no shell of Unix, each as its words; none where it isn't one that
/// we read.
pub(crate) fn words_of(interpreter: &str, script: &str) -> Vec<Vec<String>> {
    match program_name(interpreter.split_ascii_whitespace().next().unwrap_or("")) {
        "powershell" | "pwsh" => powershell::simple_commands(script),
        "cmd" => batch::simple_commands(script),
        _ => Vec::new(),
    }
}

/// Whether a script for this interpreter is one of a shell of Unix: also where nothing is said, or an expression.
pub(crate) fn is_shell(interpreter: &str) -> bool {
    let program = interpreter.split_ascii_whitespace().next().unwrap_or("");
    let name = program_name(program);
    name.is_empty() || SHELLS.has(name) || program.contains("${{")
}

/// What a command does, from the program on, as pipelines have it: `terraform apply`.
pub(crate) fn command_words(words: &[&str]) -> String {
    let Some((program, arguments)) = words.split_first() else { return String::new() };
    let arguments: Vec<String> = arguments.iter().map(|it| (*it).to_owned()).collect();
    command_of(program, &arguments).map_or_else(|| (*program).to_owned(), |it| it.text())
}

/// The words of a program's arguments that are neither flags nor, as far as we know the program, values of flags.
pub(crate) fn names_of<'w>(program: &str, arguments: &[&'w str]) -> Vec<&'w str> {
    let with_value = tool(program).map_or(&[][..], |row| row.2);
    let mut names = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(word) = arguments.next() {
        if !word.starts_with('-') {
            names.push(*word);
        } else if with_value.contains(word) {
            arguments.next();
        }
    }
    names
}

/// Whether a command may follow this word.
pub(crate) fn is_prefix_keyword(word: &str) -> bool {
    PREFIX_KEYWORDS.has(word)
}

/// How often scripts within scripts (`bash -c '…'`) are followed.
const MAX_DEPTH: usize = 3;

fn collect(script: &str, depth: usize, found: &mut Vec<Command>) {
    let script = lex(script);
    for simple in &script.commands {
        run(&simple.words, &script.functions, depth, found);
    }
}

/// Adds what a simple command runs; functions of its script say what they do themselves.
fn run(words: &[String], functions: &[String], depth: usize, found: &mut Vec<Command>) {
    let Some(command) = past_keywords(words).and_then(past_wrappers) else { return };
    let (program, arguments) = (&command[0], &command[1..]);
    if functions.iter().take(100).any(|function| function == program) {
        return;
    }
    let name = program_name(program);
    if SHELLS.has(name) {
        run_by_shell(name, arguments, depth, found);
    } else if let Some(command) = command_of(name, arguments) {
        match containers::inside(&command, arguments).filter(|_| depth < MAX_DEPTH) {
            Some(inside) => run(&inside, &[], depth + 1, found),
            None => found.push(command),
        }
    }
}

/// `bash -c '…'` is its commands, `bash build.sh` is `build.sh`.
fn run_by_shell(shell: &str, arguments: &[String], depth: usize, found: &mut Vec<Command>) {
    if let Some(inner) = inline_script(arguments) {
        if let Some(inner) = inner
            && depth < MAX_DEPTH
        {
            collect(inner, depth + 1, found);
        }
        return;
    }
    let name = script_file(arguments).map_or(shell, |file| program_name(file));
    found.extend(command_of(name, &[]));
}

/// The file that a shell is told to run; none where it reads what it runs from elsewhere (`curl … | sh -s -- -b bin`).
fn script_file(arguments: &[String]) -> Option<&String> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let Some(flags) = argument.strip_prefix(['-', '+']) else { return Some(argument) };
        match flags {
            "-" => return arguments.next(),
            "-init-file" | "-rcfile" => drop(arguments.next()),
            _ if flags.starts_with('-') => {}
            _ if flags.contains('s') => return None,
            // `-eo pipefail`
            _ if flags.ends_with(['o', 'O']) => drop(arguments.next()),
            _ => {}
        }
    }
    None
}

/// The script that a shell is given as text (`-c '…'`), by the shell's arguments; `Some(None)` where there should be
/// one and isn't.
pub(crate) fn inline_script(arguments: &[String]) -> Option<Option<&String>> {
    let is_inline =
        |flag: &str| flag.starts_with('-') && !flag.starts_with("--") && flag.len() <= 6 && flag.ends_with('c');
    let at = arguments.iter().position(|it| is_inline(it))?;
    Some(arguments.get(at + 1))
}

/// What stands after keywords and assignments; none where nothing does, or where it isn't a command.
pub(crate) fn past_keywords(words: &[String]) -> Option<&[String]> {
    let start = words.iter().position(|word| !is_prefix_keyword(word) && !is_assignment(word))?;
    let mut rest = &words[start..];
    // `function name { command`
    if rest[0] == "function" {
        rest = rest.get(2..)?;
        return past_keywords(rest);
    }
    let is_command = !SAYS_NOTHING.has(&rest[0]) && rest.last().is_none_or(|it| it != "]]");
    is_command.then_some(rest)
}

/// The command that wrappers (`sudo`, `timeout 5m`) run; none where it isn't run. `words` is not empty.
pub(crate) fn past_wrappers(mut words: &[String]) -> Option<&[String]> {
    while let Some(&(wrapper, with_value, positional)) = wrapper(program_name(&words[0])) {
        // `command -v x` asks whether x is there.
        if wrapper == "command" && words.get(1).is_some_and(|it| matches!(it.as_str(), "-V" | "-v")) {
            return None;
        }
        let mut rest = past_flags(&words[1..], with_value)?;
        for _ in 0..positional {
            rest = past_flags(rest.get(1..)?, with_value)?;
        }
        words = past_keywords(rest)?;
    }
    Some(words)
}

/// What stands behind the flags that words begin with; none where the value of the last one is missing.
fn past_flags<'w>(mut words: &'w [String], with_value: &[&str]) -> Option<&'w [String]> {
    while let Some(flag) = words.first().filter(|it| it.starts_with('-')) {
        words = words.get(1 + usize::from(with_value.contains(&flag.as_str()))..)?;
        if flag == "--" {
            break;
        }
    }
    Some(words)
}

/// Whether a word sets a variable: `name=value`.
pub(crate) fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else { return false };
    let name = name.strip_suffix('+').unwrap_or(name);
    let name = name.split('[').next().unwrap_or(name);
    name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The name of a program without its folder; `$` for one that is an expression.
pub(crate) fn program_name(program: &str) -> &str {
    // Nearly all are a name alone.
    if program.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
        return program;
    }
    // The folder may be an expression with slashes of its own.
    let after = memchr::memrchr(b'}', program.as_bytes()).map_or(0, |end| end + 1);
    let name = match memchr::memrchr(b'/', &program.as_bytes()[after..]) {
        Some(slash) => &program[after + slash + 1..],
        None if after > 0 => "$",
        None => program,
    };
    let name = name.strip_suffix(".exe").unwrap_or(name);
    if name.contains('$') { "$" } else { name }
}

fn command_of(name: &str, arguments: &[String]) -> Option<Command> {
    let is_program = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+' | b'@');
    let looks_like_one = name == "$"
        || name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
            && name.bytes().all(is_program);
    // What only asks for its version does nothing: `terraform --version` changes no infrastructure.
    let asks_only = matches!(arguments, [only] if matches!(only.as_str(), "--version" | "-version" | "--help"));
    if !looks_like_one || asks_only {
        return None;
    }
    if INTERPRETERS.has(name) {
        return Some(interpreted(name, arguments));
    }
    if name == "rsync" && arguments.iter().all(|it| is_here(it)) {
        return Some(Command { tool: name.to_owned(), verb: "local".to_owned() });
    }
    if matches!(name, "helm" | "kubectl") && is_dry_run(arguments) {
        return Some(Command { tool: name.to_owned(), verb: "dry-run".to_owned() });
    }
    let (words, with_value) = tool(name).map_or((Words::Number(0), &[][..]), |row| (row.1, row.2));
    Some(Command { tool: name.to_owned(), verb: verb(words, with_value, arguments) })
}

/// Whether what is copied from or to lies on the own machine: it names no other (`host:path`, `rsync://host`), and is no
/// expression that may.
fn is_here(argument: &str) -> bool {
    argument.starts_with('-') || !argument.contains([':', '$', '{', '`'])
}

/// Whether a flag says that nothing is to be changed, as kubectl and helm have it: alone, or with what stands in for the
/// cluster; `none` and `false` mean that it is no dry run.
fn is_dry_run(arguments: &[String]) -> bool {
    let own = arguments.iter().take_while(|it| *it != "--");
    let says = |it: &String| {
        let rest = it.strip_prefix("--dry-run")?;
        Some(rest.is_empty() || rest.strip_prefix('=').is_some_and(|it| !matches!(it, "none" | "false" | "")))
    };
    own.filter_map(says).any(|it| it)
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
        Words::ToVerb => 3,
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
        if matches!(words, Words::ToVerb) && GCLOUD_VERBS.binary_search(&word.as_str()).is_ok() {
            break;
        }
    }
    // To begin afresh says nothing on a machine that does: what is done then says it.
    match verb.strip_prefix("clean ") {
        Some(rest) if matches!(words, Words::Targets) => rest.to_owned(),
        Some(_) | None => verb,
    }
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
    use super::{commands, commands_of};

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
            ("mvn -B -f a/pom.xml -Dx=y clean verify", "mvn verify"),
            ("./gradlew clean", "gradlew clean"),
            ("./gradlew :app:build --no-daemon test", "gradlew :app:build test"),
            ("./gradlew test --tests org.example.ApiTest jacoco", "gradlew test jacoco"),
            ("aws --region eu-west-2 s3 cp a b", "aws s3 cp"),
            (
                "aws ecr get-login-password | docker login -u AWS --password-stdin x",
                "aws ecr get-login-password; docker login",
            ),
            ("gcloud --project p run deploy svc", "gcloud run deploy"),
            ("gcloud run services replace service.yaml", "gcloud run services replace"),
            ("gcloud container clusters get-credentials main --zone z", "gcloud container clusters get-credentials"),
            ("az acr login --name x", "az acr login"),
            ("gh pr create -t x", "gh pr create"),
            ("gh api -X POST repos/a/b", "gh api"),
            ("kubectl -n ns rollout status deploy/x", "kubectl rollout status"),
            ("helm dependency update charts/x", "helm dependency update"),
            ("helm upgrade --install a b", "helm upgrade"),
            ("curl -sSL https://x | bash", "curl; bash"),
            ("jq -r .a b.json", "jq"),
            ("rsync -a --delete src/ build/", "rsync local"),
            ("helm template . | kubectl apply --dry-run=server -f -", "helm template; kubectl dry-run"),
            ("kubectl apply --dry-run=none -f .", "kubectl apply"),
            ("helm upgrade --install shop . --dry-run", "helm dry-run"),
            ("rsync -a src/ deploy@example.org:/srv", "rsync"),
            ("rsync -a src/ rsync://example.org/srv", "rsync"),
            ("rsync -a src/ \"$TARGET\"", "rsync"),
            ("rsync -a -e 'ssh -p 22' src/ host:/srv", "rsync"),
            ("python -m pip install -U x", "pip install"),
            ("python3 tools/release.py --now", "python3 release.py"),
            ("python -c 'print(1)'", "python"),
            ("node -e 'x'", "node"),
            ("poetry run pytest -q", "poetry run pytest"),
            ("make ${{ inputs.target }}", "make"),
            ("cargo +nightly test", "cargo"),
            ("terraform --version; node --version && java -version", ""),
            ("release --version 1.2", "release"),
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
            ("aws-vault exec identity -- terraform import a b", "terraform import"),
            ("aws-vault exec -d 1h live terraform plan", "terraform plan"),
            ("aws-vault list", ""),
            ("find . | xargs grep x", "find; grep"),
            ("time nohup ./run.sh &", "run.sh"),
            ("exec \"$DIR/bin/app\"", "app"),
            ("${{ github.action_path }}/scripts/build.sh a", "build.sh"),
            ("\"$GITHUB_WORKSPACE\"/a.sh", "a.sh"),
            ("$CMD a", "$"),
            ("${{ inputs.cmd }}", "$"),
            ("bash -eu scripts/x.sh a", "x.sh"),
            ("bash -euo pipefail scripts/x.sh a", "x.sh"),
            ("bash --rcfile .rc -x ./x.sh", "x.sh"),
            ("sh -- x.sh", "x.sh"),
            ("curl -sfL https://example.org/install.sh | sh -s -- -b /opt/bin", "curl; sh"),
            ("curl https://example.org/i | sudo bash -es v2", "curl; bash"),
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
            ("docker run a \\\n  make b", "make b"),
            ("A=(make b)\necho ${A[@]}", ""),
            ("{{ .x }} === ) \"a b\"", ""),
        ] {
            assert_eq!(told(commands(script)), expected, "{script}");
        }
    }

    #[test]
    fn other_interpreters() {
        assert_eq!(told(commands_of("pwsh", "Get-Item x; dotnet build a")), "Get-Item; dotnet build");
        assert_eq!(told(commands_of("python {0}", "import os")), "python");
        assert_eq!(told(commands_of("/bin/bash -e {0}", "make a")), "make a");
        assert_eq!(told(commands_of("", "make a")), "make a");
        assert_eq!(told(commands_of("${{ matrix.shell }}", "make a")), "make a");
    }
}
