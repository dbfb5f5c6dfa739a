//! Whether a series rises or falls.

use statrs::distribution::{ContinuousCDF, Normal};
use synth_core::math;

/// Points between which all slopes are taken.
const MAX_POINTS: usize = 128;

/// A rise or fall along time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Kendall's tau-b of time and value, in [-1, 1].
    pub tau: f64,
    /// Probability of a tau at least this far from 0 without a trend.
    pub p_value: f64,
}

/// Mann–Kendall test for a trend, with ties.
///
/// # Shapes and units
///
/// (time, value) pairs of finite numbers that never fall in time. `memory` is the autocorrelation of the values at
/// lag 1; 0 and below count as none. `None` with fewer than three pairs, or where time or value does not vary.
///
/// # Method
///
/// S is the number of pairs in order less those out of order, counted by merge sort (Knight 1966, A computer method
/// for calculating Kendall's tau with ungrouped data, JASA 61); tau-b = S / sqrt((n0 - ties in time)(n0 - ties in
/// value)) (Kendall 1945). The test takes S as normal with the variance of Kendall (1975), Rank Correlation Methods,
/// 4th ed., eq. 4.3, for ties in both, without correction for continuity, times (1 + r) / (1 - r) for the memory r (Yue
/// and Wang 2004, The Mann–Kendall test modified by effective sample size, Water Resour. Manag. 18, eq. 13's limit).
///
/// # Cost
///
/// O(n log n) time, O(n) memory.
///
/// # Example
///
/// ```
/// let trend = synth_stats::series::kendall_trend(&[(0.0, 1.0), (1.0, 3.0), (2.0, 2.0), (3.0, 4.0)], 0.0);
/// assert!((trend.expect("it varies").tau - 2.0 / 3.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn kendall_trend(pairs: &[(f64, f64)], memory: f64) -> Option<Trend> {
    let n = pairs.len() as f64;
    if pairs.len() < 3 {
        return None;
    }
    let mut sorted = pairs.to_vec();
    sorted.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1)));
    let times: Vec<f64> = sorted.iter().map(|pair| pair.0).collect();
    let mut values: Vec<f64> = sorted.iter().map(|pair| pair.1).collect();
    let both: f64 =
        sorted.chunk_by(|left, right| left == right).map(|ties| choose_two(ties.len() as f64)).sum();
    let discordant = inversions(&mut values);
    // The values are sorted now.
    let (time_ties, value_ties) = (Ties::of(&times), Ties::of(&values));
    let all = choose_two(n);
    let s = all - time_ties.pairs - value_ties.pairs + both - 2.0 * discordant;
    let scale = math::sqrt(all - time_ties.pairs) * math::sqrt(all - value_ties.pairs);
    if scale <= 0.0 {
        return None;
    }
    let variance = (n * (n - 1.0) * (2.0 * n + 5.0) - time_ties.wide - value_ties.wide) / 18.0
        + time_ties.triples * value_ties.triples / (9.0 * n * (n - 1.0) * (n - 2.0))
        + 2.0 * time_ties.pairs * value_ties.pairs / (n * (n - 1.0));
    let memory = memory.clamp(0.0, 0.999);
    let z = s.abs() / math::sqrt(variance * (1.0 + memory) / (1.0 - memory));
    let p_value = Normal::new(0.0, 1.0).map_or(1.0, |distribution| (2.0 * distribution.sf(z)).min(1.0));
    Some(Trend { tau: (s / scale).clamp(-1.0, 1.0), p_value })
}

fn choose_two(n: f64) -> f64 {
    n * (n - 1.0) / 2.0
}

/// Sums over groups of equal numbers.
struct Ties {
    /// t (t - 1) / 2
    pairs: f64,
    /// t (t - 1) (2t + 5)
    wide: f64,
    /// t (t - 1) (t - 2)
    triples: f64,
}

impl Ties {
    fn of(sorted: &[f64]) -> Self {
        let mut ties = Self { pairs: 0.0, wide: 0.0, triples: 0.0 };
        for group in sorted.chunk_by(|left, right| left >= right) {
            let t = group.len() as f64;
            ties.pairs += choose_two(t);
            ties.wide += t * (t - 1.0) * (2.0 * t + 5.0);
            ties.triples += t * (t - 1.0) * (t - 2.0);
        }
        ties
    }
}

/// Sorts, and returns the number of pairs that were out of order.
fn inversions(values: &mut [f64]) -> f64 {
    let mut buffer = values.to_vec();
    let mut count = 0.0;
    let mut width = 1;
    while width < values.len() {
        for (source, target) in values.chunks(2 * width).zip(buffer.chunks_mut(2 * width)) {
            let (mut left, mut right) = source.split_at(width.min(source.len()));
            for slot in target {
                let takes_right = match (left.first(), right.first()) {
                    (Some(l), Some(r)) => r < l,
                    (left, _) => left.is_none(),
                };
                if takes_right {
                    count += left.len() as f64;
                }
                let side = if takes_right { &mut right } else { &mut left };
                if let Some((first, rest)) = side.split_first() {
                    *slot = *first;
                    *side = rest;
                }
            }
        }
        values.copy_from_slice(&buffer);
        width *= 2;
    }
    count
}

/// Theil–Sen slope: the median of the slopes between all pairs of points.
///
/// # Shapes and units
///
/// (time, value) pairs of finite numbers that never fall in time; the slope is in units of value per unit of time.
/// Pairs of equal time have no slope. `None` where time does not vary.
///
/// # Method
///
/// Sen, P. K. (1968), Estimates of the regression coefficient based on Kendall's tau, JASA 63. Of more than 128 points
/// 128 runs of equally many are each replaced by their mean time and mean value; the slope is then the median between
/// these.
///
/// # Cost
///
/// O(n) and the median of at most 8,128 slopes.
///
/// # Example
///
/// ```
/// let slope = synth_stats::series::theil_sen(&[(0.0, 1.0), (1.0, 3.0), (2.0, 500.0), (3.0, 7.0), (4.0, 9.0)]);
/// assert_eq!(slope, Some(2.0));
/// ```
#[must_use]
pub fn theil_sen(pairs: &[(f64, f64)]) -> Option<f64> {
    let n_points = pairs.len().min(MAX_POINTS);
    let points: Vec<(f64, f64)> = (0..n_points)
        .map(|point| {
            let run = &pairs[point * pairs.len() / n_points..(point + 1) * pairs.len() / n_points];
            let n = run.len() as f64;
            (run.iter().map(|pair| pair.0).sum::<f64>() / n, run.iter().map(|pair| pair.1).sum::<f64>() / n)
        })
        .collect();
    let mut slopes = Vec::with_capacity(n_points * n_points / 2);
    for (index, left) in points.iter().enumerate() {
        for right in points[index + 1..].iter().filter(|right| right.0 > left.0) {
            slopes.push((right.1 - left.1) / (right.0 - left.0));
        }
    }
    if slopes.is_empty() {
        return None;
    }
    let is_odd = slopes.len() % 2 == 1;
    let middle = slopes.len() / 2;
    let (below, upper, _) = slopes.select_nth_unstable_by(middle, f64::total_cmp);
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(if is_odd { *upper } else { (lower + *upper) / 2.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_vary_has_no_trend() {
        let flat: Vec<(f64, f64)> = (0..20).map(|t| (f64::from(t), 1.0)).collect();
        assert_eq!(kendall_trend(&flat, 0.0), None);
        assert_eq!(theil_sen(&[(1.0, 1.0), (1.0, 2.0)]), None);
        assert_eq!(theil_sen(&[]), None);
    }

    /// Catches a test that takes neighbours that resemble each other for so many witnesses.
    #[test]
    fn memory_weakens_the_evidence() {
        let pairs: Vec<(f64, f64)> =
            (0..50).map(|t| (f64::from(t), f64::from(t) + f64::from(t * 37 % 50))).collect();
        let p = |memory| kendall_trend(&pairs, memory).map_or(1.0, |trend| trend.p_value);
        assert!(p(0.0) < 1e-6 && p(0.9) > 0.05, "{} {}", p(0.0), p(0.9));
    }
}
