//! `MODULE.bazel` and `WORKSPACE`: the images that Bazel fetches to build others on. Which target builds on which of
//! them stands in other files, which are not read.

use super::reference;
use crate::extract::ci::add_use;
use crate::facts::{Artifact, Facts, GapReason};
use crate::origin::Reference;
use crate::source::SourceFile;
use crate::syntax::kotlin::{Dialect, Token, What, closing, tokens_in};

/// What fetches an image: as it is called, without what it is a method of; sorted.
const PULLS: &[&str] = &["container_pull", "oci_pull", "pull"];

/// Adds the images that a workspace fetches.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    if memchr::memmem::find(file.text().as_bytes(), b"pull").is_none() {
        // Nothing is known to be wrong with what isn't looked at.
        return;
    }
    let tokens = tokens_in(file.text(), Dialect::Starlark);
    let word = |at: Option<usize>| match at.and_then(|it| tokens.get(it))?.what {
        What::Word(text) => Some(text),
        What::Text(..) | What::Mark(_) => None,
    };
    let mut is_cut = false;
    for at in 0..tokens.len() {
        let Some(name) = word(Some(at)).filter(|it| PULLS.binary_search(it).is_ok()) else { continue };
        if tokens.get(at + 1).map(|it| it.what) != Some(What::Mark(b'(')) {
            continue;
        }
        let before = at.checked_sub(1).map(|it| tokens[it].what);
        let is_method = before == Some(What::Mark(b'.'));
        let of = word(at.checked_sub(2));
        let is_pull = match name {
            // `oci.pull(…)`, whatever the extension is called here; `git.pull` is another's.
            "pull" => is_method && of.is_some_and(|it| it.contains("oci") || it.contains("container")),
            // A definition and a `load` name it too.
            _ => !is_method && word(at.checked_sub(1)) != Some("def"),
        };
        if !is_pull {
            continue;
        }
        let end = closing(&tokens, at + 1);
        is_cut |= end >= tokens.len();
        pull(file, &tokens[at + 2..end.min(tokens.len())], facts);
    }
    if is_cut {
        facts.gap(file.at(0..0), GapReason::Syntax, "a call without its end");
    }
}

fn pull(file: &SourceFile<'_>, arguments: &[Token<'_>], facts: &mut Facts) {
    let named = |name: &str| {
        arguments.windows(3).find_map(|it| match (it[0].what, it[1].what, it[2].what) {
            (What::Word(key), What::Mark(b'='), What::Text(text, _)) if key == name => Some((text, &it[2])),
            _ => None,
        })
    };
    let is_given =
        |name: &str| arguments.windows(2).any(|it| it[0].what == What::Word(name) && it[1].what == What::Mark(b'='));
    let place = named("image").or_else(|| named("repository"));
    let Some((name, token)) = place else {
        if let Some(computed) = arguments.iter().find(|it| matches!(it.what, What::Word("image" | "repository"))) {
            let at = file.at(computed.span.clone());
            let reference = Reference::dynamic("", "a computed value");
            add_use(facts, at, Artifact::BaseImage, "", reference, file.context(), false);
        }
        return;
    };
    let mut text = match named("registry") {
        Some((registry, _)) => format!("{}/{name}", registry.trim_end_matches('/')),
        None if is_given("registry") => {
            let at = file.at(token.span.clone());
            let reference = Reference::dynamic("", "a computed registry");
            return add_use(facts, at, Artifact::BaseImage, name, reference, file.context(), false);
        }
        None => name.to_owned(),
    };
    if let Some((tag, _)) = named("tag") {
        text = format!("{text}:{tag}");
    }
    if let Some((digest, _)) = named("digest").filter(|_| !text.contains('@')) {
        text = format!("{text}@{digest}");
    }
    let at = file.at(token.span.clone());
    add_use(facts, at, Artifact::BaseImage, name, reference(&text), file.context(), false);
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted() {
        assert!(super::PULLS.is_sorted());
    }
}
