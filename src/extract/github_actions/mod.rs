//! GitHub Actions, and Forgejo's and Gitea's, which read the same format: workflows and actions → pipelines, what they
//! use, what they offer.
//!
//! Both are read by one reader, because their steps are the same thing.

mod action;
mod condition;
pub mod lock;
mod script;
mod workflow;

use super::ci::{self, Reader, identity, is_generated, without_secret};
use crate::classify::{FileKind, is_live_workflow};
use crate::facts::{Artifact, Context, Facts};
use crate::origin::{Origin, Reference, action as uses_grammar};
use crate::pipeline::{Step, System};
use crate::source::SourceFile;
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    ci::read(file, facts, |mut reader| {
        reader.context = context(file);
        let root = reader.root();
        if file.kind() == FileKind::GithubAction {
            action::read(&mut reader, root);
        } else {
            workflow::read(&mut reader, root);
        }
    });
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
                let identity = self.reference(uses, Artifact::CiAction);
                found.extend(identity.map(|identity| self.used(step, identity)));
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

    /// A step that uses an action. One that runs a script written beside it is what the script does.
    fn used(&self, step: Node<'r>, identity: String) -> Step {
        let script = identity.eq_ignore_ascii_case("actions/github-script").then(|| step.get("with")?.get("script"));
        match script.flatten().and_then(|it| it.text()) {
            Some(script) => Step::Run(script::commands(script)),
            None => Step::Use(identity),
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
        let parsed = match (artifact == Artifact::CiTemplate, system(self.yaml.file())) {
            (true, System::ForgejoActions) => uses_grammar::parse_forgejo_call(text),
            (false, System::ForgejoActions) => uses_grammar::parse_forgejo(text),
            (true, _) => uses_grammar::parse_call(text),
            (false, _) => uses_grammar::parse(text),
        };
        let reference = Reference::of(parsed);
        self.claim(uses, &reference);
        let origin = &reference.origin;
        let identity = if let Origin::Invalid { .. } = origin { text.to_owned() } else { identity(origin) };
        self.add(uses, artifact, reference);
        Some(identity)
    }
}

/// Whose format it is: an action of Forgejo's or Gitea's lies in their folders.
fn system(file: &SourceFile<'_>) -> System {
    let path = file.path();
    let is_forgejo = path.split('/').rev().skip(1).any(|folder| matches!(folder, ".forgejo" | ".gitea"));
    if is_forgejo { System::ForgejoActions } else { System::GithubActions }
}

/// What the file is evidence of: what its path says, unless GitHub runs no workflow there, or a program wrote it.
fn context(file: &SourceFile<'_>) -> Context {
    if file.context() != Context::Production {
        return file.context();
    }
    let is_workflow = matches!(file.kind(), FileKind::ForgejoWorkflow | FileKind::GithubWorkflow);
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
