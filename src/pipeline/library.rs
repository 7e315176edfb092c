//! The steps of a shared library of Jenkins, seen together.

use std::collections::BTreeSet;

use crate::pipeline::{Pipeline, Role, Step, System};

/// What looks like a call of another step of the same library is one where there is such a step; else it is a step of
/// a plugin that isn't known here. Only when all files are read can that be told.
pub fn settle(pipelines: &mut [Pipeline]) {
    let known: BTreeSet<String> = pipelines
        .iter()
        .filter(|it| it.system == System::Jenkins && it.role == Role::Template)
        .map(|it| it.at.path.to_string())
        .collect();
    let own = |call: &str| -> Option<String> {
        let path = call.strip_prefix("./")?;
        let name = path.rsplit('/').next()?.strip_suffix(".groovy")?;
        (is_in_vars(path) && !known.contains(path)).then(|| format!("jenkins:{name}"))
    };
    for pipeline in pipelines.iter_mut().filter(|it| it.system == System::Jenkins && it.role == Role::Template) {
        for job in &mut pipeline.jobs {
            if let Some(step) = job.call.as_deref().and_then(own) {
                job.call = None;
                job.steps.push(Step::Use(step));
            }
            for step in &mut job.steps {
                if let Step::Call(call) = step
                    && let Some(name) = own(call)
                {
                    *step = Step::Use(name);
                }
            }
        }
    }
}

fn is_in_vars(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(folder, _)| folder == "vars" || folder.ends_with("/vars"))
}
