//! Kubernetes objects in a YAML file: its documents, and the items of those that are lists.

use super::documents::Yaml;
use crate::syntax::yaml::{Kind, Node};

/// One object.
#[derive(Clone, Copy)]
pub(super) struct Object<'d> {
    /// The whole of it.
    pub(super) node: Node<'d>,
    /// Its API group: `tekton.dev` of `tekton.dev/v1`.
    pub(super) group: &'d str,
    /// Its kind.
    pub(super) kind: &'d str,
    /// Its name; where it has only a beginning for one (`generateName`), that, without the dash.
    pub(super) name: &'d str,
}

/// The objects of a file, in its order. What has no kind or no API version is none.
pub(super) fn objects<'d>(yaml: &'d Yaml<'d>) -> Vec<Object<'d>> {
    let mut found = Vec::new();
    for root in yaml.documents.roots() {
        let is_list = yaml.text_of(root, "kind").is_some_and(|it| it.ends_with("List"));
        match root.get("items").filter(|_| is_list) {
            Some(items) => found.extend(items.items().filter_map(|it| object(yaml, it))),
            None => found.extend(object(yaml, root)),
        }
    }
    found
}

/// The object that a node is.
pub(super) fn object<'d>(yaml: &Yaml<'d>, node: Node<'d>) -> Option<Object<'d>> {
    let node = node.resolved();
    if node.kind() != Kind::Mapping {
        return None;
    }
    let (group, _version) = yaml.text_of(node, "apiVersion")?.split_once('/')?;
    let kind = yaml.text_of(node, "kind")?;
    let metadata = node.get("metadata");
    let of = |key| metadata.and_then(|it| yaml.text_of(it, key));
    let name = of("name").or_else(|| of("generateName").map(|it| it.trim_end_matches('-'))).unwrap_or("");
    Some(Object { node, group, kind, name })
}

/// Words that begin an action of Go's templates; sorted.
const ACTIONS: &[&str] = &["block", "define", "else", "end", "if", "include", "range", "template", "tpl", "with"];

/// Where a file shows that Helm has to fill it in first. Expressions of Argo (`{{inputs.parameters.a}}`) and of
/// Pipelines as Code (`{{ revision }}`) are text.
pub(super) fn template_marker(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(bytes, b"{{").find(|&at| {
        let rest = text[at + 2..].trim_start_matches(' ');
        let word = rest.find(|c: char| !c.is_ascii_alphanumeric()).map_or(rest, |end| &rest[..end]);
        // `{{-`, `{{ .Values.a }}`, `{{ $a }}`, `{{ "a" }}`, `{{/* a */}}`, `` {{`{{a}}`}} ``
        rest.starts_with(['-', '.', '$', '"', '`', '/', '(']) || ACTIONS.binary_search(&word).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::{ACTIONS, template_marker};

    #[test]
    fn the_table_is_sorted() {
        assert!(ACTIONS.is_sorted());
    }

    #[test]
    fn templates() {
        for (text, at) in [
            ("a: '{{inputs.parameters.b}}'", None),
            ("a: {{ revision }}", None),
            ("a: '{{=sprig.trim(b)}}'", None),
            ("a: '{{item}}'", None),
            ("a: {{ .Values.b }}", Some(3)),
            ("{{- if .Values.b }}", Some(0)),
            ("a: {{ include \"b\" . }}", Some(3)),
            ("a: {{`{{inputs.parameters.b}}`}}", Some(3)),
            ("a: {{ includes }}", None),
        ] {
            assert_eq!(template_marker(text), at, "{text}");
        }
    }
}
