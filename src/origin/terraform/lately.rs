//! What was parsed lately. A repository calls the same modules and asks for the same providers in hundreds of files, and
//! what an address says hangs on nothing but the address and its version.

use std::cell::RefCell;
use std::hash::{Hash as _, Hasher as _};
use std::thread::LocalKey;

use rustc_hash::FxHasher;

use crate::origin::Parsed;

/// How many answers are kept.
const SLOTS: usize = 256;

/// Longer addresses are rare, and not kept.
const LONGEST: usize = 512;

/// Answers by the hash of what was asked. Where two have one slot, the later is kept.
#[derive(Default)]
pub(super) struct Lately(Vec<Option<Answer>>);

struct Answer {
    source: String,
    version: Option<String>,
    parsed: Parsed,
}

/// What an address says with a version, parsed where the answer isn't known.
pub(super) fn parsed(
    lately: &'static LocalKey<RefCell<Lately>>,
    source: &str,
    version: Option<&str>,
    parse: impl FnOnce() -> Parsed,
) -> Parsed {
    if source.len() + version.map_or(0, str::len) > LONGEST {
        return parse();
    }
    let mut hasher = FxHasher::default();
    (source, version).hash(&mut hasher);
    let slot = hasher.finish() as usize % SLOTS;
    let known = lately.with_borrow(|Lately(slots)| {
        let answer = slots.get(slot)?.as_ref()?;
        (answer.source == source && answer.version.as_deref() == version).then(|| answer.parsed.clone())
    });
    known.unwrap_or_else(|| {
        let parsed = parse();
        let answer = Answer { source: source.to_owned(), version: version.map(str::to_owned), parsed: parsed.clone() };
        lately.with_borrow_mut(|Lately(slots)| {
            slots.resize_with(SLOTS, || None);
            slots[slot] = Some(answer);
        });
        parsed
    })
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::{LONGEST, Lately, SLOTS, parsed};
    use crate::origin::WhyNot;

    thread_local! {
        static LATELY: RefCell<Lately> = RefCell::default();
    }

    #[test]
    fn answers_are_those_of_what_was_asked() {
        let parses = Cell::new(0);
        let ask = |source: &str, version: Option<&str>| {
            let reason = if version.is_some() { "with" } else { "without" };
            let told = parsed(&LATELY, source, version, || {
                parses.set(parses.get() + 1);
                Err(WhyNot::because(reason))
            });
            assert_eq!(told.map_err(|it| it.reason), Err(reason), "{source} {version:?}");
        };
        (0..3).for_each(|_| ask("a/b/c", None));
        assert_eq!(parses.get(), 1);
        (0..3).for_each(|_| ask("a/b/c", Some("1")));
        assert_eq!(parses.get(), 2);
        // More than are kept, and what is too long to be: told all the same.
        for n in 0..2 * SLOTS {
            ask(&format!("a/b/{n}"), (n % 2 == 0).then_some("1"));
        }
        let (long, before) = ("a".repeat(LONGEST + 1), parses.get());
        (0..2).for_each(|_| ask(&long, None));
        assert_eq!(parses.get(), before + 2);
    }
}
