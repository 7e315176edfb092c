//! What one file alone does not say: values that other files of the same repository decide.
//!
//! Extraction reads each file alone and notes what it leaves open as [`Questions`]. Where a repository has any, the
//! files that may answer are read here, and no others: most repositories leave nothing open, and most scripts answer
//! nothing. Pure: files come through [`Files`].

mod bake;
mod bicep;
mod build_arguments;
mod build_commands;
mod compose;
mod constructs;
mod definitions;
mod fetch_commands;
mod fetched;
mod files;
mod memo;
mod options;
mod runs;
mod scripts;
mod suppliers;
mod targets;
mod terraform;
mod terragrunt;
pub(crate) mod values;

use std::collections::BTreeSet;

pub use self::files::{Absent, AbsentKind, Files, KnownFile, Read};
use self::suppliers::Wanted;
use crate::classify::FileKind;
use crate::facts::Facts;

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
    /// Files of the repository that pipelines include, and of which kind they are then.
    includes: BTreeSet<(String, FileKind)>,
    /// What is named as an object of a cluster, and which files define such objects.
    definitions: definitions::Definitions,
    /// Whether modules of Bicep are named by aliases.
    bicep: bool,
    /// Folders with an application of the CDK.
    constructs: BTreeSet<String>,
    /// Whether there are pipelines of which other files, or the remote, say more.
    pipelines: bool,
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

    /// Asks for a file that a pipeline includes, by its path from the repository's root.
    pub(crate) fn ask_include(&mut self, path: &str, kind: FileKind) {
        self.includes.insert((path.to_owned(), kind));
    }

    /// Asks for what aliases of modules of Bicep stand for.
    pub(crate) fn ask_bicep(&mut self) {
        self.bicep = true;
    }

    /// Asks for the libraries of constructs that the package in a folder depends on.
    pub(crate) fn ask_constructs(&mut self, folder: &str) {
        self.constructs.insert(folder.to_owned());
    }

    /// Notes that a file defines an object that others may name, as `task/build`.
    pub(crate) fn define(&mut self, name: &str, path: &str) {
        self.definitions.define(name, path);
    }

    /// Asks which file defines the objects that pipelines name.
    pub(crate) fn ask_definitions(&mut self) {
        self.definitions.is_asked = true;
    }

    /// Asks for what the other files and the remote of a repository say of its pipelines.
    pub(crate) fn ask_pipelines(&mut self) {
        self.pipelines = true;
    }

    /// The files that pipelines include.
    pub fn includes(&self) -> impl Iterator<Item = (String, FileKind)> {
        self.includes.iter().cloned()
    }

    /// Whether nothing is open.
    pub fn is_empty(&self) -> bool {
        let Questions { terraform, terragrunt, dockerfiles, includes, definitions, bicep, constructs, pipelines } =
            self;
        terraform.is_empty()
            && terragrunt.is_empty()
            && dockerfiles.is_empty()
            && includes.is_empty()
            && !definitions.is_asked
            && !bicep
            && constructs.is_empty()
            && !pipelines
    }

    /// Adds what another thread asked of the same repository.
    pub fn merge(&mut self, other: Questions) {
        let Questions { terraform, terragrunt, dockerfiles, includes, definitions, bicep, constructs, pipelines } =
            other;
        self.terraform.extend(terraform);
        self.terragrunt.extend(terragrunt);
        self.dockerfiles.extend(dockerfiles);
        self.includes.extend(includes);
        self.definitions.merge(definitions);
        self.bicep |= bicep;
        self.constructs.extend(constructs);
        self.pipelines |= pipelines;
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
    answer(facts, questions, files);
    files.tell(facts);
}

fn answer(facts: &mut Facts, questions: &Questions, files: &Files<'_>) {
    let Questions { terraform, terragrunt, dockerfiles, includes: _, definitions, bicep, constructs, pipelines: _ } =
        questions;
    if targets::has_any(facts) {
        targets::resolve(facts, files);
    }
    if definitions.is_asked {
        definitions::resolve(definitions, facts);
    }
    if *bicep {
        bicep::resolve(facts, files);
    }
    constructs::resolve(constructs, facts, files);
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

/// Whether facts hold what only other files of the repository tell more of: sources in it that may not be there,
/// targets that pipelines run.
pub fn leaves_open(facts: &Facts) -> bool {
    fetched::has_local(facts) || targets::has_any(facts)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{MAX_PLACES, leave_out_places, via};

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
}
