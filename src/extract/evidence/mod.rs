//! What the tables of evidence say of a file: markers by its path, and by its text where that has a say.

mod text;
mod uses;

use std::sync::Arc;

use self::text::{Entry, entries};
use crate::facts::{Context, Facts, Marker};
use crate::knowledge::{FileRow, Found, Knowledge, Tree as _};
use crate::source::{Location, SourceFile};

/// Adds what the path alone shows, for a file that isn't read. Where a row needs the text, the file is read besides, and
/// what its path shows is added then.
pub(super) fn of_path(path: &Arc<str>, context: Context, knowledge: &Knowledge, facts: &mut Facts) {
    let rows = knowledge.files(path);
    if rows.iter().any(|it| it.needs_text()) {
        return;
    }
    for row in rows {
        facts.markers.push(Marker::of(Location::whole_file(path), row.marker, &row.tool, context));
    }
}

/// Adds what a file shows that is read: one marker for each row that names it and whose texts stand in it; where the
/// row reads the file, one for each entry that it counts for.
pub(super) fn of_file(file: &SourceFile<'_>, facts: &mut Facts) {
    let holds = |it: &String| memchr::memmem::find(file.text().as_bytes(), it.as_bytes()).is_some();
    let mut rows = file.knowledge().files(file.path());
    rows.retain(|row| row.holds.is_empty() || row.holds.iter().any(holds));
    for row in rows.iter().filter(|it| it.reading.is_none()) {
        facts.markers.push(Marker::of(file.start(), row.marker, &row.tool, file.context()));
    }
    rows.retain(|it| !it.reading.is_none() && it.reading.may_count_for(file.text()));
    if rows.is_empty() {
        return;
    }
    entries(file, facts, |entries, facts| {
        for row in rows {
            for (entry, found) in of_row(row, entries) {
                if is_object(entry, row, file.knowledge()) {
                    continue;
                }
                let mut marker = Marker::of(entry.at(file), row.marker, &row.tool, file.context());
                found.put_in(&mut marker);
                facts.markers.push(marker);
                uses::add(row, entry, file, facts);
            }
        }
    });
}

/// The entries of a file that a row counts for, with what it reads there. A list at the top of a file is as many
/// entries, unless the row reads the list itself.
fn of_row<'d>(row: &FileRow, entries: &[Entry<'d>]) -> Vec<(Entry<'d>, Found)> {
    let read = |it: &Entry<'d>| Some((*it, row.reading.read(*it)?));
    let mut read_entries = Vec::new();
    for entry in entries {
        let whole = read(entry);
        if whole.as_ref().is_some_and(|(_, found)| *found != Found::default()) || !entry.is_list() {
            read_entries.extend(whole);
            continue;
        }
        let parts: Vec<(Entry<'d>, Found)> = entry.parts().iter().filter_map(read).collect();
        match parts.is_empty() {
            true => read_entries.extend(whole),
            false => read_entries.extend(parts),
        }
    }
    read_entries
}

/// Whether the table of objects tells the same of an entry: what has a kind there is read as an object, whatever its file
/// is called.
fn is_object(entry: Entry<'_>, row: &FileRow, knowledge: &Knowledge) -> bool {
    let text = |name| entry.part(name).and_then(|it| it.text());
    let (Some(version), Some(kind)) = (text("apiVersion"), text("kind")) else { return false };
    let group = version.rsplit_once('/').map_or("", |(group, _)| group);
    knowledge.objects(group, &kind).any(|it| it.marker == row.marker)
}
