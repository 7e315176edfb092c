//! The built program: arguments, messages, exit codes, what is written where. What reports say is tested in process,
//! elsewhere.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests run the program, and write what it reads")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::tempdir;

use crate::extract::files;
use crate::orgs::{AS_OF, clones, snapshot};

pub(crate) const DONE: i32 = 0;
const GATE_FAILED: i32 = 1;
const ERROR: i32 = 2;

#[test]
fn help_of_every_command() {
    let mut text = String::new();
    for command in [
        "",
        "scan",
        "facts",
        "report",
        "changes",
        "inventory",
        "assess",
        "explain",
        #[cfg(feature = "github")]
        "github",
        #[cfg(feature = "github")]
        "github list",
        #[cfg(feature = "github")]
        "github upload",
        "config",
        "config check",
        "rules",
        "rules check",
        "schema",
        "completions",
        "man",
    ] {
        let ran = levelset(&command.split_whitespace().chain(["--help"]).collect::<Vec<_>>());
        assert_eq!((ran.code, ran.err.as_str()), (DONE, ""), "{command}");
        text.push_str(&format!("$ {}\n{}\n", ["levelset", command, "--help"].join(" ").replace("  ", " "), ran.out));
    }
    snapshot("help", &text);
}

#[test]
fn without_arguments_it_says_what_it_can_do() {
    let ran = levelset(&[]);
    assert_eq!((ran.code, ran.out.as_str()), (ERROR, ""));
    assert!(ran.err.contains("levelset scan") || ran.err.contains("Usage: levelset <COMMAND>"), "{}", ran.err);
}

#[test]
fn errors_say_what_where_and_what_to_do() {
    let place = tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = place.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("file", "");
    write("empty.jsonl", "\n");
    write("broken.jsonl", "\n{\"format\":\"levelset-facts/1\",\"repo\":\n");
    write("newer.jsonl", "{\"format\":\"levelset-facts/99\",\"colour\":\"green\"}\n");
    write("rules/level-1/quick.yaml", "id: quick\nrow: 1.1.C1\ntitle: Quick\nmeasure:\n  speed: 12\n");
    let models = include_str!("../../rules/models.yaml");
    write("gates/models.yaml", &models.replace("      - scorecards\n", "      - absent\n"));
    let mut text = String::new();
    for line in [
        "scan absent",
        "scan file",
        "scan",
        "scan . --as-of yesterday",
        "scan . --fail-below 9",
        "scan . --max-file-size 0",
        #[cfg(feature = "github")]
        "github list",
        #[cfg(feature = "github")]
        "github list acme --include a/b/c",
        #[cfg(feature = "github")]
        "github list https://github.com/acme --api-url http://git.acme.example",
        #[cfg(feature = "github")]
        "github upload absent",
        #[cfg(feature = "github")]
        "github upload . --max-wait 9d",
        "report absent.jsonl",
        "report empty.jsonl",
        "report broken.jsonl",
        "report newer.jsonl",
        "explain shared-terraform-module",
        "rules check absent",
        "rules check rules",
        "rules check gates",
        "changes",
        "changes . --base . --fail-on copies",
        "changes . --base-facts empty.jsonl",
        "inventory . --kind module",
        "inventory . --owner us",
        "inventory . --context prod",
        "inventory . --format xml",
        "scann .",
    ] {
        let ran = levelset_in(place.path(), &line.split(' ').collect::<Vec<_>>());
        assert_eq!((ran.code, ran.out.as_str()), (ERROR, ""), "{line}: {}", ran.err);
        text.push_str(&format!("$ levelset {line}\n{}\n", ran.err));
    }
    // Windows has its own words for this.
    let text = text.replace("The system cannot find the file specified.", "No such file or directory");
    let text = text
        .replace("The system cannot find the path specified. (os error 3)", "No such file or directory (os error 2)");
    snapshot("errors", &text);
}

#[test]
fn explains_rules() {
    let ran = levelset(&["explain", "shared-module-adoption"]);
    assert_eq!((ran.code, ran.err.as_str()), (DONE, ""));
    let finding = levelset(&["explain", "copied-pipeline"]);
    let ids = levelset(&["explain"]);
    snapshot("explain", &format!("{}\n{}\n{}", ran.out, finding.out, ids.out));
}

#[test]
fn checks_rules() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rules/own");
    let ran = levelset(&["rules", "check", rules.to_str().unwrap()]);
    assert_eq!((ran.code, ran.err.as_str()), (DONE, ""));
    assert_eq!(ran.out, "94 indicators and 9 findings, ours included: all valid\n");
    let ran = levelset(&["explain", "repositories-with-charts", "--rules", rules.to_str().unwrap()]);
    let words = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("The number of repositories with charts of their own."), "{words}");
}

#[test]
fn gates_decide_the_exit_code() {
    let (acme, loft) = (clones("acme"), clones("loft"));
    let (acme, loft) = (acme.path().to_str().unwrap(), loft.path().to_str().unwrap());
    for (org, gate, code, says) in [
        (acme, vec![], DONE, ""),
        (acme, vec!["--fail-below", "1"], DONE, ""),
        (loft, vec!["--fail-below", "0"], DONE, ""),
        (loft, vec!["--fail-below", "1"], GATE_FAILED, "gate failed: --fail-below 1: only level 0 is certain\n"),
        (loft, vec!["--fail-on", "copied-pipeline"], DONE, ""),
        (
            acme,
            vec!["--fail-on", "copied-pipeline", "--fail-on", "floating-image-tag", "--fail-below", "2"],
            GATE_FAILED,
            "gate failed: --fail-below 2: only level 1 is certain; level 4 is possible: levelset assess asks what is open\n\
             gate failed: --fail-on copied-pipeline: 2 found\n\
             gate failed: --fail-on floating-image-tag: 1 found\n",
        ),
        (
            acme,
            vec!["--fail-on", "copied"],
            ERROR,
            "error: --fail-on copied: there is no such finding; the findings are copied-pipeline, drifted-pipeline-copy, floating-image-tag, \
             outdated-internal-use, superseded-ci-file, undocumented-shared-offer, unpinned-third-party-template, unversioned-internal-use, unversioned-shared-offer\n",
        ),
    ] {
        let ran = levelset(&[vec!["scan", org, "-q"], gate.clone()].concat());
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (code, "", says), "{gate:?}");
    }
}

#[test]
fn writes_what_it_promises() {
    let (acme, place) = (clones("acme"), tempdir().unwrap());
    let out = place.path().join("new/report");
    let (org, folder) = (acme.path().to_str().unwrap(), out.to_str().unwrap());
    let ran = levelset(&["scan", org, "--as-of", AS_OF, "--out", folder]);
    assert_eq!((ran.code, ran.err.as_str()), (DONE, ""));
    let mut written: Vec<String> =
        files(&out).iter().map(|it| it.strip_prefix(&out).unwrap().to_str().unwrap().replace('\\', "/")).collect();
    written.sort();
    let of_report = [
        "badge.svg",
        "catalog/backstage.json",
        "catalog/port.json",
        "facts.jsonl",
        "manifest.json",
        "report.html",
        "report.md",
        "summary.json",
    ];
    let tables = ["findings", "indicators", "offers", "pipelines", "repositories", "teams", "uses"];
    let mut expected: Vec<String> = of_report.map(str::to_owned).into();
    expected.extend(tables.map(|it| format!("tables/{it}.csv")));
    expected.extend(acme_repositories().map(|it| format!("sarif/acme/{it}.sarif")));
    expected.push("proposals/README.md".to_owned());
    let group = written.iter().find_map(|it| it.strip_prefix("proposals/")?.split_once('/')).unwrap().0.to_owned();
    let of_group = [
        "README.md",
        "calls/acme/payments/.github/workflows/pipeline.yaml",
        "calls/acme/search/.github/workflows/ci.yml",
        "template/.github/workflows/pipeline.yaml",
    ];
    expected.extend(of_group.map(|it| format!("proposals/{group}/{it}")));
    expected.sort();
    assert_eq!(written, expected);
    let page = fs::read_to_string(out.join("proposals/README.md")).unwrap();
    assert!(page.contains(&format!("[`{group}`]({group}/README.md): 2 of 2 copies of `pipeline.yaml`")), "{page}");

    // What was printed, what was written, and what the facts give later, are one.
    let facts = out.join("facts.jsonl");
    let facts = facts.to_str().unwrap();
    let page = levelset(&["report", facts, "--as-of", AS_OF]);
    assert_eq!((page.code, &page.out, page.err.as_str()), (DONE, &ran.out, ""));
    let summary = fs::read_to_string(out.join("summary.json")).unwrap();
    assert_eq!(levelset(&["report", facts, "--as-of", AS_OF, "--format", "json"]).out, summary);
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert_eq!(levelset(&["report", facts, "--as-of", AS_OF, "--format", "html"]).out, page);
    assert_eq!(levelset(&["facts", org]).out, fs::read_to_string(facts).unwrap());
}

/// A branch of acme's shop on which the base image lost its version, told in all three ways to name the base.
#[test]
fn tells_what_a_change_adds() {
    let (acme, place) = (clones("acme"), tempdir().unwrap());
    let path = |path: &str| place.path().join(path).to_str().unwrap().to_owned();
    let shop = acme.path().join("shop");
    let git = |args: &[&str]| {
        let who = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
        let ran = Command::new("git").arg("-C").arg(&shop).args(who).args(args).output().unwrap();
        assert!(ran.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    };
    let organisation = path("organisation.jsonl");
    fs::write(&organisation, levelset(&["facts", acme.path().to_str().unwrap()]).out).unwrap();
    let own = path("own.jsonl");
    fs::write(&own, levelset(&["facts", shop.to_str().unwrap()]).out).unwrap();
    git(&["worktree", "add", "--quiet", "--detach", &path("before")]);
    git(&["checkout", "--quiet", "-b", "change"]);
    fs::write(
        shop.join("more.tf"),
        "module \"kit\" {\n  source = \"git::https://github.com/elsewhere/kit.git?ref=main\"\n}\n",
    )
    .unwrap();
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "A kit"]);
    let shop = shop.to_str().unwrap();
    let run = |base: &[&str], more: &[&str]| {
        levelset(&[&["changes", shop, "--in", &organisation, "--as-of", AS_OF], base, more].concat())
    };
    let out = path("out");
    let ran = run(&["--base", "main"], &["--out", &out, "--fail-on", "new-use-unpinned", "--fail-on", "pipeline-copy"]);
    assert_eq!((ran.code, ran.err.as_str()), (GATE_FAILED, "gate failed: --fail-on new-use-unpinned: 1 added\n"));
    assert!(ran.out.contains("The module elsewhere/kit is new here and follows the branch main."), "{}", ran.out);
    let mut written: Vec<String> =
        files(Path::new(&out)).iter().map(|it| it.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    written.sort();
    assert_eq!(written, ["changes.json", "changes.md", "changes.sarif", "manifest.json"]);
    let json = fs::read_to_string(Path::new(&out).join("changes.json")).unwrap();
    for base in [["--base", "main"], ["--base", &path("before")], ["--base-facts", &own]] {
        let ran = run(&base, &["--format", "json"]);
        assert_eq!((ran.code, ran.err.as_str()), (DONE, ""), "{base:?}");
        let of_detached = |text: &str| text.replace("\"branch\": \"main\"", "\"branch\": null");
        assert_eq!(of_detached(&ran.out), of_detached(&json), "{base:?}");
    }
    let ran = run(&["--base", "trunk"], &[]);
    assert_eq!((ran.code, ran.out.as_str()), (ERROR, ""));
    assert!(ran.err.contains("there is no commit, branch or tag \"trunk\" here"), "{}", ran.err);
    let ran = run(&["--base-facts", &organisation], &[]);
    assert_eq!((ran.code, ran.out.as_str()), (ERROR, ""));
    assert!(ran.err.contains("facts of 10 repositories; the base is one repository"), "{}", ran.err);
    assert_eq!(run(&["--base", "main"], &["--fail-on", "any", "--quiet"]).code, GATE_FAILED);
}

#[test]
fn colours_only_where_they_are_wanted() {
    let loft = clones("loft");
    let run = |envs: &[(&str, &str)]| {
        let output = command(&["scan", loft.path().to_str().unwrap()]).envs(envs.iter().copied()).output().unwrap();
        String::from_utf8(output.stdout).unwrap().contains('\u{1b}')
    };
    assert!(!run(&[]), "a pipe wants none");
    assert!(run(&[("CLICOLOR_FORCE", "1")]));
    assert!(!run(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn filters_the_inventory() {
    let acme = clones("acme");
    let rows = |filter: &str| {
        let org = acme.path().to_str().unwrap();
        let line: Vec<&str> =
            ["inventory", org, "--format", "csv"].into_iter().chain(filter.split_whitespace()).collect();
        let ran = levelset(&line);
        assert_eq!((ran.code, ran.err.as_str()), (DONE, ""), "{filter}");
        ran.out.lines().count() - 1
    };
    assert_eq!(rows(""), 38);
    assert_eq!(rows("--kind helm-chart"), 1);
    assert_eq!(rows("--kind helm-chart --kind ci-template"), 4);
    assert_eq!(rows("--context example"), 2);
    assert_eq!(rows("--kind terraform-module --owner internal --context production"), 5);
    assert_eq!(rows("--kind terraform-provider"), 0);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let acme = clones("acme");
    let org = acme.path().to_str().unwrap();
    for line in
        [vec!["scan", org, "--format", "json"], vec!["inventory", org], vec!["inventory", org, "--format", "csv"]]
    {
        let mut child = command(&line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(DONE), ""));
    }
}

#[test]
fn prints_schemas_completions_and_the_manual() {
    for (name, file) in [("summary", "summary"), ("changes", "changes"), ("facts", "facts"), ("config", "levelset")] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/{file}.schema.json"));
        let written = fs::read_to_string(path).unwrap().replace("\r\n", "\n");
        assert!(levelset(&["schema", name]).out == written, "docs/{file}.schema.json");
    }
    assert!(levelset(&["completions", "bash"]).out.contains("_levelset"));
    assert!(levelset(&["man"]).out.starts_with(".ie"));
    assert_eq!(levelset(&["--version"]).out, format!("levelset {}\n", env!("CARGO_PKG_VERSION")));
}

fn acme_repositories() -> impl Iterator<Item = String> {
    let acme = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/orgs/acme");
    acme.read_dir().unwrap().map(|it| it.unwrap().file_name().into_string().unwrap())
}

/// What the program did.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn levelset(arguments: &[&str]) -> Ran {
    levelset_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

pub(crate) fn levelset_in(folder: &Path, arguments: &[&str]) -> Ran {
    ran(&command(arguments).current_dir(folder).output().unwrap())
}

/// The same, with something to read on standard input.
pub(crate) fn levelset_reads(folder: &Path, arguments: &[&str], input: &str) -> Ran {
    let mut command = command(arguments);
    command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that has read enough closes its end.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    ran(&child.wait_with_output().unwrap())
}

fn ran(output: &Output) -> Ran {
    // A program is called `levelset.exe` on Windows.
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace("levelset.exe", "levelset");
    Ran { code: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) }
}

/// The program, with none of the variables that change how things look.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_levelset"));
    command.args(arguments);
    for name in ["CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "NO_COLOR", "TERM"] {
        command.env_remove(name);
    }
    command
}
