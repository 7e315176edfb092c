//! A change in Markdown: for a job's summary, or a comment on a pull request.
//!
//! A comment has room for 65,536 characters, so the lists are cut, and what is left out is said, with where it is.

use std::io::{self, Write};

use super::words::{compared, figure, heading};
use crate::change::{Change, Said};
use crate::output::links::blob;
use crate::output::markdown::{code, escape};

/// How many entries are shown of what is added, and of what is better.
const MOST_ADDED: usize = 50;
const MOST_IMPROVED: usize = 15;

/// Writes the change.
///
/// # Errors
/// Those of the writer.
pub fn write(change: &Change, out: &mut dyn Write) -> io::Result<()> {
    let changes = &change.changes;
    writeln!(out, "### {}\n\n{} · as of {}", heading(changes), escape(&compared(changes)), changes.as_of)?;
    list(change, "", &changes.added, MOST_ADDED, out)?;
    list(change, "Better", &changes.improved, MOST_IMPROVED, out)?;
    let figures: Vec<String> = changes.figures.iter().map(figure).collect();
    texts("Figures", &figures, out)?;
    texts("Not seen", &changes.notices, out)?;
    writeln!(out, "\n*levelset {}*", changes.tool.version)
}

fn list(change: &Change, heading: &str, said: &[Said], most: usize, out: &mut dyn Write) -> io::Result<()> {
    if said.is_empty() {
        return Ok(());
    }
    section(heading, out)?;
    for it in said.iter().take(most) {
        let what = escape(&it.what);
        let to_do = it.to_do.as_deref().map(|it| format!(" **{}**", escape(it))).unwrap_or_default();
        writeln!(out, "- {}: {what}{to_do}", place(change, it))?;
    }
    if said.len() > most {
        writeln!(out, "- and {} more: `changes.json` has all of them", said.len() - most)?;
    }
    Ok(())
}

fn texts(heading: &str, texts: &[String], out: &mut dyn Write) -> io::Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    section(heading, out)?;
    texts.iter().try_for_each(|it| writeln!(out, "- {}", escape(it)))
}

fn section(heading: &str, out: &mut dyn Write) -> io::Result<()> {
    if heading.is_empty() { writeln!(out) } else { writeln!(out, "\n**{heading}**\n") }
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
