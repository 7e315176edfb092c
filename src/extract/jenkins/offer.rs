//! What a shared library offers: each file of `vars/` is a step, described in a text file or a comment beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::values::Values;
use crate::facts::{Artifact, Context, Described, Facts, Offer};
use crate::source::{Location, SourceFile};
use crate::syntax::groovy::Item;

/// Adds the step that a file is.
pub(super) fn add(file: &SourceFile<'_>, values: &Values<'_, '_>, context: Context, facts: &mut Facts) {
    let name = file.path().rsplit('/').next().unwrap_or_default();
    let name = name.strip_suffix(".groovy").unwrap_or(name);
    let script = values.script;
    let mut inputs: BTreeMap<&str, bool> = BTreeMap::new();
    let mut at = file.at(0..0);
    let mut help = "";
    for item in script.items(script.all()) {
        let Item::Definition(it) = item else { continue };
        if it.name != "call" || it.is_closure {
            continue;
        }
        at = file.at(it.at.clone());
        help = comment_before(&file.text()[..it.at.start]);
        for (parameter, kind) in it.parameters {
            match kind {
                // What a block does is the caller's.
                "Closure" => {}
                "Map" | "LinkedHashMap" | "HashMap" => {
                    let keys = keys_of(script.source(&it.body), parameter);
                    inputs.extend(keys.into_iter().map(|key| (key, is_param(help, key))));
                }
                _ if matches!(parameter, "body" | "closure") => {}
                _ => {
                    inputs.insert(parameter, is_param(help, parameter));
                }
            }
        }
    }
    let mut described = Described::default();
    inputs.values().for_each(|it| described.count(*it));
    facts.offers.push(Offer {
        at,
        artifact: Artifact::JenkinsLibrary,
        path: file.path().clone(),
        name: name.to_owned(),
        version: None,
        described: !help.is_empty(),
        inputs: described,
        outputs: Described::default(),
        traits: BTreeSet::new(),
        context,
    });
}

/// The step that a help file (`vars/name.txt`) describes: what is known of it by the help alone. Facts are merged with
/// the step's own, and nothing is left of help for a step that isn't there.
pub(crate) fn described_by_help(path: &Arc<str>, context: Context) -> Offer {
    let stem = path.strip_suffix(".txt").unwrap_or(path);
    Offer {
        at: Location::whole_file(path),
        artifact: Artifact::JenkinsLibrary,
        path: format!("{stem}.groovy").into(),
        name: stem.rsplit('/').next().unwrap_or_default().to_owned(),
        version: None,
        described: true,
        inputs: Described::default(),
        outputs: Described::default(),
        traits: BTreeSet::new(),
        context,
    }
}

/// The comment for readers (`/** … */`) that ends right before what follows it on the next line.
fn comment_before(text: &str) -> &str {
    let line = text.rfind('\n').map_or(0, |it| it + 1);
    let above = text[..line].trim_end();
    let Some(inside) = above.strip_suffix("*/") else { return "" };
    let Some(start) = inside.rfind("/*") else { return "" };
    let inside = &inside[start..];
    let says_something = inside.strip_prefix("/**").is_some_and(|it| it.bytes().any(|b| b.is_ascii_alphanumeric()));
    if says_something { inside } else { "" }
}

/// Whether a comment says what a parameter is for.
fn is_param(help: &str, name: &str) -> bool {
    let mut words = help.split(|c: char| c.is_whitespace() || matches!(c, ':' | '`' | ',')).filter(|it| !it.is_empty());
    while let Some(word) = words.next() {
        if word == "@param" && words.next() == Some(name) {
            return true;
        }
    }
    false
}

/// The keys of a map that a text asks for: `map.key`, `map['key']`, `map.get('key')`, `map.containsKey('key')`.
fn keys_of<'t>(text: &'t str, map: &str) -> BTreeSet<&'t str> {
    let mut found = BTreeSet::new();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for (at, _) in text.match_indices(map) {
        let rest = &text[at + map.len()..];
        if text[..at].ends_with(|c| is_name(c) || c == '.') {
            continue;
        }
        let rest = rest.strip_prefix('?').unwrap_or(rest);
        let quoted = |rest: &'t str| {
            let inside = rest.strip_prefix(['\'', '"'])?;
            let end = inside.find(['\'', '"'])?;
            inside[..end].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_').then(|| &inside[..end])
        };
        let key = match rest.strip_prefix('.') {
            Some(rest) => {
                let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                match (&rest[..end], rest[end..].strip_prefix('(')) {
                    ("get" | "containsKey" | "getOrDefault", Some(rest)) => quoted(rest),
                    (_, Some(_)) => None,
                    // A method that is given a closure.
                    (_, None) if rest[end..].trim_start().starts_with('{') => None,
                    (key, None) => Some(key),
                }
            }
            None => rest.strip_prefix('[').and_then(quoted),
        };
        found.extend(key.filter(|it| !it.is_empty()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{comment_before, is_param, keys_of};

    #[test]
    fn keys() {
        let text = "a(config.name, config['image'], config?.get('tag'), config.containsKey(\"x\"), config.each { }, \
                    my.config.no, configs.no, config.name)";
        assert_eq!(keys_of(text, "config").into_iter().collect::<Vec<_>>(), ["image", "name", "tag", "x"]);
    }

    #[test]
    fn comments() {
        for (text, expected) in [
            ("/** Builds. */\ndef ", "/** Builds. "),
            ("/* no */\ndef ", ""),
            ("/** Builds. */\nimport x\ndef ", ""),
            ("/**  */\ndef ", ""),
            ("def ", ""),
        ] {
            assert_eq!(comment_before(text), expected, "{text}");
        }
        assert!(is_param("/** @param name its name", "name"));
        assert!(!is_param("/** the name", "name"));
    }
}
