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

/// The tests, in the order in which they are made: those that ask for more come first.
const TESTS: &[(FileKind, fn(&Outline<'_>) -> bool)] =
    &[(FileKind::TektonResource, is_tekton), (FileKind::AzurePipeline, is_azure)];

/// What a file is by its content, of the kinds that a path alone doesn't tell.
pub fn by_content(path: &str, text: &str) -> Option<FileKind> {
    // What isn't YAML has no keys.
    if path.ends_with(".groovy") {
        return is_jenkins(text).then_some(FileKind::JenkinsPipeline);
    }
    let outline = Outline::of(path, text);
    TESTS.iter().find(|(_, is_one)| is_one(&outline)).map(|(kind, _)| *kind)
}

/// Calls that scripts for Jenkins' Job DSL begin with: they make jobs, and may hold pipelines as texts; sorted.
const JOB_DSL: &[&str] =
    &["folder", "freeStyleJob", "job", "listView", "matrixJob", "mavenJob", "multibranchPipelineJob", "pipelineJob"];

/// Whether a file in Groovy is a pipeline of Jenkins: a line begins with what only a pipeline begins with, and none with
/// what a class or a script of Jenkins' Job DSL has.
fn is_jenkins(text: &str) -> bool {
    let mut is_one = false;
    for line in text.lines() {
        let end = line.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(line.len());
        let (word, rest) = line.split_at(end);
        let rest = rest.trim();
        match word {
            "class" | "interface" | "trait" | "enum" => return false,
            _ if JOB_DSL.binary_search(&word).is_ok() && rest.starts_with('(') => return false,
            "pipeline" => is_one |= rest.starts_with('{') || rest.is_empty(),
            "node" => is_one |= rest.ends_with('{') && rest.starts_with(['{', '(', '\'', '"']),
            "stage" => is_one |= rest.starts_with(['(', '\'', '"']),
            "" => is_one |= line.starts_with("@Library("),
            _ => {}
        }
    }
    is_one
}

fn is_tekton(outline: &Outline<'_>) -> bool {
    outline.has("kind") && outline.says("apiVersion: tekton.dev/")
}

fn is_azure(outline: &Outline<'_>) -> bool {
    let has_work = ["extends", "jobs", "stages", "steps"].into_iter().any(|it| outline.has(it));
    let is_azures = ["- task: ", "- template: ", "vmImage: ", "- deployment: ", "- stage: ", "- checkout: "];
    has_work && !outline.path.is_empty() && is_azures.into_iter().any(|it| outline.says(it))
}

#[cfg(test)]
mod tests {
    use super::{JOB_DSL, by_content, key};
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
    fn groovy() {
        assert!(JOB_DSL.is_sorted());
        for (text, is_one) in [
            ("pipeline {\n  agent any\n}\n", true),
            ("@Library('acme') _\nbuild()\n", true),
            ("node('linux') {\n}\n", true),
            ("node {\n}\n", true),
            ("stage('Build') {\n}\n", true),
            ("def build() {\n  node { }\n}\nreturn this\n", false),
            ("class A {\n}\npipeline {\n}\n", false),
            ("pipelineJob('x') {\n}\n", false),
            ("node.build = 1\n", false),
            ("", false),
        ] {
            assert_eq!(by_content("ci/a.groovy", text), is_one.then_some(FileKind::JenkinsPipeline), "{text}");
        }
    }

    #[test]
    fn contents() {
        for (text, expected) in [
            ("steps:\n- task: Npm@1\n", Some(FileKind::AzurePipeline)),
            ("apiVersion: tekton.dev/v1\nkind: Task\n", Some(FileKind::TektonResource)),
            ("apiVersion: v1\nkind: Namespace\n", None),
            ("", None),
        ] {
            assert_eq!(by_content("ci/a.yml", text), expected, "{text}");
        }
    }
}
