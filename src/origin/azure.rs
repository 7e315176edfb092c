//! What Azure Pipelines name: templates (`path@alias`), the repositories that aliases stand for, tasks (`Name@1`).

use super::action::normalise;
use super::git::{self, GitUrl};
use super::{Origin, Parsed, Pin, Reference, Version, WhyNot, version_parts};

/// The host that tasks are installed on: those that come with the product, and those of extensions.
pub const TASK_HOST: &str = "dev.azure.com";

/// Why a template with an alias is refused that nothing declares.
pub const UNDECLARED: &str = "no repository of this alias is declared";

/// Reads the value of `template`, in a file that lies in `folder`. `repository` gives what `resources.repositories`
/// says of an alias, with an empty path.
///
/// Without an alias, and with `self`, the path begins at the folder of the file, and at the root where it begins with a
/// slash; in another repository always at the root. Both slashes part folders. Expressions that are left in the path
/// are [`Origin::Dynamic`], with the repository before the literal part of the path.
///
/// # Errors
/// An empty path, an alias that isn't declared, and what is wrong with the repository that it stands for.
pub fn template(text: &str, folder: &str, repository: &dyn Fn(&str) -> Option<Reference>) -> Parsed {
    let text = text.trim();
    let (path, alias) = match alias_at(text) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    if let Some(start) = alias.and_then(|it| it.find("${{").or_else(|| it.find("$("))) {
        let reason =
            if start == 0 { "an expression names the repository" } else { "an expression is part of the alias" };
        return Ok(Reference::dynamic("", reason));
    }
    let path = path.trim().replace('\\', "/");
    if path.is_empty() || alias == Some("") {
        return Err(WhyNot::because("not path@repository"));
    }
    let expression = path.find("${{").or_else(|| path.find("$(")).or_else(|| path.find("$["));
    let alias = alias.map(str::trim).filter(|it| !it.eq_ignore_ascii_case("self"));
    let Some(alias) = alias else {
        return Ok(match expression {
            Some(0) => Reference::dynamic("", "an expression names the template"),
            Some(at) => {
                // What is unknown is a name: the folder it lies in is normal all the same.
                let known = own_path(&path[..at], folder);
                let slash = if known.is_empty() || !path[..at].ends_with('/') { "" } else { "/" };
                Reference::dynamic(format!("./{known}{slash}"), "an expression is part of the path")
            }
            None => Reference { origin: Origin::Local { path: own_path(&path, folder) }, version: same_commit() },
        });
    };
    let Some(Reference { origin, version }) = repository(alias) else {
        return Err(WhyNot::because(UNDECLARED));
    };
    let origin = match origin {
        Origin::Repo { host, owner, name, path: _ } => match expression {
            Some(at) => {
                let known = path[..at].trim_start_matches('/');
                let slash = if owner.is_empty() { "" } else { "/" };
                let reason = "an expression is part of the path".to_owned();
                Origin::Dynamic { prefix: format!("{host}/{owner}{slash}{name}/{known}"), reason }
            }
            None => Origin::Repo { host, owner, name, path: normalise(&path) },
        },
        Origin::ServerSide { .. } | Origin::Dynamic { .. } => origin,
        Origin::Invalid { .. }
        | Origin::Image { .. }
        | Origin::Local { .. }
        | Origin::Registry { .. }
        | Origin::Url { .. } => return Err(WhyNot { reason: "the repository of this alias is not valid", version }),
    };
    Ok(Reference { origin, version })
}

/// Where the alias is parted from the path: at the last `@` that is in no expression.
fn alias_at(text: &str) -> Option<usize> {
    let mut end = text.len();
    loop {
        let at = text[..end].rfind('@')?;
        let before = &text[..at];
        let is_within = before.rfind("${{").is_some_and(|open| before.rfind("}}").is_none_or(|close| close < open));
        if !is_within {
            return Some(at);
        }
        end = at;
    }
}

/// A path of the same repository, from its root.
fn own_path(path: &str, folder: &str) -> String {
    if path.starts_with('/') { normalise(path) } else { normalise(&format!("{folder}/{path}")) }
}

fn same_commit() -> Version {
    Version::only(Pin::SameCommit)
}

/// The repository that a resource names: its `type`, `name` and `ref`.
///
/// Repositories of Azure Repos (`git`, also where no type is given) are `PROJECT/NAME` or `NAME` in the organisation
/// that the pipeline runs in, and those of a GitHub server are on the server that the connection leads to: both are
/// [`Origin::ServerSide`], because no file says which it is.
pub fn repository(kind: &str, name: &str, reference: Option<&str>) -> Reference {
    let version = match reference {
        Some(it) if it.contains("${{") || it.contains("$(") => {
            Version { reference: Some(it.to_owned()), ..Version::only(Pin::Dynamic) }
        }
        it => Version::git(it.filter(|it| !it.is_empty())),
    };
    let invalid = |reason: &str| Origin::Invalid { reason: reason.to_owned() };
    let on = |host: &str, n_parts: std::ops::RangeInclusive<usize>| match git::repository(host, name) {
        Some(GitUrl { host, owner, name: repo }) if n_parts.contains(&name.split('/').count()) => {
            Origin::Repo { host, owner, name: repo, path: String::new() }
        }
        _ => invalid("not owner/name"),
    };
    let origin = if let Some(start) = name.find("${{").or_else(|| name.find("$(")) {
        let reason = "the repository's name is known only when it runs".to_owned();
        Origin::Dynamic { prefix: name[..start].to_owned(), reason }
    } else {
        match kind.to_ascii_lowercase().as_str() {
            "github" => on("github.com", 2..=2),
            "bitbucket" => on("bitbucket.org", 2..=2),
            "githubenterprise" | "git" | "" if git::repository("dev.azure.com", name).is_none() => {
                invalid("not the name of a repository")
            }
            "githubenterprise" | "git" | "" => Origin::ServerSide { name: name.to_owned() },
            _ => invalid("not a type of repositories"),
        }
    };
    Reference { origin, version }
}

/// The repository of Azure Repos that a `type: git` resource names, seen from a pipeline of this owner
/// (`ORGANISATION/PROJECT`).
pub fn in_organisation(name: &str, owner: &str) -> Option<Origin> {
    let organisation = owner.split('/').next().unwrap_or(owner);
    let path = if name.contains('/') { format!("{organisation}/{name}") } else { format!("{owner}/{name}") };
    let GitUrl { host, owner, name } = git::repository("dev.azure.com", &path)?;
    Some(Origin::Repo { host, owner, name, path: String::new() })
}

/// Reads the value of `task`: `Name@1`, or `publisher.extension.contribution.Name@1.2.3`.
///
/// # Errors
/// No name, no version, a version that isn't a number.
pub fn task(text: &str) -> Parsed {
    let text = text.trim();
    let (name, version) = text.split_once('@').unwrap_or((text, ""));
    let expression = |it: &str| it.find("${{").or_else(|| it.find("$("));
    if let Some(start) = expression(name) {
        return Ok(Reference::dynamic(&name[..start], "an expression names the task"));
    }
    let is_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
    if name.is_empty() || !name.bytes().all(is_word) {
        return Err(WhyNot::because("not Name@version"));
    }
    let pin = match version_parts(version) {
        _ if expression(version).is_some() => Pin::Dynamic,
        Some(3..) => Pin::Exact,
        Some(1 | 2) => Pin::Partial,
        _ if version.split('.').all(|part| part == "*" || version_parts(part) == Some(1)) && !version.is_empty() => {
            Pin::Partial
        }
        _ if version.is_empty() => return Err(WhyNot::because("no @ with a version")),
        _ => return Err(WhyNot::because("not a version")),
    };
    let version = Version { reference: Some(version.to_owned()), ..Version::only(pin) };
    let origin = Origin::Registry { host: TASK_HOST.to_owned(), name: name.to_owned(), path: String::new() };
    Ok(Reference { origin, version })
}
