//! Repositories, and paths in them, as a configuration names them.
//!
//! `acme/shop` is a repository, `git.example.org/acme/shop` one on that host only, `acme/infra-*` are those of that
//! beginning, `acme/` are all of an owner or group. What follows the repository is a path in it: `acme/shop/legacy/`.
//! `*` stands for any text without a slash. Repositories are compared without case, as forges do, paths with it. A
//! repository without identity is `_/folder`.

use anyhow::{Result, ensure};

use crate::facts::RepoFacts;
use crate::org::full_name;

/// Repositories, or paths in repositories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepoPattern {
    /// Host, owner, name and path, as far as they are written.
    parts: Vec<String>,
    /// Whether it ends with a slash.
    is_folder: bool,
}

/// Paths in a repository: a file, or a folder with all that is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern {
    parts: Vec<String>,
    is_folder: bool,
}

/// How much of a repository a pattern means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nothing of it.
    None,
    /// All of it.
    Whole,
    /// What these paths name.
    Below(PathPattern),
}

impl RepoPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, and what to write.
    pub fn parse(text: &str) -> Result<Self> {
        let (parts, is_folder) = parts(text);
        ensure!(
            parts.iter().all(|it| is_part(it)) && (parts.len() > 1 || is_folder),
            "{text:?} names no repository; write `owner/name`, `owner/` for all of an owner, or `owner/name/folder/`, \
             without a scheme; `*` stands for any text without a slash"
        );
        Ok(RepoPattern { parts: parts.into_iter().map(str::to_owned).collect(), is_folder })
    }

    /// How much of a repository it means.
    pub fn reach(&self, repo: &RepoFacts) -> Reach {
        let (host, name) = match &repo.identity {
            Some(identity) => (Some(identity.host.as_str()), full_name(identity)),
            None => (None, ["_/", &repo.folder].concat()),
        };
        let without_host = match (self.parts.split_first(), host) {
            (Some((first, rest)), Some(host)) if first.eq_ignore_ascii_case(host) => rest,
            _ => &self.parts,
        };
        let mut rest = without_host.iter();
        for name in name.split('/') {
            match rest.next() {
                Some(part) if is_like(&part.to_lowercase(), &name.to_lowercase()) => {}
                // A folder of repositories: an owner, or a group.
                None if self.is_folder => return Reach::Whole,
                Some(_) | None => return Reach::None,
            }
        }
        match rest.as_slice() {
            [] => Reach::Whole,
            rest => Reach::Below(PathPattern { parts: rest.to_vec(), is_folder: self.is_folder }),
        }
    }

    /// Whether it means this file of a repository.
    pub fn holds(&self, repo: &RepoFacts, path: &str) -> bool {
        match self.reach(repo) {
            Reach::None => false,
            Reach::Whole => true,
            Reach::Below(paths) => paths.holds_file(path),
        }
    }

    /// Of two patterns for one repository the one that says more counts: more letters, then fewer stars.
    pub fn says(&self) -> (usize, std::cmp::Reverse<usize>) {
        says(&self.parts)
    }
}

impl PathPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, and what to write.
    pub fn parse(text: &str) -> Result<Self> {
        let (parts, is_folder) = parts(text);
        ensure!(
            parts.iter().all(|it| is_part(it)),
            "{text:?} is no path in a repository; write `folder/` or `folder/file`, from the repository's root; `*` stands \
             for any text without a slash"
        );
        Ok(PathPattern { parts: parts.into_iter().map(str::to_owned).collect(), is_folder })
    }

    /// Whether it means this file, or a folder around it.
    pub fn holds_file(&self, path: &str) -> bool {
        self.holds(path, !self.is_folder)
    }

    /// Whether it means this folder, or one around it.
    pub fn holds_folder(&self, path: &str) -> bool {
        self.holds(path, true)
    }

    /// The folder around a file that it means, and no folder within that.
    pub fn folder_around<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (at, _) = path.match_indices('/').nth(self.parts.len().checked_sub(1)?)?;
        let folder = &path[..at];
        self.holds_folder(folder).then_some(folder)
    }

    /// Of two patterns for one path the one that says more counts: more parts, then more letters, then fewer stars.
    pub fn says(&self) -> (usize, (usize, std::cmp::Reverse<usize>)) {
        (self.parts.len(), says(&self.parts))
    }

    fn holds(&self, path: &str, may_end: bool) -> bool {
        let mut rest = path.split('/');
        self.parts.iter().all(|part| rest.next().is_some_and(|it| is_like(part, it)))
            && (may_end || rest.next().is_some())
    }
}

/// What a pattern is made of, and whether it ends with a slash.
fn parts(text: &str) -> (Vec<&str>, bool) {
    let (text, is_folder) = text.strip_suffix('/').map_or((text, false), |text| (text, true));
    (text.split('/').collect(), is_folder)
}

fn is_part(part: &str) -> bool {
    !matches!(part, "" | "." | "..") && !part.ends_with(':') && !part.contains("**") && part.trim() == part
}

fn says(parts: &[String]) -> (usize, std::cmp::Reverse<usize>) {
    let stars = parts.iter().map(|it| it.matches('*').count()).sum();
    (parts.iter().map(String::len).sum::<usize>() - stars, std::cmp::Reverse(stars))
}

/// Whether a text is like a pattern in which `*` stands for any text.
pub(crate) fn is_like(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    // The first place of each piece leaves most to those after it.
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{PathPattern, Reach, RepoPattern, is_like};
    use crate::facts::{Identity, RepoFacts};

    fn repo(name: &str) -> RepoFacts {
        let identity = name.rsplit_once('/').and_then(|(before, name)| {
            let (host, owner) = before.split_once('/')?;
            Some(Identity { host: host.to_owned(), owner: owner.to_owned(), name: name.to_owned() })
        });
        RepoFacts { identity, ..RepoFacts::acme(name) }
    }

    #[test]
    fn what_patterns_reach() {
        let below = |path: &str| Reach::Below(PathPattern::parse(path).unwrap());
        for (pattern, name, expected) in [
            ("acme/shop", "github.com/acme/shop", Reach::Whole),
            ("Acme/SHOP", "github.com/acme/Shop", Reach::Whole),
            ("acme/shop", "github.com/acme/shops", Reach::None),
            ("acme/shop", "github.com/acme-shop/shop", Reach::None),
            ("acme/infra-*", "github.com/acme/infra-net", Reach::Whole),
            ("acme/*", "github.com/acme/infra-net", Reach::Whole),
            // A star is no slash.
            ("acme/*", "gitlab.com/acme/team/shop", Reach::None),
            ("acme/", "gitlab.com/acme/team/shop", Reach::Whole),
            ("acme/team/", "gitlab.com/acme/team/shop", Reach::Whole),
            ("acme/team", "gitlab.com/acme/team/shop", Reach::None),
            ("github.com/acme/shop", "github.com/acme/shop", Reach::Whole),
            ("github.com/acme/shop", "git.example.org/acme/shop", Reach::None),
            ("git.example.org/acme/", "git.example.org/acme/shop", Reach::Whole),
            ("acme/shop/legacy/", "github.com/acme/shop", below("legacy/")),
            ("acme/shop/Dockerfile", "github.com/acme/shop", below("Dockerfile")),
            ("acme/*/legacy/", "github.com/acme/shop", below("legacy/")),
            ("github.com/acme/shop/a/b", "github.com/acme/shop", below("a/b")),
            // Repositories without identity.
            ("_/shop", "shop", Reach::Whole),
            ("_/", "shop", Reach::Whole),
            ("acme/shop", "shop", Reach::None),
        ] {
            assert_eq!(RepoPattern::parse(pattern).unwrap().reach(&repo(name)), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn what_names_no_repository() {
        for text in
            ["", "/", "acme", "acme//shop", "https://github.com/acme/shop", "acme/../shop", "/acme/shop", "a/**"]
        {
            assert!(RepoPattern::parse(text).is_err(), "{text}");
        }
        for text in ["", "/", "/legacy", "./legacy", "../legacy", "a//b", "**/b"] {
            assert!(PathPattern::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn paths() {
        for (pattern, path, file, folder) in [
            ("services/pay/", "services/pay/main.tf", true, true),
            ("services/pay/", "services/pay", false, true),
            ("services/pay", "services/pay", true, true),
            ("services/pay/", "services/payments/main.tf", false, false),
            ("services/*/infra/", "services/pay/infra/main.tf", true, true),
            ("Dockerfile", "app/Dockerfile", false, false),
            ("Legacy/", "legacy/a", false, false),
        ] {
            let it = PathPattern::parse(pattern).unwrap();
            assert_eq!((it.holds_file(path), it.holds_folder(path)), (file, folder), "{pattern} {path}");
        }
        for (pattern, path, expected) in [
            ("namespaces/*", "namespaces/a/b/c.tf", Some("namespaces/a")),
            ("namespaces/*/", "namespaces/a/c.tf", Some("namespaces/a")),
            ("namespaces/*", "namespaces/readme.md", None),
            ("*", "a/c.tf", Some("a")),
        ] {
            assert_eq!(PathPattern::parse(pattern).unwrap().folder_around(path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn stars() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "abc", true),
            // Nothing is counted twice.
            ("ab*bc", "abc", false),
            ("a*b*a", "abba", true),
            ("a*b*a", "aba", true),
            ("a*b*a", "aa", false),
            ("é*", "éa", true),
        ] {
            assert_eq!(is_like(pattern, text), expected, "{pattern} {text}");
        }
    }
}
