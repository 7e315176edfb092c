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

#[cfg(test)]
mod tests {
    use super::{Given, Source};
    use crate::config::Config;
    use crate::facts::{Artifact, Identity, RepoFacts};
    use crate::org::AssetId;
    use crate::origin::Origin;

    fn given(text: &str) -> Given {
        Config::parse("levelset.yaml", text).unwrap().given
    }

    fn repo(name: &str) -> RepoFacts {
        let (owner, name) = name.split_once('/').unwrap();
        let identity = Identity { host: "github.com".to_owned(), owner: owner.to_owned(), name: name.to_owned() };
        RepoFacts { identity: Some(identity), ..RepoFacts::acme(name) }
    }

    #[test]
    fn what_says_more_counts() {
        let given = given(
            "teams:\n  all: {repositories: [acme/], also: ['@acme/everyone']}\n  infra: {repositories: [acme/infra-*]}\n  \
             net: {repositories: [acme/infra-net]}\n  pay: {paths: {acme/mono: [services/*/, services/pay/db/]}}\n  \
             web: {paths: {acme/*: [services/web/]}}\n",
        );
        for (name, team) in [
            ("acme/shop", Some("all")),
            ("acme/infra-dns", Some("infra")),
            ("acme/infra-net", Some("net")),
            ("other/infra-net", None),
        ] {
            assert_eq!(given.team_of(&repo(name)), team, "{name}");
        }
        for (path, is_folder, team) in [
            ("services/pay", true, Some("pay")),
            ("services/web", true, Some("web")),
            ("services/web/Dockerfile", false, Some("web")),
            ("services/pay/db/main.tf", false, Some("pay")),
            ("services/Dockerfile", false, None),
            ("tools", true, None),
        ] {
            assert_eq!(given.team_of_path(&repo("acme/mono"), path, is_folder), team, "{path}");
        }
        for (name, team) in [("Acme/Everyone", "all"), ("ALL", "all"), ("acme/others", "acme/others")] {
            assert_eq!(given.team_called(name), team);
        }
    }

    #[test]
    fn what_is_said_to_be_shared() {
        let given = given("shared: [elsewhere/flows, git.example.org/acme/tools, registry.example.org/base]\n");
        let repository = |host: &str, owner: &str, name: &str| {
            let it = Origin::Repo {
                host: host.to_owned(),
                owner: owner.to_owned(),
                name: name.to_owned(),
                path: String::new(),
            };
            (
                it,
                AssetId {
                    artifact: Artifact::CiTemplate,
                    host: host.to_owned(),
                    name: format!("{owner}/{name}"),
                    path: String::new(),
                },
            )
        };
        let image = |registry: &str, name: &str| {
            let it = Origin::Image { registry: registry.to_owned(), repository: name.to_owned() };
            (
                it,
                AssetId {
                    artifact: Artifact::BaseImage,
                    host: registry.to_owned(),
                    name: name.to_owned(),
                    path: String::new(),
                },
            )
        };
        for ((origin, asset), expected) in [
            (repository("github.com", "elsewhere", "flows"), true),
            (repository("git.example.org", "Elsewhere", "Flows"), true),
            (repository("github.com", "elsewhere", "flows-old"), false),
            (repository("git.example.org", "acme", "tools"), true),
            (repository("github.com", "acme", "tools"), false),
            (image("registry.example.org", "base/node"), true),
            (image("registry.example.org", "base"), true),
            (image("registry.example.org", "baseline/node"), false),
            // A name without a host is a repository's; images of ghcr.io are named after theirs.
            (image("docker.io", "elsewhere/flows"), false),
            (image("ghcr.io", "elsewhere/flows/runner"), true),
        ] {
            assert_eq!(given.shares(Some(&asset), &origin), expected, "{origin:?}");
        }
        // A mirror's image is the image that it is a copy of, and the mirror's.
        let (origin, _) = image("registry.example.org", "base/docker.io/library/node");
        let (_, asset) = image("docker.io", "library/node");
        assert!(given.shares(Some(&asset), &origin));
        let all = Source { host: Some("registry.example.org".to_owned()), path: String::new() };
        assert!(all.holds("registry.example.org", "anything") && !all.holds("docker.io", "anything"));
    }
}
