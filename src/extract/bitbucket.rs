//! Bitbucket Pipelines: one file is one pipeline with a job for each step of each of its start conditions; what they use
//! (pipes, images, pipelines of other files) and what a file exports.
//!
//! Steps run one after the other, those of `parallel` side by side. A step that stands under an anchor in
//! `definitions.steps` counts where it is used.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::ci::{self, Reader, exact, identity, image_identity};
use super::documents::Yaml;
use super::steps::{Ids, script, waits_for};
use crate::classify::FileKind;
use crate::facts::{Artifact, Described, Facts, GapReason, Offer, OfferTrait};
use crate::origin::{Origin, Reference, bitbucket, image};
use crate::pipeline::gate::Gate;
use crate::pipeline::{Job, Pipeline, Role, Step, System};
use crate::resolve::Questions;
use crate::source::SourceFile;
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

/// How deep groups of steps are followed: a stage may hold parallel steps.
const MAX_DEPTH: usize = 4;

/// What starts the pipelines under each key of `pipelines`; sorted.
const CONDITIONS: &[(&str, &str)] = &[
    ("bookmarks", "push"),
    ("branches", "push"),
    ("custom", "manual"),
    ("default", "push"),
    ("pull-requests", "pull_request"),
    ("tags", "tag"),
];

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    ci::read(file, facts, |mut reader| read(&mut reader, questions));
}

fn read<'r>(reader: &mut Reader<'r, 'r>, questions: &mut Questions) {
    let yaml = reader.yaml;
    let file = yaml.file();
    let root = reader.root().filter(|it| it.get("pipelines").is_some() || it.get("definitions").is_some());
    let Some(root) = root else {
        if !yaml.is_broken {
            let detail = "not a configuration of Bitbucket Pipelines: it has neither `pipelines` nor `definitions`";
            reader.facts.gap(file.at(0..0), GapReason::Syntax, detail);
        }
        return;
    };
    let definitions = root.get("definitions");
    let image = root.get("image").and_then(|it| add_image(reader, it));
    for (_, service) in definitions.and_then(|it| it.get("services")).map(Node::entries).unwrap_or_default() {
        if let Some(image) = service.get("image") {
            add_image(reader, image);
        }
    }
    let mut sources = FxHashMap::default();
    for (name, source) in definitions.and_then(|it| it.get("imports")).map(Node::entries).unwrap_or_default() {
        let (Some(name), Some(text)) = (name.text(), yaml.text(source)) else {
            yaml.wrong_shape(Some(source), "the source of an import is not text", reader.facts);
            continue;
        };
        let reference = Reference::of(bitbucket::parse_source(text));
        sources.insert(name, reference.origin.clone());
        reader.add(source, Artifact::CiTemplate, reference);
    }
    let mut flow = Flow { reader, questions, sources, image, ids: Ids::default(), gate: None };
    let mut triggers = BTreeSet::new();
    let mut jobs = Vec::new();
    let pipelines = root.get("pipelines");
    for (key, value) in pipelines.map(Node::entries).unwrap_or_default() {
        let Some(condition) = key.text() else { continue };
        let Ok(row) = CONDITIONS.binary_search_by_key(&condition, |(name, _)| name) else {
            yaml.wrong_shape(Some(value), format!("{condition} starts no pipeline"), flow.reader.facts);
            continue;
        };
        triggers.insert(CONDITIONS[row].1.to_owned());
        // What somebody starts may be what an event or a step of another pipeline starts too.
        flow.gate = (condition == "custom" && !has_other_starters(root)).then_some(Gate::Event);
        if condition == "default" {
            flow.pipeline(value, condition, &mut jobs);
        } else if value.resolved().kind() == Kind::Mapping {
            for (name, value) in value.entries() {
                flow.pipeline(value, &format!("{condition}/{}", name.text().unwrap_or_default()), &mut jobs);
            }
        } else {
            yaml.wrong_shape(Some(value), format!("{condition} is not a mapping"), flow.reader.facts);
        }
    }
    flow.gate = None;
    for (event, _) in root.get("triggers").map(Node::entries).unwrap_or_default() {
        triggers.extend(event.text().map(str::to_owned));
    }
    // Pipelines for those that import them.
    let mut shared = Vec::new();
    for (name, value) in definitions.and_then(|it| it.get("pipelines")).map(Node::entries).unwrap_or_default() {
        flow.pipeline(value, name.text().unwrap_or_default(), &mut shared);
    }
    let Flow { reader, .. } = flow;
    let exports = yaml.text_of(root, "export") == Some("true");
    let role = match (pipelines.is_some(), exports) {
        (true, false) => Role::Pipeline,
        (true, true) => Role::Both,
        (false, _) => Role::Template,
    };
    let (jobs, parts) = if role == Role::Template { (shared, Vec::new()) } else { (jobs, shared) };
    if exports {
        let name = file.path().rsplit('/').next().unwrap_or_default().to_owned();
        let also = (role == Role::Both).then_some(OfferTrait::AlsoPipeline);
        reader.facts.offers.push(Offer {
            at: root.get("export").map_or_else(|| file.start(), |it| file.at(it.span())),
            artifact: Artifact::CiTemplate,
            path: Arc::clone(file.path()),
            name,
            version: None,
            described: false,
            inputs: Described::default(),
            outputs: Described::default(),
            traits: also.into_iter().collect(),
            context: reader.context,
        });
    }
    reader.facts.pipelines.push(Pipeline {
        at: file.start(),
        system: System::BitbucketPipelines,
        name: String::new(),
        triggers,
        role,
        jobs,
        parts,
        stages: Vec::new(),
        exact: exact(root),
        context: reader.context,
    });
}

/// Whether somebody has to start a step or a stage.
fn is_manual(yaml: &Yaml<'_>, node: Node<'_>) -> bool {
    yaml.text_of(node, "trigger") == Some("manual")
}

/// Whether pipelines that somebody starts may have other starters: events that name them, steps of other pipelines.
fn has_other_starters(root: Node<'_>) -> bool {
    root.get("triggers").is_some() || root.written().contains("custom:") && calls_custom(root, 0)
}

/// Whether a step below a node starts a pipeline of the file.
fn calls_custom(node: Node<'_>, depth: usize) -> bool {
    let starts = node.get("type").and_then(Node::text) == Some("pipeline");
    let within = || match node.resolved().kind() {
        Kind::Mapping => node.entries().into_iter().any(|(_, value)| calls_custom(value, depth + 1)),
        Kind::Sequence => node.items().any(|it| calls_custom(it, depth + 1)),
        Kind::Scalar | Kind::Alias => false,
    };
    starts || depth < MAX_DEPTH * 4 && within()
}

/// Adds an image: a name, or a mapping with one. Tells its identity.
fn add_image<'r>(reader: &mut Reader<'r, 'r>, node: Node<'r>) -> Option<String> {
    let name = if node.resolved().kind() == Kind::Mapping { node.get("name")? } else { node };
    let Some(text) = reader.yaml.text(name).filter(|it| !it.is_empty()) else {
        reader.yaml.wrong_shape(Some(name), "an image is not text", reader.facts);
        return None;
    };
    let reference = Reference::of(image::parse(text));
    let identity = image_identity(&reference.origin);
    reader.add(name, Artifact::CiImage, reference);
    Some(identity)
}

/// What is needed while the steps of a file are put in their order.
struct Flow<'a, 'r> {
    reader: &'a mut Reader<'r, 'r>,
    questions: &'a mut Questions,
    /// The files that imports name.
    sources: FxHashMap<&'r str, Origin>,
    /// The image of steps that name none.
    image: Option<String>,
    ids: Ids,
    /// What keeps all steps of a stage, or of a pipeline, from running by themselves.
    gate: Option<Gate>,
}

impl<'r> Flow<'_, 'r> {
    /// Adds the jobs of one pipeline: a list of steps, or an import.
    fn pipeline(&mut self, pipeline: Node<'r>, prefix: &str, jobs: &mut Vec<Job>) {
        let mut before = Vec::new();
        match pipeline.resolved().kind() {
            Kind::Sequence => self.list(pipeline, prefix, 0, &mut before, jobs),
            Kind::Mapping if pipeline.get("import").is_some() => self.import(pipeline, prefix, &mut before, jobs),
            // Nothing, or a budget of aliases that is spent.
            Kind::Alias => {}
            Kind::Mapping | Kind::Scalar => {
                let yaml = self.reader.yaml;
                yaml.wrong_shape(Some(pipeline), format!("{prefix} is not a list of steps"), self.reader.facts);
            }
        }
    }

    /// Adds what stands in a list, each after what is before it.
    fn list(&mut self, list: Node<'r>, prefix: &str, depth: usize, before: &mut Vec<String>, jobs: &mut Vec<Job>) {
        for item in list.items() {
            self.element(item, prefix, depth, before, jobs);
        }
    }

    fn element(&mut self, item: Node<'r>, prefix: &str, depth: usize, before: &mut Vec<String>, jobs: &mut Vec<Job>) {
        let yaml = self.reader.yaml;
        if item.get("import").is_some() {
            return self.import(item, prefix, before, jobs);
        }
        if let Some(step) = item.get("step").or_else(|| item.get("final")) {
            return self.step(step, prefix, before, jobs);
        }
        if let Some(group) = item.get("parallel").filter(|_| depth < MAX_DEPTH) {
            let steps = if group.resolved().kind() == Kind::Mapping { group.get("steps") } else { Some(group) };
            let mut after = Vec::new();
            for step in steps.into_iter().flat_map(|it| it.items().collect::<Vec<_>>()) {
                let mut own = before.clone();
                self.element(step, prefix, depth + 1, &mut own, jobs);
                after.extend(own.into_iter().filter(|it| !before.contains(it)));
            }
            if !after.is_empty() {
                *before = after;
            }
            return;
        }
        if let Some(stage) = item.get("stage").filter(|_| depth < MAX_DEPTH) {
            let name = yaml.text_of(stage, "name");
            let prefix = name.map_or_else(|| prefix.to_owned(), |name| format!("{prefix}/{name}"));
            if let Some(steps) = stage.get("steps") {
                let around = self.gate;
                if is_manual(yaml, stage) {
                    self.gate = Some(Gate::Manual);
                }
                self.list(steps, &prefix, depth + 1, before, jobs);
                self.gate = around;
            }
            return;
        }
        if item.get("variables").is_none() {
            yaml.wrong_shape(Some(item), "neither a step nor a group of steps", self.reader.facts);
        }
    }

    /// Adds a job after those before it; it is then what stands before the next.
    fn add(&mut self, job: Job, name: &str, prefix: &str, before: &mut Vec<String>, jobs: &mut Vec<Job>) {
        let id = self.ids.unique(&format!("{prefix}/{name}"));
        jobs.push(Job { id: id.clone(), needs: waits_for(before), gate: job.gate.or(self.gate), ..job });
        *before = vec![id];
    }

    fn import(&mut self, item: Node<'r>, prefix: &str, before: &mut Vec<String>, jobs: &mut Vec<Job>) {
        let Some(node) = item.get("import") else { return };
        let Some(text) = self.reader.yaml.text(node) else {
            return self.reader.yaml.wrong_shape(Some(node), "import is not text", self.reader.facts);
        };
        let (pipeline, origin) = match bitbucket::of_source(text) {
            Some((pipeline, source)) => match self.sources.get(source) {
                Some(origin) => (pipeline, origin.clone()),
                None => {
                    let at = self.reader.yaml.file().at(node.span());
                    let detail = format!("no source {source} in `definitions.imports`");
                    return self.reader.facts.gap(at, GapReason::InvalidReference, detail);
                }
            },
            None => {
                let reference = Reference::of(bitbucket::parse(text));
                let origin = reference.origin.clone();
                self.reader.add(node, Artifact::CiTemplate, reference);
                (bitbucket::pipeline(text).unwrap_or_default(), origin)
            }
        };
        let call = match &origin {
            Origin::Local { path } => {
                self.questions.ask_include(path, FileKind::BitbucketPipeline);
                identity(&origin)
            }
            // Of the same workspace, whichever that is.
            Origin::Repo { name, .. } => format!("server:{}/{pipeline}", name.to_lowercase()),
            Origin::Registry { .. }
            | Origin::Image { .. }
            | Origin::Url { .. }
            | Origin::ServerSide { .. }
            | Origin::Dynamic { .. }
            | Origin::Invalid { .. } => text.to_owned(),
        };
        self.add(Job { call: Some(call), ..Job::default() }, pipeline, prefix, before, jobs);
    }

    fn step(&mut self, step: Node<'r>, prefix: &str, before: &mut Vec<String>, jobs: &mut Vec<Job>) {
        let yaml = self.reader.yaml;
        if step.resolved().kind() != Kind::Mapping {
            return yaml.wrong_shape(Some(step), "a step is not a mapping", self.reader.facts);
        }
        let name = yaml.text_of(step, "name").unwrap_or("step");
        let gate = is_manual(yaml, step).then_some(Gate::Manual);
        // A step that starts another pipeline of the file.
        if let Some(custom) = yaml.text_of(step, "custom").filter(|_| yaml.text_of(step, "type") == Some("pipeline")) {
            let call = Some(format!("part:custom/{custom}"));
            return self.add(Job { call, gate, ..Job::default() }, name, prefix, before, jobs);
        }
        let image = step.get("image").and_then(|it| add_image(self.reader, it)).or_else(|| self.image.clone());
        let mut steps = Vec::new();
        for key in ["script", "after-script"] {
            if let Some(node) = step.get(key) {
                self.script(node, &mut steps);
            }
        }
        self.add(Job { image, steps, gate, ..Job::default() }, name, prefix, before, jobs);
    }

    /// Adds a script: its lines are one step up to a pipe, which is one itself.
    fn script(&mut self, node: Node<'r>, steps: &mut Vec<Step>) {
        let mut lines = String::new();
        let run = |lines: &mut String, steps: &mut Vec<Step>| {
            if !lines.is_empty() {
                steps.push(Step::Run(shell::commands_of("", &std::mem::take(lines))));
            }
        };
        if node.text().is_some() {
            lines = script(node).unwrap_or_default();
        }
        for item in node.items() {
            if let Some(text) = script(item) {
                lines.push_str(&text);
                lines.push('\n');
                continue;
            }
            run(&mut lines, steps);
            let Some((pipe, text)) = item.get("pipe").and_then(|it| Some((it, self.reader.yaml.text(it)?))) else {
                self.reader.yaml.wrong_shape(Some(item), "neither a command nor a pipe", self.reader.facts);
                continue;
            };
            let reference = Reference::of(bitbucket::pipe(text));
            let identity = match &reference.origin {
                Origin::Invalid { .. } => text.to_owned(),
                origin => identity(origin),
            };
            steps.push(Step::Use(identity));
            self.reader.add(pipe, Artifact::CiAction, reference);
        }
        run(&mut lines, steps);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn tables_are_sorted() {
        assert!(super::CONDITIONS.is_sorted_by_key(|(name, _)| name));
    }
}
