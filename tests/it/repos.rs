//! Repositories as git makes them, in every shape, and what is found and listed of them. Each test builds its own
//! with the `git` program, which the scanner itself never runs.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use levelset::classify::FileKind;
use levelset::facts::{Facts, GapReason, Listing, MarkerKind};
use levelset::repo::{Discovery, discover};
use levelset::walk::{WalkOptions, walk};
use tempfile::TempDir;

/// The date of every commit.
const DATE: &str = "2024-05-06T07:08:09+02:00";
const DATE_UTC: &str = "2024-05-06T05:08:09Z";

/// A folder to build repositories in.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Place(tempfile::tempdir().unwrap())
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs git in a folder, with nothing of this machine's configuration.
    #[expect(clippy::disallowed_methods, reason = "tests build repositories with git")]
    fn git<A: AsRef<OsStr>>(&self, folder: &str, arguments: &[A]) -> String {
        let mut command = Command::new("git");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command.env("HOME", self.0.path()).env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
        command.env("GIT_AUTHOR_DATE", DATE).env("GIT_COMMITTER_DATE", DATE);
        for setting in [
            "user.name=A",
            "user.email=a@example.com",
            "init.defaultBranch=main",
            "protocol.file.allow=always",
            "commit.gpgSign=false",
            "core.autocrlf=false",
            "core.safecrlf=false",
            "advice.detachedHead=false",
        ] {
            command.args(["-c", setting]);
        }
        fs::create_dir_all(self.path(folder)).unwrap();
        let output = command.args(arguments).current_dir(self.path(folder)).output().unwrap();
        let words: Vec<_> = arguments.iter().map(|it| it.as_ref().to_string_lossy()).collect();
        assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// A repository with these files in one commit, and a remote.
    fn repo(&self, folder: &str, files: &[(&str, &str)]) {
        self.git(folder, &["init", "-q"]);
        for (path, text) in files {
            self.write(&format!("{folder}/{path}"), text);
        }
        self.git(folder, &["add", "-A"]);
        self.git(folder, &["commit", "-q", "--allow-empty", "-m", "x"]);
        self.git(
            folder,
            &["remote", "add", "origin", &format!("https://user:secret@git.example.com/acme/{folder}.git")],
        );
    }

    fn discover(&self, paths: &[&str]) -> Discovery {
        discover(&paths.iter().map(|path| self.path(path)).collect::<Vec<_>>()).unwrap()
    }

    /// The facts of what is found under these paths.
    fn facts(&self, paths: &[&str]) -> Vec<Facts> {
        walk(self.discover(paths).repos, &WalkOptions::default())
    }

    /// The facts of the one repository found under this path.
    fn fact(&self, path: &str) -> Facts {
        let mut facts = self.facts(&[path]);
        assert_eq!(facts.len(), 1, "{:?}", folders(&facts));
        facts.remove(0)
    }
}

fn folders(facts: &[Facts]) -> Vec<&str> {
    facts.iter().map(|it| it.repo.folder.as_str()).collect()
}

/// `seen read symlinks submodules not_checked_out`.
fn counts(facts: &Facts) -> [u64; 5] {
    let it = &facts.files;
    [it.seen, it.read, it.symlinks, it.submodules, it.not_checked_out]
}

fn gaps(facts: &Facts) -> Vec<(&str, GapReason)> {
    facts.gaps.iter().map(|gap| (&*gap.at.path, gap.reason)).collect()
}

fn markers(facts: &Facts) -> Vec<(&str, &MarkerKind)> {
    facts.markers.iter().map(|it| (&*it.at.path, &it.kind)).collect()
}

fn name(facts: &Facts) -> String {
    facts.repo.identity.as_ref().map_or_else(String::new, |it| format!("{}/{}/{}", it.host, it.owner, it.name))
}

const TF: &str = "module \"m\" {\n  source = \"./m\"\n}\n";

#[test]
fn a_repository() {
    let place = Place::new();
    place.repo(
        "shop",
        &[("main.tf", TF), ("a/b/c.txt", "x"), ("README.md", "# x"), ("CHANGELOG.md", "x"), ("Jenkinsfile", "x")],
    );
    place.write("shop/examples/x/Jenkinsfile", "x");
    place.write("shop/x.tf.json", "{}");
    place.git("shop", &["add", "-A"]);
    place.git("shop", &["tag", "v1.0.0"]);
    place.git("shop", &["tag", "-a", "-m", "x", "rel/2024/1"]);
    place.write("shop/untracked.tf", TF);
    let facts = place.fact("shop");
    assert_eq!(name(&facts), "git.example.com/acme/shop");
    assert_eq!(facts.repo.folder, "shop");
    assert_eq!(facts.repo.branch.as_deref(), Some("main"));
    assert_eq!(facts.repo.commit, Some(place.git("shop", &["rev-parse", "HEAD"])));
    assert_eq!(facts.repo.committed.as_deref(), Some(DATE_UTC));
    assert_eq!(facts.repo.tags, ["rel/2024/1", "v1.0.0"]);
    assert_eq!(facts.repo.listing, Listing::Tracked);
    assert_eq!(counts(&facts), [7, 1, 0, 0, 0]);
    let recognised = BTreeMap::from([
        (FileKind::Changelog, 1),
        (FileKind::JenkinsPipeline, 2),
        (FileKind::Readme, 1),
        (FileKind::Terraform, 1),
        (FileKind::TerraformJson, 1),
    ]);
    assert_eq!(facts.files.recognised, recognised);
    let jenkins = MarkerKind::UnreadPipeline { system: "jenkins".to_owned() };
    assert_eq!(
        markers(&facts),
        [("CHANGELOG.md", &MarkerKind::Changelog), ("Jenkinsfile", &jenkins), ("README.md", &MarkerKind::Readme)]
    );
    assert_eq!(gaps(&facts), [("x.tf.json", GapReason::FormatNotRead)]);
    assert!(!serde_json::to_string(&facts).unwrap().contains("secret"));
}

#[test]
fn untracked_files() {
    let place = Place::new();
    place.repo(
        "shop",
        &[("a/main.tf", TF), (".gitignore", "*.log\n/ignored/\n!keep.log\n"), ("a/.gitignore", "b.tf\n")],
    );
    for path in
        ["new.tf", "a/b.tf", "a/c.tf", "x.log", "keep.log", "ignored/main.tf", "node_modules/x/main.tf", "excluded.tf"]
    {
        place.write(&format!("shop/{path}"), TF);
    }
    place.write("shop/.git/info/exclude", "excluded.tf\n");
    place.repo("shop/vendored", &[("main.tf", TF)]);
    let repos = place.discover(&["shop"]).repos;
    let facts = walk(repos, &WalkOptions { untracked: true, ..WalkOptions::default() });
    assert_eq!(folders(&facts), ["shop", "vendored"]);
    assert_eq!(facts[0].repo.listing, Listing::TrackedAndUntracked);
    // Tracked: a/main.tf and two .gitignore; further: new.tf, a/c.tf, keep.log.
    assert_eq!(counts(&facts[0]), [6, 3, 0, 0, 0]);
}

#[test]
fn heads() {
    let place = Place::new();
    place.repo("shop", &[("x", "x")]);
    let commit = place.git("shop", &["rev-parse", "HEAD"]);
    let head = |place: &Place| {
        let facts = place.fact("shop");
        (facts.repo.branch, facts.repo.commit, facts.repo.committed)
    };
    let known = (Some(commit.clone()), Some(DATE_UTC.to_owned()));

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
    for (path, found) in [
        ("untracked", true),
        ("a/untracked/at/any/depth", true),
        ("a/b/untracked", true),
        ("a/b/c/too-deep", false),
        ("node_modules/x", false),
    ] {
        place.repo(&format!("shop/{path}"), &[("main.tf", TF)]);
        let _ = found;
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
fn indexes() {
    for (version, setting) in [("2", ""), ("3", ""), ("4", ""), ("2", "--split-index"), ("4", "--split-index")] {
        let place = Place::new();
        place.repo("shop", &[("a/main.tf", TF), ("a/b.txt", "b"), ("c.tf", "# c"), ("skipped.tf", "# d")]);
        place.git("shop", &["update-index", "--index-version", version]);
        if !setting.is_empty() {
            place.git("shop", &["update-index", setting]);
        }
        if version == "3" {
            place.git("shop", &["update-index", "--skip-worktree", "skipped.tf"]);
        }
        place.write("shop/new.tf", "# new");
        place.git("shop", &["add", "new.tf"]);
        place.git("shop", &["rm", "-q", "-f", "c.tf"]);
        let bytes = fs::read(place.path("shop/.git/index")).unwrap();
        assert_eq!(bytes[7].to_string(), version, "{setting}");
        let facts = place.fact("shop");
        assert_eq!((counts(&facts), gaps(&facts)), ([4, 3, 0, 0, 0], vec![]), "{version} {setting}");
    }
}

#[test]
fn sparse_checkouts() {
    for (arguments, not_checked_out) in [
        (&["sparse-checkout", "set", "--cone", "--no-sparse-index", "a"][..], 3),
        // The folder b counts as one where git itself keeps it as one.
        (&["sparse-checkout", "set", "--cone", "--sparse-index", "a"], 1),
        (&["sparse-checkout", "set", "--no-cone", "/a/", "/x.tf"], 3),
    ] {
        let place = Place::new();
        place.repo(
            "shop",
            &[("a/main.tf", TF), ("b/main.tf", TF), ("b/c/x.txt", "x"), ("b/c/y.tf", "x"), ("x.tf", "y")],
        );
        place.git("shop", arguments);
        assert!(!place.path("shop/b").exists());
        assert_eq!(counts(&place.fact("shop")), [2, 2, 0, 0, not_checked_out], "{arguments:?}");
    }
}

#[test]
fn conflicts_count_once() {
    let place = Place::new();
    place.repo("shop", &[("main.tf", "# a")]);
    place.git("shop", &["switch", "-q", "-c", "other"]);
    place.write("shop/main.tf", "# b");
    place.git("shop", &["commit", "-q", "-am", "b"]);
    place.git("shop", &["switch", "-q", "main"]);
    place.write("shop/main.tf", "# c");
    place.git("shop", &["commit", "-q", "-am", "c"]);
    // A merge that stops fails; read-tree leaves the same three entries and doesn't.
    let base = place.git("shop", &["merge-base", "main", "other"]);
    place.git("shop", &["read-tree", "-m", &base, "main", "other"]);
    assert_eq!(place.git("shop", &["ls-files", "-s"]).lines().count(), 3);
    assert_eq!(counts(&place.fact("shop")), [1, 1, 0, 0, 0]);
}

#[test]
fn broken_repositories_are_walked() {
    let files: &[(&str, &str)] = &[("main.tf", TF), ("a/b.tf", TF), ("ignored.tf", TF), (".gitignore", "ignored.tf\n")];
    for (topic, expected) in [
        ("garbage index", ".git/index"),
        ("truncated index", ".git/index"),
        ("no index", ".git/index"),
        ("index is a folder", ".git/index"),
        ("empty .git", ".git/HEAD"),
        (".git leads nowhere", ".git"),
        (".git is some file", ".git"),
    ] {
        let place = Place::new();
        place.repo("shop", &[]);
        for (path, text) in files {
            place.write(&format!("shop/{path}"), text);
        }
        place.git("shop", &["add", "."]);
        let index = place.path("shop/.git/index");
        match topic {
            "garbage index" => fs::write(index, "DIRC garbage that goes on for a while, and then some").unwrap(),
            "truncated index" => fs::write(&index, &fs::read(&index).unwrap()[..100]).unwrap(),
            "no index" => fs::remove_file(index).unwrap(),
            "index is a folder" => {
                fs::remove_file(&index).unwrap();
                fs::create_dir(index).unwrap();
            }
            _ => {
                fs::remove_dir_all(place.path("shop/.git")).unwrap();
                match topic {
                    "empty .git" => fs::create_dir(place.path("shop/.git")).unwrap(),
                    ".git leads nowhere" => place.write("shop/.git", "gitdir: ../nowhere\n"),
                    _ => place.write("shop/.git", "hello\n"),
                }
            }
        }
        let facts = place.fact("shop");
        assert_eq!(facts.repo.listing, Listing::Walked, "{topic}");
        assert_eq!(counts(&facts), [3, 2, 0, 0, 0], "{topic}");
        assert!(gaps(&facts).contains(&(expected, GapReason::Unreadable)), "{topic}: {:?}", facts.gaps);
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

#[test]
fn files_that_changed_since() {
    let place = Place::new();
    place.repo(
        "shop",
        &[("gone.tf", TF), ("gone/README.md", "x"), ("folder.tf", TF), ("large.tf", "x"), ("binary.tf", "x")],
    );
    fs::remove_file(place.path("shop/gone.tf")).unwrap();
    fs::remove_dir_all(place.path("shop/gone")).unwrap();
    fs::remove_file(place.path("shop/folder.tf")).unwrap();
    fs::create_dir(place.path("shop/folder.tf")).unwrap();
    fs::write(place.path("shop/large.tf"), vec![b'#'; 100_001]).unwrap();
    fs::write(place.path("shop/binary.tf"), b"\0\xff").unwrap();
    let repos = place.discover(&["shop"]).repos;
    let facts = walk(repos, &WalkOptions { max_file_size: 100_000, ..WalkOptions::default() }).remove(0);
    assert_eq!(counts(&facts), [2, 1, 0, 0, 3]);
    assert_eq!(gaps(&facts), [("binary.tf", GapReason::Binary), ("large.tf", GapReason::TooLarge)]);
    assert!(facts.markers.is_empty());
}

#[test]
fn a_changed_copy_is_read_for_itself() {
    let place = Place::new();
    let files: Vec<(String, &str)> = (0..200).map(|n| (format!("m{n:03}/main.tf"), TF)).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    place.repo("shop", &files);
    // An index written well after its files, so that equal files are known to be equal.
    let past = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_500_000_000);
    let touch =
        |path: &str| fs::File::options().append(true).open(place.path(path)).unwrap().set_modified(past).unwrap();
    files.iter().for_each(|(path, _)| touch(&format!("shop/{path}")));
    place.git("shop", &["update-index", "-q", "--refresh"]);
    let at = |facts: &Facts| facts.gaps.iter().map(|gap| (gap.at.path.to_string(), gap.reason)).collect::<Vec<_>>();
    let before = place.fact("shop");
    assert_eq!((counts(&before), at(&before)), ([200, 200, 0, 0, 0], vec![]));
    // The first file of the shared text, and one of the same size as before in the middle.
    for path in ["m000/main.tf", "m100/main.tf"] {
        fs::write(place.path(&format!("shop/{path}")), vec![0xff; TF.len()]).unwrap();
    }
    let after = place.fact("shop");
    let changed = ["m000/main.tf", "m100/main.tf"].map(|path| (path.to_owned(), GapReason::NotUtf8));
    assert_eq!((counts(&after), at(&after)), ([200, 200, 0, 0, 0], changed.to_vec()));
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let place = Place::new();
    for repo in ["a", "b", "c"] {
        let files: Vec<(String, String)> =
            (0..150).map(|n| (format!("{}/{n}/main.tf", n % 7), format!("# {}\n{TF}", n % 40))).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        place.repo(&format!("org/{repo}"), &files);
    }
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        serde_json::to_string(&pool.install(|| place.facts(&["org"]))).unwrap()
    };
    let one = with(1);
    assert_eq!(with(2), one);
    assert_eq!(with(8), one);
}

#[test]
fn progress_reaches_all_files() {
    let place = Place::new();
    place.repo("shop", &[("main.tf", TF), ("x.txt", "x"), ("README.md", "x")]);
    let most = std::sync::atomic::AtomicU64::new(0);
    let progress = |done: u64| _ = most.fetch_max(done, std::sync::atomic::Ordering::Relaxed);
    let options = WalkOptions { progress: Some(&progress), ..WalkOptions::default() };
    walk(place.discover(&["shop"]).repos, &options);
    assert_eq!(most.into_inner(), 3);
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use levelset::facts::GapReason;
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::{Place, TF, counts, folders, gaps};

    fn pipe(place: &Place, path: &str) {
        let path = place.path(path);
        let _ = fs::remove_file(&path);
        mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
    }

    #[test]
    fn links_are_not_followed() {
        let place = Place::new();
        place.write("outside/secret.tf", TF);
        place.repo("outside/repo", &[("main.tf", TF)]);
        place.repo("org/shop", &[("a/main.tf", TF), ("a/b/main.tf", TF), ("file.tf", TF), ("README.md", "x")]);
        symlink("../../outside/secret.tf", place.path("org/shop/link.tf")).unwrap();
        symlink("..", place.path("org/shop/loop")).unwrap();
        place.git("org/shop", &["add", "-A"]);
        // In place of what git tracks as files and folders.
        fs::remove_dir_all(place.path("org/shop/a")).unwrap();
        fs::create_dir_all(place.path("outside/b")).unwrap();
        place.write("outside/main.tf", TF);
        place.write("outside/b/main.tf", TF);
        symlink("../../outside", place.path("org/shop/a")).unwrap();
        for path in ["file.tf", "README.md"] {
            fs::remove_file(place.path(&format!("org/shop/{path}"))).unwrap();
            symlink("../../outside/secret.tf", place.path(&format!("org/shop/{path}"))).unwrap();
        }
        symlink("../outside/repo", place.path("org/linked")).unwrap();
        symlink(".", place.path("org/loop")).unwrap();
        let facts = place.facts(&["org"]);
        assert_eq!(folders(&facts), ["shop"]);
        assert_eq!(counts(&facts[0]), [4, 0, 2, 0, 0]);
        let special = ["README.md", "a/b/main.tf", "a/main.tf", "file.tf"].map(|path| (path, GapReason::SpecialFile));
        assert_eq!(gaps(&facts[0]), special);
        assert!(facts[0].markers.is_empty());
        // A link that was asked for is the repository it leads to, once.
        assert_eq!(folders(&place.facts(&["org/linked"])), ["linked"]);
        assert_eq!(place.facts(&["org/linked", "outside/repo"]).len(), 1);
    }

    #[test]
    fn a_link_in_place_of_a_submodule_is_not_followed() {
        let place = Place::new();
        place.repo("lib", &[("main.tf", TF)]);
        place.repo("shop", &[("x", "x")]);
        place.git("shop", &["submodule", "add", "-q", &place.path("lib").display().to_string(), "libs/lib"]);
        assert_eq!(folders(&place.facts(&["shop"])), ["libs/lib", "shop"]);
        fs::rename(place.path("shop/libs"), place.path("moved")).unwrap();
        symlink("../moved", place.path("shop/libs")).unwrap();
        assert_eq!(folders(&place.facts(&["shop"])), ["shop"]);
    }

    #[test]
    fn pipes_and_sockets_are_not_waited_for() {
        let place = Place::new();
        place.repo("shop", &[("main.tf", TF), ("README.md", "x"), ("socket.tf", "x")]);
        pipe(&place, "shop/main.tf");
        pipe(&place, "shop/README.md");
        fs::remove_file(place.path("shop/socket.tf")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(place.path("shop/socket.tf")).unwrap();
        let facts = place.fact("shop");
        assert_eq!(counts(&facts), [3, 0, 0, 0, 0]);
        assert_eq!(gaps(&facts), ["README.md", "main.tf", "socket.tf"].map(|path| (path, GapReason::SpecialFile)));

        place.write("plain/x.tf", TF);
        pipe(&place, "plain/.gitignore");
        pipe(&place, "plain/main.tf");
        let facts = place.fact("plain");
        assert_eq!(gaps(&facts), [("main.tf", GapReason::SpecialFile)]);

        for path in ["HEAD", "config", "index", "packed-refs", "commondir"] {
            pipe(&place, &format!("shop/.git/{path}"));
        }
        assert_eq!(place.fact("shop").repo.commit, None);
    }

    #[test]
    fn hostile_names() {
        let place = Place::new();
        let names = ["new\nline.tf", "tab\t.tf", "\u{1b}[31mred.tf", "-rf.tf", "quote\".tf", "a b/ .tf"];
        place.repo("shop", &names.map(|name| (name, "# x")));
        let latin = OsStr::from_bytes(b"caf\xe9.tf");
        fs::write(place.path("shop").join(latin), "# x").unwrap();
        fs::write(place.path("shop").join(OsStr::from_bytes(b"caf\xe9.png")), "x").unwrap();
        place.git("shop", &["add", "-A"]);
        let facts = place.fact("shop");
        assert_eq!(counts(&facts), [8, 6, 0, 0, 0]);
        assert_eq!(gaps(&facts), [("caf\u{fffd}.tf", GapReason::NameNotUtf8)]);
        fs::remove_dir_all(place.path("shop/.git")).unwrap();
        let facts = place.fact("shop");
        assert_eq!(counts(&facts), [8, 6, 0, 0, 0]);
        assert_eq!(gaps(&facts), [("caf\u{fffd}.tf", GapReason::NameNotUtf8)]);
    }

    #[test]
    fn an_index_cannot_lead_out_of_the_work_tree() {
        let place = Place::new();
        place.write("secret.tf", TF);
        place.repo("shop", &[("xx/xxxxxx.tf", TF), ("main.tf", TF)]);
        let index = place.path("shop/.git/index");
        let mut bytes = fs::read(&index).unwrap();
        let at = bytes.windows(12).position(|it| it == b"xx/xxxxxx.tf").unwrap();
        bytes[at..at + 12].copy_from_slice(b"../secret.tf");
        fs::write(&index, bytes).unwrap();
        let facts = place.fact("shop");
        assert_eq!(counts(&facts), [1, 1, 0, 0, 0]);
        assert_eq!(gaps(&facts), [("../secret.tf", GapReason::Unreadable)]);
    }

    #[test]
    fn closed_files_and_folders() {
        if rustix::process::geteuid().is_root() {
            return;
        }
        let place = Place::new();
        place.repo("shop", &[("closed/main.tf", TF), ("closed.tf", TF), ("main.tf", TF)]);
        for path in ["shop/closed", "shop/closed.tf"] {
            fs::set_permissions(place.path(path), fs::Permissions::from_mode(0)).unwrap();
        }
        let facts = place.fact("shop");
        assert_eq!(counts(&facts), [3, 1, 0, 0, 0]);
        assert_eq!(gaps(&facts), ["closed.tf", "closed/main.tf"].map(|path| (path, GapReason::Unreadable)));
        fs::remove_dir_all(place.path("shop/.git")).unwrap();
        let facts = place.fact("shop");
        assert_eq!(gaps(&facts), ["closed", "closed.tf"].map(|path| (path, GapReason::Unreadable)));
        fs::set_permissions(place.path("shop/closed"), fs::Permissions::from_mode(0o755)).unwrap();
    }
}
