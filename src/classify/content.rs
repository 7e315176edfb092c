//! What only content tells: which CI system a file belongs to whose path speaks of pipelines and names no system.
//!
//! A test looks at the text as it stands, without parsing it: at the keys that begin a line, which are the top level
//! of a YAML document, and at what no file of another kind has.

use crate::paths::folder_of;

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::heads::{has_head, may_hold_objects};
use super::{FileKind, azure, infrastructure};

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
    pub(super) fn of(path: &'t str, text: &'t str) -> Self {
        let text = text.trim_start_matches('\u{FEFF}');
        // Most lines are indented, and nothing is asked of those but where they end.
        let bytes = text.as_bytes();
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', bytes).map(|end| end + 1));
        let begins_key = |start: &usize| bytes.get(*start).is_some_and(|first| begins_key(*first));
        let line = |start: usize| {
            let line = memchr::memchr(b'\n', &bytes[start..]).map_or(&text[start..], |end| &text[start..start + end]);
            line.strip_suffix('\r').unwrap_or(line)
        };
        let keys = starts.filter(begins_key).filter_map(|start| key(line(start))).collect();
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

/// Whether a key may begin so.
fn begins_key(first: u8) -> bool {
    first.is_ascii_alphanumeric() || matches!(first, b'"' | b'\'' | b'.' | b'_' | b'$')
}

/// The key that begins a line.
fn key(line: &str) -> Option<&str> {
    line.bytes().next().filter(|first| begins_key(*first))?;
    let (key, rest) = line.split_once(':')?;
    let is_key = rest.is_empty() || rest.starts_with([' ', '\t', '\r']);
    is_key.then(|| key.trim_end().trim_matches(['"', '\'']))
}

/// Whether an outline is that of a file of some kind.
type Test = fn(&Outline<'_>) -> bool;

/// The tests, in the order in which they are made: those that ask for more come first.
const TESTS: &[(FileKind, Test)] = &[
    (FileKind::CodepipelineTemplate, is_codepipeline),
    (FileKind::CloudformationTemplate, infrastructure::is_cloudformation),
    (FileKind::AnsiblePlaybook, |outline| infrastructure::is_playbook(outline.text)),
    (FileKind::CodebuildPipeline, is_codebuild),
    (FileKind::HarnessPipeline, is_harness),
    (FileKind::ProwJobs, is_prow),
    (FileKind::TektonResource, is_tekton),
    (FileKind::ArgoWorkflow, is_argo),
    (FileKind::ConcoursePipeline, is_concourse),
    (FileKind::GitlabPipeline, is_gitlab),
    (FileKind::CircleciPipeline, is_circleci),
    (FileKind::BuildkitePipeline, is_buildkite),
    (FileKind::BitbucketPipeline, is_bitbucket),
    (FileKind::CircleciOrb, is_orb),
    (FileKind::AzurePipeline, azure::is_one),
    (FileKind::CloudBuildPipeline, is_cloud_build),
    (FileKind::CodefreshPipeline, is_codefresh),
    (FileKind::CircleciOrb, is_part_of_orb),
    (FileKind::KubernetesManifest, is_manifest),
];

/// What a file is by its content, of the kinds that a path alone doesn't tell.
pub fn by_content(path: &str, text: &str) -> Option<FileKind> {
    // What isn't YAML has no keys.
    if path.ends_with(".groovy") {
        return is_jenkins(text).then_some(FileKind::JenkinsPipeline);
    }
    let outline = Outline::of(path, text);
    TESTS.iter().find(|(_, is_one)| is_one(&outline)).map(|(kind, _)| *kind)
}

/// What a file is that is called as Compose's files are, where it is none: a template of Azure Pipelines is often called
/// after what it runs.
pub fn of_compose(path: &str, text: &str) -> FileKind {
    let outline = Outline::of(path, text);
    match outline.has("steps") && !outline.has("services") && azure::is_one(&outline) {
        true => FileKind::AzurePipeline,
        false => FileKind::ComposeFile,
    }
}

/// What the versions of Tekton's and Argo's objects begin with: every file of objects is asked for them.
static OF_TEKTON: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("tekton.dev/v1"));
static OF_ARGO: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("argoproj.io/v1"));

/// What a file of objects is, of any YAML file: those that say what runs are a CI system's.
pub fn by_objects(text: &str) -> Option<FileKind> {
    let says = |words: &Finder<'_>| words.find(text.as_bytes()).is_some();
    if !may_hold_objects(text.as_bytes()) {
        return None;
    }
    if says(&OF_TEKTON) && has_object(text, TEKTON_GROUPS, TEKTON) {
        return Some(FileKind::TektonResource);
    }
    if says(&OF_ARGO) && has_object(text, ARGO_GROUPS, ARGO) {
        return Some(FileKind::ArgoWorkflow);
    }
    has_head(text).then_some(FileKind::KubernetesManifest)
}

/// Tekton's groups that have such kinds.
const TEKTON_GROUPS: &[&str] = &["tekton.dev", "triggers.tekton.dev"];

/// Argo's group.
const ARGO_GROUPS: &[&str] = &["argoproj.io"];

/// Tekton's kinds that say what runs; sorted.
const TEKTON: &[&str] =
    &["ClusterTask", "CustomRun", "Pipeline", "PipelineRun", "Run", "StepAction", "Task", "TaskRun", "TriggerTemplate"];

/// Argo's kinds that say what runs; sorted.
const ARGO: &[&str] =
    &["ClusterWorkflowTemplate", "CronWorkflow", "EventSource", "Sensor", "Workflow", "WorkflowTemplate"];
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
    outline.has("kind") && outline.says("tekton.dev/v1") && has_object(outline.text, TEKTON_GROUPS, TEKTON)
}

fn is_argo(outline: &Outline<'_>) -> bool {
    outline.has("kind") && outline.says("argoproj.io/v1") && has_object(outline.text, ARGO_GROUPS, ARGO)
}

fn is_manifest(outline: &Outline<'_>) -> bool {
    may_hold_objects(outline.text.as_bytes()) && has_head(outline.text)
}

/// Whether a document, or an item of a list of objects, is of one of these groups and kinds.
fn has_object(text: &str, groups: &[&str], kinds: &[&str]) -> bool {
    // How deep the group and the kind stand that were seen last: those of one object stand equally deep.
    let (mut group, mut kind) = (None, None);
    for line in text.lines() {
        if line.starts_with("---") {
            (group, kind) = (None, None);
        }
        let trimmed = line.trim_start_matches([' ', '-']);
        let depth = line.len() - trimmed.len();
        let Some((key, value)) = trimmed.split_once(':') else { continue };
        let value = value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']);
        match key.trim_matches(['"', '\'']) {
            "apiVersion" => group = value.split('/').next().filter(|it| groups.contains(it)).map(|_| depth),
            "kind" => kind = kinds.binary_search(&value).ok().map(|_| depth),
            _ => continue,
        }
        if group.is_some() && group == kind {
            return true;
        }
    }
    false
}

/// Steps of a plan of Concourse; sorted.
const CONCOURSE_STEPS: &[&str] =
    &["aggregate", "do", "get", "in_parallel", "load_var", "put", "set_pipeline", "task", "try"];

/// A pipeline has jobs with plans; a task says where it runs and what.
fn is_concourse(outline: &Outline<'_>) -> bool {
    let is_task = || {
        let has_more = ["caches", "image_resource", "inputs", "outputs", "params", "rootfs_uri"];
        outline.has("platform") && outline.has("run") && has_more.into_iter().any(|it| outline.has(it))
    };
    let has_plan = || {
        let is_githubs = outline.has("on");
        let mut in_plan = false;
        outline.text.lines().any(|line| {
            let is_item = line.trim_start().starts_with('-') || line.contains('{');
            let mut keys = line.split(['[', '{', ',']).filter_map(|it| it.split_once(':'));
            keys.any(|(key, _)| {
                let key = key.trim_start_matches([' ', '-']);
                in_plan |= key == "plan" && !is_githubs;
                in_plan && is_item && CONCOURSE_STEPS.binary_search(&key).is_ok()
            })
        })
    };
    outline.has("jobs") && outline.says("plan:") && has_plan() || is_task()
}

fn is_codepipeline(outline: &Outline<'_>) -> bool {
    outline.has("Resources") && outline.says("AWS::CodePipeline::Pipeline")
}

/// A buildspec's phases hold commands; its version is a number of its own.
fn is_codebuild(outline: &Outline<'_>) -> bool {
    let has_version = || ["version: 0.", "version: '0.", "version: \"0."].into_iter().any(|it| outline.says(it));
    outline.has("version")
        && (outline.has("phases") && outline.says("commands:") || outline.has("batch"))
        && has_version()
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
    let names_it = || ["cloudbuild", "cloud-build", "cloud_build"].into_iter().any(|it| outline.path.contains(it));
    let has_builders = || outline.says("gcr.io/cloud-builders/") || outline.says("gcr.io/google.com/cloudsdktool/");
    outline.has("steps") && outline.says("name:") && (names_it() || has_builders()) && !outline.says("uses:")
}

fn is_codefresh(outline: &Outline<'_>) -> bool {
    let names_it = outline.path.contains("codefresh");
    names_it && outline.has("version") && outline.has("steps")
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
    let folder = folder_of(outline.path);
    let is_in = |name: &str| folder.strip_suffix(name).is_some_and(|it| it == "src/" || it.ends_with("/src/"));
    let runs_on = || ["docker", "executor", "machine", "macos"].into_iter().any(|it| outline.has(it));
    is_in("commands") && outline.has("steps")
        || is_in("jobs") && outline.has("steps") && runs_on()
        || is_in("executors") && runs_on()
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
    use super::{ARGO, CONCOURSE_STEPS, JOB_DSL, TEKTON, by_content, by_objects, key};
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
    fn tables_are_sorted() {
        assert!(ARGO.is_sorted());
        assert!(CONCOURSE_STEPS.is_sorted());
        assert!(TEKTON.is_sorted());
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
            ("steps:\r\n  - task: Npm@1\r\n", Some(FileKind::AzurePipeline)),
            ("steps:\n- task: Npm@1\non: push\n", None),
            ("jobs:\n  build:\n    steps:\n    - task: Npm@1\n", None),
            ("stages: ${{ parameters.stages }}\n", Some(FileKind::AzurePipeline)),
            ("variables:\n  onMain: $[eq(variables['Build.SourceBranch'], 'x')]\n", Some(FileKind::AzurePipeline)),
            ("variables:\n  onMain: 'yes'\n", None),
            ("stages: [build]\n", None),
            ("extends:\n  parameters: {}\n  template: a.yml@b\n", Some(FileKind::AzurePipeline)),
            ("extends: base\nsteps:\n- script: make\n", None),
            ("apiVersion: tekton.dev/v1\nkind: Task\n", Some(FileKind::TektonResource)),
            ("kind: Task # x\nmetadata: {}\napiVersion: \"tekton.dev/v1\"\n", Some(FileKind::TektonResource)),
            ("apiVersion: triggers.tekton.dev/v1beta1\nkind: TriggerTemplate\n", Some(FileKind::TektonResource)),
            ("apiVersion: triggers.tekton.dev/v1beta1\nkind: TriggerBinding\n", Some(FileKind::KubernetesManifest)),
            ("apiVersion: operator.tekton.dev/v1\nkind: Pipeline\n", Some(FileKind::KubernetesManifest)),
            (
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: tekton.dev/v1\n  kind: Task\n",
                Some(FileKind::TektonResource),
            ),
            // A definition of the kind, which names it deeper than itself.
            (
                "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  names:\n    kind: Task\n# tekton.dev/v1\n",
                Some(FileKind::KubernetesManifest),
            ),
            ("apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\n", Some(FileKind::ArgoWorkflow)),
            ("apiVersion: argoproj.io/v1alpha1\nkind: Application\n", Some(FileKind::KubernetesManifest)),
            (
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\n---\napiVersion: acme.org/v1\nkind: Workflow\n",
                Some(FileKind::KubernetesManifest),
            ),
            ("jobs:\n- name: a\n  plan:\n  - get: b\n", Some(FileKind::ConcoursePipeline)),
            ("jobs:\n- name: a\n  plan: [{get: b}, {task: c}]\n", Some(FileKind::ConcoursePipeline)),
            ("jobs:\n- name: a\n  plan:\n  - task: b\n", Some(FileKind::ConcoursePipeline)),
            ("platform: linux\nrun: {path: make}\ninputs: []\n", Some(FileKind::ConcoursePipeline)),
            ("platform: linux\nrun: make\n", None),
            ("on: push\njobs:\n  plan:\n    steps:\n    - get: x\n", None),
            ("apiVersion: v1\nkind: Namespace\n", Some(FileKind::KubernetesManifest)),
            ("spec:\n  inputs:\n    a:\n---\nbuild:\n  script: make\n", Some(FileKind::GitlabPipeline)),
            (".build:\n  script: make\n", Some(FileKind::GitlabPipeline)),
            ("stages: [a]\nb:\n  stage: a\n  script: make\n", Some(FileKind::GitlabPipeline)),
            ("stages: [a]\njobs: {}\nb:\n  stage: a\n  script: make\n", None),
            ("spec:\n  inputs:\n    a:\nkind: Task\n", None),
            ("stages:\n  - name: a\nserver:\n  port: 80\n", None),
            (".x: &x\n  image: a\nservices:\n  b: *x\n", None),
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
        for (text, expected) in [
            ("apiVersion: tekton.dev/v1\nkind: Task\n", Some(FileKind::TektonResource)),
            ("apiVersion: argoproj.io/v1alpha1\nkind: Workflow\n", Some(FileKind::ArgoWorkflow)),
            ("apiVersion: argoproj.io/v1alpha1\nkind: Application\n", Some(FileKind::KubernetesManifest)),
            ("steps:\n- task: Npm@1\n", None),
            ("server: {port: 80}\nkind: x\n# apiVersion: v1\n", None),
        ] {
            assert_eq!(by_objects(text), expected, "{text}");
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
            ("src/jobs/a.yml", "steps:\n- task: Npm@1\n", Some(FileKind::AzurePipeline)),
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
