//! Configurations that Travis CI's `import` takes in: `path.yml`, `path.yml@ref`, `owner/name:path.yml@ref`.

use super::action::normalise;
use super::{Origin, Parsed, Pin, Reference, Version};

/// Reads an import, as Travis CI does, in a file of this folder: only a path that begins with `./` starts there. Without
/// a ref a file of the same repository is read at the same commit, one of another at its default branch.
///
/// # Errors
/// What Travis CI refuses: above all names that don't end in `yml`.
pub fn parse(text: &str, folder: &str) -> Parsed {
    let text = text.trim();
    remote(text).or_else(|| local(text, folder)).ok_or_else(|| "not [owner/name:]path.yml[@ref]".into())
}

fn remote(text: &str) -> Option<Reference> {
    let (owner, rest) = text.split_once('/')?;
    let name_end = rest.find('/').unwrap_or(rest.len());
    let colon = rest[..name_end].rfind(':')?;
    let (name, (path, reference)) = (&rest[..colon], file(&rest[colon + 1..])?);
    let is_named = !owner.is_empty() && !name.is_empty() && !owner.contains(':');
    is_named.then(|| Reference {
        origin: Origin::Repo {
            host: "github.com".to_owned(),
            owner: owner.to_owned(),
            name: name.to_owned(),
            path: normalise(path),
        },
        version: Version::git(reference),
    })
}

fn local(text: &str, folder: &str) -> Option<Reference> {
    let (path, reference) = file(text)?;
    let path = match path.strip_prefix("./") {
        Some(path) => normalise(&format!("{folder}/{path}")),
        None => normalise(path),
    };
    let version = match reference {
        Some(reference) => Version::git(Some(reference)),
        None => Version::only(Pin::SameCommit),
    };
    Some(Reference { origin: Origin::Local { path }, version })
}

/// A path that ends in `yml`, and the ref behind it.
fn file(text: &str) -> Option<(&str, Option<&str>)> {
    let is_file = |path: &str| path.strip_suffix("yml").is_some_and(|it| it.chars().nth(1).is_some());
    match text.rsplit_once('@') {
        Some((path, reference)) if is_file(path) && !reference.is_empty() => Some((path, Some(reference))),
        Some(_) | None => is_file(text).then_some((text, None)),
    }
}

#[cfg(test)]
mod tests {
    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}|[a-z/@:.]{0,16}yml[a-z@]{0,4}") {
            drop(super::parse(&text, "a/b"));
        }
    }
}
