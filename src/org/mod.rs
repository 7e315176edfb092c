//! Facts of many repositories → one organisation: who offers what, who uses it, and whose it is.
//!
//! [`link`] joins; [`owner`] tells whose something is; [`offers`] tells which definitions are made for others;
//! [`pipelines`] and [`genome`] find what is the same, [`figures`] counts it. All of it is pure, and depends on the set of facts only, never on their
//! order.

mod assets;
pub mod codeowners;
pub mod components;
pub mod copies;
pub mod does;
pub mod drifts;
mod environments;
pub mod figures;
pub mod genome;
pub mod given;
pub mod libraries;
pub mod modules;
pub mod offers;
pub mod owner;
pub mod pattern;
pub mod pipelines;
pub mod provisioning;
pub mod registry;
mod scanners;
mod sources;
pub mod teams;
pub mod tooling;
pub mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::assets::{Index, is_other_image, link_all, offer_id};
use crate::facts::{Artifact, Decisions, Facts, Made, MarkerKind, RepoFacts, Use};
use crate::org::copies::Copies;
use crate::org::genome::Genome;
use crate::org::given::Given;
use crate::org::libraries::Providers;
use crate::org::offers::OfferStatus;
use crate::org::owner::{Owner, Owners};
use crate::org::pipelines::PipelineView;
use crate::org::teams::TeamNames;
use crate::origin::{Origin, Pin, gitlab};
use crate::rules::tables::Tables;
use rustc_hash::FxHashMap;

/// Many repositories, linked.
#[derive(Debug)]
pub struct Org {
    /// The repositories, sorted by id, each once.
    pub repos: Vec<Repo>,
    /// Owners whose things are internal.
    pub owners: Owners,
    /// What the reader should know about the input: clones that were left out.
    pub notices: Vec<String>,
    /// The team of each repository, in their order; none where nobody owns all of it.
    pub teams: Vec<Option<String>>,
    /// What teams are called that CODEOWNERS calls otherwise.
    pub team_names: TeamNames,
    /// What the user says of the organisation.
    pub given: Given,
    /// Teams that are named and own no scanned repository as a whole, sorted.
    pub other_teams: Vec<String>,
    /// The things of the organisation that somebody outside their own repository uses, or that are made to be used.
    pub assets: BTreeMap<AssetId, Asset>,
    /// Where the libraries lie that only a CI server knows by their names.
    pub libraries: Providers,
    /// Which pipelines are the same.
    pub genome: Genome,
    /// What else is copied in place of being shared.
    pub copies: Copies,
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
    /// What decides whether parts of its modules and charts are made.
    pub decisions: Decisions,
    /// The places of evidence that its own calls don't make, or don't surely make: path and line.
    pub switched: FxHashMap<(String, u32), Made>,
}

/// What a use is, seen from the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whose the used thing is.
    pub owner: Owner,
    /// Which thing it is; absent for local, dynamic and invalid references.
    pub asset: Option<Arc<AssetId>>,
    /// Whether this is adoption: in production, of something internal that is made for others.
    pub shared: bool,
    /// Whether it is the image of a stage that only builds: no image that its file is built for ends at it.
    pub builds_only: bool,
    /// How firmly the version is held. Where the used repository was scanned with its tags, a ref that could be a tag or
    /// a branch is told apart. A ref that a lock file holds to a commit is held as firmly as the commit.
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
    /// That it is the one that is used was inferred, because no other scanned repository could be meant: of a library
    /// that only the server knows, of an image that another registry of the organisation has under the same name.
    pub is_inferred: bool,
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

/// The environment that a whole name is a word for, with a number behind it or not: `prod`, `Dev01`.
pub fn environment_of(name: &str) -> Option<&'static str> {
    environments::environment(name)
}

/// The artifacts adoption is measured for, in the order reports show them.
pub const ADOPTED: [Artifact; 5] =
    [Artifact::TerraformModule, Artifact::CiTemplate, Artifact::CiAction, Artifact::BaseImage, Artifact::HelmChart];

/// Links facts into an organisation.
pub fn link(facts: Vec<Facts>, tables: &Tables) -> Org {
    let (facts, notices) = one_clone_each(facts);
    let (ids, mut facts) = named(facts);
    let owners = Owners::of(facts.iter().filter_map(|it| it.repo.identity.as_ref())).with(&tables.given);
    facts.iter_mut().for_each(|it| bring_home(it, &owners));
    sources::join_all(&mut facts);
    pipelines::put_in_includes(&mut facts);
    scanners::settle_all(&mut facts);
    let libraries = libraries::providers(&facts, &tables.given.server_side);
    let index = Index::of(&facts, &libraries, &owners, &tables.registries);
    let mut assets: BTreeMap<AssetId, Asset> = BTreeMap::new();
    let links: Vec<Vec<Link>> = (0..facts.len()).map(|repo| link_all(repo, &facts, &index, &owners, tables)).collect();
    for (repo, links) in links.iter().enumerate() {
        for (number, link) in links.iter().enumerate() {
            let Some(id) = link.asset.as_deref().filter(|_| link.shared) else { continue };
            if !assets.contains_key(id) {
                assets.insert(id.clone(), Asset::default());
            }
            let Some(asset) = assets.get_mut(id) else { continue };
            asset.users.push((repo, number));
            asset.offered = asset.offered.or_else(|| index.offer(id, repo));
            asset.is_inferred |= asset.offered.is_some_and(|it| is_other_image(id, &facts, it));
            asset.is_inferred |= match &facts[repo].uses[number].origin {
                Origin::ServerSide { name } => libraries.get(name).is_some_and(|it| it.is_inferred),
                Origin::Repo { .. }
                | Origin::Registry { .. }
                | Origin::Image { .. }
                | Origin::Url { .. }
                | Origin::Local { .. }
                | Origin::Dynamic { .. }
                | Origin::Invalid { .. } => false,
            };
        }
    }
    // A library is used by its name; which of its steps are, its callers' pipelines tell.
    for (user, number, repo, path) in libraries.step_users(&facts) {
        let Some(identity) = facts[repo].repo.identity.as_ref().filter(|_| links[user][number].shared) else {
            continue;
        };
        let id = AssetId {
            artifact: Artifact::JenkinsLibrary,
            host: identity.host.clone(),
            name: full_name(identity),
            path: path.to_owned(),
        };
        let library = AssetId { path: String::new(), ..id.clone() };
        let is_inferred = assets.get(&library).is_some_and(|it| it.is_inferred);
        let offered = index.offer(&id, user);
        let asset = assets.entry(id).or_default();
        asset.users.push((user, number));
        asset.offered = asset.offered.or(offered);
        asset.is_inferred |= is_inferred;
    }
    let offers = offers::judge(&facts, &assets, &tables.given);
    offers::add_unused(&facts, &offers, &mut assets);
    let pipelines = pipelines::view(&facts, &owners, &libraries, &tables.steps, &tables.pipelines);
    let genome = genome::genome(&facts, &pipelines, &tables.pipelines);
    let copies = copies::copies(&facts);
    let given = tables.given.clone();
    let (teams, team_names) = teams::teams(facts.iter(), &given);
    let other_teams = teams::others(facts.iter(), &teams, &given);
    let repos = facts
        .into_iter()
        .zip(ids)
        .zip(links)
        .zip(offers)
        .zip(pipelines)
        .map(|((((facts, id), links), offers), pipelines)| {
            let decisions = Decisions::default();
            let switched = decisions.switched(&facts);
            Repo { id, facts, links, offers, pipelines, decisions, switched }
        })
        .collect();
    Org { repos, owners, notices, teams, team_names, given, other_teams, assets, libraries, genome, copies }
}

/// Actions and workflows are named without a host: on a GitHub server of one's own `acme/setup@v1` is looked for there
/// first, and on github.com only where it isn't there. An owner that is known on the repository's own host is taken for
/// that one. So is a group of a GitLab that isn't known, of which the repository is a mirror: a mirror on another forge
/// often has the group's name.
fn bring_home(facts: &mut Facts, owners: &Owners) {
    let Some(own) = &facts.repo.identity else { return };
    let (own, own_owner) = (&own.host, &own.owner);
    for usage in &mut facts.uses {
        let is_named_so =
            matches!(usage.artifact, Artifact::CiAction | Artifact::CiTemplate | Artifact::BuildkitePlugin);
        // Pipelines of Bitbucket are shared within a workspace, and name no other.
        if let Origin::Repo { host, owner, .. } = &mut usage.origin
            && owner.is_empty()
            && host == "bitbucket.org"
            && own == host
        {
            owner.clone_from(own_owner);
            continue;
        }
        if let Origin::Repo { host, owner, .. } = &mut usage.origin
            && is_named_so
            && (host == "github.com" && !usage.written.contains("://") || host == gitlab::SERVER)
            && owners.has(own, owner)
        {
            host.clone_from(own);
        }
    }
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
    [&identity.owner, "/", &identity.name].concat()
}

impl Org {
    /// The number of a repository by its id; nothing where none has it.
    pub fn number_of(&self, id: &str) -> Option<usize> {
        self.repos.binary_search_by(|it| it.id.as_str().cmp(id)).ok()
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
            .filter(|it| it.kind == MarkerKind::UnreadPipeline)
            .filter_map(|it| it.tool.as_deref())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{link, named};
    use crate::facts::{Artifact, Context, Facts, Identity, RepoFacts, Use};
    use crate::org::owner::Owner;
    use crate::rules::Rules;
    use crate::source::Location;

    fn folder(folder: &str) -> Facts {
        Facts::new(RepoFacts { identity: None, ..RepoFacts::acme(folder) })
    }

    fn repository(host: &str, owner: &str, name: &str) -> Facts {
        let mut facts = folder(name);
        facts.repo.identity = Some(Identity { host: host.to_owned(), owner: owner.to_owned(), name: name.to_owned() });
        facts
    }

    /// A call of a module, as its address is parsed.
    fn call(source: &str) -> Use {
        let reference = crate::origin::Reference::of(crate::origin::terraform::parse(source, None, ""));
        Use {
            at: Location::whole_file(&"main.tf".into()),
            artifact: Artifact::TerraformModule,
            written: source.to_owned(),
            origin: reference.origin,
            version: reference.version,
            context: Context::Production,
            via: None,
        }
    }

    /// What calls of these sources come to, in repositories of acme beside others.
    fn told(others: Vec<Facts>, sources: &[&str]) -> BTreeSet<(String, Owner)> {
        let mut user = repository("github.com", "acme", "shop");
        user.uses = sources.iter().map(|it| call(it)).collect();
        let tables = Rules::load(None).unwrap().tables;
        let org = link(others.into_iter().chain([user]).collect(), &tables);
        let shop = org.repos.iter().find(|it| it.id == "acme/shop").unwrap();
        let name = |link: &super::Link| link.asset.as_ref().map_or(String::new(), ToString::to_string);
        shop.links.iter().map(|link| (name(link), link.owner)).collect()
    }

    #[test]
    fn an_orb_is_the_repository_that_is_named_like_it() {
        let repo = |name: &str, orb: Option<&str>, uses: &[&str]| {
            let mut facts = folder(name);
            facts.repo.identity =
                Some(Identity { host: "github.com".to_owned(), owner: "acme".to_owned(), name: name.to_owned() });
            facts.offers.extend(orb.map(|path| crate::facts::Offer {
                at: Location::whole_file(&"orb.yml".into()),
                artifact: Artifact::CircleciOrb,
                path: path.into(),
                name: String::new(),
                version: None,
                described: true,
                inputs: crate::facts::Described::default(),
                outputs: crate::facts::Described::default(),
                traits: BTreeSet::new(),
                context: Context::Production,
            }));
            let of = |name: &&str| Use {
                at: Location::whole_file(&".circleci/config.yml".into()),
                artifact: Artifact::CircleciOrb,
                written: format!("{name}@1.2.3"),
                origin: crate::origin::Origin::Registry {
                    host: "circleci.com".to_owned(),
                    name: (*name).to_owned(),
                    path: String::new(),
                },
                version: crate::origin::Version::only(crate::origin::Pin::Exact),
                context: Context::Production,
                via: None,
            };
            facts.uses.extend(uses.iter().map(of));
            facts
        };
        let facts = vec![
            repo("kiln-circleci-orb", Some("src"), &["acme/kiln"]),
            repo("orbs", Some("src/glaze"), &[]),
            repo("shop", None, &["acme/kiln", "acme/glaze", "acme/clay", "example/kiln"]),
        ];
        let org = link(facts, &Rules::load(None).unwrap().tables);
        let named = |repo: usize| -> Vec<(Owner, String)> {
            let asset = |it: &super::Link| it.asset.as_ref().map(|it| format!("{}/{}//{}", it.host, it.name, it.path));
            org.repos[repo].links.iter().map(|it| (it.owner, asset(it).unwrap_or_default())).collect()
        };
        let by = |name: &str| org.repos.iter().position(|it| it.id.ends_with(name)).unwrap();
        assert_eq!(
            named(by("kiln-circleci-orb")),
            [(Owner::SelfOwned, "github.com/acme/kiln-circleci-orb//src".to_owned())]
        );
        assert_eq!(
            named(by("shop")),
            [
                (Owner::Internal, "github.com/acme/kiln-circleci-orb//src".to_owned()),
                (Owner::Internal, "github.com/acme/orbs//src/glaze".to_owned()),
                (Owner::Internal, "circleci.com/acme/clay//".to_owned()),
                (Owner::ThirdParty, "circleci.com/example/kiln//".to_owned()),
            ]
        );
    }

    #[test]
    fn one_module_has_many_spellings() {
        let spellings = [
            "acme/vpc/aws",
            "registry.terraform.io/acme/vpc/aws",
            "registry.opentofu.org/acme/vpc/aws",
            "Acme/vpc/aws",
            "github.com/acme/terraform-aws-vpc",
            "git::https://github.com/ACME/Terraform-aws-vpc.git?ref=v1",
            "git::ssh://git@github.com/acme/terraform-aws-vpc",
            "git@github.com:acme/terraform-aws-vpc.git",
        ];
        // Scanned, the forge's own spelling is the name; not scanned, the first in order.
        let scanned = repository("github.com", "acme", "terraform-aws-vpc");
        let expected = BTreeSet::from([("acme/terraform-aws-vpc".to_owned(), Owner::Internal)]);
        assert_eq!(told(vec![scanned], &spellings), expected);
        let expected = BTreeSet::from([("ACME/Terraform-aws-vpc".to_owned(), Owner::Internal)]);
        assert_eq!(told(Vec::new(), &spellings), expected);
    }

    #[test]
    fn actions_of_a_server_of_ones_own() {
        let mut user = repository("git.example.org", "acme", "shop");
        for (artifact, written) in [
            (Artifact::CiAction, "acme/setup@v1"),
            (Artifact::CiTemplate, "Acme/workflows/.github/workflows/ci.yml@v1"),
            (Artifact::CiAction, "actions/checkout@v4"),
            (Artifact::CiAction, "https://github.com/acme/setup@v1"),
        ] {
            let reference = crate::origin::Reference::of(crate::origin::action::parse(written));
            let at = Location::whole_file(&"ci.yml".into());
            let (origin, version) = (reference.origin, reference.version);
            let (written, context) = (written.to_owned(), Context::Production);
            user.uses.push(Use { at, artifact, written, origin, version, context, via: None });
        }
        let org = link(vec![user], &Rules::load(None).unwrap().tables);
        let owners: Vec<Owner> = org.repos[0].links.iter().map(|it| it.owner).collect();
        assert_eq!(owners, [Owner::Internal, Owner::Internal, Owner::Vendor, Owner::ThirdParty]);
    }

    #[test]
    fn a_private_registry_serves_what_was_scanned() {
        let module = || repository("github.com", "acme", "terraform-aws-vpc");
        let source = ["modules.example.net/platform/vpc/aws"];
        let expected = BTreeSet::from([("acme/terraform-aws-vpc".to_owned(), Owner::Internal)]);
        assert_eq!(told(vec![module()], &source), expected);
        // Two repositories of the name: nobody knows which.
        let twin = repository("github.com", "other", "terraform-aws-vpc");
        let expected = BTreeSet::from([("modules.example.net/platform/vpc/aws".to_owned(), Owner::Unknown)]);
        assert_eq!(told(vec![module(), twin], &source), expected);
        assert_eq!(told(Vec::new(), &source), expected);
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
