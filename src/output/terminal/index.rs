//! The part of the page on where one can read what there is to use.

use std::io::{self, Write};

use super::{Page, STRONG, lines};
use crate::output::words::{counted, first_of, number};
use crate::report::Report;

/// Which shared offers a list of what there is to use names; nothing where nothing is shared.
pub(super) fn write(report: &Report, width: usize, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let it = &report.summary.tooling_index;
    if it.offers == 0 {
        return Ok(());
    }
    let of = counted(it.offers, "shared offer", "shared offers");
    writeln!(out, "  {STRONG}Index{STRONG:#}      {} of {of} named in an index", number(it.named))?;
    let all = page.verbosity > 0;
    let indexes = it.indexes.iter().map(|it| format!("{} of {}", it.path, it.repo)).collect::<Vec<_>>();
    if !indexes.is_empty() {
        lines(&format!("named in {}", first_of(&indexes, indexes.len(), all)), width, out)?;
    }
    if !it.omitted.is_empty() {
        let omitted = usize::try_from(it.offers - it.named).unwrap_or(usize::MAX);
        lines(&format!("not named: {}", first_of(&it.omitted, omitted, all)), width, out)?;
    }
    writeln!(out)
}
