//! The buffers of a block: one column for each path, one slot for each instance.

use synth_core::{Seed, hash};

use crate::memo::Memo;
use crate::shelf::Append;

/// Kind code of a slot whose field is not there.
pub(crate) const ABSENT: u8 = 0;
/// Kind code of a slot that is null.
pub(crate) const NULL: u8 = 1;
/// Kind code of the first kind of a rule; the others follow.
pub(crate) const FIRST_KIND: u8 = 2;

/// Bytes of texts that are kept for longer than a block.
const MAX_KEPT: usize = 1 << 24;

/// The places of one scope in a block: records, elements of arrays or members of dictionaries.
#[derive(Debug, Default)]
pub(crate) struct Instances {
    /// The instance above each one, in the scope above.
    pub(crate) parents: Vec<u32>,
    /// Where each one's random words are found.
    pub(crate) addresses: Vec<u64>,
    /// A number for each one that no other of the scope has.
    pub(crate) ordinals: Vec<u64>,
    /// The place of each among those of the instance above; none for records.
    indices: Vec<u64>,
}

impl Instances {
    pub(crate) fn len(&self) -> usize {
        self.addresses.len()
    }

    pub(crate) fn clear(&mut self) {
        self.parents.clear();
        self.addresses.clear();
        self.ordinals.clear();
        self.indices.clear();
    }

    /// Returns the place of an instance among those of the one above it.
    pub(crate) fn place(&self, instance: usize) -> u64 {
        self.indices.get(instance).copied().unwrap_or(0)
    }

    /// Adds element `index` of the instance `parent` of the scope above.
    pub(crate) fn push(&mut self, above: &Self, parent: u32, index: u64, stride: u64) {
        let at = parent as usize;
        self.parents.push(parent);
        self.indices.push(index);
        self.addresses.push(hash::combine(above.addresses[at], index));
        self.ordinals.push(above.ordinals[at].wrapping_mul(stride).wrapping_add(index));
    }
}

/// The values of one path in a block.
#[derive(Debug, Default, Clone)]
pub(crate) struct Column {
    /// What each slot holds: absent, null, or one of the rule's kinds.
    pub(crate) kinds: Vec<u8>,
    /// For each kind, the values of the slots that are of it.
    pub(crate) values: Vec<Values>,
    /// The draws of the values where the joint model decides them.
    pub(crate) uniforms: Vec<f64>,
}

/// Values of one kind, one entry for each slot; entries of slots of another kind mean nothing.
#[derive(Debug, Default, Clone)]
pub(crate) enum Values {
    /// The kind alone says it all.
    #[default]
    None,
    /// Numbers of literals.
    Codes(Vec<u32>),
    /// Whole numbers, or decimals without their point.
    Integers(Vec<i64>),
    /// Other numbers.
    Floats(Vec<f64>),
    /// Strings.
    Text(TextBuffer),
}

/// Strings one after the other in one arena.
#[derive(Debug, Default, Clone)]
pub(crate) struct TextBuffer {
    arena: String,
    ends: Vec<usize>,
}

impl TextBuffer {
    pub(crate) fn clear(&mut self) {
        self.arena.clear();
        self.ends.clear();
    }

    /// Returns the arena to append one string to; [`TextBuffer::end`] closes it.
    pub(crate) fn arena(&mut self) -> &mut String {
        &mut self.arena
    }

    /// Closes the string of one slot.
    pub(crate) fn end(&mut self) {
        self.ends.push(self.arena.len());
    }

    #[inline]
    pub(crate) fn get(&self, slot: usize) -> &str {
        let start = if slot == 0 { 0 } else { self.ends[slot - 1] };
        &self.arena[start..self.ends[slot]]
    }
}

impl Append for TextBuffer {
    fn append(&mut self, more: &Self) {
        let before = self.arena.len();
        self.arena.push_str(&more.arena);
        self.ends.extend(more.ends.iter().map(|end| before + end));
    }

    fn is_large(&self) -> bool {
        self.arena.len() > MAX_KEPT
    }
}

/// The slots a program fills: those whose kind code is `code`.
#[derive(Clone, Copy)]
pub(crate) struct Slots<'a> {
    pub(crate) kinds: &'a [u8],
    pub(crate) code: u8,
    pub(crate) addresses: &'a [u64],
    pub(crate) ordinals: &'a [u64],
    /// The draws of the values where the joint model decides them; empty where it does not.
    pub(crate) uniforms: &'a [f64],
    /// What the columns of a block have looked up.
    pub(crate) memo: &'a Memo,
}

/// One slot: its address and its ordinal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) address: u64,
    pub(crate) ordinal: u64,
    /// The draw of the value, where the joint model decides it.
    pub(crate) uniform: Option<f64>,
}

impl Slot {
    /// The draw of the value: that of the joint model, or its own.
    pub(crate) fn uniform(&self, seed: Seed) -> f64 {
        self.uniform.unwrap_or_else(|| seed.uniform(self.address))
    }
}

impl Slots<'_> {
    /// Yields each slot, or `None` where the kind is another one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<Slot>> {
        let places = self.addresses.iter().zip(self.ordinals);
        self.kinds.iter().zip(places).enumerate().map(|(at, (kind, (&address, &ordinal)))| {
            (*kind == self.code).then(|| {
                let uniform = self.uniforms.get(at).copied().filter(|uniform| !uniform.is_nan());
                Slot { address, ordinal, uniform }
            })
        })
    }

    /// Tells whether all slots are filled, each with a draw of its own.
    fn are_plain(&self) -> bool {
        self.uniforms.is_empty() && self.kinds.iter().all(|kind| *kind == self.code)
    }

    fn fill<T: Default>(&self, out: &mut Vec<T>, mut make: impl FnMut(Slot) -> T) {
        out.clear();
        if self.are_plain() {
            let places = self.addresses.iter().zip(self.ordinals);
            let slot = |(&address, &ordinal)| Slot { address, ordinal, uniform: None };
            return out.extend(places.map(|place| make(slot(place))));
        }
        out.extend(self.iter().map(|slot| slot.map_or_else(T::default, &mut make)));
    }

    /// Fills `out` with literal numbers.
    pub(crate) fn fill_codes(&self, out: &mut Values, make: impl FnMut(Slot) -> u32) {
        if !matches!(out, Values::Codes(_)) {
            *out = Values::Codes(Vec::new());
        }
        if let Values::Codes(codes) = out {
            self.fill(codes, make);
        }
    }

    /// Fills `out` with literal numbers that depend on the position of their slot in the block.
    pub(crate) fn fill_codes_at(&self, out: &mut Values, mut make: impl FnMut(usize) -> u32) {
        if !matches!(out, Values::Codes(_)) {
            *out = Values::Codes(Vec::new());
        }
        if let Values::Codes(codes) = out {
            codes.clear();
            let code = |(at, kind): (usize, &u8)| if *kind == self.code { make(at) } else { 0 };
            codes.extend(self.kinds.iter().enumerate().map(code));
        }
    }

    /// Fills `out` with whole numbers.
    pub(crate) fn fill_integers(&self, out: &mut Values, make: impl FnMut(Slot) -> i64) {
        if !matches!(out, Values::Integers(_)) {
            *out = Values::Integers(Vec::new());
        }
        if let Values::Integers(integers) = out {
            self.fill(integers, make);
        }
    }

    /// Fills `out` with other numbers.
    pub(crate) fn fill_floats(&self, out: &mut Values, make: impl FnMut(Slot) -> f64) {
        if !matches!(out, Values::Floats(_)) {
            *out = Values::Floats(Vec::new());
        }
        if let Values::Floats(floats) = out {
            self.fill(floats, make);
        }
    }

    /// Fills `out` with strings.
    pub(crate) fn fill_text(&self, out: &mut Values, mut make: impl FnMut(Slot, &mut String)) {
        self.fill_text_at(out, |_, slot, out| make(slot, out));
    }

    /// Fills `out` with strings that depend on the position of their slot in the block.
    pub(crate) fn fill_text_at(&self, out: &mut Values, mut make: impl FnMut(usize, Slot, &mut String)) {
        if !matches!(out, Values::Text(_)) {
            *out = Values::Text(TextBuffer::default());
        }
        if let Values::Text(text) = out {
            text.clear();
            for (at, slot) in self.iter().enumerate() {
                if let Some(slot) = slot {
                    make(at, slot, &mut text.arena);
                }
                text.end();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_of_other_kinds_stay_empty() {
        let slots = Slots {
            kinds: &[2, 0, 2, 3],
            code: 2,
            addresses: &[5, 6, 7, 8],
            ordinals: &[0, 1, 2, 3],
            uniforms: &[],
            memo: &Memo::default(),
        };
        let mut values = Values::None;
        slots.fill_text(&mut values, |slot, out| out.extend((0..=slot.ordinal).map(|_| 'x')));
        let Values::Text(text) = &values else { panic!("text was asked for") };
        assert_eq!((0..4).map(|slot| text.get(slot)).collect::<Vec<_>>(), ["x", "", "xxx", ""]);
        slots.fill_integers(&mut values, |slot| i64::try_from(slot.address).unwrap());
        assert!(matches!(&values, Values::Integers(integers) if *integers == [5, 0, 7, 0]));
    }
}
