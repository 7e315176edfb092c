//! Presets of Renovate: what an entry of `extends` names.

use super::{Origin, Parsed, Reference, Version, WhyNot, git};

/// The host of what lies on the platform that the bot runs on, whichever that is: that of the repository itself.
pub const PLATFORM: &str = "";

/// Where packages of Node come from that name no registry.
const NODE_REGISTRY: &str = "npm";

/// Names of presets that come with Renovate, up to their colon; sorted.
const BUILT_IN: &[&str] = &[
    "abandonments",
    "compatibility",
    "config",
    "customManagers",
    "default",
    "docker",
    "global",
    "group",
    "helpers",
    "mergeConfidence",
    "monorepo",
    "npm",
    "packages",
    "preview",
    "regexManagers",
    "replacements",
    "schedule",
    "security",
    "workarounds",
];

/// Sources that say on which host a repository lies; sorted.
const SOURCES: &[(&str, &str)] = &[
    ("forgejo>", "code.forgejo.org"),
    ("gitea>", "gitea.com"),
    ("github>", "github.com"),
    ("gitlab>", "gitlab.com"),
    ("local>", PLATFORM),
];

/// Reads what names a preset, as Renovate does: `github>owner/repo`, `:file` or `//folder/file` and `#tag` behind it,
/// arguments in parentheses at the end. `local>`, and a name with a slash and no source, is a repository on the bot's own
/// platform. A name without a slash, or with `@` before it, is a package that has presets. Nothing where the preset comes
/// with Renovate.
///
/// # Errors
/// What Renovate refuses: a preset within a file of a folder, characters that no name has.
pub fn parse(text: &str) -> Option<Parsed> {
    if let Some(at) = text.find("{{") {
        return Some(Ok(Reference::dynamic(&text[..at], "the preset's name is an expression")));
    }
    let (name, source) = match SOURCES.iter().find_map(|(prefix, host)| Some((text.strip_prefix(prefix)?, *host))) {
        Some((name, host)) => (name, Some(host)),
        None if is_url(text) => return Some(Ok(of_url(without_arguments(text)))),
        // Also the arguments of a preset that comes with Renovate may have slashes.
        None if !text.starts_with(['@', ':']) && without_arguments(text).contains('/') => (text, Some(PLATFORM)),
        None => (text, None),
    };
    let name = without_arguments(name.strip_prefix("npm>").unwrap_or(name));
    let is_built_in = |it: &str| BUILT_IN.binary_search(&it).is_ok();
    if name.starts_with(':') || name.split_once(':').is_some_and(|(namespace, _)| is_built_in(namespace)) {
        return None;
    }
    Some(match source {
        Some(host) => of_repository(host, name),
        None => of_package(name),
    })
}

fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// The name before its arguments.
fn without_arguments(text: &str) -> &str {
    text.split('(').next().unwrap_or(text)
}

/// A file behind a URL; one that GitHub serves as it is lies in a repository.
fn of_url(url: &str) -> Reference {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let parts: Vec<&str> = path.splitn(4, '/').collect();
    if let ("raw.githubusercontent.com", [owner, name, reference, path]) = (host, parts.as_slice()) {
        // `refs/heads/main` is a ref of three parts.
        let (reference, path) = match path.splitn(3, '/').collect::<Vec<_>>().as_slice() {
            [kind @ ("heads" | "tags"), short, path] if *reference == "refs" => {
                (format!("refs/{kind}/{short}"), (*path).to_owned())
            }
            _ => ((*reference).to_owned(), (*path).to_owned()),
        };
        let (host, owner, name) = ("github.com".to_owned(), (*owner).to_owned(), (*name).to_owned());
        return Reference { origin: Origin::Repo { host, owner, name, path }, version: Version::git(Some(&reference)) };
    }
    let host = host.rsplit('@').next().unwrap_or(host);
    let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    Reference { origin: Origin::Url { host, path: path.to_owned() }, version: Version::git(None) }
}

fn of_package(name: &str) -> Parsed {
    let (package, preset) = name.split_once(':').unwrap_or((name, ""));
    if package.trim_start_matches('@').is_empty() {
        return Err("no name of a preset".into());
    }
    let package = match package {
        _ if package.starts_with('@') && !package.contains('/') => format!("{package}/renovate-config"),
        _ if package.starts_with('@') || package.starts_with("renovate-config-") => package.to_owned(),
        _ if package.bytes().all(is_of_name) => format!("renovate-config-{package}"),
        _ => return Err("characters that no preset's name has".into()),
    };
    let origin = Origin::Registry { host: NODE_REGISTRY.to_owned(), name: package, path: preset.to_owned() };
    Ok(Reference { origin, version: Version::constraint(None) })
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// `owner/repo`, `owner/repo:file/preset`, `owner/repo//folder/file`, each with `#tag`.
fn of_repository(host: &str, name: &str) -> Parsed {
    let (name, tag) = name.split_once('#').map_or((name, None), |(name, tag)| (name, Some(tag)));
    let version = Version::git(tag);
    let because = |reason| Err(WhyNot { reason, version: version.clone() });
    let is_tag = |it: &str| !it.is_empty() && it.bytes().all(|b| is_of_name(b) || b == b'/');
    if tag.is_some_and(|it| !is_tag(it)) {
        return because("characters that no tag has");
    }
    let (repository, path) = match (name.split_once("//"), name.split_once(':')) {
        (Some(_), Some(_)) => return because("a preset within a file of a folder"),
        (Some((repository, path)), None) => (repository, Some(path)),
        // What follows a slash is a part of the file.
        (None, Some((repository, file))) => (repository, Some(file.split('/').next().unwrap_or(file))),
        (None, None) => (name, None),
    };
    let is_path = |it: &str| !it.is_empty() && it.bytes().all(|b| is_of_name(b) || matches!(b, b'/' | b'+'));
    if path.is_some_and(|it| !is_path(it)) {
        return because("characters that no file of presets has");
    }
    let bare = repository.strip_prefix('~').unwrap_or(repository);
    if !bare.bytes().all(|b| is_of_name(b) || matches!(b, b'/' | b' ' | b'%')) {
        return because("characters that no repository's name has");
    }
    let (owner, name) = repository.rsplit_once('/').unwrap_or(("", repository));
    if name.is_empty() || owner.is_empty() && host != PLATFORM {
        return because("no owner and name of a repository");
    }
    let has_extension = |it: &str| [".json", ".json5", ".jsonc"].iter().any(|end| it.ends_with(end));
    let path = match path {
        Some(path) if has_extension(path) => path.to_owned(),
        Some(path) => format!("{path}.json"),
        None => String::new(),
    };
    let (owner, name) = match git::parse(&format!("https://{host}/{owner}/{name}")) {
        Some(url) if host != PLATFORM => (url.owner, url.name),
        _ => (owner.to_owned(), name.to_owned()),
    };
    Ok(Reference { origin: Origin::Repo { host: host.to_owned(), owner, name, path }, version })
}

#[cfg(test)]
mod tests {
    use super::{BUILT_IN, SOURCES};

    #[test]
    fn the_tables_are_sorted() {
        assert!(BUILT_IN.is_sorted());
        assert!(SOURCES.is_sorted());
    }
}
