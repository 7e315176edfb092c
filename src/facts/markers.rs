//! Evidence: what lies at a place, whose format it has, how it acts and what it says.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Context, Demand};
use crate::source::Location;

/// Evidence of something at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    /// Where it lies.
    pub at: Location,
    /// What it is evidence of.
    #[serde(rename = "marker")]
    pub kind: MarkerKind,
    /// The tool whose format it has, as the tables of evidence call it; for a pipeline that isn't read its CI system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// What it calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How it acts; absent where it doesn't say, or where there is nothing to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// What else it says; secrets are replaced, and `…` stands for what isn't known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub says: BTreeMap<Said, BTreeSet<String>>,
    /// What the place is evidence of.
    #[serde(default, skip_serializing_if = "Context::is_production")]
    pub context: Context,
    /// Whether it counts only while people run it: a pipeline that does so is as it should be. Known until the
    /// repository is read as a whole, and told to nobody.
    #[serde(skip)]
    pub(crate) is_by_hand_only: bool,
    /// How it acts where a pipeline runs it, where that is another thing: what refuses there only tells those who run it
    /// themselves. Known as long as the field above.
    #[serde(skip)]
    pub(crate) mode_in_pipelines: Option<Option<Mode>>,
    /// Whether it looks at the files in the repository's root and at no others. Known as long as the fields above.
    #[serde(skip)]
    pub(crate) looks_at_root: bool,
}

impl Marker {
    /// A marker of which nothing is known but where it lies and what it is.
    pub fn new(at: Location, kind: MarkerKind) -> Self {
        Marker {
            at,
            kind,
            tool: None,
            name: None,
            mode: None,
            says: BTreeMap::new(),
            context: Context::Production,
            is_by_hand_only: false,
            mode_in_pipelines: None,
            looks_at_root: false,
        }
    }

    /// The same, made for this tool.
    pub fn of(at: Location, kind: MarkerKind, tool: &str, context: Context) -> Self {
        Marker { tool: Some(tool.to_owned()), context, ..Marker::new(at, kind) }
    }

    /// Says that a pipeline runs it; whether it still counts.
    pub(crate) fn run_by_pipeline(&mut self) -> bool {
        self.says.insert(Said::RunBy, BTreeSet::from([RunBy::Pipeline.id().to_owned()]));
        self.mode = self.mode_in_pipelines.take().unwrap_or(self.mode);
        !self.is_by_hand_only
    }

    /// What is demanded of the inputs of the module or chart that it lies in, so that it is made.
    pub fn demands(&self) -> Vec<Demand> {
        let conditions = self.says.get(&Said::Condition).into_iter().flatten();
        conditions.filter(|it| !Demand::is_at_call(it)).map(|it| Demand::read(it)).collect()
    }

    /// Adds something that it says; nothing where there is nothing to say.
    pub fn say(&mut self, what: Said, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.says.entry(what).or_default().insert(text);
        }
    }
}

/// What something is evidence of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MarkerKind {
    /// A README.
    Readme,
    /// A page that lists places in repositories, as one does that says what there is to use.
    Page,
    /// A changelog.
    Changelog,
    /// A record of an architectural decision.
    ArchitectureDecision,
    /// A site of documentation that is built from the repository.
    DocsSite,
    /// A runbook: what to do, written for those who operate.
    Runbook,
    /// A guide for those who are new.
    OnboardingGuide,
    /// An index of shared tooling: what there is to be used.
    ToolingIndex,
    /// A catalogue of modules that is browsed for what to build with (Terragrunt's `catalog`).
    ModuleCatalogue,
    /// An entry of a service catalogue.
    CatalogueEntity,
    /// A developer portal that is operated from here.
    Portal,
    /// A description of a workload that a platform turns into deployments.
    WorkloadSpec,
    /// A template that new projects are made from.
    ProjectTemplate,
    /// A project that was made from a template, and says so.
    TemplateInstance,
    /// An environment for developers, as code.
    DeveloperEnvironment,
    /// A type that a platform offers to be asked for.
    PlatformApi,
    /// What a platform makes of such a type.
    PlatformComposition,
    /// An object of a type that a platform of the organisation offers.
    PlatformClaim,
    /// A resource of a cloud as an object that a controller keeps.
    ControllerResource,
    /// A state in Git that a controller brings about.
    Gitops,
    /// Terraform that a service runs on changes in Git.
    TerraformAutomation,
    /// An environment for a change that isn't merged yet.
    PreviewEnvironment,
    /// An action that developers start themselves, in a form or a portal.
    SelfServiceAction,
    /// A policy as code.
    Policy,
    /// An exception from a policy.
    PolicyException,
    /// A check against policies: a step, or a scanner's configuration.
    PolicyCheck,
    /// A place that a scanner is told to pass over.
    PolicySkip,
    /// A test of a policy.
    PolicyTest,
    /// Rules for branches of repositories, as code.
    RepositoryRuleset,
    /// A scorecard: rules that services are held against.
    Scorecard,
    /// A comparison of what is declared with what there is.
    DriftDetection,
    /// Drift that is brought back.
    DriftRemediation,
    /// Costs that are told, budgeted or allotted.
    CostAllocation,
    /// A service level objective.
    Slo,
    /// An alert, or how alerts reach people.
    Alert,
    /// A dashboard.
    Dashboard,
    /// What metrics, logs or traces are collected by, kept or shown in.
    Observability,
    /// How secrets reach those who need them.
    SecretDelivery,
    /// A bot that updates dependencies.
    DependencyUpdates,
    /// A workload or a group of machines that scales by itself.
    Autoscaling,
    /// Advice on, or adjustment of, what a workload asks for.
    RightSizing,
    /// Scaling by forecast.
    PredictiveScaling,
    /// A watch for unusual costs.
    CostAnomalyDetection,
    /// An experiment with faults.
    ChaosExperiment,
    /// A test under load.
    LoadTest,
    /// A way back: progressive delivery, a rollback by itself or by one command.
    Rollback,
    /// Infrastructure as code that is none of Terraform.
    InfrastructureCode,
    /// A command that changes infrastructure.
    ImperativeCommand,
    /// A command on another machine.
    RemoteShell,
    /// A procedure that people follow step by step.
    ManualProcedure,
    /// Instructions to use a console with the mouse.
    ConsoleInstruction,
    /// Instructions to ask somebody else, by ticket or message.
    TicketInstruction,
    /// A file of state that is committed.
    CommittedState,
    /// An id of a cloud's resource that is written out.
    HardCodedId,
    /// A program from the network that is run unseen.
    UnverifiedDownload,
    /// A pipeline of a CI system that this version counts but does not read.
    UnreadPipeline,
    /// The image of a stage that only builds: no image that its file is built for ends at it.
    BuilderBase,
    /// An image file that doesn't say what its image runs, or says a shell.
    BareImage,
}

impl MarkerKind {
    /// All kinds, in their order.
    pub const ALL: &[MarkerKind] = &[
        MarkerKind::Readme,
        MarkerKind::Page,
        MarkerKind::Changelog,
        MarkerKind::ArchitectureDecision,
        MarkerKind::DocsSite,
        MarkerKind::Runbook,
        MarkerKind::OnboardingGuide,
        MarkerKind::ToolingIndex,
        MarkerKind::ModuleCatalogue,
        MarkerKind::CatalogueEntity,
        MarkerKind::Portal,
        MarkerKind::WorkloadSpec,
        MarkerKind::ProjectTemplate,
        MarkerKind::TemplateInstance,
        MarkerKind::DeveloperEnvironment,
        MarkerKind::PlatformApi,
        MarkerKind::PlatformComposition,
        MarkerKind::PlatformClaim,
        MarkerKind::ControllerResource,
        MarkerKind::Gitops,
        MarkerKind::TerraformAutomation,
        MarkerKind::PreviewEnvironment,
        MarkerKind::SelfServiceAction,
        MarkerKind::Policy,
        MarkerKind::PolicyException,
        MarkerKind::PolicyCheck,
        MarkerKind::PolicySkip,
        MarkerKind::PolicyTest,
        MarkerKind::RepositoryRuleset,
        MarkerKind::Scorecard,
        MarkerKind::DriftDetection,
        MarkerKind::DriftRemediation,
        MarkerKind::CostAllocation,
        MarkerKind::Slo,
        MarkerKind::Alert,
        MarkerKind::Dashboard,
        MarkerKind::Observability,
        MarkerKind::SecretDelivery,
        MarkerKind::DependencyUpdates,
        MarkerKind::Autoscaling,
        MarkerKind::RightSizing,
        MarkerKind::PredictiveScaling,
        MarkerKind::CostAnomalyDetection,
        MarkerKind::ChaosExperiment,
        MarkerKind::LoadTest,
        MarkerKind::Rollback,
        MarkerKind::InfrastructureCode,
        MarkerKind::ImperativeCommand,
        MarkerKind::RemoteShell,
        MarkerKind::ManualProcedure,
        MarkerKind::ConsoleInstruction,
        MarkerKind::TicketInstruction,
        MarkerKind::CommittedState,
        MarkerKind::HardCodedId,
        MarkerKind::UnverifiedDownload,
        MarkerKind::UnreadPipeline,
        MarkerKind::BuilderBase,
        MarkerKind::BareImage,
    ];
}

/// How something acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// What breaks it is refused.
    Blocking,
    /// What breaks it is told, and passes.
    Advisory,
    /// What breaks it is found once it is there, and told to those who look after it, not to who writes it.
    Detecting,
    /// A part of it is refused, a part only told, or there are exceptions.
    Weakened,
    /// It is switched off, or nothing that its repository tells of uses it any more.
    Off,
    /// It happens by itself.
    Automatic,
    /// Somebody has to start it.
    Manual,
    /// It says what should be done, and does nothing.
    Recommending,
}

/// How strongly a command speaks of work by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// It may as well be a part of something automatic.
    Weak,
    /// It is work by hand where a person runs it.
    Medium,
    /// It changes something that code should declare; a command on another machine goes in, and may change anything there.
    Strong,
}

impl Weight {
    /// The id, as markers say it.
    pub fn id(self) -> &'static str {
        match self {
            Weight::Weak => "weak",
            Weight::Medium => "medium",
            Weight::Strong => "strong",
        }
    }
}

/// Who runs a command: what [`Said::RunBy`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunBy {
    /// A machine or a container, when it is made or starts.
    Machine,
    /// A pipeline: it stands in one, or in what one runs.
    Pipeline,
    /// Nothing of which the repository tells: people, or something outside.
    People,
    /// Terraform, where it makes or destroys a resource.
    Terraform,
}

impl RunBy {
    /// The id, as markers say it.
    pub fn id(self) -> &'static str {
        match self {
            RunBy::Machine => "machine",
            RunBy::Pipeline => "pipeline",
            RunBy::People => "people",
            RunBy::Terraform => "terraform",
        }
    }
}

/// What a marker says besides its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// What it does, step by step, by the ids of actions; of a command the program and its verb.
    Action,
    /// What decides whether it is made at all: an input of its module or a value of its chart, or, with the place, an input
    /// of a module that calls it; `count`, `if` and the like where that says more than can be told.
    Condition,
    /// The interfaces it uses.
    Consumes,
    /// What it depends on.
    DependsOn,
    /// The ecosystems of packages that it covers.
    Ecosystem,
    /// Environments.
    Environment,
    /// The group of an interface that it defines.
    Group,
    /// The kind of what it defines.
    Kind,
    /// How far along it is.
    Lifecycle,
    /// Links.
    Link,
    /// How many of its steps people do by hand.
    ManualSteps,
    /// What it aims at.
    Objective,
    /// Who owns it.
    Owner,
    /// What it asks for.
    Parameter,
    /// Shared settings that it builds on.
    Preset,
    /// The interfaces it offers.
    Provides,
    /// Who runs it: a [`RunBy`].
    RunBy,
    /// Where it is said what to do.
    Runbook,
    /// When it happens.
    Schedule,
    /// What it was made from, or what it brings about.
    Source,
    /// How many steps it has.
    Steps,
    /// What it is a part of.
    System,
    /// What it acts on.
    Target,
    /// Teams.
    Team,
    /// How important it is.
    Tier,
    /// What type of thing it is.
    Type,
    /// Addresses.
    Url,
    /// The version it was made from, or asks for.
    Version,
    /// How strongly it speaks of work by hand: a [`Weight`].
    Weight,
}
