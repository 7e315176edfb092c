//! Dockerfiles: the images that stages start from, and those that files are copied or mounted from.
//!
//! An image is resolved by the file's own ARG defaults, as BuildKit does without build arguments. Whether a value is
//! supplied elsewhere in the repository is not asked here.

use std::collections::BTreeMap;

use crate::facts::{Artifact, Context, Facts, GapReason, Use};
use crate::origin::{Origin, Parsed, Pin, Reference, Version, WhyNot, image};
use crate::source::SourceFile;
use crate::syntax::dockerfile::{
    Dockerfile, ExpandError, Expanded, ItemKind, Missing, ProblemKind, Scope, Word, parse, template_mark,
};

/// Adds the images a Dockerfile uses.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    let dockerfile = parse(file.text());
    let stages = Stages::of(&dockerfile);
    if stages.n_stages == 0 {
        let n = dockerfile.n_instructions;
        let detail = format!("no FROM instruction (of {n} instruction{})", if n == 1 { "" } else { "s" });
        return facts.gap(file.at(0..0), GapReason::Syntax, detail);
    }
    let mut reader = Reader {
        file,
        context: if says_generated(file.text()) { Context::Generated } else { file.context() },
        scope: Scope::new(dockerfile.escape),
        stages,
        template: None,
        facts,
    };
    for item in &dockerfile.items {
        match &item.kind {
            ItemKind::Arg { name, default: Some(default) } if item.stage.is_none() => {
                reader.declare(name, default);
            }
            // Without a default nothing changes; inside a stage no FROM sees it.
            ItemKind::Arg { .. } => {}
            ItemKind::From { image, .. } => reader.from(image, item.stage.unwrap_or(0)),
            ItemKind::CopyFrom(from) => reader.copied(from, true, item.on_build),
            ItemKind::MountFrom(from) => reader.copied(from, false, item.on_build),
        }
    }
    reader.gaps(&dockerfile);
}

/// The stages of a file by their names.
struct Stages {
    n_stages: usize,
    /// The first stage of each name, in lower case.
    by_name: BTreeMap<String, usize>,
}

impl Stages {
    fn of(dockerfile: &Dockerfile<'_>) -> Self {
        let mut stages = Stages { n_stages: 0, by_name: BTreeMap::new() };
        for item in &dockerfile.items {
            if let ItemKind::From { name, .. } = &item.kind {
                if let Some(name) = name {
                    stages.by_name.entry(name.text.to_ascii_lowercase()).or_insert(stages.n_stages);
                }
                stages.n_stages += 1;
            }
        }
        stages
    }

    /// The first stage that has the name, in any case.
    fn first(&self, name: &str) -> Option<usize> {
        self.by_name.get(&name.to_ascii_lowercase()).copied()
    }
}

struct Reader<'a, 'f> {
    file: &'a SourceFile<'f>,
    context: Context,
    scope: Scope,
    stages: Stages,
    /// Where the first mark of a template stands, in bytes.
    template: Option<usize>,
    facts: &'a mut Facts,
}

impl Reader<'_, '_> {
    fn declare(&mut self, name: &Word<'_>, default: &Word<'_>) {
        let value = if let Some(mark) = template_mark(&default.text) {
            self.note_template(default, mark);
            Expanded::template(&default.text)
        } else {
            match self.scope.expand(&default.text) {
                Ok(value) => value,
                Err(error) => {
                    self.not_expanded(default, error);
                    let missing = Some(Missing::Argument(name.text.to_string()));
                    Expanded { shown: format!("${{{}}}", name.text), missing, ..Expanded::default() }
                }
            }
        };
        self.scope.declare(&name.text, value);
    }

    fn from(&mut self, word: &Word<'_>, stage: usize) {
        if let Some(mark) = template_mark(&word.text) {
            self.note_template(word, mark);
            return self.add(Artifact::BaseImage, word, of_template(&word.text, mark), None);
        }
        let expanded = match self.scope.expand(&word.text) {
            Ok(expanded) => expanded,
            Err(error) => {
                self.not_expanded(word, error);
                let reference = match error {
                    ExpandError::BadSubstitution => Reference::of(Err(WhyNot::because(error.as_str()))),
                    ExpandError::Required | ExpandError::TooComplex => {
                        Reference::dynamic(word.text.split('$').next().unwrap_or_default(), error.as_str())
                    }
                };
                return self.add(Artifact::BaseImage, word, reference, None);
            }
        };
        // BuildKit looks for the stage with what it computed: nothing for what has no value.
        if expanded.value == "scratch" || self.stages.first(&expanded.value).is_some_and(|first| first < stage) {
            return;
        }
        let reference = match &expanded.missing {
            None => Reference::of(image::parse(&expanded.shown)),
            Some(missing) => {
                let detail = match missing {
                    Missing::Argument(name) => {
                        format!("argument {name} has no default that FROM can see")
                    }
                    Missing::Template => "the default is filled in by a template".to_owned(),
                };
                self.facts.gap(self.file.at(word.span.clone()), GapReason::Unresolved, detail.as_str());
                match template_mark(&expanded.shown) {
                    Some(mark) => of_template(&expanded.shown, mark),
                    None => because(detail, image::parse(&expanded.shown)),
                }
            }
        };
        let via = expanded.of_platform.then(|| "build for linux/amd64".to_owned());
        self.add(Artifact::BaseImage, word, reference, via);
    }

    /// The `from` of a COPY (`by_index`: it may give a stage's number) or of a mount.
    fn copied(&mut self, word: &Word<'_>, by_index: bool, on_build: bool) {
        let is_index = !word.text.is_empty() && word.text.bytes().all(|b| b.is_ascii_digit());
        if word.text == "scratch" || by_index && is_index || self.stages.first(&word.text).is_some() {
            return;
        }
        // The stages of the build that the trigger will run in aren't known; a path or version makes it an image.
        if on_build && !word.text.contains(['/', ':', '@']) {
            let detail = format!("{:?} may be a stage of the build that this ONBUILD runs in", word.text);
            return self.facts.gap(self.file.at(word.span.clone()), GapReason::Unresolved, detail);
        }
        if let Some(mark) = template_mark(&word.text) {
            self.note_template(word, mark);
            return self.add(Artifact::CopiedImage, word, of_template(&word.text, mark), None);
        }
        if word.text.contains('$') {
            // BuildKit refuses variables here; newer versions may not.
            let detail = "BuildKit expands no variables here: name a stage";
            self.facts.gap(self.file.at(word.span.clone()), GapReason::Unresolved, detail);
        }
        self.add(Artifact::CopiedImage, word, Reference::of(image::parse(&word.text)), None);
    }

    fn add(&mut self, artifact: Artifact, word: &Word<'_>, reference: Reference, via: Option<String>) {
        let Reference { origin, version } = reference;
        let at = self.file.at(word.span.clone());
        if let Origin::Invalid { reason } = &origin {
            self.facts.gap(at.clone(), GapReason::InvalidReference, reason.clone());
        }
        let written = without_quotes(&word.text).to_owned();
        self.facts.uses.push(Use { at, artifact, written, origin, version, context: self.context, via });
    }

    fn not_expanded(&mut self, word: &Word<'_>, error: ExpandError) {
        let reason = match error {
            // The image that can't be read is told once, by `add`.
            ExpandError::BadSubstitution => return,
            ExpandError::Required => GapReason::Unresolved,
            ExpandError::TooComplex => GapReason::TooComplex,
        };
        self.facts.gap(self.file.at(word.span.clone()), reason, error.as_str());
    }

    fn note_template(&mut self, word: &Word<'_>, mark: usize) {
        let at = (word.span.start + mark).min(word.span.end);
        self.template = Some(self.template.map_or(at, |first| first.min(at)));
    }

    /// What BuildKit would refuse: one gap for the template, one for the rest.
    fn gaps(mut self, dockerfile: &Dockerfile<'_>) {
        let of_template = dockerfile.problems.iter().find(|problem| problem.kind == ProblemKind::Template);
        if let Some(problem) = of_template {
            let start = problem.span.start;
            self.template = Some(self.template.map_or(start, |first| first.min(start)));
        }
        if let Some(start) = self.template {
            let detail = "the file is a template; what could be read was kept";
            self.facts.gap(self.file.at(start..start), GapReason::Templated, detail);
        }
        let mut broken = dockerfile.problems.iter().filter(|problem| problem.kind != ProblemKind::Template);
        if let Some(first) = broken.next() {
            let what = match first.kind {
                ProblemKind::Template | ProblemKind::UnknownInstruction => "not an instruction",
                ProblemKind::FromWords => "FROM takes an image, or an image AS a name",
                ProblemKind::UnterminatedHeredoc => "the end of the heredoc is missing",
            };
            let detail = match broken.count() {
                0 => what.to_owned(),
                more => format!("{what}; {more} more of its like in the file"),
            };
            self.facts.gap(self.file.at(first.span.clone()), GapReason::Syntax, detail);
        }
    }
}

/// What a reference with a template's expression still tells: its identity where only the version is open.
fn of_template(text: &str, mark: usize) -> Reference {
    let prefix = &text[..mark];
    let last_part = prefix.rsplit('/').next().unwrap_or(prefix);
    let is_in_tag = last_part.contains(':') && !text[mark..].trim_end_matches(['}', '%', '>']).contains('/');
    match last_part.find(':') {
        Some(colon) if is_in_tag && colon > 0 => {
            let name_end = prefix.len() - last_part.len() + colon;
            let reference = Some(text[name_end + 1..].to_owned());
            let named = Reference::of(image::parse(&prefix[..name_end]));
            Reference { version: Version { reference, ..Version::only(Pin::Dynamic) }, ..named }
        }
        _ => Reference::dynamic(prefix, "filled in by a template"),
    }
}

/// A reference that is open for a reason that is better known here than by the grammar.
fn because(detail: String, parsed: Parsed) -> Reference {
    match Reference::of(parsed) {
        Reference { origin: Origin::Dynamic { prefix, reason: _ }, version } => {
            Reference { origin: Origin::Dynamic { prefix, reason: detail }, version }
        }
        other => other,
    }
}

fn without_quotes(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// Words by which a head comment says that a program wrote the file, in lower case; sorted.
const GENERATED: &[&str] = &[
    "@generated",
    "auto generated",
    "auto-generated",
    "autogenerated",
    "automatically generated",
    "code generated by",
    "dockerfile is generated",
    "dockerfile was generated",
    "file is generated",
    "file was generated",
    "generated dockerfile",
];

/// How many lines of the head are looked at.
const HEAD: usize = 25;

/// Whether the comment at the head of the file says that a program wrote it.
fn says_generated(text: &str) -> bool {
    text.trim_start_matches('\u{FEFF}')
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(HEAD)
        .map_while(|line| line.strip_prefix('#'))
        .map(str::to_ascii_lowercase)
        .any(|line| {
            let forbids_edits = line.contains("do not edit") || line.contains("don't edit");
            GENERATED.iter().any(|words| line.contains(words)) || forbids_edits && line.contains("generated")
        })
}

#[cfg(test)]
mod tests {
    use super::{GENERATED, of_template, says_generated};
    use crate::origin::Origin;
    use crate::syntax::dockerfile::template_mark;

    #[test]
    fn tables_are_sorted() {
        assert!(GENERATED.is_sorted());
    }

    #[test]
    fn heads_that_say_generated() {
        for (text, expected) in [
            ("# Code generated by x. DO NOT EDIT.\nFROM a", true),
            ("# syntax=x\n\n#\n# NOTE: THIS DOCKERFILE IS GENERATED VIA \"update.sh\"\nFROM a", true),
            ("\u{FEFF}#  This file was generated from a.tmpl, do not edit it\nFROM a", true),
            ("# copies the report generated by the tests\nFROM a", false),
            ("# do not edit the base image lightly\nFROM a", false),
            ("FROM a\n# Code generated by x. DO NOT EDIT.", false),
            ("", false),
        ] {
            assert_eq!(says_generated(text), expected, "{text}");
        }
    }

    #[test]
    fn references_of_templates() {
        for (text, expected) in [
            ("alpine:{{ v }}", Ok("library/alpine")),
            ("ghcr.io/a/b:3-@V@", Ok("a/b")),
            ("host:{{ port }}/a", Err("host:")),
            ("{{ registry }}/a:1", Err("")),
            ("a/{% if x %}b{% endif %}", Err("a/")),
            (":{{ v }}", Err(":")),
        ] {
            match (of_template(text, template_mark(text).unwrap()).origin, expected) {
                (Origin::Image { repository, .. }, Ok(expected)) => {
                    assert_eq!(repository, expected, "{text}");
                }
                (Origin::Dynamic { prefix, reason: _ }, Err(expected)) => {
                    assert_eq!(prefix, expected, "{text}");
                }
                (other, _) => panic!("{text}: {other:?}"),
            }
        }
    }
}
