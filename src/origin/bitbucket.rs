//! What Bitbucket's pipelines take from elsewhere: pipes, and pipelines of other files (the sources that
//! `definitions.imports` names, and the older `import: repository:ref:pipeline`). A source is named without its
//! workspace: it is the importing one's.

use super::action::normalise;
use super::{Origin, Parsed, Pin, Reference, Version, WhyNot, image};

/// The file that an import reads where it names none.
pub const FILE: &str = "bitbucket-pipelines.yml";

/// Reads a pipe: `workspace/repository:tag`, or an image behind `docker://`.
///
/// # Errors
/// What Bitbucket refuses: above all a repository without a tag.
pub fn pipe(text: &str) -> Parsed {
    let text = text.trim();
    if text.starts_with("docker://") {
        return image::parse(text);
    }
    let name_end = text.rfind('/').and_then(|slash| Some(slash + text[slash..].find(':')?));
    let name = &text[..name_end.unwrap_or(text.len())];
    if let Some(start) = name.find('$') {
        return Ok(Reference::dynamic(&text[..start], "the pipe's name is a variable"));
    }
    let Some(tag) = name_end.map(|colon| &text[colon + 1..]).filter(|it| !it.is_empty()) else {
        return Err("no : with a version".into());
    };
    let version = match tag.contains('$') {
        true => Version { reference: Some(tag.to_owned()), ..Version::only(Pin::Dynamic) },
        false => Version::git(Some(tag)),
    };
    match name.split_once('/') {
        Some((owner, name)) if is_slug(owner) && is_slug(name) => {
            let (host, owner, name) = ("bitbucket.org".to_owned(), owner.to_owned(), name.to_owned());
            Ok(Reference { origin: Origin::Repo { host, owner, name, path: String::new() }, version })
        }
        Some(_) | None => Err(WhyNot { reason: "not workspace/repository:version", version }),
    }
}

/// The pipeline and the source of `pipeline@source`; nothing for what is no import by the name of a source.
pub fn of_source(text: &str) -> Option<(&str, &str)> {
    let (pipeline, source) = text.trim().rsplit_once('@')?;
    (!pipeline.is_empty() && !source.is_empty() && !text.contains(':')).then_some((pipeline, source))
}

/// Reads `repository:ref:pipeline`. The origin is the file; which of its pipelines is asked for [`pipeline`] tells. The
/// owner of the repository is left empty: only the repository it is written in tells it.
///
/// # Errors
/// What has not the three parts.
pub fn parse(text: &str) -> Parsed {
    let mut parts = text.trim().splitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(name), Some(reference), Some(pipeline)) if !pipeline.is_empty() => repository(name, reference, FILE),
        _ => Err("not repository:ref:pipeline".into()),
    }
}

/// The pipeline that `repository:ref:pipeline` asks for.
pub fn pipeline(text: &str) -> Option<&str> {
    text.trim().splitn(3, ':').nth(2)
}

/// Reads a source: a file of the same repository, or `repository:ref`, `repository:ref:file`.
///
/// # Errors
/// What names no file of pipelines: such files end in `pipelines.yml`.
pub fn parse_source(text: &str) -> Parsed {
    let text = text.trim();
    let mut parts = text.splitn(3, ':');
    let parsed = match (parts.next().unwrap_or(""), parts.next(), parts.next()) {
        (path, None, _) => {
            let origin = Origin::Local { path: normalise(path) };
            Ok(Reference { origin, version: Version::only(Pin::SameCommit) })
        }
        (name, Some(reference), file) => repository(name, reference, file.unwrap_or(FILE)),
    }?;
    match &parsed.origin {
        Origin::Local { path } | Origin::Repo { path, .. } if !is_file(path) => {
            Err(WhyNot { reason: "not a file whose name ends in pipelines.yml", version: parsed.version })
        }
        Origin::Local { .. }
        | Origin::Repo { .. }
        | Origin::Registry { .. }
        | Origin::Image { .. }
        | Origin::Url { .. }
        | Origin::ServerSide { .. }
        | Origin::Dynamic { .. }
        | Origin::Invalid { .. } => Ok(parsed),
    }
}

fn is_file(path: &str) -> bool {
    path.ends_with("pipelines.yml") || path.ends_with("pipelines.yaml")
}

fn is_slug(name: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    !name.is_empty() && name.bytes().all(is_allowed)
}

fn repository(name: &str, reference: &str, file: &str) -> Parsed {
    let version = Version::git(Some(reference));
    if !is_slug(name) {
        return Err(WhyNot { reason: "not a repository's name", version });
    }
    if reference.is_empty() {
        return Err("an empty ref".into());
    }
    let origin = Origin::Repo {
        host: "bitbucket.org".to_owned(),
        owner: String::new(),
        name: name.to_owned(),
        path: normalise(file),
    };
    Ok(Reference { origin, version })
}

#[cfg(test)]
mod tests {
    use super::{of_source, parse, parse_source, pipe, pipeline};

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}|[a-z/@:.]{0,24}") {
            drop((of_source(&text), parse(&text), parse_source(&text), pipe(&text), pipeline(&text)));
        }
    }
}
