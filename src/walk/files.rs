//! Reads files below a root without ever leaving it: no symbolic link is followed, not at the end of a path and not
//! on the way, and nothing that is not a regular file is waited for.
//!
//! On Unix folders are opened one below the other and files relative to their folder, which is both the safe and
//! the fast way: a file costs an open, one read and a close. Elsewhere every part of a path is looked at first.

use std::io;

/// What is known of a regular file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    /// Bytes.
    pub(super) size: u64,
    /// Last change of the content: seconds since 1970, and nanoseconds.
    pub(super) modified: (i64, u32),
}

/// Why a file could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// It is not there.
    Missing,
    /// It, or a folder on the way, is a symbolic link.
    Symlink,
    /// It is a pipe, a socket or a device.
    Special,
    /// It has more bytes than are read; so many.
    TooLarge(u64),
    /// Its content is not among the objects that git has here.
    NotFetched,
    /// The system does not let us.
    Unreadable(io::ErrorKind),
}

/// How much of a file is read.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(unix), expect(dead_code, reason = "elsewhere every file is looked at before it is read"))]
pub(super) struct Wanted {
    /// The most bytes a file may have.
    pub(super) limit: u64,
    /// Unix only: the size the file is thought to have. Where it has, nothing else is asked of the system.
    pub(super) size: Option<u64>,
    /// Whether the file's [`Stat`] is wanted too, where it costs something.
    pub(super) stat: bool,
}

#[cfg(not(unix))]
pub(super) use portable::Root;
#[cfg(unix)]
pub(super) use unix::Root;

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use rustix::buffer::spare_capacity;
    use rustix::fs::{AtFlags, FileType, Mode, OFlags, fstat, open, openat, statat};
    use rustix::io::{Errno, read, retry_on_intr};

    use super::{Problem, Stat, Wanted};
    use crate::paths::folder_and_name;

    /// What a first read asks for: more than almost any file has.
    const FIRST_READ: usize = 64 << 10;

    #[cfg(target_os = "linux")]
    const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
    #[cfg(not(target_os = "linux"))]
    const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
    /// A pipe must not be waited for, a terminal not become ours.
    const FILE: OFlags =
        OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

    /// A root and the folders below it on the way to the file that was read last.
    pub(in super::super) struct Root {
        root: OwnedFd,
        /// The open folder, relative to the root.
        path: String,
        /// The folders of `path`: where their name ends in it.
        open: Vec<(usize, OwnedFd)>,
    }

    impl Root {
        pub(in super::super) fn open(root: &Path) -> Result<Self, Problem> {
            let root = open(root, FOLDER, Mode::empty()).map_err(problem)?;
            Ok(Root { root, path: String::new(), open: Vec::new() })
        }

        /// Reads a file into the buffer, in place of what was there.
        pub(in super::super) fn read(
            &mut self,
            path: &str,
            wanted: Wanted,
            buffer: &mut Vec<u8>,
        ) -> Result<Option<Stat>, Problem> {
            buffer.clear();
            buffer.reserve(FIRST_READ);
            let name = self.enter(path)?;
            let file = openat(self.folder(), name, FILE, Mode::empty()).map_err(|errno| self.why(name, errno))?;
            let n = retry_on_intr(|| read(&file, spare_capacity(buffer))).map_err(problem)? as u64;
            if n > wanted.limit {
                return Err(Problem::TooLarge(fstat(&file).map_or(n, |stat| stat.st_size as u64)));
            }
            // The size that was expected, and not one byte more to come: a file like that is a regular one.
            if !wanted.stat && n > 0 && wanted.size == Some(n) && buffer.len() < buffer.capacity() {
                return Ok(None);
            }
            let stat = regular(&fstat(&file).map_err(problem)?)?;
            if stat.size > wanted.limit {
                return Err(Problem::TooLarge(stat.size));
            }
            if stat.size != n || buffer.len() == buffer.capacity() {
                buffer.reserve(stat.size.saturating_sub(n) as usize + 1);
                while retry_on_intr(|| read(&file, spare_capacity(buffer))).map_err(problem)? > 0 {
                    if buffer.len() as u64 > wanted.limit {
                        return Err(Problem::TooLarge(buffer.len() as u64));
                    }
                    buffer.reserve(FIRST_READ);
                }
            }
            Ok(Some(stat))
        }

        /// Looks at a file without opening it.
        pub(in super::super) fn stat(&mut self, path: &str) -> Result<Stat, Problem> {
            let name = self.enter(path)?;
            let stat = statat(self.folder(), name, AtFlags::SYMLINK_NOFOLLOW).map_err(problem)?;
            regular(&stat)
        }

        fn folder(&self) -> &OwnedFd {
            self.open.last().map_or(&self.root, |(_, folder)| folder)
        }

        /// Opens the folder of a file, from the nearest one that is open; gives the file's name.
        fn enter<'p>(&mut self, path: &'p str) -> Result<&'p str, Problem> {
            let (folder, name) = folder_and_name(path);
            while let Some((end, _)) = self.open.last() {
                let is_above = folder.as_bytes().starts_with(&self.path.as_bytes()[..*end])
                    && matches!(folder.as_bytes().get(*end), None | Some(b'/'));
                if is_above {
                    break;
                }
                self.open.pop();
            }
            let end = self.open.last().map_or(0, |(end, _)| *end);
            self.path.truncate(end);
            for part in folder[end..].split('/').filter(|part| !part.is_empty()) {
                let opened = openat(self.folder(), part, FOLDER, Mode::empty());
                let opened = opened.map_err(|errno| self.why(part, errno))?;
                if !self.path.is_empty() {
                    self.path.push('/');
                }
                self.path.push_str(part);
                self.open.push((self.path.len(), opened));
            }
            Ok(name)
        }

        /// Why a file or folder in the open folder could not be opened: systems say `symbolic link` in many ways.
        fn why(&self, name: &str, errno: Errno) -> Problem {
            if matches!(errno, Errno::LOOP | Errno::MLINK | Errno::NOTDIR) {
                let stat = statat(self.folder(), name, AtFlags::SYMLINK_NOFOLLOW);
                let is_symlink = stat.is_ok_and(|it| FileType::from_raw_mode(it.st_mode) == FileType::Symlink);
                return if is_symlink { Problem::Symlink } else { Problem::Missing };
            }
            problem(errno)
        }
    }

    fn regular(stat: &rustix::fs::Stat) -> Result<Stat, Problem> {
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => {
                Ok(Stat { size: stat.st_size as u64, modified: (stat.st_mtime, stat.st_mtime_nsec as u32) })
            }
            FileType::Symlink => Err(Problem::Symlink),
            // A folder where git has a file: the file is gone.
            FileType::Directory => Err(Problem::Missing),
            _ => Err(Problem::Special),
        }
    }

    fn problem(errno: Errno) -> Problem {
        match errno {
            Errno::NOENT | Errno::NOTDIR | Errno::ISDIR => Problem::Missing,
            // A socket or device without a driver; a pipe that somebody writes to.
            Errno::NXIO | Errno::NODEV | Errno::AGAIN => Problem::Special,
            errno => Problem::Unreadable(io::Error::from(errno).kind()),
        }
    }
}

#[cfg(any(not(unix), test))]
mod portable {
    #![expect(clippy::disallowed_methods, reason = "reads the files of repositories")]

    use std::fs::{self, File, Metadata};
    use std::io::{self, Read as _};
    use std::path::{Path, PathBuf};
    use std::time::UNIX_EPOCH;

    use super::{Problem, Stat, Wanted};

    /// A root and the folder below it that was looked at last.
    pub(in super::super) struct Root {
        root: PathBuf,
        /// A folder of which every part is known to be a real folder.
        known: Option<String>,
    }

    impl Root {
        pub(in super::super) fn open(root: &Path) -> Result<Self, Problem> {
            Ok(Root { root: root.to_owned(), known: None })
        }

        /// Reads a file into the buffer, in place of what was there.
        pub(in super::super) fn read(
            &mut self,
            path: &str,
            wanted: Wanted,
            buffer: &mut Vec<u8>,
        ) -> Result<Option<Stat>, Problem> {
            buffer.clear();
            let stat = self.stat(path)?;
            if stat.size > wanted.limit {
                return Err(Problem::TooLarge(stat.size));
            }
            let file = File::open(self.root.join(path)).map_err(|why| problem(&why))?;
            file.take(wanted.limit + 1).read_to_end(buffer).map_err(|why| problem(&why))?;
            if buffer.len() as u64 > wanted.limit {
                return Err(Problem::TooLarge(buffer.len() as u64));
            }
            Ok(Some(stat))
        }

        /// Looks at a file without opening it.
        pub(in super::super) fn stat(&mut self, path: &str) -> Result<Stat, Problem> {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            if self.known.as_deref() != Some(folder) {
                let mut at = self.root.clone();
                for part in folder.split('/').filter(|part| !part.is_empty()) {
                    at.push(part);
                    let meta = fs::symlink_metadata(&at).map_err(|why| problem(&why))?;
                    if meta.is_symlink() {
                        return Err(Problem::Symlink);
                    }
                }
                self.known = Some(folder.to_owned());
            }
            regular(&fs::symlink_metadata(self.root.join(path)).map_err(|why| problem(&why))?)
        }
    }

    fn regular(meta: &Metadata) -> Result<Stat, Problem> {
        if meta.is_symlink() {
            return Err(Problem::Symlink);
        }
        if meta.is_dir() {
            return Err(Problem::Missing);
        }
        if !meta.is_file() {
            return Err(Problem::Special);
        }
        let modified = meta.modified().ok().and_then(|it| it.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        Ok(Stat { size: meta.len(), modified: (modified.as_secs() as i64, modified.subsec_nanos()) })
    }

    fn problem(why: &io::Error) -> Problem {
        match why.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Problem::Missing,
            kind => Problem::Unreadable(kind),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "tests write the files they read")]

    use std::fs;
    use std::path::Path;

    use super::{Problem, Wanted};

    /// Runs the same table against both readers.
    macro_rules! on_both {
        ($place:expr, $path:expr, $wanted:expr, $expected:expr) => {{
            let (place, wanted, expected): (&Path, Wanted, Result<usize, Problem>) = ($place, $wanted, $expected);
            let mut buffer = b"what was there".to_vec();
            let mut root = super::portable::Root::open(place).unwrap();
            let read = root.read($path, wanted, &mut buffer).map(|_| buffer.len());
            assert_eq!(read, expected, "portable {} {wanted:?}", $path);
            #[cfg(unix)]
            {
                let mut root = super::unix::Root::open(place).unwrap();
                let read = root.read($path, wanted, &mut buffer).map(|_| buffer.len());
                assert_eq!(read, expected, "unix {} {wanted:?}", $path);
            }
        }};
    }

    #[test]
    fn reads_whole_files_whatever_was_expected() {
        let place = tempfile::tempdir().unwrap();
        let limit = 1 << 20;
        for size in [0, 1, 65_535, 65_536, 65_537, 200_000, 1 << 20] {
            fs::write(place.path().join("file"), vec![b'x'; size]).unwrap();
            for expected in [None, Some(0), Some(1), Some(65_536), Some(size as u64), Some(size as u64 + 1)] {
                for stat in [false, true] {
                    on_both!(place.path(), "file", Wanted { limit, size: expected, stat }, Ok(size));
                }
            }
        }
        fs::write(place.path().join("file"), vec![b'x'; (1 << 20) + 1]).unwrap();
        let too_large = Err(Problem::TooLarge((1 << 20) + 1));
        on_both!(place.path(), "file", Wanted { limit, size: None, stat: false }, too_large);
        on_both!(place.path(), "file", Wanted { limit: 10, size: Some((1 << 20) + 1), stat: false }, too_large);
    }

    #[test]
    fn says_why_not() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir_all(place.path().join("a/b")).unwrap();
        fs::write(place.path().join("a/file"), "x").unwrap();
        let wanted = Wanted { limit: 10, size: None, stat: false };
        for path in ["absent", "absent/x", "a", "a/b", "a/file/x", "a/b/x"] {
            on_both!(place.path(), path, wanted, Err(Problem::Missing));
        }
        on_both!(place.path(), "a/file", wanted, Ok(1));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("a", place.path().join("folder")).unwrap();
            std::os::unix::fs::symlink("a/file", place.path().join("link")).unwrap();
            for path in ["link", "folder", "folder/file", "folder/b/x"] {
                on_both!(place.path(), path, wanted, Err(Problem::Symlink));
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn moves_between_folders() {
        let place = tempfile::tempdir().unwrap();
        let paths = ["x", "a/x", "a/b/c/x", "a/bc/x", "ab/x", "a/b/x", "x", "a/b/c/x"];
        for path in paths {
            let path = place.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, path.to_str().unwrap()).unwrap();
        }
        let mut root = super::unix::Root::open(place.path()).unwrap();
        let mut buffer = Vec::new();
        for path in paths {
            // A folder that is not there leaves the reader where it can go on.
            assert_eq!(root.stat("a/b/absent/x"), Err(Problem::Missing));
            root.read(path, Wanted { limit: 4096, size: None, stat: false }, &mut buffer).unwrap();
            assert!(String::from_utf8_lossy(&buffer).ends_with(&format!("/{path}")), "{path}");
        }
    }
}
