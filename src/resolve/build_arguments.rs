//! Build arguments that the repository itself gives its Dockerfiles: the images that come out of them, where they
//! differ from what a Dockerfile's own defaults give.
//!
//! Only what is literal counts, variables of the same file put in. An image that hangs on a value that isn't known
//! gives nothing: what the Dockerfile says by itself is told already.

use std::collections::{BTreeMap, BTreeSet};

use super::build_commands::Build;
use super::suppliers::{Supplied, Suppliers};
use super::values::OPEN;
use super::{Files, KnownFile, bake, compose};
use crate::classify::FileKind;
use crate::extract::dockerfile::images_built;
use crate::facts::{Artifact, Context, Facts, Use};
use crate::origin::{Origin, Reference};
use crate::source::Location;

/// Adds the images of these Dockerfiles that builds of the repository give.
pub(super) fn resolve(dockerfiles: &BTreeSet<String>, suppliers: &Suppliers, facts: &mut Facts, files: &Files<'_>) {
    let mut of_files = compose::builds(files);
    of_files.extend(bake::builds(files));
    let builds: Vec<&Supplied<Build>> =
        of_files.iter().chain(&suppliers.builds).filter(|it| !it.what.arguments.is_empty()).collect();
    for path in dockerfiles {
        let Some(file) = files.at(path) else { continue };
        let of_file: Vec<_> = builds.iter().filter(|it| dockerfile(&it.what, files) == Some(file.path)).collect();
        if of_file.is_empty() {
            continue;
        }
        files.with(file, |source| {
            let known = facts.uses.iter().find(|it| it.at.path.as_ref() == path && it.artifact == Artifact::BaseImage);
            let context = known.map_or(source.context(), |it| it.context);
            let mut found: Vec<Use> = Vec::new();
            for build in of_file {
                for (span, written, Reference { origin, version }) in images(source.text(), &build.what) {
                    let at: Location = source.at(span);
                    // What a test builds is a test, whatever the Dockerfile is for otherwise.
                    let context = if context == Context::Production { build.context } else { context };
                    let is_known = found.iter().any(|it| it.at == at && it.origin == origin && it.version == version);
                    if !is_known && found.len() < MAX_IMAGES {
                        let via = Some(build.place.clone());
                        let artifact = Artifact::BaseImage;
                        found.push(Use { at, artifact, written, origin, version, context, via });
                    }
                }
            }
            facts.uses.extend(found);
        });
    }
}

/// No Dockerfile is built with more images.
const MAX_IMAGES: usize = 500;

/// The images that a build gives: those that hang on nothing that isn't known.
fn images(text: &str, build: &Build) -> Vec<(std::ops::Range<usize>, String, Reference)> {
    let target = match build.target.as_ref().filter(|it| !it.text.is_empty()).map(|it| it.literal()) {
        Some(Some(target)) => Some(target),
        // Which stages it needs isn't known.
        Some(None) => return Vec::new(),
        None => None,
    };
    // Two texts in place of what isn't known: what comes out differently hangs on it.
    let with = |filler: &str| {
        let arguments = build.arguments.iter();
        let arguments = arguments.map(|(name, value)| (name.clone(), value.text.replace(OPEN, filler)));
        images_built(text, &arguments.collect::<BTreeMap<_, _>>(), target)
    };
    let one = with("open1");
    let other = build.arguments.iter().any(|(_, it)| it.literal().is_none()).then(|| with("open2"));
    let is_known = |it: &crate::extract::dockerfile::Supplied| {
        other.as_ref().is_none_or(|other| other.contains(it))
            && !matches!(it.reference.origin, Origin::Invalid { .. } | Origin::Dynamic { .. })
    };
    one.into_iter().filter(is_known).map(|it| (it.span, it.written, it.reference)).collect()
}

/// The Dockerfile of the repository that a build names.
pub(super) fn dockerfile<'f>(build: &Build, files: &Files<'f>) -> Option<&'f str> {
    let path = match &build.dockerfile {
        Some(path) => files.at(path),
        None => ["Dockerfile", "Containerfile"].iter().find_map(|name| match build.context.as_str() {
            "" => files.at(name),
            folder => files.at(&format!("{folder}/{name}")),
        }),
    };
    path.filter(|it: &KnownFile<'f>| it.kind == FileKind::Dockerfile).map(|it| it.path)
}
