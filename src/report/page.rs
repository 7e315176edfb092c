//! What a page for people lists in full and `summary.json` counts: every pipeline that runs, every use of what is shared,
//! and the words of the rules.

use std::collections::{BTreeMap, BTreeSet};

use crate::org::Org;
use crate::org::genome::Place;
use crate::org::pipelines::is_shared;
use crate::pipeline::steps::Purpose;
use crate::pipeline::{Pipeline, Step, System};
use crate::rules::{Indicator, Models, Rules};

/// What only pages for people need.
#[derive(Debug)]
pub struct Pages {
    /// The two models: levels and stages with their names and meanings.
    pub models: Models,
    /// The rules of indicators, sorted by id.
    pub indicators: Vec<Indicator>,
    /// Every pipeline that runs, by repository and place.
    pub pipelines: Vec<RunningPipeline>,
    /// The uses of each shared offer, in the order of the summary's offers.
    pub uses: Vec<Vec<OfferUse>>,
}

/// A pipeline that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningPipeline {
    /// The repository (index in the report's repositories).
    pub repo: usize,
    /// The file.
    pub path: String,
    /// The line.
    pub line: u32,
    /// The CI system.
    pub system: System,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether calling what is shared is all it does.
    pub only_calls: bool,
    /// The shared templates and actions that it names itself, sorted.
    pub calls: Vec<String>,
    /// Its group (index in the summary's clusters), where it is nearly the same as another one.
    pub cluster: Option<usize>,
}

/// A use of a shared offer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OfferUse {
    /// The repository (index in the report's repositories).
    pub repo: usize,
    /// The file.
    pub path: String,
    /// The line.
    pub line: u32,
    /// The version that is asked for.
    pub version: String,
    /// Whether it is known to be behind the newest.
    pub is_behind: bool,
}

impl Pages {
    pub(super) fn of(org: &Org, rules: &Rules, uses: Vec<Vec<OfferUse>>) -> Self {
        let Rules { models, indicators, .. } = rules;
        Pages { models: models.clone(), indicators: indicators.clone(), pipelines: running(org), uses }
    }
}

/// Every pipeline that runs, with its group as [`super::pipelines`] numbers those of two and more.
fn running(org: &Org) -> Vec<RunningPipeline> {
    let groups = org.genome.near.iter().filter(|it| it.members.len() > 1).enumerate();
    let of_group: BTreeMap<Place, usize> =
        groups.flat_map(|(number, it)| it.members.iter().map(move |place| (*place, number))).collect();
    let mut rows = Vec::new();
    for (repo, it) in org.repos.iter().enumerate() {
        let views = it.facts.pipelines.iter().zip(&it.pipelines).enumerate();
        rows.extend(views.filter(|(_, (_, view))| view.runs).map(|(number, (pipeline, view))| RunningPipeline {
            repo,
            path: pipeline.at.path.to_string(),
            line: pipeline.at.line,
            system: pipeline.system,
            purpose: view.purpose,
            only_calls: view.only_calls,
            calls: calls(pipeline, org),
            cluster: of_group.get(&(repo, number)).copied(),
        }));
    }
    rows
}

fn calls(pipeline: &Pipeline, org: &Org) -> Vec<String> {
    let actions = pipeline.jobs.iter().flat_map(|job| &job.steps).filter_map(|step| match step {
        Step::Use(identity) => Some(identity.as_str()),
        Step::Call(_) | Step::Run(_) => None,
    });
    let shared: BTreeSet<&str> = pipeline.calls().chain(actions).filter(|it| is_shared(it, &org.owners)).collect();
    shared.into_iter().map(str::to_owned).collect()
}
