//! The made-up organisations of `testdata/orgs`, as clones.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests build repositories, with git and files")]

use std::path::{Path, PathBuf};
use std::process::Command;

use levelset::answers::Answers;
use levelset::facts::Facts;
use levelset::repo::discover;
use levelset::report::Report;
use levelset::rules::Rules;
use levelset::walk::{WalkOptions, walk};
use tempfile::TempDir;

/// The day all reports count as of.
pub(crate) const AS_OF: &str = "2026-02-01";

/// Clones of an organisation, made by the script that users run.
pub(crate) fn clones(org: &str) -> TempDir {
    let into = tempfile::tempdir().unwrap();
    // What Windows itself calls bash is another system.
    let bash = if cfg!(windows) { r"C:\Program Files\Git\bin\bash.exe" } else { "bash" };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/orgs/clone.sh");
    let output = Command::new(bash).arg(script).arg(org).arg(into.path()).output().unwrap();
    assert!(output.status.success(), "clone.sh: {}", String::from_utf8_lossy(&output.stderr));
    into
}

/// The repositories below a folder of clones, sorted.
pub(crate) fn repositories(org: &TempDir) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = org.path().read_dir().unwrap().map(|it| it.unwrap().path()).collect();
    found.sort();
    found
}

/// The facts of these folders, by this many threads.
pub(crate) fn scan(paths: &[PathBuf], threads: usize) -> Vec<Facts> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| walk(discover(paths).unwrap().repos, &WalkOptions::default()))
}

/// The report on an organisation.
pub(crate) fn report(org: &str) -> Report {
    let clones = clones(org);
    levelset::report(scan(&[clones.path().to_owned()], 2), &Rules::load(None).unwrap(), &Answers::default(), AS_OF)
}

/// What a writer writes, without colours.
pub(crate) fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut text = Vec::new();
    write(&mut text).unwrap();
    anstream::adapter::strip_str(&String::from_utf8(text).unwrap()).to_string()
}

/// Compares a text with `snapshots/<name>.snap`. What differs is written beside it, to be read, then accepted by
/// `cargo insta accept` or `INSTA_UPDATE=always`; where `CI` is set nothing is written.
pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
