//! The libraries of constructs that an application of the CDK depends on: its `package.json` lies beside its `cdk.json`, or
//! in the nearest folder above.

use std::collections::BTreeSet;

use super::Files;
use crate::classify::FileKind;
use crate::extract::constructs;
use crate::facts::Facts;
use crate::paths::folder_of;

/// Adds the libraries of the applications in these folders.
pub(super) fn resolve(folders: &BTreeSet<String>, facts: &mut Facts, files: &Files<'_>) {
    let nearest = |folder: &String| {
        let mut folder = folder.as_str();
        loop {
            let found = files.in_folder(folder).find(|it| it.kind == FileKind::PackageJson);
            if found.is_some() || folder.is_empty() {
                return found;
            }
            folder = folder_of(folder);
        }
    };
    let manifests: BTreeSet<_> = folders.iter().filter_map(nearest).collect();
    for manifest in manifests {
        files.with(manifest, |file| constructs(file, facts));
    }
}
