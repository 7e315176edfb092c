//! A file's text and the places in it.
//!
//! [`SourceFile`] is what extraction sees of a file: its path, its kind, its text. It turns byte offsets into
//! [`Location`]s that carry everything an output needs later (line, UTF-16 column, code scanning's line hash), so
//! that no output ever opens a file again. It reads nothing itself: `walk` hands it the bytes.

mod line_hash;
mod lines;

use std::cell::{Cell, OnceCell, RefCell};
use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::classify::FileKind;
use crate::facts::{Context, GapReason};
use crate::knowledge::{self, Knowledge};
use crate::paths::folder_of;
use crate::source::line_hash::Alphabet;
pub use crate::source::line_hash::LineHash;
use crate::source::lines::Lines;

/// A place in a file of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// Repository-relative, `/`-separated.
    #[schemars(with = "String")]
    pub path: Arc<str>,
    /// First line, from 1. Line 1, column 1 for facts about a file as a whole.
    pub line: u32,
    /// First column, from 1, in UTF-16 code units (what SARIF's `utf16CodeUnits` means).
    pub column: u32,
    /// Last line, from 1.
    pub end_line: u32,
    /// The column after the last character, in UTF-16 code units.
    pub end_column: u32,
    /// What code scanning calls `primaryLocationLineHash`: the line's content and its occurrence in the file.
    /// Absent where the file's text was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_hash: Option<LineHash>,
}

/// Places are in the order of their fields.
impl Ord for Location {
    fn cmp(&self, other: &Self) -> Ordering {
        let Location { path, line, column, end_line, end_column, line_hash } = self;
        // Most that are compared lie in one file, and share its path.
        let by_path = if Arc::ptr_eq(path, &other.path) { Ordering::Equal } else { path.cmp(&other.path) };
        by_path.then_with(|| {
            (line, column, end_line, end_column)
                .cmp(&(&other.line, &other.column, &other.end_line, &other.end_column))
                .then_with(|| line_hash.cmp(&other.line_hash))
        })
    }
}

impl PartialOrd for Location {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Location {
    /// The place that stands for a file as a whole, for facts that come from its path alone.
    pub fn whole_file(path: &Arc<str>) -> Self {
        Location { path: path.clone(), line: 1, column: 1, end_line: 1, end_column: 1, line_hash: None }
    }
}

/// One file as extraction sees it.
pub struct SourceFile<'a> {
    path: Arc<str>,
    kind: FileKind,
    context: Context,
    text: &'a str,
    knowledge: &'a Knowledge,
    lines: RefCell<Lines>,
    hashes: OnceCell<Vec<LineHash>>,
    alphabet: OnceCell<Option<Alphabet>>,
    /// How many hashes were asked for.
    hashes_asked: Cell<usize>,
    /// The last line whose hash was asked for, and the hash: several facts often stand in one line.
    last_hash: Cell<Option<(usize, LineHash)>>,
    /// The last offset whose column was asked for, and the UTF-16 units before it in its line.
    last_column: Cell<(usize, usize)>,
    /// Whether places have their line's hash; [`LineHash::LEFT_OUT`] where not.
    has_hashes: bool,
}

impl<'a> SourceFile<'a> {
    /// A file with its text. `context` is what the path says the file is for; extraction may refine it.
    ///
    /// # Errors
    /// A gap reason where the bytes aren't text we can read: encrypted (git-crypt), binary or not UTF-8.
    pub fn new(path: Arc<str>, kind: FileKind, context: Context, bytes: &'a [u8]) -> Result<Self, GapReason> {
        if bytes.starts_with(b"\0GITCRYPT\0") {
            return Err(GapReason::Encrypted);
        }
        // Git's own test. It also finds UTF-16, which is UTF-8 by accident where it has no byte-order mark.
        if memchr::memchr(0, &bytes[..bytes.len().min(8_000)]).is_some() {
            return Err(GapReason::Binary);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| GapReason::NotUtf8)?;
        Ok(SourceFile {
            path,
            kind,
            context,
            text,
            knowledge: knowledge::built_in(),
            lines: RefCell::default(),
            hashes: OnceCell::new(),
            alphabet: OnceCell::new(),
            hashes_asked: Cell::new(0),
            last_hash: Cell::new(None),
            last_column: Cell::new((0, 0)),
            has_hashes: true,
        })
    }

    /// The same file, taken for one of another kind.
    #[must_use]
    pub fn taken_for(&self, kind: FileKind) -> Self {
        SourceFile {
            path: self.path.clone(),
            kind,
            context: self.context,
            text: self.text,
            knowledge: self.knowledge,
            lines: RefCell::default(),
            hashes: OnceCell::new(),
            alphabet: OnceCell::new(),
            hashes_asked: Cell::new(0),
            last_hash: Cell::new(None),
            last_column: Cell::new((0, 0)),
            has_hashes: self.has_hashes,
        }
    }

    /// The same file for a reader who knows more than what is built in.
    #[must_use]
    pub fn known_by(self, knowledge: &'a Knowledge) -> Self {
        SourceFile { knowledge, ..self }
    }

    /// The same file, whose places have the hash of their line or leave it out: it is worked out for outputs that show
    /// it, and costs more than all else about a place.
    #[must_use]
    pub fn with_line_hashes(self, has_hashes: bool) -> Self {
        SourceFile { has_hashes, ..self }
    }

    /// What its reader knows of other people's tools.
    pub fn knowledge(&self) -> &'a Knowledge {
        self.knowledge
    }

    /// Repository-relative, `/`-separated.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The folder the file lies in, repository-relative, `""` for the root.
    pub fn folder(&self) -> &str {
        folder_of(&self.path)
    }

    /// What the file is.
    pub fn kind(&self) -> FileKind {
        self.kind
    }

    /// What the file's facts are evidence of.
    pub fn context(&self) -> Context {
        self.context
    }

    /// The text as it stands in the file, with a byte-order mark if it has one: offsets are the file's own.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The place of a byte range of [`text`](Self::text). Offsets past the end, or inside a character, are moved
    /// back to the nearest that exists, so that a parser's slip can't panic here.
    pub fn at(&self, range: Range<usize>) -> Location {
        let (line, column) = self.line_column(range.start);
        let (end_line, end_column) = self.line_column(range.end.max(range.start));
        Location {
            path: self.path.clone(),
            line,
            column,
            end_line,
            end_column,
            line_hash: self.line_hash(line as usize - 1),
        }
    }

    /// The hash of a line, from 0. The first that are asked for are worked out one by one: most files have one or two
    /// facts, and what all their lines' hashes cost is a large part of a scan. Each may be compared with all before it,
    /// so how many come first hangs on the length of the file.
    fn line_hash(&self, line: usize) -> Option<LineHash> {
        if !self.has_hashes {
            return Some(LineHash::LEFT_OUT);
        }
        if let Some((_, hash)) = self.last_hash.get().filter(|(last, _)| *last == line) {
            return Some(hash);
        }
        let hash = self.hash_of_line(line)?;
        self.last_hash.set(Some((line, hash)));
        Some(hash)
    }

    fn hash_of_line(&self, line: usize) -> Option<LineHash> {
        const MOST_COMPARED: usize = 8 << 20;
        let asked = self.hashes_asked.get();
        self.hashes_asked.set(asked.saturating_add(1));
        if self.text.len().saturating_mul(asked) < MOST_COMPARED
            && let Some(alphabet) = *self.alphabet.get_or_init(|| Alphabet::of(self.text))
        {
            return line_hash::of_line(self.text, alphabet, &mut self.lines.borrow_mut(), line);
        }
        self.hashes.get_or_init(|| line_hash::of_lines(self.text)).get(line).copied()
    }

    /// The place where the file starts, for facts about the file as a whole. Unlike [`at`](Self::at) it looks at the
    /// first line alone.
    pub fn start(&self) -> Location {
        if !self.has_hashes {
            return Location { line_hash: Some(LineHash::LEFT_OUT), ..Location::whole_file(&self.path) };
        }
        let known = self.last_hash.get().filter(|(line, _)| *line == 0).map(|(_, hash)| hash);
        let hash = known.unwrap_or_else(|| line_hash::of_first_line(self.text));
        self.last_hash.set(Some((0, hash)));
        Location { line_hash: Some(hash), ..Location::whole_file(&self.path) }
    }

    /// The line of an offset, from 1: for places that are told in passing.
    pub fn line(&self, offset: usize) -> u32 {
        self.line_start(offset).0 as u32 + 1
    }

    /// The line of an offset, from 0, and where it starts.
    fn line_start(&self, offset: usize) -> (usize, usize) {
        self.lines.borrow_mut().at(self.text, offset.min(self.text.len()))
    }

    fn line_column(&self, offset: usize) -> (u32, u32) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let (line, start) = self.line_start(offset);
        (line as u32 + 1, self.utf16_units(start, offset) as u32 + 1)
    }

    /// How many UTF-16 units there are from the start of a line to an offset in it; a byte-order mark at the start of
    /// the file is none. Counting goes on from the last answer where it can: a line may be megabytes long and full of
    /// facts.
    fn utf16_units(&self, start: usize, offset: usize) -> usize {
        let bom = if start == 0 && self.text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8().min(offset) } else { 0 };
        let (last_offset, last_units) = self.last_column.get();
        let (from, before) =
            if (start + bom..=offset).contains(&last_offset) { (last_offset, last_units) } else { (start + bom, 0) };
        let passed = &self.text[from..offset];
        let units = before + if passed.is_ascii() { passed.len() } else { passed.encode_utf16().count() };
        self.last_column.set((offset, units));
        units
    }
}

#[cfg(test)]
mod tests {
    use super::SourceFile;
    use crate::classify::FileKind;
    use crate::facts::{Context, GapReason};

    fn file(text: &str) -> SourceFile<'_> {
        SourceFile::new("a".into(), FileKind::Dockerfile, Context::Production, text.as_bytes()).unwrap()
    }

    #[test]
    fn places_are_lines_and_utf16_columns() {
        // text, start and end in bytes, line, column, last line, column after the end
        for (text, range, expected) in [
            ("abc", 0..3, (1, 1, 1, 4)),
            ("abc", 1..1, (1, 2, 1, 2)),
            ("a\nbc\n", 2..4, (2, 1, 2, 3)),
            ("a\r\nbc\r\n", 3..5, (2, 1, 2, 3)),
            ("a\nbc\n", 0..4, (1, 1, 2, 3)),
            // One emoji is four bytes and two units, an e with an accent two bytes and one unit.
            ("😀é=x", 7..8, (1, 5, 1, 6)),
            ("\n😀é=x", 8..9, (2, 5, 2, 6)),
            // A byte-order mark is no column; elsewhere the same character is one.
            ("\u{FEFF}abc", 3..6, (1, 1, 1, 4)),
            ("\u{FEFF}abc", 0..4, (1, 1, 1, 2)),
            ("a\u{FEFF}b", 4..5, (1, 3, 1, 4)),
            ("\u{FEFF}", 0..3, (1, 1, 1, 1)),
            // Past the end, inside a character, the wrong way round, nothing there.
            ("abc", 3..9, (1, 4, 1, 4)),
            ("abc\n", 99..100, (2, 1, 2, 1)),
            ("é", 1..2, (1, 1, 1, 2)),
            ("\u{FEFF}a", 1..2, (1, 1, 1, 1)),
            #[expect(clippy::reversed_empty_ranges, reason = "a parser's slip must not panic")]
            ("abc", 2..1, (1, 3, 1, 3)),
            ("", 0..0, (1, 1, 1, 1)),
            ("", 5..7, (1, 1, 1, 1)),
        ] {
            let at = file(text).at(range.clone());
            assert_eq!((at.line, at.column, at.end_line, at.end_column), expected, "{text:?} {range:?}");
            assert!(at.line_hash.is_some(), "{text:?}");
            assert_eq!(file(text).start(), file(text).at(0..0), "{text:?}");
        }
    }

    #[test]
    fn places_do_not_depend_on_what_was_asked_before() {
        let text = "\u{FEFF}😀 a\n😀 b é c\nd\n";
        let one = file(text);
        let offsets = (0..=text.len() + 2).chain((0..=text.len() + 2).rev()).chain([5, 17, 9, 30, 0]);
        for offset in offsets {
            assert_eq!(one.at(offset..offset + 3), file(text).at(offset..offset + 3), "{offset}");
        }
    }

    #[test]
    fn bytes_that_are_no_text() {
        for (bytes, expected) in [
            (&b"\0GITCRYPT\0xyz"[..], GapReason::Encrypted),
            (b"a\0\xFF", GapReason::Binary),
            (b"\0\0\0\0", GapReason::Binary),
            (b"F\0R\0O\0M\0 \0a\0", GapReason::Binary),
            (b"caf\xE9", GapReason::NotUtf8),
        ] {
            let file = SourceFile::new("a".into(), FileKind::Dockerfile, Context::Production, bytes);
            assert_eq!(file.err(), Some(expected));
        }
    }
}
