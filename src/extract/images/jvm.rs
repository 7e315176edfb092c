//! Builds of Gradle and Maven: the images that Jib and Spring Boot put programs on, and the builders that make them.
//!
//! What the plugins take where nothing is written is not told: it is written nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::reference;
use crate::extract::ci::add_use;
use crate::facts::{Artifact, Described, Facts, GapReason, Offer};
use crate::origin::{Origin, Reference};
use crate::source::SourceFile;
use crate::syntax::kotlin::{Dialect, Quotes, Token, What, tokens_in};
use crate::syntax::xml;

/// What a setting of a plugin names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setting {
    /// An image that is used.
    Use(Artifact),
    /// The image that is made.
    Product,
}

/// The settings of Gradle's plugins by where they stand: the plugin's extension or task, and the path within; sorted.
const OF_GRADLE: &[(&str, &str, Setting)] = &[
    ("BootBuildImage", "builder", Setting::Use(Artifact::Buildpack)),
    ("BootBuildImage", "imageName", Setting::Product),
    ("BootBuildImage", "runImage", Setting::Use(Artifact::BaseImage)),
    ("bootBuildImage", "builder", Setting::Use(Artifact::Buildpack)),
    ("bootBuildImage", "imageName", Setting::Product),
    ("bootBuildImage", "runImage", Setting::Use(Artifact::BaseImage)),
    ("jib", "from.image", Setting::Use(Artifact::BaseImage)),
    ("jib", "to.image", Setting::Product),
];

/// The same of Maven's plugins, by their names; sorted.
const OF_MAVEN: &[(&str, &str, Setting)] = &[
    ("jib-maven-plugin", "from/image", Setting::Use(Artifact::BaseImage)),
    ("jib-maven-plugin", "to/image", Setting::Product),
    ("spring-boot-maven-plugin", "image/builder", Setting::Use(Artifact::Buildpack)),
    ("spring-boot-maven-plugin", "image/name", Setting::Product),
    ("spring-boot-maven-plugin", "image/runImage", Setting::Use(Artifact::BaseImage)),
];

/// Adds the images of a build in Gradle.
pub(crate) fn gradle(file: &SourceFile<'_>, facts: &mut Facts) {
    let text = file.text();
    let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    if !has("jib") && !has("ootBuildImage") {
        return;
    }
    let dialect = if file.path().ends_with(".kts") { Dialect::Kotlin } else { Dialect::Groovy };
    let tokens = tokens_in(text, dialect);
    // The names of the blocks that are open, and how many each brace opened.
    let mut blocks: Vec<&str> = Vec::new();
    let mut opened: Vec<usize> = Vec::new();
    let mut at = 0;
    // Names since the last statement: of what a brace opens.
    let mut head: Vec<&str> = Vec::new();
    while let Some(token) = tokens.get(at) {
        match token.what {
            What::Mark(b'{') => {
                opened.push(head.len());
                blocks.append(&mut head);
            }
            What::Mark(b'}') => {
                let n = opened.pop().unwrap_or(0);
                blocks.truncate(blocks.len().saturating_sub(n));
                head.clear();
            }
            What::Word(word) => {
                // A name after another without a dot begins anew: a statement, or a type's argument.
                let is_joined = at > 0 && matches!(tokens[at - 1].what, What::Mark(b'.' | b'<' | b'('));
                if !is_joined {
                    head.clear();
                }
                head.push(word);
            }
            // `named("bootBuildImage")`: the text is a name where a brace follows.
            What::Text(word, _) => head.push(word),
            What::Mark(_) => {}
        }
        if let Some(setting) = setting_at(&blocks, &head)
            && let Some(value) = value_after(&tokens, at)
        {
            add_setting(file, setting, &value, facts);
            head.clear();
        }
        at += 1;
    }
    if !opened.is_empty() {
        facts.gap(file.at(text.len()..text.len()), GapReason::Syntax, "a block without its end");
    }
}

/// The setting that the names of a statement lead to, in the blocks around it.
fn setting_at(blocks: &[&str], head: &[&str]) -> Option<Setting> {
    let last = head.last()?;
    if !OF_GRADLE.iter().any(|(_, path, _)| path.rsplit('.').next() == Some(last)) {
        return None;
    }
    let all: Vec<&str> = blocks.iter().chain(head).copied().collect();
    OF_GRADLE.iter().find_map(|(owner, path, setting)| {
        let at = all.iter().rposition(|it| it == owner)?;
        (all[at + 1..].join(".") == *path).then_some(*setting)
    })
}

/// A value that is given, with where it stands.
struct Value<'t> {
    /// The text; none where it is computed.
    text: Option<&'t str>,
    span: Range<usize>,
}

/// The value that the tokens after a name give it: `= "x"`, `"x"`, `.set("x")`, `("x")`, or a computed one.
fn value_after<'t>(tokens: &[Token<'t>], name: usize) -> Option<Value<'t>> {
    let what = |at: usize| tokens.get(at).map(|it| it.what);
    let start = match (what(name + 1), what(name + 2), what(name + 3)) {
        (Some(What::Mark(b'=')), Some(What::Mark(b'=')), _) => return None,
        (Some(What::Mark(b'=')), ..) => name + 2,
        (Some(What::Mark(b'.')), Some(What::Word("set")), Some(What::Mark(b'('))) => name + 4,
        (Some(What::Mark(b'(')), Some(What::Text(..)), _) => name + 2,
        (Some(What::Text(..)), ..) => name + 1,
        _ => return None,
    };
    let token = tokens.get(start)?;
    let is_sum = matches!(what(start + 1), Some(What::Mark(b'+')));
    match token.what {
        What::Text(text, Quotes::Single | Quotes::Triple) if !is_sum => {
            Some(Value { text: Some(text), span: token.span.clone() })
        }
        What::Text(..) | What::Word(_) => Some(Value { text: None, span: token.span.clone() }),
        What::Mark(_) => None,
    }
}

fn add_setting(file: &SourceFile<'_>, setting: Setting, value: &Value<'_>, facts: &mut Facts) {
    let written = file.text().get(value.span.clone()).unwrap_or("");
    let found = match value.text {
        Some(text) => reference(text),
        None => Reference::dynamic("", "a computed value"),
    };
    add(file, setting, value.span.clone(), written, found, facts);
}

fn add(
    file: &SourceFile<'_>,
    setting: Setting,
    span: Range<usize>,
    written: &str,
    found: Reference,
    facts: &mut Facts,
) {
    let at = file.at(span);
    match setting {
        Setting::Use(artifact) => add_use(facts, at, artifact, written, found, file.context(), false),
        Setting::Product => {
            let name = match found.origin {
                Origin::Image { registry, repository } if written.contains('/') => format!("{registry}/{repository}"),
                // The rest is known only where it is run.
                Origin::Dynamic { prefix, reason: _ } if prefix.contains('/') => format!("{prefix}…"),
                // Without a registry or a namespace nobody else can name it.
                _ => return,
            };
            facts.offers.push(Offer {
                at,
                artifact: Artifact::BaseImage,
                path: file.folder().into(),
                name,
                version: None,
                described: false,
                inputs: Described::default(),
                outputs: Described::default(),
                traits: BTreeSet::new(),
                context: file.context(),
            });
        }
    }
}

/// Adds the images of a project of Maven.
pub(crate) fn maven(file: &SourceFile<'_>, facts: &mut Facts) {
    let text = file.text();
    let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    if !has("<project") {
        return facts.gap(file.at(0..0), GapReason::Syntax, "no project");
    }
    if !OF_MAVEN.iter().any(|(plugin, ..)| has(plugin)) {
        return;
    }
    let (leaves, is_whole) = xml::leaves(text);
    if !is_whole {
        facts.gap(file.at(0..0), GapReason::Syntax, "elements that don't end where they should");
    }
    let mut properties: BTreeMap<&str, &str> = BTreeMap::new();
    // Plugins by where they begin.
    let mut names: BTreeMap<usize, &str> = BTreeMap::new();
    for leaf in &leaves {
        match leaf.path.as_slice() {
            ["project", "properties", name] => drop(properties.insert(name, leaf.text)),
            [.., "plugin", "artifactId"] => drop(names.insert(leaf.starts[leaf.starts.len() - 2], leaf.text)),
            _ => {}
        }
    }
    for leaf in &leaves {
        let Some(plugin) = leaf.path.iter().rposition(|it| *it == "plugin") else { continue };
        let Some(configuration) = leaf.path[plugin..].iter().position(|it| *it == "configuration") else { continue };
        let Some(name) = names.get(&leaf.starts[plugin]) else { continue };
        let path = leaf.path[plugin + configuration + 1..].join("/");
        let row = OF_MAVEN.iter().find(|(owner, at, _)| owner == name && *at == path);
        if let Some((.., setting)) = row {
            let value = with_properties(leaf.text, &properties, 0);
            add(file, *setting, leaf.span.clone(), leaf.text, reference(&value), facts);
        }
    }
}

/// A text with the project's own properties put in.
fn with_properties(text: &str, properties: &BTreeMap<&str, &str>, depth: usize) -> String {
    const MAX_DEPTH: usize = 5;
    const MAX_LENGTH: usize = 4096;
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        out.push_str(&rest[..start]);
        let Some(length) = rest[start..].find('}') else { break };
        let name = &rest[start + 2..start + length];
        match properties.get(name).filter(|_| depth < MAX_DEPTH && out.len() < MAX_LENGTH) {
            Some(value) => out.push_str(&with_properties(value, properties, depth + 1)),
            None => out.push_str(&rest[start..=start + length]),
        }
        rest = &rest[start + length + 1..];
        if out.len() > MAX_LENGTH {
            break;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{OF_GRADLE, OF_MAVEN};

    #[test]
    fn tables_are_sorted() {
        assert!(OF_GRADLE.is_sorted_by_key(|(owner, path, _)| (*owner, *path)));
        assert!(OF_MAVEN.is_sorted_by_key(|(owner, path, _)| (*owner, *path)));
    }
}
