//! `kustomization.yaml` → what it brings in, the charts that it inflates, the images that it puts in the place of others.
//!
//! Patches change what was brought in, and are no uses; their files are kustomize's. Files of generators, transformers and validators are read like
//! resources, so that they are kustomize's too.

use super::chart::without_secret;
use super::documents::{self, Yaml};
use super::objects;
use crate::facts::{Artifact, Facts, GapReason, Managed, Use};
use crate::origin::path::joined;
use crate::origin::{Origin, Pin, Reference, Version, chart, image, kustomize};
use crate::resolve::{Delivery, Questions};
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

/// The lists of what is brought in; sorted.
const LISTS: &[&str] = &["bases", "components", "crds", "generators", "resources", "transformers", "validators"];

/// The lists of patches, whose entries are paths or have one; sorted.
const PATCHES: &[&str] = &["patches", "patchesJson6902", "patchesStrategicMerge"];

/// The API group of kustomizations. Another one's object of the same kind, Flux's, may lie in a file of this name.
const GROUP: &str = "kustomize.config.k8s.io/";

/// Reads a kustomization.
pub(super) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    documents::read(file, facts, objects::template_marker, |yaml, facts| {
        let Some(root) = yaml.documents.first().map(Node::resolved) else { return };
        if root.kind() != Kind::Mapping {
            if !yaml.is_broken {
                facts.gap(file.start(), GapReason::Syntax, "a kustomization is a mapping");
            }
            return;
        }
        if is_another(yaml, root) {
            return;
        }
        for list in LISTS {
            let entries = root.get(list).filter(|it| !it.is_null());
            if entries.is_some_and(|it| it.resolved().kind() != Kind::Sequence) {
                yaml.wrong_shape(entries, format!("{list} is not a list"), facts);
            }
            for entry in entries.iter().flat_map(|it| it.resolved().items()) {
                resource(yaml, entry, facts);
            }
        }
        for list in PATCHES {
            for entry in root.get(list).iter().flat_map(|it| it.resolved().items()) {
                patch(yaml, entry, questions);
            }
        }
        let home = root.get("helmGlobals").and_then(|it| yaml.text_of(it, "chartHome"));
        for entry in root.get("helmCharts").iter().flat_map(|it| it.resolved().items()) {
            inflated(yaml, entry, ["name", "repo", "version"], home, facts);
        }
        for entry in root.get("helmChartInflationGenerator").iter().flat_map(|it| it.resolved().items()) {
            let home = yaml.text_of(entry, "chartHome");
            inflated(yaml, entry, ["chartName", "chartRepoUrl", "chartVersion"], home, facts);
        }
        for list in ["images", "imageTags"] {
            for entry in root.get(list).iter().flat_map(|it| it.resolved().items()) {
                replaced_image(yaml, entry, facts);
            }
        }
    });
}

/// Whether a file is an object of another group.
fn is_another(yaml: &Yaml<'_>, root: Node<'_>) -> bool {
    yaml.text_of(root, "apiVersion").is_some_and(|it| !it.starts_with(GROUP))
}

/// A file, a folder, a remote root; nothing for what is written out in place.
fn resource<'d>(yaml: &Yaml<'d>, entry: Node<'d>, facts: &mut Facts) {
    let file = yaml.file();
    let Some(text) = yaml.text(entry) else { return };
    if text.contains('\n') {
        return;
    }
    let Reference { origin, version } = Reference::of(kustomize::parse(text, file.folder()));
    let at = file.at(entry.resolved().span());
    if let Origin::Invalid { reason } = &origin {
        facts.gap(at.clone(), GapReason::InvalidReference, reason.as_str());
    }
    facts.uses.push(Use {
        at,
        artifact: Artifact::KustomizeBase,
        written: crate::origin::terraform::redact(text).into_owned(),
        origin,
        version,
        context: file.context(),
        via: None,
    });
}

/// A file of a patch, wherever it lies; nothing for a patch that is written out in place.
fn patch<'d>(yaml: &Yaml<'d>, entry: Node<'d>, questions: &mut Questions) {
    let path = yaml.text_of(entry, "path").or_else(|| yaml.text(entry));
    if let Some(path) = path.filter(|it| !it.is_empty() && !it.contains(['\n', '*'])) {
        let pattern = joined(yaml.file().folder(), path);
        // A target without a name may be many objects; one with a name is the object that the patch is for.
        let target = entry.get("target").filter(|it| !it.is_null());
        let selects = target.is_some_and(|it| it.get("name").is_none());
        questions.deliver(Delivery { managed: Managed::Kustomize, repository: None, pattern, selects });
    }
}

/// A chart that is inflated: one of a repository, or one that lies in the folder of charts.
pub(super) fn inflated<'d>(
    yaml: &Yaml<'d>,
    entry: Node<'d>,
    [name, repository, version]: [&str; 3],
    home: Option<&str>,
    facts: &mut Facts,
) {
    let file = yaml.file();
    let Some((at, name)) = entry.get(name).and_then(|it| Some((it, yaml.text(it).filter(|it| !it.is_empty())?))) else {
        yaml.wrong_shape(Some(entry), "a chart without a name", facts);
        return;
    };
    let (repository, version) = (yaml.text_of(entry, repository), yaml.text_of(entry, version));
    let folder = file.folder();
    let reference = match repository {
        Some(repository) => Reference::of(chart::parse(Some(repository), name, version, folder)),
        None if name.contains("{{") || name.contains("${") => Reference::dynamic("", "filled in by a template"),
        None => Reference {
            origin: Origin::Local { path: joined(&joined(folder, home.unwrap_or("charts")), name) },
            version: Version::only(Pin::SameCommit),
        },
    };
    let Reference { origin, version } = reference;
    if let Origin::Invalid { reason } = &origin {
        facts.gap(file.at(at.span()), GapReason::InvalidReference, reason.as_str());
    }
    facts.uses.push(Use {
        at: file.at(at.resolved().span()),
        artifact: Artifact::HelmChart,
        written: repository.map_or_else(|| name.to_owned(), without_secret),
        origin,
        version,
        context: file.context(),
        via: None,
    });
}

/// An image in the place of another, or another tag or digest of it. One of which only the name is said keeps the tag
/// that it has in each place.
pub(super) fn replaced_image<'d>(yaml: &Yaml<'d>, entry: Node<'d>, facts: &mut Facts) {
    let file = yaml.file();
    let of = |key| yaml.text_of(entry, key);
    let (new_name, tag, digest) = (of("newName"), of("newTag"), of("digest"));
    if new_name.is_none() && tag.is_none() && digest.is_none() {
        return;
    }
    let Some(name) = new_name.or_else(|| of("name")) else {
        yaml.wrong_shape(Some(entry), "an image without a name", facts);
        return;
    };
    let tag_text = tag.map(|it| format!(":{it}")).unwrap_or_default();
    let digest_text = digest.map(|it| format!("@{it}")).unwrap_or_default();
    let written = format!("{name}{tag_text}{digest_text}");
    let mut reference = Reference::of(image::parse(&written));
    if tag.is_none() && digest.is_none() {
        reference.version.pin = Pin::Dynamic;
    }
    // Where the new value stands: the newest says which image it is.
    let keys = ["digest", "newTag", "newName"];
    let at = keys.iter().find_map(|key| entry.get(key).filter(|it| !it.is_null())).unwrap_or(entry);
    let at = file.at(at.resolved().span());
    if let Origin::Invalid { reason } = &reference.origin {
        facts.gap(at.clone(), GapReason::InvalidReference, reason.as_str());
    }
    let Reference { origin, version } = reference;
    facts.uses.push(Use {
        at,
        artifact: Artifact::WorkloadImage,
        written,
        origin,
        version,
        context: file.context(),
        via: None,
    });
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted() {
        assert!(super::LISTS.is_sorted());
    }
}
