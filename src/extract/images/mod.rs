//! Images that files other than Dockerfiles, pipelines and manifests name: one file a format.

pub(super) mod bake;
pub(super) mod bazel;
pub(super) mod buildpacks;
pub(crate) mod compose;
pub(super) mod dev_container;
pub(super) mod jvm;
pub(super) mod ko;
pub(super) mod quadlet;
pub(super) mod values;

use crate::facts::{Marker, MarkerKind};
use crate::origin::{Reference, image};
use crate::source::Location;

/// What a text that names an image says. A text that has to be filled in first is known only to who fills it in.
fn reference(text: &str) -> Reference {
    match super::documents::expression(text) {
        Some(at) => Reference::dynamic(&text[..at], "filled in by a template"),
        None => Reference::of(image::parse(text)),
    }
}

/// Says of the image at a place that it only builds.
fn builder(at: Location, context: crate::facts::Context) -> Marker {
    Marker { context, ..Marker::new(at, MarkerKind::BuilderBase) }
}
