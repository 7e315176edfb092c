//! Prow: jobs that each run alone, in the repository itself or, by repository, in a central one.

use std::collections::BTreeSet;

use super::{MAX_DEPTH, of_arguments};
use crate::extract::ci::Reader;
use crate::pipeline::{Job, Role, Step, System};
use crate::syntax::yaml::{Kind, Node};

/// The lists of jobs, with what starts theirs.
const LISTS: &[(&str, &str)] = &[("presubmits", "presubmit"), ("postsubmits", "postsubmit"), ("periodics", "periodic")];

pub(in crate::extract) fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = reader.expect("jobs of Prow") else { return };
    if !LISTS.iter().any(|(key, _)| root.get(key).is_some()) {
        // `presets` may stand in a file of their own.
        if root.get("presets").is_none() {
            reader.refuse("not jobs of Prow: it has neither presubmits nor postsubmits nor periodics");
        }
        return;
    }
    let (mut jobs, mut triggers) = (Vec::new(), BTreeSet::new());
    for (key, trigger) in LISTS {
        let Some(list) = root.get(key) else { continue };
        let n_before = jobs.len();
        add_jobs(reader, list, None, 0, &mut jobs);
        // A central file has a list for each repository.
        for (_, list) in list.resolved().entries() {
            add_jobs(reader, list, None, 0, &mut jobs);
        }
        if jobs.len() > n_before {
            triggers.insert((*trigger).to_owned());
        }
    }
    if !jobs.is_empty() {
        reader.pipeline(System::Prow, root, None, triggers, Role::Pipeline, jobs);
    }
}

fn add_jobs<'r>(reader: &mut Reader<'r, 'r>, list: Node<'r>, after: Option<&str>, depth: usize, jobs: &mut Vec<Job>) {
    for job in list.items() {
        if job.resolved().kind() != Kind::Mapping {
            reader.yaml.wrong_shape(Some(job), "a job is not a mapping", reader.facts);
            continue;
        }
        let id = reader.yaml.text_of(job, "name").unwrap_or_default().to_owned();
        let (mut steps, mut image) = (Vec::new(), None);
        let spec = job.get("spec");
        for key in ["initContainers", "containers"] {
            for container in spec.and_then(|it| it.get(key)).into_iter().flat_map(Node::items) {
                let own = reader.job_image(container.get("image"));
                image = image.or(own.clone().filter(|_| key == "containers"));
                let command = reader.words(container.get("command")).into_iter();
                let arguments: Vec<_> = command.chain(reader.words(container.get("args"))).collect();
                if container.get("command").is_some() {
                    steps.push(Step::Run(of_arguments(arguments)));
                } else if let Some(image) = own {
                    // It runs what its image was made to run.
                    steps.push(Step::Use(format!("docker://{image}")));
                }
            }
        }
        let needs = after.map(str::to_owned).into_iter().collect();
        jobs.push(Job { id: id.clone(), needs, image, steps, ..Job::default() });
        if let Some(next) = job.get("run_after_success").filter(|_| depth < MAX_DEPTH) {
            add_jobs(reader, next, Some(&id), depth + 1, jobs);
        }
    }
}
