//! A script → the programs it runs, with their arguments and the folders they run in. Not a shell: both sides of a
//! condition are taken, a loop's body once, and a variable that is given different values isn't known.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::values::{ROOT, SUBSTITUTION, Text, Variables, name_length, path_from};
use crate::syntax::shell::{
    Simple, inline_script, is_assignment, is_prefix_keyword, located_commands, past_keywords, past_wrappers,
    program_name,
};

/// A piece of shell that a file holds.
#[derive(Clone, Debug)]
pub(super) struct Script<'t> {
    /// Its text; a line of it is a line of the file.
    pub(super) text: Cow<'t, str>,
    /// The line of the file that it begins at.
    pub(super) line: u32,
    /// Whether its lines are the file's lines: those of a folded text are not.
    pub(super) has_lines: bool,
    /// The folders it may run in, relative to the repository.
    pub(super) folders: Vec<String>,
    /// The folder of its machine that the repository is checked out into, where that isn't the one it begins in.
    pub(super) checkout: String,
    /// What is known before it begins.
    pub(super) variables: Variables,
}

/// A program that a script runs.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// The name of the program, without its folder.
    pub(super) program: String,
    /// Its arguments; of programs that nothing is asked of none.
    pub(super) arguments: Vec<Text>,
    /// The folder it runs in, as [`path_from`] gives it; nothing where that isn't known.
    pub(super) folder: Option<String>,
    /// The line of the file.
    pub(super) line: u32,
    /// Whether it reads what the program before it writes.
    pub(super) is_piped: bool,
    /// The variables that it may see, where it names one (`--build-arg NAME`).
    pub(super) named: BTreeMap<String, String>,
}

/// No script that people write runs more programs.
const MAX_RUNS: usize = 5_000;
/// Values of variables that are longer aren't kept.
const MAX_VALUE: usize = 4096;
/// How often scripts within scripts (`bash -c '…'`) are followed.
const MAX_DEPTH: usize = 3;

/// Programs that anything is asked of: what they are given is worked out, of others only that they run. Sorted.
const ASKED: &[&str] = &[
    "az",
    "bsdtar",
    "buildah",
    "cp",
    "curl",
    "docker",
    "docker-buildx",
    "executor",
    "finch",
    "gh",
    "git",
    "gtar",
    "img",
    "mv",
    "nerdctl",
    "podman",
    "rsync",
    "tar",
    "terraform",
    "terragrunt",
    "tofu",
    "unzip",
    "wget",
];

/// Shells, which run a script that they are given as an argument; sorted.
const SHELLS: &[&str] = &["ash", "bash", "dash", "ksh", "sh", "zsh"];

/// Programs that bring something into a folder, build an image or bring one to a registry, and parts of words of which
/// they are given one then; sorted. Downloads have to be unpacked besides.
const TELLING: &[(&str, &[&str])] = &[
    ("az", &["acr"]),
    ("buildah", IMAGES),
    ("docker", IMAGES),
    ("docker-buildx", &["build"]),
    ("executor", &[""]),
    ("finch", IMAGES),
    ("gh", &["clone", "download"]),
    ("git", &["archive", "clone", "submodule", "subtree"]),
    ("img", IMAGES),
    ("nerdctl", IMAGES),
    ("podman", IMAGES),
    ("terraform", MODULES),
    ("terragrunt", MODULES),
    ("tofu", MODULES),
];

const IMAGES: &[&str] = &["bud", "build", "image", "push"];

const MODULES: &[&str] = &["from-module"];

/// Whether commands may bring something into a folder, build an image or bring one to a registry: most scripts do
/// nothing of it.
fn may_tell(commands: &[Simple]) -> bool {
    let (mut downloads, mut unpacks) = (false, false);
    for command in commands {
        let Some(words) = past_keywords(&command.words).and_then(past_wrappers) else { continue };
        let (name, arguments) = (program_name(&words[0]), &words[1..]);
        // What a variable stands for may be anything.
        let has = |part: &&str| arguments.iter().any(|it| it.contains(part) || it.contains('$'));
        match name {
            "curl" | "wget" => downloads = true,
            "bsdtar" | "gtar" | "tar" | "unzip" => unpacks = true,
            _ if SHELLS.binary_search(&name).is_ok() && inline_script(arguments).is_some() => return true,
            _ => {
                let row = TELLING.binary_search_by_key(&name, |(program, _)| program);
                if row.is_ok_and(|row| TELLING[row].1.iter().any(has)) {
                    return true;
                }
            }
        }
    }
    downloads && unpacks
}

/// What a script runs from each of the folders it may run in, where it may tell what is fetched or built. `own` is the
/// folder of its file.
pub(super) fn runs_by_folder(script: &Script<'_>, own: &str) -> Vec<Vec<Run>> {
    let commands = located_commands(&script.text);
    if !may_tell(&commands) {
        return Vec::new();
    }
    script.folders.iter().map(|folder| runs_of(&commands, script, folder, own)).collect()
}

/// What a script runs from one of the folders it may run in. `own` is the folder of its file.
pub(super) fn runs(script: &Script<'_>, folder: &str, own: &str) -> Vec<Run> {
    runs_of(&located_commands(&script.text), script, folder, own)
}

fn runs_of(commands: &[Simple], script: &Script<'_>, folder: &str, own: &str) -> Vec<Run> {
    let mut shell = Shell {
        own,
        line: script.line,
        text: script.has_lines.then(|| &*script.text),
        variables: script.variables.clone(),
        ambiguous: BTreeSet::new(),
        found: Vec::new(),
    };
    shell.run(commands, &script.text, Some(folder.to_owned()), 0);
    shell.found
}

struct Shell<'a> {
    own: &'a str,
    line: u32,
    /// The text whose lines are counted.
    text: Option<&'a str>,
    variables: Variables,
    /// Variables that the script gives different values.
    ambiguous: BTreeSet<String>,
    found: Vec<Run>,
}

impl Shell<'_> {
    /// Follows the commands of a text.
    fn run(&mut self, commands: &[Simple], text: &str, folder: Option<String>, depth: usize) {
        self.find_ambiguous(commands);
        let (mut counted, mut line) = (0, self.line);
        // The folders of the subshells that are open, innermost last.
        let mut open: Vec<(usize, usize, Option<String>)> = vec![(0, 0, folder)];
        let mut pushed: Vec<Option<String>> = Vec::new();
        let mut last: Option<(usize, Option<String>)> = None;
        for Simple { words, at, is_piped, is_or: _, depth: level, frame } in commands {
            if self.found.len() >= MAX_RUNS {
                return;
            }
            if self.text.is_some() && depth == 0 {
                // Substitutions come before the command they stand in, which began before them.
                let (from, to) = if counted <= *at { (counted, *at) } else { (0, *at) };
                if from == 0 {
                    line = self.line;
                }
                line += memchr::memchr_iter(b'\n', &text.as_bytes()[from..to]).count() as u32;
                counted = to;
            }
            while open.len() > 1 && open.last().is_some_and(|(l, f, _)| l > level || l == level && f != frame) {
                open.pop();
            }
            if open.last().is_some_and(|(l, f, _)| l < level || f != frame) {
                let folder = open.last().and_then(|(.., folder)| folder.clone());
                open.push((*level, *frame, folder));
            }
            let here = open.last().and_then(|(.., folder)| folder.clone());
            // What a substitution wrote is known of the one right before, and of a word with one of them.
            let output = last.take().filter(|(l, _)| l > level).and_then(|(_, output)| output);
            let is_one = words.iter().map(|it| it.matches(SUBSTITUTION).count()).sum::<usize>() == 1;
            self.variables.set(SUBSTITUTION, output.filter(|_| is_one).as_deref());

            let Some(start) = words.iter().position(|it| !is_prefix_keyword(it) && !is_assignment(it)) else {
                words.iter().filter(|it| is_assignment(it)).for_each(|it| self.assign(it));
                continue;
            };
            let mut written = None;
            match (words[start].as_str(), &words[start + 1..]) {
                ("cd" | "pushd", arguments) => {
                    let to = arguments.iter().find(|it| !it.starts_with('-') && *it != "--");
                    let to = to.map(|it| self.variables.expand(it));
                    let folder = match (to, here) {
                        (Some(to), Some(here)) => path_from(&here, &to),
                        (Some(to), None) if to.prefix().starts_with(['/', ROOT]) => path_from("", &to),
                        _ => None,
                    };
                    if let Some((.., now)) = open.last_mut() {
                        let before = std::mem::replace(now, folder);
                        if words[start] == "pushd" {
                            pushed.push(before);
                        }
                    }
                }
                ("popd", _) => {
                    if let Some((.., now)) = open.last_mut() {
                        *now = pushed.pop().flatten();
                    }
                }
                ("pwd", _) => written = here.as_deref().map(as_path),
                ("export" | "readonly" | "local" | "declare" | "typeset", arguments) => {
                    arguments.iter().filter(|it| is_assignment(it)).for_each(|it| self.assign(it));
                }
                (":", arguments) => {
                    for argument in arguments {
                        let inside = argument.strip_prefix("${").and_then(|it| it.split_once('='));
                        if let Some((name, default)) = inside {
                            let name = name.trim_end_matches(':');
                            if name_length(name) == name.len() && self.variables.get(name).is_none() {
                                self.assign(&format!("{name}={}", default.strip_suffix('}').unwrap_or(default)));
                            }
                        }
                    }
                }
                ("for" | "read" | "unset" | "select", arguments) => {
                    let names = if words[start] == "for" { &arguments[..arguments.len().min(1)] } else { arguments };
                    names.iter().for_each(|it| self.variables.set(it, None));
                }
                _ => {
                    let Some(command) = past_keywords(words).and_then(past_wrappers) else { continue };
                    let name = program_name(&command[0]);
                    if let Some(inner) = inline_script(&command[1..])
                        && SHELLS.binary_search(&name).is_ok()
                    {
                        if let Some(inner) = inner
                            && depth < MAX_DEPTH
                        {
                            let outer = std::mem::replace(&mut self.line, line);
                            self.run(&located_commands(inner), inner, here, depth + 1);
                            self.line = outer;
                        }
                        continue;
                    }
                    let is_asked = ASKED.binary_search(&name).is_ok();
                    let arguments: Vec<Text> = match is_asked || WRITERS.binary_search(&name).is_ok() {
                        true => command[1..].iter().map(|it| self.variables.expand(it)).collect(),
                        false => Vec::new(),
                    };
                    written = self.written(name, &command[1..], &arguments, here.as_deref());
                    let named = if is_asked { &command[1..] } else { &[] };
                    let named = names(named).filter_map(|it| {
                        // Only what the script itself, or the step around it, gives a value.
                        Some((it.to_owned(), self.variables.get(it)?.to_owned()))
                    });
                    let named = named.collect();
                    self.found.push(Run {
                        program: name.to_owned(),
                        arguments,
                        folder: here,
                        line,
                        is_piped: *is_piped,
                        named,
                    });
                }
            }
            last = Some((*level, written));
        }
    }

    /// What some programs write that name folders: enough to follow a script to its own folder.
    fn written(&self, program: &str, words: &[String], arguments: &[Text], here: Option<&str>) -> Option<String> {
        let path = |at: usize| {
            let path = arguments.get(at)?;
            Some(as_path(&path_from(here.or(path.prefix().starts_with(['/', ROOT]).then_some(""))?, path)?))
        };
        let last = words.last().map_or("", String::as_str);
        let is_own = ["$0", "BASH_SOURCE"].iter().any(|it| last.contains(it));
        match program {
            "dirname" if is_own || last == SUBSTITUTION && self.variables.get(SUBSTITUTION) == Some(OWN_FILE) => {
                Some(as_path(self.own))
            }
            "readlink" | "realpath" | "greadlink" if is_own => Some(OWN_FILE.to_owned()),
            "readlink" | "realpath" | "greadlink" => path(arguments.len().checked_sub(1)?),
            "git" if words.len() == 2 && last == "--show-toplevel" => Some(as_path("")),
            _ => None,
        }
    }

    fn assign(&mut self, word: &str) {
        let Some((name, value)) = word.split_once('=') else { return };
        if self.ambiguous.contains(name) || name.contains(['+', '[']) {
            return self.variables.set(name.trim_end_matches('+'), None);
        }
        let value = self.variables.expand(value);
        self.variables.set(name, value.literal().filter(|it| it.len() <= MAX_VALUE));
    }

    /// Finds the variables that are given different values.
    fn find_ambiguous(&mut self, commands: &[Simple]) {
        let mut values: BTreeMap<&str, &str> = BTreeMap::new();
        for word in commands.iter().flat_map(|it| &it.words).filter(|it| is_assignment(it)) {
            let Some((name, value)) = word.split_once('=') else { continue };
            if *values.entry(name).or_insert(value) != value {
                self.ambiguous.insert(name.to_owned());
            }
        }
    }
}

/// Programs of which [`Shell::written`] knows what they write, besides those that are asked for; sorted.
const WRITERS: &[&str] = &["dirname", "greadlink", "readlink", "realpath"];

/// What `realpath "$0"` writes: the script's own file.
const OWN_FILE: &str = "\u{1}\u{1}";

/// A folder as a path that says where it starts.
fn as_path(folder: &str) -> String {
    if folder.starts_with('/') { folder.to_owned() } else { format!("{ROOT}/{folder}") }
}

/// The variables that arguments name without giving them a value.
fn names(words: &[String]) -> impl Iterator<Item = &str> {
    let after = words.windows(2).filter(|pair| pair[0] == "--build-arg").map(|pair| pair[1].as_str());
    let within = words.iter().filter_map(|it| it.strip_prefix("--build-arg="));
    after.chain(within).filter(|it| name_length(it) == it.len() && !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{ASKED, SHELLS, Script, TELLING, WRITERS, located_commands, may_tell, runs};
    use crate::resolve::values::{OPEN, ROOT, Variables};

    /// Every program as `folder> program arguments`.
    fn told(text: &str) -> Vec<String> {
        let mut variables = Variables::default();
        variables.set("CI_PROJECT_DIR", Some("\u{1}"));
        let script = Script {
            text: text.into(),
            line: 1,
            has_lines: true,
            folders: Vec::new(),
            checkout: String::new(),
            variables,
        };
        let shown = |run: super::Run| {
            let folder = run.folder.as_deref().unwrap_or("?").to_owned();
            let arguments: String = run.arguments.iter().map(|it| format!(" {}", it.text)).collect();
            format!("{}:{folder}> {}{arguments}", run.line, run.program).replace(OPEN, "?").replace(ROOT, "^")
        };
        runs(&script, "", "tools").into_iter().map(shown).collect()
    }

    #[test]
    fn programs_and_folders() {
        for (script, expected) in [
            ("git a\ngit b", &["1:> git a", "2:> git b"][..]),
            ("cd x && git a\ngit b", &["1:x> git a", "2:x> git b"]),
            ("(cd x && git a)\ngit b", &["1:x> git a", "2:> git b"]),
            ("(cd x; git a); (git b)", &["1:x> git a", "1:> git b"]),
            ("pushd x\ngit a\npopd\ngit b", &["2:x> git a", "4:> git b"]),
            ("cd \"$DIR\"\ngit a", &["2:?> git a"]),
            ("cd /tmp/x\ngit a", &["2:/tmp/x> git a"]),
            ("cd -\ngit a", &["2:?> git a"]),
            ("cd $CI_PROJECT_DIR/x\ngit a", &["2:x> git a"]),
            ("cd \"$(dirname \"$0\")\"\ngit a", &["1:> dirname ?", "2:tools> git a"]),
            (
                "D=\"$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)\"\ncd $D/../x\ngit a",
                &["1:> dirname ?", "3:x> git a"],
            ),
            ("cd $(git rev-parse --show-toplevel)/x; git a", &["1:> git rev-parse --show-toplevel", "1:x> git a"]),
            ("D=$(dirname $(readlink -f $0))\ngit $D", &["1:> readlink -f ?", "1:> dirname ^^", "2:> git ^/tools"]),
            ("V=1.2\ngit $V", &["2:> git 1.2"]),
            ("V=1\nV=2\ngit $V", &["3:> git ?"]),
            ("if a; then V=1; else V=2; fi; git $V", &["1:> a", "1:> git ?"]),
            ("V=1; V=1; git $V", &["1:> git 1"]),
            ("V=${V:-v1}\ngit $V", &["2:> git v1"]),
            (": \"${V:=v1}\"\ngit $V", &["2:> git v1"]),
            ("export A=1 B=$A\ngit $B", &["2:> git 1"]),
            ("for V in a b; do git $V; done", &["1:> git ?"]),
            ("A=x git b", &["1:> git b"]),
            ("sudo -u root git a || exit 1", &["1:> git a"]),
            ("bash -c 'cd x && git a'\ngit b", &["1:x> git a", "2:> git b"]),
            ("f() {\n  git a\n}\nf", &["2:> git a", "4:> f"]),
            ("# git a\necho git b\ncat <<E\ngit c\nE\n: git d", &["3:> cat"]),
            ("git \\\n  a \\\n  b\ngit c", &["1:> git a b", "4:> git c"]),
            ("A+=x\nA[1]=y\ngit $A", &["3:> git ?"]),
        ] {
            assert_eq!(told(script), expected, "{script}");
        }
    }

    #[test]
    fn tables_are_sorted() {
        for table in [ASKED, SHELLS, WRITERS] {
            assert!(table.is_sorted());
        }
        assert!(TELLING.is_sorted());
    }

    #[test]
    fn scripts_that_tell_nothing() {
        for (script, expected) in [
            ("cd x; mv a b; tar xzf a.tgz", false),
            ("curl -sf https://example.org/health", false),
            ("curl -sf https://example.org/a.tgz | tar xz", true),
            ("git fetch --tags", false),
            ("git clone https://git.example.org/acme/a", true),
            ("git $VERB a", true),
            ("bash -c 'git clone a'", true),
            ("bash clone.sh", false),
            ("sudo docker run a", false),
            ("sudo docker build .", true),
            ("/kaniko/executor", false),
            ("/kaniko/executor --context a", true),
            ("terraform init", false),
            ("terraform init -from-module=a", true),
        ] {
            assert_eq!(may_tell(&located_commands(script)), expected, "{script}");
        }
    }

    #[test]
    fn what_is_piped() {
        let script = Script {
            text: "curl a |\n tar x; b || c".into(),
            line: 1,
            has_lines: true,
            folders: Vec::new(),
            checkout: String::new(),
            variables: Variables::default(),
        };
        let piped: Vec<bool> = runs(&script, "", "").iter().map(|it| it.is_piped).collect();
        assert_eq!(piped, [false, true, false, false]);
    }
}
