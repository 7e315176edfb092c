//! What an organisation offers, provisions and copies, and what else was found, in `summary.json`.

use super::EvidenceRow;
use crate::facts::{Artifact, MarkerKind, Mode};
use crate::knowledge::classes::Class;
use crate::org::provisioning::Mechanism;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A class of things that are provisioned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProvisioningRow {
    /// The class.
    pub class: Class,
    /// The mechanisms in use.
    pub mechanisms: Vec<MechanismRow>,
}

/// A mechanism by which things of a class are provisioned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MechanismRow {
    /// The mechanism.
    pub mechanism: Mechanism,
    /// In how many repositories.
    pub repositories: u64,
    /// In how many places.
    pub uses: u64,
    /// The first place in each of the first repositories.
    pub places: Vec<EvidenceRow>,
}

/// Evidence of one kind and one tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkerRow {
    /// What it is evidence of.
    pub marker: MarkerKind,
    /// The tool whose format it has.
    pub tool: Option<String>,
    /// In how many places it lies.
    pub places: u64,
    /// In how many repositories.
    pub repositories: u64,
    /// How many of the places act in which way; those that don't say it are left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub modes: BTreeMap<Mode, u64>,
}

/// What is copied in place of being shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopiesRow {
    /// Resources of Terraform that are declared alike, names and values apart.
    pub resources: CopyFigures,
    /// Scripts that run the same commands, values apart.
    pub scripts: CopyFigures,
    /// Sets of Kubernetes manifests that are written out once for each environment; one place is the copy for one.
    pub manifests: CopyFigures,
}

/// How much is copied of one kind of thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyFigures {
    /// How many things are copied.
    pub clusters: u64,
    /// How many places their copies have together.
    pub places: u64,
    /// How many of the things lie in more than one repository.
    pub across_repositories: u64,
    /// The largest: those in most repositories first, then those in most places.
    pub largest: Vec<CopyRow>,
}

/// One thing that is copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyRow {
    /// What it is: the type of a resource, the name of a script; of manifests their path, with `*` for the environment.
    pub what: String,
    /// In how many repositories.
    pub repositories: u64,
    /// In how many places.
    pub places: u64,
    /// The first of them: `repository/path:line`.
    pub at: Vec<String>,
}

/// Something offered for others to use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferRow {
    /// What kind of thing.
    pub artifact: Artifact,
    /// What callers name.
    pub name: String,
    /// The repository that offers it; absent where it was not scanned.
    pub repo: Option<String>,
    /// The file.
    pub path: Option<String>,
    /// Whether its versions can be told apart.
    pub versioned: Option<bool>,
    /// What its documentation lacks; absent where the repository was not scanned.
    pub undocumented: Option<Vec<String>>,
    /// The types of resources that a Terraform module brings, through the modules it is made of too; sorted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub wraps: BTreeSet<String>,
    /// That it is the one that is used was inferred: the uses name what only the CI server knows, and no other scanned
    /// repository offers such things.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
    /// Repositories that use it.
    pub repositories: u64,
    /// Uses of it.
    pub calls: u64,
    /// How often each version is asked for.
    pub versions: BTreeMap<String, u64>,
    /// The newest version: the one a chart states, else the newest tag of the scanned clone. Absent where its tags aren't
    /// known.
    pub newest: Option<String>,
    /// Uses of which it is known that they are behind the newest version.
    pub behind: u64,
    /// The date of the last commit of the repository that builds it; of images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<String>,
    /// Whether a pipeline that a schedule starts builds it, so that what it starts from is brought up to date; of images
    /// of which a file says how they are built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebuilt_on_schedule: Option<bool>,
}

/// Which of the shared offers are named in a list of what there is to use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolingIndex {
    /// Shared offers: those that others use, or that are made for them.
    pub offers: u64,
    /// Those that an index names.
    pub named: u64,
    /// The documents that are an index: those that name at least three shared offers.
    pub indexes: Vec<IndexRow>,
    /// Those that none names, those that most repositories use first; at most 20 of them.
    pub omitted: Vec<String>,
}

/// A document that lists what there is to use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexRow {
    /// The repository.
    pub repo: String,
    /// The document.
    pub path: String,
    /// How many shared offers it names.
    pub names: u64,
}
