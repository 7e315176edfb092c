//! What is the same among the pipelines of an organisation: by structure, nearly, and across CI systems.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::Facts;
use crate::org::pipelines::PipelineView;
use crate::pipeline::cluster::{Item, Near, Threshold, near};
use crate::pipeline::steps::Category;
use crate::pipeline::{Fingerprint, Pipeline, System};
use crate::rules::tables::PipelineTable;

/// A pipeline by its repository and its number in that repository's facts.
pub type Place = (usize, usize);

/// The clusters of all pipelines, worked out once for an organisation.
#[derive(Debug, Default)]
pub struct Genome {
    /// Delivery pipelines by structure, those in the most repositories first. Every delivery pipeline is in exactly one.
    pub structures: Vec<Cluster>,
    /// Running pipelines that are nearly the same, those in the most repositories first. Every running pipeline that does
    /// anything we know is in exactly one.
    pub near: Vec<NearCluster>,
    /// Delivery pipelines that have the same stages in several CI systems.
    pub across: Vec<Across>,
}

/// Pipelines of one structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// The structure they have in common.
    pub structure: Fingerprint,
    /// The members, in order.
    pub members: Vec<Place>,
    /// The repositories they lie in.
    pub repositories: BTreeSet<usize>,
    /// How many differ in the whole document: 1 where all are the same but for comments and layout.
    pub variants: usize,
    /// Whether they only call templates of other repositories, as far as we know what they do: callers are not copies.
    pub callers: bool,
    /// The number of steps of a member.
    pub substance: usize,
}

/// Pipelines that are nearly the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearCluster {
    /// The canonical form's structure.
    pub structure: Fingerprint,
    /// The canonical form: of the structure that is nearest to all members, the first pipeline of the document that
    /// most of them have.
    pub canonical: Place,
    /// The members, the canonical form among them, in order.
    pub members: Vec<Place>,
    /// The repositories they lie in.
    pub repositories: BTreeSet<usize>,
    /// How many structures they have.
    pub structures: usize,
    /// How many differ in the whole document.
    pub variants: usize,
    /// Whether those of the canonical form's structure only call templates of other repositories, or, all in one
    /// repository, templates of that one: callers are not copies.
    pub callers: bool,
    /// Whether one of them delivers.
    pub delivers: bool,
    /// The number of steps of the canonical form that are its own work.
    pub substance: usize,
}

impl NearCluster {
    /// What it is called in every output: the first digits of the canonical form's structure.
    pub fn id(&self) -> String {
        let mut id = self.structure.to_string();
        id.truncate(12);
        id
    }
}

/// Delivery pipelines with the same stages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Across {
    /// The skeleton they have in common.
    pub skeleton: Fingerprint,
    /// Its stages in words, in order.
    pub stages: Vec<Category>,
    /// Their systems, two or more.
    pub systems: BTreeSet<System>,
    /// The members, in order.
    pub members: Vec<Place>,
}

/// All pipelines with what they are.
struct All<'a> {
    facts: &'a [Facts],
    views: &'a [Vec<PipelineView>],
}

impl<'a> All<'a> {
    fn pipeline(&self, (repo, number): Place) -> &'a Pipeline {
        &self.facts[repo].pipelines[number]
    }

    fn view(&self, (repo, number): Place) -> &'a PipelineView {
        &self.views[repo][number]
    }

    /// The pipelines of which this holds, in order.
    fn places(&self, holds: fn(&PipelineView) -> bool) -> impl Iterator<Item = Place> {
        self.views.iter().enumerate().flat_map(move |(repo, views)| {
            views.iter().enumerate().filter(move |(_, view)| holds(view)).map(move |(number, _)| (repo, number))
        })
    }

    fn variants(&self, members: &[Place]) -> usize {
        members.iter().map(|it| self.pipeline(*it).exact).collect::<BTreeSet<_>>().len()
    }

    /// Of the pipelines of one structure the first with the document that most of them have.
    fn most_common(&self, members: &[Place]) -> Option<Place> {
        let mut documents: BTreeMap<Fingerprint, (usize, Place)> = BTreeMap::new();
        for &member in members {
            documents.entry(self.pipeline(member).exact).or_insert((0, member)).0 += 1;
        }
        let first_of_most = |(n, first): &(usize, Place)| (std::cmp::Reverse(*n), *first);
        documents.into_values().min_by_key(first_of_most).map(|(_, first)| first)
    }
}

/// Finds the clusters.
pub fn genome(facts: &[Facts], views: &[Vec<PipelineView>], table: &PipelineTable) -> Genome {
    let all = All { facts, views };
    Genome { structures: by_structure(&all), near: nearly(&all, table), across: across(&all, table.fewest_stages) }
}

fn repositories(members: &[Place]) -> BTreeSet<usize> {
    members.iter().map(|(repo, _)| *repo).collect()
}

fn by_structure(all: &All<'_>) -> Vec<Cluster> {
    let mut members: BTreeMap<Fingerprint, Vec<Place>> = BTreeMap::new();
    for place in all.places(PipelineView::delivers) {
        members.entry(all.view(place).shape.structure).or_default().push(place);
    }
    let mut clusters: Vec<Cluster> = members
        .into_iter()
        .map(|(structure, members)| Cluster {
            structure,
            repositories: repositories(&members),
            variants: all.variants(&members),
            callers: members.iter().any(|it| all.view(*it).only_calls),
            substance: members.first().map_or(0, |it| all.view(*it).substance),
            members,
        })
        .collect();
    clusters.sort_by(|a, b| {
        (b.repositories.len(), b.members.len(), &a.members).cmp(&(a.repositories.len(), a.members.len(), &b.members))
    });
    clusters
}

fn nearly(all: &All<'_>, table: &PipelineTable) -> Vec<NearCluster> {
    let mut members: BTreeMap<Fingerprint, Vec<Place>> = BTreeMap::new();
    // Pipelines of which no step says what it does have nothing in common that we could see.
    for place in all.places(|it| it.runs && !it.tokens.is_empty()) {
        members.entry(all.view(place).shape.structure).or_default().push(place);
    }
    let structures: Vec<(Fingerprint, Vec<Place>)> = members.into_iter().collect();
    let item = |(id, members): &(Fingerprint, Vec<Place>)| Item {
        id: *id,
        tokens: members.first().map(|it| all.view(*it).tokens.clone()).unwrap_or_default(),
        count: u32::try_from(members.len()).unwrap_or(u32::MAX),
    };
    // Nobody can copy a pipeline from one system to another, so each language is compared for itself.
    let mut languages: BTreeMap<System, Vec<usize>> = BTreeMap::new();
    for (index, (_, members)) in structures.iter().enumerate() {
        if let Some(first) = members.first() {
            languages.entry(all.pipeline(*first).system.language()).or_default().push(index);
        }
    }
    let mut clusters: Vec<NearCluster> = languages
        .into_values()
        .flat_map(|of_language| {
            let items: Vec<Item> = of_language.iter().map(|it| item(&structures[*it])).collect();
            let found = near(&items, Threshold::of(table.near)).into_iter();
            let found = found.map(|it| Near {
                canonical: of_language[it.canonical],
                members: it.members.into_iter().map(|it| of_language[it]).collect(),
            });
            found.collect::<Vec<_>>()
        })
        .filter_map(|it| {
            let (structure, of_structure) = &structures[it.canonical];
            let canonical = all.most_common(of_structure)?;
            let mut members: Vec<Place> = it.members.iter().flat_map(|it| &structures[*it].1).copied().collect();
            members.sort_unstable();
            let repositories = repositories(&members);
            // What the canonical form is: a member may add a step of its own to the calls.
            let calls_its_own = repositories.len() == 1 && of_structure.iter().all(|it| all.view(*it).has_calls_only);
            // Those of one structure do the same as far as we know: one may run what only a variable names besides.
            let only_calls = of_structure.iter().any(|it| all.view(*it).only_calls);
            Some(NearCluster {
                structure: *structure,
                canonical,
                repositories,
                structures: it.members.len(),
                variants: all.variants(&members),
                callers: calls_its_own || only_calls,
                delivers: members.iter().any(|it| all.view(*it).delivers()),
                substance: all.view(canonical).substance,
                members,
            })
        })
        .collect();
    clusters.sort_by(|a, b| {
        (b.repositories.len(), b.members.len(), &a.members).cmp(&(a.repositories.len(), a.members.len(), &b.members))
    });
    clusters
}

fn across(all: &All<'_>, fewest: usize) -> Vec<Across> {
    let mut members: BTreeMap<Fingerprint, Vec<Place>> = BTreeMap::new();
    for place in all.places(PipelineView::delivers) {
        // What a template does that is only called isn't known, so a call is no stage.
        let stages = all.view(place).stages.iter().filter(|it| **it != Category::Call).map(|it| it.stage());
        if stages.collect::<BTreeSet<_>>().len() < fewest {
            continue;
        }
        members.entry(all.view(place).shape.skeleton).or_default().push(place);
    }
    let mut found: Vec<Across> = members
        .into_iter()
        .map(|(skeleton, members)| Across {
            skeleton,
            stages: members.first().map(|it| all.view(*it).stages.clone()).unwrap_or_default(),
            systems: members.iter().map(|it| all.pipeline(*it).system).collect(),
            members,
        })
        .filter(|it| it.systems.len() > 1)
        .collect();
    found.sort_by(|a, b| (b.members.len(), &a.members).cmp(&(a.members.len(), &b.members)));
    found
}
