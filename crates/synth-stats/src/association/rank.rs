//! Correlation of two columns of numbers.

use statrs::distribution::{ContinuousCDF, StudentsT};
use synth_core::math;

/// Product-moment correlation; of mid-ranks it is Spearman's.
///
/// # Shapes and units
///
/// Pairs of finite numbers in any order; pairs with a NaN are left out. Unitless, in [-1, 1]; `None` with fewer than
/// two pairs or where one side does not vary.
///
/// # Method
///
/// Pearson, K. (1896), Mathematical contributions to the theory of evolution III, Phil. Trans. R. Soc. A 187; two
/// passes, the means first. Spearman, C. (1904), The proof and measurement of association between two things,
/// Am. J. Psychol. 15(1), is the same of [`mid_ranks`].
///
/// # Cost
///
/// O(n) time.
///
/// # Example
///
/// ```
/// let r = synth_stats::association::pearson([(1.0, 2.0), (2.0, 6.0), (3.0, 4.0)]);
/// assert!((r.expect("both vary") - 0.5).abs() < 1e-12);
/// ```
pub fn pearson<I>(pairs: I) -> Option<f64>
where
    I: IntoIterator<Item = (f64, f64)>,
    I::IntoIter: Clone,
{
    let pairs = pairs.into_iter().filter(|(x, y)| !x.is_nan() && !y.is_nan());
    let (mut n, mut sum_x, mut sum_y) = (0.0, 0.0, 0.0);
    for (x, y) in pairs.clone() {
        n += 1.0;
        sum_x += x;
        sum_y += y;
    }
    if n < 2.0 {
        return None;
    }
    let (mean_x, mean_y) = (sum_x / n, sum_y / n);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (dx, dy) = (x - mean_x, y - mean_y);
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    // Roots first: the product of two large sums may be infinite.
    let scale = math::sqrt(xx) * math::sqrt(yy);
    let r = xy / scale;
    (scale > 0.0 && r.is_finite()).then(|| r.clamp(-1.0, 1.0))
}

/// Ranks from 1, with the mean rank for equal numbers.
///
/// # Shapes and units
///
/// Numbers in any order; a NaN has the rank NaN and does not count. The result is in the order of the input.
///
/// # Method
///
/// Mid-ranks as in Kendall, M. G. (1945), The treatment of ties in ranking problems, Biometrika 33(3).
///
/// # Cost
///
/// O(n log n) time, O(n) memory.
///
/// # Example
///
/// ```
/// let ranks = synth_stats::association::mid_ranks(&[30.0, 10.0, 10.0]);
/// assert_eq!(ranks, [3.0, 1.5, 1.5]);
/// ```
#[must_use]
pub fn mid_ranks(xs: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..xs.len()).filter(|index| !xs[*index].is_nan()).collect();
    order.sort_by(|left, right| xs[*left].total_cmp(&xs[*right]));
    let mut ranks = vec![f64::NAN; xs.len()];
    let mut before = 0;
    // -0 and 0 differ in order but are equal.
    for ties in order.chunk_by(|left, right| xs[*left] >= xs[*right]) {
        let rank = before as f64 + (ties.len() as f64 + 1.0) / 2.0;
        ties.iter().for_each(|index| ranks[*index] = rank);
        before += ties.len();
    }
    ranks
}

/// Probability that independent columns have a correlation at least this far from 0.
///
/// # Shapes and units
///
/// `n` is the number of independent pairs, which need not be whole; 1 below three of them.
///
/// # Method
///
/// t = r sqrt((n - 2) / (1 - r^2)) is Student's with n - 2 degrees: exact for normal columns (Fisher 1915, Frequency
/// distribution of the values of the correlation coefficient, Biometrika 10(4)), an approximation for ranks from
/// about ten pairs (Zar 1972, Significance testing of the Spearman rank correlation coefficient, JASA 67). The tail
/// is that of `statrs`.
///
/// # Example
///
/// ```
/// let p = synth_stats::association::correlation_p_value(0.632, 10.0);
/// assert!((p - 0.05).abs() < 1e-3); // the 5 % point of any table for 8 degrees
/// ```
#[must_use]
pub fn correlation_p_value(r: f64, n: f64) -> f64 {
    let degrees = n - 2.0;
    if degrees <= 0.0 || r.is_nan() {
        return 1.0;
    }
    let left = 1.0 - r * r;
    if left <= 0.0 {
        return 0.0;
    }
    let t = r.abs() * math::sqrt(degrees / left);
    StudentsT::new(0.0, 1.0, degrees).map_or(1.0, |distribution| (2.0 * distribution.sf(t)).min(1.0))
}

/// Number of independent pairs that two series of `n` values in order of time are worth.
///
/// # Shapes and units
///
/// `first` and `second` are the correlations of each series with itself one step later, in [-1, 1]; at least 2 and
/// at most `n`.
///
/// # Method
///
/// n (1 - ab) / (1 + ab): Bartlett, M. S. (1935), Some aspects of the time-correlation problem in regard to tests of
/// significance, J. R. Statist. Soc. 98(3), for two autoregressive series of first order. Series that correct
/// themselves (ab < 0) count in full.
///
/// # Example
///
/// ```
/// assert_eq!(synth_stats::association::effective_n(100.0, 0.5, 1.0), 100.0 * 0.5 / 1.5);
/// assert_eq!(synth_stats::association::effective_n(100.0, 0.0, 0.9), 100.0);
/// ```
#[must_use]
pub fn effective_n(n: f64, first: f64, second: f64) -> f64 {
    let both = (first * second).clamp(0.0, 1.0);
    (n * (1.0 - both) / (1.0 + both)).max(2.0)
}

/// Correlation of two columns after what a third explains of both by a straight line is taken away.
///
/// # Shapes and units
///
/// The correlations of the two, and of each with the third; unitless, in [-1, 1]; 0 where nothing is left.
///
/// # Method
///
/// Yule, G. U. (1907), On the theory of correlation for any number of variables, Proc. R. Soc. A 79.
///
/// # Example
///
/// ```
/// // Two columns that share nothing but the third.
/// assert_eq!(synth_stats::association::partial_correlation(0.25, 0.5, 0.5), 0.0);
/// ```
#[must_use]
pub fn partial_correlation(xy: f64, xz: f64, yz: f64) -> f64 {
    let left = (1.0 - xz * xz) * (1.0 - yz * yz);
    if left <= 0.0 {
        return 0.0;
    }
    ((xy - xz * yz) / math::sqrt(left)).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_vary_has_no_correlation() {
        assert_eq!(pearson([(1.0, 1.0), (1.0, 2.0)]), None);
        assert_eq!(pearson([(1.0, f64::NAN), (1.0, 2.0)]), None);
        assert_eq!(pearson([]), None);
    }

    #[test]
    fn ranks_leave_gaps_for_what_is_missing() {
        let ranks = mid_ranks(&[5.0, f64::NAN, -0.0, 0.0]);
        assert!(ranks[1].is_nan());
        assert_eq!((ranks[0], ranks[2], ranks[3]), (3.0, 1.5, 1.5));
    }
}
