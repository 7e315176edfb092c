//! A SARIF file of ours → where it belongs, and what is sent. Pure.
//!
//! Each file says itself which repository, commit and branch it is about (`versionControlProvenance`), so that nothing
//! else has to.

use std::fmt::{self, Display, Formatter};
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::selection::{is_name, is_owner};

/// Code scanning takes no larger files, in bytes and packed.
pub const MAX_PACKED: usize = 10 * 1024 * 1024;

/// Where a SARIF file belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The server of the repository, with its port if it has one.
    pub host: String,
    /// The owner of the repository.
    pub owner: String,
    /// The repository's name.
    pub name: String,
    /// The commit that was scanned.
    pub commit: String,
    /// The full ref that was scanned, as `refs/heads/main`.
    pub git_ref: String,
    /// The program that found what is in it.
    pub tool: String,
    /// How many results there are.
    pub results: usize,
    /// A hash of the file: the same for the same results of the same commit by the same version with the same rules.
    pub hash: String,
}

/// Why a SARIF file belongs nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAddressed {
    /// It is no SARIF file of ours.
    Broken(String),
    /// It names no repository.
    NoRepository,
    /// It names a repository that GitHub can't have.
    Strange(String),
    /// It names no commit.
    NoCommit,
    /// It names no branch.
    NoBranch,
}

impl Display for NotAddressed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            NotAddressed::Broken(why) => write!(f, "not a SARIF file of levelset ({why}); write the report again"),
            NotAddressed::NoRepository => f.write_str(
                "it names no repository: the folder that was scanned has no remote; set one and scan it again",
            ),
            NotAddressed::Strange(address) => write!(f, "GitHub has no repositories like {address}"),
            NotAddressed::NoCommit => {
                f.write_str("it names no commit: the folder that was scanned has none; scan a clone")
            }
            NotAddressed::NoBranch => {
                f.write_str("it names no branch: HEAD was detached; check out a branch and scan it again")
            }
        }
    }
}

#[derive(Deserialize)]
struct Log {
    runs: Vec<Run>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    #[serde(default)]
    version_control_provenance: Vec<Provenance>,
    results: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Tool {
    driver: Driver,
}

#[derive(Deserialize)]
struct Driver {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provenance {
    repository_uri: String,
    revision_id: Option<String>,
    branch: Option<String>,
}

/// What `POST /repos/{owner}/{repo}/code-scanning/sarifs` takes.
#[derive(Serialize)]
pub(crate) struct Body<'a> {
    pub(crate) commit_sha: &'a str,
    #[serde(rename = "ref")]
    pub(crate) git_ref: &'a str,
    pub(crate) sarif: String,
    pub(crate) tool_name: &'a str,
}

/// Reads where a SARIF file belongs.
///
/// # Errors
/// Why it belongs nowhere.
pub fn read(text: &[u8]) -> Result<Delivery, NotAddressed> {
    let log: Log = serde_json::from_slice(text).map_err(|error| NotAddressed::Broken(error.to_string()))?;
    let Ok([run]) = <[Run; 1]>::try_from(log.runs) else {
        return Err(NotAddressed::Broken("it has not one run".to_owned()));
    };
    let Some(provenance) = run.version_control_provenance.into_iter().next() else {
        return Err(NotAddressed::NoRepository);
    };
    let address = &provenance.repository_uri;
    let parts = address.strip_prefix("https://").map(|it| it.split('/').collect::<Vec<_>>());
    let (host, owner, name) = match parts.as_deref() {
        Some([host, owner, name]) if is_owner(owner) && is_name(name) => (*host, *owner, *name),
        Some(_) | None => return Err(NotAddressed::Strange(address.clone())),
    };
    let is_commit = |it: &String| matches!(it.len(), 40 | 64) && it.bytes().all(|b| b.is_ascii_hexdigit());
    let is_ref = |it: &String| {
        ["refs/heads/", "refs/tags/", "refs/pull/"].iter().any(|start| it.len() > start.len() && it.starts_with(start))
    };
    Ok(Delivery {
        host: host.to_owned(),
        owner: owner.to_owned(),
        name: name.to_owned(),
        commit: provenance.revision_id.filter(is_commit).ok_or(NotAddressed::NoCommit)?,
        git_ref: provenance.branch.filter(is_ref).ok_or(NotAddressed::NoBranch)?,
        tool: run.tool.driver.name,
        results: run.results.len(),
        hash: format!("{:032x}", xxh3_128(text)),
    })
}

/// A file as it is sent: packed, then as letters. Nothing where it is larger than code scanning takes.
pub(crate) fn packed(text: &[u8]) -> Option<String> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    // To write into memory can't fail.
    let packed = out.write_all(text).and_then(|()| out.finish()).ok()?;
    (packed.len() <= MAX_PACKED).then(|| STANDARD.encode(packed))
}

#[cfg(test)]
mod tests {
    use super::{NotAddressed, packed, read};

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn sarif(provenance: &str) -> String {
        format!(
            r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"levelset"}}}},{provenance}"results":[{{}},{{}}]}}]}}"#
        )
    }

    fn provenance(address: &str, commit: &str, branch: &str) -> String {
        sarif(&format!(
            r#""versionControlProvenance":[{{"repositoryUri":"{address}","revisionId":"{commit}","branch":"{branch}"}}],"#
        ))
    }

    #[test]
    fn where_files_belong() {
        let text = provenance("https://git.acme.example:8443/acme/.github", COMMIT, "refs/heads/a/b");
        let it = read(text.as_bytes()).unwrap();
        assert_eq!(
            (it.host.as_str(), it.owner.as_str(), it.name.as_str()),
            ("git.acme.example:8443", "acme", ".github")
        );
        assert_eq!((it.commit.as_str(), it.git_ref.as_str()), (COMMIT, "refs/heads/a/b"));
        assert_eq!((it.tool.as_str(), it.results), ("levelset", 2));
        let other = provenance("https://git.acme.example:8443/acme/.github", COMMIT, "refs/heads/a/c");
        assert_ne!(it.hash, read(other.as_bytes()).unwrap().hash);
    }

    #[test]
    fn files_that_belong_nowhere() {
        let address = "https://github.com/acme/web";
        for (text, expected) in [
            (sarif(""), NotAddressed::NoRepository),
            (
                provenance("https://gitlab.com/a/b/c", COMMIT, "refs/heads/m"),
                NotAddressed::Strange("https://gitlab.com/a/b/c".to_owned()),
            ),
            (
                provenance("https://github.com/acme/..", COMMIT, "refs/heads/m"),
                NotAddressed::Strange("https://github.com/acme/..".to_owned()),
            ),
            (provenance(address, "abc", "refs/heads/m"), NotAddressed::NoCommit),
            (provenance(address, &COMMIT.replace('a', "g"), "refs/heads/m"), NotAddressed::NoCommit),
            (provenance(address, COMMIT, "main"), NotAddressed::NoBranch),
            (provenance(address, COMMIT, "refs/heads/"), NotAddressed::NoBranch),
            (r#"{"runs":[]}"#.to_owned(), NotAddressed::Broken("it has not one run".to_owned())),
        ] {
            assert_eq!(read(text.as_bytes()), Err(expected), "{text}");
        }
        assert!(matches!(read(b"{\"runs\": ["), Err(NotAddressed::Broken(_))));
    }

    #[test]
    fn large_files_are_not_sent() {
        // What can't be packed: a counter that is scrambled.
        let noise: Vec<u8> = (0..1_350_000_u64)
            .flat_map(|it| {
                (it + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_mul(it | 1).rotate_left(17).to_le_bytes()
            })
            .collect();
        assert!(packed(&noise).is_none());
        assert!(packed(b"{}").is_some());
    }
}
