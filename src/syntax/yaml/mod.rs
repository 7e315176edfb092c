//! YAML → a flat arena that keeps positions: what stands where, and nothing about what it means.
//!
//! The parser's events are kept as nodes in reading order; a collection knows where its last descendant ends, so
//! that a document is one allocation and a lookup is a walk over neighbours. Aliases stay references and are followed
//! when asked for, against a budget: a document that multiplies itself costs no more than it is long. No type is
//! guessed (`on`, `yes` and `1.10` stay text). Comments are not kept.

mod build;
mod simple;

/// Writes a number in decimal digits.
fn push_number(out: &mut Vec<u8>, n: usize) {
    if n >= 10 {
        push_number(out, n / 10);
    }
    out.push(b'0' + (n % 10) as u8);
}

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use rustc_hash::FxHashSet;

pub use build::{parse, parse_parts, parts};

/// The documents of one file.
#[derive(Debug)]
pub struct Documents<'a> {
    source: &'a str,
    nodes: Vec<Data<'a>>,
    /// Tags of the few nodes that have one, by node; sorted.
    tags: Vec<(u32, String)>,
    /// The documents' root nodes.
    roots: Vec<u32>,
    /// How many nodes may still be reached through aliases.
    budget: Cell<u32>,
}

/// What was wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Byte offset into the file.
    pub offset: usize,
    /// What is wrong.
    pub kind: ProblemKind,
    /// In words.
    pub message: String,
}

/// What can be wrong with a YAML file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// It isn't YAML from here on; what was read before stays, and the next document is read again.
    Syntax,
    /// It is nested or repeated beyond the limits; what was read before stays.
    TooComplex,
    /// A mapping has a key twice: both are kept, lookups see the last.
    DuplicateKey,
}

/// What a node is, as written: an alias is an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Scalar,
    /// A list.
    Sequence,
    /// Keys and values.
    Mapping,
    /// A reference to a node before it in the same document.
    Alias,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    SingleQuoted,
    /// In double quotes.
    DoubleQuoted,
    /// A block that keeps its lines (`|`).
    Literal,
    /// A block whose lines are joined (`>`).
    Folded,
}

/// One node of a document.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    documents: &'d Documents<'d>,
    at: u32,
}

#[derive(Debug)]
struct Data<'a> {
    start: u32,
    end: u32,
    /// The node after the last descendant.
    next: u32,
    what: What<'a>,
}

#[derive(Debug)]
enum What<'a> {
    Scalar(Cow<'a, str>, Style),
    Sequence,
    Mapping,
    /// The node it stands for; none where there is no such anchor.
    Alias(Option<u32>),
}

/// How many nodes may be reached through aliases, all lookups together.
const ALIAS_BUDGET: u32 = 1_000_000;

/// How deep merge keys and [`Node::write_canonical`] follow; deeper than any document that isn't an attack.
const MAX_DEPTH: u32 = 300;

impl<'a> Documents<'a> {
    /// The root node of every document that has content.
    pub fn roots(&self) -> impl Iterator<Item = Node<'_>> {
        self.roots.iter().map(|&at| Node { documents: self, at })
    }

    /// The root of the first document.
    pub fn first(&self) -> Option<Node<'_>> {
        self.roots().next()
    }

    /// Whether one of the scalars has a text like this; aliases are not followed.
    pub fn has_text(&self, is_one: impl Fn(&str) -> bool) -> bool {
        self.nodes.iter().any(|it| matches!(&it.what, What::Scalar(text, _) if is_one(text)))
    }

    /// The text the documents were read from.
    pub fn source(&self) -> &'a str {
        self.source
    }

    /// Whether a lookup so far was cut short because aliases multiply the document beyond all measure.
    pub fn budget_is_spent(&self) -> bool {
        self.budget.get() == 0
    }
}

impl<'d> Node<'d> {
    /// What it is, as written.
    pub fn kind(self) -> Kind {
        match self.data().what {
            What::Scalar(..) => Kind::Scalar,
            What::Sequence => Kind::Sequence,
            What::Mapping => Kind::Mapping,
            What::Alias(_) => Kind::Alias,
        }
    }

    /// The node that an alias stands for; any other node itself. An alias that leads nowhere, or for which the budget
    /// is spent, stays an alias.
    pub fn resolved(self) -> Node<'d> {
        let What::Alias(Some(target)) = self.data().what else { return self };
        let target = self.sibling(target);
        // Paid by size, because whoever asks will look at all of it.
        let cost = target.data().next - target.at;
        let left = self.documents.budget.get().saturating_sub(cost);
        self.documents.budget.set(left);
        if left == 0 { self } else { target }
    }

    /// The text of a scalar, escapes and folding done; `None` for collections.
    pub fn text(self) -> Option<&'d str> {
        match &self.resolved().data().what {
            What::Scalar(text, _) => Some(text),
            What::Sequence | What::Mapping | What::Alias(_) => None,
        }
    }

    /// How a scalar is written.
    pub fn style(self) -> Option<Style> {
        match &self.resolved().data().what {
            What::Scalar(_, style) => Some(*style),
            What::Sequence | What::Mapping | What::Alias(_) => None,
        }
    }

    /// Whether there is nothing: an empty value, `~` or `null` without quotes.
    pub fn is_null(self) -> bool {
        match &self.resolved().data().what {
            What::Scalar(text, Style::Plain) => matches!(&**text, "" | "~" | "null" | "Null" | "NULL"),
            _ => false,
        }
    }

    /// Where the value stands, in bytes: of a quoted scalar what lies between the quotes, of a block scalar its lines
    /// from the first character on, of an alias its own place.
    pub fn span(self) -> Range<usize> {
        let data = self.data();
        data.start as usize..data.end as usize
    }

    /// The value as it stands in the file, without quotes; of an alias to a scalar, what stands there.
    pub fn written(self) -> &'d str {
        let node = if self.text().is_some() { self.resolved() } else { self };
        self.documents.source.get(node.span()).unwrap_or("")
    }

    /// The tag, as written or resolved: `!reference`.
    pub fn tag(self) -> Option<&'d str> {
        let tags = &self.documents.tags;
        let row = tags.binary_search_by_key(&self.at, |(at, _)| *at).ok()?;
        Some(&tags[row].1)
    }

    /// The value of a key of a mapping: the last where it is there twice, else the first of those merged in by `<<`.
    pub fn get(self, key: &str) -> Option<Node<'d>> {
        self.lookup(key, 0)
    }

    /// Keys and values of a mapping in file order, then those merged in by `<<` that it hasn't itself. Keys that are
    /// there twice come twice.
    pub fn entries(self) -> Vec<(Node<'d>, Node<'d>)> {
        let mut entries: Vec<_> = self.own_entries().filter(|(key, _)| !key.is_merge()).collect();
        if self.own_entries().any(|(key, _)| key.is_merge()) {
            let mut seen: FxHashSet<&str> = entries.iter().filter_map(|(key, _)| key.text()).collect();
            self.collect_merged(&mut entries, &mut seen, 0);
        }
        entries
    }

    /// The items of a sequence, as written; none for anything else.
    pub fn items(self) -> impl Iterator<Item = Node<'d>> {
        let node = self.resolved();
        let is_sequence = matches!(node.data().what, What::Sequence);
        is_sequence.then(|| node.children()).into_iter().flatten()
    }

    /// Writes a text that is equal for equal content: keys sorted, aliases and merges expanded, quotes and comments
    /// gone. What lies beyond the limits is left out, at the same place every time.
    pub fn write_canonical(self, out: &mut Vec<u8>) {
        self.canonical(out, 0);
    }

    fn canonical(self, out: &mut Vec<u8>, depth: u32) {
        if depth > MAX_DEPTH {
            out.push(b'!');
            return;
        }
        let node = self.resolved();
        if let Some(tag) = node.tag() {
            out.push(b'<');
            out.extend_from_slice(tag.as_bytes());
            out.push(b'>');
        }
        match &node.data().what {
            What::Scalar(text, _) => {
                // Length first, so that no text can look like structure.
                push_number(out, text.len());
                out.push(b':');
                out.extend_from_slice(text.as_bytes());
            }
            What::Sequence => {
                out.push(b'[');
                node.children().for_each(|item| item.canonical(out, depth + 1));
                out.push(b']');
            }
            What::Mapping => {
                let mut entries = node.entries();
                entries.sort_by_key(|(key, _)| key.text().unwrap_or(""));
                out.push(b'{');
                for (key, value) in entries {
                    key.canonical(out, depth + 1);
                    value.canonical(out, depth + 1);
                }
                out.push(b'}');
            }
            What::Alias(_) => out.push(b'*'),
        }
    }

    fn lookup(self, key: &str, depth: u32) -> Option<Node<'d>> {
        let node = self.resolved();
        let (mut found, mut merges) = (None, false);
        for (name, value) in node.own_entries() {
            if name.text() == Some(key) {
                found = Some(value);
            }
            merges |= name.is_merge();
        }
        if found.is_some() || !merges || depth > MAX_DEPTH {
            return found;
        }
        node.merged().find_map(|source| source.lookup(key, depth + 1))
    }

    fn collect_merged(self, entries: &mut Vec<(Node<'d>, Node<'d>)>, seen: &mut FxHashSet<&'d str>, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        for source in self.merged() {
            for (key, value) in source.own_entries() {
                if !key.is_merge() && key.text().is_none_or(|text| seen.insert(text)) {
                    entries.push((key, value));
                }
            }
            source.collect_merged(entries, seen, depth + 1);
        }
    }

    /// The mappings that this one's `<<` keys name, in order of precedence.
    fn merged(self) -> impl Iterator<Item = Node<'d>> {
        self.own_entries().filter(|(key, _)| key.is_merge()).flat_map(|(_, value)| {
            let value = value.resolved();
            let one = matches!(value.data().what, What::Mapping).then_some(value);
            one.into_iter().chain(value.items().map(Node::resolved))
        })
    }

    /// Keys and values that stand in the mapping itself, `<<` among them; none for anything else.
    fn own_entries(self) -> impl Iterator<Item = (Node<'d>, Node<'d>)> {
        let node = self.resolved();
        let is_mapping = matches!(node.data().what, What::Mapping);
        let mut children = is_mapping.then(|| node.children()).into_iter().flatten();
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    fn is_merge(self) -> bool {
        matches!(&self.data().what, What::Scalar(text, Style::Plain) if text == "<<")
    }

    fn children(self) -> impl Iterator<Item = Node<'d>> {
        let end = self.data().next;
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            let child = (at < end).then(|| self.sibling(at))?;
            at = child.data().next;
            Some(child)
        })
    }

    fn sibling(self, at: u32) -> Node<'d> {
        Node { documents: self.documents, at }
    }

    fn data(self) -> &'d Data<'d> {
        &self.documents.nodes[self.at as usize]
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?}", self.kind(), self.written())
    }
}
