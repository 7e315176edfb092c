//! Terraform and OpenTofu: `source` of a module or provider → where it comes from, and at which version.
//!
//! The order of the steps is the tools' own (the address parsers of Terraform and OpenTofu, then go-getter's
//! detectors), because it decides: `github.com/o/r/aws` is a folder of a repository, `gitlab.com/g/n/aws` a
//! registry module, `gitlab.com/g/n` an error.

mod redact;

use crate::origin::git::{self, Address, percent_decoded};
use crate::origin::{Origin, Parsed, Pin, Reference, Version, WhyNot, version_parts};

pub use redact::redact;

/// The registry of addresses that name none.
pub const DEFAULT_REGISTRY: &str = "registry.terraform.io";

/// The registry of addresses that name none, where OpenTofu alone reads them.
pub const OPENTOFU_REGISTRY: &str = "registry.opentofu.org";

/// Hosts that a registry address can't have: the tools keep them for repositories.
const NOT_REGISTRIES: &[&str] = &["bitbucket.org", "github.com"];

/// Hosts of which a download over https is a repository's; sorted.
const FORGES: &[&str] = &["bitbucket.org", "codeload.github.com", "dev.azure.com", "github.com", "gitlab.com"];

/// Extensions of archives that are unpacked; sorted.
const ARCHIVES: &[&str] = &[".bz2", ".gz", ".tar.bz2", ".tar.gz", ".tar.xz", ".tbz2", ".tgz", ".txz", ".xz", ".zip"];

/// Tags of OCI artifacts that are meant to move; sorted.
const FLOATING_TAGS: &[&str] = &["edge", "latest", "main", "master", "stable"];

/// Where a module comes from.
///
/// `source` and `version` are the values of these arguments (with `version = null` as none); `from_folder` is the
/// repository-relative folder of the file.
///
/// # Errors
/// An address that the tools would refuse.
pub fn parse(source: &str, version: Option<&str>, from_folder: &str) -> Parsed {
    let source = source.trim();
    let told = match version {
        // With a version only the registry's grammar is tried.
        Some(_) => registry(source).map(|origin| (origin, Version::constraint(version))),
        None => without_version(source, from_folder),
    };
    match told {
        Ok((origin, version)) => Ok(Reference { origin, version }),
        Err(reason) => {
            let reason = if version.is_some() && without_version(source, from_folder).is_ok() {
                "`version` is for registry modules only, and this is another kind of source"
            } else {
                reason
            };
            Err(WhyNot { reason, version: Version::constraint(version) })
        }
    }
}

/// Where a provider comes from: `type`, `namespace/type` or `host/namespace/type`.
///
/// # Errors
/// Everything else.
pub fn provider(source: &str, version: Option<&str>) -> Parsed {
    let parts: Vec<&str> = source.trim().split('/').collect();
    let is_name = |part: &&str| is_registry_name(part);
    let (host, namespace, name) = match parts.as_slice() {
        ["terraform"] => ("terraform.io", "builtin", "terraform"),
        [name] => (DEFAULT_REGISTRY, "hashicorp", *name),
        [namespace, name] => (DEFAULT_REGISTRY, *namespace, *name),
        [host, namespace, name] if is_host(host) => (*host, *namespace, *name),
        _ => ("", "", ""),
    };
    let version = Version::constraint(version);
    if ![namespace, name].iter().all(is_name) {
        return Err(WhyNot {
            reason: "a provider is named `type`, `namespace/type` or `host/namespace/type`",
            version,
        });
    }
    let name = format!("{namespace}/{name}").to_ascii_lowercase();
    let origin = Origin::Registry { host: host.to_ascii_lowercase(), name, path: String::new() };
    Ok(Reference { origin, version })
}

type Told = Result<(Origin, Version), &'static str>;

fn without_version(source: &str, from_folder: &str) -> Told {
    if source.is_empty() {
        return Err("the source is empty");
    }
    if ["./", "../", ".\\", "..\\"].iter().any(|prefix| source.starts_with(prefix)) {
        return Ok((Origin::Local { path: resolve(from_folder, source) }, Version::only(Pin::SameCommit)));
    }
    match registry(source) {
        Ok(origin) => Ok((origin, Version::only(Pin::Default))),
        Err(_) => remote(source),
    }
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

/// A registry module: `namespace/name/system`, with a host before it or without, and a folder after `//`.
fn registry(source: &str) -> Result<Origin, &'static str> {
    let (package, path) = split_folder(source)?;
    let parts: Vec<&str> = package.split('/').collect();
    let (host, [namespace, name, system]) = match *parts.as_slice() {
        [namespace, name, system] => (DEFAULT_REGISTRY, [namespace, name, system]),
        [host, namespace, name, system] => (host, [namespace, name, system]),
        _ => return Err("a registry module has an address of three or four parts"),
    };
    if !is_host(host) {
        return Err("the registry's host is not a host name");
    }
    let host = host.to_ascii_lowercase();
    if NOT_REGISTRIES.contains(&host.as_str()) {
        return Err("this host is no module registry");
    }
    let is_system =
        (1..=64).contains(&system.len()) && system.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !is_registry_name(namespace) || !is_registry_name(name) || !is_system {
        return Err("a part of the registry address has characters that are not allowed there");
    }
    Ok(Origin::Registry { host, name: format!("{namespace}/{name}/{system}"), path })
}

fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b >= 0x80);
    name.contains('.')
        && !name.contains("--")
        && name.split('.').all(is_label)
        && !port.is_empty()
        && port.bytes().all(|b| b.is_ascii_digit())
}

/// Letters, digits, `-` and `_` inside, at most 64.
fn is_registry_name(name: &str) -> bool {
    let edges = [name.bytes().next(), name.bytes().last()];
    name.len() <= 64
        && edges.iter().all(|edge| edge.is_some_and(|b| b.is_ascii_alphanumeric()))
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Splits the folder inside a package from its address, at the first `//` that is neither a scheme's nor in the
/// query. The query goes with the address.
fn split_folder(source: &str) -> Result<(String, String), &'static str> {
    let before_query = source.find('?').unwrap_or(source.len());
    let after_scheme = source[..before_query].find("://").map_or(0, |at| at + 3);
    let Some(slashes) = source[after_scheme..before_query].find("//").map(|at| after_scheme + at) else {
        return Ok((source.to_owned(), String::new()));
    };
    let package = format!("{}{}", &source[..slashes], &source[before_query..]);
    Ok((package, folder_inside(&source[slashes + 2..before_query])?))
}

/// A folder inside a package, cleaned; one that leaves the package is an error.
fn folder_inside(path: &str) -> Result<String, &'static str> {
    let path = resolve("", path);
    if path == ".." || path.starts_with("../") { Err("the folder after `//` leaves the package") } else { Ok(path) }
}

fn remote(source: &str) -> Told {
    let (forced, rest) = forced_getter(source);
    let (package, path) = split_folder(rest)?;
    let (address, query) = package.split_once('?').map_or((package.as_str(), ""), |(a, q)| (a, q));
    let query = Query(query);
    match forced {
        Some("git") => git_source(address, query, path),
        Some("hg") => hg_source(address, query, path),
        Some("oci") => Err("OCI addresses begin with `oci://`"),
        Some("s3" | "gcs" | "http" | "https" | "file") => download(address, query, path),
        Some(_) => Err("this getter is not known"),
        None => match address.split_once("://").map(|(scheme, _)| scheme) {
            Some("git" | "ssh" | "git+ssh" | "git+https") => git_source(address, query, path),
            Some("http" | "https" | "s3" | "gcs" | "file") => download(address, query, path),
            Some("oci") => oci(address, query, path),
            Some("tfr") => terragrunt_registry(address, query, path),
            Some(_) => Err("this scheme is not known"),
            None => detected(address, query, path),
        },
    }
}

/// `git::…`: what should fetch the rest.
fn forced_getter(source: &str) -> (Option<&str>, &str) {
    match source.split_once("::") {
        Some((getter, rest)) if !getter.is_empty() && getter.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            (Some(getter), rest)
        }
        _ => (None, source),
    }
}

/// Addresses without a scheme, in the order in which go-getter's detectors are asked.
fn detected(address: &str, query: Query<'_>, path: String) -> Told {
    if is_forge_shorthand(address) {
        return git_source(address, query, path);
    }
    if let Some(Address { user: Some(_), .. }) = git::address(address) {
        return git_source(address, query, path);
    }
    if address.contains(".googleapis.com/") || address.contains(".amazonaws.com/") || is_absolute(address) {
        return download(address, query, path);
    }
    Err(if address.starts_with('.') || !address.contains('.') {
        "not an address that is known; a local path begins with `./` or `../`"
    } else {
        "not an address that is known; a git repository on another host needs `git::https://`"
    })
}

fn is_forge_shorthand(address: &str) -> bool {
    NOT_REGISTRIES.iter().any(|host| address.strip_prefix(host).is_some_and(|rest| rest.starts_with('/')))
}

fn is_absolute(path: &str) -> bool {
    let drive = path.as_bytes();
    path.starts_with('/')
        || (drive.len() > 2 && drive[0].is_ascii_alphabetic() && drive[1] == b':' && matches!(drive[2], b'/' | b'\\'))
}

fn git_source(address: &str, query: Query<'_>, path: String) -> Told {
    let (repository, path) = if is_forge_shorthand(address) {
        let parts: Vec<&str> = address.splitn(4, '/').collect();
        let &[host, owner, name, ref rest @ ..] = parts.as_slice() else {
            return Err("a repository on this host is named `host/owner/name`");
        };
        let inner = rest.first().copied().unwrap_or("");
        let folder = folder_inside(&format!("{inner}/{path}"))?;
        (git::repository(host, &format!("{owner}/{name}")), folder)
    } else if let Some(parts) = git::address(address) {
        if parts.port.is_some_and(|port| !port.bytes().all(|b| b.is_ascii_digit())) {
            return Err("the port is not a number: `ssh://` takes `host/path`, not `host:path`");
        }
        (git::repository(parts.host, parts.path), path)
    } else if is_absolute(address) || address.starts_with("file://") {
        return download(address, query, path);
    } else {
        return Err("not the address of a git repository");
    };
    let Some(git::GitUrl { host, owner, name }) = repository else {
        return Err("the URL names no repository");
    };
    let (reference, path) = reference_and_folder(query.get("ref"), path)?;
    Ok((Origin::Repo { host, owner, name, path }, Version::git(reference.as_deref())))
}

/// A folder written after the query (`?ref=v1//modules/x`) ends up in the ref. No git ref has two slashes in a row,
/// so it can be told.
fn reference_and_folder(reference: Option<String>, path: String) -> Result<(Option<String>, String), &'static str> {
    match reference.as_deref().and_then(|it| it.split_once("//")) {
        Some((reference, folder)) => {
            let folder = folder_inside(&format!("{path}/{folder}"))?;
            Ok((Some(reference.to_owned()).filter(|it| !it.is_empty()), folder))
        }
        None => Ok((reference, path)),
    }
}

/// Mercurial: the documentation says `ref`, the getter says `rev`.
fn hg_source(address: &str, query: Query<'_>, path: String) -> Told {
    let parts = git::address(address).ok_or("not the address of a Mercurial repository")?;
    let Some(git::GitUrl { host, owner, name }) = git::repository(parts.host, parts.path) else {
        return Err("the URL names no repository");
    };
    let reference = query.get("rev").or_else(|| query.get("ref"));
    Ok((Origin::Repo { host, owner, name, path }, Version::git(reference.as_deref())))
}

/// Archives and objects: https, S3, Google Cloud Storage, and paths of the machine that runs Terraform.
fn download(address: &str, query: Query<'_>, path: String) -> Told {
    let digest = query.get("checksum");
    let object_version = query.get("version");
    if address.starts_with("file://") || is_absolute(address) {
        // Copied like a package from elsewhere: not a place in this repository.
        let file = address.strip_prefix("file://").unwrap_or(address);
        let origin = Origin::Url { host: String::new(), path: file.to_owned() };
        return Ok((origin, fetched(digest, None)));
    }
    let with_scheme = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
    let parts = git::address(&with_scheme).ok_or("not a URL")?;
    let host = parts.host.to_ascii_lowercase();
    if object_version.is_some() && !matches!(parts.scheme, "http") && host.ends_with(".amazonaws.com") {
        // A version of an S3 object never changes.
        let version = Version { reference: object_version, ..fetched(digest, None) };
        let pin = if version.digest.is_some() { Pin::Digest } else { Pin::Exact };
        return Ok((Origin::Url { host, path: parts.path.to_owned() }, Version { pin, ..version }));
    }
    let is_git = parts.path.trim_end_matches('/').ends_with(".git");
    let on_forge = is_git || FORGES.binary_search(&host.as_str()).is_ok();
    if let Some((repository, reference)) = on_forge.then(|| forge_download(&host, parts.path)).flatten() {
        let git::GitUrl { host, owner, name } = repository;
        // Terraform ignores `?ref=` here, but what was meant is plain.
        let reference = reference.or_else(|| query.get("ref"));
        let (reference, path) = reference_and_folder(reference, path)?;
        let mut version = Version::git(reference.as_deref());
        if digest.is_some() {
            version = Version { pin: Pin::Digest, digest, ..version };
        }
        return Ok((Origin::Repo { host, owner, name, path }, version));
    }
    let segment = parts.path.split('/').map(without_archive_extension).find(|it| has_version(it));
    Ok((Origin::Url { host, path: parts.path.to_owned() }, fetched(digest, segment)))
}

/// How firmly a download is held: by its checksum, else by what looks like a version in its path.
fn fetched(digest: Option<String>, segment: Option<&str>) -> Version {
    let pin = match (&digest, segment) {
        (Some(_), _) => Pin::Digest,
        (None, Some(_)) => Pin::TagOrBranch,
        (None, None) => Pin::Default,
    };
    Version { pin, reference: segment.map(str::to_owned), constraint: None, digest }
}

/// The repository a forge serves this download from, and the ref in its path.
fn forge_download(host: &str, path: &str) -> Option<(git::GitUrl, Option<String>)> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let host = if host == "codeload.github.com" { "github.com" } else { host };
    // GitLab puts `/-/` between a project and its pages.
    if let Some(dash) = parts.iter().position(|part| *part == "-") {
        let reference = match &parts[dash + 1..] {
            ["archive", reference, ..] => Some((*reference).to_owned()),
            _ => None,
        };
        return Some((git::repository(host, &parts[..dash].join("/"))?, reference));
    }
    match parts.as_slice() {
        [owner, name, rest @ ..] if host == "github.com" || host == "bitbucket.org" => {
            let reference = match rest {
                ["archive", "refs", "tags" | "heads", reference @ ..]
                | ["archive" | "get" | "zip" | "tar.gz" | "zipball" | "tarball", reference @ ..] => {
                    Some(without_archive_extension(&reference.join("/")).to_owned())
                }
                ["releases", "download", reference, ..] => Some((*reference).to_owned()),
                _ => None,
            };
            let reference = reference.map(|it| it.trim_start_matches("refs/tags/").to_owned());
            Some((git::repository(host, &format!("{owner}/{name}"))?, reference.filter(|it| !it.is_empty())))
        }
        _ => Some((git::repository(host, path)?, None)),
    }
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

/// OpenTofu's OCI registries: exactly one of `tag` and `digest`, nothing else.
fn oci(address: &str, query: Query<'_>, path: String) -> Told {
    let parts = git::address(address).ok_or("not the address of an OCI repository")?;
    if parts.path.is_empty() {
        return Err("the OCI address names no repository");
    }
    if parts.path.contains([':', '@']) {
        return Err("an OCI module is versioned by `?tag=` or `?digest=`, not by `:tag` or `@digest`");
    }
    if query.names().any(|name| name != "tag" && name != "digest") {
        return Err("OCI addresses have `tag` and `digest` only");
    }
    let version = match (query.get("tag"), query.get("digest")) {
        (Some(_), Some(_)) => return Err("an OCI module has a `tag` or a `digest`, not both"),
        (Some(tag), None) => {
            let pin = match version_parts(&tag) {
                Some(3..) => Pin::Exact,
                Some(_) => Pin::Partial,
                None if FLOATING_TAGS.binary_search(&tag.as_str()).is_ok() => Pin::FloatingTag,
                None => Pin::Tag,
            };
            Version { reference: Some(tag), ..Version::only(pin) }
        }
        (None, Some(digest)) => Version { digest: Some(digest), ..Version::only(Pin::Digest) },
        (None, None) => Version::only(Pin::Default),
    };
    let name = parts.path.trim_end_matches('/').to_owned();
    Ok((Origin::Registry { host: parts.host.to_ascii_lowercase(), name, path }, version))
}

/// Terragrunt's way to write a registry module: `tfr://host/namespace/name/system?version=…`, host optional.
fn terragrunt_registry(address: &str, query: Query<'_>, path: String) -> Told {
    let rest = address.strip_prefix("tfr://").unwrap_or(address);
    let origin = match registry(rest.strip_prefix('/').unwrap_or(rest))? {
        Origin::Registry { host, name, path: _ } => Origin::Registry { host, name, path },
        other => other,
    };
    Ok((origin, Version::constraint(query.get("version").as_deref())))
}

/// The part of an address after `?`.
#[derive(Clone, Copy)]
struct Query<'a>(&'a str);

impl Query<'_> {
    /// The first value of this name that isn't empty.
    fn get(self, name: &str) -> Option<String> {
        let value = self.0.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
        let value = value.split('#').next().unwrap_or(value);
        Some(percent_decoded(value).into_owned()).filter(|it| !it.is_empty())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('&').filter_map(|pair| pair.split('=').next()).filter(|name| !name.is_empty())
    }
}

#[cfg(test)]
mod tests;
