//! Files that run programs → the pieces of shell in them, and the steps that fetch or build by themselves.

pub(super) mod actions;
mod azure;
mod groovy;
pub(super) mod make;
mod pipelines;

use std::sync::LazyLock;

use super::build_commands::{Build, Push};
use super::fetch_commands::Fetch;
use super::runs::Script;
use super::values::{ROOT, Variables};
use crate::classify::FileKind;
use crate::facts::Identity;
use crate::source::SourceFile;

/// What one file runs.
#[derive(Default)]
pub(super) struct Pieces<'t> {
    /// Pieces of shell.
    pub(super) scripts: Vec<Script<'t>>,
    /// Steps that bring something into a folder.
    pub(super) fetches: Vec<Fetch>,
    /// Steps that build an image.
    pub(super) builds: Vec<Build>,
    /// Steps that bring an image to a registry.
    pub(super) pushes: Vec<Push>,
    /// How many bytes the scripts have that were asked to be added.
    bytes: usize,
}

/// No file that people write has more scripts, or more text in them: what a matrix multiplies is cut off there.
const MAX_SCRIPTS: usize = 4_000;
const MAX_BYTES: usize = 4 << 20;

impl<'t> Pieces<'t> {
    /// Adds a script, within limits.
    fn add(&mut self, script: Script<'t>) {
        self.bytes += script.text.len();
        if self.scripts.len() < MAX_SCRIPTS && self.bytes <= MAX_BYTES {
            self.scripts.push(script);
        }
    }
}

/// How the programs are read that a file runs.
#[derive(Clone, Copy)]
enum Reader {
    Actions,
    Jenkinsfile,
    Justfile,
    Makefile,
    Pipeline,
    Shell,
    Taskfile,
}

impl Reader {
    /// How files of a kind are read; nothing where they run no programs, as far as we can read them.
    fn of(kind: FileKind) -> Option<Self> {
        match kind {
            FileKind::ForgejoWorkflow | FileKind::GithubAction | FileKind::GithubWorkflow => Some(Reader::Actions),
            FileKind::JenkinsPipeline => Some(Reader::Jenkinsfile),
            FileKind::Justfile => Some(Reader::Justfile),
            FileKind::Makefile => Some(Reader::Makefile),
            FileKind::ShellScript => Some(Reader::Shell),
            FileKind::Taskfile => Some(Reader::Taskfile),
            FileKind::AppveyorPipeline
            | FileKind::AzurePipeline
            | FileKind::BitbucketPipeline
            | FileKind::BuildkitePipeline
            | FileKind::CircleciPipeline
            | FileKind::DronePipeline
            | FileKind::GitlabPipeline
            | FileKind::TravisPipeline
            | FileKind::WoodpeckerPipeline => Some(Reader::Pipeline),
            _ => None,
        }
    }
}

/// Whether files of this kind run programs, as far as we can read them.
pub(super) fn runs_programs(kind: FileKind) -> bool {
    Reader::of(kind).is_some()
}

/// What a file runs, and hands it on. `identity` is the repository's own.
pub(super) fn with_pieces(file: &SourceFile<'_>, identity: Option<&Identity>, then: impl FnOnce(Pieces<'_>)) {
    let Some(reader) = Reader::of(file.kind()) else { return };
    match reader {
        Reader::Actions => then(actions::read(file, identity)),
        Reader::Jenkinsfile => then(groovy::jenkinsfile(file)),
        Reader::Justfile => then(of_scripts(make::justfile(file))),
        Reader::Makefile => then(of_scripts(make::makefile(file))),
        Reader::Pipeline => then(pipelines::read(file, identity)),
        Reader::Shell => {
            let folders = places(file.folder());
            then(of_scripts(vec![script(file.text(), 1, folders, with_roots(&[]))]));
        }
        Reader::Taskfile => then(of_scripts(pipelines::taskfile(file))),
    }
}

/// Tells the scripts that a file holds which is no pipeline in YAML: each with the line of the file that it begins at.
pub(crate) fn recipes(file: &SourceFile<'_>, then: &mut dyn FnMut(&str, u32)) {
    let scripts = match file.kind() {
        FileKind::GroovyFile | FileKind::JenkinsLibrary | FileKind::JenkinsPipeline => {
            groovy::jenkinsfile(file).scripts
        }
        FileKind::Justfile => make::justfile(file),
        FileKind::Makefile => make::makefile(file),
        FileKind::Taskfile => pipelines::taskfile(file),
        _ => Vec::new(),
    };
    scripts.iter().for_each(|it| then(&it.text, it.line));
}

fn of_scripts(scripts: Vec<Script<'_>>) -> Pieces<'_> {
    Pieces { scripts, ..Pieces::default() }
}

/// The folders that something may run in of which only its file's folder is known: the root, and that one.
fn places(folder: &str) -> Vec<String> {
    let mut places = vec![String::new()];
    if !folder.is_empty() {
        places.push(folder.to_owned());
    }
    places
}

/// Variables that hold the folder of the checkout, in all systems.
const ROOTS: &[&str] = &[
    "BITBUCKET_CLONE_DIR",
    "BUILD_SOURCESDIRECTORY",
    "Build.Repository.LocalPath",
    "Build.SourcesDirectory",
    "CI_PROJECT_DIR",
    "CI_WORKSPACE",
    "CIRCLE_WORKING_DIRECTORY",
    "DRONE_WORKSPACE",
    "GITHUB_WORKSPACE",
    "System.DefaultWorkingDirectory",
    "TRAVIS_BUILD_DIR",
    "github.workspace",
];

/// Variables of which only the folders of the checkout are known, and these.
fn with_roots(more: &[(&str, &str)]) -> Variables {
    static KNOWN: LazyLock<Variables> = LazyLock::new(|| {
        let mut variables = Variables::default();
        ROOTS.iter().for_each(|name| variables.set(name, Some(ROOT.encode_utf8(&mut [0; 4]))));
        variables
    });
    let mut variables = KNOWN.clone();
    more.iter().for_each(|(name, value)| variables.set(name, Some(value)));
    variables
}

fn script<'t>(
    text: impl Into<std::borrow::Cow<'t, str>>,
    line: u32,
    folders: Vec<String>,
    variables: Variables,
) -> Script<'t> {
    Script { text: text.into(), line, has_lines: true, folders, checkout: String::new(), variables }
}
