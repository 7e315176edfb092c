//! Who keeps objects of a cluster: the chart whose template they are, the kustomization that names them, the controller
//! or tool that is told to read their folder; else nothing of which the repository tells.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{Artifact, Facts, Identity, Managed, Marker, Object, Said, Use};
use crate::origin::{Origin, git};
use crate::paths::{folder_of, name_of};
use crate::source::Location;

/// A folder or file that a controller or a tool is told to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delivery {
    /// What reads it.
    pub(crate) managed: Managed,
    /// The address of the repository that it lies in; none where that isn't said.
    pub(crate) repository: Option<String>,
    /// From the root of that repository; `*` stands for a part of a name.
    pub(crate) pattern: String,
    /// Whether it is a patch for whatever a target selects, whose own name is nothing's.
    pub(crate) selects: bool,
}

impl Delivery {
    /// The pattern of one of which only a template tells what it reads.
    pub(crate) const ANYWHERE: &str = "**";
}

/// How many patterns with a `*` are looked at.
const MAX_PATTERNS: usize = 200;

/// Says of each object who keeps it. Of several the one that is nearest: a chart renders its templates whoever reads the
/// chart, and so does kustomize. What a patch has that isn't an object of its own is no evidence of one.
pub(super) fn resolve(deliveries: &BTreeSet<Delivery>, facts: &mut Facts) {
    let charts: FxHashSet<String> = facts
        .offers
        .iter()
        .filter(|it| it.artifact == Artifact::HelmChart)
        .map(|it| if it.path.is_empty() { "templates".to_owned() } else { format!("{}/templates", it.path) })
        .collect();
    let mut kustomized: FxHashSet<&str> = FxHashSet::default();
    // Controllers use folders as bases too: what lies beside their objects isn't kept by kustomize for that.
    let is_base = |it: &&Use| it.artifact == Artifact::KustomizeBase && is_kustomization(&it.at.path);
    for usage in facts.uses.iter().filter(is_base) {
        if let Origin::Local { path } = &usage.origin {
            kustomized.insert(path);
        }
        // What lies beside a kustomization and isn't named as a resource is a patch.
        if usage.is_of_kustomization() {
            kustomized.insert(folder_of(&usage.at.path));
        }
    }
    let patches: BTreeMap<&str, bool> = deliveries
        .iter()
        .filter(|it| it.managed == Managed::Kustomize && !kustomized.contains(&*it.pattern))
        .map(|it| (&*it.pattern, it.selects))
        .collect();
    if !patches.is_empty() {
        settle_patches(&patches, &facts.objects, &mut facts.markers);
    }
    let is_told = |it: &&Delivery| it.pattern != Delivery::ANYWHERE && is_own(it, facts.repo.identity.as_ref());
    let own: Vec<&Delivery> = deliveries.iter().filter(is_told).collect();
    let (patterns, folders): (Vec<&Delivery>, Vec<&Delivery>) =
        own.into_iter().partition(|it| it.pattern.contains('*'));
    let mut delivered: FxHashMap<&str, Managed> = FxHashMap::default();
    for it in folders.into_iter().rev() {
        delivered.insert(&it.pattern, it.managed);
    }
    // Objects of one file are kept alike, and lie side by side.
    let mut last: Option<(Arc<str>, Managed)> = None;
    for object in &mut facts.objects {
        let path = &object.at.path;
        if let Some((_, managed)) = last.as_ref().filter(|(known, _)| Arc::ptr_eq(known, path) || known == path) {
            object.managed = *managed;
            continue;
        }
        let by_pattern = || {
            let fits = |it: &&&Delivery| lies_in(path, &it.pattern);
            patterns.iter().take(MAX_PATTERNS).find(fits).map(|it| it.managed)
        };
        object.managed = if above(path).any(|it| charts.contains(it)) {
            Managed::Chart
        } else if kustomized.contains(&**path) || kustomized.contains(folder_of(path)) {
            Managed::Kustomize
        } else {
            let by_folder = std::iter::once(&**path).chain(above(path)).find_map(|it| delivered.get(it).copied());
            by_folder.or_else(by_pattern).unwrap_or(Managed::Raw)
        };
        last = Some((path.clone(), object.managed));
    }
}

/// Takes back what patches have and is no evidence of anything more, by the path of each patch and whether it is for
/// whatever a target selects: what such a one has, and what only repeats an object that is declared elsewhere. How often
/// objects are looked after that such a patch is for, the patch decides.
fn settle_patches(patches: &BTreeMap<&str, bool>, objects: &[Object], markers: &mut Vec<Marker>) {
    let patched = |it: &Marker| patches.get(&*it.at.path).copied();
    if !markers.iter().any(|it| patched(it).is_some()) {
        return;
    }
    let timed: BTreeSet<&Location> = markers
        .iter()
        .filter(|it| patched(it) == Some(true) && it.says.contains_key(&Said::Schedule))
        .map(|it| &it.at)
        .collect();
    let kind = |it: &Object| (it.group.clone(), it.kind.clone());
    let kinds: BTreeSet<(String, String)> = objects.iter().filter(|it| timed.contains(&it.at)).map(kind).collect();
    let named = |it: &Marker| it.name.clone().map(|name| (it.kind, it.tool.clone(), name));
    let mut declared: BTreeMap<_, BTreeMap<Said, BTreeSet<String>>> = BTreeMap::new();
    for marker in markers.iter().filter(|it| patched(it).is_none()) {
        let Some(name) = named(marker) else { continue };
        let says = declared.entry(name).or_default();
        for (what, texts) in &marker.says {
            says.entry(*what).or_default().extend(texts.iter().cloned());
        }
    }
    let repeats = |it: &Marker| {
        let Some(declared) = named(it).and_then(|it| declared.get(&it)) else { return false };
        let mut says = it.says.iter().filter(|(what, _)| **what != Said::Schedule);
        says.all(|(what, texts)| {
            let is_declared = |text: &String, known: &BTreeSet<String>| {
                known.contains(text) || known.iter().any(|it| comes_to(it, text))
            };
            declared.get(what).is_some_and(|known| texts.iter().all(|it| is_declared(it, known)))
        })
    };
    markers.retain(|it| match patched(it) {
        None => true,
        Some(true) => false,
        Some(false) => !repeats(it),
    });
    if kinds.is_empty() {
        return;
    }
    let of_kinds = objects.iter().filter(|it| kinds.contains(&kind(it)));
    let places: BTreeSet<&Location> = of_kinds.map(|it| &it.at).collect();
    for marker in markers.iter_mut().filter(|it| places.contains(&it.at)) {
        marker.says.remove(&Said::Schedule);
    }
}

/// Whether a text with one part that isn't known (`./apps/shop/…/base`) comes to another one, if that part is one name.
fn comes_to(open: &str, text: &str) -> bool {
    let Some((before, behind)) = open.split_once('…').filter(|(_, behind)| !behind.contains('…')) else {
        return false;
    };
    let part = text.strip_prefix(before).and_then(|it| it.strip_suffix(behind));
    part.is_some_and(|it| !it.is_empty() && !it.contains('/'))
}

/// Whether a file is one that kustomize reads.
pub(super) fn is_kustomization(path: &str) -> bool {
    matches!(name_of(path), "Kustomization" | "kustomization.yaml" | "kustomization.yml")
}

/// Whether what is read lies in this repository. One that doesn't know its own address takes what is read for its own.
pub(super) fn is_own(delivery: &Delivery, own: Option<&Identity>) -> bool {
    let (Some(url), Some(own)) = (&delivery.repository, own) else { return true };
    let Some(named) = git::parse(url) else { return false };
    named.host == own.host && named.owner.eq_ignore_ascii_case(&own.owner) && named.name.eq_ignore_ascii_case(&own.name)
}

/// The folders that a file lies in, the nearest first; `""`, the root, at last.
pub(super) fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder_of(path)), |it| (!it.is_empty()).then(|| folder_of(it)))
}

/// Whether a file is one that a pattern means, or lies below a folder that is.
pub(super) fn lies_in(path: &str, pattern: &str) -> bool {
    let mut parts = path.split('/');
    pattern.split('/').all(|pattern| parts.next().is_some_and(|part| pattern == "**" || fits(part, pattern)))
}

/// Whether a name is one that a pattern with `*` means.
fn fits(name: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{above, lies_in};

    #[test]
    fn what_an_open_text_comes_to() {
        for (open, text, expected) in [
            ("./apps/shop/…/base", "./apps/shop/test/base", true),
            ("./apps/shop/…/base", "./apps/till/test/base", false),
            ("./apps/shop/…", "./apps/shop/test/base", false),
            ("./clusters/…/…", "./clusters/dev/00", false),
            ("./apps/shop/base", "./apps/shop/base", false),
        ] {
            assert_eq!(super::comes_to(open, text), expected, "{open} {text}");
        }
    }

    #[test]
    fn folders_above() {
        assert_eq!(above("a/b/c.yaml").collect::<Vec<_>>(), ["a/b", "a", ""]);
        assert_eq!(above("c.yaml").collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn patterns() {
        for (path, pattern, expected) in [
            ("apps/shop/x.yaml", "apps/*", true),
            ("apps/x.yaml", "apps/*/base", false),
            ("k8s/a.yaml", "k8s/*.yaml", true),
            ("k8s/a.json", "k8s/*.yaml", false),
            ("k8s/a/b.yaml", "k8s-*", false),
            ("envs/dev-1/shop/a.yaml", "envs/dev-*/shop", true),
            ("envs/dev/x/a.yaml", "envs/*/shop", false),
            ("a/bcbd/e", "a/b*b*d", true),
        ] {
            assert_eq!(lies_in(path, pattern), expected, "{path} {pattern}");
        }
    }
}
