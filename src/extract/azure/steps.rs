//! Steps: what each of them is, and what it runs.

use super::outline::{all, first_key, get, has_expression, items};
use super::{Azure, tasks};
use crate::facts::Artifact;
use crate::origin::{Reference, azure};
use crate::pipeline::Step;
use crate::syntax::yaml::{Kind, Node};

/// The machine that steps run on, as far as it decides what runs their scripts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Machine {
    /// Linux or macOS, which is also what runs where nothing is said.
    #[default]
    Unix,
    /// Windows.
    Windows,
}

impl Machine {
    /// What runs a `script`; empty is a shell.
    pub(super) fn script(self) -> &'static str {
        match self {
            Machine::Unix => "",
            Machine::Windows => "cmd",
        }
    }
}

/// Steps that are another spelling of a task that comes with the product: key and task; sorted.
const SHORT: &[(&str, &str)] = &[
    ("checkout", "Checkout"),
    ("download", "DownloadPipelineArtifact"),
    ("downloadBuild", "DownloadBuildArtifacts"),
    ("getPackage", "DownloadPackage"),
    ("publish", "PublishPipelineArtifact"),
    ("restoreCache", "Cache"),
    ("reviewApp", "ReviewApp"),
    ("saveCache", "Cache"),
];

/// Keys that hold a script, and what runs it; sorted.
const SCRIPTS: &[(&str, &str)] = &[("bash", "bash"), ("powershell", "pwsh"), ("pwsh", "pwsh"), ("script", "")];

/// Whether a key says what kind of step its mapping is.
pub(super) fn is_step(key: &str) -> bool {
    matches!(key, "task" | "template")
        || SHORT.binary_search_by_key(&key, |(it, _)| it).is_ok()
        || SCRIPTS.binary_search_by_key(&key, |(it, _)| it).is_ok()
}

impl<'r> Azure<'_, 'r> {
    /// Adds the steps of a list.
    pub(super) fn steps(&mut self, list: Node<'r>, machine: Machine, found: &mut Vec<Step>) {
        self.in_depth(list, |it| {
            let steps = items(list, &|text| it.values.list(text));
            for step in steps {
                if it.spend() {
                    it.step(step, machine, found);
                }
            }
        });
    }

    fn step(&mut self, step: Node<'r>, machine: Machine, found: &mut Vec<Step>) {
        let yaml = self.reader.yaml;
        if step.resolved().kind() != Kind::Mapping {
            // Steps that a caller gives are the caller's.
            if !step.text().is_some_and(has_expression) {
                yaml.wrong_shape(Some(step), "a step is not a mapping", self.reader.facts);
            }
            return;
        }
        if let Some(template) = get(step, "template") {
            found.extend(self.template(template).map(Step::Call));
            for list in self.given(step, Level::Steps) {
                match list.level {
                    Level::Steps => self.steps(list.node, machine, found),
                    Level::Variables => self.variables(list.node),
                    // Nothing below steps has room for them.
                    Level::Jobs | Level::Stages => {}
                }
            }
        } else if let Some(task) = get(step, "task") {
            self.task(task, all(step, "inputs").into_iter().next(), machine, found);
        } else if let Some((_, script, shell)) =
            SCRIPTS.iter().find_map(|(key, shell)| Some((key, get(step, key)?, *shell)))
        {
            let shell = if shell.is_empty() { machine.script() } else { shell };
            match script.text() {
                Some(text) => found.push(Step::Run(self.commands(shell, text))),
                None => yaml.wrong_shape(Some(script), "a script is not text", self.reader.facts),
            }
        } else if let Some((value, task)) = SHORT.iter().find_map(|(key, task)| Some((get(step, key)?, task))) {
            // `checkout: none` and `download: none` keep the job from doing so by itself.
            if value.text() != Some("none") {
                found.push(Step::Use(format!("task:{task}")));
            }
        } else if !is_placeholder(step) && !is_refusal(step) {
            yaml.wrong_shape(Some(step), "a step of no known kind", self.reader.facts);
        }
    }

    fn task(&mut self, task: Node<'r>, inputs: Option<Node<'r>>, machine: Machine, found: &mut Vec<Step>) {
        let yaml = self.reader.yaml;
        let Some(text) = yaml.text(task) else {
            return yaml.wrong_shape(Some(task), "task is not text", self.reader.facts);
        };
        let text = self.values.fill_in(text).into_owned();
        self.reader.add(task, Artifact::CiAction, Reference::of(azure::task(&text)));
        let name = text.split('@').next().unwrap_or("").trim();
        let run_by = |interpreter: &str, script: &str| self.commands(interpreter, script);
        let runs = tasks::runs(name, inputs, yaml, machine, &run_by);
        if !runs.as_ref().is_some_and(|it| it.is_script) {
            found.push(Step::Use(format!("task:{name}")));
        }
        found.extend(runs.map(|it| it.commands).filter(|it| !it.is_empty()).map(Step::Run));
    }

    /// The lists of steps, jobs and stages that a call hands to a template: they run within it, and are this file's.
    pub(super) fn given(&mut self, call: Node<'r>, level: Level) -> Vec<Given<'r>> {
        let mut found = Vec::new();
        for parameters in all(call, "parameters") {
            for (name, value) in super::outline::entries(parameters) {
                let kind = value.resolved().kind();
                if !matches!(kind, Kind::Sequence | Kind::Mapping) {
                    continue;
                }
                // A mapping is a list only where all of it is structure.
                if kind == Kind::Mapping && first_key(value).is_some() {
                    continue;
                }
                let listed = items(value, &|text| self.values.list(text));
                let level = match listed.iter().find_map(|it| level_of(*it)) {
                    Some(Some(level)) => level,
                    // Calls of templates: what they are of, the parameter's name may say.
                    Some(None) => level_of_name(name.text().unwrap_or("")).unwrap_or(level),
                    None => continue,
                };
                found.push(Given { name: name.text().unwrap_or(""), node: value, level });
            }
        }
        found
    }
}

/// What a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Variables,
    Steps,
    Jobs,
    Stages,
}

/// A list that a call hands to a template.
pub(super) struct Given<'r> {
    /// The parameter.
    pub(super) name: &'r str,
    pub(super) node: Node<'r>,
    pub(super) level: Level,
}

/// What an item shows its list to be of: nothing where it is other data, and nothing of the level where it is a call of
/// a template. Data may have a key `job` or `stage` too, so an item must have what only a job or a stage has.
fn level_of(item: Node<'_>) -> Option<Option<Level>> {
    let has = |key| get(item, key).is_some();
    match first_key(item)? {
        "template" => Some(None),
        "job" | "deployment" if has("steps") || has("strategy") => Some(Some(Level::Jobs)),
        "stage" if has("jobs") => Some(Some(Level::Stages)),
        "job" | "deployment" | "stage" => None,
        key if is_step(key) => Some(Some(Level::Steps)),
        _ => None,
    }
}

fn level_of_name(name: &str) -> Option<Level> {
    let name = name.to_ascii_lowercase();
    let says = |word: &str| name.contains(word);
    match () {
        () if says("variable") => Some(Level::Variables),
        () if says("step") => Some(Level::Steps),
        () if says("job") => Some(Level::Jobs),
        () if says("stage") => Some(Level::Stages),
        () => None,
    }
}

/// Whether a step is there to be refused, with its words in place of a key: templates use that to tell callers of a
/// mistake.
fn is_refusal(step: Node<'_>) -> bool {
    first_key(step).is_some_and(|key| key.trim().contains(' '))
}

/// Whether a mapping holds nothing but expressions, so that what it is is not known here.
pub(super) fn is_placeholder(node: Node<'_>) -> bool {
    first_key(node).is_none()
}

#[cfg(test)]
mod tests {
    use super::{SCRIPTS, SHORT};

    #[test]
    fn tables_are_sorted() {
        assert!(SHORT.is_sorted_by_key(|(key, _)| key));
        assert!(SCRIPTS.is_sorted_by_key(|(key, _)| key));
    }
}
