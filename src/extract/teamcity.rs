//! TeamCity's settings in Kotlin: the build configurations and templates that are written out as objects (or in place,
//! `buildType { … }`), with their steps, templates and dependencies.
//!
//! Kotlin is code. A class of builds, or a build that a function makes, is only counted, and so are settings in XML.

use std::collections::BTreeSet;

use super::ci::{add_use, identity, image_identity};
use super::jobs::{built_in, mark_unread, of_arguments};
use crate::facts::{Artifact, Facts, GapReason};
use crate::origin::{Origin, Pin, Reference, Version, image};
use crate::pipeline::{Fingerprint, Job, Pipeline, Role, Step, System};
use crate::source::SourceFile;
use crate::syntax::kotlin::{Quotes, Token, What, closing, is_balanced, tokens};
use crate::syntax::shell;

/// Adds what a file of settings shows.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    if file.path().ends_with(".xml") {
        return mark_unread(file, System::Teamcity, facts);
    }
    let tokens = tokens(file.text());
    if !is_balanced(&tokens) {
        facts.gap(file.at(0..0), GapReason::Syntax, "brackets that nothing closes, or that close nothing");
    }
    let mut reader = Reader { file, facts, triggers: BTreeSet::new() };
    let (mut jobs, mut parts, mut has_code) = (Vec::new(), Vec::new(), false);
    let mut at = 0;
    while at < tokens.len() {
        let Some(Build { name, is_template, body, end }) = build(&tokens, at) else {
            has_code |= is_code(&tokens, at);
            at += 1;
            continue;
        };
        let job = reader.job(name, &tokens[body]);
        if is_template {
            parts.push(job);
        } else {
            jobs.push(job);
        }
        at = end;
    }
    let triggers = std::mem::take(&mut reader.triggers);
    if has_code {
        mark_unread(file, System::Teamcity, facts);
    }
    if jobs.is_empty() && parts.is_empty() {
        return;
    }
    facts.pipelines.push(Pipeline {
        at: file.start(),
        system: System::Teamcity,
        name: String::new(),
        triggers,
        role: if jobs.is_empty() { Role::Template } else { Role::Pipeline },
        jobs,
        parts,
        stages: Vec::new(),
        exact: exact(&tokens),
        context: file.context(),
    });
}

/// A build configuration or a template that is written out.
struct Build<'t> {
    name: &'t str,
    is_template: bool,
    /// The tokens that say what it is.
    body: std::ops::Range<usize>,
    /// The first token behind it.
    end: usize,
}

fn word<'t>(tokens: &[Token<'t>], at: usize) -> Option<&'t str> {
    match tokens.get(at)?.what {
        What::Word(word) => Some(word),
        What::Text(..) | What::Mark(_) => None,
    }
}

fn is_mark(tokens: &[Token<'_>], at: usize, mark: u8) -> bool {
    tokens.get(at).is_some_and(|it| it.what == What::Mark(mark))
}

/// Whether a word names the class of builds or of templates, and which.
fn class(word: &str) -> Option<bool> {
    match word {
        "BuildType" | "buildType" => Some(false),
        "Template" | "template" => Some(true),
        _ => None,
    }
}

/// `object Name : BuildType({ … })`, `object Name : BuildType() { … }`, `buildType { id("Name") … }`.
fn build<'t>(tokens: &[Token<'t>], at: usize) -> Option<Build<'t>> {
    if word(tokens, at) == Some("object") && is_mark(tokens, at + 2, b':') {
        let (name, class) = (word(tokens, at + 1)?, class(word(tokens, at + 3)?)?);
        let start = at + 4;
        let mut end = start;
        for open in [b'(', b'{'] {
            if is_mark(tokens, end, open) {
                end = (closing(tokens, end) + 1).min(tokens.len());
            }
        }
        return (end > start).then_some(Build { name, is_template: class, body: start..end, end });
    }
    let is_in_place = matches!(word(tokens, at), Some("buildType" | "template")) && is_mark(tokens, at + 1, b'{');
    if !is_in_place {
        return None;
    }
    let end = (closing(tokens, at + 1) + 1).min(tokens.len());
    let body = at + 1..end;
    let named = |key: &str, mark: u8| {
        let within = &tokens[body.clone()];
        let at = (0..within.len()).find(|&it| word(within, it) == Some(key) && is_mark(within, it + 1, mark))?;
        match within.get(at + 2)?.what {
            What::Text(text, _) => Some(text),
            What::Word(_) | What::Mark(_) => None,
        }
    };
    let name = named("id", b'(').or_else(|| named("id", b'=')).or_else(|| named("name", b'='))?;
    Some(Build { name, is_template: class(word(tokens, at)?)?, body, end })
}

/// A build that only running the code would tell: one of a class (`class X : BuildType`), or one that is made where it
/// is needed (`return BuildType { … }`).
fn is_code(tokens: &[Token<'_>], at: usize) -> bool {
    let is_made = is_mark(tokens, at + 1, b'{') || is_mark(tokens, at + 1, b'(');
    matches!(word(tokens, at), Some("BuildType" | "Template")) && is_made
}

/// What the DSL itself calls its steps; sorted. Other names are functions of the settings.
const STEPS: &[&str] = &[
    "ant",
    "bazel",
    "cargo",
    "csharpFile",
    "csharpScript",
    "dockerCommand",
    "dockerCompose",
    "dotnetBuild",
    "dotnetClean",
    "dotnetCustom",
    "dotnetMsBuild",
    "dotnetNugetDelete",
    "dotnetNugetPush",
    "dotnetPack",
    "dotnetPublish",
    "dotnetRestore",
    "dotnetRun",
    "dotnetTest",
    "dotnetVsTest",
    "duplicator",
    "exec",
    "ftpUpload",
    "fxCop",
    "gradle",
    "kotlinFile",
    "kotlinScript",
    "maven",
    "msBuild",
    "nant",
    "nodeJS",
    "nuGetInstaller",
    "nuGetPack",
    "nuGetPublish",
    "nunit",
    "powerShell",
    "python",
    "qodana",
    "rake",
    "reSharperInspections",
    "sbt",
    "script",
    "sshExec",
    "sshUpload",
    "step",
    "visualStudio",
    "vstest",
    "xcode",
];

/// What the DSL calls its triggers; sorted.
const TRIGGERS: &[&str] = &[
    "finishBuildTrigger",
    "mavenArtifact",
    "mavenSnapshot",
    "nuGetFeed",
    "remoteRunOnBranch",
    "retryBuild",
    "schedule",
    "vcs",
];

struct Reader<'r, 'f> {
    file: &'r SourceFile<'f>,
    facts: &'r mut Facts,
    triggers: BTreeSet<String>,
}

/// Calls whose block says what they do, one after the other: `name { … }`, `name("…") { … }`.
fn blocks<'a, 't>(tokens: &'a [Token<'t>]) -> Vec<(&'t str, &'a [Token<'t>])> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some(name) = word(tokens, at) else {
            // What lies in a bracket of its own is none of these.
            let opens = [b'(', b'[', b'{'].into_iter().any(|it| is_mark(tokens, at, it));
            at = if opens { closing(tokens, at) + 1 } else { at + 1 };
            continue;
        };
        let mut open = at + 1;
        let start = open;
        if is_mark(tokens, open, b'(') {
            open = closing(tokens, open) + 1;
        }
        if is_mark(tokens, open, b'{') {
            let end = closing(tokens, open);
            found.push((name, &tokens[start..(end + 1).min(tokens.len())]));
            open = end + 1;
        } else if open > start {
            found.push((name, &tokens[start..open.min(tokens.len())]));
        }
        at = open;
    }
    found
}

/// What lies in the outermost curly brackets of a block.
fn inner<'a, 't>(block: &'a [Token<'t>]) -> &'a [Token<'t>] {
    let mut at = 0;
    if is_mark(block, 0, b'(') && !is_mark(block, 1, b'{') {
        at = closing(block, 0) + 1;
    }
    let start = (at..block.len()).find(|&it| is_mark(block, it, b'{')).unwrap_or(block.len());
    let end = closing(block, start).min(block.len());
    block.get(start + 1..end).unwrap_or_default()
}

/// `key = "text"` directly in a block: the token of the text.
fn setting<'a, 't>(block: &'a [Token<'t>], key: &str) -> Option<&'a Token<'t>> {
    let mut at = 0;
    while at < block.len() {
        if word(block, at) == Some(key) && is_mark(block, at + 1, b'=') {
            return block.get(at + 2).filter(|it| matches!(it.what, What::Text(..)));
        }
        let opens = [b'(', b'[', b'{'].into_iter().any(|it| is_mark(block, at, it));
        at = if opens { closing(block, at) + 1 } else { at + 1 };
    }
    None
}

/// A text with its escapes resolved.
fn text(token: &Token<'_>) -> String {
    match token.what {
        What::Text(text, Quotes::Triple) => text.to_owned(),
        What::Text(text, Quotes::Single) => {
            let mut out = String::with_capacity(text.len());
            let mut characters = text.chars();
            while let Some(c) = characters.next() {
                match if c == '\\' { characters.next() } else { None } {
                    None => out.push(c),
                    Some('n') => out.push('\n'),
                    Some('t') => out.push('\t'),
                    Some(other) => out.push(other),
                }
            }
            out
        }
        What::Word(word) => word.to_owned(),
        What::Mark(_) => String::new(),
    }
}

impl Reader<'_, '_> {
    fn job(&mut self, name: &str, body: &[Token<'_>]) -> Job {
        let mut job = Job { id: name.to_owned(), ..Job::default() };
        // `BuildType() { init { … } }`, the older form.
        let mut body = inner(body);
        if let Some((_, init)) = blocks(body).into_iter().find(|(name, _)| *name == "init") {
            body = inner(init);
        }
        for (name, block) in blocks(body) {
            match name {
                "templates" => self.templates(block, &mut job),
                "steps" => self.steps(block, &mut job),
                "dependencies" => {
                    for (kind, block) in blocks(inner(block)) {
                        if matches!(kind, "artifacts" | "dependency" | "snapshot") && is_mark(block, 0, b'(') {
                            let named = &block[1..closing(block, 0).min(block.len())];
                            job.needs.extend(depended(named));
                        }
                    }
                    job.needs.sort();
                    job.needs.dedup();
                }
                "triggers" => {
                    let kinds = blocks(inner(block)).into_iter().map(|(kind, _)| kind.to_owned());
                    self.triggers.extend(kinds.filter(|it| TRIGGERS.binary_search(&it.as_str()).is_ok()));
                }
                _ => {}
            }
        }
        job
    }

    /// `templates(Local, AbsoluteId("Parent_Template"))`: the first lies in these settings, the second in those of another
    /// project, which the server knows.
    fn templates(&mut self, block: &[Token<'_>], job: &mut Job) {
        let end = closing(block, 0).min(block.len());
        let mut at = 1;
        while at < end {
            match word(block, at) {
                Some("AbsoluteId" | "RelativeId") if is_mark(block, at + 1, b'(') => {
                    let is_absolute = word(block, at) == Some("AbsoluteId");
                    if let Some(token) = block.get(at + 2).filter(|it| matches!(it.what, What::Text(..))) {
                        let name = text(token);
                        if is_absolute {
                            let origin = Origin::ServerSide { name: name.clone() };
                            job.steps.push(Step::Call(identity(&origin)));
                            let reference = Reference { origin, version: Version::only(Pin::Default) };
                            self.add(token, Artifact::CiTemplate, reference);
                        } else {
                            job.steps.push(Step::Call(format!("part:{name}")));
                        }
                    }
                    at = closing(block, at + 1) + 1;
                }
                Some(_) => {
                    // The last part of a name with its package is the object.
                    let start = at;
                    while at < end && !is_mark(block, at, b',') {
                        at += 1;
                    }
                    let named = last_word(&block[start..at]);
                    job.steps.extend(named.map(|it| Step::Call(format!("part:{it}"))));
                }
                None => at += 1,
            }
        }
    }

    fn steps(&mut self, block: &[Token<'_>], job: &mut Job) {
        for (kind, block) in blocks(inner(block)) {
            let own = inner(block);
            let said = |key: &str| setting(own, key).map(text);
            let tool = |program: &str, key: &str| {
                let words = said(key).unwrap_or_default();
                Step::Run(of_arguments(std::iter::once(program).chain(words.split_whitespace())))
            };
            if let Some(token) = ["dockerImage", "dockerImageId"].into_iter().find_map(|it| setting(own, it)) {
                let reference = Reference::of(image::parse(&text(token)));
                job.image = job.image.take().or_else(|| Some(image_identity(&reference.origin)));
                self.add(token, Artifact::CiImage, reference);
            }
            job.steps.push(match kind {
                "script" => Step::Run(shell::commands_of("", &said("scriptContent").unwrap_or_default())),
                "nodeJS" => Step::Run(shell::commands_of("", &said("shellScript").unwrap_or_default())),
                "exec" => match said("path") {
                    Some(path) => Step::Run(of_arguments([path.as_str()])),
                    None => built_in(System::Teamcity, kind),
                },
                "powerShell" => Step::Run(shell::commands_of("pwsh", "")),
                "python" => Step::Run(shell::commands_of("python", "")),
                "gradle" => tool("gradle", "tasks"),
                "maven" => tool("mvn", "goals"),
                "ant" => tool("ant", "targets"),
                "dockerCommand" => docker(own),
                "step" => built_in(System::Teamcity, &said("type").unwrap_or_else(|| kind.to_owned())),
                kind if STEPS.binary_search(&kind).is_ok() => built_in(System::Teamcity, kind),
                kind => Step::Call(format!("part:{kind}")),
            });
        }
    }

    fn add(&mut self, token: &Token<'_>, artifact: Artifact, reference: Reference) {
        let at = self.file.at(token.span.clone());
        add_use(self.facts, at, artifact, &text(token), reference, self.file.context(), false);
    }
}

/// `commandType = build { … }`
fn docker(own: &[Token<'_>]) -> Step {
    let at = (0..own.len()).find(|&it| word(own, it) == Some("commandType"));
    let command = at.and_then(|at| word(own, at + 2)).filter(|it| matches!(*it, "build" | "push"));
    Step::Run(of_arguments(std::iter::once("docker").chain(command)))
}

/// The build that a dependency names: `Build`, `acme.Build`, `Build.id!!`, `RelativeId("Build")`. One of another project
/// is none of these settings.
fn depended(named: &[Token<'_>]) -> Option<String> {
    match last_word(named)? {
        "AbsoluteId" => None,
        "RelativeId" => named.iter().find(|it| matches!(it.what, What::Text(..))).map(text),
        "id" if named.len() > 2 => {
            last_word(&named[..named.iter().position(|it| it.what == What::Word("id"))?]).map(str::to_owned)
        }
        name => Some(name.to_owned()),
    }
}

/// The last word of a name that may have its package before it.
fn last_word<'t>(tokens: &[Token<'t>]) -> Option<&'t str> {
    let names = tokens.iter().take_while(|it| matches!(it.what, What::Word(_) | What::Mark(b'.')));
    names.filter_map(|it| if let What::Word(word) = it.what { Some(word) } else { None }).last()
}

/// The fingerprint of what is written, whatever its layout and comments.
fn exact(tokens: &[Token<'_>]) -> Fingerprint {
    let mut canonical = Vec::new();
    for token in tokens {
        match token.what {
            What::Word(word) => canonical.extend_from_slice(word.as_bytes()),
            What::Text(text, _) => canonical.extend_from_slice(format!("\"{}:{text}", text.len()).as_bytes()),
            What::Mark(mark) => canonical.push(mark),
        }
        canonical.push(b' ');
    }
    Fingerprint::of(&canonical)
}

#[cfg(test)]
mod tests {
    use super::{STEPS, TRIGGERS, depended};
    use crate::syntax::kotlin::tokens;

    #[test]
    fn tables_are_sorted() {
        assert!(STEPS.is_sorted());
        assert!(TRIGGERS.is_sorted());
    }

    #[test]
    fn dependencies() {
        for (text, expected) in [
            ("Build", Some("Build")),
            ("acme.builds.Build", Some("Build")),
            ("Build.id!!", Some("Build")),
            ("RelativeId(\"Build\")", Some("Build")),
            ("AbsoluteId(\"Acme_Build\")", None),
            ("id", Some("id")),
            ("", None),
        ] {
            assert_eq!(depended(&tokens(text)).as_deref(), expected, "{text}");
        }
    }
}
