//! Azure Pipelines: checkouts of other repositories (`resources.repositories`) beside the pipeline's own.

use crate::facts::Identity;
use crate::origin::terraform::resolve;
use crate::origin::{Origin, Reference, azure};
use crate::resolve::fetch_commands::Fetch;
use crate::source::SourceFile;
use crate::syntax::yaml::Node;

/// No job checks out more repositories.
const MAX_CHECKOUTS: usize = 100;

/// What the `checkout` steps of a job bring, where there are several: each repository then has a folder of its own,
/// named like it, or the one that `path` gives.
pub(super) fn checkouts(
    file: &SourceFile<'_>,
    root: Node<'_>,
    steps: Node<'_>,
    identity: Option<&Identity>,
) -> Vec<Fetch> {
    let text = |node: Node<'_>, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let checkouts: Vec<Node<'_>> =
        steps.items().filter(|it| it.get("checkout").is_some()).take(MAX_CHECKOUTS).collect();
    // Alone, one is checked out in place of the pipeline's own; `none` is none.
    if checkouts.len() < 2 {
        return Vec::new();
    }
    // Paths begin above the folder that sources lie in, which is `s`.
    let path = |step: Node<'_>| text(step, "path").and_then(|it| Some(resolve("", it.strip_prefix("s/")?)));
    let own = checkouts.iter().find(|it| text(**it, "checkout").as_deref() == Some("self"));
    let Some(own) = own else { return Vec::new() };
    let depth = path(*own).map_or(1, |it| it.split('/').count());
    let above = vec![".."; depth].join("/");
    let repositories = root.get("resources").and_then(|it| it.get("repositories"));
    let mut found = Vec::new();
    for step in checkouts {
        let alias = text(step, "checkout").unwrap_or_default();
        let declared =
            repositories.iter().flat_map(|it| it.items()).find(|it| text(*it, "repository").as_ref() == Some(&alias));
        let Some((declared, name)) = declared.and_then(|it| Some((it, text(it, "name")?))) else { continue };
        let Some(reference) = repository(declared, &name, identity) else { continue };
        let folder = match text(step, "path") {
            Some(_) => path(step),
            None => name.rsplit('/').next().map(str::to_owned),
        };
        if let Some(folder) = folder {
            let line = file.at(step.span()).line;
            let folder = resolve(&above, &folder);
            found.push(Fetch { reference, folder, line });
        }
    }
    found
}

/// The repository of a resource. One of Azure Repos is in the organisation of the pipeline's own.
fn repository(declared: Node<'_>, name: &str, identity: Option<&Identity>) -> Option<Reference> {
    let text = |key: &str| declared.get(key).and_then(Node::text);
    let kind = text("type").unwrap_or("git");
    let Reference { origin, version } = azure::repository(kind, name, text("ref"));
    let origin = match origin {
        Origin::ServerSide { name } if kind == "git" => match identity.filter(|it| it.host == "dev.azure.com") {
            Some(own) => azure::in_organisation(&name, &own.owner)?,
            None => {
                let reason = "its organisation is that of the pipeline, which isn't known here".to_owned();
                Origin::Dynamic { prefix: name, reason }
            }
        },
        Origin::ServerSide { .. } | Origin::Invalid { .. } => return None,
        origin => origin,
    };
    Some(Reference { origin, version })
}

#[cfg(test)]
mod tests {
    use super::checkouts;
    use crate::classify::FileKind;
    use crate::facts::{Context, Identity};
    use crate::source::SourceFile;
    use crate::syntax::yaml;

    #[test]
    fn several_checkouts_lie_side_by_side() {
        let text = "\
resources:
  repositories:
    - { repository: shared, type: github, name: acme/tf-shared, ref: refs/tags/v1.0.0, endpoint: x }
    - { repository: platform, type: git, name: Platform/tf-platform }
    - { repository: same, name: tf-same }
steps:
  - checkout: self
  - checkout: shared
  - checkout: platform
    path: s/modules/platform
  - checkout: same
  - checkout: undeclared
";
        let file = SourceFile::new(
            "azure-pipelines.yml".into(),
            FileKind::AzurePipeline,
            Context::Production,
            text.as_bytes(),
        );
        let (documents, _) = yaml::parse(text);
        let root = documents.first().unwrap();
        let own = Identity { host: "dev.azure.com".into(), owner: "acme/shop".into(), name: "app".into() };
        let found = checkouts(&file.unwrap(), root, root.get("steps").unwrap(), Some(&own));
        let told = found.iter().map(|it| match &it.reference.origin {
            crate::origin::Origin::Repo { host, owner, name, path: _ } => {
                format!("{} {} {host}/{owner}/{name} {:?}", it.line, it.folder, it.reference.version.reference)
            }
            other => format!("{other:?}"),
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                "8 ../tf-shared github.com/acme/tf-shared Some(\"refs/tags/v1.0.0\")",
                "9 ../modules/platform dev.azure.com/acme/Platform/tf-platform None",
                "11 ../tf-same dev.azure.com/acme/shop/tf-same None",
            ]
        );
    }
}
