//! SARIF files → code scanning: each to its own repository, at its commit and ref, and only if that isn't there already.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use serde::Deserialize;

use super::delivery::{self, Body, Delivery, NotAddressed};
use super::http::{Client, Failure, Why};
use super::ledger::{Ledger, Plan, key};
use super::sentences::Trouble;

/// So many files are on their way at once.
const AT_ONCE: usize = 4;
/// The waits before code scanning is asked what became of a file, in seconds. After the last one it is left at that.
const ASKED_AFTER: [u64; 5] = [5, 10, 20, 40, 80];
/// If GitHub gives no answer for so many files, it won't for the others.
const SILENCES: usize = 3;

/// What the uploader needs of the program.
pub struct Files<'a> {
    /// The files, sorted, by names for messages.
    pub names: &'a [String],
    /// Reads one.
    pub read: &'a (dyn Fn(&str) -> Result<Vec<u8>> + Sync),
    /// Writes the ledger, in whole or not at all.
    pub save: &'a (dyn Fn(&Ledger) -> Result<()> + Sync),
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Code scanning has it.
    Uploaded,
    /// It was taken, and code scanning isn't through with it.
    Processing,
    /// It would be uploaded (`--dry-run`).
    WouldUpload,
    /// It was uploaded before.
    Unchanged,
    /// It has no results, and earlier ones had none.
    NothingToClose,
    /// The repository has no code scanning.
    NotEnabled,
    /// It is about no repository of this server.
    Elsewhere,
    /// It was not tried, because others failed by what would fail here too.
    NotTried,
    /// It wasn't taken.
    Failed,
}

impl Outcome {
    /// Whether something is missing by it.
    pub fn is_failure(self) -> bool {
        matches!(self, Outcome::Failed | Outcome::NotTried)
    }

    /// What it is called.
    pub fn words(self) -> &'static str {
        match self {
            Outcome::Uploaded => "uploaded",
            Outcome::Processing => "uploaded, still being processed",
            Outcome::WouldUpload => "would be uploaded",
            Outcome::Unchanged => "unchanged",
            Outcome::NothingToClose => "nothing to close",
            Outcome::NotEnabled => "not enabled",
            Outcome::Elsewhere => "not of this server",
            Outcome::NotTried => "not tried",
            Outcome::Failed => "failed",
        }
    }
}

/// A file, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `owner/name`, else the file.
    pub repository: String,
    /// What became of it.
    pub outcome: Outcome,
    /// How many results it has, where that could be read.
    pub results: Option<usize>,
    /// Why, and what to do; empty where there is nothing to say.
    pub note: String,
}

/// What became of all.
#[derive(Debug)]
pub struct Uploaded {
    /// One row a file, in their order.
    pub rows: Vec<Row>,
    /// How many there are of each outcome.
    pub counts: BTreeMap<Outcome, usize>,
    /// Why the ledger couldn't be written; what was uploaded since is uploaded again next time.
    pub ledger: Option<String>,
}

/// Uploads what isn't there already.
///
/// # Errors
/// Where the ledger can't be written at all: nothing is uploaded then.
pub fn upload(client: &Client, files: &Files<'_>, ledger: Ledger, dry_run: bool) -> Result<Uploaded> {
    if !dry_run {
        (files.save)(&ledger)?;
    }
    let run = Run {
        client,
        files,
        dry_run,
        ledger: Mutex::new(ledger),
        trouble: Mutex::default(),
        stopped: AtomicBool::new(false),
        silences: AtomicUsize::new(0),
    };
    let mut taken = BTreeSet::new();
    let jobs: Vec<Result<(&str, Delivery), Row>> =
        files.names.iter().map(|name| job(client, files, name, &mut taken)).collect();
    let mut steps = at_once(&jobs, |job| match job {
        Err(row) => Step::Done(row.clone()),
        Ok((name, delivery)) => run.start(name, delivery),
    });
    // What code scanning makes of them takes it a while, for all at the same time.
    for wait in ASKED_AFTER.map(Duration::from_secs) {
        let open: Vec<usize> = (0..steps.len()).filter(|at| matches!(steps[*at], Step::Sent(_))).collect();
        if open.is_empty() {
            break;
        }
        (client.pace().wait)(wait);
        let rows = at_once(&open, |at| match (&steps[*at], &jobs[*at]) {
            (Step::Sent(id), Ok((_, delivery))) => run.ask(delivery, id),
            (Step::Sent(_) | Step::Done(_), _) => None,
        });
        for (at, row) in open.into_iter().zip(rows) {
            if let Some(row) = row {
                steps[at] = Step::Done(row);
            }
        }
    }
    let rows = steps.into_iter().zip(&jobs).map(|(step, job)| match (step, job) {
        (Step::Done(row), _) => row,
        (Step::Sent(_), Err(row)) => row.clone(),
        (Step::Sent(_), Ok((_, delivery))) => {
            row(delivery, (Outcome::Processing, "the next run asks what became of it".to_owned()))
        }
    });
    let rows: Vec<Row> = rows.collect();
    let mut counts = BTreeMap::new();
    for row in &rows {
        *counts.entry(row.outcome).or_default() += 1;
    }
    if !dry_run {
        run.save();
    }
    Ok(Uploaded { rows, counts, ledger: run.trouble.into_inner().unwrap_or_else(PoisonError::into_inner) })
}

/// How far a file has come.
enum Step {
    Done(Row),
    /// It was taken under this id, and code scanning has to look into it.
    Sent(String),
}

fn row(delivery: &Delivery, (outcome, note): (Outcome, String)) -> Row {
    let repository = format!("{}/{}", delivery.owner, delivery.name);
    Row { repository, outcome, results: Some(delivery.results), note }
}

/// Does something with each, several at a time; what came of it is in their order.
fn at_once<T: Sync, R: Send>(each: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(each.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(it) = each.get(at) else { return };
                    let result = work(it);
                    locked(&done).insert(at, result);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

/// Where a file belongs, or its row if that is nowhere.
fn job<'f>(
    client: &Client,
    files: &Files<'_>,
    name: &'f str,
    taken: &mut BTreeSet<String>,
) -> Result<(&'f str, Delivery), Row> {
    let row = |outcome, note: String| Row { repository: name.to_owned(), outcome, results: None, note };
    let text = (files.read)(name).map_err(|error| row(Outcome::Failed, format!("{error:#}")))?;
    let delivery = delivery::read(&text).map_err(|why| match why {
        NotAddressed::NoRepository | NotAddressed::Strange(_) => row(Outcome::Elsewhere, why.to_string()),
        NotAddressed::Broken(_) | NotAddressed::NoCommit | NotAddressed::NoBranch => {
            row(Outcome::Failed, why.to_string())
        }
    })?;
    let host = client.api().host_name();
    if !delivery.host.eq_ignore_ascii_case(host) {
        return Err(row(Outcome::Elsewhere, format!("it is of {}, and this is {host}", delivery.host)));
    }
    if !taken.insert(key(&delivery)) {
        let note = "another file is of the same repository and branch, and one would replace the other: scan one clone of \
                    it only";
        return Err(row(Outcome::Failed, note.to_owned()));
    }
    Ok((name, delivery))
}

/// One run of the uploader.
struct Run<'a> {
    client: &'a Client,
    files: &'a Files<'a>,
    dry_run: bool,
    ledger: Mutex<Ledger>,
    /// Why the ledger couldn't be written.
    trouble: Mutex<Option<String>>,
    /// Nothing more is to be tried.
    stopped: AtomicBool,
    silences: AtomicUsize,
}

/// What code scanning said of an upload.
enum Processed {
    Complete,
    Pending,
    Failed(Vec<String>),
    /// It knows of no such upload.
    Unknown,
    /// It could not be asked, and won't be with this token.
    NotAsked(Failure),
}

impl Run<'_> {
    /// Does what the ledger says that is to be done with a file.
    fn start(&self, name: &str, delivery: &Delivery) -> Step {
        let done = |outcome, note: &str| Step::Done(row(delivery, (outcome, note.to_owned())));
        let plan = locked(&self.ledger).plan(delivery);
        if self.stopped.load(Ordering::Relaxed) && matches!(plan, Plan::Send | Plan::Ask { .. }) {
            return done(Outcome::NotTried, "what failed before would fail here too");
        }
        match plan {
            Plan::Unchanged => done(Outcome::Unchanged, ""),
            Plan::NothingToClose => done(Outcome::NothingToClose, ""),
            Plan::Ask { .. } if self.dry_run => done(Outcome::Unchanged, "sent before, and asked after next time"),
            Plan::Ask { id } => match self.processed(delivery, &id) {
                Processed::Unknown => self.send(name, delivery),
                Processed::Pending => Step::Sent(id),
                processed => Step::Done(row(delivery, self.finish(delivery, processed))),
            },
            Plan::Send => self.send(name, delivery),
        }
    }

    /// Asks what became of a file that was sent; nothing where that isn't known yet.
    fn ask(&self, delivery: &Delivery, id: &str) -> Option<Row> {
        match self.processed(delivery, id) {
            Processed::Pending | Processed::Unknown => None,
            processed => Some(row(delivery, self.finish(delivery, processed))),
        }
    }

    fn send(&self, name: &str, delivery: &Delivery) -> Step {
        match self.sent(name, delivery) {
            Ok(id) => Step::Sent(id),
            Err(done) => Step::Done(row(delivery, done)),
        }
    }

    /// Sends a file, and gives the id that it was taken under.
    fn sent(&self, name: &str, delivery: &Delivery) -> Result<String, (Outcome, String)> {
        // It was read before: to keep all in memory would be too much.
        let text = (self.files.read)(name).map_err(|error| (Outcome::Failed, format!("{error:#}")))?;
        let too_large = || (Outcome::Failed, Trouble::TooLarge.sentence().to_owned());
        let sarif = delivery::packed(&text).ok_or_else(too_large)?;
        if self.dry_run {
            let short = delivery.commit.get(..12).unwrap_or_default();
            return Err((Outcome::WouldUpload, format!("{} at {short}", delivery.git_ref)));
        }
        let Delivery { owner, name, commit, git_ref, tool, .. } = delivery;
        let body = Body { commit_sha: commit, git_ref, sarif, tool_name: tool };
        let path = format!("/repos/{owner}/{name}/code-scanning/sarifs");
        let sent =
            self.begin().and_then(|()| self.client.post(owner, &path, &body)).and_then(|it| it.json::<Accepted>());
        let Accepted { id } = sent.map_err(|failure| self.failed(&failure))?;
        locked(&self.ledger).accepted(delivery, &id, (self.client.pace().now)());
        self.save();
        Ok(id)
    }

    /// Waits until one more upload is within the limit of an hour.
    fn begin(&self) -> Result<(), Failure> {
        loop {
            let full = locked(&self.ledger).begin((self.client.pace().now)());
            let Err(until) = full else { return Ok(()) };
            self.client.wait_until(until, "code scanning's limit of 1,000 uploads an hour is reached")?;
        }
    }

    /// What code scanning says of an upload.
    fn processed(&self, delivery: &Delivery, id: &str) -> Processed {
        #[derive(Deserialize)]
        struct Status {
            processing_status: Option<String>,
            errors: Option<Vec<String>>,
        }
        let Delivery { owner, name, .. } = delivery;
        let path = format!("/repos/{owner}/{name}/code-scanning/sarifs/{id}");
        match self.client.get(owner, &path).and_then(|it| it.json::<Status>()) {
            Ok(Status { processing_status: Some(status), errors }) => match status.as_str() {
                "complete" => Processed::Complete,
                "failed" => Processed::Failed(errors.unwrap_or_default()),
                _ => Processed::Pending,
            },
            Ok(Status { processing_status: None, .. }) => Processed::Pending,
            // It may not be known everywhere yet.
            Err(Failure { why: Why::Refused { status: 404, .. }, .. }) => Processed::Unknown,
            Err(failure @ Failure { why: Why::NoToken { .. } | Why::Refused { status: 401, .. }, .. }) => {
                Processed::NotAsked(failure)
            }
            // It was taken: whatever is wrong now is asked after again.
            Err(_) => Processed::Pending,
        }
    }

    fn finish(&self, delivery: &Delivery, processed: Processed) -> (Outcome, String) {
        let errors = match processed {
            Processed::Complete => {
                locked(&self.ledger).finished(delivery, true);
                return (Outcome::Uploaded, String::new());
            }
            Processed::Pending | Processed::Unknown => {
                return (Outcome::Processing, "the next run asks what became of it".to_owned());
            }
            Processed::NotAsked(failure) => return self.failed(&failure),
            Processed::Failed(errors) => errors,
        };
        locked(&self.ledger).finished(delivery, false);
        let trouble = Trouble::of_processing(&errors);
        (Outcome::Failed, sentence(trouble, &errors.join("; ")))
    }

    /// An upload that wasn't taken.
    fn failed(&self, failure: &Failure) -> (Outcome, String) {
        match &failure.why {
            Why::Refused { status, message, .. } => {
                let trouble = Trouble::of_answer(*status, message);
                if trouble.is_of_all() {
                    self.stopped.store(true, Ordering::Relaxed);
                }
                let outcome = if trouble.is_notice() { Outcome::NotEnabled } else { Outcome::Failed };
                (outcome, sentence(trouble, message))
            }
            Why::TooLong { .. } => {
                self.stopped.store(true, Ordering::Relaxed);
                (Outcome::NotTried, failure.to_string())
            }
            Why::NoAnswer { .. } => {
                if self.silences.fetch_add(1, Ordering::Relaxed) + 1 >= SILENCES {
                    self.stopped.store(true, Ordering::Relaxed);
                }
                (Outcome::Failed, failure.to_string())
            }
            Why::Unreadable { .. } | Why::NoToken { .. } => (Outcome::Failed, failure.to_string()),
        }
    }

    fn save(&self) {
        // Held while it is written, so that a later state is never replaced by an earlier one.
        let ledger = locked(&self.ledger);
        if let Err(error) = (self.files.save)(&ledger) {
            locked(&self.trouble).get_or_insert_with(|| format!("{error:#}"));
        }
    }
}

#[derive(Deserialize)]
struct Accepted {
    id: String,
}

fn sentence(trouble: Trouble, said: &str) -> String {
    match trouble.quotes() && !said.is_empty() {
        true => format!("{} ({said})", trouble.sentence()),
        false => trouble.sentence().to_owned(),
    }
}

fn locked<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}
