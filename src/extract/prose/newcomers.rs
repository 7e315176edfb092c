//! What a README tells those who are new: a section on getting started, or on working on one's own machine, that shows
//! what to type.

use std::sync::LazyLock;

use regex_automata::meta::Regex;

use super::{finder, name_of, words};
use crate::facts::{Facts, Marker, MarkerKind};
use crate::source::SourceFile;
use crate::syntax::prose::{self, Format, Part, What};
use crate::words::Words;

/// What the headings of such sections have in common, seen at a glance.
static HEADINGS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    finder(&["tarted", "tart", "ocally", "ocal ", "evelopment", "eveloper", "ew starter", "ew joiner", "nboarding"])
});

/// Such headings, in lower case and without marks: these words stand in them one behind the other.
const TITLES: &[&str] = &[
    "developer setup",
    "development environment",
    "development setup",
    "getting started",
    "local development",
    "local environment",
    "local setup",
    "new joiners",
    "new starters",
    "onboarding",
    "quick start",
    "quickstart",
    "run locally",
    "run the app",
    "run the application",
    "run the service",
    "running locally",
    "running the app",
    "running the application",
    "running the service",
    "start the app",
    "start the application",
    "start the service",
    "starting the application",
    "starting the service",
];

/// What a developer types on a fresh clone.
static COMMANDS: Words = Words::of(&[
    "asdf",
    "brew",
    "bun",
    "bundle",
    "cargo",
    "composer",
    "conda",
    "docker",
    "docker-compose",
    "dotnet",
    "git",
    "go",
    "gradle",
    "gradlew",
    "just",
    "make",
    "mise",
    "mvn",
    "mvnw",
    "npm",
    "nvm",
    "pip",
    "pip3",
    "pipenv",
    "pnpm",
    "poetry",
    "pre-commit",
    "python",
    "python3",
    "rails",
    "rake",
    "sbt",
    "task",
    "tilt",
    "uv",
    "yarn",
]);

/// Adds the first such section of a README in the root of its repository. Deeper ones are about a part of it.
pub(super) fn find(file: &SourceFile<'_>, facts: &mut Facts) {
    let is_hinted = HEADINGS.as_ref().is_some_and(|it| it.is_match(file.text()));
    if !file.folder().is_empty() || !is_hinted {
        return;
    }
    let parts = prose::read(file.text(), Format::of(file.path()));
    let begins = parts.iter().enumerate().find_map(|(n, part)| {
        let What::Heading(level) = part.what else { return None };
        let is_below = |it: &&Part| !matches!(it.what, What::Heading(other) if other <= level);
        let mut section = parts[n + 1..].iter().take_while(is_below);
        // The first one says what the repository is.
        let is_first = !parts[..n].iter().any(|it| matches!(it.what, What::Heading(_)));
        (!is_first && is_title(&part.text) && section.any(is_typed)).then_some(part)
    });
    let Some(heading) = begins else { return };
    let mut marker = Marker::new(file.at(heading.at..heading.at), MarkerKind::OnboardingGuide);
    marker.tool = Some("readme".to_owned());
    marker.name = Some(name_of(&heading.text));
    facts.markers.push(marker);
}

/// Whether a heading is that of such a section.
fn is_title(heading: &str) -> bool {
    let words: Vec<String> = words(heading).collect();
    let line = words.join(" ");
    let has = |title: &str| {
        let at = line.find(title);
        at.is_some_and(|at| {
            let end = at + title.len();
            (at == 0 || line.as_bytes()[at - 1] == b' ') && (end == line.len() || line.as_bytes()[end] == b' ')
        })
    };
    let runs_here = || words.iter().any(|it| it == "locally") && words.iter().any(|it| RUNS.contains(&it.as_str()));
    TITLES.iter().any(|it| has(it)) || runs_here()
}

/// Words of a heading that is about running something, if it says besides that it is done locally.
const RUNS: &[&str] = &["build", "building", "develop", "developing", "run", "running", "start", "starting"];

/// Whether a part is code with a command that is typed on a clone: a snippet of configuration is for those who use what
/// the repository offers.
fn is_typed(part: &Part) -> bool {
    let begins = |line: &str| {
        let line = line.trim_start().trim_start_matches(['$', '>', '%']).trim_start();
        let first = line.split_ascii_whitespace().next().unwrap_or_default();
        let name = first.rsplit('/').next().unwrap_or(first);
        COMMANDS.has(name) || ["./", "bin/", "script/", "scripts/"].iter().any(|it| first.starts_with(it))
    };
    part.what == What::Code && part.text.lines().any(begins)
}

#[cfg(test)]
mod tests {
    use super::{COMMANDS, RUNS, TITLES, is_title, is_typed};
    use crate::syntax::prose::{Part, What};

    #[test]
    fn tables_are_sorted() {
        assert!(COMMANDS.is_sorted() && RUNS.is_sorted() && TITLES.is_sorted());
    }

    #[test]
    fn titles() {
        for (heading, expected) in [
            ("Getting Started", true),
            ("🚀 Quick-start", true),
            ("Running the application locally", true),
            ("Local development setup", true),
            ("Running the application", true),
            ("Running tests", false),
            ("Restarted services", false),
            ("Usage", false),
            ("Locally stored files", false),
            ("Deployment", false),
        ] {
            assert_eq!(is_title(heading), expected, "{heading}");
        }
    }

    #[test]
    fn what_is_typed() {
        for (code, expected) in [
            ("npm install\nnpm start", true),
            ("$ ./gradlew bootRun", true),
            ("# fetch it\ngit clone git@github.com:acme/shop.git", true),
            ("module \"vpc\" {\n  source = \"acme/vpc/aws\"\n}", false),
            ("", false),
        ] {
            let part = Part { what: What::Code, text: code.to_owned(), at: 0, in_step: false };
            assert_eq!(is_typed(&part), expected, "{code}");
        }
    }
}
