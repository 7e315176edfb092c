//! Which team a repository belongs to, as far as its own files say.

use crate::facts::Facts;
use crate::org::codeowners::CodeOwners;

/// A path that no rule of CODEOWNERS names but those for all paths.
const ANY_PATH: &str = "any/path/that/no/rule/names";

/// The team of a repository: the default owner of its CODEOWNERS, which is who owns a path that no rule names. Of
/// several owners the first that is a team (`@acme/platform`), else the first. None where nobody owns all of it: such
/// repositories are `unowned`, and shown as that.
pub fn team(facts: &Facts) -> Option<String> {
    let host = facts.repo.identity.as_ref().map(|it| &*it.host);
    let owners = CodeOwners::of(&facts.owners, host);
    let owned = owners.owned(ANY_PATH).owners();
    let is_team = |it: &&&str| it.starts_with('@') && it.contains('/');
    owned.iter().find(is_team).or(owned.first()).map(|it| it.trim_start_matches('@').to_owned())
}

#[cfg(test)]
mod tests {
    use super::team;
    use crate::facts::{Facts, OwnerRule};
    use crate::source::Location;

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
            let mut facts = Facts::new(crate::facts::RepoFacts {
                identity: None,
                folder: "shop".to_owned(),
                commit: None,
                branch: None,
                committed: None,
                tags: Vec::new(),
                shallow: false,
                listing: crate::facts::Listing::Tracked,
            });
            for (pattern, owners) in &rules {
                facts.owners.push(OwnerRule {
                    at: Location::whole_file(&".github/CODEOWNERS".into()),
                    pattern: (*pattern).to_owned(),
                    owners: owners.split_whitespace().map(str::to_owned).collect(),
                    section: None,
                });
            }
            assert_eq!(team(&facts).as_deref(), expected, "{rules:?}");
        }
    }
}
