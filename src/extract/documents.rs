//! What extraction from YAML files has in common: reading them, also where they are templates that have to be filled
//! in first, and telling what was wrong as gaps.

use std::ops::Range;

use crate::classify::FileKind;
use crate::facts::{Facts, GapReason};
use crate::source::SourceFile;
use crate::syntax::yaml::{self, Documents, Node, Problem, ProblemKind};

/// One YAML file that has been read.
pub(super) struct Yaml<'d> {
    file: &'d SourceFile<'d>,
    /// What it holds.
    pub(super) documents: Documents<'d>,
    /// Whether it is a template that has to be filled in first.
    pub(super) is_template: bool,
    /// Whether its syntax is broken, so that what isn't there may just not have been read.
    pub(super) is_broken: bool,
    /// Whether the documents are of a text in which template expressions were blanked out.
    is_masked: bool,
}

/// Reads a YAML file, notes as gaps what is wrong with it, and hands it on.
///
/// `marker` finds where a text shows that it is a template. The expressions of such a file are blanked out, so that
/// what is literal is found at its own place.
pub(super) fn read(
    file: &SourceFile<'_>,
    facts: &mut Facts,
    marker: fn(&str) -> Option<usize>,
    then: impl FnOnce(&Yaml<'_>, &mut Facts),
) {
    read_parsed(file, facts, marker(file.text()), || yaml::parse(file.text()), then);
}

/// Reads some documents of a YAML file, as [`yaml::parts`] finds them, and hands them on. Where that can't be done alone
/// the file is read as a whole: a template is filled in as one, and what is broken may be so anywhere. Says whether it
/// was.
pub(super) fn read_parts(
    file: &SourceFile<'_>,
    facts: &mut Facts,
    marker: fn(&str) -> Option<usize>,
    parts: impl Iterator<Item = Range<usize>>,
    then: impl FnOnce(&Yaml<'_>, bool, &mut Facts),
) {
    let text = file.text();
    let template = marker(text);
    let is_template = template.is_some() || expression(text).is_some();
    let parsed = if is_template { None } else { yaml::parse_parts(text, parts) };
    let is_whole = parsed.is_none();
    let parse = || parsed.unwrap_or_else(|| yaml::parse(text));
    read_parsed(file, facts, template, parse, |yaml, facts| then(yaml, is_whole, facts));
}

/// `template` is where the text shows that it is one; `parse` reads it as it is.
fn read_parsed<'d>(
    file: &'d SourceFile<'d>,
    facts: &mut Facts,
    mut template: Option<usize>,
    parse: impl FnOnce() -> (Documents<'d>, Vec<Problem>),
    then: impl FnOnce(&Yaml<'_>, &mut Facts),
) {
    let text = file.text();
    // Also where it can be read as it is: `a: {{ b }}` is a mapping in a mapping then.
    let mut is_masked = template.is_some() && expression(text).is_some();
    let mut parsed = None;
    if !is_masked {
        let (documents, problems) = parse();
        if problems.iter().any(|it| it.kind == ProblemKind::Syntax) {
            template = template.or_else(|| expression(text));
            is_masked = template.is_some() && expression(text).is_some();
        }
        parsed = Some((documents, problems));
    }
    let masked;
    let (documents, mut problems) = match parsed {
        Some(parsed) if !is_masked => parsed,
        Some(_) | None => {
            masked = mask(text);
            yaml::parse(&masked)
        }
    };
    if let Some(at) = template {
        facts.gap(file.at(at..at + 2), GapReason::Templated, "has to be filled in first");
    }
    if file.kind() == FileKind::CirrusPipeline {
        // There each `task` is one more.
        problems.retain(|it| it.kind != ProblemKind::DuplicateKey);
    }
    if is_masked && file.kind() == FileKind::KubernetesManifest {
        // The branches of a condition may each say the same of an object.
        problems.retain(|it| it.kind != ProblemKind::DuplicateKey);
    }
    for (kind, reason) in [
        (ProblemKind::Syntax, GapReason::Syntax),
        (ProblemKind::DuplicateKey, GapReason::Syntax),
        (ProblemKind::TooComplex, GapReason::TooComplex),
    ] {
        // Azure's `${{ if }}` and `${{ else }}` are no keys, and may be there many times.
        let is_structure = |it: &Problem| {
            let key = text.get(it.offset..).unwrap_or("").trim_start_matches(['\'', '"']);
            kind == ProblemKind::DuplicateKey && key.starts_with("${{")
        };
        if let Some(first) = problems.iter().find(|it| it.kind == kind && !is_structure(it)) {
            facts.gap(file.at(first.offset..first.offset), reason, first.message.as_str());
        }
    }
    let is_broken = problems.iter().any(|it| it.kind != ProblemKind::DuplicateKey);
    let yaml = Yaml { file, documents, is_template: template.is_some(), is_broken, is_masked };
    then(&yaml, facts);
    if yaml.documents.budget_is_spent() {
        facts.gap(file.at(0..0), GapReason::TooComplex, "aliases multiply it beyond all measure");
    }
}

impl<'d> Yaml<'d> {
    /// The file.
    pub(super) fn file(&self) -> &'d SourceFile<'d> {
        self.file
    }

    /// The text of a scalar, with its template expressions.
    pub(super) fn text(&self, node: Node<'d>) -> Option<&'d str> {
        let text = node.text()?;
        let written = self.written(node);
        Some(if self.is_masked && expression(written).is_some() { written } else { text })
    }

    /// The value as it stands in the file, without quotes.
    pub(super) fn written(&self, node: Node<'d>) -> &'d str {
        let node = if node.text().is_some() { node.resolved() } else { node };
        self.file.text().get(node.span()).unwrap_or("")
    }

    /// The text of a key's value that isn't empty.
    pub(super) fn text_of(&self, mapping: Node<'d>, key: &str) -> Option<&'d str> {
        mapping.get(key).filter(|it| !it.is_null()).and_then(|it| self.text(it)).filter(|it| !it.trim().is_empty())
    }

    /// Notes that something hasn't the shape it should have, unless it just isn't there.
    pub(super) fn wrong_shape(&self, node: Option<Node<'d>>, detail: impl Into<String>, facts: &mut Facts) {
        if let Some(node) = node.filter(|it| !it.is_null()) {
            let start = node.span().start;
            facts.gap(self.file.at(start..start), GapReason::Syntax, detail);
        }
    }
}

/// Where the first `{{` stands that isn't an expression of a CI system (`${{`), or the first `{%`.
pub(super) fn expression(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'{', bytes).find(|&at| match bytes.get(at + 1) {
        Some(b'{') => at == 0 || !matches!(bytes[at - 1], b'$' | b'{'),
        Some(b'%') => true,
        _ => false,
    })
}

/// The text with its template expressions blanked out, every byte at its place: what stands alone on its line, or with
/// others like it, becomes spaces, what stands within one dollar signs, which YAML reads as text and a shell as
/// something unknown.
pub(super) fn mask(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    // Whether only blanks stand before, on the same line.
    let mut is_blank = true;
    // Where the last line ends that holds nothing but expressions.
    let mut line_end = 0;
    while let Some(start) = expression(&text[at..]).map(|it| at + it) {
        let close: &[u8] = if bytes[start + 1] == b'{' { b"}}" } else { b"%}" };
        let Some(length) = memchr::memmem::find(&bytes[start..], close) else { break };
        let end = start + length + 2;
        for &byte in &bytes[at..start] {
            is_blank = byte == b'\n' || is_blank && byte.is_ascii_whitespace();
        }
        // What was found of a line holds for all of it.
        if is_blank && end > line_end && is_end_of_line(&text[end..]) {
            line_end = memchr::memchr(b'\n', &bytes[end..]).map_or(bytes.len(), |it| end + it);
        }
        let is_alone = is_blank && end <= line_end;
        let filler = if is_alone || close == b"%}" { b' ' } else { b'$' };
        is_blank &= filler == b' ';
        out.extend_from_slice(&bytes[at..start]);
        out.extend(bytes[start..end].iter().map(|&b| if matches!(b, b'\n' | b'\r') { b } else { filler }));
        at = end;
    }
    out.extend_from_slice(&bytes[at..]);
    // Whole expressions were replaced, so no character was cut.
    String::from_utf8(out).unwrap_or_default()
}

/// Whether nothing but blanks and other expressions stands before the end of the line.
fn is_end_of_line(text: &str) -> bool {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r']);
        let close = match rest.as_bytes() {
            [] | [b'\n', ..] => return true,
            [b'{', b'{', ..] => "}}",
            [b'{', b'%', ..] => "%}",
            _ => return false,
        };
        let Some(end) = rest.find(close) else { return false };
        rest = &rest[end + close.len()..];
    }
}

#[cfg(test)]
mod tests {
    use super::{expression, mask};

    #[test]
    fn expressions() {
        for (text, at) in [
            ("a: ${{ b }}", None),
            ("a: {{ b }}", Some(3)),
            ("a: {b: {c: d}}", None),
            ("{% if x %}", Some(0)),
            ("a: '{{{ b }}}'", Some(4)),
            ("a", None),
        ] {
            assert_eq!(expression(text), at, "{text}");
        }
    }

    #[test]
    fn masks_keep_every_place() {
        for (text, expected) in [
            ("a: {{ b }}", "a: $$$$$$$"),
            ("a: x-{{b}}-y", "a: x-$$$$$-y"),
            ("  {{- b }}\na: c", "          \na: c"),
            ("{% if x %}\na: b{% endif %}", "          \na: b           "),
            ("a: ${{ b }} {{ ü }}", "a: ${{ b }} $$$$$$$$"),
            ("a: {{ b", "a: {{ b"),
            ("{{ a }} b {{ c }}\n", "$$$$$$$ b $$$$$$$\n"),
            ("  {{- with a }}{{ b }} {{- end }}\r\nc: d", "                                 \r\nc: d"),
            ("{{ a }}{{ b }}\n", "              \n"),
            ("{% a %}{% b %}\n", "              \n"),
        ] {
            assert_eq!(mask(text), expected, "{text}");
            assert_eq!(mask(text).len(), text.len());
        }
    }
}
