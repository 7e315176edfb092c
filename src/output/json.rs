//! `summary.json`, and the JSON lines of facts.

use std::io::{self, Write};

use crate::facts::Facts;
use crate::report::Report;

/// Writes the summary, indented for readers and diffs.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &report.summary)?;
    writeln!(out)
}

/// Writes facts, a line a repository.
///
/// # Errors
/// Those of the writer.
pub fn write_facts(facts: &[Facts], out: &mut dyn Write) -> io::Result<()> {
    for it in facts {
        serde_json::to_writer(&mut *out, it)?;
        writeln!(out)?;
    }
    Ok(())
}
