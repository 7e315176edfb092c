//! What commands and uses of pipelines are evidence of: rows of the tables.

use std::ops::Range;

use super::helm::{charts, is_helm};
use super::{Around, Ran};
use crate::facts::{Facts, Marker, MarkerKind, Mode, RunBy, Said, Weight};
use crate::knowledge::{ActionRow, Except};
use crate::pipeline::{Step, System};
use crate::syntax::shell;

/// Flags with which a check tells what it finds and passes; sorted.
const PASSES: &[&str] = &["--exit-code=0", "--exit-zero", "--no-fail", "--soft-fail"];

/// Whether a check is told to pass whatever it finds.
fn is_told_to_pass(words: &[&str]) -> bool {
    words.iter().any(|it| PASSES.binary_search(it).is_ok()) || words.windows(2).any(|it| it == ["--exit-code", "0"])
}

/// The tool that looks at the files of one folder and no others, unless it is told to.
const LOOKS_AT_A_FOLDER: &str = "tflint";

/// Whether it is told of no other folder than where it is started: a word that is no flag, nor behind one, may be one.
fn looks_where_it_is(words: &[&str]) -> bool {
    let tells = |it: &&str| ["--chdir", "--recursive"].iter().any(|flag| it.starts_with(flag));
    let is_flag = |it: &str| it.starts_with('-') && !it.contains('=');
    let is_folder = |it: &[&str]| !it[1].starts_with('-') && !is_flag(it[0]);
    !words.iter().any(tells) && !words.windows(2).any(is_folder)
}

/// Adds what a command is evidence of. Whoever reads the commands of a tool of its own is called from here.
pub(super) fn judge(mut ran: Ran<'_>, offset: &dyn Fn() -> usize, facts: &mut Facts) {
    let knowledge = ran.around.file.knowledge();
    let mut is_placed = false;
    let mut place = |ran: &mut Ran<'_>| {
        if !std::mem::replace(&mut is_placed, true) {
            ran.offset = offset();
        }
    };
    let fetched = fetched(ran.words);
    // Of the rows for one thing the first that holds counts.
    let mut told: Vec<(MarkerKind, &str)> = Vec::new();
    for row in knowledge.commands(fetched.as_deref().unwrap_or(ran.words)) {
        if told.contains(&(row.marker, &row.tool)) || !ran.around.counts(row.only) {
            continue;
        }
        told.push((row.marker, &row.tool));
        place(&mut ran);
        let mut marker = marker(&ran, row.marker, &row.tool, &row.command);
        let words = fetched.as_deref().unwrap_or(ran.words);
        let passes = ran.may_fail || is_told_to_pass(ran.words);
        // What is handed on may decide how a check acts.
        let hands_on = row.marker == MarkerKind::PolicyCheck && ran.words.iter().any(|it| matches!(*it, "$@" | "$*"));
        let how = How { said: row.mode.filter(|_| !hands_on), passes, has_exceptions: row.has_exceptions(words) };
        how.put_in(&mut marker, ran.around);
        marker.looks_at_root = ran.around.is_at_root && row.tool == LOOKS_AT_A_FOLDER && looks_where_it_is(words);
        facts.markers.push(marker);
    }
    if let Some(row) = knowledge.imperative(ran.words) {
        let counts = match row.except {
            Some(Except::Here) => ran.is_remote,
            Some(Except::Pipelines) => ran.is_remote || ran.around.run_by != RunBy::Pipeline,
            None => true,
        };
        let is_elsewhere = row.marker != MarkerKind::RemoteShell || names_a_machine(ran.words);
        if counts && is_elsewhere && !asks_an_emulator(ran.words) {
            place(&mut ran);
            let mut marker = marker(&ran, row.marker, row.tool(), &row.action(ran.words));
            let is_look = row.marker == MarkerKind::RemoteShell && only_looks(ran.words);
            marker.say(Said::Weight, if is_look { Weight::Weak } else { row.weight }.id());
            marker.is_by_hand_only = row.except == Some(Except::Pipelines) && !ran.is_remote;
            facts.markers.push(marker);
        }
    }
    if is_helm(ran.words[0]) {
        place(&mut ran);
        charts(&ran, facts);
    }
    let is_expression = ["iex", "invoke-expression"].iter().any(|it| ran.words[0].eq_ignore_ascii_case(it));
    if is_expression {
        place(&mut ran);
    }
    let row = match ran.reads {
        Some(reads) if !is_own_script(ran.words) => {
            knowledge.downloads_into(ran.words[0]).find(|it| it.tool().eq_ignore_ascii_case(reads))
        }
        _ if is_expression => knowledge.downloads_into(ran.words[0]).find(|it| downloads(ran.line(), it.tool())),
        _ => None,
    };
    if let Some(row) = row {
        place(&mut ran);
        if is_pinned(ran.line()) {
            return;
        }
        let mut marker = marker(&ran, row.marker, row.tool(), "");
        marker.say(Said::Weight, row.weight.id());
        facts.markers.push(marker);
    }
}

/// Programs that run a program of a package, with the word that says so; sorted.
const RUNNERS: &[(&str, &str)] = &[
    ("bundle", "exec"),
    ("bunx", ""),
    ("npx", ""),
    ("pipenv", "run"),
    ("pipx", "run"),
    ("pnpm", "dlx"),
    ("poetry", "run"),
    ("uvx", ""),
    ("yarn", "dlx"),
];

/// Their flags that take a value; sorted.
const FLAGS_OF_RUNNERS: &[&str] = &["--from", "--index-url", "--package", "--python", "--spec", "--with", "-p"];

/// What is run by a program that runs packages: `ncu -u` of `npx --yes ncu@17 -u`.
fn fetched<'w>(words: &[&'w str]) -> Option<Vec<&'w str>> {
    let row = RUNNERS.binary_search_by_key(words.first()?, |row| row.0).ok()?;
    let verb = RUNNERS[row].1;
    let rest = if verb.is_empty() { &words[1..] } else { words[1..].strip_prefix(&[verb])? };
    let mut at = 0;
    while let Some(flag) = rest.get(at).filter(|it| it.starts_with('-')) {
        at += 1 + usize::from(FLAGS_OF_RUNNERS.binary_search(flag).is_ok());
    }
    let mut command = rest.get(at..).filter(|it| !it.is_empty())?.to_vec();
    // A version stands behind an `@`; a scope begins with one.
    if let Some((name, _)) = command[0].rsplit_once('@').filter(|(name, _)| !name.is_empty()) {
        command[0] = name;
    }
    Some(command)
}

/// A marker of a command. `action` is what it does as the row has it, which says more than the first words where a tool's
/// verbs stand behind them.
fn marker(ran: &Ran<'_>, kind: MarkerKind, tool: &str, action: &str) -> Marker {
    let around = ran.around;
    let mut marker = Marker::of(ran.location(), kind, tool, around.context);
    let command = shell::command_words(ran.words);
    let n_words = |it: &str| it.split(' ').count();
    marker.say(Said::Action, if n_words(action) > n_words(&command) { action } else { &command });
    marker.say(Said::RunBy, around.run_by.id());
    marker
}

/// How a check acts, by what is said of it where it is run.
struct How {
    /// What the table says.
    said: Option<Mode>,
    /// Whether its failure may pass.
    passes: bool,
    /// Whether something is excepted from it.
    has_exceptions: bool,
}

impl How {
    /// Puts it in a marker; of what is no check the table says all.
    fn put_in(self, marker: &mut Marker, around: &Around<'_>) {
        let How { said, passes, has_exceptions } = self;
        let is_check = matches!(marker.kind, MarkerKind::PolicyCheck | MarkerKind::PolicyTest);
        let mode = match said {
            _ if passes && (is_check || said == Some(Mode::Blocking)) => Some(Mode::Advisory),
            Some(Mode::Blocking) if is_check && has_exceptions => Some(Mode::Weakened),
            said => said,
        };
        marker.mode = around.judged.filter(|_| is_check).map_or(mode, |it| it.apply(mode));
        if marker.kind != MarkerKind::PolicyCheck {
            return;
        }
        match around.run_by {
            // What it finds is merged by then.
            RunBy::Pipeline if around.started.only_afterwards => marker.mode = Some(Mode::Detecting),
            // Who runs it reads what it says, and may go on.
            RunBy::People if matches!(marker.mode, None | Some(Mode::Blocking | Mode::Weakened)) => {
                marker.mode_in_pipelines = Some(marker.mode.replace(Mode::Advisory));
            }
            RunBy::Machine | RunBy::People | RunBy::Pipeline | RunBy::Terraform => {}
        }
    }
}

/// Programs that only look at what is there; sorted.
const LOOKERS: &[&str] = &[
    "cat", "date", "df", "dig", "du", "env", "free", "getent", "grep", "head", "hostname", "id", "ls", "netstat",
    "nslookup", "printenv", "ps", "pwd", "ss", "tail", "top", "uname", "uptime", "which", "whoami",
];

/// Whether a command on another machine only looks at what is there, as far as it says behind `--` what it is.
fn only_looks(words: &[&str]) -> bool {
    let inside = words.iter().position(|it| *it == "--").and_then(|at| words.get(at + 1..)).unwrap_or_default();
    let Some((program, arguments)) = inside.split_first() else { return false };
    let sends = |it: &&str| {
        matches!(*it, "-X" | "-d" | "-T" | "-F" | "--data" | "--request" | "--upload-file" | "--post-data" | "--method")
    };
    match *program {
        "curl" | "wget" => !arguments.iter().any(sends),
        "nc" => arguments.iter().any(|it| it.starts_with('-') && it.contains('z')),
        program => LOOKERS.binary_search(&program).is_ok(),
    }
}

/// Whether a command on other machines names one: `ssh -T git@host` asks a forge who one is, `ssh -V` for a version.
fn names_a_machine(words: &[&str]) -> bool {
    let (program, arguments) = (words[0], &words[1..]);
    let is_forge = arguments.iter().any(|it| it.starts_with("git@"));
    let is_elsewhere = |it: &&&str| {
        !it.starts_with('-') && it.split_once(':').is_some_and(|(host, _)| !host.is_empty() && !host.contains('/'))
    };
    let is_path = |it: &&str| !it.contains("://");
    match program {
        _ if is_forge => false,
        "scp" | "rsync" => arguments.iter().filter(is_elsewhere).any(is_path),
        "ssh" => arguments.iter().any(|it| !it.starts_with('-')),
        _ => true,
    }
}

/// Whether a shell or an interpreter is given a file or a text of its own, and reads what it is given as data.
fn is_own_script(words: &[&str]) -> bool {
    let before = words[1..].iter().take_while(|it| **it != "-s" && **it != "--");
    before.into_iter().any(|it| !it.starts_with('-') && !it.starts_with("<()") && !it.starts_with("$()"))
}

/// Whether a line of PowerShell downloads something with this command, or with a client of its own.
fn downloads(line: &str, with: &str) -> bool {
    let line = line.to_ascii_lowercase();
    let with = with.to_ascii_lowercase();
    line.contains("downloadstring") || line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|it| it == with)
}

/// Whether a line names what it downloads by the commit or checksum, which can't be changed by anybody later.
fn is_pinned(line: &str) -> bool {
    let parts = line.split(|c: char| !c.is_ascii_alphanumeric());
    parts
        .into_iter()
        .any(|it| matches!(it.len(), 40 | 64) && it.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

/// Texts in arguments by which a command asks what stands in for a cloud or a server while something is tried out.
const EMULATORS: &[&str] =
    &["127.0.0.1", "azurite", "devstoreaccount", "docker-desktop", "local_host", "localhost", "localstack", "minikube"];

/// Whether a command is for an emulator on the own machine.
fn asks_an_emulator(words: &[&str]) -> bool {
    words[1..].iter().any(|word| EMULATORS.iter().any(|it| word.to_ascii_lowercase().contains(it)))
}

/// Adds what a provisioner of Terraform is evidence of: commands where resources are declared.
pub(super) fn provisioner(around: &Around<'_>, kind: &str, at: Range<usize>, facts: &mut Facts) {
    let (marker, weight) = match kind {
        "local-exec" => (MarkerKind::ImperativeCommand, Weight::Medium),
        "remote-exec" | "file" => (MarkerKind::RemoteShell, Weight::Strong),
        _ => return,
    };
    let mut marker = Marker::of(around.file.at(at), marker, "terraform", around.context);
    marker.say(Said::Action, format!("provisioner {kind}"));
    marker.say(Said::RunBy, around.run_by.id());
    marker.say(Said::Weight, weight.id());
    facts.markers.push(marker);
}

/// Adds what a step is evidence of that uses something: `input` gives its inputs.
pub(super) fn action(
    around: &Around<'_>,
    identity: &str,
    input: &dyn Fn(&str) -> Option<String>,
    at: Range<usize>,
    facts: &mut Facts,
) {
    let identity = identity.to_ascii_lowercase();
    for row in first_of_each(around.file.knowledge().actions(&identity).filter(|it| around.counts(it.only))) {
        let mut marker = Marker::of(around.file.at(at.clone()), row.marker, &row.tool, around.context);
        let said = row.mode.as_ref().map(|it| {
            let value = input(&it.input);
            value.and_then(|value| it.is.get(&value).copied()).unwrap_or(it.r#else)
        });
        let is_given = |name: &String| input(name).is_some_and(|it| !it.trim().is_empty());
        let has_exceptions = row.excepts.iter().any(is_given);
        How { said, passes: around.may_fail, has_exceptions }.put_in(&mut marker, around);
        marker.say(Said::Action, identity.as_str());
        marker.say(Said::RunBy, around.run_by.id());
        facts.markers.push(marker);
    }
}

/// The same for what the pipelines of a file use in systems whose steps aren't looked at one by one: where the pipeline
/// is, and without inputs.
pub(super) fn actions_of_pipelines(around: &Around<'_>, facts: &mut Facts) {
    let own = facts.pipelines.iter().rev().take_while(|it| it.at.path == *around.file.path());
    let mut found = Vec::new();
    for pipeline in own.filter(|it| !is_looked_at(it.system)) {
        for job in pipeline.jobs.iter().chain(&pipeline.parts) {
            for step in &job.steps {
                let (Step::Use(identity) | Step::Call(identity)) = step else { continue };
                let lower = identity.to_ascii_lowercase();
                for row in first_of_each(around.file.knowledge().actions(&lower).filter(|it| around.counts(it.only))) {
                    let mut marker = Marker::of(pipeline.at.clone(), row.marker, &row.tool, around.context);
                    let said = row.mode.as_ref().map(|it| it.r#else);
                    How { said, passes: false, has_exceptions: false }.put_in(&mut marker, around);
                    marker.say(Said::Action, lower.as_str());
                    marker.say(Said::RunBy, around.run_by.id());
                    found.push(marker);
                }
            }
        }
    }
    found.sort();
    found.dedup();
    facts.markers.append(&mut found);
}

/// Whether one of the steps of a file's pipelines uses what the tables know.
pub(super) fn uses_known(around: &Around<'_>, facts: &Facts) -> bool {
    let own = facts.pipelines.iter().rev().take_while(|it| it.at.path == *around.file.path());
    let mut steps = own.into_iter().flat_map(|it| it.jobs.iter().chain(&it.parts)).flat_map(|it| &it.steps);
    steps.any(|step| match step {
        Step::Use(it) | Step::Call(it) => around.file.knowledge().actions(&it.to_ascii_lowercase()).next().is_some(),
        Step::Run(_) => false,
    })
}

/// Whether the steps of a system are looked at one by one, with their inputs.
pub(super) fn is_looked_at(system: System) -> bool {
    matches!(
        system,
        System::AzurePipelines | System::BitbucketPipelines | System::ForgejoActions | System::GithubActions
    )
}

/// Of the rows for one thing the first.
fn first_of_each<'k>(rows: impl Iterator<Item = &'k ActionRow>) -> Vec<&'k ActionRow> {
    let mut found: Vec<&ActionRow> = Vec::new();
    for row in rows {
        if !found.iter().any(|it| (it.marker, &it.tool) == (row.marker, &row.tool)) {
            found.push(row);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{EMULATORS, FLAGS_OF_RUNNERS, PASSES, RUNNERS, fetched, is_told_to_pass, names_a_machine};

    #[test]
    fn tables_are_sorted() {
        assert!(PASSES.is_sorted());
        assert!(EMULATORS.is_sorted());
        assert!(FLAGS_OF_RUNNERS.is_sorted());
        assert!(RUNNERS.is_sorted());
        assert!(super::LOOKERS.is_sorted());
    }

    #[test]
    fn checks_that_pass() {
        for (command, expected) in [
            ("trivy config --exit-code 0 .", true),
            ("trivy config --exit-code=0 .", true),
            ("trivy config --exit-code 1 .", false),
            ("checkov --soft-fail -d .", true),
            ("checkov -d 0", false),
        ] {
            assert_eq!(is_told_to_pass(&command.split(' ').collect::<Vec<_>>()), expected, "{command}");
        }
    }

    #[test]
    fn folders_that_are_looked_at() {
        for (command, expected) in [
            ("tflint", true),
            ("tflint --format sarif --disable-rule=a", true),
            ("tflint --recursive", false),
            ("tflint --chdir=infra", false),
            ("tflint --chdir infra", false),
            ("tflint infra", false),
        ] {
            let words: Vec<&str> = command.split(' ').collect();
            assert_eq!(super::looks_where_it_is(&words), expected, "{command}");
        }
    }

    #[test]
    fn programs_of_packages() {
        for (command, expected) in [
            ("npx npm-check-updates -u", "npm-check-updates -u"),
            ("npx --yes --package ncu ncu@17 -u", "ncu -u"),
            ("npx @acme/ncu@2 -u", "@acme/ncu -u"),
            ("pipx run --spec checkov==3 checkov -d .", "checkov -d ."),
            ("uvx zizmor .", "zizmor ."),
            ("poetry run checkov", "checkov"),
            ("poetry install", ""),
            ("npx", ""),
            ("npx --yes", ""),
            ("npx -p", ""),
            ("terraform plan", ""),
        ] {
            let words: Vec<&str> = command.split(' ').collect();
            assert_eq!(fetched(&words).unwrap_or_default().join(" "), expected, "{command}");
        }
    }

    #[test]
    fn what_only_looks() {
        for (command, expected) in [
            ("kubectl exec web -- cat /etc/hosts", true),
            ("kubectl exec web -- wget -qO- http://localhost:8080/health", true),
            ("kubectl exec web -- curl -X POST http://localhost:8080/reload", false),
            ("kubectl exec web -- nc -zv db 5432", true),
            ("kubectl exec web -- rails db:migrate", false),
            ("kubectl exec -it web -- sh", false),
            ("kubectl exec web", false),
            ("ssh user@host ls", false),
        ] {
            assert_eq!(super::only_looks(&command.split(' ').collect::<Vec<_>>()), expected, "{command}");
        }
    }

    #[test]
    fn machines() {
        for (command, expected) in [
            ("ssh user@host ls", true),
            ("ssh -T git@forge.example.org", false),
            ("ssh -V", false),
            ("scp a.txt user@host:/srv", true),
            ("scp a.txt b.txt", false),
            ("rsync -a src/ out/", false),
            ("rsync -a src/ host:out/", true),
            ("rsync -a rsync://mirror.example.org/x out", false),
            ("rsync -a ./a:b out", false),
        ] {
            let words: Vec<&str> = command.split(' ').collect();
            assert_eq!(names_a_machine(&words), expected, "{command}");
        }
    }
}
