//! Concourse: pipelines and tasks → pipelines, what they use, what they offer.
//!
//! A plan's steps stand in their order, those of `in_parallel` and of hooks too. A resource that is got or put is an
//! action of its type: `get:git`, `put:registry-image`. A task, or a pipeline to be set, whose file comes with a
//! resource from a git repository is a call of that file.

use std::collections::{BTreeMap, BTreeSet};

use super::ci::{self, MAX_NEEDS, Reader, command_line, common_image, exact, identity, image_identity};
use crate::facts::{Artifact, Described, Facts, GapReason, Offer};
use crate::origin::action::normalise;
use crate::origin::{Origin, Pin, Reference, Version, git, image};
use crate::pipeline::{Job, Pipeline, Role, Step, System};
use crate::source::SourceFile;
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    ci::read_marked(file, facts, template_marker, |mut reader| {
        let Some(root) = reader.root() else {
            return not_one(&mut reader);
        };
        if root.get("jobs").is_some() {
            pipeline(&mut reader, root);
        } else if root.get("run").is_some() {
            task_file(&mut reader, root);
        } else {
            not_one(&mut reader);
        }
    });
}

/// Tells that a file is nothing of Concourse's, where nothing else has been told of it.
fn not_one(reader: &mut Reader<'_, '_>) {
    let yaml = reader.yaml;
    if !yaml.is_broken && !yaml.is_template {
        reader.facts.gap(yaml.file().at(0..0), GapReason::Syntax, "neither a pipeline nor a task");
    }
}

/// How deep steps within steps are followed.
const MAX_DEPTH: usize = 20;

/// Keys of steps that hold one step, or several; sorted.
const WITHIN: &[&str] =
    &["aggregate", "do", "ensure", "in_parallel", "on_abort", "on_error", "on_failure", "on_success", "try"];

/// Operators of Spruce, which merges files before Concourse sees them; sorted.
const SPRUCE: &[&str] =
    &["append", "concat", "defer", "grab", "inject", "inline", "merge", "param", "prepend", "replace"];

/// Where a file shows that it is filled in or merged before it is a pipeline: by `ytt` (`#@`), by Spruce
/// (`(( grab a ))`), or by the variables of old (`{{a}}`). Variables that Concourse itself puts in, `((a))`, are text.
fn template_marker(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let start = at + line.len() - trimmed.len();
        if trimmed.starts_with("#@") {
            return Some(start);
        }
        let value = trimmed.split_once(": ").map_or(trimmed.trim_start_matches("- "), |(_, value)| value.trim_start());
        let value_at = start + trimmed.len() - value.len();
        if value.starts_with("{{") {
            return Some(value_at);
        }
        let word = value.strip_prefix("((").and_then(|it| it.split_ascii_whitespace().next());
        if value.starts_with("(( ") && word.is_some_and(|it| SPRUCE.binary_search(&it).is_ok()) {
            return Some(value_at);
        }
        at += line.len();
    }
    None
}

/// A resource of a pipeline.
#[derive(Clone, Copy)]
struct Resource<'r> {
    r#type: &'r str,
    node: Node<'r>,
}

/// What is needed all the way down a pipeline.
struct Plans<'a, 'r> {
    reader: &'a mut Reader<'r, 'r>,
    resources: BTreeMap<&'r str, Resource<'r>>,
    triggers: BTreeSet<String>,
}

/// What is needed all the way down a job.
#[derive(Default)]
struct Work<'r> {
    needs: BTreeSet<&'r str>,
    steps: Vec<Step>,
    images: Vec<String>,
    /// What the job has got so far: the name in its folder, the resource, and the version that is asked for.
    got: BTreeMap<&'r str, (&'r str, Option<Node<'r>>)>,
}

fn pipeline<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>) {
    let yaml = reader.yaml;
    let mut resources = BTreeMap::new();
    for node in root.get("resources").into_iter().flat_map(Node::items) {
        if let (Some(name), Some(r#type)) = (yaml.text_of(node, "name"), yaml.text_of(node, "type")) {
            resources.insert(name, Resource { r#type, node });
        }
    }
    for key in ["resource_types", "prototypes"] {
        for node in root.get(key).into_iter().flat_map(Node::items) {
            image_of(reader, node);
        }
    }
    let Some(list) = root.get("jobs").filter(|it| it.resolved().kind() == Kind::Sequence) else {
        return yaml.wrong_shape(root.get("jobs"), "jobs is not a list", reader.facts);
    };
    let mut plans = Plans { reader, resources, triggers: BTreeSet::new() };
    let mut jobs = Vec::new();
    for node in list.items() {
        if node.resolved().kind() != Kind::Mapping {
            yaml.wrong_shape(Some(node), "a job is not a mapping", plans.reader.facts);
            continue;
        }
        jobs.push(plans.job(node));
    }
    let triggers = plans.triggers;
    reader.facts.pipelines.push(Pipeline {
        at: yaml.file().start(),
        system: System::Concourse,
        name: String::new(),
        triggers: if triggers.is_empty() { BTreeSet::from(["manual".to_owned()]) } else { triggers },
        role: Role::Pipeline,
        jobs,
        parts: Vec::new(),
        stages: Vec::new(),
        exact: exact(root),
        context: reader.context,
    });
}

impl<'r> Plans<'_, 'r> {
    fn job(&mut self, node: Node<'r>) -> Job {
        let yaml = self.reader.yaml;
        let mut work = Work::default();
        if let Some(plan) = node.get("plan") {
            if plan.resolved().kind() == Kind::Sequence {
                plan.items().for_each(|it| self.step(it, &mut work, 0));
            } else {
                yaml.wrong_shape(Some(plan), "plan is not a list", self.reader.facts);
            }
        }
        // What the job's own hooks do comes after its plan.
        self.hooks(node, &mut work, 0);
        let id = yaml.text_of(node, "name").unwrap_or_default();
        Job {
            id: id.to_owned(),
            needs: work.needs.into_iter().filter(|it| *it != id).take(MAX_NEEDS).map(str::to_owned).collect(),
            image: common_image(&work.images),
            steps: work.steps,
            ..Job::default()
        }
    }

    fn hooks(&mut self, node: Node<'r>, work: &mut Work<'r>, depth: usize) {
        for (key, value) in node.entries() {
            let is_hook = key.text().is_some_and(|it| WITHIN.binary_search(&it).is_ok());
            if is_hook && depth < MAX_DEPTH {
                match value.resolved().kind() {
                    Kind::Sequence => value.items().for_each(|it| self.step(it, work, depth + 1)),
                    Kind::Mapping => match value.get("steps") {
                        // `in_parallel: {limit: 2, steps: […]}`
                        Some(steps) => steps.items().for_each(|it| self.step(it, work, depth + 1)),
                        None => self.step(value, work, depth + 1),
                    },
                    Kind::Scalar | Kind::Alias => {}
                }
            }
        }
    }

    fn step(&mut self, step: Node<'r>, work: &mut Work<'r>, depth: usize) {
        let yaml = self.reader.yaml;
        if step.resolved().kind() != Kind::Mapping {
            return yaml.wrong_shape(Some(step), "a step is not a mapping", self.reader.facts);
        }
        if let Some(name) = yaml.text_of(step, "get") {
            self.get(step, name, work);
        } else if let Some(name) = yaml.text_of(step, "put") {
            let resource = yaml.text_of(step, "resource").unwrap_or(name);
            if let Some(resource) = self.resources.get(resource) {
                work.steps.push(Step::Use(format!("put:{}", resource.r#type)));
            }
            // What was put is got again under its name.
            work.got.insert(name, (resource, None));
        } else if step.get("task").is_some() {
            self.task(step, work);
        } else if step.get("set_pipeline").is_some()
            && let Some(file) = step.get("file")
            && let Some(call) = self.file(file, work)
        {
            work.steps.push(Step::Call(call));
        }
        self.hooks(step, work, depth);
    }

    fn get(&mut self, step: Node<'r>, name: &'r str, work: &mut Work<'r>) {
        let yaml = self.reader.yaml;
        let resource = yaml.text_of(step, "resource").unwrap_or(name);
        work.got.insert(name, (resource, step.get("version")));
        let passed = step.get("passed");
        work.needs.extend(passed.into_iter().flat_map(Node::items).filter_map(|it| yaml.text(it)));
        let Some(resource) = self.resources.get(resource) else { return };
        work.steps.push(Step::Use(format!("get:{}", resource.r#type)));
        if passed.is_none() && yaml.text_of(step, "trigger") == Some("true") {
            self.triggers.insert(trigger(resource.r#type));
        }
    }

    fn task(&mut self, step: Node<'r>, work: &mut Work<'r>) {
        let yaml = self.reader.yaml;
        // An image that a step got before goes before the task's own.
        let got = yaml.text_of(step, "image").and_then(|it| work.got.get(it)).and_then(|it| self.resources.get(it.0));
        if let Some(origin) = got.copied().and_then(|it| image_of(self.reader, it.node)) {
            work.images.extend(Some(image_identity(&origin)).filter(|it| !it.is_empty()));
        }
        if let Some(config) = step.get("config") {
            let image = run(self.reader, config, &mut work.steps);
            if got.is_none() {
                work.images.extend(image);
            }
        } else if let Some(file) = step.get("file")
            && let Some(call) = self.file(file, work)
        {
            work.steps.push(Step::Call(call));
        }
    }

    /// Adds the use of a file that lies in a resource, `resource/path/in/it`, and tells it as a call.
    fn file(&mut self, node: Node<'r>, work: &Work<'r>) -> Option<String> {
        let yaml = self.reader.yaml;
        let text = yaml.text(node).filter(|it| !it.is_empty())?;
        let (folder, path) = text.split_once('/').unwrap_or((text, ""));
        let got = work.got.get(folder).and_then(|(name, version)| Some((self.resources.get(name)?, *version)));
        let reference = match got {
            _ if folder.contains("((") => Reference::dynamic("", "the resource is a variable"),
            None => Reference::dynamic("", "no resource that the job gets: a task before it makes it"),
            Some((resource, version)) => self.file_of(*resource, version, path),
        };
        let call = match &reference.origin {
            Origin::Invalid { .. } => text.to_owned(),
            // What is known of it is its path within the resource.
            Origin::Dynamic { .. } => format!("${{{{}}}}/{path}"),
            origin => identity(origin),
        };
        self.reader.add(node, Artifact::CiTemplate, reference);
        Some(call)
    }

    /// A file in a resource.
    fn file_of(&self, resource: Resource<'r>, version: Option<Node<'r>>, path: &str) -> Reference {
        let yaml = self.reader.yaml;
        let source = resource.node.get("source");
        let value = |key: &str| source.and_then(|it| yaml.text_of(it, key));
        let Some(uri) = value("uri") else {
            return Reference::dynamic("", "the resource is no git repository");
        };
        let dynamic = |text: &str| text.find("((");
        if let Some(start) = dynamic(uri) {
            return Reference::dynamic(&uri[..start], "the repository is a variable");
        }
        let Some(it) = git::parse(uri) else {
            return Reference::of(Err("not the URL of a git repository".into()));
        };
        if let Some(start) = dynamic(path) {
            let prefix = format!("https://{}/{}/{}/{}", it.host, it.owner, it.name, &path[..start]);
            return Reference::dynamic(prefix, "the path is a variable");
        }
        let commit = |node: Option<Node<'r>>| node.and_then(|it| yaml.text_of(it, "ref"));
        let asked = commit(version).or_else(|| commit(resource.node.get("version"))).or_else(|| value("branch"));
        let version = match asked {
            Some(asked) if dynamic(asked).is_some() => {
                Version { reference: Some(asked.to_owned()), ..Version::only(Pin::Dynamic) }
            }
            // Of tags that a pattern allows the newest is taken.
            None => match value("tag_filter").or_else(|| value("tag_regex")) {
                Some(filter) => Version { constraint: Some(filter.to_owned()), ..Version::only(Pin::Range) },
                None => Version::git(None),
            },
            // A branch is a branch, whatever its name looks like.
            Some(branch) if Some(branch) == value("branch") => {
                Version { reference: Some(branch.to_owned()), ..Version::only(Pin::Branch) }
            }
            Some(commit) => Version::git(Some(commit)),
        };
        let origin = Origin::Repo { host: it.host, owner: it.owner, name: it.name, path: normalise(path) };
        Reference { origin, version }
    }
}

/// What starts a job whose resource of this type has a new version.
fn trigger(r#type: &str) -> String {
    let is_of = |words: &[&str]| words.iter().any(|it| r#type.contains(it));
    let event = match r#type {
        "git" => "push",
        "time" => "schedule",
        "github-release" => "release",
        _ if is_of(&["pull-request", "pullrequest", "github-pr"]) => "pull_request",
        _ if is_of(&["cron"]) => "schedule",
        other => other,
    };
    event.to_owned()
}

/// Adds the image of a resource, a resource type or an `image_resource`: its source names it.
fn image_of<'r>(reader: &mut Reader<'r, 'r>, node: Node<'r>) -> Option<Origin> {
    let yaml = reader.yaml;
    let kind = yaml.text_of(node, "type")?;
    if !matches!(kind, "registry-image" | "docker-image") {
        return None;
    }
    let source = node.get("source")?;
    let repository = source.get("repository").filter(|it| !it.is_null())?;
    let mut text = yaml.text(repository).filter(|it| !it.is_empty())?.to_owned();
    if let Some(tag) = yaml.text_of(source, "tag") {
        // A variable may hold any character: only what stands between brackets is one for the grammar.
        text = format!("{text}:{tag}");
    }
    if let Some(digest) = node.get("version").and_then(|it| yaml.text_of(it, "digest")) {
        text = format!("{text}@{digest}");
    }
    let reference = Reference::of(image::parse(&text));
    let origin = reference.origin.clone();
    reader.add(repository, Artifact::CiImage, reference);
    Some(origin)
}

/// Adds what the configuration of a task runs, and tells the image it runs in.
fn run<'r>(reader: &mut Reader<'r, 'r>, config: Node<'r>, steps: &mut Vec<Step>) -> Option<String> {
    let yaml = reader.yaml;
    let image = config.get("image_resource").and_then(|it| image_of(reader, it));
    let run = config.get("run")?;
    if let Some(path) = yaml.text_of(run, "path") {
        let arguments = run.get("args").into_iter().flat_map(Node::items).filter_map(|it| yaml.text(it));
        let line = command_line(std::iter::once(path).chain(arguments));
        steps.push(Step::Run(shell::commands(&line)));
    } else {
        yaml.wrong_shape(Some(run), "run has no path", reader.facts);
    }
    image.map(|it| image_identity(&it)).filter(|it| !it.is_empty())
}

/// A file with the configuration of a task: pipelines name it by its path.
fn task_file<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>) {
    let yaml = reader.yaml;
    let file = yaml.file();
    let last_part = file.path().rsplit('/').next().unwrap_or_default();
    let name = last_part.rsplit_once('.').map_or(last_part, |(name, _)| name);
    let mut job = Job { id: name.to_owned(), ..Job::default() };
    job.image = run(reader, root, &mut job.steps);
    let count = |it: usize| Described { total: u32::try_from(it).unwrap_or(u32::MAX), described: 0 };
    reader.facts.offers.push(Offer {
        at: file.start(),
        artifact: Artifact::CiTemplate,
        path: file.path().clone(),
        name: name.to_owned(),
        version: None,
        // The format has no descriptions.
        described: false,
        inputs: count(root.get("params").map_or(0, |it| it.entries().len())),
        outputs: count(root.get("outputs").map_or(0, |it| it.items().count())),
        traits: BTreeSet::new(),
        context: reader.context,
    });
    reader.facts.pipelines.push(Pipeline {
        at: file.start(),
        system: System::Concourse,
        name: name.to_owned(),
        triggers: BTreeSet::new(),
        role: Role::Template,
        jobs: vec![job],
        parts: Vec::new(),
        stages: Vec::new(),
        exact: exact(root),
        context: reader.context,
    });
}

#[cfg(test)]
mod tests {
    use super::{SPRUCE, WITHIN, template_marker, trigger};

    #[test]
    fn tables_are_sorted() {
        assert!(SPRUCE.is_sorted());
        assert!(WITHIN.is_sorted());
    }

    #[test]
    fn templates() {
        for (text, at) in [
            ("uri: ((uri))\n", None),
            ("args: [-c, \"docker ps --format '{{.ID}}'\"]\n", None),
            ("#@ load(\"a\")\n", Some(0)),
            ("a:\n  uri: {{uri}}\n", Some(10)),
            ("- (( append ))\n", Some(2)),
            ("a: (( grab meta.a ))\n", Some(3)),
            ("a: ((grab))\n", None),
        ] {
            assert_eq!(template_marker(text), at, "{text}");
        }
    }

    #[test]
    fn triggers() {
        for (r#type, expected) in [
            ("git", "push"),
            ("time", "schedule"),
            ("cron-resource", "schedule"),
            ("github-pr", "pull_request"),
            ("registry-image", "registry-image"),
        ] {
            assert_eq!(trigger(r#type), expected);
        }
    }
}
