//! Objects that bring charts, and manifests from elsewhere, into a cluster: one function a kind, or a module where a tool
//! has several.
//!
//! A chart in a repository is used like one of a registry: its repository, and the folder in it.

use super::{argo_cd, flux};
use crate::extract::ci::Reader;
use crate::extract::kustomization::inflated;
use crate::extract::objects::Object;
use crate::facts::Artifact;
use crate::origin::chart::{self, Place, named};
use crate::origin::{Origin, Parsed, Reference, Version, git};
use crate::syntax::yaml::Node;
use crate::words::{Shapes, shapes_of_keys};

/// The kinds that are read here, by group; sorted. Skaffold's files look like objects, and so do those of generators of
/// kustomize, whose API version has no group.
const KINDS: &[(&str, &str)] = &[
    ("", "HelmChartInflationGenerator"),
    ("addons.cluster.x-k8s.io", "HelmChartProxy"),
    ("argoproj.io", "Application"),
    ("argoproj.io", "ApplicationSet"),
    ("config.projectsveltos.io", "ClusterProfile"),
    ("config.projectsveltos.io", "Profile"),
    ("fleet.cattle.io", "GitRepo"),
    ("helm.cattle.io", "HelmChart"),
    ("helm.crossplane.io", "Release"),
    ("helm.m.crossplane.io", "Release"),
    ("helm.toolkit.fluxcd.io", "HelmRelease"),
    ("kustomize.toolkit.fluxcd.io", "Kustomization"),
    ("skaffold", "Config"),
    ("source.toolkit.fluxcd.io", "GitRepository"),
    ("source.toolkit.fluxcd.io", "HelmChart"),
    ("source.toolkit.fluxcd.io", "HelmRepository"),
    ("source.toolkit.fluxcd.io", "OCIRepository"),
];

/// What the kinds in [`KINDS`] look like.
static SHAPES_OF_KINDS: Shapes = shapes_of_keys!(KINDS, 1);

/// Whether objects of a kind say more here than their heads.
pub(super) fn is_read(group: &str, kind: &str) -> bool {
    SHAPES_OF_KINDS.may_have(kind) && KINDS.binary_search(&(group, kind)).is_ok()
}

/// Adds what an object brings in.
pub(super) fn uses<'r>(object: Object<'r>, reader: &mut Reader<'r, 'r>) {
    let spec = object.node.get("spec");
    match (object.group, object.kind, spec) {
        ("", "HelmChartInflationGenerator", _) => {
            let home = reader.yaml.text_of(object.node, "chartHome");
            let keys = if object.node.get("chartName").is_some() {
                ["chartName", "chartRepoUrl", "chartVersion"]
            } else {
                ["name", "repo", "version"]
            };
            inflated(reader.yaml, object.node, keys, home, reader.facts);
        }
        ("argoproj.io", "Application", Some(spec)) => argo_cd::application(spec, reader),
        ("argoproj.io", "ApplicationSet", Some(spec)) => argo_cd::application_set(spec, reader),
        ("addons.cluster.x-k8s.io", "HelmChartProxy", Some(spec)) => {
            release(spec, ["chartName", "repoURL", "version"], reader);
        }
        ("config.projectsveltos.io", "ClusterProfile" | "Profile", Some(spec)) => {
            for chart in spec.get("helmCharts").iter().flat_map(|it| it.resolved().items()) {
                sveltos(chart, reader);
            }
        }
        ("fleet.cattle.io", "GitRepo", Some(spec)) => fleet(spec, reader),
        ("helm.cattle.io", "HelmChart", Some(spec)) => release(spec, ["chart", "repo", "version"], reader),
        ("helm.crossplane.io" | "helm.m.crossplane.io", "Release", Some(spec)) => {
            if let Some(chart) = spec.get("forProvider").and_then(|it| it.get("chart")) {
                let keys = if chart.get("url").is_some_and(|it| !it.is_null()) {
                    ["url", "", "version"]
                } else {
                    ["name", "repository", "version"]
                };
                release(chart, keys, reader);
            }
        }
        ("skaffold", _, _) => skaffold(object.node, reader),
        ("helm.toolkit.fluxcd.io" | "kustomize.toolkit.fluxcd.io" | "source.toolkit.fluxcd.io", _, Some(spec)) => {
            flux::uses(object, spec, reader);
        }
        _ => {}
    }
}

/// A chart that is named with its repository and version, under these keys of a mapping.
fn release<'r>(node: Node<'r>, [chart, repository, version]: [&str; 3], reader: &mut Reader<'r, 'r>) {
    let yaml = reader.yaml;
    let Some((at, name)) = node.get(chart).and_then(|it| Some((it, yaml.text(it).filter(|it| !it.is_empty())?))) else {
        return;
    };
    let (repository, version) = (yaml.text_of(node, repository), yaml.text_of(node, version));
    add_chart(at, repository.unwrap_or(name), of_cluster(name, repository, version), reader);
}

/// A chart as something that runs in a cluster takes it: it has no folder of the repository.
pub(super) fn of_cluster(chart: &str, repository: Option<&str>, version: Option<&str>) -> Parsed {
    named(chart, repository, version, &Place { folder: None, alias: &|_| None, has_chart: &|_| false })
}

/// Adds a chart.
pub(super) fn add_chart<'r>(at: Node<'r>, written: &str, parsed: Parsed, reader: &mut Reader<'r, 'r>) {
    reader.add_at(at.resolved().span(), written, Artifact::HelmChart, Reference::of(parsed));
}

/// A folder of a repository at a ref. Of a folder that only a template tells the part before that is known.
pub(super) fn in_repository(url: &str, path: &str, version: Version) -> Reference {
    let open = |text: &str| text.find("{{").into_iter().chain(text.find("${")).min();
    if let Some(start) = open(url) {
        return Reference::dynamic(&url[..start], "filled in by a template");
    }
    let path = match open(path) {
        Some(start) => path[..start].rsplit_once('/').map_or("", |(folder, _)| folder),
        None => path,
    };
    let path = crate::origin::path::joined("", path.trim_start_matches('/'));
    let version = match version.reference.as_deref().and_then(open) {
        Some(_) => Version { pin: crate::origin::Pin::Dynamic, ..version },
        None => version,
    };
    match git::parse(url) {
        Some(git::GitUrl { host, owner, name }) => {
            Reference { origin: Origin::Repo { host, owner, name, path }, version }
        }
        None => Reference { origin: Origin::Invalid { reason: "not the address of a repository".to_owned() }, version },
    }
}

/// `repositoryName` is the name that the repository has in `chartName`.
fn sveltos<'r>(chart: Node<'r>, reader: &mut Reader<'r, 'r>) {
    let yaml = reader.yaml;
    let of = |key| yaml.text_of(chart, key);
    let (Some(at), Some(name)) = (chart.get("chartName"), of("chartName")) else { return };
    let bare = of("repositoryName").and_then(|it| name.strip_prefix(it)?.strip_prefix('/')).unwrap_or(name);
    let url = of("repositoryURL");
    add_chart(at, url.unwrap_or(name), of_cluster(bare, url, of("chartVersion")), reader);
}

/// The folders of a repository that Fleet brings into clusters; all of it where none is named.
fn fleet<'r>(spec: Node<'r>, reader: &mut Reader<'r, 'r>) {
    let yaml = reader.yaml;
    let (Some(at), Some(url)) = (spec.get("repo"), yaml.text_of(spec, "repo")) else { return };
    let version = Version::git(yaml.text_of(spec, "revision").or_else(|| yaml.text_of(spec, "branch")));
    let paths: Vec<Node<'r>> = spec.get("paths").into_iter().flat_map(|it| it.resolved().items()).collect();
    if paths.is_empty() {
        reader.add_at(at.span(), url, Artifact::KustomizeBase, in_repository(url, "", version));
        return;
    }
    for path in paths {
        let folder = yaml.text(path).unwrap_or("");
        let reference = in_repository(url, folder, version.clone());
        reader.add_at(path.resolved().span(), folder, Artifact::KustomizeBase, reference);
    }
}

/// `deploy.helm.releases` and `manifests.helm.releases`, also of profiles: a chart of the repository by its folder, or
/// one from elsewhere, with a `repo` or named as commands name it.
fn skaffold<'r>(root: Node<'r>, reader: &mut Reader<'r, 'r>) {
    let yaml = reader.yaml;
    let profiles = root.get("profiles").into_iter().flat_map(|it| it.resolved().items());
    for it in std::iter::once(root).chain(profiles) {
        let lists = ["deploy", "manifests"].into_iter().filter_map(|key| it.get(key)?.get("helm")?.get("releases"));
        for release in lists.flat_map(|it| it.resolved().items()) {
            let (repository, version) = (yaml.text_of(release, "repo"), yaml.text_of(release, "version"));
            let folder = yaml.file().folder();
            if let Some((at, path)) = release.get("chartPath").and_then(|it| Some((it, yaml.text(it)?))) {
                let path = if path.starts_with(['.', '/', '{', '$']) { path.to_owned() } else { format!("./{path}") };
                let place = Place { folder: Some(folder), alias: &|_| None, has_chart: &|_| false };
                add_chart(at, &path, named(&path, None, None, &place), reader);
            } else if let Some((at, name)) = release.get("remoteChart").and_then(|it| Some((it, yaml.text(it)?))) {
                add_chart(at, repository.unwrap_or(name), of_cluster(name, repository, version), reader);
            }
        }
    }
}

/// What a chart of a Helm repository of this URL is.
pub(super) fn of_helm_repository(url: &str, chart: &str, version: Option<&str>) -> Parsed {
    chart::parse(Some(url), chart, version, "")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted() {
        assert!(super::KINDS.is_sorted());
    }
}
