//! Modules of Bicep: a file beside it, a module in a registry of containers (`br:`), a template spec (`ts:`); the latter
//! two also below an alias, which `bicepconfig.json` explains.

use super::path::joined;
use super::{Origin, Parsed, Pin, Reference, Version, image};

/// The aliases of modules that a configuration has.
pub trait Aliases {
    /// Host and path that an alias of a registry (`br/alias:…`) stands for.
    fn registry(&self, alias: &str) -> Option<String>;
    /// Subscription and resource group that an alias of template specs (`ts/alias:…`) stands for.
    fn specs(&self, alias: &str) -> Option<String>;
}

/// A configuration without aliases.
pub struct NoAliases;

impl Aliases for NoAliases {
    fn registry(&self, _: &str) -> Option<String> {
        None
    }

    fn specs(&self, _: &str) -> Option<String> {
        None
    }
}

/// What the alias `public` stands for, unless a configuration says otherwise.
const PUBLIC: &str = "mcr.microsoft.com/bicep";

/// Reads the path of a module in a file of `folder` (repository-relative, `""` for the root). An alias that nobody
/// explains is a name of whoever runs it.
///
/// # Errors
/// What Bicep doesn't accept: an empty or absolute path, a backslash, a scheme of another kind, a module of a registry
/// without tag.
pub fn parse(text: &str, folder: &str, aliases: &dyn Aliases) -> Parsed {
    if let Some(start) = text.find("${") {
        return Ok(Reference::dynamic(&text[..start], "Bicep takes no expression as a module's path"));
    }
    let Some((scheme, rest)) = text.split_once(':') else { return local(text, folder) };
    let (scheme, alias) = scheme.split_once('/').map_or((scheme, None), |(scheme, alias)| (scheme, Some(alias)));
    match (scheme, alias) {
        ("br", None) => in_registry(rest),
        ("br", Some(alias)) => match aliases.registry(alias) {
            Some(registry) => in_registry(&format!("{registry}/{rest}")),
            None if alias == "public" => in_registry(&format!("{PUBLIC}/{rest}")),
            None => Ok(unexplained(alias, rest)),
        },
        ("ts", None) => spec(rest),
        ("ts", Some(alias)) => match aliases.specs(alias) {
            Some(specs) => spec(&format!("{specs}/{rest}")),
            None => Ok(unexplained(alias, rest)),
        },
        _ => Err("a module that is neither a file nor of a registry (`br:`) or a template spec (`ts:`)".into()),
    }
}

fn local(text: &str, folder: &str) -> Parsed {
    let reason = match text {
        "" => "an empty path",
        _ if text.starts_with('/') => "a path that begins with `/`: modules are found relative to their file",
        _ if text.contains('\\') => "a path with `\\`: Bicep takes `/` everywhere",
        _ if text.ends_with('/') => "a folder, not a file",
        _ => {
            let origin = Origin::Local { path: joined(folder, text) };
            return Ok(Reference { origin, version: Version::only(Pin::SameCommit) });
        }
    };
    Err(reason.into())
}

/// `host/path:tag` or `host/path@sha256:…`.
fn in_registry(text: &str) -> Parsed {
    let (name, version) = versioned(text).ok_or("a module of a registry without tag or digest")?;
    let (host, name) = name.split_once('/').ok_or("a module of a registry without a path")?;
    if host.is_empty() || name.is_empty() {
        return Err("a module of a registry without a name".into());
    }
    let origin = Origin::Registry { host: host.to_ascii_lowercase(), name: name.to_owned(), path: String::new() };
    Ok(Reference { origin, version })
}

/// `subscription/group/name:version`.
fn spec(text: &str) -> Parsed {
    let (name, version) = text.rsplit_once(':').ok_or("a template spec without a version")?;
    let parts: Vec<&str> = name.split('/').collect();
    if parts.len() != 3 || version.is_empty() || parts.iter().any(|it| it.is_empty()) {
        return Err("a template spec is `subscription/group/name:version`".into());
    }
    Ok(Reference { origin: Origin::ServerSide { name: name.to_owned() }, version: Version::git(Some(version)) })
}

/// The tag or digest at the end.
fn versioned(text: &str) -> Option<(&str, Version)> {
    if let Some((name, digest)) = text.split_once('@') {
        return Some((name, Version { digest: Some(digest.to_owned()), ..Version::only(Pin::Digest) }));
    }
    let (name, tag) = text.rsplit_once(':')?;
    let is_tag = !tag.is_empty() && !tag.contains('/');
    let version = Version { reference: Some(tag.to_owned()), ..Version::only(image::pin_of_tag(tag)) };
    is_tag.then_some((name, version))
}

fn unexplained(alias: &str, rest: &str) -> Reference {
    let (name, version) = versioned(rest).unwrap_or((rest, Version::only(Pin::Default)));
    Reference { origin: Origin::ServerSide { name: format!("{alias}/{name}") }, version }
}
