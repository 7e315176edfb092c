//! Container image references: `[domain/]path[:tag][@digest]`, read as `distribution/reference` reads them.
//!
//! What is not written is not invented: no `latest`. Only the registry is filled in, as every tool does, so that two
//! spellings of one image are one identity. Beyond that grammar, expressions of CI systems are let be: a reference
//! whose tag or digest alone is one keeps its identity, one whose name is one is [`Origin::Dynamic`].

mod expression;
mod tag;

pub use tag::pin_of_tag;

use super::{Origin, Parsed, Pin, Reference, Version, WhyNot};

/// Reads an image reference as it stands in a Dockerfile, a pipeline or a manifest. What says how the image is fetched
/// (`docker://` and its like, GitLab's dependency proxy) is taken off.
///
/// # Errors
/// What the grammar doesn't allow.
pub fn parse(text: &str) -> Parsed {
    let text = text.trim();
    let text = TRANSPORTS.iter().find_map(|transport| text.strip_prefix(transport)).unwrap_or(text);
    if let Some(reason) = not_of_a_registry(text) {
        return Err(WhyNot::because(reason));
    }
    let text = without_dependency_proxy(text);
    if is_hex(text, 64) || text.strip_prefix("sha256:").is_some_and(|hex| is_hex(hex, 64)) {
        return Err(WhyNot::because("an image id, not a name"));
    }

    // An expression may hold any character, so nothing in one is a separator.
    let masked = expression::masked(text);
    let digest_at = masked.find('@');
    let name_end = digest_at.unwrap_or(text.len());
    let last_part = masked[..name_end].rfind('/').map_or(0, |slash| slash + 1);
    let tag_at = masked[last_part..name_end].find(':').map(|colon| last_part + colon);
    let name = ..tag_at.unwrap_or(name_end);
    if let Some(start) = masked[name].find(expression::MASK) {
        return Ok(Reference::dynamic(&text[..start], "the image's name is an expression"));
    }
    let tag = tag_at.map(|colon| colon + 1..name_end);
    let digest = digest_at.map(|at| at + 1..text.len());
    let is_literal = |range: &std::ops::Range<usize>| !masked[range.clone()].contains(expression::MASK);

    let pin = match (&digest, &tag) {
        (Some(digest), _) if is_literal(digest) => Pin::Digest,
        (None, Some(tag)) if is_literal(tag) => pin_of_tag(&text[tag.clone()]),
        (Some(_), _) | (None, Some(_)) => Pin::Dynamic,
        (None, None) => Pin::Default,
    };
    let why_not = digest
        .as_ref()
        .filter(|digest| is_literal(digest))
        .and_then(|digest| why_no_digest(&text[digest.clone()]))
        .or_else(|| tag.as_ref().filter(|tag| !is_tag(&masked[(*tag).clone()])).map(|_| "not an image tag"));
    let version = Version {
        pin,
        reference: tag.map(|tag| text[tag].to_owned()),
        constraint: None,
        digest: digest.map(|digest| text[digest].to_owned()),
    };
    match (identity(&text[name]), why_not) {
        (Err(reason), _) | (Ok(_), Some(reason)) => Err(WhyNot { reason, version }),
        (Ok((registry, repository)), None) => Ok(Reference { origin: Origin::Image { registry, repository }, version }),
    }
}

/// A reference to an image in full, so that [`parse`] gives it back; none for what is no image.
pub fn print(reference: &Reference) -> Option<String> {
    let Reference { origin: Origin::Image { registry, repository }, version } = reference else { return None };
    let tag = version.reference.as_ref().map(|tag| format!(":{tag}")).unwrap_or_default();
    let digest = version.digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
    // A host that nothing else tells from a folder of Docker Hub is told by a capital letter.
    let host = if says_host(registry) { registry.clone() } else { registry.to_ascii_uppercase() };
    Some(format!("{host}/{repository}{tag}{digest}"))
}

/// What may stand before a reference to say how it is fetched; sorted.
const TRANSPORTS: &[&str] =
    &["containers-storage:", "docker-daemon:", "docker-image://", "docker-pullable://", "docker://", "oci://"];

/// What stands before a file or folder that holds an image; sorted.
const PATHS: &[&str] = &["dir:/", "docker-archive:", "oci-archive:", "oci-layout://", "oci:/"];

/// Why a text names no image of a registry although it names something.
fn not_of_a_registry(text: &str) -> Option<&'static str> {
    let starts = |with: &str| text.starts_with(with);
    if PATHS.iter().any(|path| starts(path)) || starts("./") || starts("../") {
        Some("a file or folder, not an image of a registry")
    } else if starts("https://") || starts("http://") {
        Some("a URL, not an image")
    } else {
        None
    }
}

/// `${CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX}/alpine` → `alpine`: GitLab's name for its proxy of Docker Hub, which is
/// known without knowing where GitLab runs.
fn without_dependency_proxy(text: &str) -> &str {
    let variable = text.strip_prefix("${").or_else(|| text.strip_prefix('$')).unwrap_or("");
    if !variable.starts_with("CI_DEPENDENCY_PROXY_") {
        return text;
    }
    let Some((variable, rest)) = variable.split_once('/') else { return text };
    if variable.trim_end_matches('}').ends_with("_IMAGE_PREFIX") {
        return rest;
    }
    text.split_once("/dependency_proxy/containers/").map_or(text, |(_, rest)| rest)
}

/// Registry and repository of a name, or why it isn't one.
fn identity(name: &str) -> Result<(String, String), &'static str> {
    let (domain, path) = match name.split_once('/') {
        Some((first, rest)) if says_host(first) || first.bytes().any(|b| b.is_ascii_uppercase()) => (first, rest),
        _ => ("docker.io", name),
    };
    // Hosts are the same in any case.
    let registry = match domain.to_ascii_lowercase() {
        host if host == "index.docker.io" => "docker.io".to_owned(),
        host => host,
    };
    if path.is_empty() {
        return Err("no image name");
    }
    if path.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err("an image name in upper case");
    }
    if !path.split('/').all(is_path_component) {
        return Err("not an image name");
    }
    // The grammar lets a folder have the dots and underscores that a host can't have; the host is asked all the same.
    if !is_domain(domain) && !is_path_component(domain) {
        return Err("not a registry's host");
    }
    let official = registry == "docker.io" && !path.contains('/');
    let repository = if official { format!("library/{path}") } else { path.to_owned() };
    if repository.len() > 255 { Err("image name longer than 255 characters") } else { Ok((registry, repository)) }
}

/// Whether the text before the first `/` is a host and no folder of Docker Hub.
fn says_host(first: &str) -> bool {
    first == "localhost" || first.contains(['.', ':'])
}

/// `host[:port]`; the host a name of parts between dots, or an IPv6 address in brackets.
fn is_domain(domain: &str) -> bool {
    let (host, port) = match domain.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (domain, None),
    };
    if port.is_some_and(|port| port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit())) {
        return false;
    }
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':');
    }
    host.split('.').all(|part| {
        let bytes = part.as_bytes();
        let ends = bytes.first().zip(bytes.last());
        ends.is_some_and(|(first, last)| first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric())
            && bytes.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'-')
    })
}

/// `[a-z0-9]+((?:[._]|__|-+)[a-z0-9]+)*`
fn is_path_component(part: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = part.as_bytes();
    let ends = bytes.first().zip(bytes.last()).is_some_and(|(&first, &last)| is_word(first) && is_word(last));
    ends && bytes
        .split(|&b| is_word(b))
        .all(|between| matches!(between, b"" | b"." | b"_" | b"__") || between.iter().all(|&b| b == b'-'))
}

/// `[\w][\w.-]{0,127}`; an expression in it, which is masked, may be anything.
fn is_tag(masked: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || char::from(b) == expression::MASK;
    let literal = masked.bytes().filter(|&b| char::from(b) != expression::MASK).count();
    literal <= 128
        && masked.bytes().next().is_some_and(is_word)
        && masked.bytes().all(|b| is_word(b) || matches!(b, b'.' | b'-'))
}

/// The digest algorithms that tools know, and how many hexadecimal digits each gives; sorted.
const ALGORITHMS: &[(&str, usize)] = &[("sha256", 64), ("sha384", 96), ("sha512", 128)];

/// Why a text is no `algorithm:hex` of an algorithm that tools know.
fn why_no_digest(digest: &str) -> Option<&'static str> {
    let Some((algorithm, hex)) = digest.split_once(':') else { return Some("not a digest") };
    if hex.is_empty() || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Some("not a digest");
    }
    match ALGORITHMS.iter().find(|(known, _)| *known == algorithm) {
        None => Some("a digest of an algorithm that no tool knows"),
        Some((_, length)) if !is_hex(hex, *length) => Some("a digest of the wrong length or in upper case"),
        Some(_) => None,
    }
}

/// Exactly so many hexadecimal digits, in lower case.
fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::{ALGORITHMS, PATHS, TRANSPORTS, parse, print};
    use crate::origin::{Origin, Reference};

    #[test]
    fn tables_are_sorted() {
        assert!(TRANSPORTS.is_sorted());
        assert!(PATHS.is_sorted());
        assert!(ALGORITHMS.is_sorted());
    }

    #[test]
    fn names_are_printed_in_full() {
        for (text, expected) in [
            ("alpine", "docker.io/library/alpine"),
            ("acme/a:1", "docker.io/acme/a:1"),
            ("GHCR.io/acme/a:1", "ghcr.io/acme/a:1"),
            ("Acme/a:${T}", "ACME/a:${T}"),
            ("localhost/a", "localhost/a"),
        ] {
            assert_eq!(print(&parse(text).unwrap()).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(print(&parse("$X").unwrap()), None);
        let local = Origin::Local { path: "a".to_owned() };
        assert_eq!(print(&Reference { origin: local, ..parse("a").unwrap() }), None);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}|[a:/@$%#\\{\\}()\\[\\].<>+-]{0,16}") {
            drop(parse(&text));
        }

        #[test]
        fn what_is_printed_is_read_again(
            text in "((docker.io|index.docker.io|localhost|A|a|a_b.c|A.io:5|\\[::1\\]|\\[::1\\]:5)/)?[a-c]{1,2}((/|-|__)[a-c]){0,2}(:([a-z0-9.]{1,3}|\\$T|\\$\\{T\\}x|%T%))?(@(sha256:[0-9a-f]{64}|\\$D))?",
        ) {
            if let Ok(reference) = parse(&text) {
                let printed = print(&reference);
                match &reference.origin {
                    Origin::Image { .. } => proptest::prop_assert_eq!(parse(&printed.unwrap()), Ok(reference), "{}", text),
                    other => proptest::prop_assert!(printed.is_none(), "{:?}", other),
                }
            }
        }
    }
}
