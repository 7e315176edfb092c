//! The second model's own arithmetic: its six questions, the signals for a next level, and what a size typically means.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::answers::Says;
use crate::measure::{Outcome, Verdict};
use crate::rules::Rules;

/// What the six questions say: most no is stage 1 or 2, the first few yes and the rest no is stage 3, mostly yes is
/// stage 4 or 5.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    /// The lowest stage that they leave open.
    pub low: u8,
    /// The highest stage that they leave open.
    pub high: u8,
    /// The indicators that ask, in the model's order, with what was answered; unknown where nobody did.
    pub answers: Vec<(String, Verdict)>,
}

/// A signal that calls for a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// The indicator that asks for it.
    pub indicator: String,
    /// The level that it calls for.
    pub level: u8,
    /// Whether people say that it is there: not met, where the good answer was not given.
    pub verdict: Verdict,
}

/// What a size says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// How many engineers there are, as answered.
    pub engineers: u64,
    /// The stage that organisations of this size typically are at: a target to think of, no verdict.
    pub stage: u8,
}

/// How many yes of the first questions make "the first few".
const FIRST_FEW: usize = 2;

pub(super) fn questions(outcomes: &[Outcome], rules: &Rules) -> Questions {
    let verdict = |id: &String| {
        let outcome = outcomes.iter().find(|it| it.indicator == *id);
        outcome.and_then(|it| it.attested.as_ref()).map_or(Verdict::Unknown, |it| it.verdict)
    };
    let answers: Vec<(String, Verdict)> = rules.models.questions.iter().map(|id| (id.clone(), verdict(id))).collect();
    // What doesn't apply is not asked; what isn't answered may be either.
    let asked: Vec<Option<bool>> = answers
        .iter()
        .filter(|(_, it)| *it != Verdict::NotApplicable)
        .map(|(_, it)| match it {
            Verdict::Met => Some(true),
            Verdict::NotMet => Some(false),
            Verdict::Unknown | Verdict::NotApplicable => None,
        })
        .collect();
    let (mut low, mut high) = (u8::MAX, 0);
    for completion in 0..1_u32 << asked.len() {
        let yes: Vec<bool> = asked.iter().enumerate().map(|(at, it)| it.unwrap_or(completion >> at & 1 == 1)).collect();
        let (from, to) = stages_of(&yes);
        (low, high) = (low.min(from), high.max(to));
    }
    Questions { low, high, answers }
}

/// The stages that full answers leave open.
fn stages_of(yes: &[bool]) -> (u8, u8) {
    let n = yes.iter().filter(|it| **it).count();
    let first_few = yes.iter().take(FIRST_FEW).filter(|it| **it).count() == FIRST_FEW.min(yes.len());
    match () {
        // Nothing was asked, so nothing is said.
        () if yes.is_empty() => (1, 5),
        () if 3 * n > 2 * yes.len() => (4, 5),
        () if first_few => (3, 3),
        () if 2 * n < yes.len() => (1, 2),
        // As many yes as no, and not the first ones: the model says no more than that it is one of these.
        () => (2, 3),
    }
}

pub(super) fn signals(outcomes: &[Outcome], rules: &Rules) -> Vec<Signal> {
    let answered = |id: &str| outcomes.iter().find(|it| it.indicator == id).and_then(|it| it.attested.as_ref());
    let signal = |it: &crate::rules::Signal| Signal {
        indicator: it.indicator.clone(),
        level: it.level,
        verdict: answered(&it.indicator).map_or(Verdict::Unknown, |it| it.verdict),
    };
    rules.models.signals.iter().map(signal).collect()
}

pub(super) fn size(outcomes: &[Outcome], rules: &Rules) -> Option<Size> {
    let attested = outcomes.iter().find(|it| it.indicator == rules.models.engineers)?.attested.as_ref()?;
    let counts = matches!(attested.standing, crate::measure::AnswerStanding::Answered);
    let Says::Figure(engineers) = attested.answer.as_ref().filter(|_| counts)?.says else { return None };
    let engineers = engineers as u64;
    let stage = rules.models.sizes.iter().find(|it| it.below.is_none_or(|below| engineers < below))?.stage;
    Some(Size { engineers, stage })
}

#[cfg(test)]
mod tests {
    use super::stages_of;

    #[test]
    fn what_full_answers_say() {
        let (y, n) = (true, false);
        for (yes, expected) in [
            ([n, n, n, n, n, n], (1, 2)),
            ([y, n, n, n, n, n], (1, 2)),
            ([y, y, n, n, n, n], (3, 3)),
            ([y, y, y, n, n, n], (3, 3)),
            ([n, n, n, y, y, n], (1, 2)),
            ([n, n, n, y, y, y], (2, 3)),
            ([y, y, y, y, n, n], (3, 3)),
            ([y, y, y, y, y, n], (4, 5)),
            ([y, y, y, y, y, y], (4, 5)),
        ] {
            assert_eq!(stages_of(&yes), expected, "{yes:?}");
        }
        assert_eq!(stages_of(&[]), (1, 5));
    }
}
