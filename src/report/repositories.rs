//! What the report says of each repository by itself.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::facts::{Context, Identity, Object};
use crate::measure::adoption::Standing;
use crate::measure::findings::Finding;
use crate::measure::subjects::{self, OfSubject};
use crate::measure::{Outcome, Seen};
use crate::org::genome::Place;
use crate::org::pipelines::is_shared;
use crate::org::{ADOPTED, Org, Repo};
use crate::pipeline::steps::Purpose;
use crate::pipeline::{Pipeline, Role, Step, System};

/// One repository's part of the report.
#[derive(Debug, Default)]
pub struct RepoReport {
    /// The name in every output.
    pub id: String,
    /// Who it is.
    pub identity: Option<Identity>,
    /// The commit that was scanned.
    pub commit: Option<String>,
    /// The branch it was on.
    pub branch: Option<String>,
    /// Whose it is; none where nobody owns all of it.
    pub team: Option<String>,
    /// What its catalogue files declare that runs or is built.
    pub entities: Vec<Entity>,
    /// Its pipelines, in order.
    pub pipelines: Vec<PipelineRow>,
    /// Whether it uses what is shared, by artifact of [`ADOPTED`], then towards all of them in union.
    pub uses: Vec<UsesShared>,
    /// What was found, sorted by rule and place.
    pub findings: Vec<Finding>,
    /// What indicators come to for it by themselves, by their number in the summary's list; those alone of which anything
    /// counts.
    pub indicators: Vec<(usize, OfSubject)>,
}

/// An entity of a Backstage catalogue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entity {
    /// Its kind, as `Component`.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Whether a repository uses what is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UsesShared {
    /// It does.
    Yes,
    /// It could and doesn't.
    No,
    /// It can't be told.
    Unknown,
    /// It offers it to others.
    Provider,
    /// It has no place for it.
    NotApplicable,
}

/// One pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipelineRow {
    /// The file.
    pub path: String,
    /// The line.
    pub line: u32,
    /// The CI system.
    pub system: System,
    /// Whether it runs by itself, is called, or both.
    pub role: Role,
    /// Whether it runs in production, so that it counts.
    pub runs: bool,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether calling what is shared is all it does.
    pub only_calls: bool,
    /// The shared templates and actions that it names itself, sorted.
    pub calls: Vec<String>,
    /// Its structure: pipelines of one structure have the same.
    pub structure: String,
    /// The group of nearly the same pipelines that it is one of, by its number in the summary's clusters; none where it
    /// is alone.
    pub cluster: Option<usize>,
}

/// The repositories, in their order, each with what was found in it.
pub(super) fn repositories(seen: &Seen<'_>, outcomes: &[Outcome], found: Vec<Finding>) -> Vec<RepoReport> {
    let org = seen.org;
    // As `pipelines` numbers those of two and more.
    let clusters = org.genome.near.iter().filter(|it| it.members.len() > 1).enumerate();
    let clusters: FxHashMap<Place, usize> =
        clusters.flat_map(|(number, it)| it.members.iter().map(move |place| (*place, number))).collect();
    let of_repo = |(number, it): (usize, &Repo)| RepoReport {
        id: it.id.clone(),
        identity: it.facts.repo.identity.clone(),
        commit: it.facts.repo.commit.clone(),
        branch: it.facts.repo.branch.clone(),
        team: org.teams[number].clone(),
        entities: entities(it),
        pipelines: pipelines(org, number, &clusters),
        uses: uses(seen, number),
        findings: Vec::new(),
        indicators: Vec::new(),
    };
    let mut repos: Vec<RepoReport> = org.repos.iter().enumerate().map(of_repo).collect();
    for (number, outcome) in outcomes.iter().enumerate() {
        let Some(rule) = seen.rules.indicator(&outcome.indicator) else { continue };
        for (repo, it) in subjects::by_repository(seen, rule, outcome) {
            repos[repo].indicators.push((number, it));
        }
    }
    for finding in found {
        repos[finding.repo].findings.push(finding);
    }
    repos
}

fn uses(seen: &Seen<'_>, repo: usize) -> Vec<UsesShared> {
    let words = |it: &Standing| match it {
        Standing::Adopts { .. } => UsesShared::Yes,
        Standing::Misses { .. } => UsesShared::No,
        Standing::Unknown { .. } => UsesShared::Unknown,
        Standing::Provider { .. } => UsesShared::Provider,
        Standing::NotApplicable => UsesShared::NotApplicable,
    };
    let of_artifacts = ADOPTED.iter().map(|it| words(seen.standings.get(repo, *it)));
    of_artifacts.chain([words(seen.standings.any(repo, &ADOPTED))]).collect()
}

fn pipelines(org: &Org, repo: usize, clusters: &FxHashMap<Place, usize>) -> Vec<PipelineRow> {
    let of_repo = &org.repos[repo];
    let pipelines = of_repo.facts.pipelines.iter().zip(&of_repo.pipelines).enumerate();
    pipelines
        .map(|(number, (it, view))| PipelineRow {
            path: it.at.path.to_string(),
            line: it.at.line,
            system: it.system,
            role: it.role,
            runs: view.runs,
            purpose: view.purpose,
            only_calls: view.only_calls,
            calls: calls(it, org),
            structure: view.shape.structure.to_string(),
            cluster: clusters.get(&(repo, number)).copied(),
        })
        .collect()
}

/// The shared templates and actions that a pipeline names.
fn calls(pipeline: &Pipeline, org: &Org) -> Vec<String> {
    let actions = pipeline.jobs.iter().flat_map(|job| &job.steps).filter_map(|step| match step {
        Step::Use(identity) => Some(identity.as_str()),
        Step::Call(_) | Step::Run(_) => None,
    });
    let shared: BTreeSet<&str> = pipeline.calls().chain(actions).filter(|it| is_shared(it, &org.owners)).collect();
    shared.into_iter().map(str::to_owned).collect()
}

/// The group of Backstage's own kinds.
const BACKSTAGE: &str = "backstage.io";

/// Kinds of entities that files of a repository are; sorted.
const BUILT_OR_RUN: &[&str] = &["API", "Component", "Resource", "Template"];

/// The namespace of entities that name none.
const DEFAULT_NAMESPACE: &str = "default";

fn entities(repo: &Repo) -> Vec<Entity> {
    let declared = repo.facts.objects.iter().filter(|it| {
        it.group == BACKSTAGE
            && it.context == Context::Production
            && !it.name.is_empty()
            && BUILT_OR_RUN.binary_search(&it.kind.as_str()).is_ok()
    });
    let entity = |it: &Object| Entity {
        kind: it.kind.clone(),
        namespace: it.namespace.clone().unwrap_or_else(|| DEFAULT_NAMESPACE.to_owned()),
        name: it.name.clone(),
    };
    let once: BTreeSet<Entity> = declared.map(entity).collect();
    once.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::BUILT_OR_RUN;

    #[test]
    fn tables_are_sorted() {
        assert!(BUILT_OR_RUN.is_sorted());
    }
}
