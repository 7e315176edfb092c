//! The URL of a remote → who the repository is.
//!
//! Pure. What a URL means is told in one place for remotes and for what others name the repository by, so that both
//! give one answer: [`git::parse`], whose cases are in `testdata/references/git-remote.tsv`. `insteadOf` is not applied:
//! it is configuration, and belongs to whoever cloned.

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
    fn a_repository_without_an_owner_is_nobody_s() {
        let it = identity("git@github.com:acme/shop.git").unwrap();
        assert_eq!((it.host.as_str(), it.owner.as_str(), it.name.as_str()), ("github.com", "acme", "shop"));
        for url in ["https://gist.github.com/0123.git", "codecommit::eu-west-1://shop", "../shop.git"] {
            assert_eq!(identity(url), None, "{url}");
        }
    }
}
