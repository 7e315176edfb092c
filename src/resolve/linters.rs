//! Linters of Terraform that look at one folder: where none lies in it, they look at nothing.

use super::Files;
use crate::classify::FileKind;
use crate::facts::{Facts, Mode};

/// Whether there are any that look at the root alone.
pub(super) fn has_any(facts: &Facts) -> bool {
    facts.markers.iter().any(|it| it.looks_at_root)
}

/// Says of those that look at the root alone that they look at nothing, where there is nothing.
pub(super) fn resolve(facts: &mut Facts, files: &Files<'_>) {
    let is_terraform = |it: FileKind| matches!(it, FileKind::Terraform | FileKind::TerraformJson);
    let is_link = |it: &str| !it.contains('/') && (it.ends_with(".tf") || it.ends_with(".tf.json"));
    let has_any =
        files.in_folder("").any(|it| is_terraform(it.kind)) || files.absent_around("").any(|it| is_link(&it.path));
    for marker in facts.markers.iter_mut().filter(|it| it.looks_at_root && !has_any) {
        marker.mode = Some(Mode::Off);
    }
}
