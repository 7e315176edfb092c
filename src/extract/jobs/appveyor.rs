//! AppVeyor: phases of commands on one machine; with `job_name` in its matrix, jobs that wait for each other.
//!
//! Its images are machines, no containers. Commands are those of Windows unless they say otherwise.

use std::collections::BTreeSet;

use super::{MAX_LINES, built_in};
use crate::extract::ci::Reader;
use crate::pipeline::{Command, Job, Role, Step, System};
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

/// The phases that hold commands, in the order in which they run. `deploy` stands among them.
const PHASES: &[&str] = &[
    "init",
    "install",
    "before_build",
    "build",
    "build_script",
    "after_build",
    "before_test",
    "test_script",
    "after_test",
    "before_deploy",
    "deploy",
    "deploy_script",
    "after_deploy",
    "on_success",
    "on_failure",
    "on_finish",
];

pub(in crate::extract) fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = reader.expect("a build of AppVeyor") else { return };
    let matrix = root.get("environment").and_then(|it| it.get("matrix"));
    let named: Vec<Node<'r>> =
        matrix.into_iter().flat_map(Node::items).filter(|it| it.get("job_name").is_some()).collect();
    let jobs = if named.is_empty() {
        vec![Job { id: "build".to_owned(), steps: steps(reader, root, None), ..Job::default() }]
    } else {
        named.into_iter().map(|it| job(reader, root, it)).collect()
    };
    if jobs.iter().all(|it| it.steps.is_empty()) && !PHASES.iter().any(|it| root.get(it).is_some()) {
        return reader.refuse("not a build of AppVeyor: none of its phases is there");
    }
    reader.pipeline(System::Appveyor, root, None, BTreeSet::new(), Role::Pipeline, jobs);
}

/// A job of the matrix. What `for` says of jobs of its name or group stands in place of what the file says.
fn job<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>, of_matrix: Node<'r>) -> Job {
    let text = |key| reader.yaml.text_of(of_matrix, key);
    let (name, group) = (text("job_name").unwrap_or_default(), text("job_group"));
    let is_of = |rule: &Node<'r>| {
        let only = rule.get("matrix").and_then(|it| it.get("only"));
        only.into_iter().flat_map(Node::items).any(|it| {
            let says = |key: &str, wanted: Option<&str>| wanted.is_some() && reader.yaml.text_of(it, key) == wanted;
            says("job_name", Some(name)) || says("job_group", group)
        })
    };
    let own = root.get("for").into_iter().flat_map(Node::items).find(is_of);
    let needs = text("job_depends_on").map(|it| it.split(',').map(|it| it.trim().to_owned()).collect());
    Job { id: name.to_owned(), needs: needs.unwrap_or_default(), steps: steps(reader, root, own), ..Job::default() }
}

fn steps<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>, own: Option<Node<'r>>) -> Vec<Step> {
    let mut found = Vec::new();
    for phase in PHASES {
        let Some(value) = own.and_then(|it| it.get(phase)).or_else(|| root.get(phase)) else { continue };
        match *phase {
            // `build: off`, or what MSBuild shall build.
            "build" if value.resolved().kind() == Kind::Mapping => {
                found.push(Step::Run(vec![Command { tool: "msbuild".to_owned(), verb: String::new() }]));
            }
            "build" => {}
            "deploy" => {
                let one = (value.resolved().kind() == Kind::Mapping).then_some(value);
                let providers =
                    one.into_iter().chain(value.items()).filter_map(|it| reader.yaml.text_of(it, "provider"));
                found.extend(providers.map(|it| built_in(System::Appveyor, &format!("deploy/{it}"))));
            }
            _ => {
                let mut commands = Vec::new();
                let one = matches!(value.resolved().kind(), Kind::Scalar | Kind::Mapping).then_some(value);
                for line in one.into_iter().chain(value.items()).take(MAX_LINES) {
                    command(reader, line, &mut commands);
                }
                if !commands.is_empty() {
                    found.push(Step::Run(commands));
                }
            }
        }
    }
    found
}

/// A command: a text for Windows' shell, or a shell's name with its text.
fn command<'r>(reader: &mut Reader<'r, 'r>, line: Node<'r>, found: &mut Vec<Command>) {
    if let Some(text) = reader.yaml.text(line) {
        return found.extend(of_windows(text));
    }
    for (shell, script) in line.entries() {
        let Some(script) = reader.yaml.text(script) else { continue };
        match reader.yaml.text(shell) {
            Some("sh") => found.extend(shell::commands_of("", script)),
            Some("cmd") => found.extend(of_windows(script)),
            Some("ps" | "pwsh") => found.extend(shell::commands_of("pwsh", script)),
            Some(_) | None => reader.yaml.wrong_shape(Some(shell), "no shell that AppVeyor knows", reader.facts),
        }
    }
}

/// The commands of a script for `cmd`. Its backslashes are those of paths, and `call` runs what follows.
fn of_windows(script: &str) -> Vec<Command> {
    let lines = script.lines().map(|line| {
        let line = line.trim().trim_start_matches('@');
        let is_call = line.get(..5).is_some_and(|it| it.eq_ignore_ascii_case("call "));
        if is_call { &line[5..] } else { line }
    });
    shell::commands_of("", &lines.collect::<Vec<_>>().join("\n").replace('\\', "/"))
}

#[cfg(test)]
mod tests {
    use super::of_windows;

    #[test]
    fn commands_of_windows() {
        for (script, expected) in [
            (r"C:\Tools\nuget.exe restore shop.sln", "nuget restore"),
            (r"%PYTHON%\python.exe -m pip install -r requirements.txt", "pip install"),
            ("call npm ci", "npm ci"),
            ("@echo off\r\nCALL build.cmd", "build.cmd"),
            ("dotnet test", "dotnet test"),
        ] {
            let told: Vec<String> = of_windows(script).into_iter().map(String::from).collect();
            assert_eq!(told.join("; "), expected, "{script}");
        }
    }
}
