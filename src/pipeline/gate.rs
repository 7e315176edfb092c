//! What keeps a job from running by itself once something has started its pipeline.
//!
//! A gate is said where a job is defined ([`Job::gate`]), or it is a step that waits for somebody ([`asks`]). What comes
//! behind a job that waits for somebody waits too; of a pipeline as a whole [`Effective`](super::effective::Effective)
//! tells it.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Job, Step, waits};

/// What keeps a job from running by itself, what keeps it most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// It never runs: its condition is never true.
    Never,
    /// Somebody has to start it, or to say that it goes on.
    Manual,
    /// It is only for runs that somebody starts; other events start the pipeline too, and pass it by.
    Event,
    /// GitLab: somebody may start it. The stages behind it don't wait for that, only who names it does.
    Optional,
}

/// Steps that wait until somebody says that it goes on, in lower case; sorted.
const ASKING: &[&str] = &[
    "codefresh/approval",
    "codefresh/pending-approval",
    "codepipeline/approval/manual",
    "harness/customapproval",
    "harness/harnessapproval",
    "harness/jiraapproval",
    "harness/servicenowapproval",
    "jenkins:input",
    "spinnaker/manualjudgment",
    "task:manualintervention",
    "task:manualvalidation",
    "trstringer/manual-approval",
];

/// Whether a step waits until somebody says that it goes on.
pub fn asks(step: &Step) -> bool {
    let Step::Use(name) = step else { return false };
    let order = |it: &&str| -> Ordering { it.bytes().cmp(name.bytes().map(|b| b.to_ascii_lowercase())) };
    ASKING.binary_search_by(order).is_ok()
}

/// What keeps a job from running that both keep.
pub(super) fn both(a: Option<Gate>, b: Option<Gate>) -> Option<Gate> {
    a.into_iter().chain(b).min()
}

/// What keeps a job from running that either lets run.
pub(super) fn either(a: Option<Gate>, b: Option<Gate>) -> Option<Gate> {
    a.zip(b).map(|(a, b)| a.max(b))
}

/// One job of a graph, as far as gates go.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gated {
    /// The job's own gate.
    pub(super) own: Option<Gate>,
    /// Whether one of its steps waits for somebody.
    pub(super) asks: bool,
    /// Whether it names what it waits for, where others wait for a stage.
    pub(super) names: bool,
}

/// The gates of jobs with those that they take over from what they wait for (indices). What is left out (`Never`,
/// `Event`) isn't passed on: whether that leaves out the next one each system decides, and extraction with it
/// ([`leave_out`]).
pub(super) fn inherited(jobs: &[Gated], needs: &[Vec<usize>]) -> Vec<Option<Gate>> {
    let mut gates: Vec<Option<Gate>> = jobs.iter().map(|it| it.own).collect();
    for index in waits::in_order(needs) {
        let from = |need: &usize| match gates[*need] {
            _ if jobs[*need].asks => Some(Gate::Manual),
            Some(Gate::Manual) => Some(Gate::Manual),
            Some(Gate::Optional) => jobs[index].names.then_some(Gate::Optional),
            Some(Gate::Never | Gate::Event) | None => None,
        };
        gates[index] = needs[index].iter().map(from).fold(gates[index], both);
    }
    gates
}

/// Leaves out the jobs that wait for one that is left out, as GitHub and Azure Pipelines do: all but those that
/// `runs_anyway` tells by their index, which say themselves what has to be true.
pub(crate) fn leave_out(jobs: &mut [Job], runs_anyway: &dyn Fn(usize) -> bool) {
    let is_left_out = |it: &Job| matches!(it.gate, Some(Gate::Never | Gate::Event));
    if !jobs.iter().any(is_left_out) {
        return;
    }
    let by_id: FxHashMap<&str, usize> = jobs.iter().enumerate().map(|(at, it)| (it.id.as_str(), at)).collect();
    let waits_for = |it: &Job| it.needs.iter().filter_map(|id| by_id.get(id.as_str()).copied()).collect();
    let needs: Vec<Vec<usize>> = jobs.iter().map(waits_for).collect();
    for index in waits::in_order(&needs) {
        if !runs_anyway(index) {
            let before = needs[index].iter().map(|&need| &jobs[need]).filter(|it| is_left_out(it)).map(|it| it.gate);
            jobs[index].gate = before.fold(jobs[index].gate, both);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ASKING, Gate, Gated, asks, inherited, leave_out};
    use crate::pipeline::{Job, Step};

    #[test]
    fn the_table_is_sorted() {
        assert!(ASKING.is_sorted());
        assert!(ASKING.iter().all(|it| it.to_ascii_lowercase() == *it));
    }

    #[test]
    fn steps_that_wait_for_somebody() {
        for (step, expected) in [
            (Step::Use("jenkins:input".to_owned()), true),
            (Step::Use("task:ManualValidation".to_owned()), true),
            (Step::Use("spinnaker/manualJudgment".to_owned()), true),
            (Step::Use("jenkins:inputs".to_owned()), false),
            (Step::Call("jenkins:input".to_owned()), false),
            (Step::Run(Vec::new()), false),
        ] {
            assert_eq!(asks(&step), expected, "{step:?}");
        }
    }

    #[test]
    fn who_waits_behind_a_gate_waits_too() {
        let own = |own| Gated { own, ..Gated::default() };
        let free = Gated::default();
        let jobs = [
            own(Some(Gate::Manual)),
            free,
            free,
            Gated { asks: true, ..free },
            own(Some(Gate::Optional)),
            free,
            Gated { names: true, ..free },
            own(Some(Gate::Event)),
            free,
            own(Some(Gate::Never)),
        ];
        let needs = vec![vec![], vec![0], vec![1, 3], vec![], vec![], vec![4], vec![4], vec![], vec![7], vec![0]];
        assert_eq!(
            inherited(&jobs, &needs),
            [
                Some(Gate::Manual),
                Some(Gate::Manual),
                Some(Gate::Manual),
                // What asks runs until it does.
                None,
                Some(Gate::Optional),
                None,
                Some(Gate::Optional),
                Some(Gate::Event),
                None,
                Some(Gate::Never),
            ]
        );
        // Circles end.
        assert_eq!(inherited(&[free, free], &[vec![1], vec![0]]), [None, None]);
    }

    #[test]
    fn who_waits_for_what_is_left_out_is_left_out() {
        let job = |id: &str, needs: &[&str], gate| Job {
            id: id.to_owned(),
            needs: needs.iter().map(|it| (*it).to_owned()).collect(),
            gate,
            ..Job::default()
        };
        let mut jobs = [
            job("c", &["b"], None),
            job("b", &["a"], None),
            job("a", &[], Some(Gate::Event)),
            job("always", &["a"], None),
            job("never", &["a"], Some(Gate::Never)),
            job("free", &["absent"], None),
        ];
        leave_out(&mut jobs, &|it| it == 3);
        let event = Some(Gate::Event);
        assert_eq!(jobs.map(|it| it.gate), [event, event, event, None, Some(Gate::Never), None]);
    }
}
