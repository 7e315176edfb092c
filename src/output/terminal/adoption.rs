//! The part of the page on who uses what is shared: a bar and three units for each kind of thing.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::{FAINT, GOOD, OPEN, Page, STRONG, lines, names_below};
use crate::output::words::{artifact_heading, number, percents, tenants_words};
use crate::report::Report;
use crate::report::summary::{AdoptionRow, Share};
use crate::rules::Unit;

const HEADING: &str = "Use of what is shared";
const NAME: usize = 17;
const PERCENT: usize = 8;
/// How long bars are at least, and at most; where there is room for less there are none.
const BARS: (usize, usize) = (4, 20);

/// Writes it.
pub(super) fn write(report: &Report, width: usize, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let rows = &report.summary.adoption;
    let cells: Vec<[String; 3]> = rows.iter().map(|it| [it.repositories, teams(it), it.calls].map(share)).collect();
    let headings = ["repositories", "teams", "calls"];
    let widest = |column: usize| {
        let cells = cells.iter().map(|it| it[column].width());
        cells.chain([headings[column].width()]).max().unwrap_or(0)
    };
    let [repositories, by_team, calls] = [0, 1, 2].map(widest);
    let taken = 2 + NAME + 1 + 1 + PERCENT + 2 + repositories + 2 + by_team + 2 + calls;
    let room = width.saturating_sub(taken).min(BARS.1);
    let bar_width = if room < BARS.0 { 0 } else { room };
    let left = NAME + 1 + bar_width + 1 + PERCENT;
    writeln!(
        out,
        "  {STRONG}{HEADING:<left$}  {:<repositories$}  {:<by_team$}  {}{STRONG:#}",
        headings[0], headings[1], headings[2]
    )?;
    for (row, [of_repositories, of_teams, of_calls]) in rows.iter().zip(&cells) {
        let name = row.artifact.map_or("Any of these", artifact_heading);
        let bar = bar(row.repositories, bar_width);
        writeln!(out, "  {name:<NAME$} {bar}  {of_repositories:<repositories$}  {of_teams:<by_team$}  {of_calls}")?;
        if page.verbosity > 0 {
            in_full(row, width, out)?;
        }
    }
    for row in &report.summary.tenants {
        lines(&tenants_words(row), width, out)?;
    }
    if cells.iter().flatten().any(|it| it.ends_with('?')) {
        writeln!(out, "  {FAINT}+3? means: of 3 more it can't be told{FAINT:#}")?;
    }
    writeln!(out)
}

/// Teams that use any of it.
fn teams(row: &AdoptionRow) -> Share {
    row.units.iter().find(|it| it.unit == Unit::Teams).map(|it| it.any).unwrap_or_default()
}

/// Who doesn't use it, of whom it can't be told, and who offers it.
fn in_full(row: &AdoptionRow, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let lists = [("missing", &row.missing), ("unknown", &row.unknown)];
    for (what, rows) in lists.into_iter().filter(|(_, rows)| !rows.is_empty()) {
        let names: Vec<&str> = rows.iter().map(|it| it.repo.as_str()).collect();
        names_below(&format!("{what}: {}", names.join(", ")), width, out)?;
    }
    if let Some(it) = row.unknown.first().filter(|it| it.path.is_some()) {
        let path = it.path.as_deref().unwrap_or_default();
        let line = it.line.map(|it| format!(":{it}")).unwrap_or_default();
        let place = format!("{}/{path}{line}", it.repo);
        names_below(&format!("as {place}: {}", it.what), width, out)?;
    }
    if !row.providers.is_empty() {
        names_below(&format!("providers, left out: {}", row.providers.join(", ")), width, out)?;
    }
    Ok(())
}

/// What is sure, what could be, what is not, and the percentage.
fn bar(it: Share, width: usize) -> String {
    let all = it.of + it.unknown;
    if all == 0 {
        return format!("{FAINT}{}{FAINT:#} {:>PERCENT$}", "·".repeat(width), "–");
    }
    let full = (it.n as usize * width) / all as usize;
    let open = ((it.n + it.unknown) as usize * width).div_ceil(all as usize) - full;
    let open = if it.unknown == 0 { 0 } else { open };
    format!(
        "{GOOD}{}{GOOD:#}{OPEN}{}{OPEN:#}{FAINT}{}{FAINT:#} {:>PERCENT$}",
        "█".repeat(full),
        "▒".repeat(open),
        "░".repeat(width - full - open),
        percents(it)
    )
}

/// A share in few characters: `17 of 21 +3?`.
fn share(it: Share) -> String {
    match (it.of, it.unknown) {
        (0, 0) => "–".to_owned(),
        (0, unknown) => format!("+{}?", number(unknown)),
        (of, 0) => format!("{} of {}", number(it.n), number(of)),
        (of, unknown) => format!("{} of {} +{}?", number(it.n), number(of), number(unknown)),
    }
}
