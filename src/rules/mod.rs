//! The rules: written form (YAML in `rules/`, embedded, and in the user's `--rules` folder) → checked form.
//!
//! A rule file holds everything a reader wants to know about one indicator or one finding: what it measures, why,
//! where its limits are, what to do. The measures are a closed grammar: a share knows its numerator and its misses, so
//! that evidence comes with every number; there is no expression language.
#![expect(clippy::disallowed_methods, reason = "the user's rule folder is read here, and nowhere else")]

pub mod tables;

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::path::Path;
use std::{fmt, fs};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use include_dir::{Dir, include_dir};
use schemars::JsonSchema;
use serde::de::{self, IntoDeserializer as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::facts::Artifact;
use crate::level::percent;
use crate::rules::tables::Tables;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");

/// All rules of a run.
#[derive(Debug)]
pub struct Rules {
    /// What is measured of the organisation, sorted by id.
    pub indicators: Vec<Indicator>,
    /// What is found at places, sorted by id.
    pub findings: Vec<FindingRule>,
    /// The levels, from 0.
    pub levels: Vec<Level>,
    /// Curated knowledge.
    pub tables: Tables,
}

/// One indicator: a rule file in `rules/level-N/`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Indicator {
    /// Public id, the file's name.
    pub id: String,
    /// The rows of the maturity models it claims.
    #[serde(deserialize_with = "one_or_many")]
    pub row: Vec<String>,
    /// What it says, as a heading.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// What the number does not show.
    pub limits: String,
    /// How we know.
    pub basis: Basis,
    /// What is measured.
    pub measure: Measure,
    /// When it is met; absent for figures that are only shown.
    pub met: Option<Met>,
    /// What to do where it is not met.
    pub remedy: String,
}

/// How a value is known. Values of different bases are never summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Files prove it.
    Measured,
    /// Files prove that it is configured, not that it works.
    Configured,
    /// Files suggest it.
    Proxy,
    /// The history of the repositories shows it.
    History,
    /// Somebody has to say it.
    Attested,
    /// Nothing here can show it.
    NotObservable,
}

/// What is measured: a closed grammar.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Measure {
    /// How many of some things are so: a number of a number.
    Share(Share),
    /// How many things there are.
    Count(Count),
    /// How many different ones there are.
    Distinct(DistinctMeasure),
    /// What needs an algorithm.
    Builtin(Builtin),
    /// What only people can say.
    Ask(Ask),
}

/// `share: { of: …, among: …, that: … }`
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Share {
    /// The unit.
    pub of: Unit,
    /// Which of them count at all; the denominator.
    #[serde(default)]
    pub among: Among,
    /// Which of those count for it; the numerator.
    pub that: That,
}

/// `count: { of: …, among: … }`
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Count {
    /// The unit.
    pub of: Unit,
    /// Which of them count.
    #[serde(default)]
    pub among: Among,
}

/// `distinct: { of: pipelines, by: structure }`, over delivery pipelines.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DistinctMeasure {
    /// The unit: pipelines.
    pub of: Unit,
    /// At which strength.
    pub by: Strength,
}

/// `ask: { question: … }`
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ask {
    /// The question, to be answered by yes or no.
    pub question: String,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Repositories.
    Repositories,
    /// Uses of something from outside the own repository.
    Calls,
    /// Definitions that are made for others.
    Offers,
    /// Delivery pipelines.
    Pipelines,
}

impl Unit {
    /// The word for `n` of them.
    pub fn words(self, n: u64) -> &'static str {
        match (self, n) {
            (Unit::Repositories, 1) => "repository",
            (Unit::Repositories, _) => "repositories",
            (Unit::Calls, 1) => "call",
            (Unit::Calls, _) => "calls",
            (Unit::Offers, 1) => "shared offer",
            (Unit::Offers, _) => "shared offers",
            (Unit::Pipelines, 1) => "pipeline",
            (Unit::Pipelines, _) => "pipelines",
        }
    }
}

/// How equal two pipelines must be to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// The whole document.
    Exact,
    /// The job graph with its steps.
    Structure,
    /// The job graph with the categories of its steps.
    Skeleton,
}

/// Which things count at all.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Among {
    /// Those that use or declare this.
    pub uses_or_declares: Option<Subject>,
}

/// What a repository may use or declare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Terraform or OpenTofu code.
    Terraform,
    /// CI pipelines.
    Ci,
    /// Helm charts.
    Charts,
    /// Container image files.
    Images,
    /// Any of these.
    Any,
}

/// Which things count for it. Exactly one of `uses` (with `from`) and `are` is given.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct That {
    /// They use one of these.
    #[serde(default, deserialize_with = "one_or_many")]
    pub uses: Vec<ArtifactName>,
    /// Whence it must come.
    pub from: Option<Source>,
    /// They have this quality.
    pub are: Option<Quality>,
    /// For `are: documented`: the share of inputs and outputs that must be described.
    pub described: Option<f64>,
}

/// An artifact, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArtifactName {
    /// Terraform modules.
    TerraformModule,
    /// Pipeline templates.
    CiTemplate,
    /// Actions.
    CiAction,
    /// Base images.
    BaseImage,
    /// Charts.
    HelmChart,
    /// Any of these.
    Any,
}

/// Whence a use must come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// From what the organisation offers for others to use.
    Shared,
}

/// A quality of shared offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quality {
    /// Their versions can be told apart.
    Versioned,
    /// They have a README or description, and describe their inputs and outputs.
    Documented,
}

/// Measures that need an algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Builtin {
    /// The share of delivering repositories that have a delivery structure in common with another repository.
    DeliveryFoundElsewhere,
}

/// When an indicator is met. Exactly one bound.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Met {
    /// The value is this or more.
    AtLeast(f64),
    /// The value is more than this.
    Above(f64),
}

impl Met {
    /// Whether a value is enough.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Met::AtLeast(bound) => value >= bound,
            Met::Above(bound) => value > bound,
        }
    }

    /// The fewest of so many things, at least one, that are a share that is enough.
    pub fn fewest(self, of: u64) -> u64 {
        let (Met::AtLeast(bound) | Met::Above(bound)) = self;
        // The product may lie on either side of a whole number that it should be; the share itself decides.
        let near = (bound * of as f64) as u64;
        (near.saturating_sub(1)..=near + 1).find(|n| self.holds(*n as f64 / of as f64)).unwrap_or(near + 2)
    }
}

/// One finding: a rule file in `rules/findings/`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FindingRule {
    /// Public id, the file's name.
    pub id: String,
    /// What it says, as a heading.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// What to do.
    pub remedy: String,
    /// How loud it is.
    pub level: FindingLevel,
    /// How often it is right.
    pub precision: Precision,
    /// What is looked for.
    pub find: Find,
}

/// How loud a finding is, in SARIF's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FindingLevel {
    /// Worth knowing.
    Note,
    /// Worth doing.
    Warning,
    /// Must be done.
    Error,
}

/// How often a finding is right, in code scanning's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Seldom wrong enough to be surprised.
    VeryHigh,
    /// Mostly right.
    High,
    /// Often right.
    Medium,
    /// A hint.
    Low,
}

/// What a finding looks for: a closed set, each in Rust with its tests.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Find {
    /// A delivery pipeline that has the same structure as one of another repository, and is no mere caller.
    CopiedPipeline {
        /// Pipelines of fewer steps are alike by nature.
        #[serde(rename = "min-steps")]
        min_steps: usize,
    },
    /// A use of something internal that names no version, or a branch.
    UnversionedInternalUse {},
    /// A base image whose tag is meant to move, or that has none.
    FloatingImageTag {},
    /// A shared offer that a reader could not use from its documentation.
    UndocumentedSharedOffer {
        /// The share of inputs and outputs that must be described.
        described: f64,
    },
    /// A shared offer whose versions can't be told apart.
    UnversionedSharedOffer {},
}

/// One level of the model.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Level {
    /// From 0.
    pub level: u8,
    /// Its name.
    pub name: String,
    /// What it means.
    pub meaning: String,
    /// Ids of the indicators that must be met.
    pub gates: Vec<String>,
    /// Why this level is not judged, where it isn't.
    pub not_judged: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Models {
    levels: Vec<Level>,
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
        let mut sources: Vec<(String, String)> = Vec::new();
        collect_embedded(&EMBEDDED, &mut sources);
        if let Some(folder) = user {
            collect_folder(folder, folder, &mut sources)?;
        }
        Rules::of(&sources)
    }

    /// Checks rule files, given as path below the rules folder and text.
    ///
    /// # Errors
    /// As [`Rules::load`].
    pub fn of(sources: &[(String, String)]) -> Result<Rules> {
        let mut indicators: BTreeMap<String, Indicator> = BTreeMap::new();
        let mut findings: BTreeMap<String, FindingRule> = BTreeMap::new();
        let (mut levels, mut steps, mut registries) = (None, None, None);
        for (path, text) in sources {
            let below = path.strip_suffix(".yaml").or_else(|| path.strip_suffix(".yml")).unwrap_or(path);
            let (folder, id) = below.split_once('/').unwrap_or(("", below));
            let is_numbered = |name: &str| folder.strip_prefix(name).is_some_and(|n| n.parse::<u8>().is_ok());
            let named = |rule: &str| match rule == id {
                true => check_id(id),
                false => Err(Fault::new("id", format!("the rule's id is {rule:?}; rename the file or the id"))),
            };
            let at = |fault: Fault| anyhow!("{path}:{}: {}", line_of(text, fault.key), fault.says);
            match (folder, id) {
                ("", "models") => levels = Some(parse::<Models>(path, text)?.levels),
                ("tables", "steps") => steps = Some(parse(path, text)?),
                ("tables", "registries") => registries = Some(parse(path, text)?),
                ("tables", _) => bail!("{path}: there is no table {id:?}; the tables are registries and steps"),
                ("findings", _) => {
                    let rule: FindingRule = parse(path, text)?;
                    named(&rule.id).and_then(|()| check_finding(&rule)).map_err(at)?;
                    let twice = findings.insert(rule.id.clone(), rule).is_some();
                    ensure!(!twice && !indicators.contains_key(id), "{path}: the id {id:?} is taken by another rule");
                }
                _ if is_numbered("level-") || is_numbered("stage-") => {
                    let rule: Indicator = parse(path, text)?;
                    named(&rule.id).and_then(|()| check_indicator(&rule)).map_err(at)?;
                    let twice = indicators.insert(rule.id.clone(), rule).is_some();
                    ensure!(!twice && !findings.contains_key(id), "{path}: the id {id:?} is taken by another rule");
                }
                _ => bail!(
                    "{path}: a rule file lies in level-N/, stage-N/ or findings/; move it into the folder of what it measures"
                ),
            }
        }
        let levels: Vec<Level> = levels.context("models.yaml is missing from the rules")?;
        for level in &levels {
            for gate in &level.gates {
                let rule = indicators.get(gate);
                let rule =
                    rule.with_context(|| format!("models.yaml: gate {gate:?} of level {} has no rule", level.level))?;
                ensure!(
                    rule.met.is_some() && rule.measure.is_share(),
                    "models.yaml: gate {gate:?} of level {} can't be met: its rule is no share with `met`",
                    level.level
                );
            }
        }
        let numbers: Vec<u8> = levels.iter().map(|it| it.level).collect();
        ensure!(numbers == [0, 1, 2, 3, 4], "models.yaml: the levels are 0 to 4, in order; these are {numbers:?}");
        Ok(Rules {
            indicators: indicators.into_values().collect(),
            findings: findings.into_values().collect(),
            levels,
            tables: Tables {
                steps: steps.context("tables/steps.yaml is missing from the rules")?,
                registries: registries.context("tables/registries.yaml is missing from the rules")?,
            },
        })
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

    /// All ids, sorted.
    pub fn ids(&self) -> Vec<&str> {
        let indicators = self.indicators.iter().map(|it| it.id.as_str());
        let mut ids: Vec<&str> = indicators.chain(self.findings.iter().map(|it| it.id.as_str())).collect();
        ids.sort_unstable();
        ids
    }
}

impl ArtifactName {
    /// The artifacts it stands for.
    pub fn artifacts(self) -> &'static [Artifact] {
        match self {
            ArtifactName::TerraformModule => &[Artifact::TerraformModule],
            ArtifactName::CiTemplate => &[Artifact::CiTemplate],
            ArtifactName::CiAction => &[Artifact::CiAction],
            ArtifactName::BaseImage => &[Artifact::BaseImage],
            ArtifactName::HelmChart => &[Artifact::HelmChart],
            ArtifactName::Any => &crate::org::ADOPTED,
        }
    }
}

impl Indicator {
    /// When it is met, in words.
    pub fn met_words(&self) -> Option<String> {
        let bound = |it: f64| if self.measure.is_share() { format!("{} %", percent(it)) } else { it.to_string() };
        self.met.map(|met| match met {
            Met::AtLeast(it) => format!("at {} or more", bound(it)),
            Met::Above(it) => format!("above {}", bound(it)),
        })
    }
}

impl Find {
    /// What is looked for, as a sentence.
    pub fn words(&self) -> String {
        match self {
            Find::CopiedPipeline { min_steps } => format!(
                "Delivery pipelines that have the structure of one in another repository and at least {min_steps} steps \
                that are their own work, and that don't only call templates."
            ),
            Find::UnversionedInternalUse {} => "Uses in production of what another repository of the organisation \
                shares that name no version, or a branch."
                .to_owned(),
            Find::FloatingImageTag {} => "Base images in production whose tag is meant to move, and those without a \
                tag that aren't shared by the organisation."
                .to_owned(),
            Find::UndocumentedSharedOffer { described } => format!(
                "Shared offers without README or description, or that describe less than {} % of their inputs or outputs.",
                percent(*described)
            ),
            Find::UnversionedSharedOffer {} => "Repositories with shared offers whose versions can't be told apart; \
                the first offer is the place."
                .to_owned(),
        }
    }
}

impl Measure {
    /// Whether it is a number of a number, each with its evidence.
    pub fn is_share(&self) -> bool {
        match self {
            Measure::Share(_) | Measure::Builtin(Builtin::DeliveryFoundElsewhere) => true,
            Measure::Count(_) | Measure::Distinct(_) | Measure::Ask(_) => false,
        }
    }

    /// The measure as a sentence.
    pub fn words(&self) -> String {
        let wire = |it: &ArtifactName| match it {
            ArtifactName::TerraformModule => "Terraform modules",
            ArtifactName::CiTemplate => "pipeline templates",
            ArtifactName::CiAction => "actions",
            ArtifactName::BaseImage => "base images",
            ArtifactName::HelmChart => "charts",
            ArtifactName::Any => "modules, templates, actions, base images or charts",
        };
        match self {
            Measure::Share(share) => {
                let that = match (&share.that.are, share.that.described) {
                    (Some(Quality::Versioned), _) => "whose versions can be told apart".to_owned(),
                    (Some(Quality::Documented), Some(described)) => format!(
                        "that have a README or description and describe {} % of their inputs and outputs",
                        percent(described)
                    ),
                    (Some(Quality::Documented), None) => "that are documented".to_owned(),
                    (None, _) => {
                        let uses: Vec<&str> = share.that.uses.iter().map(wire).collect();
                        format!("that use {} shared by another repository of the organisation", uses.join(" or "))
                    }
                };
                let among = match share.among.uses_or_declares {
                    Some(Subject::Terraform) => " with Terraform of their own",
                    Some(Subject::Ci) => " with pipelines",
                    Some(Subject::Charts) => " with charts of their own",
                    Some(Subject::Images) => " with image files",
                    Some(Subject::Any) => " with Terraform, pipelines, charts or image files of their own",
                    None => "",
                };
                format!("The share, of all {}{among}, of those {that}.", share.of.words(2))
            }
            Measure::Count(count) => format!("The number of {}.", count.of.words(2)),
            Measure::Distinct(it) => {
                let by = match it.by {
                    Strength::Exact => "document",
                    Strength::Structure => "structure",
                    Strength::Skeleton => "skeleton",
                };
                format!("The number of delivery pipelines that differ in {by}.")
            }
            Measure::Builtin(Builtin::DeliveryFoundElsewhere) => "The share, of all repositories with delivery \
                pipelines, of those that have a delivery structure in common with another repository."
                .to_owned(),
            Measure::Ask(ask) => format!("Asked: {}", ask.question),
        }
    }
}

/// What is wrong with a rule, and the key of its file that says so.
struct Fault {
    key: &'static str,
    says: String,
}

impl Fault {
    fn new(key: &'static str, says: impl Into<String>) -> Self {
        Fault { key, says: says.into() }
    }

    fn unless(holds: bool, key: &'static str, says: impl Into<String>) -> Result<(), Fault> {
        if holds { Ok(()) } else { Err(Fault::new(key, says)) }
    }
}

/// The line of a file on which a key of its outermost mapping stands; the first where it doesn't.
fn line_of(text: &str, key: &str) -> usize {
    let is_key = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'));
    text.lines().position(is_key).map_or(1, |line| line + 1)
}

fn check_id(id: &str) -> Result<(), Fault> {
    let is_kebab = !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    Fault::unless(is_kebab, "id", format!("{id:?} is no id; ids are words of a-z and 0-9 joined by hyphens"))
}

/// What the types can't say about a finding.
fn check_finding(rule: &FindingRule) -> Result<(), Fault> {
    match rule.find {
        Find::UndocumentedSharedOffer { described } => check_described("find", described),
        Find::CopiedPipeline { .. }
        | Find::UnversionedInternalUse {}
        | Find::FloatingImageTag {}
        | Find::UnversionedSharedOffer {} => Ok(()),
    }
}

fn check_described(key: &'static str, share: f64) -> Result<(), Fault> {
    Fault::unless((0.0..=1.0).contains(&share), key, format!("`described` is a share from 0 to 1; it says {share}"))
}

/// What the types can't say about an indicator.
fn check_indicator(rule: &Indicator) -> Result<(), Fault> {
    let measure = |holds: bool, says: &str| Fault::unless(holds, "measure", says);
    match &rule.measure {
        Measure::Share(share) => {
            let That { uses, from, are, described } = &share.that;
            measure(
                uses.is_empty() == are.is_some(),
                "`that` says either `uses` (with `from: shared`) or `are`; give one of them",
            )?;
            measure(uses.is_empty() == from.is_none(), "`uses` and `from` go together; give both or neither")?;
            let is_documented = *are == Some(Quality::Documented);
            measure(
                is_documented == described.is_some(),
                "`are: documented` says which share of inputs and outputs is described: `described: 0.8`; nothing else does",
            )?;
            described.map_or(Ok(()), |it| check_described("measure", it))?;
            measure(share.of != Unit::Pipelines, "a share is `of` repositories, calls or offers; it says pipelines")?;
            let of = share.of.words(2);
            measure(
                are.is_some() == (share.of == Unit::Offers),
                &format!("`are` is a quality of offers, `uses` one of repositories and calls; `of` says {of}"),
            )?;
            measure(
                (share.of == Unit::Repositories) == share.among.uses_or_declares.is_some(),
                "a share of repositories says which count: `among: { uses-or-declares: … }`; other shares don't",
            )?;
        }
        Measure::Count(count) => measure(
            count.among.uses_or_declares.is_none() || count.of == Unit::Repositories,
            &format!("`uses-or-declares` is said of repositories; `of` says {}", count.of.words(2)),
        )?,
        Measure::Distinct(distinct) => {
            let of = distinct.of.words(2);
            measure(distinct.of == Unit::Pipelines, &format!("`distinct` counts pipelines; `of` says {of}"))?;
        }
        Measure::Builtin(Builtin::DeliveryFoundElsewhere) => {}
        Measure::Ask(ask) => {
            measure(ask.question.ends_with('?'), "`question` ends with a question mark")?;
            Fault::unless(rule.met.is_none(), "met", "what is asked has no `met`: the answer is yes or no")?;
        }
    }
    let asks = matches!(rule.measure, Measure::Ask(_));
    let goes_together = asks == (rule.basis == Basis::Attested);
    Fault::unless(goes_together, "basis", "`basis: attested` goes with `measure: ask`, and only with it")?;
    let can_be = |bound: f64, met: Met| match rule.measure.is_share() {
        true => (0.0..=1.0).contains(&bound) && met.holds(1.0),
        false => bound.is_finite() && bound >= 0.0,
    };
    match rule.met {
        Some(met @ (Met::AtLeast(bound) | Met::Above(bound))) => {
            let allowed =
                if rule.measure.is_share() { "a share from 0 to 1 that can be reached" } else { "a number from 0" };
            Fault::unless(can_be(bound, met), "met", format!("`met` is {allowed}; it says {bound}"))
        }
        None => Ok(()),
    }
}

fn parse<'a, T: Deserialize<'a>>(path: &str, text: &'a str) -> Result<T> {
    serde_saphyr::from_str(text).map_err(|error| {
        let text = error.to_string().replace("<input>", path);
        anyhow::anyhow!("{path}: {}", text.strip_prefix("error: ").unwrap_or(&text))
    })
}

/// A list, or its only member by itself.
fn one_or_many<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct OneOrMany<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a word or a list of words")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<T>, E> {
            T::deserialize(text.into_deserializer()).map(|it| vec![it])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut all = Vec::new();
            while let Some(it) = list.next_element()? {
                all.push(it);
            }
            Ok(all)
        }
    }

    deserializer.deserialize_any(OneOrMany(PhantomData))
}

fn collect_embedded(folder: &Dir<'_>, into: &mut Vec<(String, String)>) {
    for file in folder.files() {
        if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            into.push((path.replace('\\', "/"), text.to_owned()));
        }
    }
    for below in folder.dirs() {
        collect_embedded(below, into);
    }
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
    use super::{Met, Rules};

    #[test]
    fn embedded_rules_are_valid_and_their_lists_sorted() {
        let rules = Rules::load(None).unwrap();
        assert!(rules.levels.iter().map(|it| it.level).eq(0..=4));
        let it = &rules.tables.registries;
        for list in [
            &it.vendor_owners,
            &it.vendor_registries,
            &it.vendor_namespaces,
            &it.owner_registries,
            &it.account_registries,
            &it.private_module_registries,
            &it.aws_vendor_accounts,
            &it.mirror_parts,
        ] {
            assert!(list.is_sorted(), "{list:?}");
        }
        let text = include_str!("../../rules/tables/steps.yaml");
        for block in text.split_inclusive('\n').collect::<Vec<_>>().split(|line| !line.starts_with(' ')) {
            let keys: Vec<&str> =
                block.iter().filter_map(|line| line.trim().split_once(": ")).map(|(key, _)| key).collect();
            assert!(keys.is_sorted() || keys.iter().any(|it| it.starts_with('-')), "{keys:?}");
        }
    }

    #[test]
    fn errors_say_what_and_where() {
        let with = |path: &str, text: &str| {
            let mut sources = Vec::new();
            super::collect_embedded(&super::EMBEDDED, &mut sources);
            sources.push((path.to_owned(), text.to_owned()));
            format!("{:#}", Rules::of(&sources).unwrap_err())
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
        let models = "levels:\n  - { level: 255, name: a, meaning: b, gates: [] }\n";
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
            ("level-1/x.yaml", rule(calls).replace("measured", "attested"), "x.yaml:6: `basis: attested` goes with"),
            ("level-1/x.yaml", documented("80"), "x.yaml:7: `described` is a share from 0 to 1; it says 80"),
            ("level-1/y.yaml", rule(calls), "level-1/y.yaml:1: the rule's id is \"x\"; rename the file or the id"),
            ("level-1/X.yml", rule(calls).replace("id: x", "id: X"), "level-1/X.yml:1: \"X\" is no id"),
            ("level-one/x.yaml", rule(calls), "move it into the folder"),
            ("other/x.yaml", String::new(), "move it into the folder"),
            ("findings/x.yaml", finding("80"), "x.yaml:7: `described` is a share from 0 to 1; it says 80"),
            ("models.yaml", models.to_owned(), "the levels are 0 to 4, in order; these are [255]"),
        ] {
            let error = with(path, &text);
            assert!(error.contains(path) && error.contains(says), "{error}");
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
