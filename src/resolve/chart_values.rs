//! Values of charts that decide whether a template makes an object: what the chart itself says, and what the other files of
//! the repository give it.
//!
//! Which file a deployment takes is known only when it runs, so every file of values in the chart's folder, or outside of all
//! charts, counts as one of a deployment. Only values that a condition asks for are kept.

use std::collections::{BTreeMap, BTreeSet};

use super::{Files, KnownFile};
use crate::facts::{Artifact, Context, Facts, OfferTrait, Setting, Switches, chart_of};
use crate::origin::path::joined;
use crate::paths::{folder_of, name_of};
use crate::source::{Location, SourceFile};
use crate::syntax::yaml::{self, Kind, Node, ProblemKind, Style};

/// How many files of values are read for one chart.
const MAX_FILES: usize = 200;

/// Names of values.
type Names = BTreeSet<String>;

/// Adds what charts and deployments give the values that markers in their templates depend on.
pub(super) fn resolve(facts: &mut Facts, files: &Files<'_>) {
    let asked = asked(facts);
    if asked.is_empty() {
        return;
    }
    let charts: BTreeSet<&str> = charts(facts).collect();
    let of_values: Vec<KnownFile<'_>> = files.known().filter(|it| is_yaml(it.path)).collect();
    let mut found = Vec::new();
    for (chart, names) in &asked {
        let own = ["values.yaml", "values.yml"].map(|it| joined(chart, it)).into_iter().find_map(|it| files.at(&it));
        found.push(match own {
            Some(own) => defaults(own, names, files),
            // What no file gives is not there.
            None => {
                let chart = Location::whole_file(&joined(chart, "Chart.yaml").as_str().into());
                switches(chart, None, names.iter().map(|it| (it, Setting::Empty)))
            }
        });
        let gives = |it: &&KnownFile<'_>| {
            it.context == Context::Production
                && own.is_none_or(|own| own.path != it.path)
                && is_for(it.path, chart, &charts)
        };
        found.extend(of_values.iter().filter(gives).take(MAX_FILES).filter_map(|it| given(*it, names, chart, files)));
        found.extend(users(facts, chart).iter().filter_map(|it| mentioned(it, names, chart, files)));
    }
    facts.switches.extend(found);
}

/// The charts with markers that depend on values, and the names of these.
fn asked(facts: &Facts) -> BTreeMap<String, Names> {
    let mut asked: BTreeMap<String, Names> = BTreeMap::new();
    let mut known: Option<BTreeSet<&str>> = None;
    for marker in facts.markers.iter().filter(|it| it.context == Context::Production) {
        let Some(chart) = chart_of(&marker.at.path) else { continue };
        let demands = marker.demands();
        if demands.is_empty() || !known.get_or_insert_with(|| charts(facts).collect()).contains(chart) {
            continue;
        }
        let names = demands.iter().filter_map(|it| it.of().map(str::to_owned));
        asked.entry(chart.to_owned()).or_default().extend(names);
    }
    asked
}

/// The folders of the charts that are deployed, not called by others as libraries.
fn charts(facts: &Facts) -> impl Iterator<Item = &str> {
    let charts = facts.offers.iter().filter(|it| it.artifact == Artifact::HelmChart);
    charts.filter(|it| !it.traits.contains(&OfferTrait::Library)).map(|it| &*it.path)
}

fn is_yaml(path: &str) -> bool {
    [".yaml", ".yml"].into_iter().any(|it| path.ends_with(it))
}

/// Whether a file may be one of values for a chart: what lies in the chart's folder and is no part of it, or is called
/// values and belongs to no chart.
fn is_for(path: &str, chart: &str, charts: &BTreeSet<&str>) -> bool {
    let above = std::iter::successors(Some(folder_of(path)), |it| (!it.is_empty()).then(|| folder_of(it)));
    let nearest = above.into_iter().find(|it| charts.contains(it));
    let within = path.strip_prefix(chart).map_or(path, |it| it.trim_start_matches('/'));
    let first = within.split('/').next().unwrap_or(within);
    match nearest {
        Some(nearest) if nearest == chart && !chart.is_empty() => {
            let is_part = matches!(first, "charts" | "ci" | "crds" | "templates" | "tests");
            !is_part && !matches!(first, "Chart.lock" | "Chart.yaml" | "requirements.yaml")
        }
        Some("") | None => is_called_values(path),
        Some(_) => false,
    }
}

/// Words in names of files of values that nobody deploys with; sorted.
const NO_DEPLOYMENT: &[&str] = &["default", "defaults", "example", "examples", "sample", "schema", "template"];

/// Whether a file's name, or that of its folder, says that it holds values of a deployment.
fn is_called_values(path: &str) -> bool {
    let name = name_of(path);
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    [name, name_of(folder_of(path))].into_iter().any(|it| it.contains("values"))
        && !words.any(|it| NO_DEPLOYMENT.binary_search(&it).is_ok())
}

/// The files of the repository that deploy a chart or make it a part of theirs.
fn users(facts: &Facts, chart: &str) -> BTreeSet<String> {
    let users = facts.uses.iter().filter(|it| {
        it.artifact == Artifact::HelmChart && it.context == Context::Production && facts.local_path(it) == Some(chart)
    });
    users.map(|it| it.at.path.to_string()).collect()
}

/// What a chart says itself of the values that are asked for: what it doesn't say isn't there.
fn defaults(file: KnownFile<'_>, names: &Names, files: &Files<'_>) -> Switches {
    let told = read(file, names, files);
    let of = |name: &String| match &told {
        Some(told) => told.get(name.as_str()).copied().unwrap_or(Setting::Empty),
        None => Setting::Open,
    };
    switches(Location::whole_file(&file.path.into()), None, names.iter().map(|it| (it, of(it))))
}

/// What a file gives a chart. One that can't be read may give anything; one that isn't called values and gives nothing is
/// none.
fn given(file: KnownFile<'_>, names: &Names, chart: &str, files: &Files<'_>) -> Option<Switches> {
    let told = read(file, names, files);
    let gives_any = told.as_ref().is_some_and(|it| !it.is_empty());
    if !gives_any && !is_called_values(file.path) {
        return None;
    }
    let of = |name: &String| match &told {
        Some(told) => told.get(name.as_str()).copied(),
        None => Some(Setting::Open),
    };
    let values = names.iter().filter_map(|it| Some((it, of(it)?)));
    Some(switches(Location::whole_file(&file.path.into()), Some(chart), values))
}

/// The values of a file that are asked for; none where it can't be read as it is.
fn read<'n>(file: KnownFile<'_>, names: &'n Names, files: &Files<'_>) -> Option<BTreeMap<&'n str, Setting<'static>>> {
    let of_file = |source: &SourceFile<'_>| {
        let (documents, problems) = yaml::parse(source.text());
        let is_readable = problems.iter().all(|it| it.kind == ProblemKind::DuplicateKey);
        let of = |name: &'n String| Some((name.as_str(), setting(found(documents.first()?, name)?)));
        is_readable.then(|| names.iter().filter_map(of).collect())
    };
    files.with(file, of_file).flatten()
}

fn found<'d>(root: Node<'d>, name: &str) -> Option<Node<'d>> {
    name.split('.').try_fold(root, |it, part| it.get(part))
}

/// What a value comes to in a condition of a template: everything is true that isn't false, zero, null or empty.
fn setting(value: Node<'_>) -> Setting<'static> {
    let value = value.resolved();
    match (value.kind(), value.text()) {
        _ if value.is_null() => Setting::Empty,
        (Kind::Scalar, Some(text)) if text.contains("{{") || text.contains("${") => Setting::Open,
        (Kind::Scalar, Some(text)) if value.style() == Some(Style::Plain) => match text {
            "false" | "False" | "FALSE" => Setting::False,
            "0" | "0.0" => Setting::Empty,
            _ => Setting::True,
        },
        (Kind::Scalar, text) => {
            if text.is_none_or(str::is_empty) {
                Setting::Empty
            } else {
                Setting::True
            }
        }
        (Kind::Mapping | Kind::Sequence, _) => {
            let is_empty = value.entries().is_empty() && value.items().next().is_none();
            if is_empty { Setting::Empty } else { Setting::True }
        }
        (Kind::Alias, _) => Setting::Open,
    }
}

/// What a file that deploys the chart may give it, where it speaks of the value: which words of it do isn't told.
fn mentioned(path: &str, names: &Names, chart: &str, files: &Files<'_>) -> Option<Switches> {
    let file = files.at(path)?;
    let is_dependency = name_of(path) == "Chart.yaml";
    let speaks = |text: &str, name: &str| is_dependency || text.contains(name.split('.').next().unwrap_or(name));
    let open: Vec<&String> =
        files.with(file, |source| names.iter().filter(|it| speaks(source.text(), it)).collect()).unwrap_or_default();
    let values = open.into_iter().map(|it| (it, Setting::Open));
    (values.len() > 0).then(|| switches(Location::whole_file(&path.into()), Some(chart), values))
}

fn switches<'n>(
    at: Location,
    to: Option<&str>,
    values: impl Iterator<Item = (&'n String, Setting<'static>)>,
) -> Switches {
    let mut text = String::new();
    values.for_each(|(name, setting)| Switches::add(&mut text, &[name], &setting));
    Switches { at, is_call: to.is_some(), to: to.map(str::to_owned), values: text, only_if: Vec::new() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{NO_DEPLOYMENT, found, is_for, setting};
    use crate::facts::Setting;
    use crate::syntax::yaml;

    #[test]
    fn the_table_is_sorted() {
        assert!(NO_DEPLOYMENT.is_sorted());
    }

    #[test]
    fn files_for_a_chart() {
        let charts = BTreeSet::from(["deploy/shop", "deploy/shop/charts/db", "deploy/till"]);
        for (path, expected) in [
            ("deploy/shop/values-prod.yaml", true),
            ("deploy/shop/live/prod.yaml", true),
            ("deploy/values-prod.yaml", true),
            ("values/prod.yaml", true),
            ("deploy/prod.yaml", false),
            ("deploy/shop/templates/values.yaml", false),
            ("deploy/shop/charts/db/values.yaml", false),
            ("deploy/shop/ci/values.yaml", false),
            ("deploy/shop/Chart.yaml", false),
            ("deploy/till/values-prod.yaml", false),
            ("deploy/values-example.yaml", false),
        ] {
            assert_eq!(is_for(path, "deploy/shop", &charts), expected, "{path}");
        }
    }

    #[test]
    fn what_values_come_to() {
        let text = "a: {b: {on: false}}\non: true\nn: 0\nt: ''\nw: \"false\"\nl: []\nm: {a: 1}\no: '{{ x }}'\nz:\n";
        let (documents, _) = yaml::parse(text);
        let root = documents.first().unwrap();
        for (name, expected) in [
            ("a.b.on", Some(Setting::False)),
            ("a.b.off", None),
            ("on", Some(Setting::True)),
            ("n", Some(Setting::Empty)),
            ("t", Some(Setting::Empty)),
            // A text that isn't empty is true, whatever it says.
            ("w", Some(Setting::True)),
            ("l", Some(Setting::Empty)),
            ("m", Some(Setting::True)),
            ("o", Some(Setting::Open)),
            ("z", Some(Setting::Empty)),
        ] {
            assert_eq!(found(root, name).map(setting), expected, "{name}");
        }
    }
}
