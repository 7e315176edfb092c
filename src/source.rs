//! A file's text and the places in it.
//!
//! [`SourceFile`] is what extraction sees of a file: its path, its kind, its text. It turns byte offsets into
//! [`Location`]s that carry everything an output needs later (line, UTF-16 column, code scanning's line hash), so
//! that no output ever opens a file again. It reads nothing itself: `walk` hands it the bytes.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::classify::FileKind;
use crate::facts::{Context, GapReason};

/// A place in a file of a repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
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

impl Location {
    /// The place that stands for a file as a whole, for facts that come from its path alone.
    pub fn whole_file(path: &Arc<str>) -> Self {
        Location { path: path.clone(), line: 1, column: 1, end_line: 1, end_column: 1, line_hash: None }
    }
}

/// The identity of a line's content within its file, as GitHub's code scanning computes it: a rolling hash over the
/// 100 non-blank UTF-16 units from the line's start, and the how-manieth line with that hash this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct LineHash {
    /// The rolling hash.
    pub hash: u64,
    /// From 1: the occurrence of this hash in the file, in line order.
    pub occurrence: u32,
}

impl fmt::Display for LineHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}:{}", self.hash, self.occurrence)
    }
}

impl From<LineHash> for String {
    fn from(it: LineHash) -> String {
        it.to_string()
    }
}

impl TryFrom<String> for LineHash {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parsed = text.split_once(':').and_then(|(hash, occurrence)| {
            Some(LineHash { hash: u64::from_str_radix(hash, 16).ok()?, occurrence: occurrence.parse().ok()? })
        });
        parsed.ok_or_else(|| format!("{text:?} is not a line hash of the form 1f2e:1"))
    }
}

/// One file as extraction sees it.
pub struct SourceFile<'a> {
    path: Arc<str>,
    kind: FileKind,
    context: Context,
    text: &'a str,
    /// Byte offset of each line's start.
    lines: OnceCell<Vec<u32>>,
    hashes: OnceCell<Vec<LineHash>>,
    /// The last offset whose column was asked for, and the UTF-16 units before it in its line.
    last_column: Cell<(usize, usize)>,
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
            lines: OnceCell::new(),
            hashes: OnceCell::new(),
            last_column: Cell::new((0, 0)),
        })
    }

    /// Repository-relative, `/`-separated.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The folder the file lies in, repository-relative, `""` for the root.
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
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
            line_hash: self.hashes().get(line as usize - 1).copied(),
        }
    }

    fn line_column(&self, offset: usize) -> (u32, u32) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let lines = self.lines();
        let line = lines.partition_point(|&start| start as usize <= offset).max(1);
        let start = lines[line - 1] as usize;
        (line as u32, self.utf16_units(start, offset) as u32 + 1)
    }

    /// How many UTF-16 units there are from the start of a line to an offset in it; a byte-order mark at the start of
    /// the file is none. Counting goes on from the last answer where it can: a line may be megabytes long and full of
    /// facts.
    fn utf16_units(&self, start: usize, offset: usize) -> usize {
        let bom = if start == 0 && self.text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8().min(offset) } else { 0 };
        let (last_offset, last_units) = self.last_column.get();
        let (from, before) =
            if (start + bom..=offset).contains(&last_offset) { (last_offset, last_units) } else { (start + bom, 0) };
        let units = before + self.text[from..offset].encode_utf16().count();
        self.last_column.set((offset, units));
        units
    }

    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let newlines = memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at as u32 + 1);
            std::iter::once(0).chain(newlines).collect()
        })
    }

    fn hashes(&self) -> &[LineHash] {
        self.hashes.get_or_init(|| line_hashes(self.text))
    }
}

/// The hash of every line of a text, in the order of [`SourceFile::at`]'s lines.
///
/// The algorithm is the one of GitHub's own upload action, so that its value and ours are the same bytes: blanks
/// are skipped, CR and CRLF count as LF, an end mark and a window of zeros follow the text.
fn line_hashes(text: &str) -> Vec<LineHash> {
    if text.is_ascii() { hash_lines(text.bytes().map(u16::from)) } else { hash_lines(text.encode_utf16()) }
}

const WINDOW: usize = 100;
const BASE: i64 = 37;
const END_MARK: u16 = 0xFFFF;

fn hash_lines(units: impl Iterator<Item = u16>) -> Vec<LineHash> {
    const OUTGOING: i64 = {
        let (mut power, mut n) = (1_i64, 0);
        while n < WINDOW {
            power = power.wrapping_mul(BASE);
            n += 1;
        }
        power
    };
    /// What a slot of the ring starts: nothing, a line that `SourceFile` counts, or one after a lone CR, which takes
    /// part in the count of occurrences only.
    #[derive(Clone, Copy, PartialEq)]
    enum Start {
        None,
        Line,
        AfterCarriageReturn,
    }
    let mut ring = [(0_u16, Start::None); WINDOW];
    let (mut slot, mut hash) = (0, 0_i64);
    let mut seen: FxHashMap<i64, u32> = FxHashMap::default();
    let mut lines = Vec::new();
    let mut push = |unit: u16, start: Start| {
        let (outgoing, began) = ring[slot];
        if began != Start::None {
            let occurrence = seen.entry(hash).and_modify(|n| *n += 1).or_insert(1);
            if began == Start::Line {
                lines.push(LineHash { hash: hash as u64, occurrence: *occurrence });
            }
        }
        ring[slot] = (unit, start);
        hash = hash
            .wrapping_mul(BASE)
            .wrapping_add(i64::from(unit))
            .wrapping_sub(OUTGOING.wrapping_mul(i64::from(outgoing)));
        slot = (slot + 1) % WINDOW;
    };
    let mut start = Start::Line;
    let mut after_cr = false;
    for unit in units {
        let unit = match unit {
            0x20 | 0x09 => {
                after_cr = false;
                continue;
            }
            0x0A if after_cr => {
                // The LF of a CRLF: the line it ends was ended by the CR; what follows is a line of ours.
                after_cr = false;
                start = Start::Line;
                continue;
            }
            0x0D => {
                after_cr = true;
                0x0A
            }
            unit => {
                after_cr = false;
                unit
            }
        };
        push(unit, start);
        start = match (unit, after_cr) {
            (0x0A, true) => Start::AfterCarriageReturn,
            (0x0A, false) => Start::Line,
            _ => Start::None,
        };
    }
    push(END_MARK, start);
    for _ in 0..WINDOW {
        push(0, Start::None);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{LineHash, SourceFile, line_hashes};
    use crate::classify::FileKind;
    use crate::facts::{Context, GapReason};

    fn hashes(text: &str) -> Vec<String> {
        line_hashes(text).iter().map(LineHash::to_string).collect()
    }

    /// The values are those of a program that computes every window by its definition, with big integers.
    #[test]
    fn line_hashes_are_those_of_code_scanning() {
        let y150 = "y".repeat(150);
        let long = format!("{y150}\n{y150}\nz");
        for (text, expected) in [
            ("", vec!["c129715d7a2bc9a3:1"]),
            ("x", vec!["638816509450efbf:1"]),
            ("x\n", vec!["828973aa50c68d6d:1", "c129715d7a2bc9a3:1"]),
            ("a\nb\na\n", vec!["78850de79f3f4c1d:1", "77eeb3ce06ccfd76:1", "243cbaa4685aab12:1", "c129715d7a2bc9a3:1"]),
            (
                "a\r\nb\r\na\r\n",
                vec!["78850de79f3f4c1d:1", "77eeb3ce06ccfd76:1", "243cbaa4685aab12:1", "c129715d7a2bc9a3:1"],
            ),
            // Code scanning counts lines after a lone CR too; ours end at LF, so theirs in between are left out.
            ("a\rb\rc", vec!["7b3788cf31b92be9:1"]),
            (
                "a\r\n\rb\n\r\nc",
                vec!["c52f781a43dbc195:1", "73409ca04f7d2c2e:1", "1c206f60a702cfe8:1", "188ff2f224477a1e:1"],
            ),
            ("a\r \nb", vec!["67c066a59e652f5e:1", "8ee5a81e681643c1:1"]),
            ("\u{FEFF}FROM a\nb", vec!["73a842bce00d410b:1", "8ee5a81e681643c1:1"]),
            ("e: 😀 é\nx: 1\n", vec!["8df1c2275db9f5cf:1", "9e84518382ef0334:1", "c129715d7a2bc9a3:1"]),
            (&long, vec!["cadd4b5b9d92c51c:1", "cadd4b5b9d92c51c:2", "76dcabf80cb35c79:1"]),
            ("\n\n\n", vec!["4e5d562094661a0d:1", "5b5d4caf73a13177:1", "3c5bef55b72b93c9:1", "c129715d7a2bc9a3:1"]),
            ("  a\t b\nab\n", vec!["7da0877e7a308c01:1", "882bbb3d8de7a640:1", "c129715d7a2bc9a3:1"]),
        ] {
            assert_eq!(hashes(text), expected, "{text:?}");
        }
        let repeated = hashes(&"k: v\n".repeat(60));
        assert_eq!(repeated.len(), 61);
        assert_eq!(repeated[..2], ["fa5edc9f1bd756f9:1", "fa5edc9f1bd756f9:2"]);
        assert_eq!(repeated[59..], ["5f40ac6fc0f560f4:1", "c129715d7a2bc9a3:1"]);
    }

    #[test]
    fn line_hashes_survive_being_written() {
        let hash = line_hashes("x")[0];
        assert_eq!(LineHash::try_from(hash.to_string()), Ok(hash));
        for text in ["", "1", ":", "x:1", "1:x", "1:-1", "10000000000000000:1"] {
            assert!(LineHash::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

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
