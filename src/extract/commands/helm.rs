//! Commands of Helm → the charts that they install, render or fetch.
//!
//! A repository that the same file adds under a name is put in its place; a variable is, where the file gives it one value.
//! Which folder a command runs in isn't known here: a path is left as it is written, and looked for later.

use super::Ran;
use crate::facts::{Artifact, Facts, GapReason, Use};
use crate::origin::chart::{Place, named};
use crate::origin::{Origin, Pin, Reference, Version, terraform};

/// Options that take the next word; sorted.
const WITH_VALUE: &[&str] = &[
    "--api-versions",
    "--burst-limit",
    "--ca-file",
    "--cert-file",
    "--description",
    "--destination",
    "--history-max",
    "--key-file",
    "--keyring",
    "--kube-apiserver",
    "--kube-as-group",
    "--kube-as-user",
    "--kube-ca-file",
    "--kube-context",
    "--kube-tls-server-name",
    "--kube-token",
    "--kube-version",
    "--kubeconfig",
    "--labels",
    "--max-history",
    "--name",
    "--name-template",
    "--namespace",
    "--output",
    "--output-dir",
    "--password",
    "--post-renderer",
    "--post-renderer-args",
    "--qps",
    "--registry-config",
    "--repo",
    "--repository-cache",
    "--repository-config",
    "--set",
    "--set-file",
    "--set-json",
    "--set-literal",
    "--set-string",
    "--show-only",
    "--tiller-namespace",
    "--timeout",
    "--untardir",
    "--username",
    "--values",
    "--version",
    "-a",
    "-d",
    "-f",
    "-l",
    "-n",
    "-o",
    "-s",
];

/// In files that are longer neither variables nor names of repositories are looked up: each command would go through all
/// of it. No script that people write is as long.
const MAX_TEXT: usize = 64 << 10;

/// Whether a program is Helm, so that its commands are to be read.
pub(super) fn is_helm(program: &str) -> bool {
    matches!(program, "helm" | "helm3")
}

/// Adds the charts that a command of Helm takes.
pub(super) fn charts(ran: &Ran<'_>, facts: &mut Facts) {
    let command = Command::of(&ran.words[1..]);
    let text = Some(ran.around.file.text()).filter(|it| it.len() <= MAX_TEXT).unwrap_or("");
    for chart in command.charts() {
        let known = |it: &str| filled_in(it, text);
        let (name, repository) = (known(chart), command.value("--repo").map(known));
        let version = command.value("--version").map(known);
        let is_bare = repository.is_none() && !name.contains(['/', '$', '{']) && !name.ends_with(".tgz");
        let name = if is_bare { format!("./{name}") } else { as_template(name) };
        let place = Place { folder: Some(""), alias: &|name| added(name, text), has_chart: &|_| false };
        let asked = version.as_deref().filter(|it| !it.contains('$'));
        let parsed = named(&name, repository.map(as_template).as_deref(), asked, &place);
        let Reference { origin, mut version } = match version.filter(|it| it.contains('$')) {
            Some(open) => with_open_version(Reference::of(parsed), open),
            None => Reference::of(parsed),
        };
        if matches!(origin, Origin::Dynamic { .. }) {
            version.pin = Pin::Dynamic;
        }
        let at = ran.location();
        match &origin {
            Origin::Invalid { reason } => facts.gap(at.clone(), GapReason::InvalidReference, reason.as_str()),
            Origin::Dynamic { .. } => {
                facts.gap(at.clone(), GapReason::Unresolved, "the chart is named by what only running it tells");
            }
            Origin::Image { .. }
            | Origin::Local { .. }
            | Origin::Registry { .. }
            | Origin::Repo { .. }
            | Origin::ServerSide { .. }
            | Origin::Url { .. } => {}
        }
        facts.uses.push(Use {
            at,
            artifact: Artifact::HelmChart,
            written: terraform::redact(&written(chart, ran)).into_owned(),
            origin,
            version,
            context: ran.around.context,
            via: None,
        });
    }
}

/// A text with variables that aren't known, as one of which Helm's grammar sees that it is made elsewhere.
fn as_template(text: String) -> String {
    if text.contains('$') && !text.contains("${") { text.replace('$', "${") } else { text }
}

/// What lies in the repository has the version that it has, whatever is asked for.
fn with_open_version(reference: Reference, open: String) -> Reference {
    let Reference { origin, version } = reference;
    let is_local = matches!(origin, Origin::Local { .. });
    let open = Version { constraint: Some(open), ..Version::only(Pin::Dynamic) };
    Reference { origin, version: if is_local { version } else { open } }
}

/// A word as it stands in the file. Of a substitution the lexer keeps only that there is one; where a line has one it is
/// meant.
fn written(word: &str, ran: &Ran<'_>) -> String {
    let line = ran.line();
    let mut starts = line.match_indices("$(").map(|(at, _)| at);
    match (starts.next(), starts.next()) {
        (Some(start), None) if word.contains("$()") => {
            let inner = line[start..].split_once(')').map_or("", |(inner, _)| inner);
            word.replace("$()", &format!("{inner})"))
        }
        _ => word.to_owned(),
    }
}

/// The arguments of a command.
struct Command<'a> {
    options: Vec<(&'a str, &'a str)>,
    has_generated_name: bool,
    positional: Vec<&'a str>,
}

impl<'a> Command<'a> {
    fn of(words: &[&'a str]) -> Self {
        let mut found = Command { options: Vec::new(), has_generated_name: false, positional: Vec::new() };
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            if !word.starts_with('-') || *word == "-" {
                found.positional.push(word);
            } else if let Some((name, value)) = word.split_once('=') {
                found.options.push((name, value));
            } else if WITH_VALUE.binary_search(word).is_ok() {
                found.options.extend(rest.next().map(|value| (*word, *value)));
            } else {
                found.has_generated_name |= matches!(*word, "--generate-name" | "-g");
            }
        }
        // A plugin that decrypts values runs the command that follows.
        if found.positional.first() == Some(&"secrets") {
            found.positional.remove(0);
        }
        found
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        let values = self.options.iter().rev().filter(|(it, value)| *it == name && !value.is_empty());
        values.map(|(_, value)| *value).next()
    }

    /// The charts that it names, by where they stand in each command.
    fn charts(&self) -> Vec<&'a str> {
        let (verb, rest) = match self.positional.split_first() {
            Some((verb, rest)) => (*verb, rest),
            None => return Vec::new(),
        };
        let has_no_name = self.has_generated_name || self.value("--name").is_some();
        match (verb, rest) {
            ("install" | "template", [chart]) => vec![chart],
            // A word that a shell would split may hold both, or options.
            ("install" | "template", [chart, ..]) if has_no_name => vec![chart],
            ("install" | "template" | "upgrade", [_, chart, ..]) => vec![chart],
            ("fetch" | "pull", charts) => charts.to_vec(),
            _ => Vec::new(),
        }
    }
}

/// The URL of a repository that a command of the file adds under a name: where different ones are, none is known.
fn added(name: &str, text: &str) -> Option<String> {
    let mut urls = memchr::memmem::find_iter(text.as_bytes(), b"repo add ").filter_map(|at| {
        let line_start = memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |it| it + 1);
        if text[line_start..at].trim_start().starts_with(['#', '/']) {
            return None;
        }
        let line = text[at + "repo add ".len()..].lines().next().unwrap_or("");
        let words = line.split_whitespace().map(|it| it.trim_matches(['"', '\'', '`', ';', ',']));
        let mut words = words.filter(|it| !it.starts_with('-'));
        (words.next() == Some(name)).then(|| words.next()).flatten().map(|url| filled_in(url, text))
    });
    let first = urls.next().filter(|it| it.contains("://"))?;
    urls.all(|it| it == first).then_some(first)
}

/// A word with the variables put in that the file gives one value, and none but that.
fn filled_in(word: &str, text: &str) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some(at) = rest.find('$') {
        let after = &rest[at + 1..];
        let (name, end) = match after.as_bytes().first() {
            Some(open @ (b'{' | b'(')) => {
                let close = if *open == b'{' { '}' } else { ')' };
                let Some(end) = after.find(close) else { break };
                (&after[1..end], end + 1)
            }
            _ => {
                let end = after.find(|c: char| !is_word(c)).unwrap_or(after.len());
                (&after[..end], end)
            }
        };
        out.push_str(&rest[..at]);
        match value(name, text) {
            Some(value) => out.push_str(value),
            None => out.push_str(&rest[at..at + 1 + end]),
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The value that a file gives a variable everywhere (`NAME=value`, `NAME := value`, `NAME: value`); none where it gives
/// different ones, or one that is made of others.
fn value<'t>(name: &str, text: &'t str) -> Option<&'t str> {
    if name.is_empty() || !name.chars().all(is_word) {
        return None;
    }
    let mut found: Option<&str> = None;
    for at in memchr::memmem::find_iter(text.as_bytes(), name.as_bytes()) {
        let is_start = !text[..at].ends_with(|c: char| is_word(c) || matches!(c, '$' | '{' | '(' | '.' | '-'));
        let rest = text[at + name.len()..].lines().next().unwrap_or("");
        let spaced = rest.trim_start_matches([' ', '\t']);
        let assigned = ["?=", ":=", "="].iter().find_map(|it| spaced.strip_prefix(it)).or(rest.strip_prefix(": "));
        let Some(assigned) = assigned.filter(|_| is_start) else { continue };
        if assigned.starts_with('=') {
            continue;
        }
        let assigned = assigned.trim_start();
        let value = match assigned.chars().next() {
            Some(quote @ ('"' | '\'')) => assigned[1..].split(quote).next().unwrap_or(""),
            _ => assigned.split([' ', '\t', ';', '#', '&', '|']).next().unwrap_or(""),
        };
        if value.is_empty() || value.contains(['$', '`', '{', '*']) || found.is_some_and(|it| it != value) {
            return None;
        }
        found = Some(value);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Command, WITH_VALUE, added, filled_in};

    #[test]
    fn the_table_is_sorted() {
        assert!(WITH_VALUE.is_sorted());
    }

    #[test]
    fn charts_of_commands() {
        for (line, expected) in [
            ("upgrade --install shop acme/shop --version 1.2.3", "acme/shop"),
            ("upgrade -i shop ./charts/shop -f values.yaml --wait", "./charts/shop"),
            ("--kube-context prod upgrade shop acme/shop", "acme/shop"),
            ("-n shop install shop oci://ghcr.io/acme/shop", "oci://ghcr.io/acme/shop"),
            ("install acme/shop --generate-name", "acme/shop"),
            ("install --name shop acme/shop", "acme/shop"),
            ("template acme/shop", "acme/shop"),
            ("template shop acme/shop --set a=b", "acme/shop"),
            ("secrets upgrade shop acme/shop", "acme/shop"),
            ("pull acme/shop --untar", "acme/shop"),
            ("fetch acme/shop acme/cart", "acme/shop acme/cart"),
            ("install shop", "shop"),
            ("repo add acme https://charts.acme.example", ""),
            ("dependency update charts/shop", ""),
            ("uninstall shop", ""),
            ("diff upgrade shop acme/shop", ""),
            ("upgrade shop", ""),
            ("", ""),
        ] {
            let words: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(Command::of(&words).charts().join(" "), expected, "{line}");
        }
    }

    #[test]
    fn repositories_that_are_added() {
        let text = "V=1\n# helm repo add old https://old.example\nhelm repo add acme \"https://$H/x\" --force-update\n\
                    helm repo add two https://a.example\nhelm repo add two https://b.example\nH=charts.example\n";
        assert_eq!(added("acme", text).as_deref(), Some("https://charts.example/x"));
        assert_eq!(added("two", text), None);
        assert_eq!(added("old", text), None);
    }

    #[test]
    fn variables() {
        let text =
            "CHART=acme/shop\nexport V=\"1.2.3\" # v\nX=1\nX=2\nM := make\nY=$X\n  E: value\nif [ $CHART == a ]\n";
        for (word, expected) in [
            ("$CHART", "acme/shop"),
            ("${CHART}-x", "acme/shop-x"),
            ("$(M)", "make"),
            ("$V", "1.2.3"),
            ("$X", "$X"),
            ("$Y", "$Y"),
            ("$E", "value"),
            ("${{ inputs.chart }}", "${{ inputs.chart }}"),
            ("a$", "a$"),
            ("${open", "${open"),
        ] {
            assert_eq!(filled_in(word, text), expected, "{word}");
        }
    }
}
