//! `.github/workflows/actions.lock`: the commits that the refs of a repository's workflows are locked to.
//!
//! `gh actions-lock` writes it. `workflows` lists for each workflow what it uses, `owner/name@ref`, in lower case and
//! without the path of an action within its repository; `dependencies` has the commit of each, `sha1-…`, and the tag or
//! branch it was found by. What those use in turn isn't kept: it is written in no file of this repository.

use std::collections::BTreeMap;

use crate::extract::documents::{self, Yaml};
use crate::facts::{Facts, GapReason, Resolution};
use crate::origin::version_parts;
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

/// The version of the format that is read here. It may change before its first release.
const VERSION: &str = "v0.0.2";

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    documents::read(
        file,
        facts,
        |_| None,
        |yaml, facts| {
            let root = yaml.documents.first().map(Node::resolved).filter(|it| it.kind() == Kind::Mapping);
            match root {
                Some(root) => read(yaml, root, facts),
                None if yaml.is_broken => {}
                None => facts.gap(file.at(0..0), GapReason::Syntax, "not a mapping of workflows and dependencies"),
            }
        },
    );
}

fn read<'d>(yaml: &Yaml<'d>, root: Node<'d>, facts: &mut Facts) {
    let file = yaml.file();
    let version = yaml.text_of(root, "version").unwrap_or_default();
    if version != VERSION {
        let at = root.get("version").map_or(0..0, Node::span);
        let detail = format!("version {version:?} of the format is not known");
        return facts.gap(file.at(at), GapReason::FormatNotRead, detail);
    }
    // Looked up by every line of every workflow; of a name that is there twice the last counts.
    let dependencies: BTreeMap<&str, Node<'d>> = root
        .get("dependencies")
        .map(Node::entries)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(name, it)| Some((name.text()?, it)))
        .collect();
    for (key, pins) in root.get("workflows").map(Node::entries).unwrap_or_default() {
        let Some(workflow) = yaml.text(key) else { continue };
        for pin in pins.items() {
            let Some(text) = yaml.text(pin) else {
                yaml.wrong_shape(Some(pin), "what is locked is not text", facts);
                continue;
            };
            let locked = dependencies.get(text).and_then(|it| Some((*it, commit(yaml, *it)?)));
            let (Some((name, reference)), Some((dependency, commit))) = (text.split_once('@'), locked) else {
                facts.gap(file.at(pin.span()), GapReason::InvalidReference, format!("{text} has no commit here"));
                continue;
            };
            // It is the tag that was found at the commit, else a branch.
            let tag = yaml.text_of(dependency, "ref").filter(|it| version_parts(it).is_some());
            facts.resolutions.push(Resolution {
                at: file.at(pin.span()),
                file: workflow.to_owned(),
                host: "github.com".to_owned(),
                name: name.to_lowercase(),
                reference: reference.to_owned(),
                commit: Some(commit.to_owned()),
                tag: tag.map(str::to_owned),
            });
        }
    }
}

/// The commit of a dependency, without the name of its hash function.
fn commit<'d>(yaml: &Yaml<'d>, dependency: Node<'d>) -> Option<&'d str> {
    let (function, commit) = yaml.text_of(dependency, "commit")?.split_once('-')?;
    let length = match function {
        "sha1" => 40,
        "sha256" => 64,
        _ => return None,
    };
    (commit.len() == length && commit.bytes().all(|b| b.is_ascii_hexdigit())).then_some(commit)
}
