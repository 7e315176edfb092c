//! Objects that tell a controller or a tool which folders and files to read: Argo CD, Flux, Config Sync, Fleet, Skaffold.
//! What lies there isn't applied by hand. Which charts they release is told elsewhere.

use crate::extract::documents::Yaml;
use crate::extract::objects::Object;
use crate::facts::Managed;
use crate::origin::path::joined;
use crate::resolve::{Delivery, Questions};
use crate::syntax::yaml::Node;
use crate::words::{Shapes, shapes_of_keys};

/// Groups and kinds that tell of folders; sorted.
const KINDS: &[(&str, &str)] = &[
    ("argoproj.io", "Application"),
    ("argoproj.io", "ApplicationSet"),
    ("configsync.gke.io", "RepoSync"),
    ("configsync.gke.io", "RootSync"),
    ("fleet.cattle.io", "GitRepo"),
    ("kustomize.toolkit.fluxcd.io", "Kustomization"),
    ("skaffold", "Config"),
];

/// What the kinds in [`KINDS`] look like.
static SHAPES_OF_KINDS: Shapes = shapes_of_keys!(KINDS, 1);

/// Whether the head of an object of this kind doesn't say which folders it tells of.
pub(super) fn has_more_to_say(group: &str, kind: &str) -> bool {
    SHAPES_OF_KINDS.may_have(kind) && KINDS.binary_search(&(group, kind)).is_ok()
}

/// Asks who keeps what lies in the folders that an object tells of.
pub(super) fn ask<'d>(object: Object<'d>, yaml: &Yaml<'d>, questions: &mut Questions) {
    let at = |path: &[&str]| path.iter().try_fold(object.node, |node, part| node.get(part));
    let texts_at = |path: &[&str]| -> Vec<&'d str> {
        at(path).into_iter().flat_map(Node::items).filter_map(|it| yaml.text(it)).collect()
    };
    let text_at = |path: &[&str]| at(path).and_then(|it| yaml.text(it));
    let mut tell = |managed, repository: Option<&str>, path: &str| {
        let repository = repository.filter(|it| !it.is_empty()).map(str::to_owned);
        let pattern = pattern(path).unwrap_or_else(|| Delivery::ANYWHERE.to_owned());
        questions.deliver(Delivery { managed, repository, pattern, selects: false });
    };
    match (object.group, object.kind) {
        ("argoproj.io", "Application") => {
            for (repository, path) in at(&["spec"]).map(|it| of_argo(it, yaml)).unwrap_or_default() {
                tell(Managed::Gitops, repository, path);
            }
        }
        ("argoproj.io", "ApplicationSet") => {
            let sources = at(&["spec", "template", "spec"]).map(|it| of_argo(it, yaml)).unwrap_or_default();
            for (repository, path) in sources {
                tell(Managed::Gitops, repository, path);
            }
            let mut folders = Vec::new();
            at(&["spec"]).into_iter().for_each(|it| generated(it, yaml, 0, &mut folders));
            for (repository, path) in folders {
                tell(Managed::Gitops, repository, path);
            }
        }
        ("configsync.gke.io", "RepoSync" | "RootSync") => {
            if let Some(path) = text_at(&["spec", "git", "dir"]) {
                tell(Managed::Gitops, text_at(&["spec", "git", "repo"]), path);
            }
        }
        ("fleet.cattle.io", "GitRepo") => {
            for path in texts_at(&["spec", "paths"]) {
                tell(Managed::Tool, text_at(&["spec", "repo"]), path);
            }
        }
        // Its source is another object, by custom of the same repository.
        ("kustomize.toolkit.fluxcd.io", "Kustomization") => {
            if let Some(path) = text_at(&["spec", "path"])
                && text_at(&["spec", "sourceRef", "kind"]) == Some("GitRepository")
            {
                tell(Managed::Gitops, None, path);
            }
        }
        ("skaffold", "Config") => {
            let raw = texts_at(&["manifests", "rawYaml"]).into_iter();
            for path in raw.chain(texts_at(&["deploy", "kubectl", "manifests"])) {
                tell(Managed::Tool, None, &joined(yaml.file().folder(), path));
            }
        }
        _ => {}
    }
}

/// The repositories and folders of the sources of an application; a chart of a repository of charts is none.
fn of_argo<'d>(spec: Node<'d>, yaml: &Yaml<'d>) -> Vec<(Option<&'d str>, &'d str)> {
    let sources = spec.get("source").into_iter().chain(spec.get("sources").into_iter().flat_map(Node::items));
    let folder = |it: Node<'d>| {
        let path = yaml.text_of(it, "path").filter(|_| it.get("chart").is_none())?;
        Some((yaml.text_of(it, "repoURL"), path))
    };
    sources.filter_map(folder).collect()
}

/// The folders that generators of applications look at; generators may be nested in others.
fn generated<'d>(node: Node<'d>, yaml: &Yaml<'d>, depth: usize, found: &mut Vec<(Option<&'d str>, &'d str)>) {
    const DEEPEST: usize = 3;
    for generator in node.get("generators").into_iter().flat_map(Node::items) {
        if let Some(git) = generator.get("git") {
            let repository = yaml.text_of(git, "repoURL");
            let folders = git.get("directories").into_iter().flat_map(Node::items);
            let wanted = folders.filter(|it| yaml.text_of(*it, "exclude") != Some("true"));
            found.extend(wanted.filter_map(|it| Some((repository, yaml.text_of(it, "path")?))));
        }
        for combined in ["matrix", "merge"].into_iter().filter_map(|it| generator.get(it)) {
            if depth < DEEPEST {
                generated(combined, yaml, depth + 1, found);
            }
        }
    }
}

/// A path from the root of a repository, with `*` for what is filled in later; none for one that could be anything.
fn pattern(path: &str) -> Option<String> {
    let mut text = path.trim().to_owned();
    for (open, close) in [("{{", "}}"), ("${", "}")] {
        while let Some(start) = text.find(open) {
            let end = text[start..].find(close).map_or(text.len(), |it| start + it + close.len());
            text.replace_range(start..end, "*");
        }
    }
    let pattern = joined("", &text);
    let first = pattern.split('/').next().unwrap_or("");
    let is_anything = !first.is_empty() && first.bytes().all(|it| it == b'*');
    (!is_anything && !pattern.starts_with("..")).then_some(pattern)
}

#[cfg(test)]
mod tests {
    use super::{KINDS, pattern};

    #[test]
    fn tables_are_sorted() {
        assert!(KINDS.is_sorted());
    }

    #[test]
    fn patterns() {
        for (path, expected) in [
            ("./apps/shop/", Some("apps/shop")),
            (".", Some("")),
            ("envs/{{ .env }}/shop", Some("envs/*/shop")),
            ("apps/shop-${ENV}", Some("apps/shop-*")),
            ("{{path}}", None),
            ("*", None),
            ("../other", None),
        ] {
            assert_eq!(pattern(path).as_deref(), expected, "{path}");
        }
    }
}
