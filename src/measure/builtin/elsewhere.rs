//! Pipelines that are found in more than one repository.

use crate::measure::adoption;
use crate::measure::{Counts, Evidence};
use crate::org::Org;
use crate::org::genome::Cluster;
use crate::source::Location;

/// Delivering repositories that have a delivery structure in common with another repository.
pub(super) fn found_elsewhere(org: &Org) -> Counts {
    let mut counts = Counts::default();
    // Of several clusters of one repository the first, which is in the most repositories.
    let mut common: Vec<Option<&Cluster>> = vec![None; org.repos.len()];
    for cluster in org.genome.structures.iter().rev().filter(|it| it.repositories.len() > 1) {
        for &repo in &cluster.repositories {
            common[repo] = Some(cluster);
        }
    }
    let delivering = org.repos.iter().filter(|it| it.pipelines.iter().any(|it| it.delivers())).count();
    for (repo, it) in org.repos.iter().enumerate() {
        let evidence = |at: Option<Location>, what: String| Evidence { repo: it.id.clone(), at, what };
        let unread = it.unread_systems();
        let Some(first) = it.pipelines.iter().position(|it| it.delivers()) else {
            if let Some(marker) = adoption::unread_pipeline(it) {
                let systems: Vec<&str> = unread.into_iter().collect();
                counts
                    .unknown
                    .push(evidence(Some(marker), format!("pipelines of {} are not read", systems.join(", "))));
            }
            continue;
        };
        let at = it.facts.pipelines[first].at.clone();
        match common[repo] {
            Some(cluster) => {
                let (_, number) =
                    cluster.members.iter().find(|(member, _)| *member == repo).copied().unwrap_or((repo, first));
                let at = it.facts.pipelines[number].at.clone();
                let n = cluster.repositories.len() - 1;
                let others = if n == 1 { "1 other repository".to_owned() } else { format!("{n} other repositories") };
                counts.counted.push(evidence(Some(at), format!("has the structure of a pipeline in {others}")));
            }
            None if delivering < 2 => {
                counts
                    .unknown
                    .push(evidence(Some(at), "there is no other delivering repository to compare with".to_owned()));
            }
            None if !unread.is_empty() => {
                let systems: Vec<&str> = unread.into_iter().collect();
                counts.unknown.push(evidence(
                    Some(at),
                    format!(
                        "its pipelines that were read are found nowhere else; those of {} are not read",
                        systems.join(", ")
                    ),
                ));
            }
            None => counts.against.push(evidence(Some(at), "its delivery pipelines are found nowhere else".to_owned())),
        }
    }
    counts
}
