//! Variables in Dockerfile words: `$X`, `${X:-word}` and their like, as BuildKit's shell lexer reads them.
//!
//! Beside the value BuildKit would compute, an expansion keeps what it could not know: a variable without a value
//! stays visible as `${X}`, so that the reference around it can still tell a registry or an owner.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::CharIndices;

use super::glob::Pattern;

/// The variables that a FROM may use: the arguments declared before the first FROM, and those that BuildKit sets.
#[derive(Debug)]
pub struct Scope {
    escape: char,
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
const MAX_DEPTH: u32 = 32;
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
        let mut lexer = Lexer { scope: self, word, chars: word.char_indices().peekable(), depth: 0 };
        lexer.until(None, false)
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

    fn push(&mut self, c: char) {
        self.value.push(c);
        self.shown.push(c);
    }

    fn append(&mut self, other: Expanded) -> Result<(), ExpandError> {
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
                '\'' => found.append(self.single_quoted(keeps_escapes)?)?,
                '"' => found.append(self.double_quoted()?)?,
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

    /// All characters as they are; there is no escape.
    fn single_quoted(&mut self, keeps_escapes: bool) -> Result<Expanded, ExpandError> {
        self.next();
        let mut found = Expanded::default();
        loop {
            match self.next() {
                None => return Err(ExpandError::BadSubstitution),
                Some('\'') => return Ok(found),
                Some(c) => {
                    // In a pattern, a quoted character stands for itself.
                    if keeps_escapes && matches!(c, '*' | '?' | '\\') {
                        found.push('\\');
                    }
                    found.push(c);
                }
            }
        }
    }

    /// Variables are expanded; the escape character escapes a quote, a dollar and itself only.
    fn double_quoted(&mut self) -> Result<Expanded, ExpandError> {
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
        let value = self.scope.values.get(name);
        let set = value.filter(|value| !(empty_is_unset && value.value.is_empty()));
        match operator {
            '-' => Ok(set.cloned().unwrap_or(word)),
            '+' => Ok(if set.is_some() { word } else { Expanded::default() }),
            '?' => set.cloned().ok_or_else(|| ExpandError::Required(name.to_owned())),
            _ => {
                let Some(value) = value else { return Ok(self.open(name, start)) };
                let pattern = word.value.as_str();
                let (pattern, longest) = pattern.strip_prefix(operator).map_or((pattern, false), |rest| (rest, true));
                let pattern = Pattern::new(pattern, self.scope.escape)?;
                let stripped = if operator == '#' {
                    pattern.strip_prefix(&value.value, longest, self.scope)?
                } else {
                    pattern.strip_suffix(&value.value, longest, self.scope)?
                };
                Ok(self.changed(value, &word, stripped, start))
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
        let Some(value) = self.scope.values.get(name) else { return Ok(self.open(name, start)) };
        let replaced = Pattern::new(&pattern.value, self.scope.escape)?.replace(
            &value.value,
            &replacement.value,
            all,
            self.scope,
        )?;
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
        self.scope.values.get(name).cloned().unwrap_or_else(|| Expanded {
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

    use super::{ExpandError, Expanded, Missing, PLATFORM, Scope};

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
    fn tables_are_sorted() {
        assert!(PLATFORM.is_sorted());
    }

    #[test]
    fn values() {
        let scope = scope();
        for (word, expected) in [
            ("alpine", "alpine"),
            ("alpine:$TAG", "alpine:3.20"),
            ("$IMAGE:${TAG}-slim", "ghcr.io/org/app:3.20-slim"),
            ("${TAG}${TAG}", "3.203.20"),
            ("$TAG.1", "3.20.1"),
            // Quotes and escapes.
            ("\"alpine:$TAG\"", "alpine:3.20"),
            ("'alpine:$TAG'", "alpine:$TAG"),
            ("alpine:\\$TAG", "alpine:$TAG"),
            ("\"\\$TAG \\\" \\\\ \\x\"", "$TAG \" \\ \\x"),
            ("a\\", "a"),
            ("a$", "a$"),
            ("$.x", "$.x"),
            // Defaults.
            ("${TAG:-1}", "3.20"),
            ("${NONE:-1}", "1"),
            ("${NONE-1}", "1"),
            ("${EMPTY:-1}", "1"),
            ("${EMPTY-1}", ""),
            ("${NONE:-}", ""),
            ("${NONE:-${TAG}-x}", "3.20-x"),
            ("${NONE:-${OTHER:-'a b'}}", "a b"),
            ("${NONE:-\"$TAG}\"}", "3.20}"),
            ("${NONE:-a:b}", "a:b"),
            // Alternatives.
            ("x${TAG:+-y}", "x-y"),
            ("x${EMPTY:+-y}", "x"),
            ("x${EMPTY+-y}", "x-y"),
            ("x${NONE+-y}", "x"),
            ("x${NONE:+-y}", "x"),
            // Required.
            ("${TAG:?no tag}", "3.20"),
            ("${TAG?}", "3.20"),
            ("${EMPTY?}", ""),
            // Prefixes and suffixes, shortest and longest.
            ("${PATHS#*/}", "b/c.tar.gz"),
            ("${PATHS##*/}", "c.tar.gz"),
            ("${PATHS%.*}", "a/b/c.tar"),
            ("${PATHS%%.*}", "a/b/c"),
            ("${PATHS#b}", "a/b/c.tar.gz"),
            ("${PATHS#?}", "/b/c.tar.gz"),
            ("${PATHS%%*}", ""),
            ("${PATHS%*}", "a/b/c.tar.gz"),
            ("${STAR#x\\*}", "y"),
            ("${STAR#x'*'}", "y"),
            ("${EMPTY#*}", ""),
            // Replacements.
            ("${PATHS/\\//-}", "a-b/c.tar.gz"),
            ("${PATHS//\\//-}", "a-b-c.tar.gz"),
            ("${PATHS//./_}", "a/b/c_tar_gz"),
            ("${PATHS/b*/x}", "a/x"),
            ("${PATHS/nothing/x}", "a/b/c.tar.gz"),
            ("${TAG//[0-9]/x}", "3.20"),
            ("${TAG/3/$EMPTY}", ".20"),
            // What BuildKit sets itself.
            ("a-$TARGETARCH", "a-amd64"),
            ("$TARGETPLATFORM", "linux/amd64"),
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
    fn what_is_no_substitution() {
        let scope = scope();
        for (word, expected) in [
            ("${", ExpandError::BadSubstitution),
            ("${}", ExpandError::BadSubstitution),
            ("${:x}", ExpandError::BadSubstitution),
            ("${{ values.x }}", ExpandError::BadSubstitution),
            ("${TAG", ExpandError::BadSubstitution),
            ("${TAG:-", ExpandError::BadSubstitution),
            ("${TAG:", ExpandError::BadSubstitution),
            ("${TAG:#x}", ExpandError::BadSubstitution),
            ("${TAG:x}", ExpandError::BadSubstitution),
            ("${TAG=x}", ExpandError::BadSubstitution),
            ("${TAG/x}", ExpandError::BadSubstitution),
            ("'a", ExpandError::BadSubstitution),
            ("\"a", ExpandError::BadSubstitution),
            ("${NONE:?no}", ExpandError::Required("NONE".to_owned())),
            ("${NONE?}", ExpandError::Required("NONE".to_owned())),
            ("${EMPTY:?}", ExpandError::Required("EMPTY".to_owned())),
        ] {
            assert_eq!(scope.expand(word), Err(expected), "{word}");
        }
    }

    #[test]
    fn the_escape_character_is_the_files_own() {
        let mut scope = Scope::empty('`');
        scope.declare("X", Expanded::literal("1"));
        assert_eq!(scope.expand("a`$X\\$X").unwrap().value, "a$X\\1");
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
