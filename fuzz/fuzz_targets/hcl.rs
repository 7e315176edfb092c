//! HCL: blocks and attributes, and what every value comes to.
#![no_main]

use levelset::syntax::hcl::evaluate::{Nothing, alternatives};
use levelset::syntax::hcl::expression::parse_json_string;
use levelset::syntax::hcl::scan;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (body, _) = scan(text);
    for attribute in body.attributes.iter().take(64) {
        assert!(!alternatives(&attribute.expression(), &Nothing).is_empty());
    }
    assert!(!alternatives(&parse_json_string(text), &Nothing).is_empty());
});
