//! Scripts: how much they do, and whether one is a copy of another.

use crate::facts::Script;
use crate::pipeline::Fingerprint;
use crate::source::SourceFile;
use crate::syntax::shell::Program;

/// With fewer commands two scripts may well be alike without one being a copy of the other.
const FEWEST_COMMANDS: u32 = 6;

/// What a script runs: programs, sub-commands and flags, in their order. Values (paths, names, numbers, texts) are left
/// out, because that is what is changed in a copy.
#[derive(Default)]
pub(super) struct Shape {
    commands: u32,
    canonical: Vec<u8>,
}

impl Shape {
    /// Adds the next program.
    pub(super) fn add(&mut self, program: &Program<'_>) {
        self.commands += 1;
        for word in &program.words {
            self.canonical.push(b' ');
            let flag = word.split('=').next().unwrap_or(word);
            let kept = if word.starts_with('-') { flag } else { word };
            let is_name = kept.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            self.canonical.extend_from_slice(if is_name { kept.as_bytes() } else { b"?" });
        }
        self.canonical.push(b'\n');
    }

    /// The script that a file is.
    pub(super) fn script(self, file: &SourceFile<'_>) -> Script {
        let shape = (self.commands >= FEWEST_COMMANDS).then(|| Fingerprint::of(&self.canonical));
        Script { at: file.start(), commands: self.commands, shape, context: file.context() }
    }
}
