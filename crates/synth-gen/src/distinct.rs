//! Arrays whose elements differ: the key `distinct` of `shape`.

use std::sync::Arc;

use synth_core::{cast, hash};

use crate::column::{FIRST_KIND, Slot, Slots, Values};
use crate::error::{ErrorKind, Errors};
use crate::link::Linker;
use crate::memo::Memo;
use crate::plan::{Kind, Plan};
use crate::recipe::{Recipe, Rooms};
use crate::site::{Row, Site};
use crate::tagged;

/// Draws of one element before it takes any value that is left.
const MAX_ATTEMPTS: u64 = 256;

/// Draws elements until they differ from those before them in the array.
///
/// # Method
///
/// An element is drawn at its own address, then at further addresses of the same element, until its value is none of
/// those before it: that is sampling without replacement with the probabilities of the field's rule. What an element is depends on
/// its array alone, so a single one can be looked up. After 256 draws an element of listed values takes the first that is left;
/// any other keeps the value it has, so the values should be many more than the elements.
///
/// # Cost
///
/// An array of n elements is made as a whole for each block that holds a part of it, with about n draws and n² / 2 comparisons of hashes.
#[derive(Debug, Clone)]
pub(crate) struct Distinct {
    own: Recipe,
    site: Site,
    code: u8,
}

/// Longest array whose elements are told apart.
const MAX_LENGTH: u64 = 4096;

/// The array that was made last.
#[derive(Default)]
struct Made {
    /// Ordinal of its first element.
    first: Option<u64>,
    /// By index: the value as it is tagged, or nothing for elements of another kind.
    values: Vec<String>,
    hashes: Vec<u64>,
}

impl Distinct {
    pub(crate) fn own(&self) -> &Recipe {
        &self.own
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let (mut made, mut values, mut rooms) = (Made::default(), Values::None, Rooms::default());
        let list = slots.memo.list(slots.ordinals);
        let Some(places) = self.site.places_in_array(&list, slots.memo) else {
            return slots.fill_text(out, |_, _| {});
        };
        slots.fill_text_at(out, |at, slot, text| {
            let (_, index, _) = places[at];
            let first = slot.ordinal - index;
            if made.first != Some(first) {
                made = Made { first: Some(first), ..Made::default() };
            }
            let missing: Vec<u64> = (first + cast::to_u64(made.values.len())..=slot.ordinal).collect();
            let rows = self.site.rows_of(&slots.memo.list(&missing), slots.memo);
            for (ordinal, row) in missing.iter().zip(&rows.rows) {
                let row = row.filter(|row| row.code == self.code);
                self.push((*ordinal, row), &mut made, (&mut values, &mut rooms, slots.memo));
            }
            text.push_str(&made.values[cast::to_usize(index)]);
        });
    }

    /// Adds the next element of an array.
    fn push(
        &self,
        (ordinal, row): (u64, Option<Row>),
        made: &mut Made,
        (values, rooms, memo): (&mut Values, &mut Rooms, &Memo),
    ) {
        let mut text = String::new();
        let Some(row) = row else {
            made.values.push(text);
            return;
        };
        let uniform = (!row.uniform.is_nan()).then_some(row.uniform);
        for attempt in 0..MAX_ATTEMPTS {
            let slot = match attempt {
                0 => Slot { address: row.address, ordinal, uniform },
                again => Slot { address: hash::combine(row.address, again), ordinal, uniform: None },
            };
            text.clear();
            tagged::write(self.own.one((slot, memo), values, rooms), &mut text);
            if made.is_new(&text) {
                break;
            }
        }
        if !made.is_new(&text) {
            let left = (0..self.own.n_literals()).find_map(|literal| {
                let mut text = String::new();
                tagged::write(self.own.literal(literal)?, &mut text);
                made.is_new(&text).then_some(text)
            });
            text = left.unwrap_or(text);
        }
        made.hashes.push(hash::hash_bytes(text.as_bytes()));
        made.values.push(text);
    }
}

impl Made {
    fn is_new(&self, text: &str) -> bool {
        !self.hashes.contains(&hash::hash_bytes(text.as_bytes()))
    }
}

/// Makes the elements of arrays different where the rules ask for it.
pub(crate) fn bind(linker: &Linker<'_>, plan: &mut Plan, errors: &mut Errors) {
    let before = std::sync::Arc::new(plan.clone());
    for (path, _) in linker.rules.shape.iter().filter(|(_, shape)| shape.distinct) {
        let Some(node) = linker.node(path) else { continue };
        let longest = before.collections.iter().find(|collection| collection.item == node);
        let need = longest.map_or(0, |collection| collection.lengths.max());
        if linker.is_unique(node) || need < 2 {
            continue;
        }
        if need > MAX_LENGTH {
            let reason = "there may be more than 4096 of them; a `unique` field has no such limit";
            errors.push(ErrorKind::CannotBeDistinct { reason }, path);
            continue;
        }
        for (kind, code) in plan.nodes[node].kinds.iter_mut().zip(FIRST_KIND..) {
            let Kind::Scalar(recipe) = kind else {
                errors.push(
                    ErrorKind::CannotBeDistinct { reason: "objects and arrays are not compared" },
                    path,
                );
                continue;
            };
            let have = cast::to_u64(recipe.n_literals());
            if have > 0 && have < need && before.nodes[node].kinds.len() == 1 {
                errors.push(ErrorKind::TooFewToDiffer { have, need }, path);
            } else if recipe.is_drawn() {
                let site = linker.site(&before, node, None);
                *recipe = Arc::new(Recipe::distinct(Distinct { own: (**recipe).clone(), site, code }));
            } else if recipe.as_reference().is_none() {
                // The elements of one array refer to different rows anyway.
                let reason = "the values are not drawn by the field's own rule";
                errors.push(ErrorKind::CannotBeDistinct { reason }, path);
            }
        }
    }
}
