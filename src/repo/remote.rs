//! The URL of a remote → who the repository is.
//!
//! Pure. User names, passwords and tokens in a URL are dropped before anything else is looked at, and so is
//! everything that says how to reach the host rather than which repository is meant: scheme, port, ssh aliases of
//! the large forges. `insteadOf` is not applied: it is configuration, and belongs to whoever cloned.

use crate::facts::Identity;

/// Hosts that are another name of the one a repository is known by; sorted.
const ALIASES: &[(&str, &str)] = &[
    ("altssh.bitbucket.org", "bitbucket.org"),
    ("altssh.gitlab.com", "gitlab.com"),
    ("ssh.dev.azure.com", "dev.azure.com"),
    ("ssh.github.com", "github.com"),
    ("vs-ssh.visualstudio.com", "dev.azure.com"),
    ("www.bitbucket.org", "bitbucket.org"),
    ("www.github.com", "github.com"),
    ("www.gitlab.com", "gitlab.com"),
];

/// Schemes that name a repository on a host; sorted.
const SCHEMES: &[&str] = &["git", "git+http", "git+https", "git+ssh", "http", "https", "ssh", "ssh+git"];

/// Who the repository behind this URL is; nobody where the URL is a local path, of a scheme without hosts, or too
/// short to name an owner.
pub fn identity(url: &str) -> Option<Identity> {
    let url = url.trim();
    let (scheme, authority, path) = match url.split_once("://") {
        Some((scheme, rest)) => {
            let scheme = scheme.to_ascii_lowercase();
            SCHEMES.binary_search(&scheme.as_str()).ok()?;
            let (authority, path) = rest.split_once('/')?;
            (scheme, without_port(without_user(authority)), path)
        }
        None => {
            let (authority, path) = scp_like(url)?;
            ("ssh".to_owned(), authority, path)
        }
    };
    let host = authority.to_ascii_lowercase();
    let path = if scheme == "ssh" { path } else { path.split(['?', '#']).next().unwrap_or(path) };
    let path = percent_decoded(path);
    let mut segments: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
    if host.is_empty() || segments.iter().any(|it| *it == "." || *it == "..") {
        return None;
    }
    if let Some(last) = segments.last_mut() {
        *last = last.strip_suffix(".git").filter(|it| !it.is_empty()).unwrap_or(last);
    }
    let host = forge_spelling(&host, scheme.starts_with("http"), &mut segments);
    let (name, owner) = segments.split_last()?;
    if owner.is_empty() {
        return None;
    }
    Some(Identity { host: host.to_owned(), owner: owner.join("/"), name: (*name).to_owned() })
}

/// `user@host:path`, as `scp` writes it. Not `C:\path`, not `helper::address`, not a path with a colon in it.
fn scp_like(url: &str) -> Option<(&str, &str)> {
    let from_host = match url.split_once('@') {
        Some((user, rest)) if !user.contains(['/', '\\']) => rest,
        _ => url,
    };
    let (host, path) = match from_host.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']').and_then(|(host, rest)| Some((host, rest.strip_prefix(':')?)))?,
        None => from_host.split_once(':')?,
    };
    let is_host = host.len() > 1 && !host.contains(['/', '\\']) && !path.starts_with([':', '\\']);
    is_host.then(|| (host, path.trim_start_matches('/')))
}

fn without_user(authority: &str) -> &str {
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

fn without_port(host: &str) -> &str {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    host.split_once(':').map_or(host, |(host, _)| host)
}

/// Takes what a forge adds to the path for one protocol out of it, so that all spellings of a repository are one;
/// gives the host the repository is known by.
fn forge_spelling<'a>(host: &'a str, http: bool, segments: &mut Vec<&'a str>) -> &'a str {
    let mut host = ALIASES.binary_search_by_key(&host, |(alias, _)| alias).map_or(host, |row| ALIASES[row].1);
    if let Some(organisation) = host.strip_suffix(".visualstudio.com") {
        segments.retain(|it| !it.eq_ignore_ascii_case("DefaultCollection"));
        segments.insert(0, organisation);
        host = "dev.azure.com";
    }
    if let Some(at) = segments.iter().position(|it| *it == "_git") {
        // Azure DevOps: `org/project/_git/repo`, and `org/_git/repo` where the project is named as the repository.
        segments.remove(at);
        while segments.get(at).is_some_and(|it| matches!(*it, "_full" | "_optimized")) {
            segments.remove(at);
        }
        if host == "dev.azure.com" && segments.len() == 2 {
            segments.insert(1, segments[1]);
        }
    } else if host == "dev.azure.com" && segments.len() == 4 && segments[0] == "v3" {
        // The same by ssh: `v3/org/project/repo`.
        segments.remove(0);
    } else if http && segments.len() == 3 && segments[0] == "scm" && !host.contains("gitlab") {
        // Bitbucket Server: `scm/project/repo` by http, `project/repo` by ssh.
        segments.remove(0);
    }
    host
}

/// `%20` and the like decoded; as it is where that gives no text.
fn percent_decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = (byte == b'%').then(|| std::str::from_utf8(after.get(..2)?).ok()).flatten();
        match code.filter(|it| !it.starts_with('+')).and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{ALIASES, SCHEMES, identity};

    #[test]
    fn tables_are_sorted() {
        assert!(ALIASES.is_sorted());
        assert!(SCHEMES.is_sorted());
    }

    #[test]
    fn urls() {
        for (url, expected) in [
            ("https://github.com/acme/shop", "github.com acme shop"),
            ("https://github.com/acme/shop.git", "github.com acme shop"),
            ("https://github.com/acme/shop.git/", "github.com acme shop"),
            ("https://GitHub.com/Acme/Shop", "github.com Acme Shop"),
            ("https://www.github.com/acme/shop", "github.com acme shop"),
            ("https://user:t0k3n@github.com/acme/shop.git", "github.com acme shop"),
            ("https://x-access-token:p@ss@github.com/acme/shop", "github.com acme shop"),
            ("https://github.com:443/acme/shop", "github.com acme shop"),
            ("https://github.com/acme/shop?x=1#y", "github.com acme shop"),
            ("  https://github.com/acme/shop\n", "github.com acme shop"),
            ("http://git.example.com//acme//shop", "git.example.com acme shop"),
            ("git://git.example.com/acme/shop.git", "git.example.com acme shop"),
            ("ssh://git@github.com/acme/shop.git", "github.com acme shop"),
            ("ssh://git@git.example.com:2222/acme/shop.git", "git.example.com acme shop"),
            ("ssh://git@[2001:db8::1]:2222/acme/shop.git", "2001:db8::1 acme shop"),
            ("ssh://git@ssh.github.com:443/acme/shop.git", "github.com acme shop"),
            ("git+ssh://git@github.com/acme/shop.git", "github.com acme shop"),
            ("git@github.com:acme/shop.git", "github.com acme shop"),
            ("git@github.com:/acme/shop.git", "github.com acme shop"),
            ("github.com:acme/shop", "github.com acme shop"),
            ("git@[2001:db8::1]:acme/shop", "2001:db8::1 acme shop"),
            ("org-1234@github.com:acme/shop.git", "github.com acme shop"),
            ("git@work:acme/shop.git", "work acme shop"),
            ("https://gitlab.com/group/sub/deep/shop.git", "gitlab.com group/sub/deep shop"),
            ("git@gitlab.com:group/sub/shop.git", "gitlab.com group/sub shop"),
            ("https://gitlab.example.com/scm/group/shop", "gitlab.example.com scm/group shop"),
            ("https://dev.azure.com/org/project/_git/shop", "dev.azure.com org/project shop"),
            ("https://org@dev.azure.com/org/project/_git/shop", "dev.azure.com org/project shop"),
            ("https://dev.azure.com/org/_git/shop", "dev.azure.com org/shop shop"),
            ("https://dev.azure.com/org/My%20Project/_git/shop", "dev.azure.com org/My Project shop"),
            ("git@ssh.dev.azure.com:v3/org/project/shop", "dev.azure.com org/project shop"),
            ("https://org.visualstudio.com/project/_git/shop", "dev.azure.com org/project shop"),
            ("https://org.visualstudio.com/_git/shop", "dev.azure.com org/shop shop"),
            (
                "https://org.visualstudio.com/DefaultCollection/project/_git/_full/shop",
                "dev.azure.com org/project shop",
            ),
            ("org@vs-ssh.visualstudio.com:v3/org/project/shop", "dev.azure.com org/project shop"),
            ("https://tfs.example.com/tfs/Main/project/_git/shop", "tfs.example.com tfs/Main/project shop"),
            ("https://git.example.com/scm/proj/shop.git", "git.example.com proj shop"),
            ("ssh://git@git.example.com:7999/proj/shop.git", "git.example.com proj shop"),
            ("https://github.com/acme/100%", "github.com acme 100%"),
            ("https://github.com/acme/.git", "github.com acme .git"),
        ] {
            let it = identity(url).unwrap_or_else(|| panic!("{url}"));
            assert_eq!(format!("{} {} {}", it.host, it.owner, it.name), expected, "{url}");
        }
    }

    #[test]
    fn nobody() {
        for url in [
            "",
            "shop",
            "../shop.git",
            "./a:b/shop",
            "/srv/git/acme/shop.git",
            "C:\\git\\shop",
            "C:/git/acme/shop",
            "file:///srv/git/acme/shop.git",
            "ext::sh -c 'echo %S' acme/shop",
            "codecommit::eu-west-1://acme/shop",
            "s3://bucket/acme/shop",
            "https://github.com",
            "https://github.com/",
            "https:///acme/shop",
            "https://gist.github.com/0123.git",
            "https://github.com/acme/../shop",
            "https://github.com/acme/%2e%2e/shop",
            "git@host",
        ] {
            assert_eq!(identity(url), None, "{url}");
        }
    }
}
