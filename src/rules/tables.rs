//! Curated knowledge in `rules/tables/`: what tools are for, who stands behind a registry, when pipelines are nearly the
//! same.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Deserializer};

use crate::knowledge::Knowledge;
use crate::org::given::Given;
use crate::pipeline::System;
use crate::pipeline::steps::{Category, Purpose};

/// All tables.
#[derive(Debug)]
pub struct Tables {
    /// What steps are for.
    pub steps: StepTable,
    /// Who stands behind registries, namespaces, owners.
    pub registries: RegistryTable,
    /// What the user says of the organisation: no table of ours, but the configuration's
    /// ([`Config::give`](crate::config::Config::give)).
    pub given: Given,
    /// What is known of other people's tools: ours, and what the user's configuration adds
    /// ([`Config::knowledge`](crate::config::Config::knowledge)).
    pub knowledge: Cow<'static, Knowledge>,
    /// When pipelines are nearly the same; which CI systems are superseded.
    pub pipelines: PipelineTable,
}

/// `rules/tables/pipelines.yaml`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PipelineTable {
    /// The least similarity of two pipelines of one cluster, above 0 and up to 1.
    pub near: f64,
    /// What the parts of a pipeline weigh where two are compared.
    pub weights: Weights,
    /// How many stages pipelines of different systems must have in common to be called alike.
    pub fewest_stages: usize,
    /// CI systems whose files count apart where another system delivers beside them; sorted.
    pub superseded: Vec<System>,
}

/// What the parts of a pipeline weigh where two are compared: see [`crate::pipeline::shape::Graph::tokens`].
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Weights {
    /// A call of a template.
    pub call: u32,
    /// The image of a job.
    pub image: u32,
    /// A step that fetches the code or prepares tools.
    pub setup: u32,
    /// What any other step is for.
    pub stage: u32,
    /// Which one it is.
    pub step: u32,
    /// A job that waits for another.
    pub wait: u32,
}

/// For each tool the starts of its verbs and what they are for.
pub type Tools = FxHashMap<String, Vec<(String, Category)>>;

/// `rules/tables/steps.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepTable {
    /// Category by action, without version, in lower case.
    pub actions: FxHashMap<String, Category>,
    /// Category by tool, for each start of its verb (`""`, `build`, `run test`); most words first.
    #[serde(deserialize_with = "by_tool")]
    pub tools: Tools,
    /// Tools that say nothing of what a pipeline is.
    pub plumbing: FxHashSet<String>,
    /// Purpose by a word of a name; the first row that fits counts.
    pub words: PurposeWords,
}

/// The rows of [`StepTable::words`].
#[derive(Debug, Deserialize)]
#[serde(from = "Vec<WordRow>")]
pub struct PurposeWords {
    rows: Vec<WordRow>,
    /// The first letter of the word of each row, as [`PurposeWords::letter`] has it: most are the first of no word of a
    /// name, and needn't be looked at.
    letters: Vec<u32>,
}

impl From<Vec<WordRow>> for PurposeWords {
    fn from(rows: Vec<WordRow>) -> Self {
        let letters = rows.iter().map(|it| PurposeWords::letter(&it.word)).collect();
        PurposeWords { rows, letters }
    }
}

impl PurposeWords {
    /// The first letter of a word, as one bit.
    pub fn letter(word: &str) -> u32 {
        1 << (word.bytes().next().unwrap_or(0) & 31)
    }

    /// The rows whose words begin with one of these letters, in their order.
    pub fn with(&self, letters: u32) -> impl Iterator<Item = &WordRow> {
        let rows = self.rows.iter().zip(&self.letters);
        rows.filter(move |(_, letter)| **letter & letters > 0).map(|(row, _)| row)
    }
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

/// `rules/tables/registries.yaml`; every list and every mapping is sorted.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RegistryTable {
    /// GitHub owners that are vendors.
    pub vendor_owners: Vec<String>,
    /// Workspaces on Bitbucket that are vendors'.
    pub vendor_workspaces: Vec<String>,
    /// Namespaces of CircleCI's orbs that are vendors'.
    pub vendor_orb_namespaces: Vec<String>,
    /// Groups of gitlab.com that are GitLab's own.
    pub vendor_groups: Vec<String>,
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
    /// Registries, or folders of them, that mirror another for everyone.
    pub public_mirrors: BTreeMap<String, String>,
    /// What pull-through caches of AWS are called, and which registry each mirrors.
    pub pull_through_prefixes: BTreeMap<String, String>,
    /// Path parts that say an image is a mirror's copy, and of which registry, where that is known.
    pub mirror_parts: BTreeMap<String, Option<String>>,
    /// Products that registries are named after; nothing says whose such a registry is.
    pub registry_products: Vec<String>,
    /// Tasks that come with Azure Pipelines.
    pub product_tasks: Vec<String>,
    /// Tasks of extensions to Azure Pipelines that anyone can install.
    pub extension_tasks: Vec<String>,
}

/// `tool verb: category` → the verbs of each tool, those with the most words first.
fn by_tool<'de, D>(deserializer: D) -> Result<Tools, D::Error>
where
    D: Deserializer<'de>,
{
    let rows: BTreeMap<String, Category> = BTreeMap::deserialize(deserializer)?;
    let mut tools = Tools::default();
    for (command, category) in rows {
        let (tool, verb) = command.split_once(' ').unwrap_or((&command, ""));
        tools.entry(tool.to_owned()).or_default().push((verb.to_owned(), category));
    }
    #[expect(clippy::iter_over_hash_type, reason = "each tool's verbs are sorted on their own")]
    for verbs in tools.values_mut() {
        verbs.sort_by_key(|(verb, _)| std::cmp::Reverse(verb.split_whitespace().count()));
    }
    Ok(tools)
}
