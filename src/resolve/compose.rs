//! Compose files: what their services are built with, and the images that variables of an `.env` beside them have a say
//! in.

use std::collections::BTreeSet;

use super::Files;
use super::build_commands::Build;
use super::suppliers::Supplied;
use super::values::{Text, Variables, path_from};
use crate::classify::FileKind;
use crate::extract::images::compose::image_of;
use crate::facts::{Artifact, Facts, GapReason};
use crate::origin::{Origin, Reference};
use crate::paths::folder_of;
use crate::source::SourceFile;
use crate::syntax::yaml::{self, Node};

/// The builds of all compose files that give arguments, or names to what is built.
pub(super) fn builds(files: &Files<'_>) -> Vec<Supplied<Build>> {
    let mut found = Vec::new();
    for file in files.known().filter(|it| it.kind == FileKind::ComposeFile) {
        for what in files.with(file, builds_of).unwrap_or_default() {
            found.push(Supplied { place: format!("{}:{}", file.path, what.line), context: file.context, what });
        }
    }
    found
}

/// Paths are relative to the file's folder. Variables come from the environment and from `.env`, which isn't looked at:
/// a default (`${NAME:-value}`) is what a reader can know.
fn builds_of(file: &SourceFile<'_>) -> Vec<Build> {
    // Most compose files build nothing.
    if memchr::memmem::find(file.text().as_bytes(), b"build").is_none() {
        return Vec::new();
    }
    let (documents, _) = yaml::parse(file.text());
    let variables = Variables::default();
    let mut found = Vec::new();
    let services = documents.first().and_then(|it| it.get("services"));
    for (_, service) in services.map(Node::entries).unwrap_or_default() {
        let Some(build) = service.get("build") else { continue };
        let text = |key: &str| build.get(key).and_then(Node::text).map(|it| variables.interpolate(it));
        // A Dockerfile within the file is none of the repository's.
        let is_inline = build.get("dockerfile_inline").is_some();
        let args = build.get("args").filter(|_| !is_inline);
        let short = build.text().map(|it| variables.interpolate(it));
        let context = short.or_else(|| text("context")).unwrap_or_else(|| Text::known("."));
        if context.text.contains("://") || context.text.starts_with("git@") {
            continue;
        }
        let Some(context) = path_from(file.folder(), &context) else { continue };
        let dockerfile = match text("dockerfile") {
            Some(path) => match path_from(&context, &path) {
                Some(path) => Some(path),
                None => continue,
            },
            None => None,
        };
        let mut arguments = Vec::new();
        for (name, value) in args.map(Node::entries).unwrap_or_default() {
            // Without a value it is the environment's.
            if let (Some(name), Some(value)) = (name.text(), value.text().filter(|_| !value.is_null())) {
                arguments.push((name.to_owned(), variables.interpolate(value)));
            }
        }
        for item in args.into_iter().flat_map(Node::items) {
            if let Some((name, value)) = item.text().and_then(|it| it.split_once('=')) {
                arguments.push((name.to_owned(), variables.interpolate(value)));
            }
        }
        let image = service.get("image").filter(|it| !it.is_null());
        let mut tags: Vec<Text> = image.and_then(Node::text).map(|it| variables.interpolate(it)).into_iter().collect();
        let more = build.get("tags");
        tags.extend(more.into_iter().flat_map(Node::items).filter_map(|it| Some(variables.interpolate(it.text()?))));
        let mut contexts = Vec::new();
        if let Some(given) = build.get("additional_contexts").filter(|_| !is_inline) {
            let pairs = given.entries().into_iter().filter_map(|(name, value)| Some((name.text()?, value.text()?)));
            let items = given.items().filter_map(|it| it.text()?.split_once('='));
            contexts.extend(pairs.chain(items).map(|(name, it)| (name.to_owned(), variables.interpolate(it))));
        }
        if arguments.is_empty() && tags.is_empty() && contexts.is_empty() {
            continue;
        }
        let place = args.or(image).or(more).or_else(|| build.get("additional_contexts"));
        let line = file.line(place.unwrap_or(build).resolved().span().start);
        let target = text("target");
        // Composed images are pushed by a command that names no image.
        found.push(Build { context, dockerfile, target, arguments, tags, is_pushed: false, contexts, line });
    }
    found
}

/// Puts the variables of the `.env` beside each of these files into its images: compose takes them before the defaults in
/// the file.
pub(super) fn resolve(paths: &BTreeSet<String>, facts: &mut Facts, files: &Files<'_>) {
    for path in paths {
        let folder = folder_of(path);
        let beside = if folder.is_empty() { ".env".to_owned() } else { format!("{folder}/.env") };
        let Some(file) = files.at(&beside) else { continue };
        let Some((variables, names)) = files.with(file, |source| variables_of(source.text())) else { continue };
        let mut closed = Vec::new();
        for usage in &mut facts.uses {
            let is_open = usage.artifact == Artifact::ComposeImage && usage.written.contains('$');
            if !is_open || *usage.at.path != **path {
                continue;
            }
            let Reference { origin, version } = image_of(&usage.written, &variables);
            if matches!(origin, Origin::Invalid { .. }) || origin == usage.origin && version == usage.version {
                continue;
            }
            let has_say = names.iter().filter(|(name, _)| names_variable(&usage.written, name));
            let places: Vec<String> = has_say.map(|(_, line)| format!("{beside}:{line}")).collect();
            usage.via = super::via(places.iter().map(String::as_str));
            if !matches!(origin, Origin::Dynamic { .. }) {
                closed.push(usage.at.clone());
            }
            (usage.origin, usage.version) = (origin, version);
        }
        facts.gaps.retain(|it| it.reason != GapReason::Unresolved || !closed.contains(&it.at));
    }
}

/// Whether a text names a variable: `$NAME`, `${NAME…}`.
fn names_variable(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].trim_end_matches('{').ends_with('$');
        let after = text[at + name.len()..].bytes().next();
        before && !after.is_some_and(|it| it.is_ascii_alphanumeric() || it == b'_')
    })
}

/// The variables of an `.env`, and the names of all it sets with their lines.
fn variables_of(text: &str) -> (Variables, Vec<(String, usize)>) {
    let mut variables = Variables::default();
    let mut names = Vec::new();
    for (number, line) in text.trim_start_matches('\u{FEFF}').lines().enumerate() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else { continue };
        let (name, value) = (name.trim(), value.trim());
        let quoted = |quote: char| value.strip_prefix(quote)?.split(quote).next();
        let value = match (quoted('\''), quoted('"')) {
            (Some(literal), _) => Text::known(literal),
            (None, Some(inner)) => variables.expand(inner),
            (None, None) => variables.expand(value.split(" #").next().unwrap_or(value).trim()),
        };
        variables.set(name, value.literal());
        names.push((name.to_owned(), number + 1));
    }
    (variables, names)
}

#[cfg(test)]
mod tests {
    use super::{names_variable, variables_of};

    #[test]
    fn variables_of_files() {
        let (variables, names) = variables_of("A=1 # one\n# B=2\nexport C='$A'\nD=\"x${A}\"\nE=$UNKNOWN\n\nF=\nG");
        let told = |name: &str| variables.expand(&format!("${name}")).literal().map(str::to_owned);
        assert_eq!(told("A").as_deref(), Some("1"));
        assert_eq!(told("B"), None);
        assert_eq!(told("C").as_deref(), Some("$A"));
        assert_eq!(told("D").as_deref(), Some("x1"));
        assert_eq!(told("E"), None);
        assert_eq!(told("F").as_deref(), Some(""));
        let lines: Vec<(&str, usize)> = names.iter().map(|(name, line)| (name.as_str(), *line)).collect();
        assert_eq!(lines, [("A", 1), ("C", 3), ("D", 4), ("E", 5), ("F", 7)]);
    }

    #[test]
    fn variables_that_are_named() {
        for (text, expected) in
            [("a:$TAG", true), ("a:${TAG:-1}", true), ("a:$TAGS", false), ("a:TAG", false), ("${X:-$TAG}", true)]
        {
            assert_eq!(names_variable(text, "TAG"), expected, "{text}");
        }
    }
}
