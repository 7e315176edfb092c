//! The URL of a git remote: it names a repository wholly, or none.
#![no_main]

use levelset::origin::git::{GitUrl, parse};

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Some(GitUrl { host, owner, name }) = parse(text) {
        let is_part = |it: &str| !matches!(it, "" | "." | "..");
        assert!(is_part(&host) && !host.contains('/'), "{text:?}: host {host:?}");
        assert!(owner.is_empty() || owner.split('/').all(is_part), "{text:?}: owner {owner:?}");
        assert!(is_part(&name) && !name.contains('/'), "{text:?}: name {name:?}");
    }
});
