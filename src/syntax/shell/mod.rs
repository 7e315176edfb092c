//! Shell scripts → the simple commands they hold, word by word.
//!
//! Not a shell: nothing is expanded and no grammar is checked. It knows quotes, comments, here-documents,
//! substitutions and keywords well enough to tell what stands where a command stands, in one pass over the text.
//! Expressions that something else fills in before the shell sees them (`${{ … }}`) are opaque parts of words.

use std::ops::Range;

mod batch;
mod containers;
mod powershell;
mod programs;
mod table;
#[cfg(test)]
mod tests;
mod tools;

pub(crate) use programs::{Program, programs};
pub(crate) use tools::{
    command_words, inline_script, is_assignment, is_prefix_keyword, is_shell, names_of, past_keywords, past_wrappers,
    program_name, words_of,
};
pub use tools::{commands, commands_of};

/// The simple commands of a script, each as its words: quotes taken off, redirections, assignments of arrays, bodies
/// of here-documents and comments left out. Commands in `$( )` and backticks come before the one they stand in.
///
/// Keywords stay where they are (`then make`), because only whoever looks for programs wants them gone.
pub fn simple_commands(script: &str) -> Vec<Vec<String>> {
    lex(script).commands.into_iter().map(|it| it.words).collect()
}

/// The same, with where each command stands.
pub(crate) fn located_commands(script: &str) -> Vec<Simple> {
    lex(script).commands
}

/// A simple command and where it stands.
#[derive(Debug)]
pub(crate) struct Simple {
    /// Its words, as [`simple_commands`] gives them.
    pub(crate) words: Vec<String>,
    /// Byte offset of its first word.
    pub(crate) at: usize,
    /// Whether it reads what the command before it writes: it stands behind a `|`.
    pub(crate) is_piped: bool,
    /// Whether it is run only where the command before it fails: it stands behind a `||`.
    pub(crate) is_or: bool,
    /// In how many subshells and substitutions it stands.
    pub(crate) depth: usize,
    /// Which of them the innermost is; the script itself is 0.
    pub(crate) frame: usize,
}

/// What one pass over a script finds.
#[derive(Debug, Default)]
struct Script {
    commands: Vec<Simple>,
    /// Names of the functions it defines.
    functions: Vec<String>,
    /// The bodies of here-documents: where the command begins that reads one, and where the body is.
    bodies: Vec<(usize, Range<usize>)>,
}

fn lex(script: &str) -> Script {
    let mut lexer = Lexer {
        text: script,
        bytes: script.as_bytes(),
        at: 0,
        frames: vec![Frame::new(Closer::End, false)],
        heredocs: Vec::new(),
        n_frames: 1,
        script: Script::default(),
    };
    while lexer.at < lexer.bytes.len() {
        lexer.step();
    }
    while !lexer.frames.is_empty() {
        lexer.end_command();
        lexer.frames.pop();
    }
    lexer.script
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// What is open: the script, then subshells and substitutions, innermost last. Never empty while lexing.
    frames: Vec<Frame>,
    /// Here-documents that start after the next line break.
    heredocs: Vec<Heredoc>,
    /// How many frames there have been.
    n_frames: usize,
    script: Script,
}

struct Frame {
    closer: Closer,
    /// Which one it is: frames are numbered in the order in which they open.
    id: usize,
    /// Where the command that is being read begins.
    start: usize,
    /// The command that is being read stands behind a `|`.
    is_piped: bool,
    /// The command that is being read stands behind a `||`.
    is_or: bool,
    /// Its words are data, not commands: the elements of an array, a pattern.
    is_data: bool,
    words: Vec<String>,
    word: Option<String>,
    /// Inside double quotes.
    in_quotes: bool,
    /// Inside `[[ ]]`.
    in_test: bool,
    /// The next word is where something is redirected to.
    after_redirection: bool,
    /// How many `case` are open.
    cases: usize,
    /// Before the `)` of a case's pattern.
    in_pattern: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Closer {
    End,
    Parenthesis,
    Backtick,
}

struct Heredoc {
    delimiter: String,
    strips_tabs: bool,
    /// Where the command begins that reads it.
    command: usize,
}

/// What most words have room in, in bytes.
const ROOM: usize = 24;

impl Frame {
    fn new(closer: Closer, is_data: bool) -> Self {
        Frame {
            closer,
            id: 0,
            start: 0,
            is_piped: false,
            is_or: false,
            is_data,
            words: Vec::new(),
            word: None,
            in_quotes: false,
            in_test: false,
            after_redirection: false,
            cases: 0,
            in_pattern: false,
        }
    }

    /// Whether the next word is where a command starts.
    fn is_at_start(&self) -> bool {
        // More keywords in a row than any script has: not looked at, so that time stays linear.
        self.words.len() < 5 && self.words.iter().all(|word| is_prefix_keyword(word))
    }

    fn word(&mut self) -> &mut String {
        self.word.get_or_insert_default()
    }
}

impl Lexer<'_> {
    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::new(Closer::End, false));
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Opens a subshell, a substitution, or a list of data.
    fn open(&mut self, closer: Closer, is_data: bool) {
        self.frames.push(Frame { id: self.n_frames, start: self.at, ..Frame::new(closer, is_data) });
        self.n_frames += 1;
    }

    fn step(&mut self) {
        let byte = self.bytes[self.at];
        let at = self.at;
        let frame = self.frame();
        if frame.words.is_empty() && frame.word.is_none() {
            frame.start = at;
        }
        if self.frame().in_quotes {
            return self.step_in_quotes(byte);
        }
        match byte {
            b'\n' => {
                self.at += 1;
                self.end_command();
                self.skip_heredocs();
            }
            b' ' | b'\t' | b'\r' => {
                self.at += 1;
                self.end_word();
            }
            b'#' if self.frame().word.is_none() => self.at = self.line_end(),
            b'\\' => self.escape(),
            b'\'' => self.single_quoted(),
            b'"' => {
                self.at += 1;
                let frame = self.frame();
                frame.in_quotes = true;
                frame.word();
            }
            b'$' => self.dollar(),
            b'`' => self.backtick(),
            b'(' | b')' | b'<' | b'>' | b'&' | b'|' if self.frame().in_test => self.literal(1),
            b'(' => self.open_parenthesis(),
            b')' => self.close_parenthesis(),
            b'<' | b'>' => self.redirection(),
            b'&' if self.peek(1) == b'>' => {
                self.end_word();
                self.at += 1;
                self.redirection();
            }
            b';' | b'&' | b'|' => self.operator(byte),
            _ => self.plain(),
        }
    }

    fn step_in_quotes(&mut self, byte: u8) {
        match byte {
            b'"' => {
                self.at += 1;
                self.frame().in_quotes = false;
            }
            b'\\' => self.escape(),
            b'$' => self.dollar(),
            b'`' => self.backtick(),
            _ => {
                let rest = &self.bytes[self.at..];
                let end = rest.iter().position(|b| matches!(b, b'"' | b'\\' | b'$' | b'`')).unwrap_or(rest.len());
                self.literal(end);
            }
        }
    }

    /// The next bytes belong to the word as they are. They begin and end at ASCII bytes or the text's end.
    fn literal(&mut self, length: usize) {
        let end = (self.at + length).min(self.bytes.len());
        let part = self.text.get(self.at..end).unwrap_or("");
        self.frame().word.get_or_insert_with(|| String::with_capacity(part.len().max(ROOM))).push_str(part);
        self.at = end;
    }

    fn plain(&mut self) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().skip(1).position(|&b| is_special(b)).map_or(rest.len(), |n| n + 1);
        self.literal(length);
    }

    fn escape(&mut self) {
        match (self.peek(1), self.peek(2)) {
            (b'\n', _) => self.at += 2,
            (b'\r', b'\n') => self.at += 3,
            _ => {
                self.at += 1;
                let length = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
                self.literal(length);
            }
        }
    }

    fn single_quoted(&mut self) {
        self.at += 1;
        self.frame().word();
        loop {
            let rest = &self.bytes[self.at..];
            let Some(stop) = memchr::memchr2(b'\'', b'$', rest) else { return self.literal(rest.len()) };
            self.literal(stop);
            if self.peek(0) == b'\'' {
                self.at += 1;
                return;
            }
            // An expression is filled in before the shell sees the quotes, and may hold quotes of its own.
            if !self.expression() {
                self.literal(1);
            }
        }
    }

    fn dollar(&mut self) {
        match (self.peek(1), self.peek(2)) {
            (b'{', b'{') if self.expression() => {}
            (b'{', _) => self.parameter(),
            (b'(', b'(') => self.arithmetic(1),
            (b'(', _) => {
                self.frame().word().push_str("$()");
                self.at += 2;
                self.open(Closer::Parenthesis, false);
            }
            (b'\'', _) if !self.frame().in_quotes => {
                self.at += 2;
                let rest = &self.bytes[self.at..];
                let mut end = 0;
                while end < rest.len() && rest[end] != b'\'' {
                    end += 1 + usize::from(rest[end] == b'\\');
                }
                self.literal(end.min(rest.len()));
                self.at += 1;
            }
            _ => self.literal(1),
        }
    }

    /// `${{ … }}`, up to its own end; false where there is none.
    fn expression(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        if !rest.starts_with(b"${{") {
            return false;
        }
        let end = memchr::memmem::find(rest, b"}}").map_or(rest.len(), |end| end + 2);
        self.literal(end);
        true
    }

    /// `${name…}`: what it expands to isn't known, so its inside is not looked at.
    fn parameter(&mut self) {
        let rest = &self.bytes[self.at..];
        let mut depth = 0_usize;
        let end = rest.iter().position(|byte| {
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {}
            }
            depth == 0 && *byte == b'}'
        });
        self.literal(end.map_or(rest.len(), |end| end + 1));
    }

    /// `((…))`, whose parenthesis is that many bytes ahead: a number, no command.
    fn arithmetic(&mut self, ahead: usize) {
        self.frame().word().push_str("$(())");
        let rest = &self.bytes[self.at + ahead..];
        let mut depth = 0_usize;
        let end = rest.iter().position(|byte| {
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        self.at = end.map_or(self.bytes.len(), |end| self.at + ahead + end + 1);
    }

    fn backtick(&mut self) {
        self.at += 1;
        if self.frame().closer == Closer::Backtick {
            self.close_frame();
        } else {
            self.frame().word().push_str("$()");
            self.open(Closer::Backtick, false);
        }
    }

    fn open_parenthesis(&mut self) {
        if self.frame().in_pattern {
            self.at += 1;
            return;
        }
        let next = self.peek(1);
        let frame = self.frame();
        let at_start = frame.is_at_start();
        match &frame.word {
            None if next == b'(' && (at_start || frame.words.last().is_some_and(|it| it == "for")) => {
                return self.arithmetic(0);
            }
            None if at_start => {
                frame.words.clear();
                self.open(Closer::Parenthesis, false);
            }
            // `name()`, and with a blank `name ()`.
            Some(name) if next == b')' && at_start => {
                let name = name.clone();
                self.define(name);
                self.at += 1;
            }
            None if next == b')' && frame.words.len() <= 2 => {
                let name = frame.words.pop().unwrap_or_default();
                self.define(name);
                self.at += 1;
            }
            Some(_) | None => self.open(Closer::Parenthesis, true),
        }
        self.at += 1;
    }

    fn define(&mut self, name: String) {
        let frame = self.frame();
        frame.words.clear();
        frame.word = None;
        self.script.functions.push(name);
    }

    fn close_parenthesis(&mut self) {
        self.at += 1;
        if self.frame().in_pattern {
            // What stands before the parenthesis may be the end: `$(case x in a) b;; esac)`.
            self.end_word();
        }
        if self.frame().in_pattern {
            self.frame().in_pattern = false;
        } else if self.frame().closer == Closer::Parenthesis {
            self.close_frame();
        } else {
            self.end_command();
        }
    }

    fn close_frame(&mut self) {
        self.end_command();
        if self.frames.len() > 1 {
            self.frames.pop();
        }
    }

    fn operator(&mut self, byte: u8) {
        let doubled = self.peek(1) == byte;
        self.at += 1 + usize::from(doubled);
        if self.frame().in_pattern {
            self.end_word();
            return;
        }
        self.end_command();
        let ends_case = byte == b';' && (doubled || self.peek(0) == b'&');
        let frame = self.frame();
        frame.is_piped = byte == b'|' && !doubled;
        frame.is_or = byte == b'|' && doubled;
        if ends_case && frame.cases > 0 {
            frame.in_pattern = true;
        }
        if byte == b';' && self.peek(0) == b'&' {
            self.at += 1;
        }
    }

    fn redirection(&mut self) {
        let start = self.at;
        let open = self.bytes[start];
        let frame = self.frame();
        // `2>`: the number is part of the operator.
        if frame.word.as_ref().is_some_and(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())) {
            frame.word = None;
        }
        self.end_word();
        if self.peek(1) == b'(' {
            self.at += 2;
            self.frame().word().push_str("<()");
            self.open(Closer::Parenthesis, false);
            return;
        }
        while matches!(self.peek(0), b'<' | b'>' | b'&' | b'|') && self.at - start < 3 {
            self.at += 1;
        }
        match &self.bytes[start..self.at] {
            b"<<" => self.heredoc(),
            // `<&-`, `>&-`: closes, redirects to nothing.
            [.., b'&'] if self.peek(0) == b'-' => self.at += 1,
            _ if open == b'<' || open == b'>' => self.frame().after_redirection = true,
            _ => {}
        }
    }

    fn heredoc(&mut self) {
        let strips_tabs = self.peek(0) == b'-';
        self.at += usize::from(strips_tabs);
        while matches!(self.peek(0), b' ' | b'\t') {
            self.at += 1;
        }
        let rest = &self.text[self.at..];
        let end = rest.find([' ', '\t', '\r', '\n', ';', '&', '|', '<', '>', ')', '(']).unwrap_or(rest.len());
        let delimiter: String = rest[..end].chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
        self.at += end;
        if !delimiter.is_empty() {
            let command = self.frame().start;
            self.heredocs.push(Heredoc { delimiter, strips_tabs, command });
        }
    }

    /// Leaves out the bodies of the here-documents that were announced on the line that just ended.
    fn skip_heredocs(&mut self) {
        for Heredoc { delimiter, strips_tabs, command } in std::mem::take(&mut self.heredocs) {
            let start = self.at;
            let mut body_end = self.bytes.len();
            while self.at < self.bytes.len() {
                let end = self.line_end();
                let line = self.text[self.at..end].trim_end_matches('\r');
                let line = if strips_tabs { line.trim_start_matches('\t') } else { line };
                let line_start = self.at;
                self.at = (end + 1).min(self.bytes.len());
                if line == delimiter {
                    body_end = line_start;
                    break;
                }
            }
            self.script.bodies.push((command, start..body_end));
        }
    }

    fn line_end(&self) -> usize {
        memchr::memchr(b'\n', &self.bytes[self.at..]).map_or(self.bytes.len(), |end| self.at + end)
    }

    fn end_word(&mut self) {
        let frame = self.frame();
        let Some(word) = frame.word.take() else { return };
        if std::mem::take(&mut frame.after_redirection) {
            return;
        }
        if frame.in_pattern {
            if word == "esac" {
                frame.in_pattern = false;
                frame.cases = frame.cases.saturating_sub(1);
            }
            return;
        }
        match &*word {
            "[[" if frame.is_at_start() => frame.in_test = true,
            "]]" => frame.in_test = false,
            "esac" if frame.is_at_start() => frame.cases = frame.cases.saturating_sub(1),
            "in" if frame.words.len() >= 2 && frame.words[frame.words.len() - 2] == "case" => {
                frame.words.clear();
                frame.cases += 1;
                frame.in_pattern = true;
                return;
            }
            _ => {}
        }
        frame.words.push(word);
    }

    fn end_command(&mut self) {
        self.end_word();
        let depth = self.frames.len().saturating_sub(1);
        let frame = self.frame();
        frame.in_quotes = false;
        frame.in_test = false;
        frame.after_redirection = false;
        let words = std::mem::take(&mut frame.words);
        let (at, id) = (frame.start, frame.id);
        let is_piped = !words.is_empty() && std::mem::take(&mut frame.is_piped);
        let is_or = !words.is_empty() && std::mem::take(&mut frame.is_or);
        if !words.is_empty() && !frame.is_data {
            if let [keyword, name, ..] = words.as_slice()
                && keyword == "function"
            {
                self.script.functions.push(name.clone());
            }
            self.script.commands.push(Simple { words, at, is_piped, is_or, depth, frame: id });
        }
    }
}

fn is_special(byte: u8) -> bool {
    matches!(
        byte,
        b'\n'
            | b' '
            | b'\t'
            | b'\r'
            | b'\\'
            | b'\''
            | b'"'
            | b'$'
            | b'`'
            | b'('
            | b')'
            | b'<'
            | b'>'
            | b';'
            | b'&'
            | b'|'
    )
}
