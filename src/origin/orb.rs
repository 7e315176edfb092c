//! Orbs of CircleCI, as a configuration's `orbs` name them: `namespace/orb@version`, or the URL of an orb's source.

use super::{Origin, Parsed, Pin, Reference, Version, WhyNot, action::normalise, version_parts};

/// The host that stands for CircleCI's registry of orbs: all servers of one's own import from it.
pub const REGISTRY: &str = "circleci.com";

/// What a parameter that CircleCI fills in begins with.
const EXPRESSION: &str = "<<";

/// Reads what stands under an orb's name. One whose version alone is a parameter keeps its identity.
///
/// # Errors
/// What CircleCI refuses: a name without version, versions that are neither `1.2.3`, `1.2`, `1`, `volatile` nor `dev:…`.
pub fn parse(text: &str) -> Parsed {
    let text = text.trim();
    for scheme in ["https://", "http://"] {
        if let Some(rest) = text.strip_prefix(scheme) {
            return url(text, rest);
        }
    }
    let name_end = text.find('@').unwrap_or(text.len());
    if let Some(start) = text[..name_end].find(EXPRESSION) {
        return Ok(Reference::dynamic(&text[..start], "the orb's name is a parameter"));
    }
    let Some((name, version)) = text.split_once('@') else { return Err("no @ with a version".into()) };
    let version = version_of(version)?;
    let is_word = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    match name.split_once('/') {
        Some((namespace, orb)) if is_word(namespace) && is_word(orb) => {
            let origin = Origin::Registry { host: REGISTRY.to_owned(), name: name.to_owned(), path: String::new() };
            Ok(Reference { origin, version })
        }
        Some(_) | None => Err(WhyNot { reason: "not namespace/orb@version", version }),
    }
}

fn version_of(text: &str) -> Result<Version, WhyNot> {
    let is_number = || text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(['-', '+']);
    let pin = match text {
        _ if text.contains(EXPRESSION) => Pin::Dynamic,
        // What is published under a development version may be replaced, and is gone after 90 days.
        "volatile" => Pin::FloatingTag,
        _ if text.strip_prefix("dev:").is_some_and(|it| !it.is_empty()) => Pin::FloatingTag,
        _ => match version_parts(text).filter(|_| is_number()) {
            Some(3) => Pin::Exact,
            Some(1 | 2) => Pin::Partial,
            Some(_) | None => {
                return Err(WhyNot { reason: "not a version of an orb", version: Version::git(Some(text)) });
            }
        },
    };
    Ok(Version { reference: Some(text.to_owned()), ..Version::only(pin) })
}

/// The source of an orb at a URL. GitHub's raw files tell repository and ref.
fn url(text: &str, rest: &str) -> Parsed {
    if let Some(start) = text.find(EXPRESSION) {
        return Ok(Reference::dynamic(&text[..start], "the orb's URL has a parameter in it"));
    }
    let rest = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    if host.is_empty() || path.is_empty() {
        return Err("not the URL of an orb".into());
    }
    let path = normalise(path);
    if host == "raw.githubusercontent.com" {
        let parts: Vec<&str> = path.split('/').collect();
        let (owner, name, reference, inside) = match parts.as_slice() {
            [owner, name, "refs", kind @ ("heads" | "tags"), reference, inside @ ..] => {
                (owner, name, format!("refs/{kind}/{reference}"), inside)
            }
            [owner, name, reference, inside @ ..] => (owner, name, (*reference).to_owned(), inside),
            _ => return Err("not the URL of an orb".into()),
        };
        if inside.is_empty() {
            return Err("not the URL of an orb".into());
        }
        let origin = Origin::Repo {
            host: "github.com".to_owned(),
            owner: (*owner).to_owned(),
            name: (*name).to_owned(),
            path: inside.join("/"),
        };
        return Ok(Reference { origin, version: Version::git(Some(&reference)) });
    }
    Ok(Reference { origin: Origin::Url { host, path }, version: Version::only(Pin::Default) })
}

#[cfg(test)]
mod tests {
    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}|[a-z/@:.<>%#?-]{0,24}|https://[a-z./@:?#<>]{0,24}") {
            drop(super::parse(&text));
        }
    }
}
