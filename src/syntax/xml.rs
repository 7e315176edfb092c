//! XML → the texts of its elements, with their paths and places. No validator: namespaces, entities and attributes are
//! passed over, and an end that fits no beginning ends nothing.

use std::ops::Range;

/// An element that has a text and no elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf<'t> {
    /// The names of the elements around it, and its own, outermost first.
    pub path: Vec<&'t str>,
    /// Where each of them begins.
    pub starts: Vec<usize>,
    /// Its text, without blanks around it.
    pub text: &'t str,
    /// Where that stands.
    pub span: Range<usize>,
}

/// No file that people write has elements as deep, or as many.
const MAX_DEPTH: usize = 60;
const MAX_LEAVES: usize = 200_000;

/// The leaves of a document, in its order, and whether all that begins ends.
pub fn leaves(text: &str) -> (Vec<Leaf<'_>>, bool) {
    let mut found = Vec::new();
    let mut path: Vec<(&str, usize)> = Vec::new();
    // Where the text of an element begins that has no elements yet.
    let mut leaf: Option<usize> = None;
    let mut at = 0;
    let mut is_whole = true;
    while let Some(open) = memchr::memchr(b'<', &text.as_bytes()[at..]).map(|it| it + at) {
        let rest = &text[open..];
        let ends = |with: &str| rest.find(with).map(|it| open + it + with.len());
        if rest.starts_with("<!--") {
            at = ends("-->").unwrap_or(text.len());
            continue;
        }
        if rest.starts_with("<![CDATA[") {
            at = ends("]]>").unwrap_or(text.len());
            continue;
        }
        let Some(close) = ends(">") else {
            is_whole = false;
            break;
        };
        at = close;
        if rest.starts_with("<?") || rest.starts_with("<!") {
            continue;
        }
        let inner = &text[open + 1..close - 1];
        if let Some(name) = inner.strip_prefix('/') {
            let Some(depth) = path.iter().rposition(|(it, _)| *it == name.trim()) else {
                is_whole = false;
                continue;
            };
            is_whole &= depth + 1 == path.len();
            if let Some(start) = leaf.take().filter(|_| depth + 1 == path.len()) {
                let value = &text[start..open];
                let begin = start + (value.len() - value.trim_start().len());
                let value = value.trim();
                if !value.is_empty() && found.len() < MAX_LEAVES {
                    let (names, starts) = path.iter().copied().unzip();
                    found.push(Leaf { path: names, starts, text: value, span: begin..begin + value.len() });
                }
            }
            path.truncate(depth);
        } else if !inner.ends_with('/') {
            let name = inner.split_ascii_whitespace().next().unwrap_or("");
            if path.len() >= MAX_DEPTH {
                return (found, false);
            }
            path.push((name, open));
            leaf = Some(close);
        } else {
            leaf = None;
        }
    }
    (found, is_whole && path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::leaves;

    #[test]
    fn texts_of_elements() {
        for (text, expected) in [
            ("<a><b> c </b><d x='1'>e</d><f/></a>", "a/b=c a/d=e"),
            ("<?xml version='1.0'?>\n<!-- <a>b</a> -->\n<c><d><!-- x -->e</d></c>", "c/d=<!-- x -->e"),
            ("<a>b<c>d</c></a>", "a/c=d"),
            ("<a><b>c</a>", "!"),
            ("<a><b>c</b>", "a/b=c!"),
            ("</a><b>c</b>", "b=c!"),
            ("<a", "!"),
            ("", ""),
        ] {
            let (found, is_whole) = leaves(text);
            let shown: Vec<String> = found.iter().map(|it| format!("{}={}", it.path.join("/"), it.text)).collect();
            assert_eq!(shown.join(" ") + if is_whole { "" } else { "!" }, expected, "{text}");
            assert!(found.iter().all(|it| &text[it.span.clone()] == it.text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(<|>|/|a|b| |!--|-->|<!\\[CDATA\\[|\\]\\]>|\\?|é){0,40}") {
            leaves(&text);
        }
    }
}
