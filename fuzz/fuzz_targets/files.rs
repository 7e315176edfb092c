//! A file of any kind: the first byte chooses the kind, the rest is its text.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, bytes)) = bytes.split_first() else { return };
    let (kind, path) = levelset_fuzz::KINDS[usize::from(choice) % levelset_fuzz::KINDS.len()];
    let _ = levelset_fuzz::facts(kind, path, bytes);
});
