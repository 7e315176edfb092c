//! What the aliases stand for by which modules of Bicep are named: the nearest `bicepconfig.json` says it, in the folder of
//! the file or above.

use std::collections::BTreeMap;

use super::Files;
use crate::classify::FileKind;
use crate::facts::{Artifact, Facts};
use crate::origin::bicep::{Aliases, parse};
use crate::origin::{Origin, Reference};
use crate::paths::folder_of;
use crate::source::SourceFile;
use crate::syntax::yaml::{self, Node};

/// The aliases of one configuration.
#[derive(Default)]
struct Config {
    path: String,
    registries: BTreeMap<String, String>,
    specs: BTreeMap<String, String>,
}

impl Aliases for Config {
    fn registry(&self, alias: &str) -> Option<String> {
        self.registries.get(alias).cloned()
    }

    fn specs(&self, alias: &str) -> Option<String> {
        self.specs.get(alias).cloned()
    }
}

/// Puts in what aliases stand for.
pub(super) fn resolve(facts: &mut Facts, files: &Files<'_>) {
    let found = files.known().filter(|it| it.kind == FileKind::BicepConfig);
    let configs: BTreeMap<String, Config> =
        found.filter_map(|it| Some((folder_of(it.path).to_owned(), files.with(it, config)?))).collect();
    for usage in facts.uses.iter_mut().filter(|it| it.artifact == Artifact::BicepModule) {
        if !usage.written.starts_with("br/") && !usage.written.starts_with("ts/") {
            continue;
        }
        let Some(config) = nearest(folder_of(&usage.at.path), &configs) else { continue };
        let Reference { origin, version } = Reference::of(parse(&usage.written, folder_of(&usage.at.path), config));
        let is_explained = origin != usage.origin && !matches!(origin, Origin::Invalid { .. });
        if is_explained {
            (usage.origin, usage.version) = (origin, version);
            usage.via = Some(format!("{}:1", config.path));
        }
    }
}

fn nearest<'c>(folder: &str, configs: &'c BTreeMap<String, Config>) -> Option<&'c Config> {
    let mut folder = folder;
    loop {
        if let Some(config) = configs.get(folder) {
            return Some(config);
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder_of(folder);
    }
}

fn config(file: &SourceFile<'_>) -> Config {
    let mut config = Config { path: file.path().to_string(), ..Config::default() };
    let text = without_comments(file.text());
    let (documents, _) = yaml::parse(&text);
    let aliases = documents.first().and_then(|it| it.get("moduleAliases"));
    let of = |kind: &str| aliases.and_then(|it| it.get(kind)).map(Node::entries).unwrap_or_default();
    let text = |node: Node<'_>, key: &str| node.get(key).and_then(Node::text).unwrap_or("").to_owned();
    for (name, value) in of("br") {
        let (registry, path) = (text(value, "registry"), text(value, "modulePath"));
        let full = if path.is_empty() { registry } else { format!("{registry}/{path}") };
        config.registries.insert(name.text().unwrap_or("").to_owned(), full);
    }
    for (name, value) in of("ts") {
        let full = format!("{}/{}", text(value, "subscription"), text(value, "resourceGroup"));
        config.specs.insert(name.text().unwrap_or("").to_owned(), full);
    }
    config
}

/// The text without the comments that Bicep allows in its configuration.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '/']) {
        let (before, from) = rest.split_at(at);
        kept.push_str(before);
        let length = if from.starts_with("//") {
            from.find('\n').unwrap_or(from.len())
        } else if from.starts_with("/*") {
            from.find("*/").map_or(from.len(), |end| end + 2)
        } else if from.starts_with('"') {
            let length = text_length(from);
            kept.push_str(&from[..length]);
            length
        } else {
            kept.push('/');
            1
        };
        rest = &from[length..];
    }
    kept + rest
}

/// How long the text in double quotes is that another begins with.
fn text_length(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn comments() {
        for (text, expected) in [
            ("{\"a\": \"b//c\" // d\n}", "{\"a\": \"b//c\" \n}"),
            ("{/* a \" */\"b\\\"//\": 1}", "{\"b\\\"//\": 1}"),
            ("{ // a", "{ "),
            ("\"a", "\"a"),
            ("a/b /* ", "a/b "),
            ("", ""),
        ] {
            assert_eq!(without_comments(text), expected, "{text}");
        }
    }
}
