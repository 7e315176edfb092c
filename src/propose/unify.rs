//! Several documents of one structure → the one document they are copies of, with inputs where their values vary.

use std::collections::{BTreeMap, BTreeSet};

use super::script;
use super::value::Value;

/// An input of the template: what varies between its callers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Input {
    /// Its name.
    pub(super) name: String,
    /// What GitHub calls its type.
    pub(super) kind: &'static str,
    /// What each document has there, in their order.
    pub(super) values: Vec<Value>,
    /// The first place it stands at.
    pub(super) place: String,
}

/// What came of bringing documents together.
#[derive(Debug, Default)]
pub(super) struct Unified {
    /// The inputs, in the order of the document.
    pub(super) inputs: Vec<Input>,
    /// What can't be said by an input: where, and what is there.
    pub(super) conflicts: Vec<String>,
    /// Actions and workflows of which the documents have several versions: place, and the version each has.
    pub(super) versions: Vec<(String, Vec<String>)>,
}

/// What may vary at a place of a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Anything that an expression gives.
    Open,
    /// Nothing that counts: what it is called.
    Name,
    /// The version of what is used.
    Uses,
    /// Words of a script.
    Script,
    /// Nothing.
    Closed,
}

/// Keys of steps and jobs whose values may be expressions with inputs; sorted.
const OPEN: &[&str] = &["continue-on-error", "environment", "runs-on", "timeout-minutes", "working-directory"];

/// Keys of steps and jobs below which all values may be; sorted.
const OPEN_BELOW: &[&str] = &["container", "env", "environment", "matrix", "runs-on", "services", "strategy", "with"];

/// What may vary at a path of keys; positions in lists are empty keys.
fn place(path: &[String]) -> Place {
    let keys: Vec<&str> = path.iter().map(String::as_str).collect();
    match keys.as_slice() {
        ["env", _] => Place::Open,
        ["jobs", _, "name"] | ["jobs", _, "steps", "", "name"] => Place::Name,
        ["jobs", _, "uses"] | ["jobs", _, "steps", "", "uses"] => Place::Uses,
        ["jobs", _, "steps", "", "run"] => Place::Script,
        ["jobs", _, "defaults", "run", "working-directory"] => Place::Open,
        ["jobs", _, "steps", "", key] | ["jobs", _, key] if OPEN.binary_search(key).is_ok() => Place::Open,
        ["jobs", _, "steps", "", above, _, ..] | ["jobs", _, above, _, ..]
            if *above != "steps" && OPEN_BELOW.binary_search(above).is_ok() =>
        {
            Place::Open
        }
        _ => Place::Closed,
    }
}

/// Brings documents together. Where they are equal the template is that; where they vary it has an input, or the
/// first one's value, where the difference is a name or a version.
pub(super) fn unify(documents: &[&Value]) -> (Value, Unified) {
    let mut state = State { out: Unified::default(), path: Vec::new(), around: Around::default() };
    let value = state.value(documents);
    (value, state.out)
}

/// What is known of the step or job that is being looked at.
#[derive(Clone, Default)]
struct Around {
    /// The last part of the action's name.
    action: Option<String>,
    /// Why words of its script can't be variables of the shell.
    no_script: Option<&'static str>,
}

struct State {
    out: Unified,
    path: Vec<String>,
    around: Around,
}

impl State {
    fn value(&mut self, values: &[&Value]) -> Value {
        let Some((first, others)) = values.split_first() else { return Value::Null };
        if others.iter().all(|it| it == first) {
            return (*first).clone();
        }
        match first {
            Value::Map(entries) if others.iter().all(|it| matches!(it, Value::Map(_))) => self.map(entries, values),
            Value::List(items) if others.iter().all(|it| it.items().len() == items.len() && !it.items().is_empty()) => {
                let item = |at: usize| values.iter().map(|it| &it.items()[at]).collect::<Vec<_>>();
                self.path.push(String::new());
                let unified = (0..items.len()).map(|at| self.value(&item(at))).collect();
                self.path.pop();
                Value::List(unified)
            }
            _ => self.differing(values),
        }
    }

    fn map(&mut self, entries: &[(String, Value)], values: &[&Value]) -> Value {
        let keys: BTreeSet<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
        let is_other = |it: &&Value| it.entries().iter().map(|(key, _)| key.as_str()).collect::<BTreeSet<_>>() != keys;
        // A name is nothing that has to be there.
        let only_names = |it: &&Value| {
            let others: BTreeSet<&str> = it.entries().iter().map(|(key, _)| key.as_str()).collect();
            keys.symmetric_difference(&others).all(|key| *key == "name" && self.is_named())
        };
        if let Some(other) = values.iter().find(|it| is_other(it) && !only_names(it)) {
            let others: BTreeSet<&str> = other.entries().iter().map(|(key, _)| key.as_str()).collect();
            let differing: Vec<&str> = keys.symmetric_difference(&others).copied().collect();
            self.conflict(&format!("only some have {}", differing.join(", ")));
            return Value::Map(entries.to_vec());
        }
        let outer = self.around.clone();
        self.enter(values);
        let mut unified = Vec::with_capacity(entries.len());
        let mut variables = Vec::new();
        for (key, value) in entries {
            let all: Vec<&Value> = values.iter().map(|it| it.get(key).unwrap_or(value)).collect();
            self.path.push(key.clone());
            if place(&self.path) == Place::Script && all.iter().any(|it| it != &value) {
                unified.push((key.clone(), self.script(&all, &mut variables)));
            } else {
                unified.push((key.clone(), self.value(&all)));
            }
            self.path.pop();
        }
        self.around = outer;
        let mut unified = Value::Map(unified);
        if !variables.is_empty() {
            let mut env = unified.get("env").cloned().unwrap_or(Value::Map(Vec::new()));
            variables.into_iter().for_each(|(name, value)| env.set(&name, Value::Text(value)));
            unified.set("env", env);
        }
        unified
    }

    /// Whether what stands at the path has a name that says nothing to GitHub.
    fn is_named(&self) -> bool {
        let keys: Vec<&str> = self.path.iter().map(String::as_str).collect();
        matches!(keys.as_slice(), ["jobs", _] | ["jobs", _, "steps", ""])
    }

    /// Notes what the job or step says of what is in it.
    fn enter(&mut self, values: &[&Value]) {
        let says = |key: &str, is: &dyn Fn(&str) -> bool| {
            values.iter().any(|it| {
                let mut found = false;
                it.get(key).into_iter().for_each(|it| it.texts(&mut |text| found |= is(text)));
                found
            })
        };
        if says("runs-on", &|it| it.to_ascii_lowercase().contains("windows")) {
            self.around.no_script = Some("it runs on Windows");
        }
        let is_other_shell = |it: &str| !matches!(it.split(' ').next(), Some("bash" | "sh"));
        let keys: Vec<&str> = self.path.iter().map(String::as_str).collect();
        if says("shell", &is_other_shell) || matches!(keys.as_slice(), ["jobs", _]) && says("defaults", &is_other_shell)
        {
            self.around.no_script = Some("its shell is not a POSIX shell");
        }
        if let [.., "steps", ""] = keys.as_slice() {
            let uses = values.first().and_then(|it| it.get("uses")).and_then(Value::text);
            let name = uses.map(|it| it.split('@').next().unwrap_or(it)).and_then(|it| it.rsplit('/').next());
            self.around.action = name.map(str::to_owned);
        }
    }

    /// What is at a place where the documents differ.
    fn differing(&mut self, values: &[&Value]) -> Value {
        let first = values[0].clone();
        match place(&self.path) {
            Place::Name => first,
            Place::Uses => {
                let texts: Vec<&str> = values.iter().filter_map(|it| it.text()).collect();
                let identity = |it: &str| it.split('@').next().unwrap_or(it).to_ascii_lowercase();
                let is_one = texts.len() == values.len() && texts.iter().all(|it| identity(it) == identity(texts[0]));
                if is_one {
                    let versions = texts.iter().map(|it| it.rsplit('@').next().unwrap_or(it).to_owned()).collect();
                    self.out.versions.push((texts[0].split('@').next().unwrap_or("").to_owned(), versions));
                } else {
                    self.conflict("they use different actions");
                }
                first
            }
            Place::Open if self.path.contains(&"matrix".to_owned()) && values.iter().all(|it| !it.is_scalar()) => {
                let texts = values.iter().map(|it| Value::Text(serde_json::to_string(it).unwrap_or_default()));
                match self.input(texts.collect()) {
                    Some(name) => Value::Text(format!("${{{{ fromJSON(inputs.{name}) }}}}")),
                    None => first,
                }
            }
            Place::Open if values.iter().all(|it| it.is_scalar() && **it != Value::Null) => {
                match self.input(values.iter().map(|it| (*it).clone()).collect()) {
                    Some(name) => Value::Text(format!("${{{{ inputs.{name} }}}}")),
                    None => first,
                }
            }
            Place::Open | Place::Script | Place::Closed => {
                let shown: BTreeSet<String> = values.iter().map(|it| short(&it.shown())).collect();
                self.conflict(&shown.into_iter().collect::<Vec<_>>().join(" / "));
                first
            }
        }
    }

    /// A script whose words vary: they become variables of the shell, which an expression in the script's text must
    /// never be, since a shell would run what stands in it.
    fn script(&mut self, values: &[&Value], variables: &mut Vec<(String, String)>) -> Value {
        let texts: Vec<&str> = values.iter().filter_map(|it| it.text()).collect();
        let varying = match self.around.no_script {
            Some(why) => Err(why),
            None if texts.len() < values.len() => Err("one is no text"),
            None if texts.iter().any(|it| it.contains("INPUT_")) => Err("it has variables of such names already"),
            None => script::varying(&texts),
        };
        let varying = match varying {
            Ok(varying) => varying,
            Err(why) => {
                self.conflict(&format!("the script differs, and {why}"));
                return values[0].clone();
            }
        };
        let mut text = texts[0].to_owned();
        for part in varying.iter().rev() {
            let Some(name) = self.input(part.values.iter().map(|it| Value::Text(it.clone())).collect()) else {
                return values[0].clone();
            };
            // No program takes a variable of this name for one of its own.
            let variable = format!("INPUT_{}", name.to_ascii_uppercase().replace('-', "_"));
            text.replace_range(part.range.clone(), &format!("${{{variable}}}"));
            variables.push((variable, format!("${{{{ inputs.{name} }}}}")));
        }
        Value::Text(text)
    }

    /// The input that has these values: one that is there already, or a new one named after the place. Nothing where a
    /// caller could not give one of them.
    fn input(&mut self, values: Vec<Value>) -> Option<String> {
        for value in &values {
            let outside = value.text().and_then(context_of_its_own);
            if let Some(context) = outside {
                self.conflict(&format!("{} is known only inside of the workflow ({context})", short(&value.shown())));
                return None;
            }
        }
        let kind = if values.iter().all(|it| matches!(it, Value::Bool(_))) {
            "boolean"
        } else if values.iter().all(|it| matches!(it, Value::Int(_) | Value::Float(_))) {
            "number"
        } else {
            "string"
        };
        let is_same = |it: &&Input| it.values == values && it.kind == kind;
        if let Some(known) = self.out.inputs.iter().find(is_same) {
            return Some(known.name.clone());
        }
        let base = self.input_name();
        let taken: BTreeMap<&str, ()> = self.out.inputs.iter().map(|it| (it.name.as_str(), ())).collect();
        let numbered = (2..).map(|n| format!("{base}-{n}"));
        let name = std::iter::once(base.clone()).chain(numbered).find(|it| !taken.contains_key(it.as_str()))?;
        self.out.inputs.push(Input { name: name.clone(), kind, values, place: self.shown_path() });
        Some(name)
    }

    /// What an input at this place is called: its key, with the action's name where the key alone says little.
    fn input_name(&self) -> String {
        let key = self.path.iter().rev().find(|it| !it.is_empty()).map_or("value", String::as_str);
        let says_little = ["args", "command", "name", "path", "run", "script", "tag", "tags", "value", "version"];
        let prefix = match (&self.around.action, says_little.contains(&key)) {
            (Some(action), true) => format!("{action}-"),
            _ => String::new(),
        };
        let key = if key == "run" { "argument" } else { key };
        let mut name = String::new();
        for c in format!("{prefix}{key}").to_ascii_lowercase().chars() {
            match c {
                'a'..='z' | '0'..='9' => name.push(c),
                _ if name.ends_with('-') || name.is_empty() => {}
                _ => name.push('-'),
            }
        }
        let name = name.trim_end_matches('-').to_owned();
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("input-{name}") }
    }

    fn conflict(&mut self, what: &str) {
        let place = self.shown_path();
        self.out.conflicts.push(format!("{place}: {what}"));
    }

    fn shown_path(&self) -> String {
        self.path.iter().filter(|it| !it.is_empty()).cloned().collect::<Vec<_>>().join(".")
    }
}

/// Contexts of expressions that a caller has as well; sorted.
const CALLERS: &[&str] = &["github", "vars"];

/// The first context in the expressions of a text that the caller of a workflow doesn't have.
fn context_of_its_own(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(start) = rest.find("${{") {
        let inner = &rest[start + 3..];
        let end = inner.find("}}").unwrap_or(inner.len());
        let words = inner[..end].split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')));
        for word in words {
            if let Some((context, _)) = word.split_once('.')
                && context.starts_with(|c: char| c.is_ascii_alphabetic())
                && CALLERS.binary_search(&context).is_err()
            {
                return Some(context);
            }
        }
        rest = &inner[end..];
    }
    None
}

/// The head of a text that is long.
fn short(text: &str) -> String {
    const LONG: usize = 60;
    match text.char_indices().nth(LONG) {
        Some((at, _)) => format!("`{}…`", &text[..at]),
        None => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::{CALLERS, OPEN, OPEN_BELOW, context_of_its_own};

    #[test]
    fn tables_are_sorted() {
        assert!(CALLERS.is_sorted() && OPEN.is_sorted() && OPEN_BELOW.is_sorted());
    }

    #[test]
    fn contexts() {
        for (text, expected) in [
            ("plain", None),
            ("${{ github.sha }}-${{ vars.X }}", None),
            ("a ${{ secrets.TOKEN }}", Some("secrets")),
            ("${{ format('{0}', matrix.os) }}", Some("matrix")),
            ("${{ steps", None),
        ] {
            assert_eq!(context_of_its_own(text), expected, "{text}");
        }
    }
}
