//! What only Unix can put in a work tree: links, pipes, sockets, names of any bytes, closed folders.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use levelset::facts::GapReason;
use levelset::repo::discover;

use super::{Place, TF, counts, folders, gaps};

fn pipe(place: &Place, path: &str) {
    let path = place.path(path);
    let _ = fs::remove_file(&path);
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
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

    // One after the other, until nothing of .git is left.
    fs::create_dir_all(place.path("shop/.git/objects/pack")).unwrap();
    for path in ["objects/pack/pack-x.idx", "objects/info/alternates", "sharedindex.x", "index", "packed-refs", "HEAD"]
    {
        pipe(&place, &format!("shop/.git/{path}"));
        assert_eq!(place.fact("shop").repo.committed, None, "{path}");
    }
    for path in ["config", "commondir", "refs/tags/x"] {
        pipe(&place, &format!("shop/.git/{path}"));
        assert_eq!(place.fact("shop").repo.commit, None, "{path}");
    }
}

#[test]
fn hostile_names() {
    let place = Place::new();
    let names = ["new\nline.tf", "tab\t.tf", "\u{1b}[31mred.tf", "-rf.tf", "quote\".tf", "a b/ .tf"];
    place.repo("shop", &names.map(|name| (name, "# x")));
    // Not every system has such names.
    if !cfg!(target_os = "linux") {
        assert_eq!(counts(&place.fact("shop")), [6, 6, 0, 0, 0]);
        return;
    }
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
        fs::set_permissions(place.path(path), fs::Permissions::from_mode(0o0)).unwrap();
    }
    let facts = place.fact("shop");
    assert_eq!(counts(&facts), [3, 1, 0, 0, 0]);
    assert_eq!(gaps(&facts), ["closed.tf", "closed/main.tf"].map(|path| (path, GapReason::Unreadable)));
    fs::remove_dir_all(place.path("shop/.git")).unwrap();
    let facts = place.fact("shop");
    assert_eq!(gaps(&facts), ["closed", "closed.tf"].map(|path| (path, GapReason::Unreadable)));
    place.repo("org/open", &[]);
    fs::create_dir(place.path("org/closed")).unwrap();
    fs::set_permissions(place.path("org/closed"), fs::Permissions::from_mode(0o0)).unwrap();
    assert_eq!(place.discover(&["org"]).notices, ["not searched for repositories: closed: permission denied"]);
    assert!(discover(&[place.path("org/closed")]).unwrap_err().to_string().contains("cannot be listed"));
    for path in ["shop/closed", "org/closed"] {
        fs::set_permissions(place.path(path), fs::Permissions::from_mode(0o755)).unwrap();
    }
}
