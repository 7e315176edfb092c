//! Sources that objects of a cluster take charts and manifests from by their names, and which of them is meant.
//!
//! A source is looked for in the repository that names it, and where that has none in all others: an organisation may
//! keep its sources in one place. Where several have a name and say different things, the nearest file counts; of equally
//! near ones none.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Artifact, Context, Use};
use crate::origin::chart;
use crate::origin::path::joined;
use crate::origin::{Origin, Reference, Version, git};
use crate::paths::folder_of;
use crate::source::Location;

/// Where a cluster takes charts or manifests from, under a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// Where it is declared.
    pub at: Location,
    /// What it is.
    pub kind: SourceKind,
    /// Its name.
    pub name: String,
    /// The namespace that it says it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its address; secrets in it are replaced.
    pub url: String,
    /// Which version of it is taken.
    #[serde(flatten)]
    pub version: Version,
    /// What the place is evidence of.
    pub context: Context,
}

/// What a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// A repository.
    GitRepository,
    /// A repository of charts, or a folder of a registry that has them.
    HelmRepository,
    /// A chart, or manifests, in a registry of images.
    OciRepository,
}

impl SourceKind {
    /// The kind that an object's kind is.
    pub(crate) fn of(kind: &str) -> Option<Self> {
        match kind {
            "GitRepository" => Some(SourceKind::GitRepository),
            "HelmRepository" => Some(SourceKind::HelmRepository),
            "OCIRepository" => Some(SourceKind::OciRepository),
            _ => None,
        }
    }

    /// Its wire name.
    pub(crate) fn id(self) -> &'static str {
        match self {
            SourceKind::GitRepository => "git-repository",
            SourceKind::HelmRepository => "helm-repository",
            SourceKind::OciRepository => "oci-repository",
        }
    }
}

/// What a use names: `kind/namespace/name/chart or folder`.
struct Named<'u> {
    kind: &'u str,
    /// Empty where neither the object nor its reference says one: what deploys it does.
    namespace: &'u str,
    name: &'u str,
    rest: &'u str,
}

impl<'u> Named<'u> {
    fn of(usage: &'u Use) -> Option<Self> {
        let (Artifact::HelmChart | Artifact::KustomizeBase, Origin::ServerSide { name }) =
            (usage.artifact, &usage.origin)
        else {
            return None;
        };
        let mut parts = name.splitn(4, '/');
        let (kind, namespace, name, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_source = ["git-repository", "helm-repository", "oci-repository"].contains(&kind);
        is_source.then_some(Named { kind, namespace, name, rest })
    }

    /// How well a source fits: not at all, or whether its namespace is known to be the same.
    fn fit(&self, source: &Source) -> Option<bool> {
        if source.kind.id() != self.kind || source.name != self.name {
            return None;
        }
        match source.namespace.as_deref() {
            Some(namespace) if namespace == self.namespace => Some(true),
            Some(_) if self.namespace.is_empty() => Some(false),
            Some(_) => None,
            None => Some(false),
        }
    }
}

/// Whether a use names a source that isn't known yet.
pub(crate) fn is_open(usage: &Use) -> bool {
    Named::of(usage).is_some()
}

/// Puts sources in the place of their names, where it is plain which is meant. A source comes with the text that tells
/// people where it is declared. Whether the nearest counts: only those of the same repository are near or far.
pub(crate) fn join<'s>(uses: &mut [Use], sources: impl Iterator<Item = (&'s Source, String)>, by_place: bool) {
    let mut by_name: BTreeMap<&str, Vec<(&Source, String)>> = BTreeMap::new();
    for (source, place) in sources {
        by_name.entry(&source.name).or_default().push((source, place));
    }
    for usage in uses {
        let Some(found) = Named::of(usage).and_then(|named| {
            let fitting = by_name.get(named.name)?.iter().filter_map(|it| Some((named.fit(it.0)?, it)));
            let fitting: Vec<(bool, &(&Source, String))> = fitting.collect();
            let best = fitting.iter().map(|(fit, _)| *fit).max()?;
            let best: Vec<&(&Source, String)> =
                fitting.into_iter().filter(|(fit, _)| *fit == best).map(|(_, it)| it).collect();
            let (source, place) = one_of(&best, Some(&*usage.at.path).filter(|_| by_place))?;
            let Reference { origin, version } = at(source, &named, usage)?;
            Some((origin, version, place.clone()))
        }) else {
            continue;
        };
        (usage.origin, usage.version, usage.via) = (found.0, found.1, Some(found.2));
    }
}

/// The one that is meant: all say the same, or one lies nearest.
fn one_of<'b, 's>(best: &[&'b (&'s Source, String)], from: Option<&str>) -> Option<&'b (&'s Source, String)> {
    let common = |it: &&&(&Source, String)| {
        let Some(from) = from else { return 0 };
        let path = &*it.0.at.path;
        let folders = |path: &str| folder_of(path).len();
        let same = path.bytes().zip(from.bytes()).take_while(|(a, b)| a == b).count();
        same.min(folders(path)).min(folders(from))
    };
    let nearest = best.iter().map(|it| common(&it)).max()?;
    let near: Vec<&&(&Source, String)> = best.iter().filter(|it| common(it) == nearest).collect();
    let first = near.first()?;
    let same = |it: &&(&Source, String)| it.0.url == first.0.url && it.0.version == first.0.version;
    near.iter().all(|it| same(it)).then_some(**first)
}

/// What is used of a source.
fn at(source: &Source, named: &Named<'_>, usage: &Use) -> Option<Reference> {
    let asked = usage.version.constraint.as_deref();
    match source.kind {
        SourceKind::HelmRepository => {
            let Reference { origin, version: _ } =
                Reference::of(chart::parse(Some(&source.url), named.rest, asked, ""));
            Some(Reference { origin, version: usage.version.clone() })
        }
        SourceKind::OciRepository => {
            let place = chart::Place { folder: None, alias: &|_| None, has_chart: &|_| false };
            let Reference { origin, version } = Reference::of(chart::named(&source.url, None, None, &place));
            let is_said = source.version != Version::only(crate::origin::Pin::Default);
            Some(Reference { origin, version: if is_said { source.version.clone() } else { version } })
        }
        SourceKind::GitRepository => {
            let git::GitUrl { host, owner, name } = git::parse(&source.url)?;
            let path = joined("", named.rest);
            Some(Reference { origin: Origin::Repo { host, owner, name, path }, version: source.version.clone() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Named, Source, SourceKind, join};
    use crate::facts::{Artifact, Context, Use};
    use crate::origin::{Origin, Pin, Version};
    use crate::source::Location;

    fn source(path: &str, namespace: Option<&str>, url: &str) -> (Source, String) {
        let source = Source {
            at: Location::whole_file(&path.into()),
            kind: SourceKind::HelmRepository,
            name: "acme".to_owned(),
            namespace: namespace.map(str::to_owned),
            url: url.to_owned(),
            version: Version::only(Pin::Default),
            context: Context::Production,
        };
        (source, path.to_owned())
    }

    fn usage(name: &str) -> Use {
        Use {
            at: Location::whole_file(&"apps/shop/dev/release.yaml".into()),
            artifact: Artifact::HelmChart,
            written: "shop".to_owned(),
            origin: Origin::ServerSide { name: name.to_owned() },
            version: Version::range(Some("1.2.3")),
            context: Context::Production,
            via: None,
        }
    }

    #[test]
    fn only_names_of_sources_are_joined() {
        assert!(Named::of(&usage("bitnami/redis")).is_none());
        assert!(Named::of(&usage("helm-repository/flux-system/acme/shop")).is_some());
    }

    #[test]
    fn which_source_is_meant() {
        let (a, b) = ("https://a.example", "https://b.example");
        let near = source("apps/shop/dev/source.yaml", None, a);
        let far = source("clusters/source.yaml", None, b);
        let in_flux = source("clusters/source.yaml", Some("flux-system"), b);
        let in_other = source("apps/shop/dev/source.yaml", Some("other"), a);
        let unknown = "helm-repository//acme/shop";
        let of_flux = "helm-repository/flux-system/acme/shop";
        for (name, sources, host) in [
            (unknown, vec![&near], Some("a.example")),
            (unknown, vec![&near, &far], Some("a.example")),
            (unknown, vec![&in_flux], Some("b.example")),
            (of_flux, vec![&in_flux, &in_other], Some("b.example")),
            (of_flux, vec![&in_flux, &near], Some("b.example")),
            (of_flux, vec![&in_other], None),
            (of_flux, vec![&near], Some("a.example")),
            (unknown, vec![], None),
            ("git-repository//acme/charts/shop", vec![&near], None),
            // Two that are equally near and say different things.
            (unknown, vec![&far, &source("clusters/other.yaml", None, a)], None),
            (unknown, vec![&far, &source("clusters/other.yaml", None, b)], Some("b.example")),
        ] {
            let mut uses = [usage(name)];
            join(&mut uses, sources.into_iter().map(|(source, place)| (source, place.clone())), true);
            let found = match &uses[0].origin {
                Origin::Registry { host, .. } => Some(host.as_str()),
                _ => None,
            };
            assert_eq!(found, host, "{name}");
        }
    }
}
