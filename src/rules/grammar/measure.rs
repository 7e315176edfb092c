//! What is measured: a closed grammar.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::one_or_many;
use crate::facts::{Artifact, MarkerKind, Mode, Said};
use crate::knowledge::classes::Class;

/// What is measured: a closed grammar.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Measure {
    /// How many of some things are so: a number of a number.
    Share(Box<Share>),
    /// How many things there are.
    Count(Count),
    /// How many different ones there are.
    Distinct(DistinctMeasure),
    /// Places of evidence. Where none is found, there may be some where nobody looked: it is unknown, never not so.
    Found(EvidenceFilter),
    /// How many of other indicators are met, answers included: their ids.
    Indicators(Vec<String>),
    /// What needs an algorithm.
    Builtin(Builtin),
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

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Repositories.
    Repositories,
    /// Teams; a rule over teams counts repositories where less than half of those that count have a known team.
    Teams,
    /// What is deployed or provisioned: Terraform roots, charts, images, tenants' folders.
    Components,
    /// Uses of something from outside the own repository.
    Calls,
    /// Definitions that are made for others.
    Offers,
    /// Delivery pipelines.
    Pipelines,
    /// Places of evidence.
    Places,
    /// Kinds of evidence in a repository: places of one marker, one tool and one way to act are one.
    Kinds,
    /// Ways to provision one thing.
    Ways,
    /// Classes of things that are provisioned.
    Classes,
    /// Links of a chain.
    Links,
    /// Tools.
    Tools,
    /// Kinds of tools: CI systems, infrastructure as code and the like.
    Categories,
    /// Environments.
    Environments,
    /// Indicators.
    Indicators,
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

/// Which things count at all; all that is given must hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Among {
    /// Those that use or declare this.
    pub uses_or_declares: Option<Subject>,
    /// Those that have each of these qualities.
    #[serde(default, deserialize_with = "one_or_many")]
    pub are: Vec<Quality>,
    /// Repositories with such evidence; places of it.
    pub have: Option<EvidenceFilter>,
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

/// Which things count for it. Exactly one of `uses` (with `from`), `are`, `have` and `lack` is given.
#[derive(Clone, Debug, Default, Deserialize)]
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
    /// Repositories with such evidence; places that are so.
    pub have: Option<EvidenceFilter>,
    /// Repositories without such evidence.
    pub lack: Option<EvidenceFilter>,
}

/// Places of evidence in production; all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EvidenceFilter {
    /// Of one of these kinds.
    #[serde(default, deserialize_with = "one_or_many")]
    pub markers: Vec<MarkerKind>,
    /// Of one of these tools.
    #[serde(default, deserialize_with = "one_or_many")]
    pub tools: Vec<String>,
    /// Of none of these tools.
    #[serde(default, deserialize_with = "one_or_many")]
    pub except_tools: Vec<String>,
    /// Acting in one of these ways.
    #[serde(default, deserialize_with = "one_or_many")]
    pub modes: Vec<Mode>,
    /// Saying each of these.
    #[serde(default, deserialize_with = "one_or_many")]
    pub says: Vec<Said>,
    /// Saying at least one of these.
    #[serde(default, deserialize_with = "one_or_many")]
    pub says_any: Vec<Said>,
    /// Having fewer steps than this.
    pub fewer_steps_than: Option<u64>,
    /// Run by people, not by a pipeline.
    #[serde(default)]
    pub by_people: bool,
    /// In the root of their repository.
    #[serde(default)]
    pub in_root: bool,
    /// For `found`: counted once for each of these, where many places are one thing.
    pub once: Option<Once>,
}

/// What many places of evidence are one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Once {
    /// The repository that they lie in.
    Repository,
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

/// A quality of shared offers, or of repositories: see `crate::measure::qualities` for how each is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quality {
    /// Offers: their versions can be told apart.
    Versioned,
    /// Offers: they have a README or description, and describe their inputs and outputs.
    Documented,
    /// Offers: a document of the organisation that lists what there is to use names them.
    Indexed,
    /// Offers: at least two other repositories use them.
    UsedElsewhere,
    /// Offers: their repository was changed within a year.
    Maintained,
    /// Offers: the repository that offers them passes most checks of readiness for production itself.
    FromReadyRepositories,
    /// Repositories: they hold something that is run: an image, a chart, a workload, a function.
    Deployable,
    /// Repositories: one of their pipelines takes part in bringing changes to users.
    Delivering,
    /// Repositories: one of their pipelines deploys or provisions.
    Deploying,
    /// Repositories: they offer nothing to others, or hold something besides that is run or provisioned.
    MoreThanOffering,
    /// Repositories: they provision something, by code, by commands or by instructions.
    Provisioning,
    /// Repositories: they declare infrastructure or workloads as code.
    DefinedInCode,
    /// Repositories: what they declare with Terraform and the like is applied by a pipeline or by a controller.
    AppliedByPipeline,
    /// Repositories: a change alone starts their deployment.
    DeployedAutomatically,
    /// Repositories: a change that was merged, or time, starts their deployment, and nothing holds it.
    DeployedWhenMerged,
    /// Repositories: what they deploy is tested before.
    TestedBeforeDeploy,
    /// Repositories: a team owns them.
    Owned,
    /// Repositories: pipelines look for faults without running the program.
    Scanned,
    /// Repositories: a shared template brings the scan.
    ScannedByTemplate,
    /// Repositories: they have scripts, makefiles or the like for what is done again and again.
    Scripted,
    /// Repositories: for each artifact of which they have a place they use what is shared.
    OnGoldenPath,
    /// Repositories: they pass most checks of readiness for production.
    Ready,
}

/// Measures that need an algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Builtin {
    /// The share of delivering repositories that have a delivery structure in common with another repository.
    DeliveryFoundElsewhere,
    /// The number of ways in which one class of things is provisioned.
    WaysToProvision {
        /// The class.
        class: Class,
    },
    /// The share of the classes of things that are provisioned anywhere for which there is a shared way.
    ClassesWithASharedWay,
    /// The number of links of the chain from a request to a running database that are in the files.
    SelfServiceChain,
    /// The number of tools that deploy.
    DeployTools,
    /// The share of the kinds of tools in which one tool serves most repositories.
    StandardTools,
    /// The share of the environments that code names which are provisioned from code.
    EnvironmentsInCode,
}

impl Unit {
    /// The word for `n` of them.
    pub fn words(self, n: u64) -> &'static str {
        let (one, many) = match self {
            Unit::Repositories => ("repository", "repositories"),
            Unit::Teams => ("team", "teams"),
            Unit::Components => ("component", "components"),
            Unit::Calls => ("call", "calls"),
            Unit::Offers => ("shared offer", "shared offers"),
            Unit::Pipelines => ("pipeline", "pipelines"),
            Unit::Places => ("place", "places"),
            Unit::Kinds => ("kind of evidence", "kinds of evidence"),
            Unit::Ways => ("way", "ways"),
            Unit::Classes => ("class", "classes"),
            Unit::Links => ("link", "links"),
            Unit::Tools => ("tool", "tools"),
            Unit::Categories => ("category", "categories"),
            Unit::Environments => ("environment", "environments"),
            Unit::Indicators => ("indicator", "indicators"),
        };
        if n == 1 { one } else { many }
    }
}

impl Quality {
    /// Whether it is one of offers.
    pub fn is_of_offers(self) -> bool {
        match self {
            Quality::Versioned
            | Quality::Documented
            | Quality::Indexed
            | Quality::UsedElsewhere
            | Quality::Maintained
            | Quality::FromReadyRepositories => true,
            Quality::Deployable
            | Quality::Delivering
            | Quality::Deploying
            | Quality::MoreThanOffering
            | Quality::Provisioning
            | Quality::DefinedInCode
            | Quality::AppliedByPipeline
            | Quality::DeployedAutomatically
            | Quality::DeployedWhenMerged
            | Quality::TestedBeforeDeploy
            | Quality::Owned
            | Quality::Scanned
            | Quality::ScannedByTemplate
            | Quality::Scripted
            | Quality::OnGoldenPath
            | Quality::Ready => false,
        }
    }
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

impl Builtin {
    /// What it counts.
    pub fn unit(self) -> Unit {
        match self {
            Builtin::DeliveryFoundElsewhere => Unit::Repositories,
            Builtin::WaysToProvision { .. } => Unit::Ways,
            Builtin::ClassesWithASharedWay => Unit::Classes,
            Builtin::SelfServiceChain => Unit::Links,
            Builtin::DeployTools => Unit::Tools,
            Builtin::StandardTools => Unit::Categories,
            Builtin::EnvironmentsInCode => Unit::Environments,
        }
    }

    /// Whether it is a number of a number.
    pub fn is_share(self) -> bool {
        match self {
            Builtin::DeliveryFoundElsewhere
            | Builtin::ClassesWithASharedWay
            | Builtin::StandardTools
            | Builtin::EnvironmentsInCode => true,
            Builtin::SelfServiceChain | Builtin::WaysToProvision { .. } | Builtin::DeployTools => false,
        }
    }

    /// Whether it is of things that may as well be where nobody looked.
    pub fn is_found(self) -> bool {
        match self {
            Builtin::SelfServiceChain => true,
            Builtin::DeliveryFoundElsewhere
            | Builtin::WaysToProvision { .. }
            | Builtin::ClassesWithASharedWay
            | Builtin::DeployTools
            | Builtin::StandardTools
            | Builtin::EnvironmentsInCode => false,
        }
    }
}

impl Measure {
    /// Whether it is a number of a number, each with its evidence.
    pub fn is_share(&self) -> bool {
        match self {
            Measure::Share(_) | Measure::Indicators(_) => true,
            Measure::Builtin(it) => it.is_share(),
            Measure::Count(_) | Measure::Distinct(_) | Measure::Found(_) => false,
        }
    }

    /// Whether it looks for things that may as well be where nobody looked.
    pub fn is_search(&self) -> bool {
        match self {
            Measure::Found(_) => true,
            Measure::Builtin(it) => it.is_found(),
            Measure::Share(_) | Measure::Count(_) | Measure::Distinct(_) | Measure::Indicators(_) => false,
        }
    }

    /// What it counts.
    pub fn unit(&self) -> Unit {
        match self {
            Measure::Share(it) => it.of,
            Measure::Count(it) => it.of,
            Measure::Distinct(it) => it.of,
            Measure::Found(EvidenceFilter { once: Some(Once::Repository), .. }) => Unit::Repositories,
            Measure::Found(_) => Unit::Places,
            Measure::Indicators(_) => Unit::Indicators,
            Measure::Builtin(it) => it.unit(),
        }
    }
}
