//! Where the lines of a text start, as far as anybody asked: most facts of most files lie near their start.

use super::line_hash::is_blank;

/// How far newlines are counted at a time, in bytes.
const BLOCK: usize = 1024;

/// The lines of one text, up to the furthest offset that was asked for.
#[derive(Default)]
pub(super) struct Lines {
    /// The line that each block begins in, from 0, and where that line starts.
    blocks: Vec<(u32, u32)>,
    /// The byte offset of each line's start, for as many lines as were asked for by number.
    starts: Vec<u32>,
    /// The first byte of each line that isn't blank, for as many lines as were compared with others.
    firsts: Vec<u8>,
    /// The last answer: the offset, its line and where that starts. Most offsets are asked for in their order, and near
    /// each other.
    last: (usize, (u32, u32)),
}

impl Lines {
    /// The line of an offset, from 0, and where it starts. To count newlines is much cheaper than to find each: no more
    /// than a block is looked at for one answer.
    pub(super) fn at(&mut self, text: &str, offset: usize) -> (usize, usize) {
        let bytes = text.as_bytes();
        let offset = offset.min(bytes.len());
        let (last, of_last) = self.last;
        if (last..=last + BLOCK).contains(&offset) {
            let (line, start) = line_behind(&bytes[last..offset], last, of_last);
            self.last = (offset, (line, start));
            return (line as usize, start as usize);
        }
        let block = offset / BLOCK;
        if self.blocks.is_empty() {
            self.blocks.push((0, 0));
        }
        for known in self.blocks.len()..=block {
            let from = (known - 1) * BLOCK;
            let next = line_behind(&bytes[from..known * BLOCK], from, self.blocks[known - 1]);
            self.blocks.push(next);
        }
        let (line, start) = line_behind(&bytes[block * BLOCK..offset], block * BLOCK, self.blocks[block]);
        self.last = (offset, (line, start));
        (line as usize, start as usize)
    }

    /// Where a line starts, from 0; `None` for a line that isn't there.
    pub(super) fn start(&mut self, text: &str, line: usize) -> Option<usize> {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        let mut end = *self.starts.last()? as usize;
        while self.starts.len() <= line {
            end += memchr::memchr(b'\n', text.as_bytes().get(end..)?)? + 1;
            self.starts.push(end as u32);
        }
        Some(self.starts[line] as usize)
    }

    /// The starts of the lines before this one that begin with the same byte, blanks left out: nearly always it tells
    /// that two lines are not the same. None for a line whose [start](Self::start) wasn't asked for.
    pub(super) fn alike(&mut self, text: &str, line: usize) -> impl Iterator<Item = u32> {
        let known = self.firsts.len();
        let first = |&start: &u32| first_unit(text.as_bytes().get(start as usize..).unwrap_or_default());
        self.firsts.extend(self.starts.get(known..=line).unwrap_or_default().iter().map(first));
        let (own, before) = match self.firsts.get(line) {
            Some(own) => (*own, &self.firsts[..line]),
            None => (0, &[][..]),
        };
        memchr::memchr_iter(own, before).map(|line| self.starts[line])
    }
}

/// The line behind a part of a text, from 0, and where it starts: by those that the part begins in.
fn line_behind(part: &[u8], from: usize, (line, start): (u32, u32)) -> (u32, u32) {
    match memchr::memrchr(b'\n', part) {
        Some(last) => (line + memchr::memchr_iter(b'\n', part).count() as u32, (from + last + 1) as u32),
        None => (line, start),
    }
}

/// The first byte that isn't blank. Nearly all lines begin with a few spaces, which are looked at together.
fn first_unit(line: &[u8]) -> u8 {
    if let Some(eight) = line.first_chunk::<8>() {
        let no_spaces = u64::from_le_bytes(*eight) ^ u64::from_le_bytes([b' '; 8]);
        let first = eight.get(no_spaces.trailing_zeros() as usize / 8).copied();
        if let Some(first) = first.filter(|it| !is_blank((*it).into())) {
            return first;
        }
    }
    line.iter().copied().find(|&byte| !is_blank(byte.into())).unwrap_or(b'\n')
}

#[cfg(test)]
mod tests {
    use super::{Lines, first_unit};

    #[test]
    fn first_bytes_of_lines() {
        for (line, expected) in [
            ("abcdefghi", b'a'),
            ("       h", b'h'),
            ("        i", b'i'),
            (" \t  x     y", b'x'),
            ("\r\nabcdefgh", b'\n'),
            ("  a", b'a'),
            ("  ", b'\n'),
            ("", b'\n'),
            ("            ", b'\n'),
        ] {
            assert_eq!(first_unit(line.as_bytes()), expected, "{line:?}");
        }
    }

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
        let starts: Vec<_> = (0..6).map(|line| up.start(text, line)).collect();
        assert_eq!(starts, [Some(0), Some(2), Some(3), Some(8), Some(9), None]);
    }

    #[test]
    fn lines_of_a_long_text() {
        // Lines of 1, 2, … 100 bytes: blocks begin at all places in lines.
        let text: String = (0..100).map(|n| "x".repeat(n) + "\n").collect();
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        for step in [1, 7, 1024, 3000] {
            let mut lines = Lines::default();
            for offset in (0..=text.len()).step_by(step).chain((0..=text.len()).rev().step_by(step)) {
                let line = text[..offset].matches('\n').count();
                assert_eq!(lines.at(&text, offset), (line, starts[line]), "{offset}");
            }
        }
    }

    #[test]
    fn lines_that_begin_alike() {
        let text = "a\n  b\n\n\ta\n\r\n aa\n";
        let mut lines = Lines::default();
        lines.start(text, 5);
        let mut alike = |line| lines.alike(text, line).collect::<Vec<_>>();
        for (line, expected) in [(3, vec![0]), (5, vec![0, 7]), (1, vec![]), (4, vec![6]), (0, vec![]), (2, vec![])] {
            assert_eq!(alike(line), expected, "{line}");
        }
    }
}
