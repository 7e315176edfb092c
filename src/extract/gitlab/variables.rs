//! The variables and inputs of a file, as far as it gives them itself: `$IMAGE` → `docker.io/library/alpine`.
//!
//! What a file gives is a default: who starts a pipeline may set another value, as with the arguments of an image file.

use std::borrow::Cow;
use std::cell::Cell;

use super::config::Value;
use crate::origin::gitlab::variable;
use crate::syntax::yaml::Node;

/// How deep variables are made of variables.
const MAX_DEPTH: usize = 10;
/// How many variables are put in for one text: those that are made of variables multiply.
const MAX_LOOKUPS: u32 = 500;

/// The variables that hold at one place, and the inputs of the file.
#[derive(Clone, Default)]
pub(super) struct Variables<'d> {
    /// Scopes, the innermost first.
    scopes: Vec<Value<'d>>,
    /// One combination of a matrix.
    row: Vec<(&'d str, &'d str)>,
    /// `spec: inputs:`.
    inputs: Option<Node<'d>>,
}

impl<'d> Variables<'d> {
    /// The inputs of a file, which hold everywhere.
    pub(super) fn of(inputs: Option<Node<'d>>) -> Self {
        Variables { inputs, ..Variables::default() }
    }

    /// With a scope around those that there are.
    pub(super) fn around(mut self, scope: Option<Value<'d>>) -> Self {
        self.scopes.extend(scope);
        self
    }

    /// With the values of one combination of a matrix.
    pub(super) fn with_row(mut self, row: Vec<(&'d str, &'d str)>) -> Self {
        self.row = row;
        self
    }

    /// The text with every variable and input that has a value; the others stay as they are.
    pub(super) fn expand<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if variable(text).is_none() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(self.expanded(text, 0, &Cell::new(MAX_LOOKUPS)))
    }

    /// The text with every input that has a value: they are put in before anything else is read.
    pub(super) fn with_inputs<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !text.contains("$[[") {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("$[[") {
            let end = rest[at..].find("]]").map_or(rest.len(), |end| at + end + 2);
            out.push_str(&rest[..at]);
            match self.input(&rest[at..end]) {
                Some(value) => out.push_str(value),
                None => out.push_str(&rest[at..end]),
            }
            rest = &rest[end..];
        }
        out.push_str(rest);
        Cow::Owned(out)
    }

    fn expanded(&self, text: &str, depth: usize, left: &Cell<u32>) -> String {
        let text = self.with_inputs(text);
        let mut out = String::with_capacity(text.len());
        let mut rest = &*text;
        while let Some(at) = variable(rest) {
            out.push_str(&rest[..at]);
            let (name, length) = named(&rest[at..]);
            let value = (depth < MAX_DEPTH && left.get() > 0).then(|| self.get(name)).flatten();
            left.set(left.get().saturating_sub(1));
            match value {
                Some(value) => out.push_str(&self.expanded(value, depth + 1, left)),
                None => out.push_str(&rest[at..at + length]),
            }
            rest = &rest[at + length..];
        }
        out.push_str(rest);
        out
    }

    /// The value of a variable. `{value: …, expand: false}` is what stands there.
    fn get(&self, name: &str) -> Option<&'d str> {
        if let Some((_, value)) = self.row.iter().find(|(key, _)| *key == name) {
            return Some(value);
        }
        let value = self.scopes.iter().find_map(|it| it.get(name))?;
        if value.is_mapping() { value.get("value")?.node().text() } else { value.node().text() }
    }

    /// The default of the input that `$[[ inputs.name | function ]]` names.
    fn input(&self, expression: &str) -> Option<&'d str> {
        let inner = expression.strip_prefix("$[[")?.strip_suffix("]]")?;
        let name = inner.split('|').next()?.trim().strip_prefix("inputs.")?;
        self.inputs?.get(name)?.get("default").filter(|it| !it.is_null())?.text()
    }
}

/// The name of the variable that a text begins with, and how long its mention is.
fn named(text: &str) -> (&str, usize) {
    let word = |text: &str| text.bytes().take_while(|&b| b.is_ascii_alphanumeric() || b == b'_').count();
    if text.starts_with("$[[") {
        // An input without a default.
        return ("", text.find("]]").map_or(text.len(), |end| end + 2));
    }
    if let Some(inner) = text.strip_prefix("${") {
        let end = inner.find('}');
        return (&inner[..end.unwrap_or(0)], end.map_or(text.len(), |end| end + 3));
    }
    let length = word(&text[1..]);
    let closing = usize::from(text.starts_with('%'));
    (&text[1..=length], 1 + length + closing)
}

#[cfg(test)]
mod tests {
    use super::{Value, Variables, named};
    use crate::syntax::yaml;

    #[test]
    fn names() {
        for (text, expected) in [
            ("$A/b", ("A", 2)),
            ("${A_1}b", ("A_1", 6)),
            ("%A%b", ("A", 3)),
            ("${A", ("", 3)),
            ("$[[ inputs.a ]]b", ("", 15)),
            ("$[[ inputs.a", ("", 12)),
        ] {
            assert_eq!(named(text), expected, "{text}");
        }
    }

    #[test]
    fn values() {
        let text = "job: {A: a, B: $C/$X, E: {value: e, description: d}}\n\
                    all: {A: other, C: '${A}-c', L: $L, N: 1.10}\n\
                    inputs: {i: {default: in}, n: {type: string}}\n";
        let (documents, _) = yaml::parse(text);
        let root = documents.first().unwrap();
        let scope = |key: &str| root.get(key).map(Value::of);
        let variables = Variables::of(root.get("inputs")).around(scope("job")).around(scope("all"));
        for (text, expected) in [
            ("$A:1", "a:1"),
            ("${B}", "a-c/$X"),
            ("$E%A%", "ea"),
            ("$N", "1.10"),
            ("$$A", "$$A"),
            ("$[[ inputs.i ]]/$[[inputs.n]]", "in/$[[inputs.n]]"),
            ("$[[ inputs.i | expand_vars ]]", "in"),
            ("${A", "${A"),
        ] {
            assert_eq!(variables.expand(text), expected, "{text}");
        }
        // A variable that is made of itself ends.
        assert!(variables.expand("$L").ends_with("$L"));
        assert_eq!(variables.with_row(vec![("A", "row")]).expand("$A"), "row");
    }
}
