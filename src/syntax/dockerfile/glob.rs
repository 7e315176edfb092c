//! Shell patterns in `${X#pattern}` and its like: which part of a value they match. Matching takes a step for every
//! pattern position and character, and the steps of a file are bounded.

use super::expand::{ExpandError, MAX_LENGTH, Scope};

/// A shell pattern: `*`, `?`, escaped and plain characters.
pub(super) struct Pattern(Vec<Glob>);

#[derive(Clone, Copy)]
enum Glob {
    Any,
    One,
    Char(char),
}

impl Pattern {
    pub(super) fn new(text: &str, escape: char) -> Result<Self, ExpandError> {
        let mut globs = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            globs.push(match c {
                '*' => Glob::Any,
                '?' => Glob::One,
                c if c == escape || c == '\\' => Glob::Char(chars.next().ok_or(ExpandError::BadSubstitution)?),
                c => Glob::Char(c),
            });
        }
        Ok(Pattern(globs))
    }

    /// The lengths, in characters, of the starts of `text` that the pattern matches: the shortest and the longest.
    fn matches(&self, text: &[char], scope: &Scope) -> Result<Option<(usize, usize)>, ExpandError> {
        // Which positions in the pattern can be reached after each character.
        let globs = &self.0;
        let mut reached = vec![false; globs.len() + 1];
        reached[0] = true;
        let mut lengths: Option<(usize, usize)> = None;
        for n in 0..=text.len() {
            scope.step(globs.len() + 1)?;
            for at in 0..globs.len() {
                if reached[at] && matches!(globs[at], Glob::Any) {
                    reached[at + 1] = true;
                }
            }
            if reached[globs.len()] {
                lengths = Some((lengths.map_or(n, |(shortest, _)| shortest), n));
            }
            let Some(&c) = text.get(n) else { break };
            let mut next = vec![false; globs.len() + 1];
            for at in (0..globs.len()).filter(|&at| reached[at]) {
                match globs[at] {
                    Glob::Any => next[at] = true,
                    Glob::One => next[at + 1] = true,
                    Glob::Char(expected) => next[at + 1] |= expected == c,
                }
            }
            reached = next;
            if !reached.contains(&true) {
                break;
            }
        }
        Ok(lengths)
    }

    pub(super) fn strip_prefix(&self, text: &str, longest: bool, scope: &Scope) -> Result<String, ExpandError> {
        let chars: Vec<char> = text.chars().collect();
        let length = self.matches(&chars, scope)?.map_or(0, |(short, long)| if longest { long } else { short });
        Ok(chars[length..].iter().collect())
    }

    pub(super) fn strip_suffix(&self, text: &str, longest: bool, scope: &Scope) -> Result<String, ExpandError> {
        let reversed = Pattern(self.0.iter().rev().copied().collect());
        let chars: Vec<char> = text.chars().rev().collect();
        let length = reversed.matches(&chars, scope)?.map_or(0, |(short, long)| if longest { long } else { short });
        Ok(chars[length..].iter().rev().collect())
    }

    pub(super) fn replace(&self, text: &str, by: &str, all: bool, scope: &Scope) -> Result<String, ExpandError> {
        let chars: Vec<char> = text.chars().collect();
        let mut out = String::new();
        let mut at = 0;
        let mut done = false;
        while at < chars.len() {
            let length =
                if done && !all { None } else { self.matches(&chars[at..], scope)?.map(|(_, longest)| longest) };
            match length {
                Some(length) if length > 0 => {
                    out.push_str(by);
                    at += length;
                    done = true;
                }
                _ => {
                    out.push(chars[at]);
                    at += 1;
                }
            }
            if out.len() > MAX_LENGTH {
                return Err(ExpandError::TooComplex);
            }
        }
        Ok(out)
    }
}
