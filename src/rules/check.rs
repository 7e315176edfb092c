//! What the types of the grammar can't say about a rule.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};

use crate::rules::grammar::{
    Among, AnswerKind, Ask, Basis, EvidenceFilter, Find, FindingRule, Indicator, Measure, Met, Models, Quality, Share,
    That, Unit,
};
use crate::rules::tables::{PipelineTable, Weights};

/// What is wrong with a rule, and the key of its file that says so.
pub(super) struct Fault {
    pub(super) key: &'static str,
    pub(super) says: String,
}

impl Fault {
    pub(super) fn new(key: &'static str, says: impl Into<String>) -> Self {
        Fault { key, says: says.into() }
    }

    fn unless(holds: bool, key: &'static str, says: impl Into<String>) -> Result<(), Fault> {
        if holds { Ok(()) } else { Err(Fault::new(key, says)) }
    }
}

/// The line of a file on which a key of its outermost mapping stands; the first where it doesn't.
pub(super) fn line_of(text: &str, key: &str) -> usize {
    let is_key = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'));
    text.lines().position(is_key).map_or(1, |line| line + 1)
}

pub(super) fn check_id(id: &str) -> Result<(), Fault> {
    let is_kebab = !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    Fault::unless(is_kebab, "id", format!("{id:?} is no id; ids are words of a-z and 0-9 joined by hyphens"))
}

/// What the types can't say about a finding.
pub(super) fn check_finding(rule: &FindingRule) -> Result<(), Fault> {
    match rule.find {
        Find::UndocumentedSharedOffer { described } => check_described("find", described),
        // Zero versions behind is not behind.
        Find::OutdatedInternalUse { majors, minors } => Fault::unless(
            majors > 0 && minors > 0,
            "find",
            format!("`majors` and `minors` are numbers from 1; they say {majors} and {minors}"),
        ),
        Find::CopiedPipeline { .. }
        | Find::DriftedPipelineCopy { .. }
        | Find::SupersededCiFile {}
        | Find::UnversionedInternalUse {}
        | Find::FloatingImageTag {}
        | Find::UnversionedSharedOffer {}
        | Find::UnpinnedThirdPartyTemplate {} => Ok(()),
    }
}

fn check_described(key: &'static str, share: f64) -> Result<(), Fault> {
    Fault::unless((0.0..=1.0).contains(&share), key, format!("`described` is a share from 0 to 1; it says {share}"))
}

/// What the types can't say about the table of pipelines.
pub(super) fn check_pipelines(table: &PipelineTable) -> Result<(), Fault> {
    let PipelineTable { near, weights, fewest_stages: _, superseded: _ } = table;
    let is_share = *near > 0.0 && *near <= 1.0;
    Fault::unless(is_share, "near", format!("`near` is a share above 0 and up to 1; it says {near}"))?;
    let Weights { call, image, setup, stage, step, wait } = *weights;
    let heaviest = call.max(image).max(stage).max(setup).max(step).max(wait);
    Fault::unless(heaviest <= 1000, "weights", format!("weights are numbers up to 1000; one says {heaviest}"))?;
    Fault::unless(step > 0 && call > 0, "weights", "a step that weighs nothing, or a call, makes all pipelines equal")
}

/// What the types can't say about an indicator.
pub(super) fn check_indicator(rule: &Indicator) -> Result<(), Fault> {
    check_basis(rule)?;
    if let Some(measure) = &rule.measure {
        check_measure(measure)?;
    }
    if let Some(ask) = &rule.ask {
        check_ask(ask)?;
    }
    let is_share = rule.measure.as_ref().is_some_and(Measure::is_share);
    let can_have_least = rule.least.is_none_or(|it| it > 1 && is_share && rule.met.is_some());
    Fault::unless(can_have_least, "least", "`least` is a number from 2, of a share that is held against `met`")?;
    let Some(met) = rule.met else { return Ok(()) };
    let Some(measure) = &rule.measure else {
        return Err(Fault::new("met", "`met` is a bound of what is measured, and nothing is; say it below `ask`"));
    };
    check_met("met", met, measure.is_share())
}

/// What is measured and who is asked go with how it is known.
fn check_basis(rule: &Indicator) -> Result<(), Fault> {
    let (measures, asks) = (rule.measure.is_some(), rule.ask.is_some());
    Fault::unless(measures || asks, "id", "a rule says what it measures (`measure`), what it asks (`ask`), or both")?;
    let is_of_people = matches!(rule.basis, Basis::Attested | Basis::NotObservable);
    Fault::unless(
        is_of_people != measures,
        "basis",
        "`basis: attested` and `basis: not-observable` go with rules that only ask; what is measured is measured, \
         configured, a proxy or history",
    )
}

fn check_ask(ask: &Ask) -> Result<(), Fault> {
    Fault::unless(ask.question.ends_with('?'), "ask", "`question` ends with a question mark")?;
    let is_yes_no = ask.answer == AnswerKind::YesNo;
    Fault::unless(!is_yes_no || ask.met.is_none(), "ask", "yes and no have no `met`; `good` says which is good")?;
    Fault::unless(is_yes_no || ask.good, "ask", "`good` is said of yes and no; figures have `met`")?;
    ask.met.map_or(Ok(()), |met| check_met("ask", met, ask.answer == AnswerKind::Share))
}

pub(super) fn check_met(key: &'static str, met: Met, is_share: bool) -> Result<(), Fault> {
    let bound = met.bound();
    let can_be = match is_share {
        true => (0.0..=1.0).contains(&bound) && (met.holds(1.0) || matches!(met, Met::AtMost(_))),
        false => bound.is_finite() && bound >= 0.0,
    };
    let allowed = if is_share { "a share from 0 to 1 that can be reached" } else { "a number from 0" };
    Fault::unless(can_be, key, format!("`met` is {allowed}; it says {bound}"))?;
    let is_less = matches!(met, Met::AtMost(_)) && is_share && key == "met";
    Fault::unless(
        !is_less,
        key,
        "of a share more is better: say what counts against it with `lack`, not with `at-most`",
    )
}

fn check_measure(measure: &Measure) -> Result<(), Fault> {
    let check = |holds: bool, says: &str| Fault::unless(holds, "measure", says);
    match measure {
        Measure::Share(share) => check_share(share),
        Measure::Count(count) => {
            let Among { uses_or_declares, are, have } = &count.among;
            check(
                uses_or_declares.is_none() && are.is_empty() && have.is_none() || count.of == Unit::Repositories,
                &format!("`among` is said of repositories; `of` says {}", count.of.words(2)),
            )?;
            let can_be = matches!(count.of, Unit::Repositories | Unit::Calls | Unit::Offers | Unit::Pipelines);
            check(can_be, "`count` is `of` repositories, calls, offers or pipelines; `found` counts places")
        }
        Measure::Distinct(distinct) => {
            let of = distinct.of.words(2);
            check(distinct.of == Unit::Pipelines, &format!("`distinct` counts pipelines; `of` says {of}"))
        }
        Measure::Found(filter) => {
            check(!filter.markers.is_empty(), "`found` says which `markers` it looks for")?;
            check(filter.fewer_steps_than.is_none(), "`fewer-steps-than` is a quality in a share of places")
        }
        Measure::Indicators(ids) => check(ids.len() > 1, "`indicators` names at least two other rules"),
        Measure::Builtin(_) => Ok(()),
    }
}

fn check_share(share: &Share) -> Result<(), Fault> {
    let check = |holds: bool, says: &str| Fault::unless(holds, "measure", says);
    let That { uses, from, are, described, have, lack } = &share.that;
    let said = [!uses.is_empty(), are.is_some(), have.is_some(), lack.is_some()];
    check(
        said.into_iter().filter(|it| *it).count() == 1,
        "`that` says one of `uses` (with `from: shared`), `are`, `have` and `lack`; give exactly one",
    )?;
    check(uses.is_empty() == from.is_none(), "`uses` and `from` go together; give both or neither")?;
    let is_documented = *are == Some(Quality::Documented);
    check(
        is_documented == described.is_some(),
        "`are: documented` says which share of inputs and outputs is described: `described: 0.8`; nothing else does",
    )?;
    described.map_or(Ok(()), |it| check_described("measure", it))?;
    let once = [have, lack, &share.among.have].into_iter().flatten().any(|it| it.once.is_some());
    check(!once, "`once` goes with `found`; a share says what it is `of`")?;
    let Among { uses_or_declares, are: among_are, have: among_have } = &share.among;
    let of = share.of.words(2);
    let quality = |quality: Option<Quality>| quality.is_none_or(|it| it.is_of_offers() == (share.of == Unit::Offers));
    check(
        quality(*are) && among_are.iter().all(|it| quality(Some(*it))),
        &format!("`are` says a quality that {of} don't have"),
    )?;
    match share.of {
        Unit::Repositories | Unit::Teams => {
            check(
                uses.is_empty() || uses_or_declares.is_some(),
                "a share that use something says which count: `among: { uses-or-declares: … }`",
            )?;
            let says_all = |it: &Option<EvidenceFilter>| it.as_ref().is_none_or(|it| !it.markers.is_empty());
            check(says_all(have) && says_all(lack) && says_all(among_have), "evidence says which `markers` are meant")
        }
        Unit::Calls => {
            let nothing = uses_or_declares.is_none() && among_are.is_empty() && among_have.is_none();
            check(!uses.is_empty() && nothing, "a share of calls is of those that use something, among all calls")
        }
        Unit::Offers => {
            let nothing = uses_or_declares.is_none() && among_are.is_empty() && among_have.is_none();
            check(are.is_some() && nothing, "a share of offers is of those that `are` something, among all offers")
        }
        Unit::Kinds | Unit::Places => {
            let among = among_have.as_ref().is_some_and(|it| !it.markers.is_empty());
            check(
                among && have.is_some() && uses_or_declares.is_none() && among_are.is_empty(),
                "a share of places or kinds says which (`among: { have: { markers: … } }`) and what of them (`that: { have: … }`)",
            )
        }
        Unit::Components
        | Unit::Pipelines
        | Unit::Ways
        | Unit::Classes
        | Unit::Links
        | Unit::Tools
        | Unit::Categories
        | Unit::Environments
        | Unit::Indicators => {
            check(false, &format!("a share is `of` repositories, teams, calls, offers, places or kinds; it says {of}"))
        }
    }
}

/// What the types can't say about the models: what they name is there, and each row is claimed once at most.
pub(super) fn check_models(models: &Models, indicators: &BTreeMap<String, Indicator>) -> Result<()> {
    let Models { levels, stages, questions, signals, engineers, sizes, rows } = models;
    let numbers: Vec<u8> = levels.iter().map(|it| it.level).collect();
    ensure!(numbers == [0, 1, 2, 3, 4], "models.yaml: the levels are 0 to 4, in order; these are {numbers:?}");
    let numbers: Vec<u8> = stages.iter().map(|it| it.stage).collect();
    ensure!(numbers == [1, 2, 3, 4, 5], "models.yaml: the stages are 1 to 5, in order; these are {numbers:?}");
    let gates = |what: &str, n: u8, gates: &[String]| -> Result<()> {
        for gate in gates {
            let rule = indicators.get(gate);
            let rule = rule.with_context(|| format!("models.yaml: gate {gate:?} of {what} {n} has no rule"))?;
            let can_be_met = rule.met.is_some() || rule.ask.is_some();
            ensure!(can_be_met, "models.yaml: gate {gate:?} of {what} {n} can't be met: its rule says no `met`");
            // What files prove places by itself; of the rest somebody has to say that it works.
            ensure!(
                rule.is_measured() || rule.ask.is_some(),
                "models.yaml: gate {gate:?} of {what} {n} is not measured and asks nobody: it could never be met"
            );
        }
        Ok(())
    };
    for it in levels {
        gates("level", it.level, &it.gates)?;
    }
    for it in stages {
        gates("stage", it.stage, &it.gates)?;
    }
    for id in questions.iter().chain(signals.iter().map(|it| &it.indicator)) {
        let asks = indicators.get(id).and_then(|it| it.ask.as_ref());
        ensure!(
            asks.is_some_and(|it| it.answer == AnswerKind::YesNo),
            "models.yaml: {id:?} is no rule that asks for yes or no; questions and signals are such rules"
        );
    }
    let asks = indicators.get(engineers).and_then(|it| it.ask.as_ref());
    ensure!(
        asks.is_some_and(|it| it.answer == AnswerKind::Number),
        "models.yaml: `engineers` is {engineers:?}, which is no rule that asks for a number"
    );
    let bounds: Vec<u64> = sizes.iter().filter_map(|it| it.below).collect();
    ensure!(
        bounds.is_sorted() && sizes.last().is_some_and(|it| it.below.is_none()) && bounds.len() + 1 == sizes.len(),
        "models.yaml: the sizes ascend, and the last has no bound"
    );
    let mut claimed: BTreeMap<&str, &str> = BTreeMap::new();
    for rule in indicators.values() {
        if let Some(Measure::Indicators(ids)) = &rule.measure {
            for id in ids {
                let it = indicators.get(id).with_context(|| format!("{}: there is no indicator {id:?}", rule.id))?;
                let is_plain = !matches!(it.measure, Some(Measure::Indicators(_)));
                ensure!(is_plain, "{}: {id:?} is itself about other indicators; name those", rule.id);
            }
        }
        for row in rule.row.iter().chain(&rule.also) {
            ensure!(rows.iter().any(|it| it.row == *row), "{}: there is no row {row:?} in models.yaml", rule.id);
        }
        for row in &rule.row {
            if let Some(other) = claimed.insert(row, &rule.id) {
                bail!("{} and {other} claim row {row}; one rule claims it, the other says `also`", rule.id);
            }
        }
    }
    Ok(())
}
