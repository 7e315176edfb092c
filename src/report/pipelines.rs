//! What the report says of pipelines: by system, how many different ones, clusters with their drift, templates and their
//! callers.

use std::collections::{BTreeMap, BTreeSet};

use crate::org::Org;
use crate::org::drifts::{Drifts, Whole};
use crate::org::figures::{self, Distinct, OfSystem, Sameness};
use crate::org::genome::{NearCluster, Place};
use crate::org::pipelines::{is_shared, unread_superseded};
use crate::pipeline::drift::{act_words, capped};
use crate::pipeline::effective::Effective;
use crate::pipeline::{Pipeline, Step};
use crate::report::summary::{
    AcrossMember, AcrossRow, CalledRow, CanonicalJob, CanonicalRow, ClusterKind, ClusterRow, DistinctRow, MemberRow,
    Pipelines, ProviderRow, SupersededRow, SystemRow, TeamRow,
};
use crate::rules::tables::Tables;

/// How many differences a member is told with.
const MOST_WORDS: usize = 6;

/// How many steps a canonical job is told with.
const MOST_STEPS: usize = 40;

pub(super) fn pipelines(org: &Org, tables: &Tables) -> Pipelines {
    let distinct = figures::distinct(org);
    let of = |by: Sameness| distinct.iter().find(|it| it.by == by).map_or(0, |it| it.distinct as u64);
    let delivery = org.repos.iter().flat_map(|it| &it.pipelines).filter(|it| it.delivers()).count();
    let systems = figures::by_system(org);
    let told = Told { org, drifts: Drifts::of(org) };
    let counted = |it: BTreeMap<usize, usize>| it.into_iter().map(|(key, n)| (key as u64, n as u64)).collect();
    Pipelines {
        running: systems.values().map(|it| it.running as u64).sum(),
        systems: systems
            .into_iter()
            .map(|(system, row)| {
                let OfSystem { running, delivery, repositories, templates, aside, superseded } = row;
                SystemRow {
                    system,
                    running: running as u64,
                    delivery: delivery as u64,
                    repositories: repositories as u64,
                    templates: templates as u64,
                    aside: aside as u64,
                    superseded: superseded as u64,
                }
            })
            .collect(),
        repositories_by_systems: counted(figures::systems_per_repository(org)),
        delivery: delivery as u64,
        distinct_exact: of(Sameness::Exact),
        distinct_structures: of(Sameness::Structure),
        distinct_skeletons: of(Sameness::Skeleton),
        singletons: distinct.iter().find(|it| it.by == Sameness::Structure).map_or(0, |it| it.singletons as u64),
        distinct: distinct.iter().map(|it| distinct_row(it, delivery)).collect(),
        teams: teams(org),
        superseded: superseded(org, tables),
        providers: providers(org),
        clusters: org.genome.near.iter().filter(|it| it.members.len() > 1).map(|it| told.cluster(it)).collect(),
        across_systems: org
            .genome
            .across
            .iter()
            .map(|it| AcrossRow {
                skeleton: it.skeleton.to_string(),
                stages: it.stages.clone(),
                members: it
                    .members
                    .iter()
                    .map(|&(repo, number)| {
                        let pipeline = &org.repos[repo].facts.pipelines[number];
                        AcrossMember {
                            repo: org.repos[repo].id.clone(),
                            path: pipeline.at.path.to_string(),
                            line: pipeline.at.line,
                            system: pipeline.system,
                        }
                    })
                    .collect(),
            })
            .collect(),
    }
}

fn distinct_row(it: &Distinct, pipelines: usize) -> DistinctRow {
    let Distinct { by, distinct, singletons, in_one_repository, in_one_team, effective } = *it;
    DistinctRow {
        by,
        distinct: distinct as u64,
        singletons: singletons as u64,
        singletons_permille: (singletons * 1000).checked_div(pipelines).unwrap_or(0) as u64,
        in_one_repository: in_one_repository as u64,
        in_one_team: in_one_team as u64,
        effective: (effective * 10.0).round() / 10.0,
    }
}

fn teams(org: &Org) -> Vec<TeamRow> {
    let row = |(team, it): (Option<String>, figures::OfTeam)| TeamRow {
        team,
        repositories: it.repositories.len() as u64,
        pipelines: it.pipelines as u64,
        systems: it.systems.into_iter().collect(),
        structures: it.structures.len() as u64,
    };
    let mut rows: Vec<TeamRow> = figures::by_team(org).into_iter().map(row).collect();
    rows.sort_by(|a, b| (b.pipelines, &a.team).cmp(&(a.pipelines, &b.team)));
    rows
}

fn superseded(org: &Org, tables: &Tables) -> Vec<SupersededRow> {
    let mut rows = Vec::new();
    for it in &org.repos {
        let read = it.facts.pipelines.iter().zip(&it.pipelines);
        let read = read.filter_map(|(pipeline, view)| Some((&*pipeline.at.path, pipeline.system, view.superseded?)));
        let files: BTreeSet<_> = read.chain(unread_superseded(&it.facts, &it.pipelines, &tables.pipelines)).collect();
        rows.extend(files.into_iter().map(|(path, system, beside)| SupersededRow {
            repo: it.id.clone(),
            path: path.to_owned(),
            system,
            beside,
        }));
    }
    rows
}

fn providers(org: &Org) -> Vec<ProviderRow> {
    let names = |repos: &BTreeSet<usize>| repos.iter().map(|it| org.repos[*it].id.clone()).collect::<Vec<_>>();
    let row = |it: figures::Provider| {
        let (called, uncalled): (Vec<_>, Vec<_>) = it.offers.into_iter().partition(|it| !it.callers.is_empty());
        ProviderRow {
            repo: it.repo,
            callers: names(&it.callers),
            called: called
                .into_iter()
                .map(|it| CalledRow {
                    callers: names(&it.callers),
                    name: it.name,
                    versions: it.versions.into_iter().map(|(version, n)| (version, n as u64)).collect(),
                })
                .collect(),
            uncalled: uncalled.into_iter().map(|it| it.name).collect(),
        }
    };
    figures::providers(org).into_iter().map(row).collect()
}

/// What is needed to tell of a cluster.
struct Told<'a> {
    org: &'a Org,
    drifts: Drifts<'a>,
}

impl<'a> Told<'a> {
    fn pipeline(&self, (repo, number): Place) -> &'a Pipeline {
        &self.org.repos[repo].facts.pipelines[number]
    }

    fn cluster(&self, it: &NearCluster) -> ClusterRow {
        let canonical = self.drifts.whole(it.canonical);
        let (repo, _) = it.canonical;
        ClusterRow {
            id: it.id(),
            structure: it.structure.to_string(),
            kind: if it.callers { ClusterKind::Callers } else { ClusterKind::Copies },
            delivers: it.delivers,
            repositories: it.repositories.len() as u64,
            structures: it.structures as u64,
            variants: it.variants as u64,
            steps: it.substance as u64,
            calls: if it.callers { self.called(it.canonical, &canonical.effective) } else { Vec::new() },
            canonical: CanonicalRow {
                repo: self.org.repos[repo].id.clone(),
                path: self.pipeline(it.canonical).at.path.to_string(),
                jobs: jobs(&canonical),
            },
            members: it.members.iter().map(|member| self.member(*member, it, &canonical)).collect(),
        }
    }

    fn member(&self, place: Place, cluster: &NearCluster, canonical: &Whole<'_>) -> MemberRow {
        let pipeline = self.pipeline(place);
        let (same, words) = self.drifts.of_member(place, cluster, canonical);
        MemberRow {
            repo: self.org.repos[place.0].id.clone(),
            path: pipeline.at.path.to_string(),
            line: pipeline.at.line,
            system: pipeline.system,
            same,
            drift: capped(words, MOST_WORDS),
        }
    }

    /// The templates that a pipeline calls, its own repository's too, and the shared actions it uses. Where it calls
    /// templates of its own repository alone, what those call is their affair.
    fn called(&self, place: Place, effective: &Effective<'_>) -> Vec<String> {
        if self.org.repos[place.0].pipelines[place.1].has_calls_only {
            let jobs = &self.pipeline(place).jobs;
            return jobs.iter().filter_map(|job| job.call.clone()).collect::<BTreeSet<_>>().into_iter().collect();
        }
        let is_shared = |it: &&str| is_shared(it, &self.org.owners);
        let steps = effective.jobs.iter().flat_map(|job| &job.steps).filter_map(|step| match step.as_ref() {
            Step::Use(identity) | Step::Call(identity) => Some(identity.as_str()).filter(is_shared),
            Step::Run(_) => None,
        });
        let named = effective.jobs.iter().filter_map(|job| job.call).chain(steps);
        named.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// The jobs of a canonical form in words.
fn jobs(canonical: &Whole<'_>) -> Vec<CanonicalJob> {
    let name = |class: usize| canonical.effective.jobs[canonical.graph.classes[class].job].name.clone();
    let classes = canonical.graph.classes.iter().enumerate();
    classes
        .map(|(index, class)| {
            let steps: Vec<String> = class.acts.iter().map(act_words).collect();
            CanonicalJob {
                job: name(index),
                needs: class.needs.iter().map(|it| name(*it)).collect(),
                steps: capped(steps, MOST_STEPS),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::pipelines;
    use crate::facts::{Artifact, Context, Facts, RepoFacts, Resolution, Use};
    use crate::org;
    use crate::origin::{Origin, Version};
    use crate::pipeline::{Command, Fingerprint, Job, Pipeline, Role, Step, System};
    use crate::rules::Rules;
    use crate::source::Location;

    /// A repository whose one pipeline uses an action at this ref, which a comment says to be this tag.
    fn facts(number: u32, reference: &str, tag: &str) -> Facts {
        let mut facts = Facts::new(RepoFacts::acme(&format!("shop-{number}")));
        let at = Location::whole_file(&"ci.yml".into());
        facts.pipelines.push(Pipeline {
            at: at.clone(),
            system: System::GithubActions,
            name: String::new(),
            triggers: [].into(),
            role: Role::Pipeline,
            jobs: vec![Job {
                id: "all".to_owned(),
                steps: vec![
                    Step::Use("example/setup-kiln".to_owned()),
                    Step::Run(vec![Command::from("make test".to_owned())]),
                ],
                ..Job::default()
            }],
            parts: Vec::new(),
            stages: Vec::new(),
            exact: Fingerprint(number.into()),
            context: Context::Production,
        });
        facts.uses.push(Use {
            at: at.clone(),
            artifact: Artifact::CiAction,
            written: format!("example/setup-kiln@{reference}"),
            origin: Origin::Repo {
                host: "github.com".to_owned(),
                owner: "example".to_owned(),
                name: "setup-kiln".to_owned(),
                path: String::new(),
            },
            version: Version::git(Some(reference)),
            context: Context::Production,
            via: None,
        });
        if !tag.is_empty() {
            facts.resolutions.push(Resolution {
                at,
                file: "ci.yml".to_owned(),
                host: "github.com".to_owned(),
                name: "example/setup-kiln".to_owned(),
                reference: reference.to_owned(),
                commit: None,
                tag: Some(tag.to_owned()),
            });
        }
        facts
    }

    #[test]
    fn one_commit_is_one_version_whatever_is_said_of_it() {
        let (old, new) = ("1".repeat(40), "2".repeat(40));
        let all = vec![
            facts(0, &old, "v1.2.0"),
            facts(1, &old, ""),
            facts(2, &old, "main"),
            facts(3, &old, "v1"),
            facts(4, &new, "main"),
            facts(5, &old, "v10.0.0-left-over"),
            facts(6, &old, "v1.2.0"),
        ];
        let tables = Rules::load(None).unwrap().tables;
        let found = pipelines(&org::link(all, &tables), &tables);
        let [cluster] = found.clusters.as_slice() else { panic!("{:?}", found.clusters) };
        let drift: Vec<String> = cluster.members.iter().map(|it| it.drift.join("; ")).collect();
        let same = "other names or values only";
        assert_eq!(drift, ["", same, same, same, "setup-kiln 2222222 instead of v1.2.0", same, same]);
    }
}
