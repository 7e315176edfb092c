//! Jobs of copies that do the same under other names.

use std::collections::BTreeMap;

use super::value::Value;

/// A copy's jobs under the names that the first copy gives them, in its order: those of the same name, else the one
/// in the same place.
///
/// # Errors
/// Why they can't be told to be the same jobs.
pub(super) fn renamed(jobs: &Value, firsts: &Value) -> Result<Value, String> {
    let (own, firsts) = (jobs.entries(), firsts.entries());
    if own.len() != firsts.len() {
        return Err(format!("it has {} where the first copy has {}", counted(own.len()), firsts.len()));
    }
    let has_same_names = firsts.iter().all(|(name, _)| jobs.get(name).is_some());
    // New name by old.
    let names: BTreeMap<&str, &str> = own
        .iter()
        .zip(firsts)
        .map(
            |((own, _), (first, _))| {
                if has_same_names { (own.as_str(), own.as_str()) } else { (own.as_str(), first.as_str()) }
            },
        )
        .collect();
    let renamed = |(name, _): &(String, Value)| {
        let (old, _) = names.iter().find(|(_, new)| *new == name)?;
        let mut job = jobs.get(old)?.clone();
        if let Some(needs) = job.get("needs").cloned() {
            job.set("needs", with_names(&needs, &names));
        }
        Some((name.clone(), job))
    };
    let renamed: Vec<(String, Value)> =
        firsts.iter().map(renamed).collect::<Option<_>>().ok_or("its jobs can't be told apart")?;
    if !has_same_names && mentions_jobs(jobs) {
        return Err("its jobs have other names, and take each other's results by them".to_owned());
    }
    Ok(Value::Map(renamed))
}

fn counted(n: usize) -> String {
    if n == 1 { "1 job".to_owned() } else { format!("{n} jobs") }
}

/// The jobs that a job needs, under their new names.
fn with_names(needs: &Value, names: &BTreeMap<&str, &str>) -> Value {
    let new = |it: &Value| match it.text().and_then(|it| names.get(it)) {
        Some(name) => Value::Text((*name).to_owned()),
        None => it.clone(),
    };
    match needs {
        Value::List(items) => Value::List(items.iter().map(new).collect()),
        one => new(one),
    }
}

/// Whether expressions take results of jobs by their names.
fn mentions_jobs(jobs: &Value) -> bool {
    let mut found = false;
    jobs.texts(&mut |text| found |= text.contains("needs."));
    found
}
