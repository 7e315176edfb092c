//! Places of evidence, as rules ask for them. What lies in examples, tests and other people's code is none.

use super::{Counts, Judged};
use crate::facts::{Context, Marker, MarkerKind, Mode, Said};
use crate::org::teams::name_of_entity;
use crate::org::{Org, Repo};
use crate::rules::EvidenceFilter;

/// All places of it.
pub(super) fn found(org: &Org, filter: &EvidenceFilter) -> Counts {
    let mut counts = Counts::default();
    for repo in &org.repos {
        for it in markers(repo, filter).filter(|it| state(it, filter) == Some(true)) {
            counts.add(&repo.id, Judged::For { at: Some(it.at.clone()), what: words(it) });
        }
    }
    counts
}

/// The share of places that are so, of those that are meant.
pub(super) fn share(org: &Org, among: &EvidenceFilter, that: &EvidenceFilter) -> Counts {
    let mut counts = Counts::default();
    for repo in &org.repos {
        for it in markers(repo, among).filter(|it| state(it, among) == Some(true)) {
            let (at, what) = (Some(it.at.clone()), words(it));
            let judged = match state(it, that) {
                Some(true) => Judged::For { at, what },
                Some(false) => Judged::Against { at, what },
                None => Judged::Unknown { at, what: format!("{what}: it doesn't say") },
            };
            counts.add(&repo.id, judged);
        }
    }
    counts
}

/// The first place of it in a repository.
pub(super) fn first<'r>(repo: &'r Repo, filter: &EvidenceFilter) -> Option<&'r Marker> {
    markers(repo, filter).find(|it| state(it, filter) == Some(true))
}

/// The markers of a repository in production that have one of the kinds. What is switched off is none.
fn markers<'r>(repo: &'r Repo, filter: &EvidenceFilter) -> impl Iterator<Item = &'r Marker> {
    let EvidenceFilter { markers: kinds, in_root, .. } = filter;
    repo.facts.markers.iter().filter(move |it| {
        it.context == Context::Production
            && (kinds.is_empty() || kinds.contains(&it.kind))
            && it.mode != Some(Mode::Off)
            && !(*in_root && it.at.path.contains('/'))
            && !is_of_people_or_places(repo, it)
    })
}

/// Kinds of entries of a catalogue that are about nothing that runs; sorted.
const PEOPLE_AND_PLACES: &[&str] = &["Domain", "Group", "Location", "System", "User"];

/// Whether an entry of a catalogue is about people, or only tells where others lie.
fn is_of_people_or_places(repo: &Repo, it: &Marker) -> bool {
    it.kind == MarkerKind::CatalogueEntity
        && repo.facts.objects.iter().any(|object| {
            object.at.path == it.at.path
                && object.at.line == it.at.line
                && PEOPLE_AND_PLACES.binary_search(&object.kind.as_str()).is_ok()
        })
}

/// Whether a marker is as the filter says, its kind apart; nothing where it doesn't tell.
fn state(it: &Marker, filter: &EvidenceFilter) -> Option<bool> {
    let EvidenceFilter { markers: _, tools, modes, says, fewer_steps_than, by_people, in_root: _ } = filter;
    let is_tool = tools.is_empty() || it.tool.as_ref().is_some_and(|it| tools.contains(it));
    // An owner that is nobody is none.
    let is_told = |said: &Said, text: &String| *said != Said::Owner || name_of_entity(text).is_some();
    let says_all = says.iter().all(|said| it.says.get(said).is_some_and(|it| it.iter().any(|it| is_told(said, it))));
    let said = |what: Said| it.says.get(&what).into_iter().flatten();
    // A pipeline that does it is as it should be, and so is Terraform; what may be a part of something automatic isn't held
    // against it.
    let is_by_people = !said(Said::RunBy).any(|it| it != "people") && !said(Said::Weight).any(|it| it == "weak");
    if !is_tool || !says_all || *by_people && !is_by_people {
        return Some(false);
    }
    if let Some(bound) = fewer_steps_than {
        let steps = said(Said::Steps).filter_map(|it| it.parse::<u64>().ok()).max()?;
        return Some(steps < *bound);
    }
    if modes.is_empty() { Some(true) } else { Some(modes.contains(&it.mode?)) }
}

/// A marker in a few words: what it is, by which tool, what it calls itself.
pub(super) fn words(it: &Marker) -> String {
    let kind = serde_json::to_value(it.kind).ok().and_then(|it| it.as_str().map(|it| it.replace('-', " ")));
    let mode = it.mode.and_then(|it| serde_json::to_value(it).ok()).and_then(|it| it.as_str().map(str::to_owned));
    let mut words = kind.unwrap_or_default();
    for (before, part, after) in [(" ", &it.name, ""), (" (", &it.tool, ")"), (", ", &mode, "")] {
        if let Some(part) = part {
            words.extend([before, part, after]);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::PEOPLE_AND_PLACES;

    #[test]
    fn tables_are_sorted() {
        assert!(PEOPLE_AND_PLACES.is_sorted());
    }
}
