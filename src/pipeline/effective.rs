//! What a pipeline does once the templates of its own repository stand in place of their calls.
//!
//! A pipeline that keeps its jobs in a template beside it does the same as one that has them itself, so everything that
//! compares pipelines compares these jobs. Whoever knows the repository says what a call names ([`Find`]); a template of
//! another repository stays a call, because calling it is what the pipeline does.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::pipeline::gate::{self, Gate, Gated};
use crate::pipeline::{Job, Pipeline, Role, Step, System, waits};

/// How deep calls of templates are followed; GitHub itself allows ten levels.
const CALL_DEPTH: usize = 10;

/// How many jobs, and how many steps, templates may add to one pipeline. Templates that call templates multiply; calls
/// beyond this stay calls.
const ADDED: usize = 2_000;

/// What a call names: jobs of a pipeline, template or part.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The document they are in: their own calls are looked for from there.
    pub pipeline: &'a Pipeline,
    /// The jobs: all of the pipeline's, or those of the one part that is named.
    pub jobs: &'a [Job],
    /// Whether they belong to the caller's own repository, so that they stand for themselves.
    pub is_local: bool,
}

/// Finds what a call names: by the document that it stands in, and the identity (see [`crate::pipeline`]).
pub type Find<'f, 'a> = dyn Fn(&'a Pipeline, &str) -> Option<Found<'a>> + 'f;

/// What a pipeline does.
#[derive(Clone, Debug)]
pub struct Effective<'a> {
    /// The CI system that runs it.
    pub system: System,
    /// Its jobs, those of templates in place of the jobs that call them.
    pub jobs: Vec<EffectiveJob<'a>>,
    /// The files that they are written in: its own, and those of the templates.
    pub files: BTreeSet<&'a str>,
}

/// One job of an effective pipeline.
#[derive(Clone, Debug)]
pub struct EffectiveJob<'a> {
    /// Its id; a template's job after the job that calls it, as `deploy / plan`.
    pub name: String,
    /// The jobs it waits for, as indices.
    pub needs: Vec<usize>,
    /// The template of another repository that it calls.
    pub call: Option<&'a str>,
    /// The image it runs in.
    pub image: Option<&'a str>,
    /// What it does, in order.
    pub steps: Vec<Cow<'a, Step>>,
    /// What keeps it from running by itself: its own gate, that of the job whose template it is of, and those that it
    /// takes over from the jobs that it waits for.
    pub gate: Option<Gate>,
}

impl<'a> Effective<'a> {
    /// Whether anything holds any of its jobs: a gate, or a step that asks somebody.
    pub fn is_held(&self) -> bool {
        self.jobs.iter().any(|it| it.gate.is_some() || it.steps.iter().any(|it| gate::asks(it)))
    }

    /// Those of its jobs that ever run, as far as conditions tell.
    pub fn that_run(&self) -> Effective<'a> {
        self.filtered(&|it| it.gate != Some(Gate::Never))
    }

    /// What of it runs by itself once something has started it: the jobs that nothing holds, and of one that asks
    /// somebody on its way the steps before.
    pub fn by_itself(&self) -> Effective<'a> {
        let mut found = self.filtered(&|it| it.gate.is_none());
        for job in &mut found.jobs {
            let free = job.steps.iter().position(|it| gate::asks(it)).unwrap_or(job.steps.len());
            job.steps.truncate(free);
        }
        found
    }

    /// Its jobs of which this holds. Who waits for one that is left out waits for what that one waits for.
    fn filtered(&self, holds: &dyn Fn(&EffectiveJob<'a>) -> bool) -> Effective<'a> {
        if self.jobs.iter().all(holds) {
            return self.clone();
        }
        let mut needs: Vec<Vec<usize>> = self.jobs.iter().map(|it| it.needs.clone()).collect();
        let kept = waits::pass_through(&mut needs, &|it| !holds(&self.jobs[it]));
        let jobs = kept.into_iter().zip(needs).map(|(it, needs)| EffectiveJob { needs, ..self.jobs[it].clone() });
        Effective { system: self.system, jobs: jobs.collect(), files: self.files.clone() }
    }
}

/// Says what a pipeline does.
pub fn effective<'a>(pipeline: &'a Pipeline, find: &Find<'_, 'a>) -> Effective<'a> {
    let mut expansion = Expansion {
        find,
        jobs: Vec::new(),
        names: Vec::new(),
        files: BTreeSet::from([&*pipeline.at.path]),
        n_jobs: 0,
        n_steps: 0,
    };
    // A command of an orb has a file without jobs: what it is for those that name it, is what it does.
    let is_command = pipeline.jobs.is_empty() && pipeline.system == System::Circleci && pipeline.role == Role::Template;
    let jobs = if is_command { &pipeline.parts } else { &pipeline.jobs };
    let mut stack = vec![jobs.as_ptr()];
    expansion.level(pipeline, jobs, None, &mut stack);
    expansion.inherit();
    Effective { system: pipeline.system, jobs: expansion.jobs, files: expansion.files }
}

struct Expansion<'f, 'a> {
    find: &'f Find<'f, 'a>,
    jobs: Vec<EffectiveJob<'a>>,
    /// Of each job whether it names what it waits for.
    names: Vec<bool>,
    files: BTreeSet<&'a str>,
    /// How many jobs and steps templates have added.
    n_jobs: usize,
    n_steps: usize,
}

/// Which jobs a job has become: those that begin, and those that others wait for.
#[derive(Clone, Default)]
struct Ends {
    first: Vec<usize>,
    last: Vec<usize>,
}

impl<'a> Expansion<'_, 'a> {
    /// Adds the jobs of one document, and says where they begin and end.
    fn level(
        &mut self,
        document: &'a Pipeline,
        jobs: &'a [Job],
        caller: Option<&str>,
        stack: &mut Vec<*const Job>,
    ) -> Ends {
        let mut by_id: FxHashMap<&str, usize> = FxHashMap::default();
        for (index, job) in jobs.iter().enumerate() {
            by_id.entry(&job.id).or_insert(index);
        }
        // Several calls of one template that wait for the same are one: how often it is called is a value.
        let mut called: FxHashMap<(*const Job, BTreeSet<&str>), usize> = FxHashMap::default();
        // Which jobs are those of the template that a job calls, and what keeps it from doing so.
        let mut templates: Vec<(usize, Range<usize>, Option<Gate>)> = Vec::new();
        let mut ends: Vec<Ends> = Vec::with_capacity(jobs.len());
        let mut same_as: Vec<usize> = Vec::with_capacity(jobs.len());
        for (index, job) in jobs.iter().enumerate() {
            let name = match caller {
                None => job.id.clone(),
                Some(caller) if jobs.len() == 1 => caller.to_owned(),
                Some(caller) => format!("{caller} / {}", job.id),
            };
            let template = job.call.as_deref().filter(|_| job.steps.is_empty());
            let template = template.and_then(|call| self.local(document, call, stack));
            let fits = |it: &Found<'_>| self.n_jobs + it.jobs.len() <= ADDED;
            match template.filter(fits) {
                Some(found) => {
                    let waits_for = job.needs.iter().map(String::as_str).collect();
                    let same = *called.entry((found.jobs.as_ptr(), waits_for)).or_insert(index);
                    same_as.push(same);
                    if same == index {
                        self.n_jobs += found.jobs.len();
                        self.files.insert(&found.pipeline.at.path);
                        let first = self.jobs.len();
                        stack.push(found.jobs.as_ptr());
                        ends.push(self.level(found.pipeline, found.jobs, Some(&name), stack));
                        stack.pop();
                        templates.push((index, first..self.jobs.len(), job.gate));
                    } else {
                        ends.push(ends[same].clone());
                        // It runs where one of the calls does.
                        for (_, _, gate) in templates.iter_mut().filter(|(index, ..)| *index == same) {
                            *gate = gate::either(*gate, job.gate);
                        }
                    }
                }
                None => {
                    same_as.push(index);
                    let at = self.jobs.len();
                    let mut steps = Vec::with_capacity(job.steps.len());
                    // What stands before a job's own steps is a step of it.
                    let call = job.call.as_deref();
                    if let Some(call) = call.filter(|_| !job.steps.is_empty()) {
                        self.step(document, Cow::Owned(Step::Call(call.to_owned())), stack, &mut steps);
                    }
                    for step in &job.steps {
                        self.step(document, Cow::Borrowed(step), stack, &mut steps);
                    }
                    let call = call.filter(|_| job.steps.is_empty());
                    let image = job.image.as_deref();
                    self.jobs.push(EffectiveJob { name, needs: Vec::new(), call, image, steps, gate: job.gate });
                    self.names.push(false);
                    ends.push(Ends { first: vec![at], last: vec![at] });
                }
            }
        }
        for (_, of_template, gate) in templates {
            for job in &mut self.jobs[of_template] {
                job.gate = gate::both(job.gate, gate);
            }
        }
        let mut is_awaited = vec![false; jobs.len()];
        let mut all = Ends::default();
        for (index, job) in jobs.iter().enumerate() {
            let needs: BTreeSet<usize> = job.needs.iter().filter_map(|id| by_id.get(id.as_str()).copied()).collect();
            for &need in &needs {
                is_awaited[need] |= need != index;
            }
            if needs.is_empty() {
                all.first.extend(&ends[index].first);
            }
            if same_as[index] == index {
                let before: BTreeSet<usize> = needs.iter().flat_map(|&need| &ends[need].last).copied().collect();
                for &first in &ends[index].first {
                    self.jobs[first].needs.extend(&before);
                    self.names[first] |= job.needs_said;
                }
            }
        }
        for (index, ends) in ends.iter().enumerate() {
            if !is_awaited[index] {
                all.last.extend(&ends.last);
            }
        }
        // Jobs that wait in a circle have no beginning and no end: they are all of both.
        let everything = || ends.iter().flat_map(|it| it.first.iter().chain(&it.last)).copied();
        for list in [&mut all.first, &mut all.last] {
            if list.is_empty() {
                list.extend(everything());
            }
            list.sort_unstable();
            list.dedup();
        }
        all
    }

    /// Gives jobs the gates that they take over from what they wait for.
    fn inherit(&mut self) {
        let of = |(job, names): (&EffectiveJob<'a>, &bool)| Gated {
            own: job.gate,
            asks: job.steps.iter().any(|it| gate::asks(it)),
            names: *names,
        };
        let gated: Vec<Gated> = self.jobs.iter().zip(&self.names).map(of).collect();
        if gated.iter().all(|it| it.own.is_none() && !it.asks) {
            return;
        }
        let needs: Vec<Vec<usize>> = self.jobs.iter().map(|it| it.needs.clone()).collect();
        for (job, gate) in self.jobs.iter_mut().zip(gate::inherited(&gated, &needs)) {
            job.gate = gate;
        }
    }

    /// Adds a step, or what the template does that it has in its place.
    fn step(
        &mut self,
        document: &'a Pipeline,
        step: Cow<'a, Step>,
        stack: &mut Vec<*const Job>,
        steps: &mut Vec<Cow<'a, Step>>,
    ) {
        let found = match step.as_ref() {
            Step::Call(call) => self.local(document, call, stack),
            Step::Use(_) | Step::Run(_) => None,
        };
        let n_steps = |it: &Found<'_>| it.jobs.iter().map(|job| job.steps.len() + 1).sum::<usize>();
        let Some(found) = found.filter(|it| self.n_steps + n_steps(it) <= ADDED) else { return steps.push(step) };
        self.n_steps += n_steps(&found);
        self.files.insert(&found.pipeline.at.path);
        stack.push(found.jobs.as_ptr());
        for job in found.jobs {
            if let Some(call) = &job.call {
                self.step(found.pipeline, Cow::Owned(Step::Call(call.clone())), stack, steps);
            }
            for step in &job.steps {
                self.step(found.pipeline, Cow::Borrowed(step), stack, steps);
            }
        }
        stack.pop();
    }

    /// The jobs of the same repository that a call names. A template that calls itself, or that has no jobs, stays a
    /// call.
    fn local(&self, document: &'a Pipeline, call: &str, stack: &[*const Job]) -> Option<Found<'a>> {
        let found = (self.find)(document, call).filter(|it| it.is_local && !it.jobs.is_empty())?;
        (stack.len() <= CALL_DEPTH && !stack.contains(&found.jobs.as_ptr())).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::{Effective, Found, effective};
    use crate::pipeline::gate::Gate;
    use crate::pipeline::{Fingerprint, Job, Pipeline, Role, Step, System};
    use crate::source::Location;

    fn pipeline(path: &str, jobs: Vec<Job>) -> Pipeline {
        Pipeline {
            at: Location::whole_file(&path.into()),
            system: System::GithubActions,
            name: String::new(),
            triggers: [].into(),
            role: Role::Both,
            jobs,
            parts: Vec::new(),
            stages: Vec::new(),
            exact: Fingerprint::of(b""),
            context: crate::facts::Context::Production,
        }
    }

    fn job(id: &str, needs: &[&str], steps: &[Step]) -> Job {
        let needs = needs.iter().map(|it| (*it).to_owned()).collect();
        Job { id: id.to_owned(), needs, steps: steps.to_vec(), ..Job::default() }
    }

    fn call(id: &str, needs: &[&str], call: &str) -> Job {
        Job { call: Some(call.to_owned()), ..job(id, needs, &[]) }
    }

    fn uses(name: &str) -> Step {
        Step::Use(name.to_owned())
    }

    /// `job: steps or call < jobs it waits for`, a line a job; templates are found by path, those of `elsewhere/` are of
    /// another repository.
    fn told(first: usize, pipelines: &[Pipeline]) -> String {
        let find = |_: &Pipeline, call: &str| {
            let found = pipelines.iter().find(|it| &*it.at.path == call.trim_start_matches("./"))?;
            Some(Found { pipeline: found, jobs: &found.jobs, is_local: call.starts_with("./") })
        };
        let Effective { jobs, .. } = effective(&pipelines[first], &find);
        let lines = jobs.iter().map(|job| {
            let steps = job.steps.iter().map(|step| match step.as_ref() {
                Step::Use(name) => name.clone(),
                Step::Call(name) => format!("call {name}"),
                Step::Run(_) => "run".to_owned(),
            });
            let does: Vec<String> = job.call.map(|it| format!("calls {it}")).into_iter().chain(steps).collect();
            let needs: Vec<&str> = job.needs.iter().map(|it| jobs[*it].name.as_str()).collect();
            let needs = if needs.is_empty() { String::new() } else { format!(" < {}", needs.join(", ")) };
            format!("{}: {}{needs}\n", job.name, does.join(", "))
        });
        lines.collect()
    }

    #[test]
    fn templates_of_the_repository_stand_in_place_of_their_calls() {
        let caller = pipeline(
            "ci",
            vec![
                job("lint", &[], &[uses("a/lint")]),
                call("ship", &["lint"], "./ship"),
                call("other", &["ship"], "elsewhere/x"),
                job("notify", &["ship"], &[uses("a/notify")]),
            ],
        );
        let ship = pipeline(
            "ship",
            vec![job("build", &[], &[uses("a/build")]), job("deploy", &["build"], &[uses("a/deploy")])],
        );
        assert_eq!(
            told(0, &[caller, ship, pipeline("elsewhere/x", vec![job("a", &[], &[])])]),
            "lint: a/lint\nship / build: a/build < lint\nship / deploy: a/deploy < ship / build\n\
             other: calls elsewhere/x < ship / deploy\nnotify: a/notify < ship / deploy\n"
        );
    }

    #[test]
    fn calls_in_place_of_steps_are_the_steps() {
        let template = pipeline("steps", vec![job("", &[], &[uses("a/b"), Step::Call("./more".to_owned())])]);
        let more = pipeline("more", vec![job("", &[], &[uses("a/c")])]);
        let steps = [uses("a/a"), Step::Call("./steps".to_owned()), Step::Call("server:x".to_owned())];
        // A call that has steps beside it is the first of them.
        let both = Job { call: Some("./more".to_owned()), ..job("both", &[], &[uses("a/d")]) };
        assert_eq!(
            told(0, &[pipeline("ci", vec![job("all", &[], &steps), both]), template, more]),
            "all: a/a, a/b, a/c, call server:x\nboth: a/c, a/d\n"
        );
    }

    #[test]
    fn one_template_called_side_by_side_is_one_and_one_after_the_other_two() {
        let template = pipeline("t", vec![job("deploy", &[], &[uses("a/b")])]);
        let jobs = vec![call("dev", &[], "./t"), call("test", &[], "./t"), call("live", &["dev", "test"], "./t")];
        assert_eq!(told(0, &[pipeline("ci", jobs), template]), "dev: a/b\nlive: a/b < dev\n");
    }

    /// The jobs of the first pipeline with their gates, and those of what runs by itself with the number of their steps.
    fn gates(pipelines: &[Pipeline]) -> (String, String) {
        let find = |_: &Pipeline, call: &str| {
            let path = call.strip_prefix("./")?;
            let found = pipelines.iter().find(|it| &*it.at.path == path)?;
            Some(Found { pipeline: found, jobs: &found.jobs, is_local: true })
        };
        let effective = effective(&pipelines[0], &find);
        let all = effective.jobs.iter().map(|it| format!("{}: {:?}\n", it.name, it.gate)).collect();
        let own = effective.by_itself();
        let needs = |it: &[usize]| it.iter().map(|need| format!(" < {}", own.jobs[*need].name)).collect::<String>();
        (all, own.jobs.iter().map(|it| format!("{}: {}{}\n", it.name, it.steps.len(), needs(&it.needs))).collect())
    }

    #[test]
    fn gates_hold_templates_and_what_comes_behind() {
        let gated = |job: Job, gate| Job { gate: Some(gate), ..job };
        let ci = vec![
            job("test", &[], &[uses("a/test")]),
            gated(job("ok", &["test"], &[]), Gate::Manual),
            call("ship", &["ok"], "./ship"),
            gated(call("dev", &["test"], "./ship"), Gate::Event),
            call("two", &["test"], "./ship"),
            gated(call("off", &[], "./ship"), Gate::Never),
            job("notify", &["two"], &[uses("a/notify")]),
        ];
        let asks = uses("trstringer/manual-approval");
        let ship = vec![job("plan", &[], &[uses("a/plan"), asks, uses("a/apply")])];
        let (all, own) = gates(&[pipeline("ci", ci), pipeline("ship", ship)]);
        assert_eq!(
            all,
            "test: None\nok: Some(Manual)\nship: Some(Manual)\ndev: None\noff: Some(Never)\nnotify: Some(Manual)\n"
        );
        assert_eq!(own, "test: 1\ndev: 1 < test\n");
    }

    #[test]
    fn who_names_what_somebody_may_start_waits_for_it() {
        let optional = Job { gate: Some(Gate::Optional), ..job("a", &[], &[]) };
        let jobs = vec![
            optional,
            job("b", &["a"], &[]),
            Job { needs_said: true, ..job("c", &["a"], &[]) },
            job("d", &["b"], &[]),
        ];
        let (all, own) = gates(&[pipeline("ci", jobs)]);
        assert_eq!(all, "a: Some(Optional)\nb: None\nc: Some(Optional)\nd: None\n");
        assert_eq!(own, "b: 0\nd: 0 < b\n");
    }

    #[test]
    fn what_calls_itself_or_is_empty_or_missing_stays_a_call() {
        let jobs = vec![call("a", &[], "./ci"), call("b", &[], "./empty"), call("c", &[], "./missing")];
        assert_eq!(
            told(0, &[pipeline("ci", jobs), pipeline("empty", vec![])]),
            "a: calls ./ci\nb: calls ./empty\nc: calls ./missing\n"
        );
        let circle = pipeline("circle", vec![job("x", &["y"], &[]), job("y", &["x"], &[])]);
        let caller = pipeline("ci", vec![call("a", &[], "./circle"), job("b", &["a"], &[])]);
        assert_eq!(told(0, &[caller, circle]), "a / x:  < a / y\na / y:  < a / x\nb:  < a / x, a / y\n");
    }
}
