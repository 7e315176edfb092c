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

/// `docs/coverage.md`: every row of the two models, which rule claims it, and how it is known.
#[test]
fn coverage_is_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/coverage.md");
    let expected = coverage_document(&Rules::load(None).unwrap());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        found == expected,
        "docs/coverage.md is not what rules/ says; run `UPDATE=1 cargo test docs` and commit it"
    );
}

fn coverage_document(rules: &Rules) -> String {
    let mut text = String::from(
        "<!-- Generated from rules/ by tests/it/docs.rs; change it there and run `UPDATE=1 cargo test docs`. -->\n\n\
         # Coverage\n\n\
         What levelset can say of each row of the two maturity models, and what it can't. *Measured* means that files \
         prove it, *configured* that files prove that it is set up and not that it works, a *proxy* that files suggest it; \
         *attested* is what people have to say, *not observable* what lives in another system. *Asked too* means that \
         people are asked besides: the two are shown side by side and never merged.\n\n\
         | | rows | measured | configured | proxy | attested | not observable | asked too |\n|---|---|---|---|---|---|---|---|\n",
    );
    let rule_of = |row: &str| rules.indicators.iter().find(|it| it.row.iter().any(|it| it == row));
    let parts: [(&str, &str); 14] = [
        ("Level 0", "1.0."),
        ("Level 1", "1.1."),
        ("Level 2", "1.2."),
        ("Level 3", "1.3."),
        ("Level 4", "1.4."),
        ("Signals", "1.P"),
        ("Stage 1", "2.1."),
        ("Stage 2", "2.2."),
        ("Stage 3", "2.3."),
        ("Stage 4", "2.4."),
        ("Stage 5", "2.5."),
        ("Questions", "2.Q"),
        ("Readiness and verdict", "2.R 2.V"),
        ("Actions and advice", "2.A 2.F"),
    ];
    let is_in = |row: &str, part: &str| part.split(' ').any(|it| row.starts_with(it));
    let order = [Basis::Measured, Basis::Configured, Basis::Proxy, Basis::Attested, Basis::NotObservable];
    let mut counts = |name: &str, rows: &[&Indicator]| {
        let mut cells = vec![name.to_owned(), rows.len().to_string()];
        cells.extend(order.map(|basis| rows.iter().filter(|it| it.basis == basis).count().to_string()));
        cells.push(rows.iter().filter(|it| it.measure.is_some() && it.ask.is_some()).count().to_string());
        line(&mut text, &cells.iter().map(String::as_str).collect::<Vec<_>>());
    };
    let mut all = Vec::new();
    for (name, part) in parts {
        let rows = rules.models.rows.iter().filter(|it| is_in(&it.row, part));
        let of_part: Vec<&Indicator> = rows.map(|it| rule_of(&it.row).unwrap()).collect();
        counts(name, &of_part);
        all.extend(of_part);
    }
    counts("**all**", &all);
    assert_eq!(all.len(), rules.models.rows.len(), "each row is in one part");
    for (name, part) in parts {
        write!(text, "\n## {name}\n\n| row | what it says | how it is known | rule |\n|---|---|---|---|\n").unwrap();
        for it in rules.models.rows.iter().filter(|it| is_in(&it.row, part)) {
            let rule = rule_of(&it.row).unwrap();
            let asked = if rule.measure.is_some() && rule.ask.is_some() { ", asked too" } else { "" };
            let how = format!("{}{asked}", short_basis(rule.basis));
            line(&mut text, &[&it.row, &it.says, &how, &format!("[{0}](rules.md#{0})", rule.id)]);
        }
    }
    text
}

fn short_basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Measured => "measured",
        Basis::Configured => "configured",
        Basis::Proxy => "proxy",
        Basis::History => "history",
        Basis::Attested => "attested",
        Basis::NotObservable => "not observable",
    }
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
         A level is reached when each of its gates that apply, and each gate of the levels below, is met, and more \
         than half of its gates apply. What files prove \
         is enough; of everything else somebody has to say that it works (`levelset assess`). Until then the level is \
         possible, not certain.\n\n\
         | level | name | what it means | gates |\n|---|---|---|---|\n",
    );
    let gates = |ids: &[String]| match ids {
        [] => "none: the floor".to_owned(),
        ids => ids.iter().map(|id| format!("[{id}](#{id})")).collect::<Vec<_>>().join("<br>"),
    };
    for it in &rules.models.levels {
        line(&mut text, &[&it.level.to_string(), &it.name, &it.meaning, &gates(&it.gates)]);
    }
    text.push_str("\n## Stages\n\nThe same for the second model.\n\n| stage | name | what it means | gates |\n|---|---|---|---|\n");
    for it in &rules.models.stages {
        line(&mut text, &[&it.stage.to_string(), &it.name, &it.meaning, &gates(&it.gates)]);
    }
    text.push_str("\n## Indicators\n\nWhat is measured of the whole organisation.\n\n");
    text.push_str("| id | what it says | met | rows of the models |\n|---|---|---|---|\n");
    let met = |rule: &Indicator| {
        let asked = rule.ask.as_ref().and_then(|it| it.met_words());
        rule.met_words().or(asked).unwrap_or_else(|| "where it is found, or only shown".to_owned())
    };
    for rule in &rules.indicators {
        let rows: Vec<&str> = rule.row.iter().chain(&rule.also).map(String::as_str).collect();
        line(&mut text, &[&format!("[{0}](#{0})", rule.id), &rule.title, &met(rule), &rows.join(", ")]);
    }
    for rule in &rules.indicators {
        section(&mut text, &rule.id, &rule.title, &rule.why);
        let measure = rule.measure.as_ref().map(|it| format!(". {}", it.words())).unwrap_or_default();
        row(&mut text, "How", &format!("{}{measure}", basis(rule.basis)));
        if let Some(met) = rule.met_words() {
            row(&mut text, "Met", &met);
        }
        if let Some(ask) = &rule.ask {
            let good = ask.met_words().map(|it| format!(" Good {it}.")).unwrap_or_default();
            row(&mut text, "Asked", &format!("{}{good}", ask.question));
        }
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
