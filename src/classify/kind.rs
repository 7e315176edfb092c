//! The kinds of files, and when their content is read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kinds of files we recognise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// AppVeyor: counted, not read.
    AppveyorPipeline,
    /// Argo Workflows: a workflow or a template of one: counted, not read.
    ArgoWorkflow,
    /// Azure Pipelines, by its usual names: counted, not read.
    AzurePipeline,
    /// `docker-bake.hcl` and its like: read where it may say what an image is built with.
    BakeFile,
    /// Bamboo's specs: counted, not read.
    BambooPipeline,
    /// Bitbucket Pipelines: counted, not read.
    BitbucketPipeline,
    /// Buildkite: counted, not read.
    BuildkitePipeline,
    /// A changelog: its presence counts.
    Changelog,
    /// `Chart.yaml`.
    Chart,
    /// The source of a CircleCI orb: counted, not read.
    CircleciOrb,
    /// CircleCI: counted, not read.
    CircleciPipeline,
    /// Cirrus CI: counted, not read.
    CirrusPipeline,
    /// Google Cloud Build: counted, not read.
    CloudBuildPipeline,
    /// AWS CodeBuild's buildspec: counted, not read.
    CodebuildPipeline,
    /// Codefresh: counted, not read.
    CodefreshPipeline,
    /// CODEOWNERS where GitHub, GitLab or Gitea look for it.
    Codeowners,
    /// Compose: read where it may say what an image is built with.
    ComposeFile,
    /// Concourse: a pipeline or a task: counted, not read.
    ConcoursePipeline,
    /// A Dagger module: counted, not read.
    DaggerModule,
    /// Dockerfile, Containerfile.
    Dockerfile,
    /// Drone: counted, not read.
    DronePipeline,
    /// An Earthfile: counted, not read.
    Earthfile,
    /// A workflow of Forgejo Actions or Gitea Actions: counted, not read.
    ForgejoWorkflow,
    /// `.gitmodules`: read where a folder is not there that a submodule may bring.
    GitModules,
    /// `action.yml`.
    GithubAction,
    /// `.github/workflows/actions.lock`: the commits that refs of workflows are locked to.
    GithubActionsLock,
    /// A file directly in `.github/workflows` (at the root: live; elsewhere: kept for others).
    GithubWorkflow,
    /// GitLab CI: counted, not read.
    GitlabPipeline,
    /// GoCD's configuration in the repository: counted, not read.
    GocdPipeline,
    /// Groovy that is none of the above by its path: read where a pipeline loads it.
    GroovyFile,
    /// Harness: a pipeline or a template: counted, not read.
    HarnessPipeline,
    /// Any other file in HCL: read where a Terragrunt file takes values from it.
    HclFile,
    /// A step of a shared library of Jenkins (`vars/*.groovy`), or a class of one that a step uses.
    JenkinsLibrary,
    /// What a shared library of Jenkins says of a step (`vars/*.txt`): its presence counts.
    JenkinsLibraryHelp,
    /// Jenkinsfile under any of its names.
    JenkinsPipeline,
    /// A justfile: read where something is fetched or built that another file leaves open.
    Justfile,
    /// A makefile: read likewise.
    Makefile,
    /// A file whose path speaks of pipelines: its content tells what it is ([`by_content`](super::by_content)), and of
    /// what it isn't it is no file of a known kind.
    PipelineCandidate,
    /// Prow's jobs: counted, not read.
    ProwJobs,
    /// A README: its presence counts.
    Readme,
    /// Screwdriver: a pipeline or a template: counted, not read.
    ScrewdriverPipeline,
    /// Semaphore: counted, not read.
    SemaphorePipeline,
    /// A script of a Unix shell: read likewise.
    ShellScript,
    /// sourcehut builds: counted, not read.
    SourcehutPipeline,
    /// Spinnaker: a dinghyfile or its managed delivery: counted, not read.
    SpinnakerPipeline,
    /// A Taskfile: read likewise.
    Taskfile,
    /// TeamCity's settings in Kotlin: counted, not read.
    TeamcityPipeline,
    /// Tekton: pipelines, tasks, their runs: counted, not read.
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
    /// Travis: counted, not read.
    TravisPipeline,
    /// Woodpecker: counted, not read.
    WoodpeckerPipeline,
    /// Any other YAML file: read where a pipeline includes it.
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
            FileKind::Chart
            | FileKind::Codeowners
            | FileKind::Dockerfile
            | FileKind::GithubAction
            | FileKind::GithubActionsLock
            | FileKind::GithubWorkflow
            | FileKind::JenkinsLibrary
            | FileKind::JenkinsPipeline
            | FileKind::PipelineCandidate
            | FileKind::Terraform
            | FileKind::TerraformJson
            | FileKind::TerraformStack
            | FileKind::TerraformTest
            | FileKind::Terragrunt => Reading::Always,
            FileKind::BakeFile
            | FileKind::ComposeFile
            | FileKind::GitModules
            | FileKind::GroovyFile
            | FileKind::HclFile
            | FileKind::Justfile
            | FileKind::Makefile
            | FileKind::ShellScript
            | FileKind::Taskfile
            | FileKind::Yaml => Reading::WhenAsked,
            FileKind::AppveyorPipeline
            | FileKind::AzurePipeline
            | FileKind::BitbucketPipeline
            | FileKind::BuildkitePipeline
            | FileKind::Changelog
            | FileKind::CircleciPipeline
            | FileKind::DronePipeline
            | FileKind::GitlabPipeline
            | FileKind::Readme
            | FileKind::TerraformVariables
            | FileKind::TerragruntJson
            | FileKind::TravisPipeline
            | FileKind::ArgoWorkflow
            | FileKind::BambooPipeline
            | FileKind::CircleciOrb
            | FileKind::CirrusPipeline
            | FileKind::CloudBuildPipeline
            | FileKind::CodebuildPipeline
            | FileKind::CodefreshPipeline
            | FileKind::ConcoursePipeline
            | FileKind::DaggerModule
            | FileKind::Earthfile
            | FileKind::ForgejoWorkflow
            | FileKind::GocdPipeline
            | FileKind::HarnessPipeline
            | FileKind::JenkinsLibraryHelp
            | FileKind::ProwJobs
            | FileKind::ScrewdriverPipeline
            | FileKind::SemaphorePipeline
            | FileKind::SourcehutPipeline
            | FileKind::SpinnakerPipeline
            | FileKind::TeamcityPipeline
            | FileKind::TektonResource
            | FileKind::WoodpeckerPipeline => Reading::Never,
        }
    }

    /// Whether the path alone says what the file is. What is only YAML or Groovy is a file of no known kind until
    /// its content, or a pipeline that names it, says more.
    pub fn is_known(self) -> bool {
        !matches!(self, FileKind::GroovyFile | FileKind::PipelineCandidate | FileKind::Yaml)
    }

    /// The CI system whose pipelines this version counts but does not read.
    pub fn unread_system(self) -> Option<&'static str> {
        match self {
            FileKind::AppveyorPipeline => Some("appveyor"),
            FileKind::AzurePipeline => Some("azure-pipelines"),
            FileKind::BitbucketPipeline => Some("bitbucket-pipelines"),
            FileKind::BuildkitePipeline => Some("buildkite"),
            FileKind::CircleciPipeline => Some("circleci"),
            FileKind::DronePipeline => Some("drone"),
            FileKind::GitlabPipeline => Some("gitlab-ci"),
            FileKind::TravisPipeline => Some("travis"),
            FileKind::WoodpeckerPipeline => Some("woodpecker"),
            FileKind::ArgoWorkflow => Some("argo-workflows"),
            FileKind::BambooPipeline => Some("bamboo"),
            FileKind::CircleciOrb => Some("circleci"),
            FileKind::CirrusPipeline => Some("cirrus"),
            FileKind::CloudBuildPipeline => Some("cloud-build"),
            FileKind::CodebuildPipeline => Some("codebuild"),
            FileKind::CodefreshPipeline => Some("codefresh"),
            FileKind::ConcoursePipeline => Some("concourse"),
            FileKind::DaggerModule => Some("dagger"),
            FileKind::Earthfile => Some("earthly"),
            FileKind::ForgejoWorkflow => Some("forgejo-actions"),
            FileKind::GocdPipeline => Some("gocd"),
            FileKind::HarnessPipeline => Some("harness"),
            FileKind::ProwJobs => Some("prow"),
            FileKind::ScrewdriverPipeline => Some("screwdriver"),
            FileKind::SemaphorePipeline => Some("semaphore"),
            FileKind::SourcehutPipeline => Some("sourcehut"),
            FileKind::SpinnakerPipeline => Some("spinnaker"),
            FileKind::TeamcityPipeline => Some("teamcity"),
            FileKind::TektonResource => Some("tekton"),
            FileKind::BakeFile
            | FileKind::Changelog
            | FileKind::Chart
            | FileKind::Codeowners
            | FileKind::ComposeFile
            | FileKind::Dockerfile
            | FileKind::GitModules
            | FileKind::GithubAction
            | FileKind::GithubActionsLock
            | FileKind::GithubWorkflow
            | FileKind::HclFile
            | FileKind::JenkinsLibrary
            | FileKind::JenkinsLibraryHelp
            | FileKind::JenkinsPipeline
            | FileKind::Justfile
            | FileKind::Makefile
            | FileKind::Readme
            | FileKind::ShellScript
            | FileKind::Taskfile
            | FileKind::Terraform
            | FileKind::TerraformJson
            | FileKind::TerraformStack
            | FileKind::TerraformTest
            | FileKind::TerraformVariables
            | FileKind::Terragrunt
            | FileKind::TerragruntJson
            | FileKind::GroovyFile
            | FileKind::PipelineCandidate
            | FileKind::Yaml => None,
        }
    }
}
