//! AWS CodePipeline as CloudFormation describes it: stages of actions, which run in the order of their numbers.

use std::collections::BTreeSet;

use super::waits_for;
use crate::extract::ci::Reader;
use crate::pipeline::{Job, Role, Step, System};
use crate::syntax::yaml::Node;

pub(in crate::extract) fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = reader.expect("a template of CloudFormation") else { return };
    for (name, resource) in root.get("Resources").map(Node::entries).unwrap_or_default() {
        if reader.yaml.text_of(resource, "Type") != Some("AWS::CodePipeline::Pipeline") {
            continue;
        }
        let properties = resource.get("Properties");
        let own = properties.and_then(|it| it.get("Name")).filter(|it| it.tag().is_none());
        let name = own.and_then(|it| reader.yaml.text(it)).or_else(|| reader.yaml.text(name));
        let jobs = stages(reader, properties.and_then(|it| it.get("Stages")));
        reader.pipeline(System::Codepipeline, resource, name, BTreeSet::new(), Role::Pipeline, jobs);
    }
}

fn stages<'r>(reader: &mut Reader<'r, 'r>, stages: Option<Node<'r>>) -> Vec<Job> {
    let mut jobs = Vec::new();
    let mut before: Vec<String> = Vec::new();
    for stage in stages.into_iter().flat_map(Node::items) {
        let name = reader.yaml.text_of(stage, "Name").unwrap_or_default();
        let mut actions: Vec<(u32, Node<'r>)> = Vec::new();
        for action in stage.get("Actions").into_iter().flat_map(Node::items) {
            let order = reader.yaml.text_of(action, "RunOrder").and_then(|it| it.parse().ok()).unwrap_or(1);
            actions.push((order, action));
        }
        // Those of one number run side by side.
        actions.sort_by_key(|(order, _)| *order);
        for side_by_side in actions.chunk_by(|a, b| a.0 == b.0) {
            let needs = waits_for(&before);
            before.clear();
            for (_, action) in side_by_side {
                let own = reader.yaml.text_of(*action, "Name").unwrap_or_default();
                let id = format!("{name}/{own}");
                let kind = action.get("ActionTypeId");
                let part = |key| kind.and_then(|it| reader.yaml.text_of(it, key)).unwrap_or("custom");
                // Named by its category first, which says what it is for whoever provides it.
                let step = format!("{}/{}/{}", System::Codepipeline.id(), part("Category"), part("Provider"));
                before.push(id.clone());
                let steps = vec![Step::Use(step.to_ascii_lowercase())];
                jobs.push(Job { id, needs: needs.clone(), steps, ..Job::default() });
            }
        }
    }
    jobs
}
