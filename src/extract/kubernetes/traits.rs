//! What is to be said of how an object is written: whether it was exported from a cluster, holds a secret, says what it
//! needs and how it is probed.

use std::collections::BTreeSet;

use crate::extract::documents::{Yaml, expression};
use crate::extract::objects::Object;
use crate::facts::ObjectTrait;
use crate::syntax::yaml::{Kind, Node};
use crate::words::{Shapes, shapes_of_keys};

/// Annotations that a server, or `kubectl apply` on it, writes; sorted.
const OF_SERVER: &[&str] = &["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"];

/// Fields of `metadata` that only a server fills; sorted. `generation` isn't among them: people write it too.
const FIELDS_OF_SERVER: &[&str] = &["creationTimestamp", "managedFields", "resourceVersion", "selfLink", "uid"];

/// Groups and kinds of workloads, and where their pods are described; whether they run until they are stopped; sorted.
const WORKLOADS: &[(&str, &str, Pods)] = &[
    ("", "Pod", Pods { path: &["spec"], runs_on: false, required: &[] }),
    ("", "ReplicationController", Pods { path: &["spec", "template", "spec"], runs_on: true, required: &["selector"] }),
    ("apps", "DaemonSet", OF_APPS),
    ("apps", "Deployment", OF_APPS),
    ("apps", "ReplicaSet", OF_APPS),
    ("apps", "StatefulSet", OF_APPS),
    ("argoproj.io", "Rollout", OF_APPS),
    (
        "batch",
        "CronJob",
        Pods { path: &["spec", "jobTemplate", "spec", "template", "spec"], runs_on: false, required: &["schedule"] },
    ),
    ("batch", "Job", Pods { path: &["spec", "template", "spec"], runs_on: false, required: &["template"] }),
    ("extensions", "DaemonSet", Pods { path: &["spec", "template", "spec"], runs_on: true, required: &["template"] }),
    ("extensions", "Deployment", Pods { path: &["spec", "template", "spec"], runs_on: true, required: &["template"] }),
];

/// What the kinds in [`WORKLOADS`] look like.
static SHAPES_OF_KINDS: Shapes = shapes_of_keys!(WORKLOADS, 1);

const OF_APPS: Pods = Pods { path: &["spec", "template", "spec"], runs_on: true, required: &["selector"] };

/// Where a workload describes its pods.
#[derive(Clone, Copy)]
struct Pods {
    path: &'static [&'static str],
    /// Whether it runs until it is stopped, so that it wants to be probed.
    runs_on: bool,
    /// What stands in its `spec` unless it is a part of an object only, which changes another.
    required: &'static [&'static str],
}

/// Whether the head of an object of this kind doesn't say all of its traits.
pub(super) fn has_more_to_say(group: &str, kind: &str) -> bool {
    group.is_empty() && kind == "Secret" || pods(group, kind).is_some()
}

fn pods(group: &str, kind: &str) -> Option<Pods> {
    if !SHAPES_OF_KINDS.may_have(kind) {
        return None;
    }
    let row = WORKLOADS.binary_search_by(|(g, k, _)| (*g, *k).cmp(&(group, kind))).ok()?;
    Some(WORKLOADS[row].2)
}

/// What is to be said of an object.
pub(super) fn of(object: &Object<'_>, yaml: &Yaml<'_>) -> BTreeSet<ObjectTrait> {
    let mut traits = BTreeSet::new();
    if yaml.is_template {
        traits.insert(ObjectTrait::Templated);
    }
    if is_exported(object) {
        traits.insert(ObjectTrait::Exported);
    }
    if object.group.is_empty() && object.kind == "Secret" && holds_secret(object.node, yaml) {
        traits.insert(ObjectTrait::InlineSecret);
    }
    if let Some(pods) = pods(object.group, object.kind) {
        of_workload(object.node, pods, yaml, &mut traits);
    }
    traits
}

/// Whether an object has fields that only a server writes. Elsewhere than at the top and in `metadata` the words are
/// the object's own.
fn is_exported(object: &Object<'_>) -> bool {
    let Some(metadata) = object.node.get("metadata") else { return false };
    let is_filled = |it: Node<'_>| !it.is_null() && (has_content(it, 0) || it.text().is_some_and(|it| !it.is_empty()));
    if FIELDS_OF_SERVER.iter().any(|it| metadata.get(it).is_some_and(is_filled)) {
        return true;
    }
    let annotations = metadata.get("annotations");
    if OF_SERVER.iter().any(|it| annotations.is_some_and(|all| all.get(it).is_some())) {
        return true;
    }
    // Generators of definitions write a status that says what the definition says.
    let status = object.node.get("status").filter(|it| it.resolved().kind() == Kind::Mapping);
    object.group != "apiextensions.k8s.io" && status.is_some_and(|it| has_content(it, 0))
}

/// Whether anything is written in a collection.
fn has_content(node: Node<'_>, depth: usize) -> bool {
    const DEEPEST: usize = 20;
    let is_content = |it: Node<'_>| {
        !it.is_null() && (it.text().is_some_and(|it| !it.is_empty()) || depth < DEEPEST && has_content(it, depth + 1))
    };
    node.items().any(is_content) || node.entries().into_iter().any(|(_, value)| is_content(value))
}

/// Whether the values of a secret are written out: neither encrypted (SOPS) nor put in by a tool later.
fn holds_secret(object: Node<'_>, yaml: &Yaml<'_>) -> bool {
    let is_later =
        |it: &str| expression(it).is_some() || ["${", "$(", "<", "ENC[", "ref+"].iter().any(|start| it.contains(start));
    let values = ["data", "stringData"].into_iter().filter_map(|it| object.get(it)).flat_map(Node::entries);
    object.get("sops").is_none()
        && values.into_iter().any(|(_, value)| {
            !value.is_null() && yaml.text(value).is_some_and(|it| !it.trim().is_empty() && !is_later(it))
        })
}

fn of_workload(object: Node<'_>, pods: Pods, yaml: &Yaml<'_>, traits: &mut BTreeSet<ObjectTrait>) {
    let Some(spec) = object.get("spec") else { return };
    if pods.required.iter().any(|it| spec.get(it).is_none()) {
        return;
    }
    let pod = pods.path.iter().try_fold(object, |node, part| node.get(part));
    // What has no image is a part of a container that another file describes.
    let containers = pod.and_then(|it| it.get("containers")).into_iter().flat_map(Node::items);
    let containers: Vec<Node<'_>> = containers.filter(|it| it.get("image").is_some()).collect();
    // A template may put in anything where it calls another.
    let is_open = |it: Node<'_>| {
        let text = yaml.written(it);
        yaml.is_template && ["include", "toYaml", "template", "tpl"].iter().any(|call| text.contains(call))
    };
    let says = |it: Node<'_>, key: &str| {
        // The value of a template may be all expression, which was blanked out.
        it.get(key).is_some_and(|it| yaml.is_template || !it.is_null() && has_content(it, 0))
    };
    if containers.iter().any(|it| !says(*it, "resources") && !is_open(*it)) {
        traits.insert(ObjectTrait::NoResources);
    }
    let is_probed =
        |it: Node<'_>| ["livenessProbe", "readinessProbe", "startupProbe"].iter().any(|probe| says(it, probe));
    if pods.runs_on && !containers.is_empty() && !containers.iter().any(|it| is_probed(*it) || is_open(*it)) {
        traits.insert(ObjectTrait::NoProbes);
    }
}

#[cfg(test)]
mod tests {
    use super::{FIELDS_OF_SERVER, OF_SERVER, WORKLOADS};

    #[test]
    fn tables_are_sorted() {
        assert!(FIELDS_OF_SERVER.is_sorted());
        assert!(OF_SERVER.is_sorted());
        assert!(WORKLOADS.is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)));
    }
}
