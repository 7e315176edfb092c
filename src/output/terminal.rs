//! The page that `levelset scan` prints: in the order a reader asks. Level and why, adoption, pipelines, what next,
//! what was not seen.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use crate::facts::{Artifact, Context, GapReason};
use crate::level::percent;
use crate::measure::Verdict;
use crate::output::inventory::printable;
use crate::report::{AdoptionRow, ClusterKind, Report, Share};
use crate::rules::Met;

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const OPEN: Style = AnsiColor::Yellow.on_default();

/// The width the page is made for at least.
pub const MIN_WIDTH: usize = 80;
const BAR: usize = 20;

/// How the page is written.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Columns of the terminal.
    pub width: usize,
    /// 0: the page; 1: with every gap and every list in full.
    pub verbosity: u8,
}

/// Writes the page.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let width = page.width.max(MIN_WIDTH).min(120);
    heading(report, out)?;
    level(report, width, out)?;
    adoption(report, out)?;
    pipelines(report, page, out)?;
    findings(report, out)?;
    next(report, width, page, out)?;
    not_seen(report, width, page, out)
}

fn heading(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let it = &report.summary;
    let owners = match it.organisation.owners.as_slice() {
        [] => "no owner known".to_owned(),
        owners if owners.len() <= 3 => owners.join(", "),
        owners => format!("{} and {} more", owners[..2].join(", "), owners.len() - 2),
    };
    writeln!(
        out,
        "{STRONG}{}{STRONG:#} · {} · {} · as of {}\n",
        printable(&owners),
        counted(it.coverage.repositories, "repository", "repositories"),
        counted(it.coverage.files_seen, "file", "files"),
        it.as_of,
    )
}

fn level(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let placement = &report.summary.level;
    let range = if placement.low == placement.high {
        format!("Level {}", placement.low)
    } else {
        format!("Level {} to {}", placement.low, placement.high)
    };
    let open = if placement.low == placement.high { "" } else { ": what is unknown decides" };
    let ladder = (0..=4_u8).map(|level| {
        if level <= placement.low {
            format!("{level} ●")
        } else if level <= placement.high {
            format!("{level} ◐")
        } else if level <= placement.judged_up_to {
            format!("{level} ○")
        } else {
            format!("{level} ·")
        }
    });
    writeln!(out, "  {STRONG}{range}{STRONG:#}{open}")?;
    writeln!(
        out,
        "  {}   {FAINT}levels above {} are not judged by this version{FAINT:#}\n",
        ladder.collect::<Vec<_>>().join(" ── "),
        placement.judged_up_to
    )?;
    for gate in &placement.gates {
        let (style, mark) = match gate.verdict {
            Verdict::Met => (GOOD, "✓ met    "),
            Verdict::NotMet => (BAD, "✗ not met"),
            Verdict::Unknown => (OPEN, "? unknown"),
            Verdict::NotApplicable => (FAINT, "– n/a    "),
        };
        let value = match gate.value.and_then(|it| it.of.map(|of| (it.number, of, it.unit))) {
            Some((number, (n, d), unit)) => format!("{} % ({n} of {d} {})", percent(number), unit.words(d)),
            None => "nothing to count".to_owned(),
        };
        let bound = match gate.met {
            Some(Met::AtLeast(bound)) => format!("gate ≥ {} %", percent(bound)),
            Some(Met::Below(bound)) => format!("gate < {} %", percent(bound)),
            None => String::new(),
        };
        writeln!(out, "  {style}{mark}{style:#}  {}", gate.title)?;
        for line in wrap(&format!("{value}; {bound}; levelset explain {}", gate.indicator), width - 13) {
            writeln!(out, "             {FAINT}{line}{FAINT:#}")?;
        }
    }
    writeln!(out)
}

fn adoption(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {STRONG}{:<42}  {:<19}calls{STRONG:#}", "Use of what the organisation shares", "repositories")?;
    for row in &report.summary.adoption {
        let name = match row.artifact {
            Some(artifact) => artifact_heading(artifact),
            None => "Any of these",
        };
        writeln!(out, "  {name:<17} {}  {:<19}{}", bar(row), share(row.repositories), share(row.calls))?;
    }
    writeln!(out)
}

fn bar(row: &AdoptionRow) -> String {
    let Share { n, of, .. } = row.repositories;
    if of == 0 {
        return format!("{FAINT}{}{FAINT:#}    –", "·".repeat(BAR));
    }
    let full = (n as usize * BAR) / of as usize;
    format!(
        "{GOOD}{}{GOOD:#}{FAINT}{}{FAINT:#} {:>3}%",
        "█".repeat(full),
        "░".repeat(BAR - full),
        percent(n as f64 / of as f64)
    )
}

fn share(it: Share) -> String {
    let unknown = if it.unknown > 0 { format!(" +{}?", it.unknown) } else { String::new() };
    if it.of == 0 && it.unknown == 0 {
        "–".to_owned()
    } else {
        format!("{} of {}{unknown}", number(it.n), number(it.of))
    }
}

fn artifact_heading(artifact: Artifact) -> &'static str {
    match artifact {
        Artifact::TerraformModule => "Terraform modules",
        Artifact::TerraformProvider => "Providers",
        Artifact::CiTemplate => "CI templates",
        Artifact::CiAction => "CI actions",
        Artifact::CiImage => "CI images",
        Artifact::BaseImage => "Base images",
        Artifact::CopiedImage => "Copied images",
        Artifact::HelmChart => "Helm charts",
    }
}

fn pipelines(report: &Report, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let it = &report.summary.pipelines;
    if it.running == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "  {STRONG}Pipelines{STRONG:#}   {} run, {} deliver: {} in {}, {} found once",
        number(it.running),
        number(it.delivery),
        counted(it.distinct_exact, "document", "documents"),
        counted(it.distinct_structures, "structure", "structures"),
        number(it.singletons),
    )?;
    let most = if page.verbosity > 0 { usize::MAX } else { 5 };
    for cluster in it.clusters.iter().take(most) {
        let file = cluster.members.first().map_or("", |it| it.path.rsplit('/').next().unwrap_or(&it.path));
        let what = match cluster.kind {
            ClusterKind::Callers => "call the same template, as".to_owned(),
            ClusterKind::Copies if cluster.variants == 1 => "keep the same copy of".to_owned(),
            ClusterKind::Copies => format!("keep copies in {} variants of", cluster.variants),
        };
        let repositories = counted(cluster.repositories, "repository", "repositories");
        writeln!(out, "              {repositories} {what} {} ({} steps)", printable(file), cluster.steps)?;
    }
    if it.clusters.len() > most {
        writeln!(out, "              {FAINT}{} more groups: -v{FAINT:#}", it.clusters.len() - most)?;
    }
    writeln!(out)
}

fn findings(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.summary.findings.iter().all(|it| it.count == 0) {
        return Ok(());
    }
    writeln!(out, "  {STRONG}Findings{STRONG:#}")?;
    for it in report.summary.findings.iter().filter(|it| it.count > 0) {
        let repositories = counted(it.repositories, "repository", "repositories");
        writeln!(out, "  {:>6}  {}  {FAINT}{repositories}, {}{FAINT:#}", number(it.count), it.title, it.id)?;
    }
    writeln!(out)
}

fn next(report: &Report, width: usize, page: Page, out: &mut dyn Write) -> io::Result<()> {
    if report.summary.next.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {STRONG}Next{STRONG:#}")?;
    for (n, step) in report.summary.next.iter().enumerate() {
        for (line, text) in wrap(&step.what, width - 6).into_iter().enumerate() {
            let number = if line == 0 { format!("{:>3}", n + 1) } else { "   ".to_owned() };
            writeln!(out, "{number}   {}", printable(&text))?;
        }
        if step.repositories.is_empty() {
            continue;
        }
        let most = if page.verbosity > 0 { usize::MAX } else { 4 };
        let mut names = step.repositories.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
        if step.repositories.len() > most {
            names = format!("{names} and {} more", step.repositories.len() - most);
        }
        for line in wrap(&names, width - 6) {
            writeln!(out, "      {FAINT}{}{FAINT:#}", printable(&line))?;
        }
    }
    writeln!(out)
}

fn not_seen(report: &Report, width: usize, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let it = &report.summary.coverage;
    let mut said = vec![format!(
        "{} of {} recognised, {} read",
        number(it.files_recognised),
        counted(it.files_seen, "file", "files"),
        number(it.files_read)
    )];
    let gaps: u64 = it.gaps.values().sum();
    if gaps > 0 {
        let reasons: Vec<String> =
            it.gaps.iter().map(|(reason, n)| format!("{} {}", number(*n), gap_words(*reason))).collect();
        said.push(format!("gaps in {}: {}", counted(gaps, "file", "files"), reasons.join(", ")));
    }
    if !it.unread_pipelines.is_empty() {
        let systems: Vec<String> =
            it.unread_pipelines.iter().map(|(system, n)| format!("{system} {}", number(*n))).collect();
        said.push(format!("pipelines counted, not read: {}", systems.join(", ")));
    }
    if it.not_checked_out > 0 {
        said.push(format!("{} not checked out", counted(it.not_checked_out, "tracked file", "tracked files")));
    }
    if !it.filtered.is_empty() {
        let filtered: Vec<String> =
            it.filtered.iter().map(|(context, n)| format!("{} {}", number(*n), context_words(*context))).collect();
        said.push(format!("uses that don't count: {}", filtered.join(", ")));
    }
    if it.without_identity > 0 {
        let repositories = counted(it.without_identity, "repository", "repositories");
        said.push(format!("{repositories} without a remote: what is the organisation's own can't be told there"));
    }
    said.extend(it.notices.iter().cloned());
    writeln!(out, "  {STRONG}Seen and not seen{STRONG:#}")?;
    for text in said {
        for (line, text) in wrap(&text, width - 6).into_iter().enumerate() {
            writeln!(out, "    {}{}", if line == 0 { "" } else { "  " }, printable(&text))?;
        }
    }
    if page.verbosity > 0 {
        for gap in &report.gaps {
            let detail = if gap.detail.is_empty() { String::new() } else { format!(" ({})", gap.detail) };
            let place = printable(&format!("{}/{}:{}", gap.repo, gap.path, gap.line));
            writeln!(out, "    {FAINT}{place}: {}{}{FAINT:#}", gap_words(gap.reason), printable(&detail))?;
        }
    } else if gaps > 0 {
        writeln!(out, "    {FAINT}-v lists every gap{FAINT:#}")?;
    }
    Ok(())
}

/// A gap's reason in words.
fn gap_words(reason: GapReason) -> &'static str {
    match reason {
        GapReason::Binary => "binary",
        GapReason::Encrypted => "encrypted",
        GapReason::FormatNotRead => "in a format that is not read",
        GapReason::InternalError => "on which extraction failed (a bug: please report it)",
        GapReason::NameNotUtf8 => "with a name that is not UTF-8",
        GapReason::NotUtf8 => "not UTF-8",
        GapReason::SpecialFile => "not a regular file",
        GapReason::Syntax => "with broken syntax",
        GapReason::Templated => "templated",
        GapReason::TooLarge => "too large",
        GapReason::TooComplex => "too complex",
        GapReason::Unreadable => "unreadable",
        GapReason::InvalidReference => "with an invalid reference",
        GapReason::Unresolved => "with an unresolved value",
    }
}

fn context_words(context: Context) -> &'static str {
    match context {
        Context::Production => "in production",
        Context::Example => "in examples",
        Context::Test => "in tests",
        Context::Vendored => "in vendored code",
        Context::Generated => "in generated files",
        Context::Template => "in templates",
    }
}

/// A number with separators: `31,204`.
fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// Breaks a text into lines of at most this width, at blanks; a word longer than a line stays whole.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{number, wrap};

    #[test]
    fn numbers_have_separators() {
        assert_eq!(number(7), "7");
        assert_eq!(number(1_000), "1,000");
        assert_eq!(number(31_204), "31,204");
    }

    #[test]
    fn text_wraps_at_blanks() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("unbreakable", 3), ["unbreakable"]);
    }
}
