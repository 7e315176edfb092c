//! The two states of a repository, each among the same other repositories.

use anyhow::{Context as _, Result, bail};

use crate::answers::Answers;
use crate::facts::{Facts, RepoFacts};
use crate::measure::findings::Finding;
use crate::org::{Org, Repo, full_name};
use crate::report::Report;
use crate::rules::Rules;

/// Facts of all repositories, before a change of one of them and after it.
pub(super) struct Sides {
    pub(super) before: Vec<Facts>,
    pub(super) after: Vec<Facts>,
    /// Which repository is the changed one.
    pub(super) own: RepoFacts,
    /// How many others there are.
    pub(super) n_others: usize,
}

/// Puts both states of a repository among the others. What is not of its files, as its tags, is the same on both sides.
///
/// # Errors
/// Where both are not of one repository.
pub(super) fn sides(mut before: Facts, after: Facts, mut others: Vec<Facts>) -> Result<Sides> {
    if let (Some(a), Some(b)) = (&before.repo.identity, &after.repo.identity)
        && !a.is(&b.host, &b.owner, &b.name)
    {
        bail!(
            "the base is of {}, and what is compared with it of {}: give two states of one repository",
            full_name(a),
            full_name(b)
        );
    }
    others.retain(|it| !is_same(&it.repo, &after.repo));
    let RepoFacts { identity, folder, commit: _, branch: _, committed: _, tags, shallow, listing: _ } = &after.repo;
    before.repo.identity.clone_from(identity);
    before.repo.folder.clone_from(folder);
    before.repo.tags.clone_from(tags);
    before.repo.shallow = *shallow;
    let own = after.repo.clone();
    let n_others = others.len();
    let among = |own: Facts, others: Vec<Facts>| others.into_iter().chain([own]).collect();
    Ok(Sides { before: among(before, others.clone()), after: among(after, others), own, n_others })
}

/// Whether both are of one repository: by identity, of those without one by folder.
fn is_same(a: &RepoFacts, b: &RepoFacts) -> bool {
    match (&a.identity, &b.identity) {
        (Some(a), Some(b)) => a.is(&b.host, &b.owner, &b.name),
        (None, None) => a.folder == b.folder,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// One state, linked and judged.
pub(super) struct Side<'o> {
    pub(super) org: &'o Org,
    /// The changed repository.
    pub(super) number: usize,
    pub(super) report: Report,
}

impl<'o> Side<'o> {
    /// Judges a state, in which `own` is the changed repository.
    pub(super) fn of(org: &'o Org, own: &RepoFacts, rules: &Rules, answers: &Answers, as_of: &str) -> Result<Self> {
        let number = org.repos.iter().position(|it| is_same(&it.facts.repo, own));
        let number =
            number.context("the changed repository was not found among the others (a bug: please report it)")?;
        Ok(Side { org, number, report: crate::report_of(org, rules, answers, as_of) })
    }

    /// The changed repository.
    pub(super) fn repo(&self) -> &'o Repo {
        &self.org.repos[self.number]
    }

    /// What was found in it.
    pub(super) fn findings(&self) -> &[Finding] {
        &self.report.repos[self.number].findings
    }
}
