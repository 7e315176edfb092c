//! Whether a repository is ready for production, by checks that files show.

use super::{Judged, Seen, evidence, judge, scanned};
use crate::facts::{MarkerKind, Said};
use crate::rules::{EvidenceFilter, Quality};

/// How many of the five checks make a repository ready.
const READY: usize = 3;

/// How many of the three checks make one ready that holds nothing that is run.
const READY_UNRUN: usize = 2;

/// How many of five checks of readiness for production a repository passes: an owner, a runbook, alerts, a bot for
/// dependencies, a scan. Of what isn't run itself nobody is woken up: a template, a module or an action is asked for the
/// other three, of which two are enough.
pub(in crate::measure) fn ready(it: &Seen<'_>, repo: usize) -> Judged {
    let is_run = matches!(judge(it, repo, Quality::Deployable), Judged::For { .. });
    let (all, enough) = if is_run { (5, READY) } else { (3, READY_UNRUN) };
    let of = &it.org.repos[repo];
    let has = |markers: &[MarkerKind], says: &[Said]| {
        let filter = EvidenceFilter { markers: markers.to_vec(), says: says.to_vec(), ..EvidenceFilter::default() };
        evidence::surely_had(it, repo, &filter)
    };
    let scan = scanned(of);
    let runbook = has(&[MarkerKind::Runbook], &[]) || has(&[MarkerKind::Alert, MarkerKind::Slo], &[Said::Runbook]);
    let checks = [
        ("an owner", true, it.org.teams[repo].is_some()),
        ("a runbook", is_run, runbook),
        ("alerts", is_run, has(&[MarkerKind::Alert, MarkerKind::Slo], &[])),
        ("updates of dependencies", true, has(&[MarkerKind::DependencyUpdates], &[])),
        ("a scan", true, matches!(scan, Judged::For { .. })),
    ];
    let asked = checks.into_iter().filter(|(_, is_asked, _)| *is_asked);
    let (passed, lacks): (Vec<_>, Vec<_>) = asked.partition(|(_, _, passes)| *passes);
    let names: Vec<&str> = lacks.iter().map(|it| it.0).collect();
    let what = match lacks.is_empty() {
        true => format!("{all} of {all}"),
        false => format!("{} of {all}; without {}", passed.len(), names.join(", ")),
    };
    let could_be = passed.len() + usize::from(matches!(scan, Judged::Unknown { .. }));
    match passed.len() {
        n if n >= enough => Judged::For { at: None, what },
        _ if could_be >= enough => Judged::Unknown { at: None, what },
        _ => Judged::Against { at: None, what },
    }
}
