//! The images that the workloads of a cluster run: those of their containers wherever a kind has them, images as
//! volumes, and what resources of operators name as `image`.

use super::values;
use crate::extract::ci::Reader;
use crate::extract::objects::Object;
use crate::facts::Artifact;
use crate::origin::{Origin, Pin, Reference, Version, image};
use crate::syntax::yaml::{Kind, Node};

/// How deep images are looked for.
const MAX_DEPTH: usize = 24;

/// Groups of Kubernetes itself that have workloads; sorted. What else is called `image` there is none.
const OF_KUBERNETES: &[&str] = &["", "apps", "batch", "extensions"];

/// Groups whose objects hold patterns of objects, definitions or resources of a cloud, where an `image` is none that
/// runs in the cluster; of `*.x` those that end so; sorted.
const WITHOUT_IMAGES: &[&str] = &[
    "*.azure.com",
    "*.cnrm.cloud.google.com",
    "*.crossplane.io",
    "*.gatekeeper.sh",
    "*.k8s.io",
    "*.kyverno.io",
    "*.services.k8s.aws",
    "*.upbound.io",
    "backstage.io",
    "kyverno.io",
    "tekton.dev",
    "triggers.tekton.dev",
];

/// Kinds of Argo that run images as steps, which are read as pipelines; sorted.
const OF_ARGO_WORKFLOWS: &[&str] =
    &["ClusterWorkflowTemplate", "CronWorkflow", "EventSource", "Sensor", "Workflow", "WorkflowTemplate"];

/// Lists of containers; sorted.
const CONTAINERS: &[&str] = &["containers", "ephemeralContainers", "initContainers"];

/// Whether objects of a kind may name images, in their `spec` or `template`.
pub(super) fn may_have_images(group: &str, kind: &str) -> bool {
    // Most objects are of Kubernetes' own groups, which have no dot.
    if !group.contains('.') {
        return true;
    }
    let is_row = |row: &&str| row.strip_prefix('*').map_or(**row == *group, |end| group.ends_with(end));
    let is_pipeline = group == "argoproj.io" && OF_ARGO_WORKFLOWS.binary_search(&kind).is_ok();
    !is_pipeline && !WITHOUT_IMAGES.iter().any(is_row)
}

/// Adds the images of an object.
pub(super) fn images<'r>(object: Object<'r>, reader: &mut Reader<'r, 'r>) {
    if !may_have_images(object.group, object.kind) {
        return;
    }
    let is_own = OF_KUBERNETES.binary_search(&object.group).is_ok();
    // Of a Helm release the values are a chart's, whatever they look like.
    if object.group == "helm.toolkit.fluxcd.io" {
        if let Some(values) = object.node.get("spec").and_then(|it| it.get("values")) {
            values::images(values, reader);
        }
        return;
    }
    if object.group == "image.toolkit.fluxcd.io" {
        watched(object.node, reader);
        return;
    }
    for (key, value) in object.node.entries() {
        if matches!(key.text(), Some("spec" | "template")) {
            within(value, is_own, MAX_DEPTH, reader);
        }
    }
}

/// Adds the images that stand in a value. In objects of Kubernetes itself only containers and volumes have any.
fn within<'r>(node: Node<'r>, is_own: bool, depth: usize, reader: &mut Reader<'r, 'r>) {
    if depth == 0 {
        return;
    }
    for (key, value) in node.entries() {
        let key = key.text().unwrap_or("");
        if CONTAINERS.binary_search(&key).is_ok() {
            value.items().filter_map(|it| it.get("image")).for_each(|it| container(it, reader));
        } else if key == "volumes" {
            let references = value.items().filter_map(|it| it.get("image")?.get("reference"));
            references.for_each(|it| container(it, reader));
        } else if is_own {
            within(value, is_own, depth - 1, reader);
        } else if key == "image" || key.ends_with("Image") {
            of_operator(value, reader);
        } else {
            within(value, is_own, depth - 1, reader);
        }
    }
    if !is_own {
        node.items()
            .filter(|it| it.resolved().kind() == Kind::Mapping)
            .for_each(|it| within(it, is_own, depth - 1, reader));
    }
}

/// The image of a container: whatever stands there is one.
fn container<'r>(node: Node<'r>, reader: &mut Reader<'r, 'r>) {
    if let Some(text) = reader.yaml.text(node).filter(|it| !it.is_empty()) {
        reader.image_named(node, Artifact::WorkloadImage, text);
    }
}

/// The image of which Flux watches the versions, to write the one that its policy takes into the workloads.
fn watched<'r>(object: Node<'r>, reader: &mut Reader<'r, 'r>) {
    let Some(node) = object.get("spec").and_then(|it| it.get("image")) else { return };
    let Some(text) = reader.yaml.text(node).filter(|it| !it.is_empty()) else { return };
    let Reference { origin, version } = Reference::of(image::parse(text));
    let version = if version.pin == Pin::Default { Version::only(Pin::Range) } else { version };
    reader.add(node, Artifact::WorkloadImage, Reference { origin, version });
}

/// What a resource of an operator names as an image: one that names its registry or a folder of it, because it may be a
/// picture too, or an image of a machine.
fn of_operator<'r>(node: Node<'r>, reader: &mut Reader<'r, 'r>) {
    let Some(text) = reader.yaml.text(node) else {
        values::image(node, reader);
        return;
    };
    let is_image = image::parse(text).is_ok_and(|it| matches!(it.origin, Origin::Image { .. }));
    if text.contains('/') && is_image {
        reader.image_named(node, Artifact::WorkloadImage, text);
    }
}

#[cfg(test)]
mod tests {
    use super::{CONTAINERS, OF_ARGO_WORKFLOWS, OF_KUBERNETES, WITHOUT_IMAGES};

    #[test]
    fn tables_are_sorted() {
        for table in [CONTAINERS, OF_ARGO_WORKFLOWS, OF_KUBERNETES, WITHOUT_IMAGES] {
            assert!(table.is_sorted(), "{table:?}");
        }
    }
}
