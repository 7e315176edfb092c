//! `changes.json`.

use std::io::{self, Write};

use crate::change::Change;

/// Writes the change, indented for readers and diffs.
///
/// # Errors
/// Those of the writer.
pub fn write(change: &Change, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &change.changes)?;
    writeln!(out)
}
