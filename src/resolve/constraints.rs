//! Constraints of Gatekeeper whose file Terraform reads to put another action in: what their file says is not how they act.

use std::collections::BTreeSet;

use crate::classify::FileKind;
use crate::facts::{Facts, Mode};
use crate::paths::name_of;
use crate::resolve::Files;

/// How Terraform reads a file as data.
const READS: &str = "yamldecode(file(";

/// The key that Terraform puts in.
const ACTION: &str = "enforcementAction";

/// Whether there are any constraints.
pub(super) fn has_any(facts: &Facts) -> bool {
    facts.objects.iter().any(|it| it.group == GROUP)
}

/// The group of constraints.
const GROUP: &str = "constraints.gatekeeper.sh";

/// Takes back how such constraints act: which of the values that Terraform may put in is put in isn't known.
pub(super) fn resolve(facts: &mut Facts, files: &Files<'_>) {
    let constraints = facts.objects.iter().filter(|it| it.group == GROUP);
    let paths: BTreeSet<&str> = constraints.map(|it| &*it.at.path).collect();
    let mut read: BTreeSet<String> = BTreeSet::new();
    let mut puts_in = false;
    for file in files.known().filter(|it| it.kind == FileKind::Terraform) {
        let Some(text) = files.text_of(file.path) else { continue };
        puts_in |= text.contains(ACTION);
        let texts = text.match_indices(READS).filter_map(|(at, _)| text[at + READS.len()..].split('"').nth(1));
        read.extend(texts.map(|it| name_of(it).to_owned()));
    }
    if !puts_in || read.is_empty() {
        return;
    }
    let changed: BTreeSet<String> =
        paths.into_iter().filter(|it| read.contains(name_of(it))).map(str::to_owned).collect();
    for marker in facts.markers.iter_mut().filter(|it| changed.contains(&*it.at.path)) {
        if marker.mode.is_some_and(|it| it != Mode::Off) {
            marker.mode = None;
        }
    }
}
