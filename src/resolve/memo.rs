//! Values that are written in one place and used in many: each evaluated once, with the places that had a say in it, and
//! within bounds that hold whoever asks first.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use super::leave_out_places;
use crate::syntax::hcl::evaluate::TOO_MANY_STEPS;
use crate::syntax::hcl::expression::Expression;

/// How many values one value may go through.
const MAX_CHAIN: usize = 32;
/// How many expressions the values may be made of that are looked up in one folder, or for one unit.
const MAX_SIZE: usize = 200_000;

/// What has been evaluated in one scope.
pub(super) struct Memo<K> {
    known: RefCell<BTreeMap<K, Evaluated>>,
    /// What is being evaluated.
    active: RefCell<Vec<K>>,
    /// Whether something was reached through too many values since the last one that was asked for.
    is_too_deep: Cell<bool>,
    /// What was evaluated on the way to the value that is asked for.
    passing: RefCell<Vec<K>>,
    /// The places of what was looked up since this was taken.
    used: RefCell<BTreeSet<String>>,
    /// What is left of [`MAX_SIZE`].
    size_left: Cell<usize>,
}

/// A value, and the places that had a say in it.
type Evaluated = (Expression, BTreeSet<String>);

impl<K> Default for Memo<K> {
    fn default() -> Self {
        Memo {
            known: RefCell::default(),
            active: RefCell::default(),
            is_too_deep: Cell::default(),
            passing: RefCell::default(),
            used: RefCell::default(),
            size_left: Cell::new(MAX_SIZE),
        }
    }
}

impl<K: Clone + Ord> Memo<K> {
    /// A value, evaluated where it isn't known. `name` is what messages call it, `place` where it is written.
    ///
    /// # Errors
    /// That it refers to itself, or is reached through too many others, as a clause.
    pub(super) fn value(
        &self,
        key: K,
        name: impl Fn() -> String,
        place: String,
        evaluate: impl FnOnce() -> Expression,
    ) -> Result<Expression, String> {
        if let Some((value, used)) = self.known.borrow().get(&key) {
            self.used.borrow_mut().extend(used.iter().cloned());
            return Ok(value.clone());
        }
        if self.active.borrow().contains(&key) {
            return Err(format!("`{}` refers to itself", name()));
        }
        if self.active.borrow().len() >= MAX_CHAIN {
            self.is_too_deep.set(true);
            return Err(format!("`{}` is reached through more than {MAX_CHAIN} other values", name()));
        }
        self.active.borrow_mut().push(key.clone());
        let before = self.used.take();
        let value = evaluate();
        self.active.borrow_mut().pop();
        let mut used = self.used.replace(before);
        used.insert(place);
        leave_out_places(&mut used);
        self.used.borrow_mut().extend(used.iter().cloned());
        let left = self.size_left.get();
        let size = value.size(left);
        self.size_left.set(left.saturating_sub(size));
        // Kept too, or what is too large would be computed anew at each of its uses.
        let value = if size > left { Expression::Unknown(TOO_MANY_STEPS.to_owned()) } else { value };
        self.keep(key, (value.clone(), used));
        Ok(value)
    }

    /// Keeps a value. What was reached through too many others is kept only until the value is known that was asked for:
    /// asked for by itself it may be near enough, and who asks first must not matter.
    fn keep(&self, key: K, value: Evaluated) {
        let is_asked_for = self.active.borrow().is_empty();
        let mut known = self.known.borrow_mut();
        let mut passing = self.passing.borrow_mut();
        if !is_asked_for {
            passing.push(key.clone());
        } else if self.is_too_deep.take() {
            passing.drain(..).for_each(|it| drop(known.remove(&it)));
        } else {
            passing.clear();
        }
        known.insert(key, value);
    }

    /// Notes a place that has a say beside those of the values.
    pub(super) fn note(&self, place: String) {
        self.used.borrow_mut().insert(place);
    }

    /// The places that had a say since this was asked last.
    pub(super) fn take_used(&self) -> BTreeSet<String> {
        self.used.take()
    }
}
