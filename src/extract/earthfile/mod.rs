//! Earthfiles: targets are jobs that wait for the targets they take from, functions are parts, and what they start from
//! are base images.

mod lines;

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use self::lines::{Command, Line, arguments, lines};
use super::ci::{add_use, identity, image_identity};
use crate::facts::{Artifact, Facts, GapReason};
use crate::origin::{Origin, Reference, earthly, image};
use crate::pipeline::{Command as Tool, Fingerprint, Job, Pipeline, Role, Step, System};
use crate::source::SourceFile;
use crate::syntax::dockerfile::Scope;
use crate::syntax::shell;

/// Adds what an Earthfile shows.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    let mut reader = Reader {
        file,
        facts,
        imports: FxHashMap::default(),
        of_base: Scope::empty('\\'),
        scope: Scope::empty('\\'),
        unknown: None,
        n_unknown: 0,
        n_arguments: 0,
        base: Job::default(),
        jobs: Vec::new(),
        parts: Vec::new(),
    };
    let mut canonical = Vec::new();
    for line in lines(file.text()) {
        canonical.extend_from_slice(line.text.as_bytes());
        canonical.push(b'\n');
        reader.line(&line);
    }
    reader.finish(Fingerprint::of(&canonical));
}

/// Commands whose words hold no references; sorted. What is neither here nor read is none of Earthly's.
const OTHERS: &[&str] = &[
    "ADD",
    "CACHE",
    "CATCH",
    "CMD",
    "COMMAND",
    "ELSE",
    "END",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FINALLY",
    "FOR",
    "FUNCTION",
    "HEALTHCHECK",
    "HOST",
    "IF",
    "LABEL",
    "LOCALLY",
    "ONBUILD",
    "PROJECT",
    "SHELL",
    "STOPSIGNAL",
    "TRY",
    "USER",
    "VERSION",
    "VOLUME",
    "WAIT",
    "WORKDIR",
];

/// Flags that take the word after them as their value, where no `=` brings one; sorted.
const WITH_VALUE: &[&str] = &[
    "--allow-privileged-with",
    "--build-arg",
    "--compose",
    "--load",
    "--mount",
    "--network",
    "--oidc",
    "--platform",
    "--pull",
    "--secret",
    "--service",
];

/// No Earthfile that people write declares more arguments.
const MAX_ARGUMENTS: usize = 2_000;

struct Reader<'r, 'f> {
    file: &'r SourceFile<'f>,
    facts: &'r mut Facts,
    /// What IMPORT named, by the names it gave.
    imports: FxHashMap<String, String>,
    /// The arguments that all targets see, and those that the current one sees.
    of_base: Scope,
    scope: Scope,
    /// The first line that no command of Earthly's begins: where its name ends, and its name. And how many there are.
    unknown: Option<(usize, String)>,
    n_unknown: usize,
    /// How many arguments have been declared.
    n_arguments: usize,
    /// The commands before the first target, from which those start that have no FROM.
    base: Job,
    jobs: Vec<Job>,
    parts: Vec<Job>,
}

impl Reader<'_, '_> {
    fn line(&mut self, line: &Line<'_>) {
        match &line.command {
            Command::Target(name) if earthly::is_function(name) => {
                self.scope.reset_to(&Scope::empty('\\'));
                self.parts.push(Job { id: (*name).to_owned(), ..Job::default() });
                self.jobs.push(Job::default());
            }
            Command::Target(name) => {
                self.scope.reset_to(&self.of_base);
                self.jobs.push(Job { id: (*name).to_owned(), image: self.base.image.clone(), ..Job::default() });
            }
            Command::Recipe { name, arguments } => self.recipe(name, arguments, line),
        }
    }

    /// The job that a command belongs to: of a function its part, which has an empty job beside it.
    fn job(&mut self) -> &mut Job {
        match self.jobs.last_mut() {
            Some(job) if job.id.is_empty() && !self.parts.is_empty() => {
                let last = self.parts.len() - 1;
                &mut self.parts[last]
            }
            Some(job) => job,
            None => &mut self.base,
        }
    }

    fn recipe(&mut self, name: &str, text: &str, line: &Line<'_>) {
        let words = arguments(text, line.at);
        let positional = || positional(&words);
        match name {
            "FROM" if words.first().is_some_and(|(_, word)| *word == "DOCKERFILE") => {
                let step = Step::Run(shell::commands_of("", "docker build"));
                self.references(&words, true);
                self.job().steps.push(step);
            }
            "FROM" => {
                if let Some((at, word)) = positional().next() {
                    self.from(at, word);
                }
            }
            "BUILD" => {
                for (at, word) in positional().take(1) {
                    self.reference(at, word, word, true);
                }
            }
            "DO" => {
                for (at, word) in positional().take(1) {
                    self.reference(at, word, word, true);
                }
            }
            // The last word is where it is copied to.
            "COPY" => self.references(words.split_last().map_or(&[], |(_, sources)| sources), false),
            "WITH" => {
                self.references(&words, true);
                self.pulled(&words);
            }
            "RUN" => {
                let step = run(text);
                self.job().steps.push(step);
            }
            "GIT" => {
                let step = Step::Run(vec![Tool { tool: "git".to_owned(), verb: "clone".to_owned() }]);
                self.job().steps.push(step);
            }
            "SAVE" if words.first().is_some_and(|(_, word)| *word == "IMAGE") => {
                let is_pushed = words.iter().any(|(_, word)| *word == "--push");
                let step = Step::Use(if is_pushed { "earthly/push" } else { "earthly/save-image" }.to_owned());
                self.job().steps.push(step);
            }
            "SAVE" => {}
            "ARG" | "LET" | "SET" => self.argument(&words),
            "IMPORT" => self.import(&words),
            name if OTHERS.binary_search(&name).is_ok() => {}
            _ => {
                self.n_unknown += 1;
                self.unknown.get_or_insert_with(|| (line.at, name.to_owned()));
            }
        }
    }

    /// `FROM`: a target, or an image; an argument may stand for either.
    fn from(&mut self, at: usize, word: &str) {
        let scope = if self.jobs.is_empty() { &self.of_base } else { &self.scope };
        let expanded = scope.expand(word).ok().filter(|it| it.missing.is_none() && !it.value.is_empty());
        let value = expanded.map_or_else(|| word.to_owned(), |it| it.value);
        if let Some((project, name)) = earthly::parts(&value) {
            // What stands before the first target is a target too.
            let is_base = project.is_empty() && name == "base";
            self.job().image = None;
            if is_base {
                self.job().image = self.base.image.clone();
            } else {
                self.reference(at, word, &value, false);
            }
            return;
        }
        if value == "scratch" {
            self.job().image = None;
            return;
        }
        let reference = Reference::of(image::parse(&value));
        self.job().image = Some(image_identity(&reference.origin)).filter(|it| !it.is_empty());
        self.add(at, word, Artifact::BaseImage, reference);
    }

    /// The references among the words of a command: `+build/out`, `(+build/out --a=b)`, `--load x=+image`. Those of COPY
    /// name what a target leaves behind.
    fn references(&mut self, words: &[(usize, &str)], is_call: bool) {
        for (at, word) in words {
            let value = match word.strip_prefix("--") {
                Some(flag) => flag.strip_prefix("load=").unwrap_or_default(),
                None => word,
            };
            // `--load name=+target`
            let value =
                value.rsplit_once('=').map_or(value, |(_, value)| value).trim_start_matches('(').trim_end_matches(')');
            let Some(start) = word.find(value).filter(|_| earthly::parts(value).is_some()) else { continue };
            // What follows a slash is the path of an artifact.
            let plus = value.rfind('+').unwrap_or(0);
            let end = value[plus..].find('/').map_or(value.len(), |slash| plus + slash);
            let is_one =
                earthly::parts(&value[..end]).is_some_and(|(_, name)| earthly::is_target(name) || name.contains('$'));
            if is_one {
                self.reference(at + start, &value[..end], &value[..end], is_call);
            }
        }
    }

    /// A target that the current one waits for, or a function whose commands stand in its place. What lies in another
    /// Earthfile is a use; where its target is built for its own sake (`is_call`) the step is a call. `value` is what is
    /// written, with arguments filled in.
    fn reference(&mut self, at: usize, written: &str, value: &str, is_call: bool) {
        let text = self.imported(&value.replace(['"', '\''], ""));
        let Some((project, name)) = earthly::parts(&text) else { return };
        if project.is_empty() || project == "." {
            if earthly::is_function(name) {
                let call = Step::Call(format!("part:{name}"));
                self.job().steps.push(call);
            } else if earthly::is_target(name) {
                let (name, job) = (name.to_owned(), self.job());
                if !job.needs.contains(&name) && job.id != name {
                    job.needs.push(name);
                }
            } else if !name.contains('$') {
                let at = self.file.at(at..at + written.len());
                self.facts.gap(at, GapReason::InvalidReference, "neither the name of a target nor of a function");
            }
            return;
        }
        let reference = Reference::of(earthly::parse(&text, self.file.folder()));
        if is_call && !matches!(reference.origin, Origin::Invalid { .. }) {
            let call = Step::Call(format!("{}+{name}", identity(&reference.origin)));
            self.job().steps.push(call);
        }
        self.add(at, written, Artifact::CiTemplate, reference);
    }

    /// The reference with what an IMPORT named in place of its name.
    fn imported(&self, text: &str) -> String {
        let Some((project, name)) = earthly::parts(text) else { return text.to_owned() };
        self.imports.get(&project).map_or_else(|| text.to_owned(), |import| format!("{import}+{name}"))
    }

    /// The images that `WITH DOCKER --pull` brings.
    fn pulled(&mut self, words: &[(usize, &str)]) {
        let mut words = words.iter();
        while let Some(&(at, word)) = words.next() {
            let (at, image) = match word.strip_prefix("--pull") {
                Some("") => match words.next() {
                    Some(&(at, image)) => (at, image),
                    None => return,
                },
                Some(rest) if rest.starts_with('=') => (at + "--pull=".len(), &rest[1..]),
                Some(_) | None => continue,
            };
            self.add(at, image, Artifact::CiImage, Reference::of(image::parse(image)));
        }
    }

    /// `ARG --global name=value`.
    fn argument(&mut self, words: &[(usize, &str)]) {
        let Some((_, word)) = positional(words).next() else { return };
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let scope = if self.jobs.is_empty() { &mut self.of_base } else { &mut self.scope };
        match scope.expand(value) {
            Ok(expanded) if word.contains('=') && !value.contains("$(") && self.n_arguments < MAX_ARGUMENTS => {
                self.n_arguments += 1;
                scope.declare(name, expanded);
            }
            Ok(_) | Err(_) => scope.forget(name),
        }
    }

    /// `IMPORT github.com/acme/ci:v1 AS ci`: targets of it are named by the last part of its path, or as it says.
    fn import(&mut self, words: &[(usize, &str)]) {
        let mut words = positional(words);
        let Some((at, project)) = words.next() else { return };
        let alias = words.next().filter(|(_, word)| *word == "AS").and_then(|_| words.next()).map(|(_, word)| word);
        let path = project.split(':').next().unwrap_or(project);
        let alias = alias.unwrap_or_else(|| path.rsplit('/').next().unwrap_or(path));
        self.imports.insert(alias.to_owned(), project.to_owned());
        // Its form is that of a target's project, whatever the target.
        let reference = Reference::of(earthly::parse(&format!("{project}+none"), self.file.folder()));
        self.add(at, project, Artifact::CiTemplate, reference);
    }

    fn add(&mut self, at: usize, written: &str, artifact: Artifact, reference: Reference) {
        let at = self.file.at(at..at + written.len());
        add_use(self.facts, at, artifact, written, reference, self.file.context(), false);
    }

    fn finish(mut self, exact: Fingerprint) {
        if let Some((end, name)) = self.unknown.take() {
            let at = self.file.at(end - name.len()..end);
            let more = match self.n_unknown - 1 {
                0 => String::new(),
                more => format!("; {more} more of its like in the file"),
            };
            self.facts.gap(at, GapReason::Syntax, format!("{name:?} is no command of an Earthfile{more}"));
        }
        self.jobs.retain(|job| !job.id.is_empty());
        if self.jobs.is_empty() && self.parts.is_empty() {
            if self.base.steps.is_empty() && self.base.image.is_none() {
                let at = self.file.at(0..0);
                self.facts.gap(at, GapReason::Syntax, "an Earthfile without targets");
            }
            return;
        }
        self.facts.pipelines.push(Pipeline {
            at: self.file.start(),
            system: System::Earthly,
            name: String::new(),
            triggers: BTreeSet::new(),
            role: if self.jobs.is_empty() { Role::Template } else { Role::Pipeline },
            jobs: self.jobs,
            parts: self.parts,
            stages: Vec::new(),
            exact,
            context: self.file.context(),
        });
    }
}

/// The words of a command that are no flags, nor a flag's value.
fn positional<'w>(words: &'w [(usize, &'w str)]) -> impl Iterator<Item = (usize, &'w str)> + 'w {
    let mut is_value = false;
    words.iter().copied().filter(move |(_, word)| {
        let is_flag = word.starts_with("--");
        let is_positional = !is_flag && !is_value;
        is_value = is_flag && WITH_VALUE.binary_search(word).is_ok();
        is_positional
    })
}

/// The commands of a RUN: what follows its own flags.
fn run(text: &str) -> Step {
    let words = arguments(text, 0);
    let start = positional(&words).next().map_or(text.len(), |(at, _)| at);
    let script = &text[start..];
    let listed: Option<Vec<String>> = script.starts_with('[').then(|| serde_json::from_str(script).ok()).flatten();
    Step::Run(match listed {
        Some(words) => shell::commands_of("", &words.iter().map(|it| format!("'{it}'")).collect::<Vec<_>>().join(" ")),
        None => shell::commands_of("", script),
    })
}

#[cfg(test)]
mod tests {
    use super::{OTHERS, WITH_VALUE};

    #[test]
    fn tables_are_sorted() {
        assert!(OTHERS.is_sorted());
        assert!(WITH_VALUE.is_sorted());
    }
}
