//! What else the files are evidence of.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Context, MarkerKind};
use crate::org::Org;
use crate::report::summary::MarkerRow;

/// The rows, by kind and tool.
pub(super) fn rows(org: &Org) -> Vec<MarkerRow> {
    type Like<'a> = (MarkerKind, Option<&'a str>);
    let mut found: BTreeMap<Like<'_>, (MarkerRow, BTreeSet<usize>)> = BTreeMap::new();
    for (repo, it) in org.repos.iter().enumerate() {
        for marker in it.facts.markers.iter().filter(|it| it.context == Context::Production) {
            let (row, repos) = found.entry((marker.kind, marker.tool.as_deref())).or_insert_with(|| {
                let (tool, modes) = (marker.tool.clone(), BTreeMap::new());
                (MarkerRow { marker: marker.kind, tool, places: 0, repositories: 0, modes }, BTreeSet::new())
            });
            row.places += 1;
            repos.insert(repo);
            if let Some(mode) = marker.mode {
                *row.modes.entry(mode).or_default() += 1;
            }
        }
    }
    found.into_values().map(|(row, repos)| MarkerRow { repositories: repos.len() as u64, ..row }).collect()
}
