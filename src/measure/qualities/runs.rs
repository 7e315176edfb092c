//! Whether a repository has something that is run: an image, a chart, a workload or a function of its own.

use std::collections::BTreeSet;

use super::provisions::{is_below, shared_modules};
use super::{Judged, Seen};
use crate::facts::{Artifact, Context, MarkerKind, Use};
use crate::knowledge::classes::Class;
use crate::measure::adoption::Standing;
use crate::org::Link;
use crate::paths::{folder_of, name_of};

/// Folders of CI systems and editors: what is built in them is run by these alone; sorted.
const OF_TOOLS: &[&str] =
    &[".azuredevops", ".buildkite", ".circleci", ".devcontainer", ".github", ".gitlab", ".semaphore"];

/// A repository with an image, a chart, a workload or a function of its own. What others start from or call is none, nor
/// is the image of an action or of a developer's machine: it is run nowhere itself. An image that doesn't say what it runs
/// counts where it is published; else it serves to build or test something in. What a chart for others runs, and what tries
/// that chart out, is run where the chart is used.
pub(super) fn deployable(it: &Seen<'_>, repo: usize) -> Judged {
    let of = &it.org.repos[repo];
    let is_provider = |artifact| matches!(it.standings.get(repo, artifact), Standing::Provider { .. });
    let in_production = |artifact: Artifact| {
        of.linked_uses().filter(move |(it, _)| it.artifact == artifact && it.context == Context::Production)
    };
    let actions: BTreeSet<&str> =
        of.facts.offers.iter().filter(|it| it.artifact == Artifact::CiAction).map(|it| &*it.path).collect();
    let is_of_service = |path: &str| {
        !actions.contains(folder_of(path)) && !path.split('/').any(|it| OF_TOOLS.binary_search(&it).is_ok())
    };
    let bare = of.facts.markers.iter().filter(|it| it.kind == MarkerKind::BareImage);
    let bare: BTreeSet<&str> = bare.map(|it| &*it.at.path).collect();
    let is_published =
        |folder: &str| of.facts.offers.iter().any(|it| it.artifact == Artifact::BaseImage && *it.path == *folder);
    // What is run the image of the organisation may say that it starts from, as far as that was scanned.
    let is_of_platform = |link: &Link| {
        let asset = link.asset.as_deref().filter(|_| link.shared && !link.builds_only);
        asset.and_then(|id| it.org.assets.get(id)).is_some_and(|it| it.offered.is_some())
    };
    let is_run = |usage: &Use, link: &Link| {
        let path = &*usage.at.path;
        !bare.contains(path) || is_published(folder_of(path)) || is_of_platform(link)
    };
    // An image that ends `FROM scratch` starts from what builds it only.
    let image = || {
        let mut images = in_production(Artifact::BaseImage);
        let found = images.find(|(usage, link)| is_of_service(&usage.at.path) && is_run(usage, link));
        found.filter(|_| !is_provider(Artifact::BaseImage))
    };
    let charts = of.facts.offers.iter().zip(&of.offers);
    let charts = charts.filter(|(offer, status)| offer.artifact == Artifact::HelmChart && status.is_shared());
    let for_others: Vec<&str> = charts.map(|(offer, _)| &*offer.path).collect();
    let is_of_chart_for_others =
        |path: &str| for_others.iter().any(|it| is_below(path, it)) || !for_others.is_empty() && tries_charts_out(path);
    let workload = || {
        let mut images = in_production(Artifact::WorkloadImage);
        images.find(|(it, _)| is_of_service(&it.at.path) && !is_of_chart_for_others(&it.at.path))
    };
    let from_use = image().or_else(workload).map(|(usage, _)| (usage.at.clone(), usage.written.clone()));
    let chart = || {
        let offers = of.facts.offers.iter().zip(&of.offers);
        let mut charts = offers.filter(|(offer, status)| {
            offer.artifact == Artifact::HelmChart && offer.context == Context::Production && !status.is_shared()
        });
        charts.next().map(|(offer, _)| (offer.at.clone(), format!("the chart {}", offer.name)))
    };
    let classes = &it.rules.tables.knowledge.classes;
    let shared = shared_modules(of);
    let function = || {
        let mut functions = of.facts.resources.iter().filter(|it| {
            it.context == Context::Production
                && !shared.contains(folder_of(&it.at.path))
                && classes.of_type(&it.r#type) == Some(Class::Function)
        });
        functions.next().map(|it| (it.at.clone(), it.r#type.clone()))
    };
    match from_use.or_else(chart).or_else(function) {
        Some((at, what)) => Judged::For { at: Some(at), what },
        None => Judged::Against { at: None, what: "nothing in it is run".to_owned() },
    }
}

/// Whether a file has values for trying a chart out: `ci/*-values.yaml`, `ci-values.yaml`, `ci-*-values.yaml`, as chart-testing and those
/// who go without it name them.
pub(super) fn tries_charts_out(path: &str) -> bool {
    let name = name_of(path);
    name.starts_with("ci-") && name.contains("values")
        || folder_of(path).rsplit('/').next() == Some("ci") && name.contains("values")
}

#[cfg(test)]
mod tests {
    use super::OF_TOOLS;

    #[test]
    fn tables_are_sorted() {
        assert!(OF_TOOLS.is_sorted());
    }
}
