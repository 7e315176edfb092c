//! What a configuration of GitLab CI comes to: `extends`, `!reference` and merges put together, as GitLab does it.
//!
//! Nothing is copied: a value is the list of the nodes that define it, the one that counts first. A key of a mapping is
//! looked for in all of them, and what is itself a mapping in several is their merge; all else, lists too, is the first.
//! What stands in a file that this one includes isn't known here: it is told by name.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use crate::extract::documents::Yaml;
use crate::syntax::yaml::{Kind, Node};

/// How deep GitLab lets jobs extend each other.
const MAX_EXTENDS: usize = 11;
/// How deep references to references are followed, and lists in lists: ten of each is what GitLab allows.
const MAX_DEPTH: usize = 10;
/// How many definitions one job is put together from.
const MAX_LAYERS: usize = 200;
/// How many definitions, references and lines a file may come to, all its jobs together.
const BUDGET: u32 = 500_000;

/// A value as all its definitions give it.
#[derive(Clone, Debug)]
pub(super) struct Value<'d> {
    /// The definitions, the one that counts first; never empty, and of more than one all are mappings.
    layers: Vec<Node<'d>>,
}

/// A job, hidden or not, with all that it extends.
#[derive(Clone, Debug)]
pub(super) struct Definition<'d> {
    /// What it comes to.
    pub(super) value: Value<'d>,
    /// What it extends and this file hasn't.
    pub(super) missing: Vec<&'d str>,
}

/// What a script or another list is made of.
#[derive(Clone, Debug)]
pub(super) enum Piece<'d> {
    /// A text.
    Text(Node<'d>),
    /// What a job of another file has: `.name/script`.
    Part(String),
    /// What is no text.
    Other(Node<'d>),
}

/// What a key comes to.
pub(super) enum Found<'d> {
    /// A value.
    Value(Value<'d>),
    /// What a job of another file has: `.name/image`.
    Parts(Vec<String>),
}

/// The mapping of the file, and what was found to be wrong while it was looked at.
pub(super) struct Config<'d> {
    yaml: &'d Yaml<'d>,
    root: Node<'d>,
    left: Cell<u32>,
    /// Places and words of what can't be, each once.
    problems: RefCell<BTreeSet<(usize, String)>>,
}

impl<'d> Config<'d> {
    pub(super) fn of(yaml: &'d Yaml<'d>, root: Node<'d>) -> Self {
        Config { yaml, root, left: Cell::new(BUDGET), problems: RefCell::default() }
    }

    pub(super) fn root(&self) -> Node<'d> {
        self.root
    }

    /// A key of the file as a whole.
    pub(super) fn global(&self, key: &str) -> Option<Value<'d>> {
        Value::of(self.root).get(key)
    }

    /// What was wrong so far, by its place.
    pub(super) fn problems(&self) -> Vec<(usize, String)> {
        self.problems.borrow().iter().cloned().collect()
    }

    /// Whether there was more to do than any file should need.
    pub(super) fn budget_is_spent(&self) -> bool {
        self.left.get() == 0
    }

    pub(super) fn problem(&self, node: Node<'d>, words: impl Into<String>) {
        self.problems.borrow_mut().insert((node.span().start, words.into()));
    }

    /// One piece of work less that may be done.
    fn pay(&self) -> bool {
        self.left.set(self.left.get().saturating_sub(1));
        self.left.get() > 0
    }

    /// A job by its name, with all that it extends.
    pub(super) fn definition(&self, name: &'d str, node: Node<'d>) -> Definition<'d> {
        let mut collected = Collected { layers: Vec::new(), seen: FxHashSet::default(), missing: Vec::new() };
        self.collect(name, node, &mut Vec::new(), &mut collected);
        Definition { value: Value { layers: collected.layers }, missing: collected.missing }
    }

    fn collect(&self, name: &'d str, node: Node<'d>, trail: &mut Vec<&'d str>, collected: &mut Collected<'d>) {
        let node = node.resolved();
        // What is reached twice is hidden by itself the second time.
        if !collected.seen.insert(node.span().start) || collected.layers.len() >= MAX_LAYERS || !self.pay() {
            return;
        }
        collected.layers.push(node);
        let Some(extends) = node.get("extends").filter(|it| !it.is_null()) else { return };
        trail.push(name);
        // Of several the last counts first.
        let parents = self.pieces(&Value::of(extends));
        for parent in parents.iter().rev() {
            let Piece::Text(at) = parent else {
                self.problem(extends, "extends is not the name of a job");
                continue;
            };
            let Some(parent) = at.text() else { continue };
            if trail.contains(&parent) {
                self.problem(*at, format!("{parent} extends itself"));
            } else if trail.len() >= MAX_EXTENDS {
                self.problem(*at, "jobs extend each other more than eleven levels deep");
            } else {
                match self.root.get(parent).filter(|it| it.resolved().kind() == Kind::Mapping) {
                    Some(node) => self.collect(parent, node, trail, collected),
                    None if !collected.missing.contains(&parent) => collected.missing.push(parent),
                    None => {}
                }
            }
        }
        trail.pop();
    }

    /// A key of a job; a reference in its place is followed.
    pub(super) fn get(&self, job: &Definition<'d>, key: &str) -> Option<Found<'d>> {
        self.follow(job.value.get(key)?, 0)
    }

    /// The same, where only a value is of use.
    pub(super) fn value(&self, job: &Definition<'d>, key: &str) -> Option<Value<'d>> {
        match self.get(job, key)? {
            Found::Value(value) => Some(value),
            Found::Parts(_) => None,
        }
    }

    /// The text of a key of a job.
    pub(super) fn text(&self, job: &Definition<'d>, key: &str) -> Option<(Node<'d>, &'d str)> {
        let node = self.value(job, key)?.node();
        self.yaml.text(node).filter(|it| !it.is_empty()).map(|text| (node, text))
    }

    fn follow(&self, value: Value<'d>, depth: usize) -> Option<Found<'d>> {
        let node = value.node();
        if !is_reference(node) {
            return Some(Found::Value(value));
        }
        if depth >= MAX_DEPTH || !self.pay() {
            self.problem(node, "references lead to references more than ten levels deep");
            return None;
        }
        match self.referenced(node)? {
            Found::Value(value) => self.follow(value, depth + 1),
            parts @ Found::Parts(_) => Some(parts),
        }
    }

    /// What `!reference [job, key, …]` names.
    fn referenced(&self, node: Node<'d>) -> Option<Found<'d>> {
        let names: Option<Vec<&'d str>> = node.items().map(Node::text).collect();
        let Some((name, keys)) = names.as_deref().and_then(<[&str]>::split_first) else {
            self.problem(node, "a reference is not a list of names");
            return None;
        };
        let elsewhere = |name: &str| std::iter::once(name).chain(keys.iter().copied()).collect::<Vec<_>>().join("/");
        let Some(job) = self.root.get(name) else { return Some(Found::Parts(vec![elsewhere(name)])) };
        let (mut value, missing) = match job.resolved().kind() {
            Kind::Mapping => {
                let Definition { value, missing } = self.definition(name, job);
                (value, missing)
            }
            Kind::Scalar | Kind::Sequence | Kind::Alias => (Value::of(job), Vec::new()),
        };
        for key in keys {
            match value.get(key) {
                Some(found) => value = found,
                // A file that this one includes may have more of the same job.
                None if missing.is_empty() => return Some(Found::Parts(vec![elsewhere(name)])),
                None => return Some(Found::Parts(missing.into_iter().map(elsewhere).collect())),
            }
        }
        Some(Found::Value(value))
    }

    /// The texts of a value: one text, or a list, lists in it and what it refers to taken apart.
    pub(super) fn pieces(&self, value: &Value<'d>) -> Vec<Piece<'d>> {
        let mut pieces = Vec::new();
        self.flatten(value.node(), 0, 0, &mut pieces);
        pieces
    }

    fn flatten(&self, node: Node<'d>, lists: usize, references: usize, pieces: &mut Vec<Piece<'d>>) {
        if !self.pay() {
            return;
        }
        if is_reference(node) {
            if references >= MAX_DEPTH {
                return self.problem(node, "references lead to references more than ten levels deep");
            }
            match self.referenced(node.resolved()) {
                Some(Found::Value(value)) => self.flatten(value.node(), 0, references + 1, pieces),
                Some(Found::Parts(parts)) => pieces.extend(parts.into_iter().map(Piece::Part)),
                None => {}
            }
            return;
        }
        match node.resolved().kind() {
            Kind::Scalar if node.is_null() => {}
            Kind::Scalar => pieces.push(Piece::Text(node)),
            Kind::Sequence if lists > MAX_DEPTH => {
                self.problem(node, "lists are nested more than ten levels deep");
            }
            Kind::Sequence => node.items().for_each(|it| self.flatten(it, lists + 1, references, pieces)),
            Kind::Mapping | Kind::Alias => pieces.push(Piece::Other(node)),
        }
    }
}

struct Collected<'d> {
    layers: Vec<Node<'d>>,
    seen: FxHashSet<usize>,
    missing: Vec<&'d str>,
}

impl<'d> Value<'d> {
    /// What one node says.
    pub(super) fn of(node: Node<'d>) -> Self {
        Value { layers: vec![node] }
    }

    /// The definition that counts first.
    pub(super) fn node(&self) -> Node<'d> {
        self.layers[0]
    }

    pub(super) fn is_mapping(&self) -> bool {
        self.node().resolved().kind() == Kind::Mapping
    }

    /// The value of a key: a mapping is merged from all definitions down to the first that is none. `null` takes away
    /// what would be inherited.
    pub(super) fn get(&self, key: &str) -> Option<Value<'d>> {
        let mut layers: Vec<Node<'d>> = Vec::new();
        for value in self.layers.iter().filter_map(|layer| layer.get(key)) {
            let is_mapping = value.resolved().kind() == Kind::Mapping;
            if is_mapping || layers.is_empty() {
                layers.push(value);
            }
            if !is_mapping {
                break;
            }
        }
        let first = layers.first()?;
        (!first.is_null()).then_some(Value { layers })
    }

    /// Keys and what they come to, those of the first definition first.
    pub(super) fn entries(&self) -> Vec<(&'d str, Value<'d>)> {
        let mut seen: FxHashSet<&'d str> = FxHashSet::default();
        let keys = self.layers.iter().flat_map(|layer| layer.entries()).filter_map(|(key, _)| key.text());
        let keys: Vec<&'d str> = keys.filter(|key| seen.insert(key)).collect();
        keys.into_iter().filter_map(|key| Some((key, self.get(key)?))).collect()
    }
}

/// Whether a node is `!reference [job, key]`.
fn is_reference(node: Node<'_>) -> bool {
    node.resolved().tag().is_some_and(|tag| tag.trim_start_matches('!') == "reference")
}
