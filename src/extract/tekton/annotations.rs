//! What Pipelines as Code reads in the annotations of a run: what starts it, and which tasks and pipeline it brings
//! along.

use std::collections::{BTreeMap, BTreeSet};

use super::Definition;
use crate::extract::ci::{Reader, identity};
use crate::facts::Artifact;
use crate::origin::tekton::{annotated, annotation};
use crate::origin::{Origin, Reference};
use crate::syntax::yaml::Node;

/// What every annotation of Pipelines as Code begins with.
const GROUP: &str = "pipelinesascode.tekton.dev/";

/// What the annotations of one object say.
#[derive(Default)]
pub(super) struct Annotations<'r> {
    /// What starts the run.
    pub(super) triggers: BTreeSet<String>,
    /// What is brought along: by the name that its file tells, the identity.
    brought: BTreeMap<(Definition, &'r str), String>,
}

impl<'r> Annotations<'r> {
    /// Reads the annotations of an object and adds what they use.
    pub(super) fn read(reader: &mut Reader<'r, 'r>, object: Node<'r>) -> Self {
        let yaml = reader.yaml;
        let mut found = Annotations::default();
        let annotations = object.get("metadata").and_then(|it| it.get("annotations"));
        for (key, value) in annotations.map(Node::entries).unwrap_or_default() {
            let Some(key) = key.text().and_then(|it| it.strip_prefix(GROUP)) else { continue };
            let Some(text) = yaml.text(value) else { continue };
            let number = key.strip_prefix("task-").is_some_and(|it| it.bytes().all(|b| b.is_ascii_digit()));
            match key {
                "on-event" => found.triggers.extend(entries(text).map(str::to_owned)),
                "on-comment" => found.triggers.extend(["comment".to_owned()]),
                "on-cel-expression" => found.triggers.extend(events(text)),
                "pipeline" => found.bring(reader, Definition::Pipeline, value, text),
                "task" => found.bring(reader, Definition::Task, value, text),
                _ if number => found.bring(reader, Definition::Task, value, text),
                _ => {}
            }
        }
        found
    }

    fn bring(&mut self, reader: &mut Reader<'r, 'r>, definition: Definition, value: Node<'r>, text: &'r str) {
        let written = reader.yaml.written(value);
        let start = value.resolved().span().start;
        let mut after = 0;
        let mut is_lost = false;
        for entry in annotated(text) {
            let entry = &text[entry];
            // A value over several lines has its line ends between entries, not in them. What is written in another
            // way, as with escapes, has the place behind the last that was found.
            let found = written.get(after..).filter(|_| !is_lost).and_then(|it| it.find(entry));
            is_lost |= found.is_none();
            let at = found.map_or(after, |it| after + it);
            after = at + if is_lost { 1 } else { entry.len() };
            let reference = Reference::of(annotation(definition, entry));
            let call = match &reference.origin {
                Origin::ServerSide { name } => format!("server:{name}"),
                Origin::Invalid { .. } => entry.to_owned(),
                origin => identity(origin),
            };
            self.brought.insert((definition, stem(entry)), call);
            reader.add_at(start + at..start + after, entry, Artifact::CiTemplate, reference);
        }
    }

    /// What a name leads to by an annotation.
    pub(super) fn call(&self, definition: Definition, name: &'r str) -> Option<&str> {
        self.brought.get(&(definition, name)).map(String::as_str)
    }
}

/// The name that the definition most likely has: that of its file, or of the hub's entry without its version.
fn stem(entry: &str) -> &str {
    let last = entry.rsplit('/').next().unwrap_or(entry);
    let last = last.split(['?', '#']).next().unwrap_or(last);
    last.strip_suffix(".yaml")
        .or_else(|| last.strip_suffix(".yml"))
        .or_else(|| Some(last.split_once(':')?.0))
        .unwrap_or(last)
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    annotated(text).into_iter().map(|it| text[it].trim_matches(['"', '\'']))
}

/// The events that an expression compares with: `event == "push" && …`. One that names none runs for any.
fn events(expression: &str) -> impl Iterator<Item = String> {
    let mut found = BTreeSet::new();
    let mut rest = expression;
    while let Some(at) = rest.find("event") {
        let before = rest[..at].chars().next_back();
        rest = &rest[at + "event".len()..];
        let value = rest.trim_start().strip_prefix("==").map(str::trim_start);
        let quoted = value.and_then(|it| it.strip_prefix(['"', '\'']));
        if before.is_none_or(|it| !it.is_alphanumeric() && it != '.' && it != '_')
            && let Some(event) = quoted.and_then(|it| it.split(['"', '\'']).next())
        {
            found.insert(event.to_owned());
        }
    }
    if found.is_empty() {
        found.insert("event".to_owned());
    }
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::{events, stem};

    #[test]
    fn names_of_what_is_brought_along() {
        for (entry, expected) in [
            ("git-clone", "git-clone"),
            ("git-clone:0.9", "git-clone"),
            ("acme://lint:0.1", "lint"),
            ("./tasks/lint.yaml", "lint"),
            ("https://example.org/a/lint.yml?x=1", "lint"),
        ] {
            assert_eq!(stem(entry), expected, "{entry}");
        }
    }

    #[test]
    fn events_of_expressions() {
        for (expression, expected) in [
            ("event == \"push\" && target_branch == \"main\"", vec!["push"]),
            ("event=='pull_request' || event == 'push'", vec!["pull_request", "push"]),
            ("body.event == \"x\"", vec!["event"]),
            ("target_branch == \"main\"", vec!["event"]),
        ] {
            assert_eq!(events(expression).collect::<Vec<_>>(), expected, "{expression}");
        }
    }
}
