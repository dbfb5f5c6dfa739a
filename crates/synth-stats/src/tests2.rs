//! Two-sample tests and distances on weighted data, and a test against expected counts.
//!
//! [`numeric`] compares samples of numbers given as [`SortedSample`]s, [`categorical`] counts of the same
//! categories in the same order, [`goodness`] counts with what a hypothesis expects of them, [`anderson`] is the test that
//! looks at the tails, [`interval`] says how sure the size of a difference is.

pub mod anderson;
pub mod categorical;
pub mod goodness;
pub mod interval;
pub mod numeric;

use crate::error::{Error, check_finite, check_sorted};

pub use anderson::{AndersonDarling, anderson_darling};
pub use categorical::{
    ChiSquared, GTwoSamples, chi_squared, cramers_v, g_two_samples, jensen_shannon, psi_of_counts,
    total_variation,
};
pub use goodness::{GTest, g_test};
pub use interval::Interval;
pub use numeric::{ks_distance, ks_p_value, psi, wasserstein_1};

/// Numbers in ascending order, each with how often it occurs.
///
/// # Shapes and units
///
/// (value, count) pairs: finite values that never descend, counts with a sum above 0. A value may stand in
/// several pairs.
///
/// # Example
///
/// ```
/// let sample = synth_stats::SortedSample::new(&[(1.0, 2), (3.0, 1)])?;
/// assert_eq!(sample.count(), 3);
/// # Ok::<(), synth_stats::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SortedSample<'a> {
    pairs: &'a [(f64, u64)],
    count: u64,
}

impl<'a> SortedSample<'a> {
    /// Wraps the pairs.
    ///
    /// # Errors
    ///
    /// [`Error::NotFinite`] or [`Error::NotSorted`] with the first bad position, [`Error::Empty`] when the counts
    /// sum to 0.
    pub fn new(pairs: &'a [(f64, u64)]) -> Result<Self, Error> {
        check_finite(pairs.iter().map(|pair| pair.0))?;
        check_sorted(pairs.iter().map(|pair| pair.0))?;
        match pairs.iter().map(|pair| pair.1).sum() {
            0 => Err(Error::Empty),
            count => Ok(Self { pairs, count }),
        }
    }

    /// Returns the number of values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns the pairs.
    #[must_use]
    pub fn pairs(&self) -> &'a [(f64, u64)] {
        self.pairs
    }
}

/// Total of the counts of a sample that must hold something.
fn total(counts: &[u64]) -> Result<u64, Error> {
    match counts.iter().sum() {
        0 => Err(Error::Empty),
        total => Ok(total),
    }
}

/// Totals of two lists of counts of the same categories.
fn totals(left: &[u64], right: &[u64]) -> Result<(u64, u64), Error> {
    if left.len() != right.len() {
        return Err(Error::LengthMismatch { left: left.len(), right: right.len() });
    }
    Ok((total(left)?, total(right)?))
}
