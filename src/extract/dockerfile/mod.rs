//! Dockerfiles: the images that stages start from, and those that files are copied or mounted from.
//!
//! An image is resolved by the file's own ARG defaults, as BuildKit does without build arguments. Whether a value is
//! supplied elsewhere in the repository is left as a question: [`images_with`] resolves the same file with other values.

mod base;

use std::collections::BTreeMap;

use base::{Arguments, Image, NO_SUBSTITUTION, Stages, TOO_COMPLEX, Trouble, builders, of_template, without_quotes};
pub use base::{Supplied, images_built, images_with};

use crate::facts::{Artifact, Context, Facts, GapReason, Marker, MarkerKind, Use};
use crate::origin::{Origin, Reference, image};
use crate::resolve::Questions;
use crate::source::SourceFile;
use crate::syntax::dockerfile::{Dockerfile, ExpandError, Item, ItemKind, ProblemKind, Word, parse, template_mark};

/// Adds the images a Dockerfile uses.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    let dockerfile = parse(file.text());
    let stages = Stages::of(&dockerfile);
    if stages.n_stages == 0 {
        let n = dockerfile.n_instructions;
        let detail = format!("no FROM instruction (of {n} instruction{})", if n == 1 { "" } else { "s" });
        return facts.gap(file.at(0..0), GapReason::Syntax, detail);
    }
    let arguments = Arguments::of(&dockerfile, &BTreeMap::new());
    let mut reader = Reader {
        file,
        context: if says_generated(file.text()) { Context::Generated } else { file.context() },
        is_builder: builders(&dockerfile, &arguments, &stages),
        arguments,
        stages,
        template: None,
        facts,
    };
    if reader.context == Context::Production {
        questions.ask_images();
    }
    reader.troubles();
    for item in &dockerfile.items {
        match &item.kind {
            ItemKind::Arg { .. } => {}
            ItemKind::From { image, .. } => {
                if image.text.contains('$') {
                    questions.ask_dockerfile(file.path());
                }
                reader.from(image, item.stage.unwrap_or(0));
            }
            ItemKind::CopyFrom(from) => reader.copied(from, true, item),
            ItemKind::MountFrom(from) => reader.copied(from, false, item),
        }
    }
    reader.command(&dockerfile);
    reader.gaps(&dockerfile);
}

/// An image that a stage starts from, in a Dockerfile that stands in another file.
pub(crate) struct Base {
    /// As it stands in the text, without quotes.
    pub(crate) written: String,
    /// What it comes to.
    pub(crate) reference: Reference,
    /// Whether the stage only builds.
    pub(crate) is_builder: bool,
}

/// The images that the stages of a Dockerfile start from, in its order.
pub(crate) fn bases(text: &str) -> Vec<Base> {
    let dockerfile = parse(text);
    let (arguments, stages) = (Arguments::of(&dockerfile, &BTreeMap::new()), Stages::of(&dockerfile));
    let is_builder = builders(&dockerfile, &arguments, &stages);
    let base = |item: &Item<'_>| {
        let ItemKind::From { image, .. } = &item.kind else { return None };
        let stage = item.stage.unwrap_or(0);
        let reference = arguments.image(image, stage, &stages)?.reference;
        let is_builder = is_builder.get(stage) == Some(&true);
        Some(Base { written: without_quotes(&image.text).to_owned(), reference, is_builder })
    };
    dockerfile.items.iter().filter_map(base).collect()
}

struct Reader<'a, 'f> {
    file: &'a SourceFile<'f>,
    context: Context,
    /// Of each stage whether it only builds.
    is_builder: Vec<bool>,
    arguments: Arguments,
    stages: Stages,
    /// Where the first mark of a template stands, in bytes.
    template: Option<usize>,
    facts: &'a mut Facts,
}

impl Reader<'_, '_> {
    fn from(&mut self, word: &Word<'_>, stage: usize) {
        let Some(Image { reference, via, gap, mark }) = self.arguments.image(word, stage, &self.stages) else { return };
        if let Some(mark) = mark {
            self.note_template(word.span.start + mark, word.span.end);
        }
        if let Some((reason, detail)) = gap {
            self.facts.gap(self.file.at(word.span.clone()), reason, detail);
        }
        if self.is_builder.get(stage) == Some(&true) {
            let at = self.file.at(word.span.clone());
            self.facts.markers.push(Marker { context: self.context, ..Marker::new(at, MarkerKind::BuilderBase) });
        }
        self.add(Artifact::BaseImage, word, reference, via);
    }

    /// The `from` of a COPY (`by_index`: it may give a stage's number) or of a mount.
    fn copied(&mut self, word: &Word<'_>, by_index: bool, item: &Item<'_>) {
        if word.text == "scratch" {
            return;
        }
        let index = if by_index {
            word.text.parse::<i64>().ok().map(|it| usize::try_from(it).unwrap_or(usize::MAX))
        } else {
            None
        };
        if item.on_build {
            // The stages of the build that the trigger will run in aren't known; a path or version makes it an image.
            if !word.text.contains(['/', ':', '@']) {
                let detail = format!("{:?} may be a stage of the build that this ONBUILD runs in", word.text);
                return self.facts.gap(self.file.at(word.span.clone()), GapReason::Unresolved, detail);
            }
        } else if let Some(stage) = index.or_else(|| self.stages.first(&word.text)) {
            if !(0..item.stage.unwrap_or(0)).contains(&stage) {
                let detail = format!("{:?} is no earlier stage", word.text);
                self.facts.gap(self.file.at(word.span.clone()), GapReason::InvalidReference, detail);
            }
            return;
        }
        if let Some(mark) = template_mark(&word.text) {
            self.note_template(word.span.start + mark, word.span.end);
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

    /// Notes where no stage that isn't only for building says what its image runs.
    fn command(&mut self, dockerfile: &Dockerfile<'_>) {
        let is_of_image = |stage: usize| self.is_builder.get(stage) != Some(&true);
        if !dockerfile.commands.iter().any(|(stage, word)| is_of_image(*stage) && is_more_than_a_shell(&word.text)) {
            let at = self.file.at(0..0);
            self.facts.markers.push(Marker { context: self.context, ..Marker::new(at, MarkerKind::BareImage) });
        }
    }

    /// Defaults that a template fills in, and those that can't be expanded.
    fn troubles(&mut self) {
        for (span, trouble) in std::mem::take(&mut self.arguments.troubles) {
            let (reason, detail) = match trouble {
                Trouble::Template { mark } => {
                    self.note_template(span.start + mark, span.end);
                    continue;
                }
                Trouble::Error(ExpandError::BadSubstitution) => (GapReason::Syntax, NO_SUBSTITUTION.to_owned()),
                Trouble::Error(ExpandError::TooComplex) => (GapReason::TooComplex, TOO_COMPLEX.to_owned()),
                Trouble::Error(ExpandError::Required(name)) => {
                    (GapReason::Unresolved, format!("the build must give argument {name}"))
                }
            };
            self.facts.gap(self.file.at(span), reason, detail);
        }
    }

    fn note_template(&mut self, at: usize, end: usize) {
        let at = at.min(end);
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
                ProblemKind::Directive => "a directive that is there twice, or asks for what there isn't",
                ProblemKind::StageName => "not a name for a stage",
                ProblemKind::Trigger => "ONBUILD can't trigger this instruction",
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

/// Shells; sorted.
const SHELLS: &[&str] = &["ash", "bash", "cmd", "dash", "fish", "ksh", "powershell", "pwsh", "sh", "zsh"];

/// Whether a command, as a list of JSON or as a line, runs something besides a shell that somebody types into.
fn is_more_than_a_shell(command: &str) -> bool {
    let words = command.split(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | ',' | '"' | '\''));
    let mut words = words.filter(|it| !it.is_empty() && !it.starts_with('-'));
    let name = |word: &str| word.rsplit(['/', '\\']).next().map(|it| it.trim_end_matches(".exe").to_owned());
    words.any(|it| name(it).is_some_and(|it| SHELLS.binary_search(&it.as_str()).is_err()))
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
    use super::{GENERATED, SHELLS, is_more_than_a_shell, says_generated};

    #[test]
    fn tables_are_sorted() {
        assert!(GENERATED.is_sorted() && SHELLS.is_sorted());
    }

    #[test]
    fn what_images_run() {
        for (command, expected) in [
            (r#"["node", "server.js"]"#, true),
            (r#"["/bin/sh", "-c", "./start"]"#, true),
            ("./start --port 80", true),
            ("exec java -jar app.jar", true),
            (r#"["bash"]"#, false),
            (r#"["/bin/bash", "-l"]"#, false),
            ("/bin/sh", false),
            (r#"["C:\\Windows\\System32\\cmd.exe"]"#, false),
            ("[]", false),
            ("", false),
        ] {
            assert_eq!(is_more_than_a_shell(command), expected, "{command}");
        }
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
}
