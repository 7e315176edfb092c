//! What is declared: objects of Kubernetes, resources of Terraform.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Context;
use crate::pipeline::Fingerprint;
use crate::source::Location;

/// An infrastructure resource written out by hand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// Where it is declared.
    pub at: Location,
    /// Its type, as `aws_db_instance`.
    pub r#type: String,
    /// Its name within the module.
    pub name: String,
    /// What the place is evidence of.
    pub context: Context,
    /// Fingerprint of its type, the names of its attributes and the shapes of their values; absent where there are too
    /// few of them to tell a copy from a coincidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Fingerprint>,
}

/// An object of Kubernetes, or of what looks like it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Where it is declared.
    pub at: Location,
    /// The group of its kind; empty for the core group.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// The version of its group.
    pub version: String,
    /// Its kind.
    pub kind: String,
    /// Its name; empty where it has none, or where only a template engine knows it.
    pub name: String,
    /// The namespace it says it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Who keeps it.
    pub managed: Managed,
    /// What is to be said of how it is written.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub traits: BTreeSet<ObjectTrait>,
    /// What the place is evidence of.
    pub context: Context,
}

/// Who keeps an object as it is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Managed {
    /// Nothing of which the repository tells: people apply it, or a script.
    Raw,
    /// It is a template of a chart.
    Chart,
    /// A kustomization names it.
    Kustomize,
    /// A controller reads its folder.
    Gitops,
    /// A tool for deployments reads it (Skaffold, Fleet and others).
    Tool,
}

/// What is to be said of how an object is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectTrait {
    /// A template engine has to fill it in first.
    Templated,
    /// It was exported from a cluster: it has fields that only the server writes.
    Exported,
    /// A secret whose values are written out.
    InlineSecret,
    /// A workload one of whose containers asks for no resources and has no limits.
    NoResources,
    /// A workload none of whose containers has a probe.
    NoProbes,
}
