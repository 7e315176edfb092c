//! The teams of a configuration: each repository, path and name is one team's.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};

use crate::config::lines::Lines;
use crate::config::written::WrittenTeam;
use crate::org::given::Team;
use crate::org::pattern::{PathPattern, RepoPattern};

/// Checks what is written of teams.
///
/// # Errors
/// Names and patterns that can't be, and those that two teams have.
pub(super) fn parse(teams: &BTreeMap<String, WrittenTeam>, lines: &Lines<'_>) -> Result<Vec<Team>> {
    let mut found: Vec<Team> = Vec::with_capacity(teams.len());
    // Who has which name, or which repositories, so that nothing is two teams'.
    let mut names: BTreeMap<String, &str> = teams.keys().map(|it| (it.to_lowercase(), it.as_str())).collect();
    let mut owned: BTreeMap<String, &str> = BTreeMap::new();
    for (name, it) in teams {
        let at = |key: &str| lines.at(&["teams", name, key]);
        ensure!(!name.trim().is_empty(), "{}: a team has a name", lines.at(&["teams", name]));
        let twin = names.get(&name.to_lowercase()).filter(|it| *it != name);
        ensure!(twin.is_none(), "{}: another team has this name but for its case", lines.at(&["teams", name]));
        let mut own = Vec::with_capacity(it.repositories.len());
        for text in &it.repositories {
            let pattern = RepoPattern::parse(text).with_context(|| at("repositories"))?;
            if let Some(other) = owned.insert(text.to_lowercase(), name) {
                ensure!(other == name, "{}: {text:?} is {other}'s too; name it once", at("repositories"));
            }
            own.push(pattern);
        }
        let mut paths = Vec::with_capacity(it.paths.len());
        for (repository, within) in &it.paths {
            let at = || lines.at(&["teams", name, "paths", repository]);
            let pattern = RepoPattern::parse(repository).with_context(at)?;
            for text in within {
                let key = format!("{} {text}", repository.to_lowercase());
                if let Some(other) = owned.insert(key, name) {
                    ensure!(other == name, "{}: {text:?} is {other}'s too; name it once", at());
                }
            }
            let within = within.iter().map(|it| PathPattern::parse(it)).collect::<Result<Vec<_>>>().with_context(at)?;
            paths.push((pattern, within));
        }
        let mut also = Vec::with_capacity(it.also.len());
        for text in &it.also {
            let other_name = text.trim_start_matches('@').to_owned();
            ensure!(!other_name.is_empty(), "{}: a team has a name", at("also"));
            if let Some(other) = names.insert(other_name.to_lowercase(), name) {
                ensure!(other == name, "{}: {text:?} is {other}'s name too; name it once", at("also"));
            }
            also.push(other_name);
        }
        found.push(Team { name: name.clone(), repositories: own, paths, also });
    }
    Ok(found)
}
