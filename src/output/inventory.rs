//! The inventory: one row a use, whatever its owner or context. A stable contract: names and meanings of the columns
//! don't change.

use std::io::{self, Write};

use serde::Serialize;

use crate::facts::{Artifact, Context, Use};
use crate::org::owner::Owner;
use crate::org::{Org, full_name};
use crate::origin::{Origin, Pin, Version};
use crate::output::printable;
use crate::output::table::{self, word};

/// One use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row<'a> {
    /// The repository that uses it.
    pub repo: &'a str,
    /// The file.
    pub path: &'a str,
    /// The line.
    pub line: u32,
    /// What kind of thing.
    pub kind: Artifact,
    /// The value as it stands in the file.
    pub written: &'a str,
    /// The host it comes from.
    pub host: Option<&'a str>,
    /// Its name there.
    pub name: Option<String>,
    /// The folder or file within.
    pub subpath: Option<&'a str>,
    /// The git ref or image tag.
    pub r#ref: Option<&'a str>,
    /// The content digest.
    pub digest: Option<&'a str>,
    /// The version constraint.
    pub constraint: Option<&'a str>,
    /// How firmly the version is held.
    pub pin: Pin,
    /// Whose it is.
    pub owner: Owner,
    /// What the place is evidence of.
    pub context: Context,
    /// Where a value came from that the file does not give.
    pub via: Option<&'a str>,
    /// Why it could not be resolved: a column of its own where only such uses are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What the reader wants to see; everything where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these kinds.
    pub kinds: Vec<Artifact>,
    /// Only these contexts.
    pub contexts: Vec<Context>,
    /// Only these owners.
    pub owners: Vec<Owner>,
    /// Only what could not be resolved, with the reason.
    pub unresolved: bool,
}

/// The rows, sorted by repository, path, line, kind and name.
pub fn rows<'a>(org: &'a Org, filter: &Filter) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    for repo in &org.repos {
        for (usage, link) in repo.linked_uses() {
            let wanted = (filter.kinds.is_empty() || filter.kinds.contains(&usage.artifact))
                && (filter.contexts.is_empty() || filter.contexts.contains(&usage.context))
                && (filter.owners.is_empty() || filter.owners.contains(&link.owner));
            let reason = if filter.unresolved { unresolved(usage) } else { None };
            if !wanted || filter.unresolved && reason.is_none() {
                continue;
            }
            let (host, name, subpath) = place(&usage.origin);
            // What lies outside of the repository isn't the repository's.
            let is_own = matches!(&usage.origin, Origin::Local { path } if !leads_out(path));
            let own_name = || repo.facts.repo.identity.as_ref().map(full_name);
            // A chart goes by its own name, wherever in a repository it lies.
            let in_full = |name: Option<String>| match subpath.filter(|_| usage.artifact == Artifact::HelmChart) {
                Some(path) => name.map(|it| format!("{it}/{}", path.rsplit('/').next().unwrap_or(path))),
                None => name,
            };
            let row = Row {
                repo: &repo.id,
                path: &usage.at.path,
                line: usage.at.line,
                kind: usage.artifact,
                written: &usage.written,
                host: host.or(is_own.then(|| repo.facts.repo.identity.as_ref().map(|it| it.host.as_str())).flatten()),
                name: in_full(if is_own { own_name() } else { name }),
                subpath,
                r#ref: usage.version.reference.as_deref(),
                digest: usage.version.digest.as_deref(),
                constraint: usage.version.constraint.as_deref(),
                // Nothing is held by an address that its tool refuses, nor by a path that leads out of the repository.
                pin: if is_lost(&usage.origin) { Pin::Dynamic } else { link.pin },
                owner: link.owner,
                context: usage.context,
                via: usage.via.as_deref(),
                reason,
            };
            // The file itself says no version where the source that it names brings one: that is a further row.
            if is_version_supplied(usage) && !filter.unresolved {
                rows.push(Row { r#ref: None, digest: None, pin: Pin::Dynamic, via: None, ..row.clone() });
            }
            rows.push(row);
        }
    }
    rows.sort_by(|a, b| {
        let last = |it: &Row<'a>| (it.written, it.via);
        (a.repo, a.path, a.line, a.kind, &a.name, last(a)).cmp(&(b.repo, b.path, b.line, b.kind, &b.name, last(b)))
    });
    rows
}

/// Whether the version of a chart or of manifests comes from a source that another object declares.
fn is_version_supplied(usage: &Use) -> bool {
    let is_delivered = matches!(usage.artifact, Artifact::HelmChart | Artifact::KustomizeBase);
    is_delivered && usage.via.is_some() && (usage.version.reference.is_some() || usage.version.digest.is_some())
}

/// Why a use could not be resolved, where it couldn't.
fn unresolved(usage: &Use) -> Option<String> {
    let Version { pin, reference, constraint, digest } = &usage.version;
    match &usage.origin {
        Origin::Dynamic { prefix: _, reason } => Some(reason.clone()),
        Origin::Invalid { reason } => Some(format!("refused: {reason}")),
        Origin::Local { path } if leads_out(path) => {
            Some("it lies outside of the repository, and nothing there fetches it".to_owned())
        }
        Origin::Image { .. }
        | Origin::Local { .. }
        | Origin::Registry { .. }
        | Origin::Repo { .. }
        | Origin::ServerSide { .. }
        | Origin::Url { .. } => {
            let open = [digest, reference, constraint].into_iter().flatten().next();
            let version = open.map_or(String::new(), |it| format!(": {it}"));
            (*pin == Pin::Dynamic).then(|| format!("the version is an expression{version}"))
        }
    }
}

/// Whether nothing is known of what is used but what is written.
fn is_lost(origin: &Origin) -> bool {
    match origin {
        Origin::Invalid { .. } => true,
        Origin::Local { path } => leads_out(path),
        Origin::Dynamic { .. }
        | Origin::Image { .. }
        | Origin::Registry { .. }
        | Origin::Repo { .. }
        | Origin::ServerSide { .. }
        | Origin::Url { .. } => false,
    }
}

/// Whether a path leads out of its repository.
fn leads_out(path: &str) -> bool {
    path == ".." || path.starts_with("../")
}

/// Host, name and place within of an origin.
fn place(origin: &Origin) -> (Option<&str>, Option<String>, Option<&str>) {
    let within = |path: &'_ str| -> Option<()> { (!path.is_empty()).then_some(()) };
    match origin {
        Origin::Local { path } => (None, None, within(path).map(|()| path.as_str())),
        Origin::Repo { host, owner, name, path } => {
            let name = if owner.is_empty() { name.clone() } else { format!("{owner}/{name}") };
            // The GitLab that runs a pipeline may be unknown.
            let host = Some(host.as_str()).filter(|it| !it.is_empty());
            (host, Some(name), within(path).map(|()| path.as_str()))
        }
        Origin::Registry { host, name, path } => (Some(host), Some(name.clone()), within(path).map(|()| path.as_str())),
        Origin::Image { registry, repository } => (Some(registry), Some(repository.clone()), None),
        // A file of the machine that runs the tool has no host.
        Origin::Url { host, path } if host.is_empty() => {
            (None, Some(path.strip_suffix(".git").unwrap_or(path).to_owned()), None)
        }
        Origin::Url { host, path } => (Some(host), Some(path.trim_start_matches('/').to_owned()), None),
        Origin::ServerSide { name } => (None, Some(name.clone()), None),
        Origin::Dynamic { .. } | Origin::Invalid { .. } => (None, None, None),
    }
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

/// Writes CSV with a heading line.
///
/// # Errors
/// Those of the writer.
pub fn write_csv(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    if rows.is_empty() {
        csv.write_record(COLUMNS)?;
    }
    for row in rows {
        csv.serialize(row)?;
    }
    csv.flush()
}

/// The names of the columns, where no reasons are asked for.
pub(super) const COLUMNS: [&str; 15] = [
    "repo",
    "path",
    "line",
    "kind",
    "written",
    "host",
    "name",
    "subpath",
    "ref",
    "digest",
    "constraint",
    "pin",
    "owner",
    "context",
    "via",
];

/// Writes a table for people: what is used, at which version, whose, and where; of what could not be resolved, why not
/// in place of the version. Control characters of hostile names are shown as escapes.
///
/// # Errors
/// Those of the writer.
pub fn write_table(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    let is_unresolved = rows.iter().any(|it| it.reason.is_some());
    let heading = match is_unresolved {
        true => ["KIND", "WRITTEN", "WHY NOT", "OWNER", "CONTEXT", "WHERE"].map(str::to_owned).to_vec(),
        false => ["KIND", "NAME", "VERSION", "PIN", "OWNER", "CONTEXT", "WHERE"].map(str::to_owned).to_vec(),
    };
    let mut lines: Vec<Vec<String>> = vec![heading];
    for row in rows {
        let mut line = vec![word(&row.kind)];
        if let Some(reason) = &row.reason {
            line.extend([printable(row.written), printable(reason)]);
        } else {
            let name = match (&row.name, row.subpath) {
                (Some(name), Some(path)) => format!("{name}//{path}"),
                (Some(name), None) => name.clone(),
                (None, _) => row.written.to_owned(),
            };
            let version = row.digest.or(row.r#ref).or(row.constraint).unwrap_or("-");
            line.extend([printable(&name), printable(version), word(&row.pin)]);
        }
        line.extend([
            row.owner.id().to_owned(),
            word(&row.context),
            printable(&format!("{}/{}:{}", row.repo, row.path, row.line)),
        ]);
        lines.push(line);
    }
    table::write(&lines, out)?;
    let n = rows.len();
    writeln!(out, "{n} {}", if n == 1 { "use" } else { "uses" })
}
