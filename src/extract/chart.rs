//! `Chart.yaml` → the chart it offers and the charts it uses; `requirements.yaml`, which says the latter for charts of the
//! first API version; the lock files of both.

use std::collections::BTreeSet;

use super::documents::{self, Yaml};
use crate::facts::{Artifact, Context, Described, Facts, GapReason, Offer, OfferTrait, Use};
use crate::origin::{Origin, Reference, chart};
use crate::resolve::Questions;
use crate::source::{Location, SourceFile};
use crate::syntax::yaml::{Kind, Node};

/// Reads a chart. What lies beside it has a say in its dependencies, and is asked for.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    questions.ask_chart(file.folder());
    documents::read(file, facts, template_marker, |yaml, facts| {
        let root = yaml.documents.first().map(Node::resolved).filter(|it| it.kind() == Kind::Mapping);
        let context = file.context();
        let Some(root) = root else {
            if !yaml.is_broken {
                facts.gap(file.at(0..0), GapReason::Syntax, "a chart is a mapping");
            }
            return;
        };
        offer(yaml, root, context, facts);
        dependencies(yaml, root, context, facts);
    });
}

/// Reads the dependencies in a `requirements.yaml`, and tells whether it has any.
///
/// Helm lays this file over `Chart.yaml`, whatever the chart's API version: a list of dependencies here is the only one.
pub(crate) fn requirements(file: &SourceFile<'_>, facts: &mut Facts) -> bool {
    let mut has_any = false;
    documents::read(file, facts, template_marker, |yaml, facts| {
        let Some(root) = yaml.documents.first().map(Node::resolved) else { return };
        has_any = root.get("dependencies").is_some_and(|it| it.resolved().kind() == Kind::Sequence);
        dependencies(yaml, root, file.context(), facts);
    });
    has_any
}

/// What a dependency is locked to.
pub(crate) struct Locked {
    /// Where the lock says so.
    pub(crate) at: Location,
    /// The chart's name.
    pub(crate) name: String,
    /// The version.
    pub(crate) version: String,
}

/// What `Chart.lock` or `requirements.lock` hold the dependencies to, in its order. What is no lock of a chart has none.
pub(crate) fn locked(file: &SourceFile<'_>, facts: &mut Facts) -> Vec<Locked> {
    let mut found = Vec::new();
    documents::read(file, facts, template_marker, |yaml, facts| {
        let Some(dependencies) = yaml.documents.first().and_then(|it| it.get("dependencies")) else {
            if !yaml.is_broken {
                facts.gap(file.start(), GapReason::Syntax, "a lock of a chart has a list of dependencies");
            }
            return;
        };
        for dependency in dependencies.items() {
            let version = dependency.get("version").and_then(|it| Some((it, yaml.text(it)?)));
            let (Some(name), Some((at, version))) = (yaml.text_of(dependency, "name"), version) else { continue };
            found.push(Locked { at: file.at(at.span()), name: name.to_owned(), version: version.to_owned() });
        }
    });
    found
}

/// Helm fills in nothing in this file, so any expression means that something else has to do it first.
fn template_marker(text: &str) -> Option<usize> {
    documents::expression(text).into_iter().chain(memchr::memmem::find(text.as_bytes(), b"${")).min()
}

fn offer(yaml: &Yaml<'_>, root: Node<'_>, context: Context, facts: &mut Facts) {
    let file = yaml.file();
    let Some(name) = root.get("name").filter(|it| yaml.text(*it).is_some_and(|text| !text.is_empty())) else {
        if !yaml.is_broken {
            facts.gap(file.at(0..0), GapReason::Syntax, "a chart without a name");
        }
        return;
    };
    let mut traits = BTreeSet::new();
    if yaml.text_of(root, "type") == Some("library") {
        traits.insert(OfferTrait::Library);
    }
    facts.offers.push(Offer {
        at: file.at(name.span()),
        artifact: Artifact::HelmChart,
        path: file.folder().into(),
        name: yaml.text(name).unwrap_or_default().to_owned(),
        version: yaml.text_of(root, "version").map(str::to_owned),
        described: yaml.text_of(root, "description").is_some(),
        inputs: Described::default(),
        outputs: Described::default(),
        traits,
        context,
    });
}

fn dependencies(yaml: &Yaml<'_>, root: Node<'_>, context: Context, facts: &mut Facts) {
    let file = yaml.file();
    let Some(dependencies) = root.get("dependencies") else { return };
    if dependencies.resolved().kind() != Kind::Sequence {
        yaml.wrong_shape(Some(dependencies), "dependencies is not a list", facts);
    }
    for dependency in dependencies.items() {
        let Some((name, name_text)) =
            dependency.get("name").and_then(|name| Some((name, yaml.text(name).filter(|it| !it.is_empty())?)))
        else {
            yaml.wrong_shape(Some(dependency), "a dependency without a name", facts);
            continue;
        };
        let repository = yaml.text_of(dependency, "repository");
        // What wasn't read isn't missing: it would be taken for a chart in the chart's own folder.
        if repository.is_none() && yaml.is_broken {
            continue;
        }
        let version = yaml.text_of(dependency, "version");
        let Reference { origin, version } = Reference::of(chart::parse(repository, name_text, version, file.folder()));
        if let Origin::Invalid { reason } = &origin {
            facts.gap(file.at(name.span()), GapReason::InvalidReference, reason.as_str());
        }
        facts.uses.push(Use {
            at: file.at(name.span()),
            artifact: Artifact::HelmChart,
            written: repository.map_or_else(|| name_text.to_owned(), without_secret),
            origin,
            version,
            context,
            via: None,
        });
    }
}

/// User and password before a host are nobody's business.
pub(super) fn without_secret(repository: &str) -> String {
    let Some((scheme, rest)) = repository.split_once("://") else { return repository.to_owned() };
    let authority = rest.split('/').next().unwrap_or(rest);
    match authority.rsplit_once('@') {
        Some((user, _)) if user.contains(':') => format!("{scheme}://***{}", &rest[user.len()..]),
        Some(_) | None => repository.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_secret;

    #[test]
    fn secrets_are_replaced() {
        assert_eq!(without_secret("https://u:p@h/x@y"), "https://***@h/x@y");
        assert_eq!(without_secret("https://h/x@y:z"), "https://h/x@y:z");
        assert_eq!(without_secret("@alias"), "@alias");
    }
}
