//! The URL of a remote → who the repository is.
//!
//! Pure. What a URL means is told in one place for remotes and for what others name the repository by, so that both
//! give one answer: [`git::parse`]. `insteadOf` is not applied: it is configuration, and belongs to whoever cloned.

use crate::facts::Identity;
use crate::origin::git::{self, GitUrl};

/// Who the repository behind this URL is; nobody where the URL is a local path, of a scheme without hosts, or too
/// short to name an owner.
pub fn identity(url: &str) -> Option<Identity> {
    let GitUrl { host, owner, name } = git::parse(url)?;
    (!owner.is_empty()).then_some(Identity { host, owner, name })
}

#[cfg(test)]
mod tests {
    use super::identity;

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
