//! What was looked up while a block is made, so that its columns share it.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;

/// Ordinals of one scope, in the order of some slots; equal lists have one number.
#[derive(Debug, Clone)]
pub(crate) struct List {
    id: usize,
    ordinals: Rc<[u64]>,
}

impl List {
    /// The number that only equal lists share.
    pub(crate) fn id(&self) -> usize {
        self.id
    }
}

impl Deref for List {
    type Target = [u64];

    fn deref(&self) -> &[u64] {
        &self.ordinals
    }
}

/// What something that was looked up is found by.
///
/// Parts of a plan are told apart by where they stand in memory; a plan outlives the memos of its workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    what: What,
    of: usize,
    part: usize,
    list: usize,
}

/// Kinds of things that are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// Instances of a scope.
    Spots,
    /// Kind codes of a node.
    Kinds,
    /// The literals of a discriminator.
    Cases,
    /// Lengths of a collection.
    Lengths,
    /// Rows of a site.
    Rows,
    /// Ordinals of a scope above.
    Above,
    /// Parents that were drawn.
    Picks,
    /// Values of rows as text.
    Texts,
    /// Values of rows as numbers.
    Numbers,
    /// Rows of another scope that instances refer to.
    Referred,
    /// What a relationship of several fields has computed.
    Shared,
    /// Columns of the block that are filled.
    Filled,
}

impl Key {
    /// Returns the key of a thing that belongs to `owner`.
    pub(crate) fn new<T: ?Sized>(what: What, owner: *const T, part: usize, list: &List) -> Self {
        Self { what, of: owner.addr(), part, list: list.id }
    }
}

/// Everything that was looked up for one block; forgotten when the next one begins.
///
/// # Cost
///
/// A look-up among some dozens of keys; memory for a block's rows of each site and column that relationships read.
#[derive(Default)]
pub(crate) struct Memo {
    /// By length, first and last ordinal.
    lists: RefCell<BTreeMap<(usize, u64, u64), Vec<List>>>,
    n_lists: Cell<usize>,
    known: RefCell<BTreeMap<Key, Rc<dyn Any>>>,
}

impl Memo {
    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.lists.get_mut().clear();
        self.known.get_mut().clear();
        self.n_lists.set(0);
    }

    /// Returns the list of some ordinals.
    pub(crate) fn list(&self, ordinals: &[u64]) -> List {
        let ends = [ordinals.first(), ordinals.last()].map(|end| end.copied().unwrap_or(0));
        let mut lists = self.lists.borrow_mut();
        let alike = lists.entry((ordinals.len(), ends[0], ends[1])).or_default();
        if let Some(known) = alike.iter().find(|list| list.ordinals[..] == *ordinals) {
            return known.clone();
        }
        let list = List { id: self.n_lists.get(), ordinals: ordinals.into() };
        self.n_lists.set(list.id + 1);
        alike.push(list.clone());
        list
    }

    /// Returns the list of the ordinals in which those of a list stand, so many in each.
    pub(crate) fn above(&self, list: &List, divisor: u64) -> List {
        if divisor <= 1 {
            return list.clone();
        }
        let key = Key { what: What::Above, of: 0, part: synth_core::cast::to_usize(divisor), list: list.id };
        let above = || self.list(&list.iter().map(|ordinal| ordinal / divisor).collect::<Vec<u64>>());
        (*self.get(key, above)).clone()
    }

    /// Returns what stands under a key; it is made when nothing does.
    pub(crate) fn get<T: 'static>(&self, key: Key, make: impl FnOnce() -> T) -> Rc<T> {
        if let Some(known) = self.known(key) {
            return known;
        }
        let made = Rc::new(make());
        self.put(key, Rc::clone(&made));
        made
    }

    /// Returns what stands under a key, if something does.
    pub(crate) fn known<T: 'static>(&self, key: Key) -> Option<Rc<T>> {
        self.known.borrow().get(&key).map(Rc::clone)?.downcast().ok()
    }

    /// Stores what is known already.
    pub(crate) fn put<T: 'static>(&self, key: Key, known: Rc<T>) {
        self.known.borrow_mut().insert(key, known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches lists that are told apart by their ends only, and things that are made again.
    #[test]
    fn equal_lists_share_what_was_made() {
        let memo = Memo::default();
        let (one, same, other) = (memo.list(&[4, 6, 9]), memo.list(&[4, 6, 9]), memo.list(&[4, 7, 9]));
        let count = Cell::new(0);
        let length = |list: &List| {
            *memo.get(Key::new(What::Shared, &raw const count, 0, list), || {
                count.set(count.get() + 1);
                list.iter().sum::<u64>()
            })
        };
        assert_eq!([length(&one), length(&same), length(&other)], [19, 19, 20]);
        assert_eq!(count.get(), 2);
        assert_eq!(memo.above(&one, 3)[..], [1, 2, 3]);
    }
}
