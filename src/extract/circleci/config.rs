//! Configurations: workflows and their jobs, what starts them, and the configurations that a setup goes on with.
//!
//! One configuration is one pipeline: CircleCI runs all workflows of it at once, each where its conditions hold. A job
//! that more than one workflow names is a job of each. Where there are several workflows, a job's id is
//! `workflow/name`.

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::arguments::Arguments;
use super::expand::{Continuation, Expander, path_of};
use super::scope::{Orb, Scope};
use crate::classify::FileKind;
use crate::extract::ci::{Reader, exact, identity};
use crate::facts::{Artifact, GapReason};
use crate::origin::{Origin, Pin, Reference, Version};
use crate::pipeline::gate::Gate;
use crate::pipeline::{Job, Pipeline, Role, Step, System};
use crate::resolve::Questions;
use crate::resolve::values::{Marks, Variables, fill_in};
use crate::syntax::yaml::{Kind, Node};

/// Jobs and commands that go on with another configuration: which, the parameter that names its file, and the file
/// where none is named; sorted.
const CONTINUATIONS: &[(&str, &str, &str)] = &[
    ("orb:circleci/continuation/continue", "configuration_path", ""),
    ("orb:circleci/orb-tools/continue", "config_path", ".circleci/test-deploy.yml"),
    ("orb:circleci/path-filtering/filter", "config-path", ".circleci/continue_config.yml"),
];

/// How many names of a matrix's jobs are looked at.
const MAX_MATRIX: usize = 256;

pub(super) fn read<'r>(reader: &mut Reader<'r, 'r>, questions: &mut Questions) {
    let yaml = reader.yaml;
    let file = yaml.file();
    let root = reader.root().filter(|it| it.get("jobs").is_some() || it.get("workflows").is_some());
    let Some(root) = root else {
        // A configuration may be one of orbs alone, which runs nothing.
        if let Some(root) = reader.root().filter(|it| it.get("version").is_some()) {
            Scope::read(reader, root, false);
        }
        if !yaml.is_broken {
            let detail = "not a configuration of CircleCI: it has neither `workflows` nor `jobs`";
            reader.facts.gap(file.at(0..0), GapReason::Syntax, detail);
        }
        return;
    };
    let is_main = matches!(&**file.path(), ".circleci/config.yml" | ".circleci/config.yaml");
    let scope = Scope::read(reader, root, is_main);
    let mut expander = Expander::new(reader, Arguments::of_pipeline(root));
    let mut reading = Workflows { jobs: Vec::new(), named: FxHashSet::default(), triggers: BTreeSet::new() };
    let workflows: Vec<(&str, Node<'r>)> = root
        .get("workflows")
        .map(Node::entries)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(name, it)| Some((name.text()?, it)))
        .filter(|(name, _)| *name != "version")
        .collect();
    for (name, workflow) in &workflows {
        let prefix = if workflows.len() > 1 { format!("{name}/") } else { String::new() };
        reading.workflow(&mut expander, *workflow, &scope, &prefix, root, questions);
    }
    if workflows.is_empty() {
        // Without workflows the job `build` runs, and no other.
        reading.triggers.insert("push".to_owned());
        if let Some(build) = scope.job("build") {
            reading.named.insert("build");
            let job = expander.job(build, None, &scope);
            reading.jobs.push(Job { id: "build".to_owned(), ..job });
        }
    }
    // What no workflow names may be named by a configuration that this one is put together with.
    let mut parts = Vec::new();
    for (name, definition) in &scope.jobs {
        if !reading.named.contains(name) && definition.resolved().kind() == Kind::Mapping {
            let job = expander.job(*definition, None, &scope);
            parts.push(Job { id: (*name).to_owned(), ..job });
        }
    }
    let Workflows { jobs, triggers, named: _ } = reading;
    reader.facts.pipelines.push(Pipeline {
        at: file.start(),
        system: System::Circleci,
        name: String::new(),
        triggers,
        role: if is_main { Role::Pipeline } else { Role::Template },
        jobs,
        parts,
        stages: Vec::new(),
        exact: exact(root),
        context: reader.context,
    });
}

/// What the workflows of a configuration come to.
struct Workflows<'r> {
    jobs: Vec<Job>,
    /// The jobs of the document that a workflow names.
    named: FxHashSet<&'r str>,
    triggers: BTreeSet<String>,
}

/// One entry of a workflow's `jobs`.
struct Entry<'r> {
    at: Node<'r>,
    /// The job that it runs.
    job: &'r str,
    call: Option<Node<'r>>,
    /// The id within the pipeline.
    id: String,
}

impl<'r> Workflows<'r> {
    fn workflow(
        &mut self,
        expander: &mut Expander<'_, 'r>,
        workflow: Node<'r>,
        scope: &Scope<'r>,
        prefix: &str,
        root: Node<'r>,
        questions: &mut Questions,
    ) {
        self.triggers.extend(triggers(workflow, root));
        let says = |key: &str, word: &str| workflow.get(key).and_then(Node::text) == Some(word);
        let never = says("when", "false") || says("unless", "true");
        let Some(jobs) = workflow.get("jobs") else {
            let yaml = expander.reader.yaml;
            return yaml.wrong_shape(Some(workflow), "a workflow without jobs", expander.reader.facts);
        };
        let mut entries = Vec::new();
        let mut ids: FxHashMap<String, String> = FxHashMap::default();
        for item in jobs.items() {
            let (at, job, call) = match item.resolved().kind() {
                Kind::Scalar => (item, item.text(), None),
                Kind::Mapping => match item.entries().first() {
                    Some((key, value)) => (*key, key.text(), Some(*value)),
                    None => continue,
                },
                Kind::Sequence | Kind::Alias => (item, None, None),
            };
            let Some(job) = job.filter(|it| !it.is_empty()) else {
                let yaml = expander.reader.yaml;
                yaml.wrong_shape(
                    Some(item),
                    "a job of a workflow is neither a name nor a mapping",
                    expander.reader.facts,
                );
                continue;
            };
            let name = call.and_then(|it| it.get("name")).and_then(Node::text).unwrap_or(job);
            let id = format!("{prefix}{name}");
            for name in names(job, name, call) {
                ids.entry(name).or_insert_with(|| id.clone());
            }
            entries.push(Entry { at, job, call, id });
        }
        for Entry { at, job: name, call, id } in entries {
            let requires = call.and_then(|it| it.get("requires"));
            let needs = requires.map(|it| needed(it)).unwrap_or_default();
            let needs = needs.into_iter().map(|it| ids.get(it).cloned().unwrap_or_else(|| format!("{prefix}{it}")));
            let needs: Vec<String> = needs.collect();
            let mut job = self.entry(expander, at, name, call, scope);
            if never {
                job.gate = Some(Gate::Never);
            } else if call.and_then(|it| it.get("type")).and_then(Node::text) == Some("approval") {
                job.gate = Some(Gate::Manual);
            }
            if call.and_then(|it| it.get("filters")?.get("tags")).is_some() {
                self.triggers.insert("tag".to_owned());
            }
            job.id = id;
            job.needs = needs;
            let next = format!("{}/continue", job.id);
            let before = vec![job.id.clone()];
            self.jobs.push(job);
            let calls = std::mem::take(&mut expander.orb_calls);
            for (n, path) in calls.iter().flat_map(|it| continued(expander, it, questions)).enumerate() {
                let id = if n == 0 { next.clone() } else { format!("{next}-{}", n + 1) };
                self.jobs.push(Job { id, needs: before.clone(), call: Some(format!("./{path}")), ..Job::default() });
            }
        }
    }

    fn entry(
        &mut self,
        expander: &mut Expander<'_, 'r>,
        at: Node<'r>,
        name: &'r str,
        call: Option<Node<'r>>,
        scope: &Scope<'r>,
    ) -> Job {
        // A person, or another service, has to say that it goes on.
        if call.and_then(|it| it.get("type")).is_some() {
            return Job::default();
        }
        if let Some(definition) = scope.job(name) {
            self.named.insert(name);
            return expander.job(definition, call, scope);
        }
        let Some((alias, element)) = name.split_once('/') else {
            if scope.is_whole {
                expander.missing(at, &format!("no job {name} here"));
            }
            return Job { call: Some(format!("part:{name}")), ..Job::default() };
        };
        let identity = match scope.orb(alias) {
            Some(Orb::Elsewhere(orb)) => format!("{orb}/{element}"),
            Some(Orb::Inline(orb)) => {
                let orb = orb.clone();
                let Some(definition) = orb.job(element) else {
                    expander.missing(at, &format!("no job {element} in the orb {alias}"));
                    return Job::default();
                };
                return expander.job(definition, call, &orb);
            }
            None if scope.is_whole => {
                expander.missing(at, &format!("no orb {alias} here"));
                return Job::default();
            }
            Some(Orb::Unknown) | None => format!("part:{name}"),
        };
        let arguments = expander.pipeline.clone();
        let mut steps = Vec::new();
        expander.around(call, "pre-steps", scope, "", &mut steps);
        let before = steps.len();
        expander.given_steps(call, scope, &arguments, "", 0, &mut steps);
        expander.around(call, "post-steps", scope, "", &mut steps);
        let identity_of_call = identity.clone();
        expander.orb_calls.push(Continuation { identity: identity_of_call, call, arguments });
        if steps.is_empty() {
            return Job { call: Some(identity), ..Job::default() };
        }
        steps.insert(before, Step::Call(identity));
        Job { steps, ..Job::default() }
    }
}

/// The names by which other jobs of the workflow may wait for an entry: its own, its matrix's, and those of the matrix's
/// jobs.
fn names(job: &str, name: &str, call: Option<Node<'_>>) -> Vec<String> {
    let mut names = vec![name.to_owned()];
    let Some(matrix) = call.and_then(|it| it.get("matrix")) else { return names };
    names.push(matrix.get("alias").and_then(Node::text).unwrap_or(job).to_owned());
    let parameters = matrix.get("parameters").map(Node::entries).unwrap_or_default();
    let mut all = vec![(Variables::default(), job.to_owned())];
    for (parameter, values) in parameters {
        let Some(parameter) = parameter.text() else { continue };
        let mut more = Vec::new();
        for (variables, made) in &all {
            for value in values.items().filter_map(Node::text) {
                let mut variables = variables.clone();
                variables.set(&format!("matrix.{parameter}"), Some(value));
                more.push((variables, format!("{made}-{value}")));
                if more.len() >= MAX_MATRIX {
                    break;
                }
            }
        }
        more.truncate(MAX_MATRIX);
        if !more.is_empty() {
            all = more;
        }
    }
    let is_named = name != job;
    names.extend(all.into_iter().map(|(variables, made)| match is_named {
        true => fill_in(name, Marks::Circle, &variables).into_owned(),
        false => made,
    }));
    names
}

/// The names of `requires`: texts, or mappings of a name to the outcomes that are waited for.
fn needed<'r>(requires: Node<'r>) -> Vec<&'r str> {
    let one = requires.text().filter(|it| !it.is_empty());
    let many = requires.items().flat_map(|it| match it.resolved().kind() {
        Kind::Mapping => it.entries().into_iter().filter_map(|(key, _)| key.text()).collect(),
        Kind::Scalar => it.text().into_iter().collect(),
        Kind::Sequence | Kind::Alias => Vec::new(),
    });
    one.into_iter().chain(many).collect()
}

/// What starts a workflow: pushes, unless it has a schedule, or a condition that only a schedule or a call of the
/// server's interface meets.
fn triggers(workflow: Node<'_>, root: Node<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Some(triggers) = workflow.get("triggers") {
        for (kind, _) in triggers.items().flat_map(Node::entries) {
            found.extend(kind.text().map(str::to_owned));
        }
    }
    let condition = workflow.get("when");
    let words = condition.map(Node::written).unwrap_or_default();
    if words.contains("scheduled_pipeline") || words.contains("pipeline.schedule.") {
        found.insert("schedule".to_owned());
    }
    // A parameter that is off until somebody sets it.
    let parameter = condition.and_then(Node::text).and_then(|it| it.trim().strip_prefix("<<")?.strip_suffix(">>"));
    let parameter = parameter.and_then(|it| it.trim().strip_prefix("pipeline.parameters."));
    let default = parameter.and_then(|it| root.get("parameters")?.get(it)?.get("default")?.text());
    if default == Some("false") {
        found.insert("api".to_owned());
    }
    if found.is_empty() {
        found.insert("push".to_owned());
    }
    found
}

/// The files that an orb's job or command goes on with. Adds what names them.
fn continued<'r>(
    expander: &mut Expander<'_, 'r>,
    continuation: &Continuation<'r>,
    questions: &mut Questions,
) -> Vec<String> {
    let Continuation { identity: of, call, arguments } = continuation;
    let Ok(row) = CONTINUATIONS.binary_search_by_key(&of.as_str(), |(identity, ..)| identity) else {
        return Vec::new();
    };
    let (_, parameter, default) = CONTINUATIONS[row];
    let mut paths = Vec::new();
    match call.and_then(|it| it.get(parameter)) {
        Some(node) => {
            let Some(text) = expander.reader.yaml.text(node) else { return paths };
            let text: Rc<str> = arguments.fill(text).into();
            let reference = match path_of(&text) {
                Some(origin) => Reference { origin, version: Version::only(Pin::SameCommit) },
                None => Reference::dynamic("", "the setup writes the configuration that it goes on with"),
            };
            if let Origin::Local { path } = &reference.origin {
                paths.push(path.clone());
            }
            expander.reader.add(node, Artifact::CiTemplate, reference);
        }
        None if !default.is_empty() => paths.push(default.to_owned()),
        None => {}
    }
    // `path parameter value file`: a file of its own for what has changed.
    let mapping = call.and_then(|it| it.get("mapping")).and_then(Node::text).unwrap_or_default();
    for line in mapping.lines().take(MAX_MATRIX) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [_, _, _, file] = words.as_slice()
            && let Some(origin @ Origin::Local { .. }) = path_of(file)
        {
            paths.push(identity(&origin).trim_start_matches("./").to_owned());
        }
    }
    let mut seen = BTreeSet::new();
    paths.retain(|it| seen.insert(it.clone()));
    for path in &paths {
        questions.ask_include(path, FileKind::CircleciPipeline);
    }
    paths
}

#[cfg(test)]
mod tests {
    #[test]
    fn tables_are_sorted() {
        assert!(super::CONTINUATIONS.is_sorted_by_key(|(identity, ..)| identity));
    }
}
