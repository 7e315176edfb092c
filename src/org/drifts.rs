//! How the members of a cluster differ from its canonical form, in words.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::facts::{Artifact, Facts, Use};
use crate::org::Org;
use crate::org::figures::Sameness;
use crate::org::genome::{NearCluster, Place};
use crate::org::pipelines::Library;
use crate::origin::{Origin, Pin};
use crate::pipeline::drift::{Side, drift};
use crate::pipeline::effective::Effective;
use crate::pipeline::shape::Graph;
use crate::pipeline::{Pipeline, identity, image_identity};

/// What is needed to tell how pipelines of an organisation differ.
pub struct Drifts<'a> {
    org: &'a Org,
    library: Library<'a>,
    uses: Vec<CiUses<'a>>,
    said: Said<'a>,
}

/// One pipeline with all that its drift is told from.
pub struct Whole<'a> {
    /// What it does.
    pub effective: Effective<'a>,
    /// Its jobs.
    pub graph: &'a Graph,
    versions: BTreeMap<String, BTreeSet<String>>,
}

impl Whole<'_> {
    fn side(&self) -> Side<'_> {
        Side { effective: &self.effective, graph: self.graph, versions: &self.versions }
    }
}

impl<'a> Drifts<'a> {
    /// Nothing is worked out but what each repository uses.
    pub fn of(org: &'a Org) -> Self {
        let facts = || org.repos.iter().map(|it| &it.facts);
        Drifts {
            org,
            library: Library::of(facts(), &org.libraries),
            uses: facts().map(CiUses::of).collect(),
            said: said(org),
        }
    }

    fn pipeline(&self, (repo, number): Place) -> &'a Pipeline {
        &self.org.repos[repo].facts.pipelines[number]
    }

    /// A pipeline with all that its drift is told from.
    pub fn whole(&self, place: Place) -> Whole<'a> {
        let effective = self.library.effective(place.0, self.pipeline(place));
        let graph = &self.org.repos[place.0].pipelines[place.1].graph;
        let versions = self.uses[place.0].versions(&effective.files, &self.said);
        Whole { effective, graph, versions }
    }

    /// How far a member is the same as the canonical form of its cluster, and how it differs, the most important first.
    pub fn of_member(&self, place: Place, cluster: &NearCluster, canonical: &Whole<'_>) -> (Sameness, Vec<String>) {
        let structure = self.org.repos[place.0].pipelines[place.1].shape.structure;
        let same = if self.pipeline(place).exact == self.pipeline(cluster.canonical).exact {
            Sameness::Exact
        } else if structure == cluster.structure {
            Sameness::Structure
        } else {
            Sameness::Near
        };
        // Of what the same document does, nothing can differ but what its templates do.
        let mut words =
            if place == cluster.canonical { Vec::new() } else { drift(canonical.side(), self.whole(place).side()) };
        if words.is_empty() {
            match same {
                Sameness::Exact => {}
                Sameness::Structure | Sameness::Skeleton => words.push("other names or values only".to_owned()),
                Sameness::Near => words.push("parts the same steps into jobs in another way".to_owned()),
            }
        }
        (same, words)
    }
}

/// The versions that commits are said to be, by host, repository and commit.
type Said<'a> = FxHashMap<(&'a str, &'a str, &'a str), &'a str>;

/// What all repositories together say of commits, so that one commit is one version whoever asks for it: of several tags
/// the one that is said most, since a comment may be left over from another version; of equals the longest, which leaves
/// the least open. Names without a number are branches, and may be another commit by now.
fn said(org: &Org) -> Said<'_> {
    let mut found: FxHashMap<_, BTreeMap<&str, usize>> = FxHashMap::default();
    for it in org.repos.iter().flat_map(|it| &it.facts.resolutions) {
        if let Some(tag) = it.tag.as_deref().filter(|tag| tag.contains(|c: char| c.is_ascii_digit())) {
            let tags = found.entry((&*it.host, &*it.name, &*it.reference)).or_default();
            *tags.entry(tag).or_default() += 1;
        }
    }
    let most = found.into_iter().filter_map(|(commit, tags)| {
        let (tag, _) = tags.into_iter().max_by_key(|&(tag, n)| (n, tag.len(), tag))?;
        Some((commit, tag))
    });
    most.collect()
}

/// What the pipelines of a repository use, by file.
#[derive(Default)]
struct CiUses<'a> {
    uses: FxHashMap<&'a str, Vec<&'a Use>>,
}

impl<'a> CiUses<'a> {
    fn of(facts: &'a Facts) -> Self {
        let mut found = CiUses::default();
        for usage in facts.uses.iter().filter(|it| it.artifact == Artifact::CiImage || it.artifact.is_ci()) {
            found.uses.entry(&usage.at.path).or_default().push(usage);
        }
        found
    }

    /// The versions that these files ask for, by what they ask for. A commit is told as the version it is said to be,
    /// where something says so.
    fn versions(&self, files: &BTreeSet<&str>, said: &Said<'_>) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for usage in files.iter().filter_map(|file| self.uses.get(file)).flatten() {
            let identity = match &usage.origin {
                Origin::Local { .. } | Origin::Dynamic { .. } | Origin::Invalid { .. } | Origin::Url { .. } => continue,
                origin @ (Origin::Repo { .. }
                | Origin::Registry { .. }
                | Origin::Image { .. }
                | Origin::ServerSide { .. }) => {
                    if usage.artifact == Artifact::CiImage {
                        image_identity(origin)
                    } else {
                        identity(origin)
                    }
                }
            };
            let version = &usage.version;
            let words = match (version.pin, &version.reference, &usage.origin) {
                (Pin::SameCommit, ..) => continue,
                (Pin::Sha | Pin::ShortSha, Some(commit), Origin::Repo { host, owner, name, path: _ }) => {
                    let name = format!("{owner}/{name}").to_lowercase();
                    let said = said.get(&(host.as_str(), &*name, commit.as_str()));
                    said.map_or_else(|| commit.chars().take(7).collect(), |it| (*it).to_owned())
                }
                (_, Some(reference), _) => reference.clone(),
                (_, None, _) => match (&version.constraint, &version.digest) {
                    (Some(constraint), _) => constraint.clone(),
                    (None, Some(_)) => "by digest".to_owned(),
                    (None, None) => "without version".to_owned(),
                },
            };
            found.entry(identity.to_ascii_lowercase()).or_default().insert(words);
        }
        found
    }
}
