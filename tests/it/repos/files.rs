//! Which files a repository has, and which of them are read.

use std::collections::BTreeMap;
use std::fs;

use levelset::classify::FileKind;
use levelset::facts::{Facts, GapReason, Listing, MarkerKind, Use};
use levelset::origin::Origin;
use levelset::walk::{WalkOptions, walk};

use super::{DATE_UTC, Place, TF, counts, folders, gaps, markers, name};

#[test]
fn a_repository() {
    let place = Place::new();
    place.repo(
        "shop",
        &[("main.tf", TF), ("a/b/c.txt", "x"), ("README.md", "# x"), ("CHANGELOG.md", "x"), (".vela.yml", "x")],
    );
    place.write("shop/examples/x/Jenkinsfile", "build()");
    place.write("shop/terragrunt.hcl.json", "{}");
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
    assert_eq!(counts(&facts), [7, 3, 0, 0, 0]);
    let recognised = BTreeMap::from([
        (FileKind::Changelog, 1),
        (FileKind::JenkinsPipeline, 1),
        (FileKind::OtherPipeline, 1),
        (FileKind::Readme, 1),
        (FileKind::Terraform, 1),
        (FileKind::TerragruntJson, 1),
    ]);
    assert_eq!(facts.files.recognised, recognised);
    assert_eq!(
        markers(&facts),
        [
            (".vela.yml", MarkerKind::UnreadPipeline),
            ("CHANGELOG.md", MarkerKind::Changelog),
            ("README.md", MarkerKind::Readme)
        ]
    );
    assert_eq!(gaps(&facts), [("terragrunt.hcl.json", GapReason::FormatNotRead)]);
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
fn plain_folders_respect_ignore_files() {
    let place = Place::new();
    place.write("plain/.gitignore", "*.log\n/a/x.tf\nbuilt/\n");
    place.write("plain/.ignore", "!kept.log\nsecond.tf\n");
    place.write("plain/a/.gitignore", "# a comment\n!b.log\n[broken\n");
    // Above the folder that is asked for, rules say nothing.
    place.write(".gitignore", "*\n");
    let kept = ["main.tf", "kept.log", "a/b.log", "a/deep/x.tf", ".hidden/main.tf", "target/main.tf"];
    let left_out = ["x.log", "a/c.log", "a/x.tf", "built/main.tf", "second.tf", ".terraform/m/main.tf"];
    for path in kept.iter().chain(&left_out) {
        place.write(&format!("plain/{path}"), TF);
    }
    let facts = place.fact("plain");
    // Those kept, and the three files of rules.
    assert_eq!((counts(&facts), gaps(&facts)), ([9, 4, 0, 0, 0], vec![]));
}

#[test]
fn what_tables_name_is_read_besides_what_it_is() {
    let files = [
        // Read when asked, with a bot's settings in it, and without.
        ("package.json", r#"{"renovate": {"extends": ["local>acme/presets"]}}"#),
        ("web/package.json", r#"{"renovate": {}}"#),
        // Of no known kind until a table names it.
        ("opslevel.yml", "service: {name: shop}\n"),
        ("Tiltfile", "local_resource(\"a\")\n"),
        ("config.yml", "a: b\n"),
        // Always read.
        (".gitlab-ci.yml", "review:\n  script: [make]\n  environment: {name: review/$CI_COMMIT_REF_SLUG}\n"),
    ];
    let tracked = Place::new();
    tracked.repo("shop", &files);
    let walked = Place::new();
    files.iter().for_each(|(path, text)| walked.write(&format!("shop/{path}"), text));
    for place in [tracked, walked] {
        let facts = place.fact("shop");
        let expected = [
            (".gitlab-ci.yml", MarkerKind::PreviewEnvironment),
            ("Tiltfile", MarkerKind::DeveloperEnvironment),
            ("opslevel.yml", MarkerKind::CatalogueEntity),
            ("package.json", MarkerKind::DependencyUpdates),
        ];
        assert_eq!(markers(&facts), expected);
        // Each file is seen once, and counted as what it is.
        assert_eq!(facts.files.seen, 6);
        assert_eq!(facts.files.recognised.get(&FileKind::PackageJson), Some(&2));
        assert_eq!(facts.files.recognised.get(&FileKind::EvidenceName), Some(&1));
        assert_eq!(gaps(&facts), vec![]);
    }
    // What git tracks and nobody checked out is counted once too.
    let place = Place::new();
    place.repo("shop", &files);
    fs::remove_file(place.path("shop/package.json")).unwrap();
    let facts = place.fact("shop");
    assert_eq!(facts.files.seen + facts.files.not_checked_out, 6);
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
            "garbage index" => {
                fs::write(index, "DIRC garbage that goes on for a while, and then some").unwrap();
            }
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
    let touch = |path: &str| {
        fs::File::options().append(true).open(place.path(path)).unwrap().set_modified(past).unwrap();
    };
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

/// Bytes of `.git` changed and cut off at will: no panic, no error, and no file from elsewhere.
#[test]
fn damage_in_git_never_ends_the_scan() {
    let place = Place::new();
    place.repo("shop", &[("a/main.tf", TF), ("a/b/README.md", "x"), ("c.tf", "# c"), ("d.txt", "x")]);
    place.git("shop", &["tag", "v1"]);
    place.git("shop", &["gc", "-q"]);
    let packs = fs::read_dir(place.path("shop/.git/objects/pack")).unwrap().map(|it| it.unwrap().path());
    let packs = packs.filter(|it| it.extension().is_some_and(|it| it == "idx" || it == "pack"));
    let others = ["index", "HEAD", "config", "packed-refs"].map(|name| place.path("shop/.git").join(name));
    let mut random = 1_u64;
    let mut below = |n: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % n
    };
    for path in packs.chain(others) {
        let whole = fs::read(&path).unwrap();
        // What gc writes is read-only.
        fs::remove_file(&path).unwrap();
        for round in 0..60 {
            let mut bytes = whole.clone();
            if round % 3 == 0 {
                bytes.truncate(below(whole.len()));
            } else {
                for _ in 0..=below(8) {
                    bytes[below(whole.len())] = below(256) as u8;
                }
            }
            fs::write(&path, bytes).unwrap();
            let facts = place.fact("shop");
            let files = &facts.files;
            assert!(files.seen + files.not_checked_out <= 8, "{} {round}: {files:?}", path.display());
        }
        fs::write(&path, whole).unwrap();
    }
    assert_eq!(counts(&place.fact("shop")), [4, 3, 0, 0, 0]);
}

#[test]
fn folders_that_are_not_in_the_repository() {
    let place = Place::new();
    let module = |name: &str, source: &str| format!("module \"{name}\" {{\n  source = \"{source}\"\n}}\n");
    let calls = [("a", "./modules/vpc"), ("b", "./relative"), ("c", "./own/m"), ("d", "./link/m"), ("e", "./gone")];
    let main: String = calls.iter().map(|(name, source)| module(name, source)).collect();
    let submodules = "[submodule \"m\"]\n\tpath = modules\n\turl = https://git.example.com/acme/modules.git\n\
                      [submodule \"r\"]\n\tpath = relative\n\turl = ../tf-relative.git\n";
    let script = "git clone https://git.example.com/acme/app.git own\n";
    place.repo("app", &[("main.tf", &main), (".gitmodules", submodules), ("fetch.sh", script)]);
    let commit = "0123456789abcdef0123456789abcdef01234567";
    // A link's target isn't looked at, so that what lies behind it may well be there.
    let link = place.git("app", &["hash-object", "-w", "main.tf"]);
    for (mode, object, path) in
        [("160000", commit, "modules"), ("160000", commit, "relative"), ("120000", &link, "link")]
    {
        place.git("app", &["update-index", "--add", "--cacheinfo", &format!("{mode},{object},{path}")]);
    }
    let facts = place.fact("app");
    let told = |it: &Use| {
        let from = match &it.origin {
            Origin::Repo { host, owner, name, path } => format!("{host}/{owner}/{name}//{path}"),
            other => format!("{other:?}"),
        };
        format!("{} {from} {:?} {:?}", it.at.line, it.version.reference, it.via)
    };
    assert_eq!(
        facts.uses.iter().map(told).collect::<Vec<_>>(),
        [
            format!("2 git.example.com/acme/modules//vpc Some({commit:?}) Some(\".gitmodules:1\")"),
            format!("5 git.example.com/acme/tf-relative// Some({commit:?}) Some(\".gitmodules:4\")"),
            "8 git.example.com/acme/app//m None Some(\"fetch.sh:1\")".to_owned(),
            "11 Local { path: \"link/m\" } None None".to_owned(),
            "14 Local { path: \"gone\" } None None".to_owned(),
        ]
    );
    let gaps: Vec<u32> = facts.gaps.iter().map(|it| it.at.line).collect();
    assert_eq!(gaps, [14]);
}
