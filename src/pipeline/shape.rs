//! The shape of a pipeline: its job graph without names, at two strengths, and what near clusters compare.
//!
//! All are made of the effective jobs ([`crate::pipeline::effective`]) and hold no name: a job is what it does and what
//! it waits for, so that renaming jobs, moving them in the file, other versions, values, branches and schedules change
//! nothing. Jobs that do the same side by side, or one after the other, count once: how many environments a pipeline
//! deploys to is a value too. So is how often a job repeats one command in a row, how it parts its script into steps, and
//! whether it names what it waits for by way of another job. Jobs of which no step says anything, as those that only wait
//! for all others, are passed through. Who does nothing but call is its calls, whatever it prepares for them and keeps of
//! what they have made: callers of one template have one structure. Where a system's stages share a machine, as those of
//! Jenkins do, stages in a row are one job: how many of them a script has is layout.
//!
//! - *structure*: the language of the CI system, jobs with images, calls, and steps by identity and tool verb, in order;
//!   tools that only move files about are left out. Nobody can copy a pipeline from one system to another.
//! - *skeleton*: the stages. Of the steps only their categories are left, without those that fetch the code and prepare
//!   tools, which every job of some systems repeats and other systems do once; jobs of nothing else are passed through,
//!   and jobs in a row are one, because one system parts into jobs or stages what another has as steps of one job.
//! - [`Graph::tokens`]: what near clusters compare: acts, what they are for, and waits, each with a weight.
//!
//! Two pipelines of one structure have the same tokens.

use std::collections::BTreeMap;

use crate::pipeline::effective::{Effective, EffectiveJob};
use crate::pipeline::steps::{Category, categories, of_call};
use crate::pipeline::waits::{Merged, combined, in_order, join_rows, merged, pass_through, without_detours};
use crate::pipeline::{Fingerprint, Step};
use crate::rules::tables::{StepTable, Weights};

/// The fingerprints that are computed from the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Jobs, steps and calls by identity.
    pub structure: Fingerprint,
    /// Stages by category.
    pub skeleton: Fingerprint,
}

/// One thing that a job does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Act {
    /// How it is done.
    pub kind: ActKind,
    /// The identity, or tool and verb.
    pub name: String,
    /// What it is for.
    pub category: Category,
}

/// How a thing is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActKind {
    /// By a template of another repository.
    Call,
    /// By an action, plugin or task.
    Use,
    /// By a command.
    Run,
}

impl ActKind {
    fn id(self) -> &'static str {
        match self {
            ActKind::Call => "call",
            ActKind::Use => "use",
            ActKind::Run => "run",
        }
    }
}

/// Jobs that do the same and wait for the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// The first of them in file order, by its index in [`Effective::jobs`].
    pub job: usize,
    /// The image they run in.
    pub image: Option<String>,
    /// What they do, in order.
    pub acts: Vec<Act>,
    /// The classes they wait for.
    pub needs: Vec<usize>,
    /// All jobs of the pipeline that do this, whatever they wait for, by their indices.
    pub alike: Vec<usize>,
}

/// A pipeline's job graph without names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// Its classes, in file order.
    pub classes: Vec<Class>,
    /// The fingerprint of all of it.
    pub structure: Fingerprint,
    /// Whether its own steps only prepare what it calls, and keep what that has made.
    pub only_calls: bool,
    /// Whether it all runs on one machine, so that what waits for what is but an order of steps.
    pub is_on_one_machine: bool,
}

impl Graph {
    /// The graph of a pipeline's effective jobs.
    pub fn of(effective: &Effective<'_>, table: &StepTable) -> Graph {
        let jobs = &effective.jobs;
        let mut acts: Vec<Vec<Act>> = jobs.iter().map(|job| acts(job, table)).collect();
        let is_call = |it: &Act| it.kind == ActKind::Call;
        let only_calls =
            acts.iter().flatten().any(is_call) && acts.iter().flatten().all(|it| is_call(it) || it.prepares());
        let tells = |it: &&Act| !only_calls || is_call(it);
        let labels: Vec<Fingerprint> =
            jobs.iter().zip(&acts).map(|(job, acts)| label(job.image, acts.iter().filter(tells))).collect();
        let mut needs: Vec<Vec<usize>> = jobs.iter().map(|job| job.needs.clone()).collect();
        let says_nothing = |job: usize| !acts[job].iter().any(|it| tells(&it)) && jobs[job].image.is_none();
        let kept = pass_through(&mut needs, &says_nothing);
        let alike = |job: usize| kept.iter().copied().filter(|it| labels[*it] == labels[job]).collect::<Vec<_>>();
        let alike: Vec<Vec<usize>> = kept.iter().map(|it| alike(*it)).collect();
        let labels: Vec<Fingerprint> = kept.iter().map(|it| labels[*it]).collect();
        let merged_classes = merged(&labels, &without_detours(needs));
        let classes =
            merged_classes.classes.into_iter().map(|(class, needs)| (kept[class], needs, alike[class].clone()));
        let classes = classes.map(|(job, needs, alike)| Class {
            job,
            alike,
            image: jobs[job].image.map(str::to_owned),
            acts: std::mem::take(&mut acts[job]),
            needs,
        });
        let is_on_one_machine = effective.system.stages_share_a_machine();
        let mut graph =
            Graph { classes: classes.collect(), structure: merged_classes.structure, only_calls, is_on_one_machine };
        if is_on_one_machine {
            graph.join_stages();
        }
        let language = Fingerprint::of(effective.system.language().id().as_bytes());
        Graph { structure: combined(language, &[graph.structure]), ..graph }
    }

    /// Makes one job of stages in a row that run in one image.
    fn join_stages(&mut self) {
        let classes = std::mem::take(&mut self.classes);
        let mut acts: Vec<Vec<Act>> = classes.iter().map(|it| it.acts.clone()).collect();
        let mut needs: Vec<Vec<usize>> = classes.iter().map(|it| it.needs.clone()).collect();
        let kept = join_rows(&mut acts, &mut needs, &|before, after| classes[before].image == classes[after].image);
        let joined = kept.into_iter().zip(acts.into_iter().zip(needs));
        let joined = joined.map(|(it, (acts, needs))| Class {
            job: classes[it].job,
            // Stages in a row do together what none of them does alone.
            alike: vec![classes[it].job],
            image: classes[it].image.clone(),
            acts,
            needs,
        });
        self.classes = joined.collect();
        let tells = |it: &&Act| !self.only_calls || it.kind == ActKind::Call;
        let labels: Vec<Fingerprint> =
            self.classes.iter().map(|it| label(it.image.as_deref(), it.acts.iter().filter(tells))).collect();
        let needs: Vec<Vec<usize>> = self.classes.iter().map(|it| it.needs.clone()).collect();
        self.structure = merged(&labels, &needs).structure;
    }

    /// Both fingerprints.
    pub fn shape(&self) -> Shape {
        Shape { structure: self.structure, skeleton: self.skeleton() }
    }

    /// What is compared for near clusters: hash and weight of each token, sorted by hash. A token that is there several
    /// times weighs as much more.
    ///
    /// Tokens are the acts of each class of jobs with what each is for, the image, and each wait as the first telling act
    /// with the last one of the job that is waited for. What only prepares counts once: some systems repeat it in every
    /// job. The order of acts within a job is no token: who does the same in another order has drifted, and is still a
    /// copy. So is one whose stages share a machine and stand side by side instead of in a row. The weights are those of `rules/tables/pipelines.yaml`.
    pub fn tokens(&self, weights: &Weights) -> Vec<(u64, u32)> {
        let mut tokens: BTreeMap<u64, u32> = BTreeMap::new();
        let mut text = String::new();
        let mut add = |parts: &[&str], weight: u32, is_once: bool| {
            text.clear();
            text.extend(parts.iter().copied());
            let sum = tokens.entry(xxhash_rust::xxh3::xxh3_64(text.as_bytes())).or_default();
            *sum = if is_once { weight } else { sum.saturating_add(weight) };
        };
        for class in &self.classes {
            if let Some(image) = &class.image {
                add(&["image:", image], weights.image, false);
            }
            for act in &class.acts {
                let (kind, name) = (act.kind.id(), act.name.as_str());
                match (act.kind, act.prepares()) {
                    (ActKind::Call, _) => add(&[kind, ":", name], weights.call, false),
                    (ActKind::Use | ActKind::Run, true) if self.only_calls => {}
                    (ActKind::Use | ActKind::Run, true) => add(&[kind, ":", name], weights.setup, true),
                    (ActKind::Use | ActKind::Run, false) => {
                        add(&[kind, ":", name], weights.step, false);
                        // What a step is for that we don't know is its own purpose.
                        match act.category == Category::Other {
                            true => add(&["for:", kind, ":", name], weights.stage, false),
                            false => add(&["for:", act.category.stage().id()], weights.stage, false),
                        }
                    }
                }
            }
            let first = class.acts.iter().find(|it| !it.prepares()).or(class.acts.first());
            let needs = class.needs.iter().filter(|_| !self.is_on_one_machine);
            for need in needs {
                let last = self.classes[*need].acts.iter().rev().find(|it| !it.prepares());
                let last = last.or(self.classes[*need].acts.last());
                if let (Some(first), Some(last)) = (first, last) {
                    let wait = [last.kind.id(), ":", &last.name, " >> ", first.kind.id(), ":", &first.name];
                    add(&wait, weights.wait, false);
                }
            }
        }
        tokens.into_iter().filter(|(_, weight)| *weight > 0).collect()
    }

    /// The categories of what its jobs do, in order and without repetition: the stages in words.
    pub fn stages(&self) -> Vec<Category> {
        let mut stages = Vec::new();
        for index in in_order(&self.classes.iter().map(|it| it.needs.clone()).collect::<Vec<_>>()) {
            for stage in telling(&self.classes[index].acts) {
                if !stages.contains(&stage) {
                    stages.push(stage);
                }
            }
        }
        stages
    }

    fn skeleton(&self) -> Fingerprint {
        let of_acts = |acts: &[Act]| {
            let mut stages: Vec<Category> = telling(acts).into_iter().map(Category::stage).collect();
            stages.dedup();
            stages
        };
        let mut stages: Vec<Vec<Category>> = self.classes.iter().map(|it| of_acts(&it.acts)).collect();
        let mut needs: Vec<Vec<usize>> = self.classes.iter().map(|it| it.needs.clone()).collect();
        let kept = pass_through(&mut needs, &|index| stages[index].is_empty());
        stages = kept.iter().map(|&it| std::mem::take(&mut stages[it])).collect();
        loop {
            let label = |it: &Vec<Category>| {
                Fingerprint::of(it.iter().map(|it| it.id()).collect::<Vec<_>>().join("\n").as_bytes())
            };
            let labels: Vec<Fingerprint> = stages.iter().map(label).collect();
            let Merged { structure, classes } = merged(&labels, &needs);
            let n_before = stages.len();
            stages = classes.iter().map(|(index, _)| stages[*index].clone()).collect();
            needs = classes.into_iter().map(|(_, needs)| needs).collect();
            join_rows(&mut stages, &mut needs, &|_, _| true);
            if stages.len() == n_before {
                return structure;
            }
        }
    }
}

impl Act {
    /// Whether it only fetches the code or prepares tools.
    pub fn prepares(&self) -> bool {
        matches!(self.category, Category::Checkout | Category::Setup)
    }
}

/// What a job is, without its name.
fn label<'a>(image: Option<&str>, acts: impl Iterator<Item = &'a Act>) -> Fingerprint {
    let mut label = String::new();
    if let Some(image) = image {
        label.extend(["image:", image, "\n"]);
    }
    for act in acts {
        label.extend([act.kind.id(), ":", &act.name, "\n"]);
    }
    Fingerprint::of(label.as_bytes())
}

/// What a job does: its call, or its steps one by one, commands that say nothing left out.
fn acts(job: &EffectiveJob<'_>, table: &StepTable) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::new();
    let mut add = |kind: ActKind, name: String, category: Category| {
        let act = Act { kind, name, category };
        if acts.last() != Some(&act) {
            acts.push(act);
        }
    };
    if let Some(call) = job.call {
        add(ActKind::Call, call.to_ascii_lowercase(), of_call(call, table));
    }
    for step in &job.steps {
        match step.as_ref() {
            Step::Use(identity) => {
                let category = categories(step, table).next().unwrap_or(Category::Other);
                add(ActKind::Use, identity.to_ascii_lowercase(), category);
            }
            Step::Call(identity) => add(ActKind::Call, identity.to_ascii_lowercase(), of_call(identity, table)),
            Step::Run(commands) => {
                for (command, category) in commands.iter().zip(categories(step, table)) {
                    // `$` is a program that only a variable names.
                    if command.tool != "$" && !table.plumbing.contains(&command.tool) {
                        add(ActKind::Run, command.text(), category);
                    }
                }
            }
        }
    }
    acts
}

/// The stages of a job. What is pushed where it has been packaged is one stage with it: some tools have one step for both.
fn telling(acts: &[Act]) -> Vec<Category> {
    let mut stages = Vec::new();
    for act in acts.iter().filter(|it| !it.prepares() && it.category != Category::Other) {
        let is_pushed = stages.last() == Some(&Category::Package) && act.category == Category::Publish;
        if stages.last() != Some(&act.category) && !is_pushed {
            stages.push(act.category);
        }
    }
    stages
}

#[cfg(test)]
mod tests {
    use super::{Graph, Shape};
    use crate::pipeline::effective::{Found, effective};
    use crate::pipeline::gate::Gate;
    use crate::pipeline::steps::Category;
    use crate::pipeline::{Command, Fingerprint, Job, Pipeline, Role, Step, System};
    use crate::rules::Rules;
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

    fn needs(needs: &[&str]) -> Vec<String> {
        needs.iter().map(|it| (*it).to_owned()).collect()
    }

    fn job(id: &str, waits_for: &[&str], uses: &str) -> Job {
        Job { id: id.to_owned(), needs: needs(waits_for), steps: vec![Step::Use(uses.to_owned())], ..Job::default() }
    }

    fn script(id: &str, waits_for: &[&str], commands: &[&str]) -> Job {
        let run = |it: &&str| Step::Run(vec![Command::from((*it).to_owned())]);
        Job { id: id.to_owned(), needs: needs(waits_for), steps: commands.iter().map(run).collect(), ..Job::default() }
    }

    fn call(id: usize, call: &str) -> Job {
        Job { id: id.to_string(), call: Some(call.to_owned()), ..Job::default() }
    }

    /// The graphs of pipelines that lie in one repository.
    fn graphs(pipelines: &[Pipeline]) -> Vec<Graph> {
        let rules = Rules::load(None).unwrap();
        let find = |_: &Pipeline, call: &str| {
            let found = pipelines.iter().find(|it| Some(&*it.at.path) == call.strip_prefix("./"))?;
            Some(Found { pipeline: found, jobs: &found.jobs, is_local: true })
        };
        pipelines.iter().map(|it| Graph::of(&effective(it, &find), &rules.tables.steps)).collect()
    }

    fn shapes(pipelines: &[Pipeline]) -> Vec<Shape> {
        graphs(pipelines).iter().map(Graph::shape).collect()
    }

    #[test]
    fn names_order_and_values_change_nothing() {
        let pipelines = [
            pipeline(
                "a",
                vec![job("build", &[], "a/b"), job("test", &["build"], "a/c"), job("prod", &["test"], "a/d")],
            ),
            pipeline("b", vec![job("z", &["y"], "a/d"), job("x", &[], "a/b"), job("y", &["x"], "a/c")]),
            // The same deployment to two environments, one after the other.
            pipeline(
                "c",
                vec![
                    job("build", &[], "a/b"),
                    job("test", &["build"], "a/c"),
                    job("dev", &["test"], "a/d"),
                    job("prod", &["dev"], "a/d"),
                ],
            ),
            pipeline("d", vec![call(0, "./a")]),
            // It names what it waits for by way of another job.
            pipeline(
                "e",
                vec![job("build", &[], "a/b"), job("test", &["build"], "a/c"), job("prod", &["test", "build"], "a/d")],
            ),
            // A job that only waits stands between.
            pipeline(
                "f",
                vec![
                    job("build", &[], "a/b"),
                    job("test", &["build"], "a/c"),
                    script("all-green", &["build", "test"], &[]),
                    job("prod", &["all-green"], "a/d"),
                ],
            ),
            pipeline("g", vec![job("build", &[], "a/b"), job("test", &[], "a/c"), job("prod", &["test"], "a/d")]),
        ];
        let it = shapes(&pipelines);
        assert!(it[1..6].iter().all(|other| other.structure == it[0].structure), "{it:?}");
        assert_ne!(it[6].structure, it[0].structure);
        let weights = Rules::load(None).unwrap().tables.pipelines.weights;
        let tokens: Vec<_> = graphs(&pipelines).iter().map(|it| it.tokens(&weights)).collect();
        assert!(tokens[1..6].iter().all(|other| *other == tokens[0]), "{tokens:?}");
    }

    #[test]
    fn what_keeps_jobs_from_running_by_themselves_changes_nothing() {
        let jobs = || vec![job("build", &[], "a/b"), call(1, "./t"), job("prod", &["build", "1"], "a/d")];
        let template = || vec![job("plan", &[], "a/plan"), job("apply", &["plan"], "a/apply")];
        let free = [pipeline("p", jobs()), pipeline("t", template())];
        let rules = Rules::load(None).unwrap();
        let told = |it: &[Pipeline]| {
            let graphs = graphs(it);
            let tokens: Vec<_> = graphs.iter().map(|it| it.tokens(&rules.tables.pipelines.weights)).collect();
            (graphs.iter().map(Graph::shape).collect::<Vec<_>>(), tokens)
        };
        let expected = told(&free);
        for gate in [Gate::Never, Gate::Manual, Gate::Event, Gate::Optional] {
            for held in 0..3 {
                let mut gated = free.clone();
                gated[0].jobs[held].gate = Some(gate);
                gated[1].jobs[held % 2].gate = Some(gate);
                assert_eq!(told(&gated), expected, "{gate:?} of job {held}");
            }
        }
    }

    #[test]
    fn callers_of_one_template_have_one_structure() {
        let step = |call: &str| Step::Call(call.to_owned());
        let with = |steps: &[Step]| pipeline("p", vec![Job { steps: steps.to_vec(), ..Job::default() }]);
        let keeps = Step::Use("jenkins:archiveArtifacts".to_owned());
        let works = Step::Run(vec![Command::from("make test".to_owned())]);
        let [alone, keeping, prepared, other, working] = &*shapes(&[
            pipeline("a", vec![call(0, "server:l/build")]),
            with(&[step("server:l/build"), keeps]),
            pipeline("p", vec![job("x", &[], "actions/checkout"), call(1, "server:l/build")]),
            with(&[step("server:l/deploy")]),
            with(&[step("server:l/build"), works]),
        ]) else {
            panic!("five shapes of five pipelines")
        };
        assert_eq!(alone.structure, keeping.structure);
        assert_eq!(alone.structure, prepared.structure);
        assert_ne!(alone.structure, other.structure);
        assert_ne!(alone.structure, working.structure);
    }

    #[test]
    fn how_a_script_is_parted_changes_nothing() {
        let one = |it: &[&str]| Step::Run(it.iter().map(|it| Command::from((*it).to_owned())).collect());
        let at_once = Job { steps: vec![one(&["npm ci", "cp", "npm test", "npm test"])], ..Job::default() };
        let it = shapes(&[
            pipeline("a", vec![script("a", &[], &["npm ci", "npm test"])]),
            pipeline("b", vec![at_once]),
            pipeline("c", vec![script("a", &[], &["npm test", "npm ci"])]),
        ]);
        assert_eq!(it[0].structure, it[1].structure);
        assert_ne!(it[0].structure, it[2].structure);
    }

    #[test]
    fn stages_that_share_a_machine_are_one_job() {
        let stages = || {
            vec![
                script("checks", &[], &["npm ci", "npm run lint"]),
                script("test", &["checks"], &["npm test"]),
                script("build", &["test"], &["npm run build"]),
            ]
        };
        let at_once = || vec![script("all", &[], &["npm ci", "npm run lint", "npm test", "npm run build"])];
        let beside = || {
            vec![
                script("prepare", &[], &["npm ci"]),
                script("lint", &["prepare"], &["npm run lint"]),
                script("test", &["prepare"], &["npm test"]),
                script("build", &["lint", "test"], &["npm run build"]),
            ]
        };
        // Another image is another machine.
        let in_image = || {
            let mut jobs = stages();
            jobs[2].image = Some("node".to_owned());
            jobs
        };
        let of = |system, jobs| Pipeline { system, ..pipeline("a", jobs) };
        let jenkins = |jobs| of(System::Jenkins, jobs);
        let pipelines =
            [jenkins(stages()), jenkins(at_once()), jenkins(beside()), jenkins(in_image()), pipeline("b", at_once())];
        let graphs = graphs(&pipelines);
        assert_eq!(graphs[0].structure, graphs[1].structure);
        assert_ne!(graphs[0].structure, graphs[2].structure);
        assert_ne!(graphs[0].structure, graphs[3].structure);
        assert_eq!(graphs.iter().map(|it| it.classes.len()).collect::<Vec<_>>(), [1, 1, 4, 2, 1]);
        let weights = Rules::load(None).unwrap().tables.pipelines.weights;
        assert_eq!(graphs[0].tokens(&weights), graphs[2].tokens(&weights));
        // The same in another language is no copy of it; that of Forgejo is that of GitHub.
        assert_ne!(graphs[1].structure, graphs[4].structure);
        let forgejo = shapes(&[of(System::ForgejoActions, at_once())]);
        assert_eq!(forgejo[0].structure, graphs[4].structure);
    }

    #[test]
    fn what_is_packaged_and_pushed_is_one_stage() {
        let of = |jobs| pipeline("a", jobs);
        let graphs = graphs(&[
            of(vec![script("image", &[], &["go test", "docker build", "docker push"])]),
            of(vec![script("image", &[], &["go test"]), job("b", &["image"], "docker/build-push-action")]),
            of(vec![script("image", &[], &["go test", "docker push"])]),
        ]);
        let skeletons: Vec<_> = graphs.iter().map(|it| it.shape().skeleton).collect();
        assert_eq!(skeletons[0], skeletons[1]);
        assert_ne!(skeletons[0], skeletons[2]);
    }

    #[test]
    fn stages_are_the_same_whoever_parts_them_into_jobs() {
        let it = graphs(&[
            pipeline(
                "one-job",
                vec![script("all", &[], &["git clone", "npm ci", "npm run build", "npm test", "helm upgrade"])],
            ),
            pipeline(
                "stages",
                vec![
                    script("prepare", &[], &["git clone"]),
                    script("build", &["prepare"], &["gradlew build"]),
                    script("test", &["build"], &["gradlew test"]),
                    script("wait", &["test"], &["sleep"]),
                    script("deploy", &["wait"], &["kubectl apply"]),
                ],
            ),
            // Tests side by side are stages too, and not the same ones.
            pipeline(
                "side-by-side",
                vec![
                    script("build", &[], &["gradlew build"]),
                    script("test", &["build"], &["gradlew test"]),
                    script("lint", &["build"], &["yamllint"]),
                    script("deploy", &["test", "lint"], &["kubectl apply"]),
                ],
            ),
        ]);
        let shapes: Vec<Shape> = it.iter().map(Graph::shape).collect();
        assert_eq!(shapes[0].skeleton, shapes[1].skeleton);
        assert_ne!(shapes[0].structure, shapes[1].structure);
        assert_ne!(shapes[0].skeleton, shapes[2].skeleton);
        assert_eq!(it[1].stages(), [Category::Build, Category::Test, Category::Deploy]);
    }

    #[test]
    fn jobs_that_wait_in_a_circle_count_by_what_they_do() {
        let circle = pipeline("a", vec![job("a", &["b"], "a/b"), job("b", &["a"], "a/c"), job("c", &["c"], "a/d")]);
        let alone = pipeline("b", vec![job("a", &[], "a/b"), job("b", &[], "a/c"), job("c", &[], "a/d")]);
        let it = shapes(&[circle, alone]);
        assert_eq!(it[0].structure, it[1].structure);
    }

    #[test]
    fn what_a_repository_calls_and_waits_for_takes_no_more_than_its_size() {
        // Ten levels of templates, each called fifty times by the next, the last by itself; and a queue, last job first.
        let mut pipelines: Vec<Pipeline> = (0..10)
            .map(|n| pipeline(&n.to_string(), (0..50).map(|id| call(id, &format!("./{}", (n + 1).min(9)))).collect()))
            .collect();
        // The same one after the other, so that no two calls are one.
        pipelines.extend((10..20).map(|n| {
            let after =
                |id: usize| Job { needs: vec![(id.max(1) - 1).to_string()], ..call(id, &format!("./{}", n + 1)) };
            pipeline(&n.to_string(), (0..50).map(after).collect())
        }));
        pipelines.push(pipeline("20", vec![job("a", &[], "a/b")]));
        let id = |n: usize| n.to_string();
        let queue = (0..20_000).map(|n| job(&id(n), &[&id(n + 1)], &id(n % 7))).collect();
        pipelines.push(pipeline("queue", queue));
        assert_eq!(shapes(&pipelines).len(), 22);
    }

    #[test]
    fn to_lint_and_to_scan_is_one_stage_of_a_skeleton() {
        let table = Rules::load(None).unwrap().tables.steps;
        let graphs: Vec<Graph> = [
            &["prettier", "npm audit", "npm test"][..],
            &["npm audit", "eslint", "npm test"],
            &["trivy", "npm test"],
            &["npm test"],
        ]
        .iter()
        .map(|commands| {
            let pipeline = pipeline("a.yml", vec![script("all", &[], commands)]);
            Graph::of(&effective(&pipeline, &|_, _| None::<Found<'_>>), &table)
        })
        .collect();
        let skeletons: Vec<_> = graphs.iter().map(|it| it.shape().skeleton).collect();
        assert_eq!([skeletons[1], skeletons[2]], [skeletons[0]; 2]);
        assert_ne!(skeletons[3], skeletons[0]);
        assert_eq!(graphs[0].stages(), [Category::Lint, Category::Scan, Category::Test]);
    }
}
