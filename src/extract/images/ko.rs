//! `.ko.yaml`: the images that ko puts Go programs on. Where it names none, ko has its own default, which is not told: it
//! is written nowhere.

use super::reference;
use crate::extract::ci;
use crate::facts::{Artifact, Facts};
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

/// Adds the base images of ko's configuration.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    ci::read_marked(
        file,
        facts,
        |_| None,
        |mut reader| {
            let Some(root) = reader.root() else {
                let first = reader.yaml.documents.first();
                return reader.yaml.wrong_shape(first, "ko's configuration is a mapping", reader.facts);
            };
            let overrides = root.get("baseImageOverrides");
            let overrides = overrides.filter(|it| it.resolved().kind() == Kind::Mapping).map(Node::entries);
            let overrides = overrides.unwrap_or_default().into_iter().map(|(_, image)| image);
            for image in root.get("defaultBaseImage").into_iter().chain(overrides) {
                if let Some(text) = reader.yaml.text(image).filter(|it| !it.trim().is_empty()) {
                    reader.add(image, Artifact::BaseImage, reference(text));
                }
            }
        },
    );
}
