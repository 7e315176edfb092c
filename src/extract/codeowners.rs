//! CODEOWNERS of GitHub, GitLab and Gitea: rules in file order, with their owners.
//!
//! Which of several files counts, and which rule of a file a path meets, is decided where owners are asked for.

use std::ops::Range;

use crate::facts::{Facts, GapReason, OwnerRule};
use crate::source::SourceFile;

/// Adds the rules of a CODEOWNERS file.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    // GitHub and Gitea know no sections: a bracket there begins a pattern.
    let has_sections = !file.path().starts_with(".github/") && !file.path().starts_with(".gitea/");
    let mut section = Section::default();
    let mut start = 0;
    for line in file.text().split_inclusive('\n') {
        let line_start = start;
        start += line.len();
        let content = line.trim_matches(is_blank);
        let at = line_start + (line.len() - line.trim_start_matches(is_blank).len());
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if has_sections && (content.starts_with('[') || content.starts_with("^[")) {
            if let Some((name, owners)) = section_head(content) {
                let words = words(owners);
                let owners = valid_owners(file, facts, owners, at, &words);
                section = Section { name: Some(name.to_owned()), owners };
                continue;
            }
            // GitLab takes it for a rule of the section before, whose pattern matches nothing.
            let detail = "a section's name must end with a bracket";
            facts.gap(file.at(at..at + content.len()), GapReason::Syntax, detail);
            continue;
        }
        let words = words(content);
        let Some((pattern, owners)) = words.split_first() else { continue };
        let end = words.last().map_or(0, |last| last.end);
        let valid = valid_owners(file, facts, content, at, owners);
        // Owners that aren't any are no decision that nobody owns this.
        if valid.is_empty() && !owners.is_empty() {
            continue;
        }
        facts.owners.push(OwnerRule {
            at: file.at(at + pattern.start..at + end),
            pattern: unescaped(&content[pattern.clone()]),
            owners: if owners.is_empty() { section.owners.clone() } else { valid },
            section: section.name.clone(),
        });
    }
}

/// A section of a GitLab file.
#[derive(Default)]
struct Section {
    name: Option<String>,
    /// The owners of its rules that name none.
    owners: Vec<String>,
}

/// What parts words: blanks, line ends, and a byte-order mark at the very start.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{FEFF}'
}

/// `^[Name][2] @default`: the name and the rest of the line. A number of approvals and the `^` of an optional section
/// say nothing about ownership.
fn section_head(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.trim_start_matches('^').strip_prefix('[')?.split_once(']')?;
    let approvals = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    Some((name.trim(), approvals.map_or(rest, |(_, rest)| rest)))
}

/// The words of a line up to an inline comment; an escaped blank doesn't part them.
fn words(line: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        match start {
            None if c == '#' => return words,
            Some(begun) if is_blank(c) => {
                words.push(begun..at);
                start = None;
            }
            None if is_blank(c) => {}
            Some(_) => {}
            None => start = Some(at),
        }
        if c == '\\' {
            chars.next();
        }
    }
    words.extend(start.map(|begun| begun..line.len()));
    words
}

/// The owners among the words of a line that starts at `at`; words that can't be one become a gap.
fn valid_owners(
    file: &SourceFile<'_>,
    facts: &mut Facts,
    line: &str,
    at: usize,
    words: &[Range<usize>],
) -> Vec<String> {
    // `line` may be the tail of the line that starts at `at`: a section's head.
    let tail = file.text()[at..].lines().next().map_or(0, |whole| whole.trim_end_matches(is_blank).len());
    let at = at + tail.saturating_sub(line.len());
    let (owners, others): (Vec<_>, Vec<_>) = words.iter().cloned().partition(|word| is_owner(&line[word.clone()]));
    if let (Some(first), Some(last)) = (others.first(), others.last()) {
        let more = match others.len() {
            1 => String::new(),
            n => format!(" (and {} more on this line)", n - 1),
        };
        let text = &line[first.clone()];
        let detail = format!("{text:?} is neither @user, @organisation/team nor an e-mail address{more}");
        facts.gap(file.at(at + first.start..at + last.end), GapReason::InvalidReference, detail);
    }
    owners.into_iter().map(|word| line[word].to_owned()).collect()
}

/// `@user`, `@organisation/team`, `@group/subgroup`, `@@role` (GitLab), `name@example.org`.
fn is_owner(word: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.split('/').all(|part| !part.is_empty()) && !name.contains(['@', ',', ';', ':'])
    };
    match word.split_once('@') {
        Some(("", name)) => is_name(name.strip_prefix('@').unwrap_or(name)),
        Some((user, host)) => is_name(user) && is_name(host) && host.contains('.'),
        None => false,
    }
}

/// The pattern with its escaped blanks and hashes as they are; other escapes belong to the pattern.
fn unescaped(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some(next @ (' ' | '\t' | '#'))) => {
                chars.next();
                text.push(next);
            }
            ('\\', Some(next)) => {
                chars.next();
                text.extend(['\\', next]);
            }
            (c, _) => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{is_owner, section_head, unescaped, words};

    #[test]
    fn words_of_lines() {
        for (line, expected) in [
            ("* @a @b/c d@e.org", vec!["*", "@a", "@b/c", "d@e.org"]),
            ("a\\ b\t@c", vec!["a\\ b", "@c"]),
            ("* @a # @b", vec!["*", "@a"]),
            ("* @a#b", vec!["*", "@a#b"]),
            ("\\#a @b", vec!["\\#a", "@b"]),
            ("# a", vec![]),
            ("a\\", vec!["a\\"]),
            ("ä\\ö @ü", vec!["ä\\ö", "@ü"]),
            ("", vec![]),
        ] {
            let found: Vec<&str> = words(line).into_iter().map(|range| &line[range]).collect();
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn owners() {
        for word in ["@a", "@a/b", "@a/b/c", "@@developer", "a.b@c.org", "@a-b_c.d"] {
            assert!(is_owner(word), "{word}");
        }
        for word in ["a", "a/b", "@", "@@", "@a/", "@/a", "a@b", "@a,", "@a,@b", ""] {
            assert!(!is_owner(word), "{word}");
        }
    }

    #[test]
    fn section_heads() {
        for (line, expected) in [
            ("[Docs]", Some(("Docs", ""))),
            ("^[Docs] @a", Some(("Docs", " @a"))),
            ("[A b][2] @a @b", Some(("A b", " @a @b"))),
            ("[Docs][] @a", Some(("Docs", " @a"))),
            ("[Docs", None),
        ] {
            assert_eq!(section_head(line), expected, "{line}");
        }
    }

    #[test]
    fn patterns() {
        for (written, expected) in
            [("/a\\ b/", "/a b/"), ("\\#a", "#a"), ("a\\*b", "a\\*b"), ("a\\\\ b", "a\\\\ b"), ("a\\", "a\\")]
        {
            assert_eq!(unescaped(written), expected, "{written}");
        }
    }
}
