//! Repositories as of a commit, out of git's object database: the same is seen as in a work tree.

use std::fs;
use std::path::Path;

use levelset::facts::{Facts, GapReason};
use levelset::repo::{at_revision, discover, of_commit};
use levelset::walk::{WalkOptions, contents, walk};

use super::{Place, TF, gaps};
use crate::orgs;

/// What is seen of the commit that these facts are of, in the object database of this folder.
fn of_same_commit(facts: &Facts, objects: &Path) -> Facts {
    let repo = of_commit(objects, facts.repo.clone()).unwrap();
    walk(vec![repo], &WalkOptions::default()).remove(0)
}

#[test]
fn a_commit_shows_what_its_work_tree_shows() {
    for org in ["acme", "harbour", "loft"] {
        let clones = orgs::clones(org);
        for root in orgs::repositories(&clones) {
            let facts = orgs::scan(std::slice::from_ref(&root), 2).remove(0);
            assert!(facts.files.read > 0);
            assert_eq!(of_same_commit(&facts, &root.join(".git/objects")), facts, "{}", root.display());
        }
    }
}

#[test]
fn links_submodules_and_odd_names() {
    let place = Place::new();
    place.repo("lib", &[("main.tf", TF)]);
    place.repo(
        "shop",
        &[("a/main.tf", TF), ("aux.tf", TF), ("b:c/main.tf", TF), ("copy/main.tf", TF), ("README.md", "")],
    );
    place.git("shop", &["submodule", "add", "-q", &place.path("lib").display().to_string(), "libs/lib"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("a", place.path("shop/linked")).unwrap();
        std::os::unix::fs::symlink("main.tf", place.path("shop/a/other.tf")).unwrap();
    }
    place.git("shop", &["add", "-A"]);
    place.git("shop", &["commit", "-q", "-m", "more"]);
    let facts = place.facts(&["shop"]).into_iter().find(|it| it.repo.folder == "shop").unwrap();
    assert_eq!(facts.uses.len(), 4);
    assert_eq!(of_same_commit(&facts, &place.path("shop/.git/objects")), facts);
}

#[test]
fn files_that_are_too_large() {
    let place = Place::new();
    place.repo("shop", &[("main.tf", TF), ("large.tf", &"#".repeat(2000))]);
    let options = WalkOptions { max_file_size: 1000, ..WalkOptions::default() };
    let in_folder = walk(discover(&[place.path("shop")]).unwrap().repos, &options).remove(0);
    assert_eq!(gaps(&in_folder), [("large.tf", GapReason::TooLarge)]);
    let repo = of_commit(&place.path("shop/.git/objects"), in_folder.repo.clone()).unwrap();
    assert_eq!(walk(vec![repo], &options).remove(0), in_folder);
}

/// Git fetches folders first, then what [`contents`] asks for, and nothing else is needed.
#[test]
fn what_is_asked_for_is_all_that_is_read() {
    let place = Place::new();
    let clones = orgs::clones("acme");
    for root in orgs::repositories(&clones) {
        let name = root.file_name().unwrap().to_str().unwrap();
        let facts = orgs::scan(std::slice::from_ref(&root), 2).remove(0);
        place.git(&root.display().to_string(), &["config", "uploadpack.allowFilter", "true"]);
        place.git(&root.display().to_string(), &["config", "uploadpack.allowAnySHA1InWant", "true"]);
        let from = format!("file://{}", root.display());
        place.git("", &["clone", "-q", "--bare", "--depth=1", "--filter=blob:none", &from, name]);
        let objects = place.path(name).join("objects");
        let repo = of_commit(&objects, facts.repo.clone()).unwrap();
        let wanted = contents(repo.clone(), &WalkOptions::default());
        assert!(!wanted.is_empty());
        // Without their contents the files are known, and each that is read is a gap.
        let without = walk(vec![repo], &WalkOptions::default()).remove(0);
        assert_eq!(without.files.seen, facts.files.seen);
        assert!(without.files.read == 0 && without.gaps.iter().all(|it| it.reason == GapReason::Unreadable), "{name}");
        // As git itself fetches what is missing: it must not tell the server that it has the commit, contents and all.
        let fetch =
            "-c fetch.negotiationAlgorithm=noop fetch -q --no-tags --no-write-fetch-head --filter=blob:none origin";
        let mut fetch: Vec<String> = fetch.split(' ').map(str::to_owned).collect();
        fetch.extend(wanted.iter().map(ToString::to_string));
        place.git(name, &fetch);
        assert_eq!(of_same_commit(&facts, &objects), facts, "{name}");
    }
}

#[test]
fn damaged_and_absent() {
    let place = Place::new();
    place.repo("shop", &[("main.tf", TF)]);
    let facts = place.fact("shop");
    let why = |objects: &Path, commit: Option<&str>| {
        let mut repo = facts.repo.clone();
        repo.commit = commit.map(str::to_owned);
        of_commit(objects, repo).unwrap_err()
    };
    let objects = place.path("shop/.git/objects");
    assert_eq!(why(&objects, None), "the repository has no commit");
    assert_eq!(why(&objects, Some("main")), "the commit has no id");
    assert_eq!(why(&objects, Some(&"1".repeat(40))), "the commit is not there, or is damaged");
    let tree = place.git("shop", &["rev-parse", "HEAD^{tree}"]);
    fs::remove_file(objects.join(&tree[..2]).join(&tree[2..])).unwrap();
    let unreadable = "a folder of the commit is not there, or is damaged, or has a name that git refuses";
    assert_eq!(why(&objects, facts.repo.commit.as_deref()), unreadable);
}

/// Before another branch was merged, and after: HEAD parted from `main` where it last took it in.
#[test]
fn where_a_branch_parted() {
    let place = Place::new();
    place.repo("shop", &[("main.tf", TF)]);
    let commit = |text: &str| {
        place.write(&format!("shop/{text}"), text);
        place.git("shop", &["add", "-A"]);
        place.git("shop", &["commit", "-q", "-m", text]);
        place.git("shop", &["rev-parse", "HEAD"])
    };
    let first = place.git("shop", &["rev-parse", "HEAD"]);
    place.git("shop", &["tag", "-a", "-m", "v1", "v1"]);
    place.git("shop", &["checkout", "-q", "-b", "change"]);
    commit("a");
    place.git("shop", &["checkout", "-q", "main"]);
    let second = commit("b");
    let third = commit("c");
    place.git("shop", &["checkout", "-q", "change"]);
    let parted = |revision: &str| {
        let repo = at_revision(&place.path("shop"), revision).unwrap();
        (
            repo.facts.commit.unwrap(),
            walk(vec![at_revision(&place.path("shop"), revision).unwrap()], &WalkOptions::default()).remove(0),
        )
    };
    for revision in ["main", "heads/main", "refs/heads/main", third.as_str(), "v1", first.as_str()] {
        assert_eq!(parted(revision).0, first, "{revision}");
    }
    place.git("shop", &["merge", "-q", "-m", "merge", &second]);
    commit("d");
    place.git("shop", &["pack-refs", "--all"]);
    let (commit, facts) = parted("main");
    assert_eq!(commit, second);
    // Of HEAD itself: the merge, and both sides of it.
    let of = |revision: &str| place.git("shop", &["rev-parse", revision]);
    for revision in ["HEAD", "HEAD~1", "HEAD^", "HEAD^1", "change~", "HEAD~1^2", "HEAD~1^1", "HEAD~2"] {
        assert_eq!(parted(revision).0, of(revision), "{revision}");
    }
    assert_eq!(facts.repo.folder, "shop");
    assert_eq!((facts.files.seen, facts.uses.len()), (2, 1));
    // What a workflow checks out: the branch of the pull request alone, and the one it goes to as origin has it.
    place.git("", &["clone", "-q", "--no-local", &place.path("shop").display().to_string(), "checkout"]);
    place.git("checkout", &["checkout", "-q", "--detach"]);
    for revision in ["main", "origin/main"] {
        assert_eq!(at_revision(&place.path("checkout"), revision).unwrap().facts.commit.unwrap(), second, "{revision}");
    }
}

#[test]
fn where_no_branch_parted() {
    let place = Place::new();
    place.repo("shop", &[("a", "a")]);
    place.git("shop", &["checkout", "-q", "--orphan", "other"]);
    place.git("shop", &["commit", "-q", "-m", "other"]);
    let why = |folder: &str, revision: &str| {
        let error = at_revision(&place.path(folder), revision).unwrap_err();
        format!("{error:#}").replace(&place.path("").display().to_string(), "")
    };
    assert_eq!(why("shop", "main"), "shop: HEAD and main have no commit in common");
    for revision in ["absent", "../config", "", &"2".repeat(40), "HEAD~1", "HEAD^2", "HEAD^0x", "HEAD~99999999999"] {
        let fetch = format!("git fetch origin {revision}");
        let expected = format!("shop: there is no commit, branch or tag {revision:?} here; fetch it first ({fetch})");
        assert_eq!(why("shop", revision), expected);
    }
    let none = "none: there is no repository, or nothing was committed yet; name the folder of a work tree";
    assert_eq!(why("none", "main"), none);
    let from = format!("file://{}", place.path("shop").display());
    place.git("", &["clone", "-q", "--depth=1", "--no-single-branch", &from, "shallow"]);
    let more = "; the clone has not all history: fetch more of it (with actions/checkout: fetch-depth: 0)";
    assert_eq!(why("shallow", "main"), format!("shallow: HEAD and main have no commit in common{more}"));
}
