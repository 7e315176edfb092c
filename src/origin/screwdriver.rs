//! The names of Screwdriver's templates and commands: `namespace/name@version`, which its server resolves.

use super::{Origin, Parsed, Pin, Reference, Version, WhyNot};

/// Reads the name of a template. The namespace may be left out; the version is `1.2.3`, a part of one, or the name of a
/// tag, and the newest where there is none.
///
/// # Errors
/// What the server's schema refuses.
pub fn parse(template: &str) -> Parsed {
    read(template, 1..=2)
}

/// Reads the name of a command (`sd-cmd exec`), which always has a namespace.
///
/// # Errors
/// What the server's schema refuses.
pub fn parse_command(command: &str) -> Parsed {
    read(command, 2..=2)
}

fn read(text: &str, n_parts: std::ops::RangeInclusive<usize>) -> Parsed {
    let (name, version) = text.split_once('@').map_or((text, None), |(name, version)| (name, Some(version)));
    let version = match version {
        None => Version::only(Pin::Default),
        Some(version) => {
            let pin = pin(version).ok_or("neither a version nor a tag after the @")?;
            Version { reference: Some(version.to_owned()), ..Version::only(pin) }
        }
    };
    let is_name = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if !name.split('/').all(is_name) || !n_parts.contains(&name.split('/').count()) {
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
