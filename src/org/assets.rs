//! Which thing a use means, by every name that it may be called: the index of what the scanned repositories are and
//! offer, and what a use leads to in it.

use std::cell::OnceCell;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::libraries::Providers;
use super::owner::{Owner, Owners};
use super::{ADOPTED, AssetId, Link, Offered, full_name, key, offers, owner, registry};
use crate::facts::{Artifact, Context, Facts, Family, MarkerKind, Offer, Use};
use crate::origin::{Origin, Pin};
use crate::paths::name_of;
use crate::rules::tables::{RegistryTable, Tables};

/// What a reference names, whatever its version and place.
pub(super) struct Named {
    owner: Owner,
    asset: Option<Arc<AssetId>>,
    /// Whether it is something internal that is made for others.
    shareable: bool,
    /// The scanned repository that it names.
    provider: Option<usize>,
}

/// The links of all uses of one repository. Repositories name the same thing many times, so each reference is
/// resolved once.
pub(super) fn link_all(repo: usize, facts: &[Facts], index: &Index<'_>, owners: &Owners, tables: &Tables) -> Vec<Link> {
    let mut named: FxHashMap<(Artifact, &Origin), Named> = FxHashMap::default();
    let locked = Locked::of(&facts[repo]);
    let place = |at: &crate::source::Location| (at.path.clone(), at.line, at.column);
    let markers = facts[repo].markers.iter().filter(|it| it.kind == MarkerKind::BuilderBase);
    let builders: FxHashSet<_> = markers.map(|it| place(&it.at)).collect();
    let uses = facts[repo].uses.iter();
    uses.map(|usage| {
        let it = named
            .entry((usage.artifact, &usage.origin))
            .or_insert_with(|| resolve(usage, repo, facts, index, owners, tables));
        Link {
            owner: it.owner,
            asset: it.asset.clone(),
            shared: it.shareable && usage.context == Context::Production,
            builds_only: usage.artifact == Artifact::BaseImage && builders.contains(&place(&usage.at)),
            pin: if locked.has(usage) {
                Pin::Sha
            } else {
                pin(usage, || index.tags[it.provider?].as_ref().map(Tags::get))
            },
        }
    })
    .collect()
}

pub(super) fn resolve(
    usage: &Use,
    repo: usize,
    facts: &[Facts],
    index: &Index<'_>,
    owners: &Owners,
    tables: &Tables,
) -> Named {
    let own = facts[repo].repo.identity.as_ref();
    let asset = asset_id(usage, index, &tables.registries);
    let mut owner = owner::owner(usage, own, owners, &tables.registries);
    // One module under two spellings: the registry's name of the repository itself.
    let is_own = asset.as_ref().zip(own).is_some_and(|(asset, own)| index.is_repository(asset, own));
    if is_own {
        owner = Owner::SelfOwned;
    } else if matches!(usage.origin, Origin::Registry { .. })
        && owner == Owner::Unknown
        && asset.as_ref().is_some_and(|it| index.repository(it).is_some())
    {
        // Nobody knows whose the registry is, but what it serves was scanned.
        owner = Owner::Internal;
    }
    let is_said_to_be = owner != Owner::SelfOwned && tables.given.shares(asset.as_ref(), &usage.origin);
    if is_said_to_be && owner != Owner::ServerSide {
        owner = Owner::Internal;
    }
    let offered = asset.as_ref().filter(|_| owner == Owner::Internal).and_then(|id| index.offer(id, repo));
    let chart = offered.filter(|_| usage.artifact == Artifact::HelmChart);
    let chart = chart.and_then(|it| Some((&facts[it.repo], &facts[it.repo].offers[it.offer?])));
    // One chart is pushed to several registries, and moves between them: its scanned definition is its identity.
    let asset = chart.map_or(asset, |(provider, offer)| offer_id(provider, offer));
    let shareable = matches!(owner, Owner::Internal | Owner::ServerSide)
        && ADOPTED.contains(&usage.artifact.counts_as())
        && (is_said_to_be
            || !registry::is_mirror(&usage.origin, &tables.registries)
                && !chart.is_some_and(|(provider, offer)| offers::is_application_chart(provider, offer)));
    let provider = asset.as_ref().and_then(|it| index.repository(it));
    Named { owner, asset: asset.map(Arc::new), shareable, provider }
}

/// A ref of a scanned repository is a tag where it is among its tags, and else a branch.
pub(super) fn pin<'t>(usage: &Use, tags: impl FnOnce() -> Option<&'t FxHashSet<&'t str>>) -> Pin {
    match (usage.version.pin, &usage.version.reference) {
        (Pin::TagOrBranch, Some(reference)) => match tags() {
            Some(tags) if tags.contains(reference.as_str()) => Pin::Tag,
            Some(_) => Pin::Branch,
            None => Pin::TagOrBranch,
        },
        (pin, _) => pin,
    }
}

/// The tags of one repository, put together where one is asked for: a repository may have thousands.
struct Tags<'a> {
    names: &'a [String],
    set: OnceCell<FxHashSet<&'a str>>,
}

impl<'a> Tags<'a> {
    fn get(&self) -> &FxHashSet<&'a str> {
        self.set.get_or_init(|| self.names.iter().map(String::as_str).collect())
    }
}

/// The refs that lock files hold to commits: file, host, repository in lower case, ref.
pub(super) struct Locked<'a>(FxHashSet<(&'a str, &'a str, &'a str, &'a str)>);

impl<'a> Locked<'a> {
    pub(super) fn of(facts: &'a Facts) -> Self {
        let locks = facts.resolutions.iter().filter(|it| it.commit.is_some());
        Locked(locks.map(|it| (it.file.as_str(), it.host.as_str(), it.name.as_str(), it.reference.as_str())).collect())
    }

    fn has(&self, usage: &Use) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let (Origin::Repo { host, owner, name, path: _ }, Some(reference)) = (&usage.origin, &usage.version.reference)
        else {
            return false;
        };
        let name = format!("{owner}/{name}").to_lowercase();
        self.0.contains(&(&usage.at.path, host, &name, reference))
    }
}

/// Whether an image is linked to one that is made under another name.
pub(super) fn is_other_image(id: &AssetId, facts: &[Facts], offered: Offered) -> bool {
    let is_image = id.artifact.family() == Family::Image;
    let offer = offered.offer.filter(|_| is_image).map(|number| &facts[offered.repo].offers[number]);
    offer.is_some_and(|it| it.name.split_once('/') != Some((&id.host, &id.name)))
}

/// The identity of an offer of a repository that has one.
pub(super) fn offer_id(facts: &Facts, offer: &Offer) -> Option<AssetId> {
    let identity = facts.repo.identity.as_ref()?;
    Some(AssetId {
        artifact: offer.artifact,
        host: identity.host.clone(),
        name: full_name(identity),
        path: offer.path.to_string(),
    })
}

/// The identity of what a use names.
pub(super) fn asset_id(usage: &Use, index: &Index<'_>, table: &RegistryTable) -> Option<AssetId> {
    let id = |host: &str, name: &str, path: &str| {
        Some(AssetId { artifact: usage.artifact, host: host.to_owned(), name: name.to_owned(), path: path.to_owned() })
    };
    match &usage.origin {
        Origin::Repo { host, owner, name, path } => id(host, &index.spelling(host, &[owner, "/", name].concat()), path),
        Origin::Registry { host, name, path: _ } if usage.artifact == Artifact::CircleciOrb => match index.orb(name) {
            Some(orb) => id(&orb.identity.host, &full_name(orb.identity), orb.path),
            None => id(host, name, ""),
        },
        Origin::Registry { host, name, path } => match index.publisher(usage.artifact, host, name) {
            Some((host, name)) => id(host, &name, path),
            None => id(host, name, path),
        },
        // A mirror's copy is the image it is a copy of, so that its versions are counted with the others.
        Origin::Image { registry, repository } => match registry::upstream(registry, repository, table) {
            Some((host, name)) => id(&host, &name, ""),
            None => id(registry, repository, ""),
        },
        Origin::Url { host, path } => id(host, path, ""),
        Origin::ServerSide { name } => match index.libraries.get(name) {
            Some(provider) if usage.artifact == Artifact::JenkinsLibrary => {
                id(&provider.host, &index.spelling(&provider.host, &provider.full_name), "")
            }
            Some(_) | None => id("server-side", name, ""),
        },
        Origin::Local { .. } | Origin::Dynamic { .. } | Origin::Invalid { .. } => None,
    }
}

/// The repository on GitHub, as `owner/name`, that publishes a module of a public registry: the registries demand
/// `namespace/terraform-<system>-<name>` of their publishers.
pub(super) fn of_public_registry(artifact: Artifact, host: &str, name: &str) -> Option<String> {
    if artifact != Artifact::TerraformModule || !owner::is_public_module_registry(host) {
        return None;
    }
    let (namespace, module, system) = module_parts(name)?;
    Some(format!("{namespace}/terraform-{system}-{module}"))
}

/// Namespace, name and system of a registry's module.
pub(super) fn module_parts(name: &str) -> Option<(&str, &str, &str)> {
    let mut parts = name.split('/');
    Some((parts.next()?, parts.next()?, parts.next()?))
}

/// Look-ups over all scanned repositories.
pub(super) struct Index<'a> {
    /// Repository by [`key`], with its full name as the remote spells it.
    repos: FxHashMap<(String, String), (usize, String)>,
    /// Repositories that are used and not scanned, by [`key`]: of several spellings the first in order, so that one
    /// repository is one asset whatever the order of the input.
    used: FxHashMap<(String, String), String>,
    /// Host and full name of the scanned repositories named `terraform-<system>-<name>`, by that name in lower case.
    modules: FxHashMap<String, Vec<(&'a str, String)>>,
    /// The orbs in production of scanned repositories.
    orbs: Vec<Orb<'a>>,
    /// Images that scanned repositories make, as `registry/name`: repository and offer.
    images: FxHashMap<&'a str, Vec<(usize, usize)>>,
    /// Those of them that lie in registries of the organisation, by their names there, where these have two parts.
    image_paths: FxHashMap<&'a str, Vec<(usize, usize)>>,
    /// Production charts by name: repository and offer.
    charts: FxHashMap<&'a str, Vec<(usize, usize)>>,
    /// Offers by repository, artifact and path.
    offers: FxHashMap<(usize, Artifact, &'a str), usize>,
    /// Where libraries lie that are named by what the server calls them.
    libraries: &'a Providers,
    /// The tags of each repository, where the clone has all of them.
    tags: Vec<Option<Tags<'a>>>,
}

/// The source of an orb.
#[derive(Debug)]
pub(super) struct Orb<'a> {
    pub(super) identity: &'a crate::facts::Identity,
    /// Its folder within the repository.
    pub(super) path: &'a str,
}

impl Orb<'_> {
    /// Whether CircleCI's registry serves it under this name, by the names of its repository and its folder: orbs are
    /// named apart from both, and `acme/kiln` commonly lies in `kiln-orb`, `circleci-kiln` or `orbs/src/kiln`.
    pub(super) fn is_named(&self, namespace: &str, orb: &str) -> bool {
        let folder = name_of(self.path);
        let repository = self.identity.name.to_ascii_lowercase();
        let is_frame = |part: &&str| matches!(*part, "ci" | "circle" | "circleci" | "orb" | "orbs");
        let said = repository.split(['-', '_']).filter(|part| !is_frame(part));
        self.identity.owner.eq_ignore_ascii_case(namespace)
            && (folder.eq_ignore_ascii_case(orb) || said.eq(orb.to_ascii_lowercase().split(['-', '_'])))
    }
}

impl<'a> Index<'a> {
    pub(super) fn of(
        facts: &'a [Facts],
        libraries: &'a Providers,
        owners: &Owners,
        registries: &RegistryTable,
    ) -> Self {
        let mut index = Index {
            libraries,
            repos: FxHashMap::default(),
            used: FxHashMap::default(),
            modules: FxHashMap::default(),
            orbs: Vec::new(),
            images: FxHashMap::default(),
            image_paths: FxHashMap::default(),
            charts: FxHashMap::default(),
            offers: FxHashMap::default(),
            tags: Vec::with_capacity(facts.len()),
        };
        // The repositories that uses name, as they are written: most are named many times.
        let mut named: FxHashSet<(&str, &str, &str)> = FxHashSet::default();
        for (repo, it) in facts.iter().enumerate() {
            if let Some(identity) = &it.repo.identity {
                let full_name = full_name(identity);
                let name = identity.name.to_ascii_lowercase();
                if name.starts_with("terraform-") {
                    index.modules.entry(name).or_default().push((&identity.host, full_name.clone()));
                }
                index.repos.insert(key(&identity.host, &full_name), (repo, full_name));
            }
            for usage in &it.uses {
                let (host, full_name) = match &usage.origin {
                    Origin::Repo { host, owner, name, path: _ } if named.insert((host, owner, name)) => {
                        (host.as_str(), [owner, "/", name].concat())
                    }
                    Origin::Registry { host, name, path: _ } => match of_public_registry(usage.artifact, host, name) {
                        Some(full_name) => ("github.com", full_name),
                        None => continue,
                    },
                    Origin::Repo { .. }
                    | Origin::Dynamic { .. }
                    | Origin::Image { .. }
                    | Origin::Invalid { .. }
                    | Origin::Local { .. }
                    | Origin::ServerSide { .. }
                    | Origin::Url { .. } => continue,
                };
                let spelled = index.used.entry(key(host, &full_name)).or_insert_with(|| full_name.clone());
                if full_name < *spelled {
                    *spelled = full_name;
                }
            }
            for (number, offer) in it.offers.iter().enumerate() {
                index.offers.insert((repo, offer.artifact, &offer.path), number);
                if offer.artifact == Artifact::BaseImage
                    && offer.context == Context::Production
                    && !offer.name.contains('…')
                {
                    index.images.entry(&offer.name).or_default().push((repo, number));
                    if let Some((registry, path)) = offer.name.split_once('/')
                        && path.contains('/')
                        && registry::of_image(registry, path, owners, registries) == Owner::Internal
                    {
                        index.image_paths.entry(path).or_default().push((repo, number));
                    }
                }
                if offer.artifact == Artifact::HelmChart && offer.context == Context::Production {
                    index.charts.entry(&offer.name).or_default().push((repo, number));
                }
                if offer.artifact == Artifact::CircleciOrb
                    && offer.context == Context::Production
                    && let Some(identity) = &it.repo.identity
                {
                    index.orbs.push(Orb { identity, path: &offer.path });
                }
            }
            let has_all_tags = it.repo.commit.is_some() && !it.repo.shallow;
            index.tags.push(has_all_tags.then(|| Tags { names: &it.repo.tags, set: OnceCell::new() }));
        }
        index
    }

    /// A repository's full name in its one spelling: the forge's own where it was scanned.
    fn spelling(&self, host: &str, full_name: &str) -> String {
        let key = key(host, full_name);
        let spelled = self.repos.get(&key).map(|(_, spelled)| spelled).or_else(|| self.used.get(&key));
        spelled.map_or_else(|| full_name.to_owned(), Clone::clone)
    }

    /// The repository that publishes a registry's module, as host and full name. In the public registries it follows
    /// from the name. In a private one the repository has the same name, whoever its owner: it is told where exactly one
    /// scanned repository has it.
    fn publisher(&self, artifact: Artifact, host: &str, name: &str) -> Option<(&str, String)> {
        if let Some(full_name) = of_public_registry(artifact, host, name) {
            return Some(("github.com", self.spelling("github.com", &full_name)));
        }
        if artifact != Artifact::TerraformModule {
            return None;
        }
        let (_, module, system) = module_parts(name)?;
        match self.modules.get(&format!("terraform-{system}-{module}").to_ascii_lowercase())?.as_slice() {
            [(host, full_name)] => Some((host, full_name.clone())),
            _ => None,
        }
    }

    /// The source of a registry's orb, where exactly one scanned repository of its namespace is named like it.
    fn orb(&self, name: &str) -> Option<&Orb<'a>> {
        let (namespace, orb) = name.split_once('/')?;
        let mut named = self.orbs.iter().filter(|it| it.is_named(namespace, orb));
        let found = named.next()?;
        named.next().is_none().then_some(found)
    }

    fn is_repository(&self, asset: &AssetId, own: &crate::facts::Identity) -> bool {
        let own_key = key(&own.host, &full_name(own));
        match asset.artifact.family() {
            Family::Image => {
                let named = registry::repository_of_image(&asset.host, &asset.name);
                let own = self.repos.get(&own_key).map(|(repo, _)| *repo);
                let makers = self.makers(asset);
                named.is_some_and(|(host, full_name)| key(host, full_name) == own_key)
                    || !makers.is_empty() && makers.iter().all(|(repo, _)| Some(*repo) == own)
            }
            Family::Pipeline | Family::Terraform | Family::Chart | Family::Package => {
                key(&asset.host, &asset.name) == own_key
            }
        }
    }

    /// Where an image is made: repositories and their offers.
    fn makers(&self, id: &AssetId) -> &[(usize, usize)] {
        self.images.get([&id.host, "/", &id.name].concat().as_str()).map_or(&[], Vec::as_slice)
    }

    /// The scanned repository that an asset names.
    fn repository(&self, id: &AssetId) -> Option<usize> {
        self.repos.get(&key(&id.host, &id.name)).map(|(repo, _)| *repo)
    }

    /// The scanned offer behind an asset, if there is exactly one outside the using repository.
    pub(super) fn offer(&self, id: &AssetId, user: usize) -> Option<Offered> {
        let in_repository =
            |repo: usize| Offered { repo, offer: self.offers.get(&(repo, id.artifact, id.path.as_str())).copied() };
        match id.artifact.family() {
            Family::Chart => {
                if let Some(repo) = self.repository(id) {
                    return Some(in_repository(repo)).filter(|it| it.offer.is_some());
                }
                let name = id.name.rsplit('/').next()?;
                let mut others = self.charts.get(name)?.iter().filter(|(repo, _)| *repo != user);
                let &(repo, offer) = others.next()?;
                others.next().is_none().then_some(Offered { repo, offer: Some(offer) })
            }
            Family::Image => {
                let others: Vec<&(usize, usize)> = self.makers(id).iter().filter(|(repo, _)| *repo != user).collect();
                let named = registry::repository_of_image(&id.host, &id.name);
                let named = named.and_then(|(host, full_name)| self.repos.get(&key(host, full_name)));
                match (named, others.as_slice()) {
                    // The name says which repository it is; where that one makes it, it says so.
                    (Some((repo, _)), _) => {
                        let offer = others.iter().find(|(it, _)| it == repo).map(|(_, offer)| *offer);
                        Some(Offered { repo: *repo, offer })
                    }
                    (None, [(repo, offer), rest @ ..]) if rest.iter().all(|(it, _)| it == repo) => {
                        Some(Offered { repo: *repo, offer: Some(*offer) })
                    }
                    // Made in several repositories.
                    (None, [_, ..]) => None,
                    // One platform often has several registries, and an image moves between them.
                    (None, []) => {
                        let alike = self.image_paths.get(id.name.as_str())?;
                        let mut others = alike.iter().filter(|(repo, _)| *repo != user);
                        let (repo, offer) = others.next()?;
                        let is_one = others.all(|(it, _)| it == repo);
                        is_one.then_some(Offered { repo: *repo, offer: Some(*offer) })
                    }
                }
            }
            Family::Pipeline | Family::Terraform | Family::Package => self.repository(id).map(in_repository),
        }
    }
}
