//! Several programs, of which one makes each value.

use std::sync::Arc;

use synth_core::Seed;

use super::Recipe;
use crate::choice::Choice;
use crate::column::{FIRST_KIND, Slot, Slots, Values};
use crate::reference::texts;
use crate::site::Row;

/// Fills each slot by one of several programs, as text.
pub(super) fn fill_one_of(
    slots: Slots<'_>,
    (choice, seed): (&Choice, Seed),
    recipes: &[Arc<Recipe>],
    out: &mut Values,
) {
    let row = |slot: Slot| {
        let index = choice.pick(seed.uniform(slot.address));
        let code = FIRST_KIND.saturating_add(u8::try_from(index).unwrap_or(0));
        Some(Row { address: slot.address, ordinal: slot.ordinal, code, uniform: f64::NAN })
    };
    let rows: Vec<Option<Row>> = slots.iter().flatten().map(row).collect();
    let programs: Vec<Option<Arc<Recipe>>> = recipes.iter().cloned().map(Some).collect();
    let made = texts(&rows, &programs);
    let mut at = 0;
    slots.fill_text(out, |_, text| {
        text.push_str(made.get(at));
        at += 1;
    });
}
