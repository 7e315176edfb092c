//! What was fetched, kept from run to run: a bare repository for each repository, by host, owner and name.

#![expect(clippy::disallowed_methods, reason = "makes and lists folders of our own")]

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// Each fetch leaves a pack. A repository with more than this is fetched anew, which costs less than looking into each.
const MOST_PACKS: usize = 50;

/// A folder with repositories, which is ours alone as long as this lives.
pub struct Cache {
    root: PathBuf,
    /// Held so that no second process writes here.
    _lock: File,
}

impl Cache {
    /// Opens a cache, and makes it where there is none.
    ///
    /// # Errors
    /// Where the folder can't be made or written, or another process uses it.
    pub fn open(root: &Path) -> Result<Self> {
        let shown = root.display();
        fs::create_dir_all(root).with_context(|| format!("can't make the cache {shown}; give another with --cache"))?;
        // Git is told of it from another folder.
        let root = std::path::absolute(root).with_context(|| format!("can't enter the cache {shown}"))?;
        let lock = File::create(root.join("lock"))
            .with_context(|| format!("can't write to the cache {shown}; give another with --cache"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Cache { root, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                bail!("another levelset uses the cache {shown}; wait for it, or give another with --cache")
            }
            Err(TryLockError::Error(why)) => {
                Err(why).with_context(|| format!("can't lock the cache {shown}; give another with --cache"))
            }
        }
    }

    /// The folder of a repository. Its parts are names that GitHub allows, which lead nowhere else; in lower case, for
    /// GitHub doesn't tell names apart by it.
    pub(crate) fn folder(&self, host: &str, owner: &str, name: &str) -> PathBuf {
        let host = host.replace(':', "_");
        self.root.join(host.to_lowercase()).join(owner.to_lowercase()).join(format!("{}.git", name.to_lowercase()))
    }
}

/// What git is told about a bare repository of ours: where its objects come from, and that contents may be missing.
fn config(url: &str) -> String {
    format!(
        "[core]\n\trepositoryFormatVersion = 1\n\tbare = true\n[extensions]\n\tpartialClone = origin\n\
         [remote \"origin\"]\n\turl = {url}\n\tpromisor = true\n\tpartialCloneFilter = blob:none\n"
    )
}

/// Makes a repository ready to be fetched into. What is there is kept if it came from the same address, was left in order
/// and isn't in too many pieces.
///
/// # Errors
/// Those of the file system.
pub(crate) fn prepare(folder: &Path, url: &str) -> io::Result<()> {
    let config = config(url);
    let is_same = fs::read_to_string(folder.join("config")).is_ok_and(|it| it == config);
    if is_same && !has_lock(folder) && packs(folder) <= MOST_PACKS {
        sweep(folder);
        return Ok(());
    }
    start_anew(folder)?;
    fs::create_dir_all(folder.join("objects/pack"))?;
    fs::create_dir_all(folder.join("refs"))?;
    fs::write(folder.join("HEAD"), "ref: refs/levelset/head\n")?;
    // Last: without it nothing of the above counts.
    fs::write(folder.join("config"), config)
}

/// Takes a repository away.
///
/// # Errors
/// Those of the file system.
pub(crate) fn start_anew(folder: &Path) -> io::Result<()> {
    // First, so that what is left where this is broken off counts for nothing.
    let _ = fs::remove_file(folder.join("config"));
    match fs::remove_dir_all(folder) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(why),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Takes away what an interrupted fetch left.
pub(crate) fn sweep(folder: &Path) {
    let names = fs::read_dir(folder.join("objects/pack")).into_iter().flatten().flatten();
    for it in names.filter(|it| it.file_name().to_string_lossy().starts_with("tmp_")) {
        // It is in nobody's way; the next run tries again.
        let _ = fs::remove_file(it.path());
    }
}

/// Whether git was interrupted while it wrote: nobody else uses the cache.
fn has_lock(folder: &Path) -> bool {
    let names = fs::read_dir(folder).into_iter().flatten().flatten();
    names.map(|it| it.file_name()).any(|it| it.to_string_lossy().ends_with(".lock"))
        || fs::symlink_metadata(folder.join("refs/levelset/head.lock")).is_ok()
}

fn packs(folder: &Path) -> usize {
    let names = fs::read_dir(folder.join("objects/pack")).into_iter().flatten().flatten();
    names.filter(|it| it.file_name().to_string_lossy().ends_with(".pack")).count()
}
