//! What the scripts, makefiles and pipelines of a repository fetch and build. They are read once, and only where
//! something asks.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::build_commands::{Build, Push, builds, pushes};
use super::fetch_commands::{Fetch, fetches};
use super::runs::runs_by_folder;
use super::scripts::actions::within_checkout;
use super::scripts::{Pieces, runs_programs, with_pieces};
use super::{Files, KnownFile};
use crate::classify::FileKind;
use crate::facts::{Context, Identity};

/// What was found, with where.
#[derive(Default)]
pub(super) struct Suppliers {
    /// What is brought into folders.
    pub(super) fetches: Vec<Supplied<Fetch>>,
    /// Which images are built.
    pub(super) builds: Vec<Supplied<Build>>,
    /// Which images are brought to a registry.
    pub(super) pushes: Vec<Supplied<Push>>,
}

/// Something that a file of the repository does.
pub(super) struct Supplied<T> {
    /// `path:line`.
    pub(super) place: String,
    /// What the file is evidence of.
    pub(super) context: Context,
    /// What it does.
    pub(super) what: T,
}

/// Words of which a file that fetches something by a command has one; sorted.
const FETCHES: &[&str] =
    &["--remote", "clone", "curl", "from-module", "release download", "submodule", "subtree", "wget"];

/// The word that a file has that gives build arguments.
const BUILDS: &str = "build-arg";

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    /// What is brought into folders.
    pub(super) fetches: bool,
    /// Which images are built with arguments.
    pub(super) builds: bool,
    /// Which images are built, and what they are called.
    pub(super) images: bool,
}

/// Words of which a file that makes an image has one; sorted.
const MAKES: &[&str] = &[
    "/executor",
    "Docker@",
    "acr build",
    "buildah",
    "buildx",
    "docker build",
    "docker image build",
    "docker/build-push-action",
    "finch build",
    "nerdctl build",
    "podman build",
];

/// What finds these words.
static FETCHING: LazyLock<Vec<Finder<'_>>> = LazyLock::new(|| FETCHES.iter().map(Finder::new).collect());
static MAKING: LazyLock<Vec<Finder<'_>>> = LazyLock::new(|| MAKES.iter().map(Finder::new).collect());
static BUILDING: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(BUILDS));

/// Reads the files that run programs. `identity` is the repository's own.
pub(super) fn read(files: &Files<'_>, identity: Option<&Identity>, wanted: Wanted) -> Suppliers {
    let mut found = Suppliers::default();
    for file in files.known().filter(|it| runs_programs(it.kind)) {
        files.with(file, |source| {
            let has = |word: &Finder<'_>| word.find(source.text().as_bytes()).is_some();
            let may_fetch =
                || FETCHING.iter().any(has) || own_step(file.kind).is_some_and(|word| source.text().contains(word));
            let may_make = || wanted.builds && has(&BUILDING) || wanted.images && MAKING.iter().any(has);
            if wanted.fetches && may_fetch() || may_make() {
                with_pieces(source, identity, |pieces| found.add(file, source.folder(), pieces));
            }
        });
    }
    found
}

/// The word that steps have which fetch something without a command.
fn own_step(kind: FileKind) -> Option<&'static str> {
    const STEPS: &[(FileKind, &str)] = &[
        (FileKind::AzurePipeline, "checkout:"),
        (FileKind::ForgejoWorkflow, "repository:"),
        (FileKind::GithubAction, "repository:"),
        (FileKind::GithubWorkflow, "repository:"),
        // `git url: …`, `checkout scm: …`: every file may have one.
        (FileKind::JenkinsPipeline, ""),
    ];
    STEPS.iter().find(|(it, _)| *it == kind).map(|(_, word)| *word)
}

impl Suppliers {
    fn add(&mut self, file: KnownFile<'_>, own: &str, pieces: Pieces<'_>) {
        // What a script does in each folder that it may run in, and a matrix for each of its entries, is often one.
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut is_new = |what: String| seen.insert(what);
        let place = |line: u32| format!("{}:{line}", file.path);
        for script in &pieces.scripts {
            for runs in runs_by_folder(script, own) {
                for mut what in fetches(&runs) {
                    what.folder = within_checkout(&what.folder, &script.checkout);
                    if is_new(format!("{what:?}")) {
                        self.fetches.push(Supplied { place: place(what.line), context: file.context, what });
                    }
                }
                for mut what in builds(&runs) {
                    what.context = within_checkout(&what.context, &script.checkout);
                    what.dockerfile = what.dockerfile.map(|it| within_checkout(&it, &script.checkout));
                    if is_new(format!("{what:?}")) {
                        self.builds.push(Supplied { place: place(what.line), context: file.context, what });
                    }
                }
                for what in pushes(&runs) {
                    if is_new(format!("{what:?}")) {
                        self.pushes.push(Supplied { place: place(what.line), context: file.context, what });
                    }
                }
            }
        }
        for what in pieces.pushes {
            if is_new(format!("{what:?}")) {
                self.pushes.push(Supplied { place: place(what.line), context: file.context, what });
            }
        }
        for what in pieces.fetches {
            if is_new(format!("{what:?}")) {
                self.fetches.push(Supplied { place: place(what.line), context: file.context, what });
            }
        }
        for what in pieces.builds {
            if is_new(format!("{what:?}")) {
                self.builds.push(Supplied { place: place(what.line), context: file.context, what });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted() {
        assert!(super::FETCHES.is_sorted());
        assert!(super::MAKES.is_sorted());
    }
}
