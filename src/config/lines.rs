//! Where in a configuration something is said, for errors.

use std::fmt::Display;

use crate::syntax::yaml::{self, Documents, Node};

/// A configuration with its places.
pub(super) struct Lines<'t> {
    path: &'t str,
    text: &'t str,
    documents: Documents<'t>,
}

impl<'t> Lines<'t> {
    /// Of a configuration; `path` is what errors call it.
    pub(super) fn of(path: &'t str, text: &'t str) -> Self {
        Lines { path, text, documents: yaml::parse(text).0 }
    }

    /// Where something is said: `levelset.yaml:7: teams: platform`. It is named by the keys that lead to it, and of lists
    /// by numbers from 0; what isn't there is said where the last of the keys is that is.
    pub(super) fn at(&self, keys: &[impl AsRef<str> + Display]) -> String {
        let mut node = self.documents.first().map(Node::resolved);
        let mut line = None;
        let mut words: Vec<String> = Vec::new();
        for key in keys {
            let number = key.as_ref().parse::<usize>().ok();
            let entries = node.map(Node::entries).unwrap_or_default();
            let entry = entries.into_iter().find(|(it, _)| it.text() == Some(key.as_ref()));
            let item = || node?.items().nth(number?).map(|it| (it, it));
            let found = entry.or_else(item);
            if let Some((place, _)) = found {
                line = Some(self.line(place));
            }
            node = found.map(|(_, it)| it.resolved());
            words.push(match number {
                Some(number) => (number + 1).to_string(),
                None => key.to_string(),
            });
        }
        let line = line.map(|it| format!(":{it}")).unwrap_or_default();
        format!("{}{line}: {}", self.path, words.join(": "))
    }

    fn line(&self, node: Node<'_>) -> usize {
        self.text.get(..node.span().start).map_or(1, |before| before.matches('\n').count() + 1)
    }
}
