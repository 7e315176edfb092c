//! Pipelines that became copies of others, and copies that are gone.

use std::collections::BTreeMap;

use super::moved::Moved;
use super::sides::Side;
use super::{Item, Kind};
use crate::measure::findings::pipelines::templates;
use crate::org::genome::{Cluster, Place};
use crate::org::versions::Versions;
use crate::org::{Org, Repo};
use crate::pipeline::{Fingerprint, Pipeline, System};
use crate::report::min_steps;
use crate::report::proposals::{self, Copies};
use crate::rules::Rules;

/// How many pipelines of one structure within one repository are copies: two environments side by side are usual.
const FEWEST_WITHIN: usize = 3;

/// How many places of copies a sentence names.
const NAMED: usize = 3;

/// The pipelines that have the structure of others, and had not.
pub(super) fn added(before: &Side<'_>, after: &Side<'_>, moved: &Moved<'_>, rules: &Rules) -> Vec<Item> {
    let org = after.org;
    let fewest = min_steps(rules);
    let was: BTreeMap<Key<'_>, Fingerprint> = structures(before.repo(), |path| moved.path_after(path));
    let (shared, proposed) = (templates(org), proposals::copies(before.org, fewest));
    let mut items = Vec::new();
    for cluster in org.genome.structures.iter().filter(|it| is_of_copies(it, fewest)) {
        let is_new = |(_, key): &(Place, Key<'_>)| was.get(key) != Some(&cluster.structure);
        let own = keyed(after.repo()).map(|(number, key)| ((after.number, number), key));
        let own = own.filter(|(place, _)| cluster.members.contains(place));
        let new: Vec<Place> = own.filter(is_new).map(|(place, _)| place).collect();
        let known: Vec<Place> = cluster.members.iter().filter(|it| !new.contains(it)).copied().collect();
        for (at, &place) in new.iter().enumerate() {
            // Of copies that come together the first may be what the others are copies of.
            let others: Vec<Place> = known.iter().chain(&new[..at]).copied().collect();
            if others.is_empty() {
                continue;
            }
            items.push(copy(after, cluster, place, &others, &shared, &proposed));
        }
    }
    items
}

fn copy(
    side: &Side<'_>,
    cluster: &Cluster,
    place: Place,
    others: &[Place],
    shared: &BTreeMap<Fingerprint, (usize, String)>,
    proposed: &[Copies],
) -> Item {
    let org = side.org;
    let own = pipeline(org, place);
    let is_within = cluster.repositories.len() == 1;
    let same = others.iter().find(|it| pipeline(org, **it).exact == own.exact);
    let original = same.or(others.first()).copied().unwrap_or(place);
    let named = |place: &Place| {
        let path = &pipeline(org, *place).at.path;
        if is_within { path.to_string() } else { format!("{}/{path}", org.repos[place.0].id) }
    };
    let n = ordinal(others.len() as u64 + 1);
    let sameness = if same.is_some() { "word for word" } else { "in structure" };
    let template = if own.system == System::GithubActions { "reusable workflow" } else { "template" };
    let group = proposed.iter().find(|it| {
        let is_member = |(repo, path): (&String, &String)| {
            others.iter().any(|other| org.repos[other.0].id == *repo && *pipeline(org, *other).at.path == **path)
        };
        it.files.iter().any(|file| is_member((&file.repo, &file.path)))
    });
    let rest: Vec<String> = others.iter().filter(|it| **it != original).map(named).collect();
    let also = match rest.as_slice() {
        [] => String::new(),
        [one] => format!("; so is {one}"),
        rest if rest.len() <= NAMED => format!("; so are {}", rest.join(", ")),
        rest => format!("; so are {} and {} more", rest[..NAMED].join(", "), rest.len() - NAMED),
    };
    let to_do = match shared.get(&cluster.structure) {
        Some((provider, name)) if *provider != side.number => {
            let path = name.strip_prefix(&format!("{}/", org.repos[*provider].id)).unwrap_or(name);
            let newest = Versions::of_repository(&org.repos[*provider].facts);
            let newest = newest.as_ref().and_then(|it| it.newest(path));
            match (own.system, newest) {
                (System::GithubActions, Some(version)) => format!("Call {name}@{version}, which does the same."),
                (_, Some(version)) => format!("Call {name} ({version}), which does the same."),
                (_, None) => format!("Call {name}, which does the same."),
            }
        }
        _ if is_within => format!("Make one {template} of them in this repository, and call it with what differs."),
        _ => match group {
            Some(group) => format!(
                "Make one {template} of them in {} and call it; the report on all repositories proposes one (proposals/{}).",
                group.home.repository, group.id
            ),
            None => format!("Make one {template} of them and call it."),
        },
    };
    Item {
        kind: Kind::PipelineCopy,
        at: own.at.clone(),
        what: format!("This pipeline is the {n} copy of {}, {sameness}{also}.", named(&original)),
        to_do,
        key: format!("{}:{}", Kind::PipelineCopy.id(), own.at.path),
        after: vec![own.at.clone()],
        before: Vec::new(),
    }
}

/// The copies that are there no more, or call a template now.
pub(super) fn gone(before: &Side<'_>, after: &Side<'_>, moved: &Moved<'_>, rules: &Rules) -> Vec<Item> {
    let org = before.org;
    let fewest = min_steps(rules);
    let now: BTreeMap<Key<'_>, usize> = keyed(after.repo()).map(|(number, key)| (key, number)).collect();
    let mut items = Vec::new();
    for cluster in org.genome.structures.iter().filter(|it| is_of_copies(it, fewest)) {
        let others = cluster.repositories.iter().filter(|it| **it != before.number).count() as u64;
        let was = keyed(before.repo()).filter(|(number, _)| cluster.members.contains(&(before.number, *number)));
        for (number, key) in was {
            let it = pipeline(org, (before.number, number));
            let keep = match others {
                0 => format!("that this repository had {} times", cluster.members.len()),
                1 => "that 1 other repository keeps".to_owned(),
                n => format!("that {n} other repositories keep"),
            };
            let is = now.get(&(moved.path_after(key.0), key.1, key.2));
            let view = is.map(|number| (&after.repo().facts.pipelines[*number], &after.repo().pipelines[*number]));
            let (at, what) = match view {
                None => (&it.at, format!("A copy of a pipeline {keep} is gone.")),
                Some((is, view)) if view.only_calls => {
                    (&is.at, format!("This pipeline calls a template; it was a copy of one {keep}."))
                }
                Some(_) => continue,
            };
            items.push(Item {
                kind: Kind::CopyGone,
                at: at.clone(),
                what,
                to_do: String::new(),
                key: format!("{}:{}", Kind::CopyGone.id(), it.at.path),
                after: view.map(|(is, _)| is.at.clone()).into_iter().collect(),
                before: vec![it.at.clone()],
            });
        }
    }
    items
}

/// A pipeline by its file, its name, and its number among those of the same name there.
type Key<'f> = (&'f str, &'f str, usize);

fn keyed(repo: &Repo) -> impl Iterator<Item = (usize, Key<'_>)> {
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    repo.facts.pipelines.iter().enumerate().map(move |(number, it)| {
        let again = seen.entry((&it.at.path, &it.name)).or_default();
        *again += 1;
        (number, (&*it.at.path, it.name.as_str(), *again))
    })
}

/// The structures of all pipelines of a repository that deliver, by where they are after the change.
fn structures<'f>(repo: &'f Repo, path: impl Fn(&'f str) -> &'f str) -> BTreeMap<Key<'f>, Fingerprint> {
    let delivering = keyed(repo).filter(|(number, _)| repo.pipelines[*number].delivers());
    delivering.map(|(number, key)| ((path(key.0), key.1, key.2), repo.pipelines[number].shape.structure)).collect()
}

/// Whether pipelines of one structure are copies of each other: in several repositories, or in many files of one; what
/// only calls templates, or has few steps of its own, is alike by nature.
fn is_of_copies(cluster: &Cluster, fewest_steps: usize) -> bool {
    let is_many = cluster.repositories.len() > 1 || cluster.members.len() >= FEWEST_WITHIN;
    is_many && !cluster.callers && cluster.substance >= fewest_steps
}

fn pipeline(org: &Org, (repo, number): Place) -> &Pipeline {
    &org.repos[repo].facts.pipelines[number]
}

/// `1st`, `2nd`, `3rd`, `11th`.
fn ordinal(n: u64) -> String {
    let ending = match (n % 10, n % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

#[cfg(test)]
mod tests {
    use super::ordinal;

    #[test]
    fn ordinals() {
        for (n, expected) in
            [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (112, "112th"), (121, "121st")]
        {
            assert_eq!(ordinal(n), expected);
        }
    }
}
