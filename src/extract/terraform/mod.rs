//! Terraform and OpenTofu files: module calls, providers, resources, and what a folder offers as a module.
//!
//! Each file is read alone. A module's files are brought together by [`Facts::finish`]; a call that other files of its
//! folder have a say in (a local value, a variable, an override file) is left to [`resolve`](crate::resolve) as a
//! question.

pub(crate) mod call;
mod ids;
mod images;
pub(crate) mod json;
pub(crate) mod release;
mod shape;
pub(crate) mod switches;
pub(crate) mod values;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex_automata::meta::Regex;

use self::call::{Argument, Call};
use self::ids::Marks;
use self::release::Release;
use self::values::Value;
use super::commands;
use crate::facts::{
    Artifact, Context, Described, Facts, Gap, GapReason, Marker, MarkerKind, Mode, Offer, OfferTrait, Resource, Said,
    Switches, Use,
};
use crate::knowledge::{Found, Knowledge, ResourceRow};
use crate::origin::chart::Place;
use crate::origin::terraform::{provider, redact};
use crate::origin::{Reference, claim};
use crate::paths::{folder_of, name_of};
use crate::resolve::{Questions, is_scaling_policy};
use crate::source::{Location, SourceFile};
use crate::syntax::hcl::evaluate::{Alternative, Nothing, alternatives};
use crate::syntax::hcl::expression;
use crate::syntax::hcl::{Attribute, Block, Body, Problem, ProblemKind, literal, scan, scan_object};

/// Reads the file of a module.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    let (body, problems) = scan(file.text());
    let context = context(file);
    let mut module = Module::default();
    let mut defaults = String::new();
    for block in body.top_level() {
        match block.kind {
            "module" => module.has_calls = true,
            "output" => module.outputs.count(is_described(&body, block)),
            "provider" => {
                module.traits.insert(OfferTrait::ProviderConfiguration);
                provider_settings(file, context, &body, block, facts);
            }
            "resource" => {
                module.traits.insert(OfferTrait::Resources);
                resource(file, context, &body, block, facts);
                if body.labels(block).first().is_some_and(|it| is_scaling_policy(it.text)) {
                    questions.ask_scaling(file.folder());
                }
                let before = facts.markers.len();
                commands::of_provisioners(file, context, &body, block, facts);
                conditions(&body, block, before, facts);
            }
            "terraform" => settings(file, context, &body, block, &mut module, facts),
            "variable" => {
                module.inputs.count(is_described(&body, block));
                if context == Context::Production {
                    switches::add_default(file, &body, block, &mut defaults);
                }
            }
            _ => {}
        }
    }
    if !defaults.is_empty() {
        facts.switches.push(Switches {
            at: file.start(),
            is_call: false,
            to: None,
            values: defaults,
            only_if: Vec::new(),
        });
    }
    let marks = Marks::of(file.text());
    ids::hard_coded(file, context, &body, &marks, facts, questions);
    commands::scripts_named_by_terraform(file, &body, &marks.scripts, questions);
    if module.has_calls {
        let mut calls = Vec::new();
        for block in body.top_level().filter(|it| it.kind == "module") {
            let Some(call) = call_of(file, &body, block, Some(facts)) else { continue };
            if let Some(source) = call.source.as_ref().filter(|_| context == Context::Production) {
                facts.switches.push(switches::of_call(&body, block, source.at.clone()));
            }
            calls.push(call);
        }
        add_calls(file, context, &calls, facts, questions);
    }
    add_releases(file, context, &releases(file, &body), facts, questions);
    facts.offers.extend(module.offer(file, context));
    gap(file, &problems, facts);
}

/// Reads the components of a stack: each calls a module, as a module call does. Their arguments are literals; what
/// a `stack` block names is a stack of a registry of its own kind, or an address.
pub(crate) fn extract_stack(file: &SourceFile<'_>, facts: &mut Facts) {
    let (body, problems) = scan(file.text());
    let context = context(file);
    for block in body.top_level() {
        match block.kind {
            "component" | "stack" => {
                if let Some(call) = call_of(file, &body, block, Some(facts)) {
                    call.add_uses(file.folder(), context, &Nothing, &|| None, facts);
                }
            }
            "required_providers" => required_providers(file, context, &body, block, facts),
            _ => {}
        }
    }
    gap(file, &problems, facts);
}

/// Reads a test: its runs may each call a module in place of the one that is tested.
pub(crate) fn extract_test(file: &SourceFile<'_>, facts: &mut Facts) {
    if file.path().ends_with(".json") {
        return json::extract_test(file, facts);
    }
    let (body, problems) = scan(file.text());
    for run in body.top_level().filter(|it| it.kind == "run") {
        for block in body.children(run).filter(|it| it.kind == "module") {
            if let Some(call) = call_of(file, &body, block, Some(facts)) {
                call.add_uses(tested_folder(file), test_context(file), &Nothing, &|| None, facts);
            }
        }
    }
    gap(file, &problems, facts);
}

/// The folder that a test's paths are relative to: that of the module it tests, beside or above its own `tests/`.
fn tested_folder<'f>(file: &'f SourceFile<'_>) -> &'f str {
    match file.folder().rsplit_once('/') {
        Some((module, "tests")) => module,
        None if file.folder() == "tests" => "",
        _ => file.folder(),
    }
}

/// What a test shows is evidence of a test, wherever it lies.
fn test_context(file: &SourceFile<'_>) -> Context {
    if file.context() == Context::Production { Context::Test } else { file.context() }
}

/// What the file's facts are evidence of: the path says it, or the file's head.
pub(crate) fn context(file: &SourceFile<'_>) -> Context {
    if is_generated(file.text()) { Context::Generated } else { file.context() }
}

/// Adds what a file's calls use, or asks for what they leave open. An override file changes what others call, so that
/// its whole folder is in question.
fn add_calls(file: &SourceFile<'_>, context: Context, calls: &[Call], facts: &mut Facts, questions: &mut Questions) {
    if is_override(file.path()) || !calls.iter().all(Call::is_literal) {
        questions.ask_terraform(file.folder());
        return;
    }
    for call in calls {
        call.add_uses(file.folder(), context, &Nothing, &|| None, facts);
    }
}

/// Adds the charts that a file's releases take, or asks for what they leave open.
fn add_releases(
    file: &SourceFile<'_>,
    context: Context,
    releases: &[Release],
    facts: &mut Facts,
    questions: &mut Questions,
) {
    if releases.is_empty() {
        return;
    }
    if !releases.iter().all(Release::is_literal) {
        questions.ask_terraform(file.folder());
        return;
    }
    let place = Place { folder: Some(file.folder()), alias: &|_| None, has_chart: &|_| false };
    for release in releases {
        release.add_uses(&place, context, &Nothing, &|| None, facts);
    }
}

/// The charts that are released or rendered in a file.
pub(crate) fn releases(file: &SourceFile<'_>, body: &Body<'_>) -> Vec<Release> {
    let takes_chart = |it: &&Block<'_>| {
        matches!(it.kind, "data" | "resource")
            && body.labels(it).first().is_some_and(|label| Release::is_of(it.kind, label.text))
    };
    let releases = body.top_level().filter(takes_chart).filter_map(|block| {
        let argument = |name: &str| {
            let it = body.attribute(block, name).filter(|it| !it.damaged && it.value.len() <= MAX_SOURCE)?;
            Some(argument(file, it))
        };
        Some(Release { chart: argument("chart")?, repository: argument("repository"), version: argument("version") })
    });
    releases.collect()
}

/// Whether Terraform reads the file after all others of its folder, to change them: `override.tf`, `x_override.tf`.
pub(crate) fn is_override(path: &str) -> bool {
    let name = name_of(path);
    let base = name.split('.').next().unwrap_or(name);
    base == "override" || base.ends_with("_override")
}

/// The calls in a file. What can't be a call is told as a gap where there is somebody to tell.
pub(crate) fn calls(file: &SourceFile<'_>, body: &Body<'_>, mut facts: Option<&mut Facts>) -> Vec<Call> {
    let blocks = body.top_level().filter(|it| it.kind == "module");
    blocks.filter_map(|block| call_of(file, body, block, facts.as_deref_mut())).collect()
}

/// No address and no version is longer; what is isn't looked at.
pub(crate) const MAX_SOURCE: usize = 4096;
const TOO_LONG: &str = "a source or version of more than 4096 bytes";

/// Adds what a file of variables' values shows: the folder is applied with them. A file of examples shows nothing.
pub(crate) fn mark_variables(at: &Location, context: Context, facts: &mut Facts) {
    let name = name_of(&at.path);
    if name.split(['.', '-', '_']).any(|part| matches!(part, "example" | "sample" | "template" | "test" | "tests")) {
        return;
    }
    facts.offers.extend(part_of_a_root(at.clone(), context));
}

/// What a file shows that gives the variables of its folder their values: the folder is applied, not called.
pub(crate) fn part_of_a_root(at: Location, context: Context) -> Option<Offer> {
    let path = at.path.clone();
    let folder = folder_of(&path);
    let traits = BTreeSet::from([OfferTrait::VariableValues]);
    Module { traits, ..Module::default() }.part(at, folder, context)
}

/// What one file adds to the module that its folder is.
#[derive(Default)]
struct Module {
    inputs: Described,
    outputs: Described,
    traits: BTreeSet<OfferTrait>,
    has_calls: bool,
}

impl Module {
    /// The file's part of the offer. A folder without resources, calls, variables and outputs offers nothing; a file
    /// that only configures is a part of what the other files of its folder offer.
    fn offer(self, file: &SourceFile<'_>, context: Context) -> Option<Offer> {
        self.part(file.start(), file.folder(), context)
    }

    fn part(self, at: Location, folder: &str, context: Context) -> Option<Offer> {
        let Module { inputs, outputs, traits, has_calls } = self;
        let is_part = has_calls || inputs.total > 0 || outputs.total > 0 || !traits.is_empty();
        is_part.then(|| Offer {
            at,
            artifact: Artifact::TerraformModule,
            path: folder.into(),
            name: name_of(folder).to_owned(),
            version: None,
            described: false,
            inputs,
            outputs,
            traits,
            context,
        })
    }
}

/// A block that calls a module. A damaged argument isn't what was meant, and the gap of the damage tells of it.
pub(crate) fn call_of(
    file: &SourceFile<'_>,
    body: &Body<'_>,
    block: &Block<'_>,
    facts: Option<&mut Facts>,
) -> Option<Call> {
    let argument = |name: &str| body.attribute(block, name).filter(|it| !it.damaged);
    let (source, version) = (argument("source"), argument("version"));
    if let Some(long) = [source, version].into_iter().flatten().find(|it| it.value.len() > MAX_SOURCE) {
        if let Some(facts) = facts {
            facts.gap(file.at(long.name_span.clone()), GapReason::TooComplex, TOO_LONG);
        }
        return None;
    }
    Some(Call {
        name: body.labels(block).first().map_or("", |it| it.text).to_owned(),
        source: source.map(|it| self::argument(file, it)),
        version: version.map(|it| self::argument(file, it)),
    })
}

fn argument(file: &SourceFile<'_>, it: &Attribute<'_>) -> Argument {
    Argument {
        value: it.expression(),
        written: redact(unquoted(it.value)).into_owned(),
        at: file.at(it.value_span.clone()),
        said: said(file, it.value_span.end),
    }
}

/// The version that a comment after a value says a commit is.
fn said(file: &SourceFile<'_>, end: usize) -> Option<(String, Location)> {
    let rest = &file.text()[end..];
    let line = &rest[..memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len())];
    // Nearly no value has a comment behind it.
    let (at, version) = if line.trim_end().is_empty() { None } else { claim::after_value(line) }?;
    Some((version.to_owned(), file.at(end + at..end + at + version.len())))
}

/// The text of a value that no other place has a say in; else its first outcome that isn't one.
fn text(raw: &str) -> Result<Cow<'_, str>, Alternative> {
    if let Some(text) = literal(raw) {
        return Ok(text);
    }
    match alternatives(&expression::parse(raw), &Nothing).swap_remove(0) {
        Alternative::Text(text) => Ok(Cow::Owned(text)),
        other => Err(other),
    }
}

/// A value without the quotes around it.
pub(crate) fn unquoted(raw: &str) -> &str {
    raw.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(raw)
}

fn resource(file: &SourceFile<'_>, context: Context, body: &Body<'_>, block: &Block<'_>, facts: &mut Facts) {
    let [kind, name, ..] = body.labels(block) else { return };
    let at = file.at(body.head(block));
    let before = facts.markers.len();
    mark_resource(file.knowledge(), kind.text, (&|| at.clone(), context), Some(name.text), facts, |row| {
        row.reading.read(&Value::of_block(body, block, &|it| row.reading.asks_for(it)))
    });
    let rulesets = facts.markers[before..].iter_mut().filter(|it| it.kind == MarkerKind::RepositoryRuleset);
    // Nothing is changed any more that they could keep anybody from.
    rulesets.filter(|_| is_for_something_archived(body, block)).for_each(|it| it.mode = Some(Mode::Off));
    conditions(body, block, before, facts);
    facts.resources.push(Resource {
        at,
        r#type: kind.text.to_owned(),
        name: name.text.to_owned(),
        context,
        shape: shape::of_resource(body, block),
    });
    images::add(file, context, body, block, kind.text, facts);
}

/// Whether a resource names one of the same file that is archived, as a repository can be.
fn is_for_something_archived(body: &Body<'_>, block: &Block<'_>) -> bool {
    let is_archived = |of_type: &str, name: &str| {
        let mut resources = body.top_level().filter(|it| it.kind == "resource");
        resources.any(|it| {
            let is_meant = matches!(body.labels(it), [kind, own, ..] if kind.text == of_type && own.text == name);
            is_meant && body.attribute(it, "archived").is_some_and(|it| it.value == "true")
        })
    };
    body.attributes(block).any(|it| {
        let mut parts = it.value.split(['.', '[']);
        matches!((parts.next(), parts.next()), (Some(of_type), Some(name)) if is_archived(of_type, name))
    })
}

/// Says of the markers of a resource, from this one on, what decides whether it is made: whoever calls the module may.
fn conditions(body: &Body<'_>, block: &Block<'_>, before: usize, facts: &mut Facts) {
    if facts.markers.len() > before {
        for demand in switches::demands(body, block) {
            facts.markers[before..].iter_mut().for_each(|it| it.say(Said::Condition, demand.to_string()));
        }
    }
}

/// Adds what the tables of evidence say of a resource of this type. `read` is what a row reads out of it; it is asked for
/// only where a row names the type and asks. `at` is asked for where a row counts.
pub(in crate::extract) fn mark_resource(
    knowledge: &Knowledge,
    of_type: &str,
    (at, context): (&dyn Fn() -> Location, Context),
    name: Option<&str>,
    facts: &mut Facts,
    read: impl Fn(&ResourceRow) -> Option<Found>,
) {
    // Of the rows for one thing the first that holds counts.
    let mut told: Vec<(MarkerKind, &str)> = Vec::new();
    for row in knowledge.resources(of_type) {
        if told.contains(&(row.marker, &row.tool)) {
            continue;
        }
        let found = if row.reading.is_none() {
            None
        } else {
            let Some(found) = read(row) else { continue };
            Some(found)
        };
        told.push((row.marker, &row.tool));
        let mut marker = Marker::of(at(), row.marker, &row.tool, context);
        marker.name = name.map(str::to_owned);
        if let Some(found) = found {
            found.put_in(&mut marker);
        }
        facts.markers.push(marker);
    }
}

/// What a provider is told to do with all its resources: a row for it names it as `provider.aws`.
fn provider_settings(file: &SourceFile<'_>, context: Context, body: &Body<'_>, block: &Block<'_>, facts: &mut Facts) {
    let [label, ..] = body.labels(block) else { return };
    let of_type = format!("provider.{}", label.text);
    let at = || file.at(body.head(block));
    mark_resource(file.knowledge(), &of_type, (&at, context), None, facts, |row| {
        row.reading.read(&Value::of_block(body, block, &|it| row.reading.asks_for(it)))
    });
}

/// `terraform { backend …, cloud …, required_providers … }`.
fn settings(
    file: &SourceFile<'_>,
    context: Context,
    body: &Body<'_>,
    block: &Block<'_>,
    module: &mut Module,
    facts: &mut Facts,
) {
    for inner in body.children(block) {
        match inner.kind {
            "backend" | "cloud" => drop(module.traits.insert(OfferTrait::Backend)),
            "required_providers" => required_providers(file, context, body, inner, facts),
            _ => {}
        }
    }
}

fn required_providers(file: &SourceFile<'_>, context: Context, body: &Body<'_>, block: &Block<'_>, facts: &mut Facts) {
    let required = body.attributes(block).filter(|it| !it.damaged);
    facts.uses.extend(required.map(|entry| required_provider(file, context, entry)));
}

/// `name = { source = "…", version = "…" }`, or `name = "version"` as before Terraform 0.13.
fn required_provider(file: &SourceFile<'_>, context: Context, entry: &Attribute<'_>) -> Use {
    let (elements, _) = scan_object(file.text(), entry.value_span.clone());
    let element = |name: &str| elements.attributes.iter().find(|it| it.name == name);
    let version = match element("version") {
        Some(version) => Some(version),
        None => Some(entry).filter(|it| !it.value.starts_with('{')),
    };
    let constraint = version.and_then(|it| text(it.value).ok());
    let (span, written, source): (Range<usize>, _, _) = match element("source") {
        Some(source) => (source.value_span.clone(), unquoted(source.value), text(source.value)),
        None => (entry.name_span.start..entry.value_span.end, entry.name, Ok(Cow::Borrowed(entry.name))),
    };
    let Reference { origin, version } = match source {
        Ok(source) => Reference::of(provider(&source, constraint.as_deref())),
        Err(Alternative::Open { prefix, shown: _, reason }) => Reference::dynamic(redact(&prefix), reason),
        Err(Alternative::Null | Alternative::Text(_)) => Reference::dynamic("", "it is null"),
    };
    Use {
        at: file.at(span),
        artifact: Artifact::TerraformProvider,
        written: redact(written).into_owned(),
        origin,
        version,
        context,
        via: None,
    }
}

/// Whether a variable or output says what it is: a heredoc or expression counts, an empty string doesn't.
fn is_described(body: &Body<'_>, block: &Block<'_>) -> bool {
    let description = body.attribute(block, "description");
    description.is_some_and(|it| !unquoted(it.value).trim().is_empty() && it.value != "null")
}

fn gap(file: &SourceFile<'_>, problems: &[Problem], facts: &mut Facts) {
    facts.gaps.extend(gap_of(file, problems));
}

/// One gap a file: the first problem, and how many there are. A block that isn't closed is told of only where nothing
/// else explains it.
pub(crate) fn gap_of(file: &SourceFile<'_>, problems: &[Problem]) -> Option<Gap> {
    let cause = problems.iter().find(|problem| problem.kind != ProblemKind::Unclosed);
    let first = cause.or(problems.first())?;
    let reason = match first.kind {
        ProblemKind::Syntax | ProblemKind::Unclosed => GapReason::Syntax,
        ProblemKind::Placeholder => GapReason::Templated,
        ProblemKind::TooDeep => GapReason::TooComplex,
    };
    let detail = match problems.len() {
        1 => first.message.to_owned(),
        n => format!("{}; {n} problems in this file", first.message),
    };
    Some(Gap { at: file.at(first.at..first.at), reason, detail })
}

/// How many lines at the top of a file are asked whether a program wrote it.
const HEAD_LINES: usize = 8;

/// What programs write at the top of the files that they write, in lower case; sorted.
const GENERATED_MARKS: &[&str] = &[
    "__generated__ by terraform",
    "auto-generated by",
    "auto-generated from",
    "autogenerated by",
    "automatically generated",
    "code generated",
    "do not edit",
    "generated by terragrunt",
];

/// Whether the comments at the top of the file say that a program wrote it.
fn is_generated(text: &str) -> bool {
    let lines = text.trim_start_matches('\u{FEFF}').lines().take(HEAD_LINES).map(str::trim);
    let mut comments = lines.take_while(|line| matches!(line.as_bytes().first(), None | Some(b'#' | b'/' | b'*')));
    comments.any(says_generated)
}

/// Whether a comment says that a program wrote it.
fn says_generated(comment: &str) -> bool {
    static MARKS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(&format!("(?i-u){}", GENERATED_MARKS.join("|"))).ok());
    MARKS.as_ref().is_some_and(|it| it.is_match(comment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(GENERATED_MARKS.is_sorted());
    }

    #[test]
    fn files_that_programs_wrote_are_told_by_their_head() {
        let generated = [
            "# Generated by Terragrunt. Sig: nIlQXj57tbuaRZEa\n",
            "// Code generated by gen. DO NOT EDIT.\n",
            "\u{FEFF}\n# __generated__ by Terraform\n# Please review\n",
            "######## DO NOT EDIT - THIS FILE WILL BE OVERWRITTEN ########\n",
            "/*\n * This file was automatically generated\n */\n",
        ];
        let written = [
            "",
            "# Our modules\n",
            "module \"x\" {\n  source = \"./x\" # do not edit\n}\n",
            "locals {}\n# DO NOT EDIT below\n",
            "# a\n# b\n# c\n# d\n# e\n# f\n# g\n# h\n# do not edit\n",
        ];
        assert!(generated.iter().all(|it| is_generated(it)));
        assert!(!written.iter().any(|it| is_generated(it)));
    }
}
