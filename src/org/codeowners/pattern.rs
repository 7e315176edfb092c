//! The patterns of GitHub's and GitLab's CODEOWNERS: globs over the parts of a path.
//!
//! A matcher of our own, because neither forge's globs are those of a library: GitHub's are gitignore's with exceptions
//! (`docs/*` has no depth), GitLab's are Ruby's `fnmatch` (`**` has depth before a slash only). A path is cut into its
//! parts once, and most rules fail at their first part.

/// A path with its parts.
pub(super) struct Path<'p> {
    text: &'p str,
    parts: Vec<&'p str>,
}

impl<'p> Path<'p> {
    pub(super) fn of(text: &'p str) -> Self {
        let text = text.strip_prefix('/').unwrap_or(text);
        Path { text, parts: text.split('/').collect() }
    }

    pub(super) fn text(&self) -> &'p str {
        self.text
    }
}

/// A pattern, ready to be matched.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    parts: Vec<Part>,
    end: End,
}

/// What one part of a pattern matches.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// Any number of folders.
    AnyDepth,
    /// One part of a path that is this.
    Literal(String),
    /// One part of a path that is like this.
    Glob(Vec<Token>),
}

/// What may follow in a path after what the parts match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Nothing.
    Here,
    /// Something: the pattern names a folder.
    Below,
    /// Anything: the pattern names a file or a folder.
    HereOrBelow,
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    /// This character.
    Char(char),
    /// Any one character.
    One,
    /// Any characters.
    Any,
    /// A character in one of these ranges, or in none.
    Set { ranges: Vec<(char, char)>, negated: bool },
    /// No character: a set that isn't closed.
    Never,
}

impl Pattern {
    /// A pattern of GitHub's; `None` for one that it doesn't read, so that its line doesn't count.
    pub(super) fn github(text: &str) -> Option<Self> {
        // An escaped `#` at the start doesn't work, nor do ranges.
        if text.starts_with('#') || text.contains("***") || has_bare_bracket(text) || text.trim_matches('/').is_empty()
        {
            return None;
        }
        let (body, is_folder) = match text.strip_suffix('/') {
            Some(body) => (body, true),
            None => (text, false),
        };
        // A slash anywhere but at the end ties the pattern to the root.
        let (body, is_tied) = match body.strip_prefix('/') {
            Some(body) => (body, true),
            None => (body, body.contains('/')),
        };
        let mut parts: Vec<Part> = Vec::new();
        if !is_tied {
            parts.push(Part::AnyDepth);
        }
        parts.extend(body.split('/').map(|part| if part == "**" { Part::AnyDepth } else { Part::of(part, false) }));
        let end = match body.rsplit('/').next() {
            // What lies in the folder, at any depth; of `**/` what lies in its folders.
            Some("**") => {
                parts.pop();
                parts.extend(is_folder.then(|| Part::Glob(vec![Token::Any])));
                End::Below
            }
            _ if is_folder => End::Below,
            Some("*") => End::Here,
            _ => End::HereOrBelow,
        };
        Some(Pattern { parts, end })
    }

    /// A pattern of GitLab's, without the `!` of an exclusion.
    pub(super) fn gitlab(text: &str) -> Self {
        let (body, mut parts) = match text.strip_prefix('/') {
            Some(body) => (body, Vec::new()),
            None => (text, vec![Part::AnyDepth]),
        };
        let mut rest = body.split('/').peekable();
        while let Some(part) = rest.next() {
            let is_last = rest.peek().is_none();
            match part {
                // A folder: all that lies in it.
                "" if is_last => parts.extend([Part::AnyDepth, Part::Glob(vec![Token::Any])]),
                "**" if !is_last => parts.push(Part::AnyDepth),
                part => parts.push(Part::of(part, true)),
            }
        }
        Pattern { parts, end: End::Here }
    }

    /// Whether the pattern is about the path.
    pub(super) fn matches(&self, path: &Path<'_>) -> bool {
        let (parts, names) = (&self.parts, &path.parts);
        let (mut part, mut name) = (0, 0);
        // Where to go on when it fails: the last `**`, which takes one more folder each time.
        let mut again: Option<(usize, usize)> = None;
        loop {
            let ends = part == parts.len()
                && match self.end {
                    End::Here => name == names.len(),
                    End::Below => name < names.len(),
                    End::HereOrBelow => true,
                };
            if ends {
                return true;
            }
            match (parts.get(part), names.get(name)) {
                (Some(Part::AnyDepth), _) => {
                    part += 1;
                    again = Some((part, name));
                    continue;
                }
                (Some(it), Some(text)) if it.matches(text) => {
                    part += 1;
                    name += 1;
                    continue;
                }
                _ => {}
            }
            match &mut again {
                Some((at, from)) if *from < names.len() => {
                    *from += 1;
                    (part, name) = (*at, *from);
                }
                _ => return false,
            }
        }
    }
}

impl Part {
    /// One part of a pattern; a bracket begins a set where there are sets.
    fn of(text: &str, has_sets: bool) -> Self {
        let mut tokens = Vec::new();
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            tokens.push(match c {
                '*' if tokens.last() == Some(&Token::Any) => continue,
                '*' => Token::Any,
                '?' => Token::One,
                '[' if has_sets => match set(rest.as_str()) {
                    Some((set, after)) => {
                        rest = after.chars();
                        set
                    }
                    None => Token::Never,
                },
                '\\' => rest.next().map_or(Token::Char('\\'), Token::Char),
                c => Token::Char(c),
            });
        }
        let literal = tokens.iter().map(|it| if let Token::Char(c) = it { Some(*c) } else { None }).collect();
        match literal {
            Some(text) => Part::Literal(text),
            None => Part::Glob(tokens),
        }
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Part::AnyDepth => false,
            Part::Literal(literal) => literal == text,
            Part::Glob(tokens) => glob(tokens, text),
        }
    }
}

/// What follows a `[` up to its `]`, and the rest.
fn set(text: &str) -> Option<(Token, &str)> {
    let (negated, mut rest) = match text.strip_prefix(['!', '^']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut ranges = Vec::new();
    let next = |rest: &mut &str| {
        let mut chars = rest.chars();
        let c = chars.next().and_then(|c| if c == '\\' { chars.next() } else { Some(c) });
        *rest = chars.as_str();
        c
    };
    loop {
        if let Some(after) = rest.strip_prefix(']') {
            return Some((Token::Set { ranges, negated }, after));
        }
        let from = next(&mut rest)?;
        let to = match rest.strip_prefix('-') {
            Some(after) if !after.starts_with(']') => {
                rest = after;
                next(&mut rest)?
            }
            _ => from,
        };
        ranges.push((from, to));
    }
}

/// Whether a part of a path is like this: each `*` first takes nothing, and one character more when the rest fails.
fn glob(tokens: &[Token], text: &str) -> bool {
    let (mut at, mut rest) = (0, text);
    let mut again: Option<(usize, &str)> = None;
    loop {
        let mut chars = rest.chars();
        let c = chars.next();
        let fits = match (tokens.get(at), c) {
            (None, None) => return true,
            (Some(Token::Any), _) => {
                at += 1;
                again = Some((at, rest));
                continue;
            }
            (Some(Token::Char(expected)), Some(c)) => *expected == c,
            (Some(Token::One), Some(_)) => true,
            (Some(Token::Set { ranges, negated }), Some(c)) => {
                ranges.iter().any(|(from, to)| c == *from || c == *to || (*from..=*to).contains(&c)) != *negated
            }
            (Some(Token::Never | Token::Char(_) | Token::One | Token::Set { .. }), _) | (None, Some(_)) => false,
        };
        if fits {
            at += 1;
            rest = chars.as_str();
            continue;
        }
        match &mut again {
            Some((after, from)) if !from.is_empty() => {
                let mut chars = from.chars();
                chars.next();
                *from = chars.as_str();
                (at, rest) = (*after, *from);
            }
            _ => return false,
        }
    }
}

/// Whether a bracket is written that no backslash makes a character.
fn has_bare_bracket(text: &str) -> bool {
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '[' | ']' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Path, Pattern};

    proptest! {
        #[test]
        fn nothing_panics_and_all_ends(pattern in r"[a*?/\\!\[\]^ü-]{0,16}", path in "[a/ü-]{0,24}") {
            let path = Path::of(&path);
            let _ = (Pattern::gitlab(&pattern).matches(&path), Pattern::github(&pattern).map(|it| it.matches(&path)));
        }

        /// Where a pattern holds neither brackets nor escapes, GitHub's last rule is gitignore's.
        #[test]
        fn like_gitignore(pattern in "/?[ab](a|b|/|\\*|\\?|/\\*\\*/){0,6}[ab]/?", path in "[ab]{1,2}(/[ab]{1,2}){0,4}") {
            prop_assume!(!pattern.contains("**") || pattern.contains("/**/"));
            prop_assume!(!pattern.contains("***") && !pattern.contains("//") && !pattern.contains("/**/**"));
            let mut ignore = ignore::gitignore::GitignoreBuilder::new("");
            ignore.add_line(None, &pattern).unwrap();
            let ignore = ignore.build().unwrap();
            let expected = ignore.matched_path_or_any_parents(&path, false).is_ignore();
            let seen = Pattern::github(&pattern).is_some_and(|it| it.matches(&Path::of(&path)));
            prop_assert_eq!(seen, expected, "{} {}", pattern, path);
        }
    }
}
