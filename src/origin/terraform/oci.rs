//! OpenTofu's modules in OCI registries: `oci://host/repository//folder?tag=v1`.

use super::address::Package;
use crate::origin::{Origin, Parsed, Pin, Reference, Version, WhyNot, version_parts};

/// Tags that are meant to move; sorted.
const FLOATING_TAGS: &[&str] = &["edge", "latest", "main", "master", "stable"];

/// A module in an OCI registry, versioned by `tag` or `digest`; `latest` where neither is written.
pub(super) fn module(package: &Package<'_>) -> Parsed {
    let rest = package.address.split_once("://").map_or(package.address, |(_, rest)| rest);
    let (host, repository) = rest.split_once('/').unwrap_or((rest, ""));
    if host.is_empty() || host.contains('@') || host.chars().any(char::is_whitespace) {
        return Err("the OCI address names no host".into());
    }
    if repository.is_empty() {
        return Err("the OCI address names no repository".into());
    }
    if repository.contains([':', '@']) {
        return Err("an OCI module is versioned by `?tag=` or `?digest=`, not by `:tag` or `@digest`".into());
    }
    if !repository.split('/').all(is_repository_part) {
        return Err("an OCI repository has lower-case letters and digits, with `.`, `_` and `-` between them".into());
    }
    let version = version(package)?;
    let origin =
        Origin::Registry { host: host.to_ascii_lowercase(), name: repository.to_owned(), path: package.folder.clone() };
    Ok(Reference { origin, version })
}

fn version(package: &Package<'_>) -> Result<Version, WhyNot> {
    let all = |wanted: &str| package.query.pairs().filter(|(name, _)| *name == wanted).count();
    if package.query.pairs().any(|(name, _)| name != "tag" && name != "digest") {
        return Err("OCI addresses have `tag` and `digest`, and no other arguments".into());
    }
    if all("tag") > 1 || all("digest") > 1 {
        return Err("the OCI address has an argument twice".into());
    }
    match (all("tag"), all("digest")) {
        (0, 0) => Ok(Version::only(Pin::Default)),
        (0, _) => match package.query.get("digest") {
            None => Err("the `digest` of the OCI address is empty".into()),
            Some(digest) if !is_digest(&digest) => Err("a digest is `sha256:` and 64 hexadecimal digits".into()),
            digest @ Some(_) => Ok(Version { digest, ..Version::only(Pin::Digest) }),
        },
        (_, 0) => match package.query.get("tag") {
            None => Err("the `tag` of the OCI address is empty".into()),
            Some(tag) if !is_tag(&tag) => Err("a tag has letters, digits, `_`, `.` and `-`, at most 128".into()),
            Some(tag) => Ok(Version { pin: pin(&tag), reference: Some(tag), ..Version::only(Pin::Tag) }),
        },
        (_, _) => Err("an OCI module has a `tag` or a `digest`, not both".into()),
    }
}

fn pin(tag: &str) -> Pin {
    match version_parts(tag) {
        Some(3..) => Pin::Exact,
        Some(_) => Pin::Partial,
        None if FLOATING_TAGS.binary_search(&tag).is_ok() => Pin::FloatingTag,
        None => Pin::Tag,
    }
}

/// `a`, `a-b`, `a__b`: separators are single, but `__` and rows of `-`.
fn is_repository_part(part: &str) -> bool {
    let is_word = |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let mut rest = part;
    loop {
        let word = rest.find(['.', '_', '-']).unwrap_or(rest.len());
        if !is_word(&rest[..word]) {
            return false;
        }
        rest = &rest[word..];
        if rest.is_empty() {
            return true;
        }
        let after = rest.trim_start_matches('-');
        rest = match after.len() < rest.len() {
            true => after,
            false => rest.strip_prefix("__").unwrap_or(&rest[1..]),
        };
    }
}

fn is_tag(tag: &str) -> bool {
    tag.len() <= 128
        && !tag.starts_with(['.', '-'])
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

fn is_digest(digest: &str) -> bool {
    let length = match digest.split_once(':') {
        Some(("sha256", _)) => 64,
        Some(("sha384", _)) => 96,
        Some(("sha512", _)) => 128,
        _ => return false,
    };
    let hex = &digest["sha256:".len()..];
    hex.len() == length && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::FLOATING_TAGS;

    #[test]
    fn the_table_is_sorted() {
        assert!(FLOATING_TAGS.is_sorted());
    }
}
