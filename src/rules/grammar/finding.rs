//! What a finding rule says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{counted, percent};

/// One finding: a rule file in `rules/findings/`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FindingRule {
    /// Public id, the file's name.
    pub id: String,
    /// What it says, as a heading.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// What to do.
    pub remedy: String,
    /// How loud it is.
    pub level: FindingLevel,
    /// How often it is right.
    pub precision: Precision,
    /// What is looked for.
    pub find: Find,
}

/// How loud a finding is, in SARIF's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FindingLevel {
    /// Worth knowing.
    Note,
    /// Worth doing.
    Warning,
    /// Must be done.
    Error,
}

/// How often a finding is right, in code scanning's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Seldom wrong enough to be surprised.
    VeryHigh,
    /// Mostly right.
    High,
    /// Often right.
    Medium,
    /// A hint.
    Low,
}

/// What a finding looks for: a closed set, each in Rust with its tests.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Find {
    /// A delivery pipeline that has the same structure as one of another repository, and is no mere caller.
    CopiedPipeline {
        /// Pipelines of fewer steps are alike by nature.
        #[serde(rename = "min-steps")]
        min_steps: usize,
    },
    /// A delivery pipeline that is nearly the same as those of other repositories, and does something else all the same.
    DriftedPipelineCopy {
        /// Pipelines of fewer steps are alike by nature.
        #[serde(rename = "min-steps")]
        min_steps: usize,
    },
    /// A file of a CI system that others have superseded, beside one that delivers.
    SupersededCiFile {},
    /// A use of something internal that names no version, or a branch.
    UnversionedInternalUse {},
    /// A use of something internal at a version that newer ones have left behind.
    OutdatedInternalUse {
        /// From how many major versions on.
        majors: u64,
        /// From how many minor versions on, within one major version.
        minors: u64,
    },
    /// A base image whose tag is meant to move, or that has none.
    FloatingImageTag {},
    /// A shared offer that a reader could not use from its documentation.
    UndocumentedSharedOffer {
        /// The share of inputs and outputs that must be described.
        described: f64,
    },
    /// A shared offer whose versions can't be told apart.
    UnversionedSharedOffer {},
    /// A use of a third party's pipeline template that names no version, or a branch.
    UnpinnedThirdPartyTemplate {},
}

impl Find {
    /// What is looked for, as a sentence.
    pub fn words(&self) -> String {
        match self {
            Find::CopiedPipeline { min_steps } => format!(
                "Delivery pipelines that have the structure of one in another repository and at least {min_steps} steps \
                that are their own work, and that don't only call templates."
            ),
            Find::DriftedPipelineCopy { min_steps } => format!(
                "Pipelines of a near cluster of delivery pipelines in several repositories, with at least {min_steps} \
                steps that are their own work, that do something else than the canonical form of the cluster. What is near \
                is said in `rules/tables/pipelines.yaml`."
            ),
            Find::SupersededCiFile {} => "Files of CI systems that `rules/tables/pipelines.yaml` names as superseded, in \
                repositories where pipelines of another system deliver. Whether the old system still runs for them no file \
                shows."
                .to_owned(),
            Find::UnversionedInternalUse {} => "Uses in production of what another repository of the organisation \
                shares that name no version, or a branch."
                .to_owned(),
            Find::OutdatedInternalUse { majors, minors } => format!(
                "Uses in production of what another repository of the organisation shares, at a version {} or {} behind \
                the newest. The newest is known by the tags of the scanned repository, or by the version that a scanned \
                chart states; the version of a commit by the comment beside it or by a lock file.",
                counted(*majors, "major version"),
                counted(*minors, "minor version"),
            ),
            Find::FloatingImageTag {} => "Base images in production whose tag is meant to move, and those without a \
                tag that aren't shared by the organisation."
                .to_owned(),
            Find::UndocumentedSharedOffer { described } => format!(
                "Shared offers without README or description, or that describe less than {} % of their inputs or outputs.",
                percent(*described)
            ),
            Find::UnversionedSharedOffer {} => "Repositories with shared offers whose versions can't be told apart; \
                the first offer is the place."
                .to_owned(),
            Find::UnpinnedThirdPartyTemplate {} => "Uses in production of pipeline templates, libraries and orbs of \
                third parties that name no version, a version that is meant to move, or a branch. A tag that is none \
                of these counts as a version, although its owner could move it."
                .to_owned(),
        }
    }
}
