//! What chance does to fields by themselves.

use std::collections::BTreeMap;

use synth_core::{JsonPath, math};
use synth_profile::SampleTables;

use super::draws;
use crate::field::FieldComparison;
use crate::groups::{ALL, Groups, N_GROUPS, N_HALVINGS, Times, drawn, halvings};
use crate::pairs::coding::{Codes, Fineness, MISSING, NULL};
use crate::pairs::{References, coded_tables};

/// Distances of distributions are measured in parts that are small beside them.
const FINE: Fineness = Fineness { n_parts: 60, n_texts: 60 };

/// Sums over all columns.
#[derive(Debug)]
pub(super) struct FieldNoise {
    /// What fresh real data would lose.
    pub(super) lost: f64,
    /// What each of the drawn samples loses more than the data at hand.
    pub(super) draws: Vec<f64>,
}

pub(super) fn noise(
    samples: [&SampleTables; 2],
    groups: &[Groups<'_>; 2],
    fields: &[FieldComparison],
) -> FieldNoise {
    let sizes: BTreeMap<&JsonPath, [u64; 2]> =
        fields.iter().map(|field| (&field.path, [field.n_real, field.n_synthetic])).collect();
    let mut noise = FieldNoise { lost: 0.0, draws: draws().map(|_| 0.0).collect() };
    for table in coded_tables(samples, FINE, &References::new()) {
        let rows = [0, 1].map(|side: usize| groups[side].rows(table.tables[side].path()));
        for column in table.own_columns() {
            let Some(sizes) = sizes.get(column.path) else { continue };
            noise.push(&Counted::new(&column.codes, rows), sizes.map(|n| n as f64));
        }
    }
    noise
}

impl FieldNoise {
    /// Adds a column whose field has so many values on either side.
    fn push(&mut self, column: &Counted, sizes: [f64; 2]) {
        let [n, m] = [0, 1].map(|side: usize| column.n_there(side));
        if n < 1.0 || m < 1.0 {
            return;
        }
        let spread = |n: f64, m: f64| math::sqrt(1.0 / n.max(1.0) + 1.0 / m.max(1.0));
        let whole = spread(sizes[0], sizes[1]);
        let halved = halvings().map(|halves| {
            let [first, second] = halves.map(|half| column.counts(0, &half));
            loss(&first, &second, column.is_ordered)
        });
        let lost = halved.sum::<f64>() / N_HALVINGS as f64;
        self.lost += lost * (whole / spread(n / 2.0, n / 2.0)).min(1.0);
        let now = loss(&column.counts(0, &ALL), &column.counts(1, &ALL), column.is_ordered);
        let shrink = (whole / spread(n, m)).min(1.0);
        for (draw, sum) in draws().zip(&mut self.draws) {
            let [ours, theirs] =
                [0, 1].map(|side: u8| column.counts(usize::from(side), &drawn(draw, side.into())));
            *sum += (loss(&ours, &theirs, column.is_ordered) - now) * shrink;
        }
    }
}

/// How often each code stands in each group.
struct Counted {
    sides: [Vec<Vec<f64>>; 2],
    is_ordered: bool,
}

impl Counted {
    fn new(codes: &Codes, groups: [&[u8]; 2]) -> Self {
        let sides = [0, 1].map(|side: usize| {
            let mut counts = vec![vec![0.0; codes.n_codes]; N_GROUPS];
            for (code, group) in codes.rows[side].iter().zip(groups[side]) {
                counts[usize::from(*group)][usize::from(*code)] += 1.0;
            }
            counts
        });
        Self { sides, is_ordered: codes.is_ordered }
    }

    fn counts(&self, side: usize, times: &Times) -> Vec<f64> {
        let mut sum = vec![0.0; self.sides[side][0].len()];
        for (counts, times) in self.sides[side].iter().zip(times) {
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count * f64::from(*times));
        }
        sum
    }

    /// Rows that have the field.
    fn n_there(&self, side: usize) -> f64 {
        let counts = self.counts(side, &ALL);
        counts.iter().sum::<f64>() - counts[usize::from(MISSING)]
    }
}

/// One minus the score of a field: presence, nulls and values, as in [`crate::FieldScore`].
fn loss(ours: &[f64], theirs: &[f64], is_ordered: bool) -> f64 {
    let (missing, null) = (usize::from(MISSING), usize::from(NULL));
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let totals = [ours, theirs].map(|counts| counts.iter().sum::<f64>());
    let there = [totals[0] - ours[missing], totals[1] - theirs[missing]];
    let held = [there[0] - ours[null], there[1] - theirs[null]];
    let presence = (share(there[0], totals[0]) - share(there[1], totals[1])).abs();
    let nulls = (share(ours[null], there[0]) - share(theirs[null], there[1])).abs();
    let gaps = ours
        .iter()
        .zip(theirs)
        .skip(null + 1)
        .map(|(our, their)| share(*our, held[0]) - share(*their, held[1]));
    let values = match (held[0] > 0.0 && held[1] > 0.0, is_ordered) {
        (false, _) => 0.0,
        (true, false) => gaps.map(f64::abs).sum::<f64>() / 2.0,
        (true, true) => {
            let mut below = 0.0;
            gaps.fold(0.0_f64, |most, gap| {
                below += gap;
                most.max(f64::abs(below))
            })
        }
    };
    1.0 - (1.0 - presence) * (1.0 - nulls) * (1.0 - values)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes: missing, null, other, and two more.
    #[test]
    fn parts_of_the_loss_multiply() {
        let half = [5.0, 0.0, 0.0, 5.0, 0.0];
        assert!(loss(&half, &half, true).abs() < 1e-12);
        let other = [0.0, 5.0, 0.0, 0.0, 5.0];
        assert!((loss(&half, &other, true) - 1.0).abs() < 1e-12);
        let empty = [10.0, 0.0, 0.0, 0.0, 0.0];
        assert!((loss(&half, &empty, false) - 0.5).abs() < 1e-12);
    }

    /// Catches a distance of numbers that does not add up along them: 3 parts, a tenth moved over two.
    #[test]
    fn numbers_add_up_along_their_parts() {
        let (ours, theirs) = ([0.0, 0.0, 0.0, 5.0, 3.0, 2.0], [0.0, 0.0, 0.0, 4.0, 3.0, 3.0]);
        assert!((loss(&ours, &theirs, true) - 0.1).abs() < 1e-12);
        let shifted = [0.0, 0.0, 0.0, 0.0, 5.0, 5.0];
        assert!((loss(&ours, &shifted, true) - 0.5).abs() < 1e-12);
        assert!((loss(&ours, &shifted, false) - 0.5).abs() < 1e-12);
    }
}
