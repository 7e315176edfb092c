//! Which files moved: what was in a file that is gone, and is in one now that was not there before. Told by what is in
//! them, so that a file that was changed a little while it moved is followed too.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::facts::Facts;
use crate::paths::folder_of;
use crate::source::Location;

/// Files that moved, by where they were and where they are.
#[derive(Debug, Default)]
pub(super) struct Moved<'f> {
    to: BTreeMap<&'f str, &'f str>,
    from: BTreeMap<&'f str, &'f str>,
}

/// How much of two files must be the same, of all that is in both: half, as git has it.
const ALIKE: f64 = 0.5;

impl<'f> Moved<'f> {
    /// Follows the files of one state into the other.
    pub(super) fn of(before: &'f Facts, after: &'f Facts) -> Self {
        let (old, new) = (contents(before), contents(after));
        let gone: Vec<&str> = old.keys().filter(|it| !new.contains_key(*it)).copied().collect();
        let come: Vec<&str> = new.keys().filter(|it| !old.contains_key(*it)).copied().collect();
        let mut having: FxHashMap<&str, Vec<(usize, usize)>> = FxHashMap::default();
        for (number, path) in come.iter().enumerate() {
            for (what, n) in &new[path] {
                having.entry(what).or_default().push((number, *n));
            }
        }
        let size = |of: &BTreeMap<String, usize>| of.values().sum::<usize>();
        let mut pairs: Vec<(f64, bool, &str, &str)> = Vec::new();
        for from in gone {
            let mut common: BTreeMap<usize, usize> = BTreeMap::new();
            for (what, n) in &old[from] {
                for (number, m) in having.get(what.as_str()).into_iter().flatten() {
                    *common.entry(*number).or_default() += n.min(m);
                }
            }
            for (number, common) in common {
                let to = come[number];
                let alike = 2.0 * common as f64 / (size(&old[from]) + size(&new[to])) as f64;
                if alike >= ALIKE {
                    pairs.push((alike, name_of(from) == name_of(to), from, to));
                }
            }
        }
        // The most alike first; of those that are equally alike the ones of one name, then in the order of paths.
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (Reverse(a.1), a.2, a.3).cmp(&(Reverse(b.1), b.2, b.3))));
        let mut moved = Moved::default();
        for (_, _, from, to) in pairs {
            if !moved.to.contains_key(from) && !moved.from.contains_key(to) {
                moved.to.insert(from, to);
                moved.from.insert(to, from);
            }
        }
        moved
    }

    /// Where a file of before is now.
    pub(super) fn path_after<'p>(&self, path: &'p str) -> &'p str
    where
        'f: 'p,
    {
        self.to.get(path).copied().unwrap_or(path)
    }

    /// Where a file of now was before.
    pub(super) fn path_before<'p>(&self, path: &'p str) -> &'p str
    where
        'f: 'p,
    {
        self.from.get(path).copied().unwrap_or(path)
    }

    /// A text that names a file of before, or its folder at its end, as it would name the file now.
    pub(super) fn renamed<'t>(&self, text: &'t str, path: &str) -> Cow<'t, str> {
        let Some(to) = self.to.get(path) else { return Cow::Borrowed(text) };
        let (old, new) = (folder_of(path), folder_of(to));
        match text.find(path) {
            Some(_) => Cow::Owned(text.replacen(path, to, 1)),
            None => match text.strip_suffix(old).filter(|it| !old.is_empty() && it.ends_with(':')) {
                Some(before) => Cow::Owned(format!("{before}{new}")),
                None => Cow::Borrowed(text),
            },
        }
    }
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The places of all that was seen in the files of a repository, each with what it is, whatever its line.
pub(super) fn places(facts: &Facts) -> impl Iterator<Item = (&Location, String)> {
    let Facts { pipelines, uses, offers, resources, objects, scripts, markers, owners, .. } = facts;
    let pipelines = pipelines.iter().map(|it| (&it.at, format!("pipeline {}", it.exact)));
    let uses = uses.iter().map(|it| (&it.at, format!("use {:?} {}", it.artifact, it.written)));
    let offers = offers.iter().map(|it| (&it.at, format!("offer {:?}", it.artifact)));
    let resources = resources.iter().map(|it| (&it.at, format!("resource {} {}", it.r#type, it.name)));
    let objects = objects.iter().map(|it| (&it.at, format!("object {}/{} {}", it.group, it.kind, it.name)));
    let scripts = scripts.iter().map(|it| (&it.at, format!("script {:?} {}", it.shape, it.commands)));
    let markers = markers.iter().map(|it| (&it.at, format!("marker {:?} {:?} {:?}", it.kind, it.tool, it.says)));
    let owners = owners.iter().map(|it| (&it.at, format!("owners {} {:?}", it.pattern, it.owners)));
    pipelines.chain(uses).chain(offers).chain(resources).chain(objects).chain(scripts).chain(markers).chain(owners)
}

/// What is in each file, and how often.
fn contents(facts: &Facts) -> BTreeMap<&str, BTreeMap<String, usize>> {
    let mut contents: BTreeMap<&str, BTreeMap<String, usize>> = BTreeMap::new();
    for (at, what) in places(facts) {
        *contents.entry(&at.path).or_default().entry(what).or_default() += 1;
    }
    contents
}

/// Whether two things, of before and after, are the same.
pub(super) type Same<'s, T> = &'s dyn Fn(&T, &T) -> bool;

/// Pairs what is the same before and after, of one group: what stands in the same words first, then in order. Those of
/// `after` that are left are new, those of `before` are gone.
pub(super) fn pair<T>(before: Vec<T>, after: Vec<T>, same: &[Same<'_, T>]) -> (Vec<(T, T)>, Vec<T>, Vec<T>) {
    let (mut before, mut after): (Vec<Option<T>>, Vec<Option<T>>) =
        (before.into_iter().map(Some).collect(), after.into_iter().map(Some).collect());
    let mut pairs = Vec::new();
    for same in same {
        for b in &mut after {
            let Some(is) = b.as_ref() else { continue };
            let was = before.iter_mut().find(|a| a.as_ref().is_some_and(|a| same(a, is)));
            if let Some(was) = was.and_then(Option::take) {
                pairs.extend(b.take().map(|is| (was, is)));
            }
        }
    }
    (pairs, before.into_iter().flatten().collect(), after.into_iter().flatten().collect())
}

/// All numbers of groups of both sides, in order.
pub(super) fn keys<'k, K: Ord, A, B>(a: &'k BTreeMap<K, A>, b: &'k BTreeMap<K, B>) -> BTreeSet<&'k K> {
    a.keys().chain(b.keys()).collect()
}
