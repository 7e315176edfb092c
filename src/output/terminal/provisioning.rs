//! The part of the page on how things are provisioned, where that is done in several ways.

use std::io::{self, Write};

use super::{FAINT, STRONG, wrap};
use crate::output::printable;
use crate::output::table::word;
use crate::output::words::{counted, number};
use crate::report::Report;
use crate::report::summary::ProvisioningRow;

/// The classes that are provisioned in more than one way, those in the most ways first.
pub(super) fn write(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut rows: Vec<&ProvisioningRow> =
        report.summary.provisioning.iter().filter(|it| it.mechanisms.len() > 1).collect();
    if rows.is_empty() {
        return Ok(());
    }
    rows.sort_by_key(|it| (std::cmp::Reverse(it.mechanisms.len()), it.class));
    writeln!(out, "  {STRONG}Provisioned in several ways{STRONG:#}")?;
    for row in rows {
        let ways = row.mechanisms.iter().map(|it| {
            let repositories = counted(it.repositories, "repository", "repositories");
            format!("{} {} in {repositories}", word(&it.mechanism), number(it.uses))
        });
        for (line, text) in wrap(&ways.collect::<Vec<_>>().join("; "), width - 28).into_iter().enumerate() {
            let class = if line == 0 { word(&row.class) } else { String::new() };
            writeln!(out, "  {class:<24}  {FAINT}{}{FAINT:#}", printable(&text))?;
        }
    }
    writeln!(out)
}
