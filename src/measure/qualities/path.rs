//! Whether a repository takes the golden path: what is shared, wherever it has a place for it.

use std::collections::BTreeSet;

use super::{Judged, Seen, adoption};
use crate::facts::Artifact;
use crate::measure::adoption::Standing;
use crate::org::ADOPTED;
use crate::source::Location;

/// Whether a repository uses what is shared wherever it has a place for it.
pub(super) fn on_golden_path(it: &Seen<'_>, repo: usize) -> Judged {
    let mut adopts: Vec<String> = Vec::new();
    let mut unknown = None;
    let mut first = None;
    let mut nothing = None;
    for artifact in ADOPTED {
        match it.standings.get(repo, artifact) {
            Standing::Adopts { at, what } => {
                first.get_or_insert_with(|| at.clone());
                adopts.push(what.clone());
            }
            // What nobody shares nobody can use; but where nothing is shared there is no path.
            Standing::Misses { at, what } if !is_shared_at_all(it, artifact) => {
                nothing.get_or_insert_with(|| (at.clone(), what.clone()));
            }
            // Whose pipelines come from shared templates takes the path; the templates bring the actions.
            Standing::Misses { .. } if artifact == Artifact::CiAction && has_templates(it, repo) => {}
            // Nor can a program in Go start from an image that is made for Java.
            Standing::Misses { at, what } if artifact == Artifact::BaseImage => match image_off_the_path(it, repo) {
                Some((at, what)) => return Judged::Against { at: Some(at), what },
                None => {
                    nothing.get_or_insert_with(|| (at.clone(), what.clone()));
                }
            },
            Standing::Misses { at, what } => return Judged::Against { at: Some(at.clone()), what: what.clone() },
            Standing::Unknown { at, what } => unknown = Some((at.clone(), what.clone())),
            Standing::Provider { .. } | Standing::NotApplicable => {}
        }
    }
    match (unknown, adopts.is_empty(), nothing) {
        (Some((at, what)), ..) => Judged::Unknown { at, what },
        (None, true, Some((at, what))) => Judged::Against { at: Some(at), what },
        (None, true, None) => Judged::NotApplicable,
        (None, false, _) => Judged::For { at: first, what: adopts.join(", ") },
    }
}

/// The first image of others that a repository starts from although the organisation shares one for the same; of an image
/// whose name says no runtime any shared one would do.
fn image_off_the_path(it: &Seen<'_>, repo: usize) -> Option<(Location, String)> {
    let ids = it.org.assets.keys().filter(|id| id.artifact.counts_as() == Artifact::BaseImage);
    let shared: BTreeSet<&str> = ids.filter_map(|id| runtime(&id.name)).collect();
    let places = adoption::places(&it.org.repos[repo], Artifact::BaseImage);
    let is_shared = |written: &str| runtime(written).is_none_or(|it| shared.contains(it));
    places.into_iter().find(|(_, written)| is_shared(written)).map(|(at, written)| (at.clone(), written.to_owned()))
}

/// Words in names of images, and the runtimes that they stand for; sorted.
const RUNTIMES: &[(&str, &str)] = &[
    ("aspnet", "dotnet"),
    ("bun", "bun"),
    ("corretto", "java"),
    ("deno", "deno"),
    ("dotnet", "dotnet"),
    ("elixir", "erlang"),
    ("erlang", "erlang"),
    ("go", "go"),
    ("golang", "go"),
    ("graalvm", "java"),
    ("gradle", "java"),
    ("java", "java"),
    ("jdk", "java"),
    ("jetty", "java"),
    ("jre", "java"),
    ("maven", "java"),
    ("node", "node"),
    ("nodejs", "node"),
    ("openjdk", "java"),
    ("php", "php"),
    ("python", "python"),
    ("python3", "python"),
    ("ruby", "ruby"),
    ("rust", "rust"),
    ("swift", "swift"),
    ("temurin", "java"),
    ("tomcat", "java"),
    ("zulu", "java"),
];

/// What programs an image is for, by the words of its name without tag, digest and registry.
fn runtime(image: &str) -> Option<&'static str> {
    let name = image.split('@').next().unwrap_or(image);
    let (path, last) = name.rsplit_once('/').unwrap_or(("", name));
    let last = last.split(':').next().unwrap_or(last);
    // The last part says most: `base/node`, but also `node/base` and `microsoft/dotnet/runtime`.
    let folders = path.split_once('/').map_or("", |(_, folders)| folders);
    let words = |of: &'_ str| of.split(['-', '_', '.', '/']).rev().map(str::to_ascii_lowercase).collect::<Vec<_>>();
    let of_word = |word: String| RUNTIMES.binary_search_by(|it| it.0.cmp(&word)).ok().map(|at| RUNTIMES[at].1);
    words(last).into_iter().chain(words(folders)).find_map(of_word)
}

/// Whether a repository uses shared templates of pipelines.
pub(super) fn has_templates(it: &Seen<'_>, repo: usize) -> bool {
    matches!(it.standings.get(repo, Artifact::CiTemplate), Standing::Adopts { .. })
}

/// Whether the organisation shares anything of an artifact.
pub(super) fn is_shared_at_all(it: &Seen<'_>, artifact: Artifact) -> bool {
    it.org.assets.keys().any(|id| id.artifact.counts_as() == artifact)
}

#[cfg(test)]
mod tests {
    use super::{RUNTIMES, runtime};

    #[test]
    fn tables_are_sorted() {
        assert!(RUNTIMES.is_sorted());
    }

    #[test]
    fn names_say_what_programs_an_image_is_for() {
        for (image, expected) in [
            ("golang:1.26@sha256:0123", Some("go")),
            ("eclipse-temurin:25-jre", Some("java")),
            ("registry.example.org/base/node:20-alpine", Some("node")),
            ("mcr.microsoft.com/dotnet/runtime:8.0", Some("dotnet")),
            ("ghcr.io/acme/airflow-python-base", Some("python")),
            ("node.example.org/acme/base:1", None),
            ("alpine:3.20", None),
            ("acme/good-base", None),
        ] {
            assert_eq!(runtime(image), expected, "{image}");
        }
    }
}
