//! Argo Workflows and the workflows that sensors of Argo Events start → pipelines, what they use, what they offer.
//!
//! What a workflow runs is what its entrypoint comes to: templates that only order others (`steps`, `dag`) are followed
//! to those that run something, which are the jobs. A template of another object stays a call.

use std::collections::{BTreeMap, BTreeSet};

use super::ci::{
    self, MAX_NEEDS, Reader, command_line, common_image, exact, identity, image_identity, interpreter, last_jobs,
};
use super::documents::Yaml;
use super::objects::{Object, object, objects, template_marker};
use crate::facts::{Artifact, Facts, GapReason, Offer};
use crate::origin::{Origin, Pin, Reference, Version};
use crate::pipeline::gate::Gate;
use crate::pipeline::{Command, Job, Pipeline, Role, Step, System};
use crate::resolve::Questions;
use crate::source::SourceFile;
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

/// The API group of all of Argo.
const GROUP: &str = "argoproj.io";

/// How deep templates that order others are followed.
const MAX_DEPTH: usize = 12;

/// How many jobs a file is followed to: templates that name others twice over multiply.
const MAX_JOBS: usize = 20_000;

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    ci::read_marked(file, facts, template_marker, |reader| {
        let objects: Vec<Object<'_>> = objects(reader.yaml).into_iter().filter(|it| it.group == GROUP).collect();
        let mut here = BTreeMap::new();
        for it in objects.iter().filter(|it| !it.name.is_empty()) {
            if let (Some(word), Some(spec)) = (template_word(it.kind), it.node.get("spec")) {
                let name = format!("{word}/{}", it.name);
                questions.define(&name, file.path());
                here.insert(name, spec);
            }
        }
        let mut argo = Argo { reader, here, left: MAX_JOBS, is_cut: false, questions };
        for it in objects {
            argo.object(it);
        }
        if argo.is_cut {
            let detail = "templates that name each other come to more jobs than are followed";
            argo.reader.facts.gap(file.at(0..0), GapReason::TooComplex, detail);
        }
    });
}

/// What `kubectl` calls a kind that other workflows may name.
fn template_word(kind: &str) -> Option<&'static str> {
    match kind {
        "ClusterWorkflowTemplate" => Some("clusterworkflowtemplate"),
        "WorkflowTemplate" => Some("workflowtemplate"),
        _ => None,
    }
}

/// What is needed all the way down a file.
struct Argo<'a, 'r> {
    reader: Reader<'r, 'r>,
    /// The specs of the templates that the file defines, by their name as `workflowtemplate/build`.
    here: BTreeMap<String, Node<'r>>,
    /// How many jobs may still be made, and templates followed.
    left: usize,
    /// Whether jobs were left out.
    is_cut: bool,
    questions: &'a mut Questions,
}

/// What is needed all the way down a workflow.
struct Scope<'r> {
    templates: BTreeMap<&'r str, Node<'r>>,
    /// Values of the workflow's own parameters.
    parameters: BTreeMap<&'r str, &'r str>,
}

impl<'r> Scope<'r> {
    fn of(yaml: &'r Yaml<'r>, spec: Node<'r>) -> Self {
        let named = |it: Node<'r>| Some((yaml.text_of(it, "name")?, it));
        Scope {
            templates: spec.get("templates").into_iter().flat_map(Node::items).filter_map(named).collect(),
            parameters: parameters(yaml, spec.get("arguments")),
        }
    }
}

/// The parameters that have a literal value.
fn parameters<'r>(yaml: &'r Yaml<'r>, around: Option<Node<'r>>) -> BTreeMap<&'r str, &'r str> {
    let list = around.and_then(|it| it.get("parameters"));
    let value = |it: Node<'r>| {
        let value = it.get("value").or_else(|| it.get("default"))?;
        Some((yaml.text_of(it, "name")?, yaml.text(value).filter(|it| !it.contains("{{"))?))
    };
    list.into_iter().flat_map(Node::items).filter_map(value).collect()
}

/// Where a template is named: its place in the graph.
struct Place<'p> {
    id: String,
    needs: &'p [String],
    /// The names of the templates around it: one that names itself is followed once.
    around: Vec<String>,
}

impl<'r> Argo<'_, 'r> {
    fn object(&mut self, object: Object<'r>) {
        let Some(spec) = object.node.get("spec").filter(|it| it.resolved().kind() == Kind::Mapping) else {
            if matches!(object.kind, "Workflow" | "CronWorkflow") && !self.reader.yaml.is_broken {
                let detail = format!("{} {} has no spec", object.kind, object.name);
                self.reader.yaml.wrong_shape(Some(object.node), detail, self.reader.facts);
            }
            return;
        };
        match object.kind {
            "Workflow" => self.workflow(object, spec, Role::Pipeline, BTreeSet::new()),
            "CronWorkflow" => {
                let inner = spec.get("workflowSpec").unwrap_or(spec);
                self.workflow(object, inner, Role::Pipeline, BTreeSet::from(["schedule".to_owned()]));
            }
            "WorkflowTemplate" | "ClusterWorkflowTemplate" => {
                self.offer(object, spec);
                self.workflow(object, spec, Role::Template, BTreeSet::new());
            }
            "Sensor" => {
                for trigger in spec.get("triggers").into_iter().flat_map(Node::items) {
                    self.trigger(trigger);
                }
            }
            _ => {}
        }
    }

    /// A workflow that a sensor starts: it stands in the trigger.
    fn trigger(&mut self, trigger: Node<'r>) {
        let Some(template) = trigger.get("template") else { return };
        let started =
            ["argoWorkflow", "k8s"].into_iter().find_map(|it| template.get(it)?.get("source")?.get("resource"));
        let Some(resource) = started.and_then(|it| object(self.reader.yaml, it)).filter(|it| it.group == GROUP) else {
            return;
        };
        if let (Some(spec), "Workflow") = (resource.node.get("spec"), resource.kind) {
            self.workflow(resource, spec, Role::Pipeline, BTreeSet::from(["event".to_owned()]));
        }
    }

    fn offer(&mut self, object: Object<'r>, spec: Node<'r>) {
        let reader = &mut self.reader;
        let yaml = reader.yaml;
        let metadata = object.node.get("metadata");
        let of = |group: &str, key: &str| metadata.and_then(|it| yaml.text_of(it.get(group)?, key));
        let name = metadata
            .and_then(|it| it.get("name"))
            .map_or(object.node.span().start..object.node.span().start, Node::span);
        reader.facts.offers.push(Offer {
            at: yaml.file().at(name),
            artifact: Artifact::CiTemplate,
            path: yaml.file().path().clone(),
            name: object.name.to_owned(),
            version: of("labels", "app.kubernetes.io/version").map(str::to_owned),
            described: of("annotations", "workflows.argoproj.io/description").is_some(),
            inputs: reader.described_items(spec.get("arguments").and_then(|it| it.get("parameters"))),
            outputs: crate::facts::Described::default(),
            traits: BTreeSet::new(),
            context: reader.context,
        });
    }

    fn workflow(&mut self, object: Object<'r>, spec: Node<'r>, role: Role, triggers: BTreeSet<String>) {
        let yaml = self.reader.yaml;
        let scope = Scope::of(yaml, spec);
        let mut jobs = Vec::new();
        if let Some(reference) = spec.get("workflowTemplateRef") {
            let entrypoint = yaml.text_of(spec, "entrypoint");
            self.other(reference, entrypoint, object.name, &[], &mut jobs);
        } else if let Some(entrypoint) = yaml.text_of(spec, "entrypoint") {
            self.named(entrypoint, &scope, Place { id: String::new(), needs: &[], around: Vec::new() }, &mut jobs);
        } else {
            // A library: what no other of its templates names can be called.
            let mut named = BTreeSet::new();
            for (name, template) in &scope.templates {
                // One that names itself can only be called from outside.
                let mut others = BTreeSet::new();
                names_of(yaml, *template, &mut others, 0);
                named.extend(others.into_iter().filter(|it| it != name));
            }
            for name in scope.templates.keys().filter(|it| !named.contains(*it)) {
                let place = Place { id: (*name).to_owned(), needs: &[], around: Vec::new() };
                self.named(name, &scope, place, &mut jobs);
            }
        }
        if let Some(handler) = yaml.text_of(spec, "onExit") {
            let last = last_jobs(&jobs);
            let place = Place { id: "onExit".to_owned(), needs: &last, around: Vec::new() };
            self.named(handler, &scope, place, &mut jobs);
        }
        // Images of templates that nothing came to are used where others name them.
        for template in scope.templates.values() {
            self.images(*template, &scope);
        }
        let start = object.node.span().start;
        self.reader.facts.pipelines.push(Pipeline {
            at: yaml.file().at(start..start),
            system: System::ArgoWorkflows,
            name: object.name.to_owned(),
            triggers,
            role,
            jobs,
            parts: Vec::new(),
            stages: Vec::new(),
            exact: exact(object.node),
            context: self.reader.context,
        });
    }

    /// Adds the jobs that a template of this name comes to, and tells which of them come last.
    fn named(&mut self, name: &str, scope: &Scope<'r>, place: Place<'_>, jobs: &mut Vec<Job>) -> Vec<String> {
        // Also templates that come to no job cost their way.
        let Some(left) = self.left.checked_sub(1) else {
            self.is_cut = true;
            return Vec::new();
        };
        self.left = left;
        let Some(&template) = scope.templates.get(name) else {
            return self.push(Job { id: place.id, needs: place.needs.to_vec(), ..Job::default() }, jobs);
        };
        if place.around.iter().any(|it| it == name) || place.around.len() > MAX_DEPTH {
            // Round again: the jobs are there.
            return self.push(Job { id: place.id, needs: place.needs.to_vec(), ..Job::default() }, jobs);
        }
        let mut around = place.around;
        around.push(name.to_owned());
        let id = if place.id.is_empty() { name.to_owned() } else { place.id.clone() };
        self.template(template, scope, Place { id, needs: place.needs, around }, place.id.is_empty(), jobs)
    }

    /// The same for a template itself. What the entrypoint orders has no name before its own.
    fn template(
        &mut self,
        template: Node<'r>,
        scope: &Scope<'r>,
        place: Place<'_>,
        is_first: bool,
        jobs: &mut Vec<Job>,
    ) -> Vec<String> {
        let yaml = self.reader.yaml;
        let inner = |name: &str| if is_first { name.to_owned() } else { format!("{}.{name}", place.id) };
        if let Some(groups) = template.get("steps") {
            let mut before = place.needs.to_vec();
            for group in groups.items() {
                // One step alone may stand without a list.
                let steps: Vec<Node<'r>> =
                    if group.resolved().kind() == Kind::Mapping { vec![group] } else { group.items().collect() };
                let mut last = Vec::new();
                for step in steps {
                    let id = inner(yaml.text_of(step, "name").unwrap_or_default());
                    let place = Place { id, needs: &before, around: place.around.clone() };
                    last.extend(self.task(step, scope, place, jobs));
                }
                last.truncate(MAX_NEEDS);
                if !last.is_empty() {
                    before = last;
                }
            }
            return before;
        }
        if let Some(dag) = template.get("dag") {
            return self.dag(dag, scope, &place, &inner, jobs);
        }
        let mut job = Job { id: place.id, needs: place.needs.to_vec(), ..Job::default() };
        self.work(template, scope, &mut job);
        self.push(job, jobs)
    }

    fn dag(
        &mut self,
        dag: Node<'r>,
        scope: &Scope<'r>,
        place: &Place<'_>,
        inner: &dyn Fn(&str) -> String,
        jobs: &mut Vec<Job>,
    ) -> Vec<String> {
        let yaml = self.reader.yaml;
        let tasks: BTreeMap<&str, Node<'r>> = dag
            .get("tasks")
            .into_iter()
            .flat_map(Node::items)
            .filter_map(|it| Some((yaml.text_of(it, "name")?, it)))
            .collect();
        let waits_for: BTreeMap<&str, BTreeSet<&str>> =
            tasks.iter().map(|(name, task)| (*name, dependencies(yaml, *task, &tasks))).collect();
        let mut done: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let names = dag.get("tasks").into_iter().flat_map(Node::items).filter_map(|it| yaml.text_of(it, "name"));
        for name in in_order(names, &waits_for) {
            let mut needs: Vec<String> =
                waits_for[name].iter().filter_map(|it| done.get(it)).flatten().take(MAX_NEEDS).cloned().collect();
            if needs.is_empty() {
                needs = place.needs.to_vec();
            }
            let place = Place { id: inner(name), needs: &needs, around: place.around.clone() };
            let last = self.task(tasks[name], scope, place, jobs);
            done.insert(name, last);
        }
        let waited_for: BTreeSet<&str> = waits_for.values().flatten().copied().collect();
        let last = done.into_iter().filter(|(name, _)| !waited_for.contains(name));
        last.flat_map(|(_, last)| last).take(MAX_NEEDS).collect()
    }

    /// A step or a task of a DAG: what it names, or the template that it holds.
    fn task(&mut self, task: Node<'r>, scope: &Scope<'r>, place: Place<'_>, jobs: &mut Vec<Job>) -> Vec<String> {
        let yaml = self.reader.yaml;
        if task.resolved().kind() != Kind::Mapping {
            yaml.wrong_shape(Some(task), "a step is not a mapping", self.reader.facts);
            return place.needs.to_vec();
        }
        if let Some(reference) = task.get("templateRef") {
            let template = yaml.text_of(reference, "template");
            return self.other(reference, template, &place.id, place.needs, jobs);
        }
        if let Some(inline) = task.get("inline") {
            return self.template(inline, scope, place, false, jobs);
        }
        match yaml.text_of(task, "template") {
            Some(name) => self.named(name, scope, place, jobs),
            None => self.push(Job { id: place.id, needs: place.needs.to_vec(), ..Job::default() }, jobs),
        }
    }

    /// A template of another object, or the whole of it.
    fn other(
        &mut self,
        reference: Node<'r>,
        template: Option<&str>,
        id: &str,
        needs: &[String],
        jobs: &mut Vec<Job>,
    ) -> Vec<String> {
        let yaml = self.reader.yaml;
        let mut job = Job { id: id.to_owned(), needs: needs.to_vec(), ..Job::default() };
        if let Some((node, name)) = reference.get("name").and_then(|it| Some((it, yaml.text(it)?))) {
            let is_cluster = yaml.text_of(reference, "clusterScope") == Some("true");
            let kind = if is_cluster { "ClusterWorkflowTemplate" } else { "WorkflowTemplate" };
            let object = format!("{}/{name}", template_word(kind).unwrap_or_default());
            let part = template.map(|it| format!("/{it}")).unwrap_or_default();
            let (reference, call) = if let Some(start) = name.find("{{") {
                let reference = Reference::dynamic(&name[..start], "the name is an expression");
                let call = identity(&reference.origin);
                (reference, call)
            } else if self.here.contains_key(&object) {
                let path = yaml.file().path().to_string();
                let call = format!("./{path}#{name}{part}");
                (Reference { origin: Origin::Local { path }, version: Version::only(Pin::SameCommit) }, call)
            } else {
                self.questions.ask_definitions();
                let call = format!("server:{object}{part}");
                let origin = Origin::ServerSide { name: object.clone() };
                (Reference { origin, version: Version::only(Pin::Default) }, call)
            };
            let spec = self.here.get(&object).copied();
            self.reader.add(node, Artifact::CiTemplate, reference);
            // What the file itself defines stands in place of its name.
            if let Some(spec) = spec.filter(|it| it.get("workflowTemplateRef").is_none())
                && let Some(entry) = template.or_else(|| yaml.text_of(spec, "entrypoint"))
            {
                let scope = Scope::of(yaml, spec);
                // One that leads back here is followed no further than this.
                let around = vec![String::new(); MAX_DEPTH / 2];
                return self.named(entry, &scope, Place { id: id.to_owned(), needs, around }, jobs);
            }
            job.call = Some(call);
        } else {
            yaml.wrong_shape(Some(reference), "a reference without a name", self.reader.facts);
        }
        self.push(job, jobs)
    }

    fn push(&mut self, job: Job, jobs: &mut Vec<Job>) -> Vec<String> {
        let id = job.id.clone();
        if self.left == 0 {
            self.is_cut = true;
            return Vec::new();
        }
        self.left -= 1;
        jobs.push(job);
        vec![id]
    }

    /// Adds what a template runs to its job.
    fn work(&mut self, template: Node<'r>, scope: &Scope<'r>, job: &mut Job) {
        let yaml = self.reader.yaml;
        let own = parameters(yaml, template.get("inputs"));
        let words = |node: Node<'r>, key: &str| -> Vec<&'r str> {
            let value = node.get(key);
            let one = value.and_then(|it| yaml.text(it));
            one.into_iter().chain(value.into_iter().flat_map(Node::items).filter_map(|it| yaml.text(it))).collect()
        };
        // Without an end somebody has to say that it goes on.
        if template.get("suspend").is_some_and(|it| it.get("duration").is_none()) {
            job.gate = Some(Gate::Manual);
        }
        let set = template.get("containerSet").and_then(|it| it.get("containers"));
        let containers = template.get("container").into_iter().chain(set.into_iter().flat_map(Node::items));
        let mut images = Vec::new();
        for container in containers {
            let origin = self.image(container, &own, scope);
            let (command, args) = (words(container, "command"), words(container, "args"));
            match (command.is_empty(), &origin) {
                (false, _) => {
                    let line = command_line(command.into_iter().chain(args));
                    job.steps.push(Step::Run(shell::commands(&line)));
                    images.extend(origin.map(|it| image_identity(&it)));
                }
                // What it does is what the image does.
                (true, Some(Origin::Invalid { .. })) => {}
                (true, Some(origin)) => job.steps.push(Step::Use(identity(origin))),
                (true, None) => {}
            }
        }
        if let Some(script) = template.get("script") {
            let origin = self.image(script, &own, scope);
            images.extend(origin.map(|it| image_identity(&it)));
            let source = yaml.text_of(script, "source").unwrap_or_default();
            let command = words(script, "command");
            // Where no command is named the script's first line is obeyed.
            let program = command.first().copied().unwrap_or_else(|| interpreter(source));
            job.steps.push(Step::Run(shell::commands_of(program, source)));
        }
        if let Some(resource) = template.get("resource") {
            let verb = yaml.text_of(resource, "action").unwrap_or_default().to_owned();
            job.steps.push(Step::Run(vec![Command { tool: "kubectl".to_owned(), verb }]));
        }
        images.retain(|it: &String| !it.is_empty());
        job.image = common_image(&images);
    }

    /// Adds all images of a template: those beside what it runs too.
    fn images(&mut self, template: Node<'r>, scope: &Scope<'r>) {
        let own = parameters(self.reader.yaml, template.get("inputs"));
        let set = template.get("containerSet").and_then(|it| it.get("containers"));
        let one = ["container", "script"].into_iter().filter_map(|it| template.get(it));
        let more = ["initContainers", "sidecars"].into_iter().filter_map(|it| template.get(it));
        let lists = more.chain(set).flat_map(Node::items);
        for container in one.chain(lists).collect::<Vec<_>>() {
            self.image(container, &own, scope);
        }
    }

    /// Adds the image of a container, with the parameters put in that the file gives.
    fn image(&mut self, container: Node<'r>, own: &BTreeMap<&str, &str>, scope: &Scope<'r>) -> Option<Origin> {
        let node = container.get("image")?;
        let text = self.reader.yaml.text(node).filter(|it| !it.is_empty())?;
        let text = put_in(text, own, &scope.parameters);
        Some(self.reader.image_named(node, Artifact::CiImage, &text))
    }
}

/// A text with the values of its parameters: `{{inputs.parameters.a}}`, `{{workflow.parameters.a}}`. What the file
/// doesn't give stays as it is.
fn put_in(text: &str, own: &BTreeMap<&str, &str>, workflow: &BTreeMap<&str, &str>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let Some(length) = rest[at..].find("}}") else { break };
        let name = rest[at + 2..at + length].trim();
        let value = name.strip_prefix("inputs.parameters.").and_then(|it| own.get(it));
        let value = value.or_else(|| name.strip_prefix("workflow.parameters.").and_then(|it| workflow.get(it)));
        out.push_str(&rest[..at]);
        out.push_str(value.copied().unwrap_or(&rest[at..at + length + 2]));
        rest = &rest[at + length + 2..];
    }
    out + rest
}

/// The tasks that a task of a DAG waits for: a list of names, or an expression over them and how they ended
/// (`a.Succeeded && (b || c.Failed)`).
fn dependencies<'r>(yaml: &Yaml<'r>, task: Node<'r>, tasks: &BTreeMap<&'r str, Node<'r>>) -> BTreeSet<&'r str> {
    let list = task.get("dependencies").into_iter().flat_map(Node::items).filter_map(|it| yaml.text(it));
    let expression = yaml.text_of(task, "depends").unwrap_or_default();
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'));
    let named = words.map(|it| it.split('.').next().unwrap_or(it));
    let own = yaml.text_of(task, "name");
    list.chain(named).filter(|it| Some(*it) != own && tasks.contains_key(it)).collect()
}

/// The tasks of a DAG in the file's order, as far as each comes after those that it waits for; those in a circle, which
/// Argo refuses, at last.
fn in_order<'r>(
    names: impl Iterator<Item = &'r str>,
    waits_for: &BTreeMap<&'r str, BTreeSet<&'r str>>,
) -> Vec<&'r str> {
    let mut seen = BTreeSet::new();
    let names: Vec<&str> = names.filter(|it| seen.insert(*it)).collect();
    let place: BTreeMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let mut followers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, before) in waits_for {
        before.iter().for_each(|it| followers.entry(it).or_default().push(name));
    }
    let mut left: BTreeMap<&str, usize> = waits_for.iter().map(|(name, before)| (*name, before.len())).collect();
    let mut ready: BTreeSet<usize> =
        names.iter().enumerate().filter(|(_, name)| left.get(*name) == Some(&0)).map(|(at, _)| at).collect();
    let mut order = Vec::new();
    while let Some(at) = ready.pop_first() {
        order.push(names[at]);
        for follower in followers.get(names[at]).into_iter().flatten() {
            let n = left.entry(follower).or_default();
            *n = n.saturating_sub(1);
            if *n == 0 {
                ready.extend(place.get(follower));
            }
        }
    }
    let in_circle = names.iter().filter(|it| left.get(*it).is_some_and(|n| *n > 0));
    order.extend(in_circle);
    order
}

/// The names of templates that a template names.
fn names_of<'r>(yaml: &Yaml<'r>, template: Node<'r>, found: &mut BTreeSet<&'r str>, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    let tasks = template.get("dag").and_then(|it| it.get("tasks")).into_iter().flat_map(Node::items);
    let groups = template.get("steps").into_iter().flat_map(Node::items);
    let steps =
        groups.flat_map(|it| if it.resolved().kind() == Kind::Mapping { vec![it] } else { it.items().collect() });
    for task in tasks.chain(steps) {
        found.extend(yaml.text_of(task, "template"));
        if let Some(inline) = task.get("inline") {
            names_of(yaml, inline, found, depth + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::put_in;

    #[test]
    fn parameters_are_put_in() {
        let (own, workflow) = (BTreeMap::from([("tag", "1.2")]), BTreeMap::from([("image", "acme/build")]));
        for (text, expected) in [
            ("a:{{inputs.parameters.tag}}", "a:1.2"),
            ("{{workflow.parameters.image}}:{{ inputs.parameters.tag }}", "acme/build:1.2"),
            ("{{inputs.parameters.other}}", "{{inputs.parameters.other}}"),
            ("a{{", "a{{"),
        ] {
            assert_eq!(put_in(text, &own, &workflow), expected, "{text}");
        }
    }
}
