//! What the files of a table use from elsewhere: presets of a bot, templates that a project was made from. Which fields
//! say so is in the rows: `preset`, and of a template's instance `source` and `version`.

use super::text::Entry;
use crate::facts::{Artifact, Facts, MarkerKind, Said, Use};
use crate::knowledge::{ObjectRow, Reading, Tree as _};
use crate::origin::terraform::redact;
use crate::origin::{Reference, preset, template};
use crate::source::SourceFile;
use crate::syntax::yaml::Node;

/// Adds what an object uses that a row counts for.
pub(in crate::extract) fn of_object(row: &ObjectRow, object: Node<'_>, file: &SourceFile<'_>, facts: &mut Facts) {
    add(row.marker, &row.reading, Entry::Yaml(object), file, facts);
}

/// Adds what an entry uses that a row with this marker and reading counts for.
pub(super) fn add(marker: MarkerKind, reading: &Reading, entry: Entry<'_>, file: &SourceFile<'_>, facts: &mut Facts) {
    if marker == MarkerKind::DependencyUpdates {
        for at in reading.places(Said::Preset, entry) {
            if let Some(parsed) = at.text().and_then(|it| preset::parse(it.trim())) {
                facts.uses.extend(used(at, Artifact::BotPreset, Reference::of(parsed), file));
            }
        }
    }
    if marker == MarkerKind::TemplateInstance {
        let text = |what| reading.places(what, entry).into_iter().next();
        let Some(at) = text(Said::Source) else { return };
        let source = at.text().unwrap_or_default();
        let version = text(Said::Version).and_then(|it| it.text());
        let parsed = match source.starts_with("template:") {
            true => template::of_portal(&source),
            false => template::parse(&source, version.as_deref()),
        };
        facts.uses.extend(used(at, Artifact::ProjectTemplate, Reference::of(parsed), file));
    }
}

/// A use at the place of a text. HCL has no places within it, and none of these tools writes HCL.
fn used(at: Entry<'_>, artifact: Artifact, reference: Reference, file: &SourceFile<'_>) -> Option<Use> {
    let Entry::Yaml(node) = at else { return None };
    let span = node.resolved().span();
    let written = file.text().get(span.clone()).unwrap_or("");
    let Reference { origin, version } = reference;
    Some(Use {
        at: file.at(span),
        artifact,
        written: redact(written).into_owned(),
        origin,
        version,
        context: file.context(),
        via: None,
    })
}
