//! Pipelines, and which of them are the same, in `summary.json`.

use crate::org::figures::Sameness;
use crate::pipeline::System;
use crate::pipeline::steps::Category;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many pipelines there are, and which are the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pipelines {
    /// The pipelines of each CI system that is read.
    pub systems: Vec<SystemRow>,
    /// How many repositories have running pipelines of one system, of two, and so on.
    pub repositories_by_systems: BTreeMap<u64, u64>,
    /// Pipelines that run.
    pub running: u64,
    /// Those that build, test, release, deploy or provision; the figures below are over these.
    pub delivery: u64,
    /// Distinct documents among them.
    pub distinct_exact: u64,
    /// Distinct structures among them.
    pub distinct_structures: u64,
    /// Distinct skeletons among them.
    pub distinct_skeletons: u64,
    /// Structures that only one pipeline has.
    pub singletons: u64,
    /// How many different ones there are at each strength, in how many repositories and teams.
    pub distinct: Vec<DistinctRow>,
    /// The same for each team, those of most pipelines first.
    pub teams: Vec<TeamRow>,
    /// Files of superseded CI systems beside one that delivers: likely dead, and counted nowhere else.
    pub superseded: Vec<SupersededRow>,
    /// Who offers templates and actions, and who calls them; those with the most callers first.
    pub providers: Vec<ProviderRow>,
    /// Pipelines that run and are nearly the same, two or more: those in the most repositories first.
    pub clusters: Vec<ClusterRow>,
    /// Delivery pipelines that have the same stages in different CI systems.
    pub across_systems: Vec<AcrossRow>,
}

/// The pipelines of one CI system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemRow {
    /// The system.
    pub system: System,
    /// Pipelines that run.
    pub running: u64,
    /// Those of them that deliver.
    pub delivery: u64,
    /// Repositories with one that runs.
    pub repositories: u64,
    /// Templates: they run only when called.
    pub templates: u64,
    /// Pipelines in examples, tests, generated and vendored files, and in templates of repositories.
    pub aside: u64,
    /// Pipelines that are superseded.
    pub superseded: u64,
}

/// How many different delivery pipelines there are at one strength.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DistinctRow {
    /// The strength.
    pub by: Sameness,
    /// Different ones.
    pub distinct: u64,
    /// Those that one pipeline only has.
    pub singletons: u64,
    /// The share of pipelines that are singletons, in thousandths.
    pub singletons_permille: u64,
    /// Those found in one repository only.
    pub in_one_repository: u64,
    /// Those found in one team only; repositories without a known team count as one team.
    pub in_one_team: u64,
    /// exp of the entropy, in one decimal: as many equally common ones would be as diverse.
    pub effective: f64,
}

/// The delivery pipelines of one team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamRow {
    /// The owner that the repositories' entry in a catalogue names, else the default owner of their CODEOWNERS; `null` for
    /// repositories that have neither.
    pub team: Option<String>,
    /// Repositories that deliver.
    pub repositories: u64,
    /// Their delivery pipelines.
    pub pipelines: u64,
    /// Their CI systems.
    pub systems: Vec<System>,
    /// Distinct structures among them.
    pub structures: u64,
}

/// A file of a superseded CI system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SupersededRow {
    /// The repository.
    pub repo: String,
    /// The file.
    pub path: String,
    /// Its system.
    pub system: System,
    /// The system that delivers beside it.
    pub beside: System,
}

/// A repository that offers templates or actions of pipelines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderRow {
    /// The repository; of one that was not scanned, as its callers name it.
    pub repo: String,
    /// The repositories that call any of them.
    pub callers: Vec<String>,
    /// What is called, by the most repositories first.
    pub called: Vec<CalledRow>,
    /// What nobody in the scan calls.
    pub uncalled: Vec<String>,
}

/// A template or action that is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalledRow {
    /// As callers name it.
    pub name: String,
    /// The repositories that call it.
    pub callers: Vec<String>,
    /// In how many of them it is called at each version.
    pub versions: BTreeMap<String, u64>,
}

/// Pipelines that are nearly the same. Every member is near the canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterRow {
    /// The first digits of the canonical form's structure.
    pub id: String,
    /// The canonical form's structure.
    pub structure: String,
    /// Whether they are callers of templates elsewhere, or copies.
    pub kind: ClusterKind,
    /// Whether one of them delivers.
    pub delivers: bool,
    /// How many repositories.
    pub repositories: u64,
    /// How many structures the members have.
    pub structures: u64,
    /// How many of the members differ as documents.
    pub variants: u64,
    /// Steps of the canonical form that are its own work: not those that fetch the code, prepare tools or use shared
    /// actions.
    pub steps: u64,
    /// For callers: the templates they call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<String>,
    /// The member that is nearest to all.
    pub canonical: CanonicalRow,
    /// The members.
    pub members: Vec<MemberRow>,
}

/// What makes pipelines equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterKind {
    /// They call the same templates.
    Callers,
    /// They repeat the same steps.
    Copies,
}

/// The canonical form of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CanonicalRow {
    /// The repository.
    pub repo: String,
    /// The file.
    pub path: String,
    /// What it does. Jobs that do the same are told once.
    pub jobs: Vec<CanonicalJob>,
}

/// One job of a canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CanonicalJob {
    /// Its name.
    pub job: String,
    /// The jobs it waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// What it does, in words.
    pub steps: Vec<String>,
}

/// One member of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberRow {
    /// The repository.
    pub repo: String,
    /// The file.
    pub path: String,
    /// The line.
    pub line: u32,
    /// The CI system.
    pub system: System,
    /// How equal it is to the canonical form.
    pub same: Sameness,
    /// How it differs from it, in words, what matters most first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<String>,
}

/// Delivery pipelines with the same stages in different CI systems.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcrossRow {
    /// The skeleton they have in common.
    pub skeleton: String,
    /// Its stages, in order.
    pub stages: Vec<Category>,
    /// The members.
    pub members: Vec<AcrossMember>,
}

/// A pipeline that has the same stages as one of another CI system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcrossMember {
    /// The repository.
    pub repo: String,
    /// The file.
    pub path: String,
    /// The line.
    pub line: u32,
    /// The CI system.
    pub system: System,
}
