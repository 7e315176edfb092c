//! The heads of the objects in a text (`apiVersion`, `kind`, `metadata.name`), read without parsing it: nearly all
//! objects of a cluster are of kinds of which no more is asked, and there are many of them.
//!
//! The lines of a text are looked at, not its syntax, so a head says too whether it says all: what stands in a form that
//! only a parser reads, or has to be filled in, is left to one.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::syntax::yaml;

/// The head of an object of Kubernetes, or of what looks like one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head<'t> {
    /// Where its first key stands in the text, in bytes.
    pub at: usize,
    /// What its document holds, from its first key on.
    pub text: &'t str,
    /// Group and version, as written; never empty.
    pub api_version: &'t str,
    /// Its kind, as written; never empty.
    pub kind: &'t str,
    /// Its name; empty where it has none.
    pub name: &'t str,
    /// The namespace that it says it is in.
    pub namespace: Option<&'t str>,
    /// Whether it has a key `spec` or `template`.
    pub has_body: bool,
    /// Whether a parser would read the same, and nothing hints at fields that only a server writes.
    pub is_whole: bool,
}

/// Fields of `metadata` that a server writes; sorted.
const OF_SERVER: &[&str] =
    &["creationTimestamp", "deletionTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

/// The keys of which every object has both.
static API_VERSION: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("apiVersion"));
static KIND: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("kind"));

/// Whether a text may hold an object: the bytes have both words. Nearly free, for files of which nothing is known.
pub(super) fn may_hold_objects(bytes: &[u8]) -> bool {
    API_VERSION.find(bytes).is_some() && KIND.find(bytes).is_some()
}

/// Whether what `apiVersion` says is a version of an interface: `v1`, `apps/v1`, or something a template engine fills in.
pub(crate) fn is_api_version(text: &str) -> bool {
    let version = text.strip_prefix('v').unwrap_or("");
    text.contains('/') || version.starts_with(|c: char| c.is_ascii_digit()) || text.contains("{{")
}

/// The documents of a text, where each stands and the head of the object that it is. The items of a list of objects are
/// the list's.
pub(crate) fn heads(text: &str) -> impl Iterator<Item = (Range<usize>, Option<Head<'_>>)> {
    yaml::parts(text).map(|part| (part.clone(), head(part.start, &text[part], false)))
}

/// Whether one of the documents of a text has the head of an object.
pub(super) fn has_head(text: &str) -> bool {
    yaml::parts(text).any(|part| head(part.start, &text[part], true).is_some())
}

/// The head of one document, which may begin with its bar. `is_brief` where it is enough to know that there is one.
fn head(start: usize, document: &str, is_brief: bool) -> Option<Head<'_>> {
    let bytes = document.as_bytes();
    let mut head = Head {
        at: start,
        text: document,
        api_version: "",
        kind: "",
        name: "",
        namespace: None,
        has_body: false,
        is_whole: true,
    };
    // How deep the keys of the object stand, and those of its metadata.
    let (mut root, mut metadata) = (None, None);
    let mut in_metadata = false;
    let mut next = if document.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    while next < bytes.len() {
        if root == Some(0) && !in_metadata {
            next = next_key(bytes, next);
        }
        let line = next;
        let end = memchr::memchr(b'\n', &bytes[line..]).map_or(bytes.len(), |it| line + it);
        next = end + 1;
        let depth = bytes[line..end].iter().take_while(|it| **it == b' ').count();
        let is_deeper = root.is_some_and(|root| depth > root);
        if is_deeper && !in_metadata {
            continue;
        }
        let body = document[line + depth..end].trim_end();
        match body.as_bytes() {
            [] | [b'#' | b'%', ..] | [b'{', b'{', ..] => continue,
            [b'-', b'-', b'-', ..] if root.is_none() => continue,
            // A list, a text, or an object that is written as JSON is.
            [b'{', ..] if root.is_none() => return in_flow(start + line + depth, &document[line + depth..]),
            [b'-' | b'[', ..] if root.is_none() => return None,
            _ => {}
        }
        let Some((key, value)) = key(body) else { continue };
        if root.is_none() {
            root = Some(depth);
            head.at = start + line + depth;
            head.text = &document[line + depth..];
        }
        if !is_deeper {
            in_metadata = false;
            match key {
                "apiVersion" => head.api_version = head.plain(value),
                "kind" => head.kind = head.plain(value),
                "metadata" => {
                    (in_metadata, metadata) = (true, None);
                    head.is_whole &= value.is_empty();
                }
                // Items are objects of their own; a status is a server's where it says something.
                "items" | "status" | "<<" => head.is_whole = false,
                "spec" | "template" => head.has_body = true,
                _ => {}
            }
            if is_brief && is_object(&head) {
                return Some(head);
            }
        } else if depth == *metadata.get_or_insert(depth) {
            match key {
                "name" => head.name = head.plain(value),
                "namespace" => head.namespace = Some(head.plain(value)).filter(|it| !it.is_empty()),
                "generateName" | "<<" => head.is_whole = false,
                key => head.is_whole &= OF_SERVER.binary_search(&key).is_err(),
            }
        } else if body.contains("last-applied-configuration") {
            head.is_whole = false;
        }
    }
    is_object(&head).then_some(head)
}

fn is_object(head: &Head<'_>) -> bool {
    !head.kind.is_empty() && is_api_version(head.api_version)
}

/// Where the first line from here begins that is neither empty nor indented. Nearly none does: they are looked for a
/// block at a time, without a branch.
fn next_key(bytes: &[u8], line: usize) -> usize {
    const BLOCK: usize = 64;
    let begins = |end: u8, first: u8| (end == b'\n') & (first != b' ') & (first != b'\n');
    if !matches!(bytes.get(line), Some(b' ' | b'\n')) {
        return line;
    }
    let mut from = line;
    loop {
        let ends = &bytes[from..(from + BLOCK).min(bytes.len() - 1)];
        let firsts = &bytes[from + 1..][..ends.len()];
        let begins_at = |n: &usize| begins(ends[*n], firsts[*n]);
        if (0..ends.len()).fold(false, |any, n| any | begins_at(&n)) {
            let n = (0..ends.len()).find(begins_at).unwrap_or(0);
            return from + n + 1;
        }
        if ends.is_empty() {
            return bytes.len();
        }
        from += ends.len();
    }
}

/// The head of an object that is written as JSON is: that there is one, the rest is a parser's.
fn in_flow(at: usize, text: &str) -> Option<Head<'_>> {
    let is_one = may_hold_objects(text.as_bytes());
    is_one.then_some(Head {
        at,
        text,
        api_version: "v1",
        kind: "…",
        name: "",
        namespace: None,
        has_body: true,
        is_whole: false,
    })
}

impl<'t> Head<'t> {
    /// The text of a value that a parser would read as the same text; of any other what is written.
    fn plain(&mut self, value: &'t str) -> &'t str {
        let quoted = ['"', '\''].into_iter().find_map(|it| value.strip_prefix(it)?.strip_suffix(it));
        let is_escaped = |it: &str| {
            it.bytes().any(|it| matches!(it, b'\\' | b'\'' | b'"' | b'{'))
                && (it.contains(['\\', '\'', '"']) || it.contains("{{"))
        };
        let is_special = value.starts_with(['&', '*', '!', '|', '>', '{', '[', '"', '\'']) || is_escaped(value);
        self.is_whole &= if quoted.is_some() { !quoted.is_some_and(is_escaped) } else { !is_special };
        self.is_whole &= !matches!(value, "~" | "null" | "Null" | "NULL");
        quoted.unwrap_or(value)
    }
}

/// Key and value of a line that holds a key, without the comment behind them.
fn key(line: &str) -> Option<(&str, &str)> {
    let colon = memchr::memchr(b':', line.as_bytes())?;
    let (key, value) = (&line[..colon], &line[colon + 1..]);
    if !(value.is_empty() || value.starts_with([' ', '\t'])) {
        return None;
    }
    let value = value.trim_start();
    let value = match memchr::memchr(b'#', value.as_bytes()) {
        None => value,
        Some(0) => "",
        Some(_) => value.split(" #").next().unwrap_or(value).trim_end(),
    };
    Some((key.trim_end().trim_matches(['"', '\'']), value))
}

#[cfg(test)]
mod tests {
    use super::{OF_SERVER, has_head, heads, is_api_version, next_key};

    #[test]
    fn tables_are_sorted() {
        assert!(OF_SERVER.is_sorted());
    }

    #[test]
    fn keys_in_the_first_column() {
        for before in 0..200 {
            let text = format!("{}\n\n  b\nc\nd", " ".repeat(before));
            assert_eq!(next_key(text.as_bytes(), 0), before + 6, "{before}");
        }
        for (text, expected) in [("a", 0), (" ", 1), ("\n", 1), ("\na", 1), (" a\n", 3), ("", 0), ("\n \n\n", 4)] {
            assert_eq!(next_key(text.as_bytes(), 0), expected, "{text:?}");
        }
    }

    #[test]
    fn versions() {
        for (text, is_one) in [
            ("v1", true),
            ("apps/v1", true),
            ("{{ .Values.version }}", true),
            ("1", false),
            ("", false),
            ("version", false),
        ] {
            assert_eq!(is_api_version(text), is_one, "{text}");
        }
    }

    #[test]
    fn what_heads_say() {
        // text; for each head: where, version, kind, name, namespace, whether that is all
        for (text, expected) in [
            (
                "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n",
                &[(0, "v1", "Namespace", "shop", None, true)][..],
            ),
            (
                "# of the shop\n---\nkind: \"Role\" # a role\nmetadata:\n    namespace: 'a'\n    labels:\n        name: x\n    name: b\napiVersion: rbac.authorization.k8s.io/v1\nrules:\n- kind: X\n  name: y\n",
                &[(18, "rbac.authorization.k8s.io/v1", "Role", "b", Some("a"), true)],
            ),
            (
                "apiVersion: v1\nkind: A\n---\n---\napiVersion: v1\r\nkind: B\r\nmetadata:\r\n  name: b\r\n",
                &[(0, "v1", "A", "", None, true), (31, "v1", "B", "b", None, true)],
            ),
            ("apiVersion: v1\nkind: List\nitems:\n- kind: A\n", &[(0, "v1", "List", "", None, false)]),
            ("{\"apiVersion\": \"v1\", \"kind\": \"A\"}\n", &[(0, "v1", "…", "", None, false)]),
            ("apiVersion: v1\nkind: A\nstatus: {}\n", &[(0, "v1", "A", "", None, false)]),
            ("apiVersion: v1\nkind: A\nmetadata:\n  uid: 1\n", &[(0, "v1", "A", "", None, false)]),
            ("apiVersion: v1\nkind: A\nmetadata: {name: b}\n", &[(0, "v1", "A", "", None, false)]),
            (
                "{{- if .Values.a }}\n  apiVersion: v1\n  kind: A\n  metadata:\n    name: {{ .Release.Name }}\n{{- end }}\n",
                &[(22, "v1", "A", "{{ .Release.Name }}", None, false)],
            ),
            // None: what names a kind elsewhere, a list, a text, a version that is a number.
            ("ingress:\n  apiVersion: v1\n  kind: Ingress\n", &[]),
            ("apiVersion: v1\nspec:\n  kind: A\n", &[]),
            ("- apiVersion: v1\n  kind: A\n", &[]),
            ("apiVersion: 1\nkind: A\n", &[]),
            ("text: |\n  apiVersion: v1\n  kind: A\n", &[]),
            ("apiVersion: v1\n---\nkind: A\n", &[]),
            ("", &[]),
        ] {
            let found: Vec<_> = heads(text)
                .filter_map(|(_, it)| it)
                .map(|it| (it.at, it.api_version, it.kind, it.name, it.namespace, it.is_whole))
                .collect();
            assert_eq!(found, expected, "{text}");
            assert_eq!(has_head(text), !expected.is_empty(), "{text}");
        }
    }
}
