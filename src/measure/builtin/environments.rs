//! Environments that code names, and whether something brings them about.

use std::collections::BTreeMap;

use crate::facts::Context;
use crate::measure::{Counts, Judged, Seen, qualities};
use crate::org::{Repo, environment_words};
use crate::rules::Quality;
use crate::source::Location;

/// Each environment that paths of infrastructure code or manifests name: for it where a pipeline or a controller applies
/// the code of one of those repositories, against it where nothing does.
pub(super) fn in_code(it: &Seen<'_>) -> Counts {
    let mut environments: BTreeMap<&str, Vec<(usize, &Location)>> = BTreeMap::new();
    for (number, repo) in it.org.repos.iter().enumerate() {
        for at in places(repo) {
            for word in at.path.split(|c: char| !c.is_ascii_alphanumeric()) {
                if let Ok(found) = environment_words().binary_search(&word) {
                    environments.entry(environment_words()[found]).or_default().push((number, at));
                }
            }
        }
    }
    let mut counts = Counts::default();
    for (environment, places) in environments {
        let mut judged =
            places.iter().map(|(repo, at)| (*repo, *at, qualities::judge(it, *repo, Quality::AppliedByPipeline)));
        let rank = |it: &Judged| match it {
            Judged::For { .. } => 0,
            Judged::Unknown { .. } => 1,
            Judged::NotApplicable => 2,
            Judged::Against { .. } => 3,
        };
        // One that applies it is enough.
        let Some(first) = judged.next() else { continue };
        let (repo, at, best) = judged.fold(first, |best, it| if rank(&it.2) < rank(&best.2) { it } else { best });
        let at = Some(at.clone());
        let told = match best {
            Judged::For { what, .. } => Judged::For { at, what: format!("{environment}: {what}") },
            Judged::Unknown { what, .. } => Judged::Unknown { at, what: format!("{environment}: {what}") },
            Judged::Against { .. } => {
                Judged::Against { at, what: format!("{environment}: nothing in its repository applies its code") }
            }
            // Manifests that nothing here applies: who does no file shows.
            Judged::NotApplicable => {
                Judged::Unknown { at, what: format!("{environment}: what applies it isn't known") }
            }
        };
        counts.add(&it.org.repos[repo].id, told);
    }
    counts
}

/// Where infrastructure and workloads are declared in production.
fn places(repo: &Repo) -> impl Iterator<Item = &Location> {
    let resources = repo.facts.resources.iter().filter(|it| it.context == Context::Production).map(|it| &it.at);
    let objects = repo.facts.objects.iter().filter(|it| it.context == Context::Production).map(|it| &it.at);
    resources.chain(objects)
}
