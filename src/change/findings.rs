//! Which findings a change adds, and which it takes away.

use std::collections::BTreeMap;

use super::moved::{Moved, keys, pair};
use crate::measure::findings::Finding;

/// The findings of `after` that are new, and those of `before` that are gone, each in order. A finding is known by its
/// rule, file and thing; of several of one thing those are the same that stand in the same words, then those in order.
pub(super) fn compare(before: &[Finding], after: &[Finding], moved: &Moved<'_>) -> (Vec<Finding>, Vec<Finding>) {
    let mut old: BTreeMap<(&str, String), Vec<&Finding>> = BTreeMap::new();
    for it in before {
        let key = moved.renamed(without_number(&it.key), &it.at.path).into_owned();
        old.entry((&it.rule, key)).or_default().push(it);
    }
    let mut now: BTreeMap<(&str, String), Vec<&Finding>> = BTreeMap::new();
    for it in after {
        now.entry((&it.rule, without_number(&it.key).to_owned())).or_default().push(it);
    }
    let (mut new, mut gone) = (Vec::new(), Vec::new());
    for key in keys(&old, &now) {
        let (was, is) = (old.get(key).cloned().unwrap_or_default(), now.get(key).cloned().unwrap_or_default());
        let in_the_same_words = |a: &&Finding, b: &&Finding| {
            a.message == b.message && a.at.line_hash.is_some() && a.at.line_hash == b.at.line_hash
        };
        let (_, was, is) = pair(was, is, &[&in_the_same_words, &|_, _| true]);
        new.extend(is.into_iter().cloned());
        gone.extend(was.into_iter().cloned());
    }
    new.sort();
    gone.sort();
    (new, gone)
}

/// A key without the number that tells several of one thing apart.
fn without_number(key: &str) -> &str {
    match key.rsplit_once('#') {
        Some((key, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => key,
        _ => key,
    }
}
