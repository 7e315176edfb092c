//! Files → facts: one file an ecosystem. Pure, and it cannot fail: what can't be read or understood becomes a
//! [`Gap`](crate::facts::Gap), and everything around it is kept.

pub mod argo;
mod azure;
pub mod bitbucket;
pub mod buildkite;
pub mod chart;
mod ci;
pub mod circleci;
pub mod codeowners;
mod commands;
pub mod concourse;
mod containers;
mod dagger;
pub mod dockerfile;
mod documents;
pub mod drone;
mod earthfile;
mod evidence;
mod fleet;
pub mod github_actions;
pub mod gitlab;
pub(crate) mod helmfile;
pub(crate) mod images;
mod includes;
mod infrastructure;
pub mod jenkins;
mod jobs;
mod kubernetes;
mod kustomization;
mod objects;
mod owners;
mod prose;
mod steps;
mod teamcity;
pub mod tekton;
pub mod terraform;
pub mod terragrunt;
pub mod travis;
pub mod woodpecker;

use std::sync::Arc;

pub use self::includes::read_includes;
pub(crate) use self::infrastructure::cdk::constructs;
pub(crate) use self::infrastructure::tasks;
use crate::classify::{FileKind, by_content, by_infrastructure, by_objects, of_compose, system_by_name};
use crate::facts::{Context, Facts, GapReason, Marker, MarkerKind};
use crate::knowledge::Knowledge;
use crate::pipeline::System;
use crate::resolve::Questions;
use crate::source::{Location, SourceFile};

/// Adds what this file shows to the facts of its repository, and what it leaves open to the questions. Tells what the
/// file is: its kind, or what the content of a candidate says; nothing where that says nothing.
pub fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) -> Option<FileKind> {
    let before = facts.markers.len();
    let kind = extract_by_kind(file, facts, questions);
    commands::scripts_named_by(file, facts, questions);
    // After the file's own reader, which tells what is wrong with it.
    evidence::of_file(file, facts);
    facts.markers[before..].iter_mut().for_each(evidence::settle);
    kind
}

fn extract_by_kind(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) -> Option<FileKind> {
    let is_open =
        matches!(file.kind(), FileKind::InfrastructureCandidate | FileKind::PipelineCandidate | FileKind::Yaml);
    if is_open {
        let kind = match file.kind() {
            FileKind::Yaml => by_objects(file.text()).or_else(|| by_infrastructure(file.path(), file.text()))?,
            FileKind::InfrastructureCandidate => by_infrastructure(file.path(), file.text())?,
            _ => by_content(file.path(), file.text())?,
        };
        extract_known(&file.taken_for(kind), facts, questions);
        return Some(kind);
    }
    let kind = match file.kind() {
        FileKind::ComposeFile => of_compose(file.path(), file.text()),
        kind => kind,
    };
    match kind == file.kind() {
        true => extract_known(file, facts, questions),
        false => extract_known(&file.taken_for(kind), facts, questions),
    }
    Some(kind)
}

fn extract_known(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    match file.kind() {
        FileKind::AnsibleGalaxy => infrastructure::ansible::extract(file, facts),
        FileKind::AnsiblePlaybook => infrastructure::ansible::extract_playbook(file, facts, questions),
        FileKind::ArmTemplate => infrastructure::arm::extract(file, facts),
        FileKind::BicepFile => infrastructure::bicep::extract(file, facts, questions),
        FileKind::CdkApp => infrastructure::cdk::extract(file, facts, questions),
        FileKind::CloudformationTemplate => infrastructure::cloudformation::extract(file, facts),
        FileKind::PulumiProject => infrastructure::pulumi::extract(file, facts),
        FileKind::ServerlessService => infrastructure::serverless::extract(file, facts),
        FileKind::AzurePipeline => azure::extract(file, facts, questions),
        FileKind::BakeFile => images::bake::extract(file, facts, questions),
        FileKind::BazelModule => images::bazel::extract(file, facts),
        FileKind::BitbucketPipeline => bitbucket::extract(file, facts, questions),
        FileKind::BuildkitePipeline => buildkite::extract(file, facts, questions),
        FileKind::BuildpackProject => images::buildpacks::extract(file, facts),
        FileKind::Chart => chart::extract(file, facts, questions),
        FileKind::CircleciOrb | FileKind::CircleciPipeline => circleci::extract(file, facts, questions),
        FileKind::Codeowners => codeowners::extract(file, facts),
        FileKind::ComposeFile => images::compose::extract(file, facts, questions),
        FileKind::ContainerUnit => images::quadlet::extract(file, facts),
        FileKind::DevContainer => images::dev_container::extract(file, facts, questions),
        FileKind::Dockerfile => dockerfile::extract(file, facts, questions),
        FileKind::ForgejoWorkflow | FileKind::GithubAction | FileKind::GithubWorkflow => {
            github_actions::extract(file, facts);
        }
        FileKind::GitlabPipeline => gitlab::extract(file, facts, questions),
        FileKind::GroovyFile | FileKind::JenkinsLibrary | FileKind::JenkinsPipeline => {
            jenkins::extract(file, facts, questions);
            commands::of_file(file, facts);
        }
        FileKind::OwnersFile => owners::extract(file, facts),
        FileKind::FleetBundle => fleet::extract(file, facts),
        FileKind::Helmfile => helmfile::extract(file, facts, questions),
        FileKind::Kustomization => kustomization::extract(file, facts, questions),
        FileKind::KubernetesManifest => kubernetes::extract(file, facts, questions),
        FileKind::BatchScript
        | FileKind::Justfile
        | FileKind::Makefile
        | FileKind::PowershellScript
        | FileKind::ShellScript
        | FileKind::Taskfile => commands::of_file(file, facts),
        FileKind::GradleBuild => images::jvm::gradle(file, facts),
        FileKind::HelmValues => images::values::extract(file, facts),
        FileKind::KoConfig => images::ko::extract(file, facts),
        FileKind::MavenProject => images::jvm::maven(file, facts),
        FileKind::Terraform => terraform::extract(file, facts, questions),
        FileKind::TerraformJson => terraform::json::extract(file, facts, questions),
        FileKind::TerraformStack => terraform::extract_stack(file, facts),
        FileKind::TerraformTest => terraform::extract_test(file, facts),
        FileKind::Terragrunt => terragrunt::extract(file, facts, questions),
        FileKind::ArgoWorkflow => {
            argo::extract(file, facts, questions);
            kubernetes::extract_beside(file, facts, questions);
        }
        FileKind::ConcoursePipeline => concourse::extract(file, facts),
        FileKind::DronePipeline => drone::extract(file, facts),
        FileKind::WoodpeckerPipeline => woodpecker::extract(file, facts),
        FileKind::TektonResource => {
            tekton::extract(file, facts, questions);
            kubernetes::extract_beside(file, facts, questions);
        }
        FileKind::TravisPipeline => travis::extract(file, facts, questions),
        FileKind::GithubActionsLock => github_actions::lock::extract(file, facts),
        FileKind::Prose | FileKind::Readme => prose::extract(file, facts),
        FileKind::AppveyorPipeline => jobs::read(file, facts, jobs::appveyor::read),
        FileKind::BambooPipeline => jobs::read(file, facts, jobs::bamboo::read),
        FileKind::CloudBuildPipeline => jobs::read(file, facts, jobs::cloud_build::read),
        FileKind::CodebuildPipeline => jobs::read(file, facts, jobs::codebuild::read),
        FileKind::CodefreshPipeline => jobs::read(file, facts, jobs::codefresh::read),
        FileKind::CodepipelineTemplate => {
            jobs::read(file, facts, jobs::codepipeline::read);
            infrastructure::cloudformation::extract_more(file, facts);
        }
        FileKind::GocdPipeline => jobs::read(file, facts, jobs::gocd::read),
        FileKind::HarnessPipeline => jobs::read(file, facts, jobs::harness::read),
        FileKind::ProwJobs => jobs::read(file, facts, jobs::prow::read),
        FileKind::ScrewdriverPipeline => jobs::read(file, facts, jobs::screwdriver::read),
        FileKind::SemaphorePipeline => jobs::read(file, facts, jobs::semaphore::read),
        FileKind::SourcehutPipeline => jobs::read(file, facts, jobs::sourcehut::read),
        FileKind::CirrusPipeline => jobs::cirrus::extract(file, facts),
        FileKind::DaggerModule => dagger::extract(file, facts),
        FileKind::Earthfile => earthfile::extract(file, facts),
        FileKind::SpinnakerPipeline => jobs::spinnaker::extract(file, facts),
        FileKind::TeamcityPipeline => teamcity::extract(file, facts),
        // Kinds of which the path says all, and those that are read only to answer others: `walk` hands on neither.
        FileKind::BicepConfig
        | FileKind::Changelog
        | FileKind::ChartLock
        | FileKind::ChartRequirements
        | FileKind::EnvFile
        | FileKind::EvidenceFile
        | FileKind::EvidenceName
        | FileKind::GitModules
        | FileKind::HclFile
        | FileKind::InfrastructureCandidate
        | FileKind::JenkinsLibraryHelp
        | FileKind::OtherPipeline
        | FileKind::PackageJson
        | FileKind::PipelineCandidate
        | FileKind::TerraformVariables
        | FileKind::TerragruntJson
        | FileKind::Yaml => {}
    }
}

/// Adds what the path of a file alone shows, of the kinds that are never read.
pub fn mark(path: &Arc<str>, kind: FileKind, context: Context, knowledge: &Knowledge, facts: &mut Facts) {
    let before = facts.markers.len();
    evidence::of_path(path, context, knowledge, facts);
    facts.markers[before..].iter_mut().for_each(evidence::settle);
    let at = Location::whole_file(path);
    let named = (kind == FileKind::OtherPipeline).then(|| system_by_name(path));
    if let Some(system) = named {
        unread(at, system, context, facts);
    } else if kind == FileKind::Readme {
        facts.markers.push(Marker { context, ..Marker::new(at, MarkerKind::Readme) });
    } else if kind == FileKind::JenkinsLibraryHelp {
        facts.offers.push(jenkins::described_by_help(path, context));
    } else if kind == FileKind::Changelog {
        facts.markers.push(Marker { context, ..Marker::new(at, MarkerKind::Changelog) });
    } else if kind == FileKind::TerraformVariables {
        terraform::mark_variables(&at, context, facts);
    } else if kind != FileKind::EvidenceName {
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
        facts.markers.push(Marker::of(at, MarkerKind::UnreadPipeline, system, context));
    }
}
