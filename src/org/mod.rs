//! Facts of many repositories → one organisation: who offers what, who uses it, and whose it is.
//!
//! [`link`] joins; [`owner`] tells whose something is; [`offers`] tells which definitions are made for others;
//! [`pipelines`] finds what is the same. All of it is pure, and depends on the set of facts only, never on their
//! order.

pub mod offers;
pub mod owner;
pub mod pipelines;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::{Artifact, Context, Facts, MarkerKind, Offer, RepoFacts, Use};
use crate::org::offers::OfferStatus;
use crate::org::owner::{Owner, Owners};
use crate::org::pipelines::PipelineView;
use crate::origin::{Origin, Pin};
use crate::rules::tables::Tables;

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
        let host = if host == "github.com" || host == "docker.io" { "" } else { host };
        let slash = if host.is_empty() { "" } else { "/" };
        write!(f, "{host}{slash}{name}")?;
        if path.is_empty() { Ok(()) } else { write!(f, "{separator}{path}") }
    }
}

/// Something the organisation offers for use.
#[derive(Debug, Default)]
pub struct Asset {
    /// The offering repository and offer (indices), where it was scanned.
    pub offered: Option<(usize, usize)>,
    /// The uses of it in production, from other repositories: repository and use (indices).
    pub users: Vec<(usize, usize)>,
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
    let ids = ids(&facts);
    let owners = Owners::of(facts.iter().filter_map(|it| it.repo.identity.as_ref()));
    let index = Index::of(&facts);
    let mut assets: BTreeMap<AssetId, Asset> = BTreeMap::new();
    let links: Vec<Vec<Link>> = (0..facts.len()).map(|repo| link_all(repo, &facts, &index, &owners, tables)).collect();
    for (repo, links) in links.iter().enumerate() {
        for (number, link) in links.iter().enumerate() {
            let Some(id) = link.asset.as_ref().filter(|_| link.shared) else { continue };
            let asset = assets.entry(id.clone()).or_default();
            asset.users.push((repo, number));
            asset.offered = asset.offered.or_else(|| index.offer(id, repo, &facts));
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
        let key =
            |it: &RepoFacts| it.identity.as_ref().map(|it| (it.host.to_lowercase(), full_name(it).to_lowercase()));
        key(&a.repo)
            .cmp(&key(&b.repo))
            .then_with(|| b.repo.committed.cmp(&a.repo.committed))
            .then_with(|| a.repo.cmp(&b.repo))
            .then_with(|| serde_json::to_string(a).ok().cmp(&serde_json::to_string(b).ok()))
    };
    facts.sort_by(newest_first);
    let mut kept: Vec<Facts> = Vec::with_capacity(facts.len());
    let mut notices = Vec::new();
    for it in facts {
        let same = kept.last().filter(|last| match (&last.repo.identity, &it.repo.identity) {
            (Some(a), Some(b)) => a.is(&b.host, &b.owner, &b.name),
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
    // One folder given twice, as facts of two runs, can't be told apart from two folders of one name; both stay.
    let ids = ids(&kept);
    let mut named: Vec<(String, Facts)> = ids.into_iter().zip(kept).collect();
    named.sort_by(|(a, _), (b, _)| a.cmp(b));
    (named.into_iter().map(|(_, facts)| facts).collect(), notices)
}

/// The names of repositories in every output, unique.
fn ids(facts: &[Facts]) -> Vec<String> {
    let mut hosts: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for identity in facts.iter().filter_map(|it| it.repo.identity.as_ref()) {
        hosts.entry(full_name(identity).to_lowercase()).or_default().insert(&identity.host);
    }
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    facts
        .iter()
        .map(|it| match &it.repo.identity {
            Some(identity) if hosts[&full_name(identity).to_lowercase()].len() > 1 => {
                format!("{}/{}", identity.host, full_name(identity))
            }
            Some(identity) => full_name(identity),
            None => {
                let id = format!("_/{}", it.repo.folder);
                let n = taken.entry(id.clone()).and_modify(|n| *n += 1).or_insert(1);
                if *n == 1 { id } else { format!("{id}~{n}") }
            }
        })
        .collect()
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
fn link_all(repo: usize, facts: &[Facts], index: &Index, owners: &Owners, tables: &Tables) -> Vec<Link> {
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
            pin: pin(usage, it.provider.map(|it| &facts[it].repo)),
        }
    })
    .collect()
}

fn resolve(usage: &Use, repo: usize, facts: &[Facts], index: &Index, owners: &Owners, tables: &Tables) -> Named {
    let own = facts[repo].repo.identity.as_ref();
    let asset = asset_id(usage, index);
    let mut owner = owner::owner(usage, own, owners, &tables.registries);
    // One module under two spellings: the registry's name of the repository itself.
    let is_own = asset.as_ref().zip(own).is_some_and(|(asset, own)| index.is_repository(asset, own));
    if is_own {
        owner = Owner::SelfOwned;
    }
    let offered = asset.as_ref().filter(|_| owner == Owner::Internal).and_then(|id| index.offer(id, repo, facts));
    // One chart is pushed to several registries, and moves between them: its scanned definition is its identity.
    let asset = match (asset, offered) {
        (Some(AssetId { artifact: Artifact::HelmChart, .. }), Some((provider, offer))) => {
            offer_id(&facts[provider], &facts[provider].offers[offer])
        }
        (asset, _) => asset,
    };
    let is_application_chart = |(provider, offer): (usize, usize)| {
        usage.artifact == Artifact::HelmChart
            && offers::is_application_chart(&facts[provider], &facts[provider].offers[offer])
    };
    let shareable = matches!(owner, Owner::Internal | Owner::ServerSide)
        && ADOPTED.contains(&usage.artifact)
        && !owner::is_mirror(&usage.origin, &tables.registries)
        && !offered.is_some_and(is_application_chart);
    let provider = asset.as_ref().and_then(|it| index.repository(it));
    Named { owner, asset, shareable, provider }
}

/// A ref of a scanned repository is a tag where it is among its tags, and else a branch.
fn pin(usage: &Use, provider: Option<&RepoFacts>) -> Pin {
    match (usage.version.pin, provider, &usage.version.reference) {
        (Pin::TagOrBranch, Some(provider), Some(reference)) if provider.commit.is_some() && !provider.shallow => {
            if provider.tags.contains(reference) {
                Pin::Tag
            } else {
                Pin::Branch
            }
        }
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
fn asset_id(usage: &Use, index: &Index) -> Option<AssetId> {
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
        Origin::Image { registry, repository } => id(registry, repository, ""),
        Origin::Url { host, path } => id(host, path, ""),
        Origin::ServerSide { name } => id("server-side", name, ""),
        Origin::Local { .. } | Origin::Dynamic { .. } | Origin::Invalid { .. } => None,
    }
}

/// Look-ups over all scanned repositories.
struct Index {
    /// Repository by host and full name in lower case.
    repos: FxHashMap<(String, String), usize>,
    /// Its identity as the remote spells it.
    spellings: FxHashMap<(String, String), String>,
    /// Production charts by name: repository and offer.
    charts: FxHashMap<String, Vec<(usize, usize)>>,
    /// Offers by repository, artifact and path.
    offers: FxHashMap<(usize, Artifact, String), usize>,
}

impl Index {
    fn of(facts: &[Facts]) -> Self {
        let mut index = Index {
            repos: FxHashMap::default(),
            spellings: FxHashMap::default(),
            charts: FxHashMap::default(),
            offers: FxHashMap::default(),
        };
        for (repo, it) in facts.iter().enumerate() {
            if let Some(identity) = &it.repo.identity {
                let key = (identity.host.to_lowercase(), full_name(identity).to_lowercase());
                index.repos.insert(key.clone(), repo);
                index.spellings.insert(key, full_name(identity));
            }
            for (number, offer) in it.offers.iter().enumerate() {
                index.offers.insert((repo, offer.artifact, offer.path.to_string()), number);
                if offer.artifact == Artifact::HelmChart && offer.context == Context::Production {
                    index.charts.entry(offer.name.clone()).or_default().push((repo, number));
                }
            }
        }
        index
    }

    fn spelling(&self, host: &str, owner: &str, name: &str) -> Option<String> {
        let key = (host.to_lowercase(), format!("{owner}/{name}").to_lowercase());
        self.spellings.get(&key).cloned()
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
        match asset.artifact {
            Artifact::BaseImage | Artifact::CopiedImage | Artifact::CiImage => {
                owner::is_repository_image(&asset.host, &asset.name, own)
            }
            Artifact::TerraformModule
            | Artifact::TerraformProvider
            | Artifact::CiTemplate
            | Artifact::CiAction
            | Artifact::HelmChart => {
                asset.host.eq_ignore_ascii_case(&own.host) && asset.name.eq_ignore_ascii_case(&full_name(own))
            }
        }
    }

    /// The scanned repository that an asset names.
    fn repository(&self, id: &AssetId) -> Option<usize> {
        self.repos.get(&(id.host.to_lowercase(), id.name.to_lowercase())).copied()
    }

    /// The scanned offer behind an asset, if there is exactly one outside the using repository.
    fn offer(&self, id: &AssetId, user: usize, facts: &[Facts]) -> Option<(usize, usize)> {
        match id.artifact {
            Artifact::HelmChart => {
                if let Some(repo) = self.repository(id) {
                    let offer = self.offers.get(&(repo, id.artifact, id.path.clone())).copied();
                    return offer.map(|offer| (repo, offer));
                }
                let name = id.name.rsplit('/').next()?;
                match self.charts.get(name)?.iter().filter(|(repo, _)| *repo != user).collect::<Vec<_>>().as_slice() {
                    [only] => Some(**only),
                    _ => None,
                }
            }
            Artifact::BaseImage | Artifact::CopiedImage | Artifact::CiImage => {
                let of_image = |it: &&Facts| {
                    it.repo.identity.as_ref().is_some_and(|own| owner::is_repository_image(&id.host, &id.name, own))
                };
                facts.iter().position(|it| of_image(&it)).map(|repo| (repo, usize::MAX))
            }
            Artifact::TerraformModule | Artifact::TerraformProvider | Artifact::CiTemplate | Artifact::CiAction => {
                let repo = self.repository(id)?;
                let offer = self.offers.get(&(repo, id.artifact, id.path.clone())).copied();
                Some((repo, offer.unwrap_or(usize::MAX)))
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
