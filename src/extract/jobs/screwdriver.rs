//! Screwdriver: pipelines, and the templates and commands that pipelines take from its server by name.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::extract::ci::{Reader, add_use, identity};
use crate::facts::{Artifact, Described, Offer, OfferTrait};
use crate::origin::{Reference, screwdriver as grammar};
use crate::pipeline::{Job, Role, Step, System};
use crate::syntax::yaml::{Kind, Node};

pub(in crate::extract) fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let name = reader.yaml.file().path().rsplit('/').next().unwrap_or_default();
    match name {
        "screwdriver.yaml" => pipeline(reader),
        "sd-command.yaml" => drop(offer(reader, Artifact::CiAction)),
        _ => template(reader),
    }
}

fn pipeline<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = reader.expect("a pipeline of Screwdriver") else { return };
    let template = root.get("template").filter(|it| !it.is_null());
    if root.get("jobs").is_none() && template.is_none() {
        return reader.refuse("not a pipeline of Screwdriver: it has neither jobs nor a template");
    }
    let (mut jobs, triggers) = jobs(reader, root);
    if let Some(template) = template {
        let call = called(reader, template);
        // The jobs that stand in the file change or join those of the template.
        jobs.insert(0, Job { id: "template".to_owned(), call, ..Job::default() });
    }
    reader.pipeline(System::Screwdriver, root, None, triggers, Role::Pipeline, jobs);
}

/// `sd-template.yaml`: a job, or the jobs of a pipeline.
fn template<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = offer(reader, Artifact::CiTemplate) else { return };
    let Some(config) = root.get("config").filter(|it| it.resolved().kind() == Kind::Mapping) else {
        return reader.refuse("a template of Screwdriver without a config");
    };
    let (jobs, triggers) = if config.get("jobs").is_some() {
        jobs(reader, config)
    } else {
        (vec![job(reader, "main", config, None)], BTreeSet::new())
    };
    let name = reader.yaml.text_of(root, "name");
    reader.pipeline(System::Screwdriver, root, name, triggers, Role::Template, jobs);
}

/// Adds what a template or a command offers: its name, with the namespace before it.
fn offer<'r>(reader: &mut Reader<'r, 'r>, artifact: Artifact) -> Option<Node<'r>> {
    let root = reader.expect("a template or a command of Screwdriver")?;
    let text = |key| reader.yaml.text_of(root, key);
    let Some(name) = text("name") else {
        reader.refuse("a template or a command of Screwdriver without a name");
        return None;
    };
    let file = reader.yaml.file();
    let parameters = root.get("config").and_then(|it| it.get("parameters"));
    let offer = Offer {
        at: file.start(),
        artifact,
        path: file.path().clone(),
        name: text("namespace").map_or_else(|| name.to_owned(), |space| format!("{space}/{name}")),
        version: text("version").map(str::to_owned),
        described: text("description").is_some(),
        inputs: reader.described(parameters),
        outputs: Described::default(),
        traits: BTreeSet::<OfferTrait>::new(),
        context: reader.context,
    };
    reader.facts.offers.push(offer);
    Some(root)
}

/// The jobs of a file, and what starts them.
fn jobs<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>) -> (Vec<Job>, BTreeSet<String>) {
    let shared = root.get("shared").filter(|it| it.resolved().kind() == Kind::Mapping);
    let stages = root.get("stages").map(Node::entries).unwrap_or_default();
    let of_stages: FxHashMap<&str, Vec<&str>> = stages
        .into_iter()
        .filter_map(|(name, stage)| Some((reader.yaml.text(name)?, reader.words(stage.get("jobs")))))
        .collect();
    let (mut found, mut triggers) = (Vec::new(), BTreeSet::new());
    for (name, value) in root.get("jobs").map(Node::entries).unwrap_or_default() {
        let name = reader.yaml.text(name).unwrap_or_default();
        if value.resolved().kind() != Kind::Mapping {
            reader.yaml.wrong_shape(Some(value), format!("job {name} is not a mapping"), reader.facts);
            continue;
        }
        let mut job = job(reader, name, value, shared);
        let requires = value.get("requires").or_else(|| shared.and_then(|it| it.get("requires")));
        for required in reader.words(requires) {
            match Requires::of(required) {
                Requires::Event(event) => drop(triggers.insert(event.to_owned())),
                Requires::Job(name) => job.needs.push(name.to_owned()),
                Requires::Stage(name) => {
                    job.needs.extend(of_stages.get(name).into_iter().flatten().map(|it| (*it).to_owned()));
                }
            }
        }
        found.push(job);
    }
    (found, triggers)
}

/// What a job requires.
enum Requires<'t> {
    /// An event of the repository, or a job of another pipeline.
    Event(&'t str),
    /// A job of the file.
    Job(&'t str),
    /// All jobs of a stage of the file.
    Stage(&'t str),
}

impl<'t> Requires<'t> {
    fn of(text: &'t str) -> Self {
        let bare = text.strip_prefix('~').unwrap_or(text);
        let event = bare.split(':').next().unwrap_or(bare);
        if bare.starts_with("sd@") {
            Requires::Event("pipeline")
        } else if let Some(stage) = bare.strip_prefix("stage@") {
            match stage.split_once(':') {
                Some((_, job)) => Requires::Job(job),
                None => Requires::Stage(stage),
            }
        } else if text.starts_with('~')
            && matches!(event, "commit" | "pr" | "pr-closed" | "release" | "subscribe" | "tag")
        {
            Requires::Event(event)
        } else {
            // Whether all that are named have to end or one of them (`~`) makes no other graph.
            Requires::Job(bare)
        }
    }
}

fn job<'r>(reader: &mut Reader<'r, 'r>, name: &str, value: Node<'r>, shared: Option<Node<'r>>) -> Job {
    let of = |key| value.get(key).or_else(|| shared.and_then(|it| it.get(key))).filter(|it| !it.is_null());
    let image = reader.job_image(of("image"));
    let mut steps = steps(reader, of("steps"));
    let mut call = of("template").and_then(|it| called(reader, it));
    // The steps that stand in the file change or join those of the template.
    if !steps.is_empty()
        && let Some(call) = call.take()
    {
        steps.insert(0, Step::Call(call));
    }
    Job { id: name.to_owned(), call, image, steps, ..Job::default() }
}

fn steps<'r>(reader: &mut Reader<'r, 'r>, list: Option<Node<'r>>) -> Vec<Step> {
    let mut found = Vec::new();
    for step in list.into_iter().flat_map(Node::items) {
        let named = step.entries();
        let script = named.first().map_or(step, |(_, script)| *script);
        // A step may be a mapping of its own: `{command: …, locked: true}`.
        let script = script.get("command").unwrap_or(script);
        found.extend(reader.script("", Some(script)));
        found.extend(commands_of_server(reader, script).into_iter().map(Step::Use));
    }
    found
}

fn called<'r>(reader: &mut Reader<'r, 'r>, template: Node<'r>) -> Option<String> {
    let Some(text) = reader.yaml.text(template) else {
        reader.yaml.wrong_shape(Some(template), "template is not text", reader.facts);
        return None;
    };
    let reference = Reference::of(grammar::parse(text));
    Some(reader.call(template, reference)).filter(|it| !it.is_empty())
}

/// Adds the commands that a script takes from the server: `sd-cmd exec acme/deploy@1.0 --now`.
fn commands_of_server<'r>(reader: &mut Reader<'r, 'r>, script: Node<'r>) -> Vec<String> {
    const EXEC: &str = "sd-cmd exec ";
    let mut found = Vec::new();
    let written = if script.text().is_some() { reader.yaml.written(script) } else { "" };
    let base = script.resolved().span().start;
    for (at, _) in written.match_indices(EXEC) {
        let rest = &written[at + EXEC.len()..];
        let name = rest.trim_start();
        let at = base + at + EXEC.len() + rest.len() - name.len();
        let end = name.find(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | ')' | '"' | '\''));
        let name = &name[..end.unwrap_or(name.len())];
        if name.is_empty() {
            continue;
        }
        let reference = Reference::of(grammar::parse_command(name));
        found.push(identity(&reference.origin));
        let place = reader.yaml.file().at(at..at + name.len());
        add_use(reader.facts, place, Artifact::CiAction, name, reference, reader.context, reader.yaml.is_template);
    }
    found.retain(|it| !it.is_empty());
    found
}
