//! Tekton and Pipelines as Code: tasks, pipelines, their runs → pipelines, what they use, what they offer.
//!
//! An object is a pipeline of its own: a `PipelineRun` or `TaskRun` runs, a `Pipeline`, `Task` or `StepAction` is a
//! template that others name. What is named within one file stands in place of its name; a name that another file of
//! the repository may define is left as a question.

mod annotations;
mod params;
mod references;
mod steps;

use std::collections::{BTreeMap, BTreeSet};

use self::annotations::Annotations;
use self::params::Params;
use self::references::Named;
use super::ci::{self, MAX_NEEDS, Reader, exact, last_jobs};
use super::objects::{Object, object, objects, template_marker};
use crate::facts::{Artifact, Facts, Offer};
use crate::origin::tekton::Definition;
use crate::pipeline::{Job, Pipeline, Role, Step, System};
use crate::resolve::Questions;
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    ci::read_marked(file, facts, template_marker, |reader| {
        let objects = objects(reader.yaml);
        let mut definitions = BTreeMap::new();
        for it in objects.iter().filter(|it| it.group == "tekton.dev" && !it.name.is_empty()) {
            let Some(definition) = definition(it.kind) else { continue };
            questions.define(&format!("{}/{}", definition.word(), it.name), file.path());
            definitions.insert((definition, it.name), it.node);
        }
        let mut tekton =
            Tekton { reader, definitions, annotations: Annotations::default(), left: MAX_INLINED, depth: 0, questions };
        for it in objects {
            tekton.object(it);
        }
    });
}

/// How many nodes may be put in place of their names in one file: many runs of one large pipeline multiply it.
const MAX_INLINED: usize = 20_000;

/// How deep pipelines in pipelines are followed.
const MAX_DEPTH: usize = 8;

/// How deep a value is looked through.
const MAX_VALUE_DEPTH: usize = 40;

/// What a kind of object defines for others to name.
fn definition(kind: &str) -> Option<Definition> {
    match kind {
        "Task" | "ClusterTask" => Some(Definition::Task),
        "Pipeline" => Some(Definition::Pipeline),
        "StepAction" => Some(Definition::StepAction),
        _ => None,
    }
}

/// What is needed all the way down a file.
struct Tekton<'a, 'r> {
    reader: Reader<'r, 'r>,
    /// What the file defines itself.
    definitions: BTreeMap<(Definition, &'r str), Node<'r>>,
    /// What the annotations of the object that is being read bring along.
    annotations: Annotations<'r>,
    /// How many nodes may still be put in place of their names.
    left: usize,
    /// How many pipelines stand around what is being read.
    depth: usize,
    questions: &'a mut Questions,
}

impl<'r> Tekton<'_, 'r> {
    fn object(&mut self, object: Object<'r>) {
        match (object.group, object.kind) {
            ("tekton.dev", "Task" | "ClusterTask" | "Pipeline" | "StepAction") => self.template(object),
            ("tekton.dev", "PipelineRun" | "TaskRun" | "CustomRun" | "Run") => self.run(object, BTreeSet::new()),
            ("triggers.tekton.dev", "TriggerTemplate") => {
                let resources = object.node.get("spec").and_then(|it| it.get("resourcetemplates"));
                for it in resources.into_iter().flat_map(Node::items) {
                    if let Some(resource) = self::object(self.reader.yaml, it).filter(|it| it.group == "tekton.dev") {
                        self.run(resource, BTreeSet::from(["event".to_owned()]));
                    }
                }
            }
            _ => {}
        }
    }

    /// The `spec` of an object; a gap where it has none that can be read.
    fn spec(&mut self, object: Object<'r>) -> Option<Node<'r>> {
        let spec = object.node.get("spec").filter(|it| it.resolved().kind() == Kind::Mapping);
        if spec.is_none() && !self.reader.yaml.is_broken {
            let detail = format!("{} {} has no spec", object.kind, object.name);
            self.reader.yaml.wrong_shape(Some(object.node), detail, self.reader.facts);
        }
        spec
    }

    /// A task, pipeline or step action: others may name it.
    fn template(&mut self, object: Object<'r>) {
        let Some(spec) = self.spec(object) else { return };
        self.offer(object, spec);
        self.annotations = Annotations::read(&mut self.reader, object.node);
        let params = Params::of(self.reader.yaml, spec, None);
        let jobs = match definition(object.kind) {
            Some(Definition::Pipeline) => self.pipeline(spec, &params),
            Some(Definition::Task) => {
                let mut job = Job { id: object.name.to_owned(), ..Job::default() };
                self.task(spec, &params, &mut job);
                vec![job]
            }
            Some(Definition::StepAction) => {
                let mut job = Job { id: object.name.to_owned(), ..Job::default() };
                let mut images = Vec::new();
                self.step(spec, None, &params, &mut job, &mut images);
                job.image = ci::common_image(&images);
                vec![job]
            }
            None => Vec::new(),
        };
        self.add(object, Role::Template, BTreeSet::new(), jobs);
    }

    fn offer(&mut self, object: Object<'r>, spec: Node<'r>) {
        let reader = &mut self.reader;
        let yaml = reader.yaml;
        let metadata = object.node.get("metadata");
        let name = metadata.and_then(|it| it.get("name")).unwrap_or(object.node);
        let version = metadata.and_then(|it| yaml.text_of(it.get("labels")?, "app.kubernetes.io/version"));
        // Before v1beta1 they stood below `inputs`.
        let params = spec.get("params").or_else(|| spec.get("inputs")?.get("params"));
        reader.facts.offers.push(Offer {
            at: yaml.file().at(name.span().start..if name.text().is_some() {
                name.span().end
            } else {
                name.span().start
            }),
            artifact: Artifact::CiTemplate,
            path: yaml.file().path().clone(),
            name: object.name.to_owned(),
            version: version.map(str::to_owned),
            described: yaml.text_of(spec, "description").is_some(),
            inputs: reader.described_items(params),
            outputs: reader.described_items(spec.get("results")),
            traits: BTreeSet::new(),
            context: reader.context,
        });
    }

    /// A run: it starts what it names or holds.
    fn run(&mut self, object: Object<'r>, triggers: BTreeSet<String>) {
        let Some(spec) = self.spec(object) else { return };
        self.annotations = Annotations::read(&mut self.reader, object.node);
        let params = Params::of(self.reader.yaml, spec, None);
        let jobs = match object.kind {
            "PipelineRun" => match (spec.get("pipelineSpec"), spec.get("pipelineRef")) {
                (Some(inner), _) => self.pipeline(inner, &Params::of(self.reader.yaml, inner, Some(&params))),
                (None, Some(reference)) => match self.named(Definition::Pipeline, reference) {
                    Some(Named::Here(inner)) => {
                        self.pipeline(inner, &Params::of(self.reader.yaml, inner, Some(&params)))
                    }
                    Some(Named::Call(call)) => {
                        vec![Job { id: object.name.to_owned(), call: Some(call), ..Job::default() }]
                    }
                    None => Vec::new(),
                },
                (None, None) => Vec::new(),
            },
            _ => {
                let mut job = Job { id: object.name.to_owned(), ..Job::default() };
                self.work(spec, &params, &mut job);
                vec![job]
            }
        };
        let mut all = std::mem::take(&mut self.annotations.triggers);
        all.extend(triggers);
        self.add(object, Role::Pipeline, all, jobs);
    }

    fn add(&mut self, object: Object<'r>, role: Role, triggers: BTreeSet<String>, jobs: Vec<Job>) {
        let start = object.node.span().start;
        self.reader.facts.pipelines.push(Pipeline {
            at: self.reader.yaml.file().at(start..start),
            system: System::Tekton,
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

    /// The jobs of a pipeline: its tasks, and those that come at last whatever became of them.
    fn pipeline(&mut self, spec: Node<'r>, params: &Params<'_, 'r>) -> Vec<Job> {
        if self.depth > MAX_DEPTH {
            return Vec::new();
        }
        self.depth += 1;
        let mut jobs = self.tasks(spec.get("tasks"), params, &[]);
        let last = last_jobs(&jobs);
        jobs.extend(self.tasks(spec.get("finally"), params, &last));
        self.depth -= 1;
        jobs
    }

    /// What a pipeline within a pipeline does: its tasks in their order, as far as one job can say it.
    fn within(&mut self, spec: Node<'r>, params: &Params<'_, 'r>) -> Vec<Step> {
        let as_step = |job: Job| job.steps.into_iter().chain(job.call.map(Step::Call));
        self.pipeline(spec, params).into_iter().flat_map(as_step).collect()
    }

    /// Adds the tasks of a list; all of them wait for `before`.
    fn tasks(&mut self, tasks: Option<Node<'r>>, params: &Params<'_, 'r>, before: &[String]) -> Vec<Job> {
        let yaml = self.reader.yaml;
        let Some(tasks) = tasks else { return Vec::new() };
        if tasks.resolved().kind() != Kind::Sequence {
            yaml.wrong_shape(Some(tasks), "tasks is not a list", self.reader.facts);
            return Vec::new();
        }
        let names: BTreeSet<&str> = tasks.items().filter_map(|it| yaml.text_of(it, "name")).collect();
        let mut jobs = Vec::new();
        for task in tasks.items() {
            if task.resolved().kind() != Kind::Mapping {
                yaml.wrong_shape(Some(task), "a task is not a mapping", self.reader.facts);
                continue;
            }
            let id = yaml.text_of(task, "name").unwrap_or_default();
            let mut needs = before.to_vec();
            let mut waits_for = BTreeSet::new();
            if let Some(list) = task.get("runAfter") {
                waits_for.extend(list.items().filter_map(|it| yaml.text(it)));
            }
            self.results(task, &mut waits_for, 0);
            needs.extend(
                waits_for.into_iter().filter(|it| *it != id && names.contains(it)).take(MAX_NEEDS).map(str::to_owned),
            );
            let mut job = Job { id: id.to_owned(), needs, ..Job::default() };
            match task.get("pipelineSpec") {
                Some(inner) => job.steps = self.within(inner, &Params::of(yaml, inner, Some(params))),
                None => self.work(task, params, &mut job),
            }
            jobs.push(job);
        }
        jobs
    }

    /// What a task of a pipeline, a task run or a custom run does: what it holds, or what it names.
    fn work(&mut self, node: Node<'r>, params: &Params<'_, 'r>, job: &mut Job) {
        let yaml = self.reader.yaml;
        let given = Params::of(yaml, node, Some(params));
        let spec = node.get("taskSpec").or_else(|| node.get("customSpec"));
        if let Some(spec) = spec {
            let params = Params::of(yaml, spec, Some(&given));
            return self.task(spec, &params, job);
        }
        let reference = node.get("taskRef").or_else(|| node.get("customRef")).or_else(|| node.get("ref"));
        let (definition, reference) = match (reference, node.get("pipelineRef")) {
            (Some(reference), _) => (Definition::Task, reference),
            (None, Some(reference)) => (Definition::Pipeline, reference),
            (None, None) => return,
        };
        match self.named(definition, reference) {
            Some(Named::Here(spec)) if definition == Definition::Task => {
                let params = Params::of(yaml, spec, Some(&given));
                self.task(spec, &params, job);
            }
            Some(Named::Here(spec)) => {
                let params = Params::of(yaml, spec, Some(&given));
                job.steps = self.within(spec, &params);
            }
            Some(Named::Call(call)) => job.call = Some(call),
            None => {}
        }
    }

    /// The tasks whose results a task takes, wherever it says so: `$(tasks.build.results.digest)`; before v1beta1 its
    /// inputs were `from` others.
    fn results(&self, node: Node<'r>, found: &mut BTreeSet<&'r str>, depth: usize) {
        if depth > MAX_VALUE_DEPTH {
            return;
        }
        match node.resolved().kind() {
            Kind::Scalar => {
                let mut rest = self.reader.yaml.text(node).unwrap_or_default();
                while let Some(at) = rest.find("$(tasks.") {
                    rest = &rest[at + "$(tasks.".len()..];
                    found.extend(rest.find(['.', ')', '[']).map(|end| &rest[..end]));
                }
            }
            Kind::Sequence => node.items().for_each(|it| self.results(it, found, depth + 1)),
            Kind::Mapping => {
                for (key, value) in node.entries() {
                    if key.text() == Some("from") {
                        found.extend(value.items().filter_map(Node::text));
                    }
                    self.results(value, found, depth + 1);
                }
            }
            Kind::Alias => {}
        }
    }
}
