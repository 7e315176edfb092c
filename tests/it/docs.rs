//! What the documents say is what the program does: `docs/rules.md` is made from the rules (`UPDATE=1` rewrites it).

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a harness that reads documents")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use levelset::classify::{About, FileKind, Reading};
use levelset::facts::MarkerKind;
use levelset::knowledge::built_in;
use levelset::rules::tables::{PipelineTable, Weights};
use levelset::rules::{Basis, FindingLevel, FindingRule, Indicator, Precision, Rules};

use crate::house::members;

#[test]
fn rules_are_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let expected = rules_document(&Rules::load(None).unwrap());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(found == expected, "docs/rules.md is not what rules/ says; run `UPDATE=1 cargo test` and commit the file");
}

/// `docs/evidence.md`: what is read of each kind of file, and what the tables say is evidence.
#[test]
fn evidence_is_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    let expected = evidence_document(root, &mut wrong);
    assert!(
        wrong.is_empty(),
        "{}\nA kind of file is described in `src/classify/about.rs`: what is read, what isn't, and where its cases lie \
         unless that is testdata/extract/<kind>.",
        wrong.join("\n")
    );
    let path = root.join("docs/evidence.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        found == expected,
        "docs/evidence.md is not what src/classify/about.rs and rules/tables/ say; run `UPDATE=1 cargo test docs` and \
         commit the file"
    );
}

fn evidence_document(root: &Path, wrong: &mut Vec<String>) -> String {
    let mut text = String::from(
        "<!-- Generated from src/classify/about.rs and rules/tables/ by tests/it/docs.rs; change it there and run \
         `UPDATE=1 cargo test docs`. -->\n\n\
         # Evidence\n\n\
         What levelset reads, and what it takes for evidence of what. That something lies in a repository says that it is \
         configured, not that it works or is used.\n\n\
         ## Kinds of files\n\n\
         *Always* is read in every scan, *when asked* only where another file of the repository leaves something open that it \
         may answer; of *never* the path says all. A file that a row below names is read for that row besides.\n\n\
         | kind | read | what is read | what isn't | cases |\n|---|---|---|---|---|\n",
    );
    let ids = members::<FileKind>();
    for id in ids {
        let kind: FileKind = serde_json::from_value(id.clone().into()).unwrap();
        let About { reads, leaves, cases } = kind.about();
        let cases = format!("testdata/extract/{}", cases.unwrap_or(&id));
        let is_there = root.join(&cases).is_dir();
        if !is_there && kind.reading() == Reading::Always {
            wrong.push(format!("{id}: there is no folder {cases}"));
        }
        let read = match kind.reading() {
            Reading::Always => "always",
            Reading::WhenAsked => "when asked",
            Reading::Never => "never",
        };
        let cases = if is_there { format!("[{cases}](../{cases})") } else { String::new() };
        line(&mut text, &[&id, read, reads, leaves, &cases]);
    }
    text.push_str(
        "\n## Markers\n\nWhat the tables in `rules/tables/` take for evidence, by what it is evidence of. What stands in no row is \
         found by the program itself.\n",
    );
    for kind in MarkerKind::ALL {
        let rows = built_in().rows(*kind);
        if rows.is_empty() {
            continue;
        }
        let id = serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned();
        write!(text, "\n### {id}\n\n| by | tool | what | documented |\n|---|---|---|---|\n").unwrap();
        for (by, tool, what, source) in rows {
            line(&mut text, &[by, tool, &format!("`{what}`"), &format!("[source]({source})")]);
        }
    }
    text
}

/// The first screen of the README is the page on the example organisation, which `output` holds as a snapshot.
#[test]
fn the_readme_shows_the_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = |path: &str| fs::read_to_string(root.join(path)).unwrap().replace("\r\n", "\n");
    let snapshot = text("tests/it/snapshots/acme-page.snap");
    let page = snapshot.splitn(3, "---\n").nth(2).unwrap().trim_end();
    assert!(
        text("README.md").contains(&format!("\n{page}\n```")),
        "README.md shows another page than the program prints; it prints now:\n{page}"
    );
}

fn rules_document(rules: &Rules) -> String {
    let mut text = String::from(
        "<!-- Generated from rules/ by tests/it/docs.rs; change it there and run `UPDATE=1 cargo test docs`. -->\n\n\
         # Rules\n\n\
         Every number that levelset judges by, and everything it finds at a place. `levelset explain ID` says the same \
         for one of them.\n\n\
         ## Levels\n\n\
         A level is reached when each of its gates, and each gate of the levels below, is met.\n\n\
         | level | name | what it means | gates |\n|---|---|---|---|\n",
    );
    for level in &rules.levels {
        let gates: Vec<String> = level.gates.iter().map(|id| format!("[{id}](#{id})")).collect();
        let gates = match &level.not_judged {
            Some(reason) => format!("not judged: {reason}"),
            None if gates.is_empty() => "none: the floor".to_owned(),
            None => gates.join("<br>"),
        };
        line(&mut text, &[&level.level.to_string(), &level.name, &level.meaning, &gates]);
    }
    text.push_str("\n## Indicators\n\nWhat is measured of the whole organisation.\n\n");
    text.push_str("| id | what it says | met | rows of the models |\n|---|---|---|---|\n");
    let met = |rule: &Indicator| rule.met_words().unwrap_or_else(|| "shown, no gate".to_owned());
    for rule in &rules.indicators {
        line(&mut text, &[&format!("[{0}](#{0})", rule.id), &rule.title, &met(rule), &rule.row.join(", ")]);
    }
    for rule in &rules.indicators {
        section(&mut text, &rule.id, &rule.title, &rule.why);
        row(&mut text, "How", &format!("{}. {}", basis(rule.basis), rule.measure.words()));
        row(&mut text, "Met", &met(rule));
        row(&mut text, "Limits", &rule.limits);
        row(&mut text, "What to do", &rule.remedy);
    }
    pipelines(&mut text, &rules.tables.pipelines);
    text.push_str("\n## Findings\n\nWhat is found at a place; in code scanning each becomes an alert.\n\n");
    text.push_str("| id | what it says | level | precision |\n|---|---|---|---|\n");
    for rule in &rules.findings {
        let FindingRule { id, title, level, precision, .. } = rule;
        line(&mut text, &[&format!("[{id}](#{id})"), title, level_word(*level), precision_word(*precision)]);
    }
    for rule in &rules.findings {
        section(&mut text, &rule.id, &rule.title, &rule.why);
        row(&mut text, "How", &rule.find.words());
        row(&mut text, "What to do", &rule.remedy);
    }
    text
}

/// How pipelines are compared, with the numbers of `rules/tables/pipelines.yaml`.
fn pipelines(text: &mut String, table: &PipelineTable) {
    let PipelineTable { near, weights, fewest_stages, superseded } = table;
    let Weights { call, image, setup, stage, step, wait } = weights;
    let systems: Vec<&str> = superseded.iter().map(|it| it.name()).collect();
    write!(
        text,
        "\n## Pipelines that are the same\n\n\
         Pipelines are compared by what they do: templates of their own repository stand in place of their calls, \
         templates elsewhere are calls. Names, versions, values, branches and schedules are no part of it, nor how many \
         jobs do the same side by side or one after the other.\n\n\
         - **exact**: the whole document, whatever its key order, comments and quoting.\n\
         - **structure**: jobs with what they wait for, their images, and their steps by identity and tool verb, in \
         order.\n\
         - **near**: one cluster, see below.\n\
         - **skeleton**: the stages: categories of steps and what waits for what, however jobs part them. What fetches \
         the code and prepares tools is left out.\n\n\
         Two pipelines are near where what both do is at least {near} of what either does (weighted Jaccard \
         similarity). A step weighs {step} for what it is and {stage} for what it is for; one that fetches the code or \
         prepares tools {setup}, once a pipeline; a call {call}; an image {image}; a wait {wait}. The pipeline that is near \
         the most others begins a cluster and takes them in, then the next one, until all are in one; who is nearer to \
         another beginning moves there. The canonical form is the member with the least distance to all, of those that \
         all members are near to. So nothing is in a cluster by a chain of small steps: every member is near its canonical \
         form. A cluster's id is made of its canonical form's structure.\n\n\
         Pipelines of different systems are alike where their skeleton is the same and has at least {fewest_stages} \
         stages; what a called template does is not known, and no stage.\n\n\
         A file of a superseded system ({}) beside a system that delivers in the same repository is counted apart, as \
         likely dead. That is a likelihood: the system may still run for those who pay for it. A file of any other system \
         is never called dead, since nothing in a repository shows that its server is gone.\n",
        systems.join(", "),
    )
    .unwrap();
}

fn line(text: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|it| it.trim().replace('|', "\\|")).collect();
    writeln!(text, "| {} |", cells.join(" | ")).unwrap();
}

fn section(text: &mut String, id: &str, title: &str, why: &str) {
    write!(text, "\n### {id}\n\n**{title}.** {}\n\n", why.trim()).unwrap();
}

fn row(text: &mut String, heading: &str, words: &str) {
    writeln!(text, "- **{heading}**: {}", words.trim()).unwrap();
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Measured => "Measured",
        Basis::Configured => "Configured, which is not the same as working",
        Basis::Proxy => "A proxy",
        Basis::History => "From history",
        Basis::Attested => "Attested",
        Basis::NotObservable => "Not observable",
    }
}

fn level_word(level: FindingLevel) -> &'static str {
    match level {
        FindingLevel::Note => "note",
        FindingLevel::Warning => "warning",
        FindingLevel::Error => "error",
    }
}

fn precision_word(precision: Precision) -> &'static str {
    match precision {
        Precision::VeryHigh => "very high",
        Precision::High => "high",
        Precision::Medium => "medium",
        Precision::Low => "low",
    }
}
