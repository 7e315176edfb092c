//! Expressions: a value that is computed → a small closed tree. What it comes to is for
//! [`evaluate`](super::evaluate).
//!
//! This is the slow path. Most values are plain literals and never reach the parser.

use std::borrow::Cow;

use super::literal::{decode, literal};
use super::scan::{scan_list, scan_object};
use super::tree;

/// Values longer than this are not parsed: no address or version is.
pub(crate) const MAX_LENGTH: usize = 16 * 1024;

/// An expression, as far as addresses and versions need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// A string, number or boolean, as the text it has in a template.
    Literal(String),
    /// `null`: as if the attribute were not written.
    Null,
    /// A string with expressions in it: `"${var.host}/module"`.
    Template(Vec<Expression>),
    /// `[a, b]`.
    List(Vec<Expression>),
    /// `{ a = 1, b = 2 }`: keys and values, in the order they are written.
    Object(Vec<(Expression, Expression)>),
    /// A path that begins with a name: `var.source`, `local.versions["vpc"]`.
    Reference {
        /// As written.
        text: String,
        /// The name it begins with.
        root: String,
        /// What it goes on with: names and numbers as literals, indices that are computed as expressions.
        steps: Vec<Expression>,
    },
    /// A path that begins with a computed value: `f(x).y`.
    Traversal {
        /// The value.
        base: Box<Expression>,
        /// As in a reference.
        steps: Vec<Expression>,
    },
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
    /// Everything else: operations, `for`, heredocs, what could not be parsed.
    Other,
    /// A value that can't be known here, and why: what evaluation puts in place of the part of an expression that has
    /// none. The text is a clause: "`var.x` has no default".
    Unknown(String),
}

/// Parses a value as it is written.
pub fn parse(raw: &str) -> Expression {
    if let Some(text) = literal(raw) {
        return Expression::Literal(text.into_owned());
    }
    if let Some(simple) = simple(raw).or_else(|| simple_object(raw, 0)) {
        return simple;
    }
    let parsed = (raw.len() <= MAX_LENGTH).then(|| tree::parse(raw)).flatten();
    parsed.unwrap_or_else(|| damaged(raw))
}

/// Words that mean something to HCL where a name could stand; sorted.
const KEYWORDS: &[&str] = &["else", "endfor", "endif", "false", "for", "if", "in", "null", "true"];

/// What most values are that are no literals, read without the parser: a path of names (`var.source`), or a string whose
/// expressions are such paths (`"${var.host}/module"`). `None` for everything else.
pub(crate) fn simple(raw: &str) -> Option<Expression> {
    if raw.len() > MAX_LENGTH {
        return None;
    }
    match raw.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
        Some(inner) => simple_template(inner),
        None => names(raw),
    }
}

/// How deep objects are nested that are read without the parser: less than it follows them.
const MAX_SIMPLE_DEPTH: usize = 4;

/// An object of which every element has a name or a plain text as its key, and as its value a literal, a path, or an
/// object or a list of those, read without the parser. `None` for everything else.
fn simple_object(raw: &str, depth: usize) -> Option<Expression> {
    if depth > MAX_SIMPLE_DEPTH || raw.len() > MAX_LENGTH || !raw.starts_with('{') {
        return None;
    }
    let (elements, problems) = scan_object(raw, 0..raw.len());
    if !problems.is_empty() || !elements.blocks.is_empty() {
        return None;
    }
    let mut pairs = Vec::with_capacity(elements.attributes.len());
    let mut end = 1;
    for it in &elements.attributes {
        let is_quoted = raw.as_bytes().get(it.name_span.start.checked_sub(1)?) == Some(&b'"');
        let (key, start) = match is_quoted {
            true => {
                let quoted = it.name_span.start - 1..it.name_span.end + 1;
                (literal(raw.get(quoted.clone())?)?.into_owned(), quoted.start)
            }
            false => (it.name.to_owned(), it.name_span.start),
        };
        if !is_quoted && !is_name(it.name) || !is_between_elements(raw.get(end..start)?, pairs.is_empty()) {
            return None;
        }
        pairs.push((Expression::Literal(key), simple_element(it.value, depth)?));
        end = it.value_span.end;
    }
    is_between_elements(raw.get(end..raw.len() - 1)?, pairs.is_empty()).then_some(Expression::Object(pairs))
}

/// The value of an element of an object, or of a list in one.
fn simple_element(raw: &str, depth: usize) -> Option<Expression> {
    match raw.as_bytes().first()? {
        b'"' => literal(raw).map(|it| Expression::Literal(it.into_owned())).or_else(|| simple(raw)),
        b'{' => simple_object(raw, depth + 1),
        b'0'..=b'9' => raw.bytes().all(|it| it.is_ascii_digit()).then(|| Expression::Literal(raw.to_owned())),
        b'[' => {
            let items = scan_list(raw, 0..raw.len()).filter(|_| depth < MAX_SIMPLE_DEPTH)?;
            let mut found = Vec::with_capacity(items.len());
            let mut end = 1;
            for it in items {
                is_between_elements(&raw[end..it.start], found.is_empty()).then_some(())?;
                end = it.end;
                found.push(simple_element(&raw[it], depth + 1)?);
            }
            is_between_elements(&raw[end..raw.len() - 1], found.is_empty()).then_some(Expression::List(found))
        }
        _ if matches!(raw, "false" | "true") => Some(Expression::Literal(raw.to_owned())),
        _ if raw == "null" => Some(Expression::Null),
        _ => names(raw),
    }
}

/// Whether nothing but blanks and comments stands between two elements of an object, and at most one comma; before the
/// first none.
fn is_between_elements(text: &str, is_first: bool) -> bool {
    let mut commas = 0;
    let mut rest = text.trim_start_matches([' ', '\t', '\n']);
    while !rest.is_empty() {
        rest = match rest.strip_prefix(',') {
            Some(more) => {
                commas += 1;
                more
            }
            None if rest.starts_with('#') || rest.starts_with("//") => rest.split_once('\n').map_or("", |(_, it)| it),
            None => match rest.strip_prefix("/*").and_then(|it| it.split_once("*/")) {
                Some((_, more)) => more,
                None => return false,
            },
        };
        rest = rest.trim_start_matches([' ', '\t', '\n']);
    }
    commas <= usize::from(!is_first)
}

/// Whether this is a name and no word that means something to HCL.
fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|it| it.is_ascii_alphabetic() || *it == b'_')
        && bytes.iter().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-'))
        && KEYWORDS.binary_search(&text).is_err()
}

/// Names with dots between them.
fn names(raw: &str) -> Option<Expression> {
    let (root, rest) = raw.split_once('.')?;
    let step = |it: &str| is_name(it).then(|| Expression::Literal(it.to_owned()));
    let steps = rest.split('.').map(step).collect::<Option<_>>()?;
    is_name(root).then(|| Expression::Reference { text: raw.to_owned(), root: root.to_owned(), steps })
}

/// The content of a string that has paths of names put in and nothing escaped.
fn simple_template(inner: &str) -> Option<Expression> {
    let mut parts = Vec::new();
    let mut rest = inner;
    while !rest.is_empty() {
        let end = rest.bytes().position(|it| matches!(it, b'"' | b'$' | b'%' | b'\\' | b'\n' | b'\r'));
        let (text, more) = rest.split_at(end.unwrap_or(rest.len()));
        // Blanks beside an expression are for the parser, which has its own way with them.
        if text.trim() != text {
            return None;
        }
        if !text.is_empty() {
            parts.push(Expression::Literal(text.to_owned()));
        }
        rest = more;
        if !rest.is_empty() {
            let (expression, behind) = rest.strip_prefix("${")?.split_once('}')?;
            parts.push(names(expression.trim_matches(' '))?);
            rest = behind;
        }
    }
    (!parts.is_empty()).then_some(Expression::Template(parts))
}

/// Parses the content of a string of a JSON file: there every string is a template.
pub fn parse_json_string(text: &str) -> Expression {
    if !text.contains("${") && !text.contains("%{") {
        return Expression::Literal(text.to_owned());
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    // Outside of `${…}` quotes and backslashes are text, within they belong to the expression.
    let mut depth = 0_usize;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '$' | '%' if depth == 0 && characters.peek() == Some(&'{') => {
                let is_escaped = quoted.ends_with(character);
                quoted.push(character);
                if !is_escaped {
                    depth = 1;
                    quoted.extend(characters.next());
                }
                continue;
            }
            '{' if depth > 0 => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '"' | '\\' if depth == 0 => quoted.push('\\'),
            '\n' if depth == 0 => {
                quoted.push_str("\\n");
                continue;
            }
            _ => {}
        }
        quoted.push(character);
    }
    quoted.push('"');
    parse(&quoted)
}

impl Expression {
    /// How many expressions this one is made of, itself included; counted up to one more than a limit.
    pub fn size(&self, limit: usize) -> usize {
        let mut size = 0;
        let mut left = vec![self];
        while let Some(expression) = left.pop() {
            size += 1;
            if size > limit {
                break;
            }
            match expression {
                Expression::Template(parts) | Expression::List(parts) => left.extend(parts),
                Expression::Object(pairs) => left.extend(pairs.iter().flat_map(|(key, value)| [key, value])),
                Expression::Reference { text: _, root: _, steps } => left.extend(steps),
                Expression::Traversal { base, steps } => {
                    left.push(base);
                    left.extend(steps);
                }
                Expression::Conditional { condition, then, otherwise } => left.extend([&**condition, then, otherwise]),
                Expression::Call { name: _, arguments } => left.extend(arguments),
                Expression::Literal(_) | Expression::Null | Expression::Other | Expression::Unknown(_) => {}
            }
        }
        size
    }

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
            Expression::Call { .. }
            | Expression::List(_)
            | Expression::Null
            | Expression::Object(_)
            | Expression::Other
            | Expression::Reference { .. }
            | Expression::Traversal { .. }
            | Expression::Unknown(_) => Cow::Borrowed(""),
        }
    }
}

/// What can be told of a value that doesn't parse: the text before the first expression, where it is a string.
fn damaged(raw: &str) -> Expression {
    let Some(inner) = raw.strip_prefix('"') else { return Expression::Other };
    let end = ["${", "%{", "\""].iter().filter_map(|sign| inner.find(sign)).min().unwrap_or(inner.len());
    Expression::Template(vec![Expression::Literal(decode(&inner[..end]).into_owned()), Expression::Other])
}

#[cfg(test)]
mod tests {
    use super::Expression::{Call, Conditional, List, Literal, Null, Object, Other, Template, Traversal};
    use super::*;

    fn text(it: &str) -> Expression {
        Literal(it.to_owned())
    }

    /// A path as it is written, with its steps.
    fn path(it: &str, steps: &[&str]) -> Expression {
        let root = it.split(['.', '[']).next().unwrap_or(it).to_owned();
        Expression::Reference { text: it.to_owned(), root, steps: steps.iter().map(|it| text(it)).collect() }
    }

    #[test]
    fn values_become_trees() {
        let cases: Vec<(&str, Expression)> = vec![
            (r#""a""#, text("a")),
            ("true", text("true")),
            ("12.5", text("12.5")),
            ("null", Null),
            ("var.source", path("var.source", &["source"])),
            (r#"local.v["vpc"].ref"#, path(r#"local.v["vpc"].ref"#, &["v", "vpc", "ref"])),
            ("local.v[0]", path("local.v[0]", &["v", "0"])),
            ("local.v.0", path("local.v.0", &["v", "0"])),
            ("(var.x)", path("var.x", &["x"])),
            (r#""${var.host}/m\n""#, Template(vec![path("var.host", &["host"]), text("/m\n")])),
            (r#""a-${"b"}-$${c}""#, Template(vec![text("a-"), text("b"), text("-${c}")])),
            (
                r#"var.x ? "a" : "b""#,
                Conditional {
                    condition: Box::new(path("var.x", &["x"])),
                    then: Box::new(text("a")),
                    otherwise: Box::new(text("b")),
                },
            ),
            (
                r#"format("%s/m", var.x)"#,
                Call { name: "format".to_owned(), arguments: vec![text("%s/m"), path("var.x", &["x"])] },
            ),
            ("uuid()", Call { name: "uuid".to_owned(), arguments: Vec::new() }),
            (
                r#"read("a").locals.x"#,
                Traversal {
                    base: Box::new(Call { name: "read".to_owned(), arguments: vec![text("a")] }),
                    steps: vec![text("locals"), text("x")],
                },
            ),
            (r#"["a", 1]"#, List(vec![text("a"), text("1")])),
            ("[]", List(Vec::new())),
            (
                r#"{ a = "b", "c" : 1, (var.d) = 2 }"#,
                Object(vec![(text("a"), text("b")), (text("c"), text("1")), (path("var.d", &["d"]), text("2"))]),
            ),
            ("{}", Object(Vec::new())),
            ("1 + 2", Other),
            ("var.x[*].y", Other),
            ("[for x in y : x]", Other),
            ("<<EOF\na\nEOF", Other),
            (r#""a ${~ var.x ~} b""#, Template(vec![text("a"), path("var.x", &["x"]), text("b")])),
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
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn objects_that_need_no_parser_are_what_the_parser_reads() {
        for (raw, is_simple) in [
            ("{}", true),
            ("{ }", true),
            ("{\n  a = 1 # one\n\n  // two\n  \"b.c\" = \"x/${var.y}\",\n  d = {\n    e = true\n  }\n}", true),
            ("{ a = [\"x\", local.y, [null]], b-c : \"\\\"\" }", true),
            ("{a = {b = {c = {d = 1}}}}", true),
            ("{\n  a = 1\n,\n  b = \"\"\n}", true),
            ("{a = {b = {c = {d = {e = {f = 1}}}}}}", false),
            ("{ a = 1,, b = 2 }", false),
            ("{ , a = 1 }", false),
            ("{ (a) = 1 }", false),
            ("{ \"${a.b}\" = 1 }", false),
            ("{ a = b }", false),
            ("{ a = -1 }", false),
            ("{ a = f(x) }", false),
            ("{ a = 1 /* b */ }", true),
            ("{ a = [ # b\n \"10.0.0.0/8\", // c\n /* d, */ 2, # e\n ] }", true),
            ("{ a = [1,, 2] }", false),
            ("{ for a, b in c.d : a => b }", false),
            ("{ null = 1 }", false),
            ("{ a { b = 1 } }", false),
            ("{ a = 1\r\n }", false),
            ("{ a = 1", false),
            ("", false),
        ] {
            let found = simple_object(raw, 0);
            assert_eq!(found.is_some(), is_simple, "{raw}");
            if found.is_some() {
                assert_eq!(found, tree::parse(raw), "{raw}");
            }
        }
    }

    #[test]
    fn what_needs_no_parser_is_what_the_parser_reads() {
        for (raw, is_simple) in [
            ("var.source", true),
            ("module.a-b.c_d.e1", true),
            ("_a.b", true),
            ("data.aws_x.y.id", true),
            (r#""${var.host}/m""#, true),
            (r#""${var.a}${local.b}""#, true),
            (r#""a b/${ var.c }–/*d${e.f.g}""#, true),
            (r#""${var.a}""#, true),
            (r##""${var.a}#1}2{//*b""##, true),
            (r##""#${var.a}// b""##, true),
            (r#""${var.a} b""#, false),
            (r#""a ${var.b}""#, false),
            (r#"" ${var.b}""#, false),
            ("var", false),
            ("null.a", false),
            ("true.a", false),
            ("a.for", false),
            ("a.if.b", false),
            ("a.0", false),
            ("a..b", false),
            ("a.b.", false),
            (".a", false),
            ("-a.b", false),
            ("é.b", false),
            ("a.b[0]", false),
            ("a.*.b", false),
            ("a .b", false),
            (" a.b", false),
            ("a.b # c", false),
            (r#""${var}""#, false),
            (r#""${~ var.a }""#, false),
            (r#""${a.b[0]}""#, false),
            (r#""$${var.a}""#, false),
            (r#""100%${var.a}""#, false),
            (r#""\n${var.a}""#, false),
            ("\"${var.a}\n\"", false),
            (r#""${var.a""#, false),
            (r#""${var.a}" == "${var.b}""#, false),
            ("", false),
        ] {
            let found = simple(raw);
            assert_eq!(found.is_some(), is_simple, "{raw}");
            if is_simple {
                assert_eq!(found, tree::parse(raw), "{raw}");
            }
        }
    }

    #[test]
    fn strings_of_json_are_templates() {
        for (json, expected) in [
            ("a", text("a")),
            (r#"a "quoted" \ b"#, text(r#"a "quoted" \ b"#)),
            ("${var.x}", Template(vec![path("var.x", &["x"])])),
            (r#"a"${var.m["k"]}\"#, Template(vec![text("a\""), path(r#"var.m["k"]"#, &["m", "k"]), text("\\")])),
            ("$${x}", text("${x}")),
            ("a\n${var.x}", Template(vec![text("a\n"), path("var.x", &["x"])])),
        ] {
            assert_eq!(parse_json_string(json), expected, "{json}");
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
            assert_eq!(parse(raw).literal_prefix(), expected, "{raw}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let raw = format!("{}\"x\"{}", "f(".repeat(2_000), ")".repeat(2_000));
        assert!(matches!(parse(&raw), Call { .. }));
    }
}
