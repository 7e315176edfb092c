//! Image references and tags: what is read and can be said again is the same reference.
#![no_main]

use levelset::origin::image::{parse, pin_of_tag, print};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = pin_of_tag(text);
    let Ok(reference) = parse(text) else { return };
    if let Some(printed) = print(&reference) {
        let again = parse(&printed);
        let again = again.unwrap_or_else(|why| panic!("{text:?} is printed as {printed:?}: {why:?}"));
        assert_eq!(again, reference, "{text:?} is printed as {printed:?}");
    }
});
