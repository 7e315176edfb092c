//! Template expressions that change the structure of a document: as keys of mappings and as items of lists.
//!
//! `${{ if }}`, `${{ else }}`, `${{ each }}` and `${{ insert }}` put what stands below them where they stand
//! themselves. Which of them come true is known only when the pipeline is compiled, so the contents of all are read.

use crate::syntax::yaml::{Kind, Node};

/// How deep structure within structure is followed.
const MAX_DEPTH: usize = 20;

/// No list or mapping that people write has more entries once what stands in it is brought together.
const MAX_ENTRIES: usize = 5_000;

/// The entries of a mapping, those below structural keys among them.
pub(super) fn entries<'d>(node: Node<'d>) -> Vec<(Node<'d>, Node<'d>)> {
    let mut found = Vec::new();
    collect_entries(node, 0, &mut found);
    found
}

fn collect_entries<'d>(node: Node<'d>, depth: usize, found: &mut Vec<(Node<'d>, Node<'d>)>) {
    if depth > MAX_DEPTH {
        return;
    }
    for (key, value) in node.entries() {
        if found.len() >= MAX_ENTRIES {
            return;
        }
        if !is_structural(key) {
            found.push((key, value));
        } else if value.resolved().kind() == Kind::Mapping {
            collect_entries(value, depth + 1, found);
        }
    }
}

/// The values of a key of a mapping: one, or those of several branches.
pub(super) fn all<'d>(node: Node<'d>, key: &str) -> Vec<Node<'d>> {
    let mut found = entries(node);
    found.retain(|(name, _)| name.text() == Some(key));
    found.into_iter().map(|(_, value)| value).collect()
}

/// The value of a key of a mapping, of several branches that of the first.
pub(super) fn get<'d>(node: Node<'d>, key: &str) -> Option<Node<'d>> {
    node.get(key).or_else(|| all(node, key).into_iter().next())
}

/// The first key of a mapping that is none of structure: it says what a step or a job is.
pub(super) fn first_key(node: Node<'_>) -> Option<&str> {
    entries(node).first().and_then(|(key, _)| key.text())
}

/// The items of a list, those below structural items in their place. `given` gives the list that a parameter has
/// where an item is one (`- ${{ parameters.steps }}`); an item that nothing is known of stays a scalar.
pub(super) fn items<'d>(node: Node<'d>, given: &dyn Fn(&str) -> Option<Node<'d>>) -> Vec<Node<'d>> {
    let mut found = Vec::new();
    // A parameter may hold itself many times over.
    let mut left = MAX_ENTRIES;
    collect_items(node, 0, given, &mut left, &mut found);
    found
}

fn collect_items<'d>(
    node: Node<'d>,
    depth: usize,
    given: &dyn Fn(&str) -> Option<Node<'d>>,
    left: &mut usize,
    found: &mut Vec<Node<'d>>,
) {
    if depth > MAX_DEPTH || *left == 0 {
        return;
    }
    *left -= 1;
    match node.resolved().kind() {
        Kind::Sequence => node.items().for_each(|it| collect_items(it, depth + 1, given, left, found)),
        Kind::Mapping => {
            let entries = node.entries();
            if !entries.is_empty() && entries.iter().all(|(key, _)| is_structural(*key)) {
                entries.into_iter().for_each(|(_, value)| collect_items(value, depth + 1, given, left, found));
            } else {
                found.push(node);
            }
        }
        Kind::Scalar => match node.text().and_then(given) {
            Some(list) => collect_items(list, depth + 1, given, left, found),
            None => found.push(node),
        },
        // It leads nowhere, or the budget is spent, which is told of the whole document.
        Kind::Alias => {}
    }
}

/// Whether a key is one of structure.
fn is_structural(key: Node<'_>) -> bool {
    key.text().is_some_and(|it| it.trim_start().starts_with("${{"))
}

/// Whether a text has an expression that is known only when the pipeline is compiled, or runs.
pub(super) fn has_expression(text: &str) -> bool {
    text.contains("${{") || text.contains("$(") || text.contains("$[")
}
