//! JSON as people write it (JSONC, JSON5) → a text that the YAML reader takes, every byte at its place.
//!
//! JSON is read as YAML, of which it is a part, because that keeps positions. Comments and tabs are no part of YAML's
//! flow style, so they become blanks; what JSON5 allows besides (names without quotes, single quotes, commas at the
//! end) YAML allows too.

use std::borrow::Cow;

/// The text with comments and tabs blanked out, where it is JSON: where its first character that is neither blank nor
/// in a comment is a brace or a bracket. Any other text is handed back as it is.
pub fn readable(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut first = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    loop {
        match bytes.get(first) {
            Some(byte) if byte.is_ascii_whitespace() => first += 1,
            Some(b'/') => match comment(bytes, first) {
                Some(end) => first = end,
                None => return Cow::Borrowed(text),
            },
            // `{{` begins a template's expression.
            Some(b'{') if bytes.get(first + 1) != Some(&b'{') => break,
            Some(b'[') => break,
            _ => return Cow::Borrowed(text),
        }
    }
    if memchr::memchr2(b'/', b'\t', bytes).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = bytes.to_vec();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' => at = end_of_text(bytes, at),
            b'\t' => {
                out[at] = b' ';
                at += 1;
            }
            b'/' => match comment(bytes, at) {
                Some(end) => {
                    out[at..end].iter_mut().filter(|it| !matches!(it, b'\n' | b'\r')).for_each(|it| *it = b' ');
                    at = end;
                }
                None => at += 1,
            },
            _ => at += 1,
        }
    }
    // Whole comments were replaced, which end at line ends or after `*/`, so no character was cut.
    String::from_utf8(out).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Where a comment ends that begins here; nothing where none does.
fn comment(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    match rest.get(1)? {
        b'/' => Some(memchr::memchr(b'\n', rest).map_or(bytes.len(), |it| at + it)),
        b'*' => Some(memchr::memmem::find(&rest[2..], b"*/").map_or(bytes.len(), |it| at + 2 + it + 2)),
        _ => None,
    }
}

/// Where the text ends whose quote stands here: after its other quote, or at the end of the line, so that a lost quote
/// costs a line and no more.
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\n' => return at,
            _ if byte == bytes[start] => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn comments_become_blanks() {
        for (text, expected) in [
            ("{\"a\": 1}", "{\"a\": 1}"),
            ("{\"a\": 1} // b", "{\"a\": 1}     "),
            ("// ä\n{a: 'b'}", "     \n{a: 'b'}"),
            ("/* x\n*/[\"http://h.org\", /*y*/ 1]", "    \n  [\"http://h.org\",       1]"),
            ("{\n\t\"a\": \"\\\"//\"\n}", "{\n \"a\": \"\\\"//\"\n}"),
            ("{\"a\": \"b // c\n// d\n}", "{\"a\": \"b // c\n    \n}"),
            // No JSON.
            ("a: b // c", "a: b // c"),
            ("{{ a }} // b", "{{ a }} // b"),
            ("", ""),
            ("/", "/"),
            ("{ /* a", "{     "),
            ("{\"\\", "{\"\\"),
        ] {
            assert_eq!(readable(text), expected, "{text}");
            assert_eq!(readable(text).len(), text.len(), "{text}");
        }
    }
}
