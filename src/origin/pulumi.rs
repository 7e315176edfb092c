//! Packages of Pulumi: a plugin by its name, a package of a registry, a repository, a folder.

use super::path::joined;
use super::{Origin, Parsed, Pin, Reference, Version, git};

/// Where packages without a host come from.
const REGISTRY: &str = "registry.pulumi.com";

/// Reads what `packages` of a project in `folder` has (repository-relative, `""` for the root): `source`, with a version
/// behind an `@` or beside it.
///
/// # Errors
/// An empty name.
pub fn parse(source: &str, version: Option<&str>, folder: &str) -> Parsed {
    let source = source.trim();
    let is_path = source.starts_with("./") || source.starts_with("../") || matches!(source, "." | "..");
    let is_schema = [".json", ".yaml", ".yml"].iter().any(|it| source.ends_with(it));
    if is_path || is_schema && !source.contains("://") && !source.starts_with('/') {
        let origin = Origin::Local { path: joined(folder, source) };
        return Ok(Reference { origin, version: Version::only(Pin::SameCommit) });
    }
    if source.starts_with('/') {
        let origin = Origin::Url { host: String::new(), path: source.to_owned() };
        return Ok(Reference { origin, version: Version::only(Pin::Default) });
    }
    // A user stands before an `@` too, but there a path comes after it.
    let (name, own) = match source.rsplit_once('@') {
        Some((name, version)) if !version.contains(['/', ':']) => (name, Some(version)),
        _ => (source, None),
    };
    let version = own.or(version).filter(|it| !it.is_empty());
    if name.is_empty() {
        return Err("a package without a name".into());
    }
    let bare = name.strip_prefix("git://").or_else(|| name.strip_prefix("https://")).unwrap_or(name);
    let first = bare.split('/').next().unwrap_or(bare);
    if first.contains('.') && bare.contains('/') || name.contains("://") {
        return repository(bare, version);
    }
    let origin = Origin::Registry { host: REGISTRY.to_owned(), name: name.to_owned(), path: String::new() };
    let version = Version {
        pin: version.map_or(Pin::Default, Pin::of_git_ref),
        reference: version.map(str::to_owned),
        ..Version::only(Pin::Default)
    };
    Ok(Reference { origin, version })
}

/// `host/owner/name/path`; where the repository ends is said by `.git`, or after two names.
fn repository(address: &str, version: Option<&str>) -> Parsed {
    let (host, path) = address.split_once('/').ok_or("a repository without a name")?;
    let (repository, folder) = match path.split_once(".git") {
        Some((repository, folder)) => (repository, folder),
        None => path.match_indices('/').nth(1).map_or((path, ""), |(at, _)| path.split_at(at)),
    };
    let git::GitUrl { host, owner, name } = git::repository(host, repository).ok_or("no address of a repository")?;
    let origin = Origin::Repo { host, owner, name, path: folder.trim_matches('/').to_owned() };
    Ok(Reference { origin, version: Version::git(version) })
}
