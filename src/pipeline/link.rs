//! What a pipeline does with the files that it includes: its own jobs and theirs, with the parts that they name in
//! place of the names.
//!
//! Extraction reads each file alone. A job that stands for an included file is called [`INCLUDE`], and what another file
//! defines is `part:name` ([`Step::Call`]). Here both are looked up, by whoever knows the other pipelines. What isn't
//! found stays as it is.
//!
//! `part:name` is what a job extends, all of it: of several the last that does something counts. `part:name/script` is
//! one list of it, which stands in its place among other steps.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Job, Pipeline, Step, stages};

/// The id of a job that stands for the jobs and parts of a file that is included. It is a word of the format, so that no
/// job can be called so.
pub const INCLUDE: &str = "include";

/// What the name of a part begins with.
pub const PART: &str = "part:";

/// How many files one pipeline includes; GitLab allows 150.
const MAX_FILES: usize = 150;
/// How deep files include files, and parts are made of parts.
const MAX_DEPTH: usize = 100;
/// How many steps one job comes to.
const MAX_STEPS: usize = 2_000;

/// Finds a pipeline by the identity that one of a repository names it by: the repository it lies in, and the pipeline.
/// `R` tells repositories apart.
pub type Find<'f, 'a, R> = dyn Fn(R, &str) -> Option<(R, &'a Pipeline)> + 'f;

/// The jobs of a pipeline with those of the files that it includes, and with what the parts that they name do. Of two
/// jobs or parts of one name the one in the file that is included last counts, and the file that includes counts more
/// than what it includes; what it leaves out it has from the other.
pub fn effective_jobs<'a, R: Copy>(repository: R, pipeline: &'a Pipeline, find: &Find<'_, 'a, R>) -> Vec<Job> {
    let mut files = Files { seen: FxHashSet::default(), found: FxHashSet::default(), order: Vec::new(), find };
    files.add(repository, pipeline, 0);
    let mut parts = Parts { by_id: FxHashMap::default(), done: FxHashMap::default(), open: FxHashSet::default() };
    for part in files.order.iter().flat_map(|it| &it.parts) {
        parts.by_id.insert(&part.id, part);
    }
    let mut jobs: Vec<Job> = Vec::new();
    let mut by_id: FxHashMap<&str, usize> = FxHashMap::default();
    for job in files.order.iter().flat_map(|it| &it.jobs).filter(|it| !files.found.contains(&std::ptr::from_ref(*it))) {
        match by_id.get(job.id.as_str()).filter(|_| job.id != INCLUDE) {
            Some(&at) => {
                let under = std::mem::replace(&mut jobs[at], job.clone());
                fill(&mut jobs[at], &under);
                if jobs[at].steps.is_empty() {
                    jobs[at].steps = under.steps;
                }
            }
            None => {
                by_id.insert(&job.id, jobs.len());
                jobs.push(job.clone());
            }
        }
    }
    for job in &mut jobs {
        parts.put_in(job);
    }
    // The order of stages is that of the file that says one last.
    let stages = files.order.iter().rev().map(|it| it.stages.as_slice()).find(|it| !it.is_empty());
    stages::wait(&mut jobs, stages.unwrap_or_default());
    jobs
}

/// The identities that a file may be found by which is named so: a component is named without its file.
fn spellings(identity: &str) -> Vec<String> {
    if identity.ends_with(".yml") || identity.ends_with(".yaml") || identity.contains('*') {
        return vec![identity.to_owned()];
    }
    vec![format!("{identity}.yml"), format!("{identity}/template.yml"), identity.to_owned()]
}

/// A pipeline and all that it includes.
struct Files<'f, 'a, R> {
    seen: FxHashSet<*const Pipeline>,
    /// The jobs that stand for files that were found.
    found: FxHashSet<*const Job>,
    /// What is included before what includes it.
    order: Vec<&'a Pipeline>,
    find: &'f Find<'f, 'a, R>,
}

impl<'a, R: Copy> Files<'_, 'a, R> {
    fn add(&mut self, repository: R, pipeline: &'a Pipeline, depth: usize) {
        if depth > MAX_DEPTH || self.seen.len() > MAX_FILES || !self.seen.insert(std::ptr::from_ref(pipeline)) {
            return;
        }
        for job in pipeline.jobs.iter().filter(|it| it.id == INCLUDE) {
            let Some(call) = &job.call else { continue };
            let file = spellings(call).into_iter().find_map(|it| (self.find)(repository, &it));
            if let Some((repository, file)) = file.filter(|(_, file)| file.system == pipeline.system) {
                self.found.insert(std::ptr::from_ref(job));
                self.add(repository, file, depth + 1);
            }
        }
        self.order.push(pipeline);
    }
}

/// The parts of all files, and what they come to.
struct Parts<'a> {
    by_id: FxHashMap<&'a str, &'a Job>,
    done: FxHashMap<&'a str, Job>,
    /// Those that are being worked out: a part that leads to itself brings nothing more.
    open: FxHashSet<&'a str>,
}

impl<'a> Parts<'a> {
    /// Puts what the parts do in place of their names.
    fn put_in(&mut self, job: &mut Job) {
        let steps = std::mem::take(&mut job.steps);
        let extended = steps.iter().filter_map(part_name).filter(|it| !it.contains('/'));
        let extended: Vec<String> = extended.map(str::to_owned).collect();
        // Of what is extended, which of them brings the steps.
        let bringing = extended
            .iter()
            .rev()
            .find(|name| self.part(name).is_some_and(|it| !it.steps.is_empty() || it.call.is_some()));
        let bringing = bringing.cloned();
        for step in steps {
            let Some(name) = part_name(&step).filter(|_| job.steps.len() < MAX_STEPS) else {
                job.steps.push(step);
                continue;
            };
            let is_extended = !name.contains('/');
            match self.named(name) {
                None => job.steps.push(step),
                Some(id) if !is_extended || bringing.as_deref() == Some(name) => {
                    job.steps.extend(self.part(id).map(|it| it.steps.clone()).unwrap_or_default());
                }
                Some(_) => {}
            }
        }
        for name in extended.iter().rev() {
            if let Some(part) = self.part(name).cloned() {
                fill(job, &part);
            }
        }
    }

    /// The part that a name is found by: nothing where there is none, an empty id where it has no such list.
    fn named(&self, name: &str) -> Option<&'a str> {
        if let Some((id, _)) = self.by_id.get_key_value(name) {
            return Some(id);
        }
        let (whole, key) = name.split_once('/')?;
        let (whole, _) = self.by_id.get_key_value(whole)?;
        let has = |key: &str| self.by_id.contains_key(format!("{whole}/{key}").as_str());
        // A part that has nothing but a script is its script.
        let is_script = key == "script" && !has("before_script") && !has("after_script");
        Some(if is_script { whole } else { "" })
    }

    /// A part with those in it that it names.
    fn part(&mut self, id: &str) -> Option<&Job> {
        let (&id, &part) = self.by_id.get_key_value(id)?;
        if !self.done.contains_key(id) {
            if self.open.len() > MAX_DEPTH || !self.open.insert(id) {
                return None;
            }
            let mut part = part.clone();
            self.put_in(&mut part);
            part.steps.truncate(MAX_STEPS);
            self.open.remove(id);
            self.done.insert(id, part);
        }
        self.done.get(id)
    }
}

/// Takes over what a job doesn't say itself.
fn fill(job: &mut Job, under: &Job) {
    if job.call.is_none() && !job.steps.iter().any(|it| matches!(it, Step::Run(_) | Step::Use(_))) {
        job.call.clone_from(&under.call);
    }
    if job.image.is_none() {
        job.image.clone_from(&under.image);
    }
    if job.stage.is_none() {
        job.stage.clone_from(&under.stage);
    }
    if !job.needs_said && under.needs_said {
        job.needs.clone_from(&under.needs);
        job.needs_said = true;
    }
    if !job.gate_said && under.gate_said {
        job.gate = under.gate;
        job.gate_said = true;
    }
}

fn part_name(step: &Step) -> Option<&str> {
    match step {
        Step::Call(identity) => identity.strip_prefix(PART),
        Step::Use(_) | Step::Run(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{INCLUDE, effective_jobs};
    use crate::facts::Context;
    use crate::pipeline::gate::Gate;
    use crate::pipeline::{Command, Fingerprint, Job, Pipeline, Role, Step, System};
    use crate::source::Location;

    fn pipeline(path: &str, jobs: Vec<Job>, parts: Vec<Job>) -> Pipeline {
        Pipeline {
            at: Location::whole_file(&path.into()),
            system: System::GitlabCi,
            name: String::new(),
            triggers: [].into(),
            role: Role::Template,
            jobs,
            parts,
            stages: Vec::new(),
            exact: Fingerprint::of(b""),
            context: Context::Production,
        }
    }

    /// `id: step step`, where `>x` is a call of a job as a whole, `@x` its image, `+x` a step that calls, `!manual` its gate, `!` that it says it has none.
    fn job(text: &str) -> Job {
        let (id, steps) = text.split_once(':').unwrap();
        let mut job = Job { id: id.to_owned(), ..Job::default() };
        for word in steps.split_whitespace() {
            match word.split_at(1) {
                (">", call) => job.call = Some(call.to_owned()),
                ("@", image) => job.image = Some(image.to_owned()),
                ("<", need) => {
                    job.needs.push(need.to_owned());
                    job.needs_said = true;
                }
                ("/", stage) => job.stage = Some(stage.to_owned()),
                ("!", gate) => {
                    job.gate = (gate == "manual").then_some(Gate::Manual);
                    job.gate_said = true;
                }
                ("+", part) => job.steps.push(Step::Call(format!("part:{part}"))),
                _ => job.steps.push(Step::Run(vec![Command::from(word.to_owned())])),
            }
        }
        job
    }

    fn include(call: &str) -> Job {
        Job { id: INCLUDE.to_owned(), call: Some(call.to_owned()), ..Job::default() }
    }

    fn told(job: &Job) -> String {
        let steps = job.steps.iter().map(|step| match step {
            Step::Call(identity) | Step::Use(identity) => identity.replace("part:", "+"),
            Step::Run(commands) => commands.iter().cloned().map(String::from).collect(),
        });
        let needs = job.needs.iter().map(|it| format!("<{it}"));
        let call = job.call.iter().map(|it| format!(">{it}"));
        let words: Vec<String> =
            job.image.iter().map(|it| format!("@{it}")).chain(needs).chain(call).chain(steps).collect();
        format!("{}: {}", job.id, words.join(" "))
    }

    /// The jobs of the first of these files of one repository.
    fn linked(files: &[Pipeline]) -> Vec<String> {
        let find = |(): (), call: &str| {
            let path = call.strip_prefix("./")?;
            files.iter().find(|it| &*it.at.path == path).map(|it| ((), it))
        };
        effective_jobs((), &files[0], &find).iter().map(told).collect()
    }

    #[test]
    fn included_jobs_and_parts_take_their_place() {
        let files = [
            pipeline(
                "a.yml",
                vec![
                    include("./b.yml"),
                    include("./templates/c"),
                    include("./absent.yml"),
                    job("build: +.make"),
                    job("lint: +.setup/script go +.setup/after_script"),
                    job("test: @own +.make"),
                    job("ship: +.absent make"),
                    job("unit: @go"),
                ],
                vec![job(".make: make")],
            ),
            pipeline(
                "b.yml",
                vec![include("./a.yml"), job("unit: @alpine <build gotest"), job("old: b")],
                vec![
                    job(".make: b-make"),
                    job(".setup: @b npm npm-end"),
                    job(".setup/script: npm"),
                    job(".setup/after_script: npm-end"),
                ],
            ),
            pipeline(
                "templates/c/template.yml",
                vec![job("old: c"), job("deploy: +.deploy")],
                vec![job(".deploy: >./child.yml")],
            ),
        ];
        assert_eq!(
            linked(&files),
            [
                "unit: @go <build gotest",
                "old: c",
                "deploy: >./child.yml",
                "include: >./absent.yml",
                "build: make",
                "lint: npm go npm-end",
                "test: @own make",
                "ship: +.absent make",
            ]
        );
    }

    #[test]
    fn a_job_waits_for_the_stage_before_whichever_file_its_jobs_and_the_order_are_in() {
        let stages = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
        let mut files = [
            pipeline(
                "a.yml",
                vec![include("./b.yml"), job("x: /two x"), job("z: +.last z"), job("v: +.free v")],
                vec![],
            ),
            pipeline(
                "b.yml",
                vec![job("y: /one y"), job("w: /three <x w")],
                vec![job(".last: /three"), job(".free: /three <y")],
            ),
        ];
        files[1].stages = stages(&["three", "two", "one"]);
        assert_eq!(linked(&files), ["y: <x y", "w: <x w", "x: <w <z <v x", "z: z", "v: <y v"]);
        files[0].stages = stages(&["one", "two", "three"]);
        assert_eq!(linked(&files), ["y: y", "w: <x w", "x: <y x", "z: <x z", "v: <y v"]);
    }

    #[test]
    fn of_several_that_are_extended_the_last_that_does_something_counts() {
        let files = [
            pipeline(
                "a.yml",
                vec![include("./b.yml"), job("x: +.a +.b +.rules"), job("y: +.b/before_script make")],
                vec![],
            ),
            pipeline("b.yml", vec![], vec![job(".a: @a <p a"), job(".b: @b +.c"), job(".c: <q c"), job(".rules:")]),
        ];
        assert_eq!(linked(&files), ["x: @b <q c", "y: make"]);
    }

    #[test]
    fn what_a_job_does_not_say_of_its_gate_it_has_from_what_it_extends() {
        let files = [
            pipeline(
                "a.yml",
                vec![include("./b.yml"), job("x: +.held x"), job("y: +.held ! y"), job("z: +.b z"), job("w: w")],
                vec![],
            ),
            pipeline("b.yml", vec![job("w: !manual w")], vec![job(".held: !manual"), job(".b: +.held b")]),
        ];
        let find = |(): (), call: &str| {
            let path = call.strip_prefix("./")?;
            files.iter().find(|it| &*it.at.path == path).map(|it| ((), it))
        };
        let told: Vec<String> =
            effective_jobs((), &files[0], &find).iter().map(|it| format!("{} {}", it.id, it.gate.is_some())).collect();
        assert_eq!(told, ["w true", "x true", "y false", "z true"]);
    }

    #[test]
    fn circles_end() {
        let parts = vec![job(".a: +.b a"), job(".b: +.a b")];
        let files = [
            pipeline("a.yml", vec![include("./b.yml"), job("x: +.a")], vec![]),
            pipeline("b.yml", vec![include("./a.yml")], parts),
        ];
        // What leads to itself brings nothing more.
        assert_eq!(linked(&files), ["x: b a"]);
        // Each part twice the one before.
        let doubled = (0..60).map(|n| job(&format!(".{n}: +.{}/script +.{}/script", n + 1, n + 1)));
        let files = [pipeline("a.yml", vec![job("x: +.0")], doubled.chain([job(".60: make")]).collect())];
        assert_eq!(linked(&files).len(), 1);
    }
}
