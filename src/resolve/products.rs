//! What the repository makes: the images that its builds are called, each an offer where it is built.
//!
//! A name counts that says where the image is to be had: with a registry's host, or in a namespace of Docker Hub and
//! brought there. A name that nobody else could use (`app`, `base/java` that is never pushed) is the machine's own. Of a
//! name of which a part is open the rest is told, with `…` in its place.
//!
//! Images that take the place of others in a build (`docker-image://…`) are told too: only the Dockerfile says what for.

use std::collections::{BTreeMap, BTreeSet};

use super::build_arguments::dockerfile;
use super::build_commands::{Build, Push};
use super::suppliers::{Supplied, Suppliers};
use super::values::{OPEN, Text};
use super::{Files, bake, compose};
use crate::extract::dockerfile::bases;
use crate::facts::{Artifact, Described, Facts, Offer, Use};
use crate::origin::{Origin, Reference, image};
use crate::source::{Location, SourceFile};

/// No repository that people write makes more images.
const MAX_OFFERS: usize = 5_000;

/// What an image is called, without its version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    /// `registry/repository`.
    text: String,
    /// Whether it is written with its registry.
    has_host: bool,
}

/// Adds the images that builds and pushes make.
pub(super) fn resolve(suppliers: &Suppliers, facts: &mut Facts, files: &Files<'_>) {
    let mut of_files = compose::builds(files);
    of_files.extend(bake::builds(files));
    let builds: Vec<&Supplied<Build>> = of_files.iter().chain(&suppliers.builds).collect();
    let mut found: BTreeSet<(String, u32, String, String)> = BTreeSet::new();
    // What each file pushes, and the folders of what it builds.
    let mut pushed: BTreeMap<&str, Vec<&Push>> = BTreeMap::new();
    for push in &suppliers.pushes {
        pushed.entry(place(&push.place).0).or_default().push(&push.what);
    }
    let mut folders: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for build in &builds {
        let (path, line) = place(&build.place);
        // A script may run in several folders: it builds where a Dockerfile is.
        let is_there = |it: &Build| dockerfile(it, files).is_some();
        let elsewhere =
            |it: &&Supplied<Build>| it.place == build.place && it.what.tags == build.what.tags && is_there(&it.what);
        if !is_there(&build.what) && builds.iter().any(elsewhere) {
            continue;
        }
        let folder = folder_of(&build.what);
        folders.entry(path).or_default().insert(folder.clone());
        let of_file = pushed.get(path).map(Vec::as_slice).unwrap_or_default();
        for tag in &build.what.tags {
            for name in names_of(tag, of_file) {
                let is_pushed =
                    build.what.is_pushed || of_file.iter().any(|it| name_of(&it.name).as_ref() == Some(&name));
                if name.has_host || is_pushed {
                    found.insert((path.to_owned(), line, name.text, folder.clone()));
                }
            }
        }
    }
    // What is pushed under a name that no build of its file has, where the file builds in one folder only.
    for push in &suppliers.pushes {
        let (path, line) = place(&push.place);
        let Some(folders) = folders.get(path).filter(|it| it.len() == 1) else { continue };
        let (Some(name), Some(folder)) = (name_of(&push.what.name), folders.first()) else { continue };
        let is_known = found.iter().any(|(file, _, text, _)| file == path && *text == name.text);
        if !is_known {
            found.insert((path.to_owned(), line, name.text, folder.clone()));
        }
    }
    contexts(&builds, facts, files);
    let mut seen: BTreeSet<(String, String, String)> = BTreeSet::new();
    for (path, line, name, folder) in found {
        if seen.len() >= MAX_OFFERS || !seen.insert((path.clone(), name.clone(), folder.clone())) {
            continue;
        }
        let Some(file) = files.at(&path) else { continue };
        let context = file.context;
        let Some(at) = files.with(file, |source| line_of(source, line)) else { continue };
        facts.offers.push(Offer {
            at,
            artifact: Artifact::BaseImage,
            path: folder.into(),
            name,
            version: None,
            described: false,
            inputs: Described::default(),
            outputs: Described::default(),
            traits: BTreeSet::new(),
            context,
        });
    }
}

/// The file and the line of a place.
fn place(text: &str) -> (&str, u32) {
    let (path, line) = text.rsplit_once(':').unwrap_or((text, ""));
    (path, line.parse().unwrap_or(1))
}

/// The place of a whole line, without the blanks before it.
fn line_of(source: &SourceFile<'_>, line: u32) -> Location {
    let text = source.text();
    let index = line.saturating_sub(1) as usize;
    let start = match index {
        0 => 0,
        n => memchr::memchr_iter(b'\n', text.as_bytes()).nth(n - 1).map_or(text.len(), |it| it + 1),
    };
    let rest = text.get(start..).unwrap_or("");
    let line = rest.lines().next().unwrap_or("");
    let begin = start + (line.len() - line.trim_start().len());
    source.at(begin..start + line.trim_end().len().max(begin - start))
}

/// The folder that says what the image is: the Dockerfile's, or the one that is built. One outside of the repository is
/// told as the root.
fn folder_of(build: &Build) -> String {
    let folder = match &build.dockerfile {
        Some(path) => path.rsplit_once('/').map_or("", |(folder, _)| folder),
        None => build.context.as_str(),
    };
    let is_outside = folder.starts_with('/') || folder.starts_with("..");
    if is_outside { String::new() } else { folder.to_owned() }
}

/// What an image is called that is built under this name: the name, and those it is given before it is pushed.
fn names_of(tag: &Text, pushed: &[&Push]) -> Vec<Name> {
    let others = pushed.iter().filter(|it| it.of.as_ref().is_some_and(|of| same(of, tag)));
    let mut names: Vec<Name> = name_of(tag).into_iter().chain(others.filter_map(|it| name_of(&it.name))).collect();
    names.sort();
    names.dedup();
    names
}

/// Whether two texts name one image: all of both is known, or they are open in the same way.
fn same(a: &Text, b: &Text) -> bool {
    let bare = |it: &Text| it.text.trim_end_matches(":latest").to_owned();
    bare(a) == bare(b) && a.open == b.open
}

/// The name in a text that a build is given; none where nobody else could use it.
fn name_of(text: &Text) -> Option<Name> {
    let written = text.text.trim();
    let written = written.strip_prefix("docker://").unwrap_or(written);
    let first = written.split('/').next().unwrap_or("");
    let has_host = written.contains('/') && (first.contains(['.', ':']) || first.contains(OPEN));
    if !written.contains('/') || first.starts_with("localhost") || first.starts_with("127.") {
        return None;
    }
    // What is open in a tag leaves the name whole.
    let shown = written.replace(OPEN, "${open}");
    if let Ok(Reference { origin: Origin::Image { registry, repository }, version: _ }) = image::parse(&shown) {
        return Some(Name { text: format!("{registry}/{repository}"), has_host });
    }
    if !written.contains(OPEN) {
        // Upper-case letters come from names of repositories: registries write them small.
        let small = written.to_lowercase();
        let Ok(Reference { origin: Origin::Image { registry, repository }, version: _ }) = image::parse(&small) else {
            return None;
        };
        return Some(Name { text: format!("{registry}/{repository}"), has_host });
    }
    let slash = written.rfind('/').unwrap_or(0);
    let end = written[slash..].find([':', '@']).map_or(written.len(), |it| slash + it);
    let name = written[..end].replace(OPEN, "…").to_lowercase();
    let known = name.chars().filter(char::is_ascii_alphanumeric).count();
    // Too little of it is known to say anything.
    (known >= 3).then_some(Name { text: name, has_host: true })
}

/// Adds the images that take the place of others in builds.
fn contexts(builds: &[&Supplied<Build>], facts: &mut Facts, files: &Files<'_>) {
    let mut found: Vec<Use> = Vec::new();
    for build in builds {
        for (name, context) in &build.what.contexts {
            let Some(text) = context.text.strip_prefix("docker-image://") else { continue };
            let starts_from = dockerfile(&build.what, files).and_then(|path| {
                let file = files.at(path)?;
                files.with(file, |source| bases(source.text()).iter().any(|it| it.written.eq_ignore_ascii_case(name)))
            });
            // Else files are copied from it, or the Dockerfile isn't there to say.
            let artifact = if starts_from == Some(true) { Artifact::BaseImage } else { Artifact::CopiedImage };
            let (path, line) = place(&build.place);
            let Some(file) = files.at(path) else { continue };
            let shown = text.replace(OPEN, "${…}");
            let Reference { origin, version } = Reference::of(image::parse(&shown));
            let Some(at) = files.with(file, |source| line_of(source, line)) else { continue };
            let written = format!("docker-image://{shown}");
            let context = build.context;
            let it = Use { at, artifact, written, origin, version, context, via: None };
            if found.len() < MAX_OFFERS && !found.contains(&it) {
                found.push(it);
            }
        }
    }
    // A target that is only inherited from has no Dockerfile to say more.
    let bases: Vec<(Location, Origin)> = found
        .iter()
        .filter(|it| it.artifact == Artifact::BaseImage)
        .map(|it| (it.at.clone(), it.origin.clone()))
        .collect();
    found.retain(|it| it.artifact == Artifact::BaseImage || !bases.contains(&(it.at.clone(), it.origin.clone())));
    facts.uses.extend(found);
}

#[cfg(test)]
mod tests {
    use super::{OPEN, Text, name_of};

    #[test]
    fn names_of_products() {
        for (text, expected) in [
            ("ghcr.io/acme/a:1", Some("ghcr.io/acme/a")),
            ("ghcr.io/acme/a:?", Some("ghcr.io/acme/a")),
            ("ghcr.io/Acme/A:1", Some("ghcr.io/acme/a")),
            ("acme/a", Some("docker.io/acme/a (no host)")),
            ("?/acme/a:1", Some("…/acme/a")),
            ("ghcr.io/acme/?:1", Some("ghcr.io/acme/…")),
            ("docker://quay.io/acme/a:1", Some("quay.io/acme/a")),
            ("a:1", None),
            ("?:1", None),
            ("?/?:1", None),
            ("localhost:5000/a", None),
        ] {
            let text = text.replace('?', &OPEN.to_string());
            let open = text.contains(OPEN).then(|| "X".to_owned());
            let told = name_of(&Text { text: text.clone(), open });
            let told = told.map(|it| it.text + if it.has_host { "" } else { " (no host)" });
            assert_eq!(told.as_deref(), expected, "{text}");
        }
    }
}
