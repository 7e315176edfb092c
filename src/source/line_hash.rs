//! The identity of a line's content within its file, as GitHub's code scanning computes it.
//!
//! The algorithm is the one of GitHub's own upload action, so that its value and ours are the same: over the UTF-16
//! units of the text, blanks left out, CR and CRLF taken as LF, an end mark and a window of zeros after the text, the
//! hash of a line is the polynomial of the hundred units from its start.

use std::fmt;

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lines::Lines;

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

impl LineHash {
    /// What stands for the hash of a line where it wasn't worked out: no line has an occurrence of 0. A place that has
    /// it is still told apart from one without a line.
    pub const LEFT_OUT: LineHash = LineHash { hash: 0, occurrence: 0 };
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

const WINDOW: usize = 100;
/// A window and what may be put behind it: a power of two, so that no place in it needs to be checked.
const ROOM: usize = 128;
const BASE: u64 = 37;
const END_MARK: u64 = 0xFFFF;

/// The hash of every line of a text, in the order of the lines that end at LF.
pub(super) fn of_lines(text: &str) -> Vec<LineHash> {
    if is_plain(text.as_bytes()) {
        let units = squeezed(text.as_bytes());
        let mut starts = Vec::with_capacity(units.len() / 16 + 1);
        starts.push((0, true));
        for (at, &unit) in units.iter().enumerate() {
            if unit == b'\n' {
                starts.push((at + 1, true));
            }
        }
        sweep(&units, &starts)
    } else {
        let (units, starts) = units(text, usize::MAX);
        sweep(&units, &starts)
    }
}

/// The hash of the first line alone; it is the first of its kind.
pub(super) fn of_first_line(text: &str) -> LineHash {
    let (units, n, length) = window_of_bytes(text.as_bytes());
    let hash = match is_plain(&text.as_bytes()[..length]) {
        true => polynomial(&units[..n], 0, 0, WINDOW),
        false => polynomial(&self::units(text, WINDOW).0, 0, 0, WINDOW),
    };
    LineHash { hash, occurrence: 1 }
}

/// The hash of one line, from 0, of a text whose lines all [end at LF](Alphabet::of); `None` for a line that isn't
/// there.
///
/// Lines of one hash have the same hundred units from their start. A line that is nearer to the end than that has an
/// end mark among its units, at a place of its own, and is the first of its kind.
pub(super) fn of_line(text: &str, alphabet: Alphabet, lines: &mut Lines, line: usize) -> Option<LineHash> {
    let start = lines.start(text, line)?;
    Some(match alphabet {
        Alphabet::Ascii => {
            let all = text.as_bytes();
            let (units, n, length) = window_of_bytes(&all[start..]);
            let begins_so = |other: &u32| is_same(&all[start..start + length], &all[*other as usize..]);
            // A line that is nearer to the end than a window is the first of its kind.
            let same = if n < WINDOW { 0 } else { lines.alike(text, line).filter(begins_so).count() };
            LineHash { hash: polynomial(&units[..n], 0, 0, WINDOW), occurrence: same as u32 + 1 }
        }
        Alphabet::Unicode => {
            let from = |start: usize| text[start..].encode_utf16();
            let (units, n) = window(from(start));
            let begins_so = |other: &u32| begins_with(from(*other as usize), &units);
            let same = if n < WINDOW { 0 } else { lines.alike(text, line).filter(begins_so).count() };
            LineHash { hash: polynomial(&units[..n], 0, 0, WINDOW), occurrence: same as u32 + 1 }
        }
    })
}

/// What the units of a text are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// Its bytes.
    Ascii,
    /// Those of UTF-16.
    Unicode,
}

impl Alphabet {
    /// The units of a text whose lines all end at LF; `None` where a CR has none behind it, after which something
    /// begins that takes part in the count of occurrences.
    pub(super) fn of(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let has_lone_cr = memchr::memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n'));
        let alphabet = if text.is_ascii() { Alphabet::Ascii } else { Alphabet::Unicode };
        (!has_lone_cr).then_some(alphabet)
    }
}

/// The first units that count, and how many there are.
fn window(all: impl Iterator<Item = u16>) -> ([u16; WINDOW], usize) {
    let (mut units, mut n) = ([0; WINDOW], 0);
    for unit in all.filter(|it| !is_blank(*it)).take(WINDOW) {
        units[n] = unit;
        n += 1;
    }
    (units, n)
}

/// The same for units that are bytes, and how many were looked at for them. Every place has its hash, so eight are taken
/// at a time, without a branch.
fn window_of_bytes(all: &[u8]) -> ([u8; ROOM], usize, usize) {
    let (mut units, mut n, mut looked_at) = ([0; ROOM], 0, 0);
    let mut take = |byte: u8, n: &mut usize| {
        units[*n % ROOM] = byte;
        *n += usize::from(COUNTS[usize::from(byte)]);
    };
    let (eights, _) = all.as_chunks::<8>();
    for eight in eights {
        if n + eight.len() > WINDOW {
            break;
        }
        eight.iter().for_each(|&byte| take(byte, &mut n));
        looked_at += eight.len();
    }
    for &byte in &all[looked_at..] {
        if n == WINDOW {
            break;
        }
        take(byte, &mut n);
        looked_at += 1;
    }
    (units, n, looked_at)
}

/// Whether a text begins with the same bytes as another, blanks left out of both.
fn is_same(line: &[u8], other: &[u8]) -> bool {
    let is_unit = |it: &&u8| !is_blank(u16::from(**it));
    let common = line.iter().zip(other).take_while(|(a, b)| a == b).count();
    match (line.get(common), other.get(common)) {
        (None, _) => true,
        // Nearly all lines differ before it matters where their blanks are.
        (Some(a), Some(b)) if is_unit(&a) && is_unit(&b) => false,
        (Some(_), _) => {
            let mut units = other[common..].iter().filter(is_unit);
            line[common..].iter().filter(is_unit).all(|it| units.next() == Some(it))
        }
    }
}

/// Whether a line, blanks left out, begins with these units.
fn begins_with(line: impl Iterator<Item = u16>, units: &[u16; WINDOW]) -> bool {
    let mut n = 0;
    for unit in line {
        if unit == units[n] {
            n += 1;
            if n == WINDOW {
                return true;
            }
        } else if !is_blank(unit) {
            return false;
        }
    }
    false
}

/// What takes no part: blanks, and the CR before an LF.
pub(super) fn is_blank(unit: u16) -> bool {
    matches!(unit, 0x09 | 0x0D | 0x20)
}

/// Of each byte whether it takes part, as a number.
static COUNTS: [u8; 256] = {
    let mut counts = [1; 256];
    counts[b'\t' as usize] = 0;
    counts[b'\r' as usize] = 0;
    counts[b' ' as usize] = 0;
    counts
};

/// Hashes the window of every start in one sweep over the units.
///
/// A window is a difference of two prefixes: the polynomial of the hundred units from a start is the polynomial of all
/// units up to there, less that of the units before, shifted.
fn sweep<T: Copy + Into<u64>>(units: &[T], starts: &[(usize, bool)]) -> Vec<LineHash> {
    const SHIFT: u64 = BASE.wrapping_pow(WINDOW as u32);
    let mut seen: FxHashMap<u64, u32> = FxHashMap::default();
    seen.reserve(starts.len());
    let mut lines = Vec::with_capacity(starts.len());
    // The polynomial before each start whose window is not yet complete: a ring is enough, as no more lines than
    // units begin in a window.
    let mut open = [0_u64; WINDOW + 1];
    let (mut next_start, mut next_end, mut at, mut hash) = (0, 0, 0, 0_u64);
    while next_end < starts.len() {
        let end = starts[next_end].0 + WINDOW;
        let stop = starts.get(next_start).map_or(end, |(start, _)| end.min(*start));
        hash = polynomial(units, hash, at, stop);
        at = stop;
        if starts.get(next_start).is_some_and(|(start, _)| *start == at) {
            open[next_start % open.len()] = hash;
            next_start += 1;
        }
        if end == at {
            let hash = hash.wrapping_sub(open[next_end % open.len()].wrapping_mul(SHIFT));
            let occurrence = seen.entry(hash).and_modify(|n| *n += 1).or_insert(1);
            if starts[next_end].1 {
                lines.push(LineHash { hash, occurrence: *occurrence });
            }
            next_end += 1;
        }
    }
    lines
}

/// Goes on with a polynomial over the units `from..to`; after the last unit come the end mark and zeros without end.
fn polynomial<T: Copy + Into<u64>>(units: &[T], mut hash: u64, from: usize, to: usize) -> u64 {
    let push = |hash: u64, unit: u64| hash.wrapping_mul(BASE).wrapping_add(unit);
    let inside = units.get(from..to.min(units.len())).unwrap_or_default();
    // Four at a time, so that the next step need not wait for each multiplication.
    let mut fours = inside.chunks_exact(4);
    for four in &mut fours {
        let low = four.iter().fold(0, |low, &unit| push(low, unit.into()));
        hash = hash.wrapping_mul(BASE.pow(4)).wrapping_add(low);
    }
    hash = fours.remainder().iter().fold(hash, |hash, &unit| push(hash, unit.into()));
    if from <= units.len() && to > units.len() {
        hash = push(hash, END_MARK);
    }
    let zeros = to.saturating_sub(from.max(units.len() + 1));
    hash.wrapping_mul(BASE.wrapping_pow(zeros as u32))
}

/// ASCII without CR, which nearly all text is: its units are its bytes.
fn is_plain(text: &[u8]) -> bool {
    text.is_ascii() && memchr::memchr(b'\r', text).is_none()
}

/// Plain text with the blanks squeezed out, without a branch.
fn squeezed(text: &[u8]) -> Vec<u8> {
    let mut units = text.to_vec();
    let mut n = 0;
    for at in 0..units.len() {
        let byte = units[at];
        units[n] = byte;
        n += usize::from(!is_blank(byte.into()));
    }
    units.truncate(n);
    units
}

/// The units of a text that count, at least the first `most` if there are as many, and where its lines start among
/// them: with each whether it is one that ends at LF, as those after a lone CR take part in the count of occurrences
/// only.
fn units(text: &str, most: usize) -> (Vec<u16>, Vec<(usize, bool)>) {
    let (mut units, mut starts) = (Vec::new(), Vec::new());
    let mut start = Some(true);
    let mut after_cr = false;
    for unit in text.encode_utf16() {
        match unit {
            0x20 | 0x09 => {
                after_cr = false;
                continue;
            }
            // The LF of a CRLF: the line it ends was ended by the CR; what follows is a line of ours.
            0x0A if after_cr => {
                after_cr = false;
                start = Some(true);
                continue;
            }
            _ => {}
        }
        if let Some(counts) = start {
            starts.push((units.len(), counts));
        }
        let is_cr = unit == 0x0D;
        units.push(if is_cr { 0x0A } else { unit });
        after_cr = is_cr;
        start = match unit {
            0x0D => Some(false),
            0x0A => Some(true),
            _ => None,
        };
        if units.len() >= most {
            break;
        }
    }
    starts.extend(start.map(|counts| (units.len(), counts)));
    (units, starts)
}

#[cfg(test)]
mod tests {
    use super::{Alphabet, COUNTS, LineHash, Lines, is_blank, is_same, of_first_line, of_line, of_lines};

    #[test]
    fn lines_that_are_the_same_but_for_blanks() {
        for (line, other, expected) in [
            ("a b", "a b", true),
            ("a b", "ab and more", true),
            ("  a\tb", "a  b", true),
            ("ab", "  ab", true),
            ("ab ", "ab", true),
            ("ab", "a", false),
            ("ab", "ac", false),
            ("a b", "a c", false),
            ("ab", "a c", false),
            ("a b", "", false),
            ("", "", true),
        ] {
            assert_eq!(is_same(line.as_bytes(), other.as_bytes()), expected, "{line:?} {other:?}");
        }
    }

    fn hashes(text: &str) -> Vec<String> {
        of_lines(text).iter().map(LineHash::to_string).collect()
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
            assert_eq!(of_first_line(text), of_lines(text)[0], "{text:?}");
            let mut lines = Lines::default();
            lines.at(text, text.len());
            for (line, hash) in of_lines(text).into_iter().enumerate() {
                if let Some(alphabet) = Alphabet::of(text) {
                    assert_eq!(of_line(text, alphabet, &mut lines, line), Some(hash), "{text:?} line {line}");
                }
            }
        }
        let text = "k: v\n".repeat(60);
        let repeated = hashes(&text);
        let mut lines = Lines::default();
        lines.at(&text, text.len());
        let one_by_one = (0..=60).map(|line| of_line(&text, Alphabet::Ascii, &mut lines, line).unwrap().to_string());
        assert!(one_by_one.eq(repeated.iter().cloned()));
        assert_eq!(repeated.len(), 61);
        assert_eq!(repeated[..2], ["fa5edc9f1bd756f9:1", "fa5edc9f1bd756f9:2"]);
        assert_eq!(repeated[59..], ["5f40ac6fc0f560f4:1", "c129715d7a2bc9a3:1"]);
    }

    #[test]
    fn bytes_that_count_are_not_blank() {
        assert!((0..=255_u8).all(|it| (COUNTS[usize::from(it)] == 0) == is_blank(it.into())));
    }

    #[test]
    fn line_hashes_survive_being_written() {
        let hash = of_lines("x")[0];
        assert_eq!(LineHash::try_from(hash.to_string()), Ok(hash));
        for text in ["", "1", ":", "x:1", "1:x", "1:-1", "10000000000000000:1"] {
            assert!(LineHash::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
