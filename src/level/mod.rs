//! Outcomes → the range of levels, and of stages, that they leave open, and what blocks the next.

mod questions;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::questions::{Questions, Signal, Size};
use crate::measure::{AnswerStanding, Outcome, Value, Verdict};
use crate::rules::{Basis, Effort, Indicator, Met, Models, Rules, Threshold, Unit, percent};

/// Where the organisation stands in both models.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// In the first model, by levels 0 to 4.
    pub level: Range,
    /// In the second model, by stages 1 to 5.
    pub stage: Range,
    /// What the second model's six questions say by themselves.
    pub questions: Questions,
    /// What tells that it is time for a level.
    pub signals: Vec<Signal>,
    /// What the size of the organisation says of stages; absent until somebody says how large it is.
    pub size: Option<Size>,
}

/// Where the organisation stands in one model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The highest step that is reached whatever the unknown turns out to be.
    pub low: u8,
    /// Its name.
    pub name: String,
    /// The highest step that could be reached if the unknown turned out well.
    pub high: u8,
    /// The highest step up to which files show what the gates ask for, as far as they can: it is configured, which is
    /// not the same as working.
    pub configured_for: u8,
    /// What to beware of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// The gates of all steps, and how they stand.
    pub gates: Vec<Gate>,
    /// What keeps the organisation from the step after `low`, what is least work first.
    pub blockers: Vec<Blocker>,
}

/// One gate of a level or stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// The level or stage it belongs to.
    pub level: u8,
    /// The indicator's id.
    pub indicator: String,
    /// The indicator's heading.
    pub title: String,
    /// How it stands, answers included.
    pub verdict: Verdict,
    /// How what is measured is known.
    pub basis: Basis,
    /// What files say.
    pub files: Verdict,
    /// How the answer of people stands, where the rule asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerStanding>,
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// What else is to be said of the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Of how many it can't be told; the verdict holds whatever they turn out to be.
    pub unknown: u64,
    /// When it is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met: Option<Met>,
    /// Where the configuration sets the bound: what it says, and what the rule says itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
}

/// What keeps the organisation from a level or stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Blocker {
    /// The level or stage.
    pub level: u8,
    /// The indicator's id.
    pub indicator: String,
    /// The indicator's heading.
    pub title: String,
    /// Whether it is not met, or can't be told.
    pub verdict: Verdict,
    /// How many things have to change for it to be met; absent where unknown things have to be told first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<u64>,
    /// How much work it is.
    pub effort: Effort,
    /// How many repositories it concerns.
    pub repositories: u64,
    /// What is missing, in words.
    pub says: String,
    /// What to do.
    pub remedy: String,
}

/// One step of a model: its number, name and gates.
struct Step<'r> {
    number: u8,
    name: &'r str,
    gates: &'r [String],
}

/// Places the organisation. Unknown widens the range; it moves neither end.
pub fn place(outcomes: &[Outcome], rules: &Rules) -> Placement {
    let Models { levels, stages, .. } = &rules.models;
    let levels: Vec<Step<'_>> =
        levels.iter().map(|it| Step { number: it.level, name: &it.name, gates: &it.gates }).collect();
    let stages: Vec<Step<'_>> =
        stages.iter().map(|it| Step { number: it.stage, name: &it.name, gates: &it.gates }).collect();
    Placement {
        level: range("level", &levels, outcomes, rules),
        stage: range("stage", &stages, outcomes, rules),
        questions: questions::questions(outcomes, rules),
        signals: questions::signals(outcomes, rules),
        size: questions::size(outcomes, rules),
    }
}

fn range(noun: &str, steps: &[Step<'_>], outcomes: &[Outcome], rules: &Rules) -> Range {
    let outcome = |id: &String| outcomes.iter().find(|it| it.indicator == *id);
    let floor = steps.first().map_or(0, |it| it.number);
    let reached = |passes: &dyn Fn(Verdict) -> bool| {
        let reaches = |step: &&Step<'_>| {
            let verdicts: Vec<Verdict> = step.gates.iter().filter_map(outcome).map(Outcome::award).collect();
            // A step of whose gates no more than half apply is neither reached nor missed: it can't be told.
            let n_applying = verdicts.iter().filter(|it| **it != Verdict::NotApplicable).count();
            let applies = step.gates.is_empty() || 2 * n_applying > verdicts.len();
            verdicts.iter().all(|it| *it == Verdict::NotApplicable || passes(*it))
                && (applies || passes(Verdict::Unknown))
        };
        steps.iter().take_while(reaches).last().map_or(floor, |it| it.number)
    };
    let low = reached(&|verdict| verdict == Verdict::Met);
    let high = reached(&|verdict| matches!(verdict, Verdict::Met | Verdict::Unknown));
    // What only people can say is left out; what files deny ends it.
    let shows = |step: &&Step<'_>| {
        let measured = step.gates.iter().filter(|id| rules.indicator(id).is_some_and(|it| it.measure.is_some()));
        let verdicts: Vec<Verdict> = measured.filter_map(outcome).map(|it| it.verdict).collect();
        step.gates.is_empty()
            || verdicts.contains(&Verdict::Met)
                && verdicts.iter().all(|it| matches!(it, Verdict::Met | Verdict::NotApplicable))
    };
    let configured_for = steps.iter().take_while(shows).last().map_or(floor, |it| it.number).max(low);
    let all = steps.iter().flat_map(|step| step.gates.iter().map(|id| (step.number, id)));
    let gates = all.filter_map(|(level, id)| Some(gate(level, outcome(id)?, rules.indicator(id)?))).collect();
    let next = steps.iter().find(|it| it.number == low + 1);
    let blocks = |id: &String| {
        let (outcome, rule) = (outcome(id)?, rules.indicator(id)?);
        let verdict = outcome.award();
        matches!(verdict, Verdict::NotMet | Verdict::Unknown).then(|| blocker(low + 1, verdict, outcome, rule))
    };
    let mut blockers: Vec<Blocker> = next.iter().flat_map(|step| step.gates).filter_map(blocks).collect();
    // What can't be told comes last: nobody can mend it in the code.
    blockers.sort_by_key(|it| {
        (
            it.verdict != Verdict::NotMet,
            it.effort,
            it.missing.unwrap_or(u64::MAX),
            it.repositories,
            it.indicator.clone(),
        )
    });
    let ahead = (configured_for > low + 1).then(|| {
        format!(
            "Files show what {noun} {configured_for} asks for, and {noun} {} isn't certain. Each {noun} rests on the one \
            before: make it certain first, and don't skip one.",
            low + 1
        )
    });
    let name = steps.iter().find(|it| it.number == low).map(|it| it.name.to_owned()).unwrap_or_default();
    Range { low, name, high, configured_for, advice: ahead, gates, blockers }
}

fn gate(level: u8, outcome: &Outcome, rule: &Indicator) -> Gate {
    Gate {
        level,
        indicator: rule.id.clone(),
        title: rule.title.clone(),
        verdict: outcome.award(),
        basis: outcome.basis,
        files: outcome.verdict,
        answer: outcome.attested.as_ref().map(|it| it.standing),
        value: outcome.value,
        note: outcome.note.clone(),
        unknown: outcome.unknown.len() as u64,
        met: rule.met,
        threshold: rule.threshold,
    }
}

fn blocker(level: u8, verdict: Verdict, outcome: &Outcome, rule: &Indicator) -> Blocker {
    let missing = missing(outcome, rule.met).filter(|_| verdict == Verdict::NotMet);
    let concerned = outcome.against.iter().chain(&outcome.unknown).map(|it| it.repo.as_str());
    let concerned: std::collections::BTreeSet<&str> = concerned.filter(|it| !it.is_empty()).collect();
    Blocker {
        level,
        indicator: rule.id.clone(),
        title: rule.title.clone(),
        verdict,
        missing,
        effort: rule.effort,
        repositories: concerned.len() as u64,
        says: says(outcome, rule, missing),
        remedy: rule.remedy.clone(),
    }
}

/// How many things have to change for a share to be met, unknown things counting against it.
fn missing(outcome: &Outcome, met: Option<Met>) -> Option<u64> {
    if outcome.verdict != Verdict::NotMet {
        return None;
    }
    let (n, _) = outcome.value?.of?;
    let all = (outcome.counted.len() + outcome.against.len() + outcome.unknown.len()) as u64;
    Some(met?.fewest(all).saturating_sub(n))
}

fn says(outcome: &Outcome, rule: &Indicator, missing: Option<u64>) -> String {
    let of_files = rule.measure.as_ref().map(|_| of_files(outcome, rule.met, missing));
    let of_people = outcome.attested.as_ref().map(|attested| {
        let answer = attested.answer.as_ref();
        let by = answer.map(|it| format!("{} on {}", it.by, it.on)).unwrap_or_default();
        match attested.standing {
            AnswerStanding::Unanswered => "not answered yet".to_owned(),
            AnswerStanding::Expired => format!("the answer of {by} has expired"),
            AnswerStanding::Answered => format!("answered by {by}"),
            AnswerStanding::Contradicted => format!("files say otherwise than {by}"),
        }
    });
    [of_files, of_people].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn of_files(outcome: &Outcome, met: Option<Met>, missing: Option<u64>) -> String {
    let value = outcome.value.map(Value::words);
    let value = value.unwrap_or_else(|| "nothing could be counted".to_owned());
    let number = |bound: f64| match outcome.value {
        Some(Value { of: Some(_), .. }) => format!("{} %", percent(bound)),
        _ => bound.to_string(),
    };
    let bound = match met {
        Some(Met::AtLeast(bound)) => format!("at least {}", number(bound)),
        Some(Met::Above(bound)) => format!("more than {}", number(bound)),
        Some(Met::AtMost(bound)) => format!("at most {}", number(bound)),
        None => return value,
    };
    let unknown = outcome.unknown.len();
    match (outcome.verdict, missing) {
        (Verdict::Unknown, _) if outcome.note.is_some() => {
            format!("{value}; {}", outcome.note.as_deref().unwrap_or_default())
        }
        (_, Some(n)) => format!("{value}; {n} more to reach {bound}"),
        (Verdict::Unknown, None) if unknown > 0 => format!("{value}, {unknown} unknown; {bound} can't be told"),
        (Verdict::Unknown, None) if outcome.value.is_some_and(|it| it.unit == Unit::Places) => {
            format!("{value} of evidence in what was scanned")
        }
        _ => format!("{value}; {bound} is wanted"),
    }
}
