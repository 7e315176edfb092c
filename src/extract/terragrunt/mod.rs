//! Terragrunt units (`terragrunt.hcl`) and stacks (`terragrunt.stack.hcl`): the module that a unit runs, the units and
//! stacks that a stack is made of, and the catalogue that is browsed for them.
//!
//! Each file is read alone. A unit that includes others, or whose source is computed, is left to
//! [`resolve`](crate::resolve) as a question. What a unit depends on (`dependency`) is no use of it, and hooks are not
//! looked at.

pub mod source;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::classify::FileKind;
use crate::extract::terraform::call::Call;
use crate::extract::terraform::{MAX_SOURCE, call_of, context, gap_of, part_of_a_root, unquoted};
use crate::facts::{Context, Facts, Gap, Marker, MarkerKind, Said};
use crate::origin::terraform::redact;
use crate::resolve::Questions;
use crate::source::{Location, SourceFile};
use crate::syntax::hcl::evaluate::{Alternative, Nothing, Scope, alternatives};
use crate::syntax::hcl::expression::{self, Expression};
use crate::syntax::hcl::{Attribute, Body, scan};

/// Reads a unit or stack.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    let (body, problems) = scan(file.text());
    let context = context(file);
    let calls = calls(file, &body, Some(facts));
    facts.gaps.extend(gap_of(file, &problems));
    facts.markers.extend(catalogue(file, &body));
    if !is_stack(file.path()) {
        facts.offers.extend(part_of_a_root(file.start(), context));
    }
    let includes = body.top_level().any(|it| it.kind == "include");
    // The catalogue that a stack's units are chosen from is named in a folder above.
    if includes || is_stack(file.path()) || !calls.iter().all(is_decided) {
        questions.ask_terragrunt(file.path());
        return;
    }
    for call in calls.iter().filter(|it| !is_without_source(it)) {
        let grammar = |source: &str, version: Option<&str>| source::parse(source, version, file.folder(), &|_| false);
        call.add_uses_of(&grammar, context, &Nothing, &|| None, facts);
    }
}

/// Whether a file is a stack: units and stacks that are made from it.
pub(crate) fn is_stack(path: &str) -> bool {
    path.rsplit_once('/').map_or(path, |(_, name)| name) == "terragrunt.stack.hcl"
}

/// Whether neither another file nor the repository's folders have a say in what is called.
fn is_decided(call: &Call) -> bool {
    let is_bare = match call.source.as_ref().map(|it| &it.value) {
        Some(Expression::Literal(source)) => source::is_bare(source),
        _ => false,
    };
    call.is_literal() && !is_bare
}

/// Whether the call's source is no source: `source = ""` runs what lies in the unit's own folder.
pub(crate) fn is_without_source(call: &Call) -> bool {
    matches!(call.source.as_ref().map(|it| &it.value), None | Some(Expression::Null))
        || matches!(call.source.as_ref().map(|it| &it.value), Some(Expression::Literal(source)) if source.is_empty())
}

/// What a unit runs, or what a stack is made of. What can't be a call is told as a gap where there is somebody to tell.
fn calls(file: &SourceFile<'_>, body: &Body<'_>, mut facts: Option<&mut Facts>) -> Vec<Call> {
    let is_stack = is_stack(file.path());
    let blocks = body.top_level().filter(|it| match it.kind {
        "terraform" => !is_stack,
        "stack" | "unit" => is_stack,
        _ => false,
    });
    blocks.filter_map(|block| call_of(file, body, block, facts.as_deref_mut())).collect()
}

/// The catalogue that a file names.
fn catalogue(file: &SourceFile<'_>, body: &Body<'_>) -> Option<Marker> {
    let block = body.top_level().find(|it| it.kind == "catalog")?;
    let urls = body.attribute(block, "urls").filter(|it| !it.damaged)?;
    let Expression::List(urls) = urls.expression() else { return None };
    let urls = urls.iter().map(|it| match alternatives(it, &Alone).swap_remove(0) {
        Alternative::Text(url) if url.len() > MAX_SOURCE => String::new(),
        Alternative::Text(url) => redact(&url).into_owned(),
        Alternative::Open { prefix, .. } => format!("{}…", redact(&prefix)),
        Alternative::Null => String::new(),
    });
    let urls: Vec<String> = urls.filter(|it| !it.is_empty()).collect();
    if urls.is_empty() {
        return None;
    }
    let mut marker = Marker::of(file.at(body.head(block)), MarkerKind::ModuleCatalogue, "terragrunt", file.context());
    urls.into_iter().for_each(|it| marker.say(Said::Url, it));
    Some(marker)
}

/// What a file alone can tell: where the repository begins.
struct Alone;

impl Scope for Alone {
    fn reference(&self, root: &str, steps: &[Expression]) -> Result<(Expression, usize), String> {
        Nothing.reference(root, steps)
    }

    fn call(&self, name: &str, _arguments: &[Expression]) -> Option<Result<Expression, String>> {
        (name == "get_repo_root").then(|| Ok(Expression::Literal(source::REPOSITORY_ROOT.to_owned())))
    }
}

/// What a file of Terragrunt says, for those who take values from it.
#[derive(Debug)]
pub(crate) struct Config {
    /// The files it includes, in the order they are written.
    pub(crate) includes: Vec<Include>,
    /// What it calls: a unit one module at most.
    pub(crate) calls: Vec<Call>,
    /// Its local values.
    pub(crate) locals: BTreeMap<String, Value>,
    /// Its own attributes: `inputs`, and everything there is in a file of values.
    pub(crate) attributes: BTreeMap<String, Value>,
    /// What it is evidence of.
    pub(crate) context: Context,
    /// What is to be told of it where no one else reads it.
    pub(crate) gap: Option<Gap>,
    /// Likewise.
    pub(crate) catalogue: Option<Marker>,
}

/// An `include` block.
#[derive(Debug)]
pub(crate) struct Include {
    /// Its label; empty where it has none.
    pub(crate) name: String,
    /// The file.
    pub(crate) path: Expression,
    /// Where that is written.
    pub(crate) at: Location,
    /// Whether its values may be used by name (`include.root.locals.x`).
    pub(crate) is_exposed: bool,
    /// Whether what it says counts where the unit says nothing.
    pub(crate) is_merged: bool,
}

/// A value that is parsed when it is asked for: most aren't.
#[derive(Debug)]
pub(crate) struct Value {
    raw: String,
    parsed: OnceCell<Expression>,
    /// `path:line`.
    pub(crate) place: String,
}

impl Value {
    fn of(file: &SourceFile<'_>, attribute: &Attribute<'_>) -> Self {
        let place = format!("{}:{}", file.path(), file.line(attribute.name_span.start));
        Value { raw: attribute.value.to_owned(), parsed: OnceCell::new(), place }
    }

    /// The value as an expression.
    pub(crate) fn expression(&self) -> &Expression {
        self.parsed.get_or_init(|| expression::parse(&self.raw))
    }
}

impl Config {
    /// Reads a file.
    pub(crate) fn of(file: &SourceFile<'_>) -> Self {
        let (body, problems) = scan(file.text());
        let mut locals = BTreeMap::new();
        for attribute in body.top_level().filter(|it| it.kind == "locals").flat_map(|it| body.attributes(it)) {
            if !attribute.damaged {
                locals.entry(attribute.name.to_owned()).or_insert_with(|| Value::of(file, attribute));
            }
        }
        let own = body.attributes.iter().filter(|it| it.parent.is_none() && !it.damaged);
        let is_told = file.kind() == FileKind::HclFile;
        Config {
            includes: includes(file, &body),
            calls: calls(file, &body, None),
            locals,
            attributes: own.map(|it| (it.name.to_owned(), Value::of(file, it))).collect(),
            context: context(file),
            gap: is_told.then(|| gap_of(file, &problems)).flatten(),
            catalogue: is_told.then(|| catalogue(file, &body)).flatten(),
        }
    }
}

fn includes(file: &SourceFile<'_>, body: &Body<'_>) -> Vec<Include> {
    let blocks = body.top_level().filter(|it| it.kind == "include");
    let read = blocks.filter_map(|block| {
        let path = body.attribute(block, "path").filter(|it| !it.damaged)?;
        let says = |name: &str, value: &str| body.attribute(block, name).is_some_and(|it| unquoted(it.value) == value);
        Some(Include {
            name: body.labels(block).first().map_or("", |it| it.text).to_owned(),
            path: path.expression(),
            at: file.at(path.value_span.clone()),
            is_exposed: says("expose", "true"),
            is_merged: !says("merge_strategy", "no_merge"),
        })
    });
    read.collect()
}
