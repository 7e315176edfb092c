//! Terraform, OpenTofu and Terragrunt: `source` of a module or provider → where it comes from, and at which version.
//!
//! The order of the steps is the tools' own (the address parsers of Terraform and OpenTofu, then go-getter's
//! detectors), because it decides: `github.com/o/r/aws` is a folder of a repository, `gitlab.com/g/n/aws` a
//! registry module, `gitlab.com/g/n` an error. An address that some of the three tools take is taken.
//!
//! Secrets are taken out of an address before it is read, so none can reach what comes out.

mod address;
mod bucket;
mod download;
mod lately;
mod oci;
mod print;
mod redact;
mod registry;
mod repository;

use std::cell::RefCell;

use crate::origin::git::{self, Address};
use crate::origin::{Origin, Parsed, Pin, Reference, Version, WhyNot};
use address::{Package, is_absolute};
use lately::Lately;

pub use print::print;
pub use redact::redact;
pub use registry::{DEFAULT_REGISTRY, OPENTOFU_REGISTRY, provider};

/// Where a module comes from.
///
/// `source` and `version` are the values of these arguments (with `version = null` as none); `from_folder` is the
/// repository-relative folder of the file. A `version` that is no constraint leaves the address what it is:
/// [`Constraint::parse`](super::constraint::Constraint::parse) says what is wrong with it.
///
/// # Errors
/// An address that the tools would refuse.
pub fn parse(source: &str, version: Option<&str>, from_folder: &str) -> Parsed {
    thread_local! {
        static LATELY: RefCell<Lately> = RefCell::default();
    }
    // Of nothing else it matters where it is written.
    if is_local(source) {
        parse_anew(source, version, from_folder)
    } else {
        lately::parsed(&LATELY, source, version, || parse_anew(source, version, ""))
    }
}

fn parse_anew(source: &str, version: Option<&str>, from_folder: &str) -> Parsed {
    let source = redact(source);
    let told = match version {
        // With a version only the registry's grammar is tried.
        Some(_) => registry::module(&source).map_err(|reason| {
            if unversioned(&source, from_folder).is_ok() {
                WhyNot::because("`version` is for registry modules only, and this is another kind of source")
            } else {
                reason
            }
        }),
        None => unversioned(&source, from_folder),
    };
    match told {
        Ok(reference) if version.is_none() => Ok(reference),
        Ok(Reference { origin, version: _ }) => Ok(Reference { origin, version: Version::constraint(version) }),
        Err(WhyNot { reason, version: _ }) => Err(WhyNot { reason, version: Version::constraint(version) }),
    }
}

/// Whether a source is a path: `./`, `../`, or the same with backslashes.
fn is_local(source: &str) -> bool {
    matches!(source.as_bytes(), [b'.', b'/' | b'\\', ..] | [b'.', b'.', b'/' | b'\\', ..])
}

fn unversioned(source: &str, from_folder: &str) -> Parsed {
    if source.is_empty() {
        return Err("the source is empty".into());
    }
    if source.trim() != source {
        return Err("the address has a blank at its start or end".into());
    }
    if is_local(source) {
        let origin = Origin::Local { path: resolve(from_folder, source) };
        return Ok(Reference { origin, version: Version::only(Pin::SameCommit) });
    }
    registry::module(source).or_else(|not_registry| remote(source, not_registry.reason))
}

/// A path, relative to a folder of the repository, as a path from the root; `""` is the root. What leads out of the
/// repository keeps its leading `../`.
pub fn resolve(from_folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in from_folder.split('/').chain(relative.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// Everything that is neither a local path nor a registry module: what go-getter fetches.
fn remote(source: &str, not_registry: &'static str) -> Parsed {
    let package = Package::of(source)?;
    let scheme = package.address.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    match (package.getter, scheme.as_deref()) {
        (Some("git"), _) => repository::git(package, not_registry),
        (Some("hg"), _) => repository::mercurial(&package),
        (Some("s3"), _) => bucket::s3(&package),
        (Some("gcs"), _) => bucket::gcs(&package),
        (Some("http" | "https"), Some("http" | "https")) | (None, Some("http" | "https")) => download::http(package),
        (Some("http" | "https"), _) => Err("`http::` and `https::` take an `https://` URL".into()),
        (Some("file"), None) if is_absolute(package.address) => download::file(&package),
        (Some("file") | None, Some("file")) => download::file(&package),
        (Some("file"), _) => Err("`file::` takes an absolute path or a `file:///` URL".into()),
        (Some("oci") | None, Some("oci")) => oci::module(&package),
        (Some("oci"), _) => Err("OCI addresses begin with `oci://`".into()),
        (Some("codecommit"), _) => Err("a CodeCommit repository is written `git::codecommit::region://name`".into()),
        (Some("ssh"), _) => Err("there is no getter `ssh::`; write `git::ssh://`".into()),
        (Some(_), _) => Err("no getter has the name before `::`; there are git, hg, http, https, s3, gcs, file".into()),
        (None, Some("git")) => repository::git(package, not_registry),
        (None, Some("ssh")) => Err("`ssh://` alone says not what is fetched; write `git::ssh://`".into()),
        (None, Some("git+ssh" | "ssh+git")) => Err("no getter has this scheme; write `git::ssh://`".into()),
        (None, Some("git+https" | "git+http")) => Err("no getter has this scheme; write `git::https://`".into()),
        (None, Some("tfr")) => registry::terragrunt(&package),
        (None, Some("s3")) => Err("`s3://` is no address of a bucket; write `s3::https://s3.amazonaws.com/…`".into()),
        (None, Some("gs" | "gcs")) => {
            Err("a bucket's address is written `gcs::https://www.googleapis.com/storage/v1/…`".into())
        }
        (None, Some(_)) => Err("no getter has this scheme".into()),
        (None, None) => detected(package, not_registry),
    }
}

/// Addresses without a scheme, in the order in which go-getter's detectors are asked.
fn detected(package: Package<'_>, not_registry: &'static str) -> Parsed {
    let address = package.address;
    if address::is_forge_shorthand(address) || matches!(git::address(address), Some(Address { user: Some(_), .. })) {
        repository::git(package, not_registry)
    } else if address.contains(".googleapis.com/") {
        bucket::gcs(&package)
    } else if address.contains(".amazonaws.com/") {
        bucket::s3(&package)
    } else if is_absolute(address) {
        download::file(&package)
    } else {
        Err(undetected(address, not_registry).into())
    }
}

/// Why nothing knows an address without a scheme, and what was probably meant.
fn undetected(address: &str, not_registry: &'static str) -> &'static str {
    let parts: Vec<&str> = address.split('/').collect();
    let first = parts.first().copied().unwrap_or("");
    let is_host = first.contains('.') && !first.starts_with('.');
    match parts.len() {
        _ if address.is_empty() => "there is nothing before the folder",
        _ if first.contains('@') => "an address over ssh has a colon after the host: `git@host:owner/name`",
        _ if first.contains(':') && is_host => "without `git@` before it, `host:path` needs `git::`",
        _ if address.starts_with(['.', '~']) => "a local path begins with `./` or `../`",
        _ if address::FORGE_SHORTHANDS.iter().any(|host| first.eq_ignore_ascii_case(host)) => {
            if first.bytes().any(|b| b.is_ascii_uppercase()) {
                "`github.com` and `bitbucket.org` are written in lower case"
            } else {
                repository::TOO_SHORT
            }
        }
        4 if is_host => not_registry,
        _ if is_host => "there is no shorthand for this host; a repository on it is written `git::https://…`",
        3 | 4 => not_registry,
        _ => "a local path begins with `./` or `../`, and nothing else is written like this",
    }
}

#[cfg(test)]
mod tests;
