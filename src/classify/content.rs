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

/// Whether a file is of one kind.
type Test = fn(&Outline<'_>) -> bool;

/// The tests, in the order in which they are made: those that ask for more come first.
const TESTS: &[(FileKind, Test)] = &[
    (FileKind::TektonResource, is_tekton),
    (FileKind::CircleciPipeline, is_circleci),
    (FileKind::BuildkitePipeline, is_buildkite),
    (FileKind::BitbucketPipeline, is_bitbucket),
    (FileKind::CircleciOrb, is_orb),
    (FileKind::AzurePipeline, is_azure),
    (FileKind::CircleciOrb, is_part_of_orb),
];

/// What a file is by its content, of the kinds that a path alone doesn't tell.
pub fn by_content(path: &str, text: &str) -> Option<FileKind> {
    let outline = Outline::of(path, text);
    TESTS.iter().find(|(_, is_one)| is_one(&outline)).map(|(kind, _)| *kind)
}

fn is_tekton(outline: &Outline<'_>) -> bool {
    outline.has("kind") && outline.says("apiVersion: tekton.dev/")
}

/// A configuration beside the main one: a setup goes on with it.
fn is_circleci(outline: &Outline<'_>) -> bool {
    let lies_there = outline.path.starts_with(".circleci/") || outline.path.contains("/.circleci/");
    lies_there && (outline.has("workflows") || outline.has("version") && outline.has("jobs"))
}

/// A pipeline that lies where Buildkite's do, by another name: steps under their key, or alone.
fn is_buildkite(outline: &Outline<'_>) -> bool {
    let lies_there = outline.path.contains(".buildkite/") || outline.path.starts_with("buildkite.");
    let is_step = |line: &str| {
        ["- label:", "- command:", "- group:", "- trigger:", "- wait", "- block:"].iter().any(|it| line.starts_with(it))
    };
    lies_there && (outline.has("steps") || outline.text.lines().any(is_step))
}

/// Pipelines that Bitbucket's configurations import: only files of this name may be.
fn is_bitbucket(outline: &Outline<'_>) -> bool {
    let is_named_so = outline.path.ends_with("pipelines.yml") || outline.path.ends_with("pipelines.yaml");
    is_named_so && (outline.has("definitions") || outline.has("pipelines")) && outline.says("- step:")
}

/// An orb in one file. Nothing else that says `version: 2.1` has commands, jobs or executors and no workflows.
fn is_orb(outline: &Outline<'_>) -> bool {
    let says_version = || ["version: 2.1", "version: '2.1'", "version: \"2.1\""].into_iter().any(|it| outline.says(it));
    let has_elements = ["commands", "executors", "jobs"].into_iter().any(|it| outline.has(it));
    outline.has("version") && has_elements && !outline.has("workflows") && says_version()
}

/// One command, job or executor of an orb, which lie in folders of these names beside each other.
fn is_part_of_orb(outline: &Outline<'_>) -> bool {
    let folder = outline.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_in = |name: &str| folder.strip_suffix(name).is_some_and(|it| it == "src/" || it.ends_with("/src/"));
    let runs_on = || ["docker", "executor", "machine", "macos"].into_iter().any(|it| outline.has(it));
    is_in("commands") && outline.has("steps")
        || is_in("jobs") && outline.has("steps") && runs_on()
        || is_in("executors") && runs_on()
}

fn is_azure(outline: &Outline<'_>) -> bool {
    let has_work = ["extends", "jobs", "stages", "steps"].into_iter().any(|it| outline.has(it));
    let is_azures = ["- task: ", "- template: ", "vmImage: ", "- deployment: ", "- stage: ", "- checkout: "];
    has_work && !outline.path.is_empty() && is_azures.into_iter().any(|it| outline.says(it))
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
            ("", None),
        ] {
            assert_eq!(by_content("ci/a.yml", text), expected, "{text}");
        }
        let part = "description: x\nsteps:\n  - run: make\n";
        let orb = "version: 2.1\ndescription: x\ncommands:\n  a: {steps: [checkout]}\n";
        for (path, text, expected) in [
            (".circleci/continue.yml", "version: 2.1\nworkflows:\n", Some(FileKind::CircleciPipeline)),
            ("jobs/continue.yml", "version: 2.1\njobs:\nworkflows:\n", None),
            ("orbs/a/orb.yml", orb, Some(FileKind::CircleciOrb)),
            ("orbs/a/compose.yml", "version: '2.1'\nservices:\n", None),
            ("src/commands/a.yml", part, Some(FileKind::CircleciOrb)),
            ("src/jobs/a.yml", part, None),
            ("src/jobs/a.yml", "docker:\n  - image: a\nsteps:\n  - checkout\n", Some(FileKind::CircleciOrb)),
            ("a/src/executors/a.yml", "docker:\n  - image: a\n", Some(FileKind::CircleciOrb)),
            ("executors/a.yml", "docker:\n  - image: a\n", None),
            ("src/jobs/a.yml", "executor: a\nsteps:\n- task: Npm@1\n", Some(FileKind::AzurePipeline)),
            (".buildkite/release.yml", "steps:\n  - command: make\n", Some(FileKind::BuildkitePipeline)),
            (".buildkite/release.yml", "- label: a\n  command: make\n", Some(FileKind::BuildkitePipeline)),
            (".buildkite/agents.yml", "agents: {}\n", None),
            (
                "ci/shared-pipelines.yml",
                "definitions:\n  pipelines:\n    a:\n    - step:\n",
                Some(FileKind::BitbucketPipeline),
            ),
            ("config/pipelines.yml", "pipelines:\n  - name: logs\n", None),
        ] {
            assert_eq!(by_content(path, text), expected, "{path}: {text}");
        }
    }
}
