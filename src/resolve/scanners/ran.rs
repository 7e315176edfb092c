//! Who runs a scanner in a repository: commands in scripts and pipelines, actions and templates that bear its name, hooks;
//! and where they look for its settings.

use std::collections::BTreeSet;

use crate::facts::{Facts, MarkerKind, RunBy, Said};
use crate::paths::name_of;
use crate::pipeline::scans::may_scan;
use crate::pipeline::{Job, Step};
use crate::resolve::Files;
use crate::resolve::scripts::{runs_programs, with_pieces};
use crate::source::SourceFile;
use crate::syntax::shell;

/// One run of a scanner, as far as its settings are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Who runs it.
    pub(super) by: RunBy,
    /// Where it looks.
    pub(super) place: Place,
    /// Whether it says itself which checks to skip: that takes the place of what settings say, and is not added to it.
    pub(super) skips: bool,
}

/// Where a run looks for settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It isn't known whether it runs the scanner at all.
    Open,
    /// Wherever it is asked.
    Anywhere,
    /// At the paths that are named where it is run, else where it is started or in the folders that are named there.
    Named {
        /// Files of settings.
        paths: BTreeSet<String>,
        /// What may be folders.
        folders: BTreeSet<String>,
        /// Whether it goes through all folders by itself.
        is_recursive: bool,
    },
}

/// Programs that run another one that is named among their arguments; sorted.
const RUNNERS: &[&str] = &["bundle", "docker", "mise", "nerdctl", "npx", "pipenv", "pipx", "podman", "poetry", "uvx"];

/// Who runs a scanner.
pub(super) fn runs(tool: &'static str, facts: &Facts, files: &Files<'_>) -> Vec<Run> {
    let mut found = Vec::new();
    let word = memchr::memmem::Finder::new(tool);
    let piped: BTreeSet<&str> = facts.pipelines.iter().map(|it| &*it.at.path).collect();
    let by_pipelines: BTreeSet<&str> = facts
        .markers
        .iter()
        .filter(|it| it.says.get(&Said::RunBy).is_some_and(|it| it.contains(RunBy::Pipeline.id())))
        .map(|it| &*it.at.path)
        .collect();
    for file in files.known().filter(|it| runs_programs(it.kind)) {
        let run = files.with(file, |source| {
            word.find(source.text().as_bytes())?;
            let (mut runs, mut is_recursive) = (false, false);
            with_pieces(source, facts.repo.identity.as_ref(), |pieces| {
                for script in &pieces.scripts {
                    shell::programs(&script.text, &mut |it| {
                        let is_run = is_run(tool, &it.words);
                        runs |= is_run;
                        is_recursive |= is_run && it.words.contains(&"--recursive");
                    });
                }
            });
            runs |= steps_of(facts, file.path).any(|it| names(tool, it));
            let is_piped = piped.contains(file.path) || by_pipelines.contains(file.path);
            let by = if is_piped { RunBy::Pipeline } else { RunBy::People };
            runs.then(|| Run { by, place: place(source, is_recursive), skips: skips(tool, source.text()) })
        });
        found.extend(run.flatten());
    }
    // Systems whose scripts aren't read here, and actions.
    let known: BTreeSet<&str> = files.known().filter(|it| runs_programs(it.kind)).map(|it| it.path).collect();
    for pipeline in facts.pipelines.iter().filter(|it| !known.contains(&*it.at.path)) {
        let runs = commands_of(facts, &pipeline.at.path).any(|it| it == tool)
            || steps_of(facts, &pipeline.at.path).any(|it| names(tool, it));
        if runs {
            found.push(Run { by: RunBy::Pipeline, place: Place::Anywhere, skips: false });
        }
    }
    let is_open = |path: &str| steps_of(facts, path).any(|it| may_scan(it, tool));
    // Where a repository has no pipeline that is read, something else looks after it.
    let is_elsewhere = piped.is_empty() || facts.markers.iter().any(|it| it.kind == MarkerKind::UnreadPipeline);
    if is_elsewhere || piped.iter().any(|it| is_open(it)) {
        found.push(Run { by: RunBy::Pipeline, place: Place::Open, skips: false });
    }
    if files.text_of(".pre-commit-config.yaml").is_some_and(|it| has_hook(&it, tool)) {
        found.push(Run { by: RunBy::People, place: Place::Anywhere, skips: false });
    }
    found
}

/// Whether a file that runs Checkov tells it which checks to skip, by its flag or by the input of its action.
fn skips(tool: &str, text: &str) -> bool {
    tool == CHECKOV && (text.contains("--skip-check") || text.contains("skip_check:"))
}

/// The scanner whose command line takes the place of what its settings say.
pub(super) const CHECKOV: &str = "checkov";

/// Whether a command runs a scanner.
fn is_run(tool: &str, words: &[&str]) -> bool {
    let Some((program, arguments)) = words.split_first() else { return false };
    let is_it = |it: &&str| {
        let last = it.rsplit('/').next().unwrap_or(it);
        last.split([':', '@', '=']).next() == Some(tool)
    };
    is_it(program) || RUNNERS.binary_search(program).is_ok() && arguments.iter().any(is_it)
}

/// The jobs and steps of a file that use or call something: what they name.
fn steps_of<'f>(facts: &'f Facts, path: &str) -> impl Iterator<Item = &'f str> {
    jobs_of(facts, path).flat_map(|job| {
        let steps = job.steps.iter().filter_map(|it| match it {
            Step::Use(identity) | Step::Call(identity) => Some(identity.as_str()),
            Step::Run(_) => None,
        });
        steps.chain(job.call.as_deref()).chain(job.image.as_deref())
    })
}

/// The programs that the steps of a file run.
fn commands_of<'f>(facts: &'f Facts, path: &str) -> impl Iterator<Item = &'f str> {
    jobs_of(facts, path).flat_map(|job| &job.steps).flat_map(|it| match it {
        Step::Run(commands) => commands.iter().map(|it| it.tool.as_str()).collect(),
        Step::Use(_) | Step::Call(_) => Vec::new(),
    })
}

fn jobs_of<'f>(facts: &'f Facts, path: &str) -> impl Iterator<Item = &'f Job> {
    let own = facts.pipelines.iter().filter(move |it| *it.at.path == *path);
    own.flat_map(|it| it.jobs.iter().chain(&it.parts)).collect::<Vec<_>>().into_iter()
}

/// Whether what a step uses bears the name of a scanner. What only installs one runs nothing.
fn names(tool: &str, identity: &str) -> bool {
    let has =
        |wanted: &str| identity.split(|c: char| !c.is_ascii_alphanumeric()).any(|it| it.eq_ignore_ascii_case(wanted));
    has(tool) && !has("setup") && !has("install")
}

/// The paths and folders that a file names besides comments.
fn place(file: &SourceFile<'_>, is_recursive: bool) -> Place {
    let (mut paths, mut folders) = (BTreeSet::new(), BTreeSet::new());
    let lines = file.text().lines().map(str::trim_start);
    for line in lines.filter(|it| !it.trim_start_matches(['-', ' ']).starts_with('#') && !it.starts_with("//")) {
        for word in line.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '=' | '(' | ')' | ';')) {
            // What is put in stands before a path, or is all of it.
            let written = word.rsplit(['}', '$']).next().unwrap_or(word);
            let written = written.trim_start_matches("./").trim_end_matches('/');
            let name = name_of(written);
            let is_tflint = name.ends_with(".hcl") && name.contains("tflint");
            if is_tflint || SETTINGS.iter().any(|it| name.starts_with(it)) {
                paths.insert(written.trim_start_matches('/').to_owned());
            } else if !written.is_empty() && !written.contains(':') {
                folders.insert(written.to_owned());
            }
        }
    }
    Place::Named { paths, folders, is_recursive }
}

/// How the names of settings begin.
const SETTINGS: &[&str] = &[".checkov", ".snyk", ".tflint", ".trivy.y", ".trivyignore", "trivy.y"];

/// Whether hooks of pre-commit run a scanner.
fn has_hook(text: &str, tool: &str) -> bool {
    let mut lines = text.lines().map(|it| it.trim().trim_start_matches("- "));
    lines.any(|it| (it.starts_with("id:") || it.starts_with("entry:")) && names(tool, it))
}

#[cfg(test)]
mod tests {
    use super::{RUNNERS, has_hook, is_run, names};

    #[test]
    fn tables_are_sorted() {
        assert!(RUNNERS.is_sorted());
    }

    #[test]
    fn runs_of_a_scanner() {
        for (command, expected) in [
            ("trivy config .", true),
            ("docker run --rm aquasec/trivy:0.50 config .", true),
            ("uvx trivy@1", true),
            ("docker pull registry.example.org/shop", false),
            ("rm -rf trivy", false),
        ] {
            assert_eq!(is_run("trivy", &command.split(' ').collect::<Vec<_>>()), expected, "{command}");
        }
        assert!(names("trivy", "aquasecurity/trivy-action"));
        assert!(names("trivy", "acme/ci/.github/workflows/security_trivy.yml"));
        assert!(!names("trivy", "aquasecurity/setup-trivy"));
        assert!(!names("tfsec", "acme/notfsec"));
        assert!(has_hook("repos:\n  - hooks:\n      - id: terraform_trivy\n", "trivy"));
        assert!(!has_hook("repos:\n  - hooks:\n      #- id: terraform_trivy\n", "trivy"));
    }
}
