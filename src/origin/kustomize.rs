//! What a kustomization brings in: files and folders of the repository, remote roots in repositories, files over http.
//!
//! Read as kustomize reads it: an address of a repository has a scheme, a user, or GitHub's name before it; which part
//! of its path is the repository is told by `_git/`, `//` or `.git`, else it is the first two parts.

use super::path::joined;
use super::{Origin, Parsed, Reference, Version, WhyNot, git, terraform};
use crate::origin::Pin;

/// Reads an entry of `resources`, `bases` or `components` of a kustomization in this folder of the repository.
///
/// # Errors
/// What kustomize refuses, and hosts without a scheme, which it looks for as folders.
pub fn parse(entry: &str, folder: &str) -> Parsed {
    let entry = entry.trim();
    if entry.is_empty() {
        return Err("an empty entry".into());
    }
    if let Some(start) = template_start(entry) {
        return Ok(Reference::dynamic(terraform::redact(&entry[..start]), "filled in by a template"));
    }
    if entry.starts_with('/') {
        let origin = Origin::Url { host: String::new(), path: entry.to_owned() };
        return Ok(Reference { origin, version: Version::only(Pin::Default) });
    }
    let entry = &*terraform::redact(entry);
    let (address, query) = entry.split_once('?').unwrap_or((entry, ""));
    // It was go-getter's once, and is taken off.
    let bare = strip_any_case(address, "git::").unwrap_or(address);
    if let Some(download) = download(entry, bare) {
        return download;
    }
    let Some(Address { host, path }) = split(bare)? else {
        return local(entry, bare, query, folder);
    };
    let (repository, root) = parts(path).ok_or("the path of a repository has two parts")?;
    let root = cleaned(root).ok_or("a path that leads out of the repository")?;
    let version = Version::git(reference(query));
    match git::parse(&format!("{host}{repository}")) {
        Some(git::GitUrl { host, owner, name }) => {
            Ok(Reference { origin: Origin::Repo { host, owner, name, path: root }, version })
        }
        None => Err(WhyNot { reason: "an address that names no repository", version }),
    }
}

/// The ref that is asked for: of `ref` and `version` the former counts.
fn reference(query: &str) -> Option<&str> {
    let of = |name: &str| {
        let values = query.split('&').filter_map(|it| it.split_once('='));
        values.filter(|(key, _)| *key == name).map(|(_, value)| value).next().filter(|it| !it.is_empty())
    };
    of("ref").or_else(|| of("version"))
}

/// A file that is fetched over http, or an archive, which kustomize took while it used go-getter.
fn download(entry: &str, bare: &str) -> Option<Parsed> {
    let (scheme, rest) = bare.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    const FILES: &[&str] = &[".json", ".tar.gz", ".tgz", ".yaml", ".yml", ".zip"];
    let is_root = rest.contains("//") || rest.contains("_git/") || rest.contains(".git/");
    if is_root || !FILES.iter().any(|end| rest.ends_with(end)) {
        return None;
    }
    let (authority, path) = rest.split_once('/')?;
    // What GitHub serves of a file of a repository names the ref before it.
    let parts: Vec<&str> = path.splitn(4, '/').collect();
    if let (true, [owner, name, reference, path]) =
        (authority.eq_ignore_ascii_case("raw.githubusercontent.com"), parts.as_slice())
    {
        let (reference, path) = of_raw(reference, path);
        let origin = Origin::Repo {
            host: "github.com".to_owned(),
            owner: (*owner).to_owned(),
            name: (*name).to_owned(),
            path: path.to_owned(),
        };
        return Some(Ok(Reference { origin, version: Version::git(Some(&reference)) }));
    }
    // The file of a release: the repository, at the tag.
    if let Some(Ok(found)) = authority.eq_ignore_ascii_case("github.com").then(|| terraform::parse(entry, None, ""))
        && matches!(found.origin, Origin::Repo { .. })
        && path.splitn(3, '/').nth(2).is_some_and(|it| it.starts_with("releases/") || it.starts_with("archive/"))
    {
        return Some(Ok(found));
    }
    let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let origin = Origin::Url { host: host.to_ascii_lowercase(), path: path.to_owned() };
    Some(Ok(Reference { origin, version: Version::only(Pin::Default) }))
}

/// The ref and the path of a raw file: `refs/heads/main/x` is written in full.
fn of_raw<'t>(first: &str, rest: &'t str) -> (String, &'t str) {
    let mut parts = rest.splitn(3, '/');
    match (first, parts.next(), parts.next(), parts.next()) {
        ("refs", Some(kind @ ("heads" | "tags")), Some(name), Some(path)) => (format!("refs/{kind}/{name}"), path),
        _ => (first.to_owned(), rest),
    }
}

/// A file or folder of the repository.
fn local(entry: &str, bare: &str, query: &str, folder: &str) -> Parsed {
    let first = bare.split('/').next().unwrap_or(bare);
    let is_host = first.contains('.') && !first.starts_with('.') && bare.contains('/');
    // A folder may have a dot in its name; a ref, or a mark where a repository ends, only an address has.
    if is_host && (reference(query).is_some() || bare.contains("//") || bare.contains(".git/")) {
        return Err(WhyNot {
            reason: "a host other than GitHub needs a scheme: without one kustomize looks for a folder",
            version: Version::git(reference(query)),
        });
    }
    let origin = Origin::Local { path: joined(folder, entry) };
    Ok(Reference { origin, version: Version::only(Pin::SameCommit) })
}

/// An address taken apart.
struct Address<'t> {
    /// Scheme, user, host and what parts it from the path, so that the path of a repository may follow.
    host: String,
    path: &'t str,
}

/// Scheme, user and host of an address of a repository; nothing where it has neither scheme nor user and GitHub's name
/// doesn't begin it, so that it is a path.
fn split(text: &str) -> Result<Option<Address<'_>>, WhyNot> {
    if let Some(path) = strip_any_case(text, "gh:") {
        return Ok(Some(Address { host: "https://github.com/".to_owned(), path }));
    }
    const SCHEMES: &[&str] = &["file://", "http://", "https://", "ssh://"];
    let scheme = SCHEMES.iter().find(|it| strip_any_case(text, it).is_some()).copied().unwrap_or("");
    let rest = &text[scheme.len()..];
    if scheme.is_empty() && text.contains("://") {
        return Err("kustomize takes https, ssh, http and file, and no other scheme".into());
    }
    if scheme == "file://" {
        return Err("a repository of the machine that runs kustomize".into());
    }
    let user_end = rest.find('@').filter(|&at| rest[..at].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    let user = user_end.filter(|&at| at > 0).map_or("", |at| &rest[..=at]);
    // What takes the place of a password when it is taken out is no user's name.
    let user = if user.is_empty() { rest.find("***@").map_or("", |at| &rest[..at + 4]) } else { user };
    let rest = &rest[user.len()..];
    let github = strip_any_case(rest, "github.com/").or_else(|| strip_any_case(rest, "github.com:"));
    if let Some(path) = github {
        return Ok(Some(Address { host: "https://github.com/".to_owned(), path: path.trim_start_matches('/') }));
    }
    if scheme.is_empty() && user.is_empty() {
        return Ok(None);
    }
    let slash = rest.find('/');
    let colon = rest.find(':').filter(|&at| scheme.is_empty() && at > 0 && slash.is_none_or(|slash| at < slash));
    match colon.or(slash) {
        Some(at) => {
            let scheme = if scheme.is_empty() { String::new() } else { scheme.to_owned() };
            Ok(Some(Address { host: format!("{scheme}{user}{}", &rest[..=at]), path: &rest[at + 1..] }))
        }
        None => Err("an address without a path".into()),
    }
}

/// The path of the repository, and the folder in it.
fn parts(path: &str) -> Option<(&str, &str)> {
    let (repository, root) = if let Some(at) = path.find("_git/") {
        let name = at + "_git/".len();
        let end = path[name..].find('/').map_or(path.len(), |it| name + it);
        (&path[..end], &path[end..])
    } else if let Some(at) = path.find("//") {
        (&path[..at], &path[at + 2..])
    } else if let Some(at) = path.find(".git") {
        (&path[..at + 4], &path[at + 4..])
    } else {
        let second = path.find('/')?;
        let end = path[second + 1..].find('/').map_or(path.len(), |it| second + 1 + it);
        (&path[..end], &path[end..])
    };
    (!repository.trim_matches('/').is_empty()).then_some((repository, root))
}

/// A folder of a repository; nothing for one outside of it.
fn cleaned(root: &str) -> Option<String> {
    let path = joined("", root.trim_start_matches('/'));
    (path != ".." && !path.starts_with("../")).then_some(path)
}

fn strip_any_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    text.get(..prefix.len()).filter(|it| it.eq_ignore_ascii_case(prefix)).map(|_| &text[prefix.len()..])
}

fn template_start(text: &str) -> Option<usize> {
    text.find("{{").into_iter().chain(text.find("${")).chain(text.find("{%")).min()
}
