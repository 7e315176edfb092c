//! Located, actionable findings: what code scanning shows at a line. Types only; what is found is decided by the
//! rules, how it is shown by the outputs.

use crate::source::Location;

/// A kind of finding.
#[derive(Clone, Debug)]
pub struct FindingRule {
    /// Kebab-case, never reused.
    pub id: String,
    /// What is wrong, in a few words.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// What to do about it; Markdown is allowed.
    pub remedy: String,
    /// How much it matters.
    pub level: Level,
    /// How sure a finding is to be one.
    pub precision: Precision,
    /// Words to filter by.
    pub tags: Vec<String>,
}

/// How much a finding matters, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Worth mending.
    Warning,
    /// Broken.
    Error,
}

/// How sure a finding is to be one, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// Often wrong.
    Low,
    /// Sometimes wrong.
    Medium,
    /// Seldom wrong.
    High,
    /// As good as never wrong.
    VeryHigh,
}

/// One finding at one place.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which rule: its place among the rules of the report.
    pub rule: usize,
    /// What was found, in a sentence that stands alone. `[text](n)` links to the n-th related place, from 1.
    pub message: String,
    /// Where.
    pub at: Location,
    /// Other places that belong to it, and what they are.
    pub related: Vec<(Location, String)>,
    /// What makes it the same finding in the next scan, whatever its line: no versions, commits or line numbers.
    pub key: String,
}
