//! Evidence that comes to a repository with what it calls of other scanned repositories: a template that takes bad releases
//! back does so for each of its callers, a chart with alerts brings them wherever it is deployed.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::evidence;
use crate::facts::{Artifact, Context, Demand, Made, Marker, MarkerKind, Offer, Said, Use, chart_of};
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

/// A part that a repository's calls lead to.
struct Reached<'o> {
    /// The place of the repository's call.
    at: &'o Location,
    part: Part,
    /// The repository of the call of this part, and its place there.
    caller: (usize, &'o Location),
    /// The part that this call stands in, among those that were reached; none where it is the repository's own.
    through: Option<usize>,
}

/// What each repository calls, worked out where somebody asks, and once.
#[derive(Default)]
pub(super) struct Inheritance<'o> {
    /// By repository: what its calls lead to, each with the place of the first call that does.
    reached: RefCell<FxHashMap<usize, Vec<Reached<'o>>>>,
    /// What the calls within a part lead to.
    within: RefCell<FxHashMap<Part, Vec<(&'o Location, Part)>>>,
    /// The repositories with modules that make something only where it is asked for.
    conditional: OnceCell<BTreeSet<usize>>,
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
        for (number, Reached { at, part, .. }) in reached.iter().enumerate() {
            let from = &org.repos[part.repo];
            let found = markers[part.repo].iter().filter(|it| part.holds(&it.at.path));
            for marker in found.filter(|it| evidence::is(from, it, filter)) {
                let is_sure = match made(org, reached, number, marker) {
                    Made::Never => continue,
                    Made::Undecided | Made::Somewhere => false,
                    Made::Surely => true,
                };
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
    /// followed once; a module is followed for each call of it that the repository has itself, because each gives it
    /// other values.
    fn reached(&self, org: &'o Org, repo: usize) -> Vec<Reached<'o>> {
        let mut seen = BTreeSet::new();
        let mut reached: Vec<Reached<'o>> = Vec::new();
        let conditional = self.conditional.get_or_init(|| {
            let repos = org.repos.iter().enumerate();
            repos.filter(|(_, it)| has_conditions(it)).map(|(repo, _)| repo).collect()
        });
        for (at, part) in calls(org, repo, &|_| true) {
            // What lies in the repository itself counts already.
            if part.repo == repo {
                continue;
            }
            let is_told_apart =
                part.extent == Extent::Folder && reached.len() < MOST_CALLS && conditional.contains(&part.repo);
            if seen.contains(&part) && !is_told_apart {
                continue;
            }
            seen.insert(part.clone());
            let mut behind = BTreeSet::from([part.clone()]);
            let mut next = reached.len();
            reached.push(Reached { at, part, caller: (repo, at), through: None });
            while let Some(part) = reached.get(next).map(|it| it.part.clone()) {
                let mut within = self.within.borrow_mut();
                let calls =
                    within.entry(part.clone()).or_insert_with(|| calls(org, part.repo, &|path| part.holds(path)));
                for (place, inner) in calls.iter().filter(|(_, it)| it.repo != repo) {
                    let is_new = seen.insert(inner.clone());
                    if behind.insert(inner.clone()) && (is_new || inner.extent == Extent::Folder) {
                        let caller = (part.repo, *place);
                        reached.push(Reached { at, part: inner.clone(), caller, through: Some(next) });
                    }
                }
                next += 1;
            }
        }
        reached
    }
}

/// Whether what callers give decides what some module of a repository makes, as far as that comes along with it.
fn has_conditions(repo: &Repo) -> bool {
    let mut markers = repo.facts.markers.iter().filter(|it| COMES_ALONG.contains(&it.kind));
    let has_calls = || repo.facts.switches.iter().any(|it| !it.only_if.is_empty());
    markers.next().is_some_and(|it| it.says.contains_key(&Said::Condition) || has_calls())
        || markers.any(|it| it.says.contains_key(&Said::Condition))
}

/// How many calls of one repository are told apart by what they give.
const MOST_CALLS: usize = 1000;

/// Whether evidence is made that lies in a part which was reached: what it is demanded under is followed back through the
/// calls that lead to it.
fn made(org: &Org, reached: &[Reached<'_>], number: usize, marker: &Marker) -> Made {
    let mut demands: Vec<Demand> = marker.demands();
    let mut folder = folder_of(&marker.at.path);
    let mut at = Some(number);
    while let Some(Reached { part, caller: (by, place), through, .. }) = at.and_then(|it| reached.get(it)) {
        let (of, by) = (&org.repos[part.repo], &org.repos[*by]);
        let call = by.decisions.call(&by.facts, &place.path, place.line);
        // What is no module of Terraform has no such conditions.
        if part.extent == Extent::Folder && (call.is_some() || !demands.is_empty()) {
            match of.decisions.through(&of.facts, folder, call, &demands) {
                Some(left) => demands = left,
                None => return Made::Never,
            }
        }
        // What the caller gives a chart isn't seen: what its own values don't make somebody has to ask for.
        if part.extent == Extent::Below && !demands.is_empty() {
            let chart = chart_of(&marker.at.path).unwrap_or(&part.path);
            demands = of.decisions.left_by_defaults(&of.facts, chart, &demands);
        }
        folder = folder_of(&place.path);
        at = *through;
        if at.is_none() {
            return by.decisions.made(&by.facts, folder, &demands);
        }
    }
    Made::Somewhere
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
    part(repo, usage.artifact, of.facts.local_path(usage)?)
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
