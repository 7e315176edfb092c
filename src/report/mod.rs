//! Everything any output shows. Outputs read [`Report`] and nothing else.
//!
//! [`summary`] holds the part that is written as `summary.json`; [`pipelines`] and this file fill it.

mod adoption;
mod evidence;
pub(crate) mod next;
pub mod page;
mod pipelines;
pub mod proposals;
mod provisioning;
mod repositories;
pub mod summary;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use self::next::min_steps;
pub use self::repositories::{Entity, PipelineRow, RepoReport, UsesShared};
use crate::facts::{Artifact, Context, GapReason, MarkerKind};
use crate::level::Placement;
use crate::measure::findings::Finding;
use crate::measure::findings::suppress::Suppressed;
use crate::measure::subjects::{self, OfSubject};
use crate::measure::tiers;
use crate::measure::{Evidence, Outcome, Seen, offer_name, shared_offers};
use crate::org::copies::CopyCluster;
use crate::org::offers::{Shared, lacks};
use crate::org::tooling::{Index, Tooling};
use crate::org::versions::{Versions, behind_of, newest_of_offer};
use crate::org::{Offered, Org};
use crate::report::page::{OfferUse, Pages};
use crate::report::summary::{
    CopiesRow, CopyFigures, CopyRow, Coverage, EvidenceRow, FindingCount, IndexRow, IndicatorRow, OfferRow,
    Organisation, RepoRow, SUMMARY_SCHEMA, Summary, TeamVerdict, Tool, ToolingIndex,
};
use crate::rules::{Find, FindingRule, Rules};
use crate::source::Location;

/// All that a run has to say.
#[derive(Debug)]
pub struct Report {
    /// What is written as `summary.json`.
    pub summary: Summary,
    /// The repositories, sorted, each with its findings.
    pub repos: Vec<RepoReport>,
    /// The finding rules, sorted by id.
    pub rules: Vec<FindingRule>,
    /// Every gap, for those who ask.
    pub gaps: Vec<GapRow>,
    /// The copies that a shared template could be made of.
    pub copies: Vec<proposals::Copies>,
    /// What only pages for people need.
    pub pages: Pages,
}

/// One gap with its repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GapRow {
    /// The repository.
    pub repo: String,
    /// The file.
    pub path: String,
    /// The line, 1 where the whole file is meant.
    pub line: u32,
    /// Why.
    pub reason: GapReason,
    /// What exactly.
    pub detail: String,
}

/// Builds the report.
pub fn build(
    seen: &Seen<'_>,
    outcomes: &[Outcome],
    placement: Placement,
    found: Vec<Finding>,
    suppressed: &Suppressed,
) -> Report {
    let Seen { org, rules, standings, ways, tooling, as_of, .. } = seen;
    let findings = count_findings(&found, suppressed, rules);
    let tiers = tiers::adoption(org, standings);
    let (offers, uses) = offers(org, rules).into_iter().unzip();
    let summary = Summary {
        schema: SUMMARY_SCHEMA.to_owned(),
        tool: Tool { name: "levelset".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        as_of: (*as_of).to_owned(),
        organisation: organisation(org),
        coverage: coverage(org, suppressed),
        next: next::steps(seen, &placement, outcomes, &found, &tiers),
        level: placement.level,
        stage: placement.stage,
        questions: placement.questions,
        signals: placement.signals,
        size: placement.size,
        indicators: outcomes.iter().filter_map(|it| indicator_row(it, seen)).collect(),
        adoption: adoption::rows(org, standings, &tiers),
        ownership: adoption::ownership(org, standings, &tiers),
        teams_without_repository: org.other_teams.clone(),
        components: adoption::components(&tiers),
        tenants: adoption::tenants(org, &tiers),
        pipelines: pipelines::pipelines(org, &rules.tables),
        copies: copies(org),
        offers,
        tooling_index: tooling_index(org, tooling),
        evidence: evidence::rows(org),
        provisioning: provisioning::rows(org, ways),
        findings,
    };
    let copies = proposals::copies(org, min_steps(rules));
    let repos = repositories::repositories(seen, outcomes, found);
    let pages = Pages::of(rules, uses);
    Report { summary, repos, rules: rules.findings.clone(), gaps: gaps(org), copies, pages }
}

/// How many of the largest groups of copies are listed, and how many places of each.
const MOST_COPIES: usize = 20;
const MOST_PLACES: usize = 10;

fn copies(org: &Org) -> CopiesRow {
    let figures = |clusters: &[CopyCluster]| CopyFigures {
        clusters: clusters.len() as u64,
        places: clusters.iter().map(|it| it.places.len() as u64).sum(),
        across_repositories: clusters.iter().filter(|it| it.repositories > 1).count() as u64,
        largest: clusters.iter().take(MOST_COPIES).map(|it| copy_row(it, org)).collect(),
    };
    CopiesRow {
        resources: figures(&org.copies.resources),
        scripts: figures(&org.copies.scripts),
        manifests: figures(&org.copies.manifests),
    }
}

fn copy_row(it: &CopyCluster, org: &Org) -> CopyRow {
    let place = |(repo, at): &(usize, Location)| format!("{}/{}:{}", org.repos[*repo].id, at.path, at.line);
    CopyRow {
        what: it.what.clone(),
        repositories: it.repositories as u64,
        places: it.places.len() as u64,
        at: it.places.iter().take(MOST_PLACES).map(place).collect(),
    }
}

/// How many of the offers that no index names are listed.
const MOST_OMITTED: usize = 20;

fn tooling_index(org: &Org, found: &Tooling<'_>) -> ToolingIndex {
    let name = |(repo, offer): &(usize, usize)| offer_name(org, *repo, &org.repos[*repo].facts.offers[*offer]);
    let mut used: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for asset in org.assets.values() {
        let Some(Offered { repo, offer: Some(offer) }) = asset.offered else { continue };
        *used.entry((repo, offer)).or_default() += asset.repositories();
    }
    let mut omitted: Vec<&(usize, usize)> = found.omitted.iter().collect();
    omitted.sort_by_key(|it| std::cmp::Reverse(used.get(it)));
    let row = |it: &Index<'_>| IndexRow {
        repo: org.repos[it.repo].id.clone(),
        path: it.marker.at.path.to_string(),
        names: it.names.len() as u64,
    };
    ToolingIndex {
        offers: (found.named.len() + found.omitted.len()) as u64,
        named: found.named.len() as u64,
        indexes: found.indexes.iter().map(row).collect(),
        omitted: omitted.into_iter().take(MOST_OMITTED).map(name).collect(),
    }
}

fn organisation(org: &Org) -> Organisation {
    Organisation {
        owners: org.owners.names().into_iter().map(str::to_owned).collect(),
        repositories: org
            .repos
            .iter()
            .map(|it| RepoRow {
                repo: it.id.clone(),
                commit: it.facts.repo.commit.clone(),
                committed: it.facts.repo.committed.clone(),
                listing: it.facts.repo.listing,
            })
            .collect(),
    }
}

fn coverage(org: &Org, suppressed: &Suppressed) -> Coverage {
    let notices = org.notices.iter().chain(&suppressed.notices).cloned().collect();
    let mut coverage = Coverage { notices, ..Coverage::default() };
    for it in &org.repos {
        let files = &it.facts.files;
        coverage.repositories += 1;
        for (sum, n) in [
            (&mut coverage.files_seen, files.seen),
            (&mut coverage.files_read, files.read),
            (&mut coverage.symlinks, files.symlinks),
            (&mut coverage.submodules, files.submodules),
            (&mut coverage.not_checked_out, files.not_checked_out),
        ] {
            add(sum, n);
        }
        coverage.without_identity += u64::from(it.facts.repo.identity.is_none());
        for (kind, n) in &files.recognised {
            add(&mut coverage.files_recognised, *n);
            add(coverage.recognised.entry(*kind).or_default(), *n);
        }
        for system in
            it.facts.markers.iter().filter(|it| it.kind == MarkerKind::UnreadPipeline).filter_map(|it| it.tool.clone())
        {
            add(coverage.unread_pipelines.entry(system).or_default(), 1);
        }
        let files_with_gaps: BTreeSet<(GapReason, &str)> =
            it.facts.gaps.iter().map(|gap| (gap.reason, &*gap.at.path)).collect();
        for (reason, _) in files_with_gaps {
            *coverage.gaps.entry(reason).or_default() += 1;
        }
        for usage in it.facts.uses.iter().filter(|it| it.context != Context::Production) {
            *coverage.filtered.entry(usage.context).or_default() += 1;
        }
    }
    coverage
}

/// Adds counts that facts files state: whatever they say, the sum is a number.
fn add(sum: &mut u64, n: u64) {
    *sum = sum.saturating_add(n);
}

fn gaps(org: &Org) -> Vec<GapRow> {
    let rows = org.repos.iter().flat_map(|repo| {
        repo.facts.gaps.iter().map(|gap| GapRow {
            repo: repo.id.clone(),
            path: gap.at.path.to_string(),
            line: gap.at.line,
            reason: gap.reason,
            detail: gap.detail.clone(),
        })
    });
    rows.collect()
}

fn indicator_row(outcome: &Outcome, seen: &Seen<'_>) -> Option<IndicatorRow> {
    let rule = seen.rules.indicator(&outcome.indicator)?;
    let teams = subjects::by_team(seen, rule, outcome);
    let of_team = |(team, it): (Option<&str>, OfSubject)| {
        let OfSubject { verdict, n, of, unknown } = it;
        TeamVerdict { team: team.map(str::to_owned), verdict, n, of, unknown }
    };
    let rows = |evidence: &[Evidence]| evidence.iter().map(evidence_row).collect();
    Some(IndicatorRow {
        id: rule.id.clone(),
        rows: rule.row.clone(),
        title: rule.title.clone(),
        subject: "organisation".to_owned(),
        verdict: outcome.verdict,
        basis: outcome.basis,
        value: outcome.value,
        note: outcome.note.clone(),
        attested: outcome.attested.clone(),
        threshold: rule.threshold,
        counted: rows(&outcome.counted),
        missing: rows(&outcome.against),
        unknown: rows(&outcome.unknown),
        // Where no team is known there is nothing to divide by.
        teams: if teams.keys().any(Option::is_some) { teams.into_iter().map(of_team).collect() } else { Vec::new() },
    })
}

fn evidence_row(it: &Evidence) -> EvidenceRow {
    place_row(it.repo.clone(), it.at.as_ref(), it.what.clone())
}

fn place_row(repo: String, at: Option<&Location>, what: String) -> EvidenceRow {
    EvidenceRow { repo, path: at.map(|it| it.path.to_string()), line: at.map(|it| it.line), what }
}

/// Whether a schedule starts a pipeline that builds an image.
fn is_rebuilt(repo: &crate::org::Repo, image: &crate::facts::Offer) -> bool {
    let builds = repo.facts.offers.iter().filter(|it| it.artifact == image.artifact && it.name == image.name);
    let files: BTreeSet<&str> = builds.map(|it| &*it.at.path).collect();
    let is_scheduled =
        |it: &crate::pipeline::Pipeline| it.triggers.iter().any(|it| matches!(it.as_str(), "cron" | "schedule"));
    repo.facts.pipelines.iter().any(|it| files.contains(&*it.at.path) && is_scheduled(it))
}

/// What is shared, and who uses it: what scanned repositories offer, and what is used of repositories that were not
/// scanned.
fn offers(org: &Org, rules: &Rules) -> Vec<(OfferRow, Vec<OfferUse>)> {
    let described = described_bound(rules);
    // Only of those that offer something: a repository may have thousands of tags.
    let offering: BTreeSet<usize> = org
        .assets
        .values()
        .filter_map(|it| it.offered)
        .map(|it| it.repo)
        .chain(shared_offers(org).map(|it| it.0))
        .collect();
    let versions = |repo: usize| offering.contains(&repo).then(|| Versions::of_repository(&org.repos[repo].facts));
    let of_repository: Vec<Option<Versions<'_>>> = (0..org.repos.len()).map(|it| versions(it).flatten()).collect();
    let mut rows: Vec<(OfferRow, Vec<OfferUse>)> = org
        .assets
        .iter()
        .map(|(id, asset)| {
            let offered = asset.offered.and_then(|it| {
                let (repo, number) = (&org.repos[it.repo], it.offer?);
                Some((it.repo, &repo.facts.offers[number], &repo.offers[number]))
            });
            let mut versions: BTreeMap<&str, u64> = BTreeMap::new();
            let of_provider = asset.offered.and_then(|it| of_repository[it.repo].as_ref());
            let mut uses = Vec::with_capacity(asset.users.len());
            for &(repo, usage) in &asset.users {
                let (facts, offer) = (&org.repos[repo].facts, offered.map(|(_, offer, _)| offer));
                let usage = &facts.uses[usage];
                *versions.entry(usage.version.words()).or_default() += 1;
                uses.push(OfferUse {
                    repo,
                    path: usage.at.path.to_string(),
                    line: usage.at.line,
                    version: usage.version.words().to_owned(),
                    is_behind: behind_of(usage, facts, of_provider, offer).is_some(),
                });
            }
            uses.sort_unstable();
            let is_image = id.artifact == Artifact::BaseImage;
            let maker = asset.offered.filter(|_| is_image).map(|it| &org.repos[it.repo]);
            let row = OfferRow {
                artifact: id.artifact,
                name: match offered {
                    // Users name the registry that they have it from.
                    Some((repo, offer, _)) if !is_image => offer_name(org, repo, offer),
                    Some(_) | None => id.to_string(),
                },
                repo: asset.offered.map(|it| org.repos[it.repo].id.clone()),
                path: offered.map(|(_, offer, _)| offer.at.path.to_string()),
                versioned: offered.and_then(|(_, _, status)| status.versioned),
                undocumented: offered.map(|(_, offer, status)| lacks(offer, status, described)),
                wraps: offered.map_or_else(BTreeSet::new, |(_, _, status)| status.wraps.clone()),
                inferred: asset.is_inferred,
                repositories: asset.repositories() as u64,
                calls: asset.users.len() as u64,
                versions: versions.into_iter().map(|(version, n)| (version.to_owned(), n)).collect(),
                newest: offered.and_then(|(_, offer, _)| newest_of_offer(offer, of_provider)),
                behind: uses.iter().filter(|it| it.is_behind).count() as u64,
                changed: maker.and_then(|it| it.facts.repo.committed.clone()),
                rebuilt_on_schedule: maker.zip(offered).map(|(repo, (_, offer, _))| is_rebuilt(repo, offer)),
            };
            (row, uses)
        })
        .collect();
    // Offers without identity have no asset: nobody could name them from outside.
    for (repo, _, offer, status) in
        shared_offers(org).filter(|(repo, ..)| org.repos[*repo].facts.repo.identity.is_none())
    {
        if status.shared == Shared::MadeForOthers {
            let row = OfferRow {
                artifact: offer.artifact,
                name: offer_name(org, repo, offer),
                repo: Some(org.repos[repo].id.clone()),
                path: Some(offer.at.path.to_string()),
                versioned: status.versioned,
                undocumented: Some(lacks(offer, status, described)),
                wraps: status.wraps.clone(),
                inferred: false,
                repositories: 0,
                calls: 0,
                versions: BTreeMap::new(),
                newest: newest_of_offer(offer, of_repository[repo].as_ref()),
                behind: 0,
                changed: None,
                rebuilt_on_schedule: None,
            };
            rows.push((row, Vec::new()));
        }
    }
    rows.sort_by(|(a, _), (b, _)| {
        (a.artifact, b.repositories, b.calls, &a.name).cmp(&(b.artifact, a.repositories, a.calls, &b.name))
    });
    rows
}

/// The share of described inputs that the rules ask for.
fn described_bound(rules: &Rules) -> f64 {
    let bounds = rules.findings.iter().filter_map(|it| match it.find {
        Find::UndocumentedSharedOffer { described } => Some(described),
        Find::CopiedPipeline { .. }
        | Find::DriftedPipelineCopy { .. }
        | Find::SupersededCiFile {}
        | Find::UnversionedInternalUse {}
        | Find::OutdatedInternalUse { .. }
        | Find::FloatingImageTag {}
        | Find::UnversionedSharedOffer {}
        | Find::UnpinnedThirdPartyTemplate {} => None,
    });
    bounds.fold(0.0, f64::max)
}

fn count_findings(found: &[Finding], suppressed: &Suppressed, rules: &Rules) -> Vec<FindingCount> {
    rules
        .findings
        .iter()
        .map(|rule| {
            let of_rule = || found.iter().filter(|it| it.rule == rule.id);
            FindingCount {
                id: rule.id.clone(),
                title: rule.title.clone(),
                count: of_rule().count() as u64,
                repositories: of_rule().map(|it| it.repo).collect::<BTreeSet<_>>().len() as u64,
                suppressed: suppressed.by_rule.get(&rule.id).copied().unwrap_or(0),
            }
        })
        .collect()
}
