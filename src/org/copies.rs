//! What is copied in place of being shared: resources of Terraform and scripts that say the same in several places, and
//! manifests that are written out once for each environment.

use std::collections::BTreeSet;

use crate::facts::{Context, Facts};
use crate::org::environments;
use crate::paths::{folder_of, name_of};
use crate::pipeline::Fingerprint;
use crate::source::Location;

/// Copies of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyCluster {
    /// What it is: the type of a resource, the name of a script; of manifests their path, with `*` for the environment.
    pub what: String,
    /// Where its copies lie, by index of the repository.
    pub places: Vec<(usize, Location)>,
    /// In how many repositories.
    pub repositories: usize,
}

/// All copies, by kind of thing; the largest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copies {
    /// Resources of Terraform.
    pub resources: Vec<CopyCluster>,
    /// Scripts.
    pub scripts: Vec<CopyCluster>,
    /// Manifests that are copies per environment; each lies in one repository, and has a place for each copy.
    pub manifests: Vec<CopyCluster>,
}

/// In how many folders of one repository the same makes a copy: two environments side by side are usual.
const FEWEST_FOLDERS: usize = 3;

/// Finds copies: what has one shape in two repositories, or in three folders of one. Only production counts; what lies in
/// a module is written once for all who call it, so a module's resources are copies only where another repository has
/// them too.
pub(super) fn copies(facts: &[Facts]) -> Copies {
    let resources = facts.iter().enumerate().flat_map(|(repo, it)| {
        let own = it.resources.iter().filter(|it| it.context == Context::Production);
        own.filter_map(move |it| Some((it.shape?, it.r#type.as_str(), repo, &it.at)))
    });
    let scripts = facts.iter().enumerate().flat_map(|(repo, it)| {
        let own = it.scripts.iter().filter(|it| it.context == Context::Production);
        own.filter_map(move |it| {
            let name = name_of(&it.at.path);
            Some((it.shape?, name, repo, &it.at))
        })
    });
    Copies { resources: clusters(resources), scripts: clusters(scripts), manifests: environments::manifests(facts) }
}

fn clusters<'f>(things: impl Iterator<Item = (Fingerprint, &'f str, usize, &'f Location)>) -> Vec<CopyCluster> {
    let mut things: Vec<_> = things.collect();
    things.sort_by_key(|(shape, ..)| *shape);
    let mut found: Vec<CopyCluster> = Vec::new();
    for of_shape in things.chunk_by(|a, b| a.0 == b.0) {
        // Most things are the only ones of their shape.
        let [(_, what, ..), _, ..] = of_shape else { continue };
        let places = || of_shape.iter().map(|(_, _, repo, at)| (*repo, *at));
        let repositories: BTreeSet<usize> = places().map(|(repo, _)| repo).collect();
        // Several of one shape in one folder are a list that is written out, not copies of a root.
        let folders: BTreeSet<(usize, &str)> = places().map(|(repo, at)| (repo, folder_of(&at.path))).collect();
        let roots = folders.iter().filter(|(_, it)| !is_module(it)).count();
        if repositories.len() < 2 && roots < FEWEST_FOLDERS {
            continue;
        }
        let mut places: Vec<(usize, &Location)> = places().collect();
        places.sort();
        let places = places.into_iter().map(|(repo, at)| (repo, at.clone())).collect();
        found.push(CopyCluster { what: (*what).to_owned(), places, repositories: repositories.len() });
    }
    // Many repositories weigh more than many places.
    found.sort_by(|a, b| {
        let size = |it: &CopyCluster| (it.repositories, it.places.len());
        size(b).cmp(&size(a)).then_with(|| a.what.cmp(&b.what)).then_with(|| a.places.cmp(&b.places))
    });
    found
}

/// Whether a folder is a module by its path.
fn is_module(folder: &str) -> bool {
    folder.split('/').any(|it| matches!(it, "module" | "modules"))
}

#[cfg(test)]
mod tests {
    use super::clusters;
    use crate::pipeline::Fingerprint;
    use crate::source::Location;

    #[test]
    fn what_is_a_copy() {
        // Shape, repository, path: clusters as `repositories/places`.
        type Places<'a> = &'a [(u128, usize, &'a str)];
        let cases: [(Places<'_>, &[&str]); 6] = [
            (&[(1, 0, "a/main.tf"), (1, 1, "main.tf")], &["2/2"]),
            (&[(1, 0, "a/main.tf"), (1, 0, "b/main.tf")], &[]),
            (&[(1, 0, "a/main.tf"), (1, 0, "b/main.tf"), (1, 0, "c/main.tf")], &["1/3"]),
            (&[(1, 0, "a/x.tf"), (1, 0, "a/y.tf"), (1, 0, "a/z.tf")], &[]),
            (&[(1, 0, "modules/a/x.tf"), (1, 0, "modules/b/x.tf"), (1, 0, "c/x.tf")], &[]),
            (&[(1, 0, "a"), (2, 1, "b"), (2, 2, "c"), (1, 1, "b"), (1, 1, "d")], &["2/3", "2/2"]),
        ];
        for (places, expected) in cases {
            let places: Vec<(Fingerprint, usize, Location)> = places
                .iter()
                .map(|(shape, repo, path)| (Fingerprint(*shape), *repo, Location::whole_file(&(*path).into())))
                .collect();
            let found = clusters(places.iter().map(|(shape, repo, at)| (*shape, "x", *repo, at)));
            let told: Vec<String> = found.iter().map(|it| format!("{}/{}", it.repositories, it.places.len())).collect();
            assert_eq!(told, expected);
        }
    }
}
