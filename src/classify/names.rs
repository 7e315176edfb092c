//! Names and ends of names that tell what a file is: sorted tables, and how every listed file is looked for in them.

use super::FileKind;
use crate::words::{Shapes, shapes_of_keys};

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
    (".circleci/config.yaml", Where::Root, FileKind::CircleciPipeline),
    (".circleci/config.yml", Where::Root, FileKind::CircleciPipeline),
    (".crow.yaml", Where::Root, FileKind::WoodpeckerPipeline),
    (".crow.yml", Where::Root, FileKind::WoodpeckerPipeline),
    (".devcontainer.json", Where::Name, FileKind::DevContainer),
    (".drone.jsonnet", Where::Root, FileKind::DronePipeline),
    (".drone.star", Where::Root, FileKind::DronePipeline),
    (".drone.yaml", Where::Root, FileKind::DronePipeline),
    (".drone.yml", Where::Root, FileKind::DronePipeline),
    (".env", Where::Name, FileKind::EnvFile),
    (".gitea/CODEOWNERS", Where::Root, FileKind::Codeowners),
    (".github/CODEOWNERS", Where::Root, FileKind::Codeowners),
    (".github/workflows/actions.lock", Where::Root, FileKind::GithubActionsLock),
    (".gitlab-ci.yaml", Where::Root, FileKind::GitlabPipeline),
    (".gitlab-ci.yml", Where::Root, FileKind::GitlabPipeline),
    (".gitlab/CODEOWNERS", Where::Root, FileKind::Codeowners),
    (".gitmodules", Where::Root, FileKind::GitModules),
    (".justfile", Where::Name, FileKind::Justfile),
    (".ko.yaml", Where::Name, FileKind::KoConfig),
    (".ko.yml", Where::Name, FileKind::KoConfig),
    (".travis.yml", Where::Root, FileKind::TravisPipeline),
    (".woodpecker.yaml", Where::Root, FileKind::WoodpeckerPipeline),
    (".woodpecker.yml", Where::Root, FileKind::WoodpeckerPipeline),
    ("@orb.yaml", Where::Name, FileKind::CircleciOrb),
    ("@orb.yml", Where::Name, FileKind::CircleciOrb),
    ("CODEOWNERS", Where::Root, FileKind::Codeowners),
    ("Chart.lock", Where::Name, FileKind::ChartLock),
    ("Chart.yaml", Where::Name, FileKind::Chart),
    ("GNUmakefile", Where::Name, FileKind::Makefile),
    ("Justfile", Where::Name, FileKind::Justfile),
    ("Kustomization", Where::Name, FileKind::Kustomization),
    ("MODULE.bazel", Where::Name, FileKind::BazelModule),
    ("Makefile", Where::Name, FileKind::Makefile),
    ("OWNERS", Where::Name, FileKind::OwnersFile),
    ("OWNERS_ALIASES", Where::Root, FileKind::OwnersFile),
    ("Pulumi.yaml", Where::Name, FileKind::PulumiProject),
    ("Pulumi.yml", Where::Name, FileKind::PulumiProject),
    ("Taskfile.dist.yaml", Where::Name, FileKind::Taskfile),
    ("Taskfile.dist.yml", Where::Name, FileKind::Taskfile),
    ("Taskfile.yaml", Where::Name, FileKind::Taskfile),
    ("Taskfile.yml", Where::Name, FileKind::Taskfile),
    ("WORKSPACE", Where::Name, FileKind::BazelModule),
    ("WORKSPACE.bazel", Where::Name, FileKind::BazelModule),
    ("WORKSPACE.bzlmod", Where::Name, FileKind::BazelModule),
    ("action.yaml", Where::Name, FileKind::GithubAction),
    ("action.yml", Where::Name, FileKind::GithubAction),
    ("appveyor.yml", Where::Root, FileKind::AppveyorPipeline),
    ("bicepconfig.json", Where::Name, FileKind::BicepConfig),
    ("bitbucket-pipelines.yml", Where::Root, FileKind::BitbucketPipeline),
    ("build.gradle.kts", Where::Name, FileKind::GradleBuild),
    ("buildkite.json", Where::Root, FileKind::BuildkitePipeline),
    ("buildkite.yaml", Where::Root, FileKind::BuildkitePipeline),
    ("buildkite.yml", Where::Root, FileKind::BuildkitePipeline),
    ("cdk.json", Where::Name, FileKind::CdkApp),
    ("changelog", Where::NameAnyCase, FileKind::Changelog),
    ("changelog.adoc", Where::NameAnyCase, FileKind::Changelog),
    ("changelog.md", Where::NameAnyCase, FileKind::Changelog),
    ("changelog.rst", Where::NameAnyCase, FileKind::Changelog),
    ("changelog.txt", Where::NameAnyCase, FileKind::Changelog),
    ("devcontainer.json", Where::Name, FileKind::DevContainer),
    ("docker-bake.hcl", Where::Name, FileKind::BakeFile),
    ("docker-bake.json", Where::Name, FileKind::BakeFile),
    ("docker-bake.override.hcl", Where::Name, FileKind::BakeFile),
    ("docker-bake.override.json", Where::Name, FileKind::BakeFile),
    ("docs/CODEOWNERS", Where::Root, FileKind::Codeowners),
    ("fleet.yaml", Where::Name, FileKind::FleetBundle),
    ("galaxy.yaml", Where::Name, FileKind::AnsibleGalaxy),
    ("galaxy.yml", Where::Name, FileKind::AnsibleGalaxy),
    ("helmfile.yaml", Where::Name, FileKind::Helmfile),
    ("helmfile.yaml.gotmpl", Where::Name, FileKind::Helmfile),
    ("helmfile.yml", Where::Name, FileKind::Helmfile),
    ("helmfile.yml.gotmpl", Where::Name, FileKind::Helmfile),
    ("justfile", Where::Name, FileKind::Justfile),
    ("kustomization.yaml", Where::Name, FileKind::Kustomization),
    ("kustomization.yml", Where::Name, FileKind::Kustomization),
    ("makefile", Where::Name, FileKind::Makefile),
    ("package.json", Where::Name, FileKind::PackageJson),
    ("pom.xml", Where::Name, FileKind::MavenProject),
    ("project.toml", Where::Name, FileKind::BuildpackProject),
    ("readme", Where::NameAnyCase, FileKind::Readme),
    ("readme.adoc", Where::NameAnyCase, FileKind::Readme),
    ("readme.markdown", Where::NameAnyCase, FileKind::Readme),
    ("readme.md", Where::NameAnyCase, FileKind::Readme),
    ("readme.rst", Where::NameAnyCase, FileKind::Readme),
    ("readme.txt", Where::NameAnyCase, FileKind::Readme),
    ("requirements.lock", Where::Name, FileKind::ChartLock),
    ("requirements.yaml", Where::Name, FileKind::ChartRequirements),
    ("requirements.yml", Where::Name, FileKind::AnsibleGalaxy),
    ("serverless.json", Where::Name, FileKind::ServerlessService),
    ("serverless.yaml", Where::Name, FileKind::ServerlessService),
    ("serverless.yml", Where::Name, FileKind::ServerlessService),
    ("taskfile.yaml", Where::Name, FileKind::Taskfile),
    ("taskfile.yml", Where::Name, FileKind::Taskfile),
    ("terragrunt.hcl", Where::Name, FileKind::Terragrunt),
    ("terragrunt.hcl.json", Where::Name, FileKind::TerragruntJson),
    ("terragrunt.stack.hcl", Where::Name, FileKind::Terragrunt),
];

/// What the names in [`NAMES`] look like: every listed file is looked for there.
static SHAPES_OF_NAMES: Shapes = shapes_of_keys!(NAMES);

/// How the names begin that are compared in any case.
const IN_ANY_CASE: [&str; 2] = ["changelog", "readme"];

/// What file names end with, after their last dot; sorted.
const EXTENSIONS: &[(&str, FileKind)] = &[
    ("adoc", FileKind::Prose),
    ("asciidoc", FileKind::Prose),
    ("bash", FileKind::ShellScript),
    ("bat", FileKind::BatchScript),
    ("bats", FileKind::ShellScript),
    ("bicep", FileKind::BicepFile),
    ("bicepparam", FileKind::BicepFile),
    ("cmd", FileKind::BatchScript),
    ("command", FileKind::ShellScript),
    ("container", FileKind::ContainerUnit),
    ("gradle", FileKind::GradleBuild),
    ("groovy", FileKind::GroovyFile),
    ("hcl", FileKind::HclFile),
    ("jenkins", FileKind::JenkinsPipeline),
    ("ksh", FileKind::ShellScript),
    ("markdown", FileKind::Prose),
    ("md", FileKind::Prose),
    ("mk", FileKind::Makefile),
    ("mkd", FileKind::Prose),
    ("ps1", FileKind::PowershellScript),
    ("psm1", FileKind::PowershellScript),
    ("rst", FileKind::Prose),
    ("sh", FileKind::ShellScript),
    ("tf", FileKind::Terraform),
    ("tfvars", FileKind::TerraformVariables),
    ("tofu", FileKind::Terraform),
    ("zsh", FileKind::ShellScript),
];

/// What the rows of [`EXTENSIONS`] look like.
static SHAPES_OF_EXTENSIONS: Shapes = shapes_of_keys!(EXTENSIONS);

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

/// The kind that [`NAMES`] gives. Every listed file comes here, so each kind of row is looked for by its own means.
pub(super) fn by_name(path: &str, name: &str) -> Option<FileKind> {
    let row = |text: &str| NAMES.binary_search_by_key(&text, |(name, ..)| name).ok().map(|row| NAMES[row]);
    let exact = |text: &str| if SHAPES_OF_NAMES.may_have(text) { row(text) } else { None };
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
    let begins = |it: &&str| name.get(..it.len()).is_some_and(|start| start.eq_ignore_ascii_case(it));
    if !matches!(name.as_bytes().first(), Some(b'c' | b'C' | b'r' | b'R')) || !IN_ANY_CASE.iter().any(begins) {
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
pub(super) fn by_extension(name: &str) -> Option<FileKind> {
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
    if !SHAPES_OF_EXTENSIONS.may_have(extension) {
        return None;
    }
    EXTENSIONS.binary_search_by_key(&extension, |(extension, _)| extension).ok().map(|row| EXTENSIONS[row].1)
}

#[cfg(test)]
mod tests {
    use super::{DOUBLE_EXTENSIONS, EXTENSIONS, IN_ANY_CASE, NAMES, Where};

    #[test]
    fn tables_are_sorted() {
        assert!(NAMES.is_sorted_by_key(|(name, ..)| name));
        // What `by_name` takes for granted.
        for (text, place, _) in NAMES {
            match place {
                Where::NameAnyCase => assert!(IN_ANY_CASE.iter().any(|it| text.starts_with(it)), "{text}"),
                Where::Root if text.contains('/') => assert!(text.starts_with(['.', 'd']), "{text}"),
                Where::Name | Where::Root => {}
            }
        }
        assert!(EXTENSIONS.is_sorted_by_key(|(extension, _)| extension));
        assert!(DOUBLE_EXTENSIONS.is_sorted_by_key(|(extension, _)| extension));
    }
}
