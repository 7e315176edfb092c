//! The rows of the tables, and how they are looked up.

use anyhow::{Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::classes::Classes;
use super::files::Pattern;
use super::imperative::{ImperativeRow, Lexicon};
use super::programs::Programs;
use super::reading::Reading;
use crate::facts::{MarkerKind, Mode};
use crate::rules::Written;
use crate::syntax::shell::names_of;
use crate::words::ByWord;

/// All tables.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// Objects of Kubernetes by their kind.
    objects: Vec<ObjectRow>,
    /// Rows of objects by group.
    by_group: ByWord<usize>,
    /// Rows of objects of groups that end so.
    by_end_of_group: Vec<(String, usize)>,
    /// Files by their path.
    files: Vec<FileRow>,
    /// Rows of files by name, and which of their patterns.
    by_name: ByWord<(usize, usize)>,
    /// The same of names with a `*` by the folder that they lie in, where the pattern names it: every listed file is
    /// asked for, and few lie in such folders.
    by_folder: ByWord<(usize, usize)>,
    /// The same by what names end with.
    by_extension: ByWord<(usize, usize)>,
    /// The same where neither is known.
    by_pattern: Vec<(usize, usize)>,
    /// Commands.
    commands: Vec<CommandRow>,
    /// Rows of commands by program.
    by_program: ByWord<usize>,
    /// Commands that change something by hand.
    imperative: Lexicon,
    /// The programs of all commands.
    programs: Programs,
    /// What pipelines use.
    actions: Vec<ActionRow>,
    /// Rows of what pipelines use by identity.
    by_action: ByWord<usize>,
    /// Resources of Terraform.
    resources: Vec<ResourceRow>,
    /// Rows of resources by type.
    by_type: ByWord<usize>,
    /// Rows of resources whose types begin so, by the word before the first `_`.
    by_start_of_type: ByWord<usize>,
    /// What is provisioned.
    pub classes: Classes,
}

/// A row of `objects.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ObjectRow {
    /// The group; `*.example.org` for those that end so; empty for the core group.
    pub group: String,
    /// The kinds; all of the group where there are none.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// What it is evidence of.
    pub marker: MarkerKind,
    /// Whose format it is.
    pub tool: String,
    /// What is read.
    #[serde(flatten)]
    pub reading: Reading,
    /// Where it is documented.
    pub source: String,
}

/// A row of `files.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileRow {
    /// What the paths look like.
    pub names: Vec<Pattern>,
    /// What paths look like that don't count all the same.
    #[serde(default)]
    pub but: Vec<Pattern>,
    /// What it is evidence of.
    pub marker: MarkerKind,
    /// Whose format it is.
    pub tool: String,
    /// One of these stands in the file; nothing is asked where there are none.
    #[serde(default)]
    pub holds: Vec<String>,
    /// It is a text for people that somebody wrote: neither empty nor a form that nobody filled in.
    #[serde(default)]
    pub written: bool,
    /// As many lines at least say something: they are neither empty nor comments that begin with `#`.
    #[serde(default)]
    pub lines: usize,
    /// What is read.
    #[serde(flatten)]
    pub reading: Reading,
    /// Where it is documented.
    pub source: String,
}

impl FileRow {
    /// Whether the text has a say, not the path alone.
    pub fn needs_text(&self) -> bool {
        !self.holds.is_empty() || self.written || self.lines > 0 || self.reading.constant().is_none()
    }
}

/// A row of `commands.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CommandRow {
    /// The program and its sub-commands.
    pub command: String,
    /// One of these words stands among the arguments; nothing is asked where there are none. `--limit 0` are two words, one
    /// behind the other; `--limit=` is the beginning of one.
    #[serde(default)]
    pub with: Vec<String>,
    /// None of these stands there.
    #[serde(default)]
    pub without: Vec<String>,
    /// What holds what it is asked for, in lower case: a `--query` that picks something else asks for none of it.
    #[serde(default)]
    pub answers: Vec<String>,
    /// In which pipelines it counts.
    #[serde(default)]
    pub only: Option<Only>,
    /// What it is evidence of.
    pub marker: MarkerKind,
    /// Whose command it is.
    pub tool: String,
    /// How it acts.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// Words as in `with` by which something is excepted from a check.
    #[serde(default)]
    pub excepts: Vec<String>,
    /// Where it is documented.
    pub source: String,
}

impl CommandRow {
    /// Whether a command says that something is excepted from the check.
    pub fn has_exceptions(&self, words: &[impl AsRef<str>]) -> bool {
        self.excepts.iter().any(|it| stands_among(it, words))
    }
}

/// Whether a word of a row stands among the words of a command: as it is, as the beginning of one (`--limit=`), or as two
/// words one behind the other.
fn stands_among(wanted: &str, words: &[impl AsRef<str>]) -> bool {
    match wanted.split_once(' ') {
        Some((flag, value)) => words.windows(2).any(|it| it[0].as_ref() == flag && it[1].as_ref() == value),
        None => words.iter().any(|it| {
            let it = it.as_ref();
            it == wanted || wanted.ends_with('=') && it.starts_with(wanted)
        }),
    }
}

/// In which pipelines something counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Only {
    /// In those that the end of a pull request starts.
    ClosedRequests,
    /// In those that a pull request starts, or that don't say what does.
    Requests,
    /// In those with a schedule.
    Scheduled,
}

/// A row of `actions.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ActionRow {
    /// Its identity without version, in lower case; what lies below it counts too.
    pub action: String,
    /// What it is evidence of.
    pub marker: MarkerKind,
    /// Whose it is.
    pub tool: String,
    /// How it acts, by one of its inputs.
    #[serde(default)]
    pub mode: Option<InputMode>,
    /// In which pipelines it counts.
    #[serde(default)]
    pub only: Option<Only>,
    /// Inputs by which something is excepted from a check.
    #[serde(default)]
    pub excepts: Vec<String>,
    /// Where it is documented.
    pub source: String,
}

/// How an action acts, by one of its inputs.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct InputMode {
    /// The input; none for what acts in one way at all times.
    #[serde(default)]
    pub input: String,
    /// The mode by its value.
    #[serde(default)]
    pub is: std::collections::BTreeMap<String, Mode>,
    /// The mode where it isn't given, or has another value.
    pub r#else: Mode,
}

/// A row of `resources.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ResourceRow {
    /// The type; `datadog_slo*` for those that begin so.
    pub r#type: String,
    /// What it is evidence of.
    pub marker: MarkerKind,
    /// Whose resource it is.
    pub tool: String,
    /// What is read.
    #[serde(flatten)]
    pub reading: Reading,
    /// Where it is documented.
    pub source: String,
}

impl Knowledge {
    /// Adds the rows of a table, as YAML. `path` is what errors call its file.
    ///
    /// # Errors
    /// What is wrong with the text, where; that there is no such table.
    pub fn add(&mut self, table: &str, path: &str, text: &str) -> Result<()> {
        self.add_written(table, Written::yaml(path, text))
    }

    /// Adds the rows of a table.
    pub(super) fn add_written(&mut self, table: &str, file: Written<'_>) -> Result<()> {
        let path = file.path;
        match table {
            "objects" => {
                let rows: Vec<ObjectRow> = rows(file)?;
                check(path, rows.iter().map(|it| &it.reading))?;
                rows.into_iter().for_each(|it| self.add_object(it));
            }
            "files" => {
                let rows: Vec<FileRow> = rows(file)?;
                check(path, rows.iter().map(|it| &it.reading))?;
                rows.into_iter().for_each(|it| self.add_file(it));
            }
            "commands" => rows(file)?.into_iter().for_each(|it| self.add_command(it)),
            "imperative" => rows(file)?.into_iter().for_each(|it| self.add_imperative(it)),
            "actions" => rows(file)?.into_iter().for_each(|it| self.add_action(it)),
            "resources" => {
                let rows: Vec<ResourceRow> = rows(file)?;
                check(path, rows.iter().map(|it| &it.reading))?;
                rows.into_iter().for_each(|it| self.add_resource(it));
            }
            "classes" => rows(file)?.into_iter().for_each(|it| self.classes.add(it)),
            _ => bail!("{path}: there is no table of evidence {table:?}"),
        }
        Ok(())
    }

    fn add_object(&mut self, row: ObjectRow) {
        let at = self.objects.len();
        match row.group.strip_prefix('*') {
            Some(end) => self.by_end_of_group.push((end.to_owned(), at)),
            None => self.by_group.add(&row.group, at),
        }
        self.objects.push(row);
    }

    fn add_file(&mut self, row: FileRow) {
        let at = self.files.len();
        for (n, pattern) in row.names.iter().enumerate() {
            match (pattern.name(), pattern.folder(), pattern.extension()) {
                (Some(name), _, _) => self.by_name.add(name, (at, n)),
                (None, Some(folder), _) => self.by_folder.add(folder, (at, n)),
                (None, None, Some(extension)) => self.by_extension.add(extension, (at, n)),
                (None, None, None) => self.by_pattern.push((at, n)),
            }
        }
        self.files.push(row);
    }

    fn add_command(&mut self, row: CommandRow) {
        let program = row.command.split(' ').next().unwrap_or("").to_owned();
        self.programs.add(&program);
        self.by_program.add(&program, self.commands.len());
        self.commands.push(row);
    }

    fn add_action(&mut self, row: ActionRow) {
        self.by_action.add(&row.action, self.actions.len());
        self.actions.push(row);
    }

    fn add_imperative(&mut self, row: ImperativeRow) {
        // What Helm is told to install is a use of a chart, whatever the tables say of it.
        ["helm", "helm3"].iter().for_each(|it| self.programs.add(it));
        self.programs.add(row.tool());
        self.imperative.add(row);
    }

    fn add_resource(&mut self, row: ResourceRow) {
        let at = self.resources.len();
        match row.r#type.strip_suffix('*') {
            Some(start) => self.by_start_of_type.add(first_word(start), at),
            None => self.by_type.add(&row.r#type, at),
        }
        self.resources.push(row);
    }

    /// The rows of objects of this group and kind.
    pub fn objects(&self, group: &str, kind: &str) -> impl Iterator<Item = &ObjectRow> {
        let of_group = self.by_group.of(group).iter();
        let of_end = self.by_end_of_group.iter().filter(|(end, _)| group.ends_with(end.as_str())).map(|(_, at)| at);
        let rows = of_group.chain(of_end).map(|at| &self.objects[*at]);
        rows.filter(move |row| row.kinds.is_empty() || row.kinds.iter().any(|it| it == kind))
    }

    /// The rows of files that fit a path.
    pub fn files(&self, path: &str) -> Vec<&FileRow> {
        let bytes = path.as_bytes();
        let (folder, name) = memchr::memrchr(b'/', bytes).map_or(("", path), |at| (&path[..at], &path[at + 1..]));
        let folder = memchr::memrchr(b'/', folder.as_bytes()).map_or(folder, |at| &folder[at + 1..]);
        let extension = memchr::memrchr(b'.', name.as_bytes()).map_or("", |at| &name[at + 1..]);
        let mut found: Vec<usize> = Vec::new();
        let mut look = |rows: &[(usize, usize)]| {
            for (row, pattern) in rows {
                let FileRow { names, but, .. } = &self.files[*row];
                let fits = names[*pattern].fits(path, name) && !but.iter().any(|it| it.fits(path, name));
                if fits && !found.contains(row) {
                    found.push(*row);
                }
            }
        };
        look(self.by_name.of(name));
        look(self.by_folder.of(folder));
        look(self.by_extension.of(extension));
        look(&self.by_pattern);
        // In the order of the table, however they were found.
        found.sort_unstable();
        found.into_iter().map(|at| &self.files[at]).collect()
    }

    /// The rows of commands that a command fits, given as its words from the program on.
    pub fn commands(&self, words: &[impl AsRef<str>]) -> impl Iterator<Item = &CommandRow> {
        let program = words.first().map_or("", AsRef::as_ref);
        let of_program = self.by_program.of(program);
        // What stands between the program and its sub-commands are flags.
        let names = match of_program.is_empty() {
            true => Vec::new(),
            false => names_of(program, &words.iter().skip(1).map(AsRef::as_ref).collect::<Vec<_>>()),
        };
        of_program.iter().map(|at| &self.commands[*at]).filter(move |row| {
            let has = |wanted: &String| stands_among(wanted, words);
            row.command.split(' ').skip(1).enumerate().all(|(n, it)| names.get(n) == Some(&it))
                && (row.with.is_empty() || row.with.iter().any(has))
                && !row.without.iter().any(has)
                && (row.answers.is_empty() || picks(words, &row.answers))
        })
    }

    /// The row of the lexicon that a command fits, given as its words from the program on.
    pub fn imperative(&self, words: &[&str]) -> Option<&ImperativeRow> {
        self.imperative.row(words)
    }

    /// The rows of programs whose output this program is given as its script.
    pub fn downloads_into(&self, program: &str) -> impl Iterator<Item = &ImperativeRow> {
        self.imperative.rows_into(program)
    }

    /// Whether a script may run a program that one of the tables knows: nearly none does, and those needn't be read.
    pub fn may_know(&self, script: &str) -> bool {
        self.programs.may_be_in(script)
    }

    /// The rows of what pipelines use of this identity, in lower case and without version.
    pub fn actions<'k>(&'k self, identity: &'k str) -> impl Iterator<Item = &'k ActionRow> {
        let ends = identity.match_indices('/').map(|(at, _)| at).chain([identity.len()]);
        ends.flat_map(|end| self.by_action.of(&identity[..end])).map(|at| &self.actions[*at])
    }

    /// The rows of resources of this type.
    pub fn resources(&self, of_type: &str) -> impl Iterator<Item = &ResourceRow> {
        let exact = self.by_type.of(of_type).iter();
        let begin = self.by_start_of_type.of(first_word(of_type));
        exact.chain(begin).map(|at| &self.resources[*at]).filter(move |row| {
            row.r#type.strip_suffix('*').map_or(row.r#type == of_type, |start| of_type.starts_with(start))
        })
    }

    /// What the tables have for a marker: the table, the tool, what the row is about and its source, as they stand there.
    pub fn rows(&self, marker: MarkerKind) -> Vec<(&'static str, &str, String, &str)> {
        let mut rows = Vec::new();
        for it in self.actions.iter().filter(|it| it.marker == marker) {
            rows.push(("action", it.tool.as_str(), it.action.clone(), it.source.as_str()));
        }
        for it in self.commands.iter().filter(|it| it.marker == marker) {
            rows.push(("command", it.tool.as_str(), it.command.clone(), it.source.as_str()));
        }
        for it in self.files.iter().filter(|it| it.marker == marker) {
            let names = it.names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            rows.push(("file", it.tool.as_str(), names, it.source.as_str()));
        }
        for it in self.objects.iter().filter(|it| it.marker == marker) {
            let group = if it.group.is_empty() { "core" } else { &it.group };
            rows.push(("object", it.tool.as_str(), format!("{group} {}", it.kinds.join(", ")), it.source.as_str()));
        }
        for it in self.resources.iter().filter(|it| it.marker == marker) {
            rows.push(("resource", it.tool.as_str(), it.r#type.clone(), it.source.as_str()));
        }
        // Several rows of one thing differ in what they ask for.
        rows.dedup();
        rows
    }

    /// Rows that stand behind one that they belong before.
    #[cfg(test)]
    pub(super) fn unsorted(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut check = |keys: Vec<String>| {
            found.extend(keys.windows(2).filter(|it| it[0] > it[1]).map(|it| format!("{} > {}", it[0], it[1])));
        };
        let first = |it: Option<&String>| it.cloned().unwrap_or_default();
        check(
            self.objects.iter().map(|it| format!("{} {:?} {}", it.group, it.marker, first(it.kinds.first()))).collect(),
        );
        check(self.commands.iter().map(|it| format!("{} {:?}", it.command, it.marker)).collect());
        check(self.imperative.rows.iter().map(|it| it.program.clone()).collect());
        check(self.actions.iter().map(|it| format!("{} {:?}", it.action, it.marker)).collect());
        check(self.resources.iter().map(|it| format!("{} {:?}", it.r#type, it.marker)).collect());
        check(self.files.iter().map(|it| format!("{:?} {}", it.marker, it.tool)).collect());
        found
    }
}

/// What the types of one provider begin with.
fn first_word(of_type: &str) -> &str {
    of_type.split('_').next().unwrap_or(of_type)
}

/// Refuses keys that no row has.
fn check<'r>(path: &str, readings: impl Iterator<Item = &'r Reading>) -> Result<()> {
    for (n, reading) in readings.enumerate() {
        if let Some(key) = reading.unknown() {
            bail!("{path}: row {}: there is no key {key:?} in this table", n + 1);
        }
    }
    Ok(())
}

/// The rows of a table; an empty file, or one of comments, has none.
fn rows<T: DeserializeOwned>(file: Written<'_>) -> Result<Vec<T>> {
    if file.is_empty() { Ok(Vec::new()) } else { file.read() }
}

/// Whether a command asks for one of these parts of its answer: it names none, or one of them. What only a variable says
/// isn't known.
fn picks(words: &[impl AsRef<str>], answers: &[String]) -> bool {
    let mut words = words.iter().map(AsRef::as_ref);
    let query = words.find_map(|it| it.strip_prefix("--query").map(|it| it.strip_prefix('=')));
    let Some(query) = query.and_then(|it| it.or_else(|| words.next())) else { return true };
    let query = query.to_ascii_lowercase();
    query.contains(['$', '…', '@', '%']) || answers.iter().any(|it| query.contains(it.as_str()))
}

#[cfg(test)]
mod tests {
    use super::{Knowledge, picks};

    fn known(table: &str, text: &str) -> Knowledge {
        let mut knowledge = Knowledge::default();
        knowledge.add(table, "t", text).unwrap();
        knowledge
    }

    #[test]
    fn objects() {
        let table = known(
            "objects",
            "- {group: a.io, kinds: [X], marker: policy, tool: x, source: s}\n- {group: a.io, marker: slo, tool: all, source: s}\n- {group: '*.b.io', marker: alert, tool: end, source: s}\n- {group: '', kinds: [Secret], marker: readme, tool: core, source: s}",
        );
        let tools = |group: &str, kind: &str| table.objects(group, kind).map(|it| it.tool.as_str()).collect::<Vec<_>>();
        assert_eq!(tools("a.io", "X"), ["x", "all"]);
        assert_eq!(tools("a.io", "Y"), ["all"]);
        assert_eq!(tools("c.b.io", "Y"), ["end"]);
        assert_eq!(tools("b.io", "Y"), [""; 0]);
        assert_eq!(tools("", "Secret"), ["core"]);
    }

    #[test]
    fn files() {
        let table = known(
            "files",
            "- {names: ['*.rego'], but: ['*_test.rego'], marker: policy, tool: x, source: s}\n- {names: [/a.yml, 'b/*.yml'], marker: slo, tool: y, source: s}\n- {names: ['c*'], marker: alert, tool: z, source: s}",
        );
        let tools = |path: &str| table.files(path).into_iter().map(|it| it.tool.as_str()).collect::<Vec<_>>();
        assert_eq!(tools("p/a.rego"), ["x"]);
        assert_eq!(tools("p/a_test.rego"), [""; 0]);
        assert_eq!(tools("a.yml"), ["y"]);
        assert_eq!(tools("x/a.yml"), [""; 0]);
        assert_eq!(tools("x/b/c.yml"), ["y", "z"]);
    }

    #[test]
    fn commands() {
        let table = known(
            "commands",
            "- {command: a b, marker: policy, tool: x, source: s}\n- {command: a, with: [--z=, -y, -w 1], without: [-n], marker: slo, tool: y, source: s}",
        );
        let tools = |text: &str| {
            let words: Vec<&str> = text.split(' ').collect();
            table.commands(&words).map(|it| it.tool.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(tools("a b"), ["x"]);
        assert_eq!(tools("a -v b c"), ["x"]);
        assert_eq!(tools("a c b"), [""; 0]);
        assert_eq!(tools("a c --z=1"), ["y"]);
        assert_eq!(tools("a b -y"), ["x", "y"]);
        assert_eq!(tools("a c -y -n"), [""; 0]);
        assert_eq!(tools("a c -w 1"), ["y"]);
        assert_eq!(tools("a c -w 2 1"), [""; 0]);
        assert_eq!(tools("b"), [""; 0]);
    }

    #[test]
    fn parts_of_answers() {
        for (command, expected) in [
            ("a show", true),
            ("a show --query value -o tsv", true),
            ("a show --query=[value,id]", true),
            ("a show --query Parameters[0].Value", true),
            ("a show --query $QUERY", true),
            ("a show --query id -o tsv", false),
            ("a show --query=tags.parent", false),
            ("a show --query", true),
        ] {
            let words: Vec<&str> = command.split(' ').collect();
            assert_eq!(picks(&words, &["value".to_owned()]), expected, "{command}");
        }
    }

    #[test]
    fn resources() {
        let table = known(
            "resources",
            "- {type: aws_a, marker: policy, tool: x, source: s}\n- {type: 'dd_slo*', marker: slo, tool: y, source: s}\n- {type: 'port_*', marker: portal, tool: z, source: s}",
        );
        let tools = |text: &str| table.resources(text).map(|it| it.tool.as_str()).collect::<Vec<_>>();
        assert_eq!(tools("aws_a"), ["x"]);
        assert_eq!(tools("aws_ab"), [""; 0]);
        assert_eq!(tools("dd_slo_x"), ["y"]);
        assert_eq!(tools("dd_monitor"), [""; 0]);
        assert_eq!(tools("port_action"), ["z"]);
        let error = Knowledge::default()
            .add("resources", "t.yaml", "- {type: a, marker: slo, tool: x, source: s, sais: {}}")
            .unwrap_err();
        assert_eq!(error.to_string(), "t.yaml: row 1: there is no key \"sais\" in this table");
    }
}
