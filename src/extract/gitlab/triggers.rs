//! What starts a pipeline of GitLab CI: `workflow: rules`, the `rules` of its jobs, `only` and `except`.
//!
//! Names are those of the sources of a pipeline, in as few words as can be: `push`, `merge_request`, `tag`, `schedule`,
//! `manual`, `api`. A condition that speaks of no source holds whatever started the pipeline.

use std::collections::BTreeSet;

use super::config::{Config, Definition, Found, Piece, Value};
use crate::pipeline::gate::Gate;
use crate::pipeline::triggers::{Starter, started_by};
use crate::syntax::yaml::Node;

/// Values of `$CI_PIPELINE_SOURCE`, and what they are called here; sorted.
const SOURCES: &[(&str, &str)] = &[
    ("api", "api"),
    ("chat", "chat"),
    ("external", "external"),
    ("external_pull_request_event", "pull_request"),
    ("merge_request_event", "merge_request"),
    ("parent_pipeline", "parent_pipeline"),
    ("pipeline", "pipeline"),
    ("push", "push"),
    ("schedule", "schedule"),
    ("trigger", "trigger"),
    ("web", "manual"),
    ("webide", "push"),
];

/// Words of `only` and `except`, and what they are called here; sorted.
const REFS: &[(&str, &str)] = &[
    ("api", "api"),
    ("branches", "push"),
    ("chat", "chat"),
    ("external", "external"),
    ("external_pull_requests", "pull_request"),
    ("merge_requests", "merge_request"),
    ("pipelines", "pipeline"),
    ("pushes", "push"),
    ("schedules", "schedule"),
    ("tags", "tag"),
    ("triggers", "trigger"),
    ("web", "manual"),
];

/// What a job without any rule runs for.
const DEFAULT: [&str; 2] = ["push", "tag"];
/// What a rule without a condition holds for.
const ANY: [&str; 3] = ["merge_request", "push", "tag"];

type Events = BTreeSet<&'static str>;

/// The events that start a pipeline with these jobs.
pub(super) fn events(config: &Config<'_>, jobs: &[Definition<'_>]) -> BTreeSet<String> {
    let of_jobs = || -> Events { jobs.iter().flat_map(|job| of_job(config, job)).collect() };
    let workflow = config.global("workflow").and_then(|it| it.get("rules"));
    let events = match workflow.map(|it| of_rules(config, &it)) {
        Some((events, true)) => events.union(&of_jobs()).copied().collect(),
        Some((events, false)) => events,
        None => of_jobs(),
    };
    let events = if events.is_empty() { Events::from(DEFAULT) } else { events };
    events.into_iter().map(str::to_owned).collect()
}

/// What keeps a job from running by itself, and whether the job says it: one that doesn't has it from what it extends.
///
/// Rules hold a job where each of them that lets it run does so by hand, or for somebody's run alone. Without rules
/// nobody has to start what is started by hand, unless its failure isn't allowed.
pub(super) fn gate(config: &Config<'_>, job: &Definition<'_>) -> (Option<Gate>, bool) {
    let when = config.get(job, "when");
    let word = |found: Option<Found<'_>>| match found {
        Some(Found::Value(value)) => value.node().text().map(str::to_owned),
        Some(Found::Parts(_)) | None => None,
    };
    let may_fail = word(config.get(job, "allow_failure"));
    match config.get(job, "rules") {
        Some(Found::Parts(_)) => (None, true),
        Some(Found::Value(rules)) => (held_by(config, &rules, word(when).as_deref(), may_fail.as_deref()), true),
        None => {
            let is_said = when.is_some();
            let gate = match word(when).as_deref() {
                Some("manual") if may_fail.as_deref() == Some("false") => Some(Gate::Manual),
                Some("manual") => Some(Gate::Optional),
                Some("never") => Some(Gate::Never),
                Some(_) | None => by_person(&of_job(config, job)).then_some(Gate::Event),
            };
            (gate, is_said || gate.is_some())
        }
    }
}

/// The gate of rules; `when` and `may_fail` are the job's own, which hold where a rule has none.
fn held_by(config: &Config<'_>, rules: &Value<'_>, when: Option<&str>, may_fail: Option<&str>) -> Option<Gate> {
    // Of what lets the job run the one that keeps it least.
    let mut gate: Option<Option<Gate>> = None;
    let pieces = config.pieces(rules);
    if pieces.is_empty() {
        return None;
    }
    for piece in pieces {
        // What another file says of it may let it run.
        let Piece::Other(rule) = piece else { return None };
        let text = |key: &str| rule.get(key).and_then(Node::text);
        let events = text("if").map(of_condition).unwrap_or_default();
        let of_rule = match text("when").or(when) {
            Some("never") => Some(Gate::Never),
            Some("manual") if text("allow_failure").or(may_fail) == Some("true") => Some(Gate::Optional),
            Some("manual") => Some(Gate::Manual),
            Some(_) | None => by_person(&events).then_some(Gate::Event),
        };
        gate = Some(gate.map_or(of_rule, |before| before.zip(of_rule).map(|(a, b)| a.max(b))));
        // None behind a rule that always holds is looked at.
        if ["if", "changes", "exists"].iter().all(|it| rule.get(it).is_none()) {
            break;
        }
    }
    gate.flatten()
}

/// Whether all of these are runs that somebody starts.
fn by_person(events: &Events) -> bool {
    !events.is_empty() && events.iter().all(|it| started_by(it) == Starter::Person)
}

fn of_job(config: &Config<'_>, job: &Definition<'_>) -> Events {
    if let Some(rules) = config.value(job, "rules") {
        return of_rules(config, &rules).0;
    }
    let refs = |key: &str| {
        let value = config.value(job, key)?;
        if value.is_mapping() { value.get("refs") } else { Some(value) }
    };
    let mut events = match refs("only") {
        Some(only) => of_refs(config, &only, true),
        None => Events::from(DEFAULT),
    };
    if let Some(except) = refs("except") {
        let except = of_refs(config, &except, false);
        events.retain(|it| !except.contains(it));
    }
    events
}

/// The events that rules let through, and whether one of them holds for any.
fn of_rules(config: &Config<'_>, rules: &Value<'_>) -> (Events, bool) {
    let mut events = Events::new();
    let mut holds_for_any = false;
    for piece in config.pieces(rules) {
        let Piece::Other(rule) = piece else { continue };
        let text = |key: &str| rule.get(key).and_then(Node::text);
        if text("when") == Some("never") {
            continue;
        }
        let named = text("if").map(of_condition).unwrap_or_default();
        if named.is_empty() {
            holds_for_any = true;
            events.extend(ANY);
        }
        events.extend(named);
    }
    (events, holds_for_any)
}

/// The events that a condition names: `$CI_PIPELINE_SOURCE == "schedule"`, `$CI_COMMIT_TAG`.
fn of_condition(condition: &str) -> Events {
    let mut events = Events::new();
    for clause in condition.split("||") {
        let mut of_clause = Events::new();
        let mut by_source = Events::new();
        for comparison in clause.split("&&") {
            let Some(at) = comparison.find('$') else { continue };
            let rest = comparison[at + 1..].trim_start_matches('{');
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (name, rest) = rest.split_at(end);
            let rest = rest.trim_start_matches('}').trim();
            // `!= null` is as good as its name alone.
            let is_null = rest.trim_start_matches(['=', '!']).trim_matches([' ', ')']) == "null";
            let is_negative = rest.starts_with('!') != is_null;
            if is_negative || comparison[..at].contains('!') {
                continue;
            }
            match name {
                "CI_PIPELINE_SOURCE" => {
                    let words = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                    by_source.extend(words.filter_map(|word| named(SOURCES, word)));
                }
                "CI_COMMIT_TAG" => {
                    of_clause.insert("tag");
                }
                "CI_COMMIT_BRANCH" => {
                    of_clause.insert("push");
                }
                name if name.starts_with("CI_MERGE_REQUEST_") => {
                    of_clause.insert("merge_request");
                }
                _ => {}
            }
        }
        // A branch beside the source only says which branch.
        events.extend(if by_source.is_empty() { of_clause } else { by_source });
    }
    events
}

/// The events of the words of `only` and `except`. Names of refs are those of branches, patterns of tags too.
fn of_refs(config: &Config<'_>, refs: &Value<'_>, with_names: bool) -> Events {
    let mut events = Events::new();
    for piece in config.pieces(refs) {
        let Piece::Text(node) = piece else { continue };
        let Some(text) = node.text() else { continue };
        let word = if text.starts_with('/') { text } else { text.split('@').next().unwrap_or(text) };
        match named(REFS, word) {
            Some(event) => {
                events.insert(event);
            }
            None if with_names && word.starts_with('/') => events.extend(DEFAULT),
            None if with_names => {
                events.insert("push");
            }
            None => {}
        }
    }
    events
}

fn named(table: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    table.binary_search_by_key(&word, |(name, _)| name).ok().map(|row| table[row].1)
}

#[cfg(test)]
mod tests {
    use super::{REFS, SOURCES, of_condition};

    #[test]
    fn tables_are_sorted() {
        assert!(SOURCES.is_sorted_by_key(|(name, _)| name));
        assert!(REFS.is_sorted_by_key(|(name, _)| name));
    }

    #[test]
    fn conditions() {
        for (condition, expected) in [
            ("$CI_PIPELINE_SOURCE == \"merge_request_event\"", "merge_request"),
            ("$CI_PIPELINE_SOURCE == 'web' || $CI_PIPELINE_SOURCE == 'api'", "api,manual"),
            ("$CI_PIPELINE_SOURCE =~ /^(schedule|trigger)$/", "schedule,trigger"),
            ("${CI_PIPELINE_SOURCE} == \"push\"", "push"),
            ("$CI_PIPELINE_SOURCE == \"schedule\" && $CI_COMMIT_BRANCH == \"main\"", "schedule"),
            ("$CI_PIPELINE_SOURCE != \"schedule\"", ""),
            ("$CI_COMMIT_TAG", "tag"),
            ("$CI_COMMIT_TAG =~ /^v/", "tag"),
            ("$CI_COMMIT_TAG == null", ""),
            ("!$CI_COMMIT_TAG", ""),
            ("$CI_COMMIT_TAG != null", "tag"),
            ("($CI_MERGE_REQUEST_IID && $X)", "merge_request"),
            ("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH", "push"),
            ("$DEPLOY == \"push\"", ""),
            ("", ""),
        ] {
            let told: Vec<&str> = of_condition(condition).into_iter().collect();
            assert_eq!(told.join(","), expected, "{condition}");
        }
    }
}
