//! Which team each repository, and each path in one, belongs to: as the configuration says, else as far as the
//! repositories' own files do: by the catalogue's entry for a repository, else by the default owner of its CODEOWNERS.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Context, Facts, Marker, MarkerKind, Said};
use crate::org::Org;
use crate::org::codeowners::CodeOwners;
use crate::org::components::{Component, ComponentKind};
use crate::org::given::Given;

/// What teams are called whose name in CODEOWNERS is another.
pub type TeamNames = BTreeMap<String, String>;

/// A path that no rule of CODEOWNERS names but those for all paths.
const ANY_PATH: &str = "any/path/that/no/rule/names";

/// What stands in catalogues in place of an owner; sorted.
const NOBODY: &[&str] = &["guest", "guests", "n/a", "na", "nobody", "none", "tbc", "tbd", "todo", "unknown", "unowned"];

/// The team of each repository, in order; none where nobody owns all of it: such repositories are `unowned`, and shown as
/// that.
///
/// Catalogues and CODEOWNERS call one team by two names. Where a team of CODEOWNERS owns repositories of which the
/// catalogue has an entry, and all of these entries name one owner, that is its name in other repositories too. What the
/// configuration says of names and repositories comes before all of it.
pub fn teams<'f>(facts: impl Iterator<Item = &'f Facts>, given: &Given) -> (Vec<Option<String>>, TeamNames) {
    let called = |name: Option<String>| name.map(|it| given.team_called(&it).to_owned());
    let named: Vec<(Option<&str>, Option<String>, Option<String>)> =
        facts.map(|it| (given.team_of(&it.repo), called(of_catalogue(it)), called(of_codeowners(it)))).collect();
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (_, catalogue, codeowners) in &named {
        if let (Some(catalogue), Some(codeowners)) = (catalogue, codeowners) {
            found.entry(codeowners).or_default().insert(catalogue);
        }
    }
    let names: TeamNames = found
        .into_iter()
        .filter(|(_, names)| names.len() == 1)
        .flat_map(|(of, names)| names.into_iter().map(move |name| (of.to_owned(), name.to_owned())))
        .collect();
    let teams = named.iter().map(|(given, catalogue, codeowners)| {
        let of_files =
            || catalogue.clone().or_else(|| codeowners.as_ref().map(|it| names.get(it).unwrap_or(it).clone()));
        given.map(str::to_owned).or_else(of_files)
    });
    (teams.collect(), names)
}

/// The team of each component, in order: whose its path is by the configuration, else by a rule of CODEOWNERS for that
/// path, else the team of its repository. A rule for all paths is about the repository, and says nothing more of a part;
/// people are no teams.
pub fn of_components(org: &Org, components: &[Component]) -> Vec<Option<String>> {
    let mut teams = Vec::with_capacity(components.len());
    // They are in the order of repositories.
    for of_repo in components.chunk_by(|a, b| a.repo == b.repo) {
        let Some(first) = of_repo.first() else { continue };
        let facts = &org.repos[first.repo].facts;
        let owners = CodeOwners::of(&facts.owners, facts.repo.identity.as_ref().map(|it| &*it.host));
        let default = owners.owned(ANY_PATH);
        for component in of_repo {
            let of_repository = || org.teams[component.repo].clone();
            if component.path.is_empty() {
                teams.push(of_repository());
                continue;
            }
            let is_folder = component.kind != ComponentKind::Image;
            let of_rule = || {
                // A rule for a folder is one for the files in it.
                let path = if is_folder { [&component.path, "/", ANY_PATH].concat() } else { component.path.clone() };
                let rules = owners.owned(&path).rules.into_iter().filter(|it| !default.rules.contains(it));
                let owner = rules.flat_map(|it| &it.owners).map(String::as_str).find(is_team)?;
                let name = org.given.team_called(owner.trim_start_matches('@'));
                Some(org.team_names.get(name).map_or(name, String::as_str).to_owned())
            };
            let given = org.given.team_of_path(&facts.repo, &component.path, is_folder).map(str::to_owned);
            teams.push(given.or_else(of_rule).or_else(of_repository));
        }
    }
    teams
}

/// Whether an owner in CODEOWNERS is a team: `@acme/platform`.
fn is_team(owner: &&str) -> bool {
    owner.starts_with('@') && owner.contains('/')
}

/// The teams that the configuration, files of owners and catalogues name and that own no repository as a whole, sorted.
/// People are none: a team has a slash in CODEOWNERS (`@acme/platform`), and an alias in OWNERS.
pub fn others<'f>(facts: impl Iterator<Item = &'f Facts>, teams: &[Option<String>], given: &Given) -> Vec<String> {
    let owning: BTreeSet<&str> = teams.iter().flatten().map(String::as_str).collect();
    let mut named: BTreeSet<&str> = given.teams.iter().map(|it| it.name.as_str()).collect();
    for it in facts {
        let in_codeowners = it.owners.iter().flat_map(|it| &it.owners);
        named.extend(in_codeowners.map(String::as_str).filter(is_team).map(|it| given.team_called(&it[1..])));
        let entries =
            it.markers.iter().filter(|it| it.kind == MarkerKind::CatalogueEntity && it.context == Context::Production);
        for owner in entries.filter_map(|it| it.says.get(&Said::Owner)).flatten() {
            let name = name_of_entity(owner).filter(|_| !owner.starts_with("user:"));
            named.extend(name.map(|it| given.team_called(it)));
        }
    }
    named.into_iter().filter(|it| !owning.contains(it)).map(str::to_owned).collect()
}

/// The owner that the catalogue's entries name which lie nearest to the root of the repository; none where they name
/// several, as in a repository that keeps the entries of others, or of many components.
fn of_catalogue(facts: &Facts) -> Option<String> {
    let entries = facts.markers.iter().filter(|it| {
        it.kind == MarkerKind::CatalogueEntity
            && it.context == Context::Production
            && it.says.contains_key(&Said::Owner)
    });
    let depth = |it: &Marker| it.at.path.matches('/').count();
    let nearest = entries.clone().map(depth).min()?;
    let owners = entries.filter(|it| depth(it) == nearest).flat_map(|it| &it.says[&Said::Owner]);
    let names: BTreeSet<&str> = owners.filter_map(|it| name_of_entity(it)).collect();
    names.first().filter(|_| names.len() == 1).map(|it| (*it).to_owned())
}

/// The name in a reference to an entity: `group:default/platform`. None where nobody is meant, or it isn't known.
pub(crate) fn name_of_entity(reference: &str) -> Option<&str> {
    let name = reference.split_once(':').map_or(reference, |(_, name)| name).trim();
    let name = name.strip_prefix("default/").unwrap_or(name);
    let is_nobody = NOBODY.binary_search(&&*name.to_ascii_lowercase()).is_ok();
    (!name.is_empty() && !is_nobody && !name.contains('…')).then_some(name)
}

/// The default owner of CODEOWNERS, which is who owns a path that no rule names. Of several owners the first that is a
/// team (`@acme/platform`), else the first. Without one, the team that OWNERS names.
fn of_codeowners(facts: &Facts) -> Option<String> {
    let host = facts.repo.identity.as_ref().map(|it| &*it.host);
    let owners = CodeOwners::of(&facts.owners, host);
    let owned = owners.owned(ANY_PATH).owners();
    let owner = owned.iter().find(|it| is_team(it)).or(owned.first()).map(|it| it.trim_start_matches('@').to_owned());
    owner.or_else(|| of_prow(facts))
}

/// The first alias that approves for the whole of a repository. Prow's OWNERS name people besides, of whom none answers
/// for it alone.
fn of_prow(facts: &Facts) -> Option<String> {
    let in_file = |name: &'static str| facts.owners.iter().filter(move |it| &*it.at.path == name);
    let aliases: BTreeSet<&str> = in_file("OWNERS_ALIASES").filter_map(|it| it.section.as_deref()).collect();
    let mut approvers = in_file("OWNERS").filter(|it| it.pattern == "/").flat_map(|it| &it.owners);
    approvers.find(|it| aliases.contains(it.as_str())).cloned()
}

#[cfg(test)]
mod tests {
    use super::{NOBODY, name_of_entity};
    use crate::facts::{Context, Facts, Marker, MarkerKind, OwnerRule, RepoFacts, Said};
    use crate::org::given::Given;
    use crate::source::Location;

    fn teams<'f>(facts: impl Iterator<Item = &'f Facts>) -> Vec<Option<String>> {
        super::teams(facts, &Given::default()).0
    }

    fn repo(owners: &[(&str, &str)], entries: &[(&str, &str)]) -> Facts {
        let mut facts = Facts::new(RepoFacts { identity: None, ..RepoFacts::acme("shop") });
        for (pattern, owners) in owners {
            facts.owners.push(OwnerRule {
                at: Location::whole_file(&".github/CODEOWNERS".into()),
                pattern: (*pattern).to_owned(),
                owners: owners.split_whitespace().map(str::to_owned).collect(),
                section: None,
            });
        }
        for (path, owner) in entries {
            let mut entry = Marker::new(Location::whole_file(&(*path).into()), MarkerKind::CatalogueEntity);
            entry.say(Said::Owner, *owner);
            facts.markers.push(entry);
        }
        facts
    }

    fn team(owners: &[(&str, &str)], entries: &[(&str, &str)]) -> Option<String> {
        teams(std::iter::once(&repo(owners, entries))).pop().flatten()
    }

    #[test]
    fn the_default_owner() {
        for (rules, expected) in [
            (vec![("*", "@acme/platform")], Some("acme/platform")),
            (vec![("*", "@jo @acme/platform @acme/web")], Some("acme/platform")),
            (vec![("*", "jo@example.org")], Some("jo@example.org")),
            (vec![("*", "@acme/platform"), ("/docs/", "@acme/docs")], Some("acme/platform")),
            (vec![("/docs/", "@acme/docs")], None),
            // The last rule for all paths counts, and it may take the owner away.
            (vec![("*", "@acme/platform"), ("*", "")], None),
            (vec![], None),
        ] {
            assert_eq!(team(&rules, &[]).as_deref(), expected, "{rules:?}");
        }
    }

    #[test]
    fn the_owner_in_the_catalogue() {
        let rules = [("*", "@acme/web")];
        for (entries, expected) in [
            (vec![("catalog-info.yaml", "group:default/shop")], "shop"),
            (vec![("catalog-info.yaml", "shop"), ("catalog-info.yaml", "group:shop")], "shop"),
            // What lies deeper is about a part.
            (vec![("catalog-info.yaml", "shop"), ("api/catalog-info.yaml", "other")], "shop"),
            (vec![("a/catalog-info.yaml", "shop"), ("b/catalog-info.yaml", "other")], "acme/web"),
            (vec![("catalog-info.yaml", "unknown")], "acme/web"),
            (vec![("catalog-info.yaml", "…")], "acme/web"),
            (vec![], "acme/web"),
        ] {
            assert_eq!(team(&rules, &entries).as_deref(), Some(expected), "{entries:?}");
        }
        let mut example = repo(&[], &[("examples/catalog-info.yaml", "shop")]);
        example.markers[0].context = Context::Example;
        assert_eq!(teams(std::iter::once(&example)), [None]);
    }

    #[test]
    fn the_alias_that_approves_for_all() {
        let rule = |path: &str, pattern: &str, owners: &[&str], section: Option<&str>| OwnerRule {
            at: Location::whole_file(&path.into()),
            pattern: pattern.to_owned(),
            owners: owners.iter().map(|it| (*it).to_owned()).collect(),
            section: section.map(str::to_owned),
        };
        let mut facts = repo(&[], &[]);
        facts.owners.push(rule("OWNERS", "/", &["jo", "sig-web"], None));
        facts.owners.push(rule("docs/OWNERS", "/docs/", &["sig-docs"], None));
        assert_eq!(teams(std::iter::once(&facts)), [None]);
        facts.owners.push(rule("OWNERS_ALIASES", "", &["jo", "kim"], Some("sig-docs")));
        facts.owners.push(rule("OWNERS_ALIASES", "", &["jo", "kim"], Some("sig-web")));
        assert_eq!(teams(std::iter::once(&facts)), [Some("sig-web".to_owned())]);
    }

    #[test]
    fn two_names_of_one_team() {
        let entry = |owner| [("catalog-info.yaml", owner)];
        let platform = [("*", "@acme/platform")];
        let web = [("*", "@acme/web")];
        let repos = [
            repo(&platform, &entry("dts-platform")),
            repo(&platform, &entry("group:dts-platform")),
            repo(&platform, &[]),
            // Two owners in the catalogue for one team: nothing tells which a third repository has.
            repo(&web, &entry("shop")),
            repo(&web, &entry("billing")),
            repo(&web, &[]),
        ];
        let found = teams(repos.iter());
        let found: Vec<&str> = found.iter().map(|it| it.as_deref().unwrap_or("")).collect();
        assert_eq!(found, ["dts-platform", "dts-platform", "dts-platform", "shop", "billing", "acme/web"]);
    }

    #[test]
    fn names_of_entities() {
        assert!(NOBODY.is_sorted());
        for (reference, name) in [
            ("group:default/platform", Some("platform")),
            ("group:other/platform", Some("other/platform")),
            ("platform", Some("platform")),
            ("Guests", None),
            ("user:guest", None),
            ("", None),
        ] {
            assert_eq!(name_of_entity(reference), name, "{reference}");
        }
    }
}
