//! Files → facts: one file an ecosystem. Pure, and it cannot fail: what can't be read or understood becomes a
//! [`Gap`](crate::facts::Gap), and everything around it is kept.

pub mod chart;
pub mod codeowners;
pub mod dockerfile;
mod documents;
pub mod github_actions;
pub mod terraform;

use crate::classify::FileKind;
use crate::facts::Facts;
use crate::source::SourceFile;

/// Adds what this file shows to the facts of its repository.
pub fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    match file.kind() {
        FileKind::Chart => chart::extract(file, facts),
        FileKind::Codeowners => codeowners::extract(file, facts),
        FileKind::Dockerfile => dockerfile::extract(file, facts),
        FileKind::GithubAction | FileKind::GithubWorkflow => github_actions::extract(file, facts),
        FileKind::GithubActionsLock => github_actions::lock::extract(file, facts),
        FileKind::Terraform => terraform::extract(file, facts),
        // Kinds of which the path says all: `walk` never reads them.
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
        | FileKind::TerraformJson
        | FileKind::TravisPipeline
        | FileKind::WoodpeckerPipeline => {}
    }
}
