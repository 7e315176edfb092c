//! What is said of a change: the types of `changes.json`, a promise to those who read it, versioned by [`CHANGES_SCHEMA`]
//! and described by `docs/changes.schema.json`.

use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Item;
use crate::facts::{Artifact, Facts};
use crate::measure::findings::Finding;
use crate::output::sarif::fingerprint as of_key;
use crate::report::summary::Tool;
use crate::rules::{Find, FindingLevel, FindingRule, Rules};
use crate::source::Location;

/// The name and version of the format.
pub const CHANGES_SCHEMA: &str = "levelset-changes/1";

/// `changes.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// The name and version of this format.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// The day that both states count as of (`YYYY-MM-DD`).
    pub as_of: String,
    /// The repository.
    pub repo: String,
    /// The state before the change.
    pub base: Point,
    /// The state after it.
    pub head: Point,
    /// With how many other repositories both states were compared; 0 where none were given.
    pub others: u64,
    /// What the change adds, the loudest first.
    pub added: Vec<Said>,
    /// What it makes better.
    pub improved: Vec<Said>,
    /// The figures that it moves.
    pub figures: Vec<Figure>,
    /// What the reader should know besides.
    pub notices: Vec<String>,
}

/// A state of the repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// The commit; absent of a folder that is no repository.
    pub commit: Option<String>,
    /// The branch; absent where none was checked out.
    pub branch: Option<String>,
}

impl Point {
    pub(super) fn of(facts: &Facts) -> Self {
        Point { commit: facts.repo.commit.clone(), branch: facts.repo.branch.clone() }
    }
}

/// One thing that a change adds, or makes better.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// What kind of thing: of what only a change can add its own ids, else the id of the finding.
    pub id: String,
    /// How loud it is; what is better is a note.
    pub level: FindingLevel,
    /// Whether the place is of the state before the change, as of what is gone.
    pub before: bool,
    /// The file.
    pub path: String,
    /// First line, from 1.
    pub line: u32,
    /// First column, from 1, in UTF-16 code units.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// The column after the last character.
    pub end_column: u32,
    /// What there is.
    pub what: String,
    /// What to do about it; absent of what is better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_do: Option<String>,
    /// The ids of findings that say the same, and that it stands for.
    pub findings: Vec<String>,
    /// What stays the same while it does, never depending on lines: of a finding what its SARIF result has as `levelset/v1`.
    pub fingerprint: String,
    /// The fingerprints of the findings that it stands for.
    #[serde(skip)]
    pub(super) covers: Vec<String>,
}

/// A figure that a change moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// What is counted.
    pub of: FigureOf,
    /// Of which artifact; absent where it is of all in union, or of none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Artifact>,
    /// Before the change.
    pub before: Value,
    /// After it.
    pub after: Value,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FigureOf {
    /// The calls of this repository that are of what the organisation shares.
    OwnCalls,
    /// The repositories of the organisation that use what it shares.
    Repositories,
    /// The different structures of the organisation's delivery pipelines, of all these pipelines.
    PipelineStructures,
    /// The level of the organisation that is certain.
    Level,
}

/// A number, perhaps of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// How many.
    pub n: u64,
    /// Of how many; absent where it is of nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    /// Of how many more it can't be told.
    pub unknown: u64,
}

/// What only a change shows: a state by itself has no before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The repository used something shared of a kind, and no longer does.
    AdoptionLost,
    /// The first raw resource of a class in a team or repository, where a module is shared.
    FirstRawResource,
    /// A public module is used anew where the organisation has its own.
    ModuleBypassed,
    /// A resource is written out where a module of the organisation was called.
    ModuleReplaced,
    /// What is used anew is a major version behind.
    NewUseBehind,
    /// What is used anew follows a branch, the default one where it names none.
    NewUseUnpinned,
    /// A version is held less firmly.
    PinLoosened,
    /// A pipeline became a copy.
    PipelineCopy,
    /// An earlier version is used.
    VersionMovedBack,
    /// The repository uses something shared of a kind that it did not.
    AdoptionGained,
    /// A copy is gone.
    CopyGone,
    /// A version is held more firmly.
    PinTightened,
}

impl Kind {
    /// All kinds, in their order.
    pub const ALL: &[Kind] = &[
        Kind::AdoptionLost,
        Kind::FirstRawResource,
        Kind::ModuleBypassed,
        Kind::ModuleReplaced,
        Kind::NewUseBehind,
        Kind::NewUseUnpinned,
        Kind::PinLoosened,
        Kind::PipelineCopy,
        Kind::VersionMovedBack,
        Kind::AdoptionGained,
        Kind::CopyGone,
        Kind::PinTightened,
    ];

    /// The id, which stays.
    pub fn id(self) -> &'static str {
        match self {
            Kind::AdoptionLost => "adoption-lost",
            Kind::FirstRawResource => "first-raw-resource",
            Kind::ModuleBypassed => "module-bypassed",
            Kind::ModuleReplaced => "module-replaced",
            Kind::NewUseBehind => "new-use-behind",
            Kind::NewUseUnpinned => "new-use-unpinned",
            Kind::PinLoosened => "pin-loosened",
            Kind::PipelineCopy => "pipeline-copy",
            Kind::VersionMovedBack => "version-moved-back",
            Kind::AdoptionGained => "adoption-gained",
            Kind::CopyGone => "copy-gone",
            Kind::PinTightened => "pin-tightened",
        }
    }

    /// What it is, as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Kind::AdoptionLost => "No longer uses what is shared",
            Kind::FirstRawResource => "First raw resource where a module is shared",
            Kind::ModuleBypassed => "Public module where the organisation has its own",
            Kind::ModuleReplaced => "Raw resource in the place of a shared module",
            Kind::NewUseBehind => "New use of an old major version",
            Kind::NewUseUnpinned => "New use of a branch",
            Kind::PinLoosened => "Version held less firmly",
            Kind::PipelineCopy => "Pipeline became a copy",
            Kind::VersionMovedBack => "Version moved back",
            Kind::AdoptionGained => "Uses what is shared",
            Kind::CopyGone => "Copy is gone",
            Kind::PinTightened => "Version held more firmly",
        }
    }

    /// Whether a change adds it, and does not take it away.
    pub fn is_added(self) -> bool {
        !matches!(self, Kind::AdoptionGained | Kind::CopyGone | Kind::PinTightened)
    }

    fn level(self) -> FindingLevel {
        match self {
            Kind::AdoptionLost
            | Kind::ModuleReplaced
            | Kind::NewUseUnpinned
            | Kind::PinLoosened
            | Kind::PipelineCopy => FindingLevel::Warning,
            Kind::FirstRawResource
            | Kind::ModuleBypassed
            | Kind::NewUseBehind
            | Kind::VersionMovedBack
            | Kind::AdoptionGained
            | Kind::CopyGone
            | Kind::PinTightened => FindingLevel::Note,
        }
    }

    /// Whether a finding at the same place says the same.
    fn says(self, find: &Find) -> bool {
        match find {
            Find::CopiedPipeline { .. } | Find::DriftedPipelineCopy { .. } => {
                matches!(self, Kind::PipelineCopy | Kind::CopyGone)
            }
            Find::FloatingImageTag {}
            | Find::OutdatedInternalUse { .. }
            | Find::UnpinnedThirdPartyTemplate {}
            | Find::UnversionedInternalUse {} => matches!(
                self,
                Kind::NewUseBehind
                    | Kind::NewUseUnpinned
                    | Kind::PinLoosened
                    | Kind::PinTightened
                    | Kind::VersionMovedBack
            ),
            Find::SupersededCiFile {} | Find::UndocumentedSharedOffer { .. } | Find::UnversionedSharedOffer {} => false,
        }
    }
}

impl Said {
    /// The loudest first, then by place.
    pub(super) fn by_weight(a: &Said, b: &Said) -> Ordering {
        let place = |it: &Said| (it.path.clone(), it.line, it.column, it.id.clone(), it.what.clone());
        b.level.cmp(&a.level).then_with(|| place(a).cmp(&place(b)))
    }

    /// What there is and what to do, as one text.
    pub fn text(&self) -> String {
        match &self.to_do {
            Some(to_do) => format!("{} {to_do}", self.what),
            None => self.what.clone(),
        }
    }
}

/// What tells a finding, whatever its line.
pub(super) fn fingerprint(rule: &str, key: &str) -> String {
    of_key(rule, key)
}

/// What a change adds, which stands for the new findings that say the same.
pub(super) fn added(item: Item, new: &[Finding], rules: &Rules) -> Said {
    let (level, findings, covers) = covered(item.kind, &item.after, new, rules);
    let Item { kind, at, what, to_do, key, after: _, before: _ } = item;
    Said { level: level.max(kind.level()), findings, covers, ..said(kind.id(), &at, what, Some(to_do), &key) }
}

/// What a change makes better, which stands for the findings that are gone with it.
pub(super) fn improved(item: Item, gone: &[Finding], rules: &Rules) -> Said {
    let (_, findings, covers) = covered(item.kind, &item.before, gone, rules);
    let before = item.after.is_empty();
    let Item { kind, at, what, to_do: _, key, after: _, before: _ } = item;
    Said { level: kind.level(), before, findings, covers, ..said(kind.id(), &at, what, None, &key) }
}

/// A finding that is new by itself.
pub(super) fn of_finding(finding: &Finding, rules: &Rules) -> Option<Said> {
    let rule = rule_of(finding, rules)?;
    let to_do = Some(rule.remedy.trim().to_owned());
    let said = said(&rule.id, &finding.at, finding.message.clone(), to_do, &finding.key);
    Some(Said { level: rule.level, findings: vec![rule.id.clone()], ..said })
}

/// A finding that is gone by itself.
pub(super) fn of_gone(finding: &Finding, rules: &Rules) -> Option<Said> {
    let rule = rule_of(finding, rules)?;
    let what = format!("No longer so: {}", finding.message);
    let said = said(&rule.id, &finding.at, what, None, &finding.key);
    Some(Said { before: true, findings: vec![rule.id.clone()], ..said })
}

fn said(id: &str, at: &Location, what: String, to_do: Option<String>, key: &str) -> Said {
    let Location { path, line, column, end_line, end_column, line_hash: _ } = at;
    Said {
        id: id.to_owned(),
        level: FindingLevel::Note,
        before: false,
        path: path.to_string(),
        line: *line,
        column: *column,
        end_line: *end_line,
        end_column: *end_column,
        what,
        to_do,
        findings: Vec::new(),
        fingerprint: fingerprint(id, key),
        covers: Vec::new(),
    }
}

fn rule_of<'r>(finding: &Finding, rules: &'r Rules) -> Option<&'r FindingRule> {
    rules.findings.iter().find(|it| it.id == finding.rule)
}

/// The findings at these places that say the same: the loudest level, their ids, and their fingerprints.
fn covered(
    kind: Kind,
    places: &[Location],
    findings: &[Finding],
    rules: &Rules,
) -> (FindingLevel, Vec<String>, Vec<String>) {
    let (mut level, mut ids, mut covers) = (FindingLevel::Note, Vec::new(), Vec::new());
    for it in findings.iter().filter(|it| places.contains(&it.at)) {
        let Some(rule) = rule_of(it, rules).filter(|rule| kind.says(&rule.find)) else { continue };
        level = level.max(rule.level);
        ids.push(rule.id.clone());
        covers.push(fingerprint(&it.rule, &it.key));
    }
    ids.sort();
    ids.dedup();
    (level, ids, covers)
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn kinds_are_told_apart() {
        let mut ids: Vec<&str> = Kind::ALL.iter().map(|it| it.id()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Kind::ALL.len());
    }
}
