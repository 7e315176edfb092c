//! A set of names of programs, and whether a text may name one of them: asked of every script before it is read.

use rustc_hash::FxHashSet;

use crate::words::Shapes;

/// A set of names of programs.
#[derive(Clone, Debug, Default)]
pub(super) struct Programs {
    names: FxHashSet<String>,
    shapes: Shapes,
}

impl Programs {
    pub(super) fn add(&mut self, name: &str) {
        self.shapes.add(name);
        self.names.insert(name.to_owned());
    }

    /// Whether one of the words of a text is one of these names. A word has letters, digits, dots, hyphens, underscores.
    pub(super) fn may_be_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(ahead) = bytes[at..].iter().position(|it| IS_WORD[usize::from(*it)]) {
            let start = at + ahead;
            let length = bytes[start..].iter().position(|it| !IS_WORD[usize::from(*it)]);
            at = length.map_or(bytes.len(), |it| start + it);
            let word = &text[start..at];
            if self.shapes.may_have(word) && self.names.contains(word) {
                return true;
            }
        }
        false
    }
}

/// Which bytes words are of.
static IS_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'-' | b'.' | b'_');
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::Programs;

    #[test]
    fn words_of_texts() {
        let mut programs = Programs::default();
        ["aws", "kubectl", "apt-get"].iter().for_each(|it| programs.add(it));
        for (text, expected) in [
            ("x; aws s3", true),
            ("/usr/bin/kubectl", true),
            ("sudo apt-get\n", true),
            ("awscli kubectl-x apt aws_x", false),
            ("é aws", true),
            ("", false),
        ] {
            assert_eq!(programs.may_be_in(text), expected, "{text}");
        }
    }
}
