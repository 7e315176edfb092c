//! Places of evidence, as rules ask for them. What lies in examples, tests and other people's code is none.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::inherited::Inherited;
use super::{Counts, Judged, Seen};
use crate::facts::{Artifact, Context, Demand, Made, Marker, MarkerKind, Mode, Said};
use crate::org::modules::Modules;
use crate::org::offers::Shared;
use crate::org::teams::name_of_entity;
use crate::org::{Org, Repo};
use crate::paths::folder_of;
use crate::rules::{EvidenceFilter, Once, Unit};

/// All places of it, or the first of each thing that many of them are.
pub(super) fn found(org: &Org, filter: &EvidenceFilter) -> Counts {
    let mut counts = Counts::default();
    for repo in &org.repos {
        let most = match filter.once {
            None => usize::MAX,
            Some(Once::Repository) => 1,
        };
        let offered = LazyCell::new(|| only_offered(repo));
        let (mut sure, mut unsure) = (0, 0);
        for it in markers(repo, filter).filter(|it| state(it, filter) == Some(true)) {
            let why_unsure = match made(repo, it) {
                Made::Undecided => Some(undecided(it, "")),
                Made::Never | Made::Somewhere | Made::Surely => offered
                    .contains(folder_of(&it.at.path))
                    .then(|| format!("{}, in a module that no scanned repository calls", words(it))),
            };
            let (n, judged) = match why_unsure {
                None => (&mut sure, Judged::For { at: Some(it.at.clone()), what: words(it) }),
                Some(what) => (&mut unsure, Judged::Unknown { at: Some(it.at.clone()), what }),
            };
            if *n < most {
                *n += 1;
                counts.add(&repo.id, judged);
            }
        }
    }
    counts
}

/// The folders of the Terraform modules that a repository offers to others and that none of the scanned ones calls, and
/// of those that they are made of: whether any of it is in use isn't seen.
fn only_offered(repo: &Repo) -> BTreeSet<String> {
    let modules = || {
        let offers = repo.facts.offers.iter().zip(&repo.offers);
        offers.filter(|(offer, _)| offer.artifact == Artifact::TerraformModule)
    };
    let folders = |shared: Shared| {
        let of = modules().filter(|(_, it)| it.shared == shared).map(|(offer, _)| &*offer.path);
        of.collect::<BTreeSet<&str>>()
    };
    let offered = folders(Shared::MadeForOthers);
    if offered.is_empty() {
        return BTreeSet::new();
    }
    let modules = Modules::of(&repo.facts);
    let used = folders(Shared::Used);
    let mut in_use = modules.parts(used.iter().copied());
    in_use.extend(used.into_iter().map(str::to_owned));
    let mut found = modules.parts(offered.iter().copied());
    found.extend(offered.into_iter().map(str::to_owned));
    found.retain(|it| !in_use.contains(it));
    found
}

/// The share of places that are so, of those that are meant; of kinds, what is the same check in many places counts once
/// in a repository, at its first place.
pub(super) fn share(org: &Org, of: Unit, among: &EvidenceFilter, that: &EvidenceFilter) -> Counts {
    let mut counts = Counts::default();
    for repo in &org.repos {
        let mut kinds = BTreeSet::new();
        for it in markers(repo, among).filter(|it| state(it, among) == Some(true)) {
            if of == Unit::Kinds && !kinds.insert((it.kind, &it.tool, it.mode)) {
                continue;
            }
            let (at, what) = (Some(it.at.clone()), words(it));
            let judged = match state(it, that) {
                Some(true) if made(repo, it) == Made::Undecided => Judged::Unknown { at, what: undecided(it, "") },
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
    markers(repo, filter).find(|it| state(it, filter) == Some(true) && made(repo, it) != Made::Undecided)
}

/// Whether a repository has it: its first place there, else where it calls what brings it along of other repositories.
/// What has to be asked for, and of which it can't be told whether it is, can't be told either. Nothing where none is found.
pub(super) fn had(it: &Seen<'_>, repo: usize, filter: &EvidenceFilter) -> Option<Judged> {
    if let Some(marker) = first(&it.org.repos[repo], filter) {
        return Some(Judged::For { at: Some(marker.at.clone()), what: words(marker) });
    }
    let own = || {
        let of = &it.org.repos[repo];
        let marker = markers(of, filter).find(|it| state(it, filter) == Some(true))?;
        Some(Judged::Unknown { at: Some(marker.at.clone()), what: undecided(marker, "") })
    };
    let Some(Inherited { at, marker, from, is_sure }) = it.inheritance.first(it.org, repo, filter) else {
        return own();
    };
    let (at, place) = (Some(at), format!("{}/{}", from.id, marker.at.path));
    Some(match is_sure {
        true => Judged::For { at, what: format!("{}, inherited from {place}", words(marker)) },
        false => own().unwrap_or_else(|| Judged::Unknown { at, what: undecided(marker, &format!(", from {place}")) }),
    })
}

/// Whether a repository surely has it.
pub(super) fn surely_had(it: &Seen<'_>, repo: usize, filter: &EvidenceFilter) -> bool {
    matches!(had(it, repo, filter), Some(Judged::For { .. }))
}

/// Whether a marker of a repository is one that the filter lets pass.
pub(super) fn is(repo: &Repo, marker: &Marker, filter: &EvidenceFilter) -> bool {
    is_meant(repo, marker, filter) && state(marker, filter) == Some(true)
}

/// The markers of a repository in production that have one of the kinds. What is switched off is none.
fn markers<'r>(repo: &'r Repo, filter: &EvidenceFilter) -> impl Iterator<Item = &'r Marker> {
    repo.facts.markers.iter().filter(move |it| is_meant(repo, it, filter))
}

/// Whether a marker has one of the kinds, where evidence counts.
fn is_meant(repo: &Repo, it: &Marker, filter: &EvidenceFilter) -> bool {
    let EvidenceFilter { markers: kinds, in_root, .. } = filter;
    it.context == Context::Production
        && (kinds.is_empty() || kinds.contains(&it.kind))
        && it.mode != Some(Mode::Off)
        && !(*in_root && it.at.path.contains('/'))
        && !is_of_nothing_that_runs(repo, it)
        && made(repo, it) != Made::Never
}

/// Whether the calls of its own repository make it; nearly all is made.
fn made(repo: &Repo, it: &Marker) -> Made {
    match repo.switched.is_empty() {
        true => Made::Surely,
        false => repo.switched.get(&(it.at.path.to_string(), it.at.line)).copied().unwrap_or(Made::Surely),
    }
}

/// What a marker comes to that is made only where it is asked for.
fn undecided(it: &Marker, from: &str) -> String {
    let demands = it.says.get(&Said::Condition).into_iter().flatten();
    let told: Vec<&str> = demands.map(String::as_str).filter(|it| Demand::read(it).of().is_some()).collect();
    let by = if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) };
    format!("{}, only where it is asked for{by}{from}", words(it))
}

/// Kinds of entries of a catalogue that are about nothing that runs, or about a side of what has an entry of its own, as an
/// interface is; sorted.
const NOTHING_THAT_RUNS: &[&str] = &["API", "Domain", "Group", "Location", "System", "User"];

/// Whether an entry of a catalogue is about people, about an interface, or only tells where others lie.
fn is_of_nothing_that_runs(repo: &Repo, it: &Marker) -> bool {
    it.kind == MarkerKind::CatalogueEntity
        && repo.facts.objects.iter().any(|object| {
            object.at.path == it.at.path
                && object.at.line == it.at.line
                && NOTHING_THAT_RUNS.binary_search(&object.kind.as_str()).is_ok()
        })
}

/// Whether a marker is as the filter says, its kind apart; nothing where it doesn't tell.
fn state(it: &Marker, filter: &EvidenceFilter) -> Option<bool> {
    let EvidenceFilter {
        markers: _,
        tools,
        except_tools,
        modes,
        says,
        says_any,
        fewer_steps_than,
        by_people,
        in_root: _,
        once: _,
    } = filter;
    let is_tool = (tools.is_empty() || it.tool.as_ref().is_some_and(|it| tools.contains(it)))
        && !it.tool.as_ref().is_some_and(|it| except_tools.contains(it));
    // An owner that is nobody is none, and a place to talk no tool.
    let is_told = |said: &Said, text: &String| match said {
        Said::Owner => name_of_entity(text).is_some(),
        Said::Link => !is_chat(text),
        _ => true,
    };
    let is_said = |said: &Said| it.says.get(said).is_some_and(|it| it.iter().any(|it| is_told(said, it)));
    let says_all = says.iter().all(is_said) && (says_any.is_empty() || says_any.iter().any(is_said));
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

/// Hosts where people talk, and all below them; sorted.
const CHATS: &[&str] = &[
    "chat.google.com",
    "discord.com",
    "discord.gg",
    "element.io",
    "gitter.im",
    "mattermost.com",
    "slack.com",
    "teams.microsoft.com",
    "zulipchat.com",
];

/// Whether a link leads to a place where people talk.
fn is_chat(link: &str) -> bool {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or(rest).to_ascii_lowercase();
    CHATS.iter().any(|chat| host.strip_suffix(chat).is_some_and(|before| before.is_empty() || before.ends_with('.')))
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
    use super::{CHATS, NOTHING_THAT_RUNS, is_chat};

    #[test]
    fn tables_are_sorted() {
        assert!(NOTHING_THAT_RUNS.is_sorted() && CHATS.is_sorted());
    }

    #[test]
    fn places_to_talk() {
        for (link, expected) in [
            ("https://acme.slack.com/archives/C01", true),
            ("https://slack.com/app_redirect?channel=shop", true),
            ("https://teams.microsoft.com/l/channel/1", true),
            ("https://notslack.com", false),
            ("https://grafana.example.org/d/slack.com", false),
        ] {
            assert_eq!(is_chat(link), expected, "{link}");
        }
    }
}
