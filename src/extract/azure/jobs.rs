//! Stages and jobs: what they hold, and what waits for what.

use rustc_hash::{FxHashMap, FxHashSet};

use super::outline::{all, entries, first_key, get, has_expression, items};
use super::steps::{Given, Level, Machine, is_placeholder};
use super::{Azure, container};
use crate::pipeline::{Job, Step};
use crate::syntax::yaml::{Kind, Node};

/// How many jobs of the stage before are told that a job waits for: more of them say no more of the structure.
const MAX_NEEDS: usize = 50;

/// What a deployment does, in the order in which it does it.
const HOOKS: &[&str] = &["preDeploy", "deploy", "routeTraffic", "postRouteTraffic"];

/// The ways to deploy.
const STRATEGIES: &[&str] = &["runOnce", "rolling", "canary"];

/// What jobs lie in.
#[derive(Clone, Default)]
struct Around {
    /// What their ids begin with, with its dot.
    prefix: String,
    /// What those wait for that name nothing.
    before: Vec<String>,
    machine: Machine,
}

/// A job that was read, and what it names as done before.
struct Read {
    /// Its number among the pipeline's jobs.
    at: usize,
    /// What others name it by; nothing for a call.
    name: Option<String>,
    /// Nothing where it names nothing.
    depends: Option<Vec<String>>,
}

impl<'r> Azure<'_, 'r> {
    /// Adds the jobs of a document, which has stages, jobs, or the steps of one job at its top, or extends a template.
    pub(super) fn top(&mut self, root: Node<'r>) {
        let machine = machine(root, Machine::default(), self);
        let around = Around { machine, ..Around::default() };
        for extends in all(root, "extends") {
            self.extends(extends, machine);
        }
        let lists = all(root, "stages");
        if !lists.is_empty() {
            self.stages(&lists, machine);
        }
        let lists: Vec<_> = ["jobs", "phases"].iter().flat_map(|key| all(root, key)).collect();
        if !lists.is_empty() {
            self.jobs(&lists, &around);
        }
        if get(root, "steps").is_some() {
            let id = self.id("job");
            let job = self.job_of(id, root, machine);
            self.jobs.push(job);
        }
    }

    fn extends(&mut self, extends: Node<'r>, machine: Machine) {
        let Some(template) = get(extends, "template") else {
            self.reader.yaml.wrong_shape(Some(extends), "extends names no template", self.reader.facts);
            return;
        };
        let call = self.template(template);
        let id = self.id("extends");
        self.jobs.push(Job { id, call, ..Job::default() });
        for given in self.given(extends, Level::Stages) {
            self.handed(&given, &Around { machine, ..Around::default() });
        }
    }

    /// Adds what a call hands to its template: stages and jobs as they are, steps as a job of their own.
    fn handed(&mut self, given: &Given<'r>, around: &Around) {
        self.in_depth(given.node, |it| match given.level {
            Level::Stages => it.stages(&[given.node], around.machine),
            Level::Jobs => drop(it.jobs(&[given.node], around)),
            Level::Variables => it.variables(given.node),
            Level::Steps => {
                let mut steps = Vec::new();
                it.steps(given.node, around.machine, &mut steps);
                let id = it.id(&format!("{}{}", around.prefix, given.name));
                it.jobs.push(Job { id, needs: around.before.clone(), steps, ..Job::default() });
            }
        });
    }

    /// Adds the stages of lists, each of which waits for the one before unless it says for which.
    fn stages(&mut self, lists: &[Node<'r>], machine: Machine) {
        // Of each stage the jobs that no other of its jobs waits for: when they are done, so is the stage.
        let mut done = Known::default();
        let found: Vec<_> = lists.iter().flat_map(|list| items(*list, &|text| self.values.list(text))).collect();
        for stage in found {
            if !self.spend() {
                return;
            }
            if stage.resolved().kind() != Kind::Mapping {
                if !stage.text().is_some_and(has_expression) {
                    self.reader.yaml.wrong_shape(Some(stage), "a stage is not a mapping", self.reader.facts);
                }
                continue;
            }
            if let Some(template) = get(stage, "template") {
                let before = done.last();
                let last = self.call(stage, template, Level::Stages, &Around { before, machine, ..Around::default() });
                done.add(None, last);
                continue;
            }
            let Some(name) = get(stage, "stage") else {
                if !is_placeholder(stage) {
                    let detail = "neither a stage nor a template";
                    self.reader.yaml.wrong_shape(Some(stage), detail, self.reader.facts);
                }
                continue;
            };
            let name = self.text(name);
            let before = match self.depends(stage) {
                None => done.last(),
                Some(names) => done.named(&names),
            };
            let shown = if name.is_empty() { self.id("stage") } else { name.clone() };
            let around = Around { prefix: format!("{shown}."), before, machine: self::machine(stage, machine, self) };
            let scope = self.values.enter();
            all(stage, "variables").into_iter().for_each(|it| self.variables(it));
            let lists: Vec<_> = ["jobs", "phases"].iter().flat_map(|key| all(stage, key)).collect();
            // Steps in a stage are no job's; a stage without jobs does nothing.
            let last = self.jobs(&lists, &around);
            self.values.leave(scope);
            // A stage that does nothing passes on what it waits for.
            let last = if last.is_empty() { around.before } else { last };
            done.add(Some(&name), last);
        }
    }

    /// Adds the jobs of lists. Tells those that no other of them waits for.
    fn jobs(&mut self, lists: &[Node<'r>], around: &Around) -> Vec<String> {
        let found: Vec<_> = lists.iter().flat_map(|list| items(*list, &|text| self.values.list(text))).collect();
        let mut read: Vec<Read> = Vec::new();
        for job in found {
            if !self.spend() {
                break;
            }
            if job.resolved().kind() != Kind::Mapping {
                if !job.text().is_some_and(has_expression) {
                    self.reader.yaml.wrong_shape(Some(job), "a job is not a mapping", self.reader.facts);
                }
                continue;
            }
            if let Some(template) = get(job, "template") {
                let at = self.jobs.len();
                self.call(job, template, Level::Jobs, around);
                read.extend((at..self.jobs.len()).map(|at| Read { at, name: None, depends: None }));
                continue;
            }
            let Some(name) = ["job", "deployment", "phase"].iter().find_map(|key| get(job, key)) else {
                if !is_placeholder(job) {
                    let detail = "neither a job, a deployment nor a template";
                    self.reader.yaml.wrong_shape(Some(job), detail, self.reader.facts);
                }
                continue;
            };
            let name = self.text(name);
            let id = self.id(&format!("{}{}", around.prefix, if name.is_empty() { "job" } else { &name }));
            let scope = self.values.enter();
            all(job, "variables").into_iter().for_each(|it| self.variables(it));
            let machine = machine(job, around.machine, self);
            let it = self.job_of(id, job, machine);
            let depends = self.depends(job);
            self.values.leave(scope);
            read.push(Read { at: self.jobs.len(), name: Some(name), depends });
            self.jobs.push(it);
        }
        let mut known = Known::default();
        for it in &read {
            known.add(it.name.as_deref(), vec![self.jobs[it.at].id.clone()]);
        }
        let mut waited_for: FxHashSet<String> = FxHashSet::default();
        for it in &read {
            let job = &mut self.jobs[it.at];
            let named = it.depends.as_ref().map(|names| known.named(names)).unwrap_or_default();
            // What a call hands on has its needs.
            if job.needs.is_empty() {
                job.needs = if named.is_empty() { around.before.clone() } else { named };
                job.needs.retain(|need| *need != job.id);
                job.needs.truncate(MAX_NEEDS);
            }
            waited_for.extend(job.needs.iter().cloned());
        }
        // Jobs that wait in a circle leave none that is last.
        let ids = read.iter().map(|it| &self.jobs[it.at].id);
        ids.filter(|id| !waited_for.contains(*id)).take(MAX_NEEDS).cloned().collect()
    }

    /// Adds the call of a template in the place of stages or jobs, and what it is handed. Tells its id.
    fn call(&mut self, call: Node<'r>, template: Node<'r>, level: Level, around: &Around) -> Vec<String> {
        let identity = self.template(template);
        let stem = identity.as_deref().unwrap_or("template").rsplit('/').next().unwrap_or("template");
        let stem = stem.split(['.', '@']).next().filter(|it| !it.is_empty()).unwrap_or("template").to_owned();
        let id = self.id(&format!("{}{stem}", around.prefix));
        let mut needs = around.before.clone();
        needs.truncate(MAX_NEEDS);
        self.jobs.push(Job { id: id.clone(), needs, call: identity, ..Job::default() });
        for given in self.given(call, level) {
            let around = Around { prefix: format!("{id}."), ..around.clone() };
            self.handed(&given, &around);
        }
        vec![id]
    }

    /// A job: of a deployment the steps of all its hooks.
    fn job_of(&mut self, id: String, job: Node<'r>, machine: Machine) -> Job {
        let image = all(job, "container").into_iter().filter_map(|it| self.container(it)).collect::<Vec<_>>();
        for services in all(job, "services") {
            for (_, service) in entries(services) {
                self.container(service);
            }
        }
        let mut steps = Vec::new();
        for list in all(job, "steps") {
            self.steps(list, machine, &mut steps);
        }
        for strategy in all(job, "strategy") {
            for way in STRATEGIES.iter().flat_map(|way| all(strategy, way)) {
                self.deployment(way, machine, &mut steps);
            }
        }
        Job { id, needs: Vec::new(), image: image.first().map(container::shown), steps, ..Job::default() }
    }

    fn deployment(&mut self, way: Node<'r>, machine: Machine, steps: &mut Vec<Step>) {
        let hooks = HOOKS.iter().flat_map(|hook| all(way, hook));
        let on = all(way, "on");
        let ends = ["success", "failure"].iter().flat_map(|end| on.iter().flat_map(|it| all(*it, end)));
        let hooks: Vec<_> = hooks.chain(ends).collect();
        for hook in hooks {
            let machine = self::machine(hook, machine, self);
            for list in all(hook, "steps") {
                self.steps(list, machine, steps);
            }
        }
    }

    /// What a stage or a job says that it waits for; nothing where it doesn't say, or only an expression says.
    fn depends(&self, node: Node<'r>) -> Option<Vec<String>> {
        let lists = all(node, "dependsOn");
        let first = lists.first()?;
        let mut names = Vec::new();
        for list in &lists {
            for it in items(*list, &|text| self.values.list(text)) {
                names.extend(it.text().map(|text| self.values.fill_in(text).into_owned()));
            }
        }
        let is_open = names.iter().all(|it| has_expression(it) && it.trim().starts_with("${{")) && !names.is_empty();
        names.retain(|it| !it.is_empty());
        // `[]` and an empty text wait for nothing; what a caller gives may be anything.
        let says_nothing = is_open && first_key(*first).is_none() && first.text().is_some();
        (!says_nothing).then_some(names)
    }

    /// The text of a name, with what is known put in.
    fn text(&self, node: Node<'r>) -> String {
        let text = node.text().filter(|_| !node.is_null()).unwrap_or("");
        self.values.fill_in(text).into_owned()
    }

    /// An id that no other job has.
    fn id(&mut self, wanted: &str) -> String {
        let n = self.ids.entry(wanted.to_owned()).or_insert(0);
        *n += 1;
        if *n == 1 { wanted.to_owned() } else { format!("{wanted}~{n}") }
    }
}

/// What can be waited for by name: stages, or the jobs of one.
#[derive(Default)]
struct Known {
    /// The ids that stand for each.
    ids: Vec<Vec<String>>,
    /// Numbers by name, in lower case.
    by_name: FxHashMap<String, Vec<usize>>,
    /// Those whose name is an expression.
    open: Vec<usize>,
    /// Calls of templates, of which it isn't known here what they hold.
    calls: Vec<usize>,
}

impl Known {
    /// Adds one, which has a name unless it is a call.
    fn add(&mut self, name: Option<&str>, ids: Vec<String>) {
        let number = self.ids.len();
        self.ids.push(ids);
        match name {
            Some(name) => self.by_name.entry(name.to_ascii_lowercase()).or_default().push(number),
            None => self.calls.push(number),
        }
        if name.is_some_and(has_expression) {
            self.open.push(number);
        }
    }

    /// The ids of what was added last.
    fn last(&self) -> Vec<String> {
        self.ids.last().cloned().unwrap_or_default()
    }

    /// The ids that stand for these names. A name that is an expression may be that of any whose name is one; one that
    /// nothing here has may be that of something in a template that is called beside them.
    fn named(&self, names: &[String]) -> Vec<String> {
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        let mut found = Vec::new();
        for name in names.iter().take(MAX_NEEDS) {
            let numbers = match self.by_name.get(&name.to_ascii_lowercase()) {
                Some(numbers) => numbers,
                None if has_expression(name) && !self.open.is_empty() => &self.open,
                None => &self.calls,
            };
            let ids = numbers.iter().take(MAX_NEEDS).flat_map(|number| &self.ids[*number]);
            found.extend(ids.filter(|id| seen.insert(id)).take(MAX_NEEDS).cloned());
        }
        found.truncate(MAX_NEEDS);
        found
    }
}

/// The machine that a `pool` names, as far as names tell: `vmImage: windows-latest`.
fn machine(node: Node<'_>, around: Machine, azure: &Azure<'_, '_>) -> Machine {
    let Some(pool) = get(node, "pool").filter(|it| !it.is_null()) else { return around };
    let says_windows = |it: Node<'_>| {
        let text = it.text().map(|text| azure.values.fill_in(text).to_ascii_lowercase()).unwrap_or_default();
        // A choice of machines is most often not one of Windows alone.
        !text.contains("${{") && (text.contains("windows") || text.starts_with("win"))
    };
    let values = entries(pool).into_iter().map(|(_, value)| value);
    let is_windows = says_windows(pool) || values.flat_map(|it| [it].into_iter().chain(it.items())).any(says_windows);
    if is_windows { Machine::Windows } else { Machine::Unix }
}
