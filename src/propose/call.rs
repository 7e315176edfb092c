//! The template that copies have in common, and the workflows that call it.

use super::unify::Unified;
use super::value::Value;

/// The tag that callers ask for: the first of the template's own, so that it is none that its repository has already.
pub(super) fn reference(file: &str) -> String {
    format!("{}-v1", file.rsplit_once('.').map_or(file, |(stem, _)| stem))
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn map(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
    Value::Map(entries.into_iter().collect())
}

/// The reusable workflow: what starts it is a call, what varies are its inputs. Permissions of the workflow as a whole,
/// its concurrency and what starts it stay with the callers; a group that both had would wait for itself.
pub(super) fn template(first: &Value, shared: &Value, unified: &Unified) -> Value {
    let mut entries = Vec::new();
    if let Some(name) = first.get("name") {
        entries.push(("name".to_owned(), name.clone()));
    }
    let mut call = Vec::new();
    if !unified.inputs.is_empty() {
        let inputs = unified.inputs.iter().map(|input| {
            let description = text(&format!("The value of {}.", input.place));
            let described = [
                ("description".to_owned(), description),
                ("required".to_owned(), Value::Bool(true)),
                ("type".to_owned(), text(input.kind)),
            ];
            (input.name.clone(), map(described))
        });
        call.push(("inputs".to_owned(), map(inputs)));
    }
    entries.push(("on".to_owned(), map([("workflow_call".to_owned(), Value::Map(call))])));
    entries.extend(shared.entries().iter().cloned());
    Value::Map(entries)
}

/// The workflow that the copy with this number becomes: what starts it, its permissions and its concurrency as they
/// are, and one job that calls the template.
pub(super) fn caller(document: &Value, template: &Value, unified: &Unified, number: usize, address: &str) -> Value {
    let kept = ["name", "run-name", "on", "permissions", "concurrency"];
    let of = |key: &str| document.get(key).map(|value| (key.to_owned(), value.clone()));
    let mut entries: Vec<(String, Value)> = kept.into_iter().filter_map(of).collect();
    let mut job = vec![("uses".to_owned(), text(address))];
    if let Some(permissions) = permissions(document) {
        job.insert(0, ("permissions".to_owned(), permissions));
    }
    if !unified.inputs.is_empty() {
        let with = unified.inputs.iter().map(|input| (input.name.clone(), input.values[number].clone()));
        job.push(("with".to_owned(), map(with)));
    }
    let mut needs_secrets = false;
    template.texts(&mut |text| needs_secrets |= takes_secrets(text));
    if needs_secrets {
        job.push(("secrets".to_owned(), text("inherit")));
    }
    let jobs = template.get("jobs").map(Value::entries).unwrap_or_default();
    let name = match jobs {
        [(only, _)] => only.as_str(),
        _ => "call",
    };
    entries.push(("jobs".to_owned(), map([(name.to_owned(), Value::Map(job))])));
    Value::Map(entries)
}

/// Whether an expression takes a secret that GitHub doesn't give by itself.
fn takes_secrets(text: &str) -> bool {
    text.match_indices("secrets.").any(|(at, it)| !text[at + it.len()..].starts_with("GITHUB_TOKEN"))
        || text.contains("toJSON(secrets)")
        || text.contains("secrets[")
}

/// What the jobs of a copy may do, all together, where any of them says so: a called workflow can't have more than its
/// caller.
fn permissions(document: &Value) -> Option<Value> {
    let jobs = document.get("jobs").map(Value::entries).unwrap_or_default();
    if !jobs.iter().any(|(_, job)| job.get("permissions").is_some()) {
        return None;
    }
    let all = jobs.iter().filter_map(|(_, job)| job.get("permissions").or(document.get("permissions")));
    let mut union: Vec<(String, Value)> = Vec::new();
    for permissions in all {
        if permissions.text() == Some("write-all") {
            return Some(permissions.clone());
        }
        if let Some(every) = permissions.text() {
            return Some(text(every));
        }
        for (scope, level) in permissions.entries() {
            match union.iter_mut().find(|(known, _)| known == scope) {
                Some((_, known)) if rank(level) > rank(known) => *known = level.clone(),
                Some(_) => {}
                None => union.push((scope.clone(), level.clone())),
            }
        }
    }
    union.sort_by(|(a, _), (b, _)| a.cmp(b));
    Some(Value::Map(union))
}

fn rank(level: &Value) -> usize {
    match level.text() {
        Some("write") => 2,
        Some("read") => 1,
        _ => 0,
    }
}
