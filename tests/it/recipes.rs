//! The recipes in `docs/recipes`: each block of shell commands is run, in order, in a folder with clones of the made-up
//! organisation. Blocks that name a file (`yaml file=levelset.yaml`) are written there first; of workflows the commands
//! that call levelset are run too.
//!
//! Blocks in `bash` need tools that a machine may not have (jq), and send to others: they run where the tools are, with a
//! `curl` that keeps what it is given. On CI the tools are there.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a harness that reads documents and runs commands")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::orgs::clones;

/// A fenced block of a document.
struct Block {
    /// The words behind the fence: the language, then what is to be done with it.
    info: String,
    text: String,
}

fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```").filter(|it| !it.is_empty()) else { continue };
        let text: Vec<&str> = lines.by_ref().take_while(|it| *it != "```").collect();
        blocks.push(Block { info: info.to_owned(), text: text.join("\n") + "\n" });
    }
    blocks
}

/// A folder with clones, and with what stands in for tools that reach out.
fn kitchen() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let cloned = clones("acme");
    fs::rename(cloned.path(), place.path().join("clones")).unwrap();
    fs::create_dir(place.path().join("bin")).unwrap();
    let curl = place.path().join("bin/curl");
    fs::write(&curl, "#!/usr/bin/env bash\ncat >> sent.jsonl\necho \"$@\" >> asked.txt\n").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&curl, fs::Permissions::from_mode(0o755)).unwrap();
    }
    place
}

/// Runs a script as a reader would type it: a command that fails ends it.
fn run(place: &Path, folder: &Path, script: &str) -> Result<(), String> {
    let program = Path::new(env!("CARGO_BIN_EXE_levelset")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let bash = if cfg!(windows) { r"C:\Program Files\Git\bin\bash.exe" } else { "bash" };
    let output = Command::new(bash)
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(folder)
        .env("PATH", format!("{}:{}:{path}", place.join("bin").display(), program.display()))
        .env("GITHUB_STEP_SUMMARY", place.join("step-summary.md"))
        .env("PORT_TOKEN", "a token")
        .env("LEVELSET", "levelset")
        .env("BASE", "main")
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{script}\n{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

/// Whether a tool is there. On CI all are, or the test says so by failing where they are called.
fn has_tool(name: &str) -> bool {
    std::env::var_os("CI").is_some() || Command::new(name).arg("--version").output().is_ok()
}

/// The commands of a workflow that call levelset, or show what it wrote.
fn commands_of_workflow(text: &str) -> Vec<&str> {
    let steps = text.lines().map(|it| it.trim().trim_start_matches("- ").trim_start_matches("run: "));
    let is_ours = |it: &&str| ["levelset ", "\"$LEVELSET\" changes ", "cat "].iter().any(|start| it.starts_with(start));
    steps.filter(is_ours).collect()
}

#[test]
fn recipes_do_what_they_say() {
    let mut documents: Vec<PathBuf> = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/recipes")
        .read_dir()
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    documents.sort();
    let workflows = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recipes");
    fs::create_dir_all(&workflows).unwrap();
    let mut failed = Vec::new();
    let mut n_run = 0;
    for document in documents {
        let place = kitchen();
        let name = document.file_stem().unwrap().to_str().unwrap().to_owned();
        for Block { info, text } in blocks(&fs::read_to_string(&document).unwrap()) {
            let mut words = info.split(' ');
            let language = words.next().unwrap();
            let file = words.find_map(|it| it.strip_prefix("file="));
            let scripts: Vec<&str> = match (language, file) {
                ("sh", _) => vec![&text],
                ("bash", _) if has_tool("jq") => vec![&text],
                ("yaml", Some(file)) => {
                    let path = place.path().join(file);
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(&path, &text).unwrap();
                    if file.starts_with(".github/workflows/") {
                        fs::write(workflows.join(format!("{name}.yml")), &text).unwrap();
                    }
                    if file.starts_with('.') { commands_of_workflow(&text) } else { Vec::new() }
                }
                _ => Vec::new(),
            };
            for script in scripts {
                n_run += 1;
                // A workflow of GitHub's runs in the repository that it lies in.
                let is_in_repository = file.is_some_and(|it| it.starts_with(".github/"));
                let folder = if is_in_repository { place.path().join("clones/shop") } else { place.path().to_owned() };
                failed.extend(run(place.path(), &folder, script).err().map(|it| format!("{name}: {it}")));
            }
        }
        if name == "catalogue" && has_tool("jq") {
            let asked = fs::read_to_string(place.path().join("asked.txt")).unwrap();
            assert_eq!(asked.lines().count(), 3, "a blueprint, a scorecard, and one batch for ten repositories");
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(n_run > 20, "only {n_run} blocks were found");
}
