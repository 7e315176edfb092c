//! Entities and a scorecard for Port, in the shapes that its API takes.
//!
//! `blueprint` is the body of `POST /v1/blueprints`, `scorecards` of `PUT /v1/blueprints/levelset_repository/scorecards`,
//! and each of `batches` of `POST /v1/blueprints/levelset_repository/entities/bulk?upsert=true`, which takes twenty entities
//! at once. Port evaluates a scorecard itself: its rules read the verdicts that are properties of the entities.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::measure::Verdict;
use crate::measure::subjects::OfSubject;
use crate::output::backstage::{names_of_uses, told_of_repositories, uses};
use crate::output::table::word;
use crate::report::summary::IndicatorRow;
use crate::report::{RepoReport, Report};

/// The name and version of the document.
const SCHEMA: &str = "levelset-port/1";
/// The blueprint's identifier.
const BLUEPRINT: &str = "levelset_repository";
/// How many entities one request takes.
const BATCH: usize = 20;

/// Writes the document.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let indicators = told_of_repositories(report);
    let entities: Vec<Value> = report.repos.iter().map(|it| entity(it, &indicators, report)).collect();
    let document = json!({
        "$schema": SCHEMA,
        "blueprint": blueprint(&indicators),
        "scorecards": [scorecard(report, &indicators)],
        "batches": entities.chunks(BATCH).map(|it| json!({ "entities": it })).collect::<Vec<Value>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn blueprint(indicators: &[(usize, &IndicatorRow)]) -> Value {
    let text = |title: &str| json!({ "type": "string", "title": title });
    let mut properties = Map::new();
    properties.insert("url".to_owned(), json!({ "type": "string", "format": "url", "title": "Address" }));
    for (name, title) in [("team_name", "Team"), ("commit", "Commit"), ("as_of", "As of")] {
        properties.insert(name.to_owned(), text(title));
    }
    for (name, title) in [("findings", "Findings"), ("pipelines", "Pipelines")] {
        properties.insert(name.to_owned(), json!({ "type": "number", "title": title }));
    }
    for name in names_of_uses() {
        properties.insert(property(&name), text(&name.replace('-', " ")));
    }
    for (_, row) in indicators {
        properties.insert(property(&row.id), text(&row.title));
    }
    json!({
        "identifier": BLUEPRINT,
        "title": "Repository (levelset)",
        "icon": "Git",
        "schema": { "properties": properties, "required": [] },
        "mirrorProperties": {},
        "calculationProperties": {},
        "relations": {},
    })
}

/// A rule for each gate of the levels that says something of single repositories. What doesn't apply fails no rule; what
/// can't be told passes none.
fn scorecard(report: &Report, indicators: &[(usize, &IndicatorRow)]) -> Value {
    let gates = report.summary.level.gates.iter();
    let told = gates.filter(|gate| indicators.iter().any(|(_, row)| row.id == gate.indicator));
    let rule = |gate: &crate::level::Gate| {
        let is = |verdict: Verdict| json!({ "property": property(&gate.indicator), "operator": "=", "value": word(&verdict) });
        json!({
            "identifier": property(&gate.indicator),
            "title": gate.title,
            "level": format!("Level {}", gate.level),
            "query": { "combinator": "or", "conditions": [is(Verdict::Met), is(Verdict::NotApplicable)] },
        })
    };
    let colours = ["paleBlue", "bronze", "silver", "gold", "green"];
    let levels =
        colours.iter().enumerate().map(|(level, colour)| json!({ "color": colour, "title": format!("Level {level}") }));
    json!({
        "identifier": "platform_maturity",
        "title": "Platform maturity, by the repository's own files",
        "levels": levels.collect::<Vec<Value>>(),
        "rules": told.map(rule).collect::<Vec<Value>>(),
    })
}

fn entity(repo: &RepoReport, indicators: &[(usize, &IndicatorRow)], report: &Report) -> Value {
    let mut properties = Map::new();
    let mut add = |name: &str, value: Option<Value>| properties.extend(value.map(|it| (name.to_owned(), it)));
    let url = repo.identity.as_ref().map(|it| format!("https://{}/{}/{}", it.host, it.owner, it.name));
    add("url", url.map(Value::from));
    add("team_name", repo.team.as_deref().map(Value::from));
    add("commit", repo.commit.as_deref().map(Value::from));
    add("as_of", Some(Value::from(report.summary.as_of.as_str())));
    add("findings", Some(Value::from(repo.findings.len())));
    add("pipelines", Some(Value::from(repo.pipelines.len())));
    for (name, value) in uses(repo) {
        add(&property(&name), Some(Value::from(value)));
    }
    for (number, row) in indicators {
        let verdict =
            repo.indicators.iter().find(|(at, _)| at == number).map(|(_, OfSubject { verdict, .. })| *verdict);
        add(&property(&row.id), Some(Value::from(word(&verdict.unwrap_or(Verdict::NotApplicable)))));
    }
    json!({ "identifier": identifier(&repo.id), "title": repo.id, "properties": properties, "relations": {} })
}

/// The identifier of a property.
fn property(name: &str) -> String {
    name.replace('-', "_")
}

/// An identifier as Port takes it: letters, digits and `@_.:\/=-`. Each other byte is written as `=` and its two digits, and so is
/// `=` itself, so that no two repositories get one identifier.
fn identifier(repo: &str) -> String {
    let mut identifier = String::with_capacity(repo.len());
    for byte in repo.bytes() {
        match byte {
            b'@' | b'_' | b'.' | b':' | b'\\' | b'/' | b'-' => identifier.push(char::from(byte)),
            it if it.is_ascii_alphanumeric() => identifier.push(char::from(it)),
            it => identifier.push_str(&format!("={it:02X}")),
        }
    }
    identifier
}

#[cfg(test)]
mod tests {
    use super::identifier;

    #[test]
    fn identifiers_are_what_port_takes() {
        for (repo, expected) in
            [("acme/shop", "acme/shop"), ("_/my shop", "_/my=20shop"), ("a=b", "a=3Db"), ("ü", "=C3=BC")]
        {
            assert_eq!(identifier(repo), expected);
        }
    }
}
