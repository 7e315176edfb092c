//! What a change adds as annotations of a workflow run of GitHub, at the lines of the pull request.

use std::io::{self, Write};

use super::words::title;
use crate::change::{Change, Said};
use crate::output::annotations::{Annotated, MOST_OF_A_KIND, at_file};
use crate::rules::{FindingLevel, counted};

/// Writes the annotations, the loudest first; of each level as many as GitHub shows.
///
/// # Errors
/// Those of the writer.
pub fn write(change: &Change, out: &mut dyn Write) -> io::Result<()> {
    let mut left_out = 0;
    for level in [FindingLevel::Error, FindingLevel::Warning, FindingLevel::Note] {
        let of_level: Vec<&Said> = change.changes.added.iter().filter(|it| it.level == level).collect();
        left_out += of_level.len().saturating_sub(MOST_OF_A_KIND);
        for it in of_level.into_iter().take(MOST_OF_A_KIND) {
            let Said { path, line, column, end_line, end_column, .. } = it;
            let place = Annotated { path, line: (*line, *end_line), column: (*column, *end_column) };
            at_file(level, title(it, &change.rules), place, &it.text(), out)?;
        }
    }
    if left_out > 0 {
        let more = counted(left_out as u64, "thing");
        writeln!(
            out,
            "{more} more: GitHub shows ten annotations of a kind. changes.md and changes.json have all of them."
        )?;
    }
    Ok(())
}
