//! Ways to provision things: how many there are for one class, and for which classes the organisation has one of its own.

use std::collections::BTreeMap;

use crate::knowledge::classes::Class;
use crate::measure::{Counts, Judged, Seen};
use crate::org::provisioning::{Mechanism, Place};

/// The ways in which one class of things is provisioned: the first place of each.
pub(super) fn of_class(it: &Seen<'_>, class: Class) -> Counts {
    let mut counts = Counts::default();
    for ((of, mechanism), places) in &it.ways {
        if let Some(place) = places.first().filter(|_| *of == class) {
            let repos = places.iter().map(|it| it.repo).collect::<std::collections::BTreeSet<_>>().len() as u64;
            let what =
                format!("{}: {}, in {}", words(*mechanism), place.what, crate::rules::counted_repositories(repos));
            counts.add(&it.org.repos[place.repo].id, Judged::For { at: Some(place.at.clone()), what });
        }
    }
    counts
}

/// The classes that are provisioned anywhere: for those of which a module of the organisation or a claim is in use,
/// against the others.
pub(super) fn shared_ways(it: &Seen<'_>) -> Counts {
    let mut classes: BTreeMap<Class, (Option<&Place<'_>>, &Place<'_>)> = BTreeMap::new();
    for ((class, mechanism), places) in &it.ways {
        let Some(first) = places.first() else { continue };
        let is_shared = matches!(mechanism, Mechanism::InternalModule | Mechanism::Claim);
        let known = classes.entry(*class).or_insert((None, first));
        known.0 = known.0.or(is_shared.then_some(first));
    }
    let mut counts = Counts::default();
    for (class, (shared, first)) in classes {
        let place = shared.unwrap_or(first);
        let (at, what) = (Some(place.at.clone()), format!("{}: {}", class_words(class), place.what));
        let judged = match shared {
            Some(_) => Judged::For { at, what },
            // Without a remote nothing tells which modules are the organisation's own.
            None if it.org.owners.is_empty() => Judged::Unknown { at, what },
            None => Judged::Against { at, what },
        };
        counts.add(&it.org.repos[place.repo].id, judged);
    }
    counts
}

fn class_words(class: Class) -> String {
    serde_json::to_value(class).ok().and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
}

fn words(mechanism: Mechanism) -> &'static str {
    match mechanism {
        Mechanism::RawResource => "as a resource",
        Mechanism::PublicModule => "by a public module",
        Mechanism::InternalModule => "by a module of the organisation",
        Mechanism::Claim => "by a claim",
        Mechanism::Chart => "by a chart",
        Mechanism::Operator => "by an operator",
        Mechanism::Workload => "as a workload",
        Mechanism::Script => "by a command",
        Mechanism::Compose => "by a compose file",
    }
}
