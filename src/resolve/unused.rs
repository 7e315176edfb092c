//! Ids that are written out as the value of a variable or a local value of Terraform which nothing in its folder uses: they
//! stand there and have no effect.

use std::collections::{BTreeMap, BTreeSet};

use super::Files;
use crate::classify::FileKind;
use crate::facts::{Facts, MarkerKind, Mode};
use crate::paths::folder_of;

/// An id that stands in the value of a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NamedId {
    /// The file.
    pub(crate) path: String,
    /// The line of the id.
    pub(crate) line: u32,
    /// The name as it is used: `var.subnets`, `local.accounts`.
    pub(crate) name: String,
}

/// Says of the ids that stand in what nothing uses that they are off.
pub(super) fn resolve(ids: &BTreeSet<NamedId>, facts: &mut Facts, files: &Files<'_>) {
    let mut unused: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for it in ids {
        unused.entry(folder_of(&it.path)).or_default().insert(&it.name);
    }
    for (folder, names) in &mut unused {
        let is_of_module = |kind| matches!(kind, FileKind::Terraform | FileKind::TerraformJson);
        for file in files.in_folder(folder).filter(|it| is_of_module(it.kind)) {
            let is_read = files.with(file, |source| names.retain(|it| !uses(source.text(), it)));
            // What can't be read may use all of them.
            if is_read.is_none() {
                names.clear();
            }
        }
    }
    let off: BTreeSet<(&str, u32)> = ids
        .iter()
        .filter(|it| unused.get(folder_of(&it.path)).is_some_and(|names| names.contains(it.name.as_str())))
        .map(|it| (it.path.as_str(), it.line))
        .collect();
    for it in facts.markers.iter_mut().filter(|it| it.kind == MarkerKind::HardCodedId) {
        if off.contains(&(&*it.at.path, it.at.line)) {
            it.mode = Some(Mode::Off);
        }
    }
}

/// Whether a text has a name as a whole: `var.a` in `var.a[0]`, not in `var.ab`.
pub(crate) fn uses(text: &str, name: &str) -> bool {
    let bytes = text.as_bytes();
    let is_word = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    memchr::memmem::find_iter(bytes, name.as_bytes()).any(|at| {
        let before = at.checked_sub(1).and_then(|it| bytes.get(it));
        !is_word(before) && before != Some(&b'.') && !is_word(bytes.get(at + name.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::uses;

    #[test]
    fn names_as_a_whole() {
        for (text, expected) in [
            ("subnets = var.a", true),
            ("subnets = \"${var.a[0]}\"", true),
            ("subnets = var.a.b", true),
            ("subnets = var.ab", false),
            ("subnets = var.a_b", false),
            ("subnets = data.var.a", false),
            ("subnets = myvar.a", false),
            ("", false),
        ] {
            assert_eq!(uses(text, "var.a"), expected, "{text}");
        }
    }
}
