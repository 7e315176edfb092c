//! Kotlin, and what is read like it → words, texts and marks, with where they stand: enough to find declarations and
//! calls that are written out.
//!
//! Not a parser: comments and blanks are left out, brackets are told apart, nothing is checked.

use std::ops::Range;

/// In what the languages differ that are read so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Texts in double quotes, comments after slashes.
    Kotlin,
    /// Builds of Gradle in Groovy: texts in single quotes too.
    Groovy,
    /// Bazel's Starlark: texts in single quotes too, comments after `#`.
    Starlark,
}

/// A piece of Kotlin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// What it is.
    pub what: What<'t>,
    /// Where it stands, in bytes; of a text what lies between the quotes.
    pub span: Range<usize>,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What<'t> {
    /// A name, a keyword, a number.
    Word(&'t str),
    /// What lies between quotes, as written; whether it has lines and escapes of its own (`"""`).
    Text(&'t str, Quotes),
    /// Any other character.
    Mark(u8),
}

/// How a text is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotes {
    /// `"…"`: backslashes escape.
    Single,
    /// `"""…"""`: nothing escapes.
    Triple,
}

/// No settings that people write have more.
const MAX_TOKENS: usize = 1_000_000;

/// The tokens of a file in Kotlin.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    tokens_in(text, Dialect::Kotlin)
}

/// The tokens of a file.
pub fn tokens_in(text: &str, dialect: Dialect) -> Vec<Token<'_>> {
    let has_slashes = dialect != Dialect::Starlark;
    let has_single_quotes = dialect != Dialect::Kotlin;
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() && found.len() < MAX_TOKENS {
        let rest = &bytes[at..];
        let end = match rest {
            [b'/', b'/', ..] if has_slashes => at + memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            [b'#', ..] if !has_slashes => at + memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            [b'/', b'*', ..] if has_slashes => at + end_of_comment(rest),
            [quote @ (b'"' | b'\''), second, third, ..]
                if second == quote && third == quote && (*quote == b'"' || has_single_quotes) =>
            {
                let inner = at + 3;
                let length = memchr::memmem::find(&bytes[inner..], &rest[..3]).unwrap_or(bytes.len() - inner);
                // Quotes before the last three are the text's.
                let more = bytes[(inner + length + 3).min(bytes.len())..].iter().take_while(|&b| b == quote).count();
                let span = inner..inner + length + more;
                found.push(Token { what: What::Text(&text[span.clone()], Quotes::Triple), span: span.clone() });
                (span.end + 3).min(bytes.len())
            }
            [quote @ (b'"' | b'\''), ..] if *quote == b'"' || has_single_quotes => {
                let length = end_of_text(&bytes[at + 1..], *quote);
                let span = at + 1..at + 1 + length;
                found.push(Token { what: What::Text(&text[span.clone()], Quotes::Single), span: span.clone() });
                (span.end + 1).min(bytes.len())
            }
            [first, ..] if is_word(*first) => {
                let length = rest.iter().take_while(|&&b| is_word(b)).count();
                found.push(Token { what: What::Word(&text[at..at + length]), span: at..at + length });
                at + length
            }
            [first, ..] => {
                if !first.is_ascii_whitespace() {
                    found.push(Token { what: What::Mark(*first), span: at..at + 1 });
                }
                at + 1
            }
            [] => break,
        };
        at = end;
    }
    found
}

/// Bytes beyond ASCII are parts of names, so that no character is cut.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// How long a comment is; comments may hold comments.
fn end_of_comment(bytes: &[u8]) -> usize {
    let (mut at, mut depth) = (2, 1_usize);
    while at < bytes.len() && depth > 0 {
        match &bytes[at..] {
            [b'*', b'/', ..] => {
                depth -= 1;
                at += 2;
            }
            [b'/', b'*', ..] => {
                depth += 1;
                at += 2;
            }
            _ => at += 1,
        }
    }
    at.min(bytes.len())
}

/// How long a text in single quotes is: to the quote that nothing escapes and that no `${…}` holds, or to the end of the
/// line.
fn end_of_text(bytes: &[u8], quote: u8) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'\n', ..] => return at,
            [b'\\', after, ..] if *after != b'\n' => at += 1,
            [b'$', b'{', ..] if quote == b'"' => {
                depth += 1;
                at += 1;
            }
            [b'}', ..] if depth > 0 => depth -= 1,
            [first, ..] if *first == quote && depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The number of the token that closes the bracket which this one opens; the number of tokens where none does.
pub fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (number, token) in tokens.iter().enumerate().skip(open) {
        match token.what {
            What::Mark(b'(' | b'[' | b'{') => depth += 1,
            What::Mark(b')' | b']' | b'}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return number;
                }
            }
            What::Mark(_) | What::Word(_) | What::Text(..) => {}
        }
    }
    tokens.len()
}

/// Whether as many brackets are closed as are opened.
pub fn is_balanced(tokens: &[Token<'_>]) -> bool {
    let count =
        |marks: &[u8]| tokens.iter().filter(|it| matches!(it.what, What::Mark(mark) if marks.contains(&mark))).count();
    count(b"([{") == count(b")]}")
}

#[cfg(test)]
mod tests {
    use super::{Quotes, What, closing, is_balanced, tokens};

    #[test]
    fn pieces() {
        let told = |text| tokens(text).into_iter().map(|it| it.what).collect::<Vec<_>>();
        assert_eq!(
            told("object A : B({ // c\n x = \"y\\\"z ${f(\"q\")}\" /* /* */ \" */ })"),
            [
                What::Word("object"),
                What::Word("A"),
                What::Mark(b':'),
                What::Word("B"),
                What::Mark(b'('),
                What::Mark(b'{'),
                What::Word("x"),
                What::Mark(b'='),
                What::Text("y\\\"z ${f(\"q\")}", Quotes::Single),
                What::Mark(b'}'),
                What::Mark(b')'),
            ]
        );
        assert_eq!(told("\"\"\"a \"b\"\"\"\""), [What::Text("a \"b\"", Quotes::Triple)]);
        assert_eq!(told("\"\"\"open"), [What::Text("open", Quotes::Triple)]);
        assert_eq!(told("\"open\nx"), [What::Text("open", Quotes::Single), What::Word("x")]);
        assert_eq!(told("é\"\\"), [What::Word("é"), What::Text("\\", Quotes::Single)]);
        assert_eq!(told("/*"), []);
    }

    #[test]
    fn brackets() {
        let it = tokens("a { b ( c ) d } e");
        assert_eq!(closing(&it, 1), 7);
        assert_eq!(closing(&tokens("{ ("), 0), 2);
        assert!(is_balanced(&it));
        assert!(!is_balanced(&tokens("{ \"}\"")));
    }
}
