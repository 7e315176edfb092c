//! The report in the formats that others read: whole on the made-up organisation, and harmless whatever repositories are
//! called and findings say.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests write files and read them")]

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use levelset::answers::Answers;
use levelset::facts::Identity;
use levelset::measure::findings::Finding;
use levelset::org;
use levelset::output::sheets::SHEETS;
use levelset::output::{annotations, backstage, badge, inventory, markdown, port, sarif};
use levelset::report::{RepoReport, Report};
use levelset::rules::Rules;
use levelset::source::Location;
use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

use crate::cli::{DONE, levelset_in};
use crate::orgs::{AS_OF, clones, report, scan, snapshot, written};

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::load(None).unwrap());

#[test]
fn acme_in_every_format() {
    let mut report = report("acme");
    report.summary.tool.version = "[VERSION]".to_owned();
    snapshot("acme-markdown", &written(|out| markdown::write(&report, out)));
    snapshot("acme-annotations", &written(|out| annotations::write(&report, out)));
    snapshot("acme-badge", &written(|out| badge::write(&report, out)));
    snapshot("acme-backstage", &written(|out| backstage::write(&report, out)));
    snapshot("acme-port", &written(|out| port::write(&report, out)));
}

#[test]
fn one_repository_has_annotations_at_its_files() {
    let clones = clones("acme");
    let facts = scan(&[clones.path().join("search")], 1);
    let report = levelset::report(facts, &RULES, &Answers::default(), AS_OF);
    assert_eq!(
        written(|out| annotations::write(&report, out)),
        "::warning file=Dockerfile,line=1,endLine=1,col=6,endColumn=19,title=Base image on a floating tag::\
         The base image golang is on the tag latest, which is meant to move.\n"
    );
}

#[test]
fn tables_have_a_row_for_everything() {
    let clones = clones("acme");
    let org = org::link(scan(&[clones.path().to_owned()], 2), &RULES.tables);
    let report = levelset::report_of(&org, &RULES, &Answers::default(), AS_OF);
    let of_repos = |it: fn(&RepoReport) -> usize| report.repos.iter().map(it).sum::<usize>();
    for sheet in SHEETS {
        let text = written(|out| sheet.write(&report, &org, out));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let columns = reader.headers().unwrap().len();
        let rows: Vec<csv::StringRecord> = reader.records().map(|it| it.unwrap()).collect();
        assert!(rows.iter().all(|it| it.len() == columns), "{}", sheet.name);
        let expected = match sheet.name {
            "findings" => of_repos(|it| it.findings.len()),
            "indicators" => {
                let teams: usize = report.summary.indicators.iter().map(|it| it.teams.len()).sum();
                report.summary.indicators.len() + teams + of_repos(|it| it.indicators.len())
            }
            "offers" => report.summary.offers.len(),
            "pipelines" => of_repos(|it| it.pipelines.len()),
            "repositories" => 10,
            "teams" => 3,
            "uses" => inventory::rows(&org, &inventory::Filter::default()).len(),
            other => panic!("nobody says how many rows {other} has"),
        };
        assert_eq!(rows.len(), expected, "{}", sheet.name);
    }
}

/// What would be markup, a command, a way out of a folder or of a cell, if it were not written with care.
const HOSTILE: &[&str] = &[
    "</script><script>alert(1)</script>",
    "::error file=/etc/passwd::x",
    "a\r\n::stop-commands::x",
    "![x](http://example.org/x.png)|b|",
    "../../outside",
    "=HYPERLINK(\"http://example.org\")",
    "\u{202e}gnp.exe",
    "\u{1b}]8;;http://example.org\u{7}x",
    "%00 %0A",
    "a:b,c d\u{e9}\u{1f600}",
    "`````",
    "\\\"'",
    "C:\\windows",
    "",
    " ",
];

/// Texts with hostile ones among them.
fn texts() -> impl Strategy<Value = String> {
    (0..HOSTILE.len(), any::<bool>(), any::<String>()).prop_map(|(at, hostile, text)| match hostile {
        true => HOSTILE[at].to_owned(),
        false => text,
    })
}

/// A path as `walk` makes them: of one part or more, none of which is empty.
fn paths() -> impl Strategy<Value = String> {
    proptest::collection::vec(texts(), 1..4).prop_map(|parts| {
        let parts = parts.iter().flat_map(|it| it.split('/')).filter(|it| !matches!(*it, "" | "." | ".."));
        let path: Vec<&str> = parts.collect();
        if path.is_empty() { "a".to_owned() } else { path.join("/") }
    })
}

/// Reports with findings anywhere, of any text: none, a few, and more than code scanning takes.
static HOSTILE_REPORTS: LazyLock<Vec<Report>> = LazyLock::new(|| {
    let mut runner = TestRunner::deterministic();
    let words: Vec<String> = (0..400).map(|_| texts().new_tree(&mut runner).unwrap().current()).collect();
    let places: Vec<String> = (0..400).map(|_| paths().new_tree(&mut runner).unwrap().current()).collect();
    let clones = clones("acme");
    let facts = scan(&[clones.path().to_owned()], 2);
    [0, 1, 12, 60, 5_001]
        .into_iter()
        .enumerate()
        .map(|(n, findings)| {
            let mut report = levelset::report(facts.clone(), &RULES, &Answers::default(), AS_OF);
            let rules = report.rules.clone();
            for (at, repo) in report.repos.iter_mut().enumerate() {
                let word = |it: usize| words[(n * 101 + at * 37 + it * 13) % words.len()].clone();
                repo.id = format!("acme/{}", word(1).replace('/', "_"));
                repo.identity =
                    Some(Identity { host: "github.com".to_owned(), owner: "acme".to_owned(), name: word(1) });
                repo.branch = Some(word(2));
                repo.findings = (0..if at == 0 { findings } else { findings.min(20) })
                    .map(|it| Finding {
                        repo: at,
                        rule: rules[it % rules.len()].id.clone(),
                        at: location(&places[(it * 7 + at) % places.len()], it as u32),
                        message: word(it + 3),
                        related: vec![(location(&places[it % places.len()], 1), word(it + 4))],
                        key: format!("{it}"),
                    })
                    .collect();
            }
            report
        })
        .collect()
});

fn location(path: &str, n: u32) -> Location {
    let path = path.into();
    Location { path, line: n + 1, column: n % 7 + 1, end_line: n + 1, end_column: n % 7 + 2, line_hash: None }
}

#[test]
fn nothing_of_others_is_markup_or_a_command() {
    for report in HOSTILE_REPORTS.iter() {
        let text = written(|out| markdown::write(report, out));
        assert!(text.len() <= markdown::MAX_BYTES);
        let headings = text.lines().filter(|it| it.starts_with('#')).count();
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
            let is_markup = match &event {
                Event::Html(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) => true,
                // Links are ours: to files of the repositories, on their forge.
                Event::Start(Tag::Link { dest_url, .. }) => !dest_url.starts_with("https://github.com/acme/"),
                Event::Start(tag) => {
                    matches!(tag, Tag::Image { .. } | Tag::CodeBlock(_) | Tag::BlockQuote(_) | Tag::Strikethrough)
                }
                _ => false,
            };
            assert!(!is_markup, "{event:?}\n{text}");
        }
        assert!(headings <= 8, "{text}");
        let lines: Vec<String> = written(|out| annotations::write(report, out)).lines().map(str::to_owned).collect();
        for kind in ["error", "warning", "notice"] {
            assert!(lines.iter().filter(|it| it.starts_with(&format!("::{kind} "))).count() <= 10);
        }
        let known = |it: &String| ["::error ", "::warning ", "::notice "].iter().any(|kind| it.starts_with(kind));
        let unknown: Vec<&String> = lines.iter().filter(|it| !known(it)).collect();
        assert!(unknown.len() <= 1 && unknown.iter().all(|it| it.contains("more: GitHub shows ten")), "{unknown:?}");
        for text in [written(|out| backstage::write(report, out)), written(|out| port::write(report, out))] {
            serde_json::from_str::<Value>(&text).unwrap();
        }
    }
}

/// Leaves SARIF files with hostile findings where `.ci/run` lets validators look at them, below the build's folder.
#[test]
fn hostile_sarif_for_the_validators() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile-sarif");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for (n, report) in HOSTILE_REPORTS.iter().enumerate() {
        // The first has as many findings as the report was made for, and the second a few: one of each is enough.
        for (at, repo) in report.repos.iter().take(2).enumerate() {
            let text = written(|out| sarif::write(repo, &report.rules, out));
            let log: Value = serde_json::from_str(&text).unwrap();
            let results = log["runs"][0]["results"].as_array().unwrap();
            assert_eq!(results.len(), repo.findings.len().min(5_000));
            assert!(!sarif::file_name(&repo.id).split('/').any(|it| it == ".."), "{}", repo.id);
            fs::write(folder.join(format!("{n}-{at}.sarif")), text).unwrap();
        }
    }
}

#[test]
fn what_an_earlier_run_wrote_is_taken_away() {
    let clones = clones("acme");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("out");
    let scan = |path: &Path| {
        let ran = levelset_in(place.path(), &["scan", "--quiet", "--out", "out", path.to_str().unwrap()]);
        assert_eq!((ran.code, ran.err.as_str()), (DONE, ""));
    };
    scan(clones.path());
    assert!(out.join("sarif/acme/search.sarif").is_file());
    // What is the reader's own stays, whatever a manifest says.
    fs::write(out.join("sarif/notes.txt"), "mine").unwrap();
    fs::write(place.path().join("outside"), "mine").unwrap();
    let manifest = fs::read_to_string(out.join("manifest.json")).unwrap();
    fs::write(out.join("manifest.json"), manifest.replacen("\"badge.svg\"", "\"../outside\", \"badge.svg\"", 1))
        .unwrap();
    scan(&clones.path().join("shop"));
    assert!(!out.join("sarif/acme/search.sarif").exists());
    assert!(out.join("sarif/acme/shop.sarif").is_file());
    assert!(out.join("sarif/notes.txt").is_file());
    assert!(place.path().join("outside").is_file());
    let manifest: Value = serde_json::from_str(&fs::read_to_string(out.join("manifest.json")).unwrap()).unwrap();
    let files: Vec<&str> = manifest["files"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    assert!(files.is_sorted() && files.iter().all(|it| out.join(it).is_file()), "{files:?}");
}

#[test]
fn sarif_is_printed_for_one_repository_only() {
    let clones = clones("acme");
    let path = clones.path().to_str().unwrap().to_owned();
    let ran = levelset_in(clones.path(), &["scan", "--format", "sarif", &path]);
    assert_eq!(ran.out, "");
    assert_eq!(
        ran.err,
        "error: --format sarif prints the findings of one repository, and there are 10: --out DIR writes a file for each\n"
    );
    let ran = levelset_in(clones.path(), &["scan", "--format", "sarif", "search"]);
    let log: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 1);
    // What is printed is what is written, with the hashes of lines that only files of places have.
    let place = tempfile::tempdir().unwrap();
    levelset_in(clones.path(), &["scan", "--quiet", "search", "--out", place.path().to_str().unwrap()]);
    assert_eq!(fs::read_to_string(place.path().join("sarif/acme/search.sarif")).unwrap(), ran.out);
}
