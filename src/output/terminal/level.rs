//! Where the organisation stands, and why: the ladder, the gates of what is reached and of what comes next.

use std::io::{self, Write};

use super::{BAD, FAINT, GOOD, OPEN, STRONG, counted, number, percents, wrap};
use crate::level::Gate;
use crate::measure::{AnswerStanding, Value, Verdict};
use crate::report::Report;
use crate::report::summary::Share;
use crate::rules::{Basis, Met, Unit, percent};

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
    if level.high > level.low {
        let open = level.gates.iter().filter(|it| it.level <= level.high && is_unanswered(it)).count();
        let answers = counted(open as u64, "answer is missing", "answers are missing");
        let words = match open {
            0 => format!("could be level {}: not all of it can be told", level.high),
            _ => format!("could be up to level {}: {answers} (levelset assess)", level.high),
        };
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

fn is_unanswered(gate: &Gate) -> bool {
    matches!(gate.answer, Some(AnswerStanding::Unanswered | AnswerStanding::Expired))
}

fn gate(gate: &Gate, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let (style, mark) = match gate.verdict {
        Verdict::Met => (GOOD, "✓"),
        Verdict::NotMet => (BAD, "✗"),
        Verdict::Unknown => (OPEN, "?"),
        Verdict::NotApplicable => (FAINT, "–"),
    };
    let unknown = gate.unknown;
    let value = match gate.value {
        Some(Value { of: Some((n, of)), unit, .. }) => {
            let share = Share { n, of, unknown };
            let unknown = if unknown > 0 { format!(", {unknown} unknown") } else { String::new() };
            format!("{}: {} of {} {}{unknown}", percents(share), number(n), number(of), unit.words(of))
        }
        Some(value) if value.unit == Unit::Places => format!("{} of evidence", value.words()),
        Some(value) => value.words(),
        None if unknown > 0 => format!("{unknown} unknown, nothing else to count"),
        None if gate.basis == Basis::Attested || gate.basis == Basis::NotObservable => String::new(),
        None => "nothing to count".to_owned(),
    };
    let is_share = gate.value.is_none_or(|it| it.of.is_some());
    let bound_of = |it: f64| if is_share { format!("{} %", percent(it)) } else { it.to_string() };
    let bound = gate.met.map(|met| match met {
        Met::AtLeast(it) => format!("gate ≥ {}", bound_of(it)),
        Met::Above(it) => format!("gate > {}", bound_of(it)),
        Met::AtMost(it) => format!("gate ≤ {}", bound_of(it)),
    });
    let answer = gate.answer.map(|it| match it {
        AnswerStanding::Unanswered => "not answered yet",
        AnswerStanding::Expired => "the answer has expired",
        AnswerStanding::Answered => "answered",
        AnswerStanding::Contradicted => "files contradict the answer",
    });
    for (line, text) in wrap(&gate.title, width - 4).into_iter().enumerate() {
        writeln!(out, "  {style}{}{style:#} {text}", if line == 0 { mark } else { " " })?;
    }
    // A bound of the user's own is no bound of the model's, and says so.
    let ours = gate.threshold.map(|it| format!(", by the configuration; the rule says {}", bound_of(it.rule.bound())));
    let value = match bound {
        Some(bound) if !value.is_empty() => format!("{value} ({bound}{})", ours.unwrap_or_default()),
        _ => value,
    };
    let says = [Some(value.as_str()).filter(|it| !it.is_empty()), gate.note.as_deref(), answer];
    let says: Vec<&str> = says.into_iter().flatten().collect();
    for line in wrap(&says.join("; "), width - 6) {
        writeln!(out, "      {FAINT}{line}{FAINT:#}")?;
    }
    Ok(())
}
