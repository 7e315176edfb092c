//! Steps of workflows whose failure is put off (`continue-on-error`), and judged by a later step of their job that reads
//! their outcome: such a check isn't advisory.

use crate::extract::documents::Yaml;
use crate::facts::Mode;
use crate::syntax::yaml::Node;

/// How a later step judges the outcome of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::extract) enum Judged {
    /// It can't be told what has to be so that it fails.
    Open,
    /// It fails where something else is so, too.
    Weakened,
    /// It fails where the step failed.
    Refused,
}

impl Judged {
    /// How a check acts that would act so if its failure weren't put off.
    pub(super) fn apply(self, mode: Option<Mode>) -> Option<Mode> {
        match (self, mode) {
            (Judged::Weakened, Some(Mode::Blocking)) => Some(Mode::Weakened),
            (Judged::Open, Some(Mode::Blocking | Mode::Weakened)) => None,
            (Judged::Open | Judged::Refused | Judged::Weakened, mode) => mode,
        }
    }
}

/// Functions of expressions that say only that a step runs at all; they hold whatever else is so.
const OF_STATUS: &[&str] = &["!cancelled()", "always()", "failure()", "success()"];

/// Texts with which a script fails, in a shell and in JavaScript.
const FAILS: &[&str] = &["core.setFailed", "exit 1", "exit \"1\"", "process.exit(1)", "throw "];

/// How far behind a condition its branch is looked for.
const LONGEST_BRANCH: usize = 20;

/// How the later steps of a job judge a step that passes where it fails; nothing where none does.
pub(super) fn judged<'d>(step: Node<'d>, later: &[Node<'d>], yaml: &Yaml<'d>) -> Option<Judged> {
    if yaml.text_of(step, "continue-on-error") != Some("true") {
        return None;
    }
    let id = yaml.text_of(step, "id").filter(|it| !it.is_empty())?;
    let outcome = format!("steps.{id}.outcome");
    let own = yaml.text_of(step, "if").map(bare);
    later.iter().filter_map(|it| judgement(*it, &outcome, own, yaml)).max()
}

/// How one step judges an outcome.
fn judgement<'d>(step: Node<'d>, outcome: &str, own: Option<&str>, yaml: &Yaml<'d>) -> Option<Judged> {
    let inline = step.get("with").and_then(|it| yaml.text_of(it, "script"));
    let script = yaml.text_of(step, "run").or(inline)?;
    if !FAILS.iter().any(|it| script.contains(it)) {
        return None;
    }
    let condition = yaml.text_of(step, "if").map(bare);
    // What the check is run on is no other condition.
    let others = |it: &str| condition.filter(|text| Some(*text) != own).map_or(0, |text| others(text, it));
    if condition.is_some_and(|it| it.contains(outcome)) {
        let is_plain = !lines(script).any(is_condition);
        return Some(match others(outcome) {
            0 if is_plain => Judged::Refused,
            0 => Judged::Open,
            _ => Judged::Weakened,
        });
    }
    let environment = step.get("env").map(Node::entries).unwrap_or_default();
    let variables =
        environment.into_iter().filter(|(_, value)| yaml.text(*value).is_some_and(|it| it.contains(outcome)));
    let names: Vec<&str> = variables.filter_map(|(name, _)| name.text()).chain([outcome]).collect();
    let told = of_script(script, &names)?;
    Some(if others("") > 0 { told.min(Judged::Weakened) } else { told })
}

/// How a script judges what has these names; nothing where it only prints it.
fn of_script(script: &str, names: &[&str]) -> Option<Judged> {
    let lines: Vec<&str> = lines(script).collect();
    let is_about = |it: &str| is_condition(it) && names.iter().any(|name| has_word(it, name));
    let mut found = None;
    for (n, line) in lines.iter().enumerate().filter(|(_, it)| is_about(it)) {
        let judged = match (line.contains("&&") && !line.starts_with('['), fails_behind(line, &lines[n + 1..])) {
            (true, _) => Judged::Weakened,
            (false, true) => Judged::Refused,
            (false, false) => Judged::Open,
        };
        found = found.max(Some(judged));
    }
    found
}

/// Whether what is done where a condition holds fails: the rest of its line, and those behind it, to its end.
fn fails_behind(line: &str, rest: &[&str]) -> bool {
    let fails = |it: &str| FAILS.iter().any(|text| it.contains(text));
    let ends = |it: &str| ["else", "elif", "fi", "}"].iter().any(|end| it.starts_with(end));
    fails(line)
        || !line.starts_with('[') && rest.iter().take(LONGEST_BRANCH).take_while(|it| !ends(it)).any(|it| fails(it))
}

/// The lines of a script without comments.
fn lines(script: &str) -> impl Iterator<Item = &str> {
    script.lines().map(str::trim).filter(|it| !it.starts_with('#') && !it.starts_with("//"))
}

/// Whether a line of a script asks something.
fn is_condition(line: &str) -> bool {
    ["[ ", "[[ ", "elif ", "if ", "if(", "test ", "} else if"].iter().any(|it| line.starts_with(it))
}

/// How many parts of a condition are about something else than an outcome, and not about the state of the job.
fn others(condition: &str, outcome: &str) -> usize {
    let is_about = |it: &str| !outcome.is_empty() && it.contains(outcome);
    let of_status = |it: &str| OF_STATUS.contains(&it);
    let part = |it: &str| it.trim().trim_matches(['(', ')', ' ']).len().min(1);
    condition.split("&&").filter(|it| !is_about(it) && !of_status(it.trim())).map(part).sum()
}

/// A condition without the brackets of an expression.
fn bare(condition: &str) -> &str {
    let text = condition.trim();
    text.strip_prefix("${{").and_then(|it| it.strip_suffix("}}")).unwrap_or(text).trim()
}

/// Whether a name stands in a text, and is no part of another one.
fn has_word(text: &str, name: &str) -> bool {
    let is_of_name = |it: u8| it.is_ascii_alphanumeric() || it == b'_' || it == b'-';
    text.match_indices(name).any(|(at, _)| {
        let bytes = text.as_bytes();
        let is_free = |at: Option<usize>| !at.and_then(|it| bytes.get(it)).is_some_and(|it| is_of_name(*it));
        is_free(at.checked_sub(1)) && is_free(Some(at + name.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::{Judged, of_script, others};

    #[test]
    fn scripts() {
        for (script, expected) in [
            ("if [ \"$A\" != success ]; then\n  echo no\n  exit 1\nfi", Some(Judged::Refused)),
            ("[[ \"$A\" == failure ]] && exit 1", Some(Judged::Refused)),
            ("if [[ $A != success ]] && [[ $OVERRIDE == no ]]; then\n  exit 1\nfi", Some(Judged::Weakened)),
            (
                "bad=no\nif [[ $A != success ]]; then\n  bad=yes\nfi\nif [[ $bad == yes ]]; then exit 1; fi",
                Some(Judged::Open),
            ),
            ("if (process.env.A !== 'success') {\n  core.setFailed('no')\n}", Some(Judged::Refused)),
            ("echo \"check: $A\"\nif [[ $B != success ]]; then exit 1; fi", None),
            ("# if [[ $A != success ]]; then\nexit 1", None),
            ("if [[ $AB != success ]]; then exit 1; fi", None),
        ] {
            assert_eq!(of_script(script, &["A"]), expected, "{script}");
        }
    }

    #[test]
    fn conditions() {
        for (condition, expected) in [
            ("steps.a.outcome == 'failure'", 0),
            ("always() && steps.a.outcome != 'success'", 0),
            ("steps.a.outcome == 'failure' || steps.b.outcome == 'failure'", 0),
            ("steps.a.outcome == 'failure' && github.ref == 'refs/heads/main'", 1),
            ("", 0),
        ] {
            assert_eq!(others(condition, "steps.a.outcome"), expected, "{condition}");
        }
    }
}
