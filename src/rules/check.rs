//! What the types of the grammar can't say about a rule.

use crate::rules::grammar::{Basis, Builtin, Find, FindingRule, Indicator, Measure, Met, Quality, That, Unit};
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
    let measure = |holds: bool, says: &str| Fault::unless(holds, "measure", says);
    match &rule.measure {
        Measure::Share(share) => {
            let That { uses, from, are, described } = &share.that;
            measure(
                uses.is_empty() == are.is_some(),
                "`that` says either `uses` (with `from: shared`) or `are`; give one of them",
            )?;
            measure(uses.is_empty() == from.is_none(), "`uses` and `from` go together; give both or neither")?;
            let is_documented = *are == Some(Quality::Documented);
            measure(
                is_documented == described.is_some(),
                "`are: documented` says which share of inputs and outputs is described: `described: 0.8`; nothing else does",
            )?;
            described.map_or(Ok(()), |it| check_described("measure", it))?;
            measure(share.of != Unit::Pipelines, "a share is `of` repositories, calls or offers; it says pipelines")?;
            let of = share.of.words(2);
            measure(
                are.is_some() == (share.of == Unit::Offers),
                &format!("`are` is a quality of offers, `uses` one of repositories and calls; `of` says {of}"),
            )?;
            measure(
                (share.of == Unit::Repositories) == share.among.uses_or_declares.is_some(),
                "a share of repositories says which count: `among: { uses-or-declares: … }`; other shares don't",
            )?;
        }
        Measure::Count(count) => measure(
            count.among.uses_or_declares.is_none() || count.of == Unit::Repositories,
            &format!("`uses-or-declares` is said of repositories; `of` says {}", count.of.words(2)),
        )?,
        Measure::Distinct(distinct) => {
            let of = distinct.of.words(2);
            measure(distinct.of == Unit::Pipelines, &format!("`distinct` counts pipelines; `of` says {of}"))?;
        }
        Measure::Builtin(Builtin::DeliveryFoundElsewhere) => {}
        Measure::Ask(ask) => {
            measure(ask.question.ends_with('?'), "`question` ends with a question mark")?;
            Fault::unless(rule.met.is_none(), "met", "what is asked has no `met`: the answer is yes or no")?;
        }
    }
    let asks = matches!(rule.measure, Measure::Ask(_));
    let goes_together = asks == (rule.basis == Basis::Attested);
    Fault::unless(goes_together, "basis", "`basis: attested` goes with `measure: ask`, and only with it")?;
    let can_be = |bound: f64, met: Met| match rule.measure.is_share() {
        true => (0.0..=1.0).contains(&bound) && met.holds(1.0),
        false => bound.is_finite() && bound >= 0.0,
    };
    match rule.met {
        Some(met @ (Met::AtLeast(bound) | Met::Above(bound))) => {
            let allowed =
                if rule.measure.is_share() { "a share from 0 to 1 that can be reached" } else { "a number from 0" };
            Fault::unless(can_be(bound, met), "met", format!("`met` is {allowed}; it says {bound}"))
        }
        None => Ok(()),
    }
}
