//! The fingerprints of a pipeline's structure and skeleton.
//!
//! Both describe the job graph without any name: a job is what it does and what it waits for, so that renaming jobs,
//! moving them in the file, other versions, values, branches and schedules change nothing. Jobs that do the same side
//! by side, or one after the other, count once: how many environments a pipeline deploys to is a value too.
//!
//! - *structure*: jobs with images, calls, and steps by identity and tool verb, in order; tools that only move files
//!   about are left out.
//! - *skeleton*: jobs with the categories of their steps, runs of one category taken once.
//!
//! A call of a template of another repository is `call:<identity>`: all callers of one template that do nothing else
//! have one structure. A call of a template in the same repository says nothing by its name, so the template's own
//! structure stands in its place.

use rustc_hash::FxHashMap;

use crate::pipeline::steps::{Category, categories};
use crate::pipeline::{Fingerprint, Job, Pipeline, Step};
use crate::rules::tables::StepTable;

/// How deep calls of local templates are followed; GitHub itself allows ten levels.
const CALL_DEPTH: usize = 10;

/// The fingerprints that are computed from the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Jobs, steps and calls by identity.
    pub structure: Fingerprint,
    /// Jobs and steps by category.
    pub skeleton: Fingerprint,
}

/// Computes both fingerprints. `local` finds the template that a `./…` call of the same repository names.
pub fn shape<'a>(pipeline: &'a Pipeline, table: &StepTable, local: &dyn Fn(&str) -> Option<&'a Pipeline>) -> Shape {
    let structure = |job: &Job, out: &mut String| structure_label(job, table, out);
    let skeleton = |job: &Job, out: &mut String| skeleton_label(job, table, out);
    Shape {
        structure: graph(pipeline, local, &structure, CALL_DEPTH),
        skeleton: graph(pipeline, local, &skeleton, CALL_DEPTH),
    }
}

/// The fingerprint of a job graph: the sorted fingerprints of its jobs, each of its label and of the jobs it waits
/// for.
fn graph<'a>(
    pipeline: &'a Pipeline,
    local: &dyn Fn(&str) -> Option<&'a Pipeline>,
    label: &dyn Fn(&Job, &mut String),
    depth: usize,
) -> Fingerprint {
    let mut by_id: FxHashMap<&str, usize> = FxHashMap::default();
    for (index, job) in pipeline.jobs.iter().enumerate() {
        by_id.entry(&job.id).or_insert(index);
    }
    let own: Vec<String> = pipeline.jobs.iter().map(|job| job_label(job, local, label, depth)).collect();
    let mut done: Vec<Option<Fingerprint>> = vec![None; pipeline.jobs.len()];
    // Jobs whose needs are all known are settled, round by round; what is left over waits in a circle, which no CI
    // system runs: it counts by its label alone.
    loop {
        let before = done.iter().flatten().count();
        for index in 0..pipeline.jobs.len() {
            let needs: Option<Vec<(usize, Fingerprint)>> = pipeline.jobs[index]
                .needs
                .iter()
                .filter_map(|id| by_id.get(id.as_str()))
                .map(|&need| if need == index { None } else { done[need].map(|it| (need, it)) })
                .collect();
            if let (None, Some(needs)) = (done[index], needs) {
                // A job after one of its own kind is that one again.
                let again = needs.iter().find(|(need, _)| own[*need] == own[index]).map(|(_, it)| *it);
                let mut needs: Vec<Fingerprint> = needs.into_iter().map(|(_, it)| it).collect();
                needs.sort_unstable();
                needs.dedup();
                done[index] = Some(again.unwrap_or_else(|| fingerprint(&own[index], &needs)));
            }
        }
        if done.iter().flatten().count() == before {
            break;
        }
    }
    let mut jobs: Vec<Fingerprint> =
        done.iter().zip(&own).map(|(job, own)| job.unwrap_or_else(|| fingerprint(own, &[]))).collect();
    jobs.sort_unstable();
    jobs.dedup();
    match jobs.as_slice() {
        // One job is its pipeline: a caller's structure is its call, wherever it stands.
        [only] => *only,
        _ => fingerprint("jobs", &jobs),
    }
}

/// What a job does. A call of a local template is what the template does: the label of its only job, or the
/// fingerprint of its graph.
fn job_label<'a>(
    job: &Job,
    local: &dyn Fn(&str) -> Option<&'a Pipeline>,
    label: &dyn Fn(&Job, &mut String),
    depth: usize,
) -> String {
    let called = job.call.as_deref().filter(|call| call.starts_with("./") && depth > 0).and_then(local);
    let mut text = String::new();
    match called.map(|it| (it, it.jobs.as_slice())) {
        Some((_, [only])) => text = job_label(only, local, label, depth - 1),
        Some((template, _)) => text.push_str(&graph(template, local, label, depth - 1).to_string()),
        None => label(job, &mut text),
    }
    text
}

fn fingerprint(label: &str, parts: &[Fingerprint]) -> Fingerprint {
    let mut bytes = Vec::with_capacity(label.len() + 1 + parts.len() * 16);
    bytes.extend_from_slice(label.as_bytes());
    bytes.push(0);
    for part in parts {
        bytes.extend_from_slice(&part.0.to_le_bytes());
    }
    Fingerprint::of(&bytes)
}

fn structure_label(job: &Job, table: &StepTable, out: &mut String) {
    if let Some(call) = &job.call {
        out.push_str("call:");
        out.push_str(call);
        return;
    }
    if let Some(image) = &job.image {
        out.push_str("image:");
        out.push_str(image);
        out.push('\n');
    }
    for step in &job.steps {
        match step {
            Step::Use(identity) => {
                out.push_str("use:");
                out.push_str(&identity.to_ascii_lowercase());
            }
            Step::Run(commands) => {
                out.push_str("run:");
                for command in commands.iter().filter(|it| table.plumbing.binary_search(&it.tool).is_err()) {
                    out.push_str(&String::from(command.clone()));
                    out.push(';');
                }
            }
        }
        out.push('\n');
    }
}

fn skeleton_label(job: &Job, table: &StepTable, out: &mut String) {
    if job.call.is_some() {
        out.push_str(Category::Call.id());
        return;
    }
    let mut last = None;
    for category in job.steps.iter().flat_map(|step| categories(step, table)) {
        if category != Category::Other && last != Some(category) {
            out.push_str(category.id());
            out.push('\n');
            last = Some(category);
        }
    }
}
