//! The types of `summary.json`: a promise to those who read it, versioned by [`SUMMARY_SCHEMA`] and described by
//! `docs/summary.schema.json`, which is generated from them.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::classify::FileKind;
use crate::facts::{Artifact, Context, GapReason, Listing, MarkerKind, Mode};
use crate::knowledge::classes::Class;
use crate::level::{Questions, Range, Signal, Size};
use crate::measure::{Attested, Value, Verdict};
use crate::org::components::ComponentKind;
use crate::org::figures::Sameness;
use crate::org::provisioning::Mechanism;
use crate::pipeline::System;
use crate::pipeline::steps::Category;
use crate::rules::{Basis, Threshold, Unit};

/// The name and version of the summary's format.
pub const SUMMARY_SCHEMA: &str = "levelset-summary/1";

/// `summary.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The name and version of this format.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// The date the run counts as of (`YYYY-MM-DD`).
    pub as_of: String,
    /// Whose repositories they are.
    pub organisation: Organisation,
    /// What was looked at, and what could not be read.
    pub coverage: Coverage,
    /// Where the organisation stands in the first model, by levels 0 to 4.
    pub level: Range,
    /// Where it stands in the second model, by stages 1 to 5.
    pub stage: Range,
    /// What the second model's six questions say by themselves.
    pub questions: Questions,
    /// What tells that it is time for a level.
    pub signals: Vec<Signal>,
    /// What the size of the organisation says; absent until somebody says how large it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Every indicator.
    pub indicators: Vec<IndicatorRow>,
    /// Who uses what is shared, by artifact, and in union.
    pub adoption: Vec<AdoptionRow>,
    /// Who owns what, those with most repositories first; what nobody is known to own comes last.
    pub ownership: Vec<OwnershipRow>,
    /// Teams that owners' files and catalogues name and that own none of the scanned repositories as a whole.
    pub teams_without_repository: Vec<String>,
    /// What is deployed or provisioned, by kind.
    pub components: Vec<ComponentRow>,
    /// How many pipelines there are, and which are the same.
    pub pipelines: Pipelines,
    /// What else is copied in place of being shared.
    pub copies: CopiesRow,
    /// What is offered for others to use.
    pub offers: Vec<OfferRow>,
    /// Where one can read what there is to use, and what isn't named there.
    pub tooling_index: ToolingIndex,
    /// What else the files are evidence of, by kind and tool; what lies in examples, tests and copies of other people's
    /// code is left out.
    pub evidence: Vec<MarkerRow>,
    /// By which mechanisms databases, buckets and the like are provisioned.
    #[serde(default)]
    pub provisioning: Vec<ProvisioningRow>,
    /// How many findings there are of each rule, and in how many repositories.
    pub findings: Vec<FindingCount>,
    /// What to do next, what helps most first.
    pub next: Vec<NextStep>,
}

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

/// The program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Always `levelset`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Whose repositories they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// The owners whose things count as internal.
    pub owners: Vec<String>,
    /// The repositories that were scanned.
    pub repositories: Vec<RepoRow>,
}

/// One scanned repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RepoRow {
    /// The name in every output.
    pub repo: String,
    /// The commit that was scanned.
    pub commit: Option<String>,
    /// When it was made.
    pub committed: Option<String>,
    /// How its files were listed.
    pub listing: Listing,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Repositories scanned.
    pub repositories: u64,
    /// Files listed.
    pub files_seen: u64,
    /// Files of a kind we know.
    pub files_recognised: u64,
    /// The same by kind.
    pub recognised: BTreeMap<FileKind, u64>,
    /// Files whose content was read.
    pub files_read: u64,
    /// Symbolic links, not followed.
    pub symlinks: u64,
    /// Submodules, scanned on their own where checked out.
    pub submodules: u64,
    /// Tracked files that are not in the work tree.
    pub not_checked_out: u64,
    /// Files with gaps, by reason.
    pub gaps: BTreeMap<GapReason, u64>,
    /// Uses that don't count as consumption, by what their place is.
    pub filtered: BTreeMap<Context, u64>,
    /// Pipelines of CI systems that are counted and not read, by system.
    pub unread_pipelines: BTreeMap<String, u64>,
    /// Repositories without a remote: what is theirs can't be told.
    pub without_identity: u64,
    /// What the reader should know about the input.
    pub notices: Vec<String>,
}

/// One indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorRow {
    /// Its id.
    pub id: String,
    /// The rows of the maturity models it claims.
    pub rows: Vec<String>,
    /// Its heading.
    pub title: String,
    /// Of what it is said.
    pub subject: String,
    /// What files say that it comes to; unknown where only people can say.
    pub verdict: Verdict,
    /// How we know.
    pub basis: Basis,
    /// Its value.
    pub value: Option<Value>,
    /// What people were asked and said, where the rule asks; never merged with what files say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attested: Option<Attested>,
    /// Where the configuration sets the bound that it is held against: what it says, and what the rule says itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
    /// What counts for it.
    pub counted: Vec<EvidenceRow>,
    /// What counts against it.
    pub missing: Vec<EvidenceRow>,
    /// What can't be told.
    pub unknown: Vec<EvidenceRow>,
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRow {
    /// The repository.
    pub repo: String,
    /// The file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// What is there.
    pub what: String,
}

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

/// How many findings there are of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingCount {
    /// The rule's id.
    pub id: String,
    /// The rule's heading.
    pub title: String,
    /// Findings.
    pub count: u64,
    /// Repositories with findings.
    pub repositories: u64,
    /// Findings that the configuration leaves out; they count nowhere else.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub suppressed: u64,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// One thing to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NextStep {
    /// What to do.
    pub what: String,
    /// The repositories it concerns, nearest first.
    pub repositories: Vec<String>,
    /// What the figure becomes, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moves: Option<Moves>,
}

/// How a step moves a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Moves {
    /// What is counted.
    pub unit: Unit,
    /// How many it is now.
    pub n: u64,
    /// Of how many.
    pub of: u64,
    /// How many it would be.
    pub to: u64,
}
