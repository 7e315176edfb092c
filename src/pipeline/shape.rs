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

use std::cell::RefCell;

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

/// Finds the template that a `./…` call of the same repository names.
type Local<'a> = dyn Fn(&str) -> Option<&'a Pipeline> + 'a;

/// The fingerprints of one repository's pipelines.
///
/// Templates call templates, and each may be called many times: what one is, it is worked out once for each depth, so
/// that a repository whose templates call each other many times over costs no more than their size.
pub struct Shapes<'a> {
    table: &'a StepTable,
    local: &'a Local<'a>,
    structures: Templates<'a>,
    skeletons: Templates<'a>,
}

/// What calls of local templates stand for, by the template's path and the depth that is left below it.
type Templates<'a> = RefCell<FxHashMap<(&'a str, usize), Fingerprint>>;

impl<'a> Shapes<'a> {
    /// Nothing is worked out yet.
    pub fn new(table: &'a StepTable, local: &'a Local<'a>) -> Self {
        Shapes { table, local, structures: Templates::default(), skeletons: Templates::default() }
    }

    /// Computes both fingerprints of a pipeline.
    pub fn of(&self, pipeline: &Pipeline) -> Shape {
        let structure = Labels { write: structure_label, done: &self.structures, of: self };
        let skeleton = Labels { write: skeleton_label, done: &self.skeletons, of: self };
        Shape { structure: structure.graph(pipeline, CALL_DEPTH), skeleton: skeleton.graph(pipeline, CALL_DEPTH) }
    }
}

/// One way of saying what a job does.
struct Labels<'s, 'a> {
    write: fn(&Job, &StepTable, &mut String),
    done: &'s Templates<'a>,
    of: &'s Shapes<'a>,
}

impl Labels<'_, '_> {
    /// The fingerprint of a job graph: the sorted fingerprints of its jobs, each of its label and of the jobs it waits
    /// for.
    fn graph(&self, pipeline: &Pipeline, depth: usize) -> Fingerprint {
        let jobs = &pipeline.jobs;
        let mut by_id: FxHashMap<&str, usize> = FxHashMap::default();
        for (index, job) in jobs.iter().enumerate() {
            by_id.entry(&job.id).or_insert(index);
        }
        let needs =
            |job: &Job| -> Vec<usize> { job.needs.iter().filter_map(|id| by_id.get(id.as_str()).copied()).collect() };
        let needs: Vec<Vec<usize>> = jobs.iter().map(needs).collect();
        let own: Vec<Fingerprint> = jobs.iter().map(|job| self.job(job, depth)).collect();
        // A job is settled once all that it waits for is. What is never settled waits in a circle, which no CI system
        // runs: it counts by its label alone.
        let mut done = own.clone();
        let mut waits_for: Vec<usize> = needs.iter().map(Vec::len).collect();
        let mut followers: Vec<Vec<usize>> = vec![Vec::new(); jobs.len()];
        for (index, needs) in needs.iter().enumerate() {
            needs.iter().for_each(|&need| followers[need].push(index));
        }
        let mut open: Vec<usize> = (0..jobs.len()).filter(|&it| waits_for[it] == 0).collect();
        while let Some(index) = open.pop() {
            // A job after one of its own kind is that one again.
            let again = needs[index].iter().filter(|&&need| own[need] == own[index]).map(|&need| done[need]).min();
            let mut before: Vec<Fingerprint> = needs[index].iter().map(|&need| done[need]).collect();
            before.sort_unstable();
            before.dedup();
            if !before.is_empty() {
                done[index] = again.unwrap_or_else(|| combined(own[index], &before));
            }
            for &follower in &followers[index] {
                waits_for[follower] -= 1;
                if waits_for[follower] == 0 {
                    open.push(follower);
                }
            }
        }
        done.sort_unstable();
        done.dedup();
        match done.as_slice() {
            // One job is its pipeline: a caller's structure is its call, wherever it stands.
            [only] => *only,
            jobs => combined(Fingerprint::of(b"jobs"), jobs),
        }
    }

    /// What a job does. A call of a local template is what the template does.
    fn job(&self, job: &Job, depth: usize) -> Fingerprint {
        let is_local = |call: &&str| call.starts_with("./") && depth > 0;
        let Some(template) = job.call.as_deref().filter(is_local).and_then(|call| (self.of.local)(call)) else {
            let mut label = String::new();
            (self.write)(job, self.of.table, &mut label);
            return Fingerprint::of(label.as_bytes());
        };
        let key = (&*template.at.path, depth - 1);
        if let Some(done) = self.done.borrow().get(&key) {
            return *done;
        }
        let done = self.graph(template, depth - 1);
        self.done.borrow_mut().insert(key, done);
        done
    }
}

/// One fingerprint of several.
fn combined(first: Fingerprint, others: &[Fingerprint]) -> Fingerprint {
    let bytes: Vec<u8> = std::iter::once(&first).chain(others).flat_map(|it| it.0.to_le_bytes()).collect();
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
            Step::Call(identity) => {
                out.push_str("call:");
                out.push_str(identity);
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

#[cfg(test)]
mod tests {
    use super::{Shape, Shapes};
    use crate::pipeline::{Fingerprint, Job, Pipeline, Role, Step, System};
    use crate::rules::Rules;
    use crate::source::Location;

    fn pipeline(path: &str, jobs: Vec<Job>) -> Pipeline {
        Pipeline {
            at: Location::whole_file(&path.into()),
            system: System::GithubActions,
            name: String::new(),
            triggers: [].into(),
            role: Role::Both,
            jobs,
            parts: Vec::new(),
            exact: Fingerprint::of(b""),
            context: crate::facts::Context::Production,
        }
    }

    fn job(id: &str, needs: &[&str], uses: &str) -> Job {
        let needs = needs.iter().map(|it| (*it).to_owned()).collect();
        Job { id: id.to_owned(), needs, steps: vec![Step::Use(uses.to_owned())], ..Job::default() }
    }

    fn call(id: usize, call: &str) -> Job {
        Job { id: id.to_string(), call: Some(call.to_owned()), ..Job::default() }
    }

    /// The shapes of pipelines that lie in one repository.
    fn shapes(pipelines: &[Pipeline]) -> Vec<Shape> {
        let rules = Rules::load(None).unwrap();
        let local = |call: &str| pipelines.iter().find(|it| Some(&*it.at.path) == call.strip_prefix("./"));
        let shapes = Shapes::new(&rules.tables.steps, &local);
        pipelines.iter().map(|it| shapes.of(it)).collect()
    }

    #[test]
    fn names_order_and_values_change_nothing() {
        let it = shapes(&[
            pipeline(
                "a",
                vec![job("build", &[], "a/b"), job("test", &["build"], "a/c"), job("prod", &["test"], "a/d")],
            ),
            pipeline("b", vec![job("z", &["y"], "a/d"), job("x", &[], "a/b"), job("y", &["x"], "a/c")]),
            // The same deployment to two environments, one after the other.
            pipeline(
                "c",
                vec![
                    job("build", &[], "a/b"),
                    job("test", &["build"], "a/c"),
                    job("dev", &["test"], "a/d"),
                    job("prod", &["dev"], "a/d"),
                ],
            ),
            pipeline("d", vec![call(0, "./a")]),
            pipeline("e", vec![job("build", &[], "a/b"), job("test", &[], "a/c"), job("prod", &["test"], "a/d")]),
        ]);
        assert!(it[1..4].iter().all(|other| other.structure == it[0].structure), "{it:?}");
        assert_ne!(it[4].structure, it[0].structure);
    }

    #[test]
    fn jobs_that_wait_in_a_circle_count_by_what_they_do() {
        let circle = pipeline("a", vec![job("a", &["b"], "a/b"), job("b", &["a"], "a/c"), job("c", &["c"], "a/d")]);
        let alone = pipeline("b", vec![job("a", &[], "a/b"), job("b", &[], "a/c"), job("c", &[], "a/d")]);
        let it = shapes(&[circle, alone]);
        assert_eq!(it[0], it[1]);
    }

    #[test]
    fn what_a_repository_calls_and_waits_for_takes_no_more_than_its_size() {
        // Ten levels of templates, each called fifty times by the next, the last by itself; and a queue, last job first.
        let mut pipelines: Vec<Pipeline> = (0..10)
            .map(|n| pipeline(&n.to_string(), (0..50).map(|id| call(id, &format!("./{}", (n + 1).min(9)))).collect()))
            .collect();
        let id = |n: usize| n.to_string();
        let queue = (0..20_000).map(|n| job(&id(n), &[&id(n + 1)], &id(n % 7))).collect();
        pipelines.push(pipeline("queue", queue));
        assert_eq!(shapes(&pipelines).len(), 11);
    }
}
