//! Packages of Node that a tool loads: plugins, libraries of constructs.

use super::path::joined;
use super::{Origin, Parsed, Pin, Reference, Version, git};

/// Reads a package's name and the range of versions beside it, in a file of `folder` (repository-relative, `""` for the
/// root).
///
/// # Errors
/// An empty name.
pub fn parse(name: &str, range: Option<&str>, folder: &str) -> Parsed {
    let name = name.trim();
    if name.is_empty() {
        return Err("a package without a name".into());
    }
    if name.starts_with('.') {
        return Ok(local(name, folder));
    }
    if let Some(range) = range {
        if let Some(path) = range.strip_prefix("file:").or_else(|| range.strip_prefix("link:")) {
            return Ok(local(path, folder));
        }
        if let Some(url) = range.strip_prefix("git+").or_else(|| range.strip_prefix("github:")) {
            let (url, reference) = url.split_once('#').map_or((url, None), |(url, reference)| (url, Some(reference)));
            let url = if range.starts_with("github:") { format!("https://github.com/{url}") } else { url.to_owned() };
            let git::GitUrl { host, owner, name } = git::parse(&url).ok_or("no address of a repository")?;
            let origin = Origin::Repo { host, owner, name, path: String::new() };
            return Ok(Reference { origin, version: Version::git(reference) });
        }
    }
    // A workspace's package lies in the same repository, wherever.
    if range.is_some_and(|it| it.starts_with("workspace:")) {
        return Ok(Reference {
            origin: Origin::Local { path: name.to_owned() },
            version: Version::only(Pin::SameCommit),
        });
    }
    let origin = Origin::Registry { host: "npm".to_owned(), name: name.to_owned(), path: String::new() };
    Ok(Reference { origin, version: Version::range(range) })
}

fn local(path: &str, folder: &str) -> Reference {
    Reference { origin: Origin::Local { path: joined(folder, path) }, version: Version::only(Pin::SameCommit) }
}
