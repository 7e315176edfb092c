//! Groovy text → tokens and which bracket closes which, in one pass.

use super::{Problem, Token, TokenKind};

/// What a text is made of.
pub(super) struct Lexed {
    pub(super) tokens: Vec<Token>,
    /// For each token that opens: the token that closes it, or the number of tokens. For all others 0.
    pub(super) partners: Vec<usize>,
    pub(super) problems: Vec<Problem>,
}

pub(super) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer {
        bytes: text.as_bytes(),
        at: 0,
        tokens: Vec::new(),
        partners: Vec::new(),
        open: Vec::new(),
        problems: Vec::new(),
        stays_on_line: false,
        has_no_slash: false,
    };
    if text.starts_with('\u{FEFF}') {
        lexer.at = '\u{FEFF}'.len_utf8();
    }
    if lexer.rest().starts_with(b"#!") {
        lexer.skip_line();
    }
    while lexer.at < lexer.bytes.len() {
        lexer.step();
    }
    lexer.end()
}

struct Lexer<'t> {
    bytes: &'t [u8],
    at: usize,
    tokens: Vec<Token>,
    partners: Vec<usize>,
    /// The tokens that open what is open.
    open: Vec<usize>,
    problems: Vec<Problem>,
    /// A `"${` was never closed: texts in single quotes are looked for on their own line from then on, so that the time
    /// stays linear.
    stays_on_line: bool,
    /// No slash follows that could close a slashy text.
    has_no_slash: bool,
}

/// A way to write text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `'…'`
    Single,
    /// `'''…'''`
    TripleSingle,
    /// `"…"`
    Double,
    /// `"""…"""`
    TripleDouble,
    /// `/…/`
    Slashy,
    /// `$/…/$`
    DollarSlashy,
}

impl Form {
    /// How a text that begins so is written.
    pub(super) fn of(text: &[u8]) -> Self {
        match text {
            [b'\'', b'\'', b'\'', ..] => Form::TripleSingle,
            [b'\'', ..] => Form::Single,
            [b'"', b'"', b'"', ..] => Form::TripleDouble,
            [b'"', ..] => Form::Double,
            [b'$', ..] => Form::DollarSlashy,
            _ => Form::Slashy,
        }
    }

    pub(super) fn open(self) -> &'static str {
        match self {
            Form::Single => "'",
            Form::TripleSingle => "'''",
            Form::Double => "\"",
            Form::TripleDouble => "\"\"\"",
            Form::Slashy => "/",
            Form::DollarSlashy => "$/",
        }
    }

    pub(super) fn close(self) -> &'static str {
        match self {
            Form::DollarSlashy => "/$",
            Form::Single | Form::TripleSingle | Form::Double | Form::TripleDouble | Form::Slashy => self.open(),
        }
    }

    /// Whether `${…}` in it is an expression.
    pub(super) fn has_expressions(self) -> bool {
        !matches!(self, Form::Single | Form::TripleSingle)
    }

    fn is_one_line(self) -> bool {
        matches!(self, Form::Single | Form::Double)
    }
}

/// Marks of more than one character, the longest first among those that begin alike. `>>` is two marks, because it may
/// close two lists of types.
const MARKS: &[&[u8]] = &[
    b"==~", b"===", b"!==", b"<=>", b"**=", b"..<", b"->", b"?.", b"*.", b".&", b".@", b"::", b"==", b"=~", b"!=",
    b"<=", b">=", b"&&", b"||", b"++", b"--", b"+=", b"-=", b"*=", b"/=", b"%=", b"?:", b"?=", b"..",
];

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t [u8] {
        &self.bytes[self.at..]
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        self.tokens.push(Token { kind, start: self.at, end: self.at + length });
        self.partners.push(0);
        self.at += length;
    }

    fn step(&mut self) {
        let rest = self.rest();
        match rest[0] {
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'\n' => self.newline(),
            b'\\' if matches!(rest, [_, b'\n', ..]) => self.at += 2,
            b'\\' if matches!(rest, [_, b'\r', b'\n', ..]) => self.at += 3,
            b'/' if rest.starts_with(b"//") => self.skip_line(),
            b'/' if rest.starts_with(b"/*") => {
                let length = memchr::memmem::find(&rest[2..], b"*/").map(|end| end + 4);
                if length.is_none() {
                    self.problems.push(Problem { offset: self.at, message: "a comment that is not closed" });
                }
                self.at += length.unwrap_or(rest.len());
            }
            b'\'' | b'"' => self.text(Form::of(rest)),
            b'$' if rest.starts_with(b"$/") && !self.is_after_value() => self.text(Form::DollarSlashy),
            b'/' if !self.has_no_slash && !self.is_after_value() => self.text(Form::Slashy),
            b'(' | b'[' | b'{' => {
                self.open.push(self.tokens.len());
                self.push(TokenKind::Open, 1);
            }
            close @ (b')' | b']' | b'}') => self.close(close),
            byte if is_name_byte(byte) && !byte.is_ascii_digit() => {
                let length = rest.iter().position(|&b| !is_name_byte(b)).unwrap_or(rest.len());
                self.push(TokenKind::Name, length);
            }
            byte if byte.is_ascii_digit() => {
                let is_part = |at: usize, b: u8| {
                    b.is_ascii_alphanumeric()
                        || b == b'_'
                        || b == b'.' && rest.get(at + 1).is_some_and(u8::is_ascii_digit)
                };
                let length = rest.iter().enumerate().position(|(at, &b)| !is_part(at, b)).unwrap_or(rest.len());
                self.push(TokenKind::Number, length);
            }
            _ => {
                // The second byte tells most of them apart before they are compared.
                let begins_so = |it: &&&[u8]| rest.get(1) == it.get(1) && rest.starts_with(it);
                let length = MARKS.iter().find(begins_so).map_or(1, |it| it.len());
                self.push(TokenKind::Mark, length);
            }
        }
    }

    fn skip_line(&mut self) {
        let rest = self.rest();
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    /// A line break ends a statement, but not within parentheses and brackets.
    fn newline(&mut self) {
        let is_inside = self.open.last().is_some_and(|&it| self.bytes[self.tokens[it].start] != b'{');
        let is_again = self.tokens.last().is_some_and(|it| it.kind == TokenKind::Newline);
        if is_inside || is_again || self.tokens.is_empty() {
            self.at += 1;
        } else {
            self.push(TokenKind::Newline, 1);
        }
    }

    /// A bracket that closes. What is still open within its pair ends here too; one that closes nothing is passed over.
    fn close(&mut self, close: u8) {
        let opening = match close {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        let here = self.tokens.len();
        let last = self.open.last().map(|&it| self.bytes[self.tokens[it].start]);
        if last != Some(opening) {
            self.problems.push(Problem { offset: self.at, message: "a bracket that closes none" });
            // Only so far back: more than a slip is beyond mending, and the time stays linear.
            let depth = self.open.iter().rev().take(8).position(|&it| self.bytes[self.tokens[it].start] == opening);
            let Some(depth) = depth else {
                self.at += 1;
                return;
            };
            for it in self.open.drain(self.open.len() - depth..) {
                self.partners[it] = here;
            }
        }
        if let Some(it) = self.open.pop() {
            self.partners[it] = here;
        }
        self.push(TokenKind::Close, 1);
    }

    /// Whether what comes next stands behind a value, so that a slash divides.
    fn is_after_value(&self) -> bool {
        let Some(last) = self.tokens.iter().rev().find(|it| it.kind != TokenKind::Newline) else { return false };
        match last.kind {
            TokenKind::Name => super::WORDS_BEFORE_VALUES.binary_search(&&self.bytes[last.start..last.end]).is_err(),
            TokenKind::Text | TokenKind::Number | TokenKind::Close => true,
            TokenKind::Mark => matches!(&self.bytes[last.start..last.end], b"++" | b"--"),
            TokenKind::Open | TokenKind::Newline => false,
        }
    }

    fn text(&mut self, form: Form) {
        match self.text_end(form) {
            Some(end) => self.push(TokenKind::Text, end - self.at),
            // A slash that nothing closes divides after all.
            None if form == Form::Slashy => {
                self.has_no_slash = true;
                self.push(TokenKind::Mark, 1);
            }
            None => {
                self.problems.push(Problem { offset: self.at, message: "a text that is not closed" });
                let rest = self.rest();
                let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                self.push(TokenKind::Text, if form.is_one_line() { line } else { rest.len() });
            }
        }
    }

    /// Where the text that begins here ends. Expressions in it may hold texts of their own.
    fn text_end(&mut self, form: Form) -> Option<usize> {
        enum Frame {
            Text(Form),
            /// An expression, with the number of braces that are open in it.
            Expression(usize),
        }
        let bytes = self.bytes;
        let mut at = self.at + form.open().len();
        let mut frames = vec![Frame::Text(form)];
        while at < bytes.len() {
            match frames.last_mut()? {
                Frame::Text(form) => {
                    let form = *form;
                    let close = form.close().as_bytes();
                    match bytes[at] {
                        b'\\' if form != Form::DollarSlashy => {
                            // In a slashy text only the slash can be escaped.
                            let escapes = form != Form::Slashy || bytes.get(at + 1) == Some(&b'/');
                            at += 1 + usize::from(escapes);
                        }
                        b'$' if form == Form::DollarSlashy && matches!(bytes.get(at + 1), Some(b'$' | b'/')) => at += 2,
                        _ if bytes[at..].starts_with(close) => {
                            at += close.len();
                            frames.pop();
                            if frames.is_empty() {
                                return Some(at);
                            }
                        }
                        b'$' if form.has_expressions() && bytes.get(at + 1) == Some(&b'{') && !self.stays_on_line => {
                            at += 2;
                            frames.push(Frame::Expression(0));
                        }
                        b'\n' if form.is_one_line() => {
                            if frames.len() == 1 {
                                return None;
                            }
                            // A quote within an expression that was none.
                            frames.pop();
                            at += 1;
                        }
                        _ => {
                            let skip = bytes[at + 1..].iter().position(|&b| is_special_in_text(b));
                            at += 1 + skip.unwrap_or(bytes.len() - at - 1);
                        }
                    }
                }
                Frame::Expression(depth) => {
                    match bytes[at] {
                        b'{' => *depth += 1,
                        b'}' if *depth == 0 => {
                            frames.pop();
                        }
                        b'}' => *depth -= 1,
                        b'\'' | b'"' => {
                            let form = Form::of(&bytes[at..]);
                            at += form.open().len() - 1;
                            frames.push(Frame::Text(form));
                        }
                        _ => {}
                    }
                    at += 1;
                }
            }
        }
        if form.has_expressions() && form != Form::Slashy {
            self.stays_on_line = true;
        }
        None
    }

    fn end(mut self) -> Lexed {
        let n = self.tokens.len();
        for &it in &self.open {
            self.partners[it] = n;
        }
        if let Some(&first) = self.open.first() {
            self.problems.push(Problem { offset: self.tokens[first].start, message: "a bracket that is not closed" });
        }
        Lexed { tokens: self.tokens, partners: self.partners, problems: self.problems }
    }
}

fn is_special_in_text(byte: u8) -> bool {
    matches!(byte, b'\\' | b'$' | b'\'' | b'"' | b'/' | b'\n')
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}
