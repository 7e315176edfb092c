//! The module calls of a folder, and its releases of charts, that more than one of its files has a say in: local values, variables' defaults,
//! override files.
//!
//! A variable's default is what a reader can know of it; whether one is allowed in a `source` depends on the program
//! and its version (OpenTofu since 1.8, Terraform since 1.15 for constant variables), and isn't asked. Values of
//! `*.tfvars` files aren't looked at: which of them counts is decided when it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Files;
use super::memo::Memo;
use crate::classify::FileKind;
use crate::extract::terraform::call::Call;
use crate::extract::terraform::release::Release;
use crate::extract::terraform::{calls, context, is_override, json, releases};
use crate::facts::{Artifact, Context, Facts, GapReason};
use crate::origin::chart;
use crate::source::{Location, SourceFile};
use crate::syntax::hcl::evaluate::{Scope, evaluate};
use crate::syntax::hcl::expression::{self, Expression};
use crate::syntax::hcl::scan;

/// Reads the calls of these folders anew, each with what all its files say.
pub(super) fn resolve(folders: &BTreeSet<String>, facts: &mut Facts, files: &Files<'_>) {
    let (n_uses, n_gaps) = (facts.uses.len(), facts.gaps.len());
    let mut read: BTreeSet<&str> = BTreeSet::new();
    for folder in folders {
        read.extend(resolve_folder(folder, facts, files));
    }
    // What each file said alone has been told anew. It is gone through once, not for each folder.
    let mut at = 0;
    facts.uses.retain(|it| {
        at += 1;
        let is_told_anew = matches!(it.artifact, Artifact::HelmChart | Artifact::TerraformModule);
        at > n_uses || !is_told_anew || !read.contains(&*it.at.path)
    });
    let mut at = 0;
    facts.gaps.retain(|it| {
        at += 1;
        let is_of_a_reference = matches!(it.reason, GapReason::InvalidReference | GapReason::Unresolved);
        at > n_gaps || !is_of_a_reference || !read.contains(&*it.at.path)
    });
}

/// Adds what the calls of a folder use. Gives the files that were read.
fn resolve_folder<'f>(folder: &str, facts: &mut Facts, files: &Files<'f>) -> Vec<&'f str> {
    let mut module = Module::default();
    let mut read = Vec::new();
    for file in files.in_folder(folder).filter(|it| is_of_module(it.kind)) {
        let seen = files.with(file, |source| {
            if file.kind == FileKind::Terraform { module.add_hcl(source) } else { module.add_json(source) }
        });
        if seen.is_some() {
            read.push(file.path);
        }
    }
    let Module { scope, mut calls, overrides, releases } = module;
    let mut first_of: BTreeMap<String, usize> = BTreeMap::new();
    for (at, (call, _)) in calls.iter().enumerate() {
        first_of.entry(call.name.clone()).or_insert(at);
    }
    for (over, context) in overrides {
        if let Some(&at) = first_of.get(&over.name) {
            let (call, _) = &mut calls[at];
            call.source = over.source.or(call.source.take());
            call.version = over.version.or(call.version.take());
            continue;
        }
        if let Some(source) = &over.source {
            let detail = format!("it overrides the module {:?}, which no other file of the folder calls", over.name);
            facts.gap(source.at.clone(), GapReason::InvalidReference, detail);
        }
        first_of.insert(over.name.clone(), calls.len());
        calls.push((over, context));
    }
    for (call, context) in &calls {
        drop(scope.memo.take_used());
        let via = || {
            let used = scope.memo.take_used();
            let arguments = [&call.source, &call.version].map(|it| it.as_ref().map(|it| &it.at));
            // The version may stand in another file than the source.
            let elsewhere = match arguments {
                [Some(source), Some(version)] if source.path != version.path => Some(place(version)),
                _ => None,
            };
            let places: BTreeSet<&str> = used.iter().map(String::as_str).chain(elsewhere.as_deref()).collect();
            super::via(places.into_iter())
        };
        call.add_uses(folder, *context, &scope, &via, facts);
    }
    let has_chart = |folder: &str| files.in_folder(folder).any(|it| it.kind == FileKind::Chart);
    let place = chart::Place { folder: Some(folder), alias: &|_| None, has_chart: &has_chart };
    for (release, context) in &releases {
        drop(scope.memo.take_used());
        let via = || super::via(scope.memo.take_used().iter().map(String::as_str));
        release.add_uses(&place, *context, &scope, &via, facts);
    }
    read
}

fn is_of_module(kind: FileKind) -> bool {
    matches!(kind, FileKind::Terraform | FileKind::TerraformJson)
}

/// `path:line`.
fn place(at: &Location) -> String {
    format!("{}:{}", at.path, at.line)
}

/// What the files of a folder say together.
#[derive(Default)]
struct Module {
    scope: ModuleScope,
    calls: Vec<(Call, Context)>,
    /// What override files say, in the order in which they are applied.
    overrides: Vec<(Call, Context)>,
    /// The charts that are released.
    releases: Vec<(Release, Context)>,
}

impl Module {
    fn add_hcl(&mut self, file: &SourceFile<'_>) {
        let (body, _) = scan(file.text());
        for block in body.top_level() {
            match block.kind {
                "locals" => {
                    for local in body.attributes(block).filter(|it| !it.damaged) {
                        let at = (file.path().clone(), file.line(local.name_span.start));
                        self.scope.define("local", local.name, Some(Defined::Written(local.value.to_owned())), at);
                    }
                }
                "variable" => {
                    let Some(name) = body.labels(block).first() else { continue };
                    let default = body.attribute(block, "default").filter(|it| !it.damaged);
                    let at = default.map_or(name.span.start, |it| it.name_span.start);
                    let value = default.map(|it| Defined::Written(it.value.to_owned()));
                    self.scope.define("var", name.text, value, (file.path().clone(), file.line(at)));
                }
                _ => {}
            }
        }
        self.add_calls(file, calls(file, &body, None), context(file));
        self.releases.extend(releases(file, &body).into_iter().map(|it| (it, context(file))));
    }

    fn add_json(&mut self, file: &SourceFile<'_>) {
        // What is wrong with the file was told when it was read alone.
        json::with_root(file, |root, _| {
            let Some(root) = root else { return };
            for json::Definition { root, name, value, at } in json::definitions(root) {
                let at = (file.path().clone(), file.line(at.span().start));
                self.scope.define(root, name, value.map(Defined::Read), at);
            }
            let context = json::context(file, root);
            self.add_calls(file, json::calls(file, root, None), context);
            self.releases.extend(json::releases(file, root).into_iter().map(|it| (it, context)));
        });
    }

    fn add_calls(&mut self, file: &SourceFile<'_>, calls: Vec<Call>, context: Context) {
        let to = if is_override(file.path()) { &mut self.overrides } else { &mut self.calls };
        to.extend(calls.into_iter().map(|it| (it, context)));
    }
}

/// What something is (`local`, `var`), and its name.
type Name = (&'static str, String);

/// The names that the expressions of a folder may use.
#[derive(Default)]
struct ModuleScope {
    definitions: BTreeMap<Name, Definition>,
    /// What has been evaluated.
    memo: Memo<Name>,
}

struct Definition {
    /// Nothing for a variable without default.
    value: Option<Defined>,
    at: Place,
}

/// A file, and the line in it.
type Place = (Arc<str>, u32);

/// What a name stands for. Next to none of a folder's many values has a say in an address, so each is parsed when it is
/// asked for.
enum Defined {
    /// As HCL has it written.
    Written(String),
    /// Parsed.
    Read(Expression),
}

impl ModuleScope {
    /// Adds a definition; one of an override file counts in place of another's.
    fn define(&mut self, root: &'static str, name: &str, value: Option<Defined>, at: Place) {
        let key = (root, name.to_owned());
        let counts = match self.definitions.get(&key) {
            None => true,
            Some(_) => is_override(&at.0) && value.is_some(),
        };
        if counts {
            self.definitions.insert(key, Definition { value, at });
        }
    }

    fn value(&self, root: &'static str, name: &str) -> Result<Expression, String> {
        let key = (root, name.to_owned());
        let Some(definition) = self.definitions.get(&key) else {
            return Err(format!("`{root}.{name}` is not defined in this folder"));
        };
        let Some(value) = &definition.value else {
            return Err(format!("`{root}.{name}` has no default"));
        };
        let (path, line) = &definition.at;
        self.memo.value(
            key,
            || format!("{root}.{name}"),
            format!("{path}:{line}"),
            || match value {
                Defined::Written(text) => evaluate(&expression::parse(text), self),
                Defined::Read(expression) => evaluate(expression, self),
            },
        )
    }
}

impl Scope for ModuleScope {
    fn reference(&self, root: &str, steps: &[Expression]) -> Result<(Expression, usize), String> {
        let first = match steps.first() {
            Some(Expression::Literal(name)) => name.as_str(),
            _ => "",
        };
        match root {
            "local" => Ok((self.value("local", first)?, 1)),
            // A default of null is none: the module's caller has to say.
            "var" => match self.value("var", first)? {
                Expression::Null => Err(format!("`var.{first}` is null unless it is set")),
                value => Ok((value, 1)),
            },
            // What a path in an address is relative to.
            "path" if first == "module" => Ok((Expression::Literal(".".to_owned()), 1)),
            "each" | "count" | "self" => Err(format!("`{root}.{first}` differs from instance to instance")),
            _ => Err(format!("`{root}.{first}` is known only when it runs")),
        }
    }
}
