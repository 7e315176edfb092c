//! The versions of what is shared, by the tags of its repository, and how far behind the newest of them a use is.
//!
//! Tags are compared within one *series* only: those with the same text before the version (`vpc/v1.2.3`, `vpc-1.2.3`,
//! `v1.2.3`). In a series that has versions of three numbers, tags of fewer (`v1`) move along with them and are no
//! releases. A prerelease is never the newest, unless there is nothing else.
//!
//! What can't be told stays untold: the versions of a repository whose clone may lack tags, a commit of which no
//! comment or lock file says its version, a ref that is none of the tags.

use std::collections::BTreeMap;

use crate::facts::{Artifact, Facts, Offer, Use};
use crate::origin::constraint::Constraint;
use crate::origin::version::Semver;
use crate::origin::{Origin, Pin, Version, version_parts};
use crate::paths::name_of;

/// The versions of one repository.
#[derive(Debug, Default)]
pub struct Versions<'t> {
    /// By what stands before the version; each from the oldest to the newest.
    series: BTreeMap<&'t str, Vec<Release<'t>>>,
}

#[derive(Debug)]
struct Release<'t> {
    version: Semver,
    /// The tag as it is.
    tag: &'t str,
    /// How many numbers are written.
    parts: usize,
}

/// How far behind the newest version a use is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// The version that is used: as it is asked for, or of a range the newest that it allows.
    pub used: String,
    /// Whether a comment or a lock file says so of the commit that is asked for.
    pub is_said: bool,
    /// The newest version.
    pub newest: String,
    /// How many releases came after the used one, the newest among them. Absent where only the newest is known.
    pub releases: Option<usize>,
    /// How far the numbers are apart.
    pub distance: Distance,
}

/// How far two versions are apart: in the first number that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Distance {
    /// In what comes after the minor version.
    Patch,
    /// So many minor versions.
    Minor(u64),
    /// So many major versions.
    Major(u64),
}

impl<'t> Versions<'t> {
    /// The versions among tags.
    pub fn of(tags: impl Iterator<Item = &'t str>) -> Self {
        let mut series: BTreeMap<&str, Vec<Release<'_>>> = BTreeMap::new();
        for tag in tags {
            let Some((prefix, parts, version)) = split(tag) else { continue };
            series.entry(prefix).or_default().push(Release { version, tag, parts });
        }
        for releases in series.values_mut() {
            let most = releases.iter().map(|it| it.parts.min(3)).max().unwrap_or(0);
            releases.retain(|it| it.parts >= most);
            // Of two spellings of one version the first in order, so that the order of tags never shows.
            releases.sort_by(|a, b| (&a.version, a.tag).cmp(&(&b.version, b.tag)));
            releases.dedup_by(|again, first| again.version == first.version);
        }
        Versions { series }
    }

    /// The versions of a scanned repository, if its clone has all tags.
    pub fn of_repository(facts: &'t Facts) -> Option<Self> {
        let has_all_tags = facts.repo.commit.is_some() && !facts.repo.shallow;
        has_all_tags.then(|| Versions::of(facts.repo.tags.iter().map(String::as_str)))
    }

    /// The newest version of an offer of the repository, as its tag: of the offer's own series, if it has one, else of
    /// the repository's.
    pub fn newest(&self, path: &str) -> Option<&'t str> {
        newest(self.series_of(path)?).map(|it| it.tag)
    }

    /// The series of an offer: tags that name its folder, or the last part of it, else tags that are only versions.
    fn series_of(&self, path: &str) -> Option<&[Release<'t>]> {
        let last = name_of(path);
        let named = [path, last].into_iter().filter(|name| !name.is_empty());
        let named = named.flat_map(|name| ["/", "-", "@"].map(|end| format!("{name}{end}")));
        let mut prefixes = named.chain([String::new()]);
        prefixes.find_map(|prefix| self.series.get(prefix.as_str())).map(Vec::as_slice)
    }

    /// How far behind a ref is. `None` where it isn't behind, or where it can't be told.
    fn behind_of_ref(&self, reference: &str) -> Option<Behind> {
        let reference = reference.strip_prefix("refs/tags/").unwrap_or(reference);
        let (prefix, parts, version) = split(reference)?;
        let releases = self.series.get(prefix)?;
        // A version that is no tag may be a branch, or is gone: nothing is known of its place.
        let exact = || releases.binary_search_by(|it| it.version.cmp(&version)).ok().map(|at| &releases[at]);
        let allowed = |it: &&Release<'_>| {
            it.version.major() == version.major() && (parts < 2 || it.version.minor() == version.minor())
        };
        let used = match parts {
            1 | 2 => newest_of(releases.iter().filter(allowed)).or_else(exact)?,
            _ => exact()?,
        };
        behind(releases, &used.version, reference)
    }

    /// How far behind a constraint is that takes versions of the repository.
    fn behind_of_constraint(&self, constraint: &Constraint) -> Option<Behind> {
        let releases = self.series.get("")?;
        let used = releases.iter().rev().find(|it| constraint.allows(&it.version))?;
        behind(releases, &used.version, used.tag)
    }
}

/// The newest version of an offer: the one it states itself, else its newest tag.
pub fn newest_of_offer(offer: &Offer, versions: Option<&Versions<'_>>) -> Option<String> {
    match &offer.version {
        Some(version) => Some(version.clone()),
        // What tags an image has is for its registry to say.
        None if offer.artifact == Artifact::BaseImage => None,
        None => versions?.newest(&offer.path).map(str::to_owned),
    }
}

/// How far behind its newest version a use is. `None` where it isn't behind, where it can't be told, and where the use
/// names no version at all, which is another matter.
///
/// `versions` are those of the repository that offers it, `offer` what it offers there.
pub fn behind_of(usage: &Use, own: &Facts, versions: Option<&Versions<'_>>, offer: Option<&Offer>) -> Option<Behind> {
    match usage.artifact {
        Artifact::HelmChart => behind_of_chart(usage, versions, offer?),
        Artifact::TerraformModule
        | Artifact::CiTemplate
        | Artifact::CiAction
        | Artifact::JenkinsLibrary
        | Artifact::CircleciOrb
        | Artifact::BuildkitePlugin => {
            let versions = versions?;
            if let Some(tag) = said_tag(usage, own) {
                return versions.behind_of_ref(tag).map(|it| Behind { is_said: true, ..it });
            }
            match (usage.version.pin, &usage.version.reference, &usage.version.constraint) {
                (Pin::Exact | Pin::Partial | Pin::Tag | Pin::TagOrBranch, Some(reference), _) => {
                    versions.behind_of_ref(reference)
                }
                (Pin::Exact | Pin::Range, None, Some(constraint)) => {
                    versions.behind_of_constraint(&Constraint::parse(constraint).ok()?)
                }
                _ => None,
            }
        }
        // What tags an image has is for its registry to say.
        _ => None,
    }
}

/// A chart states its version itself: the newest is that of the scanned definition. What a lock, or a tag of a registry,
/// says is used counts before the range.
fn behind_of_chart(usage: &Use, versions: Option<&Versions<'_>>, offer: &Offer) -> Option<Behind> {
    if let Origin::Repo { .. } = usage.origin {
        return versions?.behind_of_ref(usage.version.reference.as_deref()?);
    }
    let Version { reference, constraint, pin: _, digest: _ } = &usage.version;
    let (text, constraint) = (offer.version.as_deref()?, reference.as_deref().or(constraint.as_deref())?);
    let newest = Semver::parse(text)?;
    let constraint_of_use = Constraint::parse_npm(constraint).ok()?;
    if newest.is_prerelease() || constraint_of_use.allows(&newest) {
        return None;
    }
    let releases = versions.and_then(|it| it.series_of(&offer.path)).filter(|releases| {
        // Tags that aren't the chart's own versions count nothing of it.
        releases.iter().any(|it| it.version == newest)
    });
    let tagged = releases.and_then(|it| it.iter().rev().find(|it| constraint_of_use.allows(&it.version)));
    let (used, used_text) = match (tagged, Semver::parse(constraint.trim().trim_start_matches('='))) {
        (Some(release), _) => (release.version.clone(), constraint.to_owned()),
        (None, Some(exact)) => (exact, constraint.to_owned()),
        // Which versions a range allows only the published ones can tell.
        (None, None) => return None,
    };
    let between = tagged.and(releases).map(|releases| count(releases, &used, &newest));
    (used < newest).then(|| Behind {
        used: used_text,
        is_said: false,
        newest: text.to_owned(),
        releases: between,
        distance: distance(&used, &newest),
    })
}

/// The tag that a comment or a lock file says a use's commit is, if they agree.
pub(crate) fn said_tag<'f>(usage: &Use, own: &'f Facts) -> Option<&'f str> {
    let (Origin::Repo { host, owner, name, path: _ }, Some(reference)) = (&usage.origin, &usage.version.reference)
    else {
        return None;
    };
    let is_of_use = |file: &str, of_host: &str, of_name: &str| {
        let full = owner.len() + 1 + name.len();
        file == &*usage.at.path
            && of_host == host
            && of_name.len() == full
            && of_name
                .split_once('/')
                .is_some_and(|(o, n)| o.eq_ignore_ascii_case(owner) && n.eq_ignore_ascii_case(name))
    };
    let said = own.resolutions.iter().filter(|it| it.reference == *reference);
    let mut tags = said.filter(|it| is_of_use(&it.file, &it.host, &it.name)).filter_map(|it| it.tag.as_deref());
    let first = tags.next()?;
    tags.all(|it| it == first).then_some(first)
}

/// Whether one version comes before another, as far as both are written: `v4` is not before `v4.1.0`. Versions with other
/// words before or behind them are not compared.
pub(crate) fn is_earlier(version: &str, than: &str) -> bool {
    // Tags of images name their flavour behind the version: `3.12-slim`.
    if let (Some((a, of)), Some((b, of_other))) = (version.split_once('-'), than.split_once('-'))
        && of == of_other
        && version_parts(a).is_some()
    {
        return is_earlier(a, b);
    }
    let (Some((prefix, parts, version)), Some((of_prefix, of_parts, than))) = (split(version), split(than)) else {
        return false;
    };
    let numbers = |it: &Semver| [it.major(), it.minor(), it.patch()];
    let both = parts.min(of_parts).min(3);
    let (a, b) = (&numbers(&version)[..both], &numbers(&than)[..both]);
    let are_whole = parts >= 3 && of_parts >= 3;
    prefix == of_prefix && (a < b || a == b && are_whole && version < than)
}

fn behind(releases: &[Release<'_>], used: &Semver, said: &str) -> Option<Behind> {
    let newest = newest(releases)?;
    (*used < newest.version).then(|| Behind {
        used: said.to_owned(),
        is_said: false,
        newest: newest.tag.to_owned(),
        releases: Some(count(releases, used, &newest.version)),
        distance: distance(used, &newest.version),
    })
}

fn newest<'r, 't>(releases: &'r [Release<'t>]) -> Option<&'r Release<'t>> {
    newest_of(releases.iter())
}

/// The newest that is no prerelease, else the newest. Releases come from the oldest to the newest.
fn newest_of<'r, 't: 'r>(
    mut releases: impl DoubleEndedIterator<Item = &'r Release<'t>> + Clone,
) -> Option<&'r Release<'t>> {
    releases.clone().rfind(|it| !it.version.is_prerelease()).or_else(|| releases.next_back())
}

/// How many releases came after one, up to another.
fn count(releases: &[Release<'_>], used: &Semver, newest: &Semver) -> usize {
    let up_to = |version: &Semver| releases.partition_point(|it| it.version <= *version);
    let after = &releases[up_to(used)..up_to(newest).max(up_to(used))];
    after.iter().filter(|it| !it.version.is_prerelease() || it.version == *newest).count()
}

fn distance(used: &Semver, newest: &Semver) -> Distance {
    match (newest.major().abs_diff(used.major()), newest.minor().abs_diff(used.minor())) {
        (0, 0) => Distance::Patch,
        (0, minor) => Distance::Minor(minor),
        (major, _) => Distance::Major(major),
    }
}

/// What stands before the version in a tag, how many numbers the version has, and the version: `vpc/`, 3, `v1.2.3`. A
/// `v` belongs to the version. A number alone is no version: it could be a date or a build.
fn split(tag: &str) -> Option<(&str, usize, Semver)> {
    let version = |text: &str| {
        let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
        // Most parts of most tags are none at first sight.
        if !bare.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let parts = version_parts(text).filter(|n| *n >= 2 || bare.len() < text.len())?;
        Some((parts, Semver::parse(text)?))
    };
    let mut starts = [0].into_iter().chain(tag.match_indices(['/', '@', '-', '_']).map(|(at, _)| at + 1));
    starts.find_map(|at| version(&tag[at..]).map(|(parts, version)| (&tag[..at], parts, version)))
}

#[cfg(test)]
mod tests {
    use super::{Behind, Distance, Versions, is_earlier, split};
    use crate::origin::constraint::Constraint;

    #[test]
    fn tags_are_split_before_their_version() {
        for (tag, expected) in [
            ("v1.2.3", Some(("", "v1.2.3"))),
            ("1.2.3", Some(("", "1.2.3"))),
            ("v1", Some(("", "v1"))),
            ("1.2", Some(("", "1.2"))),
            ("v1.2.3-rc.1", Some(("", "v1.2.3-rc.1"))),
            ("vpc/v1.2.3", Some(("vpc/", "v1.2.3"))),
            ("vpc-v1.2.3", Some(("vpc-", "v1.2.3"))),
            ("vpc-1.2.3-rc.1", Some(("vpc-", "1.2.3-rc.1"))),
            ("modules/vpc/1.2.3", Some(("modules/vpc/", "1.2.3"))),
            ("my-mod-v2", Some(("my-mod-", "v2"))),
            ("pkg@2.0.0", Some(("pkg@", "2.0.0"))),
            ("release_1.2.3", Some(("release_", "1.2.3"))),
            ("3", None),
            ("2024-01-15", None),
            ("release-7", None),
            ("main", None),
            ("", None),
        ] {
            let told = split(tag).map(|(prefix, ..)| tag.split_at(prefix.len()));
            assert_eq!(told, expected, "{tag}");
        }
    }

    #[test]
    fn earlier_versions() {
        for (version, than, expected) in [
            ("v1.9.0", "v2.0.0", true),
            ("v1", "v2", true),
            ("v2.0.0", "v2.0.0", false),
            ("v2.0.0-rc.1", "v2.0.0", true),
            ("v4", "v4.1.0", false),
            ("v3", "v4.1.0", true),
            ("3.11-slim", "3.12-slim", true),
            ("vpc/v1.0.0", "rds/v2.0.0", false),
            ("main", "v2.0.0", false),
        ] {
            assert_eq!(is_earlier(version, than), expected, "{version} {than}");
        }
    }

    fn behind(tags: &[&'static str], reference: &str) -> Option<(String, usize, Distance)> {
        let it = Versions::of(tags.iter().copied()).behind_of_ref(reference)?;
        assert_eq!(it.used, reference.strip_prefix("refs/tags/").unwrap_or(reference));
        Some((it.newest, it.releases.unwrap(), it.distance))
    }

    #[test]
    fn refs_behind() {
        let tags = ["v1.0.0", "v1.1.0", "v1.1.1", "v1", "v2", "v2.0.0", "v2.1.0", "v3.0.0-rc.1"];
        let newest = |n, distance| Some(("v2.1.0".to_owned(), n, distance));
        for (reference, expected) in [
            ("v1.0.0", newest(4, Distance::Major(1))),
            ("1.0.0", newest(4, Distance::Major(1))),
            ("refs/tags/v1.1.0", newest(3, Distance::Major(1))),
            ("v2.0.0", newest(1, Distance::Minor(1))),
            ("v2.1.0", None),
            ("v3.0.0-rc.1", None),
            // What they allow is told by the newest of it.
            ("v1", newest(2, Distance::Major(1))),
            ("v1.0", newest(4, Distance::Major(1))),
            ("v2", None),
            ("v2.0", newest(1, Distance::Minor(1))),
            // No tags.
            ("v1.5.0", None),
            ("v9", None),
            ("main", None),
            ("vpc/v1.0.0", None),
        ] {
            assert_eq!(behind(&tags, reference), expected, "{reference}");
        }
    }

    #[test]
    fn series_are_not_compared_with_each_other() {
        let tags = ["vpc/v1.2.3", "vpc/v1.2.4", "rds-v5.0.0", "rds-v5.2.0", "v9.0.0"];
        assert_eq!(behind(&tags, "vpc/v1.2.3"), Some(("vpc/v1.2.4".to_owned(), 1, Distance::Patch)));
        assert_eq!(behind(&tags, "rds-v5.0.0"), Some(("rds-v5.2.0".to_owned(), 1, Distance::Minor(2))));
        assert_eq!(behind(&tags, "vpc/v1.2.4"), None);
        let versions = Versions::of(tags.iter().copied());
        for (path, newest) in
            [("modules/vpc", "vpc/v1.2.4"), ("rds", "rds-v5.2.0"), ("modules/s3", "v9.0.0"), ("", "v9.0.0")]
        {
            assert_eq!(versions.newest(path), Some(newest), "{path}");
        }
    }

    #[test]
    fn prereleases_are_the_newest_where_there_is_nothing_else() {
        assert_eq!(Versions::of(["v1.0.0-rc.1", "v1.0.0-rc.2"].into_iter()).newest(""), Some("v1.0.0-rc.2"));
        assert_eq!(Versions::of(["v1.0.0", "v2.0.0-rc.2"].into_iter()).newest(""), Some("v1.0.0"));
        assert_eq!(behind(&["v1.0.0-rc.1", "v1.0.0-rc.2"], "v1.0.0-rc.1").map(|it| it.1), Some(1));
    }

    #[test]
    fn tags_of_fewer_numbers_are_releases_where_there_are_no_others() {
        assert_eq!(behind(&["v1", "v2", "v4"], "v1"), Some(("v4".to_owned(), 2, Distance::Major(3))));
        assert_eq!(behind(&["1.1", "1.4", "v1"], "1.1"), Some(("1.4".to_owned(), 1, Distance::Minor(3))));
        assert_eq!(behind(&["1.1", "1.4", "v1"], "v1"), None);
    }

    #[test]
    fn constraints_behind() {
        let tags = ["1.0.0", "1.1.0", "1.2.5", "2.0.0"];
        let versions = Versions::of(tags.into_iter());
        let of = |text| versions.behind_of_constraint(&Constraint::parse(text).unwrap());
        for (constraint, used) in [("~> 1.0", "1.2.5"), ("1.1.0", "1.1.0"), ("< 1.2", "1.1.0"), ("~> 1.0.0", "1.0.0")] {
            assert_eq!(of(constraint).map(|it| it.used), Some(used.to_owned()), "{constraint}");
        }
        for constraint in [">= 1.0", "~> 2.0", "2.0.0", "~> 3.0"] {
            assert_eq!(of(constraint), None, "{constraint}");
        }
        assert_eq!(
            of("~> 1.0"),
            Some(Behind {
                used: "1.2.5".to_owned(),
                is_said: false,
                newest: "2.0.0".to_owned(),
                releases: Some(1),
                distance: Distance::Major(1)
            })
        );
    }
}
