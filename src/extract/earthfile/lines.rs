//! An Earthfile → its commands: lines joined at their ends, without comments.

use std::borrow::Cow;

/// One command, or the line that begins a target or a function.
pub(super) struct Line<'t> {
    /// What it is.
    pub(super) command: Command<'t>,
    /// Where its arguments begin, in bytes.
    pub(super) at: usize,
    /// The whole of it, its lines joined.
    pub(super) text: Cow<'t, str>,
}

/// What a line says.
pub(super) enum Command<'t> {
    /// `name:`
    Target(&'t str),
    /// A command's name, and what follows it. Every byte that belongs to it stands as far from its start as in the file.
    Recipe {
        /// The name: `RUN`.
        name: &'t str,
        /// What follows the name.
        arguments: Cow<'t, str>,
    },
}

/// The commands of an Earthfile in their order.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut found = Vec::new();
    let mut at = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    while at < text.len() {
        let end = end_of_command(text, at);
        let raw = &text[at..end];
        let start = at + raw.len() - raw.trim_start().len();
        let is_indented = start > at && !text[at..start].ends_with('\n');
        at = end;
        let raw = raw.trim();
        if raw.is_empty() || raw.starts_with('#') {
            continue;
        }
        let joined = joined(raw);
        if !is_indented && let Some(name) = target(raw) {
            found.push(Line { command: Command::Target(name), at: start, text: joined });
            continue;
        }
        let name_end = raw.find(char::is_whitespace).unwrap_or(raw.len());
        let arguments = match &joined {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(name_end..).unwrap_or_default()),
            Cow::Owned(text) => Cow::Owned(text.get(name_end..).unwrap_or_default().to_owned()),
        };
        let command = Command::Recipe { name: &raw[..name_end], arguments };
        found.push(Line { command, at: start + name_end, text: joined });
    }
    found
}

/// Where a command ends that begins here: at the end of its line, unless a backslash stands there, or a quote is open.
fn end_of_command(text: &str, start: usize) -> usize {
    let line_end = |at: usize| memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |it| at + it + 1);
    let first = line_end(start);
    if text[start..first].trim_start().starts_with('#') {
        return first;
    }
    let bytes = text.as_bytes();
    let (mut at, mut quote, mut first_end) = (start, None, None);
    while at < bytes.len() {
        match (bytes[at], quote) {
            (b'\\', _) => {
                // What stands between the backslash and the end of its line is blank.
                let end = line_end(at);
                if quote.is_none() && text[at + 1..end].trim().is_empty() {
                    at = past_comments(text, end, line_end);
                    continue;
                }
                at += 1;
            }
            (b'"' | b'\'', None) => quote = Some(bytes[at]),
            (byte, Some(open)) if byte == open => quote = None,
            (b'\n', None) => return at + 1,
            (b'\n', Some(_)) => first_end = first_end.or(Some(at + 1)),
            _ => {}
        }
        at += 1;
    }
    // A quote that nothing closes is an apostrophe.
    first_end.filter(|_| quote.is_some()).unwrap_or(text.len())
}

/// Comments and empty lines between the lines of a command end nothing.
fn past_comments(text: &str, mut at: usize, line_end: impl Fn(usize) -> usize) -> usize {
    while at < text.len() {
        let end = line_end(at);
        let line = text[at..end].trim();
        if !(line.is_empty() || line.starts_with('#')) {
            break;
        }
        at = end;
    }
    at
}

/// The lines of a command as one, every byte at its place: backslashes, line ends and comments between are blanks.
fn joined(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\n') {
        return Cow::Borrowed(raw.strip_suffix('\\').unwrap_or(raw));
    }
    let mut out = String::with_capacity(raw.len());
    let mut goes_on = false;
    for (number, line) in raw.split_inclusive('\n').enumerate() {
        let content = line.trim_end();
        let is_comment = number > 0 && goes_on && content.trim_start().starts_with('#');
        let cut = content.strip_suffix('\\');
        let kept = if is_comment { "" } else { cut.unwrap_or(content) };
        // A line that ends within quotes keeps its end, which is the text's.
        let end = if cut.is_some() || is_comment { ' ' } else { '\n' };
        goes_on = cut.is_some() || is_comment || goes_on && content.is_empty();
        out.push_str(kept);
        out.extend(std::iter::repeat_n(' ', (line.len() - kept.len()).saturating_sub(1)));
        out.extend((line.len() > kept.len()).then_some(end));
    }
    Cow::Owned(out)
}

/// The name of the target or function that a line begins.
fn target(raw: &str) -> Option<&str> {
    let name = raw.split('#').next().unwrap_or(raw).trim_end().strip_suffix(':')?;
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    (is_name && name.starts_with(|c: char| c.is_ascii_alphabetic())).then_some(name)
}

/// The words of a command's arguments, and where each stands in the file; `base` is where they begin.
pub(super) fn arguments(text: &str, base: usize) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut start, mut quote, mut depth) = (None, None, 0_usize);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '(') if start.is_some_and(|start| text[start..at].ends_with('$')) => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_blank = c.is_whitespace() && quote.is_none() && depth == 0;
        match start {
            Some(from) if is_blank => {
                found.push((base + from, &text[from..at]));
                start = None;
            }
            None if !is_blank => start = Some(at),
            Some(_) | None => {}
        }
    }
    if let Some(from) = start {
        found.push((base + from, &text[from..]));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Command, arguments, lines};

    fn told(text: &str) -> Vec<String> {
        let told = lines(text).into_iter().map(|line| match line.command {
            Command::Target(name) => format!("{name}:"),
            Command::Recipe { name, arguments } => {
                format!("{name}|{}", arguments.split_whitespace().collect::<Vec<_>>().join(" "))
            }
        });
        told.collect()
    }

    #[test]
    fn commands() {
        let text = "VERSION 0.8\n\n# a\nbuild:\n    FROM alpine # not a comment here\n    RUN a && \\\n        # between\n        b\nSETUP:\n  FUNCTION\n  RUN c: \\\r\n    d\r\n";
        let expected = [
            "VERSION|0.8",
            "build:",
            "FROM|alpine # not a comment here",
            "RUN|a && b",
            "SETUP:",
            "FUNCTION|",
            "RUN|c: d",
        ];
        assert_eq!(told(text), expected);
        assert_eq!(told("a:\n  RUN x \\"), ["a:", "RUN|x"]);
        // A quote that is open takes the lines up to its end; an apostrophe doesn't.
        assert_eq!(told("a:\n  RUN sh -c '\n  # x\n  b\n'\n  RUN c"), ["a:", "RUN|sh -c ' # x b '", "RUN|c"]);
        assert_eq!(told("a:\n  # don't\n  RUN it's\n  RUN b"), ["a:", "RUN|it's", "RUN|b"]);
        assert_eq!(told("a:\n  RUN \"x \\\" y\"\n  RUN b"), ["a:", "RUN|\"x \\\" y\"", "RUN|b"]);
        assert!(told("").is_empty());
    }

    #[test]
    fn places() {
        let text = "a:\n  COPY \\\n    # é\n    +b/c .\n";
        let line = &lines(text)[1];
        let Command::Recipe { arguments: said, .. } = &line.command else { panic!("a command") };
        let (at, word) = arguments(said, line.at)[0];
        assert_eq!((&text[at..at + word.len()], word), ("+b/c", "+b/c"));
    }

    #[test]
    fn words() {
        let told = |text| arguments(text, 0).into_iter().map(|(_, word)| word).collect::<Vec<_>>();
        assert_eq!(told("--a=\"b c\" 'd e' f"), ["--a=\"b c\"", "'d e'", "f"]);
        assert_eq!(told("x=$(a b) (+c/d --e=f) ."), ["x=$(a b)", "(+c/d", "--e=f)", "."]);
    }
}
