//! The scan of a file into blocks and attributes: one pass over the bytes, no recursion, no copies.
//!
//! A file that shows damage is scanned a second time with recovery: a block that begins in the first column ends
//! whatever was left open before it. Recovery rules are guesses about intent, so they never touch an undamaged file.

use std::ops::Range;

use super::body::{Attribute, Block, Body, Label, Problem, ProblemKind};
use super::value::Frame;

/// Blocks nested deeper than this are not looked into.
const MAX_BLOCKS: usize = 64;
/// After so many problems the rest of the file is left alone: it isn't HCL, and looking for a way back into it each
/// time would take long.
const MAX_PROBLEMS: usize = 100;

/// Scans a file. It never fails: what it could not make sense of is in the problems, in file order; everything
/// around it is kept.
pub fn scan(text: &str) -> (Body<'_>, Vec<Problem>) {
    let start = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let scan = |mode| {
        let scanner = Scanner::new(text, start..text.len(), mode);
        Scanner { body: Body::with_room(text.len()), ..scanner }.run()
    };
    let (body, problems) = scan(Mode::Plain);
    if problems.is_empty() { (body, problems) } else { scan(Mode::Recover) }
}

/// Scans the elements of an object (`{ a = 1, b : 2 }`) at this place of a text as attributes. Empty where there is
/// no object.
pub fn scan_object(text: &str, span: Range<usize>) -> (Body<'_>, Vec<Problem>) {
    match between(text, span, "{", "}") {
        Some(inside) => Scanner::new(text, inside, Mode::Object).run(),
        None => (Body::default(), Vec::new()),
    }
}

/// The places of the elements of a list (`[a, { b = 1 }]`) at this place of a text. `None` where there is no list, or
/// one that isn't elements with commas between them.
pub fn scan_list(text: &str, span: Range<usize>) -> Option<Vec<Range<usize>>> {
    let mut scanner = Scanner::new(text, between(text, span, "[", "]")?, Mode::Object);
    let mut elements = Vec::new();
    loop {
        scanner.skip_blank();
        let start = scanner.at;
        if scanner.peek(0).is_none() {
            break;
        }
        let end = scanner.value();
        elements.push(start..end);
        scanner.skip_blank();
        match scanner.peek(0) {
            Some(b',') if end > start => scanner.at += 1,
            None => break,
            Some(_) => return None,
        }
    }
    scanner.problems.is_empty().then_some(elements)
}

/// What lies between two brackets that a place of a text begins and ends with.
fn between(text: &str, span: Range<usize>, open: &str, close: &str) -> Option<Range<usize>> {
    text.get(span.clone())?.strip_prefix(open)?.strip_suffix(close)?;
    Some(span.start + open.len()..span.end - close.len())
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Mode {
    Plain,
    /// The file is damaged: guess where lost brackets and quotes were.
    Recover,
    /// The elements of an object: `:` is as good as `=`.
    Object,
}

pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
    /// The text up to where the scan ends.
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) mode: Mode,
    open: Vec<usize>,
    pub(super) frames: Vec<Frame>,
    body: Body<'a>,
    problems: Vec<Problem>,
    /// How many of the problems are more than a placeholder in a sound place.
    n_damages: usize,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, range: Range<usize>, mode: Mode) -> Self {
        Scanner {
            text,
            bytes: &text.as_bytes()[..range.end],
            at: range.start,
            mode,
            open: Vec::new(),
            frames: Vec::new(),
            body: Body::default(),
            problems: Vec::new(),
            n_damages: 0,
        }
    }

    fn run(mut self) -> (Body<'a>, Vec<Problem>) {
        loop {
            self.skip_blank();
            let Some(byte) = self.peek(0) else { break };
            if self.mode == Mode::Recover && !self.open.is_empty() && self.is_head(self.at) {
                self.close_all();
            }
            match byte {
                b'}' => {
                    if !self.close() {
                        self.problem(self.at, "this brace closes nothing");
                    }
                    self.at += 1;
                }
                // Between attributes: HCL before Terraform 0.12, and objects.
                b',' => self.at += 1,
                b'"' => self.quoted_item(),
                _ if IDENTIFIER[byte as usize] => self.item(),
                _ => {
                    self.problem(self.at, "neither an attribute nor a block begins like this");
                    self.skip_line();
                }
            }
        }
        self.close_all();
        self.problems.sort_by_key(|problem| problem.at);
        (self.body, self.problems)
    }

    /// An attribute whose name is quoted; HCL before Terraform 0.12, and objects.
    fn quoted_item(&mut self) {
        match self.quoted(self.at) {
            Ok(inner) => {
                self.at = inner.end + 1;
                self.after_name(inner);
            }
            Err(()) => self.skip_line(),
        }
    }

    fn item(&mut self) {
        let start = self.at;
        self.skip_identifier();
        self.after_name(start..self.at);
    }

    fn after_name(&mut self, name: Range<usize>) {
        self.skip_inline_blank();
        match self.peek(0) {
            Some(b'=') if self.peek(1) != Some(b'=') => {
                self.at += 1;
                self.attribute(name);
            }
            Some(b':') if self.mode == Mode::Object => {
                self.at += 1;
                self.attribute(name);
            }
            _ => self.block(name),
        }
    }

    fn block(&mut self, kind: Range<usize>) {
        let first_label = self.body.labels.len();
        loop {
            self.skip_inline_blank();
            let quote = self.at;
            let span = match self.peek(0) {
                Some(b'{') => {
                    self.at += 1;
                    self.open(kind, first_label);
                    return;
                }
                Some(b'"') => match self.quoted(self.at) {
                    Ok(inner) => {
                        self.at = inner.end + 1;
                        inner
                    }
                    Err(()) => {
                        // After too many problems the text ends where the scan is.
                        let start = quote + 1;
                        let end = self.line_end(start).max(start);
                        self.at = end.min(self.bytes.len());
                        let text = self.text[start..end].trim_end_matches(['{', ' ', '\t', '\r']);
                        start..start + text.len()
                    }
                },
                Some(byte) if IDENTIFIER[byte as usize] => {
                    let start = self.at;
                    self.skip_identifier();
                    start..self.at
                }
                other => {
                    self.problem(self.at, "expected `=` or `{` after a name");
                    let lost_brace = matches!(other, Some(b'\n' | b'\r'));
                    if lost_brace && self.mode == Mode::Recover && self.is_head(kind.start) {
                        self.open(kind, first_label);
                    } else {
                        self.body.labels.truncate(first_label);
                        self.skip_line();
                    }
                    return;
                }
            };
            self.body.labels.push(Label { text: &self.text[span.clone()], span });
        }
    }

    fn open(&mut self, kind: Range<usize>, first_label: usize) {
        let index = self.body.blocks.len();
        let attributes = self.body.attributes.len();
        if self.open.len() >= MAX_BLOCKS {
            self.give_up(kind.start, "blocks are nested too deep");
            self.body.labels.truncate(first_label);
            return;
        }
        self.body.blocks.push(Block {
            kind: &self.text[kind.clone()],
            at: kind.start,
            parent: self.open.last().copied(),
            index,
            labels: first_label..self.body.labels.len(),
            blocks: index + 1..index + 1,
            attributes: attributes..attributes,
        });
        self.open.push(index);
    }

    /// Ends the innermost open block; says whether there was one.
    fn close(&mut self) -> bool {
        let (blocks, attributes) = (self.body.blocks.len(), self.body.attributes.len());
        let Some(index) = self.open.pop() else { return false };
        let block = &mut self.body.blocks[index];
        block.blocks.end = blocks;
        block.attributes.end = attributes;
        true
    }

    /// Ends all open blocks, of which none was closed.
    fn close_all(&mut self) {
        while let Some(&index) = self.open.last() {
            let (at, kind) = (self.body.blocks[index].at, ProblemKind::Unclosed);
            self.problems.push(Problem { at, kind, message: "this block is not closed" });
            self.close();
        }
    }

    fn attribute(&mut self, name: Range<usize>) {
        self.skip_inline_blank();
        let start = self.at;
        let n_damages = self.n_damages;
        let end = self.simple_value().unwrap_or_else(|| self.value());
        if end == start {
            self.problem(start, "a value is missing");
        }
        self.body.attributes.push(Attribute {
            name: &self.text[name.clone()],
            name_span: name,
            value: &self.text[start..end],
            value_span: start..end,
            parent: self.open.last().copied(),
            damaged: self.n_damages > n_damages,
        });
    }

    /// The text between the quotes of a name or label that begins here; an unclosed one is a problem.
    fn quoted(&mut self, start: usize) -> Result<Range<usize>, ()> {
        let mut at = start + 1;
        let mut has_placeholder = false;
        loop {
            match self.bytes.get(at) {
                Some(b'"') => {
                    if has_placeholder {
                        self.placeholder(start);
                    }
                    return Ok(start + 1..at);
                }
                Some(b'{') => {
                    has_placeholder |= self.bytes[at - 1] == b'{';
                    at += 1;
                }
                Some(b'\\') if self.bytes.get(at + 1) != Some(&b'\n') => at += 2,
                Some(b'\n') | None => {
                    self.problem(start, "this string is not closed on its line");
                    return Err(());
                }
                Some(_) => at += 1,
            }
        }
    }

    /// Leaves everything up to the next block in the first column alone.
    pub(super) fn give_up(&mut self, at: usize, message: &'static str) {
        self.problems.push(Problem { at, kind: ProblemKind::TooDeep, message });
        self.n_damages += 1;
        self.frames.clear();
        self.at = self.before_next_head(self.at);
    }

    pub(super) fn problem(&mut self, at: usize, message: &'static str) {
        let line_start = memchr::memrchr(b'\n', &self.bytes[..at]).map_or(0, |newline| newline + 1);
        let line = &self.text[line_start..self.line_end(at)];
        let templated = PLACEHOLDERS.iter().any(|sign| line.contains(sign));
        let kind = if templated { ProblemKind::Placeholder } else { ProblemKind::Syntax };
        self.problems.push(Problem { at, kind, message });
        self.n_damages += 1;
        self.stop_at_too_many();
    }

    pub(super) fn placeholder(&mut self, at: usize) {
        let message = "a placeholder has to be filled in first";
        self.problems.push(Problem { at, kind: ProblemKind::Placeholder, message });
        self.stop_at_too_many();
    }

    pub(super) fn stop_at_too_many(&mut self) {
        if self.problems.len() >= MAX_PROBLEMS {
            self.bytes = &self.bytes[..self.at.min(self.bytes.len())];
        }
    }

    /// Whether a top-level block of Terraform begins here, in the first column.
    pub(super) fn is_head(&self, at: usize) -> bool {
        if at > 0 && self.bytes.get(at - 1) != Some(&b'\n') {
            return false;
        }
        let line = &self.text[at.min(self.bytes.len())..self.line_end(at)];
        let length = line.bytes().take_while(|&b| IDENTIFIER[b as usize]).count();
        let (word, rest) = line.split_at(length);
        let Ok(found) = HEADS.binary_search_by_key(&word, |(word, _)| word) else { return false };
        let in_check = self.open.last().is_some_and(|&index| self.body.blocks[index].kind == "check");
        rest.trim_ascii_start().starts_with(HEADS[found].1) && !(in_check && word == "data")
    }

    pub(super) fn is_attribute(&self, at: usize) -> bool {
        let line = self.text[at.min(self.bytes.len())..self.line_end(at)].trim_ascii_start();
        let length = line.bytes().take_while(|&b| IDENTIFIER[b as usize]).count();
        let rest = line[length..].trim_ascii_start();
        length > 0 && rest.starts_with('=') && !rest.starts_with("==") && !rest.starts_with("=>")
    }

    /// The end of the line before the next top-level block that begins in the first column; else the end.
    pub(super) fn before_next_head(&self, from: usize) -> usize {
        let mut newlines = memchr::memchr_iter(b'\n', &self.bytes[from..]).map(|newline| from + newline);
        newlines.find(|newline| self.is_head(newline + 1)).unwrap_or(self.bytes.len())
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    pub(super) fn line_end(&self, from: usize) -> usize {
        let from = from.min(self.bytes.len());
        memchr::memchr(b'\n', &self.bytes[from..]).map_or(self.bytes.len(), |newline| from + newline)
    }

    pub(super) fn skip_line(&mut self) {
        self.at = self.line_end(self.at);
    }

    /// Moves past bytes of this kind.
    pub(super) fn skip_while(&mut self, is_passed: impl Fn(u8) -> bool) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|&byte| !is_passed(byte)).unwrap_or(rest.len());
    }

    fn skip_identifier(&mut self) {
        self.skip_while(|byte| IDENTIFIER[byte as usize]);
    }

    /// Moves past blanks, newlines and comments.
    fn skip_blank(&mut self) {
        loop {
            self.skip_while(|byte| matches!(byte, b' ' | b'\n'));
            match self.peek(0) {
                Some(b'\t' | b'\r') => self.at += 1,
                Some(b'#') => self.skip_line(),
                Some(b'/') if self.peek(1) == Some(b'/') => self.skip_line(),
                Some(b'/') if self.peek(1) == Some(b'*') => self.skip_comment(),
                _ => return,
            }
        }
    }

    /// Moves past blanks and comments within a line.
    fn skip_inline_blank(&mut self) {
        loop {
            self.skip_while(|byte| byte == b' ');
            match self.peek(0) {
                Some(b'\t') => self.at += 1,
                Some(b'\r') if self.peek(1) != Some(b'\n') => self.at += 1,
                Some(b'/') if self.peek(1) == Some(b'*') => self.skip_comment(),
                _ => return,
            }
        }
    }

    /// Moves past a `/* */` comment.
    pub(super) fn skip_comment(&mut self) {
        match memchr::memmem::find(&self.bytes[self.at + 2..], b"*/") {
            Some(found) => self.at += 2 + found + 2,
            None => {
                self.problem(self.at, "this comment is not closed");
                self.at = if self.mode == Mode::Recover { self.before_next_head(self.at) } else { self.bytes.len() };
            }
        }
    }
}

/// What template languages write around a placeholder; sorted.
const PLACEHOLDERS: &[&str] = &["<%", "{%", "{{"];

/// Top-level blocks of Terraform, and what comes after the word where one begins; sorted. Only words that are rare
/// as the type of a nested block: the nested `import` and `moved` of some resources are none.
const HEADS: &[(&str, char)] = &[
    ("check", '"'),
    ("data", '"'),
    ("ephemeral", '"'),
    ("locals", '{'),
    ("module", '"'),
    ("output", '"'),
    ("provider", '"'),
    ("resource", '"'),
    ("terraform", '{'),
    ("variable", '"'),
];

/// Bytes of a name: HCL's identifiers, with the dots of HCL before Terraform 0.12, and everything outside ASCII.
pub(super) const IDENTIFIER: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let it = byte as u8;
        table[byte] = it.is_ascii_alphanumeric() || it == b'_' || it == b'-' || it == b'.' || it >= 0x80;
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::scan_list;

    #[test]
    fn lists() {
        for (text, expected) in [
            ("[]", Some(vec![])),
            ("[a, \"b,\", { c = [1, 2] }]", Some(vec!["a", "\"b,\"", "{ c = [1, 2] }"])),
            ("[\n  a, # one\n  f(b, c),\n]", Some(vec!["a", "f(b, c)"])),
            ("[for x in y : x]", Some(vec!["for x in y : x"])),
            ("[a\n b]", None),
            ("[a,,b]", None),
            ("[a, (b]", None),
            ("{}", None),
            ("[", None),
            ("", None),
        ] {
            let found = scan_list(text, 0..text.len());
            let found = found.map(|it| it.into_iter().map(|it| &text[it]).collect::<Vec<_>>());
            assert_eq!(found, expected, "{text}");
        }
    }
}
