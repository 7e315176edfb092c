//! Instructions to use a console with the mouse, and to ask somebody else by ticket or message.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::procedures::{begins_by_hand, is_outcome};
use crate::facts::{Facts, Marker, MarkerKind, Said, Weight};
use crate::source::SourceFile;
use crate::syntax::prose::{Part, What};
use crate::words::{Shapes, Words, words};

/// What has a console. `google cloud` is told by its second word.
static PRODUCTS: Words = Words::of(&[
    "argo",
    "argocd",
    "aws",
    "azure",
    "cloud",
    "cloudflare",
    "gcp",
    "github",
    "jenkins",
    "okta",
    "rancher",
    "vsphere",
]);

/// What a console is called.
static SURFACES: Words = Words::of(&["console", "dashboard", "portal", "ui"]);

/// What the hand does.
static GESTURES: Words = Words::of(&[
    "check", "choose", "click", "go", "navigate", "open", "press", "scroll", "select", "tap", "tick", "toggle",
]);

/// Those of [`GESTURES`] that press something: a way through menus that ends so is an instruction by itself.
static PRESSES: Words = Words::of(&["choose", "click", "press", "select", "tap", "tick", "toggle"]);

/// What the hand does it with.
static WIDGETS: Words = Words::of(&[
    "button",
    "checkbox",
    "checkboxes",
    "dialog",
    "dropdown",
    "dropdowns",
    "menu",
    "menus",
    "page",
    "panel",
    "sidebar",
    "tab",
    "tabs",
    "wizard",
]);

/// What makes or changes something: who only looks for what is there provisions nothing.
static CHANGES: Words = Words::of(&[
    "add",
    "apply",
    "approve",
    "assign",
    "attach",
    "change",
    "configure",
    "connect",
    "create",
    "delete",
    "deploy",
    "disable",
    "edit",
    "enable",
    "enter",
    "fill",
    "generate",
    "grant",
    "import",
    "install",
    "invite",
    "launch",
    "modify",
    "new",
    "register",
    "remove",
    "rename",
    "reset",
    "restart",
    "restore",
    "revoke",
    "rotate",
    "run",
    "save",
    "set",
    "start",
    "stop",
    "submit",
    "switch",
    "terminate",
    "trigger",
    "turn",
    "untick",
    "update",
    "upgrade",
    "upload",
]);

/// Addresses of consoles: what stands before their first dot, and from there on; sorted.
const ADDRESSES: &[(&str, &str)] = &[
    ("app", ".terraform.io/app/"),
    ("console", ".aws.amazon.com"),
    ("console", ".cloud.google.com"),
    ("dashboard", ".heroku.com"),
    ("portal", ".azure.com"),
];

/// Words that ask somebody else, in order: two or three.
const TICKETS: &[&[&str]] = &[
    &["ask", "devops", "team"],
    &["ask", "infra", "team"],
    &["ask", "infrastructure", "team"],
    &["ask", "ops", "team"],
    &["ask", "platform", "team"],
    &["ask", "sre", "team"],
    &["create", "jira", "ticket"],
    &["create", "servicenow", "ticket"],
    &["log", "servicenow", "ticket"],
    &["open", "jira", "ticket"],
    &["open", "servicenow", "ticket"],
    &["raise", "change", "request"],
    &["raise", "jira", "ticket"],
    &["raise", "servicenow", "ticket"],
    &["raise", "support", "ticket"],
    &["raise", "ticket"],
    &["request", "access", "from"],
    &["request", "access", "via"],
    &["send", "email", "to"],
];

/// How the rows of [`TICKETS`] end.
static ENDS_OF_TICKETS: Words = Words::of(&["from", "request", "team", "ticket", "to", "via"]);

/// Words that stand between those of [`TICKETS`] and say nothing.
static BETWEEN: Words = Words::of(&["a", "an", "new", "our", "the", "your"]);

/// Words of sentences that offer help.
static SUPPORT: Words = Words::of(&[
    "bug",
    "bugs",
    "comments",
    "feedback",
    "help",
    "problem",
    "problems",
    "question",
    "questions",
    "stuck",
    "suggestions",
]);

/// All these tables, and what their words look like: most words of a text are in none.
const TABLES: [&Words; 7] = [&PRODUCTS, &SURFACES, &GESTURES, &WIDGETS, &ENDS_OF_TICKETS, &BETWEEN, &SUPPORT];
static SHAPES: Shapes = Shapes::of(&[
    PRODUCTS.rows,
    SURFACES.rows,
    GESTURES.rows,
    WIDGETS.rows,
    ENDS_OF_TICKETS.rows,
    BETWEEN.rows,
    SUPPORT.rows,
]);

/// The words of [`TABLES`]: each is looked for once, and nearly no word that looks like one of them is one.
static ALL: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| TABLES.iter().flat_map(|it| it.rows).copied().collect());

/// How far apart the parts of an instruction may stand, in bytes: between a product and its console, between what is
/// done and what with.
const NEAR_SURFACE: usize = 40;
const NEAR_WIDGET: usize = 60;

/// With as many things to do in menus behind the name of a console a text is about doing so.
const FEWEST_GESTURES: usize = 3;

/// What speaks of a console, each with its weight in halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pattern {
    Console,
    Gesture,
    Breadcrumb,
    Address,
    Screenshot,
}

impl Pattern {
    const ALL: [Pattern; 5] =
        [Pattern::Console, Pattern::Gesture, Pattern::Breadcrumb, Pattern::Address, Pattern::Screenshot];

    fn halves(self) -> u32 {
        match self {
            Pattern::Console | Pattern::Gesture | Pattern::Breadcrumb | Pattern::Address => 2,
            Pattern::Screenshot => 1,
        }
    }
}

/// Adds what a text tells its readers to do in a console, or to ask others for: one place a text, the first
/// thing to do, or the first that is asked for.
pub(super) fn find(file: &SourceFile<'_>, parts: &[Part], facts: &mut Facts) {
    // Each with the part and the section it stands in, by number.
    let mut hits: Vec<(Pattern, usize, usize)> = Vec::new();
    let mut tickets: Vec<(usize, String)> = Vec::new();
    let mut is_cloud = false;
    let mut section = 0;
    // The sections that name a console or a cloud, in their order.
    let mut named: Vec<usize> = Vec::new();
    let mut lower = String::new();
    for (n, part) in parts.iter().enumerate().filter(|(_, it)| it.what != What::Code) {
        section += usize::from(matches!(part.what, What::Heading(_)));
        if part.what == What::Image {
            let is_picture = [".png", ".jpg", ".jpeg", ".gif"].iter().any(|it| part.text.ends_with(it));
            // A badge lies elsewhere.
            if is_picture && part.in_step && !part.text.contains("://") {
                hits.push((Pattern::Screenshot, n, section));
            }
            continue;
        }
        lower.clear();
        lower.push_str(&part.text);
        lower.make_ascii_lowercase();
        let said = without_addresses(&lower);
        let told = Told::of(&said);
        if told.names_product && named.last() != Some(&section) {
            named.push(section);
        }
        is_cloud |= told.names_cloud;
        let mut hit = |pattern| hits.push((pattern, n, section));
        if told.has_console {
            hit(Pattern::Console);
        }
        if told.has_gesture {
            hit(Pattern::Gesture);
        }
        if is_cloud && is_breadcrumb(&said) && is_way_of_reader(&said, &told) {
            hit(Pattern::Breadcrumb);
            if told.has_press {
                hit(Pattern::Gesture);
            }
        }
        if has_address(&lower) {
            hit(Pattern::Address);
        }
        // Who has a question is told where to go: nothing is provisioned by that.
        if let Some(row) = told.ticket.filter(|_| !told.is_support) {
            tickets.push((part.at, TICKETS[row].join(" ")));
        }
    }
    let found: Vec<Pattern> = Pattern::ALL.into_iter().filter(|it| hits.iter().any(|(hit, ..)| hit == it)).collect();
    let is_done = |it: &&(Pattern, usize, usize)| matches!(it.0, Pattern::Gesture | Pattern::Breadcrumb);
    let is_where = |it: &Pattern| matches!(it, Pattern::Console | Pattern::Address | Pattern::Screenshot);
    // What is done is done in a console or a cloud that the same section names, or one before it where the whole text is
    // about doing so: where something can be seen, and the menus of something else, make no instruction together.
    let is_told_of = |section: usize| {
        named.binary_search(&section).is_ok() || hits.iter().any(|(hit, _, it)| *it == section && is_where(hit))
    };
    let done = || hits.iter().filter(is_done);
    let first = done().find(|(.., section)| is_told_of(*section));
    let first_named = hits.iter().filter(|(hit, ..)| is_where(hit)).map(|(_, _, section)| *section);
    let first_named = first_named.chain(named.first().copied()).min();
    let after = || done().filter(|(.., section)| first_named.is_some_and(|it| it <= *section));
    let first = first.or_else(|| after().next().filter(|_| after().count() >= FEWEST_GESTURES));
    let weight: u32 = found.iter().map(|it| it.halves()).sum();
    if let Some((_, first, section)) = first.filter(|_| found.len() >= 2 && weight >= 4) {
        let begins = hits.iter().find(|(.., it)| it == section).map_or(*first, |(_, n, _)| *n);
        let (at, steps) = instruction(parts, *first, begins.min(*first));
        let mut marker = Marker::new(file.at(at..at), MarkerKind::ConsoleInstruction);
        marker.say(Said::Steps, steps.to_string());
        // One place stands for all of them.
        let mut all = done().filter(|(.., section)| is_told_of(*section)).map(|(_, n, _)| *n).chain([*first]);
        if !all.any(|n| changes_something(parts, n)) {
            marker.say(Said::Weight, Weight::Weak.id());
        }
        facts.markers.push(marker);
    }
    if let Some((at, asked)) = tickets.first() {
        let mut marker = Marker::new(file.at(*at..*at), MarkerKind::TicketInstruction);
        marker.say(Said::Action, asked.as_str());
        marker.say(Said::Steps, tickets.len().to_string());
        facts.markers.push(marker);
    }
}

/// Whether the section of a part speaks of making or changing something.
fn changes_something(parts: &[Part], n: usize) -> bool {
    let is_heading = |it: &Part| matches!(it.what, What::Heading(_));
    let from = parts[..n].iter().rposition(is_heading).unwrap_or(0);
    let end = parts[n..].iter().position(is_heading).map_or(parts.len(), |it| n + it);
    let is_change = |part: &Part| words(&part.text.to_lowercase()).any(|(_, it)| CHANGES.has(it));
    parts[from..end].iter().any(is_change)
}

/// Where the instruction begins that a part belongs to, and how many steps it has: its list; where it lies below a step,
/// that step with what it says to do; else what the section says to do from the part on where the console is first spoken
/// of.
fn instruction(parts: &[Part], n: usize, begins: usize) -> (usize, usize) {
    if matches!(parts[n].what, What::Step(_)) {
        return list_around(parts, n);
    }
    let is_step = |it: &Part| matches!(it.what, What::Step(_));
    let from = if parts[n].in_step { parts[..n].iter().rposition(is_step).unwrap_or(n) } else { begins };
    let is_end = |it: &Part| matches!(it.what, What::Heading(_)) || parts[n].in_step && is_step(it);
    let end = parts[n..].iter().position(is_end).map_or(parts.len(), |it| n + it);
    // A list may have been written so that it is none, as one is that begins with its second number.
    let is_number = |it: &&str| it.strip_suffix('.').is_some_and(|it| it.len() < 3 && it.parse::<u8>().is_ok());
    let does = |it: &&Part| it.what == What::Text && Told::of(&it.text.to_lowercase()).has_verb;
    let steps = parts[from..end].iter().filter(does).map(|it| 1 + it.text.split(' ').filter(is_number).count());
    (parts[from].at, steps.sum::<usize>().max(1))
}

/// Where the list begins that a step belongs to, and how many steps it has. One that goes on with the next number is one.
fn list_around(parts: &[Part], n: usize) -> (usize, usize) {
    let is_heading = |it: &Part| matches!(it.what, What::Heading(_));
    let from = parts[..n].iter().rposition(is_heading).map_or(0, |it| it + 1);
    let end = parts[n..].iter().position(is_heading).map_or(parts.len(), |it| n + it);
    let (mut at, mut steps, mut outcomes) = (parts[n].at, 0, 0);
    for (number, part) in parts[from..end].iter().enumerate() {
        let What::Step(first) = part.what else { continue };
        if first.is_some_and(|it| steps == 0 || it as usize != steps + 1) {
            if from + number > n {
                break;
            }
            (at, steps, outcomes) = (part.at, 0, 0);
        }
        steps += 1;
        outcomes += usize::from(is_outcome(&part.text.to_lowercase()));
    }
    (at, steps - outcomes)
}

/// What the words of a part of a text say.
#[derive(Debug, Default)]
struct Told {
    /// A product stands near before what a console is called.
    has_console: bool,
    /// What the hand does stands near before what it is done with.
    has_gesture: bool,
    /// It has a word for what the hand does.
    has_verb: bool,
    /// It has a word for pressing something.
    has_press: bool,
    /// It names what has a console, and nothing that is met for other reasons.
    names_product: bool,
    /// It names that, or a forge.
    names_cloud: bool,
    /// It offers help.
    is_support: bool,
    /// The first row of [`TICKETS`] whose words stand in it.
    ticket: Option<usize>,
}

impl Told {
    /// Reads a text in lower case, in one pass over its words.
    fn of(lower: &str) -> Self {
        let mut told = Told::default();
        // Where the last product and the last gesture end, and the two words before this one, without those that say
        // nothing.
        let (mut product, mut gesture) = (None, None);
        let mut before = ["", ""];
        for (at, word) in words(lower) {
            if !SHAPES.may_have(word) || !ALL.contains(word) {
                before = [before[1], word];
                continue;
            }
            if BETWEEN.has(word) {
                continue;
            }
            let is_near = |end: Option<usize>, most: usize| end.is_some_and(|it| at <= it + most);
            told.has_console |= is_near(product, NEAR_SURFACE) && SURFACES.has(word);
            told.has_gesture |= is_near(gesture, NEAR_WIDGET) && WIDGETS.has(word);
            if PRODUCTS.has(word) {
                product = Some(at + word.len());
                told.names_product |= !matches!(word, "cloud" | "github");
                told.names_cloud |= word != "cloud";
            }
            if GESTURES.has(word) {
                told.has_verb = true;
                told.has_press |= PRESSES.has(word);
                gesture = Some(at + word.len());
            }
            told.is_support |= SUPPORT.has(word);
            let last = [before[0], before[1], word];
            if ENDS_OF_TICKETS.has(word)
                && let Some(row) = TICKETS.iter().position(|wanted| last.ends_with(wanted))
            {
                told.ticket = Some(told.ticket.map_or(row, |it| it.min(row)));
            }
            before = [before[1], word];
        }
        told
    }
}

/// A text without the addresses of its links, which say nothing of what its reader is to do.
fn without_addresses(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split(' ').filter(|it| !it.contains("://")).collect::<Vec<_>>().join(" "))
}

/// Whether a text in lower case names one of [`ADDRESSES`].
fn has_address(lower: &str) -> bool {
    memchr::memchr_iter(b'.', lower.as_bytes()).any(|dot| {
        let (before, from) = lower.split_at(dot);
        // Nearly all dots end sentences.
        from.as_bytes().get(1).is_some_and(u8::is_ascii_lowercase)
            && ADDRESSES.iter().any(|(host, rest)| before.ends_with(host) && from.starts_with(rest))
    })
}

/// Whether it is a reader who goes a way, and nothing that flows from one thing to another: the text begins with what to
/// do or where, or names a console before it.
fn is_way_of_reader(lower: &str, told: &Told) -> bool {
    let arrow = [" > ", " → ", " » ", " -> "].iter().filter_map(|it| lower.find(it)).min();
    let before = arrow.map_or("", |it| &lower[..it]);
    let names = |surface: &&str| before.contains(&format!("the {surface}")) || before.trim_end().ends_with(*surface);
    let is_where = words(lower).next().is_some_and(|(_, it)| matches!(it, "at" | "in" | "under"));
    is_where || begins_by_hand(lower) || told.has_console || SURFACES.rows.iter().any(names)
}

/// Whether a text has a way through menus: `A > B > C`.
fn is_breadcrumb(lower: &str) -> bool {
    // The first bytes of the arrows.
    memchr::memchr3(b'>', "→".as_bytes()[0], "»".as_bytes()[0], lower.as_bytes()).is_some()
        && [" > ", " → ", " » ", " -> "].iter().any(|it| lower.matches(it).count() >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::prose::{self, Format};

    #[test]
    fn tables_are_sorted() {
        let tables =
            [&PRODUCTS, &SURFACES, &GESTURES, &PRESSES, &WIDGETS, &CHANGES, &ENDS_OF_TICKETS, &BETWEEN, &SUPPORT];
        assert!(tables.into_iter().all(Words::is_sorted));
        assert!(PRESSES.rows.iter().all(|it| GESTURES.has(it)));
        // What says nothing isn't looked for in the other tables.
        let says_something = [&PRODUCTS, &SURFACES, &GESTURES, &WIDGETS, &ENDS_OF_TICKETS, &SUPPORT];
        assert!(BETWEEN.rows.iter().all(|word| says_something.iter().all(|it| !it.has(word))));
        assert!(ADDRESSES.is_sorted() && TICKETS.is_sorted());
    }

    #[test]
    fn where_instructions_begin() {
        for (text, of, expected) in [
            ("1. a\n2. b\n3. c\n", "b", "1. a 3"),
            ("1. a\n1. b\n\ntext\n\n1. c\n2. d\n", "c", "1. c 2"),
            ("1. a\n\ntext\n\n2. b\n", "b", "1. a 2"),
            ("- [ ] a\n  1. click b\n  2. select c\n- [ ] d\n", "select c", "[ ] a 2"),
            ("# A\n\nIn the portal:\n\n- click b\n- select c\n\n# B\n\nclick d\n", "select c", "In the portal: 2"),
        ] {
            let parts = prose::read(text, Format::Markdown);
            let n = parts.iter().position(|it| it.text.trim() == of).unwrap();
            let begins = parts.iter().position(|it| it.text.starts_with("In the")).unwrap_or(n);
            let (at, steps) = instruction(&parts, n, begins);
            let line = text[at..].lines().next().unwrap().trim_start_matches("- ");
            assert_eq!(format!("{line} {steps}"), expected, "{text}");
        }
    }

    #[test]
    fn tickets_are_found_by_their_last_word() {
        assert!(TICKETS.iter().all(|it| (2..=3).contains(&it.len()) && ENDS_OF_TICKETS.has(it[it.len() - 1])));
    }

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("see https://console.aws.amazon.com/s3.", true),
            ("app.terraform.io/app/acme", true),
            ("app.terraform.io/docs", false),
            ("the portal. azure.com", false),
            ("portal.", false),
        ] {
            assert_eq!(has_address(text), expected, "{text}");
        }
        assert_eq!(without_addresses("see https://x.example/console now"), "see now");
        assert_eq!(without_addresses("see x"), "see x");
    }

    #[test]
    fn sentences() {
        for (text, console, gesture, asks) in [
            ("sign in to the aws console", true, false, false),
            ("click on the green button", false, true, false),
            ("select instances in the side menu", false, true, false),
            ("raise a ticket with them", false, false, true),
            ("ask the platform team", false, false, true),
            ("open a new jira ticket", false, false, true),
            ("the console prints the name", false, false, false),
            ("tickets are raised by others", false, false, false),
            ("press release", false, false, false),
            ("the console of aws", false, false, false),
            ("ask one team", false, false, false),
        ] {
            let told = Told::of(text);
            assert_eq!(told.has_console, console, "{text}");
            assert_eq!(told.has_gesture, gesture, "{text}");
            assert_eq!(told.ticket.is_some(), asks, "{text}");
        }
        for (text, expected) in [
            ("go to groups → edit → size", true),
            ("in the console (groups → edit → size) set it", true),
            ("aws console → groups → edit", true),
            ("at settings > time > language, add it", true),
            ("they go through the balancer → machines → the console", false),
            ("routed through the balancer → machines", false),
        ] {
            assert_eq!(is_way_of_reader(text, &Told::of(text)), expected, "{text}");
        }
        assert!(is_breadcrumb("settings > security > keys"));
        assert!(!is_breadcrumb("a > b"));
    }
}
