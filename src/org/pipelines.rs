//! What is the same among the pipelines of an organisation: purpose, structure, clusters.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::facts::{Context, Facts};
use crate::org::libraries::{Providers, is_server_side};
use crate::org::owner::Owners;
use crate::org::{Org, full_name};
use crate::pipeline::shape::{Shape, Shapes};
use crate::pipeline::steps::{Purpose, purpose, substance};
use crate::pipeline::{Fingerprint, Job, Pipeline, Role, Step};
use crate::rules::tables::StepTable;

/// What a pipeline is, seen from the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipelineView {
    /// Its fingerprints.
    pub shape: Shape,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether it runs in production, so that it counts: examples, tests and mere templates don't.
    pub runs: bool,
    /// Whether all it does is call templates of other repositories, or use shared actions.
    pub only_calls: bool,
    /// The number of its steps and calls that are its own work, those of local templates included.
    pub substance: usize,
}

impl PipelineView {
    /// Whether it counts in the headline figures: it runs, and it takes part in delivery.
    pub fn delivers(&self) -> bool {
        self.runs && self.purpose.delivers()
    }
}

/// Looks at every pipeline of every repository.
pub fn view(facts: &[Facts], owners: &Owners, libraries: &Providers, table: &StepTable) -> Vec<Vec<PipelineView>> {
    let is_shared = |identity: &str| {
        if is_server_side(identity) {
            return true;
        }
        let owner = identity.split('/').next().unwrap_or("");
        !identity.starts_with('.') && owners.has_name(owner)
    };
    let mut templates: FxHashMap<String, &Pipeline> = FxHashMap::default();
    for it in facts {
        let Some(identity) = &it.repo.identity else { continue };
        for pipeline in it.pipelines.iter().filter(|it| it.role != Role::Pipeline) {
            templates.insert(format!("{}/{}", full_name(identity), pipeline.at.path).to_ascii_lowercase(), pipeline);
        }
    }
    // Steps of libraries are called by what the server calls those.
    for (name, repo, steps) in libraries.steps() {
        for pipeline in facts[repo].pipelines.iter().filter(|it| it.role == Role::Template) {
            let step = pipeline.at.path.rsplit('/').next().and_then(|it| it.strip_suffix(".groovy"));
            if let Some(step) = step.filter(|it| steps.get(*it).is_some_and(|path| **path == *pipeline.at.path)) {
                templates.insert(format!("server:{name}/{step}").to_ascii_lowercase(), pipeline);
            }
        }
    }
    // What templates are for and how much they do, each worked out once however often it is called.
    let purposes: RefCell<FxHashMap<*const Pipeline, Purpose>> = RefCell::default();
    // One level is enough: a template that only calls templates is named after what it is for.
    let purpose_of = |template: &Pipeline| {
        *purposes
            .borrow_mut()
            .entry(std::ptr::from_ref(template))
            .or_insert_with(|| purpose(template, table, &|_| None))
    };
    let substances: RefCell<FxHashMap<*const Pipeline, usize>> = RefCell::default();
    let substance_of = |template: &Pipeline| {
        let counted = || substance(&template.jobs, table, &is_shared);
        *substances.borrow_mut().entry(std::ptr::from_ref(template)).or_insert_with(counted)
    };
    facts
        .iter()
        .map(|it| {
            let by_path: FxHashMap<&str, &Pipeline> = it.pipelines.iter().rev().map(|it| (&*it.at.path, it)).collect();
            let local = |call: &str| by_path.get(call.strip_prefix("./")?).copied();
            let called = |call: &str| {
                let template = local(call).or_else(|| templates.get(&call.to_ascii_lowercase()).copied());
                template.map(purpose_of)
            };
            let shapes = Shapes::new(table, &local);
            it.pipelines
                .iter()
                .map(|pipeline| PipelineView {
                    shape: shapes.of(pipeline),
                    purpose: purpose(pipeline, table, &called),
                    runs: pipeline.role != Role::Template && pipeline.context == Context::Production,
                    only_calls: only_calls(pipeline, table, &is_shared),
                    substance: pipeline
                        .jobs
                        .iter()
                        .map(|job| match job.call.as_deref().and_then(local) {
                            Some(template) => substance_of(template),
                            None => substance(std::slice::from_ref(job), table, &is_shared),
                        })
                        .sum(),
                })
                .collect()
        })
        .collect()
}

/// Whether all jobs call templates elsewhere, or nothing is left of the pipeline but what is shared.
fn only_calls(pipeline: &Pipeline, table: &StepTable, is_shared: &dyn Fn(&str) -> bool) -> bool {
    let calls_elsewhere =
        |job: &Job| job.call.as_deref().is_some_and(|call| !call.starts_with("./") && !call.is_empty());
    let uses_shared = |job: &Job| {
        let steps = || job.steps.iter().any(|step| matches!(step, Step::Use(identity) if is_shared(identity)));
        job.call.as_deref().map_or_else(steps, is_shared)
    };
    let jobs = &pipeline.jobs;
    !jobs.is_empty() && jobs.iter().all(calls_elsewhere)
        || jobs.iter().any(uses_shared) && substance(jobs, table, is_shared) == 0
}

/// Pipelines of one structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// The structure they have in common.
    pub structure: Fingerprint,
    /// The members: repository and pipeline (indices), in order.
    pub members: Vec<(usize, usize)>,
    /// The repositories they lie in.
    pub repositories: BTreeSet<usize>,
    /// How many differ in the whole document: 1 where all are the same but for comments and layout.
    pub variants: usize,
    /// Whether they only call templates of other repositories: callers are not copies.
    pub callers: bool,
    /// The number of steps of a member.
    pub substance: usize,
}

/// The clusters of all delivery pipelines by structure, those in the most repositories first. Every delivery pipeline
/// is in exactly one; a cluster of one repository is one too.
pub fn clusters(org: &Org) -> Vec<Cluster> {
    let mut members: BTreeMap<Fingerprint, Vec<(usize, usize)>> = BTreeMap::new();
    for (repo, it) in org.repos.iter().enumerate() {
        for (number, view) in it.pipelines.iter().enumerate().filter(|(_, view)| view.delivers()) {
            members.entry(view.shape.structure).or_default().push((repo, number));
        }
    }
    let mut clusters: Vec<Cluster> = members
        .into_iter()
        .map(|(structure, members)| {
            let view = |&(repo, number): &(usize, usize)| &org.repos[repo].pipelines[number];
            let exact = |&(repo, number): &(usize, usize)| org.repos[repo].facts.pipelines[number].exact;
            Cluster {
                structure,
                repositories: members.iter().map(|(repo, _)| *repo).collect(),
                variants: members.iter().map(exact).collect::<BTreeSet<_>>().len(),
                callers: members.iter().map(view).all(|it| it.only_calls),
                substance: members.first().map_or(0, |it| view(it).substance),
                members,
            }
        })
        .collect();
    clusters.sort_by(|a, b| {
        (b.repositories.len(), b.members.len(), &a.members).cmp(&(a.repositories.len(), a.members.len(), &b.members))
    });
    clusters
}

/// How many distinct delivery pipelines there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Distinct {
    /// Delivery pipelines in all.
    pub pipelines: usize,
    /// Distinct documents.
    pub exact: usize,
    /// Distinct structures.
    pub structure: usize,
    /// Distinct skeletons.
    pub skeleton: usize,
    /// Structures that one pipeline only has.
    pub singletons: usize,
}

/// Counts the delivery pipelines at each strength.
pub fn distinct(org: &Org) -> Distinct {
    let mut exact = BTreeSet::new();
    let mut skeleton = BTreeSet::new();
    let mut structures: BTreeMap<Fingerprint, usize> = BTreeMap::new();
    let mut pipelines = 0;
    for it in &org.repos {
        for (pipeline, view) in it.facts.pipelines.iter().zip(&it.pipelines).filter(|(_, view)| view.delivers()) {
            pipelines += 1;
            exact.insert(pipeline.exact);
            skeleton.insert(view.shape.skeleton);
            *structures.entry(view.shape.structure).or_default() += 1;
        }
    }
    Distinct {
        pipelines,
        exact: exact.len(),
        structure: structures.len(),
        skeleton: skeleton.len(),
        singletons: structures.values().filter(|&&n| n == 1).count(),
    }
}
