//! What the tables of evidence say of a file: markers by its path, and by its text where that has a say.

use std::sync::Arc;

use crate::facts::{Context, Facts, Marker};
use crate::knowledge::{FileRow, Found, Knowledge};
use crate::source::{Location, SourceFile};
use crate::syntax::yaml;

/// Adds what the path alone shows, for a file that isn't read.
pub(super) fn of_path(path: &Arc<str>, context: Context, knowledge: &Knowledge, facts: &mut Facts) {
    for row in knowledge.files(path).into_iter().filter(|it| !it.needs_text()) {
        facts.markers.push(Marker::of(Location::whole_file(path), row.marker, &row.tool, context));
    }
}

/// Adds what a file shows that is read.
pub(super) fn of_file(file: &SourceFile<'_>, facts: &mut Facts) {
    for row in file.knowledge().files(file.path()) {
        let holds = |it: &String| memchr::memmem::find(file.text().as_bytes(), it.as_bytes()).is_some();
        if !row.holds.is_empty() && !row.holds.iter().any(holds) {
            continue;
        }
        let mut marker = Marker::of(file.start(), row.marker, &row.tool, file.context());
        if !row.reading.is_none() {
            let Some(found) = read(row, file) else { continue };
            found.put_in(&mut marker);
        }
        facts.markers.push(marker);
    }
}

/// What a row reads out of a file; nothing where it doesn't count for it.
fn read(row: &FileRow, file: &SourceFile<'_>) -> Option<Found> {
    let (documents, _) = yaml::parse(file.text());
    documents.roots().find_map(|it| row.reading.read(it))
}
