//! AsciiDoc and reStructuredText, line by line: what a line is, it says itself, or the one below it does.

use super::{Part, What};

/// How lines of a format are told.
pub(super) struct Lines {
    /// The heading that a line is, with its level.
    heading: fn(&str) -> Option<(u8, &str)>,
    /// The step that a line is, if it lies in no other.
    step: fn(&str) -> Option<&str>,
    /// The item within a step that a line is.
    nested: fn(&str) -> Option<&str>,
    /// Whether a line opens or closes a block of code.
    is_fence: fn(&str) -> bool,
    /// Whether what is indented behind a line that ends so is code.
    has_indented_code: bool,
    /// Whether a heading is underlined.
    is_underlined: bool,
    /// Whether nothing of a line is text: a comment, an attribute.
    is_passed_over: fn(&str) -> bool,
}

/// AsciiDoc.
pub(super) const ASCIIDOC: Lines = Lines {
    heading: |line| {
        let level = line.bytes().take_while(|b| *b == b'=').count();
        let text = line[level..].strip_prefix(' ')?;
        (1..=6).contains(&level).then(|| (level as u8, text.trim()))
    },
    step: |line| {
        line.strip_prefix(". ").or_else(|| line.strip_prefix("* [ ] ")).or_else(|| line.strip_prefix("* [x] "))
    },
    nested: |line| {
        let dots = line.bytes().take_while(|b| *b == b'.').count();
        line[dots..].strip_prefix(' ').filter(|_| (2..=5).contains(&dots))
    },
    is_fence: |line| matches!(line, "----" | "...." | "```" | "|===") || line.starts_with("```"),
    has_indented_code: false,
    is_underlined: false,
    is_passed_over: |line| {
        line.starts_with("//") || line == "+" || line.starts_with('[') && line.ends_with(']') || line.starts_with(':')
    },
};

/// reStructuredText.
pub(super) const RESTRUCTURED: Lines = Lines {
    heading: |_| None,
    step: |line| numbered(line),
    nested: |line| numbered(line.trim_start()).filter(|_| line.starts_with(' ')),
    is_fence: |_| false,
    has_indented_code: true,
    is_underlined: true,
    is_passed_over: |line| line.starts_with(".. ") && !line.contains("::") || line == "..",
};

/// The text behind `1.`, `1)` or `#.`.
fn numbered(line: &str) -> Option<&str> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = match line.strip_prefix('#') {
        Some(rest) => rest,
        None => line.get(digits..).filter(|_| (1..=3).contains(&digits))?,
    };
    rest.strip_prefix(['.', ')'])?.strip_prefix(' ')
}

pub(super) fn read(text: &str, by: &Lines) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    // The characters that headings are underlined with, in the order in which they come: the first is the highest.
    let mut levels: Vec<u8> = Vec::new();
    let (mut in_fence, mut in_code, mut in_step, mut is_first) = (false, false, false, true);
    // Whether the next line goes on with the part before.
    let mut goes_on = false;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut at = 0;
    for (n, raw) in lines.iter().enumerate() {
        let start = at;
        at += raw.len();
        let line = raw.trim_end();
        let next = lines.get(n + 1).map_or("", |it| it.trim_end());
        let is_indented = line.starts_with([' ', '\t']);
        let part =
            |what: What, text: &str, in_step: bool| Part { what, text: text.trim().to_owned(), at: start, in_step };
        if (by.is_fence)(line) {
            in_fence = !in_fence;
            goes_on = false;
        } else if in_fence || in_code && is_indented {
            match parts.last_mut().filter(|it| goes_on && it.what == What::Code) {
                Some(code) => {
                    code.text.push('\n');
                    code.text.push_str(line.trim_start());
                }
                None => parts.push(part(What::Code, line, false)),
            }
            goes_on = true;
        } else if line.is_empty() {
            goes_on = in_code && goes_on;
        } else if by.is_underlined && is_rule(line) {
            goes_on = false;
        } else if by.is_underlined && is_rule(next) && !is_indented && next.len() >= line.chars().count().min(4) {
            let mark = next.as_bytes()[0];
            let level = levels.iter().position(|it| *it == mark).unwrap_or_else(|| {
                levels.push(mark);
                levels.len() - 1
            });
            parts.push(part(What::Heading((level + 1).min(9) as u8), line, false));
            (in_step, is_first, goes_on, in_code) = (false, true, false, false);
        } else if let Some((level, heading)) = (by.heading)(line) {
            parts.push(part(What::Heading(level), heading, false));
            (in_step, is_first, goes_on) = (false, true, false);
        } else if let Some(step) = (by.step)(line) {
            parts.push(part(What::Step(std::mem::take(&mut is_first).then_some(1)), step, false));
            (in_step, goes_on, in_code) = (true, true, false);
        } else if let Some(item) = (by.nested)(line) {
            parts.push(part(What::Text, item, in_step));
            goes_on = true;
        } else if by.has_indented_code && (line.starts_with(".. ") || line.ends_with("::")) {
            in_code = true;
            goes_on = false;
        } else if (by.is_passed_over)(line) {
            goes_on = false;
        } else {
            in_code = false;
            let line = line.trim_start().trim_start_matches(['*', '.', '-']);
            match parts.last_mut().filter(|it| goes_on && it.what != What::Code) {
                Some(part) => {
                    part.text.push(' ');
                    part.text.push_str(line.trim());
                }
                None => parts.push(part(What::Text, line, in_step && is_indented)),
            }
            goes_on = true;
        }
    }
    parts
}

/// Whether a line is a row of one character of those that headings are underlined with.
fn is_rule(line: &str) -> bool {
    let first = line.as_bytes().first().copied().unwrap_or(0);
    line.len() >= 2 && b"=-~^\"'`#*+:._".contains(&first) && line.bytes().all(|it| it == first)
}
