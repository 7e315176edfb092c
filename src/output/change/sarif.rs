//! The findings that a change adds as SARIF, under a category of their own: they are some of the repository's findings, and
//! must not take the place of all of them in code scanning.

use std::io::{self, Write};

use crate::change::Change;
use crate::output::sarif;

/// Code scanning's category of what a change adds.
const CATEGORY: &str = "levelset-changes/";

/// Writes the new findings. What only a change shows has no rule, and is in the other formats.
///
/// # Errors
/// Those of the writer.
pub fn write(change: &Change, out: &mut dyn Write) -> io::Result<()> {
    sarif::write_as(CATEGORY, &change.repo, &change.rules, out)
}
