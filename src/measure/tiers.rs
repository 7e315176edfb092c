//! Adoption in full: by repository, component and team, each in three tiers. Whoever uses what is shared once uses *any*
//! of it; *most* is more than half of what could be, *all* is all of it.
//!
//! What could be, for one artifact, are the calls that leave the own repository, and where there is none the place that
//! has something of its own in its stead. Towards all artifacts in union it is the artifacts that a repository or
//! component has a place for. For a team it is its repositories. Pipelines belong to repositories: components have no
//! part in templates and actions.

use std::collections::{BTreeMap, BTreeSet};

use super::adoption::{self, Standing, Standings};
use crate::facts::{Artifact, Context};
use crate::org::components::{Component, Places, components};
use crate::org::modules::Modules;
use crate::org::owner::Owner;
use crate::org::{ADOPTED, Link, Org, teams};
use crate::paths::folder_of;

/// Adoption of one artifact, or of all in union, by the subjects of one unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tiers {
    /// How many use any of it.
    pub any: Tally,
    /// How many use it for more than half of what could be.
    pub most: Tally,
    /// How many use it for all that could be.
    pub all: Tally,
    /// The subjects that could and use none of it, in order.
    pub missing: Vec<usize>,
}

/// A number of a number, and how many more can't be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many do.
    pub n: u64,
    /// Of how many of which it can be told.
    pub of: u64,
    /// Of how many it can't.
    pub unknown: u64,
}

/// What one subject could use, each with whether it does; nothing where that can't be told.
type Items = Vec<Option<bool>>;

/// Adoption by every unit, for each artifact and, last, for all in union.
#[derive(Debug)]
pub struct Adoption {
    /// The components, in order: what their tiers number.
    pub components: Vec<Component>,
    /// The team of each component, in their order; none where nobody is known to own it.
    pub component_teams: Vec<Option<String>>,
    /// The teams with repositories that count, in order; `None` is everything that nobody is known to own.
    pub teams: Vec<Option<String>>,
    /// By artifact of [`ADOPTED`], then the union.
    pub repositories: Vec<Tiers>,
    /// The same by component.
    pub by_component: Vec<Tiers>,
    /// The same by team.
    pub by_team: Vec<Tiers>,
    /// Whether each component uses any of what is shared, where that can be told; none of one that has nothing it could use
    /// it for.
    pub component_uses: Vec<Option<Option<bool>>>,
}

/// Works out the adoption by every unit.
pub fn adoption(org: &Org, standings: &Standings) -> Adoption {
    let components = components(org);
    let mut team_numbers: BTreeMap<Option<&str>, usize> = org.teams.iter().map(|it| (it.as_deref(), 0)).collect();
    for (number, (_, it)) in team_numbers.iter_mut().enumerate() {
        *it = number;
    }
    let team_names: Vec<Option<&str>> = team_numbers.keys().copied().collect();
    let team_of = |repo: usize| team_numbers[&org.teams[repo].as_deref()];
    let (mut repositories, mut by_component, mut by_team) = (Vec::new(), Vec::new(), Vec::new());
    // Whether each subject uses any of each artifact, for the union.
    let mut of_components: Vec<Items> = vec![Items::new(); components.len()];
    for (artifact, items) in ADOPTED.into_iter().zip(component_items(org, standings, &components)) {
        let of_repositories = repository_items(org, standings, artifact);
        by_team.push(tiers(&grouped(&of_repositories, &team_names, &team_of)));
        repositories.push(tiers(&of_repositories));
        for (component, items) in items.iter().enumerate().filter(|(_, items)| !items.is_empty()) {
            of_components[component].push(any(items));
        }
        by_component.push(tiers(&items));
    }
    let items: Vec<Items> = (0..org.repos.len()).map(|repo| union_items(standings, repo)).collect();
    by_team.push(tiers(&grouped(&items, &team_names, &team_of)));
    repositories.push(tiers(&items));
    by_component.push(tiers(&of_components));
    let component_uses = of_components.iter().map(|it| (!it.is_empty()).then(|| any(it))).collect();
    let teams = team_numbers.into_keys().map(|it| it.map(str::to_owned)).collect();
    let component_teams = teams::of_components(org, &components);
    Adoption { components, component_teams, teams, repositories, by_component, by_team, component_uses }
}

/// What a repository could use of one artifact. That it uses any is said by its standing, and only by that.
fn repository_items(org: &Org, standings: &Standings, artifact: Artifact) -> Vec<Items> {
    let mut items: Vec<Items> = vec![Items::new(); org.repos.len()];
    for call in adoption::calls(org, standings, artifact) {
        items[call.repo].push(call.shared);
    }
    for (repo, items) in items.iter_mut().enumerate() {
        match standings.get(repo, artifact) {
            Standing::Adopts { .. } => {
                // A repository that uses it has a call; one that only its library tells of has none.
                if !items.contains(&Some(true)) {
                    items.push(Some(true));
                }
            }
            Standing::Misses { .. } => *items = vec![Some(false)],
            Standing::Unknown { .. } => *items = vec![None],
            Standing::Provider { .. } | Standing::NotApplicable => items.clear(),
        }
    }
    items
}

/// The artifacts that a repository has a place for.
fn union_items(standings: &Standings, repo: usize) -> Items {
    let of = |artifact: &Artifact| match standings.get(repo, *artifact) {
        Standing::Adopts { .. } => Some(Some(true)),
        Standing::Misses { .. } => Some(Some(false)),
        Standing::Unknown { .. } => Some(None),
        // A provider of one that uses what others offer is a user.
        Standing::Provider { adopts: Some(_) } => Some(Some(true)),
        Standing::Provider { adopts: None } | Standing::NotApplicable => None,
    };
    ADOPTED.iter().filter_map(of).collect()
}

/// The repositories of each team, each with whether it uses any. Of what nobody is known to own it can't be told which
/// team uses it: it is one more, unknown.
fn grouped(items: &[Items], teams: &[Option<&str>], team_of: &dyn Fn(usize) -> usize) -> Vec<Items> {
    let mut grouped: Vec<Items> = vec![Items::new(); teams.len()];
    for (repo, items) in items.iter().enumerate().filter(|(_, items)| !items.is_empty()) {
        grouped[team_of(repo)].push(any(items));
    }
    for (items, _) in grouped.iter_mut().zip(teams).filter(|(items, team)| team.is_none() && !items.is_empty()) {
        *items = vec![None];
    }
    grouped
}

/// What the components could use, for each artifact of [`ADOPTED`]. They are in the order of repositories.
fn component_items(org: &Org, standings: &Standings, components: &[Component]) -> [Vec<Items>; ADOPTED.len()] {
    let mut all = ADOPTED.map(|_| vec![Items::new(); components.len()]);
    let mut first = 0;
    for of_repo in components.chunk_by(|a, b| a.repo == b.repo) {
        let Some(repo) = of_repo.first().map(|it| it.repo) else { continue };
        let places = Places::of((first..).zip(of_repo));
        first += of_repo.len();
        let said = org.given.counting(&org.repos[repo].facts.repo);
        // What lies where nothing is a component belongs to none, also where one lies around it.
        let find = |path: &str| match said.iter().flat_map(|it| &it.ignore).any(|it| it.holds_file(path)) {
            true => None,
            false => places.find(path),
        };
        for (artifact, items) in ADOPTED.into_iter().zip(&mut all) {
            if artifact.is_ci() || matches!(standings.get(repo, artifact), Standing::Provider { .. }) {
                continue;
            }
            for (usage, link) in org.repos[repo].linked_uses() {
                let counts = usage.artifact.counts_as() == artifact
                    && usage.context == Context::Production
                    && link.owner != Owner::SelfOwned
                    && !link.builds_only;
                if let Some(component) = counts.then(|| find(&usage.at.path)).flatten() {
                    items[component].push(is_shared(org, link));
                }
            }
            if artifact == Artifact::TerraformModule {
                through_local_modules(org, repo, &find, &mut |component, shared| items[component].push(shared));
            }
            for (at, _) in adoption::places(&org.repos[repo], artifact) {
                if let Some(component) = find(&at.path)
                    && items[component].is_empty()
                {
                    items[component].push(Some(false).filter(|_| !org.owners.is_empty()));
                }
            }
        }
    }
    all
}

/// Whether what a use leads to is shared; nothing where that can't be told.
fn is_shared(org: &Org, link: &Link) -> Option<bool> {
    let is_known = link.shared || link.owner != Owner::Unknown && !org.owners.is_empty();
    is_known.then_some(link.shared)
}

/// Credits components with what the modules of their own repository call that they call, directly or not: a tenant that
/// goes through a common module uses what that one is made of. What lies in the component itself counts already.
fn through_local_modules(
    org: &Org,
    repo: usize,
    find: &dyn Fn(&str) -> Option<usize>,
    credit: &mut dyn FnMut(usize, Option<bool>),
) {
    let of = &org.repos[repo];
    let modules = Modules::of(&of.facts);
    let mut calling: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    let mut within: BTreeMap<&str, Vec<Option<bool>>> = BTreeMap::new();
    for (usage, link) in of.linked_uses() {
        if usage.artifact != Artifact::TerraformModule || usage.context != Context::Production {
            continue;
        }
        let folder = folder_of(&usage.at.path);
        if link.owner != Owner::SelfOwned {
            within.entry(folder).or_default().push(is_shared(org, link));
        } else if let Some(component) = find(&usage.at.path) {
            calling.entry(component).or_default().insert(folder);
        }
    }
    for (component, folders) in calling {
        for part in modules.parts(folders) {
            // The file need not be there: only its folder is asked for.
            let is_elsewhere = find(&format!("{part}/main.tf")) != Some(component);
            for shared in within.get(part.as_str()).into_iter().flatten().filter(|_| is_elsewhere) {
                credit(component, *shared);
            }
        }
    }
}

fn tiers(subjects: &[Items]) -> Tiers {
    let mut tiers = Tiers::default();
    for (number, items) in subjects.iter().enumerate().filter(|(_, items)| !items.is_empty()) {
        let is_any = any(items);
        if is_any == Some(false) {
            tiers.missing.push(number);
        }
        tiers.any.add(is_any);
        tiers.most.add(most(items));
        tiers.all.add(all(items));
    }
    tiers
}

impl Tally {
    fn add(&mut self, it: Option<bool>) {
        match it {
            Some(is_so) => {
                self.n += u64::from(is_so);
                self.of += 1;
            }
            None => self.unknown += 1,
        }
    }
}

fn any(items: &Items) -> Option<bool> {
    match () {
        () if items.contains(&Some(true)) => Some(true),
        () if items.contains(&None) => None,
        () => Some(false),
    }
}

fn most(items: &Items) -> Option<bool> {
    let (n, open) =
        (items.iter().filter(|it| **it == Some(true)).count(), items.iter().filter(|it| it.is_none()).count());
    match (2 * n > items.len(), 2 * (n + open) > items.len()) {
        (true, _) => Some(true),
        (false, true) => None,
        (false, false) => Some(false),
    }
}

fn all(items: &Items) -> Option<bool> {
    match () {
        () if items.contains(&Some(false)) => Some(false),
        () if items.contains(&None) => None,
        () => Some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::{Tally, adoption, all, any, most};
    use crate::facts::{Artifact, Context, Described, Facts, Offer, OfferTrait, RepoFacts, Use};
    use crate::measure::adoption::Standings;
    use crate::rules::Rules;
    use crate::source::Location;

    /// A folder of Terraform with resources of its own, and what it calls.
    fn module(facts: &mut Facts, folder: &str, calls: &[&str]) {
        let at = || Location::whole_file(&format!("{folder}/main.tf").into());
        facts.offers.push(Offer {
            at: at(),
            artifact: Artifact::TerraformModule,
            path: folder.into(),
            name: folder.to_owned(),
            version: None,
            described: false,
            inputs: Described::default(),
            outputs: Described::default(),
            traits: [OfferTrait::Resources].into(),
            context: Context::Production,
        });
        for source in calls {
            let reference = crate::origin::Reference::of(crate::origin::terraform::parse(source, None, folder));
            facts.uses.push(Use {
                at: at(),
                artifact: Artifact::TerraformModule,
                written: (*source).to_owned(),
                origin: reference.origin,
                version: reference.version,
                context: Context::Production,
                via: None,
            });
        }
    }

    #[test]
    fn components_use_what_the_modules_use_that_they_call() {
        let mut facts = Facts::new(RepoFacts::acme("live"));
        // Through two modules of the repository; not at all; through one that uses nothing that is shared.
        module(&mut facts, "live/pay", &["../../modules/base"]);
        module(&mut facts, "live/shop", &[]);
        module(&mut facts, "live/till", &["../../modules/plain"]);
        module(&mut facts, "modules/base", &["../bucket"]);
        module(&mut facts, "modules/bucket", &["git::https://github.com/acme/terraform-bucket.git?ref=v1.0.0"]);
        module(&mut facts, "modules/plain", &[]);
        let org = crate::org::link(vec![facts], &Rules::load(None).unwrap().tables);
        let adoption = adoption(&org, &Standings::of(&org));
        let paths: Vec<&str> = adoption.components.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(paths, ["live/pay", "live/shop", "live/till"]);
        let of_modules = &adoption.by_component[0];
        assert_eq!((of_modules.any, &*of_modules.missing), (Tally { n: 1, of: 3, unknown: 0 }, &[1, 2][..]));
    }

    #[test]
    fn three_tiers() {
        let (y, n, u) = (Some(true), Some(false), None);
        for (items, expected) in [
            (vec![y], (y, y, y)),
            (vec![n], (n, n, n)),
            (vec![u], (u, u, u)),
            (vec![y, n], (y, n, n)),
            (vec![y, y, n], (y, y, n)),
            (vec![y, u], (y, u, u)),
            (vec![n, u], (u, n, n)),
            (vec![y, y, u], (y, y, u)),
            (vec![y, n, u], (y, u, n)),
        ] {
            assert_eq!((any(&items), most(&items), all(&items)), expected, "{items:?}");
        }
    }
}
