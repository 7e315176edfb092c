//! Values as texts: what is written, what a variable of the same file holds, and marks for what isn't known.

use std::borrow::Cow;
use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::syntax::groovy::{Literal, Script, Tokens};

/// A script with what its variables are set to.
pub(super) struct Values<'w, 't> {
    pub(super) script: &'w Script<'t>,
    constants: FxHashMap<&'t str, Option<&'t str>>,
}

/// How something that isn't known is written in a text.
#[derive(Clone, Copy)]
enum Unknown {
    /// `${source}`, as references have it.
    Reference,
    /// `${{ source }}`, which the reader of shell scripts takes for a part of a word.
    Shell,
}

impl<'w, 't> Values<'w, 't> {
    pub(super) fn new(script: &'w Script<'t>) -> Self {
        Values { script, constants: script.constants() }
    }

    /// A text in which `${…}` stands for what isn't known.
    pub(super) fn text(&self, tokens: &Tokens) -> Cow<'t, str> {
        self.value(tokens, Unknown::Reference)
    }

    /// A script for a shell, in which `${{ … }}` stands for what isn't known.
    pub(super) fn shell_script(&self, tokens: &Tokens) -> Cow<'t, str> {
        self.value(tokens, Unknown::Shell)
    }

    /// The value as it stands in the file, without quotes where it is one text, and where.
    pub(super) fn written(&self, tokens: &Tokens) -> (&'t str, Range<usize>) {
        match self.only_literal(tokens) {
            Some(it) => (it.inside, it.at..it.at + it.inside.len()),
            None => (self.script.source(tokens), self.script.span(tokens)),
        }
    }

    /// The text, where the value is one text and nothing else.
    pub(super) fn only_literal(&self, tokens: &Tokens) -> Option<Literal<'t>> {
        (tokens.len() == 1).then(|| self.script.literal(tokens)).flatten()
    }

    fn value(&self, tokens: &Tokens, unknown: Unknown) -> Cow<'t, str> {
        let summands = self.script.summands(tokens);
        if let [only] = summands.as_slice() {
            return self.summand(only, unknown);
        }
        Cow::Owned(summands.iter().map(|it| self.summand(it, unknown)).collect::<String>())
    }

    fn summand(&self, tokens: &Tokens, unknown: Unknown) -> Cow<'t, str> {
        // What is called on a text (`stripIndent()`, `trim()`) changes its blanks.
        if let Some(literal) = self.script.literal(tokens) {
            return literal.value(|source, out| self.put(source, unknown, out));
        }
        let mut out = String::new();
        self.put(self.script.source(tokens), unknown, &mut out);
        Cow::Owned(out)
    }

    /// Writes what an expression comes to.
    fn put(&self, source: &str, unknown: Unknown, out: &mut String) {
        let name = source.strip_prefix("env.").unwrap_or(source);
        match (self.constants.get(name), unknown) {
            (Some(Some(value)), _) => out.push_str(value),
            (_, Unknown::Reference) => out.extend(["${", source, "}"]),
            // A brace within would end it early.
            (_, Unknown::Shell) if source.contains('}') => out.push_str("${{ expression }}"),
            (_, Unknown::Shell) => out.extend(["${{ ", source, " }}"]),
        }
    }
}
