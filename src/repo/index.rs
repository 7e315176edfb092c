//! The files git tracks, from `.git/index`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use gix_index::decode::Options;

use super::git::{has_special_file, is_regular_file};

/// More than any honest index needs for one block; a damaged one may ask for anything.
const MOST_BYTES: usize = 4 << 30;

/// Reads the index of a repository (versions 2–4, split, sparse).
///
/// The checksum at its end is not compared: it costs more than all the rest, and what a damaged index can say that
/// is still an index is no worse than what a well-made one may say.
///
/// # Errors
/// In words, why there is none.
pub(crate) fn read(git_dir: &Path, hash: gix_hash::Kind) -> Result<gix_index::File, &'static str> {
    let path = git_dir.join("index");
    if !is_regular_file(&path) {
        return Err("there is no index: nothing was ever checked out, or the clone was interrupted");
    }
    // The shared part of a split index is opened by the library.
    if has_special_file(git_dir) {
        return Err("there is a pipe, a socket or a device in .git");
    }
    let options = Options { thread_limit: Some(1), alloc_limit_bytes: Some(MOST_BYTES), ..Options::default() };
    // NOTE: decoding foreign bytes is the one place where a bug in a dependency would end the whole scan.
    catch_unwind(AssertUnwindSafe(|| gix_index::File::at(path, hash, true, options)))
        .map_err(|_| "the index is damaged")?
        .map_err(|_| "the index is damaged, or its shared part is missing")
}

/// Whether this path stays within the work tree and out of `.git`: git refuses to track any other, but an index can
/// be made to say anything.
pub(crate) fn is_sane(path: &str) -> bool {
    // Every file of interest comes here, and nearly none has a part that is empty or begins with a dot.
    let bytes = path.as_bytes();
    let is_telling = |before: u8, byte: u8| (before == b'/') & ((byte == b'/') | (byte == b'.')) | (byte == 0);
    let is_plain = match (bytes, bytes.last()) {
        ([b'/' | b'.' | 0, ..] | [], _) | (_, Some(b'/')) => false,
        ([_, rest @ ..], _) => !bytes.iter().zip(rest).fold(false, |any, (before, it)| any | is_telling(*before, *it)),
    };
    if is_plain && !cfg!(windows) {
        return true;
    }
    let is_foreign = |part: &[u8]| cfg!(windows) && memchr::memchr2(b'\\', b':', part).is_some();
    let is_part =
        |part: &[u8]| !matches!(part, b"" | b"." | b"..") && !part.eq_ignore_ascii_case(b".git") && !is_foreign(part);
    memchr::memchr(0, bytes).is_none() && bytes.split(|&byte| byte == b'/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::is_sane;

    #[test]
    fn sane_paths() {
        for path in ["a", "a/b", ".github/x", "a/..b", "a\nb", ".gitignore"] {
            assert!(is_sane(path), "{path}");
        }
        for path in ["", "/a", "a//b", "a/", "..", "a/../b", "./a", ".git/config", "a/.GIT/hooks/x", "a\0b"] {
            assert!(!is_sane(path), "{path}");
        }
    }
}
