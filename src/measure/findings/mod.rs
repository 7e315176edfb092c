//! Located things to act on: what becomes an alert in code scanning.

pub(crate) mod pipelines;
pub mod suppress;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::facts::{Artifact, Context, Offer};
use crate::measure::{offer_name, shared_offers};
use crate::org::owner::Owner;
use crate::org::versions::{Distance, Versions, behind_of};
use crate::org::{Offered, Org, offers};
use crate::origin::Pin;
use crate::rules::{Find, Rules, counted};
use crate::source::Location;

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The repository (index in [`Org::repos`]).
    pub repo: usize,
    /// The rule's id.
    pub rule: String,
    /// Where.
    pub at: Location,
    /// What is the matter here, in one or two sentences.
    pub message: String,
    /// Where to look as well, in the same repository, and why.
    pub related: Vec<(Location, String)>,
    /// What stays the same while the finding does: rule, path and what is found, never lines or versions.
    pub key: String,
}

/// Finds everything, sorted by repository, rule and place.
pub fn find(org: &Org, rules: &Rules) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in &rules.findings {
        match rule.find {
            Find::CopiedPipeline { min_steps } => pipelines::copied(org, &rule.id, min_steps, &mut found),
            Find::DriftedPipelineCopy { min_steps } => {
                pipelines::drifted(org, &rule.id, min_steps, &mut found);
            }
            Find::SupersededCiFile {} => pipelines::superseded(org, &rule.id, &mut found),
            Find::UnversionedInternalUse {} => unversioned_uses(org, &rule.id, &mut found),
            Find::OutdatedInternalUse { majors, minors } => {
                outdated_uses(org, &rule.id, majors, minors, &mut found);
            }
            Find::FloatingImageTag {} => floating_tags(org, &rule.id, &mut found),
            Find::UndocumentedSharedOffer { described } => undocumented(org, &rule.id, described, &mut found),
            Find::UnversionedSharedOffer {} => unversioned_offers(org, &rule.id, &mut found),
            Find::UnpinnedThirdPartyTemplate {} => unpinned_templates(org, &rule.id, &mut found),
        }
    }
    found.sort();
    tell_apart(&mut found);
    found
}

/// Several findings of one key in one repository, as two calls of one module in one file, get their number, so that
/// each keeps its identity while the others come and go below it.
fn tell_apart(found: &mut [Finding]) {
    let mut seen: FxHashMap<(usize, &str), usize> = FxHashMap::default();
    let mut numbers = Vec::with_capacity(found.len());
    for it in found.iter() {
        let n = seen.entry((it.repo, &it.key)).or_default();
        *n += 1;
        numbers.push(*n);
    }
    for (it, n) in found.iter_mut().zip(numbers).filter(|(_, n)| *n > 1) {
        it.key = format!("{}#{n}", it.key);
    }
}

fn unversioned_uses(org: &Org, rule: &str, found: &mut Vec<Finding>) {
    let mut versions: FxHashMap<usize, Option<Versions<'_>>> = FxHashMap::default();
    for (repo, it) in org.repos.iter().enumerate() {
        for (usage, link) in it.linked_uses() {
            let held = match link.pin {
                Pin::Default => "names no version",
                Pin::Branch => "follows a branch",
                Pin::Digest
                | Pin::Sha
                | Pin::ShortSha
                | Pin::Exact
                | Pin::Range
                | Pin::Partial
                | Pin::Tag
                | Pin::FloatingTag
                | Pin::TagOrBranch
                | Pin::SameCommit
                | Pin::Dynamic => continue,
            };
            if !link.shared || link.owner != Owner::Internal {
                continue;
            }
            let what = link.asset.as_deref().map_or_else(|| usage.written.clone(), ToString::to_string);
            let offered = link.asset.as_deref().and_then(|it| org.assets.get(it)?.offered);
            // What tags an image has is for its registry to say.
            let newest = offered.filter(|_| usage.artifact != Artifact::BaseImage).and_then(|it| {
                let versions = versions_of(org, &mut versions, it.repo)?;
                let path = it.offer.map_or("", |number| &*org.repos[it.repo].facts.offers[number].path);
                versions.newest(path)
            });
            // An action may be an image file alone, which is no definition that we read, a library is all of its steps, and
            // an image may be built in ways that no file tells.
            let has_definition =
                !matches!(usage.artifact, Artifact::BaseImage | Artifact::CiAction | Artifact::JenkinsLibrary);
            let is_gone = has_definition && offered.is_some_and(|it| it.offer.is_none());
            let hint = match newest {
                _ if is_gone => " At HEAD of the scanned clone its repository does not define it.".to_owned(),
                Some(newest) => format!(" Its newest version here is {newest}."),
                None => String::new(),
            };
            let branch = usage.version.reference.as_deref().filter(|_| link.pin == Pin::Branch);
            let branch = branch.map(|it| format!(" ({it})")).unwrap_or_default();
            found.push(Finding {
                repo,
                rule: rule.to_owned(),
                at: usage.at.clone(),
                message: format!("The {} {what} {held}{branch}.{hint}", noun(usage.artifact)),
                related: Vec::new(),
                key: format!("{rule}:{}:{what}", usage.at.path),
            });
        }
    }
}

/// The versions of a repository, looked at once.
fn versions_of<'v, 'o>(
    org: &'o Org,
    known: &'v mut FxHashMap<usize, Option<Versions<'o>>>,
    repo: usize,
) -> Option<&'v Versions<'o>> {
    known.entry(repo).or_insert_with(|| Versions::of_repository(&org.repos[repo].facts)).as_ref()
}

fn outdated_uses(org: &Org, rule: &str, majors: u64, minors: u64, found: &mut Vec<Finding>) {
    let mut versions: FxHashMap<usize, Option<Versions<'_>>> = FxHashMap::default();
    for (repo, it) in org.repos.iter().enumerate() {
        for (usage, link) in it.linked_uses().filter(|(_, link)| link.shared && link.owner == Owner::Internal) {
            let Some(id) = link.asset.as_deref() else { continue };
            let Some(offered) = org.assets.get(id).and_then(|it| it.offered) else { continue };
            let offer = offered.offer.map(|number| &org.repos[offered.repo].facts.offers[number]);
            let of_provider = versions_of(org, &mut versions, offered.repo);
            let Some(behind) = behind_of(usage, &it.facts, of_provider, offer) else { continue };
            let by = match behind.distance {
                Distance::Major(n) if n >= majors => counted(n, "major version"),
                Distance::Minor(n) if n >= minors => counted(n, "minor version"),
                Distance::Major(_) | Distance::Minor(_) | Distance::Patch => continue,
            };
            let releases = behind.releases.map(|n| format!("{}, ", counted(n as u64, "release"))).unwrap_or_default();
            let said = if behind.is_said { "a commit that is said to be " } else { "" };
            found.push(Finding {
                repo,
                rule: rule.to_owned(),
                at: usage.at.clone(),
                message: format!(
                    "The {} {id} is used at {said}{}; {} is the newest ({releases}{by} behind).",
                    noun(usage.artifact),
                    behind.used,
                    behind.newest,
                ),
                related: Vec::new(),
                key: format!("{rule}:{}:{id}", usage.at.path),
            });
        }
    }
}

fn floating_tags(org: &Org, rule: &str, found: &mut Vec<Finding>) {
    for (repo, it) in org.repos.iter().enumerate() {
        for (usage, link) in it.linked_uses() {
            if usage.artifact != Artifact::BaseImage || usage.context != Context::Production {
                continue;
            }
            let what = link.asset.as_deref().map_or_else(|| usage.written.clone(), ToString::to_string);
            let message = match (usage.version.pin, &usage.version.reference) {
                (Pin::FloatingTag, Some(tag)) => {
                    format!("The base image {what} is on the tag {tag}, which is meant to move.")
                }
                // Without a tag, an internal image is found by `unversioned-internal-use`.
                (Pin::Default, _) if link.owner != Owner::Internal || !link.shared => {
                    format!("The base image {what} has no tag, which means latest.")
                }
                _ => continue,
            };
            found.push(Finding {
                repo,
                rule: rule.to_owned(),
                at: usage.at.clone(),
                message,
                related: Vec::new(),
                key: format!("{rule}:{}:{what}", usage.at.path),
            });
        }
    }
}

fn unpinned_templates(org: &Org, rule: &str, found: &mut Vec<Finding>) {
    for (repo, it) in org.repos.iter().enumerate() {
        for (usage, link) in it.linked_uses() {
            let is_template = usage.artifact.counts_as() == Artifact::CiTemplate;
            if !is_template || usage.context != Context::Production || link.owner != Owner::ThirdParty {
                continue;
            }
            let named = usage.version.reference.as_deref().unwrap_or_default();
            let held = match link.pin {
                Pin::Default => "names no version".to_owned(),
                Pin::Branch => format!("follows a branch ({named})"),
                Pin::FloatingTag => format!("follows a version that is meant to move ({named})"),
                Pin::Digest
                | Pin::Sha
                | Pin::ShortSha
                | Pin::Exact
                | Pin::Range
                | Pin::Partial
                | Pin::Tag
                | Pin::TagOrBranch
                | Pin::SameCommit
                | Pin::Dynamic => continue,
            };
            let what = link.asset.as_deref().map_or_else(|| usage.written.clone(), ToString::to_string);
            found.push(Finding {
                repo,
                rule: rule.to_owned(),
                at: usage.at.clone(),
                message: format!("The {} {what} is a third party's and {held}.", noun(usage.artifact)),
                related: Vec::new(),
                key: format!("{rule}:{}:{what}", usage.at.path),
            });
        }
    }
}

fn undocumented(org: &Org, rule: &str, described: f64, found: &mut Vec<Finding>) {
    let users = users(org);
    for (repo, number, offer, status) in shared_offers(org) {
        let lacks = offers::lacks(offer, status, described);
        if lacks.is_empty() {
            continue;
        }
        found.push(Finding {
            repo,
            rule: rule.to_owned(),
            at: offer.at.clone(),
            message: format!(
                "The shared {} {} has {}.{}",
                noun(offer.artifact),
                offer_name(org, repo, offer),
                lacks.join(", "),
                used_by(&users, repo, &[number]),
            ),
            related: Vec::new(),
            key: format!("{rule}:{}:{}", noun(offer.artifact), offer.path),
        });
    }
}

/// One finding a repository, at its first shared offer: its tags are the repository's.
fn unversioned_offers(org: &Org, rule: &str, found: &mut Vec<Finding>) {
    let users = users(org);
    let mut unversioned: BTreeMap<usize, Vec<(usize, &Offer)>> = BTreeMap::new();
    for (repo, number, offer, _) in shared_offers(org).filter(|(.., status)| status.versioned == Some(false)) {
        unversioned.entry(repo).or_default().push((number, offer));
    }
    for (repo, offers) in unversioned {
        let (_, offer) = offers[0];
        let numbers: Vec<usize> = offers.iter().map(|(number, _)| *number).collect();
        let n = offers.len();
        let tags = match org.repos[repo].facts.repo.tags.as_slice() {
            [] => "has no tags",
            _ => "none of its tags is a version",
        };
        let offers = if n == 1 { "one thing".to_owned() } else { format!("{n} things") };
        found.push(Finding {
            repo,
            rule: rule.to_owned(),
            at: offer.at.clone(),
            message: format!("This repository shares {offers}, and {tags}.{}", used_by(&users, repo, &numbers)),
            related: Vec::new(),
            key: rule.to_owned(),
        });
    }
}

/// The repositories that use each offer.
fn users(org: &Org) -> BTreeMap<Offered, BTreeSet<usize>> {
    let mut users: BTreeMap<Offered, BTreeSet<usize>> = BTreeMap::new();
    for asset in org.assets.values() {
        if let Some(offered) = asset.offered {
            users.entry(offered).or_default().extend(asset.users.iter().map(|(user, _)| *user));
        }
    }
    users
}

/// Who uses any of these offers, as a sentence with a blank before it.
fn used_by(users: &BTreeMap<Offered, BTreeSet<usize>>, repo: usize, offers: &[usize]) -> String {
    let of_offers = offers.iter().filter_map(|offer| users.get(&Offered { repo, offer: Some(*offer) }));
    match of_offers.flatten().collect::<BTreeSet<_>>().len() {
        0 => " No other scanned repository is seen to use it.".to_owned(),
        1 => " 1 repository uses it.".to_owned(),
        n => format!(" {n} repositories use it."),
    }
}

/// What an artifact is called in a sentence.
pub fn noun(artifact: Artifact) -> &'static str {
    match artifact {
        Artifact::TerraformModule => "module",
        Artifact::TerraformProvider => "provider",
        Artifact::CiTemplate => "template",
        Artifact::CiAction => "action",
        Artifact::CiImage => "job image",
        Artifact::BaseImage => "base image",
        Artifact::CopiedImage => "image",
        Artifact::HelmChart => "chart",
        Artifact::JenkinsLibrary => "library",
        Artifact::CircleciOrb => "orb",
        Artifact::BuildkitePlugin | Artifact::ServerlessPlugin => "plugin",
        Artifact::ComposeImage => "service image",
        Artifact::WorkloadImage => "workload image",
        Artifact::KustomizeBase => "kustomize base",
        Artifact::AnsibleCollection => "collection",
        Artifact::AnsibleRole => "role",
        Artifact::BicepModule | Artifact::CloudformationModule => "module",
        Artifact::BotPreset => "preset",
        Artifact::Buildpack => "buildpack",
        Artifact::CdkConstruct => "construct library",
        Artifact::CrossplanePackage | Artifact::PulumiPackage => "package",
        Artifact::DevContainerFeature => "dev container feature",
        Artifact::ProjectTemplate => "project template",
    }
}

/// How many repositories a sentence names.
const NAMED: usize = 5;

/// `a, b and 3 more`: the first [`NAMED`] of so many names.
fn listed(names: &[&str], all: usize) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] if all == names.len() => format!("{} and {last}", first.join(", ")),
        [first @ .., _] => format!("{} and {} more", first.join(", "), all - first.len()),
    }
}
