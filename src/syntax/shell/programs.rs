//! The programs that a script runs, with their arguments and where they stand: also those in scripts that it hands to
//! another shell, on this machine or on another one.

use std::ops::Range;

use super::table::SHELLS;
use super::{Simple, inline_script, lex, past_keywords, past_wrappers, program_name};

/// A program that a script runs.
#[derive(Debug)]
pub(crate) struct Program<'s> {
    /// Its name and its arguments; the name has no folder.
    pub(crate) words: Vec<&'s str>,
    /// Byte offset of its name in the script; of one in a text that was quoted or joined, of what holds it.
    pub(crate) at: usize,
    /// The name of the program whose output it reads, or runs as a script of its own.
    pub(crate) reads: Option<&'s str>,
    /// Whether the script goes on as if nothing had happened where it fails (`|| true`).
    pub(crate) may_fail: bool,
    /// Whether it runs on another machine.
    pub(crate) is_remote: bool,
}

/// How often scripts within scripts are followed.
const MAX_DEPTH: usize = 4;

/// More programs than a script of people's own runs.
const MAX_PROGRAMS: usize = 20_000;

/// Tells all programs that a script of a Unix shell runs.
///
/// Functions that the script defines are none, nor is what says nothing of what a script is for (`echo`, `cd`,
/// `command -v`). The text of `bash -c '…'` and of `ssh host '…'` is a script, and so is the body of a here-document
/// that one of them reads; any other text is data.
pub(crate) fn programs(script: &str, then: &mut dyn FnMut(&Program<'_>)) {
    let mut left = MAX_PROGRAMS;
    let walk = Walk { functions: &[], base: 0, is_exact: true, is_remote: false, may_fail: false, depth: 0 };
    walk.script(script, &mut left, then);
}

/// What holds in a script within scripts.
struct Walk<'w> {
    /// The functions that the scripts around it define.
    functions: &'w [String],
    /// Where it begins in the outermost script.
    base: usize,
    /// Whether its bytes are those of the outermost script from there on.
    is_exact: bool,
    is_remote: bool,
    may_fail: bool,
    depth: usize,
}

impl Walk<'_> {
    fn script(&self, text: &str, left: &mut usize, then: &mut dyn FnMut(&Program<'_>)) {
        let script = lex(text);
        let mut functions = script.functions.clone();
        functions.truncate(100);
        functions.extend(self.functions.iter().take(100).cloned());
        for (n, simple) in script.commands.iter().enumerate() {
            if *left == 0 {
                return;
            }
            let Some(command) = past_keywords(&simple.words).and_then(past_wrappers) else { continue };
            if functions.contains(&command[0]) {
                continue;
            }
            *left -= 1;
            let name = program_name(&command[0]);
            let mut words = vec![name];
            words.extend(command[1..].iter().map(String::as_str));
            // Behind keywords, assignments and wrappers.
            let ahead = match text[simple.at..].starts_with(command[0].as_str()) {
                true => 0,
                false => text[simple.at..].find(command[0].as_str()).unwrap_or(0),
            };
            let at = if self.is_exact { self.base + simple.at + ahead } else { self.base };
            let may_fail = self.may_fail || goes_on(&script.commands, n);
            let is_shell = SHELLS.has(name);
            let reads = reads(&script.commands, n, &command[1..]);
            then(&Program { words, at, reads, may_fail, is_remote: self.is_remote });
            if self.depth >= MAX_DEPTH {
                continue;
            }
            let inner = |base: usize, is_exact: bool| Walk {
                functions: &functions,
                base,
                is_exact: self.is_exact && is_exact,
                is_remote: self.is_remote || name == "ssh",
                may_fail,
                depth: self.depth + 1,
            };
            let given = match () {
                () if is_shell => inline_script(&command[1..]).flatten().cloned(),
                () if name == "ssh" => remote_command(&command[1..]),
                () => None,
            };
            if let Some(given) = given {
                // The text stands in the script as it is, unless it was put together or holds escapes.
                let found = text[simple.at..].find(&given).map(|it| simple.at + it);
                match found {
                    Some(found) => inner(self.base + found, true).script(&given, left, then),
                    None => inner(at, false).script(&given, left, then),
                }
            }
            if is_shell || name == "ssh" {
                for body in bodies(&script.commands, &script.bodies, n) {
                    let base = if self.is_exact { self.base + body.start } else { self.base };
                    inner(base, true).script(&text[body], left, then);
                }
            }
        }
    }
}

/// The bodies of here-documents that a command reads, also through the `cat` before it.
fn bodies(commands: &[Simple], bodies: &[(usize, Range<usize>)], n: usize) -> Vec<Range<usize>> {
    if bodies.is_empty() {
        return Vec::new();
    }
    let before = before(commands, n).filter(|it| it.words.first().is_some_and(|word| word == "cat"));
    let starts = [Some(commands[n].at), before.map(|it| it.at)];
    bodies.iter().filter(|(at, _)| starts.contains(&Some(*at))).map(|(_, body)| body.clone()).collect()
}

/// The command whose output this one reads.
fn before(commands: &[Simple], n: usize) -> Option<&Simple> {
    let this = &commands[n];
    this.is_piped.then(|| commands[..n].iter().rev().take(20).find(|it| it.frame == this.frame)).flatten()
}

/// The program whose output a command reads: through a pipe, a substitution that stands in its arguments, or as its
/// own text (`bash <(…)`, `sh -c "$(…)"`).
fn reads<'s>(commands: &'s [Simple], n: usize, arguments: &[String]) -> Option<&'s str> {
    let piped = before(commands, n);
    let is_substituted = |it: &String| it.starts_with("<()") || it.starts_with("$()");
    let substituted = || {
        let inner = n.checked_sub(1).map(|it| &commands[it]).filter(|it| it.depth > commands[n].depth);
        inner.filter(|_| arguments.iter().any(is_substituted))
    };
    let words = &piped.or_else(substituted)?.words;
    Some(program_name(past_wrappers(past_keywords(words)?)?.first()?))
}

/// Whether what follows a command makes its failure none: `|| true`, `|| :`, `|| echo …`, also behind what it is piped
/// into.
fn goes_on(commands: &[Simple], n: usize) -> bool {
    let frame = commands[n].frame;
    let mut rest = commands[n + 1..].iter().take(40).filter(|it| it.frame == frame);
    let Some(next) = rest.find(|it| !it.is_piped) else { return false };
    let mut words = next.words.iter().map(String::as_str);
    next.is_or
        && match words.next() {
            Some(":" | "echo" | "printf" | "true") => true,
            Some("exit" | "return") => words.next() == Some("0"),
            Some(_) | None => false,
        }
}

/// The flags of `ssh` that take a value, as one text.
const SSH_FLAGS: &str = "BbcDEeFIiJLlmOoPpQRSWw";

/// What `ssh` is told to run on the other machine.
fn remote_command(arguments: &[String]) -> Option<String> {
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let Some(flags) = word.strip_prefix('-') else { break };
        // `-p 22`, `-tti key`; not `-p22`.
        if flags.ends_with(|it| SSH_FLAGS.contains(it))
            && !flags[..flags.len() - 1].contains(|it| SSH_FLAGS.contains(it))
        {
            rest.next();
        }
    }
    let words: Vec<&str> = rest.map(String::as_str).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::programs;

    /// What a script runs: where, with `?` behind what may fail, `@` behind what runs elsewhere, and what it reads.
    fn told(script: &str) -> String {
        let mut found = Vec::new();
        programs(script, &mut |it| {
            let fails = if it.may_fail { "?" } else { "" };
            let remote = if it.is_remote { "@" } else { "" };
            let reads = it.reads.map(|it| format!("<{it}")).unwrap_or_default();
            found.push(format!("{}{fails}{remote}{reads}", it.words.join(" ")));
        });
        found.join("; ")
    }

    #[test]
    fn programs_of_scripts() {
        for (script, expected) in [
            ("echo 'kubectl delete ns x'; # kubectl delete\nkubectl delete ns y", "kubectl delete ns y"),
            ("command -v kubectl && kubectl get x", "kubectl get x"),
            ("kubectl() { echo; }\nkubectl delete x", ""),
            ("a || true\nb || exit 1\nc | d || :\ne && f || echo no", "a?; b; c?; d?<c; e; f?"),
            ("if a || b; then c; fi", "a; b; c"),
            ("a || exit 0", "a?"),
            ("cat <<EOF\nkubectl delete x\nEOF\n", "cat"),
            ("cat <<EOF | kubectl apply -f -\nkind: X\nEOF\n", "cat; kubectl apply -f -<cat"),
            ("bash <<'EOF'\nkubectl delete x\nEOF\nz", "bash; kubectl delete x; z"),
            ("cat <<EOF | sudo bash -s\nmake a\nEOF\n", "cat; bash -s<cat; make a"),
            (
                "ssh -i key -p 22 user@host <<EOF\n  sudo systemctl restart x\nEOF",
                "ssh -i key -p 22 user@host; systemctl restart x@",
            ),
            ("ssh -o A=b host 'cd x && make y || true'", "ssh -o A=b host cd x && make y || true; make y?@"),
            ("ssh host sudo reboot", "ssh host sudo reboot; reboot@"),
            ("ssh -tt host", "ssh -tt host"),
            ("bash -c \"ssh h 'make z'\"", "bash -c ssh h 'make z'; ssh h make z; make z@"),
            ("curl -s https://x | sudo bash", "curl -s https://x; bash<curl"),
            ("bash <(curl -s https://x)", "curl -s https://x; bash <()<curl"),
            ("sh -c \"$(curl -fsSL https://x)\"", "curl -fsSL https://x; sh -c $()<curl; $"),
            ("X=$(curl -s https://x)\nbash run.sh", "curl -s https://x; bash run.sh"),
            ("sudo -u a env B=c aws s3 mb s3://x", "aws s3 mb s3://x"),
        ] {
            assert_eq!(told(script), expected, "{script}");
        }
    }

    #[test]
    fn places_of_programs() {
        for (script, program, expected) in [
            ("a\n  kubectl x", "kubectl", "kubectl x"),
            ("if true; then kubectl x; fi", "kubectl", "kubectl x; fi"),
            ("A=b sudo kubectl x", "kubectl", "kubectl x"),
            ("ssh h 'a; kubectl x'", "kubectl", "kubectl x'"),
            ("bash <<E\na\nkubectl x\nE\n", "kubectl", "kubectl x\nE\n"),
            ("bash -c \"bash -c 'kubectl x'\"", "kubectl", "kubectl x'\""),
        ] {
            let mut found = None;
            programs(script, &mut |it| {
                if it.words[0] == program {
                    found = Some(it.at);
                }
            });
            assert_eq!(found.map(|at| &script[at..]), Some(expected), "{script}");
        }
    }

    #[test]
    fn hostile_scripts_end() {
        for it in ["bash -c '", "ssh h <<E\n", "sh <<E\nsh <<F\n", "bash -c \"bash -c '", "ssh h ssh h ssh h ssh h "] {
            told(it);
            told(&it.repeat(500));
        }
    }
}
