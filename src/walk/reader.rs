//! Reads the files of a repository, wherever they are: in a folder, or among git's objects.

use super::files::{Problem, Root, Stat, Wanted};
use super::list::Known;
use crate::repo::Place;
use crate::repo::objects::{self, Entry, Snapshot};

/// The files of a repository, as one thread reads them.
pub(super) enum Reader {
    Folder(Root),
    Commit(Snapshot, Box<objects::Reader>),
}

/// What is known of a text that was read.
pub(super) enum Read {
    /// This, if it was looked at.
    Stat(Option<Stat>),
    /// It is the one that git knows.
    AsKnown,
}

impl Reader {
    pub(super) fn open(place: &Place) -> Result<Self, Problem> {
        match place {
            Place::Folder(root) => Root::open(root).map(Reader::Folder),
            Place::Commit(snapshot) => Ok(Reader::Commit(snapshot.clone(), Box::new(snapshot.reader()))),
        }
    }

    /// Reads a file into the buffer, in place of what was there.
    pub(super) fn read(&mut self, path: &str, wanted: Wanted, buffer: &mut Vec<u8>) -> Result<Read, Problem> {
        match self {
            Reader::Folder(root) => root.read(path, wanted, buffer).map(Read::Stat),
            Reader::Commit(snapshot, reader) => {
                buffer.clear();
                let id = file(snapshot, path)?;
                let size = reader.size(&id).ok_or(Problem::NotFetched)?;
                if size > wanted.limit {
                    return Err(Problem::TooLarge(size));
                }
                reader.read(&id, buffer).ok_or(Problem::NotFetched)?;
                Ok(Read::AsKnown)
            }
        }
    }

    /// Looks at a file without opening it.
    pub(super) fn look(&mut self, path: &str) -> Result<(), Problem> {
        match self {
            Reader::Folder(root) => root.stat(path).map(|_| ()),
            Reader::Commit(snapshot, _) => file(snapshot, path).map(|_| ()),
        }
    }

    /// Whether a file is still the one the index knows.
    pub(super) fn is_unchanged(&mut self, path: &str, known: &Known) -> bool {
        match self {
            Reader::Folder(root) => root.stat(path).is_ok_and(|stat| is_as_known(known, stat)),
            Reader::Commit(..) => true,
        }
    }
}

impl Read {
    /// Whether a text of so many bytes is the one that the index knows.
    pub(super) fn is_known_text(&self, known: &Known, size: usize) -> bool {
        match *self {
            Read::Stat(stat) => stat.is_some_and(|stat| is_as_known(known, stat) && stat.size == size as u64),
            Read::AsKnown => true,
        }
    }
}

fn file(snapshot: &Snapshot, path: &str) -> Result<gix_hash::ObjectId, Problem> {
    match snapshot.entry(path) {
        Entry::File(id) => Ok(id),
        Entry::Link => Err(Problem::Symlink),
        Entry::Nothing => Err(Problem::Missing),
    }
}

fn is_as_known(known: &Known, now: Stat) -> bool {
    u64::from(known.size) == now.size
        && i64::from(known.modified.0) == now.modified.0
        && known.modified.1 == now.modified.1
}
