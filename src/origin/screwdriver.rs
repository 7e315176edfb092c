//! The names of Screwdriver's templates and commands: `namespace/name@version`, which its server resolves.

use super::{Origin, Parsed, Pin, Reference, Version, WhyNot};

/// Reads the name of a template. The namespace may be left out; the version is `1.2.3`, a part of one, or the name of a
/// tag, and the newest where there is none.
///
/// # Errors
/// What the server's schema refuses.
pub fn parse(template: &str) -> Parsed {
    read(template, false)
}

/// Reads the name of a command (`sd-cmd exec`), which always has a namespace.
///
/// # Errors
/// What the server's schema refuses.
pub fn parse_command(command: &str) -> Parsed {
    read(command, true)
}

fn read(text: &str, is_command: bool) -> Parsed {
    let (name, version) = text.split_once('@').map_or((text, None), |(name, version)| (name, Some(version)));
    let version = match version {
        None => Version::only(Pin::Default),
        Some(version) => {
            let pin = pin(version).ok_or("neither a version nor a tag after the @")?;
            Version { reference: Some(version.to_owned()), ..Version::only(pin) }
        }
    };
    let is_word =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    // The schema asks no more of a template's name than these characters.
    let is_name = match name.split_once('/') {
        Some((namespace, name)) if is_command => is_word(namespace) && is_word(name),
        None if is_command => false,
        Some(_) | None => !name.is_empty() && name.split('/').all(|part| part.is_empty() || is_word(part)),
    };
    if !is_name {
        return Err(WhyNot { reason: "not namespace/name", version });
    }
    Ok(Reference { origin: Origin::ServerSide { name: name.to_owned() }, version })
}

/// Tags are given and moved by hand; the server itself moves `latest`.
fn pin(version: &str) -> Option<Pin> {
    let parts: Vec<&str> = version.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if parts.iter().all(is_number) {
        return match parts.len() {
            1 | 2 => Some(Pin::Partial),
            3 => Some(Pin::Exact),
            _ => None,
        };
    }
    let is_tag = version.starts_with(|c: char| c.is_ascii_alphabetic())
        && version.len() > 1
        && version.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    is_tag.then_some(Pin::FloatingTag)
}
