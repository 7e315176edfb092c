//! Variables in Dockerfile words: `$X`, `${X:-word}` and their like, as BuildKit's shell lexer reads them, its
//! oddities with it.

use std::iter::Peekable;
use std::str::CharIndices;

use super::glob::{Pattern, filled};
use super::scope::{ExpandError, Expanded, Missing, Scope};

const MAX_DEPTH: u32 = 32;

/// What a word comes to.
pub(super) fn expand(scope: &Scope, word: &str) -> Result<Expanded, ExpandError> {
    let mut lexer = Lexer { scope, word, chars: word.char_indices().peekable(), depth: 0 };
    lexer.until(None, false)
}

struct Lexer<'a> {
    scope: &'a Scope,
    word: &'a str,
    chars: Peekable<CharIndices<'a>>,
    depth: u32,
}

impl<'a> Lexer<'a> {
    fn peek(&mut self) -> Option<char> {
        self.chars.peek().map(|&(_, c)| c)
    }

    fn next(&mut self) -> Option<char> {
        self.chars.next().map(|(_, c)| c)
    }

    fn offset(&mut self) -> usize {
        self.chars.peek().map_or(self.word.len(), |&(at, _)| at)
    }

    /// Everything up to `stop`, which is consumed, or up to the end. `keeps_escapes` is for patterns, in which an
    /// escape is for the matcher to read.
    fn until(&mut self, stop: Option<char>, keeps_escapes: bool) -> Result<Expanded, ExpandError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ExpandError::TooComplex);
        }
        let mut found = Expanded::default();
        loop {
            let Some(c) = self.peek() else {
                if stop.is_some() {
                    return Err(ExpandError::BadSubstitution);
                }
                break;
            };
            if Some(c) == stop {
                self.next();
                break;
            }
            match c {
                '\'' => found.append(self.single_quoted()?)?,
                '"' => found.append(self.double_quoted(keeps_escapes)?)?,
                '$' => found.append(self.dollar()?)?,
                c => {
                    self.next();
                    if c != self.scope.escape {
                        found.push(c);
                        continue;
                    }
                    if keeps_escapes {
                        found.push(c);
                    }
                    if let Some(escaped) = self.next() {
                        found.push(escaped);
                    }
                }
            }
        }
        self.depth -= 1;
        found.append(Expanded::default())?;
        Ok(found)
    }

    /// All characters as they are; there is no escape, and in a pattern `*` is a pattern all the same.
    fn single_quoted(&mut self) -> Result<Expanded, ExpandError> {
        self.next();
        let mut found = Expanded::default();
        loop {
            match self.next() {
                None => return Err(ExpandError::BadSubstitution),
                Some('\'') => return Ok(found),
                Some(c) => found.push(c),
            }
        }
    }

    /// Variables are expanded; the escape character escapes a quote, a dollar and itself only. Where escapes are kept,
    /// one that escapes nothing is there twice.
    fn double_quoted(&mut self, keeps_escapes: bool) -> Result<Expanded, ExpandError> {
        self.next();
        let mut found = Expanded::default();
        loop {
            match self.peek() {
                None => return Err(ExpandError::BadSubstitution),
                Some('"') => {
                    self.next();
                    return Ok(found);
                }
                Some('$') => found.append(self.dollar()?)?,
                Some(c) => {
                    self.next();
                    if c == self.scope.escape {
                        if keeps_escapes {
                            found.push(c);
                        }
                        match self.peek() {
                            None => continue,
                            Some(next) if next == '"' || next == '$' || next == self.scope.escape => {
                                self.next();
                                found.push(next);
                                continue;
                            }
                            Some(_) => {}
                        }
                    }
                    found.push(c);
                }
            }
        }
    }

    /// `$NAME`, `${NAME}` and `${NAME` with an operator.
    fn dollar(&mut self) -> Result<Expanded, ExpandError> {
        let start = self.offset();
        self.next();
        if self.peek() != Some('{') {
            let name = self.name();
            return Ok(if name.is_empty() { Expanded::literal("$") } else { self.value_or_open(name) });
        }
        self.next();
        if matches!(self.peek(), None | Some('{' | '}' | ':')) {
            return Err(ExpandError::BadSubstitution);
        }
        let name = self.name();
        let operator = self.next().ok_or(ExpandError::BadSubstitution)?;
        if operator == '}' {
            return Ok(self.value_or_open(name));
        }
        if operator == '/' {
            return self.replace(name, start);
        }
        let (operator, empty_is_unset) = match operator {
            ':' => (self.next().ok_or(ExpandError::BadSubstitution)?, true),
            operator => (operator, false),
        };
        if !matches!(operator, '-' | '+' | '?') && (empty_is_unset || !matches!(operator, '#' | '%')) {
            return Err(ExpandError::BadSubstitution);
        }
        let word = self.until(Some('}'), matches!(operator, '#' | '%'))?;
        let value = self.scope.value(name);
        let set = value.filter(|value| !(empty_is_unset && value.value.is_empty()));
        match operator {
            '-' => Ok(set.cloned().unwrap_or(word)),
            '+' => Ok(if set.is_some() { word } else { Expanded::default() }),
            '?' => set.cloned().ok_or_else(|| ExpandError::Required(name.to_owned())),
            _ => {
                let pattern = word.value.as_str();
                let (pattern, longest) = pattern.strip_prefix(operator).map_or((pattern, false), |rest| (rest, true));
                let old = value.map_or("", |value| &value.value);
                let stripped = if operator == '#' {
                    Pattern::new(pattern)?.strip_prefix(old, longest, self.scope)?
                } else {
                    Pattern::reversed(pattern)?.strip_suffix(old, longest, self.scope)?
                };
                Ok(match value {
                    Some(value) => self.changed(value, &word, stripped, start),
                    None => self.open(name, start),
                })
            }
        }
    }

    /// `${NAME/pattern/replacement}`, with `//` for all places.
    fn replace(&mut self, name: &str, start: usize) -> Result<Expanded, ExpandError> {
        let all = self.peek() == Some('/');
        if all {
            self.next();
        }
        let pattern = self.until(Some('/'), true)?;
        let replacement = self.until(Some('}'), true)?;
        let value = self.scope.value(name);
        let old = value.map_or("", |value| &value.value);
        let glob = Pattern::new(&pattern.value)?;
        let replaced = if all {
            glob.replace_all(old, &filled(&replacement.value), self.scope)?
        } else {
            glob.replace(old, &replacement.value, self.scope)?
        };
        let Some(value) = value else { return Ok(Expanded { value: replaced, ..self.open(name, start) }) };
        let mut changed = self.changed(value, &pattern, replaced, start);
        if changed.missing.is_none() && replacement.missing.is_some() {
            changed.missing = replacement.missing;
            changed.shown = self.source(start);
        }
        Ok(changed)
    }

    /// A changed value; where a part of it or of the pattern isn't known, the expression as it stands is shown.
    fn changed(&mut self, value: &Expanded, pattern: &Expanded, result: String, start: usize) -> Expanded {
        let missing = value.missing.clone().or_else(|| pattern.missing.clone());
        let shown = if missing.is_some() { self.source(start) } else { result.clone() };
        Expanded { value: result, shown, missing, of_platform: value.of_platform || pattern.of_platform }
    }

    /// A variable without a value, shown as the expression that stands there.
    fn open(&mut self, name: &str, start: usize) -> Expanded {
        let shown = self.source(start);
        Expanded { shown, missing: Some(Missing::Argument(name.to_owned())), ..Expanded::default() }
    }

    fn source(&mut self, start: usize) -> String {
        let end = self.offset();
        self.word[start..end].to_owned()
    }

    fn value_or_open(&self, name: &str) -> Expanded {
        self.scope.value(name).cloned().unwrap_or_else(|| Expanded {
            shown: format!("${{{name}}}"),
            missing: Some(Missing::Argument(name.to_owned())),
            ..Expanded::default()
        })
    }

    /// A name: letters, digits and `_`; digits alone where it begins with one; or one special character.
    fn name(&mut self) -> &'a str {
        let word = self.word;
        let start = self.offset();
        match self.peek() {
            Some(c) if c.is_ascii_digit() => while self.chars.next_if(|(_, c)| c.is_ascii_digit()).is_some() {},
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => {
                self.next();
            }
            _ => while self.chars.next_if(|&(_, c)| c.is_alphanumeric() || c == '_').is_some() {},
        }
        let end = self.offset();
        &word[start..end]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::syntax::dockerfile::{ExpandError, Expanded, Missing, Scope};

    fn scope() -> Scope {
        let mut scope = Scope::new('\\', "default", &BTreeMap::new());
        for (name, value) in
            [("TAG", "3.20"), ("IMAGE", "ghcr.io/org/app"), ("EMPTY", ""), ("PATHS", "a/b/c.tar.gz"), ("STAR", "x*y")]
        {
            scope.declare(name, Expanded::literal(value));
        }
        scope
    }

    #[test]
    fn what_is_known_shows_as_its_value() {
        let scope = scope();
        for (word, expected) in [
            ("alpine", "alpine"),
            ("$IMAGE:${TAG}-slim", "ghcr.io/org/app:3.20-slim"),
            ("${NONE:-${TAG}-x}", "3.20-x"),
            ("${PATHS##*/}", "c.tar.gz"),
            ("${PATHS//./_}", "a/b/c_tar_gz"),
            ("${TAG/3/$EMPTY}", ".20"),
            // What BuildKit sets itself.
            ("a-$TARGETARCH", "a-amd64"),
            ("$TARGETPLATFORM", "linux/amd64"),
            ("$TARGETOSVERSION", ""),
            ("$TARGETSTAGE", "default"),
        ] {
            let expanded = scope.expand(word).unwrap_or_else(|error| panic!("{word}: {error:?}"));
            assert_eq!((expanded.value.as_str(), expanded.missing), (expected, None), "{word}");
            assert_eq!(expanded.shown, expected, "{word}");
        }
    }

    #[test]
    fn what_the_file_leaves_open() {
        let mut scope = scope();
        let nested = scope.expand("base:$VERSION").unwrap();
        scope.declare("NESTED", nested);
        for (word, value, shown, name) in [
            ("$NONE", "", "${NONE}", "NONE"),
            ("ghcr.io/a/b:${NONE}-x", "ghcr.io/a/b:-x", "ghcr.io/a/b:${NONE}-x", "NONE"),
            ("${A}$B", "", "${A}${B}", "A"),
            ("$NESTED", "base:", "base:${VERSION}", "VERSION"),
            ("${NONE:-$OTHER}", "", "${OTHER}", "OTHER"),
            ("${NONE#a}", "", "${NONE#a}", "NONE"),
            ("${NESTED%:*}", "base", "${NESTED%:*}", "VERSION"),
            ("a$1", "a", "a${1}", "1"),
            ("a$12b", "ab", "a${12}b", "12"),
            ("$@", "", "${@}", "@"),
        ] {
            let expanded = scope.expand(word).unwrap();
            assert_eq!((expanded.value.as_str(), expanded.shown.as_str()), (value, shown), "{word}");
            assert_eq!(expanded.missing, Some(Missing::Argument(name.to_owned())), "{word}");
        }
        // A default stands in for an argument that only depends on open ones and comes to nothing.
        scope.declare("ONLY_OPEN", scope.expand("$VERSION").unwrap());
        assert_eq!(scope.expand("${ONLY_OPEN:-x}").unwrap(), Expanded::literal("x"));
        assert!(scope.expand("x-$TARGETARCH").unwrap().of_platform);
    }

    #[test]
    fn what_the_build_must_give() {
        let scope = scope();
        for (word, name) in [("${NONE:?no}", "NONE"), ("${NONE?}", "NONE"), ("${EMPTY:?}", "EMPTY")] {
            assert_eq!(scope.expand(word), Err(ExpandError::Required(name.to_owned())), "{word}");
        }
    }

    #[test]
    fn hostile_words_end_soon() {
        let mut scope = Scope::empty('\\');
        scope.declare("A", Expanded::literal("aaaaaaaaaa"));
        for step in 0..64 {
            let (last, name) = (format!("A{}", step - 1), format!("A{step}"));
            let last = if step == 0 { "A" } else { &last };
            match scope.expand(&format!("${{{last}}}${{{last}}}")) {
                Ok(doubled) => scope.declare(&name, doubled),
                Err(error) => {
                    assert_eq!(error, ExpandError::TooComplex);
                    return assert!(step < 8, "{step}");
                }
            }
        }
        panic!("doubling never ended");
    }

    #[test]
    fn deep_nesting_ends_soon() {
        let scope = Scope::empty('\\');
        let deep = "${x:-".repeat(10_000);
        assert_eq!(scope.expand(&deep), Err(ExpandError::TooComplex));
        let mut slow = Scope::empty('\\');
        slow.declare("X", Expanded::literal(&"a".repeat(1000)));
        let word = format!("${{X//{}b/c}}", "*a".repeat(400));
        assert_eq!(slow.expand(&word), Err(ExpandError::TooComplex));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(word in "[a$\\{\\}:+?#%/*'\"\\\\-]{0,24}|\\PC{0,24}") {
            let _ = scope().expand(&word);
        }
    }
}
