//! The chain from a request to a running database: which of its links files show. What holds them together no file says.

use crate::facts::MarkerKind;
use crate::knowledge::classes::Class;
use crate::measure::{Counts, Judged, Seen, evidence};
use crate::org::provisioning::Mechanism;
use crate::rules::EvidenceFilter;

/// The links that are evidence of one of these kinds, in the chain's order.
const LINKS: &[(&str, &[MarkerKind])] = &[
    ("a form to ask with", &[MarkerKind::Portal, MarkerKind::ProjectTemplate, MarkerKind::SelfServiceAction]),
    ("a check by policy", &[MarkerKind::Policy, MarkerKind::PolicyCheck]),
    ("what brings a change about", &[MarkerKind::Gitops, MarkerKind::TerraformAutomation]),
    ("how credentials arrive", &[MarkerKind::SecretDelivery]),
];

/// Each link that is there, at its first place.
pub(super) fn links(it: &Seen<'_>) -> Counts {
    let mut counts = Counts::default();
    for (link, kinds) in LINKS {
        let filter = EvidenceFilter { markers: kinds.to_vec(), ..EvidenceFilter::default() };
        let mut found = it.org.repos.iter().filter_map(|repo| Some((repo, evidence::first(repo, &filter)?)));
        if let Some((repo, marker)) = found.next() {
            let what = format!("{link}: {}", evidence::words(marker));
            counts.add(&repo.id, Judged::For { at: Some(marker.at.clone()), what });
        }
    }
    let way = [Mechanism::Claim, Mechanism::InternalModule]
        .into_iter()
        .find_map(|mechanism| it.ways.get(&(Class::Database, mechanism))?.first());
    if let Some(place) = way {
        let what = format!("a database as a unit of the platform: {}", place.what);
        counts.add(&it.org.repos[place.repo].id, Judged::For { at: Some(place.at.clone()), what });
    }
    counts
}
