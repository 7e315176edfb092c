//! What one file alone does not say: values that other files of the same repository decide.
//!
//! Extraction reads each file alone and notes what it leaves open as [`Questions`]. Where a repository has any, the
//! files that may answer are read here, and no others: most repositories leave nothing open, and most scripts answer
//! nothing. Pure: files come through [`Files`].

mod bake;
mod build_arguments;
mod build_commands;
mod compose;
mod fetch_commands;
mod fetched;
mod options;
mod runs;
mod scripts;
mod suppliers;
mod terraform;
mod terragrunt;
mod values;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::suppliers::Wanted;
use crate::classify::FileKind;
use crate::facts::{Context, Facts};
use crate::source::SourceFile;

/// How many values one value may go through.
const MAX_CHAIN: usize = 32;
/// How many expressions the values may be made of that are looked up in one folder, or for one unit.
const MAX_SIZE: usize = 200_000;
/// How many places are told that have a say in one use.
const MAX_PLACES: usize = 32;

/// What the files of a repository leave open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Questions {
    /// Folders with calls of Terraform modules that more than one file has a say in.
    terraform: BTreeSet<String>,
    /// Files of Terragrunt that take values from others, or include them.
    terragrunt: BTreeSet<String>,
    /// Dockerfiles with a FROM that a build argument has a say in.
    dockerfiles: BTreeSet<String>,
}

impl Questions {
    /// Asks for the module calls of a folder.
    pub(crate) fn ask_terraform(&mut self, folder: &str) {
        if !self.terraform.contains(folder) {
            self.terraform.insert(folder.to_owned());
        }
    }

    /// Asks for what a unit or stack of Terragrunt uses.
    pub(crate) fn ask_terragrunt(&mut self, path: &str) {
        self.terragrunt.insert(path.to_owned());
    }

    /// Asks for the images that builds give a Dockerfile.
    pub(crate) fn ask_dockerfile(&mut self, path: &str) {
        self.dockerfiles.insert(path.to_owned());
    }

    /// Whether nothing is open.
    pub fn is_empty(&self) -> bool {
        let Questions { terraform, terragrunt, dockerfiles } = self;
        terraform.is_empty() && terragrunt.is_empty() && dockerfiles.is_empty()
    }

    /// Adds what another thread asked of the same repository.
    pub fn merge(&mut self, other: Questions) {
        let Questions { terraform, terragrunt, dockerfiles } = other;
        self.terraform.extend(terraform);
        self.terragrunt.extend(terragrunt);
        self.dockerfiles.extend(dockerfiles);
    }
}

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
    /// The bytes of one of them; nothing where it can't be read.
    read: &'a dyn Fn(&str) -> Option<Vec<u8>>,
}

impl<'a> Files<'a> {
    /// The files of a repository and how one is read.
    pub fn new(known: impl IntoIterator<Item = KnownFile<'a>>, read: &'a dyn Fn(&str) -> Option<Vec<u8>>) -> Self {
        let mut known: Vec<_> = known.into_iter().collect();
        known.sort_unstable();
        Files { known, absent: Vec::new(), read }
    }

    /// The same, with what is known of paths that have no file to read.
    pub fn with_absent(self, mut absent: Vec<Absent>) -> Self {
        absent.sort_by(|a, b| a.path.cmp(&b.path));
        Files { absent, ..self }
    }

    /// The file at a path, if its kind is known.
    fn at(&self, path: &str) -> Option<KnownFile<'a>> {
        self.known.binary_search_by(|it| it.path.cmp(path)).ok().map(|at| self.known[at])
    }

    /// All files of a known kind.
    fn known(&self) -> impl Iterator<Item = KnownFile<'a>> {
        self.known.iter().copied()
    }

    /// What lies at a path that has no file to read.
    fn absent_at(&self, path: &str) -> Option<&Absent> {
        self.absent.binary_search_by(|it| it.path.as_str().cmp(path)).ok().map(|at| &self.absent[at])
    }

    /// What has no file to read among the folders that lead to a path, at it, and below it.
    fn absent_around(&self, path: &str) -> impl Iterator<Item = &Absent> {
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        let above = ends.filter_map(|end| self.absent_at(&path[..end])).collect::<Vec<_>>();
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let start = self.absent.partition_point(|it| it.path < prefix);
        let below = self.absent[start..].iter().take_while(move |it| it.path.starts_with(&prefix));
        above.into_iter().chain(below)
    }

    /// The files in a folder (`""` is the root), those in folders below it left out.
    fn in_folder(&self, folder: &str) -> impl Iterator<Item = KnownFile<'a>> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let start = self.known.partition_point(|it| it.path < prefix.as_str());
        let below = self.known[start..].iter().take_while({
            let prefix = prefix.clone();
            move |it| it.path.starts_with(&prefix)
        });
        below.filter(move |it| !it.path[prefix.len()..].contains('/')).copied()
    }

    /// Whether files of known kinds lie in this folder (`""` is the root) or below it.
    fn has_folder(&self, folder: &str) -> bool {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let start = self.known.partition_point(|it| it.path < prefix.as_str());
        self.known.get(start).is_some_and(|it| it.path.starts_with(&prefix))
    }

    /// Reads a file as text and hands it on; nothing where it can't be read or is no text.
    fn with<T>(&self, file: KnownFile<'_>, then: impl FnOnce(&SourceFile<'_>) -> T) -> Option<T> {
        let bytes = (self.read)(file.path)?;
        let source = SourceFile::new(Arc::from(file.path), file.kind, file.context, &bytes).ok()?;
        Some(then(&source))
    }
}

/// What is told of the places that have a say in a use: the first of them, and whether there are more.
fn via<'p>(places: impl ExactSizeIterator<Item = &'p str>) -> Option<String> {
    let more = if places.len() > MAX_PLACES { " and more" } else { "" };
    let told = places.take(MAX_PLACES).collect::<Vec<_>>().join(", ");
    (!told.is_empty()).then(|| told + more)
}

/// Leaves out places that are not told: of every value only the first are kept, and one more to know that there are more.
fn leave_out_places(places: &mut BTreeSet<String>) {
    while places.len() > MAX_PLACES + 1 {
        places.pop_last();
    }
}

/// Answers what can be answered, and adds it to the facts.
pub fn resolve(facts: &mut Facts, questions: &Questions, files: &Files<'_>) {
    let Questions { terraform, terragrunt, dockerfiles } = questions;
    if !terraform.is_empty() {
        terraform::resolve(terraform, facts, files);
    }
    if !terragrunt.is_empty() {
        terragrunt::resolve(terragrunt, facts, files);
    }
    let absent = fetched::absent(facts, files);
    if absent.is_empty() && dockerfiles.is_empty() {
        return;
    }
    let wanted = Wanted { fetches: !absent.is_empty(), builds: !dockerfiles.is_empty() };
    let suppliers = suppliers::read(files, facts.repo.identity.as_ref(), wanted);
    fetched::resolve(&absent, &suppliers, facts, files);
    if !dockerfiles.is_empty() {
        build_arguments::resolve(dockerfiles, &suppliers, facts, files);
    }
}

/// Whether facts hold sources in the repository of which only its other files tell whether they are there.
pub fn has_local(facts: &Facts) -> bool {
    fetched::has_local(facts)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Files, KnownFile, MAX_PLACES, leave_out_places, via};
    use crate::classify::FileKind;
    use crate::facts::Context;

    #[test]
    fn places_that_have_a_say() {
        let told = |n: usize| {
            let mut places: BTreeSet<String> = (0..n).map(|it| format!("{it:04}")).collect();
            leave_out_places(&mut places);
            via(places.iter().map(String::as_str))
        };
        assert_eq!(told(0), None);
        assert_eq!(told(2).as_deref(), Some("0000, 0001"));
        assert!(told(MAX_PLACES).is_some_and(|it| it.ends_with("0030, 0031")));
        assert!(told(MAX_PLACES + 1).is_some_and(|it| it.ends_with("0030, 0031 and more")));
        assert_eq!(told(MAX_PLACES + 1), told(1000));
    }

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
    }
}
