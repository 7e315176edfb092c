//! `testdata/changes/<case>/`: `before/` and `after/` are acme/shop before a change and after it, `others/NAME/` other
//! repositories of acme; in `expect.yaml` stands what the change adds and makes better, derived by hand. Nothing ever
//! rewrites that file. Figures are held where the case names some, and notices, where it names none, but for the one that
//! no others were given.
//!
//! Where a repository has a file `.tags`, it is a full clone with the tags named there, one a line.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a harness that reads testdata")]

use std::fs;
use std::path::{Path, PathBuf};

use levelset::answers::Answers;
use levelset::change::{Change, Changes, Kind, Said, compare};
use levelset::facts::{Facts, Identity, RepoFacts};
use levelset::output::change::words::figure;
use levelset::output::change::{annotations, json, markdown, sarif, terminal};
use levelset::rules::Rules;
use serde::Deserialize;
use serde_json::Value;

use crate::extract::{facts_in, folders, repo};
use crate::orgs::{AS_OF, clones, scan, snapshot, written};
use crate::output::{fits, generated};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    #[serde(default)]
    added: Vec<Expected>,
    #[serde(default)]
    improved: Vec<Expected>,
    figures: Option<Vec<String>>,
    notices: Option<Vec<String>>,
}

/// One thing that is said; of what to do the beginning is enough.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    at: String,
    /// Whether the place is of the state before.
    #[serde(default)]
    before: bool,
    id: String,
    findings: Vec<String>,
    says: String,
    #[serde(rename = "do")]
    to_do: Option<String>,
}

#[test]
fn changes_are_told() {
    let rules = Rules::load(None).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/changes");
    let mut wrong = Vec::new();
    let mut said: Vec<String> = Vec::new();
    for case in folders(&root) {
        // A case in which nothing is said has comments alone.
        let text = fs::read_to_string(case.join("expect.yaml")).unwrap();
        let has_keys = text.lines().any(|it| !it.is_empty() && !it.starts_with('#'));
        let expect: Expect = serde_saphyr::from_str(if has_keys { &text } else { "{}" }).unwrap();
        let changes = change_of(&case, &rules).changes;
        let mut complain = |what: &str| wrong.push(format!("{}: {what}", case.display()));
        let is_same = |said: &[Said], expected: &[Expected]| {
            said.len() == expected.len() && said.iter().zip(expected).all(|(a, b)| is_as_expected(a, b))
        };
        for (is, should) in [(&changes.added, &expect.added), (&changes.improved, &expect.improved)] {
            if !is_same(is, should) {
                complain(&format!("says {is:#?}\n  should be {should:#?}"));
            }
        }
        let figures: Vec<String> = changes.figures.iter().map(figure).collect();
        if expect.figures.as_ref().is_some_and(|it| *it != figures) {
            complain(&format!("figures are {figures:#?}\n  should be {:#?}", expect.figures));
        }
        let is_known = |it: &String| it.starts_with("no facts of other repositories") && changes.others == 0;
        let is_wrong = match &expect.notices {
            Some(should) => *should != changes.notices,
            None => !changes.notices.iter().all(is_known),
        };
        if is_wrong {
            complain(&format!("notices are {:#?}", changes.notices));
        }
        said.extend(changes.added.iter().chain(&changes.improved).map(|it| it.id.clone()));
    }
    for kind in Kind::ALL.iter().filter(|it| !said.iter().any(|id| id == it.id())) {
        wrong.push(format!("no case has {}", kind.id()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_as_expected(said: &Said, expected: &Expected) -> bool {
    let Expected { at, before, id, findings, says, to_do } = expected;
    let has_to_do = match (&said.to_do, to_do) {
        (Some(is), Some(should)) => is.starts_with(should.as_str()),
        (is, should) => is.is_none() && should.is_none(),
    };
    let place = format!("{}:{}", said.path, said.line);
    (&place, &said.before, &said.id, &said.findings, &said.what) == (at, before, id, findings, says) && has_to_do
}

/// What a case's change comes to.
fn change_of(case: &Path, rules: &Rules) -> Change {
    let others = folders(&case.join("others")).iter().map(|root| facts(root, &name(root))).collect();
    let [before, after] = ["before", "after"].map(|side| facts(&case.join(side), "shop"));
    compare(before, after, others, rules, &Answers::default(), "2026-01-01").unwrap()
}

fn facts(root: &Path, name: &str) -> Facts {
    let tags = fs::read_to_string(root.join(".tags")).ok();
    let [host, owner] = ["github.com", "acme"].map(str::to_owned);
    let of = RepoFacts {
        identity: Some(Identity { host, owner, name: name.to_owned() }),
        commit: tags.is_some().then(|| "1".repeat(40)),
        tags: tags.unwrap_or_default().lines().map(str::to_owned).collect(),
        ..repo(name)
    };
    facts_in(root, of)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// A state compared with itself, among all others of its organisation: nothing is said.
#[test]
fn no_change_says_nothing() {
    let rules = Rules::load(None).unwrap();
    for org in ["acme", "harbour", "loft"] {
        let clones = clones(org);
        let facts = scan(&[clones.path().to_owned()], 2);
        for own in &facts {
            let change = compare(own.clone(), own.clone(), facts.clone(), &rules, &Answers::default(), AS_OF).unwrap();
            let Changes { added, improved, figures, others, .. } = &change.changes;
            assert_eq!(*others, facts.len() as u64 - 1);
            let said = (added.len(), improved.len(), figures.len());
            assert_eq!(said, (0, 0, 0), "{}: {added:#?} {improved:#?} {figures:#?}", own.repo.folder);
        }
    }
}

/// All of a repository is new where it was not there before: each finding that a scan has is told, by itself or as a part of
/// what else is said.
#[test]
fn whatever_a_scan_finds_is_new_in_a_new_repository() {
    let rules = Rules::load(None).unwrap();
    let clones = clones("acme");
    let facts = scan(&[clones.path().to_owned()], 2);
    let report = levelset::report(facts.clone(), &rules, &Answers::default(), AS_OF);
    for own in &facts {
        let before = Facts::new(own.repo.clone());
        let change = compare(before, own.clone(), facts.clone(), &rules, &Answers::default(), AS_OF).unwrap();
        let of_repo = report.repos.iter().find(|it| it.id == change.changes.repo).unwrap();
        let ids = |rules: &mut dyn Iterator<Item = &String>| {
            let mut ids: Vec<String> = rules.cloned().collect();
            ids.sort();
            ids.dedup();
            ids
        };
        let told = ids(&mut change.changes.added.iter().flat_map(|it| &it.findings));
        assert_eq!(told, ids(&mut of_repo.findings.iter().map(|it| &it.rule)), "{}", of_repo.id);
        assert_eq!(change.repo.findings, of_repo.findings);
    }
}

#[test]
fn facts_of_two_repositories_are_no_change() {
    let (a, mut b) = (facts(&case("copy-added").join("before"), "shop"), Facts::new(repo("b")));
    b.repo.identity = a.repo.identity.clone().map(|it| Identity { name: "billing".to_owned(), ..it });
    let why = compare(a, b, Vec::new(), &Rules::load(None).unwrap(), &Answers::default(), AS_OF).unwrap_err();
    assert!(
        why.to_string().starts_with("the base is of acme/shop, and what is compared with it of acme/billing"),
        "{why}"
    );
}

/// Every format of some cases.
#[test]
fn changes_in_all_formats() {
    let rules = Rules::load(None).unwrap();
    let schema = generated("changes", schemars::schema_for!(Changes));
    let mut text = String::new();
    for name in ["copy-calls-a-template", "pin-tag-to-branch", "finding-by-itself", "line-shifted"] {
        let mut change = change_of(&case(name), &rules);
        change.changes.tool.version = "[VERSION]".to_owned();
        let written_json = written(|out| json::write(&change, out));
        fits(&schema, &written_json);
        let page = written(|out| terminal::write(&change, 80, out));
        let markdown = written(|out| markdown::write(&change, out));
        let annotations = written(|out| annotations::write(&change, out));
        text.push_str(&format!("== {name}\n{page}\n-- markdown\n{markdown}\n-- annotations\n{annotations}\n"));
        if name == "pin-tag-to-branch" {
            text.push_str(&format!("-- json\n{written_json}\n"));
        }
        let log: Value = serde_json::from_str(&written(|out| sarif::write(&change, out))).unwrap();
        let run = &log["runs"][0];
        assert_eq!(run["automationDetails"]["id"], "levelset-changes/");
        let results: Vec<&str> =
            run["results"].as_array().unwrap().iter().map(|it| it["ruleId"].as_str().unwrap()).collect();
        let told: Vec<&String> = change.changes.added.iter().flat_map(|it| &it.findings).collect();
        assert_eq!(results, told, "{name}");
    }
    snapshot("changes", &text);
}

/// Every id has its row in the document.
#[test]
fn kinds_are_documented() {
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/changes.md")).unwrap();
    for kind in Kind::ALL {
        let row = format!("| `{}` | {} |", kind.id(), kind.title());
        assert!(document.contains(&row), "docs/changes.md has no row {row}");
    }
}

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/changes").join(name)
}
