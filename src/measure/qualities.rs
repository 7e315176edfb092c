//! Qualities of repositories: whether each has them, where that is seen, and where it can't be told.

use std::collections::BTreeSet;

use super::adoption::{self, Standing};
use super::{Judged, Seen, evidence};
use crate::classify::FileKind;
use crate::facts::{Artifact, Context, MarkerKind, Said};
use crate::knowledge::classes::Class;
use crate::org::pipelines::PipelineView;
use crate::org::{ADOPTED, Repo};
use crate::pipeline::steps::{Category, Purpose};
use crate::pipeline::{Pipeline, System};
use crate::rules::{EvidenceFilter, Quality};
use crate::source::Location;

/// Events by which a change, or time alone, starts a pipeline; sorted.
const AUTOMATIC: &[&str] = &[
    "cron",
    "merge_group",
    "pull_request",
    "pull_request_target",
    "push",
    "release",
    "schedule",
    "tag",
    "workflow_run",
];

/// Systems that run a pipeline for every push where its file doesn't say what starts it; sorted.
const PUSHED_BY_DEFAULT: &[System] =
    &[System::Appveyor, System::Circleci, System::Drone, System::Travis, System::Woodpecker];

/// How many of the five checks make a repository ready.
const READY: usize = 3;

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
        Quality::Provisioning => provisioning(of),
        Quality::DefinedInCode => match code(of) {
            Some((at, what)) => Judged::For { at: Some(at), what },
            None => {
                Judged::Against { at: None, what: "no infrastructure code, manifest or chart in its files".to_owned() }
            }
        },
        Quality::AppliedByPipeline => applied_by_pipeline(of),
        Quality::DeployedAutomatically => deployed_automatically(of),
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

/// The pipelines that run and bring something to an environment.
fn that_deploy(repo: &Repo) -> impl Iterator<Item = (&Pipeline, &PipelineView)> {
    running(repo).filter(|(_, view)| {
        matches!(view.purpose, Purpose::Deploy | Purpose::Provision)
            || [Category::Deploy, Category::Provision]
                .iter()
                .any(|it| view.does.contains(it) || view.inherits.contains(it))
    })
}

/// What is to be said where a CI system's pipelines weren't read.
fn unread(repo: &Repo) -> Option<Judged> {
    let at = adoption::unread_pipeline(repo)?;
    let systems: Vec<&str> = repo.unread_systems().into_iter().collect();
    Some(Judged::Unknown { at: Some(at), what: format!("its pipelines of {} are not read", systems.join(", ")) })
}

/// A repository with an image, a chart, a workload or a function of its own. What others start from or call is none:
/// it is run nowhere itself.
fn deployable(it: &Seen<'_>, repo: usize) -> Judged {
    let of = &it.org.repos[repo];
    let is_provider = |artifact| matches!(it.standings.get(repo, artifact), Standing::Provider { .. });
    let used = |artifact: Artifact| {
        of.linked_uses().find(move |(usage, link)| {
            usage.artifact == artifact && usage.context == Context::Production && !link.builds_only
        })
    };
    let image = used(Artifact::BaseImage).filter(|_| !is_provider(Artifact::BaseImage));
    let workload = used(Artifact::WorkloadImage);
    let from_use = image.or(workload).map(|(usage, _)| (usage.at.clone(), usage.written.clone()));
    let offers = of.facts.offers.iter().zip(&of.offers);
    let mut charts = offers.filter(|(offer, status)| {
        offer.artifact == Artifact::HelmChart && offer.context == Context::Production && !status.is_shared()
    });
    let classes = &it.rules.tables.knowledge.classes;
    let function = || {
        let resources = of.facts.resources.iter().filter(|it| it.context == Context::Production);
        resources
            .filter(|it| classes.of_type(&it.r#type) == Some(Class::Function))
            .map(|it| (it.at.clone(), it.r#type.clone()))
            .next()
    };
    let chart = || charts.next().map(|(offer, _)| (offer.at.clone(), format!("the chart {}", offer.name)));
    match from_use.or_else(chart).or_else(function) {
        Some((at, what)) => Judged::For { at: Some(at), what },
        None => Judged::Against { at: None, what: "nothing in it is run".to_owned() },
    }
}

fn delivering(repo: &Repo) -> Judged {
    match running(repo).find(|(_, view)| view.delivers()) {
        Some((pipeline, _)) => Judged::For { at: Some(pipeline.at.clone()), what: "a delivery pipeline".to_owned() },
        None => unread(repo).unwrap_or(Judged::Against { at: None, what: "no delivery pipeline".to_owned() }),
    }
}

fn deploying(repo: &Repo) -> Judged {
    match that_deploy(repo).next() {
        Some((pipeline, _)) => {
            Judged::For { at: Some(pipeline.at.clone()), what: "a pipeline that deploys".to_owned() }
        }
        None => unread(repo).unwrap_or(Judged::Against { at: None, what: "no pipeline that deploys".to_owned() }),
    }
}

/// The first infrastructure code, manifest or chart of a repository in production.
fn code(repo: &Repo) -> Option<(Location, String)> {
    let resource = || {
        let mut resources = repo.facts.resources.iter().filter(|it| it.context == Context::Production);
        resources.next().map(|it| (it.at.clone(), it.r#type.clone()))
    };
    let declares = |artifact: Artifact| {
        matches!(
            artifact,
            Artifact::TerraformModule
                | Artifact::HelmChart
                | Artifact::KustomizeBase
                | Artifact::BicepModule
                | Artifact::CloudformationModule
        )
    };
    let usage = || {
        let mut uses = repo.facts.uses.iter().filter(|it| declares(it.artifact) && it.context == Context::Production);
        uses.next().map(|it| (it.at.clone(), it.written.clone()))
    };
    let object = || {
        let mut objects = repo.facts.objects.iter().filter(|it| it.context == Context::Production);
        objects.next().map(|it| (it.at.clone(), it.kind.clone()))
    };
    let marker = || {
        let kinds = vec![MarkerKind::InfrastructureCode, MarkerKind::PlatformClaim, MarkerKind::ControllerResource];
        let filter = EvidenceFilter { markers: kinds, ..EvidenceFilter::default() };
        evidence::first(repo, &filter).map(|it| (it.at.clone(), evidence::words(it)))
    };
    let chart = || {
        let mut charts = repo
            .facts
            .offers
            .iter()
            .filter(|it| it.artifact == Artifact::HelmChart && it.context == Context::Production);
        charts.next().map(|it| (it.at.clone(), format!("the chart {}", it.name)))
    };
    resource().or_else(usage).or_else(object).or_else(marker).or_else(chart)
}

/// Code counts, and so do commands that people run and instructions to use a console.
fn provisioning(repo: &Repo) -> Judged {
    let by_hand = || {
        let kinds = vec![MarkerKind::ImperativeCommand, MarkerKind::RemoteShell, MarkerKind::ConsoleInstruction];
        let filter = EvidenceFilter { markers: kinds, by_people: true, ..EvidenceFilter::default() };
        evidence::first(repo, &filter).map(|it| (it.at.clone(), evidence::words(it)))
    };
    match code(repo).or_else(by_hand) {
        Some((at, what)) => Judged::For { at: Some(at), what },
        None => Judged::Against { at: None, what: "nothing in it provisions".to_owned() },
    }
}

/// Whether a pipeline or a controller applies the infrastructure code of a repository. A repository that offers modules
/// and applies none has none to apply.
fn applied_by_pipeline(repo: &Repo) -> Judged {
    let offered: BTreeSet<&str> = repo
        .facts
        .offers
        .iter()
        .zip(&repo.offers)
        .filter(|(offer, status)| offer.artifact == Artifact::TerraformModule && status.is_shared())
        .map(|(offer, _)| &*offer.path)
        .collect();
    let folder = |path: &'_ str| path.rsplit_once('/').map_or(0, |(folder, _)| folder.len());
    let own = repo
        .facts
        .resources
        .iter()
        .find(|it| it.context == Context::Production && !offered.contains(&it.at.path[..folder(&it.at.path)]));
    let called = || {
        let mut uses = repo.facts.uses.iter().filter(|it| {
            it.artifact == Artifact::TerraformModule
                && it.context == Context::Production
                && !offered.contains(&it.at.path[..folder(&it.at.path)])
        });
        uses.next().map(|it| (it.at.clone(), it.written.clone()))
    };
    let Some((at, what)) = own.map(|it| (it.at.clone(), it.r#type.clone())).or_else(called) else {
        return Judged::NotApplicable;
    };
    let provisions = |view: &PipelineView| {
        view.purpose == Purpose::Provision
            || view.does.contains(&Category::Provision)
            || view.inherits.contains(&Category::Provision)
    };
    if let Some((pipeline, _)) = running(repo).find(|(_, view)| provisions(view)) {
        return Judged::For { at: Some(pipeline.at.clone()), what: "a pipeline that provisions".to_owned() };
    }
    let kinds = vec![MarkerKind::TerraformAutomation, MarkerKind::Gitops];
    if let Some(marker) = evidence::first(repo, &EvidenceFilter { markers: kinds, ..EvidenceFilter::default() }) {
        return Judged::For { at: Some(marker.at.clone()), what: evidence::words(marker) };
    }
    unread(repo).unwrap_or_else(|| match calls_unseen(repo) {
        Some((at, call)) => Judged::Unknown { at: Some(at), what: format!("what {call} does was not scanned") },
        None => Judged::Against { at: Some(at), what: format!("{what}: nothing in the repository applies it") },
    })
}

/// The first call of a template elsewhere by a pipeline of which nothing else is known: it may do anything.
fn calls_unseen(repo: &Repo) -> Option<(Location, String)> {
    let unseen = running(repo).filter(|(_, view)| view.only_calls && view.inherits.is_empty());
    let calls = unseen.filter_map(|(pipeline, _)| Some((pipeline.at.clone(), pipeline.calls().next()?.to_owned())));
    calls.into_iter().next()
}

fn deployed_automatically(repo: &Repo) -> Judged {
    let mut unsaid = None;
    let mut manual = None;
    for (pipeline, _) in that_deploy(repo) {
        let at = Some(pipeline.at.clone());
        if let Some(event) = pipeline.triggers.iter().find(|it| AUTOMATIC.binary_search(&it.as_str()).is_ok()) {
            return Judged::For { at, what: format!("{event} starts it") };
        }
        if pipeline.triggers.is_empty() {
            if PUSHED_BY_DEFAULT.contains(&pipeline.system) {
                return Judged::For { at, what: "each push starts it".to_owned() };
            }
            unsaid.get_or_insert(at);
        } else {
            manual.get_or_insert((at, pipeline.triggers.iter().map(String::as_str).collect::<Vec<_>>().join(", ")));
        }
    }
    match (unsaid, manual) {
        (Some(at), _) => Judged::Unknown { at, what: "its file doesn't say what starts it".to_owned() },
        (None, Some((at, events))) => Judged::Against { at, what: format!("only {events} starts it") },
        (None, None) => unread(repo).unwrap_or(Judged::NotApplicable),
    }
}

/// Whether a pipeline tests before it deploys; what templates do that it calls counts.
fn tested_before_deploy(repo: &Repo) -> Judged {
    let mut against = None;
    for (pipeline, view) in that_deploy(repo) {
        let position = |category: Category| view.stages.iter().position(|it| *it == category);
        let deploys = [Category::Deploy, Category::Provision].into_iter().filter_map(position).min();
        let is_tested = match (position(Category::Test), deploys) {
            (Some(test), Some(deploy)) => test < deploy,
            // A template deploys, after what the pipeline does itself or as the template does it.
            (test, None) => test.is_some() || view.inherits.contains(&Category::Test),
            (None, Some(_)) => view.inherits.contains(&Category::Test),
        };
        let at = Some(pipeline.at.clone());
        if is_tested {
            return Judged::For { at, what: "it tests before it deploys".to_owned() };
        }
        if view.only_calls && view.inherits.is_empty() {
            against.get_or_insert(Judged::Unknown { at, what: "what its template does was not scanned".to_owned() });
        } else {
            against.get_or_insert(Judged::Against { at, what: "it deploys, and tests nothing before".to_owned() });
        }
    }
    against.unwrap_or_else(|| unread(repo).unwrap_or(Judged::NotApplicable))
}

fn scanned(repo: &Repo) -> Judged {
    let scans = |view: &PipelineView| view.does.contains(&Category::Scan) || view.inherits.contains(&Category::Scan);
    if let Some((pipeline, _)) = running(repo).find(|(_, view)| scans(view)) {
        return Judged::For { at: Some(pipeline.at.clone()), what: "a pipeline that scans".to_owned() };
    }
    let filter = EvidenceFilter { markers: vec![MarkerKind::PolicyCheck], ..EvidenceFilter::default() };
    if let Some(marker) = evidence::first(repo, &filter) {
        return Judged::For { at: Some(marker.at.clone()), what: evidence::words(marker) };
    }
    unread(repo).unwrap_or_else(|| match calls_unseen(repo) {
        Some((at, call)) => Judged::Unknown { at: Some(at), what: format!("what {call} does was not scanned") },
        None => Judged::Against { at: None, what: "no pipeline of it scans anything".to_owned() },
    })
}

fn scanned_by_template(repo: &Repo) -> Judged {
    let inherits = |view: &PipelineView| view.inherits.contains(&Category::Scan);
    if let Some((pipeline, _)) = running(repo).find(|(_, view)| inherits(view)) {
        return Judged::For { at: Some(pipeline.at.clone()), what: "its template scans".to_owned() };
    }
    unread(repo).unwrap_or_else(|| match calls_unseen(repo) {
        Some((at, call)) => Judged::Unknown { at: Some(at), what: format!("what {call} does was not scanned") },
        None => match running(repo).next() {
            Some((pipeline, _)) => {
                Judged::Against { at: Some(pipeline.at.clone()), what: "no template of its pipelines scans".to_owned() }
            }
            None => Judged::NotApplicable,
        },
    })
}

/// Kinds of files that hold what is done again and again.
const SCRIPTS: &[FileKind] = &[
    FileKind::BatchScript,
    FileKind::Justfile,
    FileKind::Makefile,
    FileKind::PowershellScript,
    FileKind::ShellScript,
    FileKind::Taskfile,
];

fn scripted(repo: &Repo) -> Judged {
    let found = SCRIPTS.iter().find(|kind| repo.facts.files.recognised.get(kind).is_some_and(|n| *n > 0));
    match found {
        Some(kind) => Judged::For { at: None, what: format!("it has a {}", kind_words(*kind)) },
        None => Judged::Against { at: None, what: "no script, makefile or the like".to_owned() },
    }
}

fn kind_words(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Makefile => "makefile",
        FileKind::Justfile => "justfile",
        FileKind::Taskfile => "taskfile",
        _ => "script",
    }
}

/// Whether a repository uses what is shared wherever it has a place for it.
fn on_golden_path(it: &Seen<'_>, repo: usize) -> Judged {
    let mut adopts: Vec<String> = Vec::new();
    let mut unknown = None;
    let mut first = None;
    for artifact in ADOPTED {
        match it.standings.get(repo, artifact) {
            Standing::Adopts { at, what } => {
                first.get_or_insert_with(|| at.clone());
                adopts.push(what.clone());
            }
            Standing::Misses { at, what } => return Judged::Against { at: Some(at.clone()), what: what.clone() },
            Standing::Unknown { at, what } => unknown = Some((at.clone(), what.clone())),
            Standing::Provider { .. } | Standing::NotApplicable => {}
        }
    }
    match (unknown, adopts.is_empty()) {
        (Some((at, what)), _) => Judged::Unknown { at, what },
        (None, true) => Judged::NotApplicable,
        (None, false) => Judged::For { at: first, what: adopts.join(", ") },
    }
}

/// How many of five checks of readiness for production a repository passes: an owner, a runbook, alerts, a bot for
/// dependencies, a scan.
pub(super) fn ready(it: &Seen<'_>, repo: usize) -> Judged {
    let of = &it.org.repos[repo];
    let has = |markers: &[MarkerKind], says: &[Said]| {
        let filter = EvidenceFilter { markers: markers.to_vec(), says: says.to_vec(), ..EvidenceFilter::default() };
        evidence::first(of, &filter).is_some()
    };
    let scan = scanned(of);
    let runbook = has(&[MarkerKind::Runbook], &[]) || has(&[MarkerKind::Alert, MarkerKind::Slo], &[Said::Runbook]);
    let checks = [
        ("an owner", it.org.teams[repo].is_some()),
        ("a runbook", runbook),
        ("alerts", has(&[MarkerKind::Alert, MarkerKind::Slo], &[])),
        ("updates of dependencies", has(&[MarkerKind::DependencyUpdates], &[])),
        ("a scan", matches!(scan, Judged::For { .. })),
    ];
    let (passed, lacks): (Vec<_>, Vec<_>) = checks.into_iter().partition(|(_, passes)| *passes);
    let names = |checks: &[(&str, bool)]| checks.iter().map(|it| it.0).collect::<Vec<_>>().join(", ");
    let what = match lacks.is_empty() {
        true => "5 of 5".to_owned(),
        false => format!("{} of 5; without {}", passed.len(), names(&lacks)),
    };
    let could_be = passed.len() + usize::from(matches!(scan, Judged::Unknown { .. }));
    match passed.len() {
        n if n >= READY => Judged::For { at: None, what },
        _ if could_be >= READY => Judged::Unknown { at: None, what },
        _ => Judged::Against { at: None, what },
    }
}

#[cfg(test)]
mod tests {
    use super::{AUTOMATIC, PUSHED_BY_DEFAULT};

    #[test]
    fn tables_are_sorted() {
        assert!(AUTOMATIC.is_sorted() && PUSHED_BY_DEFAULT.is_sorted());
    }
}
