//! What decides whether a part of a Terraform module or of a chart is made at all: what calls give to modules and values
//! to charts, what these take where nobody gives them anything, and what is demanded of either.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::Location;

/// The values of one call of a module, those that one file gives to a chart or a root of Terraform, or the defaults of the
/// variables of one file or of a chart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Switches {
    /// Of a call where its source stands, as in the use that it is; of variables and values their file.
    pub at: Location,
    /// Whether it is a call, or a file of values: else these are defaults.
    pub is_call: bool,
    /// The folder of the chart or the root that a file's values are for; none for a call, whose use says it, and for defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What each comes to as a switch, as `name=setting` with a blank between two: see [`Setting`]. Of a default that is an
    /// object its parts too, as `options.enabled`. One text, because there are as many as there are arguments.
    pub values: String,
    /// What the call is made under, as [`Demand`]s are written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_if: Vec<String>,
}

impl Switches {
    /// What is said of this name.
    pub fn get(&self, name: &str) -> Option<Setting<'_>> {
        self.values.split(' ').find_map(|it| it.strip_prefix(name)?.strip_prefix('=')).map(Setting::read)
    }

    /// Puts another setting in the place of what a name comes to.
    pub(crate) fn put(&mut self, name: &str, setting: &Setting<'_>) {
        let is_of_name = |it: &str| it.strip_prefix(name).is_some_and(|rest| rest.starts_with('='));
        let mut values = String::with_capacity(self.values.len());
        for it in self.values.split(' ') {
            if is_of_name(it) {
                Switches::add(&mut values, &[name], setting);
                continue;
            }
            if !values.is_empty() {
                values.push(' ');
            }
            values.push_str(it);
        }
        self.values = values;
    }

    /// What the call is made under.
    pub fn demands(&self) -> Vec<Demand> {
        self.only_if.iter().map(|it| Demand::read(it)).collect()
    }

    /// Adds what a name comes to.
    pub(crate) fn add(values: &mut String, names: &[&str], setting: &Setting<'_>) {
        if !values.is_empty() {
            values.push(' ');
        }
        values.extend(names.iter().copied());
        values.push('=');
        values.push_str(setting.id());
        if let Setting::Variable(name) | Setting::Local(name) = setting {
            values.push_str(name);
        }
    }
}

/// What a value comes to as a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting<'a> {
    /// `false`.
    False,
    /// `true`.
    True,
    /// `empty`: `null`, no text, nothing in a list, zero.
    Empty,
    /// `given`: any other value that is written out.
    Given,
    /// `reference`: something of a resource or of another module, a value of which no more is known.
    Reference,
    /// `var.name`: the value of a variable, or of a part of one, of the folder that it stands in.
    Variable(&'a str),
    /// `local.name`: a local value, or a part of one, of the folder that it stands in.
    Local(&'a str),
    /// `open`: what can't be told.
    Open,
}

impl<'a> Setting<'a> {
    fn id(self) -> &'static str {
        match self {
            Setting::False => "false",
            Setting::True => "true",
            Setting::Empty => "empty",
            Setting::Given => "given",
            Setting::Reference => "reference",
            Setting::Variable(_) => "var.",
            Setting::Local(_) => "local.",
            Setting::Open => "open",
        }
    }

    fn read(text: &'a str) -> Self {
        let known = [Setting::False, Setting::True, Setting::Empty, Setting::Given, Setting::Reference];
        match (text.strip_prefix("var."), text.strip_prefix("local.")) {
            (Some(name), _) => Setting::Variable(name),
            (_, Some(name)) => Setting::Local(name),
            (None, None) => known.into_iter().find(|it| it.id() == text).unwrap_or(Setting::Open),
        }
    }
}

/// What is demanded of an input of a module so that a thing is made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Demand {
    /// `enabled`: it is true.
    True(String),
    /// `!enabled`: it is not.
    False(String),
    /// `email is given`: it has a value, which is neither null nor empty.
    Given(String),
    /// `email is not given`: it has none.
    Empty(String),
    /// `count`, `for_each`, `if`: more than can be told here; or an input of which nobody tells what it is.
    Open(String),
}

/// What stands for a condition that can't be told: of Terraform, of a template of a chart; sorted.
const OPAQUE: &[&str] = &["count", "define", "for_each", "if", "range", "with"];

/// How the conditions of calls say where they stand.
const AT_CALL: &str = ", at ";

impl Demand {
    /// A demand as facts write it.
    pub fn read(text: &str) -> Self {
        let name = |it: &str| it.to_owned();
        match text {
            _ if OPAQUE.binary_search(&text).is_ok() => Demand::Open(name(text)),
            _ => match (text.strip_prefix('!'), text.strip_suffix(" is given"), text.strip_suffix(" is not given")) {
                (Some(it), ..) => Demand::False(name(it)),
                (_, Some(it), _) => Demand::Given(name(it)),
                (.., Some(it)) => Demand::Empty(name(it)),
                _ => Demand::True(name(text)),
            },
        }
    }

    /// The input that it is about; none where that isn't told.
    pub fn of(&self) -> Option<&str> {
        match self {
            Demand::True(it) | Demand::False(it) | Demand::Given(it) | Demand::Empty(it) => Some(it),
            Demand::Open(_) => None,
        }
    }

    /// Whether not even the input is told that it is about.
    pub fn is_opaque(&self) -> bool {
        matches!(self, Demand::Open(of) if OPAQUE.binary_search(&of.as_str()).is_ok())
    }

    /// How a marker says it that stands in what is called there: it is about an input of the caller.
    pub(crate) fn at_call(&self, call: &Location) -> String {
        format!("{self}{AT_CALL}{}:{}", call.path, call.line)
    }

    /// Whether a condition that a marker says is [one of a call](Demand::at_call).
    pub(crate) fn is_at_call(condition: &str) -> bool {
        condition.contains(AT_CALL)
    }

    /// The same of another input.
    #[must_use]
    pub fn about(&self, name: String) -> Self {
        match self {
            Demand::True(_) => Demand::True(name),
            Demand::False(_) => Demand::False(name),
            Demand::Given(_) => Demand::Given(name),
            Demand::Empty(_) => Demand::Empty(name),
            Demand::Open(it) => Demand::Open(it.clone()),
        }
    }

    /// Whether a value meets it; nothing where that can't be told.
    pub fn is_met_by(&self, value: &Setting<'_>) -> Option<bool> {
        let is_true = match value {
            Setting::True => Some(true),
            Setting::False | Setting::Empty => Some(false),
            Setting::Given | Setting::Reference | Setting::Variable(_) | Setting::Local(_) | Setting::Open => None,
        };
        let is_given = match value {
            Setting::True | Setting::False | Setting::Given | Setting::Reference => Some(true),
            Setting::Empty => Some(false),
            Setting::Variable(_) | Setting::Local(_) | Setting::Open => None,
        };
        match self {
            Demand::True(_) => is_true,
            Demand::False(_) => is_true.map(|it| !it),
            Demand::Given(_) => is_given,
            Demand::Empty(_) => is_given.map(|it| !it),
            Demand::Open(_) => None,
        }
    }
}

impl fmt::Display for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Demand::True(it) | Demand::Open(it) => f.write_str(it),
            Demand::False(it) => write!(f, "!{it}"),
            Demand::Given(it) => write!(f, "{it} is given"),
            Demand::Empty(it) => write!(f, "{it} is not given"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Demand, OPAQUE, Setting, Switches};
    use crate::source::Location;

    #[test]
    fn demands_are_read_as_they_are_written() {
        for text in
            ["enabled", "!enabled", "email is given", "email is not given", "count", "for_each", "if", "options.on"]
        {
            assert_eq!(Demand::read(text).to_string(), text);
        }
    }

    #[test]
    fn conditions_of_calls_are_told_apart() {
        let at = Location::whole_file(&"env/main.tf".into());
        let told = Demand::True("enabled".to_owned()).at_call(&at);
        assert_eq!(told, format!("enabled, at env/main.tf:{}", at.line));
        assert!(Demand::is_at_call(&told) && !Demand::is_at_call("email is given"));
        assert!(OPAQUE.is_sorted());
    }

    #[test]
    fn settings_are_read_as_they_are_written() {
        let mut values = String::new();
        for (names, setting) in [
            (["options", ".on"].as_slice(), Setting::False),
            (&["option"], Setting::Variable("a.b")),
            (&["options"], Setting::Given),
            (&["name"], Setting::Local("c")),
        ] {
            Switches::add(&mut values, names, &setting);
        }
        assert_eq!(values, "options.on=false option=var.a.b options=given name=local.c");
        let at = Location::whole_file(&"main.tf".into());
        let mut it = Switches { at, is_call: true, to: None, values, only_if: Vec::new() };
        assert_eq!(it.get("options.on"), Some(Setting::False));
        assert_eq!(it.get("option"), Some(Setting::Variable("a.b")));
        assert_eq!(it.get("options"), Some(Setting::Given));
        assert_eq!(it.get("name"), Some(Setting::Local("c")));
        assert_eq!(it.get("opt"), None);
        it.put("option", &Setting::True);
        assert_eq!(it.values, "options.on=false option=true options=given name=local.c");
    }

    #[test]
    fn what_meets_a_demand() {
        for (demand, value, expected) in [
            ("on", Setting::True, Some(true)),
            ("on", Setting::False, Some(false)),
            ("on", Setting::Empty, Some(false)),
            ("on", Setting::Reference, None),
            ("!on", Setting::False, Some(true)),
            ("email is given", Setting::Given, Some(true)),
            ("email is given", Setting::Reference, Some(true)),
            ("email is given", Setting::Empty, Some(false)),
            ("email is not given", Setting::Empty, Some(true)),
            ("count", Setting::True, None),
        ] {
            assert_eq!(Demand::read(demand).is_met_by(&value), expected, "{demand} by {value:?}");
        }
    }
}
