//! Quoted strings: escapes decoded exactly as HCL does.

use std::borrow::Cow;

/// The value of an attribute that is one plain string: quoted, on one line, without templates.
///
/// `None` for everything else, also for heredocs: those are for [`expression`](super::expression).
pub fn literal(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    let bytes = inner.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' | b'\n' => return None,
            b'\\' => at += 2,
            b'$' | b'%' if bytes.get(at + 1) == Some(&byte) && bytes.get(at + 2) == Some(&b'{') => {
                at += 3;
            }
            b'$' | b'%' if bytes.get(at + 1) == Some(&b'{') => return None,
            _ => at += 1,
        }
    }
    // An escape that reaches past the end took the closing quote with it: `"…\"`.
    (at == bytes.len()).then(|| decode(inner))
}

/// The text between two quotes with its escapes resolved: `\n \r \t \" \\ \uXXXX \UXXXXXXXX $${ %%{`.
///
/// Escapes that HCL doesn't know are kept as they are written: the scanner reads damaged files too.
pub fn decode(inner: &str) -> Cow<'_, str> {
    if memchr::memchr3(b'\\', b'$', b'%', inner.as_bytes()).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut decoded = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = memchr::memchr3(b'\\', b'$', b'%', rest.as_bytes()) {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let (text, length) = escape(rest);
        match text {
            Some(character) => decoded.push(character),
            None => decoded.push_str(&rest[..length]),
        }
        rest = if text.is_some() && matches!(rest.as_bytes()[0], b'$' | b'%') {
            // `$${` stands for `${`: the second `$` was taken, the brace follows as ordinary text.
            decoded.push('{');
            &rest[3..]
        } else {
            &rest[length..]
        };
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// The character that the escape at the start of a text stands for, and the escape's length; without a character,
/// the length of the text to keep as it is.
fn escape(text: &str) -> (Option<char>, usize) {
    let bytes = text.as_bytes();
    match (bytes[0], bytes.get(1)) {
        (b'$', Some(b'$')) if bytes.get(2) == Some(&b'{') => (Some('$'), 3),
        (b'%', Some(b'%')) if bytes.get(2) == Some(&b'{') => (Some('%'), 3),
        (b'\\', Some(b'n')) => (Some('\n'), 2),
        (b'\\', Some(b'r')) => (Some('\r'), 2),
        (b'\\', Some(b't')) => (Some('\t'), 2),
        (b'\\', Some(b'"')) => (Some('"'), 2),
        (b'\\', Some(b'\\')) => (Some('\\'), 2),
        (b'\\', Some(b'u')) => unicode(text, 4),
        (b'\\', Some(b'U')) => unicode(text, 8),
        _ => (None, 1),
    }
}

fn unicode(text: &str, digits: usize) -> (Option<char>, usize) {
    let code = text.get(2..2 + digits).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
    match code.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32) {
        Some(character) => (Some(character), 2 + digits),
        None => (None, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_decoded_exactly() {
        let cases: &[(&str, Option<&str>)] = &[
            (r#""""#, Some("")),
            (r#""a b""#, Some("a b")),
            (r#""a\nb\r\tc""#, Some("a\nb\r\tc")),
            (r#""\"\\""#, Some("\"\\")),
            (r#""\u00e9\U0001F600""#, Some("é😀")),
            (r#""$${x}%%{y}""#, Some("${x}%{y}")),
            (r#""cost: $5, 100%""#, Some("cost: $5, 100%")),
            (r#""$$x""#, Some("$$x")),
            // Not escapes of HCL: kept.
            (r#""\q\u12""#, Some("\\q\\u12")),
            (r#""\ud800""#, Some("\\ud800")),
            // Not plain literals.
            (r#""${x}""#, None),
            (r#""%{ if x }a%{ endif }""#, None),
            (r#""a" == "b""#, None),
            (r#""a\""#, None),
            (r#"var.x"#, None),
            ("<<EOF\na\nEOF", None),
            ("\"", None),
            ("", None),
        ];
        for (raw, expected) in cases {
            assert_eq!(literal(raw).as_deref(), *expected, "{raw}");
        }
    }

    #[test]
    fn a_plain_literal_is_borrowed() {
        assert!(matches!(literal("\"hashicorp/consul/aws\""), Some(Cow::Borrowed(_))));
    }
}
