//! Kubernetes objects in a YAML file: its documents, and the items of those that are lists.

use super::documents::Yaml;
use crate::classify::is_api_version;
use crate::syntax::yaml::{Kind, Node};

/// One object.
#[derive(Clone, Copy)]
pub(super) struct Object<'d> {
    /// The whole of it.
    pub(super) node: Node<'d>,
    /// Its API group: `tekton.dev` of `tekton.dev/v1`; empty for the core group, and where a template engine fills it in.
    pub(super) group: &'d str,
    /// The version of its group; `…` where a template engine fills it in.
    pub(super) version: &'d str,
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
        let items = root.get("items").filter(|_| is_list).into_iter().flat_map(Node::items);
        let before = found.len();
        found.extend(items.filter_map(|it| object(yaml, it)));
        if found.len() == before {
            found.extend(object(yaml, root));
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
    let api_version = yaml.text_of(node, "apiVersion").filter(|it| is_api_version(it))?;
    let (group, version) = group_and_version(api_version);
    let kind = yaml.text_of(node, "kind")?;
    let metadata = node.get("metadata");
    let of = |key| metadata.and_then(|it| yaml.text_of(it, key));
    let name = of("name").or_else(|| of("generateName").map(|it| it.trim_end_matches('-'))).unwrap_or("");
    Some(Object { node, group, version, kind, name })
}

/// Group and version of what `apiVersion` says.
pub(super) fn group_and_version(api_version: &str) -> (&str, &str) {
    if api_version.contains("{{") {
        return ("", UNKNOWN);
    }
    api_version.split_once('/').unwrap_or(("", api_version))
}

/// What stands for a text that only a template engine knows.
pub(super) const UNKNOWN: &str = "…";

/// What only Helm puts into an expression: the values and names of its charts; sorted.
const OF_HELM: &[&str] = &[".Capabilities", ".Chart", ".Files", ".Release", ".Values"];

/// Words that begin an expression of Helm's with a template or its arguments; sorted.
const CALLS_OF_HELM: &[&str] = &["define", "include", "template", "tpl"];

/// Where a file shows that Helm has to fill it in first. Expressions of Argo (`{{inputs.parameters.a}}`) and of
/// Pipelines as Code (`{{ revision }}`) are text, and so are the formats of other tools that stand in scripts
/// (`docker inspect -f '{{.Id}}'`). What can't be read as it is has its gap without this.
pub(super) fn template_marker(text: &str) -> Option<usize> {
    // A text of braces alone would be looked at again and again.
    const MOST: usize = 10_000;
    memchr::memmem::find_iter(text.as_bytes(), b"{{").take(MOST).find(|&at| {
        let inner = inner(&text[at + 2..]);
        let words = inner.trim_start_matches(['-', ' ']);
        let call = words.split([' ', '(']).next().unwrap_or(words);
        let is_call = CALLS_OF_HELM.binary_search(&call).is_ok() && words.contains('"');
        is_call || OF_HELM.iter().any(|it| inner.contains(it))
    })
}

/// An expression's text, as far as it matters: it is closed soon, or it is none. Nearly all are closed within as many
/// bytes as they may have letters.
fn inner(text: &str) -> &str {
    const LONGEST: usize = 300;
    let near = &text.as_bytes()[..text.len().min(LONGEST)];
    if let Some(end) = memchr::memmem::find(near, b"}}") {
        return &text[..end];
    }
    let end = text.char_indices().take(LONGEST).last().map_or(0, |(at, c)| at + c.len_utf8());
    let text = &text[..end];
    text.find("}}").map_or(text, |end| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::{CALLS_OF_HELM, OF_HELM, template_marker};

    #[test]
    fn tables_are_sorted() {
        assert!(CALLS_OF_HELM.is_sorted());
        assert!(OF_HELM.is_sorted());
    }

    #[test]
    fn templates() {
        for (text, at) in [
            ("a: '{{inputs.parameters.b}}'", None),
            ("a: {{ revision }}", None),
            ("a: '{{=sprig.trim(b)}}'", None),
            ("docker inspect -f '{{.Id}}'", None),
            ("oc get -o go-template='{{range .items}}{{end}}'", None),
            ("a: {{ .Values.b }}", Some(3)),
            ("a: '{{ $.Release.Name }}'", Some(4)),
            ("{{- if .Values.b }}", Some(0)),
            ("a: {{ include \"b\" . }}", Some(3)),
            ("a: {{ includes }}", None),
        ] {
            assert_eq!(template_marker(text), at, "{text}");
        }
    }
}
