//! Instructions to use a console with the mouse, and to ask somebody else by ticket or message.

use std::collections::BTreeSet;

use crate::facts::{Facts, Marker, MarkerKind, Said};
use crate::source::SourceFile;
use crate::syntax::prose::{Part, What};

/// What has a console; sorted. `google cloud` is told by its second word.
const PRODUCTS: &[&str] = &[
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
];

/// What a console is called; sorted.
const SURFACES: &[&str] = &["console", "dashboard", "portal", "ui"];

/// What the hand does; sorted.
const GESTURES: &[&str] =
    &["check", "choose", "click", "go", "navigate", "open", "press", "scroll", "select", "tap", "tick", "toggle"];

/// What the hand does it with; sorted.
const WIDGETS: &[&str] =
    &["button", "checkbox", "dialog", "dropdown", "menu", "page", "panel", "sidebar", "tab", "wizard"];

/// Addresses of consoles.
const ADDRESSES: &[&str] = &[
    "app.terraform.io/app/",
    "console.aws.amazon.com",
    "console.cloud.google.com",
    "dashboard.heroku.com",
    "portal.azure.com",
];

/// Words that ask somebody else, in order; a `*` in one is any word or none.
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

/// Words that stand between those of [`TICKETS`] and say nothing.
const BETWEEN: &[&str] = &["a", "an", "new", "our", "the", "your"];

/// Words of sentences that offer help; sorted.
const SUPPORT: &[&str] = &[
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
];

/// How far apart the parts of an instruction may stand, in bytes: between a product and its console, between what is
/// done and what with.
const NEAR_SURFACE: usize = 40;
const NEAR_WIDGET: usize = 60;

/// With as many things to do in menus a text is about doing so, wherever it names the console.
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
    // Each with the section it stands in, by number.
    let mut hits: Vec<(Pattern, usize, usize)> = Vec::new();
    let mut tickets: Vec<(usize, String)> = Vec::new();
    let mut is_cloud = false;
    let mut section = 0;
    let mut named: BTreeSet<usize> = BTreeSet::new();
    for part in parts.iter().filter(|it| it.what != What::Code) {
        section += usize::from(matches!(part.what, What::Heading(_)));
        if part.what == What::Image {
            let is_picture = [".png", ".jpg", ".jpeg", ".gif"].iter().any(|it| part.text.ends_with(it));
            // A badge lies elsewhere.
            if is_picture && part.in_step && !part.text.contains("://") {
                hits.push((Pattern::Screenshot, part.at, section));
            }
            continue;
        }
        let lower = part.text.to_ascii_lowercase();
        // The address of a link says nothing of what its reader is to do.
        let said: String = lower.split(' ').filter(|it| !it.contains("://")).collect::<Vec<_>>().join(" ");
        let words = words(&said);
        let names = |it: &str| PRODUCTS.binary_search(&it).is_ok() && !matches!(it, "cloud" | "github");
        if words.iter().any(|(_, it)| names(it)) {
            named.insert(section);
        }
        is_cloud |= words.iter().any(|(_, it)| names(it) || *it == "github");
        let mut hit = |pattern| hits.push((pattern, part.at, section));
        if near(&words, PRODUCTS, SURFACES, NEAR_SURFACE) {
            hit(Pattern::Console);
        }
        if near(&words, GESTURES, WIDGETS, NEAR_WIDGET) {
            hit(Pattern::Gesture);
        }
        if is_cloud && is_breadcrumb(&said) {
            hit(Pattern::Breadcrumb);
        }
        if ADDRESSES.iter().any(|it| lower.contains(it)) {
            hit(Pattern::Address);
        }
        // Who has a question is told where to go: nothing is provisioned by that.
        let is_support = words.iter().any(|(_, it)| SUPPORT.binary_search(it).is_ok());
        if let Some(asked) = ticket(&words).filter(|_| !is_support) {
            tickets.push((part.at, asked));
        }
    }
    let found: Vec<Pattern> = Pattern::ALL.into_iter().filter(|it| hits.iter().any(|(hit, ..)| hit == it)).collect();
    let is_done = |it: &&(Pattern, usize, usize)| matches!(it.0, Pattern::Gesture | Pattern::Breadcrumb);
    let is_where = |it: &Pattern| matches!(it, Pattern::Console | Pattern::Address | Pattern::Screenshot);
    // What is done is done in a console or a cloud that the same section names, unless the whole text is about doing so: where
    // something can be seen, and the menus of something else, make no instruction together.
    let is_told_of =
        |section: usize| named.contains(&section) || hits.iter().any(|(hit, _, it)| *it == section && is_where(hit));
    let done = || hits.iter().filter(is_done);
    let first = done().find(|(.., section)| is_told_of(*section));
    let first = first.or_else(|| done().next().filter(|_| done().count() >= FEWEST_GESTURES));
    let weight: u32 = found.iter().map(|it| it.halves()).sum();
    if let Some((_, first, _)) = first.filter(|_| found.len() >= 2 && weight >= 4) {
        let first = *first;
        let mut marker = Marker::new(file.at(first..first), MarkerKind::ConsoleInstruction);
        marker.say(Said::Steps, hits.len().to_string());
        facts.markers.push(marker);
    }
    if let Some((at, asked)) = tickets.first() {
        let mut marker = Marker::new(file.at(*at..*at), MarkerKind::TicketInstruction);
        marker.say(Said::Action, asked.as_str());
        marker.say(Said::Steps, tickets.len().to_string());
        facts.markers.push(marker);
    }
}

/// The words of a text in lower case, each with where it begins.
fn words(lower: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, byte) in lower.bytes().enumerate() {
        match (byte.is_ascii_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push((from, &lower[from..at]));
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    if let Some(from) = start {
        found.push((from, &lower[from..]));
    }
    found
}

/// Whether a word of the second table stands near behind one of the first, in the same sentence.
fn near(words: &[(usize, &str)], first: &[&str], second: &[&str], most: usize) -> bool {
    words.iter().enumerate().any(|(n, (at, word))| {
        first.binary_search(word).is_ok() && {
            let end = at + word.len();
            let behind = words[n + 1..].iter().take_while(|(it, _)| *it <= end + most);
            behind.into_iter().any(|(_, it)| second.binary_search(it).is_ok())
        }
    })
}

/// Whether a text has a way through menus: `A > B > C`.
fn is_breadcrumb(lower: &str) -> bool {
    [" > ", " → ", " » ", " -> "].iter().any(|it| lower.matches(it).count() >= 2)
}

/// The words of a text that ask somebody else.
fn ticket(words: &[(usize, &str)]) -> Option<String> {
    let said: Vec<&str> = words.iter().map(|(_, it)| *it).filter(|it| !BETWEEN.contains(it)).collect();
    let found = TICKETS.iter().find(|wanted| said.windows(wanted.len()).any(|it| it == **wanted))?;
    Some(found.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!([PRODUCTS, SURFACES, GESTURES, WIDGETS, ADDRESSES, BETWEEN, SUPPORT].iter().all(|it| it.is_sorted()));
        assert!(TICKETS.is_sorted());
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
        ] {
            let words = words(text);
            assert_eq!(near(&words, PRODUCTS, SURFACES, NEAR_SURFACE), console, "{text}");
            assert_eq!(near(&words, GESTURES, WIDGETS, NEAR_WIDGET), gesture, "{text}");
            assert_eq!(ticket(&words).is_some(), asks, "{text}");
        }
        assert!(is_breadcrumb("settings > security > keys"));
        assert!(!is_breadcrumb("a > b"));
    }
}
