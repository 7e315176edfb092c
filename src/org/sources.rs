//! Sources of charts and manifests that objects of a cluster name and that another repository declares; and folders of
//! other repositories that turn out to be charts.

use rustc_hash::FxHashSet;

use super::{full_name, key};
use crate::facts::sources::{is_open, join};
use crate::facts::{Artifact, Facts};
use crate::origin::Origin;

/// Joins what names a source that its own repository hasn't to the one that others have, where they all say the same.
/// A folder of a scanned repository that is brought into a cluster is a chart where one lies in it.
pub(super) fn join_all(facts: &mut [Facts]) {
    if facts.iter().any(|it| it.uses.iter().any(is_open)) {
        let place = |it: &Facts| it.repo.identity.as_ref().map_or_else(|| it.repo.folder.clone(), full_name);
        let all: Vec<_> = facts
            .iter()
            .flat_map(|it| {
                let repository = place(it);
                it.sources
                    .iter()
                    .map(move |source| (source.clone(), format!("{repository}/{}:{}", source.at.path, source.at.line)))
            })
            .collect();
        for it in facts.iter_mut().filter(|it| it.uses.iter().any(is_open)) {
            join(&mut it.uses, all.iter().map(|(source, place)| (source, place.clone())), false);
        }
    }
    let mut charts: FxHashSet<((String, String), String)> = FxHashSet::default();
    for it in facts.iter() {
        let Some(identity) = &it.repo.identity else { continue };
        let offered = it.offers.iter().filter(|it| it.artifact == Artifact::HelmChart);
        charts.extend(offered.map(|it| (key(&identity.host, &full_name(identity)), it.path.to_string())));
    }
    if charts.is_empty() {
        return;
    }
    for usage in facts.iter_mut().flat_map(|it| &mut it.uses).filter(|it| it.artifact == Artifact::KustomizeBase) {
        if let Origin::Repo { host, owner, name, path } = &usage.origin
            && charts.contains(&(key(host, &[owner, "/", name].concat()), path.clone()))
        {
            usage.artifact = Artifact::HelmChart;
        }
    }
}
