//! The arguments of a program → options and what stands between them.

use super::values::{OPEN, Text};

/// Options in the order they are written, and what stands between them.
pub(super) struct Options {
    /// Those that have a value.
    pub(super) values: Vec<(String, Text)>,
    /// What stands between the options.
    pub(super) positional: Vec<Text>,
    /// Those without, as written.
    pub(super) flags: Vec<String>,
}

/// The last value of an option.
pub(super) fn value(values: &[(String, Text)], names: &[&str]) -> Option<Text> {
    values.iter().rev().find(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| value.clone())
}

/// Whether an option is written as letters in a row: `-xz`.
pub(super) fn is_cluster(flag: &str) -> bool {
    flag.starts_with('-') && !flag.starts_with("--")
}

/// Takes arguments apart: `--name value`, `--name=value`, `-n value`, `-nvalue`, and letters in a row (`-xzf value`),
/// the last of which may take the next word.
pub(super) fn options(arguments: &[Text], with_value: &[&str]) -> Options {
    read(arguments, with_value, false)
}

/// The same as `tar` reads them: each letter of a row may take a word of its own.
pub(super) fn options_in_rows(arguments: &[Text], with_value: &[&str]) -> Options {
    read(arguments, with_value, true)
}

fn read(arguments: &[Text], with_value: &[&str], in_rows: bool) -> Options {
    let mut found = Options { values: Vec::new(), positional: Vec::new(), flags: Vec::new() };
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        let part = |value: &str| {
            let open = if value.contains(OPEN) { word.open.clone() } else { None };
            Text { text: value.to_owned(), open }
        };
        if text == "--" {
            found.flags.push(text.to_owned());
            found.positional.extend(rest.cloned());
            return found;
        }
        if text.len() < 2 || !text.starts_with('-') {
            found.positional.push(word.clone());
        } else if with_value.contains(&text) {
            found.values.extend(rest.next().map(|value| (text.to_owned(), value.clone())));
        } else if let Some((name, value)) = text.split_once('=').filter(|(name, _)| with_value.contains(name)) {
            found.values.push((name.to_owned(), part(value)));
        } else {
            found.flags.push(text.to_owned());
            if text.starts_with("--") {
                continue;
            }
            for (at, letter) in text.char_indices().skip(1) {
                let name = format!("-{letter}");
                if !with_value.contains(&name.as_str()) {
                    continue;
                }
                let attached = &text[at + letter.len_utf8()..];
                let is_row = in_rows && attached.chars().all(|c| c.is_ascii_alphabetic());
                if attached.is_empty() || is_row {
                    found.values.extend(rest.next().map(|value| (name, value.clone())));
                    if !is_row {
                        break;
                    }
                } else {
                    found.values.push((name, part(attached)));
                    break;
                }
            }
        }
    }
    found
}
