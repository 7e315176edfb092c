//! What a repository provisions, in code or by hand, and whether a pipeline applies it.

use std::collections::BTreeSet;

use super::deploys::{Starts, starts};
use super::{Judged, calls_unseen, evidence, running, unread};
use crate::facts::{Artifact, Context, MarkerKind};
use crate::org::Repo;
use crate::org::modules::Modules;
use crate::paths::{folder_of, name_of};
use crate::pipeline::Pipeline;
use crate::pipeline::steps::Category;
use crate::rules::EvidenceFilter;
use crate::source::Location;

/// The first infrastructure code, manifest or chart of a repository in production.
pub(super) fn code(repo: &Repo) -> Option<(Location, String)> {
    let declared = || terraform(repo, &BTreeSet::new()).or_else(|| other_code(repo));
    let commands: BTreeSet<&str> = repo.facts.pipelines.iter().map(|it| &*it.at.path).collect();
    // A command that names a chart is no code, and the chart lies elsewhere.
    let is_written = |path: &str| !commands.contains(path) && !is_script(path);
    let usage = || {
        let mut uses = repo.facts.uses.iter().filter(|it| {
            matches!(it.artifact, Artifact::HelmChart | Artifact::KustomizeBase)
                && it.context == Context::Production
                && is_written(&it.at.path)
        });
        uses.next().map(|it| (it.at.clone(), it.written.clone()))
    };
    let object = || object(repo, &[]);
    let chart = || {
        let mut charts = repo
            .facts
            .offers
            .iter()
            .filter(|it| it.artifact == Artifact::HelmChart && it.context == Context::Production);
        charts.next().map(|it| (it.at.clone(), format!("the chart {}", it.name)))
    };
    declared().or_else(usage).or_else(object).or_else(chart)
}

/// The first object of a cluster in production, outside of these folders and what lies below them.
pub(super) fn object(repo: &Repo, except: &[&str]) -> Option<(Location, String)> {
    let is_except = |path: &str| except.iter().any(|it| is_below(path, it));
    let mut objects = repo.facts.objects.iter().filter(|it| {
        it.context == Context::Production
            && !SETTINGS.iter().any(|group| it.group.ends_with(group))
            && !is_except(&it.at.path)
    });
    objects.next().map(|it| (it.at.clone(), it.kind.clone()))
}

/// Whether a path lies below a folder; all do below the root.
pub(super) fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Ends of groups of objects that only look like those of a cluster: entries of catalogues, settings of tools; sorted.
const SETTINGS: &[&str] = &["backstage.io", "config.k8s.io", "k3d.io", "kind.x-k8s.io"];

/// Whether a file holds commands, by its name.
pub(super) fn is_script(path: &str) -> bool {
    let name = name_of(path);
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    matches!(end, "bash" | "bat" | "cmd" | "groovy" | "mk" | "ps1" | "sh")
        || matches!(name, "GNUmakefile" | "Justfile" | "Makefile" | "justfile" | "makefile")
        || name.starts_with("Jenkinsfile")
        || name.starts_with("Taskfile")
}

/// The first Terraform in production outside of these folders: a resource, else a call of a module.
pub(super) fn terraform(repo: &Repo, except: &BTreeSet<String>) -> Option<(Location, String)> {
    let counts = |path: &str, context: Context| context == Context::Production && !except.contains(folder_of(path));
    let mut resources = repo.facts.resources.iter();
    let resource = resources.find(|it| is_of_terraform(&it.r#type) && counts(&it.at.path, it.context));
    let mut uses = repo.facts.uses.iter();
    let mut call = || uses.find(|it| it.artifact == Artifact::TerraformModule && counts(&it.at.path, it.context));
    let resource = resource.map(|it| (it.at.clone(), it.r#type.clone()));
    resource.or_else(|| call().map(|it| (it.at.clone(), it.written.clone())))
}

/// Whether a type of resources is one of Terraform: those of others have a mark between their words.
pub(in crate::measure) fn is_of_terraform(of_type: &str) -> bool {
    !of_type.contains([':', '/', '.'])
}

/// The first infrastructure code in production that is none of Terraform.
pub(super) fn other_code(repo: &Repo) -> Option<(Location, String)> {
    let mut resources = repo.facts.resources.iter();
    let resource = resources.find(|it| !is_of_terraform(&it.r#type) && it.context == Context::Production);
    let filter = EvidenceFilter { markers: vec![MarkerKind::InfrastructureCode], ..EvidenceFilter::default() };
    let marker = || evidence::first(repo, &filter).map(|it| (it.at.clone(), evidence::words(it)));
    resource.map(|it| (it.at.clone(), it.r#type.clone())).or_else(marker)
}

/// The first object in production by which a controller of the cluster makes something outside of it.
pub(super) fn claim(repo: &Repo) -> Option<(Location, String)> {
    let markers = vec![MarkerKind::PlatformClaim, MarkerKind::ControllerResource];
    let filter = EvidenceFilter { markers, ..EvidenceFilter::default() };
    evidence::first(repo, &filter).map(|it| (it.at.clone(), evidence::words(it)))
}

/// The first command or instruction by which people provision.
pub(super) fn by_hand(repo: &Repo) -> Option<(Location, String)> {
    let markers = vec![MarkerKind::ImperativeCommand, MarkerKind::RemoteShell, MarkerKind::ConsoleInstruction];
    let filter = EvidenceFilter { markers, by_people: true, ..EvidenceFilter::default() };
    evidence::first(repo, &filter).map(|it| (it.at.clone(), evidence::words(it)))
}

/// Infrastructure code and manifests count, and so do commands that people run and instructions to use a console. A module
/// or a chart provisions nothing before somebody uses it.
pub(super) fn provisioning(repo: &Repo) -> Judged {
    let charts = repo.facts.offers.iter().filter(|it| it.artifact == Artifact::HelmChart);
    let charts: Vec<&str> = charts.map(|it| &*it.path).collect();
    let code = terraform(repo, &shared_modules(repo)).or_else(|| other_code(repo)).or_else(|| object(repo, &charts));
    match code.or_else(|| claim(repo)).or_else(|| by_hand(repo)) {
        Some((at, what)) => Judged::For { at: Some(at), what },
        None => Judged::Against { at: None, what: "nothing in it provisions".to_owned() },
    }
}

/// Whether a pipeline that people don't have to start, or a controller, applies what a repository provisions. A
/// repository that offers modules and applies none has nothing to apply; one with commands for people alone has nothing
/// that applies it.
pub(super) fn applied_by_pipeline(repo: &Repo) -> Judged {
    let first = |kind: MarkerKind| {
        let filter = EvidenceFilter { markers: vec![kind], ..EvidenceFilter::default() };
        evidence::first(repo, &filter).map(|it| Judged::For { at: Some(it.at.clone()), what: evidence::words(it) })
    };
    let is_by_hand = |pipeline: &Pipeline| starts(pipeline) == Starts::ByPeople;
    let applies = |categories: &[Category]| {
        let mut found = running(repo)
            .filter(|(pipeline, view)| categories.iter().any(|it| view.does.any(*it)) && !is_by_hand(pipeline));
        found
            .next()
            .map(|(it, _)| Judged::For { at: Some(it.at.clone()), what: "a pipeline that provisions".to_owned() })
    };
    let or_not = |found: Option<Judged>, (at, what): (Location, String)| {
        found.or_else(|| unread(repo)).unwrap_or_else(|| match calls_unseen(repo) {
            Some((at, what)) => Judged::Unknown { at: Some(at), what },
            None => Judged::Against { at: Some(at), what: format!("{what}: nothing in the repository applies it") },
        })
    };
    if let Some(code) = terraform(repo, &shared_modules(repo)) {
        let found = applies(&[Category::Provision]).or_else(|| first(MarkerKind::TerraformAutomation));
        return or_not(found, code);
    }
    if let Some(code) = other_code(repo) {
        return or_not(applies(&[Category::Provision, Category::Deploy]), code);
    }
    if let Some((at, what)) = claim(repo) {
        let found = first(MarkerKind::Gitops).or_else(|| applies(&[Category::Deploy]));
        // Who applies objects of a cluster is often told in another repository.
        return found.unwrap_or(Judged::Unknown { at: Some(at), what: format!("{what}: what applies it isn't known") });
    }
    match by_hand(repo) {
        Some((at, what)) => Judged::Against { at: Some(at), what },
        None => Judged::NotApplicable,
    }
}

/// The folders of the Terraform modules that a repository offers to others, and of those that they are made of.
pub(super) fn shared_modules(repo: &Repo) -> BTreeSet<String> {
    let offers = repo.facts.offers.iter().zip(&repo.offers);
    let shared = offers.filter(|(offer, status)| offer.artifact == Artifact::TerraformModule && status.is_shared());
    let mut folders: BTreeSet<String> = shared.map(|(offer, _)| offer.path.to_string()).collect();
    if !folders.is_empty() {
        let parts = Modules::of(&repo.facts).parts(folders.iter().map(String::as_str));
        folders.extend(parts);
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::SETTINGS;

    #[test]
    fn tables_are_sorted() {
        assert!(SETTINGS.is_sorted());
    }
}
