//! Which files a repository has, and which of them are worth a look: a list by path, before any file is opened.

use std::ops::Range;
#[cfg(windows)]
use std::path::PathBuf;

use gix_hash::ObjectId;
use gix_index::entry::{Flags, Mode};
use rustc_hash::{FxHashMap, FxHashSet};

use super::WalkOptions;
use super::tree::{self, Tree};
use crate::classify::{Contexts, FileKind, Kinds, Reading, kind, kinds, passed_over};
use crate::facts::{Context, Facts, GapReason, Listing};
use crate::repo::index::is_sane;
use crate::repo::{Index, Place, Repo};
use crate::resolve::{Absent, AbsentKind};
use crate::source::Location;

/// A repository, its files listed.
pub(super) struct Listed {
    pub(super) place: Place,
    /// What the list alone says: counts of files of no known kind, gaps.
    pub(super) facts: Facts,
    /// The files of a known kind, folder by folder, but for those that are only read when they are asked for.
    pub(super) candidates: Vec<Candidate>,
    /// The files that are only read when they are asked for.
    pub(super) on_demand: Vec<Candidate>,
    /// What lies at paths that have no file to read.
    pub(super) absent: Vec<Absent>,
    /// The paths of the candidates, one after the other.
    paths: String,
    /// How many texts are shared by several files.
    pub(super) n_shared: u32,
}

/// A file of a known kind.
pub(super) struct Candidate {
    path: Range<u32>,
    pub(super) kind: FileKind,
    /// What the file is besides, where it is looked at for the tables of evidence alone: such a file is counted, and
    /// known to others, as what it is.
    pub(super) aside_of: Option<FileKind>,
    pub(super) context: Context,
    /// What the index knows of the file, if git tracks it.
    pub(super) known: Option<Known>,
}

/// What the index knows of a file.
pub(super) struct Known {
    /// Bytes, as the file was when git last looked.
    pub(super) size: u32,
    /// Last change of the content, likewise: seconds since 1970, and nanoseconds.
    pub(super) modified: (u32, u32),
    /// Which of the texts shared by several files this file has, unless it was changed since.
    pub(super) shared: Option<u32>,
}

impl Listed {
    pub(super) fn path(&self, candidate: &Candidate) -> &str {
        &self.paths[candidate.path.start as usize..candidate.path.end as usize]
    }

    fn push(&mut self, path: &str, kind: FileKind, context: Context, known: Option<Known>) {
        let candidate = Candidate { path: self.add_path(path), kind, aside_of: None, context, known };
        match kind.reading() {
            Reading::Always | Reading::Never => self.candidates.push(candidate),
            Reading::WhenAsked => {
                self.facts.files.seen += 1;
                if kind.is_known() {
                    *self.facts.files.recognised.entry(kind).or_default() += 1;
                }
                self.on_demand.push(candidate);
            }
        }
    }

    /// A file that the tables of evidence ask for besides what it is.
    fn push_aside(&mut self, path: &str, aside: FileKind, of: FileKind, context: Context, known: Option<Known>) {
        let path = self.add_path(path);
        self.candidates.push(Candidate { path, kind: aside, aside_of: Some(of), context, known });
    }

    fn add_path(&mut self, path: &str) -> Range<u32> {
        let start = self.paths.len() as u32;
        self.paths.push_str(path);
        start..self.paths.len() as u32
    }

    /// What lies at a path without a file to read. A name that is no text is named by no source either.
    fn push_absent(&mut self, path: &[u8], kind: AbsentKind) {
        if let Ok(path) = std::str::from_utf8(path) {
            self.absent.push(Absent { path: path.trim_end_matches('/').to_owned(), kind });
        }
    }

    /// Leaves out the files that OpenTofu passes over: they are counted, and not read.
    fn leave_out_passed_over(&mut self) {
        let shadows = |listed: &Listed| {
            let paths = listed.candidates.iter().map(|it| listed.path(it));
            paths.filter_map(passed_over).collect::<FxHashSet<String>>()
        };
        let passed_over = shadows(self);
        if passed_over.is_empty() {
            return;
        }
        let (left_out, kept) = std::mem::take(&mut self.candidates)
            .into_iter()
            .partition(|it| passed_over.contains(&self.paths[it.path.start as usize..it.path.end as usize]));
        self.candidates = kept;
        let left_out: Vec<Candidate> = left_out;
        for it in left_out.into_iter().filter(|it| it.aside_of.is_none()) {
            self.facts.files.seen += 1;
            *self.facts.files.recognised.entry(it.kind).or_default() += 1;
        }
    }

    /// A file whose name is no text: counted under the kind it looks like, and not read.
    fn push_unnamable(&mut self, name: &[u8]) {
        self.facts.files.seen += 1;
        let lossy = String::from_utf8_lossy(name);
        if let Some(kind) = kind(&lossy).filter(|it| it.is_known()) {
            *self.facts.files.recognised.entry(kind).or_default() += 1;
            let at = Location::whole_file(&lossy.as_ref().into());
            self.facts.gap(at, GapReason::NameNotUtf8, "the name is not UTF-8, so the file was not read");
        }
    }
}

/// Lists the files of a repository.
pub(super) fn list(repo: Repo, options: &WalkOptions<'_>) -> Listed {
    let Repo { place, facts, gaps, index } = repo;
    let mut facts = Facts::new(facts);
    facts.gaps = gaps;
    let mut listed = Listed {
        place,
        facts,
        candidates: Vec::new(),
        on_demand: Vec::new(),
        absent: Vec::new(),
        paths: String::new(),
        n_shared: 0,
    };
    match index {
        Index::Tracked(index) => {
            let untracked = match &listed.place {
                Place::Folder(root) if options.untracked => Some(tree::list(root)),
                Place::Folder(_) | Place::Commit(_) => None,
            };
            let listing = if untracked.is_some() { Listing::TrackedAndUntracked } else { Listing::Tracked };
            listed.facts.repo.listing = listing;
            tracked(&mut listed, &index, untracked, options);
        }
        Index::Unlisted(root) => {
            listed.facts.repo.listing = Listing::Walked;
            let tree = tree::list(&root);
            let contexts = Contexts::of(tree.files.iter().filter_map(|path| path.to_str()));
            walked(&mut listed, tree, &contexts, options, |_| false);
        }
    }
    listed.leave_out_passed_over();
    listed
}

/// The files git tracks, and those it doesn't where they are wanted too.
fn tracked(listed: &mut Listed, index: &gix_index::File, untracked: Option<Tree>, options: &WalkOptions<'_>) {
    let backing = index.path_backing();
    let path_of = |entry: &gix_index::Entry| -> &[u8] { entry.path_in(backing) };
    let text_of = |entry| std::str::from_utf8(path_of(entry)).ok();
    let more = untracked.iter().flat_map(|tree| &tree.files).filter_map(|path| path.to_str());
    let contexts = Contexts::of(index.entries().iter().filter_map(text_of).chain(more));

    // Per repository, not across: one repository's index must not decide what is seen in another, and copies from
    // one repository to the next are so few that nothing is lost by it.
    let mut blobs: FxHashMap<(ObjectId, u32), Blob> = FxHashMap::default();
    let mut last_path: &[u8] = b"";
    for entry in index.entries() {
        let path = path_of(entry);
        // A path in conflict has up to three entries, and one file.
        let in_conflict = entry.stage_raw() != 0;
        if in_conflict && path == last_path {
            continue;
        }
        last_path = path;
        if entry.mode == Mode::SYMLINK {
            listed.facts.files.symlinks += 1;
            listed.push_absent(path, AbsentKind::Link);
            continue;
        }
        if entry.mode == Mode::COMMIT {
            listed.facts.files.submodules += 1;
            listed.push_absent(path, AbsentKind::Submodule { commit: Some(entry.id.to_string()) });
            continue;
        }
        if entry.mode == Mode::DIR {
            // A sparse index names a folder in place of the files in it.
            listed.facts.files.not_checked_out += 1;
            listed.push_absent(path, AbsentKind::NotCheckedOut);
            continue;
        }
        let skipped = entry.flags.contains(Flags::SKIP_WORKTREE);
        if skipped {
            listed.push_absent(path, AbsentKind::NotCheckedOut);
        }
        let Ok(path) = std::str::from_utf8(path) else {
            if skipped {
                listed.facts.files.not_checked_out += 1;
            } else {
                listed.push_unnamable(path);
            }
            continue;
        };
        let Some(Kinds { kind, aside }) = kinds(path, options.knowledge) else {
            listed.facts.files.seen += u64::from(!skipped);
            listed.facts.files.not_checked_out += u64::from(skipped);
            continue;
        };
        if skipped && kind.reading() == Reading::WhenAsked {
            listed.facts.files.not_checked_out += 1;
            continue;
        }
        if !is_sane(path) {
            let at = Location::whole_file(&path.into());
            listed.facts.gap(at, GapReason::Unreadable, "a path that git does not allow, so the file was not read");
            continue;
        }
        let stat = entry.stat;
        // An index can't tell whether a file changed within the moment it was written in; of a file that is only
        // meant to be added it has no text.
        let is_certain = !in_conflict
            && !entry.flags.intersects(Flags::SKIP_WORKTREE | Flags::INTENT_TO_ADD)
            && !entry.stat.is_racy(index.timestamp(), PRECISE);
        let mut known = |kind: FileKind, listed: &mut Listed| {
            let can_share = is_certain && kind.reading() == Reading::Always;
            let shared = if can_share { share(&mut blobs, (entry.id, stat.size), listed) } else { None };
            Some(Known { size: stat.size, modified: (stat.mtime.secs, stat.mtime.nsecs), shared })
        };
        let context = contexts.context(path);
        let known_as = known(kind, listed);
        listed.push(path, kind, context, known_as);
        if let Some(aside) = aside {
            let known_as = known(aside, listed);
            listed.push_aside(path, aside, kind, context, known_as);
        }
    }
    if let Some(tree) = untracked {
        // Links that git tracks are counted already, and those it doesn't lead nowhere that counts.
        let tree = Tree { symlinks: Vec::new(), ..tree };
        walked(listed, tree, &contexts, options, |path| index.entry_range(path.as_bytes().into()).is_some());
    }
}

/// Which of the texts shared by several files the next candidate has, if any has the same.
fn share(blobs: &mut FxHashMap<(ObjectId, u32), Blob>, text: (ObjectId, u32), listed: &mut Listed) -> Option<u32> {
    let here = listed.candidates.len();
    let blob = blobs.entry(text).or_insert(Blob::Once(here));
    match *blob {
        Blob::Once(first) if first == here => None,
        Blob::Once(first) => {
            let shared = listed.n_shared;
            listed.n_shared += 1;
            if let Some(known) = &mut listed.candidates[first].known {
                known.shared = Some(shared);
            }
            *blob = Blob::Shared(shared);
            Some(shared)
        }
        Blob::Shared(shared) => Some(shared),
    }
}

/// Where else in a repository a text is.
enum Blob {
    /// Nowhere so far; the candidate that has it.
    Once(usize),
    /// In several files: under this number.
    Shared(u32),
}

const PRECISE: gix_index::entry::stat::Options =
    gix_index::entry::stat::Options { trust_ctime: false, check_stat: true, use_nsec: true, use_stdev: false };

/// The files of a tree, but for those that are counted already.
fn walked(
    listed: &mut Listed,
    tree: Tree,
    contexts: &Contexts,
    options: &WalkOptions<'_>,
    is_counted: impl Fn(&str) -> bool,
) {
    listed.facts.files.symlinks += tree.symlinks.len() as u64;
    for link in tree.symlinks {
        listed.absent.push(Absent { path: crate::repo::slashed(&link), kind: AbsentKind::Link });
    }
    for (folder, why) in tree.unlisted {
        let at = Location::whole_file(&folder.into());
        listed.facts.gap(at, GapReason::Unreadable, format!("the folder could not be listed: {why}"));
    }
    for path in tree.files {
        #[cfg(windows)]
        let path = PathBuf::from(crate::repo::slashed(&path));
        let Some(path) = path.to_str() else {
            listed.push_unnamable(path.as_os_str().as_encoded_bytes());
            continue;
        };
        if is_counted(path) {
            continue;
        }
        let Some(Kinds { kind, aside }) = kinds(path, options.knowledge) else {
            listed.facts.files.seen += 1;
            continue;
        };
        let context = contexts.context(path);
        listed.push(path, kind, context, None);
        if let Some(aside) = aside {
            listed.push_aside(path, aside, kind, context, None);
        }
    }
}
