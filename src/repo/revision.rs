//! Repositories as of a commit, read out of git's object database.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use gix_hash::ObjectId;

use super::objects::{Objects, Snapshot};
use super::{Index, Place, Repo, git};
use crate::facts::{Listing, RepoFacts};

/// The repository whose objects lie in a folder, as of the commit that `facts` name. The date of the commit is read too.
///
/// # Errors
/// In words, why there are no files: the commit or one of its folders isn't there, or is damaged.
pub fn of_commit(objects: &Path, mut facts: RepoFacts) -> Result<Repo, &'static str> {
    let (snapshot, commit) = snapshot(objects, facts.commit.as_deref())?;
    facts.committed = snapshot.reader().committed(&commit);
    let index = Index::Tracked(snapshot.index().clone());
    Ok(Repo { place: Place::Commit(snapshot), facts, gaps: Vec::new(), index })
}

/// The files of a commit in the object database of a folder.
///
/// # Errors
/// In words, why there are none.
pub fn place_of_commit(objects: &Path, commit: &str) -> Result<Place, &'static str> {
    snapshot(objects, Some(commit)).map(|(snapshot, _)| Place::Commit(snapshot))
}

fn snapshot(objects: &Path, commit: Option<&str>) -> Result<(Snapshot, ObjectId), &'static str> {
    let commit = commit.ok_or("the repository has no commit")?;
    let id = ObjectId::from_hex(commit.as_bytes()).map_err(|_| "the commit has no id")?;
    let objects = Objects::open(objects, id.kind()).ok_or("the object database can't be read")?;
    Ok((Snapshot::open(objects, &id)?, id))
}

/// The repository of this work tree as it was where its HEAD parted from another revision: a full id of a commit, or a
/// branch or tag, of `origin` too, with steps back from it as `~2` and `^1`.
///
/// # Errors
/// Where the folder is no repository, the revision isn't known in it, or its history doesn't reach back far enough.
pub fn at_revision(root: &Path, revision: &str) -> anyhow::Result<Repo> {
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    let shown = root.display();
    let read = git::read(&root);
    if read.commit.is_none() {
        bail!("{shown}: there is no repository, or nothing was committed yet; name the folder of a work tree");
    }
    let git::Git { hash, identity, branch: _, commit, tags, shallow, .. } = &read;
    let head = commit.as_deref().and_then(|it| ObjectId::from_hex(it.as_bytes()).ok());
    let head = head.ok_or_else(|| anyhow!("{shown}: HEAD is no commit"))?;
    let objects =
        Objects::open(&read.objects, *hash).ok_or_else(|| anyhow!("{shown}: the object database can't be read"))?;
    let peel = |id: &str| Some(objects.reader().commit(&ObjectId::from_hex(id.as_bytes()).ok()?)?.to_string());
    let (name, steps) = steps(revision);
    let base = git::resolve(&root, name, peel).and_then(|it| ObjectId::from_hex(it.as_bytes()).ok());
    let base = base.and_then(|base| back(&objects, base, steps?));
    let base = base.with_context(|| {
        format!(
            "{shown}: there is no commit, branch or tag {revision:?} here; fetch it first (git fetch origin {revision})"
        )
    })?;
    let parted = merge_base(&objects, head, base).with_context(|| {
        let more = if *shallow {
            "; the clone has not all history: fetch more of it (with actions/checkout: fetch-depth: 0)"
        } else {
            ""
        };
        format!("{shown}: HEAD and {revision} have no commit in common{more}")
    })?;
    let facts = RepoFacts {
        identity: identity.clone(),
        folder: root.file_name().map_or_else(|| ".".to_owned(), |it| it.to_string_lossy().into_owned()),
        commit: Some(parted.to_string()),
        branch: None,
        committed: None,
        tags: tags.clone(),
        shallow: *shallow,
        listing: Listing::Tracked,
    };
    of_commit(&read.objects, facts).map_err(|why| anyhow!("{shown}: the files at {parted} can't be read: {why}"))
}

/// A revision's name, and the steps back from it that follow: to which parent, from one on. Nothing where they can't be read.
fn steps(revision: &str) -> (&str, Option<Vec<usize>>) {
    let end = revision.find(['~', '^']).unwrap_or(revision.len());
    let (name, mut rest) = revision.split_at(end);
    let mut steps = Vec::new();
    while let Some(sign) = rest.chars().next() {
        let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
        let number = &rest[1..=digits];
        let Ok(number) = (if number.is_empty() { "1" } else { number }).parse::<usize>() else { return (name, None) };
        match sign {
            // `~2` is the parent of the parent, `^2` the second parent.
            '~' if number <= MOST_STEPS => steps.extend(std::iter::repeat_n(1, number)),
            '^' if number > 0 => steps.push(number),
            _ => return (name, None),
        }
        rest = &rest[1 + digits..];
    }
    (name, Some(steps))
}

/// More steps back than anybody means.
const MOST_STEPS: usize = 10_000;

/// The commit that steps back from one lead to.
fn back(objects: &Objects, from: ObjectId, steps: Vec<usize>) -> Option<ObjectId> {
    let mut reader = objects.reader();
    steps.into_iter().try_fold(from, |commit, parent| reader.parent(&commit, parent))
}

/// The newest commit that two histories have in common, as git tells it.
fn merge_base(objects: &Objects, a: ObjectId, b: ObjectId) -> Option<ObjectId> {
    // NOTE: a panic while decoding foreign packs must not end the program without a word.
    let bases = catch_unwind(AssertUnwindSafe(|| {
        let mut graph = gix_revision::Graph::new(objects.reader().into_handle(), None);
        gix_revision::merge_base(a, &[b], &mut graph).ok().flatten()
    }));
    bases.ok().flatten().map(|it| *it.first())
}
