//! What `.git` says about a repository: remote, HEAD, branch, tags, date of the HEAD commit.
//!
//! No program is run, and nothing in the repository's configuration has an effect: of it only the URLs of the
//! remotes, the upstream of the branch and the storage formats are looked at; includes are not followed. What is
//! broken or absent gives empty fields and a note, never an error. As in git, `.git` and what is in it may be links.

#![expect(clippy::disallowed_methods, reason = "reads .git")]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::objects::Objects;
use super::remote;
use crate::facts::{GapReason, Identity};
use gix_hash::ObjectId;

/// What `.git` says.
#[derive(Debug)]
pub(crate) struct Git {
    /// The folder of this work tree's own HEAD and index.
    pub(crate) dir: PathBuf,
    /// The folder of the object database.
    pub(crate) objects: PathBuf,
    pub(crate) hash: gix_hash::Kind,
    /// Whether the configuration says that there is no work tree beside `.git`.
    pub(crate) bare: bool,
    pub(crate) identity: Option<Identity>,
    pub(crate) commit: Option<String>,
    pub(crate) branch: Option<String>,
    pub(crate) committed: Option<String>,
    pub(crate) tags: Vec<String>,
    /// Whether the clone was made without all history.
    pub(crate) shallow: bool,
    /// What could not be read: where (below the work tree), why, in words.
    pub(crate) problems: Vec<Problem>,
}

/// Something in `.git` that could not be read.
pub(crate) type Problem = (&'static str, GapReason, &'static str);

/// Larger files than this are no HEAD, no configuration, no list of references.
const MOST_BYTES: u64 = 256 << 20;
/// References that point to references that point to…
const MOST_HOPS: usize = 5;
/// Tags with more slashes than this are not looked for.
const MOST_DEPTH: usize = 32;

/// Reads what the `.git` of this work tree says.
pub(crate) fn read(root: &Path) -> Git {
    let mut problems = Vec::new();
    let dir = git_dir(root).unwrap_or_else(|problem| {
        problems.push((".git", GapReason::Unreadable, problem));
        root.join(".git")
    });
    let common = common_dir(&dir);
    let config = Config::read(&common, &mut problems);
    let mut git = Git {
        objects: common.join("objects"),
        hash: config.hash,
        bare: config.bare,
        identity: None,
        commit: None,
        branch: None,
        committed: None,
        tags: Vec::new(),
        shallow: fs::symlink_metadata(common.join("shallow")).is_ok(),
        dir,
        problems,
    };
    if config.reftable {
        let detail = "references are kept as a reftable, which is not read: branch, commit and tags are unknown";
        git.problems.push((".git/config", GapReason::FormatNotRead, detail));
    } else {
        let packed = packed_refs(&common);
        git.tags = tags(&common, &packed);
        match head(&git.dir, &common, &packed, config.hash) {
            Some(head) => (git.branch, git.commit) = (head.branch, head.commit),
            None => git.problems.push((".git/HEAD", GapReason::Unreadable, "HEAD is missing or not a reference")),
        }
    }
    git.identity = config.url(git.branch.as_deref()).and_then(|url| remote::identity(&url));
    git.committed = git.commit.as_deref().and_then(|commit| committed(&git.objects, commit, config.hash));
    git
}

/// The commit that a revision names in the repository of this work tree: a full id, HEAD, or a branch or tag, also with
/// `origin/` before it or without. `peel` gives the commit that an object is, or that a tag with a message points to.
pub(crate) fn resolve(root: &Path, revision: &str, peel: impl Fn(&str) -> Option<String>) -> Option<String> {
    let dir = git_dir(root).ok()?;
    let common = common_dir(&dir);
    let hash = Config::read(&common, &mut Vec::new()).hash;
    if let Some(id) = object_id(revision.as_bytes(), hash) {
        return peel(&id);
    }
    let packed = packed_refs(&common);
    if revision == "HEAD" {
        return head(&dir, &common, &packed, hash)?.commit;
    }
    let is_safe =
        !revision.contains(['\\', '\0', '\n']) && revision.split('/').all(|it| !it.is_empty() && !it.starts_with('.'));
    if !is_safe {
        return None;
    }
    // The order in which git tries them; the branch of `origin` last, for in a workflow's checkout there is no other.
    ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/", "refs/remotes/origin/"].iter().find_map(|before| {
        let name = format!("{before}{revision}");
        let name = name.starts_with("refs/").then_some(name)?;
        peel(&reference(&[&dir, &common], &packed, name, hash)?)
    })
}

/// The id that a reference leads to.
fn reference(folders: &[&Path], packed: &[u8], mut name: String, hash: gix_hash::Kind) -> Option<String> {
    for _ in 0..MOST_HOPS {
        let loose = folders.iter().find_map(|dir| read_file(&dir.join(&name)).ok());
        match loose.and_then(|text| parse_ref(&text, hash)) {
            Some(Reference::Commit(commit)) => return Some(commit),
            Some(Reference::To(next)) => name = next,
            None => {
                let commit = packed_lines(packed).find(|(_, packed)| *packed == name.as_bytes());
                return commit.and_then(|(commit, _)| object_id(commit, hash));
            }
        }
    }
    None
}

/// Where `.git` leads to: itself, or, in linked work trees and submodules, the folder its text names.
fn git_dir(root: &Path) -> Result<PathBuf, &'static str> {
    let dot_git = root.join(".git");
    match fs::metadata(&dot_git) {
        Ok(it) if it.is_dir() => return Ok(dot_git),
        Ok(it) if it.is_file() => {}
        Ok(_) => return Err(".git is neither a folder nor a file"),
        Err(_) => return Err(".git could not be read"),
    }
    let text = read_file(&dot_git).map_err(|_| ".git could not be read")?;
    let target = text.strip_prefix(b"gitdir:").ok_or("the file .git does not say `gitdir: …`")?;
    let dir = root.join(path_of(target).ok_or("the folder that .git names is not UTF-8")?);
    if dir.is_dir() { Ok(dir) } else { Err("the folder that .git names does not exist") }
}

/// What linked work trees share with the one they were made from: configuration, references, objects.
fn common_dir(dir: &Path) -> PathBuf {
    match read_file(&dir.join("commondir")) {
        Ok(text) => path_of(&text).map_or_else(|| dir.to_owned(), |common| dir.join(common)),
        Err(_) => dir.to_owned(),
    }
}

fn path_of(text: &[u8]) -> Option<&Path> {
    std::str::from_utf8(text).ok().map(|text| Path::new(text.trim()))
}

struct Config {
    file: Option<gix_config::File>,
    hash: gix_hash::Kind,
    bare: bool,
    reftable: bool,
}

impl Config {
    fn read(common: &Path, problems: &mut Vec<Problem>) -> Self {
        let file = read_file(&common.join("config")).map_err(|_| "there is no configuration").and_then(|bytes| {
            // NOTE: a panic while parsing foreign bytes must not end the scan.
            catch_unwind(AssertUnwindSafe(|| {
                let options = gix_config::file::init::Options { lossy: true, ..Default::default() };
                gix_config::File::from_bytes_no_includes(&bytes, gix_config::file::Metadata::default(), options).ok()
            }))
            .ok()
            .flatten()
            .ok_or("the configuration is damaged: the remote is unknown")
        });
        let file = match file {
            Ok(file) => Some(file),
            Err(problem) => {
                problems.push((".git/config", GapReason::Unreadable, problem));
                None
            }
        };
        let mut config = Config { file, hash: gix_hash::Kind::Sha1, bare: false, reftable: false };
        let is = |key: &str, value: &str| config.last(key).is_some_and(|it| it.eq_ignore_ascii_case(value));
        let hash = if is("extensions.objectFormat", "sha256") { gix_hash::Kind::Sha256 } else { config.hash };
        (config.bare, config.reftable) = (is("core.bare", "true"), is("extensions.refStorage", "reftable"));
        config.hash = hash;
        config
    }

    fn last(&self, key: &str) -> Option<String> {
        self.file.as_ref()?.raw_value(key).ok().map(|it| it.to_string())
    }

    /// The URL of `origin`, else of the only remote, else of the one the branch follows.
    fn url(&self, branch: Option<&str>) -> Option<String> {
        let remotes = self.remotes();
        let of = |name: &str| remotes.iter().find(|(remote, _)| remote == name).map(|(_, url)| url.clone());
        of("origin").or_else(|| match remotes.as_slice() {
            [(_, only)] => Some(only.clone()),
            _ => {
                let file = self.file.as_ref()?;
                let upstream = file.raw_value_by("branch", branch?, "remote").ok()?;
                of(&upstream.to_string())
            }
        })
    }

    /// Every remote with the URL it is fetched from, the first of those given.
    fn remotes(&self) -> Vec<(String, String)> {
        let sections = self.file.iter().flat_map(gix_config::File::sections).filter(|section| {
            let name: &[u8] = section.header().name();
            name.eq_ignore_ascii_case(b"remote")
        });
        let mut remotes: Vec<(String, String)> = Vec::new();
        for section in sections {
            let Some(name) = section.header().subsection_name() else { continue };
            let name = name.to_string();
            let Some(url) = section.values("url").first().map(ToString::to_string) else {
                continue;
            };
            if !remotes.iter().any(|(known, _)| *known == name) {
                remotes.push((name, url));
            }
        }
        remotes
    }
}

struct Head {
    branch: Option<String>,
    commit: Option<String>,
}

/// HEAD; none where it is missing or not a reference.
fn head(dir: &Path, common: &Path, packed: &[u8], hash: gix_hash::Kind) -> Option<Head> {
    let text = read_file(&dir.join("HEAD")).ok()?;
    let target = match parse_ref(&text, hash)? {
        Reference::Commit(commit) => return Some(Head { branch: None, commit: Some(commit) }),
        Reference::To(target) => target,
    };
    let branch = target.strip_prefix("refs/heads/").map(str::to_owned);
    Some(Head { branch, commit: reference(&[dir, common], packed, target, hash) })
}

enum Reference {
    Commit(String),
    To(String),
}

fn parse_ref(text: &[u8], hash: gix_hash::Kind) -> Option<Reference> {
    if let Some(target) = text.strip_prefix(b"ref:") {
        let target = std::str::from_utf8(target).ok()?.trim();
        // The name becomes a path below `.git`: it must not lead out of it.
        let is_safe = target.starts_with("refs/")
            && !target.contains(['\\', '\0', '\n'])
            && target.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
        return is_safe.then(|| Reference::To(target.to_owned()));
    }
    object_id(text.trim_ascii(), hash).map(Reference::Commit)
}

fn object_id(text: &[u8], hash: gix_hash::Kind) -> Option<String> {
    let is_id = text.len() == hash.len_in_hex() && text.iter().all(u8::is_ascii_hexdigit);
    is_id.then(|| String::from_utf8_lossy(text).to_ascii_lowercase())
}

fn packed_refs(common: &Path) -> Vec<u8> {
    read_file(&common.join("packed-refs")).unwrap_or_default()
}

/// The lines `<id> <name>`; not the header, not what annotated tags point to.
fn packed_lines(packed: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let ends = memchr::memchr_iter(b'\n', packed).chain([packed.len()]);
    let lines = ends.scan(0, |start, end| Some(&packed[std::mem::replace(start, end + 1)..end]));
    lines.filter(|line| !line.starts_with(b"#") && !line.starts_with(b"^")).filter_map(|line| {
        let at = memchr::memchr(b' ', line)?;
        Some((&line[..at], line[at + 1..].trim_ascii_end()))
    })
}

/// The names of all tags, sorted.
fn tags(common: &Path, packed: &[u8]) -> Vec<String> {
    let packed = packed_lines(packed).filter_map(|(_, name)| name.strip_prefix(b"refs/tags/"));
    let mut tags: Vec<String> = packed.map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let mut folders = vec![(common.join("refs/tags"), String::new(), 0)];
    while let Some((folder, prefix, depth)) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            match entry.file_type() {
                Ok(it) if it.is_dir() && depth < MOST_DEPTH => {
                    folders.push((entry.path(), format!("{name}/"), depth + 1));
                }
                Ok(it) if it.is_file() && !name.ends_with(".lock") => {
                    tags.push(name);
                }
                Ok(_) | Err(_) => {}
            }
        }
    }
    // Those that are packed are in order.
    tags.sort();
    tags.dedup();
    tags
}

/// When the commit was made: committer's date, UTC, RFC 3339.
pub(crate) fn committed(objects: &Path, commit: &str, hash: gix_hash::Kind) -> Option<String> {
    let id = ObjectId::from_hex(commit.as_bytes()).ok()?;
    Objects::open_for(objects, hash, &id)?.reader().committed(&id)
}

/// Whether there is a regular file at this path, symlinks in `.git` followed as git does.
pub(crate) fn is_regular_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|it| it.is_file())
}

/// Whether a folder of `.git` has a pipe, a socket or a device in it. Nobody's git puts one there, and the libraries
/// that read indexes and objects would wait for it for ever.
pub(crate) fn has_special_file(folder: &Path) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| match entry.file_type() {
        Ok(it) if it.is_symlink() => fs::metadata(entry.path()).is_ok_and(|it| !it.is_file() && !it.is_dir()),
        Ok(it) => !it.is_file() && !it.is_dir(),
        Err(_) => false,
    })
}

/// The bytes of a regular file; a pipe or device in its place is an error, and is not waited for.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() || meta.len() > MOST_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize + 1);
    file.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
    }
    options.open(path)
}
