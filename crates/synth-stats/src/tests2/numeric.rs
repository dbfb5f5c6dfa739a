//! Tests and distances between two samples of numbers.

use synth_core::math;

use super::SortedSample;
use super::categorical::psi_of_shares;

/// Two-sample Kolmogorov–Smirnov distance: the largest gap between two empirical distribution functions.
///
/// # Shapes and units
///
/// Two samples of one unit; the result is unitless, in [0, 1]. Ties are stepped over together.
///
/// # Method
///
/// One merge pass. Smirnov, N. (1948), Table for estimating the goodness of fit of empirical distributions, Ann.
/// Math. Statist. 19(2).
///
/// # Cost
///
/// O(n + m) time in the number of pairs, no allocation.
///
/// # Example
///
/// ```
/// use synth_stats::{SortedSample, tests2::ks_distance};
///
/// let (xs, ys) = ([(1.0, 1), (2.0, 1)], [(2.0, 1), (3.0, 1)]);
/// assert_eq!(ks_distance(SortedSample::new(&xs)?, SortedSample::new(&ys)?), 0.5);
/// # Ok::<(), synth_stats::Error>(())
/// ```
#[must_use]
pub fn ks_distance(xs: SortedSample<'_>, ys: SortedSample<'_>) -> f64 {
    let mut largest = 0.0_f64;
    for_each_step(xs, ys, |step| largest = largest.max((step.share_x - step.share_y).abs()));
    largest
}

/// Chance of a Kolmogorov–Smirnov distance at least this large when both samples come from one continuous
/// distribution.
///
/// # Shapes and units
///
/// A distance in [0, 1] between samples of `n` and `m` independent values; the result is in [0, 1], and 1 when
/// either sample is empty. With ties it is conservative (too large).
///
/// # Method
///
/// The asymptotic distribution Q(lambda) of Kolmogorov (1933) at lambda = (e + 0.12 + 0.11 / e) * distance with
/// e = sqrt(n m / (n + m)): Stephens, M. A. (1970), Use of the Kolmogorov–Smirnov, Cramér–von Mises and related
/// statistics without extensive tables, J. R. Stat. Soc. B 32(1), table 1. Q is summed by its alternating series
/// for large lambda and by the equivalent theta series for small lambda, both to the last bit.
///
/// # Cost
///
/// At most 10 terms.
///
/// # Example
///
/// ```
/// use synth_stats::tests2::ks_p_value;
///
/// // e = sqrt(50), lambda = 1.4377..., Q = 0.032...
/// assert!((ks_p_value(0.2, 100, 100) - 0.0320).abs() < 1e-3);
/// assert_eq!(ks_p_value(0.0, 10, 10), 1.0);
/// ```
#[must_use]
pub fn ks_p_value(distance: f64, n: u64, m: u64) -> f64 {
    if n == 0 || m == 0 {
        return 1.0;
    }
    let (n, m) = (n as f64, m as f64);
    let root = math::sqrt(n / (n + m) * m);
    kolmogorov_upper_tail((root + 0.12 + 0.11 / root) * distance)
}

/// Q(lambda) = 2 * sum of (-1)^(j-1) exp(-2 j^2 lambda^2) over j >= 1.
fn kolmogorov_upper_tail(lambda: f64) -> f64 {
    /// Below this the theta series needs fewer terms; the two agree there.
    const CROSSOVER: f64 = 1.0;
    if lambda.is_nan() || lambda <= 0.0 {
        return 1.0;
    }
    if lambda < CROSSOVER {
        let unit = std::f64::consts::PI * std::f64::consts::PI / (8.0 * lambda * lambda);
        let sum: f64 = (0..8_u32).map(|j| math::exp(-f64::from((2 * j + 1) * (2 * j + 1)) * unit)).sum();
        return 1.0 - math::sqrt(std::f64::consts::TAU) / lambda * sum;
    }
    let term = |j: u32| math::exp(-2.0 * f64::from(j * j) * lambda * lambda);
    let sum: f64 = (1..=10).map(|j| if j % 2 == 1 { term(j) } else { -term(j) }).sum();
    (2.0 * sum).clamp(0.0, 1.0)
}

/// The lambda that Q exceeds `alpha` up to.
pub(super) fn kolmogorov_quantile(alpha: f64) -> f64 {
    // Q(0.2) is 1 and Q(8) below 1e-50.
    let (mut low, mut high) = (0.2, 8.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if kolmogorov_upper_tail(middle) > alpha {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// First Wasserstein distance: the area between two empirical distribution functions.
///
/// # Shapes and units
///
/// Two samples of one unit, which is also the unit of the result; 0 for equal distributions.
///
/// # Method
///
/// One merge pass over the steps of both functions. Ramdas, García Trillos, Cuturi 2017, On Wasserstein two-sample
/// testing and related families of nonparametric tests, Entropy 19(2), proposition 1.
///
/// # Cost
///
/// O(n + m) time in the number of pairs, no allocation.
///
/// # Example
///
/// ```
/// use synth_stats::{SortedSample, tests2::wasserstein_1};
///
/// let (xs, ys) = ([(0.0, 1), (1.0, 1), (3.0, 1)], [(5.0, 1), (6.0, 1), (8.0, 1)]);
/// assert_eq!(wasserstein_1(SortedSample::new(&xs)?, SortedSample::new(&ys)?), 5.0);
/// # Ok::<(), synth_stats::Error>(())
/// ```
#[must_use]
pub fn wasserstein_1(xs: SortedSample<'_>, ys: SortedSample<'_>) -> f64 {
    let mut area = 0.0;
    let mut previous: Option<Step> = None;
    for_each_step(xs, ys, |step| {
        if let Some(before) = previous {
            area += (before.share_x - before.share_y).abs() * (step.value - before.value);
        }
        previous = Some(step);
    });
    area
}

/// Population stability index of `other` against ten equal-mass bins of `reference`.
///
/// # Shapes and units
///
/// Two samples of one unit; the result is unitless, at least 0. By convention below 0.1 is stable and above 0.25
/// a shift (Siddiqi 2006).
///
/// # Method
///
/// Sum of (o - r) ln(o / r) over the bins that end at the deciles of the reference (nearest rank); equal deciles
/// make one bin, so heavy ties leave fewer than ten. Shares below 0.0001 are raised to it, so that an empty bin
/// stays finite. Siddiqi, N. (2006), Credit Risk Scorecards, Wiley, chapter 9.
///
/// # Cost
///
/// O(n + m) time in the number of pairs.
///
/// # Example
///
/// ```
/// use synth_stats::{SortedSample, tests2::psi};
///
/// let xs: Vec<(f64, u64)> = (0..100).map(|x| (f64::from(x), 1)).collect();
/// let sample = SortedSample::new(&xs)?;
/// assert_eq!(psi(sample, sample), 0.0);
/// # Ok::<(), synth_stats::Error>(())
/// ```
#[must_use]
pub fn psi(reference: SortedSample<'_>, other: SortedSample<'_>) -> f64 {
    let edges = decile_edges(reference);
    let (left, right) = (bin_counts(reference, &edges), bin_counts(other, &edges));
    let shares = |counts: &[u64], n: u64| counts.iter().map(|&count| count as f64 / n as f64).collect();
    let (left, right): (Vec<f64>, Vec<f64>) = (shares(&left, reference.count), shares(&right, other.count));
    psi_of_shares(&left, &right)
}

/// The different values of ranks ceil(n i / 10), i = 1..=9.
fn decile_edges(sample: SortedSample<'_>) -> Vec<f64> {
    let mut edges: Vec<f64> = Vec::with_capacity(9);
    let mut seen = 0_u64;
    let mut next = 1_u64;
    for &(value, count) in sample.pairs {
        seen += count;
        while next < 10 && u128::from(seen) * 10 >= u128::from(sample.count) * u128::from(next) {
            if edges.last().is_none_or(|&last| last < value) {
                edges.push(value);
            }
            next += 1;
        }
    }
    edges
}

/// Counts of the bins (-inf, e1], (e1, e2], ..., (en, inf).
fn bin_counts(sample: SortedSample<'_>, edges: &[f64]) -> Vec<u64> {
    let mut counts = vec![0; edges.len() + 1];
    for &(value, count) in sample.pairs {
        counts[edges.partition_point(|&edge| edge < value)] += count;
    }
    counts
}

/// Both distribution functions right after one of the different values.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) value: f64,
    pub(super) share_x: f64,
    pub(super) share_y: f64,
}

pub(super) fn for_each_step(xs: SortedSample<'_>, ys: SortedSample<'_>, mut visit: impl FnMut(Step)) {
    let (mut i, mut j) = (0, 0);
    let (mut seen_x, mut seen_y) = (0_u64, 0_u64);
    while i < xs.pairs.len() || j < ys.pairs.len() {
        let value = match (xs.pairs.get(i), ys.pairs.get(j)) {
            (Some(x), Some(y)) => x.0.min(y.0),
            (Some(only), None) | (None, Some(only)) => only.0,
            (None, None) => break,
        };
        seen_x += take_ties(xs.pairs, &mut i, value);
        seen_y += take_ties(ys.pairs, &mut j, value);
        let (share_x, share_y) = (seen_x as f64 / xs.count as f64, seen_y as f64 / ys.count as f64);
        visit(Step { value, share_x, share_y });
    }
}

fn take_ties(pairs: &[(f64, u64)], at: &mut usize, value: f64) -> u64 {
    let ties = pairs[*at..].iter().take_while(|pair| pair.0 <= value);
    let (length, count) = ties.fold((0, 0), |(length, count), pair| (length + 1, count + pair.1));
    *at += length;
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both series are exact near the crossover, so a wrong term in either shows as a jump.
    #[test]
    fn series_agree_where_they_meet() {
        let (below, above) = (kolmogorov_upper_tail(1.0 - 1e-12), kolmogorov_upper_tail(1.0));
        assert!((below - above).abs() < 1e-11, "{below} {above}");
        assert!((above - 0.269_999_671_677_355_2).abs() < 1e-14, "{above}");
    }

    #[test]
    fn ties_and_weights_count_alike() {
        let weighted = [(1.0, 2), (4.0, 3)];
        let listed = [(1.0, 1), (1.0, 1), (4.0, 1), (4.0, 2)];
        let other = [(0.0, 1), (4.0, 1)];
        let [a, b, c] =
            [&weighted[..], &listed[..], &other[..]].map(|pairs| SortedSample::new(pairs).unwrap());
        assert!((ks_distance(a, c) - ks_distance(b, c)).abs() < 1e-15);
        assert!((wasserstein_1(a, c) - wasserstein_1(b, c)).abs() < 1e-15);
        assert!((psi(a, c) - psi(b, c)).abs() < 1e-15);
        assert!(ks_distance(a, b) < 1e-15);
    }
}
