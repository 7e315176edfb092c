//! What `uses:` names in GitHub Actions: actions and reusable workflows, `owner/repo[/path]@ref`.

use super::{Origin, Parsed, Pin, Reference, Version, WhyNot, image};

/// Reads the value of a step's `uses`, as GitHub's runner does.
///
/// `./` and `$/` start at the root of the repository, wherever the file lies. A URL names the server too. What follows
/// the only `@` is the ref. Expressions, which the runner doesn't fill in here, are [`Origin::Dynamic`].
///
/// # Errors
/// What the runner refuses: above all a name without a ref, and paths that begin with `../`.
pub fn parse(uses: &str) -> Parsed {
    let uses = uses.trim();
    if uses.starts_with("docker://") {
        return image::parse(uses);
    }
    let own = ["./", ".\\", "$/"].iter().find_map(|prefix| uses.strip_prefix(prefix));
    // A ref alone that is an expression leaves what is used known.
    let expression = uses.find("${{").or_else(|| uses.find("{{"));
    if let Some(start) = expression
        && (own.is_some() || !name_part(&uses[..start]).1.contains('@'))
    {
        return Ok(Reference::dynamic(&uses[..start], "an expression, which `uses` does not fill in"));
    }
    if let Some(path) = own {
        return match uses.starts_with('$') && path.contains('@') {
            true => Err(invalid("a ref after a path in the same repository", Version::only(Pin::SameCommit))),
            false => Ok(local(path)),
        };
    }
    if matches!(uses.split(['/', '\\']).next(), Some("." | "..")) {
        return Err(invalid("a path that does not begin with ./", Version::only(Pin::SameCommit)));
    }
    let (host, rest) = name_part(uses);
    let Some((name, reference)) = rest.split_once('@') else {
        return Err(WhyNot::because("no @ with a ref"));
    };
    let version = match expression {
        Some(_) => Version { reference: Some(reference.to_owned()), ..Version::only(Pin::Dynamic) },
        None => Version::git(Some(reference)),
    };
    let mut parts = name.split(['/', '\\']).filter(|part| !part.is_empty());
    // The runner parts the text and checks no name: a blank before the `@` is none of the name.
    let (owner, repo) = (parts.next().unwrap_or(""), parts.next().unwrap_or("").trim_end());
    let path = parts.collect::<Vec<_>>().join("/");
    let reason = if !is_name(owner) || !is_name(repo) {
        Some("not owner/repository@ref")
    } else if reference.is_empty() {
        Some("an empty ref")
    } else if expression.is_none() && reference.contains('@') {
        Some("more than one @")
    } else if expression.is_none() && !is_ref(reference) {
        Some("not a git ref")
    } else if !is_host(&host) {
        Some("not a host")
    } else {
        None
    };
    if let Some(reason) = reason {
        return Err(invalid(reason, version));
    }
    let origin = Origin::Repo { host, owner: owner.to_owned(), name: repo.to_owned(), path: normalise(&path) };
    Ok(Reference { origin, version })
}

/// Reads the value of a job's `uses`: a reusable workflow, which lies directly in `.github/workflows`.
///
/// # Errors
/// What [`parse`] refuses, and what is no such workflow.
pub fn parse_call(uses: &str) -> Parsed {
    let reference = parse(uses)?;
    let Reference { origin, version } = &reference;
    let path = match origin {
        Origin::Local { path } if path.contains('@') => {
            return Err(invalid("a ref after a path in the same repository", version.clone()));
        }
        Origin::Local { path } | Origin::Repo { path, .. } => path,
        Origin::Image { .. } => return Err(invalid("a job can't use an image", version.clone())),
        // An expression may stand for any of it.
        Origin::Dynamic { .. }
        | Origin::Registry { .. }
        | Origin::Url { .. }
        | Origin::ServerSide { .. }
        | Origin::Invalid { .. } => return Ok(reference),
    };
    let file = [".github/workflows/", ".github/workflows-lab/"].iter().find_map(|it| path.strip_prefix(it));
    let is_workflow = |file: &str| {
        let name = file.strip_suffix(".yml").or_else(|| file.strip_suffix(".yaml"));
        name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
    };
    match file {
        Some(file) if is_workflow(file) => Ok(reference),
        Some(_) | None => Err(invalid("not a workflow file in .github/workflows", version.clone())),
    }
}

/// A reference as `uses` spells it; `None` for what `uses` can't say. Reading it again gives the same reference.
pub fn print(reference: &Reference) -> Option<String> {
    let Reference { origin, version } = reference;
    let text = match origin {
        Origin::Local { path } => format!("./{path}"),
        Origin::Repo { host, owner, name, path } => {
            let server = if host == "github.com" { String::new() } else { format!("https://{host}/") };
            let slash = if path.is_empty() { "" } else { "/" };
            format!("{server}{owner}/{name}{slash}{path}@{}", version.reference.as_deref()?)
        }
        Origin::Image { registry, repository } => {
            let tag = version.reference.as_ref().map(|it| format!(":{it}")).unwrap_or_default();
            let digest = version.digest.as_ref().map(|it| format!("@{it}")).unwrap_or_default();
            format!("docker://{registry}/{repository}{tag}{digest}")
        }
        Origin::Registry { .. }
        | Origin::Url { .. }
        | Origin::ServerSide { .. }
        | Origin::Dynamic { .. }
        | Origin::Invalid { .. } => return None,
    };
    (parse(&text).as_ref() == Ok(reference)).then_some(text)
}

/// The host of a URL and what follows it; what is no URL is on GitHub. A user and a port say nothing of whose it is.
fn name_part(uses: &str) -> (String, &str) {
    let url = ["https://", "http://"].iter().find_map(|scheme| {
        uses.get(..scheme.len()).filter(|it| it.eq_ignore_ascii_case(scheme)).map(|it| &uses[it.len()..])
    });
    match url {
        Some(url) => {
            let (authority, rest) = url.split_once('/').unwrap_or((url, ""));
            let server = authority.rsplit('@').next().unwrap_or(authority);
            let host = server.split(':').next().unwrap_or(server);
            let end = rest.find(['?', '#']).unwrap_or(rest.len());
            (host.to_ascii_lowercase(), &rest[..end])
        }
        None => ("github.com".to_owned(), uses),
    }
}

fn local(path: &str) -> Reference {
    let path = normalise(&path.replace('\\', "/"));
    Reference { origin: Origin::Local { path }, version: Version::only(Pin::SameCommit) }
}

fn invalid(reason: &'static str, version: Version) -> WhyNot {
    WhyNot { reason, version }
}

fn is_name(part: &str) -> bool {
    let is_word = part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    is_word && !matches!(part, "" | "." | "..")
}

fn is_host(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
}

/// Whether git allows this as the name of a ref, as GitHub asks before it looks for it.
fn is_ref(reference: &str) -> bool {
    let is_allowed = |c: char| !c.is_whitespace() && !c.is_ascii_control() && !"?*[]\\~^:".contains(c);
    reference.chars().all(is_allowed)
        && !reference.contains("..")
        && !reference.ends_with('.')
        && reference.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"))
}

/// Takes `.`, `..`, double and trailing slashes out of a `/`-separated path; one that leads out keeps its `../`.
pub(crate) fn normalise(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{parse, parse_call, print};
    use crate::origin::{Origin, Reference};

    /// What `uses` is made of, so that references come out of it often enough.
    const PARTS: &str = r"([a-zA-Z0-9_. -]{0,4}|[./@:\\$#?-]|\./|\$/|\.\./|docker://|https://|@v1|\$\{\{ x \}\}|/\.github/workflows/|ü){0,9}";

    proptest! {
        /// Whatever is read and can be said again is the same reference.
        #[test]
        fn printed_references_are_read_again(uses in PARTS) {
            for parsed in [parse(&uses), parse_call(&uses)] {
                let Ok(reference) = parsed else { continue };
                let said = print(&reference);
                if let Some(said) = &said {
                    prop_assert_eq!(parse(said), Ok(reference.clone()));
                }
                // Trailing blanks are the one thing a path can have that can't be said.
                let is_sayable = match &reference.origin {
                    Origin::Local { path } => !path.ends_with(char::is_whitespace),
                    Origin::Repo { .. } => true,
                    _ => false,
                };
                prop_assert!(said.is_some() || !is_sayable, "{:?} can't be said", reference);
            }
        }

        #[test]
        fn references_can_be_printed(
            name in "[a-z][a-z0-9-]{0,6}/[a-z][a-z0-9._-]{0,6}(/[a-z]{1,4}){0,3}",
            version in "(v?[0-9]{1,2}(\\.[0-9]{1,2}){0,2}|main|feature/[a-z]{1,4}|[0-9a-f]{40})",
        ) {
            let uses = format!("{name}@{version}");
            prop_assert_eq!(print(&Reference::of(parse(&uses))), Some(uses));
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,40}") {
            let _ = (parse(&text), parse_call(&text));
        }
    }
}
