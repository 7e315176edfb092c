//! Commands, wherever they stand: in scripts, makefiles and their like, steps of pipelines, provisioners of Terraform.
//!
//! Each place has its own way to its scripts; all come to [`Around::script`], which hands every program that a script runs
//! on to [`judge`]. Invocations count, not words: what stands in comments, quotes, echoed texts or here-documents that
//! nothing runs is data. Image builds (Dockerfile, Packer, cloud-init, roles of Ansible) make a machine anew, which is no
//! work by hand, and aren't read for it.

mod helm;
mod judge;
mod named;
mod outcomes;
mod place;
mod shape;
mod yaml;

pub(super) use self::named::{
    ENDS as ENDS_OF_SCRIPTS, of_file as scripts_named_by, of_terraform as scripts_named_by_terraform,
};
use self::outcomes::Judged;
use self::place::Place;
pub(super) use self::yaml::of_yaml;
use super::ci;
use crate::classify::FileKind;
use crate::facts::{Context, Facts, RunBy, Said};
use crate::knowledge::Only;
use crate::paths::folder_of;
use crate::pipeline::triggers::{Starter, started_by};
use crate::pipeline::{Pipeline, Step, System};
use crate::resolve::recipes;
use crate::source::{Location, SourceFile};
use crate::syntax::hcl::{Block, Body};
use crate::syntax::shell;

/// A program that is run somewhere, for whoever makes something of it.
pub(super) struct Ran<'r> {
    /// What holds for all commands of its script.
    pub(super) around: &'r Around<'r>,
    /// The program, without its folder, and its arguments.
    pub(super) words: &'r [&'r str],
    /// The program whose output it reads, or runs as a script of its own.
    pub(super) reads: Option<&'r str>,
    /// Whether what runs it goes on as if nothing had happened where it fails.
    pub(super) may_fail: bool,
    /// Whether it runs on another machine.
    pub(super) is_remote: bool,
    /// Where it begins in the file.
    offset: usize,
}

impl Ran<'_> {
    /// The line that it stands in.
    fn line(&self) -> &str {
        let text = self.around.file.text();
        let (before, after) = text.split_at_checked(self.offset).unwrap_or((text, ""));
        let start = before.rfind('\n').map_or(0, |it| it + 1);
        let end = after.find('\n').map_or(text.len(), |it| self.offset + it);
        text.get(start..end).unwrap_or("")
    }

    /// Where it stands, to the end of its line. Costs more than it looks: asked for what is kept only.
    pub(super) fn location(&self) -> Location {
        let file = self.around.file;
        let line = file.text().get(self.offset..).and_then(|it| it.lines().next()).unwrap_or("");
        file.at(self.offset..self.offset + line.trim_end().len())
    }
}

/// What holds for all commands of a script.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) file: &'a SourceFile<'a>,
    /// What the file is evidence of.
    pub(super) context: Context,
    /// Who runs it, as far as this file says.
    pub(super) run_by: RunBy,
    /// What starts the pipelines that it is run in.
    pub(super) started: Started,
    /// Whether what holds the script passes where the script fails (`continue-on-error`, `allow_failure`).
    pub(super) may_fail: bool,
    /// How a later step judges the one that it is in, whose failure is put off.
    pub(super) judged: Option<Judged>,
    /// Whether it is run in the root of the repository, as far as that is known.
    pub(super) is_at_root: bool,
}

/// What starts the pipelines of a file, as far as rows ask for it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Started {
    /// The end of a pull request.
    by_closed_requests: bool,
    /// A pull request; or they don't say what.
    by_requests: bool,
    /// A schedule.
    by_schedule: bool,
    /// Nothing but time and people, and what is started brings nothing about: whoever wrote a change has it merged by then.
    only_afterwards: bool,
}

impl Started {
    /// What the pipelines say that were read out of this file. That it is the end of a request only, a workflow says
    /// elsewhere.
    fn of(file: &SourceFile<'_>, facts: &Facts) -> Self {
        let own = || facts.pipelines.iter().rev().take_while(|it| it.at.path == *file.path());
        let has = |wanted: &[&str]| own().any(|it| it.triggers.iter().any(|it| wanted.contains(&it.as_str())));
        Started {
            by_closed_requests: has(&["pr-closed"]),
            // A template is started by whoever calls it.
            by_requests: own().any(|it| it.triggers.is_empty())
                || has(&["merge_request", "pr", "pull_request", "pull_request_target", "workflow_call"]),
            by_schedule: has(&["schedule"]),
            only_afterwards: own().next().is_some() && own().all(is_only_afterwards),
        }
    }
}

/// Whether a pipeline looks at what is there already: nothing but time and people start it, as far as its file says all
/// of what does, and it doesn't bring anything about that a check in it could stop.
fn is_only_afterwards(it: &Pipeline) -> bool {
    let is_late = |event: &String| matches!(started_by(event), Starter::Person | Starter::Time);
    it.system.language() == System::GithubActions
        && !it.triggers.is_empty()
        && it.triggers.iter().all(is_late)
        && !brings_about(it)
}

/// Verbs, and words of the names of templates, that bring something about; sorted.
const BRINGS_ABOUT: &[&str] = &["apply", "deploy", "deployment", "provision", "publish", "release", "up", "upgrade"];

/// Whether a pipeline does more than look, by the verbs of its commands and by what it calls.
fn brings_about(it: &Pipeline) -> bool {
    let does = |text: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| BRINGS_ABOUT.binary_search(&word).is_ok())
    };
    let runs = |step: &Step| match step {
        Step::Run(commands) => commands.iter().any(|it| does(&it.verb)),
        Step::Call(_) | Step::Use(_) => false,
    };
    let jobs = || it.jobs.iter().chain(&it.parts);
    it.calls().any(does) || jobs().flat_map(|it| &it.steps).any(runs)
}

impl<'a> Around<'a> {
    /// What holds for the scripts of a file that people run, unless something else of the repository runs it.
    fn of_people(file: &'a SourceFile<'a>) -> Self {
        let (context, run_by) = (file.context(), RunBy::People);
        let started = Started::default();
        Around { file, context, run_by, started, may_fail: false, judged: None, is_at_root: false }
    }

    /// Whether a row that counts in some pipelines only counts here.
    pub(super) fn counts(&self, only: Option<Only>) -> bool {
        let Started { by_closed_requests, by_requests, by_schedule, only_afterwards: _ } = self.started;
        match only {
            Some(Only::ClosedRequests) => by_closed_requests,
            Some(Only::Requests) => by_requests,
            Some(Only::Scheduled) => by_schedule,
            None => true,
        }
    }

    /// Reads a script: hands every program that it runs on.
    fn script(&self, text: &str, interpreter: &str, place: Place, facts: &mut Facts) {
        // PowerShell doesn't tell small letters from capitals, and there is little of it.
        if !matches!(interpreter, "cmd" | "pwsh") && !self.file.knowledge().may_know(text) {
            return;
        }
        let interpreter = if interpreter.is_empty() { ci::interpreter(text) } else { interpreter };
        if shell::is_shell(interpreter) {
            shell::programs(text, &mut |it| {
                self.ran(&it.words, Some(it), &|| place.offset(self.file, text, it.at), facts);
            });
            return;
        }
        // These languages are read without places: a command is the next of its name.
        let mut from = 0;
        for words in shell::words_of(interpreter, text) {
            let found = find_command(text, from, &words);
            let at = found.unwrap_or(from);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            self.ran(&words, None, &|| place.offset(self.file, text, at), facts);
            from = found.map_or(from, |at| at + words.first().map_or(0, |it| it.len()));
        }
    }

    /// The same for a file that is a script of a shell, whose shape is of interest too.
    fn programs(&self, text: &str, place: Place, shape: &mut shape::Shape, facts: &mut Facts) {
        let may_know = shell::is_shell(ci::interpreter(text)) && self.file.knowledge().may_know(text);
        shell::programs(text, &mut |it| {
            shape.add(it);
            if may_know {
                self.ran(&it.words, Some(it), &|| place.offset(self.file, text, it.at), facts);
            }
        });
    }

    fn ran(&self, words: &[&str], program: Option<&shell::Program<'_>>, offset: &dyn Fn() -> usize, facts: &mut Facts) {
        let ran = Ran {
            around: self,
            words,
            reads: program.and_then(|it| it.reads),
            may_fail: self.may_fail || program.is_some_and(|it| it.may_fail),
            is_remote: program.is_some_and(|it| it.is_remote),
            offset: 0,
        };
        judge::judge(ran, offset, facts);
    }
}

/// Where a command stands, from an offset on: its name in any case, in no comment, with its first arguments before
/// flags in the same line.
fn find_command(text: &str, mut from: usize, words: &[String]) -> Option<usize> {
    let name = words.first()?;
    let names = words.iter().skip(1).take_while(|it| !it.starts_with('-')).take(3);
    loop {
        let at = from + find_any_case(text.get(from..)?, name)?;
        let start = memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |it| it + 1);
        let before = text[start..at].trim_start().trim_start_matches('@').to_ascii_lowercase();
        let is_comment = before.starts_with("rem ") || before.starts_with("::") || before.contains('#');
        let line = text[at..].lines().next().unwrap_or("");
        if !is_comment && names.clone().all(|it| line.contains(it.as_str())) {
            return Some(at);
        }
        from = at + name.len();
    }
}

/// Where a word stands first in a text, in any case.
fn find_any_case(text: &str, word: &str) -> Option<usize> {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let (first, upper) = (word.first()?.to_ascii_lowercase(), word.first()?.to_ascii_uppercase());
    memchr::memchr2_iter(first, upper, text)
        .find(|&at| text.get(at..at + word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word)))
}

/// Adds what the commands of a file show that is a script, or holds scripts without being a pipeline in YAML.
pub(super) fn of_file(file: &SourceFile<'_>, facts: &mut Facts) {
    if makes_machines(file.path()) {
        return;
    }
    let people = Around::of_people(file);
    match file.kind() {
        FileKind::ShellScript => {
            let mut shape = shape::Shape::default();
            people.programs(file.text(), Place::Exact(0), &mut shape, facts);
            facts.scripts.push(shape.script(file));
        }
        FileKind::PowershellScript => people.script(file.text(), "pwsh", Place::Exact(0), facts),
        FileKind::BatchScript => people.script(file.text(), "cmd", Place::Exact(0), facts),
        FileKind::GroovyFile | FileKind::JenkinsLibrary | FileKind::JenkinsPipeline => {
            let started = Started::of(file, facts);
            let pipeline = Around { run_by: RunBy::Pipeline, started, ..people };
            if file.knowledge().may_know(file.text()) {
                recipes(file, &mut |text, line| pipeline.script(text, "", Place::Line(line), facts));
            }
            judge::actions_of_pipelines(&pipeline, facts);
        }
        FileKind::Justfile | FileKind::Makefile | FileKind::Taskfile if file.knowledge().may_know(file.text()) => {
            recipes(file, &mut |text, line| people.script(text, "", Place::Line(line), facts));
        }
        _ => {}
    }
}

/// Adds what the provisioners of a resource run: on the machine that runs Terraform, or on the one that was made.
pub(super) fn of_provisioners(
    file: &SourceFile<'_>,
    context: Context,
    body: &Body<'_>,
    resource: &Block<'_>,
    facts: &mut Facts,
) {
    for block in body.children(resource).filter(|it| it.kind == "provisioner") {
        let kind = body.labels(block).first().map_or("", |it| it.text);
        let around = Around { context, run_by: RunBy::Terraform, ..Around::of_people(file) };
        let before = facts.markers.len();
        let mut does_something = false;
        for name in ["command", "inline"] {
            let Some(value) = body.attribute(block, name) else { continue };
            let start = value.value_span.start;
            // A text in quotes, a here-document, or a list of texts: the words in all of them are those of a shell, once
            // quotes are taken off.
            for (at, text) in texts(value.value) {
                around.script(&text, "", Place::Whole(start + at), facts);
                shell::programs(&text, &mut |it| {
                    does_something |= it.words.first().is_some_and(|it| DO_NOTHING.binary_search(it).is_err());
                });
            }
            // What isn't written out here does what nobody knows.
            does_something |= !value.value.contains('"') && !value.value.starts_with("<<");
        }
        // One that runs commands which count themselves isn't counted twice; one that only waits does nothing by hand.
        let is_told = facts.markers[before..].iter().any(|it| it.says.contains_key(&Said::Weight));
        if kind != "local-exec" || does_something && !is_told {
            judge::provisioner(&around, kind, body.head(block), facts);
        }
    }
}

/// The texts of a value: quoted ones, or a here-document; with where each begins.
fn texts(value: &str) -> Vec<(usize, String)> {
    if let Some(rest) = value.strip_prefix("<<") {
        let body = rest.split_once('\n').map_or("", |(_, body)| body);
        let body = body.trim_end().rsplit_once('\n').map_or("", |(body, _)| body);
        return vec![(0, body.to_owned())];
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'"', &value.as_bytes()[at..]).map(|it| at + it) {
        let mut end = open + 1;
        let bytes = value.as_bytes();
        while end < bytes.len() && bytes[end] != b'"' {
            end += 1 + usize::from(bytes[end] == b'\\');
        }
        let inside = value.get(open + 1..end.min(value.len())).unwrap_or("");
        found.push((open + 1, inside.replace("\\\"", "\"").replace("\\n", "\n")));
        at = (end + 1).min(value.len());
    }
    found
}

/// Programs that change nothing: a provisioner that runs only these waits or talks; sorted.
const DO_NOTHING: &[&str] = &[":", "date", "echo", "exit", "printf", "set", "sleep", "true"];

/// Folders of what makes machines or images; sorted.
const MAKES_MACHINES: &[&str] = &[".devcontainer", "ansible", "cloud-init", "cloudinit", "docker", "packer", "roles"];

/// Whether a path says that its scripts run while a machine or an image is made: its folders, or a part of it that is
/// called after the data that a machine is given when it starts.
fn makes_machines(path: &str) -> bool {
    let folders = folder_of(path);
    let is_data = |it: &str| ["user-data", "user_data", "userdata"].iter().any(|word| it.contains(word));
    folders.split('/').any(|it| MAKES_MACHINES.binary_search(&it).is_ok()) || path.split('/').any(is_data)
}

#[cfg(test)]
mod tests {
    use super::{BRINGS_ABOUT, DO_NOTHING, MAKES_MACHINES, find_any_case, makes_machines, texts};

    #[test]
    fn tables_are_sorted() {
        assert!(BRINGS_ABOUT.is_sorted());
        assert!(DO_NOTHING.is_sorted());
        assert!(MAKES_MACHINES.is_sorted());
    }

    #[test]
    fn machines() {
        assert!(makes_machines("ci/packer/scripts/install.sh"));
        assert!(!makes_machines("scripts/packer.sh"));
        assert!(makes_machines("infra/templates/user-data.sh"));
        assert!(!makes_machines("packer"));
    }

    #[test]
    fn texts_of_values() {
        let told = |it| texts(it).into_iter().map(|(at, text)| format!("{at}:{text}")).collect::<Vec<_>>().join("|");
        assert_eq!(told(r#""a \"b\" c""#), r#"1:a "b" c"#);
        assert_eq!(told("[\"a\",\n \"b\"]"), "2:a|8:b");
        assert_eq!(told("<<-EOT\n  a\n  b\nEOT\n"), "0:  a\n  b");
        assert_eq!(told("var.x"), "");
        assert_eq!(told("\"open"), "1:open");
    }

    #[test]
    fn commands_without_places() {
        let words = |it: &str| it.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let text = "rem az group create\n@az group list\naz group create\n";
        assert_eq!(super::find_command(text, 0, &words("az group list")), Some(21));
        assert_eq!(super::find_command(text, 21, &words("AZ group list")), Some(21));
        // A command that only begins as this one does is another.
        assert_eq!(super::find_command(text, 21, &words("AZ group create")), Some(35));
        assert_eq!(super::find_command(text, 22, &words("az group create")), Some(35));
        assert_eq!(super::find_command("# x\n", 0, &words("x")), None);
    }

    #[test]
    fn words_in_any_case() {
        assert_eq!(find_any_case("x get-ITEM", "Get-Item"), Some(2));
        assert_eq!(find_any_case("x", "Get-Item"), None);
        assert_eq!(find_any_case("x", ""), None);
    }
}
