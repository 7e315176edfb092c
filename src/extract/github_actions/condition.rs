//! The `if` of a job: which of the events that start its workflow it lets pass.
//!
//! The expression is evaluated once for each event, with what an event alone tells: its name, and that inputs are those
//! of a run that somebody starts. Whatever else it speaks of may be anything.

use std::collections::BTreeSet;

use crate::pipeline::gate::Gate;
use crate::pipeline::triggers::{Starter, started_by};

/// How deep brackets are followed.
const MAX_DEPTH: usize = 32;

/// What an `if` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// What keeps the job from running by itself.
    pub(super) gate: Option<Gate>,
    /// Whether it decides itself what happens where a job before it was left out.
    pub(super) runs_anyway: bool,
}

/// Reads an `if` of a workflow that these events start.
pub(super) fn read(text: &str, triggers: &BTreeSet<String>) -> Said {
    let trimmed = text.trim();
    let expression = match trimmed.strip_prefix("${{").and_then(|it| it.strip_suffix("}}")) {
        Some(inner) if !inner.contains("${{") => inner,
        // Text with expressions in it is never empty, so it is true.
        _ if trimmed.contains("${{") => return Said::default(),
        _ => trimmed,
    };
    let lower = expression.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|it| lower.contains(it));
    let runs_anyway = has(&["always(", "cancelled(", "failure("]);
    if expression.is_empty() || !has(&["event_name", "false", "inputs"]) {
        return Said { gate: None, runs_anyway };
    }
    let passes = |event: &&String| Parser::of(expression, event).truth() != Some(false);
    let passing: Vec<&String> = triggers.iter().filter(passes).collect();
    let is_by_person = |it: &str| started_by(it) == Starter::Person;
    let gate = match passing.as_slice() {
        [] if !triggers.is_empty() => Some(Gate::Never),
        some if some.iter().all(|it| is_by_person(it)) && !triggers.iter().all(|it| is_by_person(it)) => {
            Some(Gate::Event)
        }
        _ => None,
    };
    Said { gate, runs_anyway }
}

/// What a part of an expression comes to.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    /// Nobody can tell.
    Unknown,
    Null,
    Truth(bool),
    Number(f64),
    Text(String),
    List(Vec<String>),
}

impl Value {
    fn truth(&self) -> Option<bool> {
        match self {
            Value::Unknown => None,
            Value::Null => Some(false),
            Value::Truth(it) => Some(*it),
            Value::Number(it) => Some(*it != 0.0 && !it.is_nan()),
            Value::Text(it) => Some(!it.is_empty()),
            Value::List(_) => Some(true),
        }
    }

    /// As a number, as values of two kinds are compared.
    fn number(&self) -> f64 {
        match self {
            Value::Null => 0.0,
            Value::Truth(it) => f64::from(u8::from(*it)),
            Value::Number(it) => *it,
            Value::Text(it) if it.trim().is_empty() => 0.0,
            Value::Text(it) => it.trim().parse().unwrap_or(f64::NAN),
            Value::List(_) | Value::Unknown => f64::NAN,
        }
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        match (self, other) {
            (Value::Unknown, _) | (_, Value::Unknown) => None,
            (Value::Text(a), Value::Text(b)) => Some(a.eq_ignore_ascii_case(b)),
            (a, b) => Some(a.number() == b.number()),
        }
    }
}

/// A value that is only true or false, or unknown.
fn truth(it: Option<bool>) -> Value {
    it.map_or(Value::Unknown, Value::Truth)
}

struct Parser<'t> {
    rest: &'t str,
    event: &'t str,
    depth: usize,
    /// Something was not understood, so that nothing is known.
    is_lost: bool,
}

impl<'t> Parser<'t> {
    fn of(expression: &'t str, event: &'t str) -> Self {
        Parser { rest: expression, event, depth: 0, is_lost: false }
    }

    /// Whether the whole is true.
    fn truth(mut self) -> Option<bool> {
        let value = self.any();
        let is_whole = self.rest.trim().is_empty();
        value.truth().filter(|_| is_whole && !self.is_lost)
    }

    /// Takes this mark if it comes next.
    fn takes(&mut self, mark: &str) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(mark) {
            Some(after) => {
                self.rest = after;
                true
            }
            None => false,
        }
    }

    /// `a || b`
    fn any(&mut self) -> Value {
        let mut value = self.all();
        while self.takes("||") {
            let next = self.all();
            value = match value.truth() {
                Some(true) => value,
                Some(false) => next,
                None if next.truth() == Some(true) => Value::Truth(true),
                None => Value::Unknown,
            };
        }
        value
    }

    /// `a && b`
    fn all(&mut self) -> Value {
        let mut value = self.comparison();
        while self.takes("&&") {
            let next = self.comparison();
            value = match value.truth() {
                Some(true) => next,
                Some(false) => value,
                None if next.truth() == Some(false) => Value::Truth(false),
                None => Value::Unknown,
            };
        }
        value
    }

    fn comparison(&mut self) -> Value {
        let mut value = self.single();
        loop {
            if self.takes("==") {
                let other = self.single();
                value = truth(value.equals(&other));
            } else if self.takes("!=") {
                let other = self.single();
                value = truth(value.equals(&other).map(|it| !it));
            } else if ["<=", ">=", "<", ">"].iter().any(|it| self.takes(it)) {
                self.single();
                value = Value::Unknown;
            } else {
                return value;
            }
        }
    }

    fn single(&mut self) -> Value {
        if self.depth > MAX_DEPTH {
            self.is_lost = true;
            return Value::Unknown;
        }
        self.depth += 1;
        let value = self.within();
        self.depth -= 1;
        value
    }

    fn within(&mut self) -> Value {
        if self.takes("!") {
            let value = self.single();
            return truth(value.truth().map(|it| !it));
        }
        if self.takes("(") {
            let value = self.any();
            self.is_lost |= !self.takes(")");
            return self.reached(value);
        }
        let rest = self.rest.trim_start();
        if let Some(text) = rest.strip_prefix('\'') {
            return self.text(text);
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '*' | '+');
        let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        self.rest = after;
        if word.is_empty() {
            self.is_lost = true;
            return Value::Unknown;
        }
        if self.takes("(") {
            let value = self.call(word);
            return self.reached(value);
        }
        let value = self.word(word);
        self.reached(value)
    }

    /// A text up to its closing quote; a quote in it is doubled.
    fn text(&mut self, mut rest: &'t str) -> Value {
        let mut text = String::new();
        loop {
            let Some(end) = rest.find('\'') else {
                self.is_lost = true;
                return Value::Unknown;
            };
            text.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('\'') {
                Some(after) => {
                    text.push('\'');
                    rest = after;
                }
                None => break,
            }
        }
        self.rest = rest;
        Value::Text(text)
    }

    /// A part of a value (`github['event_name']`, `needs.a.outputs[0].b`) may be anything.
    fn reached(&mut self, value: Value) -> Value {
        let mut value = value;
        loop {
            if self.rest.starts_with('[') {
                self.rest = &self.rest[1..];
                self.any();
                self.is_lost |= !self.takes("]");
                value = Value::Unknown;
            } else if self.rest.starts_with('.') {
                let rest = &self.rest[1..];
                let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '*');
                self.rest = rest.trim_start_matches(is_word);
                value = Value::Unknown;
            } else {
                return value;
            }
        }
    }

    fn word(&self, word: &str) -> Value {
        let lower = word.to_ascii_lowercase();
        // What starts a workflow that is called is what starts its caller.
        let is_called = self.event == "workflow_call";
        let is_input = || {
            let name = lower.strip_prefix("inputs.").or_else(|| lower.strip_prefix("github.event.inputs."));
            name.is_some_and(|it| !it.is_empty() && !it.contains('.') && it != "*")
        };
        match lower.as_str() {
            "true" => Value::Truth(true),
            "false" => Value::Truth(false),
            "null" => Value::Null,
            "github.event_name" if !is_called => Value::Text(self.event.to_owned()),
            _ if !is_called && self.event != "workflow_dispatch" && is_input() => Value::Null,
            _ => lower.parse().map_or(Value::Unknown, Value::Number),
        }
    }

    fn call(&mut self, name: &str) -> Value {
        let mut arguments = Vec::new();
        while !self.takes(")") {
            arguments.push(self.any());
            if !self.takes(",") && !self.rest.trim_start().starts_with(')') {
                self.is_lost = true;
                return Value::Unknown;
            }
        }
        match (name.to_ascii_lowercase().as_str(), arguments.as_slice()) {
            ("always", []) => Value::Truth(true),
            ("fromjson", [Value::Text(text)]) => serde_json::from_str(text).map_or(Value::Unknown, Value::List),
            ("contains", [Value::List(list), Value::Text(item)]) => {
                Value::Truth(list.iter().any(|it| it.eq_ignore_ascii_case(item)))
            }
            ("contains", [Value::Text(text), Value::Text(part)]) => {
                Value::Truth(text.to_ascii_lowercase().contains(&part.to_ascii_lowercase()))
            }
            ("startswith", [Value::Text(text), Value::Text(part)]) => {
                Value::Truth(text.to_ascii_lowercase().starts_with(&part.to_ascii_lowercase()))
            }
            _ => Value::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Said, read};
    use crate::pipeline::gate::Gate;

    fn gate(text: &str, triggers: &[&str]) -> Option<Gate> {
        read(text, &triggers.iter().map(|it| (*it).to_owned()).collect()).gate
    }

    #[test]
    fn conditions_of_events() {
        let (event, never) = (Some(Gate::Event), Some(Gate::Never));
        for (condition, expected) in [
            ("github.event_name == 'workflow_dispatch'", event),
            ("${{ github.event_name == 'workflow_dispatch' }}", event),
            ("github.event_name == 'workflow_dispatch' && github.ref == 'refs/heads/main'", event),
            ("github.ref == 'refs/heads/main' && (github.event_name == 'WORKFLOW_DISPATCH')", event),
            ("github.event_name == 'workflow_dispatch' || github.ref == 'refs/heads/main'", None),
            ("github.event_name != 'push'", event),
            ("github.event_name != 'pull_request'", None),
            ("!(github.event_name == 'push')", event),
            ("contains(fromJSON('[\"workflow_dispatch\", \"issue_comment\"]'), github.event_name)", event),
            ("contains(fromJSON(vars.EVENTS), github.event_name)", None),
            // Without a run that somebody starts there are no inputs.
            ("inputs.deploy", event),
            ("github.event.inputs.environment == 'production'", event),
            ("inputs.dry_run == false", None),
            ("!inputs.dry_run", None),
            ("inputs.deploy == true && always()", event),
            ("github.event.inputs.environment != 'production'", None),
            ("false", never),
            ("${{ false }}", never),
            ("false && github.ref == 'x'", never),
            ("always() && false", never),
            // The workflow has no such event.
            ("github.event_name == 'release'", never),
            ("${{ false }} || true", None),
            ("github.ref == 'refs/heads/false'", None),
            ("github['event_name'] == 'workflow_dispatch'", None),
            ("needs.a.outputs.b == 'false'", None),
            ("github.event_name == 'workflow_dispatch", None),
            ("github.event_name == 'it''s'", never),
            ("", None),
        ] {
            assert_eq!(gate(condition, &["push", "workflow_dispatch"]), expected, "{condition}");
        }
    }

    #[test]
    fn events_of_the_workflow() {
        let dispatch = "github.event_name == 'workflow_dispatch'";
        // All runs are somebody's: the pipeline says so itself.
        assert_eq!(gate(dispatch, &["workflow_dispatch"]), None);
        // What calls it isn't known here.
        assert_eq!(gate(dispatch, &["workflow_call"]), None);
        assert_eq!(gate("inputs.deploy", &["push", "workflow_call", "workflow_dispatch"]), None);
        assert_eq!(gate("false", &["workflow_call"]), Some(Gate::Never));
        assert_eq!(gate("false", &[]), None);
        assert_eq!(gate("github.event_name != 'schedule'", &["issue_comment", "schedule"]), Some(Gate::Event));
        assert_eq!(gate(&"(".repeat(10_000), &["push"]), None);
        assert_eq!(gate(&format!("{}false", "!".repeat(10_000)), &["push"]), None);
    }

    #[test]
    fn what_runs_anyway() {
        let anyway = |text: &str| read(text, &["push".to_owned()].into());
        assert_eq!(anyway("always() && needs.a.result == 'success'"), Said { gate: None, runs_anyway: true });
        assert_eq!(anyway("!cancelled()"), Said { gate: None, runs_anyway: true });
        assert_eq!(anyway("success()"), Said { gate: None, runs_anyway: false });
    }
}
