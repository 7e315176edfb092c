//! Near clusters: which structures are nearly the same, exactly and without chains.
//!
//! Two structures are near where the weighted Jaccard similarity of their tokens (what both have, by the weight of what
//! either has) is at least the threshold. Nearness is no equivalence: a row of small steps leads from any pipeline to any
//! other, so whatever is connected is no cluster. Instead:
//!
//! 1. The structure that is near the most pipelines that no cluster has yet begins one, and takes them in; again, until
//!    all are in one. Of equals the one with the smaller id begins.
//! 2. Who is nearer to the beginning of another cluster moves there.
//! 3. The canonical form of a cluster is the member with the least distance to all members together (the medoid), of
//!    those that all members are near to; of equals that of more pipelines, then the smaller id.
//!
//! So every member is near its canonical form. What comes out depends on the set of structures alone.
//!
//! The pairs are found by prefix filter: with tokens ordered from rare to common, two sets that are near share a token
//! among those at which the rest of the set still weighs as much as the threshold asks. An inverted index of these
//! prefixes gives the candidates, so that common tokens are never looked up; each candidate is compared exactly.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use crate::pipeline::Fingerprint;

/// One structure, as clustering sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its fingerprint; no two items have the same.
    pub id: Fingerprint,
    /// Hash and weight of its tokens, sorted by hash, each hash once, no weight zero.
    pub tokens: Vec<(u64, u32)>,
    /// How many pipelines have it.
    pub count: u32,
}

/// One cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Near {
    /// The canonical form, as an index of the items.
    pub canonical: usize,
    /// The members, the canonical form among them: indices of the items, sorted by the items' ids.
    pub members: Vec<usize>,
}

/// How similar two structures must be, in thousandths, so that comparing stays whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold(u64);

impl Threshold {
    /// A threshold from 0 (exclusive) to 1; whatever lies outside is brought to its bounds.
    pub fn of(share: f64) -> Self {
        Threshold((share * 1000.0).round().clamp(1.0, 1000.0) as u64)
    }

    /// Whether this part of a whole is enough.
    fn holds(self, part: u64, whole: u64) -> bool {
        part * 1000 >= self.0 * whole
    }
}

/// A similarity of 1.
const WHOLE: u64 = 1_000_000;

/// The clusters of all items: each item is in exactly one. Sorted by the canonical form's id.
pub fn near(items: &[Item], threshold: Threshold) -> Vec<Near> {
    // From here on, nodes are items in the order of their ids, whatever order they came in.
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|&it| items[it].id);
    let neighbours = pairs(items, &order, threshold);
    let count = |node: usize| u64::from(items[order[node]].count);
    let begins = beginnings(&neighbours, &count);
    let rank: FxHashMap<usize, usize> = begins.iter().enumerate().map(|(rank, &node)| (node, rank)).collect();
    let mut clusters: Vec<Vec<usize>> = vec![Vec::new(); begins.len()];
    let mut cluster_of = vec![0; order.len()];
    for (node, near) in neighbours.iter().enumerate() {
        let own = rank.get(&node).map(|&rank| (WHOLE + 1, Reverse(rank)));
        let others =
            near.iter().filter_map(|(it, similarity)| Some((*similarity, Reverse(*rank.get(&(*it as usize))?))));
        let nearest = own.into_iter().chain(others.map(|(similarity, rank)| (u64::from(similarity), rank))).max();
        // Who begins none has been taken in by one that does.
        let Some((_, Reverse(rank))) = nearest else { continue };
        clusters[rank].push(node);
        cluster_of[node] = rank;
    }
    let mut found: Vec<(usize, Vec<usize>)> = clusters
        .into_iter()
        .enumerate()
        .map(|(rank, members)| {
            let candidates = members.iter().filter_map(|&node| {
                let within = neighbours[node].iter().filter(|(it, _)| cluster_of[*it as usize] == rank);
                let (n, distance) = within.fold((0, 0), |(n, sum), (it, similarity)| {
                    (n + 1, sum + count(*it as usize) * (WHOLE - u64::from(*similarity)))
                });
                (n + 1 == members.len()).then_some((distance, Reverse(count(node)), node))
            });
            let canonical = candidates.min().map_or(begins[rank], |(.., node)| node);
            (canonical, members)
        })
        .collect();
    found.sort();
    let named = |(canonical, members): (usize, Vec<usize>)| Near {
        canonical: order[canonical],
        members: members.into_iter().map(|it| order[it]).collect(),
    };
    found.into_iter().map(named).collect()
}

/// For each node those that are near it, with their similarity in millionths.
fn pairs(items: &[Item], order: &[usize], threshold: Threshold) -> Vec<Vec<(u32, u32)>> {
    let sets = ranked(items, order);
    let mut neighbours: Vec<Vec<(u32, u32)>> = vec![Vec::new(); sets.len()];
    let mut by_weight: Vec<usize> = (0..sets.len()).filter(|&it| sets[it].weight > 0).collect();
    by_weight.sort_by_key(|&it| (sets[it].weight, it));
    // For each token the sets that have it in their prefix, those of less weight first.
    let mut index: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    let mut seen_for = vec![usize::MAX; sets.len()];
    for &node in &by_weight {
        let set = &sets[node];
        let mut rest = set.weight;
        for &(token, weight) in &set.tokens {
            if !threshold.holds(rest, set.weight) {
                break;
            }
            rest -= u64::from(weight);
            let others = index.entry(token).or_default();
            // Nothing that weighs too little can be near, and what comes later weighs more still.
            let from = others.partition_point(|&it| !threshold.holds(sets[it as usize].weight, set.weight));
            for &other in &others[from..] {
                let other = other as usize;
                if std::mem::replace(&mut seen_for[other], node) == node {
                    continue;
                }
                if let Some(similarity) = similarity(set, &sets[other], threshold) {
                    neighbours[node].push((other as u32, similarity));
                    neighbours[other].push((node as u32, similarity));
                }
            }
            others.push(node as u32);
        }
    }
    neighbours
}

/// Tokens as ranks, from rare to common, with their weights.
struct Set {
    tokens: Vec<(u32, u32)>,
    weight: u64,
}

fn ranked(items: &[Item], order: &[usize]) -> Vec<Set> {
    let mut frequency: FxHashMap<u64, u32> = FxHashMap::default();
    for (token, _) in items.iter().flat_map(|it| &it.tokens) {
        *frequency.entry(*token).or_default() += 1;
    }
    let mut tokens: Vec<(u32, u64)> = Vec::with_capacity(frequency.len());
    tokens.extend(items.iter().flat_map(|it| &it.tokens).map(|(token, _)| (frequency[token], *token)));
    tokens.sort_unstable();
    tokens.dedup();
    let rank: FxHashMap<u64, u32> = tokens.iter().enumerate().map(|(rank, (_, token))| (*token, rank as u32)).collect();
    let set = |&it: &usize| {
        let mut tokens: Vec<(u32, u32)> = items[it].tokens.iter().map(|(token, w)| (rank[token], *w)).collect();
        tokens.sort_unstable();
        Set { weight: tokens.iter().map(|(_, weight)| u64::from(*weight)).sum(), tokens }
    };
    order.iter().map(set).collect()
}

/// The similarity in millionths, where it is enough.
fn similarity(a: &Set, b: &Set, threshold: Threshold) -> Option<u32> {
    let (mut x, mut y, mut both) = (0, 0, 0_u64);
    // What either may still have in common with the other.
    let (mut rest_a, mut rest_b) = (a.weight, b.weight);
    let all = a.weight + b.weight;
    while let (Some(&(token_a, weight_a)), Some(&(token_b, weight_b))) = (a.tokens.get(x), b.tokens.get(y)) {
        match token_a.cmp(&token_b) {
            std::cmp::Ordering::Less => {
                x += 1;
                rest_a -= u64::from(weight_a);
            }
            std::cmp::Ordering::Greater => {
                y += 1;
                rest_b -= u64::from(weight_b);
            }
            std::cmp::Ordering::Equal => {
                x += 1;
                y += 1;
                rest_a -= u64::from(weight_a);
                rest_b -= u64::from(weight_b);
                both += u64::from(weight_a.min(weight_b));
            }
        }
        let most = both + rest_a.min(rest_b);
        if !threshold.holds(most, all - most) {
            return None;
        }
    }
    let either = all - both;
    threshold.holds(both, either).then(|| u32::try_from(both * WHOLE / either).unwrap_or(u32::MAX))
}

/// The nodes that begin clusters, in the order in which they do.
fn beginnings(neighbours: &[Vec<(u32, u32)>], count: &dyn Fn(usize) -> u64) -> Vec<usize> {
    let mut is_taken = vec![false; neighbours.len()];
    let free = |node: usize, is_taken: &[bool]| -> u64 {
        let near = neighbours[node].iter().map(|(it, _)| *it as usize).filter(|it| !is_taken[*it]);
        count(node) + near.map(count).sum::<u64>()
    };
    let mut heap: BinaryHeap<(u64, Reverse<usize>)> =
        (0..neighbours.len()).map(|node| (free(node, &is_taken), Reverse(node))).collect();
    let mut begins = Vec::new();
    // What a node would take in only ever gets less, so the first one whose number still holds takes in the most.
    while let Some((n, Reverse(node))) = heap.pop() {
        if is_taken[node] {
            continue;
        }
        let now = free(node, &is_taken);
        if now < n {
            heap.push((now, Reverse(node)));
            continue;
        }
        is_taken[node] = true;
        neighbours[node].iter().for_each(|(it, _)| is_taken[*it as usize] = true);
        begins.push(node);
    }
    begins
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::{Just, ProptestConfig, Strategy};
    use proptest::{collection, prop_assert, prop_assert_eq, proptest};

    use super::{Item, Near, Threshold, near};
    use crate::pipeline::Fingerprint;

    fn item(id: u128, tokens: &[(u64, u32)], count: u32) -> Item {
        Item { id: Fingerprint(id), tokens: tokens.to_vec(), count }
    }

    /// Canonical forms and members by id.
    fn by_id(items: &[Item], clusters: &[Near]) -> Vec<(u128, Vec<u128>)> {
        let id = |it: &usize| items[*it].id.0;
        clusters.iter().map(|it| (id(&it.canonical), it.members.iter().map(id).collect())).collect()
    }

    /// What both have, and what either has, by weight.
    fn part_and_whole(a: &Item, b: &Item) -> (u64, u64) {
        let a: BTreeMap<u64, u32> = a.tokens.iter().copied().collect();
        let b: BTreeMap<u64, u32> = b.tokens.iter().copied().collect();
        let tokens: BTreeSet<u64> = a.keys().chain(b.keys()).copied().collect();
        let weight = |set: &BTreeMap<u64, u32>, token: &u64| u64::from(set.get(token).copied().unwrap_or(0));
        tokens.iter().fold((0, 0), |(part, whole), token| {
            let (a, b) = (weight(&a, token), weight(&b, token));
            (part + a.min(b), whole + a.max(b))
        })
    }

    /// The rule as the module's documentation has it, all pairs compared, nothing remembered.
    fn brute_force(items: &[Item], permille: u64) -> Vec<(u128, Vec<u128>)> {
        let mut items = items.to_vec();
        items.sort_by_key(|it| it.id);
        let is_near = |a: &Item, b: &Item| {
            let (part, whole) = part_and_whole(a, b);
            whole > 0 && part * 1000 >= permille * whole
        };
        let similarity = |a: &Item, b: &Item| {
            let (part, whole) = part_and_whole(a, b);
            part * 1_000_000 / whole
        };
        let mut free: Vec<&Item> = items.iter().collect();
        let mut begins: Vec<&Item> = Vec::new();
        while !free.is_empty() {
            let takes = |it: &Item| -> u64 {
                let in_reach = free.iter().filter(|other| it.id == other.id || is_near(it, other));
                in_reach.map(|other| u64::from(other.count)).sum()
            };
            let most = free.iter().map(|it| takes(it)).max().unwrap();
            let begin = *free.iter().find(|it| takes(it) == most).unwrap();
            begins.push(begin);
            free.retain(|it| it.id != begin.id && !is_near(begin, it));
        }
        let mut members: Vec<Vec<&Item>> = vec![Vec::new(); begins.len()];
        for it in &items {
            let own = begins.iter().position(|begin| begin.id == it.id);
            let nearest = || {
                let near = begins.iter().enumerate().filter(|(_, begin)| is_near(it, begin));
                near.max_by_key(|(at, begin)| (similarity(it, begin), std::cmp::Reverse(*at))).unwrap().0
            };
            members[own.unwrap_or_else(nearest)].push(it);
        }
        let mut found: Vec<(u128, Vec<u128>)> = Vec::new();
        for members in members {
            let fits = |it: &&&Item| members.iter().all(|other| other.id == it.id || is_near(it, other));
            let distance = |it: &Item| -> u64 {
                let others = members.iter().filter(|other| other.id != it.id);
                others.map(|other| u64::from(other.count) * (1_000_000 - similarity(it, other))).sum()
            };
            let canonical = members.iter().filter(fits);
            let canonical = canonical.min_by_key(|it| (distance(it), std::cmp::Reverse(it.count), it.id)).unwrap();
            found.push((canonical.id.0, members.iter().map(|it| it.id.0).collect()));
        }
        found.sort();
        found
    }

    /// Sets that grew out of a few, so that many are near each other and some lie on the threshold.
    fn items() -> impl Strategy<Value = Vec<Item>> {
        let tokens = || collection::btree_map(0_u64..24, 1_u32..4, 0..14);
        let change = collection::vec((0_u64..24, 0_u32..4), 0..4);
        let grown = collection::vec((0_usize..4, change, 1_u32..4), 1..40);
        (collection::vec(tokens(), 4), grown).prop_map(|(roots, grown)| {
            let grow = |id: usize, root: usize, change: Vec<(u64, u32)>, count: u32| {
                let mut tokens: BTreeMap<u64, u32> = roots[root].clone();
                tokens.extend(change);
                tokens.retain(|_, weight| *weight > 0);
                // Ids that don't follow the order of the list.
                item((id as u128 * 7919) % 1009, &tokens.into_iter().collect::<Vec<_>>(), count)
            };
            let grown = grown.into_iter().enumerate();
            grown.map(|(id, (root, change, count))| grow(id, root, change, count)).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn equals_brute_force_in_any_order(
            (items, shuffled) in items().prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle())),
            permille in 300_u64..=1000,
        ) {
            let threshold = Threshold(permille);
            let found = by_id(&items, &near(&items, threshold));
            prop_assert_eq!(&found, &brute_force(&items, permille));
            prop_assert_eq!(&by_id(&shuffled, &near(&shuffled, threshold)), &found);
            let by_id: BTreeMap<u128, &Item> = items.iter().map(|it| (it.id.0, it)).collect();
            prop_assert_eq!(found.iter().map(|(_, members)| members.len()).sum::<usize>(), items.len());
            for (canonical, members) in &found {
                for member in members.iter().filter(|it| *it != canonical) {
                    let (part, whole) = part_and_whole(by_id[canonical], by_id[member]);
                    prop_assert!(part * 1000 >= permille * whole);
                }
            }
        }
    }

    #[test]
    fn a_chain_is_no_cluster() {
        // Each is four fifths of the next; the ends have little in common.
        let chain: Vec<Item> = (0..7)
            .map(|n| item(n, &(0..9).map(|it| (u64::try_from(n).unwrap() + it, 1)).collect::<Vec<_>>(), 1))
            .collect();
        let found = by_id(&chain, &near(&chain, Threshold::of(0.8)));
        assert_eq!(found, [(1, vec![0, 1, 2]), (4, vec![3, 4, 5]), (6, vec![6])]);
    }

    #[test]
    fn the_canonical_form_is_what_most_are_nearest_to() {
        let common: Vec<(u64, u32)> = (0..10).map(|it| (it, 1)).collect();
        let with = |more: &[u64]| [&common[..], &more.iter().map(|it| (*it, 1)).collect::<Vec<_>>()].concat();
        let items = [item(1, &with(&[20, 21]), 1), item(2, &with(&[20]), 1), item(3, &with(&[20, 22]), 1)];
        assert_eq!(by_id(&items, &near(&items, Threshold::of(0.8))), [(2, vec![1, 2, 3])]);
        // More pipelines have the first.
        let items = [item(1, &with(&[20]), 1), item(2, &with(&[21]), 3)];
        assert_eq!(by_id(&items, &near(&items, Threshold::of(0.8))), [(2, vec![1, 2])]);
    }

    #[test]
    fn thresholds_are_exact() {
        // Four of five.
        let a = item(1, &[(1, 4)], 1);
        let b = item(2, &[(1, 5)], 1);
        let clusters = |share| near(&[a.clone(), b.clone()], Threshold::of(share)).len();
        assert_eq!((clusters(0.8), clusters(0.801)), (1, 2));
        // Nothing is not near nothing.
        assert_eq!(near(&[item(1, &[], 1), item(2, &[], 1)], Threshold::of(0.8)).len(), 2);
        assert_eq!(near(&[], Threshold::of(0.8)), []);
    }
}
