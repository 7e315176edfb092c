//! Which files hold infrastructure as code besides Terraform: by path where that tells, by content elsewhere.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::FileKind;
use super::content::Outline;
use super::heads::may_hold_objects;
use super::in_lower_case;
use crate::paths::name_of;
use crate::words::{Words, words};

/// Words of paths in JSON that templates of infrastructure lie at. Files in JSON are many, and most are data.
static WORDS: Words = Words::of(&[
    "arm",
    "armtemplate",
    "armtemplates",
    "azuredeploy",
    "bicep",
    "cf",
    "cfn",
    "cfntemplate",
    "cfntemplates",
    "cloudformation",
    "deploymenttemplate",
    "linkedtemplates",
    "maintemplate",
    "nestedtemplates",
    "sam",
    "serverless",
    "stack",
    "stacks",
    "template",
    "templates",
]);

/// Whether a file that isn't YAML may hold a template of infrastructure: it is JSON whose path says so, or has the name
/// that templates of CloudFormation have.
pub(super) fn is_candidate(path: &str, name: &str) -> bool {
    if name.ends_with(".template") {
        return true;
    }
    name.ends_with(".json") && words(&in_lower_case(path)).any(|(_, it)| WORDS.has(it))
}

/// Whether a file in YAML belongs to `ansible-galaxy` by its folder: requirements where Ansible's tools look for them, and
/// what a role says of itself. Elsewhere `requirements.yaml` is a chart's.
pub(super) fn is_of_galaxy(folder: &str, name: &str) -> bool {
    let last = name_of(folder);
    match name {
        "requirements.yaml" => matches!(last, "ansible" | "collections" | "roles"),
        "main.yaml" | "main.yml" => last == "meta",
        _ => false,
    }
}

/// What templates of CloudFormation have, and playbooks.
static HINTS: LazyLock<[Finder<'static>; 4]> =
    LazyLock::new(|| [Finder::new("AWS::"), Finder::new("hosts:"), Finder::new("tasks:"), Finder::new("roles:")]);

/// Whether a look at the bytes of any YAML file finds what may tell its kind. Nearly free.
pub fn may_be_told(bytes: &[u8]) -> bool {
    let has = |words: &Finder<'_>| words.find(bytes).is_some();
    let [aws, hosts, tasks, roles] = &*HINTS;
    may_hold_objects(bytes) || has(aws) || has(hosts) && (has(tasks) || has(roles))
}

/// What a file is by its content, of infrastructure as code: YAML, or JSON.
pub fn by_infrastructure(path: &str, text: &str) -> Option<FileKind> {
    let outline = Outline::of(path, text);
    if outline.text.trim_start().starts_with('{') {
        let is_arm = outline.says("schema.management.azure.com") && outline.says("eploymentTemplate.json");
        return if is_arm {
            Some(FileKind::ArmTemplate)
        } else {
            is_cloudformation_in_json(&outline).then_some(FileKind::CloudformationTemplate)
        };
    }
    if is_cloudformation(&outline) {
        return Some(FileKind::CloudformationTemplate);
    }
    is_playbook(text).then_some(FileKind::AnsiblePlaybook)
}

/// A template says its version or that SAM transforms it, or has resources of AWS.
pub(super) fn is_cloudformation(outline: &Outline<'_>) -> bool {
    let says_so = outline.has("AWSTemplateFormatVersion");
    let has_resources = || outline.has("Resources") && outline.says("AWS::");
    (says_so && outline.has("Resources")) || has_resources() || is_cloudformation_in_json(outline)
}

fn is_cloudformation_in_json(outline: &Outline<'_>) -> bool {
    outline.text.trim_start().starts_with('{') && outline.says("\"Resources\"") && outline.says("\"AWS::")
}

/// Whether a text is a list of plays: one of its items says on which hosts it runs and what, or brings in a playbook.
pub(super) fn is_playbook(text: &str) -> bool {
    // How deep the list stands, and the keys of its items.
    let mut depths: Option<(usize, usize)> = None;
    let (mut has_hosts, mut has_work) = (false, false);
    for line in text.lines() {
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') || line.starts_with("---") {
            continue;
        }
        let indent = line.len() - trimmed.len();
        let item = trimmed.strip_prefix('-').filter(|it| it.starts_with(' '));
        let key_of_item = item.map(|it| line.len() - it.trim_start().len());
        let (list, keys) = match (depths, key_of_item) {
            (Some(depths), _) => depths,
            (None, Some(keys)) => *depths.insert((indent, keys)),
            (None, None) => return false,
        };
        let (is_item, text) = match item {
            Some(item) if indent == list => (true, item.trim_start()),
            _ if indent == keys => (false, trimmed),
            _ if indent <= list && !line.starts_with("...") => return false,
            _ => continue,
        };
        if is_item {
            (has_hosts, has_work) = (false, false);
        }
        let Some((key, _)) = text.split_once(':') else { continue };
        match key.trim_end().trim_matches(['"', '\'']) {
            "hosts" => has_hosts = true,
            "pre_tasks" | "post_tasks" | "roles" | "tasks" => has_work = true,
            "ansible.builtin.import_playbook" | "import_playbook" => return true,
            _ => {}
        }
        if has_hosts && has_work {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{WORDS, by_infrastructure, may_be_told};
    use crate::classify::{FileKind, kind};

    #[test]
    fn tables_are_sorted() {
        assert!(WORDS.is_sorted());
    }

    #[test]
    fn places() {
        for (path, expected) in [
            ("infra/main.bicep", Some(FileKind::BicepFile)),
            ("infra/main.bicepparam", Some(FileKind::BicepFile)),
            ("infra/bicepconfig.json", Some(FileKind::BicepConfig)),
            ("Pulumi.yaml", Some(FileKind::PulumiProject)),
            ("Pulumi.dev.yaml", Some(FileKind::Yaml)),
            ("infra/cdk.json", Some(FileKind::CdkApp)),
            ("requirements.yml", Some(FileKind::AnsibleGalaxy)),
            ("requirements.yaml", Some(FileKind::ChartRequirements)),
            ("ansible/collections/requirements.yaml", Some(FileKind::AnsibleGalaxy)),
            ("roles/web/meta/main.yml", Some(FileKind::AnsibleGalaxy)),
            ("roles/web/defaults/main.yml", Some(FileKind::Yaml)),
            ("serverless.yml", Some(FileKind::ServerlessService)),
            ("arm/azuredeploy.json", Some(FileKind::InfrastructureCandidate)),
            ("cloudformation/vpc.json", Some(FileKind::InfrastructureCandidate)),
            ("serverless.template", Some(FileKind::InfrastructureCandidate)),
            ("src/data.json", None),
            ("alarm/data.json", None),
        ] {
            assert_eq!(kind(path), expected, "{path}");
        }
    }

    #[test]
    fn contents() {
        for (text, expected) in [
            (
                "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  A: {Type: AWS::S3::Bucket}\n",
                Some(FileKind::CloudformationTemplate),
            ),
            ("Resources:\n  A:\n    Type: AWS::S3::Bucket\n", Some(FileKind::CloudformationTemplate)),
            ("Transform: AWS::Serverless-2016-10-31\nResources:\n  A: {}\n", Some(FileKind::CloudformationTemplate)),
            (
                "{\n  \"Resources\": {\"A\": {\"Type\": \"AWS::S3::Bucket\"}}\n}\n",
                Some(FileKind::CloudformationTemplate),
            ),
            // A text with a template in it, and other files with resources.
            (
                "data:\n  a: |\n    AWSTemplateFormatVersion: 2010-09-09\n    Resources:\n      A: {Type: AWS::S3::Bucket}\n",
                None,
            ),
            ("Resources:\n  - a\n", None),
            ("{\"Resources\": [1]}\n", None),
            (
                "{\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\"}",
                Some(FileKind::ArmTemplate),
            ),
            (
                "{\"$schema\": \"https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#\"}",
                Some(FileKind::ArmTemplate),
            ),
            (
                "{\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#\"}",
                None,
            ),
            ("---\n- hosts: all\n  tasks:\n  - ping:\n", Some(FileKind::AnsiblePlaybook)),
            ("# x\n- name: a\n  become: true\n  hosts: web\n  roles: [a]\n", Some(FileKind::AnsiblePlaybook)),
            ("  - name: a\n    hosts: web\n    pre_tasks:\n      - ping:\n", Some(FileKind::AnsiblePlaybook)),
            ("- import_playbook: web.yml\n", Some(FileKind::AnsiblePlaybook)),
            // Tasks, an inventory, an ingress, hosts of one item and tasks of the next.
            ("- name: a\n  ping:\n", None),
            ("all:\n  hosts:\n    a:\n", None),
            ("ingress:\n  hosts: [a]\ntasks: []\n", None),
            ("- hosts: a\n- tasks: []\n", None),
            ("- a:\n    hosts: b\n    tasks: []\n", None),
            ("", None),
        ] {
            assert_eq!(by_infrastructure("x/a.yml", text), expected, "{text}");
            if expected.is_some() && text.contains('\n') && !text.contains("import_playbook") {
                assert!(!text.contains("hosts: all") || may_be_told(text.as_bytes()), "{text}");
            }
        }
    }
}
