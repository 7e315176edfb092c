//! Finds the repositories under the paths that were asked for, and says who they are, without running a program; or takes
//! one as of a commit.
//!
//! [`discover`] takes repositories, folders of repositories at any depth, linked work trees, submodules and plain
//! folders. Inside a repository it does not list the whole tree, which would cost more than everything else:
//! submodules come from the index, and clones that git does not track are looked for in the untracked folders of
//! the root and of the tracked folders down to [`TRACKED_DEPTH`], from there at any depth. A clone hidden in an
//! untracked folder deeper than that is found when its path is given. Symbolic links are never followed below a
//! path that was asked for.

#![expect(clippy::disallowed_methods, reason = "lists folders to find repositories, resolves paths")]

mod git;
pub(crate) mod index;
pub(crate) mod objects;
mod remote;
mod revision;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use gix_index::entry::Mode;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use self::objects::Snapshot;

use crate::facts::{Gap, GapReason, Listing, RepoFacts};
use crate::source::Location;

pub use remote::identity;
pub use revision::{at_revision, of_commit, place_of_commit};

/// How deep below its root the tracked folders of a repository are listed to find clones that it does not track.
const TRACKED_DEPTH: usize = 2;

/// The repositories under some paths.
#[derive(Debug)]
pub struct Discovery {
    /// The repositories, by folder.
    pub repos: Vec<Repo>,
    /// What was found and will not be scanned, in words for the user; sorted.
    pub notices: Vec<String>,
}

/// A repository, or a plain folder, before its files are looked at.
#[derive(Clone, Debug)]
pub struct Repo {
    /// Where its files are.
    pub place: Place,
    /// Who it is. How its files are listed is known only after the walk.
    pub facts: RepoFacts,
    /// What could not be read of it.
    pub gaps: Vec<Gap>,
    pub(crate) index: Index,
}

/// Where the files of a repository are.
#[derive(Clone, Debug)]
pub enum Place {
    /// In a folder: absolute, without symbolic links.
    Folder(PathBuf),
    /// In git's object database, as of a commit: there may be no work tree.
    Commit(Snapshot),
}

impl Place {
    /// The folder, where the files are in one.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Place::Folder(root) => Some(root),
            Place::Commit(_) => None,
        }
    }
}

/// What is known of the files of a repository before the walk.
#[derive(Clone)]
pub(crate) enum Index {
    /// Git tracks these.
    Tracked(Arc<gix_index::File>),
    /// Nothing: no repository, or one whose index could not be read. The folder itself is listed.
    Unlisted(PathBuf),
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Index::Tracked(_) => "Tracked",
            Index::Unlisted(_) => "Unlisted",
        })
    }
}

/// Finds the repositories under these paths. The result does not depend on the order of the paths, and a repository
/// that is reached in two ways is found once.
///
/// Uses the current rayon pool.
///
/// # Errors
/// Where a path does not exist, is not a folder or cannot be listed.
pub fn discover(paths: &[PathBuf]) -> anyhow::Result<Discovery> {
    let arguments = paths.iter().map(|path| Argument::new(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let folder = |root: &Path| folder_of(&arguments, root);

    let mut found = Found::default();
    let mut plain = BTreeSet::new();
    for argument in &arguments {
        let below = search(vec![argument.root.clone()]);
        if below.repositories.is_empty() && below.bare.is_empty() {
            plain.insert(argument.root.clone());
        }
        found.append(below);
    }

    // A repository can hold others, which hold others: round by round until nothing new turns up.
    let mut repos: BTreeMap<PathBuf, Option<Repo>> = BTreeMap::new();
    loop {
        let new: Vec<PathBuf> = found.repositories.iter().filter(|it| !repos.contains_key(*it)).cloned().collect();
        if new.is_empty() {
            break;
        }
        let inspected: Vec<(PathBuf, Option<Repo>, Found)> = new
            .par_iter()
            .map(|root| {
                let (repo, inside) = inspect(root, folder(root));
                (root.clone(), repo, inside)
            })
            .collect();
        for (root, repo, inside) in inspected {
            if repo.is_none() {
                found.bare.insert(root.clone());
            }
            repos.insert(root, repo);
            found.append(inside);
        }
    }

    let mut notices = found.notices(folder);
    let mut repos: Vec<(PathBuf, Repo)> = repos.into_iter().filter_map(|(root, repo)| Some((root, repo?))).collect();
    for root in plain {
        // Its files are counted with the folder it is part of.
        if let Some((part_of, _)) = repos.iter().find(|(whole, _)| root.starts_with(whole)) {
            notices.push(format!("{}: scanned as a part of {}", folder(&root), folder(part_of)));
            continue;
        }
        let (place, index) = (Place::Folder(root.clone()), Index::Unlisted(root.clone()));
        repos.push((root.clone(), Repo { facts: unknown(folder(&root)), gaps: Vec::new(), index, place }));
    }
    repos.sort_by(|(root_a, a), (root_b, b)| (&a.facts.folder, root_a).cmp(&(&b.facts.folder, root_b)));
    let repos = repos.into_iter().map(|(_, repo)| repo).collect();
    notices.sort();
    notices.dedup();
    Ok(Discovery { repos, notices })
}

/// A path that was asked for.
struct Argument {
    root: PathBuf,
    name: String,
}

impl Argument {
    fn new(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let root = fs::canonicalize(path)
            .with_context(|| format!("cannot scan {shown}: no such folder, or no right to enter it; check the path"))?;
        if !root.is_dir() {
            bail!("cannot scan {shown}: it is not a folder; name the folder of a repository, or one that holds some");
        }
        fs::read_dir(&root).with_context(|| format!("cannot scan {shown}: the folder cannot be listed"))?;
        let name = path.file_name().or_else(|| root.file_name());
        let name = name.map_or_else(|| ".".to_owned(), |name| name.to_string_lossy().into_owned());
        Ok(Argument { root, name })
    }
}

/// The folder as the user knows it: relative to the argument that tells most of it, and the name of the argument
/// for the argument itself.
fn folder_of(arguments: &[Argument], root: &Path) -> String {
    let names = arguments.iter().filter_map(|argument| {
        let below = root.strip_prefix(&argument.root).ok()?;
        let depth = below.components().count();
        let name = if depth == 0 { argument.name.clone() } else { slashed(below) };
        Some((std::cmp::Reverse(depth), name))
    });
    names.min().map_or_else(String::new, |(_, name)| name)
}

/// A relative path with `/` between its parts, whatever the system.
pub(crate) fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

fn unknown(folder: String) -> RepoFacts {
    RepoFacts {
        identity: None,
        folder,
        commit: None,
        branch: None,
        committed: None,
        tags: Vec::new(),
        shallow: false,
        listing: Listing::Walked,
    }
}

/// What a search came upon.
#[derive(Default)]
struct Found {
    /// Folders with a `.git`.
    repositories: BTreeSet<PathBuf>,
    /// Repositories without a work tree.
    bare: BTreeSet<PathBuf>,
    /// Folders that could not be listed.
    unlisted: BTreeMap<PathBuf, io::ErrorKind>,
}

impl Found {
    fn append(&mut self, other: Found) {
        let Found { repositories, bare, unlisted } = other;
        self.repositories.extend(repositories);
        self.bare.extend(bare);
        self.unlisted.extend(unlisted);
    }

    fn notices(&self, folder: impl Fn(&Path) -> String) -> Vec<String> {
        let bare = self.bare.iter().map(|it| format!("not yet scanned: bare repository {}", folder(it)));
        let unlisted =
            self.unlisted.iter().map(|(it, why)| format!("not searched for repositories: {}: {why}", folder(it)));
        bare.chain(unlisted).collect()
    }
}

/// Looks for repositories in these folders, at any depth; not inside the repositories it finds.
fn search(mut folders: Vec<PathBuf>) -> Found {
    let mut found = Found::default();
    while let Some(folder) = folders.pop() {
        let children = match Children::of(&folder) {
            Ok(children) => children,
            Err(why) => {
                found.unlisted.insert(folder, why.kind());
                continue;
            }
        };
        if children.dot_git {
            found.repositories.insert(folder);
        } else if children.is_bare() {
            found.bare.insert(folder);
        } else {
            folders.extend(children.folders.into_iter().map(|name| folder.join(name)));
        }
    }
    found
}

/// What lies directly in a folder, as far as the search for repositories cares.
#[derive(Default)]
struct Children {
    dot_git: bool,
    head: bool,
    objects: bool,
    refs: bool,
    /// Folders that can hold repositories.
    folders: Vec<std::ffi::OsString>,
}

impl Children {
    fn of(folder: &Path) -> io::Result<Self> {
        let mut children = Children::default();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let is_folder = entry.file_type()?.is_dir();
            if name == ".git" {
                children.dot_git = true;
            } else if name == "HEAD" && !is_folder {
                children.head = true;
            } else if is_folder {
                children.objects |= name == "objects";
                children.refs |= name == "refs";
                if !is_skipped(folder, &name) {
                    children.folders.push(name);
                }
            }
        }
        Ok(children)
    }

    fn is_bare(&self) -> bool {
        self.head && self.objects && self.refs
    }
}

/// Folders of tools, with other people's repositories and built files in them; sorted.
const SKIPPED: &[&str] = &[".direnv", ".git", ".terraform", ".terragrunt-cache", ".venv", "node_modules"];

/// What makes a folder `target` beside it one of built files, rather than somebody's name for something; sorted.
const BUILDS_INTO_TARGET: &[&str] = &["Cargo.toml", "build.sbt", "pom.xml"];

/// Whether a folder of this name in this parent is never entered.
pub(crate) fn is_skipped(parent: &Path, name: &std::ffi::OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    SKIPPED.binary_search(&name).is_ok()
        || name == "target" && BUILDS_INTO_TARGET.iter().any(|it| fs::symlink_metadata(parent.join(it)).is_ok())
}

/// Reads what a folder with a `.git` is, and looks for further repositories inside; no repository where it is bare.
fn inspect(root: &Path, folder: String) -> (Option<Repo>, Found) {
    let git = git::read(root);
    let index = index::read(&git.dir, git.hash);
    if git.bare && index.is_err() {
        // The layout of those who keep a bare repository with its linked work trees beside it.
        let children = Children::of(root).unwrap_or_default();
        return (None, search(children.folders.into_iter().map(|name| root.join(name)).collect()));
    }
    let gap = |(path, reason, detail): git::Problem| Gap {
        at: Location::whole_file(&path.into()),
        reason,
        detail: detail.to_owned(),
    };
    let mut gaps: Vec<Gap> = git.problems.into_iter().map(gap).collect();
    let index = match index {
        Ok(index) => Index::Tracked(Arc::new(index)),
        Err(why) => {
            gaps.push(gap((".git/index", GapReason::Unreadable, why)));
            Index::Unlisted(root.to_owned())
        }
    };
    let inside = match &index {
        Index::Tracked(index) => inside(root, index),
        Index::Unlisted(_) => {
            let children = Children::of(root).unwrap_or_default();
            search(children.folders.into_iter().map(|name| root.join(name)).collect())
        }
    };
    let facts = RepoFacts {
        identity: git.identity,
        folder,
        commit: git.commit,
        branch: git.branch,
        committed: git.committed,
        tags: git.tags,
        shallow: git.shallow,
        listing: Listing::Walked,
    };
    (Some(Repo { place: Place::Folder(root.to_owned()), facts, gaps, index }), inside)
}

/// The repositories inside a work tree: submodules that are checked out, and clones that git does not track.
fn inside(root: &Path, index: &gix_index::File) -> Found {
    let backing = index.path_backing();
    let mut submodules = BTreeSet::new();
    // Tracked folders, one level deeper than is listed: those that are not among them are untracked.
    let mut tracked: BTreeSet<&str> = BTreeSet::new();
    // The last tracked folder that was added, to skip the many entries that add nothing.
    let mut last = "";
    for entry in index.entries() {
        let path: &[u8] = entry.path_in(backing);
        let Ok(path) = std::str::from_utf8(path) else { continue };
        if entry.mode == Mode::COMMIT && index::is_sane(path) && !has_symlink(root, path) {
            submodules.insert(path);
        }
        // A sparse directory ends in a slash: nothing of it is checked out, but it is git's.
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if folder == last {
            continue;
        }
        last = folder;
        let ends = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]);
        tracked.extend(ends.take(TRACKED_DEPTH + 1).map(|end| &folder[..end]));
    }

    let mut found = Found::default();
    let checked_out = submodules.iter().map(|path| root.join(path));
    found.repositories.extend(checked_out.filter(|path| fs::symlink_metadata(path.join(".git")).is_ok()));
    let mut untracked = Vec::new();
    let mut level = vec![String::new()];
    for _ in 0..=TRACKED_DEPTH {
        let mut next = Vec::new();
        for folder in level {
            // A tracked folder that cannot be listed shows in the walk.
            let Ok(children) = Children::of(&root.join(&folder)) else { continue };
            for name in children.folders {
                let path = match name.to_str() {
                    Some(name) if folder.is_empty() => name.to_owned(),
                    Some(name) => format!("{folder}/{name}"),
                    None => {
                        untracked.push(root.join(&folder).join(name));
                        continue;
                    }
                };
                if tracked.contains(path.as_str()) {
                    next.push(path);
                } else if !submodules.contains(path.as_str()) {
                    untracked.push(root.join(path));
                }
            }
        }
        level = next;
    }
    let mut below = search(untracked);
    // Folders that git does not track may stay closed: nothing in them was asked for.
    below.unlisted.clear();
    found.append(below);
    found
}

/// Whether any part of this path below the root is a symbolic link now.
fn has_symlink(root: &Path, path: &str) -> bool {
    let mut at = root.to_owned();
    path.split('/').any(|part| {
        at.push(part);
        fs::symlink_metadata(&at).is_ok_and(|it| it.file_type().is_symlink())
    })
}

#[cfg(test)]
mod tests {
    use super::{BUILDS_INTO_TARGET, SKIPPED};

    #[test]
    fn tables_are_sorted() {
        assert!(SKIPPED.is_sorted());
        assert!(BUILDS_INTO_TARGET.is_sorted());
    }
}
