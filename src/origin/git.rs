//! Git URLs: which host, owner and name one points to. Shared by module sources and repositories' remotes.
//!
//! All spellings of one repository give one answer; forges differ in their paths, and the differences that can be
//! told from the URL alone are here. The cases are in `testdata/references/git-remote.tsv`.

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

/// What a git URL or remote points to: `https://`, `http://`, `ssh://`, `git://`, `git+ssh://` URLs, scp-like
/// `user@host:path`, and `codecommit::region://name` of AWS's helper. Users, passwords, ports, `.git`, queries and slashes at the end make no difference.
///
/// `None` for local paths, `file://` and everything that names no repository on a host.
pub fn parse(url: &str) -> Option<GitUrl> {
    let url = url.trim();
    if let Some(rest) = url.strip_prefix("codecommit::") {
        return code_commit(rest);
    }
    let address = address(url)?;
    let scheme = address.scheme.to_ascii_lowercase();
    let is_git = matches!(&*scheme, "" | "git" | "git+https" | "git+ssh" | "http" | "https" | "ssh" | "ssh+git");
    if !is_git || address.port.is_some_and(|port| !port.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    repository(address.host, address.path)
}

/// `region://name` or `region://profile@name`.
fn code_commit(rest: &str) -> Option<GitUrl> {
    let (region, name) = rest.split_once("://")?;
    let name = name.rsplit_once('@').map_or(name, |(_profile, name)| name);
    let is_region = !region.is_empty() && region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let address = format!("git-codecommit.{region}.amazonaws.com");
    let is_name = !name.is_empty() && !name.contains('/');
    if is_region && is_name { repository(&address, &format!("v1/repos/{name}")) } else { None }
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
    let host = host.trim_start_matches('[').trim_end_matches(']');
    // A full domain name may end in a dot.
    let mut host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    if let Some(region) = host.strip_prefix("git-codecommit-fips.") {
        host = format!("git-codecommit.{region}");
    }
    if let Ok(found) = HOST_ALIASES.binary_search_by_key(&host.as_str(), |(alias, _)| alias) {
        host = HOST_ALIASES[found].1.to_owned();
    }
    let mut parts: Vec<Cow<'_, str>> = path.split('/').filter(|part| !part.is_empty()).map(percent_decoded).collect();
    if let Some(organisation) = host.strip_suffix(".visualstudio.com") {
        parts.retain(|part| !part.eq_ignore_ascii_case("DefaultCollection"));
        parts.insert(0, Cow::Owned(organisation.to_owned()));
        host = "dev.azure.com".to_owned();
    }
    // Over ssh Azure's paths have four parts, `v3/ORG/PROJECT/NAME`; with three no repository is named.
    if host == "dev.azure.com" && matches!(parts.as_slice(), [v3, _, _] if v3 == "v3") && parts[1] != "_git" {
        return None;
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
    let is_host = !host.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '@' | '%' | '\\'));
    (is_host && is_name(&host) && is_name(name) && parts.iter().all(|part| is_name(part))).then(|| GitUrl {
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
    use super::HOST_ALIASES;

    #[test]
    fn the_table_is_sorted() {
        assert!(HOST_ALIASES.is_sorted_by_key(|(alias, _)| alias));
    }
}
