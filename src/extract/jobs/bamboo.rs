//! Bamboo's specs in YAML: plans with stages of jobs, and deployments to environments. What is configured in Java is
//! not read.

use std::collections::BTreeSet;

use super::{built_in, joined, of_arguments, waits_for};
use crate::extract::ci::Reader;
use crate::pipeline::{Command, Job, Role, Step, System};
use crate::syntax::yaml::{Kind, Node};

pub(in crate::extract) fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let roots: Vec<Node<'r>> = reader.yaml.documents.roots().map(Node::resolved).collect();
    let mut is_known = false;
    for root in roots {
        is_known |= document(reader, root);
    }
    if !is_known {
        reader.refuse("not a spec of Bamboo: it has neither a plan nor a deployment nor permissions");
    }
}

/// Reads one document, and tells whether it is one of Bamboo's.
fn document<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>) -> bool {
    for (_, value) in root.entries() {
        include(reader, value);
    }
    let text = |owner: &str, key| root.get(owner).and_then(|it| reader.yaml.text_of(it, key));
    if let Some(plan) = root.get("plan") {
        let name = if plan.get("name").is_some() { text("plan", "name") } else { text("plan", "key") };
        let jobs = plan_jobs(reader, root);
        let triggers = triggers(reader, root);
        reader.pipeline(System::Bamboo, root, name, triggers, Role::Pipeline, jobs);
        true
    } else if root.get("deployment").is_some() || root.get("environments").is_some() {
        let name = text("deployment", "name");
        let jobs = environments(reader, root);
        reader.pipeline(System::Bamboo, root, name, BTreeSet::new(), Role::Pipeline, jobs);
        true
    } else {
        let keys = [
            "plan-permissions",
            "default-environment-permissions",
            "deployment-permissions",
            "environment-permissions",
        ];
        keys.into_iter().any(|it| root.get(it).is_some())
    }
}

/// The jobs of a plan by its stages; without stages those that stand in the file.
fn plan_jobs<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>) -> Vec<Job> {
    let image = image(reader, root);
    let mut jobs = Vec::new();
    let Some(stages) = root.get("stages") else {
        for (name, value) in root.entries() {
            if value.get("tasks").is_some() {
                jobs.push(job(reader, reader.yaml.text(name).unwrap_or_default(), value, &[], image.as_ref()));
            }
        }
        return jobs;
    };
    let mut before: Vec<String> = Vec::new();
    for (_, stage) in stages.items().flat_map(Node::entries) {
        let names = stage.get("jobs").unwrap_or(stage);
        let needs = waits_for(&before);
        let mut here = Vec::new();
        for name in reader.words(Some(names)) {
            match root.get(name) {
                Some(value) => jobs.push(job(reader, name, value, &needs, image.as_ref())),
                None => reader.yaml.wrong_shape(Some(names), format!("there is no job {name:?}"), reader.facts),
            }
            here.push(name.to_owned());
        }
        before = here;
    }
    jobs
}

fn job<'r>(
    reader: &mut Reader<'r, 'r>,
    name: &str,
    value: Node<'r>,
    needs: &[String],
    image_of_plan: Option<&String>,
) -> Job {
    include(reader, value);
    let image = image(reader, value).or_else(|| image_of_plan.cloned());
    Job { id: name.to_owned(), needs: needs.to_vec(), image, steps: tasks(reader, value), ..Job::default() }
}

/// The environments of a deployment, each of which somebody or something starts on its own.
fn environments<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>) -> Vec<Job> {
    let names = reader.words(root.get("environments"));
    let known = names.into_iter().filter_map(|name| Some((name, root.get(name)?)));
    known.collect::<Vec<_>>().into_iter().map(|(name, value)| job(reader, name, value, &[], None)).collect()
}

/// `docker: image`, or a mapping with one.
fn image<'r>(reader: &mut Reader<'r, 'r>, owner: Node<'r>) -> Option<String> {
    let docker = owner.get("docker").filter(|it| !it.is_null())?;
    reader.job_image(Some(docker))
}

fn tasks<'r>(reader: &mut Reader<'r, 'r>, owner: Node<'r>) -> Vec<Step> {
    let mut found = Vec::new();
    for task in ["tasks", "final-tasks"].into_iter().filter_map(|it| owner.get(it)).flat_map(Node::items) {
        include(reader, task);
        if let Some(name) = reader.yaml.text(task).filter(|it| !it.is_empty() && task.tag().is_none()) {
            found.push(built_in(System::Bamboo, name));
            continue;
        }
        for (name, value) in task.entries() {
            let name = reader.yaml.text(name).unwrap_or_default();
            found.extend(self::task(reader, name, value));
        }
    }
    found
}

fn task<'r>(reader: &mut Reader<'r, 'r>, name: &str, value: Node<'r>) -> Option<Step> {
    let text = |key| reader.yaml.text_of(value, key);
    match name {
        "script" if value.resolved().kind() == Kind::Mapping => {
            let interpreter = match text("interpreter") {
                Some("windows_powershell" | "powershell") => "pwsh",
                // The first line of the script says it, or it is a shell's.
                Some(_) | None => "",
            };
            match text("file") {
                Some(file) => Some(Step::Run(of_arguments([file]))),
                None => reader.script(interpreter, value.get("scripts").or_else(|| value.get("body"))),
            }
        }
        "script" => reader.script("", Some(value)),
        "maven" => Some(run("mvn", text("goal").or_else(|| reader.yaml.text(value)))),
        "ant" => Some(run("ant", text("target").or_else(|| reader.yaml.text(value)))),
        "npm" => Some(run("npm", text("command").or_else(|| reader.yaml.text(value)))),
        "command" => text("executable").map(|it| run(it, text("argument"))),
        "any-task" => text("plugin-key").map(|it| built_in(System::Bamboo, it)),
        name => Some(built_in(System::Bamboo, name)),
    }
}

/// A program with the words that it is given.
fn run(program: &str, words: Option<&str>) -> Step {
    let commands = of_arguments(std::iter::once(program).chain(words.unwrap_or_default().split_whitespace()));
    let bare = || vec![Command { tool: program.to_owned(), verb: String::new() }];
    Step::Run(if commands.is_empty() { bare() } else { commands })
}

fn triggers<'r>(reader: &Reader<'r, 'r>, root: Node<'r>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for trigger in root.get("triggers").into_iter().flat_map(Node::items) {
        let one = reader.yaml.text(trigger);
        let keys = trigger.entries();
        let named = keys.first().and_then(|(key, _)| reader.yaml.text(*key));
        found.extend(one.or(named).filter(|it| !it.is_empty()).map(str::to_owned));
    }
    found
}

/// `!include 'file.yml'` stands for what that file holds.
fn include<'r>(reader: &mut Reader<'r, 'r>, node: Node<'r>) {
    if node.tag().is_some_and(|it| it.ends_with("include"))
        && let Some(path) = reader.yaml.text(node).filter(|it| !it.is_empty())
    {
        let path = joined(reader.yaml.file().folder(), path);
        reader.local(node, path);
    }
}
