//! Buildkite: pipelines → jobs, the plugins and images they use, the pipelines they upload.
//!
//! Each step that runs commands is a job. One after a `wait` or a `block` waits for all steps before it, unless it says
//! itself what it depends on. A plugin is a use before the job's commands. A step that uploads a file of the repository
//! calls that file as a template; what is uploaded from a program's output isn't known.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::ci::{self, Reader, add_use, exact, identity, image_identity};
use super::steps::{Ids, script, waits_for};
use crate::classify::{self, FileKind};
use crate::facts::{Artifact, Facts, GapReason};
use crate::origin::{Origin, Pin, Reference, Version, image, plugin, terraform};
use crate::pipeline::gate::Gate;
use crate::pipeline::{Job, Pipeline, Role, Step, System};
use crate::resolve::Questions;
use crate::source::SourceFile;
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

/// How deep groups are followed; Buildkite allows one level.
const MAX_DEPTH: usize = 4;

/// The file that an upload takes that names none.
const DEFAULT_FILE: &str = ".buildkite/pipeline.yml";

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    ci::read(file, facts, |mut reader| read(&mut reader, questions));
}

fn read<'r>(reader: &mut Reader<'r, 'r>, questions: &mut Questions) {
    let yaml = reader.yaml;
    let file = yaml.file();
    // A list of steps alone is a pipeline too.
    let root = yaml.documents.first().map(Node::resolved);
    let steps = root.and_then(|it| if it.kind() == Kind::Sequence { Some(it) } else { it.get("steps") });
    let (Some(root), Some(steps)) = (root, steps) else {
        if !yaml.is_broken {
            reader.facts.gap(file.at(0..0), GapReason::Syntax, "not a pipeline of Buildkite: it has no steps");
        }
        return;
    };
    if steps.resolved().kind() != Kind::Sequence {
        return yaml.wrong_shape(Some(steps), "steps is not a list", reader.facts);
    }
    let image = root.get("image").and_then(|it| reader.image(it)).map(|it| image_identity(&it));
    let mut graph = Graph {
        reader,
        questions,
        image,
        ids: Ids::default(),
        jobs: Vec::new(),
        by_key: FxHashMap::default(),
        before: Vec::new(),
        here: Vec::new(),
    };
    graph.steps(steps, None, 0);
    let Graph { mut jobs, by_key, .. } = graph;
    for job in &mut jobs {
        // What is depended on may stand further down, and may be a group.
        let named = std::mem::take(&mut job.needs);
        for need in named {
            match by_key.get(&need) {
                Some(ids) => job.needs.extend(waits_for(ids)),
                None => job.needs.push(need),
            }
        }
    }
    let is_by_name =
        file.path().contains(".buildkite/") || classify::kind(file.path()) == Some(FileKind::BuildkitePipeline);
    reader.facts.pipelines.push(Pipeline {
        at: file.start(),
        system: System::Buildkite,
        name: yaml.text_of(root, "name").unwrap_or_default().to_owned(),
        triggers: BTreeSet::new(),
        role: if is_by_name { Role::Pipeline } else { Role::Template },
        jobs,
        parts: Vec::new(),
        stages: Vec::new(),
        exact: exact(root),
        context: reader.context,
    });
}

/// What the steps of a pipeline come to.
struct Graph<'a, 'r> {
    reader: &'a mut Reader<'r, 'r>,
    questions: &'a mut Questions,
    /// The image of steps that name none.
    image: Option<String>,
    ids: Ids,
    jobs: Vec<Job>,
    /// The jobs of each key, of a step or of a group.
    by_key: FxHashMap<String, Vec<String>>,
    /// The jobs that a step waits for by its place.
    before: Vec<String>,
    /// The jobs since the last step that all wait for.
    here: Vec<String>,
}

impl<'r> Graph<'_, 'r> {
    /// Adds the steps of a list, within a group that depends on these.
    fn steps(&mut self, steps: Node<'r>, group: Option<&[String]>, depth: usize) {
        for step in steps.items() {
            match step.resolved().kind() {
                Kind::Scalar => self.by_word(step, step.text().unwrap_or_default(), None, group),
                Kind::Mapping => self.step(step, group, depth),
                Kind::Sequence | Kind::Alias => {
                    self.reader.yaml.wrong_shape(Some(step), "a step is a list", self.reader.facts);
                }
            }
        }
    }

    fn step(&mut self, step: Node<'r>, group: Option<&[String]>, depth: usize) {
        let has = |key: &str| step.get(key).is_some();
        if has("group") && has("steps") || has("steps") && !has("command") {
            return self.group(step, depth);
        }
        if let Some(trigger) = step.get("trigger") {
            let call = self.reader.yaml.text(trigger).map(|it| format!("server:{it}"));
            return self.add(step, group, Job { call, ..Job::default() });
        }
        for word in ["wait", "waiter", "block", "manual", "input"] {
            if has(word) || step.get("type").and_then(Node::text) == Some(word) {
                return self.by_word(step, word, Some(step), group);
            }
        }
        let is_command = ["command", "commands", "plugin", "plugins", "label", "name", "agents", "key"];
        if !is_command.into_iter().any(has) {
            let yaml = self.reader.yaml;
            return yaml.wrong_shape(Some(step), "a step that says nothing of what it does", self.reader.facts);
        }
        let job = self.command(step);
        self.add(step, group, job);
    }

    /// A step that is one word, or is told by one.
    fn by_word(&mut self, at: Node<'r>, word: &str, step: Option<Node<'r>>, group: Option<&[String]>) {
        match word {
            "wait" | "waiter" => {
                if !self.here.is_empty() {
                    self.before = std::mem::take(&mut self.here);
                }
                if let Some(key) = step.and_then(key_of) {
                    self.by_key.insert(key.to_owned(), self.before.clone());
                }
            }
            // Somebody has to say that it goes on; only what depends on an input waits for it.
            "block" | "manual" | "input" => {
                let waits = word != "input";
                if waits && !self.here.is_empty() {
                    self.before = std::mem::take(&mut self.here);
                }
                self.add(step.unwrap_or(at), group, Job { gate: Some(Gate::Manual), ..Job::default() });
                if waits {
                    self.before = std::mem::take(&mut self.here);
                } else {
                    self.here.pop();
                }
            }
            _ => self.reader.yaml.wrong_shape(Some(at), "a step that is no word of Buildkite", self.reader.facts),
        }
    }

    fn group(&mut self, group: Node<'r>, depth: usize) {
        if depth >= MAX_DEPTH {
            let at = self.reader.yaml.file().at(group.span());
            return self.reader.facts.gap(at, GapReason::TooComplex, "groups within groups");
        }
        let first = self.jobs.len();
        let depends = group.get("depends_on").map(depended);
        if let Some(steps) = group.get("steps") {
            self.steps(steps, depends.as_deref(), depth + 1);
        }
        let ids: Vec<String> = self.jobs[first..].iter().map(|it| it.id.clone()).collect();
        for key in key_of(group).into_iter().chain(group.get("group").and_then(Node::text)) {
            self.by_key.insert(key.to_owned(), ids.clone());
        }
    }

    /// Adds a job with its id and what it waits for.
    fn add(&mut self, step: Node<'r>, group: Option<&[String]>, job: Job) {
        let named = ["label", "name", "block", "input", "manual", "trigger", "command"];
        let label = named.into_iter().filter_map(|it| self.reader.yaml.text_of(step, it)).next();
        let first = || ["command", "commands"].into_iter().find_map(|it| step.get(it)?.items().next()?.text());
        let label = label.or_else(first).and_then(|it| it.lines().next()).unwrap_or("step").trim();
        let id = self.ids.unique(key_of(step).unwrap_or(label));
        let needs = match step.get("depends_on") {
            // Also where it is empty: the step waits for nothing then.
            Some(depends) => depended(depends),
            None => group.map_or_else(|| waits_for(&self.before), <[String]>::to_vec),
        };
        for key in key_of(step).into_iter().chain(Some(label)) {
            self.by_key.entry(key.to_owned()).or_insert_with(|| vec![id.clone()]);
        }
        self.here.push(id.clone());
        self.jobs.push(Job { id, needs, ..job });
    }

    fn command(&mut self, step: Node<'r>) -> Job {
        let mut steps = Vec::new();
        let mut image = step.get("image").and_then(|it| self.reader.image(it)).map(|it| image_identity(&it));
        for key in ["plugins", "plugin"] {
            let Some(plugins) = step.get(key) else { continue };
            match plugins.resolved().kind() {
                Kind::Scalar => self.plugin(plugins, None, &mut steps, &mut image),
                Kind::Sequence => {
                    for item in plugins.items() {
                        match item.resolved().kind() {
                            Kind::Mapping => self.plugins(item, &mut steps, &mut image),
                            Kind::Scalar => self.plugin(item, None, &mut steps, &mut image),
                            Kind::Sequence | Kind::Alias => {
                                self.reader.yaml.wrong_shape(Some(item), "a plugin is a list", self.reader.facts);
                            }
                        }
                    }
                }
                Kind::Mapping => self.plugins(plugins, &mut steps, &mut image),
                Kind::Alias => {}
            }
        }
        let mut call = None;
        for key in ["command", "commands"] {
            let Some(node) = step.get(key) else { continue };
            let Some(text) = script(node) else {
                self.reader.yaml.wrong_shape(Some(node), "command is neither text nor a list", self.reader.facts);
                continue;
            };
            // `$$` is a dollar sign for the shell.
            let text = text.replace("$$", "$");
            let commands = shell::commands_of("", &text);
            let uploads = self.uploads(node, &text);
            let only_uploads = steps.is_empty()
                && !commands.is_empty()
                && commands.iter().all(|it| it.tool == "buildkite-agent" || it.tool == "echo");
            match uploads.as_slice() {
                [one] if only_uploads => call = Some(one.clone()),
                _ => {
                    steps.push(Step::Run(commands));
                    steps.extend(uploads.into_iter().map(Step::Call));
                }
            }
        }
        Job { call, image: image.or_else(|| self.image.clone()), steps, ..Job::default() }
    }

    fn plugins(&mut self, plugins: Node<'r>, steps: &mut Vec<Step>, image: &mut Option<String>) {
        for (name, settings) in plugins.entries() {
            self.plugin(name, Some(settings), steps, image);
        }
    }

    fn plugin(
        &mut self,
        name: Node<'r>,
        settings: Option<Node<'r>>,
        steps: &mut Vec<Step>,
        image: &mut Option<String>,
    ) {
        let Some(text) = self.reader.yaml.text(name).filter(|it| !it.is_empty()) else {
            return self.reader.yaml.wrong_shape(Some(name), "a plugin has no name", self.reader.facts);
        };
        let text = ci::without_secret(text);
        let reference = Reference::of(plugin::parse(&text));
        let origin = reference.origin.clone();
        self.reader.claim(name, &reference);
        self.reader.add(name, Artifact::BuildkitePlugin, reference);
        let identity = match origin {
            Origin::Invalid { .. } => text.into_owned(),
            origin => identity(&origin),
        };
        // What these run in is the job's image.
        let of = identity.rsplit('/').next().unwrap_or_default().trim_end_matches("-buildkite-plugin").to_owned();
        if let Some(settings) = settings {
            let images: Vec<Node<'r>> = match of.as_str() {
                "docker" | "docker-compose" => settings.get("image").into_iter().collect(),
                "kubernetes" => {
                    let pod = settings.get("podSpec").or_else(|| settings.get("podSpecPatch"));
                    let containers = pod.into_iter().flat_map(|it| [it.get("containers"), it.get("initContainers")]);
                    containers
                        .flatten()
                        .flat_map(|it| it.items().collect::<Vec<_>>())
                        .filter_map(|it| it.get("image"))
                        .collect()
                }
                _ => Vec::new(),
            };
            for node in images {
                let Some(text) = self.reader.yaml.text(node).filter(|it| !it.is_empty()) else { continue };
                let reference = Reference::of(image::parse(&text.replace("$$", "$")));
                image.get_or_insert_with(|| image_identity(&reference.origin));
                self.reader.add(node, Artifact::CiImage, reference);
            }
        }
        steps.push(Step::Use(identity));
    }

    /// The files of the repository that a script uploads as further steps, as calls. Adds what names them.
    fn uploads(&mut self, node: Node<'r>, script: &str) -> Vec<String> {
        if !script.contains("pipeline upload") {
            return Vec::new();
        }
        let file = self.reader.yaml.file();
        let span = node.resolved().span();
        let mut found = Vec::new();
        for command in shell::located_commands(script) {
            let Some(at) = command.words.windows(3).position(|it| {
                it[0].rsplit('/').next() == Some("buildkite-agent") && it[1] == "pipeline" && it[2] == "upload"
            }) else {
                continue;
            };
            let named = argument(&command.words[at + 3..]);
            let reference = match named {
                _ if command.is_piped => Reference::dynamic("", "a program writes the pipeline that is uploaded"),
                Some(path) if path.starts_with(['/', '~']) || path.contains(['$', '`']) => {
                    let prefix = path.split(['$', '`']).next().unwrap_or_default();
                    Reference::dynamic(prefix, "the name of the pipeline that is uploaded is a variable")
                }
                Some(path) => local(path),
                // What is redirected to it is no word of the command.
                None if script.contains("pipeline upload <") => {
                    Reference::dynamic("", "a program writes the pipeline that is uploaded")
                }
                None if **file.path() == *DEFAULT_FILE => continue,
                None => local(DEFAULT_FILE),
            };
            if let Origin::Local { path } = &reference.origin {
                self.questions.ask_include(path, FileKind::BuildkitePipeline);
                found.push(identity(&reference.origin));
            }
            // The place of the name, else of the words before it.
            let text = &file.text()[span.clone()];
            let written = named.filter(|it| text.contains(*it)).unwrap_or("pipeline upload");
            let start = span.start + text.find(written).unwrap_or(0);
            let at = file.at(start..start + written.len());
            let is_known = self.reader.facts.uses.iter().any(|it| it.at == at && it.artifact == Artifact::CiTemplate);
            if !is_known {
                let (context, has_gap) = (self.reader.context, self.reader.yaml.is_template);
                add_use(self.reader.facts, at, Artifact::CiTemplate, written, reference, context, has_gap);
            }
        }
        found
    }
}

/// A file of the repository.
fn local(path: &str) -> Reference {
    let origin = Origin::Local { path: terraform::resolve("", path) };
    Reference { origin, version: Version::only(Pin::SameCommit) }
}

/// Options of an upload that have a value behind them; sorted.
const WITH_VALUE: &[&str] = &["--agent-access-token", "--endpoint", "--format", "--job", "--jwks-file", "--log-level"];

/// The first word that is no option.
fn argument(words: &[String]) -> Option<&str> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            return Some(word);
        }
        if WITH_VALUE.binary_search(&word.as_str()).is_ok() {
            words.next();
        }
    }
    None
}

fn key_of(step: Node<'_>) -> Option<&str> {
    ["key", "id", "identifier"].into_iter().find_map(|it| step.get(it)?.text()).filter(|it| !it.is_empty())
}

/// The keys that a step depends on: one, or a list of keys and of mappings with one.
fn depended(depends: Node<'_>) -> Vec<String> {
    let one = depends.text().filter(|_| !depends.is_null());
    let many = depends.items().filter_map(|it| it.text().or_else(|| it.get("step")?.text()));
    one.into_iter().chain(many).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn tables_are_sorted() {
        assert!(super::WITH_VALUE.is_sorted());
    }
}
