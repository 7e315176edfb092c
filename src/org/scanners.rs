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
    let mut is_all_seen = !facts.markers.iter().any(|it| it.kind == MarkerKind::UnreadPipeline);
    let mut is_run = false;
    for identity in facts.pipelines.iter().flat_map(named).filter(|it| may_scan(it, tool)) {
        let ends = identity.match_indices('/').map(|(at, _)| at).chain([identity.len()]);
        let callee =
            ends.filter_map(|end| Some((by_name.get(&identity[..end])?, identity[end..].trim_matches('/')))).last();
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
