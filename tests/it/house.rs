//! The rules of the house, as tests: ids that are promises, cases that must exist, files that must agree.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read the files of the project")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use levelset::classify::{FileKind, Reading};
use levelset::facts::{Artifact, Context, GapReason, Listing};
use levelset::measure::Verdict;
use levelset::org::owner::Owner;
use levelset::origin::Pin;
use levelset::pipeline::System;
use levelset::pipeline::steps::{Category, Purpose};
use levelset::report::summary::ClusterKind;
use levelset::rules::{Basis, Rules, Unit};
use schemars::JsonSchema;

use crate::extract::{files, folders};
use crate::orgs::snapshot;

/// What users write into filters, gates and programs that read our output. A changed line here is a broken promise;
/// a new one is fine.
#[test]
fn public_ids() {
    let rules = Rules::load(None).unwrap();
    let of_rules = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let lists = [
        ("indicators", of_rules(rules.indicators.iter().map(|it| it.id.as_str()).collect())),
        ("findings", of_rules(rules.findings.iter().map(|it| it.id.as_str()).collect())),
        ("artifacts", members::<Artifact>()),
        ("bases", members::<Basis>()),
        ("categories of steps", members::<Category>()),
        ("clusters", members::<ClusterKind>()),
        ("contexts", members::<Context>()),
        ("file kinds", members::<FileKind>()),
        ("gap reasons", members::<GapReason>()),
        ("listings", members::<Listing>()),
        ("owners", members::<Owner>()),
        ("pins", members::<Pin>()),
        ("purposes of pipelines", members::<Purpose>()),
        ("systems", members::<System>()),
        ("units", members::<Unit>()),
        ("verdicts", members::<Verdict>()),
    ];
    let mut text = String::new();
    for (heading, ids) in lists {
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{heading}: an id is there twice");
        for id in &ids {
            let is_kebab =
                !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            assert!(is_kebab, "{heading}: {id} is not kebab-case");
        }
        text.push_str(&format!("{heading}\n  {}\n", ids.join("\n  ")));
    }
    snapshot("public-ids", &text);
}

#[test]
fn every_kind_that_is_read_has_cases_and_a_corrupt_one() {
    let cases = folders(&project("testdata/extract"));
    let kinds: Vec<FileKind> =
        members::<FileKind>().into_iter().map(|it| serde_json::from_value(it.into()).unwrap()).collect();
    let read: BTreeSet<String> =
        kinds.into_iter().filter(|it| it.is_known() && it.reading() == Reading::Always).map(|it| word(&it)).collect();
    let covered: BTreeSet<String> = cases.iter().map(|it| name(it)).collect();
    assert_eq!(covered, read, "testdata/extract has a folder for each kind that is read, and no other");
    for kind in cases {
        let names: Vec<String> = folders(&kind).iter().map(|it| name(it)).collect();
        assert!(names.iter().any(|it| it == "corrupt") && names.len() > 1, "{}: {names:?}", kind.display());
    }
}

#[test]
fn rule_files_are_named_after_their_rules() {
    let mut taken: BTreeMap<String, PathBuf> = BTreeMap::new();
    let rules = files(&project("rules"));
    for path in rules.into_iter().filter(|it| !it.ends_with("models.yaml") && name(it.parent().unwrap()) != "tables") {
        let text = fs::read_to_string(&path).unwrap();
        let id = text.lines().next().and_then(|it| it.strip_prefix("id: ")).unwrap_or_default().to_owned();
        assert_eq!(format!("{id}.yaml"), name(&path), "{}: begins with its id", path.display());
        if let Some(other) = taken.insert(id, path.clone()) {
            panic!("{} and {} have one id", path.display(), other.display());
        }
    }
    let loaded = Rules::load(None).unwrap();
    assert_eq!(taken.keys().map(String::as_str).collect::<Vec<_>>(), loaded.ids());
}

#[test]
fn each_row_of_the_models_is_claimed_by_one_rule() {
    let rules = Rules::load(None).unwrap();
    let mut wrong = Vec::new();
    for it in &rules.models.rows {
        let claimed: Vec<&str> =
            rules.indicators.iter().filter(|rule| rule.row.contains(&it.row)).map(|rule| rule.id.as_str()).collect();
        if claimed.len() != 1 {
            wrong.push(format!("{} ({}) is claimed by {claimed:?}", it.row, it.says));
        }
    }
    let known: BTreeSet<&str> = rules.models.rows.iter().map(|it| it.row.as_str()).collect();
    assert_eq!(known.len(), 100, "the two models have a hundred rows, each once");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn documents_name_only_rules_that_exist() {
    let rules = Rules::load(None).unwrap();
    for path in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].map(project) {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let named = text.split("levelset explain ").skip(1);
        for id in named.map(|it| it.split(|c: char| c != '-' && !c.is_ascii_lowercase()).next().unwrap()) {
            assert!(id.is_empty() || rules.get(id).is_some(), "{}: there is no rule {id:?}", path.display());
        }
    }
    if let Ok(text) = fs::read_to_string(project("CHANGELOG.md")) {
        assert!(text.lines().any(|it| it.starts_with("## ") && it.contains("Unreleased")), "what is new goes where?");
    }
}

/// The wire names of a closed set, in the order of its declaration.
pub(crate) fn members<T: JsonSchema>() -> Vec<String> {
    let schema: serde_json::Value = schemars::schema_for!(T).into();
    let members = schema["oneOf"].as_array().unwrap().iter();
    members
        .flat_map(|it| it["enum"].as_array().cloned().unwrap_or_else(|| vec![it["const"].clone()]))
        .map(|it| it.as_str().unwrap().to_owned())
        .collect()
}

fn word(it: &impl serde::Serialize) -> String {
    serde_json::to_value(it).unwrap().as_str().unwrap().to_owned()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
