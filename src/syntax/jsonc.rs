//! JSON with comments → JSON, every byte at its place, so that it can be read as the YAML that JSON is.

/// The text with its comments and tabs blanked out.
pub fn without_comments(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match &bytes[at..] {
            [b'"', rest @ ..] => {
                at += 1 + end_of_text(rest);
                continue;
            }
            [b'/', b'/', rest @ ..] => at + 2 + memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            [b'/', b'*', rest @ ..] => at + 2 + memchr::memmem::find(rest, b"*/").map_or(rest.len(), |it| it + 2),
            [b'\t', ..] => at + 1,
            _ => {
                at += 1;
                continue;
            }
        };
        out[at..end].iter_mut().filter(|it| !matches!(it, b'\n' | b'\r')).for_each(|it| *it = b' ');
        at = end;
    }
    // Whole comments were replaced, so no character was cut.
    String::from_utf8(out).unwrap_or_default()
}

/// How long a text is after its first quote, with the last.
fn end_of_text(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = memchr::memchr3(b'"', b'\\', b'\n', &bytes[at..]) {
        at += found + 1;
        match bytes[at - 1] {
            b'\\' => at = (at + 1).min(bytes.len()),
            _ => return at,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn comments_are_blanked_out() {
        for (text, expected) in [
            ("{\"a\": 1} // b", "{\"a\": 1}     "),
            ("{/* é\n*/\"a\":\t\"http://x\"}", "{     \n  \"a\": \"http://x\"}"),
            ("\"a\\\"//b\"//c", "\"a\\\"//b\"   "),
            ("/*", "  "),
            ("\"a", "\"a"),
            ("\"a\\", "\"a\\"),
        ] {
            assert_eq!(without_comments(text), expected, "{text}");
            assert_eq!(without_comments(text).len(), text.len());
        }
    }

    proptest::proptest! {
        #[test]
        fn keeps_every_place(text in "(\"|/|\\*|\\\\|\n|\t|é|a){0,30}") {
            proptest::prop_assert_eq!(without_comments(&text).len(), text.len());
        }
    }
}
