//! What brings something to an environment: whether a change starts it, whether it waits for people, and whether it tests
//! before.

use super::{Judged, running, unread, why_unseen};
use crate::org::Repo;
use crate::org::does::Tested;
use crate::org::pipelines::{Passage, PipelineView};
use crate::pipeline::steps::{Category, Purpose};
use crate::pipeline::triggers::{Starter, started_by};
use crate::pipeline::{Pipeline, System};

/// Systems that run a pipeline for every push where its file doesn't say what starts it; sorted.
const PUSHED_BY_DEFAULT: &[System] =
    &[System::Appveyor, System::Circleci, System::Drone, System::Travis, System::Woodpecker];

/// The pipelines that run and bring something to an environment.
pub(super) fn that_deploy(repo: &Repo) -> impl Iterator<Item = (&Pipeline, &PipelineView)> {
    running(repo).filter(|(_, view)| {
        // What a template that wasn't scanned is for, its name says.
        let is_named = || matches!(view.purpose, Purpose::Deploy | Purpose::Provision) && view.does.unseen.is_some();
        [Category::Deploy, Category::Provision].into_iter().any(|it| view.does.any(it)) || is_named()
    })
}

pub(super) fn delivering(repo: &Repo) -> Judged {
    match running(repo).find(|(_, view)| view.delivers()) {
        Some((pipeline, _)) => Judged::For { at: Some(pipeline.at.clone()), what: "a delivery pipeline".to_owned() },
        None => unread(repo).unwrap_or(Judged::Against { at: None, what: "no delivery pipeline".to_owned() }),
    }
}

pub(super) fn deploying(repo: &Repo) -> Judged {
    match that_deploy(repo).next() {
        Some((pipeline, _)) => {
            Judged::For { at: Some(pipeline.at.clone()), what: "a pipeline that deploys".to_owned() }
        }
        None => unread(repo).unwrap_or(Judged::Against { at: None, what: "no pipeline that deploys".to_owned() }),
    }
}

/// Who starts a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Starts {
    /// A change, or time.
    ByItself,
    /// Only people do, or another program.
    ByPeople,
    /// Its file doesn't say.
    Unsaid,
}

pub(super) fn starts(pipeline: &Pipeline) -> Starts {
    let is_by_itself = |it: &String| matches!(started_by(it), Starter::Change | Starter::Time);
    match () {
        () if pipeline.triggers.iter().any(is_by_itself) => Starts::ByItself,
        () if !pipeline.triggers.is_empty() => Starts::ByPeople,
        () if PUSHED_BY_DEFAULT.contains(&pipeline.system) => Starts::ByItself,
        () => Starts::Unsaid,
    }
}

/// Whether a pipeline that runs brings something about without anybody, once something has started it.
pub(super) fn goes_on_by_itself(view: &PipelineView) -> bool {
    let of = &view.does_by_itself;
    [Category::Deploy, Category::Provision].into_iter().any(|it| of.any(it)) || of.unseen.is_some()
}

/// Events of changes that aren't merged: what they deploy is a preview; sorted.
const OF_PROPOSALS: &[&str] = &["merge_request", "pull_request", "pull_request_target"];

/// Whether a change starts what deploys, or time; of proposals too, unless only what is merged counts.
pub(super) fn deployed_automatically(repo: &Repo, when_merged: bool) -> Judged {
    let mut judged = None;
    if when_merged {
        // What goes to staging by itself is no way to production.
        let is_held = |view: &PipelineView| view.to_production == Some(Passage::Held);
        let is_free = that_deploy(repo).any(|(_, view)| view.to_production == Some(Passage::Free));
        if let Some((pipeline, _)) = that_deploy(repo).find(|(_, view)| is_held(view) && !is_free) {
            let what = "it waits for somebody before it deploys to production".to_owned();
            return Judged::Against { at: Some(pipeline.at.clone()), what };
        }
    }
    for (pipeline, view) in that_deploy(repo) {
        let at = Some(pipeline.at.clone());
        let is_of_proposal = |it: &String| OF_PROPOSALS.binary_search(&it.as_str()).is_ok();
        if when_merged && !pipeline.triggers.is_empty() && pipeline.triggers.iter().all(is_of_proposal) {
            judged.get_or_insert(Judged::Against { at, what: "only changes that aren't merged start it".to_owned() });
            continue;
        }
        let events = || pipeline.triggers.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        if !goes_on_by_itself(view) {
            judged.get_or_insert(Judged::Against { at, what: "it waits for somebody before it deploys".to_owned() });
            continue;
        }
        match starts(pipeline) {
            Starts::ByItself if pipeline.triggers.is_empty() => {
                return Judged::For { at, what: "each push starts it".to_owned() };
            }
            Starts::ByItself => return Judged::For { at, what: format!("{} starts it", events()) },
            Starts::Unsaid => {
                judged = Some(Judged::Unknown { at, what: "its file doesn't say what starts it".to_owned() });
            }
            Starts::ByPeople => {
                judged.get_or_insert(Judged::Against { at, what: format!("only {} starts it", events()) });
            }
        }
    }
    judged.unwrap_or_else(|| unread(repo).unwrap_or(Judged::NotApplicable))
}

/// Whether a pipeline tests before it deploys; what templates do that it calls counts.
pub(super) fn tested_before_deploy(repo: &Repo) -> Judged {
    let mut judged = None;
    for (pipeline, view) in that_deploy(repo) {
        let at = Some(pipeline.at.clone());
        match view.does.tested {
            Tested::Before => return Judged::For { at, what: "it tests before it deploys".to_owned() },
            Tested::Unknown => {
                let why = view.does.unseen.as_ref().map(|it| why_unseen(repo, pipeline, it));
                let what = why.unwrap_or_else(|| "what a template does was not scanned".to_owned());
                judged = Some(Judged::Unknown { at, what });
            }
            Tested::Never | Tested::NothingDeployed => {
                let what = "it deploys, and tests nothing before".to_owned();
                judged.get_or_insert(Judged::Against { at, what });
            }
        }
    }
    judged.unwrap_or_else(|| unread(repo).unwrap_or(Judged::NotApplicable))
}

#[cfg(test)]
mod tests {
    use super::{OF_PROPOSALS, PUSHED_BY_DEFAULT};

    #[test]
    fn tables_are_sorted() {
        assert!(OF_PROPOSALS.is_sorted() && PUSHED_BY_DEFAULT.is_sorted());
    }
}
