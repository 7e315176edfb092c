//! Where the lines of a text start, as far as anybody asked: most facts of most files lie near their start.

use super::line_hash::is_blank;

/// The lines of one text, up to the furthest offset that was asked for.
pub(super) struct Lines {
    /// The byte offset of each line's start.
    starts: Vec<u32>,
    /// The first byte of each line that isn't blank, for as many lines as were compared with another.
    firsts: Vec<u8>,
    /// Up to where newlines were looked for.
    end: usize,
}

impl Default for Lines {
    fn default() -> Self {
        Lines { starts: vec![0], firsts: Vec::new(), end: 0 }
    }
}

impl Lines {
    /// The line of an offset, from 0, and where it starts.
    pub(super) fn at(&mut self, text: &str, offset: usize) -> (usize, usize) {
        if let Some(unseen) = text.as_bytes().get(self.end..offset) {
            self.starts.extend(memchr::memchr_iter(b'\n', unseen).map(|at| (self.end + at) as u32 + 1));
            self.end = offset;
        }
        let line = self.starts.partition_point(|&start| start as usize <= offset).saturating_sub(1);
        (line, self.starts[line] as usize)
    }

    /// The starts of the lines up to the furthest that was asked for.
    pub(super) fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// The starts of the lines before this one whose first byte that isn't blank is `first`.
    pub(super) fn before(&mut self, text: &str, line: usize, first: u8) -> impl Iterator<Item = u32> {
        let known = self.firsts.len();
        let first_of = |&start: &u32| {
            let mut bytes = text.as_bytes().get(start as usize..).unwrap_or_default().iter().copied();
            bytes.find(|&byte| !is_blank(byte)).unwrap_or(b'\n')
        };
        self.firsts.extend(self.starts.get(known..line).unwrap_or_default().iter().map(first_of));
        memchr::memchr_iter(first, &self.firsts[..line]).map(|line| self.starts[line])
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn lines_do_not_depend_on_what_was_asked_before() {
        let text = "a\n\n  bc\n\n";
        let expected = [(0, 0), (0, 0), (1, 2), (2, 3), (2, 3), (2, 3), (2, 3), (2, 3), (3, 8), (4, 9)];
        let (mut up, mut down) = (Lines::default(), Lines::default());
        for offset in 0..=text.len() {
            assert_eq!(up.at(text, offset), expected[offset], "{offset}");
        }
        for offset in (0..=text.len()).rev() {
            assert_eq!(down.at(text, offset), expected[offset], "{offset}");
        }
        assert_eq!(up.starts(), [0, 2, 3, 8, 9]);
    }

    #[test]
    fn lines_by_their_first_byte() {
        let text = "a\n  b\n\n\ta\n";
        let mut lines = Lines::default();
        lines.at(text, text.len());
        let mut before = |line, first| lines.before(text, line, first).collect::<Vec<_>>();
        assert_eq!(before(1, b'a'), [0]);
        assert_eq!(before(4, b'a'), [0, 7]);
        assert_eq!(before(4, b'b'), [2]);
        assert_eq!(before(4, b'\n'), [6]);
        assert_eq!(before(0, b'a'), [] as [u32; 0]);
    }
}
