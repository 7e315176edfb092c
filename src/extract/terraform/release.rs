//! `resource "helm_release"` and `data "helm_template"` → the chart that they take: `chart`, `repository` and `version`
//! evaluated, each of their outcomes a use.

use super::call::Argument;
use crate::facts::{Artifact, Context, Facts, GapReason, Use};
use crate::origin::chart::{Place, named};
use crate::origin::terraform::redact;
use crate::origin::{Origin, Parsed, Pin, Reference, Version};
use crate::syntax::hcl::evaluate::{Alternative, MAX_ALTERNATIVES, Scope, alternatives};
use crate::syntax::hcl::expression::Expression;

/// A chart as it is named.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    /// A path, a URL, or a name.
    pub(crate) chart: Argument,
    /// The URL of its repository, or the name of one.
    pub(crate) repository: Option<Argument>,
    /// Which versions of it.
    pub(crate) version: Option<Argument>,
}

impl Release {
    /// Whether a block of this kind and type takes a chart.
    pub(crate) fn is_of(kind: &str, r#type: &str) -> bool {
        matches!((kind, r#type), ("resource", "helm_release") | ("data", "helm_template"))
    }

    /// Whether nothing else has a say: no other place gives a value, and the name can't be that of a folder.
    pub(crate) fn is_literal(&self) -> bool {
        let Release { chart, repository, version } = self;
        let is_known = |it: &Argument| matches!(it.value, Expression::Literal(_) | Expression::Null);
        let Expression::Literal(name) = &chart.value else { return false };
        let is_remote = repository.as_ref().is_some_and(|it| matches!(it.value, Expression::Literal(_)));
        let is_told = is_remote || name.contains("://") || name.starts_with(['.', '/']);
        is_told && [repository, version].into_iter().flatten().all(is_known)
    }

    /// Adds what the release uses, in a file of this folder: one use for each outcome of its conditions.
    pub(crate) fn add_uses(
        &self,
        place: &Place<'_>,
        context: Context,
        scope: &dyn Scope,
        via: &dyn Fn() -> Option<String>,
        facts: &mut Facts,
    ) {
        let Release { chart, repository, version } = self;
        let charts = alternatives(&chart.value, scope);
        let outcomes = |it: &Option<Argument>| {
            it.as_ref().map_or_else(|| vec![Alternative::Null], |it| alternatives(&it.value, scope))
        };
        let (repositories, mut versions) = (outcomes(repository), outcomes(version));
        // Which chart it is says more than which version of it.
        if charts.len() * repositories.len() * versions.len() > MAX_ALTERNATIVES {
            versions.truncate(1);
        }
        let via = via();
        let arguments = [Some((chart, &charts)), repository.as_ref().zip(Some(&repositories))];
        let arguments = arguments.into_iter().chain([version.as_ref().zip(Some(&versions))]).flatten();
        for (argument, values) in arguments {
            for value in values {
                if let Alternative::Open { reason, .. } = value {
                    facts.gap(argument.at.clone(), GapReason::Unresolved, reason.clone());
                }
            }
        }
        let mut found: Vec<Reference> = Vec::new();
        for chart in charts.iter().take(MAX_ALTERNATIVES) {
            for repository in repositories.iter().take(MAX_ALTERNATIVES) {
                for version in &versions {
                    let reference = Reference::of(self.reference(chart, repository, version, place));
                    if !found.contains(&reference) {
                        found.push(reference);
                    }
                }
            }
        }
        let written = repository.as_ref().filter(|it| it.value != Expression::Null).unwrap_or(chart);
        for Reference { origin, version } in found {
            if let Origin::Invalid { reason } = &origin {
                facts.gap(chart.at.clone(), GapReason::InvalidReference, reason.as_str());
            }
            facts.uses.push(Use {
                at: chart.at.clone(),
                artifact: Artifact::HelmChart,
                written: written.written.clone(),
                origin,
                version,
                context,
                via: via.clone(),
            });
        }
    }

    fn reference(
        &self,
        chart: &Alternative,
        repository: &Alternative,
        version: &Alternative,
        place: &Place<'_>,
    ) -> Parsed {
        let open_version = || {
            let written = self.version.as_ref().map(|it| it.written.clone());
            Version { constraint: written, ..Version::only(Pin::Dynamic) }
        };
        let dynamic = |prefix: &str, reason: &str| {
            let reference = Reference::dynamic(redact(prefix), reason);
            match version {
                Alternative::Text(version) => {
                    Reference { version: Version::range(Some(&redact(version))), ..reference }
                }
                Alternative::Null => reference,
                Alternative::Open { .. } => Reference { version: open_version(), ..reference },
            }
        };
        let repository = match repository {
            Alternative::Text(url) => Some(url.as_str()),
            Alternative::Null => None,
            Alternative::Open { prefix, shown: _, reason } => return Ok(dynamic(prefix, reason)),
        };
        let chart = match chart {
            Alternative::Text(chart) => chart.as_str(),
            Alternative::Null => return Err("the chart is null".into()),
            Alternative::Open { prefix, shown: _, reason } => {
                // Where the repository is known its owner is.
                let known = repository.map(|it| format!("{}/{prefix}", it.trim_end_matches('/')));
                return Ok(dynamic(known.as_deref().unwrap_or(prefix), reason));
            }
        };
        match version {
            Alternative::Text(version) => named(chart, repository, Some(&redact(version)), place),
            Alternative::Null => named(chart, repository, None, place),
            Alternative::Open { .. } => {
                let Reference { origin, version } = named(chart, repository, None, place)?;
                // What lies in the repository has the version that it has.
                let is_local = matches!(origin, Origin::Local { .. });
                Ok(Reference { origin, version: if is_local { version } else { open_version() } })
            }
        }
    }
}
