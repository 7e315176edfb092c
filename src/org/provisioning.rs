//! How the organisation provisions what teams ask a platform for: for each class of things (databases, buckets, …) the
//! mechanisms that are in use, and where. Resources of modules that are made for others are what those modules are made
//! of, and count where the modules are used.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::modules::Modules;
use super::owner::Owner;
use super::{Org, Repo};
use crate::facts::{Artifact, Context, MarkerKind, Said, Use};
use crate::knowledge::classes::{Class, Classes};
use crate::origin::Origin;
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
    pub what: String,
}

/// The places of each class and mechanism, by repository and place.
pub type Provisioning<'o> = BTreeMap<(Class, Mechanism), BTreeSet<Place<'o>>>;

/// Finds what is provisioned in production, and how.
pub fn find<'o>(org: &'o Org, classes: &Classes) -> Provisioning<'o> {
    let interfaces = interfaces(org);
    let mut found = Provisioning::new();
    for (number, repo) in org.repos.iter().enumerate() {
        let mut add = |class: Option<Class>, mechanism, at: &'o Location, what: String| {
            if let Some(class) = class {
                found.entry((class, mechanism)).or_default().insert(Place { repo: number, at, what });
            }
        };
        resources(repo, classes, &mut add);
        uses(org, repo, classes, &mut add);
        for it in repo.facts.objects.iter().filter(|it| it.context == Context::Production) {
            let (what, name) = (format!("{}/{}", it.group, it.kind), (it.group.clone(), it.kind.clone()));
            match interfaces.contains(&name) {
                true => add(classes.of_name(&it.kind), Mechanism::Claim, &it.at, what),
                false => add(classes.of_object(&it.group, &it.kind), Mechanism::Operator, &it.at, what),
            }
        }
        let is_command = |it: &MarkerKind| *it == MarkerKind::ImperativeCommand;
        for it in repo.facts.markers.iter().filter(|it| is_command(&it.kind) && it.context == Context::Production) {
            for action in it.says.get(&Said::Action).into_iter().flatten() {
                add(classes.of_command(action), Mechanism::Script, &it.at, action.clone());
            }
        }
    }
    found
}

/// The groups and kinds of the interfaces that platforms of the organisation define.
fn interfaces(org: &Org) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for marker in org.repos.iter().flat_map(|it| &it.facts.markers).filter(|it| it.kind == MarkerKind::PlatformApi) {
        let said = |what| marker.says.get(&what).into_iter().flatten();
        for group in said(Said::Group) {
            found.extend(said(Said::Kind).map(|kind| (group.clone(), kind.clone())));
        }
    }
    found
}

/// Resources, those left out that shared modules are made of.
fn resources<'o>(
    repo: &'o Repo,
    classes: &Classes,
    add: &mut impl FnMut(Option<Class>, Mechanism, &'o Location, String),
) {
    let modules = repo.facts.offers.iter().zip(&repo.offers);
    let shared: BTreeSet<&str> = modules
        .filter(|(offer, status)| offer.artifact == Artifact::TerraformModule && status.is_shared())
        .map(|(offer, _)| &*offer.path)
        .collect();
    let parts =
        if shared.is_empty() { BTreeSet::new() } else { Modules::of(&repo.facts).parts(shared.iter().copied()) };
    for it in repo.facts.resources.iter().filter(|it| it.context == Context::Production) {
        let folder = it.at.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if !shared.contains(folder) && !parts.contains(folder) {
            add(classes.of_type(&it.r#type), Mechanism::RawResource, &it.at, it.r#type.clone());
        }
    }
}

fn uses<'o>(
    org: &Org,
    repo: &'o Repo,
    classes: &Classes,
    add: &mut impl FnMut(Option<Class>, Mechanism, &'o Location, String),
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
                match classes.of_name(&name) {
                    Some(class) => add(Some(class), mechanism, &usage.at, name),
                    None => {
                        for class in wrapped(org, link.asset.as_ref(), classes) {
                            add(Some(class), mechanism, &usage.at, name.clone());
                        }
                    }
                }
            }
            (Artifact::HelmChart, Origin::Registry { name, .. }) => {
                let chart = name.rsplit('/').next().unwrap_or(name);
                add(classes.of_chart(chart), Mechanism::Chart, &usage.at, name.clone());
            }
            (Artifact::ComposeImage, Origin::Image { registry, repository }) if is_for_deployment(usage) => {
                let name = format!("{registry}/{repository}");
                add(classes.of_image(&name), Mechanism::Compose, &usage.at, name);
            }
            (Artifact::WorkloadImage, Origin::Image { registry, repository }) => {
                let name = format!("{registry}/{repository}");
                add(classes.of_image(&name), Mechanism::Workload, &usage.at, name);
            }
            _ => {}
        }
    }
}

/// What tells a module's class: its own name and folder, not its owner's.
fn module_name(origin: &Origin) -> Option<String> {
    match origin {
        Origin::Repo { name, path, .. } if path.is_empty() => Some(name.clone()),
        Origin::Repo { path, .. } => Some(path.clone()),
        Origin::Registry { name, path, .. } if path.is_empty() => {
            // `namespace/name/system`, or a path in a registry of containers.
            Some(name.split_once('/').map_or(name.as_str(), |(_, rest)| rest).to_owned())
        }
        Origin::Registry { path, .. } | Origin::Url { path, .. } => Some(path.clone()),
        Origin::Local { .. }
        | Origin::Image { .. }
        | Origin::ServerSide { .. }
        | Origin::Dynamic { .. }
        | Origin::Invalid { .. } => None,
    }
}

/// The classes of the resources that a module brings, where it was scanned.
fn wrapped(org: &Org, asset: Option<&super::AssetId>, classes: &Classes) -> BTreeSet<Class> {
    let offered = asset.and_then(|it| org.assets.get(it)?.offered);
    let status = offered.and_then(|it| org.repos[it.repo].offers.get(it.offer?));
    status.into_iter().flat_map(|it| &it.wraps).filter_map(|it| classes.of_type(it)).collect()
}

/// Words of paths of compose files that are not for somebody's own machine; sorted.
const OF_DEPLOYMENTS: &[&str] = &["deploy", "deployment", "deployments", "live", "prod", "production", "staging"];

/// Whether a compose file says that it is for a deployment: most are for development.
fn is_for_deployment(usage: &Use) -> bool {
    usage.at.path.split(|c: char| !c.is_ascii_alphanumeric()).any(|it| OF_DEPLOYMENTS.binary_search(&it).is_ok())
}

#[cfg(test)]
mod tests {
    use super::OF_DEPLOYMENTS;

    #[test]
    fn tables_are_sorted() {
        assert!(OF_DEPLOYMENTS.is_sorted());
    }
}
