//! Numbers as texts with something before or behind them.

use super::{Recipe, Rooms};
use crate::column::{Slots, Values};
use crate::reference::text_of;

/// A program of numbers and what stands around each.
#[derive(Debug, Clone)]
pub(super) struct Affixed {
    pub(super) numbers: Recipe,
    pub(super) prefix: Box<str>,
    pub(super) suffix: Box<str>,
}

impl Affixed {
    pub(super) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let mut numbers = Values::default();
        self.numbers.fill(slots, &mut numbers);
        let mut rooms = Rooms::default();
        slots.fill_text_at(out, |at, _, text| {
            text.push_str(&self.prefix);
            text.push_str(text_of(self.numbers.scalar(&numbers, at, &mut rooms)));
            text.push_str(&self.suffix);
        });
    }
}
