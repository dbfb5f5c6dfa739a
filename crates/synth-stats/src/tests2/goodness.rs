//! How far counts are from those that a hypothesis expects.

use synth_core::math;

use super::categorical::upper_tail;
use crate::error::Error;

/// Outcome of [`g_test`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GTest {
    /// Twice the sum of observed times ln(observed / expected).
    pub statistic: f64,
    /// Degrees of freedom.
    pub degrees: u64,
    /// Chance of a statistic as large under the hypothesis.
    pub p_value: f64,
}

/// Likelihood-ratio (G) test of counts against the counts that a hypothesis expects.
///
/// # Shapes and units
///
/// Both lists have one entry a cell, in the same order. Cells that expect nothing are left out: what was counted there
/// is impossible by the hypothesis, and the caller sees it without a test. `lost_degrees` is the number of
/// constraints that the expected counts were made to fulfil.
///
/// # Method
///
/// G = 2 Σ O ln(O / E), chi-squared distributed with cells - `lost_degrees` degrees; Wilks, S. S. (1938), The
/// large-sample distribution of the likelihood ratio for testing composite hypotheses, Ann. Math. Statist. 9(1). Cells
/// of small expected counts make the p-value too small or too large; it is fit for thresholds far below 1 %.
///
/// # Errors
///
/// [`Error::LengthMismatch`], or [`Error::Empty`] when no cell expects anything.
///
/// # Cost
///
/// O(cells) time.
///
/// # Example
///
/// ```
/// let test = synth_stats::tests2::g_test(&[30, 10], &[20.0, 20.0], 1)?;
/// // 2 (30 ln 1.5 + 10 ln 0.5) = 10.4650
/// assert!((test.statistic - 10.4650).abs() < 1e-4 && test.degrees == 1);
/// assert!((test.p_value - 0.001217).abs() < 1e-5);
/// # Ok::<(), synth_stats::Error>(())
/// ```
pub fn g_test(observed: &[u64], expected: &[f64], lost_degrees: u64) -> Result<GTest, Error> {
    if observed.len() != expected.len() {
        return Err(Error::LengthMismatch { left: observed.len(), right: expected.len() });
    }
    let cells = || observed.iter().zip(expected).filter(|(_, expected)| **expected > 0.0);
    let n_cells = cells().count() as u64;
    if n_cells == 0 {
        return Err(Error::Empty);
    }
    let part = |(observed, expected): (&u64, &f64)| {
        let observed = *observed as f64;
        if observed > 0.0 { observed * math::ln(observed / expected) } else { 0.0 }
    };
    let statistic = (2.0 * cells().map(part).sum::<f64>()).max(0.0);
    let degrees = n_cells.saturating_sub(lost_degrees).max(1);
    Ok(GTest { statistic, degrees, p_value: upper_tail(statistic, degrees) })
}
