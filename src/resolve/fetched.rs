//! Local sources whose folder the repository doesn't have: a clone, a download, a checkout or a submodule brings it
//! when something is built, and the source is a use of what is brought.
//!
//! Asked of Terraform modules, actions and charts. A reusable workflow in the same repository isn't: GitHub reads it at
//! the commit, before anything could be fetched.

use super::fetch_commands::{Fetch, below, repository, with_folder};
use super::suppliers::{Supplied, Suppliers};
use super::values::Text;
use super::{AbsentKind, Files};
use crate::classify::FileKind;
use crate::facts::{Artifact, Context, Facts, GapReason, Identity, Use};
use crate::origin::terraform::resolve as path_of;
use crate::origin::{Origin, Pin, Reference, Version, git};

/// The uses whose folder isn't there, by their places in the facts.
pub(super) fn absent(facts: &Facts, files: &Files<'_>) -> Vec<usize> {
    let uses = facts.uses.iter().enumerate();
    uses.filter(|(_, it)| is_absent(it, files)).map(|(at, _)| at).collect()
}

/// Whether facts have sources of which the folder may not be there.
pub(super) fn has_local(facts: &Facts) -> bool {
    facts.uses.iter().any(|it| matches!(it.origin, Origin::Local { .. }) && definition(it.artifact).is_some())
}

/// Files that make a folder what this artifact is; none where its folders aren't asked for.
fn definition(artifact: Artifact) -> Option<&'static [FileKind]> {
    match artifact {
        // Units of Terragrunt's stacks are folders of Terragrunt files.
        Artifact::TerraformModule => {
            Some(&[FileKind::Terraform, FileKind::TerraformJson, FileKind::Terragrunt, FileKind::TerragruntJson])
        }
        Artifact::CiAction => Some(&[FileKind::GithubAction, FileKind::Dockerfile]),
        Artifact::HelmChart => Some(&[FileKind::Chart]),
        _ => None,
    }
}

fn is_absent(it: &Use, files: &Files<'_>) -> bool {
    let (Origin::Local { path }, Some(kinds)) = (&it.origin, definition(it.artifact)) else { return false };
    // A packaged chart lies in a file.
    if path.ends_with(".tgz") || path.contains("$") {
        return false;
    }
    if leaves(path) {
        return true;
    }
    // What a link leads to isn't looked at, and what isn't checked out is in the repository all the same.
    let is_hidden = files.absent_around(path).any(|it| match &it.kind {
        AbsentKind::Link | AbsentKind::NotCheckedOut => true,
        AbsentKind::Submodule { .. } => false,
    });
    !is_hidden && !files.in_folder(path).any(|it| kinds.contains(&it.kind))
}

/// Whether a path leads out of the repository.
fn leaves(path: &str) -> bool {
    path == ".." || path.starts_with("../")
}

/// Answers where the folders come from.
pub(super) fn resolve(absent: &[usize], suppliers: &Suppliers, facts: &mut Facts, files: &Files<'_>) {
    let submodules = submodules(facts.repo.identity.as_ref(), files);
    let fetches: Vec<&Supplied<Fetch>> = submodules.iter().chain(&suppliers.fetches).collect();
    let mut more = Vec::new();
    for &at in absent {
        let usage = &facts.uses[at];
        let Origin::Local { path } = &usage.origin else { continue };
        let found = found(path, &fetches);
        if found.is_empty() {
            let detail = if path.is_empty() {
                "the repository's root is not what is looked for, and nothing here fetches it".to_owned()
            } else if leaves(path) {
                format!("the folder {path:?} lies outside of the repository, and nothing here fetches it")
            } else {
                format!("the folder {path:?} is not in the repository, and nothing here fetches it")
            };
            let at = usage.at.clone();
            if usage.context == Context::Production {
                facts.gap(at, GapReason::Unresolved, detail);
            }
            continue;
        }
        let usage = usage.clone();
        let mut uses = found.into_iter().map(|(Reference { origin, version }, place)| {
            if let Origin::Dynamic { prefix: _, reason } = &origin {
                facts.gap(usage.at.clone(), GapReason::Unresolved, reason.clone());
            }
            let via = match &usage.via {
                Some(via) => format!("{via}, {place}"),
                None => place.to_owned(),
            };
            Use { origin, version, via: Some(via), ..usage.clone() }
        });
        let uses: Vec<Use> = uses.by_ref().collect();
        let mut uses = uses.into_iter();
        if let Some(first) = uses.next() {
            facts.uses[at] = first;
        }
        more.extend(uses);
    }
    facts.uses.extend(more);
}

/// What is brought into the folder at a path, each once, with the first place that says so.
fn found<'f>(path: &str, fetches: &[&'f Supplied<Fetch>]) -> Vec<(Reference, &'f str)> {
    // A clone into the repository's own root would bring anything.
    let into = |it: &Supplied<Fetch>| {
        let rest = below(&it.what.folder, path).filter(|_| !matches!(it.what.folder.as_str(), "" | ".."));
        rest.map(str::len)
    };
    // Of what one file says, what is brought nearest to the folder counts: a copy may go to a folder or into it.
    let mut found: Vec<(Reference, &'f str)> = Vec::new();
    let fetches: Vec<&'f Supplied<Fetch>> = fetches.iter().copied().filter(|it| into(it).is_some()).collect();
    for fetch in &fetches {
        let file = |it: &'f Supplied<Fetch>| it.place.rsplit_once(':').map(|(file, _)| file);
        if fetches.iter().any(|it| file(it) == file(fetch) && into(it) < into(fetch)) {
            continue;
        }
        let rest = below(&fetch.what.folder, path).unwrap_or("");
        let Some(reference) = with_folder(&fetch.what.reference, rest) else { continue };
        if !found.iter().any(|(it, _)| *it == reference) {
            found.push((reference, fetch.place.as_str()));
        }
    }
    found
}

/// The submodules of the repository, as `.gitmodules` says and at the commits that the index says.
fn submodules(identity: Option<&Identity>, files: &Files<'_>) -> Vec<Supplied<Fetch>> {
    let mut found = Vec::new();
    for file in files.known().filter(|it| it.kind == FileKind::GitModules) {
        let modules = files.with(file, |source| modules(source.text()));
        for Submodule { path, url, line } in modules.unwrap_or_default() {
            let Some(reference) = reference_of(&url, identity) else { continue };
            let recorded = files.absent_at(&path).and_then(|it| match &it.kind {
                AbsentKind::Submodule { commit } => commit.clone(),
                AbsentKind::Link | AbsentKind::NotCheckedOut => None,
            });
            // It is held at a commit in any case; where there is no index, nobody here knows which.
            let version = match recorded {
                Some(commit) => Version { reference: Some(commit), ..Version::only(Pin::Sha) },
                None => Version::only(Pin::Dynamic),
            };
            let reference = Reference { version, ..reference };
            let what = Fetch { reference, folder: path, line };
            found.push(Supplied { place: format!("{}:{line}", file.path), context: file.context, what });
        }
    }
    found
}

/// The repository of a submodule: a URL, or a path relative to the repository's own.
fn reference_of(url: &str, identity: Option<&Identity>) -> Option<Reference> {
    if !url.starts_with("./") && !url.starts_with("../") {
        return repository(&Text::known(url), None);
    }
    let Identity { host, owner, name } = identity?;
    let path = path_of(&format!("{owner}/{name}"), url);
    let git::GitUrl { host, owner, name } = git::repository(host, &path)?;
    let origin = Origin::Repo { host, owner, name, path: String::new() };
    Some(Reference { origin, version: Version::git(None) })
}

/// A submodule in `.gitmodules`.
struct Submodule {
    path: String,
    url: String,
    /// Of its heading.
    line: u32,
}

/// The submodules that have a path and a URL.
fn modules(text: &str) -> Vec<Submodule> {
    let mut found: Vec<Submodule> = Vec::new();
    let mut in_submodule = false;
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        if line.starts_with('[') {
            in_submodule = line.starts_with("[submodule ");
            if in_submodule {
                found.push(Submodule { path: String::new(), url: String::new(), line: number });
            }
            continue;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| in_submodule) else { continue };
        let value = value.trim();
        let value = value.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(value).to_owned();
        let Some(last) = found.last_mut() else { continue };
        match key.trim() {
            "path" => last.path = path_of("", &value),
            "url" => last.url = value,
            _ => {}
        }
    }
    found.retain(|it| !it.path.is_empty() && !leaves(&it.path) && !it.url.is_empty());
    found
}
