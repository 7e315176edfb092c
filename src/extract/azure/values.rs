//! What parameters and variables are while a pipeline is compiled, as far as the file itself says it.

use std::borrow::Cow;

use super::outline::{entries, has_expression, items};
use crate::syntax::yaml::{Kind, Node};

/// How often values are put in for one text.
const MAX_VALUES: usize = 100;

/// The defaults of parameters and the literal values of variables, the innermost last. Names are compared without
/// case.
#[derive(Default)]
pub(super) struct Values<'d> {
    parameters: Vec<(&'d str, Node<'d>)>,
    variables: Vec<(&'d str, Node<'d>)>,
}

impl<'d> Values<'d> {
    /// Adds the defaults of the parameters that a file declares: a list with names and defaults, or names and
    /// defaults alone.
    pub(super) fn add_parameters(&mut self, parameters: Node<'d>) {
        for (key, value) in named(parameters, "default") {
            self.parameters.push((key, value));
        }
    }

    /// Adds variables: a list with names and values, or names and values alone.
    pub(super) fn add_variables(&mut self, variables: Node<'d>) {
        for (key, value) in named(variables, "value") {
            self.variables.push((key, value));
        }
    }

    /// How many variables there are: what is added after this is taken away by [`Values::leave`].
    pub(super) fn enter(&self) -> usize {
        self.variables.len()
    }

    /// Takes away the variables of a scope.
    pub(super) fn leave(&mut self, entered: usize) {
        self.variables.truncate(entered);
    }

    /// The value of `parameters.x`, `parameters['x']` or the same of `variables`.
    fn value(&self, expression: &str) -> Option<Node<'d>> {
        let expression = expression.trim();
        let (of, name) = match expression.split_once('.') {
            Some((of, name)) if !of.contains('[') => (of, name),
            _ => {
                let (of, index) = expression.split_once('[')?;
                (of, index.strip_suffix(']')?.trim().strip_prefix('\'')?.strip_suffix('\'')?)
            }
        };
        let known = match of.trim() {
            "parameters" => &self.parameters,
            "variables" => &self.variables,
            _ => return None,
        };
        known.iter().rev().find(|(it, _)| it.eq_ignore_ascii_case(name.trim())).map(|(_, value)| *value)
    }

    /// The list that a text is that is one expression.
    pub(super) fn list(&self, text: &str) -> Option<Node<'d>> {
        let value = self.value(text.trim().strip_prefix("${{")?.strip_suffix("}}")?)?;
        matches!(value.resolved().kind(), Kind::Sequence | Kind::Mapping).then_some(value)
    }

    /// The text with the expressions put in that are literal values. The others stay.
    pub(super) fn fill_in<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !text.contains("${{") {
            return Cow::Borrowed(text);
        }
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        for _ in 0..MAX_VALUES {
            let Some(start) = rest.find("${{") else { break };
            let Some(end) = rest[start..].find("}}").map(|end| start + end) else { break };
            filled.push_str(&rest[..start]);
            let value = self.value(&rest[start + 3..end]).and_then(Node::text);
            match value.filter(|it| !has_expression(it)) {
                Some(value) => filled.push_str(value),
                None => filled.push_str(&rest[start..end + 2]),
            }
            rest = &rest[end + 2..];
        }
        filled.push_str(rest);
        Cow::Owned(filled)
    }
}

/// Names and values of a list of `{name: …, <key>: …}`, or of a mapping.
fn named<'d>(node: Node<'d>, key: &str) -> Vec<(&'d str, Node<'d>)> {
    if node.resolved().kind() == Kind::Mapping {
        return entries(node).into_iter().filter_map(|(name, value)| Some((name.text()?, value))).collect();
    }
    let listed = items(node, &|_| None).into_iter();
    listed.filter_map(|it| Some((it.get("name")?.text()?, it.get(key)?))).collect()
}
