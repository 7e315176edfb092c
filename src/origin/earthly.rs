//! What Earthly's commands refer to: targets and functions of an Earthfile, `project+name`.
//!
//! The project is empty (the same Earthfile), a path that begins with a dot, or `host/owner/name[/folder][:ref]`. What an
//! IMPORT named is put in its place by whoever knows the imports. A `+` that is none is written `\+`.

use super::path::joined;
use super::{Origin, Parsed, Pin, Reference, Version, git};

/// The parts of a reference: the project as written, without its escapes, and the name.
pub(crate) fn parts(text: &str) -> Option<(String, &str)> {
    let plus = separator(text)?;
    Some((text[..plus].replace("\\+", "+"), &text[plus + 1..]))
}

/// Where the `+` stands before the name: the first that no backslash escapes.
fn separator(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let is_plus = byte == b'+' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_plus
    })
}

/// Reads a reference to a target (`+build`) or a function (`+SETUP`), as Earthly does. `folder` is the folder of the
/// Earthfile; what is found is the Earthfile that has it.
///
/// # Errors
/// What Earthly refuses: a text with no `+` or several, a name that is none, a project that is no repository.
pub fn parse(text: &str, folder: &str) -> Parsed {
    let Some((project, name)) = parts(text) else { return Err("no + before a name".into()) };
    if let Some(start) = text.find('$') {
        return Ok(Reference::dynamic(&text[..start], "an argument, which only a build fills in"));
    }
    if separator(name).is_some() {
        return Err("more than one +".into());
    }
    if !is_target(name) && !is_function(name) {
        return Err("neither the name of a target nor of a function".into());
    }
    if project.is_empty() || project.starts_with('.') {
        if project.contains('*') {
            let literal = project.split('*').next().unwrap_or_default();
            return Ok(Reference::dynamic(literal, "a pattern of folders"));
        }
        let path = joined(&joined(folder, &project), "Earthfile");
        return Ok(Reference { origin: Origin::Local { path }, version: Version::only(Pin::SameCommit) });
    }
    if project.starts_with("~/") || project.starts_with('/') {
        return Ok(Reference::dynamic(project, "a path of the machine that builds"));
    }
    if !project.contains(['/', ':']) {
        return Err("the name of an import that the Earthfile does not have".into());
    }
    let (url, reference) = project.split_once(':').map_or((&*project, None), |(url, reference)| (url, Some(reference)));
    let version = Version::git(reference.filter(|it| !it.is_empty()));
    let mut rest = url.splitn(4, '/');
    let (host, owner, name) = (rest.next().unwrap_or(""), rest.next().unwrap_or(""), rest.next().unwrap_or(""));
    let repository =
        if owner.is_empty() || name.is_empty() { None } else { git::repository(host, &format!("{owner}/{name}")) };
    let Some(git::GitUrl { host, owner, name }) = repository else {
        return Err(super::WhyNot { reason: "not host/owner/name", version });
    };
    let path = joined(rest.next().unwrap_or(""), "Earthfile");
    Ok(Reference { origin: Origin::Repo { host, owner, name, path }, version })
}

/// Whether a name is one of a target: it begins with a small letter.
pub(crate) fn is_target(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

/// Whether a name is one of a function: capitals only.
pub(crate) fn is_function(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_'))
}
