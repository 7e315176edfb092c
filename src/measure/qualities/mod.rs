//! Qualities of repositories: whether each has them, where that is seen, and where it can't be told.

mod deploys;
mod path;
mod provisions;
mod readiness;
mod runs;
mod scripts;

use self::deploys::{delivering, deployed_automatically, deploying, tested_before_deploy};
use self::path::on_golden_path;
pub(super) use self::provisions::is_of_terraform;
use self::provisions::{applied_by_pipeline, code, other_code, provisioning, shared_modules, terraform};
pub(super) use self::readiness::ready;
use self::runs::deployable;
use self::scripts::scripted;
use super::{Judged, Seen, adoption, evidence};
use crate::facts::Use;
use crate::org::Repo;
use crate::org::does::Unseen;
use crate::org::offers::OfferStatus;
use crate::org::pipelines::PipelineView;
use crate::origin::Origin;
use crate::pipeline::steps::Category;
use crate::pipeline::{Pipeline, in_repository};
use crate::rules::Quality;
use crate::source::Location;

/// Whether a repository has a quality. Qualities of offers say nothing of repositories: `rules::check` lets none pass.
pub(super) fn judge(it: &Seen<'_>, repo: usize, quality: Quality) -> Judged {
    if let Some(told) = it.qualities.borrow().get(&(repo, quality)) {
        return told.clone();
    }
    let told = told(it, repo, quality);
    it.qualities.borrow_mut().insert((repo, quality), told.clone());
    told
}

fn told(it: &Seen<'_>, repo: usize, quality: Quality) -> Judged {
    let of = &it.org.repos[repo];
    match quality {
        Quality::Deployable => deployable(it, repo),
        Quality::Delivering => delivering(of),
        Quality::Deploying => deploying(of),
        Quality::MoreThanOffering => match of.offers.iter().any(OfferStatus::is_shared) {
            true => match terraform(of, &shared_modules(of)).or_else(|| other_code(of)) {
                Some((at, what)) => Judged::For { at: Some(at), what },
                None => judge(it, repo, Quality::Deployable),
            },
            false => Judged::For { at: None, what: "it offers nothing to others".to_owned() },
        },
        Quality::Provisioning => provisioning(of),
        Quality::DefinedInCode => match code(of) {
            Some((at, what)) => Judged::For { at: Some(at), what },
            None => {
                Judged::Against { at: None, what: "no infrastructure code, manifest or chart in its files".to_owned() }
            }
        },
        Quality::AppliedByPipeline => applied_by_pipeline(of),
        Quality::DeployedAutomatically => deployed_automatically(of, false),
        Quality::DeployedWhenMerged => deployed_automatically(of, true),
        Quality::TestedBeforeDeploy => tested_before_deploy(of),
        Quality::Owned => match &it.org.teams[repo] {
            Some(team) => Judged::For { at: None, what: format!("owned by {team}") },
            None => Judged::Against {
                at: None,
                what: "neither catalogue nor CODEOWNERS names an owner of all of it".to_owned(),
            },
        },
        Quality::Scanned => scanned(of),
        Quality::ScannedByTemplate => scanned_by_template(of),
        Quality::Scripted => scripted(of),
        Quality::OnGoldenPath => on_golden_path(it, repo),
        Quality::Ready => ready(it, repo),
        Quality::Versioned
        | Quality::Documented
        | Quality::Indexed
        | Quality::UsedElsewhere
        | Quality::Maintained
        | Quality::FromReadyRepositories => Judged::NotApplicable,
    }
}

/// The pipelines that run.
fn running(repo: &Repo) -> impl Iterator<Item = (&Pipeline, &PipelineView)> {
    repo.facts.pipelines.iter().zip(&repo.pipelines).filter(|(_, view)| view.runs)
}

/// What is to be said where a CI system's pipelines weren't read.
fn unread(repo: &Repo) -> Option<Judged> {
    let at = adoption::unread_pipeline(repo)?;
    let systems: Vec<&str> = repo.unread_systems().into_iter().collect();
    Some(Judged::Unknown { at: Some(at), what: format!("its pipelines of {} are not read", systems.join(", ")) })
}

/// The first call of a template that isn't known, and why it isn't: it may do anything.
fn calls_unseen(repo: &Repo) -> Option<(Location, String)> {
    let unseen = |(pipeline, view): (&Pipeline, &PipelineView)| {
        Some((pipeline.at.clone(), why_unseen(repo, pipeline, view.does.unseen.as_ref()?)))
    };
    running(repo).find_map(unseen)
}

/// Why it isn't known what a pipeline calls.
fn why_unseen(repo: &Repo, pipeline: &Pipeline, unseen: &Unseen) -> String {
    match unseen {
        Unseen::Unscanned(call) => format!("what {call} does was not scanned"),
        Unseen::Expression => "what a call does whose name is an expression can't be told".to_owned(),
        Unseen::NotThere(call, of) => {
            let is_it = |it: &&Use| match &it.origin {
                Origin::Repo { host: _, owner, name, path } => {
                    it.at.path == pipeline.at.path && in_repository(owner, name, path).eq_ignore_ascii_case(call)
                }
                _ => false,
            };
            let called = repo.facts.uses.iter().find(is_it).and_then(|it| it.version.reference.as_deref());
            let path = call.strip_prefix("./").or_else(|| call.get(of.len() + 1..)).unwrap_or(call);
            let at = called.map_or_else(String::new, |it| format!(" (called at {it})"));
            format!("what {path} does isn't known: no template lies there in {of} as scanned{at}")
        }
    }
}

fn scanned(repo: &Repo) -> Judged {
    if let Some((pipeline, _)) = running(repo).find(|(_, view)| view.does.any(Category::Scan)) {
        return Judged::For { at: Some(pipeline.at.clone()), what: "a pipeline that scans".to_owned() };
    }
    unread(repo).unwrap_or_else(|| match calls_unseen(repo) {
        Some((at, what)) => Judged::Unknown { at: Some(at), what },
        None => Judged::Against { at: None, what: "no pipeline of it scans anything".to_owned() },
    })
}

fn scanned_by_template(repo: &Repo) -> Judged {
    if let Some((pipeline, _)) = running(repo).find(|(_, view)| view.does.inherited.contains(&Category::Scan)) {
        return Judged::For { at: Some(pipeline.at.clone()), what: "its template scans".to_owned() };
    }
    unread(repo).unwrap_or_else(|| match calls_unseen(repo) {
        Some((at, what)) => Judged::Unknown { at: Some(at), what },
        None => match running(repo).next() {
            Some((pipeline, _)) => {
                Judged::Against { at: Some(pipeline.at.clone()), what: "no template of its pipelines scans".to_owned() }
            }
            None => Judged::NotApplicable,
        },
    })
}
