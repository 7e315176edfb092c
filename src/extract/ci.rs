//! What reading the files of all CI systems has in common: uses and what is told of them, images, identities.
//!
//! Files in YAML are read through a [`Reader`]; what is no YAML adds its uses with [`add_use`].

use std::borrow::Cow;
use std::ops::Range;

use rustc_hash::FxHashSet;

use super::commands;
use super::documents::{self, Yaml};
use crate::facts::{Artifact, Context, Described, Facts, GapReason, Resolution, Use};
use crate::origin::terraform::redact;
use crate::origin::{Origin, Pin, Reference, claim, image};
use crate::pipeline::{Fingerprint, Job};
pub(super) use crate::pipeline::{identity, image_identity};
use crate::source::{Location, SourceFile};
use crate::syntax::yaml::{Kind, Node};

/// Reads a file in YAML, also where a template engine has to fill it in first, and hands it on.
pub(super) fn read(file: &SourceFile<'_>, facts: &mut Facts, then: impl for<'r> FnOnce(Reader<'r, 'r>)) {
    read_marked(file, facts, template_marker, then);
}

/// The same for a system whose own expressions look like a template engine's: `marker` finds where a text shows that it
/// is a template.
pub(super) fn read_marked(
    file: &SourceFile<'_>,
    facts: &mut Facts,
    marker: fn(&str) -> Option<usize>,
    then: impl for<'r> FnOnce(Reader<'r, 'r>),
) {
    documents::read(file, facts, marker, |yaml, facts| hand_on(yaml, facts, then));
}

/// The same for some documents of a file, as far as they can be read alone; `then` is told whether all were read.
pub(super) fn read_parts(
    file: &SourceFile<'_>,
    facts: &mut Facts,
    marker: fn(&str) -> Option<usize>,
    parts: impl Iterator<Item = Range<usize>>,
    then: impl for<'r> FnOnce(Reader<'r, 'r>, bool),
) {
    documents::read_parts(file, facts, marker, parts, |yaml, is_whole, facts| {
        hand_on(yaml, facts, |reader| then(reader, is_whole));
    });
}

fn hand_on(yaml: &Yaml<'_>, facts: &mut Facts, then: impl for<'r> FnOnce(Reader<'r, 'r>)) {
    let context = context_of(yaml.file());
    then(Reader { yaml, context, seen: FxHashSet::default(), facts: &mut *facts });
    commands::of_yaml(yaml, context, facts);
}

/// What a file is evidence of, once its text is known.
pub(super) fn context_of(file: &SourceFile<'_>) -> Context {
    match file.context() {
        Context::Production if is_generated(file.text()) => Context::Generated,
        context => context,
    }
}

/// What is needed all the way down a file.
pub(super) struct Reader<'r, 'd> {
    pub(super) yaml: &'r Yaml<'d>,
    /// What the file is evidence of.
    pub(super) context: Context,
    /// Where uses have been found: a step that an alias repeats is written once.
    seen: FxHashSet<usize>,
    pub(super) facts: &'r mut Facts,
}

impl<'r> Reader<'r, 'r> {
    /// The mapping that the first document is.
    pub(super) fn root(&self) -> Option<Node<'r>> {
        self.yaml.documents.first().map(Node::resolved).filter(|it| it.kind() == Kind::Mapping)
    }

    /// Keeps which version the comment beside a commit says it is.
    pub(super) fn claim(&mut self, uses: Node<'r>, reference: &Reference) {
        let Reference { origin: Origin::Repo { host, owner, name, path: _ }, version } = reference else { return };
        let (Pin::Sha | Pin::ShortSha, Some(commit)) = (version.pin, &version.reference) else { return };
        let file = self.yaml.file();
        let span = uses.resolved().span();
        let line = file.text()[span.end..].lines().next().unwrap_or("");
        let Some((at, tag)) = claim::after_value(line) else { return };
        let at = file.at(span.end + at..span.end + at + tag.len());
        self.facts.resolutions.push(Resolution::said(at, host, owner, name, commit, tag));
    }

    /// Adds the image of a `container` or a service: a name, or a mapping with one.
    pub(super) fn image(&mut self, container: Node<'r>) -> Option<Origin> {
        let image = if container.resolved().kind() == Kind::Mapping { container.get("image")? } else { container };
        let text = self.yaml.text(image).filter(|it| !it.is_empty())?;
        Some(self.image_named(image, Artifact::CiImage, text))
    }

    /// Adds an image whose name is `text` once what the file itself says is put in.
    pub(super) fn image_named(&mut self, node: Node<'r>, artifact: Artifact, text: &str) -> Origin {
        let reference = Reference::of(image::parse(text));
        let origin = reference.origin.clone();
        self.add(node, artifact, reference);
        origin
    }

    /// Adds something that is used, once, however often an alias repeats the place; what it doesn't say, and why, is a
    /// gap.
    pub(super) fn add(&mut self, node: Node<'r>, artifact: Artifact, reference: Reference) {
        self.add_at(node.span(), self.yaml.written(node), artifact, reference);
    }

    /// The same for what is a part of a value.
    pub(super) fn add_at(&mut self, span: Range<usize>, written: &str, artifact: Artifact, reference: Reference) {
        if !self.seen.insert(span.start) {
            return;
        }
        // A template has its one gap already.
        let has_gap = self.yaml.is_template;
        let at = self.yaml.file().at(span);
        add_use(self.facts, at, artifact, written, reference, self.context, has_gap);
    }

    /// How many inputs or outputs there are, and how many say what they are for.
    pub(super) fn described(&self, mapping: Option<Node<'r>>) -> Described {
        let mut described = Described::default();
        for (_, value) in mapping.map(Node::entries).unwrap_or_default() {
            described.count(self.yaml.text_of(value, "description").is_some());
        }
        described
    }

    /// One text that isn't empty, or the texts of a list.
    pub(super) fn names(&self, node: Node<'r>) -> Vec<String> {
        let one = self.yaml.text(node).filter(|it| !it.is_empty());
        one.into_iter().chain(node.items().filter_map(|it| self.yaml.text(it))).map(str::to_owned).collect()
    }

    /// How many inputs or outputs a list of them has, and how many say what they are for.
    pub(super) fn described_items(&self, list: Option<Node<'r>>) -> Described {
        let mut described = Described::default();
        for item in list.into_iter().flat_map(Node::items) {
            described.count(self.yaml.text_of(item, "description").is_some());
        }
        described
    }
}

/// A line of shell with these words, each as it is.
pub(super) fn command_line<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let quoted: Vec<String> = words.map(|word| format!("'{}'", word.replace('\'', r"'\''"))).collect();
    quoted.join(" ")
}

/// The interpreter that a script's first line names; none where it names none.
pub(super) fn interpreter(script: &str) -> &str {
    let line = script.trim_start().lines().next().unwrap_or("");
    let Some(line) = line.strip_prefix("#!") else { return "" };
    let mut words = line.split_ascii_whitespace();
    let program = words.next().unwrap_or("");
    if program.rsplit('/').next() != Some("env") {
        return program;
    }
    words.find(|word| !word.starts_with('-') && !word.contains('=')).unwrap_or("")
}

/// The image that all of these are; none where they differ.
pub(super) fn common_image(images: &[String]) -> Option<String> {
    let first = images.first()?;
    images.iter().all(|it| it == first).then(|| first.clone())
}

/// The most jobs that a job is told to wait for: two stages of many jobs each would make as many needs as one times the
/// other.
pub(super) const MAX_NEEDS: usize = 64;

/// The jobs that no other of these waits for, the first [`MAX_NEEDS`]: whoever waits for all of them waits for these.
pub(super) fn last_jobs(jobs: &[Job]) -> Vec<String> {
    let waited_for: FxHashSet<&str> = jobs.iter().flat_map(|it| &it.needs).map(String::as_str).collect();
    let last = jobs.iter().filter(|it| !waited_for.contains(it.id.as_str()));
    last.map(|it| it.id.clone()).take(MAX_NEEDS).collect()
}

/// Adds something that is used. An address that can't be is a gap, and so is one that is known only when the pipeline
/// runs, unless `has_gap` says that the file has one for all of them.
pub(super) fn add_use(
    facts: &mut Facts,
    at: Location,
    artifact: Artifact,
    written: &str,
    reference: Reference,
    context: Context,
    has_gap: bool,
) {
    let Reference { origin, version } = reference;
    let written = without_secret(written);
    match &origin {
        Origin::Invalid { reason } => facts.gap(at.clone(), GapReason::InvalidReference, reason.as_str()),
        Origin::Dynamic { .. } if !has_gap => facts.gap(at.clone(), GapReason::Unresolved, written.as_ref()),
        Origin::Dynamic { .. }
        | Origin::Local { .. }
        | Origin::Repo { .. }
        | Origin::Registry { .. }
        | Origin::Image { .. }
        | Origin::Url { .. }
        | Origin::ServerSide { .. } => {}
    }
    facts.uses.push(Use { at, artifact, written: written.into_owned(), origin, version, context, via: None });
}

/// The fingerprint of a whole document, whatever its key order, comments and quoting.
pub(super) fn exact(root: Node<'_>) -> Fingerprint {
    let mut canonical = Vec::new();
    root.write_canonical(&mut canonical);
    Fingerprint::of(&canonical)
}

/// The same for what may be no reference at all: that is called what is written.
pub(super) fn identity_or(origin: &Origin, written: &str) -> String {
    if let Origin::Invalid { .. } = origin { written.to_owned() } else { identity(origin) }
}

/// A `uses` or an image without the password that a URL may hold.
pub(super) fn without_secret(text: &str) -> Cow<'_, str> {
    if text.contains("://") { redact(text) } else { Cow::Borrowed(text) }
}

/// Whether the comment at the head of a text says that a program wrote it.
pub(super) fn is_generated(text: &str) -> bool {
    let text = text.trim_start_matches('\u{FEFF}');
    text.lines().take(20).take_while(|line| line.is_empty() || line.starts_with('#') || line == &"---").any(|line| {
        let line = line.to_ascii_lowercase();
        line.contains("do not edit") || line.contains("generated by") || line.contains("auto-generated")
    })
}

/// What an expression starts with that a template engine fills in, not GitHub; sorted.
const TEMPLATE_ROOTS: &[&str] = &["cookiecutter", "copier__", "parameters", "values"];

/// What a template engine's statement starts with; sorted.
const TEMPLATE_STATEMENTS: &[&str] = &["block", "elif", "else", "endfor", "endif", "endraw", "for", "if", "raw", "set"];

/// Where a file shows that it has to be filled in before it is a workflow or an action.
fn template_marker(text: &str) -> Option<usize> {
    marker_of(text, TEMPLATE_ROOTS)
}

/// Where an expression begins with one of these words, which are sorted, or a template engine's statement stands.
pub(super) fn marker_of(text: &str, roots: &[&str]) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'{', bytes).find(|&at| {
        let words = match bytes.get(at + 1) {
            Some(b'{') => roots,
            Some(b'%') => TEMPLATE_STATEMENTS,
            _ => return false,
        };
        let rest = text[at + 2..].trim_start_matches([' ', '-', '+', '~']);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        words.binary_search(&&rest[..end]).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::{TEMPLATE_ROOTS, TEMPLATE_STATEMENTS, command_line, interpreter, is_generated, template_marker};

    #[test]
    fn tables_are_sorted() {
        assert!(TEMPLATE_ROOTS.is_sorted());
        assert!(TEMPLATE_STATEMENTS.is_sorted());
    }

    #[test]
    fn templates() {
        for (text, at) in [
            ("a: ${{ github.sha }}", None),
            ("run: docker ps --format '{{ .ID }}'", None),
            ("run: curl -w '%{http_code}'", None),
            ("a: ${{ values.name }}", Some(4)),
            ("a: ${{values.name}}", Some(4)),
            ("{%- if x %}", Some(0)),
            ("a: {{cookiecutter.name}}", Some(3)),
        ] {
            assert_eq!(template_marker(text), at, "{text}");
        }
    }

    #[test]
    fn interpreters() {
        for (script, expected) in [
            ("#!/bin/bash\nmake", "/bin/bash"),
            ("#! /usr/bin/env python3", "python3"),
            ("\n#!/usr/bin/env -S python3 -u\n", "python3"),
            ("#!/usr/bin/env", ""),
            ("make\n", ""),
            ("", ""),
        ] {
            assert_eq!(interpreter(script), expected, "{script}");
        }
    }

    #[test]
    fn command_lines() {
        assert_eq!(command_line(["sh", "a'b"].into_iter()), r"'sh' 'a'\''b'");
        assert_eq!(command_line(std::iter::empty()), "");
    }

    #[test]
    fn generated() {
        assert!(is_generated("# This file was Generated by x. DO NOT EDIT.\non: push\n"));
        assert!(!is_generated("on: push\n# generated by x\n"));
        assert!(!is_generated("# builds\non: push\n"));
    }
}
