//! Where the lines of a text start, as far as anybody asked: most facts of most files lie near their start.

use super::line_hash::is_blank;

/// The lines of one text, up to the furthest offset that was asked for.
pub(super) struct Lines {
    /// The byte offset of each line's start.
    starts: Vec<u32>,
    /// The first byte of each line that isn't blank, for as many lines as were compared with others.
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
            // As many as lines of a usual length.
            self.starts.reserve(unseen.len() / 32);
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

    /// The starts of the lines before this one that begin with the same byte, blanks left out: nearly always it tells
    /// that two lines are not the same.
    pub(super) fn alike(&mut self, text: &str, line: usize) -> impl Iterator<Item = u32> {
        let known = self.firsts.len();
        let first = |&start: &u32| {
            // Nearly all lines begin with spaces, or with what isn't blank.
            if let Some(eight) = text.as_bytes().get(start as usize..).and_then(|it| it.first_chunk::<8>()) {
                let others = u64::from_le_bytes(*eight) ^ u64::from_le_bytes([b' '; 8]);
                let byte = eight[others.trailing_zeros() as usize / 8 % 8];
                if !is_blank(byte.into()) {
                    return byte;
                }
            }
            let mut bytes = text.as_bytes().get(start as usize..).unwrap_or_default().iter().copied();
            bytes.find(|&byte| !is_blank(byte.into())).unwrap_or(b'\n')
        };
        self.firsts.extend(self.starts.get(known..=line).unwrap_or_default().iter().map(first));
        memchr::memchr_iter(self.firsts[line], &self.firsts[..line]).map(|line| self.starts[line])
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
        for (offset, it) in expected.iter().enumerate() {
            assert_eq!(up.at(text, offset), *it, "{offset}");
        }
        for (offset, it) in expected.iter().enumerate().rev() {
            assert_eq!(down.at(text, offset), *it, "{offset}");
        }
        assert_eq!(up.starts(), [0, 2, 3, 8, 9]);
    }

    #[test]
    fn lines_that_begin_alike() {
        let text = "a\n  b\n\n\ta\n\r\n aa\n";
        let mut lines = Lines::default();
        lines.at(text, text.len());
        let mut alike = |line| lines.alike(text, line).collect::<Vec<_>>();
        for (line, expected) in [(3, vec![0]), (5, vec![0, 7]), (1, vec![]), (4, vec![6]), (0, vec![]), (2, vec![])] {
            assert_eq!(alike(line), expected, "{line}");
        }
    }
}
