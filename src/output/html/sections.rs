//! The sections below the first screen, each with its main table.

use std::collections::BTreeSet;

use super::coverage::coverage;
use super::data::steps;
use super::{Element, drawn, element, section, verdict_mark};
use crate::org::provisioning::Mechanism;
use crate::output::table::word;
use crate::output::words::{answer_words, bound_words, value_words};
use crate::output::words::{artifact_heading, counted, number, percents, share};
use crate::report::Report;
use crate::report::summary::{AdoptionRow, CopyFigures, IndicatorRow, Share};
use crate::rules::{Indicator, Unit};

/// What a bar is held against: the gate on use of what is shared, and the plateau where platforms stall.
const GATE: &str = "shared-module-adoption";
const PLATEAU: &str = "adoption-past-the-plateau";

pub(super) fn all(report: &Report) -> Vec<Element> {
    vec![
        adoption(report),
        pipelines(report),
        provisioning(report),
        offers(report),
        findings(report),
        indicators(report),
        repositories(report),
        coverage(report),
    ]
}

/// A table with a caption, whose first cells of rows are headings.
pub(super) fn table(caption: &str, heads: &[&str], rows: impl IntoIterator<Item = Element>) -> Element {
    let head = |it: &&str| element("th").set("scope", "col").text(*it);
    element("table")
        .with(element("caption").text(caption))
        .with(element("thead").with(element("tr").all(heads.iter().map(head))))
        .with(element("tbody").all(rows))
}

/// A table that scrolls by itself where it is wider than the screen, and can be reached by keyboard then.
pub(super) fn scrolled(label: &str, table: Element) -> Element {
    let scrolled = element("div")
        .class("scroll")
        .set("role", "region")
        .set("tabindex", "0")
        .set("aria-label", format!("Table: {label}"));
    scrolled.with(table)
}

pub(super) fn row_head(text: impl AsRef<str>) -> Element {
    element("th").set("scope", "row").text(text)
}

pub(super) fn cell(text: impl AsRef<str>) -> Element {
    element("td").text(text)
}

pub(super) fn figure(text: impl AsRef<str>) -> Element {
    element("td").class("figure").text(text)
}

// Adoption

/// How much of what could use what is shared must do so to count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tier {
    Any,
    Most,
    All,
}

const TIERS: [(Tier, &str, &str); 3] = [
    (Tier::Any, "any", "use any of it"),
    (Tier::Most, "most", "use it for most"),
    (Tier::All, "all", "use it for all"),
];

fn adoption(report: &Report) -> Element {
    let lead = "Who uses what another repository of the organisation shares, of those that have a place for it. Those that \
        share it themselves are left out; those of which it can't be told are hatched.";
    let units = [Unit::Repositories, Unit::Teams, Unit::Components];
    let tables = units.into_iter().flat_map(|unit| TIERS.map(|(tier, name, _)| (unit, tier, name)));
    let tables = tables.map(|(unit, tier, name)| {
        let shares = |row: &AdoptionRow| {
            let of = row.units.iter().find(|it| it.unit == unit);
            of.map(|it| match tier {
                Tier::Any => it.any,
                Tier::Most => it.most,
                Tier::All => it.all,
            })
        };
        (word(&unit), name, adoption_table(report, unit.words(2), tier, &shares))
    });
    let calls = adoption_table(report, "calls", Tier::Any, &|row| Some(row.calls));
    let tables = tables.chain([("calls".to_owned(), "any", calls)]).map(|(unit, tier, table)| {
        let is_first = unit == "repositories" && tier == "any";
        let table = element("div").class("adoption-table").set("data-unit", unit).set("data-tier", tier).with(table);
        if is_first { table } else { table.is("hidden") }
    });
    section("adoption", "Use of what the organisation shares", lead)
        .with(switches())
        .with(legend(report))
        .all(tables)
        .with(drawn("adoption-detail", "Those that use it, those that are missing and those of which it can't be told"))
}

fn switches() -> Element {
    let choice = |name: &'static str, value: &'static str, words: &str, is_on: bool| {
        let id = format!("{name}-{value}");
        let input = element("input").set("type", "radio").set("name", name).set("id", &id).set("value", value);
        let input = if is_on { input.is("checked") } else { input };
        element("span").class("choice").with(input).with(element("label").set("for", id).text(words))
    };
    let units =
        [("repositories", "repositories"), ("teams", "teams"), ("components", "components"), ("calls", "calls")];
    let units = units.map(|(value, words)| choice("unit", value, words, value == "repositories"));
    let tiers = TIERS.map(|(tier, value, words)| choice("tier", value, words, tier == Tier::Any));
    element("div")
        .class("switches")
        .is("hidden")
        .with(element("fieldset").with(element("legend").text("Count")).all(units))
        .with(element("fieldset").set("id", "tiers").with(element("legend").text("that")).all(tiers))
}

fn bound_of(report: &Report, id: &str) -> Option<f64> {
    report.pages.indicators.iter().find(|it| it.id == id)?.met.map(|it| it.bound())
}

fn legend(report: &Report) -> Element {
    let key = |class: &'static str, words: String| {
        let mark = element("span").class("key").with(element("span").class(class).set("aria-hidden", "true"));
        element("li").with(mark).text(format!(" {words}"))
    };
    let percent = |it: f64| crate::rules::percent(it);
    let mut keys = vec![
        key("key-is", "use it".to_owned()),
        key("key-open", "can't be told".to_owned()),
        key("key-not", "don't".to_owned()),
    ];
    if let Some(it) = bound_of(report, GATE) {
        keys.push(key("key-gate", format!("{} %: gate of level 1, on any of these by team", percent(it))));
    }
    if let Some(it) = bound_of(report, PLATEAU) {
        keys.push(key("key-plateau", format!("{} %: where adoption stalls", percent(it))));
    }
    element("ul").class("legend").all(keys)
}

fn adoption_table(report: &Report, unit: &str, tier: Tier, of: &dyn Fn(&AdoptionRow) -> Option<Share>) -> Element {
    let words = TIERS.iter().find(|it| it.0 == tier).map_or("", |it| it.2);
    let caption = match unit {
        "calls" => "Calls of what is shared, of all calls that leave their own repository".to_owned(),
        unit => format!("{} that {words}, of those that could", super::capital(unit)),
    };
    let row = |(number, row): (usize, &AdoptionRow)| {
        let name = row.artifact.map_or("Any of these", artifact_heading);
        let share_of = of(row).unwrap_or_default();
        let tr = element("tr").with(row_head(name)).with(element("td").class("bar-cell").with(bar(report, share_of)));
        let percent = if share_of.of + share_of.unknown == 0 { "–".to_owned() } else { percents(share_of) };
        let words = if share_of.of + share_of.unknown == 0 { "nothing to count".to_owned() } else { share(share_of) };
        tr.with(figure(percent))
            .with(cell(words))
            .with(element("td").class("open-cell").set("data-artifact", number.to_string()))
    };
    let rows = report.summary.adoption.iter().enumerate().map(row);
    table(&caption, &["What is shared", "Share", "Per cent", "Of those that could", "Who"], rows)
}

fn bar(report: &Report, it: Share) -> Element {
    let all = it.of + it.unknown;
    let svg = element("svg")
        .class("bar")
        .set("viewBox", "0 0 200 16")
        .set("preserveAspectRatio", "none")
        .set("aria-hidden", "true");
    let rect = |class: &'static str, x: f64, width: f64| {
        let rect = element("rect").class(class).set("x", x.to_string()).set("y", "2").set("height", "12");
        rect.set("width", width.to_string())
    };
    let line = |class: &'static str, at: f64| {
        let x = (at * 200.0).to_string();
        element("line").class(class).set("x1", &x).set("x2", x).set("y1", "0").set("y2", "16")
    };
    if all == 0 {
        return svg.with(rect("bar-none", 0.0, 200.0));
    }
    let wide = |n: u64| (n as f64 / all as f64 * 2000.0).round() / 10.0;
    let svg = svg.with(rect("bar-all", 0.0, 200.0)).with(rect("bar-is", 0.0, wide(it.n))).with(rect(
        "bar-open",
        wide(it.n),
        wide(it.unknown),
    ));
    let marks = [("bar-gate", bound_of(report, GATE)), ("bar-plateau", bound_of(report, PLATEAU))];
    svg.all(marks.into_iter().filter_map(|(class, at)| Some(line(class, at?))))
}

// Pipelines

fn pipelines(report: &Report) -> Element {
    let it = &report.summary.pipelines;
    let lead = format!(
        "{} for delivery of {} that run: {}, {} found once.",
        number(it.delivery),
        number(it.running),
        counted(it.distinct_structures, "structure", "structures"),
        number(it.singletons)
    );
    let row = |it: &crate::report::summary::SystemRow| {
        let figures = [it.running, it.delivery, it.repositories, it.templates, it.superseded, it.aside];
        element("tr").with(row_head(it.system.name())).all(figures.map(|n| figure(number(n))))
    };
    let unread = report.summary.coverage.unread_pipelines.iter().map(|(system, n)| {
        element("tr").with(row_head(system)).with(
            element("td").set("colspan", "6").text(format!("{}, counted and not read", counted(*n, "file", "files"))),
        )
    });
    let systems = table(
        "Pipelines by CI system",
        &["System", "That run", "For delivery", "Repositories", "Templates", "Superseded", "In examples and tests"],
        it.systems.iter().map(row).chain(unread),
    );
    let across = it.across_systems.iter().map(|row| {
        let systems: BTreeSet<&str> = row.members.iter().map(|it| it.system.name()).collect();
        let stages: Vec<&str> = row.stages.iter().map(|it| it.id()).collect();
        element("li").text(format!(
            "{} have the same stages in {}: {}",
            counted(row.members.len() as u64, "pipeline", "pipelines"),
            systems.into_iter().collect::<Vec<_>>().join(" and "),
            stages.join(", ")
        ))
    });
    let section = section("pipelines", "Pipelines: shared, copied, alone", &lead)
        .with(drawn("pipeline-picture", "Groups of pipelines, with how far each copy has drifted,"))
        .with(scrolled("Pipelines by CI system", systems));
    match it.across_systems.is_empty() {
        true => section,
        false => section.with(element("ul").all(across)),
    }
}

// Provisioning

fn mechanism_words(it: Mechanism) -> &'static str {
    match it {
        Mechanism::RawResource => "Raw resource",
        Mechanism::PublicModule => "Public module",
        Mechanism::InternalModule => "Shared module",
        Mechanism::Claim => "Claim",
        Mechanism::Chart => "Chart",
        Mechanism::Operator => "Operator",
        Mechanism::Workload => "Workload",
        Mechanism::Script => "Script",
        Mechanism::Compose => "Compose",
    }
}

fn provisioning(report: &Report) -> Element {
    let rows = &report.summary.provisioning;
    let lead = "What is provisioned, and in which ways. One way for each class is what a platform offers; raw resources \
        beside a shared module go past it.";
    let section = section("provisioning", "Ways to provision", lead);
    let ways: BTreeSet<Mechanism> = rows.iter().flat_map(|it| &it.mechanisms).map(|it| it.mechanism).collect();
    let section = match rows.is_empty() {
        true => section.with(element("p").text("Nothing that is provisioned was found.")),
        false => {
            let row = |(at, row): (usize, &crate::report::summary::ProvisioningRow)| {
                let cells = ways.iter().map(|way| {
                    let found = row.mechanisms.iter().position(|it| it.mechanism == *way);
                    match found {
                        None => element("td").class("figure none").text("–"),
                        Some(number_of) => {
                            let it = &row.mechanisms[number_of];
                            let repositories = counted(it.repositories, "repository", "repositories");
                            element("td")
                                .class("figure")
                                .set("data-class", at.to_string())
                                .set("data-way", number_of.to_string())
                                .with(element("strong").text(number(it.uses)))
                                .with(element("span").class("quiet").text(format!(" in {repositories}")))
                        }
                    }
                });
                let has = |way: Mechanism| row.mechanisms.iter().any(|it| it.mechanism == way);
                let bypassed = has(Mechanism::RawResource) && (has(Mechanism::InternalModule) || has(Mechanism::Claim));
                let ways = counted(row.mechanisms.len() as u64, "way", "ways");
                let words = if bypassed { format!("{ways}; past the shared one too") } else { ways };
                element("tr").with(row_head(word(&row.class).replace('-', " "))).all(cells).with(cell(words))
            };
            let heads: Vec<&str> =
                std::iter::once("Class").chain(ways.iter().map(|it| mechanism_words(*it))).chain(["In all"]).collect();
            let matrix = table("Uses of each way, by class", &heads, rows.iter().enumerate().map(row));
            section.with(scrolled("Ways to provision, by class", matrix))
        }
    };
    section.with(drawn("provisioning-detail", "The places of each way")).with(copies(report))
}

/// What else is copied in place of being shared.
fn copies(report: &Report) -> Element {
    let it = &report.summary.copies;
    let kinds = [
        ("Terraform resources that are declared alike", &it.resources),
        ("Scripts that run the same commands", &it.scripts),
        ("Sets of manifests that are written out once for each environment", &it.manifests),
    ];
    let kinds: Vec<(&str, &CopyFigures)> = kinds.into_iter().filter(|(_, it)| it.clusters > 0).collect();
    let block = element("div");
    if kinds.is_empty() {
        return block;
    }
    let kind = |(words, it): (&str, &CopyFigures)| {
        let places = counted(it.places, "place", "places");
        let summary = format!("{words}: {} in {places}", number(it.clusters));
        let row = |row: &crate::report::summary::CopyRow| {
            let repositories = counted(row.repositories, "repository", "repositories");
            let words = format!("{} in {} of {repositories}", row.what, counted(row.places, "place", "places"));
            let more = row.places.saturating_sub(row.at.len() as u64);
            let more = if more == 0 { String::new() } else { format!(", and {} more", number(more)) };
            element("li").text(words).with(element("p").class("quiet").text(format!("{}{more}", row.at.join(", "))))
        };
        let list = element("ul").all(it.largest.iter().map(row));
        let cut = it.clusters.saturating_sub(it.largest.len() as u64);
        let details = element("details").with(element("summary").text(summary)).with(list);
        match cut {
            0 => details,
            n => details
                .with(element("p").class("quiet").text(format!("The {} smaller ones are not listed.", number(n)))),
        }
    };
    block.with(element("h3").text("Copied in place of being shared")).all(kinds.into_iter().map(kind))
}

// Shared offers

fn offers(report: &Report) -> Element {
    let index = &report.summary.tooling_index;
    let lead = "What is shared, who uses it at which version, and who is behind the newest.";
    let mut section = section("offers", "Shared offers and their versions", lead);
    if index.offers > 0 {
        let of = counted(index.offers, "shared offer", "shared offers");
        let indexes: Vec<String> = index.indexes.iter().map(|it| format!("{} of {}", it.path, it.repo)).collect();
        let named = if indexes.is_empty() { String::new() } else { format!(": {}", indexes.join(", ")) };
        section = section.with(element("p").text(format!("{} of {of} named in an index{named}.", number(index.named))));
    }
    section.with(drawn("offer-table", "Shared offers"))
}

// Findings

fn findings(report: &Report) -> Element {
    let lead = "Places that somebody can change, by rule. Each is in the SARIF file of its repository too.";
    let rows = report.summary.findings.iter().map(|it| {
        let suppressed = if it.suppressed > 0 { number(it.suppressed) } else { "–".to_owned() };
        element("tr")
            .set("data-rule", &it.id)
            .with(row_head(&it.title))
            .with(element("td").class("quiet").text(&it.id))
            .with(figure(number(it.count)))
            .with(figure(number(it.repositories)))
            .with(figure(suppressed))
    });
    let table =
        table("Findings by rule", &["Finding", "Rule", "Places", "Repositories", "Left out by configuration"], rows);
    section("findings", "Findings", lead)
        .with(element("div").set("id", "finding-table").with(scrolled("Findings by rule", table)))
}

// Indicators

fn indicators(report: &Report) -> Element {
    let lead = "Everything that both models ask. What files prove is measured; what they only show or suggest waits for \
        somebody who says that it works.";
    let row = |it: &IndicatorRow| {
        let rule = report.pages.indicators.iter().find(|rule| rule.id == it.id)?;
        let award = it.attested.as_ref().map_or(it.verdict, |attested| attested.award(it.verdict));
        let tr = element("tr")
            .with(cell(step_words(&steps(rule, report))))
            .with(row_head(&it.title))
            .with(element("td").with(verdict_mark(award)));
        let tr = tr.with(cell(word(&it.basis).replace('-', " "))).with(cell(said(it, rule)));
        Some(tr)
    };
    let rows = report.summary.indicators.iter().filter_map(row);
    let table = table("All indicators", &["Step", "Indicator", "Verdict", "Basis", "Value"], rows);
    section("indicators", "All indicators", lead)
        .with(element("div").set("id", "indicator-table").with(scrolled("All indicators", table)))
}

/// The value of an indicator with its bound, what files say where that is something else, and how the answer stands.
fn said(it: &IndicatorRow, rule: &Indicator) -> String {
    let value = value_words(it.value, it.unknown.len() as u64, it.basis);
    let is_share = it.value.is_none_or(|value| value.of.is_some());
    let bound = rule.met.filter(|_| it.value.is_some()).map(|met| format!("good {}", bound_words(met, is_share)));
    let answer = it.attested.as_ref().map(|it| answer_words(it.standing).to_owned());
    let says = [Some(value).filter(|it| !it.is_empty()), bound, answer];
    says.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// `L1`, `S2!` → `level 1, stage 2`.
fn step_words(steps: &[String]) -> String {
    let words = steps.iter().map(|it| {
        let number = it.trim_start_matches(['L', 'S']).trim_end_matches('!');
        format!("{} {number}", if it.starts_with('L') { "level" } else { "stage" })
    });
    words.collect::<Vec<_>>().join(", ")
}

// Repositories and teams

fn repositories(report: &Report) -> Element {
    let lead = "Each opens to its teams, findings, pipelines, offers and gaps.";
    let teams = &report.summary.ownership;
    let section = section("repositories", "Repositories and teams", lead)
        .with(drawn("repository-table", "Repositories"))
        .with(element("h3").text("Teams"))
        .with(drawn("team-table", "Teams and what they own"));
    let nobody = teams.iter().find(|it| it.team.is_none()).map_or(0, |it| it.repositories.len() as u64);
    let section = match nobody {
        0 => section,
        n => section
            .with(element("p").text(format!("Nobody is known to own {}.", counted(n, "repository", "repositories")))),
    };
    let without = &report.summary.teams_without_repository;
    if without.is_empty() {
        return section;
    }
    let summary = format!(
        "{} named that own none of these repositories as a whole",
        counted(without.len() as u64, "team is", "teams are")
    );
    section.with(
        element("details")
            .with(element("summary").text(summary))
            .with(element("p").class("quiet").text(without.join(", "))),
    )
}
