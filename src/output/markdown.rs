//! The report in Markdown: for a job's summary, an issue, a wiki.
//!
//! GitHub refuses a summary of more than 1 MiB, so each list is cut at its most important rows, and the whole at
//! [`MAX_BYTES`]; what is left out is said, with where it is. Texts of others are escaped, so that none is markup.

use std::io::{self, Write};

use crate::measure::Verdict;
use crate::output::links::blob;
use crate::output::words::{
    artifact_heading, cluster_words, counted, gate_words, number, percents, possible_level, seen_and_not_seen, share,
    tenants_words,
};
use crate::report::Report;
use crate::report::summary::AdoptionRow;
use crate::rules::Unit;

/// How long the report may be, in bytes.
pub const MAX_BYTES: usize = 900 * 1024;

/// How many rows a list has at most.
const MOST_ROWS: usize = 25;
/// How many repositories a line names at most.
const MOST_NAMES: usize = 8;
/// How many characters of one text are shown.
const MOST_CHARACTERS: usize = 400;

/// Where all of it is.
const ALL_OF_IT: &str = "`summary.json` has all of them";

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut left = MAX_BYTES;
    for section in [
        heading(report),
        gates(report),
        next(report),
        adoption(report),
        teams(report),
        pipelines(report),
        findings(report),
        not_seen(report),
    ] {
        if section.len() + CUT.len() > left {
            return out.write_all(CUT.as_bytes());
        }
        left -= section.len();
        out.write_all(section.as_bytes())?;
    }
    Ok(())
}

/// What stands where the report ends early.
const CUT: &str = "\n*The report is longer than a summary may be; `report.html` and `summary.json` have all of it.*\n";

fn heading(report: &Report) -> String {
    let it = &report.summary;
    let (level, stage) = (&it.level, &it.stage);
    let ladder = (0..=4_u8).map(|step| match step {
        _ if step <= level.low => format!("**{step} ●**"),
        _ if step <= level.high => format!("{step} ◐"),
        _ => format!("{step} ○"),
    });
    let ladder = ladder.collect::<Vec<_>>().join(" — ");
    let possible = possible_level(level).map(|it| format!("; {it}")).unwrap_or_default();
    let owners = match it.organisation.owners.as_slice() {
        [] => "no owner known".to_owned(),
        owners => names(owners),
    };
    format!(
        "# Level {}: {}\n\n{ladder}  \nstage {} of 5, {}{possible}\n\n{owners} · {} · {} · as of {}\n",
        level.low,
        escape(&level.name),
        stage.low,
        escape(&stage.name.to_lowercase()),
        counted(it.coverage.repositories, "repository", "repositories"),
        counted(it.coverage.files_seen, "file", "files"),
        it.as_of,
    )
}

/// The gates of what is reached and of the level after it.
fn gates(report: &Report) -> String {
    let level = &report.summary.level;
    let rows = level.gates.iter().filter(|it| it.level <= level.low + 1).map(|it| {
        let mark = match it.verdict {
            Verdict::Met => "✓ met",
            Verdict::NotMet => "✗ not met",
            Verdict::Unknown => "? open",
            Verdict::NotApplicable => "– not applicable",
        };
        vec![mark.to_owned(), it.level.to_string(), escape(&it.title), escape(&gate_words(it))]
    });
    section("Why", &["", "level", "gate", "what files and people say"], rows.collect(), 0)
}

fn next(report: &Report) -> String {
    let steps = &report.summary.next;
    if steps.is_empty() {
        return String::new();
    }
    let mut text = String::from("\n## Next\n\n");
    for (number, step) in steps.iter().enumerate() {
        let repositories = if step.repositories.is_empty() { String::new() } else { names(&step.repositories) };
        let below = if repositories.is_empty() { String::new() } else { format!("  \n   {repositories}") };
        text.push_str(&format!("{}. {}{below}\n", number + 1, escape(&step.what)));
    }
    text
}

fn adoption(report: &Report) -> String {
    let of_unit = |row: &AdoptionRow, unit: Unit| {
        row.units.iter().find(|it| it.unit == unit).map(|it| it.any).unwrap_or_default()
    };
    let rows = report.summary.adoption.iter().map(|row| {
        let all = row.repositories.of + row.repositories.unknown;
        vec![
            row.artifact.map_or("**any of these**".to_owned(), |it| artifact_heading(it).to_owned()),
            if all == 0 { "–".to_owned() } else { percents(row.repositories) },
            share(row.repositories),
            share(of_unit(row, Unit::Components)),
            share(of_unit(row, Unit::Teams)),
            share(row.calls),
        ]
    });
    let columns = ["", "of repositories", "repositories", "components", "teams", "calls"];
    let mut text = section("Use of what the organisation shares", &columns, rows.collect(), 0);
    for row in report.summary.tenants.iter().take(MOST_ROWS) {
        text.push_str(&format!("\n{}\n", escape(&tenants_words(row))));
    }
    text
}

fn teams(report: &Report) -> String {
    let ownership = &report.summary.ownership;
    if ownership.iter().all(|it| it.team.is_none()) {
        return String::new();
    }
    let gates: Vec<&str> = report.summary.level.gates.iter().map(|it| it.indicator.as_str()).collect();
    let of_team = |team: &Option<String>, verdict: Verdict| {
        let indicators = report.summary.indicators.iter().filter(|it| gates.contains(&it.id.as_str()));
        indicators.flat_map(|it| &it.teams).filter(|it| it.team == *team && it.verdict == verdict).count()
    };
    let rows = ownership.iter().map(|it| {
        vec![
            it.team.as_deref().map_or("*unowned*".to_owned(), escape),
            number(it.repositories.len() as u64),
            number(it.components),
            share(it.adoption),
            format!("{} met, {} not", of_team(&it.team, Verdict::Met), of_team(&it.team, Verdict::NotMet)),
        ]
    });
    let columns = ["team", "repositories", "components", "use what is shared", "gates by its own files"];
    section("Teams", &columns, rows.collect(), ownership.len())
}

fn pipelines(report: &Report) -> String {
    let it = &report.summary.pipelines;
    if it.running == 0 {
        return String::new();
    }
    let systems = it.systems.iter().map(|it| format!("{} {}", escape(it.system.name()), number(it.running)));
    let mut text = format!(
        "\n## Pipelines\n\n{} for delivery of {} that run: {}, {} found once. {}.\n",
        number(it.delivery),
        number(it.running),
        counted(it.distinct_structures, "structure", "structures"),
        number(it.singletons),
        systems.collect::<Vec<_>>().join(", "),
    );
    let headline: Vec<_> = it.clusters.iter().filter(|it| it.delivers && it.repositories > 1).collect();
    if !headline.is_empty() {
        text.push('\n');
    }
    for cluster in headline.iter().take(MOST_ROWS) {
        text.push_str(&format!("- {}\n", escape(&cluster_words(cluster))));
    }
    if headline.len() > MOST_ROWS {
        text.push_str(&format!("- and {} more groups; {ALL_OF_IT}\n", headline.len() - MOST_ROWS));
    }
    text
}

fn findings(report: &Report) -> String {
    let counts = report.summary.findings.iter().filter(|it| it.count > 0).map(|it| {
        vec![number(it.count), code(&it.id), escape(&it.title), counted(it.repositories, "repository", "repositories")]
    });
    let counts: Vec<Vec<String>> = counts.collect();
    if counts.is_empty() {
        return String::new();
    }
    let mut text = section("Findings", &["", "rule", "what it is", "in"], counts, 0);
    let mut found: Vec<_> =
        report.repos.iter().flat_map(|repo| repo.findings.iter().map(move |it| (repo, it))).collect();
    let level = |id: &str| report.rules.iter().find(|it| it.id == id).map(|it| it.level);
    found.sort_by_key(|(repo, it)| (std::cmp::Reverse(level(&it.rule)), &repo.id, &it.at, &it.rule));
    let rows = found.iter().take(MOST_ROWS).map(|(repo, it)| {
        let place = code(&format!("{}/{}:{}", repo.id, it.at.path, it.at.line));
        // Addresses are percent-encoded throughout, so that nothing in one ends it.
        let pages = repo.identity.as_ref().zip(repo.commit.as_ref()).and_then(|(who, commit)| blob(who, commit));
        let place = match pages {
            Some(pages) => format!("[{place}]({})", pages.file(&it.at.path, it.at.line)),
            None => place,
        };
        vec![place, escape(&it.message)]
    });
    let n_found = found.len();
    text.push_str(&table(&["where", "what"], rows.collect()));
    if n_found > MOST_ROWS {
        text.push_str(&format!(
            "\nThe first {MOST_ROWS} of {}; the SARIF files have all of them.\n",
            counted(n_found as u64, "finding", "findings")
        ));
    }
    text
}

fn not_seen(report: &Report) -> String {
    let said = seen_and_not_seen(&report.summary);
    let said = said.iter().chain(report.summary.coverage.notices.iter().take(MOST_ROWS));
    let lines: String = said.map(|it| format!("- {}\n", escape(it))).collect();
    format!("\n## Seen and not seen\n\n{lines}\n*levelset {}*\n", report.summary.tool.version)
}

/// A heading with a table below it; nothing where it has no rows. Of `total` rows, where that is more than are shown, it
/// says so.
fn section(heading: &str, columns: &[&str], mut rows: Vec<Vec<String>>, total: usize) -> String {
    if rows.is_empty() {
        return String::new();
    }
    rows.truncate(MOST_ROWS);
    let more = total.saturating_sub(rows.len());
    let more = if more > 0 { format!("\nand {more} more; {ALL_OF_IT}\n") } else { String::new() };
    format!("\n## {heading}\n{}{more}", table(columns, rows))
}

fn table(columns: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut text = format!("\n| {} |\n|{}\n", columns.join(" | "), "---|".repeat(columns.len()));
    for row in rows {
        text.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    text
}

/// The first names of a list, and how many more there are.
fn names(all: &[String]) -> String {
    let shown: Vec<String> = all.iter().take(MOST_NAMES).map(|it| escape(it)).collect();
    let more = all.len().saturating_sub(MOST_NAMES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// A text in which nothing is markup, on one line: what CommonMark or GitHub's dialect reads as such is escaped, mentions
/// and references to issues too; what shows nothing, or turns the order of what is shown, is left out.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in shown(text) {
        match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '!' | '|' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            // A mention would tell somebody of a report that isn't about them.
            '@' => escaped.push_str("&#64;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A text as code, in a fence that is longer than any within it.
pub(super) fn code(text: &str) -> String {
    let text: String = shown(text).collect();
    let longest = text.split(|it| it != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    // A cell of a table ends at a bar, also within code.
    format!("{fence}{space}{}{space}{fence}", text.replace('|', "\\|"))
}

/// The characters of a text that can be shown on a line, as many as are shown.
fn shown(text: &str) -> impl Iterator<Item = char> {
    let is_hidden = |c: &char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let cut = if text.chars().count() > MOST_CHARACTERS { "…" } else { "" };
    let on_a_line = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(MOST_CHARACTERS).chain(cut.chars()).filter(move |c| !is_hidden(c)).map(on_a_line)
}

#[cfg(test)]
mod tests {
    use super::{MOST_CHARACTERS, code, escape};

    #[test]
    fn nothing_is_markup() {
        for (text, escaped) in [
            ("plain words, 5 of 8", "plain words, 5 of 8"),
            ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert\\(1\\)&gt;"),
            ("a|b\n# c", "a\\|b \\# c"),
            ("[x](javascript:y)", "\\[x\\]\\(javascript:y\\)"),
            ("@acme/team *now*", "&#64;acme/team \\*now\\*"),
            ("a\u{202e}b\u{200b}c", "abc"),
        ] {
            assert_eq!(escape(text), escaped);
        }
        assert_eq!(escape(&"x".repeat(9_999)).chars().count(), MOST_CHARACTERS + 1);
    }

    #[test]
    fn code_ends_where_it_should() {
        for (text, shown) in [("a/b.tf:1", "`a/b.tf:1`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("a|b\n", "`a\\|b `")] {
            assert_eq!(code(text), shown);
        }
    }
}
