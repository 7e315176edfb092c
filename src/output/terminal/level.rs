//! Where the organisation stands, and why: the ladder, the gates of what is reached and of what comes next.

use std::io::{self, Write};

use super::{BAD, FAINT, GOOD, OPEN, STRONG, wrap};
use crate::level::Gate;
use crate::measure::Verdict;
use crate::output::words::{gate_words, possible_level};
use crate::report::Report;

/// Writes it.
pub(super) fn write(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let (level, stage) = (&report.summary.level, &report.summary.stage);
    let ladder = (0..=4_u8).map(|step| match step {
        _ if step <= level.low => format!("{step} ●"),
        _ if step <= level.high => format!("{step} ◐"),
        _ => format!("{step} ○"),
    });
    let stage_words = format!("stage {} of 5, {}", stage.low, stage.name.to_lowercase());
    writeln!(out, "  {STRONG}Level {}{STRONG:#}  {}", level.low, level.name)?;
    writeln!(out, "  {}   {FAINT}{stage_words}{FAINT:#}", ladder.collect::<Vec<_>>().join(" ── "))?;
    if let Some(words) = possible_level(level) {
        writeln!(out, "  {OPEN}{words}{OPEN:#}")?;
    }
    if level.configured_for > level.low {
        writeln!(out, "  {FAINT}files show what level {} asks for, as far as they can{FAINT:#}", level.configured_for)?;
    }
    writeln!(out)?;
    // What is reached, and what comes next; what comes after that rests on it.
    let shown = |it: &&Gate| it.level <= level.low + 1;
    for it in level.gates.iter().filter(shown) {
        gate(it, width, out)?;
    }
    if let Some(advice) = level.advice.as_ref().or(stage.advice.as_ref()) {
        for line in wrap(advice, width - 4) {
            writeln!(out, "    {OPEN}{line}{OPEN:#}")?;
        }
    }
    if let Some(first) = level.gates.iter().find(shown) {
        writeln!(out, "    {FAINT}how it is measured: levelset explain {}{FAINT:#}", first.indicator)?;
    }
    writeln!(out)
}

fn gate(gate: &Gate, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let (style, mark) = match gate.verdict {
        Verdict::Met => (GOOD, "✓"),
        Verdict::NotMet => (BAD, "✗"),
        Verdict::Unknown => (OPEN, "?"),
        Verdict::NotApplicable => (FAINT, "–"),
    };
    for (line, text) in wrap(&gate.title, width - 4).into_iter().enumerate() {
        writeln!(out, "  {style}{}{style:#} {text}", if line == 0 { mark } else { " " })?;
    }
    for line in wrap(&gate_words(gate), width - 6) {
        writeln!(out, "      {FAINT}{line}{FAINT:#}")?;
    }
    Ok(())
}
