//! Dealing row numbers out to finite pools so that each pool's share is kept and nothing is used twice.

use synth_core::{Permutation, Seed, cast};

use crate::error::ErrorKind;

/// Length of a dealing period in rows; shares are kept to 1 in this many.
const PERIOD: u64 = 1000;

/// A pool of different values: a share of the rows and how many values there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pool {
    /// Relative share of the rows; 0 for a reserve that is used when the others are empty.
    pub(crate) weight: f64,
    /// Number of values.
    pub(crate) count: u64,
}

/// A bijection from row numbers to (pool, number within the pool).
///
/// # Method
///
/// Rows are cut into periods of at most 1000. In each period every pool gets a fixed number of slots by the
/// method of largest remainders. When a pool has too few values left for its slots, a new epoch starts with
/// new slot numbers; an empty pool drops out. The epochs depend on the pools only, so row `i` gets the same
/// value however many rows are made.
///
/// # Cost
///
/// Epochs: at most two for each pool; 12 bytes for each pool and 8 for each slot of an epoch.
#[derive(Debug, Clone)]
pub(crate) struct Split {
    epochs: Vec<Epoch>,
}

#[derive(Debug, Clone)]
struct Epoch {
    first_row: u64,
    /// Pool and rank within the pool's slots, for each slot of a period.
    slots: Box<[(u32, u32)]>,
    used: Box<[u64]>,
    dealt: Box<[u32]>,
}

impl Split {
    /// Fits the split for rows 0..`n_needed`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotEnoughValues`] when the pools together hold fewer than `n_needed` values.
    pub(crate) fn fit(pools: &[Pool], n_needed: u64, seed: Seed) -> Result<Self, ErrorKind> {
        let have = pools.iter().fold(0_u64, |sum, pool| sum.saturating_add(pool.count));
        if have < n_needed {
            return Err(ErrorKind::NotEnoughValues { have, need: n_needed });
        }
        let mut used = vec![0_u64; pools.len()];
        let mut epochs = Vec::new();
        let mut first_row = 0_u64;
        while first_row < n_needed {
            let left: Vec<u64> = pools.iter().zip(&used).map(|(pool, used)| pool.count - used).collect();
            let dealt = deal(pools, &left);
            let slots = lay_out(&dealt, seed.child("period"));
            let periods = left.iter().zip(&dealt).filter(|(_, dealt)| **dealt > 0);
            let n_periods = periods.map(|(left, dealt)| left / u64::from(*dealt)).min().unwrap_or(0);
            let next_row = first_row.saturating_add(n_periods.saturating_mul(cast::to_u64(slots.len())));
            let epoch = Epoch { first_row, slots, used: used.clone().into(), dealt: dealt.clone().into() };
            epochs.push(epoch);
            used.iter_mut().zip(&dealt).for_each(|(used, dealt)| *used += n_periods * u64::from(*dealt));
            if next_row == first_row {
                break;
            }
            first_row = next_row;
        }
        Ok(Self { epochs })
    }

    /// Returns the pool of a row and the row's number within the pool.
    pub(crate) fn locate(&self, row: u64) -> (usize, u64) {
        let after = self.epochs.partition_point(|epoch| epoch.first_row <= row);
        let Some(epoch) = self.epochs.get(after.saturating_sub(1)) else { return (0, row) };
        let n_slots = cast::to_u64(epoch.slots.len().max(1));
        let (period, slot) = ((row - epoch.first_row) / n_slots, (row - epoch.first_row) % n_slots);
        let (pool, rank) = epoch.slots[cast::to_usize(slot)];
        let pool = pool as usize;
        (pool, epoch.used[pool] + period * u64::from(epoch.dealt[pool]) + u64::from(rank))
    }
}

/// Returns how many slots of a period each pool gets; never more than it has left, and at least one in all
/// as long as anything is left.
fn deal(pools: &[Pool], left: &[u64]) -> Vec<u32> {
    let weight_of = |index: usize| if left[index] > 0 { pools[index].weight } else { 0.0 };
    let total: f64 = (0..pools.len()).map(weight_of).sum();
    let mut dealt = vec![0_u32; pools.len()];
    if total <= 0.0 {
        if let Some(reserve) = left.iter().position(|left| *left > 0) {
            // One slot a period keeps the reserve in order.
            dealt[reserve] = 1;
        }
        return dealt;
    }
    let exact: Vec<f64> = (0..pools.len()).map(|index| weight_of(index) / total * PERIOD as f64).collect();
    let whole = |exact: f64| cast::floor_to_u64(exact);
    let missing = PERIOD.saturating_sub(exact.iter().map(|exact| whole(*exact)).sum());
    let mut order: Vec<usize> = (0..pools.len()).filter(|index| weight_of(*index) > 0.0).collect();
    let remainder = |index: usize| exact[index] - whole(exact[index]) as f64;
    order.sort_by(|a, b| remainder(*b).total_cmp(&remainder(*a)).then(a.cmp(b)));
    for (rank, index) in order.into_iter().enumerate() {
        let extra = u64::from(cast::to_u64(rank) < missing);
        dealt[index] = cast::to_u32(cast::to_usize((whole(exact[index]) + extra).min(left[index])));
    }
    dealt
}

/// Returns the slots of a period, the pools mixed.
fn lay_out(dealt: &[u32], seed: Seed) -> Box<[(u32, u32)]> {
    let pools = dealt.iter().enumerate();
    let slots: Vec<(u32, u32)> =
        pools.flat_map(|(pool, n)| (0..*n).map(move |rank| (cast::to_u32(pool), rank))).collect();
    let order = Permutation::new(cast::to_u64(slots.len()), seed);
    (0..cast::to_u64(slots.len())).map(|slot| slots[cast::to_usize(order.apply(slot))]).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn check(pools: &[(f64, u64)], n_needed: u64) -> Vec<usize> {
        let pools: Vec<Pool> = pools.iter().map(|&(weight, count)| Pool { weight, count }).collect();
        let split = Split::fit(&pools, n_needed, Seed::root(1)).unwrap();
        let located: Vec<(usize, u64)> = (0..n_needed).map(|row| split.locate(row)).collect();
        assert!(located.iter().all(|&(pool, number)| number < pools[pool].count));
        assert_eq!(located.iter().collect::<BTreeSet<_>>().len(), located.len());
        located.into_iter().map(|(pool, _)| pool).collect()
    }

    #[test]
    fn every_row_gets_its_own_value() {
        check(&[(0.5, 10), (0.5, 100_000)], 50_000);
        check(&[(0.2, 333), (0.3, 1), (0.5, 4567), (0.0, 10_000)], 14_901);
        check(&[(1.0, 5)], 5);
        check(&[(0.0, 5), (0.0, 7)], 12);
        check(&[(1e-9, 50), (1.0, 50)], 100);
        check(&[(1.0, u64::MAX), (1.0, u64::MAX)], 3000);
    }

    #[test]
    fn shares_are_kept_to_a_thousandth() {
        let pools = check(&[(0.123, 1_000_000), (0.877, 1_000_000)], 10_000);
        assert_eq!(pools.iter().filter(|pool| **pool == 0).count(), 1230);
    }

    #[test]
    fn too_few_values_are_an_error() {
        let pools = [Pool { weight: 1.0, count: 3 }];
        let error = Split::fit(&pools, 4, Seed::root(1)).unwrap_err();
        assert_eq!(error, ErrorKind::NotEnoughValues { have: 3, need: 4 });
    }
}
