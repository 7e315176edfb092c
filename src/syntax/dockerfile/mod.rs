//! Dockerfiles → the instructions that name images, with their places.
//!
//! The reader is our own and never rejects a file: what BuildKit would refuse becomes a [`Problem`], and everything
//! around it is kept, so that templates and broken files give what can be read. (The crate `parse-dockerfile` is its
//! measure in tests. It is no part of the program because it knows a heredoc at the start of a RUN only: the body of
//! `RUN cat <<EOF` it takes for instructions, without an error.)

mod expand;
mod glob;
mod lines;
mod scope;

use std::borrow::Cow;
use std::ops::Range;

use lines::{Line, Lines};
pub use scope::{ExpandError, Expanded, Missing, Scope};

/// What a Dockerfile says about images.
#[derive(Debug, PartialEq)]
pub struct Dockerfile<'a> {
    /// The escape character that the file's directives ask for.
    pub escape: char,
    /// How many instructions there are, of any kind.
    pub n_instructions: usize,
    /// The instructions that name images, and the arguments they may use, in file order.
    pub items: Vec<Item<'a>>,
    /// What the images of stages run (`CMD`, `ENTRYPOINT`), each with its stage from 0, in file order.
    pub commands: Vec<(usize, Word<'a>)>,
    /// What BuildKit would refuse, in file order.
    pub problems: Vec<Problem>,
}

/// One argument or one naming of an image.
#[derive(Debug, PartialEq)]
pub struct Item<'a> {
    /// The stage it belongs to, from 0; none before the first FROM. A FROM belongs to the stage it begins.
    pub stage: Option<usize>,
    /// Whether it is a trigger (`ONBUILD`) that runs in builds on top of this one.
    pub on_build: bool,
    /// What it is.
    pub kind: ItemKind<'a>,
}

/// What an [`Item`] is.
#[derive(Debug, PartialEq)]
pub enum ItemKind<'a> {
    /// One name of an `ARG`.
    Arg {
        /// The name.
        name: Word<'a>,
        /// The default as written, with quotes and variables.
        default: Option<Word<'a>>,
    },
    /// A `FROM`.
    From {
        /// The image or earlier stage as written, with quotes and variables.
        image: Word<'a>,
        /// The value of `--platform`.
        platform: Option<Word<'a>>,
        /// The name of the stage.
        name: Option<Word<'a>>,
    },
    /// The `--from` of a `COPY` or `ADD`: a stage's name or index, or an image.
    CopyFrom(Word<'a>),
    /// The `from` of a `RUN --mount`: a stage's name or an image.
    MountFrom(Word<'a>),
}

/// A piece of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Word<'a> {
    /// Where it stands, in bytes.
    pub span: Range<usize>,
    /// Its text, with line continuations inside taken out.
    pub text: Cow<'a, str>,
}

/// Something that BuildKit would refuse.
#[derive(Debug, PartialEq)]
pub struct Problem {
    /// Where, in bytes.
    pub span: Range<usize>,
    /// What.
    pub kind: ProblemKind,
}

/// What BuildKit would refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// A line that begins with a template's mark instead of an instruction.
    Template,
    /// A line that begins with no instruction we know.
    UnknownInstruction,
    /// A directive (`# escape=`) that is there twice, or asks for what there isn't.
    Directive,
    /// A FROM with other than one word, or three with AS.
    FromWords,
    /// A stage's name with other characters than letters, digits, `-`, `_` and `.`, or that no letter begins.
    StageName,
    /// An ONBUILD of an instruction that can't be a trigger.
    Trigger,
    /// A heredoc whose end is missing; its body was read as if it were none.
    UnterminatedHeredoc,
}

/// Every instruction there is, in lower case; sorted.
const INSTRUCTIONS: &[&str] = &[
    "add",
    "arg",
    "cmd",
    "copy",
    "entrypoint",
    "env",
    "expose",
    "from",
    "healthcheck",
    "label",
    "maintainer",
    "onbuild",
    "run",
    "shell",
    "stopsignal",
    "user",
    "volume",
    "workdir",
];

/// Brackets of template languages within which blanks don't separate words; sorted.
const TEMPLATE_BRACKETS: &[(&str, &str)] = &[("<%", "%>"), ("{#", "#}"), ("{%", "%}"), ("{{", "}}")];

/// What separates the words of an instruction.
const BLANKS: [char; 5] = [' ', '\t', '\u{B}', '\u{C}', '\r'];

/// Reads a Dockerfile.
pub fn parse(text: &str) -> Dockerfile<'_> {
    let mut lines = Lines::new(text);
    let mut file = Dockerfile {
        escape: lines.escape(),
        n_instructions: 0,
        items: Vec::new(),
        commands: Vec::new(),
        problems: Vec::new(),
    };
    if let Some(span) = lines.refused_directive() {
        file.problems.push(Problem { span, kind: ProblemKind::Directive });
    }
    let mut n_stages = 0;
    let (mut reads_heredocs, mut reads_spaced) = (true, true);
    while let Some(line) = lines.next() {
        let mut at = 0;
        let mut on_build = false;
        let instruction = loop {
            let word = next_word(&line.text, at);
            at = word.end;
            match instruction(&line.text[word.clone()]) {
                Some("onbuild" | "from" | "maintainer") if on_build => {
                    file.problems.push(Problem { span: line.span(word), kind: ProblemKind::Trigger });
                    break "";
                }
                Some("onbuild") => on_build = true,
                Some(known) => break known,
                None => {
                    let kind = if template_mark(&line.text[word.start..]) == Some(0) {
                        ProblemKind::Template
                    } else {
                        ProblemKind::UnknownInstruction
                    };
                    file.problems.push(Problem { span: line.span(word), kind });
                    break "";
                }
            }
        };
        if instruction.is_empty() {
            continue;
        }
        file.n_instructions += 1;
        let (flags, arguments) = flags(&line.text, at, file.escape);
        let stage = |n_stages: usize| n_stages.checked_sub(1);
        match instruction {
            "from" => {
                let words = words(&line.text, arguments.clone());
                let Some(image) = words.first() else {
                    file.problems.push(Problem { span: line.span(0..at), kind: ProblemKind::FromWords });
                    continue;
                };
                let name = match &words[1..] {
                    [r#as, name] if line.text[r#as.clone()].eq_ignore_ascii_case("as") => Some(name.clone()),
                    [] => None,
                    _ => {
                        file.problems.push(Problem { span: line.span(arguments), kind: ProblemKind::FromWords });
                        None
                    }
                };
                if let Some(name) = name.clone().filter(|name| !is_stage_name(&line.text[name.clone()])) {
                    file.problems.push(Problem { span: line.span(name), kind: ProblemKind::StageName });
                }
                n_stages += 1;
                file.items.push(Item {
                    stage: stage(n_stages),
                    on_build,
                    kind: ItemKind::From {
                        image: word(&line, image.clone()),
                        platform: flags.iter().find_map(|flag| flag.value(&line, "platform")),
                        name: name.map(|name| word(&line, name)),
                    },
                });
            }
            "arg" => {
                for argument in quoted_words(&line.text, arguments, file.escape) {
                    let text = &line.text[argument.clone()];
                    let equals = text.find('=').map(|equals| argument.start + equals);
                    let name = argument.start..equals.unwrap_or(argument.end);
                    if !name.is_empty() {
                        let kind = ItemKind::Arg {
                            name: word(&line, name),
                            default: equals.map(|equals| word(&line, equals + 1..argument.end)),
                        };
                        file.items.push(Item { stage: stage(n_stages), on_build, kind });
                    }
                }
            }
            "copy" | "add" | "run" => {
                let named = flags.iter().filter_map(|flag| match instruction {
                    "run" => flag.value(&line, "mount").and_then(|mount| mount_from(&mount)).map(ItemKind::MountFrom),
                    _ => flag.value(&line, "from").map(ItemKind::CopyFrom),
                });
                file.items.extend(named.map(|kind| Item { stage: stage(n_stages), on_build, kind }));
                if reads_heredocs && !is_json_form(&line.text[arguments.clone()]) {
                    for Heredoc { name, chomp, spaced } in heredocs(&line.text[arguments.clone()]) {
                        if spaced && !reads_spaced || lines.skip_heredoc(&name, chomp) {
                            continue;
                        }
                        // BuildKit gives up here. So that the search for ends stays linear, no later `<<` of its
                        // kind counts.
                        file.problems.push(Problem {
                            span: line.span(arguments.clone()),
                            kind: ProblemKind::UnterminatedHeredoc,
                        });
                        if spaced {
                            reads_spaced = false;
                        } else {
                            reads_heredocs = false;
                            break;
                        }
                    }
                }
            }
            "cmd" | "entrypoint" if !on_build => {
                file.commands.extend(stage(n_stages).map(|stage| (stage, word(&line, arguments))));
            }
            // The other instructions name no image.
            _ => {}
        }
    }
    file
}

/// `^[a-z][a-z0-9-_.]*$`, in any case. What a template fills in may become one.
fn is_stage_name(name: &str) -> bool {
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    is_name || template_mark(name).is_some()
}

/// Where the first mark of a template language starts: Jinja and Go (`{{`, `{%`, `{#`), ERB (`<%`), autoconf (`@X@`).
pub fn template_mark(text: &str) -> Option<usize> {
    let bracket = TEMPLATE_BRACKETS.iter().filter_map(|(open, _)| text.find(open)).min();
    let at_sign = text.match_indices('@').map(|(at, _)| at).find(|&at| {
        let name = &text[at + 1..];
        let end = name.find(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_');
        end.is_some_and(|end| end > 0 && name[end..].starts_with('@'))
    });
    // A scaffolder's `${{ x }}` starts at its dollar sign.
    let bracket = bracket.map(|at| if text[..at].ends_with('$') { at - 1 } else { at });
    bracket.into_iter().chain(at_sign).min()
}

/// A flag of an instruction: `--name=value`.
struct Flag {
    name: Range<usize>,
    value: Option<Range<usize>>,
}

impl Flag {
    /// The value, if the flag has this name and a value; quotes around it are taken off.
    fn value<'a>(&self, line: &Line<'a>, name: &str) -> Option<Word<'a>> {
        let value = self.value.clone().filter(|_| line.text[self.name.clone()].eq_ignore_ascii_case(name))?;
        Some(word(line, unquoted(&line.text, value)))
    }
}

/// The flags at the start of an instruction's arguments, and the range of what follows them. A bare `--` ends them.
fn flags(text: &str, mut at: usize, escape: char) -> (Vec<Flag>, Range<usize>) {
    let mut flags = Vec::new();
    loop {
        let blanks = text[at..].len() - text[at..].trim_start_matches(BLANKS).len();
        at += blanks;
        let Some(flag) = text[at..].strip_prefix("--") else { break };
        let start = at + 2;
        let end = start + word_length(flag, escape, false);
        at = end;
        if end == start {
            break;
        }
        let equals = text[start..end].find('=').map(|equals| start + equals);
        flags.push(Flag { name: start..equals.unwrap_or(end), value: equals.map(|equals| equals + 1..end) });
    }
    let rest = &text[at..];
    let start = at + (rest.len() - rest.trim_start_matches(BLANKS).len());
    (flags, start..start.max(at + rest.trim_end_matches(BLANKS).len()))
}

/// How long the word at the start of a text is: up to a blank outside quotes and template brackets.
fn word_length(text: &str, escape: char, ignores_quotes: bool) -> usize {
    let mut quote = None;
    let mut unclosed = [false; TEMPLATE_BRACKETS.len()];
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let bracket = TEMPLATE_BRACKETS.iter().position(|(open, _)| text[at..].starts_with(open));
        if let Some(row) = bracket.filter(|&row| !unclosed[row]) {
            let close = TEMPLATE_BRACKETS[row].1;
            if let Some(length) = text[at + 2..].find(close) {
                at += 2 + length + close.len();
                continue;
            }
            // Looked for once, not at every bracket: a line of nothing but `{{` would take for ever.
            unclosed[row] = true;
        }
        match (quote, c) {
            (None, c) if BLANKS.contains(&c) => break,
            (None, '\'' | '"') if !ignores_quotes => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (_, c) if c == escape && !ignores_quotes && quote != Some('\'') => {
                at += c.len_utf8();
                at += text[at..].chars().next().map_or(0, char::len_utf8);
                continue;
            }
            _ => {}
        }
        at += c.len_utf8();
    }
    at
}

/// The words of a range, separated by blanks whatever quotes there are.
fn words(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    split(text, range, |rest| word_length(rest, '\\', true))
}

/// The words of a range; quotes and escapes keep blanks inside a word.
fn quoted_words(text: &str, range: Range<usize>, escape: char) -> Vec<Range<usize>> {
    split(text, range, |rest| word_length(rest, escape, false))
}

fn split(text: &str, range: Range<usize>, length: impl Fn(&str) -> usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = range.start;
    loop {
        let rest = &text[at..range.end];
        at += rest.len() - rest.trim_start_matches(BLANKS).len();
        if at >= range.end {
            return found;
        }
        let end = at + length(&text[at..range.end]).max(1);
        found.push(at..end);
        at = end;
    }
}

fn next_word(text: &str, at: usize) -> Range<usize> {
    let rest = &text[at..];
    let start = at + (rest.len() - rest.trim_start_matches(BLANKS).len());
    let length = text[start..].find(BLANKS).unwrap_or(text.len() - start);
    start..start + length
}

/// The instruction of this name, in lower case.
fn instruction(name: &str) -> Option<&'static str> {
    let row = INSTRUCTIONS.binary_search_by(|known| known.bytes().cmp(name.bytes().map(|b| b.to_ascii_lowercase())));
    row.ok().map(|row| INSTRUCTIONS[row])
}

fn word<'a>(line: &Line<'a>, range: Range<usize>) -> Word<'a> {
    Word { span: line.span(range.clone()), text: line.slice(range) }
}

/// The range without the quotes around it.
fn unquoted(text: &str, range: Range<usize>) -> Range<usize> {
    let inner = &text[range.clone()];
    let is_quoted = |quote| inner.len() >= 2 && inner.starts_with(quote) && inner.ends_with(quote);
    if is_quoted('"') || is_quoted('\'') { range.start + 1..range.end - 1 } else { range }
}

/// The `from` of a mount: a field of the comma-separated `key=value` list, the last of that key.
fn mount_from<'a>(mount: &Word<'a>) -> Option<Word<'a>> {
    let mut start = 0;
    let mut from = None;
    for field in mount.text.split(',') {
        let range = unquoted(&mount.text, start..start + field.len());
        start += field.len() + 1;
        let inner = &mount.text[range.clone()];
        if let Some((key, value)) = inner.split_once('=')
            && key.trim().eq_ignore_ascii_case("from")
        {
            from = Some(range.end - value.len()..range.end);
        }
    }
    let from = from?;
    let text = match &mount.text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[from.clone()]),
        Cow::Owned(text) => Cow::Owned(text[from.clone()].to_owned()),
    };
    // A mount that continues on another line: its bytes are not one for one those of the file.
    let is_literal = mount.span.len() == mount.text.len();
    let span = if is_literal { mount.span.start + from.start..mount.span.start + from.end } else { mount.span.clone() };
    Some(Word { span, text })
}

/// Whether the arguments are a JSON array of strings, in which `<<` is no heredoc.
fn is_json_form(arguments: &str) -> bool {
    arguments.starts_with('[') && serde_json::from_str::<Vec<Cow<'_, str>>>(arguments).is_ok()
}

/// A heredoc that a line starts.
struct Heredoc {
    name: String,
    /// Whether tabs before its end are ignored (`<<-`).
    chomp: bool,
    /// Whether blanks stand between `<<` and the name: so does a shift in arithmetic look.
    spaced: bool,
}

/// The heredocs that a line starts. Between `<<` and the name blanks may stand, but not behind `<<-`.
fn heredocs(arguments: &str) -> Vec<Heredoc> {
    if !arguments.contains("<<") {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut words = quoted_words(arguments, 0..arguments.len(), '\\').into_iter();
    while let Some(range) = words.next() {
        let word = &arguments[range.clone()];
        let spaced = word.strip_suffix("<<").is_some_and(|before| !before.ends_with(['<', '\\']));
        let end = if spaced { words.next().map_or(range.end, |name| name.end) } else { range.end };
        let heredoc = heredoc(&arguments[range.start..end]);
        found.extend(heredoc.map(|(name, chomp)| Heredoc { name, chomp, spaced }));
    }
    found
}

/// `3<<-"NAME"`: the name without quotes and escapes.
fn heredoc(word: &str) -> Option<(String, bool)> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (rest, chomp) = rest.strip_prefix('-').map_or((rest, false), |rest| (rest, true));
    let rest = rest.trim_start_matches(BLANKS);
    if rest.contains('<') {
        return None;
    }
    let mut name = String::new();
    let mut quote = None;
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None | Some('"'), '\\') => name.extend(chars.next()),
            _ => name.push(c),
        }
    }
    (!name.is_empty() && quote.is_none()).then_some((name, chomp))
}

#[cfg(test)]
mod tests;
