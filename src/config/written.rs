//! The configuration as it is written: what `docs/levelset.schema.json` is made of. The words here are what editors show.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The configuration of levelset: what its owner knows and no file of the repositories shows.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "levelset.yaml")]
pub(super) struct Written {
    /// Hosts, and owners on hosts, that are other names of others: `git.example.org/team: github.com/acme`.
    #[serde(default)]
    pub(super) aliases: BTreeMap<String, String>,
    /// Files with what people answered, as `levelset assess` writes them, or tables (`.csv`); relative to this file.
    #[serde(default)]
    pub(super) answers: OneOrMany,
    /// What counts as components in repositories where ours is wrong, by repository.
    #[serde(default)]
    pub(super) components: BTreeMap<String, WrittenComponents>,
    /// Repositories and folders that count nowhere: `acme/sandbox-*`, `acme/shop/legacy/`.
    #[serde(default)]
    pub(super) exclude: Vec<String>,
    /// Owners whose things are the organisation's though no scanned repository is theirs: `github.com/acme`.
    #[serde(default)]
    pub(super) organisations: Vec<String>,
    /// Where libraries lie that pipelines name by what the CI server calls them: `Infrastructure: acme/jenkins-library`.
    #[serde(default)]
    pub(super) server_side: BTreeMap<String, String>,
    /// Repositories and registries that are shared whatever they look like and whoever seems to own them:
    /// `acme/workflows`, `registry.example.org/base`.
    #[serde(default)]
    pub(super) shared: Vec<String>,
    /// Findings that are left out until a day, with the reason.
    #[serde(default)]
    pub(super) suppress: Vec<WrittenSuppression>,
    /// Rows for the tables of evidence, by the table's name, each in the format of that table (`rules/tables/`).
    // Read from the text again, because each table has rows of its own.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<BTreeMap<String, serde_json::Value>>>")]
    pub(super) tables: BTreeMap<String, IgnoredAny>,
    /// The teams, by name, and what is theirs.
    #[serde(default)]
    pub(super) teams: BTreeMap<String, WrittenTeam>,
    /// Bounds in place of those of the rules, by indicator: `shared-module-adoption: 0.5`.
    #[serde(default)]
    pub(super) thresholds: BTreeMap<String, f64>,
}

/// A team, and what is its own.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct WrittenTeam {
    /// Its repositories: `acme/shop`, `acme/infra-*`, `acme/` for all of an owner.
    #[serde(default)]
    pub(super) repositories: Vec<String>,
    /// Its folders and files in repositories that it shares with others, by repository.
    #[serde(default)]
    pub(super) paths: BTreeMap<String, Vec<String>>,
    /// What else catalogues and CODEOWNERS call it: `acme/platform-old`.
    #[serde(default)]
    pub(super) also: Vec<String>,
}

/// What counts as components in a repository.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct WrittenComponents {
    /// The folders that are tenants, in place of those that look like it: `namespaces/*`. An empty list says that none
    /// are.
    #[serde(default)]
    pub(super) tenants: Option<OneOrMany>,
    /// Folders in which nothing is a component.
    #[serde(default)]
    pub(super) ignore: Vec<String>,
}

/// Findings that are left out until a day.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct WrittenSuppression {
    /// The finding's id, as `floating-image-tag`.
    pub(super) finding: String,
    /// The repositories; all where it is left out.
    #[serde(default)]
    pub(super) repo: Option<String>,
    /// The file or folder in them; all where it is left out.
    #[serde(default)]
    pub(super) path: Option<String>,
    /// Why.
    pub(super) reason: String,
    /// Who says so.
    #[serde(default)]
    pub(super) by: Option<String>,
    /// From which day on it no longer counts, as 2026-12-31.
    #[schemars(extend("format" = "date"))]
    pub(super) expires: String,
}

/// A word, or a list of words.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
pub(super) enum OneOrMany {
    /// One.
    One(String),
    /// Any number.
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        OneOrMany::Many(Vec::new())
    }
}

impl OneOrMany {
    /// All of them.
    pub(super) fn all(&self) -> &[String] {
        match self {
            OneOrMany::One(it) => std::slice::from_ref(it),
            OneOrMany::Many(all) => all,
        }
    }
}
