//! Findings that somebody has decided to leave out, with a reason and until a day.

use std::collections::BTreeMap;

use super::Finding;
use crate::org::Org;
use crate::org::pattern::{PathPattern, RepoPattern};
use crate::rules::counted;

/// What is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The finding's id.
    pub finding: String,
    /// The repositories, or parts of them; absent for all.
    pub repo: Option<RepoPattern>,
    /// The files in them; absent for all.
    pub path: Option<PathPattern>,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub by: Option<String>,
    /// From which day on it no longer counts (`YYYY-MM-DD`).
    pub expires: String,
    /// What and where, as it is written: `floating-image-tag in acme/shop/Dockerfile`.
    pub words: String,
}

/// What was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suppressed {
    /// How many findings of each rule.
    pub by_rule: BTreeMap<String, u64>,
    /// What the reader should know of suppressions that do nothing, or nothing more.
    pub notices: Vec<String>,
}

/// Leaves out what is suppressed as of a day (`YYYY-MM-DD`). Of several suppressions of one finding each counts as used.
pub fn suppress(
    found: Vec<Finding>,
    org: &Org,
    suppressions: &[Suppression],
    as_of: &str,
) -> (Vec<Finding>, Suppressed) {
    let mut suppressed = Suppressed::default();
    if suppressions.is_empty() {
        return (found, suppressed);
    }
    let mut matched = vec![0_u64; suppressions.len()];
    let mut kept = Vec::with_capacity(found.len());
    for finding in found {
        let mut is_suppressed = false;
        for (it, matched) in suppressions.iter().zip(&mut matched).filter(|(it, _)| it.is_of(&finding, org)) {
            *matched += 1;
            is_suppressed |= it.counts_on(as_of);
        }
        if is_suppressed {
            *suppressed.by_rule.entry(finding.rule).or_default() += 1;
        } else {
            kept.push(finding);
        }
    }
    for (it, matched) in suppressions.iter().zip(matched) {
        let words = &it.words;
        if !it.counts_on(as_of) {
            let again = counted(matched, "finding");
            suppressed.notices.push(format!("the suppression of {words} expired on {}: it is of {again}", it.expires));
        } else if matched == 0 {
            suppressed.notices.push(format!("the suppression of {words} matches nothing"));
        }
    }
    (kept, suppressed)
}

impl Suppression {
    fn is_of(&self, finding: &Finding, org: &Org) -> bool {
        let path = &finding.at.path;
        self.finding == finding.rule
            && self.repo.as_ref().is_none_or(|it| it.holds(&org.repos[finding.repo].facts.repo, path))
            && self.path.as_ref().is_none_or(|it| it.holds_file(path))
    }

    /// Whether it still counts on a day. Both are written alike, so that their texts compare as the days do.
    fn counts_on(&self, day: &str) -> bool {
        self.expires.as_str() > day
    }
}
