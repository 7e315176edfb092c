//! GoCD: pipelines of stages, whose jobs run side by side.

use std::collections::BTreeSet;

use super::{MAX_DEPTH, built_in, of_arguments, server_side, waits_for};
use crate::extract::ci::Reader;
use crate::origin::{Pin, Version};
use crate::pipeline::gate::Gate;
use crate::pipeline::{Job, Role, Step, System};
use crate::syntax::yaml::{Kind, Node};

pub(in crate::extract) fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = reader.expect("a configuration of GoCD") else { return };
    let Some(pipelines) = root.get("pipelines").filter(|it| it.resolved().kind() == Kind::Mapping) else {
        // Environments may stand in a file of their own.
        if root.get("environments").is_none() {
            reader.refuse("not a configuration of GoCD: it has neither pipelines nor environments");
        }
        return;
    };
    for (name, pipeline) in pipelines.entries() {
        let name = reader.yaml.text(name);
        if pipeline.resolved().kind() != Kind::Mapping {
            reader.yaml.wrong_shape(Some(pipeline), "a pipeline is not a mapping", reader.facts);
            continue;
        }
        let mut triggers = BTreeSet::new();
        for (_, material) in pipeline.get("materials").map(Node::entries).unwrap_or_default() {
            let is_pipeline = material.get("pipeline").is_some();
            triggers.insert(if is_pipeline { "pipeline" } else { "push" }.to_owned());
        }
        if pipeline.get("timer").is_some() {
            triggers.insert("schedule".to_owned());
        }
        let jobs = match pipeline.get("template").filter(|it| !it.is_null()) {
            Some(template) => called(reader, template),
            None => stages(reader, pipeline),
        };
        reader.pipeline(System::Gocd, pipeline, name, triggers, Role::Pipeline, jobs);
    }
}

/// A template is defined in the server's own configuration.
fn called<'r>(reader: &mut Reader<'r, 'r>, template: Node<'r>) -> Vec<Job> {
    let Some(name) = reader.yaml.text(template) else {
        reader.yaml.wrong_shape(Some(template), "template is not text", reader.facts);
        return Vec::new();
    };
    let call = reader.call(template, server_side(name, Version::only(Pin::Default)));
    vec![Job { id: name.to_owned(), call: Some(call), ..Job::default() }]
}

fn stages<'r>(reader: &mut Reader<'r, 'r>, pipeline: Node<'r>) -> Vec<Job> {
    let mut jobs = Vec::new();
    let mut before: Vec<String> = Vec::new();
    for (stage, value) in pipeline.get("stages").into_iter().flat_map(Node::items).flat_map(Node::entries) {
        let stage = reader.yaml.text(stage).unwrap_or_default();
        let needs = waits_for(&before);
        // Else a stage begins once the one before has succeeded.
        let approval = value.get("approval");
        let approval = approval.and_then(|it| it.get("type")).or(approval).and_then(|it| reader.yaml.text(it));
        let gate = (approval == Some("manual")).then_some(Gate::Manual);
        let mut here = Vec::new();
        let listed = value.get("jobs").map(Node::entries).unwrap_or_default();
        // A stage of one job may leave the job out.
        let alone = listed.is_empty().then_some((stage.to_owned(), value));
        let listed = listed.into_iter().map(|(name, job)| {
            let name = reader.yaml.text(name).unwrap_or_default();
            (format!("{stage}/{name}"), job)
        });
        let listed: Vec<(String, Node<'r>)> = listed.chain(alone).collect();
        for (id, job) in listed {
            let mut steps = Vec::new();
            tasks(reader, job.get("tasks"), 0, &mut steps);
            here.push(id.clone());
            jobs.push(Job { id, needs: needs.clone(), steps, gate, ..Job::default() });
        }
        before = here;
    }
    jobs
}

/// The tasks of a job; lists that anchors bring may stand among them.
fn tasks<'r>(reader: &mut Reader<'r, 'r>, list: Option<Node<'r>>, depth: usize, steps: &mut Vec<Step>) {
    for task in list.into_iter().flat_map(Node::items) {
        match task.resolved().kind() {
            Kind::Sequence if depth < MAX_DEPTH => tasks(reader, Some(task), depth + 1, steps),
            Kind::Mapping => {
                for (name, value) in task.entries() {
                    let name = reader.yaml.text(name).unwrap_or_default();
                    steps.extend(self::task(reader, name, value));
                }
            }
            // Some tasks have nothing to say but their name: `- fetch`.
            Kind::Scalar => steps.extend(reader.yaml.text(task).map(|it| built_in(System::Gocd, it))),
            Kind::Sequence | Kind::Alias => {}
        }
    }
}

fn task<'r>(reader: &mut Reader<'r, 'r>, name: &str, value: Node<'r>) -> Option<Step> {
    let text = |key| reader.yaml.text_of(value, key);
    match name {
        "exec" => {
            let arguments = reader.words(value.get("arguments"));
            text("command").map(|it| Step::Run(of_arguments(std::iter::once(it).chain(arguments))))
        }
        "script" => reader.script("", Some(value)),
        "ant" | "nant" | "rake" => Some(Step::Run(of_arguments(std::iter::once(name).chain(text("target"))))),
        "plugin" => {
            let script = value.get("options").and_then(|it| it.get("script"));
            let id = value.get("configuration").and_then(|it| reader.yaml.text_of(it, "id"));
            reader.script("", script).or_else(|| id.map(|it| built_in(System::Gocd, it)))
        }
        name => Some(built_in(System::Gocd, name)),
    }
}
