//! Values that come again in other rows: the constraint `recurrence`.

use synth_core::{Permutation, Seed, cast};
use synth_rules::Recurrence;

use crate::column::{Slots, Values};
use crate::curve::Curve;
use crate::error::ErrorKind;
use crate::recipe::{Recipe, Setting};

/// Draws one of a number of values for each row; a value is what the field's own rule makes at the address of its rank.
///
/// # Method
///
/// Records that are permuted have even places in 0..1, and the inverse of the Lorenz curve says which rank has a place, so each
/// rank comes as often as its share says, but for rounding. Elements, and values that follow from others and so have an
/// address of their own, have uniform places.
#[derive(Debug, Clone)]
pub(crate) struct Recurring {
    own: Recipe,
    /// Number of values.
    n_values: u64,
    /// The share of the values, the commonest first, by the share of the rows; `None` when all come equally often.
    share: Option<Curve>,
    order: Permutation,
    seed: Seed,
}

impl Recurring {
    pub(crate) fn compile(own: Recipe, rule: &Recurrence, setting: Setting) -> Result<Self, ErrorKind> {
        let bad = |_| ErrorKind::BadNumber { what: "recurrence" };
        rule.problem().map_or(Ok(()), |reason| Err(bad(reason)))?;
        let share =
            if rule.rows.is_empty() { None } else { Some(Curve::fit(&rule.rows, &rule.values, "values")?) };
        let seed = setting.seed.child("recurs");
        let n_values = cast::round_to_u64(rule.distinct as f64 * setting.growth).max(1);
        Ok(Self { own, n_values, share, order: Permutation::new(setting.n_ordinals, seed), seed })
    }

    pub(crate) fn own(&self) -> &Recipe {
        &self.own
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let rank = |(address, ordinal): (&u64, &u64)| {
            // The address of a record is its number.
            let is_record = address == ordinal && *ordinal < self.order.len();
            let place = if is_record {
                (self.order.apply(*ordinal) as f64 + 0.5) / self.order.len() as f64
            } else {
                self.seed.uniform(*address)
            };
            let share = self.share.as_ref().map_or(place, |curve| curve.value(place) / 100.0);
            cast::floor_to_u64(share * self.n_values as f64).min(self.n_values - 1)
        };
        let ranks: Vec<u64> = slots.addresses.iter().zip(slots.ordinals).map(rank).collect();
        let addresses: Vec<u64> = ranks.iter().map(|rank| self.seed.bits(*rank)).collect();
        // What a value is, is not the row's to draw.
        let uniforms = vec![f64::NAN; slots.uniforms.len()];
        self.own.fill(Slots { addresses: &addresses, ordinals: &ranks, uniforms: &uniforms, ..slots }, out);
    }
}
