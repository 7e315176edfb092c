//! The rules: written form (YAML in `rules/`, embedded, and in the user's `--rules` folder) → checked form.
//!
//! A rule file holds everything a reader wants to know about one indicator or one finding: what it measures, why,
//! where its limits are, what to do: [`grammar`] has the types, [`check`] what they can't say.
#![expect(clippy::disallowed_methods, reason = "the user's rule folder is read here, and nowhere else")]

mod check;
mod grammar;
pub mod tables;
mod written;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use serde::Deserialize;

use crate::measure::findings::suppress::Suppression;
use crate::org::given::Given;
use crate::rules::check::{
    Fault, check_finding, check_id, check_indicator, check_met, check_models, check_pipelines, line_of,
};
pub use crate::rules::grammar::{
    Among, AnswerKind, ArtifactName, Ask, Basis, Builtin, Count, DistinctMeasure, Effort, EvidenceFilter, Find,
    FindingLevel, FindingRule, Indicator, Level, Measure, Met, Models, Once, Precision, Quality, Row, Share, Signal,
    Size, Source, Stage, Strength, Subject, That, Threshold, Unit, counted, counted_repositories, percent,
};
use crate::rules::tables::Tables;
pub(crate) use crate::rules::written::Written;

/// All rules of a run.
#[derive(Debug)]
pub struct Rules {
    /// What is measured of the organisation, sorted by id.
    pub indicators: Vec<Indicator>,
    /// What is found at places, sorted by id.
    pub findings: Vec<FindingRule>,
    /// How indicators place the organisation.
    pub models: Models,
    /// Curated knowledge.
    pub tables: Tables,
    /// Findings that the user leaves out: no rules of ours, but the configuration's
    /// ([`Config::give`](crate::config::Config::give)).
    pub suppressions: Vec<Suppression>,
}

/// A rule by its id, for `explain`.
#[derive(Clone, Copy, Debug)]
pub enum AnyRule<'a> {
    /// An indicator.
    Indicator(&'a Indicator),
    /// A finding.
    Finding(&'a FindingRule),
}

impl Rules {
    /// The embedded rules, and those of the user's folder.
    ///
    /// # Errors
    /// What is wrong in which rule file, with the line; two rules of one id; a gate that no rule has.
    pub fn load(user: Option<&Path>) -> Result<Rules> {
        let mut users: Vec<(String, String)> = Vec::new();
        if let Some(folder) = user {
            collect_folder(folder, folder, &mut users)?;
        }
        Rules::of(Written::ours().chain(users.iter().map(|(path, text)| Written::yaml(path, text))))
    }

    /// Checks rule files, by their paths below the rules folder.
    fn of<'t>(sources: impl Iterator<Item = Written<'t>>) -> Result<Rules> {
        let mut indicators: BTreeMap<String, Indicator> = BTreeMap::new();
        let mut findings: BTreeMap<String, FindingRule> = BTreeMap::new();
        let (mut models, mut steps, mut registries, mut pipelines) = (None, None, None, None);
        for source in sources {
            let Written { path, text, .. } = source;
            let below = path.strip_suffix(".yaml").or_else(|| path.strip_suffix(".yml")).unwrap_or(path);
            let (folder, id) = below.split_once('/').unwrap_or(("", below));
            let is_numbered = |name: &str| folder.strip_prefix(name).is_some_and(|n| n.parse::<u8>().is_ok());
            let named = |rule: &str| match rule == id {
                true => check_id(id),
                false => Err(Fault::new("id", format!("the rule's id is {rule:?}; rename the file or the id"))),
            };
            let at = |fault: Fault| anyhow!("{path}:{}: {}", line_of(text, fault.key), fault.says);
            match (folder, id) {
                ("", "models") => models = Some(source.read::<Models>()?),
                ("tables", "steps") => steps = Some(source.read()?),
                ("tables", "registries") => registries = Some(source.read()?),
                ("tables", "pipelines") => {
                    let table = source.read()?;
                    check_pipelines(&table).map_err(at)?;
                    pipelines = Some(table);
                }
                // Read by [`crate::knowledge`], which has them built in.
                ("tables", table) if crate::knowledge::names().any(|it| it == table) => {}
                ("tables", _) => {
                    bail!("{path}: there is no table {id:?}; the tables are pipelines, registries and steps")
                }
                ("findings", _) => {
                    let rule: FindingRule = source.read()?;
                    named(&rule.id).and_then(|()| check_finding(&rule)).map_err(at)?;
                    let twice = findings.insert(rule.id.clone(), rule).is_some();
                    ensure!(!twice && !indicators.contains_key(id), "{path}: the id {id:?} is taken by another rule");
                }
                _ if folder == "questions" || is_numbered("level-") || is_numbered("stage-") => {
                    let rule: Indicator = source.read()?;
                    named(&rule.id).and_then(|()| check_indicator(&rule)).map_err(at)?;
                    let twice = indicators.insert(rule.id.clone(), rule).is_some();
                    ensure!(!twice && !findings.contains_key(id), "{path}: the id {id:?} is taken by another rule");
                }
                _ => bail!(
                    "{path}: a rule file lies in level-N/, stage-N/, questions/ or findings/; move it into the folder of what it measures"
                ),
            }
        }
        let models = models.context("models.yaml is missing from the rules")?;
        check_models(&models, &indicators)?;
        Ok(Rules {
            indicators: indicators.into_values().collect(),
            findings: findings.into_values().collect(),
            models,
            suppressions: Vec::new(),
            tables: Tables {
                given: Given::default(),
                knowledge: Cow::Borrowed(crate::knowledge::built_in()),
                steps: steps.context("tables/steps.yaml is missing from the rules")?,
                registries: registries.context("tables/registries.yaml is missing from the rules")?,
                pipelines: pipelines.context("tables/pipelines.yaml is missing from the rules")?,
            },
        })
    }

    /// Sets a bound of the same kind in place of an indicator's, or of that of the figure it asks for.
    ///
    /// # Errors
    /// That there is no such indicator, that it has no bound, or that the bound can't be.
    pub fn set_threshold(&mut self, id: &str, bound: f64) -> Result<()> {
        let rule = self.indicators.iter_mut().find(|it| it.id == id);
        let rule = rule.with_context(|| format!("there is no indicator {id:?}; `levelset explain` lists the ids"))?;
        let is_share = rule.measure.as_ref().is_some_and(Measure::is_share);
        let of_measure = rule.met.as_mut().map(|met| ("met", met, is_share));
        let of_answer = rule.ask.as_mut().and_then(|it| {
            let is_share = it.answer == AnswerKind::Share;
            it.met.as_mut().map(|met| ("ask", met, is_share))
        });
        let (key, met, is_share) = of_measure.or(of_answer).with_context(|| {
            format!("{id} is held against no bound that could be set: it is shown, found, or answered with yes or no")
        })?;
        let ours = *met;
        let yours = ours.with(bound);
        check_met(key, yours, is_share).map_err(|it| anyhow!("{}", it.says.replace("`met`", "the bound")))?;
        *met = yours;
        rule.threshold = Some(Threshold { met: yours, rule: ours });
        Ok(())
    }

    /// The indicator of this id.
    pub fn indicator(&self, id: &str) -> Option<&Indicator> {
        self.indicators.iter().find(|it| it.id == id)
    }

    /// The rule of this id.
    pub fn get(&self, id: &str) -> Option<AnyRule<'_>> {
        let finding = || self.findings.iter().find(|it| it.id == id).map(AnyRule::Finding);
        self.indicator(id).map(AnyRule::Indicator).or_else(finding)
    }

    /// The id that is most like a word that is none, where one is like it.
    pub fn alike(&self, word: &str) -> Option<&str> {
        let likeness = |id: &str| (strsim::jaro_winkler(id, word) * 1000.0) as u64;
        let most = self.ids().into_iter().max_by_key(|id| likeness(id))?;
        (likeness(most) >= 850).then_some(most)
    }

    /// All ids, sorted.
    pub fn ids(&self) -> Vec<&str> {
        let indicators = self.indicators.iter().map(|it| it.id.as_str());
        let mut ids: Vec<&str> = indicators.chain(self.findings.iter().map(|it| it.id.as_str())).collect();
        ids.sort_unstable();
        ids
    }
}

/// Reads YAML that people write for levelset; errors name the place and show it. `path` is what they call the file.
pub(crate) fn parse<'a, T: Deserialize<'a>>(path: &str, text: &'a str) -> Result<T> {
    serde_saphyr::from_str(text).map_err(|error| {
        let text = error.to_string().replace("<input>", path);
        anyhow::anyhow!("{path}: {}", text.strip_prefix("error: ").unwrap_or(&text))
    })
}

/// The YAML files of a rules folder, as path below it and text.
fn collect_folder(root: &Path, folder: &Path, into: &mut Vec<(String, String)>) -> Result<()> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("can't read the rules folder {}; give a folder of rule files", folder.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.with_context(|| format!("can't list {}", folder.display()))?.path());
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect_folder(root, &path, into)?;
        } else if path.extension().is_some_and(|it| it == "yaml" || it == "yml") {
            let text =
                fs::read_to_string(&path).with_context(|| format!("can't read the rule file {}", path.display()))?;
            let below = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            into.push((below, text));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Met, Rules, Written, collect_folder};

    /// Our rules as they are written.
    fn written() -> Vec<(String, String)> {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/rules"));
        let mut sources = Vec::new();
        collect_folder(folder, folder, &mut sources).unwrap();
        sources
    }

    fn of(sources: &[(String, String)]) -> anyhow::Result<Rules> {
        Rules::of(sources.iter().map(|(path, text)| Written::yaml(path, text)))
    }

    #[test]
    fn the_build_reads_rules_as_they_are_written() {
        assert_eq!(format!("{:?}", Rules::load(None).unwrap()), format!("{:?}", of(&written()).unwrap()));
    }

    #[test]
    fn embedded_rules_are_valid_and_their_lists_sorted() {
        let rules = Rules::load(None).unwrap();
        assert!(rules.models.levels.iter().map(|it| it.level).eq(0..=4));
        let it = &rules.tables.registries;
        for list in [
            &it.vendor_owners,
            &it.vendor_groups,
            &it.vendor_registries,
            &it.vendor_namespaces,
            &it.owner_registries,
            &it.account_registries,
            &it.private_module_registries,
            &it.aws_vendor_accounts,
            &it.registry_products,
            &it.product_tasks,
            &it.extension_tasks,
        ] {
            assert!(list.is_sorted(), "{list:?}");
        }
        let steps = include_str!("../../rules/tables/steps.yaml");
        let registries = include_str!("../../rules/tables/registries.yaml");
        let pipelines = include_str!("../../rules/tables/pipelines.yaml");
        assert!(rules.tables.pipelines.superseded.is_sorted());
        for text in [steps, registries, pipelines] {
            for block in text.split_inclusive('\n').collect::<Vec<_>>().split(|line| !line.starts_with(' ')) {
                let keys: Vec<&str> =
                    block.iter().filter_map(|line| line.trim().split_once(": ")).map(|(key, _)| key).collect();
                assert!(keys.is_sorted() || keys.iter().any(|it| it.starts_with('-')), "{keys:?}");
            }
        }
    }

    #[test]
    fn errors_say_what_and_where() {
        let with = |path: &str, text: &str| {
            let mut sources = written();
            sources.push((path.to_owned(), text.to_owned()));
            format!("{:#}", of(&sources).unwrap_err())
        };
        let rule = |measure: &str| {
            format!(
                "id: x\nrow: 1.1.C1\ntitle: t\nwhy: w\nlimits: l\nbasis: measured\nmeasure:\n  {measure}\nmet: {{ at-least: 0.4 }}\nremedy: r\n"
            )
        };
        let calls = "share: { of: calls, that: { uses: any, from: shared } }";
        let documented = |described: &str| {
            rule(&format!("share: {{ of: offers, that: {{ are: documented, described: {described} }} }}"))
        };
        let finding = |described: &str| {
            let find = format!("undocumented-shared-offer: {{ described: {described} }}");
            format!("id: x\ntitle: t\nwhy: w\nremedy: r\nlevel: note\nprecision: high\nfind: {{ {find} }}\n")
        };
        let pipelines = |near: &str, step: u32| {
            let weights = format!("{{ call: 1, image: 1, setup: 1, stage: 1, step: {step}, wait: 1 }}");
            format!("near: {near}\nweights: {weights}\nfewest-stages: 2\nsuperseded: []\n")
        };
        let models = include_str!("../../rules/models.yaml").replace("- level: 4\n", "- level: 9\n");
        for (path, text, says) in [
            ("level-1/x.yaml", rule("shares: { of: calls }"), "level-1/x.yaml:8:3"),
            ("level-1/x.yaml", rule("shares: { of: calls }"), "expected one of share, count"),
            (
                "level-1/x.yaml",
                rule("share: { of: calls, that: { uses: any } }"),
                "x.yaml:7: `uses` and `from` go together",
            ),
            (
                "level-1/x.yaml",
                rule("share: { of: calls, that: { uses: modules } }"),
                "unknown variant `modules`, expected one of",
            ),
            (
                "level-1/x.yaml",
                rule("share: { of: calls, that: { uses: [any, 1] } }"),
                "unknown variant `1`, expected one of",
            ),
            ("level-1/x.yaml", rule(calls).replace("1.1.C1", "{ a: b }"), "expected a word or a list of words"),
            (
                "level-1/x.yaml",
                rule(calls).replace("0.4", "40"),
                "x.yaml:9: `met` is a share from 0 to 1 that can be reached; it says 40",
            ),
            ("level-1/x.yaml", rule(calls).replace("at-least: 0.4", "above: 1"), "x.yaml:9: `met` is a share"),
            ("level-1/x.yaml", rule(calls).replace("0.4", ".nan"), "x.yaml:9: `met` is a share"),
            (
                "level-1/x.yaml",
                rule(calls).replace("measured", "attested"),
                "x.yaml:6: `basis: attested` and `basis: not-observable` go with rules that only ask",
            ),
            (
                "level-1/x.yaml",
                rule("share: { of: places, that: { have: { modes: blocking } } }"),
                "a share of places or kinds says",
            ),
            (
                "level-1/x.yaml",
                rule("share: { of: offers, that: { are: owned } }"),
                "a quality that shared offers don't have",
            ),
            ("level-1/x.yaml", rule("found: { tools: [opa] }"), "x.yaml:7: `found` says which `markers`"),
            ("level-1/x.yaml", rule("indicators: [alerts]"), "x.yaml:7: `indicators` names at least two"),
            ("level-1/x.yaml", rule("indicators: [alerts, no-such]"), "there is no indicator \"no-such\""),
            ("level-1/x.yaml", rule(calls).replace("at-least: 0.4", "at-most: 0.4"), "of a share more is better"),
            ("level-1/x.yaml", rule(calls) + "least: 1\n", "`least` is a number from 2"),
            (
                "level-1/x.yaml",
                rule("found: { markers: alert }") + "least: 3\n",
                "`least` is a number from 2, of a share",
            ),
            (
                "level-1/x.yaml",
                rule("share: { of: repositories, that: { have: { markers: alert, once: repository } } }"),
                "`once` goes with `found`",
            ),
            ("level-1/x.yaml", rule(calls) + "ask: { question: Is it }\n", "`question` ends with a question mark"),
            ("level-1/x.yaml", rule(calls).replace("1.1.C1", "1.1.C9"), "there is no row \"1.1.C9\""),
            ("level-1/x.yaml", rule(calls), "x and shared-module-adoption claim row 1.1.C1"),
            ("level-1/x.yaml", documented("80"), "x.yaml:7: `described` is a share from 0 to 1; it says 80"),
            ("level-1/y.yaml", rule(calls), "level-1/y.yaml:1: the rule's id is \"x\"; rename the file or the id"),
            ("level-1/X.yml", rule(calls).replace("id: x", "id: X"), "level-1/X.yml:1: \"X\" is no id"),
            ("level-one/x.yaml", rule(calls), "move it into the folder"),
            ("other/x.yaml", String::new(), "move it into the folder"),
            (
                "tables/pipelines.yaml",
                pipelines("0", 8),
                "pipelines.yaml:1: `near` is a share above 0 and up to 1; it says 0",
            ),
            ("tables/pipelines.yaml", pipelines("0.8", 0), "pipelines.yaml:2: a step that weighs nothing"),
            ("tables/pipelines.yaml", pipelines("0.8", 5000), "pipelines.yaml:2: weights are numbers up to 1000"),
            ("findings/x.yaml", finding("80"), "x.yaml:7: `described` is a share from 0 to 1; it says 80"),
            ("models.yaml", models, "the levels are 0 to 4, in order; these are [0, 1, 2, 3, 9]"),
        ] {
            let error = with(path, &text);
            // What is wrong between files names the rule, not its file.
            let between = error.starts_with("x:") || error.contains("claim row");
            assert!((between || error.contains(path)) && error.contains(says), "{error}");
        }
    }

    #[test]
    fn the_fewest_that_are_enough() {
        for (met, of, expected) in [
            (Met::AtLeast(0.4), 5, 2),
            (Met::AtLeast(0.4), 6, 3),
            (Met::AtLeast(0.55), 20, 11),
            (Met::AtLeast(0.28), 25, 7),
            (Met::AtLeast(0.0), 3, 0),
            (Met::AtLeast(1.0), 3, 3),
            (Met::Above(0.2), 5, 2),
            (Met::Above(0.29), 100, 30),
            (Met::Above(0.0), 7, 1),
        ] {
            assert_eq!(met.fewest(of), expected, "{met:?} of {of}");
        }
    }
}
