//! Terraform's and OpenTofu's JSON syntax: the same blocks as mappings, every level of which may also be a list, and
//! strings that are templates.
//!
//! JSON is read as YAML, of which it is a part, because that keeps positions.

use std::borrow::Cow;

use super::call::{Argument, Call};
use super::release::Release;
use super::values::Value;
use super::{
    MAX_SOURCE, Module, TOO_LONG, add_calls, add_releases, mark_resource, says_generated, test_context, tested_folder,
};
use crate::facts::{Artifact, Context, Facts, GapReason, OfferTrait, Resource, Use};
use crate::origin::Reference;
use crate::origin::terraform::{provider, redact};
use crate::resolve::Questions;
use crate::source::SourceFile;
use crate::syntax::hcl::evaluate::Nothing;
use crate::syntax::hcl::expression::{Expression, parse_json_string};
use crate::syntax::yaml::{self, Kind, Node, Problem};

/// Reads the file of a module.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    with_root(file, |root, problems| {
        gap(file, problems, facts);
        let Some(root) = root else { return };
        let context = context(file, root);
        let mut module = Module::default();
        for (kind, value) in blocks(Some(root)) {
            match kind.text().unwrap_or("") {
                "module" => module.has_calls = !blocks(Some(value)).is_empty(),
                "output" => descriptions(value).into_iter().for_each(|it| module.outputs.count(it)),
                "provider" => {
                    module.traits.insert(OfferTrait::ProviderConfiguration);
                    provider_settings(file, value, context, facts);
                }
                "resource" => resources(file, value, context, &mut module, facts),
                "terraform" => settings(file, value, context, &mut module, facts),
                "variable" => descriptions(value).into_iter().for_each(|it| module.inputs.count(it)),
                _ => {}
            }
        }
        if module.has_calls {
            let calls = calls(file, root, Some(facts));
            add_calls(file, context, &calls, facts, questions);
        }
        add_releases(file, context, &releases(file, root), facts, questions);
        facts.offers.extend(module.offer(file, context));
    });
}

/// Reads a test: its runs may each call a module in place of the one that is tested.
pub(super) fn extract_test(file: &SourceFile<'_>, facts: &mut Facts) {
    with_root(file, |root, problems| {
        gap(file, problems, facts);
        for run in blocks(root.and_then(|it| it.get("run"))).into_iter().flat_map(|(_, runs)| items(runs)) {
            for module in run.get("module").map(items).unwrap_or_default() {
                if let Some(call) = call_of(file, "", module, Some(facts)) {
                    call.add_uses(tested_folder(file), test_context(file), &Nothing, &|| None, facts);
                }
            }
        }
    });
}

/// Reads a file and hands on its root, nothing where it has none, with what is wrong with it.
pub(crate) fn with_root<T>(file: &SourceFile<'_>, then: impl FnOnce(Option<Node<'_>>, &[Problem]) -> T) -> T {
    // YAML allows no tabs where JSON does; within a string neither does.
    let text = match memchr::memchr(b'\t', file.text().as_bytes()) {
        Some(_) => Cow::Owned(file.text().replace('\t', " ")),
        None => Cow::Borrowed(file.text()),
    };
    let (documents, problems) = yaml::parse(&text);
    then(documents.first(), &problems)
}

/// One gap a file: the first problem.
fn gap(file: &SourceFile<'_>, problems: &[Problem], facts: &mut Facts) {
    if let Some(Problem { offset, kind, message }) = problems.first() {
        let reason = match kind {
            yaml::ProblemKind::DuplicateKey | yaml::ProblemKind::Syntax => GapReason::Syntax,
            yaml::ProblemKind::TooComplex => GapReason::TooComplex,
        };
        facts.gap(file.at(*offset..*offset), reason, message.as_str());
    }
}

/// The calls in a file. What can't be a call is told as a gap where there is somebody to tell.
pub(crate) fn calls(file: &SourceFile<'_>, root: Node<'_>, mut facts: Option<&mut Facts>) -> Vec<Call> {
    let mut calls = Vec::new();
    for (name, bodies) in blocks(root.get("module")) {
        for body in items(bodies) {
            calls.extend(call_of(file, name.text().unwrap_or(""), body, facts.as_deref_mut()));
        }
    }
    calls
}

/// A value that calls may name: `local.NAME` or `var.NAME`.
pub(crate) struct Definition<'d> {
    /// `local` or `var`.
    pub(crate) root: &'static str,
    /// Its name.
    pub(crate) name: &'d str,
    /// What it says; nothing for a variable without default.
    pub(crate) value: Option<Expression>,
    /// Where its name stands.
    pub(crate) at: Node<'d>,
}

/// The local values of a file, and its variables.
pub(crate) fn definitions(root: Node<'_>) -> Vec<Definition<'_>> {
    let mut found = Vec::new();
    for (at, value) in blocks(root.get("locals")) {
        found.push(Definition { root: "local", name: at.text().unwrap_or(""), value: Some(expression(value, 0)), at });
    }
    for (at, bodies) in blocks(root.get("variable")) {
        let default = items(bodies).into_iter().find_map(|it| it.get("default"));
        found.push(Definition {
            root: "var",
            name: at.text().unwrap_or(""),
            value: default.map(|it| expression(it, 0)),
            at,
        });
    }
    found
}

fn call_of(file: &SourceFile<'_>, name: &str, body: Node<'_>, facts: Option<&mut Facts>) -> Option<Call> {
    let argument = |name: &str| body.get(name).filter(|it| !it.is_null());
    let (source, version) = (argument("source"), argument("version"));
    let is_long = |it: &Node<'_>| it.span().len() > MAX_SOURCE || it.text().is_some_and(|it| it.len() > MAX_SOURCE);
    if let Some(long) = [source, version].into_iter().flatten().find(is_long) {
        if let Some(facts) = facts {
            facts.gap(file.at(long.span()), GapReason::TooComplex, TOO_LONG);
        }
        return None;
    }
    let read = |it| argument_of(file, it);
    Some(Call { name: name.to_owned(), source: source.map(read), version: version.map(read) })
}

fn argument_of(file: &SourceFile<'_>, node: Node<'_>) -> Argument {
    Argument {
        value: expression(node, 0),
        written: redact(node.text().unwrap_or("")).into_owned(),
        at: file.at(node.span()),
        // JSON has no comments.
        said: None,
    }
}

/// The charts that are released or rendered in a file.
pub(crate) fn releases(file: &SourceFile<'_>, root: Node<'_>) -> Vec<Release> {
    let mut found = Vec::new();
    for kind in ["data", "resource"] {
        let types = blocks(root.get(kind)).into_iter();
        let types = types.filter(|(it, _)| Release::is_of(kind, it.text().unwrap_or("")));
        let bodies = types.flat_map(|(_, names)| blocks(Some(names))).flat_map(|(_, bodies)| items(bodies));
        for body in bodies {
            let argument = |name: &str| {
                let it = body.get(name).filter(|it| !it.is_null() && it.span().len() <= MAX_SOURCE)?;
                Some(argument_of(file, it))
            };
            let Some(chart) = argument("chart") else { continue };
            found.push(Release { chart, repository: argument("repository"), version: argument("version") });
        }
    }
    found
}

/// Values nested deeper than this are not looked into.
const MAX_DEPTH: usize = 32;

/// A JSON value as HCL reads it.
fn expression(node: Node<'_>, depth: usize) -> Expression {
    if depth > MAX_DEPTH {
        return Expression::Other;
    }
    let node = node.resolved();
    if node.is_null() {
        return Expression::Null;
    }
    match node.kind() {
        Kind::Scalar => parse_json_string(node.text().unwrap_or("")),
        Kind::Sequence => Expression::List(node.items().map(|it| expression(it, depth + 1)).collect()),
        Kind::Mapping => {
            let pairs = node.entries().into_iter().filter(|(key, _)| key.text() != Some("//"));
            let pair = |(key, value): (Node<'_>, Node<'_>)| {
                (Expression::Literal(key.text().unwrap_or("").to_owned()), expression(value, depth + 1))
            };
            Expression::Object(pairs.map(pair).collect())
        }
        Kind::Alias => Expression::Other,
    }
}

/// What the file's facts are evidence of: the path says it, or a comment property at its root that a program wrote.
pub(crate) fn context(file: &SourceFile<'_>, root: Node<'_>) -> Context {
    let is_comment = |key: &Node<'_>| key.text() == Some("//");
    let mut comments = root.entries().into_iter().filter(|(key, _)| is_comment(key)).map(|(_, value)| value);
    let is_generated = comments.any(|it| match it.resolved().kind() {
        // Terraform's CDK writes what it is: an object with its metadata.
        Kind::Mapping => it.get("metadata").is_some(),
        Kind::Scalar => it.text().is_some_and(says_generated),
        Kind::Alias | Kind::Sequence => false,
    });
    if is_generated { Context::Generated } else { file.context() }
}

/// The keys and values at one level of blocks: a mapping, or a list of mappings. Comments are none.
fn blocks<'d>(node: Option<Node<'d>>) -> Vec<(Node<'d>, Node<'d>)> {
    let all = node.map(items).unwrap_or_default();
    all.into_iter().flat_map(Node::entries).filter(|(key, _)| key.text() != Some("//")).collect()
}

/// A list's elements; anything else as the one element.
fn items(node: Node<'_>) -> Vec<Node<'_>> {
    let node = node.resolved();
    if node.kind() == Kind::Sequence { node.items().collect() } else { vec![node] }
}

/// For each block with one label: whether it has a description.
fn descriptions(blocks_of_kind: Node<'_>) -> Vec<bool> {
    let all = blocks(Some(blocks_of_kind)).into_iter().flat_map(|(_, bodies)| items(bodies));
    all.map(|it| it.get("description").and_then(Node::text).is_some_and(|text| !text.trim().is_empty())).collect()
}

fn resources(file: &SourceFile<'_>, value: Node<'_>, context: Context, module: &mut Module, facts: &mut Facts) {
    for (kind, names) in blocks(Some(value)) {
        for (name, body) in blocks(Some(names)) {
            module.traits.insert(OfferTrait::Resources);
            let at = file.at(name.span());
            let of_type = kind.text().unwrap_or("");
            let marks_at = || at.clone();
            mark_resource(file.knowledge(), of_type, (&marks_at, context), name.text(), facts, |row| {
                row.reading.read(&Value::of_json(body))
            });
            facts.resources.push(Resource {
                at,
                r#type: kind.text().unwrap_or("").to_owned(),
                name: name.text().unwrap_or("").to_owned(),
                context,
                shape: None,
            });
        }
    }
}

/// What providers are told to do with all their resources.
fn provider_settings(file: &SourceFile<'_>, value: Node<'_>, context: Context, facts: &mut Facts) {
    for (name, body) in blocks(Some(value)) {
        let of_type = format!("provider.{}", name.text().unwrap_or(""));
        let at = || file.at(name.span());
        mark_resource(file.knowledge(), &of_type, (&at, context), None, facts, |row| {
            row.reading.read(&Value::of_json(body))
        });
    }
}

/// `"terraform": {"backend": …, "cloud": …, "required_providers": …}`.
fn settings(file: &SourceFile<'_>, value: Node<'_>, context: Context, module: &mut Module, facts: &mut Facts) {
    for (kind, value) in blocks(Some(value)) {
        match kind.text().unwrap_or("") {
            "backend" | "cloud" => drop(module.traits.insert(OfferTrait::Backend)),
            "required_providers" => {
                let required = blocks(Some(value)).into_iter();
                facts.uses.extend(required.map(|(name, entry)| required_provider(file, name, entry, context)));
            }
            _ => {}
        }
    }
}

/// `"aws": {"source": "hashicorp/aws", "version": "~> 5.0"}`, or `"aws": "~> 5.0"`.
fn required_provider(file: &SourceFile<'_>, name: Node<'_>, entry: Node<'_>, context: Context) -> Use {
    let version = entry.get("version").and_then(Node::text).or(entry.text());
    let named = entry.get("source").unwrap_or(name);
    let written = named.text().unwrap_or("");
    let Reference { origin, version } = Reference::of(provider(written, version));
    Use {
        at: file.at(named.span()),
        artifact: Artifact::TerraformProvider,
        written: redact(written).into_owned(),
        origin,
        version,
        context,
        via: None,
    }
}
