//! The charts of helmfiles: the names of repositories may be given in the files that a helmfile is based on, and it may
//! name further helmfiles that nothing but that tells from other YAML.

use std::collections::{BTreeMap, BTreeSet};

use super::{Files, KnownFile};
use crate::classify::FileKind;
use crate::extract::helmfile::{self, Part, State};
use crate::facts::{Facts, GapReason};
use crate::origin::chart::Place;
use crate::origin::path::joined;
use crate::paths::{folder_and_name, folder_of, name_of};

/// No repository that people write has more helmfiles, and none is based on more.
const MAX_FILES: usize = 2_000;

/// How many files one helmfile is based on, one upon the other.
const MAX_BASES: usize = 64;

/// Adds what the helmfiles use, those that they name among them.
pub(super) fn resolve(states: &BTreeMap<String, State>, facts: &mut Facts, files: &Files<'_>) {
    let mut reader = Reader { states: states.clone(), gone: BTreeSet::new(), files };
    let mut open: Vec<String> = states.keys().cloned().collect();
    let mut done: BTreeSet<String> = open.iter().cloned().collect();
    while let Some(path) = open.pop() {
        let Some(state) = reader.state(&path, facts) else { continue };
        let folder = folder_of(&path).to_owned();
        for part in &state.helmfiles {
            for named in reader.named(&folder, part, facts) {
                if done.len() < MAX_FILES && done.insert(named.clone()) {
                    open.push(named);
                }
            }
        }
        let mut whole = State::default();
        reader.lay(&path, &mut whole, &mut BTreeSet::from([path.clone()]), facts);
        let alias = |name: &str| whole.repositories.get(name).cloned();
        let has_chart = |folder: &str| files.in_folder(folder).any(|it| it.kind == FileKind::Chart);
        let place = Place { folder: Some(&folder), alias: &alias, has_chart: &has_chart };
        whole.releases.iter().for_each(|it| it.add_use(&place, facts));
    }
    // A release of a base is one, however many helmfiles are based on it.
    facts.uses.sort();
    facts.uses.dedup();
}

struct Reader<'f, 'a> {
    states: BTreeMap<String, State>,
    /// Those that are not there.
    gone: BTreeSet<String>,
    files: &'f Files<'a>,
}

impl Reader<'_, '_> {
    /// What a file says, read where it wasn't yet.
    fn state(&mut self, path: &str, facts: &mut Facts) -> Option<State> {
        if let Some(state) = self.states.get(path) {
            return Some(state.clone());
        }
        if self.gone.contains(path) || self.states.len() >= MAX_FILES {
            return None;
        }
        let known = self.files.at(path).map(|it| KnownFile { kind: FileKind::Helmfile, ..it });
        let state = known.and_then(|it| self.files.with(it, |source| helmfile::read(source, facts)));
        match &state {
            Some(state) => drop(self.states.insert(path.to_owned(), state.clone())),
            None => drop(self.gone.insert(path.to_owned())),
        }
        state
    }

    /// Adds what a file and those that it is based on say: the bases first, each once.
    fn lay(&mut self, path: &str, whole: &mut State, seen: &mut BTreeSet<String>, facts: &mut Facts) {
        let Some(state) = self.state(path, facts) else { return };
        for base in &state.bases {
            let path = joined(folder_of(path), &base.path);
            if self.state(&path, facts).is_none() {
                self.not_there(base, facts);
            } else if seen.len() < MAX_BASES && seen.insert(path.clone()) {
                self.lay(&path, whole, seen, facts);
            }
        }
        whole.repositories.extend(state.repositories);
        whole.releases.extend(state.releases);
    }

    /// The files that an entry of `helmfiles` names: one, all of a folder, or those that a pattern fits.
    fn named(&mut self, base: &str, part: &Part, facts: &mut Facts) -> Vec<String> {
        let path = joined(base, &part.path);
        let is_yaml = |it: &str| {
            let it = it.strip_suffix(".gotmpl").unwrap_or(it);
            it.ends_with(".yaml") || it.ends_with(".yml")
        };
        let in_folder = |folder: &str| -> Vec<String> {
            self.files.in_folder(folder).map(|it| it.path).filter(|it| is_yaml(it)).map(str::to_owned).collect()
        };
        let found: Vec<String> = match folder_and_name(&path) {
            (folder, name) if name.contains('*') && !folder.contains('*') => {
                let (start, end) = name.split_once('*').unwrap_or((name, ""));
                let fits = |it: &str| {
                    let it = name_of(it);
                    it.len() >= start.len() + end.len() && it.starts_with(start) && it.ends_with(end)
                };
                in_folder(folder).into_iter().filter(|it| fits(it)).collect()
            }
            _ if self.files.at(&path).is_some() => vec![path],
            _ => in_folder(&path),
        };
        if found.is_empty() {
            self.not_there(part, facts);
        }
        found
    }

    /// Notes what is named and is no file that can be read here.
    fn not_there(&self, part: &Part, facts: &mut Facts) {
        let Part { at, path } = part;
        if path.contains("{{") {
            facts.gap(at.clone(), GapReason::Unresolved, "which helmfile is named is known only when it runs");
        } else if path.contains("://") || path.contains("::") {
            facts.gap(at.clone(), GapReason::Unresolved, format!("the helmfile {path:?} lies in another repository"));
        } else {
            let detail = format!("the helmfile {path:?} is no file of the repository");
            facts.gap(at.clone(), GapReason::Unresolved, detail);
        }
    }
}
