//! What an expression comes to without running anything: references are looked up in a [`Scope`], functions of texts
//! are computed, and where a condition decides, both outcomes are kept.
//!
//! Knows HCL only. What a name stands for (`local`, `var`, `include`) is the scope's knowledge.

use std::cell::Cell;

use super::expression::Expression;
use super::functions;

/// How many conditions one value may hang on: each doubles its alternatives.
const MAX_CONDITIONS: u32 = 6;
/// How many parts of expressions are looked at for one value.
const MAX_STEPS: u32 = 20_000;
/// How many values one expression may have.
pub const MAX_ALTERNATIVES: usize = 16;
/// What is told where it has more.
pub const TOO_MANY_CONDITIONS: &str = "it hangs on too many conditions";
/// What is told where its steps are used up.
pub const TOO_MANY_STEPS: &str = "it takes too many steps";
/// Texts longer than this are given up: no address or version is.
const MAX_TEXT: usize = 16 * 1024;

/// What names stand for.
pub trait Scope {
    /// The value of a path and how many of its steps it took; else why it isn't known, as a clause. `steps` are
    /// evaluated.
    ///
    /// The value may be a [`Reference`](Expression::Reference) again: a thing that the scope looks into step by step. It is
    /// asked for with its own steps and one more.
    ///
    /// # Errors
    /// Why the value isn't known: "`var.x` has no default".
    fn reference(&self, root: &str, steps: &[Expression]) -> Result<(Expression, usize), String>;

    /// The value of a function that is the scope's own; `None` where it isn't. `arguments` are evaluated.
    fn call(&self, _name: &str, _arguments: &[Expression]) -> Option<Result<Expression, String>> {
        None
    }
}

/// The scope in which no name stands for anything: for values that no other place has a say in.
pub struct Nothing;

impl Scope for Nothing {
    fn reference(&self, _root: &str, _steps: &[Expression]) -> Result<(Expression, usize), String> {
        Err("its value is decided elsewhere".to_owned())
    }
}

/// One of the values that an expression may have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alternative {
    /// A text.
    Text(String),
    /// `null`.
    Null,
    /// Not known.
    Open {
        /// The text it begins with.
        prefix: String,
        /// The whole of it, with `…` where a part isn't known.
        shown: String,
        /// Why it isn't known, as a clause.
        reason: String,
    },
}

/// The values that an expression may have: one, or more where a condition decides. Never empty; each once, in the
/// order they are written. One that is open stands for more than [`MAX_ALTERNATIVES`].
pub fn alternatives(expression: &Expression, scope: &dyn Scope) -> Vec<Alternative> {
    let mut found = Vec::new();
    let value = evaluate(expression, scope);
    collect(&value, &mut found);
    if found.len() > MAX_ALTERNATIVES {
        let prefix = value.literal_prefix().into_owned();
        found =
            vec![Alternative::Open { shown: format!("{prefix}…"), prefix, reason: TOO_MANY_CONDITIONS.to_owned() }];
    }
    found
}

fn collect(value: &Expression, found: &mut Vec<Alternative>) {
    let alternative = match value {
        Expression::Conditional { condition: _, then, otherwise } => {
            collect(then, found);
            return collect(otherwise, found);
        }
        Expression::Literal(text) => Alternative::Text(text.clone()),
        Expression::Null => Alternative::Null,
        other => Alternative::Open {
            prefix: other.literal_prefix().into_owned(),
            shown: shown(other),
            reason: reason(other),
        },
    };
    if found.len() <= MAX_ALTERNATIVES && !found.contains(&alternative) {
        found.push(alternative);
    }
}

/// The expression with everything in it computed that can be.
pub fn evaluate(expression: &Expression, scope: &dyn Scope) -> Expression {
    let evaluator = Evaluator { scope, conditions: Cell::new(MAX_CONDITIONS), steps: Cell::new(MAX_STEPS) };
    evaluator.evaluate(expression)
}

struct Evaluator<'a> {
    scope: &'a dyn Scope,
    conditions: Cell<u32>,
    steps: Cell<u32>,
}

impl Evaluator<'_> {
    fn evaluate(&self, expression: &Expression) -> Expression {
        if !spend(&self.steps) {
            return Expression::Unknown(TOO_MANY_STEPS.to_owned());
        }
        let all = |parts: &[Expression]| parts.iter().map(|it| self.evaluate(it)).collect::<Vec<_>>();
        match expression {
            Expression::Literal(_) | Expression::Null | Expression::Unknown(_) => expression.clone(),
            Expression::Other => Expression::Unknown("this kind of expression is not evaluated".to_owned()),
            Expression::Template(parts) => self.each_outcome(all(parts), &|parts| join(parts)),
            Expression::List(elements) => Expression::List(all(elements)),
            Expression::Object(pairs) => Expression::Object(
                pairs.iter().map(|(key, value)| (self.evaluate(key), self.evaluate(value))).collect(),
            ),
            Expression::Reference { text: _, root, steps } => {
                let steps = all(steps);
                match self.scope.reference(root, &steps) {
                    Ok((value, taken)) => match self.charge(&value) {
                        true => descend(value, steps.get(taken..).unwrap_or_default(), self.scope),
                        false => Expression::Unknown(TOO_MANY_STEPS.to_owned()),
                    },
                    Err(reason) => Expression::Unknown(reason),
                }
            }
            Expression::Traversal { base, steps } => descend(self.evaluate(base), &all(steps), self.scope),
            Expression::Conditional { condition, then, otherwise } => match &**condition {
                // Only what is written there decides: a variable's default may be overridden.
                Expression::Literal(it) if it == "true" => self.evaluate(then),
                Expression::Literal(it) if it == "false" => self.evaluate(otherwise),
                _ => {
                    let (then, otherwise) = (self.evaluate(then), self.evaluate(otherwise));
                    if then == otherwise {
                        return then;
                    }
                    conditional((**condition).clone(), then, otherwise)
                }
            },
            Expression::Call { name, arguments } => {
                self.each_outcome(all(arguments), &|arguments| match self.scope.call(name, &arguments) {
                    Some(value) => value.unwrap_or_else(Expression::Unknown),
                    None => functions::call(name, arguments),
                })
            }
        }
    }

    /// Takes what a value that was looked up weighs from the steps that are left: values made of values double with each
    /// name that they go through.
    fn charge(&self, value: &Expression) -> bool {
        let left = self.steps.get();
        let size = value.size(left as usize);
        self.steps.set(left.saturating_sub(size as u32));
        size <= left as usize
    }

    /// What `compute` makes of the parts; where some of them hang on a condition, for each of its outcomes.
    fn each_outcome(&self, parts: Vec<Expression>, compute: &dyn Fn(Vec<Expression>) -> Expression) -> Expression {
        let is_conditional = |it: &Expression| matches!(it, Expression::Conditional { .. });
        let Some(at) = parts.iter().position(is_conditional) else {
            return match compute(parts) {
                Expression::Literal(text) if text.len() > MAX_TEXT => {
                    Expression::Unknown("its text is too long".to_owned())
                }
                value => value,
            };
        };
        let Expression::Conditional { condition, then, otherwise } = parts[at].clone() else { return compute(parts) };
        if !spend(&self.conditions) {
            return Expression::Unknown(TOO_MANY_CONDITIONS.to_owned());
        }
        let with = |value: Expression| {
            let mut parts = parts.clone();
            parts[at] = value;
            self.each_outcome(parts, compute)
        };
        let (then, otherwise) = (with(*then), with(*otherwise));
        conditional(*condition, then, otherwise)
    }
}

fn conditional(condition: Expression, then: Expression, otherwise: Expression) -> Expression {
    Expression::Conditional { condition: Box::new(condition), then: Box::new(then), otherwise: Box::new(otherwise) }
}

fn spend(budget: &Cell<u32>) -> bool {
    let left = budget.get().checked_sub(1);
    budget.set(left.unwrap_or(0));
    left.is_some()
}

/// A template with its neighbouring texts as one.
fn join(parts: Vec<Expression>) -> Expression {
    let mut joined: Vec<Expression> = Vec::with_capacity(parts.len());
    for part in parts {
        let parts = match part {
            Expression::Template(inner) => inner,
            other => vec![other],
        };
        for part in parts {
            match (joined.last_mut(), part) {
                (Some(Expression::Literal(before)), Expression::Literal(text)) => before.push_str(&text),
                (_, part) => joined.push(part),
            }
        }
    }
    match joined.as_mut_slice() {
        [] => Expression::Literal(String::new()),
        // A template of one thing is that thing: `"${local.x}"`.
        [_only] => joined.remove(0),
        _ => Expression::Template(joined),
    }
}

/// The element of a value that a path leads to.
fn descend(mut value: Expression, steps: &[Expression], scope: &dyn Scope) -> Expression {
    for step in steps {
        value = match (value, step) {
            (unknown @ Expression::Unknown(_), _) => return unknown,
            (Expression::Conditional { condition, then, otherwise }, _) => conditional(
                *condition,
                descend(*then, std::slice::from_ref(step), scope),
                descend(*otherwise, std::slice::from_ref(step), scope),
            ),
            (_, Expression::Unknown(reason)) => return Expression::Unknown(reason.clone()),
            (Expression::Object(pairs), Expression::Literal(name)) => {
                let is_named = |key: &Expression| matches!(key, Expression::Literal(it) if it == name);
                match pairs.into_iter().rev().find(|(key, _)| is_named(key)) {
                    Some((_, value)) => value,
                    None => return Expression::Unknown(format!("there is no `{name}` where it looks for one")),
                }
            }
            (Expression::List(mut elements), Expression::Literal(index)) => match index.parse::<usize>() {
                Ok(index) if index < elements.len() => elements.swap_remove(index),
                _ => return Expression::Unknown(format!("there is no element {index} where it looks for one")),
            },
            (Expression::Call { name, .. }, _) => {
                return Expression::Unknown(format!("the function `{name}` is not evaluated"));
            }
            (Expression::Reference { text: _, root, steps: mut inner }, step) => {
                inner.push(step.clone());
                match scope.reference(&root, &inner) {
                    Ok((value, taken)) if taken == inner.len() => value,
                    Ok((value, taken)) if taken + 1 == inner.len() => match value {
                        Expression::Reference { .. } => return Expression::Unknown(NOT_A_TEXT.to_owned()),
                        value => descend(value, std::slice::from_ref(step), scope),
                    },
                    Ok(_) => return Expression::Unknown(NOT_A_TEXT.to_owned()),
                    Err(reason) => return Expression::Unknown(reason),
                }
            }
            _ => return Expression::Unknown("it looks into a value that is not known".to_owned()),
        };
    }
    value
}

const NOT_A_TEXT: &str = "it is not a text";

/// The texts in a value, with `…` for what isn't known.
fn shown(value: &Expression) -> String {
    match value {
        Expression::Literal(text) => text.clone(),
        Expression::Template(parts) => parts.iter().map(shown).collect(),
        Expression::Call { .. }
        | Expression::Conditional { .. }
        | Expression::List(_)
        | Expression::Null
        | Expression::Object(_)
        | Expression::Other
        | Expression::Reference { .. }
        | Expression::Traversal { .. }
        | Expression::Unknown(_) => "…".to_owned(),
    }
}

/// Why a value isn't a text: the first part of it that isn't known.
pub fn reason(value: &Expression) -> String {
    let inside = |parts: &[Expression]| {
        parts.iter().find(|it| !matches!(it, Expression::Literal(_) | Expression::Null)).map(reason)
    };
    let found = match value {
        Expression::Unknown(reason) => Some(reason.clone()),
        Expression::Template(parts) => inside(parts),
        Expression::Call { name, arguments } => {
            inside(arguments).or_else(|| Some(format!("the function `{name}` is not evaluated")))
        }
        Expression::Conditional { .. }
        | Expression::List(_)
        | Expression::Literal(_)
        | Expression::Null
        | Expression::Object(_)
        | Expression::Other
        | Expression::Reference { .. }
        | Expression::Traversal { .. } => None,
    };
    found.unwrap_or_else(|| NOT_A_TEXT.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::syntax::hcl::expression::parse;

    /// `local.NAME` with these values; everything else has none.
    struct Locals(BTreeMap<&'static str, &'static str>);

    impl Scope for Locals {
        fn reference(&self, root: &str, steps: &[Expression]) -> Result<(Expression, usize), String> {
            match (root, steps.first()) {
                ("local", Some(Expression::Literal(name))) => match self.0.get(name.as_str()) {
                    Some(raw) => Ok((evaluate(&parse(raw), self), 1)),
                    None => Err(format!("`local.{name}` is not there")),
                },
                _ => Err(format!("`{root}` is not known")),
            }
        }
    }

    fn told(raw: &str) -> String {
        let locals = Locals(BTreeMap::from([
            ("host", r#""git.example.org""#),
            ("base", r#""git::https://${local.host}""#),
            ("map", r#"{ vpc = "1.2.0", "rds" : { ref = "v2" }, list = ["a", "b"] }"#),
            ("either", r#"var.new ? "new" : "old""#),
            ("none", "null"),
        ]));
        let alternatives = alternatives(&parse(raw), &locals);
        let told = alternatives.into_iter().map(|it| match it {
            Alternative::Text(text) => text,
            Alternative::Null => "null".to_owned(),
            Alternative::Open { prefix, shown: _, reason } => format!("{prefix}… ({reason})"),
        });
        told.collect::<Vec<_>>().join(" or ")
    }

    #[test]
    fn values() {
        for (raw, expected) in [
            (r#""a${"b"}${1}""#, "ab1"),
            (r#"true ? "a" : "b""#, "a"),
            (r#"var.x ? "a" : "a""#, "a"),
            (r#""./${false ? "a" : "b"}""#, "./b"),
            (r#""${local.base}/acme/vpc.git""#, "git::https://git.example.org/acme/vpc.git"),
            ("local.map.vpc", "1.2.0"),
            (r#"local.map["vpc"]"#, "1.2.0"),
            ("local.map.rds.ref", "v2"),
            ("local.map.list[1]", "b"),
            ("local.map.list.0", "a"),
            ("local.none", "null"),
            ("\"${local.none}\"", "null"),
            // Both outcomes, wherever the condition stands.
            (r#"var.x ? "a" : "b""#, "a or b"),
            (r#""m-${var.x ? "a" : "b"}-n""#, "m-a-n or m-b-n"),
            (r#""${local.either}/${local.either}""#, "new/new or new/old or old/new or old/old"),
            (r#"upper(local.either)"#, "NEW or OLD"),
            (r#"var.x ? "a" : var.y"#, "a or … (`var` is not known)"),
            (r#"var.x ? "a" : null"#, "a or null"),
            // Not known.
            (r#""a${var.x}""#, "a… (`var` is not known)"),
            ("local.gone", "… (`local.gone` is not there)"),
            ("local.map.gone", "… (there is no `gone` where it looks for one)"),
            ("local.map.list[7]", "… (there is no element 7 where it looks for one)"),
            ("local.map.vpc.x", "… (it looks into a value that is not known)"),
            ("1 + 2", "… (this kind of expression is not evaluated)"),
            (r#"["a"]"#, "… (it is not a text)"),
            ("uuid()", "… (the function `uuid` is not evaluated)"),
            (r#"f({ a = 1 }).b"#, "… (the function `f` is not evaluated)"),
            (r#""a  ${~ "b" ~}  c""#, "abc"),
        ] {
            assert_eq!(told(raw), expected, "{raw}");
        }
    }

    #[test]
    fn what_multiplies_itself_ends() {
        let raw = format!("\"{}\"", r#"${var.x ? "a" : "b"}"#.repeat(40));
        assert!(told(&raw).contains("too many conditions"), "{}", told(&raw));
    }

    #[test]
    fn more_outcomes_than_anyone_reads_are_one_that_is_open() {
        fn nested(depth: u32, next: &mut u32) -> String {
            if depth == 0 {
                *next += 1;
                return format!("\"./m{next}\"");
            }
            format!("(var.x ? {} : {})", nested(depth - 1, next), nested(depth - 1, next))
        }
        let told = |depth: u32| alternatives(&parse(&nested(depth, &mut 0)), &Nothing);
        assert_eq!(told(4).len(), MAX_ALTERNATIVES);
        let open = Alternative::Open {
            prefix: "./m".to_owned(),
            shown: "./m…".to_owned(),
            reason: TOO_MANY_CONDITIONS.to_owned(),
        };
        assert_eq!(told(5), [open]);
    }

    #[test]
    fn what_grows_with_each_name_ends() {
        /// Every name stands for a long list.
        struct Long;
        impl Scope for Long {
            fn reference(&self, _root: &str, _steps: &[Expression]) -> Result<(Expression, usize), String> {
                Ok((Expression::List(vec![Expression::Null; 4_000]), 0))
            }
        }
        let sum = |n: usize| evaluate(&parse(&format!("[{}]", "a, ".repeat(n))), &Long).size(usize::MAX);
        assert_eq!(sum(4), 1 + 4 * 4_001);
        assert!(sum(40) < MAX_STEPS as usize, "{}", sum(40));
    }
}
