//! Objects of Kubernetes, and of what looks like it → what is declared, which images run, what is evidence of what, and
//! which folders controllers and tools read.
//!
//! A file is told by its content ([`by_objects`](crate::classify::by_objects)). Most objects are of kinds of which their
//! head says all; a file is parsed where one of its objects has more to say. Pipelines of Tekton and Argo Workflows are
//! read elsewhere: of those only what they are is noted here.

mod argo_cd;
mod conditions;
mod delivery;
mod flux;
mod gitops;
mod traits;
mod values;
mod workload;

use std::collections::BTreeSet;
use std::ops::Range;

use super::ci::{self, Reader};
use super::evidence;
use super::infrastructure::crossplane;
use super::objects::{self, UNKNOWN, group_and_version, objects, template_marker};
use crate::classify::{Head, heads};
use crate::facts::{Context, Facts, Managed, Marker, MarkerKind, Object, Said};
use crate::knowledge::{Knowledge, shown};
use crate::resolve::Questions;
use crate::source::SourceFile;

/// Reads a file of objects.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    let parts: Vec<Part<'_>> = heads(file.text()).map(|(at, head)| Part::of(at, head, file.knowledge())).collect();
    let told = || parts.iter().filter(|it| it.is_told).filter_map(|it| it.head.as_ref());
    if parts.iter().all(|it| it.is_told || it.head.is_none()) {
        let context = ci::context_of(file);
        facts.objects.extend(told().map(|it| of_head(it, file, context)));
        return;
    }
    let open = parts.iter().filter(|it| !it.is_told).map(|it| it.at.clone());
    ci::read_parts(file, facts, template_marker, open, |mut reader, is_whole| {
        if !is_whole {
            let context = reader.context;
            reader.facts.objects.extend(told().map(|it| of_head(it, file, context)));
        }
        for it in objects(reader.yaml) {
            object(it, &mut reader, questions);
        }
    });
}

/// A document of a file.
struct Part<'t> {
    at: Range<usize>,
    head: Option<Head<'t>>,
    /// Whether its head says all of it.
    is_told: bool,
}

impl<'t> Part<'t> {
    fn of(at: Range<usize>, head: Option<Head<'t>>, knowledge: &Knowledge) -> Self {
        Part { at, head, is_told: head.is_some_and(|it| says_all(&it, knowledge)) }
    }
}

/// The same for a file that a CI system has read: what is wrong with it was told then.
pub(crate) fn extract_beside(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    let told = facts.gaps.len();
    extract(file, facts, questions);
    facts.gaps.truncate(told);
}

/// Whether the head of an object says all that is asked of it.
fn says_all(head: &Head<'_>, knowledge: &Knowledge) -> bool {
    let (group, _) = group_and_version(head.api_version);
    // `image`, `initImage`, `baseImage`
    let may_have_images = || {
        head.has_body
            && workload::may_have_images(group, head.kind)
            && memchr::memmem::find(head.text.as_bytes(), b"mage").is_some()
    };
    head.is_whole
        && !traits::has_more_to_say(group, head.kind)
        && !delivery::has_more_to_say(group, head.kind)
        && !gitops::is_read(group, head.kind)
        && !crossplane::has_packages(group)
        && !knowledge.objects(group, head.kind).any(|it| it.reading.may_count_for(head.text))
        && !may_have_images()
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
fn object<'r>(object: objects::Object<'r>, reader: &mut Reader<'r, 'r>, questions: &mut Questions) {
    let yaml = reader.yaml;
    let known = |text: &str| if text.contains("{{") { UNKNOWN.to_owned() } else { text.to_owned() };
    let start = object.node.span().start;
    let at = yaml.file().at(start..start);
    let namespace = object.node.get("metadata").and_then(|it| yaml.text_of(it, "namespace"));
    reader.facts.objects.push(Object {
        at: at.clone(),
        group: object.group.to_owned(),
        version: object.version.to_owned(),
        kind: known(object.kind),
        name: Some(object.name).filter(|it| !it.contains("{{")).unwrap_or_default().to_owned(),
        namespace: namespace.map(known),
        managed: Managed::Raw,
        traits: traits::of(&object, yaml),
        context: reader.context,
    });
    let before = reader.facts.markers.len();
    // Of the rows for one thing the first that holds counts.
    let mut told: BTreeSet<(MarkerKind, &str)> = BTreeSet::new();
    for row in yaml.file().knowledge().objects(object.group, object.kind) {
        if told.contains(&(row.marker, row.tool.as_str())) {
            continue;
        }
        let Some(found) = row.reading.read(object.node) else { continue };
        told.insert((row.marker, &row.tool));
        let mut marker = Marker::of(at.clone(), row.marker, &row.tool, reader.context);
        marker.name = Some(object.name).filter(|it| !it.is_empty()).map(|it| shown(it).into_owned());
        found.put_in(&mut marker);
        let name = marker.name.clone();
        reader.facts.offers.extend(evidence::offer(row.marker, &row.tool, name, at.clone(), reader.context));
        evidence::uses_of_object(row, object.node, yaml.file(), reader.facts);
        reader.facts.markers.push(marker);
    }
    // Whoever deploys the chart decides whether it is made.
    if yaml.is_template && reader.facts.markers.len() > before {
        for demand in conditions::demands_at(yaml.file().text(), start) {
            reader.facts.markers[before..].iter_mut().for_each(|it| it.say(Said::Condition, demand.to_string()));
        }
    }
    delivery::ask(object, yaml, questions);
    workload::images(object, reader);
    gitops::uses(object, reader);
    crossplane::packages(object, reader);
}
