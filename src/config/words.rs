//! What a configuration sets, in a few lines.

use crate::config::{Config, Said};
use crate::org::given::Given;
use crate::rules::{AnswerKind, Measure, Rules};

/// How many names a line lists.
const MOST_NAMES: usize = 6;

impl Config {
    /// What it sets, a line for each key that says something. `rules` are those that it was given to.
    pub fn words(&self, rules: &Rules) -> Vec<String> {
        let Config { answers, given, aliases, exclude, suppress, tables, thresholds } = self;
        let Given { server_side, organisations, shared, teams, components } = given;
        let n = |n: usize, one: &str, many: &str| (n > 0).then(|| format!("{n} {}", if n == 1 { one } else { many }));
        let repositories: usize = teams.iter().map(|it| it.repositories.len()).sum();
        let paths: usize = teams.iter().flat_map(|it| &it.paths).map(|(_, paths)| paths.len()).sum();
        let teams = n(teams.len(), "team", "teams").map(|it| {
            let parts =
                [n(repositories, "pattern of repositories", "patterns of repositories"), n(paths, "path", "paths")];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            if parts.is_empty() { it } else { format!("{it} with {}", parts.join(" and ")) }
        });
        let bounds = thresholds.iter().filter_map(|Said { what: (id, _), at: _ }| {
            let rule = rules.indicator(id)?;
            let it = rule.threshold?;
            let is_share = match rule.met {
                Some(_) => rule.measure.as_ref().is_some_and(Measure::is_share),
                None => rule.ask.as_ref().is_some_and(|it| it.answer == AnswerKind::Share),
            };
            Some(format!("{id} {} (the rule: {})", it.met.words(is_share), it.rule.words(is_share)))
        });
        let first = suppress.iter().map(|it| it.what.expires.as_str()).min();
        let suppressed = n(suppress.len(), "suppression", "suppressions").zip(first);
        let owners: Vec<String> = organisations.iter().map(|(host, owner)| format!("{host}/{owner}")).collect();
        let lines = [
            ("aliases", n(aliases.len(), "alias", "aliases")),
            ("answers", names(answers.iter().map(String::as_str))),
            ("components", n(components.len(), "pattern of repositories", "patterns of repositories")),
            ("exclude", n(exclude.len(), "pattern", "patterns")),
            ("organisations", names(owners.iter().map(String::as_str))),
            ("server-side", names(server_side.keys().map(String::as_str))),
            ("shared", n(shared.len(), "source", "sources")),
            ("suppress", suppressed.map(|(n, day)| format!("{n}, the first until {day}"))),
            ("tables", names(tables.iter().map(|(name, _)| name.as_str()))),
            ("teams", teams),
            ("thresholds", names(bounds.collect::<Vec<_>>().iter().map(String::as_str))),
        ];
        let said: Vec<String> =
            lines.into_iter().filter_map(|(key, says)| Some(format!("{key:<14} {}", says?))).collect();
        if said.is_empty() { vec!["it sets nothing".to_owned()] } else { said }
    }
}

/// The first of these names, and how many more there are.
fn names<'a>(all: impl Iterator<Item = &'a str>) -> Option<String> {
    let all: Vec<&str> = all.collect();
    let more = all.len().saturating_sub(MOST_NAMES);
    let shown = all.get(..all.len() - more)?.join(", ");
    match (all.len(), more) {
        (0, _) => None,
        (_, 0) => Some(shown),
        (_, more) => Some(format!("{shown} and {more} more")),
    }
}
