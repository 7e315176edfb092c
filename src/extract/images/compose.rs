//! Compose files: the images that services run and that are not built here.
//!
//! A service with `build` makes its image: what it is called is no use of it. Variables are put in as compose does it,
//! with their defaults; those of the `.env` beside the file are a question. Services that extensions (`x-…`), anchors
//! and `extends` give their image have it where it is written. Files that others include or extend are read with them,
//! whatever they are called.

use std::collections::BTreeSet;

use super::{builder, reference};
use crate::classify::FileKind;
use crate::extract::ci::{self, Reader};
use crate::extract::dockerfile;
use crate::facts::{Artifact, GapReason};
use crate::origin::Origin;
use crate::origin::terraform::resolve;
use crate::resolve::Questions;
use crate::resolve::values::Variables;
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

/// Adds the images of a compose file.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut crate::facts::Facts, questions: &mut Questions) {
    ci::read_marked(
        file,
        facts,
        |_| None,
        |mut reader| {
            let roots: Vec<Node<'_>> = reader.yaml.documents.roots().map(Node::resolved).collect();
            for root in &roots {
                if root.kind() == Kind::Mapping {
                    document(&mut reader, *root, questions);
                } else if !root.is_null() && !reader.yaml.is_broken {
                    reader.yaml.wrong_shape(Some(*root), "a compose file is a mapping", reader.facts);
                }
            }
        },
    );
}

fn document<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>, questions: &mut Questions) {
    let file = reader.yaml.file();
    let services = match root.get("services") {
        Some(services) if services.is_null() => Vec::new(),
        Some(services) if services.resolved().kind() == Kind::Mapping => services.entries(),
        Some(services) => {
            return reader.yaml.wrong_shape(Some(services), "services is not a mapping", reader.facts);
        }
        None => first_version(root),
    };
    let mut asks = false;
    for (name, service) in &services {
        if service.resolved().kind() != Kind::Mapping {
            let detail = format!("service {} is not a mapping", name.text().unwrap_or_default());
            reader.yaml.wrong_shape(Some(*service), detail, reader.facts);
            continue;
        }
        if let Some(build) = build_of(&services, *service) {
            inline(reader, build);
            if ["tags", "additional_contexts"].iter().any(|it| build.get(it).is_some())
                || service.get("image").is_some()
            {
                questions.ask_images();
            }
        } else if let Some(image) = service.get("image").filter(|it| !it.is_null()) {
            let Some(text) = reader.yaml.text(image) else {
                reader.yaml.wrong_shape(Some(image), "image is no text", reader.facts);
                continue;
            };
            if text.trim().is_empty() {
                continue;
            }
            asks |= text.contains('$');
            reader.add(image, Artifact::ComposeImage, image_of(text, &Variables::default()));
        }
        if let Some(extended) = service.get("extends").and_then(|it| it.get("file")).and_then(Node::text) {
            include(extended, file, questions);
        }
    }
    if asks {
        questions.ask_compose(file.path());
    }
    for item in root.get("include").into_iter().flat_map(Node::items) {
        let path = item.get("path").unwrap_or(item);
        for path in path.text().map(|_| path).into_iter().chain(path.items()) {
            let Some(text) = path.text() else { continue };
            if !include(text, file, questions) {
                let detail = "a compose file from elsewhere is not read";
                reader.facts.gap(file.at(path.span()), GapReason::Unresolved, detail);
            }
        }
    }
}

/// What an image of a compose file says, with these variables.
pub(crate) fn image_of(text: &str, variables: &Variables) -> crate::origin::Reference {
    if !text.contains('$') {
        return reference(text);
    }
    let found = reference(&variables.interpolated(text));
    match found.origin {
        // What is empty without its variables is an image with them.
        Origin::Invalid { .. } => {
            let prefix = text.split('$').next().unwrap_or_default();
            crate::origin::Reference::dynamic(prefix, "its variables have no value here")
        }
        Origin::Image { .. }
        | Origin::Dynamic { .. }
        | Origin::Local { .. }
        | Origin::Repo { .. }
        | Origin::Registry { .. }
        | Origin::Url { .. }
        | Origin::ServerSide { .. } => found,
    }
}

/// The services of a file of the first version, which has them at its top: all that is there is a service.
fn first_version<'r>(root: Node<'r>) -> Vec<(Node<'r>, Node<'r>)> {
    let entries = root.entries();
    let is_service = |it: Node<'_>| ["image", "build", "extends"].iter().any(|key| it.get(key).is_some());
    let is_first = root.get("version").is_none() && entries.iter().all(|(_, it)| is_service(*it));
    if is_first { entries } else { Vec::new() }
}

/// How a service is built: by itself, or as the service of this file that it extends.
fn build_of<'r>(services: &[(Node<'r>, Node<'r>)], service: Node<'r>) -> Option<Node<'r>> {
    let mut service = service;
    let mut seen = BTreeSet::new();
    loop {
        if let Some(build) = service.get("build").filter(|it| !it.is_null()) {
            return Some(build);
        }
        let extends = service.get("extends")?;
        if extends.get("file").is_some() {
            return None;
        }
        let name = extends.text().or_else(|| extends.get("service")?.text())?;
        if !seen.insert(name) {
            return None;
        }
        service = services.iter().find(|(key, _)| key.text() == Some(name))?.1;
    }
}

/// The images of a Dockerfile that stands in the file.
fn inline<'r>(reader: &mut Reader<'r, 'r>, build: Node<'r>) {
    let Some((node, text)) = build.get("dockerfile_inline").and_then(|it| Some((it, it.text()?))) else { return };
    let file = reader.yaml.file();
    let span = node.resolved().span();
    let mut from = span.start;
    // Dollars are doubled there, for compose puts in variables.
    for base in dockerfile::bases(&text.replace("$$", "$")) {
        let written = if text.contains("$$") { base.written.replace('$', "$$") } else { base.written };
        let source = file.text().get(from..span.end).unwrap_or("");
        let place = source.find(&written).map_or(span.clone(), |at| from + at..from + at + written.len());
        if place != span {
            from = place.end;
        }
        if base.is_builder {
            let marker = builder(file.at(place.clone()), reader.context);
            reader.facts.markers.push(marker);
        }
        reader.add_at(place, &written, Artifact::BaseImage, base.reference);
    }
}

/// Asks for a file that another is made of; false where it is none of the repository.
fn include(path: &str, file: &SourceFile<'_>, questions: &mut Questions) -> bool {
    let is_elsewhere =
        path.contains("://") || path.starts_with("oci:") || path.starts_with("git@") || path.contains('$');
    if is_elsewhere {
        return false;
    }
    let path = resolve(file.folder(), path);
    if !path.starts_with("..") {
        questions.ask_include(&path, FileKind::ComposeFile);
    }
    true
}
