//! The modules that Terragrunt's units run, where other files have a say in it: files they include, read, or find in the
//! folders above.
//!
//! What is done is what Terragrunt does: a unit's own `source` counts before that of the files it includes, of those the
//! last that is written before the others, and an include with `merge_strategy = "no_merge"` gives none. A relative path
//! is relative to the unit's folder, whichever file it is written in. Included files include nothing themselves. Each
//! unit is a call of its own, told at the unit; the file that others inherit from is none.
//!
//! Folders above the repository's root aren't looked into. Where the environment decides, a default counts.

mod paths;
mod scope;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use self::paths::folder;
use self::scope::{At, Included, Run};
use super::Files;
use crate::classify::FileKind;
use crate::extract::terraform::call::{Argument, Call};
use crate::extract::terragrunt::{Config, is_stack, is_without_source, source};
use crate::facts::{Artifact, Context, Facts, Gap, GapReason, Marker};
use crate::source::Location;
use crate::syntax::hcl::evaluate::{Nothing, evaluate};
use crate::syntax::hcl::expression::Expression;

/// Answers for all units and stacks in question.
pub(super) fn resolve(asked: &BTreeSet<String>, facts: &mut Facts, files: &Files<'_>) {
    let reader = Reader { files, configs: RefCell::default(), gaps: RefCell::default(), markers: RefCell::default() };
    let runs: Vec<Run<'_>> = asked.iter().map(|path| Run::new(&reader, path)).collect();
    let parents: BTreeSet<Rc<str>> = runs.iter().flat_map(|run| parents(run, &reader)).collect();
    // What a parent said alone is said for those who inherit it.
    facts.uses.retain(|it| it.artifact != Artifact::TerraformModule || !parents.contains(&*it.at.path));
    facts.offers.retain(|it| !parents.contains(&*it.at.path));
    facts.gaps.retain(|it| {
        !matches!(it.reason, GapReason::InvalidReference | GapReason::Unresolved) || !parents.contains(&*it.at.path)
    });
    for run in runs.iter().filter(|it| !parents.contains(&it.path)) {
        match run.config(&run.path) {
            Ok(config) if is_stack(&run.path) => {
                reader.look_for_catalogue(folder(&run.path));
                for call in &config.calls {
                    let scope = run.scope_of(&run.path);
                    let scoped = |it| (it, &scope);
                    let (source, version) = (call.source.as_ref().map(scoped), call.version.as_ref().map(scoped));
                    let found = Found { source, version, include: None };
                    add(run, &found, config.context, &reader, facts);
                }
            }
            Ok(config) => unit(run, &config, &reader, facts),
            Err(reason) => facts.gap(Location::whole_file(&(&*run.path).into()), GapReason::Unreadable, reason),
        }
    }
    facts.gaps.append(&mut reader.gaps.borrow_mut());
    facts.markers.append(&mut reader.markers.borrow_mut());
}

/// The files of units that a unit includes from a folder above: those are parents, and no units.
fn parents(run: &Run<'_>, reader: &Reader<'_>) -> Vec<Rc<str>> {
    let includes = run.includes(&run.path);
    let found = includes.iter().filter_map(|it| it.path.as_ref().ok());
    let is_above = |path: &str| paths::above(folder(&run.path)).any(|it| it == folder(path));
    found.filter(|it| reader.is_unit(it) && is_above(it)).cloned().collect()
}

/// Adds what a unit runs.
fn unit(run: &Run<'_>, own: &Config, reader: &Reader<'_>, facts: &mut Facts) {
    let includes = run.includes(&run.path);
    // From the last include to the first: what is written further down counts before what stands above it.
    let mut layers: Vec<Layer<'_>> = vec![Layer { config: None, file: run.path.clone(), include: None }];
    for include in includes.iter().rev() {
        let read = include.path.as_ref().map_err(String::clone).and_then(|it| Ok((it, run.config(it)?)));
        let (file, config) = match &read {
            Ok((file, config)) => (*file, config.clone()),
            Err(_) if !include.is_merged => continue,
            Err(reason) => {
                // What it would have said is not known, and whether the ones before it count neither.
                let is_given = layers.iter().any(|it| it.argument(own, &|call| &call.source).is_some());
                if !is_given {
                    let detail = format!("the file it includes is not known, nor whether that has a source: {reason}");
                    facts.gap(include.at.clone(), GapReason::Unresolved, detail);
                    return;
                }
                continue;
            }
        };
        if !config.includes.is_empty() {
            let detail = format!("{file:?} includes files itself; Terragrunt allows one level");
            facts.gap(include.at.clone(), GapReason::InvalidReference, detail);
        }
        if include.is_merged {
            layers.push(Layer { config: Some(config), file: file.clone(), include: Some(include) });
        }
    }
    let find =
        |part: &dyn Fn(&Call) -> &Option<Argument>| layers.iter().find_map(|it| Some((it, it.argument(own, part)?)));
    let Some((layer, source)) = find(&|call| &call.source) else { return };
    let version = find(&|call| &call.version);
    let scope = run.scope_of(&layer.file);
    let version_scope = version.map(|(layer, _)| run.scope_of(&layer.file));
    let version = version.map(|(_, it)| it).zip(version_scope.as_ref());
    let found = Found { source: Some((source, &scope)), version, include: layer.include };
    add(run, &found, own.context, reader, facts);
}

/// A file that a unit's arguments may be written in.
struct Layer<'a> {
    /// What it says; nothing for the unit's own.
    config: Option<Rc<Config>>,
    file: Rc<str>,
    /// The include that brings it in.
    include: Option<&'a Included>,
}

impl Layer<'_> {
    /// What the file gives for an argument; one that is null is not given.
    fn argument<'c>(&'c self, own: &'c Config, part: &dyn Fn(&Call) -> &Option<Argument>) -> Option<&'c Argument> {
        let config = self.config.as_deref().unwrap_or(own);
        let given = config.calls.iter().filter_map(|it| part(it).as_ref());
        given.into_iter().find(|it| it.value != Expression::Null)
    }
}

/// An argument, and the scope of the file it is written in.
type Scoped<'a> = (&'a Argument, &'a At<'a>);

/// The arguments that count for a unit, a unit of a stack, or a stack of one.
struct Found<'a> {
    source: Option<Scoped<'a>>,
    version: Option<Scoped<'a>>,
    /// The include that brings the source in.
    include: Option<&'a Included>,
}

/// Adds what a call uses.
fn add(run: &Run<'_>, found: &Found<'_>, context: Context, reader: &Reader<'_>, facts: &mut Facts) {
    let &Found { source, version, include } = found;
    run.take_used();
    // A use is told where it is called from; where its address is written is told beside it.
    let here = |(argument, scope): Scoped<'_>| Argument {
        value: evaluate(&argument.value, scope),
        written: argument.written.clone(),
        at: include.map_or(&argument.at, |it| &it.at).clone(),
        // What a parent's comment says is said of the parent's file.
        said: argument.said.clone().filter(|_| include.is_none()),
    };
    let call = Call { name: String::new(), source: source.map(here), version: version.map(here) };
    if is_without_source(&call) {
        return;
    }
    let mut places = run.take_used();
    let elsewhere = [source, version].into_iter().flatten().map(|(it, _)| &it.at).filter(|it| *it.path != *run.path);
    places.extend(elsewhere.map(|it| format!("{}:{}", it.path, it.line)));
    let via = super::via(places.iter().map(String::as_str));
    let grammar = |source: &str, version: Option<&str>| {
        source::parse(source, version, folder(&run.path), &|path| reader.is_there(path))
    };
    call.add_uses_of(&grammar, context, &Nothing, &|| via.clone(), facts);
}

/// The files of the repository, each read once: hundreds of units share a parent.
struct Reader<'a> {
    files: &'a Files<'a>,
    configs: RefCell<BTreeMap<String, Result<Rc<Config>, String>>>,
    /// What is wrong with files that are read here alone.
    gaps: RefCell<Vec<Gap>>,
    /// What they show besides.
    markers: RefCell<Vec<Marker>>,
}

impl Reader<'_> {
    /// What a file says.
    fn config(&self, path: &str) -> Result<Rc<Config>, String> {
        if let Some(known) = self.configs.borrow().get(path) {
            return known.clone();
        }
        let file = self.files.at(path).filter(|it| it.path.ends_with(".hcl"));
        let config = file.and_then(|it| self.files.with(it, Config::of));
        let config = config.map(Rc::new).ok_or_else(|| format!("`{path}` can't be read"));
        if let Ok(config) = &config {
            self.gaps.borrow_mut().extend(config.gap.clone());
            self.markers.borrow_mut().extend(config.catalogue.clone());
        }
        self.configs.borrow_mut().insert(path.to_owned(), config.clone());
        config
    }

    /// Reads the file that says where a folder's units are chosen from: the nearest `root.hcl`. The units themselves include
    /// it, but may not be made yet.
    fn look_for_catalogue(&self, folder: &str) {
        let folders = std::iter::once(folder).chain(paths::above(folder));
        let mut roots = folders.map(|it| if it.is_empty() { "root.hcl".to_owned() } else { format!("{it}/root.hcl") });
        if let Some(root) = roots.find(|it| self.files.at(it).is_some()) {
            // What it shows is kept when it is read.
            let _ = self.config(&root);
        }
    }

    /// A file of this path, if values can be taken from it.
    fn file(&self, path: &str) -> Result<Rc<str>, String> {
        match self.files.at(path) {
            Some(_) if path.ends_with(".hcl") => Ok(path.into()),
            Some(_) => Err(format!("`{path}` is not HCL, and not read")),
            None => Err(format!("`{path}` is not in the repository")),
        }
    }

    /// Whether there is a file that is known, or a folder with such files.
    fn is_there(&self, path: &str) -> bool {
        self.files.at(path).is_some() || self.files.has_folder(path)
    }

    fn is_unit(&self, path: &str) -> bool {
        self.files.at(path).is_some_and(|it| it.kind == FileKind::Terragrunt)
    }
}
