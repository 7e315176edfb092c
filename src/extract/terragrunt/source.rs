//! Terragrunt: `source` of a unit or stack → where it comes from, and at which version.
//!
//! The grammar is Terraform's but for three things. Registry modules are written `tfr://` alone: three names with
//! slashes between them are a path. Paths need no `./`. And `gitlab.com/group/project` is a repository, as it is on
//! `github.com`: Terragrunt asks a detector for it that Terraform leaves out.
//!
//! Of a path `//` marks the folder that is copied as a whole, so that paths between modules hold; what is called is the
//! folder after it, as for any other local source: `../modules//vpc` is `../modules/vpc`.

use crate::origin::terraform::{parse as terraform, resolve};
use crate::origin::{Origin, Parsed, Pin, Reference, Version, WhyNot};

/// What the repository's root is in evaluated paths: where it is checked out is nobody's business. It is written as the
/// call that gives it, which no evaluated text can hold, and reads well where it is shown.
pub(crate) const REPOSITORY_ROOT: &str = "${get_repo_root()}";

/// Where a unit's or stack's source comes from.
///
/// `source` and `version` are the values of these arguments (with `version = null` as none), `from_folder` is the
/// repository-relative folder of the unit, and `is_there` says whether the repository has a folder.
///
/// # Errors
/// An address that Terragrunt would refuse.
pub fn parse(source: &str, version: Option<&str>, from_folder: &str, is_there: &dyn Fn(&str) -> bool) -> Parsed {
    let why_not = |reason| Err(WhyNot { reason, version: Version::constraint(version) });
    // Catalogues keep units that a scaffold fills in.
    if let Some((before, _)) = source.split_once("{{") {
        return Ok(Reference::dynamic(before, "a placeholder is filled in before it runs"));
    }
    if let Some(address) = source.strip_prefix("tfr://") {
        return registry(source, address, version);
    }
    if version.is_some() {
        return why_not("`version` is for `tfr://` sources only");
    }
    if let Some(path) = in_root(source) {
        return Ok(local("", path));
    }
    if is_relative(source) {
        return Ok(local(from_folder, source));
    }
    if let Some(rest) = source.strip_prefix("gitlab.com/") {
        return gitlab(rest, from_folder);
    }
    if !is_bare(source) {
        return terraform(source, None, from_folder);
    }
    if let Some(path) = local_path(from_folder, source).filter(|it| is_there(it)) {
        return Ok(same_commit(path));
    }
    match terraform(source, None, from_folder) {
        Ok(Reference { origin: Origin::Registry { .. }, .. }) => why_not(
            "Terragrunt takes registry modules as `tfr:///namespace/name/system` only, and no folder has this path",
        ),
        Err(why) if is_host_like(source) => Err(why),
        Ok(_) | Err(_) => Ok(local(from_folder, source)),
    }
}

/// Whether the source has no mark of an address or path, so that the repository's folders have a say in what it is.
pub(crate) fn is_bare(source: &str) -> bool {
    let host = source.split('/').next().unwrap_or("");
    !source.is_empty()
        && !source.contains([':', '@', '$', '{'])
        && !source.starts_with('/')
        && !is_relative(source)
        && !matches!(host, "bitbucket.org" | "github.com" | "gitlab.com")
}

fn is_relative(source: &str) -> bool {
    let before_query = source.split('?').next().unwrap_or(source);
    matches!(before_query, "." | "..") || ["./", "../", ".\\", "..\\"].iter().any(|it| source.starts_with(it))
}

/// Whether a path begins as addresses do: with a host.
fn is_host_like(source: &str) -> bool {
    source.is_empty() || source.split('/').next().unwrap_or("").contains('.')
}

/// The rest of a path that begins in the repository's root.
fn in_root(source: &str) -> Option<&str> {
    source.strip_prefix("file://").unwrap_or(source).strip_prefix(REPOSITORY_ROOT)
}

fn local(from_folder: &str, path: &str) -> Reference {
    same_commit(resolve(from_folder, path.split('?').next().unwrap_or(path)))
}

fn local_path(from_folder: &str, path: &str) -> Option<String> {
    let path = resolve(from_folder, path.split('?').next()?);
    (!path.starts_with("..")).then_some(path)
}

fn same_commit(path: String) -> Reference {
    Reference { origin: Origin::Local { path }, version: Version::only(Pin::SameCommit) }
}

/// `tfr://host/namespace/name/system//folder?version=…`; `tfr:///…` is the public registry.
fn registry(source: &str, address: &str, version: Option<&str>) -> Parsed {
    let why_not = |reason| Err(WhyNot { reason, version: Version::constraint(version) });
    let host = address.split('/').next().unwrap_or("");
    if !host.is_empty() && !host.contains(['.', ':']) {
        return why_not("after `tfr://` comes the registry's host; without one it is `tfr:///`");
    }
    let reference = terraform(source, None, "")?;
    match (version, &reference.version.constraint) {
        (None, _) => Ok(reference),
        (Some(_), Some(_)) => why_not("the version is given twice: in the address and as `version`"),
        (Some(_), None) => Ok(Reference { version: Version::constraint(version), ..reference }),
    }
}

/// `gitlab.com/group/project/folder//folder?ref=…`, without the host.
fn gitlab(rest: &str, from_folder: &str) -> Parsed {
    let (path, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    let mut parts = path.splitn(3, '/');
    match (parts.next(), parts.next(), parts.next().unwrap_or("")) {
        (Some(group), Some(project), folder) if !group.is_empty() && !project.is_empty() => {
            terraform(&format!("git::https://gitlab.com/{group}/{project}//{folder}{query}"), None, from_folder)
        }
        _ => Err(WhyNot::because("a repository on this host is named `host/owner/name`")),
    }
}
