//! GitHub's workflow commands: findings as annotations of a run, the most important first.
//!
//! A step may set ten of each kind, and what is more is dropped without a word (GitHub Docs, "Usage limits" of workflow
//! annotations), so no more are written, and a line says how many there are. Values are escaped as `@actions/core` does.

use std::cmp::Reverse;
use std::io::{self, Write};

use crate::measure::findings::Finding;
use crate::output::words::counted;
use crate::report::{RepoReport, Report};
use crate::rules::{FindingLevel, FindingRule};

/// How many annotations of one kind a step may set.
pub(super) const MOST_OF_A_KIND: usize = 10;

/// Writes the annotations. Where one repository was scanned they stand at its files; files of several are not in the
/// workspace of the run, and are named in the text.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let is_alone = report.repos.len() == 1;
    let mut found: Vec<(&FindingRule, &RepoReport, &Finding)> = Vec::new();
    for repo in &report.repos {
        for finding in &repo.findings {
            found.extend(report.rules.iter().find(|it| it.id == finding.rule).map(|rule| (rule, repo, finding)));
        }
    }
    found.sort_by_key(|(rule, repo, finding)| (Reverse(rule.level), &repo.id, &finding.at, &rule.id));
    let mut left_out = 0;
    for level in [FindingLevel::Error, FindingLevel::Warning, FindingLevel::Note] {
        let of_level = found.iter().filter(|(rule, ..)| rule.level == level);
        left_out += of_level.clone().count().saturating_sub(MOST_OF_A_KIND);
        for (rule, repo, finding) in of_level.take(MOST_OF_A_KIND) {
            annotation(rule, repo, finding, is_alone, out)?;
        }
    }
    if left_out > 0 {
        let more = counted(left_out as u64, "finding", "findings");
        writeln!(out, "{more} more: GitHub shows ten of a kind. The SARIF files and the report have all of them.")?;
    }
    Ok(())
}

fn annotation(
    rule: &FindingRule,
    repo: &RepoReport,
    finding: &Finding,
    is_alone: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let at = &finding.at;
    if is_alone {
        let place = Annotated { path: &at.path, line: (at.line, at.end_line), column: (at.column, at.end_column) };
        at_file(rule.level, &rule.title, place, &finding.message, out)
    } else {
        let message = format!("{}/{}:{}: {}", repo.id, at.path, at.line, finding.message);
        anywhere(rule.level, &rule.title, &message, out)
    }
}

/// A place in the workspace of the run, with its first and last line and column.
#[derive(Clone, Copy)]
pub(super) struct Annotated<'a> {
    pub(super) path: &'a str,
    pub(super) line: (u32, u32),
    pub(super) column: (u32, u32),
}

/// An annotation at a file.
pub(super) fn at_file(
    level: FindingLevel,
    title: &str,
    place: Annotated<'_>,
    message: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Annotated { path, line: (line, end_line), column: (column, end_column) } = place;
    let (command, file, title, message) = (command(level), property(path), property(title), data(message));
    // Columns tell something within one line only.
    let columns = if line == end_line { format!(",col={column},endColumn={end_column}") } else { String::new() };
    writeln!(out, "::{command} file={file},line={line},endLine={end_line}{columns},title={title}::{message}")
}

/// An annotation at no file.
pub(super) fn anywhere(level: FindingLevel, title: &str, message: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "::{} title={}::{}", command(level), property(title), data(message))
}

fn command(level: FindingLevel) -> &'static str {
    match level {
        FindingLevel::Error => "error",
        FindingLevel::Warning => "warning",
        FindingLevel::Note => "notice",
    }
}

/// A message as a command may hold it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property as a command may hold it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn nothing_ends_a_command_early() {
        assert_eq!(data("50 %\r\n::error::x"), "50 %25%0D%0A::error::x");
        assert_eq!(property("a,b:c%\n"), "a%2Cb%3Ac%25%0A");
    }
}
