//! Templates of Azure's Resource Manager that lie among Terraform: Terraform deploys them, or a pipeline or a script does,
//! by their names. One that nothing names any more is left over.

use std::collections::BTreeSet;

use memchr::memmem::find;

use super::scripts::runs_programs;
use super::{Files, KnownFile};
use crate::classify::FileKind;
use crate::facts::{Facts, Marker, MarkerKind, Mode};
use crate::paths::{folder_of, name_of};

fn is_template(marker: &Marker) -> bool {
    marker.kind == MarkerKind::InfrastructureCode && marker.tool.as_deref() == Some("arm")
}

/// Whether there are any.
pub(super) fn has_any(facts: &Facts) -> bool {
    facts.markers.iter().any(is_template)
}

/// Says of templates among Terraform that they are left over, where nothing names them.
pub(super) fn resolve(facts: &mut Facts, files: &Files<'_>) {
    let paths: BTreeSet<String> =
        facts.markers.iter().filter(|it| is_template(it)).map(|it| it.at.path.to_string()).collect();
    let among: Vec<&String> = paths.iter().filter(|it| terraform_around(it, files).next().is_some()).collect();
    if among.is_empty() {
        return;
    }
    let mut left: BTreeSet<&String> = among.into_iter().collect();
    for file in files.known().filter(|it| may_deploy(it.kind)) {
        if left.is_empty() {
            break;
        }
        files.with(file, |source| left.retain(|it| !names(source.text(), it, file.path)));
    }
    for marker in facts.markers.iter_mut().filter(|it| is_template(it)) {
        if left.iter().any(|it| ***it == *marker.at.path) {
            marker.mode = Some(Mode::Off);
        }
    }
}

/// The files of Terraform in the folder of a file, and in those above.
fn terraform_around<'f>(path: &str, files: &'f Files<'_>) -> impl Iterator<Item = KnownFile<'f>> {
    let mut folders = vec![folder_of(path)];
    while let Some(last) = folders.last().copied().filter(|it| !it.is_empty()) {
        folders.push(folder_of(last));
    }
    let folders: Vec<String> = folders.into_iter().map(str::to_owned).collect();
    folders
        .into_iter()
        .flat_map(|it| files.in_folder(&it).collect::<Vec<_>>())
        .filter(|it| it.kind == FileKind::Terraform)
}

/// Whether files of a kind may deploy a template, or say to people how to.
fn may_deploy(kind: FileKind) -> bool {
    runs_programs(kind)
        || matches!(
            kind,
            FileKind::ArmTemplate
                | FileKind::BatchScript
                | FileKind::BicepFile
                | FileKind::GroovyFile
                | FileKind::InfrastructureCandidate
                | FileKind::JenkinsLibrary
                | FileKind::PowershellScript
                | FileKind::Readme
                | FileKind::Terraform
        )
}

/// Whether a text names a template by its name, or the files of its folder by a pattern or a variable.
fn names(text: &str, template: &str, own: &str) -> bool {
    let has = |it: &str| find(text.as_bytes(), it.as_bytes()).is_some();
    let folder = name_of(folder_of(template));
    let has_any_of_folder = || {
        let folder = format!("{folder}/");
        let bytes = text.as_bytes();
        memchr::memmem::find_iter(bytes, folder.as_bytes()).any(|at| {
            !matches!(bytes.get(at + folder.len()), Some(b) if b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        })
    };
    own != template && (has(name_of(template)) || !folder.is_empty() && has_any_of_folder())
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn texts_that_name_a_template() {
        for (text, expected) in [
            ("template_body = file(\"${path.module}/template/api.json\")", true),
            ("for_each = fileset(path.module, \"template/*.json\")", true),
            ("az deployment group create -f api.json", true),
            ("policy = file(\"${path.module}/template/policy.xml\")", false),
            ("resource \"azurerm_api_management_api\" \"api\" {}", false),
        ] {
            assert_eq!(names(text, "infra/template/api.json", "infra/main.tf"), expected, "{text}");
        }
    }
}
