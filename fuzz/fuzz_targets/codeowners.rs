//! CODEOWNERS of every forge, and the owners of a path: the first line is the path.
#![no_main]

use levelset::classify::FileKind;
use levelset::org::codeowners::CodeOwners;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (path, rules) = text.split_once('\n').unwrap_or(("src/main.rs", text));
    for file in [".github/CODEOWNERS", ".gitlab/CODEOWNERS", ".gitea/CODEOWNERS", "CODEOWNERS"] {
        let facts = levelset_fuzz::facts(FileKind::Codeowners, file, rules.as_bytes());
        for host in [None, Some("github.com"), Some("gitlab.com")] {
            let _ = CodeOwners::of(&facts.owners, host).owned(path).owners();
        }
    }
});
