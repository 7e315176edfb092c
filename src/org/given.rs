//! What the user's configuration says of the organisation, because no file of its repositories shows it.

use std::collections::BTreeMap;

use crate::facts::RepoFacts;
use crate::org::libraries::Place;
use crate::org::pattern::{PathPattern, Reach, RepoPattern};
use crate::org::registry::repository_of_image;
use crate::org::{AssetId, full_name};
use crate::origin::Origin;

/// All of it; nothing where there is no configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Where libraries lie that a CI server knows by these names.
    pub server_side: BTreeMap<String, Place>,
    /// Host and owner of those whose things are internal though no scanned repository is theirs.
    pub organisations: Vec<(String, String)>,
    /// What is shared, whoever seems to own it and whatever it looks like.
    pub shared: Vec<Source>,
    /// The teams, by name.
    pub teams: Vec<Team>,
    /// What counts as a component in these repositories.
    pub components: Vec<Counting>,
}

/// A repository, or a part of a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The host, with its port if it has one; of a repository absent where any will do.
    pub host: Option<String>,
    /// The repository's full name, or what names in the registry begin with; empty for all of a registry.
    pub path: String,
}

/// A team, and what is its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// Its repositories.
    pub repositories: Vec<RepoPattern>,
    /// What it owns in repositories that it shares with others.
    pub paths: Vec<(RepoPattern, Vec<PathPattern>)>,
    /// What else catalogues and CODEOWNERS call it, without `@`.
    pub also: Vec<String>,
}

/// What counts as a component in some repositories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counting {
    /// Which.
    pub repositories: RepoPattern,
    /// The folders that are tenants, in place of those that look like it.
    pub tenants: Option<Vec<PathPattern>>,
    /// Where nothing is a component.
    pub ignore: Vec<PathPattern>,
}

impl Given {
    /// The team that a repository is said to be of. Of several the one counts whose pattern says more.
    pub fn team_of(&self, repo: &RepoFacts) -> Option<&str> {
        let of_team = |it: &'_ Team| {
            let patterns = it.repositories.iter().filter(|it| it.reach(repo) == Reach::Whole);
            patterns.map(RepoPattern::says).max()
        };
        first_of_most(self.teams.iter().filter_map(|it| Some((of_team(it)?, it.name.as_str()))))
    }

    /// The team that a path of a repository is said to be of, the innermost path first. `is_folder` tells what the path
    /// is.
    pub fn team_of_path(&self, repo: &RepoFacts, path: &str, is_folder: bool) -> Option<&str> {
        let holds = |it: &&PathPattern| if is_folder { it.holds_folder(path) } else { it.holds_file(path) };
        let of_team = |it: &'_ Team| {
            let paths = it.paths.iter().filter(|(repos, _)| repos.reach(repo) == Reach::Whole);
            paths.flat_map(|(_, paths)| paths).filter(holds).map(PathPattern::says).max()
        };
        first_of_most(self.teams.iter().filter_map(|it| Some((of_team(it)?, it.name.as_str()))))
    }

    /// The name of the team that is called so; names are compared without case.
    pub fn team_called<'a>(&'a self, name: &'a str) -> &'a str {
        let is_it = |it: &&Team| {
            it.name.eq_ignore_ascii_case(name) || it.also.iter().any(|also| also.eq_ignore_ascii_case(name))
        };
        self.teams.iter().find(is_it).map_or(name, |it| &it.name)
    }

    /// What counts as a component in a repository.
    pub fn counting(&self, repo: &RepoFacts) -> Vec<&Counting> {
        self.components.iter().filter(|it| it.repositories.reach(repo) == Reach::Whole).collect()
    }

    /// Whether a use is said to be of something shared, by what it means or by how it is written: a mirror's copy is
    /// the mirror's too.
    pub fn shares(&self, asset: Option<&AssetId>, origin: &Origin) -> bool {
        self.shared.iter().any(|source| {
            let of_asset = || asset.is_some_and(|it| source.host.is_some() && source.holds(&it.host, &it.name));
            let as_written = || match origin {
                Origin::Repo { host, owner, name, path: _ } => source.holds(host, &[owner, "/", name].concat()),
                Origin::Image { registry, repository } => match repository_of_image(registry, repository) {
                    Some((host, name)) if source.host.is_none() => source.holds(host, name),
                    Some(_) | None => source.host.is_some() && source.holds(registry, repository),
                },
                // What a registry serves, and a repository publishes.
                Origin::Registry { host, name: _, path: _ } => {
                    asset.is_some_and(|it| it.host != *host && source.holds(&it.host, &it.name))
                }
                Origin::Url { .. }
                | Origin::Local { .. }
                | Origin::ServerSide { .. }
                | Origin::Dynamic { .. }
                | Origin::Invalid { .. } => false,
            };
            of_asset() || as_written()
        })
    }

    /// Whether what a repository offers is said to be shared.
    pub fn shares_repository(&self, repo: &RepoFacts) -> bool {
        let Some(identity) = &repo.identity else { return false };
        let name = full_name(identity);
        self.shared.iter().any(|it| it.holds(&identity.host, &name))
    }
}

impl Source {
    /// Whether something of this name on a host is it, or lies below it. Without a host it is told by the name alone.
    pub fn holds(&self, host: &str, name: &str) -> bool {
        self.host.as_ref().is_none_or(|it| it.eq_ignore_ascii_case(host)) && self.is_above(name)
    }

    /// Whether a name is its path, or begins with it.
    pub fn is_above(&self, name: &str) -> bool {
        let rest = name.get(self.path.len()..);
        let begins = name.get(..self.path.len()).is_some_and(|it| it.eq_ignore_ascii_case(&self.path));
        self.path.is_empty() || begins && rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
    }
}

/// Of names with what speaks for them the first of those for which most does.
fn first_of_most<'a, T: Ord>(found: impl Iterator<Item = (T, &'a str)>) -> Option<&'a str> {
    let most = found.max_by(|(a, a_name), (b, b_name)| a.cmp(b).then_with(|| b_name.cmp(a_name)));
    most.map(|(_, name)| name)
}
