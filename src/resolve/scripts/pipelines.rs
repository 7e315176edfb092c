//! Pipelines in YAML other than GitHub's, and Taskfiles: their scripts, wherever they stand. What the systems have in
//! common is that a script is the text, or the list of lines, under one of few keys; their jobs aren't told apart.

use std::borrow::Cow;

use super::{Pieces, azure, script, with_roots};
use crate::classify::FileKind;
use crate::facts::Identity;
use crate::resolve::build_commands::{Build, builds};
use crate::resolve::runs::{Script, runs};
use crate::resolve::values::{Marks, OPEN, ROOT, Text, Variables, fill_in, path_from};
use crate::source::SourceFile;
use crate::syntax::yaml::{self, Kind, Node, Style};

/// Keys under which scripts stand, in all systems; sorted.
const SCRIPTS: &[&str] = &[
    "after-script",
    "after_failure",
    "after_script",
    "after_success",
    "after_test",
    "bash",
    "before_build",
    "before_deploy",
    "before_install",
    "before_script",
    "build_script",
    "cmd",
    "command",
    "commands",
    "deploy_script",
    "inline",
    "inlineScript",
    "install",
    "run",
    "script",
    "sh",
    "test_script",
];

/// Keys under which variables stand, in all systems; sorted.
const VARIABLES: &[&str] = &["env", "environment", "parameters", "variables", "vars"];

/// Keys that name the folder that a script beside them runs in; sorted.
const FOLDERS: &[&str] = &["dir", "workingDirectory", "working_directory"];

/// How deep mappings are followed.
const MAX_DEPTH: usize = 40;
/// How many nodes of a document are looked at, each for every entry of a matrix around it.
const MAX_NODES: u32 = 200_000;
/// How many values of a matrix are looked at.
pub(super) const MAX_MATRIX: usize = 64;

/// What a pipeline runs.
pub(super) fn read<'t>(file: &SourceFile<'t>, identity: Option<&Identity>) -> Pieces<'t> {
    let marks = match file.kind() {
        FileKind::AzurePipeline => Some(Marks::Azure),
        FileKind::CircleciPipeline => Some(Marks::Circle),
        _ => None,
    };
    let mut reader = Reader { file, marks, folder: String::new(), left: MAX_NODES, pieces: Pieces::default() };
    let (documents, _) = yaml::parse(file.text());
    let project = of_project(file, identity);
    let project: Vec<(&str, &str)> = project.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let variables = with_roots(&project);
    for root in documents.roots() {
        if marks == Some(Marks::Azure) {
            steps(root, 0, &mut |steps| {
                reader.pieces.fetches.extend(azure::checkouts(file, root, steps, identity));
            });
        }
        reader.node(root, &variables, 0);
    }
    reader.pieces
}

/// What GitLab says of the project that a pipeline runs in. A template that others include runs in theirs.
fn of_project(file: &SourceFile<'_>, identity: Option<&Identity>) -> Vec<(&'static str, String)> {
    let is_own = file.kind() == FileKind::GitlabPipeline && &**file.path() == ".gitlab-ci.yml";
    let Some(Identity { host, owner, name }) = identity.filter(|_| is_own) else { return Vec::new() };
    let path = format!("{owner}/{name}").to_lowercase();
    let mut known = vec![("CI_PROJECT_NAME", name.clone()), ("CI_PROJECT_NAMESPACE", owner.clone())];
    // On a server of one's own the registry has an address that only the server knows.
    if host == "gitlab.com" {
        known.push(("CI_REGISTRY", "registry.gitlab.com".to_owned()));
        known.push(("CI_REGISTRY_IMAGE", format!("registry.gitlab.com/{path}")));
    }
    known.push(("CI_PROJECT_PATH", path));
    known
}

/// What the tasks of a Taskfile run: each command is a script of its own, in the folder of the Taskfile.
pub(super) fn taskfile<'t>(file: &SourceFile<'t>) -> Vec<Script<'t>> {
    let (documents, _) = yaml::parse(file.text());
    let own = format!("{ROOT}/{}", file.folder());
    let variables = with_roots(&[("ROOT_DIR", &own), ("TASKFILE_DIR", &own), ("USER_WORKING_DIR", &own)]);
    let mut found = Vec::new();
    let Some(root) = documents.first() else { return found };
    let variables = with_variables(root, &variables, Some(Marks::Task));
    for (_, task) in root.get("tasks").map(Node::entries).unwrap_or_default() {
        let variables = with_variables(task, &variables, Some(Marks::Task));
        let folder = match task.get("dir").and_then(Node::text) {
            Some(dir) => path_from(file.folder(), &variables.expand(&fill_in(dir, Marks::Task, &variables))),
            None => Some(file.folder().to_owned()),
        };
        let Some(folder) = folder else { continue };
        let commands =
            if task.resolved().kind() == Kind::Mapping { task.get("cmds").or(task.get("cmd")) } else { Some(task) };
        let Some(commands) = commands else { continue };
        let one = commands.text().map(|_| commands);
        for command in one.into_iter().chain(commands.items()) {
            let node = if command.text().is_some() { Some(command) } else { command.get("cmd") };
            let Some((node, text)) = node.and_then(|it| Some((it, it.text()?))) else { continue };
            let text = fill_in(text, Marks::Task, &variables).into_owned();
            let line = file.at(node.span()).line;
            let has_lines = node.style() != Some(Style::Folded);
            let script = script(text, line, vec![folder.clone()], variables.clone().into_owned());
            found.push(Script { has_lines, ..script });
        }
    }
    found
}

struct Reader<'f, 't> {
    file: &'f SourceFile<'t>,
    marks: Option<Marks>,
    /// The folder that scripts begin in.
    folder: String,
    /// How many nodes may still be looked at: matrices within matrices multiply them.
    left: u32,
    pieces: Pieces<'t>,
}

impl Reader<'_, '_> {
    fn node(&mut self, node: Node<'_>, variables: &Variables, depth: usize) {
        if depth > MAX_DEPTH || self.left == 0 {
            return;
        }
        self.left -= 1;
        // An alias repeats what is read where it is written.
        match node.kind() {
            Kind::Alias | Kind::Scalar => {}
            Kind::Sequence => node.items().for_each(|it| self.node(it, variables, depth + 1)),
            Kind::Mapping => {
                let variables = &with_variables(node, variables, self.marks);
                let matrix = matrix(node, variables);
                for (key, value) in node.entries() {
                    let Some(name) = key.text() else { continue };
                    if SCRIPTS.binary_search(&name).is_ok() && self.scripts(node, value, variables) {
                        continue;
                    }
                    if VARIABLES.binary_search(&name).is_ok() {
                        continue;
                    }
                    if matrix.is_empty() || name == "strategy" {
                        self.node(value, variables, depth + 1);
                    }
                    for variables in matrix.iter().filter(|_| name != "strategy") {
                        self.node(value, variables, depth + 1);
                    }
                }
                if self.marks == Some(Marks::Azure) && node.get("task").is_some() {
                    self.docker_task(node, variables);
                }
            }
        }
    }

    /// Adds a script; false where what stands under the key is none.
    fn scripts(&mut self, around: Node<'_>, value: Node<'_>, variables: &Variables) -> bool {
        let Some((text, line, has_lines)) = text_of(self.file, value) else { return false };
        let text = match self.marks {
            Some(marks) => fill_in(&text, marks, variables).into_owned(),
            None => text,
        };
        let mut folder = Some(self.folder.clone());
        for key in FOLDERS {
            if let Some(dir) = around.get(key).and_then(Node::text) {
                let dir = self.marks.map_or(Cow::Borrowed(dir), |marks| fill_in(dir, marks, variables));
                folder = path_from(&self.folder, &variables.expand(&dir));
            }
        }
        if let Some(folder) = folder {
            let script = script(text, line, vec![folder], variables.clone());
            self.pieces.add(Script { has_lines, ..script });
        }
        true
    }

    /// Azure's `Docker@…` task, which builds by its inputs.
    fn docker_task(&mut self, node: Node<'_>, variables: &Variables) {
        let task = node.get("task").and_then(Node::text).unwrap_or("");
        let Some(inputs) = node.get("inputs").filter(|_| task.starts_with("Docker@")) else { return };
        // The names of inputs are compared without case.
        let input = |name: &str| {
            let entries = inputs.entries();
            let found = entries.into_iter().find(|(key, _)| key.text().is_some_and(|it| it.eq_ignore_ascii_case(name)));
            found.and_then(|(_, value)| Some((value.text()?, value)))
        };
        // Without a command it builds and pushes.
        let command = input("command").map_or("buildAndPush", |(it, _)| it);
        if !command.starts_with("build") {
            return;
        }
        let called = input("repository").or_else(|| input("imageName"));
        let (arguments, at) = match (input("arguments"), called) {
            (Some((arguments, at)), _) => (arguments, at),
            (None, Some((_, at))) => ("", at),
            (None, None) => return,
        };
        let put_in = |text: &str| fill_in(text, Marks::Azure, variables).into_owned();
        let dockerfile = put_in(input("dockerfile").map_or("Dockerfile", |(it, _)| it));
        let context = input("buildContext").map(|(it, _)| put_in(it)).filter(|it| it != "**");
        // The context of the task is the Dockerfile's folder, unless it is given.
        let context = context.unwrap_or_else(|| dockerfile.rsplit_once('/').map_or(".", |(it, _)| it).to_owned());
        let text =
            format!("docker build {} -f '{dockerfile}' '{context}'", put_in(arguments).replace(['\n', '\r'], " "));
        let line = self.file.at(at.span()).line;
        let script = script(text, line, Vec::new(), variables.clone());
        let mut found: Vec<Build> = builds(&runs(&Script { has_lines: false, ..script }, "", ""));
        // The registry is a connection, whose address only the server knows.
        let tag = called.map(|(name, _)| {
            let name = variables.expand(&put_in(name));
            Text { text: format!("{OPEN}/{}", name.text), open: Some("its registry".to_owned()) }
        });
        for build in &mut found {
            build.tags.extend(tag.clone());
            build.is_pushed = command.eq_ignore_ascii_case("buildAndPush");
        }
        self.pieces.builds.extend(found);
    }
}

/// Every list of steps of a document, as it is written.
fn steps<'d>(node: Node<'d>, depth: usize, then: &mut dyn FnMut(Node<'d>)) {
    if depth > MAX_DEPTH {
        return;
    }
    match node.kind() {
        Kind::Alias | Kind::Scalar => {}
        Kind::Sequence => node.items().for_each(|it| steps(it, depth + 1, then)),
        Kind::Mapping => {
            for (key, value) in node.entries() {
                if key.text() == Some("steps") {
                    then(value);
                }
                steps(value, depth + 1, then);
            }
        }
    }
}

/// The script that a value is: a text, or a list of texts as one text whose lines are the file's; its first line, and
/// whether its lines are the file's.
fn text_of(file: &SourceFile<'_>, value: Node<'_>) -> Option<(String, u32, bool)> {
    let line_of = |node: Node<'_>| file.at(node.resolved().span()).line;
    if let Some(text) = value.text() {
        return Some((text.to_owned(), line_of(value), value.style() != Some(Style::Folded)));
    }
    if value.resolved().kind() != Kind::Sequence {
        return None;
    }
    let mut joined = String::new();
    let mut first = None;
    let mut at = 0;
    for item in value.items() {
        // Steps that are mappings have scripts of their own.
        let Some(text) = item.text() else { continue };
        let line = line_of(item);
        let start = *first.get_or_insert(line);
        if !joined.is_empty() {
            // An alias to lines further up stands where it is used, as far as lines can say so.
            let missing = line.saturating_sub(start + at).max(1);
            joined.extend(std::iter::repeat_n('\n', missing as usize));
            at += missing;
        }
        joined.push_str(text);
        at += text.matches('\n').count() as u32;
    }
    Some((joined, first?, true))
}

/// The variables that hold within a mapping: those around it, and its own. `name: value`, or a list of
/// `{name: …, value: …}`.
fn with_variables<'v>(node: Node<'_>, around: &'v Variables, marks: Option<Marks>) -> Cow<'v, Variables> {
    let mut variables = Cow::Borrowed(around);
    let mut set = |name: &str, value: Option<&str>| {
        let value = value.map(|it| match marks {
            Some(marks) => variables.expand(&fill_in(it, marks, &variables)),
            None => variables.expand(it),
        });
        let value = value.as_ref().and_then(Text::literal).map(str::to_owned);
        variables.to_mut().set(name, value.as_deref());
    };
    for key in VARIABLES {
        let Some(own) = node.get(key) else { continue };
        for (name, value) in own.entries() {
            let Some(name) = name.text() else { continue };
            // GitLab's `{value: …, description: …}`; CircleCI's parameters with a default; Task's `{sh: …}`.
            let text = value.text().or_else(|| value.get("value")?.text());
            match *key {
                "parameters" => set(&format!("parameters.{name}"), value.get("default").and_then(Node::text)),
                _ => set(name, text),
            }
        }
        for item in own.items() {
            if let (Some(name), Some(value)) = (item.get("name").and_then(Node::text), item.get("value")) {
                set(name, value.text());
            }
        }
    }
    variables
}

/// The variables of each entry of Azure's `strategy.matrix`, a mapping of mappings.
fn matrix(node: Node<'_>, variables: &Variables) -> Vec<Variables> {
    let entries = node.get("strategy").and_then(|it| it.get("matrix")).map(Node::entries).unwrap_or_default();
    let entries = entries.iter().filter(|(_, it)| it.resolved().kind() == Kind::Mapping).take(MAX_MATRIX);
    let of_entry = |entry: Node<'_>| {
        let mut variables = variables.clone();
        for (name, value) in entry.entries() {
            if let Some(name) = name.text() {
                variables.set(name, value.text().filter(|it| !it.contains('$')));
            }
        }
        variables
    };
    entries.map(|(_, entry)| of_entry(*entry)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(SCRIPTS.is_sorted());
        assert!(VARIABLES.is_sorted());
        assert!(FOLDERS.is_sorted());
    }
}
