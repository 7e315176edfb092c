//! The report as files and on standard output: which format goes where.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use levelset::facts::Facts;
use levelset::org::Org;
use levelset::output::sheets::SHEETS;
use levelset::output::{annotations, backstage, badge, html, json, markdown, port, sarif, terminal};
use levelset::repo::Place;
#[cfg(feature = "github")]
use levelset::repo::place_of_commit;
use levelset::report::Report;
use levelset::report::proposals::CopiedFile;
use levelset::{propose, walk};
use serde::{Deserialize, Serialize};

use crate::cli::Format;

/// Where a repository lies that was scanned.
pub(crate) struct ScannedPlace {
    /// The folder and the commit that its facts name.
    pub(crate) folder: String,
    pub(crate) commit: Option<String>,
    pub(crate) place: PlaceAgain,
}

/// How the files of a repository are found again after its scan. A commit's list of files isn't kept for it: those of
/// thousands of repositories are much.
pub(crate) enum PlaceAgain {
    Place(Place),
    /// The folder of its objects.
    #[cfg(feature = "github")]
    Objects(PathBuf),
}

impl ScannedPlace {
    fn text_of(&self, path: &str) -> Option<String> {
        match &self.place {
            PlaceAgain::Place(place) => walk::text_of(place, path),
            #[cfg(feature = "github")]
            PlaceAgain::Objects(objects) => {
                walk::text_of(&place_of_commit(objects, self.commit.as_deref()?).ok()?, path)
            }
        }
    }
}

/// Writes the facts into a folder, sorted by repository.
pub(crate) fn write_facts(facts: &mut [Facts], folder: &mut OutFolder) -> Result<()> {
    facts.sort_by(|a, b| a.repo.cmp(&b.repo));
    folder.write("facts.jsonl", |out| json::write_facts(facts, out))
}

/// Writes the report into a folder, in every format. What an earlier run wrote there and this one doesn't is taken away,
/// so that nobody uploads what is no longer so.
pub(crate) fn write_all(report: &Report, org: &Org, places: &[ScannedPlace], mut folder: OutFolder) -> Result<()> {
    folder.write("summary.json", |out| json::write(report, out))?;
    folder.write("report.html", |out| html::write(report, out))?;
    folder.write("report.md", |out| markdown::write(report, out))?;
    folder.write("badge.svg", |out| badge::write(report, out))?;
    for sheet in SHEETS {
        folder.write(&format!("tables/{}.csv", sheet.name), |out| sheet.write(report, org, out))?;
    }
    folder.write("catalog/backstage.json", |out| backstage::write(report, out))?;
    folder.write("catalog/port.json", |out| port::write(report, out))?;
    // One SARIF file a repository, also for those without findings, so that alerts close.
    for repo in &report.repos {
        folder.write(&format!("sarif/{}", sarif::file_name(&repo.id)), |out| sarif::write(repo, &report.rules, out))?;
    }
    if !places.is_empty() {
        write_proposals(report, places, &mut folder)?;
    }
    folder.finish()
}

/// Prints the report in one format.
pub(crate) fn print_report(report: &Report, format: Format, verbosity: u8) -> Result<()> {
    let one = match report.repos.as_slice() {
        [one] => Some(one),
        repos if format == Format::Sarif => bail!(
            "--format sarif prints the findings of one repository, and there are {}: --out DIR writes a file for each",
            repos.len()
        ),
        _ => None,
    };
    print(|out| match format {
        Format::Terminal => {
            let links = supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
            terminal::write(report, terminal::Page { width: width(), verbosity, links }, out)
        }
        Format::Json => json::write(report, out),
        Format::Html => html::write(report, out),
        Format::Markdown => markdown::write(report, out),
        Format::Sarif => one.map_or(Ok(()), |it| sarif::write(it, &report.rules, out)),
        Format::Github => annotations::write(report, out),
        Format::Badge => badge::write(report, out),
        Format::Backstage => backstage::write(report, out),
        Format::Port => port::write(report, out),
    })
}

/// A folder for each group of copies with the template that could stand in their place, and a page that lists them. What
/// facts say is not enough for it: it is written where the repositories are.
fn write_proposals(report: &Report, places: &[ScannedPlace], folder: &mut OutFolder) -> Result<()> {
    if report.copies.is_empty() {
        return Ok(());
    }
    let mut page = String::from(propose::INDEX_HEAD);
    for copies in &report.copies {
        let members: Vec<propose::Member> = copies.files.iter().filter_map(|file| member(file, places)).collect();
        let proposed = propose::propose(&members, &copies.home);
        page.push_str(&propose::index_line(&copies.id, &members, proposed.as_ref()));
        for (path, text) in proposed.iter().flat_map(|it| &it.files) {
            folder.write(&format!("proposals/{}/{path}", copies.id), |out| out.write_all(text.as_bytes()))?;
        }
    }
    folder.write("proposals/README.md", |out| out.write_all(page.as_bytes()))
}

/// A copy with its text; nothing where the file can't be read any more.
fn member(file: &CopiedFile, places: &[ScannedPlace]) -> Option<propose::Member> {
    let place = places.iter().find(|it| it.folder == file.folder && it.commit == file.commit)?;
    let text = place.text_of(&file.path)?;
    // A repository is called in paths as its SARIF file is.
    let repo = sarif::file_name(&file.repo).trim_end_matches(".sarif").to_owned();
    Some(propose::Member { repo, path: file.path.clone(), text, exact: file.exact })
}

/// The folder that `--out` names, and what was written into it.
pub(crate) struct OutFolder {
    root: PathBuf,
    written: BTreeSet<String>,
}

/// `manifest.json`: the files that a run wrote, by their paths in the folder.
#[derive(Default, Serialize, Deserialize)]
struct Manifest {
    #[serde(rename = "$schema")]
    schema: String,
    files: BTreeSet<String>,
}

const MANIFEST: &str = "manifest.json";
const MANIFEST_SCHEMA: &str = "levelset-manifest/1";

impl OutFolder {
    /// Opens a folder, and makes it where there is none.
    pub(crate) fn open(root: &Path) -> Result<Self> {
        fs::create_dir_all(root).with_context(|| format!("can't make the folder {}", root.display()))?;
        Ok(OutFolder { root: root.to_owned(), written: BTreeSet::new() })
    }

    /// Writes a file, and makes the folders that it lies in.
    pub(crate) fn write(&mut self, path: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        let full = self.root.join(path);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).with_context(|| format!("can't make the folder {}", parent.display()))?;
        }
        let file = File::create(&full).with_context(|| format!("can't write {}", full.display()))?;
        let mut out = BufWriter::new(file);
        write(&mut out).and_then(|()| out.flush()).with_context(|| format!("can't write {}", full.display()))?;
        self.written.insert(path.to_owned());
        Ok(())
    }

    /// Takes away what an earlier run says that it wrote and this one didn't, and says what this one wrote.
    pub(crate) fn finish(mut self) -> Result<()> {
        // A manifest that can't be read is no reason to take anything away.
        let earlier = fs::read_to_string(self.root.join(MANIFEST)).unwrap_or_default();
        let earlier: Manifest = serde_json::from_str(&earlier).unwrap_or_default();
        for path in earlier.files.difference(&self.written).filter(|it| is_within(it)) {
            let full = self.root.join(path);
            match fs::remove_file(&full) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error)
                        .with_context(|| format!("can't take away {}, of an earlier run", full.display()));
                }
                _ => {}
            }
            // Folders that are empty now; others stay.
            let parents = Path::new(path).ancestors().skip(1).filter(|it| !it.as_os_str().is_empty());
            parents.take_while(|it| fs::remove_dir(self.root.join(it)).is_ok()).for_each(drop);
        }
        let manifest = Manifest { schema: MANIFEST_SCHEMA.to_owned(), files: self.written.clone() };
        self.write(MANIFEST, |out| {
            serde_json::to_writer_pretty(&mut *out, &manifest)?;
            writeln!(out)
        })
    }
}

/// The files that a folder's manifest lists, as paths in the folder; nothing where there is no manifest.
#[cfg(feature = "github")]
pub(crate) fn files_written(folder: &Path) -> Result<Option<BTreeSet<String>>> {
    let path = folder.join(MANIFEST);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text.with_context(|| format!("can't read {}", path.display()))?,
    };
    let manifest: Manifest =
        serde_json::from_str(&text).with_context(|| format!("{} is no manifest of levelset", path.display()))?;
    Ok(Some(manifest.files.into_iter().filter(|it| is_within(it)).collect()))
}

/// Whether a path leads out of no folder.
fn is_within(path: &str) -> bool {
    Path::new(path).components().all(|it| matches!(it, Component::Normal(_)))
}

/// Writes to standard output, with colours where it is a terminal that wants them.
pub(crate) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    write(&mut out)?;
    out.flush()?;
    Ok(())
}

/// The width of the terminal that standard output is; a file or pipe gets the same page from wherever it is asked for.
pub(crate) fn width() -> usize {
    terminal_size::terminal_size_of(io::stdout()).map_or(terminal::MIN_WIDTH, |(width, _)| usize::from(width.0))
}
