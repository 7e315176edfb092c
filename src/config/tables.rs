//! The rows that a configuration adds to the tables of evidence, as they are written.

use crate::syntax::yaml::{self, Node};

/// The tables that a configuration adds to, each as a text of its own with the rows at the lines where they stand.
pub(super) fn rows(text: &str) -> Vec<(String, String)> {
    let (documents, _) = yaml::parse(text);
    let tables = documents.first().and_then(|it| it.get("tables"));
    let rows = |rows: Node<'_>| {
        let span = rows.resolved().span();
        let line = text.get(..span.start).and_then(|it| it.rfind('\n')).map_or(0, |at| at + 1);
        // A list in a block begins with the dash of its first row, which its span leaves out.
        let is_block = text.get(line..span.start).is_some_and(|it| it.trim_matches([' ', '-']).is_empty());
        let start = if is_block { line } else { span.start };
        let lines = "\n".repeat(text.get(..line).unwrap_or("").matches('\n').count());
        format!("{lines}{}{}", " ".repeat(start - line), text.get(start..span.end).unwrap_or(""))
    };
    let entries = tables.map(Node::entries).unwrap_or_default();
    entries.into_iter().map(|(name, it)| (name.text().unwrap_or("").to_owned(), rows(it))).collect()
}
