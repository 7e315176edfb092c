//! A chart as `helm install`, helmfile and Terraform's `helm_release` name it.

use super::{expression, git, origin, range, split_host, template_start};
use crate::origin::image::pin_of_tag;
use crate::origin::path::joined;
use crate::origin::{Origin, Parsed, Pin, Reference, Version, WhyNot, terraform, version_parts};

/// What is known of the place at which a chart is named.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The folder of the repository that paths are relative to; nothing where it isn't known.
    pub folder: Option<&'a str>,
    /// The URL of the repository that was added under a name.
    pub alias: &'a dyn Fn(&str) -> Option<String>,
    /// Whether a chart lies in a folder of the repository.
    pub has_chart: &'a dyn Fn(&str) -> bool,
}

/// Reads the chart of a command or a release: `repo/chart`, a name beside a `repository`, `oci://host/path/chart`, a
/// URL of an archive, a path, or an address of git.
///
/// As Helm does it, a folder that is there wins over a repository of that name. Of a name before a slash that nothing
/// here gives a URL only the settings of whoever runs it know where it leads. `repository` is a URL, or the name of one.
///
/// # Errors
/// What is none of these: a URL without a host, a bare name without a repository that is no folder.
pub fn named(chart: &str, repository: Option<&str>, version: Option<&str>, place: &Place<'_>) -> Parsed {
    let mut reference = read(chart, repository, version, place)?;
    // Of what isn't known no version is the newest.
    if matches!(reference.origin, Origin::Dynamic { .. }) && reference.version.pin == Pin::Default {
        reference.version.pin = Pin::Dynamic;
    }
    Ok(reference)
}

fn read(chart: &str, repository: Option<&str>, version: Option<&str>, place: &Place<'_>) -> Parsed {
    let chart = chart.trim();
    let repository = repository.map(str::trim).filter(|it| !it.is_empty());
    let told = range(version);
    let failed = |reason| WhyNot { reason, version: told.clone() };
    let of = |origin| Reference { origin, version: told.clone() };
    if chart.is_empty() {
        return Err(failed("a chart without a name"));
    }
    if let Some(rest) = strip_scheme(chart, "oci") {
        return oci(rest, version).map_err(failed);
    }
    if let Some(start) = template_start(chart) {
        // Where the repository is known, its owner is: only the chart's name isn't.
        let known = repository.filter(|it| template_start(it).is_none()).map(|it| format!("{it}/{}", &chart[..start]));
        return Ok(of(expression(&known.unwrap_or_else(|| chart[..start].to_owned()))));
    }
    if let Some(found) = in_git(chart) {
        return found;
    }
    if let Some(rest) = strip_scheme(chart, "https").or_else(|| strip_scheme(chart, "http")) {
        return archive(rest, version).map_err(failed);
    }
    if let Some(path) = strip_scheme(chart, "file") {
        return Ok(local(path, place));
    }
    if let Some((_, rest)) = chart.split_once("://") {
        let (host, path) = split_host(rest);
        return match host.is_empty() {
            true => Err(failed("a URL of a chart without a host")),
            false => Ok(of(Origin::Url { host, path: path.to_owned() })),
        };
    }
    if chart.starts_with(['.', '/', '~']) || chart.ends_with(".tgz") {
        return Ok(local(chart, place));
    }
    if let Some(repository) = repository {
        let is_url = repository.contains("://") || repository.starts_with('@') || repository.starts_with("alias:");
        if is_url || template_start(repository).is_some() {
            return origin(repository, chart, place.folder.unwrap_or("")).map(of).map_err(failed);
        }
        // The name of a repository beside that of the chart.
        return of_alias(repository, chart, place).map(of).map_err(failed);
    }
    if place.folder.is_some_and(|folder| (place.has_chart)(&joined(folder, chart))) {
        return Ok(local(chart, place));
    }
    match chart.split_once('/') {
        Some((alias, name)) => of_alias(alias, name, place).map(of).map_err(failed),
        None => Err(failed("a chart without a repository, and no folder of that name")),
    }
}

/// What lies in a repository that was added under a name.
fn of_alias(alias: &str, name: &str, place: &Place<'_>) -> Result<Origin, &'static str> {
    match (place.alias)(alias) {
        Some(url) => origin(&url, name, place.folder.unwrap_or("")),
        None => Ok(Origin::ServerSide { name: format!("{alias}/{name}") }),
    }
}

/// The rest of a URL of a scheme, which is the same in any case.
fn strip_scheme<'t>(text: &'t str, scheme: &str) -> Option<&'t str> {
    let (found, rest) = text.split_once("://")?;
    found.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// A path. Its version is what the file has, whatever is asked for.
fn local(path: &str, place: &Place<'_>) -> Reference {
    if let Some(start) = template_start(path) {
        return Reference { origin: expression(&path[..start]), version: Version::only(Pin::Dynamic) };
    }
    if path.starts_with(['/', '~']) {
        let origin = Origin::Url { host: String::new(), path: path.to_owned() };
        return Reference { origin, version: Version::only(Pin::Default) };
    }
    match place.folder {
        Some(folder) => {
            Reference { origin: Origin::Local { path: joined(folder, path) }, version: Version::only(Pin::SameCommit) }
        }
        None => Reference::dynamic(path, "the folder that the path is relative to is not known"),
    }
}

/// `host/path/chart`, with a tag or a digest behind it where no version is given.
fn oci(rest: &str, version: Option<&str>) -> Result<Reference, &'static str> {
    if let Some(start) = template_start(rest) {
        // A tag that isn't known leaves the chart known.
        let tag = rest[..start].ends_with(':').then(|| &rest[..start - 1]).filter(|it| it.contains('/'));
        let Some(known) = tag else {
            return Ok(Reference { origin: expression(&format!("oci://{}", &rest[..start])), version: range(version) });
        };
        let Reference { origin, version: _ } = oci(known, None)?;
        return Ok(Reference { origin, version: Version::only(Pin::Dynamic) });
    }
    let (rest, digest) = match rest.split_once('@') {
        Some((rest, digest)) if digest.contains(':') => (rest, Some(digest.to_owned())),
        Some(_) | None => (rest, None),
    };
    let (host, path) = split_host(rest);
    let (path, tag) = match path.rsplit_once(':') {
        Some((path, tag)) => (path, Some(tag.to_owned()).filter(|it| !it.is_empty())),
        None => (path, None),
    };
    let name = joined("", path);
    if host.is_empty() || name.is_empty() {
        return Err("an OCI address without a host or a name");
    }
    let told = range(version);
    let version = match (digest, tag) {
        (Some(digest), tag) => Version { pin: Pin::Digest, reference: tag, digest: Some(digest), ..told },
        (None, Some(tag)) if told.constraint.is_none() => {
            Version { pin: pin_of_tag(&tag), reference: Some(tag), ..told }
        }
        (None, _) => told,
    };
    Ok(Reference { origin: Origin::Registry { host, name, path: String::new() }, version })
}

/// `host/path/chart-1.2.3.tgz`: the chart of that name in the repository that serves the file.
fn archive(rest: &str, version: Option<&str>) -> Result<Reference, &'static str> {
    let (host, path) = split_host(rest.split(['?', '#']).next().unwrap_or(rest));
    if host.is_empty() {
        return Err("a URL of a chart without a host");
    }
    let path = joined("", path);
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
    let packaged = file.strip_suffix(".tgz").or_else(|| file.strip_suffix(".tar.gz")).and_then(of_package);
    let Some((name, packaged)) = packaged else {
        return Ok(Reference { origin: Origin::Url { host, path }, version: range(version) });
    };
    // Of a release of a forge the folder says the tag, not where the chart's others lie.
    let folder = folder.split_once("/releases/download/").map_or(folder, |(repository, _)| repository);
    let name = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    Ok(Reference { origin: Origin::Registry { host, name, path: String::new() }, version: range(Some(packaged)) })
}

/// Name and version of a packaged chart's file: `name-1.2.3`.
fn of_package(file: &str) -> Option<(&str, &str)> {
    let ends = file.match_indices('-').map(|(at, _)| (&file[..at], &file[at + 1..]));
    ends.filter(|(name, _)| !name.is_empty()).find(|(_, version)| version_parts(version).is_some_and(|n| n >= 3))
}

/// A folder of a repository: helmfile's `git::https://host/repo@folder?ref=v1`, the same as go-getter has it, or
/// `git+https://host/repo@folder?ref=v1` of the plugin helm-git.
fn in_git(chart: &str) -> Option<Parsed> {
    let (address, query) = chart.split_once('?').unwrap_or((chart, ""));
    let reference = query.split('&').find_map(|it| it.strip_prefix("ref=")).filter(|it| !it.is_empty());
    if let Some((_, rest)) = address.strip_prefix("git+").and_then(|it| it.split_once("://")) {
        let start = rest.find('/').unwrap_or(rest.len());
        let folder = rest[start..].split_once('@').map_or("", |(_, folder)| folder);
        // The plugin packages what it finds: the version in the file's name is that of the folder.
        let (parent, file) = folder.rsplit_once('/').unwrap_or(("", folder));
        let name = file.strip_suffix(".tgz").and_then(of_package).map_or(file, |(name, _)| name);
        let repository = &rest[..rest.len() - folder.len()];
        let origin = git(&format!("{repository}{parent}/{name}"), name);
        return Some(Ok(Reference { origin, version: Version::git(reference) }));
    }
    let rest = address.strip_prefix("git::")?;
    let scheme = rest.find("://").map_or(0, |at| at + 3);
    let start = rest[scheme..].find('/').map_or(rest.len(), |at| scheme + at);
    let split = rest[start..].find('@').map(|at| start + at);
    let query = reference.map_or(String::new(), |it| format!("?ref={it}"));
    let address = match split {
        Some(at) => format!("git::{}//{}{query}", &rest[..at], &rest[at + 1..]),
        None => format!("git::{rest}{query}"),
    };
    Some(terraform::parse(&address, None, ""))
}

#[cfg(test)]
mod tests {
    use super::of_package;

    #[test]
    fn packages() {
        for (file, expected) in [
            ("app-1.2.3", Some(("app", "1.2.3"))),
            ("my-app-v2-1.2.3-rc.1", Some(("my-app-v2", "1.2.3-rc.1"))),
            ("app", None),
            ("app-1.2", None),
            ("-1.2.3", None),
        ] {
            assert_eq!(of_package(file), expected, "{file}");
        }
    }
}
