//! Adoption and ownership in `summary.json`.

use super::EvidenceRow;
use crate::facts::Artifact;
use crate::org::components::ComponentKind;
use crate::rules::Unit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The adoption of one artifact, or of all in union.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptionRow {
    /// The artifact; `null` for the union.
    pub artifact: Option<Artifact>,
    /// Repositories that use what is shared, of those that could.
    pub repositories: Share,
    /// Calls of what is shared, of all calls that leave their own repository.
    pub calls: Share,
    /// The same by repository, component and team, in three tiers.
    pub units: Vec<AdoptionUnit>,
    /// The repositories that do.
    pub adopters: Vec<EvidenceRow>,
    /// The repositories that could and don't; those that use most of what else is shared first.
    pub missing: Vec<EvidenceRow>,
    /// The repositories of which it can't be told.
    pub unknown: Vec<EvidenceRow>,
    /// The repositories that offer it and are left out.
    pub providers: Vec<String>,
}

/// The adoption of one artifact, or of all in union, counted by one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptionUnit {
    /// What is counted: repositories, components or teams.
    pub unit: Unit,
    /// Those that use any of it.
    pub any: Share,
    /// Those that use it for more than half of what could be.
    pub most: Share,
    /// Those that use it for all that could be.
    pub all: Share,
    /// The components or teams that could and use none; repositories are listed with the artifact.
    pub missing: Vec<String>,
}

/// Who owns what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnershipRow {
    /// The team; `null` is `unowned`: what nobody is known to own.
    pub team: Option<String>,
    /// Its repositories; none of a team that owns parts of others' alone.
    pub repositories: Vec<String>,
    /// How many components are its own: those of its repositories that no other team owns by their path, and those in other
    /// repositories that it owns by theirs.
    pub components: u64,
    /// Of its repositories that could use what is shared, those that do.
    pub adoption: Share,
}

/// The components of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComponentRow {
    /// What they are.
    pub kind: ComponentKind,
    /// How many there are.
    pub components: u64,
    /// In how many repositories.
    pub repositories: u64,
}

/// The tenants of one repository: sibling folders of one shape, each deployed or provisioned by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantsRow {
    /// The repository.
    pub repo: String,
    /// How many there are.
    pub tenants: u64,
    /// Of those that could use what is shared, those that do.
    pub adoption: Share,
    /// Those that have nothing they could use it for.
    pub with_nothing: u64,
}

/// A number of a number, and how many more can't be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// How many do.
    pub n: u64,
    /// Of how many of which it can be told.
    pub of: u64,
    /// Of how many it can't.
    pub unknown: u64,
}
