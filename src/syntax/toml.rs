//! TOML → its texts by their keys, with where they stand. Other values, and what is wrong with a file, are passed over.

use std::borrow::Cow;
use std::ops::Range;

/// One text of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'t> {
    /// The key with the tables around it, parted by dots; items of lists have their list's.
    pub key: String,
    /// Which item it is of the list of tables around it (`[[a.b]]`, `[{…}]`), counted through the file.
    pub table: usize,
    /// The text between the quotes, without what escapes.
    pub text: Cow<'t, str>,
    /// Where it stands, without its quotes.
    pub span: Range<usize>,
}

/// No file that people write has more texts, and none has lists and tables as deep.
const MAX_ENTRIES: usize = 100_000;
const MAX_DEPTH: usize = 20;

/// The texts of a file, in its order, and whether all of it could be read.
pub fn entries(text: &str) -> (Vec<Entry<'_>>, bool) {
    let mut reader = Reader { text, at: 0, table: 0, found: Vec::new(), is_whole: true };
    let mut around = String::new();
    loop {
        reader.skip(true);
        match reader.peek() {
            None => break,
            Some(b'[') => {
                let is_item = reader.text[reader.at..].starts_with("[[");
                reader.at += 1 + usize::from(is_item);
                reader.table += 1;
                around = reader.key();
                reader.skip(false);
                while reader.peek() == Some(b']') {
                    reader.at += 1;
                }
            }
            Some(_) => {
                let before = reader.at;
                let key = joined(&around, &reader.key());
                reader.skip(false);
                if reader.peek() == Some(b'=') && !key.is_empty() {
                    reader.at += 1;
                    reader.value(&key, 0);
                } else {
                    reader.is_whole = false;
                    reader.line_end();
                }
                if reader.at == before {
                    reader.line_end();
                }
            }
        }
        if reader.found.len() >= MAX_ENTRIES {
            reader.is_whole = false;
            break;
        }
    }
    (reader.found, reader.is_whole)
}

fn joined(around: &str, key: &str) -> String {
    if around.is_empty() { key.to_owned() } else { format!("{around}.{key}") }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    table: usize,
    found: Vec<Entry<'t>>,
    is_whole: bool,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over blanks and comments, and over line ends where they say nothing.
    fn skip(&mut self, lines: bool) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' => self.at += 1,
                b'\n' | b'\r' if lines => self.at += 1,
                b'#' => self.line_end(),
                0xEF if self.at == 0 && self.text.starts_with('\u{FEFF}') => self.at = 3,
                _ => return,
            }
        }
    }

    /// Goes to the end of the line.
    fn line_end(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        // At a line's end already: beyond it.
        self.at += if length == 0 && !rest.is_empty() { 1 } else { length };
    }

    /// A key: bare words and quoted ones, parted by dots.
    fn key(&mut self) -> String {
        let mut key = String::new();
        loop {
            self.skip(false);
            match self.peek() {
                Some(b'"' | b'\'') => key.push_str(&self.quoted().0),
                Some(b'.') => {
                    key.push('.');
                    self.at += 1;
                }
                Some(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') => {
                    key.push(char::from(byte));
                    self.at += 1;
                }
                Some(_) | None => return key,
            }
        }
    }

    /// A text in any of its four forms; at a quote.
    fn quoted(&mut self) -> (Cow<'t, str>, Range<usize>) {
        let bytes = self.text.as_bytes();
        let quote = bytes[self.at];
        let triple = [quote; 3];
        let is_long = bytes[self.at..].starts_with(&triple);
        let start = self.at + if is_long { 3 } else { 1 };
        let mut at = start;
        let end = loop {
            match bytes.get(at) {
                None => break at,
                Some(b'\\') if quote == b'"' => at += 2,
                Some(b'\n') if !is_long => break at,
                Some(_) if is_long && bytes[at..].starts_with(&triple) => break at,
                Some(it) if !is_long && *it == quote => break at,
                Some(_) => at += 1,
            }
        };
        let end = end.min(bytes.len());
        let closes = if is_long { 3 } else { 1 };
        self.is_whole &= bytes.get(end) == Some(&quote);
        self.at = if bytes.get(end) == Some(&quote) { (end + closes).min(bytes.len()) } else { end };
        let text = self.text.get(start..end).unwrap_or("");
        let text = if quote == b'"' && text.contains('\\') {
            Cow::Owned(text.replace("\\\"", "\"").replace("\\\\", "\\"))
        } else {
            Cow::Borrowed(text)
        };
        (text, start..end)
    }

    fn value(&mut self, key: &str, depth: usize) {
        self.skip(false);
        if depth > MAX_DEPTH || self.found.len() >= MAX_ENTRIES {
            self.is_whole = false;
            return self.line_end();
        }
        match self.peek() {
            Some(b'"' | b'\'') => {
                let (text, span) = self.quoted();
                self.found.push(Entry { key: key.to_owned(), table: self.table, text, span });
            }
            Some(b'[') => {
                self.at += 1;
                loop {
                    self.skip(true);
                    match self.peek() {
                        Some(b',') => self.at += 1,
                        Some(b']') => {
                            self.at += 1;
                            return;
                        }
                        Some(_) => {
                            let before = self.at;
                            self.value(key, depth + 1);
                            if self.at == before {
                                self.is_whole = false;
                                return;
                            }
                        }
                        None => {
                            self.is_whole = false;
                            return;
                        }
                    }
                }
            }
            Some(b'{') => {
                self.at += 1;
                self.table += 1;
                loop {
                    self.skip(true);
                    match self.peek() {
                        Some(b',') => self.at += 1,
                        Some(b'}') => {
                            self.at += 1;
                            return;
                        }
                        Some(_) => {
                            let inner = joined(key, &self.key());
                            self.skip(false);
                            if self.peek() != Some(b'=') {
                                self.is_whole = false;
                                return;
                            }
                            self.at += 1;
                            self.value(&inner, depth + 1);
                        }
                        None => {
                            self.is_whole = false;
                            return;
                        }
                    }
                }
            }
            // A number, a date, a truth.
            Some(_) => {
                let rest = &self.text.as_bytes()[self.at..];
                let ends = |it: &u8| matches!(it, b',' | b']' | b'}' | b'\n' | b'\r' | b'#');
                self.at += rest.iter().position(ends).unwrap_or(rest.len());
            }
            None => self.is_whole = false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::entries;

    /// Every text as `key=text`, and `!` where the file couldn't be read whole.
    fn told(text: &str) -> String {
        let (found, is_whole) = entries(text);
        for it in found.iter().filter(|it| !it.text.contains(['"', '\\'])) {
            assert_eq!(&text[it.span.clone()], it.text, "{text}");
        }
        let shown: Vec<String> = found.iter().map(|it| format!("{}={}", it.key, it.text)).collect();
        shown.join(" ") + if is_whole { "" } else { "!" }
    }

    #[test]
    fn texts() {
        for (text, expected) in [
            ("a = 'b'\nc = \"d\" # e = 'f'\n", "a=b c=d"),
            ("[a.b]\nc.d = 'e'\n[[f]]\ng = 'h'\n[[f]]\ng = 'i'", "a.b.c.d=e f.g=h f.g=i"),
            ("a = [ 'b', # c\n 'd', ]\ne = 1\nf = 'g'", "a=b a=d f=g"),
            ("a = [{ b = 'c', d = 2 }, { b = 'e' }]", "a.b=c a.b=e"),
            ("\"a b\".c = '''d'''\nx = \"\"\"\ny\"\"\"", "a b.c=d x=\ny"),
            ("a = \"b\\\"c\"", "a=b\"c"),
            ("a = 2020-01-01\nb = true\nc = 'd'", "c=d"),
            ("a 'b'\nc = 'd'", "c=d!"),
            ("a = 'b", "a=b!"),
            ("a = ['b'", "a=b!"),
            ("a = { b", "!"),
            ("\u{FEFF}a = 'b'", "a=b"),
            ("", ""),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(a|=|\\[|\\]|\\{|\\}|'|\"|\\\\|\\.|,|#| |\n|\u{FEFF}|é){0,40}") {
            let (found, _) = entries(&text);
            for it in found {
                proptest::prop_assert!(text.get(it.span).is_some());
            }
        }
    }
}
