//! What the tables of evidence say of a file: markers by its path, and by its text where that has a say.

mod simulations;
mod text;
mod uses;

pub(super) use self::uses::of_object as uses_of_object;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::text::{Entry, entries};
use super::prose;
use crate::classify::is_among_tests;
use crate::facts::{Artifact, Context, Described, Facts, Marker, MarkerKind, Offer};
use crate::knowledge::{FileRow, Found, Knowledge, Tree as _};
use crate::paths::{folder_of, name_of};
use crate::source::{Location, SourceFile};

/// Adds what the path alone shows, for a file that isn't read. Where a row needs the text, the file is read besides, and
/// what its path shows is added then.
pub(super) fn of_path(path: &Arc<str>, context: Context, knowledge: &Knowledge, facts: &mut Facts) {
    let rows = knowledge.files(path);
    if rows.iter().any(|it| it.needs_text()) {
        return;
    }
    for row in rows {
        let at = Location::whole_file(path);
        facts.offers.extend(offer(row.marker, &row.tool, None, at.clone(), context));
        let mut marker = Marker::of(at, row.marker, &row.tool, context);
        row.reading.constant().unwrap_or_default().put_in(&mut marker);
        facts.markers.push(marker);
    }
}

/// Adds what a file shows that is read: one marker for each row that names it and whose texts stand in it; where the
/// row reads the file, one for each entry that it counts for.
pub(super) fn of_file(file: &SourceFile<'_>, facts: &mut Facts) {
    let holds = |it: &String| memchr::memmem::find(file.text().as_bytes(), it.as_bytes()).is_some();
    let mut rows = file.knowledge().files(file.path());
    rows.retain(|row| row.holds.is_empty() || row.holds.iter().any(holds));
    rows.retain(|row| row.lines == 0 || lines_that_say(file.text()).take(row.lines).count() == row.lines);
    rows.retain(|row| !row.written || prose::is_written(file.text(), file.path()));
    rows.retain(|row| row.marker != MarkerKind::Runbook || prose::is_runbook(file.text(), file.path()));
    rows.retain(|row| row.tool != simulations::TOOL || !simulations::is_of_one_user(file.text()));
    rows.retain(|row| {
        let Some(constant) = row.reading.constant() else { return row.reading.may_count_for(file.text()) };
        let mut marker = Marker::of(file.start(), row.marker, &row.tool, file.context());
        constant.put_in(&mut marker);
        facts.markers.push(marker);
        facts.offers.extend(offer(row.marker, &row.tool, None, file.start(), file.context()));
        false
    });
    if rows.is_empty() {
        return;
    }
    entries(file, facts, |entries, facts| {
        // Of the rows for one thing the first that holds counts.
        let mut told: BTreeSet<(Location, MarkerKind, &str)> = BTreeSet::new();
        for row in rows {
            // What can't be read is what its name says.
            if entries.is_empty() && row.reading.counts_anyway() {
                facts.markers.push(Marker::of(file.start(), row.marker, &row.tool, file.context()));
            }
            for (entry, found) in of_row(row, entries) {
                if !told.insert((entry.at(file), row.marker, &row.tool)) {
                    continue;
                }
                // What is used and offered is told here alone.
                uses::add(row.marker, &row.reading, entry, file, facts);
                facts.offers.extend(offer(row.marker, &row.tool, found.name.clone(), file.start(), file.context()));
                if is_object(entry, row, file.knowledge()) {
                    continue;
                }
                let mut marker = Marker::of(entry.at(file), row.marker, &row.tool, file.context());
                found.put_in(&mut marker);
                facts.markers.push(marker);
            }
        }
    });
}

/// The lines of a text that say something.
fn lines_that_say(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#'))
}

/// Settles what the place of a marker is evidence of, where what it is has a say besides its folders.
pub(super) fn settle(marker: &mut Marker) {
    // Where tests lie is where tests under load and experiments are looked for.
    let is_test = matches!(marker.kind, MarkerKind::LoadTest | MarkerKind::ChaosExperiment);
    if is_test && marker.context == Context::Test && is_among_tests(&marker.at.path) {
        marker.context = Context::Production;
    }
    // An entry whose name has to be filled in is the text of a template, whatever its folder is called.
    let is_open = marker.name.as_ref().is_some_and(|it| it.contains('…'));
    if marker.kind == MarkerKind::CatalogueEntity && is_open && !is_terraform(&marker.at.path) {
        marker.context = Context::Template;
    }
}

/// Whether a path is one of Terraform, whose resources may well be named by expressions.
fn is_terraform(path: &str) -> bool {
    [".tf", ".tofu", ".tf.json", ".tofu.json"].iter().any(|it| path.ends_with(it))
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

/// Tools whose templates others make whole projects from, by their address or in a portal; the others make parts of the
/// project that they lie in. Sorted.
const TEMPLATE_TOOLS: &[&str] = &["backstage", "boilerplate", "cookiecutter", "copier"];

/// The template that a file, or an object in one, defines for others.
pub(super) fn offer(
    marker: MarkerKind,
    tool: &str,
    name: Option<String>,
    at: Location,
    context: Context,
) -> Option<Offer> {
    if marker != MarkerKind::ProjectTemplate || TEMPLATE_TOOLS.binary_search(&tool).is_err() {
        return None;
    }
    let folder = folder_of(&at.path).to_owned();
    Some(Offer {
        at,
        artifact: Artifact::ProjectTemplate,
        name: name.unwrap_or_else(|| name_of(&folder).to_owned()),
        path: folder.into(),
        version: None,
        described: false,
        inputs: Described::default(),
        outputs: Described::default(),
        traits: BTreeSet::new(),
        context,
    })
}

/// Whether the table of objects tells the same of an entry: what has a kind there is read as an object, whatever its file
/// is called.
fn is_object(entry: Entry<'_>, row: &FileRow, knowledge: &Knowledge) -> bool {
    let text = |name| entry.part(name).and_then(|it| it.text());
    let (Some(version), Some(kind)) = (text("apiVersion"), text("kind")) else { return false };
    let group = folder_of(&version);
    knowledge.objects(group, &kind).any(|it| it.marker == row.marker)
}

#[cfg(test)]
mod tests {
    use super::TEMPLATE_TOOLS;

    #[test]
    fn the_table_is_sorted() {
        assert!(TEMPLATE_TOOLS.is_sorted());
    }
}
