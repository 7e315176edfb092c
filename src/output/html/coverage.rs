//! The section on what was seen and what wasn't, and how everything is computed.

use super::data::MOST_PLACES;
use super::sections::{cell, figure, row_head, scrolled, table};
use super::{Element, capital, drawn, element, section};
use crate::measure::Verdict;
use crate::output::table::word;
use crate::output::words::{counted, number, seen_and_not_seen};
use crate::report::Report;

pub(super) fn coverage(report: &Report) -> Element {
    let it = &report.summary.coverage;
    let mut said: Vec<String> =
        seen_and_not_seen(&report.summary).iter().map(|it| format!("{}.", capital(it))).collect();
    for (n, one, many) in [
        (it.symlinks, "symbolic link was not followed.", "symbolic links were not followed."),
        (
            it.submodules,
            "submodule is scanned by itself where it is checked out.",
            "submodules are scanned by themselves where they are checked out.",
        ),
    ] {
        if n > 0 {
            said.push(counted(n, one, many));
        }
    }
    said.extend(it.notices.iter().cloned());
    let kinds = it
        .recognised
        .iter()
        .map(|(kind, n)| element("tr").with(row_head(word(kind).replace('-', " "))).with(figure(number(*n))));
    section("coverage", "Seen and not seen", "What isn't seen counts as unknown, never as missing.")
        .with(element("ul").all(said.into_iter().map(|it| element("li").text(it))))
        .with(drawn("gap-table", "Files with gaps"))
        .with(behind("Files by kind", table("Files of a kind that is known", &["Kind", "Files"], kinds)))
        .with(behind("What else was seen", evidence(report)))
        .with(components(report))
        .with(computed(report))
}

fn behind(summary: &str, table: Element) -> Element {
    element("details").with(element("summary").text(summary)).with(scrolled(summary, table))
}

fn evidence(report: &Report) -> Element {
    let row = |it: &crate::report::summary::MarkerRow| {
        let modes: Vec<String> = it.modes.iter().map(|(mode, n)| format!("{} {}", number(*n), word(mode))).collect();
        element("tr")
            .with(row_head(word(&it.marker).replace('-', " ")))
            .with(cell(it.tool.as_deref().unwrap_or("–")))
            .with(figure(number(it.places)))
            .with(figure(number(it.repositories)))
            .with(cell(if modes.is_empty() { "–".to_owned() } else { modes.join(", ") }))
    };
    let heads = ["Evidence of", "Tool", "Places", "Repositories", "How it acts"];
    table(
        "Evidence by kind and tool; examples, tests and other people's code left out",
        &heads,
        report.summary.evidence.iter().map(row),
    )
}

fn components(report: &Report) -> Element {
    let said: Vec<String> = report
        .summary
        .components
        .iter()
        .map(|it| {
            let repositories = counted(it.repositories, "repository", "repositories");
            format!("{} of kind {} in {repositories}", number(it.components), word(&it.kind).replace('-', " "))
        })
        .collect();
    match said.is_empty() {
        true => element("p").text("No components were found."),
        false => element("p").text(format!("Components, by what is deployed or provisioned: {}.", said.join(", "))),
    }
}

/// How the figures come about, and where the page ends.
fn computed(report: &Report) -> Element {
    let questions = &report.summary.questions;
    let answers = questions.answers.iter().map(|(id, verdict)| {
        let words = match verdict {
            Verdict::Met => "yes",
            Verdict::NotMet => "no",
            Verdict::Unknown => "not answered yet",
            Verdict::NotApplicable => "doesn't apply",
        };
        let rule = report.pages.indicators.iter().find(|it| it.id == *id);
        let asked =
            rule.map_or(id.as_str(), |it| it.ask.as_ref().map_or(it.title.as_str(), |ask| ask.question.as_str()));
        element("li")
            .with(element("a").link(&format!("indicator/{id}")).text(asked))
            .with(element("span").class("quiet").text(format!(" {words}")))
    });
    let said = [
        "A level or stage is reached when every gate of it, and of those below, is met. There is no score: nothing makes up \
         for a gate that is missing.",
        "The lower end of a range counts what can't be told as not met, the upper end as met.",
        "Measured: files prove it. Configured: files prove that it is set up, not that it works. Proxy: files suggest it. \
         Attested: somebody has to say it. Not observable: another system has the figure.",
        "A share is n of those of which it can be told; where some can't be told, per cent are a range.",
        "Examples, tests, generated and vendored files never count as use, nor does a repository's use of its own things.",
    ];
    let limit = format!(
        "The page holds the first {} places of each list and says how many there are; summary.json (findings: sarif/, \
        gaps: facts.jsonl) has all of them.",
        number(MOST_PLACES as u64)
    );
    element("div")
        .with(element("h3").text("How this is computed"))
        .with(element("ul").all(said.iter().map(|it| element("li").text(it))).with(element("li").text(limit)))
        .with(element("h3").text(format!(
            "The second model's six questions: stage {}",
            if questions.low == questions.high {
                questions.low.to_string()
            } else {
                format!("{} to {}", questions.low, questions.high)
            }
        )))
        .with(element("ol").all(answers))
        .all(signals(report))
}

fn signals(report: &Report) -> Vec<Element> {
    let fired: Vec<Element> = report
        .summary
        .signals
        .iter()
        .filter(|it| it.verdict == Verdict::NotMet)
        .map(|it| {
            let title = report.pages.indicators.iter().find(|rule| rule.id == it.indicator).map_or("", |it| &it.title);
            element("li").text(format!("It is time for level {}: people say that this is not so: {title}", it.level))
        })
        .collect();
    let size = report.summary.size.map(|it| {
        element("p").text(format!(
            "Organisations of {} typically are at stage {}: a target to think of, no verdict.",
            counted(it.engineers, "engineer", "engineers"),
            it.stage
        ))
    });
    let signals = (!fired.is_empty()).then(|| element("ul").all(fired));
    signals.into_iter().chain(size).collect()
}
