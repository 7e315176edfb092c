//! Rules over the organisation → outcomes: for each indicator its value, and the facts counted for it, against it and
//! unknown.

pub mod adoption;
pub mod attested;
mod builtin;
mod evidence;
pub mod findings;
mod inherited;
mod offers;
mod qualities;
mod shares;
pub mod subjects;
pub mod tiers;

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::attested::{Attested, Standing as AnswerStanding};
pub use self::offers::{offer_name, shared_offers};
use crate::answers::Answers;
use crate::measure::adoption::{Standings, calls};
use crate::measure::inherited::Inheritance;
use crate::org::figures::{Sameness, distinct};
use crate::org::provisioning::{self, Provisioning};
use crate::org::tooling::{Tooling, tooling};
use crate::org::{ADOPTED, Org};
use crate::rules::{Basis, Count, Indicator, Measure, Met, Quality, Rules, Strength, Unit};
use crate::source::Location;

/// What one indicator says of the organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The indicator's id.
    pub indicator: String,
    /// What files say that it comes to; unknown where the rule only asks.
    pub verdict: Verdict,
    /// How we know.
    pub basis: Basis,
    /// The value; absent where nothing could be counted.
    pub value: Option<Value>,
    /// What people said, where the rule asks.
    pub attested: Option<Attested>,
    /// What counts for it.
    pub counted: Vec<Evidence>,
    /// What counts against it.
    pub against: Vec<Evidence>,
    /// What can't be told.
    pub unknown: Vec<Evidence>,
    /// What else is to be said of the value: why it isn't held against the bound, or what it is of a part.
    pub note: Option<String>,
}

/// What an indicator comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is so.
    Met,
    /// It is not so.
    NotMet,
    /// There is nothing it could be said of, or nothing that it would be held against.
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

/// An organisation, and what rules and reports ask of it again and again, worked out once.
pub struct Seen<'o> {
    /// The organisation.
    pub org: &'o Org,
    /// What it is held against.
    pub rules: &'o Rules,
    /// Where each repository stands towards what is shared.
    pub standings: Standings,
    /// By which mechanisms things are provisioned.
    pub ways: Provisioning<'o>,
    /// Which documents list what there is to use.
    pub tooling: Tooling<'o>,
    /// The day that everything counts as of (`YYYY-MM-DD`).
    pub as_of: &'o str,
    /// Qualities of repositories that were told.
    qualities: RefCell<FxHashMap<(usize, Quality), Judged>>,
    /// What repositories have from what they call.
    inheritance: Inheritance<'o>,
}

impl<'o> Seen<'o> {
    /// Looks at an organisation.
    pub fn of(org: &'o Org, rules: &'o Rules, as_of: &'o str) -> Self {
        Seen {
            org,
            rules,
            standings: Standings::of(org),
            ways: provisioning::find(org, &rules.tables.knowledge.classes),
            tooling: tooling(org),
            as_of,
            qualities: RefCell::default(),
            inheritance: Inheritance::default(),
        }
    }
}

/// Measures every indicator, and holds the answers beside what files say. Rules about other rules come last.
pub fn measure(seen: &Seen<'_>, answers: &Answers) -> Vec<Outcome> {
    let (rules, as_of) = (seen.rules, seen.as_of);
    let mut outcomes: Vec<Outcome> = rules
        .indicators
        .iter()
        .map(|rule| {
            let mut outcome = measure_one(seen, rule);
            outcome.attested =
                rule.ask.as_ref().map(|ask| Attested::of(ask, answers.get(&rule.id, as_of), &outcome, as_of));
            outcome
        })
        .collect();
    for (number, rule) in rules.indicators.iter().enumerate() {
        if let Some(Measure::Indicators(ids)) = &rule.measure {
            outcomes[number] =
                Outcome { attested: outcomes[number].attested.take(), ..of_others(rule, ids, &outcomes) };
        }
    }
    outcomes
}

fn measure_one(it: &Seen<'_>, rule: &Indicator) -> Outcome {
    match &rule.measure {
        None | Some(Measure::Indicators(_)) => outcome(rule, Verdict::Unknown, None, Counts::default()),
        Some(Measure::Share(share)) => {
            let (counts, unit) = shares::share(it, share);
            let mut outcome = share_outcome(rule, counts, unit);
            if let Some(note) = shares::note(it, share) {
                outcome.note.get_or_insert(note);
            }
            outcome
        }
        Some(measure @ Measure::Found(filter)) => found(rule, measure.unit(), evidence::found(it.org, filter)),
        Some(Measure::Builtin(builtin)) => {
            let counts = builtin::counts(it, *builtin);
            if builtin.is_share() {
                return share_outcome(rule, counts, builtin.unit());
            }
            let number = counts.counted.len();
            match builtin.is_found() {
                true => found(rule, builtin.unit(), counts),
                false if number == 0 => outcome(rule, Verdict::NotApplicable, None, counts),
                false => plain(rule, number, builtin.unit(), counts),
            }
        }
        Some(Measure::Count(count)) => plain(rule, count_of(it, count), count.of, Counts::default()),
        Some(Measure::Distinct(distinct_by)) => {
            let by = match distinct_by.by {
                Strength::Exact => Sameness::Exact,
                Strength::Structure => Sameness::Structure,
                Strength::Near => Sameness::Near,
                Strength::Skeleton => Sameness::Skeleton,
            };
            let number = distinct(it.org).into_iter().find(|it| it.by == by).map_or(0, |it| it.distinct);
            plain(rule, number, distinct_by.of, Counts::default())
        }
    }
}

/// How many of other indicators are met, answers included.
fn of_others(rule: &Indicator, ids: &[String], outcomes: &[Outcome]) -> Outcome {
    let mut counts = Counts::default();
    for id in ids {
        let Some(it) = outcomes.iter().find(|it| it.indicator == *id) else { continue };
        let value = it.value.map(|it| format!(" ({})", it.words())).unwrap_or_default();
        let untold = it.attested.as_ref().and_then(|attested| Some((attested.standing.words()?, it.verdict.words())));
        let untold = untold.map(|(why, files)| format!(": files say {files}, and {why}")).unwrap_or_default();
        let what = format!("{id}{value}{untold}");
        counts.add(
            "",
            match it.award() {
                Verdict::Met => Judged::For { at: None, what },
                Verdict::NotMet => Judged::Against { at: None, what },
                Verdict::Unknown => Judged::Unknown { at: None, what },
                Verdict::NotApplicable => Judged::NotApplicable,
            },
        );
    }
    share_outcome(rule, counts, Unit::Indicators)
}

impl Outcome {
    /// What the organisation is awarded by: what files prove, or what people said and files don't deny. What files only
    /// suggest awards nothing until somebody says so.
    pub fn award(&self) -> Verdict {
        match &self.attested {
            Some(attested) => attested.award(self.verdict),
            None => self.verdict,
        }
    }
}

impl Verdict {
    /// It in words.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::NotMet => "not met",
            Verdict::NotApplicable => "not applicable",
            Verdict::Unknown => "can't be told",
        }
    }
}

impl Evidence {
    /// Where it is: `acme/shop/infra/main.tf:6`; empty where it is of no repository.
    pub fn place(&self) -> String {
        match &self.at {
            Some(at) => format!("{}/{}:{}", self.repo, at.path, at.line),
            None => self.repo.clone(),
        }
    }
}

impl Value {
    /// `12 of 40 repositories`, `3 ways`.
    pub fn words(self) -> String {
        match self.of {
            Some((n, of)) => format!("{n} of {of} {}", self.unit.words(of)),
            None => format!("{} {}", self.number, self.unit.words(self.number as u64)),
        }
    }
}

/// What one thing comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// It counts for it.
    For { at: Option<Location>, what: String },
    /// It counts against it.
    Against { at: Option<Location>, what: String },
    /// It can't be told.
    Unknown { at: Option<Location>, what: String },
    /// It doesn't count at all.
    NotApplicable,
}

/// What counts for, against, and can't be told.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) counted: Vec<Evidence>,
    pub(crate) against: Vec<Evidence>,
    pub(crate) unknown: Vec<Evidence>,
}

impl Counts {
    /// Adds what one thing of a repository comes to.
    pub(crate) fn add(&mut self, repo: &str, judged: Judged) {
        let (list, at, what) = match judged {
            Judged::For { at, what } => (&mut self.counted, at, what),
            Judged::Against { at, what } => (&mut self.against, at, what),
            Judged::Unknown { at, what } => (&mut self.unknown, at, what),
            Judged::NotApplicable => return,
        };
        list.push(Evidence { repo: repo.to_owned(), at, what });
    }
}

/// What a share of these comes to. A figure without a bound is shown, and held against nothing.
fn share_outcome(rule: &Indicator, counts: Counts, unit: Unit) -> Outcome {
    let (n, against, unknown) = (counts.counted.len() as u64, counts.against.len() as u64, counts.unknown.len() as u64);
    let known = n + against;
    let too_few = rule.least.filter(|least| (1..*least).contains(&(known + unknown)) && rule.met.is_some());
    let note = too_few.map(|least| format!("too few to tell: {least} or more make a share"));
    let verdict = match known + unknown {
        // A rule over evidence finds none where nobody looked.
        0 if matches!(unit, Unit::Kinds | Unit::Places) => Verdict::Unknown,
        _ if too_few.is_some() => Verdict::Unknown,
        _ => share_verdict(rule.met, n, against, unknown),
    };
    let value = (known > 0).then(|| Value { number: n as f64 / known as f64, unit, of: Some((n, known)) });
    Outcome { note, ..outcome(rule, verdict, value, counts) }
}

/// The verdict of a share. Unknown can't be counted on either side: the bound must hold whatever the unknown turns
/// out to be, or fail whatever it turns out to be; else the verdict is unknown.
fn share_verdict(met: Option<Met>, n: u64, against: u64, unknown: u64) -> Verdict {
    let all = n + against + unknown;
    let Some(met) = met.filter(|_| all > 0) else { return Verdict::NotApplicable };
    let holds = |n: u64| met.holds(n as f64 / all as f64);
    match (holds(n), holds(n + unknown)) {
        (true, true) => Verdict::Met,
        (false, false) => Verdict::NotMet,
        _ => Verdict::Unknown,
    }
}

/// What is looked for and may as well be where nobody looked: enough of it is enough, too little says nothing.
fn found(rule: &Indicator, unit: Unit, counts: Counts) -> Outcome {
    let number = counts.counted.len() as f64;
    let is_enough = number > 0.0 && rule.met.is_none_or(|it| it.holds(number));
    let verdict = if is_enough { Verdict::Met } else { Verdict::Unknown };
    outcome(rule, verdict, Some(Value { number, unit, of: None }), counts)
}

fn plain(rule: &Indicator, number: usize, unit: Unit, counts: Counts) -> Outcome {
    let number = number as f64;
    let verdict = match rule.met {
        None => Verdict::NotApplicable,
        Some(it) if it.holds(number) => Verdict::Met,
        Some(_) => Verdict::NotMet,
    };
    outcome(rule, verdict, Some(Value { number, unit, of: None }), counts)
}

fn outcome(rule: &Indicator, verdict: Verdict, value: Option<Value>, counts: Counts) -> Outcome {
    let Counts { mut counted, mut against, mut unknown } = counts;
    counted.sort();
    against.sort();
    unknown.sort();
    Outcome {
        indicator: rule.id.clone(),
        verdict,
        basis: rule.basis,
        value,
        attested: None,
        counted,
        against,
        unknown,
        note: None,
    }
}

fn count_of(it: &Seen<'_>, count: &Count) -> usize {
    match count.of {
        Unit::Repositories => (0..it.org.repos.len())
            .filter(|&repo| !matches!(shares::among(it, repo, &count.among), shares::Applies::No))
            .count(),
        Unit::Calls => ADOPTED.iter().map(|artifact| calls(it.org, &it.standings, *artifact).len()).sum(),
        Unit::Offers => shared_offers(it.org).count(),
        Unit::Pipelines => it.org.repos.iter().flat_map(|it| &it.pipelines).filter(|it| it.delivers()).count(),
        // `rules::check` lets no other pass.
        Unit::Teams
        | Unit::Components
        | Unit::Places
        | Unit::Kinds
        | Unit::Ways
        | Unit::Classes
        | Unit::Links
        | Unit::Tools
        | Unit::Categories
        | Unit::Environments
        | Unit::Indicators => 0,
    }
}
