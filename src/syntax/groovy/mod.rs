//! Groovy → the calls and definitions in it, with their arguments and closures.
//!
//! Not a parser of Groovy: no expression is evaluated and no grammar is checked. It knows texts in all six forms,
//! comments, brackets and line breaks well enough to tell what is called with which arguments, also without
//! parentheses (`sh 'make'`, `x = readYaml file: 'a'`), and what is defined. Time is linear in the text, nothing
//! panics, and what doesn't fit is passed over and told as a [`Problem`].

mod calls;
mod lexer;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use calls::{Argument, Call, Definition, Item, Items};
use lexer::Form;
use rustc_hash::{FxHashMap, FxHashSet};

/// A text, its tokens and its brackets.
#[derive(Debug)]
pub(crate) struct Script<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    partners: Vec<usize>,
    /// What doesn't fit, in the text's order.
    pub(crate) problems: Vec<Problem>,
}

/// Something in the text that no Groovy has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Byte offset.
    pub(crate) offset: usize,
    /// What it is.
    pub(crate) message: &'static str,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    kind: TokenKind,
    start: usize,
    end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenKind {
    Name,
    Text,
    Number,
    Open,
    Close,
    Mark,
    /// A line break that may end a statement; several in a row are one.
    Newline,
}

/// Tokens of a script, from one up to another.
pub(crate) type Tokens = Range<usize>;

/// Words that a value may stand behind; sorted.
const WORDS_BEFORE_VALUES: &[&[u8]] = &[b"as", b"assert", b"case", b"else", b"in", b"instanceof", b"return", b"throw"];

impl<'t> Script<'t> {
    /// Reads a text.
    pub(crate) fn new(text: &'t str) -> Self {
        let lexer::Lexed { tokens, partners, problems } = lexer::lex(text);
        Script { text, tokens, partners, problems }
    }

    /// All of it.
    pub(crate) fn all(&self) -> Tokens {
        0..self.tokens.len()
    }

    /// The calls and definitions among these tokens, in order: also those in blocks and parentheses, but not those in
    /// the arguments and closures of calls and in the bodies of definitions, which are looked at on their own.
    pub(crate) fn items(&self, tokens: Tokens) -> Items<'_, 't> {
        Items::new(self, tokens)
    }

    /// The text of these tokens, with what stands between them.
    pub(crate) fn source(&self, tokens: &Tokens) -> &'t str {
        let span = self.span(tokens);
        &self.text[span]
    }

    /// The bytes of these tokens.
    pub(crate) fn span(&self, tokens: &Tokens) -> Range<usize> {
        let start = self.tokens.get(tokens.start).map_or(self.text.len(), |it| it.start);
        let end = tokens.end.checked_sub(1).and_then(|it| self.tokens.get(it)).map_or(start, |it| it.end);
        start..end.max(start)
    }

    /// The text that the first of these tokens is.
    pub(crate) fn literal(&self, tokens: &Tokens) -> Option<Literal<'t>> {
        let token = self.tokens.get(tokens.start).filter(|it| it.kind == TokenKind::Text && !tokens.is_empty())?;
        let written = &self.text[token.start..token.end];
        let form = Form::of(written.as_bytes());
        let inside = &written[form.open().len()..];
        let inside = inside.strip_suffix(form.close()).unwrap_or(inside);
        Some(Literal { inside, at: token.start + form.open().len(), form })
    }

    /// The name that these tokens are, if they are one name and nothing else.
    pub(crate) fn name(&self, tokens: &Tokens) -> Option<&'t str> {
        let only = self.tokens.get(tokens.start).filter(|it| it.kind == TokenKind::Name && tokens.len() == 1)?;
        Some(self.word(only))
    }

    /// What the closure that these tokens are has between its braces, without its parameters; nothing where they are no
    /// closure.
    pub(crate) fn closure(&self, tokens: &Tokens) -> Option<Tokens> {
        if tokens.is_empty() || !self.is(tokens.start, b"{") {
            return None;
        }
        let end = self.partners[tokens.start].min(tokens.end);
        Some(self.without_parameters(tokens.start + 1..end))
    }

    /// The elements of a list or the entries of a map in brackets; nothing where the tokens are none.
    pub(crate) fn elements(&self, tokens: &Tokens) -> Option<Vec<Argument<'t>>> {
        if tokens.is_empty() || !self.is(tokens.start, b"[") {
            return None;
        }
        let end = self.partners[tokens.start].min(tokens.end);
        Some(self.arguments(tokens.start + 1..end))
    }

    /// The names that are variables somewhere in the script: assigned, declared, parameters.
    pub(crate) fn variables(&self) -> FxHashSet<&'t str> {
        let mut found = FxHashSet::default();
        for (at, token) in self.tokens.iter().enumerate() {
            match token.kind {
                TokenKind::Name if !self.is_after_dot(at) => {
                    let is_assigned = self.is(at + 1, b"=") || self.is(at + 1, b"+=") || self.is(at + 1, b"?=");
                    let is_declared = at > 0
                        && self.is_type_at(at - 1)
                        && !self.is(at + 1, b"(")
                        && !self.is(at + 1, b".")
                        && !self.is(at + 1, b"{");
                    let is_loops = self.is_word(at + 1, "in") && self.is(at.wrapping_sub(1), b"(");
                    if is_assigned || is_declared || is_loops {
                        found.insert(self.word(token));
                    }
                }
                // The parameters of a closure stand before its arrow.
                TokenKind::Mark if self.is(at, b"->") => {
                    let names = self.tokens[at.saturating_sub(MAX_PARAMETERS)..at].iter().rev();
                    let names = names.take_while(|it| it.kind != TokenKind::Open && it.kind != TokenKind::Close);
                    found.extend(names.filter(|it| it.kind == TokenKind::Name).map(|it| self.word(it)));
                }
                TokenKind::Name
                | TokenKind::Text
                | TokenKind::Number
                | TokenKind::Open
                | TokenKind::Close
                | TokenKind::Mark
                | TokenKind::Newline => {}
            }
        }
        found
    }

    /// The variables that are set to a text: of those that are set once, and to nothing but a text without expressions,
    /// that text.
    pub(crate) fn constants(&self) -> FxHashMap<&'t str, Option<&'t str>> {
        let mut found: FxHashMap<&str, Option<&str>> = FxHashMap::default();
        for (at, token) in self.tokens.iter().enumerate().filter(|(_, it)| it.kind == TokenKind::Name) {
            if !self.is(at + 1, b"=") && !self.is(at + 1, b"+=") {
                continue;
            }
            let ends = match self.kind(at + 3) {
                None | Some(TokenKind::Newline | TokenKind::Close) => true,
                Some(TokenKind::Mark) => self.is(at + 3, b";"),
                Some(TokenKind::Name | TokenKind::Text | TokenKind::Number | TokenKind::Open) => false,
            };
            let value = self.literal(&(at + 2..at + 3)).filter(|it| ends && !it.has_expressions());
            let value = value.filter(|it| !it.inside.contains('\\') && self.is(at + 1, b"=")).map(|it| it.inside);
            found.entry(self.word(token)).and_modify(|it| *it = it.filter(|it| Some(*it) == value)).or_insert(value);
        }
        found
    }

    /// The value of the first entry with this key, however deep in lists and maps.
    pub(crate) fn entry(&self, tokens: &Tokens, key: &str) -> Option<Tokens> {
        let at = tokens.clone().find(|&at| self.is_word(at, key) && self.is(at + 1, b":"))?;
        let mut end = at + 2;
        while end < tokens.end && !self.is(end, b",") && self.kind(end) != Some(TokenKind::Close) {
            end = self.past(end);
        }
        Some(at + 2..end.min(tokens.end))
    }

    /// The names and texts among tokens, however deep.
    pub(crate) fn words(&self, tokens: &Tokens) -> impl Iterator<Item = &'t str> {
        tokens.clone().filter_map(|at| {
            let token = self.tokens.get(at)?;
            match token.kind {
                TokenKind::Name => Some(self.word(token)),
                TokenKind::Text => self.literal(&(at..at + 1)).map(|it| it.inside),
                TokenKind::Number | TokenKind::Open | TokenKind::Close | TokenKind::Mark | TokenKind::Newline => None,
            }
        })
    }

    /// The values that are added up.
    pub(crate) fn summands(&self, tokens: &Tokens) -> Vec<Tokens> {
        let mut found = Vec::new();
        let (mut start, mut at) = (tokens.start, tokens.start);
        while at < tokens.end {
            if self.is(at, b"+") {
                found.push(start..at);
                start = at + 1;
            }
            at = self.past(at);
        }
        found.push(start..tokens.end);
        found
    }

    /// Writes what makes two scripts the same whatever their comments, blanks and quotes.
    pub(crate) fn write_canonical(&self, out: &mut Vec<u8>) {
        for (at, token) in self.tokens.iter().enumerate().filter(|(_, it)| it.kind != TokenKind::Newline) {
            match self.literal(&(at..at + 1)) {
                Some(text) => {
                    out.push(if text.has_expressions() { b'"' } else { b'\'' });
                    out.extend_from_slice(text.inside.as_bytes());
                }
                None => out.extend_from_slice(self.word(token).as_bytes()),
            }
            out.push(0);
        }
    }

    fn word(&self, token: &Token) -> &'t str {
        &self.text[token.start..token.end]
    }

    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|it| it.kind)
    }

    /// Whether a bracket or mark stands here.
    fn is(&self, at: usize, written: &[u8]) -> bool {
        self.tokens.get(at).is_some_and(|it| {
            matches!(it.kind, TokenKind::Open | TokenKind::Close | TokenKind::Mark)
                && self.text.as_bytes()[it.start..it.end] == *written
        })
    }

    fn is_word(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|it| it.kind == TokenKind::Name && self.word(it) == word)
    }
}

/// No closure that people write has more tokens in its parameters.
const MAX_PARAMETERS: usize = 32;

/// A text as it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Literal<'t> {
    /// What stands between the quotes.
    pub(crate) inside: &'t str,
    /// Byte offset of what stands between the quotes.
    pub(crate) at: usize,
    form: Form,
}

impl<'t> Literal<'t> {
    /// Whether expressions stand in it.
    pub(crate) fn has_expressions(&self) -> bool {
        self.form.has_expressions() && self.expressions().next().is_some()
    }

    /// The text, with each expression as `put` writes it. `put` is given the expression's source, without its marks.
    pub(crate) fn value(&self, mut put: impl FnMut(&str, &mut String)) -> Cow<'t, str> {
        if !self.inside.contains(['\\', '$']) {
            return Cow::Borrowed(self.inside);
        }
        let mut out = String::with_capacity(self.inside.len());
        for part in (Parts { text: self.inside, form: self.form }) {
            match part {
                Part::Plain(text) => out.push_str(text),
                Part::Expression(source) => put(source, &mut out),
            }
        }
        Cow::Owned(out)
    }

    /// The sources of the expressions in it.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &'t str> {
        Parts { text: self.inside, form: self.form }.filter_map(|it| match it {
            Part::Expression(source) => Some(source),
            Part::Plain(_) => None,
        })
    }
}

/// A piece of a text.
enum Part<'t> {
    Plain(&'t str),
    Expression(&'t str),
}

struct Parts<'t> {
    text: &'t str,
    form: Form,
}

impl<'t> Iterator for Parts<'t> {
    type Item = Part<'t>;

    fn next(&mut self) -> Option<Part<'t>> {
        let text = self.text;
        if text.is_empty() {
            return None;
        }
        let is_stop = |c: char| c == '\\' && self.form != Form::DollarSlashy || c == '$' && self.form.has_expressions();
        match text.find(is_stop) {
            Some(0) => {}
            stop => {
                let (plain, rest) = text.split_at(stop.unwrap_or(text.len()));
                self.text = rest;
                return Some(Part::Plain(plain));
            }
        }
        if text.starts_with('\\') {
            return Some(self.escape());
        }
        if let Some(rest) = text.strip_prefix("${") {
            let end = expression_end(rest);
            self.text = rest.get(end + 1..).unwrap_or("");
            return Some(Part::Expression(rest[..end].trim()));
        }
        if self.form == Form::DollarSlashy && (text.starts_with("$$") || text.starts_with("$/")) {
            self.text = &text[2..];
            return Some(Part::Plain(&text[1..2]));
        }
        // `$name.property`
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let mut end = 1;
        while text[end..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            end += text[end..].find(|c| !is_name(c)).unwrap_or(text.len() - end);
            let goes_on =
                text[end..].strip_prefix('.').is_some_and(|it| it.starts_with(|c: char| c.is_ascii_alphabetic()));
            if !goes_on {
                break;
            }
            end += 1;
        }
        let (name, rest) = text.split_at(end);
        self.text = rest;
        Some(if end == 1 { Part::Plain(name) } else { Part::Expression(&name[1..]) })
    }
}

impl<'t> Parts<'t> {
    /// What an escape stands for. One that Groovy doesn't know keeps its backslash: a shell may know it.
    fn escape(&mut self) -> Part<'t> {
        let text = self.text;
        let Some(escaped) = text[1..].chars().next() else {
            self.text = "";
            return Part::Plain("");
        };
        self.text = &text[1 + escaped.len_utf8()..];
        if self.form == Form::Slashy && escaped != '/' {
            return Part::Plain(&text[..1 + escaped.len_utf8()]);
        }
        Part::Plain(match escaped {
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            // The line goes on.
            '\n' => "",
            '$' | '\\' | '\'' | '"' | '/' => &text[1..2],
            _ => &text[..1 + escaped.len_utf8()],
        })
    }
}

/// Where the brace stands that closes an expression, or the text ends. Quotes in it hide braces.
fn expression_end(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'{') => depth += 1,
            (None, b'}') if depth == 0 => return at,
            (None, b'}') => depth -= 1,
            (None, _) => {}
        }
    }
    text.len()
}
