//! Expressions: a value that is computed → a small closed tree, and what of it needs no other file to know.
//!
//! This is the slow path. Most values are plain literals and never reach the parser.

use std::borrow::Cow;
use std::cell::RefCell;

use tree_sitter::{Node, Parser};

use super::literal::{decode, literal};

/// Values longer than this are not parsed: no address or version is.
const MAX_LENGTH: usize = 16 * 1024;
/// Expressions nested deeper than this are [`Expression::Other`].
const MAX_DEPTH: usize = 32;

/// An expression, as far as addresses and versions need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// A string, number or boolean, as the text it has in a template.
    Literal(String),
    /// `null`: as if the attribute were not written.
    Null,
    /// A string with expressions in it: `"${var.host}/module"`.
    Template(Vec<Expression>),
    /// A path: `var.source`, `local.versions["vpc"]`, as written.
    Reference(String),
    /// `condition ? then : otherwise`.
    Conditional {
        /// What decides.
        condition: Box<Expression>,
        /// The value where it is true.
        then: Box<Expression>,
        /// The value where it is false.
        otherwise: Box<Expression>,
    },
    /// `name(arguments…)`.
    Call {
        /// The function.
        name: String,
        /// What it is given.
        arguments: Vec<Expression>,
    },
    /// Everything else: operations, collections, heredocs, what could not be parsed.
    Other,
}

/// Parses a value as it is written.
pub fn parse(raw: &str) -> Expression {
    if let Some(text) = literal(raw) {
        return Expression::Literal(text.into_owned());
    }
    let parsed = (raw.len() <= MAX_LENGTH).then(|| parse_tree(raw)).flatten();
    parsed.unwrap_or_else(|| damaged(raw))
}

impl Expression {
    /// The text that every value of this expression begins with: often enough to tell a host and owner.
    pub fn literal_prefix(&self) -> Cow<'_, str> {
        match self {
            Expression::Literal(text) => Cow::Borrowed(text),
            Expression::Template(parts) => {
                let mut prefix = String::new();
                for part in parts {
                    prefix.push_str(&part.literal_prefix());
                    if !matches!(part, Expression::Literal(_)) {
                        break;
                    }
                }
                Cow::Owned(prefix)
            }
            Expression::Conditional { condition: _, then, otherwise } => {
                let (then, otherwise) = (then.literal_prefix(), otherwise.literal_prefix());
                let equal = then.char_indices().zip(otherwise.chars()).take_while(|((_, a), b)| a == b);
                let length = equal.last().map_or(0, |((at, character), _)| at + character.len_utf8());
                Cow::Owned(then[..length].to_owned())
            }
            Expression::Call { name, arguments } if name == "format" => match arguments.first() {
                Some(Expression::Literal(format)) => Cow::Borrowed(format.split('%').next().unwrap_or("")),
                _ => Cow::Borrowed(""),
            },
            Expression::Call { .. } | Expression::Null | Expression::Reference(_) | Expression::Other => {
                Cow::Borrowed("")
            }
        }
    }

    /// The same expression with everything computed that no other file has a say in: templates of literals,
    /// conditionals whose outcome is known, `format` of literals.
    pub fn fold(self) -> Expression {
        match self {
            Expression::Template(parts) => fold_template(parts),
            Expression::Conditional { condition, then, otherwise } => {
                let (condition, then, otherwise) = (condition.fold(), then.fold(), otherwise.fold());
                match &condition {
                    Expression::Literal(it) if it == "true" => then,
                    Expression::Literal(it) if it == "false" => otherwise,
                    _ if then == otherwise && matches!(then, Expression::Literal(_) | Expression::Null) => then,
                    _ => Expression::Conditional {
                        condition: Box::new(condition),
                        then: Box::new(then),
                        otherwise: Box::new(otherwise),
                    },
                }
            }
            Expression::Call { name, arguments } => {
                let arguments: Vec<_> = arguments.into_iter().map(Expression::fold).collect();
                match format(&name, &arguments) {
                    Some(text) => Expression::Literal(text),
                    None => Expression::Call { name, arguments },
                }
            }
            Expression::Literal(_) | Expression::Null | Expression::Reference(_) | Expression::Other => self,
        }
    }
}

fn fold_template(parts: Vec<Expression>) -> Expression {
    let mut folded: Vec<Expression> = Vec::with_capacity(parts.len());
    for part in parts {
        let part = match part.fold() {
            Expression::Template(inner) => inner,
            other => vec![other],
        };
        for part in part {
            match (folded.last_mut(), part) {
                (Some(Expression::Literal(before)), Expression::Literal(text)) => {
                    before.push_str(&text);
                }
                (_, part) => folded.push(part),
            }
        }
    }
    match folded.as_mut_slice() {
        [] => Expression::Literal(String::new()),
        [Expression::Literal(text)] => Expression::Literal(std::mem::take(text)),
        _ => Expression::Template(folded),
    }
}

/// `format` of literals with `%s`, `%v`, `%d` and `%%`; `None` for everything else.
fn format(name: &str, arguments: &[Expression]) -> Option<String> {
    let [Expression::Literal(pattern), values @ ..] = arguments else { return None };
    let mut values = values.iter();
    let mut text = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        match characters.next()? {
            '%' => text.push('%'),
            's' | 'v' | 'd' => match values.next()? {
                Expression::Literal(value) => text.push_str(value),
                _ => return None,
            },
            _ => return None,
        }
    }
    (name == "format" && values.next().is_none()).then_some(text)
}

thread_local! {
    /// A parser costs more to make than to use.
    static PARSER: RefCell<Option<Parser>> = const { RefCell::new(None) };
}

/// What the grammar makes of a value; `None` where it makes nothing of it.
fn parse_tree(raw: &str) -> Option<Expression> {
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
    match (node.kind(), inner.as_slice()) {
        ("expression" | "literal_value" | "template_expr", [only]) => down(only),
        ("expression", [first, rest @ ..]) if first.kind() == "variable_expr" => {
            let is_path = rest.iter().all(|it| matches!(it.kind(), "get_attr" | "index"));
            if is_path { Expression::Reference(text[node.byte_range()].to_owned()) } else { Expression::Other }
        }
        ("variable_expr", _) => Expression::Reference(text[node.byte_range()].to_owned()),
        ("numeric_lit" | "bool_lit", _) => Expression::Literal(text[node.byte_range()].to_owned()),
        ("null_lit", _) => Expression::Null,
        ("string_lit", _) => {
            literal(&text[node.byte_range()]).map_or(Expression::Other, |it| Expression::Literal(it.into_owned()))
        }
        ("template_literal", _) => Expression::Literal(decode(&text[node.byte_range()]).into_owned()),
        ("quoted_template", parts) => Expression::Template(
            parts.iter().filter(|it| !it.kind().starts_with("quoted_template_")).map(down).collect(),
        ),
        // Strip markers (`${~ x ~}`) change the text around them: they would be a second child.
        ("template_interpolation", parts) => match parts {
            [_start, value, _end] if value.kind() == "expression" => down(value),
            _ => Expression::Other,
        },
        ("conditional", [condition, then, otherwise]) => Expression::Conditional {
            condition: Box::new(down(condition)),
            then: Box::new(down(then)),
            otherwise: Box::new(down(otherwise)),
        },
        ("function_call", [name, rest @ ..]) => Expression::Call {
            name: text[name.byte_range()].to_owned(),
            arguments: rest.first().map(|it| named(*it).iter().map(down).collect()).unwrap_or_default(),
        },
        _ => Expression::Other,
    }
}

fn named<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    node.named_children(&mut node.walk()).filter(|it| it.kind() != "comment").collect()
}

/// What can be told of a value that doesn't parse: the text before the first expression, where it is a string.
fn damaged(raw: &str) -> Expression {
    let Some(inner) = raw.strip_prefix('"') else { return Expression::Other };
    let end = ["${", "%{", "\""].iter().filter_map(|sign| inner.find(sign)).min().unwrap_or(inner.len());
    Expression::Template(vec![Expression::Literal(decode(&inner[..end]).into_owned()), Expression::Other])
}

#[cfg(test)]
mod tests {
    use super::Expression::{Call, Conditional, Literal, Null, Other, Reference, Template};
    use super::*;

    fn text(it: &str) -> Expression {
        Literal(it.to_owned())
    }

    #[test]
    fn values_become_trees() {
        let path = |it: &str| Reference(it.to_owned());
        let cases: Vec<(&str, Expression)> = vec![
            (r#""a""#, text("a")),
            ("true", text("true")),
            ("12.5", text("12.5")),
            ("null", Null),
            ("var.source", path("var.source")),
            (r#"local.v["vpc"].ref"#, path(r#"local.v["vpc"].ref"#)),
            ("(var.x)", path("var.x")),
            (r#""${var.host}/m\n""#, Template(vec![path("var.host"), text("/m\n")])),
            (r#""a-${"b"}-$${c}""#, Template(vec![text("a-"), text("b"), text("-${c}")])),
            (
                r#"var.x ? "a" : "b""#,
                Conditional {
                    condition: Box::new(path("var.x")),
                    then: Box::new(text("a")),
                    otherwise: Box::new(text("b")),
                },
            ),
            (
                r#"format("%s/m", var.x)"#,
                Call { name: "format".to_owned(), arguments: vec![text("%s/m"), path("var.x")] },
            ),
            ("uuid()", Call { name: "uuid".to_owned(), arguments: Vec::new() }),
            ("1 + 2", Other),
            (r#"["a"]"#, Other),
            ("<<EOF\na\nEOF", Other),
            (r#""a${~ var.x ~}""#, Template(vec![text("a"), Other])),
            ("}{", Other),
            ("", Other),
            (r#""git::${{ values.x }}/y""#, Template(vec![text("git::"), Other])),
            ("{{ .Values.source }}", Other),
        ];
        for (raw, expected) in cases {
            assert_eq!(parse(raw), expected, "{raw}");
        }
    }

    #[test]
    fn folding_needs_no_other_file() {
        let cases = [
            (r#""a${"b"}${1}""#, Some("ab1")),
            (r#"true ? "a" : "b""#, Some("a")),
            (r#"var.x ? "a" : "a""#, Some("a")),
            (r#""./${false ? "a" : "b"}""#, Some("./b")),
            (r#"format("%s//%s?ref=v%d", "h", "m", 2)"#, Some("h//m?ref=v2")),
            (r#"format("%s", var.x)"#, None),
            (r#"format("%5s", "x")"#, None),
            (r#"upper("x")"#, None),
            (r#""a${var.x}""#, None),
        ];
        for (raw, expected) in cases {
            let folded = parse(raw).fold();
            let literal = if let Literal(it) = &folded { Some(it.as_str()) } else { None };
            assert_eq!(literal, expected, "{raw}");
        }
    }

    #[test]
    fn prefixes_are_what_all_values_begin_with() {
        let cases = [
            (r#""git::https://h/${var.x}/y""#, "git::https://h/"),
            (r#"var.x ? "git::h/a" : "git::h/b""#, "git::h/"),
            (r#"format("git::h/%s", var.x)"#, "git::h/"),
            ("var.x", ""),
            (r#""git::h/${{ values.x }}""#, "git::h/"),
            (r#""${var.x}a""#, ""),
        ];
        for (raw, expected) in cases {
            assert_eq!(parse(raw).fold().literal_prefix(), expected, "{raw}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let raw = format!("{}\"x\"{}", "f(".repeat(2_000), ")".repeat(2_000));
        assert!(matches!(parse(&raw), Call { .. }));
    }
}
