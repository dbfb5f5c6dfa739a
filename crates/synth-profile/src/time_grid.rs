//! How finely moments are told: the common step of a field's times.

use synth_core::Timestamp;

/// Steps that are looked for in microseconds, largest first: days to ten microseconds.
pub const STEPS: [i64; 18] = [
    86_400_000_000,
    43_200_000_000,
    21_600_000_000,
    3_600_000_000,
    1_800_000_000,
    900_000_000,
    600_000_000,
    300_000_000,
    60_000_000,
    30_000_000,
    10_000_000,
    5_000_000,
    1_000_000,
    100_000,
    10_000,
    1000,
    100,
    10,
];
/// Times that are multiples of a step, at least, for it to be the resolution: 99 in 100.
const MIN_SHARE: (u64, u64) = (99, 100);
/// Chance of lying on a grid by accident that is called impossible.
const IMPOSSIBLE: f64 = 1e-3;

/// Counts, for each of the steps, the moments that are multiples of it.
///
/// `merge` is exact: the counts are sums over the moments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeGrid {
    /// For each of [`STEPS`], how many moments are multiples of it.
    pub counts: [u64; STEPS.len()],
}

impl TimeGrid {
    /// Counts a moment `n` times.
    pub fn push_n(&mut self, time: Timestamp, n: u64) {
        for (count, step) in self.counts.iter_mut().zip(STEPS) {
            *count += if time.0 % step == 0 { n } else { 0 };
        }
    }

    /// Takes a moment out that was counted `n` times.
    pub fn remove_n(&mut self, time: Timestamp, n: u64) {
        for (count, step) in self.counts.iter_mut().zip(STEPS) {
            *count = count.saturating_sub(if time.0 % step == 0 { n } else { 0 });
        }
    }

    /// Adds the counts of other moments.
    pub fn merge(&mut self, other: Self) {
        self.counts.iter_mut().zip(other.counts).for_each(|(ours, theirs)| *ours += theirs);
    }

    /// Returns the largest step above `own` that at least 99 % of the `total` moments are multiples of, in
    /// microseconds, when `n_distinct` moments cannot lie on its grid by accident.
    ///
    /// # Method
    ///
    /// Moments that are told in steps of `own` lie on a grid of larger steps with chance (own / step) each; all
    /// `n_distinct` of them with that chance to the power of `n_distinct`, which must not exceed 1 in 1000.
    #[must_use]
    pub fn resolution_micros(&self, own: i64, total: u64, n_distinct: u64) -> Option<i64> {
        let (part, whole) = MIN_SHARE;
        let is_kept =
            |count: u64| u128::from(count) * u128::from(whole) >= u128::from(total) * u128::from(part);
        let is_meant = |step: i64| {
            let one = own as f64 / step as f64;
            synth_core::math::pow(one, n_distinct as f64) <= IMPOSSIBLE
        };
        let steps = STEPS.into_iter().zip(self.counts).take_while(|(step, _)| *step > own);
        let mut kept = steps.filter(|(step, count)| total > 0 && is_kept(*count) && is_meant(*step));
        kept.next().map(|(step, _)| step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(seconds: impl Iterator<Item = i64>, own_seconds: i64, expected_seconds: Option<i64>) {
        let moments: Vec<i64> = seconds.collect();
        let n = moments.len() as u64;
        let mut grids = [TimeGrid::default(), TimeGrid::default()];
        for (index, moment) in moments.into_iter().enumerate() {
            grids[index % 2].push_n(Timestamp::from_seconds(moment), 1);
        }
        let [mut grid, other] = grids;
        grid.merge(other);
        let found = grid.resolution_micros(own_seconds * 1_000_000, n, n);
        assert_eq!(found, expected_seconds.map(|seconds| seconds * 1_000_000));
    }

    #[test]
    fn the_largest_common_step_is_found() {
        check((0..50).map(|i| i * 3600), 1, Some(3600));
        check((0..50).map(|i| i * 1800 - 86_400), 1, Some(1800));
        check((0..50).map(|i| i * 600), 1, Some(600));
        check((0..50).map(|i| i * 5), 1, Some(5));
        check((0..50).map(|i| i * 86_400), 1, Some(86_400));
        check((0..50).map(|i| i * 86_400), 86_400, None);
        check((0..50).map(|i| i * 7), 1, None);
    }

    #[test]
    fn one_in_a_hundred_may_lie_beside_and_few_prove_nothing() {
        check((0..200).map(|i| i * 60 + i64::from(i % 100 == 0)), 1, Some(60));
        check((0..200).map(|i| i * 60 + i64::from(i % 50 == 0)), 1, None);
        check((0..4).map(|i| i * 10), 1, Some(10));
        check((0..2).map(|i| i * 10 + 10), 1, None);
    }
}
