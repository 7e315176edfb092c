//! Whether what is done again and again is a script or a target.

use super::Judged;
use crate::classify::FileKind;
use crate::facts::Context;
use crate::org::Repo;
use crate::paths::name_of;

/// Kinds of files whose targets are what is done again and again.
const TARGETS: &[(FileKind, &str)] =
    &[(FileKind::Justfile, "justfile"), (FileKind::Makefile, "makefile"), (FileKind::Taskfile, "taskfile")];

/// Programs that run the scripts that a package names; sorted.
const PACKAGE_RUNNERS: &[&str] = &["bun", "composer", "npm", "pdm", "pnpm", "poetry", "yarn"];

/// Kinds of scripts of which no commands are kept.
const OTHER_SCRIPTS: &[FileKind] = &[FileKind::BatchScript, FileKind::PowershellScript];

/// Scripts that build tools bring along; sorted.
const BROUGHT_ALONG: &[&str] = &["gradlew", "gradlew.bat", "mvnw", "mvnw.cmd"];

pub(super) fn scripted(repo: &Repo) -> Judged {
    let name = |path: &'_ str| name_of(path).to_owned();
    let mut scripts = repo.facts.scripts.iter().filter(|it| it.context == Context::Production);
    if let Some(script) = scripts.find(|it| !BROUGHT_ALONG.contains(&name(&it.at.path).as_str())) {
        return Judged::For { at: Some(script.at.clone()), what: "a script".to_owned() };
    }
    let counted = |kind: &FileKind| repo.facts.files.recognised.get(kind).copied().unwrap_or(0);
    if let Some((_, word)) = TARGETS.iter().find(|(kind, _)| counted(kind) > 0) {
        return Judged::For { at: None, what: format!("a {word}") };
    }
    let is_of_package = |tool: &str| PACKAGE_RUNNERS.binary_search(&tool).is_ok();
    if let Some(target) = repo.facts.targets.iter().find(|it| is_of_package(&it.command.tool)) {
        let what = format!("a script of its package, for {}", target.command.tool);
        return Judged::For { at: Some(target.at.clone()), what };
    }
    // One of them is what Gradle or Maven brings along.
    match OTHER_SCRIPTS.iter().map(counted).sum::<u64>() {
        0 | 1 => Judged::Against { at: None, what: "no script, makefile or the like".to_owned() },
        _ => Judged::For { at: None, what: "scripts".to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::PACKAGE_RUNNERS;

    #[test]
    fn tables_are_sorted() {
        assert!(PACKAGE_RUNNERS.is_sorted());
    }
}
