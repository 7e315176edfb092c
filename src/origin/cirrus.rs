//! What `load` names in Cirrus CI's Starlark: modules in repositories, and files beside the one that loads.

use super::{Origin, Parsed, Pin, Reference, Version, git, path};

/// The file that a module is, where none is named.
const ENTRY: &str = "lib.star";

/// Reads the first argument of `load`, as Cirrus's command line does. `folder` is the folder of the file that loads.
///
/// `github.com/owner/name[/path][@revision]`, `host/…/name.git[/path][@revision]`, else a path from the root of the
/// repository. Without a path it is the repository's `lib.star`, without a revision its branch `main`.
///
/// # Errors
/// A text that names no repository, or nothing at all.
pub fn parse(module: &str, folder: &str) -> Parsed {
    let in_repository = |host: &str, path: &str, inner: &str, revision: Option<&str>| {
        let Some(git::GitUrl { host, owner, name }) = git::repository(host, path) else {
            return Err("not a repository".into());
        };
        let inner = inner.trim_start_matches('/');
        let path = if inner.is_empty() { ENTRY } else { inner }.to_owned();
        Ok(Reference { origin: Origin::Repo { host, owner, name, path }, version: Version::git(revision) })
    };
    let revision = |text: &str| -> (usize, Option<usize>) {
        let at = text.find('@').unwrap_or(text.len());
        (at, (at + 1 < text.len()).then_some(at + 1))
    };
    if let Some(rest) = module.strip_prefix("github.com/") {
        let (end, start) = revision(rest);
        let mut parts = rest[..end].splitn(3, '/');
        let (owner, name) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        if owner.is_empty() || name.is_empty() {
            return Err("not github.com/owner/name".into());
        }
        return in_repository(
            "github.com",
            &format!("{owner}/{name}"),
            parts.next().unwrap_or(""),
            start.map(|it| &rest[it..]),
        );
    }
    if let Some((root, rest)) =
        module.split_once(".git").filter(|(_, rest)| rest.is_empty() || rest.starts_with(['/', '@']))
    {
        let (end, start) = revision(rest);
        let Some((host, path)) = root.split_once('/') else { return Err("not a repository".into()) };
        return in_repository(host, path, &rest[..end], start.map(|it| &rest[it..]));
    }
    if module.trim().is_empty() {
        return Err("an empty name".into());
    }
    let path = path::joined(folder, module);
    Ok(Reference { origin: Origin::Local { path }, version: Version::only(Pin::SameCommit) })
}
