//! Measures that need an algorithm, one file each.

mod chain;
mod elsewhere;
mod environments;
mod tools;
mod ways;

use super::{Counts, Seen};
use crate::rules::Builtin;

/// What counts for it, against it, and can't be told.
pub(super) fn counts(it: &Seen<'_>, builtin: Builtin) -> Counts {
    match builtin {
        Builtin::DeliveryFoundElsewhere => elsewhere::found_elsewhere(it.org),
        Builtin::WaysToProvision { class } => ways::of_class(it, class),
        Builtin::ClassesWithASharedWay => ways::shared_ways(it),
        Builtin::SelfServiceChain => chain::links(it),
        Builtin::DeployTools => tools::that_deploy(it),
        Builtin::StandardTools => tools::standard(it),
        Builtin::EnvironmentsInCode => environments::in_code(it),
    }
}
