//! Which repository facts are of, and how many files it had.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::classify::FileKind;

/// Which repository, and at which commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RepoFacts {
    /// Who the repository is, from its `origin` remote; absent for plain folders and clones without a remote.
    pub identity: Option<Identity>,
    /// The folder as it was found, relative to the path that was asked for: what names a repository without
    /// identity, and tells two clones of one repository apart.
    pub folder: String,
    /// The commit HEAD points to, in hexadecimal.
    pub commit: Option<String>,
    /// The branch HEAD is on; absent when detached.
    pub branch: Option<String>,
    /// When the HEAD commit was made (committer's date, UTC, RFC 3339); absent when its object isn't there.
    pub committed: Option<String>,
    /// Tag names, sorted.
    pub tags: Vec<String>,
    /// Whether the clone is shallow: history and tags may be missing that the forge has.
    #[serde(default)]
    pub shallow: bool,
    /// How the files were listed.
    pub listing: Listing,
}

#[cfg(test)]
impl RepoFacts {
    /// Of acme's repository of this name, of which nothing else is known.
    pub(crate) fn acme(name: &str) -> Self {
        let [host, owner] = ["github.com", "acme"].map(str::to_owned);
        RepoFacts {
            identity: Some(Identity { host, owner, name: name.to_owned() }),
            folder: name.to_owned(),
            commit: None,
            branch: None,
            committed: None,
            tags: Vec::new(),
            shallow: false,
            listing: Listing::Tracked,
        }
    }
}

/// The identity of a repository: where it is hosted and under which name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Host name in lower case, without port.
    pub host: String,
    /// Owner: user, organisation, or group with its subgroups (`group/subgroup`).
    pub owner: String,
    /// Repository name without `.git`.
    pub name: String,
}

impl Identity {
    /// Whether both name the same repository: hosts and names are compared without case, as forges do.
    pub fn is(&self, host: &str, owner: &str, name: &str) -> bool {
        // Names differ most, hosts least.
        self.name.eq_ignore_ascii_case(name)
            && self.owner.eq_ignore_ascii_case(owner)
            && self.host.eq_ignore_ascii_case(host)
    }
}

/// How a repository's files were listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Listing {
    /// The files that git tracks, from the index.
    Tracked,
    /// The files that git tracks, and those it neither tracks nor ignores (`--untracked`).
    TrackedAndUntracked,
    /// The files in the folder that no ignore file leaves out: a plain folder, or a repository whose index could
    /// not be read.
    Walked,
}

/// How many files there were, and what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileCount {
    /// Files listed; symlinks, submodules and what is not checked out are left out.
    pub seen: u64,
    /// Files of a kind we know, by kind.
    pub recognised: BTreeMap<FileKind, u64>,
    /// Files whose content was read, or was known from an equal file.
    pub read: u64,
    /// Symbolic links: never followed; their targets count where they lie.
    pub symlinks: u64,
    /// Submodules: scanned as repositories of their own where they are checked out.
    pub submodules: u64,
    /// Tracked files that are not in the work tree (sparse checkout, deleted since). Only files of a known kind are
    /// looked for; a folder that a sparse index names in place of its files counts as one.
    pub not_checked_out: u64,
}

impl FileCount {
    pub(super) fn merge(&mut self, other: FileCount) {
        let FileCount { seen, recognised, read, symlinks, submodules, not_checked_out } = other;
        self.seen += seen;
        for (kind, n) in recognised {
            *self.recognised.entry(kind).or_default() += n;
        }
        self.read += read;
        self.symlinks += symlinks;
        self.submodules += submodules;
        self.not_checked_out += not_checked_out;
    }
}
