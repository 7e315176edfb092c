//! Cirrus CI: tasks. The key `task` may stand in a file as often as there are tasks.

mod starlark;

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::extract::ci::Reader;
use crate::facts::Facts;
use crate::pipeline::{Job, Role, Step, System};
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

/// The keys that say which machine or container a task runs on, at the task or for all of them.
const MACHINES: &[&str] = &["arm_container", "container", "macos_instance", "windows_container"];

pub(in crate::extract) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    if file.path().ends_with(".star") {
        starlark::extract(file, facts);
    } else {
        super::read(file, facts, read);
    }
}

fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = reader.expect("a configuration of Cirrus CI") else { return };
    let mut jobs: Vec<Job> = Vec::new();
    // What others may wait for a task by: its name, its alias, the names that its matrix gives it.
    let mut names: FxHashMap<String, String> = FxHashMap::default();
    for (key, value) in root.entries() {
        let key = reader.yaml.text(key).unwrap_or_default();
        let is_pipe = key == "pipe" || key.ends_with("_pipe");
        if !(is_pipe || key == "task" || key.ends_with("_task")) {
            continue;
        }
        if value.resolved().kind() != Kind::Mapping {
            reader.yaml.wrong_shape(Some(value), format!("{key} is not a mapping"), reader.facts);
            continue;
        }
        let own = key.strip_suffix("_task").or_else(|| key.strip_suffix("_pipe"));
        let of_matrix: Vec<Node<'r>> = value.get("matrix").map(variants).unwrap_or_default();
        let given = || std::iter::once(value).chain(of_matrix.iter().copied());
        let named: Vec<&str> =
            given().flat_map(|it| ["name", "alias"].map(|key| reader.yaml.text_of(it, key))).flatten().collect();
        // Names may be alike, and hold what differs in a matrix; the key that names a task is its own.
        let id = own.or_else(|| reader.yaml.text_of(value, "name")).or(named.first().copied());
        let id = id.map_or_else(|| jobs.len().to_string(), str::to_owned);
        for name in named.into_iter().chain(own) {
            names.entry(name.to_owned()).or_insert_with(|| id.clone());
        }
        let job = if is_pipe { pipe(reader, id, value) } else { task(reader, root, id, value, &of_matrix) };
        jobs.push(job);
    }
    // A file may hold nothing but what Starlark's functions in another file use.
    if jobs.is_empty() {
        return;
    }
    for job in &mut jobs {
        for need in &mut job.needs {
            if let Some(id) = names.get(need) {
                need.clone_from(id);
            }
        }
    }
    reader.pipeline(System::Cirrus, root, None, BTreeSet::new(), Role::Pipeline, jobs);
}

/// The variants of a matrix: a list of mappings, or one mapping.
fn variants(matrix: Node<'_>) -> Vec<Node<'_>> {
    let one = (matrix.resolved().kind() == Kind::Mapping).then_some(matrix);
    one.into_iter().chain(matrix.items()).collect()
}

fn task<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>, id: String, task: Node<'r>, of_matrix: &[Node<'r>]) -> Job {
    let needs = task.get("depends_on").map(|it| reader.names(it)).unwrap_or_default();
    let mut image = machine_image(reader, task);
    for variant in of_matrix {
        let of_variant = machine_image(reader, *variant);
        image = image.or(of_variant);
    }
    let has_machine = std::iter::once(&task).chain(of_matrix).any(has_machine);
    if !has_machine {
        image = machine_image(reader, root);
    }
    let shell_of = |owner: Node<'r>| owner.get("env").and_then(|it| reader.yaml.text_of(it, "CIRRUS_SHELL"));
    let shell = shell_of(task).or_else(|| of_matrix.iter().copied().find_map(shell_of)).or_else(|| shell_of(root));
    // `cmd` runs lines that are read as a shell's; `direct` runs programs without one.
    let shell = shell.filter(|it| !matches!(*it, "cmd" | "cmd.exe" | "direct")).unwrap_or_default();
    let mut steps = Vec::new();
    instructions(reader, shell, task, &mut steps);
    // Of a matrix the first variant that has scripts stands for all: the others differ in values.
    let mut variants = of_matrix.iter();
    while steps.is_empty()
        && let Some(variant) = variants.next()
    {
        instructions(reader, shell, *variant, &mut steps);
    }
    Job { id, needs, image, steps, ..Job::default() }
}

/// A pipe: steps that each run in a container of their own.
fn pipe<'r>(reader: &mut Reader<'r, 'r>, id: String, pipe: Node<'r>) -> Job {
    let needs = pipe.get("depends_on").map(|it| reader.names(it)).unwrap_or_default();
    let mut steps = Vec::new();
    for step in pipe.get("steps").into_iter().flat_map(Node::items) {
        reader.job_image(step.get("image"));
        instructions(reader, "", step, &mut steps);
    }
    Job { id, needs, steps, ..Job::default() }
}

/// The scripts of a task in their order, those that always run or run on failure too.
fn instructions<'r>(reader: &mut Reader<'r, 'r>, shell: &str, owner: Node<'r>, steps: &mut Vec<Step>) {
    for (key, value) in owner.entries() {
        let key = reader.yaml.text(key).unwrap_or_default();
        if key == "script" || key.ends_with("_script") {
            // A mapping says which platform it is for, or which shell.
            if value.resolved().kind() == Kind::Mapping {
                continue;
            }
            steps.extend(reader.script(shell, Some(value)));
        } else if matches!(key, "always" | "on_failure" | "on_success") {
            for (key, value) in value.entries() {
                let key = reader.yaml.text(key).unwrap_or_default();
                if (key == "script" || key.ends_with("_script")) && value.resolved().kind() != Kind::Mapping {
                    steps.extend(reader.script(shell, Some(value)));
                }
            }
        }
    }
}

fn has_machine(owner: &Node<'_>) -> bool {
    MACHINES.iter().any(|it| owner.get(it).is_some())
        || owner
            .entries()
            .iter()
            .any(|(key, _)| key.text().is_some_and(|it| it.ends_with("_instance") || it == "persistent_worker"))
}

/// The image that a task, a variant or the whole file asks for, and those that run beside it. A machine of macOS has an
/// image of a registry too; a matrix may stand in place of a name.
fn machine_image<'r>(reader: &mut Reader<'r, 'r>, owner: Node<'r>) -> Option<String> {
    let mut found = None;
    for machine in MACHINES.iter().filter_map(|it| owner.get(it)) {
        let images = machine.get("image").map(|it| images_of(it)).unwrap_or_default();
        for image in images {
            // The images of macOS that have no registry are the service's own.
            let is_service =
                reader.yaml.text(image).is_none_or(|it| owner.get("macos_instance").is_some() && !it.contains('/'));
            if !is_service {
                let own = reader.job_image(Some(image));
                found = found.or(own);
            }
        }
        for beside in machine.get("additional_containers").into_iter().flat_map(Node::items) {
            reader.job_image(beside.get("image"));
        }
        for variant in machine.get("matrix").into_iter().flat_map(Node::items) {
            let own = reader.job_image(variant.get("image"));
            found = found.or(own);
        }
    }
    found
}

/// One image, or those of the matrix that stands in its place.
fn images_of(image: Node<'_>) -> Vec<Node<'_>> {
    match image.get("matrix") {
        Some(matrix) => matrix.items().collect(),
        None => vec![image],
    }
}
