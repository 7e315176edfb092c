//! Whether a text is a workflow that GitHub would take, by the workflow syntax that GitHub documents: every key that
//! there is and no other, of its type, and names that lead somewhere. What isn't is not proposed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::inputs_in;
use super::value::Value;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "that a key is there and of its type is all that is asked of most of them")]
struct Workflow {
    name: Option<Scalar>,
    run_name: Option<Scalar>,
    on: On,
    permissions: Option<Permissions>,
    #[serde(default)]
    env: Environment,
    defaults: Option<Defaults>,
    concurrency: Option<Concurrency>,
    jobs: BTreeMap<String, Job>,
}

/// A text, a number or a switch; what is not written is none of them.
#[derive(Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its type counts")]
enum Scalar {
    Bool(bool),
    Number(f64),
    Text(String),
}

#[derive(Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its type counts")]
enum Environment {
    Text(String),
    Map(BTreeMap<String, Option<Scalar>>),
}

impl Default for Environment {
    fn default() -> Self {
        Environment::Map(BTreeMap::new())
    }
}

/// What starts a workflow: an event, several, or events with settings.
#[derive(Deserialize)]
#[serde(untagged)]
enum On {
    One(String),
    Several(Vec<String>),
    WithSettings(BTreeMap<String, Option<IgnoredAny>>),
}

impl On {
    fn is_empty(&self) -> bool {
        match self {
            On::One(name) => name.is_empty(),
            On::Several(names) => names.is_empty(),
            On::WithSettings(events) => events.is_empty(),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its type counts")]
enum Permissions {
    All(AllPermissions),
    Map(BTreeMap<String, Level>),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AllPermissions {
    ReadAll,
    WriteAll,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Level {
    Read,
    Write,
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its type counts")]
struct Defaults {
    run: Run,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its type counts")]
struct Run {
    shell: Option<String>,
    working_directory: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its type counts")]
enum Concurrency {
    Group(String),
    Settings(Settings),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its type counts")]
struct Settings {
    group: String,
    cancel_in_progress: Option<Scalar>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

impl Names {
    fn all(&self) -> &[String] {
        match self {
            Names::One(name) => std::slice::from_ref(name),
            Names::Several(names) => names,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "that a key is there and of its type is all that is asked of most of them")]
struct Job {
    name: Option<Scalar>,
    needs: Option<Names>,
    #[serde(rename = "if")]
    condition: Option<Scalar>,
    permissions: Option<Permissions>,
    runs_on: Option<IgnoredAny>,
    environment: Option<IgnoredAny>,
    concurrency: Option<Concurrency>,
    outputs: Option<BTreeMap<String, Scalar>>,
    #[serde(default)]
    env: Environment,
    defaults: Option<Defaults>,
    timeout_minutes: Option<Scalar>,
    strategy: Option<IgnoredAny>,
    continue_on_error: Option<Scalar>,
    container: Option<IgnoredAny>,
    services: Option<IgnoredAny>,
    steps: Option<Vec<Step>>,
    uses: Option<String>,
    with: Option<BTreeMap<String, Option<Scalar>>>,
    secrets: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "that a key is there and of its type is all that is asked of most of them")]
struct Step {
    id: Option<String>,
    #[serde(rename = "if")]
    condition: Option<Scalar>,
    name: Option<Scalar>,
    uses: Option<String>,
    run: Option<Scalar>,
    working_directory: Option<String>,
    shell: Option<String>,
    with: Option<BTreeMap<String, Option<Scalar>>>,
    #[serde(default)]
    env: Environment,
    continue_on_error: Option<Scalar>,
    timeout_minutes: Option<Scalar>,
}

/// Reads a text as a workflow.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub(super) fn workflow(text: &str) -> Result<(), String> {
    let wrong = |why: String| Err(format!("What came of the copies is not a valid workflow: {why}."));
    let workflow: Workflow = match serde_saphyr::from_str(text) {
        Ok(workflow) => workflow,
        Err(problem) => return wrong(problem.to_string().lines().next().unwrap_or_default().to_owned()),
    };
    if workflow.on.is_empty() || workflow.jobs.is_empty() {
        return wrong("nothing starts it, or it has no jobs".to_owned());
    }
    let is_id = |it: &str| {
        it.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && it.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    for (id, job) in &workflow.jobs {
        if !is_id(id) {
            return wrong(format!("{id:?} is no name of a job"));
        }
        let needs = job.needs.as_ref().map(Names::all).unwrap_or_default();
        if let Some(absent) = needs.iter().find(|it| !workflow.jobs.contains_key(*it)) {
            return wrong(format!("job {id} needs {absent}, which is not there"));
        }
        match (&job.uses, &job.steps) {
            (Some(_), None) if job.runs_on.is_none() => {}
            (None, Some(steps)) if job.runs_on.is_some() && !steps.is_empty() => {
                let mut ids = BTreeSet::new();
                for step in steps {
                    if step.uses.is_some() == step.run.is_some() {
                        return wrong(format!("a step of job {id} does not have one of `uses` and `run`"));
                    }
                    if let Some(twice) = step.id.as_ref().filter(|it| !ids.insert(it.as_str())) {
                        return wrong(format!("job {id} has two steps {twice}"));
                    }
                }
            }
            _ => return wrong(format!("job {id} has neither steps and a machine, nor a workflow that it calls")),
        }
    }
    Ok(())
}

/// Whether a caller gives what its template asks for, and nothing else, and the template takes no input that it doesn't
/// ask for.
///
/// # Errors
/// What doesn't fit, in a sentence.
pub(super) fn call(caller: &Value, template: &Value) -> Result<(), String> {
    let inputs = template.get("on").and_then(|it| it.get("workflow_call")).and_then(|it| it.get("inputs"));
    let asked: BTreeSet<&str> =
        inputs.map(Value::entries).unwrap_or_default().iter().map(|(name, _)| name.as_str()).collect();
    let jobs = caller.get("jobs").map(Value::entries).unwrap_or_default();
    let with = jobs.iter().filter_map(|(_, job)| job.get("with")).flat_map(Value::entries);
    let given: BTreeSet<&str> = with.map(|(name, _)| name.as_str()).collect();
    let mut taken = BTreeSet::new();
    template.texts(&mut |text| taken.extend(inputs_in(text)));
    if asked == given && taken.is_subset(&asked) {
        return Ok(());
    }
    Err("What came of the copies is not a valid workflow: the inputs of template and caller differ.".to_owned())
}
