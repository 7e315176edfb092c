//! Sources of orbs: one file with all of it, or `@orb.yml` beside folders with a file for each command, job and
//! executor. All files of one orb are one offer, at the orb's folder: where its readme lies.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::arguments::Arguments;
use super::expand::Expander;
use super::scope::{Places, Scope, images};
use crate::extract::ci::{Reader, exact};
use crate::facts::{Artifact, Described, GapReason, Offer};
use crate::pipeline::{Job, Pipeline, Role, System};
use crate::syntax::yaml::Node;

/// What a file of an orb holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// All of it, or what its parts have in common.
    Whole,
    Command,
    Executor,
    Job,
}

pub(super) fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let file = reader.yaml.file();
    let Some(root) = reader.root() else {
        if !reader.yaml.is_broken {
            reader.facts.gap(file.at(0..0), GapReason::Syntax, "not the source of an orb: it is no mapping");
        }
        return;
    };
    let (folder, name) = file.path().rsplit_once('/').unwrap_or(("", file.path()));
    let (part, folder) = match folder.rsplit_once('/').unwrap_or(("", folder)) {
        (above, "commands") => (Part::Command, above),
        (above, "executors") => (Part::Executor, above),
        (above, "jobs") => (Part::Job, above),
        _ => (Part::Whole, folder),
    };
    // In `@orb.yml` stands only what is common to the files beside it.
    let is_whole = part == Part::Whole && !name.starts_with('@');
    let folder = folder.strip_suffix("src").filter(|it| it.is_empty() || it.ends_with('/')).unwrap_or(folder);
    let folder = folder.trim_end_matches('/');
    let id = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
    let mut inputs = Described::default();
    let mut jobs = Vec::new();
    let mut parts = Vec::new();
    let count = |reader: &Reader<'r, 'r>, definition: Node<'r>, inputs: &mut Described| {
        let found = reader.described(definition.get("parameters"));
        inputs.total += found.total;
        inputs.described += found.described;
    };
    match part {
        Part::Whole => {
            let scope = Scope::read(reader, root, is_whole);
            let in_order = ["commands", "executors", "jobs"].into_iter().filter_map(|key| root.get(key));
            for (_, definition) in in_order.flat_map(Node::entries) {
                count(reader, definition, &mut inputs);
            }
            let mut expander = Expander::new(reader, Arguments::default());
            for (id, definition) in &scope.jobs {
                let job = expander.job(*definition, None, &scope);
                jobs.push(Job { id: (*id).to_owned(), ..job });
            }
            for (id, definition) in root.get("commands").map(Node::entries).unwrap_or_default() {
                let Some(id) = id.text() else { continue };
                let job = expander.job(definition, None, &scope);
                parts.push(Job { id: id.to_owned(), ..job });
            }
        }
        Part::Command | Part::Job | Part::Executor => {
            images(reader, root, &Places::default());
            count(reader, root, &mut inputs);
            let mut expander = Expander::new(reader, Arguments::default());
            let job = Job { id, ..expander.job(root, None, &Scope::default()) };
            match part {
                Part::Job => jobs.push(job),
                Part::Command => parts.push(job),
                Part::Executor | Part::Whole => {}
            }
        }
    }
    let described = reader.yaml.text_of(root, "description").is_some();
    reader.facts.offers.push(Offer {
        at: file.start(),
        artifact: Artifact::CircleciOrb,
        path: Arc::from(folder),
        name: folder.rsplit('/').next().filter(|it| !it.is_empty()).unwrap_or("orb").to_owned(),
        version: None,
        // What a command says of itself says nothing of the orb.
        described: described && part == Part::Whole,
        inputs,
        outputs: Described::default(),
        traits: BTreeSet::new(),
        context: reader.context,
    });
    if jobs.is_empty() && parts.is_empty() {
        return;
    }
    reader.facts.pipelines.push(Pipeline {
        at: file.start(),
        system: System::Circleci,
        name: String::new(),
        triggers: BTreeSet::new(),
        role: Role::Template,
        jobs,
        parts,
        stages: Vec::new(),
        exact: exact(root),
        context: reader.context,
    });
}
