//! `action.yml`: an action that others can use, and what it uses itself.

use std::collections::BTreeSet;

use crate::extract::ci::Reader;
use crate::facts::{Action, Artifact, GapReason, Offer};
use crate::origin::{Reference, image};
use crate::syntax::yaml::{Kind, Node};

pub(super) fn read<'r>(reader: &mut Reader<'r, 'r>, root: Option<Node<'r>>) {
    let yaml = reader.yaml;
    let file = yaml.file();
    // Other tools have files of this name too: without `runs` it is none of GitHub's.
    let Some(root) = root else { return };
    let Some(runs) = root.get("runs") else {
        if !yaml.is_broken && root.get("inputs").is_some() && root.get("description").is_some() {
            reader.facts.gap(file.at(0..0), GapReason::Syntax, "an action without `runs`");
        }
        return;
    };
    if runs.resolved().kind() != Kind::Mapping {
        return yaml.wrong_shape(Some(runs), "runs is not a mapping", reader.facts);
    }
    let name = root.get("name").filter(|it| !it.is_null());
    let folder = file.folder();
    let last_part = folder.rsplit('/').next().unwrap_or("");
    reader.facts.offers.push(Offer {
        at: file.at(name.map_or(0..0, Node::span)),
        artifact: Artifact::CiAction,
        path: folder.into(),
        name: name.and_then(|it| yaml.text(it)).unwrap_or(last_part).to_owned(),
        version: None,
        described: yaml.text_of(root, "description").is_some(),
        inputs: reader.described(root.get("inputs")),
        outputs: reader.described(root.get("outputs")),
        traits: BTreeSet::new(),
        context: reader.context,
    });
    // They belong to no pipeline of this repository, but to each that uses the action.
    let mut steps = Vec::new();
    reader.steps(runs.get("steps"), "", 0, &mut steps);
    if !steps.is_empty() {
        reader.facts.actions.push(Action { at: file.start(), steps, context: reader.context });
    }
    if let Some(image) = runs.get("image")
        && let Some(text) = yaml.text(image)
        && text.starts_with("docker://")
    {
        reader.add(image, Artifact::CiImage, Reference::of(image::parse(text)));
    }
}
