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
    let watch = [MarkerKind::Alert, MarkerKind::Slo];
    let scan = scanned(of);
    let checks = [
        ("an owner", true, it.org.teams[repo].is_some()),
        ("a runbook", is_run, has(&[MarkerKind::Runbook], &[]) || has(&watch, &[Said::Runbook])),
        ("alerts", is_run, has(&watch, &[])),
        ("updates of dependencies", true, has(&[MarkerKind::DependencyUpdates], &[])),
    ];
    let asked = || checks.iter().filter(|(_, is_asked, _)| *is_asked);
    let passed = asked().filter(|it| it.2).count() + usize::from(matches!(scan, Judged::For { .. }));
    let mut lacks: Vec<&str> = asked().filter(|it| !it.2).map(|it| it.0).collect();
    lacks.extend(matches!(scan, Judged::Against { .. }).then_some("a scan"));
    let mut what = format!("{passed} of {all}");
    if !lacks.is_empty() {
        what.push_str(&format!("; without {}", lacks.join(", ")));
    }
    let mut could_be = passed;
    if let Judged::Unknown { what: why, .. } = &scan {
        what.push_str(&format!("; whether it scans can't be told: {why}"));
        could_be += 1;
    }
    match passed {
        n if n >= enough => Judged::For { at: None, what },
        _ if could_be >= enough => Judged::Unknown { at: None, what },
        _ => Judged::Against { at: None, what },
    }
}
