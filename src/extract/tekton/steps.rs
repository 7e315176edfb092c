//! The steps of a task: the images they run in, their scripts and commands.

use super::params::{Params, as_shell};
use super::references::Named;
use super::{Definition, Tekton};
use crate::extract::ci::{command_line, common_image, identity, image_identity, interpreter};
use crate::facts::Artifact;
use crate::origin::{Origin, Reference, action};
use crate::pipeline::{Job, Step};
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

/// What begins the image of a step of Jenkins X that stands for the steps of a file: `uses:acme/catalog/build.yaml@v1`.
const USES: &str = "uses:";

impl<'r> Tekton<'_, 'r> {
    /// Adds what a task does to the job that it is.
    pub(super) fn task(&mut self, spec: Node<'r>, params: &Params<'_, 'r>, job: &mut Job) {
        let template = spec.get("stepTemplate").and_then(|it| it.get("image"));
        let mut images = Vec::new();
        if let Some(steps) = spec.get("steps") {
            if steps.resolved().kind() != Kind::Sequence {
                return self.reader.yaml.wrong_shape(Some(steps), "steps is not a list", self.reader.facts);
            }
            for step in steps.items() {
                if step.resolved().kind() == Kind::Mapping {
                    self.step(step, template, params, job, &mut images);
                } else {
                    self.reader.yaml.wrong_shape(Some(step), "a step is not a mapping", self.reader.facts);
                }
            }
        }
        for sidecar in spec.get("sidecars").into_iter().flat_map(Node::items) {
            if let Some(image) = sidecar.get("image") {
                self.image(image, params);
            }
        }
        job.image = common_image(&images);
    }

    /// Adds one step. `template` is the image of steps that name none.
    pub(super) fn step(
        &mut self,
        step: Node<'r>,
        template: Option<Node<'r>>,
        params: &Params<'_, 'r>,
        job: &mut Job,
        images: &mut Vec<String>,
    ) {
        if let Some(reference) = step.get("ref") {
            match self.named(Definition::StepAction, reference) {
                Some(Named::Here(inner)) if inner.get("ref").is_none() => {
                    let params = Params::of(self.reader.yaml, inner, Some(params));
                    self.step(inner, None, &params, job, images);
                }
                Some(Named::Call(call)) => job.steps.push(Step::Call(call)),
                Some(Named::Here(_)) | None => {}
            }
            return;
        }
        let yaml = self.reader.yaml;
        let image = step.get("image").filter(|it| !it.is_null()).or(template);
        if let Some(uses) = image.and_then(|it| yaml.text(it)).and_then(|it| it.strip_prefix(USES)) {
            let reference = Reference::of(action::parse(uses));
            job.steps.push(Step::Call(identity(&reference.origin)));
            if let Some(node) = image {
                self.reader.add(node, Artifact::CiTemplate, reference);
            }
            return;
        }
        let origin = image.and_then(|it| self.image(it, params));
        let words = |key: &str| step.get(key).into_iter().flat_map(Node::items).filter_map(|it| yaml.text(it));
        let script = step.get("script").and_then(|it| yaml.text(it)).filter(|it| !it.trim().is_empty());
        if let Some(script) = script {
            job.steps.push(Step::Run(shell::commands_of(interpreter(script), &as_shell(script))));
        } else if step.get("command").is_some_and(|it| it.items().next().is_some()) {
            let line = command_line(words("command").chain(words("args")));
            job.steps.push(Step::Run(shell::commands(&as_shell(&line))));
        } else if let Some(origin) = origin.as_ref().filter(|it| !matches!(it, Origin::Invalid { .. })) {
            // What it does is what the image does.
            return job.steps.push(Step::Use(identity(origin)));
        }
        images.extend(origin.map(|it| image_identity(&it)).filter(|it| !it.is_empty()));
    }

    /// Adds the image of a step or a sidecar, with the parameters put in that the file gives.
    fn image(&mut self, node: Node<'r>, params: &Params<'_, 'r>) -> Option<Origin> {
        let text = self.reader.yaml.text(node).filter(|it| !it.is_empty())?;
        Some(self.reader.image_named(node, Artifact::CiImage, &params.put_in(text)))
    }
}
