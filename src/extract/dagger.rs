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
    let mut reference = parse(text, file.folder());
    // The lock: which commit the ref was when it was asked for last.
    let commit = it.get("pin").filter(|pin| reader.yaml.text(*pin).is_some_and(|it| Pin::of_git_ref(it) == Pin::Sha));
    if let (Origin::Repo { host, owner, name, path: _ }, Some(pin)) = (&reference.origin, commit)
        && let Some(commit) = reader.yaml.text(pin)
    {
        match &reference.version.reference {
            Some(of) => reader.facts.resolutions.push(Resolution {
                at: file.at(pin.span()),
                file: file.path().to_string(),
                host: host.clone(),
                name: format!("{owner}/{name}").to_lowercase(),
                reference: of.clone(),
                commit: Some(commit.to_owned()),
                tag: None,
            }),
            // Without a ref the commit is all that is asked for.
            None => reference.version = Version::git(Some(commit)),
        }
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
    let bare = bare.unwrap_or(text).trim_start_matches("git@");
    // `git@host:path`
    let bare = if text.starts_with("git@") { bare.replacen(':', "/", 1) } else { bare.to_owned() };
    let (url, reference) = bare.split_once('@').map_or((&*bare, None), |(url, reference)| (url, Some(reference)));
    let version = Version::git(reference);
    let (host, rest) = url.split_once('/').unwrap_or((url, ""));
    // Where `.git` says so the repository ends, else behind its owner and name.
    let end = match rest.find(".git").filter(|&at| matches!(rest.as_bytes().get(at + 4), None | Some(b'/'))) {
        Some(at) => at + ".git".len(),
        None => rest.match_indices('/').nth(1).map_or(rest.len(), |(at, _)| at),
    };
    let path = rest[end..].trim_matches('/').to_owned();
    let repository = if rest[..end].contains('/') { git::repository(host, &rest[..end]) } else { None };
    let origin = match repository {
        Some(git::GitUrl { host, owner, name }) => Origin::Repo { host, owner, name, path },
        None => Origin::Invalid { reason: "neither a folder nor a repository".to_owned() },
    };
    Reference { origin, version }
}
