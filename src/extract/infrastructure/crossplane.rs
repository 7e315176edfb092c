//! Packages of Crossplane: what a cluster installs, and what a package depends on.

use crate::extract::ci::Reader;
use crate::extract::objects::Object;
use crate::facts::Artifact;
use crate::origin::{Origin, Reference, Version, image};

/// The group of the objects that install packages.
const INSTALLED: &str = "pkg.crossplane.io";

/// The group of what a package says of itself.
const SAID: &str = "meta.pkg.crossplane.io";

/// Where packages without a registry come from, since Crossplane 1.15.
const REGISTRY: &str = "xpkg.upbound.io";

/// Whether objects of a group may name packages.
pub(crate) fn has_packages(group: &str) -> bool {
    matches!(group, INSTALLED | SAID)
}

/// Adds the package that an object installs, or those that it says it depends on.
pub(crate) fn packages<'r>(object: Object<'r>, reader: &mut Reader<'r, 'r>) {
    let Some(spec) = object.node.get("spec") else { return };
    let yaml = reader.yaml;
    match (object.group, object.kind) {
        (INSTALLED, "Configuration" | "Function" | "Provider") => {
            let Some(node) = spec.get("package") else { return };
            if let Some(text) = yaml.text(node).filter(|it| !it.is_empty()) {
                reader.add(node, Artifact::CrossplanePackage, reference(text));
            }
        }
        (SAID, _) => {
            for dependency in spec.get("dependsOn").into_iter().flat_map(|it| it.items()) {
                let keys = ["package", "provider", "configuration", "function"];
                let Some(node) = keys.iter().find_map(|it| dependency.get(it)) else { continue };
                let Some(text) = yaml.text(node).filter(|it| !it.is_empty()) else { continue };
                let range = yaml.text_of(dependency, "version");
                let reference = Reference { version: Version::range(range), ..reference(text) };
                reader.add(node, Artifact::CrossplanePackage, reference);
            }
        }
        _ => {}
    }
}

/// A package is an image of a registry.
fn reference(text: &str) -> Reference {
    let first = text.split('/').next().unwrap_or(text);
    let has_host = text.contains('/') && (first.contains(['.', ':']) || first == "localhost");
    let mut reference = Reference::of(image::parse(text));
    if let Origin::Image { registry, .. } = &mut reference.origin
        && !has_host
    {
        *registry = REGISTRY.to_owned();
    }
    reference
}
