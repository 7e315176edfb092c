//! The logical lines of a Dockerfile: continuations joined, comments and heredoc bodies left out, every byte traceable
//! to its place in the file.
//!
//! The rules are BuildKit's (`frontend/dockerfile/parser`): the escape character joins lines where it stands last, but
//! not where it is itself escaped; comment and blank lines inside a continuation vanish; a heredoc's body runs up to a
//! line equal to its name.

use std::borrow::Cow;
use std::ops::Range;

/// What an editor or `git` may leave in front of the first character.
const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// One instruction's line, continuations joined.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) text: Cow<'a, str>,
    /// Where in the file the parts of `text` come from: (offset in `text`, offset in the file), ascending.
    parts: Vec<(usize, usize)>,
}

impl<'a> Line<'a> {
    /// The text of a range, borrowed from the file where the line is not joined from several.
    pub(super) fn slice(&self, range: Range<usize>) -> Cow<'a, str> {
        match &self.text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
            Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
        }
    }

    /// Where in the file a range of the text stands: from its first byte to behind its last.
    pub(super) fn span(&self, range: Range<usize>) -> Range<usize> {
        let start = self.in_file(range.start);
        let end = if range.is_empty() { start } else { self.in_file(range.end - 1) + 1 };
        start..end
    }

    fn in_file(&self, offset: usize) -> usize {
        let part = self.parts.partition_point(|&(at, _)| at <= offset).max(1) - 1;
        let (at, file) = self.parts[part];
        file + (offset - at)
    }
}

/// Reads one logical line after the other.
pub(super) struct Lines<'a> {
    text: &'a str,
    next: usize,
    escape: char,
    refused_directive: Option<Range<usize>>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let next = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let (escape, refused_directive) = directives(&text[next..], next);
        Lines { text, next, escape, refused_directive }
    }

    /// The first directive that BuildKit refuses, in bytes.
    pub(super) fn refused_directive(&self) -> Option<Range<usize>> {
        self.refused_directive.clone()
    }

    /// The escape and continuation character of the file.
    pub(super) fn escape(&self) -> char {
        self.escape
    }

    /// Passes over the body of a heredoc; false, and nothing passed over, where the line that ends it is missing.
    /// `chomp` is `<<-`: tabs before the name don't count.
    pub(super) fn skip_heredoc(&mut self, name: &str, chomp: bool) -> bool {
        let start = self.next;
        while let Some((_, line)) = self.physical() {
            let line = if chomp { line.trim_start_matches('\t') } else { line };
            if line == name {
                return true;
            }
        }
        self.next = start;
        false
    }

    /// One line of the file with its offset, without its line end.
    fn physical(&mut self) -> Option<(usize, &'a str)> {
        let start = self.next;
        let rest = self.text.get(start..).filter(|rest| !rest.is_empty())?;
        let end = memchr::memchr(b'\n', rest.as_bytes());
        self.next = start + end.map_or(rest.len(), |end| end + 1);
        Some((start, rest[..end.unwrap_or(rest.len())].trim_end_matches('\r')))
    }

    /// The line without its continuation character, and whether it had one.
    fn without_continuation(&self, line: &'a str) -> (&'a str, bool) {
        let trimmed = line.trim_end_matches([' ', '\t']);
        match trimmed.strip_suffix(self.escape) {
            Some(head) if !head.ends_with(self.escape) => (head, true),
            _ => (line, false),
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        loop {
            let (start, line) = self.physical()?;
            let trimmed = line.trim_start();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let start = start + (line.len() - trimmed.len());
            let (first, mut continues) = self.without_continuation(trimmed);
            let mut joined = Line { text: Cow::Borrowed(first), parts: vec![(0, start)] };
            while continues {
                let Some((start, line)) = self.physical() else { break };
                let trimmed = line.trim_start();
                if trimmed.is_empty() || trimmed.starts_with('#') {
                    continue;
                }
                let (more, again) = self.without_continuation(line);
                joined.parts.push((joined.text.len(), start));
                joined.text.to_mut().push_str(more);
                continues = again;
            }
            if !joined.text.trim().is_empty() {
                return Some(joined);
            }
        }
    }
}

/// The escape character that the directives at the top ask for, and the first directive that BuildKit refuses: one that
/// is there twice, or an escape character that it doesn't know, in whose place the default stays.
///
/// Only lines of the form `# name=value` from the first line on are directives, and the first one with a name that
/// isn't known ends them.
fn directives(text: &str, offset: usize) -> (char, Option<Range<usize>>) {
    let mut escape = '\\';
    let mut refused = None;
    let mut seen: Vec<&str> = Vec::new();
    let mut start = offset;
    for line in text.split_inclusive('\n') {
        let span = start..start + line.trim_end().len();
        start += line.len();
        let Some((name, value)) = line.trim().strip_prefix('#').and_then(|rest| rest.split_once('=')) else {
            break;
        };
        let (name, value) = (name.trim(), value.trim());
        let Some(known) = DIRECTIVES.iter().find(|known| known.eq_ignore_ascii_case(name)) else { break };
        if value.is_empty() {
            break;
        }
        let is_new = !seen.contains(known);
        let is_known = *known != "escape" || matches!(value, "`" | "\\");
        if !is_new || !is_known {
            refused.get_or_insert(span);
        } else if *known == "escape" && value == "`" {
            escape = '`';
        }
        seen.push(known);
    }
    (escape, refused)
}

/// The directives there are; sorted.
const DIRECTIVES: &[&str] = &["check", "escape", "syntax"];

#[cfg(test)]
mod tests {
    use super::{DIRECTIVES, Lines};

    #[test]
    fn tables_are_sorted() {
        assert!(DIRECTIVES.is_sorted());
    }

    #[test]
    fn directives_that_are_refused() {
        for (text, expected) in [
            ("# escape=x\nFROM a", Some(0..10)),
            ("\u{FEFF}# syntax=a\r\n  # SYNTAX = b \r\nFROM a", Some(15..29)),
            ("# syntax=a\n# escape=`\n# check=x\nFROM a", None),
            ("# other=a\n# other=a\nFROM a", None),
        ] {
            assert_eq!(Lines::new(text).refused_directive(), expected, "{text:?}");
        }
    }

    fn lines(text: &str) -> Vec<String> {
        Lines::new(text).map(|line| line.text.into_owned()).collect()
    }

    #[test]
    fn continuations() {
        for (text, expected) in [
            ("FROM a\nRUN b", vec!["FROM a", "RUN b"]),
            ("FROM a\r\nRUN b\r\n", vec!["FROM a", "RUN b"]),
            ("RUN a \\\n  b", vec!["RUN a   b"]),
            ("RUN a \\ \t\n  b", vec!["RUN a   b"]),
            ("RUN a \\\r\n  b", vec!["RUN a   b"]),
            // An escaped escape character does not continue.
            ("RUN a \\\\\nRUN b", vec!["RUN a \\\\", "RUN b"]),
            ("RUN a \\\n# comment\n\n  # another \\\n b", vec!["RUN a  b"]),
            ("\\\nFROM a", vec!["FROM a"]),
            ("  FROM a", vec!["FROM a"]),
            ("FROM a \\", vec!["FROM a "]),
            ("\\\n\\\n", vec![]),
            ("\u{FEFF}FROM a", vec!["FROM a"]),
            ("", vec![]),
            ("\n\n# only\n", vec![]),
        ] {
            assert_eq!(lines(text), expected, "{text:?}");
        }
    }

    #[test]
    fn escape_directives() {
        for (text, expected) in [
            ("# escape=`\nRUN a `\nb", '`'),
            ("  #  EsCaPe = `  \nRUN a", '`'),
            ("# syntax=docker/dockerfile:1\n# escape=`", '`'),
            ("# check=skip=all\n# escape=`", '`'),
            ("#escape=`", '`'),
            ("# escape=`\r\n", '`'),
            ("# escape=`\n# escape=\\", '`'),
            ("\u{FEFF}# escape=`", '`'),
            ("# escape=\\", '\\'),
            ("# escape=x", '\\'),
            // A blank line, a comment or an instruction ends the directives.
            ("\n# escape=`", '\\'),
            ("# a comment\n# escape=`", '\\'),
            ("# other=1\n# escape=`", '\\'),
            ("#\n# escape=`", '\\'),
            ("# escape=\n# escape=`", '\\'),
            ("#!/bin/x\n# escape=`", '\\'),
            ("## escape=`", '\\'),
            ("FROM a\n# escape=`", '\\'),
        ] {
            assert_eq!(Lines::new(text).escape(), expected, "{text:?}");
        }
    }

    #[test]
    fn places_survive_joining() {
        let text = "FROM \\\n# x\n  al\\\npine AS b";
        let line = Lines::new(text).next().unwrap();
        assert_eq!(line.text, "FROM   alpine AS b");
        let at = line.text.find("alpine").unwrap();
        assert_eq!(&text[line.span(at..at + 6)], "al\\\npine");
        assert_eq!(line.span(at..at), 13..13);
    }
}
