//! The kinds of files, and when their content is read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kinds of files we recognise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// AppVeyor: counted, not read.
    AppveyorPipeline,
    /// Azure Pipelines, by its usual names: counted, not read.
    AzurePipeline,
    /// `docker-bake.hcl` and its like: read where it may say what an image is built with.
    BakeFile,
    /// Bitbucket Pipelines: counted, not read.
    BitbucketPipeline,
    /// Buildkite: counted, not read.
    BuildkitePipeline,
    /// A changelog: its presence counts.
    Changelog,
    /// `Chart.yaml`.
    Chart,
    /// CircleCI: counted, not read.
    CircleciPipeline,
    /// CODEOWNERS where GitHub, GitLab or Gitea look for it.
    Codeowners,
    /// Compose: read where it may say what an image is built with.
    ComposeFile,
    /// Dockerfile, Containerfile.
    Dockerfile,
    /// Drone: counted, not read.
    DronePipeline,
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
    /// Any other file in HCL: read where a Terragrunt file takes values from it.
    HclFile,
    /// Jenkinsfile under any of its names: counted, not read.
    JenkinsPipeline,
    /// A justfile: read where something is fetched or built that another file leaves open.
    Justfile,
    /// A makefile: read likewise.
    Makefile,
    /// A README: its presence counts.
    Readme,
    /// A script of a Unix shell: read likewise.
    ShellScript,
    /// A Taskfile: read likewise.
    Taskfile,
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
            | FileKind::Terraform
            | FileKind::TerraformJson
            | FileKind::TerraformStack
            | FileKind::TerraformTest
            | FileKind::Terragrunt => Reading::Always,
            FileKind::BakeFile
            | FileKind::ComposeFile
            | FileKind::GitModules
            | FileKind::HclFile
            | FileKind::Justfile
            | FileKind::Makefile
            | FileKind::ShellScript
            | FileKind::Taskfile => Reading::WhenAsked,
            FileKind::AppveyorPipeline
            | FileKind::AzurePipeline
            | FileKind::BitbucketPipeline
            | FileKind::BuildkitePipeline
            | FileKind::Changelog
            | FileKind::CircleciPipeline
            | FileKind::DronePipeline
            | FileKind::GitlabPipeline
            | FileKind::JenkinsPipeline
            | FileKind::Readme
            | FileKind::TerraformVariables
            | FileKind::TerragruntJson
            | FileKind::TravisPipeline
            | FileKind::WoodpeckerPipeline => Reading::Never,
        }
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
            FileKind::JenkinsPipeline => Some("jenkins"),
            FileKind::TravisPipeline => Some("travis"),
            FileKind::WoodpeckerPipeline => Some("woodpecker"),
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
            | FileKind::TerragruntJson => None,
        }
    }
}
