//! Findings about pipelines as a whole: copies, what has drifted from them, files of superseded systems.

use std::collections::BTreeMap;

use super::{Finding, NAMED, listed};
use crate::org::Org;
use crate::org::drifts::Drifts;
use crate::org::figures::Sameness;
use crate::org::genome::{NearCluster, Place};
use crate::pipeline::drift::capped;
use crate::pipeline::{Fingerprint, Pipeline, Role};

/// How many differences a finding names.
const DIFFERENCES: usize = 5;

/// Delivery pipelines that have the same structure as one of another repository, and are no mere callers.
pub(super) fn copied(org: &Org, rule: &str, min_steps: usize, found: &mut Vec<Finding>) {
    let templates = templates(org);
    let copies = org.genome.structures.iter();
    let copies = copies.filter(|it| !it.callers && it.repositories.len() > 1 && it.substance >= min_steps);
    for cluster in copies {
        let template = templates.get(&cluster.structure);
        for &(repo, number) in &cluster.members {
            let at = &org.repos[repo].facts.pipelines[number].at;
            let others = cluster.repositories.iter().filter(|other| **other != repo);
            let others: Vec<&str> = others.take(NAMED).map(|it| org.repos[*it].id.as_str()).collect();
            let n_others = cluster.repositories.len() - 1;
            let sameness = if cluster.variants == 1 { "word for word" } else { "in structure" };
            let call = template.filter(|(provider, _)| *provider != repo);
            let call = call.map(|(_, name)| format!(" The shared template {name} does the same: call it."));
            found.push(Finding {
                repo,
                rule: rule.to_owned(),
                at: at.clone(),
                message: format!(
                    "This pipeline is the same {sameness} as {} in {}. {} repositories keep a copy.{}",
                    if n_others == 1 { "one" } else { "those" },
                    listed(&others, n_others),
                    cluster.repositories.len(),
                    call.unwrap_or_default(),
                ),
                related: Vec::new(),
                key: format!("{rule}:{}", at.path),
            });
        }
    }
}

/// The templates that repositories share, by their structure: repository and name; of several the first.
pub(crate) fn templates(org: &Org) -> BTreeMap<Fingerprint, (usize, String)> {
    let mut found = BTreeMap::new();
    for (repo, it) in org.repos.iter().enumerate() {
        let shared = it.facts.offers.iter().zip(&it.offers).filter(|(_, status)| status.is_shared());
        let paths: Vec<&str> = shared.map(|(offer, _)| &*offer.path).collect();
        for (pipeline, view) in it.facts.pipelines.iter().zip(&it.pipelines) {
            if pipeline.role != Role::Pipeline && paths.contains(&&*pipeline.at.path) {
                let name = format!("{}/{}", it.id, pipeline.at.path);
                found.entry(view.shape.structure).or_insert((repo, name));
            }
        }
    }
    found
}

/// Pipelines that are nearly the same as the one that others keep copies of, and differ from it in what they do.
pub(super) fn drifted(org: &Org, rule: &str, min_steps: usize, found: &mut Vec<Finding>) {
    let is_wanted = |it: &&NearCluster| {
        it.delivers && !it.callers && it.repositories.len() > 1 && it.structures > 1 && it.substance >= min_steps
    };
    let mut clusters = org.genome.near.iter().filter(is_wanted).peekable();
    if clusters.peek().is_none() {
        return;
    }
    let drifts = Drifts::of(org);
    for cluster in clusters {
        let canonical = drifts.whole(cluster.canonical);
        let original = pipeline(org, cluster.canonical);
        for &place in cluster.members.iter().filter(|it| **it != cluster.canonical) {
            let (same, words) = drifts.of_member(place, cluster, &canonical);
            let (repo, _) = place;
            // Within one repository pipelines differ on purpose.
            if same != Sameness::Near || words.is_empty() || repo == cluster.canonical.0 {
                continue;
            }
            let at = &pipeline(org, place).at;
            found.push(Finding {
                repo,
                rule: rule.to_owned(),
                at: at.clone(),
                message: format!(
                    "This pipeline is nearly {} in {}, which {} repositories keep a form of. It {}.",
                    original.at.path,
                    org.repos[cluster.canonical.0].id,
                    cluster.repositories.len(),
                    capped(words, DIFFERENCES).join("; "),
                ),
                related: Vec::new(),
                key: format!("{rule}:{}", at.path),
            });
        }
    }
}

fn pipeline(org: &Org, (repo, number): Place) -> &Pipeline {
    &org.repos[repo].facts.pipelines[number]
}

/// Files of CI systems that have been superseded, beside another system that delivers.
pub(super) fn superseded(org: &Org, rule: &str, found: &mut Vec<Finding>) {
    for (repo, it) in org.repos.iter().enumerate() {
        for (pipeline, view) in it.facts.pipelines.iter().zip(&it.pipelines) {
            let Some(beside) = view.superseded else { continue };
            found.push(Finding {
                repo,
                rule: rule.to_owned(),
                at: pipeline.at.clone(),
                message: format!(
                    "This is a file of {}, which others have superseded; pipelines of {} deliver beside it.",
                    pipeline.system.name(),
                    beside.name(),
                ),
                related: Vec::new(),
                key: format!("{rule}:{}", pipeline.at.path),
            });
        }
    }
}
