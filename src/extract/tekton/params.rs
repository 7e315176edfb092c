//! Parameters of tasks and pipelines whose values the file itself gives.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::extract::documents::Yaml;
use crate::syntax::yaml::Node;

/// The values of parameters that hold at a place: its own, and those of what it stands in.
pub(super) struct Params<'p, 'r> {
    own: BTreeMap<&'r str, &'r str>,
    outer: Option<&'p Params<'p, 'r>>,
}

impl<'p, 'r> Params<'p, 'r> {
    /// The parameters that a spec declares with a default, or that a run or a task of a pipeline gives a value.
    pub(super) fn of(yaml: &'r Yaml<'r>, spec: Node<'r>, outer: Option<&'p Params<'p, 'r>>) -> Self {
        let mut own = BTreeMap::new();
        let lists = [spec.get("params"), spec.get("inputs").and_then(|it| it.get("params"))];
        for param in lists.into_iter().flatten().flat_map(Node::items) {
            let value = param.get("value").or_else(|| param.get("default")).and_then(|it| yaml.text(it));
            if let (Some(name), Some(value)) = (yaml.text_of(param, "name"), value) {
                own.insert(name, value);
            }
        }
        Params { own, outer }
    }

    /// What a parameter comes to. What is given from outside goes before a default.
    fn value(&self, name: &str) -> Option<&'r str> {
        let outer = self.outer.and_then(|it| it.value(name)).filter(|it| !it.contains("$("));
        outer.or_else(|| self.own.get(name).copied())
    }

    /// A text with the values of its parameters: `$(params.a)`, `$(params["a"])`, `$(inputs.params.a)`. What the file
    /// doesn't give stays as it is.
    pub(super) fn put_in<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("$(") {
            let Some(length) = rest[at..].find(')') else { break };
            let name = param(&rest[at + 2..at + length]);
            out.push_str(&rest[..at]);
            match name.and_then(|it| self.value(it)).filter(|it| !it.contains("$(")) {
                Some(value) => out.push_str(value),
                None => out.push_str(&rest[at..=at + length]),
            }
            rest = &rest[at + length + 1..];
        }
        if out.is_empty() && rest.len() == text.len() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(out + rest)
    }
}

/// The name of the parameter that a variable stands for.
fn param(variable: &str) -> Option<&str> {
    let name = variable.strip_prefix("inputs.").unwrap_or(variable).strip_prefix("params")?;
    if let Some(name) = name.strip_prefix('.') {
        return Some(name);
    }
    let quoted = name.strip_prefix('[')?.strip_suffix(']')?;
    [('"', '"'), ('\'', '\'')].into_iter().find_map(|(open, close)| quoted.strip_prefix(open)?.strip_suffix(close))
}

/// What Tekton's variables begin with; sorted.
const VARIABLES: &[&str] = &[
    "context",
    "credentials",
    "inputs",
    "outputs",
    "params",
    "resources",
    "results",
    "step",
    "steps",
    "tasks",
    "tt",
    "volumes",
    "workspaces",
];

/// A script in which every variable of Tekton is one of the shell: `$(params.a)` would be a command there.
pub(super) fn as_shell(script: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut done = 0;
    for (at, _) in script.match_indices("$(") {
        let rest = &script[at + 2..];
        let word = &rest[..rest.bytes().take_while(u8::is_ascii_alphabetic).count()];
        let is_variable = VARIABLES.binary_search(&word).is_ok() && rest[word.len()..].starts_with(['.', '[']);
        if at >= done && is_variable {
            let Some(length) = rest.find(')') else { break };
            out.push_str(&script[done..at]);
            out.push_str("$x");
            done = at + 2 + length + 1;
        }
    }
    if done == 0 { Cow::Borrowed(script) } else { Cow::Owned(out + &script[done..]) }
}

#[cfg(test)]
mod tests {
    use super::{VARIABLES, as_shell, param};

    #[test]
    fn the_table_is_sorted() {
        assert!(VARIABLES.is_sorted());
    }

    #[test]
    fn variables_of_tekton() {
        for (variable, expected) in [
            ("params.a", Some("a")),
            ("params.a.b", Some("a.b")),
            ("params[\"a.b\"]", Some("a.b")),
            ("params['a']", Some("a")),
            ("inputs.params.a", Some("a")),
            ("context.taskRun.name", None),
            ("params", None),
        ] {
            assert_eq!(param(variable), expected, "{variable}");
        }
        for (script, expected) in [
            ("make $(params.target) $(nproc)", "make $x $(nproc)"),
            ("$(workspaces.source.path)/build.sh", "$x/build.sh"),
            ("echo $(params", "echo $(params"),
            ("a $(steps.b.results['c'])", "a $x"),
        ] {
            assert_eq!(as_shell(script), expected, "{script}");
        }
    }
}
