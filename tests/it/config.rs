//! `levelset.yaml` and the mini organisation of `testdata/config`: what changes by what it says; and what its document
//! says of it.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests that read testdata and documents")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use levelset::answers::Answers;
use levelset::config::{Config, schema};
use levelset::facts::{Artifact, Facts};
use levelset::org::Org;
use levelset::org::owner::Owner;
use levelset::report::Report;
use levelset::report::summary::OwnershipRow;
use levelset::rules::{Met, Rules, Threshold};
use levelset::{org, report_of};
use serde_json::Value;

use crate::extract::{facts_in, folders};
use crate::indicators::identified;
use crate::orgs::AS_OF;

#[test]
fn whose_and_what_is_shared() {
    let told = |org: &Org| -> Vec<(String, Owner, bool)> {
        let shop = org.repos.iter().find(|it| it.id == "acme/shop").unwrap();
        let uses = shop.linked_uses().filter(|(it, _)| &*it.at.path != "legacy/Dockerfile");
        uses.map(|(usage, link)| (usage.at.path.to_string(), link.owner, link.shared)).collect()
    };
    let without = [
        (".github/workflows/ci.yml", Owner::ThirdParty, false),
        ("Dockerfile", Owner::Vendor, false),
        ("main.tf", Owner::ThirdParty, false),
        ("worker.Dockerfile", Owner::ThirdParty, false),
    ];
    let with = [
        (".github/workflows/ci.yml", Owner::Internal, true),
        ("Dockerfile", Owner::Vendor, false),
        ("main.tf", Owner::Internal, true),
        ("worker.Dockerfile", Owner::Internal, true),
    ];
    let expected =
        |rows: [(&str, Owner, bool); 4]| rows.map(|(path, owner, shared)| (path.to_owned(), owner, shared)).to_vec();
    assert_eq!(told(&linked(&Config::default()).0), expected(without));
    let (org, _) = linked(&configured());
    assert_eq!(told(&org), expected(with));
    assert_eq!(org.owners.names(), BTreeSet::from(["acme", "friends"]));
}

#[test]
fn teams_and_their_components() {
    let ownership = |config: &Config| -> Vec<(Option<String>, Vec<String>, u64)> {
        let row = |it: &OwnershipRow| (it.team.clone(), it.repositories.clone(), it.components);
        reported(config, AS_OF).summary.ownership.iter().map(row).collect()
    };
    let row = |team: Option<&str>, repositories: &[&str], components| {
        let repositories = repositories.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        (team.map(str::to_owned), repositories, components)
    };
    // Of the five folders of `mono` that are applied CODEOWNERS gives one to another team; people are no teams. `shop` has
    // three images and a root.
    let without = [
        row(Some("acme/platform-old"), &["acme/mono"], 4),
        row(Some("acme/web"), &["acme/shop"], 4),
        row(Some("acme/cart"), &[], 1),
        row(None, &["acme/infra-net", "acme/sandbox-x"], 2),
    ];
    assert_eq!(ownership(&Config::default()), without);
    // `tools/` is none, and `legacy/` counts nowhere.
    let with = [
        row(Some("platform"), &["acme/infra-net", "acme/mono"], 3),
        row(Some("acme/web"), &["acme/shop"], 3),
        row(Some("acme/cart"), &[], 1),
        row(Some("payments"), &[], 1),
    ];
    assert_eq!(ownership(&configured()), with);
    let summary = reported(&configured(), AS_OF).summary;
    assert_eq!(summary.teams_without_repository, ["acme/cart", "payments"]);
    let kinds: Vec<(String, u64)> = summary
        .components
        .iter()
        .map(|it| (serde_json::to_value(it.kind).unwrap().as_str().unwrap().to_owned(), it.components))
        .collect();
    // Two tenants; `services/cart`, `services/pay`, `infra-net` and `shop`.
    let expected = [("image", 2), ("tenant", 2), ("terraform-root", 4)];
    assert_eq!(kinds, expected.map(|(kind, n)| (kind.to_owned(), n)));
}

#[test]
fn what_is_left_out() {
    let found = |report: &Report| -> Vec<String> {
        let of_repo = |it: &levelset::report::RepoReport| {
            let found = it.findings.iter().filter(|it| it.rule == "floating-image-tag");
            found.map(|finding| format!("{}/{}", it.id, finding.at.path)).collect::<Vec<_>>()
        };
        report.repos.iter().flat_map(of_repo).collect()
    };
    let counts = |report: &Report| {
        let row = report.summary.findings.iter().find(|it| it.id == "floating-image-tag").unwrap();
        (row.count, row.repositories, row.suppressed)
    };
    let left_out = "left out by the configuration: 1 repository, and 1 fact in 1 repository that count";
    let nothing = "the suppression of copied-pipeline in acme/gone matches nothing";

    let without = reported(&Config::default(), AS_OF);
    assert_eq!(found(&without), ["acme/sandbox-x/Dockerfile", "acme/shop/Dockerfile", "acme/shop/legacy/Dockerfile"]);
    assert_eq!((counts(&without), without.summary.coverage.notices.len()), ((3, 2, 0), 0));

    let with = reported(&configured(), AS_OF);
    assert_eq!((found(&with), counts(&with)), (Vec::new(), (0, 0, 1)));
    assert_eq!(with.summary.coverage.notices, [left_out, nothing]);
    assert_eq!(with.summary.coverage.repositories, 3);

    // On the day that it expires it no longer counts.
    let later = reported(&configured(), "2026-06-01");
    assert_eq!((found(&later), counts(&later)), (vec!["acme/shop/Dockerfile".to_owned()], (1, 1, 0)));
    let expired =
        "the suppression of floating-image-tag in acme/shop/Dockerfile expired on 2026-06-01: it is of 1 finding";
    let of_gone = "the suppression of copied-pipeline in acme/gone expired on 2026-06-01: it is of 0 findings";
    assert_eq!(later.summary.coverage.notices, [left_out, expired, of_gone]);
}

#[test]
fn thresholds_are_the_users() {
    let standing = |config: &Config| {
        let summary = reported(config, AS_OF).summary;
        let row = summary.indicators.iter().find(|it| it.id == "shared-module-adoption").unwrap();
        let gate = summary.level.gates.iter().find(|it| it.indicator == "shared-module-adoption").unwrap();
        assert_eq!(row.threshold, gate.threshold);
        (gate.met, gate.threshold)
    };
    let (ours, yours) = (Met::AtLeast(0.4), Met::AtLeast(0.9));
    assert_eq!(standing(&Config::default()), (Some(ours), None));
    assert_eq!(standing(&configured()), (Some(yours), Some(Threshold { met: yours, rule: ours })));
    let summary = reported(&configured(), AS_OF).summary;
    let n_set = summary.indicators.iter().filter(|it| it.threshold.is_some()).count();
    assert_eq!(n_set, 1);
}

/// The report of no configuration has none of the fields that a configuration brings.
#[test]
fn nothing_said_changes_nothing() {
    let text = |config: &Config| serde_json::to_string(&reported(config, AS_OF).summary).unwrap();
    let without = text(&Config::default());
    let empty = "aliases: {}\nexclude: []\nteams: {}\nsuppress: []\nthresholds: {}\ncomponents: {}\nshared: []\n";
    assert_eq!(text(&Config::parse("levelset.yaml", empty).unwrap()), without);
    let (org, rules) = linked(&Config::default());
    let plain = org::link(facts(), &Rules::load(None).unwrap().tables);
    assert_eq!(format!("{:?}", org.repos), format!("{:?}", plain.repos));
    assert!(rules.suppressions.is_empty() && !without.contains("\"threshold\"") && !without.contains("\"suppressed\""));
}

#[test]
fn a_repository_that_is_said_to_be_shared_offers_what_it_has() {
    let (org, _) = linked(&Config::default());
    let shared = |org: &Org| org.repos.iter().flat_map(|it| &it.offers).filter(|it| it.is_shared()).count();
    assert_eq!(shared(&org), 0);
    // An image file that nobody is known to use, and folders of Terraform: what is applied is no offer, and nothing says
    // that these are.
    let config = Config::parse("levelset.yaml", "shared: [acme/mono]\n").unwrap();
    let (org, _) = linked(&config);
    let mono = org.repos.iter().find(|it| it.id == "acme/mono").unwrap();
    let modules = mono.facts.offers.iter().filter(|it| it.artifact == Artifact::TerraformModule).count();
    assert_eq!((modules, shared(&org)), (5, 5));
}

/// Each key has its section in the document, and each example there holds, for us and for editors.
#[test]
fn every_key_is_documented_with_an_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/configuration.md")).unwrap().replace("\r\n", "\n");
    let schema: Value = schema().into();
    let keys = |of: &Value| of["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for key in keys(&schema) {
        assert!(text.contains(&format!("\n## {key}\n")), "docs/configuration.md has no section `## {key}`");
    }
    for part in schema["$defs"].as_object().unwrap().values().filter(|it| it["properties"].is_object()) {
        for key in keys(part) {
            assert!(text.contains(&format!("`{key}`")), "docs/configuration.md doesn't name `{key}`");
        }
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut shown: BTreeSet<String> = BTreeSet::new();
    for example in text.split("```yaml\n").skip(1).map(|it| it.split("```").next().unwrap()) {
        let config = Config::parse("docs/configuration.md", example).unwrap_or_else(|why| panic!("{why:#}\n{example}"));
        config.give(&mut Rules::load(None).unwrap()).unwrap_or_else(|why| panic!("{why:#}\n{example}"));
        let value: Value = serde_saphyr::from_str(example).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|it| it.to_string()).collect();
        assert!(errors.is_empty(), "{}\n{example}", errors.join("\n"));
        shown.extend(value.as_object().unwrap().keys().cloned());
    }
    let keys: BTreeSet<String> = keys(&schema).into_iter().collect();
    assert_eq!(shown, keys, "each key has an example");
}

fn facts() -> Vec<Facts> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/config");
    folders(&root).iter().flat_map(|owner| folders(owner)).map(|it| facts_in(&it, identified(&it))).collect()
}

fn configured() -> Config {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/config/levelset.yaml");
    Config::parse("levelset.yaml", &fs::read_to_string(path).unwrap()).unwrap()
}

fn linked(config: &Config) -> (Org, Rules) {
    let (mut rules, mut facts) = (Rules::load(None).unwrap(), facts());
    config.give(&mut rules).unwrap();
    let left_out = config.apply(&mut facts);
    let mut org = org::link(facts, &rules.tables);
    org.notices.extend(left_out);
    (org, rules)
}

fn reported(config: &Config, as_of: &str) -> Report {
    let (org, rules) = linked(config);
    report_of(&org, &rules, &Answers::default(), as_of)
}
