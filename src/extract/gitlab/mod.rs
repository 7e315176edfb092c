//! GitLab CI: what a file's jobs do once `extends`, `!reference`, `default` and variables are put together, what it
//! includes, what it triggers, and what it offers others.
//!
//! A file is read alone. What a job takes from a file that this one includes is told by name (`part:.name`), and what
//! this file defines for others are its parts; [`link`](crate::pipeline::link) brings both together.

mod config;
pub(super) mod glob;
mod images;
mod include;
mod jobs;
mod triggers;
mod variables;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use self::config::{Config, Definition};
use self::variables::Variables;
use super::ci::{self, Reader, add_use, exact};
use crate::facts::{Artifact, Context, GapReason, Offer};
use crate::origin::gitlab::variable;
use crate::origin::{Origin, Pin, Reference};
use crate::pipeline::{Pipeline, Role, Step, System};
use crate::resolve::Questions;
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

/// Words at the top level that are not jobs; sorted.
const RESERVED: &[&str] = &[
    "after_script",
    "before_script",
    "cache",
    "default",
    "image",
    "include",
    "services",
    "spec",
    "stages",
    "types",
    "variables",
    "workflow",
];

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut crate::facts::Facts, questions: &mut Questions) {
    ci::read(file, facts, |reader| read(reader, questions));
}

/// What is needed all the way down a file.
struct Gitlab<'q, 'r> {
    reader: Reader<'r, 'r>,
    config: Config<'r>,
    /// The inputs of the file, and around them nothing.
    inputs: Variables<'r>,
    /// Whether the file is all there is: it includes nothing, and nothing includes it.
    is_whole: bool,
    /// What is used, by its place: one place may come to several values.
    uses: BTreeMap<usize, Vec<Found<'r>>>,
    /// Scripts that are read, by their place and whether a shell of Windows runs them: jobs share them.
    scripts: FxHashMap<(usize, bool), Vec<Step>>,
    /// How many commands there may still be, all jobs together.
    commands_left: usize,
    questions: &'q mut Questions,
}

/// Something that is used at one place.
struct Found<'r> {
    node: Node<'r>,
    artifact: Artifact,
    written: String,
    reference: Reference,
}

fn read<'r>(mut reader: Reader<'r, 'r>, questions: &mut Questions) {
    let yaml = reader.yaml;
    let file = yaml.file();
    let mut documents = yaml.documents.roots().map(Node::resolved);
    let (first, second) = (documents.next(), documents.next());
    // The header of a file with inputs is a document of its own.
    let (header, root) = match (first, second) {
        (Some(header), Some(root)) if header.get("spec").is_some() => (Some(header), Some(root)),
        (root, _) => (root, root),
    };
    let Some(root) = root.filter(|it| it.kind() == Kind::Mapping) else {
        if !yaml.is_broken {
            reader.facts.gap(file.at(0..0), GapReason::Syntax, "not a mapping of jobs");
        }
        return;
    };
    let spec = header.and_then(|it| it.get("spec"));
    // A component may be called `test`: the folder of that name says nothing else then.
    if spec.is_some() && component_at(file.path()).is_some() && reader.context != Context::Generated {
        reader.context = Context::Production;
    }
    let inputs = spec.and_then(|it| it.get("inputs")).filter(|it| !it.is_null());
    let role = if is_main(file.path()) { Role::Pipeline } else { Role::Template };
    let mut gitlab = Gitlab {
        config: Config::of(yaml, root),
        inputs: Variables::of(inputs),
        is_whole: role == Role::Pipeline && root.get("include").is_none(),
        uses: BTreeMap::new(),
        scripts: FxHashMap::default(),
        commands_left: jobs::MAX_COMMANDS,
        questions,
        reader,
    };
    gitlab.offer(role, spec, inputs);
    let found = gitlab.jobs();
    let triggers = match role {
        // What starts it is what includes it.
        Role::Template => BTreeSet::new(),
        Role::Pipeline | Role::Both => triggers::events(&gitlab.config, &found.definitions),
    };
    let name = root.get("workflow").and_then(|it| yaml.text_of(it, "name")).unwrap_or_default();
    gitlab.tell();
    let Gitlab { reader, .. } = gitlab;
    reader.facts.pipelines.push(Pipeline {
        at: file.start(),
        system: System::GitlabCi,
        name: name.to_owned(),
        triggers,
        role,
        jobs: found.jobs,
        parts: found.parts,
        stages: found.stages,
        exact: exact(root),
        context: reader.context,
    });
}

/// Whether the file at this path is the one that GitLab runs where the project's settings name no other.
fn is_main(path: &str) -> bool {
    matches!(path, ".gitlab-ci.yml" | ".gitlab-ci.yaml")
}

/// The name of the component that lies at this path: `templates/build.yml`, `templates/build/template.yml`.
fn component_at(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("templates/")?;
    let name = ["/template.yml", "/template.yaml", ".yml", ".yaml"].iter().find_map(|it| rest.strip_suffix(it))?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

impl<'r> Gitlab<'_, 'r> {
    /// Offers what is made to be included by others: a component, or a file that lies where such files are kept. What
    /// lies in a folder whose name begins with a dot is for the repository itself.
    fn offer(&mut self, role: Role, spec: Option<Node<'r>>, inputs: Option<Node<'r>>) {
        let file = self.reader.yaml.file();
        let path = file.path();
        if role != Role::Template || path.split('/').any(|part| part.starts_with('.')) {
            return;
        }
        let component = component_at(path).filter(|_| spec.is_some());
        let last_part = path.rsplit('/').next().unwrap_or_default();
        self.reader.facts.offers.push(Offer {
            at: file.at(spec.map_or(0..0, |it| it.span().start..it.span().start)),
            artifact: Artifact::CiTemplate,
            path: component.map_or_else(|| path.clone(), |name| format!("templates/{name}").into()),
            name: component.unwrap_or(last_part).to_owned(),
            version: None,
            described: spec.is_some_and(|it| self.reader.yaml.text_of(it, "description").is_some()),
            inputs: self.reader.described(inputs),
            outputs: crate::facts::Described::default(),
            traits: BTreeSet::new(),
            context: self.reader.context,
        });
    }

    /// Keeps something that is used, to be told once all jobs have been read.
    fn found(&mut self, node: Node<'r>, artifact: Artifact, written: String, reference: Reference) {
        let at = self.uses.entry(node.resolved().span().start).or_default();
        if at.len() < images::MAX_VALUES && !at.iter().any(|it| it.reference == reference) {
            at.push(Found { node: node.resolved(), artifact, written, reference });
        }
    }

    /// Adds what is used to the facts, and what was wrong. Where a place comes to a value for some jobs, what it is
    /// without their variables says nothing more.
    fn tell(&mut self) {
        let file = self.reader.yaml.file();
        let has_gap = self.reader.yaml.is_template;
        for found in std::mem::take(&mut self.uses).into_values() {
            let is_known = found.iter().any(|it| !is_open(&it.reference));
            for Found { node, artifact, written, reference } in found {
                if is_known && is_open(&reference) {
                    continue;
                }
                let at = file.at(node.span());
                let facts = &mut *self.reader.facts;
                if is_open_in_path(&reference.origin) && !has_gap {
                    facts.gap(at.clone(), GapReason::Unresolved, written.as_str());
                }
                add_use(facts, at, artifact, &written, reference, self.reader.context, has_gap);
            }
        }
        for (at, words) in self.config.problems() {
            self.reader.facts.gap(file.at(at..at), GapReason::Syntax, words);
        }
        if self.config.budget_is_spent() || self.commands_left == 0 {
            self.reader.facts.gap(file.at(0..0), GapReason::TooComplex, "jobs multiply it beyond all measure");
        }
    }

    /// The text of a node, with the defaults of inputs put in.
    fn text(&self, node: Node<'r>) -> Option<String> {
        self.reader.yaml.text(node).map(|text| self.inputs.with_inputs(text).into_owned())
    }
}

/// Whether a variable is left in a reference.
fn is_open(reference: &Reference) -> bool {
    matches!(reference.origin, Origin::Dynamic { .. })
        || reference.version.pin == Pin::Dynamic
        || is_open_in_path(&reference.origin)
}

/// Whether a variable leaves open which file of a repository is meant.
fn is_open_in_path(origin: &Origin) -> bool {
    match origin {
        Origin::Local { path } | Origin::Repo { path, .. } => variable(path).is_some(),
        Origin::Dynamic { .. }
        | Origin::Image { .. }
        | Origin::Invalid { .. }
        | Origin::Registry { .. }
        | Origin::ServerSide { .. }
        | Origin::Url { .. } => false,
    }
}

/// What the top level of a file comes to.
struct Jobs<'r> {
    jobs: Vec<crate::pipeline::Job>,
    parts: Vec<crate::pipeline::Job>,
    /// The order of stages, where the file gives one.
    stages: Vec<String>,
    /// Those that are not hidden.
    definitions: Vec<Definition<'r>>,
}

#[cfg(test)]
mod tests {
    use super::{RESERVED, component_at};

    #[test]
    fn the_table_is_sorted() {
        assert!(RESERVED.is_sorted());
    }

    #[test]
    fn components() {
        for (path, expected) in [
            ("templates/build.yml", Some("build")),
            ("templates/build/template.yml", Some("build")),
            ("templates/build/other.yml", None),
            ("templates/.yml", None),
            ("ci/templates/build.yml", None),
            ("templates/build.txt", None),
        ] {
            assert_eq!(component_at(path), expected, "{path}");
        }
    }
}
