//! The jobs of a file, hidden ones too: what they run, in which images, what they trigger, what they wait for.

use rustc_hash::FxHashSet;

use super::config::{Definition, Found, Piece, Value};
use super::variables::Variables;
use super::{Gitlab, Jobs, RESERVED, triggers};
use crate::extract::ci::identity;
use crate::facts::{Artifact, GapReason};
use crate::origin::gitlab::variable;
use crate::origin::{Origin, Reference};
use crate::pipeline::link::{INCLUDE, PART};
use crate::pipeline::{Job, Step, stages};
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

/// How many commands the jobs of a file run, all together.
pub(super) const MAX_COMMANDS: usize = 200_000;

/// Keys of jobs, of which those that are not scripts run nothing; sorted.
const KEYS: &[&str] = &[
    "after_script",
    "allow_failure",
    "artifacts",
    "before_script",
    "cache",
    "coverage",
    "dependencies",
    "environment",
    "except",
    "extends",
    "hooks",
    "id_tokens",
    "identity",
    "image",
    "inherit",
    "interruptible",
    "manual_confirmation",
    "needs",
    "only",
    "pages",
    "parallel",
    "release",
    "resource_group",
    "retry",
    "rules",
    "run",
    "script",
    "secrets",
    "services",
    "stage",
    "start_in",
    "tags",
    "timeout",
    "trigger",
    "variables",
    "when",
];

impl<'r> Gitlab<'_, 'r> {
    /// Everything at the top level.
    pub(super) fn jobs(&mut self) -> Jobs<'r> {
        let root = self.config.root();
        let globals = self.inputs.clone().around(self.config.global("variables"));
        let mut jobs = Vec::new();
        if let Some(include) = root.get("include").filter(|it| !it.is_null()) {
            for call in self.includes(&Value::of(include), &globals) {
                jobs.push(Job { id: INCLUDE.to_owned(), call: Some(call), ..Job::default() });
            }
        }
        for key in ["image", "services"] {
            let own = self.config.global("default").and_then(|it| it.get(key));
            for value in own.into_iter().chain(self.config.global(key)) {
                self.images(key, &value, &globals, &[]);
            }
        }
        let (mut placed, mut parts, mut definitions) = (Vec::new(), Vec::new(), Vec::new());
        let mut seen: FxHashSet<&'r str> = FxHashSet::default();
        for (key, _) in root.entries() {
            let Some(name) = key.text().filter(|it| RESERVED.binary_search(it).is_err() && seen.insert(it)) else {
                continue;
            };
            // Of a job that is there twice the last counts.
            let Some(node) = root.get(name) else { continue };
            let is_hidden = name.starts_with('.');
            if node.resolved().kind() != Kind::Mapping {
                if is_hidden {
                    self.list_part(name.to_owned(), node, &mut parts);
                } else {
                    self.wrong_shape(node, format!("job {name} is not a mapping"));
                }
                continue;
            }
            let definition = self.config.definition(name, node);
            if is_hidden {
                self.part(name, &definition, &mut parts);
            } else {
                placed.push(self.job(name, node, &definition));
                definitions.push(definition);
            }
        }
        let stages = self.place(&mut placed);
        jobs.extend(placed);
        Jobs { jobs, parts, stages, definitions }
    }

    fn job(&mut self, name: &'r str, node: Node<'r>, definition: &Definition<'r>) -> Job {
        let mut job = Job { id: self.inputs.with_inputs(name).into_owned(), ..Job::default() };
        let variables = self.variables(definition);
        let is_trigger = self.trigger(definition, &variables, &mut job);
        if !is_trigger {
            self.scripts(definition, true, &mut job.steps);
            self.job_images(definition, &variables, true, &mut job);
            if job.steps.is_empty() && self.is_whole && !self.reader.yaml.is_broken {
                let at = self.reader.yaml.file().at(node.span().start..node.span().start);
                self.reader.facts.gap(at, GapReason::Syntax, format!("job {name} has no script"));
            }
        }
        self.waits(definition, &mut job);
        job
    }

    /// What a job says of what it waits for: its stage, the jobs it names, and what keeps it from running by itself.
    fn waits(&self, definition: &Definition<'r>, job: &mut Job) {
        job.stage = self.config.text(definition, "stage").map(|(_, text)| self.inputs.with_inputs(text).into_owned());
        let needs = self.needs(definition);
        job.needs_said = needs.is_some();
        job.needs = needs.unwrap_or_default();
        (job.gate, job.gate_said) = triggers::gate(&self.config, definition);
    }

    /// A hidden job: what it brings to those that extend it, and its lists one by one for those that refer to them.
    fn part(&mut self, name: &'r str, definition: &Definition<'r>, parts: &mut Vec<Job>) {
        let mut job = Job { id: name.to_owned(), ..Job::default() };
        let variables = self.variables(definition);
        if !self.trigger(definition, &variables, &mut job) {
            self.scripts(definition, false, &mut job.steps);
        }
        self.job_images(definition, &variables, false, &mut job);
        self.waits(definition, &mut job);
        parts.push(job);
        // A list under another key is there for those that refer to it.
        let is_list = |key: &str, value: &Value<'r>| match key {
            "after_script" | "before_script" => true,
            _ => KEYS.binary_search(&key).is_err() && value.node().resolved().kind() == Kind::Sequence,
        };
        let entries = definition.value.entries();
        let has_more = entries.iter().any(|(key, _)| matches!(*key, "after_script" | "before_script"));
        for (key, value) in entries {
            if is_list(key, &value) || key == "script" && has_more {
                self.list_part(format!("{name}/{key}"), value.node(), parts);
            }
        }
    }

    /// A list of commands that jobs refer to by name.
    fn list_part(&mut self, id: String, node: Node<'r>, parts: &mut Vec<Job>) {
        let pieces = self.config.pieces(&Value::of(node));
        let is_script = pieces.iter().all(|it| !matches!(it, Piece::Other(_)));
        if is_script && !pieces.is_empty() {
            let mut steps = Vec::new();
            self.script(&Value::of(node), "", &mut steps);
            parts.push(Job { id, steps, ..Job::default() });
        }
    }

    /// The variables that hold in a job.
    fn variables(&self, definition: &Definition<'r>) -> Variables<'r> {
        let inherit = self.config.value(definition, "inherit").and_then(|it| it.get("variables"));
        let global = self.config.global("variables").filter(|_| inherits(inherit.as_ref(), None));
        self.inputs.clone().around(self.config.value(definition, "variables")).around(global)
    }

    /// A key of `default`, or of the top level as it was written before there was one, if the job takes it.
    pub(super) fn default(&self, definition: &Definition<'r>, key: &str) -> Option<Value<'r>> {
        let inherit = self.config.value(definition, "inherit").and_then(|it| it.get("default"));
        if !inherits(inherit.as_ref(), Some(key)) {
            return None;
        }
        self.config.global("default").and_then(|it| it.get(key)).or_else(|| self.config.global(key))
    }

    /// Adds what a job runs. Of a job that extends one of another file, what it leaves out is that one's.
    fn scripts(&mut self, definition: &Definition<'r>, with_defaults: bool, steps: &mut Vec<Step>) {
        let shell = if self.is_windows(definition) { "pwsh" } else { "" };
        let missing: Vec<&str> = definition.missing.iter().rev().copied().collect();
        let script = self.config.get(definition, "script");
        let run = self.config.value(definition, "run");
        let is_left_out = script.is_none() && run.is_none();
        // What another file gives a script has its own, and defaults run nothing without one.
        let defaults = with_defaults && missing.is_empty() && !is_left_out;
        self.beside("before_script", definition, defaults, shell, steps);
        match script {
            Some(Found::Value(script)) => self.script(&script, shell, steps),
            Some(Found::Parts(parts)) => steps.extend(parts.iter().map(|it| part_step(it))),
            None => {}
        }
        if let Some(run) = run {
            self.run(&run, shell, steps);
        }
        if is_left_out {
            steps.extend(missing.into_iter().map(part_step));
        }
        self.beside("after_script", definition, defaults, shell, steps);
    }

    /// Adds what runs before or after the script.
    fn beside(&mut self, key: &str, definition: &Definition<'r>, defaults: bool, shell: &str, steps: &mut Vec<Step>) {
        match self.config.get(definition, key) {
            Some(Found::Value(script)) => self.script(&script, shell, steps),
            Some(Found::Parts(parts)) => steps.extend(parts.iter().map(|it| part_step(it))),
            None if defaults => {
                if let Some(script) = self.default(definition, key) {
                    self.script(&script, shell, steps);
                }
            }
            None if key == "before_script" && self.config.get(definition, "script").is_some() => {
                steps.extend(definition.missing.iter().rev().map(|it| part_step(&format!("{it}/{key}"))));
            }
            None => {}
        }
    }

    /// Adds the commands of a script. Those of one place are read once.
    fn script(&mut self, script: &Value<'r>, shell: &str, steps: &mut Vec<Step>) {
        let key = (script.node().resolved().span().start, !shell.is_empty());
        if !self.scripts.contains_key(&key) {
            let read = self.read_script(script, shell);
            self.scripts.insert(key, read);
        }
        let Some(read) = self.scripts.get(&key) else { return };
        let n_commands = |step: &Step| if let Step::Run(commands) = step { commands.len() + 1 } else { 1 };
        let cost: usize = read.iter().map(n_commands).sum();
        if cost <= self.commands_left {
            steps.extend_from_slice(read);
        }
        self.commands_left = self.commands_left.saturating_sub(cost);
    }

    fn read_script(&mut self, script: &Value<'r>, shell: &str) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut lines = String::new();
        let mut has_lines = false;
        let flush = |lines: &mut String, has_lines: &mut bool, steps: &mut Vec<Step>| {
            if std::mem::take(has_lines) {
                steps.push(Step::Run(shell::commands_of(shell, &std::mem::take(lines))));
            }
        };
        for piece in self.config.pieces(script) {
            match piece {
                Piece::Text(node) => {
                    let text = self.text(node).unwrap_or_default();
                    // To a shell an input without a value is what an expression of another system is.
                    lines.push_str(&text.replace("$[[", "${{").replace("]]}", "]] }"));
                    lines.push('\n');
                    has_lines = true;
                }
                Piece::Part(name) => {
                    flush(&mut lines, &mut has_lines, &mut steps);
                    steps.push(part_step(&name));
                }
                Piece::Other(node) => self.wrong_shape(node, "a command is not text"),
            }
        }
        flush(&mut lines, &mut has_lines, &mut steps);
        steps
    }

    /// Adds the steps of `run`: scripts, and functions that are used from elsewhere.
    fn run(&mut self, run: &Value<'r>, shell: &str, steps: &mut Vec<Step>) {
        for piece in self.config.pieces(run) {
            let Piece::Other(step) = piece else { continue };
            if let Some(script) = step.get("script") {
                self.script(&Value::of(script), shell, steps);
            } else if let Some((node, text)) = step.get("step").and_then(|it| Some((it, it.text()?))) {
                let reference = function(text);
                steps.push(Step::Use(identity(&reference.origin)));
                self.found(node, Artifact::CiAction, text.to_owned(), reference);
            }
        }
    }

    /// Whether a runner for Windows is asked for, whose shell is PowerShell.
    fn is_windows(&self, definition: &Definition<'r>) -> bool {
        let tags = self.config.value(definition, "tags").or_else(|| self.default(definition, "tags"));
        let pieces = tags.map(|it| self.config.pieces(&it)).unwrap_or_default();
        pieces.iter().any(|it| match it {
            Piece::Text(node) => node.text().is_some_and(|text| text.to_ascii_lowercase().contains("windows")),
            Piece::Part(_) | Piece::Other(_) => false,
        })
    }

    /// What a job triggers in place of running something; whether it does.
    fn trigger(&mut self, definition: &Definition<'r>, variables: &Variables<'r>, job: &mut Job) -> bool {
        let mut calls = match self.config.get(definition, "trigger") {
            None => return false,
            Some(Found::Parts(parts)) => parts.into_iter().map(|it| format!("{PART}{it}")).collect(),
            Some(Found::Value(trigger)) if trigger.is_mapping() => {
                let mut calls = Vec::new();
                if let Some(project) = trigger.get("project").and_then(|it| self.reader.yaml.text(it.node())) {
                    calls.push(self.triggered(&variables.expand(project)));
                }
                if let Some(include) = trigger.get("include") {
                    calls.extend(self.includes(&include, variables));
                }
                if calls.is_empty() {
                    calls.extend(definition.missing.iter().rev().map(|it| format!("{PART}{it}")));
                }
                calls
            }
            Some(Found::Value(trigger)) => match self.reader.yaml.text(trigger.node()) {
                Some(project) => vec![self.triggered(&variables.expand(project))],
                None => {
                    self.wrong_shape(trigger.node(), "trigger is neither text nor a mapping");
                    Vec::new()
                }
            },
        };
        if calls.len() == 1 && !calls[0].starts_with(PART) {
            job.call = calls.pop();
        } else {
            job.steps.extend(calls.into_iter().map(Step::Call));
        }
        true
    }

    /// The jobs that `needs` names; nothing where there is none. Those of other pipelines are not in this graph.
    fn needs(&self, definition: &Definition<'r>) -> Option<Vec<String>> {
        let needs = match self.config.get(definition, "needs")? {
            Found::Value(needs) => needs,
            Found::Parts(_) => return Some(Vec::new()),
        };
        let mut names: Vec<String> = Vec::new();
        for piece in self.config.pieces(&needs) {
            let name = match piece {
                Piece::Text(node) => self.text(node),
                Piece::Other(need) => {
                    let is_elsewhere = ["pipeline", "project", "ref"].iter().any(|key| need.get(key).is_some());
                    need.get("job").filter(|_| !is_elsewhere).and_then(|it| self.text(it))
                }
                Piece::Part(_) => None,
            };
            names.extend(name.filter(|it| !names.contains(it)));
            if names.len() >= stages::MAX_FAN_IN {
                break;
            }
        }
        Some(names)
    }

    /// Gives jobs what they wait for, as far as this file says it, and tells its stages.
    fn place(&self, jobs: &mut [Job]) -> Vec<String> {
        let listed = self.config.global("stages").or_else(|| self.config.global("types"));
        let pieces = listed.map(|it| self.config.pieces(&it)).unwrap_or_default();
        let text = |it: Piece<'r>| if let Piece::Text(node) = it { self.text(node) } else { None };
        let named = pieces.into_iter().filter_map(text).filter(|it| it != ".pre" && it != ".post").collect::<Vec<_>>();
        let ids: FxHashSet<String> = jobs.iter().map(|it| it.id.clone()).collect();
        for job in jobs.iter_mut() {
            job.needs = std::mem::take(&mut job.needs).into_iter().map(|need| whole_job(need, &ids)).collect();
            job.needs.dedup();
        }
        stages::wait(jobs, &named);
        named
    }
}

/// The job that one of its parallel runs belongs to: `test: [a, b]`, `test 1/3`.
fn whole_job(need: String, ids: &FxHashSet<String>) -> String {
    if ids.contains(&need) {
        return need;
    }
    let is_number =
        |it: &str| it.split_once('/').is_some_and(|(a, b)| [a, b].iter().all(|it| it.parse::<u32>().is_ok()));
    let whole = need.split_once(": [").map(|(name, _)| name);
    let whole = whole.or_else(|| need.rsplit_once(' ').filter(|(_, it)| is_number(it)).map(|(name, _)| name));
    match whole.filter(|it| ids.contains(*it)) {
        Some(name) => name.to_owned(),
        None => need,
    }
}

/// Whether a job takes what `inherit` speaks of: all, none, or what a list names.
fn inherits(inherit: Option<&Value<'_>>, key: Option<&str>) -> bool {
    let Some(inherit) = inherit else { return true };
    match inherit.node().text() {
        Some(text) => text != "false",
        // Of variables a list names some; they are what the job's images and includes are about.
        None => key.is_none_or(|key| inherit.node().items().any(|it| it.text() == Some(key))),
    }
}

fn part_step(name: &str) -> Step {
    Step::Call(format!("{PART}{name}"))
}

/// A function that a step of `run` uses: `./path`, or `host/group/project/path@version`. How much of it is the project
/// only the server knows.
fn function(text: &str) -> Reference {
    if let Some(path) = text.strip_prefix("./") {
        let origin = Origin::Local { path: path.trim_end_matches('/').to_owned() };
        return Reference { origin, version: crate::origin::Version::only(crate::origin::Pin::SameCommit) };
    }
    let (name, version) = text.split_once('@').map_or((text, None), |(name, version)| (name, Some(version)));
    if let Some(at) = variable(name) {
        return Reference::dynamic(&name[..at], "a variable that only the server knows");
    }
    let (host, path) = name.split_once('/').unwrap_or((name, ""));
    Reference {
        origin: Origin::Url { host: host.to_ascii_lowercase(), path: path.to_owned() },
        version: crate::origin::Version::git(version),
    }
}

#[cfg(test)]
mod tests {
    use super::{KEYS, whole_job};

    #[test]
    fn the_table_is_sorted() {
        assert!(KEYS.is_sorted());
    }

    #[test]
    fn parallel_runs() {
        let ids = ["test".to_owned(), "a 1/2".to_owned()].into_iter().collect();
        for (need, expected) in [
            ("test 1/3", "test"),
            ("test: [x, y]", "test"),
            ("a 1/2", "a 1/2"),
            ("b 1/2", "b 1/2"),
            ("test x", "test x"),
        ] {
            assert_eq!(whole_job(need.to_owned(), &ids), expected);
        }
    }
}
