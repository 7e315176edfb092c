//! Lists of exceptions: whether an entry of one still excepts something. Entries of Trivy and Snyk may say until when.
//! That a known fault of a package is left for later is no exception from a policy: such entries are none.

use crate::syntax::yaml::{self, Node};

/// What a list comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It has no entry.
    Empty,
    /// It has some, and none excepts anything: all of them were over when the repository was changed last, or are written
    /// as the scanner doesn't read them.
    Void,
    /// It excepts something, as far as can be told.
    InForce,
}

/// What the list in a file of this name comes to on a day (`2026-03-23`); nothing is over where none is known.
pub(super) fn state_of(name: &str, text: &str, day: Option<&str>) -> State {
    let ends: Option<Vec<Option<String>>> = match name {
        ".snyk" => with_root(text, |it| {
            let rules = it.get("ignore").into_iter().flat_map(Node::entries);
            let rules = rules.filter(|(id, _)| id.text().is_none_or(|it| it.starts_with(SNYK_POLICY)));
            let rules = rules.flat_map(|(_, paths)| paths.items());
            rules.flat_map(|it| values(it).into_iter().take(1)).map(|it| end(it, "expires")).collect()
        }),
        ".trivyignore" => Some(lines(text)),
        ".trivyignore.yaml" | ".trivyignore.yml" => with_root(text, |it| {
            let entries = it.get("misconfigurations").into_iter().flat_map(Node::items);
            entries.map(|it| end(it, "expired_at")).collect()
        }),
        ".checkov.yaml" | ".checkov.yml" => {
            let is_read = |root: Node<'_>| {
                let entries: Vec<Node<'_>> = SKIPS
                    .iter()
                    .filter_map(|it| root.get(it))
                    .flat_map(|it| [it].into_iter().chain(it.items()))
                    .collect();
                entries.is_empty() || entries.iter().any(|it| it.text().is_some())
            };
            // Python's reader lets pass what ours has a problem with, as a comment right behind a quote.
            let is_read = with_root(text, is_read).unwrap_or_else(|| {
                let mut items = text.lines().map(str::trim_start).filter(|it| it.starts_with("- ")).peekable();
                items.peek().is_none() || items.any(|it| !it.starts_with("- id:"))
            });
            return if is_read { State::InForce } else { State::Void };
        }
        _ => return State::InForce,
    };
    // What can't be read isn't known.
    let Some(ends) = ends else { return State::InForce };
    let is_over = |end: &Option<String>| matches!((end, day), (Some(end), Some(day)) if end.as_str() < day);
    match ends.is_empty() {
        true => State::Empty,
        false if ends.iter().all(is_over) => State::Void,
        false => State::InForce,
    }
}

/// How Snyk's ids of settings begin; all others are of packages and code.
const SNYK_POLICY: &str = "SNYK-CC-";

/// Keys under which settings of Checkov skip checks: a text, or a list of texts.
const SKIPS: &[&str] = &["skip-check", "skip-path"];

/// How ids of known faults of packages begin; sorted.
const FAULTS: &[&str] = &[
    "ALAS", "CVE-", "DLA-", "DSA-", "ELSA-", "GHSA-", "GO-", "NSWG-", "PYSEC-", "RHSA-", "RUSTSEC-", "SNYK-", "TEMP-",
    "USN-",
];

fn with_root<T>(text: &str, then: impl FnOnce(Node<'_>) -> T) -> Option<T> {
    let (documents, problems) = yaml::parse(text);
    let root = documents.first().filter(|_| problems.is_empty())?;
    Some(then(root))
}

fn values<'d>(node: Node<'d>) -> Vec<Node<'d>> {
    node.entries().into_iter().map(|(_, value)| value).collect()
}

/// The day on which an entry ends.
fn end(entry: Node<'_>, key: &str) -> Option<String> {
    entry.get(key).and_then(Node::text).and_then(day)
}

/// The ends of the entries of a list in lines: `AVD-AWS-0057 exp:2026-02-05`.
fn lines(text: &str) -> Vec<Option<String>> {
    let entries = text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#'));
    let entries = entries.filter(|it| !FAULTS.iter().any(|begin| it.starts_with(begin)));
    entries.map(|it| it.split_whitespace().find_map(|word| word.strip_prefix("exp:")).and_then(day)).collect()
}

/// The day that a time is on.
fn day(time: &str) -> Option<String> {
    let day = time.trim().get(..10)?;
    let is_digit = |(at, b): (usize, u8)| if matches!(at, 4 | 7) { b == b'-' } else { b.is_ascii_digit() };
    day.bytes().enumerate().all(is_digit).then(|| day.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{FAULTS, SKIPS, State, state_of};

    #[test]
    fn tables_are_sorted() {
        assert!(FAULTS.is_sorted() && SKIPS.is_sorted());
    }

    #[test]
    fn lists() {
        for (name, text, expected) in [
            (".trivyignore", "# none\n\n", State::Empty),
            (".trivyignore", "AVD-AWS-0057\n", State::InForce),
            (".trivyignore", "A exp:2026-02-05\nB exp:2026-03-22 # c\n", State::Void),
            (".trivyignore", "A exp:2026-02-05\nB exp:2026-03-23\n", State::InForce),
            (".trivyignore", "A exp:soon\n", State::InForce),
            (".trivyignore.yaml", "misconfigurations:\n  - id: A\n    expired_at: 2025-01-01\n", State::Void),
            (
                ".trivyignore.yaml",
                "misconfigurations:\n  - {id: A, expired_at: 2025-01-01}\n  - id: B\n",
                State::InForce,
            ),
            (".trivyignore.yaml", "misconfigurations:\n", State::Empty),
            (".trivyignore.yaml", "misconfigurations: [", State::InForce),
            (".snyk", "ignore:\n  SNYK-CC-TF-1:\n    - '*': {expires: 2021-04-14T00:00:00.000Z}\n", State::Void),
            (".snyk", "ignore:\n  SNYK-CC-TF-1:\n    - '*': {reason: x}\n", State::InForce),
            // Snyk takes what stands beside the path for further paths: the first one is without an end.
            (
                ".snyk",
                "ignore:\n  SNYK-CC-TF-1:\n    - '*':\n      expires: 2021-04-14T00:00:00.000Z\n",
                State::InForce,
            ),
            (".snyk", "ignore: {}\npatch: {}\n", State::Empty),
            (".snyk", "ignore:\n  SNYK-JS-LODASH-590103:\n    - '*': {reason: x}\n", State::Empty),
            (".trivyignore", "CVE-2024-1\nGHSA-1\n", State::Empty),
            (".checkov.yaml", "skip-check:\n  - CKV_AWS_1\n", State::InForce),
            (".checkov.yaml", "skip-check: CKV_AWS_1\n", State::InForce),
            (".checkov.yaml", "skip-check:\n  - id: CKV_AWS_1\n    suppress_comment: x\n", State::Void),
            (".checkov.yaml", "skip-check:\n  - id: CKV_AWS_1\n    suppress_comment: \"x\"# y\n", State::Void),
            (".checkov.yaml", "framework: [terraform]\n", State::InForce),
            (".checkov.baseline", "{}", State::InForce),
        ] {
            assert_eq!(state_of(name, text, Some("2026-03-23")), expected, "{text}");
            // Without a day nothing is over.
            assert!(state_of(name, text, None) != State::Void || name == ".checkov.yaml", "{text}");
        }
    }
}
