//! What the fuzz targets share: bytes → the facts of a repository of one file.

use levelset::classify::FileKind;
use levelset::extract::{extract, read_includes};
use levelset::facts::{Context, Facts, Listing, RepoFacts};
use levelset::resolve::{Files, KnownFile, Questions, resolve};
use levelset::source::SourceFile;

/// The kinds whose content is read, each with a path such a file has.
pub const KINDS: &[(FileKind, &str)] = &[
    (FileKind::AnsibleGalaxy, "requirements.yml"),
    (FileKind::AnsibleGalaxy, "galaxy.yml"),
    (FileKind::AnsibleGalaxy, "roles/web/meta/main.yml"),
    (FileKind::AnsiblePlaybook, "deploy/site.yml"),
    (FileKind::ArmTemplate, "arm/azuredeploy.json"),
    (FileKind::BicepFile, "infra/main.bicep"),
    (FileKind::CdkApp, "cdk.json"),
    (FileKind::CloudformationTemplate, "templates/main.yaml"),
    (FileKind::InfrastructureCandidate, "cfn/main.json"),
    (FileKind::PulumiProject, "Pulumi.yaml"),
    (FileKind::ServerlessService, "serverless.yml"),
    (FileKind::AppveyorPipeline, "appveyor.yml"),
    (FileKind::BambooPipeline, "bamboo-specs/bamboo.yml"),
    (FileKind::CirrusPipeline, ".cirrus.star"),
    (FileKind::CirrusPipeline, ".cirrus.yml"),
    (FileKind::CloudBuildPipeline, "cloudbuild.json"),
    (FileKind::CloudBuildPipeline, "cloudbuild.yaml"),
    (FileKind::CodebuildPipeline, "buildspec.yml"),
    (FileKind::CodefreshPipeline, "codefresh.yml"),
    (FileKind::CodepipelineTemplate, "deploy/pipeline.yml"),
    (FileKind::DaggerModule, "dagger.json"),
    (FileKind::Earthfile, "Earthfile"),
    (FileKind::GocdPipeline, "shop.gocd.yaml"),
    (FileKind::HarnessPipeline, ".harness/pipeline.yaml"),
    (FileKind::ProwJobs, ".prow.yaml"),
    (FileKind::ScrewdriverPipeline, "screwdriver.yaml"),
    (FileKind::ScrewdriverPipeline, "sd-template.yaml"),
    (FileKind::SemaphorePipeline, ".semaphore/semaphore.yml"),
    (FileKind::SourcehutPipeline, ".build.yml"),
    (FileKind::SpinnakerPipeline, "dinghyfile"),
    (FileKind::TeamcityPipeline, ".teamcity/settings.kts"),
    (FileKind::BakeFile, "docker-bake.hcl"),
    (FileKind::BakeFile, "docker-bake.json"),
    (FileKind::BazelModule, "MODULE.bazel"),
    (FileKind::BuildpackProject, "project.toml"),
    (FileKind::ComposeFile, "compose.yaml"),
    (FileKind::ContainerUnit, "units/web.container"),
    (FileKind::DevContainer, ".devcontainer/devcontainer.json"),
    (FileKind::GradleBuild, "build.gradle"),
    (FileKind::GradleBuild, "build.gradle.kts"),
    (FileKind::HelmValues, "charts/app/values.yaml"),
    (FileKind::KoConfig, ".ko.yaml"),
    (FileKind::MavenProject, "pom.xml"),
    (FileKind::AzurePipeline, "azure-pipelines.yml"),
    (FileKind::BitbucketPipeline, "bitbucket-pipelines.yml"),
    (FileKind::BuildkitePipeline, ".buildkite/pipeline.yml"),
    (FileKind::BuildkitePipeline, ".buildkite/pipeline.json"),
    (FileKind::ArgoWorkflow, "argo/workflow.yaml"),
    (FileKind::FleetBundle, "deploy/fleet.yaml"),
    (FileKind::Helmfile, "deploy/helmfile.yaml"),
    (FileKind::Kustomization, "deploy/kustomization.yaml"),
    (FileKind::Chart, "charts/app/Chart.yaml"),
    (FileKind::CircleciOrb, "src/@orb.yml"),
    (FileKind::CircleciPipeline, ".circleci/config.yml"),
    (FileKind::Codeowners, ".gitlab/CODEOWNERS"),
    (FileKind::ConcoursePipeline, "ci/pipeline.yml"),
    (FileKind::Dockerfile, "Dockerfile"),
    (FileKind::DronePipeline, ".drone.yml"),
    (FileKind::EvidenceFile, "renovate.json5"),
    (FileKind::EvidenceFile, "sentinel.hcl"),
    (FileKind::ForgejoWorkflow, ".forgejo/workflows/ci.yml"),
    (FileKind::GithubAction, "setup/action.yml"),
    (FileKind::GithubActionsLock, ".github/workflows/actions.lock"),
    (FileKind::GithubWorkflow, ".github/workflows/ci.yml"),
    (FileKind::GitlabPipeline, ".gitlab-ci.yml"),
    (FileKind::GitlabPipeline, ".gitlab/ci/build.yml"),
    (FileKind::JenkinsLibrary, "vars/build.groovy"),
    (FileKind::JenkinsPipeline, "Jenkinsfile"),
    (FileKind::OwnersFile, "OWNERS"),
    (FileKind::OwnersFile, "OWNERS_ALIASES"),
    (FileKind::KubernetesManifest, "apps/shop.yaml"),
    (FileKind::BatchScript, "deploy.cmd"),
    (FileKind::Justfile, "justfile"),
    (FileKind::Makefile, "Makefile"),
    (FileKind::PipelineCandidate, "jobs/build.yml"),
    (FileKind::PowershellScript, "scripts/vm.ps1"),
    (FileKind::Prose, "docs/deploy.md"),
    (FileKind::Readme, "README.md"),
    (FileKind::ShellScript, "build.sh"),
    (FileKind::Taskfile, "Taskfile.yml"),
    (FileKind::TektonResource, ".tekton/push.yaml"),
    (FileKind::Terraform, "main.tf"),
    (FileKind::Terraform, "x_override.tf"),
    (FileKind::TerraformJson, "main.tf.json"),
    (FileKind::TerraformStack, "app.tfcomponent.hcl"),
    (FileKind::TerraformTest, "tests/app.tftest.hcl"),
    (FileKind::Terragrunt, "live/app/terragrunt.hcl"),
    (FileKind::Terragrunt, "live/terragrunt.stack.hcl"),
    (FileKind::TravisPipeline, ".travis.yml"),
    (FileKind::WoodpeckerPipeline, ".woodpecker/build.yaml"),
    (FileKind::Yaml, "apps/other.yaml"),
];

/// The facts of a repository that holds this file alone.
pub fn facts(kind: FileKind, path: &str, bytes: &[u8]) -> Facts {
    let mut facts = Facts::new(RepoFacts {
        identity: None,
        folder: String::new(),
        commit: None,
        branch: None,
        committed: None,
        tags: Vec::new(),
        shallow: false,
        listing: Listing::Walked,
    });
    let mut questions = Questions::default();
    if let Ok(file) = SourceFile::new(path.into(), kind, Context::Production, bytes) {
        extract(&file, &mut facts, &mut questions);
    }
    let known = KnownFile { path, kind, context: Context::Production };
    let files = Files::new([known], &|_| Some(Ok(bytes.to_vec())));
    read_includes(&mut facts, &mut questions, &files);
    resolve(&mut facts, &questions, &files);
    facts.finish();
    facts
}
