//! What is switched off by those who call it: what is demanded so that a part of a Terraform module or of a chart is
//! made, followed through the calls of the module to where it is decided, or to the values that the chart is given.

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Artifact, Context, Demand, Facts, Marker, MarkerKind, Mode, OfferTrait, Said, Setting, Switches};
use crate::paths::{folder_of, name_of};

/// How deep calls are followed, how many calls of one module, and how many altogether for one thing.
const DEPTH: usize = 8;
const CALLS: usize = 64;
const STEPS: usize = 1000;

/// How many conditions of calls a marker says.
const CONDITIONS: usize = 8;

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
    callers: OnceLock<FxHashMap<String, Vec<Caller>>>,
}

/// A call of a folder: the number of its switches, where these are known.
type Caller = Option<usize>;

/// What decides whether a thing is made.
struct Condition<'f> {
    /// The folder whose inputs the demands are about.
    folder: &'f str,
    demands: Vec<Demand>,
    /// Whether the folder is a chart's.
    is_of_chart: bool,
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

    fn callers<'d>(&'d self, facts: &Facts, folder: &str) -> Option<&'d Vec<Caller>> {
        let callers = self.callers.get_or_init(|| {
            let mut callers: FxHashMap<String, Vec<Caller>> = FxHashMap::default();
            for usage in &facts.uses {
                if usage.artifact == Artifact::TerraformModule
                    && usage.context == Context::Production
                    && let Some(path) = facts.local_path(usage)
                {
                    let number = number_of_call(facts, &usage.at.path, usage.at.line);
                    callers.entry(path.to_owned()).or_default().push(number);
                }
            }
            callers
        });
        callers.get(folder)
    }

    /// The numbers of the switches of a folder's calls, as far as these are known.
    pub(crate) fn calls_of(&self, facts: &Facts, folder: &str) -> Vec<usize> {
        self.callers(facts, folder).into_iter().flatten().filter_map(|it| *it).collect()
    }

    /// What is left to demand where nobody gives a chart any values: what its own don't meet, of which nothing tells any more
    /// whether it is met.
    pub(crate) fn left_by_defaults(&self, facts: &Facts, chart: &str, demands: &[Demand]) -> Vec<Demand> {
        let is_met = |demand: &&Demand| {
            let default = demand.of().and_then(|name| self.default_of(facts, chart, name));
            default.and_then(|it| demand.is_met_by(&it)) == Some(true)
        };
        demands.iter().filter(|it| !is_met(it)).map(open).collect()
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
        let mut left: Vec<Demand> = call.map(Switches::demands).unwrap_or_default();
        for demand in demands {
            let (Some(name), Some(call)) = (demand.of(), call) else {
                left.push(open(demand));
                continue;
            };
            let (whole, part) = match call.get(name) {
                Some(_) => (name, None),
                None => name.split_once('.').map_or((name, None), |(whole, part)| (whole, Some(part))),
            };
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
            let is_root = !demands.is_empty() && is_root(facts, folder);
            let by_values = if is_root { self.made_by_values(facts, folder, demands) } else { None };
            return by_values.unwrap_or_else(|| self.made_in_root(facts, folder, demands, is_applied(facts, folder)));
        };
        let mut of_caller = |number: &Caller| {
            // A unit of Terragrunt, a file in JSON: what it gives isn't known.
            let Some(call) = number.and_then(|it| facts.switches.get(it)) else {
                return self.made_in_root(facts, folder, demands, false);
            };
            match self.through(facts, folder, Some(call), demands) {
                Some(left) => self.made_at(facts, folder_of(&call.at.path), &left, depth - 1, steps),
                None => Made::Never,
            }
        };
        callers.iter().map(&mut of_caller).max().unwrap_or(Made::Somewhere)
    }

    /// The same of a folder that nobody calls. What somebody has to give it, files of values and commands may; a default
    /// stays what it is unless they do.
    fn made_in_root(&self, facts: &Facts, folder: &str, demands: &[Demand], is_root: bool) -> Made {
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

    /// Whether what has these demands is made, by the values that files of the repository give to a chart or to a root of
    /// Terraform; none where no file does. A value that isn't told there is as the default.
    fn made_by_values(&self, facts: &Facts, folder: &str, demands: &[Demand]) -> Option<Made> {
        let given = facts.switches.iter().filter(|it| it.to.as_deref() == Some(folder));
        let of_values = |values: &Switches| match self.through(facts, folder, Some(values), demands) {
            Some(left) => {
                let opaque = |it: &Demand| if it.is_opaque() { Made::Somewhere } else { Made::Undecided };
                left.iter().map(opaque).min().unwrap_or(Made::Surely)
            }
            None => Made::Never,
        };
        given.map(of_values).max()
    }

    /// Whether what has these demands of a chart's values is made. A chart that isn't deployed here is for others to give
    /// values.
    fn made_of_chart(&self, facts: &Facts, chart: &str, demands: &[Demand]) -> Made {
        let made = self.made_by_values(facts, chart, demands);
        made.unwrap_or_else(|| self.made_in_root(facts, chart, demands, is_deployed(facts, chart)))
    }

    fn made_under(&self, facts: &Facts, it: &Condition<'_>) -> Made {
        if it.is_of_chart {
            self.made_of_chart(facts, it.folder, &it.demands)
        } else {
            self.made(facts, it.folder, &it.demands)
        }
    }

    /// The places of evidence in a repository that is never made, or of which that isn't decided: path and line.
    pub fn switched(&self, facts: &Facts) -> FxHashMap<(String, u32), Made> {
        let switched = self.made_of_markers(facts).filter(|(_, made)| *made <= Made::Undecided);
        let place = |number: usize| facts.markers.get(number).map(|it| (it.at.path.to_string(), it.at.line));
        switched.filter_map(|(number, made)| Some((place(number)?, made))).collect()
    }

    /// The numbers of the markers that something decides, and whether they are made.
    fn made_of_markers<'f>(&'f self, facts: &'f Facts) -> impl Iterator<Item = (usize, Made)> + 'f {
        let has_calls = facts.switches.iter().any(|it| !it.only_if.is_empty());
        let charts = LazyCell::new(|| charts(facts));
        let mut folders: FxHashMap<&str, Made> = FxHashMap::default();
        let all = facts.markers.iter().enumerate();
        all.filter_map(move |(number, it)| {
            let of_terraform = is_switchable(it) && is_of_terraform(&it.at.path);
            let has_condition = it.says.contains_key(&Said::Condition);
            if it.context != Context::Production || !(of_terraform && has_calls || has_condition) {
                return None;
            }
            let chart = if of_terraform { None } else { chart_of(&it.at.path).filter(|it| charts.contains(it)) };
            let (folder, is_of_chart) = match chart {
                Some(chart) => (chart, true),
                None if of_terraform => (folder_of(&it.at.path), false),
                None => return None,
            };
            let condition = || Condition { folder, demands: it.demands(), is_of_chart };
            let made = if has_condition {
                self.made_under(facts, &condition())
            } else {
                *folders.entry(folder).or_insert_with(|| self.made(facts, folder, &[]))
            };
            Some((number, made))
        })
    }

    /// Which inputs the calls that lead to a folder are made under, each with its place.
    fn conditions_of_calls(&self, facts: &Facts, folder: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::from([folder]);
        let mut open = vec![folder];
        while let Some(folder) = open.pop().filter(|_| found.len() < CONDITIONS && seen.len() < STEPS) {
            for caller in self.callers(facts, folder).into_iter().flatten().take(CALLS) {
                let Some(call) = caller.and_then(|it| facts.switches.get(it)) else { continue };
                // That a call is made several times, or by a local value, says nothing that one could ask for.
                let told = call.demands().into_iter().filter(|it| !it.is_opaque());
                found.extend(told.map(|it| it.at_call(&call.at)));
                let above = folder_of(&call.at.path);
                if seen.insert(above) {
                    open.push(above);
                }
            }
        }
        found.into_iter().take(CONDITIONS).collect()
    }
}

/// Says of what the repository's own calls and values never make that it is off, and of what calls decide by which
/// conditions.
pub(super) fn settle(facts: &mut Facts) {
    let decisions = Decisions::default();
    let mut told: Vec<(usize, Made, BTreeSet<String>)> = Vec::new();
    for (number, made) in decisions.made_of_markers(facts).filter(|(_, made)| *made < Made::Surely) {
        let Some(marker) = facts.markers.get(number) else { continue };
        let conditions = match is_of_terraform(&marker.at.path) {
            true => decisions.conditions_of_calls(facts, folder_of(&marker.at.path)),
            false => BTreeSet::new(),
        };
        told.push((number, made, conditions));
    }
    for (number, made, conditions) in &told {
        let Some(marker) = facts.markers.get_mut(*number) else { continue };
        conditions.iter().for_each(|it| marker.say(Said::Condition, it.as_str()));
        if *made == Made::Never {
            marker.mode = Some(Mode::Off);
        }
    }
    if !told.is_empty() {
        facts.markers.sort();
    }
}

/// The folders with a chart.
fn charts(facts: &Facts) -> FxHashSet<&str> {
    facts.offers.iter().filter(|it| it.artifact == Artifact::HelmChart).map(|it| &*it.path).collect()
}

/// The folder of the chart that a file is a template of, if it is one of any.
pub(crate) fn chart_of(path: &str) -> Option<&str> {
    match path.find("/templates/") {
        Some(at) => Some(&path[..at]),
        None => path.starts_with("templates/").then_some(""),
    }
}

/// Whether a chart is deployed by its own repository.
fn is_deployed(facts: &Facts, chart: &str) -> bool {
    facts.uses.iter().any(|it| {
        it.artifact == Artifact::HelmChart
            && it.context == Context::Production
            && name_of(&it.at.path) != "Chart.yaml"
            && facts.local_path(it) == Some(chart)
    })
}

/// Whether evidence is there only where it is made.
fn is_switchable(it: &Marker) -> bool {
    MADE.contains(&it.kind)
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
    has_trait(facts, folder, &[OfferTrait::Backend, OfferTrait::ProviderConfiguration])
        && !has_trait(facts, folder, &[OfferTrait::VariableValues])
}

/// Whether a folder is applied, not called.
fn is_root(facts: &Facts, folder: &str) -> bool {
    use OfferTrait::{Backend, ProviderConfiguration, VariableValues};
    has_trait(facts, folder, &[Backend, ProviderConfiguration, VariableValues])
}

/// Whether a folder of Terraform has one of these traits.
fn has_trait(facts: &Facts, folder: &str, any: &[OfferTrait]) -> bool {
    let mut modules = facts.offers.iter().filter(|it| it.artifact == Artifact::TerraformModule && *it.path == *folder);
    modules.next().is_some_and(|it| any.iter().any(|one| it.traits.contains(one)))
}

fn is_of_terraform(path: &str) -> bool {
    [".tf", ".tofu"].into_iter().any(|it| path.ends_with(it))
}
