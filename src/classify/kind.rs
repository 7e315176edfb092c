//! The kinds of files, and when their content is read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kinds of files we recognise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// What Ansible installs, or what a role or a collection says of itself: `requirements.yml`, `galaxy.yml`,
    /// `meta/main.yml`.
    AnsibleGalaxy,
    /// A playbook of Ansible, by its content.
    AnsiblePlaybook,
    /// AppVeyor.
    AppveyorPipeline,
    /// Argo Workflows: a workflow or a template of one.
    ArgoWorkflow,
    /// A template of Azure's Resource Manager, by its content.
    ArmTemplate,
    /// Azure Pipelines: a pipeline or a template of one, by its name or its content.
    AzurePipeline,
    /// `docker-bake.hcl` and its like.
    BakeFile,
    /// Bamboo's specs in YAML.
    BambooPipeline,
    /// A script of Windows' `cmd`.
    BatchScript,
    /// What a Bazel workspace brings in (`MODULE.bazel`, `WORKSPACE`).
    BazelModule,
    /// `bicepconfig.json`: read where a module is named by an alias.
    BicepConfig,
    /// Bicep, its files of parameters among it.
    BicepFile,
    /// Bitbucket Pipelines: a configuration, or a file of pipelines that others import.
    BitbucketPipeline,
    /// A pipeline of Buildkite.
    BuildkitePipeline,
    /// Cloud Native Buildpacks' `project.toml`.
    BuildpackProject,
    /// `cdk.json`.
    CdkApp,
    /// A changelog: its presence counts.
    Changelog,
    /// `Chart.yaml`.
    Chart,
    /// `Chart.lock`, `requirements.lock`: read beside a chart.
    ChartLock,
    /// `requirements.yaml`: read beside a chart.
    ChartRequirements,
    /// The source of a CircleCI orb, or of one of its commands, jobs or executors.
    CircleciOrb,
    /// A configuration of CircleCI.
    CircleciPipeline,
    /// Cirrus CI: tasks in YAML; in Starlark counted, with what it loads.
    CirrusPipeline,
    /// Google Cloud Build.
    CloudBuildPipeline,
    /// A template of CloudFormation or SAM, by its content.
    CloudformationTemplate,
    /// AWS CodeBuild's buildspec.
    CodebuildPipeline,
    /// Codefresh.
    CodefreshPipeline,
    /// CODEOWNERS where GitHub, GitLab or Gitea look for it.
    Codeowners,
    /// CloudFormation with an AWS CodePipeline.
    CodepipelineTemplate,
    /// Compose.
    ComposeFile,
    /// Concourse: a pipeline or a task.
    ConcoursePipeline,
    /// A unit of Podman's that runs a container (Quadlet).
    ContainerUnit,
    /// A Dagger module: counted, with what it depends on.
    DaggerModule,
    /// A dev container: `devcontainer.json`.
    DevContainer,
    /// Dockerfile, Containerfile.
    Dockerfile,
    /// Drone.
    DronePipeline,
    /// An Earthfile.
    Earthfile,
    /// Variables for a compose file beside it (`.env`): read where it leaves one open.
    EnvFile,
    /// A file that a table of evidence names, whose text has a say.
    EvidenceFile,
    /// A file that a table of evidence names by its path alone.
    EvidenceName,
    /// What Fleet deploys from a folder.
    FleetBundle,
    /// A workflow of Forgejo Actions or Gitea Actions.
    ForgejoWorkflow,
    /// `.gitmodules`: read where a folder is not there that a submodule may bring.
    GitModules,
    /// `action.yml`.
    GithubAction,
    /// `.github/workflows/actions.lock`: the commits that refs of workflows are locked to.
    GithubActionsLock,
    /// A file directly in `.github/workflows` (at the root: live; elsewhere: kept for others).
    GithubWorkflow,
    /// GitLab CI, its templates and components among them.
    GitlabPipeline,
    /// GoCD's configuration in the repository.
    GocdPipeline,
    /// A build in Gradle, in Groovy or Kotlin.
    GradleBuild,
    /// Groovy that is none of the above by its path: read where a pipeline loads it.
    GroovyFile,
    /// Harness: a pipeline or a template.
    HarnessPipeline,
    /// Any other file in HCL: read where a Terragrunt file takes values from it.
    HclFile,
    /// A helmfile, or a part of one.
    Helmfile,
    /// Values of a Helm chart, by its name.
    HelmValues,
    /// A file in JSON, or in no known format, whose path speaks of templates of infrastructure: its content tells.
    InfrastructureCandidate,
    /// A step of a shared library of Jenkins (`vars/*.groovy`), or a class of one that a step uses.
    JenkinsLibrary,
    /// What a shared library of Jenkins says of a step (`vars/*.txt`): its presence counts.
    JenkinsLibraryHelp,
    /// Jenkinsfile under any of its names.
    JenkinsPipeline,
    /// A justfile.
    Justfile,
    /// A kustomization.
    Kustomization,
    /// Objects of Kubernetes, or of what looks like it, by its content.
    KubernetesManifest,
    /// ko's configuration.
    KoConfig,
    /// A makefile.
    Makefile,
    /// A project of Maven.
    MavenProject,
    /// A file of a CI system that is known by its name only (Vela, Zuul, …): counted, not read.
    OtherPipeline,
    /// OWNERS of Prow or Chromium, and Prow's OWNERS_ALIASES.
    OwnersFile,
    /// A manifest of a Node package: read where a pipeline runs its scripts.
    PackageJson,
    /// A file whose path speaks of pipelines: its content tells what it is ([`by_content`](super::by_content)), and of
    /// what it isn't it is no file of a known kind.
    PipelineCandidate,
    /// A script of PowerShell.
    PowershellScript,
    /// A text for people, in Markdown, AsciiDoc or reStructuredText.
    Prose,
    /// Prow's jobs.
    ProwJobs,
    /// `Pulumi.yaml`.
    PulumiProject,
    /// A README: its presence counts, and what it tells people to do.
    Readme,
    /// Screwdriver: a pipeline, a template or a command.
    ScrewdriverPipeline,
    /// Semaphore.
    SemaphorePipeline,
    /// A service of the Serverless Framework.
    ServerlessService,
    /// A script of a Unix shell.
    ShellScript,
    /// sourcehut builds.
    SourcehutPipeline,
    /// Spinnaker: a dinghyfile; managed delivery is counted.
    SpinnakerPipeline,
    /// A Taskfile.
    Taskfile,
    /// TeamCity's settings in Kotlin, in XML counted.
    TeamcityPipeline,
    /// Tekton: pipelines, tasks, their runs.
    TektonResource,
    /// Terraform or OpenTofu in HCL.
    Terraform,
    /// Terraform or OpenTofu in JSON.
    TerraformJson,
    /// The components of a Terraform stack.
    TerraformStack,
    /// A test of Terraform's or OpenTofu's own framework, in HCL or JSON.
    TerraformTest,
    /// Values of variables (`*.tfvars`): their presence shows a root module.
    TerraformVariables,
    /// A Terragrunt unit or stack.
    Terragrunt,
    /// A Terragrunt unit in JSON: counted, not read.
    TerragruntJson,
    /// A configuration of Travis CI.
    TravisPipeline,
    /// Woodpecker.
    WoodpeckerPipeline,
    /// Any other YAML file: it is looked at for objects of Kubernetes ([`by_objects`](super::by_objects)), and read as
    /// a pipeline where one includes it.
    Yaml,
}

/// When the content of a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Always.
    Always,
    /// Where another file of the repository leaves something open that this one may answer.
    WhenAsked,
    /// The path says all that this version makes of it; read like the others where it may answer something.
    Never,
}

impl FileKind {
    /// When files of this kind are read.
    pub fn reading(self) -> Reading {
        match self {
            FileKind::AnsibleGalaxy
            | FileKind::AnsiblePlaybook
            | FileKind::AppveyorPipeline
            | FileKind::ArgoWorkflow
            | FileKind::ArmTemplate
            | FileKind::AzurePipeline
            | FileKind::BakeFile
            | FileKind::BambooPipeline
            | FileKind::BatchScript
            | FileKind::BazelModule
            | FileKind::BitbucketPipeline
            | FileKind::BuildkitePipeline
            | FileKind::BuildpackProject
            | FileKind::BicepFile
            | FileKind::CdkApp
            | FileKind::Chart
            | FileKind::CircleciOrb
            | FileKind::CircleciPipeline
            | FileKind::CirrusPipeline
            | FileKind::CloudBuildPipeline
            | FileKind::CloudformationTemplate
            | FileKind::CodebuildPipeline
            | FileKind::CodefreshPipeline
            | FileKind::Codeowners
            | FileKind::CodepipelineTemplate
            | FileKind::ComposeFile
            | FileKind::ConcoursePipeline
            | FileKind::ContainerUnit
            | FileKind::DaggerModule
            | FileKind::DevContainer
            | FileKind::Dockerfile
            | FileKind::DronePipeline
            | FileKind::Earthfile
            | FileKind::EvidenceFile
            | FileKind::FleetBundle
            | FileKind::ForgejoWorkflow
            | FileKind::GithubAction
            | FileKind::GithubActionsLock
            | FileKind::GithubWorkflow
            | FileKind::GitlabPipeline
            | FileKind::GocdPipeline
            | FileKind::GradleBuild
            | FileKind::HarnessPipeline
            | FileKind::Helmfile
            | FileKind::InfrastructureCandidate
            | FileKind::JenkinsLibrary
            | FileKind::JenkinsPipeline
            | FileKind::OwnersFile
            | FileKind::Kustomization
            | FileKind::KubernetesManifest
            | FileKind::Justfile
            | FileKind::Makefile
            | FileKind::HelmValues
            | FileKind::KoConfig
            | FileKind::MavenProject
            | FileKind::PipelineCandidate
            | FileKind::PowershellScript
            | FileKind::Prose
            | FileKind::ProwJobs
            | FileKind::Readme
            | FileKind::ScrewdriverPipeline
            | FileKind::SemaphorePipeline
            | FileKind::ShellScript
            | FileKind::PulumiProject
            | FileKind::ServerlessService
            | FileKind::SourcehutPipeline
            | FileKind::SpinnakerPipeline
            | FileKind::Taskfile
            | FileKind::TeamcityPipeline
            | FileKind::TektonResource
            | FileKind::Terraform
            | FileKind::TerraformJson
            | FileKind::TerraformStack
            | FileKind::TerraformTest
            | FileKind::Terragrunt
            | FileKind::TravisPipeline
            | FileKind::WoodpeckerPipeline
            | FileKind::Yaml => Reading::Always,
            FileKind::BicepConfig
            | FileKind::ChartLock
            | FileKind::ChartRequirements
            | FileKind::EnvFile
            | FileKind::GitModules
            | FileKind::GroovyFile
            | FileKind::HclFile
            | FileKind::PackageJson => Reading::WhenAsked,
            FileKind::Changelog
            | FileKind::EvidenceName
            | FileKind::JenkinsLibraryHelp
            | FileKind::OtherPipeline
            | FileKind::TerraformVariables
            | FileKind::TerragruntJson => Reading::Never,
        }
    }

    /// Whether the path alone says what the file is. What is only YAML or Groovy is a file of no known kind until
    /// its content, or a pipeline that names it, says more.
    pub fn is_known(self) -> bool {
        !matches!(
            self,
            FileKind::GroovyFile | FileKind::InfrastructureCandidate | FileKind::PipelineCandidate | FileKind::Yaml
        )
    }
}
