//! By which mechanisms things are provisioned.

use std::collections::{BTreeMap, BTreeSet};

use super::place_row;
use crate::knowledge::classes::Class;
use crate::org::Org;
use crate::org::provisioning::Provisioning;
use crate::report::summary::{MechanismRow, ProvisioningRow};

/// How many places of a mechanism are shown, each of another repository.
const SHOWN: usize = 5;

/// A row for each class that is provisioned.
pub(super) fn rows(org: &Org, ways: &Provisioning<'_>) -> Vec<ProvisioningRow> {
    let mut rows: BTreeMap<Class, Vec<MechanismRow>> = BTreeMap::new();
    for ((class, mechanism), places) in ways {
        let repos: BTreeSet<usize> = places.iter().map(|it| it.repo).collect();
        let mut seen = BTreeSet::new();
        let first = places.iter().filter(|it| seen.insert(it.repo)).take(SHOWN);
        let row = MechanismRow {
            mechanism: *mechanism,
            repositories: repos.len() as u64,
            uses: places.len() as u64,
            places: first
                .map(|it| place_row(org.repos[it.repo].id.clone(), Some(it.at), it.what.to_string()))
                .collect(),
        };
        rows.entry(*class).or_default().push(row);
    }
    rows.into_iter().map(|(class, mechanisms)| ProvisioningRow { class, mechanisms }).collect()
}
