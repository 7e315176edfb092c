//! Images: those that jobs run in, those beside them, and those that `resources.containers` gives a name.

use super::outline::{all, get, has_expression, items};
use super::{Azure, is_template};
use crate::extract::ci::image_identity;
use crate::facts::Artifact;
use crate::origin::{Origin, Reference, image};
use crate::syntax::yaml::{Kind, Node};

/// The name of an image in a job.
pub(super) fn shown(origin: &Origin) -> String {
    image_identity(origin)
}

impl<'r> Azure<'_, 'r> {
    /// Adds the images of `resources.containers`.
    pub(super) fn containers(&mut self, resources: Node<'r>) {
        for list in all(resources, "containers") {
            for container in items(list, &|text| self.values.list(text)) {
                let Some(name) = get(container, "container").and_then(Node::text) else { continue };
                let origin = match get(container, "image") {
                    Some(at) => self.image(at),
                    // An image of Azure's registry is named by its parts.
                    None => get(container, "repository").and_then(|at| {
                        let registry = get(container, "registry").and_then(Node::text)?;
                        let registry = registry.strip_suffix(".azurecr.io").unwrap_or(registry);
                        let repository = self.reader.yaml.text(at)?;
                        Some(self.add_image(at, &format!("{registry}.azurecr.io/{repository}")))
                    }),
                };
                if let Some(origin) = origin {
                    self.containers.insert(name.to_owned(), origin);
                }
            }
        }
    }

    /// Adds the image of a job's `container` or of a service: the name of one of `resources.containers`, an image, or
    /// a mapping with one.
    pub(super) fn container(&mut self, node: Node<'r>) -> Option<Origin> {
        if node.is_null() {
            return None;
        }
        if node.resolved().kind() == Kind::Mapping {
            return match (get(node, "image"), get(node, "alias")) {
                (Some(image), _) => self.image(image),
                (None, Some(alias)) => self.container(alias),
                (None, None) => None,
            };
        }
        let text = self.reader.yaml.text(node).filter(|it| !it.trim().is_empty())?;
        let name = self.values.fill_in(text);
        if let Some(origin) = self.containers.get(&*name) {
            return Some(origin.clone());
        }
        // In a template the name may be one that the pipeline declares: an image has a tag or a folder nearly always.
        if is_template(self.role) && !name.contains(['/', ':']) && !has_expression(&name) {
            let reason = "the pipeline that calls the template may have a container of this name";
            let reference = Reference::dynamic(name.into_owned(), reason);
            let origin = reference.origin.clone();
            self.reader.add(node, Artifact::CiImage, reference);
            return Some(origin);
        }
        self.image(node)
    }

    fn image(&mut self, node: Node<'r>) -> Option<Origin> {
        let text = self.reader.yaml.text(node).filter(|it| !it.trim().is_empty())?;
        let text = self.values.fill_in(text).into_owned();
        Some(self.add_image(node, &text))
    }

    fn add_image(&mut self, node: Node<'r>, text: &str) -> Origin {
        let reference = Reference::of(image::parse(text));
        let origin = reference.origin.clone();
        self.reader.add(node, Artifact::CiImage, reference);
        origin
    }
}
