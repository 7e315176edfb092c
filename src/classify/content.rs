//! What only content tells: which CI system a file belongs to whose path speaks of pipelines and names no system.
//!
//! A test looks at the text as it stands, without parsing it: at the keys that begin a line, which are the top level
//! of a YAML document, and at what no file of another kind has.

use super::FileKind;

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

/// A kind, and what tells it.
type Test = (FileKind, fn(&Outline<'_>) -> bool);

/// The tests, in the order in which they are made: those that ask for more come first.
const TESTS: &[Test] = &[
    (FileKind::TektonResource, is_tekton),
    (FileKind::GitlabPipeline, is_gitlab),
    (FileKind::AzurePipeline, is_azure),
];

/// What a file is by its content, of the kinds that a path alone doesn't tell.
pub fn by_content(path: &str, text: &str) -> Option<FileKind> {
    let outline = Outline::of(path, text);
    TESTS.iter().find(|(_, is_one)| is_one(&outline)).map(|(kind, _)| *kind)
}

fn is_tekton(outline: &Outline<'_>) -> bool {
    outline.has("kind") && outline.says("apiVersion: tekton.dev/")
}

fn is_azure(outline: &Outline<'_>) -> bool {
    let has_work = ["extends", "jobs", "stages", "steps"].into_iter().any(|it| outline.has(it));
    let is_azures = ["- task: ", "- template: ", "vmImage: ", "- deployment: ", "- stage: ", "- checkout: "];
    has_work && !outline.path.is_empty() && is_azures.into_iter().any(|it| outline.says(it))
}

/// A component or another file with inputs; hidden jobs; or stages and jobs in them.
fn is_gitlab(outline: &Outline<'_>) -> bool {
    if outline.has("apiVersion") || outline.has("kind") {
        return false;
    }
    let has_header = outline.keys.first() == Some(&"spec") && outline.says("\n  inputs:") && outline.says("\n---");
    let has_hidden = || outline.keys.iter().any(|it| it.len() > 1 && it.starts_with('.'));
    let is_of_job = |key: &str| outline.says(&format!("\n  {key}:"));
    let has_jobs = || ["script", "before_script", "after_script", "extends", "trigger"].into_iter().any(is_of_job);
    has_header
        || outline.says("$[[ inputs.")
        || has_hidden() && (has_jobs() || is_of_job("rules") || is_of_job("stage"))
        || outline.has("stages") && !outline.has("jobs") && is_of_job("stage") && is_of_job("script")
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
            ("apiVersion: tekton.dev/v1\nkind: Task\n", Some(FileKind::TektonResource)),
            ("apiVersion: v1\nkind: Namespace\n", None),
            ("spec:\n  inputs:\n    a:\n---\nbuild:\n  script: make\n", Some(FileKind::GitlabPipeline)),
            (".build:\n  script: make\n", Some(FileKind::GitlabPipeline)),
            ("stages: [a]\nb:\n  stage: a\n  script: make\n", Some(FileKind::GitlabPipeline)),
            ("stages: [a]\njobs: {}\nb:\n  stage: a\n  script: make\n", None),
            ("spec:\n  inputs:\n    a:\nkind: Task\n", None),
            ("stages:\n  - name: a\nserver:\n  port: 80\n", None),
            (".x: &x\n  image: a\nservices:\n  b: *x\n", None),
            ("", None),
        ] {
            assert_eq!(by_content("ci/a.yml", text), expected, "{text}");
        }
    }
}
