//! Rules over the organisation → outcomes: for each indicator its value, and the facts counted for it, against it and
//! unknown.

pub mod adoption;
pub mod findings;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::{Artifact, Offer};
use crate::measure::adoption::{Standing, Standings};
use crate::org::figures::{Sameness, distinct};
use crate::org::genome::Cluster;
use crate::org::offers::{self, OfferStatus};
use crate::org::{ADOPTED, Org};
use crate::rules::{Basis, Builtin, Indicator, Measure, Quality, Rules, Strength, Subject, Unit};
use crate::source::Location;

/// What one indicator says of the organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The indicator's id.
    pub indicator: String,
    /// What it comes to.
    pub verdict: Verdict,
    /// How we know.
    pub basis: Basis,
    /// The value; absent where nothing could be counted.
    pub value: Option<Value>,
    /// What counts for it.
    pub counted: Vec<Evidence>,
    /// What counts against it.
    pub against: Vec<Evidence>,
    /// What can't be told.
    pub unknown: Vec<Evidence>,
}

/// What an indicator comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is so.
    Met,
    /// It is not so.
    NotMet,
    /// There is nothing it could be said of.
    NotApplicable,
    /// It can't be told.
    Unknown,
}

/// A number with its unit, and for shares numerator and denominator.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Value {
    /// The share (0 to 1), or the count.
    pub number: f64,
    /// What is counted.
    pub unit: Unit,
    /// For shares: how many of how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<(u64, u64)>,
}

/// One thing that was counted, and where it can be seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The repository.
    pub repo: String,
    /// The place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Location>,
    /// What is there, in words.
    pub what: String,
}

/// Measures every indicator.
pub fn measure(org: &Org, standings: &Standings, rules: &Rules) -> Vec<Outcome> {
    rules.indicators.iter().map(|rule| measure_one(org, standings, rule)).collect()
}

fn measure_one(org: &Org, standings: &Standings, rule: &Indicator) -> Outcome {
    let counts = match &rule.measure {
        Measure::Share(share) => match share.of {
            Unit::Repositories => {
                let uses: Vec<Artifact> = share.that.uses.iter().flat_map(|it| it.artifacts()).copied().collect();
                let subject = share.among.uses_or_declares.unwrap_or(Subject::Any);
                repositories(org, standings, subject, &uses)
            }
            Unit::Calls => {
                let uses: Vec<Artifact> = share.that.uses.iter().flat_map(|it| it.artifacts()).copied().collect();
                calls(org, standings, &uses)
            }
            Unit::Offers => match share.that.are {
                Some(Quality::Documented) => documented(org, share.that.described.unwrap_or(1.0)),
                Some(Quality::Versioned) | None => versioned(org),
            },
            Unit::Pipelines => Counts::default(),
        },
        Measure::Builtin(Builtin::DeliveryFoundElsewhere) => found_elsewhere(org),
        Measure::Count(count) => {
            return plain(rule, count_of(org, standings, count.of, count.among.uses_or_declares), count.of);
        }
        Measure::Distinct(it) => {
            let by = match it.by {
                Strength::Exact => Sameness::Exact,
                Strength::Structure => Sameness::Structure,
                Strength::Near => Sameness::Near,
                Strength::Skeleton => Sameness::Skeleton,
            };
            let number = distinct(org).into_iter().find(|it| it.by == by).map_or(0, |it| it.distinct);
            return plain(rule, number, it.of);
        }
        Measure::Ask(ask) => {
            let what = ask.question.clone();
            return Outcome {
                indicator: rule.id.clone(),
                verdict: Verdict::Unknown,
                basis: rule.basis,
                value: None,
                counted: Vec::new(),
                against: Vec::new(),
                unknown: vec![Evidence { repo: String::new(), at: None, what }],
            };
        }
    };
    let unit = match &rule.measure {
        Measure::Share(share) => share.of,
        Measure::Builtin(_) | Measure::Count(_) | Measure::Distinct(_) | Measure::Ask(_) => Unit::Repositories,
    };
    share_outcome(rule, counts, unit)
}

/// What counts for, against, and can't be told.
#[derive(Debug, Default)]
struct Counts {
    counted: Vec<Evidence>,
    against: Vec<Evidence>,
    unknown: Vec<Evidence>,
}

/// The verdict of a share. Unknown can't be counted on either side: the bound must hold whatever the unknown turns
/// out to be, or fail whatever it turns out to be; else the verdict is unknown.
fn share_outcome(rule: &Indicator, counts: Counts, unit: Unit) -> Outcome {
    let Counts { mut counted, mut against, mut unknown } = counts;
    counted.sort();
    against.sort();
    unknown.sort();
    let (n, known, all) = (counted.len(), counted.len() + against.len(), counted.len() + against.len() + unknown.len());
    let share = |n: usize, d: usize| n as f64 / d as f64;
    let holds = |share: f64| rule.met.is_none_or(|it| it.holds(share));
    let verdict = if all == 0 {
        Verdict::NotApplicable
    } else {
        match (holds(share(n, all)), holds(share(n + unknown.len(), all))) {
            (true, true) => Verdict::Met,
            (false, false) => Verdict::NotMet,
            _ => Verdict::Unknown,
        }
    };
    let value = (known > 0).then(|| Value { number: share(n, known), unit, of: Some((n as u64, known as u64)) });
    Outcome { indicator: rule.id.clone(), verdict, basis: rule.basis, value, counted, against, unknown }
}

fn plain(rule: &Indicator, number: usize, unit: Unit) -> Outcome {
    let number = number as f64;
    let verdict = if rule.met.is_none_or(|it| it.holds(number)) { Verdict::Met } else { Verdict::NotMet };
    Outcome {
        indicator: rule.id.clone(),
        verdict,
        basis: rule.basis,
        value: Some(Value { number, unit, of: None }),
        counted: Vec::new(),
        against: Vec::new(),
        unknown: Vec::new(),
    }
}

/// The artifacts a subject is about.
fn subject_artifacts(subject: Subject) -> &'static [Artifact] {
    match subject {
        Subject::Terraform => &[Artifact::TerraformModule],
        Subject::Ci => &[Artifact::CiTemplate, Artifact::CiAction],
        Subject::Charts => &[Artifact::HelmChart],
        Subject::Images => &[Artifact::BaseImage],
        Subject::Any => &ADOPTED,
    }
}

/// The repositories that use what is shared, of those that could.
fn repositories(org: &Org, standings: &Standings, subject: Subject, uses: &[Artifact]) -> Counts {
    let mut counts = Counts::default();
    for repo in 0..org.repos.len() {
        // A repository counts where the subject applies to it; what it uses is looked for among `uses`.
        if matches!(
            standings.any(repo, subject_artifacts(subject)),
            Standing::NotApplicable | Standing::Provider { .. }
        ) {
            continue;
        }
        let evidence = |at: Option<Location>, what: String| Evidence { repo: org.repos[repo].id.clone(), at, what };
        match standings.any(repo, uses).clone() {
            Standing::Adopts { at, what } => counts.counted.push(evidence(Some(at), what)),
            Standing::Misses { at, what } => counts.against.push(evidence(Some(at), what)),
            Standing::Unknown { at, what } => counts.unknown.push(evidence(at, what)),
            Standing::NotApplicable | Standing::Provider { .. } => {}
        }
    }
    counts
}

/// The calls of what is shared, of all calls that leave their own repository.
fn calls(org: &Org, standings: &Standings, uses: &[Artifact]) -> Counts {
    let mut counts = Counts::default();
    for call in uses.iter().flat_map(|artifact| adoption::calls(org, standings, *artifact)) {
        let repo = &org.repos[call.repo];
        let usage = &repo.facts.uses[call.usage];
        let it = Evidence { repo: repo.id.clone(), at: Some(usage.at.clone()), what: usage.written.clone() };
        match call.shared {
            Some(true) => counts.counted.push(it),
            Some(false) => counts.against.push(it),
            None => counts.unknown.push(it),
        }
    }
    counts
}

fn count_of(org: &Org, standings: &Standings, unit: Unit, among: Option<Subject>) -> usize {
    match unit {
        Unit::Repositories => (0..org.repos.len())
            .filter(|&repo| {
                among.is_none_or(|subject| *standings.any(repo, subject_artifacts(subject)) != Standing::NotApplicable)
            })
            .count(),
        Unit::Calls => ADOPTED.iter().map(|artifact| adoption::calls(org, standings, *artifact).len()).sum(),
        Unit::Offers => shared_offers(org).count(),
        Unit::Pipelines => org.repos.iter().flat_map(|it| &it.pipelines).filter(|it| it.delivers()).count(),
    }
}

/// Every offer that is made for others: repository and offer (indices), offer, status.
pub fn shared_offers(org: &Org) -> impl Iterator<Item = (usize, usize, &Offer, &OfferStatus)> {
    org.repos.iter().enumerate().flat_map(|(repo, it)| {
        let offers = it.facts.offers.iter().zip(&it.offers).enumerate();
        let shared = offers.filter(|(_, (_, status))| status.is_shared());
        shared.map(move |(number, (offer, status))| (repo, number, offer, status))
    })
}

/// The name of an offer where people look for it.
pub fn offer_name(org: &Org, repo: usize, offer: &Offer) -> String {
    if offer.artifact == Artifact::BaseImage {
        return offer.name.clone();
    }
    let separator = if offer.artifact == Artifact::TerraformModule { "//" } else { "/" };
    if offer.path.is_empty() {
        org.repos[repo].id.clone()
    } else {
        format!("{}{separator}{}", org.repos[repo].id, offer.path)
    }
}

fn versioned(org: &Org) -> Counts {
    let mut counts = Counts::default();
    for (repo, _, offer, status) in shared_offers(org) {
        let evidence = |what: &str| Evidence {
            repo: org.repos[repo].id.clone(),
            at: Some(offer.at.clone()),
            what: format!("{}: {what}", offer_name(org, repo, offer)),
        };
        match status.versioned {
            Some(true) => counts.counted.push(evidence("versioned")),
            Some(false) => counts.against.push(evidence("no tag of its repository is a version")),
            None => counts.unknown.push(evidence("the clone has no tags and may have been made without them")),
        }
    }
    counts
}

fn documented(org: &Org, described: f64) -> Counts {
    let mut counts = Counts::default();
    for (repo, _, offer, status) in shared_offers(org) {
        let lacks = offers::lacks(offer, status, described);
        let name = offer_name(org, repo, offer);
        let what =
            if lacks.is_empty() { format!("{name}: documented") } else { format!("{name}: {}", lacks.join(", ")) };
        let it = Evidence { repo: org.repos[repo].id.clone(), at: Some(offer.at.clone()), what };
        if lacks.is_empty() { counts.counted.push(it) } else { counts.against.push(it) }
    }
    counts
}

/// Delivering repositories that have a delivery structure in common with another repository.
fn found_elsewhere(org: &Org) -> Counts {
    let mut counts = Counts::default();
    // Of several clusters of one repository the first, which is in the most repositories.
    let mut common: Vec<Option<&Cluster>> = vec![None; org.repos.len()];
    for cluster in org.genome.structures.iter().rev().filter(|it| it.repositories.len() > 1) {
        for &repo in &cluster.repositories {
            common[repo] = Some(cluster);
        }
    }
    let delivering = org.repos.iter().filter(|it| it.pipelines.iter().any(|it| it.delivers())).count();
    for (repo, it) in org.repos.iter().enumerate() {
        let evidence = |at: Option<Location>, what: String| Evidence { repo: it.id.clone(), at, what };
        let unread = it.unread_systems();
        let Some(first) = it.pipelines.iter().position(|it| it.delivers()) else {
            if let Some(marker) = adoption::unread_pipeline(it) {
                let systems: Vec<&str> = unread.into_iter().collect();
                counts
                    .unknown
                    .push(evidence(Some(marker), format!("pipelines of {} are not read", systems.join(", "))));
            }
            continue;
        };
        let at = it.facts.pipelines[first].at.clone();
        match common[repo] {
            Some(cluster) => {
                let (_, number) =
                    cluster.members.iter().find(|(member, _)| *member == repo).copied().unwrap_or((repo, first));
                let at = it.facts.pipelines[number].at.clone();
                let n = cluster.repositories.len() - 1;
                let others = if n == 1 { "1 other repository".to_owned() } else { format!("{n} other repositories") };
                counts.counted.push(evidence(Some(at), format!("has the structure of a pipeline in {others}")));
            }
            None if delivering < 2 => {
                counts
                    .unknown
                    .push(evidence(Some(at), "there is no other delivering repository to compare with".to_owned()));
            }
            None if !unread.is_empty() => {
                let systems: Vec<&str> = unread.into_iter().collect();
                counts.unknown.push(evidence(
                    Some(at),
                    format!(
                        "its pipelines that were read are found nowhere else; those of {} are not read",
                        systems.join(", ")
                    ),
                ));
            }
            None => counts.against.push(evidence(Some(at), "its delivery pipelines are found nowhere else".to_owned())),
        }
    }
    counts
}
