//! Whether a file is one of Azure Pipelines: a pipeline, or a template of stages, jobs, steps, variables.
//!
//! Azure refuses every key that it doesn't know at the top of a file, and wants the key first that says what an item of
//! a list is. Both are asked for here: nothing but Azure's keys at the top, and below one of them an item that begins
//! with one of Azure's.

use super::content::Outline;

/// The keys that Azure knows at the top of a file, which may be a pipeline or a single job; sorted.
const KEYS: &[&str] = &[
    "appendCommitMessageToRunName",
    "cancelTimeoutInMinutes",
    "condition",
    "container",
    "continueOnError",
    "displayName",
    "extends",
    "jobs",
    "lockBehavior",
    "name",
    "parameters",
    "phases",
    "pool",
    "pr",
    "queue",
    "resources",
    "schedules",
    "services",
    "stages",
    "steps",
    "strategy",
    "target",
    "timeoutInMinutes",
    "trigger",
    "variables",
    "workspace",
];

/// The keys of lists, with what an item begins with that tells Azure's lists from others of the same name; sorted.
const LISTS: &[(&str, &[&str])] = &[
    ("jobs", &["deployment", "job", "template"]),
    ("phases", &["phase", "template"]),
    ("stages", &["stage", "template"]),
    (
        "steps",
        &[
            "bash",
            "checkout",
            "download",
            "downloadBuild",
            "getPackage",
            "powershell",
            "publish",
            "pwsh",
            "restoreCache",
            "reviewApp",
            "saveCache",
            "script",
            "task",
            "template",
        ],
    ),
    ("variables", &["group", "name", "template"]),
];

/// What a variable of a list may have; sorted.
const PROPERTIES: &[&str] = &["group", "name", "parameters", "readonly", "template", "value"];

/// Folders that other systems keep parts of their pipelines in; sorted.
const OTHERS: &[&str] = &[".buildkite", ".circleci", ".drone", ".gitlab", ".semaphore", ".tekton", ".woodpecker"];

/// Whether the file is one of Azure Pipelines.
pub(super) fn is_one(outline: &Outline<'_>) -> bool {
    if outline.path.split('/').next().is_some_and(|folder| OTHERS.binary_search(&folder).is_ok()) {
        return false;
    }
    let mut is_one = false;
    for key in &outline.keys {
        if !KEYS.contains(key) && !key.starts_with("${{") {
            return false;
        }
        let is_body = LISTS.binary_search_by_key(key, |(list, _)| list).is_ok();
        // All of a file may stand below an expression.
        is_one |= is_body || *key == "extends" || key.starts_with("${{");
    }
    is_one && has_body(outline)
}

/// Whether something stands below one of the keys that only Azure has there, and nothing that it hasn't.
fn has_body(outline: &Outline<'_>) -> bool {
    let mut is_azures = false;
    let mut lines = outline.text.lines().map(str::trim_end).peekable();
    // An expression at the top is Azure's, if what stands below it is.
    let mut is_below_expression = false;
    while let Some(line) = lines.next() {
        let own = line.trim_start();
        let is_top = own.len() == line.len();
        if is_top {
            is_below_expression = own.starts_with("${{");
        }
        let key = key(own).filter(|_| is_top || is_below_expression);
        let Some(key) = key.filter(|it| !it.starts_with("${{")) else { continue };
        let below = std::iter::from_fn(|| lines.next_if(|it| !is_next(it, line.len() - own.len())));
        match Body::of(key, own, below) {
            Body::Azures => is_azures = true,
            Body::Anothers => return false,
            Body::Unknown => {}
        }
    }
    is_azures
}

/// Whether a line ends what stands below a key that is indented so far.
fn is_next(line: &str, indent: usize) -> bool {
    let own = line.trim_start();
    let is_content = !own.is_empty() && !own.starts_with('#');
    // The items of a list may stand right below their key.
    is_content && line.len() - own.len() <= indent && !is_item(own)
}

/// Whose something is by what it is made of.
#[derive(Debug, PartialEq, Eq)]
enum Body {
    Azures,
    Anothers,
    Unknown,
}

impl Body {
    /// What stands below this key, in the lines `below` it; `line` is the key's own.
    fn of<'t>(key: &str, line: &str, below: impl Iterator<Item = &'t str>) -> Body {
        if key == "extends" {
            let mut below = below.map(str::trim_start).filter(|it| is_content(it));
            let is_template = |it: &str| it.starts_with("template:") || it.starts_with("${{");
            return if below.any(is_template) { Body::Azures } else { Body::Anothers };
        }
        let Ok(row) = LISTS.binary_search_by_key(&key, |(list, _)| list) else {
            below.for_each(drop);
            return Body::Unknown;
        };
        let words = LISTS[row].1;
        let value = line.split_once(':').map_or("", |(_, value)| value.trim());
        let value = if value.starts_with('#') { "" } else { value };
        if !value.is_empty() {
            below.for_each(drop);
            // What a caller gives, or an empty list, may stand there; a list on one line no person writes.
            return if value.starts_with("${{") { Body::Azures } else { Body::Unknown };
        }
        of_list(key, words, below)
    }
}

fn of_list<'t>(key: &str, words: &[&str], mut below: impl Iterator<Item = &'t str>) -> Body {
    let mut found = Body::Unknown;
    // How far the items of the list are indented.
    let mut indent = None;
    // After a hyphen alone the item begins on the next line.
    let mut is_open = false;
    let mut is_another = false;
    let mut is_mapping = false;
    // Of variables: whether some have names, and some values.
    let (mut has_names, mut has_value) = (false, false);
    for line in below.by_ref() {
        let own = line.trim_start();
        if !is_content(own) {
            continue;
        }
        let at = line.len() - own.len();
        let is_first = indent.is_none();
        let begins = *indent.get_or_insert(at) == at && is_item(own);
        if is_first && !is_item(own) {
            // A mapping of variables, or of expressions: names with values alone are anybody's.
            is_mapping = true;
            is_another = key != "variables" && !own.starts_with("${{");
        }
        if is_mapping {
            // Only Azure works out a variable so, when the pipeline runs.
            if own.contains("${{") || own.contains(": $[") {
                found = Body::Azures;
            }
            continue;
        }
        if key == "variables" {
            let property = own.trim_start_matches(['-', ' ', '{']).split(':').next().unwrap_or("").trim();
            has_value |= property == "value" || own.contains(" value:");
            // Other tools' variables have a description or a type beside their name.
            let is_property = begins || at == indent.unwrap_or(0) + 2;
            let is_known = PROPERTIES.binary_search(&property).is_ok();
            is_another |= is_property && is_content(property) && !is_known && !property.starts_with("${{");
        }
        if !begins && !is_open {
            continue;
        }
        let item = if begins { own[1..].trim_start() } else { own };
        is_open = begins && !is_content(item);
        if is_open {
            continue;
        }
        let item = item.trim_start_matches(['{', '"', '\'', ' ']);
        let name = item.split([':', '"', '\'']).next().unwrap_or("").trim();
        if key == "variables" && name == "name" {
            has_names = true;
        } else if item.starts_with("${{") || words.contains(&name) && item[name.len()..].contains(':') {
            found = Body::Azures;
        } else {
            is_another = true;
        }
    }
    if has_names && has_value {
        found = Body::Azures;
    }
    if is_another { Body::Anothers } else { found }
}

fn is_content(own: &str) -> bool {
    !own.is_empty() && !own.starts_with('#')
}

fn is_item(own: &str) -> bool {
    own == "-" || own.starts_with("- ")
}

/// The key that a line without its indentation begins with.
fn key(own: &str) -> Option<&str> {
    let end = if own.starts_with("${{") { own.rfind(':')? } else { own.find(':')? };
    let (key, rest) = (&own[..end], &own[end + 1..]);
    let is_key = rest.is_empty() || rest.starts_with([' ', '\t']);
    is_key.then(|| key.trim_end().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::{KEYS, LISTS, OTHERS, PROPERTIES};

    #[test]
    fn tables_are_sorted() {
        assert!(KEYS.is_sorted());
        assert!(LISTS.is_sorted_by_key(|(key, _)| key));
        assert!(LISTS.iter().all(|(_, words)| words.is_sorted()));
        assert!(OTHERS.is_sorted());
        assert!(PROPERTIES.is_sorted());
    }
}
