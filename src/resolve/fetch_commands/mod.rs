//! What the programs of a script bring into folders from elsewhere: clones, archives that are downloaded and unpacked,
//! copies out of them. Pure: runs in, fetches out.

mod table;
#[cfg(test)]
mod tests;

use crate::paths::name_of;

use self::table::{CLONE, CURL, TAR, WGET};
use super::options::{Options, is_cluster, options, options_in_rows, value};
use super::runs::Run;
use super::values::{OPEN, Text, path_from};
use crate::origin::terraform::{redact, resolve};
use crate::origin::{Origin, Pin, Reference, Version, git, terraform};

/// Something that is brought into a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fetch {
    /// Where it comes from, and which version of it.
    pub(super) reference: Reference,
    /// The folder it is brought into, as [`path_from`] gives it.
    pub(super) folder: String,
    /// The line of the file that says so.
    pub(super) line: u32,
}

/// What the runs of one script bring into folders.
pub(super) fn fetches(runs: &[Run]) -> Vec<Fetch> {
    let mut reader = Reader::default();
    for run in runs {
        reader.read(run);
    }
    reader.found
}

/// The repository that a clone's URL names, at this ref; none where it is no other place: a path, a bundle.
pub(super) fn repository(url: &Text, reference: Option<&Text>) -> Option<Reference> {
    let version = version(reference);
    let origin = match url.literal() {
        Some(url) => {
            let git::GitUrl { host, owner, name } = git::parse(url)?;
            Origin::Repo { host, owner, name, path: String::new() }
        }
        None => {
            // A user and password that aren't known leave the repository known.
            let without_user = match (url.text.find("://"), url.text.rfind('@')) {
                (Some(scheme), Some(at)) if !url.text[scheme + 3..at].contains('/') => {
                    format!("{}://{}", &url.text[..scheme], &url.text[at + 1..])
                }
                _ => url.text.clone(),
            };
            match git::parse(&without_user).filter(|_| !without_user.contains(OPEN)) {
                Some(git::GitUrl { host, owner, name }) => Origin::Repo { host, owner, name, path: String::new() },
                None => dynamic(&without_user, url.open.as_deref()),
            }
        }
    };
    Some(Reference { origin, version })
}

fn version(reference: Option<&Text>) -> Version {
    match reference {
        None => Version::git(None),
        Some(reference) => match reference.literal() {
            Some("") => Version::git(None),
            Some(reference) => Version::git(Some(reference)),
            None => Version::only(Pin::Dynamic),
        },
    }
}

fn dynamic(text: &str, open: Option<&str>) -> Origin {
    let prefix = redact(text.split(OPEN).next().unwrap_or("")).into_owned();
    // Of an authority that isn't whole a password can't be told from a host.
    let prefix = match prefix.find("://") {
        Some(at) if !prefix[at + 3..].contains('/') => prefix[..at + 3].to_owned(),
        _ => prefix,
    };
    let reason = format!("{} is known only where it is fetched", open.unwrap_or("its address"));
    Origin::Dynamic { prefix, reason }
}

/// An archive that a URL names.
fn archive(url: &Text) -> Option<Reference> {
    let Some(literal) = url.literal() else {
        // Where only the version is open, host and repository are known all the same.
        let filled = url.text.replace(OPEN, "OPEN");
        return match terraform::parse(&filled, None, "") {
            Ok(Reference { origin: origin @ Origin::Repo { .. }, .. }) if !names_open(&origin) => {
                Some(Reference { origin, version: Version::only(Pin::Dynamic) })
            }
            _ => Some(Reference {
                origin: dynamic(&url.text, url.open.as_deref()),
                version: Version::only(Pin::Dynamic),
            }),
        };
    };
    let parsed = terraform::parse(literal, None, "").ok()?;
    matches!(parsed.origin, Origin::Repo { .. } | Origin::Url { .. }).then_some(parsed)
}

fn names_open(origin: &Origin) -> bool {
    match origin {
        Origin::Repo { host, owner, name, path } => [host, owner, name, path].iter().any(|it| it.contains("OPEN")),
        Origin::Dynamic { .. }
        | Origin::Image { .. }
        | Origin::Invalid { .. }
        | Origin::Local { .. }
        | Origin::Registry { .. }
        | Origin::ServerSide { .. }
        | Origin::Url { .. } => true,
    }
}

/// The folder that an archive of a forge unpacks to: `name-1.2.3`. Nothing where it can't be told.
fn inner_folder(reference: &Reference, url: &str) -> Option<String> {
    let is_source = ["/archive/", "/tarball/", "/zipball/", "codeload."].iter().any(|it| url.contains(it));
    match (&reference.origin, &reference.version.reference) {
        (Origin::Repo { host, owner: _, name, path: _ }, Some(reference)) if is_source => {
            let version = reference.strip_prefix('v').filter(|it| it.starts_with(|c: char| c.is_ascii_digit()));
            let version = if host == "github.com" { version.unwrap_or(reference) } else { reference };
            Some(format!("{name}-{}", version.replace('/', "-")))
        }
        _ => None,
    }
}

#[derive(Default)]
struct Reader {
    found: Vec<Fetch>,
    /// Files that were downloaded: where they lie, the URL, and the line that says so.
    files: Vec<(String, Text, u32)>,
    /// What the last program writes to the next one.
    stream: Option<Stream>,
}

#[derive(Clone)]
enum Stream {
    /// A download, and the line that says so.
    Url(Text, u32),
    /// A repository's archive.
    Repository(Reference),
}

impl Reader {
    fn read(&mut self, run: &Run) {
        let stream = self.stream.take().filter(|_| run.is_piped);
        match run.program.as_str() {
            "git" => self.git(run),
            "gh" => self.gh(run),
            "curl" => self.curl(run),
            "wget" => self.wget(run),
            "tar" | "bsdtar" | "gtar" => self.tar(run, stream),
            "unzip" => self.unzip(run),
            "mv" | "cp" | "rsync" => self.copy(run),
            "terraform" | "tofu" | "terragrunt" => self.terraform(run),
            // What passes on what it reads.
            "gunzip" | "gzip" | "zcat" | "tee" | "pv" => self.stream = stream,
            _ => {}
        }
    }

    fn add(&mut self, run: &Run, folder: Option<String>, reference: Option<Reference>) {
        self.add_at(run.line, folder, reference);
    }

    fn add_at(&mut self, line: u32, folder: Option<String>, reference: Option<Reference>) {
        if let (Some(folder), Some(reference)) = (folder, reference) {
            self.found.push(Fetch { reference, folder, line });
        }
    }

    fn git(&mut self, run: &Run) {
        let mut folder = run.folder.clone();
        let mut at = 0;
        while let Some(option) = run.arguments.get(at).filter(|it| it.text.starts_with('-')) {
            let has_value = matches!(option.text.as_str(), "-C" | "-c" | "--git-dir" | "--work-tree" | "--namespace");
            if option.text == "-C" {
                folder = run.arguments.get(at + 1).and_then(|it| path_from(folder.as_deref()?, it));
            }
            at += 1 + usize::from(has_value);
        }
        let Some(verb) = run.arguments.get(at).and_then(Text::literal) else { return };
        let rest = run.arguments.get(at + 1..).unwrap_or_default();
        let below = |path: &Text| path_from(folder.as_deref().or(path.prefix().starts_with('/').then_some(""))?, path);
        match verb {
            "clone" => {
                let Options { values, positional, flags } = options(rest, CLONE);
                if flags.iter().any(|it| matches!(it.as_str(), "--bare" | "--mirror")) {
                    return;
                }
                let Some(url) = positional.first() else { return };
                let reference = value(&values, &["-b", "--branch", "--revision"]);
                let target = match positional.get(1) {
                    Some(target) => below(target),
                    None => below(&clone_name(url)),
                };
                self.add(run, target, repository(url, reference.as_ref()));
            }
            "subtree" if rest.first().is_some_and(|it| matches!(it.text.as_str(), "add" | "pull")) => {
                let Options { values, positional, flags: _ } =
                    options(&rest[1..], &["--prefix", "-P", "-m", "--message"]);
                let (Some(prefix), Some(url)) = (value(&values, &["--prefix", "-P"]), positional.first()) else {
                    return;
                };
                // Relative to the top of the repository, wherever it runs.
                self.add(run, path_from("", &prefix), repository(url, positional.get(1)));
            }
            "submodule" if rest.first().is_some_and(|it| it.text == "add") => {
                let with_value = &["-b", "--branch", "--name", "--reference", "--depth"];
                let Options { values, positional, flags: _ } = options(&rest[1..], with_value);
                let Some(url) = positional.first() else { return };
                let target = positional.get(1).map_or_else(|| below(&clone_name(url)), below);
                self.add(run, target, repository(url, value(&values, &["-b", "--branch"]).as_ref()));
            }
            "archive" => {
                let Options { values, positional, flags: _ } =
                    options(rest, &["--remote", "--format", "--prefix", "-o", "--output"]);
                let url = value(&values, &["--remote"]);
                let reference = url.and_then(|url| repository(&url, positional.first()));
                self.stream = reference.map(Stream::Repository);
            }
            "checkout" | "switch" | "reset" => {
                // The ref that a clone is brought to afterwards.
                let Options { values: _, positional, flags } = options(rest, &["-b", "-B", "-c", "-C", "--orphan"]);
                let is_other =
                    flags.iter().any(|it| matches!(it.as_str(), "--" | "-b" | "-B" | "-c" | "-C" | "--orphan"));
                let [reference] = positional.as_slice() else { return };
                if let Some(folder) = folder.filter(|_| !is_other)
                    && let Some(fetch) = self.found.iter_mut().rev().find(|it| it.folder == folder)
                    && reference.text != "HEAD"
                {
                    fetch.reference.version = version(Some(reference));
                }
            }
            _ => {}
        }
    }

    /// `gh repo clone OWNER/NAME [FOLDER] [-- GIT OPTIONS]`, `gh release download TAG -R OWNER/NAME`.
    fn gh(&mut self, run: &Run) {
        let words: Vec<&str> = run.arguments.iter().map(|it| it.text.as_str()).collect();
        match words.as_slice() {
            ["repo", "clone", ..] => {
                let rest = &run.arguments[2..];
                let split = rest.iter().position(|it| it.text == "--").unwrap_or(rest.len());
                let Options { positional, .. } = options(&rest[..split], &["-u", "--upstream-remote-name"]);
                let Options { values, .. } = options(rest.get(split + 1..).unwrap_or_default(), CLONE);
                let Some(name) = positional.first() else { return };
                let url = of_github(name);
                let folder = run.folder.as_deref();
                let target = folder.and_then(|it| path_from(it, positional.get(1).unwrap_or(&clone_name(&url))));
                self.add(run, target, repository(&url, value(&values, &["-b", "--branch"]).as_ref()));
            }
            ["release", "download", ..] => {
                let with_value =
                    &["-R", "--repo", "-D", "--dir", "-p", "--pattern", "-O", "--output", "-A", "--archive"];
                let Options { values, positional, .. } = options(&run.arguments[2..], with_value);
                let Some(name) = value(&values, &["-R", "--repo"]) else { return };
                let Some(folder) = run.folder.as_deref() else { return };
                let into = value(&values, &["-D", "--dir"]).unwrap_or_else(|| Text::known("."));
                let file = value(&values, &["-O", "--output"]).or_else(|| value(&values, &["-p", "--pattern"]));
                let (Some(into), Some(file)) = (path_from(folder, &into), file) else { return };
                let tag = positional.first().cloned().unwrap_or_default();
                let mut url = of_github(&name);
                url.text = format!("{}/releases/download/{}/asset", url.text, tag.text);
                url.open = url.open.or(tag.open);
                self.files.extend(path_from(&into, &file).map(|path| (path, url, run.line)));
            }
            _ => {}
        }
    }

    fn curl(&mut self, run: &Run) {
        let Options { values, positional, flags } = options(&run.arguments, CURL);
        let Some(url) = value(&values, &["--url"]).or_else(|| positional.iter().find(|it| is_url(it)).cloned()) else {
            return;
        };
        let is_remote = flags.iter().any(|it| it == "--remote-name" || is_cluster(it) && it.contains('O'));
        let file = match value(&values, &["-o", "--output"]) {
            Some(file) => Some(file),
            None => is_remote.then(|| last_part(&url)),
        };
        let into = value(&values, &["--output-dir"]);
        self.downloaded(run, url, file, into);
    }

    fn wget(&mut self, run: &Run) {
        let Options { values, positional, flags: _ } = options(&run.arguments, WGET);
        let Some(url) = positional.iter().find(|it| is_url(it)).cloned() else { return };
        let file = value(&values, &["-O", "--output-document"]);
        let file = file.unwrap_or_else(|| last_part(&url));
        let into = value(&values, &["-P", "--directory-prefix"]);
        self.downloaded(run, url, Some(file).filter(|it| it.text != "-"), into);
    }

    fn downloaded(&mut self, run: &Run, url: Text, file: Option<Text>, into: Option<Text>) {
        match file {
            Some(file) if file.text != "-" => {
                let folder = match into {
                    Some(into) => run.folder.as_deref().and_then(|it| path_from(it, &into)),
                    None => run.folder.clone(),
                };
                let folder = folder.or_else(|| file.prefix().starts_with('/').then(String::new));
                let path = folder.and_then(|it| path_from(&it, &file));
                self.files.extend(path.map(|path| (path, url, run.line)));
            }
            Some(_) | None => self.stream = Some(Stream::Url(url, run.line)),
        }
    }

    fn tar(&mut self, run: &Run, stream: Option<Stream>) {
        let mut arguments = run.arguments.clone();
        // `tar xzf x.tgz`: the first word are options without a dash.
        if let Some(first) = arguments.first_mut()
            && !first.text.starts_with('-')
        {
            first.text.insert(0, '-');
        }
        let Options { values, positional: _, flags } = options_in_rows(&arguments, TAR);
        let unpacks = flags.iter().any(|it| it == "--extract" || it == "--get" || is_cluster(it) && it.contains('x'));
        if !unpacks {
            return;
        }
        let into = value(&values, &["-C", "--directory"]);
        let strip = value(&values, &["--strip-components", "--strip"]);
        let is_stripped = strip.is_some_and(|it| it.text != "0");
        let file = value(&values, &["-f", "--file"]).filter(|it| it.text != "-");
        let from = match (file, stream) {
            (Some(file), _) => self.file(run, &file).map(|(url, line)| Stream::Url(url, line)),
            (None, stream) => stream,
        };
        self.unpack(run, from, into.as_ref(), is_stripped);
    }

    fn unzip(&mut self, run: &Run) {
        let Options { values, positional, flags: _ } = options(&run.arguments, &["-d", "-x", "-P"]);
        let Some(file) = positional.first() else { return };
        let from = self.file(run, file).map(|(url, line)| Stream::Url(url, line));
        self.unpack(run, from, value(&values, &["-d"]).as_ref(), false);
    }

    /// The URL that a file was downloaded from, and the line that says so.
    fn file(&self, run: &Run, file: &Text) -> Option<(Text, u32)> {
        let path = path_from(run.folder.as_deref().unwrap_or("/?"), file)?;
        self.files.iter().rev().find(|(it, ..)| *it == path).map(|(_, url, line)| (url.clone(), *line))
    }

    fn unpack(&mut self, run: &Run, from: Option<Stream>, into: Option<&Text>, is_stripped: bool) {
        let folder = match into {
            Some(into) => path_from(run.folder.as_deref().unwrap_or("/?"), into),
            None => run.folder.clone(),
        };
        let Some(folder) = folder else { return };
        let (reference, inner, line) = match from {
            Some(Stream::Url(url, line)) => {
                let Some(reference) = archive(&url) else { return };
                let inner = inner_folder(&reference, &url.text).filter(|_| !is_stripped);
                (reference, inner, line)
            }
            // `git archive` puts no folder around what it packs.
            Some(Stream::Repository(reference)) => (reference, None, run.line),
            None => return,
        };
        let folder = inner.map_or(folder.clone(), |inner| join(&folder, &inner));
        self.add_at(line, Some(folder), Some(reference));
    }

    /// `mv A B` and `cp -r A B`, where A was fetched: B is what A was, or B has it as a folder.
    fn copy(&mut self, run: &Run) {
        let Options { values: _, positional, flags } = options(&run.arguments, &["-t", "--target-directory"]);
        let moves = run.program == "mv";
        let is_deep = |it: &String| {
            matches!(it.as_str(), "--recursive" | "--archive") || is_cluster(it) && it.contains(['r', 'R', 'a'])
        };
        if !moves && !flags.iter().any(is_deep) {
            return;
        }
        let ([.., source, target], Some(folder)) = (positional.as_slice(), run.folder.as_deref()) else { return };
        // `x/.` and `x/*` are what lies in x, and `x/` is for rsync.
        let written = source.text.as_str();
        let inside = written.strip_suffix("/.").or_else(|| written.strip_suffix("/*"));
        let inside = inside.or_else(|| written.strip_suffix('/').filter(|_| run.program == "rsync"));
        let from = Text { text: inside.unwrap_or(written).to_owned(), open: source.open.clone() };
        let (Some(from), Some(target)) = (path_from(folder, &from), path_from(folder, target)) else { return };
        let Some((rest, fetch)) = self.found.iter().rev().find_map(|it| Some((below(&it.folder, &from)?, it))) else {
            return;
        };
        let Some(reference) = with_folder(&fetch.reference, rest) else { return };
        let line = fetch.line;
        let name = name_of(&from).to_owned();
        if inside.is_none() {
            self.add_at(line, Some(join(&target, &name)), Some(reference.clone()));
        }
        self.add_at(line, Some(target), Some(reference));
    }

    /// `terraform init -from-module=ADDRESS [FOLDER]` copies a module into the folder it runs in.
    fn terraform(&mut self, run: &Run) {
        let change = run.arguments.iter().find_map(|it| it.text.strip_prefix("-chdir=").map(|to| (it, to)));
        let folder = match change {
            Some((it, to)) => {
                let to = Text { text: to.to_owned(), open: it.open.clone() };
                run.folder.as_deref().and_then(|folder| path_from(folder, &to))
            }
            None => run.folder.clone(),
        };
        let words = &run.arguments;
        let Some(verb) = words.iter().position(|it| !it.text.starts_with('-')).filter(|at| words[*at].text == "init")
        else {
            return;
        };
        let Options { values, positional, .. } = options(&words[verb + 1..], &["-from-module"]);
        let Some(address) = value(&values, &["-from-module"]) else { return };
        let folder = match positional.first() {
            Some(target) => folder.and_then(|it| path_from(&it, target)),
            None => folder,
        };
        let reference = match address.literal() {
            Some(literal) => {
                terraform::parse(literal, None, "").ok().filter(|it| !matches!(it.origin, Origin::Local { .. }))
            }
            None => {
                let origin = dynamic(&address.text, address.open.as_deref());
                Some(Reference { origin, version: Version::only(Pin::Dynamic) })
            }
        };
        self.add(run, folder, reference);
    }
}

/// A reference to a folder inside of what a reference leads to; none where that can't be said.
pub(super) fn with_folder(reference: &Reference, folder: &str) -> Option<Reference> {
    let Reference { origin, version } = reference;
    let origin = match origin {
        Origin::Repo { host, owner, name, path } => {
            let path = resolve(path, folder);
            Origin::Repo { host: host.clone(), owner: owner.clone(), name: name.clone(), path }
        }
        Origin::Registry { host, name, path } => {
            Origin::Registry { host: host.clone(), name: name.clone(), path: resolve(path, folder) }
        }
        // An archive or object as a whole: what lies in it has no address of its own.
        Origin::Url { .. } | Origin::Dynamic { .. } => origin.clone(),
        Origin::Image { .. } | Origin::Invalid { .. } | Origin::Local { .. } | Origin::ServerSide { .. } => {
            return None;
        }
    };
    Some(Reference { origin, version: version.clone() })
}

/// What is left of a path below a folder; `""` for the folder itself, nothing for what isn't below it.
pub(super) fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The folder that git makes of a URL: its last part without `.git`.
fn clone_name(url: &Text) -> Text {
    let text = url.text.trim_end_matches('/');
    let text = text.strip_suffix(".git").unwrap_or(text);
    let name = text.rsplit(['/', ':']).next().unwrap_or(text).to_owned();
    let open = if name.contains(OPEN) { url.open.clone() } else { None };
    Text { text: name, open }
}

/// `OWNER/NAME` of the GitHub CLI, with a host before it or as a URL.
fn of_github(name: &Text) -> Text {
    let text = match name.text.matches('/').count() {
        _ if name.text.contains("://") || name.text.contains('@') => name.text.clone(),
        2 => format!("https://{}", name.text),
        _ => format!("https://github.com/{}", name.text),
    };
    Text { text, open: name.open.clone() }
}

fn last_part(url: &Text) -> Text {
    let path = url.text.split(['?', '#']).next().unwrap_or("");
    let name = name_of(path).to_owned();
    let open = if name.contains(OPEN) { url.open.clone() } else { None };
    Text { text: name, open }
}

fn is_url(word: &Text) -> bool {
    word.text.contains("://") || word.text.starts_with(OPEN)
}
