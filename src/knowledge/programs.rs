//! A set of names of programs, and whether a text may name one of them: asked of every script before it is read.

use rustc_hash::FxHashSet;

/// A set of names of programs.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    names: FxHashSet<String>,
    /// By the first byte of a name: which lengths there are, as bits; nearly no word of a text passes.
    lengths: [u64; 256],
}

impl Default for Programs {
    fn default() -> Self {
        Programs { names: FxHashSet::default(), lengths: [0; 256] }
    }
}

impl Programs {
    pub(super) fn add(&mut self, name: &str) {
        if let Some(first) = name.bytes().next() {
            self.lengths[usize::from(first)] |= 1 << name.len().min(63);
            self.names.insert(name.to_owned());
        }
    }

    /// Whether one of the words of a text is one of these names. A word has letters, digits, dots, hyphens, underscores.
    pub(super) fn may_be_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            if !IS_WORD[usize::from(bytes[at])] {
                at += 1;
                continue;
            }
            let start = at;
            while at < bytes.len() && IS_WORD[usize::from(bytes[at])] {
                at += 1;
            }
            let word = &text[start..at];
            if self.lengths[usize::from(bytes[start])] & (1 << word.len().min(63)) != 0 && self.names.contains(word) {
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
