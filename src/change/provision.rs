//! What is written out, or taken from elsewhere, where the organisation has a module of its own for it.

use std::collections::{BTreeMap, BTreeSet};

use super::moved::{Moved, pair};
use super::pins::Uses;
use super::sides::Side;
use super::{Item, Kind};
use crate::facts::{Artifact, Use};
use crate::knowledge::classes::{Class, Classes};
use crate::measure::offer_name;
use crate::org::owner::Owner;
use crate::org::provisioning::{self, Mechanism, Place};
use crate::org::versions::{Versions, newest_of_offer};
use crate::org::{Asset, AssetId, Link, Org};
use crate::origin::Origin;
use crate::paths::folder_of;
use crate::rules::{Rules, counted_repositories};

/// First raw resources of a class, raw resources in the place of modules, and public modules, each where the organisation
/// has a module of its own.
pub(super) fn added(
    before: &Side<'_>,
    after: &Side<'_>,
    uses: &Uses<'_>,
    moved: &Moved<'_>,
    rules: &Rules,
) -> Vec<Item> {
    let classes = &rules.tables.knowledge.classes;
    let (was, is) = (provisioning::find(before.org, classes), provisioning::find(after.org, classes));
    let modules = modules(after.org, classes);
    let mut items = Vec::new();
    for ((class, mechanism), places) in &is {
        if *mechanism != Mechanism::RawResource {
            continue;
        }
        let own: Vec<&Place<'_>> = places.iter().filter(|it| it.repo == after.number).collect();
        let known: &[Place<'_>] = was.get(&(*class, Mechanism::RawResource)).map_or(&[], Vec::as_slice);
        let of_before: Vec<&Place<'_>> = known.iter().filter(|it| it.repo == before.number).collect();
        let alike = |a: &&Place<'_>, b: &&Place<'_>| a.what == b.what;
        let in_file = |a: &&Place<'_>, b: &&Place<'_>| alike(a, b) && moved.path_after(&a.at.path) == &*b.at.path;
        let in_words = |a: &&Place<'_>, b: &&Place<'_>| in_file(a, b) && a.at.line_hash == b.at.line_hash;
        let (_, _, own) = pair(of_before, own, &[&in_words, &in_file, &alike]);
        if own.is_empty() {
            continue;
        }
        items.extend(
            left(*class, &own, uses, after.org, classes, &modules)
                .or_else(|| first(*class, &own, known, before, after, &modules)),
        );
    }
    items.extend(bypassed(uses, classes, &modules));
    items
}

/// A module of the organisation that provisions one class of things.
struct Module<'o> {
    class: Class,
    name: String,
    /// The types that it brings, where it was scanned.
    wraps: Option<&'o BTreeSet<String>>,
    repositories: u64,
    newest: Option<String>,
}

impl Module<'_> {
    fn words(&self) -> String {
        let used = match self.repositories {
            0 => "which no other repository uses yet".to_owned(),
            n => format!("which {} use{}", counted_repositories(n), if n == 1 { "s" } else { "" }),
        };
        let newest = self.newest.as_ref().map(|it| format!("; its newest version is {it}")).unwrap_or_default();
        format!("{}, {used}{newest}", self.name)
    }
}

/// The shared modules of which it can be told that they are for one class of things: by their name, or because they bring
/// resources of one class alone.
fn modules<'o>(org: &'o Org, classes: &Classes) -> Vec<Module<'o>> {
    let of_asset = |(id, asset): (&'o AssetId, &'o Asset)| {
        if id.artifact != Artifact::TerraformModule {
            return None;
        }
        let offered = asset.offered.and_then(|it| Some((it.repo, it.offer?)));
        // What is used and was never seen may be anybody's: an asset with users is internal.
        let wraps = offered.map(|(repo, offer)| &org.repos[repo].offers[offer].wraps);
        let name = if id.path.is_empty() { id.name.rsplit('/').next().unwrap_or(&id.name) } else { &id.path };
        let brings = || wraps.into_iter().flatten().filter_map(|it| classes.of_type(it)).collect::<BTreeSet<Class>>();
        let class = classes.of_name(name).or_else(|| match brings().into_iter().collect::<Vec<_>>().as_slice() {
            [only] => Some(*only),
            _ => None,
        })?;
        let newest = offered.and_then(|(repo, offer)| {
            let facts = &org.repos[repo].facts;
            newest_of_offer(&facts.offers[offer], Versions::of_repository(facts).as_ref())
        });
        let name = match offered {
            Some((repo, offer)) => offer_name(org, repo, &org.repos[repo].facts.offers[offer]),
            None => id.to_string(),
        };
        Some(Module { class, name, wraps, repositories: asset.repositories() as u64, newest })
    };
    org.assets.iter().filter_map(of_asset).collect()
}

/// The provider that a type of Terraform is of, as its first word says: `aws` of `aws_db_instance`.
fn provider(of_type: &str) -> Option<&str> {
    of_type.split_once('_').map(|(provider, _)| provider)
}

/// The modules for a class of things that bring this type, else those of the same provider; the one that most repositories
/// use first. Of modules that were not scanned their names must say the provider.
fn modules_for<'m, 'o>(
    modules: &'m [Module<'o>],
    class: Class,
    of_provider: &str,
    of_type: Option<&str>,
) -> Vec<&'m Module<'o>> {
    let rank = |it: &Module<'_>| match it.wraps {
        Some(wraps) if of_type.is_some_and(|it| wraps.contains(it)) => Some(0),
        Some(wraps) if wraps.iter().any(|it| provider(it) == Some(of_provider)) => Some(1),
        Some(_) => None,
        None => it.name.split(['/', '-', '_', '.']).any(|it| it == of_provider).then_some(2),
    };
    let of_class = modules.iter().filter(|it| it.class == class);
    let mut ranked: Vec<(u8, &Module<'_>)> = of_class.filter_map(|it| Some((rank(it)?, it))).collect();
    ranked.sort_by_key(|(rank, it)| (*rank, std::cmp::Reverse(it.repositories), &it.name));
    let best = ranked.first().map(|(rank, _)| *rank);
    ranked.into_iter().filter(|(rank, _)| Some(*rank) == best).map(|(_, it)| it).collect()
}

/// How many modules are named besides the first.
const NAMED: usize = 2;

/// Which module to use: the first of these, with the names of others. Nothing where there is none.
fn advice(modules: &[&Module<'_>]) -> Option<String> {
    let (first, others) = modules.split_first()?;
    let names: Vec<&str> = others.iter().take(NAMED).map(|it| it.name.as_str()).collect();
    let others = if names.is_empty() { String::new() } else { format!(" Others for the same: {}.", names.join(", ")) };
    Some(format!("Use the module {}.{others}", first.words()))
}

/// The first raw resource of a class in the team that owns the repository, or in the repository where nobody does.
fn first(
    class: Class,
    own: &[&Place<'_>],
    known: &[Place<'_>],
    before: &Side<'_>,
    after: &Side<'_>,
    modules: &[Module<'_>],
) -> Option<Item> {
    let team = after.org.teams[after.number].as_deref();
    let is_of_unit = |repo: usize| repo == before.number || team.is_some() && before.org.teams[repo].as_deref() == team;
    if known.iter().any(|it| is_of_unit(it.repo)) {
        return None;
    }
    let (place, to_do) = own
        .iter()
        .find_map(|it| Some((it, advice(&modules_for(modules, class, provider(&it.what)?, Some(&it.what)))?)))?;
    let unit = team.map_or("this repository".to_owned(), |it| format!("team {it}"));
    Some(Item {
        kind: Kind::FirstRawResource,
        at: place.at.clone(),
        what: format!("This is the first {} of {unit} that is written out ({}).", class_words(class), place.what),
        to_do,
        key: format!("{}:{}", Kind::FirstRawResource.id(), class_words(class)),
        after: vec![place.at.clone()],
        before: Vec::new(),
    })
}

/// A raw resource that stands where a module of the organisation was called: the module brings its type, or, where the
/// module was not scanned, it was called in the same folder.
fn left(
    class: Class,
    own: &[&Place<'_>],
    uses: &Uses<'_>,
    org: &Org,
    classes: &Classes,
    modules: &[Module<'_>],
) -> Option<Item> {
    let was_called = |it: &&(&Use, &Link)| it.0.artifact == Artifact::TerraformModule && it.1.owner == Owner::Internal;
    let calls = uses.gone.iter().filter(was_called);
    let mut stands = calls.filter_map(|(usage, link)| {
        let id = link.asset.as_deref()?;
        let offered = org.assets.get(id).and_then(|it| it.offered).and_then(|it| Some((it.repo, it.offer?)));
        let place = match offered {
            Some((repo, offer)) => {
                let name = offer_name(org, repo, &org.repos[repo].facts.offers[offer]);
                let wraps = modules.iter().find(|it| it.name == name).and_then(|it| it.wraps)?;
                own.iter().find(|it| wraps.contains(&*it.what))?
            }
            None => {
                let name = if id.path.is_empty() { &id.name } else { &id.path };
                let is_of_class = classes.of_name(name.rsplit('/').next()?) == Some(class);
                own.iter().find(|it| is_of_class && folder_of(&it.at.path) == folder_of(&usage.at.path))?
            }
        };
        Some((place, id, usage))
    });
    let (place, id, usage) = stands.next()?;
    Some(Item {
        kind: Kind::ModuleReplaced,
        at: place.at.clone(),
        what: format!(
            "{} is written out here; before, the module {id} made one ({}:{} of the base).",
            place.what, usage.at.path, usage.at.line
        ),
        to_do: "Keep calling the module, and add to it what it lacks.".to_owned(),
        key: format!("{}:{}", Kind::ModuleReplaced.id(), place.what),
        after: vec![place.at.clone()],
        before: vec![usage.at.clone()],
    })
}

/// New calls of modules that others publish, where the organisation has one of its own for the same class of things.
fn bypassed(uses: &Uses<'_>, classes: &Classes, modules: &[Module<'_>]) -> Vec<Item> {
    let mut found: BTreeMap<(&str, String), Item> = BTreeMap::new();
    for (usage, link) in &uses.new {
        if usage.artifact != Artifact::TerraformModule || !matches!(link.owner, Owner::ThirdParty | Owner::Vendor) {
            continue;
        }
        // `namespace/name/provider`, and how a registry wants repositories of modules to be called.
        let (name, of_provider) = match &usage.origin {
            Origin::Registry { name, .. } => match name.split('/').collect::<Vec<_>>().as_slice() {
                [_, name, provider] => (*name, *provider),
                _ => continue,
            },
            Origin::Repo { name, .. } => match name.strip_prefix("terraform-").and_then(|it| it.split_once('-')) {
                Some((provider, name)) => (name, provider),
                None => continue,
            },
            Origin::Local { .. }
            | Origin::Image { .. }
            | Origin::Url { .. }
            | Origin::ServerSide { .. }
            | Origin::Dynamic { .. }
            | Origin::Invalid { .. } => continue,
        };
        let own = classes.of_name(name).map(|it| modules_for(modules, it, of_provider, None)).unwrap_or_default();
        let Some(to_do) = advice(&own) else { continue };
        let asset = link.asset.as_deref().map(ToString::to_string).unwrap_or_default();
        let item = Item {
            kind: Kind::ModuleBypassed,
            at: usage.at.clone(),
            what: format!("The public module {asset} is new here, and the organisation has one of its own for that."),
            to_do,
            key: format!("{}:{}:{asset}", Kind::ModuleBypassed.id(), usage.at.path),
            after: vec![usage.at.clone()],
            before: Vec::new(),
        };
        let known = found.entry((&usage.at.path, asset)).or_insert(item);
        if usage.at < known.at {
            known.at = usage.at.clone();
        }
    }
    found.into_values().collect()
}

/// What a class of things is called in a sentence.
fn class_words(class: Class) -> &'static str {
    match class {
        Class::Bucket => "bucket",
        Class::Cache => "cache",
        Class::Certificate => "certificate",
        Class::Cluster => "cluster",
        Class::Database => "database",
        Class::Dns => "zone or record of DNS",
        Class::Function => "function",
        Class::Identity => "role or account",
        Class::Network => "network",
        Class::Queue => "queue",
        Class::Secret => "secret",
        Class::Topic => "topic",
    }
}
