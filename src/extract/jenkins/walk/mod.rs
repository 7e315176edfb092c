//! Scripts → jobs: stages side by side and one after the other, with what they do.
//!
//! A stage is a job that waits for what stands before it, and so is a branch of `parallel`. What stands outside of
//! stages is a job of its own (`script`; `post` behind a declarative pipeline). Methods and closures of the script
//! stand where they are called. A stage that has nothing but stages is none itself.

mod declarative;
mod stages;

use rustc_hash::{FxHashMap, FxHashSet};

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::steps::{self, Meaning};
use super::uses::{Library, MAX_DEPTH, loaded_path};
use super::values::Values;
use crate::extract::ci::image_identity;
use crate::origin::{Origin, Reference, image};
use crate::pipeline::{Job, Step};
use crate::syntax::groovy::{Call, Definition, Item, Tokens};
use crate::syntax::shell;

/// Whose script it is: where steps come from that are none of Jenkins' own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home<'w> {
    /// A Jenkinsfile.
    Pipeline,
    /// A file that a Jenkinsfile loads.
    Loaded,
    /// A step of the library in this folder (`""` or with a slash at its end).
    Library(&'w str),
}

/// What a script comes to.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) jobs: Vec<Job>,
    pub(super) triggers: BTreeSet<String>,
    /// The first call of something that is defined nowhere: its name, and where.
    pub(super) unknown: Option<(String, Range<usize>)>,
    /// It is nested deeper, or calls itself more often, than any that people write.
    pub(super) is_too_complex: bool,
}

/// Reads a script. `libraries` are those that it names.
pub(super) fn walk<'t>(values: &Values<'_, 't>, libraries: &BTreeSet<Library>, home: Home<'_>) -> Walked {
    let script = values.script;
    let mut walker = Walker {
        values,
        libraries,
        home,
        variables: script.variables(),
        methods: BTreeMap::new(),
        branches: BTreeMap::new(),
        images: FxHashMap::default(),
        last_image: None,
        jobs: Vec::new(),
        ids: FxHashSet::default(),
        job: None,
        is_loose: false,
        loose_name: "script",
        frontier: Vec::new(),
        image: None,
        depth: 0,
        in_library: 0,
        budget: MAX_ITEMS,
        open: Vec::new(),
        walked: Walked::default(),
    };
    walker.run();
    walker.finish()
}

/// How many calls are looked at, those of methods as often as they are called.
const MAX_ITEMS: usize = 50_000;

/// A job waits for no more: beyond, what it waits for says nothing that these don't.
const MAX_NEEDS: usize = 64;

/// A method or a closure of the script.
#[derive(Clone, Debug)]
struct Method {
    body: Tokens,
    is_closure: bool,
    is_called: bool,
}

/// A job that is being put together.
#[derive(Debug)]
struct Draft {
    job: Job,
    /// It does something.
    is_live: bool,
    /// It is but the sum of its parts.
    is_dropped: bool,
    is_loose: bool,
}

struct Walker<'w, 't> {
    values: &'w Values<'w, 't>,
    libraries: &'w BTreeSet<Library>,
    home: Home<'w>,
    variables: FxHashSet<&'t str>,
    methods: BTreeMap<&'t str, Method>,
    /// Closures that are put into a map, by its name: for a `parallel` to come.
    branches: BTreeMap<&'t str, Vec<(String, Tokens)>>,
    /// The images that variables hold.
    images: FxHashMap<&'t str, Option<String>>,
    /// The image of the `docker.image` that was read last.
    last_image: Option<String>,
    jobs: Vec<Draft>,
    ids: FxHashSet<String>,
    /// The job that steps go into.
    job: Option<usize>,
    /// It is one for what stands outside of stages.
    is_loose: bool,
    loose_name: &'static str,
    /// The jobs that the next one waits for.
    frontier: Vec<String>,
    /// The image that jobs run in.
    image: Option<String>,
    depth: usize,
    /// In how many calls of a library's steps this stands: what is called in there may be theirs to define.
    in_library: usize,
    budget: usize,
    /// Where the methods begin that are being read, so that none is read within itself.
    open: Vec<usize>,
    walked: Walked,
}

impl<'t> Walker<'_, 't> {
    fn run(&mut self) {
        let script = self.values.script;
        // A method may be called before it is defined.
        for item in script.items(script.all()) {
            if let Item::Definition(it) = item {
                self.define(&it);
            }
        }
        self.steps(script.all());
        // What others call: a library's step is its `call`, and what is loaded is all that it defines.
        let is_entry = |name: &str| match self.home {
            Home::Pipeline => false,
            Home::Loaded => true,
            Home::Library(_) => name == "call",
        };
        let has_call = self.methods.contains_key("call");
        let takes_all = matches!(self.home, Home::Library(_)) && !has_call;
        let entries: Vec<&str> = self.methods.keys().copied().filter(|it| is_entry(it) || takes_all).collect();
        for name in entries {
            // Those that an earlier one called are part of it.
            if name == "call" || self.methods.get(name).is_some_and(|it| !it.is_called) {
                self.call_method(name);
            }
        }
        // Maps of closures that something else than a plain `parallel` runs.
        for (_, branches) in std::mem::take(&mut self.branches) {
            self.parallel_of(branches);
        }
    }

    fn finish(self) -> Walked {
        let Walker { jobs, mut walked, .. } = self;
        let drafts: Vec<Draft> = jobs.into_iter().filter(|it| !it.is_dropped).collect();
        let is_alone = drafts.len() == 1;
        walked.jobs = drafts.into_iter().map(|it| it.whole(is_alone)).collect();
        walked
    }

    /// Counts what is looked at; false where enough was.
    fn may_go_on(&mut self) -> bool {
        let may = self.depth < MAX_DEPTH && self.budget > 0;
        self.budget = self.budget.saturating_sub(1);
        self.walked.is_too_complex |= !may;
        may
    }

    /// What is done one after the other.
    fn steps(&mut self, tokens: Tokens) {
        self.depth += 1;
        // A `stage 'x'` without braces lasts until the next, or until what it stands in ends.
        let (job, is_loose) = (self.job, self.is_loose);
        let mut is_changed = false;
        let values = self.values;
        for item in values.script.items(tokens) {
            if !self.may_go_on() {
                break;
            }
            match item {
                Item::Call(call) if is_open_stage(&call, values) => {
                    self.job = Some(self.new_job(&values.text(call.first().unwrap_or(&(0..0)))));
                    // Like what stands outside of stages it ends where the next one begins.
                    self.is_loose = true;
                    is_changed = true;
                }
                Item::Call(call) => self.call(&call),
                Item::Definition(it) => self.define(&it),
                Item::Closures(name, entries) => {
                    let branches = self.branches_of(&entries);
                    self.branches.entry(name).or_default().extend(branches);
                }
                Item::Import(_) => {}
            }
        }
        if is_changed {
            (self.job, self.is_loose) = (job, is_loose);
        }
        self.depth -= 1;
    }

    fn define(&mut self, it: &Definition<'t>) {
        self.variables.extend(it.parameters.iter().map(|(name, _)| *name));
        match &it.key {
            Some(key) => {
                let name = self.values.text(key).into_owned();
                let name = name.strip_prefix("${").and_then(|it| it.strip_suffix('}')).unwrap_or(&name).to_owned();
                let branches = self.branches.entry(it.name).or_default();
                if !branches.iter().any(|(_, body)| *body == it.body) {
                    branches.push((name, it.body.clone()));
                }
            }
            None => {
                let is_called = false;
                let method = Method { body: it.body.clone(), is_closure: it.is_closure, is_called };
                let known = self.methods.entry(it.name).or_insert_with(|| method.clone());
                if known.body != method.body {
                    // Of several methods of one name the last counts; which one is meant, their parameters tell.
                    known.body = method.body;
                }
            }
        }
    }

    /// Reads a method where it is called.
    fn call_method(&mut self, name: &str) {
        let Some(method) = self.methods.get_mut(name) else { return };
        method.is_called = true;
        let body = method.body.clone();
        if self.open.contains(&body.start) || !self.may_go_on() {
            return;
        }
        self.open.push(body.start);
        // What a method of this script calls is called by this script, also within a library's step.
        self.steps(body);
        self.open.pop();
    }

    fn call(&mut self, call: &Call<'t>) {
        if call.is_annotation {
            return;
        }
        match call.receiver {
            None => self.step(call),
            Some("this" | "steps" | "script" | "pipeline") if steps::meaning(call.name).is_some() => self.step(call),
            Some(receiver) => self.on_something(call, receiver),
        }
    }

    /// A call of nothing but a name.
    fn step(&mut self, call: &Call<'t>) {
        let values = self.values;
        let body = call.body(values.script);
        match (call.name, body) {
            ("pipeline", Some(body)) => return self.section(body),
            ("stage", Some(body)) => {
                let name = call.named("name").or(call.first()).map(|it| values.text(it)).unwrap_or_default();
                return self.stage(&name, |it| it.steps(body));
            }
            ("parallel", _) => return self.parallel(call),
            ("properties", _) => return self.triggers(call),
            ("load", _) if call.first().is_some() => {
                let path = call.first().and_then(|it| loaded_path(&values.text(it)));
                self.add(Step::Call(path.map_or_else(|| "${{}}".to_owned(), |it| format!("./{it}"))));
                return;
            }
            _ => {}
        }
        if self.methods.contains_key(call.name) {
            self.arguments(call);
            self.call_method(call.name);
            return self.closure(call);
        }
        match steps::meaning(call.name) {
            Some(Meaning::Run(interpreter)) => self.run_script(call, interpreter),
            Some(Meaning::Told) => {
                // What is worked out for its arguments comes first.
                self.arguments(call);
                self.add(Step::Use(format!("jenkins:{}", call.name)));
                self.closure(call);
            }
            Some(Meaning::Quiet) => {
                let image = match call.name {
                    "withDockerContainer" => call.named("image").or(call.first()).map(|it| self.image_of(it)),
                    _ => None,
                };
                self.arguments(call);
                self.within(image.flatten(), |it| it.closure(call));
            }
            None if self.is_value(call) => {
                self.arguments(call);
                self.closure(call);
            }
            None => self.library_step(call, call.name),
        }
    }

    /// What has the name of no step: a type, a variable that holds a closure, a part of a value.
    fn is_value(&self, call: &Call<'t>) -> bool {
        let is_type = call.name.starts_with(|c: char| c.is_ascii_uppercase());
        is_type || !call.is_statement || self.variables.contains(call.name) || self.may_be_defined_there()
    }

    /// Whether what is called here may be defined by a library whose step's closure this is. A library's own steps are
    /// known once all its files are read.
    fn may_be_defined_there(&self) -> bool {
        self.in_library > 0 && !matches!(self.home, Home::Library(_))
    }

    /// A step of a shared library, or nobody knows whose.
    fn library_step(&mut self, call: &Call<'t>, name: &str) {
        self.arguments(call);
        let identity = match self.home {
            Home::Library(folder) => Some(format!("./{folder}vars/{name}.groovy")),
            Home::Loaded if self.libraries.is_empty() => None,
            Home::Pipeline | Home::Loaded => Some(self.library_identity(name)),
        };
        if self.home == Home::Pipeline && self.libraries.is_empty() && self.walked.unknown.is_none() {
            self.walked.unknown = Some((name.to_owned(), call.at.clone()));
        }
        if let Some(identity) = identity {
            self.add(Step::Call(identity));
        }
        self.in_library += 1;
        self.closure(call);
        self.in_library -= 1;
    }

    /// How a step of the script's libraries is named. Of several nobody can tell which one has it.
    fn library_identity(&self, step: &str) -> String {
        let name = |it: &Library| match it {
            Library::Server(name) => name.clone(),
            Library::Repository(name) => name.clone(),
            Library::Unknown => "?".to_owned(),
        };
        let mut libraries = self.libraries.iter();
        match (libraries.next(), libraries.next()) {
            (Some(Library::Repository(name)), None) => format!("{name}/vars/{step}.groovy"),
            (Some(only), None) => format!("server:{}/{step}", name(only)),
            (Some(_), Some(_)) => {
                let names: Vec<String> = self.libraries.iter().map(name).collect();
                format!("server:{}/{step}", names.join("|"))
            }
            (None, _) => format!("server:?/{step}"),
        }
    }

    /// A method of something: of an image, of a variable that a library defines, of anything.
    fn on_something(&mut self, call: &Call<'t>, receiver: &'t str) {
        let root = receiver.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        let is_docker = root == "docker";
        let variable = self.images.get(receiver).cloned();
        match (call.name, is_docker, variable) {
            ("image", true, _) if receiver == "docker" => {
                let image = call.first().and_then(|it| self.image_of(it));
                self.last_image.clone_from(&image);
                if let Some(target) = call.target {
                    self.images.insert(target, image);
                }
            }
            ("build", true, _) if receiver == "docker" => {
                self.add(Step::Use("jenkins:docker.build".to_owned()));
                if let Some(target) = call.target {
                    self.images.insert(target, None);
                }
            }
            ("push", true, _) | ("push", _, Some(_)) => self.add(Step::Use("jenkins:docker.push".to_owned())),
            ("inside" | "withRun", true, _) => {
                let image = self.last_image.clone();
                self.within(image, |it| it.closure_or_last(call));
            }
            ("inside" | "withRun", false, Some(image)) => self.within(image, |it| it.closure_or_last(call)),
            ("fromGit", _, _) if receiver == "fileLoader" => self.add(Step::Call(self.loaded_from_git(call))),
            (name, _, _) => {
                if let Some(Meaning::Run(interpreter)) = steps::meaning(name)
                    && !call.arguments.is_empty()
                {
                    return self.run_script(call, interpreter);
                }
                if name == "call" && self.methods.get(receiver).is_some_and(|it| it.is_closure) {
                    return self.call_method(receiver);
                }
                let is_variable = self.variables.contains(root)
                    || self.methods.contains_key(root)
                    || steps::is_global(root)
                    || steps::meaning(root).is_some();
                let is_library = !is_variable
                    && call.is_statement
                    && !self.may_be_defined_there()
                    && root.starts_with(|c: char| c.is_ascii_lowercase())
                    && receiver == root;
                let has_libraries = !self.libraries.is_empty() || matches!(self.home, Home::Library(_));
                if is_library && has_libraries {
                    return self.library_step(call, root);
                }
                self.arguments(call);
                // A library's own objects test what they were made for: their classes are not read, and their name is clear.
                let is_own = matches!(self.home, Home::Library(_)) && receiver == root && !steps::is_global(root);
                if is_own && call.is_statement && call.arguments.is_empty() && steps::is_test(name) {
                    self.add(Step::Use(format!("jenkins:{root}.{name}")));
                }
                self.closure(call);
            }
        }
    }

    fn loaded_from_git(&self, call: &Call<'t>) -> String {
        let mut texts = call.arguments.iter().filter(|it| it.name.is_none()).map(|it| self.values.text(&it.value));
        let (Some(path), Some(url)) = (texts.next(), texts.next()) else { return String::new() };
        match crate::origin::git::parse(&url) {
            Some(it) => format!("{}/{}/{path}.groovy", it.owner, it.name).to_lowercase(),
            None => "${{}}".to_owned(),
        }
    }

    /// What the arguments do: closures in them, and steps whose results they are.
    fn arguments(&mut self, call: &Call<'t>) {
        for argument in &call.arguments {
            let name = self.values.script.name(&argument.value);
            match name.filter(|it| self.methods.get(it).is_some_and(|it| it.is_closure)) {
                Some(name) => self.call_method(name),
                None => self.steps(argument.value.clone()),
            }
        }
    }

    fn closure(&mut self, call: &Call<'t>) {
        if let Some(closure) = call.closure.clone() {
            self.steps(closure);
        }
    }

    fn closure_or_last(&mut self, call: &Call<'t>) {
        if let Some(body) = call.body(self.values.script) {
            self.steps(body);
        }
    }

    fn run_script(&mut self, call: &Call<'t>, interpreter: &str) {
        let script = self.values.script;
        // `sh([script: 'x'])` is a map in place of named arguments.
        let entries = call.first().and_then(|it| script.elements(it)).unwrap_or_default();
        let in_map = || entries.iter().find(|it| it.name == Some("script")).map(|it| &it.value);
        let Some(value) = call.named("script").or_else(in_map).or(call.first()) else { return };
        let text = self.values.shell_script(value);
        self.add(Step::Run(shell::commands_of(interpreter, &text)));
    }

    /// Adds a step to the job that is open, or to one for what stands outside of stages.
    fn add(&mut self, step: Step) {
        let index = match self.job {
            Some(index) => index,
            None => {
                let index = self.new_job(self.loose_name);
                self.jobs[index].is_loose = true;
                self.job = Some(index);
                self.is_loose = true;
                index
            }
        };
        let draft = &mut self.jobs[index];
        draft.job.steps.push(step);
        if !draft.is_live {
            draft.is_live = true;
            // Stages in it that came first stay what the next ones wait for.
            if self.frontier == draft.job.needs {
                self.frontier = vec![draft.job.id.clone()];
            }
        }
    }

    /// What is done in an image.
    fn within(&mut self, image: Option<String>, inside: impl FnOnce(&mut Self)) {
        let Some(image) = image else { return inside(self) };
        let before = self.image.replace(image.clone());
        if let Some(draft) = self.job.and_then(|it| self.jobs.get_mut(it))
            && draft.job.image.is_none()
            && draft.job.steps.iter().all(|it| matches!(it, Step::Use(it) if it == "jenkins:checkout"))
        {
            draft.job.image = Some(image);
        }
        inside(self);
        self.image = before;
    }

    /// The image that a value names, without its version.
    fn image_of(&self, value: &Tokens) -> Option<String> {
        let Reference { origin, version: _ } = image::parse(&self.values.text(value)).ok()?;
        Some(match &origin {
            Origin::Dynamic { .. } => return None,
            Origin::Image { .. }
            | Origin::Local { .. }
            | Origin::Repo { .. }
            | Origin::Registry { .. }
            | Origin::Url { .. }
            | Origin::ServerSide { .. }
            | Origin::Invalid { .. } => image_identity(&origin),
        })
    }

    fn triggers(&mut self, call: &Call<'t>) {
        let script = self.values.script;
        let tokens = call.arguments.iter().map(|it| &it.value).chain(&call.closure);
        let found: Vec<&str> = tokens.flat_map(|it| script.words(it)).filter_map(steps::trigger).collect();
        self.walked.triggers.extend(found.into_iter().map(str::to_owned));
    }
}

/// Whether a call is a `stage 'x'` of old, without braces.
fn is_open_stage<'t>(call: &Call<'t>, values: &Values<'_, 't>) -> bool {
    call.name == "stage"
        && call.receiver.is_none()
        && call.is_statement
        && call.first().or(call.named("name")).is_some()
        && call.body(values.script).is_none()
}

impl Draft {
    /// A job that does nothing but call a template is that call; one that is alone is named after it.
    fn whole(self, is_alone: bool) -> Job {
        let Draft { mut job, is_loose, .. } = self;
        if let [Step::Call(_)] = job.steps.as_slice()
            && job.image.is_none()
            && let Some(Step::Call(call)) = job.steps.pop()
        {
            if is_loose && is_alone {
                let name = call.rsplit('/').next().unwrap_or_default();
                job.id = name.strip_suffix(".groovy").unwrap_or(name).to_owned();
            }
            job.call = Some(call);
        }
        job
    }
}
