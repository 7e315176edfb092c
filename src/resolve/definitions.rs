//! Objects of a cluster that pipelines name and that another file of the repository defines: Tekton's tasks and
//! pipelines, Argo's workflow templates.
//!
//! A name leads to what the cluster has. Where the repository defines an object of that name, it is taken for that one:
//! whoever applies the one applies the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Artifact, Facts};
use crate::origin::tekton::{is_in_catalogue, of_artifact_hub};
use crate::origin::{Origin, Pin, Version};
use crate::pipeline::{Job, Step, System};

/// Which files define which objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Definitions {
    /// The files that define an object of this name, as `task/build`.
    by_name: BTreeMap<String, BTreeSet<String>>,
    /// Whether any pipeline names an object.
    pub(super) is_asked: bool,
}

impl Definitions {
    pub(super) fn define(&mut self, name: &str, path: &str) {
        self.by_name.entry(name.to_owned()).or_default().insert(path.to_owned());
    }

    /// Adds what another thread saw.
    pub(super) fn merge(&mut self, other: Definitions) {
        let Definitions { by_name, is_asked } = other;
        for (name, paths) in by_name {
            self.by_name.entry(name).or_default().extend(paths);
        }
        self.is_asked |= is_asked;
    }

    /// The file that defines what is named in another: of several the one that lies nearest.
    fn file(&self, name: &str, from: &str) -> Option<&str> {
        let common = |path: &str| path.bytes().zip(from.bytes()).take_while(|(a, b)| a == b).count();
        // Of those that are equally near the first in order.
        let paths = self.by_name.get(name)?.iter();
        paths.rev().max_by_key(|path| common(path)).map(String::as_str)
    }

    /// How a call of what a file defines is written.
    fn call(&self, name: &str, path: &str, counts: &BTreeMap<&str, usize>) -> String {
        match counts.get(path) {
            Some(2..) => format!("./{path}#{}", name.split_once('/').map_or(name, |(_, name)| name)),
            Some(_) | None => format!("./{path}"),
        }
    }
}

/// Answers for all pipelines of these systems.
pub(super) fn resolve(definitions: &Definitions, facts: &mut Facts) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in definitions.by_name.values().flatten() {
        *counts.entry(path).or_default() += 1;
    }
    let is_asking = |system: System| matches!(system, System::ArgoWorkflows | System::Tekton);
    let files: BTreeSet<String> =
        facts.pipelines.iter().filter(|it| is_asking(it.system)).map(|it| it.at.path.to_string()).collect();
    for usage in &mut facts.uses {
        let Origin::ServerSide { name } = &usage.origin else { continue };
        if usage.artifact != Artifact::CiTemplate || !files.contains(&*usage.at.path) {
            continue;
        }
        if let Some(path) = definitions.file(name, &usage.at.path) {
            usage.origin = Origin::Local { path: path.to_owned() };
            usage.version = Version::only(Pin::SameCommit);
        } else if let Some(task) = of_catalogue(name) {
            // The catalogue's tasks are installed under their own names.
            usage.origin = of_artifact_hub("tekton-catalog-tasks", task, Version::only(Pin::Default)).origin;
        }
    }
    for pipeline in facts.pipelines.iter_mut().filter(|it| is_asking(it.system)) {
        let from = pipeline.at.path.clone();
        let answer = |call: &mut String| {
            let Some(name) = call.strip_prefix("server:") else { return };
            // `workflowtemplate/build/lint` is a part of `workflowtemplate/build`.
            let object = name.match_indices('/').nth(1).map_or(name, |(at, _)| &name[..at]);
            if let Some(path) = definitions.file(object, &from) {
                *call = definitions.call(name, path, &counts);
            } else if let Some(task) = of_catalogue(name) {
                *call = format!("artifacthub.io/tekton-catalog-tasks/{task}");
            }
        };
        for job in pipeline.jobs.iter_mut().chain(&mut pipeline.parts) {
            let Job { id: _, needs: _, call, image: _, stage: _, needs_said: _, steps, gate: _, gate_said: _ } = job;
            call.iter_mut().for_each(answer);
            for step in steps {
                match step {
                    Step::Call(call) => answer(call),
                    Step::Use(_) | Step::Run(_) => {}
                }
            }
        }
    }
}

/// The task of the community's catalogue that a name is.
fn of_catalogue(name: &str) -> Option<&str> {
    name.strip_prefix("task/").filter(|it| is_in_catalogue(it))
}

#[cfg(test)]
mod tests {
    use super::Definitions;

    #[test]
    fn the_nearest_file_that_defines_a_name() {
        let mut definitions = Definitions::default();
        definitions.define("task/build", "tasks/build.yaml");
        definitions.define("task/build", ".tekton/tasks/build.yaml");
        for (from, expected) in [
            (".tekton/push.yaml", ".tekton/tasks/build.yaml"),
            ("tasks/pipeline.yaml", "tasks/build.yaml"),
            ("other/run.yaml", ".tekton/tasks/build.yaml"),
        ] {
            assert_eq!(definitions.file("task/build", from), Some(expected), "{from}");
        }
        assert_eq!(definitions.file("task/test", "a.yaml"), None);
    }
}
