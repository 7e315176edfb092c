//! Whose something is: the repository's own, the organisation's, a vendor's, somebody else's.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::{Artifact, Identity, Use};
use crate::origin::Origin;
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

/// The owners whose things are internal: those of the scanned repositories.
#[derive(Debug, Default)]
pub struct Owners {
    /// Host and owner (a group without its subgroups), in lower case, and the owner as its remote spells it.
    known: BTreeMap<(String, String), String>,
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
        Owners { known }
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

    fn has_name(&self, owner: &str) -> bool {
        let owner = owner.to_ascii_lowercase();
        self.known.keys().any(|(_, name)| *name == owner)
    }

    /// Whether the name of an account begins with an owner's name: `acmeprod` is acme's. Punctuation, which account
    /// names can't have, doesn't count; names of fewer than four letters say too little.
    fn begins(&self, account: &str) -> bool {
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
        Origin::Registry { host, name, .. } => match usage.artifact {
            Artifact::TerraformModule | Artifact::TerraformProvider => of_terraform(host, name, owners, table),
            Artifact::CiTemplate
            | Artifact::CiAction
            | Artifact::CiImage
            | Artifact::BaseImage
            | Artifact::CopiedImage
            | Artifact::HelmChart => of_chart(host, name, own, owners, table),
        },
        Origin::Image { registry, repository } => of_image(registry, repository, owners, table),
        Origin::Url { host, path } => {
            let owner = path.trim_start_matches('/').split('/').next().unwrap_or("");
            if owners.has(host, owner) { Owner::Internal } else { Owner::ThirdParty }
        }
        Origin::ServerSide { .. } => Owner::ServerSide,
        Origin::Dynamic { prefix, reason: _ } => of_prefix(prefix, owners),
        Origin::Invalid { .. } => Owner::Unknown,
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
    } else if host == "github.com" && contains(&table.vendor_owners, owner) {
        Owner::Vendor
    } else {
        Owner::ThirdParty
    }
}

fn of_terraform(host: &str, name: &str, owners: &Owners, table: &RegistryTable) -> Owner {
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
    if matches!(host, "raw.githubusercontent.com" | "github.com") {
        let owner = name.split('/').next().unwrap_or("");
        return if owners.has("github.com", owner) { Owner::Internal } else { Owner::ThirdParty };
    }
    of_image(host, name, owners, table)
}

fn of_image(registry: &str, repository: &str, owners: &Owners, table: &RegistryTable) -> Owner {
    let namespace = repository.split('/').next().unwrap_or("");
    let full = format!("{registry}/{repository}");
    if table.vendor_registries.iter().any(|prefix| is_below(&full, prefix)) {
        return Owner::Vendor;
    }
    if contains(&table.owner_registries, registry) {
        let has_namespace = repository.contains('/');
        return if has_namespace && owners.has_name(namespace) { Owner::Internal } else { Owner::ThirdParty };
    }
    if let Some(account) = aws_account(registry) {
        // A private registry of AWS can be read by those it was opened to only: the organisation itself, or AWS.
        let is_vendor = contains(&table.aws_vendor_accounts, account);
        return if is_vendor { Owner::Vendor } else { Owner::Internal };
    }
    let account = table.account_registries.iter().find_map(|domain| registry.strip_suffix(domain.as_str()));
    if let Some(account) = account.and_then(|it| it.strip_suffix('.')) {
        return if owners.begins(account) { Owner::Internal } else { Owner::Unknown };
    }
    if registry.ends_with("-docker.pkg.dev") || registry == "gcr.io" || registry.ends_with(".gcr.io") {
        // The project is the owner.
        return if owners.begins(namespace) { Owner::Internal } else { Owner::Unknown };
    }
    let domain_is_ours = registry.split(['.', ':']).any(|part| owners.has_name(part));
    if domain_is_ours {
        Owner::Internal
    } else if is_private_host(registry) {
        Owner::Unknown
    } else {
        Owner::ThirdParty
    }
}

/// `123456789012.dkr.ecr.eu-west-2.amazonaws.com` → the account.
fn aws_account(registry: &str) -> Option<&str> {
    let (account, rest) = registry.split_once('.')?;
    let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    (is_account && (rest.starts_with("dkr.ecr.") || rest.starts_with("dkr-ecr."))).then_some(account)
}

/// Names that only resolve inside somebody's network.
fn is_private_host(registry: &str) -> bool {
    let host = registry.split(':').next().unwrap_or(registry);
    host == "localhost"
        || [".internal", ".corp", ".local", ".lan"].iter().any(|end| host.ends_with(end))
        || !host.contains('.')
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

/// Whether an image's path says it is a mirror's copy of somebody else's image, not an image made by the owner. The
/// first part after the host says it, or the second after a project.
pub fn is_mirror(origin: &Origin, table: &RegistryTable) -> bool {
    match origin {
        Origin::Image { registry, repository } if registry != "docker.io" => {
            let parts: Vec<&str> = repository.split('/').collect();
            parts.iter().take(parts.len().saturating_sub(1)).take(2).any(|part| contains(&table.mirror_parts, part))
        }
        _ => false,
    }
}

/// The repository, as host and full name, whose name an image carries, as GitHub's registry does it:
/// `ghcr.io/owner/name`, or something below it.
pub fn repository_of_image<'a>(registry: &str, repository: &'a str) -> Option<(&'static str, &'a str)> {
    if registry != "ghcr.io" {
        return None;
    }
    let end = repository.match_indices('/').nth(1).map_or(repository.len(), |(at, _)| at);
    Some(("github.com", &repository[..end]))
}

fn is_below(full: &str, prefix: &str) -> bool {
    full.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The tables' lists are sorted and in lower case.
fn contains(list: &[String], word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    list.binary_search(&word).is_ok()
}
