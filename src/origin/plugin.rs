//! Plugins of Buildkite, as a step's `plugins` name them. A pipeline's reader completes short names
//! (`docker#v5` is `github.com/buildkite-plugins/docker-buildkite-plugin`); the agent then clones what the name says.

use super::action::normalise;
use super::git::{self, GitUrl};
use super::{Origin, Parsed, Pin, Reference, Version, WhyNot};

/// Reads the name of a plugin. What follows `#` is a git ref. A ref alone that is a variable leaves the plugin known.
///
/// # Errors
/// What the agent refuses: addresses as scp writes them, several `#`, names without a repository.
pub fn parse(text: &str) -> Parsed {
    let text = text.trim();
    let (source, reference) = text.split_once('#').unwrap_or((text, ""));
    let is_variable = |text: &str| text.replace("$$", "").contains('$') || text.contains("{{");
    let version = match reference {
        "" => Version::only(Pin::Default),
        _ if is_variable(reference) => Version { reference: Some(reference.to_owned()), ..Version::only(Pin::Dynamic) },
        _ => Version::git(Some(reference)),
    };
    if is_variable(source) {
        let start = source.find(['$', '{']).unwrap_or(0);
        return Ok(Reference::dynamic(&source[..start], "the plugin's name is a variable"));
    }
    let because = |reason| Err(WhyNot { reason, version: version.clone() });
    if source.is_empty() {
        return because("no name of a plugin");
    }
    if reference.contains('#') {
        return because("more than one #");
    }
    if source.starts_with('.') {
        let origin = Origin::Local { path: normalise(&source.replace('\\', "/")) };
        return Ok(Reference { origin, version: Version::only(Pin::SameCommit) });
    }
    let source = &source[..source.find('?').unwrap_or(source.len())];
    let (host, path) = match source.split_once("://") {
        // A folder of the agent's machine.
        Some((scheme, path)) if scheme.eq_ignore_ascii_case("file") => ("", path),
        Some((_, rest)) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = authority.rsplit('@').next().unwrap_or(authority);
            // The agent clones `ssh://host:port/path` as well; a port says nothing of whose it is.
            (host.split(':').next().unwrap_or(host), path)
        }
        None if source.starts_with(['/', '\\']) => ("", source),
        None if source.split('/').next().is_some_and(|first| first.contains(':')) => {
            return because("an address as scp writes it, which is no URL");
        }
        None => match source.split('/').collect::<Vec<_>>().as_slice() {
            [name] => return short("buildkite-plugins", name, version),
            [owner, name] => return short(owner, name, version),
            [host, ..] => (*host, &source[host.len() + 1..]),
            [] => return because("no name of a plugin"),
        },
    };
    if host.is_empty() {
        let origin = Origin::Url { host: String::new(), path: path.replace('\\', "/") };
        return Ok(Reference { origin, version });
    }
    let (repository, inside) = split(&host.to_ascii_lowercase(), path);
    match git::repository(host, &repository) {
        Some(GitUrl { host, owner, name }) if !owner.is_empty() => {
            Ok(Reference { origin: Origin::Repo { host, owner, name, path: normalise(&inside) }, version })
        }
        Some(_) | None => because("not a repository's address"),
    }
}

/// `owner/name` on GitHub, with what all names of plugins end in.
fn short(owner: &str, name: &str, version: Version) -> Parsed {
    let is_word = |part: &str| {
        let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        !part.is_empty() && part.bytes().all(is_allowed)
    };
    if !is_word(owner) || !is_word(name) {
        return Err(WhyNot { reason: "not a plugin's name", version });
    }
    let origin = Origin::Repo {
        host: "github.com".to_owned(),
        owner: owner.to_owned(),
        name: format!("{name}-buildkite-plugin"),
        path: String::new(),
    };
    Ok(Reference { origin, version })
}

/// The repository of a path on a host and the folder in it, as the agent parts them: two names on GitHub and Bitbucket,
/// all of it on GitLab, elsewhere up to the part that ends in `.git`.
fn split(host: &str, path: &str) -> (String, String) {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let length = match host {
        "github.com" | "bitbucket.org" => 2.min(parts.len()),
        "gitlab.com" => parts.len(),
        _ => parts.iter().position(|part| part.ends_with(".git")).map_or(parts.len(), |at| at + 1),
    };
    (parts[..length].join("/"), parts[length..].join("/"))
}

#[cfg(test)]
mod tests {
    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}|[a-z/@:.$#?\\\\-]{0,24}|(https|ssh|file)://[a-z./@:?#]{0,24}") {
            drop(super::parse(&text));
        }
    }
}
