//! What the programs of a script build images from: the Dockerfile, its context, and the build arguments; and what the
//! images are called. Pure: runs in, builds and pushes out.

use super::options::{Options, options, value};
use super::runs::Run;
use super::values::{OPEN, Text, path_from};

/// A build of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Build {
    /// The folder that is built from, relative to the repository.
    pub(super) context: String,
    /// The Dockerfile, likewise; none where it is the one in the context.
    pub(super) dockerfile: Option<String>,
    /// The stage that is built, where not the last.
    pub(super) target: Option<Text>,
    /// The build arguments that are given a value, by name; the last of a name counts.
    pub(super) arguments: Vec<(String, Text)>,
    /// What the image is called.
    pub(super) tags: Vec<Text>,
    /// Whether the build itself brings it to a registry.
    pub(super) is_pushed: bool,
    /// What takes the place of images in the build, by their names there: `docker-image://…`, a folder.
    pub(super) contexts: Vec<(String, Text)>,
    /// The line of the file that says so.
    pub(super) line: u32,
}

/// An image that is brought to a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Push {
    /// What it is called there.
    pub(super) name: Text,
    /// What it is called before, where it is given another name for it.
    pub(super) of: Option<Text>,
    /// The line of the file that says so.
    pub(super) line: u32,
}

/// The images that the runs of one script build.
pub(super) fn builds(runs: &[Run]) -> Vec<Build> {
    runs.iter().filter_map(build).collect()
}

/// The images that the runs of one script bring to a registry.
pub(super) fn pushes(runs: &[Run]) -> Vec<Push> {
    let mut names: Vec<(&Text, &Text)> = Vec::new();
    let mut found = Vec::new();
    for run in runs {
        if !matches!(run.program.as_str(), "docker" | "nerdctl" | "finch" | "podman" | "buildah") {
            continue;
        }
        let words: Vec<&str> = run.arguments.iter().map(|it| it.text.as_str()).collect();
        let start = 1 + usize::from(words.first() == Some(&"image"));
        let Some(command) = words.get(start - 1) else { continue };
        let positional = options(run.arguments.get(start..).unwrap_or_default(), WITH_VALUE).positional;
        match (*command, positional.as_slice()) {
            ("tag", [_, _]) => {
                if let [.., of, name] = run.arguments.as_slice() {
                    names.push((of, name));
                }
            }
            // `podman push image docker://registry/name`
            ("push", [of, name, ..]) => {
                found.push(Push { name: name.clone(), of: Some(of.clone()), line: run.line });
            }
            ("push", [name]) => {
                let of = names.iter().rev().find(|(_, it)| *it == name).map(|(of, _)| (*of).clone());
                found.push(Push { name: name.clone(), of, line: run.line });
            }
            _ => {}
        }
    }
    found
}

/// Build arguments as lines of `NAME=value`, as actions take them.
pub(super) fn arguments_of_lines(text: &Text) -> Vec<(String, Text)> {
    let lines = text.text.lines().map(str::trim).filter(|it| !it.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('='));
    let pairs = pairs.map(|(name, value)| {
        let value = ['"', '\''].iter().find_map(|&it| value.strip_prefix(it)?.strip_suffix(it)).unwrap_or(value);
        (name.trim().to_owned(), part(value, text))
    });
    pairs.collect()
}

fn part(value: &str, of: &Text) -> Text {
    let open = if value.contains(OPEN) { of.open.clone() } else { None };
    Text { text: value.to_owned(), open }
}

/// The host that an option of Azure's registries names by its account.
const ACR: &str = ".azurecr.io";

fn build(run: &Run) -> Option<Build> {
    let words: Vec<&str> = run.arguments.iter().map(|it| it.text.as_str()).collect();
    let is_kaniko = run.program == "executor";
    // Where the arguments of the build itself begin.
    let start = match run.program.as_str() {
        "docker" | "nerdctl" | "finch" | "podman" | "img" | "buildah" => {
            let mut at = 0;
            while let Some(option) = words.get(at).filter(|it| it.starts_with('-')) {
                at += 1 + usize::from(GLOBAL.contains(option));
            }
            match words.get(at..)? {
                ["build" | "bud" | "build-using-dockerfile", ..] => at + 1,
                ["buildx" | "image" | "builder", "build" | "b", ..] => at + 2,
                _ => return None,
            }
        }
        "docker-buildx" if words.first() == Some(&"build") => 1,
        "az" if words.starts_with(&["acr", "build"]) => 2,
        "executor" => 0,
        _ => return None,
    };
    let Options { values, positional, flags } = options(run.arguments.get(start..)?, WITH_VALUE);
    let given = values.iter().filter(|(name, _)| name == "--build-arg").filter_map(|(_, value)| {
        match value.text.split_once('=') {
            Some((name, text)) => Some((name.to_owned(), part(text, value))),
            // A name alone takes the value of the environment.
            None => run.named.get(&value.text).map(|it| (value.text.clone(), Text::known(it.as_str()))),
        }
    });
    let arguments = given.filter(|(name, _)| !name.contains(OPEN)).collect();
    let folder = run.folder.as_deref();
    let written = if is_kaniko { value(&values, &["--context", "-c"])? } else { positional.last()?.clone() };
    let context = Text { text: written.text.trim_start_matches("dir://").to_owned(), open: written.open.clone() };
    // From a pipe or from elsewhere.
    if context.text == "-" || context.text.contains("://") || context.text.starts_with("git@") {
        return None;
    }
    let context = path_from(folder.or(context.prefix().starts_with(['/', '\u{1}']).then_some(""))?, &context)?;
    let dockerfile = match value(&values, &["-f", "--file", "--dockerfile"]) {
        // Kaniko looks in the context first, as `az acr build` does.
        Some(file) if is_kaniko || run.program == "az" => Some(path_from(&context, &file)?),
        Some(file) => Some(path_from(folder?, &file)?),
        None => None,
    };
    let target = value(&values, &["--target"]);
    let is_acr = run.program == "az";
    let named = |name: &str| match name {
        "--destination" => is_kaniko,
        "-d" => is_kaniko,
        "--image" => is_acr,
        "--tag" | "-t" => !is_kaniko,
        _ => false,
    };
    let mut tags: Vec<Text> = values.iter().filter(|(name, _)| named(name)).map(|(_, it)| it.clone()).collect();
    if let Some(registry) = value(&values, &["--registry", "-r"]).filter(|_| is_acr) {
        let host = if registry.text.contains('.') { "" } else { ACR };
        for tag in &mut tags {
            tag.text = format!("{}{host}/{}", registry.text, tag.text);
            tag.open = registry.open.clone().or(tag.open.take());
        }
    }
    let pushes = |it: &String| it == "--push" || it == "--push=true";
    let output = value(&values, &["--output", "-o"]);
    let is_output = output.is_some_and(|it| it.text.contains("push=true") || it.text.contains("type=registry"));
    let is_pushed = is_kaniko && !flags.iter().any(|it| it == "--no-push")
        || is_acr && !flags.iter().any(|it| it == "--no-push")
        || is_output
        || flags.iter().any(pushes);
    let contexts = values.iter().filter(|(name, _)| name == "--build-context");
    let contexts = contexts.filter_map(|(_, it)| {
        let (name, context) = it.text.split_once('=')?;
        Some((name.to_owned(), part(context, it)))
    });
    let contexts = contexts.collect();
    Some(Build { context, dockerfile, target, arguments, tags, is_pushed, contexts, line: run.line })
}

/// Options before the command that take a value.
const GLOBAL: &[&str] =
    &["--config", "--context", "--host", "--log-level", "--root", "--storage-driver", "-H", "-c", "-l"];

/// Options of builds that take a value, of all programs; sorted.
const WITH_VALUE: &[&str] = &[
    "--add-host",
    "--agent-pool",
    "--allow",
    "--annotation",
    "--arch",
    "--attest",
    "--auth-mode",
    "--authfile",
    "--build-arg",
    "--build-arg-file",
    "--build-context",
    "--builder",
    "--cache-from",
    "--cache-to",
    "--cgroup-parent",
    "--context",
    "--creds",
    "--destination",
    "--dockerfile",
    "--env",
    "--file",
    "--format",
    "--iidfile",
    "--image",
    "--image-name-with-digest-file",
    "--isolation",
    "--jobs",
    "--label",
    "--manifest",
    "--memory",
    "--metadata-file",
    "--network",
    "--no-cache-filter",
    "--os",
    "--output",
    "--platform",
    "--progress",
    "--registry",
    "--resource-group",
    "--secret",
    "--secret-build-arg",
    "--security-opt",
    "--shm-size",
    "--ssh",
    "--subscription",
    "--tag",
    "--target",
    "--timeout",
    "--ulimit",
    "--userns",
    "--variant",
    "--volume",
    "-c",
    "-d",
    "-f",
    "-g",
    "-m",
    "-o",
    "-r",
    "-t",
    "-v",
];

#[cfg(test)]
mod tests {
    use super::{OPEN, WITH_VALUE, builds};
    use crate::resolve::runs::{Script, runs};
    use crate::resolve::values::Variables;

    #[test]
    fn the_table_is_sorted() {
        assert!(WITH_VALUE.is_sorted());
    }

    /// Every build as `context [dockerfile] NAME=value …`.
    fn told(text: &str) -> String {
        let variables = Variables::default();
        let script = Script {
            text: text.into(),
            line: 1,
            has_lines: true,
            folders: Vec::new(),
            checkout: String::new(),
            variables,
        };
        let with_arguments = |it: &super::Build| !it.arguments.is_empty();
        let shown = builds(&runs(&script, "", "")).into_iter().filter(with_arguments).map(|it| {
            let file = it.dockerfile.map(|it| format!(" [{it}]")).unwrap_or_default();
            let arguments: String =
                it.arguments.iter().map(|(name, value)| format!(" {name}={}", value.text)).collect();
            format!("{:?}{file}{arguments}", it.context).replace(OPEN, "?")
        });
        shown.collect::<Vec<_>>().join("; ")
    }

    /// Every name that a script gives an image, and every push.
    fn names(text: &str) -> String {
        let variables = Variables::default();
        let script = Script {
            text: text.into(),
            line: 1,
            has_lines: true,
            folders: Vec::new(),
            checkout: String::new(),
            variables,
        };
        let runs = runs(&script, "", "");
        let built = builds(&runs).into_iter().flat_map(|it| {
            let sign = if it.is_pushed { "+" } else { "" };
            it.tags.into_iter().map(move |tag| format!("{sign}{}", tag.text)).collect::<Vec<_>>()
        });
        let pushed = super::pushes(&runs).into_iter().map(|it| {
            let of = it.of.map(|of| format!("{}=", of.text)).unwrap_or_default();
            format!("push {of}{}", it.name.text)
        });
        built.chain(pushed).collect::<Vec<_>>().join("; ").replace(OPEN, "?")
    }

    #[test]
    fn names_of_images() {
        for (script, expected) in [
            ("docker build -t ghcr.io/acme/a:1 .", "ghcr.io/acme/a:1"),
            ("docker build -t a --tag=b:2 . && docker push b:2", "a; b:2; push b:2"),
            ("docker buildx build --push -t acme/a:$V .", "+acme/a:?"),
            ("docker buildx build --output=type=image,push=true -t acme/a .", "+acme/a"),
            (
                "docker build -t a . && docker tag a ghcr.io/acme/a:1 && docker push ghcr.io/acme/a:1",
                "a; push a=ghcr.io/acme/a:1",
            ),
            ("docker push --all-tags ghcr.io/acme/a", "push ghcr.io/acme/a"),
            (
                "/kaniko/executor --context dir://. --destination ghcr.io/acme/a:1 -d acme/b",
                "+ghcr.io/acme/a:1; +acme/b",
            ),
            ("/kaniko/executor --context . --no-push --destination acme/a", "acme/a"),
            ("az acr build -r acmereg -t team/a:{{.Run.ID}} .", "+acmereg.azurecr.io/team/a:{{.Run.ID}}"),
            ("az acr build --registry acmereg.azurecr.io --image a:1 .", "+acmereg.azurecr.io/a:1"),
            ("buildah bud -t a . && buildah push a docker://quay.io/acme/a:1", "a; push a=docker://quay.io/acme/a:1"),
            ("podman image push quay.io/acme/a", "push quay.io/acme/a"),
            ("git push origin main", ""),
            ("docker pull acme/a", ""),
        ] {
            assert_eq!(names(script), expected, "{script}");
        }
    }

    #[test]
    fn forms_of_builds() {
        for (script, expected) in [
            ("docker build --build-arg A=1 .", "\"\" A=1"),
            ("docker build --build-arg=A=1 --build-arg B=x=y -t a:b app", "\"app\" A=1 B=x=y"),
            ("docker build -f docker/Dockerfile --build-arg A=1 .", "\"\" [docker/Dockerfile] A=1"),
            ("docker build --file=x.Dockerfile --build-arg 'A=1 2' . --pull", "\"\" [x.Dockerfile] A=1 2"),
            ("cd app && docker build -f ../Dockerfile --build-arg A=1 .", "\"app\" [Dockerfile] A=1"),
            ("docker --context remote build --build-arg A=1 app/", "\"app\" A=1"),
            ("docker buildx build --platform linux/amd64 --push --build-arg A=1 app", "\"app\" A=1"),
            ("docker image build --build-arg A=1 .", "\"\" A=1"),
            ("docker builder build --build-arg A=1 .", "\"\" A=1"),
            ("DOCKER_BUILDKIT=1 docker build --build-arg A=1 .", "\"\" A=1"),
            ("IMAGE=$(docker build -q . --build-arg A=1)", "\"\" A=1"),
            ("podman build --layers --build-arg A=1 -f Containerfile .", "\"\" [Containerfile] A=1"),
            ("buildah bud --build-arg A=1 app", "\"app\" A=1"),
            ("buildah build-using-dockerfile --build-arg A=1 app", "\"app\" A=1"),
            ("nerdctl build --build-arg A=1 .", "\"\" A=1"),
            ("az acr build -r reg -t a:b --build-arg A=1 -f d/Dockerfile .", "\"\" [d/Dockerfile] A=1"),
            ("/kaniko/executor --context $CI_DIR/app --build-arg A=1 --destination x", ""),
            (
                "/kaniko/executor --context dir://app --dockerfile Dockerfile.dev --build-arg A=1 --destination x",
                "\"app\" [app/Dockerfile.dev] A=1",
            ),
            ("V=1.2\ndocker build --build-arg A=v$V .", "\"\" A=v1.2"),
            ("docker build --build-arg A=$V --build-arg B=1 .", "\"\" A=? B=1"),
            ("export A=1\ndocker build --build-arg A .", "\"\" A=1"),
            ("docker build --build-arg A .", ""),
            ("docker build .", ""),
            ("docker build --build-arg A=1 - < Dockerfile", ""),
            ("docker build --build-arg A=1 https://github.com/acme/x.git", ""),
            ("docker build --build-arg A=1 \"$DIR\"", ""),
            ("docker build --build-arg A=1 -f \"$FILE\" .", ""),
            ("docker run --build-arg A=1 x", ""),
            ("echo docker build --build-arg A=1 .", ""),
            ("# docker build --build-arg A=1 .", ""),
            ("cat <<X\ndocker build --build-arg A=1 .\nX", ""),
            ("docker pull x", ""),
        ] {
            assert_eq!(told(script), expected, "{script}");
        }
    }
}
