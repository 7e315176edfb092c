//! What jobs wait for that only say which stage they are in: all jobs of the stage before, in GitLab CI.

use rustc_hash::FxHashMap;

use super::link::{INCLUDE, PART};
use super::{Job, Step};

/// How many jobs of the stage before a job waits for by name.
pub(crate) const MAX_FAN_IN: usize = 64;

/// The stages of a pipeline that names none.
const DEFAULT: [&str; 3] = ["build", "test", "deploy"];

/// The stage of a job that names none.
const OF_JOBS: &str = "test";

/// Gives jobs that don't say themselves what they wait for those of the stage before theirs that has any. `stages` are
/// in their order; where there are none, GitLab's own hold.
pub(crate) fn wait(jobs: &mut [Job], stages: &[String]) {
    let named: Vec<&str> =
        if stages.is_empty() { DEFAULT.to_vec() } else { stages.iter().map(String::as_str).collect() };
    let all: Vec<&str> = std::iter::once(".pre").chain(named).chain([".post"]).collect();
    let mut order: FxHashMap<&str, usize> = FxHashMap::default();
    for (at, stage) in all.iter().enumerate() {
        order.entry(stage).or_insert(at);
    }
    let mut of_stage: Vec<Vec<String>> = vec![Vec::new(); all.len()];
    for job in jobs.iter() {
        if let Some(&at) = stage(job).and_then(|it| order.get(it))
            && of_stage[at].len() < MAX_FAN_IN
        {
            of_stage[at].push(job.id.clone());
        }
    }
    // The stage before each that has jobs.
    let mut before: Vec<usize> = Vec::with_capacity(all.len());
    for at in 0..all.len() {
        let last = if at > 0 && !of_stage[at - 1].is_empty() { at - 1 } else { before.last().copied().unwrap_or(0) };
        before.push(last);
    }
    for job in jobs.iter_mut().filter(|it| !it.needs_said) {
        let at = stage(job).and_then(|it| order.get(it)).copied();
        job.needs = match at {
            Some(at) if before[at] < at => of_stage[before[at]].clone(),
            Some(_) | None => Vec::new(),
        };
        job.needs.dedup();
    }
}

/// The stage that a job is in; unknown where a part that wasn't found may say it, and for a file that is included.
fn stage(job: &Job) -> Option<&str> {
    let is_open =
        |step: &Step| matches!(step, Step::Call(it) if it.strip_prefix(PART).is_some_and(|it| !it.contains('/')));
    let by_default = || (job.id != INCLUDE && !job.steps.iter().any(is_open)).then_some(OF_JOBS);
    job.stage.as_deref().or_else(by_default)
}

#[cfg(test)]
mod tests {
    use super::wait;
    use crate::pipeline::{Job, Step};

    fn told(jobs: &[(&str, Option<&str>)], stages: &[&str]) -> Vec<String> {
        let job = |(id, stage): &(&str, Option<&str>)| Job {
            id: (*id).to_owned(),
            stage: stage.map(str::to_owned),
            ..Job::default()
        };
        let mut jobs: Vec<Job> = jobs.iter().map(job).collect();
        let stages: Vec<String> = stages.iter().map(|it| (*it).to_owned()).collect();
        wait(&mut jobs, &stages);
        jobs.iter().map(|it| format!("{}<{}", it.id, it.needs.join(","))).collect()
    }

    #[test]
    fn each_waits_for_the_stage_before_that_has_jobs() {
        let jobs = [("a", Some("build")), ("b", None), ("c", Some("deploy")), ("d", Some(".pre")), ("e", Some("odd"))];
        assert_eq!(told(&jobs, &[]), ["a<d", "b<a", "c<b", "d<", "e<"]);
        assert_eq!(told(&jobs, &["deploy", "empty", "test", "build"]), ["a<b", "b<c", "c<d", "d<", "e<"]);
    }

    #[test]
    fn what_is_said_stays_and_what_is_open_is_unknown() {
        let mut jobs = [
            Job { id: "a".to_owned(), stage: Some("build".to_owned()), ..Job::default() },
            Job { id: "b".to_owned(), needs_said: true, ..Job::default() },
            Job { id: "c".to_owned(), steps: vec![Step::Call("part:.x".to_owned())], ..Job::default() },
            Job { id: "d".to_owned(), stage: Some("deploy".to_owned()), ..Job::default() },
        ];
        wait(&mut jobs, &[]);
        assert_eq!(jobs.map(|it| it.needs.join(",")), ["", "", "", "b"]);
    }
}
