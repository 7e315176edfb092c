//! Settings and lists of exceptions of scanners (`.trivyignore`, `.checkov.yaml`): whether something of the repository still
//! runs the scanner and reads them, and whether a list still excepts anything. What nothing reads any more is switched off;
//! what nothing is known of stays as it is.

mod lists;
mod ran;

use std::collections::BTreeSet;

use self::lists::{State, state_of};
use self::ran::{CHECKOV, Place, Run, runs};
use super::Files;
use crate::facts::{Facts, Marker, MarkerKind, Mode, RunBy, Said};
use crate::paths::{folder_of, name_of};

/// A scanner whose settings lie in repositories.
pub(super) struct Scanner {
    /// What the tables of evidence call it, which is its program too.
    pub(super) tool: &'static str,
    /// Whether it reads them by itself, where a repository is shown to it on its own server.
    is_a_service: bool,
    /// Whether it reads those in each folder that it is given, and not only those where it is started or that it is told of.
    pub(super) looks_in_folders: bool,
}

/// All such scanners, sorted.
const SCANNERS: &[Scanner] = &[
    Scanner { tool: "cfn-lint", is_a_service: false, looks_in_folders: false },
    Scanner { tool: "checkov", is_a_service: false, looks_in_folders: true },
    Scanner { tool: "kics", is_a_service: false, looks_in_folders: false },
    Scanner { tool: "kube-linter", is_a_service: false, looks_in_folders: false },
    Scanner { tool: "snyk", is_a_service: true, looks_in_folders: true },
    Scanner { tool: "tflint", is_a_service: false, looks_in_folders: false },
    Scanner { tool: "tfsec", is_a_service: false, looks_in_folders: true },
    Scanner { tool: "trivy", is_a_service: false, looks_in_folders: false },
];

/// The scanner of this name.
fn scanner(tool: &str) -> Option<&'static Scanner> {
    SCANNERS.binary_search_by_key(&tool, |it| it.tool).ok().map(|at| &SCANNERS[at])
}

/// The scanner whose settings or exceptions a marker is about; nothing where it is a run of one.
fn read_by(marker: &Marker) -> Option<&'static Scanner> {
    let is_kind = matches!(marker.kind, MarkerKind::PolicyCheck | MarkerKind::PolicyException);
    let is_run = marker.says.contains_key(&Said::Action);
    marker.tool.as_deref().filter(|_| is_kind && !is_run).and_then(scanner)
}

/// Whether there are any.
pub(super) fn has_any(facts: &Facts) -> bool {
    facts.markers.iter().any(|it| read_by(it).is_some())
}

/// Says who reads the settings and lists, and takes back lists without an entry.
pub(super) fn resolve(facts: &mut Facts, files: &Files<'_>) {
    let tools: BTreeSet<&'static str> = facts.markers.iter().filter_map(read_by).map(|it| it.tool).collect();
    let day = facts.repo.committed.as_deref().and_then(|it| it.get(..10)).map(str::to_owned);
    let runs: Vec<(&str, Vec<Run>)> = tools.iter().map(|tool| (*tool, runs(tool, facts, files))).collect();
    // All that a name may mean, so that one that names another file doesn't count.
    let places: BTreeSet<String> =
        facts.markers.iter().filter(|it| read_by(it).is_some()).map(|it| it.at.path.to_string()).collect();
    facts.markers.retain_mut(|marker| {
        let Some(scanner) = read_by(marker) else { return true };
        if marker.kind == MarkerKind::PolicyException {
            match files.text_of(&marker.at.path).map(|it| state_of(name_of(&marker.at.path), &it, day.as_deref())) {
                Some(State::Empty) => return false,
                Some(State::Void) => {
                    marker.mode = Some(Mode::Off);
                    return true;
                }
                Some(State::InForce) | None => {}
            }
        }
        let runs = runs.iter().find(|(tool, _)| *tool == scanner.tool).map_or(&[][..], |(_, runs)| runs);
        let skips_by_settings = is_list_in_settings(marker);
        let runs: Vec<&Run> = runs.iter().filter(|it| !(skips_by_settings && it.skips)).collect();
        match reader(&marker.at.path, scanner, &runs, &places) {
            Reader::Known(by) => marker.say(Said::RunBy, by.id()),
            Reader::Open => {}
            Reader::Nobody if scanner.is_a_service => {}
            Reader::Nobody => marker.mode = Some(Mode::Off),
        }
        true
    });
}

/// Says the same of what only templates and actions of other scanned repositories may read: `runs` tells of a scanner
/// whether one of those runs it that the repository calls; nothing where one of them isn't there to be looked into.
pub(crate) fn settle(facts: &mut Facts, runs: impl Fn(&Facts, &str) -> Option<bool>) {
    let open = |it: &Marker| read_by(it).filter(|_| it.mode != Some(Mode::Off));
    let tools: BTreeSet<&'static str> = facts.markers.iter().filter_map(open).map(|it| it.tool).collect();
    let known: Vec<(&str, Option<bool>)> = tools.iter().map(|tool| (*tool, runs(facts, tool))).collect();
    for marker in &mut facts.markers {
        let Some(scanner) = open(marker) else { continue };
        let said = marker.says.get(&Said::RunBy);
        if said.is_some_and(|it| it.contains(RunBy::Pipeline.id())) {
            continue;
        }
        let runs = known.iter().find(|(tool, _)| *tool == scanner.tool).and_then(|(_, runs)| *runs);
        let looks_here = scanner.looks_in_folders || folder_of(&marker.at.path).is_empty();
        match runs.map(|it| it && looks_here) {
            // What a shared action skips takes the place of it, and whether it skips something isn't known.
            Some(true) if is_list_in_settings(marker) => {}
            Some(true) => drop(marker.run_by_pipeline()),
            Some(false) if said.is_none() && !scanner.is_a_service => marker.mode = Some(Mode::Off),
            Some(false) | None => {}
        }
    }
}

/// Whether what Checkov is to skip stands in its settings.
fn is_list_in_settings(marker: &Marker) -> bool {
    marker.kind == MarkerKind::PolicyException
        && marker.tool.as_deref() == Some(CHECKOV)
        && !name_of(&marker.at.path).ends_with(".baseline")
}

/// Who reads a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    Known(RunBy),
    /// Something that can't be looked into may.
    Open,
    Nobody,
}

/// Who reads a file, of those that run its scanner.
fn reader(path: &str, scanner: &Scanner, runs: &[&Run], places: &BTreeSet<String>) -> Reader {
    let mut found = Reader::Nobody;
    for run in runs {
        let reads = match &run.place {
            Place::Open => {
                found = if found == Reader::Nobody { Reader::Open } else { found };
                continue;
            }
            Place::Anywhere => true,
            Place::Named { paths, folders, is_recursive } => {
                let folder = folder_of(path);
                let mut named = paths.iter().filter(|it| is_like(it, path, scanner.tool)).peekable();
                match named.peek() {
                    // It takes no other one than it is told to.
                    Some(_) => named.any(|it| {
                        let is_there = it.contains('/') || folder.is_empty() || folders.contains(folder);
                        is_there && means(it, path, places)
                    }),
                    None => {
                        folder.is_empty()
                            || *is_recursive
                            || folders.contains(folder)
                            || scanner.looks_in_folders && run.by == RunBy::People
                    }
                }
            }
        };
        match (reads, found, run.by) {
            (false, _, _) => {}
            (true, _, RunBy::Pipeline) => return Reader::Known(RunBy::Pipeline),
            (true, _, by) => found = Reader::Known(by),
        }
    }
    found
}

/// Whether a file that a text names is the same to the scanner as another one: a list, a baseline, or settings.
fn is_like(named: &str, path: &str, tool: &str) -> bool {
    let (named, own) = (name_of(named), name_of(path));
    named.contains(tool) && ["baseline", "ignore"].iter().all(|it| named.contains(it) == own.contains(it))
}

/// Whether a path that a text names may be this one: the end of one is the other, and no other file is meant by all of it.
fn means(named: &str, path: &str, places: &BTreeSet<String>) -> bool {
    let is_end = |long: &str, short: &str| {
        long.strip_suffix(short).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    named == path
        || is_end(named, path) && !path.is_empty() && !named_better(named, path, places)
        || is_end(path, named) && !places.contains(named)
}

/// Whether more of a name is the end of another file's path.
fn named_better(named: &str, path: &str, places: &BTreeSet<String>) -> bool {
    places.iter().any(|it| it.len() > path.len() && (named == it || named.ends_with(&format!("/{it}"))))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Place, Reader, Run, SCANNERS, means, reader, scanner};
    use crate::facts::RunBy;

    #[test]
    fn the_table_is_sorted() {
        assert!(SCANNERS.is_sorted_by_key(|it| it.tool));
    }

    #[test]
    fn names_of_files() {
        let places: BTreeSet<String> = [".trivyignore", "infra/web/.trivyignore"].map(str::to_owned).into();
        for (named, path, expected) in [
            (".trivyignore", ".trivyignore", true),
            (".trivyignore", "infra/web/.trivyignore", false),
            ("/srv/shop/.trivyignore", ".trivyignore", true),
            ("/srv/shop/infra/web/.trivyignore", ".trivyignore", false),
            ("web/.trivyignore", "infra/web/.trivyignore", true),
        ] {
            assert_eq!(means(named, path, &places), expected, "{named} {path}");
        }
    }

    #[test]
    fn who_reads() {
        let places = BTreeSet::new();
        let named = |by, paths: &[&str], folders: &[&str]| Run {
            by,
            place: Place::Named {
                paths: paths.iter().map(|it| (*it).to_owned()).collect(),
                folders: folders.iter().map(|it| (*it).to_owned()).collect(),
                is_recursive: false,
            },
            skips: false,
        };
        let open = || Run { by: RunBy::Pipeline, place: Place::Open, skips: false };
        for (path, tool, runs, expected) in [
            (".trivyignore", "trivy", vec![], Reader::Nobody),
            (".trivyignore", "trivy", vec![named(RunBy::Pipeline, &[], &[])], Reader::Known(RunBy::Pipeline)),
            (".trivyignore", "trivy", vec![open()], Reader::Open),
            ("web/.trivyignore", "trivy", vec![named(RunBy::Pipeline, &[], &[])], Reader::Nobody),
            ("web/.trivyignore", "trivy", vec![named(RunBy::Pipeline, &[], &["web"])], Reader::Known(RunBy::Pipeline)),
            (".trivyignore", "trivy", vec![named(RunBy::Pipeline, &["ci/.trivyignore.yaml"], &[])], Reader::Nobody),
            (".trivyignore", "trivy", vec![named(RunBy::People, &["trivy.yaml"], &[])], Reader::Known(RunBy::People)),
            ("web/.tflint.hcl", "tflint", vec![named(RunBy::Pipeline, &[".tflint.hcl"], &[])], Reader::Nobody),
            ("web/.checkov.yaml", "checkov", vec![named(RunBy::People, &[], &[])], Reader::Known(RunBy::People)),
            ("web/.checkov.yaml", "checkov", vec![named(RunBy::Pipeline, &[], &[]), open()], Reader::Open),
            (
                ".checkov.yaml",
                "checkov",
                vec![named(RunBy::People, &[], &[]), named(RunBy::Pipeline, &[], &[])],
                Reader::Known(RunBy::Pipeline),
            ),
        ] {
            assert_eq!(
                reader(path, scanner(tool).unwrap(), &runs.iter().collect::<Vec<_>>(), &places),
                expected,
                "{path} {runs:?}"
            );
        }
    }
}
