//! What tree-sitter's grammar makes of a value, as an [`Expression`].

use std::cell::RefCell;

use tree_sitter::{Node, Parser};

use super::expression::Expression;
use super::literal::{decode, literal};

/// Expressions nested deeper than this are [`Expression::Other`].
const MAX_DEPTH: usize = 32;

thread_local! {
    /// A parser costs more to make than to use.
    static PARSER: RefCell<Option<Parser>> = const { RefCell::new(None) };
}

/// What the grammar makes of a value; `None` where it makes nothing of it.
pub(super) fn parse(raw: &str) -> Option<Expression> {
    // The grammar's start symbol is a file, so the value becomes an attribute of one.
    let text = format!("x = {raw}\n");
    let tree = PARSER.with_borrow_mut(|slot| {
        let parser = slot.get_or_insert_with(Parser::new);
        parser.set_language(&tree_sitter_hcl::LANGUAGE.into()).ok()?;
        parser.parse(&text, None)
    })?;
    let root = tree.root_node();
    if root.has_error() {
        return None;
    }
    let body = root.named_child(0)?;
    let attribute = body.named_child(0).filter(|it| it.kind() == "attribute")?;
    let value = named(attribute).pop().filter(|it| it.kind() == "expression")?;
    Some(convert(value, &text, 0))
}

fn convert(node: Node<'_>, text: &str, depth: usize) -> Expression {
    if depth > MAX_DEPTH {
        return Expression::Other;
    }
    let inner = named(node);
    let down = |child: &Node<'_>| convert(*child, text, depth + 1);
    let all = |children: &[Node<'_>]| children.iter().map(down).collect::<Vec<_>>();
    match (node.kind(), inner.as_slice()) {
        ("expression" | "literal_value" | "template_expr" | "collection_value", [only]) => down(only),
        ("expression", [first, rest @ ..]) => match rest.iter().map(|it| step(*it, text, depth + 1)).collect() {
            Some(steps) => path(*first, node, steps, text, depth),
            None => Expression::Other,
        },
        ("variable_expr", _) => path(node, node, Vec::new(), text, depth),
        ("numeric_lit" | "bool_lit", _) => Expression::Literal(text[node.byte_range()].to_owned()),
        ("null_lit", _) => Expression::Null,
        ("string_lit", _) => {
            literal(&text[node.byte_range()]).map_or(Expression::Other, |it| Expression::Literal(it.into_owned()))
        }
        ("template_literal", _) => Expression::Literal(decode(&text[node.byte_range()]).into_owned()),
        ("quoted_template", parts) => template(parts, text, depth),
        ("conditional", [condition, then, otherwise]) => Expression::Conditional {
            condition: Box::new(down(condition)),
            then: Box::new(down(then)),
            otherwise: Box::new(down(otherwise)),
        },
        ("function_call", [name, rest @ ..]) => Expression::Call {
            name: text[name.byte_range()].to_owned(),
            arguments: rest.first().map(|it| all(&named(*it))).unwrap_or_default(),
        },
        ("tuple", [_start, elements @ .., _end]) => Expression::List(all(elements)),
        ("object", elements) => {
            let elements = elements.iter().filter(|it| it.kind() == "object_elem");
            let pairs = elements.filter_map(|it| {
                let key = it.child_by_field_name("key")?;
                Some((key_of(key, text, depth + 1), down(&it.child_by_field_name("val")?)))
            });
            Expression::Object(pairs.collect())
        }
        _ => Expression::Other,
    }
}

/// A path: what it begins with, and its steps.
fn path(first: Node<'_>, whole: Node<'_>, steps: Vec<Expression>, text: &str, depth: usize) -> Expression {
    if first.kind() == "variable_expr" {
        let root = text[first.byte_range()].to_owned();
        return Expression::Reference { text: text[whole.byte_range()].to_owned(), root, steps };
    }
    match convert(first, text, depth + 1) {
        Expression::Other => Expression::Other,
        base => Expression::Traversal { base: Box::new(base), steps },
    }
}

/// One step of a path: `.name`, `[0]`, `["key"]`, `[expression]`, `.0`.
fn step(node: Node<'_>, text: &str, depth: usize) -> Option<Expression> {
    let inner = named(node);
    match (node.kind(), inner.as_slice()) {
        ("get_attr", [name]) => Some(Expression::Literal(text[name.byte_range()].to_owned())),
        ("index", [only]) => step(*only, text, depth),
        ("new_index", [index]) => Some(convert(*index, text, depth + 1)),
        ("legacy_index", _) => Some(Expression::Literal(text[node.byte_range()].trim_start_matches('.').to_owned())),
        _ => None,
    }
}

/// The key of an object's element: a bare name stands for itself.
fn key_of(key: Node<'_>, text: &str, depth: usize) -> Expression {
    match convert(key, text, depth) {
        Expression::Reference { text, root: _, steps } if steps.is_empty() => Expression::Literal(text),
        other => other,
    }
}

/// The parts of a quoted template. A strip marker (`${~ x ~}`) takes the blanks beside it out of the text.
fn template(parts: &[Node<'_>], text: &str, depth: usize) -> Expression {
    let mut found: Vec<Expression> = Vec::with_capacity(parts.len());
    let mut strips_next = false;
    for part in parts.iter().filter(|it| !it.kind().starts_with("quoted_template_")) {
        if part.kind() != "template_interpolation" {
            let mut value = convert(*part, text, depth + 1);
            if let Expression::Literal(text) = &mut value
                && std::mem::take(&mut strips_next)
            {
                *text = text.trim_start().to_owned();
            }
            found.push(value);
            continue;
        }
        let inner = named(*part);
        let value = inner.iter().position(|it| it.kind() == "expression");
        let is_marker =
            |at: Option<usize>| at.and_then(|at| inner.get(at)).is_some_and(|it| it.kind() == "strip_marker");
        if is_marker(value.and_then(|at| at.checked_sub(1)))
            && let Some(Expression::Literal(before)) = found.last_mut()
        {
            *before = before.trim_end().to_owned();
        }
        strips_next = is_marker(value.map(|at| at + 1));
        found.push(value.map_or(Expression::Other, |at| convert(inner[at], text, depth + 1)));
    }
    Expression::Template(found)
}

fn named<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    node.named_children(&mut node.walk()).filter(|it| it.kind() != "comment").collect()
}
