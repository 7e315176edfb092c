//! Sorted tables of words that are asked for far more words than they hold.

use rustc_hash::FxHashMap;

/// Which first bytes and lengths the words of a table have. Nearly no word of a text is like one of them, so most are
/// told apart without being compared.
#[derive(Clone, Debug)]
pub(crate) struct Shapes([u32; 128]);

impl Default for Shapes {
    fn default() -> Self {
        Shapes::NONE
    }
}

impl Shapes {
    /// Those of no word.
    pub(crate) const NONE: Shapes = Shapes([0; 128]);

    /// Those of the words of some tables.
    pub(crate) const fn of(tables: &[&[&str]]) -> Self {
        let mut shapes = Shapes::NONE;
        let mut table = 0;
        while table < tables.len() {
            let mut row = 0;
            while row < tables[table].len() {
                shapes.add(tables[table][row]);
                row += 1;
            }
            table += 1;
        }
        shapes
    }

    /// Adds a word.
    pub(crate) const fn add(&mut self, word: &str) {
        let (first, length) = Shapes::of_one(word.as_bytes());
        self.0[first] |= length;
    }

    /// Whether a word has the shape of one that was added.
    pub(crate) fn may_have(&self, word: &str) -> bool {
        let (first, length) = Shapes::of_one(word.as_bytes());
        self.0[first] & length != 0
    }

    /// The first byte of a word as a row, its length as a bit; of an empty word both are the first.
    const fn of_one(word: &[u8]) -> (usize, u32) {
        let first = if let Some(first) = word.first() { *first & 127 } else { 0 };
        (first as usize, 1 << (if word.len() < 31 { word.len() } else { 31 }))
    }
}

/// The shapes of the first fields of a table's rows, or of the field that is named.
macro_rules! shapes_of_keys {
    ($table:expr) => {
        $crate::words::shapes_of_keys!($table, 0)
    };
    ($table:expr, $field:tt) => {{
        let mut shapes = $crate::words::Shapes::NONE;
        let mut row = 0;
        while row < $table.len() {
            shapes.add($table[row].$field);
            row += 1;
        }
        shapes
    }};
}
pub(crate) use shapes_of_keys;

/// What is looked up by a word, where most words that are asked for have nothing.
#[derive(Clone, Debug)]
pub(crate) struct ByWord<T> {
    found: FxHashMap<String, Vec<T>>,
    shapes: Shapes,
}

impl<T> Default for ByWord<T> {
    fn default() -> Self {
        ByWord { found: FxHashMap::default(), shapes: Shapes::NONE }
    }
}

impl<T> ByWord<T> {
    /// Adds one more for a word.
    pub(crate) fn add(&mut self, word: &str, it: T) {
        self.shapes.add(word);
        self.found.entry(word.to_owned()).or_default().push(it);
    }

    /// All that were added for a word, in their order.
    pub(crate) fn of(&self, word: &str) -> &[T] {
        if !self.shapes.may_have(word) {
            return &[];
        }
        self.found.get(word).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A sorted table of words.
#[derive(Debug)]
pub(crate) struct Words {
    /// Its words.
    pub(crate) rows: &'static [&'static str],
    /// How many of them begin with a byte below each: those that begin with one lie between its number and the next.
    starts: [u16; 257],
}

impl Words {
    /// The table with these rows, which are sorted.
    pub(crate) const fn of(rows: &'static [&'static str]) -> Self {
        let mut starts = [0; 257];
        let mut row = 0;
        while row < rows.len() {
            assert!(!rows[row].is_empty(), "a word has letters");
            starts[rows[row].as_bytes()[0] as usize + 1] += 1;
            row += 1;
        }
        let mut byte = 0;
        while byte < 256 {
            starts[byte + 1] += starts[byte];
            byte += 1;
        }
        Words { rows, starts }
    }

    /// Whether a word is in the table. The few that begin as it does are told apart by their lengths.
    pub(crate) fn has(&self, word: &str) -> bool {
        let Some(first) = word.bytes().next().map(usize::from) else { return false };
        let alike = usize::from(self.starts[first])..usize::from(self.starts[first + 1]);
        self.rows[alike].contains(&word)
    }

    #[cfg(test)]
    pub(crate) fn is_sorted(&self) -> bool {
        self.rows.is_sorted()
    }
}

/// Which bytes [`words`] are of.
static IS_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    table
};

/// The words of a text, of ASCII letters and digits, each with where it begins.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(|it| IS_WORD[usize::from(*it)])?;
        let length = bytes[start..].iter().position(|it| !IS_WORD[usize::from(*it)]);
        at = length.map_or(bytes.len(), |it| start + it);
        Some((start, &text[start..at]))
    })
}

#[cfg(test)]
mod tests {
    use super::{Shapes, Words, words};

    #[test]
    fn words_of_a_table() {
        static LONG: &str = "a-word-that-is-longer-than-there-are-bits";
        static TABLE: Words = Words::of(&[LONG, "b", "bc", "é"]);
        assert!(TABLE.is_sorted());
        for (word, expected) in [
            (LONG, true),
            ("b", true),
            ("bc", true),
            ("é", true),
            ("", false),
            ("c", false),
            ("bd", false),
            ("a-word-that-is-longer-than-all-of-them-are", false),
        ] {
            assert_eq!(TABLE.has(word), expected, "{word}");
        }
    }

    #[test]
    fn words_of_texts() {
        let told = |text| words(text).map(|(at, it)| format!("{at}:{it}")).collect::<Vec<_>>().join(" ");
        assert_eq!(told("a b1, é cd"), "0:a 2:b1 9:cd");
        assert_eq!(told("--"), "");
        assert_eq!(told(""), "");
    }

    #[test]
    fn shapes_of_words() {
        let shapes = Shapes::of(&[&["", "ab"], &["cde"]]);
        assert!(shapes.may_have("ab") && shapes.may_have("ax") && shapes.may_have("cde"));
        assert!(shapes.may_have(""));
        assert!(!shapes.may_have("a") && !shapes.may_have("cd") && !shapes.may_have("xy"));
    }
}
