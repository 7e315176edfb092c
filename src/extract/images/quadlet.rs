//! Units of Podman (`*.container`): the image that a container runs. What another unit pulls or builds is named by its
//! file.

use super::reference;
use crate::extract::ci::add_use;
use crate::facts::{Artifact, Facts, GapReason};
use crate::origin::terraform::resolve;
use crate::origin::{Origin, Pin, Reference, Version};
use crate::source::SourceFile;

/// Adds the image of a unit.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    let text = file.text();
    let (mut section, mut has_section, mut at) = ("", false, 0);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        if trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            (section, has_section) = (name, true);
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let image = value.trim();
        if section != "Container" || key.trim() != "Image" || image.is_empty() {
            continue;
        }
        let offset = start + key.len() + 1 + (value.len() - value.trim_start().len());
        let place = file.at(offset..offset + image.len());
        let is_unit = !image.contains(['/', ':']) && (image.ends_with(".image") || image.ends_with(".build"));
        let found = if is_unit {
            let path = resolve(file.folder(), image);
            Reference { origin: Origin::Local { path }, version: Version::only(Pin::SameCommit) }
        } else {
            reference(image)
        };
        add_use(facts, place, Artifact::WorkloadImage, image, found, file.context(), false);
    }
    if !has_section {
        facts.gap(file.at(0..0), GapReason::Syntax, "a unit has sections");
    }
}
