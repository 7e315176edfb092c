//! The written form of rules: a closed grammar. A share knows its numerator and its misses, so that evidence comes with
//! every number; there is no expression language.

mod ask;
mod finding;
mod measure;
mod met;
mod models;
mod words;

use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::{self, IntoDeserializer as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

pub use self::ask::{AnswerKind, Ask};
pub use self::finding::{Find, FindingLevel, FindingRule, Precision};
pub use self::measure::{
    Among, ArtifactName, Builtin, Count, DistinctMeasure, EvidenceFilter, Measure, Once, Quality, Share, Source,
    Strength, Subject, That, Unit,
};
pub use self::met::{Met, Threshold};
pub use self::models::{Level, Models, Row, Signal, Size, Stage};

/// One indicator: a rule file in `rules/level-N/` or `rules/stage-N/`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Indicator {
    /// Public id, the file's name.
    pub id: String,
    /// The rows of the maturity models it claims; no other rule claims them.
    #[serde(default, deserialize_with = "one_or_many")]
    pub row: Vec<String>,
    /// Rows that another rule claims and this one has something to say of.
    #[serde(default, deserialize_with = "one_or_many")]
    pub also: Vec<String>,
    /// What it says, as a heading.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// What the number does not show.
    pub limits: String,
    /// How we know what is measured; without a measure, who could know.
    pub basis: Basis,
    /// What is measured; absent where files show nothing of it.
    pub measure: Option<Measure>,
    /// When what is measured is enough; absent for figures that are only shown.
    pub met: Option<Met>,
    /// Of how many things a share has to be, at least, to be held against `met`: of fewer it can't be told.
    pub least: Option<u64>,
    /// What people are asked, because files can't show it or not all of it.
    pub ask: Option<Ask>,
    /// What to do where it is not met.
    pub remedy: String,
    /// How much work that is.
    #[serde(default)]
    pub effort: Effort,
    /// Where the configuration sets the bound: what it says, and what the rule says itself.
    #[serde(skip)]
    pub threshold: Option<Threshold>,
}

/// How a value is known. Values of different bases are never summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Files prove it.
    Measured,
    /// Files prove that it is configured, not that it works.
    Configured,
    /// Files suggest it.
    Proxy,
    /// The history of the repositories shows it.
    History,
    /// Somebody has to say it.
    Attested,
    /// No file shows it: another system has the figure.
    NotObservable,
}

/// How much work a remedy is, as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Effort {
    /// A change of one repository or setting.
    Small,
    /// Changes of several repositories that are alike.
    #[default]
    Medium,
    /// A project.
    Large,
}

impl Indicator {
    /// When it is met, in words.
    pub fn met_words(&self) -> Option<String> {
        let is_share = self.measure.as_ref().is_some_and(Measure::is_share);
        let least = self.least.map(|it| format!(", of {it} or more; of fewer it can't be told")).unwrap_or_default();
        self.met.map(|met| format!("{}{least}", met.words(is_share)))
    }

    /// Whether what files show is enough to award something by: they prove it, and nobody has to be asked.
    pub fn is_measured(&self) -> bool {
        self.basis == Basis::Measured && self.ask.is_none()
    }
}

/// `1 major version`, `5 minor versions`.
pub fn counted(n: u64, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// `1 repository`, `5 repositories`.
pub fn counted_repositories(n: u64) -> String {
    format!("{n} {}", Unit::Repositories.words(n))
}

/// A list, or its only member by itself.
fn one_or_many<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct OneOrMany<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a word or a list of words")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<T>, E> {
            T::deserialize(text.into_deserializer()).map(|it| vec![it])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut all = Vec::new();
            while let Some(it) = list.next_element()? {
                all.push(it);
            }
            Ok(all)
        }
    }

    deserializer.deserialize_any(OneOrMany(PhantomData))
}

/// A share as whole percent, rounded down at the bound so that 39.9 % never reads as 40 %.
pub fn percent(share: f64) -> u64 {
    // The least part of a per cent is forgiven to binary fractions: 0.29 × 100 is 28.999….
    (share * 100.0 + 1e-9).floor() as u64
}
