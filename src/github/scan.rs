//! Repositories of GitHub → facts: several are fetched at a time, and each is walked as soon as it is there.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::cache::Cache;
use super::fetch::{NotScanned, fetch};
use super::git::Git;
use super::http::Client;
use super::selection::Repository;
use crate::facts::Facts;
use crate::walk::{WalkOptions, walk};

/// If nothing is had of the server for so many repositories after each other, for each that is fetched at a time, the others
/// are not tried.
const SILENCES: usize = 2;

/// What is asked, and how.
pub struct Source<'a> {
    /// The program that fetches.
    pub git: &'a Git,
    /// Where it fetches to.
    pub cache: &'a Cache,
    /// Whom to ask, and with which token.
    pub client: &'a Client,
    /// How many repositories are fetched at a time.
    pub at_a_time: NonZeroUsize,
    /// Called with the number of repositories that are done.
    pub progress: &'a (dyn Fn(usize) + Sync),
}

/// What came of a scan.
#[derive(Default)]
pub struct Scanned {
    /// The repositories that were scanned, by folder.
    pub repositories: Vec<ScannedRepository>,
    /// Those that were not, as `owner/name`, and why; sorted.
    pub not_scanned: Vec<(String, NotScanned)>,
}

/// A repository that was scanned.
pub struct ScannedRepository {
    /// What was seen.
    pub facts: Facts,
    /// The folder of its objects in the cache.
    pub objects: PathBuf,
}

/// Fetches and walks repositories. One that can't be fetched keeps no other from being scanned. `threads` are what a walk
/// uses; this waits for the network, which they shouldn't.
pub fn scan(
    repositories: &[Repository],
    source: &Source<'_>,
    options: &WalkOptions<'_>,
    threads: &rayon::ThreadPool,
) -> Scanned {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    // How many failed one after the other by what is the matter with the server or the way to it.
    let silences = AtomicUsize::new(0);
    let most_silences = SILENCES * source.at_a_time.get();
    let scanned = Mutex::new(Scanned::default());
    let work = || {
        while let Some(of) = repositories.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = match silences.load(Ordering::Relaxed) >= most_silences {
                true => Err(NotScanned::NotTried),
                false => fetch(of, source.git, source.cache, source.client, options),
            };
            match &result {
                Err(NotScanned::Broken(_) | NotScanned::TooLong(_)) => {
                    silences.fetch_add(1, Ordering::Relaxed);
                }
                Err(NotScanned::NotTried) => {}
                Ok(_) | Err(_) => silences.store(0, Ordering::Relaxed),
            }
            let result = result.map(|it| {
                let facts = threads.install(|| walk(vec![it.repo], options)).pop();
                facts.map(|facts| ScannedRepository { facts, objects: it.objects })
            });
            let mut scanned = scanned.lock().unwrap_or_else(PoisonError::into_inner);
            match result {
                Ok(repository) => scanned.repositories.extend(repository),
                Err(why) => scanned.not_scanned.push((format!("{}/{}", of.owner, of.name), why)),
            }
            (source.progress)(done.fetch_add(1, Ordering::Relaxed) + 1);
        }
    };
    let workers = source.at_a_time.get().min(repositories.len());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    let mut scanned = scanned.into_inner().unwrap_or_else(PoisonError::into_inner);
    scanned.repositories.sort_by(|a, b| a.facts.repo.cmp(&b.facts.repo));
    scanned.not_scanned.sort_by(|(a, _), (b, _)| a.cmp(b));
    scanned
}
