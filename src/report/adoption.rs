//! Who uses what is shared, in every unit and tier; who owns what; what there is to be deployed.

use std::collections::{BTreeMap, BTreeSet};

use super::next::nearness;
use super::place_row;
use crate::facts::Artifact;
use crate::measure::adoption::{Standing, Standings, calls};
use crate::measure::tiers::{Adoption, Tally, Tiers};
use crate::org::components::{Component, ComponentKind};
use crate::org::{ADOPTED, Org};
use crate::report::summary::{AdoptionRow, AdoptionUnit, ComponentRow, OwnershipRow, Share, TenantsRow};
use crate::rules::Unit;

/// What nobody is known to own, as a team.
const UNOWNED: &str = "unowned";

/// A row for each artifact, and one for all in union.
pub(super) fn rows(org: &Org, standings: &Standings, tiers: &Adoption) -> Vec<AdoptionRow> {
    let one =
        |(at, artifact): (usize, &Artifact)| row(org, standings, Some(*artifact), &[*artifact], units(org, tiers, at));
    let mut rows: Vec<AdoptionRow> = ADOPTED.iter().enumerate().map(one).collect();
    rows.push(row(org, standings, None, &ADOPTED, units(org, tiers, ADOPTED.len())));
    rows
}

/// The tiers of one artifact, or of the union, by each unit.
fn units(org: &Org, tiers: &Adoption, at: usize) -> Vec<AdoptionUnit> {
    let unit = |unit: Unit, of: &[Tiers], name: &dyn Fn(usize) -> String| {
        let share = |it: Tally| Share { n: it.n, of: it.of, unknown: it.unknown };
        of.get(at).map(|it| AdoptionUnit {
            unit,
            any: share(it.any),
            most: share(it.most),
            all: share(it.all),
            missing: it.missing.iter().map(|number| name(*number)).filter(|it| !it.is_empty()).collect(),
        })
    };
    let component = |number: usize| {
        let Component { repo, path, .. } = &tiers.components[number];
        let id = &org.repos[*repo].id;
        if path.is_empty() { id.clone() } else { format!("{id}/{path}") }
    };
    let team = |number: usize| tiers.teams[number].clone().unwrap_or_else(|| UNOWNED.to_owned());
    [
        unit(Unit::Repositories, &tiers.repositories, &|_| String::new()),
        unit(Unit::Components, &tiers.by_component, &component),
        unit(Unit::Teams, &tiers.by_team, &team),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Who owns what: the teams with most repositories first, what nobody is known to own last. Components are counted by
/// their own team: a part of a repository may have another.
pub(super) fn ownership(org: &Org, standings: &Standings, tiers: &Adoption) -> Vec<OwnershipRow> {
    let mut components: BTreeMap<&Option<String>, u64> = BTreeMap::new();
    for team in &tiers.component_teams {
        *components.entry(team).or_default() += 1;
    }
    let of_team = |team: &Option<String>| {
        let mut row = OwnershipRow {
            team: team.clone(),
            repositories: Vec::new(),
            components: components.get(team).copied().unwrap_or(0),
            adoption: Share::default(),
        };
        for repo in (0..org.repos.len()).filter(|repo| org.teams[*repo] == *team) {
            row.repositories.push(org.repos[repo].id.clone());
            match standings.any(repo, &ADOPTED) {
                Standing::Adopts { .. } => {
                    (row.adoption.n, row.adoption.of) = (row.adoption.n + 1, row.adoption.of + 1);
                }
                Standing::Misses { .. } => row.adoption.of += 1,
                Standing::Unknown { .. } => row.adoption.unknown += 1,
                Standing::Provider { .. } | Standing::NotApplicable => {}
            }
        }
        row
    };
    let teams: BTreeSet<&Option<String>> = tiers.teams.iter().chain(&tiers.component_teams).collect();
    let mut rows: Vec<OwnershipRow> = teams.into_iter().map(of_team).collect();
    rows.sort_by_cached_key(|it| (it.team.is_none(), std::cmp::Reverse(it.repositories.len()), it.team.clone()));
    rows
}

/// The components, by kind.
pub(super) fn components(tiers: &Adoption) -> Vec<ComponentRow> {
    let mut kinds: BTreeMap<ComponentKind, (u64, BTreeSet<usize>)> = BTreeMap::new();
    for it in &tiers.components {
        let row = kinds.entry(it.kind).or_default();
        row.0 += 1;
        row.1.insert(it.repo);
    }
    let row = |(kind, (components, repos)): (ComponentKind, (u64, BTreeSet<usize>))| ComponentRow {
        kind,
        components,
        repositories: repos.len() as u64,
    };
    kinds.into_iter().map(row).collect()
}

/// The repositories that hold tenants, those with most first: how many of the tenants use what is shared.
pub(super) fn tenants(org: &Org, tiers: &Adoption) -> Vec<TenantsRow> {
    let mut rows: BTreeMap<usize, TenantsRow> = BTreeMap::new();
    let tenants = tiers.components.iter().zip(&tiers.component_uses);
    for (it, uses) in tenants.filter(|(it, _)| it.kind == ComponentKind::Tenant) {
        let row = rows.entry(it.repo).or_insert_with(|| TenantsRow {
            repo: org.repos[it.repo].id.clone(),
            tenants: 0,
            adoption: Share::default(),
            with_nothing: 0,
        });
        row.tenants += 1;
        match uses {
            Some(Some(uses)) => {
                row.adoption.n += u64::from(*uses);
                row.adoption.of += 1;
            }
            Some(None) => row.adoption.unknown += 1,
            None => row.with_nothing += 1,
        }
    }
    let mut rows: Vec<TenantsRow> = rows.into_values().collect();
    rows.sort_by(|a, b| (b.tenants, &a.repo).cmp(&(a.tenants, &b.repo)));
    rows
}

fn row(
    org: &Org,
    standings: &Standings,
    artifact: Option<Artifact>,
    of: &[Artifact],
    units: Vec<AdoptionUnit>,
) -> AdoptionRow {
    let mut row = AdoptionRow {
        artifact,
        repositories: Share::default(),
        calls: Share::default(),
        units,
        adopters: Vec::new(),
        missing: Vec::new(),
        unknown: Vec::new(),
        providers: Vec::new(),
    };
    for (repo, it) in org.repos.iter().enumerate() {
        let id = it.id.clone();
        match standings.any(repo, of) {
            Standing::Adopts { at, what } => row.adopters.push(place_row(id, Some(at), what.clone())),
            Standing::Misses { at, what } => row.missing.push(place_row(id, Some(at), what.clone())),
            Standing::Unknown { at, what } => row.unknown.push(place_row(id, at.as_ref(), what.clone())),
            Standing::Provider { .. } => row.providers.push(id),
            Standing::NotApplicable => {}
        }
    }
    // Who uses most of what else is shared is nearest to using this.
    row.missing.sort_by_cached_key(|it| (std::cmp::Reverse(nearness(org, &it.repo)), it.repo.clone()));
    row.repositories = Share {
        n: row.adopters.len() as u64,
        of: (row.adopters.len() + row.missing.len()) as u64,
        unknown: row.unknown.len() as u64,
    };
    for call in of.iter().flat_map(|it| calls(org, standings, *it)) {
        match call.shared {
            Some(shared) => {
                row.calls.n += u64::from(shared);
                row.calls.of += 1;
            }
            None => row.calls.unknown += 1,
        }
    }
    row
}
