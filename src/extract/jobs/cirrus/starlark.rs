//! `.cirrus.star`: what it loads is read, what it makes only running it would tell.

use crate::extract::ci::add_use;
use crate::extract::jobs::mark_unread;
use crate::facts::{Artifact, Facts};
use crate::origin::{Reference, cirrus};
use crate::pipeline::System;
use crate::source::SourceFile;

/// How many `load` statements of one file are read.
const MAX_LOADS: usize = 1_000;

/// Counts the file, and adds the modules that it loads.
pub(in crate::extract) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    mark_unread(file, System::Cirrus, facts);
    for (start, module) in loads(file.text()).into_iter().take(MAX_LOADS) {
        // What the service itself offers.
        if module == "cirrus" {
            continue;
        }
        let reference = Reference::of(cirrus::parse(module, file.folder()));
        let at = file.at(start..start + module.len());
        add_use(facts, at, Artifact::CiTemplate, module, reference, file.context(), false);
    }
}

/// The first arguments of the `load` statements, which begin a line, and where they stand.
fn loads(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(rest) = line.strip_prefix("load(") {
            // The argument may stand on a line of its own.
            let start = at + line.len() - rest.len();
            let rest = &text[start..];
            let quoted = rest.trim_start();
            let start = start + rest.len() - quoted.len();
            if let Some(quote) = quoted.chars().next().filter(|it| matches!(it, '"' | '\''))
                && let Some(end) = quoted[1..].find([quote, '\n']).filter(|&end| quoted[1 + end..].starts_with(quote))
            {
                found.push((start + 1, &quoted[1..1 + end]));
            }
        }
        at += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::loads;

    #[test]
    fn what_is_loaded() {
        for (text, expected) in [
            ("load(\"github.com/acme/ci@v1\", \"x\")\n", vec![(6, "github.com/acme/ci@v1")]),
            ("load(\n    'a.star', 'b')", vec![(11, "a.star")]),
            ("# load(\"x\")\n  load(\"y\")\n", vec![]),
            ("load(x)\nload(\"unclosed\n", vec![]),
            ("load(", vec![]),
        ] {
            assert_eq!(loads(text), expected, "{text}");
        }
    }
}
