//! `devcontainer.json`: the image that developers work in, and the features that are put into it.
//!
//! A Dockerfile or a compose file that it names is read as what it is; a compose file under whatever name.

use super::reference;
use crate::classify::FileKind;
use crate::extract::ci::add_use;
use crate::facts::{Artifact, Facts, GapReason};
use crate::origin::terraform::resolve;
use crate::origin::{Origin, Pin, Reference, Version};
use crate::resolve::Questions;
use crate::source::SourceFile;
use crate::syntax::json::readable;
use crate::syntax::yaml::{self, Kind, Node, ProblemKind};

/// The variables that the tool puts in begin so: of them only the developer's machine knows more.
const VARIABLE: &str = "${";

/// Where the features lie that are named by one word.
const OWN_FEATURES: &str = "ghcr.io/devcontainers/features/";

/// Adds what a dev container runs.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    let text = readable(file.text());
    let (documents, problems) = yaml::parse(&text);
    if let Some(first) = problems.iter().find(|it| it.kind != ProblemKind::DuplicateKey) {
        facts.gap(file.at(first.offset..first.offset), GapReason::Syntax, first.message.as_str());
    }
    let Some(root) = documents.first().map(Node::resolved).filter(|it| it.kind() == Kind::Mapping) else {
        if problems.is_empty() {
            facts.gap(file.at(0..0), GapReason::Syntax, "a dev container is an object");
        }
        return;
    };
    let mut add = |node: Node<'_>, artifact: Artifact, reference: Reference| {
        let written = file.text().get(node.span()).unwrap_or("");
        add_use(facts, file.at(node.span()), artifact, written, reference, file.context(), false);
    };
    if let Some((image, text)) = root.get("image").and_then(|it| Some((it, it.text()?))) {
        add(image, Artifact::WorkloadImage, reference(text));
    }
    for (feature, _) in root.get("features").map(Node::entries).unwrap_or_default() {
        if let Some(text) = feature.text() {
            add(feature, Artifact::DevContainerFeature, feature_named(text, file.folder()));
        }
    }
    let composed = root.get("dockerComposeFile");
    let one = composed.filter(|it| it.text().is_some());
    for path in one.into_iter().chain(composed.into_iter().flat_map(Node::items)) {
        let path = path.text().filter(|it| !it.contains(VARIABLE)).map(|it| resolve(file.folder(), it));
        if let Some(path) = path.filter(|it| !it.starts_with("..")) {
            questions.ask_include(&path, FileKind::ComposeFile);
        }
    }
}

/// What a feature's name says: an artifact in a registry, a folder beside the file, an archive, or, as it was done before
/// there were registries, one word or a release of a repository on GitHub.
fn feature_named(text: &str, folder: &str) -> Reference {
    // `…/aws:` is common, and asks for no version.
    let text = text.strip_suffix(':').unwrap_or(text);
    let version = Version::only(Pin::Default);
    if text.starts_with("./") || text.starts_with("../") {
        let version = Version::only(Pin::SameCommit);
        return Reference { origin: Origin::Local { path: resolve(folder, text) }, version };
    }
    if let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) {
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let origin = Origin::Url { host: host.to_lowercase(), path: path.to_owned() };
        return Reference { origin, version };
    }
    let first = text.split('/').next().unwrap_or("");
    if !text.contains('/') {
        return reference(&format!("{OWN_FEATURES}{text}"));
    }
    if first.contains(['.', ':']) || first == "localhost" {
        return reference(text);
    }
    let (name, tag) = text.split_once('@').map_or((text, None), |(name, tag)| (name, Some(tag)));
    match name.splitn(3, '/').collect::<Vec<_>>().as_slice() {
        [owner, name, path] if !owner.is_empty() && !name.is_empty() => {
            let (owner, name, path) = ((*owner).to_owned(), (*name).to_owned(), (*path).to_owned());
            let origin = Origin::Repo { host: "github.com".to_owned(), owner, name, path };
            Reference { origin, version: Version::git(tag) }
        }
        _ => reference(text),
    }
}

#[cfg(test)]
mod tests {
    use super::feature_named;
    use crate::origin::Origin;

    #[test]
    fn names_of_features() {
        for (text, expected) in [
            ("ghcr.io/devcontainers/features/node:1", "ghcr.io/devcontainers/features/node"),
            ("node", "ghcr.io/devcontainers/features/node"),
            ("./local", "./.devcontainer/local"),
            ("https://acme.example/f/devcontainer-feature-go.tgz", "acme.example/f/devcontainer-feature-go.tgz"),
            ("acme/features/go@v1.2", "acme/features//go"),
            ("ghcr.io/acme/features/aws:", "ghcr.io/acme/features/aws"),
            ("ghcr.io/Acme/features/aws", "invalid"),
        ] {
            let told = match feature_named(text, ".devcontainer").origin {
                Origin::Image { registry, repository } => format!("{registry}/{repository}"),
                Origin::Local { path } => format!("./{path}"),
                Origin::Url { host, path } => format!("{host}/{path}"),
                Origin::Repo { host: _, owner, name, path } => format!("{owner}/{name}//{path}"),
                Origin::Invalid { .. } => "invalid".to_owned(),
                other => format!("{other:?}"),
            };
            assert_eq!(told, expected, "{text}");
        }
    }
}
