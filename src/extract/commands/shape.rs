//! Scripts: how much they do, and whether one is a copy of another.

use crate::facts::{Facts, Script};
use crate::pipeline::Fingerprint;
use crate::source::SourceFile;
use crate::syntax::shell;

/// With fewer commands two scripts may well be alike without one being a copy of the other.
const FEWEST_COMMANDS: u32 = 6;

/// Adds a script of a shell, with the fingerprint of what it runs: programs, sub-commands and flags, in their order.
/// Values (paths, names, numbers, texts) are left out, because that is what is changed in a copy.
pub(super) fn of_script(file: &SourceFile<'_>, facts: &mut Facts) {
    let mut commands = 0;
    let mut canonical = Vec::new();
    shell::programs(file.text(), &mut |it| {
        commands += 1;
        for word in &it.words {
            canonical.push(b' ');
            let flag = word.split('=').next().unwrap_or(word);
            let kept = if word.starts_with('-') { flag } else { word };
            let is_name = kept.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            canonical.extend_from_slice(if is_name { kept.as_bytes() } else { b"?" });
        }
        canonical.push(b'\n');
    });
    let shape = (commands >= FEWEST_COMMANDS).then(|| Fingerprint::of(&canonical));
    facts.scripts.push(Script { at: file.start(), commands, shape, context: file.context() });
}
