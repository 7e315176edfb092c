//! What decides whether a template of a chart makes the object that stands at a place: the actions around it (`if`, `with`,
//! `range`), as demands on the chart's values.
//!
//! Read by the forms that conditions of charts have: `.Values.a.b`, `not`, `and`, `eq .Values.a true`,
//! `index .Values "a" "b"`. In a template everything is true that isn't false, zero, null or empty. What demands one thing
//! or another, or speaks of anything but values, can't be told.

use crate::facts::Demand;

/// How deep brackets are followed.
const MAX_DEPTH: usize = 16;

/// How far into a template actions are followed: they are gone through for each object.
const FARTHEST: usize = 256 * 1024;

/// No condition is longer.
const MAX_LENGTH: usize = 1024;

/// An action that ends with `end`.
struct Frame {
    /// The word that it begins with.
    word: &'static str,
    /// What its branches so far demand, so that they are not taken.
    not_before: Vec<Demand>,
    /// What the branch demands that is open.
    demands: Vec<Demand>,
}

/// What is demanded so that a template makes what stands at this offset.
pub(super) fn demands_at(text: &str, at: usize) -> Vec<Demand> {
    if at > FARTHEST {
        return vec![Demand::Open("if".to_owned())];
    }
    let mut frames: Vec<Frame> = Vec::new();
    for action in actions(text.get(..at).unwrap_or("")) {
        let (word, rest) = action.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((action, ""));
        match word {
            "if" | "with" | "range" => frames.push(Frame::open(word, rest)),
            "define" | "block" => {
                let demands = vec![Demand::Open("define".to_owned())];
                frames.push(Frame { word: "define", not_before: Vec::new(), demands });
            }
            "else" => {
                if let Some(frame) = frames.last_mut() {
                    frame.turn(rest.trim());
                }
            }
            "end" => drop(frames.pop()),
            _ => {}
        }
    }
    let mut demands: Vec<Demand> = Vec::new();
    for it in frames.into_iter().flat_map(|it| it.not_before.into_iter().chain(it.demands)) {
        if !demands.contains(&it) {
            demands.push(it);
        }
    }
    demands
}

impl Frame {
    fn open(word: &str, condition: &str) -> Self {
        let word = match word {
            "with" => "with",
            "range" => "range",
            _ => "if",
        };
        Frame { word, not_before: Vec::new(), demands: of_branch(word, condition) }
    }

    /// `else`, `else if`, `else with`.
    fn turn(&mut self, rest: &str) {
        // Of several that are demanded one alone may be missing.
        let before = match self.demands.as_slice() {
            [one] => negated(one),
            [] | [_, _, ..] => Demand::Open(self.word.to_owned()),
        };
        self.not_before.push(before);
        let (word, condition) = rest.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((rest, ""));
        self.demands = if word.is_empty() { Vec::new() } else { of_branch("if", condition) };
    }
}

/// What a branch demands so that it is taken.
fn of_branch(word: &'static str, condition: &str) -> Vec<Demand> {
    let condition = condition.trim();
    // `range $key, $value := .Values.all`, `with $it := .Values.it`
    let condition = match condition.split_once(":=") {
        Some((names, value)) if names.trim_start().starts_with('$') => value,
        Some(_) | None => condition,
    };
    let told = if condition.len() > MAX_LENGTH { None } else { when(condition, 0) };
    let opaque = || vec![Demand::Open(word.to_owned())];
    told.unwrap_or_else(opaque)
}

/// The same demand turned round.
fn negated(demand: &Demand) -> Demand {
    match demand {
        Demand::True(it) => Demand::False(it.clone()),
        Demand::False(it) => Demand::True(it.clone()),
        Demand::Given(it) => Demand::Empty(it.clone()),
        Demand::Empty(it) => Demand::Given(it.clone()),
        Demand::Open(it) => Demand::Open(it.clone()),
    }
}

/// What is demanded so that an expression is true: each of them. Nothing where that can't be told.
fn when(raw: &str, depth: usize) -> Option<Vec<Demand>> {
    if depth > MAX_DEPTH {
        return None;
    }
    let words = words(raw)?;
    match words.as_slice() {
        ["true"] => Some(Vec::new()),
        [one] => match one.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
            Some(inner) => when(inner, depth + 1),
            None => value(one).map(|it| vec![Demand::True(it)]),
        },
        ["and", all @ ..] => {
            let of_one = |it: &&str| when(it, depth + 1).unwrap_or_else(|| vec![Demand::Open("if".to_owned())]);
            Some(all.iter().flat_map(of_one).collect())
        }
        ["not" | "empty", one] => match when(one, depth + 1)?.as_slice() {
            [demand] => Some(vec![negated(demand)]),
            [] | [_, _, ..] => None,
        },
        ["eq", one, "true"] | ["ne", one, "false"] => when(one, depth + 1),
        ["eq", one, "false"] => when(one, depth + 1).filter(|it| it.len() == 1).map(|it| vec![negated(&it[0])]),
        ["default", "false", one] => when(one, depth + 1),
        ["index", of, keys @ ..] => {
            let mut path = match *of {
                ".Values" | "$.Values" => String::new(),
                of => value(of)?,
            };
            for key in keys {
                let key = key.strip_prefix('"')?.strip_suffix('"').filter(|it| is_name(it))?;
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            (!path.is_empty()).then(|| vec![Demand::True(path)])
        }
        _ => None,
    }
}

/// The value that a text names and nothing else.
fn value(raw: &str) -> Option<String> {
    let path = raw.strip_prefix("$.Values.").or_else(|| raw.strip_prefix(".Values."))?;
    path.split('.').all(is_name).then(|| path.to_owned())
}

fn is_name(it: &str) -> bool {
    !it.is_empty() && it.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// The words of an expression: brackets and texts are one each. None for a pipe, and where brackets don't match.
fn words(raw: &str) -> Option<Vec<&str>> {
    let (mut words, mut start, mut depth, mut quote) = (Vec::new(), None, 0_usize, None);
    for (at, byte) in raw.bytes().enumerate() {
        if let Some(open) = quote {
            if byte == open {
                quote = None;
            }
            continue;
        }
        match byte {
            b'"' | b'`' => quote = Some(byte),
            b'(' => depth += 1,
            b')' => depth = depth.checked_sub(1)?,
            b'|' if depth == 0 => return None,
            _ => {}
        }
        if byte.is_ascii_whitespace() && depth == 0 {
            words.extend(start.take().map(|start: usize| &raw[start..at]));
        } else {
            start.get_or_insert(at);
        }
    }
    words.extend(start.map(|start| &raw[start..]));
    (depth == 0 && quote.is_none()).then_some(words)
}

/// The actions of a template, without their braces and dashes; comments left out.
fn actions(text: &str) -> impl Iterator<Item = &str> {
    let mut next = 0;
    std::iter::from_fn(move || {
        loop {
            let start = next + memchr::memmem::find(&text.as_bytes()[next..], b"{{")? + 2;
            let rest = &text[start..];
            let body = rest.strip_prefix('-').unwrap_or(rest).trim_start();
            if body.starts_with("/*") {
                next = start + rest.find("*/")? + 2;
                continue;
            }
            let end = end_of_action(rest)?;
            next = start + end + 2;
            let action = &rest[..end];
            return Some(action.strip_prefix('-').unwrap_or(action).trim_end_matches('-').trim());
        }
    })
}

/// Where the braces stand that close an action: those in texts don't.
fn end_of_action(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut quote, mut at) = (None, 0);
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (Some(b'"'), b'\\') => at += 1,
            (Some(open), byte) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, byte @ (b'"' | b'`')) => quote = Some(byte),
            (None, b'}') if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            (None, _) => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::demands_at;

    #[test]
    fn what_the_actions_around_a_place_demand() {
        for (text, expected) in [
            ("@", ""),
            ("{{- if .Values.autoscaling.enabled }}\n@", "autoscaling.enabled"),
            ("{{- if .Values.autoscaling.enabled }}\n{{ end -}}\n@", ""),
            ("{{ if not .Values.off }}@", "!off"),
            ("{{ if (not (.Values.off)) }}@", "!off"),
            ("{{ if and .Values.a (not .Values.b) }}@", "a, !b"),
            ("{{ if and (.Capabilities.APIVersions.Has \"a/v1\") ( .Values.a ) }}@", "if, a"),
            ("{{ if or .Values.a .Values.b }}@", "if"),
            ("{{ if eq .Values.a true }}@", "a"),
            ("{{ if eq .Values.kind \"a\" }}@", "if"),
            ("{{ if eq .Values.a false }}@", "!a"),
            ("{{ if .Values.a | default true }}@", "if"),
            ("{{ if (default false .Values.a) }}@", "a"),
            ("{{ if index .Values \"sub-chart\" \"env\" \"URL\" }}@", "sub-chart.env.URL"),
            ("{{ if index .Values.a \"b\" }}@", "a.b"),
            ("{{ if index .Values \"a.b\" }}@", "if"),
            ("{{ if $.Values.a }}{{ if .Values.b }}@", "a, b"),
            ("{{ if .Values.a }}{{ if .Values.a }}@", "a"),
            ("{{ if .Values.a }}x{{ else }}@", "!a"),
            ("{{ if .Values.a }}x{{ else if .Values.b }}@", "!a, b"),
            ("{{ if and .Values.a .Values.b }}x{{ else }}@", "if"),
            ("{{ with .Values.a }}@", "a"),
            ("{{ range $key, $it := $.Values.all }}@", "all"),
            ("{{ range $it := $all }}@", "range"),
            ("{{ range .Values.all }}{{ end }}@", ""),
            ("{{ define \"a\" }}@", "define"),
            ("{{ if .Values.a }}{{/* {{ end }} */}}@", "a"),
            ("{{ if .Values.a }}{{ printf \"{{ end }}\" }}@", "a"),
            ("{{ $x := .Values.a }}{{ if $x }}@", "if"),
            ("{{ end }}{{ else }}@", ""),
            ("{{ if .Values.a @", ""),
            ("{{ if ( }}@", "if"),
        ] {
            let at = text.find('@').unwrap_or(text.len());
            let told = demands_at(text, at).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            assert_eq!(told, expected, "{text}");
        }
    }
}
