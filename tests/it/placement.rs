//! The organisations of `testdata/orgs` are placed where their `<name>.expect.yaml` says, for the reasons that it gives.
//! Nothing ever rewrites these files. What people say of an organisation lies in `<name>.answers.yaml`.

#![expect(clippy::disallowed_methods, reason = "a harness that reads testdata")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use levelset::answers::Answers;
use levelset::measure::Verdict;
use levelset::rules::Rules;
use serde::Deserialize;

use crate::orgs::{AS_OF, clones, scan};

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Expect {
    level: Level,
    /// The lower bound of the stage.
    stage: u8,
    /// The gates of the level that is reached, of those below, and of the next.
    gates: BTreeMap<String, Verdict>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Level {
    low: u8,
    high: u8,
    configured_for: u8,
}

#[test]
fn organisations_are_placed_for_the_right_reasons() {
    let rules = Rules::load(None).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/orgs");
    let mut levels = Vec::new();
    for org in ["acme", "harbour", "loft"] {
        let text = |what: &str| fs::read_to_string(folder.join(format!("{org}.{what}.yaml")));
        let expect: Expect = serde_saphyr::from_str(&text("expect").unwrap()).unwrap();
        let answers = text("answers").unwrap_or_default();
        let answers = Answers::parse("answers.yaml", &answers, &rules).unwrap();
        let clones = clones(org);
        let report = levelset::report(scan(&[clones.path().to_owned()], 2), &rules, &answers, AS_OF);
        let (level, stage) = (report.summary.level, report.summary.stage);
        let shown = level.gates.iter().filter(|it| it.level <= level.low + 1);
        let found = Expect {
            level: Level { low: level.low, high: level.high, configured_for: level.configured_for },
            stage: stage.low,
            gates: shown.map(|it| (it.indicator.clone(), it.verdict)).collect(),
        };
        assert_eq!(found, expect, "{org}: {:#?}", level.gates);
        levels.push(level.low);
    }
    levels.sort_unstable();
    assert_eq!(levels, [0, 1, 2], "an organisation for each of these levels");
}
