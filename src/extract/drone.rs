//! Drone: `.drone.yml` → pipelines, what they use.
//!
//! The documents of the file are one pipeline here, for they run together and wait for each other; their steps are its
//! jobs. `.drone.jsonnet` and `.drone.star` are programs that make such a file: they are counted, not read.

use std::collections::{BTreeMap, BTreeSet};

use super::ci::{self, MAX_NEEDS, Reader, last_jobs};
use super::{containers, mark_unread};
use crate::facts::{Artifact, Facts, GapReason};
use crate::origin::{Origin, Pin, Reference, Version};
use crate::pipeline::{Fingerprint, Job, Pipeline, Role, System};
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    if !(file.path().ends_with(".yml") || file.path().ends_with(".yaml")) {
        return mark_unread(file.start(), System::Drone, file.context(), facts);
    }
    ci::read(file, facts, |mut reader| read(&mut reader));
}

/// One of the pipelines that run together.
struct Document {
    jobs: Vec<Job>,
    /// The names of those it waits for.
    waits_for: Vec<String>,
}

fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let yaml = reader.yaml;
    let mut documents: Vec<(&str, Document)> = Vec::new();
    let mut triggers = BTreeSet::new();
    let mut canonical = Vec::new();
    for root in yaml.documents.roots().filter(|it| it.resolved().kind() == Kind::Mapping) {
        let document = match yaml.text_of(root, "kind") {
            Some("template") => template(reader, root),
            Some("pipeline") => pipeline(reader, root, root.get("steps"), &mut triggers),
            // Before 1.0 a file was one pipeline without a kind.
            None if root.get("pipeline").is_some() => pipeline(reader, root, root.get("pipeline"), &mut triggers),
            Some(_) | None => continue,
        };
        root.write_canonical(&mut canonical);
        documents.push((yaml.text_of(root, "name").unwrap_or("default"), document));
    }
    if documents.is_empty() {
        if !yaml.is_broken {
            reader.facts.gap(yaml.file().at(0..0), GapReason::Syntax, "no pipeline");
        }
        return;
    }
    let name = if let [(name, _)] = documents.as_slice() { (*name).to_owned() } else { String::new() };
    reader.facts.pipelines.push(Pipeline {
        at: yaml.file().start(),
        system: System::Drone,
        name,
        triggers,
        role: Role::Pipeline,
        jobs: joined(documents),
        parts: Vec::new(),
        stages: Vec::new(),
        exact: Fingerprint::of(&canonical),
        context: reader.context,
    });
}

fn pipeline<'r>(
    reader: &mut Reader<'r, 'r>,
    root: Node<'r>,
    steps: Option<Node<'r>>,
    triggers: &mut BTreeSet<String>,
) -> Document {
    let yaml = reader.yaml;
    if steps.is_none_or(Node::is_null) && !yaml.is_broken {
        yaml.wrong_shape(Some(root), "a pipeline without steps", reader.facts);
    }
    let mut own = BTreeSet::new();
    let trigger = root.get("trigger");
    containers::events(reader, trigger.and_then(|it| it.get("event")), &mut own);
    if trigger.is_some_and(|it| it.get("cron").is_some()) {
        own.insert("cron".to_owned());
    }
    triggers.extend(if own.is_empty() { containers::all_events() } else { own });
    let is_windows = root.get("platform").and_then(|it| yaml.text_of(it, "os")) == Some("windows");
    containers::services(reader, root.get("services"));
    containers::clone(reader, root.get("clone"));
    let mut jobs = containers::jobs(reader, steps, if is_windows { "pwsh" } else { "" });
    // A document that only somebody's run comes to stands beside others that changes start.
    let gate = trigger.filter(|it| it.get("cron").is_none()).and_then(|it| containers::gate(reader, it));
    jobs.iter_mut().for_each(|it| it.gate = it.gate.or(gate));
    Document { jobs, waits_for: root.get("depends_on").map(|it| reader.names(it)).unwrap_or_default() }
}

/// A document that is made of a template which the server keeps for the organisation.
fn template<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>) -> Document {
    let yaml = reader.yaml;
    let mut job = Job { id: "template".to_owned(), ..Job::default() };
    match root.get("load").filter(|it| yaml.text(*it).is_some_and(|it| !it.is_empty())) {
        Some(load) => {
            let name = format!("template/{}", yaml.text(load).unwrap_or_default());
            job.call = Some(format!("server:{name}"));
            let reference = Reference { origin: Origin::ServerSide { name }, version: Version::only(Pin::Default) };
            reader.add(load, Artifact::CiTemplate, reference);
        }
        None => yaml.wrong_shape(Some(root), "a template without load", reader.facts),
    }
    Document { jobs: vec![job], waits_for: Vec::new() }
}

/// The jobs of all documents. Those of a document that waits for others wait for the last jobs of these; where there is
/// more than one document, its name stands before its jobs' own.
fn joined(documents: Vec<(&str, Document)>) -> Vec<Job> {
    let is_alone = documents.len() == 1;
    let mut documents = documents;
    for (name, document) in documents.iter_mut().filter(|_| !is_alone) {
        for job in &mut document.jobs {
            job.id = format!("{name}/{}", job.id);
            job.needs.iter_mut().for_each(|it| *it = format!("{name}/{it}"));
        }
    }
    let last: BTreeMap<&str, Vec<String>> =
        documents.iter().map(|(name, document)| (*name, last_jobs(&document.jobs))).collect();
    let mut all = Vec::new();
    for (_, Document { mut jobs, waits_for }) in documents {
        let before: Vec<String> =
            waits_for.iter().filter_map(|it| last.get(it.as_str())).flatten().take(MAX_NEEDS).cloned().collect();
        for job in jobs.iter_mut().filter(|it| it.needs.is_empty()) {
            job.needs.clone_from(&before);
        }
        all.extend(jobs);
    }
    all
}
