//! What is switched off by those who call it: what is demanded so that a part of a Terraform module is made, followed
//! through the calls of the module to where it is decided.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::folder_of;
use super::modules::local_path;
use crate::facts::{Artifact, Context, Demand, Facts, Marker, MarkerKind, OfferTrait, Said, Setting, Switches};

/// How deep calls are followed, how many calls of one module, and how many altogether for one thing.
const DEPTH: usize = 8;
const CALLS: usize = 64;
const STEPS: usize = 1000;

/// Kinds of evidence that there is only where it is made. A command in code that is switched off is still a command.
const MADE: &[MarkerKind] = &[
    MarkerKind::Policy,
    MarkerKind::DriftDetection,
    MarkerKind::DriftRemediation,
    MarkerKind::CostAllocation,
    MarkerKind::Slo,
    MarkerKind::Alert,
    MarkerKind::Dashboard,
    MarkerKind::Observability,
    MarkerKind::Autoscaling,
    MarkerKind::RightSizing,
    MarkerKind::PredictiveScaling,
    MarkerKind::CostAnomalyDetection,
    MarkerKind::ChaosExperiment,
    MarkerKind::LoadTest,
    MarkerKind::Rollback,
];

/// Whether a thing is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Made {
    /// Nobody asks for it, or who calls it says no.
    Never,
    /// Whether it is asked for can't be told.
    Unknown,
    /// All that is demanded for it is given.
    Surely,
}

/// What decides in one repository whether parts of its modules are made.
#[derive(Debug, Default)]
pub struct Decisions {
    /// What each call gives, by path and line of its source, as an index into the facts' switches.
    calls: FxHashMap<(String, u32), usize>,
    /// The files with defaults, by folder.
    defaults: FxHashMap<String, Vec<usize>>,
    /// The calls of each folder within the repository.
    callers: FxHashMap<String, Vec<usize>>,
    /// Folders that are applied as they are, and whose variables no file gives values.
    roots: FxHashSet<String>,
}

impl Decisions {
    /// Looks at the calls of a repository.
    pub fn of(facts: &Facts) -> Self {
        let mut found = Decisions::default();
        if facts.switches.is_empty() {
            return found;
        }
        for (number, it) in facts.switches.iter().enumerate() {
            match it.is_call {
                true => drop(found.calls.insert((it.at.path.to_string(), it.at.line), number)),
                false => found.defaults.entry(folder_of(&it.at.path).to_owned()).or_default().push(number),
            }
        }
        for usage in &facts.uses {
            if usage.artifact == Artifact::TerraformModule
                && usage.context == Context::Production
                && let Some(path) = local_path(facts, usage)
                && let Some(&number) = found.calls.get(&(usage.at.path.to_string(), usage.at.line))
            {
                found.callers.entry(path.to_owned()).or_default().push(number);
            }
        }
        let is_applied = |traits: &BTreeSet<OfferTrait>| {
            (traits.contains(&OfferTrait::Backend) || traits.contains(&OfferTrait::ProviderConfiguration))
                && !traits.contains(&OfferTrait::VariableValues)
        };
        let modules = facts.offers.iter().filter(|it| it.artifact == Artifact::TerraformModule);
        found.roots.extend(modules.filter(|it| is_applied(&it.traits)).map(|it| it.path.to_string()));
        found
    }

    /// What the call gives whose source stands there.
    pub fn call<'f>(&self, facts: &'f Facts, path: &str, line: u32) -> Option<&'f Switches> {
        facts.switches.get(*self.calls.get(&(path.to_owned(), line))?)
    }

    /// What a folder's variable is where nobody gives it a value.
    fn default_of<'f>(&self, facts: &'f Facts, folder: &str, name: &str) -> Option<&'f Setting> {
        let files = self.defaults.get(folder)?;
        files.iter().find_map(|it| facts.switches.get(*it)?.values.get(name))
    }

    /// What is left to demand of the caller's folder, so that what these demands of a module's folder are met by this
    /// call of it; nothing where they never are.
    pub fn through(
        &self,
        facts: &Facts,
        folder: &str,
        call: Option<&Switches>,
        demands: &[Demand],
    ) -> Option<Vec<Demand>> {
        let mut left: Vec<Demand> = call.iter().flat_map(|it| &it.only_if).map(|it| Demand::read(it)).collect();
        for demand in demands {
            let (Some(name), Some(call)) = (demand.of(), call) else {
                left.push(Demand::Open("count".to_owned()));
                continue;
            };
            let (whole, part) = name.split_once('.').map_or((name, None), |(whole, part)| (whole, Some(part)));
            let is_met = match (call.values.get(whole), part) {
                (Some(Setting::Variable(of)), part) => {
                    let of = part.map_or_else(|| of.clone(), |part| format!("{of}.{part}"));
                    left.push(demand.about(of));
                    continue;
                }
                (Some(value), None) => demand.is_met_by(value),
                (Some(_), Some(_)) => None,
                (None, _) => self.default_of(facts, folder, name).and_then(|it| demand.is_met_by(it)),
            };
            match is_met {
                Some(true) => {}
                Some(false) => return None,
                None => left.push(Demand::Open("count".to_owned())),
            }
        }
        Some(left)
    }

    /// Whether what has these demands of a folder's variables is made, through whoever calls the folder in its own
    /// repository.
    pub fn made(&self, facts: &Facts, folder: &str, demands: &[Demand]) -> Made {
        self.made_at(facts, folder, demands, DEPTH, &mut 0)
    }

    fn made_at(&self, facts: &Facts, folder: &str, demands: &[Demand], depth: usize, steps: &mut usize) -> Made {
        *steps += 1;
        if *steps > STEPS {
            return Made::Unknown;
        }
        let Some(callers) = self.callers.get(folder).filter(|it| depth > 0 && it.len() <= CALLS) else {
            return self.made_in_root(facts, folder, demands);
        };
        let mut of_caller = |number: &usize| {
            let Some(call) = facts.switches.get(*number) else { return Made::Unknown };
            match self.through(facts, folder, Some(call), demands) {
                Some(left) => self.made_at(facts, folder_of(&call.at.path), &left, depth - 1, steps),
                None => Made::Never,
            }
        };
        callers.iter().map(&mut of_caller).max().unwrap_or(Made::Unknown)
    }

    /// The same of a folder that nobody calls. What somebody has to give it, files of values and commands may; a default
    /// stays what it is unless they do.
    fn made_in_root(&self, facts: &Facts, folder: &str, demands: &[Demand]) -> Made {
        let is_root = self.roots.contains(folder);
        let of_demand = |demand: &Demand| {
            let default = demand.of().and_then(|name| self.default_of(facts, folder, name));
            match default.and_then(|it| demand.is_met_by(it)) {
                Some(true) => Made::Surely,
                Some(false) if is_root => Made::Never,
                Some(false) | None => Made::Unknown,
            }
        };
        demands.iter().map(of_demand).min().unwrap_or(Made::Surely)
    }

    /// The places of evidence in a repository that is never made: path and line.
    pub fn switched_off(&self, facts: &Facts) -> FxHashSet<(String, u32)> {
        let has_calls = facts.switches.iter().any(|it| !it.only_if.is_empty());
        let mut off = FxHashSet::default();
        let mut folders: FxHashMap<&str, bool> = FxHashMap::default();
        let is_made =
            |it: &&Marker| it.context == Context::Production && MADE.contains(&it.kind) && is_of_terraform(&it.at.path);
        for it in facts.markers.iter().filter(is_made) {
            let conditions = it.says.get(&Said::Condition);
            let folder = folder_of(&it.at.path);
            let is_off = match conditions {
                Some(all) => {
                    let demands: Vec<Demand> = all.iter().map(|it| Demand::read(it)).collect();
                    self.made(facts, folder, &demands) == Made::Never
                }
                None if !has_calls => false,
                None => *folders.entry(folder).or_insert_with(|| self.made(facts, folder, &[]) == Made::Never),
            };
            if is_off {
                off.insert((it.at.path.to_string(), it.at.line));
            }
        }
        off
    }
}

fn is_of_terraform(path: &str) -> bool {
    [".tf", ".tofu"].into_iter().any(|it| path.ends_with(it))
}
