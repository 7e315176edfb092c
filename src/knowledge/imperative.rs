//! Commands that change infrastructure or other machines by hand: what their words look like, and how strongly they
//! speak.

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::facts::{MarkerKind, Weight};
use crate::syntax::shell::names_of;

/// A row of `imperative.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ImperativeRow {
    /// The programs.
    pub programs: Vec<String>,
    /// What their sub-commands look like, one of these; anything where there are none.
    #[serde(default)]
    pub verbs: Vec<Verbs>,
    /// One of these words stands among the arguments, or begins one where it ends with `=` or `*`; nothing is asked
    /// where there are none.
    #[serde(default)]
    pub with: Vec<String>,
    /// None of these stands there, likewise.
    #[serde(default)]
    pub without: Vec<String>,
    /// What it is evidence of.
    pub marker: MarkerKind,
    /// How strongly it speaks of work by hand.
    pub weight: Weight,
    /// Whose command it is.
    pub tool: String,
    /// Where it doesn't count: what a pipeline does on its own machine is no work on servers.
    #[serde(default)]
    pub except: Option<Except>,
    /// Where it is documented.
    pub source: String,
}

/// Where a command doesn't count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Except {
    /// On this machine, whichever that is: it counts in what another machine is told to run.
    Here,
    /// In the scripts of pipelines.
    Pipelines,
}

/// What the words behind a program look like: parted by blanks; `a|b` is one of these, `x*` begins so, `*` is any word,
/// `**` any number of words.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "String")]
pub struct Verbs(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    /// Any number of words.
    Any,
    /// One word: any of these; those with `true` only begin so.
    One(Vec<(String, bool)>),
}

impl From<String> for Verbs {
    fn from(text: String) -> Self {
        let of_word = |it: &str| match it.strip_suffix('*') {
            Some(start) => (start.to_owned(), true),
            None => (it.to_owned(), false),
        };
        let of_part = |it: &str| if it == "**" { Part::Any } else { Part::One(it.split('|').map(of_word).collect()) };
        Verbs(text.split(' ').map(of_part).collect())
    }
}

/// How many words behind a program are looked at: no tool has a deeper tree of sub-commands.
const MAX_WORDS: usize = 8;

impl Verbs {
    fn fit(&self, words: &[&str]) -> bool {
        fit(&self.0, &words[..words.len().min(MAX_WORDS)])
    }
}

fn fit(parts: &[Part], words: &[&str]) -> bool {
    match parts {
        [] => true,
        [Part::Any, rest @ ..] => (0..=words.len()).any(|skipped| fit(rest, &words[skipped..])),
        [Part::One(choices), rest @ ..] => words.split_first().is_some_and(|(word, words)| {
            let is_one = |(text, begins): &(String, bool)| {
                if *begins { word.starts_with(text.as_str()) } else { word == text }
            };
            choices.iter().any(is_one) && fit(rest, words)
        }),
    }
}

/// The rows, by program.
#[derive(Clone, Debug, Default)]
pub(super) struct Lexicon {
    pub(super) rows: Vec<ImperativeRow>,
    by_program: FxHashMap<String, Vec<usize>>,
}

impl Lexicon {
    pub(super) fn add(&mut self, row: ImperativeRow) {
        for program in &row.programs {
            self.by_program.entry(program.clone()).or_default().push(self.rows.len());
        }
        self.rows.push(row);
    }

    /// The first row that a command fits, given as its words from the program on: rows stand in the order in which they
    /// are asked, the special before the general.
    pub(super) fn row(&self, words: &[&str]) -> Option<&ImperativeRow> {
        let (program, arguments) = words.split_first()?;
        let names = names_of(program, arguments);
        let has = |wanted: &String| {
            arguments.iter().any(|it| match wanted.strip_suffix('*') {
                Some(start) => it.starts_with(start),
                None => it == wanted || wanted.ends_with('=') && it.starts_with(wanted.as_str()),
            })
        };
        let rows = self.by_program.get(*program)?.iter().map(|at| &self.rows[*at]);
        rows.into_iter().find(|row| {
            (row.verbs.is_empty() || row.verbs.iter().any(|it| it.fit(&names)))
                && (row.with.is_empty() || row.with.iter().any(has))
                && !row.without.iter().any(has)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Verbs;

    #[test]
    fn verbs() {
        for (pattern, words, expected) in [
            ("delete", "delete pod x", true),
            ("delete", "get delete", false),
            ("rollout restart", "rollout restart x", true),
            ("rollout restart", "rollout status", false),
            ("* create-*|delete-*", "ec2 create-vpc", true),
            ("* create-*|delete-*", "ec2 describe-vpcs", false),
            ("* create-*", "create-vpc", false),
            ("** create", "sql instances create x", true),
            ("** create", "sql instances list", false),
            ("s3 mb|rb", "s3 rb x", true),
            ("", "", false),
        ] {
            let words: Vec<&str> = words.split(' ').filter(|it| !it.is_empty()).collect();
            assert_eq!(Verbs::from(pattern.to_owned()).fit(&words), expected, "{pattern:?} {words:?}");
        }
    }
}
