//! Objects of Kubernetes, and of what looks like it → what is declared, which images run, what is evidence of what.
//!
//! A file is told by its content ([`by_objects`](crate::classify::by_objects)). Most objects are of kinds of which their
//! head says all; a file is parsed where one of its objects has more to say. What runs pipelines (Tekton, Argo Workflows)
//! is read elsewhere.

mod workload;

use std::collections::BTreeSet;

use super::ci::{self, Reader};
use super::infrastructure::crossplane;
use super::objects::{self, UNKNOWN, group_and_version, objects, template_marker};
use crate::classify::{Head, heads};
use crate::facts::{Context, Facts, Managed, Marker, Object, ObjectTrait};
use crate::knowledge::Knowledge;
use crate::source::SourceFile;

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    if heads(file.text()).all(|it| says_all(&it, file.knowledge())) {
        let context = match file.context() {
            Context::Production if ci::is_generated(file.text()) => Context::Generated,
            context => context,
        };
        facts.objects.extend(heads(file.text()).map(|it| of_head(&it, file, context)));
        return;
    }
    ci::read_marked(file, facts, template_marker, |mut reader| {
        for it in objects(reader.yaml) {
            object(it, &mut reader);
        }
    });
}

/// Whether the head of an object says all that is asked of it.
fn says_all(head: &Head<'_>, knowledge: &Knowledge) -> bool {
    let (group, _) = group_and_version(head.api_version);
    head.is_whole
        && !(group.is_empty() && head.kind == "Secret")
        && !crossplane::has_packages(group)
        && knowledge.objects(group, head.kind).next().is_none()
        && memchr::memmem::find(head.text.as_bytes(), b"mage").is_none()
}

/// An object of which its head says all.
fn of_head(head: &Head<'_>, file: &SourceFile<'_>, context: Context) -> Object {
    let (group, version) = group_and_version(head.api_version);
    Object {
        at: file.at(head.at..head.at),
        group: group.to_owned(),
        version: version.to_owned(),
        kind: head.kind.to_owned(),
        name: head.name.to_owned(),
        namespace: head.namespace.map(str::to_owned),
        managed: Managed::Raw,
        traits: BTreeSet::new(),
        context,
    }
}

/// An object, with all that it shows.
fn object<'r>(object: objects::Object<'r>, reader: &mut Reader<'r, 'r>) {
    let yaml = reader.yaml;
    let known = |text: &str| if text.contains("{{") { UNKNOWN.to_owned() } else { text.to_owned() };
    let start = object.node.span().start;
    let at = yaml.file().at(start..start);
    let mut traits = BTreeSet::new();
    if yaml.is_template {
        traits.insert(ObjectTrait::Templated);
    }
    let namespace = object.node.get("metadata").and_then(|it| yaml.text_of(it, "namespace"));
    reader.facts.objects.push(Object {
        at: at.clone(),
        group: object.group.to_owned(),
        version: object.version.to_owned(),
        kind: known(object.kind),
        name: Some(object.name).filter(|it| !it.contains("{{")).unwrap_or_default().to_owned(),
        namespace: namespace.map(known),
        managed: Managed::Raw,
        traits,
        context: reader.context,
    });
    for row in yaml.file().knowledge().objects(object.group, object.kind) {
        let Some(found) = row.reading.read(object.node) else { continue };
        let mut marker = Marker::of(at.clone(), row.marker, &row.tool, reader.context);
        marker.name = Some(object.name).filter(|it| !it.is_empty()).map(known);
        found.put_in(&mut marker);
        reader.facts.markers.push(marker);
    }
    workload::images(object, reader);
    crossplane::packages(object, reader);
}
