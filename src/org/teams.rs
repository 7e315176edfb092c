//! Which team each repository belongs to, as far as the repositories' own files say: by the catalogue's entry for it,
//! else by the default owner of its CODEOWNERS.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Context, Facts, Marker, MarkerKind, Said};
use crate::org::codeowners::CodeOwners;

/// A path that no rule of CODEOWNERS names but those for all paths.
const ANY_PATH: &str = "any/path/that/no/rule/names";

/// What stands in catalogues in place of an owner; sorted.
const NOBODY: &[&str] = &["guest", "guests", "n/a", "na", "nobody", "none", "tbc", "tbd", "todo", "unknown", "unowned"];

/// The team of each repository, in order; none where nobody owns all of it: such repositories are `unowned`, and shown as
/// that.
///
/// Catalogues and CODEOWNERS call one team by two names. Where a team of CODEOWNERS owns repositories of which the
/// catalogue has an entry, and all of these entries name one owner, that is its name in other repositories too.
pub fn teams<'f>(facts: impl Iterator<Item = &'f Facts>) -> Vec<Option<String>> {
    let named: Vec<(Option<String>, Option<String>)> = facts.map(|it| (of_catalogue(it), of_codeowners(it))).collect();
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (catalogue, codeowners) in &named {
        if let (Some(catalogue), Some(codeowners)) = (catalogue, codeowners) {
            names.entry(codeowners).or_default().insert(catalogue);
        }
    }
    let name = |codeowners: &String| {
        let names = names.get(codeowners.as_str()).filter(|it| it.len() == 1);
        names.and_then(|it| it.first()).map_or(codeowners.clone(), |it| (*it).to_owned())
    };
    named.iter().map(|(catalogue, codeowners)| catalogue.clone().or(codeowners.as_ref().map(name))).collect()
}

/// The teams that files of owners and catalogues name and that own no repository as a whole, sorted. People are none: a
/// team has a slash in CODEOWNERS (`@acme/platform`), and an alias in OWNERS.
pub fn others<'f>(facts: impl Iterator<Item = &'f Facts>, teams: &[Option<String>]) -> Vec<String> {
    let owning: BTreeSet<&str> = teams.iter().flatten().map(String::as_str).collect();
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for it in facts {
        let in_codeowners = it.owners.iter().flat_map(|it| &it.owners);
        named.extend(in_codeowners.filter(|it| it.starts_with('@') && it.contains('/')).map(|it| &it[1..]));
        let entries =
            it.markers.iter().filter(|it| it.kind == MarkerKind::CatalogueEntity && it.context == Context::Production);
        for owner in entries.filter_map(|it| it.says.get(&Said::Owner)).flatten() {
            named.extend(name_of_entity(owner).filter(|_| !owner.starts_with("user:")));
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
    let is_team = |it: &&&str| it.starts_with('@') && it.contains('/');
    let owner = owned.iter().find(is_team).or(owned.first()).map(|it| it.trim_start_matches('@').to_owned());
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
    use super::{NOBODY, name_of_entity, teams};
    use crate::facts::{Context, Facts, Listing, Marker, MarkerKind, OwnerRule, RepoFacts, Said};
    use crate::source::Location;

    fn repo(owners: &[(&str, &str)], entries: &[(&str, &str)]) -> Facts {
        let mut facts = Facts::new(RepoFacts {
            identity: None,
            folder: "shop".to_owned(),
            commit: None,
            branch: None,
            committed: None,
            tags: Vec::new(),
            shallow: false,
            listing: Listing::Tracked,
        });
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
