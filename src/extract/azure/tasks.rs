//! What tasks run: the scripts they are given, and the commands that their inputs say.
//!
//! Inputs and their defaults are those of the tasks' own descriptions (`task.json`).

use super::outline::entries;
use super::steps::Machine;
use crate::extract::documents::Yaml;
use crate::pipeline::Command;
use crate::syntax::yaml::Node;

/// What a task runs.
pub(super) struct Runs {
    /// Whether the task is but another spelling of a script step: nothing is left of it beside its commands.
    pub(super) is_script: bool,
    /// Its commands.
    pub(super) commands: Vec<Command>,
}

/// How the commands of a task are told.
#[derive(Clone, Copy)]
enum How {
    /// A script step by its task: the input with the script, the one with a file in its place, the interpreter.
    Script(&'static str, &'static str, &'static str),
    /// The same of a task that does something of its own before, as to sign in.
    Inline(&'static str, &'static str, &'static str),
    /// A tool, the input that names what it does, and what it does where that isn't given.
    Tool(&'static str, &'static str, &'static str),
}

/// The tasks that run commands, by name in lower case; sorted.
const TASKS: &[(&str, How)] = &[
    ("ant", How::Tool("ant", "targets", "")),
    ("azurecli", How::Inline("inlineScript", "scriptPath", "")),
    ("azurepowershell", How::Inline("Inline", "ScriptPath", "pwsh")),
    ("bash", How::Script("script", "filePath", "bash")),
    ("batchscript", How::Script("", "filename", "cmd")),
    ("cmake", How::Tool("cmake", "cmakeArgs", "")),
    ("cmdline", How::Script("script", "filename", "")),
    ("docker", How::Tool("docker", "command", "buildAndPush")),
    ("dockercompose", How::Tool("docker compose", "action", "run")),
    ("dotnetcorecli", How::Tool("dotnet", "command", "build")),
    ("go", How::Tool("go", "command", "get")),
    ("gradle", How::Tool("gradle", "tasks", "build")),
    ("grunt", How::Tool("grunt", "targets", "")),
    ("gulp", How::Tool("gulp", "targets", "")),
    ("helmdeploy", How::Tool("helm", "command", "ls")),
    ("kubernetes", How::Tool("kubectl", "command", "apply")),
    ("kubernetesmanifest", How::Tool("kubectl", "action", "deploy")),
    ("maven", How::Tool("mvn", "goals", "package")),
    ("npm", How::Tool("npm", "command", "install")),
    ("nuget", How::Tool("nuget", "command", "")),
    ("nugetcommand", How::Tool("nuget", "command", "restore")),
    ("packerbuild", How::Tool("packer", "", "build")),
    ("powershell", How::Script("script", "filePath", "pwsh")),
    ("pythonscript", How::Script("script", "scriptPath", "python")),
    ("shellscript", How::Script("", "scriptPath", "bash")),
    ("ssh", How::Tool("ssh", "", "")),
    ("terraform", How::Tool("terraform", "command", "init")),
    ("terraformcli", How::Tool("terraform", "command", "init")),
    ("terraformtask", How::Tool("terraform", "command", "init")),
    ("terraformtaskv1", How::Tool("terraform", "command", "init")),
    ("terraformtaskv2", How::Tool("terraform", "command", "init")),
    ("terraformtaskv3", How::Tool("terraform", "command", "init")),
    ("terraformtaskv4", How::Tool("terraform", "command", "init")),
    ("terraformtaskv5", How::Tool("terraform", "command", "init")),
    ("twine", How::Tool("twine", "", "upload")),
    ("universalpackages", How::Tool("az", "", "artifacts universal")),
];

/// What the task of this name runs with these inputs; nothing where it isn't known to run commands.
/// `run_by` gives the commands of a script by its interpreter.
pub(super) fn runs<'d>(
    name: &str,
    inputs: Option<Node<'d>>,
    yaml: &Yaml<'d>,
    machine: Machine,
    run_by: &dyn Fn(&str, &str) -> Vec<Command>,
) -> Option<Runs> {
    // An extension's task may be named with its publisher.
    let name = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    let (_, how) = TASKS[TASKS.binary_search_by_key(&name.as_str(), |(task, _)| task).ok()?];
    let inputs = inputs.map(entries).unwrap_or_default();
    // The names of inputs are compared without case.
    let input = |name: &str| {
        let found = inputs.iter().find(|(key, _)| key.text().is_some_and(|it| it.eq_ignore_ascii_case(name)));
        found.and_then(|(_, value)| yaml.text(*value)).filter(|it| !it.trim().is_empty())
    };
    let is_script = matches!(how, How::Script(..));
    let commands = match how {
        How::Script(script, file, interpreter) | How::Inline(script, file, interpreter) => {
            let interpreter = match name.as_str() {
                "cmdline" => machine.script(),
                "azurecli" => azure_cli(input("scriptType"), machine),
                _ => interpreter,
            };
            match (input(script), input(file)) {
                (Some(script), _) => run_by(interpreter, script),
                // A file is run as a script would run it.
                (None, Some(file)) => run_by("bash", &quoted(file)),
                (None, None) => Vec::new(),
            }
        }
        How::Tool(tool, verb, default) => match (name.as_str(), input(verb).unwrap_or(default)) {
            ("docker", "buildAndPush") => run_by("bash", "docker build\ndocker push"),
            ("npm", "custom") => run_by("bash", &format!("npm {}", input("customCommand").unwrap_or(""))),
            ("dotnetcorecli" | "terraformcli" | "terraformtaskv4" | "terraformtaskv5" | "terraform", "custom") => {
                run_by("bash", &format!("{tool} {}", input("custom").or(input("customCommand")).unwrap_or("")))
            }
            ("go", "custom") => run_by("bash", &format!("go {}", input("customCommand").unwrap_or(""))),
            ("kubernetesmanifest", "deploy" | "promote" | "patch" | "scale" | "createSecret") => {
                run_by("bash", "kubectl apply")
            }
            ("kubernetesmanifest", "bake") => run_by("bash", "helm template"),
            ("gradle", tasks) => run_by("bash", &format!("gradlew {tasks}")),
            ("dockercompose", action) => run_by("bash", &format!("docker compose {}", compose(action))),
            (_, verb) => run_by("bash", &format!("{tool} {verb}")),
        },
    };
    Some(Runs { is_script, commands })
}

/// What runs the script of `AzureCLI@2`.
fn azure_cli(kind: Option<&str>, machine: Machine) -> &'static str {
    match kind.map(str::to_ascii_lowercase).as_deref() {
        Some("ps" | "pscore") => "pwsh",
        Some("batch") => "cmd",
        Some("bash") => "bash",
        Some(_) | None => machine.script(),
    }
}

/// What `DockerCompose@1` calls its actions, as Compose calls them.
fn compose(action: &str) -> &'static str {
    match action.to_ascii_lowercase().as_str() {
        "build services" => "build",
        "push services" => "push",
        "run services" => "up",
        "run a specific service" | "run service images" => "run",
        "lock services" | "write service image digests" | "combine configuration" => "config",
        _ => "",
    }
}

/// A path as one word of a shell.
fn quoted(path: &str) -> String {
    format!("'{}'", path.trim().replace('\\', "/").replace('\'', ""))
}

#[cfg(test)]
mod tests {
    use super::TASKS;

    #[test]
    fn the_table_is_sorted() {
        assert!(TASKS.is_sorted_by_key(|(name, _)| name));
    }
}
