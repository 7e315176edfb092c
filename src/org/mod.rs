//! Facts of many repositories → one organisation: who offers what, who uses it, and whose it is.
//!
//! [`link`] joins; [`owner`] tells whose something is; [`offers`] tells which definitions are made for others;
//! [`pipelines`] finds what is the same. All of it is pure, and depends on the set of facts only, never on their
//! order.

pub mod offers;
pub mod owner;
pub mod pipelines;
pub mod registry;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::{Artifact, Context, Facts, MarkerKind, Offer, RepoFacts, Use};
use crate::org::offers::OfferStatus;
use crate::org::owner::{Owner, Owners};
use crate::org::pipelines::PipelineView;
use crate::origin::{Origin, Pin};
use crate::rules::tables::{RegistryTable, Tables};

/// Many repositories, linked.
#[derive(Debug)]
pub struct Org {
    /// The repositories, sorted by id, each once.
    pub repos: Vec<Repo>,
    /// Owners whose things are internal.
    pub owners: Owners,
    /// What the reader should know about the input: clones that were left out.
    pub notices: Vec<String>,
    /// The things of the organisation that somebody outside their own repository uses, or that are made to be used.
    pub assets: BTreeMap<AssetId, Asset>,
}

/// One repository with its links.
#[derive(Debug)]
pub struct Repo {
    /// `owner/name`, prefixed by the host where two hosts have the same; `_/folder` without identity.
    pub id: String,
    /// What was seen.
    pub facts: Facts,
    /// What each of `facts.uses` is, in the same order.
    pub links: Vec<Link>,
    /// What each of `facts.offers` is, in the same order.
    pub offers: Vec<OfferStatus>,
    /// What each of `facts.pipelines` is, in the same order.
    pub pipelines: Vec<PipelineView>,
}

/// What a use is, seen from the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whose the used thing is.
    pub owner: Owner,
    /// Which thing it is; absent for local, dynamic and invalid references.
    pub asset: Option<AssetId>,
    /// Whether this is adoption: in production, of something internal that is made for others.
    pub shared: bool,
    /// How firmly the version is held. Where the used repository was scanned with its tags, a ref that could be a tag or
    /// a branch is told apart.
    pub pin: Pin,
}

/// The identity of something that is used or offered, whatever the version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct AssetId {
    /// What kind of thing.
    pub artifact: Artifact,
    /// Host name.
    pub host: String,
    /// Name on the host.
    pub name: String,
    /// Folder or file within; `""` for the root.
    pub path: String,
}

impl std::fmt::Display for AssetId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let AssetId { artifact, host, name, path } = self;
        let separator = match artifact {
            Artifact::TerraformModule => "//",
            _ => "/",
        };
        // As people write them: `acme/workflows/…`, `alpine`.
        let name = if host == "docker.io" { name.strip_prefix("library/").unwrap_or(name) } else { name };
        let host = if host == "github.com" || host == "docker.io" { "" } else { host };
        let slash = if host.is_empty() { "" } else { "/" };
        write!(f, "{host}{slash}{name}")?;
        if path.is_empty() { Ok(()) } else { write!(f, "{separator}{path}") }
    }
}

/// Something the organisation offers for use.
#[derive(Debug, Default)]
pub struct Asset {
    /// Where it is offered, if that was scanned.
    pub offered: Option<Offered>,
    /// The uses of it in production, from other repositories: repository and use (indices).
    pub users: Vec<(usize, usize)>,
}

/// Where something is offered (indices).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offered {
    /// The repository.
    pub repo: usize,
    /// The definition; absent where none there names it: images have none, and a call may name a path that isn't there.
    pub offer: Option<usize>,
}

impl Asset {
    /// In how many repositories it is used.
    pub fn repositories(&self) -> usize {
        self.users.iter().map(|(repo, _)| repo).collect::<BTreeSet<_>>().len()
    }
}

/// The artifacts adoption is measured for, in the order reports show them.
pub const ADOPTED: [Artifact; 5] =
    [Artifact::TerraformModule, Artifact::CiTemplate, Artifact::CiAction, Artifact::BaseImage, Artifact::HelmChart];

/// Links facts into an organisation.
pub fn link(facts: Vec<Facts>, tables: &Tables) -> Org {
    let (facts, notices) = one_clone_each(facts);
    let (ids, facts) = named(facts);
    let owners = Owners::of(facts.iter().filter_map(|it| it.repo.identity.as_ref()));
    let index = Index::of(&facts);
    let mut assets: BTreeMap<AssetId, Asset> = BTreeMap::new();
    let links: Vec<Vec<Link>> = (0..facts.len()).map(|repo| link_all(repo, &facts, &index, &owners, tables)).collect();
    for (repo, links) in links.iter().enumerate() {
        for (number, link) in links.iter().enumerate() {
            let Some(id) = link.asset.as_ref().filter(|_| link.shared) else { continue };
            let asset = assets.entry(id.clone()).or_default();
            asset.users.push((repo, number));
            asset.offered = asset.offered.or_else(|| index.offer(id, repo));
        }
    }
    let offers = offers::judge(&facts, &assets);
    offers::add_unused(&facts, &offers, &mut assets);
    let pipelines = pipelines::view(&facts, &owners, &tables.steps);
    let repos = facts
        .into_iter()
        .zip(ids)
        .zip(links)
        .zip(offers)
        .zip(pipelines)
        .map(|((((facts, id), links), offers), pipelines)| Repo { id, facts, links, offers, pipelines })
        .collect();
    Org { repos, owners, notices, assets }
}

/// Of several clones of one repository the one with the newest HEAD counts, then the first folder in order.
fn one_clone_each(mut facts: Vec<Facts>) -> (Vec<Facts>, Vec<String>) {
    // The whole of the facts breaks the last tie, so that the order of the input never shows.
    let newest_first = |a: &Facts, b: &Facts| {
        let name = |it: &RepoFacts| it.identity.as_ref().map(|it| key(&it.host, &full_name(it)));
        name(&a.repo)
            .cmp(&name(&b.repo))
            .then_with(|| b.repo.committed.cmp(&a.repo.committed))
            .then_with(|| a.repo.cmp(&b.repo))
            .then_with(|| serde_json::to_string(a).ok().cmp(&serde_json::to_string(b).ok()))
    };
    facts.sort_by(newest_first);
    let mut kept: Vec<Facts> = Vec::with_capacity(facts.len());
    let mut notices = Vec::new();
    for it in facts {
        let same = kept.last().filter(|last| match (&last.repo.identity, &it.repo.identity) {
            (Some(a), Some(b)) => key(&a.host, &full_name(a)) == key(&b.host, &full_name(b)),
            _ => false,
        });
        match same {
            Some(last) => notices.push(format!(
                "two clones of {}: {} counts (HEAD of {}), {} does not",
                last.repo.identity.as_ref().map(full_name).unwrap_or_default(),
                last.repo.folder,
                last.repo.committed.as_deref().unwrap_or("unknown date"),
                it.repo.folder,
            )),
            None => kept.push(it),
        }
    }
    (kept, notices)
}

/// The names of repositories in every output, each once, and the repositories in the order of their names.
fn named(facts: Vec<Facts>) -> (Vec<String>, Vec<Facts>) {
    let mut hosts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for identity in facts.iter().filter_map(|it| it.repo.identity.as_ref()) {
        let (host, name) = key(&identity.host, &full_name(identity));
        hosts.entry(name).or_default().insert(host);
    }
    let name = |repo: &RepoFacts| match &repo.identity {
        Some(identity) => {
            let full_name = full_name(identity);
            let (_, name) = key(&identity.host, &full_name);
            if hosts[&name].len() > 1 { format!("{}/{full_name}", identity.host) } else { full_name }
        }
        None => format!("_/{}", repo.folder),
    };
    let mut named: BTreeMap<String, Facts> = BTreeMap::new();
    let mut again: BTreeMap<String, usize> = BTreeMap::new();
    for it in facts {
        // One folder given twice, as facts of two runs, can't be told apart from two folders of one name; both stay.
        let name = name(&it.repo);
        let mut id = name.clone();
        while named.contains_key(&id) {
            let n = again.entry(name.clone()).or_insert(1);
            *n += 1;
            id = format!("{name}~{n}");
        }
        named.insert(id, it);
    }
    named.into_iter().unzip()
}

/// A repository's host and full name, the same for all spellings: forges compare both without case.
fn key(host: &str, full_name: &str) -> (String, String) {
    (host.to_ascii_lowercase(), full_name.to_ascii_lowercase())
}

/// `owner/name`.
pub fn full_name(identity: &crate::facts::Identity) -> String {
    format!("{}/{}", identity.owner, identity.name)
}

/// What a reference names, whatever its version and place.
struct Named {
    owner: Owner,
    asset: Option<AssetId>,
    /// Whether it is something internal that is made for others.
    shareable: bool,
    /// The scanned repository that it names.
    provider: Option<usize>,
}

/// The links of all uses of one repository. Repositories name the same thing many times, so each reference is
/// resolved once.
fn link_all(repo: usize, facts: &[Facts], index: &Index<'_>, owners: &Owners, tables: &Tables) -> Vec<Link> {
    let mut named: FxHashMap<(Artifact, &Origin), Named> = FxHashMap::default();
    let uses = facts[repo].uses.iter();
    uses.map(|usage| {
        let it = named
            .entry((usage.artifact, &usage.origin))
            .or_insert_with(|| resolve(usage, repo, facts, index, owners, tables));
        Link {
            owner: it.owner,
            asset: it.asset.clone(),
            shared: it.shareable && usage.context == Context::Production,
            pin: pin(usage, it.provider.and_then(|it| index.tags[it].as_ref())),
        }
    })
    .collect()
}

fn resolve(usage: &Use, repo: usize, facts: &[Facts], index: &Index<'_>, owners: &Owners, tables: &Tables) -> Named {
    let own = facts[repo].repo.identity.as_ref();
    let asset = asset_id(usage, index, &tables.registries);
    let mut owner = owner::owner(usage, own, owners, &tables.registries);
    // One module under two spellings: the registry's name of the repository itself.
    let is_own = asset.as_ref().zip(own).is_some_and(|(asset, own)| index.is_repository(asset, own));
    if is_own {
        owner = Owner::SelfOwned;
    }
    let offered = asset.as_ref().filter(|_| owner == Owner::Internal).and_then(|id| index.offer(id, repo));
    let chart = offered.filter(|_| usage.artifact == Artifact::HelmChart);
    let chart = chart.and_then(|it| Some((&facts[it.repo], &facts[it.repo].offers[it.offer?])));
    // One chart is pushed to several registries, and moves between them: its scanned definition is its identity.
    let asset = chart.map_or(asset, |(provider, offer)| offer_id(provider, offer));
    let shareable = matches!(owner, Owner::Internal | Owner::ServerSide)
        && ADOPTED.contains(&usage.artifact)
        && !registry::is_mirror(&usage.origin, &tables.registries)
        && !chart.is_some_and(|(provider, offer)| offers::is_application_chart(provider, offer));
    let provider = asset.as_ref().and_then(|it| index.repository(it));
    Named { owner, asset, shareable, provider }
}

/// A ref of a scanned repository is a tag where it is among its tags, and else a branch.
fn pin(usage: &Use, tags: Option<&FxHashSet<&str>>) -> Pin {
    match (usage.version.pin, tags, &usage.version.reference) {
        (Pin::TagOrBranch, Some(tags), Some(reference)) if tags.contains(reference.as_str()) => Pin::Tag,
        (Pin::TagOrBranch, Some(_), Some(_)) => Pin::Branch,
        (pin, _, _) => pin,
    }
}

/// The identity of an offer of a repository that has one.
fn offer_id(facts: &Facts, offer: &Offer) -> Option<AssetId> {
    let identity = facts.repo.identity.as_ref()?;
    Some(AssetId {
        artifact: offer.artifact,
        host: identity.host.clone(),
        name: full_name(identity),
        path: offer.path.to_string(),
    })
}

/// The identity of what a use names.
fn asset_id(usage: &Use, index: &Index<'_>, table: &RegistryTable) -> Option<AssetId> {
    let id = |host: &str, name: &str, path: &str| {
        Some(AssetId { artifact: usage.artifact, host: host.to_owned(), name: name.to_owned(), path: path.to_owned() })
    };
    match &usage.origin {
        Origin::Repo { host, owner, name, path } => {
            // The forge's own spelling of a scanned repository wins, so that one repository is one asset.
            let spelled = index.spelling(host, owner, name).unwrap_or_else(|| format!("{owner}/{name}"));
            id(host, &spelled, path)
        }
        Origin::Registry { host, name, path } => match index.published(usage.artifact, host, name) {
            Some((host, name)) => id(&host, &name, path),
            None => id(host, name, path),
        },
        // A mirror's copy is the image it is a copy of, so that its versions are counted with the others.
        Origin::Image { registry, repository } => match registry::upstream(registry, repository, table) {
            Some((host, name)) => id(&host, &name, ""),
            None => id(registry, repository, ""),
        },
        Origin::Url { host, path } => id(host, path, ""),
        Origin::ServerSide { name } => id("server-side", name, ""),
        Origin::Local { .. } | Origin::Dynamic { .. } | Origin::Invalid { .. } => None,
    }
}

/// Look-ups over all scanned repositories.
struct Index<'a> {
    /// Repository by [`key`], with its full name as the remote spells it.
    repos: FxHashMap<(String, String), (usize, String)>,
    /// Production charts by name: repository and offer.
    charts: FxHashMap<&'a str, Vec<(usize, usize)>>,
    /// Offers by repository, artifact and path.
    offers: FxHashMap<(usize, Artifact, &'a str), usize>,
    /// The tags of each repository, where the clone has all of them.
    tags: Vec<Option<FxHashSet<&'a str>>>,
}

impl<'a> Index<'a> {
    fn of(facts: &'a [Facts]) -> Self {
        let mut index = Index {
            repos: FxHashMap::default(),
            charts: FxHashMap::default(),
            offers: FxHashMap::default(),
            tags: Vec::with_capacity(facts.len()),
        };
        for (repo, it) in facts.iter().enumerate() {
            if let Some(identity) = &it.repo.identity {
                let full_name = full_name(identity);
                index.repos.insert(key(&identity.host, &full_name), (repo, full_name));
            }
            for (number, offer) in it.offers.iter().enumerate() {
                index.offers.insert((repo, offer.artifact, &offer.path), number);
                if offer.artifact == Artifact::HelmChart && offer.context == Context::Production {
                    index.charts.entry(&offer.name).or_default().push((repo, number));
                }
            }
            let has_all_tags = it.repo.commit.is_some() && !it.repo.shallow;
            index.tags.push(has_all_tags.then(|| it.repo.tags.iter().map(String::as_str).collect()));
        }
        index
    }

    fn spelling(&self, host: &str, owner: &str, name: &str) -> Option<String> {
        self.repos.get(&key(host, &format!("{owner}/{name}"))).map(|(_, spelled)| spelled.clone())
    }

    /// The repository that publishes a module of a public registry: `namespace/terraform-<system>-<name>`, as the
    /// registry demands of its publishers.
    fn published(&self, artifact: Artifact, host: &str, name: &str) -> Option<(String, String)> {
        if artifact != Artifact::TerraformModule || !owner::is_public_module_registry(host) {
            return None;
        }
        let mut parts = name.split('/');
        let (namespace, module, system) = (parts.next()?, parts.next()?, parts.next()?);
        let spelled = self.spelling("github.com", namespace, &format!("terraform-{system}-{module}"))?;
        Some(("github.com".to_owned(), spelled))
    }

    fn is_repository(&self, asset: &AssetId, own: &crate::facts::Identity) -> bool {
        let own_key = key(&own.host, &full_name(own));
        match asset.artifact {
            Artifact::BaseImage | Artifact::CopiedImage | Artifact::CiImage => {
                let named = registry::repository_of_image(&asset.host, &asset.name);
                named.is_some_and(|(host, full_name)| key(host, full_name) == own_key)
            }
            Artifact::TerraformModule
            | Artifact::TerraformProvider
            | Artifact::CiTemplate
            | Artifact::CiAction
            | Artifact::HelmChart => key(&asset.host, &asset.name) == own_key,
        }
    }

    /// The scanned repository that an asset names.
    fn repository(&self, id: &AssetId) -> Option<usize> {
        self.repos.get(&key(&id.host, &id.name)).map(|(repo, _)| *repo)
    }

    /// The scanned offer behind an asset, if there is exactly one outside the using repository.
    fn offer(&self, id: &AssetId, user: usize) -> Option<Offered> {
        let in_repository =
            |repo: usize| Offered { repo, offer: self.offers.get(&(repo, id.artifact, id.path.as_str())).copied() };
        match id.artifact {
            Artifact::HelmChart => {
                if let Some(repo) = self.repository(id) {
                    return Some(in_repository(repo)).filter(|it| it.offer.is_some());
                }
                let name = id.name.rsplit('/').next()?;
                let mut others = self.charts.get(name)?.iter().filter(|(repo, _)| *repo != user);
                let &(repo, offer) = others.next()?;
                others.next().is_none().then_some(Offered { repo, offer: Some(offer) })
            }
            Artifact::BaseImage | Artifact::CopiedImage | Artifact::CiImage => {
                let (host, full_name) = registry::repository_of_image(&id.host, &id.name)?;
                self.repos.get(&key(host, full_name)).map(|(repo, _)| Offered { repo: *repo, offer: None })
            }
            Artifact::TerraformModule | Artifact::TerraformProvider | Artifact::CiTemplate | Artifact::CiAction => {
                self.repository(id).map(in_repository)
            }
        }
    }
}

impl Repo {
    /// Uses with what they are.
    pub fn linked_uses(&self) -> impl Iterator<Item = (&Use, &Link)> {
        self.facts.uses.iter().zip(&self.links)
    }

    /// CI systems of which the repository has pipelines that were counted, not read.
    pub fn unread_systems(&self) -> BTreeSet<&str> {
        self.facts
            .markers
            .iter()
            .filter_map(|it| match &it.kind {
                MarkerKind::UnreadPipeline { system } => Some(system.as_str()),
                MarkerKind::Readme | MarkerKind::Changelog => None,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::named;
    use crate::facts::{Facts, Listing, RepoFacts};

    fn folder(folder: &str) -> Facts {
        Facts::new(RepoFacts {
            identity: None,
            folder: folder.to_owned(),
            commit: None,
            branch: None,
            committed: None,
            tags: Vec::new(),
            shallow: false,
            listing: Listing::Walked,
        })
    }

    #[test]
    fn names_are_unique_and_sorted() {
        let facts: Vec<Facts> = ["a"; 11].into_iter().chain(["a~2", "B"]).map(folder).collect();
        let (names, facts) = named(facts);
        assert_eq!((names.len(), facts.len()), (13, 13));
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        assert!(names.contains(&"_/a~2~2".to_owned()), "{names:?}");
    }
}
