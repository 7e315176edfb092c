//! The files in a folder that no ignore file leaves out: for plain folders, for repositories without an index, and
//! for the files git does not track.
//!
//! The rules of `.gitignore`, `.ignore` and `.git/info/exclude` are the `ignore` crate's; the listing is our own,
//! because it must not open what only looks like an ignore file (a pipe waits for ever), must not depend on the
//! user's own ignore files or on what lies above the folder, and has to say what it could not list.

#![expect(clippy::disallowed_methods, reason = "lists the files of folders without an index")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::files::{Problem, Root, Wanted};
use crate::repo::{is_skipped, slashed};

/// The files in a folder.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Regular files and what is neither file, folder nor symbolic link; relative to the folder, sorted.
    pub(super) files: Vec<PathBuf>,
    /// Symbolic links.
    pub(super) symlinks: Vec<PathBuf>,
    /// Folders that could not be listed, and why.
    pub(super) unlisted: Vec<(String, io::ErrorKind)>,
}

/// Ignore files with more bytes than this are not read.
const MOST_IGNORE_BYTES: u64 = 1 << 20;

/// Lists the files in a folder. Folders of tools and repositories inside it are not entered.
pub(super) fn list(root: &Path) -> Tree {
    let mut tree = Tree::default();
    let mut reader = Root::open(root).ok();
    let exclude = Rules::of("", &[".git/info/exclude"], None, &mut reader);
    let mut folders = vec![(PathBuf::new(), exclude)];
    while let Some((folder, above)) = folders.pop() {
        let entries = match entries(&root.join(&folder)) {
            Ok(entries) => entries,
            Err(why) => {
                tree.unlisted.push((slashed(&folder), why.kind()));
                continue;
            }
        };
        let is_root = folder.as_os_str().is_empty();
        if !is_root && entries.iter().any(|(name, _)| name == ".git") {
            continue;
        }
        let has_rules = entries.iter().any(|(name, _)| name == ".gitignore" || name == ".ignore");
        let rules = match folder.to_str() {
            Some(text) if has_rules => {
                Rules::of(&text.replace('\\', "/"), &[".gitignore", ".ignore"], above, &mut reader)
            }
            _ => above,
        };
        for (name, kind) in entries {
            let path = folder.join(&name);
            if rules.as_ref().is_some_and(|rules| rules.leave_out(&path, kind.is_dir())) {
                continue;
            }
            if kind.is_dir() {
                if !is_skipped(&root.join(&folder), &name) {
                    folders.push((path, rules.clone()));
                }
            } else if kind.is_symlink() {
                tree.symlinks.push(path);
            } else if name != ".git" {
                tree.files.push(path);
            }
        }
    }
    tree.files.sort();
    tree.unlisted.sort();
    tree
}

fn entries(folder: &Path) -> io::Result<Vec<(std::ffi::OsString, fs::FileType)>> {
    fs::read_dir(folder)?
        .map(|entry| {
            let entry = entry?;
            Ok((entry.file_name(), entry.file_type()?))
        })
        .collect()
}

/// The ignore rules of a folder and those above it.
struct Rules {
    here: Gitignore,
    above: Option<Rc<Rules>>,
}

impl Rules {
    /// The rules in these files of a folder, those of the last file first; the rules above where there are none.
    fn of(folder: &str, names: &[&str], above: Option<Rc<Rules>>, reader: &mut Option<Root>) -> Option<Rc<Rules>> {
        let Some(reader) = reader else { return above };
        let mut builder = GitignoreBuilder::new(folder);
        let mut buffer = Vec::new();
        for name in names {
            let path = if folder.is_empty() { (*name).to_owned() } else { format!("{folder}/{name}") };
            let wanted = Wanted { limit: MOST_IGNORE_BYTES, size: None, stat: false };
            let read: Result<_, Problem> = reader.read(&path, wanted, &mut buffer);
            if read.is_err() {
                continue;
            }
            let text = String::from_utf8_lossy(&buffer);
            for line in text.trim_start_matches('\u{feff}').lines() {
                // A pattern that means nothing leaves nothing out, as in git.
                let _ = builder.add_line(None, line);
            }
        }
        match builder.build() {
            Ok(here) if !here.is_empty() => Some(Rc::new(Rules { here, above })),
            Ok(_) | Err(_) => above,
        }
    }

    /// Whether the nearest rule that says anything about this path leaves it out.
    fn leave_out(&self, path: &Path, is_folder: bool) -> bool {
        let mut rules = Some(self);
        while let Some(Rules { here, above }) = rules {
            match here.matched(path, is_folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => rules = above.as_deref(),
            }
        }
        false
    }
}
