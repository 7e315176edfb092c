//! What the shape of an image's tag tells of how firmly it holds a version.

use crate::origin::Pin;

/// What the shape of an image tag tells. Every tag can be moved; this says which are meant to be.
///
/// Three numbers and more are one version ([`Pin::Exact`]), fewer leave parts open ([`Pin::Partial`]); a suffix
/// (`-alpine`, `_9-jre`) names a variant. A date, or a number too long for a version, names one build ([`Pin::Tag`]).
/// Words that say so (`latest`, `stable`), and names of variants and distribution releases alone, are meant to move
/// ([`Pin::FloatingTag`]). What is left says nothing ([`Pin::Tag`]).
pub fn pin_of_tag(tag: &str) -> Pin {
    let lower = tag.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['-', '_']).collect();
    let (first, last) = (words[0], words[words.len() - 1]);
    if matches!(last, "latest" | "snapshot") {
        return Pin::FloatingTag;
    }
    let pin = pin_of_version(first.strip_prefix('v').unwrap_or(first));
    if pin == Some(Pin::Exact) {
        return Pin::Exact;
    }
    if is_dated(&words) {
        return Pin::Tag;
    }
    if let Some(pin) = pin {
        return pin;
    }
    let is_floating = |word: &&str| FLOATING.binary_search(word).is_ok();
    let is_moving = matches!(first, "latest" | "lts" | "nightly" | "stable") || words.iter().all(is_floating);
    if is_moving { Pin::FloatingTag } else { Pin::Tag }
}

/// What a number with dots is a version of, as far as it is one. From the third part on letters may follow the digits:
/// `3.13.0rc1`, `2.7.0.RELEASE`.
fn pin_of_version(core: &str) -> Option<Pin> {
    let parts: Vec<&str> = core.split('.').collect();
    let numbers = parts.iter().take_while(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())).count();
    let is_open = |parts: &[&str]| !parts.is_empty() && parts.iter().all(|part| *part == "x");
    match numbers {
        // Six digits and more are a date or a build number.
        1.. if parts[0].len() >= 6 => Some(Pin::Tag),
        0 => None,
        3.. => Some(if is_open(&parts[numbers..]) { Pin::Partial } else { Pin::Exact }),
        _ if numbers == parts.len() || is_open(&parts[numbers..]) => Some(Pin::Partial),
        2 if parts[2].starts_with(|c: char| c.is_ascii_digit()) => Some(Pin::Exact),
        _ => None,
    }
}

/// Whether words of a tag are a date: `20240131`, `2024-01-31`.
fn is_dated(words: &[&str]) -> bool {
    let number = |word: &str, length: usize| word.len() == length && word.bytes().all(|b| b.is_ascii_digit());
    let is_year = |word: &str| word.starts_with("19") || word.starts_with("20");
    // Behind a day there may be a time or a count: `20240131.1`, `20240131t0930`.
    let is_day = |word: &&str| word.get(..8).is_some_and(|day| number(day, 8) && is_year(day));
    let is_month = |pair: &[&str]| number(pair[0], 4) && is_year(pair[0]) && number(pair[1], 2) && pair[1] <= "12";
    words.iter().any(is_day) || words.windows(2).any(is_month)
}

/// Words that name a moving line of images: channels, variants, names of distribution releases; sorted.
const FLOATING: &[&str] = &[
    "alpha",
    "alpine",
    "apache",
    "beta",
    "bionic",
    "bookworm",
    "bullseye",
    "buster",
    "canary",
    "cli",
    "current",
    "debian",
    "debug",
    "dev",
    "develop",
    "development",
    "distroless",
    "edge",
    "experimental",
    "focal",
    "forky",
    "fpm",
    "full",
    "head",
    "jammy",
    "jdk",
    "jessie",
    "jre",
    "latest",
    "lts",
    "main",
    "mainline",
    "management",
    "master",
    "minimal",
    "next",
    "nightly",
    "noble",
    "nonroot",
    "openjdk",
    "perl",
    "preview",
    "prod",
    "production",
    "release",
    "rolling",
    "runtime",
    "sid",
    "slim",
    "snapshot",
    "stable",
    "staging",
    "stretch",
    "test",
    "testing",
    "trixie",
    "trunk",
    "trusty",
    "ubuntu",
    "unstable",
    "xenial",
];

#[cfg(test)]
mod tests {
    use super::FLOATING;

    #[test]
    fn tables_are_sorted() {
        assert!(FLOATING.is_sorted());
    }

    proptest::proptest! {
        #[test]
        fn never_panics(tag in "\\PC{0,20}|[0-9v._x-]{0,12}") {
            super::pin_of_tag(&tag);
        }
    }
}
