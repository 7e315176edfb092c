//! Constraints of both grammars, and versions: `constraint | version`.
#![no_main]

use levelset::origin::constraint::Constraint;
use levelset::origin::version::Semver;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (constraint, version) = text.split_once(" | ").unwrap_or((text, "1.2.3"));
    let version = Semver::parse(version);
    for read in [Constraint::parse(constraint), Constraint::parse_npm(constraint)] {
        if let (Ok(constraint), Some(version)) = (read, &version) {
            let _ = (constraint.pin(), constraint.allows(version));
        }
    }
    if let Some(version) = version {
        assert!(version == version.clone() && version <= version.clone());
    }
});
