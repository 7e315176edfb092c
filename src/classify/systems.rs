//! The paths at which CI systems beyond the big ones look for their files.

use super::FileKind;
use crate::paths::folder_and_name;
use crate::words::{Shapes, shapes_of_keys};

/// Names of files in YAML; sorted. `true`: at the root of the repository only.
const NAMES: &[(&str, bool, FileKind)] = &[
    (".appveyor.yml", true, FileKind::AppveyorPipeline),
    (".build.yml", true, FileKind::SourcehutPipeline),
    (".cirrus.yaml", true, FileKind::CirrusPipeline),
    (".cirrus.yml", true, FileKind::CirrusPipeline),
    (".onedev-buildspec.yml", true, FileKind::OtherPipeline),
    (".prow.yaml", true, FileKind::ProwJobs),
    (".prow.yml", true, FileKind::ProwJobs),
    (".vela.yaml", true, FileKind::OtherPipeline),
    (".vela.yml", true, FileKind::OtherPipeline),
    (".zuul.yaml", true, FileKind::OtherPipeline),
    ("bitrise.yml", true, FileKind::OtherPipeline),
    ("buildspec.yaml", false, FileKind::CodebuildPipeline),
    ("buildspec.yml", false, FileKind::CodebuildPipeline),
    ("cloudbuild.yaml", false, FileKind::CloudBuildPipeline),
    ("cloudbuild.yml", false, FileKind::CloudBuildPipeline),
    ("codefresh.yaml", false, FileKind::CodefreshPipeline),
    ("codefresh.yml", false, FileKind::CodefreshPipeline),
    ("codemagic.yaml", true, FileKind::OtherPipeline),
    ("codeship-steps.yml", true, FileKind::OtherPipeline),
    ("gocd.yaml", true, FileKind::GocdPipeline),
    ("gocd.yml", true, FileKind::GocdPipeline),
    ("jenkins-x.yml", true, FileKind::OtherPipeline),
    ("screwdriver.yaml", false, FileKind::ScrewdriverPipeline),
    ("sd-command.yaml", false, FileKind::ScrewdriverPipeline),
    ("sd-template.yaml", false, FileKind::ScrewdriverPipeline),
    ("spinnaker.yml", true, FileKind::SpinnakerPipeline),
    ("zuul.yaml", true, FileKind::OtherPipeline),
];

/// Folders at the root of the repository whose files in YAML, those directly in it, belong to a system; sorted.
const FOLDERS: &[(&str, FileKind)] = &[
    (".appveyor", FileKind::AppveyorPipeline),
    (".builds", FileKind::SourcehutPipeline),
    (".codefresh", FileKind::CodefreshPipeline),
    (".mint", FileKind::OtherPipeline),
    (".rwx", FileKind::OtherPipeline),
    (".semaphore", FileKind::SemaphorePipeline),
    (".zuul.d", FileKind::OtherPipeline),
    ("bamboo-specs", FileKind::BambooPipeline),
    ("zuul.d", FileKind::OtherPipeline),
];

/// What the names in [`NAMES`] and [`FOLDERS`] look like.
static SHAPES_OF_NAMES: Shapes = shapes_of_keys!(NAMES);
static SHAPES_OF_FOLDERS: Shapes = shapes_of_keys!(FOLDERS);

/// What a file in YAML is by its place.
pub(super) fn yaml(path: &str, folder: &str, name: &str) -> Option<FileKind> {
    if SHAPES_OF_NAMES.may_have(name)
        && let Ok(row) = NAMES.binary_search_by_key(&name, |row| row.0)
    {
        let (_, only_at_root, kind) = NAMES[row];
        if !only_at_root || folder.is_empty() {
            return Some(kind);
        }
    }
    if name.ends_with(".gocd.yaml") || name.ends_with(".gocd.yml") {
        return Some(FileKind::GocdPipeline);
    }
    if path.starts_with(".prow/") {
        return Some(FileKind::ProwJobs);
    }
    if path.starts_with(".harness/") {
        // What Harness keeps of services, environments and inputs lies there too.
        return Some(FileKind::PipelineCandidate);
    }
    if !SHAPES_OF_FOLDERS.may_have(folder) {
        return None;
    }
    FOLDERS.binary_search_by_key(&folder, |row| row.0).ok().map(|row| FOLDERS[row].1)
}

/// What a file that isn't YAML is by its place.
pub(super) fn other(folder: &str, name: &str) -> Option<FileKind> {
    match name {
        ".cirrus.star" if folder.is_empty() => Some(FileKind::CirrusPipeline),
        "Earthfile" => Some(FileKind::Earthfile),
        "bitrise.json" if folder.is_empty() => Some(FileKind::OtherPipeline),
        "cloudbuild.json" => Some(FileKind::CloudBuildPipeline),
        "dagger.json" => Some(FileKind::DaggerModule),
        "dinghyfile" => Some(FileKind::SpinnakerPipeline),
        _ if name.ends_with(".kt") || name.ends_with(".kts") || name == "project-config.xml" => {
            let mut parts = folder.split('/').skip_while(|part| *part != ".teamcity");
            // What Maven makes of the settings lies in `target`.
            (parts.next().is_some() && parts.next() != Some("target")).then_some(FileKind::TeamcityPipeline)
        }
        _ => None,
    }
}

/// The system of a file that is only counted ([`FileKind::OtherPipeline`]), by its path.
pub fn system_by_name(path: &str) -> &'static str {
    let (folder, name) = folder_and_name(path);
    match (folder, name.trim_start_matches('.')) {
        (".mint" | ".rwx", _) => "rwx",
        (".zuul.d" | "zuul.d", _) | (_, "zuul.yaml") => "zuul",
        (_, "bitrise.json" | "bitrise.yml") => "bitrise",
        (_, "codemagic.yaml") => "codemagic",
        (_, "codeship-steps.yml") => "codeship",
        (_, "jenkins-x.yml") => "jenkins-x",
        (_, "onedev-buildspec.yml") => "onedev",
        (_, "vela.yaml" | "vela.yml") => "vela",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind;
    use super::{FOLDERS, FileKind, NAMES, system_by_name};

    #[test]
    fn tables_are_sorted() {
        assert!(NAMES.is_sorted_by_key(|row| row.0));
        assert!(FOLDERS.is_sorted_by_key(|row| row.0));
    }

    #[test]
    fn what_is_only_counted_has_a_name() {
        let names = NAMES.iter().filter(|row| row.2 == FileKind::OtherPipeline).map(|row| row.0.to_owned());
        let folders =
            FOLDERS.iter().filter(|row| row.1 == FileKind::OtherPipeline).map(|row| format!("{}/a.yml", row.0));
        for path in names.chain(folders).chain(["bitrise.json".to_owned()]) {
            assert_eq!(kind(&path), Some(FileKind::OtherPipeline), "{path}");
            assert_ne!(system_by_name(&path), "other", "{path}");
        }
    }

    #[test]
    fn places() {
        for (path, expected) in [
            ("appveyor.yml", Some(FileKind::AppveyorPipeline)),
            (".appveyor/linux.yml", Some(FileKind::AppveyorPipeline)),
            ("docs/.cirrus.yml", Some(FileKind::Yaml)),
            (".cirrus.star", Some(FileKind::CirrusPipeline)),
            ("lib/.cirrus.star", None),
            ("tools/cloudbuild.yaml", Some(FileKind::CloudBuildPipeline)),
            ("tools/cloudbuild-dev.yaml", Some(FileKind::PipelineCandidate)),
            ("deploy/buildspec_prod.yml", Some(FileKind::PipelineCandidate)),
            (".onedev-buildspec.yml", Some(FileKind::OtherPipeline)),
            (".teamcity/settings.kts", Some(FileKind::TeamcityPipeline)),
            (".teamcity/builds/Main.kt", Some(FileKind::TeamcityPipeline)),
            (".teamcity/target/Main.kt", None),
            ("src/Main.kt", None),
            (".teamcity/acme/project-config.xml", Some(FileKind::TeamcityPipeline)),
            ("project-config.xml", None),
            (".semaphore/deploy.yml", Some(FileKind::SemaphorePipeline)),
            (".harness/orgs/acme/a.yaml", Some(FileKind::PipelineCandidate)),
            (".prow/e2e/a.yaml", Some(FileKind::ProwJobs)),
            ("ci/shop.gocd.yaml", Some(FileKind::GocdPipeline)),
            ("bamboo-specs/bamboo.yml", Some(FileKind::BambooPipeline)),
            ("bamboo-specs/parts/jobs.yml", Some(FileKind::PipelineCandidate)),
            (".builds/alpine.yml", Some(FileKind::SourcehutPipeline)),
            ("services/shop/Earthfile", Some(FileKind::Earthfile)),
            ("ci/dagger.json", Some(FileKind::DaggerModule)),
            ("dinghyfile", Some(FileKind::SpinnakerPipeline)),
            ("sub/.vela.yml", Some(FileKind::Yaml)),
        ] {
            assert_eq!(kind(path), expected, "{path}");
        }
    }
}
