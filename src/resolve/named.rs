//! Scripts that other files of the repository name: whoever reads the file runs the script, and not people.
//!
//! This is the way to scripts that [`targets`](super::targets) doesn't find: in inputs of templates that run them, in
//! resources of other tools' libraries, in images, in what a machine is given when it starts.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Artifact, Facts, Marker, MarkerKind, RunBy, Said};
use crate::paths::{folder_of, name_of};

/// A script that a file names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NamedScript {
    /// The end of its path as far as it is written out: its name, with its folder where one is said.
    pub(crate) tail: String,
    /// Who runs it.
    pub(crate) by: Namer,
}

/// Who runs a script that a file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Namer {
    /// A pipeline.
    Pipeline,
    /// Terraform, where it is applied.
    Terraform,
    /// A machine or a container, when it is made or starts: no work by hand, as everything in Dockerfiles.
    Machine,
}

/// Says of commands that people were thought to run who does. What machines run when they are made is no work by hand.
pub(super) fn resolve(facts: &mut Facts, named: &BTreeSet<NamedScript>) {
    let mut by_name: BTreeMap<&str, Vec<&NamedScript>> = BTreeMap::new();
    for script in named {
        by_name.entry(name(&script.tail)).or_default().push(script);
    }
    // An action that is an image runs what its image starts: the pipeline does.
    let actions = facts.offers.iter().filter(|it| it.artifact == Artifact::CiAction);
    let of_actions: BTreeSet<&str> = actions.map(|it| &*it.path).collect();
    // A name without a folder says which script is meant where there is one of this name.
    let mut paths: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let own = facts.scripts.iter().map(|it| &*it.at.path);
    let marked = facts.markers.iter().filter(|it| it.says.contains_key(&Said::RunBy)).map(|it| &*it.at.path);
    for path in own.chain(marked).filter(|it| by_name.contains_key(name(it))) {
        paths.entry(name(path)).or_default().insert(path);
    }
    let mut runs: BTreeMap<String, Namer> = BTreeMap::new();
    for (name, paths) in &paths {
        for path in paths {
            let is_meant = |it: &&&NamedScript| match it.tail.contains('/') {
                true => path.strip_suffix(&*it.tail).is_some_and(|it| it.is_empty() || it.ends_with('/')),
                false => paths.len() == 1 || it.by == Namer::Machine && of_actions.contains(folder_of(path)),
            };
            let namers = by_name.get(name).into_iter().flatten().filter(is_meant).map(|it| it.by);
            if let Some(by) = namers.min() {
                runs.insert((*path).to_owned(), by);
            }
        }
    }
    facts.markers.retain_mut(|marker| {
        let is_command = matches!(
            marker.kind,
            MarkerKind::ImperativeCommand | MarkerKind::RemoteShell | MarkerKind::UnverifiedDownload
        );
        let is_by_people = marker.says.get(&Said::RunBy).is_some_and(|it| it.contains(RunBy::People.id()));
        let Some(by) = runs.get(&*marker.at.path).filter(|_| is_by_people) else { return true };
        match by {
            Namer::Pipeline => marker.run_by_pipeline(),
            Namer::Terraform => is_run_by(marker, RunBy::Terraform),
            Namer::Machine if !is_command && of_actions.contains(folder_of(&marker.at.path)) => {
                marker.run_by_pipeline()
            }
            Namer::Machine => !is_command && is_run_by(marker, RunBy::Machine),
        }
    });
}

/// Says of a marker who runs it, and that it stays.
fn is_run_by(marker: &mut Marker, by: RunBy) -> bool {
    marker.says.insert(Said::RunBy, BTreeSet::from([by.id().to_owned()]));
    true
}

fn name(path: &str) -> &str {
    name_of(path)
}
