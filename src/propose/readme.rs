//! The page beside a proposal: what varies, and who changes what.

use std::fmt::Write as _;

use super::call::reference;
use super::unify::Unified;
use super::{Home, Member};

/// The page, in Markdown.
pub(super) fn readme(
    file: &str,
    address: &str,
    home: &Home,
    callers: &[&Member],
    left_out: &[(&Member, String)],
    unified: &Unified,
) -> String {
    let mut out = String::new();
    let n = callers.len();
    let _ = writeln!(out, "# One template in the place of {n} copies of `{file}`\n");
    let _ = writeln!(
        out,
        "These repositories keep copies of one workflow. `template/` is what they have in common, `calls/` what each \
         would keep. Nothing here was run, and comments of the copies are not in it: read it as the first draft of a \
         pull request.\n"
    );
    let _ = writeln!(out, "## Who changes what\n");
    let is_there = if home.offers_templates { "which offers templates already" } else { "which is yet to be made" };
    let _ = writeln!(
        out,
        "1. `{}`, {is_there}, takes `template/.github/workflows/{file}` and is given the tag `{}`.",
        home.repository,
        reference(file)
    );
    let _ = writeln!(out, "2. Each repository below puts the file from `calls/` in the place of its copy:\n");
    for it in callers {
        let _ = writeln!(out, "   - `{}`: `{}`", it.repo, it.path);
    }
    let _ = writeln!(out, "\nThe callers name `{address}`; where the tag may move, name its commit.");
    let _ = writeln!(
        out,
        "The checks of a called workflow are named after the caller's job too (`build / test`): required checks of \
         protected branches have to be renamed.\n"
    );
    let _ = writeln!(out, "## What varies\n");
    if unified.inputs.is_empty() {
        let _ = writeln!(out, "Nothing: the copies are the same in all that counts.");
    } else {
        let _ = writeln!(out, "| input | type | where | values |\n|---|---|---|---|");
    }
    for input in &unified.inputs {
        let mut values: Vec<(String, usize)> = Vec::new();
        for value in &input.values {
            let shown = value.shown();
            match values.iter_mut().find(|(known, _)| *known == shown) {
                Some((_, n)) => *n += 1,
                None => values.push((shown, 1)),
            }
        }
        let values: Vec<String> = values.iter().map(|(value, n)| format!("{} ({n})", code(value))).collect();
        let _ = writeln!(out, "| `{}` | {} | {} | {} |", input.name, input.kind, code(&input.place), values.join(", "));
    }
    if !unified.versions.is_empty() {
        let _ = writeln!(out, "\nVersions can't vary with the caller; the template takes the first copy's:\n");
        for (uses, versions) in &unified.versions {
            let first = versions.first().map_or("", String::as_str);
            let others = callers.iter().zip(versions).filter(|(_, version)| *version != first);
            let others: Vec<String> = others.map(|(it, version)| format!("`{}` has `{version}`", it.repo)).collect();
            let _ = writeln!(out, "- `{uses}` at `{first}`; {}", others.join(", "));
        }
    }
    if !left_out.is_empty() {
        let _ = writeln!(out, "\n## What keeps its copy\n");
        for (it, why) in left_out {
            let _ = writeln!(out, "- `{}`: `{}`: {why}", it.repo, it.path);
        }
    }
    out
}

/// A text in a table of Markdown, as code.
fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    // A backtick in it would end it.
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}
