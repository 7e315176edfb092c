//! Bake files (`docker-bake.hcl`, `docker-bake.json`): what their targets are built with.
//!
//! The files of a folder are one definition, as `docker buildx bake` reads them. A variable's default is what a reader
//! can know of it; functions of the file's own are not computed.

use std::collections::BTreeMap;

use super::build_commands::Build;
use super::suppliers::Supplied;
use super::values::{OPEN, Text, path_from};
use super::{Files, KnownFile};
use crate::classify::FileKind;
use crate::paths::folder_of;
use crate::source::SourceFile;
use crate::syntax::hcl::evaluate::{Alternative, Scope, alternatives, evaluate};
use crate::syntax::hcl::expression::{Expression, parse_json_string};
use crate::syntax::hcl::scan;
use crate::syntax::yaml::{self, Kind, Node};

/// How deep `inherits` and variables of variables are followed.
const MAX_DEPTH: usize = 10;
/// How many combinations of a matrix are looked at.
const MAX_MATRIX: usize = 64;

/// The builds of all bake files that give arguments, or names to what is built.
pub(super) fn builds(files: &Files<'_>) -> Vec<Supplied<Build>> {
    let mut folders: BTreeMap<&str, Vec<KnownFile<'_>>> = BTreeMap::new();
    for file in files.known().filter(|it| it.kind == FileKind::BakeFile) {
        let folder = folder_of(file.path);
        folders.entry(folder).or_default().push(file);
    }
    let mut found = Vec::new();
    for (folder, mut of_folder) in folders {
        // Overrides come last, and JSON before HCL.
        of_folder.sort_by_key(|it| (it.path.contains(".override."), !it.path.ends_with(".json"), it.path));
        let mut definition = Definition::default();
        for file in &of_folder {
            files.with(*file, |source| definition.add(source));
        }
        let context = of_folder.first().map(|it| it.context).unwrap_or_default();
        for (place, what) in definition.builds(folder) {
            found.push(Supplied { place, context, what });
        }
    }
    found
}

/// What the bake files of a folder say.
#[derive(Default)]
struct Definition {
    variables: BTreeMap<String, Expression>,
    targets: BTreeMap<String, Target>,
}

/// The attributes of a target that say what it builds, and the place of its arguments.
#[derive(Clone, Default)]
struct Target {
    attributes: BTreeMap<String, Expression>,
    /// `path` and line.
    place: (String, u32),
    /// Likewise of what it is called.
    tagged: (String, u32),
}

/// Attributes that count.
const ATTRIBUTES: &[&str] =
    &["args", "context", "contexts", "dockerfile", "dockerfile-inline", "inherits", "matrix", "tags", "target"];

impl Definition {
    fn add(&mut self, file: &SourceFile<'_>) {
        if file.path().ends_with(".json") { self.add_json(file) } else { self.add_hcl(file) }
    }

    fn add_hcl(&mut self, file: &SourceFile<'_>) {
        let (body, _) = scan(file.text());
        for block in body.top_level() {
            let Some(name) = body.labels(block).first().map(|it| it.text) else { continue };
            match block.kind {
                "variable" => {
                    let default = body.attribute(block, "default").filter(|it| !it.damaged);
                    if let Some(default) = default {
                        self.variables.insert(name.to_owned(), default.expression());
                    }
                }
                "target" => {
                    for attribute in body.attributes(block).filter(|it| !it.damaged) {
                        let line = file.at(attribute.name_span.clone()).line;
                        self.set(name, attribute.name, attribute.expression(), file, line);
                    }
                }
                _ => {}
            }
        }
    }

    /// JSON is YAML, and as YAML it has places.
    fn add_json(&mut self, file: &SourceFile<'_>) {
        let (documents, _) = yaml::parse(file.text());
        let Some(root) = documents.first() else { return };
        for (name, variable) in root.get("variable").map(Node::entries).unwrap_or_default() {
            if let (Some(name), Some(default)) = (name.text(), variable.get("default")) {
                self.variables.insert(name.to_owned(), of_json(default, 0));
            }
        }
        for (name, target) in root.get("target").map(Node::entries).unwrap_or_default() {
            let Some(name) = name.text() else { continue };
            for (key, value) in target.entries() {
                let line = file.at(key.span()).line;
                self.set(name, key.text().unwrap_or(""), of_json(value, 0), file, line);
            }
        }
    }

    fn set(&mut self, target: &str, name: &str, value: Expression, file: &SourceFile<'_>, line: u32) {
        if ATTRIBUTES.binary_search(&name).is_err() {
            return;
        }
        let target = self.targets.entry(target.to_owned()).or_default();
        if name == "args" || target.place.1 == 0 && name == "contexts" {
            target.place = (file.path().to_string(), line);
        }
        if name == "tags" {
            target.tagged = (file.path().to_string(), line);
        }
        let value = match (name, target.attributes.remove(name), value) {
            // Arguments are put together, the later ones over the earlier; everything else is replaced.
            ("args", Some(Expression::Object(mut before)), Expression::Object(more)) => {
                before.extend(more);
                Expression::Object(before)
            }
            (_, _, value) => value,
        };
        target.attributes.insert(name.to_owned(), value);
    }

    /// The builds of its targets, with their places.
    fn builds(&self, folder: &str) -> Vec<(String, Build)> {
        let mut found = Vec::new();
        for name in self.targets.keys() {
            let target = self.inherited(name, 0);
            if target.attributes.contains_key("dockerfile-inline") {
                continue;
            }
            for scope in self.scopes(&target) {
                let text = |key: &str| target.attributes.get(key).map(|it| scope.text(it));
                let context = text("context").unwrap_or_else(|| Text::known("."));
                if context.text.contains("://") || context.text.starts_with("target:") {
                    continue;
                }
                let Some(context) = path_from(folder, &context) else { continue };
                let dockerfile = match text("dockerfile").map(|it| path_from(&context, &it)) {
                    Some(None) => continue,
                    Some(path) => path,
                    None => None,
                };
                let pairs_of = |key: &str| match target.attributes.get(key).map(|it| evaluate(it, &scope)) {
                    Some(Expression::Object(pairs)) => pairs,
                    Some(_) | None => Vec::new(),
                };
                // Of a name that is there twice the last counts, and null takes it away.
                let mut arguments: Vec<(String, Text)> = Vec::new();
                for (key, value) in &pairs_of("args") {
                    let Expression::Literal(key) = key else { continue };
                    arguments.retain(|(it, _)| it != key);
                    if *value != Expression::Null {
                        arguments.push((key.clone(), scope.text(value)));
                    }
                }
                let contexts = pairs_of("contexts").into_iter().filter_map(|(key, value)| match key {
                    Expression::Literal(name) => Some((name, scope.text(&value))),
                    _ => None,
                });
                let contexts: Vec<(String, Text)> = contexts.collect();
                let tags = match target.attributes.get("tags").map(|it| evaluate(it, &scope)) {
                    Some(Expression::List(tags)) => tags.iter().map(|it| scope.text(it)).collect(),
                    Some(_) | None => Vec::new(),
                };
                let (target, (path, line), (file, at)) = (text("target"), &target.place, &target.tagged);
                let is_pushed = false;
                let whole = Build { context, dockerfile, target, arguments, tags, is_pushed, contexts, line: *line };
                if !whole.tags.is_empty() {
                    let (arguments, contexts) = (Vec::new(), Vec::new());
                    found.push((format!("{file}:{at}"), Build { arguments, contexts, line: *at, ..whole.clone() }));
                }
                if !whole.arguments.is_empty() || !whole.contexts.is_empty() {
                    found.push((format!("{path}:{line}"), Build { tags: Vec::new(), ..whole }));
                }
            }
        }
        found
    }

    /// A target with what it inherits: its own attributes over those of its parents, the last parent over the first.
    fn inherited(&self, name: &str, depth: usize) -> Target {
        let Some(own) = self.targets.get(name).filter(|_| depth < MAX_DEPTH) else { return Target::default() };
        let mut whole = Target::default();
        let inherits = own.attributes.get("inherits").map(|it| evaluate(it, &BakeScope::of(self)));
        let parents = if let Some(Expression::List(parents)) = inherits { parents } else { Vec::new() };
        for parent in parents.iter().take(MAX_DEPTH) {
            if let Expression::Literal(parent) = parent {
                whole.take(self.inherited(parent, depth + 1));
            }
        }
        whole.take(own.clone());
        whole
    }

    /// A scope for each combination of a target's matrix; one where there is none.
    fn scopes(&self, target: &Target) -> Vec<BakeScope<'_>> {
        let mut scopes = vec![BakeScope::of(self)];
        let matrix = target.attributes.get("matrix").map(|it| evaluate(it, &BakeScope::of(self)));
        let Some(Expression::Object(axes)) = matrix else { return scopes };
        for (name, values) in axes {
            let (Expression::Literal(name), Expression::List(values)) = (name, values) else { continue };
            if values.is_empty() || scopes.len() * values.len() > MAX_MATRIX {
                continue;
            }
            let with = |scope: &BakeScope<'_>, value: &Expression| {
                let mut values = scope.values.clone();
                values.insert(name.clone(), value.clone());
                BakeScope { definition: self, values, depth: 0 }
            };
            scopes = scopes.iter().flat_map(|scope| values.iter().map(move |value| with(scope, value))).collect();
        }
        scopes
    }
}

impl Target {
    /// Takes another target's attributes over its own.
    fn take(&mut self, other: Target) {
        let Target { attributes, place, tagged } = other;
        if attributes.contains_key("args") || self.place.1 == 0 {
            self.place = place;
        }
        if attributes.contains_key("tags") {
            self.tagged = tagged;
        }
        for (name, value) in attributes {
            let value = match (name.as_str(), self.attributes.remove(&name), value) {
                ("args", Some(Expression::Object(mut before)), Expression::Object(more)) => {
                    before.extend(more);
                    Expression::Object(before)
                }
                (_, _, value) => value,
            };
            self.attributes.insert(name, value);
        }
    }
}

/// The names that expressions of bake files may use: variables, and the axes of a matrix.
struct BakeScope<'a> {
    definition: &'a Definition,
    values: BTreeMap<String, Expression>,
    depth: usize,
}

impl<'a> BakeScope<'a> {
    fn of(definition: &'a Definition) -> Self {
        BakeScope { definition, values: BTreeMap::new(), depth: 0 }
    }

    fn text(&self, value: &Expression) -> Text {
        match alternatives(value, self).as_slice() {
            [Alternative::Text(text)] => Text::known(text.as_str()),
            [Alternative::Open { prefix: _, shown, reason: _ }] => {
                Text { text: shown.replace('…', &OPEN.to_string()), open: Some("a computed value".to_owned()) }
            }
            _ => Text { text: OPEN.to_string(), open: Some("a computed value".to_owned()) },
        }
    }
}

impl Scope for BakeScope<'_> {
    fn reference(&self, root: &str, _steps: &[Expression]) -> Result<(Expression, usize), String> {
        if let Some(value) = self.values.get(root) {
            return Ok((value.clone(), 0));
        }
        let Some(value) = self.definition.variables.get(root).filter(|_| self.depth < MAX_DEPTH) else {
            return Err(format!("`{root}` has no default"));
        };
        let inner = BakeScope { definition: self.definition, values: BTreeMap::new(), depth: self.depth + 1 };
        Ok((evaluate(value, &inner), 0))
    }
}

/// A value of a bake file in JSON: texts are templates.
fn of_json(node: Node<'_>, depth: usize) -> Expression {
    if depth > MAX_DEPTH {
        return Expression::Other;
    }
    if node.is_null() {
        return Expression::Null;
    }
    if let Some(text) = node.text() {
        return parse_json_string(text);
    }
    match node.resolved().kind() {
        Kind::Sequence => Expression::List(node.items().map(|it| of_json(it, depth + 1)).collect()),
        Kind::Mapping => {
            let entries = node.entries().into_iter();
            let pairs = entries.filter_map(|(key, value)| {
                Some((Expression::Literal(key.text()?.to_owned()), of_json(value, depth + 1)))
            });
            Expression::Object(pairs.collect())
        }
        Kind::Alias | Kind::Scalar => Expression::Other,
    }
}
