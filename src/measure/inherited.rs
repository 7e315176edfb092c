//! Evidence that comes to a repository with what it calls of other scanned repositories: a template that takes bad releases
//! back does so for each of its callers, a chart with alerts brings them wherever it is deployed.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::evidence;
use crate::facts::{Artifact, Context, Marker, MarkerKind, Offer, Said, Use};
use crate::org::modules::local_path;
use crate::org::{Org, Repo};
use crate::paths::folder_of;
use crate::rules::EvidenceFilter;
use crate::source::Location;

/// The kinds of evidence that are about what happens where a thing is called, not about the repository that it lies in: its
/// README and its bot stay where they are.
const COMES_ALONG: &[MarkerKind] = &[
    MarkerKind::Alert,
    MarkerKind::Dashboard,
    MarkerKind::Observability,
    MarkerKind::PreviewEnvironment,
    MarkerKind::Rollback,
    MarkerKind::Slo,
];

/// A part of a repository that is called as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Part {
    /// The repository that it lies in.
    repo: usize,
    /// Its file or folder.
    path: String,
    /// How far it reaches.
    extent: Extent,
}

/// How far a part reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Extent {
    /// One file: a template, a step of a library.
    File,
    /// The files of one folder: a module, an action in the root of its repository.
    Folder,
    /// The files of a folder and below it: a chart, an action with its scripts.
    Below,
}

/// Evidence of another repository that counts for one that calls it.
pub(super) struct Inherited<'o> {
    /// Where the caller calls it.
    pub(super) at: Location,
    /// The evidence.
    pub(super) marker: &'o Marker,
    /// The repository that it lies in.
    pub(super) from: &'o Repo,
    /// Whether it comes with every call: else the caller decides, and isn't seen to.
    pub(super) is_sure: bool,
}

/// What each repository calls, worked out where somebody asks, and once.
#[derive(Default)]
pub(super) struct Inheritance<'o> {
    /// By repository: what its calls lead to, each with the place of the first call that does.
    reached: RefCell<FxHashMap<usize, Vec<(&'o Location, Part)>>>,
    /// What the calls within a part lead to.
    within: RefCell<FxHashMap<Part, Vec<Part>>>,
    /// By repository: the evidence in it that comes along.
    markers: OnceCell<Vec<Vec<&'o Marker>>>,
}

impl<'o> Inheritance<'o> {
    /// The first evidence of this kind that a repository has from what it calls, in the order of its calls.
    pub(super) fn first(&self, org: &'o Org, repo: usize, filter: &EvidenceFilter) -> Option<Inherited<'o>> {
        if filter.in_root || !filter.markers.iter().any(|it| COMES_ALONG.contains(it)) {
            return None;
        }
        let markers = self.markers.get_or_init(|| org.repos.iter().map(that_come_along).collect());
        let mut all = self.reached.borrow_mut();
        let reached = all.entry(repo).or_insert_with(|| self.reached(org, repo));
        let mut unsure = None;
        for (at, part) in reached.iter() {
            let from = &org.repos[part.repo];
            let found = markers[part.repo].iter().filter(|it| part.holds(&it.at.path));
            for marker in found.filter(|it| evidence::is(from, it, filter)) {
                let is_sure = !marker.says.contains_key(&Said::Condition) && !is_left_to_values(marker);
                let it = Inherited { at: (*at).clone(), marker, from, is_sure };
                if is_sure {
                    return Some(it);
                }
                unsure.get_or_insert(it);
            }
        }
        unsure
    }

    /// Everything that the calls of a repository lead to, directly or not. What leads back to where it came from is
    /// followed once.
    fn reached(&self, org: &'o Org, repo: usize) -> Vec<(&'o Location, Part)> {
        let mut seen = BTreeSet::new();
        let mut reached = Vec::new();
        for (at, part) in calls(org, repo, &|_| true) {
            let mut open = vec![part];
            while let Some(part) = open.pop() {
                // What lies in the repository itself counts already.
                if part.repo != repo && seen.insert(part.clone()) {
                    let mut within = self.within.borrow_mut();
                    let next = within.entry(part.clone()).or_insert_with(|| {
                        let calls = calls(org, part.repo, &|path| part.holds(path));
                        calls.into_iter().map(|(_, it)| it).collect()
                    });
                    open.extend(next.iter().rev().cloned());
                    reached.push((at, part));
                }
            }
        }
        reached
    }
}

impl Part {
    fn holds(&self, path: &str) -> bool {
        match self.extent {
            Extent::File => *path == self.path,
            Extent::Folder => folder_of(path) == self.path,
            Extent::Below => {
                self.path.is_empty() || path.strip_prefix(&self.path).is_some_and(|rest| rest.starts_with('/'))
            }
        }
    }
}

/// Whether it is what charts commonly make only where a value asks for it: what collects metrics needs a controller that not
/// every cluster has, and which conditions stand around a template facts don't say.
fn is_left_to_values(marker: &Marker) -> bool {
    marker.kind == MarkerKind::Observability && marker.at.path.split('/').any(|it| it == "templates")
}

fn that_come_along(repo: &Repo) -> Vec<&Marker> {
    let markers = repo.facts.markers.iter();
    markers.filter(|it| it.context == Context::Production && COMES_ALONG.contains(&it.kind)).collect()
}

/// What the calls in these files of a repository lead to, in order.
fn calls<'o>(org: &'o Org, repo: usize, is_in: &dyn Fn(&str) -> bool) -> Vec<(&'o Location, Part)> {
    let of = &org.repos[repo];
    let mut calls = Vec::new();
    for (usage, link) in of.linked_uses() {
        if usage.context != Context::Production || !can_bring(usage.artifact) || !is_in(&usage.at.path) {
            continue;
        }
        let offered = link.asset.as_deref().and_then(|it| org.assets.get(it)?.offered);
        let part = match offered {
            Some(offered) => {
                offered.offer.and_then(|it| part_of(offered.repo, &org.repos[offered.repo].facts.offers[it]))
            }
            None => local(of, repo, usage),
        };
        calls.extend(part.map(|it| (&usage.at, it)));
    }
    let pipelines = of.facts.pipelines.iter().filter(|it| it.context == Context::Production && is_in(&it.at.path));
    for pipeline in pipelines {
        for call in pipeline.calls() {
            // Templates of GitHub and the like are uses; steps of libraries are named in calls only.
            let step = match call.strip_prefix("./") {
                Some(path) => Some((repo, path.split('#').next().unwrap_or(path))),
                None => org.libraries.find(call),
            };
            let part = step.map(|(repo, path)| Part { repo, path: path.to_owned(), extent: Extent::File });
            calls.extend(part.map(|it| (&pipeline.at, it)));
        }
    }
    calls
}

/// Whether what is called of this kind is there, or runs, where it is called. An image is a file system, and a library of
/// constructs a program: neither says by itself what comes of it.
fn can_bring(artifact: Artifact) -> bool {
    matches!(artifact, Artifact::CiAction | Artifact::CiTemplate | Artifact::HelmChart | Artifact::TerraformModule)
}

/// What an offer consists of.
fn part_of(repo: usize, offer: &Offer) -> Option<Part> {
    part(repo, offer.artifact, &offer.path)
}

/// What a use leads to that names something in its own repository.
fn local(of: &Repo, repo: usize, usage: &Use) -> Option<Part> {
    part(repo, usage.artifact, local_path(&of.facts, usage)?)
}

fn part(repo: usize, artifact: Artifact, path: &str) -> Option<Part> {
    let extent = match artifact {
        Artifact::CiTemplate => Extent::File,
        // The rest of a repository with an action in its root is what tests and releases it.
        Artifact::CiAction if path.is_empty() => Extent::Folder,
        Artifact::TerraformModule => Extent::Folder,
        Artifact::CiAction | Artifact::HelmChart => Extent::Below,
        _ => return None,
    };
    Some(Part { repo, path: path.to_owned(), extent })
}

#[cfg(test)]
mod tests {
    use super::{Extent, Part};

    #[test]
    fn what_a_part_holds() {
        for (path, extent, file, expected) in [
            ("deploy.yml", Extent::File, "deploy.yml", true),
            ("deploy.yml", Extent::File, "deploy.yml.bak", false),
            ("modules/db", Extent::Folder, "modules/db/main.tf", true),
            ("modules/db", Extent::Folder, "modules/db/test/main.tf", false),
            ("modules/db", Extent::Below, "modules/db/test/main.tf", true),
            ("modules/db", Extent::Below, "modules/dba/main.tf", false),
            ("", Extent::Folder, "action.yml", true),
            ("", Extent::Folder, ".github/workflows/ci.yml", false),
            ("", Extent::Below, "templates/alerts.yaml", true),
        ] {
            let part = Part { repo: 0, path: path.to_owned(), extent };
            assert_eq!(part.holds(file), expected, "{path} {extent:?} {file}");
        }
    }
}
