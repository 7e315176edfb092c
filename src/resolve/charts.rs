//! What lies beside a chart, and where the charts lie that commands name by a path.
//!
//! Beside a chart lie the dependencies of its first API version (`requirements.yaml`), the lock that holds ranges to
//! versions, and the copies of its dependencies (`charts/`).

use std::collections::{BTreeMap, BTreeSet};

use super::{Files, KnownFile};
use crate::classify::FileKind;
use crate::extract::chart::{self, Locked};
use crate::facts::sources::is_open;
use crate::facts::{Artifact, Context, Facts, GapReason, Use};
use crate::origin::constraint::Constraint;
use crate::origin::path::joined;
use crate::origin::version::Semver;
use crate::origin::{Origin, Pin, Reference, Version};
use crate::paths::{folder_and_name, folder_of};

/// Adds what lies beside the charts in these folders.
pub(super) fn resolve(folders: &BTreeSet<String>, facts: &mut Facts, files: &Files<'_>) {
    for folder in folders {
        let in_folder = |name: &str| files.at(&joined(folder, name));
        let requirements = in_folder("requirements.yaml");
        let has_requirements = requirements.is_some_and(|it| read_requirements(it, folder, facts, files));
        let locks =
            if has_requirements { ["requirements.lock", "Chart.lock"] } else { ["Chart.lock", "requirements.lock"] };
        if let Some(lock) = locks.into_iter().find_map(in_folder) {
            let lock = KnownFile { kind: FileKind::ChartLock, ..lock };
            let locked = files.with(lock, |source| chart::locked(source, facts)).unwrap_or_default();
            hold(&joined(folder, if has_requirements { "requirements.yaml" } else { "Chart.yaml" }), &locked, facts);
        }
    }
    mark_copies(folders, facts);
}

/// Finds the charts that commands name by a path: which folder a command runs in isn't known, so a chart is meant that
/// lies there from the root, from the command's own file, or at the end of one path only.
pub(super) fn settle_commands(facts: &mut Facts, files: &Files<'_>) {
    let is_chart = |folder: &str| files.in_folder(folder).any(|it| it.kind == FileKind::Chart);
    let folders: BTreeSet<&str> =
        facts.offers.iter().filter(|it| it.artifact == Artifact::HelmChart).map(|it| &*it.path).collect();
    let mut unknown = Vec::new();
    for usage in &mut facts.uses {
        if usage.artifact != Artifact::HelmChart || is_open(usage) || !is_of_command(&usage.at.path, files) {
            continue;
        }
        let (named, is_path) = match &usage.origin {
            Origin::Local { path } if !path.ends_with(".tgz") => (path.as_str(), true),
            Origin::ServerSide { name } => (name.as_str(), false),
            _ => continue,
        };
        let own = folder_of(&usage.at.path);
        let written = [named.to_owned(), joined(own, named)];
        let there = written.into_iter().find(|it| is_chart(it));
        let bare = named.trim_start_matches("../");
        let mut at_end = folders.iter().filter(|it| {
            !bare.is_empty() && it.strip_suffix(bare).is_some_and(|it| it.is_empty() || it.ends_with('/'))
        });
        let one = at_end.next().filter(|_| at_end.next().is_none()).map(|it| (*it).to_owned());
        match there.or(one) {
            Some(path) => {
                usage.origin = Origin::Local { path };
                usage.version = Version::only(Pin::SameCommit);
            }
            None if is_path => {
                let reason = "which folder the command runs in is known only when it runs";
                let reference = Reference::dynamic(named, reason);
                (usage.origin, usage.version) = (reference.origin, reference.version);
                unknown.push(usage.at.clone());
            }
            None => {}
        }
    }
    for at in unknown {
        facts.gap(at, GapReason::Unresolved, "which folder the command runs in is known only when it runs");
    }
}

/// Whether a use stands in a file of which the charts are those of commands.
fn is_of_command(path: &str, files: &Files<'_>) -> bool {
    files.at(path).is_some_and(|it| {
        !matches!(
            it.kind,
            FileKind::Chart
                | FileKind::ChartRequirements
                | FileKind::FleetBundle
                | FileKind::Helmfile
                | FileKind::KubernetesManifest
                | FileKind::Kustomization
                | FileKind::Terraform
                | FileKind::TerraformJson
                | FileKind::Yaml
        )
    })
}

/// Puts the dependencies of a `requirements.yaml` in the place of the chart's own. Tells whether it has any.
fn read_requirements(file: KnownFile<'_>, folder: &str, facts: &mut Facts, files: &Files<'_>) -> bool {
    let file = KnownFile { kind: FileKind::ChartRequirements, ..file };
    let own = joined(folder, "Chart.yaml");
    let n_uses = facts.uses.len();
    let has_any = files.with(file, |source| chart::requirements(source, facts)).unwrap_or(false);
    if has_any {
        let mut at = 0;
        facts.uses.retain(|it| {
            at += 1;
            at > n_uses || it.artifact != Artifact::HelmChart || *it.at.path != *own
        });
    }
    has_any
}

/// Holds the dependencies that a file names to the versions of a lock. One that has not the dependency, or has a version
/// that its range doesn't allow, is stale: Helm refuses to build with it.
fn hold(path: &str, locked: &[Locked], facts: &mut Facts) {
    let mut by_name: BTreeMap<&str, Vec<&Locked>> = BTreeMap::new();
    // The first of a name comes last, to be taken first.
    locked.iter().rev().for_each(|it| by_name.entry(&it.name).or_default().push(it));
    let mut stale = Vec::new();
    let is_dependency = |it: &&mut Use| it.artifact == Artifact::HelmChart && *it.at.path == *path;
    let mut uses: Vec<&mut Use> = facts.uses.iter_mut().filter(is_dependency).collect();
    uses.sort_by_key(|it| (it.at.line, it.at.column));
    for usage in uses {
        let Some(name) = chart_name(&usage.origin) else { continue };
        let Some(lock) = by_name.get_mut(name).and_then(Vec::pop) else {
            // The version of what lies in the repository is what lies there.
            if !matches!(usage.origin, Origin::Local { .. }) {
                stale.push((usage.at.clone(), format!("the lock beside the chart is stale: it doesn't have {name:?}")));
            }
            continue;
        };
        let allows = match &usage.version.constraint {
            Some(range) => {
                let range = Constraint::parse_npm(range).ok();
                let version = Semver::parse(&lock.version);
                range.zip(version).is_none_or(|(range, version)| range.allows(&version))
            }
            None => true,
        };
        if !allows {
            let range = usage.version.constraint.clone().unwrap_or_default();
            let version = &lock.version;
            stale.push((
                lock.at.clone(),
                format!("the lock is stale: it holds {name:?} to {version}, which {range:?} does not allow"),
            ));
        } else if matches!(usage.version.pin, Pin::Range | Pin::Default)
            && !matches!(usage.origin, Origin::Local { .. })
        {
            usage.version.pin = Pin::Exact;
            usage.version.reference = Some(lock.version.clone());
            usage.via = Some(format!("{}:{}", lock.at.path, lock.at.line));
        }
    }
    for (at, detail) in stale {
        facts.gap(at, GapReason::Unresolved, detail);
    }
}

/// The name of a chart that is used; none where it isn't known.
fn chart_name(origin: &Origin) -> Option<&str> {
    let path = match origin {
        Origin::Local { path }
        | Origin::Repo { path, .. }
        | Origin::Url { path, .. }
        | Origin::Registry { name: path, .. }
        | Origin::ServerSide { name: path } => path,
        Origin::Image { .. } | Origin::Dynamic { .. } | Origin::Invalid { .. } => return None,
    };
    path.rsplit('/').next().filter(|it| !it.is_empty())
}

/// Marks what lies in `charts/` as vendored where the chart, or the kustomization, beside that folder takes a chart of
/// that name from elsewhere: `helm dependency` or kustomize put it there.
fn mark_copies(folders: &BTreeSet<String>, facts: &mut Facts) {
    let nested: Vec<&String> = folders.iter().filter(|it| it.contains("charts/")).collect();
    if nested.is_empty() {
        return;
    }
    // The folders beside which a chart of a name may be a copy.
    let mut taken: BTreeSet<(&str, &str)> = BTreeSet::new();
    for usage in facts.uses.iter().filter(|it| it.artifact == Artifact::HelmChart) {
        let (folder, file) = folder_and_name(&usage.at.path);
        let puts_copies = matches!(file, "Chart.yaml" | "requirements.yaml")
            || matches!(file, "kustomization.yaml" | "kustomization.yml" | "Kustomization");
        if puts_copies && !matches!(usage.origin, Origin::Local { .. } | Origin::Invalid { .. }) {
            taken.extend(chart_name(&usage.origin).map(|name| (folder, name)));
        }
    }
    let named: BTreeMap<&str, &str> = facts
        .offers
        .iter()
        .filter(|it| it.artifact == Artifact::HelmChart)
        .map(|it| (&*it.path, it.name.as_str()))
        .collect();
    let is_copy = |folder: &str| {
        let Some(name) = named.get(folder) else { return false };
        let (above, last) = folder_and_name(folder);
        // kustomize keeps each version apart: `charts/name-1.2.3/name`.
        let (above, charts) = match folder_and_name(above) {
            (above, "charts") => (above, true),
            (further, of_version) if of_version.starts_with(&format!("{last}-")) => {
                let (above, charts) = folder_and_name(further);
                (above, charts == "charts")
            }
            (above, _) => (above, false),
        };
        charts && taken.contains(&(above, *name))
    };
    let copies: Vec<String> = nested.into_iter().filter(|it| is_copy(it)).map(|it| format!("{it}/")).collect();
    if copies.is_empty() {
        return;
    }
    let is_in_copy = |path: &str| copies.iter().any(|it| path.starts_with(it.as_str()));
    let vendored = |path: &str, context: &mut Context| {
        if *context == Context::Production && is_in_copy(path) {
            *context = Context::Vendored;
        }
    };
    facts.uses.iter_mut().for_each(|it| vendored(&it.at.path, &mut it.context));
    facts.offers.iter_mut().for_each(|it| vendored(&it.at.path, &mut it.context));
    facts.objects.iter_mut().for_each(|it| vendored(&it.at.path, &mut it.context));
    facts.markers.iter_mut().for_each(|it| vendored(&it.at.path, &mut it.context));
}
