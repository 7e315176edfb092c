//! Words that the formats of a change say alike.

use crate::change::{Changes, Figure, FigureOf, Kind, Said, Value};
use crate::output::words::{artifact_heading, counted, number};
use crate::rules::FindingRule;

/// The heading of what is said.
pub(super) fn title<'r>(said: &'r Said, rules: &'r [FindingRule]) -> &'r str {
    let kind = Kind::ALL.iter().find(|it| it.id() == said.id).map(|it| it.title());
    let rule = || rules.iter().find(|it| it.id == said.id).map(|it| it.title.as_str());
    kind.or_else(rule).unwrap_or(&said.id)
}

/// What was compared: the repository, and the two states of it.
pub(super) fn compared(changes: &Changes) -> String {
    let short = |it: &Option<String>| it.as_deref().map(|it| it.chars().take(8).collect::<String>());
    let from = short(&changes.base.commit).map(|it| format!(" since {it}")).unwrap_or_default();
    let among = match changes.others {
        0 => String::new(),
        n => format!(", among {}", counted(n, "other repository", "other repositories")),
    };
    format!("{}{from}{among}", changes.repo)
}

/// How much is said, in a line.
pub(super) fn heading(changes: &Changes) -> String {
    match (changes.added.len() as u64, changes.improved.len() as u64) {
        (0, 0) => "The change adds nothing to act on".to_owned(),
        (0, better) => {
            format!("The change adds nothing to act on, and makes {} better", counted(better, "thing", "things"))
        }
        (added, 0) => format!("The change adds {} to act on", counted(added, "thing", "things")),
        (added, better) => format!(
            "The change adds {} to act on, and makes {} better",
            counted(added, "thing", "things"),
            number(better)
        ),
    }
}

/// A figure with what it was and what it is.
pub fn figure(it: &Figure) -> String {
    let artifact = it
        .artifact
        .map_or("anything that is shared".to_owned(), |it| format!("shared {}", heading_of(artifact_heading(it))));
    let (before, after) = (value(it.before), value(it.after));
    match it.of {
        FigureOf::OwnCalls => format!("Calls of this repository that are of {artifact}: {before} → {after}"),
        FigureOf::Repositories => format!("Repositories that use {artifact}: {before} → {after}"),
        FigureOf::PipelineStructures => {
            format!("Different structures among the delivery pipelines of the organisation: {before} → {after}")
        }
        FigureOf::Level => format!("Level of the organisation that is certain: {before} → {after}"),
    }
}

/// A heading within a sentence: its first word is small, unless it is a name.
fn heading_of(heading: &str) -> String {
    match heading.strip_prefix("Base") {
        Some(rest) => format!("base{rest}"),
        None => heading.to_owned(),
    }
}

fn value(it: Value) -> String {
    let of = it.of.map(|it| format!(" of {}", number(it))).unwrap_or_default();
    let unknown = if it.unknown > 0 { format!(", {} unknown", number(it.unknown)) } else { String::new() };
    format!("{}{of}{unknown}", number(it.n))
}
