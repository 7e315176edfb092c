//! Semaphore: blocks of jobs. A block says which it depends on; where none does they run one after another.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::{joined, waits_for};
use crate::extract::ci::Reader;
use crate::pipeline::{Job, Role, Step, System};
use crate::syntax::yaml::{Kind, Node};

pub(in crate::extract) fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = reader.expect("a pipeline of Semaphore") else { return };
    let Some(blocks) = root.get("blocks").filter(|it| it.resolved().kind() == Kind::Sequence) else {
        return reader.refuse("not a pipeline of Semaphore: it has no list of blocks");
    };
    let image = agent_image(reader, root);
    let of_all = root.get("global_job_config");
    let depends = blocks.items().any(|it| it.get("dependencies").is_some());
    let mut jobs: Vec<Job> = Vec::new();
    // The jobs of each block, by the block's name.
    let mut of_blocks: FxHashMap<String, Vec<String>> = FxHashMap::default();
    let mut before: Vec<String> = Vec::new();
    for (number, block) in blocks.items().enumerate() {
        let name = reader.yaml.text_of(block, "name").map_or_else(|| number.to_string(), str::to_owned);
        let needs = if depends {
            let named = block.get("dependencies").map(|it| reader.names(it)).unwrap_or_default();
            let jobs: Vec<String> = named.iter().filter_map(|it| of_blocks.get(it)).flatten().cloned().collect();
            waits_for(&jobs)
        } else {
            waits_for(&before)
        };
        before = add_jobs(reader, &name, block.get("task"), of_all, image.as_ref(), &needs, &mut jobs);
        of_blocks.insert(name, before.clone());
    }
    if let Some(after) = root.get("after_pipeline").and_then(|it| it.get("task")) {
        let needs = waits_for(&ends(&jobs));
        add_jobs(reader, "after_pipeline", Some(after), of_all, image.as_ref(), &needs, &mut jobs);
    }
    // A promotion starts a pipeline of its own, which is counted where it stands.
    for promotion in root.get("promotions").into_iter().flat_map(Node::items) {
        if let Some(file) = promotion.get("pipeline_file")
            && let Some(path) = reader.yaml.text(file).filter(|it| !it.is_empty())
        {
            let path = joined(reader.yaml.file().folder(), path);
            reader.local(file, path);
        }
    }
    let name = reader.yaml.text_of(root, "name");
    reader.pipeline(System::Semaphore, root, name, BTreeSet::new(), Role::Pipeline, jobs);
}

/// Adds the jobs of a block's task, and tells their ids.
fn add_jobs<'r>(
    reader: &mut Reader<'r, 'r>,
    block: &str,
    task: Option<Node<'r>>,
    of_all: Option<Node<'r>>,
    image: Option<&String>,
    needs: &[String],
    jobs: &mut Vec<Job>,
) -> Vec<String> {
    let Some(task) = task else { return Vec::new() };
    let image = agent_image(reader, task).or_else(|| image.cloned());
    let of_task = |reader: &mut Reader<'r, 'r>, key| -> Vec<Step> {
        let owners = [of_all, Some(task)].into_iter().flatten();
        owners.filter_map(|it| reader.script("", it.get(key)?.get("commands"))).collect()
    };
    let prologue = of_task(reader, "prologue");
    let epilogue: Vec<Step> = [of_all, Some(task)]
        .into_iter()
        .flatten()
        .filter_map(|it| it.get("epilogue"))
        .flat_map(|it| [it.get("commands"), it.get("always").and_then(|it| it.get("commands"))])
        .filter_map(|it| reader.script("", it))
        .collect();
    let mut ids = Vec::new();
    for (number, job) in task.get("jobs").into_iter().flat_map(Node::items).enumerate() {
        let name = reader.yaml.text_of(job, "name").map_or_else(|| number.to_string(), str::to_owned);
        let id = format!("{block}/{name}");
        let mut steps = prologue.clone();
        steps.extend(reader.script("", job.get("commands")));
        steps.extend(epilogue.iter().cloned());
        ids.push(id.clone());
        jobs.push(Job { id, needs: needs.to_vec(), image: image.clone(), steps, ..Job::default() });
    }
    ids
}

/// The first container of an agent is what the job runs in, the others run beside it.
fn agent_image<'r>(reader: &mut Reader<'r, 'r>, owner: Node<'r>) -> Option<String> {
    let containers = owner.get("agent")?.get("containers")?;
    let images: Vec<_> = containers.items().map(|it| reader.job_image(it.get("image"))).collect();
    images.into_iter().next().flatten()
}

/// The jobs that nobody waits for.
fn ends(jobs: &[Job]) -> Vec<String> {
    let waited_for: BTreeSet<&String> = jobs.iter().flat_map(|it| &it.needs).collect();
    jobs.iter().map(|it| &it.id).filter(|it| !waited_for.contains(it)).cloned().collect()
}
