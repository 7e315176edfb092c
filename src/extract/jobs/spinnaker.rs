//! Spinnaker: dinghyfiles are JSON that Go's templates fill in. The modules that one names are read from the text; its
//! graph where nothing has to be filled in. Managed delivery (`spinnaker.yml`) is only counted.

use std::collections::BTreeSet;

use super::{built_in, mark_unread, server_side};
use crate::extract::ci::{self, Reader, add_use};
use crate::facts::{Artifact, Facts};
use crate::origin::{Origin, Pin, Reference, Version};
use crate::pipeline::{Job, Role, System};
use crate::source::SourceFile;
use crate::syntax::yaml::Node;

/// How many modules of one file are read.
const MAX_MODULES: usize = 1_000;

pub(in crate::extract) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    let text = file.text();
    if !file.path().ends_with("dinghyfile") {
        return mark_unread(file, System::Spinnaker, facts);
    }
    if !text.contains("{{") {
        return ci::read(file, facts, |mut reader| pipelines(&mut reader));
    }
    mark_unread(file, System::Spinnaker, facts);
    for (start, name, is_local) in modules(text).into_iter().take(MAX_MODULES) {
        let reference = if is_local {
            let version = Version::only(Pin::SameCommit);
            Reference { origin: Origin::Local { path: super::joined("", name) }, version }
        } else {
            // The repository that modules are taken from is Dinghy's own setting.
            server_side(name, Version::only(Pin::Default))
        };
        let at = file.at(start..start + name.len());
        add_use(facts, at, Artifact::CiTemplate, name, reference, file.context(), false);
    }
}

/// The names in `{{ module "…" … }}` and `{{ local_module "…" … }}`, also as values within another; where they stand,
/// and whether they are of the same repository.
fn modules(text: &str) -> Vec<(usize, &str, bool)> {
    let mut found = Vec::new();
    for (at, word) in text.match_indices("module") {
        let before = &text[..at];
        let is_local = before.ends_with("local_");
        let start = if is_local { &before[..at - "local_".len()] } else { before };
        if !start.ends_with(['{', ' ', '(', '-', '\t', '\n']) {
            continue;
        }
        let rest = &text[at + word.len()..];
        let quoted = rest.trim_start();
        let Some(quote) = quoted.chars().next().filter(|it| rest.len() > quoted.len() && matches!(it, '"' | '`'))
        else {
            continue;
        };
        if let Some(end) =
            quoted[1..].find([quote, '\n']).filter(|&end| end > 0 && quoted[1 + end..].starts_with(quote))
        {
            found.push((text.len() - quoted.len() + 1, &quoted[1..1 + end], is_local));
        }
    }
    found
}

fn pipelines<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = reader.expect("a dinghyfile") else { return };
    for pipeline in root.get("pipelines").into_iter().flat_map(Node::items) {
        let name = reader.yaml.text_of(pipeline, "name");
        let mut triggers = BTreeSet::new();
        for trigger in pipeline.get("triggers").into_iter().flat_map(Node::items) {
            triggers.extend(reader.yaml.text_of(trigger, "type").map(str::to_owned));
        }
        let stages = pipeline.get("stages").into_iter().flat_map(Node::items).enumerate();
        let jobs = stages
            .map(|(number, stage)| {
                let id = reader.yaml.text_of(stage, "refId").map_or_else(|| number.to_string(), str::to_owned);
                let needs = stage.get("requisiteStageRefIds").map(|it| reader.names(it)).unwrap_or_default();
                let step = reader.yaml.text_of(stage, "type").map(|it| built_in(System::Spinnaker, it));
                Job { id, needs, steps: step.into_iter().collect(), ..Job::default() }
            })
            .collect();
        reader.pipeline(System::Spinnaker, pipeline, name, triggers, Role::Pipeline, jobs);
    }
}

#[cfg(test)]
mod tests {
    use super::modules;

    #[test]
    fn what_is_named() {
        let told = |text| modules(text).into_iter().map(|(_, name, local)| (name, local)).collect::<Vec<_>>();
        assert_eq!(told(r#"{{ module "a.module" "x" "module" }}"#), [("a.module", false)]);
        assert_eq!(told(r#"{{- local_module "/b/c.module" -}}"#), [("/b/c.module", true)]);
        assert_eq!(told(r#"{{ module "a" "x" (module `b`) }}"#), [("a", false), ("b", false)]);
        assert_eq!(told(r#""submodule" "x" module"x" {{ module "unclosed"#), []);
        assert_eq!(modules(r#"{{ module "a" }}"#)[0].0, 11);
    }
}
