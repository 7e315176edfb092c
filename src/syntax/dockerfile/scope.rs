//! The variables that a Dockerfile's FROMs see, and what a word with variables comes to.
//!
//! Beside the value BuildKit would compute, an expansion keeps what it could not know: a variable without a value
//! stays visible as `${X}`, so that the reference around it can still tell a registry or an owner.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::expand::expand;

/// The variables that a FROM may use: the arguments declared before the first FROM, and those that BuildKit sets.
#[derive(Debug)]
pub struct Scope {
    pub(super) escape: char,
    values: BTreeMap<String, Expanded>,
    /// How many steps pattern matching may still take: a bound for files made to be slow.
    steps: Cell<u32>,
}

/// What a word comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The value, with nothing where a variable has none: what BuildKit would compute.
    pub value: String,
    /// The value, with `${X}` where a variable has none.
    pub shown: String,
    /// The first thing of which the file doesn't tell the value.
    pub missing: Option<Missing>,
    /// Whether a variable was used that depends on the platform the build is for.
    pub of_platform: bool,
}

/// What a file leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// An argument without default, or one that isn't declared where FROM could see it.
    Argument(String),
    /// An argument whose default a template fills in.
    Template(String),
    /// An argument whose default can't be expanded.
    Default(String),
}

/// Why a word can't be expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpandError {
    /// `${`, `${}`, `${:`, `${{`, an unknown operator, a quote or brace that isn't closed.
    BadSubstitution,
    /// `${X?}` of an argument without value, or `${X:?}` of an empty one: the build must be given one.
    Required(String),
    /// Longer or deeper than any reference can be.
    TooComplex,
}

/// The variables BuildKit sets by itself, and their values in a build for the platform that most builds are for.
/// Sorted.
const PLATFORM: &[(&str, &str)] = &[
    ("BUILDARCH", "amd64"),
    ("BUILDOS", "linux"),
    ("BUILDOSVERSION", ""),
    ("BUILDPLATFORM", "linux/amd64"),
    ("BUILDVARIANT", ""),
    ("TARGETARCH", "amd64"),
    ("TARGETOS", "linux"),
    ("TARGETOSVERSION", ""),
    ("TARGETPLATFORM", "linux/amd64"),
    ("TARGETVARIANT", ""),
];

/// Longer than any image reference: name 255, tag 128, digest 135.
pub(super) const MAX_LENGTH: usize = 1024;
const MAX_STEPS: u32 = 10_000_000;

impl Scope {
    /// A scope without any variable.
    pub fn empty(escape: char) -> Self {
        Scope { escape, values: BTreeMap::new(), steps: Cell::new(MAX_STEPS) }
    }

    /// The variables that are there before any ARG. A build may be given other values for them.
    pub fn new(escape: char, target_stage: &str, overrides: &BTreeMap<String, String>) -> Self {
        let mut scope = Scope::empty(escape);
        for &(name, value) in PLATFORM {
            let value = Expanded { of_platform: true, ..Expanded::literal(value) };
            scope.declare(name, overrides.get(name).map_or(value, |value| Expanded::literal(value)));
        }
        let stage = overrides.get("TARGETSTAGE").map_or(target_stage, String::as_str);
        scope.declare("TARGETSTAGE", Expanded::literal(stage));
        scope
    }

    /// An ARG with a default, which replaces an earlier value. (An ARG without one changes nothing.)
    pub fn declare(&mut self, name: &str, value: Expanded) {
        self.values.insert(name.to_owned(), value);
    }

    /// Has the variables of another scope from here on. What pattern matching may still take stays what it was.
    pub fn reset_to(&mut self, other: &Scope) {
        self.values.clone_from(&other.values);
    }

    /// Takes a variable out.
    pub fn forget(&mut self, name: &str) {
        self.values.remove(name);
    }

    /// What a variable comes to.
    pub fn value(&self, name: &str) -> Option<&Expanded> {
        self.values.get(name)
    }

    /// What a word comes to.
    ///
    /// # Errors
    /// Where BuildKit would stop the build, or the word is beyond any sensible size.
    pub fn expand(&self, word: &str) -> Result<Expanded, ExpandError> {
        expand(self, word)
    }

    /// Takes steps of pattern matching off those that are left.
    pub(super) fn step(&self, n: usize) -> Result<(), ExpandError> {
        let left = self.steps.get().checked_sub(u32::try_from(n).unwrap_or(u32::MAX));
        self.steps.set(left.ok_or(ExpandError::TooComplex)?);
        Ok(())
    }
}

impl Expanded {
    /// A value that is written out.
    pub fn literal(value: &str) -> Self {
        Expanded { value: value.to_owned(), shown: value.to_owned(), missing: None, of_platform: false }
    }

    /// The value of an argument that filling in a template would tell.
    pub fn template(name: &str, text: &str) -> Self {
        Expanded { missing: Some(Missing::Template(name.to_owned())), ..Expanded::literal(text) }
    }

    /// The value of an argument whose default can't be expanded.
    pub fn unread(name: &str) -> Self {
        let missing = Some(Missing::Default(name.to_owned()));
        Expanded { shown: format!("${{{name}}}"), missing, ..Expanded::default() }
    }

    pub(super) fn push(&mut self, c: char) {
        self.value.push(c);
        self.shown.push(c);
    }

    pub(super) fn append(&mut self, other: Expanded) -> Result<(), ExpandError> {
        let Expanded { value, shown, missing, of_platform } = other;
        self.value.push_str(&value);
        self.shown.push_str(&shown);
        if self.missing.is_none() {
            self.missing = missing;
        }
        self.of_platform |= of_platform;
        if self.shown.len().max(self.value.len()) > MAX_LENGTH { Err(ExpandError::TooComplex) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn tables_are_sorted() {
        assert!(super::PLATFORM.is_sorted());
    }
}
