//! Outcomes → the range of levels they leave open, and what blocks the next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::measure::{Outcome, Value, Verdict};
use crate::rules::{Level, Met, Rules, percent};

/// Where the organisation stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Placement {
    /// The highest level that is reached whatever the unknown turns out to be.
    pub low: u8,
    /// Its name.
    pub name: String,
    /// The highest level that could be reached if the unknown turned out well.
    pub high: u8,
    /// Levels above this are not judged by this version.
    pub judged_up_to: u8,
    /// The gates of the levels that are judged, and how they stand.
    pub gates: Vec<Gate>,
    /// What keeps the organisation from the level after `low`, what is nearest first.
    pub blockers: Vec<Blocker>,
}

/// One gate of a level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// The level it belongs to.
    pub level: u8,
    /// The indicator's id.
    pub indicator: String,
    /// The indicator's heading.
    pub title: String,
    /// How it stands.
    pub verdict: Verdict,
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Of how many it can't be told; the verdict holds whatever they turn out to be.
    pub unknown: u64,
    /// When it is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met: Option<Met>,
}

/// What keeps the organisation from a level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Blocker {
    /// The level.
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
    /// What is missing, in words.
    pub says: String,
    /// What to do.
    pub remedy: String,
}

/// Places the organisation. Unknown widens the range; it moves neither end.
pub fn place(outcomes: &[Outcome], rules: &Rules) -> Placement {
    let outcome = |id: &str| outcomes.iter().find(|it| it.indicator == id);
    let judged: Vec<&Level> = rules.levels.iter().take_while(|it| it.not_judged.is_none()).collect();
    let reached = |passes: &dyn Fn(Verdict) -> bool| {
        let reaches = |level: &&&Level| {
            let verdicts: Vec<Verdict> = level.gates.iter().filter_map(|it| outcome(it)).map(|it| it.verdict).collect();
            // A level none of whose gates applies is neither reached nor missed: it can't be told.
            let applies = level.gates.is_empty() || verdicts.iter().any(|it| *it != Verdict::NotApplicable);
            verdicts.iter().all(|it| *it == Verdict::NotApplicable || passes(*it))
                && (applies || passes(Verdict::Unknown))
        };
        judged.iter().take_while(reaches).last().map_or(0, |it| it.level)
    };
    let low = reached(&|verdict| verdict == Verdict::Met);
    let high = reached(&|verdict| matches!(verdict, Verdict::Met | Verdict::Unknown));
    let gates = judged
        .iter()
        .flat_map(|level| level.gates.iter().map(|id| (level.level, id)))
        .filter_map(|(level, id)| {
            let (outcome, rule) = (outcome(id)?, rules.indicator(id)?);
            Some(Gate {
                level,
                indicator: id.clone(),
                title: rule.title.clone(),
                verdict: outcome.verdict,
                value: outcome.value,
                unknown: outcome.unknown.len() as u64,
                met: rule.met,
            })
        })
        .collect();
    let next = judged.iter().find(|it| it.level == low + 1);
    let mut blockers: Vec<Blocker> = next
        .iter()
        .flat_map(|level| level.gates.iter().map(|id| (level.level, id)))
        .filter_map(|(level, id)| {
            let (outcome, rule) = (outcome(id)?, rules.indicator(id)?);
            let blocks = matches!(outcome.verdict, Verdict::NotMet | Verdict::Unknown);
            blocks.then(|| {
                let missing = missing(outcome, rule.met);
                Blocker {
                    level,
                    indicator: id.clone(),
                    title: rule.title.clone(),
                    verdict: outcome.verdict,
                    missing,
                    says: says(outcome, rule.met, missing),
                    remedy: rule.remedy.clone(),
                }
            })
        })
        .collect();
    // What can't be told comes last: nobody can mend it in the code.
    blockers.sort_by_key(|it| (it.verdict != Verdict::NotMet, it.missing.unwrap_or(u64::MAX), it.indicator.clone()));
    let name = judged.iter().find(|it| it.level == low).map(|it| it.name.clone()).unwrap_or_default();
    Placement { low, name, high, judged_up_to: judged.last().map_or(0, |it| it.level), gates, blockers }
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

fn says(outcome: &Outcome, met: Option<Met>, missing: Option<u64>) -> String {
    let value = outcome.value.and_then(|it| it.of.map(|(n, d)| format!("{n} of {d} {}", it.unit.words(d))));
    let value = value.unwrap_or_else(|| "nothing could be counted".to_owned());
    let bound = match met {
        Some(Met::AtLeast(bound)) => format!("at least {} %", percent(bound)),
        Some(Met::Above(bound)) => format!("more than {} %", percent(bound)),
        None => "an answer".to_owned(),
    };
    match missing {
        Some(n) => format!("{value}; {n} more to reach {bound}"),
        None => {
            let unknown = outcome.unknown.len();
            format!("{value}, {unknown} unknown; {bound} can't be told")
        }
    }
}
