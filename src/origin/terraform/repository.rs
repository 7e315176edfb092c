//! Repositories: git by URL, by ssh address and by the shorthands of forges, and Mercurial.

use super::address::{Package, folder_inside, is_absolute, is_forge_shorthand};
use super::{download, undetected};
use crate::origin::git::{self, GitUrl};
use crate::origin::{Origin, Parsed, Pin, Reference, Version, WhyNot};

pub(super) const TOO_SHORT: &str = "a repository on this host is named `host/owner/name`";

/// What git itself fetches from a host.
const SCHEMES: &[&str] = &["git", "git+ssh", "http", "https", "ssh", "ssh+git"];

pub(super) fn git(package: Package<'_>, not_registry: &'static str) -> Parsed {
    let address = package.address;
    let (repository, folder) = if is_forge_shorthand(address) {
        shorthand(address, &package.folder)?
    } else if address.starts_with("codecommit:") {
        match code_commit(address)? {
            Origin::Repo { host, owner, name, path: _ } => (GitUrl { host, owner, name }, package.folder),
            elsewhere => {
                let version = Version::git(package.query.get("ref").as_deref());
                return Ok(Reference { origin: elsewhere, version });
            }
        }
    } else if is_absolute(address) || is_file_url(address) {
        let (reference, _) = reference_and_folder(package.query.get("ref"), String::new())?;
        return Ok(Reference { version: Version::git(reference.as_deref()), ..download::file(&package)? });
    } else {
        (by_url(address, not_registry)?, package.folder)
    };
    if package.query.get("checksum").is_some() {
        return Err("a checksum is of an archive; a repository is held by a commit as its `ref`".into());
    }
    let (reference, path) = reference_and_folder(package.query.get("ref"), folder)?;
    let version = Version::git(reference.as_deref());
    let is_shallow = package.query.get("depth").is_some_and(|it| it.parse::<i64>().is_ok_and(|depth| depth > 0));
    if is_shallow && version.pin == Pin::Sha {
        let reason = "with `depth` the `ref` is a branch or tag; a commit can't be fetched alone";
        return Err(WhyNot { reason, version });
    }
    let GitUrl { host, owner, name } = repository;
    Ok(Reference { origin: Origin::Repo { host, owner, name, path }, version })
}

/// `github.com/owner/name/folder//folder`, `bitbucket.org/owner/name//folder`.
fn shorthand(address: &str, folder: &str) -> Result<(GitUrl, String), WhyNot> {
    let parts: Vec<&str> = address.splitn(4, '/').collect();
    let (host, owner, name, inner) = match *parts.as_slice() {
        [host, owner, name] => (host, owner, name, ""),
        [host, owner, name, inner] => (host, owner, name, inner),
        _ => return Err(TOO_SHORT.into()),
    };
    if host == "bitbucket.org" && !inner.is_empty() {
        return Err("a folder of a repository on Bitbucket comes after `//`".into());
    }
    let repository = git::repository(host, &[owner, "/", name].concat()).filter(|it| !it.owner.is_empty());
    Ok((repository.ok_or(TOO_SHORT)?, folder_inside(&[inner, "/", folder].concat())?))
}

fn by_url(address: &str, not_registry: &'static str) -> Result<GitUrl, WhyNot> {
    let Some(parts) = git::address(address) else {
        return Err(if address.contains("://") {
            "the URL names no host".into()
        } else {
            undetected(address, not_registry).into()
        });
    };
    if parts.port.is_some_and(|port| !port.bytes().all(|b| b.is_ascii_digit())) {
        return Err("the port is not a number: after `ssh://` comes `host/path`, and `host:path` has no scheme".into());
    }
    if !parts.scheme.is_empty() && SCHEMES.binary_search(&parts.scheme.to_ascii_lowercase().as_str()).is_err() {
        return Err("git fetches over https and ssh, not over this scheme".into());
    }
    git::repository(parts.host, parts.path).ok_or("the URL names no repository".into())
}

fn is_file_url(address: &str) -> bool {
    address.split_once("://").is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("file"))
}

/// `codecommit::region://name`, or `codecommit://name` where whoever runs it decides on the region.
fn code_commit(address: &str) -> Result<Origin, WhyNot> {
    if let Some(GitUrl { host, owner, name }) = git::parse(address) {
        return Ok(Origin::Repo { host, owner, name, path: String::new() });
    }
    let name = address.strip_prefix("codecommit://").map(|it| it.rsplit('@').next().unwrap_or(it));
    match name.filter(|it| !it.is_empty() && !it.contains('/')) {
        Some(name) => Ok(Origin::ServerSide { name: format!("codecommit/{name}") }),
        None => Err("a CodeCommit repository is written `git::codecommit::region://name`".into()),
    }
}

/// What the rest of a ref is that no ref can be: a folder written after the query (`?ref=v1//modules/x`) ends up in it,
/// and so does a second query (`?ref=v1?depth=1`). No git ref has two slashes in a row or a question mark.
pub(super) fn reference_and_folder(
    reference: Option<String>,
    path: String,
) -> Result<(Option<String>, String), WhyNot> {
    let Some(written) = reference else { return Ok((None, path)) };
    let written = written.split('?').next().unwrap_or("");
    let (reference, path) = match written.split_once("//") {
        Some((reference, folder)) => (reference, folder_inside(&format!("{path}/{folder}"))?),
        None => (written, path),
    };
    Ok((Some(reference.to_owned()).filter(|it| !it.is_empty()), path))
}

/// Mercurial: the documentation says `ref`, the getter says `rev`.
pub(super) fn mercurial(package: &Package<'_>) -> Parsed {
    if is_absolute(package.address) || is_file_url(package.address) {
        return download::file(package);
    }
    let parts =
        git::address(package.address).filter(|it| matches!(&*it.scheme.to_ascii_lowercase(), "http" | "https" | "ssh"));
    let parts = parts.ok_or("a Mercurial repository has an `https://` or `ssh://` URL after `hg::`")?;
    let GitUrl { host, owner, name } = git::repository(parts.host, parts.path).ok_or("the URL names no repository")?;
    let reference = package.query.get("rev").or_else(|| package.query.get("ref"));
    let (reference, path) = reference_and_folder(reference, package.folder.clone())?;
    Ok(Reference { origin: Origin::Repo { host, owner, name, path }, version: Version::git(reference.as_deref()) })
}

#[cfg(test)]
mod tests {
    use super::SCHEMES;

    #[test]
    fn the_table_is_sorted() {
        assert!(SCHEMES.is_sorted());
    }
}
