//! What the page's program reads: the report with every text written once.
//!
//! Texts are numbers into one list; places are runs of four numbers (repository, path, line, what is there). Names of
//! repositories and paths come by the thousand, and would be most of the page otherwise.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::element::misleads;
use crate::measure::findings::Finding;
use crate::output::links::{self, Form};
use crate::output::words::{answer_words, bound_words, value_words};
use crate::output::{explain, table, words};
use crate::report::Report;
use crate::report::summary::{ClusterKind, EvidenceRow, IndicatorRow};
use crate::rules::{FindingRule, Indicator};

/// How many places of a list are on the page, and how many findings of a rule, and gaps.
pub(super) const MOST_PLACES: usize = 5_000;

/// A text, by its number.
type Text = u32;

/// No text, no repository.
const NONE: i64 = -1;

/// All that the page's program reads.
#[derive(Serialize)]
struct Data {
    most_places: usize,
    repositories: Vec<Repository>,
    teams: Vec<Team>,
    indicators: Vec<IndicatorData>,
    adoption: Vec<Adoption>,
    pipelines: Vec<i64>,
    groups: Vec<Group>,
    superseded: Vec<i64>,
    offers: Vec<Offer>,
    provisioning: Vec<Class>,
    findings: Vec<Rule>,
    gaps: Places,
    words: Words,
    /// Last, because all others add to it.
    texts: Vec<Arc<str>>,
}

/// Words of closed sets, by the number that stands for them.
#[derive(Serialize)]
struct Words {
    systems: Vec<Text>,
    purposes: Vec<Text>,
}

#[derive(Serialize)]
struct Repository {
    id: Text,
    /// The day of the commit.
    day: i64,
    /// How the forge names lines (0: no page is known), what paths are put behind, and its commit where it stands apart.
    form: u8,
    prefix: i64,
    version: i64,
    /// How many findings and gaps it has, listed or not.
    findings: usize,
    gaps: usize,
}

#[derive(Serialize)]
struct Team {
    name: i64,
    repositories: Vec<i64>,
    components: u64,
    adoption: [u64; 3],
}

/// Some places, and how many there are in all.
#[derive(Serialize)]
struct Places {
    n: usize,
    /// Repository, path, line, what.
    at: Vec<i64>,
}

#[derive(Serialize)]
struct IndicatorData {
    id: Text,
    title: Text,
    /// Levels and stages whose row or gate it is: `L1`, `S2`, with `!` where it is a gate.
    steps: Vec<String>,
    verdict: Text,
    files: Text,
    basis: Text,
    value: Text,
    share: Option<f64>,
    bound: i64,
    answer: i64,
    people: i64,
    why: Text,
    how: Text,
    limits: Text,
    remedy: Text,
    counted: Places,
    missing: Places,
    unknown: Places,
    /// What it comes to for each team: the team's name (none: what nobody is known to own), the verdict, how many count for
    /// it of how many, and of how many it can't be told.
    teams: Vec<(i64, Text, u64, u64, u64)>,
}

#[derive(Serialize)]
struct Adoption {
    adopters: Places,
    missing: Places,
    unknown: Places,
    providers: Vec<i64>,
    /// By unit: the names of what is missing.
    names: BTreeMap<String, Vec<Text>>,
}

#[derive(Serialize)]
struct Group {
    id: Text,
    callers: bool,
    delivers: bool,
    title: Text,
    repositories: u64,
    variants: u64,
    calls: Vec<Text>,
    repo: i64,
    path: Text,
    jobs: Vec<(Text, Vec<Text>, Vec<Text>)>,
    /// Repository, path, line, system, how equal, what differs.
    members: Vec<(i64, Text, u32, Text, Text, Vec<Text>)>,
}

#[derive(Serialize)]
struct Offer {
    kind: Text,
    name: Text,
    repo: i64,
    path: i64,
    versioned: Option<bool>,
    lacks: Option<Vec<Text>>,
    repositories: u64,
    calls: u64,
    versions: Vec<(Text, u64)>,
    newest: i64,
    behind: u64,
    /// The places, each with its version.
    uses: Places,
    /// The numbers of those uses that are behind.
    late: Vec<usize>,
}

#[derive(Serialize)]
struct Class {
    name: Text,
    ways: Vec<Way>,
}

#[derive(Serialize)]
struct Way {
    name: Text,
    repositories: u64,
    uses: u64,
    places: Places,
}

#[derive(Serialize)]
struct Rule {
    id: Text,
    title: Text,
    why: Text,
    how: Text,
    remedy: Text,
    level: Text,
    repositories: u64,
    suppressed: u64,
    found: Places,
}

/// Gathers texts.
struct Texts<'r> {
    numbers: FxHashMap<Arc<str>, u32>,
    all: Vec<Arc<str>>,
    repositories: FxHashMap<&'r str, usize>,
}

impl Texts<'_> {
    fn text(&mut self, text: &str) -> Text {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.all.len() as u32;
        let text: Arc<str> = text.into();
        self.numbers.insert(text.clone(), number);
        self.all.push(text);
        number
    }

    fn maybe(&mut self, text: Option<&str>) -> i64 {
        text.map_or(NONE, |it| self.text(it).into())
    }

    fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t String>) -> Vec<Text> {
        texts.into_iter().map(|it| self.text(it)).collect()
    }

    /// The number of a repository; of one that was not scanned its name, below -1.
    fn repository(&mut self, id: &str) -> i64 {
        match self.repositories.get(id) {
            _ if id.is_empty() => NONE,
            Some(number) => *number as i64,
            None => -2 - i64::from(self.text(id)),
        }
    }

    fn places(&mut self, rows: &[EvidenceRow]) -> Places {
        let mut at = Vec::with_capacity(4 * rows.len().min(MOST_PLACES));
        for it in rows.iter().take(MOST_PLACES) {
            let path = self.maybe(it.path.as_deref());
            at.extend([self.repository(&it.repo), path, it.line.unwrap_or(0).into(), self.text(&it.what).into()]);
        }
        Places { n: rows.len(), at }
    }
}

/// Writes the data as JSON that may stand in a `<script>`: no text in it ends the element or begins another.
pub(super) fn json(report: &Report) -> serde_json::Result<String> {
    let mut texts = Texts {
        numbers: FxHashMap::default(),
        all: Vec::new(),
        repositories: report.repos.iter().enumerate().map(|(number, it)| (it.id.as_str(), number)).collect(),
    };
    let (pipelines, words) = pipelines(report, &mut texts);
    let summary = &report.summary;
    let mut data = Data {
        most_places: MOST_PLACES,
        repositories: repositories(report, &mut texts),
        teams: summary
            .ownership
            .iter()
            .map(|it| Team {
                name: texts.maybe(it.team.as_deref()),
                repositories: it.repositories.iter().map(|id| texts.repository(id)).collect(),
                components: it.components,
                adoption: [it.adoption.n, it.adoption.of, it.adoption.unknown],
            })
            .collect(),
        indicators: summary.indicators.iter().filter_map(|it| indicator(it, report, &mut texts)).collect(),
        adoption: adoption(report, &mut texts),
        pipelines,
        groups: groups(report, &mut texts),
        superseded: summary
            .pipelines
            .superseded
            .iter()
            .flat_map(|it| {
                let systems = [it.system.name(), it.beside.name()].map(|system| i64::from(texts.text(system)));
                [texts.repository(&it.repo), texts.text(&it.path).into(), systems[0], systems[1]]
            })
            .collect(),
        offers: offers(report, &mut texts),
        provisioning: summary
            .provisioning
            .iter()
            .map(|it| Class {
                name: texts.text(&table::word(&it.class)),
                ways: it
                    .mechanisms
                    .iter()
                    .map(|way| Way {
                        name: texts.text(&table::word(&way.mechanism)),
                        repositories: way.repositories,
                        uses: way.uses,
                        places: texts.places(&way.places),
                    })
                    .collect(),
            })
            .collect(),
        findings: report.rules.iter().map(|rule| of_rule(rule, report, &mut texts)).collect(),
        gaps: gaps(report, &mut texts),
        words,
        texts: Vec::new(),
    };
    data.texts = texts.all;
    Ok(in_script(&serde_json::to_string(&data)?))
}

/// JSON in which no character means anything to a reader of HTML, or misleads a reader of the file. All of these stand in
/// texts only.
fn in_script(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + json.len() / 64);
    for c in json.chars() {
        match c {
            // Each of them is one UTF-16 unit.
            c if matches!(c, '<' | '>' | '&') || misleads(c) => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text
}

fn repositories(report: &Report, texts: &mut Texts<'_>) -> Vec<Repository> {
    let scanned = &report.summary.organisation.repositories;
    let committed: FxHashMap<&str, &str> =
        scanned.iter().filter_map(|it| Some((it.repo.as_str(), it.committed.as_deref()?))).collect();
    let mut gaps: FxHashMap<&str, usize> = FxHashMap::default();
    for gap in &report.gaps {
        *gaps.entry(gap.repo.as_str()).or_default() += 1;
    }
    let repository = |it: &crate::report::RepoReport| {
        let blob = it.identity.as_ref().zip(it.commit.as_ref()).and_then(|(who, commit)| links::blob(who, commit));
        let (form, prefix, version) = match &blob {
            None => (0, NONE, NONE),
            Some(blob) => {
                let form = match blob.form {
                    Form::Hash => 1,
                    Form::Lines => 2,
                    Form::Query => 3,
                };
                (form, texts.text(&blob.prefix).into(), texts.text(&blob.version).into())
            }
        };
        let day = committed.get(it.id.as_str()).map(|it| it.get(..10).unwrap_or(it));
        let (findings, gaps) = (it.findings.len(), gaps.get(it.id.as_str()).copied().unwrap_or(0));
        Repository { id: texts.text(&it.id), day: texts.maybe(day), form, prefix, version, findings, gaps }
    };
    report.repos.iter().map(repository).collect()
}

fn indicator(it: &IndicatorRow, report: &Report, texts: &mut Texts<'_>) -> Option<IndicatorData> {
    let rule = report.pages.indicators.iter().find(|rule| rule.id == it.id)?;
    let is_share = it.value.is_none_or(|value| value.of.is_some());
    let attested = it.attested.as_ref();
    let award = attested.map_or(it.verdict, |attested| attested.award(it.verdict));
    let people = attested
        .zip(rule.ask.as_ref())
        .map(|(attested, ask)| format!("{} {}", attested.question, explain::of_people(ask, attested)));
    let value = value_words(it.value, it.unknown.len() as u64, it.basis);
    let value = it.note.as_ref().map_or(value.clone(), |note| format!("{value}; {note}"));
    let teams = it
        .teams
        .iter()
        .map(|it| (texts.maybe(it.team.as_deref()), texts.text(&table::word(&it.verdict)), it.n, it.of, it.unknown));
    let teams = teams.collect();
    let bound = rule.met.filter(|_| it.value.is_some()).map(|met| bound_words(met, is_share));
    Some(IndicatorData {
        id: texts.text(&it.id),
        title: texts.text(&it.title),
        steps: steps(rule, report),
        verdict: texts.text(&table::word(&award)),
        files: texts.text(&table::word(&it.verdict)),
        basis: texts.text(&table::word(&it.basis)),
        value: texts.text(&value),
        share: it.value.filter(|value| value.of.is_some()).map(|value| value.number),
        bound: texts.maybe(bound.as_deref()),
        answer: texts.maybe(attested.map(|it| answer_words(it.standing))),
        people: texts.maybe(people.as_deref()),
        why: texts.text(&rule.why),
        how: texts.text(&explain::how(rule)),
        limits: texts.text(&rule.limits),
        remedy: texts.text(&rule.remedy),
        counted: texts.places(&it.counted),
        missing: texts.places(&it.missing),
        unknown: texts.places(&it.unknown),
        teams,
    })
}

/// The levels (`L1`) and stages (`S2`) whose rows an indicator claims, with `!` where it is a gate.
pub(super) fn steps(rule: &Indicator, report: &Report) -> Vec<String> {
    let models = &report.pages.models;
    let is_gate = |gates: &[String]| gates.contains(&rule.id);
    let has_row = |model: u8, step: u8| {
        let prefix = format!("{model}.{step}.");
        rule.row.iter().chain(&rule.also).any(|row| row.starts_with(&prefix))
    };
    let step = |letter: char, number: u8, gates: &[String], has_row: bool| {
        let mark = if is_gate(gates) { "!" } else { "" };
        (has_row || is_gate(gates)).then(|| format!("{letter}{number}{mark}"))
    };
    let levels = models.levels.iter().filter_map(|it| step('L', it.level, &it.gates, has_row(1, it.level)));
    let stages = models.stages.iter().filter_map(|it| step('S', it.stage, &it.gates, has_row(2, it.stage)));
    levels.chain(stages).collect()
}

fn adoption(report: &Report, texts: &mut Texts<'_>) -> Vec<Adoption> {
    let rows = report.summary.adoption.iter();
    rows.map(|it| Adoption {
        adopters: texts.places(&it.adopters),
        missing: texts.places(&it.missing),
        unknown: texts.places(&it.unknown),
        providers: it.providers.iter().map(|id| texts.repository(id)).collect(),
        names: it.units.iter().map(|unit| (table::word(&unit.unit), texts.texts(&unit.missing))).collect(),
    })
    .collect()
}

/// The pipelines that run, eight numbers each: repository, path, line, system, purpose, whether it delivers, what it is
/// (0: it only calls what is shared, 1: it has steps of its own and calls what is shared, 2: all its own), its group.
fn pipelines(report: &Report, texts: &mut Texts<'_>) -> (Vec<i64>, Words) {
    let (mut systems, mut purposes) = (Vec::new(), Vec::new());
    let number = |all: &mut Vec<Text>, word: Text| -> i64 {
        let at = all.iter().position(|it| *it == word).unwrap_or_else(|| {
            all.push(word);
            all.len() - 1
        });
        at as i64
    };
    let running = || {
        let repos = report.repos.iter().enumerate();
        repos.flat_map(|(repo, it)| it.pipelines.iter().filter(|it| it.runs).map(move |it| (repo, it)))
    };
    let mut rows = Vec::with_capacity(8 * running().count());
    for (repo, it) in running() {
        let system = number(&mut systems, texts.text(it.system.name()));
        let purpose = number(&mut purposes, texts.text(&table::word(&it.purpose)));
        let kind = match (it.only_calls, it.calls.is_empty()) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => 2,
        };
        let group = it.cluster.map_or(NONE, |it| it as i64);
        let delivers = i64::from(it.purpose.delivers());
        rows.extend([repo as i64, texts.text(&it.path).into(), it.line.into(), system, purpose, delivers, kind, group]);
    }
    (rows, Words { systems, purposes })
}

fn groups(report: &Report, texts: &mut Texts<'_>) -> Vec<Group> {
    let groups = report.summary.pipelines.clusters.iter();
    groups
        .map(|it| Group {
            id: texts.text(&it.id),
            callers: it.kind == ClusterKind::Callers,
            delivers: it.delivers,
            title: texts.text(&words::cluster_words(it)),
            repositories: it.repositories,
            variants: it.variants,
            calls: texts.texts(&it.calls),
            repo: texts.repository(&it.canonical.repo),
            path: texts.text(&it.canonical.path),
            jobs: it
                .canonical
                .jobs
                .iter()
                .map(|job| (texts.text(&job.job), texts.texts(&job.needs), texts.texts(&job.steps)))
                .collect(),
            members: it
                .members
                .iter()
                .map(|member| {
                    let (repo, path) = (texts.repository(&member.repo), texts.text(&member.path));
                    let (system, same) = (texts.text(member.system.name()), texts.text(&table::word(&member.same)));
                    (repo, path, member.line, system, same, texts.texts(&member.drift))
                })
                .collect(),
        })
        .collect()
}

fn offers(report: &Report, texts: &mut Texts<'_>) -> Vec<Offer> {
    let rows = report.summary.offers.iter().zip(&report.pages.uses);
    rows.map(|(it, uses)| {
        let mut at = Vec::with_capacity(4 * uses.len().min(MOST_PLACES));
        for usage in uses.iter().take(MOST_PLACES) {
            let (path, version) = (texts.text(&usage.path), texts.text(&usage.version));
            at.extend([usage.repo as i64, path.into(), usage.line.into(), version.into()]);
        }
        let late = uses.iter().enumerate().take(MOST_PLACES).filter(|(_, it)| it.is_behind);
        let mut versions: Vec<(Text, u64)> = it.versions.iter().map(|(name, n)| (texts.text(name), *n)).collect();
        versions.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        Offer {
            kind: texts.text(words::artifact_heading(it.artifact)),
            name: texts.text(&it.name),
            repo: it.repo.as_deref().map_or(NONE, |id| texts.repository(id)),
            path: texts.maybe(it.path.as_deref()),
            versioned: it.versioned,
            lacks: it.undocumented.as_ref().map(|all| texts.texts(all)),
            repositories: it.repositories,
            calls: it.calls,
            versions,
            newest: texts.maybe(it.newest.as_deref()),
            behind: it.behind,
            late: late.map(|(number, _)| number).collect(),
            uses: Places { n: uses.len(), at },
        }
    })
    .collect()
}

fn of_rule(rule: &FindingRule, report: &Report, texts: &mut Texts<'_>) -> Rule {
    let all = report.repos.iter().enumerate().flat_map(|(repo, it)| it.findings.iter().map(move |it| (repo, it)));
    let found: Vec<(usize, &Finding)> = all.filter(|(_, it)| it.rule == rule.id).collect();
    let mut at = Vec::with_capacity(4 * found.len().min(MOST_PLACES));
    for (repo, it) in found.iter().take(MOST_PLACES) {
        let (path, message) = (texts.text(&it.at.path), texts.text(&it.message));
        at.extend([*repo as i64, path.into(), it.at.line.into(), message.into()]);
    }
    let count = report.summary.findings.iter().find(|it| it.id == rule.id);
    Rule {
        id: texts.text(&rule.id),
        title: texts.text(&rule.title),
        why: texts.text(&rule.why),
        how: texts.text(&rule.find.words()),
        remedy: texts.text(&rule.remedy),
        level: texts.text(&table::word(&rule.level)),
        repositories: count.map_or(0, |it| it.repositories),
        suppressed: count.map_or(0, |it| it.suppressed),
        found: Places { n: found.len(), at },
    }
}

fn gaps(report: &Report, texts: &mut Texts<'_>) -> Places {
    let mut at = Vec::with_capacity(4 * report.gaps.len().min(MOST_PLACES));
    for it in report.gaps.iter().take(MOST_PLACES) {
        let detail = if it.detail.is_empty() { String::new() } else { format!(" ({})", it.detail) };
        let words = format!("{}{detail}", words::gap_words(it.reason));
        at.extend([texts.repository(&it.repo), texts.text(&it.path).into(), it.line.into(), texts.text(&words).into()]);
    }
    Places { n: report.gaps.len(), at }
}

#[cfg(test)]
mod tests {
    use super::in_script;

    #[test]
    fn no_text_ends_the_script() {
        assert_eq!(
            in_script("{\"a\":\"</script><!--<b>&\u{2028}\u{202e}\"}"),
            "{\"a\":\"\\u003c/script\\u003e\\u003c!--\\u003cb\\u003e\\u0026\\u2028\\u202e\"}"
        );
    }
}
