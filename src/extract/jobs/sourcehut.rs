//! sourcehut builds: tasks that run one after another on one machine. Its image is one of the service's own machines,
//! no container.

use std::collections::BTreeSet;

use super::cloud_build::interpreter;
use crate::extract::ci::Reader;
use crate::pipeline::{Job, Role, Step, System};
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

pub(in crate::extract) fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = reader.expect("a build manifest of sourcehut") else { return };
    if root.get("image").is_none() {
        return reader.refuse("not a build manifest of sourcehut: it names no image");
    }
    let mut steps = Vec::new();
    for task in root.get("tasks").into_iter().flat_map(Node::items) {
        if task.resolved().kind() != Kind::Mapping {
            reader.yaml.wrong_shape(Some(task), "a task is not a name and its script", reader.facts);
        }
        for (_, script) in task.entries() {
            if let Some(script) = reader.yaml.text(script) {
                steps.push(Step::Run(shell::commands_of(interpreter(script), script)));
            } else {
                reader.yaml.wrong_shape(Some(script), "the script of a task is not text", reader.facts);
            }
        }
    }
    let jobs = vec![Job { id: "build".to_owned(), steps, ..Job::default() }];
    reader.pipeline(System::Sourcehut, root, None, BTreeSet::new(), Role::Pipeline, jobs);
}
