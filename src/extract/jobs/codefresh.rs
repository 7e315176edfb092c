//! Codefresh: steps one after another; side by side in a step of type `parallel`, or in a pipeline whose mode it is.

use std::collections::BTreeSet;

use super::{MAX_DEPTH, Unit, built_in, jobs_of, waits_for};
use crate::extract::ci::{Reader, identity};
use crate::facts::Artifact;
use crate::origin::{Origin, Pin, Reference, Version};
use crate::pipeline::{Role, Step, System};
use crate::syntax::yaml::{Kind, Node};

/// The types of steps that are part of the service; sorted. Others are of its marketplace, or of an account.
const TYPES: &[&str] = &[
    "approval",
    "build",
    "composition",
    "deploy",
    "freestyle",
    "git-clone",
    "integration-test",
    "launch-composition",
    "parallel",
    "pending-approval",
    "push",
    "push-tag",
];

pub(in crate::extract) fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = reader.expect("a pipeline of Codefresh") else { return };
    let Some(steps) = root.get("steps").filter(|it| it.resolved().kind() == Kind::Mapping) else {
        return reader.refuse("not a pipeline of Codefresh: it has no steps");
    };
    let is_parallel = reader.yaml.text_of(root, "mode") == Some("parallel");
    let mut units = Vec::new();
    add_steps(reader, steps, is_parallel, None, 0, &mut units);
    let jobs = jobs_of("build", units);
    reader.pipeline(System::Codefresh, root, None, BTreeSet::new(), Role::Pipeline, jobs);
}

/// Adds steps and tells their ids. `before` is what they wait for, where that is known.
fn add_steps<'r>(
    reader: &mut Reader<'r, 'r>,
    steps: Node<'r>,
    is_parallel: bool,
    before: Option<&[String]>,
    depth: usize,
    units: &mut Vec<Unit>,
) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    // What the next step waits for: nothing that is known, or all that ended before.
    let mut last: Option<Vec<String>> = before.map(waits_for);
    for (id, step) in steps.entries() {
        let id = reader.yaml.text(id).unwrap_or_default().to_owned();
        if step.resolved().kind() != Kind::Mapping {
            reader.yaml.wrong_shape(Some(step), format!("step {id} is not a mapping"), reader.facts);
            continue;
        }
        let named = step.get("when").and_then(|it| it.get("steps"));
        let named: Vec<String> = named
            .into_iter()
            .flat_map(Node::items)
            .filter_map(|it| reader.yaml.text_of(it, "name").map(str::to_owned))
            .collect();
        let needs = match (is_parallel, &last) {
            (true, _) if !named.is_empty() => Some(named),
            (true, before) => Some(before.clone().unwrap_or_default()),
            (false, before) => before.clone(),
        };
        let inner = step.get("steps").filter(|it| it.resolved().kind() == Kind::Mapping && depth < MAX_DEPTH);
        if let Some(inner) = inner {
            let is_group = reader.yaml.text_of(step, "type") == Some("parallel");
            // What stands before a group is waited for by each of its steps.
            let before: Vec<String> =
                needs.unwrap_or_else(|| units.last().map(|it| it.id.clone()).into_iter().collect());
            let inner = add_steps(reader, inner, is_group, Some(&before), depth + 1, units);
            ids.extend(inner.iter().cloned());
            if !is_parallel {
                last = Some(inner);
            }
            continue;
        }
        let (image, step) = self::step(reader, step);
        units.push(Unit { id: id.clone(), needs, image, step });
        ids.push(id.clone());
        if !is_parallel && last.is_some() {
            last = Some(vec![id]);
        }
    }
    // Of steps in a row the last is what ends them.
    if is_parallel { ids } else { ids.pop().into_iter().collect() }
}

fn step<'r>(reader: &mut Reader<'r, 'r>, step: Node<'r>) -> (Option<String>, Option<Step>) {
    let arguments = step.get("arguments");
    let of = |key| step.get(key).or_else(|| arguments.and_then(|it| it.get(key)));
    let Some(written) = step.get("type").filter(|it| !it.is_null()) else {
        let image = reader.job_image(of("image"));
        return (image.clone(), freestyle(reader, of("commands"), image));
    };
    let kind = reader.yaml.text(written).unwrap_or_default();
    match kind {
        "freestyle" => {
            let image = reader.job_image(of("image"));
            (image.clone(), freestyle(reader, of("commands"), image))
        }
        kind if TYPES.binary_search(&kind).is_ok() => (None, Some(built_in(System::Codefresh, kind))),
        kind => {
            let (name, version) = kind.split_once(':').map_or((kind, None), |(name, version)| (name, Some(version)));
            let origin = if name.is_empty() {
                Origin::Invalid { reason: "a step's type without a name".to_owned() }
            } else {
                Origin::Registry { host: "codefresh.io".to_owned(), name: name.to_owned(), path: String::new() }
            };
            let version = match version {
                Some(version) => {
                    Version { reference: Some(version.to_owned()), ..Version::only(Pin::of_git_ref(version)) }
                }
                None => Version::only(Pin::Default),
            };
            let step = Some(identity(&origin)).filter(|it| !it.is_empty()).map(Step::Use);
            reader.add(written, Artifact::CiAction, Reference { origin, version });
            (None, step)
        }
    }
}

/// Commands, or what the image was made to run.
fn freestyle<'r>(reader: &mut Reader<'r, 'r>, commands: Option<Node<'r>>, image: Option<String>) -> Option<Step> {
    reader.script("", commands).or_else(|| image.map(|it| Step::Use(format!("docker://{it}"))))
}

#[cfg(test)]
mod tests {
    use super::TYPES;

    #[test]
    fn tables_are_sorted() {
        assert!(TYPES.is_sorted());
    }
}
