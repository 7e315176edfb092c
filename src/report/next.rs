//! What to do next, what helps most first, each with the repositories it concerns and what the figure becomes.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::level::{Blocker, Placement};
use crate::measure::findings::Finding;
use crate::measure::tiers::Adoption;
use crate::measure::{AnswerStanding, Evidence, Outcome, Seen, Verdict};
use crate::org::genome::NearCluster;
use crate::org::{ADOPTED, Org};
use crate::pipeline::System;
use crate::report::summary::{Moves, NextStep};
use crate::rules::{Find, FindingRule, Rules, Unit};

/// How many repositories one step of adoption takes on.
const AT_ONCE: usize = 3;

/// What to do next: what blocks the next level, then the artifact that fewest use, the largest group of copies, what is
/// used unpinned, and what nobody has answered. Nothing here is of a level after the next.
pub(super) fn steps(
    seen: &Seen<'_>,
    placement: &Placement,
    outcomes: &[Outcome],
    found: &[Finding],
    tiers: &Adoption,
) -> Vec<NextStep> {
    let (org, rules) = (seen.org, seen.rules);
    let blockers = placement.level.blockers.iter().filter(|it| it.verdict == Verdict::NotMet);
    let mut steps: Vec<NextStep> = blockers
        .map(|it| blocker(org, it, outcomes.iter().find(|outcome| outcome.indicator == it.indicator)))
        .collect();
    steps.extend(adoption(org, tiers));
    steps.extend(copies(org, rules));
    steps.extend(unpinned(org, found, rules));
    steps.extend(questions(placement, outcomes));
    steps
}

/// What blocks a level: with the repositories nearest to changing it, as many as it takes.
fn blocker(org: &Org, blocker: &Blocker, outcome: Option<&Outcome>) -> NextStep {
    let against: &[Evidence] = outcome.map_or(&[], |it| &it.against);
    let mut repositories: Vec<&str> = against.iter().map(|it| it.repo.as_str()).collect();
    repositories.sort_unstable();
    repositories.dedup();
    repositories.sort_by_key(|id| (Reverse(nearness(org, id)), *id));
    let value = outcome.and_then(|it| it.value).and_then(|it| Some((it.unit, it.of?)));
    let moves =
        value.zip(blocker.missing).map(|((unit, (n, of)), missing)| Moves { unit, n, of, to: (n + missing).min(of) });
    let says = match &moves {
        Some(it) => format!("{}; with {} more it is {} of {}", blocker.says, it.to - it.n, it.to, it.of),
        None => blocker.says.clone(),
    };
    NextStep {
        what: format!("{} ({says})", blocker.remedy),
        repositories: repositories.into_iter().map(str::to_owned).collect(),
        moves,
    }
}

/// How many of its uses are of what is shared: who uses most of it is nearest to using more.
pub(super) fn nearness(org: &Org, id: &str) -> usize {
    let repo = org.number_of(id).and_then(|at| org.repos.get(at));
    repo.map_or(0, |it| it.links.iter().filter(|it| it.shared).count())
}

/// The artifact that the smallest share of repositories uses, of those that some use, and the repositories that are
/// nearest to it.
fn adoption(org: &Org, tiers: &Adoption) -> Option<NextStep> {
    let used = tiers.repositories.iter().zip(ADOPTED).filter(|(it, _)| it.any.n > 0 && it.any.n < it.any.of);
    let share = |n: u64, of: u64| n as f64 / of as f64;
    let (it, artifact) = used.min_by(|(a, _), (b, _)| share(a.any.n, a.any.of).total_cmp(&share(b.any.n, b.any.of)))?;
    let mut missing: Vec<&str> = it.missing.iter().map(|repo| org.repos[*repo].id.as_str()).collect();
    missing.sort_by_key(|id| (Reverse(nearness(org, id)), *id));
    missing.truncate(AT_ONCE);
    let (n, of) = (it.any.n, it.any.of);
    let to = n + missing.len() as u64;
    let percent = |n: u64| (100 * n).checked_div(of).unwrap_or(0);
    let what = format!(
        "Use shared {} in the {} nearest to it: that moves the share of repositories from {} % to {} %.",
        of_several(artifact),
        if missing.len() == 1 {
            "repository that is".to_owned()
        } else {
            format!("{} repositories that are", missing.len())
        },
        percent(n),
        percent(to),
    );
    let moves = Some(Moves { unit: Unit::Repositories, n, of, to });
    Some(NextStep { what, repositories: missing.into_iter().map(str::to_owned).collect(), moves })
}

/// What several things of a kind that is shared are called.
pub(crate) fn of_several(artifact: crate::facts::Artifact) -> &'static str {
    use crate::facts::Artifact;
    match artifact {
        Artifact::TerraformModule => "Terraform modules",
        Artifact::CiTemplate => "CI templates",
        Artifact::CiAction => "CI actions",
        Artifact::BaseImage => "base images",
        _ => "charts",
    }
}

/// The largest group of copies that a template could be made of.
fn copies(org: &Org, rules: &Rules) -> Option<NextStep> {
    let min_steps = min_steps(rules);
    let is_worth =
        |it: &&NearCluster| it.delivers && !it.callers && it.repositories.len() > 1 && it.substance >= min_steps;
    let cluster = org.genome.near.iter().find(is_worth)?;
    let (repo, number) = cluster.canonical;
    let pipeline = &org.repos[repo].facts.pipelines[number];
    let path = &pipeline.at.path;
    let file = path.rsplit('/').next().unwrap_or(path);
    let template = if pipeline.system == System::GithubActions { "reusable workflow" } else { "template" };
    let what = format!(
        "Make one {template} of the {} copies of {file} ({} {}).",
        cluster.members.len(),
        cluster.variants,
        if cluster.variants == 1 { "variant" } else { "variants" },
    );
    Some(NextStep { what, repositories: names(org, &cluster.repositories), moves: None })
}

/// What is used of the organisation without a version.
fn unpinned(org: &Org, found: &[Finding], rules: &Rules) -> Option<NextStep> {
    let is_unversioned_use = |it: &&FindingRule| matches!(it.find, Find::UnversionedInternalUse {});
    let rule = rules.findings.iter().find(is_unversioned_use)?;
    let unpinned: Vec<&Finding> = found.iter().filter(|it| it.rule == rule.id).collect();
    let repositories: BTreeSet<usize> = unpinned.iter().map(|it| it.repo).collect();
    let n = unpinned.len();
    let uses = if n == 1 { "use" } else { "uses" };
    let what = format!("Pin {n} {uses} of internal modules, templates and images to a version.");
    (n > 0).then(|| NextStep { what, repositories: names(org, &repositories), moves: None })
}

/// What keeps the next level open and only people can say.
fn questions(placement: &Placement, outcomes: &[Outcome]) -> Option<NextStep> {
    let is_open = |id: &str| {
        let attested = outcomes.iter().find(|it| it.indicator == id).and_then(|it| it.attested.as_ref());
        attested.is_some_and(|it| matches!(it.standing, AnswerStanding::Unanswered | AnswerStanding::Expired))
    };
    let blockers = placement.level.blockers.iter().filter(|it| is_open(&it.indicator));
    let open: Vec<&str> = blockers.map(|it| it.indicator.as_str()).collect();
    let n = open.len();
    let what = match n {
        0 => return None,
        1 => format!("Answer what level {} still needs: levelset assess {}", placement.level.low + 1, open[0]),
        _ => format!("Answer the {n} questions that level {} still needs: levelset assess", placement.level.low + 1),
    };
    Some(NextStep { what, repositories: Vec::new(), moves: None })
}

fn names(org: &Org, repos: &BTreeSet<usize>) -> Vec<String> {
    repos.iter().map(|it| org.repos[*it].id.clone()).collect()
}

/// The fewest steps that make a copied pipeline worth a word.
pub(crate) fn min_steps(rules: &Rules) -> usize {
    let bounds = rules.findings.iter().filter_map(|it| match it.find {
        Find::CopiedPipeline { min_steps } => Some(min_steps),
        Find::UndocumentedSharedOffer { .. }
        | Find::DriftedPipelineCopy { .. }
        | Find::SupersededCiFile {}
        | Find::UnversionedInternalUse {}
        | Find::OutdatedInternalUse { .. }
        | Find::FloatingImageTag {}
        | Find::UnversionedSharedOffer {}
        | Find::UnpinnedThirdPartyTemplate {} => None,
    });
    bounds.min().unwrap_or(0)
}
