//! Settings and exceptions of scanners that only templates and actions of other repositories may read: whether one of those
//! runs the scanner.

use std::collections::BTreeMap;

use crate::facts::{Facts, Marker, MarkerKind, Said};
use crate::pipeline::scans::may_scan;
use crate::pipeline::{Job, Pipeline, Step, in_repository};
use crate::resolve::scanners::settle;

/// What the files of one repository run of scanners, each with its path.
struct Known {
    /// The tools.
    runs: Vec<(String, String)>,
    /// What they call or use.
    calls: Vec<(String, String)>,
}

/// Says who reads what is open after each repository alone.
pub(super) fn settle_all(facts: &mut [Facts]) {
    let mut by_name: BTreeMap<String, Known> = BTreeMap::new();
    for it in facts.iter() {
        if let Some(identity) = &it.repo.identity {
            by_name.insert(in_repository(&identity.owner, &identity.name, ""), known(it));
        }
    }
    for it in facts {
        settle(it, |own, tool| is_run_by_callees(own, tool, &by_name));
    }
}

fn known(facts: &Facts) -> Known {
    let is_run = |it: &&Marker| it.kind == MarkerKind::PolicyCheck && it.says.contains_key(&Said::Action);
    let marked = facts.markers.iter().filter(is_run);
    let of_pipelines =
        facts.pipelines.iter().flat_map(|it| named(it).map(|to| (it.at.path.to_string(), to.to_owned())));
    let of_actions = facts
        .actions
        .iter()
        .flat_map(|action| action.steps.iter().filter_map(used).map(|to| (action.at.path.to_string(), to.to_owned())));
    Known {
        runs: marked.filter_map(|it| Some((it.at.path.to_string(), it.tool.clone()?))).collect(),
        calls: of_pipelines.chain(of_actions).collect(),
    }
}

/// Whether one of the templates and actions that may run a scanner does; nothing where there is none, and where one isn't
/// scanned or calls others of that kind.
fn is_run_by_callees(facts: &Facts, tool: &str, by_name: &BTreeMap<String, Known>) -> Option<bool> {
    let mut is_all_seen = !facts.markers.iter().any(|it| it.kind == MarkerKind::UnreadPipeline);
    let mut is_any_run = None;
    for identity in facts.pipelines.iter().flat_map(named).filter(|it| may_scan(it, tool)) {
        let ends: Vec<usize> = identity.match_indices('/').map(|(at, _)| at).chain([identity.len()]).collect();
        let callee = ends
            .into_iter()
            .rev()
            .find_map(|end| Some((by_name.get(&identity[..end])?, identity[end..].trim_matches('/'))));
        let is_run = callee.is_some_and(|(it, path)| it.runs.iter().any(|(at, of)| of == tool && is_within(at, path)));
        let is_open =
            |(it, path): (&Known, &str)| it.calls.iter().any(|(at, to)| is_within(at, path) && may_scan(to, tool));
        is_all_seen &= callee.is_some_and(|it| !is_open(it));
        is_any_run = Some(is_run || is_any_run == Some(true));
    }
    is_any_run.filter(|it| *it || is_all_seen)
}

/// Whether a file is a template, or lies in the folder of an action.
fn is_within(at: &str, path: &str) -> bool {
    let at = at.to_ascii_lowercase();
    path.is_empty() || at.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What the jobs and steps of a pipeline use or call.
fn named(it: &Pipeline) -> impl Iterator<Item = &str> {
    let jobs = it.jobs.iter().chain(&it.parts);
    jobs.flat_map(|job: &Job| job.steps.iter().filter_map(used).chain(job.call.as_deref()))
}

/// What a step uses or calls.
fn used(step: &Step) -> Option<&str> {
    match step {
        Step::Use(identity) | Step::Call(identity) => Some(identity),
        Step::Run(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::settle_all;
    use crate::facts::{Context, Facts, Marker, MarkerKind, Mode, RepoFacts, Said};
    use crate::pipeline::{Fingerprint, Job, Pipeline, Role, Step, System};
    use crate::source::Location;

    /// A repository with a list of exceptions from Trivy whose pipeline uses one action.
    fn caller(name: &str, path: &str, uses: &str) -> Facts {
        let mut facts = Facts::new(RepoFacts::acme(name));
        let at = Location::whole_file(&path.into());
        facts.markers.push(Marker::of(at, MarkerKind::PolicyException, "trivy", Context::Production));
        facts.pipelines.push(Pipeline {
            at: Location::whole_file(&".github/workflows/ci.yml".into()),
            system: System::GithubActions,
            name: String::new(),
            triggers: BTreeSet::new(),
            role: Role::Pipeline,
            jobs: vec![Job { steps: vec![Step::Use(uses.to_owned())], ..Job::default() }],
            parts: Vec::new(),
            stages: Vec::new(),
            exact: Fingerprint(0),
            context: Context::Production,
        });
        facts
    }

    #[test]
    fn actions_of_scanned_repositories() {
        let mut actions = Facts::new(RepoFacts::acme("actions"));
        let at = Location::whole_file(&"security-scan/run.sh".into());
        let mut run = Marker::of(at, MarkerKind::PolicyCheck, "trivy", Context::Production);
        run.say(Said::Action, "trivy config");
        actions.markers.push(run);
        let mut facts = vec![
            actions,
            caller("runs", ".trivyignore", "acme/actions/security-scan"),
            caller("elsewhere", ".trivyignore", "acme/actions/static-analysis"),
            caller("nested", "web/.trivyignore", "acme/actions/security-scan"),
            caller("unseen", ".trivyignore", "other/actions/security-scan"),
        ];
        settle_all(&mut facts);
        let told = |repo: usize| {
            let marker = &facts[repo].markers[0];
            (marker.mode, marker.says.get(&Said::RunBy).is_some_and(|it| it.contains("pipeline")))
        };
        assert_eq!(told(1), (None, true));
        assert_eq!(told(2), (Some(Mode::Off), false));
        assert_eq!(told(3), (Some(Mode::Off), false));
        assert_eq!(told(4), (None, false));
    }
}
