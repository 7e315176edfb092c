//! `levelset explain ID`: what a rule measures, why, how, and where its limits are; and what the evidence of an
//! organisation says of it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::Style;

use crate::measure::findings::Finding;
use crate::measure::subjects::OfSubject;
use crate::measure::{AnswerStanding, Attested, Evidence, Outcome, Value, Verdict};
use crate::org::Org;
use crate::output::printable;
use crate::output::terminal::wrap;
use crate::rules::{AnyRule, Ask, Basis, FindingLevel, Indicator, Met, Precision, Rules, Unit, counted, percent};

const HEADING: Style = Style::new().bold();

/// How many places of each list are shown to those who don't ask for all.
const MOST_PLACES: usize = 20;

/// How much is written, and for which day.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// How wide lines are.
    pub width: usize,
    /// Whether every place is listed.
    pub all: bool,
    /// The day that answers count as of (`YYYY-MM-DD`).
    pub as_of: &'a str,
}

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

/// What an indicator comes to for each team.
pub type Teams<'a> = BTreeMap<Option<&'a str>, OfSubject>;

/// Writes what the evidence of an organisation says of an indicator: what it comes to, the answer beside it, what it comes to
/// for each team, and the places
/// behind the number in their order.
///
/// # Errors
/// Those of the writer.
pub fn write_outcome(
    rule: &Indicator,
    outcome: &Outcome,
    teams: &Teams<'_>,
    page: Page<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Outcome { counted, against, unknown, attested, verdict, .. } = outcome;
    writeln!(out, "{HEADING}In this organisation{HEADING:#}, as of {}", page.as_of)?;
    let mut lines = Vec::new();
    if rule.measure.is_some() {
        lines.push(format!("Files: {}: {}.", of_value(outcome, rule.met), verdict.words()));
    }
    if let (Some(ask), Some(attested)) = (&rule.ask, attested) {
        lines.push(format!("People: {}.", of_people(ask, attested)));
        lines.push(format!("Together: {}.", of_both(outcome.award(), attested.standing)));
    }
    for line in lines.iter().flat_map(|it| wrap(it, page.width.saturating_sub(2))) {
        writeln!(out, "  {line}")?;
    }
    writeln!(out)?;
    if teams.keys().any(Option::is_some) {
        list("By team", teams.len(), teams.iter().map(|(team, it)| of_team(*team, *it)), page, out)?;
    }
    for (heading, all) in [("Counted", counted), ("Missing", against), ("Unknown", unknown)] {
        list(heading, all.len(), places(all), page, out)?;
    }
    Ok(())
}

/// Writes the places of a finding.
///
/// # Errors
/// Those of the writer.
pub fn write_findings(found: &[&Finding], org: &Org, page: Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let repositories: std::collections::BTreeSet<usize> = found.iter().map(|it| it.repo).collect();
    let n = counted(found.len() as u64, "place");
    let repositories = crate::rules::counted_repositories(repositories.len() as u64);
    writeln!(out, "{HEADING}In this organisation{HEADING:#}, as of {}\n  {n} in {repositories}.\n", page.as_of)?;
    let place =
        |it: &&Finding| printable(&format!("{}/{}:{} {}", org.repos[it.repo].id, it.at.path, it.at.line, it.message));
    list("Found", found.len(), found.iter().map(place), page, out)
}

/// What it comes to for a team: `acme/web: met, 2 of 3, 1 unknown`.
fn of_team(team: Option<&str>, it: OfSubject) -> String {
    let OfSubject { verdict, n, of, unknown } = it;
    let unknown = if unknown > 0 { format!(", {unknown} unknown") } else { String::new() };
    printable(&format!("{}: {}, {n} of {of}{unknown}", team.unwrap_or("unowned"), verdict.words()))
}

/// A list of places, each with its heading line; nothing where there are none.
fn list(
    heading: &str,
    number: usize,
    places: impl Iterator<Item = String>,
    page: Page<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if number == 0 {
        return Ok(());
    }
    writeln!(out, "{HEADING}{heading}{HEADING:#} ({number})")?;
    let most = if page.all { number } else { MOST_PLACES };
    for place in places.take(most) {
        writeln!(out, "  {place}")?;
    }
    if number > most {
        writeln!(out, "  and {} more: -v lists them all", number - most)?;
    }
    writeln!(out)
}

/// Each piece of evidence as a line: where it is, and what is there.
pub(super) fn places(all: &[Evidence]) -> impl Iterator<Item = String> {
    all.iter().map(|it| match it.place() {
        place if place.is_empty() => printable(&it.what),
        place => printable(&format!("{place} {}", it.what)),
    })
}

/// The value of an indicator, and what it is held against.
pub(super) fn of_value(outcome: &Outcome, met: Option<Met>) -> String {
    let unknown = outcome.unknown.len() as u64;
    let value = match outcome.value {
        Some(value @ Value { of: Some((n, of)), .. }) => {
            let share = |n: u64| percent(n as f64 / (of + unknown) as f64);
            match unknown {
                0 => format!("{} %: {}", share(n), value.words()),
                _ => format!("{}–{} %: {}, {unknown} unknown", share(n), share(n + unknown), value.words()),
            }
        }
        Some(value) if value.unit == Unit::Places => format!("{} of evidence", value.words()),
        Some(value) => value.words(),
        None if unknown > 0 => format!("{unknown} unknown, nothing else to count"),
        None => "nothing to count".to_owned(),
    };
    let is_share = outcome.value.is_none_or(|it| it.of.is_some());
    let bound = met.map(|it| format!(" (good {})", it.words(is_share)));
    let note = outcome.note.as_ref().map(|it| format!("; {it}"));
    format!("{value}{}{}", bound.unwrap_or_default(), note.unwrap_or_default())
}

/// What people said, and how it stands.
pub(in crate::output) fn of_people(ask: &Ask, attested: &Attested) -> String {
    let Some(answer) = &attested.answer else {
        return "nobody answered yet; levelset assess asks".to_owned();
    };
    let says = format!("{}, says {} on {}", answer.says.words(ask.answer), printable(&answer.by), answer.on);
    let says = match attested.standing {
        AnswerStanding::Unanswered | AnswerStanding::Answered => format!("{says}; it counts until {}", answer.expires),
        AnswerStanding::Expired => format!("{says}; it expired on {}", answer.expires),
        AnswerStanding::Contradicted => format!("{says}; files say otherwise"),
    };
    let more = [&answer.link, &answer.note].into_iter().flatten().map(|it| format!("; {}", printable(it)));
    format!("{says}{}", more.collect::<String>())
}

/// What files and people come to together, and why.
pub(in crate::output) fn of_both(award: Verdict, standing: AnswerStanding) -> String {
    let why = match (award, standing) {
        (Verdict::Unknown, AnswerStanding::Unanswered) => ", until somebody answers",
        (Verdict::Unknown, AnswerStanding::Expired) => ", until somebody answers again",
        (Verdict::Unknown, AnswerStanding::Contradicted) => ", until the answer or what files show is mended",
        (Verdict::NotMet, AnswerStanding::Contradicted) => ", because an answer against oneself counts",
        (Verdict::Met | Verdict::NotMet | Verdict::NotApplicable | Verdict::Unknown, _) => "",
    };
    format!("{}{why}", award.words())
}

fn indicator(rule: &Indicator, rules: &Rules, width: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{HEADING}{}{HEADING:#}\n{}\n", rule.id, rule.title)?;
    section("Why", &rule.why, width, out)?;
    section("How", &how(rule), width, out)?;
    section("Limits", &rule.limits, width, out)?;
    section("What to do", &rule.remedy, width, out)?;
    let models = &rules.models;
    let gates = models.gates_of(&rule.id);
    let place = if gates.is_empty() { "shown, no gate of a level".to_owned() } else { gates.join(", ") };
    let rows: Vec<String> = models
        .rows
        .iter()
        .filter(|it| rule.row.contains(&it.row) || rule.also.contains(&it.row))
        .map(|it| format!("{} ({})", it.row, it.says))
        .collect();
    let rows = if rows.is_empty() { "No row of theirs".to_owned() } else { rows.join(", ") };
    section("In the models", &format!("{rows}; {place}."), width, out)
}

pub(in crate::output) fn how(rule: &Indicator) -> String {
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{Page, Teams, list, of_value, write_outcome};
    use crate::answers::{Answer, Says};
    use crate::measure::{Attested, Evidence, Outcome, Value, Verdict};
    use crate::rules::{Met, Rules, Unit};

    const PAGE: Page<'_> = Page { width: 80, all: false, as_of: "2026-02-01" };

    fn written(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> String {
        let mut text = Vec::new();
        write(&mut text).unwrap();
        anstream::adapter::strip_str(&String::from_utf8(text).unwrap()).to_string()
    }

    fn outcome(id: &str, verdict: Verdict, value: Option<Value>, n_unknown: usize) -> Outcome {
        let evidence = |what: &str| Evidence { repo: "acme/shop".to_owned(), at: None, what: what.to_owned() };
        Outcome {
            indicator: id.to_owned(),
            verdict,
            basis: crate::rules::Basis::Proxy,
            value,
            attested: None,
            counted: vec![evidence("by a push")],
            against: vec![evidence("with a \u{1b}[2J")],
            unknown: vec![evidence("a template"); n_unknown],
            note: None,
        }
    }

    #[test]
    fn values_say_of_how_many() {
        let share = Some(Value { number: 0.5, unit: Unit::Repositories, of: Some((1, 2)) });
        let number = |number, unit| Some(Value { number, unit, of: None });
        let at_least = |it| Some(Met::AtLeast(it));
        for (value, unknown, met, expected) in [
            (share, 0, at_least(0.4), "50 %: 1 of 2 repositories (good at 40 % or more)"),
            (share, 1, at_least(0.4), "33–66 %: 1 of 2 repositories, 1 unknown (good at 40 % or more)"),
            (share, 0, None, "50 %: 1 of 2 repositories"),
            (number(3.0, Unit::Ways), 0, Some(Met::AtMost(2.0)), "3 ways (good at 2 or less)"),
            (number(1.0, Unit::Places), 0, None, "1 place of evidence"),
            (None, 2, at_least(0.4), "2 unknown, nothing else to count (good at 40 % or more)"),
            (None, 0, None, "nothing to count"),
        ] {
            assert_eq!(of_value(&outcome("x", Verdict::Unknown, value, unknown), met), expected);
        }
    }

    #[test]
    fn files_people_and_both() {
        let rules = Rules::load(None).unwrap();
        let rule = rules.indicator("deployments-without-tickets").unwrap();
        let share = Some(Value { number: 0.5, unit: Unit::Repositories, of: Some((1, 2)) });
        let text = |verdict, says: Option<Says>, on: &str| {
            let mut outcome = outcome(&rule.id, verdict, share, 0);
            let answer = says
                .map(|it| Answer { note: Some("since May".to_owned()), ..Answer::given(it, "jo", on, None).unwrap() });
            outcome.attested = rule.ask.as_ref().map(|it| Attested::of(it, answer.as_ref(), &outcome, PAGE.as_of));
            written(|out| write_outcome(rule, &outcome, &Teams::new(), PAGE, out))
        };
        let lists = "Counted (1)\n  acme/shop by a push\n\nMissing (1)\n  acme/shop with a \\u{1b}[2J\n\n";
        let files =
            "In this organisation, as of 2026-02-01\n  Files: 50 %: 1 of 2 repositories (good at 80 % or more): ";
        for (verdict, says, on, expected) in [
            (
                Verdict::NotMet,
                None,
                "2026-01-15",
                "not met.\n  People: nobody answered yet; levelset assess asks.\n  Together: can't be told, until somebody \
                 answers.\n",
            ),
            (
                Verdict::NotMet,
                Some(Says::Yes),
                "2026-01-15",
                "not met.\n  People: yes, says jo on 2026-01-15; files say otherwise; since May.\n  Together: can't be \
                 told, until the answer or what files show is mended.\n",
            ),
            (
                Verdict::Met,
                Some(Says::No),
                "2026-01-15",
                "met.\n  People: no, says jo on 2026-01-15; files say otherwise; since May.\n  Together: not met, because \
                 an answer against oneself counts.\n",
            ),
            (
                Verdict::Met,
                Some(Says::Yes),
                "2026-01-15",
                "met.\n  People: yes, says jo on 2026-01-15; it counts until 2026-07-15; since May.\n  Together: met.\n",
            ),
            (
                Verdict::Met,
                Some(Says::Yes),
                "2025-01-15",
                "met.\n  People: yes, says jo on 2025-01-15; it expired on 2025-07-15; since May.\n  Together: can't be \
                 told, until somebody answers again.\n",
            ),
        ] {
            assert_eq!(text(verdict, says, on), format!("{files}{expected}\n{lists}"));
        }
    }

    #[test]
    fn long_lists_are_cut() {
        let places = || (1..=22).map(|it| format!("acme/r{it}"));
        let short = written(|out| list("Missing", 22, places(), PAGE, out));
        assert!(short.starts_with("Missing (22)\n  acme/r1\n"), "{short}");
        assert!(short.ends_with("\n  acme/r20\n  and 2 more: -v lists them all\n\n"), "{short}");
        let all = written(|out| list("Missing", 22, places(), Page { all: true, ..PAGE }, out));
        assert!(all.ends_with("\n  acme/r22\n\n"), "{all}");
    }
}
