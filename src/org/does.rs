//! What a pipeline does, through the templates that it calls: of its own repository, and of others as far as they were
//! scanned.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::org::pipelines::Library;
use crate::pipeline::effective::EffectiveJob;
use crate::pipeline::steps::{Category, categories, of_call, of_each_target};
use crate::pipeline::{Command, Pipeline, Step};
use crate::rules::tables::StepTable;

/// How deep templates of other repositories are followed.
const DEPTH: usize = 5;

/// What a pipeline does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Does {
    /// What its own steps do, those of templates of its own repository included.
    pub own: BTreeSet<Category>,
    /// What the templates of other repositories do that it calls.
    pub inherited: BTreeSet<Category>,
    /// The first template that it calls and that isn't known: it may do anything.
    pub unseen: Option<Unseen>,
    /// Whether a test comes before what it deploys or provisions.
    pub tested: Tested,
}

/// A call of something that isn't known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// Of what was not scanned: what is called.
    Unscanned(String),
    /// What a scanned repository ought to have, and has not: what is called, and the repository.
    NotThere(String, String),
    /// Its name is an expression, which only a run knows.
    Expression,
}

impl Unseen {
    fn of(call: &str, lacks: Option<&str>) -> Self {
        match lacks {
            // What only a run names is no name.
            _ if call.contains("${") => Unseen::Expression,
            Some(repository) => Unseen::NotThere(call.to_owned(), repository.to_owned()),
            None => Unseen::Unscanned(call.to_owned()),
        }
    }
}

/// Whether a test comes before a deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tested {
    /// Nothing is deployed.
    #[default]
    NothingDeployed,
    /// A deployment waits for a test.
    Before,
    /// No deployment does.
    Never,
    /// What comes before it, or what deploys, was not scanned.
    Unknown,
}

impl Does {
    /// Whether it does this, itself or by what it calls.
    pub fn any(&self, category: Category) -> bool {
        self.own.contains(&category) || self.inherited.contains(&category)
    }
}

/// What the commands run that name targets of their repository (`make deploy`).
pub(super) type Targets<'f> = FxHashMap<&'f Command, &'f [Command]>;

/// Looks at pipelines, each template once.
pub(super) struct Looks<'l, 'a> {
    library: &'l Library<'a>,
    table: &'l StepTable,
    /// The repository of each pipeline.
    homes: FxHashMap<*const Pipeline, usize>,
    /// What templates do that were looked at.
    known: RefCell<FxHashMap<*const Pipeline, Does>>,
}

/// What one job does for the question of what comes before what.
#[derive(Default)]
struct Stage {
    tests: bool,
    deploys: bool,
    /// A test of its own comes before a deployment of its own.
    tested: bool,
    unseen: bool,
    /// What it installs it tests, and takes away again.
    only_tries: bool,
}

impl<'l, 'a> Looks<'l, 'a> {
    pub(super) fn new(
        library: &'l Library<'a>,
        table: &'l StepTable,
        pipelines: impl Iterator<Item = (usize, &'a Pipeline)>,
    ) -> Self {
        let homes = pipelines.map(|(repo, it)| (std::ptr::from_ref(it), repo)).collect();
        Looks { library, table, homes, known: RefCell::default() }
    }

    /// What these jobs of a repository do.
    pub(super) fn at(&self, repo: usize, jobs: &[EffectiveJob<'a>], targets: &Targets<'_>, depth: usize) -> Does {
        let mut does = Does::default();
        let mut stages: Vec<Stage> = Vec::with_capacity(jobs.len());
        for job in jobs {
            let mut stage = Stage { only_tries: only_tries(&job.steps), ..Stage::default() };
            if let Some(call) = job.call {
                self.call(repo, call, depth, &mut does, &mut stage);
            }
            for step in &job.steps {
                self.step(repo, step, targets, depth, &mut does, &mut stage);
            }
            stages.push(stage);
        }
        does.tested = tested(jobs, &stages);
        does
    }

    fn step(&self, repo: usize, step: &Step, targets: &Targets<'_>, depth: usize, does: &mut Does, stage: &mut Stage) {
        match step {
            Step::Call(identity) => self.call(repo, identity, depth, does, stage),
            Step::Use(identity) => {
                let template = self.library.find(repo, identity).filter(|it| !it.is_local);
                let action = self.library.action(repo, identity).filter(|_| depth > 0);
                match (template, action) {
                    (Some(found), _) => self.found(found.pipeline, depth, does, stage),
                    (None, Some((action, is_own))) => {
                        let mut of_action = Does::default();
                        for step in &action.steps {
                            self.step(repo, step, &Targets::default(), depth - 1, &mut of_action, stage);
                        }
                        // What its steps don't say its name does: of a script nobody knows what it does.
                        if !of_action.own.iter().chain(&of_action.inherited).any(|it| tells(*it)) {
                            for it in categories(step, self.table) {
                                add(it, it == Category::Test, &mut of_action, stage);
                            }
                        }
                        let to = if is_own { &mut does.own } else { &mut does.inherited };
                        to.append(&mut of_action.own);
                        does.inherited.append(&mut of_action.inherited);
                        does.unseen = does.unseen.take().or(of_action.unseen);
                    }
                    (None, None) => {
                        let mut of_use = Does::default();
                        categories(step, self.table).for_each(|it| add(it, it == Category::Test, &mut of_use, stage));
                        let is_shared = self.library.is_of_another(repo, identity);
                        let to = if is_shared { &mut does.inherited } else { &mut does.own };
                        to.append(&mut of_use.own);
                    }
                }
            }
            Step::Run(commands) => {
                for command in commands {
                    // A target does what it runs.
                    let own = std::slice::from_ref(command);
                    for it in targets.get(command).copied().unwrap_or(own) {
                        for category in of_each_target(it, self.table) {
                            let is_of_try = it.tool == HELM || it.tool == KUBECTL;
                            let is_try = stage.only_tries && is_of_try && category == Category::Deploy;
                            let category = if is_try { Category::Test } else { category };
                            add(category, is_try || category == Category::Test && !self.only_shows(it), does, stage);
                        }
                    }
                }
            }
        }
    }

    /// Whether a command shows what a tool of infrastructure would change: that is no test of what is delivered. A tool
    /// that builds too runs whatever it is told (`make test`).
    fn only_shows(&self, command: &Command) -> bool {
        let of_tool = |category: Category| {
            let rows = self.table.tools.get(&command.tool).into_iter().flatten();
            rows.into_iter().any(|(_, it)| *it == category)
        };
        (of_tool(Category::Deploy) || of_tool(Category::Provision)) && !of_tool(Category::Build)
    }

    fn call(&self, repo: usize, call: &str, depth: usize, does: &mut Does, stage: &mut Stage) {
        let known = of_call(call, self.table);
        match self.library.find(repo, call).filter(|_| depth > 0) {
            // Who develops an orb calls it in its own pipeline to try it.
            Some(_) if call.starts_with("orb:") && self.library.is_own_orb(repo, call) => {
                add(Category::Test, true, does, stage);
            }
            Some(found) => self.found(found.pipeline, depth, does, stage),
            None if known != Category::Call => add(known, known == Category::Test, does, stage),
            // A run fails where its own repository lacks what it calls.
            None if self.library.is_dead(repo, call) => {}
            None => {
                does.own.insert(Category::Call);
                stage.unseen = true;
                does.unseen.get_or_insert_with(|| Unseen::of(call, self.library.lacks(repo, call)));
            }
        }
    }

    /// Takes over what a template does.
    fn found(&self, template: &'a Pipeline, depth: usize, does: &mut Does, stage: &mut Stage) {
        let it = self.template(template, depth.saturating_sub(1));
        stage.tests |= it.any(Category::Test);
        stage.deploys |= it.tested != Tested::NothingDeployed;
        stage.tested |= it.tested == Tested::Before;
        stage.unseen |= it.unseen.is_some();
        does.inherited.extend(it.own.iter().chain(&it.inherited));
        if does.unseen.is_none() {
            does.unseen.clone_from(&it.unseen);
        }
    }

    fn template(&self, template: &'a Pipeline, depth: usize) -> Does {
        let key = std::ptr::from_ref(template);
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        // What calls itself is known to do nothing more.
        self.known.borrow_mut().insert(key, Does::default());
        let repo = self.homes.get(&key).copied();
        let does = repo.map_or_else(Does::default, |repo| {
            let effective = self.library.effective(repo, template);
            self.at(repo, &effective.jobs, &Targets::default(), depth)
        });
        self.known.borrow_mut().insert(key, does.clone());
        does
    }
}

/// Whether a category says what somebody is about: to fetch the code, and to prepare, is a part of everything.
fn tells(category: Category) -> bool {
    !matches!(category, Category::Checkout | Category::Setup | Category::Other)
}

/// The tool that tests what it has installed.
const HELM: &str = "helm";

/// The tool that makes the namespace for it.
const KUBECTL: &str = "kubectl";

/// Whether a job installs a chart, runs the chart's own tests and takes it away again: it is tried, not deployed, whatever
/// cluster that happens in.
fn only_tries(steps: &[Cow<'_, Step>]) -> bool {
    let commands = steps.iter().flat_map(|step| match &**step {
        Step::Run(commands) => commands.as_slice(),
        Step::Use(_) | Step::Call(_) => &[],
    });
    let mut verbs = commands.filter(|it| it.tool == HELM).map(|it| it.verb.split(' ').next().unwrap_or_default());
    verbs.any(|it| matches!(it, "install" | "upgrade"))
        && verbs.any(|it| it == "test")
        && verbs.any(|it| matches!(it, "delete" | "uninstall"))
}

/// Adds what one step does to what is known of its job.
fn add(category: Category, is_test: bool, does: &mut Does, stage: &mut Stage) {
    does.own.insert(category);
    stage.tests |= is_test;
    if matches!(category, Category::Deploy | Category::Provision) {
        stage.deploys = true;
        stage.tested |= stage.tests;
    }
}

/// Whether a deployment waits for a test: in its own job, or in one that it waits for, directly or not. A template that
/// wasn't scanned may be what tests, and what deploys.
fn tested(jobs: &[EffectiveJob<'_>], stages: &[Stage]) -> Tested {
    let mut found = Tested::NothingDeployed;
    for (number, stage) in stages.iter().enumerate().filter(|(_, it)| it.deploys) {
        let before = before(jobs, number);
        let before = || before.iter().filter_map(|it| stages.get(*it));
        if stage.tested || before().any(|it| it.tests) {
            return Tested::Before;
        }
        if stage.unseen || before().any(|it| it.unseen) {
            found = Tested::Unknown;
        } else if found == Tested::NothingDeployed {
            found = Tested::Never;
        }
    }
    let may_deploy = || stages.iter().any(|it| it.unseen);
    if found == Tested::NothingDeployed && may_deploy() { Tested::Unknown } else { found }
}

/// The jobs that a job waits for, directly or not.
fn before(jobs: &[EffectiveJob<'_>], number: usize) -> BTreeSet<usize> {
    let mut before = BTreeSet::new();
    let mut open: Vec<usize> = jobs[number].needs.clone();
    while let Some(next) = open.pop() {
        if before.insert(next) {
            open.extend(jobs.get(next).into_iter().flat_map(|it| &it.needs));
        }
    }
    before
}

/// How deep a pipeline's own calls are followed.
pub(super) fn depth() -> usize {
    DEPTH
}
