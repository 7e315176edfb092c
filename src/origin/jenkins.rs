//! What names a shared library of Jenkins: `name[@version]`, as `@Library`, `library` and `lib` have it.

use super::{Origin, Parsed, Pin, Reference, Version, WhyNot, git};

/// Reads what names a library, as Jenkins does: the version begins behind the first `@`, and is whatever the library's
/// repository has by that name; without one it is the server's default. Nothing is trimmed.
///
/// A name alone is known to the server's configuration only ([`Origin::ServerSide`]), but for `github.com/owner/name`,
/// which is that repository. `$` begins an expression.
///
/// # Errors
/// A name or a version that is empty.
pub fn parse(identifier: &str) -> Parsed {
    let (name, version) = parts(identifier)?;
    if let Some(at) = name.find('$') {
        return Ok(Reference::dynamic(&name[..at], "the library's name is an expression"));
    }
    let origin = match on_github(name) {
        Some((owner, repository)) => Origin::Repo {
            host: "github.com".to_owned(),
            owner: owner.to_owned(),
            name: repository.to_owned(),
            path: String::new(),
        },
        None => Origin::ServerSide { name: name.to_owned() },
    };
    Ok(Reference { origin, version })
}

/// Reads what names a library together with where the pipeline says that it is: the URL of its repository, and its
/// folder in there. A URL that names no repository on a host leaves the name to the server.
///
/// # Errors
/// As [`parse`] has them.
pub fn parse_with_remote(identifier: &str, remote: &str, folder: &str) -> Parsed {
    let (name, version) = parts(identifier)?;
    let origin = match (remote.find('$'), git::parse(remote)) {
        (Some(at), _) => return Ok(Reference::dynamic(&remote[..at], "the library's URL is an expression")),
        (None, Some(git::GitUrl { host, owner, name })) => {
            Origin::Repo { host, owner, name, path: super::action::normalise(folder) }
        }
        (None, None) => Origin::ServerSide { name: name.to_owned() },
    };
    Ok(Reference { origin, version })
}

/// A reference as an annotation spells it; none for what it can't say. Reading it again gives the same reference.
pub fn print(reference: &Reference) -> Option<String> {
    let Reference { origin, version } = reference;
    let name = match origin {
        Origin::ServerSide { name } => name.clone(),
        Origin::Repo { host, owner, name, path } if host == "github.com" && path.is_empty() => {
            format!("github.com/{owner}/{name}")
        }
        Origin::Repo { .. }
        | Origin::Local { .. }
        | Origin::Registry { .. }
        | Origin::Image { .. }
        | Origin::Url { .. }
        | Origin::Dynamic { .. }
        | Origin::Invalid { .. } => return None,
    };
    let version = version.reference.as_ref().map(|it| format!("@{it}")).unwrap_or_default();
    let text = format!("{name}{version}");
    (parse(&text).as_ref() == Ok(reference)).then_some(text)
}

/// The name and what version is asked for.
fn parts(identifier: &str) -> Result<(&str, Version), WhyNot> {
    let (name, version) = match identifier.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (identifier, None),
    };
    let version = match version {
        Some("") => return Err(WhyNot { reason: "an empty version", version: Version::only(Pin::Default) }),
        Some(text) if text.contains('$') => Version { reference: Some(text.to_owned()), ..Version::only(Pin::Dynamic) },
        version => Version::git(version),
    };
    if name.is_empty() {
        return Err(WhyNot { reason: "a library without a name", version });
    }
    Ok((name, version))
}

/// Owner and name of `github.com/owner/name`.
fn on_github(name: &str) -> Option<(&str, &str)> {
    let (owner, repository) = name.strip_prefix("github.com/")?.split_once('/')?;
    (!owner.is_empty() && !repository.is_empty() && !repository.contains('/')).then_some((owner, repository))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{parse, parse_with_remote, print};

    proptest! {
        #[test]
        fn printed_references_are_read_again(text in "([a-z@/$. -]{0,6}|github\\.com/){0,5}") {
            if let Ok(reference) = parse(&text)
                && let Some(said) = print(&reference)
            {
                prop_assert_eq!(parse(&said), Ok(reference));
            }
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,30}", remote in "\\PC{0,30}") {
            let _ = (parse(&text), parse_with_remote(&text, &remote, &text));
        }
    }
}
