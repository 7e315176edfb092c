//! Objects of clusters that nothing applies any more, in repositories from which a controller applies folders: no
//! kustomization that is applied names their file, and their folder is none that is applied as it is.
//!
//! What isn't known counts as applied: a folder that only a template or a substitution tells, a kustomization that can't be
//! read, a folder of which no neighbour is applied (another repository, or whoever sets up the cluster, may name it), and
//! what a script, a pipeline, Terraform or an instruction names.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem::{find, find_iter};

use super::Files;
use super::managed::{Delivery, above, is_kustomization, is_own, lies_in};
use super::scripts::runs_programs;
use crate::classify::FileKind;
use crate::facts::{Artifact, Context, Facts, Managed, Marker, MarkerKind, Mode, Object};
use crate::origin::Origin;
use crate::paths::{folder_of, name_of};

/// Groups and kinds of objects that make a controller apply more; sorted.
const DELIVER: &[(&str, &str)] = &[
    ("argoproj.io", "Application"),
    ("argoproj.io", "ApplicationSet"),
    ("configsync.gke.io", "RepoSync"),
    ("configsync.gke.io", "RootSync"),
    ("fleet.cattle.io", "GitRepo"),
    ("kustomize.toolkit.fluxcd.io", "Kustomization"),
];

/// What acts only as an object in a cluster; sorted.
const IN_CLUSTERS: &[MarkerKind] = &[
    MarkerKind::ControllerResource,
    MarkerKind::Gitops,
    MarkerKind::PreviewEnvironment,
    MarkerKind::Policy,
    MarkerKind::PolicyException,
    MarkerKind::DriftRemediation,
    MarkerKind::Slo,
    MarkerKind::Alert,
    MarkerKind::Dashboard,
    MarkerKind::Observability,
    MarkerKind::Autoscaling,
    MarkerKind::RightSizing,
    MarkerKind::PredictiveScaling,
    MarkerKind::ChaosExperiment,
    MarkerKind::Rollback,
];

/// Texts in lines that apply something.
const APPLY: &[&str] = &["argocd ", "flux build", "flux create", "kubectl", "kustomize build", "oc apply", "skaffold "];

/// How far the kustomizations are followed that bring in others.
const DEEPEST: usize = 30;

/// Says of what is left over that it is off. The objects have to be known, with who keeps them.
pub(super) fn resolve(deliveries: &BTreeSet<Delivery>, facts: &mut Facts, files: &Files<'_>) {
    let folders: Vec<&Delivery> = deliveries
        .iter()
        .filter(|it| it.managed != Managed::Kustomize && is_own(it, facts.repo.identity.as_ref()))
        .collect();
    let is_delivered = folders.iter().any(|it| it.managed == Managed::Gitops);
    if !is_delivered || folders.iter().any(|it| it.pattern == Delivery::ANYWHERE) {
        return;
    }
    let left = {
        let charts: BTreeSet<&str> =
            facts.offers.iter().filter(|it| it.artifact == Artifact::HelmChart).map(|it| &*it.path).collect();
        let may_be_left = |it: &&Object| {
            !matches!(it.managed, Managed::Chart | Managed::Tool) && !above(&it.at.path).any(|it| charts.contains(it))
        };
        let objects: BTreeSet<&str> = facts.objects.iter().filter(may_be_left).map(|it| &*it.at.path).collect();
        let wanted: BTreeSet<&str> = facts
            .markers
            .iter()
            .filter(|it| acts_in_clusters(it))
            .map(|it| &*it.at.path)
            .filter(|it| objects.contains(it))
            .collect();
        if wanted.is_empty() {
            return;
        }
        let Some(applied) = Applied::of(&folders, deliveries, facts, files) else { return };
        let mut left: BTreeSet<&str> = wanted.into_iter().filter(|it| applied.has_left(it, files)).collect();
        for file in files.known().filter(|it| may_apply(it.kind)) {
            if left.is_empty() {
                return;
            }
            files.with(file, |source| left.retain(|it| !names(source.text(), it, file.kind)));
        }
        left.into_iter().map(str::to_owned).collect::<BTreeSet<String>>()
    };
    for marker in facts.markers.iter_mut().filter(|it| acts_in_clusters(it) && left.contains(&*it.at.path)) {
        marker.mode = Some(Mode::Off);
    }
}

fn acts_in_clusters(marker: &Marker) -> bool {
    marker.context == Context::Production && IN_CLUSTERS.contains(&marker.kind)
}

/// What is applied of a repository.
struct Applied<'f> {
    /// Folders, or patterns of some, that a controller or a tool is told to apply.
    told: &'f [&'f Delivery],
    /// The kustomizations, by their folder.
    kustomizations: BTreeMap<&'f str, &'f str>,
    /// What each kustomization names, by its path.
    names: BTreeMap<&'f str, Vec<&'f str>>,
    /// The kustomizations that are applied, by their path.
    live: BTreeSet<&'f str>,
    /// What those name, and the files of patches.
    named: BTreeSet<&'f str>,
    /// Folders with objects that make a controller apply more, and that nothing names: whoever set up the cluster may.
    roots: BTreeSet<&'f str>,
}

impl<'f> Applied<'f> {
    /// Nothing where a kustomization can't be read.
    fn of(
        told: &'f [&'f Delivery],
        deliveries: &'f BTreeSet<Delivery>,
        facts: &'f Facts,
        files: &Files<'f>,
    ) -> Option<Self> {
        if facts.gaps.iter().any(|it| is_kustomization(&it.at.path)) {
            return None;
        }
        let known = files.known().filter(|it| it.kind == FileKind::Kustomization).map(|it| it.path);
        let kustomizations: BTreeMap<&str, &str> = known.map(|it| (folder_of(it), it)).collect();
        let own = facts.repo.identity.as_ref();
        let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for usage in facts.uses.iter().filter(|it| it.artifact == Artifact::KustomizeBase) {
            let path: &str = match &usage.origin {
                Origin::Local { path } => path,
                Origin::Repo { owner, name, path, .. }
                    if !path.is_empty()
                        && own.is_none_or(|it| {
                            it.owner.eq_ignore_ascii_case(owner) && it.name.eq_ignore_ascii_case(name)
                        }) =>
                {
                    path
                }
                // A kustomization of Flux without a path applies the whole repository.
                Origin::ServerSide { name } if name.ends_with('/') && !is_patch(deliveries, &usage.at.path) => {
                    return None;
                }
                // What only a template or a variable tells may be any folder.
                Origin::Dynamic { .. } => return None,
                _ => continue,
            };
            if is_kustomization(&usage.at.path) {
                names.entry(&*usage.at.path).or_default().push(path);
            }
        }
        let named_by_any: BTreeSet<&str> = names.values().flatten().copied().collect();
        let patches = deliveries.iter().filter(|it| it.managed == Managed::Kustomize).map(|it| it.pattern.as_str());
        let patches: BTreeSet<&str> = patches.collect();
        let delivers = facts.objects.iter().filter(|it| DELIVER.binary_search(&(&*it.group, &*it.kind)).is_ok());
        let (inside, outside): (BTreeSet<&str>, BTreeSet<&str>) =
            delivers.map(|it| &*it.at.path).partition(|it| named_by_any.contains(it) || patches.contains(it));
        let roots = outside.into_iter().map(folder_of).collect();
        let mut applied = Applied { told, kustomizations, names, live: BTreeSet::new(), named: patches, roots };
        // One that leads to what makes a controller apply more is named by whoever set up the cluster.
        applied.follow(&|it, folder, leads_to| {
            it.is_told(folder) || it.is_whole(folder) || leads_to.iter().any(|it| inside.contains(it))
        });
        // Folders that are known to be applied, beside which nothing else is applied from elsewhere.
        let known: BTreeSet<&str> =
            applied.live.iter().map(|it| folder_of(it)).filter(|it| named_by_any.contains(it)).collect();
        applied.follow(&|it, folder, _| {
            let has_neighbours = || known.iter().any(|it| folder_of(it) == folder_of(folder));
            it.is_whole(folder) || folder.is_empty() || !named_by_any.contains(folder) && !has_neighbours()
        });
        Some(applied)
    }

    /// Adds the kustomizations that are applied, and what they name, until nothing more is. `is_begin` tells of one, by its
    /// folder and by what it names, whether it is applied without another one that names it.
    fn follow(&mut self, is_begin: &dyn Fn(&Self, &str, &[&str]) -> bool) {
        for _ in 0..DEEPEST {
            let open = self.kustomizations.iter().filter(|(_, path)| !self.live.contains(*path));
            let is_applied = |(folder, path): &(&&'f str, &&'f str)| {
                let names = self.names.get(**path).map_or(&[][..], |it| it);
                self.named.contains(**folder) || self.named.contains(**path) || is_begin(self, folder, names)
            };
            let more: Vec<&'f str> = open.filter(is_applied).map(|(_, path)| *path).collect();
            if more.is_empty() {
                return;
            }
            for path in more {
                self.live.insert(path);
                self.named.extend(self.names.get(path).into_iter().flatten());
            }
        }
        // What is nested deeper isn't known.
        self.live.extend(self.kustomizations.values());
        self.named.extend(self.names.values().flatten());
    }

    /// Whether a controller or a tool is told to apply this folder.
    fn is_told(&self, folder: &str) -> bool {
        let depth = folder.split('/').count();
        let fits = |it: &str| lies_in(folder, it) && (it.contains("**") || it.split('/').count() == depth);
        self.told.iter().any(|it| it.pattern == folder || fits(&it.pattern))
    }

    /// Whether all is applied that lies in a folder: it is itself, or one above it, and no kustomization there says which
    /// part of it.
    fn is_whole(&self, folder: &str) -> bool {
        let mut folders = std::iter::once(folder).chain(above(folder));
        folders.any(|it| {
            self.roots.contains(it)
                || !self.kustomizations.contains_key(it) && (self.named.contains(it) || self.is_told(it))
        })
    }

    /// Whether a file is one that nothing applies.
    fn has_left(&self, path: &str, files: &Files<'_>) -> bool {
        let folder = folder_of(path);
        if folder.is_empty() || self.named.contains(path) || self.is_whole(folder) {
            return false;
        }
        let around = folder_of(folder);
        let is_near = |it: &str| folder_of(it) == folder || !around.is_empty() && folder_of(folder_of(it)) == around;
        let is_known = self.kustomizations.contains_key(folder)
            || self.names.values().flatten().any(|it| *it == path)
            || self.named.iter().any(|it| is_near(it));
        is_known && files.absent_around(around).next().is_none()
    }
}

/// Whether a file is one of a patch.
fn is_patch(deliveries: &BTreeSet<Delivery>, path: &str) -> bool {
    deliveries.iter().any(|it| it.managed == Managed::Kustomize && it.pattern == path)
}

/// Whether files of a kind may apply a file, or say to people how to.
fn may_apply(kind: FileKind) -> bool {
    runs_programs(kind)
        || matches!(
            kind,
            FileKind::BatchScript
                | FileKind::GroovyFile
                | FileKind::JenkinsLibrary
                | FileKind::PowershellScript
                | FileKind::Prose
                | FileKind::Readme
                | FileKind::Terraform
        )
}

/// Whether a text names a file or its folder, or with a variable one of the folders beside it: by the path from the root,
/// or by the last two parts of it. Prose names much that nobody is told to apply, and so do scripts with a variable in it.
fn names(text: &str, path: &str, kind: FileKind) -> bool {
    let is_prose = matches!(kind, FileKind::Prose | FileKind::Readme);
    let applies = |it: &str| APPLY.iter().any(|tool| it.contains(tool));
    let folder = folder_of(path);
    let last = format!("{}/{}", name_of(folder), name_of(path));
    let holds =
        |it: &str| find(it.as_bytes(), folder.as_bytes()).is_some() || find(it.as_bytes(), last.as_bytes()).is_some();
    let has_open = |it: &str| {
        above(path).filter(|it| !it.is_empty()).any(|folder| {
            find_iter(it.as_bytes(), folder.as_bytes()).any(|at| {
                let behind = &it[at + folder.len()..];
                ["/$", "/{", "/*"].iter().any(|open| behind.starts_with(open))
            })
        })
    };
    text.lines().any(|it| {
        let is_open = || (kind == FileKind::Terraform || applies(it)) && has_open(it);
        holds(it) && (!is_prose || applies(it)) || is_open()
    })
}

#[cfg(test)]
mod tests {
    use super::{DELIVER, IN_CLUSTERS, names};
    use crate::classify::FileKind;

    #[test]
    fn tables_are_sorted() {
        assert!(DELIVER.is_sorted());
        assert!(IN_CLUSTERS.is_sorted());
    }

    #[test]
    fn texts_that_name_a_file() {
        for (text, kind, expected) in [
            ("kubectl apply -f apps/shop/old/release.yaml", FileKind::ShellScript, true),
            ("kubectl apply -k apps/shop/old", FileKind::ShellScript, true),
            ("kustomize build apps/$APP/old", FileKind::ShellScript, true),
            ("kustomize build apps/shop/${ENV}", FileKind::ShellScript, true),
            ("file(\"${path.module}/old/release.yaml\")", FileKind::Terraform, true),
            ("kubectl apply -f release.yaml", FileKind::ShellScript, false),
            ("Releases lie in apps/shop/old.", FileKind::Readme, false),
            ("`kubectl apply -k apps/shop/old`", FileKind::Readme, true),
            ("mkdir -p apps/${NAME}/serviceaccount", FileKind::ShellScript, false),
            ("find apps -name '*.yaml'", FileKind::ShellScript, false),
        ] {
            assert_eq!(names(text, "apps/shop/old/release.yaml", kind), expected, "{text}");
        }
    }
}
