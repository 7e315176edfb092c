//! Downloads: archives over https, what forges serve of repositories, and paths of the machine that runs the tool.

use super::address::{Package, is_absolute, is_drive};
use super::bucket;
use super::repository::reference_and_folder;
use crate::origin::git::{self, GitUrl};
use crate::origin::{Origin, Parsed, Pin, Reference, Version, WhyNot, version_parts};

/// Extensions of archives that are unpacked; sorted.
const ARCHIVES: &[&str] =
    &[".bz2", ".gz", ".tar.bz2", ".tar.gz", ".tar.tbz2", ".tar.xz", ".tgz", ".txz", ".xz", ".zip"];

/// Kinds of checksums; sorted. `file` names a file that has it.
const CHECKSUMS: &[&str] = &["file", "md5", "sha1", "sha256", "sha512"];

/// An archive behind a URL, or what a forge serves of a repository.
pub(super) fn http(package: Package<'_>) -> Parsed {
    let parts = git::address(package.address).ok_or("the URL names no host")?;
    if parts.port.is_some_and(|port| !port.bytes().all(|b| b.is_ascii_digit())) {
        return Err("the port is not a number".into());
    }
    let host = host(parts.host);
    // Brackets alone are none.
    if host.is_empty() {
        return Err("the URL names no host".into());
    }
    let digest = digest(&package)?;
    if let Some((repository, reference)) = of_forge(&host, parts.path) {
        let GitUrl { host, owner, name } = repository;
        // The getter of archives has no `?ref=`, but what was meant is plain.
        let reference = reference.or_else(|| package.query.get("ref"));
        let (reference, path) = reference_and_folder(reference, package.folder)?;
        let version = match reference {
            // The pin is that of the whole ref, where a download tells tags and branches apart.
            Some(full) => {
                let short = full.strip_prefix("refs/tags/").or_else(|| full.strip_prefix("refs/heads/"));
                let short = short.unwrap_or(&full).to_owned();
                Version { reference: Some(short), ..Version::only(Pin::of_git_ref(&full)) }
            }
            None => Version::git(None),
        };
        let version = match digest {
            Some(_) => Version { pin: Pin::Digest, digest, ..version },
            None => version,
        };
        return Ok(Reference { origin: Origin::Repo { host, owner, name, path }, version });
    }
    if let Some(origin) = bucket::object(&host, parts.path) {
        return Ok(bucket::reference(origin, digest, package.query.get("version")));
    }
    Ok(fetched(Origin::Url { host, path: parts.path.to_owned() }, digest))
}

/// A host in lower case, without an IPv6 address's brackets and the dot that a full name may end in.
pub(super) fn host(written: &str) -> String {
    let host = written.trim_start_matches('[').trim_end_matches(']');
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// A path of the machine that runs the tool, copied like a package from elsewhere: not a place in this repository.
pub(super) fn file(package: &Package<'_>) -> Parsed {
    let address = package.address;
    let path = address.split_once("://").map_or(address, |(_, path)| path);
    let path = path.strip_prefix("localhost").filter(|it| it.starts_with('/')).unwrap_or(path);
    // `file:///C:/modules` is a drive too.
    let path = path.strip_prefix('/').filter(|it| is_drive(it)).unwrap_or(path);
    if !is_absolute(path) {
        return Err("`file://` takes an absolute path: `file:///…`".into());
    }
    Ok(fetched(Origin::Url { host: String::new(), path: path.to_owned() }, digest(package)?))
}

/// How firmly a download is held: by its checksum, else by what looks like a version in its path.
pub(super) fn fetched(origin: Origin, digest: Option<String>) -> Reference {
    let segment = match &origin {
        Origin::Url { host, path } if !host.is_empty() => {
            path.split('/').map(without_archive_extension).find(|it| has_version(it)).map(str::to_owned)
        }
        _ => None,
    };
    let pin = match (&digest, &segment) {
        (Some(_), _) => Pin::Digest,
        (None, Some(_)) => Pin::TagOrBranch,
        (None, None) => Pin::Default,
    };
    Reference { origin, version: Version { pin, reference: segment, constraint: None, digest } }
}

/// The checksum that an archive must have: `sha256:…`, or one that its length tells the kind of. One that is read from
/// a file says nothing about the archive.
pub(super) fn digest(package: &Package<'_>) -> Result<Option<String>, WhyNot> {
    let Some(checksum) = package.query.get("checksum") else { return Ok(None) };
    let format = package.query.get("archive").map(|it| format!(".{it}"));
    let is_archive = match &format {
        Some(format) => ARCHIVES.binary_search(&format.as_str()).is_ok(),
        None => ARCHIVES.iter().any(|it| package.address.ends_with(it)),
    };
    if !is_archive {
        return Err("a checksum is of an archive; `archive=` says its format where the name doesn't".into());
    }
    let (kind, value) = checksum.split_once(':').map_or((None, checksum.as_str()), |(kind, it)| (Some(kind), it));
    let is_hex = value.len() % 2 == 0 && !value.is_empty() && value.bytes().all(|b| b.is_ascii_hexdigit());
    match kind {
        Some("file") => Ok(None),
        Some(kind) if CHECKSUMS.binary_search(&kind).is_err() => {
            Err("a checksum is of md5, sha1, sha256 or sha512".into())
        }
        None if is_hex && !matches!(value.len(), 32 | 40 | 64 | 128) => {
            Err("the length of the checksum is that of no kind; write `sha256:` and the like before it".into())
        }
        Some(_) | None if is_hex => Ok(Some(checksum)),
        Some(_) | None => Err("a checksum is in hexadecimal digits".into()),
    }
}

/// The repository a forge serves this download from, and the ref in its path.
fn of_forge(host: &str, path: &str) -> Option<(GitUrl, Option<String>)> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let is_git = parts.last().is_some_and(|it| it.len() > ".git".len() && it.ends_with(".git"));
    match host {
        "github.com" | "www.github.com" | "codeload.github.com" => match parts.as_slice() {
            [owner, name, rest @ ..] => of_github(owner, name, rest),
            _ => None,
        },
        "api.github.com" => match parts.as_slice() {
            ["repos", owner, name, rest @ ..] => of_github(owner, name, rest),
            _ => None,
        },
        "bitbucket.org" | "www.bitbucket.org" => match parts.as_slice() {
            [owner, name, rest @ ..] => {
                let repository = git::repository("bitbucket.org", &format!("{owner}/{name}"))?;
                let reference = match rest {
                    ["get", reference @ ..] => archived(reference),
                    _ => None,
                };
                Some((repository, reference))
            }
            _ => None,
        },
        "dev.azure.com" => parts.contains(&"_git").then(|| Some((git::repository(host, path)?, None)))?,
        _ => {
            // GitLab puts `/-/` between a project and its pages.
            let dash = parts.iter().position(|part| *part == "-");
            if let Some((project, ["archive", reference, ..])) = dash.map(|at| (&parts[..at], &parts[at + 1..])) {
                return Some((git::repository(host, &project.join("/"))?, Some((*reference).to_owned())));
            }
            let is_project = host == "gitlab.com" && parts.len() >= 2 && parts[0] != "api";
            let project = if is_project { dash.map_or(parts.as_slice(), |at| &parts[..at]) } else { &parts };
            (is_git || is_project).then(|| Some((git::repository(host, &project.join("/"))?, None)))?
        }
    }
}

fn of_github(owner: &str, name: &str, rest: &[&str]) -> Option<(GitUrl, Option<String>)> {
    let reference = match rest {
        ["archive" | "zip" | "tar.gz" | "legacy.zip" | "legacy.tar.gz" | "zipball" | "tarball", reference @ ..] => {
            archived(reference)
        }
        ["releases", "download", tag, _, ..] => Some(format!("refs/tags/{tag}")),
        _ => None,
    };
    Some((git::repository("github.com", &format!("{owner}/{name}"))?, reference))
}

/// The ref of an archive, of which the last part may have an extension.
fn archived(reference: &[&str]) -> Option<String> {
    Some(without_archive_extension(&reference.join("/")).to_owned()).filter(|it| !it.is_empty())
}

fn without_archive_extension(name: &str) -> &str {
    // The longest first: `.tar.gz` before `.gz`.
    let extension = ARCHIVES.iter().filter(|it| name.ends_with(**it)).max_by_key(|it| it.len());
    extension.map_or(name, |it| &name[..name.len() - it.len()])
}

/// Whether a part of a path looks like a version: `v1.2.3`, `1.2`, `vpc-1.2.0`.
fn has_version(segment: &str) -> bool {
    let is_version = |text: &str| {
        version_parts(text).is_some_and(|n| n >= 2) || (text.starts_with('v') && version_parts(text).is_some())
    };
    is_version(segment) || segment.rsplit_once(['-', '_']).is_some_and(|(_, tail)| is_version(tail))
}

#[cfg(test)]
mod tests {
    use super::{ARCHIVES, CHECKSUMS};

    #[test]
    fn the_tables_are_sorted() {
        assert!(ARCHIVES.is_sorted());
        assert!(CHECKSUMS.is_sorted());
    }
}
