//! The first screen: where the organisation stands, why, what to do next, and how sure that is.

use super::{Element, element, repository, verdict_mark};
use crate::level::{Gate, Range};
use crate::measure::Verdict;
use crate::output::words::{counted, number};
use crate::output::words::{gate_words, is_unanswered};
use crate::report::Report;
use crate::report::summary::{Moves, NextStep};

/// How many repositories of a step are named at once, and how many behind a click.
const NAMED: usize = 5;
const NAMED_IN_ALL: usize = 200;

/// Whose repositories they are, as the terminal's page says it.
pub(super) fn owners(report: &Report) -> String {
    match report.summary.organisation.owners.as_slice() {
        [] => "no owner known".to_owned(),
        owners if owners.len() <= 3 => owners.join(", "),
        owners => format!("{} and {} more", owners[..2].join(", "), owners.len() - 2),
    }
}

/// What stands above all sections: whose report it is, and the ways through it.
pub(super) fn header(report: &Report) -> Element {
    let links = [
        ("where", "Where it stands"),
        ("next", "Next"),
        ("adoption", "Adoption"),
        ("pipelines", "Pipelines"),
        ("provisioning", "Provisioning"),
        ("offers", "Shared offers"),
        ("findings", "Findings"),
        ("indicators", "Indicators"),
        ("repositories", "Repositories"),
        ("coverage", "Coverage"),
    ];
    let links = links.map(|(id, words)| element("li").with(element("a").link(id).text(words)));
    let theme = element("button").set("type", "button").set("id", "theme").is("hidden").text("Dark");
    element("header")
        .with(element("a").class("skip").link("main").text("Skip to the report"))
        .with(element("div").class("bar").with(element("p").class("brand").text("levelset")).with(theme))
        .with(element("nav").set("aria-label", "Sections").with(element("ul").all(links)))
        .with(element("div").class("title").with(element("h1").text(owners(report))).with(subtitle(report)))
}

fn subtitle(report: &Report) -> Element {
    let it = &report.summary;
    let teams = it.ownership.iter().filter(|it| it.team.is_some()).count() as u64;
    let said = [
        Some(counted(it.coverage.repositories, "repository", "repositories")),
        (teams > 0).then(|| counted(teams, "team", "teams")),
        Some(counted(it.coverage.files_seen, "file", "files")),
        Some(format!("as of {}", it.as_of)),
    ];
    element("p").class("subtitle").text(said.into_iter().flatten().collect::<Vec<_>>().join(" · "))
}

/// What stands below all sections.
pub(super) fn footer(report: &Report) -> Element {
    let it = &report.summary;
    element("footer").with(element("p").text(format!(
        "Made by levelset {} from files alone, as of {}. What can't be seen in files counts as unknown, never as missing; \
        what doesn't apply is left out. This page asks no server for anything.",
        it.tool.version, it.as_of
    )))
}

/// One step of a model, as the ladder shows it.
struct Step<'r> {
    number: u8,
    name: &'r str,
    meaning: &'r str,
}

pub(super) fn first_screen(report: &Report) -> Vec<Element> {
    let models = &report.pages.models;
    let levels: Vec<Step<'_>> =
        models.levels.iter().map(|it| Step { number: it.level, name: &it.name, meaning: &it.meaning }).collect();
    let stages: Vec<Step<'_>> =
        models.stages.iter().map(|it| Step { number: it.stage, name: &it.name, meaning: &it.meaning }).collect();
    let (level, stage) = (&report.summary.level, &report.summary.stage);
    let meaning = |range: &Range, steps: &[Step<'_>]| {
        steps.iter().find(|it| it.number == range.low).map_or(String::new(), |it| it.meaning.to_owned())
    };
    let stands = element("section")
        .set("id", "where")
        .set("aria-labelledby", "where-heading")
        .with(
            element("h2")
                .set("id", "where-heading")
                .class("verdict")
                .text(format!("Level {} of 4: {}", level.low, level.name)),
        )
        .with(element("p").class("lead").text(meaning(level, &levels)))
        .with(ladder("Levels", level, &levels))
        .with(bounds("level", level, 4))
        .with(why("Why", "level", level))
        .with(
            element("div")
                .class("second")
                .with(element("h3").text(format!("Stage {} of 5: {}", stage.low, stage.name)))
                .with(element("p").class("quiet").text(format!(
                    "By the second maturity model, which is placed the same way. {}",
                    meaning(stage, &stages)
                )))
                .with(ladder("Stages", stage, &stages))
                .with(bounds("stage", stage, 5))
                .with(more_gates("stage", stage)),
        );
    let beside = element("div").class("beside").with(next(report)).with(how_sure(report));
    vec![element("div").class("first").with(stands).with(beside)]
}

/// The steps of a model in a row, each higher than the one before: reached, possible, or not.
fn ladder(name: &str, range: &Range, steps: &[Step<'_>]) -> Element {
    let rung = |it: &Step<'_>| {
        let (class, state) = match it.number {
            n if n <= range.low => ("rung reached", "certain"),
            n if n <= range.high => ("rung open", "possible"),
            _ => ("rung above", "not reached"),
        };
        let rung = element("li")
            .class(class)
            .with(element("span").class("step").text(it.number.to_string()))
            .with(element("span").class("name").text(it.name))
            .with(element("span").class("state").text(state));
        if it.number == range.low { rung.set("aria-current", "step") } else { rung }
    };
    element("ol").class("ladder").set("aria-label", name).all(steps.iter().map(rung))
}

/// What decides both ends of the range, in words.
fn bounds(noun: &str, range: &Range, most: u8) -> Element {
    let titles = |level: u8, verdicts: &[Verdict]| {
        let gates = range.gates.iter().filter(|it| it.level == level && verdicts.contains(&it.verdict));
        gates.map(|it| it.title.as_str()).collect::<Vec<_>>()
    };
    let list = |titles: &[&str]| match titles {
        [] => String::new(),
        [one] => format!("“{one}”"),
        [all @ .., last] => {
            let all: Vec<String> = all.iter().map(|it| format!("“{it}”")).collect();
            format!("{} and “{last}”", all.join(", "))
        }
    };
    let mut said = Vec::new();
    let (low, high) = (range.low, range.high);
    let denied = titles(low + 1, &[Verdict::NotMet]);
    let open = titles(low + 1, &[Verdict::Unknown]);
    if low < most {
        let next = low + 1;
        said.push(match (denied.len(), open.len()) {
            (0, 0) => format!("Of what {noun} {next} asks for, too little applies here to tell."),
            (0, n) => format!(
                "Certain is {noun} {low}: for {noun} {next}, {} can't be told from files alone.",
                counted(n as u64, "gate", "gates")
            ),
            _ => format!("Certain is {noun} {low}: of {noun} {next}, {} not met.", is_are(&denied, &list(&denied))),
        });
    }
    if high > low {
        let unanswered = range.gates.iter().filter(|it| it.level <= high && is_unanswered(it)).count();
        let missing = match unanswered {
            0 => "not all of it can be told".to_owned(),
            n => format!("{} (levelset assess)", counted(n as u64, "answer is missing", "answers are missing")),
        };
        said.push(format!("It could be up to {noun} {high}: {missing}."));
        let stops = titles(high + 1, &[Verdict::NotMet]);
        if !stops.is_empty() {
            said.push(format!("Not higher: of {noun} {}, {} not met.", high + 1, is_are(&stops, &list(&stops))));
        }
    }
    if range.configured_for > low {
        said.push(format!("Files show what {noun} {} asks for, as far as they can.", range.configured_for));
    }
    said.extend(range.advice.clone());
    element("p").class("bounds").text(said.join(" "))
}

fn is_are(titles: &[&str], list: &str) -> String {
    format!("{list} {}", if titles.len() == 1 { "is" } else { "are" })
}

/// The gates of what is reached and of what comes next, and those above behind a click.
fn why(heading: &str, noun: &str, range: &Range) -> Element {
    let near = |it: &&Gate| it.level <= range.low + 1;
    let mut near_steps: Vec<u8> = range.gates.iter().filter(near).map(|it| it.level).collect();
    near_steps.dedup();
    let of_step = |step: u8| {
        let gates = range.gates.iter().filter(move |it| it.level == step);
        let words = match step {
            step if step <= range.low => format!("Gates of {noun} {step}, which is reached"),
            step => format!("Gates of {noun} {step}, which comes next"),
        };
        element("div").class("gates").with(element("h4").text(words)).with(element("ul").all(gates.map(gate)))
    };
    element("div")
        .class("why")
        .with(element("h3").text(heading))
        .all(near_steps.into_iter().rev().map(of_step))
        .with(more_gates_above(noun, range))
}

fn more_gates_above(noun: &str, range: &Range) -> Element {
    let above: Vec<&Gate> = range.gates.iter().filter(|it| it.level > range.low + 1).collect();
    gates_behind(&format!("Gates of higher {noun}s ({})", above.len()), noun, &above)
}

fn more_gates(noun: &str, range: &Range) -> Element {
    let all: Vec<&Gate> = range.gates.iter().collect();
    gates_behind(&format!("Gates of {noun}s ({})", all.len()), noun, &all)
}

fn gates_behind(summary: &str, noun: &str, gates: &[&Gate]) -> Element {
    let mut steps: Vec<u8> = gates.iter().map(|it| it.level).collect();
    steps.dedup();
    let of_step = |step: u8| {
        let gates = gates.iter().filter(move |it| it.level == step).map(|it| gate(it));
        element("div")
            .class("gates")
            .with(element("h4").text(format!("{} {step}", super::capital(noun))))
            .with(element("ul").all(gates))
    };
    element("details").with(element("summary").text(summary)).all(steps.into_iter().map(of_step))
}

fn gate(it: &Gate) -> Element {
    let title = element("a").link(&format!("indicator/{}", it.indicator)).text(&it.title);
    let words = gate_words(it);
    let gate = element("li").with(verdict_mark(it.verdict)).with(element("span").class("gate-title").with(title));
    if words.is_empty() { gate } else { gate.with(element("span").class("quiet").text(words)) }
}

/// The steps to take, what helps most first.
fn next(report: &Report) -> Element {
    let steps: &[NextStep] = &report.summary.next;
    let section = super::section("next", "What to do next", "");
    if steps.is_empty() {
        return section.with(element("p").text("Nothing that files show is missing."));
    }
    let step = |it: &NextStep| {
        // The figures of a blocker stand below it, with a bar.
        let blockers = &report.summary.level.blockers;
        let remedy = blockers.iter().map(|it| &it.remedy).find(|remedy| it.what.starts_with(remedy.as_str()));
        let what = remedy.filter(|_| it.moves.is_some()).unwrap_or(&it.what);
        let step = element("li").with(element("p").text(what));
        let step = match it.moves {
            Some(moves) => step.with(moved(moves)),
            None => step,
        };
        if it.repositories.is_empty() { step } else { step.with(named(&it.repositories)) }
    };
    section.with(element("ol").class("steps").all(steps.iter().map(step)))
}

/// A figure as it is and as it would be.
fn moved(it: Moves) -> Element {
    let Moves { unit, n, of, to } = it;
    let percent = |n: u64| crate::rules::percent(n as f64 / of.max(1) as f64);
    let width = |n: u64| ((n as f64 / of.max(1) as f64) * 200.0).round().to_string();
    let rect = |class: &'static str, width: String| {
        element("rect").class(class).set("x", "0").set("y", "0").set("height", "8").set("width", width)
    };
    let bar = element("svg")
        .class("moves")
        .set("viewBox", "0 0 200 8")
        .set("preserveAspectRatio", "none")
        .set("aria-hidden", "true")
        .with(rect("bar-all", "200".to_owned()))
        .with(rect("bar-to", width(to)))
        .with(rect("bar-is", width(n)));
    let words = format!(
        "{} % now, {} % then: {} to {} of {} {}",
        percent(n),
        percent(to),
        number(n),
        number(to),
        number(of),
        unit.words(of)
    );
    element("p").class("moved").with(bar).with(element("span").class("quiet").text(words))
}

/// The first repositories of a list, the others behind a click.
fn named(ids: &[String]) -> Element {
    let item = |id: &String| element("li").with(repository(id));
    let first = element("ul").class("names").all(ids.iter().take(NAMED).map(item));
    let all = element("div").with(first);
    if ids.len() <= NAMED {
        return all;
    }
    let more = ids.len() - NAMED;
    let rest = element("ul").class("names").all(ids.iter().take(NAMED_IN_ALL).skip(NAMED).map(item));
    let details =
        element("details").with(element("summary").text(format!("and {} more", number(more as u64)))).with(rest);
    all.with(match ids.len().saturating_sub(NAMED_IN_ALL) {
        0 => details,
        n => details.with(element("p").class("quiet").text(format!("{} more are in summary.json.", number(n as u64)))),
    })
}

/// How sure all this is: what couldn't be told, and why.
fn how_sure(report: &Report) -> Element {
    let it = &report.summary;
    let coverage = &it.coverage;
    let gates: Vec<&Gate> = it.level.gates.iter().collect();
    let open = gates.iter().filter(|it| it.verdict == Verdict::Unknown).count() as u64;
    let gaps: u64 = coverage.gaps.values().sum();
    let unread: u64 = coverage.unread_pipelines.values().sum();
    let unknown = it.adoption.iter().find(|it| it.artifact.is_none()).map_or(0, |it| it.repositories.unknown);
    let fact = |figure: String, words: String| {
        element("li").with(element("strong").text(figure)).with(element("span").text(format!(" {words}")))
    };
    let mut facts = vec![fact(
        format!("{} of {}", number(open), number(gates.len() as u64)),
        "gates of the levels can't be told from files".to_owned(),
    )];
    facts.push(fact(
        number(coverage.files_read),
        format!(
            "of {} read; the others are of no kind that says anything here",
            counted(coverage.files_seen, "file", "files")
        ),
    ));
    facts.push(match gaps {
        0 => fact("No".to_owned(), "file that mattered was unreadable".to_owned()),
        n => fact(
            number(n),
            format!("{} with gaps: not all of their content was understood", if n == 1 { "file" } else { "files" }),
        ),
    });
    if unknown > 0 {
        facts.push(fact(
            number(unknown),
            format!(
                "{} of which it can't be told whether they use what is shared",
                if unknown == 1 { "repository" } else { "repositories" }
            ),
        ));
    }
    if unread > 0 {
        facts.push(fact(number(unread), "pipelines counted, not read".to_owned()));
    }
    let link = element("p").with(element("a").link("coverage").text("What was seen and not seen"));
    super::section("sure", "How sure this is", "").with(element("ul").class("facts").all(facts)).with(link)
}
