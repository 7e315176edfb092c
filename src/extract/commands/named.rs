//! Scripts that files of other kinds name.

use std::sync::LazyLock;

use regex_automata::meta::Regex;

use crate::classify::FileKind;
use crate::facts::Facts;
use crate::resolve::{NamedScript, Namer, Questions};
use crate::source::SourceFile;
use crate::syntax::hcl::Body;

/// How names of scripts end.
pub(in crate::extract) const ENDS: &[&str] = &[".bash", ".bat", ".cmd", ".ps1", ".sh"];

/// Finds where one of [`ENDS`] begins. Texts are full of dots, and nearly none of them is one.
static DOTS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&ENDS.join("|").replace('.', "\\.")).ok());

/// Functions of Terraform that read a file.
const READS: &[&str] = &["file(", "filebase64(", "filebase64sha256(", "filemd5(", "templatefile("];

/// Attributes of Terraform whose value is run where Terraform is applied; sorted.
const RUN: &[&str] = &["command", "inline", "program"];

/// Words in lines that name a script without running it; sorted.
const ONLY_NAMES: &[&str] = &["chmod", "shellcheck"];

/// Asks for the scripts that a file names which isn't Terraform: what a pipeline names it runs, what an image or a
/// container names is part of a machine.
pub(in crate::extract) fn of_file(file: &SourceFile<'_>, facts: &Facts, questions: &mut Questions) {
    let by = match file.kind() {
        FileKind::ComposeFile | FileKind::ContainerUnit | FileKind::Dockerfile => Namer::Machine,
        FileKind::BatchScript | FileKind::PowershellScript | FileKind::ShellScript => return,
        FileKind::GroovyFile | FileKind::JenkinsLibrary => Namer::Pipeline,
        _ if facts.pipelines.last().is_some_and(|it| it.at.path == *file.path()) => Namer::Pipeline,
        _ => return,
    };
    let dots = DOTS.iter().flat_map(|it| it.find_iter(file.text())).map(|it| it.start());
    names(file.text(), dots, &mut |at, tail| {
        if by == Namer::Machine || is_run(line_around(file.text(), at), &tail) {
            questions.ask_script(NamedScript { tail, by });
        }
    });
}

/// The same for a file of Terraform, in which `dots` are those that [`ENDS`] begin with.
pub(in crate::extract) fn of_terraform(
    file: &SourceFile<'_>,
    body: &Body<'_>,
    dots: &[usize],
    questions: &mut Questions,
) {
    names(file.text(), dots.iter().copied(), &mut |at, tail| {
        let Some(attribute) = body.attribute_at(at) else { return };
        let by = match attribute.name {
            it if RUN.binary_search(&it).is_ok() => Namer::Terraform,
            // Where a script is put that a machine or a function runs: its data, an object of a bucket, an archive.
            "source" | "source_file" => Namer::Machine,
            _ if READS.iter().any(|it| attribute.value.contains(it)) => Namer::Machine,
            _ => return,
        };
        questions.ask_script(NamedScript { tail, by });
    });
}

/// Whether a line of a pipeline does something with the script that it names: a bare name is an item of a list, as one
/// of the paths whose changes start the pipeline.
fn is_run(line: &str, tail: &str) -> bool {
    let mut words = line.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '(' | ')'));
    let is_more = |it: &str| !it.is_empty() && it != "-" && !it.ends_with(tail);
    words.clone().any(is_more) && !words.any(|it| ONLY_NAMES.binary_search(&it).is_ok())
}

/// How far around a name is looked, in bytes: texts without blanks or line ends must not be read again for each name.
const LONGEST: usize = 512;

/// Hands on the scripts that a text names, whose names end at these dots: where each name ends, and the end of its path.
fn names(text: &str, dots: impl Iterator<Item = usize>, then: &mut dyn FnMut(usize, String)) {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
    let bytes = text.as_bytes();
    for dot in dots {
        for end in ENDS.iter().filter(|it| bytes[dot..].starts_with(it.as_bytes())) {
            let after = dot + end.len();
            if bytes.get(after).is_some_and(|it| is_part(*it) && *it != b'.') {
                continue;
            }
            let from = dot.saturating_sub(LONGEST);
            // What is longer is no path.
            let Some(start) = bytes[from..dot]
                .iter()
                .rposition(|it| !is_part(*it))
                .map(|it| from + it + 1)
                .or((from == 0).then_some(0))
            else {
                continue;
            };
            let Some(path) = text.get(start..after) else { continue };
            let mut parts = path.rsplit('/');
            let name = parts.next().unwrap_or(path);
            // What comes right behind something put in is the end of a name.
            let is_whole = path.contains('/') || !matches!(start.checked_sub(1).map(|it| bytes[it]), Some(b'}' | b'$'));
            if name.len() == end.len() || !is_whole || is_comment(line_around(text, dot)) {
                continue;
            }
            let folder = parts.next().filter(|it| !matches!(*it, "" | "." | ".."));
            // The first part of a path may itself be the end of something.
            let is_written = parts.next().is_some() || !matches!(start.checked_sub(1).map(|it| bytes[it]), Some(b'}'));
            let folder = folder.filter(|_| is_written);
            then(dot, folder.map_or_else(|| name.to_owned(), |it| format!("{it}/{name}")));
        }
    }
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches(['-', ' ']);
    line.starts_with('#') || line.starts_with("//")
}

fn line_around(text: &str, at: usize) -> &str {
    // Of a line without end only what is near says anything.
    let from = text.floor_char_boundary(at.saturating_sub(LONGEST));
    let to = text.ceil_char_boundary((at + LONGEST).min(text.len()));
    let start = text[from..at].rfind('\n').map_or(from, |it| from + it + 1);
    text[start..to].lines().next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::{DOTS, ENDS, ONLY_NAMES, RUN, is_run, names};

    #[test]
    fn tables_are_sorted() {
        assert!(ENDS.is_sorted() && ONLY_NAMES.is_sorted() && RUN.is_sorted());
        assert!(DOTS.is_some());
    }

    #[test]
    fn scripts_in_texts() {
        for (text, expected) in [
            ("user_data = file(\"${path.module}/scripts/boot.sh\")", "scripts/boot.sh"),
            ("entrypoint: [\"sh\", \"/opt/scripts/backup.sh\"]", "scripts/backup.sh"),
            ("CMD [\"./start.sh\"]", "start.sh"),
            ("# bash ./scripts/x.sh", ""),
            ("file(\"${path.module}/${var.name}.sh\")", ""),
            ("see x.shared and .sh", ""),
            ("bash a/b/c.sh; pwsh d.ps1", "b/c.sh d.ps1"),
        ] {
            let mut found = Vec::new();
            let dots = DOTS.iter().flat_map(|it| it.find_iter(text)).map(|it| it.start());
            names(text, dots, &mut |_, it| found.push(it));
            assert_eq!(found.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn lines_that_run() {
        for (line, expected) in [
            ("  bash ./scripts/x.sh", true),
            ("  SCRIPT: x.sh", true),
            ("  - scripts/x.sh", false),
            ("  - 'x.sh'", false),
            ("  - chmod +x x.sh", false),
        ] {
            assert_eq!(is_run(line, "x.sh"), expected, "{line}");
        }
    }
}
