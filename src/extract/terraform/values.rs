//! Blocks of HCL, and of Terraform's JSON, as trees that the tables of evidence read. Literals alone are known: what an
//! expression comes to stands as `…`, which is in no table, so that nothing is made of it. A reference stands as it is
//! written (`${aws_sns_topic.calls.arn}`): what it comes to isn't known, what it leads to is.

use std::borrow::Cow;
use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::knowledge::{Tree, shown};
use crate::syntax::hcl::expression::{self, Expression};
use crate::syntax::hcl::{Attribute, Block, Body, literal, scan_list, scan_object};
use crate::syntax::yaml::{Kind, Node};

/// A value, as far as it is written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Text, a number, `true` or `false`; `…` for what isn't known.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// An object or a block: its parts by name.
    Parts(Vec<(String, Value)>),
    /// Blocks of one kind: a path leads through all of them.
    Blocks(Vec<Value>),
}

/// What stands for what isn't known.
const UNKNOWN: &str = "…";

/// The text of an attribute's value that isn't written out: a reference, or what isn't known.
fn reference_or_unknown(raw: &str) -> Value {
    let is_part = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.' | b'[' | b']' | b'*' | b'"');
    let is_reference = raw.bytes().all(is_part);
    Value::Text(if is_reference { ["${", raw, "}"].concat() } else { UNKNOWN.to_owned() })
}

/// Values nested deeper than this are not looked into.
const MAX_DEPTH: usize = 32;

impl Value {
    /// The body of a file: its blocks by kind, of those with labels by their first one below that.
    pub(crate) fn of_body(body: &Body<'_>) -> Self {
        let blocks = body.top_level().map(|it| (it.kind, block_of(body, it, &|_| true, 0)));
        let labelled = blocks.zip(body.top_level()).map(|((kind, value), block)| {
            let label = body.labels(block).first();
            (kind.to_owned(), label.map_or(value.clone(), |it| Value::Parts(vec![(it.text.to_owned(), value.clone())])))
        });
        let own = body.attributes.iter().filter(|it| it.parent.is_none()).map(|it| (it.name.to_owned(), of_raw(it, 0)));
        Value::Parts(by_kind(own.chain(labelled).collect()))
    }

    /// A block: its attributes that are asked for, and the blocks in it.
    pub(crate) fn of_block(body: &Body<'_>, block: &Block<'_>, is_asked: &dyn Fn(&str) -> bool) -> Self {
        block_of(body, block, is_asked, 0)
    }

    /// A value of Terraform's JSON, where a block may also be a list of them.
    pub(crate) fn of_json(node: Node<'_>) -> Self {
        of_json(node, 0)
    }
}

fn block_of(body: &Body<'_>, block: &Block<'_>, is_asked: &dyn Fn(&str) -> bool, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::Text(UNKNOWN.to_owned());
    }
    let attributes = body.attributes(block).filter(|it| depth > 0 || is_asked(it.name));
    let mut parts: Vec<(String, Value)> = attributes.map(|it| (it.name.to_owned(), of_raw(it, depth))).collect();
    for child in body.children(block) {
        let label = body.labels(child).first().map(|it| it.text);
        // `dynamic "rule" { content { … } }` stands for any number of rules.
        let (name, child) = match (child.kind, label, body.children(child).find(|it| it.kind == "content")) {
            ("dynamic", Some(name), Some(content)) => (name, content),
            _ => (child.kind, child),
        };
        if depth > 0 || is_asked(name) {
            parts.push((name.to_owned(), block_of(body, child, is_asked, depth + 1)));
        }
    }
    Value::Parts(by_kind(parts))
}

/// Brings blocks of one kind together, in the order of their first ones.
fn by_kind(parts: Vec<(String, Value)>) -> Vec<(String, Value)> {
    if parts.len() < 2 {
        return parts;
    }
    // To compare a few names is cheaper than to hash them.
    const FEW: usize = 16;
    let is_few = parts.len() <= FEW;
    let mut found: Vec<(String, Value)> = Vec::with_capacity(parts.len());
    let mut places: FxHashMap<String, usize> = FxHashMap::default();
    for (name, value) in parts {
        let known = match is_few {
            true => found.iter().position(|(it, _)| *it == name),
            false => places.get(&name).copied(),
        };
        let Some(at) = known else {
            if !is_few {
                places.insert(name.clone(), found.len());
            }
            found.push((name, value));
            continue;
        };
        match &mut found[at].1 {
            Value::Blocks(blocks) => blocks.push(value),
            first => {
                let before = std::mem::replace(first, Value::Blocks(Vec::new()));
                *first = Value::Blocks(vec![before, value]);
            }
        }
    }
    found
}

/// The value of an attribute. Only lists and objects need a parser: of any other expression nothing is known but the
/// text around it.
fn of_raw(attribute: &Attribute<'_>, depth: usize) -> Value {
    let raw = attribute.value;
    if attribute.damaged {
        return Value::Text(UNKNOWN.to_owned());
    }
    if let Some(text) = literal(raw) {
        return Value::Text(text.into_owned());
    }
    match raw.as_bytes().first() {
        Some(b'"') => Value::Text(shown(raw.trim_matches('"')).into_owned()),
        Some(b'{') => of_object(raw, depth),
        Some(b'[') => of_list(raw),
        _ if matches!(raw, "true" | "false") || raw.parse::<f64>().is_ok() => Value::Text(raw.to_owned()),
        _ if raw == "null" => Value::List(Vec::new()),
        _ => reference_or_unknown(raw),
    }
}

/// A list: most are texts and references one beside the other, which need no parser.
fn of_list(raw: &str) -> Value {
    let element = |it: Range<usize>| match literal(&raw[it.clone()]) {
        Some(text) => Some(Value::Text(text.into_owned())),
        // What is too long for the parser isn't known, whatever its elements are.
        None if raw.len() > expression::MAX_LENGTH => None,
        None => expression::simple(&raw[it]).map(|it| of_expression(&it, 1)),
    };
    let elements = scan_list(raw, 0..raw.len()).and_then(|elements| elements.into_iter().map(element).collect());
    elements.map_or_else(|| of_expression(&expression::parse(raw), 0), Value::List)
}

/// An object: most are elements one beside the other, which need no parser.
fn of_object(raw: &str, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::Text(UNKNOWN.to_owned());
    }
    let (elements, problems) = scan_object(raw, 0..raw.len());
    if !problems.is_empty() || elements.attributes.is_empty() {
        return of_expression(&expression::parse(raw), 0);
    }
    Value::Parts(
        elements.attributes.iter().map(|it| (it.name.trim_matches('"').to_owned(), of_raw(it, depth + 1))).collect(),
    )
}

fn of_expression(expression: &Expression, depth: usize) -> Value {
    let unknown = || Value::Text(UNKNOWN.to_owned());
    if depth > MAX_DEPTH {
        return unknown();
    }
    match expression {
        Expression::Literal(text) => Value::Text(text.clone()),
        Expression::Null => Value::List(Vec::new()),
        Expression::Template(parts) => {
            let text = |it: &Expression| match it {
                Expression::Literal(text) => text.clone(),
                _ => UNKNOWN.to_owned(),
            };
            Value::Text(parts.iter().map(text).collect())
        }
        Expression::List(items) => Value::List(items.iter().map(|it| of_expression(it, depth + 1)).collect()),
        Expression::Object(pairs) => {
            let name = |it: &Expression| match it {
                Expression::Literal(text) => text.clone(),
                Expression::Reference { text, root: _, steps: _ } => text.clone(),
                _ => UNKNOWN.to_owned(),
            };
            Value::Parts(pairs.iter().map(|(key, value)| (name(key), of_expression(value, depth + 1))).collect())
        }
        Expression::Reference { text, root: _, steps: _ } => reference_or_unknown(text),
        Expression::Traversal { .. }
        | Expression::Conditional { .. }
        | Expression::Call { .. }
        | Expression::Other
        | Expression::Unknown(_) => unknown(),
    }
}

fn of_json(node: Node<'_>, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::Text(UNKNOWN.to_owned());
    }
    let node = node.resolved();
    match node.kind() {
        _ if node.is_null() => Value::List(Vec::new()),
        Kind::Scalar => {
            let text = node.text().unwrap_or("");
            let inner = text.strip_prefix("${").and_then(|it| it.strip_suffix('}')).filter(|it| !it.contains("${"));
            inner.map_or_else(|| Value::Text(shown(text).into_owned()), reference_or_unknown)
        }
        Kind::Sequence => {
            let items: Vec<Value> = node.items().map(|it| of_json(it, depth + 1)).collect();
            let is_blocks = !items.is_empty() && items.iter().all(|it| matches!(it, Value::Parts(_)));
            if is_blocks { Value::Blocks(items) } else { Value::List(items) }
        }
        Kind::Mapping => {
            let entries = node.entries().into_iter();
            Value::Parts(
                entries.map(|(key, it)| (key.text().unwrap_or("").to_owned(), of_json(it, depth + 1))).collect(),
            )
        }
        Kind::Alias => Value::Text(UNKNOWN.to_owned()),
    }
}

impl<'v> Tree for &'v Value {
    fn part(self, name: &str) -> Option<&'v Value> {
        match self {
            Value::Parts(parts) => parts.iter().find(|(own, _)| own == name).map(|(_, value)| value),
            Value::Text(_) | Value::List(_) | Value::Blocks(_) => None,
        }
    }

    fn parts(self) -> Vec<&'v Value> {
        match self {
            Value::Parts(parts) => parts.iter().map(|(_, value)| value).collect(),
            Value::List(items) | Value::Blocks(items) => items.iter().collect(),
            Value::Text(_) => Vec::new(),
        }
    }

    fn each_block(self, then: &mut dyn FnMut(Self)) {
        match self {
            Value::Blocks(blocks) => blocks.iter().for_each(then),
            Value::Text(_) | Value::List(_) | Value::Parts(_) => then(self),
        }
    }

    fn names<'t>(self) -> Vec<Cow<'t, str>>
    where
        Self: 't,
    {
        match self {
            Value::Parts(parts) => parts.iter().map(|(name, _)| Cow::Borrowed(name.as_str())).collect(),
            Value::Text(_) | Value::List(_) | Value::Blocks(_) => Vec::new(),
        }
    }

    fn text<'t>(self) -> Option<Cow<'t, str>>
    where
        Self: 't,
    {
        match self {
            Value::Text(text) => Some(Cow::Borrowed(text.as_str())).filter(|it| !it.trim().is_empty()),
            Value::List(_) | Value::Parts(_) | Value::Blocks(_) => None,
        }
    }

    fn is_empty(self) -> bool {
        self.parts().is_empty() && Tree::text(self).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::Value;
    use crate::knowledge::{Path, Tree as _};
    use crate::syntax::hcl::scan;
    use crate::syntax::yaml;

    #[test]
    fn blocks_are_read_by_paths() {
        let text = "resource \"t\" \"n\" {\n  a = \"x\"\n  b = var.b\n  c = [\"1\", var.c]\n  d = { e = true, f = \"p-${var.g}\" }\n  \
                    g { h = 1 }\n  g { h = 2 }\n  i = null\n  l = [\n    \"y\", # one\n    \"z,\",\n  ]\n  dynamic \"j\" {\n    for_each = var.j\n    content { k = \"l\" }\n  }\n}\n";
        let (body, problems) = scan(text);
        assert!(problems.is_empty(), "{problems:?}");
        let value = Value::of_block(&body, body.top_level().next().unwrap(), &|_| true);
        let json = "{\"a\": \"x\", \"b\": \"${var.b}\", \"c\": [\"1\", \"${var.c}\"], \"d\": {\"e\": true, \"f\": \"p-${var.g}\"}, \
                    \"g\": [{\"h\": 1}, {\"h\": 2}], \"i\": null, \"l\": [\"y\", \"z,\"], \"j\": {\"k\": \"l\"}}";
        let (documents, _) = yaml::parse(json);
        let of_json = Value::of_json(documents.first().unwrap());
        for (path, expected) in [
            ("a", &["x"][..]),
            ("l", &["y", "z,"]),
            ("b", &["${var.b}"]),
            ("c", &["1", "${var.c}"]),
            ("d.e", &["true"]),
            ("d.f", &["p-…"]),
            ("g.h", &["1", "2"]),
            ("i", &[]),
            ("j.k", &["l"]),
            ("x", &[]),
        ] {
            let path = Path::parse(path).unwrap();
            assert_eq!(path.texts(&value), expected, "{path:?}");
            assert_eq!(path.texts(&of_json), expected, "{path:?}");
        }
        assert!((&value).part("i").unwrap().is_empty());
    }

    #[test]
    fn attributes_that_nobody_asks_for_are_left_out() {
        let (body, _) = scan("resource \"t\" \"n\" {\n  a = 1\n  b = 2\n  c { a = 3 }\n  d { b = 4 }\n}\n");
        let value = Value::of_block(&body, body.top_level().next().unwrap(), &|it| matches!(it, "a" | "d"));
        assert_eq!((&value).names(), ["a", "d"]);
        assert_eq!(Path::parse("d.b").unwrap().texts(&value), ["4"]);
    }

    #[test]
    fn bodies_have_their_blocks_by_label() {
        let (body, _) = scan("a = 1\npolicy \"x\" {\n  level = \"hard\"\n}\npolicy \"y\" {\n  level = \"soft\"\n}\n");
        let value = Value::of_body(&body);
        assert_eq!(Path::parse("policy.*.level").unwrap().texts(&value), ["hard", "soft"]);
        assert_eq!(Path::parse("a").unwrap().texts(&value), ["1"]);
    }
}
