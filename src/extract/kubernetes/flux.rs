//! Flux: releases of charts and kustomizations, which name the source that they take things from, and the sources.
//!
//! A source may be declared in any file, and an organisation may keep its sources in one repository for all: what is
//! named is told as `kind/namespace/name/chart or folder`, and joined to its source when all files are known
//! ([`sources`](crate::facts::sources)).

use super::gitops::add_chart;
use crate::extract::ci::Reader;
use crate::extract::kustomization::replaced_image;
use crate::extract::objects::Object;
use crate::facts::{Artifact, Source, SourceKind};
use crate::origin::path::joined;
use crate::origin::{Origin, Pin, Reference, Version, image, terraform};
use crate::syntax::yaml::Node;

/// Adds what an object of Flux uses, or that it is a source.
pub(super) fn uses<'r>(object: Object<'r>, spec: Node<'r>, reader: &mut Reader<'r, 'r>) {
    match object.kind {
        "GitRepository" => source(object, spec, SourceKind::GitRepository, reader),
        "HelmRepository" => source(object, spec, SourceKind::HelmRepository, reader),
        "OCIRepository" => source(object, spec, SourceKind::OciRepository, reader),
        // A chart as an object of its own, which releases name.
        "HelmChart" => chart(object, spec, reader),
        "HelmRelease" => release(object, spec, reader),
        "Kustomization" => kustomization(object, spec, reader),
        _ => {}
    }
}

fn source<'r>(object: Object<'r>, spec: Node<'r>, kind: SourceKind, reader: &mut Reader<'r, 'r>) {
    let yaml = reader.yaml;
    let Some(url) = yaml.text_of(spec, "url") else { return };
    let asked = |key| spec.get("ref").and_then(|it| yaml.text_of(it, key));
    let git_ref = asked("commit").or(asked("name")).or(asked("tag")).or(asked("branch"));
    let version = match kind {
        SourceKind::HelmRepository => Version::only(Pin::Default),
        _ if asked("digest").is_some() => Version {
            pin: Pin::Digest,
            reference: asked("tag").map(str::to_owned),
            digest: asked("digest").map(str::to_owned),
            constraint: None,
        },
        // A range counts before a tag and a branch.
        _ if asked("semver").is_some() && asked("commit").is_none() => Version::range(asked("semver")),
        SourceKind::GitRepository if asked("commit").or(asked("name")).or(asked("tag")).is_none() => {
            // Flux takes `master` where nothing is asked for.
            let pin = if git_ref.is_some() { Pin::Branch } else { Pin::Default };
            Version { reference: git_ref.map(str::to_owned), ..Version::only(pin) }
        }
        SourceKind::GitRepository => Version::git(git_ref),
        SourceKind::OciRepository => {
            let pin = asked("tag").map_or(Pin::Default, image::pin_of_tag);
            Version { reference: asked("tag").map(str::to_owned), ..Version::only(pin) }
        }
    };
    let url = match kind {
        SourceKind::HelmRepository if yaml.text_of(spec, "type") == Some("oci") && !url.contains("://") => {
            format!("oci://{url}")
        }
        _ => terraform::redact(url).into_owned(),
    };
    let start = object.node.span().start;
    reader.facts.sources.push(Source {
        at: yaml.file().at(start..start),
        kind,
        name: object.name.to_owned(),
        namespace: namespace(object, reader).map(str::to_owned),
        url,
        version,
        context: reader.context,
    });
}

fn namespace<'r>(object: Object<'r>, reader: &Reader<'r, 'r>) -> Option<&'r str> {
    object.node.get("metadata").and_then(|it| reader.yaml.text_of(it, "namespace"))
}

/// What a reference to a source leads to; `rest` is the chart, or the folder.
fn named<'r>(object: Object<'r>, reference: Node<'r>, rest: &str, reader: &Reader<'r, 'r>) -> Option<Origin> {
    let yaml = reader.yaml;
    let kind = SourceKind::of(yaml.text_of(reference, "kind")?)?;
    let name = yaml.text_of(reference, "name")?;
    let namespace = yaml.text_of(reference, "namespace").or_else(|| namespace(object, reader)).unwrap_or("");
    if [name, namespace].iter().any(|it| it.contains('/') || it.contains("{{") || it.contains("${")) {
        return Some(Reference::dynamic("", "the name of the source is filled in by a template").origin);
    }
    Some(Origin::ServerSide { name: format!("{}/{namespace}/{name}/{rest}", kind.id()) })
}

fn chart<'r>(object: Object<'r>, spec: Node<'r>, reader: &mut Reader<'r, 'r>) {
    let yaml = reader.yaml;
    let (Some((at, chart)), Some(reference)) =
        (spec.get("chart").zip(yaml.text_of(spec, "chart")), spec.get("sourceRef"))
    else {
        return;
    };
    let path = joined("", chart);
    let Some(origin) = named(object, reference, &path, reader) else { return };
    let version = match yaml.text_of(spec, "version") {
        Some(version) if version.contains("{{") || version.contains("${") => {
            Version { constraint: Some(version.to_owned()), ..Version::only(Pin::Dynamic) }
        }
        version => Version::range(version),
    };
    add_chart(at, chart, Ok(Reference { origin, version }), reader);
}

/// A release has a chart of its own, or names one: an OCI artifact, or an object, which is the use then.
fn release<'r>(object: Object<'r>, spec: Node<'r>, reader: &mut Reader<'r, 'r>) {
    if let Some(spec) = spec.get("chart").and_then(|it| it.get("spec")) {
        return chart(object, spec, reader);
    }
    let Some(reference) = spec.get("chartRef") else { return };
    let Some(at) = reference.get("name") else { return };
    if let Some(origin) = named(object, reference, "", reader) {
        let written = reader.yaml.text(at).unwrap_or("");
        add_chart(at, written, Ok(Reference { origin, version: Version::only(Pin::Default) }), reader);
    }
}

fn kustomization<'r>(object: Object<'r>, spec: Node<'r>, reader: &mut Reader<'r, 'r>) {
    let yaml = reader.yaml;
    for image in spec.get("images").into_iter().flat_map(|it| it.resolved().items()) {
        replaced_image(yaml, image, reader.facts);
    }
    let Some(reference) = spec.get("sourceRef") else { return };
    let path = yaml.text_of(spec, "path").unwrap_or("");
    // Of a folder that only substitution tells the part before it is known.
    let known = path.find("${").into_iter().chain(path.find("{{")).min();
    let known = known.map_or(path, |at| path[..at].rsplit_once('/').map_or("", |(folder, _)| folder));
    let Some(origin) = named(object, reference, &joined("", known.trim_start_matches('/')), reader) else { return };
    let Some(at) = spec.get("path").filter(|it| !it.is_null()).or_else(|| reference.get("name")) else { return };
    let written = if path.is_empty() { yaml.text(at).unwrap_or("") } else { path };
    let reference = Reference { origin, version: Version::only(Pin::Default) };
    reader.add_at(at.resolved().span(), written, Artifact::KustomizeBase, reference);
}
