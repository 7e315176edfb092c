//! Qualities of repositories: whether each has them, where that is seen, and where it can't be told.

use std::collections::BTreeSet;

use super::adoption::{self, Standing};
use super::{Judged, Seen, evidence};
use crate::classify::FileKind;
use crate::facts::{Artifact, Context, MarkerKind, Said, Use};
use crate::knowledge::classes::Class;
use crate::org::does::{Tested, Unseen};
use crate::org::modules::Modules;
use crate::org::offers::OfferStatus;
use crate::org::pipelines::{Passage, PipelineView};
use crate::org::{ADOPTED, Link, Repo};
use crate::origin::Origin;
use crate::paths::{folder_of, name_of};
use crate::pipeline::steps::{Category, Purpose};
use crate::pipeline::triggers::{Starter, started_by};
use crate::pipeline::{Pipeline, System, in_repository};
use crate::rules::{EvidenceFilter, Quality};
use crate::source::Location;

/// Systems that run a pipeline for every push where its file doesn't say what starts it; sorted.
const PUSHED_BY_DEFAULT: &[System] =
    &[System::Appveyor, System::Circleci, System::Drone, System::Travis, System::Woodpecker];

/// Folders of CI systems and editors: what is built in them is run by these alone; sorted.
const OF_TOOLS: &[&str] =
    &[".azuredevops", ".buildkite", ".circleci", ".devcontainer", ".github", ".gitlab", ".semaphore"];

/// How many of the five checks make a repository ready.
const READY: usize = 3;

/// How many of the three checks make one ready that holds nothing that is run.
const READY_UNRUN: usize = 2;

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

/// The pipelines that run and bring something to an environment.
fn that_deploy(repo: &Repo) -> impl Iterator<Item = (&Pipeline, &PipelineView)> {
    running(repo).filter(|(_, view)| {
        // What a template that wasn't scanned is for, its name says.
        let is_named = || matches!(view.purpose, Purpose::Deploy | Purpose::Provision) && view.does.unseen.is_some();
        [Category::Deploy, Category::Provision].into_iter().any(|it| view.does.any(it)) || is_named()
    })
}

/// What is to be said where a CI system's pipelines weren't read.
fn unread(repo: &Repo) -> Option<Judged> {
    let at = adoption::unread_pipeline(repo)?;
    let systems: Vec<&str> = repo.unread_systems().into_iter().collect();
    Some(Judged::Unknown { at: Some(at), what: format!("its pipelines of {} are not read", systems.join(", ")) })
}

/// A repository with an image, a chart, a workload or a function of its own. What others start from or call is none, nor
/// is the image of an action or of a developer's machine: it is run nowhere itself. An image that doesn't say what it runs
/// counts where it is published; else it serves to build or test something in. What a chart for others runs, and what tries
/// that chart out, is run where the chart is used.
fn deployable(it: &Seen<'_>, repo: usize) -> Judged {
    let of = &it.org.repos[repo];
    let is_provider = |artifact| matches!(it.standings.get(repo, artifact), Standing::Provider { .. });
    let in_production = |artifact: Artifact| {
        of.linked_uses().filter(move |(it, _)| it.artifact == artifact && it.context == Context::Production)
    };
    let actions: BTreeSet<&str> =
        of.facts.offers.iter().filter(|it| it.artifact == Artifact::CiAction).map(|it| &*it.path).collect();
    let is_of_service = |path: &str| {
        !actions.contains(folder_of(path)) && !path.split('/').any(|it| OF_TOOLS.binary_search(&it).is_ok())
    };
    let bare = of.facts.markers.iter().filter(|it| it.kind == MarkerKind::BareImage);
    let bare: BTreeSet<&str> = bare.map(|it| &*it.at.path).collect();
    let is_published =
        |folder: &str| of.facts.offers.iter().any(|it| it.artifact == Artifact::BaseImage && *it.path == *folder);
    // What is run the image of the organisation may say that it starts from, as far as that was scanned.
    let is_of_platform = |link: &Link| {
        let asset = link.asset.as_deref().filter(|_| link.shared && !link.builds_only);
        asset.and_then(|id| it.org.assets.get(id)).is_some_and(|it| it.offered.is_some())
    };
    let is_run = |usage: &Use, link: &Link| {
        let path = &*usage.at.path;
        !bare.contains(path) || is_published(folder_of(path)) || is_of_platform(link)
    };
    // An image that ends `FROM scratch` starts from what builds it only.
    let image = || {
        let mut images = in_production(Artifact::BaseImage);
        let found = images.find(|(usage, link)| is_of_service(&usage.at.path) && is_run(usage, link));
        found.filter(|_| !is_provider(Artifact::BaseImage))
    };
    let charts = of.facts.offers.iter().zip(&of.offers);
    let charts = charts.filter(|(offer, status)| offer.artifact == Artifact::HelmChart && status.is_shared());
    let for_others: Vec<&str> = charts.map(|(offer, _)| &*offer.path).collect();
    let is_of_chart_for_others =
        |path: &str| for_others.iter().any(|it| is_below(path, it)) || !for_others.is_empty() && tries_charts_out(path);
    let workload = || {
        let mut images = in_production(Artifact::WorkloadImage);
        images.find(|(it, _)| is_of_service(&it.at.path) && !is_of_chart_for_others(&it.at.path))
    };
    let from_use = image().or_else(workload).map(|(usage, _)| (usage.at.clone(), usage.written.clone()));
    let chart = || {
        let offers = of.facts.offers.iter().zip(&of.offers);
        let mut charts = offers.filter(|(offer, status)| {
            offer.artifact == Artifact::HelmChart && offer.context == Context::Production && !status.is_shared()
        });
        charts.next().map(|(offer, _)| (offer.at.clone(), format!("the chart {}", offer.name)))
    };
    let classes = &it.rules.tables.knowledge.classes;
    let shared = shared_modules(of);
    let function = || {
        let mut functions = of.facts.resources.iter().filter(|it| {
            it.context == Context::Production
                && !shared.contains(folder_of(&it.at.path))
                && classes.of_type(&it.r#type) == Some(Class::Function)
        });
        functions.next().map(|it| (it.at.clone(), it.r#type.clone()))
    };
    match from_use.or_else(chart).or_else(function) {
        Some((at, what)) => Judged::For { at: Some(at), what },
        None => Judged::Against { at: None, what: "nothing in it is run".to_owned() },
    }
}

/// Whether a file has values for trying a chart out: `ci/*-values.yaml`, `ci-values.yaml`, `ci-*-values.yaml`, as chart-testing and those
/// who go without it name them.
fn tries_charts_out(path: &str) -> bool {
    let name = name_of(path);
    name.starts_with("ci-") && name.contains("values")
        || folder_of(path).rsplit('/').next() == Some("ci") && name.contains("values")
}

/// The folders of the Terraform modules that a repository offers to others, and of those that they are made of.
fn shared_modules(repo: &Repo) -> BTreeSet<String> {
    let offers = repo.facts.offers.iter().zip(&repo.offers);
    let shared = offers.filter(|(offer, status)| offer.artifact == Artifact::TerraformModule && status.is_shared());
    let mut folders: BTreeSet<String> = shared.map(|(offer, _)| offer.path.to_string()).collect();
    if !folders.is_empty() {
        let parts = Modules::of(&repo.facts).parts(folders.iter().map(String::as_str));
        folders.extend(parts);
    }
    folders
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
    let declared = || terraform(repo, &BTreeSet::new()).or_else(|| other_code(repo));
    let commands: BTreeSet<&str> = repo.facts.pipelines.iter().map(|it| &*it.at.path).collect();
    // A command that names a chart is no code, and the chart lies elsewhere.
    let is_written = |path: &str| !commands.contains(path) && !is_script(path);
    let usage = || {
        let mut uses = repo.facts.uses.iter().filter(|it| {
            matches!(it.artifact, Artifact::HelmChart | Artifact::KustomizeBase)
                && it.context == Context::Production
                && is_written(&it.at.path)
        });
        uses.next().map(|it| (it.at.clone(), it.written.clone()))
    };
    let object = || object(repo, &[]);
    let chart = || {
        let mut charts = repo
            .facts
            .offers
            .iter()
            .filter(|it| it.artifact == Artifact::HelmChart && it.context == Context::Production);
        charts.next().map(|it| (it.at.clone(), format!("the chart {}", it.name)))
    };
    declared().or_else(usage).or_else(object).or_else(chart)
}

/// The first object of a cluster in production, outside of these folders and what lies below them.
fn object(repo: &Repo, except: &[&str]) -> Option<(Location, String)> {
    let is_except = |path: &str| except.iter().any(|it| is_below(path, it));
    let mut objects = repo.facts.objects.iter().filter(|it| {
        it.context == Context::Production
            && !SETTINGS.iter().any(|group| it.group.ends_with(group))
            && !is_except(&it.at.path)
    });
    objects.next().map(|it| (it.at.clone(), it.kind.clone()))
}

/// Whether a path lies below a folder; all do below the root.
fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Ends of groups of objects that only look like those of a cluster: entries of catalogues, settings of tools; sorted.
const SETTINGS: &[&str] = &["backstage.io", "config.k8s.io", "k3d.io", "kind.x-k8s.io"];

/// Whether a file holds commands, by its name.
fn is_script(path: &str) -> bool {
    let name = name_of(path);
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    matches!(end, "bash" | "bat" | "cmd" | "groovy" | "mk" | "ps1" | "sh")
        || matches!(name, "GNUmakefile" | "Justfile" | "Makefile" | "justfile" | "makefile")
        || name.starts_with("Jenkinsfile")
        || name.starts_with("Taskfile")
}

/// The first Terraform in production outside of these folders: a resource, else a call of a module.
fn terraform(repo: &Repo, except: &BTreeSet<String>) -> Option<(Location, String)> {
    let counts = |path: &str, context: Context| context == Context::Production && !except.contains(folder_of(path));
    let mut resources = repo.facts.resources.iter();
    let resource = resources.find(|it| is_of_terraform(&it.r#type) && counts(&it.at.path, it.context));
    let mut uses = repo.facts.uses.iter();
    let mut call = || uses.find(|it| it.artifact == Artifact::TerraformModule && counts(&it.at.path, it.context));
    let resource = resource.map(|it| (it.at.clone(), it.r#type.clone()));
    resource.or_else(|| call().map(|it| (it.at.clone(), it.written.clone())))
}

/// Whether a type of resources is one of Terraform: those of others have a mark between their words.
pub(super) fn is_of_terraform(of_type: &str) -> bool {
    !of_type.contains([':', '/', '.'])
}

/// The first infrastructure code in production that is none of Terraform.
fn other_code(repo: &Repo) -> Option<(Location, String)> {
    let mut resources = repo.facts.resources.iter();
    let resource = resources.find(|it| !is_of_terraform(&it.r#type) && it.context == Context::Production);
    let filter = EvidenceFilter { markers: vec![MarkerKind::InfrastructureCode], ..EvidenceFilter::default() };
    let marker = || evidence::first(repo, &filter).map(|it| (it.at.clone(), evidence::words(it)));
    resource.map(|it| (it.at.clone(), it.r#type.clone())).or_else(marker)
}

/// The first object in production by which a controller of the cluster makes something outside of it.
fn claim(repo: &Repo) -> Option<(Location, String)> {
    let markers = vec![MarkerKind::PlatformClaim, MarkerKind::ControllerResource];
    let filter = EvidenceFilter { markers, ..EvidenceFilter::default() };
    evidence::first(repo, &filter).map(|it| (it.at.clone(), evidence::words(it)))
}

/// The first command or instruction by which people provision.
fn by_hand(repo: &Repo) -> Option<(Location, String)> {
    let markers = vec![MarkerKind::ImperativeCommand, MarkerKind::RemoteShell, MarkerKind::ConsoleInstruction];
    let filter = EvidenceFilter { markers, by_people: true, ..EvidenceFilter::default() };
    evidence::first(repo, &filter).map(|it| (it.at.clone(), evidence::words(it)))
}

/// Infrastructure code and manifests count, and so do commands that people run and instructions to use a console. A module
/// or a chart provisions nothing before somebody uses it.
fn provisioning(repo: &Repo) -> Judged {
    let charts = repo.facts.offers.iter().filter(|it| it.artifact == Artifact::HelmChart);
    let charts: Vec<&str> = charts.map(|it| &*it.path).collect();
    let code = terraform(repo, &shared_modules(repo)).or_else(|| other_code(repo)).or_else(|| object(repo, &charts));
    match code.or_else(|| claim(repo)).or_else(|| by_hand(repo)) {
        Some((at, what)) => Judged::For { at: Some(at), what },
        None => Judged::Against { at: None, what: "nothing in it provisions".to_owned() },
    }
}

/// Whether a pipeline that people don't have to start, or a controller, applies what a repository provisions. A
/// repository that offers modules and applies none has nothing to apply; one with commands for people alone has nothing
/// that applies it.
fn applied_by_pipeline(repo: &Repo) -> Judged {
    let first = |kind: MarkerKind| {
        let filter = EvidenceFilter { markers: vec![kind], ..EvidenceFilter::default() };
        evidence::first(repo, &filter).map(|it| Judged::For { at: Some(it.at.clone()), what: evidence::words(it) })
    };
    let is_by_hand = |pipeline: &Pipeline| starts(pipeline) == Starts::ByPeople;
    let applies = |categories: &[Category]| {
        let mut found = running(repo)
            .filter(|(pipeline, view)| categories.iter().any(|it| view.does.any(*it)) && !is_by_hand(pipeline));
        found
            .next()
            .map(|(it, _)| Judged::For { at: Some(it.at.clone()), what: "a pipeline that provisions".to_owned() })
    };
    let or_not = |found: Option<Judged>, (at, what): (Location, String)| {
        found.or_else(|| unread(repo)).unwrap_or_else(|| match calls_unseen(repo) {
            Some((at, what)) => Judged::Unknown { at: Some(at), what },
            None => Judged::Against { at: Some(at), what: format!("{what}: nothing in the repository applies it") },
        })
    };
    if let Some(code) = terraform(repo, &shared_modules(repo)) {
        let found = applies(&[Category::Provision]).or_else(|| first(MarkerKind::TerraformAutomation));
        return or_not(found, code);
    }
    if let Some(code) = other_code(repo) {
        return or_not(applies(&[Category::Provision, Category::Deploy]), code);
    }
    if let Some((at, what)) = claim(repo) {
        let found = first(MarkerKind::Gitops).or_else(|| applies(&[Category::Deploy]));
        // Who applies objects of a cluster is often told in another repository.
        return found.unwrap_or(Judged::Unknown { at: Some(at), what: format!("{what}: what applies it isn't known") });
    }
    match by_hand(repo) {
        Some((at, what)) => Judged::Against { at: Some(at), what },
        None => Judged::NotApplicable,
    }
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

/// Who starts a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Starts {
    /// A change, or time.
    ByItself,
    /// Only people do, or another program.
    ByPeople,
    /// Its file doesn't say.
    Unsaid,
}

fn starts(pipeline: &Pipeline) -> Starts {
    let is_by_itself = |it: &String| matches!(started_by(it), Starter::Change | Starter::Time);
    match () {
        () if pipeline.triggers.iter().any(is_by_itself) => Starts::ByItself,
        () if !pipeline.triggers.is_empty() => Starts::ByPeople,
        () if PUSHED_BY_DEFAULT.contains(&pipeline.system) => Starts::ByItself,
        () => Starts::Unsaid,
    }
}

/// Whether a pipeline that runs brings something about without anybody, once something has started it.
fn goes_on_by_itself(view: &PipelineView) -> bool {
    let of = &view.does_by_itself;
    [Category::Deploy, Category::Provision].into_iter().any(|it| of.any(it)) || of.unseen.is_some()
}

/// Events of changes that aren't merged: what they deploy is a preview; sorted.
const OF_PROPOSALS: &[&str] = &["merge_request", "pull_request", "pull_request_target"];

/// Whether a change starts what deploys, or time; of proposals too, unless only what is merged counts.
fn deployed_automatically(repo: &Repo, when_merged: bool) -> Judged {
    let mut judged = None;
    if when_merged {
        // What goes to staging by itself is no way to production.
        let is_held = |view: &PipelineView| view.to_production == Some(Passage::Held);
        let is_free = that_deploy(repo).any(|(_, view)| view.to_production == Some(Passage::Free));
        if let Some((pipeline, _)) = that_deploy(repo).find(|(_, view)| is_held(view) && !is_free) {
            let what = "it waits for somebody before it deploys to production".to_owned();
            return Judged::Against { at: Some(pipeline.at.clone()), what };
        }
    }
    for (pipeline, view) in that_deploy(repo) {
        let at = Some(pipeline.at.clone());
        let is_of_proposal = |it: &String| OF_PROPOSALS.binary_search(&it.as_str()).is_ok();
        if when_merged && !pipeline.triggers.is_empty() && pipeline.triggers.iter().all(is_of_proposal) {
            judged.get_or_insert(Judged::Against { at, what: "only changes that aren't merged start it".to_owned() });
            continue;
        }
        let events = || pipeline.triggers.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        if !goes_on_by_itself(view) {
            judged.get_or_insert(Judged::Against { at, what: "it waits for somebody before it deploys".to_owned() });
            continue;
        }
        match starts(pipeline) {
            Starts::ByItself if pipeline.triggers.is_empty() => {
                return Judged::For { at, what: "each push starts it".to_owned() };
            }
            Starts::ByItself => return Judged::For { at, what: format!("{} starts it", events()) },
            Starts::Unsaid => {
                judged = Some(Judged::Unknown { at, what: "its file doesn't say what starts it".to_owned() });
            }
            Starts::ByPeople => {
                judged.get_or_insert(Judged::Against { at, what: format!("only {} starts it", events()) });
            }
        }
    }
    judged.unwrap_or_else(|| unread(repo).unwrap_or(Judged::NotApplicable))
}

/// Whether a pipeline tests before it deploys; what templates do that it calls counts.
fn tested_before_deploy(repo: &Repo) -> Judged {
    let mut judged = None;
    for (pipeline, view) in that_deploy(repo) {
        let at = Some(pipeline.at.clone());
        match view.does.tested {
            Tested::Before => return Judged::For { at, what: "it tests before it deploys".to_owned() },
            Tested::Unknown => {
                let why = view.does.unseen.as_ref().map(|it| why_unseen(repo, pipeline, it));
                let what = why.unwrap_or_else(|| "what a template does was not scanned".to_owned());
                judged = Some(Judged::Unknown { at, what });
            }
            Tested::Never | Tested::NothingDeployed => {
                let what = "it deploys, and tests nothing before".to_owned();
                judged.get_or_insert(Judged::Against { at, what });
            }
        }
    }
    judged.unwrap_or_else(|| unread(repo).unwrap_or(Judged::NotApplicable))
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

/// Kinds of files whose targets are what is done again and again.
const TARGETS: &[(FileKind, &str)] =
    &[(FileKind::Justfile, "justfile"), (FileKind::Makefile, "makefile"), (FileKind::Taskfile, "taskfile")];

/// Programs that run the scripts that a package names; sorted.
const PACKAGE_RUNNERS: &[&str] = &["bun", "composer", "npm", "pdm", "pnpm", "poetry", "yarn"];

/// Kinds of scripts of which no commands are kept.
const OTHER_SCRIPTS: &[FileKind] = &[FileKind::BatchScript, FileKind::PowershellScript];

/// Scripts that build tools bring along; sorted.
const BROUGHT_ALONG: &[&str] = &["gradlew", "gradlew.bat", "mvnw", "mvnw.cmd"];

fn scripted(repo: &Repo) -> Judged {
    let name = |path: &'_ str| name_of(path).to_owned();
    let mut scripts = repo.facts.scripts.iter().filter(|it| it.context == Context::Production);
    if let Some(script) = scripts.find(|it| !BROUGHT_ALONG.contains(&name(&it.at.path).as_str())) {
        return Judged::For { at: Some(script.at.clone()), what: "a script".to_owned() };
    }
    let counted = |kind: &FileKind| repo.facts.files.recognised.get(kind).copied().unwrap_or(0);
    if let Some((_, word)) = TARGETS.iter().find(|(kind, _)| counted(kind) > 0) {
        return Judged::For { at: None, what: format!("a {word}") };
    }
    let is_of_package = |tool: &str| PACKAGE_RUNNERS.binary_search(&tool).is_ok();
    if let Some(target) = repo.facts.targets.iter().find(|it| is_of_package(&it.command.tool)) {
        let what = format!("a script of its package, for {}", target.command.tool);
        return Judged::For { at: Some(target.at.clone()), what };
    }
    // One of them is what Gradle or Maven brings along.
    match OTHER_SCRIPTS.iter().map(counted).sum::<u64>() {
        0 | 1 => Judged::Against { at: None, what: "no script, makefile or the like".to_owned() },
        _ => Judged::For { at: None, what: "scripts".to_owned() },
    }
}

/// Whether a repository uses what is shared wherever it has a place for it.
fn on_golden_path(it: &Seen<'_>, repo: usize) -> Judged {
    let mut adopts: Vec<String> = Vec::new();
    let mut unknown = None;
    let mut first = None;
    let mut nothing = None;
    for artifact in ADOPTED {
        match it.standings.get(repo, artifact) {
            Standing::Adopts { at, what } => {
                first.get_or_insert_with(|| at.clone());
                adopts.push(what.clone());
            }
            // What nobody shares nobody can use; but where nothing is shared there is no path.
            Standing::Misses { at, what } if !is_shared_at_all(it, artifact) => {
                nothing.get_or_insert_with(|| (at.clone(), what.clone()));
            }
            // Whose pipelines come from shared templates takes the path; the templates bring the actions.
            Standing::Misses { .. } if artifact == Artifact::CiAction && has_templates(it, repo) => {}
            Standing::Misses { at, what } => return Judged::Against { at: Some(at.clone()), what: what.clone() },
            Standing::Unknown { at, what } => unknown = Some((at.clone(), what.clone())),
            Standing::Provider { .. } | Standing::NotApplicable => {}
        }
    }
    match (unknown, adopts.is_empty(), nothing) {
        (Some((at, what)), ..) => Judged::Unknown { at, what },
        (None, true, Some((at, what))) => Judged::Against { at: Some(at), what },
        (None, true, None) => Judged::NotApplicable,
        (None, false, _) => Judged::For { at: first, what: adopts.join(", ") },
    }
}

/// Whether a repository uses shared templates of pipelines.
fn has_templates(it: &Seen<'_>, repo: usize) -> bool {
    matches!(it.standings.get(repo, Artifact::CiTemplate), Standing::Adopts { .. })
}

/// Whether the organisation shares anything of an artifact.
fn is_shared_at_all(it: &Seen<'_>, artifact: Artifact) -> bool {
    it.org.assets.keys().any(|id| id.artifact.counts_as() == artifact)
}

/// How many of five checks of readiness for production a repository passes: an owner, a runbook, alerts, a bot for
/// dependencies, a scan. Of what isn't run itself nobody is woken up: a template, a module or an action is asked for the
/// other three, of which two are enough.
pub(super) fn ready(it: &Seen<'_>, repo: usize) -> Judged {
    let is_run = matches!(judge(it, repo, Quality::Deployable), Judged::For { .. });
    let (all, enough) = if is_run { (5, READY) } else { (3, READY_UNRUN) };
    let of = &it.org.repos[repo];
    let has = |markers: &[MarkerKind], says: &[Said]| {
        let filter = EvidenceFilter { markers: markers.to_vec(), says: says.to_vec(), ..EvidenceFilter::default() };
        evidence::surely_had(it, repo, &filter)
    };
    let scan = scanned(of);
    let runbook = has(&[MarkerKind::Runbook], &[]) || has(&[MarkerKind::Alert, MarkerKind::Slo], &[Said::Runbook]);
    let checks = [
        ("an owner", true, it.org.teams[repo].is_some()),
        ("a runbook", is_run, runbook),
        ("alerts", is_run, has(&[MarkerKind::Alert, MarkerKind::Slo], &[])),
        ("updates of dependencies", true, has(&[MarkerKind::DependencyUpdates], &[])),
        ("a scan", true, matches!(scan, Judged::For { .. })),
    ];
    let asked = checks.into_iter().filter(|(_, is_asked, _)| *is_asked);
    let (passed, lacks): (Vec<_>, Vec<_>) = asked.partition(|(_, _, passes)| *passes);
    let names: Vec<&str> = lacks.iter().map(|it| it.0).collect();
    let what = match lacks.is_empty() {
        true => format!("{all} of {all}"),
        false => format!("{} of {all}; without {}", passed.len(), names.join(", ")),
    };
    let could_be = passed.len() + usize::from(matches!(scan, Judged::Unknown { .. }));
    match passed.len() {
        n if n >= enough => Judged::For { at: None, what },
        _ if could_be >= enough => Judged::Unknown { at: None, what },
        _ => Judged::Against { at: None, what },
    }
}

#[cfg(test)]
mod tests {
    use super::{OF_PROPOSALS, OF_TOOLS, PACKAGE_RUNNERS, PUSHED_BY_DEFAULT, SETTINGS};

    #[test]
    fn tables_are_sorted() {
        assert!(PUSHED_BY_DEFAULT.is_sorted() && OF_PROPOSALS.is_sorted() && SETTINGS.is_sorted());
        assert!(PACKAGE_RUNNERS.is_sorted() && OF_TOOLS.is_sorted());
    }
}
