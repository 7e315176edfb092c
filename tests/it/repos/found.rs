//! Which repositories are found, and who they say they are.

use std::fs;

use levelset::facts::{GapReason, Listing};
use levelset::repo::discover;

use super::{DATE_UTC, Place, TF, counts, folders, gaps, name};

#[test]
fn heads() {
    let place = Place::new();
    place.repo("shop", &[("x", "x")]);
    let commit = place.git("shop", &["rev-parse", "HEAD"]);
    let head = |place: &Place| {
        let facts = place.fact("shop");
        (facts.repo.branch, facts.repo.commit, facts.repo.committed)
    };
    let known = (Some(commit), Some(DATE_UTC.to_owned()));

    place.git("shop", &["switch", "-q", "-c", "feature/x"]);
    assert_eq!(head(&place), (Some("feature/x".to_owned()), known.0.clone(), known.1.clone()));
    place.git("shop", &["switch", "-q", "--detach"]);
    assert_eq!(head(&place), (None, known.0.clone(), known.1.clone()));
    place.git("shop", &["switch", "-q", "main"]);
    place.git("shop", &["tag", "loose"]);
    place.git("shop", &["tag", "-a", "-m", "x", "annotated"]);
    place.git("shop", &["pack-refs", "--all"]);
    place.git("shop", &["gc", "-q", "--aggressive", "--prune=now"]);
    place.git("shop", &["tag", "later"]);
    assert!(!place.path("shop/.git/refs/heads/main").exists());
    assert_eq!(head(&place), (Some("main".to_owned()), known.0, known.1));
    assert_eq!(place.fact("shop").repo.tags, ["annotated", "later", "loose"]);
    place.git("shop", &["switch", "-q", "--orphan", "new"]);
    assert_eq!(head(&place), (Some("new".to_owned()), None, None));
}

#[test]
fn alternates_and_missing_objects() {
    let place = Place::new();
    place.repo("origin", &[("main.tf", TF)]);
    place.git("", &["clone", "-q", "--shared", "origin", "shared"]);
    assert!(!place.path("shared/.git/objects/info/alternates").metadata().unwrap().is_dir());
    let facts = place.fact("shared");
    assert_eq!(facts.repo.committed.as_deref(), Some(DATE_UTC));
    // Its remote is a local path: nobody.
    assert_eq!(facts.repo.identity, None);
    assert_eq!(counts(&facts), [1, 1, 0, 0, 0]);
    fs::remove_dir_all(place.path("origin/.git/objects")).unwrap();
    let facts = place.fact("shared");
    assert_eq!(facts.repo.committed, None);
    assert!(facts.repo.commit.is_some());
}

#[test]
fn sha256() {
    let place = Place::new();
    place.git("shop", &["init", "-q", "--object-format=sha256"]);
    place.write("shop/main.tf", TF);
    place.git("shop", &["add", "-A"]);
    place.git("shop", &["commit", "-q", "-m", "x"]);
    let facts = place.fact("shop");
    assert_eq!(facts.repo.commit.as_ref().map(String::len), Some(64));
    assert_eq!(facts.repo.committed.as_deref(), Some(DATE_UTC));
    assert_eq!(counts(&facts), [1, 1, 0, 0, 0]);
}

#[test]
fn remotes() {
    let place = Place::new();
    place.git("shop", &["init", "-q"]);
    let config = |text: &str| {
        place.write("shop/.git/config", text);
        name(&place.fact("shop"))
    };
    let a = "[remote \"a\"]\n\turl = git@github.com:acme/a.git\n";
    let b = "[remote \"b\"]\n\turl = https://b.example.com/acme/b\n";
    let origin = "[remote \"origin\"]\n\turl = ssh://git@github.com/acme/o\n\turl = https://other.example.com/x/y\n";
    assert_eq!(config(""), "");
    assert_eq!(config(a), "github.com/acme/a");
    assert_eq!(config(&format!("{a}{b}")), "");
    assert_eq!(config(&format!("{a}{b}[branch \"main\"]\n\tremote = b\n")), "b.example.com/acme/b");
    assert_eq!(config(&format!("{a}{b}{origin}")), "github.com/acme/o");
    assert_eq!(
        config(&format!("{a}[url \"https://evil.example.com/\"]\n\tinsteadOf = git@github.com:\n")),
        "github.com/acme/a"
    );
    place.write("elsewhere", origin);
    let include = format!("[include]\n\tpath = {}\n", place.path("elsewhere").display());
    assert_eq!(config(&include), "");
    assert_eq!(config(&format!("[core]\n\thooksPath = /tmp\n\tfsmonitor = touch /tmp/x\n{a}")), "github.com/acme/a");
    // Garbage in the configuration: no remote, and a gap that says so.
    place.write("shop/.git/config", "[[[\0 garbage");
    let facts = place.fact("shop");
    assert_eq!(name(&facts), "");
    assert!(gaps(&facts).contains(&(".git/config", GapReason::Unreadable)), "{:?}", facts.gaps);
}

#[test]
fn work_trees_submodules_and_nested_clones() {
    let place = Place::new();
    place.repo("lib", &[("main.tf", TF)]);
    place.repo("shop", &[("main.tf", TF), ("a/b/c/x", "x")]);
    place.git("shop", &["submodule", "add", "-q", &place.path("lib").display().to_string(), "libs/lib"]);
    place.git("shop", &["submodule", "add", "-q", &place.path("lib").display().to_string(), "libs/absent"]);
    place.git("shop", &["submodule", "deinit", "-q", "-f", "libs/absent"]);
    place.git("shop", &["commit", "-q", "-m", "x"]);
    place.git("shop", &["tag", "v1"]);
    place.git("shop", &["worktree", "add", "-q", "-b", "other", "../linked"]);
    place.write("linked/new.tf", TF);
    place.git("linked", &["add", "new.tf"]);
    // The last two are not found: too deep in tracked folders, and in a folder of tools.
    for path in ["untracked", "a/untracked/at/any/depth", "a/b/untracked", "a/b/c/too-deep", "node_modules/x"] {
        place.repo(&format!("shop/{path}"), &[("main.tf", TF)]);
    }
    let facts = place.facts(&["shop"]);
    assert_eq!(folders(&facts), ["a/b/untracked", "a/untracked/at/any/depth", "libs/lib", "shop", "untracked"]);
    // .gitmodules, main.tf, a/b/c/x; libs/lib and libs/absent are submodules.
    assert_eq!(counts(&facts[3]), [3, 1, 0, 2, 0]);
    let submodule = &facts[2];
    assert_eq!(submodule.repo.commit, Some(place.git("lib", &["rev-parse", "HEAD"])));
    assert_eq!(counts(submodule), [1, 1, 0, 0, 0]);
    assert!(submodule.gaps.is_empty(), "{:?}", submodule.gaps);

    let linked = place.fact("linked");
    assert_eq!(name(&linked), "git.example.com/acme/shop");
    assert_eq!(linked.repo.branch.as_deref(), Some("other"));
    assert_eq!(linked.repo.tags, ["v1"]);
    assert_eq!(linked.repo.committed.as_deref(), Some(DATE_UTC));
    assert_eq!(counts(&linked), [4, 2, 0, 2, 0]);
}

#[test]
fn folders_of_repositories() {
    let place = Place::new();
    for folder in ["org/acme/shop", "org/acme/pay", "org/.hidden/x", "org/target/name", "org/rust/target/x"] {
        place.repo(folder, &[("main.tf", TF)]);
    }
    place.write("org/rust/Cargo.toml", "");
    place.write("org/loose.tf", TF);
    place.git("org/bare.git", &["init", "-q", "--bare"]);
    place.write("plain/a/main.tf", TF);
    fs::create_dir(place.path("empty")).unwrap();
    let all = [".hidden/x", "acme/pay", "acme/shop", "target/name"];

    let found = place.discover(&["org"]);
    assert_eq!(found.repos.iter().map(|it| it.facts.folder.as_str()).collect::<Vec<_>>(), all);
    assert_eq!(found.notices, ["not yet scanned: bare repository bare.git"]);
    for paths in [
        &["org", "org/acme/shop", "org/acme"][..],
        &["org/acme", "org/acme/shop", "org/./acme/../acme/shop/.", "org"],
        &["org", "org"],
    ] {
        assert_eq!(folders(&place.facts(paths)), all, "{paths:?}");
    }
    assert_eq!(folders(&place.facts(&["org/acme/shop/."])), ["shop"]);
    assert_eq!(folders(&place.facts(&["org/acme/pay/../shop"])), ["shop"]);
    assert_eq!(folders(&place.facts(&["plain/a/.."])), ["plain"]);
    assert_eq!(counts(&place.fact("empty")), [0, 0, 0, 0, 0]);

    let plain = place.fact("plain");
    assert_eq!((plain.repo.identity.clone(), plain.repo.listing), (None, Listing::Walked));
    assert_eq!(counts(&plain), [1, 1, 0, 0, 0]);
    // A part of a plain folder is scanned with the whole, and said to be.
    let found = place.discover(&["plain/a", "plain"]);
    assert_eq!(found.repos.len(), 1);
    assert_eq!(found.notices, ["a: scanned as a part of plain"]);
}

#[test]
fn two_clones_stay_two() {
    let place = Place::new();
    place.repo("org/one", &[("main.tf", TF)]);
    place.git("org", &["clone", "-q", "one", "two"]);
    place.git("org/two", &["remote", "set-url", "origin", "git@git.example.com:acme/org/one"]);
    let facts = place.facts(&["org"]);
    assert_eq!(folders(&facts), ["one", "two"]);
    assert_eq!(facts[0].repo.identity, facts[1].repo.identity);
}

#[test]
fn bare_with_work_trees_beside_it() {
    let place = Place::new();
    place.repo("origin", &[("main.tf", TF)]);
    place.git("", &["clone", "-q", "--bare", "origin", "shop/.bare"]);
    place.write("shop/.git", "gitdir: ./.bare\n");
    place.git("shop", &["worktree", "add", "-q", "main"]);
    let found = place.discover(&["shop"]);
    assert_eq!(found.repos.iter().map(|it| it.facts.folder.as_str()).collect::<Vec<_>>(), ["main"]);
    assert_eq!(found.notices, ["not yet scanned: bare repository .bare", "not yet scanned: bare repository shop"]);
}

#[test]
fn paths_that_cannot_be_scanned() {
    let place = Place::new();
    place.write("file", "x");
    for (path, expected) in [("absent", "no such folder"), ("file", "not a folder")] {
        let error = discover(&[place.path(path)]).unwrap_err().to_string();
        assert!(error.contains(path) && error.contains(expected), "{error}");
    }
}

#[test]
fn no_head() {
    let place = Place::new();
    place.repo("shop", &[("main.tf", TF)]);
    for head in [None, Some(""), Some("ref: ../../etc/passwd\n"), Some("ref: refs/../../x\n"), Some("nonsense")] {
        match head {
            None => fs::remove_file(place.path("shop/.git/HEAD")).unwrap(),
            Some(text) => place.write("shop/.git/HEAD", text),
        }
        let facts = place.fact("shop");
        assert_eq!((facts.repo.commit.clone(), facts.repo.branch.clone()), (None, None), "{head:?}");
        assert_eq!(gaps(&facts), [(".git/HEAD", GapReason::Unreadable)], "{head:?}");
        assert_eq!(counts(&facts), [1, 1, 0, 0, 0], "{head:?}");
    }
}

#[test]
fn reftables_are_a_gap() {
    let place = Place::new();
    place.git("shop", &["init", "-q", "--ref-format=reftable"]);
    place.write("shop/main.tf", TF);
    place.git("shop", &["add", "-A"]);
    place.git("shop", &["commit", "-q", "-m", "x"]);
    let facts = place.fact("shop");
    assert_eq!((facts.repo.commit.clone(), facts.repo.branch.clone()), (None, None));
    assert_eq!(gaps(&facts), [(".git/config", GapReason::FormatNotRead)]);
}
