//! What is switched off by those who call it: what is demanded so that a part of a Terraform module is made, followed
//! through the calls of the module to where it is decided.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::modules::local_path;
use crate::facts::{Artifact, Context, Demand, Facts, Marker, MarkerKind, OfferTrait, Said, Setting, Switches};
use crate::paths::folder_of;

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
    /// It has to be asked for, and whether it is can't be told.
    Undecided,
    /// A condition stands before it that speaks of other things, as the environment: there it is made, and here not.
    Somewhere,
    /// All that is demanded for it is given.
    Surely,
}

/// What decides in one repository whether parts of its modules are made. Most repositories are never asked.
#[derive(Debug, Default)]
pub struct Decisions {
    /// The calls of each folder within the repository, by their numbers in the facts' switches.
    callers: OnceLock<FxHashMap<String, Vec<usize>>>,
}

impl Decisions {
    /// What the call gives whose source stands there.
    pub fn call<'f>(&self, facts: &'f Facts, path: &str, line: u32) -> Option<&'f Switches> {
        facts.switches.get(number_of_call(facts, path, line)?)
    }

    /// What a folder's variable is where nobody gives it a value.
    fn default_of<'f>(&self, facts: &'f Facts, folder: &str, name: &str) -> Option<Setting<'f>> {
        let all = &facts.switches;
        // Files of one folder stand together but for those of folders in it.
        let first = all.partition_point(|it| &*it.at.path < folder);
        let below = all[first..].iter().take_while(|it| it.at.path.starts_with(folder));
        let mut files = below.filter(|it| !it.is_call && folder_of(&it.at.path) == folder);
        files.find_map(|it| it.get(name))
    }

    fn callers<'d>(&'d self, facts: &Facts, folder: &str) -> Option<&'d Vec<usize>> {
        let callers = self.callers.get_or_init(|| {
            let mut callers: FxHashMap<String, Vec<usize>> = FxHashMap::default();
            for usage in &facts.uses {
                if usage.artifact == Artifact::TerraformModule
                    && usage.context == Context::Production
                    && let Some(path) = local_path(facts, usage)
                    && let Some(number) = number_of_call(facts, &usage.at.path, usage.at.line)
                {
                    callers.entry(path.to_owned()).or_default().push(number);
                }
            }
            callers
        });
        callers.get(folder)
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
                left.push(open(demand));
                continue;
            };
            let (whole, part) = name.split_once('.').map_or((name, None), |(whole, part)| (whole, Some(part)));
            let is_met = match (call.get(whole), part) {
                (Some(Setting::Variable(of)), part) => {
                    let of = part.map_or_else(|| of.to_owned(), |part| format!("{of}.{part}"));
                    left.push(demand.about(of));
                    continue;
                }
                (Some(value), None) => demand.is_met_by(&value),
                (Some(_), Some(_)) => None,
                (None, _) => self.default_of(facts, folder, name).and_then(|it| demand.is_met_by(&it)),
            };
            match is_met {
                Some(true) => {}
                Some(false) => return None,
                None => left.push(open(demand)),
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
            return Made::Somewhere;
        }
        let Some(callers) = self.callers(facts, folder).filter(|it| depth > 0 && it.len() <= CALLS) else {
            return self.made_in_root(facts, folder, demands);
        };
        let mut of_caller = |number: &usize| {
            let Some(call) = facts.switches.get(*number) else { return Made::Somewhere };
            match self.through(facts, folder, Some(call), demands) {
                Some(left) => self.made_at(facts, folder_of(&call.at.path), &left, depth - 1, steps),
                None => Made::Never,
            }
        };
        callers.iter().map(&mut of_caller).max().unwrap_or(Made::Somewhere)
    }

    /// The same of a folder that nobody calls. What somebody has to give it, files of values and commands may; a default
    /// stays what it is unless they do.
    fn made_in_root(&self, facts: &Facts, folder: &str, demands: &[Demand]) -> Made {
        let is_root = !demands.is_empty() && is_applied(facts, folder);
        let of_demand = |demand: &Demand| {
            let default = demand.of().and_then(|name| self.default_of(facts, folder, name));
            match default.and_then(|it| demand.is_met_by(&it)) {
                Some(true) => Made::Surely,
                Some(false) if is_root => Made::Never,
                Some(false) => Made::Undecided,
                None if demand.is_opaque() => Made::Somewhere,
                None => Made::Undecided,
            }
        };
        demands.iter().map(of_demand).min().unwrap_or(Made::Surely)
    }

    /// The places of evidence in a repository that is never made, or of which that isn't decided: path and line.
    pub fn switched(&self, facts: &Facts) -> FxHashMap<(String, u32), Made> {
        let has_calls = facts.switches.iter().any(|it| !it.only_if.is_empty());
        let mut switched = FxHashMap::default();
        let mut folders: FxHashMap<&str, Made> = FxHashMap::default();
        let is_made =
            |it: &&Marker| it.context == Context::Production && MADE.contains(&it.kind) && is_of_terraform(&it.at.path);
        for it in facts.markers.iter().filter(is_made) {
            let conditions = it.says.get(&Said::Condition);
            let folder = folder_of(&it.at.path);
            let made = match conditions {
                Some(all) => {
                    let demands: Vec<Demand> = all.iter().map(|it| Demand::read(it)).collect();
                    self.made(facts, folder, &demands)
                }
                None if !has_calls => Made::Surely,
                None => *folders.entry(folder).or_insert_with(|| self.made(facts, folder, &[])),
            };
            if made <= Made::Undecided {
                switched.insert((it.at.path.to_string(), it.at.line), made);
            }
        }
        switched
    }
}

/// A demand of which nothing tells any more whether it is met.
fn open(demand: &Demand) -> Demand {
    match demand.of() {
        Some(name) => Demand::Open(name.to_owned()),
        None => demand.clone(),
    }
}

/// The number of the call whose source stands there.
fn number_of_call(facts: &Facts, path: &str, line: u32) -> Option<usize> {
    let all = &facts.switches;
    let first = all.partition_point(|it| (&*it.at.path, it.at.line) < (path, line));
    let there = all[first..].iter().take_while(|it| &*it.at.path == path && it.at.line == line);
    there.enumerate().find(|(_, it)| it.is_call).map(|(offset, _)| first + offset)
}

/// Whether a folder is applied as it is, and no file beside it gives its variables values.
fn is_applied(facts: &Facts, folder: &str) -> bool {
    let mut modules = facts.offers.iter().filter(|it| it.artifact == Artifact::TerraformModule && *it.path == *folder);
    modules.next().is_some_and(|it| {
        (it.traits.contains(&OfferTrait::Backend) || it.traits.contains(&OfferTrait::ProviderConfiguration))
            && !it.traits.contains(&OfferTrait::VariableValues)
    })
}

fn is_of_terraform(path: &str) -> bool {
    [".tf", ".tofu"].into_iter().any(|it| path.ends_with(it))
}
