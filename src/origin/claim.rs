//! Comments beside references: which version a commit is said to be.

use super::version_parts;

/// The version that a comment says a commit is: `v4.1.0` of `# v4.1.0`, `# tag=v4.1.0`, `# pin@v4.1.0`,
/// `# renovate: pin @v4.1.0`, `# ratchet:acme/setup@v4.1.0`, `# frozen: v4.1.0`. `comment` begins with its `#`.
///
/// These are the forms that the tools which pin commits write and read. A number alone is a version only after a word
/// that says so: it could number anything.
pub fn version_in(comment: &str) -> Option<&str> {
    let mut text = comment.strip_prefix('#')?.trim();
    let mut is_said = false;
    if let Some((name, rest)) = text.strip_prefix("ratchet:").and_then(|rest| rest.split_once('@')) {
        if name.contains(char::is_whitespace) {
            return None;
        }
        (text, is_said) = (rest, true);
    }
    while let Some(rest) = CLAIMS.iter().find_map(|word| after_word(text, word)) {
        (text, is_said) = (rest, true);
    }
    let text = text.strip_prefix('@').unwrap_or(text);
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')')).unwrap_or(text.len());
    // The name of what is used may stand before it: `acme/setup@v1.2.3`.
    let word = text[..end].rsplit('@').next().unwrap_or_default();
    let last = word.rsplit('/').next().unwrap_or(word);
    let is_version = |it: &str| version_parts(it).is_some_and(|n| n > 1 || is_said || it.starts_with(['v', 'V']));
    // After a component's name too: `setup-v1.2.3`, `setup/v1.2.3`.
    let named = last.match_indices('-').any(|(at, _)| is_version(&last[at + 1..]));
    (is_version(last) || named).then_some(word)
}

/// Words before a version that say it is one.
const CLAIMS: &[&str] = &["renovate", "frozen", "pin", "tag", "version"];

/// What follows a word of [`CLAIMS`] and what parts it from the version.
fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(word)?;
    let value = rest.trim_start_matches([' ', '\t', ':', '=', '@']);
    (value.len() < rest.len() && !value.is_empty()).then_some(value)
}

/// The version that the comment after a value says its commit is, and where it stands in the rest of the value's line.
/// Quotes and brackets may close before the comment; another value may not.
pub fn after_value(rest_of_line: &str) -> Option<(usize, &str)> {
    let comment = rest_of_line.trim_start_matches(['"', '\'', '}', ']', ' ', '\t']);
    let version = version_in(comment)?;
    let at = rest_of_line.len() - comment.len() + comment.find(version).unwrap_or(0);
    Some((at, version))
}

#[cfg(test)]
mod tests {
    use super::{CLAIMS, after_value, version_in};

    #[test]
    fn versions_in_comments() {
        for (comment, version) in [
            ("# v4.1.0", Some("v4.1.0")),
            ("#v4", Some("v4")),
            ("# 4.1.0", Some("4.1.0")),
            ("# 4.1", Some("4.1")),
            ("# v1.2.3-rc.1", Some("v1.2.3-rc.1")),
            ("# tag=v4", Some("v4")),
            ("# tag = v4.1", Some("v4.1")),
            ("# tag=4", Some("4")),
            ("# pin@v4", Some("v4")),
            ("# pin @v4.0.0", Some("v4.0.0")),
            ("# renovate: pin @v4", Some("v4")),
            ("# renovate: tag=v1.2.3", Some("v1.2.3")),
            ("# ratchet:acme/setup@v4", Some("v4")),
            ("# ratchet:acme/setup/sub@v4.1.0", Some("v4.1.0")),
            ("# frozen: v4.1.0", Some("v4.1.0")),
            ("# @v2", Some("v2")),
            ("# acme/setup@v2.0.1", Some("v2.0.1")),
            ("# v4.1.0, the last with node 16", Some("v4.1.0")),
            ("# v4.1.0 (2024-01-01)", Some("v4.1.0")),
            ("# version: 2.1", Some("2.1")),
            ("# setup-v1.2.3", Some("setup-v1.2.3")),
            ("# setup/v1.2.3", Some("setup/v1.2.3")),
            ("# ratchet:exclude", None),
            ("# renovate: pin", None),
            ("# main", None),
            ("# tag=latest", None),
            ("# 4", None),
            ("# 2024-01-01", None),
            ("# see #42", None),
            ("# pinned because v4 is broken", None),
            ("# ratchet:a b@v1", None),
            ("#", None),
            ("", None),
            ("v4.1.0", None),
        ] {
            assert_eq!(version_in(comment), version, "{comment}");
        }
        assert_eq!(CLAIMS.len(), 5);
    }

    #[test]
    fn comments_after_values() {
        for (rest, expected) in [
            ("\" # v1.2.3", Some((4, "v1.2.3"))),
            (" # v4", Some((3, "v4"))),
            ("\"]} #v4", Some((5, "v4"))),
            (", b: 1 # v4", None),
            ("\"", None),
            ("", None),
        ] {
            assert_eq!(after_value(rest), expected, "{rest}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}|[#@v0-9. a:=]{0,16}") {
            let _ = (version_in(&text), after_value(&text));
        }
    }
}
