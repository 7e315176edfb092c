//! `fleet.yaml` → the charts that Fleet deploys from its folder, in the clusters that each of its targets names.

use super::chart::without_secret;
use super::documents::{self, Yaml};
use super::objects;
use crate::facts::{Artifact, Facts, GapReason, Use};
use crate::origin::chart::{Place, named};
use crate::origin::{Origin, Reference};
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

/// Reads a bundle.
pub(super) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    documents::read(file, facts, objects::template_marker, |yaml, facts| {
        let Some(root) = yaml.documents.first().map(Node::resolved) else { return };
        if root.kind() != Kind::Mapping {
            if !yaml.is_broken {
                facts.gap(file.start(), GapReason::Syntax, "a bundle of Fleet is a mapping");
            }
            return;
        }
        let own = root.get("helm");
        own.into_iter().for_each(|it| chart(yaml, it, None, facts));
        let targets = root.get("targetCustomizations").or_else(|| root.get("targets"));
        for target in targets.into_iter().flat_map(|it| it.resolved().items()) {
            target.get("helm").into_iter().for_each(|it| chart(yaml, it, own, facts));
        }
    });
}

/// The chart of a bundle, or what a target says in its place: another version, or another chart.
fn chart<'d>(yaml: &Yaml<'d>, helm: Node<'d>, base: Option<Node<'d>>, facts: &mut Facts) {
    let file = yaml.file();
    let says = |key: &str| helm.get(key).filter(|it| !it.is_null());
    if base.is_some() && ["chart", "repo", "version"].iter().all(|it| says(it).is_none()) {
        return;
    }
    let value = |key: &str| yaml.text_of(helm, key).or_else(|| base.and_then(|it| yaml.text_of(it, key)));
    let Some(name) = value("chart") else { return };
    let repository = value("repo");
    // Without a repository it is a folder beside the bundle, unless it says otherwise.
    let is_folder = repository.is_none() && !name.contains("://") && !name.contains("::") && !name.starts_with('/');
    let in_folder = format!("./{name}");
    let place = Place { folder: Some(file.folder()), alias: &|_| None, has_chart: &|_| false };
    let parsed = named(if is_folder { &in_folder } else { name }, repository, value("version"), &place);
    let Reference { origin, version } = Reference::of(parsed);
    let at = ["chart", "version", "repo"].iter().find_map(|it| says(it)).unwrap_or(helm);
    let at = file.at(at.resolved().span());
    if let Origin::Invalid { reason } = &origin {
        facts.gap(at.clone(), GapReason::InvalidReference, reason.as_str());
    }
    facts.uses.push(Use {
        at,
        artifact: Artifact::HelmChart,
        written: without_secret(repository.unwrap_or(name)),
        origin,
        version,
        context: file.context(),
        via: None,
    });
}
