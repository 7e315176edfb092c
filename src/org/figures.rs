//! Figures over the pipelines of an organisation: how many different ones there are, in how many repositories and teams,
//! on which systems.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::Context;
use crate::org::Org;
use crate::org::genome::Place;
use crate::pipeline::{Fingerprint, Role, System};

/// How equal two pipelines must be to count as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sameness {
    /// The whole document.
    Exact,
    /// The job graph with its steps.
    Structure,
    /// Nearly the same structure: one near cluster.
    Near,
    /// The stages.
    Skeleton,
}

/// How many different delivery pipelines there are at one strength.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distinct {
    /// The strength.
    pub by: Sameness,
    /// Different ones.
    pub distinct: usize,
    /// Those that one pipeline only has.
    pub singletons: usize,
    /// Those that are found in one repository only.
    pub in_one_repository: usize,
    /// Those that are found in one team only; repositories without a known team count as one team.
    pub in_one_team: usize,
    /// The effective number: exp of the entropy of how the pipelines spread over them. As many equally common ones
    /// would be as diverse.
    pub effective: f64,
}

/// The pipelines of one CI system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfSystem {
    /// Those that run.
    pub running: usize,
    /// Those of them that deliver.
    pub delivery: usize,
    /// Repositories with one that runs.
    pub repositories: usize,
    /// Those that run only when called.
    pub templates: usize,
    /// Those in examples, tests, generated and vendored files, and in templates of repositories.
    pub aside: usize,
    /// Those that run, if they do, for nobody: see [`crate::org::pipelines::PipelineView::superseded`].
    pub superseded: usize,
}

/// What one team has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfTeam {
    /// Its repositories with delivery pipelines.
    pub repositories: BTreeSet<usize>,
    /// Its delivery pipelines.
    pub pipelines: usize,
    /// Their systems.
    pub systems: BTreeSet<System>,
    /// Their structures.
    pub structures: BTreeSet<Fingerprint>,
}

/// A repository that offers templates or actions of pipelines to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The repository's name; of one that was not scanned as its users name it.
    pub repo: String,
    /// The repositories that call any of them.
    pub callers: BTreeSet<usize>,
    /// What it offers, by name.
    pub offers: Vec<Offered>,
}

/// A template or action, and who calls it at which version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// As callers name it.
    pub name: String,
    /// The repositories that call it.
    pub callers: BTreeSet<usize>,
    /// In how many repositories it is called at each version.
    pub versions: BTreeMap<String, usize>,
}

/// Counts the delivery pipelines at each strength.
pub fn distinct(org: &Org) -> [Distinct; 4] {
    let teams = &org.teams;
    let mut clusters: BTreeMap<Place, usize> = BTreeMap::new();
    for (number, cluster) in org.genome.near.iter().enumerate() {
        clusters.extend(cluster.members.iter().map(|it| (*it, number)));
    }
    // What no cluster holds is alone with its structure.
    let near = |place: Place, structure: Fingerprint| match clusters.get(&place) {
        Some(number) => Fingerprint(*number as u128),
        None => structure,
    };
    let strengths = [Sameness::Exact, Sameness::Structure, Sameness::Near, Sameness::Skeleton];
    strengths.map(|by| {
        let mut members: BTreeMap<Fingerprint, Vec<usize>> = BTreeMap::new();
        for (repo, it) in org.repos.iter().enumerate() {
            for (number, view) in it.pipelines.iter().enumerate().filter(|(_, view)| view.delivers()) {
                let key = match by {
                    Sameness::Exact => it.facts.pipelines[number].exact,
                    Sameness::Structure => view.shape.structure,
                    Sameness::Near => near((repo, number), view.shape.structure),
                    Sameness::Skeleton => view.shape.skeleton,
                };
                members.entry(key).or_default().push(repo);
            }
        }
        let alone = |name: &dyn Fn(usize) -> Option<String>| {
            let of_one = |repos: &&Vec<usize>| repos.iter().map(|it| name(*it)).collect::<BTreeSet<_>>().len() == 1;
            members.values().filter(of_one).count()
        };
        Distinct {
            by,
            distinct: members.len(),
            singletons: members.values().filter(|it| it.len() == 1).count(),
            in_one_repository: alone(&|repo| Some(org.repos[repo].id.clone())),
            in_one_team: alone(&|repo| teams[repo].clone()),
            effective: effective_number(members.values().map(Vec::len)),
        }
    })
}

/// exp of the entropy of these counts; 0 where there are none.
pub fn effective_number(counts: impl Iterator<Item = usize> + Clone) -> f64 {
    let all: usize = counts.clone().sum();
    if all == 0 {
        return 0.0;
    }
    // Summed by size, so that the order in which they come never shows in the last digit.
    let mut counts: Vec<usize> = counts.filter(|n| *n > 0).collect();
    counts.sort_unstable();
    let share = |n: &usize| *n as f64 / all as f64;
    let entropy: f64 = counts.iter().map(share).map(|it| -it * it.ln()).sum();
    entropy.exp()
}

/// The pipelines of each CI system.
pub fn by_system(org: &Org) -> BTreeMap<System, OfSystem> {
    let mut systems: BTreeMap<System, OfSystem> = BTreeMap::new();
    for it in &org.repos {
        let mut here: BTreeSet<System> = BTreeSet::new();
        for (pipeline, view) in it.facts.pipelines.iter().zip(&it.pipelines) {
            let row = systems.entry(pipeline.system).or_default();
            if view.runs {
                row.running += 1;
                row.delivery += usize::from(view.delivers());
                here.insert(pipeline.system);
            } else if view.superseded.is_some() {
                row.superseded += 1;
            } else if pipeline.role == Role::Template && pipeline.context == Context::Production {
                row.templates += 1;
            } else {
                row.aside += 1;
            }
        }
        for system in here {
            systems.entry(system).or_default().repositories += 1;
        }
    }
    systems
}

/// How many repositories have running pipelines of so many systems.
pub fn systems_per_repository(org: &Org) -> BTreeMap<usize, usize> {
    let mut found: BTreeMap<usize, usize> = BTreeMap::new();
    for it in &org.repos {
        let running = it.facts.pipelines.iter().zip(&it.pipelines).filter(|(_, view)| view.runs);
        let systems: BTreeSet<System> = running.map(|(pipeline, _)| pipeline.system).collect();
        if !systems.is_empty() {
            *found.entry(systems.len()).or_default() += 1;
        }
    }
    found
}

/// The teams of repositories that deliver, by name; `None` are those that nobody is known to own.
pub fn by_team(org: &Org) -> BTreeMap<Option<String>, OfTeam> {
    let mut found: BTreeMap<Option<String>, OfTeam> = BTreeMap::new();
    let teams = &org.teams;
    for ((repo, it), team) in org.repos.iter().enumerate().zip(teams) {
        let mut delivering =
            it.facts.pipelines.iter().zip(&it.pipelines).filter(|(_, view)| view.delivers()).peekable();
        if delivering.peek().is_none() {
            continue;
        }
        let row = found.entry(team.clone()).or_default();
        row.repositories.insert(repo);
        for (pipeline, view) in delivering {
            row.pipelines += 1;
            row.systems.insert(pipeline.system);
            row.structures.insert(view.shape.structure);
        }
    }
    found
}

/// The repositories that offer templates, libraries or actions to others, those with the most callers first. What is not
/// scanned is known by its callers alone.
pub fn providers(org: &Org) -> Vec<Provider> {
    let mut found: BTreeMap<String, Provider> = BTreeMap::new();
    for (id, asset) in &org.assets {
        if !id.artifact.is_ci() {
            continue;
        }
        let repo = match asset.offered {
            Some(offered) => org.repos[offered.repo].id.clone(),
            None if id.host == "github.com" || id.host.is_empty() => id.name.clone(),
            None => format!("{}/{}", id.host, id.name),
        };
        let mut versions: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for &(user, usage) in &asset.users {
            let words = org.repos[user].facts.uses[usage].version.words();
            versions.entry(words).or_default().insert(user);
        }
        let offered = Offered {
            name: id.to_string(),
            callers: asset.users.iter().map(|(user, _)| *user).collect(),
            versions: versions.into_iter().map(|(version, repos)| (version.to_owned(), repos.len())).collect(),
        };
        let new = || Provider { repo: repo.clone(), callers: BTreeSet::new(), offers: Vec::new() };
        let provider = found.entry(repo.clone()).or_insert_with(new);
        provider.callers.extend(&offered.callers);
        provider.offers.push(offered);
    }
    let mut found: Vec<Provider> = found.into_values().collect();
    for provider in &mut found {
        provider.offers.sort_by(|a, b| (b.callers.len(), &a.name).cmp(&(a.callers.len(), &b.name)));
    }
    found.sort_by(|a, b| (b.callers.len(), &a.repo).cmp(&(a.callers.len(), &b.repo)));
    found
}

#[cfg(test)]
mod tests {
    use super::effective_number;

    #[test]
    fn effective_numbers() {
        let number = |counts: &[usize]| (effective_number(counts.iter().copied()) * 100.0).round() / 100.0;
        // Four equally common ones are four; one that all have is one.
        assert_eq!(number(&[3, 3, 3, 3]), 4.0);
        assert_eq!(number(&[12]), 1.0);
        assert_eq!(number(&[]), 0.0);
        // Half of all, and two quarters: exp(0.5 ln 2 + 0.5 ln 4) = 2^1.5.
        assert_eq!(number(&[2, 1, 1]), 2.83);
    }
}
