//! What a container is started for: the command behind `docker run IMAGE`, `docker compose run SERVICE` and their like.

use super::table::{INTERPRETERS, SHELLS, tool};
use super::tools::program_name;
use crate::pipeline::Command;

/// Flags of `run` and `exec` that take no value; sorted. All others take the next word, unless they have theirs behind
/// `=`. (Reference of the Docker CLI: `docker container run`, `docker container exec`, `docker compose run`.)
const WITHOUT_VALUE: &[&str] = &[
    "--build",
    "--detach",
    "--disable-content-trust",
    "--init",
    "--interactive",
    "--no-TTY",
    "--no-deps",
    "--no-healthcheck",
    "--oom-kill-disable",
    "--privileged",
    "--publish-all",
    "--quiet",
    "--quiet-build",
    "--quiet-pull",
    "--read-only",
    "--remove-orphans",
    "--rm",
    "--service-ports",
    "--sig-proxy",
    "--tty",
    "--use-aliases",
];

/// Letters of short flags that take no value; a cluster of them takes none either (`-it`).
const LETTERS_WITHOUT_VALUE: &str = "PTditq";

/// The words that run in the container that a command starts or enters, from the program on: what stands behind the
/// image or service, behind the program that `--entrypoint` or the name of the image or service says, where that is a
/// tool we know. None where nothing does, or where the command is no such start.
pub(super) fn inside(command: &Command, arguments: &[String]) -> Option<Vec<String>> {
    let names_tool = match (command.tool.as_str(), command.verb.as_str()) {
        ("docker" | "nerdctl" | "podman", "compose run" | "container run" | "run") | ("docker-compose", "run") => true,
        ("docker" | "nerdctl" | "podman", "compose exec" | "container exec" | "exec") | ("docker-compose", "exec") => {
            false
        }
        _ => return None,
    };
    let verb = command.verb.rsplit(' ').next().unwrap_or_default();
    let behind = arguments.iter().position(|it| it == verb)? + 1;
    let mut entrypoint = None;
    let mut rest = arguments.get(behind..)?;
    while let Some(flag) = rest.first().filter(|it| it.starts_with('-')) {
        let (name, value) = flag.split_once('=').map_or((flag.as_str(), None), |(name, value)| (name, Some(value)));
        let takes_none = match name.strip_prefix("--") {
            Some(_) => value.is_some() || WITHOUT_VALUE.binary_search(&name).is_ok(),
            // The value may stand in the same word: `-eNAME`, `-v/a:/b`.
            None => value.is_some() || name.len() > 2 || LETTERS_WITHOUT_VALUE.contains(&name[1..]),
        };
        if name == "--entrypoint" {
            entrypoint = value.or_else(|| rest.get(1).map(String::as_str));
        }
        rest = rest.get(if takes_none { 1 } else { 2 }..)?;
    }
    let (target, words) = rest.split_first()?;
    let is_known = |it: &str| tool(it).is_some() || INTERPRETERS.has(it) || SHELLS.has(it);
    let program = match entrypoint.filter(|it| !it.is_empty()) {
        Some(it) => Some(program_name(it)),
        // `docker run aquasec/trivy trivy fs .` says it itself.
        None if words.first().is_some_and(|first| is_known(program_name(first))) => None,
        None => names_tool.then(|| name_of_image(target)).filter(|it| tool(it).is_some()),
    };
    let mut found: Vec<String> = program.map(str::to_owned).into_iter().collect();
    found.extend(words.iter().cloned());
    found.first().is_some_and(|it| is_known(program_name(it))).then_some(found)
}

/// The last part of an image's name: `trivy` of `docker.io/aquasec/trivy:0.50`.
fn name_of_image(image: &str) -> &str {
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split([':', '@']).next().unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::WITHOUT_VALUE;
    use crate::syntax::shell::commands;

    #[test]
    fn flags_are_sorted() {
        assert!(WITHOUT_VALUE.is_sorted());
    }

    #[test]
    fn what_runs_in_a_container() {
        for (script, expected) in [
            ("docker compose -f x.yml run --rm -v a:/b snyk iac test /b", "snyk iac test"),
            ("docker-compose run --rm -e A=b app npm run lint", "npm run lint"),
            ("docker compose run app", "docker compose run"),
            ("docker run -it --rm -v $PWD:/w -w /w node:20 npm test", "npm test"),
            ("docker run --rm aquasec/trivy:0.50 fs .", "trivy fs"),
            ("docker run --rm aquasec/trivy trivy fs .", "trivy fs"),
            ("docker run --entrypoint terraform -v a:b hashicorp/tool plan -out x", "terraform plan"),
            ("docker run --entrypoint=/bin/terraform hashicorp/tool plan", "terraform plan"),
            ("podman run --network host -p 1:2 golang:1.26 go test ./...", "go test"),
            ("docker exec -u root web npm run migrate", "npm run migrate"),
            ("docker run node:20 sh -c 'npm ci && npm test'", "npm ci; npm test"),
            ("docker run -d -p 80:80 nginx", "docker run"),
            ("docker run acme/tool --flag value", "docker run"),
            ("docker run", "docker run"),
            ("docker run --rm", "docker run"),
        ] {
            let found: Vec<String> = commands(script).into_iter().map(String::from).collect();
            assert_eq!(found.join("; "), expected, "{script}");
        }
    }
}
