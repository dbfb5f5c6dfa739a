//! Numbers that are spelled in two ways.

use synth_core::{Scalar, Seed};

use super::Recipe;
use crate::column::{Slots, Values};
use crate::recipe::Rooms;

/// Numbers of which a share is spelled as integers where they can be.
#[derive(Debug, Clone)]
pub(super) struct Mixed {
    pub(super) numbers: Recipe,
    pub(super) integer_share: f64,
    pub(super) which: Seed,
}

impl Mixed {
    pub(super) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let (mut numbers, mut rooms) = (Values::None, Rooms::default());
        self.numbers.fill(slots, &mut numbers);
        slots.fill_text_at(out, |at, slot, out| {
            let text = match self.numbers.scalar(&numbers, at, &mut rooms) {
                Scalar::Number(number) => number.as_str(),
                Scalar::String(text) => text,
                _ => unreachable!("only numbers are spelled in two ways"),
            };
            let is_integer = self.which.uniform(slot.address) < self.integer_share;
            out.push_str(if is_integer { without_zeros(text) } else { text });
        });
    }
}

/// Returns the text of a number without its fraction, if that is nothing but zeros.
pub(super) fn without_zeros(text: &str) -> &str {
    let is_zeros = |fraction: &str| fraction.bytes().all(|digit| digit == b'0');
    text.split_once('.').filter(|(_, fraction)| is_zeros(fraction)).map_or(text, |(whole, _)| whole)
}
