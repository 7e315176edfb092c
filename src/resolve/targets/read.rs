//! Files that define targets → what each of them needs and runs.

use std::collections::BTreeMap;

use crate::classify::FileKind;
use crate::pipeline::Command;
use crate::resolve::scripts::make::{Makefile, just_recipes};
use crate::source::{Location, SourceFile};
use crate::syntax::shell::commands_of;
use crate::syntax::yaml::{self, Kind, Node};

/// The targets that a file defines.
pub(super) struct Defined {
    targets: BTreeMap<String, (Location, Target)>,
    /// The one that is run where none is named.
    first: Option<String>,
}

/// One target.
#[derive(Default)]
pub(super) struct Target {
    /// What must be made before.
    pub(super) needs: Vec<String>,
    /// What it runs.
    pub(super) commands: Vec<Command>,
}

impl Defined {
    /// The targets of a file; nothing where it can't be read as what its name says.
    pub(super) fn read(file: &SourceFile<'_>) -> Option<Self> {
        let mut defined = Defined { targets: BTreeMap::new(), first: None };
        match file.kind() {
            FileKind::Justfile => defined.justfile(file),
            FileKind::Makefile => defined.makefile(file),
            FileKind::PackageJson => defined.package_json(file)?,
            FileKind::Taskfile => defined.taskfile(file),
            // A script is the one target without a name.
            _ => defined.add(file, "", 0, Target { needs: Vec::new(), commands: commands_of("", file.text()) }),
        }
        Some(defined)
    }

    /// Where a target is defined.
    pub(super) fn place(&self, name: &str) -> Option<Location> {
        self.targets.get(name).map(|(at, _)| at.clone())
    }

    /// The lines that its targets begin at.
    pub(super) fn lines(&self) -> impl Iterator<Item = u32> {
        self.targets.values().map(|(at, _)| at.line)
    }

    /// What a target is.
    pub(super) fn target(&self, name: &str) -> Option<&Target> {
        self.targets.get(name).map(|(_, target)| target)
    }

    /// The target that is run where none is named.
    pub(super) fn default(&self) -> Option<&str> {
        self.first.as_deref()
    }

    /// Adds a target, or what another rule says of it.
    fn add(&mut self, file: &SourceFile<'_>, name: &str, offset: usize, target: Target) {
        let (_, known) =
            self.targets.entry(name.to_owned()).or_insert_with(|| (file.at(offset..offset), Target::default()));
        known.needs.extend(target.needs);
        known.commands.extend(target.commands);
    }

    fn makefile(&mut self, file: &SourceFile<'_>) {
        let makefile = Makefile::read(file.text());
        for (rule, text) in makefile.rules.iter().zip(makefile.texts(file.folder())) {
            let needs: Vec<&str> = rule.prerequisites.split_ascii_whitespace().filter(|it| *it != "|").collect();
            for name in rule.targets.split_ascii_whitespace() {
                // Patterns and special targets (`.PHONY`) are nothing to ask for.
                if name.starts_with('.') || name.contains(['%', '$', '=']) {
                    continue;
                }
                self.first.get_or_insert_with(|| name.to_owned());
                let needs = needs.iter().map(|it| (*it).to_owned()).collect();
                let offset = start_of(file.text(), rule.line);
                self.add(file, name, offset, Target { needs, commands: commands_of("", &text) });
            }
        }
    }

    fn justfile(&mut self, file: &SourceFile<'_>) {
        for recipe in just_recipes(file.text()) {
            let (head, needs) = recipe.head.split_once(':').unwrap_or((recipe.head, ""));
            let Some(name) = head.split_ascii_whitespace().next().map(|it| it.trim_start_matches('@')) else {
                continue;
            };
            self.first.get_or_insert_with(|| name.to_owned());
            let needs = needs.split(|c: char| c.is_ascii_whitespace() || matches!(c, '(' | ')' | '&'));
            let needs = needs.filter(|it| !it.is_empty()).map(str::to_owned).collect();
            let text: String = recipe.lines.iter().map(|(_, line)| format!("{line}\n")).collect();
            let interpreter = text.strip_prefix("#!").and_then(|it| it.lines().next()).unwrap_or("");
            let interpreter = interpreter.trim().strip_prefix("/usr/bin/env ").unwrap_or(interpreter);
            let offset = start_of(file.text(), recipe.line);
            self.add(file, name, offset, Target { needs, commands: commands_of(interpreter, &text) });
        }
    }

    fn taskfile(&mut self, file: &SourceFile<'_>) {
        let (documents, _) = yaml::parse(file.text());
        let Some(tasks) = documents.first().and_then(|it| it.get("tasks")) else { return };
        for (key, task) in tasks.entries() {
            let Some(name) = key.text() else { continue };
            if name == "default" {
                self.first = Some(name.to_owned());
            }
            let mut target = Target::default();
            let is_mapping = task.resolved().kind() == Kind::Mapping;
            let cmds = if is_mapping { task.get("cmds").or(task.get("cmd")) } else { Some(task) };
            for needed in task.get("deps").into_iter().flat_map(Node::items) {
                target.needs.extend(needed.text().or_else(|| needed.get("task")?.text()).map(str::to_owned));
            }
            for command in cmds.into_iter().flat_map(|it| it.text().map(|_| it).into_iter().chain(it.items())) {
                if let Some(text) = command.text().or_else(|| command.get("cmd")?.text()) {
                    target.commands.extend(commands_of("", text));
                } else if let Some(called) = command.get("task").and_then(Node::text) {
                    target.commands.push(Command { tool: "task".to_owned(), verb: called.to_owned() });
                }
            }
            self.add(file, name, key.span().start, target);
        }
    }

    fn package_json(&mut self, file: &SourceFile<'_>) -> Option<()> {
        let root: serde_json::Value = serde_json::from_str(file.text().trim_start_matches('\u{FEFF}')).ok()?;
        let scripts = root.get("scripts")?.as_object()?;
        let section = memchr::memmem::find(file.text().as_bytes(), b"\"scripts\"").unwrap_or(0);
        for (name, script) in scripts {
            let Some(script) = script.as_str() else { continue };
            let quoted = serde_json::to_string(name).unwrap_or_default();
            let offset = file.text()[section..].find(&quoted).map_or(section, |it| section + it);
            // What is run around a script is named after it.
            let around = |prefix: &str| Some(format!("{prefix}{name}")).filter(|it| scripts.contains_key(it));
            let mut commands = commands_of("", script);
            let npm = |name: String| Command { tool: "npm".to_owned(), verb: format!("run {name}") };
            commands.extend(around("post").map(npm));
            self.add(file, name, offset, Target { needs: around("pre").into_iter().collect(), commands });
        }
        Some(())
    }
}

/// Where a line begins, from 1.
fn start_of(text: &str, line: u32) -> usize {
    let breaks = memchr::memchr_iter(b'\n', text.as_bytes());
    (line as usize).checked_sub(2).map_or(0, |nth| breaks.map(|it| it + 1).nth(nth).unwrap_or(text.len()))
}
