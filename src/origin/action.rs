//! What `uses:` names in GitHub Actions: actions and reusable workflows, `owner/repo[/path]@ref`.

use super::{Origin, Parsed, Pin, Reference, Version, WhyNot, image};

/// Reads the value of a step's or job's `uses`.
///
/// `./`, `../` and `$/` start at the root of the repository, wherever the file lies. What follows the last `@` is the
/// ref. Expressions, which the runner doesn't fill in here, are [`Origin::Dynamic`].
///
/// # Errors
/// What the runner refuses: above all a name without a ref.
pub fn parse(uses: &str) -> Parsed {
    let uses = uses.trim();
    if let Some(image) = uses.strip_prefix("docker://") {
        return image::parse(image);
    }
    // A ref alone that is an expression leaves what is used known.
    let expression = uses.find("${{").or_else(|| uses.find("{{"));
    if let Some(start) = expression
        && !uses[..start].contains('@')
    {
        return Ok(Reference::dynamic(&uses[..start], "an expression, which `uses` does not fill in"));
    }
    let own = uses.strip_prefix("$/").or_else(|| uses.strip_prefix("./"));
    if own.is_some() || uses.starts_with("../") || uses == "." || uses == ".." {
        let path = own.unwrap_or(uses);
        if uses.starts_with("$/") && path.contains('@') {
            return Err(invalid("a ref after a path in the same repository", Version::only(Pin::SameCommit)));
        }
        return Ok(Reference {
            origin: Origin::Local { path: normalise(path) },
            version: Version::only(Pin::SameCommit),
        });
    }
    let split = match expression {
        Some(start) => uses[..start].rsplit_once('@').map(|(name, _)| (name, &uses[name.len() + 1..])),
        None => uses.rsplit_once('@'),
    };
    let Some((name, reference)) = split else {
        return Err(WhyNot::because("no @ with a ref"));
    };
    let version = match expression {
        Some(_) => Version { reference: Some(reference.to_owned()), ..Version::only(Pin::Dynamic) },
        None => Version::git(Some(reference)),
    };
    let mut parts = name.splitn(3, '/');
    let (owner, repo, path) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    if !is_name(owner) || !is_name(repo) {
        return Err(invalid("not owner/repository@ref", version));
    }
    if reference.is_empty() {
        return Err(invalid("an empty ref", version));
    }
    let origin = Origin::Repo {
        host: "github.com".to_owned(),
        owner: owner.to_owned(),
        name: repo.to_owned(),
        path: normalise(path),
    };
    Ok(Reference { origin, version })
}

fn invalid(reason: &'static str, version: Version) -> WhyNot {
    WhyNot { reason, version }
}

fn is_name(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// Takes `.`, `..`, double and trailing slashes out of a `/`-separated path; one that leads out keeps its `../`.
pub(super) fn normalise(path: &str) -> String {
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
    use super::parse;
    use crate::origin::{Origin, Pin, Reference};

    fn repo(owner: &str, name: &str, path: &str) -> Origin {
        Origin::Repo { host: "github.com".into(), owner: owner.into(), name: name.into(), path: path.into() }
    }

    fn expression(prefix: &str) -> Origin {
        Reference::dynamic(prefix, "an expression, which `uses` does not fill in").origin
    }

    fn local(path: &str) -> Origin {
        Origin::Local { path: path.into() }
    }

    #[test]
    fn uses() {
        let sha = "0123456789abcdef0123456789abcdef01234567";
        for (uses, origin, reference, pin) in [
            ("actions/checkout@v4", repo("actions", "checkout", ""), Some("v4"), Pin::Partial),
            ("actions/checkout@v4.1.0", repo("actions", "checkout", ""), Some("v4.1.0"), Pin::Exact),
            ("o/r/sub/dir@main", repo("o", "r", "sub/dir"), Some("main"), Pin::Branch),
            (
                "o/r/.github/workflows/x.yml@a/b",
                repo("o", "r", ".github/workflows/x.yml"),
                Some("a/b"),
                Pin::TagOrBranch,
            ),
            ("o/r@a@b", Origin::Invalid { reason: "not owner/repository@ref".into() }, Some("b"), Pin::TagOrBranch),
            ("o/r", Origin::Invalid { reason: "no @ with a ref".into() }, None, Pin::Default),
            ("o/r@", Origin::Invalid { reason: "an empty ref".into() }, Some(""), Pin::TagOrBranch),
            ("", Origin::Invalid { reason: "no @ with a ref".into() }, None, Pin::Default),
            ("checkout@v4", Origin::Invalid { reason: "not owner/repository@ref".into() }, Some("v4"), Pin::Partial),
            ("./", local(""), None, Pin::SameCommit),
            (".", local(""), None, Pin::SameCommit),
            ("./.github/actions/x/", local(".github/actions/x"), None, Pin::SameCommit),
            ("./a@b", local("a@b"), None, Pin::SameCommit),
            ("../other/x", local("../other/x"), None, Pin::SameCommit),
            ("$/.github/workflows/x.yml", local(".github/workflows/x.yml"), None, Pin::SameCommit),
            (
                "$/x@v1",
                Origin::Invalid { reason: "a ref after a path in the same repository".into() },
                None,
                Pin::SameCommit,
            ),
            ("${{ inputs.action }}@v1", expression(""), None, Pin::Dynamic),
            ("o/${{ values.r }}@v1", expression("o/"), None, Pin::Dynamic),
            ("./${{ matrix.x }}", expression("./"), None, Pin::Dynamic),
            ("o/r@${{ values.ref }}", repo("o", "r", ""), Some("${{ values.ref }}"), Pin::Dynamic),
            (
                "docker://alpine:3.20",
                Origin::Image { registry: "docker.io".into(), repository: "library/alpine".into() },
                Some("3.20"),
                Pin::Partial,
            ),
        ] {
            let Reference { origin: seen, version } = Reference::of(parse(uses));
            assert_eq!((seen, version.reference.as_deref(), version.pin), (origin, reference, pin), "{uses}");
        }
        let Reference { origin, version } = parse(&format!("Actions/Checkout@{sha}")).unwrap();
        assert_eq!((origin, version.pin), (repo("Actions", "Checkout", ""), Pin::Sha));
    }
}
