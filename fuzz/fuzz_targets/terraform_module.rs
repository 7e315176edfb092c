//! A module's address, `source` or `source | version`: what is read and can be said again is the same reference, and
//! an identity holds nothing but an identity.
#![no_main]

use levelset::origin::terraform::{parse, print, provider, redact};
use levelset::origin::{Origin, Reference};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (source, version) = text.split_once(" | ").map_or((text, None), |(it, version)| (it, Some(version)));
    let _ = redact(text);
    let _ = provider(source, version);
    let Ok(reference) = parse(source, version, "infra/live") else { return };
    if let Origin::Repo { host, owner, name, path: _ } = &reference.origin {
        assert!(!host.is_empty() && !name.is_empty(), "{reference:?}");
        assert!(![host, owner, name].iter().any(|it| it.contains("://") || it.contains('?')), "{reference:?}");
        assert!(!name.ends_with(".git") || name == ".git", "{reference:?}");
    }
    if let Some(printed) = print(&reference) {
        let version = reference.version.constraint.as_deref();
        let again = parse(&printed, version, "");
        let again = again.unwrap_or_else(|why| panic!("{text:?} is printed as {printed:?}: {why:?}"));
        assert_eq!(again, Reference { ..reference }, "{text:?} is printed as {printed:?}");
    }
});
