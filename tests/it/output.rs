//! Whole outputs on the made-up organisations, as snapshots, and the JSON Schemas that promise their shape.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "generated schemas are read and rewritten here")]

use std::fs;
use std::path::Path;

use levelset::answers::Answers;
use levelset::facts::Facts;
use levelset::org;
use levelset::output::{html, inventory, json, sarif, terminal};
use levelset::report::Report;
use levelset::report::summary::Summary;
use levelset::rules::Rules;
use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use crate::orgs::{AS_OF, clones, report, scan, snapshot, written};

const PAGE: terminal::Page = terminal::Page { width: 80, verbosity: 0, links: false };

#[test]
fn acme_the_page() {
    let report = report("acme");
    snapshot("acme-page", &written(|out| terminal::write(&report, PAGE, out)));
    snapshot(
        "acme-page-verbose",
        &written(|out| terminal::write(&report, terminal::Page { verbosity: 1, ..PAGE }, out)),
    );
}

#[test]
fn loft_the_page() {
    snapshot("loft-page", &written(|out| terminal::write(&report("loft"), PAGE, out)));
}

/// A line is wider than the terminal only where one name in it is.
#[test]
fn pages_fit_the_terminal() {
    for org in ["acme", "harbour", "loft"] {
        let mut report = report(org);
        // Figures of a large organisation.
        for row in &mut report.summary.adoption {
            row.repositories.of += 1_200;
            row.repositories.unknown += 15;
            row.calls.of += 120_000;
            row.calls.unknown += 12;
        }
        for width in [80, 100, 120] {
            let page = terminal::Page { width, verbosity: 1, links: false };
            for line in written(|out| terminal::write(&report, page, out)).lines() {
                let is_one_name = line.split_whitespace().any(|it| it.width() + 14 > width);
                assert!(line.width() <= width || is_one_name, "{width}: {line}");
            }
        }
    }
}

#[test]
fn summaries() {
    for org in ["acme", "loft"] {
        snapshot(&format!("{org}-summary"), &summary(report(org)));
    }
}

#[test]
fn sarif_of_a_repository() {
    let report = report("acme");
    let billing = report.repos.iter().find(|it| it.id == "acme/billing").unwrap();
    let text = written(|out| sarif::write(billing, &report.rules, out));
    let log: Value = serde_json::from_str(&text).unwrap();
    let version = |key: &str| format!("\"{key}\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let text = serde_json::to_string_pretty(&log).unwrap();
    snapshot("acme-billing-sarif", &text.replace(&version("semanticVersion"), "\"semanticVersion\": \"[VERSION]\""));
}

#[test]
fn inventories() {
    for name in ["acme", "loft"] {
        let clones = clones(name);
        let org = org::link(scan(&[clones.path().to_owned()], 2), &Rules::load(None).unwrap().tables);
        let rows = inventory::rows(&org, &inventory::Filter::default());
        snapshot(&format!("{name}-inventory-table"), &written(|out| inventory::write_table(&rows, out)));
        snapshot(&format!("{name}-inventory-csv"), &written(|out| inventory::write_csv(&rows, out)));
        snapshot(&format!("{name}-inventory-jsonl"), &written(|out| inventory::write_jsonl(&rows, out)));
    }
}

#[test]
fn what_is_written_fits_its_schema() {
    let summary_schema = generated("summary", schemars::schema_for!(Summary));
    let facts_schema = generated("facts", schemars::schema_for!(Facts));
    generated("levelset", levelset::config::schema());
    for org in ["acme", "loft"] {
        let clones = clones(org);
        let facts = scan(&[clones.path().to_owned()], 2);
        for line in written(|out| json::write_facts(&facts, out)).lines() {
            fits(&facts_schema, line);
        }
        fits(&summary_schema, &written(|out| json::write(&report(org), out)));
    }
}

/// The summary with the version left out, which changes with every release.
fn summary(mut report: Report) -> String {
    report.summary.tool.version = "[VERSION]".to_owned();
    written(|out| json::write(&report, out))
}

/// A schema, which must be what `docs/<name>.schema.json` says. `UPDATE=1` rewrites that file.
pub(crate) fn generated(name: &str, schema: schemars::Schema) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/{name}.schema.json"));
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let current = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(current == text, "{} is not what the types say; UPDATE=1 rewrites it", path.display());
    schema.into()
}

pub(crate) fn fits(schema: &Value, text: &str) {
    let value: Value = serde_json::from_str(text).unwrap();
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&value).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

/// What stands on the page before its program runs: the first screen, and the tables that are there without it.
#[test]
fn acme_the_page_for_a_browser() {
    let mut report = report("acme");
    report.summary.tool.version = "[VERSION]".to_owned();
    let page = written(|out| html::write(&report, out));
    let body = page.split_once("<body>\n").unwrap().1.split_once("<script ").unwrap().0;
    snapshot("acme-report-html", body);
}

/// Names that would be markup, or end the script that holds them, are texts.
#[test]
fn hostile_names_are_texts_on_the_page_for_a_browser() {
    let hostile = "x</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u{202e}\u{2028}";
    let clones = clones("acme");
    let mut facts = scan(&[clones.path().to_owned()], 2);
    for it in &mut facts {
        it.repo.identity = None;
        it.repo.folder.push_str(hostile);
        for marker in &mut it.markers {
            marker.tool = Some(hostile.to_owned());
        }
        for gap in &mut it.gaps {
            gap.detail = hostile.to_owned();
        }
    }
    let report = levelset::report(facts, &Rules::load(None).unwrap(), &Answers::default(), AS_OF);
    let page = written(|out| html::write(&report, out));
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert_eq!(page.matches("<img").count(), 0);
    assert!(!page.contains(['\u{202e}', '\u{2028}']), "a text is turned around, or ends a line");
    // What the program reads is JSON, with the names as they are.
    let data = page.split_once("id=\"data\">").unwrap().1.split_once("</script>").unwrap().0;
    let data: Value = serde_json::from_str(data).unwrap();
    let texts = data["texts"].as_array().unwrap();
    assert!(texts.iter().any(|it| it.as_str().is_some_and(|it| it.ends_with(hostile))));
}
