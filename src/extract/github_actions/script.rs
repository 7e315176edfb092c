//! `actions/github-script`: a step that runs JavaScript written beside it. What the step does is what the script asks
//! GitHub for, so it is told by the methods of GitHub's client that the script names, as `github-script issues.create`.
//!
//! Not JavaScript: strings and comments are known well enough to tell what is code. What a script does without GitHub's
//! client isn't seen, except that it loads a file of the repository (`require('./scripts/notify.js')`).

use crate::pipeline::Command;

/// The program that such a step runs, as commands write it.
const TOOL: &str = "github-script";

/// Names that the client goes by: the one that the action gives it, and the one of the library it comes from.
const CLIENTS: &[&str] = &["github", "octokit"];

/// What the script asks for, in order; the same method in a row once.
pub(super) fn commands(script: &str) -> Vec<Command> {
    let mut found: Vec<Command> = Vec::new();
    let mut rest = script;
    // The word that stands before a bracket decides what the text in it is.
    let mut is_loaded = false;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '\'' | '"' | '`' => {
                let length = text_length(rest, first);
                let text = rest[..length].trim_matches(first);
                if std::mem::take(&mut is_loaded) && text.starts_with('.') {
                    let file = text.rsplit('/').next().unwrap_or(text);
                    add(&mut found, Command { tool: TOOL.to_owned(), verb: file.to_owned() });
                }
                length
            }
            '_' | '$' | 'a'..='z' | 'A'..='Z' => {
                let (parts, length) = chain(rest);
                is_loaded = matches!(parts.as_slice(), ["import" | "require"]);
                if let Some(method) = method(&parts) {
                    add(&mut found, Command { tool: TOOL.to_owned(), verb: method });
                }
                length
            }
            '(' => 1,
            other => {
                is_loaded &= other.is_whitespace();
                other.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    found
}

fn add(found: &mut Vec<Command>, command: Command) {
    if found.last() != Some(&command) {
        found.push(command);
    }
}

/// The method that a chain of names asks the client for: `issues.create` of `github.rest.issues.create`, and of
/// `github.issues.create`, as it was called before.
fn method(parts: &[&str]) -> Option<String> {
    let (client, method) = parts.split_first()?;
    let method = method.strip_prefix(&["rest"]).unwrap_or(method);
    let is_method = match method {
        // What goes through pages is told by what it asks for, which stands in its brackets.
        ["paginate", ..] => false,
        ["graphql" | "request"] | [_, _] => true,
        _ => false,
    };
    (CLIENTS.contains(client) && is_method).then(|| method.join("."))
}

/// The names that dots join, from the start of the text, and how long they are.
fn chain(text: &str) -> (Vec<&str>, usize) {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
    let mut parts = Vec::new();
    let mut at = 0;
    loop {
        let length = text[at..].find(|c| !is_name(c)).unwrap_or(text.len() - at);
        parts.push(&text[at..at + length]);
        at += length;
        // A chain may go on in the next line.
        let rest = text[at..].trim_start();
        let Some(next) = rest.strip_prefix("?.").or(rest.strip_prefix('.')) else { break };
        if !next.starts_with(is_name) {
            break;
        }
        at = text.len() - next.len();
    }
    (parts, at)
}

/// How long the text in quotes is that begins here, with its quotes. Only one in backticks goes over lines.
fn text_length(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if c == quote => return at + 1,
            '\n' if quote != '`' => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn what_a_script_asks_github_for() {
        for (script, expected) in [
            ("await github.rest.issues.create({ owner, repo })", "issues.create"),
            ("github.issues.addLabels({})", "issues.addLabels"),
            ("const octokit = github\nawait octokit.rest.pulls\n  .merge({})", "pulls.merge"),
            (
                "for await (const page of github.paginate.iterator(github.rest.issues.listForRepo, {})) {}",
                "issues.listForRepo",
            ),
            ("await github.paginate(github.rest.pulls.list, {})", "pulls.list"),
            ("await github.graphql(`mutation { github.rest.issues.create }`)", "graphql"),
            ("await github.request('POST /repos/{owner}/{repo}/dispatches', {})", "request"),
            ("// github.rest.issues.create()\n/* github.rest.a.b() */ core.info('github.rest.c.d')", ""),
            ("const it = github?.rest?.repos?.createRelease({})", "repos.createRelease"),
            (
                "github.rest.issues.get(a)\ngithub.rest.issues.get(b)\ngithub.rest.issues.update(c)",
                "issues.get; issues.update",
            ),
            ("const run = require('./.github/scripts/notify.js')\nawait run({ github, context })", "notify.js"),
            ("const { run } = await import(\"./tools/assign.mjs\")", "assign.mjs"),
            ("const fs = require('fs')\nfs.writeFileSync('./out.txt', context.sha)", ""),
            ("const body = `it's ${name}`; github.rest.issues.createComment({ body })", "issues.createComment"),
            ("// it's not\nmygithub.rest.a.b(); this.github.rest.c.d()", ""),
            ("context.payload.issue.number", ""),
            ("", ""),
        ] {
            let found: Vec<String> = commands(script).into_iter().map(|it| it.verb).collect();
            assert_eq!(found.join("; "), expected, "{script}");
        }
    }

    #[test]
    fn hostile_scripts_end() {
        for it in ["'", "`", "\"", "/*", "//", "\\", "github.", "github.rest", ".", "é", "require(", "$", "?."] {
            commands(it);
            commands(&it.repeat(1_000));
        }
    }
}
