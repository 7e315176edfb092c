//! Places of evidence, as rules ask for them. What lies in examples, tests and other people's code is none.

use super::{Counts, Judged};
use crate::facts::{Context, Marker, Said};
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

/// The markers of a repository in production that have one of the kinds.
fn markers<'r>(repo: &'r Repo, filter: &EvidenceFilter) -> impl Iterator<Item = &'r Marker> {
    let kinds = &filter.markers;
    repo.facts
        .markers
        .iter()
        .filter(move |it| it.context == Context::Production && (kinds.is_empty() || kinds.contains(&it.kind)))
}

/// Whether a marker is as the filter says, its kind apart; nothing where it doesn't tell.
fn state(it: &Marker, filter: &EvidenceFilter) -> Option<bool> {
    let EvidenceFilter { markers: _, tools, modes, says, fewer_steps_than, by_people } = filter;
    let is_tool = tools.is_empty() || it.tool.as_ref().is_some_and(|it| tools.contains(it));
    let says_all = says.iter().all(|said| it.says.get(said).is_some_and(|it| !it.is_empty()));
    let said = |what: Said| it.says.get(&what).into_iter().flatten();
    // A pipeline that does it is as it should be, and what may be a part of something automatic isn't held against it.
    let is_by_people = !said(Said::RunBy).any(|it| it == "pipeline") && !said(Said::Weight).any(|it| it == "weak");
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
    let tool = it.tool.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
    let name = it.name.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
    let mode = mode.map(|it| format!(", {it}")).unwrap_or_default();
    format!("{}{name}{tool}{mode}", kind.unwrap_or_default())
}
