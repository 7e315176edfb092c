//! AWS CodeBuild: a buildspec's phases, and the builds of a batch.

use std::collections::BTreeSet;

use super::joined;
use crate::extract::ci::Reader;
use crate::pipeline::{Job, Role, Step, System};
use crate::syntax::yaml::{Kind, Node};

/// The phases, in the order in which they run.
const PHASES: &[&str] = &["install", "pre_build", "build", "post_build"];

pub(in crate::extract) fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = reader.expect("a buildspec") else { return };
    let batch = root.get("batch").filter(|it| it.resolved().kind() == Kind::Mapping);
    let phases = root.get("phases");
    if phases.is_none() && batch.is_none() {
        return reader.refuse("not a buildspec: it has neither phases nor a batch");
    }
    let steps = phases.map(|it| steps(reader, it)).unwrap_or_default();
    let builds = batch.map(|it| builds(reader, it)).unwrap_or_default();
    let jobs = if builds.is_empty() {
        vec![Job { id: "build".to_owned(), steps, ..Job::default() }]
    } else {
        // A build that names no buildspec of its own runs the phases of this one.
        let with_steps = |job: Job| if job.call.is_none() { Job { steps: steps.clone(), ..job } } else { job };
        builds.into_iter().map(with_steps).collect()
    };
    reader.pipeline(System::Codebuild, root, None, BTreeSet::new(), Role::Pipeline, jobs);
}

fn steps<'r>(reader: &mut Reader<'r, 'r>, phases: Node<'r>) -> Vec<Step> {
    if phases.resolved().kind() != Kind::Mapping {
        reader.yaml.wrong_shape(Some(phases), "phases is not a mapping", reader.facts);
        return Vec::new();
    }
    let mut found = Vec::new();
    for phase in PHASES.iter().filter_map(|name| phases.get(name)) {
        found.extend(reader.script("", phase.get("commands")));
        found.extend(reader.script("", phase.get("finally")));
    }
    found
}

/// The builds of a batch: of a graph with what they wait for, of a list without; those of a matrix differ in values only
/// and are one.
fn builds<'r>(reader: &mut Reader<'r, 'r>, batch: Node<'r>) -> Vec<Job> {
    let mut found = Vec::new();
    for kind in ["build-graph", "build-list"] {
        for (number, build) in batch.get(kind).into_iter().flat_map(Node::items).enumerate() {
            let id = reader.yaml.text_of(build, "identifier").map_or_else(|| number.to_string(), str::to_owned);
            let needs = build.get("depend-on").map(|it| reader.names(it)).unwrap_or_default();
            let call = build.get("buildspec").and_then(|it| buildspec(reader, it));
            let image = build.get("env").and_then(|env| env.get("image")).and_then(|it| image(reader, it));
            found.push(Job { id, needs, call, image, ..Job::default() });
        }
    }
    found
}

/// Another buildspec, by its path from the root of the source; one may also be written out in the text.
fn buildspec<'r>(reader: &mut Reader<'r, 'r>, node: Node<'r>) -> Option<String> {
    let path = reader.yaml.text(node).filter(|it| !it.contains('\n') && !it.trim().is_empty())?;
    Some(reader.local(node, joined("", path)))
}

fn image<'r>(reader: &mut Reader<'r, 'r>, node: Node<'r>) -> Option<String> {
    match reader.yaml.text(node) {
        // AWS's own are names of the service, not of a registry.
        Some(name) if name.starts_with("aws/codebuild/") => name.split(':').next().map(str::to_owned),
        _ => reader.job_image(Some(node)),
    }
}
