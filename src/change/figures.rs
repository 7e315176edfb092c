//! The figures that a change moves: of the repository, and of the organisation where its other repositories are known.

use super::said::{Figure, FigureOf, Value};
use super::sides::Side;
use super::{Item, Kind};
use crate::facts::Artifact;
use crate::measure::adoption::{Standing, Standings, calls};
use crate::org::ADOPTED;
use crate::report::next::of_several;
use crate::report::summary::Share;
use crate::source::Location;

/// What a change moves, and nothing that stays.
pub(super) fn moves(before: &Side<'_>, after: &Side<'_>, among_others: bool) -> Vec<Figure> {
    let mut all = Vec::new();
    let (was, is) = (own_calls(before), own_calls(after));
    for ((artifact, before), (_, after)) in was.into_iter().zip(is) {
        all.push(Figure { of: FigureOf::OwnCalls, artifact: Some(artifact), before, after });
    }
    if among_others {
        let (was, is) = (&before.report.summary, &after.report.summary);
        for (a, b) in was.adoption.iter().zip(&is.adoption) {
            let (before, after) = (share(a.repositories), share(b.repositories));
            all.push(Figure { of: FigureOf::Repositories, artifact: b.artifact, before, after });
        }
        let structures = |n: u64, of: u64| Value { n, of: Some(of), unknown: 0 };
        all.push(Figure {
            of: FigureOf::PipelineStructures,
            artifact: None,
            before: structures(was.pipelines.distinct_structures, was.pipelines.delivery),
            after: structures(is.pipelines.distinct_structures, is.pipelines.delivery),
        });
        let level = |n: u8| Value { n: n.into(), of: None, unknown: 0 };
        all.push(Figure {
            of: FigureOf::Level,
            artifact: None,
            before: level(was.level.low),
            after: level(is.level.low),
        });
    }
    all.retain(|it| it.before != it.after);
    all
}

fn share(it: Share) -> Value {
    Value { n: it.n, of: Some(it.of), unknown: it.unknown }
}

/// For each artifact the calls of the changed repository that leave it, and how many are of what is shared.
fn own_calls(side: &Side<'_>) -> Vec<(Artifact, Value)> {
    let standings = Standings::of(side.org);
    let of = |artifact: &Artifact| {
        let mut value = Value { n: 0, of: Some(0), unknown: 0 };
        for call in calls(side.org, &standings, *artifact).iter().filter(|it| it.repo == side.number) {
            match call.shared {
                Some(shared) => {
                    value.n += u64::from(shared);
                    value.of = value.of.map(|it| it + 1);
                }
                None => value.unknown += 1,
            }
        }
        (*artifact, value)
    };
    ADOPTED.iter().map(of).collect()
}

/// What the repository no longer uses of what is shared, though it has a place for it, and where that isn't told already.
pub(super) fn adoption_lost(before: &Side<'_>, after: &Side<'_>, is_told: &dyn Fn(Artifact) -> bool) -> Vec<Item> {
    let (was, is) = (Standings::of(before.org), Standings::of(after.org));
    let lost = ADOPTED.iter().filter(|it| !is_told(**it)).filter_map(|artifact| {
        match (was.get(before.number, *artifact), is.get(after.number, *artifact)) {
            (Standing::Adopts { at: was, what }, Standing::Misses { at, what: stead }) => Some(item(
                Kind::AdoptionLost,
                *artifact,
                at,
                Some(was),
                format!(
                    "This repository no longer uses {} that the organisation shares: {what} was used at {}:{} of the base.",
                    of_several(*artifact),
                    was.path,
                    was.line
                ),
                format!("Here is {stead}: go on using what is shared, or say there what it lacks."),
            )),
            _ => None,
        }
    });
    lost.collect()
}

/// What the repository uses of what is shared, and did not.
pub(super) fn adoption_gained(before: &Side<'_>, after: &Side<'_>) -> Vec<Item> {
    let (was, is) = (Standings::of(before.org), Standings::of(after.org));
    let gained = ADOPTED.iter().filter_map(|artifact| {
        match (was.get(before.number, *artifact), is.get(after.number, *artifact)) {
            (Standing::Misses { .. } | Standing::NotApplicable, Standing::Adopts { at, what }) => Some(item(
                Kind::AdoptionGained,
                *artifact,
                at,
                None,
                format!("This repository now uses {} that the organisation shares: {what}.", of_several(*artifact)),
                String::new(),
            )),
            _ => None,
        }
    });
    gained.collect()
}

fn item(kind: Kind, artifact: Artifact, at: &Location, was: Option<&Location>, what: String, to_do: String) -> Item {
    Item {
        kind,
        at: at.clone(),
        what,
        to_do,
        key: format!("{}:{}", kind.id(), of_several(artifact)),
        after: vec![at.clone()],
        before: was.into_iter().cloned().collect(),
    }
}
