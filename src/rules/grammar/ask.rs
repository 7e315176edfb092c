//! What people are asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Met;

/// `ask: { question: …, answer: …, met: … }`
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ask {
    /// The question, as a sentence with a question mark.
    pub question: String,
    /// What kind of answer it wants.
    #[serde(default)]
    pub answer: AnswerKind,
    /// Which answer of yes and no is the good one.
    #[serde(default = "yes")]
    pub good: bool,
    /// When a figure is good; absent for figures that are only shown.
    pub met: Option<Met>,
}

fn yes() -> bool {
    true
}

/// What kind of answer a question wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerKind {
    /// Yes or no.
    #[default]
    YesNo,
    /// A share, from 0 to 1.
    Share,
    /// A duration in minutes.
    Minutes,
    /// A duration in days.
    Days,
    /// A number.
    Number,
}

impl Ask {
    /// When an answer is good, in words.
    pub fn met_words(&self) -> Option<String> {
        match self.answer {
            AnswerKind::YesNo => Some(format!("when the answer is {}", if self.good { "yes" } else { "no" })),
            AnswerKind::Share => self.met.map(|it| it.words(true)),
            AnswerKind::Minutes => self.met.map(|it| format!("{} minutes", it.words(false))),
            AnswerKind::Days => self.met.map(|it| format!("{} days", it.words(false))),
            AnswerKind::Number => self.met.map(|it| it.words(false)),
        }
    }

    /// Whether a figure is good; nothing where the rule sets no bound.
    pub fn holds(&self, figure: f64) -> Option<bool> {
        self.met.map(|it| it.holds(figure))
    }
}

impl AnswerKind {
    /// What is answered, as a hint to those who are asked.
    pub fn hint(self) -> &'static str {
        match self {
            AnswerKind::YesNo => "yes or no",
            AnswerKind::Share => "a share: 0.8, or 80 %",
            AnswerKind::Minutes => "a number of minutes",
            AnswerKind::Days => "a number of days",
            AnswerKind::Number => "a number",
        }
    }
}
