//! What pipelines run of a repository, whichever way: scripts and targets that they name, and those that these name. A
//! command in one of them is run by the pipeline, not by people.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::{ReadFiles, Runner, commands, file, names};
use crate::facts::{Facts, RunBy, Said};
use crate::pipeline::Command;
use crate::resolve::files::Files;

/// More targets than people's own repositories have.
const MAX_REACHED: usize = 2_000;

/// Says of commands that people were thought to run that a pipeline does, where it runs their script or target.
pub(super) fn resolve(facts: &mut Facts, read: &mut ReadFiles, files: &Files<'_>) {
    let is_by_people = |says: &BTreeMap<Said, BTreeSet<String>>| {
        says.get(&Said::RunBy).is_some_and(|it| it.contains(RunBy::People.id()))
    };
    if !facts.markers.iter().any(|it| is_by_people(&it.says)) {
        return;
    }
    let reached = reached(facts, read, files);
    facts.markers.retain_mut(|marker| {
        let in_file = reached.get(&*marker.at.path).filter(|_| is_by_people(&marker.says));
        !in_file.is_some_and(|it| it.has(marker.at.line)) || marker.run_by_pipeline()
    });
}

/// What is reached of a file.
#[derive(Default)]
struct Reached {
    /// The lines that its targets begin at, and whether each is reached; by line.
    targets: BTreeMap<u32, bool>,
}

impl Reached {
    /// Whether a line belongs to a target that is reached.
    fn has(&self, line: u32) -> bool {
        self.targets.range(..=line).next_back().is_some_and(|(_, is_reached)| *is_reached)
    }
}

/// What the pipelines run, by file.
fn reached(facts: &Facts, read: &mut ReadFiles, files: &Files<'_>) -> BTreeMap<String, Reached> {
    let mut reached: BTreeMap<String, Reached> = BTreeMap::new();
    let mut done: BTreeSet<(String, String)> = BTreeSet::new();
    // Many pipelines run the same.
    let mut seen: FxHashSet<Command> = FxHashSet::default();
    let mut open: Vec<Command> = commands(facts).filter(|it| Runner::of(&it.tool).is_some()).cloned().collect();
    while let Some(command) = open.pop() {
        let Some(runner) = Runner::of(&command.tool) else { continue };
        if !seen.insert(command.clone()) {
            continue;
        }
        let Some(file) = file(runner, &command, files) else { continue };
        let Some(defined) = read.defined(file, files) else { continue };
        for name in names(runner, &command, defined) {
            if done.len() >= MAX_REACHED || !done.insert((file.path.to_owned(), name.clone())) {
                continue;
            }
            let of_file = reached.entry(file.path.to_owned()).or_default();
            for line in defined.lines() {
                of_file.targets.entry(line).or_insert(false);
            }
            if let Some(at) = defined.place(&name) {
                of_file.targets.insert(at.line, true);
            }
            let Some(target) = defined.target(&name) else { continue };
            open.extend(target.commands.iter().cloned());
            // What a target needs first is a target of the same file.
            let needed = |it: &String| Command { tool: command.tool.clone(), verb: it.clone() };
            open.extend(target.needs.iter().filter(|_| runner != Runner::Script).map(needed));
        }
    }
    reached
}
