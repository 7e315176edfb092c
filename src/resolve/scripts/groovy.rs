//! Jenkinsfiles: the scripts of their `sh` steps and the clones of their `git` steps, with the folders that `dir` puts
//! around them. Not Groovy: quoted texts behind these words are read, and nothing is computed.

use std::borrow::Cow;

use super::{Pieces, script, with_roots};
use crate::resolve::fetch_commands::{Fetch, repository};
use crate::resolve::values::{Text, Variables, path_from};
use crate::source::SourceFile;

/// What a Jenkinsfile runs.
pub(super) fn jenkinsfile<'t>(file: &SourceFile<'t>) -> Pieces<'t> {
    let text = file.text();
    let bytes = text.as_bytes();
    let mut pieces = Pieces::default();
    let variables = with_roots(&[("WORKSPACE", "\u{1}"), ("env.WORKSPACE", "\u{1}")]);
    // The folders of the blocks that are open: nothing where it isn't known.
    let mut folders: Vec<Option<String>> = vec![Some(String::new())];
    // The folder of the block that opens next.
    let mut next: Option<Option<String>> = None;
    let (mut at, mut line, mut counted) = (0, 1, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'/' if text[at..].starts_with("//") => {
                at += memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at);
            }
            b'/' if text[at..].starts_with("/*") => at += text[at..].find("*/").map_or(bytes.len() - at, |it| it + 2),
            b'"' | b'\'' => at += quoted(&text[at..]).map_or(1, |it| it.length),
            b'{' => {
                let here = folders.last().cloned().flatten();
                folders.push(next.take().unwrap_or(here));
                at += 1;
            }
            b'}' => {
                if folders.len() > 1 {
                    folders.pop();
                }
                at += 1;
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                let rest = &text[at..];
                let length = rest.bytes().position(|b| !b.is_ascii_alphanumeric() && b != b'_').unwrap_or(rest.len());
                let (word, after) = rest.split_at(length);
                let is_step = !(at > 0 && matches!(bytes[at - 1], b'.' | b'$'));
                let start = at;
                at += length;
                if !is_step || !matches!(word, "dir" | "git" | "sh") {
                    continue;
                }
                let arguments = arguments(after);
                let one = |name: &str| arguments.iter().find(|it| it.name == name);
                let first = |name: &str| one(name).or_else(|| one(""));
                let here = folders.last().cloned().flatten();
                match word {
                    "dir" => {
                        let path = first("path").map(|it| variables.expand(&it.shell_text()));
                        next = Some(path.and_then(|it| path_from(here.as_deref()?, &it)));
                    }
                    "sh" => {
                        let Some(argument) = first("script") else { continue };
                        let offset = at + argument.at;
                        line += memchr::memchr_iter(b'\n', &bytes[counted..offset]).count() as u32;
                        counted = offset;
                        if let Some(here) = here {
                            pieces.add(script(argument.shell_text().into_owned(), line, vec![here], variables.clone()));
                        }
                        at = offset + argument.length;
                    }
                    // `git url: '…', branch: '…'` clones into the folder it stands in.
                    _ => {
                        let Some(url) = first("url") else { continue };
                        line += memchr::memchr_iter(b'\n', &bytes[counted..start]).count() as u32;
                        counted = start;
                        let put_in = |it: &Argument<'_>| -> Text { Variables::default().expand(&it.shell_text()) };
                        let branch = one("branch").map(put_in);
                        if let (Some(here), Some(reference)) = (here, repository(&put_in(url), branch.as_ref())) {
                            pieces.fetches.push(Fetch { reference, folder: here, line });
                        }
                    }
                }
            }
            _ => at += 1,
        }
    }
    pieces
}

/// A text in quotes.
struct Quoted<'t> {
    text: &'t str,
    /// With its quotes.
    length: usize,
    /// Whether `${…}` in it is Groovy's.
    is_template: bool,
}

/// The text in quotes at the start; none where they aren't closed.
fn quoted(text: &str) -> Option<Quoted<'_>> {
    let quote = ["'''", "\"\"\"", "'", "\""].into_iter().find(|it| text.starts_with(it))?;
    let inside = &text[quote.len()..];
    let mut at = 0;
    loop {
        let found = inside[at..].find([quote.chars().next()?, '\\', '\n']).map(|it| at + it)?;
        match inside.as_bytes()[found] {
            b'\\' => at = found + 1 + inside[found + 1..].chars().next().map_or(0, char::len_utf8),
            b'\n' if quote.len() == 1 => return None,
            b'\n' => at = found + 1,
            _ if inside[found..].starts_with(quote) => {
                let length = quote.len() * 2 + found;
                return Some(Quoted { text: &inside[..found], length, is_template: quote.starts_with('"') });
            }
            _ => at = found + 1,
        }
    }
}

/// An argument of a step that is a text.
struct Argument<'t> {
    /// Empty for one without a name.
    name: &'t str,
    quoted: Quoted<'t>,
    /// Where its quotes begin, from the end of the step's name.
    at: usize,
    length: usize,
}

impl Argument<'_> {
    /// Its text for a shell: what Groovy puts in isn't known, and a dollar that it leaves is the shell's.
    fn shell_text(&self) -> Cow<'_, str> {
        let text = self.quoted.text;
        if !text.contains(['\\', '$']) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(found) = rest.find(['\\', '$']) {
            out.push_str(&rest[..found]);
            rest = &rest[found..];
            let taken = if let Some(escaped) = rest.strip_prefix('\\') {
                match escaped.chars().next() {
                    // Of a line break that is escaped the shell sees none.
                    Some('\n') => out.push_str("\\\n"),
                    Some('n') => out.push('\n'),
                    Some(c @ ('$' | '\\' | '\'' | '"')) => out.push(c),
                    Some(c) => out.extend(['\\', c]),
                    None => {}
                }
                1 + escaped.chars().next().map_or(0, char::len_utf8)
            } else if self.quoted.is_template && !rest.starts_with("$(") {
                let name = match rest.strip_prefix("${") {
                    Some(inside) => &rest[..(2 + inside.find('}').map_or(inside.len(), |it| it + 1)).min(rest.len())],
                    None => {
                        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
                        &rest[..1 + rest[1..].find(|c| !is_name(c)).unwrap_or(rest.len() - 1)]
                    }
                };
                out.push_str("${{ ");
                out.push_str(name.trim_matches(['$', '{', '}']));
                out.push_str(" }}");
                name.len()
            } else {
                out.push('$');
                1
            };
            rest = &rest[taken..];
        }
        out.push_str(rest);
        Cow::Owned(out)
    }
}

/// The texts among the arguments behind a step's name: `'…'`, `(script: '…', returnStdout: true)`, `url: '…'`.
fn arguments(after: &str) -> Vec<Argument<'_>> {
    let mut found = Vec::new();
    let blank = |text: &str| text.len() - text.trim_start_matches([' ', '\t', '\n', '\r']).len();
    let mut at = after.len() - after.trim_start_matches([' ', '\t']).len();
    let in_parentheses = after[at..].starts_with('(');
    if in_parentheses {
        at += 1;
        at += blank(&after[at..]);
    }
    while found.len() < MAX_ARGUMENTS {
        let rest = &after[at..];
        let length = rest.bytes().position(|b| !b.is_ascii_alphanumeric() && b != b'_').unwrap_or(rest.len());
        let (name, value) = rest.split_at(length);
        let (name, value) = match value.trim_start_matches(' ').strip_prefix(':') {
            Some(value) if length > 0 => (name, value),
            _ if length == 0 => ("", rest),
            _ => return found,
        };
        let value = value.trim_start_matches([' ', '\t']);
        at = after.len() - value.len();
        match quoted(value) {
            Some(quoted) => {
                let length = quoted.length;
                found.push(Argument { name, quoted, at, length });
                at += length;
            }
            // `true`, `params.X`: a word that isn't a text.
            None => {
                at += value
                    .bytes()
                    .position(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'.'))
                    .unwrap_or(value.len());
            }
        }
        at += blank(&after[at..]);
        if !after[at..].starts_with(',') {
            return found;
        }
        at += 1;
        at += blank(&after[at..]);
    }
    found
}

const MAX_ARGUMENTS: usize = 16;

#[cfg(test)]
mod tests {
    use super::jenkinsfile;
    use crate::classify::FileKind;
    use crate::facts::Context;
    use crate::resolve::fetch_commands::fetches;
    use crate::resolve::runs::runs;
    use crate::source::SourceFile;

    #[test]
    fn clones_of_jenkinsfiles() {
        let text = r#"
// sh 'git clone https://h.org/a/commented'
/* git url: 'https://h.org/a/commented' */
def x = "sh 'git clone https://h.org/a/text'"
node {
  sh 'git clone https://h.org/a/one'
  sh "git clone -b ${params.VERSION} https://h.org/a/two modules/two"
  sh(script: 'git clone https://h.org/a/three', returnStdout: true)
  sh label: 'x', script: '''
    set -e
    git clone https://h.org/a/four
  '''
  dir('sub/modules') {
    git url: 'https://h.org/a/five.git', branch: 'v1.0.0'
    if (x) { sh "cd y; git clone https://h.org/a/six" }
  }
  dir(params.FOLDER) {
    sh 'git clone https://h.org/a/nowhere'
  }
  git 'git@h.org:a/seven.git'
  this.sh 'git clone https://h.org/a/other'
  sh """git clone \$URL eight"""
}
"#;
        let file =
            SourceFile::new("Jenkinsfile".into(), FileKind::JenkinsPipeline, Context::Production, text.as_bytes());
        let file = file.unwrap();
        let pieces = jenkinsfile(&file);
        let of_scripts = pieces.scripts.iter().flat_map(|it| fetches(&runs(it, &it.folders[0], "")));
        let mut told: Vec<String> = of_scripts.map(|it| format!("{}:{}", it.line, it.folder)).collect();
        assert_eq!(told, ["6:one", "7:modules/two", "8:three", "11:four", "15:sub/modules/y/six", "22:eight"]);
        told = pieces.fetches.iter().map(|it| format!("{}:{}", it.line, it.folder)).collect();
        assert_eq!(told, ["14:sub/modules", "20:"]);
    }
}
