//! What `include` names in GitLab CI: files of the repository, of other projects, of the web, GitLab's own templates,
//! components.
//!
//! A project and a component are named without the server they lie on, which is always the one that runs the pipeline.
//! No file says which that is: their host is [`SERVER`] until [`settle`] is told the repository's own.

use super::action::normalise;
use super::{Origin, Parsed, Pin, Reference, Version, WhyNot};
use crate::facts::Identity;

/// The host of what lies on the GitLab that runs the pipeline, whichever that is.
pub const SERVER: &str = "";

/// What an item of `include` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Include<'a> {
    /// A text without a key: a URL, else a file of the repository.
    Bare(&'a str),
    /// `local`: a file of the repository, or with `*` and `**` several.
    Local(&'a str),
    /// `project`, one of its `file`s, and `ref`.
    Project {
        /// `group/project`.
        project: &'a str,
        /// The file, from the root of the project.
        file: &'a str,
        /// The branch, tag or commit.
        reference: Option<&'a str>,
    },
    /// `remote`: a URL.
    Remote(&'a str),
    /// `template`: a file that comes with GitLab.
    Template(&'a str),
    /// `component`: `host/group/project/component@version`.
    Component(&'a str),
}

/// Where GitLab's own templates lie in its repository.
const TEMPLATES: &str = "lib/gitlab/ci/templates";

/// Forges of which the host says that they are no GitLab; sorted.
const OTHER_FORGES: &[&str] = &[
    "bitbucket.org",
    "codeberg.org",
    "dev.azure.com",
    "git.sr.ht",
    "gitea.com",
    "github.com",
    "ssh.dev.azure.com",
    "vs-ssh.visualstudio.com",
];

/// First words of host names of other forges; sorted.
const OTHER_PRODUCTS: &[&str] = &["bitbucket", "forgejo", "gitea", "github", "gogs"];

/// What stands for the host of the server, in all its spellings, at the start of an address; sorted.
const SERVER_VARIABLES: &[&str] = &["$CI_SERVER_FQDN", "$CI_SERVER_HOST", "${CI_SERVER_FQDN}", "${CI_SERVER_HOST}"];

/// What stands for the address of the server; sorted.
const SERVER_URLS: &[&str] = &["$CI_SERVER_URL", "${CI_SERVER_URL}"];

/// What stands for the project that the pipeline is of; sorted.
const OWN_PROJECT: &[&str] = &["$CI_PROJECT_PATH", "${CI_PROJECT_PATH}"];

/// What stands for the group that the project is in; sorted.
const OWN_NAMESPACE: &[&str] =
    &["$CI_PROJECT_NAMESPACE", "$CI_PROJECT_ROOT_NAMESPACE", "${CI_PROJECT_NAMESPACE}", "${CI_PROJECT_ROOT_NAMESPACE}"];

/// What stands for the commit that the pipeline is of; sorted.
const OWN_COMMIT: &[&str] = &["$CI_COMMIT_SHA", "${CI_COMMIT_SHA}"];

/// Reads an item of `include`, as GitLab does.
///
/// A variable that only the server knows leaves open what it is part of: the version alone, the file alone, or all of
/// it, which is [`Origin::Dynamic`]. Those for the server, for the own project and its group are known.
///
/// # Errors
/// What GitLab refuses: above all files that don't end in `.yml` or `.yaml`, and components without a version.
pub fn parse(include: Include<'_>) -> Parsed {
    match include {
        Include::Bare(text) if is_url(text) => remote(text),
        Include::Bare(text) | Include::Local(text) => local(text),
        Include::Project { project, file, reference } => of_project(project, file, reference),
        Include::Remote(url) => remote(url),
        Include::Template(name) => template(name),
        Include::Component(address) => component(address),
    }
}

/// Gives what lies on the GitLab that runs the pipeline the host of the repository, and what lies in the repository's
/// own group its name, where the repository lies on a GitLab. That of a repository which is mirrored elsewhere stays
/// unknown.
pub fn settle(origin: &mut Origin, own: Option<&Identity>) {
    let Origin::Repo { host, owner, .. } = origin else { return };
    if host != SERVER {
        return;
    }
    let own = own.filter(|it| may_be_gitlab(&it.host));
    if let Some(own) = own {
        own.host.clone_into(host);
    }
    let Some((variable, rest)) = namespace(owner) else { return };
    match own {
        Some(own) => {
            let is_root = variable.contains("ROOT");
            let group = if is_root { own.owner.split('/').next().unwrap_or("") } else { &own.owner };
            *owner = format!("{group}{rest}");
        }
        None => {
            let reason = "the repository's own group, which its place on another forge doesn't tell".to_owned();
            *origin = Origin::Dynamic { prefix: String::new(), reason };
        }
    }
}

/// Whether a GitLab may run at this host.
fn may_be_gitlab(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let first = host.split(['.', '-']).next().unwrap_or("");
    OTHER_FORGES.binary_search(&host.as_str()).is_err()
        && OTHER_PRODUCTS.binary_search(&first).is_err()
        && !host.ends_with(".visualstudio.com")
}

/// Where the first variable or input of a text stands: `$X`, `${X}`, `%X%`, `$[[ inputs.x ]]`. A doubled dollar sign is
/// one that is meant.
pub fn variable(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_start = |b: u8| b.is_ascii_alphabetic() || b == b'_';
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'$', Some(b'$')) => at += 1,
            (b'$', Some(b'{')) => return Some(at),
            (b'$', Some(b'[')) if bytes.get(at + 2) == Some(&b'[') => return Some(at),
            (b'$', Some(&b)) if is_start(b) => return Some(at),
            (b'%', Some(&b)) if is_start(b) => {
                let name = bytes[at + 1..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                if bytes.get(at + 1 + name) == Some(&b'%') {
                    return Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// A file of the repository. A variable in it leaves open which, but not whose.
fn local(text: &str) -> Parsed {
    if text.is_empty() {
        return Err("an empty path".into());
    }
    has_extension(text)?;
    Ok(in_repository(text, Version::only(Pin::SameCommit)))
}

fn in_repository(path: &str, version: Version) -> Reference {
    Reference { origin: Origin::Local { path: normalise(path) }, version }
}

fn of_project(project: &str, file: &str, reference: Option<&str>) -> Parsed {
    let version = version(reference);
    let invalid = |reason| Err(WhyNot { reason, version: version.clone() });
    if file.is_empty() {
        return invalid("no file of the project");
    }
    if let Err(WhyNot { reason, version: _ }) = has_extension(file) {
        return invalid(reason);
    }
    if file.contains('*') {
        return invalid("a wildcard, which only local files have");
    }
    if reference == Some("") {
        return invalid("an empty ref");
    }
    if OWN_PROJECT.binary_search(&project).is_ok() {
        let is_same = reference.is_some_and(|it| OWN_COMMIT.binary_search(&it).is_ok());
        return Ok(in_repository(file, if is_same { Version::only(Pin::SameCommit) } else { version }));
    }
    let path = normalise(file);
    match project_of(project) {
        Project::Named { owner, name } => {
            Ok(Reference { origin: Origin::Repo { host: SERVER.to_owned(), owner, name, path }, version })
        }
        Project::Open(prefix) => Ok(Reference { version, ..dynamic(prefix) }),
        Project::Invalid => invalid("not group/project"),
    }
}

/// A project as its path says it.
enum Project<'a> {
    Named {
        owner: String,
        name: String,
    },
    /// A variable that only the server knows; the text before it.
    Open(&'a str),
    Invalid,
}

fn project_of(path: &str) -> Project<'_> {
    let (variable_at, rest) = match namespace(path) {
        Some((_, rest)) => (variable(rest).map(|at| path.len() - rest.len() + at), rest),
        None => (variable(path), path),
    };
    if let Some(at) = variable_at {
        return Project::Open(&path[..at]);
    }
    let is_own = rest.len() < path.len();
    let Some((owner, name)) = path.rsplit_once('/') else { return Project::Invalid };
    let mut groups = rest.strip_prefix('/').filter(|_| is_own).unwrap_or(rest).split('/');
    if groups.all(is_part) && !name.ends_with(".git") {
        Project::Named { owner: owner.to_owned(), name: name.to_owned() }
    } else {
        Project::Invalid
    }
}

/// The variable for the own group that a path begins with, and what follows it.
fn namespace(path: &str) -> Option<(&str, &str)> {
    let end = path.find('/').unwrap_or(path.len());
    let (first, rest) = path.split_at(end);
    OWN_NAMESPACE.binary_search(&first).is_ok().then_some((first, rest))
}

/// Whether a group or project may be called so.
fn is_part(part: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    !part.is_empty() && !part.starts_with(['-', '.']) && part.bytes().all(is_word)
}

/// What a ref of a project asks for.
fn version(reference: Option<&str>) -> Version {
    match reference {
        Some(text) if variable(text).is_some() => {
            Version { reference: Some(text.to_owned()), ..Version::only(Pin::Dynamic) }
        }
        reference => Version::git(reference),
    }
}

fn template(name: &str) -> Parsed {
    if let Some(at) = variable(name) {
        return Ok(dynamic(&name[..at]));
    }
    if name.strip_suffix(".gitlab-ci.yml").is_none_or(str::is_empty) {
        return Err("the name of a template ends in .gitlab-ci.yml".into());
    }
    Ok(Reference {
        origin: Origin::Repo {
            host: "gitlab.com".to_owned(),
            owner: "gitlab-org".to_owned(),
            name: "gitlab".to_owned(),
            path: normalise(&format!("{TEMPLATES}/{name}")),
        },
        // It is the one of the server's own version.
        version: Version::only(Pin::Default),
    })
}

/// `host/group/project/component@version`.
fn component(address: &str) -> Parsed {
    let Some((path, wanted)) = address.split_once('@') else {
        return Err("no @ with a version".into());
    };
    let version = match wanted {
        "~latest" => Version { reference: Some(wanted.to_owned()), ..Version::only(Pin::FloatingTag) },
        _ if OWN_COMMIT.binary_search(&wanted).is_ok() => Version::only(Pin::SameCommit),
        _ => version(Some(wanted)),
    };
    let invalid = |reason| Err(WhyNot { reason, version: version.clone() });
    if wanted.is_empty() {
        return invalid("an empty version");
    }
    if wanted.starts_with('~') && wanted != "~latest" {
        return invalid("not a version: of names with ~ there is ~latest only");
    }
    let Some((server, path)) = path.split_once('/') else {
        return invalid("not host/group/project/component");
    };
    let host = if SERVER_VARIABLES.binary_search(&server).is_ok() {
        SERVER.to_owned()
    } else if variable(server).is_some() {
        return Ok(Reference { version, ..dynamic("") });
    } else if is_host(server) {
        host(server)
    } else {
        return invalid("not host/group/project/component");
    };
    let Some((project, name)) = path.rsplit_once('/') else {
        return invalid("not host/group/project/component");
    };
    if variable(name).is_none() && !is_part(name) {
        return invalid("not the name of a component");
    }
    let path = format!("templates/{name}");
    if host == SERVER && OWN_PROJECT.binary_search(&project).is_ok() {
        return Ok(in_repository(&path, version));
    }
    match project_of(project) {
        Project::Named { owner, name } => Ok(Reference { origin: Origin::Repo { host, owner, name, path }, version }),
        Project::Open(prefix) => Ok(Reference { version, ..dynamic(&format!("{host}/{prefix}")) }),
        Project::Invalid => invalid("not host/group/project/component"),
    }
}

/// A file behind a URL; what a forge serves of a repository is that repository's file.
fn remote(url: &str) -> Parsed {
    let on_server = SERVER_URLS.iter().find_map(|it| url.strip_prefix(it)?.strip_prefix('/'));
    let (server, path) = match on_server {
        Some(path) => (SERVER_VARIABLES[0], path),
        None => {
            let rest = ["https://", "http://"].iter().find_map(|scheme| {
                let head = url.get(..scheme.len())?;
                head.eq_ignore_ascii_case(scheme).then(|| &url[scheme.len()..])
            });
            let Some(rest) = rest else {
                return match variable(url) {
                    Some(at) => Ok(dynamic(&url[..at])),
                    None => Err("not an http or https URL".into()),
                };
            };
            rest.split_once('/').unwrap_or((rest, ""))
        }
    };
    has_extension(url)?;
    let server = server.rsplit('@').next().unwrap_or(server);
    let host = if SERVER_VARIABLES.binary_search(&server).is_ok() {
        SERVER.to_owned()
    } else if let Some(at) = variable(server) {
        return Ok(dynamic(&format!("https://{}", &server[..at])));
    } else if is_host(server) {
        host(server)
    } else {
        return Err("the URL names no host".into());
    };
    if let Some(reference) = of_forge(&host, path) {
        return Ok(reference);
    }
    match variable(path) {
        Some(at) => Ok(dynamic(&format!("https://{host}/{}", &path[..at]))),
        None if host == SERVER => Ok(dynamic("")),
        None => {
            Ok(Reference { origin: Origin::Url { host, path: path.to_owned() }, version: Version::only(Pin::Default) })
        }
    }
}

/// The file of a repository that a forge serves at a path: GitLab's and Gitea's `raw`, GitHub's, Bitbucket's.
fn of_forge(host: &str, path: &str) -> Option<Reference> {
    let parts: Vec<&str> = path.split('/').collect();
    let (project, rest): (&[&str], &[&str]) = if host == "raw.githubusercontent.com" {
        parts.split_at_checked(2)?
    } else {
        let at = parts.iter().position(|it| *it == "raw").filter(|at| *at >= 2)?;
        let project = &parts[..at];
        (project.strip_suffix(&["-"]).unwrap_or(project), &parts[at + 1..])
    };
    // Other sites may have a folder `raw` too.
    let is_forge = matches!(host, SERVER | "bitbucket.org" | "codeberg.org" | "github.com" | "gitlab.com")
        || host == "raw.githubusercontent.com"
        || path.contains("/-/raw/")
        || host.split('.').any(|it| matches!(it, "gitlab" | "gitea" | "forgejo"));
    let (reference, kind, file) = match rest {
        ["refs", "heads", reference, file @ ..] => (reference, "refs/heads/", file),
        ["refs", "tags", reference, file @ ..] => (reference, "refs/tags/", file),
        // Gitea says what the ref is.
        ["branch", reference, file @ ..] if file.len() > 1 || host == "codeberg.org" => {
            (reference, "refs/heads/", file)
        }
        ["tag", reference, file @ ..] if file.len() > 1 || host == "codeberg.org" => (reference, "refs/tags/", file),
        ["commit", reference, file @ ..] if host == "codeberg.org" => (reference, "", file),
        [reference, file @ ..] => (reference, "", file),
        [] => return None,
    };
    // Which server, project and file it is must be known, or at least that it is there.
    if !is_forge || file.is_empty() || reference.is_empty() {
        return None;
    }
    let Project::Named { owner, name } = project_of(&project.join("/")) else { return None };
    let version = match variable(reference) {
        Some(_) => version(Some(reference)),
        None => {
            let pin = Pin::of_git_ref(&format!("{kind}{reference}"));
            Version { reference: Some((*reference).to_owned()), ..Version::only(pin) }
        }
    };
    let host = if host == "raw.githubusercontent.com" { "github.com" } else { host };
    let origin = Origin::Repo { host: host.to_owned(), owner, name, path: normalise(&file.join("/")) };
    Some(Reference { origin, version })
}

fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
    let is_scheme = ["http", "https", "git", "ssh"].iter().any(|it| scheme.eq_ignore_ascii_case(it));
    is_scheme || SERVER_URLS.iter().any(|it| text.strip_prefix(it).is_some_and(|rest| rest.starts_with('/')))
}

/// Whether the last part of a path is the name of a YAML file; a variable may end in one.
fn has_extension(path: &str) -> Result<(), WhyNot> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"));
    if stem.is_some_and(|it| !it.is_empty()) || variable(&name).is_some() {
        return Ok(());
    }
    Err("the file does not end in .yml or .yaml".into())
}

fn is_host(server: &str) -> bool {
    let (name, port) = server.split_once(':').map_or((server, None), |(name, port)| (name, Some(port)));
    let is_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    !name.is_empty()
        && name.bytes().all(is_word)
        && port.is_none_or(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit()))
}

/// A host in lower case, without its port.
fn host(server: &str) -> String {
    server.split(':').next().unwrap_or(server).to_ascii_lowercase()
}

fn dynamic(prefix: &str) -> Reference {
    Reference::dynamic(prefix, "a variable that only the server knows")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        Include, OTHER_FORGES, OTHER_PRODUCTS, OWN_COMMIT, OWN_NAMESPACE, OWN_PROJECT, SERVER_URLS, SERVER_VARIABLES,
        parse, settle, variable,
    };
    use crate::facts::Identity;
    use crate::origin::{Origin, Reference};

    #[test]
    fn tables_are_sorted() {
        for table in
            [OTHER_FORGES, OTHER_PRODUCTS, OWN_COMMIT, OWN_NAMESPACE, OWN_PROJECT, SERVER_URLS, SERVER_VARIABLES]
        {
            assert!(table.is_sorted(), "{table:?}");
        }
    }

    #[test]
    fn variables() {
        for (text, at) in [
            ("a/$B", Some(2)),
            ("a/${B}", Some(2)),
            ("a/$[[ inputs.b ]]", Some(2)),
            ("%A%", Some(0)),
            ("a$$B", None),
            ("a$$$B", Some(3)),
            ("100%", None),
            ("%a", None),
            ("$", None),
            ("$1", None),
            ("", None),
        ] {
            assert_eq!(variable(text), at, "{text}");
        }
    }

    #[test]
    fn the_server_is_that_of_the_repository() {
        let own =
            |host: &str| Identity { host: host.to_owned(), owner: "acme/platform".to_owned(), name: "shop".to_owned() };
        for (project, host, expected) in [
            ("acme/ci", "git.example.org", "git.example.org acme/ci"),
            ("acme/ci", "gitlab.com", "gitlab.com acme/ci"),
            ("acme/ci", "github.com", " acme/ci"),
            ("acme/ci", "github.example.org", " acme/ci"),
            ("acme/ci", "acme.visualstudio.com", " acme/ci"),
            ("$CI_PROJECT_NAMESPACE/ci", "gitlab.com", "gitlab.com acme/platform/ci"),
            ("${CI_PROJECT_ROOT_NAMESPACE}/tools/ci", "gitlab.com", "gitlab.com acme/tools/ci"),
            ("$CI_PROJECT_NAMESPACE/ci", "github.com", "open"),
        ] {
            let include = Include::Project { project, file: "a.yml", reference: None };
            let mut origin = Reference::of(parse(include)).origin;
            settle(&mut origin, Some(&own(host)));
            let told = match origin {
                Origin::Repo { host, owner, name, path: _ } => format!("{host} {owner}/{name}"),
                Origin::Dynamic { .. } => "open".to_owned(),
                other => format!("{other:?}"),
            };
            assert_eq!(told, expected, "{project} on {host}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(
            text in "([a-zA-Z0-9_. -]{0,4}|[./@:$%#?*-]|\\./|\\.\\./|https://|@v1|\\$CI_SERVER_FQDN|\\$CI_PROJECT_NAMESPACE|/-/raw/|\\.yml|\\$\\[\\[|ü){0,9}",
            other in "\\PC{0,20}",
        ) {
            for include in [
                Include::Bare(&text),
                Include::Local(&text),
                Include::Project { project: &text, file: &other, reference: Some(&other) },
                Include::Project { project: &other, file: &text, reference: Some(&text) },
                Include::Remote(&text),
                Include::Template(&text),
                Include::Component(&text),
            ] {
                let mut origin = Reference::of(parse(include)).origin;
                settle(&mut origin, None);
            }
        }
    }
}
