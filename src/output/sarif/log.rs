//! The types of a SARIF log, as far as code scanning reads it: their fields are the format's, by the names that it has.

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::Serializer;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Log<'a> {
    #[serde(rename = "$schema")]
    pub(super) schema: &'static str,
    pub(super) version: &'static str,
    pub(super) runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<'a> {
    pub(super) tool: Tool<'a>,
    pub(super) invocations: [Invocation; 1],
    pub(super) automation_details: AutomationDetails,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version_control_provenance: Option<[Provenance<'a>; 1]>,
    pub(super) column_kind: &'static str,
    pub(super) results: Vec<SarifResult<'a>>,
}

#[derive(Serialize)]
pub(super) struct Tool<'a> {
    pub(super) driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver<'a> {
    /// What alerts are filtered by: never changes.
    pub(super) name: &'static str,
    pub(super) semantic_version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) information_uri: &'static str,
    pub(super) rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule<'a> {
    pub(super) id: &'a str,
    pub(super) name: String,
    pub(super) short_description: Message<'a>,
    pub(super) full_description: Message<'a>,
    pub(super) help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) help_uri: Option<String>,
    pub(super) default_configuration: Configuration,
    pub(super) properties: RuleProperties,
}

#[derive(Serialize)]
pub(super) struct Message<'a> {
    pub(super) text: Cow<'a, str>,
}

#[derive(Serialize)]
pub(super) struct Help {
    pub(super) text: String,
    pub(super) markdown: String,
}

#[derive(Serialize)]
pub(super) struct Configuration {
    pub(super) level: &'static str,
}

#[derive(Serialize)]
pub(super) struct RuleProperties {
    pub(super) tags: [&'static str; 1],
    pub(super) precision: &'static str,
    #[serde(rename = "problem.severity")]
    pub(super) problem_severity: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub(super) execution_successful: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tool_execution_notifications: Option<[Notification; 1]>,
}

#[derive(Serialize)]
pub(super) struct Notification {
    pub(super) level: &'static str,
    pub(super) message: Message<'static>,
}

#[derive(Serialize)]
pub(super) struct AutomationDetails {
    /// Code scanning's category, up to the last `/`.
    pub(super) id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Provenance<'a> {
    pub(super) repository_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) revision_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) branch: Option<Cow<'a, str>>,
    pub(super) mapped_to: RootLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RootLocation {
    pub(super) uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifResult<'a> {
    pub(super) rule_id: &'a str,
    pub(super) rule_index: usize,
    pub(super) level: &'static str,
    pub(super) message: Message<'a>,
    /// Code scanning uses the first only, and refuses the whole file where a result has none.
    #[serde(rename = "locations", serialize_with = "as_array")]
    pub(super) location: SarifLocation<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_locations: Vec<RelatedLocation<'a>>,
    pub(super) partial_fingerprints: Fingerprints,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifLocation<'a> {
    pub(super) physical_location: PhysicalLocation<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RelatedLocation<'a> {
    /// What `[text](id)` in the message refers to.
    pub(super) id: usize,
    pub(super) physical_location: PhysicalLocation<'a>,
    pub(super) message: Message<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation<'a> {
    pub(super) artifact_location: ArtifactLocation<'a>,
    pub(super) region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation<'a> {
    pub(super) uri: Cow<'a, str>,
    pub(super) uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: u32,
    pub(super) start_column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fingerprints {
    /// The only one code scanning reads; it computes its own where we have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) primary_location_line_hash: Option<String>,
    /// Ours, for comparing two scans: independent of lines.
    #[serde(rename = "levelset/v1")]
    pub(super) key: String,
}

fn as_array<S: Serializer>(location: &SarifLocation<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    [location].serialize(serializer)
}
