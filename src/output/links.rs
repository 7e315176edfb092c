//! Where a file of a scanned commit can be read: the pages of forges.

use crate::facts::Identity;

/// How a forge names a line of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `#L12` behind the path: GitHub, GitLab, Forgejo and Gitea.
    Hash,
    /// `#lines-12` behind the path: Bitbucket.
    Lines,
    /// Path and line as parameters: Azure.
    Query,
}

/// Where the files of a repository can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Blob {
    /// How a line is named.
    pub(super) form: Form,
    /// What the path of a file is put behind; of [`Form::Query`] without parameters.
    pub(super) prefix: String,
    /// What names the commit, of [`Form::Query`] alone.
    pub(super) version: String,
}

impl Blob {
    /// The page of a file, at a line.
    pub(super) fn file(&self, path: &str, line: u32) -> String {
        let (prefix, path) = (&self.prefix, segments(path));
        match self.form {
            Form::Hash => format!("{prefix}{path}#L{line}"),
            Form::Lines => format!("{prefix}{path}#lines-{line}"),
            Form::Query => {
                let (version, end) = (&self.version, line.saturating_add(1));
                let lines = format!("line={line}&lineEnd={end}&lineStartColumn=1&lineEndColumn=1");
                format!("{prefix}?path=/{path}&version={version}&{lines}")
            }
        }
    }
}

/// The page of a repository; nothing where the host's name is none.
pub(super) fn repository(identity: &Identity) -> Option<String> {
    let Identity { host, owner, name } = identity;
    let git = if host == "dev.azure.com" { "_git/" } else { "" };
    is_host(host).then(|| format!("https://{host}/{}/{git}{}", segments(owner), segments(name)))
}

fn is_host(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

/// The pages of this repository's files at a commit; nothing where it is not known how its host names them.
///
/// A host of an organisation's own is known by its first label: `gitlab.example.org`.
pub(super) fn blob(identity: &Identity, commit: &str) -> Option<Blob> {
    let Identity { host, owner, name } = identity;
    let is_hex = (40..=64).contains(&commit.len()) && commit.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_hex || !is_host(host) {
        return None;
    }
    let (owner, name) = (segments(owner), segments(name));
    let under = |middle: &str, form| {
        let prefix = format!("https://{host}/{owner}/{name}/{middle}/{commit}/");
        Some(Blob { form, prefix, version: String::new() })
    };
    match (host.as_str(), host.split('.').next().unwrap_or_default()) {
        ("bitbucket.org", _) => under("src", Form::Lines),
        ("dev.azure.com", _) => Some(Blob {
            form: Form::Query,
            prefix: format!("https://{host}/{owner}/_git/{name}"),
            version: format!("GC{commit}"),
        }),
        ("codeberg.org" | "gitea.com", _) | (_, "forgejo" | "gitea") => under("src/commit", Form::Hash),
        (_, "github" | "ghe") => under("blob", Form::Hash),
        (_, "gitlab") => under("-/blob", Form::Hash),
        _ => None,
    }
}

/// A path of a URL, or a part of a link within a page: what is neither a letter, a digit, one of `-._~` nor the slash
/// between segments is percent-encoded.
pub(super) fn segments(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for b in path.bytes() {
        match b {
            b'/' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(b)),
            b if b.is_ascii_alphanumeric() => encoded.push(char::from(b)),
            b => encoded.push_str(&format!("%{b:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{Form, blob};
    use crate::facts::Identity;

    #[test]
    fn forges() {
        let commit = "0123456789012345678901234567890123456789";
        let of = |host: &str, owner: &str, name: &str, commit: &str| {
            let [host, owner, name] = [host, owner, name].map(str::to_owned);
            blob(&Identity { host, owner, name }, commit)
        };
        for (host, owner, name, form, prefix) in [
            ("github.com", "acme", "shop", Form::Hash, "https://github.com/acme/shop/blob/COMMIT/"),
            ("github.example.org", "acme", "shop", Form::Hash, "https://github.example.org/acme/shop/blob/COMMIT/"),
            ("gitlab.com", "acme/web", "shop", Form::Hash, "https://gitlab.com/acme/web/shop/-/blob/COMMIT/"),
            ("codeberg.org", "acme", "shop", Form::Hash, "https://codeberg.org/acme/shop/src/commit/COMMIT/"),
            ("bitbucket.org", "acme", "shop", Form::Lines, "https://bitbucket.org/acme/shop/src/COMMIT/"),
            ("dev.azure.com", "acme/a b", "shop", Form::Query, "https://dev.azure.com/acme/a%20b/_git/shop"),
            ("github.com", "a\"b", "<x>", Form::Hash, "https://github.com/a%22b/%3Cx%3E/blob/COMMIT/"),
        ] {
            let it = of(host, owner, name, commit).unwrap();
            assert_eq!((it.form, it.prefix), (form, prefix.replace("COMMIT", commit)), "{host}");
        }
        // Of a host nothing is known; what is no commit and no host makes no link.
        assert_eq!(of("git.example.org", "acme", "shop", commit), None);
        assert_eq!(of("github.com", "acme", "shop", "main"), None);
        assert_eq!(of("github.com/@evil", "acme", "shop", commit), None);
    }
}
