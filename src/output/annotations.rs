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
const MOST_OF_A_KIND: usize = 10;

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
    let command = match rule.level {
        FindingLevel::Error => "error",
        FindingLevel::Warning => "warning",
        FindingLevel::Note => "notice",
    };
    let at = &finding.at;
    let title = property(&rule.title);
    if is_alone {
        let file = property(&at.path);
        let (line, end_line) = (at.line, at.end_line);
        // Columns tell something within one line only.
        let columns =
            if line == end_line { format!(",col={},endColumn={}", at.column, at.end_column) } else { String::new() };
        let message = data(&finding.message);
        writeln!(out, "::{command} file={file},line={line},endLine={end_line}{columns},title={title}::{message}")
    } else {
        let message = data(&format!("{}/{}:{}: {}", repo.id, at.path, at.line, finding.message));
        writeln!(out, "::{command} title={title}::{message}")
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
