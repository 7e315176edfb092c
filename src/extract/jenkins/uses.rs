//! What a script uses, wherever in it: libraries, files that it loads, images. Also what it never calls is used.

use std::ops::Range;

use super::values::Values;
use crate::classify::FileKind;
use crate::extract::ci::{add_use, identity, without_secret};
use crate::facts::{Artifact, Context, Facts, GapReason};
use crate::origin::{Origin, Parsed, Pin, Reference, Version, WhyNot, git, image, jenkins};
use crate::resolve::Questions;
use crate::source::SourceFile;
use crate::syntax::groovy::{Call, Item, Tokens};
use crate::syntax::yaml::{self, Node};

/// What is needed to add what is used.
pub(super) struct Uses<'w, 't> {
    pub(super) file: &'w SourceFile<'t>,
    pub(super) values: &'w Values<'w, 't>,
    pub(super) context: Context,
    pub(super) facts: &'w mut Facts,
    pub(super) questions: &'w mut Questions,
    /// The libraries that the script names, as their steps are named.
    pub(super) libraries: Vec<Library>,
    /// It is nested deeper than any that people write.
    pub(super) is_too_deep: bool,
}

/// A library, as the steps that come from it are named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Library {
    /// Only the server knows where it is.
    Server(String),
    /// It lies in a repository: `owner/name`, with its folder there.
    Repository(String),
    /// Its name is an expression.
    Unknown,
}

/// How deep calls within calls are followed.
pub(super) const MAX_DEPTH: usize = 80;

impl<'t> Uses<'_, 't> {
    /// Adds what these tokens use. `parents` are the calls that they stand in.
    pub(super) fn add_all(&mut self, tokens: Tokens, parents: &mut Vec<&'t str>) {
        if parents.len() >= MAX_DEPTH {
            self.is_too_deep = true;
            return;
        }
        for item in self.values.script.items(tokens) {
            match item {
                Item::Call(call) => {
                    self.call(&call, parents);
                    parents.push(call.name);
                    for argument in &call.arguments {
                        self.add_all(argument.value.clone(), parents);
                    }
                    if let Some(closure) = call.closure {
                        self.add_all(closure, parents);
                    }
                    parents.pop();
                }
                Item::Definition(it) => {
                    parents.push("");
                    self.add_all(it.body, parents);
                    parents.pop();
                }
                Item::Closures(_, entries) => {
                    parents.push("");
                    entries.into_iter().for_each(|it| self.add_all(it.value, parents));
                    parents.pop();
                }
                Item::Import(path) if self.file.kind() == FileKind::JenkinsLibrary => self.import(path),
                Item::Import(_) => {}
            }
        }
    }

    fn call(&mut self, call: &Call<'t>, parents: &[&'t str]) {
        let parent = parents.last().copied().unwrap_or_default();
        let root = call.receiver.unwrap_or_default();
        match (call.name, root) {
            ("Library", _) if call.is_annotation || root.ends_with("workflow.libs") => self.annotation(call),
            ("library", "" | "this" | "steps" | "script") => self.library_step(call),
            ("lib", "") if parent == "libraries" => {
                if let Some(value) = call.first() {
                    self.library(value, |identifier, _| jenkins::parse(identifier));
                }
            }
            ("load", "" | "this" | "steps" | "script") => self.load(call),
            ("fromGit", "fileLoader") => self.git_file(call),
            ("image", "docker") => self.image(call.first()),
            ("image", "") if matches!(parent, "docker" | "containerTemplate") => self.image(call.first()),
            ("docker", "") if parent == "agent" => {
                self.image(call.first().filter(|it| self.values.script.closure(it).is_none()));
            }
            ("containerTemplate", _) => self.image(call.named("image")),
            ("withDockerContainer", _) => self.image(call.named("image").or(call.first())),
            ("yaml", "") if parent == "kubernetes" => self.pod(call.first()),
            ("podTemplate" | "kubernetes", _) => self.pod(call.named("yaml")),
            _ => {}
        }
    }

    /// `@Library('a@1')`, `@Library(['a', 'b'])`, `@Library(value = 'a', changelog = false)`.
    fn annotation(&mut self, call: &Call<'t>) {
        let script = self.values.script;
        // `value = 'a'` is no argument with a name as calls have them.
        let is_value = |it: &&Tokens| {
            let mut words = script.words(it);
            script.literal(it).is_some() || script.elements(it).is_some() || words.next() == Some("value")
        };
        let values: Vec<Tokens> = call.arguments.iter().map(|it| &it.value).filter(is_value).cloned().collect();
        for value in values {
            let is_named = script.words(&value).next() == Some("value") && script.literal(&value).is_none();
            let value = if is_named && script.elements(&value).is_none() {
                (value.start + 2).min(value.end)..value.end
            } else {
                value
            };
            match script.elements(&value) {
                Some(list) => list.iter().for_each(|it| self.library(&it.value, |text, _| jenkins::parse(text))),
                None => self.library(&value, |text, _| jenkins::parse(text)),
            }
        }
    }

    /// `library 'a@1'`, `library identifier: 'a@1', retriever: modernSCM([…])`.
    fn library_step(&mut self, call: &Call<'t>) {
        let Some(value) = call.named("identifier").or(call.first()).cloned() else { return };
        let retriever = call.named("retriever").cloned();
        self.library(&value, |identifier, uses| match retriever.as_ref() {
            Some(retriever) => uses.retrieved(identifier, retriever),
            None => jenkins::parse(identifier),
        });
    }

    /// What a retriever says of where a library is.
    fn retrieved(&self, identifier: &str, retriever: &Tokens) -> Parsed {
        let script = self.values.script;
        let entry = |key: &str| script.entry(retriever, key).map(|it| self.values.text(&it));
        let folder = entry("libraryPath").unwrap_or_default();
        if let Some(remote) = entry("remote").or_else(|| entry("url")) {
            return jenkins::parse_with_remote(identifier, &without_secret(&remote), &folder);
        }
        if let (Some(owner), Some(name)) = (entry("repoOwner"), entry("repository")) {
            return jenkins::parse_with_remote(identifier, &format!("https://github.com/{owner}/{name}"), &folder);
        }
        // The repository that the pipeline itself was checked out from.
        if script.words(retriever).last() == Some("scm") {
            jenkins::parse(identifier)?;
            let origin = Origin::Local { path: folder.trim_matches('/').to_owned() };
            return Ok(Reference { origin, version: Version::only(Pin::SameCommit) });
        }
        jenkins::parse(identifier)
    }

    fn library(&mut self, value: &Tokens, parse: impl FnOnce(&str, &Self) -> Parsed) {
        let (written, at) = self.values.written(value);
        let identifier = self.values.text(value);
        let reference = Reference::of(parse(&without_secret(&identifier), self));
        self.libraries.extend(match &reference.origin {
            Origin::ServerSide { name } => Some(Library::Server(name.clone())),
            Origin::Repo { .. } => Some(Library::Repository(identity(&reference.origin))),
            Origin::Local { path } if path.is_empty() => Some(Library::Repository(".".to_owned())),
            Origin::Local { .. } => Some(Library::Repository(identity(&reference.origin))),
            Origin::Dynamic { .. } => Some(Library::Unknown),
            Origin::Registry { .. } | Origin::Image { .. } | Origin::Url { .. } | Origin::Invalid { .. } => None,
        });
        self.add(at, Artifact::JenkinsLibrary, written, reference);
    }

    /// `load 'ci/build.groovy'`: a file of the workspace, which nearly always is the repository.
    fn load(&mut self, call: &Call<'t>) {
        let Some(value) = call.first() else { return };
        let (written, at) = self.values.written(value);
        let reference = match loaded_path(&self.values.text(value)) {
            Some(path) => {
                self.questions.ask_include(&path, FileKind::GroovyFile);
                Reference { origin: Origin::Local { path }, version: Version::only(Pin::SameCommit) }
            }
            None => Reference::dynamic("", "which file is loaded is an expression"),
        };
        self.add(at, Artifact::CiTemplate, written, reference);
    }

    /// `fileLoader.fromGit('path', 'url', 'branch', …)`; the path lacks its `.groovy`.
    fn git_file(&mut self, call: &Call<'t>) {
        let mut values = call.arguments.iter().filter(|it| it.name.is_none()).map(|it| &it.value);
        let (Some(path), Some(url)) = (values.next(), values.next()) else { return };
        let (written, at) = self.values.written(path);
        let branch = values.next().map(|it| self.values.text(it)).filter(|it| !it.is_empty() && it != "${null}");
        let url = self.values.text(url);
        let path = self.values.text(path);
        let version = Version::git(branch.as_deref());
        let reference = match (url.find('$'), path.find('$'), git::parse(&url)) {
            (None, None, Some(git::GitUrl { host, owner, name })) => {
                Ok(Reference { origin: Origin::Repo { host, owner, name, path: format!("{path}.groovy") }, version })
            }
            (Some(end), _, _) => Ok(Reference::dynamic(without_secret(&url[..end]), "the URL is an expression")),
            (None, Some(_), _) => Ok(Reference::dynamic("", "which file is loaded is an expression")),
            (None, None, None) => Err(WhyNot { reason: "not the URL of a repository", version }),
        };
        self.add(at, Artifact::CiTemplate, written, Reference::of(reference));
    }

    fn image(&mut self, value: Option<&Tokens>) {
        let Some(value) = value.filter(|it| !it.is_empty()) else { return };
        let (written, at) = self.values.written(value);
        let text = self.values.text(value);
        self.add(at, Artifact::CiImage, written, Reference::of(image::parse(&text)));
    }

    /// The images of a pod's containers.
    fn pod(&mut self, value: Option<&Tokens>) {
        let Some(value) = value else { return };
        let (_, whole) = self.values.written(value);
        let Some(literal) = self.values.script.literal(value) else { return };
        let text = self.values.text(&(value.start..value.start + 1));
        let is_as_written = *text == *literal.inside;
        let (documents, problems) = yaml::parse(&text);
        if let Some(problem) = problems.first() {
            self.facts.gap(self.file.at(whole.clone()), GapReason::Syntax, format!("a pod: {}", problem.message));
        }
        for image in documents.roots().flat_map(containers) {
            let Some(name) = image.text().filter(|it| !it.is_empty()) else { continue };
            let span = image.resolved().span();
            let at = if is_as_written { literal.at + span.start..literal.at + span.end } else { whole.clone() };
            self.add(at, Artifact::CiImage, name, Reference::of(image::parse(name)));
        }
    }

    /// A class of the library itself that one of its files uses is read too.
    fn import(&mut self, path: &str) {
        let Some(root) = super::library_root(self.file.path()) else { return };
        let path = path.strip_prefix("static ").unwrap_or(path).trim();
        let class = path.split_whitespace().next().unwrap_or(path);
        let is_path = class.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_'));
        if is_path {
            let file = format!("{root}src/{}.groovy", class.replace('.', "/"));
            self.questions.ask_include(&file, FileKind::JenkinsLibrary);
        }
    }

    fn add(&mut self, at: Range<usize>, artifact: Artifact, written: &str, reference: Reference) {
        add_use(self.facts, self.file.at(at), artifact, written, reference, self.context, false);
    }
}

/// The file that `load` names, from the repository's root; nothing where it is an expression or lies outside.
pub(super) fn loaded_path(text: &str) -> Option<String> {
    let path = ["${WORKSPACE}/", "${workspace}/", "${pwd()}/"].iter().find_map(|it| text.strip_prefix(it));
    let path = path.or_else(|| text.strip_prefix("${env.WORKSPACE}/")).unwrap_or(text);
    let path = crate::origin::action::normalise(path);
    (!path.is_empty() && !path.contains('$') && !path.starts_with("../") && !text.starts_with('/')).then_some(path)
}

/// The images of the containers of a pod.
fn containers<'d>(pod: Node<'d>) -> Vec<Node<'d>> {
    let Some(spec) = pod.get("spec") else { return Vec::new() };
    let lists = ["initContainers", "containers"].into_iter().filter_map(|it| spec.get(it));
    lists.flat_map(Node::items).filter_map(|it| it.get("image")).collect()
}
