//! Travis CI: one file is one pipeline; its jobs are those of `jobs.include` and the one that its matrix multiplies, in
//! the order of their stages. Imported files are templates that a job without steps calls.
//!
//! A file that says what to do only by its `language` runs the language's own commands: where `install` or `script`
//! isn't given they are steps that come with Travis CI (`travis:java/install`, `travis:java/test`).

use std::collections::BTreeSet;

use super::ci::{self, Reader, exact, identity};
use super::steps::{Ids, script, waits_for};
use crate::classify::FileKind;
use crate::facts::{Artifact, Facts, GapReason};
use crate::origin::{Origin, Reference, travis_import};
use crate::pipeline::{Job, Pipeline, Role, Step, System};
use crate::resolve::Questions;
use crate::source::SourceFile;
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

/// The phases of a job, in their order.
const PHASES: &[&str] = &[
    "before_install",
    "install",
    "before_script",
    "script",
    "before_cache",
    "after_success",
    "after_failure",
    "before_deploy",
    "deploy",
    "after_deploy",
    "after_script",
];

/// Keys whose lists of values multiply the job; sorted.
const AXES: &[&str] = &[
    "arch",
    "compiler",
    "crystal",
    "d",
    "dart",
    "dotnet",
    "elixir",
    "gemfile",
    "ghc",
    "go",
    "haxe",
    "jdk",
    "julia",
    "mono",
    "node_js",
    "os",
    "osx_image",
    "otp_release",
    "perl",
    "php",
    "python",
    "r",
    "ruby",
    "rust",
    "rvm",
    "scala",
    "xcode_sdk",
];

/// Languages without commands of their own; sorted.
const WITHOUT_COMMANDS: &[&str] = &["bash", "generic", "minimal", "none", "sh", "shell"];

/// Keys of which a file of Travis CI has at least one; sorted.
const KEYS: &[&str] = &["import", "install", "jobs", "language", "matrix", "script", "stages"];

/// The stage of jobs that name none.
const DEFAULT_STAGE: &str = "test";

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    ci::read(file, facts, |mut reader| read(&mut reader, questions));
}

fn read<'r>(reader: &mut Reader<'r, 'r>, questions: &mut Questions) {
    let yaml = reader.yaml;
    let file = yaml.file();
    let is_main = &**file.path() == ".travis.yml";
    let Some(root) = reader.root() else {
        if !yaml.is_broken {
            reader.facts.gap(file.at(0..0), GapReason::Syntax, "not a configuration of Travis CI: it is no mapping");
        }
        return;
    };
    if is_main && !yaml.is_broken && !KEYS.iter().any(|key| root.get(key).is_some()) {
        let detail = "not a configuration of Travis CI: it has neither a language nor a script";
        return reader.facts.gap(file.at(0..0), GapReason::Syntax, detail);
    }
    let mut ids = Ids::default();
    let mut jobs = Vec::new();
    if let Some(import) = root.get("import") {
        imports(reader, import, questions, &mut ids, &mut jobs);
    }
    // `matrix` is the older name.
    let include = ["jobs", "matrix"].into_iter().find_map(|key| root.get(key)?.get("include"));
    let include: Vec<Node<'r>> = match include.map(Node::resolved) {
        Some(it) if it.kind() == Kind::Mapping => vec![it],
        Some(it) => it.items().collect(),
        None => Vec::new(),
    };
    let mut staged: Vec<(String, Job)> = Vec::new();
    let says_more = PHASES.iter().any(|it| root.get(it).is_some()) || root.get("language").is_some();
    let has_jobs = include.iter().any(|it| it.resolved().kind() == Kind::Mapping);
    if multiplies(root) || !has_jobs && says_more {
        let steps = steps(reader, root, None);
        let id = ids.unique(DEFAULT_STAGE);
        staged.push((DEFAULT_STAGE.to_owned(), Job { id, steps, ..Job::default() }));
    }
    // A job that names no stage is of the stage of the one before it.
    let mut stage = DEFAULT_STAGE.to_owned();
    for job in include {
        if job.resolved().kind() != Kind::Mapping {
            yaml.wrong_shape(Some(job), "a job is not a mapping", reader.facts);
            continue;
        }
        if let Some(name) = yaml.text_of(job, "stage") {
            stage = name.trim().to_lowercase();
        }
        let id = ids.unique(yaml.text_of(job, "name").unwrap_or(&stage));
        let steps = steps(reader, root, Some(job));
        staged.push((stage.clone(), Job { id, steps, ..Job::default() }));
    }
    jobs.extend(in_stages(staged, &stages(root)));
    let triggers = if is_main { ["pull_request", "push"].map(str::to_owned).into() } else { BTreeSet::new() };
    reader.facts.pipelines.push(Pipeline {
        at: file.start(),
        system: System::Travis,
        name: String::new(),
        triggers,
        role: if is_main { Role::Pipeline } else { Role::Template },
        jobs,
        parts: Vec::new(),
        stages: Vec::new(),
        exact: exact(root),
        context: reader.context,
    });
}

/// The order of stages that a file gives, in lower case: names, or mappings with one.
fn stages(root: Node<'_>) -> Vec<String> {
    let Some(stages) = root.get("stages") else { return Vec::new() };
    let one = stages.text().into_iter();
    let named = one.chain(stages.items().filter_map(|it| it.text().or_else(|| it.get("name")?.text())));
    named.map(|it| it.trim().to_lowercase()).collect()
}

/// The jobs in the order of their stages: those that the file orders, then the others as they come. The jobs of a stage
/// wait for all of the stage before.
fn in_stages(staged: Vec<(String, Job)>, given: &[String]) -> Vec<Job> {
    let mut order: Vec<String> = given.to_vec();
    for (stage, _) in &staged {
        if !order.contains(stage) {
            order.push(stage.clone());
        }
    }
    let mut by_stage: Vec<Vec<Job>> = order.iter().map(|_| Vec::new()).collect();
    for (stage, job) in staged {
        if let Some(at) = order.iter().position(|it| *it == stage) {
            by_stage[at].push(job);
        }
    }
    let mut before: Vec<String> = Vec::new();
    let mut jobs = Vec::new();
    for stage in by_stage.into_iter().filter(|it| !it.is_empty()) {
        let ids: Vec<String> = stage.iter().map(|it| it.id.clone()).collect();
        jobs.extend(stage.into_iter().map(|job| Job { needs: waits_for(&before), ..job }));
        before = ids;
    }
    jobs
}

/// Whether the file's own values make jobs beside those that it includes.
fn multiplies(root: Node<'_>) -> bool {
    let several = |node: Node<'_>| node.items().nth(1).is_some();
    let env = root.get("env");
    let env_jobs = env.and_then(|it| it.get("jobs").or_else(|| it.get("matrix")));
    AXES.iter().filter_map(|key| root.get(key)).chain(env).chain(env_jobs).any(several)
}

/// The steps of a job: its own phases, else the file's.
fn steps<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>, job: Option<Node<'r>>) -> Vec<Step> {
    let yaml = reader.yaml;
    let get = |key: &str| job.and_then(|it| it.get(key)).or_else(|| root.get(key));
    let language = get("language").and_then(|it| it.text().or_else(|| it.items().next()?.text()));
    let language = language.map(|it| it.trim().to_lowercase());
    let language = language.filter(|it| !it.is_empty() && WITHOUT_COMMANDS.binary_search(&it.as_str()).is_err());
    let mut found = Vec::new();
    for phase in PHASES {
        let node = get(phase).filter(|it| !it.is_null());
        if *phase == "deploy" {
            if let Some(node) = node {
                deploy(reader, node, &mut found);
            }
            continue;
        }
        let Some(node) = node else {
            let own = match *phase {
                "install" => "install",
                "script" => "test",
                _ => continue,
            };
            found.extend(language.as_ref().map(|it| Step::Use(format!("travis:{it}/{own}"))));
            continue;
        };
        match script(node) {
            // So a phase is left out.
            Some(text) if matches!(text.trim(), "skip" | "true" | "false" | "ignore") => {}
            Some(text) => found.push(Step::Run(shell::commands_of("", &text))),
            None => yaml.wrong_shape(Some(node), format!("{phase} is neither text nor a list"), reader.facts),
        }
    }
    found
}

/// Adds what is deployed to: one provider, or a list of them.
fn deploy<'r>(reader: &mut Reader<'r, 'r>, node: Node<'r>, found: &mut Vec<Step>) {
    let one = (node.resolved().kind() != Kind::Sequence).then_some(node);
    for deployment in one.into_iter().chain(node.items()) {
        let provider = deployment.text().or_else(|| deployment.get("provider")?.text());
        match provider.map(str::trim) {
            Some("false" | "skip") => {}
            Some("script") => {
                let text = deployment.get("script").and_then(script).unwrap_or_default();
                found.push(Step::Run(shell::commands_of("", &text)));
            }
            Some(provider) if !provider.is_empty() => {
                found.push(Step::Use(format!("travis:deploy/{}", provider.to_lowercase())));
            }
            Some(_) | None => reader.yaml.wrong_shape(Some(deployment), "a deployment without provider", reader.facts),
        }
    }
}

/// Adds the files that are imported, each as a job that calls it.
fn imports<'r>(
    reader: &mut Reader<'r, 'r>,
    import: Node<'r>,
    questions: &mut Questions,
    ids: &mut Ids,
    jobs: &mut Vec<Job>,
) {
    let yaml = reader.yaml;
    let one = (import.resolved().kind() != Kind::Sequence).then_some(import);
    for item in one.into_iter().chain(import.items()) {
        let source = if item.resolved().kind() == Kind::Mapping { item.get("source") } else { Some(item) };
        let Some((source, text)) = source.and_then(|it| Some((it, yaml.text(it).filter(|it| !it.is_empty())?))) else {
            yaml.wrong_shape(Some(item), "an import without source", reader.facts);
            continue;
        };
        let reference = Reference::of(travis_import::parse(text, yaml.file().folder()));
        let call = match &reference.origin {
            Origin::Invalid { .. } => text.to_owned(),
            origin => identity(origin),
        };
        // Only the same commit is at hand.
        if let (Origin::Local { path }, None) = (&reference.origin, &reference.version.reference) {
            questions.ask_include(path, FileKind::TravisPipeline);
        }
        jobs.push(Job { id: ids.unique(text), call: Some(call), ..Job::default() });
        reader.add(source, Artifact::CiTemplate, reference);
    }
}

#[cfg(test)]
mod tests {
    use super::{AXES, KEYS, WITHOUT_COMMANDS};

    #[test]
    fn tables_are_sorted() {
        assert!(AXES.is_sorted());
        assert!(KEYS.is_sorted());
        assert!(WITHOUT_COMMANDS.is_sorted());
    }
}
