//! Repositories as git makes them, in every shape, and what is found and listed of them. Each test builds its own
//! with the `git` program, which the scanner itself never runs.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests build repositories, with git and files")]

mod commits;
mod files;
mod found;
#[cfg(unix)]
mod unix;

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use levelset::facts::{Facts, GapReason, MarkerKind};
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
    fn git<A: AsRef<OsStr>>(&self, folder: &str, arguments: &[A]) -> String {
        let mut command = Command::new("git");
        command.env_clear();
        command.envs(["PATH", "SYSTEMROOT"].iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
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

fn markers(facts: &Facts) -> Vec<(&str, MarkerKind)> {
    facts.markers.iter().map(|it| (&*it.at.path, it.kind)).collect()
}

fn name(facts: &Facts) -> String {
    facts.repo.identity.as_ref().map_or_else(String::new, |it| format!("{}/{}/{}", it.host, it.owner, it.name))
}

const TF: &str = "module \"m\" {\n  source = \"git::https://git.example.com/acme/m.git\"\n}\n";
