//! The images that the workloads of a cluster run.

use crate::extract::ci::Reader;
use crate::extract::objects::Object;
use crate::facts::Artifact;
use crate::syntax::yaml::{Kind, Node};

/// How deep containers are looked for.
const MAX_DEPTH: usize = 12;

/// Adds the images of an object's containers, wherever its kind has them: a list of this name whose items have images.
pub(super) fn images<'r>(object: Object<'r>, reader: &mut Reader<'r, 'r>) {
    if let Some(spec) = object.node.get("spec") {
        containers(spec, MAX_DEPTH, reader);
    }
}

fn containers<'r>(node: Node<'r>, depth: usize, reader: &mut Reader<'r, 'r>) {
    if depth == 0 {
        return;
    }
    for (key, value) in node.entries() {
        if matches!(key.text(), Some("containers" | "ephemeralContainers" | "initContainers")) {
            for image in value.items().filter_map(|it| it.get("image")) {
                if let Some(text) = reader.yaml.text(image).filter(|it| !it.is_empty()) {
                    reader.image_named(image, Artifact::WorkloadImage, text);
                }
            }
        } else if value.resolved().kind() == Kind::Mapping {
            containers(value, depth - 1, reader);
        }
    }
}
