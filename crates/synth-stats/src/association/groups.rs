//! Numbers by groups.

use statrs::distribution::{ContinuousCDF, FisherSnedecor};
use synth_core::math;

use crate::error::Error;

/// How far groups explain a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupTest {
    /// Share of the variance that lies between the groups, in [0, 1]; its root is the correlation ratio.
    pub eta_squared: f64,
    /// The same less what groups of this size explain by chance, in [0, 1].
    pub epsilon_squared: f64,
    /// Probability of groups at least as different, if they meant nothing.
    pub p_value: f64,
    /// Groups with values.
    pub n_groups: usize,
}

/// Correlation ratio of a number by groups, with the F-test; of mid-ranks it does not mind outliers.
///
/// # Shapes and units
///
/// `codes` and `values` have one entry a row, in any order; a code is below `n_codes`; rows with NaN are left out.
/// Unitless.
///
/// # Method
///
/// eta² = SSB / SST (Pearson 1905, On the general theory of skew correlation); epsilon² = 1 - (n - 1)(1 - eta²) /
/// (n - g), not below 0 (Kelley 1935, An unbiased correlation ratio measure, PNAS 21(9)); F = (SSB / (g - 1)) /
/// (SSW / (n - g)), whose tail is that of `statrs`. On ranks this is the rank transform test of Conover and Iman
/// (1981), Rank transformations as a bridge, Am. Stat. 35(3), close to Kruskal and Wallis.
///
/// # Errors
///
/// [`Error::LengthMismatch`], or [`Error::Empty`] with fewer than two groups, no more values than groups, or values
/// that do not vary.
///
/// # Cost
///
/// O(n + `n_codes`) time.
///
/// # Example
///
/// ```
/// let test = synth_stats::association::correlation_ratio(&[0, 0, 1, 1], &[1.0, 3.0, 5.0, 7.0], 2)?;
/// assert_eq!((test.eta_squared, test.n_groups), (0.8, 2));
/// assert!((test.epsilon_squared - 0.7).abs() < 1e-12);
/// # Ok::<(), synth_stats::Error>(())
/// ```
pub fn correlation_ratio(codes: &[u32], values: &[f64], n_codes: usize) -> Result<GroupTest, Error> {
    if codes.len() != values.len() {
        return Err(Error::LengthMismatch { left: codes.len(), right: values.len() });
    }
    let rows = || codes.iter().zip(values).filter(|(_, value)| !value.is_nan());
    let mut groups = vec![(0.0_f64, 0.0_f64); n_codes];
    for (code, value) in rows() {
        let group = &mut groups[*code as usize];
        *group = (group.0 + 1.0, group.1 + value);
    }
    groups.retain(|(n, _)| *n > 0.0);
    let n: f64 = groups.iter().map(|(n, _)| n).sum();
    let n_groups = groups.len();
    let within_degrees = n - n_groups as f64;
    if n_groups < 2 || within_degrees <= 0.0 {
        return Err(Error::Empty);
    }
    let mean = groups.iter().map(|(_, sum)| sum).sum::<f64>() / n;
    let total: f64 = rows().map(|(_, value)| (value - mean) * (value - mean)).sum();
    let between: f64 = groups.iter().map(|(n, sum)| (sum / n - mean) * (sum / n - mean) * n).sum();
    if total <= 0.0 {
        return Err(Error::Empty);
    }
    let eta_squared = (between / total).clamp(0.0, 1.0);
    let epsilon_squared = (1.0 - (n - 1.0) * (1.0 - eta_squared) / within_degrees).max(0.0);
    let p_value = f_p_value(eta_squared, (n_groups as f64 - 1.0, within_degrees));
    Ok(GroupTest { eta_squared, epsilon_squared, p_value, n_groups })
}

/// Upper tail of F for a share of explained variance and the degrees of freedom between and within.
pub(crate) fn f_p_value(explained: f64, (between, within): (f64, f64)) -> f64 {
    if explained >= 1.0 {
        return 0.0;
    }
    let f = (explained / between) / ((1.0 - explained) / within);
    FisherSnedecor::new(between, within).map_or(1.0, |distribution| distribution.sf(f).min(1.0))
}

impl GroupTest {
    /// Returns the correlation ratio less what chance explains, in [0, 1].
    #[must_use]
    pub fn strength(&self) -> f64 {
        math::sqrt(self.epsilon_squared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_that_prove_nothing_are_refused() {
        assert_eq!(correlation_ratio(&[0, 0], &[1.0, 2.0], 1), Err(Error::Empty));
        assert_eq!(correlation_ratio(&[0, 1], &[1.0, 2.0], 2), Err(Error::Empty));
        assert_eq!(correlation_ratio(&[0, 1, 1], &[2.0, 2.0, 2.0], 2), Err(Error::Empty));
        assert_eq!(correlation_ratio(&[0], &[], 1), Err(Error::LengthMismatch { left: 1, right: 0 }));
    }
}
