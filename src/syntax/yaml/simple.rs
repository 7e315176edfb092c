//! Documents that are written as nearly all are: mappings and lists in block style, with values on one line, in several,
//! or in a block of text; and JSON. They are read line by line here, many times faster than by the parser, into the
//! same nodes. Whatever else stands in a document (anchors, tags, rare escapes, what is wrong) is left to the parser: then
//! nothing is read here.

use std::borrow::Cow;
use std::ops::Range;

use super::build::Builder;
use super::{Style, What};

/// How deep collections lie in each other at most: far from the parser's own limit.
const MAX_DEPTH: usize = 64;

/// How long a key is at most, in bytes: the parser's own limit is a little more.
const MAX_KEY: usize = 500;

/// Whether a text has no character that YAML doesn't allow or that it treats as something else than text: no control
/// characters, tabs and carriage returns among them, no marks of byte order.
fn is_candidate(text: &str) -> bool {
    // The bytes of ASCII, and those of characters beyond it that begin neither as controls do nor as the mark.
    let is_plain = |it: u8| matches!(it, b'\n' | b' '..=b'~' | 0x80..=0xC1 | 0xC3..=0xEE | 0xF0..);
    // Whole chunks, so that the comparisons are made side by side.
    let are_plain = |chunk: &[u8]| chunk.iter().fold(true, |all, it| all & is_plain(*it));
    let is_allowed = |it: char| it == '\n' || !it.is_control() && !('\u{E000}'..='\u{FFFF}').contains(&it);
    text.as_bytes().chunks(64).all(are_plain) || text.chars().all(is_allowed)
}

/// Reads one document, which may begin with its bar. `None` where it is not one of these; then what was added to the
/// builder means nothing.
pub(super) fn read<'a>(text: &'a str, builder: &mut Builder<'a>) -> Option<()> {
    if !is_candidate(text) {
        return None;
    }
    let mut reader = Reader { text, bytes: text.as_bytes(), builder, levels: Vec::new(), colon: None };
    reader.document()
}

/// A collection that is open.
#[derive(Clone, Copy)]
struct Level {
    /// How far its keys or dashes are indented.
    column: usize,
    is_list: bool,
}

/// A key of a mapping.
struct Key<'a> {
    text: Cow<'a, str>,
    style: Style,
    /// Where its text stands.
    range: Range<usize>,
    /// Where its colon stands.
    colon: usize,
}

struct Reader<'a, 'b> {
    text: &'a str,
    bytes: &'a [u8],
    builder: &'b mut Builder<'a>,
    /// The collections that are open, outermost first.
    levels: Vec<Level>,
    /// Where the colon of a key stands of which no value was seen yet; it is the innermost collection's.
    colon: Option<usize>,
}

impl<'a> Reader<'a, '_> {
    fn document(&mut self) -> Option<()> {
        let has_bar = self.bytes.starts_with(b"---");
        let mut at = if has_bar { self.end_of_line(3)? } else { 0 };
        let mut is_flow = false;
        while at < self.bytes.len() {
            let column = self.bytes[at..].iter().take_while(|it| **it == b' ').count();
            let start = at + column;
            at = match self.bytes.get(start) {
                None => break,
                Some(b'\n') => start + 1,
                Some(b'#') => self.next_line(start),
                // All of a document that begins so: a list or a mapping as JSON has it.
                Some(b'[' | b'{') if !is_flow && self.levels.is_empty() => {
                    is_flow = true;
                    let end = self.flow(start, None, 0)?;
                    self.end_of_line(end)?
                }
                Some(_) if is_flow => return None,
                Some(_) => self.line(start, column)?,
            };
        }
        if self.levels.is_empty() && has_bar && !is_flow {
            return None;
        }
        self.leave_key()?;
        while self.levels.pop().is_some() {
            self.builder.close(self.bytes.len());
        }
        Some(())
    }

    /// Reads the entry that begins a line, with all that belongs to it but what stands in lines of their own. Tells
    /// where the next line starts.
    fn line(&mut self, start: usize, column: usize) -> Option<usize> {
        if column == 0 && matches!(self.bytes[start..], [b'-', b'-', b'-', ..] | [b'.', b'.', b'.', ..]) {
            return None;
        }
        let is_item = self.is_dash(start);
        let is_new = self.enter(start, column, is_item)?;
        let inset = if is_item { 1 + self.blanks(start + 1) } else { 0 };
        if is_new {
            // The parser has it that a list beside its key begins with its first value.
            let is_beside_key = is_item && self.levels.last().is_some_and(|it| it.column == column);
            self.open(if is_beside_key { start + inset } else { start }, column, is_item)?;
        }
        let (at, column) = (start + inset, column + inset);
        match self.key(at)? {
            Some(Key { text, style, range, colon }) => {
                if is_item {
                    self.open(at, column, false)?;
                }
                self.push(What::Scalar(text, style), range)?;
                let value = colon + 1 + self.blanks(colon + 1);
                match self.bytes.get(value) {
                    None | Some(b'\n' | b'#') => {
                        self.colon = Some(colon);
                        self.end_of_line(colon + 1)
                    }
                    Some(_) => self.value(value),
                }
            }
            None if is_item => self.value(at),
            None => None,
        }
    }

    /// Closes what ends before an entry. Says whether the entry is the first of a collection.
    fn enter(&mut self, start: usize, column: usize, is_item: bool) -> Option<bool> {
        if self.levels.is_empty() {
            return Some(true);
        }
        if self.colon.is_some() {
            let of_key = self.levels.last()?.column;
            // The items of a list may stand as far to the left as the key that it is the value of.
            if column > of_key || is_item && column == of_key {
                self.colon = None;
                return Some(true);
            }
            self.leave_key()?;
        }
        while let Some(level) = self.levels.last() {
            let is_list_of_key = level.column == column && level.is_list && !is_item && self.is_beside_its_key();
            if level.column <= column && !is_list_of_key {
                break;
            }
            self.levels.pop();
            self.builder.close(start);
        }
        let level = self.levels.last()?;
        (level.column == column && level.is_list == is_item).then_some(false)
    }

    /// Whether the innermost collection is a list whose dashes stand in the column of its key.
    fn is_beside_its_key(&self) -> bool {
        matches!(self.levels[..], [.., key, list] if !key.is_list && key.column == list.column)
    }

    /// Gives a key without value its value: nothing.
    fn leave_key(&mut self) -> Option<()> {
        match self.colon.take() {
            Some(colon) => self.push(What::Scalar(Cow::Borrowed(""), Style::Plain), colon..colon),
            None => Some(()),
        }
    }

    /// The key that begins here; nothing where there is a value.
    fn key(&self, start: usize) -> Option<Option<Key<'a>>> {
        let (text, style, end) = match self.bytes.get(start)? {
            b'"' | b'\'' => match self.quoted(start, None) {
                Some(quoted) => quoted,
                // A value may go on behind its line.
                None => return Some(None),
            },
            b'|' | b'>' | b'[' | b'{' => return Some(None),
            _ => self.plain(start).map(|(text, style, end)| (Cow::Borrowed(text), style, end))?,
        };
        let colon = end + self.blanks(end);
        let is_key = self.bytes.get(colon) == Some(&b':') && self.is_blank(colon + 1);
        if !is_key {
            return Some(None);
        }
        let inset = usize::from(style != Style::Plain);
        (end - start <= MAX_KEY).then_some(Some(Key { text, style, range: start + inset..end - inset, colon }))
    }

    /// Reads a value that begins on this line. Tells where the next line starts.
    fn value(&mut self, start: usize) -> Option<usize> {
        match self.bytes.get(start)? {
            b'"' | b'\'' => {
                let (text, style, end) = self.quoted(start, self.levels.last().map(|it| it.column))?;
                self.push(What::Scalar(text, style), start + 1..end - 1)?;
                self.end_of_line(end)
            }
            b'|' | b'>' => self.block(start),
            b'[' | b'{' => {
                let end = self.flow(start, self.levels.last().map(|it| it.column), self.levels.len())?;
                self.end_of_line(end)
            }
            _ => {
                let (text, style, end) = self.plain(start)?;
                let next = self.end_of_line(end)?;
                // A comment ends a text.
                let has_comment = self.bytes.get(end + self.blanks(end)) == Some(&b'#');
                if let Some(goes_on) = self.goes_on(next).filter(|_| !has_comment) {
                    return self.folded(start..end, goes_on);
                }
                self.push(What::Scalar(Cow::Borrowed(text), style), start..end)?;
                Some(next)
            }
        }
    }

    /// Where a text without quotes goes on, which ended with a line: at the next line that isn't empty, if it is
    /// indented more than the collection is and no comment.
    fn goes_on(&self, mut line: usize) -> Option<usize> {
        let parent = self.levels.last()?.column;
        loop {
            let blanks = self.blanks(line);
            match self.bytes.get(line + blanks)? {
                b'\n' => line += blanks + 1,
                b'#' => return None,
                _ => return (blanks > parent).then_some(line + blanks),
            }
        }
    }

    /// Reads a text without quotes that goes on behind its first line: a line's end is a blank, but empty lines stay.
    fn folded(&mut self, first: Range<usize>, mut start: usize) -> Option<usize> {
        let mut text = self.text[first.clone()].to_owned();
        let mut end = first.end;
        loop {
            // Whatever else begins so, or has a key or a comment in it, is for the parser.
            let is_text = !matches!(self.bytes[start], b'%' | b'-' | b':' | b'?');
            let line = start..memchr::memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len(), |it| start + it);
            let is_end = |at: usize| match self.bytes[at] {
                b':' => self.is_blank(at + 1),
                _ => self.bytes[at - 1] == b' ',
            };
            if !is_text || memchr::memchr2_iter(b':', b'#', &self.bytes[line.clone()]).any(|it| is_end(start + it)) {
                return None;
            }
            match memchr::memchr_iter(b'\n', &self.bytes[end..start]).count() {
                1 => text.push(' '),
                breaks => text.extend(std::iter::repeat_n('\n', breaks - 1)),
            }
            let written = self.text[line.clone()].trim_end_matches(' ');
            text.push_str(written);
            end = start + written.len();
            let next = (line.end + 1).min(self.bytes.len());
            let Some(goes_on) = self.goes_on(next) else {
                self.push(What::Scalar(Cow::Owned(text), Style::Plain), first.start..end)?;
                return Some(next);
            };
            start = goes_on;
        }
    }

    /// A text in quotes, with none but the usual escapes; where it ends is behind the closing one. It goes on behind its
    /// line where `parent` says how far a collection is indented that it stands in: further than that.
    fn quoted(&self, start: usize, parent: Option<usize>) -> Option<(Cow<'a, str>, Style, usize)> {
        let quote = self.bytes[start];
        let style = if quote == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
        let mut text = Cow::Borrowed("");
        // What is copied already, and where to look on.
        let (mut copied, mut at) = (start + 1, start + 1);
        loop {
            at += memchr::memchr3(quote, b'\\', b'\n', &self.bytes[at..])?;
            let next = self.bytes.get(at + 1);
            let (stands_for, is_escape) = match (self.bytes[at], next) {
                (b'\n', _) => {
                    text.to_mut().push_str(self.text[copied..at].trim_end_matches(' '));
                    let (next, breaks) = self.next_text(at, parent?)?;
                    match breaks {
                        1 => text.to_mut().push(' '),
                        _ => text.to_mut().extend(std::iter::repeat_n('\n', breaks - 1)),
                    }
                    (at, copied) = (next, next);
                    continue;
                }
                (b'\\', _) if quote == b'\'' => {
                    at += 1;
                    continue;
                }
                (b'\\', Some(b'"')) => ("\"", true),
                (b'\\', Some(b'\\')) => ("\\", true),
                (b'\\', Some(b'n')) => ("\n", true),
                (b'\\', Some(b't')) => ("\t", true),
                (b'\\', _) => return None,
                (_, Some(b'\'')) if quote == b'\'' => ("'", true),
                // Two of these in a row are an error.
                (_, Some(b'"')) if quote == b'"' => return None,
                _ => ("", false),
            };
            if !is_escape {
                break;
            }
            text.to_mut().push_str(&self.text[copied..at]);
            text.to_mut().push_str(stands_for);
            at += 2;
            copied = at;
        }
        let rest = &self.text[copied..at];
        Some((if copied == start + 1 { Cow::Borrowed(rest) } else { text + rest }, style, at + 1))
    }

    /// Where the next line begins that isn't empty, behind its blanks, and how many lines end before it; from the end of
    /// a line. Nothing where it isn't indented further than this.
    fn next_text(&self, mut end: usize, parent: usize) -> Option<(usize, usize)> {
        let mut breaks = 1;
        loop {
            let blanks = self.blanks(end + 1);
            match self.bytes.get(end + 1 + blanks)? {
                b'\n' => {
                    end += 1 + blanks;
                    breaks += 1;
                }
                _ => return (blanks > parent).then_some((end + 1 + blanks, breaks)),
            }
        }
    }

    /// A text without quotes, up to a colon, a comment or the end of the line. Nothing where something else begins so.
    fn plain(&self, start: usize) -> Option<(&'a str, Style, usize)> {
        let is_other = match self.bytes.get(start)? {
            b'-' => self.is_blank(start + 1),
            b'!' | b'"' | b'#' | b'%' | b'&' | b'\'' | b'*' | b',' | b':' | b'>' | b'?' | b'@' | b'[' | b']' | b'`'
            | b'{' | b'|' | b'}' | b'\n' => true,
            _ => false,
        };
        if is_other {
            return None;
        }
        let mut end = start;
        loop {
            end = memchr::memchr3(b'\n', b':', b'#', &self.bytes[end..]).map_or(self.bytes.len(), |it| end + it);
            let is_end = match self.bytes.get(end) {
                Some(b':') => self.is_blank(end + 1),
                Some(b'#') => self.bytes[end - 1] == b' ',
                _ => true,
            };
            if is_end {
                break;
            }
            end += 1;
        }
        let text = self.text[start..end].trim_end_matches(' ');
        Some((text, Style::Plain, start + text.len()))
    }

    /// A list or a mapping between brackets, of words, texts in quotes and others of them. It goes on behind its line where
    /// that is indented further than `parent`, or anyhow where there is none. Tells where it ends.
    fn flow(&mut self, start: usize, parent: Option<usize>, depth: usize) -> Option<usize> {
        if depth >= MAX_DEPTH {
            return None;
        }
        let (what, close) = match self.bytes[start] {
            b'[' => (What::Sequence, b']'),
            _ => (What::Mapping, b'}'),
        };
        self.builder.open(what, start..start + 1, 0, None).then_some(())?;
        let mut at = self.past_blanks(start + 1, parent)?;
        if self.bytes.get(at) != Some(&close) {
            loop {
                if close == b'}' {
                    let is_quoted = matches!(self.bytes.get(at), Some(b'"' | b'\''));
                    let end = self.flow_scalar(at)?;
                    let colon = end + self.blanks(end);
                    let is_key = self.bytes.get(colon) == Some(&b':') && (is_quoted || self.is_blank(colon + 1));
                    (is_key && end - at <= MAX_KEY).then_some(())?;
                    at = self.past_blanks(colon + 1, parent)?;
                }
                let end = match self.bytes.get(at)? {
                    b'[' | b'{' => self.flow(at, parent, depth + 1)?,
                    _ => self.flow_scalar(at)?,
                };
                at = self.past_blanks(end, parent)?;
                match self.bytes.get(at)? {
                    b',' => at = self.past_blanks(at + 1, parent)?,
                    it if *it == close => break,
                    _ => return None,
                }
            }
        }
        self.builder.close(at + 1);
        Some(at + 1)
    }

    /// Where the blanks and ends of lines end that stand here in a collection between brackets.
    fn past_blanks(&self, at: usize, parent: Option<usize>) -> Option<usize> {
        let end = at + self.blanks(at);
        if self.bytes.get(end) != Some(&b'\n') {
            return Some(end);
        }
        match parent {
            Some(parent) => self.next_text(end, parent).map(|(next, _)| next),
            None => {
                let rest = &self.bytes[end..];
                let next = end + rest.iter().position(|it| !matches!(it, b' ' | b'\n'))?;
                // What begins a line so may be the bar of a document, or its end.
                (!matches!(self.bytes[next..], [b'-', ..] | [b'.', ..])).then_some(next)
            }
        }
    }

    /// A text in a collection between brackets, on one line. Tells where it ends.
    fn flow_scalar(&mut self, start: usize) -> Option<usize> {
        let (text, style, end) = match self.bytes.get(start)? {
            b'"' | b'\'' => self.quoted(start, None)?,
            _ => self.word(start)?,
        };
        let inset = usize::from(style != Style::Plain);
        self.push(What::Scalar(text, style), start + inset..end - inset)?;
        Some(end)
    }

    /// A text without quotes in a collection between brackets, of characters that mean nothing there.
    fn word(&self, start: usize) -> Option<(Cow<'a, str>, Style, usize)> {
        let is_first = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'/' | b'_');
        let is_word = |it: &&u8| is_first(it) || matches!(it, b' ' | b'-' | b'*' | b'@' | b'+' | b'=' | b'$');
        if !self.bytes.get(start).is_some_and(is_first) {
            return None;
        }
        let length = self.bytes[start..].iter().take_while(is_word).count();
        let text = self.text[start..start + length].trim_end_matches(' ');
        Some((Cow::Borrowed(text), Style::Plain, start + text.len()))
    }

    /// A block of text whose lines are kept as they are (`|`), or put together where no empty one stands between them
    /// (`>`): there lines that are indented further are for the parser.
    fn block(&mut self, start: usize) -> Option<usize> {
        let is_folded = self.bytes[start] == b'>';
        let parent = self.levels.last()?.column;
        let chomping = self.bytes.get(start + 1).copied().filter(|it| matches!(it, b'+' | b'-'));
        let mut line = self.end_of_line(start + 1 + usize::from(chomping.is_some()))?;
        let mut text = String::new();
        // Ends of lines before the first line of text, or behind the last.
        let mut breaks = 0;
        let mut widest = 0;
        let indent = loop {
            let blanks = self.blanks(line);
            match self.bytes.get(line + blanks)? {
                b'\n' => {
                    widest = widest.max(blanks);
                    breaks += 1;
                    line += blanks + 1;
                }
                _ => break blanks,
            }
        };
        // No text at all, or lines of blanks before it that are longer than it is indented.
        if indent <= parent || widest > indent {
            return None;
        }
        let first = line + indent;
        let end = loop {
            let blanks = self.bytes[line..].iter().take(indent).take_while(|it| **it == b' ').count();
            match self.bytes.get(line + blanks) {
                None => break line + blanks,
                Some(b'\n') => {
                    breaks += 1;
                    line += blanks + 1;
                }
                Some(_) if blanks < indent => break line + blanks,
                Some(_) => {
                    let end = self.next_line(line + indent);
                    if is_folded && self.bytes[line + indent] == b' ' {
                        return None;
                    }
                    match breaks {
                        1 if is_folded && !text.is_empty() => text.push(' '),
                        _ if is_folded && !text.is_empty() => text.extend(std::iter::repeat_n('\n', breaks - 1)),
                        _ => text.extend(std::iter::repeat_n('\n', breaks)),
                    }
                    // The last line is taken to end, even where it doesn't.
                    let content = &self.text[line + indent..end];
                    text.push_str(content.strip_suffix('\n').unwrap_or(content));
                    (breaks, line) = (1, end);
                }
            }
        };
        let kept = match chomping {
            Some(b'+') => breaks,
            Some(_) => 0,
            None => 1,
        };
        text.extend(std::iter::repeat_n('\n', kept));
        let style = if is_folded { Style::Folded } else { Style::Literal };
        self.push(What::Scalar(Cow::Owned(text), style), first..end)?;
        Some(line)
    }

    fn open(&mut self, start: usize, column: usize, is_list: bool) -> Option<()> {
        if self.levels.len() >= MAX_DEPTH {
            return None;
        }
        self.levels.push(Level { column, is_list });
        let what = if is_list { What::Sequence } else { What::Mapping };
        self.builder.open(what, start..start, 0, None).then_some(())
    }

    fn push(&mut self, what: What<'a>, range: Range<usize>) -> Option<()> {
        self.builder.push(what, range, 0, None).then_some(())
    }

    /// Whether an item of a list begins here.
    fn is_dash(&self, at: usize) -> bool {
        self.bytes.get(at) == Some(&b'-') && self.is_blank(at + 1)
    }

    /// Whether a blank, the end of the line or that of the text is here.
    fn is_blank(&self, at: usize) -> bool {
        matches!(self.bytes.get(at), None | Some(b' ' | b'\n'))
    }

    /// How many blanks there are from here.
    fn blanks(&self, at: usize) -> usize {
        self.bytes.get(at..).unwrap_or_default().iter().take_while(|it| **it == b' ').count()
    }

    /// Where the line ends behind a value: nothing but blanks and a comment may follow. Tells where the next starts.
    fn end_of_line(&self, at: usize) -> Option<usize> {
        let end = at + self.blanks(at);
        match self.bytes.get(end) {
            None => Some(end),
            Some(b'\n') => Some(end + 1),
            Some(b'#') if end > at => Some(self.next_line(end)),
            Some(_) => None,
        }
    }

    fn next_line(&self, at: usize) -> usize {
        memchr::memchr(b'\n', &self.bytes[at..]).map_or(self.bytes.len(), |it| at + it + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::Builder;
    use super::read;

    #[test]
    fn what_is_read_here() {
        for (text, is_read) in [
            ("apiVersion: v1\nkind: A\nmetadata:\n  name: b # c\n  labels:\n    \"d.e/f\": 'g'\n", true),
            (
                "---\non:\n  push: {}\n  pull_request: { }\njobs:\n  a:\n    steps:\n    - run: |\n        make\n\n      name: x\n    - uses: a/b@v1\n",
                true,
            ),
            ("# a\n- b\n- [c, 'd', \"e\"]\n-   f: ${{ g }}\n    h: |-\n       i\n", true),
            ("\n\n# nothing\n", true),
            ("a: £ – é\n", true),
            ("---\n# nothing\n", false),
            ("a: &b c\n", false),
            ("a: *b\n", false),
            ("a: !b c\n", false),
            ("a: >\n  b\n  c\n\n  d\n", true),
            ("a: >-\n\n  b\n\n\n  c\n\nd: e\n", true),
            ("- >+\n  b \n  c\n\n- d\n", true),
            ("a: >\n  b\n    c\n", false),
            ("a: >1\n b\n", false),
            ("a: b\n  c\n", true),
            ("- a: b\n   c\n\n    d e\n\n- f\n g\n", true),
            ("a: b\n  c: d\n", false),
            ("a: b\n  c:\n", false),
            ("a: b\n  c # d\n", false),
            ("a: b\n  # c\n  d\n", false),
            ("a: b # c\n  d\n", false),
            ("a: b\n  - c\n", false),
            ("a: b\n  # c\nd: e\n  f\n  # g\n", true),
            ("a: \"b\\n\\t\\\"\\\\\"\n", true),
            ("a: \"b\\x41\"\n", false),
            ("a: \"b\"\"c\"\n", false),
            ("'a\\''b': 'c''d\\'\n", true),
            ("\"a\\\"b\": c\n", true),
            ("a: {b: c, 'd': \"e\", f: {}}\n", true),
            ("a: {b:c}\n", false),
            ("a: {b: }\n", false),
            ("a: {\"b\":c}\n", true),
            ("a: [[b], {c: [d, e/f*g]}, []]\n", true),
            ("a: [b: c]\n", false),
            ("a: [b\n  c]\n", false),
            ("a: [b,\n  c\n  ]\n", true),
            ("a: [b,\n  c\n]\n", false),
            ("a: [b, # c\n  d]\n", false),
            ("a: 'b\n  c '' d\n\n  e'\nf: \"g \n   h\\n\n  \"\n", true),
            ("a: 'b\nc'\n", false),
            ("- \"a\n  b\"\n", true),
            ("\"a\n  b\": c\n", false),
            ("{\n\"a\":1,\"b\" : [\"c\",\n true, null],\n  \"d\": {}\n}\n\n# e\n", true),
            ("--- [a]\n", false),
            ("---\n[a]\n", true),
            ("[a]\nb\n", false),
            ("[a]\n[b]\n", false),
            ("{\n---\n}\n", false),
            ("{a: b}: c\n", false),
            ("- [a]: b\n", false),
            ("- {a: b}: c\n", false),
            ("a: |2\n  b\n", false),
            ("a: |\n\nb: c\n", false),
            ("a: b: c\n", false),
            ("a: \tb\n", false),
            ("a: b\r\n", false),
            ("a: \u{85}\n", false),
            ("? a\n: b\n", false),
            ("-\n  a: b\n", false),
            (" a: b\nc: d\n", false),
            ("a: b\n- c\n", false),
            ("a: b\n...\n", false),
            ("%YAML 1.2\n", false),
            ("a\n", false),
        ] {
            assert_eq!(read(text, &mut Builder::new(text)).is_some(), is_read, "{text}");
        }
    }
}
