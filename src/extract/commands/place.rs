//! Where the text of a script stands in its file.

use crate::extract::documents::Yaml;
use crate::source::SourceFile;
use crate::syntax::yaml::{Node, Style};

/// Where the text of a script stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Its bytes are those of the file from this offset on.
    Exact(usize),
    /// Its lines are those of the file without their indentation; the first begins at this offset.
    Block(usize),
    /// Its lines are those of the file, the first being this one, from 1; what is put in may have changed them.
    Line(u32),
    /// It was put together: it stands here as a whole.
    Whole(usize),
}

impl Place {
    /// The place of a scalar, of which `text` is what a shell is given.
    pub(super) fn of(yaml: &Yaml<'_>, node: Node<'_>, text: &str) -> Place {
        let node = node.resolved();
        let start = node.span().start;
        let rest = yaml.file().text().get(start..).unwrap_or("");
        match node.style() {
            _ if rest.starts_with(text) => Place::Exact(start),
            Some(Style::Literal) => Place::Block(start),
            _ => Place::Whole(start),
        }
    }

    /// The offset in the file of an offset in the script.
    pub(super) fn offset(self, file: &SourceFile<'_>, script: &str, at: usize) -> usize {
        let at = at.min(script.len());
        let before = &script.as_bytes()[..at];
        let n_lines = || memchr::memchr_iter(b'\n', before).count();
        match self {
            Place::Exact(base) => base + at,
            Place::Whole(base) => base,
            Place::Block(base) => {
                let (start, line) = nth_line(file.text(), base, n_lines());
                let here = memchr::memrchr(b'\n', before).map_or(0, |it| it + 1);
                let decoded = script[here..].lines().next().unwrap_or("");
                match line.strip_suffix(decoded) {
                    Some(indentation) => start + indentation.len() + (at - here),
                    None => start + indentation_of(line),
                }
            }
            Place::Line(first) => {
                let (start, line) = nth_line(file.text(), 0, (first as usize).saturating_sub(1) + n_lines());
                start + indentation_of(line)
            }
        }
    }
}

/// The line that is so many after the one at an offset, without its end, and where it begins: of the first, the offset.
fn nth_line(text: &str, from: usize, n: usize) -> (usize, &str) {
    let rest = text.get(from..).unwrap_or("");
    let breaks = memchr::memchr_iter(b'\n', rest.as_bytes());
    let start = n.checked_sub(1).map_or(0, |nth| breaks.map(|it| it + 1).nth(nth).unwrap_or(rest.len()));
    (from + start, rest[start..].lines().next().unwrap_or(""))
}

fn indentation_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::Place;
    use crate::classify::FileKind;
    use crate::facts::Context;
    use crate::source::SourceFile;

    #[test]
    fn offsets() {
        let text = "a: |\r\n    one\r\n      two x\r\nb\n\tmake three\n";
        let file = SourceFile::new("a".into(), FileKind::Yaml, Context::Production, text.as_bytes()).unwrap();
        let block = "one\n  two x\n";
        for (place, script, at, expected) in [
            (Place::Exact(10), "one", 1, "ne\r"),
            (Place::Whole(10), "on e", 3, "one"),
            (Place::Block(10), block, 0, "one"),
            (Place::Block(10), block, 6, "two x"),
            (Place::Block(10), block, 10, "x\r\n"),
            (Place::Block(10), "one\ntwo y", 8, "two x"),
            (Place::Block(10), "one\n\n\n\n\n\n\n\n", 11, ""),
            (Place::Line(5), "make $(X)\n", 5, "make three"),
            (Place::Line(4), "a\nb", 2, "make three"),
            (Place::Line(9), "a", 0, ""),
        ] {
            let offset = place.offset(&file, script, at);
            assert!(text[offset..].starts_with(expected) && (offset == text.len()) == expected.is_empty(), "{place:?}");
        }
    }
}
