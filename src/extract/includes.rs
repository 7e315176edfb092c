//! Files that pipelines include from their own repository: what they are, only the pipeline that names them says.

use std::collections::{BTreeMap, BTreeSet};

use super::gitlab::glob;
use super::{azure, extract};
use crate::classify::{FileKind, Reading};
use crate::facts::{Artifact, Context, Facts, GapReason};
use crate::origin::Origin;
use crate::pipeline::{Role, System};
use crate::resolve::{Files, KnownFile, Questions};
use crate::source::Location;

/// No repository that people write includes more files.
const MAX_INCLUDES: usize = 4_000;

/// How many patterns of files are looked for in one repository.
const MAX_GLOBS: usize = 50;

/// Reads the files that pipelines include and that were not read as pipelines of their own, those that these include,
/// and so on, and adds what they show. A pattern is all files that it fits. What isn't there is a gap where it is
/// included. What pipelines are only beside each other is settled then.
pub fn read_includes(facts: &mut Facts, questions: &mut Questions, files: &Files<'_>) {
    read_all(facts, questions, files);
    azure::settle(facts);
}

fn read_all(facts: &mut Facts, questions: &mut Questions, files: &Files<'_>) {
    let mut done: BTreeSet<(String, FileKind)> = BTreeSet::new();
    let mut globs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    loop {
        let new: Vec<(String, FileKind)> = questions.includes().filter(|it| !done.contains(it)).collect();
        if new.is_empty() || done.len() >= MAX_INCLUDES {
            break;
        }
        for (path, kind) in new {
            if kind == FileKind::GitlabPipeline && path.contains('*') && globs.len() < MAX_GLOBS {
                let fitting = glob::fitting(&path, files);
                fitting.iter().for_each(|it| questions.ask_include(it, kind));
                globs.insert(path.clone(), fitting);
            } else {
                include(&path, kind, facts, questions, files);
            }
            done.insert((path, kind));
        }
    }
    if !globs.is_empty() {
        facts.pipelines.iter_mut().for_each(|it| glob::put_in(it, &globs));
    }
    only_uploaded(&done, facts);
    tell_absent(facts, &done, &globs, files);
}

/// Notes what is included and isn't there.
fn tell_absent(
    facts: &mut Facts,
    asked: &BTreeSet<(String, FileKind)>,
    globs: &BTreeMap<String, Vec<String>>,
    files: &Files<'_>,
) {
    let of_gitlab = asked.iter().filter(|(_, kind)| *kind == FileKind::GitlabPipeline);
    let asked: BTreeSet<&str> = of_gitlab.map(|(path, _)| path.as_str()).collect();
    let is_asked = |path: &str| asked.contains(path);
    let is_there = |path: &str| match globs.get(path) {
        Some(fitting) => !fitting.is_empty(),
        None => files.at(path).is_some(),
    };
    let absent: Vec<Location> = facts
        .uses
        .iter()
        // Examples and tests include what lies where they are meant for.
        .filter(|it| it.artifact == Artifact::CiTemplate && it.context == Context::Production)
        .filter(|it| matches!(&it.origin, Origin::Local { path } if !is_there(path) && is_asked(path)))
        .map(|it| it.at.clone())
        .collect();
    for at in absent {
        facts.gap(at, GapReason::Unreadable, "what is included is no file of the repository");
    }
}

/// Files of Buildkite's folder look the same whether the server runs them or another pipeline uploads them. Those that
/// one does upload run with it; the one that the server looks for first stays a pipeline.
fn only_uploaded(done: &BTreeSet<(String, FileKind)>, facts: &mut Facts) {
    for pipeline in &mut facts.pipelines {
        let path = &*pipeline.at.path;
        let is_first =
            matches!(path, ".buildkite/pipeline.yml" | ".buildkite/pipeline.yaml" | ".buildkite/pipeline.json");
        if pipeline.system == System::Buildkite
            && !is_first
            && done.contains(&(path.to_owned(), FileKind::BuildkitePipeline))
        {
            pipeline.role = Role::Template;
        }
    }
}

/// Reads one file as what the pipeline that includes it takes it for.
fn include(path: &str, kind: FileKind, facts: &mut Facts, questions: &mut Questions, files: &Files<'_>) {
    let Some(known) = files.at(path).filter(|it| !it.kind.is_known()) else { return };
    // A candidate whose content told what it is was read like all others.
    if facts.pipelines.iter().any(|it| *it.at.path == *path) {
        return;
    }
    let file = KnownFile { kind, ..known };
    // Why one can't be read is told with all files that were asked for.
    if files.with(file, |source| extract(source, facts, questions)).is_some() {
        // One that is always looked at was counted as read then.
        facts.files.read += u64::from(known.kind.reading() != Reading::Always);
        *facts.files.recognised.entry(kind).or_default() += 1;
    }
}
