//! A file of answers with one answer more: text → text. What people wrote into the file besides answers stays there.

use anyhow::{Result, ensure};

use super::{Answer, Answers};
use crate::rules::Rules;

/// A file of answers that was added to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The whole file.
    pub text: String,
    /// Whether the answer stands at the end, because to sort the file anew would have lost its comments.
    pub at_end: bool,
}

/// Adds an answer to a file. A file without comments is written anew, sorted by indicator; to one with comments the
/// answer is added at its end. `path` is what errors call it.
///
/// # Errors
/// What is wrong with the file, as [`Answers::parse`] says it; a file whose form lets nothing be added at its end.
pub fn add_to(path: &str, text: &str, to: &str, answer: &Answer, rules: &Rules) -> Result<Added> {
    let mut answers = Answers::parse(path, text, rules)?;
    answers.insert(to, answer.clone());
    ensure!(
        answers.last(to) == Some(answer),
        "{path}: there is a later answer to {to}, which counts in place of this one"
    );
    if !text.lines().any(has_comment) {
        return Ok(Added { text: answers.to_yaml(), at_end: false });
    }
    let mut added = text.to_owned();
    if !added.ends_with('\n') {
        added.push('\n');
    }
    if !text.lines().any(|it| it.starts_with("answers:")) {
        added.push_str("answers:\n");
    }
    added.push_str(&answer.entry(to, indent(text)));
    // Rows in braces, a second document, an answer for a key of its own: whatever it is, nothing is written that says
    // anything else than what was answered.
    let is_so = Answers::parse(path, &added, rules).is_ok_and(|it| it == answers);
    ensure!(
        is_so,
        "{path}: nothing can be added at its end, and to write it anew would lose its comments; write its answers as a \
         list below `answers:`, each from a line `  - to: …` on, or give another file with --answers"
    );
    Ok(Added { text: added, at_end: true })
}

/// How far the entries of a file are indented.
fn indent(text: &str) -> &str {
    let entries = text.lines().skip_while(|it| !it.starts_with("answers:"));
    let entry = entries.skip(1).find(|it| it.trim_start().starts_with("- "));
    entry.map_or("  ", |it| &it[..it.len() - it.trim_start().len()])
}

/// Whether a line of YAML has a comment. Where quotes leave it open it has: a comment that is none costs nothing.
fn has_comment(line: &str) -> bool {
    let mut quote: Option<char> = None;
    let (mut before, mut is_escaped) = (' ', false);
    // Quotes open a text at its beginning only: `it's` has none.
    let mut may_open = true;
    for c in line.chars() {
        match quote {
            Some('"') if is_escaped => is_escaped = false,
            Some('"') if c == '\\' => is_escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '#' && before.is_whitespace() => return true,
            None if matches!(c, '"' | '\'') && may_open => quote = Some(c),
            None => {}
        }
        may_open = c.is_whitespace() && may_open
            || c.is_whitespace() && matches!(before, ':' | '-' | ',')
            || matches!(c, '{' | '[');
        before = c;
    }
    quote.is_some() && line.contains('#')
}

#[cfg(test)]
mod tests {
    use super::{add_to, has_comment};
    use crate::answers::{Answer, Answers, Says};
    use crate::rules::Rules;

    #[test]
    fn comments() {
        for (line, expected) in [
            ("# all of it", true),
            ("  - to: x # why", true),
            ("by: \"jo\" # who", true),
            ("note: it's so # really", true),
            ("note: don't, 'they' said # really", true),
            ("- {to: x, note: 'see #1 # 2'} # here", true),
            ("  the end of a text' # and this", true),
            ("' # and this", true),
            ("link: https://example.org/page#part", false),
            ("note: \"see # 3\"", false),
            ("note: \"say \\\" # 3\"", false),
            ("note: 'see # 3'", false),
            ("- {to: x, note: 'see #1 # 2'}", false),
            ("answers:", false),
        ] {
            assert_eq!(has_comment(line), expected, "{line}");
        }
    }

    fn add(text: &str) -> anyhow::Result<super::Added> {
        let answer = Answer::given(Says::Yes, "kim", "2026-02-01", None).unwrap();
        add_to("a.yaml", text, "right-sizing", &answer, &Rules::load(None).unwrap())
    }

    const NEW: &str =
        "- to: right-sizing\n  answer: yes\n  by: \"kim\"\n  on: \"2026-02-01\"\n  expires: \"2026-08-01\"\n";

    fn new(indent: &str) -> String {
        NEW.lines().map(|it| format!("{indent}{it}\n")).collect()
    }

    #[test]
    fn a_file_without_comments_is_sorted() {
        assert_eq!(add("").unwrap().text, format!("answers:\n{}", new("  ")));
        let added = add("answers:\n- {to: scorecards, answer: no, by: 'jo #1', on: 2026-01-01}\n").unwrap();
        let old = "  - to: scorecards\n    answer: no\n    by: \"jo #1\"\n    on: \"2026-01-01\"\n    expires: \
                   \"2026-07-01\"\n";
        assert_eq!(added.text, format!("answers:\n{}{old}", new("  ")));
        assert!(!added.at_end);
        // The earlier answer stays before the later one: it counts for the days between.
        let again = add("answers:\n- {to: right-sizing, answer: no, by: jo, on: 2025-01-01}\n").unwrap();
        let old = "  - to: right-sizing\n    answer: no\n    by: \"jo\"\n    on: \"2025-01-01\"\n    expires: \
                   \"2025-07-01\"\n";
        assert_eq!(again.text, format!("answers:\n{old}{}", new("  ")));
    }

    #[test]
    fn comments_stay() {
        for (text, indent) in [
            ("# ours\nanswers:\n", "  "),
            ("answers: # ours\n- to: scorecards\n  answer: no\n  by: jo\n  on: 2026-01-01", ""),
            ("answers:\n    # of last year\n    - {to: right-sizing, answer: no, by: jo, on: 2025-01-01}\n\n", "    "),
            (
                "answers:\n  - to: scorecards\n    answer: no\n    by: jo\n    on: 2026-01-01\n  # - to: right-sizing\n",
                "  ",
            ),
        ] {
            let added = add(text).unwrap();
            assert_eq!(added.text, format!("{}\n{}", text.strip_suffix('\n').unwrap_or(text), new(indent)));
            assert!(added.at_end);
            let rules = Rules::load(None).unwrap();
            let answers = Answers::parse("a.yaml", &added.text, &rules).unwrap();
            assert_eq!(answers.last("right-sizing").unwrap().by, "kim");
        }
        let only = add("# none yet\n").unwrap();
        assert_eq!(only.text, format!("# none yet\nanswers:\n{}", new("  ")));
    }

    #[test]
    fn what_can_not_be_added_to_is_not_written() {
        for text in ["answers: [{to: scorecards, answer: no, by: jo, on: 2026-01-01}] # ours\n", "answers: [] # none\n"]
        {
            let error = format!("{:#}", add(text).unwrap_err());
            assert!(error.contains("a.yaml: nothing can be added at its end"), "{error}");
        }
        let later = add("answers:\n- {to: right-sizing, answer: no, by: jo, on: 2026-02-02}\n").unwrap_err();
        assert!(format!("{later:#}").contains("a later answer to right-sizing"));
        assert!(format!("{:#}", add("answers: 7 # ours\n").unwrap_err()).contains("a.yaml"));
    }
}
