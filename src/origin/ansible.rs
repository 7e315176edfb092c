//! Roles and collections that `ansible-galaxy` installs.

use super::path::joined;
use super::{Origin, Parsed, Pin, Reference, Version, git, version_parts};

/// Where roles and collections come from that name no other server.
const GALAXY: &str = "galaxy.ansible.com";

/// A role: `src` (or the name, where there is no `src`) as `namespace.role`, a repository with or without `git+` before
/// it, or an archive; `scm` and `version` beside it, or `src,version,name` in one text.
///
/// # Errors
/// What names nothing that could be installed.
pub fn role(src: &str, scm: Option<&str>, version: Option<&str>) -> Parsed {
    if let Some(dynamic) = expression(src) {
        return Ok(dynamic);
    }
    let mut parts = src.trim().splitn(3, ',').map(str::trim);
    let src = parts.next().unwrap_or("");
    let version = version.or(parts.next()).filter(|it| !it.is_empty());
    let is_archive = src.ends_with(".tar.gz");
    let (scm, src) = match src.split_once('+') {
        Some((scm, rest)) if matches!(scm, "git" | "hg") => (Some(scm), rest),
        // Ansible takes what lies on GitHub for a repository unless it ends so.
        _ if src.contains("github.com") && src.contains("http") && !is_archive => (Some("git"), src),
        _ => (scm, src),
    };
    match scm {
        Some("git") => repository(src, "", version),
        Some(_) => web(src, version),
        None if src.contains("://") => web(src, version),
        None if src.starts_with('/') || src.starts_with('.') => {
            Err("a path: roles are installed from elsewhere".into())
        }
        None => galaxy(GALAXY, src, Version::git(version), "a role of Galaxy is `namespace.role`"),
    }
}

/// A collection: `namespace.name`, with its version behind a colon where it is one text; a repository, an archive or a
/// folder. `kind` is its `type`, `source` the server that has it.
///
/// # Errors
/// What names no collection.
pub fn collection(name: &str, version: Option<&str>, source: Option<&str>, kind: Option<&str>, folder: &str) -> Parsed {
    if let Some(dynamic) = expression(name) {
        return Ok(dynamic);
    }
    let name = name.trim();
    let is_repository = name.starts_with("git+") || name.starts_with("git@");
    match kind {
        Some("git") => from_git(name, source, version),
        Some("dir" | "file" | "subdirs") => Ok(local(source.unwrap_or(name), folder)),
        Some("url") => web(name, version),
        Some("galaxy") => of_galaxy(name, version, source),
        Some(_) => Err("`type` is one of dir, file, galaxy, git, subdirs, url".into()),
        None if is_repository => from_git(name, source, version),
        None if name.contains("://") => web(name, version),
        None if name.starts_with(['.', '/']) || name.ends_with(".tar.gz") => Ok(local(name, folder)),
        None => of_galaxy(name, version, source),
    }
}

/// `url#/folder,version`.
fn from_git(name: &str, source: Option<&str>, version: Option<&str>) -> Parsed {
    let is_url = |it: &str| it.contains("://") || it.contains('@');
    let text = if is_url(name) { name } else { source.unwrap_or(name) };
    let (text, own) = text.split_once(',').map_or((text, None), |(text, version)| (text, Some(version.trim())));
    let (text, folder) = text.split_once('#').unwrap_or((text, ""));
    let version = own.or(version).filter(|it| !matches!(*it, "" | "*"));
    repository(text.strip_prefix("git+").unwrap_or(text), folder.trim_matches('/'), version)
}

fn of_galaxy(name: &str, version: Option<&str>, source: Option<&str>) -> Parsed {
    let (name, own) = name.split_once(':').map_or((name, None), |(name, version)| (name, Some(version)));
    let version = wanted(own.or(version));
    let host = match source {
        Some(source) => match git::address(source).filter(|_| source.contains("://")) {
            Some(address) => address.host.to_ascii_lowercase(),
            // A name in the settings of whoever runs it.
            None => return Ok(Reference { origin: Origin::ServerSide { name: format!("{source}/{name}") }, version }),
        },
        None => GALAXY.to_owned(),
    };
    galaxy(&host, name, version, "a collection is `namespace.name`")
}

fn galaxy(host: &str, name: &str, version: Version, otherwise: &'static str) -> Parsed {
    let is_word =
        |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if !name.split_once('.').is_some_and(|(namespace, name)| is_word(namespace) && is_word(name)) {
        return Err(otherwise.into());
    }
    let origin = Origin::Registry { host: host.to_owned(), name: name.to_owned(), path: String::new() };
    Ok(Reference { origin, version })
}

/// What a collection's version asks for: `*` and nothing are the newest.
fn wanted(version: Option<&str>) -> Version {
    let Some(text) = version.map(str::trim).filter(|it| !matches!(*it, "" | "*")) else {
        return Version::only(Pin::Default);
    };
    let exact = text.strip_prefix("==").unwrap_or(text).trim();
    let pin = if version_parts(exact).is_some() { Pin::Exact } else { Pin::Range };
    Version { constraint: Some(text.to_owned()), ..Version::only(pin) }
}

fn repository(url: &str, path: &str, version: Option<&str>) -> Parsed {
    let git::GitUrl { host, owner, name } = git::parse(url).ok_or("no address of a repository")?;
    Ok(Reference { origin: Origin::Repo { host, owner, name, path: path.to_owned() }, version: Version::git(version) })
}

fn web(url: &str, version: Option<&str>) -> Parsed {
    let address = git::address(url).ok_or("no address")?;
    let origin = Origin::Url { host: address.host.to_ascii_lowercase(), path: address.path.to_owned() };
    Ok(Reference { origin, version: Version::git(version) })
}

fn local(path: &str, folder: &str) -> Reference {
    if path.starts_with('/') {
        let origin = Origin::Url { host: String::new(), path: path.to_owned() };
        return Reference { origin, version: Version::only(Pin::Default) };
    }
    Reference { origin: Origin::Local { path: joined(folder, path) }, version: Version::only(Pin::SameCommit) }
}

fn expression(text: &str) -> Option<Reference> {
    text.find("{{").map(|start| Reference::dynamic(&text[..start], "a template fills it in"))
}
