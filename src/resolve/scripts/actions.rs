//! GitHub's workflows and actions: the scripts of their steps, checkouts of other repositories, and builds of images.

use super::pipelines::MAX_MATRIX;
use super::{Pieces, script, with_roots};
use crate::facts::Identity;
use crate::origin::terraform::resolve;
use crate::origin::{Origin, Pin, Reference, Version};
use crate::resolve::build_commands::{Build, Push, arguments_of_lines};
use crate::resolve::fetch_commands::Fetch;
use crate::resolve::runs::Script;
use crate::resolve::values::{OPEN, Text, Variables, path_from};
use crate::source::SourceFile;
use crate::syntax::yaml::{self, Kind, Node, Style};

/// What a workflow or action runs. `identity` is the repository's own.
pub(super) fn read<'t>(file: &SourceFile<'t>, identity: Option<&Identity>) -> Pieces<'t> {
    let (documents, _) = yaml::parse(file.text());
    let mut reader = Reader { file, identity, pieces: Pieces::default() };
    let Some(root) = documents.first() else { return reader.pieces };
    let variables = with_env(root, of_repository(root, identity, with_roots(&[])));
    let folder = default_folder(root);
    for (_, job) in root.get("jobs").map(Node::entries).unwrap_or_default() {
        let folder = default_folder(job).or(folder);
        for variables in matrix(job, &variables) {
            let variables = with_env(job, variables);
            reader.steps(job.get("steps"), folder, &variables);
        }
    }
    if let Some(runs) = root.get("runs") {
        reader.steps(runs.get("steps"), None, &variables);
    }
    reader.pieces
}

struct Reader<'f, 't> {
    file: &'f SourceFile<'t>,
    identity: Option<&'f Identity>,
    pieces: Pieces<'t>,
}

impl Reader<'_, '_> {
    fn steps(&mut self, steps: Option<Node<'_>>, default_folder: Option<&str>, variables: &Variables) {
        let Some(steps) = steps else { return };
        let checkout = self.own_checkout(steps, variables);
        // What steps write for those after them.
        let mut known = variables.clone();
        for step in steps.items() {
            let variables = with_env(step, known.clone());
            let folder = step.get("working-directory").and_then(Node::text).or(default_folder);
            if let Some((run, text)) = step.get("run").and_then(|it| Some((it, it.text()?))) {
                let workspace = above(&checkout);
                let folder = match folder {
                    Some(folder) => path_from(&workspace, &variables.expand(folder)),
                    None => Some(workspace),
                };
                let Some(folder) = folder else { continue };
                let line = self.file.at(run.resolved().span()).line;
                let has_lines = run.style() != Some(Style::Folded);
                let folder = within_checkout(&folder, &checkout);
                let script = script(text.to_owned(), line, vec![folder], variables);
                self.pieces.add(Script { has_lines, checkout: checkout.clone(), ..script });
            } else if let Some(uses) = step.get("uses").and_then(Node::text) {
                let name = uses.split('@').next().unwrap_or("");
                let with = |key: &str| {
                    let value = step.get("with")?.get(key)?;
                    Some((variables.expand(value.text()?), self.file.at(value.resolved().span()).line))
                };
                if name.eq_ignore_ascii_case("actions/checkout") {
                    self.checkout(step, &with, &checkout);
                } else if let Some(keys) = BUILDERS.iter().find(|it| name.eq_ignore_ascii_case(it.name)) {
                    self.build(keys, &with, &checkout, self.file.line(step.span().start));
                } else if name.eq_ignore_ascii_case("redhat-actions/push-to-registry") {
                    self.push(&with);
                } else if name.eq_ignore_ascii_case("docker/metadata-action")
                    && let Some(id) = step.get("id").and_then(Node::text)
                {
                    let names = with("images").and_then(|(it, _)| image_names(&it));
                    known.set(&format!("steps.{id}.outputs.tags"), names.as_deref());
                }
            }
        }
    }

    /// The folder that the repository itself is checked out into.
    fn own_checkout(&self, steps: Node<'_>, variables: &Variables) -> String {
        let is_own = |step: &Node<'_>| {
            let uses = step.get("uses").and_then(Node::text).and_then(|it| it.split('@').next()).unwrap_or("");
            let repository = step.get("with").and_then(|it| it.get("repository")?.text());
            uses.eq_ignore_ascii_case("actions/checkout") && repository.is_none_or(|it| self.is_own(it))
        };
        let own = steps.items().find(is_own);
        let path = own.and_then(|it| it.get("with")?.get("path")?.text());
        path.and_then(|it| path_from("", &variables.expand(it)))
            .filter(|it| !it.starts_with(['.', '/']))
            .unwrap_or_default()
    }

    fn is_own(&self, repository: &str) -> bool {
        let same =
            |it: &Identity| repository.split_once('/').is_some_and(|(owner, name)| it.is("github.com", owner, name));
        repository.trim_start_matches("${{").trim_end_matches("}}").trim() == "github.repository"
            || self.identity.is_some_and(same)
    }

    /// `actions/checkout` of another repository.
    fn checkout(&mut self, step: Node<'_>, with: &dyn Fn(&str) -> Option<(Text, u32)>, own: &str) {
        let Some((repository, line)) = with("repository") else { return };
        if step.get("with").and_then(|it| it.get("repository")?.text()).is_some_and(|it| self.is_own(it)) {
            return;
        }
        let path = with("path").map_or_else(|| Some(String::new()), |(path, _)| path_from("", &path));
        let Some(path) = path else { return };
        let host = match with("github-server-url").map(|(url, _)| url) {
            None => Some("github.com".to_owned()),
            Some(url) => {
                url.literal().and_then(|it| Some(it.split("://").nth(1)?.trim_end_matches('/').to_lowercase()))
            }
        };
        let origin = match (repository.literal().and_then(|it| it.split_once('/')), host) {
            (Some((owner, name)), Some(host)) if !name.contains('/') && !owner.is_empty() && !name.is_empty() => {
                Origin::Repo { host, owner: owner.to_owned(), name: name.to_owned(), path: String::new() }
            }
            (Some(_), _) | (None, Some(_)) if repository.open.is_none() => return,
            _ => {
                let open = repository.open.as_deref().unwrap_or("its host");
                let reason = format!("{open} is known only where it is fetched");
                Origin::Dynamic { prefix: repository.prefix().to_owned(), reason }
            }
        };
        let version = match with("ref").map(|(reference, _)| reference) {
            None => Version::git(None),
            Some(reference) => match reference.literal() {
                Some("") => Version::git(None),
                Some(reference) => Version::git(Some(reference)),
                None => Version::only(Pin::Dynamic),
            },
        };
        let folder = within_checkout(&resolve(&above(own), &path), own);
        self.pieces.fetches.push(Fetch { reference: Reference { origin, version }, folder, line });
    }

    /// A step that builds an image.
    fn build(&mut self, keys: &Builder, with: &dyn Fn(&str) -> Option<(Text, u32)>, own: &str, step: u32) {
        let Builder { name, arguments, files, tags } = keys;
        let given = arguments.iter().find_map(|key| with(key));
        let called = with(tags);
        let line = given.as_ref().or(called.as_ref()).map_or(step, |(_, line)| *line);
        let workspace = above(own);
        let context = with("context").map_or_else(|| Text::known("."), |(context, _)| context);
        let Some(context) = path_from(&workspace, &context).filter(|_| !context.text.contains("://")) else { return };
        let context = within_checkout(&context, own);
        let arguments = given.map(|(lines, _)| arguments_of_lines(&lines)).unwrap_or_default();
        let target = with("target").map(|(target, _)| target);
        let tags = called.map(|(tags, _)| listed(&tags)).unwrap_or_default();
        let says = |key: &str, word: &str| with(key).is_some_and(|(it, _)| it.text.contains(word));
        // An expression may come to true.
        let may_push = with("push").is_some_and(|(it, _)| it.text.trim() != "false");
        let is_pushed =
            *name != BUILDAH && (may_push || says("outputs", "push=true") || says("outputs", "type=registry"));
        let contexts = with("build-contexts").map(|(lines, _)| arguments_of_lines(&lines)).unwrap_or_default();
        let build = Build { dockerfile: None, context, target, arguments, tags, is_pushed, contexts, line };
        let named: Vec<(Text, u32)> = files.iter().find_map(|key| with(key)).into_iter().collect();
        let names = named.iter().flat_map(|(it, _)| it.text.lines().map(str::trim).filter(|it| !it.is_empty()));
        let names: Vec<&str> = names.collect();
        if names.is_empty() {
            return self.pieces.builds.push(build);
        }
        for name in names.into_iter().filter(|it| !it.contains(OPEN)) {
            let dockerfile = path_from(&workspace, &Text::known(name)).map(|it| within_checkout(&it, own));
            if dockerfile.is_some() {
                self.pieces.builds.push(Build { dockerfile, ..build.clone() });
            }
        }
    }

    /// A step that brings an image to a registry.
    fn push(&mut self, with: &dyn Fn(&str) -> Option<(Text, u32)>) {
        let (Some((registry, _)), Some((image, line))) = (with("registry"), with("image")) else { return };
        let text = format!("{}/{}", registry.text.trim_end_matches('/'), image.text);
        let name = Text { text, open: registry.open.or(image.open.clone()) };
        self.pieces.pushes.push(Push { name, of: Some(image), line });
    }
}

/// An action that builds an image, and its inputs.
struct Builder {
    /// The action.
    name: &'static str,
    /// Those for build arguments.
    arguments: &'static [&'static str],
    /// Those for the Dockerfile.
    files: &'static [&'static str],
    /// The one for what the image is called.
    tags: &'static str,
}

const BUILDAH: &str = "redhat-actions/buildah-build";

const BUILDERS: &[Builder] = &[
    Builder { name: "docker/build-push-action", arguments: &["build-args"], files: &["file"], tags: "tags" },
    Builder { name: BUILDAH, arguments: &["build-args"], files: &["containerfiles", "dockerfiles"], tags: "image" },
];

/// The items of an input that takes lines, or parts between commas, or both.
fn listed(text: &Text) -> Vec<Text> {
    let items = text.text.split(['\n', ',']).map(str::trim).filter(|it| !it.is_empty());
    items
        .map(|it| Text { text: it.to_owned(), open: if it.contains(OPEN) { text.open.clone() } else { None } })
        .collect()
}

/// The names that `docker/metadata-action` is given, one a line: `name`, or `name=name,enable=…`.
fn image_names(text: &Text) -> Option<String> {
    if text.text.contains(OPEN) {
        return None;
    }
    let lines = text.text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#'));
    let names = lines.flat_map(|line| match line.split(',').find_map(|it| it.trim().strip_prefix("name=")) {
        Some(name) => vec![name.to_owned()],
        None => line.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.contains('=')).collect(),
    });
    Some(names.collect::<Vec<_>>().join("\n"))
}

/// The variables, with what is known of the repository. A workflow that others call, or an action, runs for them.
fn of_repository(root: Node<'_>, identity: Option<&Identity>, mut variables: Variables) -> Variables {
    let Some(identity) = identity else { return variables };
    let is_called = match root.get("on") {
        Some(on) => {
            let mut events: Vec<&str> = on.text().into_iter().collect();
            events.extend(on.items().filter_map(Node::text));
            events.extend(on.entries().iter().filter_map(|(key, _)| key.text()));
            events.iter().all(|it| *it == "workflow_call")
        }
        None => true,
    };
    if is_called {
        return variables;
    }
    let Identity { host: _, owner, name } = identity;
    let full_name = format!("{owner}/{name}");
    for (of, value) in [
        ("GITHUB_REPOSITORY", &full_name),
        ("GITHUB_REPOSITORY_OWNER", owner),
        ("github.event.repository.name", name),
        ("github.repository", &full_name),
        ("github.repository_owner", owner),
    ] {
        variables.set(of, Some(value));
    }
    variables
}

/// The way from the repository, checked out into a folder, to the folder its job begins in.
fn above(checkout: &str) -> String {
    let parts = checkout.split('/').filter(|it| !it.is_empty()).count();
    vec![".."; parts].join("/")
}

/// A path of a job, where it leads back into the repository: `../main/x` is `x` where that is checked out to `main`.
pub(in crate::resolve) fn within_checkout(path: &str, checkout: &str) -> String {
    if checkout.is_empty() {
        return path.to_owned();
    }
    let into = format!("{}/{checkout}", above(checkout));
    match path.strip_prefix(into.as_str()) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest.trim_start_matches('/').to_owned(),
        _ => path.to_owned(),
    }
}

fn default_folder(node: Node<'_>) -> Option<&str> {
    node.get("defaults")?.get("run")?.get("working-directory")?.text()
}

/// The variables, with those of a node's `env`: both are looked up, `$NAME` and `env.NAME`.
fn with_env(node: Node<'_>, mut variables: Variables) -> Variables {
    for (name, value) in node.get("env").map(Node::entries).unwrap_or_default() {
        let (Some(name), Some(value)) = (name.text(), value.text()) else { continue };
        let value = variables.expand(value);
        for name in [name, &format!("env.{name}")] {
            variables.set(name, value.literal());
        }
    }
    variables
}

/// The variables for each combination of a job's `strategy.matrix`, where it is written out; one that something
/// computes leaves them as they are.
fn matrix(job: Node<'_>, variables: &Variables) -> Vec<Variables> {
    let Some(matrix) =
        job.get("strategy").and_then(|it| it.get("matrix")).filter(|it| it.resolved().kind() == Kind::Mapping)
    else {
        return vec![variables.clone()];
    };
    let mut combinations: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for (key, values) in matrix.entries() {
        let Some(key) = key.text().filter(|it| !matches!(*it, "include" | "exclude")) else { continue };
        let values: Vec<Vec<(String, String)>> = values.items().map(|it| scalars(key, it)).collect();
        if values.is_empty() || combinations.len() * values.len() > MAX_MATRIX {
            continue;
        }
        let with = |of: &Vec<(String, String)>| {
            let of = of.clone();
            values.iter().map(move |value| of.iter().chain(value).cloned().collect()).collect::<Vec<_>>()
        };
        combinations = combinations.iter().flat_map(with).collect();
    }
    let entries = |key: &str| {
        let items: Vec<_> = matrix.get(key).map(|it| it.items().collect()).unwrap_or_default();
        let of = |it: Node<'_>| -> Vec<(String, String)> {
            it.entries()
                .into_iter()
                .filter_map(|(key, value)| Some((key.text()?, value)))
                .flat_map(|(key, value)| scalars(key, value))
                .collect()
        };
        items.into_iter().take(MAX_MATRIX).map(of).collect::<Vec<_>>()
    };
    let excluded = entries("exclude");
    combinations.retain(|it| !excluded.iter().any(|out| !out.is_empty() && out.iter().all(|pair| it.contains(pair))));
    let own_keys: Vec<String> = combinations.iter().flatten().map(|(key, _)| key.clone()).collect();
    combinations.retain(|it| !it.is_empty());
    for included in entries("include").into_iter().filter(|it| !it.is_empty()) {
        // It is added to the combinations that it agrees with, and is one of its own where there are none.
        let mut agrees = false;
        for combination in &mut combinations {
            let fits = |(key, value): &(String, String)| {
                !own_keys.contains(key) || combination.iter().any(|(it, has)| it == key && has == value)
            };
            if !own_keys.is_empty() && included.iter().all(fits) {
                agrees = true;
                combination.extend(included.iter().cloned());
            }
        }
        if !agrees {
            combinations.push(included);
        }
    }
    if combinations.is_empty() {
        combinations.push(Vec::new());
    }
    let set = |pairs: Vec<(String, String)>| {
        let mut variables = variables.clone();
        pairs.iter().for_each(|(key, value)| variables.set(&format!("matrix.{key}"), Some(value)));
        variables
    };
    combinations.into_iter().take(MAX_MATRIX).map(set).collect()
}

/// A value of a matrix: a text, or a mapping of texts whose keys go on (`matrix.image.tag`).
fn scalars(key: &str, value: Node<'_>) -> Vec<(String, String)> {
    if let Some(text) = value.text() {
        // An expression in a matrix is computed by another job.
        return (!text.contains("${{")).then(|| (key.to_owned(), text.to_owned())).into_iter().collect();
    }
    let entries = value.entries().into_iter();
    let texts = entries.filter_map(|(name, value)| Some((format!("{key}.{}", name.text()?), value.text()?.to_owned())));
    texts.filter(|(_, text)| !text.contains("${{")).collect()
}
