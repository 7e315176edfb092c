//! What a file is and what its facts are evidence of, from its path.
//!
//! [`kind()`] tells by sorted tables of names and their ends what a file is, [`Contexts`] by its folders what it is
//! evidence of. Nothing here opens a file. Where a path speaks of pipelines and names no system, [`by_content`] tells
//! from the text; what else only content can tell (an image file without a base image, a generated file) is decided by
//! extraction.

use std::borrow::Cow;

mod about;
mod azure;
mod content;
mod context;
mod heads;
mod infrastructure;
mod kind;
mod names;
mod systems;

pub use self::about::About;
pub use self::content::{by_content, by_objects, of_compose};
pub use self::context::{Contexts, is_among_tests};
pub(crate) use self::heads::{Head, heads, is_api_version};
pub use self::infrastructure::{by_infrastructure, may_be_told};
pub use self::kind::{FileKind, Reading};
use self::names::{by_extension, by_name};
pub use self::systems::system_by_name;
use crate::knowledge::Knowledge;
use crate::paths::folder_and_name;
use crate::words::{Words, words};

/// What a file is by its path, to us and to the tables of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds {
    /// What it is. Where we know no kind, but a table names the path, one of the kinds of evidence.
    pub kind: FileKind,
    /// As what it is looked at besides, where its kind alone doesn't bring about what the tables ask for: a makefile is
    /// read only when it is asked for, and a README never, whatever a row says of them.
    pub aside: Option<FileKind>,
}

/// What the file at this repository-relative path is, if we or the tables of evidence know it.
pub fn kinds(path: &str, knowledge: &Knowledge) -> Option<Kinds> {
    let kind = kind(path);
    if let Some(kind) = kind.filter(|it| it.reading() == Reading::Always) {
        return Some(Kinds { kind, aside: None });
    }
    let rows = knowledge.files(path);
    let needs_text = rows.iter().any(|it| it.needs_text());
    let evidence = if needs_text { FileKind::EvidenceFile } else { FileKind::EvidenceName };
    let evidence = (!rows.is_empty()).then_some(evidence);
    let Some(kind) = kind else { return evidence.map(|kind| Kinds { kind, aside: None }) };
    // What is never read is marked by its path at all times.
    let aside = evidence.filter(|_| needs_text || kind.reading() == Reading::WhenAsked);
    Some(Kinds { kind, aside })
}

/// What the file at this repository-relative path is, if we know its kind.
pub fn kind(path: &str) -> Option<FileKind> {
    let (folder, name) = folder_and_name(path);
    // Ansible's requirements have the name of a chart's, in folders of their own.
    let is_of_chart =
        |kind: &FileKind| *kind != FileKind::ChartRequirements || !infrastructure::is_of_galaxy(folder, name);
    if let Some(kind) = by_name(path, name).filter(is_of_chart) {
        return Some(kind);
    }
    if is_dockerfile(name) {
        return Some(FileKind::Dockerfile);
    }
    if is_jenkinsfile(name) {
        return Some(FileKind::JenkinsPipeline);
    }
    if name.ends_with(".txt") && is_library_folder(folder) {
        return Some(FileKind::JenkinsLibraryHelp);
    }
    if is_of_helmfile(folder, name) {
        return Some(FileKind::Helmfile);
    }
    if !has_yaml_extension(name) {
        let is_buildkite = name.ends_with(".json") && is_buildkite_pipeline(path, name);
        let named = is_buildkite.then_some(FileKind::BuildkitePipeline).or_else(|| systems::other(folder, name));
        let extended =
            || by_extension(name).map(|it| if it == FileKind::GroovyFile { of_groovy(path, folder) } else { it });
        // helmfile's own ending for templates, which a helmfile may be based on.
        let is_template = || [".yaml.gotmpl", ".yml.gotmpl"].iter().any(|it| name.ends_with(it));
        let candidate = || infrastructure::is_candidate(path, name).then_some(FileKind::InfrastructureCandidate);
        return named.or_else(extended).or_else(|| is_template().then_some(FileKind::Yaml)).or_else(candidate);
    }
    if infrastructure::is_of_galaxy(folder, name) {
        return Some(FileKind::AnsibleGalaxy);
    }
    if folder == ".github/workflows" || folder.ends_with("/.github/workflows") || folder == "workflow-templates" {
        return Some(FileKind::GithubWorkflow);
    }
    if is_gitlab_pipeline(path, name) {
        return Some(FileKind::GitlabPipeline);
    }
    if is_buildkite_pipeline(path, name) {
        return Some(FileKind::BuildkitePipeline);
    }
    if is_folder(folder, ".woodpecker") || is_folder(folder, ".crow") {
        return Some(FileKind::WoodpeckerPipeline);
    }
    // Pipelines as Code reads the folders below it too.
    if is_folder(folder, ".tekton") {
        return Some(FileKind::TektonResource);
    }
    if [".forgejo/workflows", ".gitea/workflows"].iter().any(|it| folder == *it || is_at_end(folder, it)) {
        return Some(FileKind::ForgejoWorkflow);
    }
    if let Some(kind) = systems::yaml(path, folder, name) {
        return Some(kind);
    }
    if is_azure_name(name) {
        return Some(FileKind::AzurePipeline);
    }
    if is_compose(name) {
        return Some(FileKind::ComposeFile);
    }
    if is_helm_values(name) {
        return Some(FileKind::HelmValues);
    }
    Some(if speaks_of_pipelines(path) { FileKind::PipelineCandidate } else { FileKind::Yaml })
}

/// Words of paths that pipelines and their templates lie at.
static PIPELINE_WORDS: Words = Words::of(&[
    "ado",
    "argo",
    "azure",
    "azuredevops",
    "bamboo",
    "build",
    "buildkite",
    "builds",
    "buildspec",
    "buildspecs",
    "cd",
    "ci",
    "cicd",
    "circleci",
    "cloudbuild",
    "codebuild",
    "codefresh",
    "codepipeline",
    "commands",
    "concourse",
    "deploy",
    "deployment",
    "deployments",
    "devops",
    "executors",
    "harness",
    "job",
    "jobs",
    "orb",
    "orbs",
    "pipeline",
    "pipelines",
    "prow",
    "release",
    "releases",
    "stage",
    "stages",
    "step",
    "steps",
    "task",
    "tasks",
    "tekton",
    "template",
    "templates",
    "variables",
    "vars",
    "workflow",
    "workflows",
]);

/// Whether a folder is one of the root's, or lies below it.
fn is_folder(folder: &str, name: &str) -> bool {
    folder.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a folder's last parts are these.
fn is_at_end(folder: &str, parts: &str) -> bool {
    folder.strip_suffix(parts).is_some_and(|rest| rest.ends_with('/'))
}

/// What a file in Groovy is by its place: a step of a library, perhaps a pipeline, or anything.
fn of_groovy(path: &str, folder: &str) -> FileKind {
    if is_library_folder(folder) {
        FileKind::JenkinsLibrary
    } else if speaks_of_pipelines(path) || words(path).any(|(_, it)| it.eq_ignore_ascii_case("jenkins")) {
        FileKind::PipelineCandidate
    } else {
        FileKind::GroovyFile
    }
}

/// Whether helmfile reads a file by its folder: everything in YAML, templates among it, directly in `helmfile.d`.
fn is_of_helmfile(folder: &str, name: &str) -> bool {
    (folder == "helmfile.d" || folder.ends_with("/helmfile.d"))
        && has_yaml_extension(name.strip_suffix(".gotmpl").unwrap_or(name))
}

/// Where a shared library of Jenkins has its steps.
fn is_library_folder(folder: &str) -> bool {
    folder == "vars" || folder.ends_with("/vars")
}

/// Whether one of the words of a path says that pipelines may lie there. Every file in YAML comes here.
fn speaks_of_pipelines(path: &str) -> bool {
    words(&in_lower_case(path)).any(|(_, it)| PIPELINE_WORDS.has(it))
}

/// A path in lower case, which most are in.
fn in_lower_case(path: &str) -> Cow<'_, str> {
    match path.bytes().any(|it| it.is_ascii_uppercase()) {
        true => Cow::Owned(path.to_ascii_lowercase()),
        false => Cow::Borrowed(path),
    }
}

/// The path of the file that OpenTofu passes over because of this one: of `main.tf` and `main.tofu` it reads the latter.
/// Where both lie side by side the repository is OpenTofu's, and they are two spellings of one file.
pub fn passed_over(path: &str) -> Option<String> {
    let ends = [
        (".tofu", ".tf"),
        (".tofu.json", ".tf.json"),
        (".tofutest.hcl", ".tftest.hcl"),
        (".tofutest.json", ".tftest.json"),
    ];
    ends.iter().find_map(|(end, other)| Some(format!("{}{other}", path.strip_suffix(end)?)))
}

/// Whether a workflow at this path is one that GitHub, Forgejo or Gitea runs for its repository.
pub fn is_live_workflow(path: &str) -> bool {
    let folders = [".github/workflows/", ".forgejo/workflows/", ".gitea/workflows/"];
    folders.into_iter().find_map(|it| path.strip_prefix(it)).is_some_and(|name| !name.contains('/'))
}

fn ends_with_any_case(name: &str, suffix: &str) -> bool {
    let Some(split) = name.len().checked_sub(suffix.len()) else { return false };
    split > 0 && name.as_bytes()[split..].eq_ignore_ascii_case(suffix.as_bytes())
}

fn has_yaml_extension(name: &str) -> bool {
    name.ends_with(".yml") || name.ends_with(".yaml")
}

/// Extensions of files that are about an image file but aren't one (documentation, sources, golden files); sorted.
const NOT_DOCKERFILES: &[&str] = &[
    "adoc",
    "dockerignore",
    "go",
    "golden",
    "groovy",
    "java",
    "js",
    "json",
    "md",
    "py",
    "rb",
    "rs",
    "sh",
    "snap",
    "ts",
    "txt",
    "yaml",
    "yml",
];

/// `Dockerfile`, `Dockerfile.dev`, `Dockerfile-builder`, `DockerfileBuilder`, `app.Dockerfile`, `x.dockerfile`;
/// `Containerfile` likewise.
fn is_dockerfile(name: &str) -> bool {
    // Nearly no name begins or ends so.
    let (first, last) = (name.as_bytes().first(), name.as_bytes().last());
    if !matches!(first, Some(b'c' | b'C' | b'd' | b'D')) && !matches!(last, Some(b'e' | b'E')) {
        return false;
    }
    // A lower-case letter would make another word of it: `Dockerfiles`.
    let is_part_start = |c: char| matches!(c, '.' | '-' | '_' | '0'..='9' | 'A'..='Z');
    ["dockerfile", "containerfile"].iter().any(|base| {
        if ends_with_any_case(name, base) {
            return name.as_bytes()[name.len() - base.len() - 1] == b'.';
        }
        let Some((head, rest)) = name.split_at_checked(base.len()) else { return false };
        let extension = rest.rsplit_once('.').map_or("", |(_, extension)| extension);
        head.eq_ignore_ascii_case(base)
            && (rest.is_empty() || rest.starts_with(is_part_start))
            && NOT_DOCKERFILES.binary_search(&extension).is_err()
    })
}

/// Extensions of files that are about a Jenkinsfile but aren't one; sorted.
const NOT_JENKINSFILES: &[&str] = &[
    "adoc", "bak", "bats", "html", "json", "md", "orig", "png", "py", "rst", "sh", "svg", "template", "tpl", "txt",
    "yaml", "yml",
];

/// `Jenkinsfile`, `Jenkinsfile_CNP`, `Jenkinsfile.nightly`, `Jenkinsfile-release`, `jenkinsfile`, `deploy.jenkinsfile`.
fn is_jenkinsfile(name: &str) -> bool {
    const BASE: &str = "jenkinsfile";
    // Nearly no name begins or ends so.
    if name.ends_with(['e', 'E']) && ends_with_any_case(name, ".jenkinsfile") {
        return true;
    }
    if !matches!(name.as_bytes().first(), Some(b'j' | b'J')) {
        return false;
    }
    let Some((head, rest)) = name.split_at_checked(BASE.len()) else { return false };
    let extension = rest.rsplit_once('.').map_or("", |(_, extension)| extension);
    head.eq_ignore_ascii_case(BASE)
        && (rest.is_empty() || rest.starts_with(['.', '-', '_']))
        && NOT_JENKINSFILES.binary_search(&extension).is_err()
}

/// The usual names of GitLab CI's files beside `.gitlab-ci.yml` in the root, which these are included by: `.gitlab/ci/*`,
/// `build.gitlab-ci.yml`, that of a folder.
fn is_gitlab_pipeline(path: &str, name: &str) -> bool {
    let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")).unwrap_or(name);
    path.starts_with(".gitlab/ci/")
        || path.starts_with(".gitlab-ci/")
        || path.starts_with(".gitlab-ci.d/")
        || stem.ends_with("gitlab-ci")
}

/// Names of compose files, without `docker-` or `podman-`: `compose.yaml`, `compose.dev.yml`, `docker-compose-test.yml`, and
/// those that end so, which are named on the command line (`dev.compose.yaml`).
fn is_compose(name: &str) -> bool {
    const BASE: &str = "compose";
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with(['.', '-', '_']);
    let begins = |it: &str| it.strip_prefix(BASE).is_some_and(is_end);
    let plain = ["docker-", "podman-"].iter().find_map(|it| stem.strip_prefix(it)).unwrap_or(stem);
    begins(plain) || stem.strip_suffix(BASE).is_some_and(|it| it.ends_with(['.', '-', '_']))
}

/// Names of files with the values of a chart: `values.yaml`, `values-prod.yaml`, `values.dev.yaml`, `dev-values.yaml`.
fn is_helm_values(name: &str) -> bool {
    const BASE: &str = "values";
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let begins = |it: &str| it.is_empty() || it.starts_with(['.', '-', '_']);
    stem.strip_prefix(BASE).is_some_and(begins)
        || stem.strip_suffix(BASE).is_some_and(|it| it.ends_with(['.', '-', '_']))
}

/// The usual names of Buildkite's pipelines. Of other files in its folder the content tells.
fn is_buildkite_pipeline(path: &str, name: &str) -> bool {
    path.starts_with(".buildkite/") && name.starts_with("pipeline")
}

/// Whether a file of this name is one of Azure Pipelines: `azure-pipelines.yml`, `azure_pipeline.sds.yaml`,
/// `.vsts-ci.yml`. Others are told by their content.
pub fn is_azure_name(name: &str) -> bool {
    let name = name.trim_start_matches('.');
    if !name.starts_with(['a', 'A', 'v', 'V']) {
        return false;
    }
    ["azure-pipeline", "azure_pipeline", "azurepipeline", "vsts-ci.y", "vsts.ci.y"]
        .iter()
        .any(|prefix| name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)))
}

#[cfg(test)]
mod tests {
    use super::{FileKind, NOT_DOCKERFILES, NOT_JENKINSFILES, PIPELINE_WORDS, kind};

    #[test]
    fn tables_are_sorted() {
        assert!(NOT_DOCKERFILES.is_sorted());
        assert!(NOT_JENKINSFILES.is_sorted());
        assert!(PIPELINE_WORDS.is_sorted());
    }

    #[test]
    fn kinds() {
        for (path, expected) in [
            (".github/workflows/ci.yml", Some(FileKind::GithubWorkflow)),
            (".github/workflows/archived/ci.yml", Some(FileKind::PipelineCandidate)),
            ("jobs/build.yml", Some(FileKind::PipelineCandidate)),
            ("apps/values.yaml", Some(FileKind::HelmValues)),
            ("templates/app/.github/workflows/ci.yaml", Some(FileKind::GithubWorkflow)),
            ("workflow-templates/ci.yml", Some(FileKind::GithubWorkflow)),
            (".github/actions/setup/action.yml", Some(FileKind::GithubAction)),
            ("main.tf", Some(FileKind::Terraform)),
            ("a/b/main.tofu", Some(FileKind::Terraform)),
            ("a/.#main.tf", None),
            (".tf", None),
            ("a/main.tf.json", Some(FileKind::TerraformJson)),
            ("a/main.tofu.json", Some(FileKind::TerraformJson)),
            (".tf.json", None),
            ("main.tf~", None),
            ("#main.tf#", None),
            ("tests/a.tftest.hcl", Some(FileKind::TerraformTest)),
            ("a.tofutest.hcl", Some(FileKind::TerraformTest)),
            ("a.tftest.json", Some(FileKind::TerraformTest)),
            ("a.tfcomponent.hcl", Some(FileKind::TerraformStack)),
            ("a.tfstack.hcl", Some(FileKind::TerraformStack)),
            ("a.tfdeploy.hcl", Some(FileKind::HclFile)),
            ("prod.auto.tfvars", Some(FileKind::TerraformVariables)),
            ("prod.tfvars.json", Some(FileKind::TerraformVariables)),
            ("live/app/terragrunt.hcl", Some(FileKind::Terragrunt)),
            ("live/terragrunt.stack.hcl", Some(FileKind::Terragrunt)),
            ("live/terragrunt.hcl.json", Some(FileKind::TerragruntJson)),
            ("live/root.hcl", Some(FileKind::HclFile)),
            (".terraform.lock.hcl", None),
            ("docker-bake.hcl", Some(FileKind::BakeFile)),
            ("compose.yaml", Some(FileKind::ComposeFile)),
            ("docker-compose.override.yml", Some(FileKind::ComposeFile)),
            ("deploy/docker-compose-test.yml", Some(FileKind::ComposeFile)),
            ("dev.compose.yaml", Some(FileKind::ComposeFile)),
            ("podman-compose.yml", Some(FileKind::ComposeFile)),
            ("composer.yml", Some(FileKind::Yaml)),
            ("decompose.yml", Some(FileKind::Yaml)),
            ("charts/app/values-prod.yaml", Some(FileKind::HelmValues)),
            ("charts/app/values.dev.template.yaml", Some(FileKind::HelmValues)),
            ("envs/dev-values.yml", Some(FileKind::HelmValues)),
            ("core-values-list.yml", Some(FileKind::Yaml)),
            ("valuesets.yaml", Some(FileKind::Yaml)),
            (".devcontainer/python/devcontainer.json", Some(FileKind::DevContainer)),
            ("app/.env", Some(FileKind::EnvFile)),
            ("app/.env.example", None),
            ("gradle/images.gradle", Some(FileKind::GradleBuild)),
            ("app/build.gradle.kts", Some(FileKind::GradleBuild)),
            ("units/web.container", Some(FileKind::ContainerUnit)),
            ("Makefile", Some(FileKind::Makefile)),
            ("build/common.mk", Some(FileKind::Makefile)),
            ("scripts/build.sh", Some(FileKind::ShellScript)),
            (".gitmodules", Some(FileKind::GitModules)),
            ("charts/app/Chart.yaml", Some(FileKind::Chart)),
            ("charts/app/chart.yaml", Some(FileKind::Yaml)),
            ("charts/app/Chart.tpl.yaml", Some(FileKind::Yaml)),
            ("Dockerfile", Some(FileKind::Dockerfile)),
            ("dockerfile", Some(FileKind::Dockerfile)),
            ("docker/Dockerfile.dev", Some(FileKind::Dockerfile)),
            ("Dockerfile-builder", Some(FileKind::Dockerfile)),
            ("DockerfileBuilder", Some(FileKind::Dockerfile)),
            ("Dockerfiles", None),
            ("app.Dockerfile", Some(FileKind::Dockerfile)),
            ("Containerfile", Some(FileKind::Dockerfile)),
            ("Dockerfile.dockerignore", None),
            ("Dockerfile.md", Some(FileKind::Prose)),
            ("Dockerfiles.txt", None),
            ("Dockerfiles/x", None),
            ("mydockerfile", None),
            ("Jenkinsfile_CNP", Some(FileKind::JenkinsPipeline)),
            ("jenkins/deploy.Jenkinsfile", Some(FileKind::JenkinsPipeline)),
            ("ci/deploy.jenkinsfile", Some(FileKind::JenkinsPipeline)),
            ("ci/deploy.JenkinsFile", Some(FileKind::JenkinsPipeline)),
            ("ci/nightly.jenkins", Some(FileKind::JenkinsPipeline)),
            ("jenkinsfile", Some(FileKind::JenkinsPipeline)),
            ("Jenkinsfile.nightly", Some(FileKind::JenkinsPipeline)),
            ("Jenkinsfile.groovy", Some(FileKind::JenkinsPipeline)),
            ("Jenkinsfile.md", Some(FileKind::Prose)),
            ("Jenkinsfiles", None),
            ("jenkinsfile.yaml", Some(FileKind::Yaml)),
            ("vars/build.groovy", Some(FileKind::JenkinsLibrary)),
            ("ci/library/vars/build.groovy", Some(FileKind::JenkinsLibrary)),
            ("vars/build.txt", Some(FileKind::JenkinsLibraryHelp)),
            ("vars/sub/build.groovy", Some(FileKind::PipelineCandidate)),
            ("jenkins/pipelines.groovy", Some(FileKind::PipelineCandidate)),
            ("src/org/acme/Tool.groovy", Some(FileKind::GroovyFile)),
            ("azure_pipeline.sds.yaml", Some(FileKind::AzurePipeline)),
            ("pipelines/azure-pipelines-prod.yml", Some(FileKind::AzurePipeline)),
            (".circleci/config.yml", Some(FileKind::CircleciPipeline)),
            ("sub/.travis.yml", Some(FileKind::Yaml)),
            (".tekton/push.yaml", Some(FileKind::TektonResource)),
            (".tekton/tasks/lint.yaml", Some(FileKind::TektonResource)),
            (".tekton-docs/push.yaml", Some(FileKind::PipelineCandidate)),
            (".woodpecker/release/a.yaml", Some(FileKind::WoodpeckerPipeline)),
            (".crow/a.yaml", Some(FileKind::WoodpeckerPipeline)),
            (".crow.yml", Some(FileKind::WoodpeckerPipeline)),
            (".drone.star", Some(FileKind::DronePipeline)),
            (".forgejo/workflows/ci.yml", Some(FileKind::ForgejoWorkflow)),
            ("templates/app/.gitea/workflows/ci.yaml", Some(FileKind::ForgejoWorkflow)),
            ("x.gitea/workflows/ci.yaml", Some(FileKind::PipelineCandidate)),
            ("sub/.gitlab-ci.yml", Some(FileKind::GitlabPipeline)),
            ("ci/build.gitlab-ci.yaml", Some(FileKind::GitlabPipeline)),
            (".gitlab/ci/rules.yml", Some(FileKind::GitlabPipeline)),
            (".gitlab/ci/rules.sh", Some(FileKind::ShellScript)),
            (".gitlab/agents/a/config.yaml", Some(FileKind::Yaml)),
            ("gitlab-ci.yml.erb", None),
            (".circleci/continue.yml", Some(FileKind::PipelineCandidate)),
            ("src/@orb.yml", Some(FileKind::CircleciOrb)),
            ("src/commands/login.yml", Some(FileKind::PipelineCandidate)),
            (".buildkite/pipeline.yml", Some(FileKind::BuildkitePipeline)),
            (".buildkite/nightly/pipeline.release.json", Some(FileKind::BuildkitePipeline)),
            (".buildkite/release.yaml", Some(FileKind::PipelineCandidate)),
            (".buildkite/docker-compose.yml", Some(FileKind::ComposeFile)),
            ("buildkite.yml", Some(FileKind::BuildkitePipeline)),
            ("src/pipeline.json", None),
            (".bitbucket/shared-pipelines.yml", Some(FileKind::PipelineCandidate)),
            ("CODEOWNERS", Some(FileKind::Codeowners)),
            ("src/CODEOWNERS", None),
            ("README.md", Some(FileKind::Readme)),
            ("modules/x/readme.MD", Some(FileKind::Readme)),
            ("docs/deploy.adoc", Some(FileKind::Prose)),
            ("docs/deploy.rst", Some(FileKind::Prose)),
            ("docs/deploy.txt", None),
            ("scripts/build.ps1", Some(FileKind::PowershellScript)),
            ("build.cmd", Some(FileKind::BatchScript)),
            ("src/main.rs", None),
        ] {
            assert_eq!(kind(path), expected, "{path}");
        }
    }
}
