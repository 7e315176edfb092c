//! Makefiles and justfiles: recipes, with the variables of the file put in.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{places, script, with_roots};
use crate::resolve::runs::Script;
use crate::resolve::values::{Marks, ROOT, Variables, fill_in, name_length};
use crate::source::SourceFile;

/// How often values of variables are put into each other.
const ROUNDS: usize = 8;
/// A value that grows beyond this isn't known.
const MAX_VALUE: usize = 4096;

/// What a makefile says, its variables as they are written.
pub(in crate::resolve) struct Makefile<'t> {
    /// Values of variables; none of one that has several.
    raw: BTreeMap<&'t str, Option<&'t str>>,
    /// Its rules, in the order of the file.
    pub(in crate::resolve) rules: Vec<Rule<'t>>,
    /// Whether all lines of a recipe are one script.
    one_shell: bool,
}

/// One rule: what it makes, what must be made before, and how.
pub(in crate::resolve) struct Rule<'t> {
    /// The targets, as written.
    pub(in crate::resolve) targets: &'t str,
    /// What must be made before, as written.
    pub(in crate::resolve) prerequisites: &'t str,
    /// The line that the rule begins in.
    pub(in crate::resolve) line: u32,
    /// The lines of its recipe, each with its number.
    recipes: Vec<(u32, &'t str)>,
}

impl<'t> Makefile<'t> {
    pub(in crate::resolve) fn read(text: &'t str) -> Self {
        let mut makefile = Makefile { raw: BTreeMap::new(), rules: Vec::new(), one_shell: false };
        // What a line is hangs on whether a rule stands before it; a `define` is neither.
        let mut in_define = false;
        for (line, content) in logical_lines(text) {
            if let Some(recipe) = content.strip_prefix('\t').filter(|_| !in_define)
                && let Some(rule) = makefile.rules.last_mut()
            {
                rule.recipes.push((line, recipe));
                continue;
            }
            let trimmed = content.trim();
            let word = trimmed.split_ascii_whitespace().next().unwrap_or("");
            match word {
                "define" => in_define = true,
                "endef" => in_define = false,
                _ if in_define || trimmed.is_empty() || trimmed.starts_with('#') => {}
                ".ONESHELL:" => makefile.one_shell = true,
                _ => match assignment(trimmed) {
                    Some((name, value)) => {
                        let value = value.split(" #").next().unwrap_or(value).trim();
                        let known = makefile.raw.entry(name).or_insert(Some(value));
                        if *known != Some(value) {
                            *known = None;
                        }
                    }
                    None => makefile.rules.extend(Rule::read(line, trimmed)),
                },
            }
        }
        makefile
    }

    /// The variables of the file and those that make sets, for a makefile in this folder.
    fn variables(&self, folder: &str) -> Variables {
        let own = format!("{ROOT}/{folder}");
        let mut variables = with_roots(&[("CURDIR", own.as_str()), ("MAKE", "make"), ("PWD", own.as_str())]);
        resolve(&self.raw, Marks::Make, &mut variables);
        variables
    }

    /// What each rule runs, with the variables of the file put in; one text a rule.
    pub(in crate::resolve) fn texts(&self, folder: &str) -> Vec<String> {
        let variables = self.variables(folder);
        let text = |rule: &Rule<'_>| -> String {
            let lines = rule.recipes.iter().map(|(_, recipe)| fill_in(bare(recipe), Marks::Make, &variables));
            lines.map(|it| it.into_owned() + "\n").collect()
        };
        self.rules.iter().map(text).collect()
    }
}

impl<'t> Rule<'t> {
    /// A rule at the head of its recipe. `ifeq`, `include`, `else` are none: a rule goes on behind them.
    fn read(line: u32, head: &'t str) -> Option<Self> {
        let (targets, rest) = head.split_once(':')?;
        // `target: ; command`, and `target: command` isn't one.
        let (prerequisites, recipe) = match rest.split_once(';') {
            Some((prerequisites, recipe)) => (prerequisites, Some((line, recipe))),
            None => (rest, None),
        };
        // `target:: x`, and the targets of a static pattern: `a b: %.o: %.c`.
        let prerequisites = prerequisites.rsplit(':').next().unwrap_or(prerequisites);
        Some(Rule { targets, prerequisites, line, recipes: recipe.into_iter().collect() })
    }
}

/// The recipes of a makefile: each line is a script of its own, in the folder that make runs in.
pub(super) fn makefile<'t>(file: &SourceFile<'t>) -> Vec<Script<'t>> {
    let makefile = Makefile::read(file.text());
    let variables = makefile.variables(file.folder());
    let recipes = makefile.rules.iter().flat_map(|it| it.recipes.iter().copied());
    // A makefile that others include runs where they do.
    let is_included = file.path().ends_with(".mk");
    let folders = if is_included { places(file.folder()) } else { vec![file.folder().to_owned()] };
    if makefile.one_shell {
        let text = recipes.fold((String::new(), 0), |(mut text, mut at), (line, recipe)| {
            while at > 0 && at < line {
                text.push('\n');
                at += 1;
            }
            text.push_str(bare(recipe));
            (text, line + recipe.matches('\n').count() as u32)
        });
        let first = logical_lines(file.text()).find(|(_, it)| it.starts_with('\t')).map_or(1, |(line, _)| line);
        let text = fill_in(&text.0, Marks::Make, &variables).into_owned();
        return vec![script(text, first, folders, variables)];
    }
    let scripts = recipes.map(|(line, recipe)| {
        let text = fill_in(bare(recipe), Marks::Make, &variables);
        script(text, line, folders.clone(), variables.clone())
    });
    scripts.collect()
}

/// One recipe of a justfile.
pub(in crate::resolve) struct JustRecipe<'t> {
    /// The line that names it, with its parameters and what it needs.
    pub(in crate::resolve) head: &'t str,
    /// The number of that line.
    pub(in crate::resolve) line: u32,
    /// Its lines without indentation and signs, each with its number.
    pub(in crate::resolve) lines: Vec<(u32, &'t str)>,
}

/// What a line of a justfile is.
enum JustLine<'t> {
    /// `name := value`.
    Assignment(&'t str, &'t str),
    /// `name parameters: needs`.
    Head(&'t str),
    /// A line of a recipe.
    Recipe(&'t str),
    /// A setting, an attribute, a comment, nothing.
    Other,
}

impl<'t> JustLine<'t> {
    fn of(content: &'t str) -> Self {
        let trimmed = content.trim();
        if content.starts_with([' ', '\t']) {
            return if trimmed.is_empty() { JustLine::Other } else { JustLine::Recipe(content.trim_start()) };
        }
        let definition = trimmed.strip_prefix("export ").unwrap_or(trimmed).split_once(":=");
        match definition.map(|(name, value)| (name.trim(), value.trim())) {
            Some((name, value)) if name_length(name) == name.len() => JustLine::Assignment(name, value),
            _ if trimmed.starts_with(['#', '[']) || trimmed.starts_with("set ") => JustLine::Other,
            _ if trimmed.contains(':') => JustLine::Head(trimmed),
            _ => JustLine::Other,
        }
    }
}

/// The recipes of a justfile.
pub(in crate::resolve) fn just_recipes(text: &str) -> Vec<JustRecipe<'_>> {
    let mut recipes: Vec<JustRecipe<'_>> = Vec::new();
    // Nothing that isn't indented belongs to the recipe before it.
    let mut is_open = false;
    for (line, content) in logical_lines(text) {
        match JustLine::of(content) {
            JustLine::Head(head) => {
                recipes.push(JustRecipe { head, line, lines: Vec::new() });
                is_open = true;
            }
            JustLine::Recipe(recipe) if is_open => {
                let Some(last) = recipes.last_mut() else { continue };
                let is_script = last.lines.first().is_some_and(|(_, first)| first.starts_with("#!"));
                last.lines.push((line, if is_script { recipe } else { bare(recipe) }));
            }
            JustLine::Assignment(..) => is_open = false,
            JustLine::Recipe(_) | JustLine::Other => {}
        }
    }
    recipes
}

/// The recipes of a justfile, each line a script; those that begin with `#!` are one.
pub(super) fn justfile<'t>(file: &SourceFile<'t>) -> Vec<Script<'t>> {
    let mut raw: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for (_, content) in logical_lines(file.text()) {
        if let JustLine::Assignment(name, value) = JustLine::of(content) {
            // Anything but one quoted text is computed.
            let quoted = ['"', '\''].iter().find_map(|&it| value.strip_prefix(it)?.strip_suffix(it));
            raw.insert(name, quoted.filter(|it| !it.contains(['"', '\''])));
        }
    }
    let mut variables = with_roots(&[]);
    resolve(&raw, Marks::Just, &mut variables);
    let folder = vec![file.folder().to_owned()];
    let mut found = Vec::new();
    for recipe in just_recipes(file.text()) {
        let mut add = |line: u32, text: &str| {
            let text = fill_in(text, Marks::Just, &variables).into_owned();
            found.push(script(text, line, folder.clone(), variables.clone()));
        };
        match recipe.lines.first() {
            Some((first, shebang)) if shebang.starts_with("#!") => {
                if shebang.contains("sh") {
                    let text = recipe.lines.iter().fold(String::new(), |mut text, (line, content)| {
                        let here = first + text.matches('\n').count() as u32;
                        text.extend(std::iter::repeat_n('\n', line.saturating_sub(here) as usize));
                        text + content
                    });
                    add(*first, &text);
                }
            }
            _ => recipe.lines.iter().for_each(|(line, text)| add(*line, text)),
        }
    }
    found
}

/// A recipe without the signs before it that say how it is run.
fn bare(recipe: &str) -> &str {
    recipe.trim_start_matches(['@', '-', '+', ' ', '\t'])
}

/// `NAME = value` with any of make's signs; not `target: NAME = value`, which holds for that target alone.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("export ").or_else(|| line.strip_prefix("override ")).unwrap_or(line).trim_start();
    let length = line.bytes().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')))?;
    let (name, rest) = line.split_at(length);
    let rest = rest.trim_start();
    let value = ["=", ":=", "::=", ":::=", "?="].iter().find_map(|sign| rest.strip_prefix(sign));
    // `+=` and `!=` make something else of it.
    match value {
        Some(value) if !name.is_empty() => Some((name, value)),
        _ if !name.is_empty() && (rest.starts_with("+=") || rest.starts_with("!=")) => Some((name, "$(computed)")),
        _ => None,
    }
}

/// Puts the values of variables into each other.
fn resolve(raw: &BTreeMap<&str, Option<&str>>, marks: Marks, variables: &mut Variables) {
    let mut open: BTreeMap<&str, Cow<'_, str>> =
        raw.iter().filter_map(|(name, value)| Some((*name, Cow::Borrowed((*value)?)))).collect();
    raw.keys().for_each(|name| variables.set(name, None));
    for _ in 0..ROUNDS {
        let before = open.len();
        open.retain(|name, value| {
            let filled = fill_in(value, marks, variables);
            let is_known = !filled.contains("${{") && !filled.contains('$') && filled.len() <= MAX_VALUE;
            if is_known {
                variables.set(name, Some(&filled));
            }
            !is_known
        });
        if open.len() == before {
            return;
        }
    }
}

/// Lines with those that a backslash joins to them, and the number of the first.
fn logical_lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let (mut at, mut line) = (0, 1);
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|it| !it.is_empty())?;
        let (start, first) = (at, line);
        let mut end = start;
        let mut from = rest;
        loop {
            let length = memchr::memchr(b'\n', from.as_bytes()).map_or(from.len(), |it| it + 1);
            end += length;
            line += 1;
            let is_joined = from[..length].trim_end_matches(['\r', '\n']).ends_with('\\');
            from = &from[length..];
            if !is_joined || from.is_empty() {
                break;
            }
        }
        at = end;
        Some((first, text[start..end].trim_end_matches(['\r', '\n'])))
    })
}

#[cfg(test)]
mod tests {
    use super::{justfile, makefile};
    use crate::classify::FileKind;
    use crate::facts::Context;
    use crate::resolve::runs::{Script, runs};
    use crate::resolve::values::{OPEN, ROOT};
    use crate::source::SourceFile;

    fn told(scripts: &[Script<'_>]) -> Vec<String> {
        let runs = scripts.iter().flat_map(|it| runs(it, &it.folders[0], "sub"));
        let shown = runs.map(|run| {
            let arguments: String = run.arguments.iter().map(|it| format!(" {}", it.text)).collect();
            format!("{}:{}> {}{arguments}", run.line, run.folder.unwrap_or_default(), run.program)
        });
        shown.map(|it| it.replace(OPEN, "?").replace(ROOT, "^")).collect()
    }

    #[test]
    fn recipes_of_makefiles() {
        let text = "\
V := v1.2.0
URL = https://h.org/$(NAME)
NAME ?= b
TWICE = 1
TWICE = 2
NOW := $(shell date)
ADDED = a
ADDED += b
define script
\tgit not-run
endef
all: deps ; git one
deps:
\t@git clone -b $(V) $(URL) modules
\t-cd x && \\
\t  git two
\tgit three $(TWICE) $(NOW) $(ADDED) $$V $$HOME
# \tgit comment
\tgit -C $(CURDIR)/x four
ifeq ($(X),1)
\tgit five ${V}
endif
";
        let file = SourceFile::new("sub/Makefile".into(), FileKind::Makefile, Context::Production, text.as_bytes());
        assert_eq!(
            told(&makefile(&file.unwrap())),
            [
                "12:sub> git one",
                "14:sub> git clone -b v1.2.0 https://h.org/b modules",
                "16:sub/x> git two",
                "17:sub> git three ? ? ? v1.2.0 ?",
                "19:sub> git -C ^/sub/x four",
                "21:sub> git five v1.2.0",
            ]
        );
    }

    #[test]
    fn one_shell_for_all_lines() {
        let text = ".ONESHELL:\na:\n\tcd x\n\n\tgit one\n";
        let file = SourceFile::new("Makefile".into(), FileKind::Makefile, Context::Production, text.as_bytes());
        assert_eq!(told(&makefile(&file.unwrap())), ["5:x> git one"]);
    }

    #[test]
    fn recipes_of_justfiles() {
        let text = "\
v := 'v1.2.0'
export url := \"https://h.org/b\"
computed := v + 'x'
set shell := ['bash', '-c']

fetch target='x': clean
    @git clone -b {{v}} {{ url }} modules
    cd x && git one {{computed}} {{target}}
    git two

script:
    #!/usr/bin/env bash
    cd y
    git three {{v}}
    # git four

python:
    #!/usr/bin/env python3
    git five
";
        let file = SourceFile::new("justfile".into(), FileKind::Justfile, Context::Production, text.as_bytes());
        assert_eq!(
            told(&justfile(&file.unwrap())),
            [
                "7:> git clone -b v1.2.0 https://h.org/b modules",
                "8:x> git one ? ?",
                "9:> git two",
                "14:y> git three v1.2.0",
            ]
        );
    }
}
