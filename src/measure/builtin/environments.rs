//! Environments that code names, and whether something brings them about.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::facts::{Artifact, Context, MarkerKind};
use crate::measure::{Counts, Judged, Seen, evidence, qualities};
use crate::org::{Repo, environment_of};
use crate::pipeline::steps::Category;
use crate::rules::{EvidenceFilter, Quality};
use crate::source::Location;

/// Each environment that paths of infrastructure code or manifests name, in each repository: for it where a pipeline or a
/// controller applies the code, against it where nothing does.
pub(super) fn in_code(it: &Seen<'_>) -> Counts {
    let mut environments: BTreeMap<&str, Vec<(usize, &Location, Code)>> = BTreeMap::new();
    for (number, repo) in it.org.repos.iter().enumerate() {
        let sets = Sets::of(repo);
        let mut named = Named { sets: &sets, of_file: None, of_folder: None };
        for (at, code) in places(repo) {
            if let Some(environment) = named.environment(&at.path) {
                let all = environments.entry(environment).or_default();
                // One place of each kind of code is enough for each repository.
                if !all.iter().any(|(repo, _, of)| *repo == number && *of == code) {
                    all.push((number, at, code));
                }
            }
        }
    }
    let mut counts = Counts::default();
    for (environment, places) in environments {
        let rank = |it: &Judged| match it {
            Judged::For { .. } => 0,
            Judged::Unknown { .. } | Judged::NotApplicable => 1,
            Judged::Against { .. } => 2,
        };
        // One that is applied is enough.
        let judged = places.into_iter().map(|(repo, at, code)| (repo, at, applied(it, repo, code)));
        let Some((repo, at, best)) = judged.min_by_key(|(_, _, it)| rank(it)) else { continue };
        let at = Some(at.clone());
        let told = match best {
            Judged::For { what, .. } => Judged::For { at, what: format!("{environment}: {what}") },
            Judged::Unknown { what, .. } => Judged::Unknown { at, what: format!("{environment}: {what}") },
            Judged::Against { .. } => {
                Judged::Against { at, what: format!("{environment}: nothing in its repository applies its code") }
            }
            Judged::NotApplicable => {
                Judged::Unknown { at, what: format!("{environment}: what applies it isn't known") }
            }
        };
        counts.add(&it.org.repos[repo].id, told);
    }
    counts
}

/// What describes an environment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Code {
    /// Infrastructure code.
    Infrastructure,
    /// Manifests of a cluster.
    Manifests,
}

/// Where infrastructure and workloads are declared in production.
fn places(repo: &Repo) -> impl Iterator<Item = (&Location, Code)> {
    let resources = repo.facts.resources.iter().filter(|it| it.context == Context::Production).map(|it| &it.at);
    let calls = repo
        .facts
        .uses
        .iter()
        .filter(|it| it.artifact == Artifact::TerraformModule && it.context == Context::Production);
    let objects = repo.facts.objects.iter().filter(|it| it.context == Context::Production).map(|it| &it.at);
    let code = resources.chain(calls.map(|it| &it.at));
    code.map(|at| (at, Code::Infrastructure)).chain(objects.map(|at| (at, Code::Manifests)))
}

/// Folders around environments; sorted. What stands in them is one, even where it is alone.
const AROUND: &[&str] = &["env", "environment", "environments", "envs", "overlays", "stages"];

/// Words for environments that are as often words for something else: a cluster `live`, a service `pre`, the folder of the
/// tests; sorted.
const AMBIGUOUS: &[&str] = &[
    "acc",
    "acceptance",
    "demo",
    "int",
    "integration",
    "live",
    "perf",
    "perftest",
    "pre",
    "preview",
    "sit",
    "stage",
    "test",
    "tst",
];

/// Where names of environments stand side by side, at least two.
struct Sets<'p> {
    /// By what stands before the name: the first environment, and whether there is another one.
    by_parent: FxHashMap<&'p str, (&'static str, bool)>,
}

impl<'p> Sets<'p> {
    fn of(repo: &'p Repo) -> Self {
        let mut by_parent: FxHashMap<&str, (&'static str, bool)> = FxHashMap::default();
        let (mut last, mut last_folder) = ("", "");
        for path in repo.facts.paths() {
            // What one file declares lies side by side, and so do the files of one folder.
            if std::ptr::eq(path, last) || path == last {
                continue;
            }
            last = path;
            let (folder, name) = path.split_at(memchr::memrchr(b'/', path.as_bytes()).map_or(0, |slash| slash + 1));
            let of_folder = (folder != last_folder).then(|| named(folder));
            last_folder = folder;
            let of_name = environment_of(name.split('.').next().unwrap_or(name)).map(|it| (folder, it));
            for (parent, environment) in of_folder.into_iter().flatten().chain(of_name) {
                let (first, is_set) = by_parent.entry(parent).or_insert((environment, false));
                *is_set |= *first != environment;
            }
        }
        Sets { by_parent }
    }

    /// Whether a folder behind this part of a path is an environment that is named like one: others stand beside it, or
    /// its name can hardly be anything else.
    fn has_folder(&self, parent: &str, environment: &str) -> bool {
        AMBIGUOUS.binary_search(&environment).is_err() || self.holds(parent)
    }

    /// Whether what follows this part of a path is the name of an environment where it is a word for one.
    fn holds(&self, parent: &str) -> bool {
        let folder = parent.trim_end_matches('/').rsplit('/').next().unwrap_or("");
        AROUND.binary_search(&folder.to_ascii_lowercase().as_str()).is_ok()
            || self.by_parent.get(parent).is_some_and(|(_, is_set)| *is_set)
    }
}

/// The environments that the folders of a path name which ends with a slash, from the innermost: what stands before the
/// name, and the word.
fn named(folder: &str) -> impl Iterator<Item = (&str, &'static str)> {
    let mut rest = folder.strip_suffix('/');
    std::iter::from_fn(move || {
        let inner = rest?;
        let start = memchr::memrchr(b'/', inner.as_bytes()).map_or(0, |slash| slash + 1);
        rest = inner[..start].strip_suffix('/');
        Some((start, inner))
    })
    .filter_map(|(start, inner)| {
        let name = &inner[start..];
        Some((&inner[..start], environment_of(name.split('.').next().unwrap_or(name))?))
    })
}

/// Tells the environments that paths name. What one file declares lies side by side.
struct Named<'p> {
    sets: &'p Sets<'p>,
    /// The path that was asked for last, and what it names.
    of_file: Option<(&'p str, Option<&'static str>)>,
    /// The same of its folder.
    of_folder: Option<(&'p str, Option<&'static str>)>,
}

impl<'p> Named<'p> {
    /// The environment that a path names: the innermost folder, or the file, whose whole name is a word for one. A file
    /// counts, and a folder whose name may be something else, where others stand beside it.
    fn environment(&mut self, path: &'p str) -> Option<&'static str> {
        match self.of_file {
            Some((known, environment)) if std::ptr::eq(known, path) || known == path => return environment,
            Some(_) | None => {}
        }
        let is_set = |(parent, environment): &(&str, &'static str)| self.sets.has_folder(parent, environment);
        let name_from = memchr::memrchr(b'/', path.as_bytes()).map_or(0, |slash| slash + 1);
        let folder = &path[..name_from];
        let of_folder = match self.of_folder {
            Some((known, environment)) if known == folder => environment,
            Some(_) | None => named(folder).find(is_set).map(|(_, environment)| environment),
        };
        let name = path[name_from..].split('.').next().unwrap_or("");
        let of_name = environment_of(name).filter(|_| self.sets.holds(folder));
        self.of_folder = Some((folder, of_folder));
        let environment = of_name.or(of_folder);
        self.of_file = Some((path, environment));
        environment
    }
}

/// Whether something applies the code of a repository.
fn applied(it: &Seen<'_>, repo: usize, code: Code) -> Judged {
    let infrastructure = qualities::judge(it, repo, Quality::AppliedByPipeline);
    if code == Code::Infrastructure || matches!(infrastructure, Judged::For { .. }) {
        return infrastructure;
    }
    let of = &it.org.repos[repo];
    let deploys =
        of.facts.pipelines.iter().zip(&of.pipelines).find(|(_, view)| view.runs && view.does.any(Category::Deploy));
    if let Some((pipeline, _)) = deploys {
        return Judged::For { at: Some(pipeline.at.clone()), what: "a pipeline that deploys".to_owned() };
    }
    let filter = EvidenceFilter { markers: vec![MarkerKind::Gitops], ..EvidenceFilter::default() };
    match evidence::first(of, &filter) {
        Some(marker) => Judged::For { at: Some(marker.at.clone()), what: evidence::words(marker) },
        None => Judged::NotApplicable,
    }
}

#[cfg(test)]
mod tests {
    use super::{AMBIGUOUS, AROUND};

    #[test]
    fn tables_are_sorted() {
        assert!(AROUND.is_sorted() && AMBIGUOUS.is_sorted());
    }
}
