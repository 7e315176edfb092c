//! Container image references: `[domain/]path[:tag][@digest]`, read as `distribution/reference` reads them.
//!
//! What is not written is not invented: no `latest`. Only the registry is filled in, as every tool does, so that two
//! spellings of one image are one identity.

use super::{Origin, Parsed, Pin, Reference, Version, WhyNot};

/// Reads an image reference as it stands in a Dockerfile, a pipeline or a manifest; `docker://` and its like before it
/// are taken off.
///
/// A reference whose tag alone is an expression keeps its identity; one whose name is an expression is
/// [`Origin::Dynamic`].
///
/// # Errors
/// What the grammar doesn't allow.
pub fn parse(text: &str) -> Parsed {
    let text = text.trim();
    let text = TRANSPORTS.iter().find_map(|transport| text.strip_prefix(transport)).unwrap_or(text);
    let expression = expression_start(text);
    if let Some(start) = expression
        && !is_in_version(text, start)
    {
        return Ok(Reference::dynamic(&text[..start], "the image's name is an expression"));
    }
    // An expression may hold any character, so nothing past its start is split.
    let literal = &text[..expression.unwrap_or(text.len())];
    let digest_at = literal.find('@');
    let name_end = digest_at.unwrap_or(literal.len());
    let last_part = literal[..name_end].rfind('/').map_or(0, |slash| slash + 1);
    let tag_at = literal[last_part..name_end].find(':').map(|colon| last_part + colon);
    let name = &literal[..tag_at.unwrap_or(name_end)];
    let tag = tag_at.map(|colon| match digest_at {
        Some(at) => &text[colon + 1..at],
        None => &text[colon + 1..],
    });
    let digest = digest_at.map(|at| &text[at + 1..]);

    let version = match (digest, tag) {
        _ if expression.is_some() => Version::only(Pin::Dynamic),
        (Some(_), _) => Version::only(Pin::Digest),
        (None, Some(tag)) => Version::only(pin_of_tag(tag)),
        (None, None) => Version::only(Pin::Default),
    };
    let version = Version { reference: tag.map(str::to_owned), digest: digest.map(str::to_owned), ..version };
    let is_literal = expression.is_none();
    let reason = if is_literal && tag.is_some_and(|tag| !is_tag(tag)) {
        Some("not an image tag")
    } else if is_literal && digest.is_some_and(|digest| !is_digest(digest)) {
        Some("not a digest")
    } else {
        None
    };
    match (reason, identity(name)) {
        (Some(reason), _) | (None, Err(reason)) => Err(WhyNot { reason, version }),
        (None, Ok((registry, repository))) => Ok(Reference { origin: Origin::Image { registry, repository }, version }),
    }
}

/// What the shape of an image tag tells. Every tag can be moved; this says which are meant to be.
pub fn pin_of_tag(tag: &str) -> Pin {
    let bare = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
    let core = bare.split(['-', '_', '+']).next().unwrap_or(bare);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let parts = core.split('.').count();
    let numbers = core.split('.').take_while(|part| is_number(part)).count();
    // Six digits and more without a dot are a date or a build number.
    if numbers == 1 && parts == 1 && core.len() >= 6 {
        return Pin::Tag;
    }
    match numbers {
        3.. if numbers == parts => return Pin::Exact,
        1.. if numbers == parts => return Pin::Partial,
        1.. if core.split('.').skip(numbers).all(|part| matches!(part, "x" | "X")) => {
            return Pin::Partial;
        }
        _ => {}
    }
    let is_floating = |word: &str| FLOATING.binary_search(&word).is_ok();
    let lower = tag.to_ascii_lowercase();
    let first = lower.split(['-', '_']).next().unwrap_or(&lower);
    let is_moving = matches!(first, "latest" | "lts" | "nightly" | "stable") || lower.ends_with("-latest");
    if is_moving || lower.split(['-', '_']).all(is_floating) { Pin::FloatingTag } else { Pin::Tag }
}

/// What may stand before a reference to say how it is fetched.
const TRANSPORTS: &[&str] = &["docker://", "docker-daemon:", "oci://"];

/// Words that name a moving line of images: channels, variants, names of distribution releases; sorted.
const FLOATING: &[&str] = &[
    "alpine",
    "beta",
    "bionic",
    "bookworm",
    "bullseye",
    "buster",
    "canary",
    "current",
    "debian",
    "debug",
    "dev",
    "develop",
    "development",
    "edge",
    "focal",
    "full",
    "jammy",
    "jdk",
    "jre",
    "latest",
    "lts",
    "main",
    "mainline",
    "master",
    "minimal",
    "next",
    "nightly",
    "noble",
    "nonroot",
    "preview",
    "prod",
    "production",
    "release",
    "rolling",
    "slim",
    "snapshot",
    "stable",
    "staging",
    "testing",
    "trixie",
    "ubuntu",
    "unstable",
    "xenial",
];

/// Where the first expression (`${X}`, `$X`, `${{ x }}`, `{{ x }}`, `<< x >>`) starts.
fn expression_start(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..bytes.len()).find(|&at| match bytes[at] {
        b'$' => true,
        open @ (b'{' | b'<') => bytes.get(at + 1) == Some(&open),
        _ => false,
    })
}

/// Whether the expression that starts there lies in the tag or digest: nothing of the name comes after it.
fn is_in_version(text: &str, start: usize) -> bool {
    let head = &text[..start];
    let last_part = head.rfind('/').map_or(head, |slash| &head[slash + 1..]);
    if !last_part.contains([':', '@']) || last_part.starts_with([':', '@']) {
        return false;
    }
    let mut rest = &text[start..];
    while let Some(open) = rest.find(['{', '<']) {
        if rest[..open].contains('/') {
            return false;
        }
        let close = if rest.as_bytes()[open] == b'{' { '}' } else { '>' };
        let Some(end) = rest.find(close) else { return true };
        rest = &rest[end + 1..];
    }
    !rest.contains('/')
}

/// Registry and repository of a name, or why it isn't one.
fn identity(name: &str) -> Result<(String, String), &'static str> {
    let (domain, path) = match name.split_once('/') {
        Some((first, rest)) if is_domain(first) => (first, rest),
        _ => ("docker.io", name),
    };
    let registry = match domain.to_ascii_lowercase() {
        host if host == "index.docker.io" => "docker.io".to_owned(),
        host => host,
    };
    if path.is_empty() {
        return Err("no image name");
    }
    if path.len() > 255 {
        return Err("image name longer than 255 characters");
    }
    if domain == "docker.io" && path.len() == 64 && path.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err("an image id, not a name");
    }
    if !path.split('/').all(is_path_component) {
        return Err("not an image name");
    }
    let official = registry == "docker.io" && !path.contains('/');
    let repository = if official { format!("library/{path}") } else { path.to_owned() };
    Ok((registry, repository))
}

fn is_domain(first: &str) -> bool {
    let looks_like_one =
        first == "localhost" || first.contains(['.', ':']) || first.bytes().any(|b| b.is_ascii_uppercase());
    looks_like_one && first.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'))
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

/// `[\w][\w.-]{0,127}`
fn is_tag(tag: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|b| is_word(b) || matches!(b, b'.' | b'-'))
}

/// `algorithm:hex`, 32 digits at least.
fn is_digest(digest: &str) -> bool {
    digest.split_once(':').is_some_and(|(algorithm, hex)| {
        algorithm.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
            && algorithm.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'_' | b'-'))
            && hex.len() >= 32
            && hex.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::{FLOATING, parse, pin_of_tag};
    use crate::origin::{Origin, Pin, Reference};

    #[test]
    fn tables_are_sorted() {
        assert!(FLOATING.is_sorted());
    }

    #[test]
    fn references() {
        let sha = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        for (text, registry, repository, tag, digest, pin) in [
            ("alpine", "docker.io", "library/alpine", None, None, Pin::Default),
            ("alpine:3.20", "docker.io", "library/alpine", Some("3.20"), None, Pin::Partial),
            ("docker://alpine:3.20", "docker.io", "library/alpine", Some("3.20"), None, Pin::Partial),
            ("docker.io/alpine", "docker.io", "library/alpine", None, None, Pin::Default),
            ("index.docker.io/bitnami/redis", "docker.io", "bitnami/redis", None, None, Pin::Default),
            ("bitnami/redis:7.2.4", "docker.io", "bitnami/redis", Some("7.2.4"), None, Pin::Exact),
            ("GHCR.io/org/x:latest", "ghcr.io", "org/x", Some("latest"), None, Pin::FloatingTag),
            ("localhost/x", "localhost", "x", None, None, Pin::Default),
            ("localhost:5000/a/b_c:v1", "localhost:5000", "a/b_c", Some("v1"), None, Pin::Partial),
            ("Org/x", "org", "x", None, None, Pin::Default),
            ("a--b/c__d", "docker.io", "a--b/c__d", None, None, Pin::Default),
            ("[::1]:5000/x:1", "[::1]:5000", "x", Some("1"), None, Pin::Partial),
            ("x:${TAG}", "docker.io", "library/x", Some("${TAG}"), None, Pin::Dynamic),
            ("x:1-${{ a/b }}", "docker.io", "library/x", Some("1-${{ a/b }}"), None, Pin::Dynamic),
            ("ghcr.io/a/b:$TAG", "ghcr.io", "a/b", Some("$TAG"), None, Pin::Dynamic),
            ("x@${DIGEST}", "docker.io", "library/x", None, Some("${DIGEST}"), Pin::Dynamic),
            ("x:1@${DIGEST}", "docker.io", "library/x", Some("1"), Some("${DIGEST}"), Pin::Dynamic),
        ] {
            let Reference { origin, version } = parse(text).unwrap();
            let image = Origin::Image { registry: registry.to_owned(), repository: repository.to_owned() };
            assert_eq!(origin, image, "{text}");
            assert_eq!((version.reference.as_deref(), version.digest.as_deref()), (tag, digest), "{text}");
            assert_eq!(version.pin, pin, "{text}");
        }
        let Reference { origin, version } = parse(&format!("a.b/c:1.2@{sha}")).unwrap();
        assert_eq!(origin, Origin::Image { registry: "a.b".to_owned(), repository: "c".to_owned() });
        assert_eq!((version.pin, version.reference.as_deref()), (Pin::Digest, Some("1.2")));
        assert_eq!(version.digest.as_deref(), Some(sha));
    }

    #[test]
    fn names_that_are_expressions() {
        for (text, prefix) in [
            ("${BASE}", ""),
            ("ghcr.io/org/${{ matrix.image }}:1", "ghcr.io/org/"),
            ("ghcr.io/org/app-$FLAVOUR", "ghcr.io/org/app-"),
            ("registry:${PORT}/x:1", "registry:"),
            ("host.example:${{ a }}/x", "host.example:"),
            ("{{ .Values.image }}", ""),
            ("<< parameters.image >>", ""),
            ("mcr.io/java${PLATFORM}:21", "mcr.io/java"),
        ] {
            let expected = Reference::dynamic(prefix, "the image's name is an expression");
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_reference() {
        for text in [
            "",
            ":",
            "@",
            "/",
            "x:",
            "x@",
            "x:-1",
            "x:a b",
            "Upper",
            "a.b/",
            "a//b",
            "-a",
            "a-",
            "a._b",
            "x@sha256:12",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "ä/b",
            "a b",
        ] {
            assert!(parse(text).is_err(), "{text}: {:?}", parse(text));
        }
    }

    #[test]
    fn pins_of_tags() {
        for (tag, pin) in [
            ("3.19.4", Pin::Exact),
            ("v3.19.4", Pin::Exact),
            ("1.25.3-bookworm", Pin::Exact),
            ("2023.1.0.1", Pin::Exact),
            ("3.19", Pin::Partial),
            ("18-alpine", Pin::Partial),
            ("25-jre-jammy", Pin::Partial),
            ("4.x", Pin::Partial),
            ("latest", Pin::FloatingTag),
            ("latest-arm64", Pin::FloatingTag),
            ("llvm-latest", Pin::FloatingTag),
            ("lts-alpine", Pin::FloatingTag),
            ("stable-slim", Pin::FloatingTag),
            ("bookworm-slim", Pin::FloatingTag),
            ("jammy", Pin::FloatingTag),
            ("main", Pin::FloatingTag),
            ("20240131", Pin::Tag),
            ("jammy-20240131", Pin::Tag),
            ("sha-1a2b3c4", Pin::Tag),
            ("ubuntu-22.04-gcc-13", Pin::Tag),
        ] {
            assert_eq!(pin_of_tag(tag), pin, "{tag}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}|[a:/@$\\{\\}.<-]{0,12}") {
            drop(parse(&text));
        }
    }
}
