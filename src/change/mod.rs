//! What a change adds to one repository, and what it makes better: the facts before it and after it, held against the same
//! other repositories, so that a copy is one also where its originals lie elsewhere.
//!
//! Only what is new is told. What was there before and stands elsewhere now is not new: what is found is known by what it
//! is, never by its line, and files that moved are followed by what is in them ([`moved`]). Where a file could not be read
//! before, nothing is claimed of it.

mod copies;
mod figures;
mod findings;
mod moved;
mod pins;
mod provision;
mod said;
mod sides;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::answers::Answers;
use crate::change::moved::Moved;
use crate::change::pins::Uses;
pub use crate::change::said::{CHANGES_SCHEMA, Changes, Figure, FigureOf, Kind, Point, Said, Value};
use crate::change::sides::{Side, Sides};
use crate::facts::{Artifact, Facts, GapReason};
use crate::measure::findings::Finding;
use crate::org::{self, Repo};
use crate::report::RepoReport;
use crate::report::summary::Tool;
use crate::rules::{Find, FindingRule, Rules};
use crate::source::Location;

/// A change of a repository.
#[derive(Debug)]
pub struct Change {
    /// What is written as `changes.json`.
    pub changes: Changes,
    /// The repository after the change, with those findings alone that the change adds.
    pub repo: RepoReport,
    /// The finding rules, sorted by id.
    pub rules: Vec<FindingRule>,
}

/// What is said of a place, before it is known which findings say the same.
struct Item {
    kind: Kind,
    at: Location,
    what: String,
    to_do: String,
    /// What stays the same while this does.
    key: String,
    /// The places that it speaks of, this one among them; of the state that `at` is of, and of the one before.
    after: Vec<Location>,
    before: Vec<Location>,
}

/// Holds a repository after a change against the same before it, among others: facts of other repositories, of which an
/// entry of this one is left out. `as_of` is the day that both count as of (`YYYY-MM-DD`).
///
/// # Errors
/// Where both facts are not of one repository.
pub fn compare(
    before: Facts,
    after: Facts,
    others: Vec<Facts>,
    rules: &Rules,
    answers: &Answers,
    as_of: &str,
) -> Result<Change> {
    let Sides { before, after, own, n_others } = sides::sides(before, after, others)?;
    let (of_before, of_after) = (org::link(before, &rules.tables), org::link(after, &rules.tables));
    let before = Side::of(&of_before, &own, rules, answers, as_of)?;
    let mut after = Side::of(&of_after, &own, rules, answers, as_of)?;
    let moved = Moved::of(&before.repo().facts, &after.repo().facts);
    let uses = Uses::of(before.repo(), after.repo(), &moved);

    let mut added = copies::added(&before, &after, &moved, rules);
    added.extend(provision::added(&before, &after, &uses, &moved, rules));
    added.extend(pins::added(&after, &uses));
    // That a module gave way to a resource says already that modules are used no longer.
    let is_told =
        |artifact| artifact == Artifact::TerraformModule && added.iter().any(|it| it.kind == Kind::ModuleReplaced);
    let lost = figures::adoption_lost(&before, &after, &is_told);
    added.extend(lost);
    let mut improved = copies::gone(&before, &after, &moved, rules);
    improved.extend(pins::improved(&uses));
    improved.extend(figures::adoption_gained(&before, &after));

    let (gaps_before, gaps_after) = (unread(before.repo()), unread(after.repo()));
    let n_of = |gaps: &BTreeMap<&str, usize>, path: &str| gaps.get(path).copied().unwrap_or(0);
    // Of a file that is read no better and no worse than before, what was read can be compared.
    let was_unread = |path: &str| n_of(&gaps_before, path) > n_of(&gaps_after, moved.path_after(path));
    let is_unread = |path: &str| n_of(&gaps_after, path) > n_of(&gaps_before, moved.path_before(path));
    let is_told = |at: &Location| !was_unread(moved.path_before(&at.path));
    let (new, gone) = findings::compare(&before.report.repos[before.number].findings, after.findings(), &moved);
    let new: Vec<Finding> = new.into_iter().filter(|it| is_told(&it.at)).collect();
    added.retain(|it| is_told(&it.at));
    improved.retain(|it| match it.after.is_empty() {
        true => !is_unread(moved.path_after(&it.at.path)),
        false => !is_unread(&it.at.path) && is_told(&it.at),
    });
    // What went where something worse came is nothing that became better: a module that is no longer behind, because it
    // follows a branch now; one that follows a branch no longer for all that can be told, because its version is a name of
    // which nothing is known.
    let mut worse: Vec<Location> = added.iter().flat_map(|it| &it.before).cloned().collect();
    worse.extend(pins::untold(&uses));
    let is_better = |it: &Finding| !is_unread(moved.path_after(&it.at.path)) && !worse.contains(&it.at);
    let gone: Vec<Finding> = gone.into_iter().filter(is_better).collect();
    let mut notices = Vec::new();
    for path in gaps_before.keys().filter(|it| was_unread(it) && is_in(after.repo(), moved.path_after(it))) {
        notices.push(format!("{path} could not be read before the change: what is new in it can't be told"));
    }
    for path in gaps_after.keys().filter(|it| is_unread(it) && is_in(before.repo(), moved.path_before(it))) {
        notices.push(format!("{path} can't be read after the change: what is gone from it can't be told"));
    }
    let absent = |side: &Side<'_>| side.repo().facts.files.not_checked_out;
    if absent(&before) != absent(&after) {
        notices.push(format!(
            "{} files are not checked out before the change, {} after it: what is in them may be told as new or gone",
            absent(&before),
            absent(&after)
        ));
    }
    let others = n_others as u64;
    if others == 0 {
        notices.push(
            "no facts of other repositories were given: copies were looked for in this repository alone".to_owned(),
        );
    }

    tell_apart(&mut added);
    tell_apart(&mut improved);
    let mut all_added: Vec<Said> = added.into_iter().map(|it| said::added(it, &new, rules)).collect();
    let covered: BTreeSet<String> = all_added.iter().flat_map(|it| it.covers.iter().cloned()).collect();
    let alone = new.iter().filter(|it| !covered.contains(&said::fingerprint(&it.rule, &it.key)));
    all_added.extend(alone.filter_map(|it| said::of_finding(it, rules)));
    let mut all_improved: Vec<Said> = improved.into_iter().map(|it| said::improved(it, &gone, rules)).collect();
    let covered: BTreeSet<String> = all_improved.iter().flat_map(|it| it.covers.iter().cloned()).collect();
    let alone = gone.iter().filter(|it| !covered.contains(&said::fingerprint(&it.rule, &it.key)));
    // That a pipeline is no longer like others is no good by itself: copies that are gone are told above.
    let is_of_copies = |it: &&Finding| {
        let rule = rules.findings.iter().find(|rule| rule.id == it.rule);
        rule.is_some_and(|it| matches!(it.find, Find::CopiedPipeline { .. } | Find::DriftedPipelineCopy { .. }))
    };
    all_improved.extend(alone.filter(|it| !is_of_copies(it)).filter_map(|it| said::of_gone(it, rules)));
    all_added.sort_by(Said::by_weight);
    all_improved.sort_by(Said::by_weight);

    let changes = Changes {
        schema: CHANGES_SCHEMA.to_owned(),
        tool: Tool { name: "levelset".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        as_of: as_of.to_owned(),
        repo: after.repo().id.clone(),
        base: Point::of(&before.repo().facts),
        head: Point::of(&after.repo().facts),
        others,
        added: all_added,
        improved: all_improved,
        figures: figures::moves(&before, &after, others > 0),
        notices,
    };
    let mut repo = after.report.repos.swap_remove(after.number);
    repo.findings = new;
    Ok(Change { changes, repo, rules: after.report.rules })
}

/// Several things of one key get their number, as findings do.
fn tell_apart(items: &mut [Item]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for it in items {
        let n = seen.entry(it.key.clone()).or_default();
        *n += 1;
        if *n > 1 {
            it.key = format!("{}#{n}", it.key);
        }
    }
}

/// The files of which gaps say that not all of them was read, and how many gaps say so.
fn unread(repo: &Repo) -> BTreeMap<&str, usize> {
    let is_whole = |reason: GapReason| match reason {
        GapReason::Binary
        | GapReason::Encrypted
        | GapReason::InternalError
        | GapReason::NotUtf8
        | GapReason::SpecialFile
        | GapReason::Syntax
        | GapReason::TooComplex
        | GapReason::TooLarge
        | GapReason::Unreadable => true,
        GapReason::FormatNotRead
        | GapReason::InvalidReference
        | GapReason::NameNotUtf8
        | GapReason::Templated
        | GapReason::Unresolved => false,
    };
    let mut unread = BTreeMap::new();
    for it in repo.facts.gaps.iter().filter(|it| is_whole(it.reason)) {
        *unread.entry(&*it.at.path).or_default() += 1;
    }
    unread
}

/// Whether anything was seen in a file.
fn is_in(repo: &Repo, path: &str) -> bool {
    moved::places(&repo.facts).any(|(at, _)| &*at.path == path)
}
