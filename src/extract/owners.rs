//! OWNERS of Prow and of Chromium: who answers for a folder, and the aliases that Prow's name teams by.
//!
//! A rule's pattern is the folder with all below it (`/` at the root), or of a filter what its file says below that.
//! Reviewers own nothing: they are asked, and can't approve.

use crate::facts::{Facts, GapReason, OwnerRule};
use crate::source::SourceFile;
use crate::syntax::yaml::{self, Kind, Node};

/// Adds the rules of an OWNERS file, or the aliases of OWNERS_ALIASES.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    if is_plain(file.text()) {
        return plain(file, facts);
    }
    let (documents, problems) = yaml::parse(file.text());
    if let Some(first) = problems.first() {
        facts.gap(file.at(first.offset..first.offset), GapReason::Syntax, first.message.as_str());
    }
    let Some(root) = documents.first() else { return };
    if file.path().ends_with("OWNERS_ALIASES") {
        for (name, members) in root.get("aliases").map(Node::entries).unwrap_or_default() {
            add(file, name, String::new(), &texts(members), name.text(), facts);
        }
        return;
    }
    let folder = folder(file);
    let own = root.get("approvers").map(|it| (it, folder.clone()));
    let filters = root.get("filters").map(Node::entries).unwrap_or_default();
    let of_filters = filters
        .into_iter()
        .filter_map(|(pattern, it)| Some((it.get("approvers")?, format!("{folder}{}", pattern.text().unwrap_or("")))));
    for (approvers, pattern) in own.into_iter().chain(of_filters) {
        add(file, approvers, pattern, &texts(approvers), None, facts);
    }
}

fn add(
    file: &SourceFile<'_>,
    at: Node<'_>,
    pattern: String,
    owners: &[&str],
    section: Option<&str>,
    facts: &mut Facts,
) {
    if owners.is_empty() {
        return;
    }
    facts.owners.push(OwnerRule {
        at: file.at(at.span()),
        pattern,
        owners: owners.iter().map(|it| (*it).to_owned()).collect(),
        section: section.map(str::to_owned),
    });
}

fn texts(node: Node<'_>) -> Vec<&str> {
    node.items().filter(|it| it.resolved().kind() == Kind::Scalar && !it.is_null()).filter_map(Node::text).collect()
}

/// The folder that the file is about, as a pattern.
fn folder(file: &SourceFile<'_>) -> String {
    if file.folder().is_empty() { "/".to_owned() } else { format!("/{}/", file.folder()) }
}

/// Whether each line is an owner or a directive, as Chromium has it: there is no key in it.
fn is_plain(text: &str) -> bool {
    let mut lines = text.lines().map(without_comment).filter(|it| !it.is_empty()).peekable();
    lines.peek().is_some()
        && lines.all(|it| {
            is_address(it)
                || it == "*"
                || ["file:", "include ", "per-file ", "set "].iter().any(|word| it.starts_with(word))
        })
}

fn without_comment(line: &str) -> &str {
    line.split('#').next().unwrap_or(line).trim()
}

fn is_address(word: &str) -> bool {
    word.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !word.contains(char::is_whitespace) && !host.contains('@')
    })
}

/// Lines of addresses, and `per-file *.rs=jo@example.org,kim@example.org`. Files that others are taken from are not
/// followed.
fn plain(file: &SourceFile<'_>, facts: &mut Facts) {
    let folder = folder(file);
    let mut own: Option<(usize, usize, Vec<String>)> = None;
    let mut start = 0;
    for whole in file.text().split_inclusive('\n') {
        let at = start + (whole.len() - whole.trim_start().len());
        start += whole.len();
        let line = without_comment(whole);
        if is_address(line) {
            let (_, end, owners) = own.get_or_insert((at, at, Vec::new()));
            *end = at + line.len();
            owners.push(line.to_owned());
        }
        let Some((patterns, owners)) = line.strip_prefix("per-file ").and_then(|it| it.split_once('=')) else {
            continue;
        };
        let owners: Vec<String> =
            owners.split(',').map(str::trim).filter(|it| is_address(it)).map(str::to_owned).collect();
        for pattern in patterns.split(',').map(str::trim).filter(|it| !it.is_empty() && !owners.is_empty()) {
            let (at, pattern) = (file.at(at..at + line.len()), format!("{folder}{pattern}"));
            facts.owners.push(OwnerRule { at, pattern, owners: owners.clone(), section: None });
        }
    }
    if let Some((from, to, owners)) = own {
        facts.owners.push(OwnerRule { at: file.at(from..to), pattern: folder, owners, section: None });
    }
}

#[cfg(test)]
mod tests {
    use super::{is_address, is_plain};

    #[test]
    fn owners_of_chromium() {
        for text in ["jo@example.org\n# a\nkim@example.org # b\n", "set noparent\nfile://base/OWNERS\n", "*\n"] {
            assert!(is_plain(text), "{text}");
        }
        for text in ["approvers:\n- jo\n", "", "# a\n", "jo@example.org\nand others\n"] {
            assert!(!is_plain(text), "{text}");
        }
        assert!(!is_address("@acme/team") && !is_address("jo@host") && is_address("jo@example.org"));
    }
}
