//! Whose something is: the repository's own, the organisation's, a vendor's, somebody else's.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::{Artifact, Family, Identity, Use};
use crate::org::given::{Given, Source};
use crate::org::registry::of_image;
use crate::origin::Origin;
use crate::origin::azure::TASK_HOST;
use crate::rules::tables::RegistryTable;

/// Whose something is, seen from the repository that uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// The using repository's own, by any spelling.
    #[serde(rename = "self")]
    SelfOwned,
    /// Of the organisation.
    Internal,
    /// Of the maker of the tool or service it is for.
    Vendor,
    /// Somebody else's.
    ThirdParty,
    /// Known to the server only.
    ServerSide,
    /// Can't be told.
    Unknown,
}

impl Owner {
    /// The id, as outputs write it.
    pub fn id(self) -> &'static str {
        match self {
            Owner::SelfOwned => "self",
            Owner::Internal => "internal",
            Owner::Vendor => "vendor",
            Owner::ThirdParty => "third-party",
            Owner::ServerSide => "server-side",
            Owner::Unknown => "unknown",
        }
    }
}

/// The owners whose things are internal: those of the scanned repositories, and those that the configuration names.
#[derive(Debug, Default)]
pub struct Owners {
    /// Host and owner (a group without its subgroups), in lower case, and the owner as its remote spells it.
    known: BTreeMap<(String, String), String>,
    /// What is shared by others, because the configuration says so.
    shared: Vec<Source>,
}

impl Owners {
    /// The owners of these repositories.
    pub fn of<'a>(identities: impl Iterator<Item = &'a Identity>) -> Self {
        let mut known: BTreeMap<(String, String), String> = BTreeMap::new();
        for it in identities {
            let owner = top(&it.owner);
            let spelled = known
                .entry((it.host.to_ascii_lowercase(), owner.to_ascii_lowercase()))
                .or_insert_with(|| owner.to_owned());
            // Of several spellings the first in order, so that the order of repositories never shows.
            if owner < spelled.as_str() {
                *spelled = owner.to_owned();
            }
        }
        Owners { known, shared: Vec::new() }
    }

    /// These, and what the configuration says.
    pub fn with(mut self, given: &Given) -> Self {
        for (host, owner) in &given.organisations {
            let key = (host.to_ascii_lowercase(), owner.to_ascii_lowercase());
            self.known.entry(key).or_insert_with(|| owner.clone());
        }
        self.shared.extend(given.shared.iter().cloned());
        self
    }

    /// Whether what is named without a host lies in a repository that is said to be shared.
    pub(super) fn share(&self, name: &str) -> bool {
        self.shared.iter().any(|it| it.path.contains('/') && it.is_above(name))
    }

    /// Whether no owner is known, so that internal can't be told from third party.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The owners' names, sorted, each once.
    pub fn names(&self) -> BTreeSet<&str> {
        self.known.values().map(String::as_str).collect()
    }

    /// Whether this owner's things are internal.
    pub fn has(&self, host: &str, owner: &str) -> bool {
        self.known.contains_key(&(host.to_ascii_lowercase(), top(owner).to_ascii_lowercase()))
    }

    /// Whether a scanned repository lies on this forge.
    pub(super) fn knows_host(&self, host: &str) -> bool {
        self.known.keys().any(|(known, _)| known == host)
    }

    /// Whether an owner of this name is known on any host: for what is named without one.
    pub fn has_name(&self, owner: &str) -> bool {
        let owner = owner.to_ascii_lowercase();
        self.known.keys().any(|(_, name)| *name == owner)
    }

    /// Whether the name of an account begins with an owner's name: `acmeprod` is acme's. Punctuation, which account
    /// names can't have, doesn't count; names of fewer than four letters say too little.
    pub(super) fn begins(&self, account: &str) -> bool {
        let bare =
            |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let account = bare(account);
        self.known.keys().any(|(_, owner)| owner.len() >= 4 && account.starts_with(&bare(owner)))
    }
}

/// The group of `group/subgroup`.
fn top(owner: &str) -> &str {
    owner.split('/').next().unwrap_or(owner)
}

/// Whose the used thing is. `own` is the using repository.
pub fn owner(usage: &Use, own: Option<&Identity>, owners: &Owners, table: &RegistryTable) -> Owner {
    match &usage.origin {
        Origin::Local { path } if path.starts_with("../") || path == ".." => Owner::Unknown,
        Origin::Local { .. } => Owner::SelfOwned,
        Origin::Repo { host, owner, name, .. } => of_repository(host, owner, name, own, owners, table),
        Origin::Registry { host, name, .. } => match (usage.artifact.family(), usage.artifact) {
            (_, Artifact::CiAction) if host == TASK_HOST => of_task(name, owners, table),
            (_, Artifact::CircleciOrb) => of_orb(name, owners, table),
            (Family::Terraform, _) => of_terraform(host, name, owners, table),
            (Family::Package, _) if PACKAGE_HOSTS.binary_search(&host.as_str()).is_ok() => {
                of_package(name, owners, table)
            }
            (Family::Pipeline | Family::Chart | Family::Image | Family::Package, _) => {
                of_chart(host, name, own, owners, table)
            }
        },
        Origin::Image { registry, repository } => of_image(registry, repository, owners, table),
        Origin::Url { host, .. } if host.is_empty() => Owner::Unknown,
        Origin::Url { host, path } => {
            let owner = path.trim_start_matches('/').split('/').next().unwrap_or("");
            if owners.has(host, owner) { Owner::Internal } else { Owner::ThirdParty }
        }
        // The name of a repository in the settings of whoever runs Helm, or of a source that wasn't scanned.
        Origin::ServerSide { .. } if matches!(usage.artifact, Artifact::HelmChart | Artifact::KustomizeBase) => {
            Owner::Unknown
        }
        Origin::ServerSide { .. } => Owner::ServerSide,
        // Only a template is named by a path that begins so: wherever it ends, it is in the same repository.
        Origin::Dynamic { prefix, reason: _ } if usage.artifact == Artifact::CiTemplate && prefix.starts_with("./") => {
            Owner::SelfOwned
        }
        Origin::Dynamic { prefix, reason: _ } => of_prefix(prefix, owners),
        Origin::Invalid { .. } => Owner::Unknown,
    }
}

/// Hosts whose packages are named after who publishes them; sorted.
const PACKAGE_HOSTS: &[&str] = &["galaxy.ansible.com", "npm", "registry.pulumi.com"];

/// A package is its namespace's: `acme.tools`, `@acme/tools`, `private/acme/tools`. One without is somebody's.
fn of_package(name: &str, owners: &Owners, table: &RegistryTable) -> Owner {
    let name = name.strip_prefix("private/").unwrap_or(name);
    let Some((namespace, _)) = name.trim_start_matches('@').split_once(['/', '.']) else { return Owner::ThirdParty };
    if owners.has_name(namespace) {
        Owner::Internal
    } else if contains(&table.vendor_namespaces, namespace) || contains(&table.vendor_owners, namespace) {
        Owner::Vendor
    } else {
        Owner::ThirdParty
    }
}

/// A task of Azure Pipelines: one that comes with the product, or of an extension, whose publisher may be named first.
fn of_task(name: &str, owners: &Owners, table: &RegistryTable) -> Owner {
    if contains(&table.product_tasks, name) {
        return Owner::Vendor;
    }
    if contains(&table.extension_tasks, name) {
        return Owner::ThirdParty;
    }
    match name.split_once('.') {
        Some((publisher, _)) if owners.has_name(publisher) => Owner::Internal,
        Some(_) => Owner::ThirdParty,
        None => Owner::Unknown,
    }
}

fn of_repository(
    host: &str,
    owner: &str,
    name: &str,
    own: Option<&Identity>,
    owners: &Owners,
    table: &RegistryTable,
) -> Owner {
    if own.is_some_and(|own| own.is(host, owner, name)) {
        Owner::SelfOwned
    } else if owners.has(host, owner) {
        Owner::Internal
    } else if matches!(host, "github.com" | "") && contains(&table.vendor_owners, owner)
        || host == "bitbucket.org" && contains(&table.vendor_workspaces, owner)
        || host == "gitlab.com" && contains(&table.vendor_groups, top(owner))
    {
        Owner::Vendor
    } else if host.is_empty() {
        // Whoever runs the server has chosen where such names lead.
        Owner::Unknown
    } else if owner.is_empty() && host == "bitbucket.org" {
        // Of the same workspace as the repository that names it, and nothing tells which that is.
        Owner::Unknown
    } else {
        Owner::ThirdParty
    }
}

fn of_terraform(host: &str, name: &str, owners: &Owners, table: &RegistryTable) -> Owner {
    // What is built into the program.
    if host == "terraform.io" {
        return Owner::Vendor;
    }
    let namespace = name.split('/').next().unwrap_or("");
    if owners.has_name(namespace) || contains(&table.private_module_registries, host) {
        Owner::Internal
    } else if !is_public_module_registry(host) {
        // Somebody's own registry, and nothing here says whose.
        Owner::Unknown
    } else if contains(&table.vendor_namespaces, namespace) {
        Owner::Vendor
    } else {
        Owner::ThirdParty
    }
}

/// The namespaces of orbs are an organisation's own, on no forge: one that is named like an owner is the owner's.
fn of_orb(name: &str, owners: &Owners, table: &RegistryTable) -> Owner {
    let namespace = name.split('/').next().unwrap_or("");
    if owners.has_name(namespace) {
        Owner::Internal
    } else if contains(&table.vendor_orb_namespaces, namespace) {
        Owner::Vendor
    } else {
        Owner::ThirdParty
    }
}

/// The registries anyone can publish to.
pub fn is_public_module_registry(host: &str) -> bool {
    matches!(host, "registry.terraform.io" | "registry.opentofu.org")
}

/// A chart repository is an image registry (OCI), a forge's pages, or a site of its own.
fn of_chart(host: &str, name: &str, own: Option<&Identity>, owners: &Owners, table: &RegistryTable) -> Owner {
    if let Some(owner) = host.strip_suffix(".github.io") {
        let repository = name.split('/').next().unwrap_or("");
        if own.is_some_and(|own| own.is("github.com", owner, repository)) {
            return Owner::SelfOwned;
        }
        return if owners.has("github.com", owner) { Owner::Internal } else { Owner::ThirdParty };
    }
    if let Some(owner) = host.strip_suffix(".gitlab.io") {
        return if owners.has("gitlab.com", owner) { Owner::Internal } else { Owner::ThirdParty };
    }
    if matches!(host, "raw.githubusercontent.com" | "github.com") {
        let owner = name.split('/').next().unwrap_or("");
        return if owners.has("github.com", owner) { Owner::Internal } else { Owner::ThirdParty };
    }
    of_image(host, name, owners, table)
}

/// The literal text before an expression often names host and owner: `git::https://github.com/acme/`.
fn of_prefix(prefix: &str, owners: &Owners) -> Owner {
    let text = prefix.split_once("::").map_or(prefix, |(_, rest)| rest);
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.strip_prefix("git@").unwrap_or(text).replacen(':', "/", 1);
    let mut parts = text.split('/');
    let (Some(host), Some(owner), Some(_)) = (parts.next(), parts.next(), parts.next()) else { return Owner::Unknown };
    if owners.has(host, owner) { Owner::Internal } else { Owner::Unknown }
}

/// The tables' lists are sorted and in lower case.
pub(super) fn contains(list: &[String], word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    list.binary_search(&word).is_ok()
}
