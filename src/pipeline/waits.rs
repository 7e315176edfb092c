//! The graph of what waits for what: merged, shortened and put in order, whatever its nodes are.

use rustc_hash::FxHashMap;

use super::Fingerprint;

/// Nodes of a graph that are the same, taken together.
pub(super) struct Merged {
    /// The fingerprint of all.
    pub(super) structure: Fingerprint,
    /// For each class its first node and the classes it waits for.
    pub(super) classes: Vec<(usize, Vec<usize>)>,
}

/// Takes together nodes that have one label and wait for the same, and those that come after one of their own kind.
pub(super) fn merged(labels: &[Fingerprint], needs: &[Vec<usize>]) -> Merged {
    // A node is settled once all that it waits for is. What is never settled waits in a circle, which no CI system
    // runs: it counts by its label alone.
    let mut done = labels.to_vec();
    // The nodes whose fingerprint says what they wait for.
    let mut says = vec![false; labels.len()];
    let mut waits_for: Vec<usize> = needs.iter().map(Vec::len).collect();
    for index in settled(needs, &mut waits_for) {
        let again = needs[index].iter().filter(|&&need| labels[need] == labels[index]).map(|&need| done[need]).min();
        let mut before: Vec<Fingerprint> = needs[index].iter().map(|&need| done[need]).collect();
        before.sort_unstable();
        before.dedup();
        says[index] = again.is_none();
        if !before.is_empty() {
            done[index] = again.unwrap_or_else(|| combined(labels[index], &before));
        }
    }
    let mut class_of: FxHashMap<Fingerprint, usize> = FxHashMap::default();
    let mut firsts: Vec<(usize, Option<usize>)> = Vec::new();
    for (index, fingerprint) in done.iter().enumerate() {
        let class = *class_of.entry(*fingerprint).or_insert_with(|| {
            firsts.push((index, None));
            firsts.len() - 1
        });
        if says[index] {
            firsts[class].1.get_or_insert(index);
        }
    }
    let classes = firsts.into_iter().map(|(first, says)| {
        let mut classes: Vec<usize> =
            says.map(|it| &needs[it]).into_iter().flatten().map(|&need| class_of[&done[need]]).collect();
        classes.sort_unstable();
        classes.dedup();
        (first, classes)
    });
    let classes: Vec<(usize, Vec<usize>)> = classes.collect();
    done.sort_unstable();
    done.dedup();
    let structure = match done.as_slice() {
        // One job is its pipeline.
        [only] => *only,
        jobs => combined(Fingerprint::of(b"jobs"), jobs),
    };
    Merged { structure, classes }
}

/// Graphs with more nodes keep the waits that others imply.
pub(super) const MOST_NODES: usize = 512;

/// Without waits that other waits imply: who waits for the tests, which wait for the build, waits for the build whether or
/// not it says so.
pub(super) fn without_detours(mut needs: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    if needs.len() > MOST_NODES {
        return needs;
    }
    let mut waits_for: Vec<usize> = needs.iter().map(Vec::len).collect();
    // For each node all that comes before it. What waits in a circle comes after nothing.
    let mut before: Vec<[u64; MOST_NODES / 64]> = vec![[0; MOST_NODES / 64]; needs.len()];
    for index in settled(&needs, &mut waits_for) {
        let mut implied = [0; MOST_NODES / 64];
        for &need in &needs[index] {
            implied.iter_mut().zip(before[need]).for_each(|(all, more)| *all |= more);
        }
        needs[index].retain(|need| implied[need / 64] >> (need % 64) & 1 == 0);
        for &need in &needs[index] {
            implied[need / 64] |= 1 << (need % 64);
        }
        before[index] = implied;
    }
    needs
}

/// The nodes in an order in which each comes after all that it waits for; those in circles are left out.
pub(super) fn settled(needs: &[Vec<usize>], waits_for: &mut [usize]) -> Vec<usize> {
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (index, needs) in needs.iter().enumerate() {
        needs.iter().for_each(|&need| followers[need].push(index));
    }
    let mut order: Vec<usize> = (0..needs.len()).filter(|&it| waits_for[it] == 0).collect();
    let mut next = 0;
    while let Some(&index) = order.get(next) {
        next += 1;
        for &follower in &followers[index] {
            waits_for[follower] -= 1;
            if waits_for[follower] == 0 {
                order.push(follower);
            }
        }
    }
    order
}

/// All nodes, each after what it waits for as far as that can be.
pub(super) fn in_order(needs: &[Vec<usize>]) -> Vec<usize> {
    let mut waits_for: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut order = settled(needs, &mut waits_for);
    order.extend((0..needs.len()).filter(|&it| waits_for[it] > 0));
    order
}

/// Takes out nodes that say nothing: whoever waits for one waits for what it waits for. Returns the nodes that are left.
pub(super) fn pass_through(needs: &mut Vec<Vec<usize>>, says_nothing: &dyn Fn(usize) -> bool) -> Vec<usize> {
    for index in in_order(needs) {
        let mut before: Vec<usize> = Vec::new();
        for &need in &needs[index] {
            if says_nothing(need) && need != index {
                before.extend(&needs[need]);
            } else {
                before.push(need);
            }
        }
        before.sort_unstable();
        before.dedup();
        needs[index] = before;
    }
    let kept: Vec<usize> = (0..needs.len()).filter(|it| !says_nothing(*it)).collect();
    *needs = among(&kept, needs);
    kept
}

/// Makes one node of two that fit where one comes after the other and nothing else comes before or after. Returns the
/// nodes that are left.
pub(super) fn join_rows<T: PartialEq>(
    stages: &mut Vec<Vec<T>>,
    needs: &mut Vec<Vec<usize>>,
    fits: &dyn Fn(usize, usize) -> bool,
) -> Vec<usize> {
    let mut n_followers = vec![0_usize; stages.len()];
    needs.iter().flatten().for_each(|&need| n_followers[need] += 1);
    let order = in_order(needs);
    // Where the stages of a node have gone to: the node at the head of its row.
    let mut head: Vec<usize> = (0..stages.len()).collect();
    for &index in &order {
        let [before] = *needs[index] else { continue };
        if n_followers[before] == 1 && before != index && head[before] != index && fits(before, index) {
            head[index] = head[before];
            let more = std::mem::take(&mut stages[index]);
            let row = &mut stages[head[index]];
            let repeats = row.last() == more.first();
            row.extend(more.into_iter().skip(usize::from(repeats)));
        }
    }
    for needs in needs.iter_mut() {
        needs.iter_mut().for_each(|need| *need = head[*need]);
        needs.sort_unstable();
        needs.dedup();
    }
    let kept: Vec<usize> = (0..stages.len()).filter(|&it| head[it] == it).collect();
    *stages = kept.iter().map(|&it| std::mem::take(&mut stages[it])).collect();
    *needs = among(&kept, needs);
    kept
}

/// What these nodes wait for among each other; sorted indices.
pub(super) fn among(kept: &[usize], needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let waits = |&it: &usize| needs[it].iter().filter_map(|need| kept.binary_search(need).ok()).collect();
    kept.iter().map(waits).collect()
}

/// One fingerprint of several.
pub(super) fn combined(first: Fingerprint, others: &[Fingerprint]) -> Fingerprint {
    let bytes: Vec<u8> = std::iter::once(&first).chain(others).flat_map(|it| it.0.to_le_bytes()).collect();
    Fingerprint::of(&bytes)
}
