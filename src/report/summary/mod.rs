//! The types of `summary.json`: a promise to those who read it, versioned by [`SUMMARY_SCHEMA`] and described by
//! `docs/summary.schema.json`, which is generated from them.

mod adoption;
mod indicators;
mod pipelines;
mod things;

use crate::classify::FileKind;
use crate::facts::{Context, GapReason, Listing};
use crate::level::{Questions, Range, Signal, Size};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use self::adoption::{AdoptionRow, AdoptionUnit, ComponentRow, OwnershipRow, Share, TenantsRow};
pub use self::indicators::{EvidenceRow, FindingCount, IndicatorRow, Moves, NextStep, TeamVerdict};
pub use self::pipelines::{
    AcrossMember, AcrossRow, CalledRow, CanonicalJob, CanonicalRow, ClusterKind, ClusterRow, DistinctRow, MemberRow,
    Pipelines, ProviderRow, SupersededRow, SystemRow, TeamRow,
};
pub use self::things::{
    CopiesRow, CopyFigures, CopyRow, IndexRow, MarkerRow, MechanismRow, OfferRow, ProvisioningRow, ToolingIndex,
};

/// The name and version of the summary's format.
pub const SUMMARY_SCHEMA: &str = "levelset-summary/1";

/// `summary.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The name and version of this format.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// The date the run counts as of (`YYYY-MM-DD`).
    pub as_of: String,
    /// Whose repositories they are.
    pub organisation: Organisation,
    /// What was looked at, and what could not be read.
    pub coverage: Coverage,
    /// Where the organisation stands in the first model, by levels 0 to 4.
    pub level: Range,
    /// Where it stands in the second model, by stages 1 to 5.
    pub stage: Range,
    /// What the second model's six questions say by themselves.
    pub questions: Questions,
    /// What tells that it is time for a level.
    pub signals: Vec<Signal>,
    /// What the size of the organisation says; absent until somebody says how large it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Every indicator.
    pub indicators: Vec<IndicatorRow>,
    /// Who uses what is shared, by artifact, and in union.
    pub adoption: Vec<AdoptionRow>,
    /// Who owns what, those with most repositories first; what nobody is known to own comes last.
    pub ownership: Vec<OwnershipRow>,
    /// Teams that owners' files and catalogues name and that own none of the scanned repositories as a whole.
    pub teams_without_repository: Vec<String>,
    /// What is deployed or provisioned, by kind.
    pub components: Vec<ComponentRow>,
    /// The repositories that hold tenants, and how many of these use what is shared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tenants: Vec<TenantsRow>,
    /// How many pipelines there are, and which are the same.
    pub pipelines: Pipelines,
    /// What else is copied in place of being shared.
    pub copies: CopiesRow,
    /// What is offered for others to use.
    pub offers: Vec<OfferRow>,
    /// Where one can read what there is to use, and what isn't named there.
    pub tooling_index: ToolingIndex,
    /// What else the files are evidence of, by kind and tool; what lies in examples, tests and copies of other people's
    /// code is left out.
    pub evidence: Vec<MarkerRow>,
    /// By which mechanisms databases, buckets and the like are provisioned.
    #[serde(default)]
    pub provisioning: Vec<ProvisioningRow>,
    /// How many findings there are of each rule, and in how many repositories.
    pub findings: Vec<FindingCount>,
    /// What to do next, what helps most first.
    pub next: Vec<NextStep>,
}

/// The program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Always `levelset`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Whose repositories they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// The owners whose things count as internal.
    pub owners: Vec<String>,
    /// The repositories that were scanned.
    pub repositories: Vec<RepoRow>,
}

/// One scanned repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RepoRow {
    /// The name in every output.
    pub repo: String,
    /// The commit that was scanned.
    pub commit: Option<String>,
    /// When it was made.
    pub committed: Option<String>,
    /// How its files were listed.
    pub listing: Listing,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Repositories scanned.
    pub repositories: u64,
    /// Files listed.
    pub files_seen: u64,
    /// Files of a kind we know.
    pub files_recognised: u64,
    /// The same by kind.
    pub recognised: BTreeMap<FileKind, u64>,
    /// Files whose content was read.
    pub files_read: u64,
    /// Symbolic links, not followed.
    pub symlinks: u64,
    /// Submodules, scanned on their own where checked out.
    pub submodules: u64,
    /// Tracked files that are not in the work tree.
    pub not_checked_out: u64,
    /// Files with gaps, by reason.
    pub gaps: BTreeMap<GapReason, u64>,
    /// Uses that don't count as consumption, by what their place is.
    pub filtered: BTreeMap<Context, u64>,
    /// Pipelines of CI systems that are counted and not read, by system.
    pub unread_pipelines: BTreeMap<String, u64>,
    /// Repositories without a remote: what is theirs can't be told.
    pub without_identity: u64,
    /// What the reader should know about the input.
    pub notices: Vec<String>,
}
