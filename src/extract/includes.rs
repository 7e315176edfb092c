//! Files that pipelines include from their own repository: what they are, only the pipeline that names them says.

use std::collections::BTreeSet;

use super::extract;
use crate::classify::FileKind;
use crate::facts::Facts;
use crate::pipeline::{Role, System};
use crate::resolve::{Files, KnownFile, Questions};

/// No repository that people write includes more files.
const MAX_INCLUDES: usize = 4_000;

/// Reads the files that pipelines include and that were not read as pipelines of their own, those that these include,
/// and so on, and adds what they show.
pub fn read_includes(facts: &mut Facts, questions: &mut Questions, files: &Files<'_>) {
    let mut done: BTreeSet<(String, FileKind)> = BTreeSet::new();
    loop {
        let new: Vec<(String, FileKind)> = questions.includes().filter(|it| !done.contains(it)).collect();
        if new.is_empty() || done.len() >= MAX_INCLUDES {
            return only_uploaded(&done, facts);
        }
        for (path, kind) in new {
            include(&path, kind, facts, questions, files);
            done.insert((path, kind));
        }
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
        // A candidate was counted as read when its content was looked at.
        facts.files.read += u64::from(known.kind != FileKind::PipelineCandidate);
        *facts.files.recognised.entry(kind).or_default() += 1;
    }
}
