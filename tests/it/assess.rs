//! `levelset assess` and `levelset explain ID --in FACTS`, as people and scripts run them.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests write and read the files of answers")]

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::cli::{Ran, levelset, levelset_reads};
use crate::orgs::{AS_OF, clones};

const DONE: i32 = 0;
const ERROR: i32 = 2;

/// Runs `levelset assess` in a folder with more arguments, and lines that are typed.
fn assess(place: &TempDir, arguments: &[&str], input: &str) -> Ran {
    levelset_reads(place.path(), &[&["assess", "--as-of", AS_OF][..], arguments].concat(), input)
}

fn file(place: &TempDir) -> String {
    fs::read_to_string(place.path().join("levelset.answers.yaml")).unwrap()
}

/// The facts of acme, in the folder.
fn acme(place: &TempDir) -> String {
    let clones = clones("acme");
    let ran = levelset(&["facts", clones.path().to_str().unwrap()]);
    assert_eq!(ran.code, DONE, "{}", ran.err);
    fs::write(place.path().join("facts.jsonl"), ran.out).unwrap();
    place.path().join("facts.jsonl").to_str().unwrap().to_owned()
}

#[test]
fn it_goes_on_where_it_was_broken_off() {
    let place = tempdir().unwrap();
    let ran = assess(&place, &["--by", "jo@example.org"], "yes\n\n\nq\n");
    assert_eq!((ran.code, ran.err.as_str()), (DONE, ""));
    assert!(ran.out.contains("\n1/64 Services are created from templates in a portal\n"), "{}", ran.out);
    assert!(ran.out.contains("  written: yes; it counts until 2026-08-01\n"), "{}", ran.out);
    assert!(ran.out.ends_with(
        "\n1 answer written, 63 left.\nThey count in: levelset report FACTS --answers levelset.answers.yaml\n"
    ));
    let portal = "  - to: self-service-portal\n    answer: yes\n    by: \"jo@example.org\"\n    on: \"2026-02-01\"\n    \
                  expires: \"2026-08-01\"\n";
    assert_eq!(file(&place), format!("answers:\n{portal}"));

    // Who answers is asked once; the input ends before the link of the last answer.
    let ran = assess(&place, &[], "kim\ns\n?\nNo\nhttps://wiki.example.org/a#b\nnobody # trusts it\nyes");
    assert_eq!((ran.code, ran.err.as_str()), (DONE, ""));
    assert!(ran.out.contains("\n1/63 A commit provisions infrastructure\n"), "{}", ran.out);
    assert!(ran.out.contains("\n  Add owner and dependencies to each entry"), "? tells the whole rule: {}", ran.out);
    assert!(ran.out.contains("\n2 answers written, 61 left.\n"), "{}", ran.out);
    let catalogue = "  - to: complete-catalogue\n    answer: no\n    by: \"kim\"\n    on: \"2026-02-01\"\n    expires: \
                     \"2026-08-01\"\n    link: \"https://wiki.example.org/a#b\"\n    note: \"nobody # trusts it\"\n";
    let policies = "  - to: policies-enforced\n    answer: yes\n    by: \"kim\"\n    on: \"2026-02-01\"\n    expires: \
                    \"2026-08-01\"\n";
    assert_eq!(file(&place), format!("answers:\n{catalogue}{policies}{portal}"));
    let names: Vec<_> = place.path().read_dir().unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names, ["levelset.answers.yaml"], "nothing is left beside it");

    // What has expired is asked again, and says what was answered.
    let ran = levelset_reads(place.path(), &["assess", "--as-of", "2026-08-01", "--by", "jo"], "");
    assert_eq!((ran.code, ran.err.as_str()), (DONE, ""));
    assert!(ran.out.contains("  so far  yes, jo@example.org on 2026-02-01; expired on 2026-08-01\n"), "{}", ran.out);
    assert!(ran.out.ends_with("\n0 answers written, 64 left.\n"), "{}", ran.out);
}

#[test]
fn named_questions_are_asked_again() {
    let place = tempdir().unwrap();
    assert_eq!(assess(&place, &["--by", "jo", "scorecards"], "yes\n\n\n").code, DONE);
    let ran = assess(&place, &["--by", "kim", "scorecards", "organisation-size"], "no\n\nwe stopped\n150\n\n\n");
    assert_eq!((ran.code, ran.err.as_str()), (DONE, ""));
    assert!(ran.out.contains("  so far  yes, jo on 2026-02-01; counts until 2026-08-01\n"), "{}", ran.out);
    let text = file(&place);
    assert!(text.contains("  - to: organisation-size\n    answer: 150\n    by: \"kim\"\n"), "{text}");
    assert!(text.contains("  - to: scorecards\n    answer: no\n    by: \"kim\"\n"), "{text}");
    // An earlier day would give an answer that doesn't count.
    let ran =
        levelset_reads(place.path(), &["assess", "--as-of", "2026-01-01", "--by", "jo", "scorecards"], "yes\n\n\n");
    assert!(ran.out.contains("kim answered on 2026-02-01, after 2026-01-01: not asked."), "{}", ran.out);
    assert_eq!((ran.code, file(&place)), (DONE, text));
}

#[test]
fn what_is_no_answer_ends_a_pipe_and_keeps_what_was_written() {
    let place = tempdir().unwrap();
    for (arguments, input, says) in [
        (
            &["--by", "jo"][..],
            "yes\n\n\noften\nyes\n",
            "provisioning-by-commit: \"often\" is no answer here; write yes or no",
        ),
        (&["--by", "jo", "scorecards"], "yes\nyes\nyes\n", "scorecards: a link begins with https://"),
        (&["--by", " "], "", "--by says who answers; it is empty"),
        (&[], "\n", "an answer is somebody's"),
        (&["--answers", "figures.csv"], "", "figures.csv: answers are written as YAML"),
        (&["--in", "-"], "", "answers are read from standard input here"),
        (&["scorecard"], "", "there is no indicator \"scorecard\""),
        (&["distinct-pipelines"], "", "asks nothing"),
        (&["--level", "0"], "", "level 0 has no gates"),
    ] {
        let ran = assess(&place, arguments, input);
        assert_eq!(ran.code, ERROR, "{arguments:?}: {}", ran.out);
        assert!(ran.err.contains(says), "{arguments:?}: {}", ran.err);
    }
    assert!(file(&place).contains("self-service-portal") && !file(&place).contains("scorecards"));
    fs::write(place.path().join("levelset.answers.yaml"), "answers:\n  - {to: scorecards, answer: 7}\n").unwrap();
    let ran = assess(&place, &["--by", "jo"], "yes\n");
    assert_eq!(ran.code, ERROR);
    assert!(ran.err.contains("levelset.answers.yaml"), "{}", ran.err);
}

#[test]
fn comments_of_a_file_stay() {
    let place = tempdir().unwrap();
    let before = "# What we agreed on in January.\nanswers:\n  - to: scorecards # see the minutes\n    answer: no\n    by: jo\n    \
                  on: 2026-01-15\n";
    fs::write(place.path().join("levelset.answers.yaml"), before).unwrap();
    let ran = assess(&place, &["--by", "kim"], "yes\n\n\nn/a\n\n\n");
    assert_eq!((ran.code, ran.err.as_str()), (DONE, ""));
    assert_eq!(ran.out.matches("levelset.answers.yaml has comments: answers are written at its end").count(), 1);
    let entry = |to: &str, answer: &str| {
        format!(
            "  - to: {to}\n    answer: {answer}\n    by: \"kim\"\n    on: \"2026-02-01\"\n    expires: \"2026-08-01\"\n"
        )
    };
    let added = entry("self-service-portal", "yes") + &entry("provisioning-by-commit", "not-applicable");
    assert_eq!(file(&place), format!("{before}{added}"));
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let (place, elsewhere) = (tempdir().unwrap(), tempdir().unwrap());
    let (link, target) = (place.path().join("levelset.answers.yaml"), elsewhere.path().join("ours.yaml"));
    fs::write(&target, "").unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o600)).unwrap();
    symlink(&target, &link).unwrap();
    assert_eq!(assess(&place, &["--by", "jo"], "yes\n\n\n").code, DONE);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&target).unwrap().contains("self-service-portal"));
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn questions_are_filled_in_with_an_editor() {
    let place = tempdir().unwrap();
    let facts = acme(&place);
    let ran = assess(&place, &["--questions", "yaml", "--in", &facts, "--by", "jo"], "");
    assert_eq!((ran.code, ran.err.as_str()), (DONE, ""));
    assert!(!place.path().join("levelset.answers.yaml").exists(), "nothing is written");
    // As it is printed, it is a file without answers.
    let path = place.path().join("levelset.answers.yaml");
    fs::write(&path, &ran.out).unwrap();
    assert_eq!(assess(&place, &["--questions", "yaml", "--in", &facts, "--by", "jo"], "").out, ran.out);
    // One entry is filled in.
    let mut is_of_it = false;
    let filled = ran.out.lines().map(|line| {
        is_of_it = line == "  # - to: self-service-share" || is_of_it && !line.is_empty();
        match line.strip_prefix("  # ").filter(|_| is_of_it) {
            Some("  answer:") => "    answer: 84 %\n".to_owned(),
            Some(entry) => format!("  {entry}\n"),
            None => format!("{line}\n"),
        }
    });
    fs::write(&path, filled.collect::<String>()).unwrap();
    let left = assess(&place, &["--questions", "json"], "");
    assert_eq!((left.code, left.err.as_str()), (DONE, ""));
    let left: Value = serde_json::from_str(&left.out).unwrap();
    let left: Vec<&str> = left.as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert!(left.len() == 63 && !left.contains(&"self-service-share"), "{left:?}");
    let report = levelset_reads(
        place.path(),
        &["report", &facts, "--answers", "levelset.answers.yaml", "--as-of", AS_OF, "--format", "json"],
        "",
    );
    let report: Value = serde_json::from_str(&report.out).unwrap();
    let row = report["indicators"].as_array().unwrap().iter().find(|it| it["id"] == "self-service-share").unwrap();
    assert_eq!(row["attested"]["standing"], "answered");
    assert_eq!(row["attested"]["answer"]["says"]["figure"], 0.84);
    // Answers that are given later stand at the end of it: the questions are still there as comments.
    assert_eq!(assess(&place, &["--by", "kim"], "yes\n\n\n").code, DONE);
    assert!(
        file(&place).contains("\n  # - to: scorecards\n") && file(&place).ends_with("    expires: \"2026-08-01\"\n")
    );
}

#[test]
fn an_answer_that_files_contradict_is_told_at_once() {
    let place = tempdir().unwrap();
    let facts = acme(&place);
    let arguments = ["--by", "jo", "provisioning-by-commit", "--in", &facts];
    // Of the three repositories with Terraform of their own one has a pipeline that applies it.
    let ran = assess(&place, &arguments, "yes\nno\nyes\n");
    assert_eq!((ran.code, ran.err.as_str()), (DONE, ""));
    assert_eq!(
        ran.out
            .matches("  Files say otherwise: 33 %: 1 of 3 repositories (good at 80 % or more): not met\n  - acme/")
            .count(),
        2
    );
    assert!(ran.out.contains("  not written: nobody said that it should be kept\n"), "{}", ran.out);
    assert!(!place.path().join("levelset.answers.yaml").exists());
    let ran = assess(&place, &arguments, "yes\nyes\n\nby another system\n");
    assert!(ran.out.contains("  written: yes; files say otherwise, so it shows and gives nothing\n"), "{}", ran.out);
    assert!(file(&place).contains("answer: yes\n    by: \"jo\"\n"));
    let ran = assess(&place, &["--questions", "json", "--all", "--level", "2", "--in", &facts], "");
    let rows: Value = serde_json::from_str(&ran.out).unwrap();
    let row = rows.as_array().unwrap().iter().find(|it| it["id"] == "provisioning-by-commit").unwrap();
    assert_eq!((&row["standing"], &row["files"]["verdict"]), (&"contradicted".into(), &"not-met".into()));
    assert_eq!((&row["files"]["counted"]["number"], &row["files"]["missing"]["number"]), (&1.into(), &2.into()));
    let ran = assess(&place, &["--by", "jo", "--in", &facts], "q\n");
    assert!(
        ran.out.starts_with(
            "Files say otherwise than these answers; name them to be asked again:\n  provisioning-by-commit\n"
        ),
        "{}",
        ran.out
    );
    // An answer against oneself is none that they deny.
    let ran = assess(&place, &arguments, "no\n\n\n");
    assert!(!ran.out.contains("Files say otherwise:"), "{}", ran.out);
}

#[test]
fn explains_with_the_evidence_of_an_organisation() {
    let place = tempdir().unwrap();
    let facts = acme(&place);
    let explain = |arguments: &[&str]| {
        let ran = levelset_reads(Path::new(place.path()), &[&["explain"][..], arguments].concat(), "");
        assert_eq!((ran.code, ran.err.as_str()), (DONE, ""), "{arguments:?}");
        let at = ran.out.find("In this organisation").unwrap();
        ran.out[at..].to_owned()
    };
    assert_eq!(
        explain(&["shared-module-adoption", "--as-of", AS_OF, "--in", &facts]),
        "In this organisation, as of 2026-02-01
  Files: 62 %: 5 of 8 repositories (good at 40 % or more): met.

By team (3)
  unowned: met, 3 of 6
  acme/platform: met, 1 of 1
  acme/shop: met, 1 of 1

Counted (5)
  acme/billing/infra/main.tf:6 git::https://github.com/acme/tf-modules.git//modules/rds
  acme/legacy/Jenkinsfile:1 shared
  acme/payments/Dockerfile:1 ghcr.io/acme/base-images/node
  acme/shop/infra/main.tf:6 git::https://github.com/acme/tf-modules.git//modules/rds?ref=v2.0.0
  acme/tf-modules/.github/workflows/ci.yml:8 acme/workflows/setup-terraform@v1.2.0

Missing (3)
  acme/base-images/.github/workflows/publish.yml:1 a pipeline of its own
  acme/handbook/.github/workflows/stale.yml:1 a pipeline of its own
  acme/search/infra/dev/main.tf:1 Terraform of its own

"
    );
    let copies = explain(&["copied-pipeline", "--as-of", AS_OF, "--in", &facts]);
    assert!(copies.starts_with("In this organisation, as of 2026-02-01\n  2 places in 2 repositories.\n\nFound (2)\n  acme/payments/.github/workflows/pipeline.yaml:"), "{copies}");
    let answers = place.path().join("a.yaml");
    fs::write(&answers, "answers:\n  - {to: scorecards, answer: yes, by: jo, on: 2026-01-15}\n").unwrap();
    let answered = explain(&["scorecards", "--as-of", AS_OF, "--answers", "a.yaml", "--in", &facts]);
    assert!(
        answered.contains("\n  People: yes, says jo on 2026-01-15; it counts until 2026-07-15.\n  Together: met.\n"),
        "{answered}"
    );
    let ran = levelset(&["explain", "scorecards", "--answers", "a.yaml"]);
    assert_eq!(ran.code, ERROR);
    assert!(ran.err.contains("--in <FACTS>"), "{}", ran.err);
}
