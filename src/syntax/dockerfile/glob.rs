//! Shell patterns in `${X#pattern}` and its like: which part of a value they match. Matching takes a step for every
//! pattern position and character, and the steps of a file are bounded.

use super::scope::{ExpandError, MAX_LENGTH, Scope};

/// A shell pattern: `*`, `?`, escaped and plain characters. The escape is a backslash, whatever the file's is.
pub(super) struct Pattern(Vec<Glob>);

#[derive(Clone, Copy)]
enum Glob {
    Any,
    One,
    Char(char),
}

impl Pattern {
    pub(super) fn new(text: &str) -> Result<Self, ExpandError> {
        let mut globs = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            globs.push(match c {
                '*' => Glob::Any,
                '?' => Glob::One,
                '\\' => match chars.next() {
                    // Besides what has a meaning, only what would end the pattern may be escaped.
                    Some(escaped @ ('*' | '?' | '\\' | '}' | '/')) => Glob::Char(escaped),
                    Some(_) | None => return Err(ExpandError::BadSubstitution),
                },
                c => Glob::Char(c),
            });
        }
        Ok(Pattern(globs))
    }

    /// The pattern from its end to its start, for [`Pattern::strip_suffix`].
    pub(super) fn reversed(text: &str) -> Result<Self, ExpandError> {
        let mut reversed = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c == '\\'
                && let Some(escaped) = chars.next()
            {
                reversed.push(escaped);
            }
            reversed.push(c);
        }
        Pattern::new(&reversed.iter().rev().collect::<String>())
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

    /// What is left without the start that matches.
    pub(super) fn strip_prefix(&self, text: &str, longest: bool, scope: &Scope) -> Result<String, ExpandError> {
        let chars: Vec<char> = text.chars().collect();
        let length = self.matches(&chars, scope)?.map_or(0, |(short, long)| if longest { long } else { short });
        Ok(chars[length..].iter().collect())
    }

    /// What is left without the end that this reversed pattern matches.
    pub(super) fn strip_suffix(&self, text: &str, longest: bool, scope: &Scope) -> Result<String, ExpandError> {
        let chars: Vec<char> = text.chars().rev().collect();
        let length = self.matches(&chars, scope)?.map_or(0, |(short, long)| if longest { long } else { short });
        Ok(chars[length..].iter().rev().collect())
    }

    /// The first match, as long as it can be, replaced; a pattern of nothing matches in front of everything.
    pub(super) fn replace(&self, text: &str, by: &str, scope: &Scope) -> Result<String, ExpandError> {
        self.replaced(text, by, 1, scope)
    }

    /// All matches replaced. One of nothing counts, but not directly behind another.
    pub(super) fn replace_all(&self, text: &str, by: &str, scope: &Scope) -> Result<String, ExpandError> {
        self.replaced(text, by, usize::MAX, scope)
    }

    fn replaced(&self, text: &str, by: &str, most: usize, scope: &Scope) -> Result<String, ExpandError> {
        let chars: Vec<char> = text.chars().collect();
        let mut out = String::new();
        let mut at = 0;
        let mut n = 0;
        let mut last_end = None;
        while at <= chars.len() {
            let found = if n < most { self.matches(&chars[at..], scope)? } else { None };
            let length = found.map_or(0, |(_, longest)| longest);
            if found.is_some() && (length > 0 || last_end != Some(at)) {
                out.push_str(by);
                n += 1;
                last_end = Some(at + length);
            }
            if length == 0 {
                out.extend(chars.get(at));
            }
            at += length.max(1);
            if out.len() > MAX_LENGTH {
                return Err(ExpandError::TooComplex);
            }
        }
        Ok(out)
    }
}

/// A replacement of all matches, in which `$name` and `${name}` stand for groups of the pattern. Shell patterns have no
/// groups, so these are nothing; `$$` is a dollar sign.
pub(super) fn filled(replacement: &str) -> String {
    let mut out = String::new();
    let mut rest = replacement;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let name = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len();
        let group = match after.strip_prefix('{') {
            Some(inner) => {
                let length = name(inner);
                (length > 0 && inner[length..].starts_with('}')).then_some(length + 2)
            }
            None => Some(name(after)).filter(|&length| length > 0),
        };
        rest = match group {
            Some(length) => &after[length..],
            None => {
                out.push('$');
                after.strip_prefix('$').unwrap_or(after)
            }
        };
    }
    out + rest
}
