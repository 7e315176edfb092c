//! Bounds that values are held against.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::percent;

/// When an indicator is met. Exactly one bound.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Met {
    /// The value is this or more.
    AtLeast(f64),
    /// The value is more than this.
    Above(f64),
    /// The value is this or less; never of a share, of which more is better.
    AtMost(f64),
}

/// A bound that the configuration sets in place of the rule's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The configuration's, which counts.
    pub met: Met,
    /// What the rule says.
    pub rule: Met,
}

impl Met {
    /// Whether a value is enough.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Met::AtLeast(bound) => value >= bound,
            Met::Above(bound) => value > bound,
            Met::AtMost(bound) => value <= bound,
        }
    }

    /// A bound of the same kind at another number.
    pub fn with(self, bound: f64) -> Met {
        match self {
            Met::AtLeast(_) => Met::AtLeast(bound),
            Met::Above(_) => Met::Above(bound),
            Met::AtMost(_) => Met::AtMost(bound),
        }
    }

    /// The number of the bound.
    pub fn bound(self) -> f64 {
        let (Met::AtLeast(bound) | Met::Above(bound) | Met::AtMost(bound)) = self;
        bound
    }

    /// The bound in words: `at 40 % or more`.
    pub fn words(self, is_share: bool) -> String {
        let number = if is_share { format!("{} %", percent(self.bound())) } else { self.bound().to_string() };
        match self {
            Met::AtLeast(_) => format!("at {number} or more"),
            Met::Above(_) => format!("above {number}"),
            Met::AtMost(_) => format!("at {number} or less"),
        }
    }

    /// The fewest of so many things, at least one, that are a share that is enough.
    pub fn fewest(self, of: u64) -> u64 {
        // The product may lie on either side of a whole number that it should be; the share itself decides.
        let near = (self.bound() * of as f64) as u64;
        (near.saturating_sub(1)..=near + 1).find(|n| self.holds(*n as f64 / of as f64)).unwrap_or(near + 2)
    }
}
