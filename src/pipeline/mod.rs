//! The pipeline model that all CI systems are brought to, and its fingerprints.
//!
//! Extraction fills [`Pipeline`]; everything that judges (categories and purpose in [`steps`], fingerprints of structure
//! in [`shape`]) is computed from it by pure functions, so that a better judgement needs no new scan.

pub mod shape;
pub mod steps;

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::Context;
use crate::source::Location;

/// One pipeline, or one template of pipelines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// The file it is defined in.
    pub at: Location,
    /// The CI system.
    pub system: System,
    /// The name it gives itself; empty where it gives none.
    pub name: String,
    /// What starts it: event names of the system (`push`, `pull_request`, `schedule`, `workflow_call`).
    pub triggers: BTreeSet<String>,
    /// Whether it runs, is called, or both.
    pub role: Role,
    /// Its jobs in file order.
    pub jobs: Vec<Job>,
    /// Fingerprint of the whole parsed document, whatever its key order, comments and quoting.
    pub exact: Fingerprint,
    /// What the place is evidence of.
    pub context: Context,
}

/// A CI system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// GitHub Actions.
    GithubActions,
}

impl System {
    /// The id, as outputs write it.
    pub fn id(self) -> &'static str {
        match self {
            System::GithubActions => "github-actions",
        }
    }
}

/// Whether a pipeline file runs, is called, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It runs by itself.
    Pipeline,
    /// It runs only when another pipeline calls it.
    Template,
    /// It runs by itself and can be called.
    Both,
}

/// One job: a unit that runs on one machine, or a call of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Its id within the pipeline.
    pub id: String,
    /// The ids of the jobs it waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// The template it calls instead of having steps: identity without version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// The image it runs in: identity without version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// What it does, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// One step of a job.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// It uses an action, plugin or task: identity without version, as `actions/checkout`.
    Use(String),
    /// It runs commands.
    Run(Vec<Command>),
}

/// One command of a script: the tool and, for tools that have them, the subcommand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", from = "String")]
#[schemars(with = "String")]
pub struct Command {
    /// The program, without folder: `terraform`.
    pub tool: String,
    /// The first words that say what it does: `plan`, `compose up`; empty where the tool has none.
    pub verb: String,
}

impl From<Command> for String {
    fn from(it: Command) -> String {
        if it.verb.is_empty() { it.tool } else { format!("{} {}", it.tool, it.verb) }
    }
}

impl From<String> for Command {
    fn from(text: String) -> Command {
        let (tool, verb) = text.split_once(' ').unwrap_or((&text, ""));
        Command { tool: tool.to_owned(), verb: verb.to_owned() }
    }
}

/// A 128-bit fingerprint, written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct Fingerprint(pub u128);

impl Fingerprint {
    /// The fingerprint of a canonical text.
    pub fn of(canonical: &[u8]) -> Self {
        Fingerprint(xxhash_rust::xxh3::xxh3_128(canonical))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl From<Fingerprint> for String {
    fn from(it: Fingerprint) -> String {
        it.to_string()
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parsed = (text.len() == 32).then(|| u128::from_str_radix(&text, 16).ok()).flatten();
        parsed.map(Fingerprint).ok_or_else(|| format!("{text:?} is not a fingerprint of 32 hexadecimal digits"))
    }
}
