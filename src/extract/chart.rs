//! `Chart.yaml` → the chart it offers and the charts it uses.

use std::collections::BTreeSet;

use super::documents::{self, Yaml};
use crate::facts::{Artifact, Context, Described, Facts, GapReason, Offer, OfferTrait, Use};
use crate::origin::{Origin, Reference, chart};
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    documents::read(file, facts, template_marker, |yaml, facts| {
        let root = yaml.documents.first().map(Node::resolved).filter(|it| it.kind() == Kind::Mapping);
        let context = context(file);
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

/// Helm fills in nothing in this file, so any expression means that something else has to do it first.
fn template_marker(text: &str) -> Option<usize> {
    documents::expression(text).into_iter().chain(memchr::memmem::find(text.as_bytes(), b"${")).min()
}

/// A chart in the `charts` folder of a chart that lies in a `charts` folder itself was put there by `helm dependency`.
fn context(file: &SourceFile<'_>) -> Context {
    let mut folders = file.folder().rsplit('/').skip(1);
    let is_vendored = folders.next() == Some("charts") && folders.nth(1) == Some("charts");
    match file.context() {
        Context::Production if is_vendored => Context::Vendored,
        context => context,
    }
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
fn without_secret(repository: &str) -> String {
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
