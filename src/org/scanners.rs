//! Settings and exceptions of scanners that only templates and actions of other repositories may read: whether one of those
//! runs the scanner.

use std::collections::BTreeMap;

use crate::facts::{Facts, Marker, MarkerKind, Said};
use crate::pipeline::scans::may_scan;
use crate::pipeline::{Job, Pipeline, Step, in_repository};
use crate::resolve::scanners::settle;

/// What the files of one repository run of scanners: the path of each file, and the tool.
type Runs = Vec<(String, String)>;

/// Says who reads what is open after each repository alone.
pub(super) fn settle_all(facts: &mut [Facts]) {
    let mut by_name: BTreeMap<String, Runs> = BTreeMap::new();
    for it in facts.iter() {
        if let Some(identity) = &it.repo.identity {
            by_name.insert(in_repository(&identity.owner, &identity.name, ""), runs(it));
        }
    }
    for it in facts {
        settle(it, |own, tool| is_run_by_callees(own, tool, &by_name));
    }
}

/// The runs of scanners in a repository.
fn runs(facts: &Facts) -> Runs {
    let is_run = |it: &&Marker| it.kind == MarkerKind::PolicyCheck && it.says.contains_key(&Said::Action);
    let marked = facts.markers.iter().filter(is_run);
    marked.filter_map(|it| Some((it.at.path.to_string(), it.tool.clone()?))).collect()
}

/// Whether one of the templates and actions that may run a scanner does; nothing where one isn't scanned.
fn is_run_by_callees(facts: &Facts, tool: &str, by_name: &BTreeMap<String, Runs>) -> Option<bool> {
    let mut is_all_seen = true;
    let mut is_run = false;
    for identity in facts.pipelines.iter().flat_map(named).filter(|it| may_scan(it, tool)) {
        let ends = identity.match_indices('/').map(|(at, _)| at).chain([identity.len()]);
        let callee = ends.filter_map(|end| Some((by_name.get(&identity[..end])?, identity[end..].trim_matches('/')))).last();
        match callee {
            Some((runs, path)) => {
                is_run |= runs.iter().any(|(at, of)| of == tool && is_within(at, path));
            }
            None => is_all_seen = false,
        }
    }
    (is_run || is_all_seen).then_some(is_run)
}

/// Whether a file is a template, or lies in the folder of an action.
fn is_within(at: &str, path: &str) -> bool {
    let at = at.to_ascii_lowercase();
    path.is_empty() || at.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What the jobs and steps of a pipeline use or call.
fn named(it: &Pipeline) -> impl Iterator<Item = &str> {
    it.jobs.iter().chain(&it.parts).flat_map(|job: &Job| {
        let steps = job.steps.iter().filter_map(|it| match it {
            Step::Use(identity) | Step::Call(identity) => Some(identity.as_str()),
            Step::Run(_) => None,
        });
        steps.chain(job.call.as_deref())
    })
}
