//! What only content tells: which CI system a file belongs to whose path speaks of pipelines and names no system.
//!
//! A test looks at the text as it stands, without parsing it: at the keys that begin a line, which are the top level
//! of a YAML document, and at what no file of another kind has.

use super::{FileKind, azure};

/// What the tests look at.
pub(super) struct Outline<'t> {
    /// Repository-relative.
    pub(super) path: &'t str,
    /// The whole text.
    pub(super) text: &'t str,
    /// The keys that begin a line, in the file's order, without quotes; those of all documents.
    pub(super) keys: Vec<&'t str>,
}

impl<'t> Outline<'t> {
    fn of(path: &'t str, text: &'t str) -> Self {
        let text = text.trim_start_matches('\u{FEFF}');
        let keys = text.lines().filter_map(key).collect();
        Outline { path, text, keys }
    }

    /// Whether this key is at the top level.
    pub(super) fn has(&self, key: &str) -> bool {
        self.keys.contains(&key)
    }

    /// Whether the text holds these words.
    pub(super) fn says(&self, words: &str) -> bool {
        memchr::memmem::find(self.text.as_bytes(), words.as_bytes()).is_some()
    }
}

/// The key that begins a line.
fn key(line: &str) -> Option<&str> {
    let first = *line.as_bytes().first()?;
    if !(first.is_ascii_alphanumeric() || matches!(first, b'"' | b'\'' | b'.' | b'_' | b'$')) {
        return None;
    }
    let (key, rest) = line.split_once(':')?;
    let is_key = rest.is_empty() || rest.starts_with([' ', '\t', '\r']);
    is_key.then(|| key.trim_end().trim_matches(['"', '\'']))
}

/// Whether a file is of a kind.
type Test = fn(&Outline<'_>) -> bool;

/// The tests, in the order in which they are made: those that ask for more come first.
const TESTS: &[(FileKind, Test)] = &[(FileKind::TektonResource, is_tekton), (FileKind::AzurePipeline, azure::is_one)];

/// What a file is by its content, of the kinds that a path alone doesn't tell.
pub fn by_content(path: &str, text: &str) -> Option<FileKind> {
    let outline = Outline::of(path, text);
    TESTS.iter().find(|(_, is_one)| is_one(&outline)).map(|(kind, _)| *kind)
}

fn is_tekton(outline: &Outline<'_>) -> bool {
    outline.has("kind") && outline.says("apiVersion: tekton.dev/")
}

#[cfg(test)]
mod tests {
    use super::{by_content, key};
    use crate::classify::FileKind;

    #[test]
    fn keys() {
        for (line, expected) in [
            ("a: b", Some("a")),
            ("a:", Some("a")),
            ("'a b': c", Some("a b")),
            (" a: b", None),
            ("- a: b", None),
            ("# a: b", None),
            ("http://x", None),
            (".a : b", Some(".a")),
            ("", None),
        ] {
            assert_eq!(key(line), expected, "{line}");
        }
    }

    #[test]
    fn contents() {
        for (text, expected) in [
            ("steps:\n- task: Npm@1\n", Some(FileKind::AzurePipeline)),
            ("steps:\r\n  - task: Npm@1\r\n", Some(FileKind::AzurePipeline)),
            ("steps:\n- task: Npm@1\non: push\n", None),
            ("jobs:\n  build:\n    steps:\n    - task: Npm@1\n", None),
            ("stages: ${{ parameters.stages }}\n", Some(FileKind::AzurePipeline)),
            ("stages: [build]\n", None),
            ("extends:\n  parameters: {}\n  template: a.yml@b\n", Some(FileKind::AzurePipeline)),
            ("extends: base\nsteps:\n- script: make\n", None),
            ("apiVersion: tekton.dev/v1\nkind: Task\n", Some(FileKind::TektonResource)),
            ("apiVersion: v1\nkind: Namespace\n", None),
            ("", None),
        ] {
            assert_eq!(by_content("ci/a.yml", text), expected, "{text}");
        }
    }
}
