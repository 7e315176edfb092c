//! Parser events → the arena. Documents that are written simply are read without the parser.

use std::cell::Cell;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, Span, Tag};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{ALIAS_BUDGET, Data, Documents, Problem, ProblemKind, Style, What, simple};

/// How many nodes one file may have.
const MAX_NODES: usize = 1_000_000;

/// How many aliases one file may have.
const MAX_ALIASES: usize = 10_000;

/// How many problems of one file are told; whoever has more has one.
const MAX_PROBLEMS: usize = 50;

/// What documents begin with.
const BAR: &str = "---";

/// Where the documents of a text stand, each with the bar that it begins with.
pub fn parts(source: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = source.as_bytes();
    let is_bar = |at: &usize| matches!(bytes.get(at + 3), None | Some(b'\n' | b'\r' | b' ' | b'\t'));
    let mut bars = memchr::memmem::find_iter(bytes, b"\n---").map(|at| at + 1).filter(is_bar);
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        next = bars.next();
        Some(start..next.unwrap_or(source.len()))
    })
}

/// Reads all documents of a text.
///
/// Never fails: a document that is broken keeps what was read before the break, the others are whole, and each break
/// is a [`Problem`].
pub fn parse(source: &str) -> (Documents<'_>, Vec<Problem>) {
    parse_parts(source, parts(source)).unwrap_or_else(|| parse_whole(source))
}

/// Reads some documents of a text, as [`parts`] finds them. `None` where only the whole text tells what they are: where
/// one is broken, or a directive may stand before one.
pub fn parse_parts(source: &str, parts: impl Iterator<Item = Range<usize>>) -> Option<(Documents<'_>, Vec<Problem>)> {
    let mut builder = Builder::new(source);
    for part in parts {
        let (is_whole, end) = (part == (0..source.len()), part.end);
        let text = builder.enter(part);
        let (nodes, roots, problems) =
            (builder.documents.nodes.len(), builder.documents.roots.len(), builder.problems.len());
        if simple::read(text, &mut builder).is_some() {
            continue;
        }
        builder.documents.nodes.truncate(nodes);
        builder.documents.roots.truncate(roots);
        builder.problems.truncate(problems);
        builder.open.clear();
        let is_last = end == source.len();
        // With the bar of the next, because a text may end otherwise there than where all ends.
        builder.read(if is_last { text } else { &source[end - text.len()..end + BAR.len()] });
        let is_broken = builder.problems.iter().any(|it| it.kind != ProblemKind::DuplicateKey);
        if !is_whole && (is_broken || text.starts_with('%') || text.contains("\n%")) {
            return None;
        }
        if !is_last {
            // The document that the bar begins has no content.
            builder.documents.nodes.pop();
            builder.documents.roots.pop();
        }
    }
    Some((builder.documents, builder.problems))
}

/// Reads a text by the parser alone.
pub(super) fn parse_whole(source: &str) -> (Documents<'_>, Vec<Problem>) {
    let mut builder = Builder::new(source);
    let text = builder.enter(0..source.len());
    builder.read(text);
    (builder.documents, builder.problems)
}

/// Makes the arena, node by node in reading order.
pub(super) struct Builder<'a> {
    documents: Documents<'a>,
    /// What the offsets of events have to be moved by.
    base: usize,
    problems: Vec<Problem>,
    /// The collections that are open, outermost first.
    open: Vec<u32>,
    anchors: FxHashMap<usize, u32>,
    aliases: usize,
    /// Kept for its memory only.
    keys: Vec<u32>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Builder {
            documents: Documents {
                source,
                // Enough for most; what is larger is asked of the system page by page.
                nodes: Vec::with_capacity((source.len() / 16).min(2_048)),
                tags: Vec::new(),
                roots: Vec::new(),
                budget: Cell::new(ALIAS_BUDGET),
            },
            base: 0,
            problems: Vec::new(),
            open: Vec::new(),
            anchors: FxHashMap::default(),
            aliases: 0,
            keys: Vec::new(),
        }
    }

    /// Goes on with a part of the text, and tells what stands there.
    fn enter(&mut self, part: Range<usize>) -> &'a str {
        let text = &self.documents.source[part.clone()];
        // The mark is no content, and spans are counted from behind it.
        let content = if part.start == 0 { text.strip_prefix('\u{FEFF}').unwrap_or(text) } else { text };
        self.base = part.end - content.len();
        self.anchors.clear();
        content
    }

    /// Adds what the parser reads in a text.
    fn read(&mut self, text: &'a str) {
        let options = granit_parser::options! { emit_unresolved_aliases: true, emit_comments: false };
        let mut parser = Parser::new_from_str_with_options(text, options);
        loop {
            match parser.next_event() {
                None | Some(Ok((Event::StreamEnd, _))) => break,
                Some(Ok((event, span))) => {
                    if !self.take(event, span) {
                        break;
                    }
                }
                Some(Err(error)) => {
                    let offset = error.marker().byte_offset().unwrap_or(text.len());
                    let kind = match error.kind() {
                        ErrorKind::RecursionLimitExceeded => ProblemKind::TooComplex,
                        _ => ProblemKind::Syntax,
                    };
                    self.problem(kind, offset, error.info());
                    self.close_all(offset);
                    if !matches!(parser.proceed_next_document(), Ok(true)) {
                        break;
                    }
                }
            }
        }
        self.close_all(text.len());
    }

    /// Adds what an event says; false where the limits are reached.
    fn take(&mut self, event: Event<'a>, span: Span) -> bool {
        let range = span.byte_range().unwrap_or_default();
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::SingleQuoted,
                    ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                let range = match style {
                    Style::SingleQuoted | Style::DoubleQuoted if range.len() >= 2 => range.start + 1..range.end - 1,
                    _ => range,
                };
                // The parser calls a value that isn't there `~`.
                let text = if style == Style::Plain && range.is_empty() { "".into() } else { text };
                self.push(What::Scalar(text, style), range, anchor, tag.as_deref())
            }
            Event::SequenceStart(_, anchor, tag) => self.open(What::Sequence, range, anchor, tag.as_deref()),
            Event::MappingStart(_, anchor, tag) => self.open(What::Mapping, range, anchor, tag.as_deref()),
            Event::SequenceEnd | Event::MappingEnd => {
                self.close(range.end);
                true
            }
            Event::Alias(id) => {
                let target = self.anchors.get(&id).copied();
                self.alias(target, range)
            }
            Event::UnresolvedAlias(name) => {
                self.problem(ProblemKind::Syntax, range.start, format!("no anchor &{name} before its alias"));
                self.alias(None, range)
            }
            Event::DocumentEnd => {
                self.close_all(range.end);
                true
            }
            // Bounds of the stream, and what was not asked for (anchors' names, comments).
            _ => true,
        }
    }

    /// Opens a collection; false where the limits are reached.
    pub(super) fn open(&mut self, what: What<'a>, range: Range<usize>, anchor: usize, tag: Option<&Tag>) -> bool {
        let goes_on = self.push(what, range, anchor, tag);
        if goes_on {
            self.open.push(self.documents.nodes.len() as u32 - 1);
        }
        goes_on
    }

    fn alias(&mut self, target: Option<u32>, range: Range<usize>) -> bool {
        self.aliases += 1;
        if self.aliases > MAX_ALIASES {
            self.problem(ProblemKind::TooComplex, range.start, format!("more than {MAX_ALIASES} aliases"));
            return false;
        }
        self.push(What::Alias(target), range, 0, None)
    }

    /// Adds a node; false where the limits are reached.
    pub(super) fn push(&mut self, what: What<'a>, range: Range<usize>, anchor: usize, tag: Option<&Tag>) -> bool {
        let at = self.documents.nodes.len();
        if at >= MAX_NODES {
            self.problem(ProblemKind::TooComplex, range.start, format!("more than {MAX_NODES} values"));
            return false;
        }
        let at = at as u32;
        if self.open.is_empty() {
            self.documents.roots.push(at);
        }
        if anchor != 0 {
            self.anchors.insert(anchor, at);
        }
        if let Some(tag) = tag {
            self.documents.tags.push((at, tag.original()));
        }
        let (start, end) = ((range.start + self.base) as u32, (range.end + self.base) as u32);
        self.documents.nodes.push(Data { start, end, next: at + 1, what });
        true
    }

    /// Closes the innermost collection, at an offset.
    pub(super) fn close(&mut self, end: usize) {
        let Some(at) = self.open.pop() else { return };
        let next = self.documents.nodes.len() as u32;
        let collection = &mut self.documents.nodes[at as usize];
        collection.next = next;
        collection.end = collection.end.max((end + self.base) as u32);
        if matches!(collection.what, What::Mapping) {
            self.find_duplicate_key(at);
        }
    }

    /// Closes what is still open where a document ends, also one that breaks off.
    fn close_all(&mut self, end: usize) {
        while let Some(&at) = self.open.last() {
            if let Some(key) = self.key_without_value(at) {
                // Nobody shall take what was not read for nothing.
                self.documents.nodes.truncate(key as usize);
                self.documents.tags.retain(|(tagged, _)| *tagged < key);
            }
            self.close(end);
        }
    }

    fn find_duplicate_key(&mut self, mapping: u32) {
        let nodes = &self.documents.nodes;
        let mut keys = std::mem::take(&mut self.keys);
        keys.clear();
        let mut at = mapping + 1;
        while let Some(node) = nodes.get(at as usize) {
            if matches!(&node.what, What::Scalar(text, _) if text != "<<") {
                keys.push(at);
            }
            at = nodes.get(node.next as usize).map_or(u32::MAX, |value| value.next);
        }
        let text = |&at: &u32| match &nodes[at as usize].what {
            What::Scalar(text, _) => &**text,
            What::Sequence | What::Mapping | What::Alias(_) => "",
        };
        let duplicate = if keys.len() <= 16 {
            // Comparing a few neighbours is cheaper than hashing them.
            (1..keys.len()).find(|&n| keys[..n].iter().any(|it| text(it) == text(&keys[n]))).map(|n| keys[n])
        } else {
            let mut seen: FxHashSet<&str> = FxHashSet::default();
            keys.iter().copied().find(|at| !seen.insert(text(at)))
        };
        if let Some(at) = duplicate {
            let message = format!("the key {:?} is there twice", text(&at));
            let offset = nodes[at as usize].start as usize - self.base;
            self.problem(ProblemKind::DuplicateKey, offset, message);
        }
        self.keys = keys;
    }

    /// The last key of a mapping that a break has left without a value.
    fn key_without_value(&self, mapping: u32) -> Option<u32> {
        let nodes = &self.documents.nodes;
        if !matches!(nodes[mapping as usize].what, What::Mapping) {
            return None;
        }
        let mut key = mapping + 1;
        while let Some(node) = nodes.get(key as usize) {
            let Some(value) = nodes.get(node.next as usize) else { return Some(key) };
            key = value.next;
        }
        None
    }

    fn problem(&mut self, kind: ProblemKind, offset: usize, message: String) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem { offset: offset + self.base, kind, message });
        }
    }
}
