//! Whether a repository takes the golden path: what is shared, wherever it has a place for it.

use super::{Judged, Seen};
use crate::facts::Artifact;
use crate::measure::adoption::Standing;
use crate::org::ADOPTED;

/// Whether a repository uses what is shared wherever it has a place for it.
pub(super) fn on_golden_path(it: &Seen<'_>, repo: usize) -> Judged {
    let mut adopts: Vec<String> = Vec::new();
    let mut unknown = None;
    let mut first = None;
    let mut nothing = None;
    for artifact in ADOPTED {
        match it.standings.get(repo, artifact) {
            Standing::Adopts { at, what } => {
                first.get_or_insert_with(|| at.clone());
                adopts.push(what.clone());
            }
            // What nobody shares nobody can use; but where nothing is shared there is no path.
            Standing::Misses { at, what } if !is_shared_at_all(it, artifact) => {
                nothing.get_or_insert_with(|| (at.clone(), what.clone()));
            }
            // Whose pipelines come from shared templates takes the path; the templates bring the actions.
            Standing::Misses { .. } if artifact == Artifact::CiAction && has_templates(it, repo) => {}
            Standing::Misses { at, what } => return Judged::Against { at: Some(at.clone()), what: what.clone() },
            Standing::Unknown { at, what } => unknown = Some((at.clone(), what.clone())),
            Standing::Provider { .. } | Standing::NotApplicable => {}
        }
    }
    match (unknown, adopts.is_empty(), nothing) {
        (Some((at, what)), ..) => Judged::Unknown { at, what },
        (None, true, Some((at, what))) => Judged::Against { at: Some(at), what },
        (None, true, None) => Judged::NotApplicable,
        (None, false, _) => Judged::For { at: first, what: adopts.join(", ") },
    }
}

/// Whether a repository uses shared templates of pipelines.
pub(super) fn has_templates(it: &Seen<'_>, repo: usize) -> bool {
    matches!(it.standings.get(repo, Artifact::CiTemplate), Standing::Adopts { .. })
}

/// Whether the organisation shares anything of an artifact.
pub(super) fn is_shared_at_all(it: &Seen<'_>, artifact: Artifact) -> bool {
    it.org.assets.keys().any(|id| id.artifact.counts_as() == artifact)
}
