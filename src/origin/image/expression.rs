//! The expressions that CI systems and templates put into a value, and where each ends.

/// What stands for every byte of an expression: no reference can hold it.
pub(super) const MASK: char = '\u{1}';

/// How the expressions begin that brackets end, with what ends them. Those that begin alike: the longer first.
///
/// `${{ x }}` GitHub, Azure; `${X}` shells; `$(x)` Azure, Tekton, Make; `$[x]` Azure; `{{ x }}` Go and Jinja templates;
/// `<< x >>` CircleCI; `<+x>` Harness; `((x))` Concourse; `#{x}` token replacement.
const BRACKETS: &[(&str, &str)] = &[
    ("${{", "}}"),
    ("${", "}"),
    ("$(", ")"),
    ("$[", "]"),
    ("{{", "}}"),
    ("<<", ">>"),
    ("<+", ">"),
    ("((", "))"),
    ("#{", "}"),
];

/// The text with [`MASK`] for every byte of an expression, so that every offset stays. One that isn't closed runs to
/// the end.
pub(super) fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let length = expression_length(&text[at..]);
        if length == 0 {
            // What is no expression must not pass for one.
            out.push(if c == MASK { '\u{2}' } else { c });
            at += c.len_utf8();
        } else {
            out.extend(std::iter::repeat_n(MASK, length));
            at += length;
        }
    }
    out
}

/// How long the expression at the start of a text is; 0 where there is none.
fn expression_length(text: &str) -> usize {
    // Nearly no byte of a text is one that an expression begins with.
    if !matches!(text.as_bytes().first(), Some(b'$' | b'{' | b'<' | b'(' | b'#' | b'%')) {
        return 0;
    }
    if let Some((_, close)) = BRACKETS.iter().find(|(open, _)| text.starts_with(open)) {
        return bracketed(text, close);
    }
    let name = |text: &str| text.bytes().take_while(|&b| b.is_ascii_alphanumeric() || b == b'_').count();
    match text.as_bytes() {
        // `$X`, and `$$X` where a dollar sign is escaped for another reader.
        [b'$', rest @ ..] => {
            let dollars = 1 + rest.iter().take_while(|&&b| b == b'$').count();
            let after = &text[dollars..];
            dollars
                + if after.starts_with(['{', '(', '[']) {
                    expression_length(&text[dollars - 1..]) - 1
                } else {
                    name(after)
                }
        }
        // `%X%`
        [b'%', ..] => {
            let length = name(&text[1..]);
            if length > 0 && text[1 + length..].starts_with('%') { length + 2 } else { 0 }
        }
        _ => 0,
    }
}

/// Up to the brackets that close the first ones; others of their kind inside are counted.
fn bracketed(text: &str, close: &str) -> usize {
    let close = close.as_bytes()[0];
    let open = match close {
        b'}' => b'{',
        b')' => b'(',
        b']' => b'[',
        _ => b'<',
    };
    let mut depth = 0_usize;
    for (at, &b) in text.as_bytes().iter().enumerate() {
        if b == open {
            depth += 1;
        } else if b == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return at + 1;
            }
        }
    }
    text.len()
}
