//! Dagger modules: the pipeline is code, so that a module is counted; what it depends on stands in `dagger.json`.

use super::ci::{self, Reader, add_use};
use super::jobs::mark_unread;
use crate::facts::{Artifact, Facts, Resolution};
use crate::origin::path::joined;
use crate::origin::{Origin, Pin, Reference, Version, git};
use crate::pipeline::System;
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

/// Adds what a `dagger.json` shows.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    mark_unread(file, System::Dagger, facts);
    ci::read(file, facts, |mut reader| module(&mut reader));
}

fn module<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = reader.root() else { return };
    let lists = ["dependencies", "toolchains"].into_iter();
    let listed: Vec<Node<'r>> = lists.filter_map(|it| root.get(it)).flat_map(Node::items).collect();
    for it in listed.into_iter().chain(root.get("blueprint")) {
        if it.resolved().kind() == Kind::Mapping {
            dependency(reader, it);
        } else {
            reader.yaml.wrong_shape(Some(it), "a dependency is not a mapping", reader.facts);
        }
    }
}

fn dependency<'r>(reader: &mut Reader<'r, 'r>, it: Node<'r>) {
    let Some(source) = it.get("source") else {
        return reader.yaml.wrong_shape(Some(it), "a dependency without a source", reader.facts);
    };
    let Some(text) = reader.yaml.text(source).filter(|it| !it.is_empty()) else { return };
    let file = reader.yaml.file();
    let reference = parse(text, file.folder());
    // The lock: which commit the ref was when it was asked for last.
    if let (Origin::Repo { host, owner, name, path: _ }, Some(pin)) = (&reference.origin, it.get("pin"))
        && let Some(commit) = reader.yaml.text(pin).filter(|it| Pin::of_git_ref(it) == Pin::Sha)
    {
        reader.facts.resolutions.push(Resolution {
            at: file.at(pin.span()),
            file: file.path().to_string(),
            host: host.clone(),
            name: format!("{owner}/{name}").to_lowercase(),
            reference: reference.version.reference.clone().unwrap_or_default(),
            commit: Some(commit.to_owned()),
            tag: None,
        });
    }
    let has_gap = reader.yaml.is_template;
    add_use(reader.facts, file.at(source.span()), Artifact::CiTemplate, text, reference, reader.context, has_gap);
}

/// A module's source: `host/owner/name[/folder][@ref]`, a git URL, or a folder of the same repository.
fn parse(text: &str, folder: &str) -> Reference {
    let bare = ["git+https://", "https://", "ssh://", "git@"].into_iter().find_map(|it| text.strip_prefix(it));
    let is_local = |text: &str| text.starts_with('.') || !text.split('/').next().unwrap_or("").contains('.');
    if bare.is_none() && is_local(text) {
        return Reference {
            origin: Origin::Local { path: joined(folder, text) },
            version: Version::only(Pin::SameCommit),
        };
    }
    let bare = bare.unwrap_or(text).trim_start_matches("git@").replacen(':', "/", 1);
    let (url, reference) = bare.split_once('@').map_or((&*bare, None), |(url, reference)| (url, Some(reference)));
    let mut parts = url.splitn(4, '/');
    let (host, owner, name) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let version = Version::git(reference);
    let path = parts.next().unwrap_or("").trim_matches('/').to_owned();
    let repository =
        if owner.is_empty() || name.is_empty() { None } else { git::repository(host, &format!("{owner}/{name}")) };
    let origin = match repository {
        Some(git::GitUrl { host, owner, name }) => Origin::Repo { host, owner, name, path },
        None => Origin::Invalid { reason: "neither a folder nor a repository".to_owned() },
    };
    Reference { origin, version }
}
