//! Procedures: lists of steps in sections that are about operating something, and how many of the steps people do by
//! hand.

use std::ops::Range;

use super::{name_of, words};
use crate::facts::{Facts, Marker, MarkerKind, Said};
use crate::knowledge::Knowledge;
use crate::source::SourceFile;
use crate::syntax::prose::{Part, What};
use crate::syntax::shell;

/// With fewer steps it is a remark, not a procedure.
pub(super) const FEWEST_STEPS: usize = 5;

/// How words begin, in lower case, that say a section or a file is about operating something; sorted.
const OPERATES: &[&str] = &[
    "bootstrap",
    "deploy",
    "disaster",
    "failover",
    "incident",
    "install",
    "migrat",
    "onboard",
    "playbook",
    "procedure",
    "provision",
    "release",
    "restor",
    "rollback",
    "rollout",
    "runbook",
    "setup",
    "upgrad",
];

/// Pairs of words that say the same.
const OPERATES_IN_TWO: &[(&str, &str)] = &[
    ("how", "to"),
    ("new", "environment"),
    ("new", "region"),
    ("new", "service"),
    ("new", "team"),
    ("roll", "back"),
    ("roll", "out"),
    ("set", "up"),
    ("setting", "up"),
];

/// Verbs behind `how to` that are about the program itself; sorted.
const DEVELOPS: &[&str] = &[
    "build",
    "code",
    "compile",
    "contribute",
    "debug",
    "develop",
    "document",
    "extend",
    "format",
    "generate",
    "lint",
    "test",
    "use",
    "write",
];

/// How items of lists begin that say what comes of the step before them, in lower case; sorted.
const OUTCOMES: &[&str] = &[
    "it should ",
    "it will ",
    "that's it",
    "there is ",
    "there will ",
    "this should ",
    "this will ",
    "you should now ",
    "you should see ",
    "you will now ",
    "you will see ",
];

/// Words in headings whose lists are no procedures of operation; sorted.
const ABOUT_ELSE: &[&str] = &[
    "changelog",
    "contents",
    "contribute",
    "contributing",
    "features",
    "licence",
    "license",
    "prerequisites",
    "references",
    "roadmap",
];

/// Verbs that begin what people do; sorted.
pub(super) const BY_HAND: &[&str] = &[
    "access",
    "add",
    "apply",
    "approve",
    "ask",
    "change",
    "check",
    "choose",
    "click",
    "communicate",
    "configure",
    "confirm",
    "connect",
    "copy",
    "create",
    "delete",
    "deploy",
    "disable",
    "download",
    "draft",
    "edit",
    "email",
    "enable",
    "ensure",
    "enter",
    "execute",
    "expand",
    "find",
    "generate",
    "get",
    "go",
    "import",
    "install",
    "log",
    "login",
    "make",
    "manually",
    "merge",
    "message",
    "navigate",
    "notify",
    "open",
    "paste",
    "press",
    "provision",
    "publish",
    "raise",
    "rdp",
    "remove",
    "rename",
    "replace",
    "request",
    "restart",
    "run",
    "save",
    "schedule",
    "scroll",
    "search",
    "select",
    "send",
    "set",
    "sign",
    "ssh",
    "start",
    "stop",
    "switch",
    "tell",
    "type",
    "update",
    "upload",
    "use",
    "verify",
    "wait",
];

/// Words that begin to say where something is done; sorted.
const PLACES: &[&str] = &["at", "from", "in", "on", "under"];

/// Words that only lead to the verb of a sentence.
pub(super) const LEADS: &[&str] = &[
    "also", "and", "finally", "first", "next", "now", "once", "please", "then", "you", "to", "will", "need", "should",
];

/// How steps begin that are one call of a pipeline or a portal, or that propose and review a change; sorted.
const SINGLE_COMMANDS: &[&str] = &[
    "commit",
    "create a pr",
    "create a pull request",
    "create pr",
    "create pull request",
    "get approval",
    "make deploy",
    "merge pr",
    "merge pull request",
    "merge the pr",
    "merge the pull request",
    "merge to main",
    "merge your pr",
    "open a pr",
    "open a pull request",
    "push",
    "raise a pr",
    "raise a pull request",
    "run the pipeline",
    "run the workflow",
    "run workflow",
];

/// Steps that belong together.
#[derive(Default)]
struct Procedure {
    /// Where it begins.
    at: usize,
    /// The items of its lists: its steps, and what comes of them.
    items: usize,
    steps: usize,
    manual: usize,
}

/// Adds the procedures of a text.
pub(super) fn find(file: &SourceFile<'_>, parts: &[Part], facts: &mut Facts) {
    let is_about_all = operates(file.path());
    // The headings that hold for what comes, the highest first.
    let mut headings: Vec<(u8, &Part)> = Vec::new();
    let mut open = Procedure::default();
    let mut found: Vec<(Procedure, String)> = Vec::new();
    let name = |headings: &[(u8, &Part)]| -> Option<String> {
        let is_about = is_about_all || headings.iter().any(|(_, it)| operates(&it.text));
        let is_else = headings.iter().any(|(_, it)| words(&it.text).any(|it| ABOUT_ELSE.binary_search(&&*it).is_ok()));
        let heading = headings.last().map_or("", |(_, it)| it.text.as_str());
        (is_about && !is_else).then(|| name_of(heading))
    };
    let mut close = |open: &mut Procedure, headings: &[(u8, &Part)]| {
        let procedure = std::mem::take(open);
        if procedure.steps >= FEWEST_STEPS
            && let Some(name) = name(headings)
        {
            found.push((procedure, name));
        }
    };
    for (n, part) in parts.iter().enumerate() {
        match part.what {
            What::Heading(level) => {
                close(&mut open, &headings);
                headings.retain(|(it, _)| *it < level);
                headings.push((level, part));
            }
            What::Step(first) => {
                // A list that goes on with the number after the last one, or each of whose steps is a list of its own
                // (what stands between isn't indented), is the same procedure.
                let goes_on = match first {
                    None => true,
                    Some(first) => open.items > 0 && (first as usize == open.items + 1 || is_alone(parts, n)),
                };
                if !goes_on {
                    close(&mut open, &headings);
                }
                if open.items == 0 {
                    open.at = part.at;
                }
                let text = part.text.to_lowercase();
                open.items += 1;
                open.steps += usize::from(!is_outcome(&text));
                open.manual += usize::from(is_by_hand(part, below(parts, n), file.knowledge()));
            }
            What::Text | What::Code | What::Image => {}
        }
    }
    close(&mut open, &headings);
    if let Some((procedure, name, sections)) = of_headings(parts, is_about_all, file.knowledge()) {
        // The lists below its headings are steps of it, not procedures beside it.
        let is_in_it = |it: &(Procedure, String)| sections.iter().any(|section| has(&parts[section.clone()], it.0.at));
        found.retain(|it| !is_in_it(it));
        found.push((procedure, name));
    }
    for (procedure, name) in found {
        // A list of what there is has items too; in a procedure somebody does something.
        if procedure.manual * 5 < procedure.steps * 2 {
            continue;
        }
        let mut marker = Marker::new(file.at(procedure.at..procedure.at), MarkerKind::ManualProcedure);
        marker.name = Some(name);
        marker.say(Said::Steps, procedure.steps.to_string());
        marker.say(Said::ManualSteps, procedure.manual.to_string());
        facts.markers.push(marker);
    }
}

/// Whether something that begins here stands in these parts.
fn has(parts: &[Part], at: usize) -> bool {
    parts.iter().any(|it| it.at == at)
}

/// Whether the list that begins at a part has no other step.
fn is_alone(parts: &[Part], n: usize) -> bool {
    let next = parts[n + 1..].iter().find(|it| matches!(it.what, What::Step(_) | What::Heading(_)));
    next.is_none_or(|it| it.what != What::Step(None))
}

/// A procedure whose steps are headings: `Step 1`, `Phase 2: …`, `Step 3.4`, `3: Restart it`. Each is one step, or as many as its section
/// lists; one that only gathers others is none. With it the parts that its sections take up.
fn of_headings(
    parts: &[Part],
    is_about_all: bool,
    knowledge: &Knowledge,
) -> Option<(Procedure, String, Vec<Range<usize>>)> {
    let heading = |it: &Part| match it.what {
        What::Heading(level) => Some(level),
        What::Step(_) | What::Text | What::Code | What::Image => None,
    };
    let is_step = |it: &Part| matches!(it.what, What::Heading(2..=4)) && after_number(&it.text).is_some();
    let title = parts.iter().find(|it| heading(it).is_some());
    let title = title.filter(|it| !is_step(it)).map_or("", |it| it.text.as_str());
    if !is_about_all && !operates(title) {
        return None;
    }
    let mut sections: Vec<Range<usize>> = Vec::new();
    let mut of_all = Procedure::default();
    for (n, part) in parts.iter().enumerate().filter(|(_, it)| is_step(it)) {
        let level = heading(part);
        let end = parts[n + 1..].iter().position(|it| heading(it).is_some_and(|it| Some(it) <= level) || is_step(it));
        let end = end.map_or(parts.len(), |it| n + 1 + it);
        let gathers = parts.get(end).is_some_and(|it| is_step(it) && heading(it) > level);
        if gathers {
            continue;
        }
        let items: Vec<usize> = (n + 1..end).filter(|it| matches!(parts[*it].what, What::Step(_))).collect();
        let by_hand = |it: &&usize| is_by_hand(&parts[**it], below(parts, **it), knowledge);
        let manual = items.iter().filter(by_hand).count();
        if sections.is_empty() {
            of_all.at = part.at;
        }
        of_all.steps += items.len().max(1);
        of_all.manual += match items.is_empty() {
            true => {
                let changes = |it: &Part| it.what == What::Code && changes_something(&it.text, knowledge);
                let begins = after_number(&part.text).is_some_and(begins_by_hand);
                usize::from(begins || below(parts, n).any(changes))
            }
            false => manual,
        };
        sections.push(n..end);
    }
    (sections.len() >= FEWEST_STEPS).then(|| (of_all, name_of(title), sections))
}

/// What stands behind the number of a heading that is a step: of `Step 3.4: Restart it` and of `3: Restart it` the end.
/// Nothing where it is none: chapters have numbers too, and say what they are about, not what to do.
fn after_number(text: &str) -> Option<&str> {
    let mut words = words(text);
    let says_so = matches!(words.next().as_deref(), Some("step" | "phase"))
        && words.next().is_some_and(|it| it.bytes().all(|b| b.is_ascii_digit()));
    if !says_so && !text.starts_with(|it: char| it.is_ascii_digit()) {
        return None;
    }
    let number = &text[text.find(|it: char| it.is_ascii_digit())?..];
    let behind = number.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
    let rest = behind.trim_start_matches([':', ')', '-', '–', ' ']);
    // A script that is called `install-proxy.sh` is no sentence.
    let is_word = || rest.split(' ').next().is_some_and(|it| it.bytes().all(|b| b.is_ascii_alphabetic()));
    let is_act = || behind.len() < number.len() && rest.len() < behind.len() && is_word() && begins_by_hand(rest);
    (says_so || is_act()).then_some(rest)
}

/// What stands below a step, up to the next one.
fn below(parts: &[Part], n: usize) -> impl Iterator<Item = &Part> {
    parts[n + 1..].iter().take_while(|it| !matches!(it.what, What::Step(_) | What::Heading(_)))
}

/// Whether a text says that it is about operating something. What is built and generated is a developer's.
fn operates(text: &str) -> bool {
    let words: Vec<String> = words(text).collect();
    let is_of_developers =
        |it: &[String]| it[0] == "how" && it[1] == "to" && DEVELOPS.binary_search(&it[2].as_str()).is_ok();
    if words.windows(3).any(is_of_developers) {
        return false;
    }
    let is_one = |it: &String| OPERATES.iter().any(|start| it.starts_with(start));
    words.iter().any(is_one)
        || words.windows(2).any(|it| OPERATES_IN_TWO.contains(&(it[0].as_str(), it[1].trim_end_matches('s'))))
}

/// Whether a step, in lower case, only says what comes of the one before it.
pub(super) fn is_outcome(step: &str) -> bool {
    OUTCOMES.iter().any(|it| without_number(step).starts_with(it)) && !step.contains(". ")
}

/// Whether people do a step: it begins with what they do, or shows a command that changes something.
fn is_by_hand<'p>(step: &Part, mut inside: impl Iterator<Item = &'p Part>, knowledge: &Knowledge) -> bool {
    let text = step.text.to_lowercase();
    let text = without_number(&text);
    if SINGLE_COMMANDS.iter().any(|it| text.starts_with(it)) {
        return false;
    }
    begins_by_hand(text) || inside.any(|it| it.what == What::Code && changes_something(&it.text, knowledge))
}

/// A step without the number that it may begin with, as rows of a table do.
fn without_number(step: &str) -> &str {
    step.trim_start().trim_start_matches(|it: char| it.is_ascii_digit()).trim_start_matches(['.', ')', ':', ' '])
}

/// Whether a text begins with what people do: a verb, also behind words that only lead to it.
pub(super) fn begins_by_hand(text: &str) -> bool {
    let is_verb_first = |text: &str| {
        let mut words = words(text).take(6).skip_while(|it| LEADS.contains(&it.as_str()));
        words.next().is_some_and(|it| BY_HAND.binary_search(&&*it).is_ok())
    };
    // `In the menu, choose it`: where it is done may stand before what is done.
    let is_where = || words(text).next().is_some_and(|it| PLACES.binary_search(&it.as_str()).is_ok());
    is_verb_first(text) || is_where() && text.split_once(", ").is_some_and(|(_, behind)| is_verb_first(behind))
}

fn changes_something(code: &str, knowledge: &Knowledge) -> bool {
    let mut changes = false;
    if knowledge.may_know(code) {
        shell::programs(code, &mut |it| changes |= knowledge.imperative(&it.words).is_some());
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::{
        ABOUT_ELSE, BY_HAND, DEVELOPS, OPERATES, OPERATES_IN_TWO, OUTCOMES, PLACES, SINGLE_COMMANDS, after_number,
        begins_by_hand, operates, without_number,
    };

    #[test]
    fn tables_are_sorted() {
        assert!(ABOUT_ELSE.is_sorted());
        assert!(BY_HAND.is_sorted());
        assert!(SINGLE_COMMANDS.is_sorted());
        assert!(DEVELOPS.is_sorted());
        assert!(OUTCOMES.is_sorted());
        assert!(PLACES.is_sorted());
        assert!(OPERATES.is_sorted());
        assert!(OPERATES_IN_TWO.is_sorted());
    }

    #[test]
    fn what_operates_something() {
        for (text, expected) in [
            ("Deploying to production", true),
            ("How to add a user", true),
            ("How to generate the migrations", false),
            ("Setting up", true),
            ("New services", true),
            ("docs/runbooks/restart.md", true),
            ("Database migration", true),
            ("Overview", false),
            ("Architecture", false),
        ] {
            assert_eq!(operates(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_of_steps() {
        for (text, expected) in [
            ("1 Open the ticket", "Open the ticket"),
            ("12. Check it", "Check it"),
            (" Check 3 of them", "Check 3 of them"),
            ("3", ""),
        ] {
            assert_eq!(without_number(text), expected, "{text}");
        }
    }

    #[test]
    fn headings_that_are_steps() {
        for (heading, expected) in [
            ("Step 3.4: Restart it", Some("Restart it")),
            ("Phase 2", Some("")),
            ("3: Restart it", Some("Restart it")),
            ("3. Create a branch", Some("Create a branch")),
            ("3. Architecture", None),
            ("3. install-proxy.sh (recommended)", None),
            ("3rd parties", None),
            ("2024 in review", None),
            ("Restart it", None),
        ] {
            assert_eq!(after_number(heading), expected, "{heading}");
        }
    }

    #[test]
    fn what_people_do() {
        for (text, expected) in [
            ("Log in to the server", true),
            ("Then, restart it", true),
            ("**Open** the page", true),
            ("The service restarts", false),
            ("From the menu on the left, open it", true),
            ("In the end, the service restarts", false),
            ("A list of names", false),
            ("", false),
        ] {
            assert_eq!(begins_by_hand(text), expected, "{text}");
        }
    }
}
