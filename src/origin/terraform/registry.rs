//! Registries: modules, providers, and Terragrunt's URLs of modules.

use std::cell::RefCell;

use super::address::{FORGE_SHORTHANDS, Package};
use super::lately::{self, Lately};
use crate::origin::{Origin, Parsed, Pin, Reference, Version, WhyNot};

/// The registry of addresses that name none.
pub const DEFAULT_REGISTRY: &str = "registry.terraform.io";

/// The registry of addresses that name none, where OpenTofu alone reads them.
pub const OPENTOFU_REGISTRY: &str = "registry.opentofu.org";

/// A registry module: `namespace/name/system`, with a host before it or without, and a folder after `//`. Its version
/// is another argument.
pub(super) fn module(source: &str) -> Parsed {
    if super::is_local(source) {
        return Err("a local path is no registry module".into());
    }
    if source.contains('?') {
        return Err("a registry address has no query; its version is the argument `version`".into());
    }
    let (package, folder) = source.split_once("//").unwrap_or((source, ""));
    let parts: Vec<&str> = package.split('/').collect();
    let (host, [namespace, name, system]) = match *parts.as_slice() {
        [namespace, name, system] => (DEFAULT_REGISTRY.to_owned(), [namespace, name, system]),
        [_, _, _, ""] => return Err("a registry address has no slash at its end".into()),
        [host, namespace, name, system] => (registry_host(host)?, [namespace, name, system]),
        _ => return Err("a registry module is named `namespace/name/system` or `host/namespace/name/system`".into()),
    };
    if !is_name(namespace) {
        return Err(if namespace.contains('.') {
            "after a registry's host come namespace, name and system".into()
        } else {
            "a registry's namespace has letters and digits, with `-` and `_` between them".into()
        });
    }
    if !is_name(name) {
        return Err("the name of a registry module has letters and digits, with `-` and `_` between them".into());
    }
    if !(1..=64).contains(&system.len()) || !system.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return Err("the system of a registry module, its last part, has lower-case letters and digits only".into());
    }
    let path = super::address::folder_inside(folder)?;
    let origin = Origin::Registry { host, name: format!("{namespace}/{name}/{system}"), path };
    Ok(Reference { origin, version: Version::only(Pin::Default) })
}

/// The host of a registry of modules, in lower case.
fn registry_host(written: &str) -> Result<String, WhyNot> {
    let host = service_host(written)?;
    if !host.contains('.') {
        return Err("the registry's host has no dot".into());
    }
    if FORGE_SHORTHANDS.contains(&host.as_str()) {
        return Err("`github.com` and `bitbucket.org` serve repositories, and are no registries".into());
    }
    Ok(host)
}

/// A host as Terraform's services have it: Unicode in lower case, with a port where it isn't 443.
fn service_host(written: &str) -> Result<String, WhyNot> {
    let (name, port) = written.split_once(':').map_or((written, None), |(name, port)| (name, Some(port)));
    let labels: Vec<&str> = name.split('.').collect();
    if labels.iter().any(|label| label.to_ascii_lowercase().starts_with("xn--")) {
        return Err("the registry's host is in punycode; it is written in its own letters".into());
    }
    let is_label = |label: &&str| {
        let is_character = |c: char| c.is_ascii_alphanumeric() || c == '-' || (!c.is_ascii() && c.is_alphanumeric());
        let hyphens = label.starts_with('-') || label.ends_with('-') || label.get(2..4) == Some("--");
        (1..=63).contains(&label.len()) && label.chars().all(is_character) && !hyphens
    };
    if !labels.iter().all(is_label) {
        return Err("the registry's host is not a host name".into());
    }
    let name = name.to_lowercase();
    match port.map(|port| port.parse::<u16>().ok().filter(|_| port.bytes().all(|b| b.is_ascii_digit()))) {
        None | Some(Some(443)) => Ok(name),
        Some(Some(port)) => Ok(format!("{name}:{port}")),
        Some(None) => Err("the port of the registry's host is not a number up to 65535".into()),
    }
}

/// Letters, digits, `-` and `_` inside, at most 64.
fn is_name(name: &str) -> bool {
    let edges = [name.bytes().next(), name.bytes().last()];
    name.len() <= 64
        && edges.iter().all(|edge| edge.is_some_and(|b| b.is_ascii_alphanumeric()))
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Terragrunt's way to write a registry module: `tfr://host/namespace/name/system?version=1.2.3`, host optional.
pub(super) fn terragrunt(package: &Package<'_>) -> Parsed {
    let rest = package.address.split_once("://").map_or(package.address, |(_, rest)| rest);
    let (host, name) = rest.split_once('/').unwrap_or((rest, ""));
    let Reference { origin, version: _ } = match host {
        "" => module(name),
        host if name.split('/').count() == 2 && !host.contains('.') => {
            Err("without a host a registry address has three slashes: `tfr:///namespace/name/system`".into())
        }
        host => module(&format!("{host}/{name}")),
    }?;
    let versions: Vec<&str> = package.query.pairs().filter(|(name, _)| *name == "version").map(|(_, it)| it).collect();
    match versions.as_slice() {
        [] | [_] => {}
        _ => return Err("the address has more than one `version`".into()),
    }
    if versions == [""] {
        return Err("the address has an empty `version`".into());
    }
    let origin = match origin {
        Origin::Registry { host, name, path: _ } => Origin::Registry { host, name, path: package.folder.clone() },
        other => other,
    };
    Ok(Reference { origin, version: Version::constraint(package.query.get("version").as_deref()) })
}

/// Where a provider comes from: `type`, `namespace/type` or `host/namespace/type`.
///
/// # Errors
/// Everything else.
pub fn provider(source: &str, version: Option<&str>) -> Parsed {
    thread_local! {
        static LATELY: RefCell<Lately> = RefCell::default();
    }
    lately::parsed(&LATELY, source, version, || {
        let version = Version::constraint(version);
        match provider_origin(source) {
            Ok(origin) => Ok(Reference { origin, version }),
            Err(WhyNot { reason, version: _ }) => Err(WhyNot { reason, version }),
        }
    })
}

fn provider_origin(source: &str) -> Result<Origin, WhyNot> {
    let parts: Vec<&str> = source.split('/').collect();
    let (host, namespace, name) = match *parts.as_slice() {
        _ if source.is_empty() => return Err("the source is empty".into()),
        _ if source.contains("://") => {
            return Err("a provider is named `namespace/type`; it has no URL".into());
        }
        ["terraform"] => ("terraform.io".to_owned(), "builtin", "terraform"),
        [name] => (DEFAULT_REGISTRY.to_owned(), "hashicorp", name),
        [namespace, name] => (DEFAULT_REGISTRY.to_owned(), namespace, name),
        [host, namespace, name] => (service_host(host)?, namespace, name),
        _ => return Err("a provider is named `type`, `namespace/type` or `host/namespace/type`".into()),
    };
    if namespace == "-" {
        return Err("the namespace `-` was for Terraform before 0.13; write the provider's own".into());
    }
    if !is_provider_part(namespace) || !is_provider_part(name) {
        return Err("namespace and type of a provider have letters and digits, with single `-` between them".into());
    }
    let name = name.to_lowercase();
    if parts.len() > 1 && name.starts_with("terraform-provider-") {
        return Err("a provider's type has no `terraform-provider-` before it".into());
    }
    if parts.len() > 1 && name.starts_with("terraform-") {
        return Err("a provider's type has no `terraform-` before it".into());
    }
    Ok(Origin::Registry { host, name: format!("{}/{name}", namespace.to_lowercase()), path: String::new() })
}

/// A label as domains have it: letters of all scripts, digits, single hyphens inside.
fn is_provider_part(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('-')
        && !part.ends_with('-')
        && !part.contains("--")
        && part.chars().all(|c| c == '-' || c.is_alphanumeric())
}
