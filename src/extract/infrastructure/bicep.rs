//! Bicep: the resources of a file, and the modules that it calls. Statements are found without a parser: each begins a
//! line, outside of comments and texts.

use crate::extract::ci::add_use;
use crate::facts::{Artifact, Facts, GapReason, Marker, MarkerKind, Resource};
use crate::origin::{Reference, bicep};
use crate::resolve::Questions;
use crate::source::SourceFile;

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    let marker = Marker::of(file.start(), MarkerKind::InfrastructureCode, "bicep", file.context());
    facts.markers.push(marker);
    // The resources that the current place stands in: how deep, and of which type.
    let mut parents: Vec<(usize, String)> = Vec::new();
    let (statements, end) = statements(file.text());
    for Statement { at, depth } in statements {
        let line = &file.text()[at..];
        let Some((word, rest)) = line.split_once(|c: char| !c.is_ascii_alphanumeric()) else { continue };
        let (has_name, artifact) = match word {
            "module" => (true, Some(Artifact::BicepModule)),
            "resource" => (true, None),
            "using" => (false, Some(Artifact::BicepModule)),
            _ => continue,
        };
        let Some((start, text)) = quoted(rest, has_name) else { continue };
        let start = at + word.len() + 1 + start;
        let place = || file.at(start..start + text.len());
        match artifact {
            Some(artifact) => {
                let reference = Reference::of(bicep::parse(text, file.folder(), &bicep::NoAliases));
                if text.starts_with("br/") || text.starts_with("ts/") {
                    questions.ask_bicep();
                }
                add_use(facts, place(), artifact, text, reference, file.context(), false);
            }
            None => {
                parents.retain(|(of, _)| *of < depth);
                let own = text.split('@').next().unwrap_or(text);
                let of_type = match parents.last() {
                    Some((_, parent)) if !own.contains('.') => format!("{parent}/{own}"),
                    _ => own.to_owned(),
                };
                parents.push((depth, of_type.clone()));
                let after = file.text()[start + text.len() + 1..].trim_start();
                if after.starts_with("existing") {
                    continue;
                }
                let name =
                    rest.trim_start().split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("");
                let (name, context) = (name.to_owned(), file.context());
                facts.resources.push(Resource { at: place(), r#type: of_type, name, context, shape: None });
            }
        }
    }
    if let End::Open(at) = end {
        facts.gap(file.at(at..at), GapReason::Syntax, "a text or comment that isn't closed");
    }
}

/// Where a statement may begin, and in how many braces it stands.
struct Statement {
    at: usize,
    depth: usize,
}

/// How a text ends.
enum End {
    Closed,
    /// Within a text or comment that begins here.
    Open(usize),
}

/// The text in quotes that follows a keyword, after a name where there is one; on the same line.
fn quoted(rest: &str, has_name: bool) -> Option<(usize, &str)> {
    let line = rest.lines().next()?;
    let open = line.find('\'')?;
    let before = line[..open].trim();
    let is_name = !before.is_empty() && before.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let text = &line[open + 1..];
    let end = text.find('\'')?;
    (is_name == has_name && (has_name || before.is_empty())).then(|| (open + 1, &text[..end]))
}

/// The first word of each line that isn't in a text or comment.
fn statements(text: &str) -> (Vec<Statement>, End) {
    let bytes = text.as_bytes();
    let (mut found, mut depth, mut is_start, mut at) = (Vec::new(), 0_usize, true, 0);
    // Where texts begin that an expression stands in, and how deep in braces that expression is.
    let mut texts: Vec<(usize, usize)> = Vec::new();
    while at < bytes.len() {
        let rest = &bytes[at..];
        let closed = |length: usize, end: &[u8]| memchr::memmem::find(&rest[length..], end).map(|it| length + it);
        match rest[0] {
            b'\n' => is_start = true,
            b'/' if rest.starts_with(b"//") => {
                at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                continue;
            }
            b'/' if rest.starts_with(b"/*") => {
                let Some(end) = closed(2, b"*/") else { return (found, End::Open(at)) };
                at += end + 2;
                continue;
            }
            b'\'' if rest.starts_with(b"'''") => {
                let Some(end) = closed(3, b"'''") else { return (found, End::Open(at)) };
                at += end + 3;
                is_start = false;
                continue;
            }
            b'\'' => {
                let Some((end, is_closed)) = in_text(bytes, at + 1) else { return (found, End::Open(at)) };
                if !is_closed {
                    texts.push((at, depth));
                    depth += 1;
                }
                at = end;
                is_start = false;
                continue;
            }
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                // The end of an expression is within its text again.
                if let Some((start, _)) = texts.pop_if(|(_, of)| *of == depth) {
                    let Some((end, is_closed)) = in_text(bytes, at + 1) else { return (found, End::Open(start)) };
                    if !is_closed {
                        texts.push((start, depth));
                        depth += 1;
                    }
                    at = end;
                    continue;
                }
            }
            byte if byte.is_ascii_alphabetic() && is_start => {
                found.push(Statement { at, depth });
                is_start = false;
            }
            b' ' | b'\t' | b'\r' => {}
            _ => is_start = false,
        }
        at += 1;
    }
    let end = texts.first().map_or(End::Closed, |(start, _)| End::Open(*start));
    (found, end)
}

/// Goes on in a text: where it ends, or where an expression in it begins; nothing where neither comes on this line.
fn in_text(bytes: &[u8], from: usize) -> Option<(usize, bool)> {
    let mut at = from;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'\'' => return Some((at + 1, true)),
            b'$' if bytes.get(at + 1) == Some(&b'{') => return Some((at + 2, false)),
            b'\n' => return None,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{End, statements};

    #[test]
    fn where_statements_begin() {
        for (text, expected) in [
            ("param a string\nvar b = 1\n", &[("param", 0), ("var", 0)][..]),
            ("// module x 'y' = {\n/* resource\nmodule */ var b = 1\n", &[("var", 0)]),
            (
                "resource a 'x' = {\n  name: 'it''s'\n  resource b 'y' = {\n  }\n}\n",
                &[("resource", 0), ("name", 1), ("resource", 1)],
            ),
            ("var a = '''\nmodule x 'y'\n'''\nvar b = 1\n", &[("var", 0), ("var", 0)]),
            ("var a = '${toLower('x{')}-${b}'\nvar c = 1\n", &[("var", 0), ("var", 0)]),
            ("var a = 'it\\'s {'\nvar c = 1\n", &[("var", 0), ("var", 0)]),
        ] {
            let (found, end) = statements(text);
            let word = |at: usize| text[at..].split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
            let found: Vec<_> = found.iter().map(|it| (word(it.at), it.depth)).collect();
            assert_eq!(found, expected, "{text}");
            assert!(matches!(end, End::Closed), "{text}");
        }
        for text in ["var a = 'b\n", "/* a", "var a = '''b", "var a = '${b"] {
            assert!(matches!(statements(text).1, End::Open(_)), "{text}");
        }
    }
}
