//! Harness: pipelines of stages, and the templates that stages, steps and whole pipelines are made from. Both the format
//! with `pipeline:` at its top and version 1 (`kind: pipeline`, or stages whose steps `run`) are read.

use std::collections::BTreeSet;

use super::{MAX_DEPTH, built_in, server_side, waits_for};
use crate::extract::ci::Reader;
use crate::facts::{Artifact, Described, Offer};
use crate::origin::{Pin, Version};
use crate::pipeline::{Job, Role, Step, System};
use crate::syntax::yaml::{Kind, Node};

pub(in crate::extract) fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = reader.expect("a pipeline or a template of Harness") else { return };
    if let Some(template) = root.get("template").filter(|it| it.resolved().kind() == Kind::Mapping) {
        return definition(reader, template);
    }
    let kind = reader.yaml.text_of(root, "kind");
    let pipeline = root.get("pipeline").filter(|it| it.resolved().kind() == Kind::Mapping);
    let Some(pipeline) = pipeline.or_else(|| (kind == Some("pipeline")).then(|| root.get("spec"))?) else {
        return reader.refuse("neither a pipeline nor a template of Harness");
    };
    let jobs = pipeline_jobs(reader, pipeline);
    let name = reader.yaml.text_of(pipeline, "name").or_else(|| reader.yaml.text_of(root, "name"));
    reader.pipeline(System::Harness, root, name, BTreeSet::new(), Role::Pipeline, jobs);
}

/// A template: what it is made of stands in `spec`, as its type has it.
fn definition<'r>(reader: &mut Reader<'r, 'r>, template: Node<'r>) {
    let text = |key| reader.yaml.text_of(template, key);
    let (kind, identifier) = (text("type").unwrap_or_default(), text("identifier"));
    let Some(name) = identifier.or_else(|| text("name")) else {
        return reader.refuse("a template of Harness without an identifier");
    };
    let file = reader.yaml.file();
    let offer = Offer {
        at: file.start(),
        artifact: Artifact::CiTemplate,
        path: file.path().clone(),
        name: name.to_owned(),
        version: text("versionLabel").map(str::to_owned),
        described: text("description").is_some(),
        inputs: Described::default(),
        outputs: Described::default(),
        traits: BTreeSet::new(),
        context: reader.context,
    };
    // What is no part of a pipeline (a secret manager, a monitored service) is offered to none.
    let Some(spec) = template.get("spec").filter(|_| matches!(kind, "Pipeline" | "Stage" | "Step" | "StepGroup"))
    else {
        return;
    };
    reader.facts.offers.push(offer);
    let jobs = match kind {
        "Pipeline" => pipeline_jobs(reader, spec),
        "Stage" => vec![stage(reader, name.to_owned(), spec, Vec::new())],
        "StepGroup" => {
            let mut steps = Vec::new();
            add_steps(reader, spec.get("steps"), 0, &mut steps);
            vec![Job { id: name.to_owned(), steps, ..Job::default() }]
        }
        _ => vec![Job { id: name.to_owned(), steps: step(reader, spec).into_iter().collect(), ..Job::default() }],
    };
    reader.pipeline(System::Harness, template, Some(name), BTreeSet::new(), Role::Template, jobs);
}

fn pipeline_jobs<'r>(reader: &mut Reader<'r, 'r>, pipeline: Node<'r>) -> Vec<Job> {
    if let Some(call) = called(reader, pipeline) {
        return vec![Job { id: "template".to_owned(), call: Some(call), ..Job::default() }];
    }
    let mut jobs: Vec<Job> = Vec::new();
    let mut before: Vec<String> = Vec::new();
    for item in pipeline.get("stages").into_iter().flat_map(Node::items) {
        let side_by_side: Vec<Node<'r>> = match item.get("parallel") {
            Some(list) => list.get("stages").unwrap_or(list).items().collect(),
            None => vec![item],
        };
        let mut here = Vec::new();
        for it in side_by_side {
            let it = it.get("stage").unwrap_or(it);
            let text = |key| reader.yaml.text_of(it, key);
            let id = text("identifier").or_else(|| text("id")).or_else(|| text("name"));
            let id = id.map_or_else(|| jobs.len().to_string(), str::to_owned);
            here.push(id.clone());
            let job = stage(reader, id, it, waits_for(&before));
            jobs.push(job);
        }
        before = here;
    }
    jobs
}

fn stage<'r>(reader: &mut Reader<'r, 'r>, id: String, stage: Node<'r>, needs: Vec<String>) -> Job {
    if let Some(call) = called(reader, stage) {
        return Job { id, needs, call: Some(call), ..Job::default() };
    }
    let spec = stage.get("spec");
    let image = |owner: Option<Node<'r>>| owner.and_then(|it| it.get("container").or_else(|| it.get("image")));
    let image = image(Some(stage)).or_else(|| image(spec));
    let image = reader.job_image(image);
    let execution = spec.and_then(|it| it.get("execution")).or(spec).unwrap_or(stage);
    let mut steps = Vec::new();
    add_steps(reader, execution.get("steps"), 0, &mut steps);
    Job { id, needs, image, steps, ..Job::default() }
}

/// The template that a pipeline, a stage or a step is made from.
fn called<'r>(reader: &mut Reader<'r, 'r>, owner: Node<'r>) -> Option<String> {
    let template = owner.get("template").filter(|it| it.resolved().kind() == Kind::Mapping)?;
    let written = template.get("templateRef").or_else(|| template.get("uses")).filter(|it| !it.is_null())?;
    let name = reader.yaml.text(written)?;
    if name.contains("<+") {
        let prefix = name.split("<+").next().unwrap_or_default();
        let reference = crate::origin::Reference::dynamic(prefix, "an expression, which only a run fills in");
        return Some(reader.call(written, reference));
    }
    let version = match reader.yaml.text_of(template, "versionLabel") {
        Some(label) if label.contains("<+") => {
            Version { reference: Some(label.to_owned()), ..Version::only(Pin::Dynamic) }
        }
        // A label is whatever its author called the version, and may be changed; none asks for the stable one.
        Some(label) => Version { reference: Some(label.to_owned()), ..Version::only(pin_of_label(label)) },
        None => Version::only(Pin::Default),
    };
    Some(reader.call(written, server_side(name, version)))
}

fn pin_of_label(label: &str) -> Pin {
    match Pin::of_git_ref(label) {
        pin @ (Pin::Exact | Pin::Partial) => pin,
        Pin::Digest
        | Pin::Sha
        | Pin::ShortSha
        | Pin::Range
        | Pin::Tag
        | Pin::FloatingTag
        | Pin::Branch
        | Pin::TagOrBranch
        | Pin::Default
        | Pin::SameCommit
        | Pin::Dynamic => Pin::Tag,
    }
}

fn add_steps<'r>(reader: &mut Reader<'r, 'r>, list: Option<Node<'r>>, depth: usize, found: &mut Vec<Step>) {
    if depth > MAX_DEPTH {
        return;
    }
    for item in list.into_iter().flat_map(Node::items) {
        // A step of version 1 may be a text alone: what it runs.
        if item.text().is_some() {
            found.extend(reader.script("", Some(item)));
            continue;
        }
        let group = ["group", "parallel", "stepGroup"].into_iter().find_map(|it| item.get(it));
        match group {
            Some(group) if group.get("template").is_some() => found.extend(called(reader, group).map(Step::Call)),
            Some(group) => {
                let steps = group.get("steps").or_else(|| group.get("spec").and_then(|it| it.get("steps")));
                add_steps(reader, Some(steps.unwrap_or(group)), depth + 1, found);
            }
            None => found.extend(step(reader, item.get("step").unwrap_or(item))),
        }
    }
}

fn step<'r>(reader: &mut Reader<'r, 'r>, step: Node<'r>) -> Option<Step> {
    if let Some(call) = called(reader, step) {
        return Some(Step::Call(call));
    }
    let spec = step.get("spec").unwrap_or(step);
    let container = spec.get("container").filter(|it| !it.is_null());
    let image = reader.job_image(container.or_else(|| spec.get("image")));
    let run = spec.get("run").filter(|it| !it.is_null());
    let source = spec.get("source").and_then(|it| it.get("spec"));
    let script = ["command", "script"].into_iter().find_map(|it| {
        run.and_then(|run| run.get(it)).or_else(|| spec.get(it)).or_else(|| source.and_then(|it_| it_.get(it)))
    });
    let script = script.or(run).filter(|it| it.resolved().kind() != Kind::Mapping);
    let shell = reader.yaml.text_of(spec, "shell").unwrap_or_default().to_ascii_lowercase();
    if let Some(script) = reader.script(&shell, script) {
        return Some(script);
    }
    if let Some(uses) = spec.get("uses").or_else(|| spec.get("action").and_then(|it| it.get("uses"))) {
        return reader.github_action(uses);
    }
    match (reader.yaml.text_of(step, "type"), image) {
        // A plugin is what its image was made to run.
        (Some("Plugin" | "plugin") | None, Some(image)) => Some(Step::Use(format!("docker://{image}"))),
        (Some(kind), _) => Some(built_in(System::Harness, kind)),
        (None, None) => None,
    }
}
