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

/// The recipes of a makefile: each line is a script of its own, in the folder that make runs in.
pub(super) fn makefile<'t>(file: &SourceFile<'t>) -> Vec<Script<'t>> {
    let text = file.text();
    let mut raw: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    let mut recipes: Vec<(u32, &str)> = Vec::new();
    // What a line is hangs on whether a rule stands before it; a `define` is neither.
    let (mut in_rule, mut in_define, mut one_shell) = (false, false, false);
    for (line, content) in logical_lines(text) {
        if let Some(recipe) = content.strip_prefix('\t').filter(|_| in_rule && !in_define) {
            recipes.push((line, recipe));
            continue;
        }
        let trimmed = content.trim();
        let word = trimmed.split_ascii_whitespace().next().unwrap_or("");
        match word {
            "define" => in_define = true,
            "endef" => in_define = false,
            _ if in_define || trimmed.is_empty() || trimmed.starts_with('#') => {}
            ".ONESHELL:" => one_shell = true,
            _ => match assignment(trimmed) {
                Some((name, value)) => {
                    let value = value.split(" #").next().unwrap_or(value).trim();
                    let known = raw.entry(name).or_insert(Some(value));
                    if *known != Some(value) {
                        *known = None;
                    }
                }
                None if trimmed.contains(':') => {
                    in_rule = true;
                    // `target: ; command`, and `target: command` isn't one.
                    if let Some((_, recipe)) = trimmed.split_once(';') {
                        recipes.push((line, recipe));
                    }
                }
                // `ifeq`, `include`, `else`: a rule goes on behind them.
                None => {}
            },
        }
    }
    let own = format!("{ROOT}/{}", file.folder());
    let mut variables = with_roots(&[("CURDIR", own.as_str()), ("PWD", own.as_str())]);
    resolve(&raw, Marks::Make, &mut variables);
    // A makefile that others include runs where they do.
    let is_included = file.path().ends_with(".mk");
    let folders = if is_included { places(file.folder()) } else { vec![file.folder().to_owned()] };
    if one_shell {
        let recipes = std::mem::take(&mut recipes);
        let text = recipes.into_iter().fold((String::new(), 0), |(mut text, mut at), (line, recipe)| {
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
    let scripts = recipes.into_iter().map(|(line, recipe)| {
        let text = fill_in(bare(recipe), Marks::Make, &variables);
        script(text, line, folders.clone(), variables.clone())
    });
    scripts.collect()
}

/// The recipes of a justfile, each line a script; those that begin with `#!` are one.
pub(super) fn justfile<'t>(file: &SourceFile<'t>) -> Vec<Script<'t>> {
    let mut raw: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    let mut recipes: Vec<(u32, Cow<'t, str>)> = Vec::new();
    let mut in_recipe = false;
    let mut in_script = false;
    for (line, content) in logical_lines(file.text()) {
        if content.starts_with([' ', '\t']) {
            let recipe = content.trim_start();
            match recipes.last_mut() {
                Some((start, text)) if in_recipe && in_script => {
                    let here = *start + text.matches('\n').count() as u32;
                    let text = text.to_mut();
                    text.extend(std::iter::repeat_n('\n', line.saturating_sub(here).max(1) as usize));
                    text.push_str(recipe);
                }
                _ if in_recipe && recipe.starts_with("#!") => {
                    in_script = recipe.contains("sh");
                    in_recipe = in_script;
                    recipes.push((line, Cow::Borrowed(recipe)));
                }
                _ if in_recipe => recipes.push((line, Cow::Borrowed(bare(recipe)))),
                _ => {}
            }
            continue;
        }
        let trimmed = content.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        in_script = false;
        let definition = trimmed.strip_prefix("export ").unwrap_or(trimmed).split_once(":=");
        match definition.map(|(name, value)| (name.trim(), value.trim())) {
            Some((name, value)) if name_length(name) == name.len() => {
                in_recipe = false;
                // Anything but one quoted text is computed.
                let quoted = ['"', '\''].iter().find_map(|&it| value.strip_prefix(it)?.strip_suffix(it));
                raw.insert(name, quoted.filter(|it| !it.contains(['"', '\''])));
            }
            _ => in_recipe = trimmed.contains(':') && !trimmed.starts_with("set "),
        }
    }
    let mut variables = with_roots(&[]);
    resolve(&raw, Marks::Just, &mut variables);
    let folder = vec![file.folder().to_owned()];
    let filled = recipes.into_iter().map(|(line, recipe)| {
        let text = fill_in(&recipe, Marks::Just, &variables).into_owned();
        script(text, line, folder.clone(), variables.clone())
    });
    filled.collect()
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
