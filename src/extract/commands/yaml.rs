//! The scripts of pipelines in YAML, wherever they stand, and the steps that use something with inputs. What the systems
//! have in common is that a script is the text, or the list of lines, under one of few keys.

use super::judge::{action, actions_of_pipelines, uses_known};
use super::outcomes::judged;
use super::place::Place;
use super::{Around, Started};
use crate::classify::FileKind;
use crate::extract::ci::command_line;
use crate::extract::documents::Yaml;
use crate::facts::{Context, Facts, RunBy};
use crate::syntax::yaml::{Kind, Node};
use crate::words::{self, Shapes, shapes_of_keys};

/// Keys under which scripts stand, and what runs them where it isn't what the step or the system says; sorted.
const SCRIPTS: &[(&str, &str)] = &[
    ("after-script", ""),
    ("after_deploy", ""),
    ("after_failure", ""),
    ("after_script", ""),
    ("after_success", ""),
    ("after_test", ""),
    ("args", ""),
    ("bash", "bash"),
    ("before_build", ""),
    ("before_deploy", ""),
    ("before_install", ""),
    ("before_script", ""),
    ("build_script", ""),
    ("cmd", "cmd"),
    ("command", ""),
    ("commands", ""),
    ("deploy_script", ""),
    ("inline", ""),
    ("inlineScript", ""),
    ("install", ""),
    ("powershell", "pwsh"),
    ("ps", "pwsh"),
    ("pwsh", "pwsh"),
    ("run", ""),
    ("script", ""),
    ("sh", "sh"),
    ("source", ""),
    ("test_script", ""),
];

/// Keys below which nothing is run; sorted.
static NOT_RUN: words::Words = words::Words::of(&[
    "artifacts",
    "cache",
    "description",
    "env",
    "environment",
    "image",
    "inputs",
    "name",
    "on",
    "outputs",
    "parameters",
    "services",
    "variables",
    "vars",
    "with",
]);

/// Keys under which a step names what it uses; the keys of its inputs; what stands before its name in the tables.
const USED: &[(&str, &str, &str)] = &[("pipe", "variables", ""), ("task", "inputs", "task:"), ("uses", "with", "")];

/// What the keys of these tables look like. Every key of a file is looked up in them, and nearly none is in one.
static SHAPES_OF_SCRIPTS: Shapes = shapes_of_keys!(SCRIPTS);
static SHAPES_OF_USED: Shapes = shapes_of_keys!(USED);
static SHAPES_OF_MAY_FAIL: Shapes = shapes_of_keys!(MAY_FAIL);

/// Keys with which a step or a job passes that fails, and the values that say so; none stands for any that isn't `false`;
/// sorted.
const MAY_FAIL: &[(&str, Option<&str>)] = &[
    ("allowFailure", Some("true")),
    ("allow_failure", None),
    ("continue-on-error", Some("true")),
    ("continueOnError", Some("true")),
    ("failure", Some("ignore")),
    ("ignore_failure", Some("true")),
    ("onError", Some("continue")),
    ("soft_fail", None),
];

/// How deep mappings are followed.
const MAX_DEPTH: usize = 40;

/// Adds what the commands and steps of a pipeline in YAML show; after its pipelines are known.
pub(in crate::extract) fn of_yaml(yaml: &Yaml<'_>, context: Context, facts: &mut Facts) {
    let file = yaml.file();
    let mut started = Started::of(file, facts);
    started.by_closed_requests |= is_github(file.kind()) && yaml.documents.roots().any(ends_with_requests);
    let is_at_root = runs_at_root(yaml);
    let around = Around { file, context, run_by: RunBy::Pipeline, started, may_fail: false, judged: None, is_at_root };
    actions_of_pipelines(&around, facts);
    // Most manifests have nothing that is run.
    if !yaml.documents.has_text(is_followed) {
        return;
    }
    // Nearly no pipeline runs or uses what the tables know, and those that don't needn't be looked at again.
    if !file.knowledge().may_know(file.text()) && !uses_known(&around, facts) {
        return;
    }
    let walk = Walk { yaml, words: Words::of(file.kind()), is_github: is_github(file.kind()) };
    for root in yaml.documents.roots() {
        walk.node(root, &around, "", 0, facts);
    }
}

/// Whether a workflow is started by the end of a pull request.
fn ends_with_requests(root: Node<'_>) -> bool {
    let requests = ["pull_request", "pull_request_target"].into_iter().filter_map(|it| root.get("on")?.get(it));
    requests.filter_map(|it| it.get("types")).any(|it| it.items().chain([it]).any(|it| it.text() == Some("closed")))
}

/// Whether the steps of a workflow begin in the root of its own repository: one that others call begins in theirs.
fn runs_at_root(yaml: &Yaml<'_>) -> bool {
    let is_workflow = matches!(yaml.file().kind(), FileKind::ForgejoWorkflow | FileKind::GithubWorkflow);
    let calls = |on: Node<'_>| {
        let is_call = |it: Node<'_>| it.text() == Some("workflow_call");
        on.get("workflow_call").is_some() || is_call(on) || on.items().any(is_call)
    };
    is_workflow && !yaml.documents.roots().filter_map(|it| it.get("on")).any(calls)
}

/// Whether a step puts the repository, or another one, elsewhere than where steps begin.
fn checks_out_elsewhere(step: Node<'_>) -> bool {
    let is_checkout = step.get("uses").and_then(Node::text).is_some_and(|it| it.contains("checkout"));
    let with = || step.get("with").is_some_and(|it| it.get("path").is_some() || it.get("repository").is_some());
    is_checkout && with()
}

/// Whether a script goes to another folder.
fn goes_elsewhere(script: &str) -> bool {
    ["cd ", "pushd "].iter().any(|it| script.contains(it))
}

/// Whether something may be run or used under a key.
fn is_followed(key: &str) -> bool {
    SHAPES_OF_USED.may_have(key) && USED.iter().any(|row| row.0 == key) || script(key).is_some()
}

/// The key under which a script stands, and what runs it.
fn script(key: &str) -> Option<(&'static str, &'static str)> {
    let row = SHAPES_OF_SCRIPTS.may_have(key).then(|| SCRIPTS.binary_search_by_key(&key, |row| row.0));
    Some(SCRIPTS[row?.ok()?])
}

/// The values of a key with which something passes that fails.
fn may_fail(key: &str) -> Option<Option<&'static str>> {
    let row = SHAPES_OF_MAY_FAIL.may_have(key).then(|| MAY_FAIL.binary_search_by_key(&key, |row| row.0));
    Some(MAY_FAIL[row?.ok()?].1)
}

fn is_github(kind: FileKind) -> bool {
    matches!(kind, FileKind::ForgejoWorkflow | FileKind::GithubAction | FileKind::GithubWorkflow)
}

/// What a list under a script's key is.
#[derive(Clone, Copy, PartialEq)]
enum Words {
    /// Each item is a line.
    Lines,
    /// The items are the words of one command.
    Command,
}

impl Words {
    fn of(kind: FileKind) -> Self {
        match kind {
            FileKind::ArgoWorkflow
            | FileKind::CloudBuildPipeline
            | FileKind::ConcoursePipeline
            | FileKind::ProwJobs
            | FileKind::TektonResource => Words::Command,
            _ => Words::Lines,
        }
    }
}

struct Walk<'w, 'd> {
    yaml: &'w Yaml<'d>,
    words: Words,
    is_github: bool,
}

impl<'d> Walk<'_, 'd> {
    /// `shell` is the interpreter that scripts here are for, where something says so.
    fn node(&self, node: Node<'d>, around: &Around<'_>, shell: &str, depth: usize, facts: &mut Facts) {
        if depth > MAX_DEPTH {
            return;
        }
        match node.kind() {
            // An alias repeats what is read where it is written.
            Kind::Alias | Kind::Scalar => {}
            Kind::Sequence => node.items().for_each(|it| self.node(it, around, shell, depth + 1, facts)),
            Kind::Mapping => self.mapping(node, around, shell, depth, facts),
        }
    }

    fn mapping(&self, node: Node<'d>, around: &Around<'_>, shell: &str, depth: usize, facts: &mut Facts) {
        let entries = node.entries();
        let text = |key: &str| {
            let value = entries.iter().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| *value)?;
            self.yaml.text(value)
        };
        let mut around = *around;
        // What a later step judges doesn't pass.
        around.may_fail |= around.judged.is_none()
            && entries.iter().any(|(key, value)| {
                key.text().and_then(may_fail).is_some_and(|wanted| match wanted {
                    Some(wanted) => value.text() == Some(wanted),
                    None => !value.is_null() && value.text() != Some("false"),
                })
            });
        let default = |key: &str| node.get("defaults")?.get("run")?.get(key)?.text();
        let shell = text("shell").or_else(|| default("shell")).unwrap_or(shell);
        around.is_at_root &= text("working-directory").is_none() && default("working-directory").is_none();
        self.used(node, &around, facts);
        if self.words == Words::Command && self.command(node, &around, facts) {
            return;
        }
        for (key, value) in &entries {
            let Some(name) = key.text() else { continue };
            let script = script(name).filter(|(key, _)| if self.is_github { *key == "run" } else { *key != "args" });
            if let Some((_, own)) = script {
                let interpreter = if own.is_empty() { shell } else { own };
                let one = self.yaml.text(*value).map(|_| *value);
                for item in one.into_iter().chain(value.items()) {
                    match self.yaml.text(item) {
                        Some(text) if item.kind() == Kind::Scalar => {
                            let is_at_root = around.is_at_root && !goes_elsewhere(text);
                            let around = Around { is_at_root, ..around };
                            around.script(text, interpreter, Place::of(self.yaml, item, text), facts);
                        }
                        // Lists within lists, and steps that are mappings.
                        _ => self.node(item, &around, interpreter, depth + 1, facts),
                    }
                }
                if value.kind() == Kind::Mapping {
                    self.node(*value, &around, interpreter, depth + 1, facts);
                }
            } else if name == "steps" && self.is_github {
                self.steps(*value, &around, shell, depth, facts);
            } else if name == "inputs" && node.get("task").is_some() {
                self.task(node, *value, &around, facts);
            } else if !NOT_RUN.has(name) {
                self.node(*value, &around, shell, depth + 1, facts);
            }
        }
    }

    /// The steps of a job, in their order.
    fn steps(&self, list: Node<'d>, around: &Around<'_>, shell: &str, depth: usize, facts: &mut Facts) {
        let steps: Vec<Node<'d>> = list.items().collect();
        let is_at_root = around.is_at_root && !steps.iter().any(|it| checks_out_elsewhere(*it));
        for (n, step) in steps.iter().enumerate() {
            let judged = judged(*step, &steps[n + 1..], self.yaml);
            self.node(*step, &Around { judged, is_at_root, ..*around }, shell, depth + 2, facts);
        }
    }

    /// Adds what a step uses: an action, a task, a pipe, with its inputs.
    fn used(&self, step: Node<'d>, around: &Around<'_>, facts: &mut Facts) {
        for &(key, inputs, prefix) in USED {
            let Some((value, written)) = step.get(key).and_then(|it| Some((it, it.text()?))) else { continue };
            let identity = written.split('@').next().unwrap_or(written);
            let identity = if key == "pipe" { identity.split(':').next().unwrap_or(identity) } else { identity };
            let inputs = step.get(inputs);
            let input = |name: &str| {
                let entries = inputs?.entries();
                let (_, value) =
                    entries.into_iter().find(|(it, _)| it.text().is_some_and(|it| it.eq_ignore_ascii_case(name)))?;
                Some(value.text()?.to_owned())
            };
            action(around, &format!("{prefix}{identity}"), &input, value.resolved().span(), facts);
        }
    }

    /// The script among the inputs of a task of Azure Pipelines.
    fn task(&self, step: Node<'d>, inputs: Node<'d>, around: &Around<'_>, facts: &mut Facts) {
        let task = step.get("task").and_then(Node::text).unwrap_or("").to_ascii_lowercase();
        let script_type = inputs.get("scriptType").and_then(Node::text).unwrap_or("");
        let interpreter = match script_type {
            "ps" | "pscore" => "pwsh",
            "batch" => "cmd",
            _ if task.contains("powershell") => "pwsh",
            _ => "",
        };
        for (key, value) in inputs.entries() {
            let is_script = key.text().is_some_and(|it| matches!(it, "Inline" | "inlineScript" | "script"));
            if let Some(text) = self.yaml.text(value).filter(|_| is_script && value.kind() == Kind::Scalar) {
                around.script(text, interpreter, Place::of(self.yaml, value, text), facts);
            }
        }
    }

    /// A command as containers have it: words under `command` and `args`, or `path` and `args`. The text that a shell is
    /// given among them is a script of its own. False where there is none.
    fn command(&self, node: Node<'d>, around: &Around<'_>, facts: &mut Facts) -> bool {
        let items = |key: &str| -> Vec<Node<'d>> {
            let value = node.get(key);
            let one = value.filter(|it| it.text().is_some());
            one.into_iter().chain(value.into_iter().flat_map(Node::items)).collect()
        };
        let parts = ["command", "entrypoint", "path", "args"].map(items).concat();
        let is_words = ["command", "args"].iter().any(|it| node.get(it).is_some_and(|it| it.items().next().is_some()));
        let words: Vec<&str> = parts.iter().filter_map(|it| self.yaml.text(*it)).collect();
        if !is_words || words.len() != parts.len() || words.is_empty() {
            return false;
        }
        let after_c = words.iter().position(|it| it.starts_with('-') && it.ends_with('c') && it.len() <= 6);
        match after_c.and_then(|at| Some((parts.get(at + 1)?, words.get(at + 1)?))) {
            Some((node, text)) if crate::syntax::shell::is_shell(words[0]) => {
                around.script(text, "sh", Place::of(self.yaml, *node, text), facts);
            }
            _ => around.script(&command_line(words.iter().copied()), "sh", Place::Whole(parts[0].span().start), facts),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{MAY_FAIL, NOT_RUN, SCRIPTS, USED, is_followed};

    #[test]
    fn tables_are_sorted() {
        assert!(SCRIPTS.is_sorted_by_key(|row| row.0));
        assert!(NOT_RUN.is_sorted());
        assert!(MAY_FAIL.is_sorted_by_key(|row| row.0));
        assert!(USED.is_sorted_by_key(|row| row.0));
    }

    #[test]
    fn keys_that_are_followed() {
        let keys = SCRIPTS.iter().map(|row| row.0).chain(USED.iter().map(|row| row.0));
        keys.for_each(|it| assert!(is_followed(it), "{it}"));
        for key in ["", "name", "image", "runs", "script ", "before_script_of_all"] {
            assert!(!is_followed(key), "{key}");
        }
    }
}
