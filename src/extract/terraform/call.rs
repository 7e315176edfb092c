//! A call of a module, whatever it is written in, and what it uses: `source` and `version` evaluated, each of their
//! outcomes a use.

use super::{MAX_SOURCE, TOO_LONG};
use crate::facts::{Artifact, Context, Facts, GapReason, Resolution, Use};
use crate::origin::constraint::Constraint;
use crate::origin::terraform::{DEFAULT_REGISTRY, OPENTOFU_REGISTRY, parse, redact, resolve as resolve_path};
use crate::origin::{Origin, Parsed, Pin, Reference, Version, WhyNot};
use crate::source::Location;
use crate::syntax::hcl::evaluate::{Alternative, MAX_ALTERNATIVES, Scope, TOO_MANY_CONDITIONS, alternatives};
use crate::syntax::hcl::expression::Expression;

/// A call as it is written.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The name the module gives it.
    pub(crate) name: String,
    /// What is called. An override file's block may leave it to the block that it changes.
    pub(crate) source: Option<Argument>,
    /// Which versions of it.
    pub(crate) version: Option<Argument>,
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub(crate) struct Argument {
    /// What it says.
    pub(crate) value: Expression,
    /// As it stands in the file, without quotes; secrets are replaced.
    pub(crate) written: String,
    /// Where.
    pub(crate) at: Location,
    /// The version that a comment beside it says a commit is, and where it says so.
    pub(crate) said: Option<(String, Location)>,
}

/// What a source and a version constraint say together.
pub(crate) type Grammar<'a> = &'a dyn Fn(&str, Option<&str>) -> Parsed;

/// Which program a file is for: they differ in the registry of addresses that name none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Terraform, and OpenTofu where it reads the same files.
    Terraform,
    /// OpenTofu alone.
    OpenTofu,
}

impl Engine {
    /// The program that reads a file of this name.
    pub(crate) fn of(path: &str) -> Self {
        if path.ends_with(".tofu") || path.ends_with(".tofu.json") { Engine::OpenTofu } else { Engine::Terraform }
    }

    /// What an address says in a file of this folder.
    fn parse(self, address: &str, version: Option<&str>, folder: &str) -> Parsed {
        let reference = parse(address, version, folder)?;
        Ok(match (self, reference) {
            (Engine::OpenTofu, Reference { origin: Origin::Registry { host, name, path }, version })
                if host == DEFAULT_REGISTRY && !address.starts_with(DEFAULT_REGISTRY) =>
            {
                let host = OPENTOFU_REGISTRY.to_owned();
                Reference { origin: Origin::Registry { host, name, path }, version }
            }
            (Engine::OpenTofu | Engine::Terraform, reference) => reference,
        })
    }
}

impl Call {
    /// Whether no other place has a say in what is called.
    pub(crate) fn is_literal(&self) -> bool {
        let source = self.source.as_ref().map(|it| &it.value);
        let version = self.version.as_ref().map(|it| &it.value);
        matches!(source, None | Some(Expression::Literal(_)))
            && matches!(version, None | Some(Expression::Literal(_) | Expression::Null))
    }

    /// Adds what the call uses, nothing without a source: one use for each outcome of its conditions. `via` tells where
    /// values came from that the call itself does not give, and is asked for when they were looked up.
    pub(crate) fn add_uses(
        &self,
        folder: &str,
        context: Context,
        scope: &dyn Scope,
        via: &dyn Fn() -> Option<String>,
        facts: &mut Facts,
    ) {
        let engine = self.source.as_ref().map_or(Engine::Terraform, |it| Engine::of(&it.at.path));
        let grammar = |source: &str, version: Option<&str>| engine.parse(source, version, folder);
        self.add_uses_of(&grammar, context, scope, via, facts);
    }

    /// Adds what the call uses, where its addresses have a grammar of their own.
    pub(crate) fn add_uses_of(
        &self,
        grammar: Grammar<'_>,
        context: Context,
        scope: &dyn Scope,
        via: &dyn Fn() -> Option<String>,
        facts: &mut Facts,
    ) {
        let Some(argument) = &self.source else { return };
        let sources = alternatives(&argument.value, scope);
        let mut versions = match &self.version {
            Some(version) => alternatives(&version.value, scope),
            None => vec![Alternative::Null],
        };
        // What is called says more than which version of it.
        if sources.len() * versions.len() > MAX_ALTERNATIVES {
            versions = vec![Alternative::Open {
                prefix: String::new(),
                shown: String::new(),
                reason: TOO_MANY_CONDITIONS.to_owned(),
            }];
        }
        let via = via();
        let arguments = [Some((argument, &sources)), self.version.as_ref().map(|it| (it, &versions))];
        for (argument, values) in arguments.into_iter().flatten() {
            for value in values {
                if let Alternative::Open { reason, .. } = value {
                    facts.gap(argument.at.clone(), GapReason::Unresolved, reason.clone());
                }
            }
        }
        // Who publishes the module is known all the same.
        if let Some(argument) = &self.version {
            for version in &versions {
                let refused = match version {
                    Alternative::Text(text) => Constraint::parse(text).err(),
                    Alternative::Null | Alternative::Open { .. } => None,
                };
                if let Some(WhyNot { reason, version: _ }) = refused {
                    facts.gap(argument.at.clone(), GapReason::InvalidReference, reason);
                }
            }
        }
        let mut found: Vec<Reference> = Vec::new();
        let mut refused: Vec<WhyNot> = Vec::new();
        for source in &sources {
            for version in &versions {
                match self.reference(source, version, grammar) {
                    Ok(reference) if !found.contains(&reference) => found.push(reference),
                    Ok(_) => {}
                    Err(why) => refused.push(why),
                }
            }
        }
        // Where both arguments hang on conditions, not every outcome of one goes with every outcome of the other.
        if found.is_empty()
            && let Some(why) = refused.into_iter().next()
        {
            found.push(Reference::of(Err(why)));
        }
        for Reference { origin, version } in found {
            match &origin {
                Origin::Invalid { reason } => {
                    facts.gap(argument.at.clone(), GapReason::InvalidReference, reason.clone());
                }
                // A grammar may leave open what the expression doesn't.
                Origin::Dynamic { prefix: _, reason }
                    if !sources
                        .iter()
                        .any(|it| matches!(it, Alternative::Open { reason: told, .. } if told == reason)) =>
                {
                    facts.gap(argument.at.clone(), GapReason::Unresolved, reason.clone());
                }
                Origin::Dynamic { .. }
                | Origin::Image { .. }
                | Origin::Local { .. }
                | Origin::Registry { .. }
                | Origin::Repo { .. }
                | Origin::ServerSide { .. }
                | Origin::Url { .. } => {}
            }
            if let (
                Some((tag, at)),
                Origin::Repo { host, owner, name, path: _ },
                Pin::Sha | Pin::ShortSha,
                Some(commit),
            ) = (&argument.said, &origin, version.pin, &version.reference)
            {
                facts.resolutions.push(Resolution::said(at.clone(), host, owner, name, commit, tag));
            }
            facts.uses.push(Use {
                at: argument.at.clone(),
                artifact: Artifact::TerraformModule,
                written: argument.written.clone(),
                origin,
                version,
                context,
                via: via.clone(),
            });
        }
    }

    /// A repository of which the ref alone is open: `…/vpc.git?ref=${var.ref}`. `shown` has `…` for what isn't known.
    fn of_known_repository(&self, shown: &str, grammar: Grammar<'_>) -> Option<Reference> {
        let (address, query) = shown.split_once('?')?;
        let open = query.split('&').find_map(|it| it.strip_prefix("ref=")).filter(|it| it.contains('…'))?;
        let is_known = !address.contains('…') && self.version.is_none();
        let parsed = grammar(address, None).ok().filter(|_| is_known)?;
        let Origin::Repo { host, owner, name, path } = parsed.origin else { return None };
        // A folder may be written behind the ref (`?ref=${var.ref}//modules/x`); within the ref no slash follows another.
        let (open, path) = match open.split_once("//") {
            Some((open, folder)) if !folder.contains('…') => (open, resolve_path(&path, folder)),
            Some(_) => return None,
            None => (open, path),
        };
        // As it is written, where all that is written is one address.
        let written = self.source.as_ref().filter(|it| !it.written.contains('"')).map(|it| it.written.as_str());
        let written =
            written.and_then(|it| it.rsplit_once("ref=")).map(|(_, it)| it.split(['&', '/']).next().unwrap_or(it));
        let reference = written.filter(|it| it.contains("${")).unwrap_or(open).to_owned();
        let version = Version { reference: Some(reference), ..Version::only(Pin::Dynamic) };
        Some(Reference { origin: Origin::Repo { host, owner, name, path }, version })
    }

    fn reference(&self, source: &Alternative, version: &Alternative, grammar: Grammar<'_>) -> Parsed {
        let open_version = || {
            let written = self.version.as_ref().map(|it| it.written.clone());
            Version { constraint: written, ..Version::only(Pin::Dynamic) }
        };
        let address = match source {
            Alternative::Text(address) if address.len() > MAX_SOURCE => return Err(WhyNot::because(TOO_LONG)),
            Alternative::Text(address) => address,
            Alternative::Null => return Err(WhyNot::because("the source is null")),
            Alternative::Open { prefix, shown, reason } => {
                if let Some(reference) = self.of_known_repository(shown, grammar) {
                    return Ok(reference);
                }
                let reference = Reference::dynamic(without_half_a_secret(prefix), reason.as_str());
                let version = if self.version.is_some() { open_version() } else { reference.version };
                return Ok(Reference { version, ..reference });
            }
        };
        match version {
            Alternative::Text(constraint) => grammar(address, Some(&redact(constraint))),
            Alternative::Null => grammar(address, None),
            // Any constraint makes it a registry address; which one doesn't matter for the origin.
            Alternative::Open { .. } => {
                grammar(address, Some(">= 0")).map(|it| Reference { version: open_version(), ..it })
            }
        }
    }
}

/// The literal text before what isn't known, with secrets replaced. Of an authority that isn't whole a user and password
/// can't be told from a host, so it is left out.
fn without_half_a_secret(prefix: &str) -> String {
    let redacted = redact(prefix);
    let after_scheme = redacted.find("://").map(|at| at + 3);
    match after_scheme {
        Some(at) if !redacted[at..].contains('/') => redacted[..at].to_owned(),
        // `user:password@host` needs no scheme.
        None if !redacted.contains(['/', '@']) => {
            let getter = redacted.find("::").map_or(0, |at| at + 2);
            let user = redacted[getter..].find(':').map_or(redacted.len(), |at| getter + at + 1);
            redacted[..user].to_owned()
        }
        _ => redacted.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_half_a_secret;

    #[test]
    fn no_half_of_a_secret_is_kept() {
        for (prefix, expected) in [
            ("git::https://github.com/acme/", "git::https://github.com/acme/"),
            ("git::https://user:s3cr", "git::https://"),
            ("git::https://user:s3cret@github.com/", "git::https://user:***@github.com/"),
            ("git::https://github", "git::https://"),
            ("git@github.com:acme/", "git@github.com:acme/"),
            ("git@github.com:acme", "git@github.com:acme"),
            ("user:s3cr", "user:"),
            ("git::user:s3cr", "git::user:"),
            ("git::", "git::"),
            ("", ""),
        ] {
            assert_eq!(without_half_a_secret(prefix), expected, "{prefix}");
        }
    }
}
