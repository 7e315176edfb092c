//! Tools: those that deploy, and whether one of each category serves most repositories.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Artifact, Context, MarkerKind};
use crate::measure::qualities::is_of_terraform;
use crate::measure::{Counts, Judged, Seen};
use crate::org::Repo;
use crate::org::owner::Owners;
use crate::org::pipelines::is_shared;
use crate::paths::name_of;
use crate::pipeline::Step;
use crate::pipeline::steps::{Category, categories, of_command};
use crate::rules::counted_repositories;
use crate::rules::tables::StepTable;
use crate::source::Location;

/// Of how many repositories a category needs tools to be judged.
const FEWEST: usize = 3;

/// Repositories by tool, each with the first place.
type ByTool = BTreeMap<String, BTreeMap<usize, Location>>;

/// Each tool that pipelines, or controllers, deploy with; the first place of each.
pub(super) fn that_deploy(it: &Seen<'_>) -> Counts {
    let mut tools = ByTool::new();
    for (number, repo) in it.org.repos.iter().enumerate() {
        for (tool, at) in deploy_tools(repo, &it.org.owners, &it.rules.tables.steps) {
            tools.entry(tool).or_default().entry(number).or_insert(at);
        }
    }
    let mut counts = Counts::default();
    for (tool, repos) in tools {
        let n = counted_repositories(repos.len() as u64);
        if let Some((repo, at)) = repos.into_iter().next() {
            counts.add(&it.org.repos[repo].id, Judged::For { at: Some(at), what: format!("{tool}, in {n}") });
        }
    }
    counts
}

/// What a repository deploys with, its actions that are made of steps among it. Of an action of others the name counts: who made it differs for one tool. A target counts for
/// what it runs, a file of a superseded system for nothing.
fn deploy_tools(repo: &Repo, owners: &Owners, table: &StepTable) -> Vec<(String, Location)> {
    let mut tools = Vec::new();
    let pipelines = repo.facts.pipelines.iter().zip(&repo.pipelines);
    let counting = pipelines.filter(|(it, view)| it.context == Context::Production && view.superseded.is_none());
    let of_pipelines = counting.flat_map(|(pipeline, _)| {
        let steps = pipeline.jobs.iter().chain(&pipeline.parts).flat_map(|job| &job.steps);
        steps.map(move |step| (step, &pipeline.at))
    });
    let actions = repo.facts.actions.iter().filter(|it| it.context == Context::Production);
    let of_actions = actions.flat_map(|action| action.steps.iter().map(move |step| (step, &action.at)));
    for (step, at) in of_pipelines.chain(of_actions) {
        match step {
            Step::Run(commands) => {
                for command in commands {
                    let target = repo.facts.targets.iter().find(|it| it.command == *command);
                    let runs = target.map_or(std::slice::from_ref(command), |it| &it.runs);
                    let deploying = runs.iter().filter(|it| of_command(it, table) == Category::Deploy);
                    // A script of the repository's own is no tool that others know.
                    let tool = deploying.filter(|it| !it.tool.ends_with(".sh")).map(|it| it.tool.clone());
                    tools.extend(tool.map(|it| (it, at.clone())));
                }
            }
            Step::Use(identity) | Step::Call(identity) => {
                // What the organisation's own template deploys with, the template says.
                let is_tool = !identity.starts_with('.') && !is_shared(identity, owners);
                if is_tool && categories(step, table).into_iter().any(|it| it == Category::Deploy) {
                    let name = name_of(identity);
                    tools.push((tool_of(name, table).unwrap_or(name).to_owned(), at.clone()));
                }
            }
        }
    }
    let controllers =
        repo.facts.markers.iter().filter(|it| it.kind == MarkerKind::Gitops && it.context == Context::Production);
    tools.extend(controllers.filter_map(|it| Some((it.tool.clone()?, it.at.clone()))));
    tools
}

/// The tool that deploys and that the name of an action has as one of its words: `upgrade-helm-chart` is Helm.
fn tool_of<'n>(name: &'n str, table: &StepTable) -> Option<&'n str> {
    let deploys = |it: &&str| table.tools.get(*it).is_some_and(|rows| rows.iter().any(|row| row.1 == Category::Deploy));
    name.split(|c: char| !c.is_ascii_alphanumeric()).find(deploys)
}

/// The categories of tools, each for it where one tool serves at least two repositories of three.
pub(super) fn standard(it: &Seen<'_>) -> Counts {
    let mut categories: BTreeMap<&str, ByTool> = BTreeMap::new();
    for (number, repo) in it.org.repos.iter().enumerate() {
        let mut add = |category, tool: String, at: &Location| {
            let tools = categories.entry(category).or_default();
            tools.entry(tool).or_default().entry(number).or_insert_with(|| at.clone());
        };
        for (pipeline, _) in repo.facts.pipelines.iter().zip(&repo.pipelines).filter(|(_, view)| view.runs) {
            add("CI", pipeline.system.name().to_owned(), &pipeline.at);
        }
        let resources = repo.facts.resources.iter().filter(|it| it.context == Context::Production);
        let resource = resources.filter(|it| is_of_terraform(&it.r#type)).map(|it| &it.at).next();
        let calls = repo
            .facts
            .uses
            .iter()
            .filter(|it| it.artifact == Artifact::TerraformModule && it.context == Context::Production);
        if let Some(at) = resource.or_else(|| calls.map(|it| &it.at).next()) {
            add("infrastructure code", "Terraform".to_owned(), at);
        }
        for marker in repo.facts.markers.iter().filter(|it| it.context == Context::Production) {
            let category = match marker.kind {
                MarkerKind::InfrastructureCode => "infrastructure code",
                MarkerKind::DependencyUpdates => "updates of dependencies",
                MarkerKind::Gitops => "delivery by a controller",
                _ => continue,
            };
            if let Some(tool) = &marker.tool {
                add(category, tool.clone(), &marker.at);
            }
        }
        if let Some(chart) =
            repo.facts.offers.iter().find(|it| it.artifact == Artifact::HelmChart && it.context == Context::Production)
        {
            add("packaging", "Helm".to_owned(), &chart.at);
        }
        if let Some(base) =
            repo.facts.uses.iter().find(|it| it.is_of_kustomization() && it.context == Context::Production)
        {
            add("packaging", "Kustomize".to_owned(), &base.at);
        }
    }
    let mut counts = Counts::default();
    for (category, tools) in categories {
        let all: BTreeSet<usize> = tools.values().flat_map(|it| it.keys()).copied().collect();
        if all.len() < FEWEST {
            continue;
        }
        let Some((tool, repos)) = tools.iter().max_by_key(|(tool, repos)| (repos.len(), std::cmp::Reverse(*tool)))
        else {
            continue;
        };
        let Some((first, at)) = repos.iter().next() else { continue };
        let what = format!("{category}: {tool} in {} of {}", repos.len(), counted_repositories(all.len() as u64));
        let at = Some(at.clone());
        let judged =
            if 3 * repos.len() >= 2 * all.len() { Judged::For { at, what } } else { Judged::Against { at, what } };
        counts.add(&it.org.repos[*first].id, judged);
    }
    counts
}
