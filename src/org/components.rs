//! What is deployed or provisioned: Terraform roots, charts, images, and the folders of tenants in a repository that keeps
//! many of one shape. Where a repository has none of these, it is one itself.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::given::Counting;
use super::modules::Modules;
use super::pattern::PathPattern;
use super::{Org, Repo};
use crate::facts::{Artifact, Context, OfferTrait};
use crate::paths::folder_of;

/// What a component is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ComponentKind {
    /// A chart of its own.
    Chart,
    /// An image that is built and that nobody starts from.
    Image,
    /// The repository as a whole.
    Repository,
    /// One of many sibling folders of one shape.
    Tenant,
    /// A folder of Terraform that is applied.
    TerraformRoot,
}

/// One component.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Component {
    /// The repository.
    pub repo: usize,
    /// Its folder, or the file of an image; empty for the root.
    pub path: String,
    /// What it is.
    pub kind: ComponentKind,
}

/// From how many sibling folders on they are tenants.
const FEWEST_TENANTS: usize = 10;

/// Of ten tenants, how many have a file of the same name.
const OF_TEN: usize = 8;

/// Every component of the organisation, by repository and path. What is offered to others is none: it is deployed where
/// it is used.
///
/// Where the configuration says which folders are tenants, these are, and no others; where it says that nothing in a folder
/// is a component, nothing is.
pub fn components(org: &Org) -> Vec<Component> {
    let of_repo = |(number, repo)| of_repo(number, repo, &org.given.counting(&repo.facts.repo));
    org.repos.iter().enumerate().flat_map(of_repo).collect()
}

/// Which component of a repository a file belongs to.
pub struct Places<'c> {
    /// The components of one repository by their paths, with their numbers; of two at one path the first.
    by_path: FxHashMap<&'c str, (usize, ComponentKind)>,
}

impl<'c> Places<'c> {
    /// Of the components of one repository, with their numbers.
    pub fn of(components: impl Iterator<Item = (usize, &'c Component)>) -> Self {
        let mut by_path = FxHashMap::default();
        for (number, it) in components {
            by_path.entry(it.path.as_str()).or_insert((number, it.kind));
        }
        Places { by_path }
    }

    /// The number of the component that a file belongs to: the innermost folder around it, or the file itself, where it
    /// is one.
    pub fn find(&self, path: &str) -> Option<usize> {
        if let Some((number, ComponentKind::Image)) = self.by_path.get(path) {
            return Some(*number);
        }
        let mut folder = path;
        loop {
            folder = folder_of(folder);
            match self.by_path.get(folder) {
                Some((number, kind)) if *kind != ComponentKind::Image => return Some(*number),
                _ if folder.is_empty() => return None,
                _ => {}
            }
        }
    }
}

fn of_repo(number: usize, repo: &Repo, said: &[&Counting]) -> Vec<Component> {
    let said_tenants: Vec<&PathPattern> = said.iter().flat_map(|it| it.tenants.iter().flatten()).collect();
    let tenants = match said.iter().any(|it| it.tenants.is_some()) {
        true => {
            repo.facts.paths().filter_map(|path| said_tenants.iter().find_map(|it| it.folder_around(path))).collect()
        }
        false => tenants(repo),
    };
    let of = |path: &str, kind| Component { repo: number, path: path.to_owned(), kind };
    let mut found: Vec<Component> = tenants.iter().map(|it| of(it, ComponentKind::Tenant)).collect();
    let is_in_tenant = |path: &str| {
        let mut folders = memchr::memchr_iter(b'/', path.as_bytes()).map(|end| &path[..end]);
        !tenants.is_empty() && (folders.any(|it| tenants.contains(it)) || tenants.contains(path))
    };
    let offers = || {
        let all = repo.facts.offers.iter().zip(&repo.offers);
        all.filter(|(offer, _)| offer.context == Context::Production)
    };
    let mut shared_modules = Vec::new();
    for (offer, status) in offers() {
        match (offer.artifact, status.is_shared()) {
            (Artifact::HelmChart, false) if !is_in_tenant(&offer.path) => {
                found.push(of(&offer.path, ComponentKind::Chart));
            }
            (Artifact::TerraformModule, true) => shared_modules.push(&*offer.path),
            _ => {}
        }
    }
    let calling = calling(repo);
    let modules = offers().filter(|(offer, status)| offer.artifact == Artifact::TerraformModule && !status.is_shared());
    let own: Vec<&str> = modules
        .filter(|(offer, _)| offer.traits.contains(&OfferTrait::Resources) || calling.contains(&*offer.path))
        .map(|(offer, _)| &*offer.path)
        .collect();
    if !own.is_empty() {
        // What other folders call is a part of them.
        let parts = Modules::of(&repo.facts).parts(own.iter().copied().chain(shared_modules.iter().copied()));
        let roots = own.into_iter().filter(|it| !parts.contains(*it) && !is_in_tenant(it));
        found.extend(roots.map(|it| of(it, ComponentKind::TerraformRoot)));
    }
    let built: BTreeSet<&str> = offers()
        .filter(|(offer, status)| offer.artifact == Artifact::BaseImage && status.is_shared())
        .map(|(offer, _)| &*offer.path)
        .collect();
    let images = repo.linked_uses().filter(|(usage, link)| {
        usage.artifact == Artifact::BaseImage && usage.context == Context::Production && !link.builds_only
    });
    for (usage, _) in images {
        if !built.contains(folder_of(&usage.at.path)) && !is_in_tenant(&usage.at.path) {
            found.push(of(&usage.at.path, ComponentKind::Image));
        }
    }
    let is_ignored = |it: &Component| {
        let is_file = it.kind == ComponentKind::Image;
        let ignores = |by: &PathPattern| if is_file { by.holds_file(&it.path) } else { by.holds_folder(&it.path) };
        said.iter().flat_map(|it| &it.ignore).any(ignores)
    };
    found.retain(|it| !is_ignored(it));
    if found.is_empty() {
        found.push(of("", ComponentKind::Repository));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The folders that call modules: a root may have nothing else.
fn calling(repo: &Repo) -> FxHashSet<&str> {
    let calls = repo.facts.uses.iter().filter(|it| it.artifact == Artifact::TerraformModule);
    calls.map(|it| folder_of(&it.at.path)).collect()
}

/// The folders of tenants: at least ten siblings, each with something that is declared in production, of which at least
/// eight in ten have a file of the same name. The outermost such siblings count. Modules that are called, and modules,
/// charts and images that are offered to others, are no tenants, however many lie side by side.
fn tenants(repo: &Repo) -> FxHashSet<&str> {
    let declared = declared(repo);
    if declared.len() < FEWEST_TENANTS {
        return FxHashSet::default();
    }
    let offered: FxHashSet<&str> = repo
        .facts
        .offers
        .iter()
        .zip(&repo.offers)
        .filter(|(offer, status)| status.is_shared() || offer.artifact == Artifact::HelmChart)
        .map(|(offer, _)| &*offer.path)
        .collect();
    // What the repository calls itself is a module.
    let calls = repo.facts.uses.iter().filter(|it| it.artifact == Artifact::TerraformModule);
    let called: FxHashSet<&str> = calls.filter_map(|it| repo.facts.local_path(it)).collect();
    let mut found: FxHashSet<&str> = FxHashSet::default();
    // What lies above goes first.
    for (parent, children) in siblings(&declared) {
        let is_within =
            found.contains(parent) || parent.match_indices('/').any(|(at, _)| found.contains(&parent[..at]));
        let n_parts = children.iter().filter(|(it, _)| offered.contains(it) || called.contains(it)).count();
        if is_within || 2 * n_parts > children.len() {
            continue;
        }
        let mut names: FxHashMap<&str, usize> = FxHashMap::default();
        for (folder, first) in &children {
            let below = |path: &&'_ str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
            for path in declared[*first..].iter().take_while(|it| below(it)) {
                *names.entry(&path[folder.len() + 1..]).or_default() += 1;
            }
        }
        if names.values().any(|n| 10 * n >= OF_TEN * children.len()) {
            found.extend(children.iter().map(|(folder, _)| folder));
        }
    }
    found
}

/// The files with something that is declared in production, sorted.
fn declared(repo: &Repo) -> Vec<&str> {
    let resources = repo.facts.resources.iter().filter(|it| it.context == Context::Production).map(|it| &it.at);
    let objects = repo.facts.objects.iter().filter(|it| it.context == Context::Production).map(|it| &it.at);
    let uses = repo.facts.uses.iter().filter(|it| {
        it.context == Context::Production
            && matches!(
                it.artifact,
                Artifact::TerraformModule | Artifact::TerraformProvider | Artifact::HelmChart | Artifact::KustomizeBase
            )
    });
    let mut declared: Vec<&str> = resources.chain(objects).chain(uses.map(|it| &it.at)).map(|it| &*it.path).collect();
    // What one file declares lies side by side, and shares its path.
    declared.dedup_by(|a, b| std::ptr::eq(*a, *b));
    declared.sort();
    declared.dedup();
    declared
}

/// The folders that have enough folders in them for these to be tenants, sorted, each with these folders and which of the
/// files is the first in each. Of sorted files those of one folder lie side by side.
fn siblings<'a>(files: &[&'a str]) -> Vec<(&'a str, Vec<(&'a str, usize)>)> {
    let mut found: FxHashMap<&str, Vec<(&str, usize)>> = FxHashMap::default();
    let mut before = "";
    for (number, path) in files.iter().enumerate() {
        let folder = folder_of(path);
        if number > 0 && folder == folder_of(before) {
            continue;
        }
        let n_same = before.bytes().zip(path.bytes()).take_while(|(a, b)| a == b).count();
        let mut parent = "";
        for end in memchr::memchr_iter(b'/', path.as_bytes()) {
            // The folders that the file before lies in too are known.
            if end >= n_same {
                found.entry(parent).or_default().push((&path[..end], number));
            }
            parent = &path[..end];
        }
        before = path;
    }
    let mut found: Vec<_> = found.into_iter().filter(|(_, folders)| folders.len() >= FEWEST_TENANTS).collect();
    found.sort_unstable_by_key(|(parent, _)| *parent);
    found
}

#[cfg(test)]
mod tests {
    use super::{Component, ComponentKind, Places, components};
    use crate::facts::{Artifact, Context, Facts, Managed, Object, RepoFacts, Resource, Use};
    use crate::org;
    use crate::origin::{Origin, Pin, Version};
    use crate::rules::Rules;
    use crate::source::Location;

    #[test]
    fn a_file_belongs_to_the_innermost() {
        let of = |path: &str, kind| Component { repo: 0, path: path.to_owned(), kind };
        let components = [
            of("", ComponentKind::TerraformRoot),
            of("deploy", ComponentKind::Chart),
            of("deploy/tools", ComponentKind::TerraformRoot),
            of("Dockerfile", ComponentKind::Image),
        ];
        let places = Places::of(components.iter().enumerate());
        for (path, expected) in [
            ("main.tf", Some(0)),
            ("deploy/Chart.yaml", Some(1)),
            ("deploy/tools/main.tf", Some(2)),
            ("deployment/main.tf", Some(0)),
            ("Dockerfile", Some(3)),
            ("Dockerfile.dev", Some(0)),
        ] {
            assert_eq!(places.find(path), expected, "{path}");
        }
        assert_eq!(Places::of([].into_iter()).find("main.tf"), None);
    }

    fn empty() -> Facts {
        Facts::new(RepoFacts::acme("mono"))
    }

    /// How many tenants there are in a repository.
    fn tenants(facts: Facts) -> usize {
        let org = org::link(vec![facts], &Rules::load(None).unwrap().tables);
        components(&org).iter().filter(|it| it.kind == ComponentKind::Tenant).count()
    }

    fn namespace(path: &str) -> Object {
        Object {
            at: Location::whole_file(&path.into()),
            group: String::new(),
            version: "v1".to_owned(),
            kind: "Namespace".to_owned(),
            name: "a".to_owned(),
            namespace: None,
            managed: Managed::Raw,
            traits: [].into(),
            context: Context::Production,
        }
    }

    #[test]
    fn folders_of_one_shape_are_tenants() {
        let with = |n: usize, name: &dyn Fn(usize) -> String| {
            let mut facts = empty();
            facts.objects = (0..n).map(|at| namespace(&format!("namespaces/team-{at}/{}", name(at)))).collect();
            tenants(facts)
        };
        assert_eq!(with(10, &|_| "00-namespace.yaml".to_owned()), 10);
        // Nine are too few, and folders that have nothing in common are no tenants.
        assert_eq!(with(9, &|_| "00-namespace.yaml".to_owned()), 0);
        assert_eq!(with(12, &|at| format!("{at}.yaml")), 0);
        // Eight in ten have the file.
        assert_eq!(with(10, &|at| if at < 8 { "ns.yaml".to_owned() } else { format!("{at}.yaml") }), 10);
        assert_eq!(with(10, &|at| if at < 7 { "ns.yaml".to_owned() } else { format!("{at}.yaml") }), 0);
    }

    #[test]
    fn modules_that_are_called_are_no_tenants() {
        let mut facts = empty();
        for at in 0..12 {
            let path = format!("modules/m{at}");
            facts.resources.push(Resource {
                at: Location::whole_file(&format!("{path}/main.tf").as_str().into()),
                r#type: "aws_s3_bucket".to_owned(),
                name: "a".to_owned(),
                context: Context::Production,
                shape: None,
            });
            facts.uses.push(Use {
                at: Location::whole_file(&"main.tf".into()),
                artifact: Artifact::TerraformModule,
                written: format!("./{path}"),
                origin: Origin::Local { path },
                version: Version::only(Pin::SameCommit),
                context: Context::Production,
                via: None,
            });
        }
        assert_eq!(tenants(facts), 0);
    }
}
