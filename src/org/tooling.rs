//! The index of shared tooling: which documents list what there is to use, which of the offers of the organisation they
//! name, and which are named nowhere.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::facts::{Context, Marker, MarkerKind, Offer, Said};
use crate::org::{Org, full_name, key};
use crate::origin::git;
use crate::paths::{folder_of, name_of};

/// A document counts as an index from so many offers on that it names.
const FEWEST: usize = 3;

/// What the organisation's documents say of its offers.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tooling<'o> {
    /// The documents that name at least three shared offers, in the order of the repositories and of their paths.
    pub indexes: Vec<Index<'o>>,
    /// The shared offers that some index names.
    pub named: BTreeSet<(usize, usize)>,
    /// The shared offers that no index names.
    pub omitted: BTreeSet<(usize, usize)>,
}

/// A document that lists what there is to use.
#[derive(Debug, PartialEq, Eq)]
pub struct Index<'o> {
    /// The repository that it lies in.
    pub repo: usize,
    /// The document.
    pub marker: &'o Marker,
    /// The offers that it names: repository and offer (indices).
    pub names: BTreeSet<(usize, usize)>,
}

/// Holds the links of documents against the shared offers. A link to a folder names what lies there and below it: its
/// readers get there. A link to a repository names the one thing that it offers, if that is what the repository is: of
/// several things, or of one of its many modules, it names none, unless a catalogue of modules lists all that it finds
/// there. A README, or a page, is an index only where three of the links that it lists do
/// so, each to something else.
pub fn tooling(org: &Org) -> Tooling<'_> {
    let shared = |repo: usize| {
        let offers = org.repos[repo].offers.iter().enumerate();
        offers.filter(|(_, it)| it.is_shared()).map(|(number, _)| number).collect::<Vec<_>>()
    };
    let all: BTreeSet<(usize, usize)> =
        (0..org.repos.len()).flat_map(|repo| shared(repo).into_iter().map(move |it| (repo, it))).collect();
    let offering = Offering::of(org, &all);
    let mut indexes = Vec::new();
    for (repo, it) in org.repos.iter().enumerate() {
        let documents = it.facts.markers.iter().filter(|it| {
            let lists = [
                MarkerKind::CatalogueEntity,
                MarkerKind::ModuleCatalogue,
                MarkerKind::Page,
                MarkerKind::Readme,
                MarkerKind::ToolingIndex,
            ];
            lists.contains(&it.kind) && it.context == Context::Production
        });
        for marker in documents {
            let links = [Said::Link, Said::Target, Said::Url].into_iter().filter_map(|it| marker.says.get(&it));
            let is_page = matches!(marker.kind, MarkerKind::Page | MarkerKind::Readme);
            if is_page && links.clone().map(BTreeSet::len).sum::<usize>() < FEWEST {
                continue;
            }
            let links = links.flatten();
            let places: BTreeSet<(usize, String)> = links.filter_map(|it| offering.place(it, repo, marker)).collect();
            let mut entries = 0;
            let mut names: BTreeSet<(usize, usize)> = BTreeSet::new();
            for (repo, path) in places {
                let offers = &org.repos[repo].facts.offers;
                let mut offered = all.range((repo, 0)..(repo + 1, 0)).map(|it| &offers[it.1]);
                let mut is_all = || {
                    offered.next().is_some_and(|it| it.path.is_empty() || is_alone(it, offers))
                        && offered.next().is_none()
                };
                if path.is_empty() && marker.kind != MarkerKind::ModuleCatalogue && !is_all() {
                    entries += 1;
                    continue;
                }
                let is_there = |it: &(usize, usize)| {
                    let offer = &offers[it.1];
                    *offer.at.path == *path || is_at_or_below(&offer.path, &path)
                };
                let before = names.len();
                names.extend(all.range((repo, 0)..(repo + 1, 0)).copied().filter(is_there));
                entries += usize::from(names.len() > before);
            }
            // What a README says of one large library is no list.
            let lists = !is_page || entries >= FEWEST;
            if lists && names.len() >= FEWEST {
                indexes.push(Index { repo, marker, names });
            }
        }
    }
    let named: BTreeSet<(usize, usize)> = indexes.iter().flat_map(|it| it.names.iter().copied()).collect();
    let omitted = all.difference(&named).copied().collect();
    Tooling { indexes, named, omitted }
}

/// Whether a repository has no other definition of the kind: what it is known for is this one.
fn is_alone(offer: &Offer, offers: &[Offer]) -> bool {
    let same = offers.iter().filter(|it| it.artifact == offer.artifact && it.context == Context::Production);
    same.count() == 1
}

/// The repositories that have shared offers: links to others name nothing.
struct Offering {
    repos: BTreeSet<usize>,
    /// By host and full name, as [`key`] has them.
    by_name: FxHashMap<(String, String), usize>,
}

impl Offering {
    /// The repositories of these offers.
    fn of(org: &Org, shared: &BTreeSet<(usize, usize)>) -> Self {
        let repos: BTreeSet<usize> = shared.iter().map(|(repo, _)| *repo).collect();
        let named = repos.iter().filter_map(|&repo| {
            let identity = org.repos[repo].facts.repo.identity.as_ref()?;
            Some((key(&identity.host, &full_name(identity)), repo))
        });
        Offering { by_name: named.collect(), repos }
    }

    /// Where a link leads: a repository, and the path in it.
    fn place(&self, link: &str, from: usize, marker: &Marker) -> Option<(usize, String)> {
        let link = link.split(['?', '#']).next().unwrap_or(link).trim();
        // `git@host:owner/name` is an address too.
        if !link.contains("://") && !link.contains('@') {
            if !self.repos.contains(&from) {
                return None;
            }
            let folder = folder_of(&marker.at.path);
            let path = match link.strip_prefix('/') {
                Some(path) => crate::origin::action::normalise(path),
                None => crate::origin::action::normalise(&format!("{folder}/{link}")),
            };
            // A link to the document's own folder, or out of the repository, names nothing.
            let is_elsewhere = !path.is_empty() && path != folder && !path.starts_with("..");
            return is_elsewhere.then_some((from, path));
        }
        let (address, path) = parts(link);
        let git::GitUrl { host, owner, name } = git::parse(address)?;
        let repo = *self.by_name.get(&key(&host, &[&owner, "/", &name].concat()))?;
        Some((repo, path.to_owned()))
    }
}

/// The repository of a page on a forge, and the path that it shows: `…/tree/main/modules/vpc`.
fn parts(link: &str) -> (&str, &str) {
    for mark in ["/-/tree/", "/-/blob/", "/tree/", "/blob/", "/src/branch/", "/src/tag/"] {
        if let Some((repository, rest)) = link.split_once(mark) {
            // The ref is taken for one word, as nearly all are.
            return (repository, rest.split_once('/').map_or("", |(_, path)| path.trim_end_matches('/')));
        }
    }
    (link.trim_end_matches('/'), "")
}

/// Whether an offer lies at a path or below it. The README and the definition in a folder stand for what the folder
/// itself offers, its entry in a catalogue for the folder.
fn is_at_or_below(offer: &str, path: &str) -> bool {
    let folder_of_file = folder_of(path);
    let name = name_of(path);
    if matches!(name, "catalog-info.yaml" | "catalog-info.yml") {
        return is_at_or_below(offer, folder_of_file);
    }
    let is_readme = name.get(.."readme.".len()).is_some_and(|it| it.eq_ignore_ascii_case("readme."));
    let stands_for_folder = is_readme || matches!(name, "main.tf" | "main.tofu");
    let path = if stands_for_folder { folder_of_file } else { path };
    path.is_empty() && !stands_for_folder
        || offer.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') && !stands_for_folder)
}

#[cfg(test)]
mod tests {
    use super::{is_at_or_below, parts, tooling};
    use crate::facts::{Artifact, Context, Described, Facts, Marker, MarkerKind, Offer, RepoFacts, Said};
    use crate::org::link;
    use crate::rules::Rules;
    use crate::source::Location;

    fn repository(name: &str, modules: &[&str]) -> Facts {
        let mut facts = Facts::new(RepoFacts::acme(name));
        // In a folder of modules, with inputs: made for others.
        facts.offers.extend(modules.iter().map(|path| Offer {
            at: Location::whole_file(&format!("{path}/main.tf").into()),
            artifact: Artifact::TerraformModule,
            path: (*path).into(),
            name: (*path).to_owned(),
            version: None,
            described: false,
            inputs: Described { total: 1, described: 1 },
            outputs: Described::default(),
            traits: [].into(),
            context: Context::Production,
        }));
        facts
    }

    fn index(path: &str, links: &[&str]) -> Marker {
        let mut marker = Marker::new(Location::whole_file(&path.into()), MarkerKind::ToolingIndex);
        links.iter().for_each(|it| marker.say(Said::Link, *it));
        marker
    }

    #[test]
    fn what_an_index_names_and_omits() {
        let docs = |marker: Marker| {
            let mut docs = repository("docs", &[]);
            docs.markers.push(marker);
            let modules = repository("modules", &["modules/db", "modules/queue", "modules/vpc", "modules/waf"]);
            link(vec![docs, modules], &Rules::load(None).unwrap().tables)
        };
        let page = |module: &str| format!("https://github.com/Acme/modules/tree/main/modules/{module}");
        let (db, queue, vpc) = (page("db"), page("queue"), page("vpc"));
        for (links, named, omitted) in [
            (vec![&*db, &queue, &vpc, "https://example.org"], 3, vec![3]),
            // Which of its four modules is to be used the link doesn't say.
            (vec!["https://github.com/acme/modules"], 0, vec![0, 1, 2, 3]),
            (vec!["https://github.com/acme/modules/tree/main/modules"], 4, vec![]),
            // Two are no index.
            (vec![&*db, &queue], 0, vec![0, 1, 2, 3]),
            (vec!["./modules/db", "https://github.com/other/modules"], 0, vec![0, 1, 2, 3]),
        ] {
            let org = docs(index("README.md", &links));
            let found = tooling(&org);
            assert_eq!(found.indexes.iter().map(|it| it.names.len()).sum::<usize>(), named, "{links:?}");
            let expected = omitted.into_iter().map(|offer| (1, offer)).collect();
            assert_eq!(found.omitted, expected, "{links:?}");
        }
        let mut catalogue = index("root.hcl", &[]);
        catalogue.kind = MarkerKind::ModuleCatalogue;
        catalogue.say(Said::Url, "git@github.com:acme/modules.git");
        assert_eq!(tooling(&docs(catalogue)).indexes[0].names.len(), 4);
        // Beside the modules links are paths.
        let mut modules = repository("modules", &["modules/db", "modules/queue", "modules/vpc"]);
        modules
            .markers
            .push(index("docs/modules.md", &["../modules/db", "../modules/queue/README.md", "/modules/vpc", "."]));
        let org = link(vec![modules], &Rules::load(None).unwrap().tables);
        assert_eq!(tooling(&org).indexes[0].names.len(), 3);
        assert!(tooling(&org).omitted.is_empty());
    }

    #[test]
    fn which_readmes_are_an_index() {
        for (links, indexes, omitted) in [
            // Three to one library are one entry.
            (vec!["https://github.com/acme/modules", "https://github.com/acme/modules/tree/main/modules"], 0, 4),
            (vec!["https://github.com/acme/modules", "https://example.org/a", "https://example.org/b"], 0, 4),
            (
                vec![
                    "https://github.com/acme/modules/tree/main/modules/db",
                    "https://github.com/acme/modules/blob/main/modules/queue/README.md",
                    "https://github.com/acme/modules/tree/main/modules/vpc",
                ],
                1,
                1,
            ),
        ] {
            let mut readme = index("README.md", &links);
            readme.kind = MarkerKind::Readme;
            let mut docs = repository("docs", &[]);
            docs.markers.push(readme);
            let modules = repository("modules", &["modules/db", "modules/queue", "modules/vpc", "modules/waf"]);
            let org = link(vec![docs, modules], &Rules::load(None).unwrap().tables);
            let found = tooling(&org);
            assert_eq!((found.indexes.len(), found.omitted.len()), (indexes, omitted), "{links:?}");
            assert_eq!(found.named.len() + found.omitted.len(), 4);
        }
    }

    #[test]
    fn a_link_to_a_repository_names_what_it_is() {
        let addresses = ["db", "queue", "terraform-vpc", "estate"].map(|it| format!("https://github.com/acme/{it}"));
        let mut docs = repository("docs", &[]);
        docs.markers.push(index("docs/modules.md", &addresses.each_ref().map(String::as_str)));
        // One module is at the root, the others are alone; of the two of the estate one is for others.
        let mut estate = repository("estate", &["modules/addresses", "modules/own"]);
        estate.offers[1].inputs = Described::default();
        let mut vpc = repository("terraform-vpc", &[""]);
        vpc.offers[0].outputs.total = 1;
        let all = vec![docs, repository("db", &["modules/db"]), estate, repository("queue", &["modules/queue"]), vpc];
        let org = link(all, &Rules::load(None).unwrap().tables);
        let named: Vec<&str> =
            tooling(&org).named.iter().map(|(repo, _)| org.repos[*repo].id.rsplit('/').next().unwrap()).collect();
        assert_eq!(named, ["db", "queue", "terraform-vpc"]);
        assert_eq!(tooling(&org).omitted.len(), 1);
    }

    #[test]
    fn pages_of_forges() {
        for (link, repository, path) in [
            ("https://github.com/acme/modules", "https://github.com/acme/modules", ""),
            ("https://github.com/acme/modules/", "https://github.com/acme/modules", ""),
            (
                "https://github.com/acme/modules/tree/main/modules/vpc/",
                "https://github.com/acme/modules",
                "modules/vpc",
            ),
            ("https://gitlab.com/acme/ci/-/blob/v1/build.yml", "https://gitlab.com/acme/ci", "build.yml"),
            ("https://github.com/acme/modules/tree/main", "https://github.com/acme/modules", ""),
        ] {
            assert_eq!(parts(link), (repository, path), "{link}");
        }
    }

    #[test]
    fn what_a_path_names() {
        for (offer, path, expected) in [
            ("modules/vpc", "modules/vpc", true),
            ("modules/vpc", "modules", true),
            ("modules/vpc", "", true),
            ("modules/vpc", "modules/v", false),
            ("modules/vpc", "modules/vpc/README.md", true),
            ("modules/vpc/flow-logs", "modules/vpc/README.md", false),
            ("modules/vpc", "modules/vpc/main.tf", true),
            ("modules/vpc/flow-logs", "modules/vpc/main.tf", false),
            ("modules/vpc", "modules/vpc/variables.tf", false),
            ("modules/vpc", "modules/vpc/catalog-info.yaml", true),
            ("modules/vpc", "catalog-info.yaml", true),
            ("modules/vpc", "modules/db/catalog-info.yaml", false),
            ("modules/vpc", "README.md", false),
            ("", "README.md", true),
            ("", "modules", false),
        ] {
            assert_eq!(is_at_or_below(offer, path), expected, "{offer} {path}");
        }
    }
}
