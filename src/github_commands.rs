//! `levelset github`: gives the library the clock, the environment, files and gh, and prints what it says.
#![expect(
    clippy::disallowed_methods,
    reason = "reads the environment for tokens, asks gh for one, reads lists of repositories and SARIF files, keeps the ledger"
)]

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use levelset::github::api::Api;
use levelset::github::auth::{Credentials, Secrets};
use levelset::github::cache::Cache;
use levelset::github::git::Git;
use levelset::github::http::Client;
use levelset::github::ledger::Ledger;
use levelset::github::list::{self, Listed};
use levelset::github::pace::Pace;
use levelset::github::scan::{self, Source};
use levelset::github::selection::{Repository, Selection, Visibility, is_owner, named};
use levelset::github::upload::{self, Files, Row};
use levelset::output::printable;
use levelset::walk::WalkOptions;

use crate::cli::Format;
use crate::cli::github::{Choice, GithubCommand, List, ListFormat, Scan, Server, Upload};
use crate::outputs::{self, PlaceAgain, ScannedPlace, print};
use crate::progress::Progress;
use crate::{DONE, Scanned, say};

/// Not everything could be had that was asked for.
const INCOMPLETE: u8 = 1;

pub(crate) fn run(command: &GithubCommand) -> Result<u8> {
    match command {
        GithubCommand::List(args) => list(args),
        GithubCommand::Scan(args) => scan(args),
        GithubCommand::Upload(args) => upload(args),
    }
}

/// Fetches and scans what the command line asks for, and reports on it.
fn scan(args: &Scan) -> Result<u8> {
    let (rules, config) = crate::load(&args.output)?;
    let git = Git::new(std::env::vars_os());
    git.check()?;
    let client = connect(&args.server)?;
    let cache = match &args.cache {
        Some(folder) => folder.clone(),
        None => cache_folder("--cache")?.join("github"),
    };
    let cache = Cache::open(&cache)?;
    let listed = choose(&client, &args.choice)?;
    if !args.output.quiet {
        tell(&listed);
    }
    let n = listed.repositories.len();
    let progress = Progress::new(!args.no_progress && !args.output.quiet);
    let source = Source {
        git: &git,
        cache: &cache,
        client: &client,
        at_a_time: NonZeroUsize::new(args.at_a_time.into()).unwrap_or(NonZeroUsize::MIN),
        progress: &|done| progress.show(|_| format!("{done} of {n} repositories")),
    };
    let options = WalkOptions {
        knowledge: &rules.tables.knowledge,
        max_file_size: args.effort.most_bytes(),
        line_hashes: args.output.out.is_some() || args.output.format == Format::Sarif,
        ..WalkOptions::default()
    };
    let threads = rayon::ThreadPoolBuilder::new().num_threads(args.effort.jobs).build();
    let threads = threads.context("can't start the threads; try a smaller --jobs")?;
    let scan::Scanned { repositories, not_scanned } = scan::scan(&listed.repositories, &source, &options, &threads);
    progress.clear();
    let missing = listed.missing.iter().map(|(it, why)| (format!("{}/{}", it.owner, it.name), why.clone(), false));
    let not_scanned = not_scanned.iter().map(|(name, why)| (name.clone(), why.to_string(), why.is_nothing()));
    let not_scanned: Vec<(String, String, bool)> = missing.chain(not_scanned).collect();
    let is_complete = not_scanned.iter().all(|(_, _, is_nothing)| *is_nothing);
    let notices = by_reason(not_scanned);
    if !args.output.quiet || !is_complete {
        notices.iter().for_each(|it| say(it));
    }
    ensure!(
        !repositories.is_empty(),
        "nothing was scanned{}",
        if notices.is_empty() { ": no repository is wanted; `levelset github list` says what there is" } else { "" }
    );
    let (facts, places) = repositories
        .into_iter()
        .map(|it| {
            let place = ScannedPlace {
                folder: it.facts.repo.folder.clone(),
                commit: it.facts.repo.commit.clone(),
                place: PlaceAgain::Objects(it.objects),
            };
            (it.facts, place)
        })
        .unzip();
    let code = crate::finish(Scanned { facts, places, notices }, &rules, &config, &args.output)?;
    if !is_complete {
        say("not every repository could be scanned; the report is of the others");
    }
    Ok(if code == DONE && !is_complete { INCOMPLETE } else { code })
}

/// A line for each reason why repositories were not scanned, with their names: where a disk is full, it is so for many.
fn by_reason(not_scanned: Vec<(String, String, bool)>) -> Vec<String> {
    let mut by_reason: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, why, _) in not_scanned {
        by_reason.entry(why).or_default().push(name);
    }
    by_reason.iter().map(|(why, names)| format!("not scanned: {}: {why}", names.join(", "))).collect()
}

fn list(args: &List) -> Result<u8> {
    let client = connect(&args.server)?;
    let listed = choose(&client, &args.choice)?;
    print(|out| match args.format {
        ListFormat::Table => write_table(&listed.repositories, out),
        ListFormat::Jsonl => listed.repositories.iter().try_for_each(|it| {
            serde_json::to_writer(&mut *out, it)?;
            writeln!(out)
        }),
        ListFormat::Names => listed.repositories.iter().try_for_each(|it| writeln!(out, "{}/{}", it.owner, it.name)),
    })?;
    tell(&listed);
    for (named, why) in &listed.missing {
        say(&format!("missing: {}/{}: {why}", named.owner, named.name));
    }
    Ok(if listed.missing.is_empty() { DONE } else { INCOMPLETE })
}

fn upload(args: &Upload) -> Result<u8> {
    let names = sarif_files(&args.folder)?;
    let client = connect(&args.server)?;
    let path = match &args.ledger {
        Some(path) => path.clone(),
        None => cache_folder("--ledger")?.join("uploads.json"),
    };
    let at = || format!("the ledger of uploads {}", path.display());
    // Two runs with one ledger would each forget what the other sent.
    let _lock = if args.dry_run { None } else { Some(lock(&path).with_context(at)?) };
    let ledger = match fs::read_to_string(&path) {
        Ok(text) => Ledger::parse(&text).with_context(at)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ledger::default(),
        Err(error) => return Err(error).with_context(at),
    };
    let read = |name: &str| {
        let path = args.folder.join(name);
        fs::read(&path).with_context(|| format!("can't read {}", path.display()))
    };
    let save = |ledger: &Ledger| replace(&path, &ledger.to_text()?).with_context(at);
    let files = Files { names: &names, read: &read, save: &save };
    let uploaded = upload::upload(&client, &files, ledger, args.dry_run)?;
    print(|out| write_rows(&uploaded.rows, args.quiet, out))?;
    let counts: Vec<_> = uploaded.counts.iter().map(|(it, n)| format!("{n} {}", it.words())).collect();
    say(&format!("{} SARIF files: {}", uploaded.rows.len(), counts.join(", ")));
    if let Some(why) = &uploaded.ledger {
        say(&format!("error: {why}; what it doesn't have is uploaded again next time"));
    }
    let is_complete = uploaded.ledger.is_none() && !uploaded.counts.keys().any(|it| it.is_failure());
    Ok(if is_complete { DONE } else { INCOMPLETE })
}

/// The SARIF files of a report, as paths in its folder, sorted: those that its manifest lists, else all.
fn sarif_files(folder: &Path) -> Result<Vec<String>> {
    let is_sarif = |it: &String| it.starts_with("sarif/") && it.ends_with(".sarif");
    let mut names: Vec<String> = match outputs::files_written(folder)? {
        Some(files) => files.into_iter().filter(is_sarif).collect(),
        None => {
            let mut names = Vec::new();
            below(folder, "sarif", &mut names).with_context(|| {
                format!("no report in {}: give the folder that `levelset scan --out` wrote", folder.display())
            })?;
            names.into_iter().filter(is_sarif).collect()
        }
    };
    names.sort();
    ensure!(
        !names.is_empty(),
        "no SARIF files in {}: give the folder that `levelset scan --out` wrote",
        folder.display()
    );
    Ok(names)
}

/// The files below a folder, without following links.
fn below(root: &Path, folder: &str, names: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().map(|it| format!("{folder}/{it}")) else { continue };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            below(root, &name, names)?;
        } else if kind.is_file() {
            names.push(name);
        }
    }
    Ok(())
}

/// Our folder for what may be lost.
fn cache_folder(option: &str) -> Result<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
    let base = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|it| it.join("Library/Caches"))
    } else {
        variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|it| it.join(".cache")))
    };
    Ok(base
        .with_context(|| format!("there is no cache folder (HOME is not set); give one with {option}"))?
        .join("levelset"))
}

/// Keeps other runs from a file, as long as what is returned lives.
fn lock(path: &Path) -> Result<File> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let lock = File::create(beside(path, ".lock"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => bail!("another run uses it; wait for that one, or name another with --ledger"),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Writes a file in whole or not at all.
fn replace(path: &Path, text: &str) -> Result<()> {
    let new = beside(path, ".new");
    let mut file = File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(fs::rename(&new, path)?)
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn write_rows(rows: &[Row], only_failures: bool, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<_> = rows.iter().filter(|it| !only_failures || it.outcome.is_failure()).collect();
    let names: Vec<_> = rows.iter().map(|it| printable(&it.repository)).collect();
    let width = names.iter().map(|it| it.len()).max().unwrap_or_default();
    let outcomes = rows.iter().map(|it| it.outcome.words().len()).max().unwrap_or_default();
    for (row, name) in rows.iter().zip(names) {
        let results = match row.results {
            None => String::new(),
            Some(1) => "1 result".to_owned(),
            Some(n) => format!("{n} results"),
        };
        let line = format!("{name:width$}  {:outcomes$}  {results:12}  {}", row.outcome.words(), printable(&row.note));
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// A client for the GitHub that is meant, with whatever token there is for it.
fn connect(server: &Server) -> Result<Client> {
    let variable = |name: &str| std::env::var(name).ok().filter(|it| !it.is_empty());
    let api = Api::of(server.api_url.as_deref(), &variable)?;
    let secrets = Secrets { variable: &variable, file: &|path| Ok(fs::read_to_string(path)?), gh: &token_of_gh };
    let credentials = Credentials::find(&api, &secrets)?;
    let certificates = match variable("SSL_CERT_FILE") {
        Some(path) => Some(fs::read(&path).with_context(|| format!("SSL_CERT_FILE: can't read {path}"))?),
        None => None,
    };
    let pace = Pace {
        now: Box::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()),
        wait: Box::new(thread::sleep),
        say: Box::new(|text| say(&format!("note: {text}"))),
    };
    Client::new(api, credentials, pace, server.max_wait, certificates.as_deref()).context("SSL_CERT_FILE")
}

/// What gh knows; whatever it has to say of a host it doesn't know is of no use here.
fn token_of_gh(host: &str) -> Option<String> {
    let mut gh = Command::new("gh");
    gh.args(["auth", "token", "--hostname", host]).stdin(Stdio::null()).stderr(Stdio::null());
    let output = gh.output().ok().filter(|it| it.status.success())?;
    String::from_utf8(output.stdout).ok()
}

/// The repositories that the command line asks for.
fn choose(client: &Client, choice: &Choice) -> Result<Listed> {
    let Choice { owners, include, exclude, topic, visibility, repos, archived, forks, templates } = choice;
    for it in owners {
        ensure!(is_owner(it), "{it:?} is no name of an organisation or user; give the name alone, as acme");
    }
    let selection = Selection {
        archived: *archived,
        forks: *forks,
        templates: *templates,
        include: include.clone(),
        exclude: exclude.clone(),
        topics: topic.iter().map(|it| it.to_lowercase()).collect(),
        visibility: visibility.clone(),
    };
    let listed = match repos {
        Some(path) => {
            let name = path.display().to_string();
            let text =
                fs::read_to_string(path).with_context(|| format!("can't read the list of repositories {name}"))?;
            let names = named(&name, &text, owners)?;
            list::look_up(client, &names, &selection)?
        }
        None => list::list(client, owners, &selection)?,
    };
    Ok(listed)
}

/// Says how many repositories there are, and how many were left out for what.
fn tell(listed: &Listed) {
    let Listed { repositories, left_out, missing: _ } = listed;
    let left_out: Vec<_> = left_out.iter().map(|(why, n)| format!("{n} {}", why.words())).collect();
    let others = if left_out.is_empty() { String::new() } else { format!("; left out: {}", left_out.join(", ")) };
    say(&format!("{} repositories{others}", repositories.len()));
}

fn write_table(repositories: &[Repository], out: &mut dyn Write) -> io::Result<()> {
    let names: Vec<String> = repositories.iter().map(|it| format!("{}/{}", it.owner, it.name)).collect();
    let width = names.iter().map(String::len).max().unwrap_or_default();
    for (it, name) in repositories.iter().zip(&names) {
        let visibility = match it.visibility {
            Visibility::Public => "public",
            Visibility::Private => "private",
            Visibility::Internal => "internal",
        };
        let marks = [(it.archived, "archived"), (it.fork, "fork"), (it.is_template, "template")];
        let marks: String = marks.iter().filter(|it| it.0).map(|it| format!(", {}", it.1)).collect();
        let branch = printable(it.default_branch.as_deref().unwrap_or("no branch"));
        writeln!(out, "{name:width$}  {visibility:8}  {branch}{marks}")?;
    }
    Ok(())
}
