//! Playbooks of Ansible that declare nothing themselves: what the files with tasks declare that they bring in. One that
//! declares nothing either way does something once, and is no infrastructure as code.

use std::collections::{BTreeMap, BTreeSet};

use super::Files;
use crate::extract::tasks::{of_tasks, place_of};
use crate::facts::{Facts, MarkerKind};
use crate::paths::folder_of;

/// What a playbook brings in that declares nothing itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Brought {
    /// The files with tasks, as they are written.
    pub(crate) files: Vec<String>,
    /// Whether all of its plays are for the machine that runs Ansible.
    pub(crate) is_local: bool,
}

/// More files with tasks than a playbook brings in.
const MAX_FILES: usize = 100;

/// Takes back that playbooks are infrastructure as code that surely aren't.
pub(super) fn resolve(playbooks: &BTreeMap<String, Brought>, facts: &mut Facts, files: &Files<'_>) {
    let none: BTreeSet<&str> = playbooks
        .iter()
        .filter(|(path, it)| declares_nothing(path, it, files))
        .map(|(path, _)| path.as_str())
        .collect();
    facts.markers.retain(|it| it.kind != MarkerKind::InfrastructureCode || !none.contains(&*it.at.path));
}

/// Whether all that a playbook brings in can be read, and declares nothing.
fn declares_nothing(path: &str, brought: &Brought, files: &Files<'_>) -> bool {
    let mut open: Vec<Option<String>> = brought.files.iter().map(|it| place_of(it, folder_of(path))).collect();
    let mut done = BTreeSet::new();
    while let Some(next) = open.pop() {
        let Some(next) = next else { return false };
        if !done.insert(next.clone()) {
            continue;
        }
        let Some(file) = files.at(&next).filter(|_| done.len() < MAX_FILES) else { return false };
        let work = files.with(file, |file| {
            let (documents, problems) = crate::syntax::yaml::parse(file.text());
            problems.is_empty().then(|| of_tasks(documents.roots(), brought.is_local))
        });
        let Some(work) = work.flatten().filter(|it| !it.declares) else { return false };
        // What a file with tasks names lies beside it, or beside the playbook.
        for included in work.includes {
            let places = [folder_of(&next), folder_of(path)].map(|it| place_of(&included, it));
            let there = places.iter().flatten().find(|it| files.at(it).is_some());
            open.push(there.cloned());
        }
    }
    true
}
