//! What a file is and what its facts are evidence of, from its path.
//!
//! Sorted tables: [`NAMES`] and [`EXTENSIONS`] of file names, [`FOLDERS`] of folder names that mark examples, tests and
//! other people's code. Nothing here opens a file: what only content can tell (an image file without a base image, a
//! generated file) is decided by extraction.

use std::borrow::Cow;
use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::Context;

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

/// How a [`NAMES`] row is compared with a path.
#[derive(Clone, Copy, Debug)]
enum Where {
    /// The file name is this, in this case.
    Name,
    /// The file name is this, in any case.
    NameAnyCase,
    /// The path from the repository's root is this.
    Root,
}

/// Names of files; sorted.
const NAMES: &[(&str, Where, FileKind)] = &[
    (".appveyor.yml", Where::Root, FileKind::AppveyorPipeline),
    (".circleci/config.yaml", Where::Root, FileKind::CircleciPipeline),
    (".circleci/config.yml", Where::Root, FileKind::CircleciPipeline),
    (".drone.yaml", Where::Root, FileKind::DronePipeline),
    (".drone.yml", Where::Root, FileKind::DronePipeline),
    (".gitea/CODEOWNERS", Where::Root, FileKind::Codeowners),
    (".github/CODEOWNERS", Where::Root, FileKind::Codeowners),
    (".github/workflows/actions.lock", Where::Root, FileKind::GithubActionsLock),
    (".gitlab-ci.yaml", Where::Root, FileKind::GitlabPipeline),
    (".gitlab-ci.yml", Where::Root, FileKind::GitlabPipeline),
    (".gitlab/CODEOWNERS", Where::Root, FileKind::Codeowners),
    (".gitmodules", Where::Root, FileKind::GitModules),
    (".justfile", Where::Name, FileKind::Justfile),
    (".travis.yml", Where::Root, FileKind::TravisPipeline),
    (".vsts-ci.yml", Where::Root, FileKind::AzurePipeline),
    (".woodpecker.yaml", Where::Root, FileKind::WoodpeckerPipeline),
    (".woodpecker.yml", Where::Root, FileKind::WoodpeckerPipeline),
    ("CODEOWNERS", Where::Root, FileKind::Codeowners),
    ("Chart.yaml", Where::Name, FileKind::Chart),
    ("GNUmakefile", Where::Name, FileKind::Makefile),
    ("Justfile", Where::Name, FileKind::Justfile),
    ("Makefile", Where::Name, FileKind::Makefile),
    ("Taskfile.dist.yaml", Where::Name, FileKind::Taskfile),
    ("Taskfile.dist.yml", Where::Name, FileKind::Taskfile),
    ("Taskfile.yaml", Where::Name, FileKind::Taskfile),
    ("Taskfile.yml", Where::Name, FileKind::Taskfile),
    ("action.yaml", Where::Name, FileKind::GithubAction),
    ("action.yml", Where::Name, FileKind::GithubAction),
    ("appveyor.yml", Where::Root, FileKind::AppveyorPipeline),
    ("bitbucket-pipelines.yml", Where::Root, FileKind::BitbucketPipeline),
    ("changelog", Where::NameAnyCase, FileKind::Changelog),
    ("changelog.adoc", Where::NameAnyCase, FileKind::Changelog),
    ("changelog.md", Where::NameAnyCase, FileKind::Changelog),
    ("changelog.rst", Where::NameAnyCase, FileKind::Changelog),
    ("changelog.txt", Where::NameAnyCase, FileKind::Changelog),
    ("docker-bake.hcl", Where::Name, FileKind::BakeFile),
    ("docker-bake.json", Where::Name, FileKind::BakeFile),
    ("docker-bake.override.hcl", Where::Name, FileKind::BakeFile),
    ("docker-bake.override.json", Where::Name, FileKind::BakeFile),
    ("docs/CODEOWNERS", Where::Root, FileKind::Codeowners),
    ("justfile", Where::Name, FileKind::Justfile),
    ("makefile", Where::Name, FileKind::Makefile),
    ("readme", Where::NameAnyCase, FileKind::Readme),
    ("readme.adoc", Where::NameAnyCase, FileKind::Readme),
    ("readme.markdown", Where::NameAnyCase, FileKind::Readme),
    ("readme.md", Where::NameAnyCase, FileKind::Readme),
    ("readme.rst", Where::NameAnyCase, FileKind::Readme),
    ("readme.txt", Where::NameAnyCase, FileKind::Readme),
    ("taskfile.yaml", Where::Name, FileKind::Taskfile),
    ("taskfile.yml", Where::Name, FileKind::Taskfile),
    ("terragrunt.hcl", Where::Name, FileKind::Terragrunt),
    ("terragrunt.hcl.json", Where::Name, FileKind::TerragruntJson),
    ("terragrunt.stack.hcl", Where::Name, FileKind::Terragrunt),
];

/// What file names end with, after their last dot; sorted.
const EXTENSIONS: &[(&str, FileKind)] = &[
    ("bash", FileKind::ShellScript),
    ("hcl", FileKind::HclFile),
    ("mk", FileKind::Makefile),
    ("sh", FileKind::ShellScript),
    ("tf", FileKind::Terraform),
    ("tfvars", FileKind::TerraformVariables),
    ("tofu", FileKind::Terraform),
];

/// What names of files in HCL and JSON end with, from an earlier dot on; sorted.
const DOUBLE_EXTENSIONS: &[(&str, FileKind)] = &[
    (".tf.json", FileKind::TerraformJson),
    (".tfcomponent.hcl", FileKind::TerraformStack),
    (".tfstack.hcl", FileKind::TerraformStack),
    (".tftest.hcl", FileKind::TerraformTest),
    (".tftest.json", FileKind::TerraformTest),
    (".tfvars.json", FileKind::TerraformVariables),
    (".tofu.json", FileKind::TerraformJson),
    (".tofutest.hcl", FileKind::TerraformTest),
    (".tofutest.json", FileKind::TerraformTest),
];

/// What the file at this repository-relative path is, if we know its kind.
pub fn kind(path: &str) -> Option<FileKind> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if let Some(kind) = by_name(path, name) {
        return Some(kind);
    }
    if is_dockerfile(name) {
        return Some(FileKind::Dockerfile);
    }
    if is_jenkinsfile(name) {
        return Some(FileKind::JenkinsPipeline);
    }
    if !has_yaml_extension(name) {
        return by_extension(name);
    }
    if folder == ".github/workflows" || folder.ends_with("/.github/workflows") || folder == "workflow-templates" {
        return Some(FileKind::GithubWorkflow);
    }
    if folder == ".buildkite" {
        return Some(FileKind::BuildkitePipeline);
    }
    if folder == ".woodpecker" {
        return Some(FileKind::WoodpeckerPipeline);
    }
    if is_azure_pipeline(folder, name) {
        return Some(FileKind::AzurePipeline);
    }
    (name.starts_with("compose") || name.starts_with("docker-compose")).then_some(FileKind::ComposeFile)
}

/// The kind that [`NAMES`] gives. Every listed file comes here, so each kind of row is looked for by its own means.
fn by_name(path: &str, name: &str) -> Option<FileKind> {
    let exact = |text: &str| NAMES.binary_search_by_key(&text, |(name, ..)| name).ok().map(|row| NAMES[row]);
    if let Some((_, place, kind)) = exact(name) {
        let is_here = match place {
            Where::Name | Where::NameAnyCase => true,
            Where::Root => name.len() == path.len(),
        };
        if is_here {
            return Some(kind);
        }
    }
    // Rows with a folder begin with one of these.
    if name.len() < path.len()
        && matches!(path.as_bytes()[0], b'.' | b'd')
        && let Some((_, Where::Root, kind)) = exact(path)
    {
        return Some(kind);
    }
    if !matches!(name.as_bytes().first(), Some(b'c' | b'C' | b'r' | b'R')) {
        return None;
    }
    let is_row = |(text, place, _): &&(&str, Where, FileKind)| match place {
        Where::NameAnyCase => name.len() == text.len() && name.eq_ignore_ascii_case(text),
        Where::Name | Where::Root => false,
    };
    NAMES.iter().find(is_row).map(|(_, _, kind)| *kind)
}

/// The kind that the end of a name gives. Hidden files and those that editors leave behind (`#main.tf#` has no
/// extension of ours, nor has `main.tf~`) are read by no tool.
fn by_extension(name: &str) -> Option<FileKind> {
    let dot = memchr::memrchr(b'.', name.as_bytes())?;
    if name.starts_with('.') {
        return None;
    }
    let extension = &name[dot + 1..];
    if matches!(extension, "hcl" | "json")
        && let Some((_, kind)) = DOUBLE_EXTENSIONS.iter().find(|(end, _)| name.len() > end.len() && name.ends_with(end))
    {
        return Some(*kind);
    }
    EXTENSIONS.binary_search_by_key(&extension, |(extension, _)| extension).ok().map(|row| EXTENSIONS[row].1)
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

/// Whether a workflow at this path is one that GitHub runs for its repository.
pub fn is_live_workflow(path: &str) -> bool {
    path.strip_prefix(".github/workflows/").is_some_and(|name| !name.contains('/'))
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

/// `Jenkinsfile`, `Jenkinsfile_CNP`, `Jenkinsfile.nightly`, `Jenkinsfile-release`, `deploy.jenkinsfile`.
fn is_jenkinsfile(name: &str) -> bool {
    if name.ends_with(['e', 'E']) && ends_with_any_case(name, ".jenkinsfile") {
        return true;
    }
    name.strip_prefix("Jenkinsfile").is_some_and(|rest| {
        rest.is_empty() || rest.starts_with(['.', '-', '_']) && !rest.ends_with(".md") && !has_yaml_extension(rest)
    })
}

/// The usual names of Azure Pipelines: `azure-pipelines.yml`, `azure_pipeline.sds.yaml`, `.azuredevops/*.yml`.
fn is_azure_pipeline(folder: &str, name: &str) -> bool {
    let name = name.trim_start_matches('.');
    let named = ["azure-pipeline", "azure_pipeline", "azurepipeline"]
        .iter()
        .any(|prefix| name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)));
    named || folder.split('/').next() == Some(".azuredevops")
}

/// Files that Terragrunt writes when it makes units of a stack; sorted.
const GENERATED: &[&str] = &["terragrunt.autoinclude.hcl", "terragrunt.autoinclude.stack.hcl"];

/// Folder names, in lower case, that say what lies below them is not what the repository is for; sorted.
const FOLDERS: &[(&str, Context)] = &[
    (".terragrunt-stack", Context::Generated),
    ("3rd-party", Context::Vendored),
    ("3rdparty", Context::Vendored),
    ("__fixtures__", Context::Test),
    ("__tests__", Context::Test),
    ("bower_components", Context::Vendored),
    ("cookiecutter", Context::Template),
    ("example", Context::Example),
    ("examples", Context::Example),
    ("external", Context::Vendored),
    ("fixture", Context::Test),
    ("fixtures", Context::Test),
    ("godeps", Context::Vendored),
    ("localstack", Context::Test),
    ("mock", Context::Test),
    ("mocks", Context::Test),
    ("node_modules", Context::Vendored),
    ("sample", Context::Example),
    ("samples", Context::Example),
    ("scaffold", Context::Template),
    ("scaffolding", Context::Template),
    ("skeleton", Context::Template),
    ("terratest", Context::Test),
    ("test", Context::Test),
    ("test-data", Context::Test),
    ("test-fixtures", Context::Test),
    ("test-image", Context::Test),
    ("test-images", Context::Test),
    ("test-runner", Context::Test),
    ("test_data", Context::Test),
    ("test_fixtures", Context::Test),
    ("testdata", Context::Test),
    ("testing", Context::Test),
    ("tests", Context::Test),
    ("third-party", Context::Vendored),
    ("third_party", Context::Vendored),
    ("thirdparty", Context::Vendored),
    ("vendor", Context::Vendored),
    ("vendored", Context::Vendored),
    ("vendors", Context::Vendored),
    ("workflow-templates", Context::Template),
];

/// Folder names of environments: a `test` beside one of these is an environment, not a test; sorted.
const ENVIRONMENTS: &[&str] = &[
    "dev",
    "development",
    "live",
    "nonprod",
    "perftest",
    "preprod",
    "preproduction",
    "prod",
    "production",
    "sandbox",
    "stage",
    "staging",
    "uat",
];

/// Folder names under which environments lie; sorted.
const ENVIRONMENT_PARENTS: &[&str] = &["accounts", "clusters", "env", "environments", "envs", "overlays", "stages"];

/// What the files of one repository are evidence of, by their paths.
///
/// It knows all paths, because `test` is a test in one repository and an environment in the next: it is one where
/// its siblings are (`dev`, `prod`) or where it lies in a folder of environments.
#[derive(Debug, Default)]
pub struct Contexts {
    /// Parents of environment folders.
    environment_parents: HashSet<String>,
}

impl Contexts {
    /// Looks at all paths of a repository.
    pub fn of<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let mut environment_parents = HashSet::new();
        let mut last = "";
        for path in paths {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            if folder == last {
                continue;
            }
            last = folder;
            let mut start = 0;
            for part in folder.split('/') {
                if ENVIRONMENTS.binary_search(&part).is_ok() && !environment_parents.contains(&folder[..start]) {
                    environment_parents.insert(folder[..start].to_owned());
                }
                start += part.len() + 1;
                start = start.min(folder.len());
            }
        }
        Contexts { environment_parents }
    }

    /// What the file at this path is evidence of.
    pub fn context(&self, path: &str) -> Context {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        if is_dockerfile(name)
            && name.to_ascii_lowercase().split(['.', '-', '_']).any(|part| matches!(part, "test" | "tests"))
        {
            return Context::Test;
        }
        if GENERATED.binary_search(&name).is_ok() {
            return Context::Generated;
        }
        // A placeholder in a folder's name: `{{cookiecutter.name}}`, `${{ values.name }}`.
        if memchr::memchr(b'{', folder.as_bytes()).is_some() && folder.contains("{{") {
            return Context::Template;
        }
        let mut start = 0;
        for part in folder.split('/') {
            let lower: Cow<'_, str> = match part.bytes().any(|b| b.is_ascii_uppercase()) {
                true => Cow::Owned(part.to_ascii_lowercase()),
                false => Cow::Borrowed(part),
            };
            if let Ok(row) = FOLDERS.binary_search_by_key(&&*lower, |(name, _)| name) {
                let is_environment = match &*lower {
                    "test" | "testing" | "sample" | "external" => self.is_environment(&folder[..start]),
                    "example" => is_environment_parent(&folder[..start]),
                    _ => false,
                };
                if !is_environment {
                    return FOLDERS[row].1;
                }
            }
            start = (start + part.len() + 1).min(folder.len());
        }
        Context::Production
    }

    /// `parent` as a prefix of a path: with its trailing slash, or empty for the root.
    fn is_environment(&self, parent: &str) -> bool {
        is_environment_parent(parent) || self.environment_parents.contains(parent)
    }
}

fn is_environment_parent(parent: &str) -> bool {
    let name = parent.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    ENVIRONMENT_PARENTS.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{
        Contexts, DOUBLE_EXTENSIONS, ENVIRONMENT_PARENTS, ENVIRONMENTS, EXTENSIONS, FOLDERS, FileKind, GENERATED,
        NAMES, NOT_DOCKERFILES, Where, kind,
    };
    use crate::facts::Context;

    #[test]
    fn tables_are_sorted() {
        assert!(NAMES.is_sorted_by_key(|(name, ..)| name));
        // What `by_name` takes for granted.
        for (text, place, _) in NAMES {
            match place {
                Where::NameAnyCase => assert!(text.starts_with(['c', 'r']), "{text}"),
                Where::Root if text.contains('/') => assert!(text.starts_with(['.', 'd']), "{text}"),
                Where::Name | Where::Root => {}
            }
        }
        assert!(EXTENSIONS.is_sorted_by_key(|(extension, _)| extension));
        assert!(DOUBLE_EXTENSIONS.is_sorted_by_key(|(extension, _)| extension));
        assert!(FOLDERS.is_sorted_by_key(|(name, _)| name));
        assert!(GENERATED.is_sorted());
        assert!(ENVIRONMENTS.is_sorted());
        assert!(ENVIRONMENT_PARENTS.is_sorted());
        assert!(NOT_DOCKERFILES.is_sorted());
    }

    #[test]
    fn kinds() {
        for (path, expected) in [
            (".github/workflows/ci.yml", Some(FileKind::GithubWorkflow)),
            (".github/workflows/archived/ci.yml", None),
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
            ("Makefile", Some(FileKind::Makefile)),
            ("build/common.mk", Some(FileKind::Makefile)),
            ("scripts/build.sh", Some(FileKind::ShellScript)),
            (".gitmodules", Some(FileKind::GitModules)),
            ("charts/app/Chart.yaml", Some(FileKind::Chart)),
            ("charts/app/chart.yaml", None),
            ("charts/app/Chart.tpl.yaml", None),
            ("Dockerfile", Some(FileKind::Dockerfile)),
            ("dockerfile", Some(FileKind::Dockerfile)),
            ("docker/Dockerfile.dev", Some(FileKind::Dockerfile)),
            ("Dockerfile-builder", Some(FileKind::Dockerfile)),
            ("DockerfileBuilder", Some(FileKind::Dockerfile)),
            ("Dockerfiles", None),
            ("app.Dockerfile", Some(FileKind::Dockerfile)),
            ("Containerfile", Some(FileKind::Dockerfile)),
            ("Dockerfile.dockerignore", None),
            ("Dockerfile.md", None),
            ("Dockerfiles.txt", None),
            ("Dockerfiles/x", None),
            ("mydockerfile", None),
            ("Jenkinsfile_CNP", Some(FileKind::JenkinsPipeline)),
            ("jenkins/deploy.Jenkinsfile", Some(FileKind::JenkinsPipeline)),
            ("azure_pipeline.sds.yaml", Some(FileKind::AzurePipeline)),
            ("pipelines/azure-pipelines-prod.yml", Some(FileKind::AzurePipeline)),
            (".circleci/config.yml", Some(FileKind::CircleciPipeline)),
            ("sub/.travis.yml", None),
            ("CODEOWNERS", Some(FileKind::Codeowners)),
            ("src/CODEOWNERS", None),
            ("README.md", Some(FileKind::Readme)),
            ("modules/x/readme.MD", Some(FileKind::Readme)),
            ("src/main.rs", None),
        ] {
            assert_eq!(kind(path), expected, "{path}");
        }
    }

    #[test]
    fn contexts() {
        let contexts = Contexts::of(["infra/dev/main.tf", "infra/test/main.tf", "test/main.tf"]);
        for (path, expected) in [
            ("main.tf", Context::Production),
            ("examples/basic/main.tf", Context::Example),
            ("test/main.tf", Context::Test),
            ("infra/test/main.tf", Context::Production),
            ("infra/test/fixtures/main.tf", Context::Test),
            ("terraform/environments/test/main.tf", Context::Production),
            ("modules/x/tests/main.tf", Context::Test),
            ("terraform/environments/example/main.tf", Context::Production),
            ("Examples/basic/main.tf", Context::Example),
            ("test-image/Dockerfile", Context::Test),
            ("docker/Dockerfile_test", Context::Test),
            ("docker/Dockerfile.latest", Context::Production),
            ("namespaces/my-test/main.tf", Context::Production),
            ("vendor/x/Dockerfile", Context::Vendored),
            ("live/.terragrunt-stack/vpc/terragrunt.hcl", Context::Generated),
            ("live/vpc/terragrunt.autoinclude.hcl", Context::Generated),
            ("{{cookiecutter.name}}/Dockerfile", Context::Template),
            ("templates/${{ values.name }}/Chart.yaml", Context::Template),
        ] {
            assert_eq!(contexts.context(path), expected, "{path}");
        }
    }
}
