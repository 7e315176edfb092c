//! The report as tables, one file a sheet, for spreadsheets and databases. Names and meanings of the columns are promises.
//!
//! Spreadsheets run what begins like a formula, so a cell of words that does gets an apostrophe before it, which they
//! don't show (OWASP, "CSV Injection").

use std::borrow::Cow;
use std::io::{self, Write};

use rustc_hash::FxHashMap;

use crate::measure::subjects::OfSubject;
use crate::measure::{Value, Verdict};
use crate::org::{ADOPTED, Org};
use crate::output::inventory;
use crate::output::table::word;
use crate::report::summary::Share;
use crate::report::{Report, UsesShared};

/// One table.
#[derive(Clone, Copy, Debug)]
pub struct Sheet {
    /// Its file, without `.csv`.
    pub name: &'static str,
    write: fn(&Report, &Org, &mut Rows<'_>) -> io::Result<()>,
}

/// All tables, in order of their names.
pub const SHEETS: &[Sheet] = &[
    Sheet { name: "findings", write: findings },
    Sheet { name: "indicators", write: indicators },
    Sheet { name: "offers", write: offers },
    Sheet { name: "pipelines", write: pipelines },
    Sheet { name: "repositories", write: repositories },
    Sheet { name: "teams", write: teams },
    Sheet { name: "uses", write: uses },
];

impl Sheet {
    /// Writes the table, its columns first.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(self, report: &Report, org: &Org, out: &mut dyn Write) -> io::Result<()> {
        let mut rows = Rows(csv::Writer::from_writer(out));
        (self.write)(report, org, &mut rows)?;
        rows.0.flush()
    }
}

/// Where rows go.
struct Rows<'w>(csv::Writer<&'w mut dyn Write>);

impl Rows<'_> {
    fn add<'c>(&mut self, cells: impl IntoIterator<Item = Cow<'c, str>>) -> io::Result<()> {
        Ok(self.0.write_record(cells.into_iter().map(|it| harmless(it).into_owned()))?)
    }

    fn columns(&mut self, names: &[&str]) -> io::Result<()> {
        Ok(self.0.write_record(names)?)
    }
}

/// A cell that no spreadsheet takes for a formula. Numbers are none.
fn harmless(cell: Cow<'_, str>) -> Cow<'_, str> {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    if is_formula { Cow::Owned(format!("'{cell}")) } else { cell }
}

fn text(it: &str) -> Cow<'_, str> {
    Cow::Borrowed(it)
}

fn optional(it: Option<&str>) -> Cow<'_, str> {
    Cow::Borrowed(it.unwrap_or_default())
}

fn number(it: u64) -> Cow<'static, str> {
    Cow::Owned(it.to_string())
}

fn closed(it: &impl serde::Serialize) -> Cow<'static, str> {
    Cow::Owned(word(it))
}

fn yes_no(it: bool) -> Cow<'static, str> {
    Cow::Borrowed(if it { "yes" } else { "no" })
}

/// Nothing where it can't be told.
fn yes_no_unknown(it: Option<bool>) -> Cow<'static, str> {
    it.map_or(Cow::Borrowed(""), yes_no)
}

/// A row a finding.
fn findings(report: &Report, _: &Org, rows: &mut Rows<'_>) -> io::Result<()> {
    rows.columns(&["rule", "level", "repository", "team", "path", "line", "column", "message"])?;
    for repo in &report.repos {
        for it in &repo.findings {
            let level = report.rules.iter().find(|rule| rule.id == it.rule).map(|rule| closed(&rule.level));
            rows.add([
                text(&it.rule),
                level.unwrap_or_default(),
                text(&repo.id),
                optional(repo.team.as_deref()),
                text(&it.at.path),
                number(it.at.line.into()),
                number(it.at.column.into()),
                text(&it.message),
            ])?;
        }
    }
    Ok(())
}

/// A row for each indicator of the organisation, and for each team and repository that counts for it.
fn indicators(report: &Report, _: &Org, rows: &mut Rows<'_>) -> io::Result<()> {
    rows.columns(&["indicator", "of", "subject", "verdict", "basis", "value", "n", "d", "unknown"])?;
    for (number_of_row, it) in report.summary.indicators.iter().enumerate() {
        let mut row = |of: &'static str,
                       subject: &str,
                       verdict: Verdict,
                       value: Option<f64>,
                       [n, d, unknown]: [Option<u64>; 3]| {
            let count = |it: Option<u64>| it.map_or(Cow::Borrowed(""), number);
            rows.add([
                text(&it.id),
                text(of),
                Cow::Owned(subject.to_owned()),
                closed(&verdict),
                closed(&it.basis),
                value.map_or(Cow::Borrowed(""), |it| Cow::Owned(it.to_string())),
                count(n),
                count(d),
                count(unknown),
            ])
        };
        let of = it.value.and_then(|it| it.of);
        let unknown = Some(it.unknown.len() as u64);
        let counts = [of.map(|(n, _)| n), of.map(|(_, d)| d), unknown];
        row("organisation", "", it.verdict, it.value.map(|Value { number, .. }| number), counts)?;
        for team in &it.teams {
            let counts = [team.n, team.of, team.unknown].map(Some);
            row("team", team.team.as_deref().unwrap_or("unowned"), team.verdict, None, counts)?;
        }
        for repo in &report.repos {
            for (_, of_repo) in repo.indicators.iter().filter(|(number, _)| *number == number_of_row) {
                let OfSubject { verdict, n, of, unknown } = *of_repo;
                row("repository", &repo.id, verdict, None, [n, of, unknown].map(Some))?;
            }
        }
    }
    Ok(())
}

/// A row for each thing that is offered to others.
fn offers(report: &Report, _: &Org, rows: &mut Rows<'_>) -> io::Result<()> {
    rows.columns(&[
        "artifact",
        "name",
        "repository",
        "path",
        "versioned",
        "documented",
        "repositories",
        "calls",
        "newest",
        "behind",
    ])?;
    for it in &report.summary.offers {
        rows.add([
            closed(&it.artifact),
            text(&it.name),
            optional(it.repo.as_deref()),
            optional(it.path.as_deref()),
            yes_no_unknown(it.versioned),
            yes_no_unknown(it.undocumented.as_ref().map(Vec::is_empty)),
            number(it.repositories),
            number(it.calls),
            optional(it.newest.as_deref()),
            number(it.behind),
        ])?;
    }
    Ok(())
}

/// A row a pipeline.
fn pipelines(report: &Report, _: &Org, rows: &mut Rows<'_>) -> io::Result<()> {
    rows.columns(&[
        "repository",
        "team",
        "path",
        "line",
        "system",
        "role",
        "runs",
        "purpose",
        "only_calls",
        "structure",
        "cluster",
    ])?;
    for repo in &report.repos {
        for it in &repo.pipelines {
            rows.add([
                text(&repo.id),
                optional(repo.team.as_deref()),
                text(&it.path),
                number(it.line.into()),
                closed(&it.system),
                closed(&it.role),
                yes_no(it.runs),
                closed(&it.purpose),
                yes_no(it.only_calls),
                text(&it.structure),
                optional(it.cluster.and_then(|it| report.summary.pipelines.clusters.get(it)).map(|it| it.id.as_str())),
            ])?;
        }
    }
    Ok(())
}

/// A row a repository.
fn repositories(report: &Report, _: &Org, rows: &mut Rows<'_>) -> io::Result<()> {
    let artifacts = ADOPTED.iter().map(|it| format!("uses_{}", word(it).replace('-', "_")));
    let artifacts: Vec<String> = artifacts.chain(["uses_any".to_owned()]).collect();
    let before = ["repository", "host", "owner", "name", "team", "commit", "branch", "pipelines"];
    let after = ["findings", "gaps", "indicators_met", "indicators_not_met", "indicators_unknown"];
    let columns: Vec<&str> = before.into_iter().chain(artifacts.iter().map(String::as_str)).chain(after).collect();
    rows.columns(&columns)?;
    let mut gaps: FxHashMap<&str, u64> = FxHashMap::default();
    for gap in &report.gaps {
        *gaps.entry(&gap.repo).or_default() += 1;
    }
    for it in &report.repos {
        let identity = it.identity.as_ref();
        let n_of = |verdict: Verdict| it.indicators.iter().filter(|(_, it)| it.verdict == verdict).count() as u64;
        let before = [
            text(&it.id),
            optional(identity.map(|it| it.host.as_str())),
            optional(identity.map(|it| it.owner.as_str())),
            optional(identity.map(|it| it.name.as_str())),
            optional(it.team.as_deref()),
            optional(it.commit.as_deref()),
            optional(it.branch.as_deref()),
            number(it.pipelines.len() as u64),
        ];
        let uses = it.uses.iter().map(|it: &UsesShared| closed(it));
        let after = [
            number(it.findings.len() as u64),
            number(gaps.get(it.id.as_str()).copied().unwrap_or(0)),
            number(n_of(Verdict::Met)),
            number(n_of(Verdict::NotMet)),
            number(n_of(Verdict::Unknown)),
        ];
        rows.add(before.into_iter().chain(uses).chain(after))?;
    }
    Ok(())
}

/// A row a team; the last is what nobody is known to own.
fn teams(report: &Report, _: &Org, rows: &mut Rows<'_>) -> io::Result<()> {
    rows.columns(&["team", "repositories", "components", "use_shared", "could", "unknown", "findings"])?;
    for it in &report.summary.ownership {
        let Share { n, of, unknown } = it.adoption;
        let of_team = report.repos.iter().filter(|repo| repo.team == it.team);
        rows.add([
            text(it.team.as_deref().unwrap_or("unowned")),
            number(it.repositories.len() as u64),
            number(it.components),
            number(n),
            number(of),
            number(unknown),
            number(of_team.map(|it| it.findings.len() as u64).sum()),
        ])?;
    }
    Ok(())
}

/// The inventory.
fn uses(_: &Report, org: &Org, rows: &mut Rows<'_>) -> io::Result<()> {
    rows.columns(&inventory::COLUMNS)?;
    for it in inventory::rows(org, &inventory::Filter::default()) {
        rows.add([
            text(it.repo),
            text(it.path),
            number(it.line.into()),
            closed(&it.kind),
            text(it.written),
            optional(it.host),
            optional(it.name.as_deref()),
            optional(it.subpath),
            optional(it.r#ref),
            optional(it.digest),
            optional(it.constraint),
            closed(&it.pin),
            closed(&it.owner),
            closed(&it.context),
            optional(it.via),
        ])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{SHEETS, harmless};

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("@sum(a1)", "'@sum(a1)"),
            ("-", "'-"),
            ("-3.5", "-3.5"),
            ("+1", "+1"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(harmless(cell.into()), written);
        }
    }

    #[test]
    fn sheets_are_sorted() {
        assert!(SHEETS.is_sorted_by_key(|it| it.name));
    }
}
