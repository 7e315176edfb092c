//! How the organisation provisions what teams ask a platform for: for each class of things (databases, buckets, …) the
//! mechanisms that are in use, and where. Resources of modules that are made for others are what those modules are made
//! of, and count where the modules are used.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::modules::Modules;
use super::owner::Owner;
use super::{Org, Repo};
use crate::facts::{Artifact, Context, MarkerKind, OfferTrait, Said, Use};
use crate::knowledge::classes::{Class, Classes};
use crate::origin::Origin;
use crate::paths::{folder_of, name_of};
use crate::source::Location;

/// A way to provision something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mechanism {
    /// A resource written out: Terraform, CloudFormation, Bicep, …
    RawResource,
    /// A module that somebody else publishes.
    PublicModule,
    /// A module of the organisation.
    InternalModule,
    /// An object of an interface that a platform of the organisation defines.
    Claim,
    /// A chart that runs one.
    Chart,
    /// An object that a controller makes one of.
    Operator,
    /// A workload of a cluster that runs its image.
    Workload,
    /// A command in a script, a pipeline or an instruction.
    Script,
    /// A service of a compose file that is for a deployment.
    Compose,
}

/// One place where something is provisioned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place<'o> {
    /// The repository.
    pub repo: usize,
    /// Where.
    pub at: &'o Location,
    /// By what: a type, the name of a module, a command.
    pub what: Cow<'o, str>,
}

/// The places of each class and mechanism, by repository and place, each once.
pub type Provisioning<'o> = BTreeMap<(Class, Mechanism), Vec<Place<'o>>>;

/// Finds what is provisioned in production, and how.
pub fn find<'o>(org: &'o Org, classes: &Classes) -> Provisioning<'o> {
    let mut known = Known::of(classes, interfaces(org));
    let mut found = Provisioning::new();
    for (number, repo) in org.repos.iter().enumerate() {
        let mut add = |class: Class, mechanism, at: &'o Location, what: Cow<'o, str>| {
            found.entry((class, mechanism)).or_default().push(Place { repo: number, at, what });
        };
        resources(repo, &mut known, &mut add);
        uses(org, repo, &mut known, &mut add);
        for it in repo.facts.objects.iter().filter(|it| it.context == Context::Production) {
            if let Some((class, mechanism)) = known.of_object(&it.group, &it.kind) {
                add(class, mechanism, &it.at, format!("{}/{}", it.group, it.kind).into());
            }
        }
        let is_command = |it: &MarkerKind| *it == MarkerKind::ImperativeCommand;
        for it in repo.facts.markers.iter().filter(|it| is_command(&it.kind) && it.context == Context::Production) {
            for action in it.says.get(&Said::Action).into_iter().flatten() {
                if let Some(class) = known.of_command(action) {
                    add(class, Mechanism::Script, &it.at, action.into());
                }
            }
        }
    }
    for places in found.values_mut() {
        places.sort();
        places.dedup();
    }
    found
}

/// The classes that are known: an organisation asks for the same few things in many places, and each is looked up once.
struct Known<'o, 'c> {
    classes: &'c Classes,
    /// The groups and kinds of the interfaces that platforms of the organisation define.
    interfaces: FxHashSet<(&'o str, &'o str)>,
    types: FxHashMap<&'o str, Option<Class>>,
    names: FxHashMap<&'o str, Option<Class>>,
    commands: FxHashMap<&'o str, Option<Class>>,
    /// By group and kind.
    objects: FxHashMap<(&'o str, &'o str), Option<(Class, Mechanism)>>,
    /// By registry and repository.
    images: FxHashMap<(&'o str, &'o str), Option<Class>>,
}

impl<'o, 'c> Known<'o, 'c> {
    fn of(classes: &'c Classes, interfaces: FxHashSet<(&'o str, &'o str)>) -> Self {
        Known {
            classes,
            interfaces,
            types: FxHashMap::default(),
            names: FxHashMap::default(),
            commands: FxHashMap::default(),
            objects: FxHashMap::default(),
            images: FxHashMap::default(),
        }
    }

    fn of_type(&mut self, of_type: &'o str) -> Option<Class> {
        *self.types.entry(of_type).or_insert_with(|| self.classes.of_type(of_type))
    }

    fn of_name(&mut self, name: &'o str) -> Option<Class> {
        *self.names.entry(name).or_insert_with(|| self.classes.of_name(name))
    }

    fn of_command(&mut self, command: &'o str) -> Option<Class> {
        *self.commands.entry(command).or_insert_with(|| self.classes.of_command(command))
    }

    fn of_object(&mut self, group: &'o str, kind: &'o str) -> Option<(Class, Mechanism)> {
        *self.objects.entry((group, kind)).or_insert_with(|| match self.interfaces.contains(&(group, kind)) {
            true => Some((self.classes.of_name(kind)?, Mechanism::Claim)),
            false => Some((self.classes.of_object(group, kind)?, Mechanism::Operator)),
        })
    }

    fn of_image(&mut self, registry: &'o str, repository: &'o str) -> Option<Class> {
        let class = || self.classes.of_image(&format!("{registry}/{repository}"));
        *self.images.entry((registry, repository)).or_insert_with(class)
    }
}

/// The groups and kinds of the interfaces that platforms of the organisation define.
fn interfaces(org: &Org) -> FxHashSet<(&str, &str)> {
    let mut found = FxHashSet::default();
    for marker in org.repos.iter().flat_map(|it| &it.facts.markers).filter(|it| it.kind == MarkerKind::PlatformApi) {
        let said = |what| marker.says.get(&what).into_iter().flatten();
        for group in said(Said::Group) {
            found.extend(said(Said::Kind).map(|kind| (group.as_str(), kind.as_str())));
        }
    }
    found
}

/// The folders of Terraform modules that nothing applies: they lie in a folder of modules, take inputs, have nothing of
/// what roots have, and neither their own repository calls them nor another.
fn unused_modules(repo: &Repo) -> BTreeSet<&str> {
    let is_root = [OfferTrait::Backend, OfferTrait::ProviderConfiguration, OfferTrait::VariableValues];
    let modules = repo.facts.offers.iter().zip(&repo.offers).filter(|(offer, status)| {
        offer.artifact == Artifact::TerraformModule
            && !status.is_shared()
            && offer.inputs.total > 0
            && offer.path.split('/').any(|it| it == "modules")
            && !is_root.iter().any(|it| offer.traits.contains(it))
    });
    let mut modules: BTreeSet<&str> = modules.map(|(offer, _)| &*offer.path).collect();
    if !modules.is_empty() {
        let calls = repo.facts.uses.iter().filter(|it| it.artifact == Artifact::TerraformModule);
        calls.filter_map(|it| repo.facts.local_path(it)).for_each(|it| {
            modules.remove(it);
        });
    }
    modules
}

/// Resources, those left out that shared modules are made of.
fn resources<'o>(
    repo: &'o Repo,
    known: &mut Known<'o, '_>,
    add: &mut impl FnMut(Class, Mechanism, &'o Location, Cow<'o, str>),
) {
    let modules = repo.facts.offers.iter().zip(&repo.offers);
    let shared: BTreeSet<&str> = modules
        .filter(|(offer, status)| offer.artifact == Artifact::TerraformModule && status.is_shared())
        .map(|(offer, _)| &*offer.path)
        .collect();
    let parts =
        if shared.is_empty() { BTreeSet::new() } else { Modules::of(&repo.facts).parts(shared.iter().copied()) };
    let unused = unused_modules(repo);
    for it in repo.facts.resources.iter().filter(|it| it.context == Context::Production) {
        let Some(class) = known.of_type(&it.r#type) else { continue };
        let is_of_modules = || {
            let folder = folder_of(&it.at.path);
            shared.contains(folder) || parts.contains(folder) || unused.contains(folder)
        };
        if shared.is_empty() && unused.is_empty() || !is_of_modules() {
            add(class, Mechanism::RawResource, &it.at, it.r#type.as_str().into());
        }
    }
}

fn uses<'o>(
    org: &'o Org,
    repo: &'o Repo,
    known: &mut Known<'o, '_>,
    add: &mut impl FnMut(Class, Mechanism, &'o Location, Cow<'o, str>),
) {
    for (usage, link) in repo.facts.uses.iter().zip(&repo.links) {
        if usage.context != Context::Production {
            continue;
        }
        match (usage.artifact, &usage.origin) {
            // A module of the same repository is made of resources of the same repository.
            (_, Origin::Local { .. }) => {}
            (Artifact::TerraformModule | Artifact::BicepModule | Artifact::CloudformationModule, origin) => {
                let mechanism = match link.owner {
                    Owner::Internal => Mechanism::InternalModule,
                    Owner::ThirdParty | Owner::Vendor => Mechanism::PublicModule,
                    Owner::SelfOwned | Owner::ServerSide | Owner::Unknown => continue,
                };
                let Some(name) = module_name(origin) else { continue };
                match known.of_name(name) {
                    Some(class) => add(class, mechanism, &usage.at, name.into()),
                    None => {
                        for class in wrapped(org, link.asset.as_deref(), known) {
                            add(class, mechanism, &usage.at, name.into());
                        }
                    }
                }
            }
            (Artifact::HelmChart, Origin::Registry { name, .. }) => {
                let chart = name_of(name);
                if let Some(class) = known.classes.of_chart(chart) {
                    add(class, Mechanism::Chart, &usage.at, name.into());
                }
            }
            (Artifact::ComposeImage | Artifact::WorkloadImage, Origin::Image { registry, repository }) => {
                let mechanism = match usage.artifact {
                    Artifact::ComposeImage => Mechanism::Compose,
                    _ => Mechanism::Workload,
                };
                let class = known.of_image(registry, repository);
                let provides = |_: &Class| match mechanism {
                    Mechanism::Compose => is_for_deployment(usage),
                    _ => !is_of_job(repo, usage),
                };
                if let Some(class) = class.filter(provides) {
                    add(class, mechanism, &usage.at, format!("{registry}/{repository}").into());
                }
            }
            _ => {}
        }
    }
}

/// Whether the object that an image stands in runs to its end: it uses a database's image for its client, to restore or to
/// copy, and keeps none. The object, or the resource that makes one, is the last that begins before it in the file.
fn is_of_job(repo: &Repo, usage: &Use) -> bool {
    let is_before = |at: &Location| at.path == usage.at.path && at.line <= usage.at.line;
    let objects = repo.facts.objects.iter().filter(|it| is_before(&it.at));
    if let Some(object) = objects.max_by_key(|it| it.at.line) {
        return matches!(object.kind.as_str(), "CronJob" | "Job" | "Pod");
    }
    let resources = repo.facts.resources.iter().filter(|it| is_before(&it.at));
    resources.max_by_key(|it| it.at.line).is_some_and(|it| JOBS.binary_search(&it.r#type.as_str()).is_ok())
}

/// Types of Terraform whose pods run to their end; sorted.
const JOBS: &[&str] = &[
    "kubernetes_cron_job",
    "kubernetes_cron_job_v1",
    "kubernetes_job",
    "kubernetes_job_v1",
    "kubernetes_pod",
    "kubernetes_pod_v1",
];

/// What tells a module's class: its own name and folder, not its owner's.
fn module_name(origin: &Origin) -> Option<&str> {
    match origin {
        Origin::Repo { name, path, .. } if path.is_empty() => Some(name),
        Origin::Repo { path, .. } => Some(path),
        Origin::Registry { name, path, .. } if path.is_empty() => {
            // `namespace/name/system`, or a path in a registry of containers.
            Some(name.split_once('/').map_or(name.as_str(), |(_, rest)| rest))
        }
        Origin::Registry { path, .. } | Origin::Url { path, .. } => Some(path),
        Origin::Local { .. }
        | Origin::Image { .. }
        | Origin::ServerSide { .. }
        | Origin::Dynamic { .. }
        | Origin::Invalid { .. } => None,
    }
}

/// The classes of the resources that a module brings, where it was scanned.
fn wrapped<'o>(org: &'o Org, asset: Option<&super::AssetId>, known: &mut Known<'o, '_>) -> BTreeSet<Class> {
    let offered = asset.and_then(|it| org.assets.get(it)?.offered);
    let status = offered.and_then(|it| org.repos[it.repo].offers.get(it.offer?));
    status.into_iter().flat_map(|it| &it.wraps).filter_map(|it| known.of_type(it)).collect()
}

/// Words of paths of compose files that are not for somebody's own machine; sorted.
const OF_DEPLOYMENTS: &[&str] = &["deploy", "deployment", "deployments", "live", "prod", "production", "staging"];

/// Whether a compose file says that it is for a deployment: most are for development.
fn is_for_deployment(usage: &Use) -> bool {
    usage.at.path.split(|c: char| !c.is_ascii_alphanumeric()).any(|it| OF_DEPLOYMENTS.binary_search(&it).is_ok())
}

#[cfg(test)]
mod tests {
    use super::{JOBS, OF_DEPLOYMENTS};

    #[test]
    fn tables_are_sorted() {
        assert!(OF_DEPLOYMENTS.is_sorted());
        assert!(JOBS.is_sorted());
    }
}
