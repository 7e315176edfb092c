//! Values of Helm charts: the images that workloads are given, by the shape that charts have them in.
//!
//! A key that is `image` or ends so, in any case, with a text, or with a mapping that has a `repository` and perhaps a
//! `registry`, `tag` or `digest`. What a chart makes of other keys only its templates tell.

use super::reference;
use crate::extract::ci::{self, Reader};
use crate::facts::{Artifact, Context, Facts};
use crate::origin::{Origin, Reference};
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node, Style};

/// How deep mappings are followed.
const MAX_DEPTH: usize = 30;

/// What an address of a picture or of a disk ends with; sorted.
const NO_IMAGES: &[&str] =
    &["bmp", "gif", "ico", "img", "iso", "jpeg", "jpg", "png", "qcow2", "svg", "tar", "vhd", "vmdk", "webp"];

/// Adds the images of a file of values.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    let text = file.text().as_bytes();
    // Most files of values name none, or leave it to the chart.
    if memchr::memmem::find(text, b"mage").is_none() && memchr::memmem::find(text, b"MAGE").is_none() {
        return;
    }
    // Expressions in values are texts that templates of the chart may fill in.
    ci::read_marked(
        file,
        facts,
        |_| None,
        |mut reader| {
            if reader.context == Context::Production {
                reader.context = context(file);
            }
            let roots: Vec<Node<'_>> = reader.yaml.documents.roots().collect();
            roots.into_iter().for_each(|root| images(&mut reader, root, 0));
        },
    );
}

/// A chart in the `charts` folder of a chart that lies in a `charts` folder itself was put there by `helm dependency`;
/// `values.dev.template.yaml` has to be filled in before it is one of values.
fn context(file: &SourceFile<'_>) -> Context {
    let (mut folders, name) = (file.folder().rsplit('/').skip(1), file.path().rsplit('/').next().unwrap_or(""));
    if folders.next() == Some("charts") && folders.nth(1) == Some("charts") {
        Context::Vendored
    } else if name.split('.').any(|it| matches!(it, "template" | "tpl" | "tmpl")) {
        Context::Template
    } else {
        Context::Production
    }
}

/// Adds the images of a tree of values.
pub(in crate::extract) fn images<'r>(reader: &mut Reader<'r, 'r>, node: Node<'r>, depth: usize) {
    // An alias repeats what is read where it is written.
    if depth > MAX_DEPTH || node.kind() == Kind::Alias {
        return;
    }
    for (key, value) in node.entries() {
        let name = key.text().unwrap_or("");
        let is_image = name.get(name.len().saturating_sub(5)..).is_some_and(|end| end.eq_ignore_ascii_case("image"));
        if is_image {
            image(reader, value);
        }
        images(reader, value, depth + 1);
    }
    node.items().for_each(|item| images(reader, item, depth + 1));
}

fn image<'r>(reader: &mut Reader<'r, 'r>, value: Node<'r>) {
    if value.resolved().kind() != Kind::Mapping {
        let is_plain = value.style() == Some(Style::Plain);
        let Some(text) = reader.yaml.text(value).filter(|it| may_be_image(it, is_plain)) else { return };
        return add(reader, value, reference(text));
    }
    let Some(repository) = value.get("repository") else { return };
    let Some(name) = reader.yaml.text(repository).filter(|it| may_be_image(it, false)) else { return };
    let part = |key: &str| reader.yaml.text_of(value, key).map(str::trim);
    let mut text = match part("registry") {
        Some(registry) => format!("{}/{name}", registry.trim_end_matches('/')),
        None => name.to_owned(),
    };
    let last = text.rsplit('/').next().unwrap_or("");
    // A tag may stand with the name, as the chart's templates like it.
    if let Some(tag) = part("tag").or_else(|| part("version")).filter(|_| !last.contains([':', '@'])) {
        // `tag: 1.2@sha256:…` is common, and so is a digest in place of a tag.
        let separator = if tag.starts_with("sha256:") { '@' } else { ':' };
        text = format!("{text}{separator}{tag}");
    }
    if let Some(digest) = part("digest").filter(|_| !text.contains('@')) {
        text = format!("{text}@{digest}");
    }
    add(reader, repository, reference(&text));
}

/// Adds an image. What is no reference is another tool's image (a picture, an id): no use, and nothing is wrong with it.
fn add<'r>(reader: &mut Reader<'r, 'r>, node: Node<'r>, reference: Reference) {
    if matches!(reference.origin, Origin::Invalid { .. }) {
        return;
    }
    let n_gaps = reader.facts.gaps.len();
    reader.add(node, Artifact::WorkloadImage, reference);
    // What a template leaves open is what it is for.
    if reader.context == Context::Template {
        reader.facts.gaps.truncate(n_gaps);
    }
}

/// Whether a text may name an image of containers.
fn may_be_image(text: &str, is_plain: bool) -> bool {
    let text = text.trim();
    let is_word = is_plain && matches!(text, "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "~");
    let is_number = is_plain && text.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    let end = text.rsplit_once('.').map_or("", |(_, end)| end);
    let is_path = text.starts_with(['/', '.']) || text.contains("://") || NO_IMAGES.binary_search(&end).is_ok();
    !(text.is_empty() || is_word || is_number || is_path)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted() {
        assert!(super::NO_IMAGES.is_sorted());
    }
}
