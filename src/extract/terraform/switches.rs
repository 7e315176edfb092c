//! What decides whether resources and calls are made: conditions of `count` and `for_each` as demands on variables, the
//! values that calls give, and the defaults of variables.
//!
//! Conditions are read as they are written, by the few forms that switches have: `var.on ? 1 : 0`,
//! `var.email == "" || var.vault == "" ? 0 : 1`, `length(var.topics) > 0 ? 1 : 0`, `var.topics`. What demands one thing or
//! another, or speaks of anything but variables, can't be told; where it stands beside other conditions that must hold
//! too, those are told.

use crate::facts::{Demand, Setting, Switches};
use crate::source::{Location, SourceFile};
use crate::syntax::hcl::{Attribute, Block, Body, literal, scan_object};

/// No condition of a switch is longer, and no default that has some.
const MAX_LENGTH: usize = 2048;

/// How deep brackets are followed.
const MAX_DEPTH: usize = 16;

/// What is demanded so that a block is made: nothing where no variable has a say.
pub(super) fn demands(body: &Body<'_>, block: &Block<'_>) -> Vec<Demand> {
    let times = body.attributes(block).find(|it| matches!(it.name, "count" | "for_each"));
    times.map_or_else(Vec::new, demands_of)
}

fn demands_of(times: &Attribute<'_>) -> Vec<Demand> {
    if !times.value.contains("var.") && !times.value.contains("local.") {
        return Vec::new();
    }
    let open = Demand::Open(times.name.to_owned());
    let read = if times.damaged || times.value.len() > MAX_LENGTH { None } else { of_times(times.value) };
    let Some(Demanded { mut told, is_all }) = read else { return vec![open] };
    if !is_all {
        told.push(open);
    }
    told
}

/// The switches of a call whose source stands there.
pub(super) fn of_call(body: &Body<'_>, block: &Block<'_>, at: Location) -> Switches {
    let mut found = Switches { at, is_call: true, to: None, values: String::with_capacity(128), only_if: Vec::new() };
    for it in body.attributes(block) {
        match it.name {
            "count" | "for_each" => found.only_if.extend(demands_of(it).iter().map(Demand::to_string)),
            "depends_on" | "providers" | "source" | "version" => {}
            name => Switches::add(&mut found.values, &[name], &setting(it)),
        }
    }
    found
}

/// Adds the default of a variable.
pub(super) fn add_default(file: &SourceFile<'_>, body: &Body<'_>, block: &Block<'_>, to: &mut String) {
    let (Some(name), Some(default)) = (body.labels(block).first(), body.attribute(block, "default")) else { return };
    let value = default.value;
    let has_switch = |it: &str| ["false", "null", "true", "\"\""].into_iter().any(|word| it.contains(word));
    if value.starts_with('{') && value.len() <= MAX_LENGTH && has_switch(value) {
        let (object, _) = scan_object(file.text(), default.value_span.clone());
        for part in object.attributes.iter().filter(|it| it.parent.is_none()) {
            Switches::add(to, &[name.text, ".", part.name], &setting(part));
        }
    }
    Switches::add(to, &[name.text], &setting(default));
}

/// What a value comes to as a switch.
pub(crate) fn setting<'a>(it: &Attribute<'a>) -> Setting<'a> {
    if it.damaged { Setting::Open } else { of_value(it.value.trim()) }
}

fn of_value(raw: &str) -> Setting<'_> {
    match raw {
        "true" | "\"true\"" => Setting::True,
        "false" | "\"false\"" => Setting::False,
        "null" | "\"\"" | "[]" | "{}" | "0" => Setting::Empty,
        _ => match raw.as_bytes() {
            [b'"', ..] if literal(raw).is_some() => Setting::Given,
            // A text with something else around an expression is never empty.
            [b'"', rest @ ..] => match rest {
                [b'$' | b'%', b'{', ..] => Setting::Open,
                _ => Setting::Given,
            },
            [b'0'..=b'9' | b'-' | b'<', ..] => Setting::Given,
            [b'[', inner @ .., b']'] | [b'{', inner @ .., b'}'] => match inner.iter().all(u8::is_ascii_whitespace) {
                true => Setting::Empty,
                false => Setting::Given,
            },
            _ => of_name(raw),
        },
    }
}

/// What a name comes to, as far as it is one and no more.
fn of_name(raw: &str) -> Setting<'_> {
    let is_name = |it: &str| it.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    let is_one = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'[' | b']' | b'"');
    let of_resource = || {
        let (first, rest) = raw.split_once('.')?;
        // `aws_kms_key.this[0].arn`, `module.vault.id`.
        let is_it = first == "module" || first == "data" || first.contains('_');
        (is_it && rest.bytes().all(is_one)).then_some(Setting::Reference)
    };
    let name_in = |root: &str| raw.strip_prefix(root).filter(|it| is_name(it));
    // `local.accounts[local.environment].on` is a part of a local value.
    match (name_in("var."), raw.strip_prefix("local.").filter(|it| it.bytes().all(is_one))) {
        (Some(name), _) => Setting::Variable(name),
        (_, Some(name)) => Setting::Local(name),
        (None, None) => of_resource().unwrap_or(Setting::Open),
    }
}

/// What a condition demands.
struct Demanded {
    /// What all has to be so.
    told: Vec<Demand>,
    /// Whether no more than that is demanded.
    is_all: bool,
}

/// What `count` or `for_each` demands so that there is at least one; none where nothing of it can be told.
fn of_times(raw: &str) -> Option<Demanded> {
    let raw = bare(raw);
    if let Some((condition, then, otherwise)) = conditional(raw) {
        return match (is_none(then), is_none(otherwise)) {
            (false, true) => when(condition, true, 0),
            (true, false) => when(condition, false, 0),
            (true, true) | (false, false) => None,
        };
    }
    let name = variable(raw)
        .or_else(|| variable(argument_of("length", raw)?))
        .or_else(|| variable(argument_of("toset", raw)?));
    Some(Demanded { told: vec![Demand::Given(name?.to_owned())], is_all: true })
}

/// What is demanded so that a condition is true, or false: each of them.
fn when(raw: &str, is_true: bool, depth: usize) -> Option<Demanded> {
    let raw = bare(raw);
    if depth > MAX_DEPTH {
        return None;
    }
    for (operator, all) in [("||", !is_true), ("&&", is_true)] {
        if let Some((left, right)) = split(raw, operator) {
            // Where one of two is enough, neither is demanded.
            if !all {
                return None;
            }
            return match (when(left, is_true, depth + 1), when(right, is_true, depth + 1)) {
                (Some(mut left), Some(right)) => {
                    left.told.extend(right.told);
                    Some(Demanded { is_all: left.is_all && right.is_all, ..left })
                }
                (Some(one), None) | (None, Some(one)) => Some(Demanded { is_all: false, ..one }),
                (None, None) => None,
            };
        }
    }
    if let Some(rest) = raw.strip_prefix('!').filter(|it| !it.starts_with('=')) {
        return when(rest, !is_true, depth + 1);
    }
    one(raw, is_true).map(|it| Demanded { told: vec![it], is_all: true })
}

/// What a comparison, or a variable alone, demands.
fn one(raw: &str, is_true: bool) -> Option<Demand> {
    let truth = |name: &str, is_it: bool| {
        let name = name.to_owned();
        if is_it == is_true { Demand::True(name) } else { Demand::False(name) }
    };
    let presence = |name: &str, is_it: bool| {
        let name = name.to_owned();
        if is_it == is_true { Demand::Given(name) } else { Demand::Empty(name) }
    };
    for (operator, is_same) in [("==", true), ("!=", false)] {
        let Some((left, right)) = split(raw, operator) else { continue };
        let (left, right) = (bare(left), bare(right));
        if let Some(of) = argument_of("length", left).and_then(variable) {
            return (right == "0").then(|| presence(of, !is_same));
        }
        let name = variable(left)?;
        return match right {
            "true" => Some(truth(name, is_same)),
            "false" => Some(truth(name, !is_same)),
            "\"\"" | "null" | "0" | "[]" | "{}" => Some(presence(name, !is_same)),
            _ => None,
        };
    }
    if let Some((left, right)) = split(raw, ">") {
        let left = bare(left);
        let name = argument_of("length", left).and_then(variable).or_else(|| variable(left))?;
        return (bare(right) == "0").then(|| presence(name, true));
    }
    variable(raw).or_else(|| argument_of("tobool", raw).and_then(variable)).map(|it| truth(it, true))
}

/// The variable, or the part of one, that a text names and nothing else.
fn variable(raw: &str) -> Option<&str> {
    let name = raw.strip_prefix("var.")?;
    let is_name =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    is_name.then_some(name)
}

/// What a call of this function is given.
fn argument_of<'r>(function: &str, raw: &'r str) -> Option<&'r str> {
    let inner = raw.strip_prefix(function)?.trim_start().strip_prefix('(')?.strip_suffix(')')?;
    (!inner.contains(['(', ')'])).then(|| inner.trim())
}

/// Whether a count or a set holds nothing.
fn is_none(raw: &str) -> bool {
    let raw = bare(raw);
    let inner = argument_of("toset", raw).or_else(|| argument_of("tomap", raw)).unwrap_or(raw);
    matches!(inner, "0" | "[]" | "{}" | "null" | "\"0\"")
}

/// `condition ? then : otherwise`.
fn conditional(raw: &str) -> Option<(&str, &str, &str)> {
    let (condition, rest) = split(raw, "?")?;
    let (then, otherwise) = split(rest, ":")?;
    // A condition within another one says more than one thing.
    let is_single = split(otherwise, "?").is_none() && split(then, "?").is_none();
    is_single.then_some((condition, then, otherwise))
}

/// The parts before and behind an operator that stands in no bracket and in no text: the first of them.
fn split<'r>(raw: &'r str, operator: &str) -> Option<(&'r str, &'r str)> {
    let bytes = raw.as_bytes();
    let (mut depth, mut is_text, mut at) = (0_usize, false, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if is_text => at += 1,
            b'"' => is_text = !is_text,
            b'(' | b'[' | b'{' if !is_text => depth += 1,
            b')' | b']' | b'}' if !is_text => depth = depth.saturating_sub(1),
            _ if depth == 0 && !is_text && bytes[at..].starts_with(operator.as_bytes()) => {
                let (before, after) = (raw.get(..at)?, raw.get(at + operator.len()..)?);
                // `>=` is no `>`.
                let is_other = operator == ">" && after.starts_with('=');
                return (!is_other).then_some((before, after));
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// A text without blanks and brackets around the whole of it.
fn bare(raw: &str) -> &str {
    let mut raw = raw.trim();
    while let Some(inner) = raw.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
        // `(a) || (b)` begins and ends with brackets of two.
        let mut depth = 1_i32;
        let is_one = inner.bytes().all(|b| {
            depth += i32::from(b == b'(') - i32::from(b == b')');
            depth > 0
        });
        if !is_one {
            break;
        }
        raw = inner.trim();
    }
    raw
}

#[cfg(test)]
mod tests {
    use super::{Demanded, Setting, of_times, of_value};

    #[test]
    fn what_conditions_demand() {
        for (raw, expected) in [
            ("var.on ? 1 : 0", Some("on")),
            ("(var.on) ? 1 : 0", Some("on")),
            ("var.on == true ? 1 : 0", Some("on")),
            ("var.on ? 0 : 1", Some("!on")),
            ("!var.on ? 1 : 0", Some("!on")),
            ("var.options.on != false ? 1 : 0", Some("options.on")),
            (r#"var.email == "" || var.vault == "" ? 0 : 1"#, Some("email is given, vault is given")),
            (r#"(var.email != "") && var.on ? 1 : 0"#, Some("email is given, on")),
            (r#"var.email == null ? [] : [1]"#, Some("email is given")),
            ("length(var.topics) > 0 ? 1 : 0", Some("topics is given")),
            ("var.topics", Some("topics is given")),
            ("toset(var.topics)", Some("topics is given")),
            ("var.on ? toset([\"a\"]) : toset([])", Some("on")),
            // What stands beside what can't be told is demanded all the same.
            ("local.on && var.on && !local.is_off ? 1 : 0", Some("on, …")),
            ("var.on && var.env == \"prod\" ? 1 : 0", Some("on, …")),
            ("local.off || !var.on ? 0 : 1", Some("on, …")),
            ("(var.a || var.b) && var.c != null ? 1 : 0", Some("c is given, …")),
            ("local.a && local.b ? 1 : 0", None),
            ("!(local.a && var.b) ? 1 : 0", None),
            // One of two is enough.
            ("var.a || var.b ? 1 : 0", None),
            ("local.a && var.b || var.c ? 1 : 0", None),
            ("var.env == \"prod\" ? 1 : 0", None),
            ("var.env == \"prod?1:0\" ? 1 : 0", None),
            ("local.on ? 1 : 0", None),
            ("var.a ? 1 : var.b ? 1 : 0", None),
            ("var.n >= 0 ? 1 : 0", None),
            ("var.on ? 2 : 1", None),
            ("{ for it in var.all : it => it }", None),
            ("var.on ?", None),
            ("(((", None),
        ] {
            let words = |Demanded { told, is_all }: Demanded| {
                let rest = (!is_all).then(|| "…".to_owned());
                told.iter().map(ToString::to_string).chain(rest).collect::<Vec<_>>().join(", ")
            };
            let told = of_times(raw).map(words);
            assert_eq!(told.as_deref(), expected, "{raw}");
        }
    }

    #[test]
    fn what_values_come_to() {
        for (raw, expected) in [
            ("true", Setting::True),
            ("\"\"", Setting::Empty),
            ("[ ]", Setting::Empty),
            ("\"a@example.org\"", Setting::Given),
            ("\"x-${var.env}\"", Setting::Given),
            ("\"${var.env}\"", Setting::Open),
            ("var.email", Setting::Variable("email")),
            ("module.vault.id", Setting::Reference),
            ("data.azurerm_key_vault.all.id", Setting::Reference),
            ("aws_kms_key.this[0].arn", Setting::Reference),
            ("local.email", Setting::Local("email")),
            ("local.all[local.env].on", Setting::Local("all[local.env].on")),
            ("local.all[*].on", Setting::Open),
            ("local.a || local.b", Setting::Open),
            ("try(var.email, \"\")", Setting::Open),
            ("7", Setting::Given),
            ("", Setting::Open),
        ] {
            assert_eq!(of_value(raw), expected, "{raw}");
        }
    }
}
