//! What `taskRef`, `pipelineRef` and the `ref` of a step name.

use super::{Definition, Tekton};
use crate::extract::ci::identity;
use crate::facts::Artifact;
use crate::origin::tekton::{named, of_artifact_hub, resolver};
use crate::origin::{Origin, Pin, Reference, Version};
use crate::syntax::yaml::{Kind, Node};

/// What a reference leads to.
pub(super) enum Named<'r> {
    /// The spec of something that the file defines itself.
    Here(Node<'r>),
    /// Something else: its identity.
    Call(String),
}

impl<'r> Tekton<'_, 'r> {
    /// Adds what a reference names, and tells what that is.
    pub(super) fn named(&mut self, definition: Definition, reference: Node<'r>) -> Option<Named<'r>> {
        let yaml = self.reader.yaml;
        if reference.resolved().kind() != Kind::Mapping {
            yaml.wrong_shape(Some(reference), "a reference is not a mapping", self.reader.facts);
            return None;
        }
        if let Some(by) = reference.get("resolver") {
            return Some(self.remote(definition, reference, by));
        }
        let group = yaml.text_of(reference, "apiVersion").and_then(|it| it.split('/').next()).unwrap_or("tekton.dev");
        let kind = yaml.text_of(reference, "kind").unwrap_or_default();
        // A custom task is what a controller in the cluster makes of it.
        if group != "tekton.dev" {
            let node = reference.get("kind").unwrap_or(reference);
            let origin =
                Origin::Registry { host: group.to_lowercase(), name: kind.to_lowercase(), path: String::new() };
            let call = identity(&origin);
            let reference = Reference { origin, version: Version::only(Pin::Default) };
            self.reader.add(node, Artifact::CiAction, reference);
            return Some(Named::Call(call));
        }
        let node = reference.get("name")?;
        let name = yaml.text(node).filter(|it| !it.is_empty())?;
        // The bundle of old, before there were resolvers.
        if let Some(bundle) = reference.get("bundle").filter(|it| !it.is_null())
            && let Some(text) = yaml.text(bundle)
        {
            let origin = self.reader.image_named(bundle, Artifact::CiTemplate, text);
            return Some(Named::Call(identity(&origin)));
        }
        if let Some(&inner) = self.definitions.get(&(definition, name))
            && let Some(spec) = inner.get("spec")
        {
            let path = yaml.file().path().to_string();
            let local = Origin::Local { path: path.clone() };
            let reference = Reference { origin: local, version: Version::only(Pin::SameCommit) };
            self.reader.add(node, Artifact::CiTemplate, reference);
            let size = spec.resolved().span().len() / 16 + 1;
            if self.left < size {
                return Some(Named::Call(format!("./{path}")));
            }
            self.left -= size;
            return Some(Named::Here(spec));
        }
        if let Some(call) = self.annotations.call(definition, name) {
            return Some(Named::Call(call.to_owned()));
        }
        // Tasks for all namespaces came with the product.
        let reference = if kind == "ClusterTask" && crate::origin::tekton::is_in_catalogue(name) {
            of_artifact_hub("tekton-catalog-tasks", name, Version::only(Pin::Default))
        } else {
            Reference::of(named(definition, name))
        };
        Some(Named::Call(self.call(node, reference)))
    }

    /// What a resolver fetches.
    fn remote(&mut self, definition: Definition, reference: Node<'r>, by: Node<'r>) -> Named<'r> {
        let yaml = self.reader.yaml;
        let params = |name: &str| -> Option<Node<'r>> {
            // Before v1beta1 it was `resource`, a list all the same.
            let list = reference.get("params").or_else(|| reference.get("resource"))?;
            let found = list.items().filter(|it| yaml.text_of(*it, "name") == Some(name)).last();
            found?.get("value").filter(|it| !it.is_null())
        };
        let value = |name: &str| params(name).map(|it| yaml.text(it).unwrap_or_else(|| yaml.written(it)));
        let parsed = resolver(definition, yaml.text(by).unwrap_or_default(), &value);
        // It stands where its version or its name is most likely to be changed.
        let node = ["bundle", "url", "repo", "name"].into_iter().find_map(params).unwrap_or(by);
        Named::Call(self.call(node, Reference::of(parsed)))
    }

    /// Adds a use, and tells it as a call.
    fn call(&mut self, node: Node<'r>, reference: Reference) -> String {
        let call = match &reference.origin {
            Origin::ServerSide { name } => {
                self.questions.ask_definitions();
                format!("server:{name}")
            }
            Origin::Invalid { .. } => self.reader.yaml.written(node).to_owned(),
            origin => identity(origin),
        };
        self.reader.add(node, Artifact::CiTemplate, reference);
        call
    }
}
