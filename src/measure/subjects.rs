//! What an indicator comes to for each team and each repository: the same evidence, divided by whose it is, held against
//! the same bound. What is counted across an organisation as a whole, such as its ways to a database, can't be divided.

use std::collections::BTreeMap;

use super::{Counts, Evidence, Outcome, Seen, Verdict, share_verdict, shares};
use crate::rules::{Indicator, Measure, Unit};

/// What an indicator comes to for one team or repository, by what files say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfSubject {
    /// What it comes to.
    pub verdict: Verdict,
    /// How many things count for it.
    pub n: u64,
    /// Of how many of which it can be told. Where places are looked for, those that were found.
    pub of: u64,
    /// Of how many more it can't be told.
    pub unknown: u64,
}

/// What one indicator comes to for each team; for `None`, what nobody is known to own. A team of which nothing counts
/// has no part in it.
pub fn by_team<'s>(seen: &'s Seen<'_>, rule: &Indicator, outcome: &Outcome) -> BTreeMap<Option<&'s str>, OfSubject> {
    divided(rule, [&outcome.counted, &outcome.against, &outcome.unknown], |repo| {
        Some(seen.org.teams[seen.org.number_of(repo)?].as_deref())
    })
}

/// What one indicator comes to for each repository, by its number in the organisation. A repository of which nothing
/// counts has no part in it.
pub fn by_repository(seen: &Seen<'_>, rule: &Indicator, outcome: &Outcome) -> BTreeMap<usize, OfSubject> {
    let number = |repo: &str| seen.org.number_of(repo);
    match &rule.measure {
        // The evidence of a team is that of one of its repositories.
        Some(Measure::Share(share)) if share.of == Unit::Teams => {
            let Counts { counted, against, unknown } = shares::of_repositories(seen, share);
            divided(rule, [&counted, &against, &unknown], number)
        }
        _ => divided(rule, [&outcome.counted, &outcome.against, &outcome.unknown], number),
    }
}

/// Divides what counts for an indicator, against it, and can't be told.
fn divided<K: Ord>(
    rule: &Indicator,
    evidence: [&[Evidence]; 3],
    subject: impl Fn(&str) -> Option<K>,
) -> BTreeMap<K, OfSubject> {
    let Some(measure) = rule.measure.as_ref().filter(|it| is_divisible(it)) else { return BTreeMap::new() };
    let mut tallies: BTreeMap<K, [u64; 3]> = BTreeMap::new();
    for (side, evidence) in evidence.into_iter().enumerate() {
        for it in evidence {
            if let Some(subject) = subject(&it.repo) {
                tallies.entry(subject).or_default()[side] += 1;
            }
        }
    }
    let of_subject = |[n, against, unknown]: [u64; 3]| OfSubject {
        verdict: match rule.met {
            _ if measure.is_share() => share_verdict(rule.met, n, against, unknown),
            // What wasn't found may be where nobody looked.
            None if n > 0 => Verdict::Met,
            Some(met) if n > 0 && met.holds(n as f64) => Verdict::Met,
            _ => Verdict::Unknown,
        },
        n,
        of: n + against,
        unknown,
    };
    tallies.into_iter().map(|(subject, tally)| (subject, of_subject(tally))).collect()
}

/// Whether each thing that is counted belongs to one repository, and the bound says something of a few of them too: a
/// share does, and a search; a number of things in an organisation doesn't.
fn is_divisible(measure: &Measure) -> bool {
    let is_of_repositories = match measure.unit() {
        Unit::Repositories
        | Unit::Teams
        | Unit::Components
        | Unit::Calls
        | Unit::Offers
        | Unit::Pipelines
        | Unit::Places
        | Unit::Kinds
        | Unit::Environments => true,
        Unit::Ways | Unit::Classes | Unit::Links | Unit::Tools | Unit::Categories | Unit::Indicators => false,
    };
    is_of_repositories && (measure.is_share() || measure.is_search())
}
