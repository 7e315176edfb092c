//! What a document defines for its own steps and jobs: commands, jobs, executors, and the orbs it names.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::extract::ci::{Reader, identity};
use crate::facts::{Artifact, GapReason, Use};
use crate::origin::{Origin, Pin, Reference, image, orb};
use crate::resolve::values::{Marks, Variables, fill_in};
use crate::syntax::yaml::{Kind, Node};

/// How deep orbs lie within orbs; CircleCI allows five levels.
const MAX_DEPTH: usize = 5;

/// What a document defines, by name.
#[derive(Default)]
pub(super) struct Scope<'r> {
    pub(super) commands: FxHashMap<&'r str, Node<'r>>,
    /// In the order of the file.
    pub(super) jobs: Vec<(&'r str, Node<'r>)>,
    pub(super) executors: FxHashMap<&'r str, Node<'r>>,
    orbs: FxHashMap<&'r str, Orb<'r>>,
    /// Whether nothing else adds to it, so that a name that it hasn't is a mistake.
    pub(super) is_whole: bool,
}

/// An orb, as the document knows it.
#[derive(Clone)]
pub(super) enum Orb<'r> {
    /// From elsewhere: its identity, without version.
    Elsewhere(String),
    /// Written inside of the document.
    Inline(Rc<Scope<'r>>),
    /// Named, and put in by what runs the document.
    Unknown,
}

impl<'r> Scope<'r> {
    /// Reads what a document defines, and adds the orbs and images that it names.
    pub(super) fn read(reader: &mut Reader<'r, 'r>, root: Node<'r>, is_whole: bool) -> Self {
        let places = Places::of(reader, root, "pipeline.parameters");
        Scope::read_within(reader, root, is_whole, &places, 0)
    }

    fn read_within(
        reader: &mut Reader<'r, 'r>,
        root: Node<'r>,
        is_whole: bool,
        pipeline: &Places,
        depth: usize,
    ) -> Self {
        let mut scope = Scope { is_whole, ..Scope::default() };
        for (name, value) in named(reader, root, "orbs") {
            let orb = orb_of(reader, value, pipeline, depth);
            scope.orbs.insert(name, orb);
        }
        scope.commands = named(reader, root, "commands").into_iter().collect();
        scope.executors = named(reader, root, "executors").into_iter().collect();
        scope.jobs = named(reader, root, "jobs");
        let with_images = root.get("executors").into_iter().chain(root.get("jobs"));
        for (_, definition) in with_images.flat_map(Node::entries) {
            images(reader, definition, pipeline);
        }
        scope
    }

    /// The job of this name.
    pub(super) fn job(&self, name: &str) -> Option<Node<'r>> {
        self.jobs.iter().find(|(it, _)| *it == name).map(|(_, node)| *node)
    }

    /// The orb of this name.
    pub(super) fn orb(&self, name: &str) -> Option<&Orb<'r>> {
        self.orbs.get(name)
    }
}

/// The entries of a mapping at the top level that are named.
fn named<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>, key: &str) -> Vec<(&'r str, Node<'r>)> {
    let Some(mapping) = root.get(key) else { return Vec::new() };
    if mapping.resolved().kind() != Kind::Mapping {
        reader.yaml.wrong_shape(Some(mapping), format!("{key} is not a mapping"), reader.facts);
        return Vec::new();
    }
    mapping.entries().into_iter().filter_map(|(name, value)| Some((reader.yaml.text(name)?, value))).collect()
}

fn orb_of<'r>(reader: &mut Reader<'r, 'r>, value: Node<'r>, pipeline: &Places, depth: usize) -> Orb<'r> {
    if let Some(text) = reader.yaml.text(value) {
        let reference = Reference::of(orb::parse(text));
        let origin = reference.origin.clone();
        let by_default = (reference.version.pin == Pin::Dynamic).then(|| pipeline.fill(text)).flatten();
        reader.add(value, Artifact::CircleciOrb, reference);
        if let Some((text, via)) = by_default {
            add_by_default(reader, value, Artifact::CircleciOrb, Reference::of(orb::parse(&text)), via);
        }
        return match origin {
            Origin::Registry { name, .. } => Orb::Elsewhere(format!("orb:{}", name.to_lowercase())),
            Origin::Invalid { .. } | Origin::Dynamic { .. } => Orb::Unknown,
            Origin::Local { .. }
            | Origin::Repo { .. }
            | Origin::Image { .. }
            | Origin::Url { .. }
            | Origin::ServerSide { .. } => Orb::Elsewhere(format!("orb:{}", identity(&origin))),
        };
    }
    if value.resolved().kind() != Kind::Mapping {
        reader.yaml.wrong_shape(Some(value), "an orb is neither a name nor a mapping", reader.facts);
        return Orb::Unknown;
    }
    // `orb: {}` holds the place of an orb that is being developed.
    if value.entries().is_empty() {
        return Orb::Unknown;
    }
    if depth >= MAX_DEPTH {
        let at = reader.yaml.file().at(value.span());
        reader.facts.gap(at, GapReason::TooComplex, "orbs within orbs, deeper than CircleCI allows");
        return Orb::Unknown;
    }
    Orb::Inline(Rc::new(Scope::read_within(reader, value, true, pipeline, depth + 1)))
}

/// Adds the images of a definition's `docker`: the first is what its steps run in, the others are services.
pub(super) fn images<'r>(reader: &mut Reader<'r, 'r>, definition: Node<'r>, pipeline: &Places) {
    let Some(docker) = definition.get("docker") else { return };
    let mut own = None;
    for container in docker.items() {
        let Some(image) = container.get("image") else {
            reader.yaml.wrong_shape(Some(container), "a container without image", reader.facts);
            continue;
        };
        let Some(text) = reader.yaml.text(image).filter(|it| !it.is_empty()) else {
            reader.yaml.wrong_shape(Some(image), "an image is not text", reader.facts);
            continue;
        };
        let is_dynamic = matches!(reader.image(image), Some(Origin::Dynamic { .. }));
        if is_dynamic {
            let own = own.get_or_insert_with(|| Places::of(reader, definition, "parameters"));
            if let Some((text, via)) = own.fill(text).or_else(|| pipeline.fill(text)) {
                add_by_default(reader, image, Artifact::CiImage, Reference::of(image::parse(&text)), via);
            }
        }
    }
}

/// Adds what a place names by the defaults of parameters, beside what is written there.
fn add_by_default<'r>(
    reader: &mut Reader<'r, 'r>,
    node: Node<'r>,
    artifact: Artifact,
    reference: Reference,
    via: String,
) {
    let Reference { origin, version } = reference;
    if matches!(origin, Origin::Invalid { .. } | Origin::Dynamic { .. }) {
        return;
    }
    let at = reader.yaml.file().at(node.span());
    let written = reader.yaml.written(node).to_owned();
    let usage = Use { at, artifact, written, origin, version, context: reader.context, via: Some(via) };
    if !reader.facts.uses.contains(&usage) {
        reader.facts.uses.push(usage);
    }
}

/// Parameters with a default, and where each stands.
#[derive(Default)]
pub(super) struct Places {
    texts: Variables,
    lines: Vec<(String, String)>,
}

impl Places {
    /// The parameters of a definition, as expressions with this prefix name them.
    pub(super) fn of<'r>(reader: &Reader<'r, 'r>, definition: Node<'r>, prefix: &str) -> Self {
        let mut places = Places::default();
        let file = reader.yaml.file();
        for (name, parameter) in definition.get("parameters").map(Node::entries).unwrap_or_default() {
            let (Some(name), Some(default)) = (name.text(), parameter.get("default")) else { continue };
            let Some(text) = default.text().filter(|it| !it.is_empty()) else { continue };
            let name = format!("{prefix}.{name}");
            places.texts.set(&name, Some(text));
            places.lines.push((name, format!("{}:{}", file.path(), file.line(default.resolved().span().start))));
        }
        places
    }

    /// A text with the defaults in it, and where they stand; nothing where something else is left open.
    fn fill(&self, text: &str) -> Option<(String, String)> {
        let filled = fill_in(text, Marks::Circle, &self.texts);
        if filled.contains("${{") || filled == text {
            return None;
        }
        let used = self.lines.iter().filter(|(name, _)| text.contains(name.as_str()));
        let via: Vec<&str> = used.map(|(_, place)| place.as_str()).collect();
        Some((filled.into_owned(), via.join(", ")))
    }
}
