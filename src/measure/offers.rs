//! Qualities of what is made for others: whether each shared offer has them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Counts, Judged, Seen, qualities};
use crate::facts::{Artifact, Context, Offer};
use crate::org::offers::{OfferStatus, Shared, lacks};
use crate::org::owner::Owner;
use crate::org::{Offered, Org};
use crate::origin::Origin;
use crate::rules::Quality;

/// Every offer that is made for others: repository and offer (indices), offer, status.
pub fn shared_offers(org: &Org) -> impl Iterator<Item = (usize, usize, &Offer, &OfferStatus)> {
    org.repos.iter().enumerate().flat_map(|(repo, it)| {
        let offers = it.facts.offers.iter().zip(&it.offers).enumerate();
        let shared = offers.filter(|(_, (_, status))| status.is_shared());
        shared.map(move |(number, (offer, status))| (repo, number, offer, status))
    })
}

/// The name of an offer where people look for it.
pub fn offer_name(org: &Org, repo: usize, offer: &Offer) -> String {
    if offer.artifact == Artifact::BaseImage {
        return offer.name.clone();
    }
    let separator = if offer.artifact == Artifact::TerraformModule { "//" } else { "/" };
    if offer.path.is_empty() {
        org.repos[repo].id.clone()
    } else {
        format!("{}{separator}{}", org.repos[repo].id, offer.path)
    }
}

/// Every shared offer, judged by a quality; `described` is the share of inputs and outputs that must be described.
pub(super) fn counts(it: &Seen<'_>, quality: Quality, described: f64) -> Counts {
    match quality {
        Quality::Versioned => versioned(it.org),
        Quality::Documented => documented(it.org, described),
        Quality::Indexed => indexed(it),
        Quality::UsedElsewhere => used_elsewhere(it.org),
        Quality::Maintained => maintained(it.org, it.as_of),
        Quality::FromReadyRepositories => from_ready_repositories(it),
        // Qualities of repositories; `rules::check` lets none of them pass here.
        Quality::Deployable
        | Quality::Delivering
        | Quality::Deploying
        | Quality::MoreThanOffering
        | Quality::Provisioning
        | Quality::DefinedInCode
        | Quality::AppliedByPipeline
        | Quality::DeployedAutomatically
        | Quality::DeployedWhenMerged
        | Quality::TestedBeforeDeploy
        | Quality::Owned
        | Quality::Scanned
        | Quality::ScannedByTemplate
        | Quality::Scripted
        | Quality::OnGoldenPath
        | Quality::Ready => Counts::default(),
    }
}

/// Of the shared offers that other repositories use, of which it can be told: how many are versioned or documented, of how
/// many. Nothing for other qualities.
pub(super) fn of_used(org: &Org, quality: Quality, described: f64) -> Option<(u64, u64)> {
    let judge = |offer: &Offer, status: &OfferStatus| match quality {
        Quality::Versioned => Some(status.versioned),
        Quality::Documented => Some(Some(lacks(offer, status, described).is_empty())),
        _ => None,
    };
    let mut counted = None;
    for (_, _, offer, status) in shared_offers(org).filter(|(.., status)| status.shared == Shared::Used) {
        if let Some(is_so) = judge(offer, status)? {
            let (n, of) = counted.get_or_insert((0, 0));
            *n += u64::from(is_so);
            *of += 1;
        }
    }
    counted
}

/// Adds what each shared offer comes to.
fn each(org: &Org, judge: impl Fn(usize, usize, &Offer, &OfferStatus) -> (Option<bool>, String)) -> Counts {
    let mut counts = Counts::default();
    for (repo, number, offer, status) in shared_offers(org) {
        let (is_so, what) = judge(repo, number, offer, status);
        let (at, what) = (Some(offer.at.clone()), format!("{}: {what}", offer_name(org, repo, offer)));
        let judged = match is_so {
            Some(true) => Judged::For { at, what },
            Some(false) => Judged::Against { at, what },
            None => Judged::Unknown { at, what },
        };
        counts.add(&org.repos[repo].id, judged);
    }
    counts
}

fn versioned(org: &Org) -> Counts {
    each(org, |_, _, _, status| {
        let what = match status.versioned {
            Some(true) => "versioned",
            Some(false) => "no tag of its repository is a version",
            None => "the clone has no tags and may have been made without them",
        };
        (status.versioned, what.to_owned())
    })
}

fn documented(org: &Org, described: f64) -> Counts {
    each(org, |_, _, offer, status| {
        let lacks = lacks(offer, status, described);
        (Some(lacks.is_empty()), if lacks.is_empty() { "documented".to_owned() } else { lacks.join(", ") })
    })
}

/// Whether a document that lists what there is to use names it.
fn indexed(it: &Seen<'_>) -> Counts {
    each(it.org, |repo, number, _, _| {
        let is_named = it.tooling.named.contains(&(repo, number));
        (
            Some(is_named),
            if is_named { "named by an index" } else { "no index of the organisation names it" }.to_owned(),
        )
    })
}

/// Whether at least two other repositories use it. A use may be of it whose repository has the same name and an owner that
/// isn't known, as on a server that this organisation mirrors, and whose path is the same, or an expression that it fits:
/// such a one can't be told.
fn used_elsewhere(org: &Org) -> Counts {
    let mut users: BTreeMap<(usize, usize), BTreeSet<usize>> = BTreeMap::new();
    for asset in org.assets.values() {
        if let Some(Offered { repo, offer: Some(offer) }) = asset.offered {
            users.entry((repo, offer)).or_default().extend(asset.users.iter().map(|it| it.0));
        }
    }
    let unknown = uses_of_unknown(org);
    each(org, |repo, number, offer, _| {
        let users = users.get(&(repo, number));
        let n = users.map_or(0, BTreeSet::len);
        let name = org.repos[repo].facts.repo.identity.as_ref().map(|it| it.name.to_ascii_lowercase());
        let maybe = name.and_then(|name| unknown.get(&name)).into_iter().flatten().filter(|(user, artifact, path)| {
            let is_new = *user != repo && !users.is_some_and(|it| it.contains(user));
            is_new && *artifact == offer.artifact && may_name(path, &offer.path)
        });
        let more = maybe.map(|(user, ..)| user).collect::<BTreeSet<_>>().len();
        let repositories = |n| if n == 1 { "repository" } else { "repositories" };
        let is_so = if n > 1 { Some(true) } else { (n + more < 2).then_some(false) };
        let told = format!("used by {n} other {}", repositories(n));
        let what = match is_so {
            None => format!("{told}, and maybe by {more} more, of whose uses it can't be told whose they are"),
            Some(_) => told,
        };
        (is_so, what)
    })
}

/// A use of an owner that isn't known: the repository that uses, what, and its path.
type OfUnknown<'o> = (usize, Artifact, &'o str);

/// The uses in production of repositories whose owner isn't known, by the repository's name in lower case.
fn uses_of_unknown(org: &Org) -> BTreeMap<String, Vec<OfUnknown<'_>>> {
    let mut found: BTreeMap<String, Vec<OfUnknown<'_>>> = BTreeMap::new();
    for (user, repo) in org.repos.iter().enumerate() {
        let uses = repo.linked_uses();
        let unknown = uses.filter(|(it, link)| link.owner == Owner::Unknown && it.context == Context::Production);
        for (usage, _) in unknown {
            if let Origin::Repo { name, path, .. } = &usage.origin {
                found.entry(name.to_ascii_lowercase()).or_default().push((user, usage.artifact, path));
            }
        }
    }
    found
}

/// Whether a path of which parts are expressions (`pipelines/${MACHINE}.yml`) may be this one.
fn may_name(written: &str, path: &str) -> bool {
    let Some((before, rest)) = written.split_once("${") else { return written == path };
    let behind = rest.split_once('}').map_or("", |(_, behind)| behind);
    // What stands between two expressions is left out: either may be anything.
    let behind = behind.rsplit_once('}').map_or(behind, |(_, behind)| behind);
    path.len() >= before.len() + behind.len() && path.starts_with(before) && path.ends_with(behind)
}

/// Whether its repository was changed within a year. The date is that of the commit that was scanned.
fn maintained(org: &Org, as_of: &str) -> Counts {
    let year = |day: &str| day.get(..4).and_then(|it| it.parse::<i32>().ok());
    each(org, |repo, _, _, _| {
        let Some(day) = org.repos[repo].facts.repo.committed.as_deref().and_then(|it| it.get(..10)) else {
            return (None, "when its repository was changed last isn't known".to_owned());
        };
        // A year before: the same day, which compares as text does.
        let is_recent = year(as_of)
            .zip(as_of.get(4..))
            .is_some_and(|(year, rest)| day >= format!("{:04}{rest}", year - 1).as_str());
        (Some(is_recent), format!("changed on {day}"))
    })
}

/// Whether the repository that offers it passes the checks that services are held against.
fn from_ready_repositories(it: &Seen<'_>) -> Counts {
    each(it.org, |repo, _, _, _| match qualities::ready(it, repo) {
        Judged::For { what, .. } => (Some(true), what),
        Judged::Against { what, .. } => (Some(false), what),
        Judged::Unknown { what, .. } => (None, what),
        Judged::NotApplicable => (None, "nothing could be checked".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::may_name;

    #[test]
    fn what_paths_with_expressions_may_name() {
        for (written, path, expected) in [
            ("pipelines/${MACHINE}.yml", "pipelines/dane.yml", true),
            ("pipelines/${MACHINE}.yml", "templates/dane.yml", false),
            ("${A}/x-${B}.yml", "pipelines/x-dane.yml", true),
            ("${A}/x-${B}.yml", "pipelines/x-dane.json", false),
            ("pipelines/dane.yml", "pipelines/dane.yml", true),
            ("pipelines/${A}pipelines/", "pipelines/", false),
            ("${A", "pipelines/dane.yml", true),
        ] {
            assert_eq!(may_name(written, path), expected, "{written} {path}");
        }
    }
}
