//! Charts: where `repository` and `name` of a `Chart.yaml` lead, and ([`named()`]) what `helm install` and the tools that
//! are like it take for a chart.

mod named;

pub use self::named::{Place, named};
use super::{Origin, Parsed, Pin, Reference, Version, WhyNot, action::normalise};

/// Reads one dependency of a chart that lies in `chart_folder` (repository-relative, `""` for the root).
///
/// A missing or empty repository means the chart's own `charts/` folder, as Helm reads it. An `@alias` is a name in
/// the settings of whoever runs Helm, so only they can resolve it. The version is a range in Helm's eyes even where
/// it is three numbers; one without all three (`3.17`) really is one.
///
/// # Errors
/// A repository that is no URL, or names no host.
pub fn parse(repository: Option<&str>, name: &str, version: Option<&str>, chart_folder: &str) -> Parsed {
    let repository = repository.map_or("", str::trim);
    let version = range(version);
    match origin(repository, name, chart_folder) {
        Ok(origin) => Ok(Reference { origin, version }),
        Err(reason) => Err(WhyNot { reason, version }),
    }
}

/// What a version of a chart asks for, which is a range in Helm's eyes; an expression is one that isn't known.
fn range(version: Option<&str>) -> Version {
    let version = version.map(str::trim).filter(|it| !it.is_empty());
    match version.and_then(template_start) {
        Some(_) => Version { constraint: version.map(str::to_owned), ..Version::only(Pin::Dynamic) },
        None => Version::range(version),
    }
}

fn origin(repository: &str, name: &str, chart_folder: &str) -> Result<Origin, &'static str> {
    if let Some(start) = template_start(repository) {
        return Ok(expression(&repository[..start]));
    }
    if let Some(start) = template_start(name) {
        return Ok(expression(&name[..start]));
    }
    if repository.is_empty() {
        return Ok(Origin::Local { path: normalise(&format!("{chart_folder}/charts/{name}")) });
    }
    if let Some(path) = repository.strip_prefix("file://") {
        // An absolute path lies on somebody's machine; what is known of it is that it isn't here.
        return Ok(match path.starts_with('/') {
            true => Origin::Url { host: String::new(), path: path.to_owned() },
            false => Origin::Local { path: normalise(&format!("{chart_folder}/{path}")) },
        });
    }
    if let Some(alias) = repository.strip_prefix('@').or_else(|| repository.strip_prefix("alias:")) {
        return Ok(Origin::ServerSide { name: format!("{alias}/{name}") });
    }
    let Some((scheme, rest)) = repository.split_once("://") else {
        return Err("a chart repository that is neither a URL nor an alias");
    };
    if scheme.starts_with("git+") || scheme == "git" {
        return Ok(git(rest, name));
    }
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (host, path) = split_host(rest);
    if host.is_empty() {
        return Err("a chart repository without a host");
    }
    let path = normalise(path);
    Ok(match scheme {
        "http" | "https" | "oci" => {
            let name = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            Origin::Registry { host, name, path: String::new() }
        }
        // Plugins' schemes: buckets and the like.
        _ => Origin::Url { host, path: format!("{path}/{name}").trim_start_matches('/').to_owned() },
    })
}

fn expression(prefix: &str) -> Origin {
    Reference::dynamic(prefix, "filled in by a template").origin
}

/// The helm-git plugin: `git+https://host/owner/repo@folder?ref=main`.
fn git(rest: &str, name: &str) -> Origin {
    let rest = rest.split('?').next().unwrap_or(rest);
    let (host, path) = split_host(rest);
    let (repository, folder) = path.split_once('@').unwrap_or((path, ""));
    let repository = normalise(repository.trim_end_matches('/'));
    let repository = repository.strip_suffix(".git").unwrap_or(&repository);
    let (owner, repo) = repository.rsplit_once('/').unwrap_or(("", repository));
    let folder = normalise(folder);
    let path = if folder.rsplit('/').next() == Some(name) { folder } else { normalise(&format!("{folder}/{name}")) };
    Origin::Repo { host, owner: owner.to_owned(), name: repo.to_owned(), path }
}

/// Host in lower case without user, and the path after it.
fn split_host(rest: &str) -> (String, &str) {
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    (host.to_ascii_lowercase(), path)
}

fn template_start(text: &str) -> Option<usize> {
    text.find("{{").into_iter().chain(text.find("${")).chain(text.find("{%")).min()
}

#[cfg(test)]
mod tests {
    use super::{expression, parse};
    use crate::origin::{Origin, Pin};

    fn registry(host: &str, name: &str) -> Origin {
        Origin::Registry { host: host.into(), name: name.into(), path: String::new() }
    }

    fn local(path: &str) -> Origin {
        Origin::Local { path: path.into() }
    }

    #[test]
    fn repositories() {
        for (repository, expected) in [
            (Some("https://Charts.example.org/stable/"), registry("charts.example.org", "stable/app")),
            (Some("https://charts.example.org"), registry("charts.example.org", "app")),
            (Some("http://u:p@charts.example.org:8080/x?y"), registry("charts.example.org:8080", "x/app")),
            (Some("oci://ghcr.io/org/charts"), registry("ghcr.io", "org/charts/app")),
            (Some("file://../common"), local("charts/common")),
            (Some("file://./charts/app"), local("charts/shop/charts/app")),
            (Some("file://../../../other"), local("../other")),
            (Some("file:///opt/x"), Origin::Url { host: "".into(), path: "/opt/x".into() }),
            (Some(""), local("charts/shop/charts/app")),
            (None, local("charts/shop/charts/app")),
            (Some("@team"), Origin::ServerSide { name: "team/app".into() }),
            (Some("alias:team"), Origin::ServerSide { name: "team/app".into() }),
            (Some("https://x/{{ .y }}"), expression("https://x/")),
            (Some("${REPO}"), expression("")),
            (Some("s3://bucket/charts"), Origin::Url { host: "bucket".into(), path: "charts/app".into() }),
            (
                Some("git+https://github.com/o/r@deploy/charts?ref=main"),
                Origin::Repo {
                    host: "github.com".into(),
                    owner: "o".into(),
                    name: "r".into(),
                    path: "deploy/charts/app".into(),
                },
            ),
        ] {
            assert_eq!(parse(repository, "app", None, "charts/shop").unwrap().origin, expected, "{repository:?}");
        }
        assert_eq!(parse(None, "app", None, "").unwrap().origin, local("charts/app"));
        for (repository, reason) in [
            ("stable", "a chart repository that is neither a URL nor an alias"),
            ("https:///x", "a chart repository without a host"),
        ] {
            assert_eq!(parse(Some(repository), "app", None, "").unwrap_err().reason, reason);
        }
    }

    #[test]
    fn versions() {
        for (version, pin) in [
            (Some("1.2.3"), Pin::Exact),
            (Some("v1.2.3-rc.1"), Pin::Exact),
            (Some("=1.2.3"), Pin::Exact),
            (Some("3.17"), Pin::Range),
            (Some("3"), Pin::Range),
            (Some("^1.2.3"), Pin::Range),
            (Some(">=1 <2"), Pin::Range),
            (Some("1.x"), Pin::Range),
            (Some("*"), Pin::Range),
            (Some("{{ .v }}"), Pin::Dynamic),
            (Some(""), Pin::Default),
            (None, Pin::Default),
        ] {
            let seen = parse(Some("https://x.y"), "app", version, "").unwrap().version;
            assert_eq!(seen.pin, pin, "{version:?}");
            assert_eq!(seen.constraint.as_deref(), version.filter(|it| !it.is_empty()), "{version:?}");
        }
    }
}
