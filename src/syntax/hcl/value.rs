//! The scan of one value: to its end, over brackets, strings, templates and heredocs.

use std::ops::Range;

use super::scan::{IDENTIFIER, Mode, Scanner};

/// Brackets and templates nested deeper than this within one value are not looked into.
const MAX_FRAMES: usize = 256;
/// How far ahead of a token its line is read. A marker or placeholder that is longer is none.
const MAX_LOOKAHEAD: usize = 256;

/// What is open within a value.
pub(super) enum Frame {
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

impl Scanner<'_> {
    /// Moves past a value and says where it ends: comments and blanks after it don't belong to it.
    pub(super) fn value(&mut self) -> usize {
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

    /// Moves past a value that is one text without templates and escapes, or one name, number or path, and ends with its
    /// line or at a comma, as most do. `None` where it is anything else, and nothing is moved.
    pub(super) fn simple_value(&mut self) -> Option<usize> {
        let rest = self.bytes.get(self.at..)?;
        let length = match rest.first()? {
            b'"' => {
                let inner = rest[1..].iter().position(|&byte| IN_QUOTES[byte as usize])?;
                if rest[1 + inner] != b'"' {
                    return None;
                }
                inner + 2
            }
            _ => rest.iter().position(|&byte| !IDENTIFIER[byte as usize])?,
        };
        if length == 0 || !matches!(rest.get(length), Some(b'\n' | b',')) {
            return None;
        }
        self.at += length;
        Some(self.at)
    }

    /// Moves past the next token of an expression; says whether the value goes on after it. `end` becomes the end of
    /// the last token that belongs to the value.
    fn in_expression(&mut self, end: &mut usize) -> bool {
        let from = self.at;
        self.skip_while(|byte| !SPECIAL[byte as usize]);
        // After too many problems the bytes may end before the place where the scan is; the text doesn't.
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
                let opened = self.at;
                self.at += 1;
                self.skip_while(|byte| !IN_QUOTES[byte as usize]);
                if self.peek(0) == Some(b'"') {
                    self.at += 1;
                } else {
                    self.frames.push(Frame::Quote { at: opened });
                }
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
        self.skip_while(|byte| !IN_QUOTES[byte as usize]);
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
}

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
