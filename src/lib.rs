//! levelset reads many checked-out repositories and says, with evidence, which level of platform-engineering maturity
//! they show, what blocks the next, and where the cheapest progress lies.
//!
//! ```text
//! paths ─ repo::discover ─► [Repo] ─ walk::walk (list, classify, read, extract) ─► [Facts]
//!         org::link ─► Org ─ measure::measure ─► [Outcome] ─ level::place ─► Placement ─ report::build ─► Report ─ output
//! ```
//!
//! Four nouns carry it: *facts* (seen), *organisation* (linked), *outcome* (judged), *report* (shown). Facts hold no
//! judgement, measures hold no parsing, outputs read the report and nothing else. Only `repo`, `walk`, `rules`, `github` and
//! the binary touch the outside; everything between is pure, and its result depends on the set of facts alone:
//! `scan(A, B) == report(facts(A) ++ facts(B))`.

pub mod answers;
pub mod change;
pub mod classify;
pub mod config;
pub mod extract;
pub mod facts;
#[cfg(feature = "github")]
pub mod github;
pub mod knowledge;
pub mod level;
pub mod measure;
pub mod org;
pub mod origin;
pub mod output;
mod paths;
pub mod pipeline;
pub mod propose;
pub mod repo;
pub mod report;
pub mod resolve;
pub mod rules;
pub mod source;
pub mod syntax;
pub mod walk;
mod words;

use crate::answers::Answers;
use crate::facts::Facts;
use crate::measure::Seen;
use crate::measure::findings::suppress::suppress;
use crate::org::Org;
use crate::report::Report;
use crate::rules::Rules;

/// Facts → report: links them, measures, holds the answers beside it, places. `as_of` is the day that everything counts as
/// of (`YYYY-MM-DD`).
pub fn report(facts: Vec<Facts>, rules: &Rules, answers: &Answers, as_of: &str) -> Report {
    report_of(&org::link(facts, &rules.tables), rules, answers, as_of)
}

/// An organisation → report: measures, holds the answers beside it, places.
pub fn report_of(org: &Org, rules: &Rules, answers: &Answers, as_of: &str) -> Report {
    let seen = Seen::of(org, rules, as_of);
    let outcomes = measure::measure(&seen, answers);
    let placement = level::place(&outcomes, rules);
    let findings = measure::findings::find(org, rules);
    let (findings, suppressed) = suppress(findings, org, &rules.suppressions, as_of);
    report::build(&seen, &outcomes, placement, findings, &suppressed)
}
