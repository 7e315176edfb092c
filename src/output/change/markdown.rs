//! A change in Markdown: for a job's summary, or a comment on a pull request.
//!
//! A comment has room for 65,536 characters, so the lists are cut, and what is left out is said, with where it is.

use std::io::{self, Write};

use super::words::{compared, figure, heading};
use crate::change::{Change, Said};
use crate::output::links::blob;
use crate::output::markdown::{code, escape};

/// How many bytes the whole has room for, which are never fewer than characters, and how many of them what is added.
const MAX_BYTES: usize = 60_000;
const MAX_ADDED: usize = 45_000;

/// Writes the change.
///
/// # Errors
/// Those of the writer.
pub fn write(change: &Change, out: &mut dyn Write) -> io::Result<()> {
    let changes = &change.changes;
    let mut text = format!("### {}\n\n{} · as of {}\n", heading(changes), escape(&compared(changes)), changes.as_of);
    list("", &entries(change, &changes.added), MAX_ADDED, &mut text);
    list("Better", &entries(change, &changes.improved), MAX_BYTES, &mut text);
    let texts = |of: &[String]| of.iter().map(|it| escape(it)).collect::<Vec<String>>();
    list("Figures", &texts(&changes.figures.iter().map(figure).collect::<Vec<_>>()), MAX_BYTES, &mut text);
    list("Not seen", &texts(&changes.notices), MAX_BYTES, &mut text);
    writeln!(out, "{text}\n*levelset {}*", changes.tool.version)
}

fn entries(change: &Change, said: &[Said]) -> Vec<String> {
    let entry = |it: &Said| {
        let to_do = it.to_do.as_deref().map(|it| format!(" **{}**", escape(it))).unwrap_or_default();
        format!("{}: {}{to_do}", place(change, it), escape(&it.what))
    };
    said.iter().map(entry).collect()
}

/// Adds a list below a heading, as many entries as there is room for in a text of so many bytes.
fn list(heading: &str, entries: &[String], room: usize, text: &mut String) {
    if entries.is_empty() {
        return;
    }
    text.push_str(&if heading.is_empty() { "\n".to_owned() } else { format!("\n**{heading}**\n\n") });
    for (n, entry) in entries.iter().enumerate() {
        if text.len() + entry.len() > room {
            text.push_str(&format!("- and {} more: `changes.json` has all of them\n", entries.len() - n));
            return;
        }
        text.push_str(&format!("- {entry}\n"));
    }
}

/// A place, with the page of the forge where it can be read.
fn place(change: &Change, it: &Said) -> String {
    let shown = code(&format!("{}:{}", it.path, it.line));
    let point = if it.before { &change.changes.base } else { &change.changes.head };
    let pages = change.repo.identity.as_ref().zip(point.commit.as_ref()).and_then(|(who, commit)| blob(who, commit));
    // Addresses are percent-encoded throughout, so that nothing in one ends it.
    let linked = pages.map_or_else(|| shown.clone(), |pages| format!("[{shown}]({})", pages.file(&it.path, it.line)));
    if it.before { format!("{linked} of the base") } else { linked }
}
