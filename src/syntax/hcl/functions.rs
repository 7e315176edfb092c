//! The functions of texts and collections that addresses and versions are built with, computed where all they need is
//! known. The behaviour is that of Terraform's functions of the same names.

use super::expression::Expression;

/// What a function comes to. `arguments` are evaluated. A function that isn't one of ours stays a call; one whose
/// arguments aren't known is [`Expression::Unknown`] for the first of their reasons, or keeps what text it begins with.
pub(super) fn call(name: &str, arguments: Vec<Expression>) -> Expression {
    computed(name, &arguments).unwrap_or_else(|| Expression::Call { name: name.to_owned(), arguments })
}

fn computed(name: &str, arguments: &[Expression]) -> Option<Expression> {
    let text = match (name, arguments) {
        ("coalesce", _) => return coalesce(arguments),
        ("element", [Expression::List(elements), Expression::Literal(index)]) => {
            return elements.get(index.parse::<usize>().ok()?.checked_rem(elements.len())?).cloned();
        }
        ("format", [Expression::Literal(pattern), values @ ..]) => return format(pattern, values),
        ("join", [Expression::Literal(separator), Expression::List(elements)]) => {
            elements.iter().map(text).collect::<Option<Vec<_>>>()?.join(separator)
        }
        ("lookup", [Expression::Object(pairs), Expression::Literal(key), default @ ..]) => {
            let is_key = |it: &Expression| matches!(it, Expression::Literal(it) if it == key);
            let all_known = pairs.iter().all(|(key, _)| matches!(key, Expression::Literal(_)));
            let value = pairs.iter().rev().find(|(it, _)| is_key(it)).map(|(_, value)| value);
            return value.or(default.first().filter(|_| all_known)).cloned();
        }
        ("lower", [Expression::Literal(text)]) => text.to_lowercase(),
        ("replace", [Expression::Literal(text), Expression::Literal(what), Expression::Literal(by)]) => {
            // Between slashes it is a regular expression.
            let is_pattern = what.len() > 1 && what.starts_with('/') && what.ends_with('/');
            if is_pattern { return None } else { text.replace(what.as_str(), by) }
        }
        ("split", [Expression::Literal(separator), Expression::Literal(text)]) if !separator.is_empty() => {
            let parts = text.split(separator.as_str()).map(|it| Expression::Literal(it.to_owned()));
            return Some(Expression::List(parts.collect()));
        }
        ("tostring", [value]) => return text(value).map(|it| Expression::Literal(it.to_owned())),
        ("trimprefix", [Expression::Literal(text), Expression::Literal(prefix)]) => {
            text.strip_prefix(prefix.as_str()).unwrap_or(text).to_owned()
        }
        ("trimspace", [Expression::Literal(text)]) => text.trim().to_owned(),
        ("trimsuffix", [Expression::Literal(text), Expression::Literal(suffix)]) => {
            text.strip_suffix(suffix.as_str()).unwrap_or(text).to_owned()
        }
        // The first that can be evaluated: what isn't known might have been it.
        ("try", [first, ..]) => return Some(first.clone()).filter(is_known),
        ("upper", [Expression::Literal(text)]) => text.to_uppercase(),
        _ => return None,
    };
    Some(Expression::Literal(text))
}

fn text(value: &Expression) -> Option<&str> {
    if let Expression::Literal(text) = value { Some(text) } else { None }
}

fn is_known(value: &Expression) -> bool {
    match value {
        Expression::Literal(_) | Expression::Null => true,
        Expression::List(elements) => elements.iter().all(is_known),
        Expression::Object(pairs) => pairs.iter().all(|(key, value)| is_known(key) && is_known(value)),
        Expression::Call { .. }
        | Expression::Conditional { .. }
        | Expression::Other
        | Expression::Reference { .. }
        | Expression::Template(_)
        | Expression::Traversal { .. }
        | Expression::Unknown(_) => false,
    }
}

/// The first that is neither null nor empty; not known where one before it isn't.
fn coalesce(arguments: &[Expression]) -> Option<Expression> {
    let is_nothing = |it: &&Expression| matches!(it, Expression::Null) || text(it).is_some_and(str::is_empty);
    let first = arguments.iter().find(|it| !is_nothing(it))?;
    is_known(first).then(|| first.clone())
}

/// `format` with `%s`, `%v`, `%d` and `%%`. A value that isn't known leaves the text before it.
fn format(pattern: &str, values: &[Expression]) -> Option<Expression> {
    let mut values = values.iter();
    let mut parts = vec![String::new()];
    let mut open: Option<&Expression> = None;
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            parts.last_mut()?.push(character);
            continue;
        }
        match characters.next()? {
            '%' => parts.last_mut()?.push('%'),
            's' | 'v' | 'd' => match values.next()? {
                Expression::Literal(value) => parts.last_mut()?.push_str(value),
                other if open.is_none() => {
                    open = Some(other);
                    parts.push(String::new());
                }
                _ => {}
            },
            _ => return None,
        }
    }
    if values.next().is_some() {
        return None;
    }
    let prefix = parts.swap_remove(0);
    Some(match open {
        None => Expression::Literal(prefix),
        Some(open) => Expression::Template(vec![Expression::Literal(prefix), open.clone()]),
    })
}

#[cfg(test)]
mod tests {
    use crate::syntax::hcl::evaluate::{Alternative, Nothing, alternatives};
    use crate::syntax::hcl::expression::parse;

    #[test]
    fn functions() {
        for (raw, expected) in [
            (r#"format("%s//%s?ref=v%d", "h", "m", 2)"#, Ok("h//m?ref=v2")),
            (r#"format("100%%")"#, Ok("100%")),
            (r#"format("%s", var.x)"#, Err("")),
            (r#"format("git::h/%s/%s", "a", var.x)"#, Err("git::h/a/")),
            (r#"format("%5s", "x")"#, Err("")),
            (r#"format("%s", "x", "y")"#, Err("")),
            (r#"join("/", ["a", "b", 3])"#, Ok("a/b/3")),
            (r#"join("/", ["a", var.x])"#, Err("")),
            (r#"lower("AbC")"#, Ok("abc")),
            (r#"upper("AbC")"#, Ok("ABC")),
            (r#"replace("a-b-c", "-", ".")"#, Ok("a.b.c")),
            (r#"replace("a-b-c", "/-/", ".")"#, Err("")),
            (r#"trimprefix("v1.2", "v")"#, Ok("1.2")),
            (r#"trimprefix("1.2", "v")"#, Ok("1.2")),
            (r#"trimsuffix("x.git", ".git")"#, Ok("x")),
            (r#"trimspace(" x ")"#, Ok("x")),
            (r#"coalesce("", null, "x", "y")"#, Ok("x")),
            (r#"coalesce(var.x, "y")"#, Err("")),
            (r#"coalesce("x", var.y)"#, Ok("x")),
            (r#"lookup({ a = "1" }, "a", "2")"#, Ok("1")),
            (r#"lookup({ a = "1" }, "b", "2")"#, Ok("2")),
            (r#"lookup({ a = "1" }, "b")"#, Err("")),
            (r#"lookup({ (var.k) = "1" }, "b", "2")"#, Err("")),
            (r#"element(["a", "b"], 3)"#, Ok("b")),
            ("element([], 0)", Err("")),
            (r#"split("/", "a/b/c")[1]"#, Ok("b")),
            (r#"element(split("-", "a-b"), 1)"#, Ok("b")),
            (r#"split("/", "")[0]"#, Ok("")),
            (r#"split("/", "a")[1]"#, Err("")),
            (r#"split("/", var.x)[0]"#, Err("")),
            ("tostring(3)", Ok("3")),
            (r#"try("a", "b")"#, Ok("a")),
            (r#"try(var.a, "b")"#, Err("")),
        ] {
            let told = match alternatives(&parse(raw), &Nothing).as_slice() {
                [Alternative::Text(text)] => Ok(text.clone()),
                [Alternative::Open { prefix, .. }] => Err(prefix.clone()),
                other => panic!("{raw}: {other:?}"),
            };
            assert_eq!(told, expected.map(str::to_owned).map_err(str::to_owned), "{raw}");
        }
    }
}
