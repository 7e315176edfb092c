//! Resources that run containers: the images that they name.
//!
//! An image that another resource pulls or builds is told there. What variables decide is told as open, as far as the
//! text goes; no gap is noted for it, for most modules leave the image to their callers.

use std::ops::Range;

use crate::extract::ci::add_use;
use crate::facts::{Artifact, Context, Facts};
use crate::origin::{Origin, Reference, image};
use crate::source::SourceFile;
use crate::syntax::hcl::evaluate::{Alternative, Nothing, alternatives};
use crate::syntax::hcl::expression::Expression;
use crate::syntax::hcl::{Attribute, Block, Body, scan_list, scan_object};
use crate::syntax::yaml;

/// Where a type of resource has its images.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// In an attribute of its own, or of blocks of one of these kinds within.
    In(&'static [&'static str], &'static str),
    /// In the `image` of each object of a list, which is an attribute's value in JSON.
    Json(&'static str),
}

const KUBERNETES: Place = Place::In(&["container", "init_container"], "image");

/// Types of resources that run images; sorted. Those of Kubernetes with a version are looked up without.
const TYPES: &[(&str, Artifact, Place)] = &[
    ("aws_apprunner_service", Artifact::WorkloadImage, Place::In(&["image_repository"], "image_identifier")),
    ("aws_batch_job_definition", Artifact::WorkloadImage, Place::Json("container_properties")),
    ("aws_codebuild_project", Artifact::CiImage, Place::In(&["environment"], "image")),
    ("aws_ecs_task_definition", Artifact::WorkloadImage, Place::Json("container_definitions")),
    ("aws_lambda_function", Artifact::WorkloadImage, Place::In(&[], "image_uri")),
    ("azurerm_container_app", Artifact::WorkloadImage, KUBERNETES),
    ("azurerm_container_app_job", Artifact::WorkloadImage, KUBERNETES),
    ("azurerm_container_group", Artifact::WorkloadImage, KUBERNETES),
    ("docker_container", Artifact::WorkloadImage, Place::In(&[], "image")),
    ("docker_image", Artifact::WorkloadImage, Place::In(&[], "name")),
    ("docker_service", Artifact::WorkloadImage, Place::In(&["container_spec"], "image")),
    ("google_cloud_run_service", Artifact::WorkloadImage, Place::In(&["containers"], "image")),
    ("google_cloud_run_v2_job", Artifact::WorkloadImage, Place::In(&["containers"], "image")),
    ("google_cloud_run_v2_service", Artifact::WorkloadImage, Place::In(&["containers"], "image")),
    ("kubernetes_cron_job", Artifact::WorkloadImage, KUBERNETES),
    ("kubernetes_daemon_set", Artifact::WorkloadImage, KUBERNETES),
    ("kubernetes_daemonset", Artifact::WorkloadImage, KUBERNETES),
    ("kubernetes_deployment", Artifact::WorkloadImage, KUBERNETES),
    ("kubernetes_job", Artifact::WorkloadImage, KUBERNETES),
    ("kubernetes_pod", Artifact::WorkloadImage, KUBERNETES),
    ("kubernetes_replication_controller", Artifact::WorkloadImage, KUBERNETES),
    ("kubernetes_stateful_set", Artifact::WorkloadImage, KUBERNETES),
];

/// How deep blocks are followed.
const MAX_DEPTH: usize = 12;

/// Adds the images of a resource of this type.
pub(super) fn add(
    file: &SourceFile<'_>,
    context: Context,
    body: &Body<'_>,
    block: &Block<'_>,
    kind: &str,
    facts: &mut Facts,
) {
    let kind = match kind.strip_prefix("kubernetes_").and_then(|it| it.rsplit_once("_v")) {
        Some((_, version)) if version.bytes().all(|it| it.is_ascii_digit()) => &kind[..kind.len() - version.len() - 2],
        _ => kind,
    };
    let Ok(row) = TYPES.binary_search_by_key(&kind, |(it, ..)| it) else { return };
    let (_, artifact, place) = TYPES[row];
    let mut reader = Reader { file, context, artifact, facts };
    match place {
        Place::In([], name) => {
            // An image that is built here is made, not used.
            if !body.children(block).any(|it| it.kind == "build") {
                body.attribute(block, name).into_iter().for_each(|it| reader.attribute(it));
            }
        }
        Place::In(kinds, name) => within(body, block, kinds, name, 0, &mut |it| reader.attribute(it)),
        Place::Json(name) => body.attribute(block, name).into_iter().for_each(|it| reader.json(it)),
    }
}

fn within<'b, 'a>(
    body: &'b Body<'a>,
    block: &Block<'a>,
    kinds: &[&str],
    name: &str,
    depth: usize,
    then: &mut dyn FnMut(&'b Attribute<'a>),
) {
    if depth > MAX_DEPTH {
        return;
    }
    for child in body.children(block) {
        if kinds.contains(&child.kind) {
            body.attribute(child, name).into_iter().for_each(&mut *then);
        }
        within(body, child, kinds, name, depth + 1, then);
    }
}

struct Reader<'a, 'f> {
    file: &'a SourceFile<'f>,
    context: Context,
    artifact: Artifact,
    facts: &'a mut Facts,
}

impl Reader<'_, '_> {
    fn attribute(&mut self, attribute: &Attribute<'_>) {
        if attribute.damaged {
            return;
        }
        let written = without_quotes(attribute.value);
        self.value(&attribute.expression(), attribute.value_span.clone(), written);
    }

    fn value(&mut self, value: &Expression, span: Range<usize>, written: &str) {
        if let Expression::Reference { root, .. } = value
            && root.starts_with("docker_")
        {
            // Told with the resource that pulls it.
            return;
        }
        for it in alternatives(value, &Nothing) {
            let found = match it {
                Alternative::Null => continue,
                Alternative::Text(text) if text.trim().is_empty() => continue,
                Alternative::Text(text) => Reference::of(image::parse(&text)),
                Alternative::Open { prefix, shown, reason } => {
                    let is_text = matches!(value, Expression::Template(_));
                    let text = if is_text { written.to_owned() } else { shown.replace('…', "${…}") };
                    match Reference::of(image::parse(&text)) {
                        named @ Reference { origin: Origin::Image { .. }, .. } => named,
                        _ => Reference::dynamic(prefix, reason),
                    }
                }
            };
            add_use(self.facts, self.file.at(span.clone()), self.artifact, written, found, self.context, true);
        }
    }

    /// An attribute in JSON: written out, or what `jsonencode` makes of a value.
    fn json(&mut self, attribute: &Attribute<'_>) {
        if attribute.damaged {
            return;
        }
        let (value, span) = (attribute.value, attribute.value_span.clone());
        if value.starts_with("<<") {
            let Some(start) = value.find('\n') else { return };
            let end = value.rfind('\n').filter(|end| *end > start).unwrap_or(value.len());
            let (documents, _) = yaml::parse(&value[start..end]);
            let Some(root) = documents.first() else { return };
            let one = root.get("image").map(|_| root);
            for node in root.items().chain(one).filter_map(|it| it.get("image")) {
                let Some(text) = node.text().filter(|it| !it.is_empty()) else { continue };
                let place = span.start + start + node.span().start..span.start + start + node.span().end;
                let found = Reference::of(image::parse(text));
                add_use(self.facts, self.file.at(place), self.artifact, text, found, self.context, true);
            }
            return;
        }
        let Some(argument) = argument_of("jsonencode", value) else { return };
        let argument = span.start + argument.start..span.start + argument.end;
        let text = self.file.text();
        let objects = scan_list(text, argument.clone()).unwrap_or_else(|| vec![argument]);
        for object in objects {
            let (elements, problems) = scan_object(text, object);
            let image = elements.attributes.iter().find(|it| it.parent.is_none() && it.name == "image");
            if problems.is_empty() {
                image.into_iter().for_each(|it| self.attribute(it));
            }
        }
    }
}

/// Where the argument of a call of this function stands in a value that is nothing else.
fn argument_of(function: &str, value: &str) -> Option<Range<usize>> {
    let inside = value.strip_prefix(function)?.trim_start().strip_prefix('(')?.strip_suffix(')')?;
    let argument = inside.trim_start();
    let start = value.len() - 1 - argument.len();
    Some(start..start + argument.trim_end().len())
}

/// A text without the quotes around it; anything else as it is.
fn without_quotes(text: &str) -> &str {
    let inner = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inner.filter(|it| !it.contains('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{TYPES, argument_of};

    #[test]
    fn the_table_is_sorted() {
        assert!(TYPES.is_sorted_by_key(|(kind, ..)| *kind));
    }

    #[test]
    fn arguments() {
        for (value, expected) in [
            ("jsonencode([1])", Some("[1]")),
            ("jsonencode (\n  { a = (2) }\n)", Some("{ a = (2) }")),
            ("jsonencode()", Some("")),
            ("jsondecode([1])", None),
            ("jsonencode([1]).x", None),
        ] {
            assert_eq!(argument_of("jsonencode", value).map(|it| &value[it]), expected, "{value}");
        }
    }
}
