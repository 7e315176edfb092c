//! The evidence: one row a marker, and how many there are of each kind.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use crate::facts::{Context, Marker, MarkerKind, Mode, Said};
use crate::org::Org;
use crate::output::printable;
use crate::output::table::{self, word};

/// One marker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row<'a> {
    /// The repository that it lies in.
    pub repo: &'a str,
    /// The file.
    pub path: &'a str,
    /// The line.
    pub line: u32,
    /// What it is evidence of.
    pub marker: MarkerKind,
    /// The tool whose format it has.
    pub tool: Option<&'a str>,
    /// What it calls itself.
    pub name: Option<&'a str>,
    /// How it acts.
    pub mode: Option<Mode>,
    /// What the place is evidence of.
    pub context: Context,
    /// What else it says.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub says: &'a BTreeMap<Said, BTreeSet<String>>,
}

/// What the reader wants to see; everything where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these kinds.
    pub kinds: Vec<MarkerKind>,
    /// Only of these tools.
    pub tools: Vec<String>,
    /// Only those that act so.
    pub modes: Vec<Mode>,
    /// Only these contexts.
    pub contexts: Vec<Context>,
}

impl Filter {
    fn wants(&self, marker: &Marker) -> bool {
        let Filter { kinds, tools, modes, contexts } = self;
        let is_of = |tool: &String| marker.tool.as_deref() == Some(tool);
        (kinds.is_empty() || kinds.contains(&marker.kind))
            && (tools.is_empty() || tools.iter().any(is_of))
            && (modes.is_empty() || marker.mode.is_some_and(|it| modes.contains(&it)))
            && (contexts.is_empty() || contexts.contains(&marker.context))
    }
}

/// The rows, by repository, path and line.
pub fn rows<'a>(org: &'a Org, filter: &Filter) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    for repo in &org.repos {
        rows.extend(repo.facts.markers.iter().filter(|it| filter.wants(it)).map(|it| Row {
            repo: &repo.id,
            path: &it.at.path,
            line: it.at.line,
            marker: it.kind,
            tool: it.tool.as_deref(),
            name: it.name.as_deref(),
            mode: it.mode,
            context: it.context,
            says: &it.says,
        }));
    }
    rows.sort_by_key(|it| (it.repo, it.path, it.line, it.marker, it.tool, it.name));
    rows
}

/// Writes JSON lines.
///
/// # Errors
/// Those of the writer.
pub fn write_jsonl(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    for row in rows {
        serde_json::to_writer(&mut *out, row)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Writes CSV with a heading line; what a marker says stands in one column, `key=text` parted by `; `.
///
/// # Errors
/// Those of the writer.
pub fn write_csv(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["repo", "path", "line", "marker", "tool", "name", "mode", "context", "says"])?;
    for row in rows {
        let mode = row.mode.map_or(String::new(), |it| word(&it));
        csv.write_record([
            row.repo,
            row.path,
            &row.line.to_string(),
            &word(&row.marker),
            row.tool.unwrap_or(""),
            row.name.unwrap_or(""),
            &mode,
            &word(&row.context),
            &said(row),
        ])?;
    }
    csv.flush()
}

/// What a marker says, in one line.
fn said(row: &Row<'_>) -> String {
    let said = row.says.iter().flat_map(|(key, texts)| texts.iter().map(|text| format!("{}={text}", word(key))));
    said.collect::<Vec<_>>().join("; ")
}

/// Writes a table for people. Control characters of hostile names are shown as escapes.
///
/// # Errors
/// Those of the writer.
pub fn write_table(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    let mut lines = vec![["MARKER", "TOOL", "NAME", "MODE", "CONTEXT", "WHERE"].map(str::to_owned).to_vec()];
    for row in rows {
        lines.push(vec![
            word(&row.marker),
            printable(row.tool.unwrap_or("-")),
            printable(row.name.unwrap_or("-")),
            row.mode.map_or("-".to_owned(), |it| word(&it)),
            word(&row.context),
            printable(&format!("{}/{}:{}", row.repo, row.path, row.line)),
        ]);
    }
    table::write(&lines, out)?;
    let n = rows.len();
    writeln!(out, "{n} {}", if n == 1 { "marker" } else { "markers" })
}

/// Writes how many markers there are of each kind, tool and mode, and in how many repositories.
///
/// # Errors
/// Those of the writer.
pub fn write_counts(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    type Like<'a> = (MarkerKind, Option<&'a str>, Option<Mode>);
    let mut counts: BTreeMap<Like<'_>, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for row in rows {
        let (n, repos) = counts.entry((row.marker, row.tool, row.mode)).or_default();
        *n += 1;
        repos.insert(row.repo);
    }
    let mut lines = vec![["MARKER", "TOOL", "MODE", "PLACES", "REPOSITORIES"].map(str::to_owned).to_vec()];
    for ((kind, tool, mode), (n, repos)) in &counts {
        lines.push(vec![
            word(kind),
            printable(tool.unwrap_or("-")),
            mode.map_or("-".to_owned(), |it| word(&it)),
            n.to_string(),
            repos.len().to_string(),
        ]);
    }
    table::write(&lines, out)
}
