//! `levelset explain ID`: what a rule measures, why, how, and where its limits are.

use std::io::{self, Write};

use anstyle::Style;

use crate::output::terminal::wrap;
use crate::rules::{AnyRule, Basis, FindingLevel, Indicator, Precision, Rules};

const HEADING: Style = Style::new().bold();

/// Writes one rule for people.
///
/// # Errors
/// Those of the writer.
pub fn write(rule: AnyRule<'_>, rules: &Rules, width: usize, out: &mut dyn Write) -> io::Result<()> {
    match rule {
        AnyRule::Indicator(rule) => indicator(rule, rules, width, out),
        AnyRule::Finding(rule) => {
            writeln!(out, "{HEADING}{}{HEADING:#}\n{}\n", rule.id, rule.title)?;
            section("Why", &rule.why, width, out)?;
            section("How", &rule.find.words(), width, out)?;
            section("What to do", &rule.remedy, width, out)?;
            let level = match rule.level {
                FindingLevel::Note => "note",
                FindingLevel::Warning => "warning",
                FindingLevel::Error => "error",
            };
            let precision = match rule.precision {
                Precision::VeryHigh => "very high",
                Precision::High => "high",
                Precision::Medium => "medium",
                Precision::Low => "low",
            };
            section("In code scanning", &format!("An alert of level {level}, precision {precision}."), width, out)
        }
    }
}

fn indicator(rule: &Indicator, rules: &Rules, width: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{HEADING}{}{HEADING:#}\n{}\n", rule.id, rule.title)?;
    section("Why", &rule.why, width, out)?;
    section("How", &how(rule), width, out)?;
    section("Limits", &rule.limits, width, out)?;
    section("What to do", &rule.remedy, width, out)?;
    let models = &rules.models;
    let levels = models.levels.iter().filter(|it| it.gates.contains(&rule.id));
    let stages = models.stages.iter().filter(|it| it.gates.contains(&rule.id));
    let gates: Vec<String> = levels
        .map(|it| format!("a gate of level {} ({})", it.level, it.name))
        .chain(stages.map(|it| format!("a gate of stage {} ({})", it.stage, it.name)))
        .collect();
    let place = if gates.is_empty() { "shown, no gate of a level".to_owned() } else { gates.join(", ") };
    let rows: Vec<String> = models
        .rows
        .iter()
        .filter(|it| rule.row.contains(&it.row) || rule.also.contains(&it.row))
        .map(|it| format!("{} ({})", it.row, it.says))
        .collect();
    section("In the models", &format!("{}; {place}.", rows.join(", ")), width, out)
}

fn how(rule: &Indicator) -> String {
    let basis = match rule.basis {
        Basis::Measured => "Measured from files at one commit",
        Basis::Configured => "Files show that it is configured, not that it works",
        Basis::Proxy => "A proxy: files suggest it",
        Basis::History => "From the history of the repositories",
        Basis::Attested => "Attested: people have to say it",
        Basis::NotObservable => "Another system has the figure: somebody has to bring it",
    };
    let measure = rule.measure.as_ref().map(|it| format!(" {}", it.words())).unwrap_or_default();
    let met = rule.met_words().map(|it| format!(" Met {it}.")).unwrap_or_default();
    let ask = rule.ask.as_ref().map(|it| {
        let good = it.met_words().map(|it| format!(" Good {it}.")).unwrap_or_default();
        format!(" Asked: {}{good}", it.question)
    });
    format!("{basis}.{measure}{met}{}", ask.unwrap_or_default())
}

fn section(heading: &str, text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{HEADING}{heading}{HEADING:#}")?;
    for line in wrap(text, width.saturating_sub(2)) {
        writeln!(out, "  {line}")?;
    }
    writeln!(out)
}
