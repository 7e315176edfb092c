//! The scan of a file into blocks and attributes: one pass over the bytes, no recursion, no copies.
//!
//! A file that shows damage is scanned a second time with recovery: a block that begins in the first column ends
//! whatever was left open before it. Recovery rules are guesses about intent, so they never touch an undamaged file.

use std::ops::Range;

use super::expression;

/// Blocks nested deeper than this are not looked into.
const MAX_BLOCKS: usize = 64;
/// Brackets and templates nested deeper than this within one value are not looked into.
const MAX_FRAMES: usize = 256;
/// After so many problems the rest of the file is left alone: it isn't HCL, and looking for a way back into it each
/// time would take long.
const MAX_PROBLEMS: usize = 100;
/// How far ahead of a token its line is read. A marker or placeholder that is longer is none.
const MAX_LOOKAHEAD: usize = 256;

/// The blocks and attributes of a file, in file order.
#[derive(Debug, Default, PartialEq)]
pub struct Body<'a> {
    /// All blocks of all levels: a block comes before the blocks inside it.
    pub blocks: Vec<Block<'a>>,
    /// All attributes of all blocks.
    pub attributes: Vec<Attribute<'a>>,
    labels: Vec<Label<'a>>,
}

/// One block: `resource "aws_instance" "web" { … }`.
#[derive(Debug, PartialEq)]
pub struct Block<'a> {
    /// Its type: the word that it begins with.
    pub kind: &'a str,
    /// Byte offset of the type.
    pub at: usize,
    /// Index of the block around it in [`Body::blocks`].
    pub parent: Option<usize>,
    index: usize,
    labels: Range<usize>,
    /// The blocks and attributes inside, of all levels.
    blocks: Range<usize>,
    attributes: Range<usize>,
}

/// One label of a block.
#[derive(Debug, PartialEq)]
pub struct Label<'a> {
    /// As it is written, without quotes.
    pub text: &'a str,
    /// Where that text is.
    pub span: Range<usize>,
}

/// One attribute: `name = value`.
#[derive(Debug, PartialEq)]
pub struct Attribute<'a> {
    /// Its name, without quotes.
    pub name: &'a str,
    /// Where the name is.
    pub name_span: Range<usize>,
    /// The value as it is written, without comments around it.
    pub value: &'a str,
    /// Where the value is.
    pub value_span: Range<usize>,
    /// Index of the block around it in [`Body::blocks`].
    pub parent: Option<usize>,
    /// Whether a problem lies in the value: what is written there isn't all that was meant.
    pub damaged: bool,
}

/// Something that the scanner could not make sense of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Byte offset.
    pub at: usize,
    /// What kind of problem.
    pub kind: ProblemKind,
    /// What is wrong, in words.
    pub message: &'static str,
}

/// The kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The syntax is broken.
    Syntax,
    /// A block is not closed: what another problem leads to, as often as one of its own.
    Unclosed,
    /// A placeholder of a template language (`{{ x }}`, `${{ x }}`, `<% x %>`) stands where HCL should.
    Placeholder,
    /// Nested deeper than we look.
    TooDeep,
}

/// Scans a file. It never fails: what it could not make sense of is in the problems, in file order; everything
/// around it is kept.
pub fn scan(text: &str) -> (Body<'_>, Vec<Problem>) {
    let start = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let whole = start..text.len();
    let (body, problems) = Scanner::new(text, whole.clone(), Mode::Plain).run();
    if problems.is_empty() { (body, problems) } else { Scanner::new(text, whole, Mode::Recover).run() }
}

/// Scans the elements of an object (`{ a = 1, b : 2 }`) at this place of a text as attributes. Empty where there is
/// no object.
pub fn scan_object(text: &str, span: Range<usize>) -> (Body<'_>, Vec<Problem>) {
    let is_object = text.get(span.clone()).is_some_and(|it| it.len() >= 2 && it.starts_with('{') && it.ends_with('}'));
    if !is_object {
        return (Body::default(), Vec::new());
    }
    Scanner::new(text, span.start + 1..span.end - 1, Mode::Object).run()
}

impl<'a> Body<'a> {
    /// The blocks that lie in no other block.
    pub fn top_level(&self) -> impl Iterator<Item = &Block<'a>> {
        self.siblings(0..self.blocks.len())
    }

    /// The blocks directly inside a block.
    pub fn children(&self, block: &Block<'a>) -> impl Iterator<Item = &Block<'a>> {
        self.siblings(block.blocks.clone())
    }

    /// The labels of a block.
    pub fn labels(&self, block: &Block<'a>) -> &[Label<'a>] {
        &self.labels[block.labels.clone()]
    }

    /// The attributes directly inside a block.
    pub fn attributes(&self, block: &Block<'a>) -> impl Iterator<Item = &Attribute<'a>> {
        let inside = Some(block.index);
        self.attributes[block.attributes.clone()].iter().filter(move |attribute| attribute.parent == inside)
    }

    /// The attribute of this name directly inside a block; the first, where there are several.
    pub fn attribute(&self, block: &Block<'a>, name: &str) -> Option<&Attribute<'a>> {
        self.attributes(block).find(|attribute| attribute.name == name)
    }

    /// The place of a block's head: its type and labels.
    pub fn head(&self, block: &Block<'a>) -> Range<usize> {
        let end = self.labels(block).last().map_or(block.at + block.kind.len(), |label| label.span.end);
        block.at..end
    }

    fn siblings(&self, range: Range<usize>) -> impl Iterator<Item = &Block<'a>> {
        let mut next = range.start;
        std::iter::from_fn(move || {
            let block = self.blocks[..range.end].get(next)?;
            next = block.blocks.end;
            Some(block)
        })
    }
}

impl Attribute<'_> {
    /// The value as an expression; plain literals are decoded without a parser.
    pub fn expression(&self) -> expression::Expression {
        expression::parse(self.value)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Plain,
    /// The file is damaged: guess where lost brackets and quotes were.
    Recover,
    /// The elements of an object: `:` is as good as `=`.
    Object,
}

/// What is open within a value.
enum Frame {
    Paren,
    Bracket,
    Brace,
    /// `${` or `%{`.
    Template,
    Quote {
        at: usize,
    },
    Heredoc {
        at: usize,
        marker: Range<usize>,
        /// Whether the next character is the first of its line, where the marker may stand.
        line_start: bool,
    },
}

struct Scanner<'a> {
    text: &'a str,
    /// The text up to where the scan ends.
    bytes: &'a [u8],
    at: usize,
    mode: Mode,
    open: Vec<usize>,
    frames: Vec<Frame>,
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
                        let start = self.at + 1;
                        self.at = self.line_end(self.at);
                        let text = self.text[start..self.at].trim_end_matches(['{', ' ', '\t', '\r']);
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
        let end = self.value();
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

    /// Moves past a value and says where it ends: comments and blanks after it don't belong to it.
    fn value(&mut self) -> usize {
        let start = self.at;
        let mut end = start;
        self.frames.clear();
        loop {
            if self.frames.len() > MAX_FRAMES {
                self.give_up(start, "brackets are nested too deep");
                return end.max(start);
            }
            match self.frames.last_mut() {
                Some(Frame::Quote { at }) => {
                    let at = *at;
                    self.in_quotes(at);
                }
                Some(Frame::Heredoc { at, marker, line_start }) => {
                    let (at, marker, line_start) = (*at, marker.clone(), std::mem::take(line_start));
                    self.in_heredoc(at, marker, line_start);
                }
                Some(Frame::Paren | Frame::Bracket | Frame::Brace | Frame::Template) | None => {
                    if !self.in_expression(&mut end) {
                        break;
                    }
                    continue;
                }
            }
            end = self.at;
        }
        if !self.frames.is_empty() && self.at >= self.bytes.len() {
            self.unclosed_at_end(start);
        }
        end
    }

    /// Moves past the next token of an expression; says whether the value goes on after it. `end` becomes the end of
    /// the last token that belongs to the value.
    fn in_expression(&mut self, end: &mut usize) -> bool {
        let from = self.at;
        while self.peek(0).is_some_and(|byte| !SPECIAL[byte as usize]) {
            self.at += 1;
        }
        let plain = self.text[from..self.at].trim_ascii_end().len();
        if plain > 0 {
            *end = from + plain;
        }
        let Some(byte) = self.peek(0) else { return false };
        let nested = !self.frames.is_empty();
        match byte {
            b'\n' => {
                if !nested || (self.mode == Mode::Recover && self.line_ends_value()) {
                    return false;
                }
                self.at += 1;
                return true;
            }
            b',' if !nested => return false,
            b'#' if !nested => return false,
            b'#' => {
                self.skip_line();
                return true;
            }
            b'/' => match self.peek(1) {
                Some(b'/') if !nested => return false,
                Some(b'/') => {
                    self.skip_line();
                    return true;
                }
                Some(b'*') => {
                    self.skip_comment();
                    return true;
                }
                _ => self.at += 1,
            },
            b'"' => {
                self.frames.push(Frame::Quote { at: self.at });
                self.at += 1;
            }
            b'<' => self.heredoc_or_less(),
            b'(' => self.push(Frame::Paren),
            b'[' => self.push(Frame::Bracket),
            b'{' => {
                if self.peek(1) == Some(b'{') {
                    self.placeholder(self.at);
                }
                self.push(Frame::Brace);
            }
            b')' => self.pop(|frame| matches!(frame, Frame::Paren)),
            b']' => self.pop(|frame| matches!(frame, Frame::Bracket)),
            b'}' if !nested => return false,
            b'}' => {
                let closes = |frame: &Frame| matches!(frame, Frame::Brace | Frame::Template);
                if !self.frames.last().is_some_and(closes) {
                    self.problem(self.at, "a bracket is not closed before this brace");
                    while self.frames.last().is_some_and(|frame| !closes(frame)) {
                        self.frames.pop();
                    }
                    if self.frames.is_empty() {
                        return false;
                    }
                }
                self.frames.pop();
                self.at += 1;
            }
            // In templates before Terraform 0.12 quotes may be escaped: `"${file(\"x\")}"`.
            b'\\' if self.peek(1) == Some(b'"') => self.at += 2,
            _ => self.at += 1,
        }
        *end = self.at;
        true
    }

    fn push(&mut self, frame: Frame) {
        self.frames.push(frame);
        self.at += 1;
    }

    fn pop(&mut self, closes: impl Fn(&Frame) -> bool) {
        if self.frames.last().is_some_and(closes) {
            self.frames.pop();
        } else {
            self.problem(self.at, "this bracket closes nothing");
        }
        self.at += 1;
    }

    /// Whether the line after this newline shows that a bracket was lost: a block begins in the first column, or an
    /// attribute where a list or call can't hold one.
    fn line_ends_value(&mut self) -> bool {
        let next = self.at + 1;
        let in_list = matches!(self.frames.last(), Some(Frame::Paren | Frame::Bracket));
        let lost = self.is_head(next) || (in_list && self.is_attribute(next));
        if lost {
            self.problem(self.at, "a bracket is not closed");
        }
        lost
    }

    fn heredoc_or_less(&mut self) {
        let start = self.at;
        self.at += 1;
        if self.peek(0) != Some(b'<') {
            return;
        }
        let marker_start = self.at + if self.peek(1) == Some(b'-') { 2 } else { 1 };
        let ahead = &self.bytes[marker_start.min(self.bytes.len())..];
        let ahead = &ahead[..ahead.len().min(MAX_LOOKAHEAD)];
        let length = ahead.iter().take_while(|&&byte| IDENTIFIER[byte as usize]).count();
        let blanks = ahead[length..].iter().take_while(|&&byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        if length > 0 && ahead.get(length + blanks) == Some(&b'\n') {
            let marker = marker_start..marker_start + length;
            self.frames.push(Frame::Heredoc { at: start, marker, line_start: true });
            self.at = marker_start + length + blanks + 1;
        }
    }

    fn in_quotes(&mut self, opened: usize) {
        while self.peek(0).is_some_and(|byte| !IN_QUOTES[byte as usize]) {
            self.at += 1;
        }
        match self.peek(0) {
            Some(b'"') => {
                self.frames.pop();
                self.at += 1;
            }
            Some(b'\\') => self.at += if self.peek(1).is_none_or(|next| next == b'\n') { 1 } else { 2 },
            Some(b'\n') | None => {
                self.problem(opened, "this string is not closed on its line");
                // What was open within the string ends with it.
                while matches!(self.frames.last(), Some(Frame::Quote { .. } | Frame::Template)) {
                    self.frames.pop();
                }
            }
            Some(_) => self.template_start(),
        }
        self.at = self.at.min(self.bytes.len());
    }

    /// At a `$` or `%` in text: moves past it, into a template where one begins.
    fn template_start(&mut self) {
        let sign = self.peek(0);
        match (self.peek(1), self.peek(2)) {
            (next, Some(b'{')) if next == sign => self.at += 3,
            (Some(b'{'), next) => {
                if next == Some(b'{') && self.is_filled_in_later() {
                    self.placeholder(self.at);
                }
                self.frames.push(Frame::Template);
                self.at += 2;
            }
            _ => self.at += 1,
        }
    }

    /// Whether the `${{` here is a placeholder: an object would have keys, `${{ values.name }}` has none.
    fn is_filled_in_later(&self) -> bool {
        let ahead = &self.bytes[self.at..];
        let ahead = &ahead[..ahead.len().min(MAX_LOOKAHEAD)];
        let inside = &ahead[..memchr::memmem::find(ahead, b"}}").unwrap_or(0)];
        !inside.is_empty() && memchr::memchr3(b'=', b':', b'\n', inside).is_none()
    }

    fn in_heredoc(&mut self, opened: usize, marker: Range<usize>, mut line_start: bool) {
        loop {
            if self.at >= self.bytes.len() {
                self.problem(opened, "this heredoc is not closed");
                self.frames.clear();
                if self.mode == Mode::Recover {
                    self.at = self.before_next_head(opened);
                    self.stop_at_too_many();
                }
                return;
            }
            if let Some(end) = self.heredoc_end(&marker).filter(|_| line_start) {
                self.at = end;
                self.frames.pop();
                return;
            }
            line_start = false;
            let rest = &self.bytes[self.at..];
            // In a damaged file a template that isn't closed must not swallow the marker.
            let next = match self.mode {
                Mode::Recover => memchr::memchr(b'\n', rest),
                Mode::Plain | Mode::Object => memchr::memchr3(b'$', b'%', b'\n', rest),
            };
            self.at = next.map_or(self.bytes.len(), |next| self.at + next);
            match self.peek(0) {
                None => {}
                Some(b'\n') => {
                    self.at += 1;
                    line_start = true;
                }
                Some(_) => {
                    let n_frames = self.frames.len();
                    self.template_start();
                    if self.frames.len() > n_frames {
                        return;
                    }
                }
            }
        }
    }

    /// Where the marker ends, if this line is nothing but the marker.
    fn heredoc_end(&self, marker: &Range<usize>) -> Option<usize> {
        let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r');
        let line = &self.bytes[self.at..];
        let indent = line.iter().take_while(is_blank).count();
        let rest = line[indent..].strip_prefix(&self.bytes[marker.clone()])?;
        let after = rest.iter().find(|byte| !is_blank(byte));
        matches!(after, None | Some(b'\n')).then_some(self.at + indent + marker.len())
    }

    fn unclosed_at_end(&mut self, start: usize) {
        self.problem(start, "a bracket in this value is not closed");
        self.frames.clear();
    }

    /// The text between the quotes of a name or label that begins here; an unclosed one is a problem.
    fn quoted(&mut self, start: usize) -> Result<Range<usize>, ()> {
        let mut at = start + 1;
        loop {
            match self.bytes.get(at) {
                Some(b'"') => {
                    if self.bytes[start..at].windows(2).any(|pair| pair == b"{{") {
                        self.placeholder(start);
                    }
                    return Ok(start + 1..at);
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
    fn give_up(&mut self, at: usize, message: &'static str) {
        self.problems.push(Problem { at, kind: ProblemKind::TooDeep, message });
        self.n_damages += 1;
        self.frames.clear();
        self.at = self.before_next_head(self.at);
    }

    fn problem(&mut self, at: usize, message: &'static str) {
        let line_start = memchr::memrchr(b'\n', &self.bytes[..at]).map_or(0, |newline| newline + 1);
        let line = &self.text[line_start..self.line_end(at)];
        let templated = PLACEHOLDERS.iter().any(|sign| line.contains(sign));
        let kind = if templated { ProblemKind::Placeholder } else { ProblemKind::Syntax };
        self.problems.push(Problem { at, kind, message });
        self.n_damages += 1;
        self.stop_at_too_many();
    }

    fn placeholder(&mut self, at: usize) {
        let message = "a placeholder has to be filled in first";
        self.problems.push(Problem { at, kind: ProblemKind::Placeholder, message });
        self.stop_at_too_many();
    }

    fn stop_at_too_many(&mut self) {
        if self.problems.len() >= MAX_PROBLEMS {
            self.bytes = &self.bytes[..self.at.min(self.bytes.len())];
        }
    }

    /// Whether a top-level block of Terraform begins here, in the first column.
    fn is_head(&self, at: usize) -> bool {
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

    fn is_attribute(&self, at: usize) -> bool {
        let line = self.text[at.min(self.bytes.len())..self.line_end(at)].trim_ascii_start();
        let length = line.bytes().take_while(|&b| IDENTIFIER[b as usize]).count();
        let rest = line[length..].trim_ascii_start();
        length > 0 && rest.starts_with('=') && !rest.starts_with("==") && !rest.starts_with("=>")
    }

    /// The end of the line before the next top-level block that begins in the first column; else the end.
    fn before_next_head(&self, from: usize) -> usize {
        let mut newlines = memchr::memchr_iter(b'\n', &self.bytes[from..]).map(|newline| from + newline);
        newlines.find(|newline| self.is_head(newline + 1)).unwrap_or(self.bytes.len())
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn line_end(&self, from: usize) -> usize {
        let from = from.min(self.bytes.len());
        memchr::memchr(b'\n', &self.bytes[from..]).map_or(self.bytes.len(), |newline| from + newline)
    }

    fn skip_line(&mut self) {
        self.at = self.line_end(self.at);
    }

    fn skip_identifier(&mut self) {
        while self.peek(0).is_some_and(|byte| IDENTIFIER[byte as usize]) {
            self.at += 1;
        }
    }

    /// Moves past blanks, newlines and comments.
    fn skip_blank(&mut self) {
        loop {
            match self.peek(0) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
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
            match self.peek(0) {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\r') if self.peek(1) != Some(b'\n') => self.at += 1,
                Some(b'/') if self.peek(1) == Some(b'*') => self.skip_comment(),
                _ => return,
            }
        }
    }

    /// Moves past a `/* */` comment.
    fn skip_comment(&mut self) {
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
const IDENTIFIER: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let it = byte as u8;
        table[byte] = it.is_ascii_alphanumeric() || it == b'_' || it == b'-' || it == b'.' || it >= 0x80;
        byte += 1;
    }
    table
};

/// Bytes that mean something in an expression.
const SPECIAL: [bool; 256] = table(b"\n\"{}()[]#/<,\\");

/// Bytes that mean something within quotes.
const IN_QUOTES: [bool; 256] = table(b"\"\\$%\n");

const fn table(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
}
