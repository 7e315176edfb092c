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
const TESTS: &[(FileKind, fn(&Outline<'_>) -> bool)] = &[
    (FileKind::TektonResource, is_tekton),
    (FileKind::ArgoWorkflow, is_argo),
    (FileKind::ConcoursePipeline, is_concourse),
    (FileKind::AzurePipeline, is_azure),
];

/// What a file is by its content, of the kinds that a path alone doesn't tell.
pub fn by_content(path: &str, text: &str) -> Option<FileKind> {
    let outline = Outline::of(path, text);
    TESTS.iter().find(|(_, is_one)| is_one(&outline)).map(|(kind, _)| *kind)
}

/// Tekton's kinds that say what runs; sorted.
const TEKTON: &[&str] =
    &["ClusterTask", "CustomRun", "Pipeline", "PipelineRun", "Run", "StepAction", "Task", "TaskRun", "TriggerTemplate"];

/// Argo's kinds that say what runs; sorted.
const ARGO: &[&str] =
    &["ClusterWorkflowTemplate", "CronWorkflow", "EventSource", "Sensor", "Workflow", "WorkflowTemplate"];

fn is_tekton(outline: &Outline<'_>) -> bool {
    outline.has("kind")
        && outline.says("tekton.dev/v1")
        && has_object(outline.text, &["tekton.dev", "triggers.tekton.dev"], TEKTON)
}

fn is_argo(outline: &Outline<'_>) -> bool {
    outline.has("kind") && outline.says("argoproj.io/v1") && has_object(outline.text, &["argoproj.io"], ARGO)
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

fn is_azure(outline: &Outline<'_>) -> bool {
    let has_work = ["extends", "jobs", "stages", "steps"].into_iter().any(|it| outline.has(it));
    let is_azures = ["- task: ", "- template: ", "vmImage: ", "- deployment: ", "- stage: ", "- checkout: "];
    has_work && !outline.path.is_empty() && is_azures.into_iter().any(|it| outline.says(it))
}

#[cfg(test)]
mod tests {
    use super::{ARGO, CONCOURSE_STEPS, TEKTON, by_content, key};
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
    fn contents() {
        for (text, expected) in [
            ("steps:\n- task: Npm@1\n", Some(FileKind::AzurePipeline)),
            ("apiVersion: tekton.dev/v1\nkind: Task\n", Some(FileKind::TektonResource)),
            ("kind: Task # x\nmetadata: {}\napiVersion: \"tekton.dev/v1\"\n", Some(FileKind::TektonResource)),
            ("apiVersion: triggers.tekton.dev/v1beta1\nkind: TriggerTemplate\n", Some(FileKind::TektonResource)),
            ("apiVersion: triggers.tekton.dev/v1beta1\nkind: TriggerBinding\n", None),
            ("apiVersion: operator.tekton.dev/v1\nkind: Pipeline\n", None),
            (
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: tekton.dev/v1\n  kind: Task\n",
                Some(FileKind::TektonResource),
            ),
            // A definition of the kind, which names it deeper than itself.
            (
                "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  names:\n    kind: Task\n# tekton.dev/v1\n",
                None,
            ),
            ("apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\n", Some(FileKind::ArgoWorkflow)),
            ("apiVersion: argoproj.io/v1alpha1\nkind: Application\n", None),
            (
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\n---\napiVersion: acme.org/v1\nkind: Workflow\n",
                None,
            ),
            ("jobs:\n- name: a\n  plan:\n  - get: b\n", Some(FileKind::ConcoursePipeline)),
            ("jobs:\n- name: a\n  plan: [{get: b}, {task: c}]\n", Some(FileKind::ConcoursePipeline)),
            ("jobs:\n- name: a\n  plan:\n  - task: b\n", Some(FileKind::ConcoursePipeline)),
            ("platform: linux\nrun: {path: make}\ninputs: []\n", Some(FileKind::ConcoursePipeline)),
            ("platform: linux\nrun: make\n", None),
            ("on: push\njobs:\n  plan:\n    steps:\n    - get: x\n", None),
            ("apiVersion: v1\nkind: Namespace\n", None),
            ("", None),
        ] {
            assert_eq!(by_content("ci/a.yml", text), expected, "{text}");
        }
    }
}
