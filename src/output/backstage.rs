//! Facts for Backstage's Tech Insights: what a fact retriever returns, as JSON.
//!
//! The document has what `FactRetriever` and `TechInsightFact` of `@backstage-community/plugin-tech-insights-node` ask for:
//! the retriever's id, version and schema, and facts by entity. Facts are about entities that repositories declare in their
//! catalogue files; repositories without any are listed, for Backstage would not know whose facts they are.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use crate::measure::subjects::OfSubject;
use crate::org::ADOPTED;
use crate::output::table::word;
use crate::report::summary::IndicatorRow;
use crate::report::{Entity, RepoReport, Report};

/// The name and version of the document, and of the retriever's schema: it changes whenever a fact gets another meaning.
const SCHEMA: &str = "levelset-backstage/1";
const VERSION: &str = "1.0.0";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    retriever: Retriever<'r>,
    facts: Vec<EntityFacts<'r>>,
    repositories_without_entity: Vec<&'r str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Retriever<'r> {
    id: &'static str,
    version: &'static str,
    title: &'static str,
    description: &'static str,
    entity_filter: [BTreeMap<&'static str, Vec<String>>; 1],
    schema: BTreeMap<String, FactSchema<'r>>,
}

#[derive(Serialize)]
struct FactSchema<'r> {
    r#type: &'static str,
    description: &'r str,
}

#[derive(Serialize)]
struct EntityFacts<'r> {
    entity: EntityRef<'r>,
    facts: BTreeMap<String, Value>,
    timestamp: String,
}

#[derive(Serialize)]
struct EntityRef<'r> {
    namespace: &'r str,
    kind: &'r str,
    name: &'r str,
}

/// Writes the document.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let indicators = told_of_repositories(report);
    let mut kinds: Vec<String> =
        report.repos.iter().flat_map(|it| &it.entities).map(|it| it.kind.to_lowercase()).collect();
    kinds.sort();
    kinds.dedup();
    let document = Document {
        schema: SCHEMA,
        retriever: Retriever {
            id: "levelset",
            version: VERSION,
            title: "levelset",
            description: "Platform-engineering maturity that the files of a repository show",
            entity_filter: [BTreeMap::from([("kind", kinds)])],
            schema: schema(&indicators),
        },
        facts: report.repos.iter().flat_map(|it| of_repository(it, &indicators, report)).collect(),
        repositories_without_entity: {
            let without = report.repos.iter().filter(|it| it.entities.is_empty());
            without.map(|it| it.id.as_str()).collect()
        },
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// The indicators that come to anything for single repositories, with their numbers. What is searched for in an
/// organisation, and may as well be where nobody looked, says nothing of a repository that has none.
pub(super) fn told_of_repositories(report: &Report) -> Vec<(usize, &IndicatorRow)> {
    let told: BTreeSet<usize> = report.repos.iter().flat_map(|it| &it.indicators).map(|(number, _)| *number).collect();
    let is_share = |it: &IndicatorRow| it.value.is_none_or(|it| it.of.is_some());
    let rows = report.summary.indicators.iter().enumerate();
    rows.filter(|(number, it)| told.contains(number) && is_share(it)).collect()
}

/// The facts of each entity that a repository declares.
fn of_repository<'r>(
    repo: &'r RepoReport,
    indicators: &[(usize, &'r IndicatorRow)],
    report: &Report,
) -> Vec<EntityFacts<'r>> {
    let mut facts = BTreeMap::from([
        ("repository".to_owned(), Value::from(repo.id.as_str())),
        ("findings".to_owned(), Value::from(repo.findings.len())),
        ("pipelines".to_owned(), Value::from(repo.pipelines.len())),
    ]);
    for (artifact, uses) in uses(repo) {
        facts.insert(artifact, Value::from(uses));
    }
    for (number, row) in indicators {
        let verdict =
            repo.indicators.iter().find(|(at, _)| at == number).map(|(_, OfSubject { verdict, .. })| *verdict);
        facts.insert(row.id.clone(), Value::from(verdict.map_or("not-applicable".to_owned(), |it| word(&it))));
    }
    let of_entity = |entity: &'r Entity| EntityFacts {
        entity: EntityRef { namespace: &entity.namespace, kind: &entity.kind, name: &entity.name },
        facts: facts.clone(),
        timestamp: format!("{}T00:00:00.000Z", report.summary.as_of),
    };
    repo.entities.iter().map(of_entity).collect()
}

/// Whether a repository uses what is shared, by the name of the fact.
pub(super) fn uses(repo: &RepoReport) -> impl Iterator<Item = (String, String)> {
    names_of_uses().zip(repo.uses.iter().map(word))
}

/// The names of the facts on what is shared, by artifact, then in union.
pub(super) fn names_of_uses() -> impl Iterator<Item = String> {
    ADOPTED.iter().map(|it| format!("uses-shared-{}", word(it))).chain(["uses-shared".to_owned()])
}

fn schema<'r>(indicators: &[(usize, &'r IndicatorRow)]) -> BTreeMap<String, FactSchema<'r>> {
    let fact = |r#type: &'static str, description: &'r str| FactSchema { r#type, description };
    let mut schema = BTreeMap::from([
        ("repository".to_owned(), fact("string", "The repository that declares the entity")),
        ("findings".to_owned(), fact("integer", "Places in the repository that something should be done about")),
        ("pipelines".to_owned(), fact("integer", "Pipelines and templates of pipelines in the repository")),
        (
            "uses-shared".to_owned(),
            fact("string", "Uses anything shared: yes, no, unknown, provider or not-applicable"),
        ),
    ]);
    for artifact in ADOPTED {
        let name = format!("uses-shared-{}", word(&artifact));
        schema.insert(
            name,
            fact("string", "Uses what is shared of the kind: yes, no, unknown, provider or not-applicable"),
        );
    }
    for (_, row) in indicators {
        schema.insert(row.id.clone(), fact("string", &row.title));
    }
    schema
}
