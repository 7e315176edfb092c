//! Curated knowledge in `rules/tables/`: what tools are for, who stands behind a registry.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::pipeline::steps::{Category, Purpose};

/// All tables.
#[derive(Debug)]
pub struct Tables {
    /// What steps are for.
    pub steps: StepTable,
    /// Who stands behind registries, namespaces, owners.
    pub registries: RegistryTable,
}

/// `rules/tables/steps.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepTable {
    /// Category by action, without version, in lower case.
    pub actions: BTreeMap<String, Category>,
    /// Category by command: tool, then verbs.
    pub tools: BTreeMap<String, Category>,
    /// Tools that say nothing of what a pipeline is; sorted.
    pub plumbing: Vec<String>,
    /// Purpose by a word of a name; the first row that fits counts.
    pub words: Vec<WordRow>,
}

/// One row of [`StepTable::words`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordRow {
    /// In lower case.
    pub word: String,
    /// What a pipeline of that name is for.
    pub purpose: Purpose,
}

/// `rules/tables/registries.yaml`; every list is sorted.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RegistryTable {
    /// GitHub owners that are vendors.
    pub vendor_owners: Vec<String>,
    /// Registry prefixes that are vendors'.
    pub vendor_registries: Vec<String>,
    /// Terraform namespaces that are vendors'.
    pub vendor_namespaces: Vec<String>,
    /// Registries whose first path part is an owner.
    pub owner_registries: Vec<String>,
    /// Domains whose subdomain is the account that owns the registry.
    pub account_registries: Vec<String>,
    /// Module registries that only members can read.
    pub private_module_registries: Vec<String>,
    /// AWS accounts that publish images for every customer.
    pub aws_vendor_accounts: Vec<String>,
    /// Path parts that say an image is a mirror's copy.
    pub mirror_parts: Vec<String>,
}
