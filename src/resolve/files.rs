//! The files of one repository, as those see them that answer questions: what there is, what lies at paths without a
//! file, and how one is read. Knows no format.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::classify::{FileKind, Reading};
use crate::facts::{Context, Facts, GapReason};
use crate::source::{Location, SourceFile};

/// A file that may be read to answer a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownFile<'a> {
    /// Repository-relative.
    pub path: &'a str,
    /// What it is.
    pub kind: FileKind,
    /// What its facts are evidence of.
    pub context: Context,
}

/// A path of the repository that has no file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    /// Repository-relative.
    pub path: String,
    /// Why not.
    pub kind: AbsentKind,
}

/// Why a path has no file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AbsentKind {
    /// It is a symbolic link.
    Link,
    /// It is a submodule, at this commit where that is known.
    Submodule {
        /// In hexadecimal.
        commit: Option<String>,
    },
    /// It is in the repository and not in the work tree.
    NotCheckedOut,
}

/// The files of one repository.
pub struct Files<'a> {
    /// Those of a known kind, sorted by path.
    known: Vec<KnownFile<'a>>,
    /// What lies at paths that have no file to read.
    absent: Vec<Absent>,
    read: &'a Read<'a>,
    /// Whether the places in them have the hashes of their lines.
    has_line_hashes: bool,
    /// Those that were read because something asked for them.
    asked_for: RefCell<BTreeSet<String>>,
    /// Why those that were asked for could not be read.
    unread: RefCell<BTreeMap<String, (GapReason, String)>>,
}

/// The bytes of a file at a path; nothing where there is none, else why it can't be read, with words.
pub type Read<'r> = dyn Fn(&str) -> Option<Result<Vec<u8>, (GapReason, String)>> + 'r;

impl<'a> Files<'a> {
    /// The files of a repository and how one is read.
    pub fn new(known: impl IntoIterator<Item = KnownFile<'a>>, read: &'a Read<'a>) -> Self {
        let mut known: Vec<_> = known.into_iter().collect();
        known.sort_unstable();
        Files {
            known,
            absent: Vec::new(),
            read,
            has_line_hashes: true,
            asked_for: RefCell::default(),
            unread: RefCell::default(),
        }
    }

    /// The same, with what is known of paths that have no file to read.
    pub fn with_absent(self, mut absent: Vec<Absent>) -> Self {
        absent.sort_by(|a, b| a.path.cmp(&b.path));
        Files { absent, ..self }
    }

    /// The same, [with or without the hashes of lines](SourceFile::with_line_hashes) in their places.
    pub fn with_line_hashes(self, has_line_hashes: bool) -> Self {
        Files { has_line_hashes, ..self }
    }

    /// All files of a known kind.
    pub fn known(&self) -> impl Iterator<Item = KnownFile<'a>> {
        self.known.iter().copied()
    }

    /// What lies at a path that has no file to read.
    pub(super) fn absent_at(&self, path: &str) -> Option<&Absent> {
        self.absent.binary_search_by(|it| it.path.as_str().cmp(path)).ok().map(|at| &self.absent[at])
    }

    /// What has no file to read among the folders that lead to a path, at it, and below it.
    pub(super) fn absent_around(&self, path: &str) -> impl Iterator<Item = &Absent> {
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        let above = ends.filter_map(|end| self.absent_at(&path[..end])).collect::<Vec<_>>();
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let start = self.absent.partition_point(|it| it.path < prefix);
        let below = self.absent[start..].iter().take_while(move |it| it.path.starts_with(&prefix));
        above.into_iter().chain(below)
    }

    /// The files in a folder (`""` is the root), those in folders below it left out.
    pub(super) fn in_folder(&self, folder: &str) -> impl Iterator<Item = KnownFile<'a>> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let start = self.known.partition_point(|it| it.path < prefix.as_str());
        let below = self.known[start..].iter().take_while({
            let prefix = prefix.clone();
            move |it| it.path.starts_with(&prefix)
        });
        below.filter(move |it| !it.path[prefix.len()..].contains('/')).copied()
    }

    /// The file at a path, if its kind is known.
    pub fn at(&self, path: &str) -> Option<KnownFile<'a>> {
        let at = self.known.binary_search_by(|it| it.path.cmp(path)).ok()?;
        Some(self.known[at])
    }

    /// Whether files of known kinds lie in this folder (`""` is the root) or below it.
    pub(super) fn has_folder(&self, folder: &str) -> bool {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let start = self.known.partition_point(|it| it.path < prefix.as_str());
        self.known.get(start).is_some_and(|it| it.path.starts_with(&prefix))
    }

    /// Reads a file as text and hands it on; nothing where it can't be read or is no text.
    pub fn with<T>(&self, file: KnownFile<'_>, then: impl FnOnce(&SourceFile<'_>) -> T) -> Option<T> {
        // What is wrong with a file that is always read was told then.
        let is_asked_for = file.kind.reading() != Reading::Always;
        let not_read = |why: (GapReason, String)| {
            if is_asked_for {
                self.unread.borrow_mut().insert(file.path.to_owned(), why);
            }
        };
        let bytes = (self.read)(file.path)?.map_err(not_read).ok()?;
        if is_asked_for {
            self.asked_for.borrow_mut().insert(file.path.to_owned());
        }
        let source = SourceFile::new(Arc::from(file.path), file.kind, file.context, &bytes);
        let source = source.map_err(|reason| not_read((reason, String::new()))).ok()?;
        Some(then(&source.with_line_hashes(self.has_line_hashes)))
    }

    /// The text of a file of any kind, known or not; nothing where it can't be read or is no text.
    pub(super) fn text_of(&self, path: &str) -> Option<String> {
        String::from_utf8((self.read)(path)?.ok()?).ok()
    }

    /// Adds which files were read that are read only where something asks for them, and which of them could not be.
    pub(super) fn tell(&self, facts: &mut Facts) {
        facts.files.read += self.asked_for.borrow().len() as u64;
        for (path, (reason, detail)) in &*self.unread.borrow() {
            facts.gap(Location::whole_file(&path.as_str().into()), *reason, detail.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Files, KnownFile};
    use crate::classify::FileKind;
    use crate::facts::Context;

    #[test]
    fn files_of_a_folder() {
        let paths = ["a.tf", "a/b.tf", "a/b/c.tf", "a/c.tf", "a-b/x.tf", "b.tf"];
        let known = paths.map(|path| KnownFile { path, kind: FileKind::Terraform, context: Context::Production });
        let files = Files::new(known, &|_| None);
        let told = |folder: &str| files.in_folder(folder).map(|it| it.path).collect::<Vec<_>>();
        assert_eq!(told(""), ["a.tf", "b.tf"]);
        assert_eq!(told("a"), ["a/b.tf", "a/c.tf"]);
        assert_eq!(told("a/b"), ["a/b/c.tf"]);
        assert!(told("absent").is_empty());
        assert_eq!(files.at("a/c.tf").map(|it| it.path), Some("a/c.tf"));
        assert!(files.at("a").is_none() && files.at("a/x.tf").is_none());
        assert!(["", "a", "a/b", "a-b"].into_iter().all(|it| files.has_folder(it)));
        assert!(!files.has_folder("absent") && !files.has_folder("b.tf") && !files.has_folder("a/b/c.tf"));
        assert_eq!(files.at("a/c.tf").map(|it| it.path), Some("a/c.tf"));
        assert!(files.at("a").is_none() && files.at("a/x.tf").is_none());
        assert!(["", "a", "a/b", "a-b"].into_iter().all(|it| files.has_folder(it)));
        assert!(!files.has_folder("absent") && !files.has_folder("b.tf") && !files.has_folder("a/b/c.tf"));
    }
}
