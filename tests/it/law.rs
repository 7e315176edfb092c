//! The law: what a report says depends on the set of repositories alone. Groups of them, scanned apart, in any order,
//! by any number of threads, written as JSON lines and read back, give the bytes that one scan of all gives.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;
use std::sync::LazyLock;

use levelset::answers::Answers;
use levelset::facts::Facts;
use levelset::output::{html, json, sarif, terminal};
use levelset::repo::discover;
use levelset::rules::Rules;
use levelset::walk::{WalkOptions, walk};
use proptest::prelude::{Just, ProptestConfig, Strategy as _, prop_assert_eq};
use proptest::proptest;
use serde_json::Value;

use crate::orgs::{AS_OF, clones, repositories, scan, written};

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::load(None).unwrap());

/// The facts of both organisations, each repository a group of its own, and of older clones of two of them.
static ONE_BY_ONE: LazyLock<Vec<Facts>> = LazyLock::new(|| {
    let orgs = [clones("acme"), clones("loft")];
    let paths: Vec<PathBuf> = orgs.iter().flat_map(repositories).collect();
    let mut facts: Vec<Facts> = paths.iter().flat_map(|path| scan(std::slice::from_ref(path), 1)).collect();
    for name in ["billing", "search"] {
        let mut older = facts.iter().find(|it| it.repo.folder == name).unwrap().clone();
        older.repo.folder = format!("old/{name}");
        older.repo.commit = Some("0".repeat(40));
        older.repo.committed = Some("2024-01-15T12:00:00Z".to_owned());
        older.uses.clear();
        facts.push(older);
    }
    facts
});

static OF_ALL: LazyLock<Vec<(String, String)>> = LazyLock::new(|| outputs(ONE_BY_ONE.clone()));

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn groups_and_order_change_nothing(
        order in Just((0..ONE_BY_ONE.len()).collect::<Vec<_>>()).prop_shuffle(),
        cut in 0..ONE_BY_ONE.len(),
    ) {
        let (a, b) = order.split_at(cut);
        let lines = |part: &[usize]| {
            let facts: Vec<Facts> = part.iter().map(|&n| ONE_BY_ONE[n].clone()).collect();
            written(|out| json::write_facts(&facts, out))
        };
        let text = lines(a) + &lines(b);
        let read: Vec<Facts> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        prop_assert_eq!(&outputs(read), &*OF_ALL);
    }
}

#[test]
fn threads_and_paths_change_nothing() {
    let orgs = [clones("acme"), clones("loft")];
    let folders: Vec<PathBuf> = orgs.iter().map(|org| org.path().to_owned()).collect();
    let mut each: Vec<PathBuf> = orgs.iter().flat_map(repositories).collect();
    each.reverse();
    let expected = outputs(scan(&folders, 1));
    for (paths, threads) in [(&folders, 8), (&each, 1), (&each, 8)] {
        assert_eq!(outputs(scan(paths, threads)), expected);
    }
    let facts = |threads| written(|out| json::write_facts(&scan(&folders, threads), out));
    assert_eq!(facts(1), facts(8));
}

#[test]
fn of_two_clones_the_newer_counts() {
    let notices = levelset::report(ONE_BY_ONE.clone(), &RULES, &Answers::default(), AS_OF).summary.coverage.notices;
    assert_eq!(
        notices,
        [
            "two clones of acme/billing: billing counts (HEAD of 2026-01-15T12:00:00Z), old/billing does not",
            "two clones of acme/search: search counts (HEAD of 2026-01-15T12:00:00Z), old/search does not",
        ]
    );
    let older = |it: &&Facts| it.repo.folder.starts_with("old/");
    let newer: Vec<Facts> = ONE_BY_ONE.iter().filter(|it| !older(it)).cloned().collect();
    let mut expected = levelset::report(newer, &RULES, &Answers::default(), AS_OF).summary;
    expected.coverage.notices = notices;
    assert_eq!(levelset::report(ONE_BY_ONE.clone(), &RULES, &Answers::default(), AS_OF).summary, expected);
}

/// All that is written of these facts: name and text.
fn outputs(facts: Vec<Facts>) -> Vec<(String, String)> {
    let report = levelset::report(facts, &RULES, &Answers::default(), AS_OF);
    let page = terminal::Page { width: 80, verbosity: 1, links: false };
    let mut outputs = vec![
        ("page".to_owned(), written(|out| terminal::write(&report, page, out))),
        ("summary".to_owned(), written(|out| json::write(&report, out))),
        ("page for a browser".to_owned(), written(|out| html::write(&report, out))),
    ];
    for repo in &report.repos {
        outputs.push((sarif::file_name(&repo.id), written(|out| sarif::write(repo, &report.rules, out))));
    }
    outputs
}

#[test]
fn without_hashes_of_lines_facts_are_the_same() {
    let org = clones("acme");
    let repos = || discover(&[org.path().to_owned()]).unwrap().repos;
    let with = walk(repos(), &WalkOptions::default());
    let without = walk(repos(), &WalkOptions { line_hashes: false, ..WalkOptions::default() });
    let lines = |facts: &[Facts]| {
        let text = written(|out| json::write_facts(facts, out));
        text.lines().map(|line| without_hashes(serde_json::from_str(line).unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(lines(&without), lines(&with));
}

/// A value in which every hash of a line is left out.
fn without_hashes(value: Value) -> Value {
    match value {
        Value::Object(it) => {
            it.into_iter().filter(|(key, _)| key != "line_hash").map(|(key, it)| (key, without_hashes(it))).collect()
        }
        Value::Array(it) => it.into_iter().map(without_hashes).collect(),
        other => other,
    }
}
