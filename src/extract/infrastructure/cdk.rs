//! Applications of the CDK: `cdk.json`, and the libraries of constructs that the package beside it depends on.

use super::{marker, read};
use crate::facts::{Artifact, Facts, Said};
use crate::origin::{Reference, node_package};
use crate::resolve::Questions;
use crate::source::SourceFile;
use crate::syntax::yaml::Node;

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    read(file, facts, |reader, root| {
        let Some(app) = reader.yaml.text_of(root, "app") else { return };
        let mut marker = marker(reader, "cdk", None);
        marker.say(Said::Source, app);
        reader.facts.markers.push(marker);
        questions.ask_constructs(file.folder());
    });
}

/// What names of packages with constructs begin with; sorted.
const FAMILIES: &[&str] =
    &["@aws-cdk/", "@aws-solutions-constructs/", "@cdklabs/", "@pepperize/cdk-", "aws-cdk-lib", "cdk-", "cdk8s"];

/// Adds the libraries of constructs of a `package.json`. That a package has constructs is known of a few families of
/// names only; the tools of the CDK itself have none.
pub(crate) fn constructs(file: &SourceFile<'_>, facts: &mut Facts) {
    read(file, facts, |reader, root| {
        for list in ["dependencies", "devDependencies", "peerDependencies"] {
            for (key, value) in root.get(list).map(Node::entries).unwrap_or_default() {
                let name = key.text().unwrap_or("");
                if !FAMILIES.iter().any(|it| name.starts_with(it)) || name.ends_with("-cli") {
                    continue;
                }
                let range = reader.yaml.text(value);
                let reference = Reference::of(node_package::parse(name, range, file.folder()));
                reader.add(key, Artifact::CdkConstruct, reference);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::FAMILIES;

    #[test]
    fn tables_are_sorted() {
        assert!(FAMILIES.is_sorted());
    }
}
