//! Azure Pipelines: pipelines and templates → what they run, what they use, what they offer.
//!
//! Pipelines and templates are one format. Templates hold stages, jobs, steps or variables, and are put in the place of
//! the `template` that names them; the one that `extends` names has the whole pipeline. Expressions that change the
//! structure are read through ([`outline`]), those that name a parameter with a default or a literal variable are
//! filled in ([`values`]).
//!
//! A step by a task is `task:Name`. Tasks that are but another spelling of a script step (`Bash@3` of `bash`) are their
//! commands alone; others that run commands are the task and then the commands. Lists of stages, jobs and steps that a
//! call hands to its template run within it; they are told beside the call, as jobs of this file. What the remote and
//! the other files of the repository say is added at the end ([`mod@settle`]).

mod container;
mod jobs;
mod outline;
mod settle;
mod steps;
mod tasks;
mod values;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use self::outline::{all, entries, get, has_expression, items};
pub(super) use self::settle::settle;
use self::values::Values;
use super::ci::{self, Reader, exact, identity};
use super::documents::Yaml;
use crate::classify::{FileKind, is_azure_name};
use crate::facts::{Artifact, Context, Described, Facts, GapReason, Offer};
use crate::origin::{Origin, Reference, WhyNot, action, azure};
use crate::pipeline::gate::leave_out;
use crate::pipeline::{Command, Job, Pipeline, Role, System};
use crate::resolve::Questions;
use crate::source::{Location, SourceFile};
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

/// What an expression starts with that a template engine fills in, not Azure; sorted.
const TEMPLATE_ROOTS: &[&str] = &["cookiecutter", "copier__", "values"];

/// How deep steps within what steps are handed are followed.
const MAX_DEPTH: usize = 20;

/// How many stages, jobs and steps are looked at: parameters may multiply them.
const MAX_PARTS: usize = 10_000;

pub(super) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    ci::read_marked(file, facts, marker, |reader| {
        let yaml = reader.yaml;
        let root = reader.root().filter(|it| BODIES.iter().any(|key| !all(*it, key).is_empty()));
        match root {
            Some(root) => read(reader, questions, root),
            None if yaml.is_broken => {}
            None => {
                let detail = "not a pipeline: it has no stages, jobs, steps, variables and extends nothing";
                reader.facts.gap(file.at(0..0), GapReason::Syntax, detail);
            }
        }
    });
}

/// What a pipeline or a template is made of, each of which may be all of it.
const BODIES: &[&str] = &["stages", "jobs", "phases", "steps", "extends", "variables", "resources", "trigger"];

/// Where a file shows that a template engine has to fill it in before it is a pipeline.
fn marker(text: &str) -> Option<usize> {
    // A variable of a loop may have any name.
    let roots = if text.contains("each values in") { &TEMPLATE_ROOTS[..2] } else { TEMPLATE_ROOTS };
    ci::marker_of(text, roots)
}

/// What is needed all the way down a file.
struct Azure<'q, 'r> {
    reader: Reader<'r, 'r>,
    questions: &'q mut Questions,
    values: Values<'r>,
    role: Role,
    /// The repositories that aliases stand for, by alias in lower case.
    repositories: BTreeMap<String, Reference>,
    /// The images that names stand for.
    containers: BTreeMap<String, Origin>,
    jobs: Vec<Job>,
    /// The jobs (indices) that say themselves what has to be true.
    run_anyway: FxHashSet<usize>,
    /// How often an id was asked for.
    ids: FxHashMap<String, usize>,
    /// How many stages, jobs and steps may still be looked at.
    left: usize,
    depth: usize,
}

fn read<'r>(reader: Reader<'r, 'r>, questions: &mut Questions, root: Node<'r>) {
    let file = reader.yaml.file();
    let role = role(file.path(), root);
    let mut azure = Azure {
        reader,
        questions,
        values: Values::default(),
        role,
        repositories: BTreeMap::new(),
        containers: BTreeMap::new(),
        jobs: Vec::new(),
        run_anyway: FxHashSet::default(),
        ids: FxHashMap::default(),
        left: MAX_PARTS,
        depth: 0,
    };
    azure.questions.ask_pipelines();
    all(root, "parameters").into_iter().for_each(|it| azure.values.add_parameters(it));
    // A name that is put into an address may be declared after it.
    all(root, "variables").into_iter().for_each(|it| azure.values.add_variables(it));
    for resources in all(root, "resources") {
        azure.repositories(resources);
        azure.containers(resources);
    }
    all(root, "variables").into_iter().for_each(|it| azure.variables(it));
    azure.top(root);
    let Azure { reader, mut jobs, run_anyway, left, .. } = azure;
    leave_out(&mut jobs, &|it| run_anyway.contains(&it));
    let yaml = reader.yaml;
    if left == 0 {
        reader.facts.gap(file.at(0..0), GapReason::TooComplex, "more stages, jobs and steps than are read");
    }
    if is_template(role) {
        let offer = offer(file.start(), inputs(yaml, root), reader.context);
        reader.facts.offers.push(offer);
    }
    // The name is the number of a run; one without expressions is a name.
    let name = yaml.text_of(root, "name").filter(|it| !has_expression(it)).unwrap_or_default();
    reader.facts.pipelines.push(Pipeline {
        at: file.start(),
        system: System::AzurePipelines,
        name: name.to_owned(),
        triggers: if is_template(role) { BTreeSet::new() } else { triggers(root) },
        role,
        jobs,
        parts: Vec::new(),
        stages: Vec::new(),
        exact: exact(root),
        context: reader.context,
    });
}

impl<'r> Azure<'_, 'r> {
    /// Keeps which repositories aliases stand for.
    fn repositories(&mut self, resources: Node<'r>) {
        for list in all(resources, "repositories") {
            for it in items(list, &|text| self.values.list(text)) {
                let text = |key| get(it, key).filter(|it| !it.is_null()).and_then(|it| self.reader.yaml.text(it));
                let (Some(alias), Some(name)) = (text("repository"), text("name")) else { continue };
                let fill = |text: &str| self.values.fill_in(text).into_owned();
                let reference = text("ref").map(fill);
                let found = azure::repository(text("type").unwrap_or(""), &fill(name), reference.as_deref());
                self.repositories.insert(alias.to_ascii_lowercase(), found);
            }
        }
    }

    /// Adds the variables of a document, a stage or a job to what is known, and the templates among them to what is
    /// used.
    fn variables(&mut self, variables: Node<'r>) {
        self.values.add_variables(variables);
        if variables.resolved().kind() == Kind::Mapping {
            return;
        }
        for it in items(variables, &|text| self.values.list(text)) {
            if let Some(template) = get(it, "template") {
                self.template(template);
            }
        }
    }

    /// Adds what a `template` names, and tells it without its version.
    fn template(&mut self, node: Node<'r>) -> Option<String> {
        let yaml = self.reader.yaml;
        let Some(text) = yaml.text(node).filter(|it| !it.trim().is_empty()) else {
            yaml.wrong_shape(Some(node), "template is not text", self.reader.facts);
            return None;
        };
        let filled = self.values.fill_in(text);
        // A parameter that is empty by itself is for the caller to give.
        let text = if filled.trim().is_empty() { text } else { &*filled };
        let text = ci::without_secret(text).into_owned();
        let lookup = |alias: &str| self.repositories.get(&alias.to_ascii_lowercase()).cloned();
        let parsed = match azure::template(&text, yaml.file().folder(), &lookup) {
            // What calls a template may declare what the template names.
            Err(WhyNot { reason: azure::UNDECLARED, .. }) if self.role != Role::Pipeline => {
                Ok(Reference::dynamic("", "the pipeline that calls the template declares the repository"))
            }
            parsed => parsed,
        };
        let reference = Reference::of(parsed);
        if let Origin::Local { path } = &reference.origin
            && !path.starts_with("../")
        {
            self.questions.ask_include(path, FileKind::AzurePipeline);
        }
        let identity = called(&reference.origin, &text);
        self.reader.add(node, Artifact::CiTemplate, reference);
        Some(identity)
    }

    /// The commands of a script.
    fn commands(&self, interpreter: &str, script: &str) -> Vec<Command> {
        if interpreter.is_empty() && is_cmd(script) {
            return shell::commands_of("cmd", script);
        }
        shell::commands_of(interpreter, &without_macros(script))
    }

    /// Does something one level further down, unless that is too deep.
    fn in_depth(&mut self, node: Node<'r>, then: impl FnOnce(&mut Self)) {
        if self.depth >= MAX_DEPTH {
            let at = self.reader.yaml.file().at(node.span().start..node.span().start);
            return self.reader.facts.gap(at, GapReason::TooComplex, "lists within lists, too deep to be read");
        }
        self.depth += 1;
        then(self);
        self.depth -= 1;
    }

    /// Whether one more stage, job or step may be looked at.
    fn spend(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }
}

/// Whether a script can only be one of Windows' command interpreter: it runs a program by a path with backslashes.
fn is_cmd(script: &str) -> bool {
    let words = script.lines().filter_map(|line| line.split_whitespace().find(|it| !it.eq_ignore_ascii_case("call")));
    let is_path = |word: &str| word.split('\\').count() > 1 && word.split('\\').all(|part| !part.is_empty());
    words.map(|it| it.trim_matches('"')).any(is_path)
}

/// A script without Azure's macros, `$(name)`, which a shell would take for a command. What has more than one word is
/// one; a single word may be either, and such a command (`$(pwd)`) does nothing of note.
fn without_macros(script: &str) -> Cow<'_, str> {
    if !script.contains("$(") {
        return Cow::Borrowed(script);
    }
    let mut out = String::with_capacity(script.len());
    let mut rest = script;
    while let Some(start) = rest.find("$(") {
        let inner = &rest[start + 2..];
        let end =
            inner.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-')).unwrap_or(inner.len());
        if end > 0 && inner[end..].starts_with(')') {
            out.push_str(&rest[..start]);
            // What an expression is to the reader of shells.
            out.push_str("${{ x }}");
            rest = &inner[end + 1..];
        } else {
            out.push_str(&rest[..start + 2]);
            rest = inner;
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A template without its version, by what its text says.
fn called(origin: &Origin, text: &str) -> String {
    match origin {
        // The server knows the repository by its name; the path is the template within it.
        Origin::ServerSide { name } => {
            let path = text.rsplit_once('@').map_or(text, |(path, _)| path).replace('\\', "/");
            format!("server:{name}/{}", action::normalise(&path))
        }
        Origin::Dynamic { prefix, .. } if prefix.is_empty() => text.to_owned(),
        Origin::Invalid { .. } => text.to_owned(),
        Origin::Dynamic { .. }
        | Origin::Image { .. }
        | Origin::Local { .. }
        | Origin::Registry { .. }
        | Origin::Repo { .. }
        | Origin::Url { .. } => identity(origin),
    }
}

fn is_template(role: Role) -> bool {
    match role {
        Role::Template | Role::Both => true,
        Role::Pipeline => false,
    }
}

/// Folders that templates are kept in, in lower case; sorted.
const TEMPLATE_FOLDERS: &[&str] =
    &["job", "jobs", "stage", "stages", "step", "steps", "task", "tasks", "template", "templates", "variables", "vars"];

/// Whether a file runs by itself: its name is a pipeline's, or it has what only pipelines have. Else it is a template
/// where it has parameters, holds nothing but variables, or lies where templates do.
///
/// A pipeline without triggers in a folder of its own choosing looks like a template without parameters: it is a
/// pipeline unless another file calls it ([`mod@settle`]).
fn role(path: &str, root: Node<'_>) -> Role {
    let has = |key: &str| !all(root, key).is_empty();
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if ["trigger", "pr", "schedules"].into_iter().any(has) || is_azure_name(name) {
        return Role::Pipeline;
    }
    let is_bare = !["stages", "jobs", "phases", "steps", "extends"].into_iter().any(has);
    if has("parameters") && !has("resources") || is_bare {
        return Role::Template;
    }
    let lies_with_templates =
        folder.split('/').any(|part| TEMPLATE_FOLDERS.binary_search(&part.to_ascii_lowercase().as_str()).is_ok());
    let has_more = ["name", "pool", "resources"].into_iter().any(has);
    if lies_with_templates && !has_more { Role::Template } else { Role::Pipeline }
}

/// What a template offers to those that call it.
fn offer(at: Location, inputs: Described, context: Context) -> Offer {
    Offer {
        artifact: Artifact::CiTemplate,
        path: at.path.clone(),
        name: at.path.rsplit('/').next().unwrap_or_default().to_owned(),
        version: None,
        // Templates have no description of their own.
        described: false,
        inputs,
        outputs: Described::default(),
        traits: BTreeSet::new(),
        context,
        at,
    }
}

/// The parameters of a template; what one is for, its `displayName` says.
fn inputs<'r>(yaml: &Yaml<'r>, root: Node<'r>) -> Described {
    let mut inputs = Described::default();
    for parameters in all(root, "parameters") {
        if parameters.resolved().kind() == Kind::Mapping {
            entries(parameters).iter().for_each(|_| inputs.count(false));
        }
        for it in items(parameters, &|_| None).into_iter().filter(|it| it.get("name").is_some()) {
            if parameters.resolved().kind() == Kind::Sequence {
                inputs.count(yaml.text_of(it, "displayName").is_some());
            }
        }
    }
    inputs
}

/// What starts a pipeline. Without `trigger` every push does, and without `pr` every pull request.
fn triggers(root: Node<'_>) -> BTreeSet<String> {
    let is_none = |it: &Node<'_>| it.text().is_some_and(|text| text.eq_ignore_ascii_case("none"));
    let starts = |key: &str| {
        let values = all(root, key);
        values.is_empty() || values.iter().any(|it| !is_none(it) && !it.is_null())
    };
    let resources = |key: &str| {
        let all_of = all(root, "resources").into_iter().flat_map(|it| all(it, key)).collect::<Vec<_>>();
        all_of.into_iter().flat_map(|list| items(list, &|_| None)).collect::<Vec<_>>()
    };
    let has_trigger = |key: &str| {
        resources(key)
            .into_iter()
            .any(|it| get(it, "trigger").is_some_and(|it| !is_none(&it) && it.text() != Some("false")))
    };
    let mut found = BTreeSet::new();
    let mut add = |name: &str, is_there: bool| {
        if is_there {
            found.insert(name.to_owned());
        }
    };
    add("push", starts("trigger") || has_trigger("repositories"));
    add("pull_request", starts("pr"));
    add("schedule", all(root, "schedules").into_iter().any(|it| !items(it, &|_| None).is_empty()));
    add("pipeline", has_trigger("pipelines"));
    add("container", has_trigger("containers"));
    add("package", has_trigger("packages"));
    add("webhook", !resources("webhooks").is_empty());
    if found.is_empty() {
        found.insert("manual".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{TEMPLATE_FOLDERS, TEMPLATE_ROOTS, is_cmd, marker, without_macros};

    #[test]
    fn tables_are_sorted() {
        assert!(TEMPLATE_ROOTS.is_sorted());
        assert!(TEMPLATE_FOLDERS.is_sorted());
    }

    #[test]
    fn macros() {
        for (script, expected) in [
            ("make", "make"),
            ("cd $(Build.SourcesDirectory)", "cd ${{ x }}"),
            ("a $(b)$(c-d) $(e f)", "a ${{ x }}${{ x }} $(e f)"),
            ("$($(a) b) $(", "$(${{ x }} b) $("),
            ("$()", "$()"),
        ] {
            assert_eq!(without_macros(script), expected, "{script}");
        }
    }

    #[test]
    fn scripts_of_windows() {
        for (script, expected) in [
            ("eng\\build.cmd -ci", true),
            ("call eng\\build.cmd", true),
            ("echo a\\nb", false),
            ("make \\\n  all", false),
            ("./build.sh", false),
        ] {
            assert_eq!(is_cmd(script), expected, "{script}");
        }
    }

    #[test]
    fn template_engines() {
        for (text, expected) in [
            ("a: ${{ parameters.b }}", None),
            ("a: ${{ values.b }}", Some(4)),
            ("- ${{ each values in parameters.b }}:\n  a: ${{ values.b }}", None),
            ("a: {{cookiecutter.b}}", Some(3)),
        ] {
            assert_eq!(marker(text), expected, "{text}");
        }
    }
}
