//! `testdata/extract/<kind>/<case>/`: a mini repository, and in `expect.json` the facts it must give, reviewed by
//! hand. `UPDATE=1` rewrites `expect.json`; read the diff before you commit it. A case named `corrupt` must give a gap.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a harness that reads testdata")]

use std::fs;
use std::path::{Path, PathBuf};

use levelset::classify::{Contexts, FileKind, Kinds, Reading, kinds, passed_over};
use levelset::extract::{extract, mark, read_includes};
use levelset::facts::{Facts, Gap, Listing, RepoFacts};
use levelset::knowledge::built_in;
use levelset::resolve::{Files, KnownFile, Questions, resolve};
use levelset::source::{Location, SourceFile};

#[test]
fn facts_are_as_expected() {
    let cases = folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/extract"));
    assert!(!cases.is_empty(), "no cases in testdata/extract");
    let mut wrong = Vec::new();
    for case in cases.iter().flat_map(|kind| folders(kind)) {
        let facts = facts_of(&case);
        let json = serde_json::to_string_pretty(&facts).unwrap() + "\n";
        let expected = case.join("expect.json");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &json).unwrap();
        }
        if fs::read_to_string(&expected).unwrap_or_default() != json {
            wrong.push(format!("{}: facts differ from expect.json; now:\n{json}", case.display()));
        }
        if case.ends_with("corrupt") && facts.gaps.is_empty() {
            wrong.push(format!("{}: a corrupt file must give a gap", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What extraction makes of the files below a folder; the walk itself is tested elsewhere.
fn facts_of(case: &Path) -> Facts {
    // `expect.json` is a file of no kind that is known, so it may lie beside the others.
    facts_in(case, repo("case"))
}

/// A repository of which nothing is known but its folder.
pub(crate) fn repo(folder: &str) -> RepoFacts {
    RepoFacts {
        identity: None,
        folder: folder.to_owned(),
        commit: None,
        branch: None,
        committed: None,
        tags: Vec::new(),
        shallow: false,
        listing: Listing::Walked,
    }
}

/// The facts of a repository whose files lie below a folder, markers included, as the walk would give them.
pub(crate) fn facts_in(root: &Path, repo: RepoFacts) -> Facts {
    let mut paths: Vec<String> = files(root).iter().map(|file| relative(root, file)).collect();
    paths.sort();
    let left_out: Vec<String> = paths.iter().filter_map(|it| passed_over(it)).collect();
    paths.retain(|it| !left_out.contains(it));
    let contexts = Contexts::of(paths.iter().map(String::as_str));
    let mut facts = Facts::new(repo);
    let mut questions = Questions::default();
    let known = |path: &String| kinds(path, built_in());
    let looked_at = paths.iter().filter_map(|path| Some((path, known(path)?)));
    for (path, kind) in looked_at.flat_map(|(path, Kinds { kind, aside })| {
        let besides: Option<(&String, FileKind)> = aside.map(|it| (path, it));
        std::iter::once((path, kind)).chain(besides)
    }) {
        let context = contexts.context(path);
        match kind.reading() {
            Reading::Always => {}
            Reading::WhenAsked => continue,
            Reading::Never => {
                mark(&path.as_str().into(), kind, context, built_in(), &mut facts);
                continue;
            }
        }
        let bytes = fs::read(root.join(path)).unwrap();
        match SourceFile::new(path.as_str().into(), kind, context, &bytes) {
            Ok(file) => {
                extract(&file, &mut facts, &mut questions);
            }
            Err(reason) => {
                facts.gaps.push(Gap { at: Location::whole_file(&path.as_str().into()), reason, detail: String::new() });
            }
        }
    }
    let read = |path: &str| fs::read(root.join(path)).ok().map(Ok);
    let known = paths
        .iter()
        .filter_map(|path| Some(KnownFile { path, kind: known(path)?.kind, context: contexts.context(path) }));
    let files = Files::new(known, &read);
    read_includes(&mut facts, &mut questions, &files);
    resolve(&mut facts, &questions, &files);
    facts.finish();
    facts
}

pub(crate) fn folders(root: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(root)
        .map(|entries| entries.map(|it| it.unwrap().path()).filter(|it| it.is_dir()).collect())
        .unwrap_or_default();
    found.sort();
    found
}

pub(crate) fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn relative(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/")
}
