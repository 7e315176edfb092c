//! Woodpecker, and Crow, which reads the same files: workflows → pipelines, what they use.
//!
//! Each file is a workflow; its steps are the jobs. Workflows of one folder wait for each other by the names of their
//! files, `workflow/NAME` among what the first jobs need.

use std::collections::BTreeSet;

use super::ci::{self, Reader, exact};
use super::containers;
use crate::facts::{Facts, GapReason};
use crate::pipeline::{Pipeline, Role, System};
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    ci::read(file, facts, |mut reader| read(&mut reader));
}

fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let yaml = reader.yaml;
    let file = yaml.file();
    // Before 2.0 the steps were the `pipeline`.
    let root = reader.root();
    let steps = root.and_then(|it| it.get("steps").or_else(|| it.get("pipeline")));
    let (Some(root), Some(steps)) = (root, steps) else {
        if !yaml.is_broken {
            reader.facts.gap(file.at(0..0), GapReason::Syntax, "not a workflow: it has no steps");
        }
        return;
    };
    containers::clone(reader, root.get("clone"));
    containers::services(reader, root.get("services"));
    let mut jobs = containers::jobs(reader, Some(steps), "");
    let waits_for = root.get("depends_on").map(|it| reader.names(it)).unwrap_or_default();
    for job in jobs.iter_mut().filter(|it| it.needs.is_empty()) {
        job.needs = waits_for.iter().take(ci::MAX_NEEDS).map(|it| format!("workflow/{it}")).collect();
    }
    let triggers = triggers(reader, root, steps);
    let last_part = file.path().rsplit('/').next().unwrap_or_default();
    let name = last_part.rsplit_once('.').map_or(last_part, |(name, _)| name).trim_start_matches('.');
    reader.facts.pipelines.push(Pipeline {
        at: file.start(),
        system: System::Woodpecker,
        name: name.to_owned(),
        triggers,
        role: Role::Pipeline,
        jobs,
        parts: Vec::new(),
        stages: Vec::new(),
        exact: exact(root),
        context: reader.context,
    });
}

/// The events of the workflow's own filter; where it has none, those that every step names.
fn triggers<'r>(reader: &Reader<'r, 'r>, root: Node<'r>, steps: Node<'r>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut add = |when: Option<Node<'r>>| {
        let Some(when) = when else { return false };
        let before = found.len();
        match when.resolved().kind() {
            Kind::Sequence => when.items().for_each(|it| containers::events(reader, it.get("event"), &mut found)),
            Kind::Mapping => containers::events(reader, when.get("event"), &mut found),
            Kind::Scalar | Kind::Alias => {}
        }
        found.len() > before
    };
    let has_own = add(root.get("when"));
    if !has_own {
        let steps: Vec<Node<'r>> = match steps.resolved().kind() {
            Kind::Mapping => steps.entries().into_iter().map(|(_, step)| step).collect(),
            Kind::Sequence | Kind::Scalar | Kind::Alias => steps.items().collect(),
        };
        let names_event = |step: &Node<'r>| {
            let when = step.get("when");
            let first = when.and_then(|it| it.items().next()).or(when);
            first.is_some_and(|it| it.get("event").is_some())
        };
        if !steps.is_empty() && steps.iter().all(names_event) {
            for step in steps {
                add(step.get("when"));
            }
        }
    }
    if found.is_empty() { containers::all_events() } else { found }
}
