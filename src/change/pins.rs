//! What became of the versions of what is used: held less firmly, moved back, held more firmly; and what is used anew
//! without a version, or far behind the newest.

use std::collections::BTreeMap;

use super::moved::{Moved, keys, pair};
use super::sides::Side;
use super::{Item, Kind};
use crate::facts::{Artifact, Context, Facts, Family, Use};
use crate::measure::findings::noun;
use crate::org::owner::Owner;
use crate::org::versions::{Distance, Versions, behind_of, is_earlier, newest_of_offer, said_tag};
use crate::org::{AssetId, Link, Repo};
use crate::origin::{Origin, Pin};
use crate::rules::counted;
use crate::source::Location;

/// A use with what it is.
pub(super) type Linked<'o> = (&'o Use, &'o Link);

/// The uses of things from outside the repository, in production: which are new, and which name another version now.
pub(super) struct Uses<'o> {
    /// Before and after.
    moved: Vec<(Linked<'o>, Linked<'o>)>,
    pub(super) new: Vec<Linked<'o>>,
    pub(super) gone: Vec<Linked<'o>>,
    /// What was seen before and after.
    facts: (&'o Facts, &'o Facts),
}

impl<'o> Uses<'o> {
    /// Pairs the uses of both states: those of one thing in one file, then those of the same version that stand in
    /// another file now.
    pub(super) fn of(before: &'o Repo, after: &'o Repo, moved: &Moved<'_>) -> Self {
        let mut old: BTreeMap<(&str, &AssetId, Artifact), Vec<Linked<'o>>> = BTreeMap::new();
        for (asset, it) in counted_uses(before) {
            old.entry((moved.path_after(&it.0.at.path), asset, it.0.artifact)).or_default().push(it);
        }
        let mut now: BTreeMap<(&str, &AssetId, Artifact), Vec<Linked<'o>>> = BTreeMap::new();
        for (asset, it) in counted_uses(after) {
            now.entry((&it.0.at.path, asset, it.0.artifact)).or_default().push(it);
        }
        let version = |a: &Linked<'_>, b: &Linked<'_>| a.0.version == b.0.version && a.1.pin == b.1.pin;
        let place = |a: &Linked<'_>, b: &Linked<'_>| version(a, b) && a.0.at.line_hash == b.0.at.line_hash;
        let (mut uses, mut gone, mut new) = (
            Uses { moved: Vec::new(), new: Vec::new(), gone: Vec::new(), facts: (&before.facts, &after.facts) },
            BTreeMap::new(),
            BTreeMap::new(),
        );
        for key in keys(&old, &now) {
            let of = |side: &BTreeMap<_, Vec<Linked<'o>>>| side.get(key).cloned().unwrap_or_default();
            let (pairs, was, is) = pair(of(&old), of(&now), &[&place, &version, &|_, _| true]);
            uses.moved.extend(pairs.into_iter().filter(|(a, b)| !version(a, b)));
            let (_, asset, artifact) = *key;
            gone.entry((asset, artifact)).or_insert_with(Vec::new).extend(was);
            new.entry((asset, artifact)).or_insert_with(Vec::new).extend(is);
        }
        for key in keys(&gone, &new) {
            let of = |side: &BTreeMap<_, Vec<Linked<'o>>>| side.get(key).cloned().unwrap_or_default();
            let (_, was, is) = pair(of(&gone), of(&new), &[&place, &version]);
            uses.gone.extend(was);
            uses.new.extend(is);
        }
        uses
    }
}

/// The uses whose versions are looked at, each with what it is of. Providers have a lock file, which no change of a
/// constraint moves.
fn counted_uses(repo: &Repo) -> impl Iterator<Item = (&AssetId, Linked<'_>)> {
    let counts = |usage: &Use, link: &Link| {
        usage.context == Context::Production
            && usage.artifact != Artifact::TerraformProvider
            && link.owner != Owner::SelfOwned
    };
    let uses = repo.linked_uses().filter(move |(usage, link)| counts(usage, link));
    uses.filter_map(|(usage, link)| Some((link.asset.as_deref()?, (usage, link))))
}

/// How firmly a pin holds: the least and the most that it may, where that can't be told in full. Nothing of what holds by
/// other means.
fn firmness(pin: Pin, artifact: Artifact) -> Option<(u8, u8)> {
    let is_image = artifact.family() == Family::Image;
    let one = |it| Some((it, it));
    match pin {
        Pin::Digest | Pin::Sha | Pin::ShortSha => one(5),
        Pin::Exact | Pin::Tag => one(4),
        Pin::Range | Pin::Partial => one(3),
        Pin::FloatingTag => one(2),
        // An image without a tag is the one with the tag `latest`.
        Pin::Default if is_image => one(2),
        Pin::Branch | Pin::Default => one(1),
        Pin::TagOrBranch => Some((1, 4)),
        Pin::SameCommit | Pin::Dynamic => None,
    }
}

/// What the repository holds less firmly than before, what it moved back, and what it uses anew without a version or far
/// behind the newest.
pub(super) fn added(after: &Side<'_>, uses: &Uses<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    for group in groups(uses) {
        let Some(((was, old), (is, link))) = group.first() else { continue };
        let kind = match (firmness(old.pin, was.artifact), firmness(link.pin, is.artifact)) {
            (Some((was, _)), Some((_, is))) if is < was => Kind::PinLoosened,
            _ if moved_back((was, old), uses.facts.0, (is, link), uses.facts.1) => Kind::VersionMovedBack,
            _ => continue,
        };
        let (from, to) = (held(was, old.pin, uses.facts.0), held(is, link.pin, uses.facts.1));
        let version = version_of((was, old), uses.facts.0).unwrap_or(was.version.words());
        let newest = newest(after, link).filter(|it| it != version);
        let newest = newest.map(|it| format!("; the newest here is {it}")).unwrap_or_default();
        let to_do = match (kind, old.pin) {
            (Kind::VersionMovedBack, _) => {
                format!("If that was not meant, go back to {version}{newest}.")
            }
            (_, Pin::Digest) => "Name the digest again, behind the tag.".to_owned(),
            (_, Pin::Sha | Pin::ShortSha) => "Name the commit again, with the version in a comment.".to_owned(),
            _ => format!("Name one version again{newest}."),
        };
        let times = times(group.len());
        let verb = if kind == Kind::PinLoosened { "moved" } else { "moved back" };
        items.push(item(
            kind,
            &group,
            format!("The {} {} {verb} from {from} to {to}{times}.", noun(is.artifact), name(link)),
            to_do,
        ));
    }
    let mut new: BTreeMap<_, Vec<Linked<'_>>> = BTreeMap::new();
    for it in &uses.new {
        new.entry((&it.0.at.path, name(it.1), held(it.0, it.1.pin, uses.facts.1))).or_default().push(*it);
    }
    for ((_, name, version), group) in new {
        let Some((usage, link)) = group.first() else { continue };
        let newest = newest(after, link);
        let behind = || {
            let asset = after.org.assets.get(link.asset.as_deref()?)?.offered?;
            let provider = &after.org.repos[asset.repo].facts;
            let offer = asset.offer.map(|it| &provider.offers[it]);
            behind_of(usage, &after.repo().facts, Versions::of_repository(provider).as_ref(), offer)
        };
        let noun = noun(usage.artifact);
        let times = times(group.len());
        let (kind, what, to_do) = match (link.pin, behind()) {
            (Pin::Branch, _) => (
                Kind::NewUseUnpinned,
                format!("The {noun} {name} is new here and follows {version}{times}."),
                format!("Name {} in its place.", newest.as_deref().unwrap_or("one version")),
            ),
            // Of a repository that means its default branch; what a registry or a server gives is another matter.
            (Pin::Default, _) if matches!(usage.origin, Origin::Repo { .. }) => (
                Kind::NewUseUnpinned,
                format!("The {noun} {name} is new here and names no version: it follows the default branch{times}."),
                format!("Name {}.", newest.as_deref().unwrap_or("one version")),
            ),
            (_, Some(behind)) => match behind.distance {
                Distance::Major(n) => (
                    Kind::NewUseBehind,
                    format!(
                        "The {noun} {name} is new here at {}, {} behind the newest{times}.",
                        behind.used,
                        counted(n, "major version")
                    ),
                    format!("Begin with {}.", behind.newest),
                ),
                Distance::Minor(_) | Distance::Patch => continue,
            },
            _ => continue,
        };
        let pairs: Vec<(Linked<'_>, Linked<'_>)> = group.iter().map(|it| (*it, *it)).collect();
        let item = item(kind, &pairs, what, to_do);
        items.push(Item { before: Vec::new(), ..item });
    }
    items
}

/// What is held more firmly than before.
pub(super) fn improved(uses: &Uses<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    for group in groups(uses) {
        let Some(((was, old), (is, link))) = group.first() else { continue };
        let (Some((_, most)), Some((least, _))) = (firmness(old.pin, was.artifact), firmness(link.pin, is.artifact))
        else {
            continue;
        };
        if least > most {
            let (from, to) = (held(was, old.pin, uses.facts.0), held(is, link.pin, uses.facts.1));
            let what = format!(
                "The {} {} is held by {to}, no longer by {from}{}.",
                noun(is.artifact),
                name(link),
                times(group.len())
            );
            items.push(item(Kind::PinTightened, &group, what, String::new()));
        }
    }
    items
}

/// Where, before the change, the uses stand of which it can't be told any more how firmly they are held: a name that is a
/// tag or a branch, or an expression. What was found of them is not gone, it is unseen.
pub(super) fn untold(uses: &Uses<'_>) -> Vec<Location> {
    let is_told =
        |(usage, link): &Linked<'_>| firmness(link.pin, usage.artifact).is_some_and(|(least, most)| least == most);
    let lost = uses.moved.iter().filter(|(was, is)| is_told(was) && !is_told(is));
    lost.map(|(was, _)| was.0.at.clone()).collect()
}

type Pair<'o> = (Linked<'o>, Linked<'o>);

/// The uses of one file that moved from the same to the same, in order.
fn groups<'o>(uses: &Uses<'o>) -> Vec<Vec<Pair<'o>>> {
    let (facts_before, facts_after) = uses.facts;
    let mut groups: BTreeMap<(&str, String, String, String), Vec<Pair<'o>>> = BTreeMap::new();
    for it in &uses.moved {
        let ((was, old), (is, link)) = it;
        let key = (&*is.at.path, name(link), held(was, old.pin, facts_before), held(is, link.pin, facts_after));
        groups.entry(key).or_default().push(*it);
    }
    let mut groups: Vec<Vec<Pair<'o>>> = groups.into_values().collect();
    groups.iter_mut().for_each(|it| it.sort_by(|a, b| a.1.0.at.cmp(&b.1.0.at)));
    groups
}

fn item(kind: Kind, group: &[Pair<'_>], what: String, to_do: String) -> Item {
    let places = |of: fn(&Pair<'_>) -> Location| group.iter().map(of).collect::<Vec<Location>>();
    let (before, after) = (places(|it| it.0.0.at.clone()), places(|it| it.1.0.at.clone()));
    let first = after.iter().min().cloned().unwrap_or_else(|| Location::whole_file(&"".into()));
    let what_key = group.first().map(|it| name(it.1.1)).unwrap_or_default();
    Item { kind, key: format!("{}:{}:{what_key}", kind.id(), first.path), at: first, what, to_do, after, before }
}

fn times(n: usize) -> String {
    if n > 1 { format!(" ({n} times in this file)") } else { String::new() }
}

/// What is used, as people write it.
fn name(link: &Link) -> String {
    link.asset.as_deref().map(ToString::to_string).unwrap_or_default()
}

/// The newest version of what is used, where that can be told.
fn newest(side: &Side<'_>, link: &Link) -> Option<String> {
    let offered = side.org.assets.get(link.asset.as_deref()?)?.offered?;
    let provider = &side.org.repos[offered.repo].facts;
    let offer = offered.offer.map(|it| &provider.offers[it])?;
    newest_of_offer(offer, Versions::of_repository(provider).as_ref())
}

/// How many digits of a commit or digest are shown.
const SHOWN: usize = 12;

/// What holds a use, in words: `the version v1.2.0`, `the branch main`, and of a commit the version that a comment says it is.
fn held(usage: &Use, pin: Pin, own: &Facts) -> String {
    let version = &usage.version;
    let reference = version.reference.as_deref().unwrap_or_default();
    let words = version.words();
    let short = |id: &str| id.chars().take(SHOWN).collect::<String>();
    match pin {
        Pin::Digest => {
            let digest = version.digest.as_deref().unwrap_or_default();
            let (algorithm, hash) = digest.split_once(':').unwrap_or(("", digest));
            format!("the digest {algorithm}:{}", short(hash))
        }
        Pin::Sha | Pin::ShortSha if reference.bytes().all(|b| b.is_ascii_hexdigit()) => {
            let said = said_tag(usage, own).map(|it| format!(" ({it})")).unwrap_or_default();
            format!("the commit {}{said}", short(reference))
        }
        Pin::Sha | Pin::ShortSha => format!("a commit that {words} is locked to"),
        Pin::Exact => format!("the version {words}"),
        Pin::Range => format!("the range {words}"),
        Pin::Partial => format!("the moving version {words}"),
        Pin::Tag => format!("the tag {words}"),
        Pin::FloatingTag => format!("the moving tag {words}"),
        Pin::Branch => format!("the branch {}", reference.trim_start_matches("refs/").trim_start_matches("heads/")),
        Pin::TagOrBranch => format!("{words}, a tag or a branch"),
        Pin::Default => "no version".to_owned(),
        Pin::SameCommit => "the same commit".to_owned(),
        Pin::Dynamic => "an expression".to_owned(),
    }
}

/// Whether a use names an earlier version than before. What a comment says of a commit counts as its version.
fn moved_back(was: Linked<'_>, before: &Facts, is: Linked<'_>, after: &Facts) -> bool {
    match (version_of(was, before), version_of(is, after)) {
        (Some(was), Some(is)) => is_earlier(is, was),
        _ => false,
    }
}

/// The one version that a use names, or that a comment says of its commit.
fn version_of<'f>((usage, link): Linked<'f>, own: &'f Facts) -> Option<&'f str> {
    match link.pin {
        Pin::Sha | Pin::ShortSha => said_tag(usage, own),
        Pin::Exact | Pin::Partial | Pin::Tag | Pin::Digest => {
            let written = usage.version.reference.as_deref().or(usage.version.constraint.as_deref())?;
            Some(written.trim_start_matches("refs/tags/").trim_start_matches('=').trim_start())
        }
        Pin::Range
        | Pin::FloatingTag
        | Pin::Branch
        | Pin::TagOrBranch
        | Pin::Default
        | Pin::SameCommit
        | Pin::Dynamic => None,
    }
}

#[cfg(test)]
mod tests {
    use super::firmness;
    use crate::facts::Artifact;
    use crate::origin::Pin;

    #[test]
    fn a_tag_or_branch_is_neither_firmer_nor_looser_than_a_version() {
        let of = |pin| firmness(pin, Artifact::TerraformModule).unwrap();
        let loosened = |from, to| of(to).1 < of(from).0;
        assert!(loosened(Pin::Exact, Pin::Branch));
        assert!(loosened(Pin::Sha, Pin::TagOrBranch));
        assert!(!loosened(Pin::Exact, Pin::TagOrBranch));
        assert!(!loosened(Pin::TagOrBranch, Pin::Branch));
        assert!(!loosened(Pin::Default, Pin::Branch));
        assert_eq!(firmness(Pin::Default, Artifact::BaseImage), firmness(Pin::FloatingTag, Artifact::BaseImage));
    }
}
