//! Images in values of charts: texts under a key that ends in `image`, and mappings there with repository, registry and
//! tag, as charts have them by custom.

use crate::extract::ci::Reader;
use crate::facts::Artifact;
use crate::origin::{Origin, Reference, image};
use crate::syntax::yaml::{Kind, Node};

/// How deep images are looked for.
const MAX_DEPTH: usize = 24;

/// Adds the images in values.
pub(super) fn images<'r>(values: Node<'r>, reader: &mut Reader<'r, 'r>) {
    within(values, MAX_DEPTH, reader);
}

fn within<'r>(node: Node<'r>, depth: usize, reader: &mut Reader<'r, 'r>) {
    if depth == 0 {
        return;
    }
    for (key, value) in node.entries() {
        let is_image = key.text().is_some_and(|it| it.ends_with("image") || it.ends_with("Image"));
        if !(is_image && image(value, reader)) {
            within(value, depth - 1, reader);
        }
    }
    node.items().filter(|it| it.resolved().kind() == Kind::Mapping).for_each(|it| within(it, depth - 1, reader));
}

/// Adds the image that a value is: its name in full, or in parts. Says whether it is one.
pub(super) fn image<'r>(node: Node<'r>, reader: &mut Reader<'r, 'r>) -> bool {
    let yaml = reader.yaml;
    if let Some(text) = yaml.text(node) {
        // A picture, a path, a word: only what the grammar allows and what says more than a word.
        let parsed = image::parse(text).ok().filter(|it| matches!(it.origin, Origin::Image { .. }));
        let Some(reference) = parsed.filter(|_| text.contains(['/', ':'])) else { return false };
        reader.add(node, Artifact::WorkloadImage, reference);
        return true;
    }
    let of =
        |key: &str| node.get(key).filter(|it| !it.is_null()).and_then(|it| yaml.text(it)).filter(|it| !it.is_empty());
    let name = node.get("repository").filter(|it| yaml.text(*it).is_some_and(|it| !it.is_empty()));
    let Some((place, repository)) = name.and_then(|it| Some((it, yaml.text(it)?))) else { return false };
    // Without a tag or a digest it may be a repository of anything.
    let (tag, digest) = (of("tag").or_else(|| of("version")), of("digest").or_else(|| of("sha")));
    if tag.is_none() && digest.is_none() {
        return false;
    }
    let registry = of("registry").map(|it| format!("{}/", it.trim_end_matches('/'))).unwrap_or_default();
    let tag = tag.map(|it| format!(":{it}")).unwrap_or_default();
    let digest = digest.map(|it| format!("@{}{it}", if it.contains(':') { "" } else { "sha256:" })).unwrap_or_default();
    let written = format!("{registry}{repository}{tag}{digest}");
    let reference = Reference::of(image::parse(&written));
    reader.add_at(place.resolved().span(), &written, Artifact::WorkloadImage, reference);
    true
}
