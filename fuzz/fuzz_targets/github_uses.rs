//! `uses:` of steps and jobs, and comments beside them.
#![no_main]

use levelset::origin::{action, claim};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = (claim::version_in(text), claim::after_value(text), action::parse_call(text));
    let Ok(reference) = action::parse(text) else { return };
    if let Some(printed) = action::print(&reference) {
        let again = action::parse(&printed);
        let again = again.unwrap_or_else(|why| panic!("{text:?} is printed as {printed:?}: {why:?}"));
        assert_eq!(again, reference, "{text:?} is printed as {printed:?}");
    }
});
