//! `testdata/indicators/<rule>/<case>/<owner>/<name>/`: a mini organisation of repositories on github.com, and in
//! `expect.yaml` what the rule must say of it, derived by hand from the rule's text. Nothing ever rewrites that file.
//!
//! Beside `expect.yaml` there may be `answers.yaml`, what people answered, as of 2026-01-01.
//!
//! Repositories of the owner `_` have no remote. Where a repository has a file `.tags`, it is a full clone with the
//! tags named there, one a line; elsewhere nothing is known of its tags. A file `.committed` says when its commit was made.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a harness that reads testdata")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use levelset::answers::Answers;
use levelset::classify::kinds;
use levelset::facts::{Facts, Identity, RepoFacts};
use levelset::knowledge::built_in;
use levelset::measure::{AnswerStanding, Value, Verdict};
use levelset::report::Report;
use levelset::report::summary::{EvidenceRow, IndicatorRow};
use levelset::rules::{AnswerKind, Builtin, Indicator, Measure, Quality, Rules, Share, Unit};
use serde::Deserialize;

use crate::extract::{facts_in, files, folders, repo};

/// What a case expects: for an indicator all but `findings`, for a finding rule `findings` alone. Repositories are
/// listed once for each thing that counts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    verdict: Option<Verdict>,
    /// For rules that ask: what files and answer come to together.
    awarded: Option<Verdict>,
    /// For rules that ask: how the answer stands.
    answer: Option<AnswerStanding>,
    /// As `1 of 2 repositories`; `null` where nothing could be counted.
    value: Option<String>,
    #[serde(default)]
    counted: Vec<String>,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    unknown: Vec<String>,
    /// What it comes to for each team, as `met 1 of 2, 1 unknown`; `unowned` for what nobody is known to own.
    teams: Option<BTreeMap<String, String>>,
    /// The same for each repository.
    repositories: Option<BTreeMap<String, String>>,
    findings: Option<Vec<Found>>,
}

/// One finding; of its message a part is enough.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Found {
    repo: String,
    path: String,
    line: u32,
    says: String,
}

#[test]
fn rules_say_what_their_text_promises() {
    let rules = Rules::load(None).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/indicators");
    let mut wrong = Vec::new();
    let mut cases: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for case in folders(&root).iter().flat_map(|rule| folders(rule)) {
        let id = name(case.parent().unwrap());
        let text = fs::read_to_string(case.join("expect.yaml")).unwrap();
        let expect: Expect = serde_saphyr::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", case.display()));
        let answers = fs::read_to_string(case.join("answers.yaml")).unwrap_or_default();
        let answers = Answers::parse("answers.yaml", &answers, &rules).unwrap();
        let report = levelset::report(organisation(&case), &rules, &answers, "2026-01-01");
        let (kinds, problem) = match (expect.verdict, &expect.findings) {
            (Some(verdict), None) => {
                let row = report.summary.indicators.iter().find(|it| it.id == id);
                let kinds = [verdict, expect.awarded.unwrap_or(verdict)].map(word);
                let problem = row.map_or(Some("no such indicator".to_owned()), |row| indicator(row, &expect));
                (kinds, problem.or_else(|| subjects(&report, &id, &expect)))
            }
            (None, Some(expected)) => {
                ([if expected.is_empty() { "not-found" } else { "found" }; 2], findings(&report, &id, expected))
            }
            _ => panic!("{}: expect.yaml says either `verdict` or `findings`", case.display()),
        };
        wrong.extend(problem.map(|it| format!("{}: {it}", case.display())));
        cases.entry(id).or_default().extend(kinds);
    }
    for rule in &rules.indicators {
        wrong.extend(missing(&cases, &rule.id, &possible(rule)));
    }
    for rule in &rules.findings {
        wrong.extend(missing(&cases, &rule.id, &["found", "not-found"]));
    }
    let known = rules.ids();
    wrong.extend(cases.keys().filter(|id| !known.contains(&id.as_str())).map(|id| format!("{id} is no rule")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The verdicts that a rule can come to. What people are asked may be anything; a figure that is held against nothing is
/// neither good nor bad.
fn possible(rule: &Indicator) -> Vec<&'static str> {
    if let (Some(ask), None) = (&rule.ask, &rule.measure)
        && ask.answer != AnswerKind::YesNo
        && ask.met.is_none()
    {
        return vec!["not-applicable", "unknown"];
    }
    let measure = match (&rule.ask, &rule.measure) {
        (None, Some(measure)) => measure,
        (Some(_), _) | (None, None) => return vec!["met", "not-met", "not-applicable", "unknown"],
    };
    match measure {
        // What isn't found may be elsewhere.
        Measure::Found(_) => vec!["met", "unknown"],
        Measure::Builtin(Builtin::SelfServiceChain) => vec!["met", "unknown"],
        Measure::Builtin(
            Builtin::ClassesWithASharedWay
            | Builtin::DeployTools
            | Builtin::StandardTools
            | Builtin::WaysToProvision { .. },
        ) if rule.least.is_none() => vec!["met", "not-met", "not-applicable"],
        // Where there is no place, there may be some elsewhere.
        Measure::Share(share) if matches!(share.of, Unit::Kinds | Unit::Places) => vec!["met", "not-met", "unknown"],
        Measure::Share(share) if !can_be_unknown(share) => vec!["met", "not-met", "not-applicable"],
        Measure::Builtin(Builtin::ClassesWithASharedWay | Builtin::StandardTools) => {
            vec!["met", "not-met", "not-applicable", "unknown"]
        }
        Measure::Builtin(Builtin::DeployTools | Builtin::WaysToProvision { .. }) => {
            vec!["met", "not-met", "not-applicable"]
        }
        Measure::Share(_)
        | Measure::Count(_)
        | Measure::Distinct(_)
        | Measure::Indicators(_)
        | Measure::Builtin(Builtin::DeliveryFoundElsewhere | Builtin::EnvironmentsInCode) => {
            vec!["met", "not-met", "not-applicable", "unknown"]
        }
    }
}

/// Whether there are repositories or offers of which a share can't tell.
fn can_be_unknown(share: &Share) -> bool {
    let of = |quality: Option<Quality>| {
        quality.is_some_and(|it| match it {
            Quality::Documented
            | Quality::Indexed
            | Quality::UsedElsewhere
            | Quality::Deployable
            | Quality::MoreThanOffering
            | Quality::Provisioning
            | Quality::DefinedInCode
            | Quality::Owned
            | Quality::Scripted => false,
            Quality::Versioned
            | Quality::Maintained
            | Quality::FromReadyRepositories
            | Quality::Delivering
            | Quality::Deploying
            | Quality::AppliedByPipeline
            | Quality::DeployedAutomatically
            | Quality::DeployedWhenMerged
            | Quality::TestedBeforeDeploy
            | Quality::Scanned
            | Quality::ScannedByTemplate
            | Quality::OnGoldenPath
            | Quality::Ready => true,
        })
    };
    !share.that.uses.is_empty() || of(share.that.are) || share.among.are.iter().any(|it| of(Some(*it)))
}

fn indicator(row: &IndicatorRow, expect: &Expect) -> Option<String> {
    let value = row.value.map(Value::words);
    let repos = |rows: &[EvidenceRow]| rows.iter().map(|it| it.repo.clone()).collect::<Vec<_>>();
    let attested = row.attested.as_ref();
    let awarded = attested.map(|it| it.award(row.verdict)).filter(|_| expect.awarded.is_some());
    let answer = attested.map(|it| it.standing).filter(|_| expect.answer.is_some());
    let of_people = (awarded, answer);
    let is = (Some(row.verdict), of_people, value, repos(&row.counted), repos(&row.missing), repos(&row.unknown));
    let Expect { verdict, awarded, answer, value, counted, missing, unknown, .. } = expect;
    let should = (*verdict, (*awarded, *answer), value.clone(), counted.clone(), missing.clone(), unknown.clone());
    let evidence = || format!("{:#?} {:#?} {:#?}", row.counted, row.missing, row.unknown);
    (is != should).then(|| format!("is {is:?}\n  should be {should:?}\n{}", evidence()))
}

/// Where a case says so: what the indicator comes to for each team and each repository.
fn subjects(report: &Report, id: &str, expect: &Expect) -> Option<String> {
    let words = |verdict: Verdict, n: u64, of: u64, unknown: u64| {
        let unknown = if unknown > 0 { format!(", {unknown} unknown") } else { String::new() };
        format!("{} {n} of {of}{unknown}", word(verdict))
    };
    let (number, row) = report.summary.indicators.iter().enumerate().find(|(_, it)| it.id == id)?;
    let team = |team: &Option<String>| team.clone().unwrap_or_else(|| "unowned".to_owned());
    let teams = row.teams.iter().map(|it| (team(&it.team), words(it.verdict, it.n, it.of, it.unknown)));
    let teams: BTreeMap<String, String> = teams.collect();
    let of_repo = |repo: &levelset::report::RepoReport| {
        let (_, it) = *repo.indicators.iter().find(|(it, _)| *it == number)?;
        Some((repo.id.clone(), words(it.verdict, it.n, it.of, it.unknown)))
    };
    let repositories: BTreeMap<String, String> = report.repos.iter().filter_map(of_repo).collect();
    let wrong = |is: BTreeMap<String, String>, should: &Option<BTreeMap<String, String>>| {
        let should = should.as_ref().filter(|it| **it != is)?;
        Some(format!("is {is:?}\n  should be {should:?}"))
    };
    wrong(teams, &expect.teams).or_else(|| wrong(repositories, &expect.repositories))
}

fn findings(report: &Report, id: &str, expected: &[Found]) -> Option<String> {
    let of_repo = |repo: &levelset::report::RepoReport| -> Vec<(String, String, u32, String)> {
        let found = repo.findings.iter().filter(|it| it.rule == id);
        found.map(|it| (repo.id.clone(), it.at.path.to_string(), it.at.line, it.message.clone())).collect()
    };
    let found: Vec<(String, String, u32, String)> = report.repos.iter().flat_map(of_repo).collect();
    let same = found.len() == expected.len()
        && found.iter().zip(expected).all(|((repo, path, line, message), it)| {
            (repo, path, line) == (&it.repo, &it.path, &it.line) && message.contains(&it.says)
        });
    (!same).then(|| format!("found {found:#?}\n  should be {expected:#?}"))
}

fn missing(cases: &BTreeMap<String, BTreeSet<&str>>, id: &str, kinds: &[&str]) -> Vec<String> {
    let has = |kind: &&&str| cases.get(id).is_some_and(|it| it.contains(**kind));
    kinds.iter().filter(|kind| !has(kind)).map(|kind| format!("{id} has no case that is {kind}")).collect()
}

pub(crate) fn organisation(case: &Path) -> Vec<Facts> {
    let repositories = folders(case).into_iter().flat_map(|owner| folders(&owner));
    repositories
        .map(|root| {
            let mut facts = facts_in(&root, identified(&root));
            // As the walk counts them.
            for path in files(&root).iter().filter_map(|it| it.strip_prefix(&root).ok()?.to_str()) {
                if let Some(found) = kinds(path, built_in()) {
                    *facts.files.recognised.entry(found.kind).or_default() += 1;
                }
            }
            facts
        })
        .collect()
}

pub(crate) fn identified(root: &Path) -> RepoFacts {
    let owner = name(root.parent().unwrap());
    let identity = Identity { host: "github.com".to_owned(), owner, name: name(root) };
    let tags = fs::read_to_string(root.join(".tags")).ok();
    let committed = fs::read_to_string(root.join(".committed")).ok().map(|it| it.trim().to_owned());
    RepoFacts {
        identity: (identity.owner != "_").then_some(identity),
        commit: tags.is_some().then(|| "1".repeat(40)),
        committed,
        tags: tags.unwrap_or_default().lines().map(str::to_owned).collect(),
        ..repo(&name(root))
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "met",
        Verdict::NotMet => "not-met",
        Verdict::NotApplicable => "not-applicable",
        Verdict::Unknown => "unknown",
    }
}
