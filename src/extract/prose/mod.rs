//! Texts for people: procedures that are followed by hand, instructions to use a console or to ask somebody, runbooks.
//!
//! What is read for it is what the repository says of itself. Changelogs, licences, what contributors are told of pull
//! requests, descriptions of interfaces and texts of others are no procedures of the organisation.

mod console;
mod links;
mod newcomers;
mod procedures;
mod runbooks;

pub(in crate::extract) use self::runbooks::is_runbook;

use std::sync::LazyLock;

use regex_automata::meta::Regex;

use crate::classify::FileKind;
use crate::facts::{Context, Facts, Marker, MarkerKind, Said};
use crate::origin::terraform::redact;
use crate::source::SourceFile;
use crate::syntax::prose::{self, Format, Part, What};

/// Words in names of files and folders that are about something else; sorted.
const ABOUT_ELSE: &[&str] = &[
    "adr",
    "adrs",
    "api",
    "changelog",
    "changes",
    "code-of-conduct",
    "code_of_conduct",
    "contributing",
    "decisions",
    "history",
    "issue_template",
    "licence",
    "license",
    "news",
    "pull_request_template",
    "reference",
    "release-notes",
    "rfc",
    "rfcs",
    "security",
];

/// Reads a text for people.
pub(super) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    if file.kind() == FileKind::Readme {
        readme(file, facts);
    }
    // What isn't written for this repository's own operation is nobody's procedure.
    if file.context() != Context::Production || is_about_else(file.path()) {
        return;
    }
    if file.kind() == FileKind::Prose {
        page(file, facts);
    }
    let has = Hints::of(file.text());
    if !has.any() {
        return;
    }
    let parts = prose::read(file.text(), Format::of(file.path()));
    runbook(file, &parts, facts);
    if has.steps {
        procedures::find(file, &parts, facts);
    }
    if has.console || has.tickets {
        console::find(file, &parts, facts);
    }
}

/// Finds one of several words.
fn finder(words: &[&str]) -> Option<Regex> {
    Regex::new(&words.join("|").replace('.', "\\.")).ok()
}

/// Places with something to press.
static PLACES: LazyLock<Option<Regex>> =
    LazyLock::new(|| finder(&["onsole", "ortal", "ashboard", " UI", ".png", ".jp", ".gif"]));

/// Something to press, or a way through menus.
static WIDGETS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    finder(&[
        "utton", " tab", " Tab", "menu", "ropdown", "rop-down", "heckbox", "ialog", "page", "anel", "izard", "idebar",
        " > ", "→", "»", "->",
    ])
});

/// Words that ask somebody else.
static TICKETS: LazyLock<Option<Regex>> = LazyLock::new(|| finder(&["icket", "sk ", "equest", "mail to"]));

/// What instructions for those who operate something are called.
static RUNBOOKS: LazyLock<Option<Regex>> = LazyLock::new(|| finder(&["unbook", "UNBOOK", "laybook"]));

/// What a text may have, seen at a glance: nearly no text has any of it, and those that don't needn't be read.
struct Hints {
    steps: bool,
    console: bool,
    tickets: bool,
    runbook: bool,
}

impl Hints {
    fn of(text: &str) -> Self {
        let has = |words: &LazyLock<Option<Regex>>| words.as_ref().is_some_and(|it| it.is_match(text));
        Hints {
            steps: lines(text).filter(|it| may_be_step(it)).take(procedures::FEWEST_STEPS).count()
                >= procedures::FEWEST_STEPS,
            // A place, and something to press or a way through menus.
            console: has(&PLACES) && has(&WIDGETS),
            tickets: has(&TICKETS),
            runbook: has(&RUNBOOKS),
        }
    }

    fn any(&self) -> bool {
        let Hints { steps, console, tickets, runbook } = self;
        *steps || *console || *tickets || *runbook
    }
}

/// The lines of a text, without their ends.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]);
    ends.map(move |end| &text[std::mem::replace(&mut start, end + 1)..end])
}

/// Whether a line may begin a step: it is numbered, an item of a check list, a row of a table, a heading of a step.
fn may_be_step(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t', '>']);
    match line.as_bytes() {
        [b'0'..=b'9', rest @ ..] => {
            let rest = &rest[rest.iter().take_while(|b| b.is_ascii_digit()).count().min(3)..];
            matches!(rest, [b'.' | b')', b' ' | b'\t', ..])
        }
        [b'#', b'.', ..] | [b'.', b' ', ..] | [b'|', ..] => true,
        [b'-' | b'*' | b'+', b' ', b'[', ..] => true,
        [b'#', ..] => line.contains("tep ") || line.contains("hase "),
        _ => false,
    }
}

/// Adds a README with the links that it lists: its presence counts, also where it can't be read.
fn readme(file: &SourceFile<'_>, facts: &mut Facts) {
    let mut marker = Marker { context: file.context(), ..Marker::new(file.start(), MarkerKind::Readme) };
    if file.context() == Context::Production {
        let links = links::listed(file.text(), Format::of(file.path()));
        links.into_iter().for_each(|it| marker.say(Said::Link, redact(it)));
        newcomers::find(file, facts);
    }
    facts.markers.push(marker);
}

/// Adds a page that lists places in repositories.
fn page(file: &SourceFile<'_>, facts: &mut Facts) {
    let mut places = links::listed(file.text(), Format::of(file.path()));
    places.retain(|it| links::is_place(it));
    if places.len() >= links::FEWEST {
        let mut marker = Marker::new(file.start(), MarkerKind::Page);
        places.into_iter().for_each(|it| marker.say(Said::Link, redact(it)));
        facts.markers.push(marker);
    }
}

/// Whether a path is about something else than how things are operated.
fn is_about_else(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    // Hidden folders hold what is for programs and forges.
    lower.starts_with('.')
        || lower.contains("/.")
        || lower.split('/').any(|part| {
            let stem = part.split_once('.').filter(|(stem, _)| !stem.is_empty()).map_or(part, |(stem, _)| stem);
            ABOUT_ELSE.binary_search(&stem).is_ok()
        })
}

/// Adds a runbook that says so in its title; those whose path says so are in the table of files.
fn runbook(file: &SourceFile<'_>, parts: &[Part], facts: &mut Facts) {
    if file.path().to_ascii_lowercase().contains("runbook") {
        return;
    }
    let title = parts.iter().find(|it| matches!(it.what, What::Heading(_)));
    let Some(title) = title.filter(|it| is_of_runbook(&it.text)) else { return };
    if is_empty_form(parts) || !runbooks::tells_what_to_do(parts, file.text(), file.path()) {
        return;
    }
    let mut marker = Marker::new(file.at(title.at..title.at), MarkerKind::Runbook);
    marker.name = Some(name_of(&title.text));
    facts.markers.push(marker);
}

/// Whether a title is that of a runbook. What Ansible calls a playbook is a program.
fn is_of_runbook(title: &str) -> bool {
    let words: Vec<String> = words(title).collect();
    let has = |word: &str| words.iter().any(|it| it == word);
    has("runbook") || has("playbook") && !has("ansible")
}

/// Whether somebody wrote a text of this name: it is neither empty, nor headings alone, nor a form that nobody filled in.
pub(super) fn is_written(text: &str, name: &str) -> bool {
    let parts = prose::read(text, Format::of(name));
    let says_something = |it: &Part| match it.what {
        What::Heading(_) => false,
        What::Step(_) | What::Text | What::Code | What::Image => !it.text.trim().is_empty(),
    };
    parts.iter().any(says_something) && !is_empty_form(&parts)
}

/// With fewer sections a text isn't a form.
const FEWEST_SECTIONS: usize = 4;

/// Whether a text is a form that wasn't filled in: fewer than a quarter of the sections that have no sections of their
/// own say anything.
fn is_empty_form(parts: &[Part]) -> bool {
    let (mut sections, mut filled) = (0, 0);
    for (n, part) in parts.iter().enumerate() {
        let What::Heading(level) = part.what else { continue };
        let next = parts.get(n + 1).map(|it| it.what);
        match next {
            Some(What::Heading(it)) if it > level => continue,
            Some(What::Heading(_)) | None => {}
            Some(What::Step(_) | What::Text | What::Code | What::Image) => {
                // A section that only leads to its own sections is none of them.
                let below = parts[n + 1..].iter().find_map(|it| match it.what {
                    What::Heading(it) => Some(it),
                    What::Step(_) | What::Text | What::Code | What::Image => None,
                });
                if below.is_some_and(|it| it > level) {
                    continue;
                }
                filled += 1;
            }
        }
        sections += 1;
    }
    sections >= FEWEST_SECTIONS && filled * 4 < sections
}

/// The words of a text, in lower case.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty()).map(str::to_lowercase)
}

/// A heading as the name of something: one line, not endless.
fn name_of(heading: &str) -> String {
    heading.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::{ABOUT_ELSE, is_about_else, is_empty_form, is_of_runbook, is_written};
    use crate::syntax::prose::{self, Format};

    #[test]
    fn tables_are_sorted() {
        assert!(ABOUT_ELSE.is_sorted());
    }

    #[test]
    fn forms() {
        for (text, expected) in [
            ("# A\n\nx\n\n## B\n\n## C\n<!-- say it -->\n## D\n\n## E\n", true),
            ("# A\n\n## B\n\nx\n\n## C\n\n## D\n\n## E\n", false),
            ("# A\n\n## B\n\n## C\n\n## D\n", false),
            ("# A\n\nx\n", false),
            ("", false),
        ] {
            assert_eq!(is_empty_form(&prose::read(text, Format::Markdown)), expected, "{text}");
        }
    }

    #[test]
    fn titles_of_runbooks() {
        for (title, expected) in [
            ("Runbook of the shop", true),
            ("The shop's playbook", true),
            ("Ansible playbook of the web servers", false),
            ("Ansible runbook", true),
            ("Runbooks", false),
        ] {
            assert_eq!(is_of_runbook(title), expected, "{title}");
        }
    }

    #[test]
    fn what_somebody_wrote() {
        for (text, expected) in [
            ("", false),
            ("# A\n", false),
            ("# A\n\n## B\n\n## C\n\n## D\n\n## E\n", false),
            ("# A\n\nRestart it.\n", true),
            ("Restart it.\n", true),
        ] {
            assert_eq!(is_written(text, "runbook.md"), expected, "{text}");
        }
    }

    #[test]
    fn what_texts_are_about() {
        for (path, expected) in [
            ("CONTRIBUTING.md", true),
            (".github/PULL_REQUEST_TEMPLATE.md", true),
            ("docs/api/users.md", true),
            ("docs/deploy.md", false),
            ("docs/apis.md", false),
            ("LICENSE.md", true),
            ("docs/adr/0001-x.md", true),
        ] {
            assert_eq!(is_about_else(path), expected, "{path}");
        }
    }
}
