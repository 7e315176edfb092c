//! What people said, beside what files say. The two are never merged: an answer that files contradict is shown with what
//! contradicts it, and awards nothing until one of the two is mended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Outcome, Verdict};
use crate::answers::{Answer, Says};
use crate::rules::Ask;

/// What was asked, and what people said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attested {
    /// The question.
    pub question: String,
    /// How the answer stands.
    pub standing: Standing,
    /// What the answer comes to; unknown where there is none that counts.
    pub verdict: Verdict,
    /// The answer, an expired one too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// How an answer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Nobody answered.
    Unanswered,
    /// Somebody did, and it no longer counts.
    Expired,
    /// Somebody did, and it counts.
    Answered,
    /// Somebody did, and files say otherwise.
    Contradicted,
}

impl Standing {
    /// Why the answer to a question counts for nothing; nothing where it counts.
    pub(super) fn words(self) -> Option<&'static str> {
        match self {
            Standing::Unanswered => Some("its question is not answered"),
            Standing::Expired => Some("the answer to its question has expired"),
            Standing::Contradicted => Some("the answer to its question says otherwise"),
            Standing::Answered => None,
        }
    }
}

impl Attested {
    /// Holds the answer to a question beside what was measured.
    pub fn of(ask: &Ask, answer: Option<&Answer>, measured: &Outcome, as_of: &str) -> Self {
        let counting = answer.filter(|it| it.counts_on(as_of));
        let verdict = counting.map_or(Verdict::Unknown, |it| verdict(ask, it.says));
        let contradicts = matches!(
            (verdict, measured.verdict),
            (Verdict::Met | Verdict::NotApplicable, Verdict::NotMet) | (Verdict::NotMet, Verdict::Met)
        );
        let standing = match (answer, counting) {
            (None, _) => Standing::Unanswered,
            (Some(_), None) => Standing::Expired,
            (_, Some(_)) if contradicts => Standing::Contradicted,
            (_, Some(_)) => Standing::Answered,
        };
        Attested { question: ask.question.clone(), standing, verdict, answer: answer.cloned() }
    }

    /// What answer and files come to together. Files alone award nothing here; an answer against oneself needs no
    /// support by files, an answer for oneself that they deny counts for nothing.
    pub fn award(&self, measured: Verdict) -> Verdict {
        match (self.standing, self.verdict) {
            (Standing::Unanswered | Standing::Expired, _) => Verdict::Unknown,
            (Standing::Contradicted, Verdict::NotMet) => Verdict::NotMet,
            (Standing::Contradicted, _) if measured == Verdict::NotMet => Verdict::Unknown,
            (_, verdict) => verdict,
        }
    }
}

fn verdict(ask: &Ask, says: Says) -> Verdict {
    let of = |is_good: bool| if is_good { Verdict::Met } else { Verdict::NotMet };
    match says {
        Says::Yes => of(ask.good),
        Says::No => of(!ask.good),
        Says::NotApplicable => Verdict::NotApplicable,
        // A figure that is held against nothing is shown.
        Says::Figure(figure) => ask.holds(figure).map_or(Verdict::NotApplicable, of),
    }
}
