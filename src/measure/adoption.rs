//! Who uses what is shared: the standing of each repository towards each artifact.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use crate::facts::{Artifact, Context, Marker, MarkerKind, Offer, OfferTrait, Use};
use crate::org::modules::Modules;
use crate::org::offers::Shared;
use crate::org::owner::Owner;
use crate::org::{ADOPTED, Link, Org, Repo};
use crate::origin::{Origin, Pin};
use crate::paths::folder_of;
use crate::pipeline::Pipeline;
use crate::source::Location;

/// Where a repository stands towards a shared artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It uses what is shared; the first use.
    Adopts {
        /// Where.
        at: Location,
        /// What, as written.
        what: String,
    },
    /// It could and does not; the first place where it could.
    Misses {
        /// Where.
        at: Location,
        /// What is there instead.
        what: String,
    },
    /// It can't be told whether it does.
    Unknown {
        /// Where the unknown begins.
        at: Option<Location>,
        /// Why.
        what: String,
    },
    /// It offers the artifact to others, and what else it has of it serves the offer.
    Provider {
        /// What it uses of others' all the same: it is left out of this artifact's figures, and counts in the union.
        adopts: Option<Box<Standing>>,
    },
    /// It has no place to use one.
    NotApplicable,
}

/// The standing of every repository towards every artifact, worked out once.
#[derive(Debug)]
pub struct Standings {
    /// By repository, then by [`ADOPTED`] artifact.
    of: Vec<Vec<Standing>>,
}

impl Standings {
    /// Works out all standings.
    pub fn of(org: &Org) -> Self {
        let images = images(org);
        let of_repo = |repo| ADOPTED.iter().map(|artifact| standing(org, repo, *artifact, &images[repo])).collect();
        Standings { of: (0..org.repos.len()).map(of_repo).collect() }
    }

    /// The standing of a repository towards one of the [`ADOPTED`] artifacts.
    pub fn get(&self, repo: usize, artifact: Artifact) -> &Standing {
        let known = ADOPTED.iter().position(|it| *it == artifact).and_then(|at| self.of.get(repo)?.get(at));
        known.unwrap_or(&Standing::NotApplicable)
    }

    /// The standing towards any of several artifacts: one that is adopted is enough; what is unknown could be. Towards
    /// all of them in union a provider of one is a user of the others, and of other repositories' offers of its own.
    pub fn any(&self, repo: usize, artifacts: &[Artifact]) -> &Standing {
        let rank = |it: &&Standing| match it {
            Standing::Adopts { .. } => 0,
            Standing::Unknown { .. } => 1,
            Standing::Misses { .. } => 2,
            Standing::Provider { .. } => 3,
            Standing::NotApplicable => 4,
        };
        let in_union = |it: &'_ Standing| artifacts.len() == ADOPTED.len() && matches!(it, Standing::Provider { .. });
        let standings = artifacts.iter().map(|it| self.get(repo, *it)).map(|it| match it {
            Standing::Provider { adopts: Some(adopts) } if in_union(it) => &**adopts,
            it => it,
        });
        standings.min_by_key(rank).unwrap_or(&Standing::NotApplicable)
    }
}

/// The images of a repository that others start from.
#[derive(Clone, Default)]
struct Images<'a> {
    /// How many there are. Those count that the registry tells to be the repository's, and those that it builds.
    n: usize,
    /// The folders that they are built from: what these start from serves the offer.
    folders: BTreeSet<&'a str>,
}

fn images(org: &Org) -> Vec<Images<'_>> {
    let mut images = vec![Images::default(); org.repos.len()];
    for (_, asset) in org.assets.iter().filter(|(id, _)| id.artifact == Artifact::BaseImage) {
        let Some(offered) = asset.offered else { continue };
        let (of_repo, offers) = (&mut images[offered.repo], &org.repos[offered.repo].facts.offers);
        of_repo.n += 1;
        // One image is often built from several folders, one for each of its flavours.
        let name = offered.offer.map(|number| offers[number].name.as_str());
        let same = offers.iter().filter(|it| it.artifact == Artifact::BaseImage && Some(it.name.as_str()) == name);
        of_repo.folders.extend(same.map(|it| &*it.path));
    }
    images
}

/// The standing of a repository, which offers these base images, towards one artifact.
fn standing(org: &Org, repo: usize, artifact: Artifact, images: &Images<'_>) -> Standing {
    let it = &org.repos[repo];
    let mut places = places(it, artifact);
    if artifact == Artifact::BaseImage {
        places.retain(|(at, _)| !images.folders.contains(folder_of(&at.path)));
    }
    let unread = artifact.is_ci().then(|| unread_pipeline(it)).flatten();
    // What only builds is in no image that is run.
    let of_artifact =
        || it.linked_uses().filter(|(usage, link)| usage.artifact.counts_as() == artifact && !link.builds_only);
    let adopts = of_artifact()
        .find(|(usage, link)| link.shared && !is_gone(org, usage, link))
        .map(|(usage, link)| Standing::Adopts { at: usage.at.clone(), what: named(usage, link) });
    if is_provider(it, artifact, images.n, places.len()) {
        return Standing::Provider { adopts: adopts.map(Box::new) };
    }
    let Some((at, what)) = places.first() else {
        return match unread {
            Some(at) => Standing::Unknown { at: Some(at), what: unread_words(it) },
            None => Standing::NotApplicable,
        };
    };
    if let Some(adopts) = adopts {
        return adopts;
    }
    if org.owners.is_empty() {
        let what = "no scanned repository has a remote, so nothing tells what is the organisation's own".to_owned();
        return Standing::Unknown { at: Some((*at).clone()), what };
    }
    if unread.is_some() {
        return Standing::Unknown { at: unread, what: unread_words(it) };
    }
    let unknown =
        of_artifact().find(|(usage, link)| usage.context == Context::Production && link.owner == Owner::Unknown);
    if let Some((usage, _)) = unknown {
        let names_owner = match &usage.origin {
            Origin::Repo { .. } => true,
            Origin::Dynamic { prefix, .. } => prefix.contains('/'),
            Origin::Local { .. }
            | Origin::Registry { .. }
            | Origin::Image { .. }
            | Origin::Url { .. }
            | Origin::ServerSide { .. }
            | Origin::Invalid { .. } => false,
        };
        let hint = if names_owner { ", unless `aliases` in --config name its owner" } else { "" };
        let what = format!("{}: whose it is can't be told{hint}", usage.written);
        return Standing::Unknown { at: Some(usage.at.clone()), what };
    }
    Standing::Misses { at: (*at).clone(), what: (*what).to_owned() }
}

/// Whether a template is called that is no longer there: the call follows the branch that was scanned, and its repository
/// has no such template on it.
fn is_gone(org: &Org, usage: &Use, link: &Link) -> bool {
    let follows = matches!(link.pin, Pin::Branch | Pin::Default);
    let offered = || org.assets.get(link.asset.as_deref()?)?.offered;
    follows && usage.artifact == Artifact::CiTemplate && offered().is_some_and(|it| it.offer.is_none())
}

/// What is used, as it is written; where that is an expression, what it comes to.
fn named(usage: &Use, link: &Link) -> String {
    match link.asset.as_deref().filter(|_| usage.written.contains("${")) {
        Some(asset) => asset.to_string(),
        None => usage.written.clone(),
    }
}

/// The places in production where a repository uses an artifact, or could: where, and what is there.
pub(super) fn places(repo: &Repo, artifact: Artifact) -> Vec<(&Location, &str)> {
    match artifact {
        Artifact::CiTemplate | Artifact::CiAction => {
            let running = repo.facts.pipelines.iter().zip(&repo.pipelines).filter(|(_, view)| view.runs);
            let actions = repo.facts.uses.iter().filter(|it| it.artifact.counts_as() == Artifact::CiAction);
            let using: LazyCell<FxHashSet<&str>, _> = LazyCell::new(|| actions.map(|it| &*it.at.path).collect());
            // An action is used in a step: a pipeline that only calls templates has no place for one, and no pipeline of
            // a CI system that knows none.
            let has_place = |it: &Pipeline| {
                artifact == Artifact::CiTemplate
                    || it.jobs.iter().any(|job| job.call.is_none())
                        && (it.system.has_actions() || using.contains(&*it.at.path))
            };
            let places = running.filter(|(pipeline, _)| has_place(pipeline));
            places.map(|(pipeline, _)| (&pipeline.at, "a pipeline of its own")).collect()
        }
        Artifact::TerraformModule => {
            let calls = repo.facts.uses.iter().filter(|it| it.artifact == artifact);
            let calling: LazyCell<FxHashSet<&str>, _> =
                LazyCell::new(|| calls.map(|it| folder_of(&it.at.path)).collect());
            let does_something = |offer: &Offer| {
                // A folder of variables and outputs alone has nothing to take from a module.
                offer.traits.contains(&OfferTrait::Resources) || calling.contains(&*offer.path)
            };
            let offered = repo.facts.offers.iter().zip(&repo.offers).filter(|(_, status)| status.is_shared());
            let offered: Vec<&str> = offered.map(|(offer, _)| &*offer.path).collect();
            // Most repositories share nothing.
            let parts = if offered.is_empty() { BTreeSet::new() } else { Modules::of(&repo.facts).parts(offered) };
            own_definitions(repo, artifact)
                .filter(|it| does_something(it) && !parts.contains(&*it.path))
                .map(|it| (&it.at, "Terraform of its own"))
                .collect()
        }
        // What deploys the organisation's chart without one of its own has its place there. One that deploys only charts
        // of others has none: nothing of one's own could stand in their place.
        Artifact::HelmChart => {
            let own = own_definitions(repo, artifact).map(|it| (&it.at, "a chart of its own"));
            let uses = repo.linked_uses().filter(|(usage, link)| usage.artifact == artifact && link.shared);
            own.chain(uses.map(|(usage, _)| (&usage.at, usage.written.as_str()))).collect()
        }
        Artifact::BaseImage => {
            let uses = repo.linked_uses().filter(|(usage, link)| {
                usage.artifact == artifact
                    && usage.context == Context::Production
                    && link.owner != Owner::SelfOwned
                    && !link.builds_only
            });
            uses.map(|(usage, _)| (&usage.at, usage.written.as_str())).collect()
        }
        _ => Vec::new(),
    }
}

/// The definitions in production that serve the repository itself.
fn own_definitions(repo: &Repo, artifact: Artifact) -> impl Iterator<Item = &Offer> {
    let offers = repo.facts.offers.iter().zip(&repo.offers);
    let own = offers.filter(move |(offer, status)| {
        offer.artifact == artifact && offer.context == Context::Production && !status.is_shared()
    });
    own.map(|(offer, _)| offer)
}

/// Whether a repository is a provider of an artifact: it offers it, and what else it has of it serves the offer.
///
/// Pipelines of a repository whose templates or actions others use try them out and release them. Of Terraform, charts
/// and images a repository may offer one and apply a hundred: it is a provider where it offers at least as many as it
/// has places of its own.
fn is_provider(it: &Repo, artifact: Artifact, n_images: usize, n_places: usize) -> bool {
    let family = |of: Artifact| of == artifact || of.is_ci() && artifact.is_ci();
    let shared = || {
        it.facts.offers.iter().zip(&it.offers).filter(|(offer, status)| family(offer.artifact) && status.is_shared())
    };
    let n_offered = if artifact == Artifact::BaseImage { n_images } else { shared().count() };
    let is_used = artifact.is_ci() && shared().any(|(_, status)| status.shared == Shared::Used);
    is_used || n_offered > 0 && n_offered >= n_places
}

/// A use that leaves its own repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Repository (index).
    pub repo: usize,
    /// Use (index).
    pub usage: usize,
    /// Whether it is of something shared; `None` where it can't be told.
    pub shared: Option<bool>,
}

/// The calls of an artifact in production that leave their own repository. Those of providers of the artifact are
/// left out, like the providers themselves; of actions also those of vendors, as nothing of one's own could stand in
/// the place of a checkout.
pub fn calls(org: &Org, standings: &Standings, artifact: Artifact) -> Vec<Call> {
    let mut calls = Vec::new();
    for (repo, it) in org.repos.iter().enumerate() {
        if matches!(standings.get(repo, artifact), Standing::Provider { .. }) {
            continue;
        }
        for (number, (usage, link)) in it.linked_uses().enumerate() {
            if usage.artifact.counts_as() != artifact
                || usage.context != Context::Production
                || link.owner == Owner::SelfOwned
                || link.builds_only
            {
                continue;
            }
            if artifact == Artifact::CiAction && link.owner == Owner::Vendor {
                continue;
            }
            let shared = match link.owner {
                _ if link.shared => Some(true),
                Owner::Unknown => None,
                Owner::SelfOwned | Owner::Internal | Owner::Vendor | Owner::ThirdParty | Owner::ServerSide => {
                    (!org.owners.is_empty()).then_some(false)
                }
            };
            calls.push(Call { repo, usage: number, shared });
        }
    }
    calls
}

/// The first pipeline of a CI system that this version does not read.
pub fn unread_pipeline(repo: &Repo) -> Option<Location> {
    let unread = repo.facts.markers.iter().filter(|it| it.kind == MarkerKind::UnreadPipeline);
    // A travis file beside another system's is most often a leftover.
    let is_travis = |it: &Marker| it.kind == MarkerKind::UnreadPipeline && it.tool.as_deref() == Some("travis");
    unread.min_by_key(|it| is_travis(it)).map(|it| it.at.clone())
}

fn unread_words(repo: &Repo) -> String {
    let systems: Vec<&str> = repo.unread_systems().into_iter().collect();
    format!("its pipelines of {} are not read", systems.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{Standing, Standings};
    use crate::facts::{Artifact, Context, Facts, RepoFacts};
    use crate::org;
    use crate::pipeline::{Command, Fingerprint, Job, Pipeline, Role, Step, System};
    use crate::rules::Rules;
    use crate::source::Location;

    fn facts(name: &str, system: System) -> Facts {
        let mut facts = Facts::new(RepoFacts::acme(name));
        let steps = vec![Step::Run(vec![Command::from("make test".to_owned())])];
        facts.pipelines.push(Pipeline {
            at: Location::whole_file(&"ci".into()),
            system,
            name: String::new(),
            triggers: [].into(),
            role: Role::Pipeline,
            jobs: vec![Job { id: "all".to_owned(), steps, ..Job::default() }],
            parts: Vec::new(),
            stages: Vec::new(),
            exact: Fingerprint(1),
            context: Context::Production,
        });
        facts
    }

    #[test]
    fn where_the_ci_system_knows_no_actions_none_is_missing() {
        let facts = vec![facts("shop", System::Jenkins), facts("web", System::GithubActions)];
        let org = org::link(facts, &Rules::load(None).unwrap().tables);
        let standings = Standings::of(&org);
        let misses = |repo, artifact| matches!(standings.get(repo, artifact), Standing::Misses { .. });
        assert!(misses(0, Artifact::CiTemplate) && misses(1, Artifact::CiTemplate));
        assert_eq!(*standings.get(0, Artifact::CiAction), Standing::NotApplicable);
        assert!(misses(1, Artifact::CiAction));
    }
}
