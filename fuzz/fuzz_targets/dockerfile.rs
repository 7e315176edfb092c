//! A Dockerfile, and what its images come to with build arguments.
#![no_main]

use std::collections::BTreeMap;

use levelset::classify::FileKind;
use levelset::extract::dockerfile::images_with;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = levelset_fuzz::facts(FileKind::Dockerfile, "Dockerfile", text.as_bytes());
    let overrides = ["TAG", "VERSION", "BASE", "TARGETARCH"].map(|it| (it.to_owned(), "x".to_owned()));
    let _ = images_with(text, &BTreeMap::from(overrides));
});
