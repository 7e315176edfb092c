//! Git's object database: commits, their trees, the contents of their files. For repositories without a work tree, and
//! for commits that are not checked out.
//!
//! It may be of a clone that git made in part: an object that isn't there is absent, and is not fetched.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix_hash::{ObjectId, oid};
use gix_index::entry::Mode;
#[cfg(feature = "github")]
use gix_object::Exists as _;
use gix_object::{Find as _, FindHeader as _, Kind};

use super::git::has_special_file;

/// The most memory that one packed object may take.
const MOST_BYTES: usize = 1 << 30;

/// An object database, to be read from any thread.
pub(crate) struct Objects {
    store: Arc<gix_odb::Store>,
}

/// An object database, as one thread reads it.
pub(crate) struct Reader {
    handle: gix_odb::HandleArc,
    hash: gix_hash::Kind,
    /// What is read goes here first: an object may come with its head.
    buffer: Vec<u8>,
}

impl Objects {
    /// Opens the database in this folder, as far as one object needs it; nothing where it can't be opened.
    pub(crate) fn open_for(folder: &Path, hash: gix_hash::Kind, id: &oid) -> Option<Self> {
        let loose = format!("{:02x}", id.as_bytes().first()?);
        let is_sane = !["info", "pack", &loose].iter().any(|name| has_special_file(&folder.join(name)));
        if is_sane { Self::open_unseen(folder, hash) } else { None }
    }

    /// Opens the database in this folder; nothing where it can't be opened.
    pub(crate) fn open(folder: &Path, hash: gix_hash::Kind) -> Option<Self> {
        let is_sane = (0..=u8::MAX).map(|it| format!("{it:02x}")).chain(["info".to_owned(), "pack".to_owned()]);
        if is_sane.into_iter().any(|name| has_special_file(&folder.join(name))) {
            return None;
        }
        Self::open_unseen(folder, hash)
    }

    fn open_unseen(folder: &Path, hash: gix_hash::Kind) -> Option<Self> {
        let options = gix_odb::store::init::Options {
            alloc_limit_bytes: Some(MOST_BYTES),
            // Only to make relative paths absolute, of which there are none here: no working directory is asked for.
            current_dir: Some(folder.to_owned()),
            ..Default::default()
        };
        let store = gix_odb::Store::at_opts(folder.to_owned(), hash, &mut std::iter::empty(), options).ok()?;
        Some(Objects { store: Arc::new(store) })
    }

    pub(crate) fn reader(&self) -> Reader {
        let mut handle = self.store.to_cache_arc();
        // What is absent stays absent: nobody fetches while we read.
        handle.refresh_never();
        Reader { handle, hash: self.store.object_hash(), buffer: Vec::new() }
    }
}

impl Reader {
    /// What the library's own walks read with.
    pub(crate) fn into_handle(self) -> gix_odb::HandleArc {
        self.handle
    }

    /// Whether an object is there.
    #[cfg(feature = "github")]
    pub(crate) fn has(&self, id: &oid) -> bool {
        catch_unwind(AssertUnwindSafe(|| self.handle.exists(id))).unwrap_or(false)
    }

    /// How many bytes an object has; nothing where it isn't there or can't be read.
    pub(crate) fn size(&self, id: &oid) -> Option<u64> {
        let header = catch_unwind(AssertUnwindSafe(|| self.handle.try_header(id).ok().flatten()));
        header.ok().flatten().map(|it| it.size)
    }

    /// Puts an object's bytes into the buffer, in place of what was there, and says what it is; nothing where it isn't
    /// there or can't be read.
    pub(crate) fn read(&mut self, id: &oid, into: &mut Vec<u8>) -> Option<Kind> {
        let Reader { handle, buffer, .. } = self;
        // NOTE: a panic while decoding a foreign pack must not end the scan.
        let read = catch_unwind(AssertUnwindSafe(|| {
            let found = handle.try_find(id, buffer).ok().flatten()?;
            into.clear();
            into.extend_from_slice(found.data);
            Some(found.kind)
        }));
        read.ok().flatten()
    }

    /// When a commit was made: committer's date, UTC, RFC 3339.
    pub(crate) fn committed(&mut self, commit: &oid) -> Option<String> {
        let mut text = Vec::new();
        self.read(commit, &mut text).filter(|it| *it == Kind::Commit)?;
        let seconds = gix_object::CommitRefIter::from_bytes(&text, self.hash).committer().ok()?.seconds();
        jiff::Timestamp::from_second(seconds).ok().map(|it| it.to_string())
    }

    /// The commit that an object is, or that a tag with a message points to.
    pub(crate) fn commit(&mut self, id: &oid) -> Option<ObjectId> {
        let (mut id, mut text) = (id.to_owned(), Vec::new());
        // A tag of a tag of a tag…
        for _ in 0..5 {
            match self.read(&id, &mut text)? {
                Kind::Commit => return Some(id),
                Kind::Tag => id = gix_object::TagRefIter::from_bytes(&text, self.hash).target_id().ok()?,
                Kind::Tree | Kind::Blob => return None,
            }
        }
        None
    }

    /// One of the commits that a commit follows: the first is that of its own branch.
    pub(crate) fn parent(&mut self, commit: &oid, number: usize) -> Option<ObjectId> {
        let mut text = Vec::new();
        self.read(commit, &mut text).filter(|it| *it == Kind::Commit)?;
        gix_object::CommitRefIter::from_bytes(&text, self.hash).parent_ids().nth(number.checked_sub(1)?)
    }

    /// The tree of a commit.
    fn tree(&mut self, commit: &oid) -> Option<ObjectId> {
        let mut text = Vec::new();
        self.read(commit, &mut text).filter(|it| *it == Kind::Commit)?;
        gix_object::CommitRefIter::from_bytes(&text, self.hash).tree_id().ok()
    }

    /// The files of a tree, as an index has them.
    fn index(&self, tree: &oid) -> Option<gix_index::File> {
        // What would not be a path anywhere is refused; what only some systems can't check out is read here all the same.
        let check =
            gix_validate::path::component::Options { protect_windows: false, protect_hfs: false, protect_ntfs: false };
        let state = catch_unwind(AssertUnwindSafe(|| gix_index::State::from_tree(tree, &self.handle, check).ok()));
        Some(gix_index::File::from_state(state.ok().flatten()?, PathBuf::new()))
    }
}

/// The files of a commit. Cheap to clone.
#[derive(Clone)]
pub struct Snapshot {
    objects: Arc<Objects>,
    index: Arc<gix_index::File>,
}

/// What lies at a path of a snapshot.
pub(crate) enum Entry {
    /// A file with this content.
    File(ObjectId),
    /// A symbolic link, or something beyond one.
    Link,
    Nothing,
}

impl Entry {
    /// The content of a file.
    pub(crate) fn file(self) -> Option<ObjectId> {
        match self {
            Entry::File(id) => Some(id),
            Entry::Link | Entry::Nothing => None,
        }
    }
}

impl Snapshot {
    /// The files of a commit.
    ///
    /// # Errors
    /// In words, why there are none.
    pub(crate) fn open(objects: Objects, commit: &oid) -> Result<Self, &'static str> {
        let mut reader = objects.reader();
        let tree = reader.tree(commit).ok_or("the commit is not there, or is damaged")?;
        let index = reader
            .index(&tree)
            .ok_or("a folder of the commit is not there, or is damaged, or has a name that git refuses")?;
        Ok(Snapshot { objects: Arc::new(objects), index: Arc::new(index) })
    }

    pub(crate) fn index(&self) -> &Arc<gix_index::File> {
        &self.index
    }

    pub(crate) fn reader(&self) -> Reader {
        self.objects.reader()
    }

    /// What lies at a path.
    pub(crate) fn entry(&self, path: &str) -> Entry {
        let at = |path: &str| self.index.entry_by_path(path.as_bytes().into());
        match at(path) {
            Some(it) if it.mode == Mode::SYMLINK => Entry::Link,
            Some(it) if it.mode == Mode::FILE || it.mode == Mode::FILE_EXECUTABLE => Entry::File(it.id),
            Some(_) => Entry::Nothing,
            None => {
                let mut folders = path.match_indices('/').map(|(end, _)| &path[..end]);
                let is_beyond = folders.any(|it| at(it).is_some_and(|it| it.mode == Mode::SYMLINK));
                if is_beyond { Entry::Link } else { Entry::Nothing }
            }
        }
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot({} files)", self.index.entries().len())
    }
}
