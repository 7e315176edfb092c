//! Workflows: what starts them, their jobs, and what reusable ones offer.

use std::collections::BTreeSet;

use super::condition::{self, Said};
use crate::extract::ci::{Reader, exact, image_identity};
use crate::facts::{Artifact, GapReason, Offer, OfferTrait};
use crate::pipeline::gate::leave_out;
use crate::pipeline::{Fingerprint, Job, Pipeline, Role};
use crate::syntax::yaml::{Kind, Node};

pub(super) fn read<'r>(reader: &mut Reader<'r, 'r>, root: Option<Node<'r>>) {
    let yaml = reader.yaml;
    let file = yaml.file();
    // A file of comments alone is a workflow that is switched off: whoever calls it gets nothing.
    if root.is_none_or(Node::is_null) && !yaml.is_broken {
        reader.facts.gap(file.at(0..0), GapReason::Syntax, "not a workflow: nothing stands in it but comments");
        reader.facts.pipelines.push(Pipeline {
            at: file.start(),
            system: super::system(file),
            name: String::new(),
            triggers: BTreeSet::new(),
            role: Role::Template,
            jobs: Vec::new(),
            parts: Vec::new(),
            stages: Vec::new(),
            exact: Fingerprint::of(b""),
            context: reader.context,
        });
        return;
    }
    let root = root.filter(|it| it.get("on").is_some() || it.get("jobs").is_some());
    let Some(root) = root else {
        if !yaml.is_broken {
            reader.facts.gap(file.at(0..0), GapReason::Syntax, "not a workflow: it has neither `on` nor `jobs`");
        }
        return;
    };
    let on = triggers(yaml, root.get("on"));
    let triggers: BTreeSet<String> = on.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let call = on.iter().find(|(name, ..)| *name == "workflow_call");
    let role = match call {
        None => Role::Pipeline,
        Some(_) if triggers.len() == 1 => Role::Template,
        Some(_) => Role::Both,
    };
    let name = yaml.text_of(root, "name");
    if let Some(&(_, at, settings)) = call {
        let last_part = file.path().rsplit('/').next().unwrap_or_default();
        let also = (role == Role::Both).then_some(OfferTrait::AlsoPipeline);
        let setting = |key| settings.and_then(|it| it.get(key));
        reader.facts.offers.push(Offer {
            at: file.at(at.span()),
            artifact: Artifact::CiTemplate,
            path: file.path().clone(),
            name: name.unwrap_or(last_part).to_owned(),
            version: None,
            // A workflow has no description of its own; its name is all it says about itself.
            described: name.is_some(),
            inputs: reader.described(setting("inputs")),
            outputs: reader.described(setting("outputs")),
            traits: also.into_iter().collect(),
            context: reader.context,
        });
    }
    let jobs = jobs(reader, root, &triggers);
    reader.facts.pipelines.push(Pipeline {
        at: file.start(),
        system: super::system(file),
        name: name.unwrap_or_default().to_owned(),
        triggers,
        role,
        jobs,
        parts: Vec::new(),
        stages: Vec::new(),
        exact: exact(root),
        context: reader.context,
    });
}

/// The events of `on`: their names, where they stand, and their settings. It is a name, a list or a mapping.
fn triggers<'r>(
    yaml: &crate::extract::documents::Yaml<'r>,
    on: Option<Node<'r>>,
) -> Vec<(&'r str, Node<'r>, Option<Node<'r>>)> {
    let Some(on) = on else { return Vec::new() };
    match on.resolved().kind() {
        Kind::Scalar => yaml.text(on).map(|name| (name, on, None)).into_iter().collect(),
        Kind::Sequence => on.items().filter_map(|it| Some((yaml.text(it)?, it, None))).collect(),
        Kind::Mapping => {
            let entries = on.entries().into_iter();
            entries.filter_map(|(key, value)| Some((yaml.text(key)?, key, Some(value)))).collect()
        }
        Kind::Alias => Vec::new(),
    }
}

fn jobs<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>, triggers: &BTreeSet<String>) -> Vec<Job> {
    let yaml = reader.yaml;
    let Some(jobs) = root.get("jobs") else {
        if !yaml.is_broken {
            reader.facts.gap(yaml.file().at(0..0), GapReason::Syntax, "a workflow without jobs");
        }
        return Vec::new();
    };
    if jobs.resolved().kind() != Kind::Mapping {
        yaml.wrong_shape(Some(jobs), "jobs is not a mapping", reader.facts);
        return Vec::new();
    }
    let shell = default_shell(reader, root);
    let mut found = Vec::new();
    // Of each job whether it decides itself what happens where one before it was left out.
    let mut run_anyway = Vec::new();
    for (key, value) in jobs.entries() {
        let id = yaml.text(key).unwrap_or_default();
        if value.resolved().kind() == Kind::Mapping {
            let said = value.get("if").and_then(|it| yaml.text(it)).map(|it| condition::read(it, triggers));
            let Said { gate, runs_anyway } = said.unwrap_or_default();
            found.push(Job { gate, ..job(reader, id, value, shell) });
            run_anyway.push(runs_anyway);
        } else {
            yaml.wrong_shape(Some(value), format!("job {id} is not a mapping"), reader.facts);
        }
    }
    leave_out(&mut found, &|it| run_anyway[it]);
    found
}

fn job<'r>(reader: &mut Reader<'r, 'r>, id: &str, job: Node<'r>, shell: Option<&'r str>) -> Job {
    let needs = job.get("needs").map(|it| reader.names(it)).unwrap_or_default();
    let call = job.get("uses").and_then(|it| reader.reference(it, Artifact::CiTemplate));
    let image = job.get("container").and_then(|it| reader.image(it)).map(|it| image_identity(&it));
    for (_, service) in job.get("services").map(Node::entries).unwrap_or_default() {
        reader.image(service);
    }
    // What runs a script that doesn't say so depends on the machine.
    let machine = job.get("runs-on").map(|it| reader.names(it)).unwrap_or_default();
    let is_windows = machine.iter().any(|it| it.to_ascii_lowercase().starts_with("windows"));
    let shell = default_shell(reader, job).or(shell).unwrap_or(if is_windows { "pwsh" } else { "" });
    let mut steps = Vec::new();
    reader.steps(job.get("steps"), shell, 0, &mut steps);
    Job { id: id.to_owned(), needs, call, image, steps, ..Job::default() }
}

fn default_shell<'r>(reader: &Reader<'r, 'r>, node: Node<'r>) -> Option<&'r str> {
    node.get("defaults")?.get("run").and_then(|run| reader.yaml.text_of(run, "shell"))
}
