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

/// Whether a file is of a kind.
type Test = fn(&Outline<'_>) -> bool;

/// The tests, in the order in which they are made: those that ask for more come first.
const TESTS: &[(FileKind, Test)] = &[
    (FileKind::CodepipelineTemplate, is_codepipeline),
    (FileKind::CodebuildPipeline, is_codebuild),
    (FileKind::HarnessPipeline, is_harness),
    (FileKind::ProwJobs, is_prow),
    (FileKind::TektonResource, is_tekton),
    (FileKind::AzurePipeline, is_azure),
    (FileKind::CloudBuildPipeline, is_cloud_build),
    (FileKind::CodefreshPipeline, is_codefresh),
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

fn is_codepipeline(outline: &Outline<'_>) -> bool {
    outline.has("Resources") && outline.says("AWS::CodePipeline::Pipeline")
}

/// A buildspec's phases hold commands; its version is a number of its own.
fn is_codebuild(outline: &Outline<'_>) -> bool {
    let has_version = ["version: 0.", "version: '0.", "version: \"0."].into_iter().any(|it| outline.says(it));
    has_version
        && outline.has("version")
        && (outline.has("phases") && outline.says("commands:") || outline.has("batch"))
}

/// Every pipeline and template of Harness names its organisation or says which format it is in.
fn is_harness(outline: &Outline<'_>) -> bool {
    let is_pipeline = outline.has("pipeline") && outline.says("stages:")
        || outline.has("template") && outline.says("versionLabel:")
        || outline.has("kind") && outline.has("spec") && outline.says("kind: pipeline") && outline.says("stages:");
    let is_place = outline.path.starts_with(".harness/") || outline.path.contains("/.harness/");
    is_pipeline && (is_place || outline.says("orgIdentifier:") && outline.says("identifier:"))
}

/// Prow's lists of jobs; a job has a name and says what it runs.
fn is_prow(outline: &Outline<'_>) -> bool {
    let has_jobs = ["periodics", "postsubmits", "presubmits"].into_iter().any(|it| outline.has(it));
    has_jobs && outline.says("name:")
}

/// A step of Cloud Build is named after its image. The path says Cloud Build, or the images are Google's builders.
fn is_cloud_build(outline: &Outline<'_>) -> bool {
    let names_it = ["cloudbuild", "cloud-build", "cloud_build"].into_iter().any(|it| outline.path.contains(it));
    let has_builders = outline.says("gcr.io/cloud-builders/") || outline.says("gcr.io/google.com/cloudsdktool/");
    outline.has("steps") && outline.says("name:") && (names_it || has_builders) && !outline.says("uses:")
}

fn is_codefresh(outline: &Outline<'_>) -> bool {
    let names_it = outline.path.contains("codefresh");
    names_it && outline.has("version") && outline.has("steps")
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
            ("Resources:\n  A: {Type: AWS::CodePipeline::Pipeline}\n", Some(FileKind::CodepipelineTemplate)),
            ("# AWS::CodePipeline::Pipeline\n", None),
            ("version: 0.2\nphases:\n  build:\n    commands: [make]\n", Some(FileKind::CodebuildPipeline)),
            ("version: 2\nphases:\n  build:\n    commands: [make]\n", None),
            ("version: 0.2\nphases: [a]\n", None),
            ("pipeline:\n  identifier: a\n  orgIdentifier: b\n  stages: []\n", Some(FileKind::HarnessPipeline)),
            ("template:\n  identifier: a\n  orgIdentifier: b\n  versionLabel: 1\n", Some(FileKind::HarnessPipeline)),
            ("pipeline:\n  stages: [a]\n", None),
            ("service:\n  identifier: a\n  orgIdentifier: b\n", None),
            ("periodics:\n- name: a\n", Some(FileKind::ProwJobs)),
            ("presubmits: []\n", None),
            ("steps:\n- name: gcr.io/cloud-builders/docker\n", Some(FileKind::CloudBuildPipeline)),
            ("steps:\n- name: a\n  run: make\n", None),
            ("version: '1.0'\nsteps: {a: {image: b}}\n", None),
            ("", None),
        ] {
            assert_eq!(by_content("ci/a.yml", text), expected, "{text}");
        }
    }
}
