//! Compose files: what their services are built with.

use super::Files;
use super::build_commands::Build;
use super::suppliers::Supplied;
use super::values::{Text, Variables, path_from};
use crate::classify::FileKind;
use crate::source::SourceFile;
use crate::syntax::yaml::{self, Node};

/// The builds of all compose files that give arguments.
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
    let (documents, _) = yaml::parse(file.text());
    let variables = Variables::default();
    let mut found = Vec::new();
    let services = documents.first().and_then(|it| it.get("services"));
    for (_, service) in services.map(Node::entries).unwrap_or_default() {
        let Some(build) = service.get("build") else { continue };
        let text = |key: &str| build.get(key).and_then(Node::text).map(|it| put_in(&variables, it));
        // A Dockerfile within the file is none of the repository's.
        let Some(args) = build.get("args").filter(|_| build.get("dockerfile_inline").is_none()) else { continue };
        let context = text("context").unwrap_or_else(|| Text::known("."));
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
        for (name, value) in args.entries() {
            // Without a value it is the environment's.
            if let (Some(name), Some(value)) = (name.text(), value.text().filter(|_| !value.is_null())) {
                arguments.push((name.to_owned(), put_in(&variables, value)));
            }
        }
        for item in args.items() {
            if let Some((name, value)) = item.text().and_then(|it| it.split_once('=')) {
                arguments.push((name.to_owned(), put_in(&variables, value)));
            }
        }
        if !arguments.is_empty() {
            let line = file.at(args.resolved().span()).line;
            found.push(Build { context, dockerfile, target: text("target"), arguments, line });
        }
    }
    found
}

/// A value with its variables: `$$` is a dollar.
fn put_in(variables: &Variables, text: &str) -> Text {
    let mut out = Text::default();
    for (n, part) in text.split("$$").enumerate() {
        let part = variables.expand(part);
        if n > 0 {
            out.text.push('$');
        }
        out.text.push_str(&part.text);
        out.open = out.open.or(part.open);
    }
    out
}
