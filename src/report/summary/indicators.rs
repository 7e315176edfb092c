//! Indicators, findings and what to do next in `summary.json`.

use crate::measure::{Attested, Value, Verdict};
use crate::rules::{Basis, Threshold, Unit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorRow {
    /// Its id.
    pub id: String,
    /// The rows of the maturity models it claims.
    pub rows: Vec<String>,
    /// Its heading.
    pub title: String,
    /// Of what it is said.
    pub subject: String,
    /// What files say that it comes to; unknown where only people can say.
    pub verdict: Verdict,
    /// How we know.
    pub basis: Basis,
    /// Its value.
    pub value: Option<Value>,
    /// What else is to be said of the value: why it isn't held against the bound, or what it is of a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What people were asked and said, where the rule asks; never merged with what files say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attested: Option<Attested>,
    /// Where the configuration sets the bound that it is held against: what it says, and what the rule says itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
    /// What counts for it.
    pub counted: Vec<EvidenceRow>,
    /// What counts against it.
    pub missing: Vec<EvidenceRow>,
    /// What can't be told.
    pub unknown: Vec<EvidenceRow>,
    /// What it comes to for each team of which anything counts, where what is counted belongs to repositories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<TeamVerdict>,
}

/// What an indicator comes to for one team, by what files say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamVerdict {
    /// The team; `null` is `unowned`: what nobody is known to own.
    pub team: Option<String>,
    /// What it comes to, held against the same bound.
    pub verdict: Verdict,
    /// How many of the things that are counted count for it.
    pub n: u64,
    /// Of how many of which it can be told. Where places are looked for, those that were found.
    pub of: u64,
    /// Of how many more it can't be told.
    pub unknown: u64,
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRow {
    /// The repository.
    pub repo: String,
    /// The file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// What is there.
    pub what: String,
}

/// How many findings there are of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingCount {
    /// The rule's id.
    pub id: String,
    /// The rule's heading.
    pub title: String,
    /// Findings.
    pub count: u64,
    /// Repositories with findings.
    pub repositories: u64,
    /// Findings that the configuration leaves out; they count nowhere else.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub suppressed: u64,
}

/// One thing to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NextStep {
    /// What to do.
    pub what: String,
    /// The repositories it concerns, nearest first.
    pub repositories: Vec<String>,
    /// What the figure becomes, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moves: Option<Moves>,
}

/// How a step moves a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Moves {
    /// What is counted.
    pub unit: Unit,
    /// How many it is now.
    pub n: u64,
    /// Of how many.
    pub of: u64,
    /// How many it would be.
    pub to: u64,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}
