//! `project.toml` of Cloud Native Buildpacks: the builder, and the buildpacks of its group.

use std::collections::{BTreeMap, BTreeSet};

use super::reference;
use crate::extract::ci::add_use;
use crate::facts::{Artifact, Facts, GapReason};
use crate::origin::terraform::resolve;
use crate::origin::{Origin, Pin, Reference, Version};
use crate::source::SourceFile;
use crate::syntax::toml::{self, Entry};

/// The registry of buildpacks that names without one are looked up in.
const REGISTRY: &str = "registry.buildpacks.io";

/// The lists of buildpacks, of the format's versions and of what they may be put around; sorted.
const GROUPS: &[&str] =
    &["build.buildpacks", "io.buildpacks.group", "io.buildpacks.post.group", "io.buildpacks.pre.group"];

/// The keys that name a builder; sorted.
const BUILDERS: &[&str] = &["build.builder", "io.buildpacks.builder"];

/// Adds what a project is built with.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    let (entries, is_whole) = toml::entries(file.text());
    if !is_whole {
        facts.gap(file.at(0..0), GapReason::Syntax, "not all of it is TOML");
    }
    // The items of a group: their `uri`, `id` and `version`.
    let mut items: BTreeMap<usize, BTreeMap<&str, &Entry<'_>>> = BTreeMap::new();
    let mut scripted: BTreeSet<usize> = BTreeSet::new();
    for entry in &entries {
        if BUILDERS.binary_search(&entry.key.as_str()).is_ok() {
            add(file, entry, reference(&entry.text), facts);
        }
        if let Some((list, key)) = entry.key.rsplit_once('.')
            && GROUPS.binary_search(&list).is_ok()
        {
            items.entry(entry.table).or_default().insert(key, entry);
        }
        // A script is written where a buildpack's address would be; its table comes after the item's.
        if GROUPS.iter().any(|it| entry.key.strip_prefix(it).is_some_and(|it| it.starts_with(".script."))) {
            scripted.extend([entry.table, entry.table.saturating_sub(1)]);
        }
    }
    for (table, item) in &items {
        let version = item.get("version").map(|it| it.text.as_ref());
        if let Some(uri) = item.get("uri") {
            add(file, uri, buildpack(&uri.text, file.folder()), facts);
        } else if let Some(id) = item.get("id").filter(|_| !scripted.contains(table)) {
            add(file, id, of_registry(&id.text, version), facts);
        }
    }
}

fn add(file: &SourceFile<'_>, entry: &Entry<'_>, reference: Reference, facts: &mut Facts) {
    let at = file.at(entry.span.clone());
    let written = file.text().get(entry.span.clone()).unwrap_or("");
    add_use(facts, at, Artifact::Buildpack, written, reference, file.context(), false);
}

/// What a buildpack's `uri` says: an image, an entry of the registry, an archive, or a folder of the repository.
fn buildpack(uri: &str, folder: &str) -> Reference {
    if uri.starts_with("docker://") {
        return reference(uri);
    }
    if let Some(name) = uri.strip_prefix("urn:cnb:registry:") {
        let (name, version) = name.split_once('@').map_or((name, None), |(name, version)| (name, Some(version)));
        return of_registry(name, version);
    }
    if let Some(name) = uri.strip_prefix("urn:cnb:builder:").or_else(|| uri.strip_prefix("from=builder:")) {
        let (name, version) = name.split_once('@').map_or((name, None), |(name, version)| (name, Some(version)));
        return of_registry(name, version);
    }
    if let Some((_, rest)) = uri.split_once("://") {
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let origin = Origin::Url { host: host.to_lowercase(), path: path.to_owned() };
        return Reference { origin, version: Version::only(Pin::Default) };
    }
    let is_path = uri.starts_with('.') || uri.starts_with('/') || uri.ends_with(".tgz") || uri.ends_with(".cnb");
    match uri.split_once('@') {
        Some((name, version)) if !is_path && name.matches('/').count() == 1 => of_registry(name, Some(version)),
        None if !is_path && uri.matches('/').count() == 1 => of_registry(uri, None),
        Some(_) | None if !is_path => reference(uri),
        Some(_) | None => {
            let path = resolve(folder, uri);
            Reference { origin: Origin::Local { path }, version: Version::only(Pin::SameCommit) }
        }
    }
}

/// A buildpack of the public registry, by its name.
fn of_registry(name: &str, version: Option<&str>) -> Reference {
    let origin = Origin::Registry { host: REGISTRY.to_owned(), name: name.to_owned(), path: String::new() };
    Reference { origin, version: Version::range(version) }
}

#[cfg(test)]
mod tests {
    use super::{BUILDERS, GROUPS, buildpack};
    use crate::origin::Origin;

    #[test]
    fn tables_are_sorted() {
        assert!(BUILDERS.is_sorted());
        assert!(GROUPS.is_sorted());
    }

    #[test]
    fn forms_of_uris() {
        for (uri, expected) in [
            ("docker://acme/pack:1", "image docker.io/acme/pack"),
            ("urn:cnb:registry:acme/go@1.2.3", "registry acme/go 1.2.3"),
            ("acme/go@1.2.3", "registry acme/go 1.2.3"),
            ("acme/go", "registry acme/go "),
            ("ghcr.io/acme/packs/go:2", "image ghcr.io/acme/packs/go"),
            ("https://acme.example/go.tgz", "url acme.example/go.tgz"),
            ("./packs/go", "local app/packs/go"),
        ] {
            let found = buildpack(uri, "app");
            let told = match &found.origin {
                Origin::Image { registry, repository } => format!("image {registry}/{repository}"),
                Origin::Registry { host: _, name, path: _ } => {
                    let version = &found.version;
                    let asked = version.reference.as_ref().or(version.constraint.as_ref());
                    format!("registry {name} {}", asked.map_or("", String::as_str))
                }
                Origin::Url { host, path } => format!("url {host}/{path}"),
                Origin::Local { path } => format!("local {path}"),
                other => format!("{other:?}"),
            };
            assert_eq!(told, expected, "{uri}");
        }
    }
}
