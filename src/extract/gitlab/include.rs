//! `include`, of a file and of the child pipelines that its jobs trigger.

use super::Gitlab;
use super::config::{Piece, Value};
use super::variables::Variables;
use crate::classify::FileKind;
use crate::extract::ci::identity;
use crate::facts::{Artifact, GapReason};
use crate::origin::gitlab::{Include, SERVER, parse, variable};
use crate::origin::{Origin, Reference};
use crate::syntax::yaml::{Kind, Node};

/// The keys that say what an item of `include` is; sorted.
const KINDS: &[&str] = &["artifact", "component", "local", "project", "remote", "template"];

impl<'r> Gitlab<'_, 'r> {
    /// Adds what an `include` names, and tells the identity of each file.
    pub(super) fn includes(&mut self, include: &Value<'r>, variables: &Variables<'r>) -> Vec<String> {
        let mut found = Vec::new();
        for piece in self.config.pieces(include) {
            match piece {
                Piece::Text(node) => {
                    let Some(text) = self.reader.yaml.text(node) else { continue };
                    let expanded = variables.expand(text);
                    found.extend(self.included(node, text, Include::Bare(&expanded)));
                }
                Piece::Other(node) if node.resolved().kind() == Kind::Mapping => {
                    self.item(node, variables, &mut found);
                }
                Piece::Other(node) => self.wrong_shape(node, "an include is neither text nor a mapping"),
                Piece::Part(name) => found.push(format!("{}{name}", crate::pipeline::link::PART)),
            }
        }
        found
    }

    fn item(&mut self, item: Node<'r>, variables: &Variables<'r>, found: &mut Vec<String>) {
        let yaml = self.reader.yaml;
        let of_kind = |key: &&&str| item.get(key).is_some_and(|it| !it.is_null());
        let kinds: Vec<&str> = KINDS.iter().filter(of_kind).copied().collect();
        let [kind] = kinds.as_slice() else {
            let words = if kinds.is_empty() { "an include of no known kind" } else { "an include of several kinds" };
            let at = yaml.file().at(item.span());
            return self.reader.facts.gap(at, GapReason::InvalidReference, words);
        };
        let Some(node) = item.get(kind) else { return };
        if *kind == "project" {
            return self.project(item, node, variables, found);
        }
        let Some(text) = yaml.text(node) else {
            return self.wrong_shape(node, format!("{kind} of an include is not text"));
        };
        let expanded = variables.expand(text);
        let include = match *kind {
            "artifact" => {
                // A job of the pipeline makes the file; which jobs it has no file says.
                let job = yaml.text_of(item, "job").unwrap_or_default();
                let words = format!("{text} is made by the job {job} when the pipeline runs");
                self.reader.facts.gap(yaml.file().at(node.span()), GapReason::Unresolved, words);
                found.push(identity(&Origin::Dynamic { prefix: String::new(), reason: String::new() }));
                return;
            }
            "component" => Include::Component(&expanded),
            "local" => Include::Local(&expanded),
            "remote" => Include::Remote(&expanded),
            _ => Include::Template(&expanded),
        };
        found.extend(self.included(node, text, include));
    }

    /// The files of another project: each is one use, at its own place.
    fn project(&mut self, item: Node<'r>, node: Node<'r>, variables: &Variables<'r>, found: &mut Vec<String>) {
        let yaml = self.reader.yaml;
        // A list was allowed once, and its first item counts.
        let node = node.items().next().unwrap_or(node);
        let Some(project) = yaml.text(node) else {
            return self.wrong_shape(node, "project of an include is not text");
        };
        let ref_node = item.get("ref").filter(|it| !it.is_null());
        let reference = ref_node.and_then(|it| yaml.text(it));
        let (expanded_project, expanded_ref) = (variables.expand(project), reference.map(|it| variables.expand(it)));
        let files = item.get("file").filter(|it| !it.is_null());
        let files = files.map(|it| self.config.pieces(&Value::of(it))).unwrap_or_default();
        let files: Vec<Node<'r>> = files
            .into_iter()
            .filter_map(|it| match it {
                Piece::Text(node) => Some(node),
                Piece::Other(_) | Piece::Part(_) => None,
            })
            .collect();
        let written = |file: &str| {
            let version = reference.map(|it| format!("@{it}")).unwrap_or_default();
            format!("{project}:{file}{version}")
        };
        if files.is_empty() {
            let include = Include::Project { project: &expanded_project, file: "", reference: expanded_ref.as_deref() };
            let text = project.to_owned();
            self.found(node, Artifact::CiTemplate, text, Reference::of(parse(include)));
            return;
        }
        for node in files {
            let Some(file) = yaml.text(node) else { continue };
            let expanded = variables.expand(file);
            let include =
                Include::Project { project: &expanded_project, file: &expanded, reference: expanded_ref.as_deref() };
            found.extend(self.included(node, &written(file), include));
        }
        if let (Some(node), Some(expanded)) = (ref_node, expanded_ref.as_deref()) {
            let include = Include::Project { project: &expanded_project, file: "a.yml", reference: Some(expanded) };
            self.reader.claim(node, &Reference::of(parse(include)));
        }
    }

    /// Adds one file that is included, and asks for it where it lies in the repository. What can't be one has no
    /// identity.
    fn included(&mut self, node: Node<'r>, written: &str, include: Include<'_>) -> Option<String> {
        let reference = Reference::of(parse(include));
        if let Include::Component(_) = include {
            self.reader.claim(node, &reference);
        }
        match &reference.origin {
            Origin::Invalid { .. } => {
                self.found(node, Artifact::CiTemplate, written.to_owned(), reference);
                return None;
            }
            Origin::Local { path } if variable(path).is_none() => {
                if let Include::Component(_) = include {
                    for file in [format!("{path}.yml"), format!("{path}/template.yml")] {
                        self.questions.ask_include(&file, FileKind::GitlabPipeline);
                    }
                } else {
                    self.questions.ask_include(path, FileKind::GitlabPipeline);
                }
            }
            Origin::Local { .. }
            | Origin::Dynamic { .. }
            | Origin::Image { .. }
            | Origin::Registry { .. }
            | Origin::Repo { .. }
            | Origin::ServerSide { .. }
            | Origin::Url { .. } => {}
        }
        let identity = identity(&reference.origin);
        self.found(node, Artifact::CiTemplate, written.to_owned(), reference);
        Some(identity)
    }

    /// The identity of the project whose pipeline a job triggers.
    pub(super) fn triggered(&self, project: &str) -> String {
        let origin = match (variable(project), project.rsplit_once('/')) {
            (None, Some((owner, name))) => Origin::Repo {
                host: SERVER.to_owned(),
                owner: owner.to_owned(),
                name: name.to_owned(),
                path: String::new(),
            },
            (None, None) => return project.to_lowercase(),
            (Some(at), _) => Origin::Dynamic { prefix: project[..at].to_owned(), reason: String::new() },
        };
        identity(&origin)
    }

    pub(super) fn wrong_shape(&mut self, node: Node<'r>, words: impl Into<String>) {
        self.reader.yaml.wrong_shape(Some(node), words, self.reader.facts);
    }
}

#[cfg(test)]
mod tests {
    use super::KINDS;

    #[test]
    fn the_table_is_sorted() {
        assert!(KINDS.is_sorted());
    }
}
