//! Intervals around the size of a difference.
//!
//! Each function takes the chance `alpha` that the interval misses the true size, so that a caller who looks at many
//! intervals and reports some can lower it (Benjamini, Y. and Yekutieli, D. (2005), False discovery rate-adjusted
//! multiple confidence intervals for selected parameters, J. Am. Stat. Assoc. 100(469)).

use synth_core::math;

use super::{numeric, totals};
use crate::error::Error;
use crate::normal;

/// Both ends of an interval; `low <= high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Smallest size that the data do not speak against.
    pub low: f64,
    /// Largest such size.
    pub high: f64,
}

impl Interval {
    fn around(middle: f64, reach: f64) -> Self {
        Self { low: (middle - reach).max(0.0), high: (middle + reach).min(1.0) }
    }
}

/// Interval of the Kolmogorov–Smirnov distance between the distributions behind two samples.
///
/// # Shapes and units
///
/// A distance in [0, 1] between samples of `n` and `m` independent values, `alpha` in (0, 1); empty samples give [0, 1].
///
/// # Method
///
/// The distance ± c √(1/n + 1/m), where c is exceeded by Kolmogorov's distribution with chance `alpha`: the band of
/// Doksum, K. A. and Sievers, G. L. (1976), Plotting with confidence, Biometrika 63(3), which holds for the gap at every
/// value, and so for the largest one. With ties it is too wide rather than too narrow.
///
/// # Cost
///
/// 60 steps of bisection.
///
/// # Example
///
/// ```
/// let interval = synth_stats::tests2::interval::of_ks(0.2, 200, 200, 0.05);
/// // 1.3581 × 0.1
/// assert!((interval.low - 0.064_19).abs() < 1e-4 && (interval.high - 0.335_81).abs() < 1e-4);
/// ```
#[must_use]
pub fn of_ks(distance: f64, n: u64, m: u64, alpha: f64) -> Interval {
    if n == 0 || m == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    Interval::around(distance, numeric::kolmogorov_quantile(alpha) * spread(n, m))
}

/// √(1/n + 1/m).
fn spread(n: u64, m: u64) -> f64 {
    math::sqrt(1.0 / n as f64 + 1.0 / m as f64)
}

/// Interval of the difference of two shares, the second minus the first.
///
/// # Shapes and units
///
/// `part` of `whole` on both sides, wholes above 0; the result is in [-1, 1].
///
/// # Method
///
/// Newcombe, R. G. (1998), Interval estimation for the difference between independent proportions: comparison of eleven
/// methods, Statistics in Medicine 17(8), method 10: the roots of the squared distances to the ends of the two intervals
/// of Wilson (1927).
///
/// # Errors
///
/// [`Error::Empty`] when a whole is 0.
///
/// # Cost
///
/// O(1).
///
/// # Example
///
/// ```
/// let interval = synth_stats::tests2::interval::of_shares((48, 80), (56, 70), 0.05)?;
/// // Newcombe's example (a), as 56/70 - 48/80.
/// assert!((interval.low - 0.0524).abs() < 1e-4 && (interval.high - 0.3339).abs() < 1e-4);
/// # Ok::<(), synth_stats::Error>(())
/// ```
pub fn of_shares(first: (u64, u64), second: (u64, u64), alpha: f64) -> Result<Interval, Error> {
    if first.1 == 0 || second.1 == 0 {
        return Err(Error::Empty);
    }
    let z = two_sided(alpha);
    let (p, q) = (share(first), share(second));
    let (wilson_p, wilson_q) = (wilson(first, z), wilson(second, z));
    let root = |a: f64, b: f64| math::sqrt(a * a + b * b);
    let difference = q - p;
    Ok(Interval {
        low: difference - root(q - wilson_q.low, wilson_p.high - p),
        high: difference + root(wilson_q.high - q, p - wilson_p.low),
    })
}

/// The deviate that a standard normal variable exceeds on either side with chance `alpha`, sharpened by Newton's method.
fn two_sided(alpha: f64) -> f64 {
    let tail = alpha / 2.0;
    let mut z = -normal::quantile(tail);
    for _ in 0..2 {
        let density = math::exp(-z * z / 2.0) / math::sqrt(std::f64::consts::TAU);
        z += (normal::share_below(-z) - tail) / density;
    }
    z
}

fn share((part, whole): (u64, u64)) -> f64 {
    part as f64 / whole as f64
}

/// Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, J. Am. Stat. Assoc. 22.
fn wilson(count: (u64, u64), z: f64) -> Interval {
    let n = count.1 as f64;
    let p = share(count);
    let middle = p + z * z / (2.0 * n);
    let reach = z * math::sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
    let scale = 1.0 + z * z / n;
    Interval { low: ((middle - reach) / scale).max(0.0), high: ((middle + reach) / scale).min(1.0) }
}

/// Interval of the total variation distance between the distributions behind two lists of counts.
///
/// # Shapes and units
///
/// Counts of the same categories in the same order. `n` and `m` are the numbers of independent observations behind them,
/// at most the sums of the counts; fewer when several counts come from one unit.
///
/// # Method
///
/// The distance of two samples is too large by what chance adds: at most b = ½ Σ √(2 p (1 - p) (1/n + 1/m) / π), the
/// mean under one distribution p, that of both together, of normal gaps. Given the signs of the gaps the distance is a
/// difference of two means of ±½, so its variance is at most (1/n + 1/m) / 4. The interval is distance - b - z σ to
/// distance + z σ.
///
/// # Errors
///
/// [`Error::LengthMismatch`], or [`Error::Empty`] when either side has no counts.
///
/// # Cost
///
/// O(K) time.
///
/// # Example
///
/// ```
/// let interval = synth_stats::tests2::interval::of_counts((&[700, 300], &[500, 500]), (1000, 1000), 0.05)?;
/// assert!(interval.low > 0.13 && interval.high < 0.25);
/// # Ok::<(), synth_stats::Error>(())
/// ```
pub fn of_counts((left, right): (&[u64], &[u64]), (n, m): (u64, u64), alpha: f64) -> Result<Interval, Error> {
    let (total_left, total_right) = totals(left, right)?;
    let distance = super::total_variation(left, right)?;
    let spread = spread(n.clamp(1, total_left), m.clamp(1, total_right));
    let whole = total_left as f64 + total_right as f64;
    let by_chance = |(a, b): (&u64, &u64)| {
        let p = (*a as f64 + *b as f64) / whole;
        math::sqrt(2.0 * p * (1.0 - p) / std::f64::consts::PI)
    };
    let bias = left.iter().zip(right).map(by_chance).sum::<f64>() * spread / 2.0;
    let reach = two_sided(alpha) * spread / 2.0;
    Ok(Interval { low: (distance - bias - reach).max(0.0), high: (distance + reach).min(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth_core::hash::mix;

    /// Catches an interval that forgets what chance adds: under one distribution it must reach 0 nearly always.
    #[test]
    fn chance_alone_reaches_zero() {
        let counts = |from: u64, n: u64| {
            let mut counts = [0_u64; 20];
            (from..from + n).for_each(|i| counts[usize::try_from(mix(i + 1) % 20).unwrap()] += 1);
            counts
        };
        let mut n_missed = 0;
        for round in 0..300 {
            let (left, right) = (counts(round * 5000, 400), counts(round * 5000 + 1000, 300));
            let interval = of_counts((&left, &right), (400, 300), 0.05).unwrap();
            n_missed += u64::from(interval.low > 0.0);
        }
        assert!(n_missed <= 10, "{n_missed} of 300");
    }

    /// Catches a band without the root: 0.25 apart is found to be apart with 2000 values, and not with 20.
    #[test]
    fn more_values_tell_more() {
        let low = |n| of_ks(0.25, n, n, 0.05).low;
        assert!(low(20) <= 0.0 && low(2000) > 0.2);
        assert!(of_ks(0.25, 2000, 2000, 1e-6).low < low(2000));
        assert_eq!(of_ks(0.25, 0, 9, 0.05), Interval { low: 0.0, high: 1.0 });
    }

    #[test]
    fn clustered_counts_tell_less() {
        let low = |n| of_counts((&[700, 300], &[500, 500]), (n, n), 0.05).unwrap().low;
        assert!(low(1000) > 0.1 && low(50) <= 0.0);
        assert!((low(9000) - low(1000)).abs() < 1e-12, "no more observations than counts");
    }
}
