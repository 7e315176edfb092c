//! Runbooks: texts that tell those who operate something what to do.
//!
//! That a text lies among runbooks, or calls itself one, isn't enough: there are pages that explain, lists of whom to call,
//! forms that nobody filled in, and guides for developers and for those who are new.

use super::procedures::{BY_HAND, LEADS};
use super::{is_of_runbook, words};
use crate::paths::name_of;
use crate::syntax::prose::{self, Format, Part, What};

/// With as many things to do a text tells what to do: that is about operating something, or whose steps they are; and
/// one of which only its name says so.
const FEWEST_ACTS: usize = 3;
const FEWEST_ACTS_ANYWHERE: usize = 5;

/// How words begin, in lower case, that say what is operated, wherever they stand in a title or a heading; sorted.
const OPERATES: &[&str] = &[
    "alarm",
    "alert",
    "attack",
    "backup",
    "breakglass",
    "cleanup",
    "diagnos",
    "disaster",
    "emergenc",
    "escalat",
    "failover",
    "failure",
    "incident",
    "investigat",
    "maintenance",
    "migrat",
    "mitigat",
    "outage",
    "patch",
    "rebuild",
    "recover",
    "recreat",
    "remediat",
    "resolv",
    "restart",
    "restor",
    "revok",
    "rollback",
    "rollout",
    "rotat",
    "troubleshoot",
    "unlock",
    "upgrad",
];

/// How the first words of titles begin that say the same: elsewhere they are about anything; sorted.
const OPERATES_FIRST: &[&str] = &[
    "add",
    "appl",
    "archiv",
    "bring",
    "chang",
    "clean",
    "clos",
    "creat",
    "decommission",
    "delet",
    "deploy",
    "destroy",
    "disab",
    "drain",
    "enabl",
    "expand",
    "extend",
    "fix",
    "import",
    "increas",
    "manag",
    "mov",
    "promot",
    "provision",
    "purg",
    "remov",
    "renam",
    "renew",
    "replac",
    "replay",
    "reset",
    "resiz",
    "retir",
    "roll",
    "run",
    "scal",
    "shut",
    "start",
    "stop",
    "switch",
    "take",
    "turn",
    "updat",
];

/// Words that titles begin with and that say nothing; sorted.
const BEGINS_TITLES: &[&str] = &["a", "an", "for", "guide", "how", "our", "the", "to", "your"];

/// How headings' words begin below which it is said what to do when something is wrong; sorted.
const HANDLES: &[&str] = &[
    "diagnos",
    "failover",
    "mitigat",
    "recover",
    "remediat",
    "resolv",
    "restart",
    "restor",
    "rollback",
    "troubleshoot",
];

/// Words of links to pages that say what to do when something is wrong; sorted.
const TROUBLES: &[&str] = &["alert", "fail", "incident", "issue", "outage", "playbook", "problem", "runbook"];

/// Words in titles of what isn't written for those who operate, or isn't written to be followed; sorted.
const FOR_OTHERS: &[&str] = &[
    "joiner",
    "joiners",
    "joining",
    "newcomers",
    "offering",
    "postmortem",
    "prs",
    "retrospective",
    "starters",
    "summary",
];

/// Pairs of words that say the same.
const FOR_OTHERS_IN_TWO: &[(&str, &str)] = &[
    ("for", "developers"),
    ("for", "development"),
    ("local", "dev"),
    ("local", "development"),
    ("local", "environment"),
    ("merge", "conflict"),
    ("merge", "conflicts"),
    ("new", "colleague"),
    ("new", "member"),
    ("pull", "request"),
    ("pull", "requests"),
    ("team", "member"),
];

/// Verbs that begin what those do who operate something, besides [`BY_HAND`]; sorted.
const ACTS: &[&str] = &[
    "declare",
    "diagnose",
    "drain",
    "escalate",
    "follow",
    "identify",
    "inform",
    "investigate",
    "kill",
    "look",
    "modify",
    "monitor",
    "move",
    "note",
    "purge",
    "reapply",
    "reboot",
    "recreate",
    "report",
    "rerun",
    "reset",
    "restore",
    "revert",
    "review",
    "revoke",
    "roll",
    "rotate",
    "scale",
    "terminate",
    "test",
    "trigger",
    "turn",
    "undo",
    "unlock",
    "upgrade",
    "view",
    "watch",
];

/// Verbs that only say whom to turn to; sorted.
const TURNS_TO: &[&str] =
    &["ask", "call", "communicate", "contact", "email", "message", "phone", "request", "send", "speak", "tell"];

/// Verbs that say what to do where it is said what to do when something is wrong, and elsewhere may say anything; sorted.
const ALSO_ACTS: &[&str] = &[
    "bring",
    "clear",
    "decrease",
    "fix",
    "flush",
    "free",
    "increase",
    "put",
    "rebuild",
    "reconnect",
    "redeploy",
    "release",
    "reload",
    "repeat",
    "retry",
    "take",
    "try",
    "use",
    "wait",
];

/// Words that sentences begin with whose end says what to do; sorted.
const CONDITIONS: &[&str] = &["after", "for", "if", "in", "once", "should", "to", "when"];

/// Verbs that change what runs: one thing to do of these is enough; sorted.
const DECISIVE: &[&str] = &[
    "deploy",
    "disable",
    "drain",
    "enable",
    "kill",
    "purge",
    "reboot",
    "recreate",
    "reset",
    "restart",
    "restore",
    "revoke",
    "roll",
    "rotate",
    "scale",
    "stop",
    "terminate",
    "unlock",
    "upgrade",
];

/// What stands in forms in place of an answer, in lower case; sorted.
const PLACEHOLDERS: &[&str] = &["-", "n/a", "na", "none", "not applicable", "tbc", "tbd", "to do", "todo"];

/// Whether a text that lies among runbooks is one.
pub(in crate::extract) fn is_runbook(text: &str, path: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    tells_what_to_do(&prose::read(text, Format::of(path)), text, path)
}

/// Whether a title says that what the text is about is not in operation.
fn is_not_for_use(title: &str) -> bool {
    let title = title.to_lowercase();
    let has = |words: &str| title.contains(words);
    has("proof of concept") || has("do not use") && (has("live") || has("production"))
}

/// Whether a text, given as its parts too, tells those who operate something what to do.
pub(super) fn tells_what_to_do(parts: &[Part], text: &str, path: &str) -> bool {
    let (front, title) = front_matter(text);
    // What is put in stands for the title that the front matter has.
    let is_title = |it: &&Part| matches!(it.what, What::Heading(_)) && !it.text.contains("<%");
    let parts = &parts[parts.iter().take_while(|it| it.at < front).count()..];
    let heading = parts.iter().find(is_title).map_or("", |it| it.text.as_str());
    let title = title.unwrap_or(heading);
    let stem = name_of(path).split('.').next().unwrap_or("");
    let names: Vec<Vec<String>> = [title, stem].into_iter().map(|it| words(it).collect()).collect();
    if names.iter().any(|it| is_for_others(it)) || is_not_for_use(title) {
        return false;
    }
    let sections: Vec<bool> = handling(parts, text).collect();
    let acts = Acts::of(parts.iter().filter(|it| !std::ptr::eq(it.text.as_str(), heading)));
    // A form that says whom to call, and has a place for what to do that nobody filled in.
    if !sections.is_empty() && !sections.contains(&true) && !acts.are_many() {
        return false;
    }
    let is_called_so = is_of_runbook(title) || is_of_runbook(stem);
    // Whom to call in incidents stands in forms, too.
    let headings = || parts.iter().filter(|it| !is_called_so && matches!(it.what, What::Heading(_)));
    let operates = || {
        names.iter().any(|it| operates(it) || operates_first(it))
            || headings().any(|it| operates(&words(&it.text).collect::<Vec<_>>()))
    };
    acts.is_decisive
        || is_called_so && (acts.are_many() || sections.contains(&true))
        || acts.n + acts.n_passive >= FEWEST_ACTS && operates()
}

/// Where the front matter of a text ends, and the title that it has.
fn front_matter(text: &str) -> (usize, Option<&str>) {
    let Some(rest) = text.strip_prefix("---").filter(|it| it.starts_with(['\n', '\r'])) else { return (0, None) };
    let Some(end) = rest.find("\n---") else { return (0, None) };
    let title = rest[..end].lines().find_map(|it| it.strip_prefix("title:"));
    let title = title.map(|it| it.trim().trim_matches(['"', '\''])).filter(|it| !it.is_empty());
    ("---".len() + end + "\n---".len(), title)
}

/// Whether what is called so is written for others than those who operate, or not to be followed.
fn is_for_others(words: &[String]) -> bool {
    words.iter().any(|it| FOR_OTHERS.binary_search(&it.as_str()).is_ok())
        || words.windows(2).any(|it| FOR_OTHERS_IN_TWO.contains(&(it[0].as_str(), it[1].as_str())))
        // What somebody sets up once for themselves.
        || words.first().is_some_and(|it| it == "configuring") && words.iter().any(|it| it == "access")
}

/// Whether words speak of operating something.
fn operates(words: &[String]) -> bool {
    words.iter().any(|it| begins(OPERATES, it))
}

/// The same for the first word of a title that says something.
fn operates_first(words: &[String]) -> bool {
    let mut said = words.iter().filter(|it| BEGINS_TITLES.binary_search(&it.as_str()).is_err());
    said.next().is_some_and(|it| begins(OPERATES_FIRST, it))
}

fn begins(starts: &[&str], word: &str) -> bool {
    starts.iter().any(|it| word.starts_with(it))
}

/// The sections on what to do when something is wrong: whether each says what to do.
fn handling<'p>(parts: &'p [Part], text: &'p str) -> impl Iterator<Item = bool> {
    parts.iter().enumerate().filter_map(move |(n, part)| {
        let What::Heading(level) = part.what else { return None };
        let is_about =
            words(&part.text).any(|it| begins(HANDLES, &it)) || part.text.to_lowercase().contains("known issue");
        let is_next = |it: &Part| matches!(it.what, What::Heading(it) if it <= level);
        let own = parts[n + 1..].iter().take_while(|it| !is_next(it)).count();
        let end_of = |n: usize| parts.get(n + 1).map_or(text.len(), |it| it.at);
        is_about.then(|| (n + 1..=n + own).any(|n| says_what_to_do(&parts[n], text.get(parts[n].at..end_of(n)))))
    })
}

/// Whether a part says what to do, given as it is written too: a step, code, a sentence that tells its reader to do
/// something, a link to where it is told. Whom to turn to is none of these, and neither is what stands for an answer.
fn says_what_to_do(part: &Part, written: Option<&str>) -> bool {
    let text = part.text.trim().trim_end_matches('.').to_lowercase();
    if text.is_empty() || PLACEHOLDERS.binary_search(&text.as_str()).is_ok() {
        return false;
    }
    let turns_to_somebody = || words(&text).next().is_some_and(|it| TURNS_TO.binary_search(&it.as_str()).is_ok());
    match part.what {
        What::Heading(_) | What::Image => part.what == What::Image,
        What::Code => true,
        What::Step(_) => !turns_to_somebody(),
        What::Text => {
            // A link to a page that explains is no answer; one whose words speak of trouble may be.
            let is_link = |it: &str| {
                let it = it.to_lowercase();
                let speaks_of = |words: &[&str]| words.iter().any(|word| it.contains(word));
                speaks_of(&["](", "://", "link:", "xref:", "`_"]) && (speaks_of(HANDLES) || speaks_of(TROUBLES))
            };
            let is_act = |it: &str| words(it).next().is_some_and(|it| ALSO_ACTS.binary_search(&it.as_str()).is_ok());
            let acts = Acts::of(std::iter::once(part));
            acts.n + acts.n_passive > 0
                || sentences(&part.text).any(is_act)
                || !turns_to_somebody() && written.is_some_and(is_link)
        }
    }
}

/// What a text tells its readers to do.
#[derive(Default)]
struct Acts {
    /// What they are told to do.
    n: usize,
    /// Those that are steps.
    n_steps: usize,
    /// What has to be done.
    n_passive: usize,
    /// Whether one of the former changes what runs.
    is_decisive: bool,
}

impl Acts {
    fn of<'p>(parts: impl Iterator<Item = &'p Part>) -> Self {
        let mut acts = Acts::default();
        for part in parts.filter(|it| matches!(it.what, What::Heading(_) | What::Step(_) | What::Text)) {
            for sentence in sentences(&part.text) {
                let words: Vec<String> =
                    words(sentence).skip_while(|it| it.bytes().all(|b| b.is_ascii_digit())).collect();
                match verb(&words) {
                    Some(verb) => {
                        acts.n += 1;
                        acts.n_steps += usize::from(matches!(part.what, What::Step(_)));
                        acts.is_decisive |= part.what != What::Heading(1) && DECISIVE.binary_search(&verb).is_ok();
                    }
                    None => acts.n_passive += usize::from(has_to_be_done(&words)),
                }
            }
        }
        acts
    }

    /// Whether they are a procedure, or many.
    fn are_many(&self) -> bool {
        self.n_steps >= FEWEST_ACTS || self.n >= FEWEST_ACTS_ANYWHERE
    }
}

/// The sentences of a text, and what follows a condition in one: `To add it, edit the file`.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split(". ").flat_map(|it| it.split(": ")).flat_map(|it| {
        let is_condition = words(it).next().is_some_and(|it| CONDITIONS.binary_search(&it.as_str()).is_ok());
        let behind = it.split_once(", ").map(|it| it.1).filter(|_| is_condition);
        std::iter::once(it).chain(behind)
    })
}

/// The verb of a sentence that tells its reader to do something: it begins with it, or says that one should.
fn verb(words: &[String]) -> Option<&str> {
    let is_act = |it: &str| {
        ACTS.binary_search(&it).is_ok() || BY_HAND.binary_search(&it).is_ok() && TURNS_TO.binary_search(&it).is_err()
    };
    let first = words.iter().take(6).find(|it| !LEADS.contains(&it.as_str()));
    let asked = || {
        words.windows(3).find_map(|it| match [it[0].as_str(), it[1].as_str(), it[2].as_str()] {
            ["you", "can" | "must" | "should", act] | ["is", "to", act] => is_act(act).then_some(act),
            _ => None,
        })
    };
    first.map(String::as_str).filter(|it| is_act(it)).or_else(asked)
}

/// Whether a sentence says that something has to be done, and not by whom.
fn has_to_be_done(words: &[String]) -> bool {
    let asks = |it: &[String]| matches!([it[0].as_str(), it[1].as_str()], ["must" | "should" | "to", "be"]);
    words.windows(3).any(|it| asks(it) && it[2].ends_with("ed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        for table in [
            OPERATES,
            OPERATES_FIRST,
            BEGINS_TITLES,
            HANDLES,
            TROUBLES,
            FOR_OTHERS,
            ACTS,
            TURNS_TO,
            ALSO_ACTS,
            CONDITIONS,
            DECISIVE,
            PLACEHOLDERS,
        ] {
            assert!(table.is_sorted());
        }
        assert!(FOR_OTHERS_IN_TWO.is_sorted());
        // A verb of two tables would be read twice.
        assert!(ACTS.iter().all(|it| BY_HAND.binary_search(it).is_err()));
        assert!(DECISIVE.iter().all(|it| ACTS.contains(it) || BY_HAND.contains(it)));
    }

    #[test]
    fn what_is_a_runbook() {
        for (path, text, expected) in [
            ("RUNBOOK.md", "# Orders pile up\n\nRestart the consumer and watch the queue.\n", true),
            ("runbooks/queue.md", "# QueueIsFull\n\n## Mitigation\n\nLook at the lag. Check the broker. Wait.\n", true),
            ("runbooks/dns.md", "# Adding a zone\n\n1. Add the file.\n2. Merge it.\n3. Check the record.\n", true),
            (
                "runbooks/zone.md",
                "---\ntitle: Changing a zone\n---\n\n# <%= x %>\n\n- Edit it\n- Copy it\n- Wait\n",
                true,
            ),
            // What explains, and what is for others.
            ("runbooks/network.md", "# How the network is laid out\n\nTraffic goes through the hub.\n", false),
            ("runbooks/secrets.md", "# Secrets in workflows\n\nUse it. Add a name. Run it. See there.\n", false),
            ("runbooks/joining.md", "# Joining the team\n\n1. Ask for access.\n2. Install it.\n3. Run it.\n", false),
            ("runbooks/node.md", "# Updating Node for development\n\nInstall it. Run it. Restart it.\n", false),
            ("runbooks/audit.md", "# Logs runbook\n\n| Log | Where |\n|---|---|\n| DNS | bucket |\n", false),
            // Forms.
            (
                "README.md",
                "# Runbook\n\n## Contact\n\nEmail us.\n\n## How to resolve issues\n\n<!-- steps -->\n",
                false,
            ),
            ("README.md", "# Runbook\n\n## Contact\n\nEmail us.\n\n## How to resolve issues\n\nTBC\n", false),
            (
                "README.md",
                "# Runbook\n\n## Contact\n\nEmail us.\n\n## How to resolve issues\n\nSee [the design](a.md).\n",
                false,
            ),
            (
                "README.md",
                "# Runbook\n\n## Contact\n\nEmail us.\n\n## How to resolve issues\n\nSee [how to restore it](a.md).\n",
                true,
            ),
            (
                "README.md",
                "# Runbook\n\n## How to resolve issues\n\nContact the [desk](mailto:a@example.org).\n",
                false,
            ),
            ("README.md", "# Runbook\n\n## How to resolve issues\n\nToo special, call the suppliers.\n", false),
            ("README.md", "# Runbook\n\n## How to resolve issues\n\nMost of them came from a full disk.\n", false),
            ("README.md", "# Runbook\n\n## How to resolve issues\n\nDisk full: remove the old logs.\n", true),
            ("README.md", "# Runbook\n\n## How to resolve issues\n\n1. Phone the supplier.\n", false),
            ("README.md", "# Runbook\n\n## How to resolve issues\n\n1. Look at the queue.\n", true),
            (
                "RUNBOOK.md",
                "# Proof of concept. Do not use it live.\n\n## How to resolve issues\n\n1. Look at the queue.\n",
                false,
            ),
            ("README.md", "# Runbook\n\n## How to resolve issues\n\n```sh\nmake mend\n```\n", true),
            ("runbooks/texts.md", "# Configuring texts access\n\n1. Add it.\n2. Run it.\n3. Set it.\n", false),
            ("runbooks/texts.md", "# Texts and merge conflicts\n\n1. Add it.\n2. Run it.\n3. Set it.\n", false),
            ("README.md", "# Runbook\n\n## Contact\n\nEmail us.\n", false),
            ("RUNBOOK.md", "", false),
        ] {
            assert_eq!(is_runbook(text, path), expected, "{path} {text}");
        }
    }

    #[test]
    fn front_matters() {
        assert_eq!(front_matter("---\na: b\ntitle: 'C d'\n---\ne"), (25, Some("C d")));
        assert_eq!(front_matter("---\na: b\n---\ne"), (12, None));
        assert_eq!(front_matter("---\na: b\n"), (0, None));
        assert_eq!(front_matter("--- a"), (0, None));
    }
}
