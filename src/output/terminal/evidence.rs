//! The part of the page on what else the files are evidence of.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{FAINT, Page, STRONG, wrap};
use crate::facts::MarkerKind;
use crate::output::printable;
use crate::output::table::word;
use crate::output::words::{counted, number};
use crate::report::Report;
use crate::report::summary::MarkerRow;

/// What nearly every repository has, and what other parts of the page count.
const PLAIN: [MarkerKind; 6] = [
    MarkerKind::BareImage,
    MarkerKind::BuilderBase,
    MarkerKind::Changelog,
    MarkerKind::Page,
    MarkerKind::Readme,
    MarkerKind::UnreadPipeline,
];

/// What else the files are evidence of, what most repositories have first.
pub(super) fn write(report: &Report, width: usize, page: Page, out: &mut dyn Write) -> io::Result<()> {
    const SHOWN: usize = 8;
    let mut kinds: BTreeMap<MarkerKind, Vec<&MarkerRow>> = BTreeMap::new();
    let tells = |it: &&MarkerRow| !PLAIN.contains(&it.marker);
    for row in report.summary.evidence.iter().filter(tells) {
        kinds.entry(row.marker).or_default().push(row);
    }
    // Two tools may lie in the same repository: what is sure is the most that one of them lies in.
    let spread = |rows: &[&MarkerRow]| rows.iter().map(|it| it.repositories).max().unwrap_or(0);
    let mut kinds: Vec<(MarkerKind, Vec<&MarkerRow>)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(kind, rows)| (Reverse(spread(rows)), *kind));
    if kinds.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {STRONG}Also seen{STRONG:#}")?;
    let shown = if page.verbosity > 0 { kinds.len() } else { SHOWN };
    for (kind, rows) in kinds.iter().take(shown) {
        let tools = rows.iter().map(|it| {
            let modes: Vec<String> = it.modes.iter().map(|(mode, n)| format!("{n} {}", word(mode))).collect();
            let modes = if modes.is_empty() { String::new() } else { format!(": {}", modes.join(", ")) };
            format!("{} in {}{modes}", it.tool.as_deref().unwrap_or("-"), number(it.repositories))
        });
        let tools = tools.collect::<Vec<_>>().join("; ");
        for (line, text) in wrap(&tools, width - 28).into_iter().enumerate() {
            let kind = if line == 0 { word(kind) } else { String::new() };
            writeln!(out, "  {kind:<24}  {FAINT}{}{FAINT:#}", printable(&text))?;
        }
    }
    if kinds.len() > shown {
        let more = counted((kinds.len() - shown) as u64, "kind", "kinds");
        writeln!(out, "  {FAINT}{more} more; levelset evidence --count lists all{FAINT:#}")?;
    }
    writeln!(out)
}
