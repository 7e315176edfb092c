//! The page that `levelset scan` prints, in the order a reader asks: level and why, adoption, pipelines, what was found, what
//! to do next, what was not seen. With `-v` each part is in full, and the index, ways to provision and other evidence follow.

mod adoption;
mod evidence;
mod index;
mod level;
mod links;
mod pipelines;
mod provisioning;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use crate::output::printable;
use crate::output::words::{counted, gap_words, number, seen_and_not_seen};
use crate::report::Report;
use crate::report::summary::FindingCount;

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const OPEN: Style = AnsiColor::Yellow.on_default();

/// The width the page is made for at least.
pub const MIN_WIDTH: usize = 80;

/// How the page is written.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Columns of the terminal.
    pub width: usize,
    /// 0: the page; 1: every list in full, and the parts that few ask for.
    pub verbosity: u8,
    /// Whether the terminal makes links of what is marked as such.
    pub links: bool,
}

/// Writes the page.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, page: Page, out: &mut dyn Write) -> io::Result<()> {
    if !page.links {
        return parts(report, page, out);
    }
    let mut text = Vec::new();
    parts(report, page, &mut text)?;
    links::write(&String::from_utf8_lossy(&text), report, out)
}

/// The parts of the page, in their order.
fn parts(report: &Report, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let width = page.width.clamp(MIN_WIDTH, 120);
    heading(report, out)?;
    level::write(report, width, out)?;
    adoption::write(report, width, page, out)?;
    pipelines::write(report, width, page, out)?;
    pipelines::copies(report, width, page, out)?;
    findings(report, out)?;
    next(report, width, page, out)?;
    not_seen(report, width, page, out)?;
    if page.verbosity > 0 {
        writeln!(out)?;
        index::write(report, width, page, out)?;
        provisioning::write(report, width, out)?;
        evidence::write(report, width, page, out)?;
    }
    Ok(())
}

fn heading(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let it = &report.summary;
    let owners = match it.organisation.owners.as_slice() {
        [] => "no owner known".to_owned(),
        owners if owners.len() <= 3 => owners.join(", "),
        owners => format!("{} and {} more", owners[..2].join(", "), owners.len() - 2),
    };
    let teams = it.ownership.iter().filter(|it| it.team.is_some()).count() as u64;
    let teams = if teams == 0 { String::new() } else { format!(" · {}", counted(teams, "team", "teams")) };
    writeln!(
        out,
        "{STRONG}{}{STRONG:#} · {}{teams} · {} · as of {}\n",
        printable(&owners),
        counted(it.coverage.repositories, "repository", "repositories"),
        counted(it.coverage.files_seen, "file", "files"),
        it.as_of,
    )
}

fn names_below(text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for line in wrap(text, width - 6) {
        writeln!(out, "      {FAINT}{}{FAINT:#}", printable(&line))?;
    }
    Ok(())
}

/// A text below the heading of a section, its further lines a little further in.
fn lines(text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for (line, text) in wrap(text, width - 8).into_iter().enumerate() {
        writeln!(out, "      {}{}", if line == 0 { "" } else { "  " }, printable(&text))?;
    }
    Ok(())
}

fn findings(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let is_shown = |it: &&FindingCount| it.count > 0 || it.suppressed > 0;
    if !report.summary.findings.iter().any(|it| is_shown(&it)) {
        return Ok(());
    }
    writeln!(out, "  {STRONG}Findings{STRONG:#}")?;
    for it in report.summary.findings.iter().filter(is_shown) {
        let repositories = counted(it.repositories, "repository", "repositories");
        let suppressed = match it.suppressed {
            0 => String::new(),
            n => format!(", {} suppressed", number(n)),
        };
        writeln!(out, "  {:>6}  {:<28} {FAINT}in {repositories}{suppressed}{FAINT:#}", number(it.count), it.id)?;
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
    let coverage = &report.summary.coverage;
    let mut said = seen_and_not_seen(&report.summary);
    said.extend(coverage.notices.iter().cloned());
    writeln!(out, "  {STRONG}Seen and not seen{STRONG:#}")?;
    for text in said {
        for (line, text) in wrap(&text, width - 6).into_iter().enumerate() {
            writeln!(out, "    {}{}", if line == 0 { "" } else { "  " }, printable(&text))?;
        }
    }
    if page.verbosity > 0 {
        for gap in &report.gaps {
            let detail = if gap.detail.is_empty() { String::new() } else { format!(" ({})", gap.detail) };
            let text = format!("{}/{}:{}: {}{detail}", gap.repo, gap.path, gap.line, gap_words(gap.reason));
            for (line, text) in wrap(&text, width - 6).into_iter().enumerate() {
                writeln!(out, "    {}{FAINT}{}{FAINT:#}", if line == 0 { "" } else { "  " }, printable(&text))?;
            }
        }
    } else if !coverage.gaps.is_empty() {
        writeln!(out, "    {FAINT}-v lists every gap{FAINT:#}")?;
    }
    Ok(())
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
    use super::wrap;

    #[test]
    fn text_wraps_at_blanks() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("unbreakable", 3), ["unbreakable"]);
    }
}
