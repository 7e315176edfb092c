//! What each pipeline of an organisation is: its shape, its purpose, whether it counts.

use std::cell::RefCell;
use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{Action, Artifact, Context, Facts, Gap, MarkerKind};
use crate::org::assets::Orb;
use crate::org::does::{self, Does, Looks, Targets};
use crate::org::full_name;
use crate::org::libraries::{Providers, is_server_side};
use crate::org::owner::Owners;
use crate::paths::{folder_of, name_of};
use crate::pipeline::effective::{Effective, EffectiveJob, Found, effective};
use crate::pipeline::gate::{self, Gate};
use crate::pipeline::link::effective_jobs;
use crate::pipeline::shape::{Graph, Shape};
use crate::pipeline::steps::{Category, Purpose, categories, of_target, purpose};
use crate::pipeline::{Command, Pipeline, Role, Step, System};
use crate::rules::tables::{PipelineTable, StepTable};

/// What a pipeline is, seen from the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipelineView {
    /// Its jobs.
    pub graph: Graph,
    /// Its fingerprints.
    pub shape: Shape,
    /// What near clusters compare: see [`Graph::tokens`].
    pub tokens: Vec<(u64, u32)>,
    /// What its jobs are for, in order.
    pub stages: Vec<Category>,
    /// What it is for.
    pub purpose: Purpose,
    /// What its steps do, and what the templates do that it calls; jobs that never run left out.
    pub does: Does,
    /// The same of what runs without anybody, once something has started it.
    pub does_by_itself: Does,
    /// How its jobs that say production in their names come to run; none where no job does.
    pub to_production: Option<Passage>,
    /// Whether it runs in production, so that it counts: examples, tests and mere templates don't, nor does what is
    /// superseded.
    pub runs: bool,
    /// The system that delivers beside it, where its own is one that others have superseded: it is likely dead.
    pub superseded: Option<System>,
    /// Whether all it does is call templates of other repositories, or use shared actions: what it prepares for them, and
    /// keeps of what they have made, is no work.
    pub only_calls: bool,
    /// Whether each of its jobs calls a template, of its own repository or another one: it has no steps itself.
    pub has_calls_only: bool,
    /// The number of its steps and calls that are its own work, those of local templates included.
    pub substance: usize,
}

/// How jobs come to run once something has started their pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// One of them runs by itself.
    Free,
    /// All of them wait for somebody.
    Held,
}

impl PipelineView {
    /// Whether it counts in the headline figures: it runs, and it takes part in delivery.
    pub fn delivers(&self) -> bool {
        self.runs && self.purpose.delivers()
    }
}

/// Finds pipelines by what calls name them.
#[derive(Debug)]
pub struct Library<'a> {
    /// For each repository its pipelines by path.
    by_path: Vec<FxHashMap<&'a str, &'a Pipeline>>,
    /// For each repository its templates by path and name: a file may define several.
    by_name: Vec<FxHashMap<(&'a str, &'a str), &'a Pipeline>>,
    /// The templates of all repositories by `owner/name/path`, in lower case.
    templates: FxHashMap<String, &'a Pipeline>,
    /// For each repository its actions that are made of steps, by their folders in lower case.
    actions: Vec<FxHashMap<String, &'a Action>>,
    /// The repositories by `owner/name`, in lower case.
    repositories: FxHashMap<String, usize>,
    /// The owners of the repositories, in lower case.
    owners: FxHashSet<String>,
    /// What could not be read of each repository.
    gaps: Vec<&'a [Gap]>,
    /// Whether all files of each repository lay there to be read.
    is_whole: Vec<bool>,
    /// The orbs of all repositories, with the folders that their jobs and commands lie in.
    orbs: Vec<(Orb<'a>, usize, &'a str)>,
    /// What each repository's own templates begin with when they are named in full: `owner/name/`, in lower case.
    own: Vec<Option<String>>,
    /// Where the libraries lie that only a server knows by their names.
    libraries: &'a Providers,
}

impl<'a> Library<'a> {
    /// The pipelines of these repositories.
    pub fn of(facts: impl Iterator<Item = &'a Facts>, libraries: &'a Providers) -> Self {
        let mut library = Library {
            by_path: Vec::new(),
            by_name: Vec::new(),
            templates: FxHashMap::default(),
            actions: Vec::new(),
            repositories: FxHashMap::default(),
            owners: FxHashSet::default(),
            gaps: Vec::new(),
            is_whole: Vec::new(),
            orbs: Vec::new(),
            own: Vec::new(),
            libraries,
        };
        for (repo, it) in facts.enumerate() {
            let actions = it.actions.iter().rev();
            library.actions.push(actions.map(|it| (folder_of(&it.at.path).to_ascii_lowercase(), it)).collect());
            library.gaps.push(&it.gaps);
            library.is_whole.push(it.files.not_checked_out == 0);
            if let Some(identity) = &it.repo.identity {
                library.owners.insert(identity.owner.to_ascii_lowercase());
                library.repositories.insert(full_name(identity).to_ascii_lowercase(), repo);
                let orbs = it.offers.iter().filter(|it| it.artifact == Artifact::CircleciOrb);
                let orbs = orbs.map(|it| (Orb { identity, path: &it.path }, repo, folder_of(&it.at.path)));
                library.orbs.extend(orbs);
            }
            // Of several pipelines of one file the first is what the path names.
            library.by_path.push(it.pipelines.iter().rev().map(|it| (&*it.at.path, it)).collect());
            let templates = it.pipelines.iter().rev().filter(|it| it.role != Role::Pipeline);
            library.by_name.push(templates.map(|it| ((&*it.at.path, it.name.as_str()), it)).collect());
            let own = it.repo.identity.as_ref().map(|it| format!("{}/", full_name(it)).to_ascii_lowercase());
            for pipeline in it.pipelines.iter().filter(|it| it.role != Role::Pipeline) {
                if let Some(own) = &own {
                    library.templates.insert(format!("{own}{}", pipeline.at.path).to_ascii_lowercase(), pipeline);
                }
            }
            library.own.push(own);
        }
        library
    }

    /// What a call in a file of this repository names, among what was scanned: a file of the repository itself, by
    /// `./path` or by its full name, a template of another one, or a step of a library whose repository is known. Parts
    /// (`part:name`) have been put in place before.
    pub fn find(&self, repo: usize, call: &str) -> Option<Found<'a>> {
        let found = |pipeline: &'a Pipeline, is_local| Found { pipeline, jobs: &pipeline.jobs, is_local };
        if let Some(path) = call.strip_prefix("./") {
            // One of several templates in a file: `./path#name`, and a part of it behind another slash.
            let named = || {
                let (path, name) = path.rsplit_once('#')?;
                self.by_name[repo].get(&(path, name.split('/').next().unwrap_or(name)))
            };
            return self.by_path[repo].get(path).or_else(named).map(|it| found(it, true));
        }
        if let Some((provider, path)) = self.libraries.find(call) {
            return self.by_path[provider].get(path).map(|it| found(it, provider == repo));
        }
        if let Some(of_orb) = call.strip_prefix("orb:") {
            return self.of_orb(of_orb).map(|it| found(it, false));
        }
        let call = call.to_ascii_lowercase();
        let is_own = self.own[repo].as_ref().is_some_and(|own| call.starts_with(own));
        self.templates.get(&call).map(|it| found(it, is_own))
    }

    /// The job or command that `namespace/orb/name` names, where exactly one scanned repository has such an orb.
    fn of_orb(&self, written: &str) -> Option<&'a Pipeline> {
        let (repo, folder, name) = self.orb(written)?;
        self.file_of_orb(repo, folder, "jobs", name).or_else(|| self.file_of_orb(repo, folder, "commands", name))
    }

    /// The repository and the folder of the orb of `namespace/orb/name`, and the last name.
    fn orb<'c>(&self, written: &'c str) -> Option<(usize, &'a str, &'c str)> {
        let (orb, name) = written.rsplit_once('/')?;
        let (namespace, orb) = orb.split_once('/')?;
        let mut named = self.orbs.iter().filter(|(it, ..)| it.is_named(namespace, orb));
        let (_, repo, folder) = named.next().filter(|_| named.next().is_none())?;
        Some((*repo, folder, name))
    }

    /// Whether a call of this repository (`orb:namespace/orb/name`) is one of an orb that lies in it.
    pub(super) fn is_own_orb(&self, repo: usize, call: &str) -> bool {
        call.strip_prefix("orb:").and_then(|it| self.orb(it)).is_some_and(|(of, ..)| of == repo)
    }

    fn file_of_orb(&self, repo: usize, folder: &str, of: &str, name: &str) -> Option<&'a Pipeline> {
        let slash = if folder.is_empty() { "" } else { "/" };
        self.by_path[repo].get(format!("{folder}{slash}{of}/{name}.yml").as_str()).copied()
    }

    /// The command that a file of an orb names which lies beside it.
    fn command_beside(&self, repo: usize, document: &Pipeline, name: &str) -> Option<Found<'a>> {
        let of_orb = folder_of(&document.at.path);
        let folder = ["jobs", "commands"].into_iter().find_map(|it| of_orb.strip_suffix(it))?;
        let pipeline = self.file_of_orb(repo, folder.trim_end_matches('/'), "commands", name)?;
        Some(Found { pipeline, jobs: &pipeline.parts, is_local: true })
    }

    /// The action that a step of this repository uses, among those that were scanned and are made of steps; whether it
    /// is the repository's own.
    pub(super) fn action(&self, repo: usize, used: &str) -> Option<(&'a Action, bool)> {
        if let Some(folder) = used.strip_prefix("./") {
            let folder = folder.trim_end_matches('/').to_ascii_lowercase();
            return self.actions[repo].get(&folder).map(|it| (*it, true));
        }
        let (of, folder) = self.repository_of(used)?;
        self.actions[of].get(&folder.to_ascii_lowercase()).map(|it| (*it, of == repo))
    }

    /// The scanned repository that `owner/name` or `owner/name/path` names, and the path within it.
    pub(super) fn repository_of<'c>(&self, named: &'c str) -> Option<(usize, &'c str)> {
        let (owner, rest) = named.split_once('/')?;
        let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
        let repo = self.repositories.get(&[owner, "/", name].concat().to_ascii_lowercase())?;
        Some((*repo, path))
    }

    /// Whether what a step of this repository uses is another repository's of an owner of scanned ones.
    pub(super) fn is_of_another(&self, repo: usize, used: &str) -> bool {
        let Some((owner, _)) = used.split_once('/').filter(|(owner, _)| !owner.contains(['.', ':'])) else {
            return false;
        };
        let owner = owner.to_ascii_lowercase();
        let is_own = self.own[repo].as_ref().is_some_and(|own| {
            used.len() >= own.len() - 1 && own.trim_end_matches('/').eq_ignore_ascii_case(&used[..own.len() - 1])
        });
        !is_own && self.owners.contains(&owner)
    }

    /// The full name of a scanned repository that ought to have what a call of this repository names, and hasn't: what
    /// is there and could not be read it may have.
    pub(super) fn lacks(&self, repo: usize, call: &str) -> Option<&str> {
        let (of, path) = match call.strip_prefix("./") {
            Some(path) => (repo, path),
            None => self.repository_of(call).filter(|(_, path)| !path.is_empty())?,
        };
        let is_read = !self.gaps[of].iter().any(|it| it.at.path.eq_ignore_ascii_case(path));
        self.own[of].as_deref().filter(|_| is_read).map(|it| it.trim_end_matches('/'))
    }

    /// Whether a call of this repository names a file of its own that surely isn't there: all of it was read.
    pub(super) fn is_dead(&self, repo: usize, call: &str) -> bool {
        let is_local = call.starts_with("./") && !call.contains("${");
        is_local && self.is_whole[repo] && self.lacks(repo, call).is_some()
    }

    /// What a pipeline of this repository does.
    pub fn effective(&self, repo: usize, pipeline: &'a Pipeline) -> Effective<'a> {
        effective(pipeline, &|document, call| match call.strip_prefix("part:") {
            Some(name) if document.system == System::Circleci => self.command_beside(repo, document, name),
            _ => self.find(repo, call),
        })
    }
}

/// Puts in place what pipelines of GitLab take from the files that they include: their jobs, and the parts that jobs
/// extend, as far as those files were scanned.
pub fn put_in_includes(facts: &mut [Facts]) {
    let of_gitlab = |it: &&Pipeline| it.system == System::GitlabCi;
    let mut by_path: Vec<FxHashMap<&str, &Pipeline>> = Vec::with_capacity(facts.len());
    let mut by_name: FxHashMap<String, (usize, &Pipeline)> = FxHashMap::default();
    for (repo, it) in facts.iter().enumerate() {
        by_path.push(it.pipelines.iter().filter(of_gitlab).map(|it| (&*it.at.path, it)).collect());
        let Some(identity) = &it.repo.identity else { continue };
        for pipeline in it.pipelines.iter().filter(of_gitlab) {
            let name = format!("{}/{}", full_name(identity), pipeline.at.path).to_ascii_lowercase();
            by_name.insert(name, (repo, pipeline));
        }
    }
    let find = |repo: usize, call: &str| match call.strip_prefix("./") {
        Some(path) => by_path[repo].get(path).map(|it| (repo, *it)),
        None => by_name.get(&call.to_ascii_lowercase()).copied(),
    };
    let mut linked = Vec::new();
    for (repo, it) in facts.iter().enumerate() {
        for (number, pipeline) in it.pipelines.iter().enumerate().filter(|(_, it)| of_gitlab(it)) {
            linked.push((repo, number, effective_jobs(repo, pipeline, &find)));
        }
    }
    for (repo, number, jobs) in linked {
        facts[repo].pipelines[number].jobs = jobs;
    }
}

/// Whether what a pipeline uses or calls is the organisation's: of one of its owners, known to its servers, or said to be
/// shared.
pub fn is_shared(identity: &str, owners: &Owners) -> bool {
    if is_server_side(identity) {
        return true;
    }
    // Namespaces of orbs are named like owners.
    let owner = identity.strip_prefix("orb:").unwrap_or(identity).split('/').next().unwrap_or("");
    !identity.starts_with('.') && (owners.has_name(owner) || owners.share(identity))
}

/// Looks at every pipeline of every repository.
pub fn view(
    facts: &[Facts],
    owners: &Owners,
    libraries: &Providers,
    steps: &StepTable,
    table: &PipelineTable,
) -> Vec<Vec<PipelineView>> {
    let is_shared = |identity: &str| is_shared(identity, owners);
    let library = Library::of(facts.iter(), libraries);
    // What templates are for, each worked out once however often it is called.
    let purposes: RefCell<FxHashMap<*const Pipeline, Purpose>> = RefCell::default();
    // One level is enough: a template that only calls templates is named after what it is for.
    let purpose_of = |template: &Pipeline| {
        *purposes
            .borrow_mut()
            .entry(std::ptr::from_ref(template))
            .or_insert_with(|| purpose(template, steps, &|_| None, &|_| None))
    };
    let all = facts.iter().enumerate().flat_map(|(repo, it)| it.pipelines.iter().map(move |it| (repo, it)));
    let looks = Looks::new(&library, steps, all);
    let mut views: Vec<Vec<PipelineView>> = Vec::with_capacity(facts.len());
    for (repo, it) in facts.iter().enumerate() {
        let called = |call: &str| library.find(repo, call).map(|it| purpose_of(it.pipeline));
        let targets: FxHashMap<&Command, Category> =
            it.targets.iter().filter_map(|it| Some((&it.command, of_target(&it.runs, steps)?))).collect();
        let runs: Targets<'_> = it.targets.iter().map(|it| (&it.command, it.runs.as_slice())).collect();
        let view = |pipeline: &Pipeline| {
            let effective = library.effective(repo, pipeline);
            let graph = Graph::of(&effective, steps);
            let shape = match graph.classes.is_empty() {
                // No step says what it does, so only the whole document says whether two are the same.
                true => Shape { structure: pipeline.exact, ..graph.shape() },
                false => graph.shape(),
            };
            let at = |jobs: &[EffectiveJob<'_>]| looks.at(repo, jobs, &runs, does::depth());
            let (does, does_by_itself) = match effective.is_held() {
                true => (at(&effective.that_run().jobs), at(&effective.by_itself().jobs)),
                false => {
                    let does = at(&effective.jobs);
                    (does.clone(), does)
                }
            };
            PipelineView {
                shape,
                tokens: graph.tokens(&table.weights),
                stages: graph.stages(),
                purpose: purpose(pipeline, steps, &called, &|it| targets.get(it).copied()),
                does,
                does_by_itself,
                to_production: to_production(&effective.jobs),
                runs: pipeline.role != Role::Template && pipeline.context == Context::Production,
                superseded: None,
                only_calls: only_calls(&effective.jobs, steps, &is_shared),
                has_calls_only: !pipeline.jobs.is_empty()
                    && pipeline.jobs.iter().all(|job| job.call.is_some() && job.steps.is_empty()),
                substance: substance(&effective.jobs, steps, &is_shared, &|_| true),
                graph,
            }
        };
        let mut of_repo: Vec<PipelineView> = it.pipelines.iter().map(view).collect();
        // A system that others have superseded counts as dead only where another one visibly does its work.
        let delivering = it.pipelines.iter().zip(&of_repo).filter(|(_, view)| view.delivers());
        let mut systems = delivering.map(|(it, _)| it.system).filter(|it| !table.superseded.contains(it));
        if let Some(successor) = systems.next() {
            for (pipeline, view) in it.pipelines.iter().zip(&mut of_repo) {
                if view.runs && table.superseded.contains(&pipeline.system) {
                    view.superseded = Some(successor);
                    view.runs = false;
                }
            }
        }
        views.push(of_repo);
    }
    views
}

/// How the jobs come to run that say production in their names.
fn to_production(jobs: &[EffectiveJob<'_>]) -> Option<Passage> {
    let mut found = None;
    for job in jobs.iter().filter(|it| says_production(&it.name) && it.gate != Some(Gate::Never)) {
        let is_held = job.gate.is_some() || job.steps.iter().any(|it| gate::asks(it));
        if !is_held {
            return Some(Passage::Free);
        }
        found = Some(Passage::Held);
    }
    found
}

/// Words for production; sorted.
const PRODUCTION: &[&str] = &["live", "prd", "prod", "production"];

/// Whether a name has a word for production and none for another environment: `deploy-prod`, `DeployToProduction`, and
/// neither `pre-prod` nor `deploy-dev-live`.
///
/// Of a job of CircleCI its workflow says nothing, of a job of a template the one that calls it does.
fn says_production(name: &str) -> bool {
    let own = |part: &'_ str| name_of(part).to_owned();
    name.split(" / ").any(|part| is_of_production(&own(part)))
}

fn is_of_production(name: &str) -> bool {
    let words = words(name);
    let is_production = |word: &String| PRODUCTION.binary_search(&word.as_str()).is_ok();
    let is_other =
        |word: &String| !is_production(word) && (word == "non" || crate::org::environment_of(word).is_some());
    words.iter().any(is_production) && !words.iter().any(is_other)
}

/// The words of a name, in lower case: parted by anything but letters, and before a capital behind a small letter.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for c in name.chars() {
        if !c.is_alphabetic() || c.is_uppercase() && was_small {
            words.push(String::new());
        }
        was_small = c.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|it| !it.is_empty());
    words
}

/// Whether all jobs call templates elsewhere, or nothing is left of the pipeline but what is shared.
fn only_calls(jobs: &[EffectiveJob<'_>], table: &StepTable, is_shared: &dyn Fn(&str) -> bool) -> bool {
    let calls_elsewhere =
        |job: &EffectiveJob<'_>| job.call.is_some_and(|call| !call.starts_with("./") && !call.is_empty());
    let uses_shared = |job: &EffectiveJob<'_>| {
        let is_shared_step = |step: &Step| match step {
            Step::Use(identity) | Step::Call(identity) => is_shared(identity),
            Step::Run(_) => false,
        };
        job.call.map_or_else(|| job.steps.iter().any(|it| is_shared_step(it)), is_shared)
    };
    // Moving files about for a template, or of what it has made, is no work of its own.
    let works = |it: &Command| !table.plumbing.contains(&it.tool);
    !jobs.is_empty() && jobs.iter().all(calls_elsewhere)
        || jobs.iter().any(uses_shared) && substance(jobs, table, is_shared, &works) == 0
}

/// The number of steps and calls of a pipeline that are its own work: what fetches the code and prepares tools is in
/// every pipeline, and what `is_shared` says is a shared action or template is that one's work. Of commands those count
/// that `works` says are work.
fn substance(
    jobs: &[EffectiveJob<'_>],
    table: &StepTable,
    is_shared: &dyn Fn(&str) -> bool,
    works: &dyn Fn(&Command) -> bool,
) -> usize {
    let is_telling = |it: Category| !matches!(it, Category::Checkout | Category::Setup);
    let is_work = |step: &Step| match step {
        Step::Use(identity) | Step::Call(identity) if is_shared(identity) => false,
        Step::Use(_) | Step::Call(_) => categories(step, table).any(is_telling),
        Step::Run(commands) => {
            let mut commands = commands.iter().zip(categories(step, table));
            commands.any(|(command, category)| is_telling(category) && works(command))
        }
    };
    let is_own_call = |job: &EffectiveJob<'_>| job.call.is_some_and(|call| !is_shared(call));
    jobs.iter().map(|job| job.steps.iter().filter(|it| is_work(it)).count() + usize::from(is_own_call(job))).sum()
}

/// Files of superseded systems that this version counts but does not read, beside another system that delivers: file and
/// successor.
pub fn unread_superseded<'a>(
    facts: &'a Facts,
    views: &[PipelineView],
    table: &PipelineTable,
) -> Vec<(&'a str, System, System)> {
    let delivering = facts.pipelines.iter().zip(views).filter(|(_, view)| view.delivers());
    let mut systems = delivering.map(|(it, _)| it.system).filter(|it| !table.superseded.contains(it));
    let Some(successor) = systems.next() else { return Vec::new() };
    let unread = facts.markers.iter().filter(|it| it.kind == MarkerKind::UnreadPipeline).filter_map(|marker| {
        let system = table.superseded.iter().find(|it| Some(it.id()) == marker.tool.as_deref())?;
        Some((&*marker.at.path, *system, successor))
    });
    unread.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::{PRODUCTION, says_production, unread_superseded, view};
    use crate::facts::{Context, Facts, Marker, MarkerKind, RepoFacts};
    use crate::org::libraries::Providers;
    use crate::org::owner::Owners;
    use crate::pipeline::{Command, Fingerprint, Job, Pipeline, Role, Step, System};
    use crate::rules::Rules;
    use crate::source::Location;

    fn facts(pipelines: &[(System, &str, Context)]) -> Facts {
        let mut facts = Facts::new(RepoFacts::acme("shop"));
        for (number, (system, command, context)) in pipelines.iter().enumerate() {
            let steps = vec![Step::Run(vec![Command::from((*command).to_owned())])];
            facts.pipelines.push(Pipeline {
                at: Location::whole_file(&format!("{number}.yml").into()),
                system: *system,
                name: String::new(),
                triggers: [].into(),
                role: Role::Pipeline,
                jobs: vec![Job { id: "all".to_owned(), steps, ..Job::default() }],
                parts: Vec::new(),
                stages: Vec::new(),
                exact: Fingerprint(number as u128),
                context: *context,
            });
        }
        facts
    }

    #[test]
    fn names_that_say_production() {
        assert!(PRODUCTION.is_sorted());
        for (name, expected) in [
            ("deploy-prod", true),
            ("DeployToProduction", true),
            ("deploy_live / apply", true),
            ("Release to PROD", true),
            ("build_test_and_deploy/deploy_prod", true),
            ("build-to-live/install_on_dev", false),
            ("deploy-prod / test", true),
            ("install_on_dev_live", false),
            ("preprod", false),
            ("pre-prod", false),
            ("deploy_non_prod", false),
            ("products", false),
            ("delivery", false),
        ] {
            assert_eq!(says_production(name), expected, "{name}");
        }
    }

    #[test]
    fn pipelines_of_which_no_step_says_anything_are_not_the_same() {
        let tables = Rules::load(None).unwrap().tables;
        let both = facts(&[(System::GithubActions, "ls", Context::Production); 2]);
        let owners = Owners::of(both.repo.identity.iter());
        let views = view(std::slice::from_ref(&both), &owners, &Providers::default(), &tables.steps, &tables.pipelines)
            .remove(0);
        assert!(views.iter().all(|it| it.tokens.is_empty()));
        assert_ne!(views[0].shape.structure, views[1].shape.structure);
    }

    #[test]
    fn a_superseded_system_counts_as_dead_only_beside_one_that_delivers() {
        let tables = Rules::load(None).unwrap().tables;
        let (travis, github) = (System::Travis, System::GithubActions);
        let production = Context::Production;
        for (pipelines, expected) in [
            (vec![(travis, "npm test", production), (github, "helm upgrade", production)], Some(github)),
            // Alone it may be all there is.
            (vec![(travis, "npm test", production)], None),
            // What delivers nothing is no successor.
            (vec![(travis, "npm test", production), (github, "gh issue", production)], None),
            (vec![(travis, "npm test", production), (github, "helm upgrade", Context::Example)], None),
            // Two systems that both live.
            (vec![(System::Circleci, "npm test", production), (github, "helm upgrade", production)], None),
            // An example was never alive.
            (vec![(travis, "npm test", Context::Example), (github, "helm upgrade", production)], None),
        ] {
            let mut facts = facts(&pipelines);
            let view = |facts: &Facts| {
                let owners = Owners::of(facts.repo.identity.iter());
                view(std::slice::from_ref(facts), &owners, &Providers::default(), &tables.steps, &tables.pipelines)
                    .remove(0)
            };
            let views = view(&facts);
            assert_eq!(views[0].superseded, expected, "{pipelines:?}");
            assert_eq!(views[0].runs, pipelines[0].2 == production && expected.is_none(), "{pipelines:?}");
            // The same where the file was not read.
            let unread = facts.pipelines.remove(0);
            if unread.context == production {
                let kind = MarkerKind::UnreadPipeline;
                facts.markers.push(Marker::of(unread.at, kind, unread.system.id(), unread.context));
                let found = unread_superseded(&facts, &view(&facts), &tables.pipelines);
                assert_eq!(found.first().map(|it| it.2), expected, "{pipelines:?}");
            }
        }
    }
}
