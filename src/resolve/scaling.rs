//! Policies of scaling of AWS that never act: what scales in steps does so only when an alarm calls it, and what nothing in
//! its folder refers to no alarm calls; and where there are to be as many at least as at most there is nothing to scale.

use std::collections::{BTreeMap, BTreeSet};

use super::{Files, KnownFile};
use crate::classify::FileKind;
use crate::facts::{Facts, MarkerKind, Mode};
use crate::source::SourceFile;
use crate::syntax::hcl::{Attribute, Block, Body, literal, scan};

/// What a type of policy is about.
struct Scaled {
    /// The type of the policy.
    policy: &'static str,
    /// The argument that says what is scaled.
    of: &'static str,
    /// The type of what is scaled.
    target: &'static str,
    /// How many there are at least, and at most.
    least: &'static str,
    most: &'static str,
    /// The type of what changes these at some times.
    schedule: &'static str,
    /// The block of a policy that scales in steps; where it is the rule for one that says nothing else, none.
    steps: Option<&'static str>,
}

const SCALED: [Scaled; 2] = [
    Scaled {
        policy: "aws_appautoscaling_policy",
        of: "resource_id",
        target: "aws_appautoscaling_target",
        least: "min_capacity",
        most: "max_capacity",
        schedule: "aws_appautoscaling_scheduled_action",
        steps: Some("step_scaling_policy_configuration"),
    },
    Scaled {
        policy: "aws_autoscaling_policy",
        of: "autoscaling_group_name",
        target: "aws_autoscaling_group",
        least: "min_size",
        most: "max_size",
        schedule: "aws_autoscaling_schedule",
        steps: None,
    },
];

/// Blocks of policies that act by themselves; sorted.
const BY_ITSELF: &[&str] = &[
    "predictive_scaling_configuration",
    "predictive_scaling_policy_configuration",
    "target_tracking_configuration",
    "target_tracking_scaling_policy_configuration",
];

/// Whether resources of this type are policies of scaling.
pub(crate) fn is_scaling_policy(of_type: &str) -> bool {
    SCALED.iter().any(|it| it.policy == of_type)
}

/// A policy, where its head stands.
struct Policy {
    at: (String, u32),
    /// As others refer to it: `aws_autoscaling_policy.out`.
    name: String,
    is_called: bool,
    /// What it says that it scales, as it is written, and what it refers to that may be scaled.
    of: Option<String>,
    targets: BTreeSet<String>,
    waits_for: BTreeSet<String>,
}

/// What is scaled.
struct Target {
    of: Option<String>,
    is_fixed: bool,
}

/// What the files of a folder say of scaling.
#[derive(Default)]
struct Folder {
    policies: Vec<Policy>,
    targets: BTreeMap<String, Target>,
    /// The types of what changes targets at some times.
    schedules: BTreeSet<&'static str>,
    /// The policies that something refers to.
    referred: BTreeSet<String>,
}

/// Says of policies in these folders that never act that they are off.
pub(super) fn resolve(folders: &BTreeSet<String>, facts: &mut Facts, files: &Files<'_>) {
    let mut off: BTreeSet<(String, u32)> = BTreeSet::new();
    for folder in folders {
        let is_of_module = |it: &KnownFile<'_>| matches!(it.kind, FileKind::Terraform | FileKind::TerraformJson);
        let mut found = Folder::default();
        let mut all = files.in_folder(folder).filter(is_of_module);
        // What can't be read may refer to all of them.
        if all.all(|it| files.with(it, |source| found.add(source)).is_some()) {
            off.extend(found.never_act());
        }
    }
    for it in facts.markers.iter_mut().filter(|it| it.kind == MarkerKind::Autoscaling) {
        if off.contains(&(it.at.path.to_string(), it.at.line)) {
            it.mode = Some(Mode::Off);
        }
    }
}

impl Folder {
    fn add(&mut self, source: &SourceFile<'_>) {
        let text = source.text();
        if source.kind() == FileKind::TerraformJson {
            SCALED.iter().for_each(|it| self.referred.extend(references(text, it.policy)));
            return;
        }
        let (body, _) = scan(text);
        for it in body.attributes.iter().filter(|it| it.name != "depends_on") {
            SCALED.iter().for_each(|scaled| self.referred.extend(references(it.value, scaled.policy)));
        }
        for block in body.top_level().filter(|it| it.kind == "resource") {
            let [of_type, name, ..] = body.labels(block) else { continue };
            let full = format!("{}.{}", of_type.text, name.text);
            for scaled in &SCALED {
                if of_type.text == scaled.policy {
                    let at = source.at(body.head(block));
                    self.policies.push(Policy {
                        at: (at.path.to_string(), at.line),
                        name: full.clone(),
                        is_called: is_called(&body, block, scaled),
                        of: written(&body, block, scaled.of),
                        targets: referred(&body, block, scaled.of, scaled.target),
                        waits_for: referred(&body, block, "depends_on", scaled.target),
                    });
                } else if of_type.text == scaled.target {
                    let target =
                        Target { of: written(&body, block, scaled.of), is_fixed: is_fixed(&body, block, scaled) };
                    self.targets.insert(full.clone(), target);
                } else if of_type.text == scaled.schedule {
                    self.schedules.insert(scaled.target);
                }
            }
        }
    }

    /// The places of policies that never act.
    fn never_act(self) -> impl Iterator<Item = (String, u32)> {
        let Folder { policies, targets, schedules, referred } = self;
        policies.into_iter().filter_map(move |it| {
            let is_of_same = |target: &Target| target.of.is_some() && target.of == it.of;
            let mut about: BTreeSet<&str> = it.targets.iter().map(String::as_str).collect();
            if about.is_empty() {
                about =
                    targets.iter().filter(|(_, target)| is_of_same(target)).map(|(name, _)| name.as_str()).collect();
            }
            if about.is_empty() {
                about = it.waits_for.iter().map(String::as_str).collect();
            }
            let is_changed = |name: &str| schedules.iter().any(|of_type| name.split('.').next() == Some(of_type));
            let is_fixed = |name: &&str| targets.get(*name).is_some_and(|it| it.is_fixed) && !is_changed(name);
            let has_no_room = !about.is_empty() && about.iter().all(is_fixed);
            (has_no_room || it.is_called && !referred.contains(&it.name)).then_some(it.at)
        })
    }
}

/// Whether a policy acts only when something calls it.
fn is_called(body: &Body<'_>, block: &Block<'_>, scaled: &Scaled) -> bool {
    let has = |kind: &str| body.children(block).any(|it| it.kind == kind);
    let is_open = has("dynamic") || body.children(block).any(|it| BY_ITSELF.binary_search(&it.kind).is_ok());
    let of_type = body.attribute(block, "policy_type").map(|it| literal(it.value));
    match of_type.as_ref().map(Option::as_deref) {
        Some(Some("SimpleScaling" | "StepScaling")) => true,
        Some(_) => false,
        None => !is_open && scaled.steps.is_none_or(has),
    }
}

/// Whether there are to be as many at least as at most, and nothing else is let change that.
fn is_fixed(body: &Body<'_>, block: &Block<'_>, scaled: &Scaled) -> bool {
    let number = |name: &str| body.attribute(block, name)?.value.trim_matches('"').parse::<u32>().ok();
    let lets = |value: &str| value == "all" || value.contains(scaled.least) || value.contains(scaled.most);
    let is_let = body.all_attributes(block).any(|(_, it)| it.name == "ignore_changes" && lets(it.value));
    !is_let && (number(scaled.least).is_some_and(|it| number(scaled.most) == Some(it)) || is_suspended(body, block))
}

/// Whether scaling in and out are both suspended, and what is scheduled too.
fn is_suspended(body: &Body<'_>, block: &Block<'_>) -> bool {
    let keys = ["dynamic_scaling_in_suspended", "dynamic_scaling_out_suspended", "scheduled_scaling_suspended"];
    let is_so = |key: &str| body.all_attributes(block).any(|(_, it)| it.name == key && it.value == "true");
    keys.into_iter().all(is_so)
}

/// The value of an argument as it is written.
fn written(body: &Body<'_>, block: &Block<'_>, name: &str) -> Option<String> {
    body.attribute(block, name).map(|it| it.value.to_owned())
}

/// The resources of a type that an argument refers to.
fn referred(body: &Body<'_>, block: &Block<'_>, name: &str, of_type: &str) -> BTreeSet<String> {
    let value = body.attribute(block, name).map_or("", |it: &Attribute<'_>| it.value);
    references(value, of_type).into_iter().collect()
}

/// The resources of a type that a text refers to: `aws_autoscaling_policy.out`. What stands in a comment does nothing.
fn references(text: &str, of_type: &str) -> Vec<String> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let found = memchr::memmem::find_iter(text.as_bytes(), of_type.as_bytes()).filter_map(|at| {
        let rest = text.get(at + of_type.len()..)?.strip_prefix('.')?;
        let name = &rest[..rest.bytes().position(|b| !is_word(b)).unwrap_or(rest.len())];
        let line = text[..at].rsplit('\n').next().unwrap_or("").trim_start();
        let before = line.bytes().last();
        let is_comment = line.starts_with('#') || line.starts_with("//");
        let is_it = !is_comment && !name.is_empty() && !before.is_some_and(|b| is_word(b) || b == b'.');
        is_it.then(|| format!("{of_type}.{name}"))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::{BY_ITSELF, references};

    #[test]
    fn the_table_is_sorted() {
        assert!(BY_ITSELF.is_sorted());
    }

    #[test]
    fn what_texts_refer_to() {
        for (text, expected) in [
            ("[aws_autoscaling_policy.out.arn]", &["aws_autoscaling_policy.out"][..]),
            ("\"${aws_autoscaling_policy.out[0].arn}\"", &["aws_autoscaling_policy.out"]),
            (
                "[\n  # aws_autoscaling_policy.out.arn\n  aws_autoscaling_policy.in.arn\n]",
                &["aws_autoscaling_policy.in"],
            ),
            ("data.aws_autoscaling_policy.out.arn", &[]),
            ("my_aws_autoscaling_policy.out", &[]),
            ("aws_autoscaling_policy", &[]),
        ] {
            assert_eq!(references(text, "aws_autoscaling_policy"), expected, "{text}");
        }
    }
}
