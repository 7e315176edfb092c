//! What the targets run that pipelines name: `make test`, `just check`, `task build`, `npm run lint`, `./build.sh`.
//!
//! One file is followed: the makefile (justfile, Taskfile, package.json) in the root, or the only one there is, and in
//! it what a target needs first and the targets that it calls itself. A command that the file doesn't define stays
//! what it is.

mod reached;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use self::read::Defined;
use super::files::{Files, KnownFile};
use crate::classify::FileKind;
use crate::facts::{Context, Facts, Target};
use crate::pipeline::{Command, Job, Step};
use crate::syntax::shell::program_name;

/// More commands than a target of people's own has.
const MAX_COMMANDS: usize = 400;

/// What runs targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Runner {
    Just,
    Make,
    /// npm and its likes.
    Node,
    /// A script by its own name.
    Script,
    Task,
}

impl Runner {
    /// The runner that a program is.
    fn of(tool: &str) -> Option<Self> {
        match tool {
            "gmake" | "make" => Some(Runner::Make),
            "just" => Some(Runner::Just),
            "bun" | "npm" | "pnpm" | "yarn" => Some(Runner::Node),
            "go-task" | "task" => Some(Runner::Task),
            script if script.ends_with(".sh") => Some(Runner::Script),
            _ => None,
        }
    }

    /// The kind of files that define its targets.
    fn kind(self) -> FileKind {
        match self {
            Runner::Just => FileKind::Justfile,
            Runner::Make => FileKind::Makefile,
            Runner::Node => FileKind::PackageJson,
            Runner::Script => FileKind::ShellScript,
            Runner::Task => FileKind::Taskfile,
        }
    }
}

/// Whether pipelines run anything that a file of the repository may define.
pub(super) fn has_any(facts: &Facts) -> bool {
    commands(facts).any(|it| Runner::of(&it.tool).is_some())
}

/// The files that define targets, as far as they were read, by path; nothing for one that can't be read.
#[derive(Default)]
struct ReadFiles(BTreeMap<String, Option<Defined>>);

impl ReadFiles {
    /// What a file defines.
    fn defined(&mut self, file: KnownFile<'_>, files: &Files<'_>) -> Option<&Defined> {
        if !self.0.contains_key(file.path) {
            self.0.insert(file.path.to_owned(), files.with(file, Defined::read).flatten());
        }
        self.0.get(file.path)?.as_ref()
    }
}

/// Adds what the targets run that the pipelines name, and says of commands in them that a pipeline runs them.
pub(super) fn resolve(facts: &mut Facts, files: &Files<'_>) {
    let mut read = ReadFiles::default();
    add_targets(facts, &mut read, files);
    reached::resolve(facts, &mut read, files);
}

/// Adds what the targets run that the pipelines name.
fn add_targets(facts: &mut Facts, read: &mut ReadFiles, files: &Files<'_>) {
    let asked: BTreeSet<Command> = commands(facts).filter(|it| Runner::of(&it.tool).is_some()).cloned().collect();
    for command in asked {
        let Some(runner) = Runner::of(&command.tool) else { continue };
        let Some(file) = file(runner, &command, files) else { continue };
        let Some(defined) = read.defined(file, files) else { continue };
        let names = names(runner, &command, defined);
        let Some(at) = names.first().and_then(|it| defined.place(it)) else { continue };
        let mut runs = Vec::new();
        let mut done = BTreeSet::new();
        names.iter().for_each(|name| follow(name, runner, defined, &mut done, &mut runs));
        facts.targets.push(Target { at, command, runs });
    }
}

/// All commands of all pipelines.
fn commands(facts: &Facts) -> impl Iterator<Item = &Command> {
    let jobs = facts.pipelines.iter().flat_map(|it| it.jobs.iter().chain(&it.parts));
    let steps = jobs.flat_map(|job: &Job| &job.steps);
    steps.flat_map(|step| match step {
        Step::Run(commands) => commands.as_slice(),
        Step::Call(_) | Step::Use(_) => &[],
    })
}

/// The file that defines a command's targets: the one in the root, else the only one in production; of scripts the only
/// one of that name, in production or else anywhere: who names a script of the tests runs it.
fn file<'f>(runner: Runner, command: &Command, files: &Files<'f>) -> Option<KnownFile<'f>> {
    let is_one = |it: &KnownFile<'_>| {
        it.kind == runner.kind()
            && (runner != Runner::Script || program_name(it.path) == command.tool)
            && !it.path.ends_with(".mk")
    };
    let is_in_production = |it: &KnownFile<'_>| it.context == Context::Production;
    let mut all = files.known().filter(|it| is_one(it) && is_in_production(it));
    let Some(first) = all.next() else {
        let mut elsewhere = files.known().filter(|it| runner == Runner::Script && is_one(it));
        return elsewhere.next().filter(|_| elsewhere.next().is_none());
    };
    let rest: Vec<KnownFile<'f>> = all.collect();
    if rest.is_empty() {
        return Some(first);
    }
    if runner == Runner::Script {
        return None;
    }
    std::iter::once(first).chain(rest).find(|it| !it.path.contains('/'))
}

/// The targets that a command names, of those that its file defines.
fn names(runner: Runner, command: &Command, defined: &Defined) -> Vec<String> {
    let words: Vec<&str> = command.verb.split(' ').filter(|it| !it.is_empty()).collect();
    let named: Vec<&str> = match (runner, words.as_slice()) {
        (Runner::Script, _) => vec![""],
        (Runner::Just | Runner::Make | Runner::Task, []) => defined.default().into_iter().collect(),
        (Runner::Just | Runner::Make | Runner::Task, words) => words.to_vec(),
        (Runner::Node, ["run" | "run-script", name]) => vec![name],
        // Other words are npm's own commands, also where a script has their name.
        (Runner::Node, [name @ ("restart" | "start" | "stop" | "test")]) => vec![name],
        (Runner::Node, [name]) if command.tool != "npm" && command.tool != "bun" => vec![name],
        (Runner::Node, _) => Vec::new(),
    };
    named.into_iter().filter(|it| defined.place(it).is_some()).map(str::to_owned).collect()
}

/// Adds what a target runs: first what it needs, then its own commands; those that are targets of the same file are
/// what these run.
fn follow(name: &str, runner: Runner, defined: &Defined, done: &mut BTreeSet<String>, runs: &mut Vec<Command>) {
    let Some(target) = defined.target(name).filter(|_| done.len() < MAX_COMMANDS && done.insert(name.to_owned()))
    else {
        return;
    };
    for before in &target.needs {
        follow(before, runner, defined, done, runs);
    }
    for command in &target.commands {
        let is_same = Runner::of(&command.tool) == Some(runner) && runner != Runner::Script;
        let again = if is_same { names(runner, command, defined) } else { Vec::new() };
        if again.is_empty() && runs.len() < MAX_COMMANDS {
            runs.push(command.clone());
        }
        again.iter().for_each(|it| follow(it, runner, defined, done, runs));
    }
}
