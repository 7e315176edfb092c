//! Organisations, repositories and registries as a configuration names them.

use anyhow::{Result, ensure};

use crate::config::aliases::{Aliases, Named};
use crate::org::given::Source;
use crate::org::libraries::Place;

/// Host and owner of an organisation.
pub(super) fn organisation(text: &str, aliases: &Aliases) -> Result<(String, String)> {
    let Named { mut host, mut owner } = Named::parse(text)?;
    aliases.replace(&mut host, &mut owner);
    ensure!(
        !owner.is_empty() && !owner.contains('/'),
        "{text:?} names no organisation; write host and owner (`github.com/acme`), of groups the outermost, which has its \
         subgroups in it"
    );
    Ok((host, owner))
}

/// A repository, or a part of a registry. What has a dot or a port before the first slash is a host.
pub(super) fn source(text: &str, aliases: &Aliases) -> Result<Source> {
    let name = text.strip_suffix('/').unwrap_or(text);
    let (first, rest) = name.split_once('/').unwrap_or((name, ""));
    let has_host = first.contains(['.', ':']) || first == "localhost";
    let is_path =
        |path: &str| path.split('/').all(|it| !matches!(it, "" | "." | "..") && !it.contains([':', '*', ' ']));
    let is_host = !first.is_empty() && !first.contains(['*', ' ']) && !first.ends_with(':');
    let holds =
        if has_host { is_host && (rest.is_empty() || is_path(rest)) } else { is_path(name) && !rest.is_empty() };
    ensure!(
        holds,
        "{text:?} names nothing that could be shared; write a repository (`acme/workflows`, \
         `git.example.org/acme/workflows`) or a part of a registry (`registry.example.org/base`), without scheme and version"
    );
    if !has_host {
        return Ok(Source { host: None, path: name.to_owned() });
    }
    let (mut host, mut path) = (first.to_ascii_lowercase(), rest.to_owned());
    aliases.replace(&mut host, &mut path);
    Ok(Source { host: Some(host), path })
}

/// The repository that a library lies in.
pub(super) fn repository_of(text: &str) -> Result<Place> {
    let is_part = |part: &&str| {
        !matches!(*part, "" | "." | "..")
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b' '))
    };
    let parts: Vec<&str> = text.split('/').collect();
    ensure!(
        parts.len() >= 2 && parts.iter().all(is_part),
        "{text:?} names no repository; write `owner/name` or `git.example.org/owner/name`, without scheme and port"
    );
    // What is a host has a dot; no forge lets owners have one in a name of three parts.
    let has_host = parts.len() >= 3 && parts[0].contains('.');
    let (host, rest) = if has_host { (Some(parts[0].to_ascii_lowercase()), &parts[1..]) } else { (None, &parts[..]) };
    Ok(Place { host, full_name: rest.join("/") })
}
