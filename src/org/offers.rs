//! Which definitions are made for others, and whether they are versioned and documented.
//!
//! A definition is *shared* where another scanned repository uses it, or where its place says it is made for others
//! and nobody in its own repository uses it. A reusable workflow that only its own repository calls is structure, not
//! an offer, and neither is what a template of the same repository is made of.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{Artifact, Context, Facts, MarkerKind, Offer, OfferTrait};
use crate::org::given::Given;
use crate::org::modules::{Modules, Types};
use crate::org::{Asset, AssetId, Offered, offer_id};
use crate::origin::Pin;
use crate::origin::{Origin, version_parts};
use crate::paths::folder_of;
use crate::pipeline::{Pipeline, Role, System};

/// What a definition is, seen from the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferStatus {
    /// Whether it is made for others.
    pub shared: Shared,
    /// Whether its versions can be told apart: tags like versions, or a version it states itself. Unknown where the
    /// clone has no tags at all and could have been made without them.
    pub versioned: Option<bool>,
    /// The types of resources that a Terraform module brings which is made for others, through the modules of its own
    /// repository that it calls too; sorted.
    pub wraps: BTreeSet<String>,
    /// Whether a README lies where its readers look: in its folder; for a workflow in the repository's root or beside
    /// the workflows.
    pub readme: bool,
}

/// Whether a definition is made for others, and how we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// Another scanned repository uses it.
    Used,
    /// Its place says so, and nobody in its own repository uses it.
    MadeForOthers,
    /// It serves its own repository.
    No,
}

impl OfferStatus {
    /// Whether it is made for others.
    pub fn is_shared(&self) -> bool {
        self.shared != Shared::No
    }
}

/// Judges every offer of every repository.
pub fn judge(facts: &[Facts], assets: &BTreeMap<AssetId, Asset>, given: &Given) -> Vec<Vec<OfferStatus>> {
    let used: BTreeSet<Offered> =
        assets.values().filter(|it| !it.users.is_empty()).filter_map(|it| it.offered).collect();
    // Orbs have their versions in the registry that serves them: what users pin is there.
    let pinned: BTreeSet<Offered> = assets
        .iter()
        .filter(|(id, it)| id.artifact == Artifact::CircleciOrb && it.users.iter().any(|user| is_exact(facts, *user)))
        .filter_map(|(_, it)| it.offered)
        .collect();
    facts
        .iter()
        .enumerate()
        .map(|(repo, it)| {
            let local = LocalUsers::of(it);
            let is_used = |number: usize| used.contains(&Offered { repo, offer: Some(number) });
            let uses_ci = it.offers.iter().enumerate().any(|(number, offer)| offer.artifact.is_ci() && is_used(number));
            let n_charts = it.offers.iter().filter(|it| it.artifact == Artifact::HelmChart).count();
            let readmes = folders_with_readme(it);
            let versions = version_tags(it);
            let modules = LazyCell::new(|| (Modules::of(it), Types::of(it)));
            let is_said_to_be = given.shares_repository(&it.repo);
            it.offers
                .iter()
                .enumerate()
                .map(|(number, offer)| {
                    let shared = if is_used(number) {
                        Shared::Used
                    } else if is_said_to_be && may_be_shared(offer) || is_made_for_others(offer, it, &local, uses_ci) {
                        Shared::MadeForOthers
                    } else {
                        Shared::No
                    };
                    (offer, shared, pinned.contains(&Offered { repo, offer: Some(number) }))
                })
                .map(|(offer, shared, is_pinned)| OfferStatus {
                    shared,
                    versioned: match (&offer.version, versions) {
                        (Some(_), _) => Some(true),
                        _ if is_pinned => Some(true),
                        (None, versions) => versions,
                    },
                    wraps: match offer.artifact {
                        Artifact::TerraformModule if shared != Shared::No => {
                            let (modules, types) = &*modules;
                            modules.wraps(&offer.path, types)
                        }
                        _ => BTreeSet::new(),
                    },
                    readme: has_readme(offer, &readmes, n_charts),
                })
                .collect()
        })
        .collect()
}

/// Whether a use names one version in full.
fn is_exact(facts: &[Facts], (repo, usage): (usize, usize)) -> bool {
    facts[repo].uses.get(usage).is_some_and(|it| it.version.pin == Pin::Exact)
}

/// Adds what is made for others and has no user in the scan, so that dead offers show.
pub fn add_unused(facts: &[Facts], offers: &[Vec<OfferStatus>], assets: &mut BTreeMap<AssetId, Asset>) {
    for (repo, statuses) in offers.iter().enumerate() {
        for (number, status) in statuses.iter().enumerate() {
            if status.shared != Shared::MadeForOthers {
                continue;
            }
            let Some(id) = offer_id(&facts[repo], &facts[repo].offers[number]) else { continue };
            assets.entry(id).or_default().offered.get_or_insert(Offered { repo, offer: Some(number) });
        }
    }
}

/// What a repository's own files use.
struct LocalUsers<'a> {
    /// The paths that they name, by kind. Examples and tests call a module to show or to try it, and templates call
    /// templates to be made of parts: neither makes a definition private.
    named: FxHashSet<(Artifact, &'a str)>,
    /// What the paths begin with of which they name the rest by an expression.
    prefixes: BTreeSet<(Artifact, &'a str)>,
    /// The files that templates of the same repository are made of: steps of a library that another of its steps calls,
    /// and templates in place of steps, jobs or variables. A reusable workflow is whole, whoever calls it.
    parts: FxHashSet<&'a str>,
}

impl<'a> LocalUsers<'a> {
    fn of(facts: &'a Facts) -> Self {
        let templates: FxHashMap<&str, System> =
            facts.pipelines.iter().filter(|it| it.role == Role::Template).map(|it| (&*it.at.path, it.system)).collect();
        let of_jenkins = facts.pipelines.iter().filter(|it| it.system == System::Jenkins);
        let steps = of_jenkins.flat_map(Pipeline::calls).filter_map(|call| call.strip_prefix("./"));
        let mut users = LocalUsers { named: FxHashSet::default(), prefixes: BTreeSet::new(), parts: steps.collect() };
        for it in &facts.uses {
            if matches!(it.context, Context::Example | Context::Test) {
                continue;
            }
            let path = facts.local_path(it);
            match (templates.get(&*it.at.path), &it.origin) {
                (Some(System::AzurePipelines | System::GitlabCi), _) => {
                    users.parts.extend(path.filter(|path| **path != *it.at.path));
                }
                (Some(_), _) => {}
                (None, Origin::Dynamic { prefix, .. }) => {
                    let known = prefix.strip_prefix("./").filter(|it| !it.is_empty());
                    users.prefixes.extend(known.map(|known| (it.artifact, known)));
                }
                (None, _) => users.named.extend(path.map(|path| (it.artifact, path))),
            }
        }
        users
    }

    /// Whether a file of the repository that is no template uses this.
    fn use_it(&self, offer: &Offer) -> bool {
        let may_be =
            |(artifact, prefix): &(Artifact, &str)| *artifact == offer.artifact && offer.path.starts_with(prefix);
        self.named.contains(&(offer.artifact, &offer.path)) || self.prefixes.iter().any(may_be)
    }
}

/// A chart in a repository that builds an image is that application's own: others may depend on it, but it is not made
/// for them. Image files of tests and examples say nothing of the chart.
pub fn is_application_chart(facts: &Facts, chart: &Offer) -> bool {
    let builds = || facts.uses.iter().any(|it| it.artifact == Artifact::BaseImage && it.context == Context::Production);
    !chart.traits.contains(&OfferTrait::Library) && builds()
}

fn is_made_for_others(offer: &Offer, facts: &Facts, local: &LocalUsers<'_>, uses_ci: bool) -> bool {
    if offer.context != Context::Production {
        return false;
    }
    let is_private = local.use_it(offer);
    let is_part = local.parts.contains(&*offer.path);
    match offer.artifact {
        // In a repository whose templates and actions others use, the rest of them are offered too, also where it
        // tries them out itself.
        Artifact::JenkinsLibrary => !is_private && !is_part,
        Artifact::CiTemplate | Artifact::CircleciOrb | Artifact::BuildkitePlugin => {
            !offer.traits.contains(&OfferTrait::AlsoPipeline) && !is_part && (!is_private || uses_ci)
        }
        // `.github/` is where a repository keeps what is for itself.
        Artifact::CiAction => !offer.path.starts_with(".github/") || !is_private || uses_ci,
        Artifact::TerraformModule => {
            if is_private || is_applied(offer) || offer.inputs.total == 0 {
                return false;
            }
            let mut parts = offer.path.rsplit('/');
            let in_modules_folder = parts.next().is_some_and(|it| !it.is_empty()) && parts.next() == Some("modules");
            // Beside what is applied, an unused module is a leftover, not an offer.
            let is_beside_roots = || facts.offers.iter().any(|it| it.context == Context::Production && is_applied(it));
            offer.path.is_empty() && offer.outputs.total > 0 || in_modules_folder && !is_beside_roots()
        }
        Artifact::HelmChart => {
            // What builds on another chart is made to be deployed, unless it says it is a library.
            let is_library = offer.traits.contains(&OfferTrait::Library);
            !is_private && !is_application_chart(facts, offer) && (is_library || !builds_on_charts(facts, offer))
        }
        _ => false,
    }
}

/// Whether a definition can be what a repository shares of which somebody says that it does: what it applies itself is
/// not.
fn may_be_shared(offer: &Offer) -> bool {
    offer.context == Context::Production && !(offer.artifact == Artifact::TerraformModule && is_applied(offer))
}

/// Whether a chart depends on a chart from elsewhere.
fn builds_on_charts(facts: &Facts, chart: &Offer) -> bool {
    let folder = |path: &str| folder_of(path).len();
    let is_of_chart = |path: &str| path.ends_with("Chart.yaml") || path.ends_with("requirements.yaml");
    let is_in = |path: &str| path[..folder(path)] == *chart.path && is_of_chart(path);
    facts.uses.iter().any(|it| {
        it.artifact == Artifact::HelmChart && is_in(&it.at.path) && !matches!(it.origin, Origin::Local { .. })
    })
}

/// Whether Terraform is applied from this folder: it keeps state or configures providers.
fn is_applied(offer: &Offer) -> bool {
    [OfferTrait::Backend, OfferTrait::ProviderConfiguration, OfferTrait::VariableValues]
        .iter()
        .any(|it| offer.traits.contains(it))
}

/// Whether the repository's tags tell versions apart: at least one tag is a version, on its own (`v1.2.3`) or after a
/// component's name (`rds/v1.2.3`, `rds-1.2.3`).
fn version_tags(facts: &Facts) -> Option<bool> {
    if facts.repo.tags.is_empty() {
        // A shallow clone, or a folder without git, has no tags whatever the forge has.
        return (facts.repo.commit.is_some() && !facts.repo.shallow).then_some(false);
    }
    Some(facts.repo.tags.iter().any(|tag| is_version_tag(tag)))
}

fn is_version_tag(tag: &str) -> bool {
    let last = tag.rsplit(['/', '@']).next().unwrap_or(tag);
    let has_version = |text: &str| version_parts(text).is_some_and(|n| n >= 2 || text.starts_with(['v', 'V']));
    has_version(last) || last.match_indices('-').any(|(at, _)| has_version(&last[at + 1..]))
}

fn folders_with_readme(facts: &Facts) -> BTreeSet<&str> {
    facts.markers.iter().filter(|it| it.kind == MarkerKind::Readme).map(|it| folder_of(&it.at.path)).collect()
}

fn has_readme(offer: &Offer, readmes: &BTreeSet<&str>, n_charts: usize) -> bool {
    match offer.artifact {
        // The readme of a repository of one chart is the chart's.
        Artifact::HelmChart if n_charts == 1 => readmes.contains(&*offer.path) || readmes.contains(""),
        // Of an image the readme of its repository speaks.
        Artifact::BaseImage => readmes.contains(&*offer.path) || readmes.contains(""),
        Artifact::CiTemplate => ["", ".github", ".github/workflows"].iter().any(|it| readmes.contains(it)),
        // Beside the steps of a library, or in its folder.
        Artifact::JenkinsLibrary => {
            let folder = folder_of(&offer.path);
            let library = folder.strip_suffix("vars").map_or(folder, |it| it.trim_end_matches('/'));
            readmes.contains(folder) || readmes.contains(library)
        }
        _ => readmes.contains(&*offer.path),
    }
}

/// What the documentation of an offer lacks, in words; nothing where it is documented. `described` is the share of
/// inputs and outputs that must have a description.
pub fn lacks(offer: &Offer, status: &OfferStatus, described: f64) -> Vec<String> {
    let mut lacks = Vec::new();
    // An action's description is shown where its users choose it, and that of a library's step in the server's reference;
    // it serves as its README.
    let describes_itself = matches!(offer.artifact, Artifact::CiAction | Artifact::JenkinsLibrary) && offer.described;
    if !status.readme && !describes_itself {
        lacks.push("no README".to_owned());
    }
    if matches!(offer.artifact, Artifact::HelmChart | Artifact::CiAction) && !offer.described {
        lacks.push("no description".to_owned());
    }
    for (what, n) in [("inputs", offer.inputs), ("outputs", offer.outputs)] {
        // A module's outputs are its result; those of actions and workflows are seldom more than a name.
        let counts = match offer.artifact {
            // What describes a library's step is one text; Jenkins has no place for a description of each input.
            Artifact::JenkinsLibrary => !offer.described,
            Artifact::TerraformModule => true,
            _ => what == "inputs",
        };
        if counts && n.total > 0 && f64::from(n.described) < described * f64::from(n.total) {
            lacks.push(format!("{} of {} {what} without description", n.total - n.described, n.total));
        }
    }
    lacks
}

#[cfg(test)]
mod tests {
    use super::is_version_tag;

    #[test]
    fn version_tags() {
        for (tag, expected) in [
            ("v1.2.3", true),
            ("1.2.3", true),
            ("v1", true),
            ("1.2", true),
            ("rds/v1.2.3", true),
            ("rds-1.2.3", true),
            ("pkg@2.0.0", true),
            ("2024", false),
            ("latest", false),
            ("release-7", false),
            ("backup-before-merge", false),
        ] {
            assert_eq!(is_version_tag(tag), expected, "{tag}");
        }
    }
}
