//! Scripts of Windows' `cmd` → the commands they run, word by word.

use super::table::tool;

/// Words at the start of a command that say nothing of what a script is for, in lower case; sorted.
const SAYS_NOTHING: &[&str] = &[
    "cd", "chcp", "cls", "copy", "del", "dir", "echo", "echo.", "endlocal", "exit", "goto", "md", "mkdir", "pause",
    "popd", "pushd", "rem", "rmdir", "set", "setlocal", "timeout", "title", "type", "where",
];

/// The commands of a script, each as its words.
pub(super) fn simple_commands(script: &str) -> Vec<Vec<String>> {
    let joined = script.replace("^\r\n", " ").replace("^\n", " ");
    let mut found = Vec::new();
    for line in joined.lines() {
        let line = line.trim().trim_start_matches('@');
        // A comment or a label.
        if line.starts_with(':') || line.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("rem ")) {
            continue;
        }
        let mut words = Vec::new();
        for word in split(line) {
            // The list of a `for` is in brackets too.
            let is_list = words.first().is_some_and(|it: &String| it.eq_ignore_ascii_case("for"))
                && !words.iter().any(|it: &String| it.eq_ignore_ascii_case("do"));
            if !is_list && matches!(word.as_str(), "&" | "&&" | "|" | "||" | "(" | ")") {
                found.extend(command(std::mem::take(&mut words)));
            } else {
                words.push(word);
            }
        }
        found.extend(command(words));
    }
    found
}

/// The name of a program without the extension that Windows finds it by: `.exe`, and that of the scripts which tools are
/// installed as (`npm.cmd`). Any other script keeps its own, for that is what it is known by.
pub(super) fn bare_program(name: &str) -> &str {
    let is_tool = |bare: &&str| tool(bare).is_some();
    let script = || [".cmd", ".bat"].iter().find_map(|it| name.strip_suffix(it)).filter(is_tool);
    name.strip_suffix(".exe").or_else(script).unwrap_or(name)
}

/// The words of a line; quotes are taken off, operators are words of their own.
fn split(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut word, mut in_quotes) = (String::new(), false);
    for c in line.chars() {
        match c {
            '"' => in_quotes = !in_quotes,
            ' ' | '\t' if !in_quotes => words.push(std::mem::take(&mut word)),
            '&' | '|' | '(' | ')' if !in_quotes => {
                words.push(std::mem::take(&mut word));
                match words.iter_mut().rev().find(|it| !it.is_empty()) {
                    Some(last) if *last == c.to_string() && matches!(c, '&' | '|') => last.push(c),
                    _ => words.push(c.to_string()),
                }
            }
            _ => word.push(c),
        }
    }
    words.push(word);
    words.retain(|it| !it.is_empty());
    words
}

/// A command, if it runs something that says what the script is for.
fn command(mut words: Vec<String>) -> Option<Vec<String>> {
    // `call x`, `if exist y x`, `for … do x`
    loop {
        let first = words.first()?.trim_start_matches('@').to_ascii_lowercase();
        let dropped = match first.as_str() {
            "call" | "else" | "start" => 1,
            "if" => {
                let negated = usize::from(words.get(1).is_some_and(|it| it.eq_ignore_ascii_case("not")));
                let is_unary = words.get(1 + negated).is_some_and(|it| {
                    ["defined", "errorlevel", "exist"].iter().any(|word| it.eq_ignore_ascii_case(word))
                });
                let is_joined = words.get(1 + negated).is_some_and(|it| it.contains("=="));
                1 + negated
                    + if is_unary {
                        2
                    } else if is_joined {
                        1
                    } else {
                        3
                    }
            }
            "for" => 1 + words.iter().position(|it| it.eq_ignore_ascii_case("do"))?,
            "do" => 1,
            _ => break,
        };
        words.drain(..dropped.min(words.len()));
    }
    let first = words.first_mut()?;
    let lower = first.trim_start_matches('@').to_ascii_lowercase();
    let name = lower.rsplit(['/', '\\']).next().unwrap_or(&lower);
    let name = bare_program(name);
    let is_program = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'+'));
    if !is_program || SAYS_NOTHING.binary_search(&name).is_ok() {
        return None;
    }
    *first = name.to_owned();
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::{SAYS_NOTHING, simple_commands};

    #[test]
    fn tables_are_sorted() {
        assert!(SAYS_NOTHING.is_sorted());
    }

    #[test]
    fn commands() {
        for (script, expected) in [
            ("@echo off\r\nrem npm a\r\nnpm ci && npm test", "npm ci|npm test"),
            ("call build.cmd x\nnpm.cmd ci\n:label\n::comment\nset A=b", "build.cmd x|npm ci"),
            ("\"C:\\Program Files\\MSBuild.exe\" a.sln /m ^\n  /p:X=1", "msbuild a.sln /m /p:X=1"),
            ("if exist x (dotnet test) else (exit 1)", "dotnet test"),
            ("if not \"%A%\"==\"b\" docker build .", "docker build ."),
            ("for %%i in (a b) do helm lint %%i", "helm lint %%i"),
            ("", ""),
        ] {
            let found = simple_commands(script).iter().map(|it| it.join(" ")).collect::<Vec<_>>().join("|");
            assert_eq!(found, expected, "{script}");
        }
    }
}
