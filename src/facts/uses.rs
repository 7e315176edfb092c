//! What is used from somewhere, and what others could use.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Context;
use crate::origin::{Origin, Version};
use crate::paths::name_of;
use crate::source::Location;

/// What kind of thing is used or offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Artifact {
    /// A Terraform or OpenTofu module.
    TerraformModule,
    /// A Terraform or OpenTofu provider: never a module, counted apart.
    TerraformProvider,
    /// A pipeline template: a reusable workflow, an include.
    CiTemplate,
    /// A step of a pipeline that is used from somewhere: a GitHub action.
    CiAction,
    /// An image a pipeline's job or service runs in.
    CiImage,
    /// The image a final or intermediate stage starts from.
    BaseImage,
    /// An image files are copied or mounted from.
    CopiedImage,
    /// A Helm chart.
    HelmChart,
    /// A shared library of Jenkins, or a step that one offers.
    JenkinsLibrary,
    /// A CircleCI orb.
    CircleciOrb,
    /// A Buildkite plugin.
    BuildkitePlugin,
    /// An image that a service of a compose file runs.
    ComposeImage,
    /// An image that a workload of a cluster runs.
    WorkloadImage,
    /// A base, component or resource that a kustomization brings in.
    KustomizeBase,
    /// A collection of Ansible.
    AnsibleCollection,
    /// A role of Ansible.
    AnsibleRole,
    /// A module of Bicep.
    BicepModule,
    /// Settings that a bot for dependency updates shares.
    BotPreset,
    /// A buildpack, or a builder of them.
    Buildpack,
    /// A library of constructs for the CDK.
    CdkConstruct,
    /// A nested stack, an application or a module of CloudFormation.
    CloudformationModule,
    /// A package of Crossplane: a provider, a configuration, a function.
    CrossplanePackage,
    /// A feature or a template of dev containers.
    DevContainerFeature,
    /// A template that a project was made from.
    ProjectTemplate,
    /// A package of components or a provider of Pulumi.
    PulumiPackage,
    /// A plugin of the Serverless Framework.
    ServerlessPlugin,
}

/// Artifacts that are named, owned and kept alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// What pipelines use.
    Pipeline,
    /// What Terraform uses.
    Terraform,
    /// Helm charts.
    Chart,
    /// Images of containers.
    Image,
    /// Packages of other tools.
    Package,
}

impl Artifact {
    /// All artifacts, in their order.
    pub const ALL: &[Artifact] = &[
        Artifact::TerraformModule,
        Artifact::TerraformProvider,
        Artifact::CiTemplate,
        Artifact::CiAction,
        Artifact::CiImage,
        Artifact::BaseImage,
        Artifact::CopiedImage,
        Artifact::HelmChart,
        Artifact::JenkinsLibrary,
        Artifact::CircleciOrb,
        Artifact::BuildkitePlugin,
        Artifact::ComposeImage,
        Artifact::WorkloadImage,
        Artifact::KustomizeBase,
        Artifact::AnsibleCollection,
        Artifact::AnsibleRole,
        Artifact::BicepModule,
        Artifact::BotPreset,
        Artifact::Buildpack,
        Artifact::CdkConstruct,
        Artifact::CloudformationModule,
        Artifact::CrossplanePackage,
        Artifact::DevContainerFeature,
        Artifact::ProjectTemplate,
        Artifact::PulumiPackage,
        Artifact::ServerlessPlugin,
    ];

    /// Which others it is named, owned and kept like.
    pub fn family(self) -> Family {
        match self {
            Artifact::CiTemplate
            | Artifact::CiAction
            | Artifact::JenkinsLibrary
            | Artifact::CircleciOrb
            | Artifact::BuildkitePlugin => Family::Pipeline,
            Artifact::TerraformModule | Artifact::TerraformProvider => Family::Terraform,
            Artifact::HelmChart => Family::Chart,
            Artifact::CiImage
            | Artifact::BaseImage
            | Artifact::CopiedImage
            | Artifact::ComposeImage
            | Artifact::WorkloadImage => Family::Image,
            Artifact::KustomizeBase
            | Artifact::AnsibleCollection
            | Artifact::AnsibleRole
            | Artifact::BicepModule
            | Artifact::BotPreset
            | Artifact::Buildpack
            | Artifact::CdkConstruct
            | Artifact::CloudformationModule
            | Artifact::CrossplanePackage
            | Artifact::DevContainerFeature
            | Artifact::ProjectTemplate
            | Artifact::PulumiPackage
            | Artifact::ServerlessPlugin => Family::Package,
        }
    }

    /// What adoption counts it as: what a library or an orb brings into a pipeline is templates, a plugin is a step.
    pub fn counts_as(self) -> Artifact {
        match self {
            Artifact::JenkinsLibrary | Artifact::CircleciOrb => Artifact::CiTemplate,
            Artifact::BuildkitePlugin => Artifact::CiAction,
            other => other,
        }
    }

    /// Whether pipelines use it: as a template or as a step.
    pub fn is_ci(self) -> bool {
        self.family() == Family::Pipeline
    }
}

/// Something used from somewhere, at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// Where it is written.
    pub at: Location,
    /// What kind of thing.
    pub artifact: Artifact,
    /// The value as it stands in the file, without quotes; secrets in it are replaced.
    pub written: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Which version is asked for.
    #[serde(flatten)]
    pub version: Version,
    /// What the place is evidence of.
    pub context: Context,
    /// Where a value came from that the file itself does not give: `path:line`, several parted by commas; beyond 32 of
    /// them `and more`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
}

impl Use {
    /// Whether a kustomization says it: controllers name roots of kustomize too, and keep nothing beside them.
    pub fn is_of_kustomization(&self) -> bool {
        if self.artifact != Artifact::KustomizeBase {
            return false;
        }
        let name = name_of(&self.at.path);
        matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization")
    }
}

/// Something that others could use, at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Where it is defined.
    pub at: Location,
    /// What kind of thing.
    pub artifact: Artifact,
    /// What callers name it by within the repository: a module's, action's or chart's folder (`""` for the root),
    /// a reusable workflow's file.
    #[schemars(with = "String")]
    pub path: Arc<str>,
    /// The name it gives itself: a chart's or action's `name`; else the last part of its path.
    pub name: String,
    /// The version it states itself, as a chart does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether it describes itself (`description`).
    pub described: bool,
    /// Inputs (variables), and how many of them are described.
    pub inputs: Described,
    /// Outputs, and how many of them are described.
    pub outputs: Described,
    /// What it is besides being offered.
    pub traits: BTreeSet<OfferTrait>,
    /// What the place is evidence of.
    pub context: Context,
}

impl Offer {
    /// The order of offers: by module, and of one module the file first where readers look, then the others, then what
    /// lies beside them.
    pub(super) fn by_module(&self, other: &Self) -> Ordering {
        let by_module = (self.artifact, &self.path).cmp(&(other.artifact, &other.path));
        by_module.then_with(|| self.place_in_module().cmp(&other.place_in_module())).then_with(|| self.cmp(other))
    }

    fn place_in_module(&self) -> u8 {
        let name = name_of(&self.at.path);
        match name {
            "main.tf" | "main.tofu" | "main.tf.json" => 0,
            "terragrunt.hcl" => 2,
            name if name.ends_with(".tfvars") || name.ends_with(".tfvars.json") => 2,
            name if name.ends_with(".txt") => 2,
            _ => 1,
        }
    }

    /// Adds another part of the same module. The whole is where the first of them is.
    pub(super) fn merge(&mut self, mut part: Offer) {
        if part.by_module(self) == Ordering::Less {
            std::mem::swap(self, &mut part);
        }
        self.inputs.add(part.inputs);
        self.outputs.add(part.outputs);
        self.described |= part.described;
        self.traits.extend(part.traits);
        self.context = self.context.min(part.context);
    }
}

/// A count of things that may carry a description.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// How many there are.
    pub total: u32,
    /// How many have a description that isn't empty.
    pub described: u32,
}

/// What an offer is besides being offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OfferTrait {
    /// Terraform: it keeps state of its own (`backend`, `cloud`), so it is applied, not called.
    Backend,
    /// Terraform: it configures a provider, as roots do.
    ProviderConfiguration,
    /// Terraform: it declares resources of its own.
    Resources,
    /// Terraform: values for its variables lie beside it (`*.tfvars`, a Terragrunt unit), as with roots.
    VariableValues,
    /// Chart: `type: library`.
    Library,
    /// Workflow: it is triggered by other events too, so it is a pipeline as well.
    AlsoPipeline,
}

impl Described {
    /// One more, with or without a description.
    pub fn count(&mut self, described: bool) {
        self.total += 1;
        self.described += u32::from(described);
    }

    pub(super) fn add(&mut self, other: Described) {
        self.total += other.total;
        self.described += other.described;
    }
}
