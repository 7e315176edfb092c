//! What one file of Azure Pipelines doesn't say, and the repository's remote and other files do.

use std::collections::{BTreeMap, BTreeSet};

use super::{called, offer};
use crate::facts::{Artifact, Described, Facts, Use};
use crate::origin::{Origin, Reference, azure};
use crate::pipeline::{Pipeline, Role, Step, System};

/// Brings the files of a repository together: whose the repositories are that are named without their organisation,
/// what aliases stand for that a template leaves to its callers, and which pipelines are but templates of others.
pub(in crate::extract) fn settle(facts: &mut Facts) {
    let is_azure = |it: &&Pipeline| it.system == System::AzurePipelines;
    let paths: BTreeSet<String> = facts.pipelines.iter().filter(is_azure).map(|it| it.at.path.to_string()).collect();
    if paths.is_empty() {
        return;
    }
    let own = facts.repo.identity.as_ref().filter(|it| it.host == "dev.azure.com").map(|it| it.owner.clone());
    let aliases = Aliases::of(facts.uses.iter().filter(|it| is_call(it, &paths)));
    // What calls are called now, by file and by what they were called.
    let mut renamed: BTreeMap<(String, String), String> = BTreeMap::new();
    for usage in facts.uses.iter_mut().filter(|it| is_call(it, &paths)) {
        let before = called(&usage.origin, &usage.written);
        if let Some((declared, place)) = aliases.left_open(usage) {
            let Ok(found) = azure::template(&usage.written, "", &|_| Some(declared.clone())) else { continue };
            (usage.origin, usage.version) = (found.origin, found.version);
            usage.via = Some(place.clone());
            facts.gaps.retain(|gap| gap.at != usage.at);
        }
        if let (Origin::ServerSide { name }, Some(owner)) = (&usage.origin, &own)
            && let Some(origin) = azure::in_organisation(name, owner)
        {
            let declared = Reference { origin, version: usage.version.clone() };
            let Ok(found) = azure::template(&usage.written, "", &|_| Some(declared.clone())) else { continue };
            usage.origin = found.origin;
        }
        let after = called(&usage.origin, &usage.written);
        if before != after {
            renamed.insert((usage.at.path.to_string(), before), after);
        }
    }
    let local = |usage: &Use| match &usage.origin {
        Origin::Local { path } => Some(path.clone()),
        _ => None,
    };
    let callees: BTreeSet<String> = facts.uses.iter().filter(|it| is_call(it, &paths)).filter_map(local).collect();
    for pipeline in facts.pipelines.iter_mut().filter(|it| it.system == System::AzurePipelines) {
        // Azure Repos start nothing by pull request: the policies of a branch do.
        if own.is_some() {
            pipeline.triggers.remove("pull_request");
        }
        // A template can have no triggers: those it seems to have are what a pipeline has that says nothing.
        let is_implied = |it: &String| matches!(it.as_str(), "pull_request" | "push");
        if pipeline.role == Role::Pipeline
            && callees.contains(&*pipeline.at.path)
            && pipeline.triggers.iter().all(is_implied)
        {
            pipeline.role = Role::Template;
            pipeline.triggers.clear();
            facts.offers.push(offer(pipeline.at.clone(), Described::default(), pipeline.context));
        }
        if !renamed.is_empty() {
            rename(pipeline, &renamed);
        }
    }
}

/// Gives the calls of a pipeline the names they have now.
fn rename(pipeline: &mut Pipeline, renamed: &BTreeMap<(String, String), String>) {
    let path = pipeline.at.path.to_string();
    for job in &mut pipeline.jobs {
        let calls = job.steps.iter_mut().filter_map(|step| match step {
            Step::Call(identity) => Some(identity),
            Step::Run(_) | Step::Use(_) => None,
        });
        for identity in job.call.iter_mut().chain(calls) {
            if let Some(after) = renamed.get(&(path.clone(), identity.clone())) {
                identity.clone_from(after);
            }
        }
    }
}

/// What the aliases of a repository's pipelines stand for, by alias in lower case, and where one of them says so;
/// nothing where they differ.
struct Aliases(BTreeMap<String, Option<(Reference, String)>>);

impl Aliases {
    fn of<'a>(calls: impl Iterator<Item = &'a Use>) -> Self {
        let mut aliases: BTreeMap<String, Option<(Reference, String)>> = BTreeMap::new();
        // In the order of their places, so that threads make no difference.
        let mut calls: Vec<&Use> = calls.collect();
        calls.sort();
        for usage in calls {
            let Some(alias) = alias(&usage.written) else { continue };
            let origin = match usage.origin.clone() {
                Origin::Repo { host, owner, name, path: _ } => Origin::Repo { host, owner, name, path: String::new() },
                it @ Origin::ServerSide { .. } => it,
                _ => continue,
            };
            let reference = Reference { origin, version: usage.version.clone() };
            let place = format!("{}:{}", usage.at.path, usage.at.line);
            aliases
                .entry(alias.to_ascii_lowercase())
                .and_modify(|known| {
                    if known.as_ref().is_some_and(|(it, _)| *it != reference) {
                        *known = None;
                    }
                })
                .or_insert_with(|| Some((reference.clone(), place)));
        }
        Aliases(aliases)
    }

    /// What the alias of a call stands for that its own file leaves open.
    fn left_open(&self, usage: &Use) -> Option<&(Reference, String)> {
        match &usage.origin {
            Origin::Dynamic { prefix, .. } if prefix.is_empty() => {
                self.0.get(&alias(&usage.written)?.to_ascii_lowercase())?.as_ref()
            }
            _ => None,
        }
    }
}

/// Whether a use is of a template, in one of these files.
fn is_call(usage: &Use, paths: &BTreeSet<String>) -> bool {
    usage.artifact == Artifact::CiTemplate && paths.contains(&*usage.at.path)
}

/// The alias that a template is named with, where nothing in its name is an expression.
fn alias(written: &str) -> Option<&str> {
    let (path, alias) = written.rsplit_once('@')?;
    Some(alias.trim()).filter(|it| !it.is_empty() && !it.contains('{') && !path.contains('{'))
}
