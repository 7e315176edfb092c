//! What a page for people lists in full and `summary.json` counts: every use of what is shared, and the words of the rules.

use crate::rules::{Indicator, Models, Rules};

/// What only pages for people need.
#[derive(Debug)]
pub struct Pages {
    /// The two models: levels and stages with their names and meanings.
    pub models: Models,
    /// The rules of indicators, sorted by id.
    pub indicators: Vec<Indicator>,
    /// The uses of each shared offer, in the order of the summary's offers.
    pub uses: Vec<Vec<OfferUse>>,
}

/// A use of a shared offer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OfferUse {
    /// The repository (index in the report's repositories).
    pub repo: usize,
    /// The file.
    pub path: String,
    /// The line.
    pub line: u32,
    /// The version that is asked for.
    pub version: String,
    /// Whether it is known to be behind the newest.
    pub is_behind: bool,
}

impl Pages {
    pub(super) fn of(rules: &Rules, uses: Vec<Vec<OfferUse>>) -> Self {
        let Rules { models, indicators, .. } = rules;
        Pages { models: models.clone(), indicators: indicators.clone(), uses }
    }
}
