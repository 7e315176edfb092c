//! Steps that are containers, as Drone has them and what came of it, Woodpecker and Crow: each runs commands in its
//! image, or its image is a plugin that does what its settings say.
//!
//! Each step is a job of its own, for each has an image and says which others it waits for.

use std::collections::BTreeSet;

use super::ci::{MAX_NEEDS, Reader, identity_or, image_identity};
use crate::facts::Artifact;
use crate::origin::{Reference, image};
use crate::pipeline::gate::Gate;
use crate::pipeline::triggers::{Starter, started_by};
use crate::pipeline::{Job, Step};
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

/// The jobs of a list of steps, or of a mapping from their names. `shell` runs their commands. Where no step says what
/// it waits for, each waits for the one before.
pub(super) fn jobs<'r>(reader: &mut Reader<'r, 'r>, steps: Option<Node<'r>>, shell: &str) -> Vec<Job> {
    let steps = named(reader, steps, "steps");
    let names: BTreeSet<&str> = steps.iter().map(|(name, _)| *name).collect();
    let is_graph = steps.iter().any(|(_, step)| step.get("depends_on").is_some());
    let mut jobs: Vec<Job> = Vec::new();
    for (name, step) in steps {
        let mut job = Job { id: name.to_owned(), ..Job::default() };
        if is_graph {
            let waits_for = step.get("depends_on").map(|it| reader.names(it)).unwrap_or_default();
            // Drone's `clone` is a step that nobody writes.
            job.needs = waits_for.into_iter().filter(|it| names.contains(it.as_str())).take(MAX_NEEDS).collect();
        } else {
            job.needs.extend(jobs.last().map(|it| it.id.clone()));
        }
        container(reader, step, shell, &mut job);
        job.gate = step.get("when").and_then(|it| gate(reader, it));
        jobs.push(job);
    }
    jobs
}

/// Adds the images of services that run beside the steps.
pub(super) fn services<'r>(reader: &mut Reader<'r, 'r>, services: Option<Node<'r>>) {
    for (_, service) in named(reader, services, "services") {
        if let Some(image) = service.get("image") {
            reader.image(image);
        }
    }
}

/// Adds the plugin that fetches the code, where it isn't the usual one.
pub(super) fn clone<'r>(reader: &mut Reader<'r, 'r>, clone: Option<Node<'r>>) {
    // Drone's has settings alone: `clone: {depth: 1}`.
    for value in clone.map(children).unwrap_or_default() {
        if value.resolved().kind() == Kind::Mapping {
            plugin(reader, value);
        }
    }
}

/// Adds what a trigger or a filter lets start: the value of an `event`, with what it includes.
pub(super) fn events<'r>(reader: &Reader<'r, 'r>, event: Option<Node<'r>>, found: &mut BTreeSet<String>) {
    let Some(event) = event else { return };
    let included = event.get("include").unwrap_or(event);
    found.extend(reader.names(included));
}

/// What keeps what has this filter from running by itself: it is for runs alone that somebody starts.
pub(super) fn gate<'r>(reader: &Reader<'r, 'r>, filter: Node<'r>) -> Option<Gate> {
    let conditions: Vec<Node<'r>> =
        if filter.resolved().kind() == Kind::Sequence { filter.items().collect() } else { vec![filter] };
    let is_by_person = |condition: &Node<'r>| {
        let mut found = BTreeSet::new();
        events(reader, condition.get("event"), &mut found);
        !found.is_empty() && found.iter().all(|it| started_by(it) == Starter::Person)
    };
    (!conditions.is_empty() && conditions.iter().all(is_by_person)).then_some(Gate::Event)
}

/// What starts a pipeline that filters nothing.
pub(super) fn all_events() -> BTreeSet<String> {
    ["pull_request", "push", "tag"].map(str::to_owned).into()
}

/// The values of a mapping or the items of a list.
fn children(node: Node<'_>) -> Vec<Node<'_>> {
    match node.resolved().kind() {
        Kind::Sequence => node.items().collect(),
        Kind::Mapping => node.entries().into_iter().map(|(_, value)| value).collect(),
        Kind::Scalar | Kind::Alias => Vec::new(),
    }
}

/// Steps or services with their names.
fn named<'r>(reader: &mut Reader<'r, 'r>, steps: Option<Node<'r>>, what: &str) -> Vec<(&'r str, Node<'r>)> {
    let yaml = reader.yaml;
    let Some(steps) = steps else { return Vec::new() };
    let found: Vec<(&str, Node<'r>)> = match steps.resolved().kind() {
        Kind::Sequence => steps.items().map(|it| (yaml.text_of(it, "name").unwrap_or_default(), it)).collect(),
        Kind::Mapping => {
            steps.entries().into_iter().map(|(key, value)| (yaml.text(key).unwrap_or_default(), value)).collect()
        }
        Kind::Scalar | Kind::Alias => {
            yaml.wrong_shape(Some(steps), format!("{what} is neither a list nor a mapping"), reader.facts);
            Vec::new()
        }
    };
    for (name, node) in &found {
        if node.resolved().kind() != Kind::Mapping {
            let which = if name.is_empty() { "an entry" } else { name };
            yaml.wrong_shape(Some(*node), format!("{which} of {what} is not a mapping"), reader.facts);
        }
    }
    found.into_iter().filter(|(_, it)| it.resolved().kind() == Kind::Mapping).collect()
}

fn container<'r>(reader: &mut Reader<'r, 'r>, step: Node<'r>, shell: &str, job: &mut Job) {
    let yaml = reader.yaml;
    let lines = |key: &str| step.get(key).map(|it| reader.names(it)).unwrap_or_default();
    let (commands, own) = (lines("commands"), [lines("entrypoint"), lines("command")].concat());
    let is_detached = yaml.text_of(step, "detach") == Some("true");
    if commands.is_empty() && own.is_empty() && !is_detached {
        job.steps.extend(plugin(reader, step).map(Step::Use));
        return;
    }
    let origin = step.get("image").and_then(|it| reader.image(it));
    job.image = origin.map(|it| image_identity(&it)).filter(|it| !it.is_empty());
    if !commands.is_empty() {
        job.steps.push(Step::Run(shell::commands_of(shell, &commands.join("\n"))));
    } else if !own.is_empty() {
        let line = super::ci::command_line(own.iter().map(String::as_str));
        job.steps.push(Step::Run(shell::commands(&line)));
    }
}

/// Adds a plugin, an image that is used as a step, and tells which.
fn plugin<'r>(reader: &mut Reader<'r, 'r>, step: Node<'r>) -> Option<String> {
    let image = step.get("image")?;
    let text = reader.yaml.text(image).filter(|it| !it.is_empty())?;
    let reference = Reference::of(image::parse(text));
    let identity = identity_or(&reference.origin, text);
    reader.add(image, Artifact::CiAction, reference);
    Some(identity)
}
