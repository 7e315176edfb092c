//! Argo CD: the sources of an Application, and of the template of an ApplicationSet and of its generators.

use super::gitops::{add_chart, in_repository, of_cluster, of_helm_repository};
use crate::extract::ci::Reader;
use crate::facts::Artifact;
use crate::origin::{Version, WhyNot};
use crate::syntax::yaml::Node;

/// How deep generators hold generators (`matrix`, `merge`).
const MAX_DEPTH: usize = 6;

/// Adds the sources of an application: `sources` take the place of `source`.
pub(super) fn application<'r>(spec: Node<'r>, reader: &mut Reader<'r, 'r>) {
    let several: Vec<Node<'r>> = spec.get("sources").into_iter().flat_map(|it| it.resolved().items()).collect();
    if several.is_empty() {
        spec.get("source").into_iter().for_each(|it| source(it, reader));
    }
    several.into_iter().for_each(|it| source(it, reader));
}

/// Adds the sources of what a set makes applications from.
pub(super) fn application_set<'r>(spec: Node<'r>, reader: &mut Reader<'r, 'r>) {
    templated(spec, reader);
    generators(spec, MAX_DEPTH, reader);
}

fn templated<'r>(node: Node<'r>, reader: &mut Reader<'r, 'r>) {
    if let Some(spec) = node.get("template").and_then(|it| it.get("spec")) {
        application(spec, reader);
    }
}

/// A generator may have a template of its own, which is laid over the set's.
fn generators<'r>(node: Node<'r>, depth: usize, reader: &mut Reader<'r, 'r>) {
    if depth == 0 {
        return;
    }
    let list = node.get("generators").into_iter().flat_map(|it| it.resolved().items());
    for (_, generator) in list.flat_map(Node::entries) {
        templated(generator, reader);
        generators(generator, depth - 1, reader);
    }
}

fn source<'r>(node: Node<'r>, reader: &mut Reader<'r, 'r>) {
    let yaml = reader.yaml;
    let of = |key| yaml.text_of(node, key);
    let (Some(at), Some(url)) = (node.get("repoURL"), of("repoURL")) else { return };
    let (revision, path) = (of("targetRevision"), of("path"));
    let is_oci = url.starts_with("oci://");
    if let Some((chart_at, chart)) = node.get("chart").zip(of("chart")) {
        // Without a scheme it is a registry.
        let is_url = url.contains("://") || url.contains("{{") || url.contains("${");
        let repository = if is_url { url.to_owned() } else { format!("oci://{url}") };
        add_chart(chart_at, url, of_helm_repository(&repository, chart, revision), reader);
    } else if is_oci {
        // A chart, or manifests: values are for the former.
        let reference = of_cluster(url, None, revision);
        if node.get("helm").is_some() {
            add_chart(at, url, reference, reader);
        } else {
            let reference = crate::origin::Reference::of(reference);
            reader.add_at(at.span(), url, Artifact::KustomizeBase, reference);
        }
    } else if path.is_some() || of("ref").is_none() {
        // A source that is only referred to gives files with values, and nothing that is applied.
        let reference = in_repository(url, path.unwrap_or(""), Version::git(revision));
        let is_chart = node.get("helm").is_some_and(|it| !it.is_null());
        let artifact = if is_chart { Artifact::HelmChart } else { Artifact::KustomizeBase };
        reader.add_at(at.span(), url, artifact, reference);
    }
    let images = node.get("kustomize").and_then(|it| it.get("images"));
    for image in images.into_iter().flat_map(|it| it.resolved().items()) {
        let Some(text) = yaml.text(image) else { continue };
        // `old=new:tag`, or `name:tag`.
        let text = text.split_once('=').map_or(text, |(_, new)| new);
        let reference = crate::origin::image::parse(text).unwrap_or_else(|WhyNot { reason, version }| {
            crate::origin::Reference { origin: crate::origin::Origin::Invalid { reason: reason.to_owned() }, version }
        });
        reader.add(image, Artifact::WorkloadImage, reference);
    }
}
