//! GitHub Actions: workflows and actions → pipelines, what they use, what they offer.
//!
//! Both are read by one reader, because their steps are the same thing.

mod action;
pub mod lock;
mod workflow;

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::documents::{self, Yaml};
use crate::classify::{FileKind, is_live_workflow};
use crate::facts::{Artifact, Context, Described, Facts, GapReason, Resolution, Use};
use crate::origin::terraform::redact;
use crate::origin::{Origin, Pin, Reference, action as uses_grammar, claim, image};
use crate::pipeline::Step;
use crate::source::SourceFile;
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    documents::read(file, facts, template_marker, |yaml, facts| {
        let mut reader = Reader { yaml, context: context(file), seen: FxHashSet::default(), facts };
        let root = yaml.documents.first().map(Node::resolved).filter(|it| it.kind() == Kind::Mapping);
        if file.kind() == FileKind::GithubAction {
            action::read(&mut reader, root);
        } else {
            workflow::read(&mut reader, root);
        }
    });
}

/// What is needed all the way down a file.
struct Reader<'r, 'd> {
    yaml: &'r Yaml<'d>,
    context: Context,
    /// Where uses have been found: a step that an alias repeats is written once.
    seen: FxHashSet<usize>,
    facts: &'r mut Facts,
}

/// How deep steps within steps are followed.
const MAX_DEPTH: usize = 10;

impl<'r> Reader<'r, 'r> {
    /// Adds the steps of a job or a composite action. `default_shell` runs those that don't name theirs.
    fn steps(&mut self, steps: Option<Node<'r>>, default_shell: &str, depth: usize, found: &mut Vec<Step>) {
        let Some(steps) = steps else { return };
        if steps.resolved().kind() != Kind::Sequence {
            return self.yaml.wrong_shape(Some(steps), "steps is not a list", self.facts);
        }
        for step in steps.items() {
            if step.resolved().kind() != Kind::Mapping {
                self.yaml.wrong_shape(Some(step), "a step is not a mapping", self.facts);
            } else if let Some(uses) = step.get("uses") {
                found.extend(self.reference(uses, Artifact::CiAction).map(Step::Use));
            } else if let Some(run) = step.get("run") {
                let shell = self.yaml.text_of(step, "shell").unwrap_or(default_shell);
                match run.text() {
                    Some(script) => found.push(Step::Run(shell::commands_of(shell, script))),
                    None => self.yaml.wrong_shape(Some(run), "run is not text", self.facts),
                }
            } else if let Some(parallel) = step.get("parallel")
                && depth < MAX_DEPTH
            {
                self.steps(Some(parallel), default_shell, depth + 1, found);
            }
        }
    }

    /// Adds what a `uses` names, and tells it without its version.
    fn reference(&mut self, uses: Node<'r>, artifact: Artifact) -> Option<String> {
        let Some(text) = self.yaml.text(uses) else {
            self.yaml.wrong_shape(Some(uses), "uses is not text", self.facts);
            return None;
        };
        // A URL may hold a password. What is read is the text without it, so that no part of it is kept.
        let text = without_secret(text);
        let text = text.as_ref();
        let is_call = artifact == Artifact::CiTemplate;
        let parsed = if is_call { uses_grammar::parse_call(text) } else { uses_grammar::parse(text) };
        let reference = Reference::of(parsed);
        self.claim(uses, &reference);
        let origin = &reference.origin;
        let identity = if let Origin::Invalid { .. } = origin { text.to_owned() } else { identity(origin) };
        self.add(uses, artifact, reference);
        Some(identity)
    }

    /// Keeps which version the comment beside a commit says it is.
    fn claim(&mut self, uses: Node<'r>, reference: &Reference) {
        let Reference { origin: Origin::Repo { host, owner, name, path: _ }, version } = reference else { return };
        let (Pin::Sha | Pin::ShortSha, Some(commit)) = (version.pin, &version.reference) else { return };
        let file = self.yaml.file();
        let span = uses.resolved().span();
        let line = file.text()[span.end..].lines().next().unwrap_or("");
        let Some((at, tag)) = claim::after_value(line) else { return };
        let at = file.at(span.end + at..span.end + at + tag.len());
        self.facts.resolutions.push(Resolution::said(at, host, owner, name, commit, tag));
    }

    /// Adds the image of a `container` or a service: a name, or a mapping with one.
    fn image(&mut self, container: Node<'r>) -> Option<Origin> {
        let image = if container.resolved().kind() == Kind::Mapping { container.get("image")? } else { container };
        let text = self.yaml.text(image).filter(|it| !it.is_empty())?;
        let reference = Reference::of(image::parse(text));
        let origin = reference.origin.clone();
        self.add(image, Artifact::CiImage, reference);
        Some(origin)
    }

    fn add(&mut self, node: Node<'r>, artifact: Artifact, reference: Reference) {
        let Reference { origin, version } = reference;
        let file = self.yaml.file();
        if !self.seen.insert(node.span().start) {
            return;
        }
        match &origin {
            Origin::Invalid { reason } => {
                self.facts.gap(file.at(node.span()), GapReason::InvalidReference, reason.as_str());
            }
            // A template has its one gap already.
            Origin::Dynamic { .. } if !self.yaml.is_template => {
                self.facts.gap(file.at(node.span()), GapReason::Unresolved, without_secret(self.yaml.written(node)));
            }
            Origin::Dynamic { .. }
            | Origin::Local { .. }
            | Origin::Repo { .. }
            | Origin::Registry { .. }
            | Origin::Image { .. }
            | Origin::Url { .. }
            | Origin::ServerSide { .. } => {}
        }
        self.facts.uses.push(Use {
            at: file.at(node.span()),
            artifact,
            written: without_secret(self.yaml.written(node)).into_owned(),
            origin,
            version,
            context: self.context,
            via: None,
        });
    }

    /// How many inputs or outputs there are, and how many say what they are for.
    fn described(&self, mapping: Option<Node<'r>>) -> Described {
        let mut described = Described::default();
        for (_, value) in mapping.map(Node::entries).unwrap_or_default() {
            described.count(self.yaml.text_of(value, "description").is_some());
        }
        described
    }
}

/// What is used, without its version: what makes two calls the same call.
fn identity(origin: &Origin) -> String {
    match origin {
        Origin::Local { path } => format!("./{path}"),
        Origin::Repo { host: _, owner, name, path } if path.is_empty() => format!("{owner}/{name}").to_lowercase(),
        Origin::Repo { host: _, owner, name, path } => format!("{owner}/{name}/{path}").to_lowercase(),
        Origin::Image { registry, repository } => format!("docker://{registry}/{repository}"),
        Origin::Dynamic { prefix, reason: _ } => format!("{prefix}${{{{}}}}"),
        Origin::Registry { host, name, path: _ } => format!("{host}/{name}"),
        Origin::Url { host, path } => format!("{host}/{path}"),
        Origin::ServerSide { name } => name.clone(),
        Origin::Invalid { .. } => String::new(),
    }
}

/// A `uses` or an image without the password that a URL may hold.
fn without_secret(text: &str) -> Cow<'_, str> {
    if text.contains("://") { redact(text) } else { Cow::Borrowed(text) }
}

/// What the file is evidence of: what its path says, unless GitHub runs no workflow there, or a program wrote it.
fn context(file: &SourceFile<'_>) -> Context {
    if file.context() != Context::Production {
        return file.context();
    }
    let is_workflow = file.kind() == FileKind::GithubWorkflow;
    let path = file.path();
    if is_workflow && !is_live_workflow(path) {
        Context::Template
    } else if is_workflow && (path.ends_with(".lock.yml") || path.ends_with(".lock.yaml")) || is_generated(file.text())
    {
        Context::Generated
    } else {
        Context::Production
    }
}

/// Whether the comment at the head of a text says that a program wrote it.
fn is_generated(text: &str) -> bool {
    let text = text.trim_start_matches('\u{FEFF}');
    text.lines().take(20).take_while(|line| line.is_empty() || line.starts_with('#') || line == &"---").any(|line| {
        let line = line.to_ascii_lowercase();
        line.contains("do not edit") || line.contains("generated by") || line.contains("auto-generated")
    })
}

/// What an expression starts with that a template engine fills in, not GitHub; sorted.
const TEMPLATE_ROOTS: &[&str] = &["cookiecutter", "copier__", "parameters", "values"];

/// What a template engine's statement starts with; sorted.
const TEMPLATE_STATEMENTS: &[&str] = &["block", "elif", "else", "endfor", "endif", "endraw", "for", "if", "raw", "set"];

/// Where a file shows that it has to be filled in before it is a workflow or an action.
fn template_marker(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'{', bytes).find(|&at| {
        let words = match bytes.get(at + 1) {
            Some(b'{') => TEMPLATE_ROOTS,
            Some(b'%') => TEMPLATE_STATEMENTS,
            _ => return false,
        };
        let rest = text[at + 2..].trim_start_matches([' ', '-', '+', '~']);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        words.binary_search(&&rest[..end]).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::{TEMPLATE_ROOTS, TEMPLATE_STATEMENTS, is_generated, template_marker};

    #[test]
    fn tables_are_sorted() {
        assert!(TEMPLATE_ROOTS.is_sorted());
        assert!(TEMPLATE_STATEMENTS.is_sorted());
    }

    #[test]
    fn templates() {
        for (text, at) in [
            ("a: ${{ github.sha }}", None),
            ("run: docker ps --format '{{ .ID }}'", None),
            ("run: curl -w '%{http_code}'", None),
            ("a: ${{ values.name }}", Some(4)),
            ("a: ${{values.name}}", Some(4)),
            ("{%- if x %}", Some(0)),
            ("a: {{cookiecutter.name}}", Some(3)),
        ] {
            assert_eq!(template_marker(text), at, "{text}");
        }
    }

    #[test]
    fn generated() {
        assert!(is_generated("# This file was Generated by x. DO NOT EDIT.\non: push\n"));
        assert!(!is_generated("on: push\n# generated by x\n"));
        assert!(!is_generated("# builds\non: push\n"));
    }
}
