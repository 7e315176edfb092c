//! One repository of GitHub, from the server into the cache: what is needed to scan it, and no more.
//!
//! Three commands of git, each two requests: which commit and tags there are; the folders of that commit; the contents of
//! the files that a scan reads. Where the commit is in the cache the first is enough.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::cache::{self, Cache};
use super::git::{Git, GitError};
use super::http::{Client, Failure};
use super::selection::Repository;
use crate::facts::{Listing, RepoFacts};
use crate::repo::{self, Repo};
use crate::walk::{WalkOptions, missing_contents};

/// How often a command is tried while the connection breaks.
const TRIES: u32 = 5;
/// A try that failed after this time is not repeated.
const SLOW: Duration = Duration::from_secs(100);
/// The wait after the first time; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The same after a server asked for fewer requests: git doesn't tell for how long.
const FIRST_QUIET: Duration = Duration::from_secs(10);

/// A repository in the cache.
pub(crate) struct Fetched {
    /// As of the commit that its default branch is at.
    pub(crate) repo: Repo,
    /// The folder of its objects.
    pub(crate) objects: PathBuf,
}

/// Why a repository was not scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotScanned {
    /// Nothing was pushed to it yet.
    Empty,
    /// Its default branch, of this name, isn't there.
    NoBranch(String),
    /// The server doesn't know it any more, or doesn't show it to us.
    Gone,
    /// The server doesn't accept the token.
    Refused,
    /// There is no token for it; in words.
    NoToken(String),
    /// It would have taken longer than may be waited; in words.
    TooLong(String),
    /// The server or the connection failed each time; in git's words.
    Broken(String),
    /// It was left out, because nothing was had of the server for those before.
    NotTried,
    /// The disk with the cache is full.
    DiskFull,
    /// The cache can't be written, or git failed; in words.
    Failed(String),
}

impl NotScanned {
    /// Whether there was nothing to scan, rather than something that couldn't be.
    pub fn is_nothing(&self) -> bool {
        match self {
            NotScanned::Empty => true,
            NotScanned::NoBranch(_)
            | NotScanned::Gone
            | NotScanned::Refused
            | NotScanned::NoToken(_)
            | NotScanned::TooLong(_)
            | NotScanned::Broken(_)
            | NotScanned::NotTried
            | NotScanned::DiskFull
            | NotScanned::Failed(_) => false,
        }
    }
}

impl Display for NotScanned {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            NotScanned::Empty => f.write_str("it is empty"),
            NotScanned::NoBranch(branch) => write!(f, "its default branch {branch} isn't there"),
            NotScanned::Gone => f.write_str("GitHub doesn't know it any more, or doesn't show it to this token"),
            NotScanned::Refused => {
                f.write_str("GitHub doesn't accept the token for it; it needs the right contents: read")
            }
            NotScanned::Broken(words) => write!(f, "the connection failed each time; {words}"),
            NotScanned::NotTried => {
                f.write_str("not tried, because the connection failed for those before; run it again")
            }
            NotScanned::DiskFull => {
                f.write_str("the disk with the cache is full; free some, or give another with --cache")
            }
            NotScanned::NoToken(words) | NotScanned::TooLong(words) | NotScanned::Failed(words) => f.write_str(words),
        }
    }
}

/// Fetches what a scan of a repository reads.
pub(crate) fn fetch(
    of: &Repository,
    git: &Git,
    cache: &Cache,
    client: &Client,
    options: &WalkOptions<'_>,
) -> Result<Fetched, NotScanned> {
    let folder = cache.folder(client.api().host(), &of.owner, &of.name);
    let asked = Asked { of, git, client, folder: &folder };
    let done = match asked.fetch(options) {
        Err(Trouble::OfCache(_)) => {
            cache::start_anew(&folder).map_err(|why| failed(&why))?;
            asked.fetch(options)
        }
        done => done,
    };
    done.map_err(|it| match it {
        Trouble::OfServer(why) => why,
        Trouble::OfCache(words) => NotScanned::Failed(words),
    })
}

/// What keeps a repository from being fetched.
enum Trouble {
    /// The server, the connection, the disk, git: whatever the cache has is not to blame, and is kept.
    OfServer(NotScanned),
    /// What the cache has may be what git stumbles over, in words; or the server lost the commit since it named it.
    OfCache(String),
}

impl From<NotScanned> for Trouble {
    fn from(why: NotScanned) -> Self {
        Trouble::OfServer(why)
    }
}

/// Of a fetch: what git complains of without a name for it may be what it found in the cache.
fn of_cache(why: NotScanned) -> Trouble {
    match why {
        NotScanned::Failed(words) => Trouble::OfCache(words),
        why => Trouble::OfServer(why),
    }
}

/// A repository, and whom to ask for it.
struct Asked<'a> {
    of: &'a Repository,
    git: &'a Git,
    client: &'a Client,
    folder: &'a Path,
}

impl Asked<'_> {
    fn fetch(&self, options: &WalkOptions<'_>) -> Result<Fetched, Trouble> {
        cache::prepare(self.folder, &self.of.clone_url).map_err(|why| failed(&why))?;
        let facts = self.facts()?;
        let objects = self.folder.join("objects");
        let repo = match repo::of_commit(&objects, facts.clone()) {
            Ok(repo) => repo,
            Err(_) => {
                let head = format!("+{}:refs/levelset/head", facts.commit.as_deref().unwrap_or_default());
                // From what it is told that we have, the server can send less.
                self.run(
                    &["fetch", FILTER, "--depth=1", "--quiet", "--no-tags", "--no-write-fetch-head", "origin", &head],
                    b"",
                )
                .map_err(of_cache)?;
                repo::of_commit(&objects, facts).map_err(|why| Trouble::OfCache(why.to_owned()))?
            }
        };
        let missing = missing_contents(repo.clone(), options);
        if !missing.is_empty() {
            let input: String = missing.iter().map(|id| format!("{id}\n")).collect();
            // The server must not be told that we have the commit: it would take the contents for ours too.
            let fetch = ["-c", "fetch.negotiationAlgorithm=noop", "fetch", FILTER];
            let rest = ["--quiet", "--no-tags", "--no-write-fetch-head", "--stdin", "origin"];
            self.run(&[&fetch[..], &rest].concat(), input.as_bytes()).map_err(of_cache)?;
        }
        // Objects are looked for in the packs that were there when it was opened.
        let repo = match missing.is_empty() {
            true => repo,
            false => repo::of_commit(&objects, repo.facts).map_err(|why| Trouble::OfCache(why.to_owned()))?,
        };
        Ok(Fetched { repo, objects })
    }

    /// Asks which commit and which tags there are: what a full clone would say of itself.
    fn facts(&self) -> Result<RepoFacts, NotScanned> {
        let printed = self.run(&["ls-remote", "--heads", "--quiet", "--tags", "origin"], b"")?;
        let (heads, tags) = references(&String::from_utf8_lossy(&printed));
        if heads.is_empty() {
            return Err(NotScanned::Empty);
        }
        let branch = self.of.default_branch.clone().unwrap_or_else(|| "main".to_owned());
        let Some(commit) = heads.get(&branch) else { return Err(NotScanned::NoBranch(branch)) };
        Ok(RepoFacts {
            identity: repo::identity(&self.of.clone_url),
            folder: format!("{}/{}", self.of.owner, self.of.name),
            commit: Some(commit.clone()),
            branch: Some(branch),
            committed: None,
            tags,
            // Of history nothing is read but the date of the commit, and tags are all there.
            shallow: false,
            listing: Listing::Tracked,
        })
    }

    /// Runs a command of git, again where the connection broke.
    fn run(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, NotScanned> {
        let server = format!("{}/", self.client.api().server());
        let owner = &self.of.owner;
        // A server that lets us wait so long before it fails will do it again.
        let is_slow = |began: Duration| (self.client.pace().now)().saturating_sub(began) > SLOW;
        let mut renewed = false;
        let mut tries = 0;
        loop {
            let token = self.client.token(owner).map_err(|why| without_token(&why))?;
            let began = (self.client.pace().now)();
            let error = match self.git.run(self.folder, &server, Some(&token), arguments, input) {
                Ok(printed) => return Ok(printed),
                Err(error) => error,
            };
            cache::sweep(self.folder);
            tries += 1;
            let wait = match error {
                GitError::Refused if !renewed && self.client.renew(owner, &token) => {
                    renewed = true;
                    continue;
                }
                GitError::Refused => return Err(NotScanned::Refused),
                GitError::Gone => return Err(NotScanned::Gone),
                GitError::DiskFull => return Err(NotScanned::DiskFull),
                GitError::NotStarted(why) => {
                    return Err(NotScanned::Failed(format!("git can't be started: {why}; install git")));
                }
                GitError::Failed(words) => return Err(NotScanned::Failed(words)),
                GitError::Broken(words) if tries >= TRIES || is_slow(began) => return Err(NotScanned::Broken(words)),
                GitError::TooMany if tries >= TRIES => {
                    return Err(NotScanned::Broken("GitHub asks for fewer requests".to_owned()));
                }
                GitError::Broken(_) => (FIRST_WAIT, "the connection broke"),
                GitError::TooMany => (FIRST_QUIET, "GitHub asks for fewer requests of git"),
            };
            let (first, why) = wait;
            let until = (self.client.pace().now)() + first * 2u32.pow(tries - 1);
            let what = format!("{owner}/{}: {why}", self.of.name);
            self.client.wait_until(until, &what).map_err(|why| NotScanned::TooLong(why.to_string()))?;
        }
    }
}

/// Contents only where they are asked for.
const FILTER: &str = "--filter=blob:none";

fn failed(why: &std::io::Error) -> NotScanned {
    match why.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => NotScanned::DiskFull,
        _ => NotScanned::Failed(format!("the cache can't be written: {why}")),
    }
}

fn without_token(why: &Failure) -> NotScanned {
    NotScanned::NoToken(why.to_string())
}

/// Branches with their commits, and the names of all tags, sorted, out of what `git ls-remote` prints.
fn references(printed: &str) -> (BTreeMap<String, String>, Vec<String>) {
    let lines = printed.lines().filter_map(|line| line.split_once('\t'));
    let mut heads = BTreeMap::new();
    let mut tags = Vec::new();
    for (id, name) in lines {
        if let Some(branch) = name.strip_prefix("refs/heads/") {
            heads.insert(branch.to_owned(), id.to_owned());
        } else if let Some(tag) = name.strip_prefix("refs/tags/").filter(|it| !it.ends_with("^{}")) {
            tags.push(tag.to_owned());
        }
    }
    tags.sort();
    (heads, tags)
}

#[cfg(test)]
mod tests {
    use super::references;

    #[test]
    fn what_a_server_has() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let printed = format!(
            "{a}\trefs/heads/main\n{b}\trefs/heads/fix/x\n{b}\trefs/tags/v2\n{a}\trefs/tags/v1\n{b}\trefs/tags/v1^{{}}\n"
        );
        let (heads, tags) = references(&printed);
        assert_eq!(heads.into_iter().collect::<Vec<_>>(), [("fix/x".to_owned(), b), ("main".to_owned(), a)]);
        assert_eq!(tags, ["v1", "v2"]);
        assert_eq!(references(""), Default::default());
    }
}
