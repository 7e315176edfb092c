//! "Where does this come from, and which version?": references as written → [`Reference`]: an [`Origin`] and a
//! [`Version`]. Pure, without I/O; one module a grammar, each with a `parse` and its table of cases in
//! `testdata/references/`.

pub mod action;
pub mod ansible;
pub mod azure;
pub mod bicep;
pub mod bitbucket;
pub mod chart;
pub mod cirrus;
pub mod claim;
pub mod cloudformation;
pub mod constraint;
pub mod earthly;
pub mod git;
pub mod gitlab;
pub mod image;
pub mod jenkins;
pub mod kustomize;
pub mod node_package;
pub mod orb;
pub(crate) mod path;
pub mod plugin;
pub mod preset;
pub mod pulumi;
pub mod screwdriver;
pub mod tekton;
pub mod template;
pub mod terraform;
pub mod travis_import;
pub mod version;

use constraint::Constraint;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a reference says: where something comes from, and at which version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where it comes from.
    pub origin: Origin,
    /// Which version is asked for.
    pub version: Version,
}

/// Why a text is no reference of its grammar: its tool would refuse it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyNot {
    /// In words, as part of a sentence.
    pub reason: &'static str,
    /// What could be told of the version all the same.
    pub version: Version,
}

/// What a grammar makes of a text.
pub type Parsed = Result<Reference, WhyNot>;

impl Reference {
    /// A reference that only running the thing would resolve. `prefix` is the literal text before what isn't known.
    pub fn dynamic(prefix: impl Into<String>, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        // A reason may quote what is written.
        let reason = if reason.contains("://") { terraform::redact(&reason).into_owned() } else { reason };
        Reference { origin: Origin::Dynamic { prefix: prefix.into(), reason }, version: Version::only(Pin::Dynamic) }
    }

    /// A parsed text as what is kept of it: what its tool would refuse stays, as [`Origin::Invalid`].
    pub fn of(parsed: Parsed) -> Self {
        parsed.unwrap_or_else(|WhyNot { reason, version }| Reference {
            origin: Origin::Invalid { reason: reason.to_owned() },
            version,
        })
    }
}

impl WhyNot {
    /// A reason, with nothing known of the version.
    pub fn because(reason: &'static str) -> Self {
        WhyNot { reason, version: Version::only(Pin::Default) }
    }
}

impl From<&'static str> for WhyNot {
    fn from(reason: &'static str) -> Self {
        WhyNot::because(reason)
    }
}

/// Where something that is used comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Origin {
    /// A place in the same repository, repository-relative and normalised; one that leaves the repository keeps its
    /// leading `../`.
    Local {
        /// The file or folder.
        path: String,
    },
    /// A repository on a forge, and a folder or file in it.
    Repo {
        /// Host name in lower case, without port.
        host: String,
        /// User, organisation, or group with its subgroups. Empty where the host has no such level.
        owner: String,
        /// Name without `.git`.
        name: String,
        /// Folder or file inside; `""` for the root.
        path: String,
    },
    /// A registry of modules, providers or charts.
    Registry {
        /// Host name in lower case.
        host: String,
        /// The name within it: `namespace/name/system` of a module, path and name of a chart.
        name: String,
        /// Folder inside the module; `""` for its root.
        path: String,
    },
    /// A container image.
    Image {
        /// Registry host in lower case, `docker.io` where none is written.
        registry: String,
        /// Repository within it, with `library/` for Docker's official images.
        repository: String,
    },
    /// An archive or object that is fetched from a URL and is not known to be a repository.
    Url {
        /// Host name in lower case.
        host: String,
        /// The path on it.
        path: String,
    },
    /// A name that only the server's configuration resolves.
    ServerSide {
        /// The name.
        name: String,
    },
    /// An expression that only running the thing would resolve.
    Dynamic {
        /// The literal text before the first expression: often enough to tell host and owner.
        prefix: String,
        /// What isn't known, in words: "`var.source` has no default".
        reason: String,
    },
    /// Not a reference that its tool would accept.
    Invalid {
        /// Why not.
        reason: String,
    },
}

/// Which version of something is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Version {
    /// How firmly the version is held.
    pub pin: Pin,
    /// The git ref or image tag, as written, never implied.
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The version constraint as written, also when it allows one version only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<String>,
    /// The content digest with its algorithm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

impl Version {
    /// The version asked for, as people say it; `none` where none is.
    pub fn words(&self) -> &str {
        let written = self.digest.as_ref().or(self.reference.as_ref()).or(self.constraint.as_ref());
        written.map_or("none", String::as_str)
    }

    /// A version of which only the pin is known: local, default or dynamic.
    pub fn only(pin: Pin) -> Self {
        Version { pin, reference: None, constraint: None, digest: None }
    }

    /// What a git ref of a repository asks for; none means the default branch.
    pub fn git(reference: Option<&str>) -> Self {
        let pin = reference.map_or(Pin::Default, Pin::of_git_ref);
        Version { reference: reference.map(str::to_owned), ..Version::only(pin) }
    }

    /// What Terraform's version constraint of a module or provider asks for; none means the newest. A text that is no
    /// constraint is kept as a range: [`constraint::Constraint::parse`] says what is wrong with it.
    pub fn constraint(constraint: Option<&str>) -> Self {
        Version::constrained(constraint, Constraint::parse)
    }

    /// What the version range of a chart dependency asks for, as [`Version::constraint`] does for Terraform's.
    pub fn range(range: Option<&str>) -> Self {
        Version::constrained(range, Constraint::parse_npm)
    }

    fn constrained(text: Option<&str>, parse: fn(&str) -> Result<Constraint, WhyNot>) -> Self {
        let pin = text.map_or(Pin::Default, |it| parse(it).map_or(Pin::Range, |it| it.pin()));
        Version { constraint: text.map(str::to_owned), ..Version::only(pin) }
    }
}

/// How firmly a version is held, firmest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pin {
    /// A content digest.
    Digest,
    /// A full commit id.
    Sha,
    /// An abbreviated commit id.
    ShortSha,
    /// One exact version: `1.2.3`, `v1.2.3`.
    Exact,
    /// A range of versions: `~> 1.2`, `^3`.
    Range,
    /// A version with parts left open: `v1`, `3.20`.
    Partial,
    /// A tag that says it is one (`refs/tags/…`), or an image tag that isn't a version and isn't known to move.
    Tag,
    /// An image tag that is meant to move: `latest`, `stable`, `lts`.
    FloatingTag,
    /// A branch.
    Branch,
    /// A git ref whose shape doesn't tell whether it is a tag or a branch.
    TagOrBranch,
    /// No version given: the default branch, the newest release, `latest`.
    Default,
    /// The same commit as the file itself.
    SameCommit,
    /// An expression.
    Dynamic,
}

impl Pin {
    /// What the shape of a git ref tells. A ref can't be proven to be a tag or a branch from its text alone: names
    /// that are neither versions nor usual branch names are [`Pin::TagOrBranch`].
    pub fn of_git_ref(reference: &str) -> Pin {
        // Git completes `tags/…` and `heads/…`.
        if let Some(tag) = reference.strip_prefix("refs/").unwrap_or(reference).strip_prefix("tags/") {
            return match Pin::of_git_ref(tag) {
                pin @ (Pin::Exact | Pin::Partial) => pin,
                _ => Pin::Tag,
            };
        }
        if reference.strip_prefix("refs/").unwrap_or(reference).starts_with("heads/") {
            return Pin::Branch;
        }
        let is_hex = !reference.is_empty() && reference.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match reference.len() {
            // Git takes capitals too. In a full id they can't be anything else; a short one may be the name of a branch.
            40 | 64 if reference.bytes().all(|b| b.is_ascii_hexdigit()) => return Pin::Sha,
            // Seven hexadecimal digits that are all decimal could be a date or a build number.
            7..=39 if is_hex && reference.bytes().any(|b| b.is_ascii_alphabetic()) => {
                return Pin::ShortSha;
            }
            _ => {}
        }
        if BRANCHES.binary_search(&reference).is_ok() {
            return Pin::Branch;
        }
        match version_parts(reference) {
            Some(3..) => Pin::Exact,
            Some(1 | 2) => Pin::Partial,
            _ => Pin::TagOrBranch,
        }
    }
}

/// Names that are branches by custom; sorted.
const BRANCHES: &[&str] = &["HEAD", "dev", "develop", "development", "main", "mainline", "master", "trunk"];

/// How many numeric parts a version has: `v1` 1, `1.2` 2, `1.2.3-rc.1+b5` 3. `None` for what isn't a version.
pub fn version_parts(text: &str) -> Option<usize> {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let core = text.split(['-', '+']).next().unwrap_or(text);
    let mut parts = 0;
    let numeric = core.split('.').all(|part| {
        parts += 1;
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
    });
    // A suffix on an incomplete version (`3-alpine`, `2.x-dev`) names a variant or a branch, not a release.
    (numeric && (core.len() == text.len() || parts >= 3)).then_some(parts)
}
