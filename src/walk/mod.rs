//! The files of all repositories, in one parallel pass: list → classify → read → extract → facts.
//!
//! A repository's tracked files come from its index: listing them touches no folder. Only files of a known kind are
//! opened. This and finding the repositories are the places with parallelism; the result is the same for any number
//! of threads, because what the threads saw is put together in the order of the files and then sorted.
//!
//! NOTE: a file of no known kind is counted as the index has it; whether it is still in the work tree is not looked
//! up, for that would cost as much as all the rest.

mod files;
mod list;
mod reader;
mod tree;

use std::any::Any;
use std::cell::RefCell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use gix_hash::ObjectId;
use rayon::iter::{
    IndexedParallelIterator as _, IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _,
};

use self::files::{Problem, Wanted};
use self::list::{Candidate, Listed};
use self::reader::Reader;
use crate::classify::{FileKind, Reading, may_be_told};
use crate::extract::{extract, mark, read_includes};
use crate::facts::{Facts, GapReason, Listing, RepoFacts};
use crate::knowledge::{self, Knowledge};
use crate::repo::{Place, Repo};
use crate::resolve::{Files, KnownFile, Questions, leaves_open, resolve};
use crate::source::{Location, SourceFile};

/// The default of [`WalkOptions::max_file_size`]: 5 MiB. No file that people write is as large; those that are were
/// written by a program.
pub const MAX_FILE_SIZE: u64 = 5 << 20;

/// What [`walk`] looks at.
#[derive(Clone, Copy)]
pub struct WalkOptions<'a> {
    /// Whether to look also at files that git neither tracks nor ignores.
    pub untracked: bool,
    /// Files with more bytes than this are not read, which gives a gap.
    pub max_file_size: u64,
    /// What is known of other people's tools.
    pub knowledge: &'a Knowledge,
    /// Whether places get the hashes of their lines; else [`LineHash::LEFT_OUT`](crate::source::LineHash::LEFT_OUT)
    /// stands for them. What writes places (facts, SARIF) needs them.
    pub line_hashes: bool,
    /// Called from any thread, now and then, with the number of files done so far.
    pub progress: Option<&'a (dyn Fn(u64) + Sync)>,
}

impl Default for WalkOptions<'_> {
    fn default() -> Self {
        WalkOptions {
            untracked: false,
            max_file_size: MAX_FILE_SIZE,
            knowledge: knowledge::built_in(),
            line_hashes: true,
            progress: None,
        }
    }
}

/// The text of one file of a repository, read as the walk reads them: it never leads out of the repository. Nothing where
/// it can't be read, or is no text.
pub fn text_of(place: &Place, path: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let wanted = Wanted { limit: MAX_FILE_SIZE, size: None, stat: false };
    Reader::open(place).ok()?.read(path, wanted, &mut bytes).ok()?;
    String::from_utf8(bytes).ok()
}

/// The contents that a walk of a repository as of a commit will read, and no others; sorted. By the paths alone: none of
/// them needs to be there. Nothing where the repository is in a folder.
pub fn contents(repo: Repo, options: &WalkOptions<'_>) -> Vec<ObjectId> {
    let listed = list::list(repo, options);
    let Place::Commit(snapshot) = &listed.place else { return Vec::new() };
    let read = listed.candidates.iter().filter(|it| it.kind.reading() != Reading::Never).chain(&listed.on_demand);
    let mut contents: Vec<ObjectId> = read.filter_map(|it| snapshot.entry(listed.path(it)).file()).collect();
    contents.sort_unstable();
    contents.dedup();
    contents
}

/// Those of the [`contents`] that are not there.
#[cfg(feature = "github")]
pub(crate) fn missing_contents(repo: Repo, options: &WalkOptions<'_>) -> Vec<ObjectId> {
    let Place::Commit(snapshot) = &repo.place else { return Vec::new() };
    let reader = snapshot.reader();
    let mut contents = contents(repo, options);
    contents.retain(|id| !reader.has(id));
    contents
}

/// How many files a thread takes at a time: enough to share open folders, few enough to share the work.
const CHUNK: usize = 64;

/// Looks at the files of all repositories and gives the facts of each, in the order of the repositories.
///
/// Uses the current rayon pool.
pub fn walk(repos: Vec<Repo>, options: &WalkOptions<'_>) -> Vec<Facts> {
    let done = AtomicU64::new(0);
    let report = |n: u64| {
        let before = done.fetch_add(n, Ordering::Relaxed);
        if let Some(progress) = options.progress {
            progress(before + n);
        }
    };
    let listed: Vec<Listed> = repos
        .into_par_iter()
        .map(|repo| {
            let listed = list::list(repo, options);
            report(listed.facts.files.seen);
            listed
        })
        .collect();
    let shared: Vec<Vec<OnceLock<Box<[u8]>>>> =
        listed.iter().map(|it| (0..it.n_shared).map(|_| OnceLock::new()).collect()).collect();
    let chunks: Vec<(usize, Range<usize>)> = listed
        .iter()
        .enumerate()
        .flat_map(|(repo, it)| {
            let n = it.candidates.len();
            (0..n).step_by(CHUNK).map(move |start| (repo, start..n.min(start + CHUNK)))
        })
        .collect();
    let seen: Vec<Seen> = chunks
        .par_iter()
        .map_init(Vec::new, |buffer, (repo, range)| {
            let seen = look(&listed[*repo], range.clone(), &shared[*repo], options, buffer);
            report(range.len() as u64);
            seen
        })
        .collect();
    let mut seen = seen.into_iter();
    let mut of_repos: Vec<Vec<Seen>> = listed.iter().map(|_| Vec::new()).collect();
    for of_repo in chunks.chunk_by(|(a, _), (b, _)| a == b) {
        if let [(repo, _), ..] = of_repo {
            of_repos[*repo] = seen.by_ref().take(of_repo.len()).collect();
        }
    }
    // Each is put together only when its turn comes: then it lies where the parts of the one before lay.
    listed.into_par_iter().zip(of_repos).map(|(it, seen)| finish(it, seen, options)).collect()
}

/// Puts together what was seen in the files of a repository.
fn put_together(facts: &mut Facts, seen: Vec<Seen>) -> Questions {
    let mut questions = Questions::default();
    facts.make_room_for(&seen.iter().map(|it| &it.facts).collect::<Vec<_>>());
    for it in seen {
        facts.merge(it.facts);
        questions.merge(it.questions);
    }
    questions
}

/// Puts together what was seen in the files of a repository, answers what they leave open, and brings the facts into
/// their order.
fn finish(mut listed: Listed, seen: Vec<Seen>, options: &WalkOptions<'_>) -> Facts {
    let mut facts = std::mem::replace(&mut listed.facts, Facts::new(nobody()));
    let mut questions = put_together(&mut facts, seen);
    let absent = std::mem::take(&mut listed.absent);
    if !questions.is_empty() || leaves_open(&facts) {
        // A place that can't be opened has no questions; should it be gone since, nothing can be answered.
        let reader = RefCell::new(Reader::open(&listed.place).ok());
        // What a file is read into has room for more than most files have.
        let buffer = RefCell::new(Vec::new());
        let read = |path: &str| {
            let wanted = Wanted { limit: options.max_file_size, size: None, stat: false };
            let bytes = &mut *buffer.borrow_mut();
            match reader.borrow_mut().as_mut()?.read(path, wanted, bytes) {
                Ok(_) => Some(Ok(bytes.clone())),
                Err(Problem::Missing) => None,
                Err(problem) => Some(Err(gap(problem, options))),
            }
        };
        let own = listed.candidates.iter().filter(|it| it.aside_of.is_none());
        let known = own.chain(&listed.on_demand).map(|it| KnownFile {
            path: listed.path(it),
            kind: it.kind,
            context: it.context,
        });
        let files = Files::new(known, &read).with_absent(absent).with_line_hashes(options.line_hashes);
        let resolved = catch_unwind(AssertUnwindSafe(|| {
            read_includes(&mut facts, &mut questions, &files);
            resolve(&mut facts, &questions, &files);
        }));
        if let Err(panic) = resolved {
            // What was seen in each file alone stays; which of them it was about isn't known.
            let detail = format!("while files were brought together: {}", message(panic.as_ref()));
            facts.gap(Location::whole_file(&".git".into()), GapReason::InternalError, detail);
        }
    }
    facts.finish();
    facts
}

/// What one thread saw in some of a repository's files.
struct Seen {
    facts: Facts,
    /// What the files leave open.
    questions: Questions,
}

/// Looks at some of a repository's files.
fn look(
    listed: &Listed,
    range: Range<usize>,
    shared: &[OnceLock<Box<[u8]>>],
    options: &WalkOptions<'_>,
    buffer: &mut Vec<u8>,
) -> Seen {
    let mut seen = Seen { facts: Facts::new(nobody()), questions: Questions::default() };
    let mut reader = Reader::open(&listed.place);
    for candidate in &listed.candidates[range] {
        let path: Arc<str> = listed.path(candidate).into();
        let looked = match &mut reader {
            Ok(reader) if candidate.kind.reading() == Reading::Always => {
                let text = candidate.known.as_ref().and_then(|known| Some(&shared[known.shared? as usize]));
                read(reader, &path, candidate, text, options, buffer, &mut seen)
            }
            Ok(reader) => reader.look(&path).map(|()| {
                mark(&path, candidate.kind, candidate.context, options.knowledge, &mut seen.facts);
                Some(candidate.kind)
            }),
            Err(problem) => Err(*problem),
        };
        // What git tracks and the work tree hasn't was not checked out, or was taken out since.
        let is_aside = candidate.aside_of.is_some();
        if looked == Err(Problem::Missing) {
            seen.facts.files.not_checked_out += u64::from(!is_aside);
            continue;
        }
        seen.facts.files.seen += u64::from(!is_aside);
        let kind = looked.unwrap_or_else(|problem| {
            let (reason, detail) = gap(problem, options);
            seen.facts.gap(Location::whole_file(&path), reason, detail);
            candidate.kind.is_known().then_some(candidate.kind)
        });
        let is_counted = candidate.aside_of.is_some_and(FileKind::is_known);
        if let Some(kind) = kind.filter(|_| !is_counted) {
            *seen.facts.files.recognised.entry(kind).or_default() += 1;
        }
    }
    seen
}

/// Reads a file, or takes the text of an equal one, and adds what it shows. Tells what the file is, if we know it.
fn read(
    reader: &mut Reader,
    path: &Arc<str>,
    candidate: &Candidate,
    shared: Option<&OnceLock<Box<[u8]>>>,
    options: &WalkOptions<'_>,
    buffer: &mut Vec<u8>,
    seen: &mut Seen,
) -> Result<Option<FileKind>, Problem> {
    let known = candidate.known.as_ref();
    if let Some(text) = shared.and_then(OnceLock::get)
        && known.is_some_and(|known| reader.is_unchanged(path, known))
    {
        return Ok(take_in(path, candidate, text, options, seen));
    }
    let is_wanted = shared.is_some_and(|text| text.get().is_none());
    let size = known.map(|known| u64::from(known.size));
    let read = reader.read(path, Wanted { limit: options.max_file_size, size, stat: is_wanted }, buffer)?;
    if let (Some(text), Some(known)) = (shared, known)
        && read.is_known_text(known, buffer.len())
    {
        // Another thread may have been faster, with the same text.
        let _ = text.set(buffer.as_slice().into());
    }
    Ok(take_in(path, candidate, buffer, options, seen))
}

/// Adds what a text shows, and tells what the file is, if we know it.
fn take_in(
    path: &Arc<str>,
    candidate: &Candidate,
    bytes: &[u8],
    options: &WalkOptions<'_>,
    seen: &mut Seen,
) -> Option<FileKind> {
    let Seen { facts, questions } = seen;
    let knowledge = options.knowledge;
    facts.files.read += 1;
    let mut kind = candidate.kind.is_known().then_some(candidate.kind);
    // Most YAML files are of no kind that is known, and cost no more than this; a table of evidence may name one.
    if candidate.kind == FileKind::Yaml && !may_be_told(bytes) && knowledge.files(path).is_empty() {
        return None;
    }
    let extracted = catch_unwind(AssertUnwindSafe(|| {
        match SourceFile::new(path.clone(), candidate.kind, candidate.context, bytes) {
            Ok(file) => {
                let file = file.known_by(knowledge).with_line_hashes(options.line_hashes);
                kind = extract(&file, facts, questions);
            }
            Err(reason) => {
                facts.gap(Location::whole_file(path), reason, "");
                // That there is one counts, whether or not it is text.
                if candidate.kind == FileKind::Readme {
                    mark(path, candidate.kind, candidate.context, knowledge, facts);
                }
            }
        }
    }));
    if let Err(panic) = extracted {
        facts.gap(Location::whole_file(path), GapReason::InternalError, message(panic.as_ref()));
    }
    kind
}

fn gap(problem: Problem, options: &WalkOptions<'_>) -> (GapReason, String) {
    match problem {
        Problem::Missing => (GapReason::Unreadable, "the file is gone".to_owned()),
        Problem::Symlink => {
            let detail = "a symbolic link in place of the file or of a folder on the way to it: never followed";
            (GapReason::SpecialFile, detail.to_owned())
        }
        Problem::Special => (GapReason::SpecialFile, "a pipe, socket or device in place of the file".to_owned()),
        Problem::TooLarge(size) => {
            (GapReason::TooLarge, format!("{size} bytes; files of up to {} are read", options.max_file_size))
        }
        Problem::NotFetched => {
            let detail = "git has not fetched the content of this file: the clone was made in part (`--filter`)";
            (GapReason::Unreadable, detail.to_owned())
        }
        Problem::Unreadable(why) => (GapReason::Unreadable, format!("the file could not be read: {why}")),
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic without a message")
}

/// What the parts of a repository's facts carry in place of the repository, until they are merged.
fn nobody() -> RepoFacts {
    RepoFacts {
        identity: None,
        folder: String::new(),
        commit: None,
        branch: None,
        committed: None,
        tags: Vec::new(),
        shallow: false,
        listing: Listing::Tracked,
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::message;

    #[test]
    fn a_panic_is_named_by_its_message() {
        let n = 7;
        for (panic, expected) in [
            (catch_unwind(|| panic!("plain")), "plain"),
            (catch_unwind(|| panic!("number {n}")), "number 7"),
            (catch_unwind(|| std::panic::panic_any(7)), "a panic without a message"),
        ] {
            let panic: Box<dyn std::any::Any + Send> = panic.unwrap_err();
            assert_eq!(message(panic.as_ref()), expected);
        }
    }
}
