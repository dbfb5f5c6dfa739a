//! Tests and distances between two lists of counts of the same categories.

use statrs::distribution::{ChiSquared as ChiSquaredDistribution, ContinuousCDF};
use synth_core::math;

use super::totals;
use crate::error::Error;

/// Result of a chi-squared test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquared {
    /// Pearson's statistic.
    pub statistic: f64,
    /// Degrees of freedom; 0 when at most one category is left, and then the p-value is 1.
    pub degrees: u64,
    /// Chance of a statistic at least this large under equal distributions.
    pub p_value: f64,
    /// Number of categories that were pooled into one because an expected count was below 5.
    pub n_pooled: usize,
}

/// Smallest expected count of a category that is tested on its own (Cochran 1954).
const MIN_EXPECTED: f64 = 5.0;

/// Pearson's chi-squared test that two samples have the same distribution over categories.
///
/// # Shapes and units
///
/// Counts of the same categories in the same order; independent observations. Categories that occur in neither
/// sample are left out.
///
/// # Method
///
/// The 2 x K table of both samples: Pearson 1900; degrees K - 1, no continuity correction. Categories with an
/// expected count below 5 in either sample are pooled into one (Cochran 1954, Some methods for strengthening the
/// common chi-squared tests, Biometrics 10(4)) and their number is returned; the pool is kept even when its own
/// expected count is below 5. The p-value is that of the chi-squared distribution of `statrs`.
///
/// # Errors
///
/// [`Error::LengthMismatch`], or [`Error::Empty`] when either sample has no counts.
///
/// # Cost
///
/// O(K) time.
///
/// # Example
///
/// ```
/// let test = synth_stats::tests2::chi_squared(&[30, 20], &[20, 30])?;
/// assert_eq!((test.statistic, test.degrees, test.n_pooled), (4.0, 1, 0));
/// assert!((test.p_value - 0.0455).abs() < 1e-4);
/// # Ok::<(), synth_stats::Error>(())
/// ```
pub fn chi_squared(left: &[u64], right: &[u64]) -> Result<ChiSquared, Error> {
    let (n, m) = totals(left, right)?;
    let (table, n_pooled) = pooled(left, right, (n, m));
    let statistic = pearson(&table, n, m);
    let degrees = (table.len() as u64).saturating_sub(1);
    Ok(ChiSquared { statistic, degrees, p_value: upper_tail(statistic, degrees), n_pooled })
}

/// The 2 x K table with its rare categories in one, and how many those were.
fn pooled(left: &[u64], right: &[u64], (n, m): (u64, u64)) -> (Vec<(u64, u64)>, usize) {
    let smaller_share = n.min(m) as f64 / (n as f64 + m as f64);
    let is_small = |a: u64, b: u64| (a as f64 + b as f64) * smaller_share < MIN_EXPECTED;
    let mut pool = (0, 0);
    let mut n_pooled = 0;
    let mut table = Vec::with_capacity(left.len());
    for (&a, &b) in left.iter().zip(right).filter(|&(&a, &b)| a + b > 0) {
        if is_small(a, b) {
            pool = (pool.0 + a, pool.1 + b);
            n_pooled += 1;
        } else {
            table.push((a, b));
        }
    }
    if n_pooled > 0 {
        table.push(pool);
    }
    (table, n_pooled)
}

/// Outcome of [`g_two_samples`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GTwoSamples {
    /// Twice the logarithm of the likelihood ratio.
    pub statistic: f64,
    /// Degrees of freedom; 0 when at most one category is left, and then the p-value is 1.
    pub degrees: u64,
    /// Chance of a statistic at least this large under equal distributions.
    pub p_value: f64,
    /// Bits that one observation tells about the sample it comes from, in [0, 1]; it does not grow with the samples.
    pub effect: f64,
}

/// Likelihood-ratio (G) test that two samples have the same distribution over categories.
///
/// # Shapes and units
///
/// As [`chi_squared`], with the same pooling of rare categories.
///
/// # Method
///
/// G = 2 Σ O ln(O / E) over the 2 x K table: Woolf, B. (1957), The log likelihood ratio test (the G-test), Annals of
/// Human Genetics 21(4). The effect is G / (2 (n + m) ln 2), the mutual information of sample and category.
///
/// # Errors
///
/// [`Error::LengthMismatch`], or [`Error::Empty`] when either sample has no counts.
///
/// # Cost
///
/// O(K) time.
///
/// # Example
///
/// ```
/// let test = synth_stats::tests2::g_two_samples(&[30, 20], &[20, 30])?;
/// assert!((test.statistic - 4.0271).abs() < 1e-4 && test.degrees == 1);
/// # Ok::<(), synth_stats::Error>(())
/// ```
pub fn g_two_samples(left: &[u64], right: &[u64]) -> Result<GTwoSamples, Error> {
    let (n, m) = totals(left, right)?;
    let (table, _) = pooled(left, right, (n, m));
    let (n, m) = (n as f64, m as f64);
    let part = |observed: u64, column: f64, row: f64| {
        let observed = observed as f64;
        if observed > 0.0 { observed * math::ln(observed * (n + m) / (column * row)) } else { 0.0 }
    };
    let sum: f64 = table
        .iter()
        .map(|&(a, b)| {
            let column = a as f64 + b as f64;
            part(a, column, n) + part(b, column, m)
        })
        .sum();
    let statistic = (2.0 * sum).max(0.0);
    let degrees = (table.len() as u64).saturating_sub(1);
    let effect = statistic / (2.0 * (n + m) * std::f64::consts::LN_2);
    Ok(GTwoSamples { statistic, degrees, p_value: upper_tail(statistic, degrees), effect })
}

/// Sum of (observed - expected)^2 / expected over a 2 x K table.
fn pearson(table: &[(u64, u64)], n: u64, m: u64) -> f64 {
    let (n, m) = (n as f64, m as f64);
    let column = |&(a, b): &(u64, u64)| {
        let (a, b) = (a as f64, b as f64);
        let expected = (a + b) * (n / (n + m));
        let gap = a - expected;
        // Both rows have the same gap.
        gap * gap / expected + gap * gap / (a + b - expected)
    };
    table.iter().map(column).sum()
}

/// The chance that a chi-squared variable is at least so large.
pub(super) fn upper_tail(statistic: f64, degrees: u64) -> f64 {
    // The constructor refuses only zero and non-finite degrees.
    ChiSquaredDistribution::new(degrees as f64).map_or(1.0, |distribution| distribution.sf(statistic))
}

/// Cramér's V between sample and category: 0 when both samples agree, 1 when they share no category.
///
/// # Shapes and units
///
/// Counts of the same categories in the same order; unitless, in [0, 1].
///
/// # Method
///
/// sqrt(chi-squared / (n + m)) of the 2 x K table without pooling, since the smaller side has 2 rows. Cramér, H.
/// (1946), Mathematical Methods of Statistics, section 21.9. Without bias correction.
///
/// # Errors
///
/// [`Error::LengthMismatch`], or [`Error::Empty`] when either sample has no counts.
///
/// # Cost
///
/// O(K) time.
///
/// # Example
///
/// ```
/// assert_eq!(synth_stats::tests2::cramers_v(&[30, 20], &[20, 30])?, 0.2);
/// # Ok::<(), synth_stats::Error>(())
/// ```
pub fn cramers_v(left: &[u64], right: &[u64]) -> Result<f64, Error> {
    let (n, m) = totals(left, right)?;
    let pairs = left.iter().copied().zip(right.iter().copied());
    let table: Vec<(u64, u64)> = pairs.filter(|&(a, b)| a + b > 0).collect();
    Ok(math::sqrt(pearson(&table, n, m) / (n as f64 + m as f64)).min(1.0))
}

/// Total variation distance: half the sum of the differences of the shares.
///
/// # Shapes and units
///
/// Counts of the same categories in the same order; unitless, in [0, 1].
///
/// # Method
///
/// Levin and Peres 2017, Markov Chains and Mixing Times, proposition 4.2.
///
/// # Errors
///
/// [`Error::LengthMismatch`], or [`Error::Empty`] when either sample has no counts.
///
/// # Cost
///
/// O(K) time.
///
/// # Example
///
/// ```
/// assert_eq!(synth_stats::tests2::total_variation(&[1, 3], &[3, 1])?, 0.5);
/// # Ok::<(), synth_stats::Error>(())
/// ```
pub fn total_variation(left: &[u64], right: &[u64]) -> Result<f64, Error> {
    let sum: f64 = shares(left, right)?.map(|(p, q)| (p - q).abs()).sum();
    Ok((sum / 2.0).min(1.0))
}

/// Jensen–Shannon divergence to base 2: the information of one observation about the sample it comes from.
///
/// # Shapes and units
///
/// Counts of the same categories in the same order; bits, in [0, 1]. Its square root is the distance that some
/// programs report.
///
/// # Method
///
/// Lin, J. (1991), Divergence measures based on the Shannon entropy, IEEE Trans. Inf. Theory 37(1), eq. 4.1 with
/// equal weights; 0 log 0 is 0.
///
/// # Errors
///
/// [`Error::LengthMismatch`], or [`Error::Empty`] when either sample has no counts.
///
/// # Cost
///
/// O(K) time.
///
/// # Example
///
/// ```
/// assert_eq!(synth_stats::tests2::jensen_shannon(&[5, 0], &[0, 9])?, 1.0);
/// # Ok::<(), synth_stats::Error>(())
/// ```
pub fn jensen_shannon(left: &[u64], right: &[u64]) -> Result<f64, Error> {
    let part = |p: f64, middle: f64| if p > 0.0 { p * math::ln(p / middle) } else { 0.0 };
    let sum: f64 = shares(left, right)?
        .map(|(p, q)| {
            let middle = (p + q) / 2.0;
            part(p, middle) + part(q, middle)
        })
        .sum();
    Ok((sum / 2.0 / std::f64::consts::LN_2).clamp(0.0, 1.0))
}

/// Population stability index of the counts of categories; see [`super::psi`] for numbers.
///
/// # Shapes and units
///
/// Counts of the same categories in the same order, the reference first; unitless, at least 0.
///
/// # Method
///
/// As [`super::psi`], each category being a bin.
///
/// # Errors
///
/// [`Error::LengthMismatch`], or [`Error::Empty`] when either sample has no counts.
///
/// # Cost
///
/// O(K) time.
///
/// # Example
///
/// ```
/// // 0.5 ln 3 for a swap of 1/4 and 3/4, twice.
/// let psi = synth_stats::tests2::psi_of_counts(&[1, 3], &[3, 1])?;
/// assert!((psi - 3.0_f64.ln()).abs() < 1e-12);
/// # Ok::<(), synth_stats::Error>(())
/// ```
pub fn psi_of_counts(reference: &[u64], other: &[u64]) -> Result<f64, Error> {
    let (left, right): (Vec<f64>, Vec<f64>) = shares(reference, other)?.unzip();
    Ok(psi_of_shares(&left, &right))
}

/// Shares below this are raised to it, so that the logarithm of an empty bin stays finite.
const MIN_SHARE: f64 = 1e-4;

pub(super) fn psi_of_shares(reference: &[f64], other: &[f64]) -> f64 {
    let pairs = reference.iter().map(|share| share.max(MIN_SHARE));
    pairs.zip(other.iter().map(|share| share.max(MIN_SHARE))).map(|(r, o)| (o - r) * math::ln(o / r)).sum()
}

fn shares(left: &[u64], right: &[u64]) -> Result<impl Iterator<Item = (f64, f64)>, Error> {
    let (n, m) = totals(left, right)?;
    Ok(left.iter().zip(right).map(move |(&a, &b)| (a as f64 / n as f64, b as f64 / m as f64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_must_belong_together() {
        let mismatch = Error::LengthMismatch { left: 1, right: 2 };
        assert_eq!(total_variation(&[1], &[1, 2]), Err(mismatch));
        assert_eq!(chi_squared(&[1], &[0]), Err(Error::Empty));
    }

    #[test]
    fn rare_categories_are_pooled() {
        let test = chi_squared(&[50, 40, 2, 1, 0], &[45, 50, 1, 3, 0]).unwrap();
        assert_eq!((test.degrees, test.n_pooled), (2, 2));
        let same = chi_squared(&[7], &[9]).unwrap();
        assert_eq!((same.degrees, same.n_pooled), (0, 0));
        assert!(same.p_value >= 1.0);
    }
}
