//! Files → facts: one file an ecosystem. Pure, and it cannot fail: what can't be read or understood becomes a
//! [`Gap`](crate::facts::Gap), and everything around it is kept.

pub mod argo;
pub mod chart;
mod ci;
pub mod codeowners;
pub mod concourse;
mod containers;
pub mod dockerfile;
mod documents;
pub mod drone;
pub mod github_actions;
mod includes;
mod objects;
pub mod tekton;
pub mod terraform;
pub mod terragrunt;
pub mod woodpecker;

use std::sync::Arc;

pub use self::includes::read_includes;
use crate::classify::{FileKind, by_content};
use crate::facts::{Context, Facts, GapReason, Marker, MarkerKind};
use crate::pipeline::System;
use crate::resolve::Questions;
use crate::source::{Location, SourceFile};

/// Adds what this file shows to the facts of its repository, and what it leaves open to the questions. Tells what the
/// file is: its kind, or what the content of a candidate says; nothing where that says nothing.
pub fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) -> Option<FileKind> {
    if file.kind() == FileKind::PipelineCandidate {
        let kind = by_content(file.path(), file.text())?;
        // The text was read as text once, so it is again.
        let file = SourceFile::new(file.path().clone(), kind, file.context(), file.text().as_bytes()).ok()?;
        extract_known(&file, facts, questions);
        return Some(kind);
    }
    extract_known(file, facts, questions);
    Some(file.kind())
}

fn extract_known(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    match file.kind() {
        FileKind::Chart => chart::extract(file, facts),
        FileKind::Codeowners => codeowners::extract(file, facts),
        FileKind::Dockerfile => dockerfile::extract(file, facts, questions),
        FileKind::ForgejoWorkflow | FileKind::GithubAction | FileKind::GithubWorkflow => {
            github_actions::extract(file, facts);
        }
        FileKind::Terraform => terraform::extract(file, facts, questions),
        FileKind::TerraformJson => terraform::json::extract(file, facts, questions),
        FileKind::TerraformStack => terraform::extract_stack(file, facts),
        FileKind::TerraformTest => terraform::extract_test(file, facts),
        FileKind::Terragrunt => terragrunt::extract(file, facts, questions),
        FileKind::ArgoWorkflow => argo::extract(file, facts, questions),
        FileKind::ConcoursePipeline => concourse::extract(file, facts),
        FileKind::DronePipeline => drone::extract(file, facts),
        FileKind::WoodpeckerPipeline => woodpecker::extract(file, facts),
        FileKind::TektonResource => tekton::extract(file, facts, questions),
        FileKind::GithubActionsLock => github_actions::lock::extract(file, facts),
        // Kinds of which the path says all, and those that are read only to answer others: `walk` hands on neither.
        FileKind::AppveyorPipeline
        | FileKind::AzurePipeline
        | FileKind::BakeFile
        | FileKind::BitbucketPipeline
        | FileKind::BuildkitePipeline
        | FileKind::Changelog
        | FileKind::CircleciPipeline
        | FileKind::ComposeFile
        | FileKind::GitModules
        | FileKind::GitlabPipeline
        | FileKind::HclFile
        | FileKind::JenkinsPipeline
        | FileKind::Justfile
        | FileKind::Makefile
        | FileKind::Readme
        | FileKind::ShellScript
        | FileKind::Taskfile
        | FileKind::TerraformVariables
        | FileKind::TerragruntJson
        | FileKind::TravisPipeline
        | FileKind::BambooPipeline
        | FileKind::CircleciOrb
        | FileKind::CirrusPipeline
        | FileKind::CloudBuildPipeline
        | FileKind::CodebuildPipeline
        | FileKind::CodefreshPipeline
        | FileKind::DaggerModule
        | FileKind::Earthfile
        | FileKind::GocdPipeline
        | FileKind::HarnessPipeline
        | FileKind::JenkinsLibrary
        | FileKind::ProwJobs
        | FileKind::ScrewdriverPipeline
        | FileKind::SemaphorePipeline
        | FileKind::SourcehutPipeline
        | FileKind::SpinnakerPipeline
        | FileKind::TeamcityPipeline
        | FileKind::GroovyFile
        | FileKind::PipelineCandidate
        | FileKind::Yaml => {}
    }
}

/// Adds what the path of a file alone shows, of the kinds that are never read.
pub fn mark(path: &Arc<str>, kind: FileKind, context: Context, facts: &mut Facts) {
    let at = Location::whole_file(path);
    if let Some(system) = kind.unread_system() {
        unread(at, system, context, facts);
    } else if kind == FileKind::Readme {
        facts.markers.push(Marker { at, kind: MarkerKind::Readme });
    } else if kind == FileKind::Changelog {
        facts.markers.push(Marker { at, kind: MarkerKind::Changelog });
    } else if kind == FileKind::TerraformVariables {
        terraform::mark_variables(&at, context, facts);
    } else {
        facts.gap(at, GapReason::FormatNotRead, "this format is counted, not read");
    }
}

/// Notes a pipeline that is counted and not read, of a system whose files are read otherwise.
fn mark_unread(at: Location, system: System, context: Context, facts: &mut Facts) {
    unread(at, system.id(), context, facts);
}

fn unread(at: Location, system: &str, context: Context, facts: &mut Facts) {
    // A pipeline in an example or a fixture runs nowhere.
    if context == Context::Production {
        facts.markers.push(Marker { at, kind: MarkerKind::UnreadPipeline { system: system.to_owned() } });
    }
}
