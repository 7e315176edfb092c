//! Which pipelines a shared template could stand in the place of: copies in several repositories, with where their files
//! are. What it would say is in their texts, which facts don't hold: see [`crate::propose`].

use crate::facts::Artifact;
use crate::org::genome::Place;
use crate::org::{Org, figures};
use crate::pipeline::{Fingerprint, System};
use crate::propose::Home;

/// Copies of one pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copies {
    /// The cluster's id, as every output has it.
    pub id: String,
    /// Where a template would lie.
    pub home: Home,
    /// The files, the canonical form first.
    pub files: Vec<CopiedFile>,
}

/// One copy, and how its repository is found again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedFile {
    /// The repository, as outputs name it.
    pub repo: String,
    /// The folder it was found in, as its facts have it.
    pub folder: String,
    /// The commit that was scanned.
    pub commit: Option<String>,
    /// The file.
    pub path: String,
    /// The fingerprint of the document that was scanned.
    pub exact: Fingerprint,
}

/// The copies that a template could be made of: workflows of GitHub Actions, of several repositories, that deliver and
/// have at least so many steps of their own. Those in the most repositories come first.
pub(crate) fn copies(org: &Org, min_steps: usize) -> Vec<Copies> {
    let clusters = org.genome.near.iter();
    let copied = clusters
        .filter(|it| it.delivers && !it.callers && it.repositories.len() > 1 && it.substance >= min_steps)
        .filter(|it| it.members.iter().all(|place| system(org, *place) == System::GithubActions));
    copied
        .map(|cluster| {
            let others = cluster.members.iter().filter(|it| **it != cluster.canonical);
            let files: Vec<CopiedFile> =
                std::iter::once(&cluster.canonical).chain(others).map(|it| file(org, *it)).collect();
            Copies { id: cluster.id(), home: home(org, cluster.canonical.0), files }
        })
        .collect()
}

fn system(org: &Org, (repo, number): Place) -> System {
    org.repos[repo].facts.pipelines[number].system
}

fn file(org: &Org, (repo, number): Place) -> CopiedFile {
    let it = &org.repos[repo];
    let pipeline = &it.facts.pipelines[number];
    CopiedFile {
        repo: it.id.clone(),
        folder: it.facts.repo.folder.clone(),
        commit: it.facts.repo.commit.clone(),
        path: pipeline.at.path.to_string(),
        exact: pipeline.exact,
    }
}

/// Where a template of this repository's owner would lie: with the reusable workflows that most others call already, or
/// in a repository that is yet to be made.
fn home(org: &Org, repo: usize) -> Home {
    let owner = org.repos[repo].facts.repo.identity.as_ref().map_or("OWNER", |it| it.owner.as_str());
    let offers_workflows = |it: &&figures::Provider| {
        let of_owner = it.repo.split('/').next().is_some_and(|it| it.eq_ignore_ascii_case(owner));
        let has_workflows = org.assets.iter().any(|(id, asset)| {
            id.artifact == Artifact::CiTemplate
                && id.path.starts_with(".github/workflows/")
                && !asset.users.is_empty()
                && id.name.eq_ignore_ascii_case(&it.repo)
        });
        of_owner && has_workflows
    };
    match figures::providers(org).iter().find(offers_workflows) {
        Some(provider) => Home { repository: provider.repo.clone(), offers_templates: true },
        None => Home { repository: format!("{owner}/workflows"), offers_templates: false },
    }
}
