//! What jobs of systems have in common whose steps have no ids of their own: ids, scripts in lines, stages.

use rustc_hash::FxHashMap;

use crate::syntax::yaml::{Kind, Node};

/// How many jobs before it a job is said to wait for: beyond that, all of them in turn would multiply.
const MAX_NEEDS: usize = 100;

/// Ids that are each given once.
#[derive(Default)]
pub(super) struct Ids(FxHashMap<String, usize>);

impl Ids {
    /// This id, or with a number behind it where it has been given before.
    pub(super) fn unique(&mut self, id: &str) -> String {
        let n = self.0.entry(id.to_owned()).or_insert(0);
        *n += 1;
        if *n == 1 { id.to_owned() } else { format!("{id}#{n}") }
    }
}

/// The ids that the jobs of the next stage wait for.
pub(super) fn waits_for(before: &[String]) -> Vec<String> {
    before.iter().take(MAX_NEEDS).cloned().collect()
}

/// A script: a text, or a list of them, lists within it included.
pub(super) fn script(node: Node<'_>) -> Option<String> {
    if let Some(text) = node.text() {
        return (!node.is_null()).then(|| text.to_owned());
    }
    if node.resolved().kind() != Kind::Sequence {
        return None;
    }
    let mut lines = String::new();
    let mut add = |text: &str| {
        lines.push_str(text);
        lines.push('\n');
    };
    for item in node.items() {
        match item.text() {
            Some(text) => add(text),
            None => item.items().filter_map(Node::text).for_each(&mut add),
        }
    }
    Some(lines)
}
