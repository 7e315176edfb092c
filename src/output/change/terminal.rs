//! A change on a page for a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::words::{compared, figure, heading};
use crate::change::{Change, Said};
use crate::output::printable;
use crate::output::terminal::{MIN_WIDTH, wrap};
use crate::rules::FindingLevel;

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const OPEN: Style = AnsiColor::Yellow.on_default();

/// Writes the page, for a terminal of so many columns.
///
/// # Errors
/// Those of the writer.
pub fn write(change: &Change, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let width = width.clamp(MIN_WIDTH, 120);
    let changes = &change.changes;
    writeln!(out, "{STRONG}{}{STRONG:#}", heading(changes))?;
    writeln!(out, "{FAINT}{} · as of {}{FAINT:#}", printable(&compared(changes)), changes.as_of)?;
    for it in &changes.added {
        let style = match it.level {
            FindingLevel::Error => BAD,
            FindingLevel::Warning => OPEN,
            FindingLevel::Note => FAINT,
        };
        entry(it, "+", style, width, out)?;
    }
    section("Better", changes.improved.is_empty(), out)?;
    for it in &changes.improved {
        entry(it, "-", GOOD, width, out)?;
    }
    section("Figures", changes.figures.is_empty(), out)?;
    for it in &changes.figures {
        lines(&figure(it), width, out)?;
    }
    section("Not seen", changes.notices.is_empty(), out)?;
    for it in &changes.notices {
        lines(it, width, out)?;
    }
    Ok(())
}

fn section(heading: &str, is_empty: bool, out: &mut dyn Write) -> io::Result<()> {
    if is_empty { Ok(()) } else { writeln!(out, "\n  {STRONG}{heading}{STRONG:#}") }
}

fn entry(it: &Said, sign: &str, style: Style, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let base = if it.before { " of the base" } else { "" };
    let place = printable(&format!("{}:{}{base}", it.path, it.line));
    writeln!(out, "\n  {style}{sign}{style:#} {place}  {FAINT}{}{FAINT:#}", it.id)?;
    lines(&it.what, width, out)?;
    it.to_do.as_deref().map_or(Ok(()), |it| lines(it, width, out))
}

fn lines(text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    wrap(text, width - 6).iter().try_for_each(|line| writeln!(out, "    {}", printable(line)))
}
