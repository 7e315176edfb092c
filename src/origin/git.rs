//! Git URLs: which host, owner and name one points to. Shared by module sources and repositories' remotes.
//!
//! All spellings of one repository give one answer; forges differ in their paths, and the differences that can be
//! told from the URL alone are here.

use std::borrow::Cow;

/// The repository that a git URL points to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GitUrl {
    /// Host name in lower case, without user and port.
    pub host: String,
    /// User, organisation, group with its subgroups, Azure DevOps `organisation/project`. Empty where the path has
    /// one part only.
    pub owner: String,
    /// Name without `.git`.
    pub name: String,
}

/// The parts of a URL or scp-like address, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    /// `https`, `ssh`, …; empty for scp-like addresses.
    pub(crate) scheme: &'a str,
    /// User and password, without the `@`.
    pub(crate) user: Option<&'a str>,
    /// Host without port.
    pub(crate) host: &'a str,
    /// The text after the host's colon; a port in URLs, when it is a number.
    pub(crate) port: Option<&'a str>,
    /// The path without leading slashes, query and fragment.
    pub(crate) path: &'a str,
}

/// What a git URL or remote points to: `https://`, `http://`, `ssh://`, `git://`, `git+ssh://` URLs and scp-like
/// `user@host:path`. Users, passwords, ports, `.git`, queries and slashes at the end make no difference.
///
/// `None` for local paths, `file://` and everything that names no repository on a host.
pub fn parse(url: &str) -> Option<GitUrl> {
    let address = address(url.trim())?;
    let is_git = matches!(address.scheme, "" | "git" | "git+https" | "git+ssh" | "http" | "https" | "ssh" | "ssh+git");
    if !is_git || address.port.is_some_and(|port| !port.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    repository(address.host, address.path)
}

/// Takes a URL or scp-like address apart. `None` where it is neither.
pub(crate) fn address(text: &str) -> Option<Address<'_>> {
    let text = text.split(['?', '#']).next().unwrap_or(text);
    let Some((scheme, rest)) = text.split_once("://") else { return scp_like(text) };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    // An IPv6 address has colons of its own, within brackets.
    let after_bracket = host.rfind(']').map_or(0, |at| at + 1);
    let (host, port) = match host[after_bracket..].find(':') {
        Some(colon) => (&host[..after_bracket + colon], Some(&host[after_bracket + colon + 1..])),
        None => (host, None),
    };
    let is_scheme = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    (is_scheme && !host.is_empty()).then(|| Address { scheme, user, host, port, path: path.trim_start_matches('/') })
}

/// `user@host:path` or `host:path`, the way ssh and scp write it: the colon comes before the first slash.
fn scp_like(text: &str) -> Option<Address<'_>> {
    let (user, rest) = match text.split_once('@') {
        Some((user, rest)) if !user.contains([':', '/', '\\']) => (Some(user), rest),
        _ => (None, text),
    };
    // An IPv6 address has colons of its own, within brackets.
    let bracketed = rest.starts_with('[').then(|| rest.find(']')).flatten().map_or(0, |at| at + 1);
    let colon = bracketed + rest[bracketed..].find(':')?;
    let (host, path) = (&rest[..colon], &rest[colon + 1..]);
    // One letter before the colon is a drive, not a host; two colons are a transport helper.
    let is_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    let is_host = host.len() > 1 && (bracketed == colon && bracketed > 0 || host.bytes().all(is_word));
    (is_host && !path.starts_with(':') && !path.is_empty()).then(|| Address {
        scheme: "",
        user,
        host,
        port: None,
        path: path.trim_start_matches('/'),
    })
}

/// Other names of forges' hosts, mostly for ssh over another port; sorted.
const HOST_ALIASES: &[(&str, &str)] = &[
    ("altssh.bitbucket.org", "bitbucket.org"),
    ("altssh.gitlab.com", "gitlab.com"),
    ("ssh.dev.azure.com", "dev.azure.com"),
    ("ssh.github.com", "github.com"),
    ("vs-ssh.visualstudio.com", "dev.azure.com"),
    ("www.bitbucket.org", "bitbucket.org"),
    ("www.github.com", "github.com"),
    ("www.gitlab.com", "gitlab.com"),
];

/// The repository at a path on a host.
pub(crate) fn repository(host: &str, path: &str) -> Option<GitUrl> {
    let mut host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    if let Ok(found) = HOST_ALIASES.binary_search_by_key(&host.as_str(), |(alias, _)| alias) {
        host = HOST_ALIASES[found].1.to_owned();
    }
    let mut parts: Vec<Cow<'_, str>> = path.split('/').filter(|part| !part.is_empty()).map(percent_decoded).collect();
    if let Some(organisation) = host.strip_suffix(".visualstudio.com") {
        parts.retain(|part| !part.eq_ignore_ascii_case("DefaultCollection"));
        parts.insert(0, Cow::Owned(organisation.to_owned()));
        host = "dev.azure.com".to_owned();
    }
    azure(&host, &mut parts);
    match parts.as_slice() {
        // Bitbucket Server serves its repositories below `scm` over https, and without it over ssh.
        [scm, _, _] if scm == "scm" && !host.starts_with("gitlab.") => drop(parts.remove(0)),
        // Google Cloud Source Repositories: `/p/PROJECT/r/NAME`.
        [p, _, r, _] if p == "p" && r == "r" && host == "source.developers.google.com" => {
            parts.remove(2);
            parts.remove(0);
        }
        // AWS CodeCommit: `/v1/repos/NAME`.
        [v1, repos, _] if v1 == "v1" && repos == "repos" && host.starts_with("git-codecommit.") => {
            drop(parts.drain(..2));
        }
        _ => {}
    }
    let name = parts.pop()?;
    let name = name.strip_suffix(".git").filter(|it| !it.is_empty()).unwrap_or(&name);
    let is_name = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('/');
    (is_name(&host) && is_name(name) && parts.iter().all(|part| is_name(part))).then(|| GitUrl {
        host,
        owner: parts.join("/"),
        name: name.to_owned(),
    })
}

/// Azure DevOps, there and on servers of one's own: `ORG/PROJECT/_git/NAME`, `ORG/_git/NAME` (project and repository of
/// one name), over ssh `v3/ORG/PROJECT/NAME` → `ORG/PROJECT/NAME`.
fn azure(host: &str, parts: &mut Vec<Cow<'_, str>>) {
    if host == "dev.azure.com" && parts.len() == 4 && parts[0] == "v3" {
        parts.remove(0);
    }
    if let Some(git) = parts.iter().position(|part| part == "_git") {
        // What follows the name are pages of the web interface; `_optimized` and `_full` are clone hints.
        parts.remove(git);
        if parts.get(git).is_some_and(|part| part == "_optimized" || part == "_full") {
            parts.remove(git);
        }
        parts.truncate(git + 1);
        if host == "dev.azure.com" && git == 1 && parts.len() == 2 {
            parts.insert(1, parts[1].clone());
        }
    }
}

/// `%20` and the like resolved; as it is where that isn't UTF-8.
pub(crate) fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = text.get(at + 1..at + 3).filter(|hex| byte == b'%' && hex.bytes().all(|b| b.is_ascii_hexdigit()));
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(HOST_ALIASES.is_sorted_by_key(|(alias, _)| alias));
    }

    #[test]
    fn all_spellings_of_one_repository_are_one() {
        let cases: &[(&str, &str, &str, &str)] = &[
            ("https://github.com/acme/shop.git", "github.com", "acme", "shop"),
            ("https://github.com/acme/shop", "github.com", "acme", "shop"),
            ("https://github.com/acme/shop/", "github.com", "acme", "shop"),
            ("https://GitHub.com/Acme/Shop.git/", "github.com", "Acme", "Shop"),
            ("http://github.com/acme/shop?x=1#y", "github.com", "acme", "shop"),
            ("https://user:secret@github.com/acme/shop.git", "github.com", "acme", "shop"),
            ("https://www.github.com/acme/shop", "github.com", "acme", "shop"),
            ("git://github.com/acme/shop.git", "github.com", "acme", "shop"),
            ("ssh://git@github.com/acme/shop.git", "github.com", "acme", "shop"),
            ("ssh://git@github.com:22/acme/shop.git", "github.com", "acme", "shop"),
            ("ssh://git@ssh.github.com:443/acme/shop.git", "github.com", "acme", "shop"),
            ("git+ssh://git@github.com/acme/shop", "github.com", "acme", "shop"),
            ("git@github.com:acme/shop.git", "github.com", "acme", "shop"),
            ("git@github.com:/acme/shop", "github.com", "acme", "shop"),
            ("org-1234@github.com:acme/shop.git", "github.com", "acme", "shop"),
            ("github.com:acme/shop.git", "github.com", "acme", "shop"),
            ("  git@github.com:acme/shop.git\n", "github.com", "acme", "shop"),
            ("https://github.com/acme/dot.github.io.git", "github.com", "acme", "dot.github.io"),
            ("https://gitlab.com/group/sub/deep/app.git", "gitlab.com", "group/sub/deep", "app"),
            ("git@gitlab.example.org:group/sub/app.git", "gitlab.example.org", "group/sub", "app"),
            ("https://gitlab.com/scm/sub/app", "gitlab.com", "scm/sub", "app"),
            ("https://git.example.org:8443/app.git", "git.example.org", "", "app"),
            ("https://[2001:db8::1]:8443/a/b.git", "2001:db8::1", "a", "b"),
            ("https://bitbucket.org/team/app.git", "bitbucket.org", "team", "app"),
            ("https://bitbucket.example.org/scm/PROJ/app.git", "bitbucket.example.org", "PROJ", "app"),
            ("ssh://git@bitbucket.example.org:7999/PROJ/app.git", "bitbucket.example.org", "PROJ", "app"),
            ("https://dev.azure.com/org/proj/_git/app", "dev.azure.com", "org/proj", "app"),
            ("https://org@dev.azure.com/org/My%20Project/_git/app", "dev.azure.com", "org/My Project", "app"),
            ("https://dev.azure.com/org/_git/app", "dev.azure.com", "org/app", "app"),
            ("https://dev.azure.com/org/proj/_git/_optimized/app", "dev.azure.com", "org/proj", "app"),
            ("git@ssh.dev.azure.com:v3/org/proj/app", "dev.azure.com", "org/proj", "app"),
            ("https://org.visualstudio.com/proj/_git/app", "dev.azure.com", "org/proj", "app"),
            ("https://org.visualstudio.com/DefaultCollection/proj/_git/app", "dev.azure.com", "org/proj", "app"),
            ("org@vs-ssh.visualstudio.com:v3/org/proj/app", "dev.azure.com", "org/proj", "app"),
            (
                "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/app",
                "git-codecommit.eu-west-1.amazonaws.com",
                "",
                "app",
            ),
            ("https://source.developers.google.com/p/proj/r/app", "source.developers.google.com", "proj", "app"),
        ];
        for &(url, host, owner, name) in cases {
            let expected = GitUrl { host: host.to_owned(), owner: owner.to_owned(), name: name.to_owned() };
            assert_eq!(parse(url), Some(expected), "{url}");
        }
    }

    #[test]
    fn what_names_no_repository_on_a_host_is_none() {
        let cases = [
            "",
            "/srv/git/app.git",
            "../app.git",
            "./a:b",
            "C:\\repos\\app",
            "C:/repos/app",
            "file:///srv/git/app.git",
            "https://github.com",
            "https://github.com/",
            "https://",
            "https:///acme/shop",
            "ssh://git@github.com:acme/shop.git",
            "ext::sh -c x",
            "s3://bucket/app",
            "https://github.com/acme/..",
            "https://github.com/acme/a%2Fb",
            "https://../acme/shop",
            "git@[a/b]:acme/shop",
            "git@github.com:",
        ];
        for url in cases {
            assert_eq!(parse(url), None, "{url}");
        }
    }
}
