//! The written form of rules: a closed grammar. A share knows its numerator and its misses, so that evidence comes with
//! every number; there is no expression language.

use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::{self, IntoDeserializer as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::facts::Artifact;

/// One indicator: a rule file in `rules/level-N/`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Indicator {
    /// Public id, the file's name.
    pub id: String,
    /// The rows of the maturity models it claims.
    #[serde(deserialize_with = "one_or_many")]
    pub row: Vec<String>,
    /// What it says, as a heading.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// What the number does not show.
    pub limits: String,
    /// How we know.
    pub basis: Basis,
    /// What is measured.
    pub measure: Measure,
    /// When it is met; absent for figures that are only shown.
    pub met: Option<Met>,
    /// What to do where it is not met.
    pub remedy: String,
}

/// How a value is known. Values of different bases are never summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Files prove it.
    Measured,
    /// Files prove that it is configured, not that it works.
    Configured,
    /// Files suggest it.
    Proxy,
    /// The history of the repositories shows it.
    History,
    /// Somebody has to say it.
    Attested,
    /// Nothing here can show it.
    NotObservable,
}

/// What is measured: a closed grammar.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Measure {
    /// How many of some things are so: a number of a number.
    Share(Share),
    /// How many things there are.
    Count(Count),
    /// How many different ones there are.
    Distinct(DistinctMeasure),
    /// What needs an algorithm.
    Builtin(Builtin),
    /// What only people can say.
    Ask(Ask),
}

/// `share: { of: …, among: …, that: … }`
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Share {
    /// The unit.
    pub of: Unit,
    /// Which of them count at all; the denominator.
    #[serde(default)]
    pub among: Among,
    /// Which of those count for it; the numerator.
    pub that: That,
}

/// `count: { of: …, among: … }`
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Count {
    /// The unit.
    pub of: Unit,
    /// Which of them count.
    #[serde(default)]
    pub among: Among,
}

/// `distinct: { of: pipelines, by: structure }`, over delivery pipelines.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DistinctMeasure {
    /// The unit: pipelines.
    pub of: Unit,
    /// At which strength.
    pub by: Strength,
}

/// `ask: { question: … }`
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ask {
    /// The question, to be answered by yes or no.
    pub question: String,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Repositories.
    Repositories,
    /// Uses of something from outside the own repository.
    Calls,
    /// Definitions that are made for others.
    Offers,
    /// Delivery pipelines.
    Pipelines,
}

impl Unit {
    /// The word for `n` of them.
    pub fn words(self, n: u64) -> &'static str {
        match (self, n) {
            (Unit::Repositories, 1) => "repository",
            (Unit::Repositories, _) => "repositories",
            (Unit::Calls, 1) => "call",
            (Unit::Calls, _) => "calls",
            (Unit::Offers, 1) => "shared offer",
            (Unit::Offers, _) => "shared offers",
            (Unit::Pipelines, 1) => "pipeline",
            (Unit::Pipelines, _) => "pipelines",
        }
    }
}

/// How equal two pipelines must be to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// The whole document.
    Exact,
    /// The job graph with its steps.
    Structure,
    /// Nearly the same structure: one near cluster.
    Near,
    /// The stages.
    Skeleton,
}

/// Which things count at all.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Among {
    /// Those that use or declare this.
    pub uses_or_declares: Option<Subject>,
}

/// What a repository may use or declare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Terraform or OpenTofu code.
    Terraform,
    /// CI pipelines.
    Ci,
    /// Helm charts.
    Charts,
    /// Container image files.
    Images,
    /// Any of these.
    Any,
}

/// Which things count for it. Exactly one of `uses` (with `from`) and `are` is given.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct That {
    /// They use one of these.
    #[serde(default, deserialize_with = "one_or_many")]
    pub uses: Vec<ArtifactName>,
    /// Whence it must come.
    pub from: Option<Source>,
    /// They have this quality.
    pub are: Option<Quality>,
    /// For `are: documented`: the share of inputs and outputs that must be described.
    pub described: Option<f64>,
}

/// An artifact, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArtifactName {
    /// Terraform modules.
    TerraformModule,
    /// Pipeline templates.
    CiTemplate,
    /// Actions.
    CiAction,
    /// Base images.
    BaseImage,
    /// Charts.
    HelmChart,
    /// Any of these.
    Any,
}

/// Whence a use must come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// From what the organisation offers for others to use.
    Shared,
}

/// A quality of shared offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quality {
    /// Their versions can be told apart.
    Versioned,
    /// They have a README or description, and describe their inputs and outputs.
    Documented,
}

/// Measures that need an algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Builtin {
    /// The share of delivering repositories that have a delivery structure in common with another repository.
    DeliveryFoundElsewhere,
}

/// When an indicator is met. Exactly one bound.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Met {
    /// The value is this or more.
    AtLeast(f64),
    /// The value is more than this.
    Above(f64),
}

impl Met {
    /// Whether a value is enough.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Met::AtLeast(bound) => value >= bound,
            Met::Above(bound) => value > bound,
        }
    }

    /// The fewest of so many things, at least one, that are a share that is enough.
    pub fn fewest(self, of: u64) -> u64 {
        let (Met::AtLeast(bound) | Met::Above(bound)) = self;
        // The product may lie on either side of a whole number that it should be; the share itself decides.
        let near = (bound * of as f64) as u64;
        (near.saturating_sub(1)..=near + 1).find(|n| self.holds(*n as f64 / of as f64)).unwrap_or(near + 2)
    }
}

/// One finding: a rule file in `rules/findings/`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FindingRule {
    /// Public id, the file's name.
    pub id: String,
    /// What it says, as a heading.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// What to do.
    pub remedy: String,
    /// How loud it is.
    pub level: FindingLevel,
    /// How often it is right.
    pub precision: Precision,
    /// What is looked for.
    pub find: Find,
}

/// How loud a finding is, in SARIF's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FindingLevel {
    /// Worth knowing.
    Note,
    /// Worth doing.
    Warning,
    /// Must be done.
    Error,
}

/// How often a finding is right, in code scanning's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Seldom wrong enough to be surprised.
    VeryHigh,
    /// Mostly right.
    High,
    /// Often right.
    Medium,
    /// A hint.
    Low,
}

/// What a finding looks for: a closed set, each in Rust with its tests.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Find {
    /// A delivery pipeline that has the same structure as one of another repository, and is no mere caller.
    CopiedPipeline {
        /// Pipelines of fewer steps are alike by nature.
        #[serde(rename = "min-steps")]
        min_steps: usize,
    },
    /// A delivery pipeline that is nearly the same as those of other repositories, and does something else all the same.
    DriftedPipelineCopy {
        /// Pipelines of fewer steps are alike by nature.
        #[serde(rename = "min-steps")]
        min_steps: usize,
    },
    /// A file of a CI system that others have superseded, beside one that delivers.
    SupersededCiFile {},
    /// A use of something internal that names no version, or a branch.
    UnversionedInternalUse {},
    /// A use of something internal at a version that newer ones have left behind.
    OutdatedInternalUse {
        /// From how many major versions on.
        majors: u64,
        /// From how many minor versions on, within one major version.
        minors: u64,
    },
    /// A base image whose tag is meant to move, or that has none.
    FloatingImageTag {},
    /// A shared offer that a reader could not use from its documentation.
    UndocumentedSharedOffer {
        /// The share of inputs and outputs that must be described.
        described: f64,
    },
    /// A shared offer whose versions can't be told apart.
    UnversionedSharedOffer {},
    /// A use of a third party's pipeline template that names no version, or a branch.
    UnpinnedThirdPartyTemplate {},
}

/// One level of the model.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Level {
    /// From 0.
    pub level: u8,
    /// Its name.
    pub name: String,
    /// What it means.
    pub meaning: String,
    /// Ids of the indicators that must be met.
    pub gates: Vec<String>,
    /// Why this level is not judged, where it isn't.
    pub not_judged: Option<String>,
}

impl ArtifactName {
    /// The artifacts it stands for.
    pub fn artifacts(self) -> &'static [Artifact] {
        match self {
            ArtifactName::TerraformModule => &[Artifact::TerraformModule],
            ArtifactName::CiTemplate => &[Artifact::CiTemplate],
            ArtifactName::CiAction => &[Artifact::CiAction],
            ArtifactName::BaseImage => &[Artifact::BaseImage],
            ArtifactName::HelmChart => &[Artifact::HelmChart],
            ArtifactName::Any => &crate::org::ADOPTED,
        }
    }
}

impl Indicator {
    /// When it is met, in words.
    pub fn met_words(&self) -> Option<String> {
        let bound = |it: f64| if self.measure.is_share() { format!("{} %", percent(it)) } else { it.to_string() };
        self.met.map(|met| match met {
            Met::AtLeast(it) => format!("at {} or more", bound(it)),
            Met::Above(it) => format!("above {}", bound(it)),
        })
    }
}

impl Find {
    /// What is looked for, as a sentence.
    pub fn words(&self) -> String {
        match self {
            Find::CopiedPipeline { min_steps } => format!(
                "Delivery pipelines that have the structure of one in another repository and at least {min_steps} steps \
                that are their own work, and that don't only call templates."
            ),
            Find::DriftedPipelineCopy { min_steps } => format!(
                "Pipelines of a near cluster of delivery pipelines in several repositories, with at least {min_steps} \
                steps that are their own work, that do something else than the canonical form of the cluster. What is near \
                is said in `rules/tables/pipelines.yaml`."
            ),
            Find::SupersededCiFile {} => "Files of CI systems that `rules/tables/pipelines.yaml` names as superseded, in \
                repositories where pipelines of another system deliver. Whether the old system still runs for them no file \
                shows."
                .to_owned(),
            Find::UnversionedInternalUse {} => "Uses in production of what another repository of the organisation \
                shares that name no version, or a branch."
                .to_owned(),
            Find::OutdatedInternalUse { majors, minors } => format!(
                "Uses in production of what another repository of the organisation shares, at a version {} or {} behind \
                the newest. The newest is known by the tags of the scanned repository, or by the version that a scanned \
                chart states; the version of a commit by the comment beside it or by a lock file.",
                counted(*majors, "major version"),
                counted(*minors, "minor version"),
            ),
            Find::FloatingImageTag {} => "Base images in production whose tag is meant to move, and those without a \
                tag that aren't shared by the organisation."
                .to_owned(),
            Find::UndocumentedSharedOffer { described } => format!(
                "Shared offers without README or description, or that describe less than {} % of their inputs or outputs.",
                percent(*described)
            ),
            Find::UnversionedSharedOffer {} => "Repositories with shared offers whose versions can't be told apart; \
                the first offer is the place."
                .to_owned(),
            Find::UnpinnedThirdPartyTemplate {} => "Uses in production of pipeline templates, libraries and orbs of \
                third parties that name no version, a version that is meant to move, or a branch. A tag that is none \
                of these counts as a version, although its owner could move it."
                .to_owned(),
        }
    }
}

/// `1 major version`, `5 minor versions`.
pub fn counted(n: u64, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

impl Measure {
    /// Whether it is a number of a number, each with its evidence.
    pub fn is_share(&self) -> bool {
        match self {
            Measure::Share(_) | Measure::Builtin(Builtin::DeliveryFoundElsewhere) => true,
            Measure::Count(_) | Measure::Distinct(_) | Measure::Ask(_) => false,
        }
    }

    /// The measure as a sentence.
    pub fn words(&self) -> String {
        let wire = |it: &ArtifactName| match it {
            ArtifactName::TerraformModule => "Terraform modules",
            ArtifactName::CiTemplate => "pipeline templates",
            ArtifactName::CiAction => "actions",
            ArtifactName::BaseImage => "base images",
            ArtifactName::HelmChart => "charts",
            ArtifactName::Any => "modules, templates, actions, base images or charts",
        };
        match self {
            Measure::Share(share) => {
                let that = match (&share.that.are, share.that.described) {
                    (Some(Quality::Versioned), _) => "whose versions can be told apart".to_owned(),
                    (Some(Quality::Documented), Some(described)) => format!(
                        "that have a README or description and describe {} % of their inputs and outputs",
                        percent(described)
                    ),
                    (Some(Quality::Documented), None) => "that are documented".to_owned(),
                    (None, _) => {
                        let uses: Vec<&str> = share.that.uses.iter().map(wire).collect();
                        format!("that use {} shared by another repository of the organisation", uses.join(" or "))
                    }
                };
                let among = match share.among.uses_or_declares {
                    Some(Subject::Terraform) => " with Terraform of their own",
                    Some(Subject::Ci) => " with pipelines",
                    Some(Subject::Charts) => " with charts of their own",
                    Some(Subject::Images) => " with image files",
                    Some(Subject::Any) => " with Terraform, pipelines, charts or image files of their own",
                    None => "",
                };
                format!("The share, of all {}{among}, of those {that}.", share.of.words(2))
            }
            Measure::Count(count) => format!("The number of {}.", count.of.words(2)),
            Measure::Distinct(it) => {
                let by = match it.by {
                    Strength::Exact => "document",
                    Strength::Structure => "structure",
                    Strength::Near => "near cluster",
                    Strength::Skeleton => "skeleton",
                };
                format!("The number of delivery pipelines that differ in {by}.")
            }
            Measure::Builtin(Builtin::DeliveryFoundElsewhere) => "The share, of all repositories with delivery \
                pipelines, of those that have a delivery structure in common with another repository."
                .to_owned(),
            Measure::Ask(ask) => format!("Asked: {}", ask.question),
        }
    }
}

/// A list, or its only member by itself.
fn one_or_many<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct OneOrMany<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a word or a list of words")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<T>, E> {
            T::deserialize(text.into_deserializer()).map(|it| vec![it])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut all = Vec::new();
            while let Some(it) = list.next_element()? {
                all.push(it);
            }
            Ok(all)
        }
    }

    deserializer.deserialize_any(OneOrMany(PhantomData))
}

/// A share as whole percent, rounded down at the bound so that 39.9 % never reads as 40 %.
pub fn percent(share: f64) -> u64 {
    // The least part of a per cent is forgiven to binary fractions: 0.29 × 100 is 28.999….
    (share * 100.0 + 1e-9).floor() as u64
}
